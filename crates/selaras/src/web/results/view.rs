//! What a map shows: one score, coverage, change, or poverty beside them.

use super::Reading;
use crate::index::result::ScoreKind;

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The score at this position.
    Score(usize),
    /// Change of the index since the round before.
    Change,
    /// Answers against the target.
    Coverage,
    /// The share of poor people.
    Poverty,
}

/// Names in addresses of what is no score.
const CHANGE: &str = "perubahan";
const COVERAGE: &str = "cakupan";
const POVERTY: &str = "kemiskinan";

/// A link of a switch.
pub(super) struct Tab {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) current: bool,
}

/// The switch: what kind of thing, then which one.
#[derive(Default)]
pub(super) struct Switch {
    pub(super) kinds: Vec<Tab>,
    pub(super) members: Vec<Tab>,
}

impl View {
    /// The view called `name` in an address; the index where there is no such view.
    pub(super) fn of(name: &str, reading: &Reading) -> Self {
        match name {
            CHANGE if reading.result.change.is_some() => Self::Change,
            COVERAGE => Self::Coverage,
            POVERTY => Self::Poverty,
            _ => {
                let scores = &reading.result.scores;
                let at = scores
                    .iter()
                    .position(|score| score.id == name && score.kind != ScoreKind::Cell);
                Self::Score(at.unwrap_or_else(|| reading.index_at()))
            }
        }
    }

    /// Its name in an address.
    pub(super) fn name(self, reading: &Reading) -> &str {
        match self {
            Self::Score(at) => reading.result.scores.get(at).map_or("", |score| score.id.as_str()),
            Self::Change => CHANGE,
            Self::Coverage => COVERAGE,
            Self::Poverty => POVERTY,
        }
    }

    /// What it is called.
    pub(super) fn title(self, reading: &Reading) -> String {
        let words = reading.words;
        match self {
            Self::Score(at) if at == reading.index_at() => reading.index_name(),
            Self::Score(at) => {
                reading.result.scores.get(at).map_or_else(String::new, |score| reading.title(score))
            }
            Self::Change => words.say(
                reading
                    .example_or(["results-view-change-title-example", "results-view-change-title"]),
            ),
            Self::Coverage => words.say("results-view-coverage-title"),
            Self::Poverty => words.say("statistic-poverty-rate-name"),
        }
    }

    /// The switch of a page at `path`, whose region is `code`.
    pub(super) fn switch(self, reading: &Reading, path: &str, code: &str) -> Switch {
        let words = reading.words;
        let scores = &reading.result.scores;
        let tab = |view: View, label: String, current: bool| Tab {
            href: format!("{path}?wilayah={code}&tampil={}", view.name(reading)),
            label,
            current,
        };
        let kind_of = |view: View| match view {
            Self::Score(at) => scores.get(at).map(|score| score.kind),
            _ => None,
        };
        let mine = kind_of(self);
        let kinds = [
            (ScoreKind::Index, "results-view-index"),
            (ScoreKind::Dimension, "results-view-dimension"),
            (ScoreKind::Variable, "results-view-variable"),
            (ScoreKind::Component, "results-view-component"),
        ];
        let mut switch = Switch::default();
        for (kind, key) in kinds {
            let first = scores.iter().position(|score| score.kind == kind);
            if let Some(first) = first {
                switch.kinds.push(tab(Self::Score(first), words.say(key), mine == Some(kind)));
            }
        }
        if reading.result.change.as_ref().is_some_and(|change| !change.regions.is_empty()) {
            let label = words.say("results-view-change");
            switch.kinds.push(tab(Self::Change, label, self == Self::Change));
        }
        for (view, key) in
            [(Self::Coverage, "results-view-coverage"), (Self::Poverty, "results-view-poverty")]
        {
            switch.kinds.push(tab(view, words.say(key), self == view));
        }
        if let Some(kind) = mine.filter(|kind| *kind != ScoreKind::Index) {
            switch.members = scores
                .iter()
                .enumerate()
                .filter(|(_, score)| score.kind == kind)
                .map(|(at, score)| {
                    let view = Self::Score(at);
                    tab(view, reading.title(score), view == self)
                })
                .collect();
        }
        switch
    }
}
