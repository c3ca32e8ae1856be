//! Tables of a result.

use std::collections::{BTreeMap, HashSet};

use super::figures::{Links, POVERTY};
use super::view::View;
use super::{Reading, paths, say};
use crate::index::result::{
    Composition, LowCell, LowCellFamily, Movement, RegionResult, Score, ScoreChange, ScoreKind,
    Verdict, Withheld,
};
use crate::locale::Message;
use crate::region;
use crate::render::table::{Cell, Column, Kind, Row, Table};
use crate::round::frame::Level;
use crate::statistic;

const SCORE: Kind = Kind::Decimal(2);

impl Reading {
    pub(super) fn table(&self, title: String, columns: Vec<Column>) -> Table {
        Table { simulated: self.result.simulated, ..Table::new(self.words, title, columns) }
    }

    pub(super) fn column(&self, id: &str, kind: Kind) -> Column {
        Column::new(id, self.words.say(&format!("results-column-{id}")), kind)
    }

    /// Value and interval of a score, or why there are none.
    fn value_cells(&self, score: Option<&Score>) -> [Cell; 2] {
        let Some(score) = score else { return [Cell::Empty, Cell::Empty] };
        let Some(value) = score.value else {
            return [Cell::Absent(say::withheld(score.withheld, self.words)), Cell::Empty];
        };
        let interval = match (&score.interval, self.ends_of(score)) {
            (Some(interval), Some(ends)) => {
                let said = self.range(ends);
                let coarse = interval.coarse.then(|| self.words.say("results-coarse-short"));
                Cell::Text(coarse.map_or(said.clone(), |coarse| format!("{said} ({coarse})")))
            }
            _ => Cell::Absent(self.words.say("results-no-interval")),
        };
        [Cell::from(value), interval]
    }

    /// A count; where it is not shown the value beside it says why, and few answers say so here
    /// too.
    fn count_cell(&self, n: Option<u64>, reason: Option<Withheld>) -> Cell {
        match (n, reason) {
            (Some(n), _) => Cell::from(n),
            (None, Some(Withheld::TooFew)) => Cell::Absent(self.words.say("results-too-few-short")),
            (None, Some(Withheld::BelowPublic)) => {
                let least = self.result.options.public_from;
                let message = Message::new("results-below-public-short").with("least", least);
                Cell::Absent(self.words.tell(&message))
            }
            (None, _) => Cell::Empty,
        }
    }

    /// The same as the map of `region` in `view`, in words: its kab/kota, or of the nation's public
    /// page its provinces, in code order.
    pub(super) fn regions_table(&self, region: &RegionResult, view: View, links: Links) -> Table {
        let words = self.words;
        let inside = self.drawn(region, links);
        let title = words.tell(
            &Message::new("results-table-regions")
                .with("what", view.title(self))
                .with("region", say::name(region, words)),
        );
        // Nothing is said of provinces, nor against one that is not shown itself.
        let hidden = |at: usize| region.scores.get(at).is_some_and(|score| score.value.is_none());
        let against = inside.iter().any(|of| of.level == Level::Regency)
            && !matches!(view, View::Score(at) if region.level == Level::Province && hidden(at));
        let mut table = match view {
            View::Score(_) => {
                let mut columns = vec![
                    self.column("region", Kind::Text),
                    self.column("score", SCORE).unit(self.scale()),
                    self.column("interval", Kind::Text),
                    self.column("answers", Kind::Whole),
                ];
                let standing = self.column("standing", Kind::Text);
                columns.extend(against.then(|| {
                    match region.level {
                        Level::Province => Column {
                            head: words.tell(
                                &Message::new("results-column-standing-of")
                                    .with("region", say::name(region, words)),
                            ),
                            ..standing
                        },
                        _ => standing,
                    }
                }));
                self.table(title, columns)
            }
            View::Change => self.table(
                title,
                vec![
                    self.column("region", Kind::Text),
                    self.column("said", Kind::Text),
                    self.column("before", SCORE),
                    self.column("now", SCORE),
                    self.column("difference", Kind::Text),
                    self.column("interval", Kind::Text),
                ],
            ),
            View::Coverage => self.table(
                title,
                vec![
                    self.column("region", Kind::Text),
                    self.column("answers", Kind::Whole),
                    self.column("target", Kind::Whole),
                    self.column("coverage", Kind::Percent(0)),
                    self.column("said", Kind::Text),
                ],
            ),
            View::Poverty => Table::new(
                words,
                title,
                vec![
                    self.column("region", Kind::Text),
                    self.column("poverty", SCORE).unit(words.say("statistic-poverty-rate-unit")),
                    self.column("when", Kind::Text),
                ],
            ),
        };
        if view == View::Poverty {
            table.source = inside
                .iter()
                .find_map(|region| statistic::latest(&region.code, POVERTY))
                .map(|figure| figure.source.text.to_owned());
        }
        for inside in inside {
            let datum = self.datum(inside, view, links);
            let mut cells = vec![Cell::from(datum.label)];
            match view {
                View::Score(at) => {
                    let score = inside.scores.get(at);
                    cells.extend(self.value_cells(score));
                    let reason = score.and_then(|score| score.withheld);
                    cells.push(self.count_cell(datum.n, reason));
                    let absent = score.is_none_or(|score| score.value.is_none());
                    let said = if absent { Cell::Empty } else { Cell::from(datum.words) };
                    cells.extend(against.then_some(said));
                }
                View::Change => {
                    let change = self.score_change(inside, self.index_at());
                    let reason = self.change_at(inside, self.index_at()).err();
                    let reason = reason.map(|reason| reason.sentence(words));
                    cells.push(Cell::from(reason.unwrap_or(datum.words)));
                    cells.push(change.and_then(|change| change.before).into());
                    cells.push(change.and_then(ScoreChange::now).into());
                    let shown = change.and_then(ScoreChange::shown);
                    let signed = |(value, _)| words.signed(value, say::DECIMALS);
                    cells.push(shown.map(signed).into());
                    let ends = shown.and_then(|(_, ends)| ends);
                    cells.push(ends.map(|ends| self.signed_range(ends)).into());
                }
                View::Coverage => {
                    cells.push(self.count_cell(inside.n, inside.withheld));
                    cells.push(inside.target.into());
                    cells.push(inside.n.map(|n| n as f64 / inside.target.max(1) as f64).into());
                    cells.push(Cell::from(datum.words));
                }
                View::Poverty => {
                    let figure = statistic::latest(&inside.code, POVERTY);
                    cells.push(figure.map_or_else(
                        || Cell::Absent(words.say("statistic-no-data")),
                        |figure| figure.value.into(),
                    ));
                    cells.push(figure.map(|figure| words.tell(&figure.when())).into());
                }
            }
            table.push(Row { cells, href: datum.href });
        }
        table
    }

    /// What the table of the index, its dimensions and variables is called.
    pub(super) fn scores_title(&self) -> String {
        self.words.say(self.example_or(["results-scores-title-example", "results-scores-title"]))
    }

    /// Dimensions and variables of `region`.
    pub(super) fn scores_table(&self, region: &RegionResult) -> Table {
        let words = self.words;
        let hidden =
            |of: &RegionResult| self.index_of(of).is_some_and(|score| score.value.is_none());
        let regency = region.level == Level::Regency && !self.parent(region).is_some_and(hidden);
        let mut columns = vec![
            self.column("what", Kind::Text),
            self.column("score", SCORE).unit(self.scale()),
            self.column("interval", Kind::Text),
            self.column("answers", Kind::Whole),
        ];
        if regency {
            columns.push(self.column("standing", Kind::Text));
        }
        let changes = self.change_of(region).is_some_and(|entry| !entry.scores.is_empty());
        if changes {
            columns.push(self.column("since", Kind::Text));
        }
        let mut table = self.table(self.scores_title(), columns);
        for (at, (definition, score)) in self.result.scores.iter().zip(&region.scores).enumerate() {
            let kind = match definition.kind {
                ScoreKind::Index => "results-kind-index",
                ScoreKind::Dimension => "results-kind-dimension",
                ScoreKind::Variable => "results-kind-variable",
                ScoreKind::Component | ScoreKind::Cell => continue,
            };
            let name = self.title(definition);
            let name = match kind {
                // "Indeks contoh" says that it is an index.
                "results-kind-index" if name == self.index_name() => name,
                _ => words.tell(&Message::new(kind).with("name", name)),
            };
            let mut cells = vec![Cell::from(name)];
            cells.extend(self.value_cells(Some(score)));
            cells.push(self.count_cell(score.n, score.withheld));
            if regency {
                let absent = score.value.is_none();
                let said = self.standing(region, at).0;
                cells.push(if absent { Cell::Empty } else { Cell::from(said) });
            }
            if changes {
                let said = match self.change_at(region, at) {
                    Ok(change) => {
                        let difference = change.shown().map_or(0.0, |(difference, _)| difference);
                        let (key, _) = say::change_verdict(change.verdict);
                        format!("{}; {}", words.say(key), words.signed(difference, say::DECIMALS))
                    }
                    Err(reason) => reason.short(words),
                };
                cells.push(Cell::from(said));
            }
            table.push(cells);
        }
        table
    }

    /// A share with three decimals, or that it is smaller than they can say.
    fn small_share(&self, share: f64) -> String {
        const LEAST: f64 = 0.001;
        if share < LEAST {
            let least = self.words.number(LEAST, 3);
            return self.words.tell(&Message::new("results-under").with("value", least));
        }
        self.words.number(share, 3)
    }

    /// Variable and component of a cell.
    pub(super) fn cell_name(&self, id: &str) -> String {
        let found = self.result.scores.iter().find(|score| score.id == id);
        found.map_or_else(|| id.to_owned(), |score| self.title(score))
    }

    /// The low cells of a family; none where there are none.
    pub(super) fn low_table(&self, family: &LowCellFamily) -> Option<Table> {
        if family.cells.is_empty() {
            return None;
        }
        let words = self.words;
        let whole = self.find(&family.region).is_some_and(|region| region.level != Level::Regency);
        let mut columns = Vec::new();
        if whole {
            columns.push(self.column("region", Kind::Text));
        }
        columns.extend([
            self.column("what", Kind::Text),
            self.column("score", SCORE).unit(self.scale()),
            self.column("interval", Kind::Text),
            self.column("shrunken", SCORE).note(words.say("results-shrunken-note")),
            self.column("province", SCORE),
            self.column("q", Kind::Text).note(words.say("results-q-note")),
            self.column("answers", Kind::Whole),
        ]);
        let mut table = self.table(words.say("results-low-title"), columns);
        for cell in &family.cells {
            table.push(self.low_row(cell, whole));
        }
        Some(table)
    }

    /// How many low cells each province's list holds, for the page of the nation.
    pub(super) fn low_lists_table(&self, families: &[&LowCellFamily]) -> Option<Table> {
        if families.is_empty() {
            return None;
        }
        let mut table = self.table(
            self.words.say("results-low-lists-title"),
            vec![
                self.column("region", Kind::Text),
                self.column("low-found", Kind::Whole),
                self.column("low-searched", Kind::Whole),
            ],
        );
        for family in families {
            let name = self
                .find(&family.region)
                .map_or_else(|| family.region.clone(), |region| say::name(region, self.words));
            table.push(Row {
                cells: vec![
                    Cell::from(name),
                    Cell::from(family.cells.len() as u64),
                    Cell::from(family.searched),
                ],
                href: Some(paths::region(self.round.id, &family.region)),
            });
        }
        Some(table)
    }

    fn low_row(&self, cell: &LowCell, whole: bool) -> Row {
        let mut cells = Vec::new();
        if whole {
            let name = self
                .find(&cell.region)
                .map_or_else(|| cell.region.clone(), |region| say::name(region, self.words));
            cells.push(Cell::from(name));
        }
        let interval = cell.interval.as_ref();
        cells.extend([
            Cell::from(self.cell_name(&cell.score)),
            Cell::from(cell.value),
            interval.map_or_else(
                || Cell::Absent(self.words.say("results-no-interval")),
                |interval| {
                    Cell::Text(self.range(interval.about(cell.value, self.result.instrument.scale)))
                },
            ),
            Cell::from(cell.shrunken),
            Cell::from(cell.province),
            Cell::from(self.small_share(cell.q)),
            Cell::from(cell.n),
        ]);
        let href = if whole {
            Some(paths::region(self.round.id, &cell.region))
        } else {
            let known = !cell.groups.is_empty();
            known.then(|| paths::groups(self.round.id, &cell.region, &cell.score))
        };
        Row { cells, href }
    }

    /// The groups of respondents behind a low cell; none where they are not kept apart.
    pub(super) fn groups_table(&self, cell: &LowCell) -> Option<Table> {
        if cell.groups.is_empty() {
            return None;
        }
        let words = self.words;
        let questionnaire = self.questionnaire();
        let mut table = self.table(
            words.say("results-groups-table"),
            vec![
                self.column("group", Kind::Text),
                self.column("attribute", Kind::Text),
                self.column("score", SCORE).unit(self.scale()),
                self.column("interval", Kind::Text),
                self.column("answers", Kind::Whole),
                self.column("said", Kind::Text),
            ],
        );
        for group in &cell.groups {
            let attributes = questionnaire.iter().flat_map(|known| &known.attributes);
            let attribute = attributes
                .filter(|of| of.id == group.attribute)
                .map(|of| of.name.in_language(words.language).to_owned())
                .next()
                .unwrap_or_else(|| group.attribute.clone());
            let said = match group.low {
                Some(true) => Cell::Text(words.say("results-groups-low")),
                Some(false) => Cell::Text(words.say("results-groups-not-low")),
                None if group.score.withheld == Some(Withheld::PointsAtPeople) => Cell::Empty,
                None => Cell::Absent(words.say("results-groups-too-few")),
            };
            let mut cells = vec![Cell::from(group.name.in_language(words.language))];
            cells.push(Cell::from(attribute));
            cells.extend(self.value_cells(Some(&group.score)));
            cells.push(self.count_cell(group.score.n, group.score.withheld));
            cells.push(said);
            table.push(cells);
        }
        Some(table)
    }

    /// Cells that were low in the round before, of `region` or of what it holds.
    pub(super) fn movements_table(&self, region: &RegionResult) -> Option<Table> {
        let words = self.words;
        // Hundreds of cells of a nation are read province by province.
        if region.level == Level::Nation {
            return None;
        }
        let inside: HashSet<&str> =
            self.regencies(region).iter().map(|other| other.code.as_str()).collect();
        let change = self.result.change.as_ref()?;
        let moved: Vec<&Movement> =
            change.cells.iter().filter(|cell| inside.contains(cell.region.as_str())).collect();
        if moved.is_empty() {
            return None;
        }
        let mut table = self.table(
            words.say("results-moved-title"),
            vec![
                self.column("where-what", Kind::Text),
                self.column("before", SCORE),
                self.column("expected", SCORE).note(words.say("results-expected-note")),
                self.column("chance", Kind::Text),
                self.column("now", SCORE),
                self.column("similar", Kind::Text),
                self.column("said", Kind::Text),
            ],
        );
        for movement in moved {
            let place = self
                .find(&movement.region)
                .map_or_else(|| movement.region.clone(), |region| say::name(region, words));
            let said = match movement.verdict {
                Verdict::ClearlyAbove => "results-moved-risen",
                Verdict::NotTold | Verdict::ClearlyBelow => "results-moved-not-told",
                Verdict::Fragile => "results-fragile",
            };
            let similar = movement.similar.map(|similar| words.signed(similar, say::DECIMALS));
            table.push(vec![
                Cell::from(format!("{place} · {}", self.cell_name(&movement.score))),
                Cell::from(movement.before),
                Cell::from(movement.expected),
                Cell::from(self.range(movement.chance)),
                Cell::from(movement.now),
                Cell::from(similar),
                Cell::from(words.say(said)),
            ]);
        }
        Some(table)
    }

    /// What may be said of a kecamatan.
    pub(super) fn district_words(&self, score: Option<&Score>) -> String {
        let words = self.words;
        match score {
            None => words.say("results-no-answers"),
            Some(score) if score.value.is_none() => say::withheld(score.withheld, words),
            Some(score) => match &score.interval {
                None => words.say("results-no-interval"),
                Some(interval) if interval.coarse => words.say("results-coarse-short"),
                Some(_) => String::new(),
            },
        }
    }

    /// The kecamatan of a kab/kota, those without answers among them; none where no answer names
    /// one.
    pub(super) fn districts_table(&self, region: &RegionResult, at: usize) -> Option<Table> {
        if region.districts.is_empty() {
            return None;
        }
        let mut rows: BTreeMap<&str, (&str, Option<&Score>)> = BTreeMap::new();
        let code = region.code.parse().ok();
        let known: &[region::Region] = code.map_or(&[], region::children);
        for district in known {
            rows.insert(district.code.as_str(), (&district.name, None));
        }
        for district in &region.districts {
            rows.insert(&district.code, (&district.name, district.scores.get(at)));
        }
        let (least, most) = self.result.instrument.scale;
        let beyond = rows.values().any(|(_, score)| {
            let interval = score.and_then(|score| score.interval.as_ref());
            interval.is_some_and(|i| i.low < f64::from(least) || i.high > f64::from(most))
        });
        let mut interval = self.column("interval", Kind::Text);
        if beyond {
            interval = interval.note(self.words.say("results-interval-cut"));
        }
        let mut table = self.table(
            self.words.say("results-districts-title"),
            vec![
                self.column("district", Kind::Text),
                self.column("score", SCORE).unit(self.scale()),
                interval,
                self.column("answers", Kind::Whole),
            ],
        );
        for (name, score) in rows.into_values() {
            let mut cells = vec![Cell::from(name)];
            match score {
                Some(_) => cells.extend(self.value_cells(score)),
                None => {
                    cells.extend([Cell::Absent(self.words.say("results-no-answers")), Cell::Empty])
                }
            }
            cells.push(match score {
                Some(score) => self.count_cell(score.n, score.withheld),
                None => Cell::from(0_u64),
            });
            table.push(cells);
        }
        Some(table)
    }

    /// Who answered beside who lives there.
    pub(super) fn composition_table(&self, region: &RegionResult) -> Option<Table> {
        let words = self.words;
        let lines: Vec<&Composition> = region
            .composition
            .iter()
            .filter(|line| line.n.is_none_or(|n| n > 0) || line.population_share.is_some())
            .collect();
        if lines.is_empty() {
            return None;
        }
        let mut table = self.table(
            words.say("results-composition-title"),
            vec![
                self.column("group", Kind::Text),
                self.column("answers", Kind::Whole),
                self.column("share", Kind::Percent(1)),
                self.column("population-share", Kind::Percent(1)),
                self.column("source", Kind::Text),
            ],
        );
        for line in lines {
            let name = line.name.in_language(words.language);
            let n = match (line.n, line.withheld) {
                (None, reason) => Cell::Absent(say::withheld(reason, words)),
                (Some(n), _) => Cell::from(n),
            };
            let absent = || Cell::Absent(words.say("statistic-no-data"));
            table.push(vec![
                Cell::from(name),
                n,
                line.share.into(),
                line.population_share.map_or_else(absent, Cell::from),
                line.source.clone().into(),
            ]);
        }
        Some(table)
    }

    /// Real statistics of `region`; empty where none are known.
    pub(super) fn statistics_table(&self, region: &RegionResult) -> Table {
        let words = self.words;
        let mut table = Table::new(
            words,
            words.say("results-statistics-title"),
            vec![
                self.column("statistic", Kind::Text),
                // Each line has its own decimals, so the values come written.
                self.column("value", Kind::Text),
                self.column("unit", Kind::Text),
                self.column("when", Kind::Text),
                self.column("source", Kind::Text),
            ],
        );
        for indicator in statistic::indicators() {
            let Some(figure) = statistic::latest(&region.code, indicator.id) else { continue };
            table.push(vec![
                Cell::from(words.tell(&indicator.name())),
                Cell::from(words.value(&figure.shown(indicator))),
                Cell::from(words.tell(&indicator.unit())),
                Cell::from(words.tell(&figure.when())),
                Cell::from(figure.source.text),
            ]);
        }
        table
    }
}
