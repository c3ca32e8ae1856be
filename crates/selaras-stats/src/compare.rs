//! What may be said about differences: between a region and its province, between two rounds,
//! between every two regions.
//!
//! A difference is told only if three things hold: the test separates it from zero, it is at least
//! [`Rule::least_difference`] large, and on an open link no small correlation between answering and
//! the score could have made it ([`crate::selection`]). Families of differences to one mean are
//! tested by Holm (1979, Scandinavian Journal of Statistics 6, 65–70); all pairs of regions by
//! [`Pairs`].

use serde::{Deserialize, Serialize};
use std::cell::Cell;

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

mod letters;
mod pairs;

pub use pairs::{Null, Pairs, Region};

use crate::selection::reversing;

/// When a difference is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Joint confidence of a family, e.g. 0.95.
    pub confidence: f64,
    /// Smallest difference that is called one, in score points (δ).
    pub least_difference: f64,
    /// Smallest `|ρ|` that may reverse a told difference, for an open link. `None` for a recorded
    /// design, where selection is known.
    pub least_correlation: Option<f64>,
}

/// A difference of two estimates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// First minus second, in score points.
    pub value: f64,
    /// Standard error of `value`, covariances included.
    pub se: f64,
    /// Degrees of freedom of `se`; infinite for a normal.
    pub df: f64,
    /// The most a correlation of 1 could shift it ([`crate::selection::opposite`] or
    /// [`crate::selection::part_and_whole`]); `None` when that is not known. Read only where
    /// [`Rule::least_correlation`] is given.
    pub full_shift: Option<f64>,
}

/// What may be said about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The first is clearly above the second.
    ClearlyAbove,
    /// The two are not told apart.
    NotTold,
    /// The first is clearly below the second.
    ClearlyBelow,
    /// Separated by the test and large enough, but a small correlation between answering and the
    /// score could have made it, or how large a one is not known.
    Fragile,
}

impl Verdict {
    /// The verdict on the same difference with its sides exchanged.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::ClearlyAbove => Self::ClearlyBelow,
            Self::ClearlyBelow => Self::ClearlyAbove,
            other => other,
        }
    }

    /// Whether the two may be called different.
    #[must_use]
    pub fn told(self) -> bool {
        matches!(self, Self::ClearlyAbove | Self::ClearlyBelow)
    }
}

impl Rule {
    /// The verdict on a difference that the test of its family has separated from zero or not.
    fn judge(&self, separated: bool, value: f64, full_shift: Option<f64>) -> Verdict {
        if !separated || value == 0.0 || value.abs() < self.least_difference {
            return Verdict::NotTold;
        }
        let firm = self
            .least_correlation
            .is_none_or(|least| full_shift.is_some_and(|shift| reversing(value, shift) >= least));
        match (firm, value > 0.0) {
            (false, _) => Verdict::Fragile,
            (true, true) => Verdict::ClearlyAbove,
            (true, false) => Verdict::ClearlyBelow,
        }
    }
}

/// The verdict on one difference on its own, such as a change between two rounds.
#[must_use]
pub fn verdict(difference: &Difference, rule: &Rule) -> Verdict {
    let separated = two_sided_p(difference) <= 1.0 - rule.confidence;
    rule.judge(separated, difference.value, difference.full_shift)
}

/// The verdicts on differences that are read together, such as every region of a province against
/// the province's mean, in the order given. The chance of even one false statement of difference is
/// at most `1 − confidence` (Holm).
#[must_use]
pub fn verdicts(differences: &[Difference], rule: &Rule) -> Vec<Verdict> {
    let p: Vec<f64> = differences.iter().map(two_sided_p).collect();
    holm(&p)
        .iter()
        .zip(differences)
        .map(|(adjusted, difference)| {
            let separated = *adjusted <= 1.0 - rule.confidence;
            rule.judge(separated, difference.value, difference.full_shift)
        })
        .collect()
}

/// Two-sided p of "the true difference is zero" by t; 1 where the difference cannot be tested:
/// not a number, or without a positive standard error and degrees of freedom.
#[must_use]
pub fn two_sided_p(difference: &Difference) -> f64 {
    2.0 * upper_tail(difference.value.abs(), difference.se, difference.df).min(0.5)
}

/// P(T ≥ value / se) for t with `df` degrees of freedom; 1 where it cannot be tested.
pub(crate) fn upper_tail(value: f64, se: f64, df: f64) -> f64 {
    let testable = value.is_finite() && se.is_finite() && se > 0.0;
    match StudentsT::new(0.0, 1.0, df) {
        Ok(t) if testable => t.sf(value / se),
        _ => 1.0,
    }
}

/// The two-sided critical value of t: exceeded in absolute value with chance `1 − confidence`.
/// Infinite for a confidence of 1 or degrees of freedom that are none.
///
/// By Newton's method from the normal one below it: the tail is convex, so that no step passes the
/// root. The quantile function of the statistics library is off by 1e-3 for a million degrees of
/// freedom.
pub(crate) fn critical_t(confidence: f64, df: f64) -> f64 {
    // The scores of a region mostly have the same degrees of freedom.
    thread_local!(static LAST: Cell<[f64; 3]> = const { Cell::new([f64::NAN; 3]) });
    let [known_confidence, known_df, known] = LAST.get();
    if (known_confidence, known_df) == (confidence, df) {
        return known;
    }
    let critical = critical_t_anew(confidence, df);
    LAST.set([confidence, df, critical]);
    critical
}

fn critical_t_anew(confidence: f64, df: f64) -> f64 {
    let tail = (1.0 - confidence) / 2.0;
    let Ok(student) = StudentsT::new(0.0, 1.0, df) else { return f64::INFINITY };
    if !(tail > 0.0 && tail < 0.5) {
        return if tail >= 0.5 { 0.0 } else { f64::INFINITY };
    }
    let mut t = -Normal::standard().inverse_cdf(tail);
    if df.is_infinite() {
        return t;
    }
    for _ in 0..60 {
        let step = (student.sf(t) - tail) / student.pdf(t);
        t += step;
        if step.abs() <= 1e-13 * t {
            break;
        }
    }
    t
}

/// Holm's adjusted p, in the order given.
fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = p.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut adjusted = vec![1.0; p.len()];
    let mut largest = 0.0_f64;
    for (rank, (p, index)) in order.into_iter().enumerate() {
        largest = largest.max(p * (adjusted.len() - rank) as f64).min(1.0);
        if let Some(slot) = adjusted.get_mut(index) {
            *slot = largest;
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Difference, Rule, Verdict, critical_t, holm, two_sided_p, upper_tail, verdict, verdicts,
    };

    const RECORDED: Rule =
        Rule { confidence: 0.95, least_difference: 0.1, least_correlation: None };
    const OPEN: Rule = Rule { least_correlation: Some(0.01), ..RECORDED };

    fn difference(value: f64, se: f64) -> Difference {
        Difference { value, se, df: f64::INFINITY, full_shift: Some(20.0) }
    }

    #[test]
    fn holm_agrees_with_the_hand_worked_family() {
        // 0.01·4, 0.02·3, then 0.03·2 and 0.04·1 held at least at 0.06.
        let adjusted = holm(&[0.04, 0.01, 0.03, 0.02]);
        for (got, want) in adjusted.iter().zip([0.06, 0.04, 0.06, 0.06]) {
            assert!((got - want).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn a_critical_value_is_the_one_of_the_tables() {
        for (df, want) in [(1.0, 12.706), (2.0, 4.303), (9.0, 2.262), (f64::INFINITY, 1.960)] {
            assert!((critical_t(0.95, df) - want).abs() < 5e-4, "{df}");
        }
        assert!((critical_t(0.6, 2.0) - 1.0607).abs() < 5e-5);
        // Cornish and Fisher: z + (z³ + z)/(4·df).
        assert!((critical_t(0.95, 1e6) - 1.959_966_357).abs() < 1e-7, "{}", critical_t(0.95, 1e6));
        assert!((critical_t(0.9999, 1.0) - 6_366.197_671_3).abs() < 1e-5);
        assert_eq!(critical_t(1.0, 5.0), f64::INFINITY);
        assert_eq!(critical_t(0.0, 5.0), 0.0);
        assert_eq!(critical_t(0.95, f64::NAN), f64::INFINITY);
    }

    #[test]
    fn a_difference_is_told_only_if_separated_large_and_firm() {
        assert_eq!(verdict(&difference(0.5, 0.1), &OPEN), Verdict::ClearlyAbove);
        assert_eq!(verdict(&difference(-0.5, 0.1), &OPEN), Verdict::ClearlyBelow);
        assert_eq!(verdict(&difference(0.5, 0.4), &OPEN), Verdict::NotTold, "not separated");
        assert_eq!(verdict(&difference(0.09, 0.01), &OPEN), Verdict::NotTold, "too small");
        assert_eq!(verdict(&difference(0.19, 0.01), &OPEN), Verdict::Fragile, "|ρ| 0.0095");
        assert_eq!(verdict(&difference(0.19, 0.01), &RECORDED), Verdict::ClearlyAbove);
    }

    #[test]
    fn an_unknown_shift_leaves_an_open_link_without_a_conclusion() {
        let unknown = Difference { full_shift: None, ..difference(2.0, 0.1) };
        assert_eq!(verdict(&unknown, &OPEN), Verdict::Fragile);
        assert_eq!(verdict(&unknown, &RECORDED), Verdict::ClearlyAbove);
    }

    #[test]
    fn a_difference_without_a_usable_error_is_not_told() {
        for (se, df) in [(0.0, 5.0), (f64::NAN, 5.0), (-1.0, 5.0), (0.1, 0.0), (0.1, f64::NAN)] {
            let broken = Difference { value: 3.0, se, df, full_shift: None };
            assert_eq!(verdict(&broken, &RECORDED), Verdict::NotTold, "{se} {df}");
        }
        assert_eq!(verdict(&difference(f64::NAN, 0.1), &RECORDED), Verdict::NotTold);
        assert_eq!(upper_tail(f64::NAN, 0.1, 5.0), 1.0);
    }

    #[test]
    fn few_degrees_of_freedom_ask_for_a_larger_difference() {
        let few = Difference { df: 3.0, ..difference(0.25, 0.1) };
        assert_eq!(verdict(&few, &RECORDED), Verdict::NotTold);
        assert_eq!(verdict(&difference(0.25, 0.1), &RECORDED), Verdict::ClearlyAbove);
        assert!((two_sided_p(&few) - 0.0877).abs() < 1e-3, "{}", two_sided_p(&few));
    }

    #[test]
    fn one_more_region_in_the_province_never_makes_another_clearer() {
        // Alone p = 0.046; with a second region Holm asks for 0.025.
        let alone = verdicts(&[difference(0.4, 0.2)], &RECORDED);
        let beside = verdicts(&[difference(0.4, 0.2), difference(0.0, 0.2)], &RECORDED);
        assert_eq!(alone, [Verdict::ClearlyAbove]);
        assert_eq!(beside, [Verdict::NotTold, Verdict::NotTold]);
    }

    proptest! {
        #[test]
        fn a_critical_value_leaves_its_tail(
            confidence in 0.01..0.9999_f64, df in 0.5..500.0_f64,
        ) {
            let tail = upper_tail(critical_t(confidence, df), 1.0, df);
            prop_assert!((2.0 * tail / (1.0 - confidence) - 1.0).abs() < 1e-8, "{tail}");
        }

        #[test]
        fn exchanging_the_sides_exchanges_the_verdict(
            family in prop::collection::vec((-2.0..2.0_f64, 0.01..0.5_f64), 0..20),
        ) {
            let there: Vec<_> = family.iter().map(|(d, se)| difference(*d, *se)).collect();
            let back: Vec<_> = family.iter().map(|(d, se)| difference(-d, *se)).collect();
            let reversed: Vec<_> =
                verdicts(&back, &OPEN).into_iter().map(Verdict::reversed).collect();
            prop_assert_eq!(verdicts(&there, &OPEN), reversed);
        }

        #[test]
        fn what_holm_tells_is_told_alone_too(
            family in prop::collection::vec((-2.0..2.0_f64, 0.01..0.5_f64), 1..20),
        ) {
            let family: Vec<_> = family.iter().map(|(d, se)| difference(*d, *se)).collect();
            for (together, alone) in verdicts(&family, &RECORDED).iter().zip(&family) {
                if together.told() {
                    prop_assert_eq!(*together, verdict(alone, &RECORDED));
                }
            }
        }
    }
}
