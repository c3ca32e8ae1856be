//! What planners always ask of the same rows: money by what it is for, last year beside this one,
//! the year after, what a cut would cost, minimum services first.

use std::collections::{BTreeMap, BTreeSet};

use super::{Alignment, Sent};
use crate::outcome::Tree;
use crate::plan::redline::label;
use crate::plan::{
    Document, MeasureKind, MoneyKind, PrioritySet, Row, RowKey, RowLevel, Rupiah, Tag, TermList,
    Terms, Value,
};
use crate::region;
use crate::sheet::private::words;

/// By what money is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// Priorities of a set; mandates among them.
    Priority(PrioritySet),
    /// Topics.
    Topic,
    /// Sources of funds.
    Fund,
    /// Minimum services.
    MinimumService,
}

impl By {
    /// All, in the order of a list.
    pub const ALL: [Self; 8] = [
        Self::Priority(PrioritySet::National),
        Self::Priority(PrioritySet::AstaCita),
        Self::Priority(PrioritySet::Mandate),
        Self::Priority(PrioritySet::Provincial),
        Self::Priority(PrioritySet::Regional),
        Self::Topic,
        Self::Fund,
        Self::MinimumService,
    ];

    /// Last part of the message key that names it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Priority(PrioritySet::National) => "national",
            Self::Priority(PrioritySet::AstaCita) => "asta-cita",
            Self::Priority(PrioritySet::Mandate) => "mandate",
            Self::Priority(PrioritySet::Provincial) => "provincial",
            Self::Priority(PrioritySet::Regional) => "regional",
            Self::Topic => "topic",
            Self::Fund => "fund",
            Self::MinimumService => "minimum-service",
        }
    }

    fn list(self) -> TermList {
        match self {
            Self::Priority(set) => TermList::from(set),
            Self::Topic => TermList::Topic,
            Self::Fund => TermList::Fund,
            Self::MinimumService => TermList::MinimumService,
        }
    }
}

/// Money of a government for one thing. A row with several tags counts for each of them, so lines
/// of one kind may add up to more than the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyFor {
    /// By what.
    pub by: By,
    /// Which, as a term's id or the words found; none for what carries no such tag.
    pub what: Option<String>,
    /// The government.
    pub region: region::Code,
    /// Budget of the year.
    pub budget: Rupiah,
}

/// The whole money of a government.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyOf {
    /// The government.
    pub region: region::Code,
    /// Budget of the year; none where no row tells one.
    pub budget: Option<Rupiah>,
    /// Ceiling of the year; none where no row tells one.
    pub ceiling: Option<Rupiah>,
    /// Of the budget, what carries a priority of any set.
    pub tagged: Rupiah,
}

/// The name of what money is for, in Indonesian and English; the words found where no list has it.
#[must_use]
pub fn name_of(by: By, what: &str) -> crate::instrument::Text {
    let term = Terms::shipped().get(by.list(), what);
    term.map_or_else(
        || crate::instrument::Text { id: what.to_owned(), en: what.to_owned() },
        |term| term.name.clone(),
    )
}

/// What a tag is counted under.
fn of_tag(tag: &Tag) -> String {
    tag.id.clone().unwrap_or_else(|| words(&tag.text))
}

/// The tags of a kind that a row carries, or the nearest row above it that carries some.
fn tags(document: &Document, at: u32, by: By) -> BTreeSet<String> {
    let of = |row: &Row| -> BTreeSet<String> {
        match by {
            By::Priority(set) => {
                let own = row.priorities.iter().filter(|of| of.set == set);
                own.map(|of| of_tag(&of.tag)).collect()
            }
            By::Topic => row.topics.iter().map(of_tag).collect(),
            By::MinimumService => row.minimum_service.iter().map(of_tag).collect(),
            By::Fund => BTreeSet::new(),
        }
    };
    document.upward(at).map(of).find(|tags| !tags.is_empty()).unwrap_or_default()
}

fn sum(one: &mut Rupiah, more: Rupiah) {
    *one = one.checked_add(more).unwrap_or(Rupiah::new(i64::MAX));
}

/// Money by priority, topic, source of funds and minimum service, by kind, thing and region.
#[must_use]
pub fn money(alignment: &Alignment) -> Vec<MoneyFor> {
    let mut sums: BTreeMap<(By, Option<String>, region::Code), Rupiah> = BTreeMap::new();
    for (region, sent) in sent(alignment) {
        let document = sent.version.document();
        for (at, row, amount) in document.paid(MoneyKind::Budget, alignment.year) {
            for by in By::ALL.into_iter().filter(|by| *by != By::Fund) {
                let tags = tags(document, at, by);
                let mut add = |what| sum(sums.entry((by, what, region)).or_default(), amount);
                if tags.is_empty() {
                    add(None);
                }
                tags.into_iter().for_each(|tag| add(Some(tag)));
            }
            let of_year = |of: &&crate::plan::Money| {
                (of.kind, of.year, of.quarter) == (MoneyKind::Budget, alignment.year, None)
            };
            for money in row.money.iter().filter(of_year) {
                let fund = money.fund.as_ref().map(of_tag);
                sum(sums.entry((By::Fund, fund, region)).or_default(), money.amount);
            }
        }
    }
    let line = |((by, what, region), budget)| MoneyFor { by, what, region, budget };
    sums.into_iter().map(line).collect()
}

/// The money of every region that sent a plan, with its ceiling and what of it is tagged.
#[must_use]
pub fn totals(alignment: &Alignment) -> Vec<MoneyOf> {
    let year = alignment.year;
    let total = |region| {
        let documents: Vec<&Document> =
            alignment.current(region).iter().map(|of| of.version.document()).collect();
        let whole = |kind| {
            let amounts: Vec<Rupiah> = documents
                .iter()
                .flat_map(|of| of.paid(kind, year).map(|(_, _, amount)| amount))
                .collect();
            (!amounts.is_empty()).then(|| Rupiah::sum(amounts)).flatten()
        };
        let mut tagged = Rupiah::ZERO;
        for document in &documents {
            for (at, _, amount) in document.paid(MoneyKind::Budget, year) {
                if document.upward(at).any(|row| !row.priorities.is_empty()) {
                    sum(&mut tagged, amount);
                }
            }
        }
        let (budget, ceiling) = (whole(MoneyKind::Budget), whole(MoneyKind::Ceiling));
        MoneyOf { region, budget, ceiling, tagged }
    };
    alignment.regions().filter(|region| alignment.has_sent(*region)).map(total).collect()
}

/// Documents of the year with their regions.
fn sent(alignment: &Alignment) -> impl Iterator<Item = (region::Code, &Sent)> {
    alignment
        .regions()
        .flat_map(|region| alignment.current(region).into_iter().map(move |of| (region, of)))
}

/// A row of this year with what became of it last year, and what it is given in the year after.
#[derive(Clone, Debug, PartialEq)]
pub struct Years {
    /// The government.
    pub region: region::Code,
    /// Code and name.
    pub row: String,
    /// Indicator, and its unit.
    pub indicator: Option<(String, Option<String>)>,
    /// Target and what was reached last year.
    pub before: (Option<Value>, Option<Value>),
    /// Money given and spent last year.
    pub spent: (Option<Rupiah>, Option<Rupiah>),
    /// Target of this year.
    pub target: Option<Value>,
    /// Budget of this year.
    pub budget: Option<Rupiah>,
    /// Forward estimate of the year after.
    pub forward: Option<Rupiah>,
}

/// Programs and sub kegiatan of this year beside the years before and after. What another document
/// of the same government says of a year is taken where this one does not say it.
#[must_use]
pub fn years(alignment: &Alignment) -> Vec<Years> {
    let (year, last, next) = (alignment.year, alignment.year - 1, alignment.year + 1);
    let mut lines = Vec::new();
    for (region, own) in sent(alignment) {
        let document = own.version.document();
        let others: Vec<(&Document, BTreeMap<RowKey, usize>)> = alignment
            .plans
            .iter()
            .map(|of| of.version.document())
            .filter(|of| of.head.region == region && !std::ptr::eq(*of, document))
            .map(|of| (of, of.keys().into_iter().zip(0..).collect()))
            .collect();
        let said = |of: &Document, kind, year| of.said(kind, year);
        let budgets = said(document, MoneyKind::Budget, year);
        let own_last = said(document, MoneyKind::Budget, last);
        let own_spent = said(document, MoneyKind::Realised, last);
        let own_next = said(document, MoneyKind::Forward, next);
        let of_others: Vec<[Vec<Option<Rupiah>>; 2]> = others
            .iter()
            .map(|(of, _)| [said(of, MoneyKind::Budget, last), said(of, MoneyKind::Realised, last)])
            .collect();
        for ((at, row), key) in document.rows.iter().enumerate().zip(document.keys()) {
            if !matches!(row.level, RowLevel::Program | RowLevel::SubActivity)
                || row.code().is_some_and(|code| code.is_support())
            {
                continue;
            }
            let there: Vec<Option<usize>> =
                others.iter().map(|(_, keys)| keys.get(&key).copied()).collect();
            let amount = |own: &[Option<Rupiah>], which: usize| {
                let elsewhere = there
                    .iter()
                    .zip(&of_others)
                    .filter_map(|(at, of)| of.get(which)?.get((*at)?).copied().flatten());
                own.get(at).copied().flatten().or_else(|| elsewhere.into_iter().next())
            };
            let indicator = row.indicators.first();
            let past = |kind| {
                let own = indicator.and_then(|of| of.measure(kind, last, None));
                own.cloned().or_else(|| {
                    let text = words(&indicator?.text);
                    others.iter().zip(&there).find_map(|((of, _), at)| {
                        let row = of.rows.get((*at)?)?;
                        let same = row.indicators.iter().find(|of| words(&of.text) == text)?;
                        same.measure(kind, last, None).cloned()
                    })
                })
            };
            lines.push(Years {
                region,
                row: label(row),
                indicator: indicator.map(|of| (of.text.clone(), of.unit.clone())),
                before: (past(MeasureKind::Target), past(MeasureKind::Realised)),
                spent: (amount(&own_last, 0), amount(&own_spent, 1)),
                target: indicator.and_then(|of| of.target(year)).cloned(),
                budget: budgets.get(at).copied().flatten(),
                forward: own_next.get(at).copied().flatten(),
            });
        }
    }
    lines
}

/// How far a row is kept from a cut, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// It carries no priority, agreement or minimum service.
    Untagged,
    /// It carries a priority.
    Priority,
    /// It carries out an agreement of a meeting.
    Agreement,
    /// It is a minimum service.
    MinimumService,
}

/// A row that the scenario takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The government.
    pub region: region::Code,
    /// Code and name.
    pub row: String,
    /// Amount.
    pub amount: Rupiah,
    /// How far it would have been kept.
    pub keep: Keep,
    /// The outcome that has no row of this government left, as id of its node.
    pub last_of_outcome: Option<String>,
    /// Agreements that it carries out.
    pub agreements: Vec<String>,
    /// Minimum service that it belongs to.
    pub minimum_service: Option<String>,
}

/// What a cut of [`Alignment::cut_percent`] would take away: of each government whole rows, those
/// that carry nothing first, within these the largest that still fit, until the cut is reached.
/// Office support is left out of account. A reckoning to talk about, no proposal.
#[must_use]
pub fn scenario(alignment: &Alignment) -> Vec<Lost> {
    let tree = Tree::shipped();
    let mut lost = Vec::new();
    for region in alignment.regions() {
        let mut rows: Vec<(Lost, Option<String>)> = Vec::new();
        for sent in alignment.current(region) {
            let document = sent.version.document();
            for (at, row, amount) in document.paid(MoneyKind::Budget, alignment.year) {
                if document.code_above(at).is_some_and(|code| code.is_support()) {
                    continue;
                }
                let mut agreements: Vec<String> = Vec::new();
                document.upward(at).for_each(|of| agreements.extend(of.agreements.clone()));
                let minimum = document.upward(at).find_map(|of| of.minimum_service.as_ref());
                let keep = match (minimum, agreements.is_empty()) {
                    (Some(_), _) => Keep::MinimumService,
                    (None, false) => Keep::Agreement,
                    _ if document.upward(at).any(|of| !of.priorities.is_empty()) => Keep::Priority,
                    _ => Keep::Untagged,
                };
                let node = tree.hang(document, at).node().map(|node| node.id.clone());
                let minimum_service = minimum.map(|tag| tag.text.clone());
                let row = label(row);
                let of = Lost {
                    region,
                    row,
                    amount,
                    keep,
                    last_of_outcome: None,
                    agreements,
                    minimum_service,
                };
                rows.push((of, node));
            }
        }
        let whole = Rupiah::sum(rows.iter().map(|(of, _)| of.amount));
        let Some(cut) = whole.and_then(|whole| whole.percent(alignment.cut_percent)) else {
            continue;
        };
        let mut left: BTreeMap<String, usize> = BTreeMap::new();
        for node in rows.iter().filter_map(|(_, node)| node.clone()) {
            *left.entry(node).or_default() += 1;
        }
        rows.sort_by(|(a, _), (b, _)| (a.keep, b.amount, &a.row).cmp(&(b.keep, a.amount, &b.row)));
        let mut open = cut;
        for (mut of, node) in rows {
            let fits = of.amount <= open && !of.amount.is_zero();
            let Some(rest) = open.checked_sub(of.amount).filter(|_| fits) else { continue };
            open = rest;
            let remaining = node.as_ref().and_then(|node| left.get_mut(node));
            if let Some(remaining) = remaining {
                *remaining = remaining.saturating_sub(1);
                if *remaining == 0 {
                    of.last_of_outcome = node;
                }
            }
            lost.push(of);
        }
    }
    lost
}

/// The rows of a minimum service in a government.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// Id of the service.
    pub service: String,
    /// The government.
    pub region: region::Code,
    /// Its rows; empty where it has none.
    pub rows: Vec<String>,
    /// Budget of the year; none where no row tells one.
    pub budget: Option<Rupiah>,
}

/// Minimum services of the governments that sent a plan, those without a row included.
#[must_use]
pub fn minimum_services(alignment: &Alignment) -> Vec<Minimum> {
    let mut lines = Vec::new();
    for term in Terms::shipped().of(TermList::MinimumService) {
        for region in alignment.regions().filter(|region| alignment.has_sent(*region)) {
            let (mut rows, mut amounts) = (Vec::new(), Vec::new());
            for sent in alignment.current(region) {
                let document = sent.version.document();
                let own = |at| tags(document, at, By::MinimumService).contains(&term.id);
                let leaves = document.leaves().filter(|(at, _)| own(*at));
                rows.extend(leaves.map(|(_, row)| label(row)));
                let paid = document.paid(MoneyKind::Budget, alignment.year);
                amounts.extend(paid.filter(|(at, ..)| own(*at)).map(|(_, _, amount)| amount));
            }
            let budget = (!amounts.is_empty()).then(|| Rupiah::sum(amounts)).flatten();
            lines.push(Minimum { service: term.id.clone(), region, rows, budget });
        }
    }
    lines
}
