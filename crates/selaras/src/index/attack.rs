//! A reader who computes what was withheld, for tests of disclosure.
//!
//! The reader has everything that is public of two rounds, and knows what anyone can find out: how
//! aggregates follow from kab/kota, how many adults these have, which of them a score covers, and
//! how dimensions follow from variables.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use super::files::File;
use super::fixture::{self, Answers, Leaf, PUBLIC, VARIABLE, averaged, counts_for, inside};
use super::result::IndexResult;
use crate::round::answers::Design;

/// Rounds that a property is tried on: `few` in a plain test run, as many as `SELARAS_ROUNDS` says
/// in a long one.
pub(crate) fn rounds(few: u32) -> ProptestConfig {
    let asked = std::env::var("SELARAS_ROUNDS").ok().and_then(|asked| asked.parse().ok());
    ProptestConfig::with_cases(asked.unwrap_or(few))
}

/// Provinces of kab/kota in two rounds: many small numbers among them, some that a round does not
/// cover, some that say nothing or little to a variable, some near the end of the scale, some with
/// an official figure beside.
pub(crate) fn arbitrary_rounds() -> impl Strategy<Value = Vec<Vec<Leaf>>> {
    let places = prop::collection::vec(prop::collection::vec(leaf(), 1..6), 1..5);
    // In most rounds everybody has an answer to everything, or nobody would publish an aggregate.
    (places, prop::bool::weighted(0.6)).prop_map(|(mut provinces, complete)| {
        for leaf in provinces.iter_mut().flatten().filter(|_| complete) {
            leaf.rounds.iter_mut().flatten().for_each(|answers| answers.unanswered = [0; 2]);
        }
        provinces
    })
}

fn leaf() -> impl Strategy<Value = Leaf> {
    let adults = 10_000_u64..3_000_000;
    let round = || prop::option::weighted(0.92, answers());
    (adults, round(), round(), prop::bool::weighted(0.08), prop::bool::weighted(0.3)).prop_map(
        |(adults, now, before, apart, official)| Leaf {
            adults,
            rounds: [now, before],
            apart,
            official,
        },
    )
}

fn answers() -> impl Strategy<Value = Answers> {
    let n = prop_oneof![
        2 => Just(0_u64),
        2 => 1_u64..5,
        3 => 5_u64..100,
        5 => 100_u64..2_000
    ];
    let value = || prop_oneof![4 => 1.0..9.0_f64, 1 => 8.2..9.0_f64];
    // Of one variable, from nobody to everybody without an answer.
    let unanswered = prop_oneof![
        6 => Just((0_u64, 0_u64)),
        1 => (Just(0), 1_u64..5),
        1 => (Just(1), 0_u64..6),
        1 => (Just(2), 0_u64..1),
    ];
    (n, value(), value(), unanswered, 0..2_usize).prop_map(|(n, one, other, (how, few), which)| {
        let mut unanswered = [0; 2];
        unanswered[which] = match how {
            1 => n.saturating_sub(few),
            2 => n,
            _ => few.min(n),
        };
        Answers { n, unanswered, values: [one, other] }
    })
}

/// Ids of the scores that a release may have.
const IDS: [&str; PUBLIC] = ["index", "dimension-E", "variable-X1", "variable-X2"];

/// Where a number of a release was seen: code of the region and id of the score.
pub(crate) type Seen = BTreeSet<(String, String)>;

/// What public files show.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Scores with a value, or with anything it could be computed from.
    pub(crate) scores: Seen,
    /// Scores with a change, both ends of which follow.
    pub(crate) changes: Seen,
    /// Regions with the official figure of the index.
    pub(crate) official: BTreeSet<String>,
    /// Counts of answers: by region, and by region and score.
    pub(crate) counts: BTreeSet<(String, Option<String>)>,
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// What the files of a release show, by name without the mark of simulated answers.
pub(crate) fn shown(files: &BTreeMap<String, Vec<u8>>) -> Shown {
    let mut shown = Shown::default();
    let json: Value = serde_json::from_slice(&files[File::Json.name()]).expect("a result");
    let ids: Vec<String> =
        json["scores"].as_array().expect("scores").iter().map(|of| text(&of["id"])).collect();
    for region in json["regions"].as_array().expect("regions") {
        let code = text(&region["code"]);
        if !region["n"].is_null() {
            shown.counts.insert((code.clone(), None));
        }
        if !region["official"].is_null() {
            shown.official.insert(code.clone());
        }
        for (id, score) in ids.iter().zip(region["scores"].as_array().expect("scores")) {
            let telling = ["value", "se", "interval", "adjusted", "bounds", "without_flagged"];
            if telling.iter().any(|field| !score[field].is_null()) {
                shown.scores.insert((code.clone(), id.clone()));
            }
            // Answers follow from the shift together with the spread between respondents.
            let reckoned = ["se", "deff"].iter().all(|field| !score[field].is_null())
                && score["shifts"].as_array().is_some_and(|shifts| !shifts.is_empty());
            if reckoned || !score["n"].is_null() {
                shown.counts.insert((code.clone(), Some(id.clone())));
            }
        }
    }
    for entry in json["change"]["regions"].as_array().into_iter().flatten() {
        for (id, score) in ids.iter().zip(entry["scores"].as_array().expect("scores")) {
            if ["before", "difference", "interval"].iter().any(|field| !score[field].is_null()) {
                shown.changes.insert((text(&entry["region"]), id.clone()));
            }
        }
    }
    for row in csv(&files[File::Scores.name()]) {
        let telling = ["Nilai", "batas bawah", "Galat baku", "Nilai disesuaikan susunan"];
        if telling.iter().any(|head| !row[*head].is_empty()) {
            shown.scores.insert((row["Kode"].clone(), row["Kode skor"].clone()));
        }
    }
    let map = files.get(File::Map.name());
    let map: Value = map.map_or(Value::Null, |map| serde_json::from_slice(map).expect("a map"));
    for feature in map["features"].as_array().into_iter().flatten() {
        let properties = feature["properties"].as_object().expect("properties");
        for (name, _) in properties.iter().filter(|(_, value)| !value.is_null()) {
            let score = ["_value", "_low", "_high"].iter().find_map(|end| name.strip_suffix(end));
            if let Some(score) = score {
                shown.scores.insert((text(&properties["code"]), score.to_owned()));
            }
        }
    }
    shown
}

/// Rows of a CSV of ours, by head; the code without its shell.
pub(crate) fn csv(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let text = std::str::from_utf8(bytes).expect("a text").trim_start_matches('\u{feff}');
    let fields = |line: &str| -> Vec<String> {
        let (mut fields, mut quoted) = (vec![String::new()], false);
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ';' if !quoted => fields.push(String::new()),
                other => fields.last_mut().expect("a field").push(other),
            }
        }
        fields.iter().map(|field| field.trim_start_matches('=').to_owned()).collect()
    };
    let mut lines = text.lines().map(fields);
    let head = lines.next().expect("a head");
    lines.map(|line| head.iter().cloned().zip(line).collect()).collect()
}

/// What the reader works out of the releases of two rounds, the one now and the one before.
pub(crate) struct Reader<'a> {
    design: Design,
    leaves: Vec<(String, &'a Leaf)>,
    scores: Known,
    counts: Known,
}

impl<'a> Reader<'a> {
    /// A reader who has seen nothing yet.
    pub(crate) fn new(provinces: &'a [Vec<Leaf>], design: Design) -> Self {
        let leaves = fixture::named(provinces);
        let mut reader =
            Self { design, leaves, scores: Known::default(), counts: Known::default() };
        for (leaf, round) in reader.every() {
            for relation in reader.relations(leaf, round) {
                reader.scores.learn(Some(relation));
            }
        }
        reader
    }

    fn every(&self) -> Vec<(usize, usize)> {
        (0..self.leaves.len()).flat_map(|leaf| [(leaf, 0), (leaf, 1)]).collect()
    }

    fn row(&self) -> Vec<f64> {
        vec![0.0; self.leaves.len() * 2 * (PUBLIC + 1)]
    }

    /// The place of a score, or of the answers taken in, of a kab/kota in a round.
    fn place(&self, leaf: usize, round: usize, score: Option<usize>) -> usize {
        (leaf * 2 + round) * (PUBLIC + 1) + score.unwrap_or(PUBLIC)
    }

    /// How the scores of a kab/kota hang together, as far as anyone can know it: of an open link the
    /// few who answered a variable that hardly anybody did change nothing, and who left out one that
    /// others answered does not change what it weighs. In a recorded design they do.
    fn relations(&self, leaf: usize, round: usize) -> Vec<Vec<f64>> {
        let Some(answers) = self.leaves[leaf].1.rounds[round] else { return Vec::new() };
        let variables = VARIABLE..PUBLIC;
        let least = if self.design == Design::OpenLink { 5 } else { 1 };
        let known: Vec<usize> = variables.filter(|&of| answers.n_of(of) >= least).collect();
        let whole = known.iter().all(|&of| answers.n_of(of) == answers.n_of(1));
        if known.is_empty() || self.design == Design::Recorded && !whole {
            return Vec::new();
        }
        let (mut dimension, mut index) = (self.row(), self.row());
        dimension[self.place(leaf, round, Some(1))] = 1.0;
        for &of in &known {
            dimension[self.place(leaf, round, Some(of))] = -1.0 / known.len() as f64;
        }
        index[self.place(leaf, round, Some(0))] = 1.0;
        index[self.place(leaf, round, Some(1))] = -1.0;
        vec![dimension, index]
    }

    /// A score of a region as a sum over kab/kota; none where it has no score.
    fn mean(
        &self,
        code: &str,
        round: usize,
        score: usize,
        held: impl Fn(&Leaf) -> bool,
    ) -> Option<Vec<f64>> {
        let parts: Vec<(usize, f64)> = (0..self.leaves.len())
            .filter(|&at| inside(&self.leaves[at].0, code) && held(self.leaves[at].1))
            .filter_map(|at| Some((at, counts_for(self.leaves[at].1, self.design, round, score)?)))
            .collect();
        let all: f64 = parts.iter().map(|(_, weight)| weight).sum();
        let mut row = self.row();
        for (leaf, weight) in parts {
            row[self.place(leaf, round, Some(score))] = weight / all;
        }
        (all > 0.0).then_some(row)
    }

    /// Reads the release of a round.
    pub(crate) fn read(&mut self, shown: &Shown, round: usize) {
        let at = |id: &String| IDS.iter().position(|of| of == id).expect("a public score");
        let official = shown.official.iter().map(|code| (code, 0));
        let scores = shown.scores.iter().map(|(code, id)| (code, at(id)));
        for (code, score) in scores.chain(official) {
            self.scores.learn(self.mean(code, round, score, |_| true));
        }
        for (code, id) in &shown.changes {
            let (score, design) = (at(id), self.design);
            for end in [0, 1] {
                let held = |leaf: &Leaf| averaged(leaf, design, score);
                self.scores.learn(self.mean(code, end, score, held));
            }
        }
        for (code, id) in &shown.counts {
            self.counts.learn(Some(self.sum(code, round, id.as_ref().map(at))));
        }
    }

    /// Answers of a region, taken in or with a score: of an open link's aggregate those that are
    /// part of the score.
    fn sum(&self, code: &str, round: usize, score: Option<usize>) -> Vec<f64> {
        let single = self.leaves.iter().any(|(own, _)| own == code);
        let mut row = self.row();
        for (at, (_, leaf)) in self.leaves.iter().enumerate().filter(|(_, of)| inside(&of.0, code))
        {
            let part = score.is_none_or(|score| {
                single || counts_for(leaf, self.design, round, score).is_some()
            });
            if part {
                row[self.place(at, round, score)] = 1.0;
            }
        }
        row
    }

    /// Regions and scores that follow although no release shows them.
    pub(crate) fn revealed(&self, shown: [&Shown; 2]) -> Vec<String> {
        let codes = self.leaves.iter().map(|(code, _)| code.clone());
        let provinces = self.leaves.iter().map(|(code, _)| code[..2].to_owned());
        let codes: BTreeSet<String> = codes.chain(provinces).chain(["ID".to_owned()]).collect();
        let mut revealed = Vec::new();
        for (round, shown) in shown.into_iter().enumerate() {
            for (code, (score, id)) in
                codes.iter().flat_map(|code| IDS.iter().enumerate().map(move |id| (code, id)))
            {
                let seen = shown.scores.contains(&(code.clone(), (*id).to_owned()));
                let row = self.mean(code, round, score, |_| true);
                let secret = self.hidden(shown, code, round, score, id).next().is_some();
                if !seen && secret && self.scores.follows(row) {
                    revealed.push(format!("{code} {id} in round {round}"));
                }
            }
        }
        revealed
    }

    /// The parts of a region's score that the release of `round` does not show, nor a province that
    /// holds them. A withheld aggregate without any is no secret: its parts are public.
    fn hidden(
        &self,
        shown: &Shown,
        code: &str,
        round: usize,
        score: usize,
        id: &str,
    ) -> impl Iterator<Item = (&str, f64, f64)> {
        let seen = move |code: &str| shown.scores.contains(&(code.to_owned(), id.to_owned()));
        self.leaves
            .iter()
            .filter(move |(leaf, _)| inside(leaf, code) && !seen(leaf))
            .filter(move |(leaf, _)| code != "ID" || !seen(&leaf[..2]))
            .filter_map(move |(leaf, of)| {
                let weight = counts_for(of, self.design, round, score)?;
                Some((leaf.as_str(), weight, of.rounds[round]?.value_of(score)))
            })
    }

    /// Numbers of answers that `shown`, the release of `round`, does not tell and that follow from
    /// it, or are known too closely.
    pub(crate) fn counted(&self, shown: &Shown, round: usize) -> Vec<String> {
        let mut found = Vec::new();
        for (at, (code, leaf)) in self.leaves.iter().enumerate() {
            let Some(answers) = leaf.rounds[round] else { continue };
            for score in [None].into_iter().chain((0..PUBLIC).map(Some)) {
                let n = score.map_or(answers.n, |score| answers.n_of(score));
                let told = (code.clone(), score.map(|score| IDS[score].to_owned()));
                let mut row = self.row();
                row[self.place(at, round, score)] = 1.0;
                if n > 0 && !shown.counts.contains(&told) && self.counts.follows(Some(row)) {
                    found.push(format!("{code} {score:?}: {n}"));
                }
            }
        }
        found.extend(self.counts_narrowed(shown, round));
        found
    }

    /// Numbers of answers below a hundred that the number of the region around them leaves fewer
    /// than twenty to be; or of one to four, any less than four.
    fn counts_narrowed(&self, shown: &Shown, round: usize) -> Vec<String> {
        let told = |code: &str| shown.counts.contains(&(code.to_owned(), None));
        let mut narrowed = Vec::new();
        for (whole, _) in
            shown.counts.iter().filter(|(code, of)| !code.contains('.') && of.is_none())
        {
            let hidden: Vec<(&str, u64)> = self
                .leaves
                .iter()
                .filter(|(code, _)| inside(code, whole) && !told(code))
                .filter(|(code, _)| whole != "ID" || !told(&code[..2]))
                .filter_map(|(code, leaf)| Some((code.as_str(), leaf.rounds[round]?.n)))
                .collect();
            let sum: u64 = hidden.iter().map(|(_, n)| n).sum();
            let range = |n: u64| if n < 5 { 1..=4 } else { 5..=99 };
            for (at, (code, n)) in hidden.iter().enumerate() {
                let others =
                    || (0..hidden.len()).filter(|&of| of != at).map(|of| range(hidden[of].1));
                let least: u64 = others().map(|of| *of.start()).sum();
                let most: u64 = others().map(|of| *of.end()).sum();
                let could = range(*n).filter(|&n| n + least <= sum && n + most >= sum).count();
                if could < range(*n).count().min(20) {
                    narrowed.push(format!("{code} by {whole}: one of {could}"));
                }
            }
        }
        narrowed
    }

    /// Withheld scores of kab/kota that the release of `round` lets a reader know to within an
    /// eighth of the scale, with every other withheld score anywhere on it. Where one of them rests
    /// on fewer than five answers nobody is told it, the rule no more than the reader.
    pub(crate) fn narrowed(&self, shown: &Shown, round: usize) -> Vec<String> {
        let mut narrowed = Vec::new();
        for (code, id) in shown.scores.iter().filter(|(code, _)| !code.contains('.')) {
            let score = IDS.iter().position(|of| of == id).expect("a public score");
            let hidden: Vec<(&str, f64, f64)> =
                self.hidden(shown, code, round, score, id).collect();
            let few = |(code, ..): &(&str, f64, f64)| {
                let leaf = self.leaves.iter().find(|(own, _)| own == code);
                leaf.and_then(|(_, of)| of.rounds[round]).is_none_or(|of| of.n_of(score) < 5)
            };
            if hidden.iter().any(few) {
                continue;
            }
            let all: f64 = hidden.iter().map(|(_, weight, _)| weight).sum();
            let sum: f64 = hidden.iter().map(|(_, weight, value)| weight * value).sum();
            for (leaf, weight, _) in &hidden {
                let with = |others: f64| ((sum - others * (all - weight)) / weight).clamp(1.0, 9.0);
                if with(1.0) - with(9.0) < 1.0 - 1e-9 {
                    narrowed.push(format!("{leaf} {id} by {code}"));
                }
            }
        }
        narrowed
    }
}

/// Linear equations, row-reduced.
#[derive(Default)]
struct Known {
    /// Each with the column that only later rows are free of.
    rows: Vec<(usize, Vec<f64>)>,
}

impl Known {
    /// What of `row` does not follow from the equations.
    fn rest(&self, mut row: Vec<f64>) -> Option<(usize, Vec<f64>)> {
        for (pivot, known) in &self.rows {
            let factor = row[*pivot] / known[*pivot];
            if factor != 0.0 {
                row.iter_mut().zip(known).for_each(|(cell, known)| *cell -= factor * known);
            }
        }
        let largest = (0..row.len()).max_by(|&a, &b| row[a].abs().total_cmp(&row[b].abs()))?;
        (row[largest].abs() > 1e-9).then_some((largest, row))
    }

    fn learn(&mut self, row: Option<Vec<f64>>) {
        self.rows.extend(row.and_then(|row| self.rest(row)));
    }

    /// Whether a score there is follows.
    fn follows(&self, row: Option<Vec<f64>>) -> bool {
        row.is_some_and(|row| self.rest(row).is_none())
    }
}

/// What a public form shows, without its files.
pub(crate) fn shown_by(public: &IndexResult) -> Shown {
    let mut shown = Shown::default();
    for region in &public.regions {
        if region.official.is_some() {
            shown.official.insert(region.code.clone());
        }
        for (definition, score) in public.scores.iter().zip(&region.scores) {
            let place = (region.code.clone(), definition.id.clone());
            if score.n.is_some() || score.deff.is_some() && !score.shifts.is_empty() {
                shown.counts.insert((place.0.clone(), Some(place.1.clone())));
            }
            if score.value.is_some() || score.adjusted.is_some() {
                shown.scores.insert(place);
            }
        }
        if region.n.is_some() {
            shown.counts.insert((region.code.clone(), None));
        }
    }
    for entry in public.change.iter().flat_map(|change| &change.regions) {
        let told = public.scores.iter().zip(&entry.scores).filter(|(_, of)| of.before.is_some());
        shown.changes.extend(told.map(|(of, _)| (entry.region.clone(), of.id.clone())));
    }
    shown
}
