//! Calibration of design weights row by row: post-stratification, raking, and calibration to totals
//! (Deville and Särndal 1992), with the residuals that their variance is made of.
//!
//! Weights of 0 and less, or not finite, are no weights: such rows stay at 0 and change nothing.

use std::collections::BTreeMap;

use thiserror::Error;

use super::projection::Projection;

/// Changes of the distance's argument that are too small to matter end the search for it.
const ENOUGH: f64 = 1e-12;

/// Halvings of a step of Newton's method before it is given up.
const HALVINGS: u32 = 30;

/// A classification of all rows with the population's totals.
#[derive(Clone, Copy, Debug)]
pub struct RowMargin<'a> {
    /// Category of each row.
    pub category: &'a [usize],
    /// Population of each category.
    pub totals: &'a [f64],
}

/// How far calibrated weights may go from the starting ones (Deville and Särndal 1992, table 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// Linear: the generalised regression estimator. Weights may become negative.
    Linear,
    /// Linear within bounds on the ratio of new to old weight.
    Truncated {
        /// Smallest ratio, below 1.
        lower: f64,
        /// Largest ratio, above 1.
        upper: f64,
    },
    /// Raking: exponential, always positive.
    Raking,
    /// Logit within bounds on the ratio of new to old weight.
    Logit {
        /// Smallest ratio, below 1.
        lower: f64,
        /// Largest ratio, above 1.
        upper: f64,
    },
}

/// When raking row by row ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RakingEnd {
    /// A sweep that changes no weighted count of the joint table by as much as this is the last.
    pub change: f64,
    /// Sweeps after which raking is given up; as many take the margins out of the residuals.
    pub sweeps: u32,
}

/// How the rows count when a raked margin explains what it can of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegressionWeights {
    /// With their starting weights (Deville and Särndal 1992, equation 3.4).
    Starting,
    /// All alike, as in R `survey` after `rake()`. The same where the starting weights are equal.
    Equal,
}

/// Why weights could not be calibrated.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum CalibrationError {
    /// Columns are not as long as the weights, or not as many as the totals.
    #[error("column {column} does not fit the rows or the totals")]
    Shape {
        /// Index of the margin or column.
        column: usize,
    },
    /// A value or total is not a number, or a margin's total is negative.
    #[error("a value or total of column {column} is not a number it could be")]
    Value {
        /// Index of the margin or column.
        column: usize,
    },
    /// The population has people in a category in which there is no row with a weight.
    #[error("category {category} of margin {margin} has a population but no row")]
    EmptyCategory {
        /// Index of the margin.
        margin: usize,
        /// Index of the category.
        category: usize,
    },
    /// Raking still moved the weights in its last sweep.
    #[error("raking did not settle in {sweeps} sweeps")]
    Sweeps {
        /// Sweeps made.
        sweeps: u32,
    },
    /// No weights reach the totals: they contradict each other, or the bounds are too tight.
    #[error("no weights found that reach the total of column {column}")]
    NotConverged {
        /// Column that is farthest from its total.
        column: usize,
    },
}

/// Calibrated weights and the regression behind their variance.
#[derive(Clone, Debug)]
pub struct Calibration {
    weights: Vec<f64>,
    /// What each row counts in the regression.
    regression: Vec<f64>,
    explained: Explained,
}

/// What the margins explain.
#[derive(Clone, Debug)]
enum Explained {
    /// The regression on columns.
    Columns { columns: Vec<Vec<f64>>, projection: Projection },
    /// Averages by category, taken out of one margin after the other.
    Sweeps { margins: Vec<RakedMargin>, sweeps: u32 },
}

/// A margin with the weights that its turn in the last sweep left.
#[derive(Clone, Debug)]
struct RakedMargin {
    category: Vec<usize>,
    categories: usize,
    weights: Vec<f64>,
}

impl Calibration {
    /// The calibrated weights, one per row.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The weighted residuals of `values` (one per row) when the margins have explained what they
    /// can. The variance of a calibrated estimate is the design's variance of these.
    #[must_use]
    pub fn weighted_residuals(&self, values: &[f64]) -> Vec<f64> {
        match &self.explained {
            Explained::Columns { columns, projection } => {
                let moments: Vec<f64> = columns
                    .iter()
                    .map(|column| {
                        let rows = column.iter().zip(&self.regression).zip(values);
                        rows.map(|((x, d), value)| x * d * value).sum()
                    })
                    .collect();
                let mut residuals = values.to_vec();
                for (column, coefficient) in columns.iter().zip(projection.coefficients(&moments)) {
                    for (residual, x) in residuals.iter_mut().zip(column) {
                        *residual -= x * coefficient;
                    }
                }
                residuals.iter().zip(&self.weights).map(|(e, weight)| e * weight).collect()
            }
            Explained::Sweeps { margins, sweeps } => {
                let mut residuals: Vec<f64> =
                    values.iter().zip(&self.weights).map(|(u, weight)| u * weight).collect();
                for _ in 0..*sweeps {
                    for margin in margins {
                        margin.take_out(&mut residuals, &self.regression);
                    }
                }
                residuals
            }
        }
    }

    fn by_columns(weights: Vec<f64>, regression: Vec<f64>, columns: Vec<Vec<f64>>) -> Self {
        let projection = Projection::new(&gram(&columns, &regression));
        Self { weights, regression, explained: Explained::Columns { columns, projection } }
    }
}

impl RakedMargin {
    /// Takes the average by category out of weighted residuals.
    fn take_out(&self, residuals: &mut [f64], regression: &[f64]) {
        let (mut sums, mut numbers) = (vec![0.0; self.categories], vec![0.0; self.categories]);
        let rows = self.category.iter().zip(&self.weights).zip(regression);
        for (((&category, &weight), &counts), residual) in rows.zip(residuals.iter()) {
            if weight > 0.0 {
                sums[category] += counts * residual / weight;
                numbers[category] += counts;
            }
        }
        for ((&category, &weight), residual) in
            self.category.iter().zip(&self.weights).zip(residuals)
        {
            if weight > 0.0 {
                *residual -= weight * sums[category] / numbers[category];
            }
        }
    }
}

/// Weights that give every category of one classification its population total (Holt and Smith
/// 1979).
///
/// # Errors
/// [`CalibrationError`] where shapes or totals do not fit or a populated category has no row.
pub fn post_stratify(
    weights: &[f64],
    margin: RowMargin<'_>,
) -> Result<Calibration, CalibrationError> {
    let mut adjusted = starting(weights);
    reach(&mut adjusted, 0, margin)?;
    let columns = indicators(weights.len(), margin);
    Ok(Calibration::by_columns(adjusted, starting(weights), columns))
}

/// Weights that give every category of several classifications its population total, by iterative
/// proportional fitting (Deming and Stephan 1940). Its residuals are what the same sweeps leave
/// when they take the averages by category out instead of scaling the weights.
///
/// # Errors
/// [`CalibrationError`] where shapes or totals do not fit, a populated category has no row, or the
/// sweeps do not suffice.
pub fn rake(
    weights: &[f64],
    margins: &[RowMargin<'_>],
    end: RakingEnd,
    counts: RegressionWeights,
) -> Result<Calibration, CalibrationError> {
    let mut adjusted = starting(weights);
    let cells = joint_cells(weights.len(), margins)?;
    let table = |weights: &[f64]| {
        let mut table = vec![0.0; cells.iter().max().map_or(0, |&last| last + 1)];
        for (&cell, weight) in cells.iter().zip(weights) {
            table[cell] += weight;
        }
        table
    };
    let mut before = table(&adjusted);
    for _ in 0..end.sweeps {
        let mut raked = Vec::with_capacity(margins.len());
        for (index, &margin) in margins.iter().enumerate() {
            reach(&mut adjusted, index, margin)?;
            raked.push(RakedMargin {
                category: margin.category.to_vec(),
                categories: margin.totals.len(),
                weights: adjusted.clone(),
            });
        }
        let after = table(&adjusted);
        let changes = after.iter().zip(&before).map(|(after, before)| (after - before).abs());
        if changes.fold(0.0, f64::max) < end.change {
            let regression = starting(weights);
            let regression = match counts {
                RegressionWeights::Starting => regression,
                RegressionWeights::Equal => regression.iter().map(|&w| equal(w)).collect(),
            };
            let explained = Explained::Sweeps { margins: raked, sweeps: end.sweeps };
            return Ok(Calibration { weights: adjusted, regression, explained });
        }
        before = after;
    }
    Err(CalibrationError::Sweeps { sweeps: end.sweeps })
}

/// Weights near the starting ones under which every column (one value per row) sums to its total.
///
/// Newton's method on the calibration equations (Deville and Särndal 1992, section 2), its steps
/// halved where they overshoot, until each total is reached within `tolerance` relative to it or to
/// the column's absolute sum. Collinear columns do no harm where their totals agree. For the
/// variance to follow the regression, the columns should contain or span a constant.
///
/// # Errors
/// [`CalibrationError`] where shapes or numbers do not fit or no weights reach the totals.
pub fn calibrate(
    weights: &[f64],
    columns: Vec<Vec<f64>>,
    totals: &[f64],
    distance: Distance,
    tolerance: f64,
) -> Result<Calibration, CalibrationError> {
    if columns.len() != totals.len() {
        return Err(CalibrationError::Shape { column: columns.len().min(totals.len()) });
    }
    for (index, (column, total)) in columns.iter().zip(totals).enumerate() {
        if column.len() != weights.len() {
            return Err(CalibrationError::Shape { column: index });
        }
        if !total.is_finite() || column.iter().any(|x| !x.is_finite()) {
            return Err(CalibrationError::Value { column: index });
        }
    }
    let start = starting(weights);
    let search = Search { start: &start, columns: &columns, totals, distance };
    let factors = search.factors(tolerance)?;
    let adjusted = start.iter().zip(factors).map(|(weight, factor)| weight * factor).collect();
    Ok(Calibration::by_columns(adjusted, start, columns))
}

fn starting(weights: &[f64]) -> Vec<f64> {
    weights.iter().map(|&w| if w.is_finite() && w > 0.0 { w } else { 0.0 }).collect()
}

fn equal(weight: f64) -> f64 {
    if weight > 0.0 { 1.0 } else { 0.0 }
}

fn gram(columns: &[Vec<f64>], weights: &[f64]) -> Vec<Vec<f64>> {
    let product = |one: &Vec<f64>, other: &Vec<f64>| -> f64 {
        one.iter().zip(other).zip(weights).map(|((a, b), w)| a * b * w).sum()
    };
    columns.iter().map(|one| columns.iter().map(|other| product(one, other)).collect()).collect()
}

/// One column of 0 and 1 per category.
fn indicators(rows: usize, margin: RowMargin<'_>) -> Vec<Vec<f64>> {
    let mut columns = vec![vec![0.0; rows]; margin.totals.len()];
    for (row, &category) in margin.category.iter().enumerate() {
        if let Some(cell) = columns.get_mut(category).and_then(|column| column.get_mut(row)) {
            *cell = 1.0;
        }
    }
    columns
}

/// The cell of the joint table of all margins in which each row is.
fn joint_cells(rows: usize, margins: &[RowMargin<'_>]) -> Result<Vec<usize>, CalibrationError> {
    let mut cells = vec![0_usize; rows];
    for (column, margin) in margins.iter().enumerate() {
        if margin.category.len() != rows {
            return Err(CalibrationError::Shape { column });
        }
        let mut seen: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (cell, &category) in cells.iter_mut().zip(margin.category) {
            let next = seen.len();
            *cell = *seen.entry((*cell, category)).or_insert(next);
        }
    }
    Ok(cells)
}

/// Scales the weights of each category to its total.
fn reach(weights: &mut [f64], index: usize, margin: RowMargin<'_>) -> Result<(), CalibrationError> {
    if margin.category.len() != weights.len() {
        return Err(CalibrationError::Shape { column: index });
    }
    if margin.totals.iter().any(|total| !total.is_finite() || *total < 0.0) {
        return Err(CalibrationError::Value { column: index });
    }
    let mut sums = vec![0.0; margin.totals.len()];
    for (&category, &weight) in margin.category.iter().zip(weights.iter()) {
        let sum = sums.get_mut(category).ok_or(CalibrationError::Shape { column: index })?;
        *sum += weight;
    }
    let factors =
        margin.totals.iter().zip(sums).enumerate().map(|(category, (&total, sum))| {
            match (sum > 0.0, total > 0.0) {
                (true, _) => Ok(total / sum),
                (false, false) => Ok(0.0),
                (false, true) => Err(CalibrationError::EmptyCategory { margin: index, category }),
            }
        });
    let factors = factors.collect::<Result<Vec<f64>, _>>()?;
    for (&category, weight) in margin.category.iter().zip(weights) {
        *weight *= factors.get(category).copied().unwrap_or(0.0);
    }
    Ok(())
}

impl Distance {
    /// Ratio of new to old weight and its derivative at `u = x'λ`.
    fn factor(self, u: f64) -> (f64, f64) {
        match self {
            Self::Linear => (1.0 + u, 1.0),
            Self::Truncated { lower, upper } => {
                let free = 1.0 + u;
                // Kept within by hand: `clamp` panics where a caller's bounds are the wrong way.
                let bounded = free.max(lower).min(upper);
                (bounded, if free == bounded { 1.0 } else { 0.0 })
            }
            Self::Raking => (u.exp(), u.exp()),
            Self::Logit { lower, upper } => {
                let steep = (upper - lower) / ((1.0 - lower) * (upper - 1.0));
                // Saturates instead of overflowing to infinity over infinity.
                let odds = (steep * u).min(500.0).exp();
                let (above, below) = (upper - 1.0, 1.0 - lower);
                let whole = above + below * odds;
                let ratio = (lower * above + upper * below * odds) / whole;
                let slope = steep * (upper - lower) * above * below * odds / (whole * whole);
                (ratio, slope)
            }
        }
    }
}

/// The search for λ in the calibration equations.
struct Search<'a> {
    start: &'a [f64],
    columns: &'a [Vec<f64>],
    totals: &'a [f64],
    distance: Distance,
}

impl Search<'_> {
    fn factors(&self, tolerance: f64) -> Result<Vec<f64>, CalibrationError> {
        let scales: Vec<f64> = self
            .columns
            .iter()
            .zip(self.totals)
            .map(|(column, total)| {
                let rows = column.iter().zip(self.start);
                let sum: f64 = rows.map(|(x, weight)| (x * weight).abs()).sum();
                total.abs().max(sum).max(f64::MIN_POSITIVE)
            })
            .collect();
        let mut lambda = vec![0.0; self.columns.len()];
        let mut state = self.at(&lambda, &scales);
        for _ in 0..200 {
            if state.distance <= tolerance {
                return Ok(state.factors);
            }
            let slopes: Vec<f64> = self
                .start
                .iter()
                .zip(&state.slopes)
                .map(|(weight, slope)| weight * slope)
                .collect();
            let step = Projection::new(&gram(self.columns, &slopes)).coefficients(&state.missing);
            let mut length = 1.0;
            let better = (0..HALVINGS).find_map(|_| {
                let tried: Vec<f64> =
                    lambda.iter().zip(&step).map(|(at, step)| at + length * step).collect();
                let next = self.at(&tried, &scales);
                length /= 2.0;
                (next.distance < state.distance * (1.0 - ENOUGH)).then_some((tried, next))
            });
            let Some((tried, next)) = better else { break };
            (lambda, state) = (tried, next);
        }
        Err(CalibrationError::NotConverged { column: state.worst })
    }

    fn at(&self, lambda: &[f64], scales: &[f64]) -> State {
        let mut arguments = vec![0.0; self.start.len()];
        for (column, lambda) in self.columns.iter().zip(lambda) {
            for (argument, x) in arguments.iter_mut().zip(column) {
                *argument += lambda * x;
            }
        }
        let (factors, slopes): (Vec<f64>, Vec<f64>) =
            arguments.iter().map(|&u| self.distance.factor(u)).unzip();
        let missing: Vec<f64> = self
            .columns
            .iter()
            .zip(self.totals)
            .map(|(column, total)| {
                let rows = column.iter().zip(self.start).zip(&factors);
                total - rows.map(|((x, weight), factor)| x * weight * factor).sum::<f64>()
            })
            .collect();
        let (mut worst, mut distance) = (0, 0.0);
        for (index, (missing, scale)) in missing.iter().zip(scales).enumerate() {
            let relative = (missing / scale).abs();
            if relative > distance || relative.is_nan() {
                (worst, distance) =
                    (index, if relative.is_nan() { f64::INFINITY } else { relative });
            }
        }
        State { factors, slopes, missing, worst, distance }
    }
}

/// Where the search stands.
struct State {
    factors: Vec<f64>,
    slopes: Vec<f64>,
    /// What each total still lacks.
    missing: Vec<f64>,
    worst: usize,
    distance: f64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        CalibrationError, Distance, RakingEnd, RegressionWeights, RowMargin, calibrate,
        post_stratify, rake,
    };

    const END: RakingEnd = RakingEnd { change: 1e-10, sweeps: 500 };

    fn sum(column: &[f64], weights: &[f64]) -> f64 {
        column.iter().zip(weights).map(|(x, w)| x * w).sum()
    }

    /// The columns of two margins, the second without its first category.
    fn columns(first: &[usize], second: &[usize]) -> Vec<Vec<f64>> {
        let indicator = |codes: &[usize], code: usize| -> Vec<f64> {
            codes.iter().map(|&own| if own == code { 1.0 } else { 0.0 }).collect()
        };
        vec![indicator(first, 0), indicator(first, 1), indicator(second, 1)]
    }

    const FIRST: [usize; 8] = [0, 0, 0, 0, 1, 1, 1, 1];
    const SECOND: [usize; 8] = [0, 0, 1, 1, 0, 1, 1, 0];
    const WEIGHTS: [f64; 8] = [1.0, 2.0, 1.5, 3.0, 2.0, 2.5, 1.0, 1.0];

    #[test]
    fn linear_calibration_to_one_margin_is_post_stratification() {
        let margin = RowMargin { category: &FIRST, totals: &[30.0, 10.0] };
        let post = post_stratify(&WEIGHTS, margin).unwrap();
        let indicators = columns(&FIRST, &SECOND)[..2].to_vec();
        let linear =
            calibrate(&WEIGHTS, indicators, &[30.0, 10.0], Distance::Linear, 1e-12).unwrap();
        let u = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        for (one, other) in [
            (post.weights(), linear.weights()),
            (&post.weighted_residuals(&u), &linear.weighted_residuals(&u)),
        ] {
            for (one, other) in one.iter().zip(other) {
                assert!((one - other).abs() < 1e-12, "{one} {other}");
            }
        }
    }

    #[test]
    fn raking_the_table_and_calibrating_with_the_raking_distance_agree() {
        let margins = [
            RowMargin { category: &FIRST, totals: &[30.0, 10.0] },
            RowMargin { category: &SECOND, totals: &[24.0, 16.0] },
        ];
        let raked = rake(&WEIGHTS, &margins, END, RegressionWeights::Starting).unwrap();
        let totals = [30.0, 10.0, 16.0];
        let distance = Distance::Raking;
        let calibrated =
            calibrate(&WEIGHTS, columns(&FIRST, &SECOND), &totals, distance, 1e-13).unwrap();
        let u = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        for (one, other) in [
            (raked.weights(), calibrated.weights()),
            (&raked.weighted_residuals(&u), &calibrated.weighted_residuals(&u)),
        ] {
            for (one, other) in one.iter().zip(other) {
                assert!((one - other).abs() < 1e-8, "{one} {other}");
            }
        }
    }

    #[test]
    fn bounded_distances_keep_within_their_bounds_and_reach_the_totals() {
        let x: Vec<f64> = (0..8).map(f64::from).collect();
        let totals = [14.0, 52.0];
        let bounds = (0.7, 1.6);
        for distance in [
            Distance::Logit { lower: bounds.0, upper: bounds.1 },
            Distance::Truncated { lower: bounds.0, upper: bounds.1 },
        ] {
            let columns = vec![vec![1.0; 8], x.clone()];
            let found = calibrate(&WEIGHTS, columns, &totals, distance, 1e-10).unwrap();
            assert!((found.weights().iter().sum::<f64>() - totals[0]).abs() < 1e-7);
            assert!((sum(&x, found.weights()) - totals[1]).abs() < 1e-7);
            for (new, old) in found.weights().iter().zip(WEIGHTS) {
                assert!(
                    (bounds.0..=bounds.1).contains(&(new / old)),
                    "{distance:?}: {}",
                    new / old
                );
            }
        }
    }

    #[test]
    fn totals_out_of_reach_are_refused() {
        let doubled = |distance| {
            calibrate(&WEIGHTS, vec![vec![1.0; 8]], &[28.0], distance, 1e-10).map(|_| ())
        };
        assert_eq!(doubled(Distance::Raking), Ok(()));
        let tight = Distance::Logit { lower: 0.5, upper: 1.5 };
        assert_eq!(doubled(tight), Err(CalibrationError::NotConverged { column: 0 }));
        // The same column twice with different totals.
        let twice = vec![vec![1.0; 8], vec![1.0; 8]];
        let refused = calibrate(&WEIGHTS, twice, &[20.0, 21.0], Distance::Linear, 1e-10);
        assert!(matches!(refused, Err(CalibrationError::NotConverged { .. })));
    }

    #[test]
    fn a_populated_category_without_rows_is_named() {
        let margin = RowMargin { category: &FIRST, totals: &[30.0, 10.0, 5.0] };
        let expected = CalibrationError::EmptyCategory { margin: 0, category: 2 };
        assert_eq!(post_stratify(&WEIGHTS, margin).unwrap_err(), expected);
        let again = rake(&WEIGHTS, &[margin], END, RegressionWeights::Equal);
        assert_eq!(again.unwrap_err(), expected);
    }

    proptest! {
        #[test]
        fn linear_calibration_reaches_any_totals_and_leaves_orthogonal_residuals(
            rows in prop::collection::vec((0.5..9.0, -5.0..5.0, -3.0..3.0), 8..40),
            size in 0.5..2.0, shift in -1.0..1.0,
        ) {
            let weights: Vec<f64> = rows.iter().map(|row| row.0).collect();
            let x: Vec<f64> = rows.iter().map(|row| row.1).collect();
            let u: Vec<f64> = rows.iter().map(|row| row.2).collect();
            let total = size * weights.iter().sum::<f64>();
            let totals = [total, size * sum(&x, &weights) + shift * total];
            let ones = vec![1.0; rows.len()];
            let columns = vec![ones.clone(), x.clone()];
            let found = calibrate(&weights, columns, &totals, Distance::Linear, 1e-10).unwrap();
            prop_assert!((found.weights().iter().sum::<f64>() / total - 1.0).abs() < 1e-9);
            prop_assert!((sum(&x, found.weights()) - totals[1]).abs() < 1e-8 * total * 5.0);
            let residuals = found.weighted_residuals(&u);
            for column in [&ones, &x] {
                let product: f64 = residuals.iter().zip(found.weights()).zip(&weights).zip(column)
                    .filter(|(((_, new), _), _)| **new != 0.0)
                    .map(|(((e, new), old), x)| e / new * old * x)
                    .sum();
                prop_assert!(product.abs() < 1e-6 * total, "{product}");
            }
        }

        #[test]
        fn no_number_makes_calibration_panic(
            weights in prop::collection::vec(prop::num::f64::ANY, 6),
            column in prop::collection::vec(prop_oneof![prop::num::f64::ANY, 0.0..3.0], 5..7),
            totals in prop::collection::vec(prop_oneof![prop::num::f64::ANY, 0.0..30.0], 2),
            codes in prop::collection::vec(0_usize..4, 6),
            bounds in (prop::num::f64::ANY, prop::num::f64::ANY),
        ) {
            let (lower, upper) = bounds;
            for distance in [
                Distance::Linear,
                Distance::Raking,
                Distance::Truncated { lower, upper },
                Distance::Logit { lower, upper },
            ] {
                let columns = vec![vec![1.0; 6], column.clone()];
                if let Ok(found) = calibrate(&weights, columns, &totals, distance, 1e-8) {
                    prop_assert_eq!(found.weighted_residuals(&weights).len(), 6);
                }
            }
            let margin = RowMargin { category: &codes, totals: &totals };
            if let Ok(found) = rake(&weights, &[margin, margin], END, RegressionWeights::Equal) {
                prop_assert_eq!(found.weighted_residuals(&weights).len(), 6);
            }
        }
    }
}
