//! Rows in the order of a document, each below the row it belongs to, and the sums of files checked
//! against their rows.

use std::collections::{BTreeMap, HashMap};

use super::super::document::Head;
use super::super::money::Rupiah;
use super::super::row::{MoneyKind, Row};
use super::mapping::PlanRole;
use super::read::{PlanFile, Total, around};
use super::table::PlanTable;
use crate::sheet::{Fault, Faults};

/// What an amount is of.
type Key = (MoneyKind, i16, Option<u8>);

/// Puts every coded row below the nearest row around its code, wherever in the file that stands, and
/// the rows in the order of the tree; rows of one parent keep their order.
pub(super) fn arranged(mut rows: Vec<Row>) -> Vec<Row> {
    let mut by_code = HashMap::new();
    for (at, row) in (0_u32..).zip(&rows) {
        if let Some(code) = row.code() {
            by_code.entry(code).or_insert(at);
        }
    }
    let mut below: Vec<Vec<u32>> = vec![Vec::new(); rows.len()];
    let mut roots = Vec::new();
    for (at, row) in (0_u32..).zip(rows.iter_mut()) {
        let coded = row.code().and_then(|code| {
            around(code).find_map(|code| by_code.get(&code)).copied().filter(|of| *of != at)
        });
        row.parent = coded.or(row.parent);
        match row.parent.and_then(|parent| below.get_mut(parent as usize)) {
            Some(children) => children.push(at),
            None => roots.push(at),
        }
    }
    let mut order = Vec::with_capacity(rows.len());
    let mut open: Vec<u32> = roots.into_iter().rev().collect();
    while let Some(at) = open.pop() {
        order.push(at);
        open.extend(below.get(at as usize).into_iter().flatten().rev());
    }
    let mut places = vec![0_u32; rows.len()];
    for (new, &old) in (0_u32..).zip(&order) {
        if let Some(place) = places.get_mut(old as usize) {
            *place = new;
        }
    }
    let mut slots: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    let taken = order.into_iter().filter_map(|old| {
        let mut row = slots.get_mut(old as usize)?.take()?;
        row.parent = row.parent.and_then(|parent| places.get(parent as usize)).copied();
        // The order of columns is no content.
        row.priorities.sort_by_key(|priority| priority.set);
        Some(row)
    });
    taken.collect()
}

/// Amounts of every row by what they are of: its own, or else those of the rows below it.
struct Sums {
    own: Vec<BTreeMap<Key, i128>>,
    below: Vec<BTreeMap<Key, i128>>,
}

impl Sums {
    /// Of rows that were [`arranged`], so that what is below a row stands after it; only rows that
    /// `counts` says.
    fn of(rows: &[Row], counts: impl Fn(&Row) -> bool) -> Self {
        let mut own: Vec<BTreeMap<Key, i128>> = Vec::with_capacity(rows.len());
        for row in rows {
            let mut amounts = BTreeMap::new();
            for money in row.money.iter().filter(|_| counts(row)) {
                *amounts.entry((money.kind, money.year, money.quarter)).or_insert(0) +=
                    i128::from(money.amount.get());
            }
            own.push(amounts);
        }
        let mut below = vec![BTreeMap::new(); rows.len()];
        for (at, row) in rows.iter().enumerate().rev() {
            let Some(parent) = row.parent else { continue };
            let said = Self::said(&own, &below, at);
            let Some(sums) = below.get_mut(parent as usize) else { continue };
            for (key, amount) in said {
                *sums.entry(key).or_insert(0) += amount;
            }
        }
        Self { own, below }
    }

    fn said(
        own: &[BTreeMap<Key, i128>],
        below: &[BTreeMap<Key, i128>],
        at: usize,
    ) -> BTreeMap<Key, i128> {
        let mut said = below.get(at).cloned().unwrap_or_default();
        said.extend(own.get(at).into_iter().flatten().map(|(key, amount)| (*key, *amount)));
        said
    }

    fn at(&self, at: usize, key: Key) -> Option<i128> {
        let own = self.own.get(at).and_then(|of| of.get(&key));
        own.or_else(|| self.below.get(at).and_then(|of| of.get(&key))).copied()
    }
}

/// Faults where the amount of a row is not the sum of the rows below it, and where a line of sums
/// fits neither all rows before it, nor those since the last such line, nor one part they end.
pub(super) fn check_sums(
    file: &PlanFile,
    rows: &[Row],
    table: &PlanTable,
    roles: &[PlanRole],
    head: &Head,
) -> Faults {
    let mut faults = Faults::default();
    let sums = Sums::of(rows, |_| true);
    let column_of =
        |key: Key| roles.iter().position(|role| key_of(role, head).is_some_and(|of| of == key));
    for (at, row) in rows.iter().enumerate() {
        let Some(own) = sums.own.get(at) else { continue };
        for (key, amount) in own {
            let Some(below) = sums.below.get(at).and_then(|of| of.get(key)) else { continue };
            if below != amount {
                let line = row.sources.first().map(|of| of.row);
                let fault = table.fault("plan-error-subtotal", line, column_of(*key));
                faults.push(with_amounts(fault, *amount, *below));
            }
        }
    }
    let mut last = 0;
    for total in &file.totals {
        check_total(total, last, rows, table, roles, head, &mut faults);
        last = total.number;
    }
    faults
}

fn check_total(
    total: &Total,
    last: u64,
    rows: &[Row],
    table: &PlanTable,
    roles: &[PlanRole],
    head: &Head,
    faults: &mut Faults,
) {
    let line_of = |row: &Row| row.sources.first().map_or(0, |of| of.row);
    let before = Sums::of(rows, |row| line_of(row) < total.number);
    let since = Sums::of(rows, |row| (last + 1..total.number).contains(&line_of(row)));
    // What the last row before the line is inside of.
    let ended = rows.iter().enumerate().filter(|(_, row)| line_of(row) < total.number);
    let ended = ended.max_by_key(|(_, row)| line_of(row)).map(|(at, _)| at);
    let inside: Vec<usize> = std::iter::successors(ended, |at| {
        rows.get(*at).and_then(|row| row.parent).map(|parent| parent as usize)
    })
    .collect();
    let roots = |sums: &Sums, key| -> i128 {
        let root = |(_, row): &(usize, &Row)| row.parent.is_none();
        rows.iter().enumerate().filter(root).filter_map(|(at, _)| sums.at(at, key)).sum()
    };
    for (column, amount) in &total.amounts {
        let Some(key) = roles.get(*column).and_then(|role| key_of(role, head)) else { continue };
        let amount = i128::from(amount.get());
        let all = roots(&before, key);
        let fits = amount == all
            || amount == roots(&since, key)
            || inside.iter().any(|at| before.at(*at, key) == Some(amount));
        if !fits {
            let fault = table.fault("plan-error-total", Some(total.number), Some(*column));
            faults.push(with_amounts(fault, amount, all));
        }
    }
}

fn key_of(role: &PlanRole, head: &Head) -> Option<Key> {
    match role {
        PlanRole::Money { kind, when, .. } => Some((*kind, when.year(head), when.quarter)),
        _ => None,
    }
}

fn with_amounts(fault: Fault, written: i128, summed: i128) -> Fault {
    let shown = |amount: i128| {
        i64::try_from(amount).map(|amount| Rupiah::new(amount).to_string()).unwrap_or_default()
    };
    fault.with("written", shown(written)).with("summed", shown(summed))
}
