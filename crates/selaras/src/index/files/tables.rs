//! The tables of a result: one value each for workbook, CSV and report.

mod about;
mod change;

use crate::index::result::{
    Composition, Form, IndexResult, Interval, IntervalKind, LowCell, LowCellFamily, RegionResult,
    Score, ScoreDefinition, ScoreKind, Verdict, Withheld,
};
use crate::index::{CIVIL_SERVANTS, standing};
use crate::instrument::{Evidence, Instrument, Standing};
use crate::locale::{Message, Value, Words, first_of};
use crate::region::atlas::Map;
use crate::render::table::{Cell, Column, Kind, Table};
use crate::round::answers::Design;
use crate::round::frame::Level;

/// A result as it is told in one language.
#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) result: &'a IndexResult,
    pub(super) instrument: &'a Instrument,
    /// Official boundaries of kab/kota, where the office has imported them.
    pub(super) official: Option<&'a Map>,
    pub(super) words: Words,
}

/// Columns from `(id, kind)`; the heads stand in the message files.
fn columns(words: Words, of: &[(&str, Kind)]) -> Vec<Column> {
    let head = |id: &str| words.say(&format!("files-head-{}", id.replace('_', "-")));
    of.iter().map(|(id, kind)| Column::new(id, head(id), *kind)).collect()
}

const VALUE: Kind = Kind::Decimal(2);
const FINE: Kind = Kind::Decimal(4);
/// Names that a cell of a printed table or a line of the summary holds.
const NAMED: usize = 12;
/// Kab/kota that a report tells one by one at most.
const MOST_IN_REPORT: usize = 40;
pub(super) const WHOLES: [Level; 2] = [Level::Nation, Level::Province];
pub(super) const EVERY_LEVEL: [Level; 3] = [Level::Nation, Level::Province, Level::Regency];

impl<'a> Teller<'a> {
    pub(super) fn say(&self, key: &str) -> String {
        self.words.say(key)
    }

    pub(super) fn text(&self, text: &crate::instrument::Text) -> String {
        text.in_language(self.words.language).to_owned()
    }

    /// Whether the results are those of example items, and so called an example index (METHOD §1).
    fn example(&self) -> bool {
        self.result.instrument.standing == Standing::Reconstruction
    }

    /// What a score is called.
    pub(super) fn title(&self, definition: &ScoreDefinition) -> String {
        match definition.kind {
            ScoreKind::Index if self.example() => self.say("results-index-example"),
            _ => self.text(&definition.name),
        }
    }

    /// What the whole is called: the instrument's name, which example items do not deserve.
    pub(super) fn name(&self) -> String {
        if self.example() {
            self.say("results-index-example")
        } else {
            self.text(&self.result.instrument.title)
        }
    }

    /// What the result may be called (METHOD §1); none for an imported official instrument.
    pub(super) fn standing(&self) -> Option<String> {
        match self.result.instrument.standing {
            Standing::Official => None,
            Standing::Reconstruction => Some(self.say("files-standing-reconstruction")),
            Standing::Other => Some(self.say("files-standing-other")),
        }
    }

    /// The lower end of an interval, within the scale.
    pub(super) fn low(&self, interval: Option<&Interval>) -> Option<f64> {
        interval.map(|interval| interval.within(self.result.instrument.scale).0)
    }

    /// The upper end of an interval, within the scale.
    pub(super) fn high(&self, interval: Option<&Interval>) -> Option<f64> {
        interval.map(|interval| interval.within(self.result.instrument.scale).1)
    }

    /// The ends of an interval in two decimals, as pages tell them.
    pub(super) fn ends(&self, score: &Score) -> [Cell; 2] {
        let ends = score.ends(self.result.instrument.scale);
        [ends.map(|(low, _)| low).into(), ends.map(|(_, high)| high).into()]
    }

    /// Round, instrument and standing on one line, under every table and figure.
    pub(super) fn source(&self) -> String {
        let mut source = self.words.tell(
            &Message::new("files-source")
                .with("round", self.result.round.name.clone())
                .with("instrument", self.text(&self.result.instrument.title))
                .with("version", self.result.instrument.version.clone()),
        );
        if let Some(standing) = self.standing() {
            source.push_str(". ");
            source.push_str(&standing);
        }
        source
    }

    pub(super) fn withheld(&self, reason: Withheld) -> String {
        self.say(match reason {
            Withheld::NoAnswers => "files-withheld-no-answers",
            Withheld::TooFew => "files-withheld-too-few",
            Withheld::BelowPublic => "files-withheld-below-public",
            Withheld::Complementary => "files-withheld-complementary",
            Withheld::InternalOnly => "files-withheld-internal-only",
            Withheld::PointsAtPeople => "results-points-at-people",
            Withheld::FewToCompare => "files-withheld-few-to-compare",
            Withheld::NoAdults => "files-withheld-no-adults",
        })
    }

    /// What may be said of a region against its province.
    pub(super) fn verdict(&self, verdict: Verdict) -> String {
        self.say(match verdict {
            Verdict::ClearlyAbove => "files-verdict-above",
            Verdict::NotTold => "results-not-told",
            Verdict::ClearlyBelow => "files-verdict-below",
            Verdict::Fragile => "results-fragile",
        })
    }

    fn evidence(&self, evidence: Evidence) -> String {
        self.say(match evidence {
            Evidence::Certain => "files-evidence-certain",
            Evidence::SecondHand => "files-evidence-second-hand",
            Evidence::Inferred => "files-evidence-inferred",
            Evidence::Proposed => "files-evidence-proposed",
            Evidence::Unknown => "files-evidence-unknown",
        })
    }

    pub(super) fn level(&self, level: Level) -> String {
        self.say(match level {
            Level::Nation => "files-level-nation",
            Level::Province => "files-level-province",
            Level::Regency => "files-level-regency",
        })
    }

    fn interval_kind(&self, interval: &Interval) -> String {
        self.say(match interval.kind {
            IntervalKind::Design => "files-interval-design",
            IntervalKind::Random => "files-interval-random",
        })
    }

    /// Why a score has no value or no interval, or how its interval is to be taken; empty where
    /// there is nothing to add.
    pub(super) fn remark(&self, region: &RegionResult, score: &Score) -> String {
        let mut said = Vec::new();
        said.extend(score.withheld.map(|reason| self.withheld(reason)));
        said.extend(score.no_interval.as_ref().map(|reason| self.words.tell(reason)));
        if score.interval.as_ref().is_some_and(|interval| interval.coarse) {
            said.push(self.say("files-coarse"));
        }
        said.extend(self.incomplete(region, score));
        let categories: Vec<String> = score.categories.iter().map(|name| self.text(name)).collect();
        if !categories.is_empty() {
            said.push(self.words.tell(
                &Message::new("files-categories").with("categories", categories.join(" / ")),
            ));
        }
        said.join(" ")
    }

    /// That the score of an aggregate with regions missing is incomplete, with its bounds.
    fn incomplete(&self, region: &RegionResult, score: &Score) -> Option<String> {
        if score.value.is_none() || !region.incomplete(score) {
            return None;
        }
        let end = |value| Value::Decimal(value, 2);
        Some(match score.bounds {
            Some((low, high)) => {
                let message = Message::new("files-incomplete").with("low", end(low));
                self.words.tell(&message.with("high", end(high)))
            }
            None => self.say("files-incomplete-unbounded"),
        })
    }

    /// How many of these regions there are, and the names of the first dozen.
    fn counted(&self, codes: &[String]) -> Option<String> {
        let named = |code: &String| match (self.region(code), crate::region::find(code)) {
            (None, Some(known)) => known.name.clone(),
            _ => self.region_name(code),
        };
        let names: Vec<String> = codes.iter().map(named).collect();
        let message = Message::new("files-counted").with("count", codes.len());
        let message = message.with("names", first_of(&names, NAMED));
        (!codes.is_empty()).then(|| self.words.tell(&message))
    }

    fn value(&self, score: &Score) -> Cell {
        match (score.value, score.withheld) {
            (Some(value), _) => value.into(),
            (None, Some(reason)) => Cell::Absent(self.withheld(reason)),
            (None, None) => Cell::Empty,
        }
    }

    fn count(&self, n: Option<u64>, reason: Option<Withheld>) -> Cell {
        match (n, reason) {
            (Some(n), _) => n.into(),
            (None, Some(reason)) => Cell::Absent(self.withheld(reason)),
            (None, None) => Cell::Empty,
        }
    }

    /// What may be said of a score of a kab/kota against its province, or why nothing may; none of
    /// a province, of the nation, of a score that is not shown, and of a cell, which is called low
    /// or not.
    pub(super) fn told(&self, region: &RegionResult, at: usize) -> Option<String> {
        let compared = self.result.scores.get(at).is_some_and(|of| of.kind != ScoreKind::Cell);
        let shown = region.scores.get(at).is_some_and(|score| score.value.is_some());
        (compared && shown && region.level == Level::Regency).then(|| {
            match standing(self.result, region, at) {
                Ok(verdict) => self.verdict(verdict),
                Err(reason) => self.words.tell(&reason.message()),
            }
        })
    }

    /// Positions and definitions of the scores of these kinds.
    fn scores(
        &self,
        kinds: &'static [ScoreKind],
    ) -> impl Iterator<Item = (usize, &'a ScoreDefinition)> + 'a {
        self.result.scores.iter().enumerate().filter(|(_, score)| kinds.contains(&score.kind))
    }

    fn score_name(&self, id: &str) -> String {
        let found = self.result.scores.iter().find(|score| score.id == id);
        found.map_or_else(|| id.to_owned(), |score| self.title(score))
    }

    pub(super) fn region(&self, code: &str) -> Option<&'a RegionResult> {
        self.result.regions.iter().find(|region| region.code == code)
    }

    fn region_name(&self, code: &str) -> String {
        self.region(code).map_or_else(|| code.to_owned(), |region| region.name.clone())
    }

    /// An empty table with everything that travels with it.
    fn table(&self, title: &str, columns: Vec<Column>) -> Table {
        let example = self.example() && ["index", "regions", "districts"].contains(&title);
        let title = format!("files-title-{title}{}", if example { "-example" } else { "" });
        let mut table = Table::new(self.words, self.say(&title), columns);
        table.simulated = self.result.simulated;
        table.source = Some(self.source());
        table.time = Some(self.words.short_date(self.result.round.as_of));
        if self.result.form == Form::Internal {
            table
                .filters
                .push((self.say("files-about-form"), self.say("files-form-internal-short")));
        }
        table
    }

    /// Every region × score with all that is known of it, for programs and spreadsheets.
    pub(super) fn long(&self) -> Table {
        let mut heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("level", Kind::Text),
                ("parent", Kind::Code),
                ("score_id", Kind::Text),
                ("score", Kind::Text),
                ("n", Kind::Whole),
                ("value", FINE),
                ("low", FINE),
                ("high", FINE),
                ("interval", Kind::Text),
                ("se", FINE),
                ("df", Kind::Decimal(1)),
                ("clusters", Kind::Whole),
                ("coarse", Kind::Text),
                ("deff", FINE),
                ("adjusted", FINE),
                ("adjusted_difference", FINE),
                ("bound_low", FINE),
                ("bound_high", FINE),
                ("standing", Kind::Text),
                ("withheld", Kind::Text),
                ("no_interval", Kind::Text),
                ("categories", Kind::Text),
            ],
        );
        let shifts = &self.result.options.selections_shown;
        for correlation in shifts {
            let head = Message::new("files-head-shift")
                .with("correlation", self.words.number(*correlation, 3));
            heads.push(Column::new(&format!("shift_{correlation}"), self.words.tell(&head), FINE));
        }
        let mut table = self.table("long", heads);
        for region in &self.result.regions {
            let scores = self.result.scores.iter().zip(&region.scores);
            for (at, (definition, score)) in scores.enumerate() {
                let interval = score.interval.as_ref();
                let adjusted = score.adjusted.as_ref();
                let names: Vec<String> = score.categories.iter().map(|n| self.text(n)).collect();
                let mut cells: Vec<Cell> = vec![
                    region.code.as_str().into(),
                    region.name.as_str().into(),
                    self.level(region.level).into(),
                    region.parent.clone().into(),
                    definition.id.as_str().into(),
                    self.title(definition).into(),
                    score.n.into(),
                    score.value.into(),
                    self.low(interval).into(),
                    self.high(interval).into(),
                    interval.map(|interval| self.interval_kind(interval)).into(),
                    score.se.into(),
                    interval.map(|interval| interval.df).into(),
                    interval.map(|interval| interval.clusters).into(),
                    interval.filter(|i| i.coarse).map(|_| self.say("files-coarse-word")).into(),
                    score.deff.into(),
                    adjusted.map(|adjusted| adjusted.value).into(),
                    adjusted.map(|adjusted| adjusted.difference).into(),
                    score.bounds.map(|bounds| bounds.0).into(),
                    score.bounds.map(|bounds| bounds.1).into(),
                    self.told(region, at).into(),
                    score.withheld.map(|reason| self.withheld(reason)).into(),
                    score.no_interval.as_ref().map(|reason| self.words.tell(reason)).into(),
                    (!names.is_empty()).then(|| names.join(" / ")).into(),
                ];
                cells.extend((0..shifts.len()).map(|at| {
                    let shift = score.shifts.get(at);
                    Cell::from(shift.map(|shift| shift.shift))
                }));
                table.push(cells);
            }
        }
        table
    }

    /// Index and dimensions by region.
    pub(super) fn regions(&self) -> Table {
        let mut heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("level", Kind::Text),
                ("n", Kind::Whole),
            ],
        );
        let shown: Vec<_> = self.scores(&[ScoreKind::Index, ScoreKind::Dimension]).collect();
        let scale = self.result.instrument.scale;
        for (_, definition) in &shown {
            let name = self.title(definition);
            let id = definition.id.as_str();
            let unit = format!("{}–{}", scale.0, scale.1);
            heads.push(Column::new(id, name.clone(), VALUE).unit(unit));
            for end in ["low", "high"] {
                let head = format!("{name}: {}", self.say(&format!("files-head-{end}")));
                heads.push(Column::new(&format!("{id}_{end}"), head, VALUE));
            }
        }
        heads.extend(columns(
            self.words,
            &[
                ("adjusted", VALUE),
                ("shift_index", VALUE),
                ("standing", Kind::Text),
                ("remark", Kind::Text),
            ],
        ));
        let mut table = self.table("regions", heads);
        for region in &self.result.regions {
            let mut cells: Vec<Cell> = vec![
                region.code.as_str().into(),
                region.name.as_str().into(),
                self.level(region.level).into(),
                self.count(region.n, region.withheld),
            ];
            for (at, _) in &shown {
                let Some(score) = region.scores.get(*at) else { continue };
                cells.push(self.value(score));
                cells.extend(self.ends(score));
            }
            if let Some(index) = region.scores.first() {
                let wanted = self.result.options.selection;
                let shift = index.shifts.iter().find(|shift| shift.correlation == wanted);
                let why = region.not_adjusted.iter().chain(&region.not_adjusted_for);
                cells.push(index.adjusted.as_ref().map(|adjusted| adjusted.value).into());
                cells.push(shift.map(|shift| shift.shift).into());
                cells.push(self.told(region, 0).into());
                let mut remark = vec![self.remark(region, index)];
                remark.extend(why.map(|reason| self.words.tell(reason)));
                cells.push(remark.join(" ").trim().to_owned().into());
            }
            table.push(cells);
        }
        table
    }

    /// The share of civil servants among the respondents of `region`, beside that of its
    /// population.
    fn civil_servants(&self, region: &RegionResult) -> Cell {
        let line = region.composition.iter().find(|line| line.attribute == CIVIL_SERVANTS);
        let Some(line) = line else {
            // The public form has no line where one of its counts is small.
            let public = self.result.form == Form::Public;
            let key = if public { "files-not-shown" } else { "files-no-data-yet" };
            return Cell::Absent(self.say(key));
        };
        // The public form holds whole per cent.
        let decimals = if self.result.form == Form::Public { 0 } else { 1 };
        let percent = |share: f64| format!("{}\u{a0}%", self.words.number(share * 100.0, decimals));
        let unknown = || self.say("files-no-data-yet");
        let own = line.share.map(percent).or_else(|| Some(self.withheld(line.withheld?)));
        let message = Message::new("files-civil-servants")
            .with("own", own.unwrap_or_else(unknown))
            .with("population", line.population_share.map_or_else(unknown, percent));
        self.words.tell(&message).into()
    }

    /// The index by region as a page has room for it: interval and shift in words.
    pub(super) fn index_in_short(&self, levels: &[Level]) -> Table {
        let mut heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("n", Kind::Whole),
                ("value", VALUE),
                ("interval_words", Kind::Text),
                ("adjusted", VALUE),
                ("civil_servants", Kind::Text),
                ("shift_index", VALUE),
                ("standing", Kind::Text),
            ],
        );
        let open = self.result.design == Design::OpenLink;
        let mut indices = self.result.regions.iter().filter_map(|region| region.scores.first());
        // Where no region has an adjusted score, the summary says why.
        let adjusted = indices.any(|score| score.adjusted.is_some());
        heads.retain(|column| match column.id.as_str() {
            "adjusted" => adjusted,
            "civil_servants" | "shift_index" => open,
            _ => true,
        });
        let mut table = self.table("index", heads);
        for region in self.result.regions.iter().filter(|of| levels.contains(&of.level)) {
            let Some(score) = region.scores.first() else { continue };
            let ends = score.ends(self.result.instrument.scale);
            let interval = score.interval.as_ref().zip(ends).map(|(interval, (low, high))| {
                let end = |value| Value::Decimal(value, 2);
                let mut message = Message::new("files-between");
                message = message.with("low", end(low)).with("high", end(high));
                let coarse =
                    if interval.coarse { self.say("files-coarse-word") } else { String::new() };
                format!("{} {coarse}", self.words.tell(&message)).trim().to_owned()
            });
            let mut cells: Vec<Cell> = vec![
                region.code.as_str().into(),
                region.name.as_str().into(),
                self.count(region.n, region.withheld),
                self.value(score),
                interval.into(),
            ];
            if adjusted {
                cells.push(match &score.adjusted {
                    Some(adjusted) => adjusted.value.into(),
                    None if score.value.is_some() => {
                        Cell::Absent(self.say("files-not-yet-computed"))
                    }
                    None => Cell::Empty,
                });
            }
            if open {
                cells.push(score.value.map(|_| self.civil_servants(region)).unwrap_or_default());
                let wanted = self.result.options.selection;
                let shift = score.shifts.iter().find(|shift| shift.correlation == wanted);
                cells.push(shift.map(|shift| shift.shift).into());
            }
            let said = [self.told(region, 0), self.incomplete(region, score)];
            let said: Vec<String> = said.into_iter().flatten().collect();
            cells.push((!said.is_empty()).then(|| said.join(" ")).into());
            table.push(cells);
        }
        table
    }

    /// Scores of these kinds with their intervals, a region a row and a score a cell, for the report.
    pub(super) fn scores_in_short(&self, kinds: &'static [ScoreKind], levels: &[Level]) -> Table {
        let mut heads = columns(self.words, &[("region", Kind::Text)]);
        let (least, most) = self.result.instrument.scale;
        for (_, definition) in self.scores(kinds) {
            let head = Column::new(&definition.id, self.title(definition), Kind::Text);
            heads.push(head.unit(format!("{least}–{most}")));
        }
        let mut table = self.table("scores", heads);
        for region in self.result.regions.iter().filter(|of| levels.contains(&of.level)) {
            let mut cells: Vec<Cell> = vec![region.name.as_str().into()];
            // What withholds one score of a region withholds all, and is said once.
            let mut said = None;
            for (at, _) in self.scores(kinds) {
                let Some(score) = region.scores.get(at) else { continue };
                cells.push(match (score.value, score.withheld) {
                    (Some(value), _) => self.value_and_ends(value, score).into(),
                    (None, Some(reason)) if said != Some(reason) => {
                        said = Some(reason);
                        Cell::Absent(self.withheld(reason))
                    }
                    (None, _) => Cell::Empty,
                });
            }
            table.push(cells);
        }
        table
    }

    /// `6,55 (6,41–6,69)`, with *kasar* where the interval is.
    fn value_and_ends(&self, value: f64, score: &Score) -> String {
        let value = self.words.number(value, 2);
        let Some((low, high)) = score.ends(self.result.instrument.scale) else { return value };
        let coarse = score.interval.as_ref().is_some_and(|interval| interval.coarse);
        let key = if coarse { "files-value-ends-coarse" } else { "files-value-ends" };
        let message = Message::new(key).with("value", value).with("low", Value::Decimal(low, 2));
        self.words.tell(&message.with("high", Value::Decimal(high, 2)))
    }

    /// Scores of some kinds, one row a region and score.
    fn by_score(&self, title: &str, kinds: &'static [ScoreKind]) -> Table {
        let heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("score", Kind::Text),
                ("value", VALUE),
                ("low", VALUE),
                ("high", VALUE),
                ("n", Kind::Whole),
                ("standing", Kind::Text),
                ("remark", Kind::Text),
            ],
        );
        let mut table = self.table(title, heads);
        for region in &self.result.regions {
            for (at, definition) in self.scores(kinds) {
                let Some(score) = region.scores.get(at) else { continue };
                let [low, high] = self.ends(score);
                table.push(vec![
                    region.code.as_str().into(),
                    region.name.as_str().into(),
                    self.title(definition).into(),
                    self.value(score),
                    low,
                    high,
                    self.count(score.n, score.withheld),
                    self.told(region, at).into(),
                    self.remark(region, score).into(),
                ]);
            }
        }
        table
    }

    /// Variables by region.
    pub(super) fn variables(&self) -> Table {
        self.by_score("variables", &[ScoreKind::Variable])
    }

    /// Components and variable × component by region; none where the form or the instrument has
    /// no such scores.
    pub(super) fn components(&self) -> Option<Table> {
        let table = self.by_score("components", &[ScoreKind::Component, ScoreKind::Cell]);
        (!table.rows.is_empty()).then_some(table)
    }

    /// Kab/kota against the mean of their province, in code order (METHOD §3).
    pub(super) fn differences(&self) -> Table {
        let heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("province", Kind::Text),
                ("score", Kind::Text),
                ("value", VALUE),
                ("province_value", VALUE),
                ("difference", VALUE),
                ("standing", Kind::Text),
            ],
        );
        let mut table = self.table("differences", heads);
        let kinds = &[ScoreKind::Index, ScoreKind::Dimension, ScoreKind::Variable];
        for region in self.result.regions.iter().filter(|region| region.level == Level::Regency) {
            let above = region.parent.as_deref().and_then(|code| self.region(code));
            let Some(province) = above.filter(|above| above.level == Level::Province) else {
                continue;
            };
            for (at, definition) in self.scores(kinds) {
                let (Some(own), Some(whole)) = (region.scores.get(at), province.scores.get(at))
                else {
                    continue;
                };
                let difference = own.value.zip(whole.value).map(|(own, whole)| own - whole);
                table.push(vec![
                    region.code.as_str().into(),
                    region.name.as_str().into(),
                    province.name.as_str().into(),
                    self.title(definition).into(),
                    self.value(own),
                    self.value(whole),
                    difference.into(),
                    self.told(region, at).into(),
                ]);
            }
        }
        table
    }

    /// Low cells (internal form); none where no family was searched.
    pub(super) fn low_cells(&self) -> Option<Table> {
        self.low_cells_of(&EVERY_LEVEL)
    }

    /// [`Teller::low_cells`] of the families of regions of these levels.
    pub(super) fn low_cells_of(&self, levels: &[Level]) -> Option<Table> {
        let heads = columns(
            self.words,
            &[
                ("family", Kind::Text),
                ("searched", Kind::Whole),
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("cell", Kind::Text),
                ("value", VALUE),
                ("low", VALUE),
                ("high", VALUE),
                ("shrunken", VALUE),
                ("province_value", VALUE),
                ("q", FINE),
                ("n", Kind::Whole),
            ],
        );
        let mut table = self.table("low-cells", heads);
        let low = |cell: &LowCell| -> Vec<Cell> {
            let scale = self.result.instrument.scale;
            let ends = cell.interval.as_ref().map(|interval| interval.about(cell.value, scale));
            vec![
                cell.region.as_str().into(),
                self.region_name(&cell.region).into(),
                self.score_name(&cell.score).into(),
                cell.value.into(),
                ends.map(|(low, _)| low).into(),
                ends.map(|(_, high)| high).into(),
                cell.shrunken.into(),
                cell.province.into(),
                cell.q.into(),
                cell.n.into(),
            ]
        };
        let told = |family: &&LowCellFamily| {
            self.region(&family.region).is_none_or(|region| levels.contains(&region.level))
        };
        for family in self.result.low_cells.iter().filter(told) {
            let head = || -> Vec<Cell> {
                vec![self.region_name(&family.region).into(), family.searched.into()]
            };
            if family.cells.is_empty() {
                let mut cells = head();
                cells.extend([Cell::Empty, Cell::Empty, self.say("files-no-low-cell").into()]);
                table.push(cells);
            }
            for cell in &family.cells {
                let mut cells = head();
                cells.extend(low(cell));
                table.push(cells);
            }
        }
        (!table.rows.is_empty()).then_some(table)
    }

    /// Answers against the target: coverage, not harmony.
    pub(super) fn coverage(&self) -> Table {
        self.coverage_of(&EVERY_LEVEL)
    }

    /// Whether the whole population stands for the adults, whose number is not known.
    pub(super) fn counts_everybody(&self) -> bool {
        let known = self.result.regions.iter().filter_map(|region| region.adults.as_ref());
        known.into_iter().any(|adults| adults.total_population)
    }

    /// [`Teller::coverage`] of province and nation, with the regions left out of their scores.
    pub(super) fn coverage_of_wholes(&self) -> Table {
        let mut table = self.coverage_of(&WHOLES);
        // A4 has no room for the source of the adults, which stands among the sources.
        if let Some(at) = table.columns.iter().position(|column| column.id == "adults_source") {
            table.columns.remove(at);
            table.rows.iter_mut().for_each(|row| drop(row.cells.remove(at)));
        }
        table
    }

    fn coverage_of(&self, levels: &[Level]) -> Table {
        let heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("level", Kind::Text),
                ("n", Kind::Whole),
                ("target", Kind::Whole),
                ("share_of_target", Kind::Percent(0)),
                ("reached", Kind::Whole),
                ("adults", Kind::Whole),
                ("adults_source", Kind::Text),
                ("adults_covered", Kind::Percent(1)),
                ("missing", Kind::Text),
            ],
        );
        let mut table = self.table("coverage", heads);
        if self.counts_everybody() {
            for (id, key) in
                [("adults", "files-head-population"), ("adults_covered", "files-head-covered")]
            {
                let heads = table.columns.iter_mut().filter(|column| column.id == id);
                heads.for_each(|column| column.head = self.say(key));
            }
        }
        for region in self.result.regions.iter().filter(|of| levels.contains(&of.level)) {
            let share = region.n.filter(|_| region.target > 0);
            table.push(vec![
                region.code.as_str().into(),
                region.name.as_str().into(),
                self.level(region.level).into(),
                self.count(region.n, region.withheld),
                region.target.into(),
                share.map(|n| n as f64 / region.target as f64).into(),
                region.reached.into(),
                region.adults.as_ref().map(|adults| adults.count).into(),
                region.adults.as_ref().map(|adults| adults.source.clone()).into(),
                region.adults_covered.into(),
                self.counted(&region.missing).into(),
            ]);
        }
        table
    }

    /// Whether the report tells the long tables of province and nation only: there are too many
    /// kab/kota for a person to read. The workbook has them all.
    pub(super) fn tells_wholes(&self) -> bool {
        self.regencies().count() > MOST_IN_REPORT
    }

    /// Respondents beside the population; none where nothing of it may be shown.
    pub(super) fn composition(&self) -> Option<Table> {
        self.composition_of(&EVERY_LEVEL)
    }

    fn population_share(&self, line: Option<&Composition>) -> Cell {
        match line.and_then(|line| line.population_share) {
            Some(share) => share.into(),
            None => Cell::Absent(self.say("files-no-data-yet")),
        }
    }

    /// [`Teller::composition`] of regions of these levels.
    pub(super) fn composition_of(&self, levels: &[Level]) -> Option<Table> {
        let heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("attribute", Kind::Text),
                ("band", Kind::Text),
                ("n", Kind::Whole),
                ("share", Kind::Percent(1)),
                ("population_share", Kind::Percent(1)),
                ("population_source", Kind::Text),
            ],
        );
        let mut table = self.table("composition", heads);
        for region in self.result.regions.iter().filter(|of| levels.contains(&of.level)) {
            for line in &region.composition {
                let attribute =
                    self.instrument.attributes.iter().find(|of| of.id == line.attribute);
                let attribute = match (attribute, line.attribute.as_str()) {
                    (Some(attribute), _) => self.text(&attribute.name),
                    (None, crate::round::margins::DISTRICT) => self.say("files-head-district"),
                    (None, _) => self.text(&line.name),
                };
                table.push(vec![
                    region.code.as_str().into(),
                    region.name.as_str().into(),
                    attribute.into(),
                    self.text(&line.name).into(),
                    self.count(line.n, line.withheld),
                    line.share.into(),
                    self.population_share(Some(line)),
                    line.source.clone().into(),
                ]);
            }
        }
        (!table.rows.is_empty()).then_some(table)
    }

    /// Kecamatan (internal form); none where there are none.
    pub(super) fn districts(&self) -> Option<Table> {
        let heads = columns(
            self.words,
            &[
                ("region", Kind::Text),
                ("code", Kind::Code),
                ("district", Kind::Text),
                ("score", Kind::Text),
                ("value", VALUE),
                ("low", VALUE),
                ("high", VALUE),
                ("n", Kind::Whole),
                ("remark", Kind::Text),
            ],
        );
        let mut table = self.table("districts", heads);
        for region in &self.result.regions {
            for district in &region.districts {
                for (at, definition) in self.scores(&[ScoreKind::Index, ScoreKind::Dimension]) {
                    let Some(score) = district.scores.get(at) else { continue };
                    let [low, high] = self.ends(score);
                    table.push(vec![
                        region.name.as_str().into(),
                        district.code.as_str().into(),
                        district.name.as_str().into(),
                        self.title(definition).into(),
                        self.value(score),
                        low,
                        high,
                        self.count(score.n, score.withheld),
                        self.remark(region, score).into(),
                    ]);
                }
            }
        }
        (!table.rows.is_empty()).then_some(table)
    }
}
