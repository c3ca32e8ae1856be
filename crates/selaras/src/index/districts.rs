//! Kecamatan of a kab/kota: internal, index and dimensions only, never crossed with a group
//! (METHOD §5).

use std::collections::BTreeMap;

use selaras_stats::totals::Cell;

use super::composition::Hidden;
use super::compute::{Input, show};
use super::reading::{self, Reading};
use super::result::{DistrictResult, Score, ScoreDefinition, ScoreKind, Withheld};
use crate::round::answers::{Design, NONE};

/// The kecamatan of the kab/kota with these totals' cells that have answers, by code. Empty in a recorded design,
/// whose sample was not drawn for kecamatan.
pub(super) fn of(
    input: &Input<'_>,
    definitions: &[ScoreDefinition],
    cells: &[Cell<'_>],
) -> Vec<DistrictResult> {
    let tally = input.tally;
    if tally.design == Design::Recorded {
        return Vec::new();
    }
    let mut by_district: BTreeMap<&str, Vec<Cell<'_>>> = BTreeMap::new();
    for &cell in cells {
        let Some(cluster) = tally.clusters.get(cell.key().psu as usize) else { continue };
        if cluster.district == NONE {
            continue;
        }
        if let Some(code) = input.labels.districts.get(cluster.district as usize) {
            by_district.entry(code).or_default().push(cell);
        }
    }
    let shown = definitions
        .iter()
        .take_while(|of| matches!(of.kind, ScoreKind::Index | ScoreKind::Dimension))
        .count();
    let readings: Vec<Vec<Reading>> = by_district
        .values()
        .map(|cells| reading::of_open_link(tally, cells, None, &input.options))
        .collect();
    // Kecamatan withheld in the composition are withheld here too, and more where fewer answered.
    let least = input.options.suppress_below;
    let none = vec![false; readings.len()];
    let rows: Vec<u64> =
        by_district.values().map(|cells| cells.iter().map(Cell::rows).sum()).collect();
    let mut few = Hidden::new(&rows, &none, least);
    few.cover(|_| true);
    let hidden: Vec<bool> = (0..readings.len()).map(|at| few.reason(at).is_some()).collect();
    let counts: Vec<Vec<u64>> = (0..shown)
        .map(|score| readings.iter().map(|of| of.get(score).map_or(0, |of| of.n)).collect())
        .collect();
    let reasons = |counts: &Vec<u64>| -> Vec<Option<Withheld>> {
        let mut own = Hidden::new(counts, &hidden, least);
        own.cover(|_| true);
        let reason = |at: usize| few.reason(at).or(own.reason(at));
        (0..counts.len()).map(reason).collect()
    };
    let reasons: Vec<Vec<Option<Withheld>>> = counts.iter().map(reasons).collect();
    by_district
        .into_keys()
        .enumerate()
        .map(|(at, code)| {
            let score = |(reading, reasons): (&Reading, &Vec<Option<Withheld>>)| match reasons[at] {
                Some(reason) => Score { withheld: Some(reason), ..Score::default() },
                None => show(reading, tally.design, &input.options),
            };
            let scores = readings[at].iter().zip(&reasons).map(score).collect();
            DistrictResult {
                code: code.to_owned(),
                name: (input.district_name)(code).unwrap_or_else(|| code.to_owned()),
                scores,
            }
        })
        .collect()
}
