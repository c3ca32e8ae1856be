//! What of a result may be published (METHOD §5; rule 7 of the rights).
//!
//! A region's scores are public together or not at all, since index, dimensions and variables are
//! averages of one another: one of them withheld could be had from the rest. What remains to guard
//! are sums:
//!
//! - Up the tree of regions: a province's figure is the mean of its kab/kota with weights that
//!   anyone can look up (adults of an open link) or guess (design weights). Left out is every
//!   aggregate from which a withheld score could be computed, exactly or to within
//!   [`PROTECTED_SHARE`] of the scale ([`Tree::guard`]).
//! - Across scores: where a withheld kab/kota is part of some of an aggregate's scores and not of
//!   others, these leave it over when they are set against each other ([`Tree::told_apart`]).
//! - Across counts: of how few a withheld kab/kota was answered is internal too. Its number of
//!   answers is absent, as is every number from which it follows ([`Tree::counts`]).
//! - Across people: who left a variable unanswered is the whole difference between the sum of a
//!   dimension and the sums of its variables. Public scores are rounded, so that a hundred answers
//!   hide one ([`rounded`]).
//! - Across two rounds: the release of the round before is public too. A change is public where
//!   that release, judged by the same rules, shows the region ([`public_before`]).

use std::collections::HashMap;

use jiff::civil::Date;

use super::compute::placed;
use super::flagged;
use super::result::{
    Adjusted, Composition, Form, IndexResult, Interval, Options, RegionChange, RegionResult,
    RoundRef, Score, ScoreChange, ScoreDefinition, ScoreKind, Withheld,
};
use crate::locale::Message;
use crate::round::answers::Design;
use crate::round::frame::Level;

/// A withheld score must stay unknown by at least this share of the scale's width.
const PROTECTED_SHARE: f64 = 0.125;
/// A number of answers that is not told could still be any of at least so many.
const PROTECTED_COUNTS: u64 = 20;

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
    (!is_open(&result.round, result.round.as_of, &result.options))
        .then(|| Message::new("index-public-too-early").with("closed", closed).with("opens", opens))
}

/// Whether `round` may be published on the day `as_of`, as far as its closing day decides it.
pub(super) fn is_open(round: &RoundRef, as_of: Date, options: &Options) -> bool {
    round.closed.is_some_and(|closed| as_of >= opening_day(closed, options.public_delay_days))
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
    let published = published(&internal.scores);
    let tree = Tree::of(&internal.regions);
    let held = held(internal, &published);
    let shown = tree.released(&terms(internal), &held);
    let few = tree.few(internal);
    let counts = tree.counts(internal);

    let mut result = internal.clone();
    result.form = Form::Public;
    result.scores = published.iter().map(|&at| internal.scores[at].clone()).collect();
    result.low_cells.clear();
    // Rows by file are counts of answers too: often one file is one kab/kota.
    result.inputs.clear();
    // How many kab/kota were reached in one place is a count over withheld ones too.
    result.notes.retain(|note| note.key != "index-note-one-cluster");
    let step = step(internal);
    for (at, region) in result.regions.iter_mut().enumerate() {
        let source = &internal.regions[at];
        region.districts.clear();
        region.flags = Default::default();
        region.letters.clear();
        region.clearly = None;
        region.n = source.n.filter(|_| counts[at]);
        let below = source.n.is_none_or(|n| n < internal.options.public_from);
        let reason = if below { Withheld::BelowPublic } else { Withheld::Complementary };
        region.withheld = source.withheld.or_else(|| (!counts[at]).then_some(reason));
        let reaches = |leaf: &usize| {
            !counts[*leaf] && internal.regions[*leaf].target < internal.options.public_from
        };
        if tree.leaves(at).iter().any(reaches) {
            region.reached = None;
        }
        if few[at] || shown[at].is_some() {
            // They tell of who answered.
            region.kish = None;
            region.not_adjusted = None;
            region.not_adjusted_for.clear();
        }
        if shown[at].is_some() {
            // Reckoned from the same answers it would stand in for ours.
            region.official = None;
        }
        let leaves = tree.leaves(at);
        region.scores = published
            .iter()
            .enumerate()
            .map(|(place, &score)| match shown[at] {
                None => {
                    // What is left of the number of an aggregate is that of its withheld parts.
                    let part =
                        |&leaf: &usize| shown[leaf].is_some() && held[leaf][place].weight.is_some();
                    public_score(&source.scores[score], !leaves.iter().any(part), step)
                }
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

/// Positions of the scores that a public form has.
pub(super) fn published(scores: &[ScoreDefinition]) -> Vec<usize> {
    (0..scores.len()).filter(|&at| is_public_kind(&scores[at])).collect()
}

fn is_public_kind(score: &ScoreDefinition) -> bool {
    matches!(score.kind, ScoreKind::Index | ScoreKind::Dimension | ScoreKind::Variable)
}

fn public_score(internal: &Score, counted: bool, step: f64) -> Score {
    let value = internal.value.map(|value| rounded(value, step));
    let moved = value.zip(internal.value).map_or(0.0, |(value, exact)| value - exact);
    Score {
        n: internal.n.filter(|_| counted),
        // Answers follow from it together with the standard error and the shifts.
        deff: internal.deff.filter(|_| counted),
        value,
        // As wide as it was: its middle would be the score as it was before rounding.
        interval: internal.interval.as_ref().map(|interval| Interval {
            low: interval.low + moved,
            high: interval.high + moved,
            ..interval.clone()
        }),
        adjusted: internal.adjusted.as_ref().zip(value).map(|(adjusted, value)| {
            let adjusted = rounded(adjusted.value, step);
            Adjusted { value: adjusted, difference: rounded(adjusted - value, step) }
        }),
        weight: None,
        bounds: None,
        ..internal.clone()
    }
}

/// What public scores are multiples of: pages show no finer ones.
#[must_use]
pub fn step(result: &IndexResult) -> f64 {
    let (low, high) = scale(result);
    if high - low > 10.0 { 0.1 } else { 0.01 }
}

/// `value` in whole steps.
///
/// Of two sums that differ by one person's answers a reader has the difference to within a step
/// times the number of answers: with a hundred answers an eighth of a scale from 1 to 9.
fn rounded(value: f64, step: f64) -> f64 {
    let steps = (1.0 / step).round();
    (value * steps).round() / steps
}

fn scale(internal: &IndexResult) -> (f64, f64) {
    let (low, high) = internal.instrument.scale;
    (f64::from(low), f64::from(high))
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
    fn adults(adults: Option<u64>) -> Self {
        let adults = adults.map_or(1.0, |adults| adults as f64);
        Self { least: adults, most: adults }
    }
}

/// One score of one region before it is decided whether it is public.
#[derive(Clone, Copy)]
pub(super) struct Held {
    /// Respondents; none where they are too few to be told.
    n: Option<u64>,
    /// The score, where there are enough to tell it.
    value: Option<f64>,
    /// Why there is none.
    withheld: Option<Withheld>,
    /// What a kab/kota weighs in the score of the regions that hold it; none where it is no part of
    /// it. In a recorded design every answer is, however few they are.
    weight: Option<Weight>,
}

impl Held {
    /// A score, as the office may see it, of a region with so many adults.
    pub(super) fn of(score: &Score, design: Design, adults: Option<u64>, least: u64) -> Self {
        Self {
            n: score.n,
            value: score.value,
            withheld: score.withheld,
            weight: match design {
                Design::Recorded => Weight::recorded(score.n, score.weight, least),
                Design::OpenLink => score.value.map(|_| Weight::adults(adults)),
            },
        }
    }
}

/// What decides whether a score is public.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// Lowest and highest possible score.
    pub(super) scale: (f64, f64),
    /// Answers from which a score is public.
    pub(super) public_from: u64,
}

fn terms(internal: &IndexResult) -> Terms {
    Terms { scale: scale(internal), public_from: internal.options.public_from }
}

/// The `published` scores of every region.
fn held(internal: &IndexResult, published: &[usize]) -> Vec<Vec<Held>> {
    let least = internal.options.suppress_below;
    let region = |region: &RegionResult| {
        let adults = region.adults.as_ref().map(|adults| adults.count);
        let of = |&score: &usize| Held::of(&region.scores[score], internal.design, adults, least);
        published.iter().map(of).collect()
    };
    internal.regions.iter().map(region).collect()
}

/// Per region of the round before whether its own release shows the region and, of an aggregate of
/// an open link, whether every kab/kota that this release withholds is part of the change: else the
/// release and the change would tell it together. `averaged` says of a kab/kota of the round before
/// and one of the published scores whether the change of that score holds it.
pub(super) fn public_before(
    tree: &Tree,
    terms: &Terms,
    held: &[Vec<Held>],
    averaged: impl Fn(usize, usize) -> bool,
) -> Vec<bool> {
    let shown = tree.released(terms, held);
    let left_out = |&leaf: &usize| {
        let part = |score: usize| held[leaf][score].weight.is_some() && !averaged(leaf, score);
        shown[leaf].is_some() && (0..held[leaf].len()).any(part)
    };
    (0..held.len())
        .map(|at| {
            let single = tree.children[at].is_empty();
            shown[at].is_none() && (single || !tree.leaves(at).iter().any(left_out))
        })
        .collect()
}

/// The nesting of a round's regions.
pub(super) struct Tree {
    parent: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    /// From the leaves upwards.
    upwards: Vec<usize>,
}

impl Tree {
    fn of(regions: &[RegionResult]) -> Self {
        let position: HashMap<&str, usize> =
            regions.iter().enumerate().map(|(at, region)| (region.code.as_str(), at)).collect();
        let place = |region: &RegionResult| {
            let up = region.parent.as_deref().and_then(|code| position.get(code).copied());
            (region.level, up)
        };
        Self::new(regions.iter().map(place))
    }

    /// Of regions by level and position of the region that each is part of.
    pub(super) fn new(regions: impl Iterator<Item = (Level, Option<usize>)>) -> Self {
        let (levels, parent): (Vec<Level>, Vec<Option<usize>>) = regions.unzip();
        let mut children = vec![Vec::new(); parent.len()];
        for (at, up) in parent.iter().enumerate() {
            if let Some(up) = up {
                children[*up].push(at);
            }
        }
        let mut upwards: Vec<usize> = (0..parent.len()).collect();
        upwards.sort_by_key(|&at| std::cmp::Reverse(levels[at]));
        Self { parent, children, upwards }
    }

    /// Per region the reason why the release of a round withholds its scores, `None` where they are
    /// public.
    fn released(&self, terms: &Terms, held: &[Vec<Held>]) -> Vec<Option<Withheld>> {
        let mut shown: Vec<Option<Withheld>> =
            held.iter().map(|scores| own_reason(scores, terms.public_from)).collect();
        self.told_apart(&mut shown, held);
        self.guard(&mut shown, terms.scale, held);
        shown
    }

    /// Withholds every aggregate that holds a withheld kab/kota in some of its scores and not in
    /// others. A dimension is the mean of its variables, in the aggregate as in each kab/kota that
    /// is part of all: what is left when they are set against each other is the kab/kota that is
    /// not.
    fn told_apart(&self, shown: &mut [Option<Withheld>], held: &[Vec<Held>]) {
        for leaf in (0..held.len()).filter(|&at| self.children[at].is_empty()) {
            let parts = held[leaf].iter().filter(|score| score.weight.is_some()).count();
            if shown[leaf].is_none() || parts == 0 || parts == held[leaf].len() {
                continue;
            }
            let mut up = self.parent[leaf];
            while let Some(at) = up {
                shown[at] = shown[at].or(Some(Withheld::Complementary));
                up = self.parent[at];
            }
        }
    }

    /// Withholds every aggregate that would reveal a withheld part in any of its scores: kab/kota
    /// may weigh differently in each, and what one score hides is hidden in all.
    fn guard(&self, shown: &mut [Option<Withheld>], scale: (f64, f64), held: &[Vec<Held>]) {
        let scores = held.first().map_or(0, Vec::len);
        loop {
            let before = shown.to_vec();
            (0..scores).for_each(|score| self.guard_score(shown, scale, |at| held[at][score]));
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
        scale: (f64, f64),
        held: impl Fn(usize) -> Held,
    ) {
        // Unknown leaves (with weight) that a published figure of this region would still expose.
        let mut open: Vec<Vec<Unknown>> = vec![Vec::new(); shown.len()];
        for &at in &self.upwards {
            if self.children[at].is_empty() {
                let Held { value, weight, .. } = held(at);
                open[at].extend(
                    weight.filter(|_| shown[at].is_some()).map(|weight| Unknown { weight, value }),
                );
                continue;
            }
            let mut unknown: Vec<Unknown> = Vec::new();
            let mut hidden_parts: Vec<Unknown> = Vec::new();
            for &child in &self.children[at] {
                if shown[child].is_some() && !open[child].is_empty() {
                    hidden_parts.push(Unknown::all(&open[child]));
                }
                unknown.extend(open[child].iter().copied());
            }
            let reveals = reveals_one(&unknown, scale) || reveals_one(&hidden_parts, scale);
            if shown[at].is_none() && reveals {
                shown[at] = Some(Withheld::Complementary);
            }
            // A published figure ties its unknown leaves into one equation that is now spent;
            // a withheld one passes them up.
            open[at] = if shown[at].is_none() { Vec::new() } else { unknown };
        }
    }

    /// Per region whether it, or one inside it, has so few answers that their number is told to
    /// nobody.
    fn few(&self, internal: &IndexResult) -> Vec<bool> {
        let mut few: Vec<bool> = internal.regions.iter().map(|region| region.n.is_none()).collect();
        for &at in &self.upwards {
            if let (true, Some(up)) = (few[at], self.parent[at]) {
                few[up] = true;
            }
        }
        few
    }

    /// Per region whether its number of answers may be told: where nobody answered, or as many as
    /// may be published did, and of an aggregate where each number below it that is not told keeps
    /// its room.
    fn counts(&self, internal: &IndexResult) -> Vec<bool> {
        let Options { public_from, suppress_below, .. } = internal.options;
        let n = |at: usize| internal.regions[at].n;
        let mut told: Vec<bool> = (0..internal.regions.len())
            .map(|at| n(at).is_some_and(|n| n == 0 || n >= public_from))
            .collect();
        // Of kab/kota that no number told above them ties up yet, what anyone knows: the least and
        // the most answers there can be. And the answers that are known without them.
        let mut open: Vec<Vec<(u64, u64)>> = vec![Vec::new(); told.len()];
        let mut known = vec![0; told.len()];
        for &at in &self.upwards {
            let unknown: Vec<(u64, u64)> = if self.children[at].is_empty() {
                let range = match n(at) {
                    Some(_) => (suppress_below, public_from.saturating_sub(1)),
                    None => (1, suppress_below.saturating_sub(1)),
                };
                if told[at] { Vec::new() } else { vec![range] }
            } else {
                known[at] = self.children[at].iter().map(|&child| known[child]).sum();
                let unknown: Vec<(u64, u64)> =
                    self.children[at].iter().flat_map(|&child| open[child].clone()).collect();
                let rest = n(at).unwrap_or_default().saturating_sub(known[at]);
                told[at] &= keeps_room(&unknown, rest);
                unknown
            };
            match n(at).filter(|_| told[at]) {
                Some(n) => known[at] = n,
                None => open[at] = unknown,
            }
        }
        told
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
            // A count that is not told is one of a few people, no more of whom may be told.
            let answered = internal.regions[next].n != Some(0);
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
        // An aggregate of an open link averages the kab/kota that have both rounds. Where that are
        // not all that its score is made of, the change would be read as that of the whole (METHOD
        // §1), and tell what a withheld one weighs that is only in the score.
        let left_out = |&leaf: &usize| {
            let part = |&score: &usize| {
                internal.regions[leaf].scores[score].value.is_some()
                    && of(leaf, score).is_none_or(|change| change.difference.is_none())
            };
            published.iter().any(part)
        };
        let whole: Vec<bool> = (0..shown.len())
            .map(|at| {
                self.children[at].is_empty()
                    || internal.design == Design::Recorded
                    || !self.leaves(at).iter().any(left_out)
            })
            .collect();
        let both: Vec<bool> = (0..shown.len())
            .map(|at| {
                let enough = published.iter().all(|&score| of(at, score).is_some_and(enough));
                let before = entry(at).is_some_and(|entry| entry.public_before);
                shown[at].is_none() && before && enough && whole[at]
            })
            .collect();
        let step = step(internal);
        let places: HashMap<&str, usize> = internal
            .regions
            .iter()
            .zip(0..)
            .map(|(region, at)| (region.code.as_str(), at))
            .collect();
        if known.regions.iter().all(|entry| !entry.public_before) && !known.regions.is_empty() {
            change.remarks.push(Message::new("index-change-before-withheld"));
        }
        change.cells.clear();
        change.regions.retain_mut(|entry| {
            let at = places.get(entry.region.as_str()).copied();
            if let Some(reason) = &mut entry.not_comparable {
                *reason = without_numbers(reason);
                return at.is_some_and(|at| shown[at].is_none());
            }
            if at.is_some_and(|at| shown[at].is_none() && !whole[at]) {
                entry.not_comparable = Some(Message::new("index-change-part-public"));
                entry.scores.clear();
                return true;
            }
            let seen = |&score: &usize| Some(public_change(entry.scores.get(score)?, step));
            entry.scores = published.iter().filter_map(seen).collect();
            at.is_some_and(|at| both[at])
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

/// A change without counts, and rounded as scores are.
fn public_change(internal: &ScoreChange, step: f64) -> ScoreChange {
    let before = internal.before.map(|before| rounded(before, step));
    // Between the scores of both rounds as they are shown: it must not tell them finer.
    let difference = internal.before.zip(internal.difference).zip(before).map(
        |((exact, difference), before)| rounded(rounded(exact + difference, step) - before, step),
    );
    let moved = difference.zip(internal.difference).map_or(0.0, |(shown, exact)| shown - exact);
    ScoreChange {
        n: None,
        n_before: None,
        weight_before: None,
        before,
        difference,
        interval: internal.interval.map(|(low, high)| (low + moved, high + moved)),
        ..internal.clone()
    }
}

/// Why a region's own numbers keep its scores from being public: where the index itself could be
/// told, that some score rests on fewer answers than may be published.
fn own_reason(scores: &[Held], public_from: u64) -> Option<Withheld> {
    let enough = |score: &Held| score.value.is_some() && score.n.is_some_and(|n| n >= public_from);
    let reason = scores.first().and_then(|index| index.withheld).unwrap_or(Withheld::BelowPublic);
    (!scores.iter().all(enough)).then_some(reason)
}

/// What a reader does not know of an aggregate.
#[derive(Clone, Copy)]
struct Unknown {
    weight: Weight,
    /// Its score, where there are enough answers to tell it.
    value: Option<f64>,
}

impl Unknown {
    fn all(parts: &[Self]) -> Self {
        let sum = |of: fn(&Weight) -> f64| parts.iter().map(|part| of(&part.weight)).sum();
        let weight = Weight { least: sum(|weight| weight.least), most: sum(|weight| weight.most) };
        Self { weight, value: mean(parts) }
    }
}

/// The mean of the parts whose scores are known to the office.
fn mean(parts: &[Unknown]) -> Option<f64> {
    let known = || parts.iter().filter_map(|part| Some((part.weight.least, part.value?)));
    let all: f64 = known().map(|(weight, _)| weight).sum();
    (all > 0.0).then(|| known().map(|(weight, value)| weight * value).sum::<f64>() / all)
}

/// Whether a published mean lets a reader know one of its `unknown` parts too closely: with every
/// other part anywhere on the scale, the part must range over [`PROTECTED_SHARE`] of it. A mean near
/// an end of the scale leaves its parts less room than one in the middle.
fn reveals_one(unknown: &[Unknown], (low, high): (f64, f64)) -> bool {
    let all: f64 = unknown.iter().map(|part| part.weight.least).sum();
    let mean = mean(unknown).unwrap_or((low + high) / 2.0);
    let (above, below) = (high - mean, mean - low);
    unknown.iter().any(|part| {
        let others = (all - part.weight.least) / part.weight.most;
        let room = above.min(others * below) + below.min(others * above);
        room < PROTECTED_SHARE * (high - low)
    })
}

/// Whether numbers of answers, each between its least and its most, stay unknown to whoever knows
/// their sum: each could still be any of [`PROTECTED_COUNTS`], or of as many as it ever could.
fn keeps_room(unknown: &[(u64, u64)], sum: u64) -> bool {
    let least: u64 = unknown.iter().map(|(least, _)| least).sum();
    let most: u64 = unknown.iter().map(|(_, most)| most).sum();
    unknown.iter().all(|&(low, high)| {
        let from = low.max(sum.saturating_sub(most - high));
        let to = high.min(sum.saturating_sub(least - low));
        to + 1 >= from + PROTECTED_COUNTS.min(high + 1 - low)
    })
}

/// [`public_before`] of the result of a round, for tests.
#[cfg(test)]
pub(super) fn public_before_of(
    before: &IndexResult,
    averaged: impl Fn(&str, usize) -> bool,
) -> Vec<bool> {
    let held = held(before, &published(&before.scores));
    public_before(&Tree::of(&before.regions), &terms(before), &held, |leaf, score| {
        averaged(&before.regions[leaf].code, score)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::attack::{self, Reader, arbitrary_rounds};
    use crate::index::fixture::{self, Answers, Leaf};
    use crate::instrument::Text;

    const DESIGNS: [Design; 2] = [Design::OpenLink, Design::Recorded];

    /// The public forms of both rounds: now, with the change, and before.
    fn releases(provinces: &[Vec<Leaf>], design: Design) -> [IndexResult; 2] {
        let before = fixture::of_round(provinces, design, 1);
        [fixture::with_change(provinces, design), before].map(|of| public(&of).unwrap())
    }

    proptest! {
        #![proptest_config(attack::rounds(256))]

        #[test]
        fn no_withheld_score_of_two_rounds_follows_from_what_is_published_of_both(
            provinces in arbitrary_rounds()
        ) {
            for design in DESIGNS {
                let shown = releases(&provinces, design).map(|public| attack::shown_by(&public));
                let mut reader = Reader::new(&provinces, design);
                for (round, shown) in shown.iter().enumerate() {
                    reader.read(shown, round);
                    prop_assert_eq!(reader.narrowed(shown, round), Vec::<String>::new());
                }
                let revealed = reader.revealed([&shown[0], &shown[1]]);
                prop_assert_eq!(revealed, Vec::<String>::new(), "{:?}", design);
                let counted: Vec<String> =
                    (0..2).flat_map(|of| reader.counted(&shown[of], of)).collect();
                prop_assert_eq!(counted, Vec::<String>::new(), "{:?}", design);
            }
        }

        #[test]
        fn only_kabupaten_with_a_hundred_answers_are_public_and_only_what_follows_from_them_is_bounded(
            provinces in arbitrary_rounds()
        ) {
            for design in DESIGNS {
                for (round, published) in releases(&provinces, design).iter().enumerate() {
                    let leaves = fixture::named(&provinces);
                    let leaf = |code: &str| leaves.iter().find(|(own, _)| own == code);
                    let mut values = vec![Vec::new(); published.scores.len()];
                    for region in &published.regions {
                        let Some((_, leaf)) = leaf(&region.code) else { continue };
                        for (at, score) in region.scores.iter().enumerate() {
                            let n = leaf.rounds[round].unwrap().n_of(at);
                            prop_assert!(score.value.is_none() || n >= 100);
                            values[at].extend(score.value);
                        }
                    }
                    for (at, (region, score)) in published
                        .regions
                        .iter()
                        .flat_map(|region| region.scores.iter().map(move |score| (region, score)).enumerate())
                    {
                        let (Some((low, high)), Some(value)) = (score.bounds, score.value) else {
                            continue;
                        };
                        let covered = region.coverage(score).1.unwrap();
                        for end in [low, high] {
                            let placed = (end - covered * value) / (1.0 - covered);
                            prop_assert!(values[at].iter().any(|v| (v - placed).abs() < 1e-6));
                        }
                    }
                    let changes = published.change.iter().flat_map(|change| &change.regions);
                    for entry in changes.filter(|entry| !entry.scores.is_empty()) {
                        let enough = |of: &Answers| (0..4).all(|at| of.n_of(at) >= 100);
                        let both = leaf(&entry.region)
                            .is_none_or(|(_, leaf)| leaf.rounds.iter().flatten().all(enough));
                        prop_assert!(both, "{}", entry.region);
                        let countless = |change: &ScoreChange| {
                            (change.n, change.n_before, change.weight_before) == (None, None, None)
                        };
                        prop_assert!(entry.scores.iter().all(countless));
                    }
                    let scores = published.regions.iter().flat_map(|of| &of.scores);
                    prop_assert!(scores.into_iter().all(|score| score.weight.is_none()));
                }
            }
        }

        #[test]
        fn what_is_told_of_who_answered_holds_no_kabupaten_with_one_to_four_answers(
            provinces in arbitrary_rounds()
        ) {
            for published in releases(&provinces, Design::OpenLink) {
                let few = |code: &str| {
                    let too_few = |of: &RegionResult| of.withheld == Some(Withheld::TooFew);
                    let mut small = published.regions.iter().filter(|of| too_few(of));
                    small.any(|of| of.level == Level::Regency && fixture::inside(&of.code, code))
                };
                for region in &published.regions {
                    let told = region.kish.is_some() || !region.composition.is_empty();
                    prop_assert!(!told || !few(&region.code), "{}", region.code);
                    let shown = region.scores[0].value.is_some();
                    prop_assert!(shown || region.kish.is_none() && region.official.is_none());
                }
            }
        }
    }

    #[test]
    fn no_number_of_answers_below_a_hundred_is_public_nor_a_sum_that_tells_it() {
        let told = |leaves: &[u64]| -> Vec<Option<u64>> {
            let province = leaves.iter().map(|&n| (n, 100_000)).collect();
            let public = public(&fixture::result(&[province])).unwrap();
            public.regions.iter().skip(1).map(|region| region.n).collect()
        };
        assert_eq!(told(&[500, 100, 0]), [Some(600), Some(500), Some(100), Some(0)]);
        assert_eq!(told(&[500, 99]), [None, Some(500), None], "the sum less 500");
        assert_eq!(told(&[500, 60, 50]), [Some(610), Some(500), None, None]);
        assert_eq!(told(&[500, 98, 97]), [None, Some(500), None, None], "both are near a hundred");
        assert_eq!(told(&[500, 8, 9]), [None, Some(500), None, None], "both are near five");
        assert_eq!(told(&[500, 3, 60]), [None, Some(500), None, None], "a few more or less");
        assert_eq!(told(&[500, 3, 60, 50]), [Some(613), Some(500), None, None, None]);
        let public = public(&fixture::result(&[vec![(500, 100_000), (60, 90_000), (50, 80_000)]]));
        let public = public.unwrap();
        let province = &public.regions[1];
        assert!(province.scores[0].value.is_some() && province.scores[0].n.is_none());
        let reasons: Vec<Option<Withheld>> =
            public.regions.iter().map(|region| region.withheld).collect();
        let below = Some(Withheld::BelowPublic);
        assert_eq!(reasons, [None, None, None, below, below]);
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
    fn parts_of_a_mean_near_the_end_of_the_scale_have_little_room() {
        let shown = |value: f64| {
            let answers = |n| Answers { n, unanswered: [0; 2], values: [value; 2] };
            let leaf = |n| Leaf {
                adults: 100_000,
                rounds: [Some(answers(n)), None],
                apart: false,
                official: false,
            };
            let provinces = [vec![leaf(1_250), leaf(83), leaf(50)]];
            let internal = fixture::of_round(&provinces, Design::OpenLink, 0);
            public(&internal).unwrap().regions[1].scores[0].value.is_some()
        };
        // Two of 8.4 each lie between 7.8 and 9, two of 8.6 between 8.2 and 9.
        assert!(shown(7.0) && shown(8.4));
        assert!(!shown(8.6) && !shown(1.3));
    }

    #[test]
    fn a_kabupaten_without_an_answer_to_a_variable_takes_its_province_along() {
        let leaf = |n, unanswered| Leaf {
            adults: 100_000,
            rounds: [Some(Answers { n, unanswered, values: [6.1, 7.3] }), None],
            apart: false,
            official: false,
        };
        let shown = |unanswered| {
            let provinces = [vec![
                leaf(1_250, [0; 2]),
                leaf(83, [0; 2]),
                leaf(50, [0; 2]),
                leaf(60, unanswered),
            ]];
            let internal = fixture::of_round(&provinces, Design::OpenLink, 0);
            public(&internal).unwrap().regions[1].scores[0].withheld
        };
        assert_eq!(shown([3, 0]), None);
        // Twice the dimension less its two variables would be its other variable.
        assert_eq!(shown([57, 0]), Some(Withheld::Complementary));
        assert_eq!(shown([60, 0]), Some(Withheld::Complementary));
        assert_eq!(shown([60, 60]), None);
    }

    #[test]
    fn the_answers_of_the_one_who_left_a_variable_out_are_lost_in_the_rounding_of_a_hundred() {
        // Ninety-nine answered both variables, the last one the second only, with 2.
        let both =
            |at: usize| [1.0 + (at * 37 % 71) as f64 / 9.0, 1.0 + (at * 53 % 67) as f64 / 9.0];
        let people = || (0..99).map(both);
        let sum = |of: fn([f64; 2]) -> f64| people().map(of).sum::<f64>();
        let [first, second] = [sum(|of| of[0]) / 99.0, (sum(|of| of[1]) + 2.0) / 100.0];
        let dimension = (sum(|of| (of[0] + of[1]) / 2.0) + 2.0) / 100.0;
        let mut internal = fixture::result(&[vec![(100, 100_000)]]);
        for (score, (n, value)) in internal.regions[2].scores.iter_mut().zip([
            (100, dimension),
            (100, dimension),
            (99, first),
            (100, second),
        ]) {
            (score.n, score.value) = (Some(n), Some(value));
            let interval = score.interval.as_mut().unwrap();
            (interval.low, interval.high) = (value - 0.3, value + 0.3);
        }
        internal.options.public_from = 99;
        let left = |result: &IndexResult| {
            let of = |at: usize| {
                let score = &result.regions[2].scores[at];
                score.n.unwrap() as f64 * score.value.unwrap()
            };
            2.0 * of(1) - of(2) - of(3)
        };
        assert!((left(&internal) - 2.0).abs() < 1e-9);
        let public = public(&internal).unwrap();
        for score in public.regions.iter().flat_map(|region| &region.scores) {
            let middle = score.interval.as_ref().map(|of| (of.low + of.high) / 2.0);
            assert!(middle.zip(score.value).is_none_or(|(middle, of)| (middle - of).abs() < 1e-9));
        }
        // Each sum is known to within half a step a person, and the dimension stands in it twice.
        let steps = [1.0, 0.1, 0.01, 0.001, 0.0001];
        let room = |result: &IndexResult| {
            let scores = &result.regions[2].scores;
            let multiple =
                |value: f64, step: f64| (value / step - (value / step).round()).abs() < 1e-6;
            let all =
                |step: f64| scores.iter().flat_map(|of| of.value).all(|of| multiple(of, step));
            let step = steps.into_iter().find(|&step| all(step)).unwrap_or(0.0);
            let people = |at: usize| scores[at].n.unwrap() as f64;
            step * (2.0 * people(1) + people(2) + people(3))
        };
        assert!((left(&public) - 2.0).abs() <= room(&public) / 2.0);
        assert!(room(&internal) < PROTECTED_SHARE * 8.0);
        assert!(room(&public) >= PROTECTED_SHARE * 8.0);
    }

    #[test]
    fn an_official_figure_stands_only_beside_a_score_that_is_public() {
        let mut internal = fixture::result(&[vec![(1_250, 100_000), (83, 100_000)]]);
        let official = crate::round::official::Official {
            value: 6.4,
            source: "Kementerian".to_owned(),
            date: jiff::civil::date(2026, 1, 12),
        };
        internal.regions.iter_mut().for_each(|region| region.official = Some(official.clone()));
        let published = public(&internal).unwrap();
        let beside: Vec<&str> = published
            .regions
            .iter()
            .filter(|region| region.official.is_some())
            .map(|region| region.code.as_str())
            .collect();
        assert_eq!(beside, ["11.01"]);
    }

    #[test]
    fn a_change_does_not_tell_what_the_release_of_the_round_before_kept_back() {
        let provinces = [vec![(1_250, 100_000), (90, 100_000), (80, 100_000)]];
        let shown = |before: &[u64]| -> Vec<String> {
            let internal = fixture::compared(&provinces, before, Design::OpenLink);
            let change = public(&internal).unwrap().change.unwrap();
            change.regions.into_iter().map(|entry| entry.region).collect()
        };
        // Both are withheld in both rounds.
        assert_eq!(shown(&[1_250, 70, 60]), ["ID", "11", "11.01"]);
        // The second was public in the round before: beside its release the province's score of that
        // round would tell the third's.
        assert_eq!(shown(&[1_250, 700, 60]), ["11.01"]);
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
            let internal = fixture::compared(&provinces, before, Design::OpenLink);
            let change = public(&internal).unwrap().change.unwrap();
            let told = change.regions.into_iter().filter(|entry| !entry.scores.is_empty());
            told.map(|entry| entry.region).collect()
        };
        assert_eq!(shown(&[500, 500, 500]), ["ID", "11", "11.01", "11.02", "11.03"]);
        assert_eq!(shown(&[500, 500, 83]), ["11.01", "11.02"]);
        assert_eq!(shown(&[500, 50, 83]), ["ID", "11", "11.01"]);
        // The third is no part of the change, and so no shield of the second.
        assert_eq!(shown(&[500, 50, 0]), ["11.01"]);
    }

    #[test]
    fn the_change_of_a_part_of_a_province_is_not_told_as_that_of_the_whole() {
        let provinces = [vec![(1_250, 100_000), (1_250, 90_000), (1_250, 100_000)]];
        let internal = fixture::compared(&provinces, &[500, 0, 0], Design::OpenLink);
        let change = public(&internal).unwrap().change.unwrap();
        let of = |code: &str| change.regions.iter().find(|entry| entry.region == code).unwrap();
        assert!(of("11.01").scores[0].difference.is_some());
        for whole in ["ID", "11"] {
            let reason = of(whole).not_comparable.as_ref().unwrap();
            assert_eq!(reason.key, "index-change-part-public");
            assert!(of(whole).scores.is_empty());
        }
    }

    #[test]
    fn why_a_region_cannot_be_compared_is_public_where_the_region_is_and_without_numbers() {
        let provinces = [vec![(1_250, 100_000), (1_250, 90_000), (1_250, 100_000), (60, 80_000)]];
        let before = [500, 500, 500, 500];
        let mut internal = fixture::compared(&provinces, &before, Design::OpenLink);
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
