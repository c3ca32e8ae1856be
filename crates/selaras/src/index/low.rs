//! Low cells: where, in what, and how surely (METHOD §4).

use selaras_stats::low_cells::{self, Cell, Lowness, Prior};

use super::compute::{Readings, rule, show};
use super::result::{LowCell, LowCellFamily, Options, ScoreDefinition, ScoreKind};
use crate::round::answers::Design;
use crate::round::frame::{Frame, Level};

/// One family per province (its list) and one per kab/kota (its page), in the frame's order.
pub(super) fn families(
    frame: &Frame,
    options: &Options,
    readings: &Readings<'_>,
    definitions: &[ScoreDefinition],
) -> Vec<LowCellFamily> {
    let mut families = Vec::new();
    for at in 0..frame.regions.len() {
        if frame.regions[at].level != Level::Province {
            continue;
        }
        let province = cells(readings, definitions, at);
        families.push(family(options, readings, definitions, at, at, &province));
        for &leaf in &readings.leaves[at] {
            let own: Vec<Placed> =
                province.iter().filter(|cell| cell.leaf == leaf).copied().collect();
            families.push(family(options, readings, definitions, leaf, at, &own));
        }
    }
    families
}

/// A cell and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    /// Position of the kab/kota in the frame.
    pub(super) leaf: usize,
    /// Position of the score.
    pub(super) score: usize,
    /// Against the province.
    pub(super) cell: Cell,
}

/// Every cell of the province at `at` that can be read against it.
pub(super) fn cells(
    readings: &Readings<'_>,
    definitions: &[ScoreDefinition],
    at: usize,
) -> Vec<Placed> {
    let mut placed = Vec::new();
    for (score, _) in
        definitions.iter().enumerate().filter(|(_, definition)| definition.kind == ScoreKind::Cell)
    {
        let differences: Vec<_> = readings.leaves[at]
            .iter()
            .filter_map(|&leaf| Some((leaf, readings.difference(leaf, at, score)?)))
            .collect();
        let prior =
            Prior::fit(&differences.iter().map(|(_, d)| (d.value, d.se)).collect::<Vec<_>>());
        placed.extend(differences.into_iter().map(|(leaf, difference)| {
            let reading = &readings.of[leaf][score];
            Placed {
                leaf,
                score,
                cell: Cell {
                    difference: difference.value,
                    se: difference.se,
                    df: difference.df,
                    n: reading.n,
                    clusters: reading.spread.map_or(0, |spread| spread.clusters),
                    prior,
                    full_shift: difference.full_shift,
                },
            }
        }));
    }
    placed
}

/// The rule of low cells under `options`.
pub(super) fn low_rule(design: Design, options: &Options) -> low_cells::Rule {
    low_cells::Rule {
        low_by: options.low_by,
        false_discovery: options.false_discovery,
        least_n: options.low_least_n,
        least_clusters: options.low_least_clusters,
        least_correlation: rule(design, options).least_correlation,
    }
}

fn family(
    options: &Options,
    readings: &Readings<'_>,
    definitions: &[ScoreDefinition],
    named: usize,
    province: usize,
    placed: &[Placed],
) -> LowCellFamily {
    let cells: Vec<Cell> = placed.iter().map(|placed| placed.cell).collect();
    let findings = low_cells::search(&cells, &low_rule(readings.design, options));
    let low = placed.iter().zip(&findings).filter_map(|(placed, finding)| {
        let finding = finding.as_ref().filter(|found| found.lowness == Lowness::Low)?;
        let reading = &readings.of[placed.leaf][placed.score];
        let whole = readings.of[province][placed.score].value?;
        Some(LowCell {
            region: readings.frame.regions[placed.leaf].code.clone(),
            score: definitions[placed.score].id.clone(),
            value: reading.value?,
            shrunken: whole + finding.shrunken,
            province: whole,
            q: finding.q,
            n: reading.n,
            interval: show(reading, readings.design, options).interval,
            groups: Vec::new(),
        })
    });
    LowCellFamily {
        region: readings.frame.regions[named].code.clone(),
        cells: low.collect(),
        searched: findings.iter().flatten().count() as u64,
    }
}
