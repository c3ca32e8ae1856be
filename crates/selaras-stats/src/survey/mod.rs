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

mod design;
mod influence;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::fixed::{SCORE_BITS, WEIGHT_BITS, Wide};
use crate::totals::{Cell, Key, MeanSums, Moments, Totals};

use design::{Design, Stratum};
pub use influence::{Estimate, Influence, t_quantile};

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
        let sums = self.sums(domain, scores.clone());
        self.means_from(domain, scores, &sums)
    }

    /// What the means of several scores over a domain are made of.
    #[must_use]
    pub fn sums(&self, domain: &Domain, scores: Range<usize>) -> Sums {
        let mut all = vec![MeanSums::default(); scores.len()];
        for (_, cell) in self.members(domain) {
            for (sum, score) in all.iter_mut().zip(scores.clone()) {
                sum.add(&cell.mean_sums(score));
            }
        }
        Sums(all)
    }

    /// [`Sample::means`] where [`Sample::sums`] of the same domain and scores are known, as they
    /// are where the domain is made of others.
    #[must_use]
    pub fn means_from(
        &self,
        domain: &Domain,
        scores: Range<usize>,
        Sums(all): &Sums,
    ) -> Vec<Option<Influence>> {
        let double = |steps| Wide::<2>::new(steps).to_f64(WEIGHT_BITS);
        let centres: Vec<Centre> = all.iter().map(Centre::new).collect();
        let mut z: Vec<Vec<(u32, f64)>> =
            scores.clone().map(|_| Vec::with_capacity(domain.units.len())).collect();
        for (unit, cells) in self.by_unit(domain) {
            for ((z, centre), score) in z.iter_mut().zip(&centres).zip(scores.clone()) {
                let own = sum_up(cells.clone(), score);
                if own.n > 0 {
                    z.push((unit, centre.influence(&own)));
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
                parts: OnceLock::new(),
                simple_random: self.simple_random(sum),
            })
        };
        z.into_iter().zip(all).map(influence).collect()
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
            parts: OnceLock::new(),
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
            parts: OnceLock::new(),
            simple_random: None,
        })
    }

    /// Variance of [`Sample::mean`] were every respondent drawn alone: n/(n−1) Σw²(y−ȳ)² / (Σw)².
    /// `None` for fewer than two respondents.
    #[must_use]
    pub fn individual_variance(&self, domain: &Domain, score: usize) -> Option<f64> {
        let sums = self.moments(domain, score);
        if sums.n() < 2 {
            return None;
        }
        if sums.variance()? == 0.0 {
            return Some(0.0);
        }
        let (n, mean) = (sums.n() as f64, sums.wy() / sums.w());
        let about_mean = sums.wwyy() - 2.0 * mean * sums.wwy() + mean * mean * sums.ww();
        Some(n / (n - 1.0) * about_mean.max(0.0) / (sums.w() * sums.w()))
    }

    /// Per PSU with the score its sums.
    pub(crate) fn unit_sums(&self, domain: &Domain, score: usize) -> Vec<(u32, MeanSums)> {
        let sums = self.by_unit(domain).map(|(unit, cells)| (unit, sum_up(cells, score)));
        sums.filter(|(_, sum)| sum.n > 0).collect()
    }

    /// Cells of a domain by PSU.
    fn by_unit<'s>(
        &'s self,
        domain: &'s Domain,
    ) -> impl Iterator<Item = (u32, impl Iterator<Item = Cell<'a>> + Clone + use<'a, 's>)> {
        let cell = |member: &u32| self.cells.get(*member as usize).copied();
        let unit = move |member: &u32| cell(member).map(|(unit, _)| unit);
        domain.members.chunk_by(move |a, b| unit(a) == unit(b)).filter_map(move |members| {
            let cells = members.iter().filter_map(cell).map(|(_, cell)| cell);
            Some((unit(members.first()?)?, cells))
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

/// What the means of several scores over a domain are made of, for [`Sample::means_from`].
#[derive(Clone, Debug)]
pub struct Sums(Vec<MeanSums>);

impl Sums {
    /// Adds the sums of the same scores over a domain that has no respondent in common.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, other)| sum.add(other));
    }
}

/// A mean that PSUs are held against.
struct Centre {
    w: i128,
    wy: i128,
    /// The mean in whole steps of scores, and the part of a step above them.
    whole: i128,
    part: f64,
    /// Σw as a number.
    weight: f64,
    /// One step of Σwy over Σw.
    step: f64,
}

impl Centre {
    fn new(sum: &MeanSums) -> Self {
        let w = sum.w.max(1);
        let (whole, rest) = (sum.wy.div_euclid(w), sum.wy.rem_euclid(w));
        let weight = Wide::<2>::new(w).to_f64(WEIGHT_BITS);
        let step = 1.0 / (1_u128 << (WEIGHT_BITS + SCORE_BITS)) as f64 / weight;
        Self { w, wy: sum.wy, whole, part: rest as f64 / w as f64, weight, step }
    }

    /// By how much a PSU with these sums moves the mean: Σw(y − ȳ) / Σw.
    #[inline]
    fn influence(&self, own: &MeanSums) -> f64 {
        // Exact up to the whole step, so that nothing is left to cancel but a part of a step: away
        // from the mean the double is right to its last digits. At the mean it is made from exact
        // numerators: equal scores have influences of exactly zero.
        let moved = own.wy - own.w * self.whole;
        if moved.abs() > 4 * own.w {
            return (double(moved) - double(own.w) * self.part) * self.step;
        }
        let moved = Wide::signed_product(own.wy, self.w);
        let moved = moved.minus(Wide::signed_product(self.wy, own.w));
        moved.to_f64(2 * WEIGHT_BITS + SCORE_BITS) / (self.weight * self.weight)
    }
}

/// `value` to within two units in the last place, several times faster than the nearest double.
#[inline]
fn double(value: i128) -> f64 {
    let size = value.unsigned_abs();
    let size = (size >> 64) as u64 as f64 * 18_446_744_073_709_551_616.0 + size as u64 as f64;
    if value < 0 { -size } else { size }
}

fn sum_up<'a>(cells: impl Iterator<Item = Cell<'a>>, score: usize) -> MeanSums {
    cells.fold(MeanSums::default(), |mut sum, cell| {
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
