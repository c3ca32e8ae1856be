//! From one respondent's answers to every score the instrument defines (METHOD §1).
//!
//! A score is a weighted mean of parts: a cell (variable × component) of its items, a variable of
//! its cells, a dimension of its variables, the index of the dimensions, and a component of its
//! cells over all variables. So the whole instrument is a list of weighted means in an order in
//! which parts come before what is made of them, and one kernel works through it.

use std::ops::Range;

use super::{Instrument, Item, Missing, Text, Variable};
use crate::index::result::{ScoreDefinition, ScoreKind};
use crate::round::answers::Answers;

/// Respondents that [`Scorer::score_rows`] takes through all steps before it turns to the next, so
/// that what it works on stays in the first-level cache.
const BLOCK: usize = 512;

/// What a score is the weighted mean of.
#[derive(Clone, Debug, PartialEq)]
enum Parts {
    /// Answers: position of the item, weight, whether a high answer counts low.
    Items(Vec<(usize, f64, bool)>),
    /// Scores made before: position, weight.
    Scores(Vec<(usize, f64)>),
}

/// One weighted mean.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    score: usize,
    parts: Parts,
}

/// The scoring rule of an instrument, ready to be run over respondents.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorer {
    definitions: Vec<ScoreDefinition>,
    steps: Vec<Step>,
    missing: Missing,
    /// Lowest plus highest answer, from which a reversed item's answer is subtracted.
    mirror: f64,
}

impl Instrument {
    /// Every score the instrument defines, in the order of all results: index, dimensions,
    /// variables, components, then cells (variable by variable) that have an item. Cells exist only
    /// where the instrument has components.
    #[must_use]
    pub fn scores(&self) -> Vec<ScoreDefinition> {
        let mut scores = vec![ScoreDefinition {
            id: "index".to_owned(),
            kind: ScoreKind::Index,
            name: self.short_title.clone(),
            dimension: None,
            variable: None,
            component: None,
        }];
        scores.extend(self.dimensions.iter().map(|dimension| ScoreDefinition {
            id: format!("dimension-{}", dimension.id),
            kind: ScoreKind::Dimension,
            name: dimension.name.clone(),
            dimension: Some(dimension.id.clone()),
            variable: None,
            component: None,
        }));
        scores.extend(self.variables.iter().map(|variable| ScoreDefinition {
            id: format!("variable-{}", variable.id),
            kind: ScoreKind::Variable,
            name: variable.name.clone(),
            dimension: self.dimension_of(variable),
            variable: Some(variable.id.clone()),
            component: None,
        }));
        scores.extend(self.components.iter().map(|component| ScoreDefinition {
            id: format!("component-{}", component.id),
            kind: ScoreKind::Component,
            name: component.name.clone(),
            dimension: None,
            variable: None,
            component: Some(component.id.clone()),
        }));
        for (v, variable) in self.variables.iter().enumerate() {
            for (c, component) in self.components.iter().enumerate() {
                if self.items_of(v, Some(c)).next().is_none() {
                    continue;
                }
                scores.push(ScoreDefinition {
                    id: format!("cell-{}-{}", variable.id, component.id),
                    kind: ScoreKind::Cell,
                    name: Text {
                        id: format!("{} · {}", variable.name.id, component.name.id),
                        en: format!("{} · {}", variable.name.en, component.name.en),
                    },
                    dimension: self.dimension_of(variable),
                    variable: Some(variable.id.clone()),
                    component: Some(component.id.clone()),
                });
            }
        }
        scores
    }

    fn dimension_of(&self, variable: &Variable) -> Option<String> {
        self.dimensions.get(variable.dimension).map(|dimension| dimension.id.clone())
    }

    fn items_of(
        &self,
        variable: usize,
        component: Option<usize>,
    ) -> impl Iterator<Item = (usize, &Item)> {
        self.items
            .iter()
            .enumerate()
            .filter(move |(_, item)| item.variable == variable && item.component == component)
    }
}

impl Scorer {
    /// The rule of `instrument`. Parts of weight 0 do not count and are left out.
    #[must_use]
    pub fn new(instrument: &Instrument) -> Self {
        let definitions = instrument.scores();
        let first = |kind| definitions.iter().position(|d| d.kind == kind).unwrap_or(0);
        let (dimension_at, variable_at) = (first(ScoreKind::Dimension), first(ScoreKind::Variable));
        let component_at = first(ScoreKind::Component);
        let mut cells_of_component = vec![Vec::new(); instrument.components.len()];
        let mut steps = Vec::new();
        let mut next_cell = first(ScoreKind::Cell);
        for (v, variable) in instrument.variables.iter().enumerate() {
            if instrument.components.is_empty() {
                let parts = items(instrument, v, None);
                steps.push(Step { score: variable_at + v, parts: Parts::Items(parts) });
                continue;
            }
            let mut cells = Vec::new();
            for (c, component) in instrument.components.iter().enumerate() {
                if instrument.items_of(v, Some(c)).next().is_none() {
                    continue;
                }
                let parts = items(instrument, v, Some(c));
                steps.push(Step { score: next_cell, parts: Parts::Items(parts) });
                cells.push((next_cell, component.weight));
                cells_of_component[c].push((next_cell, weight_in_index(instrument, variable)));
                next_cell += 1;
            }
            steps.push(Step { score: variable_at + v, parts: scores(cells) });
        }
        for (c, cells) in cells_of_component.into_iter().enumerate() {
            steps.push(Step { score: component_at + c, parts: scores(cells) });
        }
        for d in 0..instrument.dimensions.len() {
            let of = instrument.variables.iter().enumerate().filter(|(_, v)| v.dimension == d);
            let parts = scores(of.map(|(v, variable)| (variable_at + v, variable.weight)));
            steps.push(Step { score: dimension_at + d, parts });
        }
        let dimensions = instrument.dimensions.iter().enumerate();
        let parts = scores(dimensions.map(|(d, dimension)| (dimension_at + d, dimension.weight)));
        steps.push(Step { score: 0, parts });
        Self {
            definitions,
            steps,
            missing: instrument.rules.missing,
            mirror: f64::from(instrument.scale.min) + f64::from(instrument.scale.max),
        }
    }

    /// The scores, aligned with what the scoring functions write; equal to [`Instrument::scores`].
    #[must_use]
    pub fn definitions(&self) -> &[ScoreDefinition] {
        &self.definitions
    }

    /// Number of scores.
    #[must_use]
    pub fn len(&self) -> usize {
        self.definitions.len()
    }

    /// Never: an instrument has at least the index.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }

    /// Scores one respondent: `answer_of(item)` is the answer as given (0 = not answered), `out`
    /// has [`Scorer::len`] places. A score that cannot be made is NaN.
    pub fn score(&self, answer_of: impl Fn(usize) -> u8, out: &mut [f64]) {
        for step in &self.steps {
            let mut mean = WeightedMean::default();
            match &step.parts {
                Parts::Items(items) => {
                    for &(item, weight, reversed) in items {
                        mean.add(self.value(answer_of(item), reversed), weight, self.missing);
                    }
                }
                Parts::Scores(scores) => {
                    for &(score, weight) in scores {
                        mean.add(out.get(score).copied().unwrap_or(f64::NAN), weight, self.missing);
                    }
                }
            }
            if let Some(place) = out.get_mut(step.score) {
                *place = mean.value();
            }
        }
    }

    /// Scores the respondents `rows` of `answers`. `out` is resized to scores × rows and filled
    /// score by score: the score `s` of the respondent `rows.start + r` stands at
    /// `s * rows.len() + r`. The bits are those of [`Scorer::score`].
    pub fn score_rows(&self, answers: &Answers, rows: Range<usize>, out: &mut Vec<f64>) {
        let count = rows.len();
        out.clear();
        out.resize(self.len() * count, f64::NAN);
        let (mut sums, mut weights) = ([0.0_f64; BLOCK], [0.0_f64; BLOCK]);
        let mut start = 0;
        while start < count {
            let length = BLOCK.min(count - start);
            let (sums, weights) = (&mut sums[..length], &mut weights[..length]);
            for step in &self.steps {
                sums.fill(0.0);
                weights.fill(0.0);
                match &step.parts {
                    Parts::Items(items) => {
                        let from = rows.start + start;
                        let column = |item: usize| {
                            let column = answers.items.get(item).map_or(&[][..], Vec::as_slice);
                            column.get(from..from + length).unwrap_or(&[])
                        };
                        if whole(items) {
                            self.add_whole_items(items, column, sums, weights);
                        } else {
                            for &(item, weight, reversed) in items {
                                self.add_items(column(item), weight, reversed, sums, weights);
                            }
                        }
                    }
                    Parts::Scores(scores) => {
                        for &(score, weight) in scores {
                            let from = score * count + start;
                            let column = out.get(from..from + length).unwrap_or(&[]);
                            self.add_scores(column, weight, sums, weights);
                        }
                    }
                }
                let from = step.score * count + start;
                if let Some(places) = out.get_mut(from..from + length) {
                    for ((place, sum), weight) in places.iter_mut().zip(&*sums).zip(&*weights) {
                        *place = sum / weight;
                    }
                }
            }
            start += length;
        }
    }

    /// For pooled aggregation: adds one respondent's answers to the sums of the scores that are
    /// made of items (Σ weight · answer) and to the sums of their weights. Both have
    /// [`Scorer::len`] places; those of scores made of scores stay as they are. The quotient of
    /// the two over all respondents of a region is the pooled score, and [`Scorer::combine`] makes
    /// the rest of it.
    pub fn pool(&self, answer_of: impl Fn(usize) -> u8, sums: &mut [f64], weights: &mut [f64]) {
        for step in &self.steps {
            let Parts::Items(items) = &step.parts else { continue };
            let (Some(sum), Some(total)) = (sums.get_mut(step.score), weights.get_mut(step.score))
            else {
                continue;
            };
            for &(item, weight, reversed) in items {
                let value = self.value(answer_of(item), reversed);
                if !value.is_nan() {
                    *sum += weight * value;
                    *total += weight;
                }
            }
        }
    }

    /// Positions of the scores that are made of items: the cells, or the variables where the
    /// instrument has no components.
    pub fn base(&self) -> impl Iterator<Item = usize> + '_ {
        let of_items = |step: &&Step| matches!(step.parts, Parts::Items(_));
        self.steps.iter().filter(of_items).map(|step| step.score)
    }

    /// Makes the other scores out of those in [`Scorer::base`], which stand in `scores` already.
    pub fn combine(&self, scores: &mut [f64]) {
        for step in &self.steps {
            let Parts::Scores(parts) = &step.parts else { continue };
            let mut mean = WeightedMean::default();
            for &(score, weight) in parts {
                mean.add(scores.get(score).copied().unwrap_or(f64::NAN), weight, self.missing);
            }
            if let Some(place) = scores.get_mut(step.score) {
                *place = mean.value();
            }
        }
    }

    /// The value of an answer on the harmony side; NaN where there is none.
    fn value(&self, answer: u8, reversed: bool) -> f64 {
        match (answer, reversed) {
            (0, _) => f64::NAN,
            (answer, false) => f64::from(answer),
            (answer, true) => self.mirror - f64::from(answer),
        }
    }

    /// [`WeightedMean::add`] for a column of answers, written so that it becomes vector code.
    fn add_items(
        &self,
        column: &[u8],
        weight: f64,
        reversed: bool,
        sums: &mut [f64],
        weights: &mut [f64],
    ) {
        let (offset, sign) = if reversed { (self.mirror, -1.0) } else { (0.0, 1.0) };
        let absent = if self.missing == Missing::Drop { f64::NAN } else { 0.0 };
        for ((&answer, sum), total) in column.iter().zip(sums).zip(weights) {
            let value = offset + sign * f64::from(answer);
            *sum += if answer == 0 { absent } else { weight * value };
            *total += if answer == 0 { 0.0 } else { weight };
        }
    }

    /// [`Scorer::add_items`] for all items of a step that are [`whole`]: sums of whole numbers are
    /// exact in either form, and the smaller one is several times faster.
    fn add_whole_items<'a>(
        &self,
        items: &[(usize, f64, bool)],
        column: impl Fn(usize) -> &'a [u8],
        sums: &mut [f64],
        weights: &mut [f64],
    ) {
        let (mut whole_sums, mut whole_weights) = ([0_i16; BLOCK], [0_i16; BLOCK]);
        let mut all = 0;
        for &(item, weight, reversed) in items {
            let weight = weight as i16;
            let mirror = self.mirror as i16;
            let (offset, factor) = if reversed { (weight * mirror, -weight) } else { (0, weight) };
            let places = whole_sums.iter_mut().zip(&mut whole_weights);
            for (&answer, (sum, total)) in column(item).iter().zip(places) {
                let given = i16::from(answer != 0);
                *sum += given * offset + factor * i16::from(answer);
                *total += given * weight;
            }
            all += weight;
        }
        let made = whole_sums.iter().zip(&whole_weights);
        for ((sum, total), (&whole, &weight)) in sums.iter_mut().zip(weights).zip(made) {
            let dropped = self.missing == Missing::Drop && weight < all;
            *sum = if dropped { f64::NAN } else { f64::from(whole) };
            *total = f64::from(weight);
        }
    }

    /// [`WeightedMean::add`] for a column of scores.
    fn add_scores(&self, column: &[f64], weight: f64, sums: &mut [f64], weights: &mut [f64]) {
        let absent = if self.missing == Missing::Drop { f64::NAN } else { 0.0 };
        for ((&value, sum), total) in column.iter().zip(sums).zip(weights) {
            *sum += if value.is_nan() { absent } else { weight * value };
            *total += if value.is_nan() { 0.0 } else { weight };
        }
    }
}

/// Whether all weights are whole numbers, and so small that no sum of answers reaches 2¹⁵: a value
/// is at most 2·255.
fn whole(items: &[(usize, f64, bool)]) -> bool {
    let all: f64 = items.iter().map(|&(_, weight, _)| weight).sum();
    all <= 64.0 && items.iter().all(|&(_, weight, _)| weight.fract() == 0.0)
}

/// A weighted mean in the making; NaN is a missing value.
#[derive(Default)]
struct WeightedMean {
    sum: f64,
    weight: f64,
}

impl WeightedMean {
    fn add(&mut self, value: f64, weight: f64, missing: Missing) {
        match (value.is_nan(), missing) {
            (false, _) => {
                self.sum += weight * value;
                self.weight += weight;
            }
            (true, Missing::Drop) => self.sum = f64::NAN,
            (true, Missing::Renormalise) => {}
        }
    }

    /// The mean; NaN (0 / 0) where nothing was added.
    fn value(&self) -> f64 {
        self.sum / self.weight
    }
}

fn items(
    instrument: &Instrument,
    variable: usize,
    component: Option<usize>,
) -> Vec<(usize, f64, bool)> {
    instrument
        .items_of(variable, component)
        .filter(|(_, item)| item.weight > 0.0)
        .map(|(at, item)| (at, item.weight, item.reversed))
        .collect()
}

fn scores(parts: impl IntoIterator<Item = (usize, f64)>) -> Parts {
    Parts::Scores(parts.into_iter().filter(|&(_, weight)| weight > 0.0).collect())
}

/// Share of the index that stands on `variable` when nothing is missing: its dimension's weight
/// times its part of the dimension. A component over all variables weighs them by it.
fn weight_in_index(instrument: &Instrument, variable: &Variable) -> f64 {
    let within: f64 = instrument
        .variables
        .iter()
        .filter(|other| other.dimension == variable.dimension)
        .map(|other| other.weight)
        .sum();
    let dimension = instrument.dimensions.get(variable.dimension).map_or(0.0, |d| d.weight);
    dimension * variable.weight / within
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::instrument::shipped;

    /// An instrument on 1–9: items as (variable, component, weight, reversed); variables `A` and
    /// `B` (weights 3 and 1) in dimension `D1` (weight 2), `C` in `D2` (weight 1); components `P`,
    /// `R`, `A` of the given weights.
    fn instrument(
        items: &[(&str, &str, f64, bool)],
        components: [f64; 3],
        missing: &str,
    ) -> Instrument {
        let mut text = format!(
            "format = \"selaras/instrument/1\"\nid = \"uji\"\nversion = \"1\"\ntitle = \"Uji\"\n\
             short_title = \"Uji\"\nstanding = \"other\"\nsource = \"Uji\"\n\
             weight_evidence = \"proposed\"\ncomponent_evidence = \"proposed\"\n\
             [scale]\nmin = 1\nmax = 9\nlow = \"r\"\nhigh = \"t\"\nevidence = \"proposed\"\n\
             [rules]\naggregation = \"respondent\"\nmissing = \"{missing}\"\nevidence = \"proposed\"\n"
        );
        for (id, weight) in [("P", components[0]), ("R", components[1]), ("A", components[2])] {
            let _ = write!(
                text,
                "[[component]]\nid = \"{id}\"\nname = \"{id}\"\nweight = {weight:?}\n"
            );
        }
        for (id, weight) in [("D1", 2), ("D2", 1)] {
            let _ =
                write!(text, "[[dimension]]\nid = \"{id}\"\nname = \"{id}\"\nweight = {weight}\n");
        }
        for (id, dimension, weight) in [("A", "D1", 3), ("B", "D1", 1), ("C", "D2", 5)] {
            let _ = write!(
                text,
                "[[variable]]\nid = \"{id}\"\nname = \"{id}\"\ndimension = \"{dimension}\"\n\
                 weight = {weight}\nevidence = \"proposed\"\n"
            );
        }
        for (at, (variable, component, weight, reversed)) in items.iter().enumerate() {
            let _ = write!(
                text,
                "[[item]]\nid = \"q{at}\"\nvariable = \"{variable}\"\ncomponent = \"{component}\"\n\
                 weight = {weight:?}\nreversed = {reversed}\ntext = \"Butir {at}\"\n"
            );
        }
        Instrument::parse("uji.toml", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// One item for each of the nine cells, in the order A.P A.R A.A B.P B.R B.A C.P C.R C.A.
    fn nine() -> Vec<(&'static str, &'static str, f64, bool)> {
        let variables = ["A", "B", "C"];
        variables.iter().flat_map(|v| ["P", "R", "A"].map(|c| (*v, c, 1.0, false))).collect()
    }

    fn scored(instrument: &Instrument, answers: &[u8]) -> impl Fn(&str) -> f64 + use<> {
        let scorer = Scorer::new(instrument);
        let mut out = vec![f64::NAN; scorer.len()];
        scorer.score(|item| answers[item], &mut out);
        let ids: Vec<String> = scorer.definitions().iter().map(|d| d.id.clone()).collect();
        move |id| out[ids.iter().position(|known| known == id).unwrap()]
    }

    fn close(ours: f64, by_hand: f64) {
        assert!((ours - by_hand).abs() < 1e-12, "{ours} is not {by_hand}");
    }

    #[test]
    fn scores_stand_in_the_order_of_every_result() {
        let ids: Vec<String> = instrument(&nine(), [1.0; 3], "renormalise")
            .scores()
            .into_iter()
            .map(|s| s.id)
            .collect();
        assert_eq!(
            ids,
            [
                "index",
                "dimension-D1",
                "dimension-D2",
                "variable-A",
                "variable-B",
                "variable-C",
                "component-P",
                "component-R",
                "component-A",
                "cell-A-P",
                "cell-A-R",
                "cell-A-A",
                "cell-B-P",
                "cell-B-R",
                "cell-B-A",
                "cell-C-P",
                "cell-C-R",
                "cell-C-A",
            ]
        );
    }

    #[test]
    fn by_hand_a_whole_respondent() {
        let score =
            scored(&instrument(&nine(), [1.0; 3], "renormalise"), &[9, 6, 3, 5, 5, 8, 1, 2, 3]);
        close(score("cell-A-P"), 9.0);
        close(score("variable-A"), 6.0); // (9 + 6 + 3) / 3
        close(score("variable-B"), 6.0); // (5 + 5 + 8) / 3
        close(score("variable-C"), 2.0); // (1 + 2 + 3) / 3
        close(score("dimension-D1"), 6.0); // (3·6 + 1·6) / 4
        close(score("dimension-D2"), 2.0); // 5·2 / 5
        close(score("index"), 14.0 / 3.0); // (2·6 + 1·2) / 3
        // Weight of a variable in the index: A 2·3/4 = 1.5, B 2·1/4 = 0.5, C 1·5/5 = 1.
        close(score("component-P"), 17.0 / 3.0); // (1.5·9 + 0.5·5 + 1·1) / 3
        close(score("component-R"), 13.5 / 3.0); // (1.5·6 + 0.5·5 + 1·2) / 3
        close(score("component-A"), 11.5 / 3.0); // (1.5·3 + 0.5·8 + 1·3) / 3
        // With nothing missing the components make up the index too: (17 + 13.5 + 11.5) / 9 = 42/9.
        close((17.0 + 13.5 + 11.5) / 9.0, score("index"));
    }

    #[test]
    fn by_hand_unequal_items_components_and_a_reversed_item() {
        let mut items = nine();
        items[0].2 = 2.0; // A.P, first item: weight 2
        items.push(("A", "P", 1.0, true)); // A.P, second item: weight 1, reversed
        let instrument = instrument(&items, [2.0, 1.0, 1.0], "renormalise");
        let score = scored(&instrument, &[9, 6, 3, 5, 5, 8, 1, 2, 3, 7]);
        close(score("cell-A-P"), 7.0); // (2·9 + 1·(1 + 9 − 7)) / 3 = 21/3
        close(score("variable-A"), 5.75); // (2·7 + 1·6 + 1·3) / 4 = 23/4
        close(score("variable-B"), 5.75); // (2·5 + 5 + 8) / 4 = 23/4
        close(score("variable-C"), 1.75); // (2·1 + 2 + 3) / 4 = 7/4
        close(score("index"), 13.25 / 3.0); // (2·5.75 + 1.75) / 3
    }

    #[test]
    fn by_hand_what_is_missing_gives_its_weight_to_what_was_answered() {
        let mut items = nine();
        items.push(("A", "P", 3.0, false));
        let renormalise = instrument(&items, [1.0; 3], "renormalise");
        // The second item of A.P is missing: the cell is the first item alone.
        let score = scored(&renormalise, &[9, 6, 3, 5, 5, 8, 1, 2, 3, 0]);
        close(score("cell-A-P"), 9.0);
        // All of B.P is missing: B is the mean of its two other components.
        let score = scored(&renormalise, &[9, 6, 3, 0, 4, 8, 1, 2, 3, 9]);
        assert!(score("cell-B-P").is_nan());
        close(score("variable-B"), 6.0); // (4 + 8) / 2
        close(score("component-P"), 14.5 / 2.5); // (1.5·9 + 1·1) / (1.5 + 1): B is left out
        // The variable A is missing: D1 is B alone.
        let score = scored(&renormalise, &[0, 0, 0, 5, 5, 8, 1, 2, 3, 0]);
        assert!(score("variable-A").is_nan());
        close(score("dimension-D1"), 6.0);
        close(score("index"), 14.0 / 3.0); // (2·6 + 1·2) / 3
        // The dimension D1 is missing: the index is D2 alone.
        let score = scored(&renormalise, &[0, 0, 0, 0, 0, 0, 1, 2, 3, 0]);
        assert!(score("dimension-D1").is_nan());
        close(score("index"), 2.0);
        // One component is missing altogether.
        let score = scored(&renormalise, &[0, 6, 3, 0, 5, 8, 0, 2, 3, 0]);
        assert!(score("component-P").is_nan());
        close(score("variable-A"), 4.5); // (6 + 3) / 2
        close(score("variable-B"), 6.5); // (5 + 8) / 2
        close(score("variable-C"), 2.5); // (2 + 3) / 2
        close(score("dimension-D1"), 5.0); // (3·4.5 + 6.5) / 4
        close(score("index"), 12.5 / 3.0); // (2·5 + 2.5) / 3
        // Nothing is answered.
        let score = scored(&renormalise, &[0; 10]);
        assert!(score("index").is_nan() && score("component-A").is_nan());
    }

    #[test]
    fn by_hand_the_drop_rule_makes_every_score_with_a_missing_part_missing() {
        let drop = instrument(&nine(), [1.0; 3], "drop");
        let score = scored(&drop, &[9, 6, 3, 5, 0, 8, 1, 2, 3]);
        assert!(score("cell-B-R").is_nan() && score("variable-B").is_nan());
        assert!(score("dimension-D1").is_nan() && score("index").is_nan());
        assert!(score("component-R").is_nan());
        close(score("component-P"), 17.0 / 3.0);
        close(score("variable-A"), 6.0);
        close(score("dimension-D2"), 2.0);
    }

    #[test]
    fn by_hand_pooled_answers_weigh_answers_not_people() {
        // Two items in A.P; the first person answered both (9 and 3), the second one (3).
        let mut items = nine();
        items.push(("A", "P", 1.0, false));
        let instrument = instrument(&items, [1.0; 3], "renormalise");
        let people: [[u8; 10]; 2] =
            [[9, 6, 6, 6, 6, 6, 6, 6, 6, 3], [3, 6, 6, 6, 6, 6, 6, 6, 6, 0]];
        let scorer = Scorer::new(&instrument);
        let (mut sums, mut weights) = (vec![0.0; scorer.len()], vec![0.0; scorer.len()]);
        for person in &people {
            scorer.pool(|item| person[item], &mut sums, &mut weights);
        }
        let mut pooled = vec![f64::NAN; scorer.len()];
        for at in scorer.base() {
            pooled[at] = sums[at] / weights[at];
        }
        scorer.combine(&mut pooled);
        let ids: Vec<&str> = scorer.definitions().iter().map(|d| d.id.as_str()).collect();
        let at = |id: &str| pooled[ids.iter().position(|known| *known == id).unwrap()];
        close(at("cell-A-P"), 5.0); // (9 + 3 + 3) / 3 answers
        close(at("variable-A"), 17.0 / 3.0); // (5 + 6 + 6) / 3
        // Respondent first the same cell is ((9 + 3)/2 + 3) / 2 = 4.5.
        let first = people.map(|person| scored(&instrument, &person)("cell-A-P"));
        close((first[0] + first[1]) / 2.0, 4.5);
    }

    /// Columns of `rows` random respondents.
    fn answers(instrument: &Instrument, rows: &[Vec<u8>]) -> Answers {
        let column = |item: usize| rows.iter().map(|row| row[item]).collect();
        Answers {
            len: rows.len(),
            items: (0..instrument.items.len()).map(column).collect(),
            ..Answers::default()
        }
    }

    proptest! {
        #[test]
        fn a_column_of_respondents_scores_to_the_bits_of_each_alone(
            which in 0_usize..3,
            drop in any::<bool>(),
            rows in prop::collection::vec(prop::collection::vec(0_u8..=5, 30), 1..40),
            repeat in 1_usize..60,
            skip in 0_usize..5,
        ) {
            let mut instrument = shipped()[which].clone();
            if drop {
                instrument.rules.missing = Missing::Drop;
            }
            let rows: Vec<Vec<u8>> = rows.iter().cycle().take(rows.len() * repeat).cloned().collect();
            let answers = answers(&instrument, &rows);
            let scorer = Scorer::new(&instrument);
            let range = skip.min(rows.len())..rows.len();
            let mut many = Vec::new();
            scorer.score_rows(&answers, range.clone(), &mut many);
            let mut one = vec![0.0; scorer.len()];
            for (r, row) in rows[range.clone()].iter().enumerate() {
                scorer.score(|item| row[item], &mut one);
                for (s, value) in one.iter().enumerate() {
                    let other = many[s * range.len() + r];
                    prop_assert!(
                        value.to_bits() == other.to_bits() || value.is_nan() && other.is_nan(),
                        "{} and {}", value, other
                    );
                }
            }
        }

        #[test]
        fn a_score_lies_between_the_lowest_and_the_highest_answer(
            row in prop::collection::vec(0_u8..=9, 30),
        ) {
            let instrument = &shipped()[0];
            let scorer = Scorer::new(instrument);
            let mut out = vec![0.0; scorer.len()];
            scorer.score(|item| row[item], &mut out);
            let answered = || row.iter().filter(|&&answer| answer > 0);
            let low = f64::from(answered().min().copied().unwrap_or(0));
            let high = f64::from(answered().max().copied().unwrap_or(0));
            for value in out.iter().filter(|value| !value.is_nan()) {
                prop_assert!(low - 1e-9 <= *value && *value <= high + 1e-9);
            }
        }
    }
}
