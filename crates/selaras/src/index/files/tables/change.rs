//! One reading of the scores against another: the round before, and answers without a quality flag.

use super::{EVERY_LEVEL, Teller, VALUE, columns};
use crate::index::result::Verdict;
use crate::locale::Message;
use crate::render::table::{Cell, Kind, Table};
use crate::round::frame::Level;

impl Teller<'_> {
    /// What may be said of a score against the round before.
    fn movement(&self, verdict: Verdict) -> String {
        self.say(match verdict {
            Verdict::ClearlyAbove => "files-change-risen",
            Verdict::NotTold => "results-not-told",
            Verdict::ClearlyBelow => "files-change-fallen",
            Verdict::Fragile => "results-fragile",
        })
    }

    /// Now against the round before; none where there is no such round.
    pub(in super::super) fn change(&self) -> Option<Table> {
        self.change_of(self.result.scores.len(), &EVERY_LEVEL)
    }

    /// [`Teller::change`] of the index alone, of regions of these levels.
    pub(in super::super) fn change_of_index(&self, levels: &[Level]) -> Option<Table> {
        self.change_of(1, levels)
    }

    fn change_of(&self, scores: usize, levels: &[Level]) -> Option<Table> {
        let change = self.result.change.as_ref()?;
        let mut heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("score", Kind::Text),
                ("change", Kind::Text),
                ("compared", Kind::Text),
                ("before", VALUE),
                ("now", VALUE),
                ("difference", VALUE),
                ("low", VALUE),
                ("high", VALUE),
            ],
        );
        let compared = |id: &str| ["before", "now", "difference"].contains(&id);
        heads.iter_mut().filter(|head| compared(&head.id)).for_each(|head| {
            head.note = Some(self.say("files-change-compared-note"));
        });
        let width = heads.len();
        let mut table = self.table("change", heads);
        table.filters.push((self.say("files-before"), change.before.clone()));
        for remark in change.not_comparable.iter().chain(&change.remarks) {
            table.filters.push((self.say("files-about-note"), self.words.tell(remark)));
        }
        let meant = |code: &str| self.region(code).is_some_and(|of| levels.contains(&of.level));
        for region in change.regions.iter().filter(|entry| meant(&entry.region)) {
            let name = self.region_name(&region.region);
            if let Some(reason) = &region.not_comparable {
                let reason = self.words.tell(reason);
                let mut cells: Vec<Cell> =
                    vec![region.region.as_str().into(), name.into(), Cell::Empty, reason.into()];
                cells.resize(width, Cell::Empty);
                table.push(cells);
                continue;
            }
            let told = self.result.scores.iter().zip(&region.scores).take(scores);
            let all = self.region(&region.region).map_or(&[][..], |of| &of.scores);
            for (at, (definition, score)) in told.enumerate() {
                let said: Cell = match (score.verdict, score.withheld) {
                    (_, Some(reason)) => self.withheld(reason).into(),
                    (Some(verdict), None) => self.movement(verdict).into(),
                    (None, None) => {
                        score.difference.map(|_| self.say("results-change-no-interval")).into()
                    }
                };
                let shown = score.shown();
                let ends = shown.and_then(|(_, ends)| ends);
                let part = score.n.zip(all.get(at).and_then(|score| score.n)).map(|(n, all)| {
                    self.words.tell(&Message::new("files-compared").with("n", n).with("all", all))
                });
                table.push(vec![
                    region.region.as_str().into(),
                    name.as_str().into(),
                    self.title(definition).into(),
                    said,
                    part.filter(|_| score.difference.is_some()).into(),
                    score.before.into(),
                    score.now().into(),
                    shown.map(|(difference, _)| difference).into(),
                    ends.map(|(low, _)| low).into(),
                    ends.map(|(_, high)| high).into(),
                ]);
            }
        }
        Some(table)
    }

    /// Cells that were low in the round before, against what was to be expected without action
    /// (internal form); none where there are none.
    pub(in super::super) fn movements(&self) -> Option<Table> {
        let change = self.result.change.as_ref()?;
        let mut heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("cell", Kind::Text),
                ("before", VALUE),
                ("expected", VALUE),
                ("chance_low", VALUE),
                ("chance_high", VALUE),
                ("now", VALUE),
                ("similar", VALUE),
                ("standing", Kind::Text),
            ],
        );
        let expected = self.say("results-expected-note");
        heads.iter_mut().filter(|head| head.id == "expected").for_each(|head| {
            head.note = Some(expected.clone());
        });
        let mut table = self.table("movements", heads);
        table.filters.push((self.say("files-before"), change.before.clone()));
        table.filters.push((self.say("files-about-note"), self.say("results-moved-text")));
        for movement in &change.cells {
            let said = match movement.verdict {
                Verdict::ClearlyAbove => "results-moved-risen",
                Verdict::NotTold | Verdict::ClearlyBelow => "results-moved-not-told",
                Verdict::Fragile => "results-fragile",
            };
            table.push(vec![
                movement.region.as_str().into(),
                self.region_name(&movement.region).into(),
                self.score_name(&movement.score).into(),
                movement.before.into(),
                movement.expected.into(),
                movement.chance.0.into(),
                movement.chance.1.into(),
                movement.now.into(),
                movement.similar.into(),
                self.say(said).into(),
            ]);
        }
        (!table.rows.is_empty()).then_some(table)
    }

    /// Scores of all answers beside those without flagged ones; none where that was not asked for.
    pub(in super::super) fn unflagged(&self) -> Option<Table> {
        self.unflagged_of(self.result.scores.len())
    }

    /// [`Teller::unflagged`] of the index alone.
    pub(in super::super) fn unflagged_index(&self) -> Option<Table> {
        self.unflagged_of(1)
    }

    fn unflagged_of(&self, scores: usize) -> Option<Table> {
        let heads = columns(
            self.words,
            &[
                ("code", Kind::Code),
                ("region", Kind::Text),
                ("score", Kind::Text),
                ("n", Kind::Whole),
                ("value", VALUE),
                ("n_unflagged", Kind::Whole),
                ("unflagged", VALUE),
                ("difference", VALUE),
            ],
        );
        let mut table = self.table("unflagged", heads);
        for region in &self.result.regions {
            for (definition, score) in self.result.scores.iter().zip(&region.scores).take(scores) {
                let Some(left) = &score.without_flagged else { continue };
                let difference = left.value.zip(score.value).map(|(left, all)| left - all);
                let withheld = left.withheld.map(|_| self.say("files-unflagged-withheld"));
                table.push(vec![
                    region.code.as_str().into(),
                    region.name.as_str().into(),
                    self.title(definition).into(),
                    score.n.into(),
                    score.value.into(),
                    left.n.into(),
                    left.value.map(Cell::from).or(withheld.map(Cell::Absent)).unwrap_or_default(),
                    difference.into(),
                ]);
            }
        }
        (!table.rows.is_empty()).then_some(table)
    }
}
