//! Means, ratios, totals and their linearised errors from totals.
//!
//! Every estimate leaves as an [`Influence`]: its value and the sum of linearised influences by
//! PSU. Variances, covariances and linear combinations (a region against its province, shares of
//! regions, two rounds) all follow from it by the with-replacement formula for stratified PSUs
//! with the finite population correction of the first stage (Särndal, Swensson and Wretman 1992,
//! sections 5.5 to 5.8; Binder 1983), as in R `survey`: strata and their numbers of PSUs come from
//! the full sample, also where a domain crosses PSUs.
//!
//! An open link is the same with weight 1, every region a stratum and recruitment clusters as PSUs
//! (cluster-robust variance); [`Sample::individual_variance`] is the one that ignores clusters.
//!
//! Units: values, standard errors and influences are in the units of the score.

use std::ops::Range;
use std::sync::Arc;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::fixed::{SCORE_BITS, WEIGHT_BITS, Wide};
use crate::totals::{Cell, Key, MeanSums, Moments, Totals};

/// What a stratum with a single PSU adds to the variance (R's `survey.lonely.psu`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lonely {
    /// Nothing.
    Remove,
    /// Nothing, because the PSU was certain to be in the sample.
    Certainty,
    /// The squared distance of its PSU from the mean over all PSUs: on the cautious side.
    #[default]
    Adjust,
    /// The average of the other strata.
    Average,
}

/// The sample that design effects compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SimpleRandom {
    /// As many respondents without replacement from a population of Σw.
    #[default]
    WithoutReplacement,
    /// As many respondents with replacement; the one to take where weights do not add up to a
    /// population, as in an open link.
    WithReplacement,
}

/// How variances are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Strata with a single PSU.
    pub lonely: Lonely,
    /// Whether `lonely` (adjust and average) also holds for a stratum of which a single PSU is in
    /// the domain (R's `survey.adjust.domain.lonely`).
    pub lonely_in_domain: bool,
    /// What design effects compare with.
    pub simple_random: SimpleRandom,
}

/// Why a design cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SurveyError {
    /// A stratum of which the sample has more PSUs than its population, or whose population is no
    /// number.
    #[error(
        "stratum {stratum} has {sampled} PSUs in the sample but {population} in the population"
    )]
    Population {
        /// The stratum, as in [`Key::stratum`].
        stratum: u32,
        /// PSUs in the sample.
        sampled: u64,
        /// PSUs said to be in the population.
        population: f64,
    },
}

#[derive(Debug)]
struct Stratum {
    units: u32,
    /// One minus the sampling fraction of the first stage.
    unsampled: f64,
}

/// Strata and PSUs of a full sample.
#[derive(Debug)]
struct Design {
    /// Stratum of every PSU; PSUs are in the order of strata.
    stratum_of: Vec<u32>,
    strata: Vec<Stratum>,
    options: Options,
}

/// A full sample: totals under a design.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    design: Arc<Design>,
    /// Cells in the order of PSUs, each with its PSU.
    cells: Vec<(u32, Cell<'a>)>,
}

/// Part of a sample: some regions, some margin cells, or any other set of keys.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Positions in [`Sample::cells`], ascending, so that cells of a PSU follow one another.
    members: Vec<u32>,
    units: Arc<[u32]>,
    strata: u64,
    rows: u64,
}

impl Domain {
    /// Respondents, with or without scores.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// PSUs with respondents in the domain.
    #[must_use]
    pub fn clusters(&self) -> u64 {
        self.units.len() as u64
    }

    /// Their numbers, ascending.
    pub(crate) fn units(&self) -> &[u32] {
        &self.units
    }

    /// Degrees of freedom: PSUs minus strata with respondents in the domain (R's `degf` of a
    /// subset).
    #[must_use]
    pub fn df(&self) -> u64 {
        self.clusters() - self.strata
    }
}

/// A value with what is known about its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Standard error. `None` where no stratum allows one ([`Lonely::Average`]).
    pub se: Option<f64>,
    /// Respondents with the score.
    pub n: u64,
    /// Degrees of freedom; 0 where every stratum has a single PSU.
    pub df: f64,
    /// Variance against that of a simple random sample of the same size; `None` for combinations
    /// and where all scores are equal.
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
    design: Arc<Design>,
    /// PSUs with the score in the domain, ascending, and their influences.
    z: Vec<(u32, f64)>,
    /// PSUs with respondents in the domain, ascending.
    units: Arc<[u32]>,
    /// Variance under simple random sampling.
    simple_random: Option<f64>,
}

impl<'a> Sample<'a> {
    /// Takes `totals` as a full sample. `population` gives the PSUs in the population of a stratum
    /// for the finite population correction, `None` (or infinity) for no correction.
    ///
    /// # Errors
    /// [`SurveyError::Population`] where a population is smaller than the sample from it.
    pub fn new(
        totals: &'a Totals,
        population: impl Fn(u32) -> Option<f64>,
        options: Options,
    ) -> Result<Self, SurveyError> {
        let mut cells = totals.cells();
        cells.sort_by_key(|cell| (cell.key().stratum, cell.key().psu));
        let mut design = Design { stratum_of: Vec::new(), strata: Vec::new(), options };
        let mut placed = Vec::with_capacity(cells.len());
        for group in cells.chunk_by(|a, b| a.key().stratum == b.key().stratum) {
            let first = design.stratum_of.len();
            for unit in group.chunk_by(|a, b| a.key().psu == b.key().psu) {
                let number = design.stratum_of.len() as u32;
                design.stratum_of.push(design.strata.len() as u32);
                placed.extend(unit.iter().map(|&cell| (number, cell)));
            }
            let units = design.stratum_of.len() - first;
            let stratum = group.first().map_or(0, |cell| cell.key().stratum);
            let unsampled = match population(stratum) {
                None | Some(f64::INFINITY) => 1.0,
                Some(all) if all >= units as f64 => (all - units as f64) / all,
                Some(population) => {
                    let sampled = units as u64;
                    return Err(SurveyError::Population { stratum, sampled, population });
                }
            };
            design.strata.push(Stratum { units: units as u32, unsampled });
        }
        Ok(Self { design: Arc::new(design), cells: placed })
    }

    /// The whole sample as a domain.
    #[must_use]
    pub fn whole(&self) -> Domain {
        self.domain(|_| true)
    }

    /// The part whose keys are `within`.
    #[must_use]
    pub fn domain(&self, within: impl Fn(Key) -> bool) -> Domain {
        let numbered = self.cells.iter().zip(0..);
        self.domain_of(numbered.filter(|((_, c), _)| within(c.key())).map(|(_, i)| i).collect())
    }

    /// `count` disjoint parts at once: a key belongs to part number `part(key)`, or to none.
    #[must_use]
    pub fn domains(&self, count: usize, part: impl Fn(Key) -> Option<usize>) -> Vec<Domain> {
        let mut members = vec![Vec::new(); count];
        for ((_, cell), position) in self.cells.iter().zip(0..) {
            if let Some(members) = part(cell.key()).and_then(|part| members.get_mut(part)) {
                members.push(position);
            }
        }
        members.into_iter().map(|members| self.domain_of(members)).collect()
    }

    fn domain_of(&self, members: Vec<u32>) -> Domain {
        let mut units: Vec<u32> = Vec::new();
        let mut rows = 0;
        for &(unit, cell) in members.iter().filter_map(|&member| self.cells.get(member as usize)) {
            if units.last() != Some(&unit) {
                units.push(unit);
            }
            rows += cell.rows();
        }
        let same = |a: &u32, b: &u32| self.design.stratum(*a) == self.design.stratum(*b);
        let strata = units.chunk_by(same).count() as u64;
        Domain { members, units: units.into(), strata, rows }
    }

    /// PSUs in every stratum, in the order in which PSUs are numbered.
    pub(crate) fn stratum_sizes(&self) -> impl Iterator<Item = u32> {
        self.design.strata.iter().map(|stratum| stratum.units)
    }

    fn members(&self, domain: &Domain) -> impl Iterator<Item = (u32, Cell<'a>)> {
        domain.members.iter().filter_map(|&member| self.cells.get(member as usize).copied())
    }

    /// The sums of a domain over all PSUs.
    #[must_use]
    pub fn moments(&self, domain: &Domain, score: usize) -> Moments {
        let mut sum = Moments::default();
        for (_, cell) in self.members(domain) {
            sum.add(&cell.moments(score));
        }
        sum
    }

    /// Hájek mean Σwy / Σw over those who have the score; `None` where nobody has. A proportion is
    /// the mean of an indicator.
    #[must_use]
    pub fn mean(&self, domain: &Domain, score: usize) -> Option<Influence> {
        self.means(domain, score..score + 1).pop().flatten()
    }

    /// [`Sample::mean`] of several scores, faster than one after the other.
    #[must_use]
    pub fn means(&self, domain: &Domain, scores: Range<usize>) -> Vec<Option<Influence>> {
        let mut all = vec![MeanSums::default(); scores.len()];
        for (_, cell) in self.members(domain) {
            for (sum, score) in all.iter_mut().zip(scores.clone()) {
                sum.add(&cell.mean_sums(score));
            }
        }
        let double = |steps| Wide::<2>::new(steps).to_f64(WEIGHT_BITS);
        let mut z = vec![Vec::with_capacity(domain.units.len()); scores.len()];
        for (unit, cells) in self.by_unit(domain) {
            for ((z, sum), score) in z.iter_mut().zip(&all).zip(scores.clone()) {
                let own = sum_up(&cells, score);
                if own.n > 0 {
                    // Exact numerators: equal scores have influences of exactly zero.
                    let moved = Wide::signed_product(own.wy, sum.w);
                    let moved = moved.minus(Wide::signed_product(sum.wy, own.w));
                    let w = double(sum.w);
                    z.push((unit, moved.to_f64(2 * WEIGHT_BITS + SCORE_BITS) / (w * w)));
                }
            }
        }
        let influence = |(z, sum): (Vec<(u32, f64)>, &MeanSums)| {
            (sum.n > 0).then(|| Influence {
                value: Wide::<2>::new(sum.wy).to_f64(WEIGHT_BITS + SCORE_BITS) / double(sum.w),
                n: sum.n,
                design: Arc::clone(&self.design),
                z,
                units: Arc::clone(&domain.units),
                simple_random: self.simple_random(sum),
            })
        };
        z.into_iter().zip(&all).map(influence).collect()
    }

    /// Total Σwy over those who have the score; `None` where nobody has. The total of a score that
    /// is 1 throughout estimates the size of a domain. Without a design effect.
    #[must_use]
    pub fn total(&self, domain: &Domain, score: usize) -> Option<Influence> {
        let double = |steps| Wide::<2>::new(steps).to_f64(WEIGHT_BITS + SCORE_BITS);
        let sums = self.unit_sums(domain, score);
        let all = total_of(&sums);
        (all.n > 0).then(|| Influence {
            value: double(all.wy),
            n: all.n,
            design: Arc::clone(&self.design),
            z: sums.into_iter().map(|(unit, sum)| (unit, double(sum.wy))).collect(),
            units: Arc::clone(&domain.units),
            simple_random: None,
        })
    }

    /// Ratio Σwy / Σwx of score `numerator` to score `denominator`, without a design effect;
    /// `None` where nobody has them or Σwx is 0.
    ///
    /// Both must be missing for the same respondents: where they are not, add the pair to the
    /// totals as two scores of their own. `None` where their n differ in any cell.
    #[must_use]
    pub fn ratio(
        &self,
        domain: &Domain,
        numerator: usize,
        denominator: usize,
    ) -> Option<Influence> {
        let differ = |(_, cell): (u32, Cell<'_>)| {
            cell.mean_sums(numerator).n != cell.mean_sums(denominator).n
        };
        if self.members(domain).any(differ) {
            return None;
        }
        let over = self.unit_sums(domain, numerator);
        let under = self.unit_sums(domain, denominator);
        let (y, x) = (total_of(&over), total_of(&under));
        let double = |steps| Wide::<2>::new(steps).to_f64(WEIGHT_BITS + SCORE_BITS);
        let influence = |((unit, own_y), (_, own_x)): ((u32, MeanSums), (u32, MeanSums))| {
            let moved = Wide::signed_product(own_y.wy, x.wy);
            let moved = moved.minus(Wide::signed_product(y.wy, own_x.wy));
            (unit, moved.to_f64(2 * (WEIGHT_BITS + SCORE_BITS)) / (double(x.wy) * double(x.wy)))
        };
        (y.n > 0 && x.wy != 0).then(|| Influence {
            value: double(y.wy) / double(x.wy),
            n: y.n,
            design: Arc::clone(&self.design),
            z: over.into_iter().zip(under).map(influence).collect(),
            units: Arc::clone(&domain.units),
            simple_random: None,
        })
    }

    /// Variance of [`Sample::mean`] were every respondent drawn alone: n/(n−1) Σw²(y−ȳ)² / (Σw)².
    /// `None` for fewer than two respondents.
    #[must_use]
    pub fn individual_variance(&self, domain: &Domain, score: usize) -> Option<f64> {
        let sums = self.moments(domain, score);
        if sums.n < 2 {
            return None;
        }
        if sums.variance()? == 0.0 {
            return Some(0.0);
        }
        let (n, mean) = (sums.n as f64, sums.wy() / sums.w());
        let about_mean = sums.wwyy() - 2.0 * mean * sums.wwy() + mean * mean * sums.ww();
        Some(n / (n - 1.0) * about_mean.max(0.0) / (sums.w() * sums.w()))
    }

    /// Per PSU with the score its sums.
    pub(crate) fn unit_sums(&self, domain: &Domain, score: usize) -> Vec<(u32, MeanSums)> {
        let sums = self.by_unit(domain).map(|(unit, cells)| (unit, sum_up(&cells, score)));
        sums.filter(|(_, sum)| sum.n > 0).collect()
    }

    /// Cells of a domain by PSU.
    fn by_unit(&self, domain: &Domain) -> impl Iterator<Item = (u32, Vec<Cell<'a>>)> {
        let mut members = self.members(domain).peekable();
        std::iter::from_fn(move || {
            let (unit, first) = members.next()?;
            let mut cells = vec![first];
            while let Some((_, cell)) = members.next_if(|(own, _)| *own == unit) {
                cells.push(cell);
            }
            Some((unit, cells))
        })
    }

    /// Variance of a mean under simple random sampling, from the sample's S² = n/(n−1) Σw(y−ȳ)²/Σw.
    fn simple_random(&self, sums: &MeanSums) -> Option<f64> {
        let n = sums.n as f64;
        let spread = sums.variance().filter(|_| sums.n > 1)? * n / (n - 1.0);
        let unsampled = match self.design.options.simple_random {
            SimpleRandom::WithoutReplacement => {
                1.0 - n / Wide::<2>::new(sums.w).to_f64(WEIGHT_BITS)
            }
            SimpleRandom::WithReplacement => 1.0,
        };
        Some(spread * unsampled / n).filter(|&variance| variance > 0.0)
    }
}

fn sum_up(cells: &[Cell<'_>], score: usize) -> MeanSums {
    cells.iter().fold(MeanSums::default(), |mut sum, cell| {
        sum.add(&cell.mean_sums(score));
        sum
    })
}

fn total_of(units: &[(u32, MeanSums)]) -> MeanSums {
    units.iter().fold(MeanSums::default(), |mut sum, (_, own)| {
        sum.add(own);
        sum
    })
}

impl Design {
    fn stratum(&self, unit: u32) -> Option<u32> {
        self.stratum_of.get(unit as usize).copied()
    }

    /// The estimated covariance of two estimates from their influences by PSU; `None` where no stratum allows one.
    fn covariance(&self, pairs: &[(u32, f64, f64)]) -> Option<f64> {
        let strata = || {
            let by_stratum = pairs.chunk_by(|x, y| self.stratum(x.0) == self.stratum(y.0));
            by_stratum.filter_map(|present| {
                let stratum = self.stratum(present.first()?.0)?;
                Some((self.strata.get(stratum as usize)?, present))
            })
        };
        // The mean over all PSUs of the strata that the domain touches.
        let units: f64 = strata().map(|(stratum, _)| f64::from(stratum.units)).sum();
        let grand = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.1, sum.1 + pair.2));
        let grand = (grand.0 / units, grand.1 / units);
        let (mut sum, mut touched, mut usable) = (0.0, 0_u32, 0_u32);
        for (stratum, present) in strata() {
            touched += 1;
            if let Some(part) = self.within(stratum, present, grand) {
                sum += part;
                usable += 1;
            }
        }
        (usable > 0).then(|| sum * f64::from(touched) / f64::from(usable))
    }

    /// What one stratum adds, `present` being its PSUs in the domain; `None` where it says nothing
    /// about its own variance.
    fn within(
        &self,
        stratum: &Stratum,
        present: &[(u32, f64, f64)],
        grand: (f64, f64),
    ) -> Option<f64> {
        let Options { lonely, lonely_in_domain, .. } = self.options;
        if stratum.unsampled < 1e-7 {
            return Some(0.0);
        }
        let units = f64::from(stratum.units);
        let single = stratum.units < 2;
        let alone = single || (present.len() == 1 && lonely_in_domain);
        if alone && lonely == Lonely::Average {
            return None;
        }
        let centre = if alone && lonely == Lonely::Adjust {
            grand
        } else {
            let sum = present.iter().fold((0.0, 0.0), |sum, z| (sum.0 + z.1, sum.1 + z.2));
            (sum.0 / units, sum.1 / units)
        };
        let absent = units - present.len() as f64;
        let products: f64 = present.iter().map(|z| (z.1 - centre.0) * (z.2 - centre.1)).sum();
        let scale = if single { 1.0 } else { units / (units - 1.0) };
        Some(stratum.unsampled * scale * (products + absent * centre.0 * centre.1))
    }
}

/// The PSUs of either, with both influences.
fn pairs(a: &[(u32, f64)], b: &[(u32, f64)]) -> Vec<(u32, f64, f64)> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut pairs = Vec::with_capacity(a.len().max(b.len()));
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => x.0.min(y.0),
            (Some(one), None) | (None, Some(one)) => one.0,
            (None, None) => return pairs,
        };
        let left = a.next_if(|z| z.0 == next).map_or(0.0, |z| z.1);
        let right = b.next_if(|z| z.0 == next).map_or(0.0, |z| z.1);
        pairs.push((next, left, right));
    }
}

impl Influence {
    /// The variance; `None` where no stratum allows one ([`Lonely::Average`]).
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

    /// The covariance with another estimate of the same [`Sample`]; 0 where no stratum has PSUs of
    /// both. `None` where the samples differ or no stratum allows one.
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

    /// Σ factor · estimate, of estimates of the same [`Sample`]: differences, part against whole,
    /// aggregates with fixed shares. `None` for no parts or parts of different samples.
    #[must_use]
    pub fn combine(parts: &[(f64, &Self)]) -> Option<Self> {
        let (&(factor, first), rest) = parts.split_first()?;
        let mut sum = first.clone();
        sum.value *= factor;
        sum.simple_random = None;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Influence, Lonely, Options, Sample, SimpleRandom, SurveyError, t_quantile};
    use crate::random::Stream;
    use crate::totals::{Key, Totals};

    /// Key, weight, scores.
    type Row = (Key, f64, [f64; 2]);

    fn totals<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Totals {
        let mut totals = Totals::new(["index", "trust"]).unwrap();
        for (key, weight, scores) in rows {
            totals.add(*key, *weight, scores).unwrap();
        }
        totals
    }

    fn sample(totals: &Totals) -> Sample<'_> {
        Sample::new(totals, |_| Some(40.0), Options::default()).unwrap()
    }

    /// Regions cross strata and PSUs here, and some answers are missing.
    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let key = (0..3_u32, 0..3_u32, 0..4_u32).prop_map(|(region, stratum, psu)| Key {
            region,
            stratum,
            psu,
            cell: 0,
        });
        let score = || prop_oneof![6 => 1.0..10.0_f64, 1 => Just(f64::NAN)];
        let row = (key, 0.5..20.0_f64, (score(), score()));
        let row = row.prop_map(|(key, weight, (index, trust))| (key, weight, [index, trust]));
        prop::collection::vec(row, 20..80)
    }

    /// The textbook formula on rows: variance of Σ g, g being the linearised value of a row, over
    /// strata and PSUs of all rows; every stratum has 40 PSUs in the population.
    fn textbook(rows: &[Row], g: impl Fn(&Row) -> f64) -> f64 {
        let mut variance = 0.0;
        for stratum in 0..3 {
            let own: Vec<&Row> = rows.iter().filter(|row| row.0.stratum == stratum).collect();
            let mut psus: Vec<u32> = own.iter().map(|row| row.0.psu).collect();
            psus.sort_unstable();
            psus.dedup();
            let n = psus.len() as f64;
            let sum = |psu| own.iter().filter(|r| r.0.psu == psu).map(|r| g(r)).sum::<f64>();
            let sums: Vec<f64> = psus.into_iter().map(sum).collect();
            let mean = sums.iter().sum::<f64>() / n;
            let squares: f64 = sums.iter().map(|sum| (sum - mean).powi(2)).sum();
            if n > 1.0 {
                variance += (1.0 - n / 40.0) * n / (n - 1.0) * squares;
            }
        }
        variance
    }

    /// Mean of score `score` in `region`, and the linearised value of a row.
    fn linearised(rows: &[Row], region: u32, score: usize) -> (f64, impl Fn(&Row) -> f64) {
        let inside = move |row: &Row| row.0.region == region && !row.2[score].is_nan();
        let own = || rows.iter().filter(move |row| inside(row));
        let w: f64 = own().map(|row| row.1).sum();
        let mean = own().map(|row| row.1 * row.2[score]).sum::<f64>() / w;
        let g = move |row: &Row| {
            if inside(row) { row.1 * (row.2[score] - mean) / w } else { 0.0 }
        };
        (mean, g)
    }

    fn removing(totals: &Totals) -> Sample<'_> {
        let options = Options { lonely: Lonely::Remove, ..Options::default() };
        Sample::new(totals, |_| Some(40.0), options).unwrap()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-8 * (a.abs() + b.abs()) + 1e-14
    }

    proptest! {
        #[test]
        fn means_of_domains_have_the_variance_of_the_textbook(rows in rows()) {
            let totals = totals(&rows);
            let sample = removing(&totals);
            for region in 0..3 {
                let domain = sample.domain(|key| key.region == region);
                let Some(mean) = sample.mean(&domain, 0) else { continue };
                let (expected, g) = linearised(&rows, region, 0);
                prop_assert!(close(mean.value, expected));
                prop_assert!(close(mean.variance().unwrap(), textbook(&rows, g)));
            }
        }

        #[test]
        fn a_combination_has_the_variance_of_the_combined_rows(
            rows in rows(), factors in prop::array::uniform3(-2.0..2.0_f64),
        ) {
            let totals = totals(&rows);
            let sample = removing(&totals);
            let domains = sample.domains(3, |key| Some(key.region as usize));
            let means: Option<Vec<Influence>> =
                domains.iter().map(|domain| sample.mean(domain, 0)).collect();
            let Some(means) = means else { return Ok(()) };
            let parts: Vec<(f64, &Influence)> = factors.into_iter().zip(&means).collect();
            let combined = Influence::combine(&parts).unwrap();
            let all: Vec<_> = (0..3).map(|region| linearised(&rows, region, 0)).collect();
            let value: f64 = all.iter().zip(factors).map(|((mean, _), factor)| mean * factor).sum();
            let g = |row: &Row| all.iter().zip(factors).map(|((_, g), f)| f * g(row)).sum::<f64>();
            prop_assert!(close(combined.value, value));
            prop_assert!(close(combined.variance().unwrap(), textbook(&rows, g)));
            // And it is what the covariances add up to.
            let mut sum = 0.0;
            for (a, mean) in parts.iter() {
                for (b, other) in parts.iter() {
                    sum += a * b * mean.covariance(other).unwrap();
                }
            }
            prop_assert!(close(combined.variance().unwrap(), sum));
        }

        #[test]
        fn estimates_are_the_same_bits_whatever_the_order_of_rows(rows in rows()) {
            let (one, other) = (totals(&rows), totals(rows.iter().rev()));
            let (one, other) = (sample(&one), sample(&other));
            let estimates = |sample: &Sample<'_>| -> Vec<_> {
                let means = sample.means(&sample.whole(), 0..2);
                means.into_iter().map(|mean| mean.map(|mean| mean.estimate())).collect()
            };
            prop_assert_eq!(estimates(&one), estimates(&other));
            prop_assert_eq!(sample_mean(&one), sample_mean(&other));
        }

        #[test]
        fn an_individual_is_a_cluster_of_its_own(rows in rows()) {
            let alone: Vec<Row> = rows.iter().zip(0..)
                .map(|((_, w, y), psu)| (Key { region: 0, stratum: 0, psu, cell: 0 }, *w, *y))
                .filter(|row| !row.2[0].is_nan())
                .collect();
            let (clustered, alone) = (totals(&rows), totals(&alone));
            let clustered = sample(&clustered);
            let alone = Sample::new(&alone, |_| None, Options::default()).unwrap();
            let expected = alone.mean(&alone.whole(), 0).and_then(|mean| mean.variance()).unwrap();
            let got = clustered.individual_variance(&clustered.whole(), 0).unwrap();
            prop_assert!(close(got, expected));
        }
    }

    fn sample_mean(sample: &Sample<'_>) -> Option<f64> {
        sample.mean(&sample.whole(), 0).map(|mean| mean.value)
    }

    /// Two strata with two PSUs of two answers each, weight 1.
    fn eight(scores: [f64; 8]) -> Vec<Row> {
        let key = |row: u32| Key { region: row / 4, stratum: row / 4, psu: row / 2, cell: 0 };
        scores.into_iter().zip(0..).map(|(y, row)| (key(row), 1.0, [y, 1.0])).collect()
    }

    #[test]
    fn equal_scores_have_no_error_and_no_design_effect() {
        let totals = totals(&eight([6.125; 8]));
        let sample = sample(&totals);
        let estimate = sample.mean(&sample.whole(), 0).unwrap().estimate();
        assert_eq!((estimate.value, estimate.se, estimate.deff), (6.125, Some(0.0), None));
        assert_eq!(estimate.interval(0.95), Some((6.125, 6.125)));
        assert_eq!(sample.individual_variance(&sample.whole(), 0), Some(0.0));
    }

    #[test]
    fn a_figure_by_hand() {
        // PSU sums of the scores: 2+4, 6+8 | 3+3, 5+5; mean 4.5, influences (sum − 9) / 8.
        let totals = totals(&eight([2.0, 4.0, 6.0, 8.0, 3.0, 3.0, 5.0, 5.0]));
        let options =
            Options { simple_random: SimpleRandom::WithReplacement, ..Options::default() };
        let sample = Sample::new(&totals, |_| None, options).unwrap();
        let estimate = sample.mean(&sample.whole(), 0).unwrap().estimate();
        // Strata: 2·(0.5² + 0.5²) + 2·(0.25² + 0.25²) = 1.25. Σ(y − 4.5)² = 26, S² = 26/7.
        assert_eq!((estimate.value, estimate.n, estimate.df), (4.5, 8, 2.0));
        assert_eq!(estimate.clusters, 4);
        assert!(close(estimate.se.unwrap().powi(2), 1.25));
        assert!(close(estimate.deff.unwrap(), 1.25 / (26.0 / 7.0 / 8.0)));
        let (low, high) = estimate.interval(0.95).unwrap();
        assert!(close(high - low, 2.0 * 4.302_652_729_911_275 * 1.25_f64.sqrt()));
    }

    #[test]
    fn nobody_has_no_mean_and_one_cluster_no_interval() {
        let totals = totals(&eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, f64::NAN, f64::NAN]));
        let sample = sample(&totals);
        let nobody = sample.domain(|key| key.region > 5);
        assert_eq!((nobody.rows(), nobody.clusters(), nobody.df()), (0, 0, 0));
        assert!(sample.mean(&nobody, 0).is_none());
        assert!(sample.total(&nobody, 0).is_none());
        assert!(sample.ratio(&nobody, 0, 1).is_none());
        let unanswered = sample.domain(|key| key.psu == 3);
        assert_eq!(unanswered.rows(), 2);
        assert!(sample.mean(&unanswered, 0).is_none());
        assert_eq!(sample.individual_variance(&unanswered, 0), None);
        let one = sample.mean(&sample.domain(|key| key.psu == 0), 0).unwrap().estimate();
        assert_eq!((one.value, one.n, one.df, one.interval(0.95)), (1.5, 2, 0.0, None));
    }

    #[test]
    fn a_ratio_needs_the_same_respondents_above_and_below() {
        let rows = eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, f64::NAN]);
        let totals = totals(&rows);
        let sample = sample(&totals);
        assert!(sample.ratio(&sample.whole(), 0, 1).is_none());
        // With a constant below it is the mean.
        let region = sample.domain(|key| key.region == 0);
        let (ratio, mean) =
            (sample.ratio(&region, 0, 1).unwrap(), sample.mean(&region, 0).unwrap());
        assert!(close(ratio.value, mean.value));
        assert!(close(ratio.variance().unwrap(), mean.variance().unwrap()));
    }

    #[test]
    fn a_population_smaller_than_the_sample_is_refused_and_a_full_one_has_no_error() {
        let totals = totals(&eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]));
        for population in [1.0, f64::NAN] {
            let refused = Sample::new(&totals, |_| Some(population), Options::default());
            assert!(matches!(refused, Err(SurveyError::Population { sampled: 2, .. })));
        }
        let full = Sample::new(&totals, |_| Some(2.0), Options::default()).unwrap();
        assert_eq!(full.mean(&full.whole(), 0).unwrap().se(), Some(0.0));
    }

    #[test]
    fn rounds_are_independent_and_their_degrees_of_freedom_those_of_satterthwaite() {
        let one = totals(&eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]));
        let (before, after) = (sample(&one), sample(&one));
        let (before, after) =
            (before.mean(&before.whole(), 0).unwrap(), after.mean(&after.whole(), 0).unwrap());
        let change = Influence::combine_independent(&[(1.0, &after), (-1.0, &before)]);
        assert_eq!((change.value, change.n, change.df), (0.0, 16, 4.0));
        assert!(close(change.se.unwrap().powi(2), 2.0 * before.variance().unwrap()));
        // Estimates of different samples are not to be combined as if they were of one.
        assert!(Influence::combine(&[(1.0, &after), (-1.0, &before)]).is_none());
        assert_eq!(before.covariance(&after), None);
    }

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        let known = [
            (1.0, 12.706_204_736_174_7),
            (3.0, 3.182_446_305_283_708),
            (14.0, 2.144_786_687_917_804),
            (1000.0, 1.962_339_080_773_4),
            (f64::INFINITY, 1.959_963_984_540_054),
        ];
        for (df, quantile) in known {
            assert!((t_quantile(0.975, df).unwrap() / quantile - 1.0).abs() < 1e-9, "{df}");
            assert!((t_quantile(0.025, df).unwrap() / quantile + 1.0).abs() < 1e-9, "{df}");
        }
        assert_eq!((t_quantile(0.975, 0.0), t_quantile(1.0, 5.0)), (None, None));
    }

    #[test]
    fn intervals_of_few_clusters_cover_what_they_say() {
        // Four regions of three clusters with twenty answers each: 8 degrees of freedom.
        let covered = (0..2000).filter(|&run| {
            let mut stream = Stream::new(5, "coverage", run);
            let mut rows: Vec<Row> = Vec::new();
            for psu in 0..12 {
                let shared = 0.5 * stream.normal();
                for _ in 0..20 {
                    let key = Key { region: psu / 3, stratum: psu / 3, psu, cell: 0 };
                    rows.push((key, 1.0, [6.0 + shared + 1.5 * stream.normal(), 1.0]));
                }
            }
            let totals = totals(&rows);
            let sample = Sample::new(&totals, |_| None, Options::default()).unwrap();
            let estimate = sample.mean(&sample.whole(), 0).unwrap().estimate();
            let (low, high) = estimate.interval(0.95).unwrap();
            low <= 6.0 && 6.0 <= high
        });
        // 95 % of 2,000 runs, four Monte Carlo errors either way.
        let covered = covered.count();
        assert!((1861..=1939).contains(&covered), "{covered}");
    }
}
