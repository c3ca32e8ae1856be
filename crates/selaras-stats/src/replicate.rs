//! Variance from given replicate weights: jackknife, balanced half-samples, bootstrap of any kind.
//!
//! Whoever made the replicates has already put the design into them; what remains is
//! `V = scale · Σ rscales · (θ_r − centre)²` (Wolter 2007, *Introduction to Variance Estimation*,
//! chapters 3 to 5; the notation is R `survey`'s).
//!
//! Columns hold one value per row; a value that is not finite is missing, and its row is left out.

use thiserror::Error;

/// What the replicates' estimates are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centre {
    /// The estimate from the whole sample (`mse = TRUE`).
    WholeSample,
    /// The mean of the replicates' own estimates (`mse = FALSE`).
    ReplicateMean,
}

/// Why replicates cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReplicateError {
    /// A replicate or column has not as many values as there are rows, or a scale is missing.
    #[error("{found} values where {expected} are needed")]
    Length {
        /// Values needed.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// A weight or scale is not a number.
    #[error("a weight or scale of replicate {replicate} is not a number")]
    NotANumber {
        /// Index of the replicate.
        replicate: usize,
    },
    /// The statistic has no value in the whole sample, or in no replicate.
    #[error("the estimate has no value")]
    NoValue,
}

/// Weights of the whole sample and of each replicate.
#[derive(Clone, Debug)]
pub struct Replicates {
    weights: Vec<f64>,
    replicates: Vec<Vec<f64>>,
    scale: f64,
    rscales: Vec<f64>,
    centre: Centre,
}

/// An estimate with its variance over the replicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReplicateEstimate {
    /// The estimate from the whole sample.
    pub value: f64,
    /// The variance of its error.
    pub variance: f64,
    /// Replicates in which the statistic had no value, e.g. because nobody of the domain was in
    /// them; they are left out of the variance.
    pub without_value: usize,
}

impl ReplicateEstimate {
    /// The standard error.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        self.variance.max(0.0).sqrt()
    }
}

impl Replicates {
    /// Takes analysis weights (replication factor times sampling weight) of each replicate, a scale
    /// for all and one for each.
    ///
    /// # Errors
    /// [`ReplicateError`] where lengths differ or a number is not finite.
    pub fn new(
        weights: Vec<f64>,
        replicates: Vec<Vec<f64>>,
        scale: f64,
        rscales: Vec<f64>,
        centre: Centre,
    ) -> Result<Self, ReplicateError> {
        let length = |expected: usize, found: usize| {
            if expected == found { Ok(()) } else { Err(ReplicateError::Length { expected, found }) }
        };
        length(replicates.len(), rscales.len())?;
        for (replicate, (values, rscale)) in replicates.iter().zip(&rscales).enumerate() {
            length(weights.len(), values.len())?;
            if !values.iter().chain([rscale, &scale]).all(|value| value.is_finite()) {
                return Err(ReplicateError::NotANumber { replicate });
            }
        }
        Ok(Self { weights, replicates, scale, rscales, centre })
    }

    /// The weighted mean of `y` in `domain`, or in the whole sample.
    ///
    /// # Errors
    /// [`ReplicateError`] where a column is of another length or nobody is there to estimate from.
    pub fn mean(
        &self,
        y: &[f64],
        domain: Option<&[bool]>,
    ) -> Result<ReplicateEstimate, ReplicateError> {
        let used = self.used(&[y], domain)?;
        self.estimate(|weights| {
            Some(sum(weights, &used, |row| y[row]) / sum(weights, &used, |_| 1.0))
        })
    }

    /// The weighted total of `y` in `domain`, or in the whole sample.
    ///
    /// # Errors
    /// As [`Self::mean`].
    pub fn total(
        &self,
        y: &[f64],
        domain: Option<&[bool]>,
    ) -> Result<ReplicateEstimate, ReplicateError> {
        let used = self.used(&[y], domain)?;
        self.estimate(|weights| Some(sum(weights, &used, |row| y[row])))
    }

    /// The ratio of two weighted totals over the rows that have both.
    ///
    /// # Errors
    /// As [`Self::mean`].
    pub fn ratio(
        &self,
        numerator: &[f64],
        denominator: &[f64],
        domain: Option<&[bool]>,
    ) -> Result<ReplicateEstimate, ReplicateError> {
        let used = self.used(&[numerator, denominator], domain)?;
        self.estimate(|weights| {
            let below = sum(weights, &used, |row| denominator[row]);
            Some(sum(weights, &used, |row| numerator[row]) / below)
        })
    }

    /// Any statistic of the weights; `None` or a value that is not finite is no value.
    ///
    /// # Errors
    /// [`ReplicateError::NoValue`] where the whole sample or every replicate gives none.
    pub fn estimate(
        &self,
        statistic: impl Fn(&[f64]) -> Option<f64>,
    ) -> Result<ReplicateEstimate, ReplicateError> {
        let finite = |weights: &Vec<f64>| statistic(weights).filter(|value| value.is_finite());
        let value = finite(&self.weights).ok_or(ReplicateError::NoValue)?;
        let scaled: Vec<(f64, f64)> = self
            .replicates
            .iter()
            .zip(&self.rscales)
            .filter_map(|(weights, &rscale)| Some((finite(weights)?, rscale)))
            .collect();
        if scaled.is_empty() {
            return Err(ReplicateError::NoValue);
        }
        let centre = match self.centre {
            Centre::WholeSample => value,
            Centre::ReplicateMean => {
                // A replicate of scale 0 takes no part, neither here.
                let counted = scaled.iter().filter(|&&(_, rscale)| rscale > 0.0);
                let (sum, number) = counted
                    .fold((0.0, 0.0), |(sum, number), &(theta, _)| (sum + theta, number + 1.0));
                if number > 0.0 { sum / number } else { value }
            }
        };
        let squares =
            scaled.iter().map(|&(theta, rscale)| rscale * (theta - centre).powi(2)).sum::<f64>();
        let without_value = self.replicates.len() - scaled.len();
        Ok(ReplicateEstimate { value, variance: self.scale * squares, without_value })
    }

    /// Rows of the domain that have all of `columns`.
    fn used(
        &self,
        columns: &[&[f64]],
        domain: Option<&[bool]>,
    ) -> Result<Vec<bool>, ReplicateError> {
        let expected = self.weights.len();
        let lengths = columns.iter().map(|column| column.len()).chain(domain.map(<[bool]>::len));
        if let Some(found) = lengths.into_iter().find(|&found| found != expected) {
            return Err(ReplicateError::Length { expected, found });
        }
        let inside = |row: usize| domain.is_none_or(|domain| domain[row]);
        let has = |row: usize| columns.iter().all(|column| column[row].is_finite());
        Ok((0..expected).map(|row| inside(row) && has(row)).collect())
    }
}

fn sum(weights: &[f64], used: &[bool], value: impl Fn(usize) -> f64) -> f64 {
    (0..weights.len()).filter(|&row| used[row]).map(|row| weights[row] * value(row)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Centre, ReplicateError, Replicates};

    /// Leaves out one row at a time (Quenouille 1949).
    fn jackknife(rows: usize, centre: Centre) -> Replicates {
        let n = rows as f64;
        let replicates = (0..rows).map(|left| {
            (0..rows).map(|row| if row == left { 0.0 } else { n / (n - 1.0) }).collect()
        });
        let scale = (n - 1.0) / n;
        Replicates::new(vec![1.0; rows], replicates.collect(), scale, vec![1.0; rows], centre)
            .unwrap()
    }

    #[test]
    fn the_jackknife_of_a_mean_is_the_sample_variance_over_n() {
        // 2, 4, 4, 5, 10: mean 5, sum of squares 36, so 36 / 4 / 5.
        let y = [2.0, 4.0, 4.0, 5.0, 10.0];
        let mean = jackknife(5, Centre::ReplicateMean).mean(&y, None).unwrap();
        assert!((mean.value - 5.0).abs() < 1e-15);
        assert!((mean.variance - 1.8).abs() < 1e-14);
        assert_eq!(mean.without_value, 0);
    }

    #[test]
    fn replicates_without_anyone_of_a_domain_are_left_out_and_counted() {
        let domain = [true, false, false, false];
        let jackknife = jackknife(4, Centre::WholeSample);
        let mean = jackknife.mean(&[3.0, 1.0, 1.0, 1.0], Some(&domain)).unwrap();
        assert_eq!((mean.value, mean.variance, mean.without_value), (3.0, 0.0, 1));
        let nobody = jackknife.mean(&[3.0; 4], Some(&[false; 4]));
        assert_eq!(nobody, Err(ReplicateError::NoValue));
    }

    #[test]
    fn a_missing_value_leaves_its_row_out() {
        let jackknife = jackknife(3, Centre::WholeSample);
        let mean = jackknife.mean(&[1.0, f64::NAN, 4.0], None).unwrap();
        assert!((mean.value - 2.5).abs() < 1e-15);
        let ratio = jackknife.ratio(&[1.0, 2.0, f64::NAN], &[2.0, 4.0, 1.0], None).unwrap();
        assert!((ratio.value - 0.5).abs() < 1e-15 && ratio.variance < 1e-30);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        let short =
            Replicates::new(vec![1.0; 3], vec![vec![1.0; 2]], 1.0, vec![1.0], Centre::WholeSample);
        assert_eq!(short.unwrap_err(), ReplicateError::Length { expected: 3, found: 2 });
        let mean = jackknife(3, Centre::WholeSample).mean(&[1.0, 2.0], None);
        assert_eq!(mean, Err(ReplicateError::Length { expected: 3, found: 2 }));
    }

    proptest! {
        #[test]
        fn no_number_makes_an_estimate_panic(
            y in prop::collection::vec(prop::num::f64::ANY, 4),
            weights in prop::collection::vec(prop::collection::vec(prop::num::f64::ANY, 4), 3),
            rscales in prop::collection::vec(-1.0..2.0, 2),
        ) {
            let [whole, one, other] = [0, 1, 2].map(|index| weights[index].clone());
            let made =
                Replicates::new(whole, vec![one, other], 0.5, rscales, Centre::ReplicateMean);
            if let Ok(estimate) = made.and_then(|replicates| replicates.mean(&y, None)) {
                prop_assert!(estimate.value.is_finite());
            }
        }
    }
}
