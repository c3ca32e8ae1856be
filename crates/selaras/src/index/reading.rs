//! One score of one region as it is estimated, before anything is decided about showing it.

use std::collections::BTreeMap;

use selaras_stats::compare::Difference;
use selaras_stats::open_link::{self, Answered, Clustering, Part, Spread};
use selaras_stats::selection;
use selaras_stats::totals::Cell;

use super::pooled;
use super::result::Options;
use super::tally::Tally;
use crate::round::answers::{NO_DAY, NONE};

/// An estimate and what its honesty rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    /// Respondents with the score.
    pub(super) n: u64,
    /// Estimate; none without respondents.
    pub(super) value: Option<f64>,
    /// Standard deviation between respondents.
    pub(super) sd: Option<f64>,
    /// Standard error with what it rests on.
    pub(super) spread: Option<Spread>,
    /// Whether it is known where, by which link or on which day people were reached (open link).
    pub(super) placed: bool,
    /// Design effect.
    pub(super) deff: Option<f64>,
    /// Shift of the estimate at a correlation of 1 between answering and the score (open link).
    pub(super) full_shift: Option<f64>,
}

impl Reading {
    /// The reading as a part of a whole or of a difference.
    pub(super) fn part(&self, coefficient: f64) -> Part {
        let individual = self.individual();
        Part { coefficient, spread: self.beside_others(), known: self.placed, individual }
    }

    /// The variance of the estimate were every respondent reached alone.
    pub(super) fn individual(&self) -> Option<f64> {
        self.sd.map(|sd| sd * sd / self.n as f64)
    }

    /// The spread with which the estimate stands beside others.
    pub(super) fn beside_others(&self) -> Option<Spread> {
        self.spread.map(|spread| no_narrower(spread, self.individual()))
    }
}

/// `spread` with a standard error no smaller than that between single respondents, whose variance
/// is `individual`. Of a few clusters that happen to agree the widest interval is one of a small
/// error and few degrees of freedom. Beside others the degrees of freedom are those of all
/// together, and the small error would make sure what its own interval leaves open.
pub(super) fn no_narrower(spread: Spread, individual: Option<f64>) -> Spread {
    Spread { se: spread.se.max(individual.unwrap_or(0.0).sqrt()), ..spread }
}

/// Whether it is known of any of a region's respondents where, by which link or on which day they
/// were reached.
pub(super) fn placed(tally: &Tally, cells: &[Cell<'_>]) -> bool {
    let mut clusters = cells.iter().filter_map(|cell| tally.clusters.get(cell.key().psu as usize));
    clusters.any(|of| of.district != NONE || of.link != NONE || of.day != NO_DAY)
}

/// The readings of one kab/kota of an open link, one a score. `cells` are the totals' cells of the
/// region; `adults` its adults.
pub(super) fn of_open_link(
    tally: &Tally,
    cells: &[Cell<'_>],
    adults: Option<u64>,
    options: &Options,
) -> Vec<Reading> {
    if let Some(pooled) = &tally.pooled {
        return pooled::of_open_link(tally, pooled, cells, adults, options);
    }
    let of_cluster = |psu: u32| tally.clusters.get(psu as usize);
    let placed = placed(tally, cells);
    (0..tally.totals.scores().len())
        .map(|score| {
            let mut answered = Answered::default();
            let mut joint: BTreeMap<u32, (u64, f64)> = BTreeMap::new();
            let mut by_link: BTreeMap<u32, (u64, f64)> = BTreeMap::new();
            let mut by_district: BTreeMap<u32, (u64, f64)> = BTreeMap::new();
            for cell in cells {
                let moments = cell.moments(score);
                if moments.n() == 0 {
                    continue;
                }
                let sum = moments.wy();
                answered.n += moments.n();
                answered.sum += sum;
                answered.squares += moments.wyy();
                let add = |to: &mut BTreeMap<u32, (u64, f64)>, key: u32| {
                    let entry = to.entry(key).or_default();
                    entry.0 += moments.n();
                    entry.1 += sum;
                };
                add(&mut joint, cell.key().psu);
                if let Some(cluster) = of_cluster(cell.key().psu) {
                    add(&mut by_link, cluster.link);
                    add(&mut by_district, cluster.district);
                }
            }
            let clustering =
                |of: BTreeMap<u32, (u64, f64)>| -> Clustering { of.into_values().collect() };
            let spread = open_link::spread(
                &answered,
                &clustering(joint),
                &[clustering(by_link), clustering(by_district)],
                options.least_clusters,
                options.confidence,
            );
            let sd = answered.sd();
            let individual = sd.map(|sd| sd / (answered.n as f64).sqrt());
            Reading {
                n: answered.n,
                value: answered.mean(),
                sd,
                spread,
                placed,
                deff: spread
                    .zip(individual)
                    .filter(|(_, individual)| *individual > 0.0)
                    .map(|(spread, individual)| (spread.se / individual).powi(2)),
                full_shift: sd.and_then(|sd| selection::full_shift(sd, answered.n, adults)),
            }
        })
        .collect()
}

/// Mean design weights of the respondents of one kab/kota of a recorded design, one a score; none
/// without respondents. Under the pooled rule one weight, that of the answers, stands for all.
pub(super) fn mean_weights(tally: &Tally, cells: &[Cell<'_>]) -> Vec<Option<f64>> {
    let columns = tally.totals.scores().len();
    let mean = |columns: std::ops::Range<usize>| {
        let (mut n, mut sum) = (0, 0.0);
        for (cell, column) in
            cells.iter().flat_map(|cell| columns.clone().map(move |at| (cell, at)))
        {
            let (rows, weight) = cell.weight(column);
            n += rows;
            sum += weight;
        }
        (n > 0).then(|| sum / n as f64)
    };
    match tally.pooled {
        None => (0..columns).map(|column| mean(column..column + 1)).collect(),
        Some(_) => vec![mean(0..columns); tally.scorer().len()],
    }
}

/// A mean of independent regions with fixed shares, and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Whole {
    /// Position of each part in the frame, and its share of the adults of all parts.
    pub(super) parts: Vec<(usize, f64)>,
    /// The mean.
    pub(super) reading: Reading,
}

/// The adults-weighted mean of `score` over `leaves` (positions in the frame) that have a value and
/// at least `least_n` respondents; none where no leaf has, or a leaf's adults are not known.
pub(super) fn whole(
    readings: &[Vec<Reading>],
    adults: impl Fn(usize) -> Option<u64>,
    leaves: &[usize],
    score: usize,
    least_n: u64,
) -> Option<Whole> {
    let present: Vec<(usize, f64, f64)> = leaves
        .iter()
        .filter(|&&leaf| readings[leaf][score].n >= least_n.max(1))
        .map(|&leaf| Some((leaf, adults(leaf)? as f64, readings[leaf][score].value?)))
        .collect::<Option<_>>()?;
    let all: f64 = present.iter().map(|(_, adults, _)| adults).sum();
    if all <= 0.0 {
        return None;
    }
    let parts: Vec<(usize, f64)> =
        present.iter().map(|&(leaf, adults, _)| (leaf, adults / all)).collect();
    let shifts: Vec<(f64, Option<f64>)> =
        parts.iter().map(|&(leaf, share)| (share, readings[leaf][score].full_shift)).collect();
    let spreads: Vec<Part> =
        parts.iter().map(|&(leaf, share)| readings[leaf][score].part(share)).collect();
    let reading = Reading {
        n: parts.iter().map(|&(leaf, _)| readings[leaf][score].n).sum(),
        value: Some(present.iter().map(|(_, adults, value)| adults / all * value).sum()),
        sd: None,
        spread: open_link::combine_parts(&spreads),
        placed: true,
        deff: None,
        full_shift: selection::aggregate(&shifts),
    };
    Some(Whole { parts, reading })
}

/// `leaf` minus the whole it is part of, covariance of part and whole included; none where `leaf`
/// has no spread of its own: of a place whose people were all reached together nothing is told.
pub(super) fn against_whole(
    readings: &[Vec<Reading>],
    whole: &Whole,
    leaf: usize,
    score: usize,
) -> Option<Difference> {
    let at = whole.parts.iter().position(|(part, _)| *part == leaf)?;
    readings[leaf][score].spread?;
    let net: Vec<Part> = whole
        .parts
        .iter()
        .map(|&(part, share)| {
            let coefficient = if part == leaf { 1.0 - share } else { -share };
            readings[part][score].part(coefficient)
        })
        .collect();
    let shifts: Vec<(f64, Option<f64>)> = whole
        .parts
        .iter()
        .map(|&(part, share)| (share, readings[part][score].full_shift))
        .collect();
    let spread = open_link::combine_parts(&net)?;
    Some(Difference {
        value: readings[leaf][score].value? - whole.reading.value?,
        se: spread.se,
        df: spread.df,
        full_shift: selection::part_and_whole(at, &shifts),
    })
}
