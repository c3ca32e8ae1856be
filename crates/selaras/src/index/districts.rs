//! Kecamatan of a kab/kota: internal, index and dimensions only, never crossed with a group
//! (METHOD §5).

use std::collections::BTreeMap;

use selaras_stats::totals::Cell;

use super::compute::{Input, show};
use super::reading;
use super::result::{DistrictResult, ScoreDefinition, ScoreKind};
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
    by_district
        .into_iter()
        .map(|(code, cells)| {
            let readings = reading::of_open_link(tally, &cells, None, &input.options);
            let scores = definitions
                .iter()
                .zip(&readings)
                .take_while(|(of, _)| matches!(of.kind, ScoreKind::Index | ScoreKind::Dimension))
                .map(|(_, reading)| show(reading, tally.design, &input.options))
                .collect();
            DistrictResult {
                code: code.to_owned(),
                name: (input.district_name)(code).unwrap_or_else(|| code.to_owned()),
                scores,
            }
        })
        .collect()
}
