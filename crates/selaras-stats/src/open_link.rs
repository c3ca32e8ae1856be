//! The spread of scores from an open link (METHOD §2, point 3).
//!
//! People who were reached together answer alike, so the error of a mean is taken between
//! recruitment clusters: `C/(C−1) · Σ (Σ_{i∈c} (yᵢ − ȳ))² / n²` (Liang and Zeger 1986, Biometrika
//! 73, 13–22, with the usual small-sample factor). It covers the variety and clustering of those
//! who answered, not those who did not.

use serde::{Deserialize, Serialize};

use crate::compare::critical_t;

/// Sums over the respondents of a region who have a score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answered {
    /// Respondents.
    pub n: u64,
    /// Σy.
    pub sum: f64,
    /// Σy².
    pub squares: f64,
}

impl Answered {
    /// Mean score; `None` without respondents.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }

    /// Standard deviation between respondents, n − 1 in the denominator; `None` below two.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        let mean = self.mean().filter(|_| self.n > 1)?;
        let around = (self.squares - self.sum * mean).max(0.0);
        Some((around / (self.n - 1) as f64).sqrt())
    }
}

/// A standard error and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Standard error, in score points.
    pub se: f64,
    /// Degrees of freedom of t.
    pub df: f64,
    /// Recruitment clusters behind it.
    pub clusters: u64,
}

impl Spread {
    /// Half the width of the interval with `confidence`, in score points.
    #[must_use]
    pub fn half_width(&self, confidence: f64) -> f64 {
        if self.se == 0.0 { 0.0 } else { critical_t(confidence, self.df) * self.se }
    }
}

/// Respondents and Σy of every recruitment cluster of a region under one way of clustering.
pub type Clustering = Vec<(u64, f64)>;

/// The widest of the spreads that the clusterings give: the first (kecamatan × link × day) always,
/// each of `alone` (link; kecamatan) where it has at least `least_clusters`; never narrower than
/// the spread between individual respondents.
///
/// `None` with fewer than two respondents or fewer than two clusters of the first kind, since one
/// cluster shows nothing of how clusters differ.
#[must_use]
pub fn spread(
    answered: &Answered,
    first: &Clustering,
    alone: &[Clustering],
    least_clusters: u64,
    confidence: f64,
) -> Option<Spread> {
    let mean = answered.mean()?;
    let influences = |clustering: &Clustering| -> Vec<f64> {
        let present = clustering.iter().filter(|(n, _)| *n > 0);
        present.map(|(n, sum)| (sum - mean * *n as f64) / answered.n as f64).collect()
    };
    let alone: Vec<Vec<f64>> = alone.iter().map(influences).collect();
    let individual = answered.sd()?.powi(2) / answered.n as f64;
    spread_of(&influences(first), &alone, (individual, answered.n), least_clusters, confidence)
}

/// [`spread`] of any estimate whose influences by cluster are known (they add up to zero).
/// `individual` is its variance were every respondent reached alone, and the respondents.
#[must_use]
pub fn spread_of(
    first: &[f64],
    alone: &[Vec<f64>],
    individual: (f64, u64),
    least_clusters: u64,
    confidence: f64,
) -> Option<Spread> {
    let first = between(first)?;
    let (variance, respondents) = individual;
    let individual = Spread {
        se: variance.sqrt(),
        df: respondents.checked_sub(1).filter(|df| *df > 0)? as f64,
        clusters: first.clusters,
    };
    alone
        .iter()
        .filter_map(|influences| between(influences))
        .filter(|spread| spread.clusters >= least_clusters)
        .chain([individual])
        .fold(first, |widest, other| {
            if other.half_width(confidence) > widest.half_width(confidence) {
                other
            } else {
                widest
            }
        })
        .into()
}

fn between(influences: &[f64]) -> Option<Spread> {
    let clusters = influences.len() as u64;
    let df = clusters.checked_sub(1).filter(|df| *df > 0)? as f64;
    let squares: f64 = influences.iter().map(|z| z * z).sum();
    Some(Spread { se: (clusters as f64 / df * squares).sqrt(), df, clusters })
}

/// The spread of `Σ coefficient · estimate` over independent estimates, its degrees of freedom by
/// Satterthwaite (1946, Biometrics Bulletin 2, 110–114), its clusters those of all parts.
///
/// `None` where a part that counts has no spread.
#[must_use]
pub fn combine(parts: &[(f64, Option<Spread>)]) -> Option<Spread> {
    let (mut variance, mut fourth, mut clusters, mut least) = (0.0, 0.0, 0, f64::MAX);
    for (coefficient, spread) in parts.iter().filter(|(coefficient, _)| *coefficient != 0.0) {
        let spread = (*spread)?;
        let part = (coefficient * spread.se).powi(2);
        variance += part;
        fourth += part * part / spread.df;
        clusters += spread.clusters;
        least = least.min(spread.df);
    }
    // Where nothing varies any number does; a file has no place for an infinite one.
    let df = if fourth > 0.0 { variance * variance / fourth } else { least };
    (clusters > 0).then_some(Spread { se: variance.sqrt(), df, clusters })
}

/// One of the independent parts that a whole is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What it counts for in the whole.
    pub coefficient: f64,
    /// Its spread; none where all of its people were reached together, or where it is not known how
    /// they were reached.
    pub spread: Option<Spread>,
    /// Whether it is known how its people were reached.
    pub known: bool,
    /// The variance of its estimate were every respondent reached alone.
    pub individual: Option<f64>,
}

/// As [`combine`], where parts without a spread borrow from the others, as a stratum with one PSU
/// does: the variance of one cluster, pooled over the other parts' clusters, and never less than
/// that between the part's own respondents. What is borrowed is one estimate however many parts
/// borrow it, so all of them add one degree of freedom.
///
/// `None` where no part has a spread, or where it is not known how the people of one were reached:
/// they may be any number of clusters.
#[must_use]
pub fn combine_parts(parts: &[Part]) -> Option<Spread> {
    let (mut pooled, mut weight) = (0.0, 0.0);
    for spread in parts.iter().filter_map(|part| part.spread) {
        let between = spread.clusters.saturating_sub(1) as f64;
        pooled += between * spread.se.powi(2) * spread.clusters as f64;
        weight += between;
    }
    if weight <= 0.0 {
        return None;
    }
    let of_one = pooled / weight;
    let borrowing = |part: &&Part| part.spread.is_none() && part.coefficient != 0.0;
    if parts.iter().filter(borrowing).any(|part| !part.known) {
        return None;
    }
    let variance: f64 = parts
        .iter()
        .filter(borrowing)
        .map(|part| part.coefficient.powi(2) * of_one.max(part.individual.unwrap_or(0.0)))
        .sum();
    let clusters = parts.iter().filter(borrowing).count() as u64;
    let lent = (clusters > 0).then_some(Spread { se: variance.sqrt(), df: 1.0, clusters });
    let own = parts.iter().filter(|part| part.spread.is_some());
    let known: Vec<(f64, Option<Spread>)> = own
        .map(|part| (part.coefficient, part.spread))
        .chain(lent.map(|lent| (1.0, Some(lent))))
        .collect();
    combine(&known)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six respondents in three halls: 4 and 6, 7 and 7, 5 and 7; mean 6.
    fn halls() -> (Answered, Clustering) {
        let answered = Answered { n: 6, sum: 36.0, squares: 16.0 + 36.0 + 49.0 * 3.0 + 25.0 };
        (answered, vec![(2, 10.0), (2, 14.0), (2, 12.0)])
    }

    #[test]
    fn the_spread_between_halls_is_the_hand_worked_one() {
        let (answered, clustering) = halls();
        // Deviations of the halls' sums: −2, 2, 0. 3/2 · 8 / 36 = 1/3.
        let spread = spread(&answered, &clustering, &[], 10, 0.95).unwrap();
        assert!((spread.se - (1.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!((spread.df, spread.clusters), (2.0, 3));
        // Individuals: squares about 6 are 4+0+1+1+1+1 = 8, sd² = 8/5.
        assert!((answered.sd().unwrap().powi(2) - 1.6).abs() < 1e-12);
    }

    #[test]
    fn an_interval_is_never_narrower_than_that_of_individuals() {
        // Halls that are all alike say nothing of how people differ.
        let answered = Answered { n: 6, sum: 36.0, squares: 16.0 * 3.0 + 64.0 * 3.0 };
        let alike = vec![(2, 12.0); 3];
        let spread = spread(&answered, &alike, &[], 10, 0.95).unwrap();
        assert_eq!(spread.df, 5.0);
        assert!(spread.se > 0.0);
    }

    #[test]
    fn links_alone_count_only_where_there_are_enough_of_them() {
        let (answered, clustering) = halls();
        let links: Clustering = vec![(3, 14.0), (3, 22.0)];
        let without = spread(&answered, &clustering, std::slice::from_ref(&links), 10, 0.95);
        assert_eq!(without.unwrap().clusters, 3);
        let with = spread(&answered, &clustering, &[links], 2, 0.95);
        assert_eq!(with.unwrap().clusters, 2);
    }

    #[test]
    fn one_cluster_or_one_respondent_has_no_spread() {
        let (answered, _) = halls();
        assert_eq!(spread(&answered, &vec![(6, 36.0)], &[], 10, 0.95), None);
        let one = Answered { n: 1, sum: 6.0, squares: 36.0 };
        assert_eq!(spread(&one, &vec![(1, 6.0)], &[], 10, 0.95), None);
        assert_eq!(Answered::default().mean(), None);
    }

    #[test]
    fn independent_parts_combine_by_the_sum_of_their_variances() {
        let part = |se, df| Some(Spread { se, df, clusters: 12 });
        let whole =
            combine(&[(0.5, part(0.3, 10.0)), (0.5, part(0.4, 10.0)), (0.0, None)]).unwrap();
        assert!((whole.se - 0.25).abs() < 1e-12);
        assert!(whole.df > 10.0 && whole.df < 20.0, "{}", whole.df);
        assert_eq!(combine(&[(1.0, None)]), None);
        assert_eq!(combine(&[]), None);
    }

    #[test]
    fn a_part_reached_in_one_hall_borrows_the_variance_of_one_cluster() {
        let part =
            |coefficient, spread, individual| Part { coefficient, spread, known: true, individual };
        let spread = |se: f64, clusters| Some(Spread { se, df: clusters as f64 - 1.0, clusters });
        // Variances of one cluster: 3 · 1/3 = 1 with 2 degrees of freedom, 5 · 2/5 = 2 with 4;
        // pooled 10/6.
        let (a, b) = (spread((1.0_f64 / 3.0).sqrt(), 3), spread(0.4_f64.sqrt(), 5));
        let others = [part(0.6, a, Some(0.1)), part(0.3, b, Some(0.1))];
        let of = |parts: &[Part]| combine_parts(&[&others[..], parts].concat()).unwrap();
        let unknown = Part { known: false, ..part(0.1, None, Some(0.1)) };
        assert_eq!(combine_parts(&[&others[..], &[unknown]].concat()), None);
        assert_eq!(of(&[]), combine(&[(0.6, a), (0.3, b)]).unwrap());
        let own = 0.36 / 3.0 + 0.09 * 0.4;
        let one = of(&[part(0.1, None, Some(0.5))]);
        assert!((one.se.powi(2) - (own + 0.01 * 10.0 / 6.0)).abs() < 1e-12);
        assert_eq!(one.clusters, 9);
        // Its own respondents differ more than that.
        let wide = of(&[part(0.1, None, Some(4.0))]);
        assert!((wide.se.powi(2) - (own + 0.04)).abs() < 1e-12);
        // Ten that borrow share one degree of freedom; where they rule the whole, it has no more.
        let many = of(&[part(5.0, None, None); 10]);
        assert!(many.df < 1.1, "{}", many.df);
        assert_eq!(combine_parts(&[part(1.0, None, Some(1.0))]), None);
    }

    #[test]
    fn parts_without_any_spread_combine_to_finite_degrees_of_freedom() {
        let still = |df| Some(Spread { se: 0.0, df, clusters: 12 });
        let whole = combine(&[(0.5, still(11.0)), (0.5, still(4.0))]).unwrap();
        assert_eq!((whole.se, whole.df), (0.0, 4.0));
        assert_eq!(whole.half_width(0.95), 0.0);
    }
}
