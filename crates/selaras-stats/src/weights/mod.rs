//! Post-stratification, raking, calibration, trimming, and their variance.
//!
//! Two ways to the same idea, weights that reproduce known margins of the population:
//!
//! - [`open_link`] works on counts by joint margin cell, where every respondent starts with weight 1,
//!   and holds the rules that decide whether an adjusted score may be shown at all;
//! - [`calibration`] works on rows with any design weights and follows R `survey`.
//!
//! Both give the variance by the residuals of the regression on the margins (Deville and Särndal
//! 1992, section 3): what the margins explain is known and does not vary.

pub mod calibration;
pub mod open_link;
mod projection;

use serde::Serialize;

/// What a set of weights looks like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WeightSummary {
    /// Respondents with a positive weight.
    pub respondents: f64,
    /// Sum of weights.
    pub total: f64,
    /// Kish's effect of unequal weighting, `n Σw² / (Σw)²`, at least 1.
    pub kish_effect: f64,
    /// Largest weight over smallest positive one.
    pub ratio: f64,
    /// The weight that half of the respondents do not exceed.
    pub median: f64,
}

/// Describes weights, each held by a number of respondents (Kish 1992, *Weighting for unequal Pi*).
///
/// Pairs with a number or weight that is not finite and positive do not count. `None` where no pair
/// counts or the sums overflow.
#[must_use]
pub fn summarise(weights: impl IntoIterator<Item = (f64, f64)>) -> Option<WeightSummary> {
    let positive = |value: f64| value.is_finite() && value > 0.0;
    let mut held: Vec<(f64, f64)> = weights
        .into_iter()
        .filter(|&(number, weight)| positive(number) && positive(weight))
        .collect();
    held.sort_by(|left, right| left.1.total_cmp(&right.1));
    let (smallest, largest) = (held.first()?.1, held.last()?.1);
    let respondents: f64 = held.iter().map(|&(number, _)| number).sum();
    let total: f64 = held.iter().map(|&(number, weight)| number * weight).sum();
    // Relative to the mean, so that weights near the limits of f64 do not overflow when squared.
    let mean = total / respondents;
    let squares: f64 = held.iter().map(|&(number, weight)| number * (weight / mean).powi(2)).sum();
    let mut seen = 0.0;
    let median = held
        .iter()
        .find(|&&(number, _)| {
            seen += number;
            seen * 2.0 >= respondents
        })
        .map_or(largest, |&(_, weight)| weight);
    let summary = WeightSummary {
        respondents,
        total,
        kish_effect: (squares / respondents).max(1.0),
        ratio: largest / smallest,
        median,
    };
    (respondents.is_finite() && total.is_finite() && summary.kish_effect.is_finite())
        .then_some(summary)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::summarise;

    #[test]
    fn equal_weights_lose_nothing() {
        let summary = summarise([(40.0, 2.5), (60.0, 2.5)]).unwrap();
        assert_eq!((summary.kish_effect, summary.ratio, summary.median), (1.0, 1.0, 2.5));
        assert_eq!((summary.respondents, summary.total), (100.0, 250.0));
    }

    #[test]
    fn the_kish_effect_is_one_plus_the_squared_coefficient_of_variation() {
        // Weights 1, 1, 4: mean 2, population variance 2, so 1 + 2/4.
        let summary = summarise([(2.0, 1.0), (1.0, 4.0)]).unwrap();
        assert!((summary.kish_effect - 1.5).abs() < 1e-15);
        assert_eq!((summary.ratio, summary.median), (4.0, 1.0));
    }

    #[test]
    fn nobody_with_a_weight_has_no_summary() {
        assert_eq!(
            summarise([(0.0, 1.0), (3.0, 0.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)]),
            None
        );
    }

    proptest! {
        #[test]
        fn the_effect_of_weighting_does_not_depend_on_the_unit_of_the_weights(
            weights in prop::collection::vec((1.0..50.0, 0.01..100.0), 1..30), unit in 0.001..1000.0,
        ) {
            let one = summarise(weights.iter().copied()).unwrap();
            let other = summarise(weights.iter().map(|&(n, w)| (n, w * unit))).unwrap();
            prop_assert!((one.kish_effect / other.kish_effect - 1.0).abs() < 1e-12);
            prop_assert!(one.kish_effect >= 1.0 && one.ratio >= 1.0);
        }

        #[test]
        fn no_number_makes_the_summary_panic(
            weights in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..12),
        ) {
            if let Some(summary) = summarise(weights) {
                prop_assert!(summary.kish_effect >= 1.0 && summary.median > 0.0);
            }
        }
    }
}
