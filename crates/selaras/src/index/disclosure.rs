//! What of a result may be published (METHOD §5; rule 7 of the rights).
//!
//! A region's scores are public together or not at all, since index, dimensions and variables are
//! averages of one another: one of them withheld could be had from the rest. What remains to guard
//! are sums up the tree of regions: a province's figure is the mean of its kab/kota with weights
//! that anyone can look up. [`public`] leaves out every aggregate from which a withheld score could
//! be computed, exactly or to within [`PROTECTED_SHARE`] of the scale.

use jiff::civil::Date;

use super::flagged;
use super::result::{
    Composition, Form, IndexResult, RegionResult, Score, ScoreDefinition, ScoreKind, Withheld,
};
use crate::locale::Message;

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
    Score { n: internal.n.filter(|_| counted), bounds: None, ..internal.clone() }
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
        let position: std::collections::HashMap<&str, usize> =
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
        self.guard(regions, &mut shown);
        shown
    }

    /// Withholds every aggregate that would reveal a withheld part.
    ///
    /// An aggregate is a mean of the leaves that have a value, with weights taken as public. What
    /// is unknown in it to a reader are the leaves withheld and not already tied up in a published
    /// aggregate below; each of them, and each withheld aggregate below, must stay unknown.
    fn guard(&self, regions: &[RegionResult], shown: &mut [Option<Withheld>]) {
        let weight =
            |at: usize| regions[at].adults.as_ref().map_or(1.0, |adults| adults.count as f64);
        // Unknown leaves (with weight) that a published figure of this region would still expose.
        let mut open: Vec<Vec<(usize, f64)>> = vec![Vec::new(); regions.len()];
        for &at in &self.upwards {
            if self.children[at].is_empty() {
                let contributes = regions[at].scores.iter().any(|score| score.value.is_some());
                if shown[at].is_some() && contributes {
                    open[at].push((at, weight(at)));
                }
                continue;
            }
            let mut unknown: Vec<(usize, f64)> = Vec::new();
            let mut hidden_parts: Vec<f64> = Vec::new();
            for &child in &self.children[at] {
                let part: f64 = open[child].iter().map(|(_, w)| w).sum();
                if shown[child].is_some() && part > 0.0 {
                    hidden_parts.push(part);
                }
                unknown.extend(open[child].iter().copied());
            }
            let leaves: Vec<f64> = unknown.iter().map(|(_, w)| *w).collect();
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
            let Some(low) = values.iter().copied().reduce(f64::min) else { continue };
            let Some(high) = values.iter().copied().reduce(f64::max) else { continue };
            for region in &mut result.regions {
                let (Some(value), Some(covered)) = (
                    region.scores[score].value,
                    region.adults_covered.filter(|&share| share < 1.0),
                ) else {
                    continue;
                };
                let placed = |other: f64| covered * value + (1.0 - covered) * other;
                region.scores[score].bounds = Some((placed(low), placed(high)));
            }
        }
    }

    /// Changes stay where the region is public in both rounds and no aggregate of changes reveals
    /// one that is not.
    fn publish_change(
        &self,
        internal: &IndexResult,
        result: &mut IndexResult,
        published: &[usize],
        shown: &[Option<Withheld>],
    ) {
        let Some(change) = &mut result.change else { return };
        let mut both = shown.to_vec();
        for (at, region) in internal.regions.iter().enumerate() {
            let earlier = change.regions.iter().find(|entry| entry.region == region.code);
            let known = earlier.is_some_and(|entry| {
                published.iter().all(|&score| {
                    entry.scores.get(score).is_some_and(|change| change.withheld.is_none())
                })
            });
            if both[at].is_none() && !known {
                both[at] = Some(Withheld::BelowPublic);
            }
        }
        self.guard(&internal.regions, &mut both);
        change.cells.clear();
        change.regions.retain_mut(|entry| {
            let kept = internal
                .regions
                .iter()
                .position(|region| region.code == entry.region)
                .is_some_and(|at| both[at].is_none());
            entry.scores =
                published.iter().filter_map(|&score| entry.scores.get(score).cloned()).collect();
            kept
        });
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
fn reveals_one(unknown: &[f64]) -> bool {
    let all: f64 = unknown.iter().sum();
    unknown.iter().any(|&weight| all - weight < PROTECTED_SHARE * weight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::attack::{self, arbitrary_round, leaves_under};
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
