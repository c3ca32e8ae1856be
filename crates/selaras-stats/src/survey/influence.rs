//! Estimates as linear functions of PSUs.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::design::{Design, pairs};

/// A value with what is known about its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Standard error. `None` where no stratum allows one ([`super::Lonely::Average`]).
    pub se: Option<f64>,
    /// Respondents with the score.
    pub n: u64,
    /// Degrees of freedom; 0 where every stratum has a single PSU.
    pub df: f64,
    /// Variance against that of a simple random sample of the same size; `None` for combinations,
    /// where all scores are equal, and against a sample without replacement where the weights do
    /// not add up to more than n.
    pub deff: Option<f64>,
    /// PSUs, or recruitment clusters, with respondents in the domain.
    pub clusters: u64,
}

impl Estimate {
    /// The t interval at `confidence` (between 0 and 1); `None` without a standard error or
    /// degrees of freedom.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Option<(f64, f64)> {
        let reach = t_quantile(0.5 + confidence / 2.0, self.df)? * self.se?;
        Some((self.value - reach, self.value + reach))
    }
}

/// The quantile of Student's t with `df` degrees of freedom (normal where infinite) at
/// `probability`; `None` where either is outside its range.
#[must_use]
pub fn t_quantile(probability: f64, df: f64) -> Option<f64> {
    if !(probability > 0.0 && probability < 1.0) {
        return None;
    }
    if df == f64::INFINITY {
        return Some(Normal::standard().inverse_cdf(probability));
    }
    let student = StudentsT::new(0.0, 1.0, df).ok()?;
    Some(student.inverse_cdf(probability))
}

/// An estimate as a linear function of PSUs: the value, and by how much each PSU moves it.
#[derive(Clone, Debug)]
pub struct Influence {
    /// The estimate.
    pub value: f64,
    /// Respondents with the score. In a combination, the sum over its parts.
    pub n: u64,
    /// The sample it comes from.
    pub(super) design: Arc<Design>,
    /// PSUs with the score in the domain, ascending, and their influences.
    pub(super) z: Vec<(u32, f64)>,
    /// PSUs with respondents in the domain, ascending.
    pub(super) units: Arc<[u32]>,
    /// Variance under simple random sampling.
    pub(super) simple_random: Option<f64>,
    /// The strata of `units`, once they have been asked for.
    pub(super) parts: OnceLock<Vec<Part>>,
}

/// What of an estimate stands in one stratum.
#[derive(Clone, Debug)]
pub(super) struct Part {
    stratum: u32,
    /// Positions in [`Influence::z`].
    z: Range<usize>,
    /// PSUs with respondents in the domain.
    units: usize,
    /// What the stratum adds to the variance of the estimate, unless it leans on other strata.
    variance: Option<f64>,
}

impl Influence {
    /// The variance; `None` where no stratum allows one ([`super::Lonely::Average`]).
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let pairs: Vec<(u32, f64, f64)> = self.z.iter().map(|&(unit, z)| (unit, z, z)).collect();
        self.design.covariance(&pairs)
    }

    /// The standard error.
    #[must_use]
    pub fn se(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The covariance with another estimate of the same [`super::Sample`]; 0 where no stratum has
    /// PSUs of both. `None` where the samples differ or no stratum allows one.
    #[must_use]
    pub fn covariance(&self, other: &Self) -> Option<f64> {
        let apart = |a: &Self, b: &Self| match (a.z.last(), b.z.first()) {
            (Some(&(last, _)), Some(&(first, _))) => {
                self.design.stratum(last) < self.design.stratum(first)
            }
            _ => true,
        };
        if !Arc::ptr_eq(&self.design, &other.design) {
            return None;
        }
        if apart(self, other) || apart(other, self) {
            return Some(0.0);
        }
        self.design.covariance(&pairs(&self.z, &other.z))
    }

    /// Degrees of freedom: PSUs minus strata with respondents in the domain, or in any domain of a
    /// combination.
    #[must_use]
    pub fn df(&self) -> f64 {
        let strata = self.units.chunk_by(|&a, &b| self.design.stratum(a) == self.design.stratum(b));
        (self.units.len() - strata.count()) as f64
    }

    /// PSUs with respondents in the domain.
    #[must_use]
    pub fn clusters(&self) -> u64 {
        self.units.len() as u64
    }

    /// The influence of every PSU that has the score: number of the PSU (counted within the
    /// sample, strata in order) and by how much it moves the estimate.
    #[must_use]
    pub fn by_cluster(&self) -> &[(u32, f64)] {
        &self.z
    }

    /// The value with its error.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        let variance = self.variance();
        Estimate {
            value: self.value,
            se: variance.map(f64::sqrt),
            n: self.n,
            df: self.df(),
            deff: variance.zip(self.simple_random).map(|(variance, simple)| variance / simple),
            clusters: self.clusters(),
        }
    }

    /// Σ factor · estimate, of estimates of the same [`super::Sample`]: differences, part against
    /// whole, aggregates with fixed shares. `None` for no parts or parts of different samples.
    #[must_use]
    pub fn combine(parts: &[(f64, &Self)]) -> Option<Self> {
        let (&(factor, first), rest) = parts.split_first()?;
        let mut sum = first.clone();
        sum.value *= factor;
        sum.simple_random = None;
        sum.parts = OnceLock::new();
        if rest.is_empty() {
            sum.z.iter_mut().for_each(|(_, z)| *z *= factor);
            return Some(sum);
        }
        let mut z: Vec<(u32, f64)> = Vec::new();
        let mut units: Vec<u32> = Vec::new();
        for &(factor, part) in parts {
            if !Arc::ptr_eq(&part.design, &sum.design) {
                return None;
            }
            z.extend(part.z.iter().map(|&(unit, own)| (unit, factor * own)));
            units.extend(part.units.iter());
        }
        for &(factor, part) in rest {
            sum.value += factor * part.value;
            sum.n += part.n;
        }
        // Stable: parts add up in the order they are given.
        z.sort_by_key(|&(unit, _)| unit);
        sum.z = z
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|same| Some((same.first()?.0, same.iter().map(|z| z.1).sum())))
            .collect();
        units.sort_unstable();
        units.dedup();
        sum.units = units.into();
        Some(sum)
    }

    /// This estimate minus that of a `whole` whose domain holds this one's, their covariance
    /// included. The degrees of freedom are those of Satterthwaite (1946) for two summands: the
    /// variance within the strata of the part, on the PSUs there, and the variance of the rest of
    /// the whole, on its own. All PSUs of the whole would claim too much where the part's few carry
    /// most of the variance. `None` where the samples differ or no stratum allows a variance.
    #[must_use]
    pub fn against(&self, whole: &Self) -> Option<Estimate> {
        if !Arc::ptr_eq(&self.design, &whole.design) {
            return None;
        }
        let (own, strata) = (self.strata(), whole.strata());
        let part_of = |number: u32| {
            let at = own.binary_search_by_key(&number, |part| part.stratum).ok()?;
            own.get(at)
        };
        let moved = |stratum: &Part| -> Vec<(u32, f64, f64)> {
            let part = part_of(stratum.stratum).map_or(&[][..], |own| self.influences(own));
            let pairs = pairs(part, whole.influences(stratum)).into_iter();
            pairs.map(|(unit, part, whole)| (unit, part - whole, part - whole)).collect()
        };
        let lean = strata.iter().any(|part| self.design.leans_on_others(part.stratum));
        let grand =
            lean.then(|| self.design.grand(&strata.iter().flat_map(moved).collect::<Vec<_>>()));
        let (mut part_df, mut rest_df) = (0.0, 0.0);
        let mut added = Vec::with_capacity(strata.len());
        for stratum in strata {
            let inside = part_of(stratum.stratum).is_some();
            *(if inside { &mut part_df } else { &mut rest_df }) += (stratum.units - 1) as f64;
            if !stratum.z.is_empty() {
                // A stratum that the part does not touch adds the same whatever the part.
                let variance = match grand {
                    None if !inside => stratum.variance,
                    grand => {
                        let grand = grand.unwrap_or_default();
                        self.design.within(stratum.stratum, &moved(stratum), grand)
                    }
                };
                added.push((inside, variance));
            }
        }
        let (part, rest) = Design::summed(added.into_iter())?;
        let variance = part + rest;
        let spread: f64 = [(part, part_df), (rest, rest_df)]
            .into_iter()
            .filter(|(variance, _)| *variance > 0.0)
            .map(|(variance, df)| variance * variance / df)
            .sum();
        Some(Estimate {
            value: self.value - whole.value,
            se: Some(variance.sqrt()),
            n: whole.n,
            df: if spread > 0.0 { variance * variance / spread } else { part_df + rest_df },
            deff: None,
            clusters: whole.clusters(),
        })
    }

    /// The strata with respondents in the domain, in order.
    fn strata(&self) -> &[Part] {
        self.parts.get_or_init(|| {
            let mut from = 0;
            let same = |a: &u32, b: &u32| self.design.stratum(*a) == self.design.stratum(*b);
            let strata = self.units.chunk_by(same).filter_map(|units| {
                let stratum = self.design.stratum(*units.first()?)?;
                let rest = self.z.get(from..).unwrap_or_default();
                let count = rest.partition_point(|z| self.design.stratum(z.0) <= Some(stratum));
                let z = from..from + count;
                from = z.end;
                let own = self.z.get(z.clone()).unwrap_or_default();
                let squares: Vec<(u32, f64, f64)> = own.iter().map(|&(u, z)| (u, z, z)).collect();
                let variance = self.design.within(stratum, &squares, (0.0, 0.0));
                Some(Part { stratum, z, units: units.len(), variance })
            });
            strata.collect()
        })
    }

    /// The influences of the PSUs in a stratum.
    fn influences(&self, part: &Part) -> &[(u32, f64)] {
        self.z.get(part.z.clone()).unwrap_or_default()
    }

    /// Σ factor · estimate, of estimates of samples drawn independently (two rounds), with the
    /// degrees of freedom of Satterthwaite (1946). n and clusters are sums over the parts.
    #[must_use]
    pub fn combine_independent(parts: &[(f64, &Self)]) -> Estimate {
        let mut sum = Estimate { value: 0.0, se: None, n: 0, df: 0.0, deff: None, clusters: 0 };
        let (mut variance, mut spread) = (Some(0.0), 0.0);
        for &(factor, part) in parts {
            let own = part.variance().map(|own| factor * factor * own);
            sum.value += factor * part.value;
            sum.n += part.n;
            sum.clusters += part.clusters();
            variance = variance.zip(own).map(|(sum, own)| sum + own);
            // A part that varies without degrees of freedom leaves none to the whole.
            spread += own.filter(|&own| own > 0.0).map_or(0.0, |own| own * own / part.df());
        }
        sum.df = variance.filter(|_| spread > 0.0).map_or(0.0, |all| all * all / spread);
        sum.se = variance.filter(|_| !parts.is_empty()).map(f64::sqrt);
        sum
    }
}
