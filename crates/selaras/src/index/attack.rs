//! A reader who computes what was withheld, for tests of disclosure.

use proptest::prelude::*;

use super::result::IndexResult;
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
/// knows how an aggregate follows from its kab/kota and how many adults these have.
pub(crate) fn revealed(internal: &IndexResult, seen: impl Fn(usize) -> bool) -> Vec<String> {
    let unknowns = internal.regions.len();
    let answered = |at: &usize| internal.regions[*at].scores[0].value.is_some();
    let mut rows = Vec::new();
    for (at, region) in internal.regions.iter().enumerate() {
        let mut equation = vec![0.0; unknowns];
        if seen(at) {
            equation[at] = 1.0;
            rows.push(equation.clone());
        }
        if region.level != Level::Regency {
            let leaves: Vec<usize> =
                leaves_under(internal, &region.code).into_iter().filter(answered).collect();
            let weight = |at: usize| internal.regions[at].adults.as_ref().unwrap().count as f64;
            let all: f64 = leaves.iter().map(|&leaf| weight(leaf)).sum();
            equation[at] = -1.0;
            leaves.iter().for_each(|&leaf| equation[leaf] = weight(leaf) / all);
            rows.push(equation);
        }
    }
    determined(rows, unknowns)
        .into_iter()
        .filter(|&known| !seen(known))
        .map(|known| internal.regions[known].code.clone())
        .filter(|code| leaves_under(internal, code).iter().any(answered))
        .collect()
}

/// The unknowns that `rows` pin down: row-reduces the equations and lists every unknown that stands
/// alone in a row.
fn determined(mut rows: Vec<Vec<f64>>, unknowns: usize) -> Vec<usize> {
    let mut pivot_row = 0;
    for column in 0..unknowns {
        let Some(best) = (pivot_row..rows.len())
            .max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))
        else {
            break;
        };
        if rows[best][column].abs() < 1e-12 {
            continue;
        }
        rows.swap(pivot_row, best);
        let pivot = rows[pivot_row].clone();
        for (at, row) in rows.iter_mut().enumerate() {
            if at != pivot_row {
                let factor = row[column] / pivot[column];
                row.iter_mut().zip(&pivot).for_each(|(cell, p)| *cell -= factor * p);
            }
        }
        pivot_row += 1;
    }
    rows.iter()
        .filter_map(|row| {
            let mut alone = (0..unknowns).filter(|&column| row[column].abs() > 1e-9);
            match (alone.next(), alone.next()) {
                (Some(only), None) => Some(only),
                _ => None,
            }
        })
        .collect()
}
