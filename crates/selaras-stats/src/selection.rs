//! How much self-selection it would take to overturn a statement.
//!
//! Of an open link nobody knows who chose not to answer. Meng (2018, Annals of Applied Statistics
//! 12, 685–726) writes the error of a mean of `n` self-selected answers among `N` adults as
//! `ρ·σ·√((N − n)/n)`, with `ρ` the correlation over all adults between answering and the score and
//! `σ` the score's standard deviation. Here that shift is kept at `ρ = 1` (a *full shift*): shifts
//! are proportional to `ρ`, so every other one follows by multiplication.
//!
//! `None` everywhere means that the shift is not known, and then a statement that rests on it
//! cannot be tested and must not be made.

/// The full shift of one region's mean, in score points per unit of correlation.
///
/// `sd` is the score's standard deviation among the answers, `n` the answers, `adults` the
/// population they stand for. Zero when everybody answered. `None` when there are no answers, when
/// `adults` is unknown or fewer than the answers (one of the two is wrong), or when the answers do
/// not vary: a deviation of zero among those who answered tells nothing about those who did not.
#[must_use]
pub fn full_shift(sd: f64, n: u64, adults: Option<u64>) -> Option<f64> {
    let adults = adults?;
    if n == 0 || adults < n {
        return None;
    }
    if adults == n {
        return Some(0.0);
    }
    (sd.is_finite() && sd > 0.0).then(|| sd * ((adults - n) as f64 / n as f64).sqrt())
}

/// The full shift of a weighted mean of regions: `Σ share·b`, every region shifted the same way.
///
/// `parts` holds each region's share of the aggregate (they sum to 1) and its full shift.
/// `None` as soon as a region with a share above zero has no known shift.
#[must_use]
pub fn aggregate(parts: &[(f64, Option<f64>)]) -> Option<f64> {
    parts
        .iter()
        .filter(|(share, _)| *share != 0.0)
        .map(|(share, shift)| Some(share * (*shift)?))
        .sum()
}

/// The full shift of the difference between region `part` and the whole it belongs to, the part
/// shifted one way and the other regions the opposite way.
///
/// The part enters once, with its net weight: `(1 − share)·b_part + Σ other shares·b_other`.
/// `None` when `part` is not in `parts` or a shift is not known.
#[must_use]
pub fn part_and_whole(part: usize, parts: &[(f64, Option<f64>)]) -> Option<f64> {
    let (share, shift) = *parts.get(part)?;
    let net: Vec<(f64, Option<f64>)> = parts
        .iter()
        .enumerate()
        .map(|(index, other)| if index == part { (1.0 - share, shift) } else { *other })
        .collect();
    aggregate(&net)
}

/// The full shift of the difference of two estimates that share no respondents, shifted in
/// opposite directions: two regions, or one region in two rounds.
#[must_use]
pub fn opposite(first: Option<f64>, second: Option<f64>) -> Option<f64> {
    Some(first? + second?)
}

/// The smallest `|ρ|` at which a difference becomes zero: `|difference| / full shift`.
///
/// Infinite when no selection can shift it, zero when there is no difference to reverse. May
/// exceed 1, which no correlation can reach.
#[must_use]
pub fn reversing(difference: f64, full_shift: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference.abs() / full_shift }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{aggregate, full_shift, opposite, part_and_whole, reversing};

    #[test]
    fn a_correlation_of_one_in_two_hundred_shifts_an_open_link_by_more_than_its_interval() {
        // 1,250 answers of 500,000 adults, σ 1.5: 0.005 · 1.5 · √(498,750 / 1,250) = 0.1498.
        let shift = full_shift(1.5, 1_250, Some(500_000)).unwrap();
        assert!((0.005 * shift - 0.149_812_4).abs() < 1e-6, "{shift}");
    }

    #[test]
    fn nobody_left_out_means_no_shift() {
        assert_eq!(full_shift(1.5, 40, Some(40)), Some(0.0));
        assert_eq!(full_shift(0.0, 40, Some(40)), Some(0.0));
        assert_eq!(reversing(0.2, 0.0), f64::INFINITY);
    }

    #[test]
    fn what_is_not_known_cannot_be_tested() {
        assert_eq!(full_shift(1.5, 40, None), None, "adults unknown");
        assert_eq!(full_shift(1.5, 41, Some(40)), None, "more answers than adults");
        assert_eq!(full_shift(1.5, 0, Some(40)), None, "no answers");
        assert_eq!(full_shift(0.0, 5, Some(40)), None, "everybody gave the same answer");
        assert_eq!(full_shift(f64::NAN, 5, Some(40)), None);
        assert_eq!(aggregate(&[(0.5, Some(1.0)), (0.5, None)]), None);
        assert_eq!(aggregate(&[(1.0, Some(1.0)), (0.0, None)]), Some(1.0), "a part without weight");
        assert_eq!(part_and_whole(2, &[(0.5, Some(1.0)), (0.5, Some(1.0))]), None);
        assert_eq!(opposite(Some(1.0), None), None);
    }

    #[test]
    fn a_part_enters_the_difference_to_its_whole_once() {
        // (1 − 0.2)·10 + 0.5·20 + 0.3·30
        let parts = [(0.2, Some(10.0)), (0.5, Some(20.0)), (0.3, Some(30.0))];
        assert!((part_and_whole(0, &parts).unwrap() - 27.0).abs() < 1e-12);
        assert!((aggregate(&parts).unwrap() - 21.0).abs() < 1e-12);
        assert_eq!(
            part_and_whole(0, &[(1.0, Some(10.0))]),
            Some(0.0),
            "the only region is the whole"
        );
    }

    proptest! {
        #[test]
        fn at_the_reversing_correlation_the_difference_is_gone(
            difference in -3.0..3.0_f64, first in 0.1..50.0_f64, second in 0.1..50.0_f64,
        ) {
            let rho = reversing(difference, opposite(Some(first), Some(second)).unwrap());
            let left = difference.abs() - rho * first - rho * second;
            prop_assert!(left.abs() < 1e-9);
        }

        #[test]
        fn the_shift_against_the_whole_is_never_more_than_if_the_part_stood_beside_it(
            raw in prop::collection::vec((0.01..1.0_f64, 0.1..50.0_f64), 1..12),
        ) {
            let total: f64 = raw.iter().map(|(share, _)| share).sum();
            let parts: Vec<_> = raw.iter().map(|(share, b)| (share / total, Some(*b))).collect();
            let beside = opposite(parts[0].1, aggregate(&parts)).unwrap();
            prop_assert!(part_and_whole(0, &parts).unwrap() <= beside + 1e-9);
        }
    }
}
