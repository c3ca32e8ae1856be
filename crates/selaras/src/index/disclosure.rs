//! What of a result may be published (METHOD §5; rule 7 of the rights).
//!
//! A region's scores are public together or not at all, since index, dimensions and variables are
//! averages of one another: one of them withheld could be had from the rest. What remains to guard
//! are sums up the tree of regions: a province's figure is the mean of its kab/kota with weights
//! that anyone can look up (adults of an open link) or guess (design weights). [`public`] leaves
//! out every aggregate from which a withheld score could be computed, exactly or to within
//! [`PROTECTED_SHARE`] of the scale.

use std::collections::HashMap;

use jiff::civil::Date;

use super::compute::placed;
use super::flagged;
use super::result::{
    Composition, Form, IndexResult, RegionChange, RegionResult, Score, ScoreChange,
    ScoreDefinition, ScoreKind, Withheld,
};
use crate::locale::Message;
use crate::round::answers::Design;

/// A withheld score must stay unknown by at least this share of the scale's width.
const PROTECTED_SHARE: f64 = 0.125;

/// Why nothing of a result may be published yet; `None` where it may.
///
/// # Errors
/// Never; a message says which day publication opens, or that the closing day is missing.
#[must_use]
pub fn not_yet_public(result: &IndexResult) -> Option<Message> {
    let Some(closed) = result.round.closed else {
        return Some(Message::new("index-public-needs-closing"));
    };
    let opens = opening_day(closed, result.options.public_delay_days);
    (result.round.as_of < opens)
        .then(|| Message::new("index-public-too-early").with("closed", closed).with("opens", opens))
}

fn opening_day(closed: Date, delay: i64) -> Date {
    closed.checked_add(jiff::Span::new().days(delay.clamp(0, 36_500))).unwrap_or(Date::MAX)
}

/// The public form of an internal result. Holds no kecamatan, group, component, cell, letter or
/// quality flag; values that may not be seen are absent with their reason.
///
/// # Errors
/// The reason why the result may not be published at all yet, as [`not_yet_public`] gives it.
pub fn public(internal: &IndexResult) -> Result<IndexResult, Message> {
    if let Some(reason) = not_yet_public(internal) {
        return Err(reason);
    }
    let published: Vec<usize> =
        (0..internal.scores.len()).filter(|&at| is_public_kind(&internal.scores[at])).collect();
    let tree = Tree::of(&internal.regions);
    let shown = tree.shown(internal, &published);
    let counts = tree.counts(internal);

    let mut result = internal.clone();
    result.form = Form::Public;
    result.scores = published.iter().map(|&at| internal.scores[at].clone()).collect();
    result.low_cells.clear();
    // Rows by file are counts of answers too: often one file is one kab/kota.
    result.inputs.clear();
    // How many kab/kota were reached in one place is a count over withheld ones too.
    result.notes.retain(|note| note.key != "index-note-one-cluster");
    for (at, region) in result.regions.iter_mut().enumerate() {
        let source = &internal.regions[at];
        region.districts.clear();
        region.flags = Default::default();
        region.letters.clear();
        region.clearly = None;
        region.n = source.n.filter(|_| counts[at]);
        region.withheld =
            source.withheld.or_else(|| (!counts[at]).then_some(Withheld::Complementary));
        if !counts[at] {
            region.reached = None;
            region.kish = None;
            region.not_adjusted = None;
            region.not_adjusted_for.clear();
        }
        region.scores = published
            .iter()
            .map(|&score| match shown[at] {
                None => public_score(&source.scores[score], counts[at]),
                Some(reason) => Score { withheld: Some(reason), ..Score::default() },
            })
            .collect();
        region.composition =
            if shown[at].is_none() { tree.civil_servants(internal, at) } else { Vec::new() };
    }
    for at in 0..result.regions.len() {
        if tree.parent[at].is_some_and(|up| shown[up].is_some()) {
            result.regions[at].scores.iter_mut().for_each(|score| score.standing = None);
        }
    }
    if result.instrument.categories_source.is_none() {
        let scores = result.regions.iter_mut().flat_map(|region| &mut region.scores);
        scores.for_each(|score| score.categories.clear());
    }
    flagged::remove(&mut result);
    tree.rebound(&mut result);
    tree.publish_change(internal, &mut result, &published, &shown);
    Ok(result)
}

fn is_public_kind(score: &ScoreDefinition) -> bool {
    matches!(score.kind, ScoreKind::Index | ScoreKind::Dimension | ScoreKind::Variable)
}

fn public_score(internal: &Score, counted: bool) -> Score {
    Score { n: internal.n.filter(|_| counted), weight: None, bounds: None, ..internal.clone() }
}

/// Bounds of what a kab/kota weighs in the regions that hold it: its count of answers may itself
/// be withheld.
#[derive(Clone, Copy)]
struct Weight {
    least: f64,
    most: f64,
}

impl Weight {
    /// Of a recorded design, from the count as it is shown and the mean design weight; none where
    /// nobody answered. A weight that is not known could be any.
    fn recorded(n: Option<u64>, mean: Option<f64>, suppress_below: u64) -> Option<Self> {
        let (least, most) = match n {
            Some(0) => return None,
            Some(n) => (n, n),
            None => (1, suppress_below.saturating_sub(1).max(1)),
        };
        Some(mean.map_or(Self { least: 0.0, most: f64::INFINITY }, |mean| Self {
            least: mean * least as f64,
            most: mean * most as f64,
        }))
    }

    /// Of an open link: adults, which anyone can look up.
    fn adults(region: &RegionResult) -> Self {
        let adults = region.adults.as_ref().map_or(1.0, |adults| adults.count as f64);
        Self { least: adults, most: adults }
    }

    fn sum(parts: &[(usize, Self)]) -> Self {
        let all = |of: fn(&Self) -> f64| parts.iter().map(|(_, weight)| of(weight)).sum();
        Self { least: all(|weight| weight.least), most: all(|weight| weight.most) }
    }
}

/// What the kab/kota at `at` weighs in the present score of the regions that hold it; none where it
/// is no part of theirs. In a recorded design every answer is, however few they are.
fn weight_now(internal: &IndexResult, at: usize, score: usize) -> Option<Weight> {
    let region = &internal.regions[at];
    let of = &region.scores[score];
    match internal.design {
        Design::Recorded => Weight::recorded(of.n, of.weight, internal.options.suppress_below),
        Design::OpenLink => of.value.map(|_| Weight::adults(region)),
    }
}

/// The nesting of a result's regions.
struct Tree {
    parent: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    /// From the leaves upwards.
    upwards: Vec<usize>,
}

impl Tree {
    fn of(regions: &[RegionResult]) -> Self {
        let position: HashMap<&str, usize> =
            regions.iter().enumerate().map(|(at, region)| (region.code.as_str(), at)).collect();
        let parent: Vec<Option<usize>> = regions
            .iter()
            .map(|region| region.parent.as_deref().and_then(|code| position.get(code).copied()))
            .collect();
        let mut children = vec![Vec::new(); regions.len()];
        for (at, up) in parent.iter().enumerate() {
            if let Some(up) = up {
                children[*up].push(at);
            }
        }
        let mut upwards: Vec<usize> = (0..regions.len()).collect();
        upwards.sort_by_key(|&at| std::cmp::Reverse(regions[at].level));
        Self { parent, children, upwards }
    }

    /// Per region the reason its scores are withheld, `None` where they are public.
    fn shown(&self, internal: &IndexResult, published: &[usize]) -> Vec<Option<Withheld>> {
        let regions = &internal.regions;
        let mut shown: Vec<Option<Withheld>> =
            regions.iter().map(|region| own_reason(region, published, internal)).collect();
        self.guard(published, &mut shown, |at, score| weight_now(internal, at, score));
        shown
    }

    /// Withholds every aggregate that would reveal a withheld part in any of the `published`
    /// scores: kab/kota may weigh differently in each, and what one score hides is hidden in all.
    fn guard(
        &self,
        published: &[usize],
        shown: &mut [Option<Withheld>],
        weight: impl Fn(usize, usize) -> Option<Weight>,
    ) {
        loop {
            let before = shown.to_vec();
            for &score in published {
                self.guard_score(shown, |at| weight(at, score));
            }
            if *shown == *before {
                return;
            }
        }
    }

    /// Withholds every aggregate of one score that would reveal a withheld part.
    ///
    /// An aggregate is a mean of the leaves that have a weight in it, with weights taken as public.
    /// What is unknown in it to a reader are the leaves withheld and not already tied up in a
    /// published aggregate below; each of them, and each withheld aggregate below, must stay
    /// unknown.
    fn guard_score(
        &self,
        shown: &mut [Option<Withheld>],
        weight: impl Fn(usize) -> Option<Weight>,
    ) {
        // Unknown leaves (with weight) that a published figure of this region would still expose.
        let mut open: Vec<Vec<(usize, Weight)>> = vec![Vec::new(); shown.len()];
        for &at in &self.upwards {
            if self.children[at].is_empty() {
                if let (true, Some(weight)) = (shown[at].is_some(), weight(at)) {
                    open[at].push((at, weight));
                }
                continue;
            }
            let mut unknown: Vec<(usize, Weight)> = Vec::new();
            let mut hidden_parts: Vec<Weight> = Vec::new();
            for &child in &self.children[at] {
                if shown[child].is_some() && !open[child].is_empty() {
                    hidden_parts.push(Weight::sum(&open[child]));
                }
                unknown.extend(open[child].iter().copied());
            }
            let leaves: Vec<Weight> = unknown.iter().map(|(_, weight)| *weight).collect();
            let reveals = reveals_one(&leaves) || reveals_one(&hidden_parts);
            if shown[at].is_none() && reveals {
                shown[at] = Some(Withheld::Complementary);
            }
            // A published figure ties its unknown leaves into one equation that is now spent;
            // a withheld one passes them up.
            open[at] = if shown[at].is_none() { Vec::new() } else { unknown };
        }
    }

    /// Per region whether its counts may be seen: a leaf's below the threshold may not, nor any
    /// sum above it.
    fn counts(&self, internal: &IndexResult) -> Vec<bool> {
        let least = internal.options.suppress_below;
        let small = |n: Option<u64>| n.is_none_or(|n| n > 0 && n < least);
        let mut open: Vec<bool> = internal
            .regions
            .iter()
            .map(|region| {
                !small(region.n) && region.scores.iter().all(|score| !small(score.n.or(Some(0))))
            })
            .collect();
        for &at in &self.upwards {
            if let (false, Some(up)) = (open[at], self.parent[at]) {
                open[up] = false;
            }
        }
        open
    }

    /// The one line of composition that is public: civil servants, in whole per cent, where neither
    /// they nor the others are few here or anywhere below.
    fn civil_servants(&self, internal: &IndexResult, at: usize) -> Vec<Composition> {
        const LINE: &str = super::CIVIL_SERVANTS;
        let least = internal.options.suppress_below;
        let line_of =
            |at: usize| internal.regions[at].composition.iter().find(|line| line.attribute == LINE);
        let safe = |at: usize| {
            line_of(at).is_some_and(|line| match (line.n, line.share) {
                (Some(n), Some(share)) if share > 0.0 => {
                    let all = (n as f64 / share).round() as u64;
                    n >= least && all.saturating_sub(n) >= least
                }
                _ => false,
            })
        };
        let mut below = vec![at];
        while let Some(next) = below.pop() {
            let answered = internal.regions[next].n.unwrap_or(0) > 0;
            if answered && !safe(next) {
                return Vec::new();
            }
            below.extend(&self.children[next]);
        }
        line_of(at)
            .map(|line| Composition {
                n: None,
                share: line.share.map(|share| (share * 100.0).round() / 100.0),
                withheld: Some(Withheld::InternalOnly),
                ..line.clone()
            })
            .into_iter()
            .collect()
    }

    /// Bounds of incomplete aggregates from public scores alone: the lowest observed score may be
    /// a withheld one.
    fn rebound(&self, result: &mut IndexResult) {
        for score in 0..result.scores.len() {
            let values: Vec<f64> = result
                .regions
                .iter()
                .enumerate()
                .filter(|(at, _)| self.children[*at].is_empty())
                .filter_map(|(_, region)| region.scores[score].value)
                .collect();
            for region in &mut result.regions {
                let own = &region.scores[score];
                let covered = region.coverage(own).1.filter(|&share| share < 1.0);
                let (Some(value), Some(covered)) = (own.value, covered) else { continue };
                region.scores[score].bounds = placed(value, covered, &values);
            }
        }
    }

    /// Positions of the leaves of the region at `at`.
    fn leaves(&self, at: usize) -> Vec<usize> {
        let (mut leaves, mut open) = (Vec::new(), vec![at]);
        while let Some(next) = open.pop() {
            if self.children[next].is_empty() {
                leaves.push(next);
            }
            open.extend(&self.children[next]);
        }
        leaves
    }

    /// Changes stay where the region is public in both rounds and no aggregate of changes reveals
    /// a kab/kota that is not, in either round. Of a region that is shown and cannot be compared the
    /// reason stays.
    fn publish_change(
        &self,
        internal: &IndexResult,
        result: &mut IndexResult,
        published: &[usize],
        shown: &[Option<Withheld>],
    ) {
        let (Some(change), Some(known)) = (&mut result.change, &internal.change) else { return };
        let entries: HashMap<&str, &RegionChange> =
            known.regions.iter().map(|entry| (entry.region.as_str(), entry)).collect();
        let entry = |at: usize| entries.get(internal.regions[at].code.as_str()).copied();
        let of = |at: usize, score: usize| entry(at)?.scores.get(score);
        let least = internal.options.public_from;
        let enough = |change: &ScoreChange| {
            change.difference.is_some()
                && change.n.is_some_and(|n| n >= least)
                && change.n_before.is_some_and(|n| n >= least)
        };
        let averaged = |at, score| of(at, score).is_some_and(|change| change.difference.is_some());
        let mut both = shown.to_vec();
        for (at, reason) in both.iter_mut().enumerate() {
            if !published.iter().all(|&score| of(at, score).is_some_and(enough)) {
                *reason = reason.or(Some(Withheld::BelowPublic));
            }
        }
        match internal.design {
            // Each level is estimated from every answer of each round.
            Design::Recorded => self.guard(published, &mut both, |at, score| {
                let change = of(at, score)?;
                let least = internal.options.suppress_below;
                Weight::recorded(change.n_before, change.weight_before, least)
            }),
            Design::OpenLink => {
                // An aggregate averages the kab/kota that have both rounds. Beside the score of the
                // same aggregate it would tell what a withheld one weighs that is only in the other.
                let told_apart = |leaf: usize, score: usize| {
                    let now = shown[leaf].is_some() && weight_now(internal, leaf, score).is_some();
                    let before = of(leaf, score).and_then(|change| change.n_before) > Some(0);
                    !averaged(leaf, score) && (now || before)
                };
                for at in (0..both.len()).filter(|&at| !self.children[at].is_empty()) {
                    let leaves = self.leaves(at);
                    let tells = |&score: &usize| leaves.iter().any(|&leaf| told_apart(leaf, score));
                    if both[at].is_none() && published.iter().any(tells) {
                        both[at] = Some(Withheld::Complementary);
                    }
                }
                self.guard(published, &mut both, |at, score| {
                    averaged(at, score).then(|| Weight::adults(&internal.regions[at]))
                });
            }
        }
        let places: HashMap<&str, usize> = internal
            .regions
            .iter()
            .zip(0..)
            .map(|(region, at)| (region.code.as_str(), at))
            .collect();
        change.cells.clear();
        change.regions.retain_mut(|entry| {
            let at = places.get(entry.region.as_str()).copied();
            if let Some(reason) = &mut entry.not_comparable {
                *reason = without_numbers(reason);
                return at.is_some_and(|at| shown[at].is_none());
            }
            let seen = |&score: &usize| {
                let change = entry.scores.get(score)?.clone();
                Some(ScoreChange { n: None, n_before: None, weight_before: None, ..change })
            };
            entry.scores = published.iter().filter_map(seen).collect();
            at.is_some_and(|at| both[at].is_none())
        });
    }
}

/// Why a region cannot be compared, without what was counted or reckoned of it.
fn without_numbers(reason: &Message) -> Message {
    match reason.key.as_str() {
        _ if reason.values.is_empty() => reason.clone(),
        "index-change-channel" => Message::new("index-change-channel-public"),
        _ => Message::new("index-change-composition-public"),
    }
}

/// Why a region's own numbers keep its scores from being public.
fn own_reason(
    region: &RegionResult,
    published: &[usize],
    internal: &IndexResult,
) -> Option<Withheld> {
    let scores = published.iter().map(|&score| &region.scores[score]);
    let mut least = u64::MAX;
    for score in scores {
        match (score.value, score.n) {
            (Some(_), Some(n)) => least = least.min(n),
            _ => return Some(score.withheld.unwrap_or(Withheld::BelowPublic)),
        }
    }
    (least < internal.options.public_from).then_some(Withheld::BelowPublic)
}

/// Whether a published mean lets a reader know one of `unknown` parts (by weight) too closely: with
/// every other part anywhere on the scale, the part must range over [`PROTECTED_SHARE`] of it.
fn reveals_one(unknown: &[Weight]) -> bool {
    let all: f64 = unknown.iter().map(|weight| weight.least).sum();
    unknown.iter().any(|weight| all - weight.least < PROTECTED_SHARE * weight.most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::attack::{self, arbitrary_round, arbitrary_rounds, leaves_under};
    use crate::index::fixture;
    use crate::instrument::Text;
    use crate::round::frame::Level;

    proptest! {
        #[test]
        fn no_withheld_score_can_be_computed_from_what_is_published(provinces in arbitrary_round()) {
            let internal = fixture::result(&provinces);
            let published = public(&internal).unwrap();
            for score in 0..published.scores.len() {
                let seen = |at: usize| published.regions[at].scores[score].value.is_some();
                prop_assert_eq!(attack::revealed(&internal, seen), Vec::<String>::new());
            }
        }

        #[test]
        fn nor_in_a_recorded_design_where_four_answers_are_part_of_the_whole(
            provinces in arbitrary_round()
        ) {
            let internal = fixture::of_design(&provinces, Design::Recorded);
            let published = public(&internal).unwrap();
            let seen = |at: usize| published.regions[at].scores[0].value.is_some();
            prop_assert_eq!(attack::revealed(&internal, seen), Vec::<String>::new());
            let weightless = |score: &Score| score.weight.is_none();
            prop_assert!(published.regions.iter().flat_map(|of| &of.scores).all(weightless));
        }

        #[test]
        fn nor_from_changes_of_either_design((provinces, before) in arbitrary_rounds()) {
            for design in [Design::OpenLink, Design::Recorded] {
                let internal = fixture::of_design(&provinces, design);
                let internal = fixture::with_change(internal, &provinces, &before);
                let published = public(&internal).unwrap();
                let revealed = attack::revealed_by_change(&internal, &published, 0);
                prop_assert_eq!(revealed, Vec::<String>::new(), "{:?}", design);
                let shown = &published.change.as_ref().unwrap().regions;
                for entry in shown.iter().filter(|entry| entry.region.contains('.')) {
                    let at = published.regions.iter().position(|of| of.code == entry.region);
                    let leaf = attack::leaves_under(&internal, "ID")
                        .iter()
                        .position(|leaf| Some(*leaf) == at)
                        .unwrap();
                    prop_assert!(provinces.concat()[leaf].0 >= 100 && before[leaf] >= 100);
                }
                let countless = |change: &ScoreChange| {
                    (change.n, change.n_before, change.weight_before) == (None, None, None)
                };
                prop_assert!(shown.iter().flat_map(|entry| &entry.scores).all(countless));
            }
        }

        #[test]
        fn no_count_below_five_can_be_computed_from_what_is_published(provinces in arbitrary_round()) {
            let internal = fixture::result(&provinces);
            let published = public(&internal).unwrap();
            for region in &published.regions {
                let Some(n) = region.n else { continue };
                let small = leaves_under(&published, &region.code)
                    .into_iter()
                    .any(|at| published.regions[at].withheld == Some(Withheld::TooFew));
                prop_assert!(n == 0 || n >= 5);
                prop_assert!(!small, "{} sums over a withheld count", region.code);
            }
        }

        #[test]
        fn bounds_use_public_scores_only(provinces in arbitrary_round()) {
            let internal = fixture::result(&provinces);
            let published = public(&internal).unwrap();
            let values: Vec<f64> = published
                .regions
                .iter()
                .filter(|region| region.level == Level::Regency)
                .filter_map(|region| region.scores[0].value)
                .collect();
            for region in &published.regions {
                let (Some((low, high)), Some(value)) = (region.scores[0].bounds, region.scores[0].value)
                else { continue };
                let covered = region.adults_covered.unwrap();
                let placed = |end: f64| (end - covered * value) / (1.0 - covered);
                prop_assert!(values.iter().any(|v| (v - placed(low)).abs() < 1e-6));
                prop_assert!(values.iter().any(|v| (v - placed(high)).abs() < 1e-6));
            }
        }
    }

    #[test]
    fn one_withheld_kabupaten_takes_its_province_along_and_two_do_not() {
        let one = public(&fixture::result(&[vec![(1_250, 100_000), (83, 100_000)]])).unwrap();
        assert_eq!(one.regions[1].scores[0].withheld, Some(Withheld::Complementary));
        let two = public(&fixture::result(&[vec![(1_250, 100_000), (83, 90_000), (50, 100_000)]]))
            .unwrap();
        assert!(two.regions[1].scores[0].value.is_some());
        assert_eq!(two.regions[3].scores[0].withheld, Some(Withheld::BelowPublic));
    }

    #[test]
    fn a_tiny_neighbour_does_not_hide_a_large_withheld_region() {
        let result =
            public(&fixture::result(&[vec![(1_250, 100_000), (83, 900_000), (50, 1_000)]]))
                .unwrap();
        assert_eq!(result.regions[1].scores[0].withheld, Some(Withheld::Complementary));
    }

    #[test]
    fn naming_what_was_not_surveyed_shields_no_withheld_region_and_one_score_bounds_nothing() {
        let mut internal = fixture::result(&[vec![(1_250, 100_000), (83, 100_000)]]);
        internal.regions[1].missing = vec!["11.03".to_owned(), "11.04".to_owned()];
        internal.regions[1].adults_covered = Some(0.5);
        let published = public(&internal).unwrap();
        assert_eq!(published.regions[1].missing, internal.regions[1].missing);
        assert_eq!(published.regions[1].scores[0].withheld, Some(Withheld::Complementary));
        assert_eq!(published.regions[1].scores[0].bounds, None);
        let mut internal = fixture::result(&[vec![(1_250, 100_000)]]);
        internal.regions[1].adults_covered = Some(0.5);
        let published = public(&internal).unwrap();
        assert!(published.regions[1].incomplete(&published.regions[1].scores[0]));
        assert_eq!(published.regions[1].scores[0].bounds, None);
    }

    #[test]
    fn four_answers_of_a_recorded_design_take_their_province_along() {
        let provinces = [vec![(1_250, 100_000), (3, 100_000)]];
        let recorded = public(&fixture::of_design(&provinces, Design::Recorded)).unwrap();
        assert_eq!(recorded.regions[1].scores[0].withheld, Some(Withheld::Complementary));
        // Of an open link they are no part of the province's mean.
        let open = public(&fixture::result(&provinces)).unwrap();
        assert!(open.regions[1].scores[0].value.is_some());
    }

    #[test]
    fn a_change_is_public_where_both_rounds_are_and_reveals_no_kabupaten_that_is_not() {
        let provinces = [vec![(1_250, 100_000), (1_250, 90_000), (1_250, 100_000)]];
        let shown = |before: &[u64]| -> Vec<String> {
            let internal = fixture::with_change(fixture::result(&provinces), &provinces, before);
            let change = public(&internal).unwrap().change.unwrap();
            change.regions.into_iter().map(|entry| entry.region).collect()
        };
        assert_eq!(shown(&[500, 500, 500]), ["ID", "11", "11.01", "11.02", "11.03"]);
        assert_eq!(shown(&[500, 500, 83]), ["11.01", "11.02"]);
        assert_eq!(shown(&[500, 50, 83]), ["ID", "11", "11.01"]);
        // The third is no part of the change, and so no shield of the second.
        assert_eq!(shown(&[500, 50, 0]), ["11.01"]);
    }

    #[test]
    fn why_a_region_cannot_be_compared_is_public_where_the_region_is_and_without_numbers() {
        let provinces = [vec![(1_250, 100_000), (1_250, 90_000), (1_250, 100_000), (60, 80_000)]];
        let before = [500, 500, 500, 500];
        let mut internal = fixture::with_change(fixture::result(&provinces), &provinces, &before);
        let reasons = [
            (
                "11.01",
                Message::new("index-change-channel").with("channel", "WA").with("points", 40_u64),
            ),
            ("11.02", Message::new("index-not-adjusted-kish").with("effect", 7_u64)),
            ("11.03", Message::new("index-not-adjusted-converge")),
            ("11.04", Message::new("index-not-adjusted-converge")),
        ];
        for entry in &mut internal.change.as_mut().unwrap().regions {
            let found = reasons.iter().find(|(code, _)| *code == entry.region);
            if let Some((_, reason)) = found {
                entry.not_comparable = Some(reason.clone());
                entry.scores.clear();
            }
        }
        let told: Vec<(String, Message)> = public(&internal)
            .unwrap()
            .change
            .unwrap()
            .regions
            .into_iter()
            .filter(|entry| entry.scores.is_empty())
            .filter_map(|entry| Some((entry.region, entry.not_comparable?)))
            .collect();
        let keys = [
            ("11.01", "index-change-channel-public"),
            ("11.02", "index-change-composition-public"),
            ("11.03", "index-not-adjusted-converge"),
        ];
        let expected: Vec<(String, Message)> =
            keys.map(|(code, key)| (code.to_owned(), Message::new(key))).into();
        assert_eq!(told, expected);
    }

    #[test]
    fn nothing_is_public_before_day_fourteen_or_without_a_closing_day() {
        let mut internal = fixture::result(&[vec![(1_250, 100_000)]]);
        internal.round.closed = Some(jiff::civil::date(2026, 3, 24));
        internal.round.as_of = jiff::civil::date(2026, 4, 6);
        assert_eq!(public(&internal).unwrap_err().key, "index-public-too-early");
        internal.round.as_of = jiff::civil::date(2026, 4, 7);
        assert!(public(&internal).is_ok());
        internal.round.closed = None;
        assert_eq!(public(&internal).unwrap_err().key, "index-public-needs-closing");
    }

    #[test]
    fn a_category_is_public_only_with_a_cited_source() {
        let mut internal = fixture::result(&[vec![(1_250, 100_000)]]);
        let good = Text { id: "baik".to_owned(), en: "good".to_owned() };
        internal.regions[2].scores[0].categories = vec![good.clone()];
        let shown = |internal: &IndexResult| {
            public(internal).unwrap().regions[2].scores[0].categories.clone()
        };
        assert!(shown(&internal).is_empty());
        internal.instrument.categories_source = Some("Keputusan".to_owned());
        assert_eq!(shown(&internal), [good]);
    }

    #[test]
    fn the_public_form_holds_no_cell_component_kecamatan_or_flag() {
        let published = public(&fixture::result(&[vec![(1_250, 100_000)]])).unwrap();
        assert!(published.scores.iter().all(is_public_kind));
        assert!(published.low_cells.is_empty() && published.inputs.is_empty());
        assert!(published.regions.iter().all(|region| region.districts.is_empty()
            && region.letters.is_empty()
            && region.clearly.is_none()
            && region.flags == Default::default()
            && region.scores.len() == published.scores.len()));
    }
}
