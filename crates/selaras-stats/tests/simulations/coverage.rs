//! Coverage of 95 % intervals (METHOD §9), each for its stated estimand and design.
//!
//! Scores lie on the scale 1–9, bunched near the top with a tail downwards: `9 − 1.2·exp(0.8·u)`,
//! not below 1, `u` standard normal over the population.

use std::collections::BTreeMap;
use std::f64::consts::{PI, SQRT_2};

use selaras_stats::open_link::{Answered, Clustering, Part, Spread, combine_parts, spread};
use selaras_stats::random::Stream;
use selaras_stats::survey::{Estimate, Options, Sample};
use selaras_stats::totals::{Key, Totals};
use statrs::function::erf::erfc;

use super::figures::{Tally, Target, report, runs};
use super::world;

const SEED: u64 = 59;

fn score(latent: f64) -> f64 {
    (9.0 - 1.2 * (0.8 * latent).exp()).max(1.0)
}

/// Mean of `of(score)` where the latent number is normal.
fn expected(mean: f64, sd: f64, of: impl Fn(f64) -> f64) -> f64 {
    let step = 0.02;
    (-400..=400)
        .map(|index| {
            let z = f64::from(index) * step;
            of(score(mean + sd * z)) * (-z * z / 2.0).exp() * step / (2.0 * PI).sqrt()
        })
        .sum()
}

fn estimate(totals: &Totals, within: impl Fn(Key) -> bool) -> Option<Estimate> {
    let sample = Sample::new(totals, |_| None, Options::default()).ok()?;
    Some(sample.mean(&sample.domain(within), 0)?.estimate())
}

fn covers(interval: Option<(f64, f64)>, truth: f64) -> f64 {
    f64::from(u8::from(interval.is_some_and(|(low, high)| low <= truth && truth <= high)))
}

/// A recorded design: strata of equal population, PSUs drawn in each, weights that vary.
struct Recorded {
    strata: u32,
    psus: u32,
    per_psu: u32,
    /// Coefficient of variation of the weights; they are lognormal and higher where scores are
    /// lower.
    weight_cv: f64,
    /// Share of the population in the domain of interest, more in some PSUs than in others.
    domain: Option<f64>,
}

impl Recorded {
    const INTRACLASS: f64 = 0.1;
    /// Correlation of the logarithm of the weight with the latent number within PSUs.
    const INFORMATIVE: f64 = 0.3;

    fn coverage(&self, id: &str, runs: u64) {
        let log_sd = (1.0 + self.weight_cv * self.weight_cv).ln().sqrt();
        let within = (1.0 - Self::INTRACLASS).sqrt();
        // Weighting shifts a normal number by its covariance with the logarithm of the weight.
        let shift = log_sd * Self::INFORMATIVE * within;
        let level = |stratum: u32| {
            0.3 * (f64::from(stratum) - f64::from(self.strata - 1) / 2.0) / f64::from(self.strata)
        };
        let truth = (0..self.strata).map(|h| expected(shift + level(h), 1.0, |y| y)).sum::<f64>()
            / f64::from(self.strata);
        let mut covered = Tally::default();
        for run in 0..runs {
            let mut stream = Stream::new(SEED, id, run);
            let Ok(mut totals) = Totals::new(["score"]) else { continue };
            for stratum in 0..self.strata {
                for psu in 0..self.psus {
                    let common = Self::INTRACLASS.sqrt() * stream.normal();
                    let here = self.domain.map_or(1.0, |share| share * 2.0 * stream.uniform());
                    for _ in 0..self.per_psu {
                        let own = stream.normal();
                        let other = stream.normal();
                        let latent = level(stratum) + common + within * own;
                        let weight = (log_sd
                            * (Self::INFORMATIVE * own
                                + (1.0 - Self::INFORMATIVE.powi(2)).sqrt() * other))
                            .exp();
                        let cell = u32::from(stream.uniform() < here);
                        let key = Key { region: 0, stratum, psu, cell };
                        let added = totals.add(key, weight, &[score(latent)]);
                        assert!(added.is_ok(), "{added:?}");
                    }
                }
            }
            let estimate = estimate(&totals, |key| self.domain.is_none() || key.cell == 1);
            covered.add(covers(estimate.and_then(|e| e.interval(0.95)), truth), 1.0);
        }
        report(id, &covered, runs, SEED, Target::Shown);
    }
}

#[test]
fn recorded_designs_cover_with_few_degrees_of_freedom() {
    let runs = runs(500, 20_000);
    let base = Recorded { strata: 3, psus: 2, per_psu: 25, weight_cv: 0.0, domain: None };
    base.coverage("coverage-recorded-3-df", runs);
    Recorded { strata: 5, ..base }.coverage("coverage-recorded-5-df", runs);
    Recorded { strata: 8, ..base }.coverage("coverage-recorded-8-df", runs);
    let weighted = Recorded { weight_cv: 1.0, ..base };
    weighted.coverage("coverage-recorded-3-df-weight-cv-1", runs);
    Recorded { strata: 8, ..weighted }.coverage("coverage-recorded-8-df-weight-cv-1", runs);
    Recorded { strata: 2, psus: 12, weight_cv: 1.0, domain: Some(0.3), ..base }
        .coverage("coverage-recorded-domain-crossing-psus", runs);
}

/// One answer of an open link.
struct Answer {
    district: u32,
    link: u32,
    cluster: u32,
    score: f64,
}

/// An open link: answers come in recruitment clusters (kecamatan × link × day) of uneven size.
#[derive(Clone, Copy)]
struct Open {
    n: u32,
    districts: u32,
    links: u32,
    days: u32,
    /// Correlation over all adults between answering and the score.
    correlation: f64,
}

/// The share of the latent variance that a kecamatan, and that a recruitment cluster has in common.
const DISTRICT: f64 = 0.02;
const CLUSTER: f64 = 0.06;
const ADULTS: f64 = 200_000.0;

impl Open {
    fn coverage(&self, id: &str, runs: u64, target: impl Fn(f64) -> Target) {
        let mean = expected(0.0, 1.0, |y| y);
        let sd = expected(0.0, 1.0, |y| (y - mean).powi(2)).sqrt();
        let answering = f64::from(self.n) / ADULTS;
        // Answering with probability ∝ 1 + tilt·z has this correlation with z.
        let tilt = self.correlation * ((1.0 - answering) / answering).sqrt();
        let most = 1.0 + tilt * (9.0 - mean) / sd;
        let (mut covered, mut halves) = (Tally::default(), 0.0);
        for run in 0..runs {
            let mut stream = Stream::new(SEED, id, run);
            let (districts, truth) = self.region(&mut stream);
            let rows = self.answers(&mut stream, &districts, |stream, y| {
                stream.uniform() * most < 1.0 + tilt * (y - mean) / sd
            });
            let interval = random_interval(&rows);
            halves += interval.map_or(0.0, |(low, high)| (high - low) / 2.0);
            covered.add(covers(interval, truth), 1.0);
        }
        let se = halves / runs as f64 / 1.96;
        report(id, &covered, runs, SEED, target(self.correlation * sd / answering.sqrt() / se));
    }

    /// The kecamatan of a region, and the estimand: the mean of its adults, kecamatan being equally
    /// large.
    fn region(&self, stream: &mut Stream) -> (Vec<f64>, f64) {
        let districts: Vec<f64> =
            (0..self.districts).map(|_| DISTRICT.sqrt() * stream.normal()).collect();
        let within = (1.0 - DISTRICT).sqrt();
        let truth =
            districts.iter().map(|district| expected(*district, within, |y| y)).sum::<f64>()
                / districts.len() as f64;
        (districts, truth)
    }

    fn answers(
        &self,
        stream: &mut Stream,
        districts: &[f64],
        accept: impl Fn(&mut Stream, f64) -> bool,
    ) -> Vec<Answer> {
        let clusters = self.districts * self.links * self.days;
        // Sizes of clusters: exponential, and a third of the possible ones did not take place.
        let effects: Vec<(f64, f64)> = (0..clusters)
            .map(|_| {
                let size = if stream.below(3) == 0 { 0.0 } else { -(1.0 - stream.uniform()).ln() };
                (size, CLUSTER.sqrt() * stream.normal())
            })
            .collect();
        let all: f64 = effects.iter().map(|(size, _)| size).sum();
        let mut rows = Vec::with_capacity(self.n as usize);
        while rows.len() < self.n as usize {
            let mut at = stream.uniform() * all;
            let cluster = effects
                .iter()
                .position(|(size, _)| {
                    at -= size;
                    at < 0.0
                })
                .unwrap_or_default();
            let district = cluster % districts.len();
            let own = (1.0 - DISTRICT - CLUSTER).sqrt() * stream.normal();
            let y = score(districts[district] + effects[cluster].1 + own);
            if accept(stream, y) {
                let link = cluster / districts.len() % self.links as usize;
                rows.push(Answer {
                    district: district as u32,
                    link: link as u32,
                    cluster: cluster as u32,
                    score: y,
                });
            }
        }
        rows
    }
}

/// *Selang acak* as METHOD §2 has it.
fn random_interval(answers: &[Answer]) -> Option<(f64, f64)> {
    let (answered, spread) = random_spread(answers);
    let (mean, half) = (answered.mean()?, spread?.half_width(0.95));
    Some((mean - half, mean + half))
}

fn random_spread(answers: &[Answer]) -> (Answered, Option<Spread>) {
    let answered = Answered {
        n: answers.len() as u64,
        sum: answers.iter().map(|answer| answer.score).sum(),
        squares: answers.iter().map(|answer| answer.score.powi(2)).sum(),
    };
    let by = |of: fn(&Answer) -> u32| -> Clustering {
        let mut clusters: BTreeMap<u32, (u64, f64)> = BTreeMap::new();
        for answer in answers {
            let cluster = clusters.entry(of(answer)).or_default();
            cluster.0 += 1;
            cluster.1 += answer.score;
        }
        clusters.into_values().collect()
    };
    let alone = [by(|answer| answer.link), by(|answer| answer.district)];
    let spread = spread(&answered, &by(|answer| answer.cluster), &alone, 10, 0.95);
    (answered, spread)
}

/// A province of an open link in which the people of some kab/kota were all reached together, in
/// one hall: these borrow the variance of a cluster from the others.
#[derive(Clone, Copy)]
struct Province {
    /// The others.
    open: Open,
    others: usize,
    halls: usize,
    /// People in each hall.
    hall: u32,
    /// The share of the latent variance that they have in common.
    alike: f64,
}

impl Province {
    fn coverage(&self, id: &str, runs: u64) {
        let mut covered = Tally::default();
        for run in 0..runs {
            let mut stream = Stream::new(SEED, id, run);
            let shares = world::shares(&mut stream, self.others + self.halls);
            let (mut truth, mut value, mut parts) = (0.0, 0.0, Vec::new());
            for (at, share) in shares.into_iter().enumerate() {
                let (districts, mean) = self.open.region(&mut stream);
                let rows = if at < self.halls {
                    self.together(&mut stream, districts[0])
                } else {
                    self.open.answers(&mut stream, &districts, |_, _| true)
                };
                let (answered, spread) = random_spread(&rows);
                let individual = answered.sd().map(|sd| sd * sd / answered.n as f64);
                truth += share * mean;
                value += share * answered.mean().unwrap_or_default();
                parts.push(Part { coefficient: share, spread, known: true, individual });
            }
            let half = combine_parts(&parts).map(|spread| spread.half_width(0.95));
            covered.add(covers(half.map(|half| (value - half, value + half)), truth), 1.0);
        }
        report(id, &covered, runs, SEED, Target::Shown);
    }

    fn together(&self, stream: &mut Stream, district: f64) -> Vec<Answer> {
        let common = district + self.alike.sqrt() * stream.normal();
        let own = (1.0 - DISTRICT - self.alike).sqrt();
        let answer = |_| Answer {
            district: 0,
            link: 0,
            cluster: 0,
            score: score(common + own * stream.normal()),
        };
        (0..self.hall).map(answer).collect()
    }
}

#[test]
fn provinces_cover_that_borrow_for_kabupaten_reached_in_one_hall() {
    let runs = runs(200, 5_000);
    let open = Open { n: 400, districts: 12, links: 2, days: 4, correlation: 0.0 };
    let one = Province { open, others: 13, halls: 1, hall: 150, alike: CLUSTER };
    one.coverage("coverage-borrowed-1-of-14", runs);
    Province { others: 9, halls: 5, ..one }.coverage("coverage-borrowed-5-of-14", runs);
    Province { others: 2, ..one }.coverage("coverage-borrowed-1-of-3", runs);
    // People of one village or one office are more like each other than those whom a link reached.
    let alike = Province { alike: 3.0 * CLUSTER, ..one };
    alike.coverage("coverage-borrowed-1-of-14-more-alike", runs);
    Province { others: 9, halls: 5, ..alike }
        .coverage("coverage-borrowed-5-of-14-more-alike", runs);
    Province { others: 33, halls: 5, ..alike }
        .coverage("coverage-borrowed-5-of-38-more-alike", runs);
    // Where the others have few clusters the degrees of freedom of what is lent weigh least.
    let few = Open { n: 120, districts: 4, links: 1, days: 2, correlation: 0.0 };
    Province { open: few, hall: 300, alike: 5.0 * CLUSTER, ..one }
        .coverage("coverage-borrowed-1-of-14-few-clusters", runs);
}

#[test]
fn open_links_cover_the_mean_of_those_who_might_have_answered() {
    let runs = runs(200, 5_000);
    let base = Open { n: 1_250, districts: 12, links: 2, days: 4, correlation: 0.0 };
    let shown = |_| Target::Shown;
    base.coverage("coverage-open-1250", runs, shown);
    Open { n: 83, ..base }.coverage("coverage-open-83", runs, shown);
    Open { n: 300, districts: 6, ..base }.coverage("coverage-open-300-6-districts", runs, shown);
}

#[test]
fn a_small_correlation_between_answering_and_the_score_takes_the_coverage_away() {
    let runs = runs(200, 5_000);
    for (name, correlation) in [("0", 0.0), ("0.005", 0.005), ("0.01", 0.01)] {
        let open = Open { n: 1_250, districts: 12, links: 2, days: 4, correlation };
        // What a normal estimate shifted by so many standard errors keeps of its 95 %.
        let kept = |shift: f64| {
            let below = |z: f64| erfc(-z / SQRT_2) / 2.0;
            Target::About(below(1.96 - shift) - below(-1.96 - shift))
        };
        open.coverage(&format!("selection-coverage-at-rho-{name}"), runs, kept);
    }
}
