//! A reader who computes what was withheld, for tests of disclosure.

use proptest::prelude::*;

use super::fixture;
use super::result::IndexResult;
use crate::round::answers::Design;
use crate::round::frame::Level;

/// Provinces, each a list of kab/kota as (answers, adults), with many small numbers among them.
pub(crate) fn arbitrary_round() -> impl Strategy<Value = Vec<Vec<(u64, u64)>>> {
    let n = prop_oneof![
        2 => Just(0_u64),
        2 => 1_u64..5,
        3 => 5_u64..100,
        5 => 100_u64..2_000
    ];
    prop::collection::vec(prop::collection::vec((n, 10_000_u64..3_000_000), 1..6), 1..5)
}

/// As [`arbitrary_round`], and how many answers each kab/kota had in the round before.
pub(crate) fn arbitrary_rounds() -> impl Strategy<Value = (Vec<Vec<(u64, u64)>>, Vec<u64>)> {
    arbitrary_round().prop_flat_map(|provinces| {
        let n = prop_oneof![Just(0_u64), 1_u64..5, 5_u64..100, 100_u64..2_000, 100_u64..2_000];
        let before = prop::collection::vec(n, provinces.concat().len());
        (Just(provinces), before)
    })
}

/// Positions of the kab/kota in the region with `code`.
pub(crate) fn leaves_under(result: &IndexResult, code: &str) -> Vec<usize> {
    result
        .regions
        .iter()
        .enumerate()
        .filter(|(_, region)| {
            region.level == Level::Regency
                && (code == "ID"
                    || region.code == code
                    || region.code.starts_with(&format!("{code}.")))
        })
        .map(|(at, _)| at)
        .collect()
}

/// Codes of the regions whose score follows, without being `seen`, from the scores that are: anyone
/// knows how an aggregate follows from its kab/kota and how much these weigh.
pub(crate) fn revealed(internal: &IndexResult, seen: impl Fn(usize) -> bool) -> Vec<String> {
    let reader = Reader::of(internal);
    let mut known = Known::default();
    for at in (0..internal.regions.len()).filter(|&at| seen(at)) {
        known.learn(reader.now(at));
    }
    (0..internal.regions.len())
        .filter(|&at| !seen(at) && known.follows(reader.now(at)))
        .map(|at| internal.regions[at].code.clone())
        .collect()
}

/// As [`revealed`], of the scores at `score` of both rounds, from what `published` shows of either:
/// scores, adjusted scores, and changes with both their ends.
pub(crate) fn revealed_by_change(
    internal: &IndexResult,
    published: &IndexResult,
    score: usize,
) -> Vec<String> {
    let reader = Reader::of(internal);
    let mut known = Known::default();
    let changed = |at: usize| {
        let code = &internal.regions[at].code;
        let entries = &published.change.as_ref().expect("a change").regions;
        let entry = entries.iter().find(|entry| entry.region == *code)?;
        entry.scores[score].difference
    };
    let mut hidden = Vec::new();
    for (at, region) in published.regions.iter().enumerate() {
        let own = &region.scores[score];
        if own.value.is_some() || own.adjusted.is_some() {
            known.learn(reader.now(at));
        } else {
            hidden.push((at, reader.now(at)));
        }
        let [now, before] = reader.changed(at, score);
        if changed(at).is_some() {
            known.learn(now);
            known.learn(before);
        } else if reader.kept_back(at, score) {
            hidden.push((at, before));
        }
    }
    hidden
        .into_iter()
        .filter(|(_, row)| known.follows(row.clone()))
        .map(|(at, _)| internal.regions[at].code.clone())
        .collect()
}

/// What a reader knows of how scores hang together: every score as a sum over kab/kota, those of
/// now and then those of the round before.
struct Reader<'a> {
    internal: &'a IndexResult,
    leaves: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn of(internal: &'a IndexResult) -> Self {
        Self { internal, leaves: leaves_under(internal, "ID") }
    }

    fn adults(&self, leaf: usize) -> u64 {
        self.internal.regions[leaf].adults.as_ref().expect("adults").count
    }

    /// The mean over the kab/kota under `at` with these weights, as a sum over all from position
    /// `from`; none where none of them has one.
    fn mean(
        &self,
        at: usize,
        from: usize,
        weight: impl Fn(usize) -> Option<f64>,
    ) -> Option<Vec<f64>> {
        let under = leaves_under(self.internal, &self.internal.regions[at].code);
        let all: f64 = under.iter().filter_map(|&leaf| weight(leaf)).sum();
        let mut row = vec![0.0; 2 * self.leaves.len()];
        for leaf in under {
            let place = self.leaves.iter().position(|&other| other == leaf).expect("a leaf");
            row[from + place] = weight(leaf).unwrap_or(0.0) / all;
        }
        (all > 0.0).then_some(row)
    }

    fn now(&self, at: usize) -> Option<Vec<f64>> {
        self.mean(at, 0, |leaf| {
            let of = &self.internal.regions[leaf].scores[0];
            match self.internal.design {
                Design::OpenLink => of.value.map(|_| self.adults(leaf) as f64),
                Design::Recorded => (of.n != Some(0)).then(|| fixture::weighs(self.adults(leaf))),
            }
        })
    }

    /// Whether the round before had too few answers here to be public, or this is a kab/kota. Of
    /// larger regions the earlier score may follow from what is public below.
    fn kept_back(&self, at: usize, score: usize) -> bool {
        let region = &self.internal.regions[at];
        let change = self.internal.change.as_ref().expect("a change");
        let entry = change.regions.iter().find(|entry| entry.region == region.code);
        let n = entry.expect("a change").scores[score].n_before;
        region.level == Level::Regency || n.is_none_or(|n| n < 100)
    }

    /// The two ends of a change: now and before.
    fn changed(&self, at: usize, score: usize) -> [Option<Vec<f64>>; 2] {
        let change = self.internal.change.as_ref().expect("a change");
        let of = |leaf: usize| {
            let code = &self.internal.regions[leaf].code;
            let entry = change.regions.iter().find(|entry| entry.region == *code);
            &entry.expect("a change").scores[score]
        };
        let before = self.leaves.len();
        match self.internal.design {
            Design::OpenLink => [0, before].map(|from| {
                self.mean(at, from, |leaf| of(leaf).difference.map(|_| self.adults(leaf) as f64))
            }),
            Design::Recorded => [
                self.now(at),
                self.mean(at, before, |leaf| {
                    (of(leaf).n_before != Some(0)).then(|| fixture::weighed(self.adults(leaf)))
                }),
            ],
        }
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
            row.iter_mut().zip(known).for_each(|(cell, known)| *cell -= factor * known);
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
