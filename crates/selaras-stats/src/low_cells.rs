//! Low cells: shrinkage, false-discovery control, movement between rounds.
//!
//! A cell is a place × variable × component, read as its difference to the same variable ×
//! component of the province. The lowest of many noisy cells is mostly noise, so each difference is
//! first shrunk by what the regions of the province show of how much they truly vary (the
//! area-level model of Fay and Herriot 1979, Journal of the American Statistical Association 74,
//! 269–277), and the cells called low are held to a false-discovery rate (Benjamini and Hochberg
//! 1995, Journal of the Royal Statistical Society B 57, 289–300).
//!
//! The model takes the differences of different regions as independent; the error of the province's
//! mean, which they share, is left out of account and is small where a province has several
//! regions.

use crate::compare::{critical_t, upper_tail};
use crate::selection::reversing;

/// Regions from which on it can be said how much they vary.
const LEAST_GROUP: usize = 3;

/// How much the true differences of one variable × component vary over the regions of a province:
/// `true difference ~ N(mean, variance)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Mean of the true differences.
    pub mean: f64,
    /// Variance of the true differences between regions.
    pub variance: f64,
    /// Sampling variance of `mean`.
    mean_variance: f64,
    /// Large-sample variance of `variance`.
    variance_variance: f64,
}

/// An estimate drawn towards its prior mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrunken {
    /// The empirical best predictor of the true difference.
    pub value: f64,
    /// Its mean squared error, that of the estimated prior included.
    pub mse: f64,
}

impl Prior {
    /// Fits the prior to `(difference, standard error)` of one variable × component over the
    /// regions of a province. The variance solves `Σ (dᵢ − mean)² / (variance + seᵢ²) = K − 1`, or
    /// is 0 where even 0 leaves less: the moment estimator of Fay and Herriot, also known by Paule
    /// and Mandel (1982, Journal of Research of the National Bureau of Standards 87, 377–385).
    ///
    /// Entries without a positive standard error are left out; with fewer than three others the
    /// variation between regions is not known and there is no prior.
    #[must_use]
    pub fn fit(estimates: &[(f64, f64)]) -> Option<Self> {
        let usable: Vec<(f64, f64)> = estimates
            .iter()
            .filter(|(d, se)| d.is_finite() && se.is_finite() && *se > 0.0)
            .map(|(d, se)| (*d, se * se))
            .collect();
        if usable.len() < LEAST_GROUP {
            return None;
        }
        let size = usable.len() as f64;
        let at = |variance: f64| {
            let weight: f64 = usable.iter().map(|(_, v)| 1.0 / (variance + v)).sum();
            let mean = usable.iter().map(|(d, v)| d / (variance + v)).sum::<f64>() / weight;
            let spread: f64 = usable.iter().map(|(d, v)| (d - mean).powi(2) / (variance + v)).sum();
            (weight, mean, spread)
        };
        let too_small = |variance: f64| at(variance).2 > size - 1.0;
        let mut variance = 0.0;
        if too_small(0.0) {
            let plain = usable.iter().map(|(d, _)| d).sum::<f64>() / size;
            // Without the errors beside it this variance leaves K − 1, so with them at most that.
            let mut high =
                usable.iter().map(|(d, _)| (d - plain).powi(2)).sum::<f64>() / (size - 1.0);
            while high - variance > 1e-12 * high {
                let middle = f64::midpoint(variance, high);
                if too_small(middle) {
                    variance = middle;
                } else {
                    high = middle;
                }
            }
        }
        let (weight, mean, _) = at(variance);
        Some(Self {
            mean,
            variance,
            mean_variance: 1.0 / weight,
            variance_variance: 2.0 * size / (weight * weight),
        })
    }

    /// Shrinks one difference with standard error `se` towards the prior mean.
    ///
    /// The mean squared error is `g₁ + g₂ + 2·g₃` (Datta, Rao and Smith 2005, Biometrika 92,
    /// 183–196), without their small correction downwards.
    #[must_use]
    pub fn shrink(&self, difference: f64, se: f64) -> Shrunken {
        let v = se * se;
        let total = self.variance + v;
        let kept = if total > 0.0 { self.variance / total } else { 1.0 };
        let drawn = 1.0 - kept;
        let estimated =
            if total > 0.0 { drawn * drawn / total * self.variance_variance } else { 0.0 };
        Shrunken {
            value: self.mean + kept * (difference - self.mean),
            mse: kept * v + drawn * drawn * self.mean_variance + 2.0 * estimated,
        }
    }
}

/// When a cell is called low.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The shrunken value lies at least this far below the province's, in score points (δ).
    pub low_by: f64,
    /// Largest false-discovery rate of a family (q).
    pub false_discovery: f64,
    /// Answers from which on a cell is searched.
    pub least_n: u64,
    /// Clusters (open link) or PSUs from which on a cell is searched.
    pub least_clusters: u64,
    /// Smallest `|ρ|` that may reverse a low cell, for an open link; `None` for a recorded design.
    pub least_correlation: Option<f64>,
}

/// A cell against the province.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The cell's value minus the province's value of the same variable × component.
    pub difference: f64,
    /// Standard error of `difference`, covariance of part and whole included.
    pub se: f64,
    /// Degrees of freedom of `se`; infinite for a normal.
    pub df: f64,
    /// Respondents with the cell's score.
    pub n: u64,
    /// Clusters or PSUs they come from.
    pub clusters: u64,
    /// Prior of the cell's variable × component in its province; `None` where there is none.
    pub prior: Option<Prior>,
    /// Full shift of `difference` ([`crate::selection::part_and_whole`]); `None` when not known.
    pub full_shift: Option<f64>,
}

/// Whether a searched cell is low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lowness {
    /// Low.
    Low,
    /// Not called low.
    NotLow,
    /// Low by its error alone, but a small correlation between answering and the score could have
    /// made it, or how large a one is not known.
    Fragile,
}

/// What the search says of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// Shrunken difference to the province; add the province's value for the shrunken score.
    pub shrunken: f64,
    /// Benjamini–Hochberg adjusted one-sided p of "the true value is not below the province's".
    pub q: f64,
    /// Whether it is low.
    pub lowness: Lowness,
}

/// Searches one declared family of cells (a region's page, or a province's list) for low ones.
///
/// One entry a cell, in the order given; `None` for a cell that is not searched: too few answers or
/// clusters, no usable standard error, or no prior. The number searched is the number of `Some`.
#[must_use]
pub fn search(family: &[Cell], rule: &Rule) -> Vec<Option<Finding>> {
    let tested: Vec<Option<(Shrunken, f64)>> = family
        .iter()
        .map(|cell| {
            let usable = cell.difference.is_finite()
                && cell.se.is_finite()
                && cell.se > 0.0
                && cell.df > 0.0
                && cell.n >= rule.least_n
                && cell.clusters >= rule.least_clusters;
            let prior = cell.prior.filter(|_| usable)?;
            let p = upper_tail(-cell.difference, cell.se, cell.df);
            Some((prior.shrink(cell.difference, cell.se), p))
        })
        .collect();
    let q = benjamini_hochberg(&tested.iter().flatten().map(|(_, p)| *p).collect::<Vec<_>>());
    let mut q = q.into_iter();
    family
        .iter()
        .zip(tested)
        .map(|(cell, tested)| {
            let (shrunken, _) = tested?;
            let q = q.next()?;
            let low = shrunken.value <= -rule.low_by && q <= rule.false_discovery;
            let lowness = match low {
                false => Lowness::NotLow,
                true if firm(cell.difference, cell.full_shift, rule.least_correlation) => {
                    Lowness::Low
                }
                true => Lowness::Fragile,
            };
            Some(Finding { shrunken: shrunken.value, q, lowness })
        })
        .collect()
}

/// Whether no correlation below the least one could have made a difference.
fn firm(difference: f64, full_shift: Option<f64>, least_correlation: Option<f64>) -> bool {
    least_correlation
        .is_none_or(|least| full_shift.is_some_and(|shift| reversing(difference, shift) >= least))
}

/// Adjusted p of Benjamini and Hochberg, in the order given.
fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = p.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut adjusted = vec![1.0; p.len()];
    let mut smallest = 1.0_f64;
    for (from_largest, (p, index)) in order.into_iter().enumerate() {
        let rank = adjusted.len() - from_largest;
        smallest = smallest.min(p * adjusted.len() as f64 / rank as f64);
        if let Some(slot) = adjusted.get_mut(index) {
            *slot = smallest;
        }
    }
    adjusted
}

/// A cell's difference to the province in one round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The cell's value minus the province's, both of the round.
    pub difference: f64,
    /// Standard error of `difference`.
    pub se: f64,
    /// Degrees of freedom of `se`; infinite for a normal.
    pub df: f64,
}

/// A cell followed from one round to the next. The rounds are independent samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Followed {
    /// The round before.
    pub before: Reading,
    /// Prior of the cell's variable × component in the province in the round before.
    pub prior: Prior,
    /// The round now.
    pub now: Reading,
    /// Full shifts of the two differences, in opposite directions
    /// ([`crate::selection::opposite`]); `None` when not known.
    pub full_shift: Option<f64>,
}

/// The movement of a cell against what was to be expected without any action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Movement {
    /// Difference to the province expected now without action: the shrunken difference of the round
    /// before. Add the province's value now for the expected score.
    pub expected: f64,
    /// Interval for the difference observed now if nothing but chance had moved it.
    pub interval: (f64, f64),
    /// Mean of what the similar cells moved beyond their own expectation; `None` with fewer than
    /// three of them.
    pub similar: Option<f64>,
    /// Whether the cell rose.
    pub rise: Rise,
}

/// Whether a followed cell rose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rise {
    /// Above the interval of what was expected, and more than similar cells not acted on.
    Risen,
    /// Not more than chance or similar cells can explain, or there are too few similar cells.
    NotTold,
    /// Risen by its error alone, but a small change in who answers could have made it.
    Fragile,
}

/// Judges the movement of a `cell` chosen as low in the round before, against the movement expected
/// without any action and against `similar` cells not acted on.
///
/// A cell chosen because it was low is expected to rise by itself; the expectation comes from the
/// model by which it was found. Similar cells show what moved everybody, and their spread beyond
/// chance is added to the error of the comparison. Risen only if the rise exceeds both two-sided
/// intervals of `confidence`, and on an open link only if no `|ρ|` below `least_correlation` could
/// have made the smaller of the two excesses.
#[must_use]
pub fn movement(
    cell: &Followed,
    similar: &[Followed],
    confidence: f64,
    least_correlation: Option<f64>,
) -> Movement {
    let own = cell.excess();
    let half = own.critical(confidence) * own.variance.sqrt();
    let expected = cell.now.difference - own.value;
    let drift = Prior::fit(
        &similar
            .iter()
            .map(|other| (other.excess().value, other.excess().variance.sqrt()))
            .collect::<Vec<_>>(),
    );
    let rise = drift.map_or(Rise::NotTold, |drift| {
        let beyond = own.value - drift.mean;
        let error = (own.variance + drift.variance + drift.mean_variance).sqrt();
        let risen = own.value > half && beyond > own.critical(confidence) * error;
        match risen {
            false => Rise::NotTold,
            true if firm(own.value.min(beyond), cell.full_shift, least_correlation) => Rise::Risen,
            true => Rise::Fragile,
        }
    });
    Movement {
        expected,
        interval: (expected - half, expected + half),
        similar: drift.map(|drift| drift.mean),
        rise,
    }
}

/// What a cell moved beyond its expectation.
struct Excess {
    value: f64,
    variance: f64,
    df: f64,
}

impl Excess {
    fn critical(&self, confidence: f64) -> f64 {
        critical_t(confidence, self.df)
    }
}

impl Followed {
    fn excess(&self) -> Excess {
        let shrunken = self.prior.shrink(self.before.difference, self.before.se);
        let now = self.now.se * self.now.se;
        let variance = shrunken.mse + now;
        // Welch and Satterthwaite.
        let parts = shrunken.mse.powi(2) / self.before.df + now.powi(2) / self.now.df;
        Excess {
            value: self.now.difference - shrunken.value,
            variance,
            df: if parts > 0.0 { variance * variance / parts } else { f64::INFINITY },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Cell, Finding, Followed, Lowness, Prior, Reading, Rise, Rule, benjamini_hochberg, movement,
        search,
    };

    const RECORDED: Rule = Rule {
        low_by: 0.3,
        false_discovery: 0.10,
        least_n: 100,
        least_clusters: 10,
        least_correlation: None,
    };

    fn prior(variance: f64) -> Prior {
        Prior { mean: 0.0, variance, mean_variance: 0.0, variance_variance: 0.0 }
    }

    fn cell(difference: f64) -> Cell {
        Cell {
            difference,
            se: 0.1,
            df: f64::INFINITY,
            n: 1_250,
            clusters: 30,
            prior: Some(prior(0.09)),
            full_shift: Some(20.0),
        }
    }

    fn lowness(cell: Cell, rule: &Rule) -> Option<Lowness> {
        search(&[cell], rule)[0].map(|finding| finding.lowness)
    }

    #[test]
    fn with_equal_errors_the_prior_variance_is_the_variance_left_over() {
        // Mean 0, Σd² = 0.24, sample variance 0.12; less the error 0.04 leaves 0.08.
        let prior = Prior::fit(&[(0.4, 0.2), (-0.2, 0.2), (-0.2, 0.2), (f64::NAN, 0.2)]).unwrap();
        assert!((prior.mean).abs() < 1e-12);
        assert!((prior.variance - (0.24 / 2.0 - 0.04)).abs() < 1e-10, "{prior:?}");
        let shrunken = prior.shrink(0.4, 0.2);
        assert!((shrunken.value - 0.4 * 0.08 / 0.12).abs() < 1e-9);
    }

    #[test]
    fn differences_no_larger_than_their_errors_shrink_to_one_value() {
        let prior = Prior::fit(&[(0.1, 0.2), (-0.1, 0.2), (0.0, 0.2)]).unwrap();
        assert_eq!(prior.variance, 0.0);
        assert!(prior.shrink(-0.1, 0.2).value.abs() < 1e-12);
        assert!(prior.shrink(-0.1, 0.2).mse > 0.0, "the mean itself is estimated");
    }

    #[test]
    fn two_regions_do_not_tell_how_much_regions_vary() {
        assert_eq!(Prior::fit(&[(0.5, 0.1), (-0.5, 0.1)]), None);
        assert_eq!(Prior::fit(&[(0.5, 0.1), (-0.5, 0.1), (0.0, 0.0)]), None);
        let without = Cell { prior: None, ..cell(-2.0) };
        assert_eq!(lowness(without, &RECORDED), None);
    }

    #[test]
    fn benjamini_hochberg_agrees_with_the_hand_worked_family() {
        // 0.01·4/1, then 0.02·4/2, 0.03·4/3 and 0.2·4/4, kept in order from above.
        let adjusted = benjamini_hochberg(&[0.2, 0.01, 0.03, 0.02]);
        for (got, want) in adjusted.iter().zip([0.2, 0.04, 0.04, 0.04]) {
            assert!((got - want).abs() < 1e-12, "{adjusted:?}");
        }
    }

    #[test]
    fn a_cell_is_low_by_what_is_left_after_shrinking() {
        // 0.9 of the difference is kept: −0.32 shrinks to −0.288, −0.35 to −0.315.
        assert_eq!(lowness(cell(-0.32), &RECORDED), Some(Lowness::NotLow));
        assert_eq!(lowness(cell(-0.35), &RECORDED), Some(Lowness::Low));
        assert_eq!(lowness(cell(0.9), &RECORDED), Some(Lowness::NotLow));
    }

    #[test]
    fn few_answers_or_clusters_are_not_searched_and_not_counted() {
        let family = [
            cell(-0.9),
            Cell { n: 99, ..cell(-0.9) },
            Cell { clusters: 9, ..cell(-0.9) },
            Cell { se: 0.0, ..cell(-0.9) },
        ];
        let found = search(&family, &RECORDED);
        assert_eq!(found.iter().flatten().count(), 1);
        assert_eq!(found[0].map(|finding| finding.lowness), Some(Lowness::Low));
    }

    #[test]
    fn the_more_cells_are_searched_the_more_one_must_show() {
        // One-sided p 0.0062 alone; among 100 others that show nothing q is 0.6.
        let weak = Cell { se: 0.2, prior: Some(prior(1.0)), ..cell(-0.5) };
        assert_eq!(lowness(weak, &RECORDED), Some(Lowness::Low));
        let mut family = vec![cell(0.1); 100];
        family.push(weak);
        let found: Vec<Finding> = search(&family, &RECORDED).into_iter().flatten().collect();
        assert_eq!(found[100].lowness, Lowness::NotLow);
        assert!((found[100].q - 0.627).abs() < 1e-2, "{}", found[100].q);
    }

    #[test]
    fn a_low_cell_of_an_open_link_must_outlast_a_small_correlation() {
        let open = Rule { least_correlation: Some(0.01), ..RECORDED };
        assert_eq!(lowness(cell(-0.5), &open), Some(Lowness::Low), "|ρ| 0.025");
        let shifted = Cell { full_shift: Some(51.0), ..cell(-0.5) };
        assert_eq!(lowness(shifted, &open), Some(Lowness::Fragile), "|ρ| 0.0098");
        let unknown = Cell { full_shift: None, ..cell(-0.5) };
        assert_eq!(lowness(unknown, &open), Some(Lowness::Fragile));
        assert_eq!(lowness(unknown, &RECORDED), Some(Lowness::Low));
    }

    fn followed(before: f64, now: f64) -> Followed {
        let reading = |difference| Reading { difference, se: 0.06, df: f64::INFINITY };
        Followed {
            before: reading(before),
            prior: prior(0.0036),
            now: reading(now),
            full_shift: Some(20.0),
        }
    }

    #[test]
    fn half_of_a_low_reading_comes_back_by_itself() {
        // Prior variance and error are equal, so half of −0.6 is expected to remain; the standard
        // error of the reading now is √(0.0018 + 0.0036) = 0.0735, 1.96 of it 0.144.
        let still = [followed(-0.2, -0.1), followed(0.1, 0.05), followed(0.3, 0.15)];
        let judged = movement(&followed(-0.6, -0.17), &still, 0.95, None);
        assert!((judged.expected + 0.3).abs() < 1e-12);
        assert!((judged.interval.1 - (-0.3 + 0.144)).abs() < 1e-3, "{judged:?}");
        assert_eq!(judged.rise, Rise::NotTold, "a rise of 0.43 of which 0.3 was expected");
        assert_eq!(movement(&followed(-0.6, 0.2), &still, 0.95, None).rise, Rise::Risen);
        assert_eq!(movement(&followed(-0.6, -1.0), &still, 0.95, None).rise, Rise::NotTold);
    }

    #[test]
    fn a_rise_that_everybody_had_is_not_the_cells_own() {
        let all_rose = [followed(-0.2, 0.35), followed(0.1, 0.6), followed(0.3, 0.7)];
        let judged = movement(&followed(-0.6, 0.2), &all_rose, 0.95, None);
        assert_eq!(judged.rise, Rise::NotTold);
        assert!((judged.similar.unwrap() - 0.5167).abs() < 0.05, "{judged:?}");
    }

    #[test]
    fn without_similar_cells_or_against_a_small_correlation_no_rise_is_told() {
        let still = [followed(-0.2, -0.1), followed(0.1, 0.05), followed(0.3, 0.15)];
        assert_eq!(movement(&followed(-0.6, 0.2), &still[..2], 0.95, None).rise, Rise::NotTold);
        let shifted = Followed { full_shift: Some(60.0), ..followed(-0.6, 0.2) };
        assert_eq!(movement(&shifted, &still, 0.95, Some(0.01)).rise, Rise::Fragile);
        assert_eq!(movement(&followed(-0.6, 0.2), &still, 0.95, Some(0.01)).rise, Rise::Risen);
    }

    proptest! {
        #[test]
        fn the_fitted_variance_solves_its_equation_or_is_zero(
            group in prop::collection::vec((-2.0..2.0_f64, 0.01..1.0_f64), 3..40),
        ) {
            let prior = Prior::fit(&group).unwrap();
            let spread: f64 = group
                .iter()
                .map(|(d, se)| (d - prior.mean).powi(2) / (prior.variance + se * se))
                .sum();
            let left = spread - (group.len() as f64 - 1.0);
            prop_assert!(left.abs() < 1e-6 || (prior.variance == 0.0 && left < 0.0), "{left}");
        }

        #[test]
        fn shrinking_moves_towards_the_mean_and_never_past_it(
            d in -2.0..2.0_f64, se in 0.01..1.0_f64, variance in 0.0..1.0_f64,
        ) {
            let shrunken = prior(variance).shrink(d, se);
            prop_assert!(shrunken.value.abs() <= d.abs() && shrunken.value * d >= 0.0);
            prop_assert!(shrunken.mse <= se * se + 1e-12);
        }

        #[test]
        fn what_is_found_does_not_depend_on_the_order_of_the_cells(
            differences in prop::collection::vec(-1.0..1.0_f64, 1..40),
        ) {
            let family: Vec<Cell> = differences.iter().map(|d| cell(*d)).collect();
            let mut back: Vec<Cell> = family.clone();
            back.reverse();
            let mut found = search(&back, &RECORDED);
            found.reverse();
            prop_assert_eq!(search(&family, &RECORDED), found);
        }
    }
}
