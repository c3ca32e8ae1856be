//! Rao-Wu rescaling bootstrap on totals by PSU.
//!
//! In every replicate each stratum draws n_h − 1 of its n_h PSUs with replacement; weights of a PSU
//! drawn k times are multiplied by k·n_h/(n_h − 1) (Rao and Wu 1988; Rao, Wu and Yue 1992). The
//! multiplicities of a replicate are drawn once and serve all scores and regions, so that all
//! figures of a replicate belong together. A stratum with a single PSU keeps it and adds nothing.
//! Finite population corrections are not taken into account.
//!
//! Replicate r draws from [`Stream`] r, and sums are made over fixed blocks of replicates: results
//! are the same on one thread and on many.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::fixed::{SCORE_BITS, WEIGHT_BITS, Wide};
use crate::random::Stream;
use crate::survey::{Domain, Sample};

/// Replicates summed up before anything else is added.
const BLOCK: u32 = 32;

/// What is computed in every replicate, from the domains by their positions.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// Hájek mean over several domains together, as in a recorded design.
    Pooled(Vec<usize>),
    /// Sum of fixed shares times the means of domains, as in the aggregates of an open link.
    Shares(Vec<(usize, f64)>),
}

/// How a figure varies over replicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The figure on the full sample.
    pub value: f64,
    /// Standard deviation over replicates (about their mean, divided by their number − 1).
    pub se: f64,
    /// Mean over replicates.
    pub mean: f64,
    /// Replicates in which the figure exists: all of its domains have somebody with the score.
    pub replicates: u32,
}

/// PSU totals laid out for resampling.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    scores: usize,
    /// PSUs of every stratum.
    strata: Vec<u32>,
    /// Per domain its PSUs, and for each Σw and Σwy of score after score.
    domains: Vec<(Vec<u32>, Vec<f64>)>,
}

impl Bootstrap {
    /// Takes the PSU totals of scores `0..scores` in each of `domains` of `sample`.
    #[must_use]
    pub fn new(sample: &Sample<'_>, scores: usize, domains: &[Domain]) -> Self {
        let lay_out = |domain: &Domain| {
            let units = domain.units().to_vec();
            let mut sums = vec![0.0; units.len() * 2 * scores];
            for score in 0..scores {
                let mut present = sample.unit_sums(domain, score).into_iter().peekable();
                for (unit, row) in units.iter().zip(sums.chunks_exact_mut(2 * scores)) {
                    if let Some((_, own)) = present.next_if(|own| own.0 == *unit) {
                        let pair = row.iter_mut().skip(2 * score);
                        let doubles = [
                            Wide::<2>::new(own.w).to_f64(WEIGHT_BITS),
                            Wide::<2>::new(own.wy).to_f64(WEIGHT_BITS + SCORE_BITS),
                        ];
                        pair.zip(doubles).for_each(|(sum, double)| *sum = double);
                    }
                }
            }
            (units, sums)
        };
        Self {
            scores,
            strata: sample.stratum_sizes().collect(),
            domains: domains.iter().map(lay_out).collect(),
        }
    }

    /// The spread of every figure (outer) and score (inner) over `replicates` under `seed`; `None`
    /// where the figure does not exist on the full sample or in fewer than two replicates.
    #[must_use]
    pub fn run(
        &self,
        figures: &[Figure],
        replicates: u32,
        seed: u64,
        threads: NonZeroUsize,
    ) -> Vec<Vec<Option<Spread>>> {
        let units: u32 = self.strata.iter().sum();
        let mut full = vec![f64::NAN; figures.len() * self.scores];
        let mut sums = self.new_sums();
        self.weigh(&vec![1.0; units as usize], &mut sums);
        self.figures(figures, &sums, &mut full);

        let blocks = replicates.div_ceil(BLOCK);
        let next = AtomicU32::new(0);
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..threads.get().min(blocks as usize) {
                scope.spawn(|| {
                    loop {
                        let block = next.fetch_add(1, Ordering::Relaxed);
                        if block >= blocks {
                            break;
                        }
                        let range = block * BLOCK..replicates.min((block + 1) * BLOCK);
                        let moved = self.block(figures, &full, range, seed);
                        // A poisoned lock only means that another thread stopped while it held it.
                        let mut done = done.lock().unwrap_or_else(|held| held.into_inner());
                        done.push((block, moved));
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_else(|held| held.into_inner());
        done.sort_by_key(|(block, _)| *block);

        let mut all = vec![Moved::default(); full.len()];
        for (_, block) in &done {
            all.iter_mut().zip(block).for_each(|(all, block)| all.merge(block));
        }
        let spreads: Vec<Option<Spread>> =
            all.iter().zip(&full).map(|(moved, &value)| moved.spread(value)).collect();
        spreads.chunks(self.scores.max(1)).map(<[Option<Spread>]>::to_vec).collect()
    }

    fn new_sums(&self) -> Vec<f64> {
        vec![0.0; self.domains.len() * 2 * self.scores]
    }

    /// How far the figures of a block of replicates lie from those of the full sample.
    fn block(
        &self,
        figures: &[Figure],
        full: &[f64],
        range: std::ops::Range<u32>,
        seed: u64,
    ) -> Vec<Moved> {
        let units: u32 = self.strata.iter().sum();
        let mut multiplicities = vec![0.0; units as usize];
        let mut sums = self.new_sums();
        let mut values = vec![f64::NAN; full.len()];
        let mut moved = vec![Moved::default(); full.len()];
        for replicate in range {
            self.draw(seed, replicate, &mut multiplicities);
            self.weigh(&multiplicities, &mut sums);
            self.figures(figures, &sums, &mut values);
            for (moved, (value, full)) in moved.iter_mut().zip(values.iter().zip(full)) {
                moved.add(value - full);
            }
        }
        moved
    }

    /// The factors of a replicate, by PSU.
    fn draw(&self, seed: u64, replicate: u32, multiplicities: &mut [f64]) {
        let mut stream = Stream::new(seed, "rao-wu", u64::from(replicate));
        let mut rest = multiplicities;
        for &size in &self.strata {
            let Some((stratum, after)) = rest.split_at_mut_checked(size as usize) else { return };
            rest = after;
            if size < 2 {
                stratum.fill(1.0);
                continue;
            }
            stratum.fill(0.0);
            let factor = f64::from(size) / f64::from(size - 1);
            for _ in 1..size {
                if let Some(drawn) = stratum.get_mut(stream.below(u64::from(size)) as usize) {
                    *drawn += factor;
                }
            }
        }
    }

    /// Σ factor · w and Σ factor · wy of every domain and score.
    fn weigh(&self, factors: &[f64], sums: &mut [f64]) {
        if self.scores == 0 {
            return;
        }
        for ((units, rows), sum) in self.domains.iter().zip(sums.chunks_exact_mut(2 * self.scores))
        {
            sum.fill(0.0);
            for (&unit, row) in units.iter().zip(rows.chunks_exact(2 * self.scores)) {
                let factor = factors.get(unit as usize).copied().unwrap_or(0.0);
                if factor == 0.0 {
                    continue;
                }
                for (sum, own) in sum.iter_mut().zip(row) {
                    *sum += factor * own;
                }
            }
        }
    }

    /// Every figure and score, NaN where it does not exist.
    fn figures(&self, figures: &[Figure], sums: &[f64], values: &mut [f64]) {
        let scores = self.scores;
        let pair = |domain: usize, score: usize| {
            let at = 2 * (domain * scores + score);
            (sums.get(at).copied().unwrap_or(0.0), sums.get(at + 1).copied().unwrap_or(0.0))
        };
        for (figure, values) in figures.iter().zip(values.chunks_mut(scores.max(1))) {
            for (score, value) in values.iter_mut().enumerate() {
                // Nobody with the score is 0 / 0, which is NaN.
                *value = match figure {
                    Figure::Pooled(domains) => {
                        let (w, wy) = domains.iter().fold((0.0, 0.0), |sum, &domain| {
                            let own = pair(domain, score);
                            (sum.0 + own.0, sum.1 + own.1)
                        });
                        wy / w
                    }
                    Figure::Shares(shares) => {
                        let part = |&(domain, share): &(usize, f64)| {
                            let (w, wy) = pair(domain, score);
                            share * (wy / w)
                        };
                        shares.iter().map(part).sum()
                    }
                };
            }
        }
    }
}

/// Sums of distances from the full sample's figure.
#[derive(Clone, Copy, Default)]
struct Moved {
    count: u32,
    sum: f64,
    squares: f64,
}

impl Moved {
    fn add(&mut self, distance: f64) {
        if !distance.is_nan() {
            self.count += 1;
            self.sum += distance;
            self.squares += distance * distance;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    fn spread(&self, value: f64) -> Option<Spread> {
        let count = f64::from(self.count);
        let about_mean = (self.squares - self.sum * self.sum / count).max(0.0);
        (self.count > 1).then(|| Spread {
            value,
            se: (about_mean / (count - 1.0)).sqrt(),
            mean: value + self.sum / count,
            replicates: self.count,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::{Bootstrap, Figure};
    use crate::random::Stream;
    use crate::survey::{Options, Sample};
    use crate::totals::{Key, Totals};

    /// Four regions of two strata with `psus` PSUs each and three answers a PSU.
    fn round(psus: u32) -> Totals {
        let mut stream = Stream::new(3, "round", 0);
        let mut totals = Totals::new(["index", "trust"]).unwrap();
        for region in 0..4_u32 {
            for stratum in 2 * region..2 * region + 2 {
                for psu in 0..psus {
                    let shared = stream.normal();
                    for _ in 0..3 {
                        let scores = [6.0 + shared + stream.normal(), 5.0];
                        let key = Key { region, stratum, psu, cell: 0 };
                        totals.add(key, 1.0 + stream.uniform(), &scores).unwrap();
                    }
                }
            }
        }
        totals
    }

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[test]
    fn the_same_replicates_come_from_one_thread_and_from_many() {
        let totals = round(6);
        let sample = Sample::new(&totals, |_| None, Options::default()).unwrap();
        let domains = sample.domains(4, |key| Some(key.region as usize));
        let bootstrap = Bootstrap::new(&sample, 2, &domains);
        let figures = [
            Figure::Pooled(vec![0]),
            Figure::Pooled(vec![0, 1, 2, 3]),
            Figure::Shares(vec![(1, 0.25), (2, 0.75)]),
        ];
        let alone = bootstrap.run(&figures, 100, 9, threads(1));
        assert_eq!(bootstrap.run(&figures, 100, 9, threads(3)), alone);
        assert_eq!(bootstrap.run(&figures, 100, 9, threads(64)), alone);
        assert_ne!(bootstrap.run(&figures, 100, 10, threads(1)), alone);
    }

    #[test]
    fn it_agrees_with_the_linearised_error() {
        let totals = round(40);
        let sample = Sample::new(&totals, |_| None, Options::default()).unwrap();
        let domains = sample.domains(4, |key| Some(key.region as usize));
        let bootstrap = Bootstrap::new(&sample, 1, &domains);
        let figures = [Figure::Pooled(vec![2]), Figure::Pooled(vec![0, 1, 2, 3])];
        let spreads = bootstrap.run(&figures, 2000, 1, threads(2));
        for (domain, spread) in [&domains[2], &sample.whole()].into_iter().zip(&spreads) {
            let spread = spread[0].unwrap();
            let linearised = sample.mean(domain, 0).unwrap();
            assert!((spread.value - linearised.value).abs() < 1e-12);
            // Four Monte Carlo errors of 2,000 replicates.
            assert!((spread.se / linearised.se().unwrap() - 1.0).abs() < 0.065, "{spread:?}");
        }
    }

    #[test]
    fn equal_scores_and_single_psus_do_not_vary() {
        let totals = round(1);
        let sample = Sample::new(&totals, |_| None, Options::default()).unwrap();
        let bootstrap = Bootstrap::new(&sample, 2, &[sample.whole()]);
        let spread = bootstrap.run(&[Figure::Pooled(vec![0])], 50, 1, threads(1));
        assert_eq!((spread[0][0].unwrap().se, spread[0][1].unwrap().se), (0.0, 0.0));
        let nobody = sample.domain(|key| key.region > 9);
        let bootstrap = Bootstrap::new(&sample, 1, &[nobody]);
        assert_eq!(bootstrap.run(&[Figure::Pooled(vec![0])], 50, 1, threads(1)), [[None]]);
    }
}
