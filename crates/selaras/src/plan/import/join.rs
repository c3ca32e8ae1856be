//! Files of one document put together by their codes.

use std::collections::{BTreeSet, HashMap};

use super::super::code::Code;
use super::super::document::{Document, Head};
use super::super::row::{Indicator, Row, RowKey};
use crate::sheet::{Fault, Faults};

/// Codes of several files of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Codes that stand in every file, in order.
    pub in_all: Vec<Code>,
    /// Codes that do not, each with a file that has it, in the order of files and codes.
    pub left_over: Vec<(String, Code)>,
}

impl Joined {
    pub(super) fn of(files: &[(String, &[Row])]) -> Self {
        let codes: Vec<BTreeSet<Code>> =
            files.iter().map(|(_, rows)| rows.iter().filter_map(Row::code).collect()).collect();
        let everywhere = |code: &Code| codes.iter().all(|of| of.contains(code));
        let mut joined = Self::default();
        for ((file, _), codes) in files.iter().zip(&codes) {
            let left = codes.iter().filter(|code| !everywhere(code));
            joined.left_over.extend(left.map(|code| (file.clone(), *code)));
        }
        let first = codes.first().into_iter().flatten();
        joined.in_all = first.filter(|code| everywhere(code)).copied().collect();
        joined
    }
}

/// Puts the rows of `more` to `rows`: what a row of the same key says is added to it, other rows
/// follow. Rows that contradict each other in money are faults, told by `fault`.
pub(super) fn join(
    head: &Head,
    rows: Vec<Row>,
    more: Vec<Row>,
    fault: &dyn Fn(&Row) -> Fault,
) -> Result<Vec<Row>, Faults> {
    let mut faults = Faults::default();
    let base = Document { head: head.clone(), rows };
    let known: HashMap<RowKey, u32> = base.keys().into_iter().zip(0..).collect();
    let more = Document { head: head.clone(), rows: more };
    let keys = more.keys();
    let mut rows = base.rows;
    let mut places: Vec<u32> = Vec::with_capacity(keys.len());
    for (mut row, key) in more.rows.into_iter().zip(keys) {
        let parent = row.parent.and_then(|parent| places.get(parent as usize)).copied();
        if let Some(&at) = known.get(&key)
            && let Some(own) = rows.get_mut(at as usize)
        {
            places.push(at);
            if !add(own, row.clone()) {
                faults.push(fault(&row));
            }
            continue;
        }
        row.parent = parent;
        places.push(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        rows.push(row);
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// Adds what `more` says to `row`, whose own words stay; false where they differ in an amount.
fn add(row: &mut Row, more: Row) -> bool {
    fn first<T>(own: &mut Option<T>, other: Option<T>) {
        if own.is_none() {
            *own = other;
        }
    }
    fn all<T: PartialEq>(own: &mut Vec<T>, other: Vec<T>) {
        for one in other {
            if !own.contains(&one) {
                own.push(one);
            }
        }
    }
    if row.name.is_empty() {
        row.name = more.name;
    }
    first(&mut row.code, more.code);
    first(&mut row.agency, more.agency);
    first(&mut row.owner, more.owner);
    first(&mut row.policy, more.policy);
    first(&mut row.arrangement, more.arrangement);
    first(&mut row.outcome, more.outcome);
    first(&mut row.minimum_service, more.minimum_service);
    first(&mut row.origin, more.origin);
    first(&mut row.joint_activity, more.joint_activity);
    first(&mut row.years, more.years);
    first(&mut row.cut_reference, more.cut_reference);
    first(&mut row.remark, more.remark);
    all(&mut row.priorities, more.priorities);
    all(&mut row.places, more.places);
    all(&mut row.target_groups, more.target_groups);
    all(&mut row.times, more.times);
    all(&mut row.topics, more.topics);
    all(&mut row.proposals, more.proposals);
    all(&mut row.agreements, more.agreements);
    all(&mut row.sources, more.sources);
    let mut agree = true;
    for money in more.money {
        let same = row.money.iter().find(|of| {
            (of.kind, of.year, of.quarter, &of.fund)
                == (money.kind, money.year, money.quarter, &money.fund)
        });
        match same {
            Some(same) => agree &= same.amount == money.amount,
            None => row.money.push(money),
        }
    }
    for indicator in more.indicators {
        add_indicator(&mut row.indicators, indicator);
    }
    agree
}

/// Adds an indicator, or its values to one of the same words.
fn add_indicator(indicators: &mut Vec<Indicator>, more: Indicator) {
    let same = indicators.iter_mut().find(|of| of.text == more.text && !of.text.is_empty());
    let Some(own) = same else {
        if !indicators.contains(&more) {
            indicators.push(more);
        }
        return;
    };
    own.unit = own.unit.take().or(more.unit);
    own.dictionary = own.dictionary.take().or(more.dictionary);
    own.definition = own.definition.take().or(more.definition);
    own.direction = own.direction.or(more.direction);
    own.rule = own.rule.or(more.rule);
    own.baseline = own.baseline.take().or(more.baseline);
    for measure in more.measures {
        if own.measure(measure.kind, measure.year, measure.quarter).is_none() {
            own.measures.push(measure);
        }
    }
    own.measures.sort_by_key(|of| (of.kind, of.year, of.quarter));
}
