//! The ten checks of plan alignment: what of the plans of governments does not fit, found by
//! computing.
//!
//! A check is a pure function over the versions of plans ([`Government`]), the rules as data
//! ([`Rules`]) and what else an office has ([`Context`]). It answers with an [`Outcome`]: for one
//! government, a pair of them, or a province with its kab/kota. What an input would have fed that is
//! absent reads *belum dapat diperiksa* ([`Missing`]), and a region that sent no plan is a state of
//! its own, never zero. No function here counts findings of a region or sorts by their number: a
//! kabupaten that fills every column must never look worse than one that fills none.

mod authority;
mod calendar;
mod coverage;
mod drift;
mod duplication;
mod finding;
#[cfg(test)]
mod fixture;
mod government;
mod money;
mod overdue;
mod parity;
mod proposals;
mod report;
pub mod rules;
mod target;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use coverage::LowCell;
pub use finding::{Cited, Finding, RuleRef, Silence, Silences, Source};
pub use government::Government;
pub use overdue::Item;
pub use proposals::{Answer, Proposal};
pub use report::{Lack, Missing, Outcome, Sides, State, in_order};
pub use rules::Rules;
pub use target::Measured;

use crate::locale::Message;
use crate::outcome::Tree;
use crate::parallel;
use crate::plan::{Crosswalk, Version};
use crate::region;

/// The ten checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Indicators that carry one name and mean two things.
    Parity,
    /// Targets that do not lead to each other.
    Target,
    /// Priorities, mandates and low cells that no row answers.
    Coverage,
    /// Two rows for the same people in the same place at the same time.
    Duplication,
    /// Work under a code that is another level's.
    Authority,
    /// Money, target and outcome that do not come together.
    Money,
    /// Days that clash.
    Calendar,
    /// What became of proposals.
    Proposals,
    /// What changed between two frozen documents.
    Drift,
    /// Items of earlier meetings past their date.
    Overdue,
}

impl Check {
    /// All checks, in their order.
    pub const ALL: [Self; 10] = [
        Self::Parity,
        Self::Target,
        Self::Coverage,
        Self::Duplication,
        Self::Authority,
        Self::Money,
        Self::Calendar,
        Self::Proposals,
        Self::Drift,
        Self::Overdue,
    ];

    /// Last part of the message keys that name the check.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Parity => "parity",
            Self::Target => "target",
            Self::Coverage => "coverage",
            Self::Duplication => "duplication",
            Self::Authority => "authority",
            Self::Money => "money",
            Self::Calendar => "calendar",
            Self::Proposals => "proposals",
            Self::Drift => "drift",
            Self::Overdue => "overdue",
        }
    }

    /// The name, e.g. *kesetaraan indikator*.
    #[must_use]
    pub fn name(self) -> Message {
        Message::new(&format!("check-name-{}", self.key()))
    }
}

/// What the checks read beside the plans. What is absent makes its check *belum dapat diperiksa*.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The day on which they look.
    pub today: Date,
    /// The rules.
    pub rules: &'a Rules,
    /// Codes of the two sides that do the same work.
    pub crosswalk: &'a Crosswalk,
    /// The outcome tree.
    pub tree: Option<&'a Tree>,
    /// Scores of the index, one a region and instrument.
    pub measured: Option<&'a [Measured]>,
    /// Low cells of the index.
    pub low: Option<&'a [LowCell]>,
    /// Proposals with their answers.
    pub proposals: Option<&'a [Proposal]>,
    /// Items of earlier meetings.
    pub items: Option<&'a [Item]>,
    /// Earlier frozen documents of the same governments.
    pub previous: Option<&'a [&'a Version]>,
}

impl<'a> Context<'a> {
    /// The shipped rules and tables, and nothing else.
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self {
            today,
            rules: Rules::shipped(),
            crosswalk: Crosswalk::shipped(),
            tree: Some(Tree::shipped()),
            measured: None,
            low: None,
            proposals: None,
            items: None,
            previous: None,
        }
    }
}

/// What the checks of one government say: coverage, duplication between its own agencies,
/// baselines, authority, money, calendar, proposals to it, drift and what is overdue.
#[must_use]
pub fn of_government(of: &Government<'_>, context: &Context<'_>) -> Vec<Outcome> {
    vec![
        parity::own(of, context),
        coverage::own(of, context),
        duplication::own(of, context),
        authority::own(of, context),
        money::own(of, context),
        calendar::own(of, context),
        proposals::own(of, context),
        drift::own(of, context),
        overdue::own(of, context),
    ]
}

/// What the checks of a pair of governments say, neighbours as well as province and kab/kota. Which
/// side looks makes no difference.
#[must_use]
pub fn of_pair(
    one: &Government<'_>,
    other: &Government<'_>,
    context: &Context<'_>,
) -> Vec<Outcome> {
    let (one, other) = if one.region() <= other.region() { (one, other) } else { (other, one) };
    vec![
        parity::between(one, other, context),
        duplication::between(one, other, context),
        calendar::between(one, other, context),
    ]
}

/// What the check of targets says of a province and its kab/kota, pair by pair.
#[must_use]
pub fn of_province(
    upper: &Government<'_>,
    lowers: &[Government<'_>],
    context: &Context<'_>,
) -> Vec<Outcome> {
    target::between(upper, lowers, context)
}

/// All checks of a province, its kab/kota and the pairs of neighbours among them, but those between
/// sides that are not `wanted`, in the order in which they are shown ([`in_order`]). The check of
/// targets is always made, since a sum leans on all its parts.
#[must_use]
pub fn all(
    upper: &Government<'_>,
    lowers: &[Government<'_>],
    neighbours: &[(region::Code, region::Code)],
    context: &Context<'_>,
    wanted: impl Fn(Sides) -> bool,
) -> Vec<Outcome> {
    let find = |code| lowers.iter().find(|of| of.region() == code);
    let ones = std::iter::once(upper).chain(lowers);
    let below = lowers.iter().map(|lower| (upper, lower));
    let beside = neighbours.iter().filter_map(|(one, other)| Some((find(*one)?, find(*other)?)));
    let ones = ones.filter(|of| wanted(Sides::One(of.region()))).map(|of| (of, None));
    let pairs = below.chain(beside).filter(|(one, other)| {
        let (one, other) = (one.region(), other.region());
        wanted(Sides::Pair(one.min(other), one.max(other)))
    });
    let looks: Vec<_> = ones.chain(pairs.map(|(one, other)| (one, Some(other)))).collect();
    let looked = parallel::map(0, looks.len(), |at| match looks.get(at) {
        Some((one, None)) => of_government(one, context),
        Some((one, Some(other))) => of_pair(one, other, context),
        None => Vec::new(),
    });
    let mut outcomes = of_province(upper, lowers, context);
    outcomes.extend(looked.into_iter().flatten());
    in_order(&mut outcomes);
    outcomes
}

#[cfg(test)]
mod tests;
