//! Low cells (METHOD §4): false discoveries, cells found, movement of chosen cells.

use selaras_stats::low_cells::{
    Cell, Followed, Lowness, Prior, Reading, Rise, Rule, movement, search,
};
use selaras_stats::random::Stream;

use super::figures::{Tally, Target, report, runs};
use super::world::{Sampled, UNEVEN, against_province, clusters, sample, shares};

const SEED: u64 = 47;
const RULE: Rule = Rule {
    low_by: 0.3,
    false_discovery: 0.10,
    least_n: 100,
    least_clusters: 10,
    least_correlation: None,
};
const REGIONS: usize = 14;
/// Share of the variance that the answers of one person to different cells have in common.
const COMMON: f64 = 0.4;

/// How the true values of cells vary around their province.
#[derive(Clone, Copy)]
enum Mixture {
    /// Nine in ten at the same value, one in ten 0.6 lower.
    Sparse,
    /// A normal spread of 0.25, one in ten 0.6 below the province.
    Broad,
    /// A normal spread of 0.1, a fifth 0.3 lower and a tenth 0.6 lower.
    Graded,
    /// All alike.
    Alike,
}

/// A province: one row of true differences to its mean per variable × component.
struct Province {
    shares: Vec<f64>,
    n: Vec<u64>,
    truth: Vec<Vec<f64>>,
    /// Cells placed exactly 0.6 below the province.
    placed: Vec<Vec<bool>>,
}

impl Province {
    fn new(stream: &mut Stream, mixture: Mixture, cells: usize, n: impl Fn(usize) -> u64) -> Self {
        let shares = shares(stream, REGIONS);
        let (mut truth, mut placed) = (Vec::new(), Vec::new());
        for _ in 0..cells {
            let mut low = vec![false; REGIONS];
            let mut row: Vec<f64> = (0..REGIONS)
                .map(|region| match mixture {
                    Mixture::Alike => 0.0,
                    Mixture::Sparse | Mixture::Broad if stream.below(10) == 0 => {
                        low[region] = true;
                        -0.6
                    }
                    Mixture::Sparse => 0.0,
                    Mixture::Broad => 0.25 * stream.normal(),
                    Mixture::Graded => {
                        let lower = [-0.6, -0.3, -0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
                        lower[stream.below(10) as usize] + 0.1 * stream.normal()
                    }
                })
                .collect();
            // The others move so that the province's mean is zero and placed cells stay placed.
            let mean: f64 = row.iter().zip(&shares).map(|(value, share)| value * share).sum();
            let free: f64 =
                shares.iter().zip(&low).filter(|(_, low)| !**low).map(|(share, _)| share).sum();
            for (value, low) in row.iter_mut().zip(&low) {
                if !low {
                    *value -= mean / free;
                }
            }
            truth.push(row);
            placed.push(low);
        }
        Self { shares, n: (0..REGIONS).map(n).collect(), truth, placed }
    }

    /// A survey of all cells: differences to the province, one row per variable × component.
    fn survey(&self, stream: &mut Stream) -> Vec<Vec<Sampled>> {
        let shared: Vec<Vec<f64>> =
            self.n.iter().map(|n| (0..clusters(*n)).map(|_| stream.normal()).collect()).collect();
        self.truth
            .iter()
            .map(|row| {
                let sampled: Vec<Sampled> = (0..REGIONS)
                    .map(|region| {
                        let together = &shared[region];
                        sample(stream, 5.0 + row[region], self.n[region], together, COMMON)
                    })
                    .collect();
                against_province(&sampled, &self.shares)
            })
            .collect()
    }

    /// Which cells are called low, the whole province being one family, or each region its own.
    fn low(&self, survey: &[Vec<Sampled>], by_region: bool) -> Vec<Vec<bool>> {
        let cells: Vec<Vec<Cell>> = survey
            .iter()
            .map(|row| {
                let prior = prior(row);
                row.iter()
                    .zip(&self.n)
                    .map(|(d, n)| Cell {
                        difference: d.value,
                        se: d.se,
                        df: d.df,
                        n: *n,
                        clusters: clusters(*n),
                        prior,
                        full_shift: None,
                    })
                    .collect()
            })
            .collect();
        let mut low = vec![vec![false; REGIONS]; cells.len()];
        let families: Vec<Vec<(usize, usize)>> = if by_region {
            (0..REGIONS).map(|region| (0..cells.len()).map(|row| (row, region)).collect()).collect()
        } else {
            vec![(0..cells.len()).flat_map(|row| (0..REGIONS).map(move |r| (row, r))).collect()]
        };
        for family in families {
            let members: Vec<Cell> = family.iter().map(|&(row, r)| cells[row][r]).collect();
            for (&(row, region), found) in family.iter().zip(search(&members, &RULE)) {
                low[row][region] = found.is_some_and(|found| found.lowness == Lowness::Low);
            }
        }
        low
    }
}

fn prior(row: &[Sampled]) -> Option<Prior> {
    Prior::fit(&row.iter().map(|d| (d.value, d.se)).collect::<Vec<_>>())
}

fn false_discoveries(id: &str, mixture: Mixture, cells: usize, by_region: bool, runs: u64) {
    let mut rate = Tally::default();
    for run in 0..runs {
        let mut stream = Stream::new(SEED, id, run);
        let province =
            Province::new(&mut stream, mixture, cells, |region| UNEVEN[region % UNEVEN.len()]);
        let survey = province.survey(&mut stream);
        let low = province.low(&survey, by_region);
        let share = |regions: std::ops::Range<usize>| {
            let (mut called, mut wrong) = (0.0_f64, 0.0);
            for (low, truth) in low.iter().zip(&province.truth) {
                for region in regions.clone().filter(|region| low[*region]) {
                    called += 1.0;
                    wrong += f64::from(u8::from(truth[region] >= 0.0));
                }
            }
            wrong / called.max(1.0)
        };
        if by_region {
            let pages: f64 = (0..REGIONS).map(|region| share(region..region + 1)).sum();
            rate.add(pages, REGIONS as f64);
        } else {
            rate.add(share(0..REGIONS), 1.0);
        }
    }
    report(id, &rate, runs, SEED, Target::AtMost(0.12));
}

#[test]
fn few_cells_called_low_are_not() {
    let runs = runs(100, 4_000);
    false_discoveries("low-cells-false-sparse-18", Mixture::Sparse, 18, false, runs);
    false_discoveries("low-cells-false-broad-24", Mixture::Broad, 24, false, runs);
    false_discoveries("low-cells-false-graded-30", Mixture::Graded, 30, false, runs);
    false_discoveries("low-cells-false-alike-30", Mixture::Alike, 30, false, runs);
    false_discoveries("low-cells-false-broad-30-region-page", Mixture::Broad, 30, true, runs);
    false_discoveries("low-cells-false-alike-30-region-page", Mixture::Alike, 30, true, runs);
}

fn found(id: &str, mixture: Mixture, by_region: bool, runs: u64) {
    let mut share = Tally::default();
    for run in 0..runs {
        let mut stream = Stream::new(SEED, id, run);
        let province = Province::new(&mut stream, mixture, 24, |_| 1_250);
        let survey = province.survey(&mut stream);
        let low = province.low(&survey, by_region);
        let (mut hits, mut of) = (0.0, 0.0);
        for (low, placed) in low.iter().zip(&province.placed) {
            for (low, _) in low.iter().zip(placed).filter(|(_, placed)| **placed) {
                of += 1.0;
                hits += f64::from(u8::from(*low));
            }
        }
        share.add(hits, of);
    }
    report(id, &share, runs, SEED, Target::AtLeast(0.80));
}

#[test]
fn most_cells_truly_low_are_found() {
    let runs = runs(60, 2_000);
    found("low-cells-found-sparse", Mixture::Sparse, false, runs);
    found("low-cells-found-broad", Mixture::Broad, false, runs);
    found("low-cells-found-broad-region-page", Mixture::Broad, true, runs);
}

/// Which cells a movement is compared with.
#[derive(Clone, Copy)]
enum Similar {
    /// The same variable × component in the other regions, as far as not acted on.
    SameCell,
    /// All cells of the province that lie below it and were not called low.
    Below,
}

/// Of the cells called low and acted on, the share called risen in the next round, in which they
/// were truly raised by `raised`. Half of the low cells are acted on.
struct Movements<N> {
    mixture: Mixture,
    n: N,
    raised: f64,
    similar: Similar,
}

impl<N: Fn(usize) -> u64 + Copy> Movements<N> {
    fn risen(&self, id: &str, runs: u64, target: Target) {
        let mut share = Tally::default();
        for run in 0..runs {
            let mut stream = Stream::new(SEED, id, run);
            let mut province = Province::new(&mut stream, self.mixture, 24, self.n);
            let before = province.survey(&mut stream);
            let low = province.low(&before, false);
            let acted: Vec<Vec<bool>> = low
                .iter()
                .map(|row| row.iter().map(|low| *low && stream.below(2) == 0).collect())
                .collect();
            for (row, acted) in province.truth.iter_mut().zip(&acted) {
                for (value, _) in row.iter_mut().zip(acted).filter(|(_, acted)| **acted) {
                    *value += self.raised;
                }
            }
            let now = province.survey(&mut stream);
            let cells: Vec<Vec<Followed>> = before
                .iter()
                .zip(&now)
                .filter_map(|(before, now)| {
                    let prior = prior(before)?;
                    let follow = |(before, now): (&Sampled, &Sampled)| Followed {
                        before: reading(*before),
                        prior,
                        now: reading(*now),
                        full_shift: None,
                    };
                    Some(before.iter().zip(now).map(follow).collect())
                })
                .collect();
            let below: Vec<Followed> = cells
                .iter()
                .flatten()
                .zip(low.iter().flatten())
                .filter(|(cell, low)| !**low && cell.before.difference < 0.0)
                .map(|(cell, _)| *cell)
                .collect();
            let (mut hits, mut of) = (0.0, 0.0);
            for (row, acted) in cells.iter().zip(&acted) {
                let same: Vec<Followed> =
                    row.iter().zip(acted).filter(|(_, acted)| !**acted).map(|(c, _)| *c).collect();
                let similar = match self.similar {
                    Similar::SameCell => &same,
                    Similar::Below => &below,
                };
                for (cell, _) in row.iter().zip(acted).filter(|(_, acted)| **acted) {
                    let judged = movement(cell, similar, 0.95, None);
                    of += 1.0;
                    hits += f64::from(u8::from(judged.rise == Rise::Risen));
                }
            }
            share.add(hits, of);
        }
        report(id, &share, runs, SEED, target);
    }
}

fn reading(sampled: Sampled) -> Reading {
    Reading { difference: sampled.value, se: sampled.se, df: sampled.df }
}

#[test]
fn where_nothing_changed_few_low_cells_are_called_risen() {
    let (runs, target) = (runs(100, 4_000), Target::AtMost(0.06));
    let full = |mixture, similar| Movements { mixture, n: |_| 1_250, raised: 0.0, similar };
    let uneven = |mixture, similar| Movements {
        mixture,
        n: |region: usize| UNEVEN[region % UNEVEN.len()],
        raised: 0.0,
        similar,
    };
    full(Mixture::Sparse, Similar::Below).risen("movement-false-sparse", runs, target);
    full(Mixture::Broad, Similar::Below).risen("movement-false-broad", runs, target);
    full(Mixture::Broad, Similar::SameCell).risen("movement-false-broad-same-cell", runs, target);
    uneven(Mixture::Sparse, Similar::Below).risen("movement-false-sparse-uneven", runs, target);
    uneven(Mixture::Broad, Similar::Below).risen("movement-false-broad-uneven", runs, target);
    uneven(Mixture::Graded, Similar::Below).risen("movement-false-graded-uneven", runs, target);
    uneven(Mixture::Graded, Similar::SameCell).risen(
        "movement-false-graded-uneven-same-cell",
        runs,
        target,
    );
}

#[test]
fn low_cells_truly_raised_by_half_a_point_are_called_risen() {
    let (runs, target) = (runs(60, 2_000), Target::AtLeast(0.80));
    let raised = |mixture, similar| Movements { mixture, n: |_| 1_250, raised: 0.5, similar };
    raised(Mixture::Sparse, Similar::Below).risen("movement-found-sparse", runs, target);
    raised(Mixture::Broad, Similar::Below).risen("movement-found-broad", runs, target);
    raised(Mixture::Graded, Similar::Below).risen("movement-found-graded", runs, target);
    raised(Mixture::Graded, Similar::SameCell).risen(
        "movement-found-graded-same-cell",
        runs,
        target,
    );
}
