//! What a check answers: checked, *belum dapat diperiksa*, *perlu penjelasan*, or no plan sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::finding::{Cited, Finding, RuleRef, Silences};
use super::government::{At, Government};
use super::{Check, Context};
use crate::instrument::Text;
use crate::locale::{Message, Value};
use crate::plan::RowKey;
use crate::region;

/// Between whom a check looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Within one government.
    One(region::Code),
    /// Between two, the smaller code first.
    Pair(region::Code, region::Code),
}

/// What keeps something from being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// The indicator has no id in the dictionary: *belum dipetakan*.
    Mapping,
    /// The id is not in the dictionary.
    Dictionary,
    /// Definition.
    Definition,
    /// Unit.
    Unit,
    /// Direction.
    Direction,
    /// Calculation rule.
    CalculationRule,
    /// Year, series, release or population of a baseline.
    Baseline,
    /// Target as a number for the year.
    Target,
    /// Several targets of one indicator that do not agree.
    OneTarget,
    /// Relation of two indicators.
    Relation,
    /// Weights of a mean.
    Denominator,
    /// Scores of the index.
    Measured,
    /// Low cells of the index: *belum terukur*.
    LowCells,
    /// Topic.
    Topic,
    /// Place.
    Place,
    /// Place down to the kecamatan or desa.
    PlaceWide,
    /// Target group.
    TargetGroup,
    /// When it is done.
    Time,
    /// The days, beyond the months.
    Days,
    /// A row of the table of authority.
    Authority,
    /// Money.
    Money,
    /// Outcome tree.
    Tree,
    /// Days of rest of the year.
    Calendar,
    /// List of proposals.
    Proposals,
    /// Items of earlier meetings.
    Meetings,
    /// Date by which an item is due.
    DueDate,
    /// Earlier frozen document.
    Previous,
    /// The plan of another region that the check needs.
    Plan,
}

impl Lack {
    /// Last part of the message key that names it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Mapping => "mapping",
            Self::Dictionary => "dictionary",
            Self::Definition => "definition",
            Self::Unit => "unit",
            Self::Direction => "direction",
            Self::CalculationRule => "calculation-rule",
            Self::Baseline => "baseline",
            Self::Target => "target",
            Self::OneTarget => "one-target",
            Self::Relation => "relation",
            Self::Denominator => "denominator",
            Self::Measured => "measured",
            Self::LowCells => "low-cells",
            Self::Topic => "topic",
            Self::Place => "place",
            Self::PlaceWide => "place-wide",
            Self::TargetGroup => "target-group",
            Self::Time => "time",
            Self::Days => "days",
            Self::Authority => "authority",
            Self::Money => "money",
            Self::Tree => "tree",
            Self::Calendar => "calendar",
            Self::Proposals => "proposals",
            Self::Meetings => "meetings",
            Self::DueDate => "due-date",
            Self::Previous => "previous",
            Self::Plan => "plan",
        }
    }
}

/// How many rows a lack names; the number of all is told.
const NAMED: usize = 5;

/// Something that is missing, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// What.
    pub lack: Lack,
    /// In whose plan; none where it is an input of its own.
    pub region: Option<region::Code>,
    /// What it is about: an indicator, an affair, a region; empty for rows alone.
    pub about: String,
    /// Number of rows; 0 where no row is meant.
    pub rows: usize,
    /// The first of them.
    pub first: Vec<RowKey>,
}

impl Missing {
    /// An input that is absent altogether, or in the plan of `region`.
    pub(super) fn input(lack: Lack, region: Option<region::Code>, about: &str) -> Self {
        Self { lack, region, about: about.to_owned(), rows: 0, first: Vec::new() }
    }

    /// What is missing, in words.
    #[must_use]
    pub fn message(&self) -> Message {
        let what = Message::new(&format!("check-lack-{}", self.lack.key()));
        let about = match self.about.as_str() {
            "" => what,
            about => Message::new("check-missing-about")
                .with("what", what)
                .with("about", about.to_owned()),
        };
        let of = self.region.map(name);
        match (of, self.rows) {
            (None, _) => about,
            (Some(region), 0) => {
                Message::new("check-missing-region").with("what", about).with("region", region)
            }
            (Some(region), rows) => Message::new("check-missing-rows")
                .with("what", about)
                .with("region", region)
                .with("rows", rows),
        }
    }
}

/// The name of a region; its code where the list does not have it.
pub(super) fn name(code: region::Code) -> String {
    region::get(code).map_or_else(|| code.to_string(), |of| of.name.to_string())
}

/// A name of the data, in the language of the reader.
pub(super) fn named(text: &Text) -> Value {
    let (id, en) = (text.id.clone(), text.en.clone());
    Message::new("check-name-of").with("id", id).with("en", en).into()
}

/// The state that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A region sent no plan: hatched, and first in lists.
    NotSent,
    /// *Perlu penjelasan*.
    ToExplain,
    /// *Belum dapat diperiksa*, in whole or in part.
    NotCheckable,
    /// Checked, and everything fits.
    Checked,
}

impl State {
    /// The state in words.
    #[must_use]
    pub fn name(self) -> Message {
        Message::new(match self {
            Self::NotSent => "check-state-not-sent",
            Self::ToExplain => "check-state-to-explain",
            Self::NotCheckable => "check-state-not-checkable",
            Self::Checked => "check-state-checked",
        })
    }
}

/// What one check says of one government or pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Check.
    pub check: Check,
    /// Between whom.
    pub sides: Sides,
    /// Regions that sent no plan.
    pub not_sent: Vec<region::Code>,
    /// Findings, in the order of rule, subject and rows.
    pub findings: Vec<Finding>,
    /// What could not be checked.
    pub missing: Vec<Missing>,
}

impl Outcome {
    /// The state, findings that are meant so left out.
    #[must_use]
    pub fn state(&self) -> State {
        if !self.not_sent.is_empty() {
            State::NotSent
        } else if self.findings.iter().any(Finding::is_open) {
            State::ToExplain
        } else if self.missing.is_empty() {
            State::Checked
        } else {
            State::NotCheckable
        }
    }

    /// Marks the findings that an office says are meant so.
    pub fn silence(&mut self, silences: &Silences) {
        for finding in &mut self.findings {
            finding.intended = silences.reason(finding).map(str::to_owned);
        }
    }
}

/// Puts outcomes in the order in which they are shown: regions that sent nothing first, then by
/// region and check. How many findings there are makes no difference.
pub fn in_order(outcomes: &mut [Outcome]) {
    outcomes.sort_by_key(|of| (of.not_sent.is_empty(), of.sides, of.check));
}

/// An outcome in the making.
pub(super) struct Report<'a> {
    context: &'a Context<'a>,
    outcome: Outcome,
    year: i16,
    lacking: BTreeMap<(region::Code, Lack), Vec<RowKey>>,
}

impl<'a> Report<'a> {
    /// Of one government.
    pub(super) fn of(check: Check, one: &Government<'_>, context: &'a Context<'a>) -> Self {
        Self::new(check, Sides::One(one.region()), &[one], context)
    }

    /// Of two.
    pub(super) fn between(
        check: Check,
        one: &Government<'_>,
        other: &Government<'_>,
        context: &'a Context<'a>,
    ) -> Self {
        let (first, second) =
            if one.region() <= other.region() { (one, other) } else { (other, one) };
        let sides = Sides::Pair(first.region(), second.region());
        Self::new(check, sides, &[first, second], context)
    }

    fn new(
        check: Check,
        sides: Sides,
        governments: &[&Government<'_>],
        context: &'a Context<'a>,
    ) -> Self {
        let silent = governments.iter().filter(|of| !of.has_sent());
        let not_sent = silent.map(|of| of.region()).collect();
        let (findings, missing) = (Vec::new(), Vec::new());
        let outcome = Outcome { check, sides, not_sent, findings, missing };
        let year = governments.first().map_or(0, |of| of.year());
        Self { context, outcome, year, lacking: BTreeMap::new() }
    }

    /// Whether every side sent a plan.
    pub(super) fn is_complete(&self) -> bool {
        self.outcome.not_sent.is_empty()
    }

    /// Adds a finding of `rule`: its words are `check-why-<rule>` and `check-settle-<rule>`, filled
    /// alike.
    pub(super) fn find(
        &mut self,
        rule: &str,
        basis: Option<&str>,
        about: &str,
        mut rows: Vec<Cited>,
        fill: impl Fn(Message) -> Message,
    ) {
        rows.sort();
        rows.dedup();
        self.outcome.findings.push(Finding {
            check: self.outcome.check,
            rule: RuleRef {
                id: rule.to_owned(),
                version: self.context.rules.version().to_owned(),
                basis: basis.map(str::to_owned),
            },
            sides: self.outcome.sides,
            year: self.year,
            about: about.to_owned(),
            rows,
            why: fill(Message::new(&format!("check-why-{rule}"))),
            settle: fill(Message::new(&format!("check-settle-{rule}"))),
            intended: None,
        });
    }

    /// Tells that a row lacks something.
    pub(super) fn lack(&mut self, lack: Lack, of: &Government<'_>, at: At) {
        let Some(key) = of.key(at) else { return };
        self.lacking.entry((of.region(), lack)).or_default().push(key.clone());
    }

    /// Tells that something is missing.
    pub(super) fn missing(&mut self, missing: Missing) {
        self.outcome.missing.push(missing);
    }

    /// What was told to be missing after the first `known`.
    pub(super) fn missing_after(&self, known: usize) -> &[Missing] {
        self.outcome.missing.get(known..).unwrap_or_default()
    }

    /// The outcome, in an order that does not depend on that of rows.
    pub(super) fn done(mut self) -> Outcome {
        for ((region, lack), mut keys) in self.lacking {
            keys.sort();
            keys.dedup();
            let rows = keys.len();
            keys.truncate(NAMED);
            let about = String::new();
            let missing = Missing { lack, region: Some(region), about, rows, first: keys };
            self.outcome.missing.push(missing);
        }
        self.outcome.missing.sort();
        self.outcome.missing.dedup();
        self.outcome
            .findings
            .sort_by(|a, b| (&a.rule, &a.about, &a.rows).cmp(&(&b.rule, &b.about, &b.rows)));
        let same = |a: &mut Finding, b: &mut Finding| {
            a.rule == b.rule && a.about == b.about && a.rows == b.rows
        };
        self.outcome.findings.dedup_by(same);
        self.outcome
    }
}
