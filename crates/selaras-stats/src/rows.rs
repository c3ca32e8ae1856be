//! Estimates that need rows: designs of several stages with finite population corrections, weighted
//! quantiles, and calibrated weights.
//!
//! The slower, second path of METHOD §8; [`crate::survey`] does the rest on totals. Estimates and
//! variances agree with R `survey`: ratio means and linearised influence values (Binder 1983), the
//! variance of each stage added, weighted by the fraction sampled at the stages before it (Särndal,
//! Swensson and Wretman 1992, result 4.3.1), domains as subsets of a sample whose strata and
//! clusters stay what they were.
//!
//! Columns hold one value per row; a value that is not finite is missing, and rows that miss any
//! value of an estimate are left out of it, as if they were outside the domain.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, StudentsT};
use thiserror::Error;

use crate::weights::calibration::Calibration;

/// A stratum whose whole population was sampled to within this varies no more.
const CERTAIN: f64 = 1e-7;

/// A sum of weights within this of the share asked for has reached it: weights such as 30.97 are
/// not exact in binary, and a quantile must not depend on how their sum rounds.
const REACHED: f64 = 1e-12;

/// One stage of sampling. Clusters of a later stage lie within one cluster of the stage before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// Cluster of each row; the row's own number where persons are drawn.
    pub clusters: Vec<u64>,
    /// Stratum of each row, where the stage is stratified. Cluster ids may repeat between strata.
    pub strata: Option<Vec<u64>>,
    /// Number of clusters in the population from which the row's cluster was drawn (of its stratum,
    /// within its cluster of the stage before). Without it the stage counts as drawn with
    /// replacement, and later stages add nothing.
    pub population: Option<Vec<f64>>,
}

/// What to do with a stratum of which only one cluster was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoneCluster {
    /// There is no variance.
    Refuse,
    /// It adds nothing, as if it had been certain to be drawn. [`crate::survey::Lonely`] has more
    /// rules, for designs of one stage.
    Certain,
}

/// Why a design or an estimate is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RowsError {
    /// A design needs a stage.
    #[error("the design has no stage")]
    NoStage,
    /// A column has not as many values as the design has rows.
    #[error("a column has {found} values where the design has {rows} rows")]
    Length {
        /// Rows of the design.
        rows: usize,
        /// Values of the column.
        found: usize,
    },
    /// A weight is negative or not a number.
    #[error("the weight of row {row} is not a number from 0 up")]
    Weight {
        /// Index of the row.
        row: usize,
    },
    /// There are no weights, and populations to make them from are not given at every stage.
    #[error("weights are neither given nor implied by populations at every stage")]
    NoWeights,
    /// A population is not a number, varies within its stratum, or is smaller than the sample.
    #[error("stage {stage}: the population of row {row} does not fit its stratum or its sample")]
    Population {
        /// Index of the stage.
        stage: usize,
        /// Index of the first row concerned.
        row: usize,
    },
    /// Only one cluster of a stratum was drawn, and that is to be refused.
    #[error("stage {stage}: only one cluster in the stratum of row {row}")]
    LoneCluster {
        /// Index of the stage.
        stage: usize,
        /// Index of the first row concerned.
        row: usize,
    },
    /// No row with a weight has the values.
    #[error("no row to estimate from")]
    NoRows,
}

/// A sample of rows and how it was drawn.
#[derive(Clone, Debug)]
pub struct Design {
    weights: Vec<f64>,
    stages: Vec<Drawn>,
    lone: LoneCluster,
    calibration: Option<Calibration>,
}

/// A stage with its clusters and strata numbered through.
#[derive(Clone, Debug)]
struct Drawn {
    /// Cluster of each row.
    cluster_of_row: Vec<usize>,
    /// Stratum of each cluster.
    stratum_of_cluster: Vec<usize>,
    strata: Vec<Stratum>,
}

#[derive(Clone, Debug)]
struct Stratum {
    first_row: usize,
    sampled: f64,
    /// Infinite where drawn with replacement.
    population: f64,
    /// Share of the clusters sampled at all stages before, along the way to this stratum.
    before: f64,
}

/// Estimates made together, with the covariances of their errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimates {
    /// The estimates, in the order of the columns.
    pub values: Vec<f64>,
    /// Their covariances, one row per estimate.
    pub covariances: Vec<Vec<f64>>,
    /// Rows with a weight that they rest on.
    pub rows: usize,
}

/// One estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// The variance of its error.
    pub variance: f64,
    /// Rows with a weight that it rests on.
    pub rows: usize,
}

impl Estimate {
    /// The standard error.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.variance.max(0.0).sqrt()
    }
}

/// A quantile with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// Smallest value that at least the share asked for of the weight does not exceed.
    pub value: f64,
    /// Ends of the interval; `None` where the share's own interval leaves 0 to 1.
    pub interval: Option<(f64, f64)>,
    /// Length of the interval over twice the quantile of Student's t.
    pub standard_error: Option<f64>,
}

impl Design {
    /// Numbers the clusters of `stages` through. Without `weights`, a row's weight is the product
    /// over the stages of population over sample of its stratum.
    ///
    /// # Errors
    /// [`RowsError`] where columns are of different length, weights are neither given nor implied,
    /// or populations do not fit.
    pub fn new(
        stages: &[Stage],
        weights: Option<Vec<f64>>,
        lone: LoneCluster,
    ) -> Result<Self, RowsError> {
        let rows = stages.first().ok_or(RowsError::NoStage)?.clusters.len();
        let mut drawn: Vec<Drawn> = Vec::with_capacity(stages.len());
        for (index, stage) in stages.iter().enumerate() {
            let next = Drawn::new(index, stage, rows, drawn.last())?;
            drawn.push(next);
        }
        let weights = match weights {
            Some(weights) => weights,
            None if stages.iter().any(|stage| stage.population.is_none()) => {
                return Err(RowsError::NoWeights);
            }
            None => (0..rows)
                .map(|row| {
                    let stratum = |stage: &Drawn| {
                        let stratum = stage.stratum(row);
                        stratum.population / stratum.sampled
                    };
                    drawn.iter().map(stratum).product()
                })
                .collect(),
        };
        if weights.len() != rows {
            return Err(RowsError::Length { rows, found: weights.len() });
        }
        if let Some(row) = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            return Err(RowsError::Weight { row });
        }
        Ok(Self { weights, stages: drawn, lone, calibration: None })
    }

    /// The same sample with calibrated weights; variances are then those of the residuals.
    ///
    /// # Errors
    /// [`RowsError::Length`] where the calibration is of other rows, [`RowsError::Weight`] where it
    /// gave weights that are not numbers. Negative weights, which linear calibration can give,
    /// stay.
    pub fn calibrated(mut self, calibration: Calibration) -> Result<Self, RowsError> {
        self.same_length(calibration.weights())?;
        if let Some(row) = calibration.weights().iter().position(|weight| !weight.is_finite()) {
            return Err(RowsError::Weight { row });
        }
        self.weights = calibration.weights().to_vec();
        self.calibration = Some(calibration);
        Ok(self)
    }

    /// The weight of each row.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Clusters of the first stage less its strata, counted where `domain` has a row with a weight.
    ///
    /// # Errors
    /// [`RowsError::Length`] for a domain of other rows.
    pub fn degrees_of_freedom(&self, domain: Option<&[bool]>) -> Result<usize, RowsError> {
        let used = self.used(&[], domain)?;
        let Some(first) = self.stages.first() else { return Ok(0) };
        let mut clusters = vec![false; first.stratum_of_cluster.len()];
        let mut strata = vec![false; first.strata.len()];
        for (row, _) in used.iter().enumerate().filter(|&(_, &used)| used) {
            let cluster = first.cluster_of_row[row];
            clusters[cluster] = true;
            strata[first.stratum_of_cluster[cluster]] = true;
        }
        let count = |seen: &[bool]| seen.iter().filter(|&&seen| seen).count();
        Ok(count(&clusters).saturating_sub(count(&strata)))
    }

    /// The weighted mean of `y` in `domain`, or in the whole sample (Hájek 1971).
    ///
    /// # Errors
    /// [`RowsError`] where a column is of another length, no row is left, or a stratum's lone
    /// cluster is refused.
    pub fn mean(&self, y: &[f64], domain: Option<&[bool]>) -> Result<Estimate, RowsError> {
        self.means(&[y], domain).map(single)
    }

    /// Weighted means of several columns over the rows that have them all, with covariances.
    /// Columns of 0 and 1 give proportions.
    ///
    /// # Errors
    /// As [`Self::mean`].
    pub fn means(
        &self,
        columns: &[&[f64]],
        domain: Option<&[bool]>,
    ) -> Result<Estimates, RowsError> {
        let used = self.used(columns, domain)?;
        let total = self.sum(&used, |_| 1.0);
        if total == 0.0 {
            return Err(RowsError::NoRows);
        }
        let values: Vec<f64> =
            columns.iter().map(|y| self.sum(&used, |row| y[row]) / total).collect();
        let influences = columns
            .iter()
            .zip(&values)
            .map(|(y, mean)| self.influence(&used, |row| (y[row] - mean) / total));
        self.estimates(values.clone(), influences.collect(), &used)
    }

    /// The weighted total of `y` in `domain`, or in the whole sample (Horvitz and Thompson 1952).
    ///
    /// # Errors
    /// As [`Self::mean`].
    pub fn total(&self, y: &[f64], domain: Option<&[bool]>) -> Result<Estimate, RowsError> {
        let used = self.used(&[y], domain)?;
        let total = self.sum(&used, |row| y[row]);
        let influence = self.influence(&used, |row| y[row]);
        self.estimates(vec![total], vec![influence], &used).map(single)
    }

    /// The ratio of two weighted totals over the rows that have both.
    ///
    /// # Errors
    /// As [`Self::mean`]; [`RowsError::NoRows`] also where the denominator is 0.
    pub fn ratio(
        &self,
        numerator: &[f64],
        denominator: &[f64],
        domain: Option<&[bool]>,
    ) -> Result<Estimate, RowsError> {
        let used = self.used(&[numerator, denominator], domain)?;
        let below = self.sum(&used, |row| denominator[row]);
        if below == 0.0 {
            return Err(RowsError::NoRows);
        }
        let ratio = self.sum(&used, |row| numerator[row]) / below;
        let influence =
            self.influence(&used, |row| (numerator[row] - ratio * denominator[row]) / below);
        self.estimates(vec![ratio], vec![influence], &used).map(single)
    }

    /// The design effect of the mean of `y`: its variance over that of a simple random sample
    /// without replacement of as many rows from the weights' sum (Kish 1965). `None` where that
    /// variance is not positive.
    ///
    /// # Errors
    /// As [`Self::mean`].
    pub fn design_effect(
        &self,
        y: &[f64],
        domain: Option<&[bool]>,
    ) -> Result<Option<f64>, RowsError> {
        let mean = self.mean(y, domain)?;
        let used = self.used(&[y], domain)?;
        let (total, n) = (self.sum(&used, |_| 1.0), mean.rows as f64);
        let squares = self.sum(&used, |row| (y[row] - mean.value).powi(2));
        let simple = squares / total / (n - 1.0) * (total - n) / total;
        Ok((simple > 0.0 && simple.is_finite()).then_some(mean.variance / simple))
    }

    /// The smallest value that at least the share `p` of the weight does not exceed, with an
    /// interval at `confidence`: the t interval of the weighted share of rows up to it, each end
    /// turned back into a quantile (Woodruff 1952; Francisco and Fuller 1991 on its standard
    /// error). The t has the degrees of freedom of the rows used.
    ///
    /// # Errors
    /// As [`Self::mean`]; [`RowsError::NoRows`] also where `p` is not a number.
    pub fn quantile(
        &self,
        y: &[f64],
        domain: Option<&[bool]>,
        p: f64,
        confidence: f64,
    ) -> Result<Quantile, RowsError> {
        let used = self.used(&[y], domain)?;
        let mut sorted: Vec<(f64, f64)> = (0..y.len())
            .filter(|&row| used[row] && self.weights[row] > 0.0)
            .map(|row| (y[row], self.weights[row]))
            .collect();
        sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
        let total: f64 = sorted.iter().map(|&(_, weight)| weight).sum();
        let at = |share: f64| {
            let mut sum = 0.0;
            let found = sorted.iter().find(|&&(_, weight)| {
                sum += weight;
                sum >= share * total * (1.0 - REACHED)
            });
            found.or(sorted.last()).map(|&(value, _)| value)
        };
        let value = at(p).filter(|_| !p.is_nan()).ok_or(RowsError::NoRows)?;
        let up_to: Vec<f64> = y
            .iter()
            .map(|&y| if y.is_finite() { f64::from(u8::from(y <= value)) } else { f64::NAN })
            .collect();
        let share = self.mean(&up_to, domain)?;
        let freedom = self.degrees_of_freedom(Some(&used))? as f64;
        let t = StudentsT::new(0.0, 1.0, freedom)
            .ok()
            .filter(|_| confidence > 0.0 && confidence < 1.0)
            .map(|student| student.inverse_cdf(0.5 + confidence / 2.0));
        let interval = t.and_then(|t| {
            let half = t * share.standard_error();
            let (low, high) = (share.value - half, share.value + half);
            (low >= 0.0 && high <= 1.0).then_some(())?;
            Some((at(low)?, at(high)?))
        });
        let standard_error = t.zip(interval).map(|(t, (low, high))| (high - low) / (2.0 * t));
        Ok(Quantile { value, interval, standard_error })
    }

    fn same_length<T>(&self, column: &[T]) -> Result<(), RowsError> {
        let (rows, found) = (self.weights.len(), column.len());
        if rows == found { Ok(()) } else { Err(RowsError::Length { rows, found }) }
    }

    /// Rows of the domain that have a weight and all of `columns`.
    fn used(&self, columns: &[&[f64]], domain: Option<&[bool]>) -> Result<Vec<bool>, RowsError> {
        let mut used: Vec<bool> = self.weights.iter().map(|&weight| weight != 0.0).collect();
        if let Some(domain) = domain {
            self.same_length(domain)?;
            for (used, &inside) in used.iter_mut().zip(domain) {
                *used &= inside;
            }
        }
        for column in columns {
            self.same_length(column)?;
            for (used, value) in used.iter_mut().zip(*column) {
                *used &= value.is_finite();
            }
        }
        Ok(used)
    }

    fn sum(&self, used: &[bool], value: impl Fn(usize) -> f64) -> f64 {
        (0..used.len()).filter(|&row| used[row]).map(|row| self.weights[row] * value(row)).sum()
    }

    /// What each row contributes to an estimate's error.
    fn influence(&self, used: &[bool], value: impl Fn(usize) -> f64) -> Vec<f64> {
        let values: Vec<f64> =
            (0..used.len()).map(|row| if used[row] { value(row) } else { 0.0 }).collect();
        match &self.calibration {
            Some(calibration) => calibration.weighted_residuals(&values),
            None => values.iter().zip(&self.weights).map(|(value, w)| value * w).collect(),
        }
    }

    fn estimates(
        &self,
        values: Vec<f64>,
        influences: Vec<Vec<f64>>,
        used: &[bool],
    ) -> Result<Estimates, RowsError> {
        let rows = used.iter().filter(|&&used| used).count();
        if rows == 0 {
            return Err(RowsError::NoRows);
        }
        let mut covariances = vec![vec![0.0; values.len()]; values.len()];
        for (index, stage) in self.stages.iter().enumerate() {
            stage.add_covariances(index, &influences, self.lone, &mut covariances)?;
        }
        Ok(Estimates { values, covariances, rows })
    }
}

fn single(estimates: Estimates) -> Estimate {
    let variance = estimates.covariances.first().and_then(|row| row.first());
    Estimate {
        value: estimates.values.first().copied().unwrap_or(f64::NAN),
        variance: variance.copied().unwrap_or(f64::NAN),
        rows: estimates.rows,
    }
}

impl Drawn {
    fn new(
        index: usize,
        stage: &Stage,
        rows: usize,
        before: Option<&Drawn>,
    ) -> Result<Self, RowsError> {
        let found = stage.clusters.len();
        if found != rows {
            return Err(RowsError::Length { rows, found });
        }
        let lengths =
            [stage.strata.as_ref().map(Vec::len), stage.population.as_ref().map(Vec::len)];
        if let Some(found) = lengths.into_iter().flatten().find(|&found| found != rows) {
            return Err(RowsError::Length { rows, found });
        }
        let mut strata: Vec<Stratum> = Vec::new();
        let mut stratum_ids: BTreeMap<(usize, u64), usize> = BTreeMap::new();
        let mut cluster_ids: BTreeMap<(usize, u64), usize> = BTreeMap::new();
        let mut cluster_of_row = Vec::with_capacity(rows);
        let mut stratum_of_cluster = Vec::new();
        for row in 0..rows {
            let parent = before.map_or(0, |before| before.cluster_of_row[row]);
            let own = stage.strata.as_ref().map_or(0, |strata| strata[row]);
            let population = stage.population.as_ref().map_or(f64::INFINITY, |sizes| sizes[row]);
            if stage.population.is_some() && !population.is_finite() {
                return Err(RowsError::Population { stage: index, row });
            }
            let next = strata.len();
            let stratum = *stratum_ids.entry((parent, own)).or_insert(next);
            if stratum == next {
                let fraction = before.map_or(1.0, |before| before.stratum(row).fraction());
                strata.push(Stratum { first_row: row, sampled: 0.0, population, before: fraction });
            }
            if strata[stratum].population != population {
                return Err(RowsError::Population { stage: index, row });
            }
            let next = stratum_of_cluster.len();
            let cluster = *cluster_ids.entry((stratum, stage.clusters[row])).or_insert(next);
            if cluster == next {
                stratum_of_cluster.push(stratum);
                strata[stratum].sampled += 1.0;
            }
            cluster_of_row.push(cluster);
        }
        if let Some(short) = strata.iter().find(|stratum| stratum.population < stratum.sampled) {
            return Err(RowsError::Population { stage: index, row: short.first_row });
        }
        Ok(Self { cluster_of_row, stratum_of_cluster, strata })
    }

    fn stratum(&self, row: usize) -> &Stratum {
        &self.strata[self.stratum_of_cluster[self.cluster_of_row[row]]]
    }

    /// Adds what this stage contributes to the covariances of estimates with these `influences`.
    fn add_covariances(
        &self,
        index: usize,
        influences: &[Vec<f64>],
        lone: LoneCluster,
        covariances: &mut [Vec<f64>],
    ) -> Result<(), RowsError> {
        let mut deviations = Vec::with_capacity(influences.len());
        for influence in influences {
            let mut totals = vec![0.0; self.stratum_of_cluster.len()];
            for (value, &cluster) in influence.iter().zip(&self.cluster_of_row) {
                totals[cluster] += value;
            }
            let mut means = vec![0.0; self.strata.len()];
            for (total, &stratum) in totals.iter().zip(&self.stratum_of_cluster) {
                means[stratum] += total / self.strata[stratum].sampled;
            }
            for (total, &stratum) in totals.iter_mut().zip(&self.stratum_of_cluster) {
                *total -= means[stratum];
            }
            deviations.push(totals);
        }
        let factors = self
            .strata
            .iter()
            .map(|stratum| stratum.factor(index, lone))
            .collect::<Result<Vec<f64>, _>>()?;
        for (line, one) in covariances.iter_mut().zip(&deviations) {
            for (covariance, other) in line.iter_mut().zip(&deviations) {
                let products = one.iter().zip(other).zip(&self.stratum_of_cluster);
                *covariance += products.map(|((a, b), &h)| a * b * factors[h]).sum::<f64>();
            }
        }
        Ok(())
    }
}

impl Stratum {
    /// Share of the population's clusters sampled at this stage and all before it.
    fn fraction(&self) -> f64 {
        self.before * (self.sampled / self.population)
    }

    /// What the sum of squared deviations is multiplied by.
    fn factor(&self, stage: usize, lone: LoneCluster) -> Result<f64, RowsError> {
        let left = 1.0 - self.sampled / self.population;
        if self.before == 0.0 || left < CERTAIN {
            return Ok(0.0);
        }
        let spread = match (self.sampled > 1.0, lone) {
            (true, _) => self.sampled / (self.sampled - 1.0),
            (false, LoneCluster::Refuse) => {
                return Err(RowsError::LoneCluster { stage, row: self.first_row });
            }
            (false, LoneCluster::Certain) => 1.0,
        };
        Ok(self.before * left * spread)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Design, LoneCluster, RowsError, Stage};
    use crate::weights::calibration::{RowMargin, post_stratify};

    /// Rows drawn alone, without replacement, from `population`.
    fn simple(rows: usize, population: f64) -> Design {
        let stage = Stage {
            clusters: (0..rows as u64).collect(),
            strata: None,
            population: Some(vec![population; rows]),
        };
        Design::new(&[stage], None, LoneCluster::Refuse).unwrap()
    }

    fn clustered(clusters: &[u64], strata: &[u64], lone: LoneCluster) -> Design {
        let stage =
            Stage { clusters: clusters.to_vec(), strata: Some(strata.to_vec()), population: None };
        Design::new(&[stage], Some(vec![1.0; clusters.len()]), lone).unwrap()
    }

    #[test]
    fn a_simple_random_sample_has_the_textbook_variance() {
        // 2, 4, 4, 5, 10 out of 50: mean 5, sample variance 9, so (1 − 5/50)·9/5.
        let design = simple(5, 50.0);
        let y = [2.0, 4.0, 4.0, 5.0, 10.0];
        let mean = design.mean(&y, None).unwrap();
        assert_eq!(design.weights(), [10.0; 5]);
        assert!((mean.value - 5.0).abs() < 1e-14);
        assert!((mean.variance - 1.62).abs() < 1e-14);
        assert!((design.design_effect(&y, None).unwrap().unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(design.degrees_of_freedom(None), Ok(4));
    }

    #[test]
    fn two_stages_add_their_variances() {
        // Two of four clusters, two of six persons in each: values 1, 3 and 5, 9. Estimated totals of
        // the clusters 12 and 42, so 4²·(1 − 1/2)·450/2 = 1800 between them; within them
        // 4/2·(6²·(2/3)·2/2 + 6²·(2/3)·8/2) = 240.
        let stages = [
            Stage { clusters: vec![1, 1, 2, 2], strata: None, population: Some(vec![4.0; 4]) },
            Stage { clusters: vec![1, 2, 1, 2], strata: None, population: Some(vec![6.0; 4]) },
        ];
        let design = Design::new(&stages, None, LoneCluster::Refuse).unwrap();
        let total = design.total(&[1.0, 3.0, 5.0, 9.0], None).unwrap();
        assert!((total.value - 108.0).abs() < 1e-12);
        assert!((total.variance - 2040.0).abs() < 1e-9);
        assert_eq!(design.degrees_of_freedom(None), Ok(1));
    }

    #[test]
    fn a_stage_after_one_drawn_with_replacement_adds_nothing() {
        let first = Stage { clusters: vec![1, 1, 2, 2], ..Stage::default() };
        let second = Stage { clusters: vec![1, 2, 1, 2], ..Stage::default() };
        let weights = || Some(vec![3.0; 4]);
        let y = [1.0, 3.0, 5.0, 9.0];
        let one = Design::new(std::slice::from_ref(&first), weights(), LoneCluster::Refuse);
        let two = Design::new(&[first, second], weights(), LoneCluster::Refuse);
        assert_eq!(one.unwrap().mean(&y, None), two.unwrap().mean(&y, None));
    }

    #[test]
    fn clusters_without_anyone_of_a_domain_stay_in_the_sample() {
        // Three clusters of one stratum; the domain is in two of them. Its total is 5 + 4 + 0.
        let design = clustered(&[1, 1, 2, 3], &[0; 4], LoneCluster::Refuse);
        let domain = [true, false, true, false];
        let total = design.total(&[5.0, 9.0, 4.0, 7.0], Some(&domain)).unwrap();
        assert!((total.value - 9.0).abs() < 1e-14);
        // 3/2·((5 − 3)² + (4 − 3)² + (0 − 3)²).
        assert!((total.variance - 21.0).abs() < 1e-12);
        assert_eq!(design.degrees_of_freedom(Some(&domain)), Ok(1));
    }

    #[test]
    fn a_lone_cluster_is_refused_or_adds_nothing() {
        let estimate = |lone| clustered(&[1, 2, 3], &[0, 0, 1], lone).mean(&[2.0, 4.0, 9.0], None);
        assert_eq!(estimate(LoneCluster::Refuse), Err(RowsError::LoneCluster { stage: 0, row: 2 }));
        // Influence values −1, −1/3 and 4/3: the pair gives 2·2·(1/3)².
        let certain = estimate(LoneCluster::Certain).unwrap().variance;
        assert!((certain - 4.0 / 9.0).abs() < 1e-14);
    }

    #[test]
    fn cluster_ids_may_repeat_in_another_stratum() {
        let design = clustered(&[1, 2, 1, 2], &[0, 0, 1, 1], LoneCluster::Refuse);
        assert_eq!(design.degrees_of_freedom(None), Ok(2));
    }

    #[test]
    fn a_missing_value_leaves_its_row_out_of_all_columns() {
        let design = clustered(&[1, 2, 3, 4], &[0; 4], LoneCluster::Refuse);
        let (one, other) = ([1.0, f64::NAN, 3.0, 5.0], [2.0, 3.0, f64::INFINITY, 4.0]);
        let means = design.means(&[&one, &other], None).unwrap();
        assert_eq!((means.rows, means.values.as_slice()), (2, [3.0, 3.0].as_slice()));
        assert_eq!(means.covariances[0][1], means.covariances[1][0]);
        assert_eq!(design.mean(&[f64::NAN; 4], None), Err(RowsError::NoRows));
    }

    #[test]
    fn a_quantile_does_not_depend_on_how_weights_round() {
        let rows = 200;
        let stage = Stage { clusters: (0..rows).collect(), ..Stage::default() };
        let y: Vec<f64> = (1..=rows).map(|value| value as f64).collect();
        for weight in [1.0, 30.97, 1.0 / 3.0, 1e-9] {
            let weights = Some(vec![weight; rows as usize]);
            let stages = std::slice::from_ref(&stage);
            let design = Design::new(stages, weights, LoneCluster::Refuse).unwrap();
            let found = |p| design.quantile(&y, None, p, 0.95).unwrap().value;
            assert_eq!([0.0, 0.25, 0.5, 0.75, 1.0].map(found), [1.0, 50.0, 100.0, 150.0, 200.0]);
        }
    }

    #[test]
    fn a_quantile_whose_share_has_no_room_has_no_interval() {
        let design = simple(5, 50.0);
        let found = design.quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], None, 0.2, 0.95).unwrap();
        assert_eq!((found.value, found.interval, found.standard_error), (1.0, None, None));
    }

    #[test]
    fn a_calibrated_total_is_known_where_the_margin_explains_it() {
        let design = simple(6, 60.0);
        let margin = RowMargin { category: &[0, 0, 0, 0, 1, 1], totals: &[35.0, 25.0] };
        let calibration = post_stratify(design.weights(), margin).unwrap();
        let design = design.calibrated(calibration).unwrap();
        let total = design.total(&[2.0, 2.0, 2.0, 2.0, 7.0, 7.0], None).unwrap();
        assert!((total.value - (70.0 + 175.0)).abs() < 1e-12);
        assert!(total.variance < 1e-20);
    }

    #[test]
    fn designs_that_do_not_fit_are_refused() {
        let stage = |population: Option<Vec<f64>>| Stage {
            clusters: vec![1, 2, 3],
            strata: None,
            population,
        };
        let refused = |stages: &[Stage], weights: Option<Vec<f64>>| {
            Design::new(stages, weights, LoneCluster::Refuse).unwrap_err()
        };
        assert_eq!(refused(&[], None), RowsError::NoStage);
        assert_eq!(refused(&[stage(None)], None), RowsError::NoWeights);
        assert_eq!(
            refused(&[stage(Some(vec![2.0; 3]))], None),
            RowsError::Population { stage: 0, row: 0 }
        );
        assert_eq!(
            refused(&[stage(Some(vec![9.0, 9.0, 8.0]))], None),
            RowsError::Population { stage: 0, row: 2 }
        );
        assert_eq!(
            refused(&[stage(None)], Some(vec![1.0, -1.0, 1.0])),
            RowsError::Weight { row: 1 }
        );
        assert_eq!(
            refused(&[stage(None)], Some(vec![1.0; 2])),
            RowsError::Length { rows: 3, found: 2 }
        );
    }

    proptest! {
        #[test]
        fn estimates_do_not_depend_on_the_order_of_the_rows(
            rows in prop::collection::vec((0_u64..3, 0_u64..4, 0.1..9.0, -5.0..5.0), 4..30),
            turn in 0_usize..30,
        ) {
            let mean = |rows: &[(u64, u64, f64, f64)]| {
                let stage = Stage {
                    clusters: rows.iter().map(|row| row.1).collect(),
                    strata: Some(rows.iter().map(|row| row.0).collect()),
                    population: None,
                };
                let weights = Some(rows.iter().map(|row| row.2).collect());
                let y: Vec<f64> = rows.iter().map(|row| row.3).collect();
                Design::new(&[stage], weights, LoneCluster::Certain).unwrap().mean(&y, None).unwrap()
            };
            let mut turned = rows.clone();
            turned.rotate_left(turn % rows.len());
            let (one, other) = (mean(&rows), mean(&turned));
            prop_assert!((one.value - other.value).abs() < 1e-12);
            prop_assert!((one.variance - other.variance).abs() < 1e-10);
        }

        #[test]
        fn no_number_makes_an_estimate_panic(
            ids in prop::collection::vec((0_u64..3, 0_u64..3, 0_u64..3), 0..7),
            numbers in prop::collection::vec(prop_oneof![prop::num::f64::ANY, 0.0..9.0], 21),
            p in prop::num::f64::ANY,
        ) {
            let n = ids.len();
            let stages = [
                Stage {
                    clusters: ids.iter().map(|id| id.0).collect(),
                    strata: Some(ids.iter().map(|id| id.1).collect()),
                    population: Some(vec![numbers[0]; n]),
                },
                Stage { clusters: ids.iter().map(|id| id.2).collect(), ..Stage::default() },
            ];
            for weights in [None, Some(numbers[..n].to_vec()), Some(vec![1.0; n])] {
                if let Ok(design) = Design::new(&stages, weights, LoneCluster::Certain) {
                    let y = &numbers[14..14 + n];
                    if let Ok(mean) = design.mean(y, None) {
                        prop_assert!((1..=n).contains(&mean.rows));
                    }
                    if let Ok(quantile) = design.quantile(y, None, p, p) {
                        prop_assert!(y.contains(&quantile.value));
                    }
                    if let Ok(ratio) = design.ratio(y, &numbers[7..7 + n], None) {
                        prop_assert!((1..=n).contains(&ratio.rows));
                    }
                }
            }
        }
    }
}
