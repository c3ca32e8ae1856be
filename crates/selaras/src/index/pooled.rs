//! Readings under the pooled rule (METHOD §1): every answer counts alike.
//!
//! A score made of items is the ratio of all weighted answers to all weights; scores made of scores
//! are the instrument's weighted means of those ratios. Totals carry three columns a base score:
//! the sum S and the weight D of a respondent's answers, and S + D, whose squares give the
//! cross-product that the spread between respondents needs.

use std::collections::BTreeMap;

use selaras_stats::open_link::{Spread, spread_of};
use selaras_stats::selection;
use selaras_stats::survey::{Domain, Influence, Sample};
use selaras_stats::totals::Cell;

use super::reading::{self, Reading};
use super::result::Options;
use super::tally::Tally;
use crate::instrument::Scorer;
use crate::round::answers::Answers;

/// The columns of totals under the pooled rule.
#[derive(Clone, Debug)]
pub(super) struct Pooled {
    /// Positions of the scores that are made of items.
    base: Vec<usize>,
    sums: Vec<f64>,
    weights: Vec<f64>,
}

impl Pooled {
    pub(super) fn new(scorer: &Scorer) -> Self {
        let base = scorer.base().collect();
        Self { base, sums: vec![0.0; scorer.len()], weights: vec![0.0; scorer.len()] }
    }

    /// Names of the columns, three a base score.
    pub(super) fn names(&self, scorer: &Scorer) -> Vec<String> {
        let of = |&at: &usize| {
            let id = scorer.definitions().get(at).map_or("", |score| score.id.as_str());
            ["sum", "weight", "both"].map(|column| format!("{id}:{column}"))
        };
        self.base.iter().flat_map(of).collect()
    }

    /// Fills `row`, a value a column, with the respondent `at` of `answers`.
    pub(super) fn fill(&mut self, scorer: &Scorer, answers: &Answers, at: usize, row: &mut [f64]) {
        self.sums.fill(0.0);
        self.weights.fill(0.0);
        let answer = |item: usize| answers.items.get(item).map_or(0, |column| column[at]);
        scorer.pool(answer, &mut self.sums, &mut self.weights);
        for (columns, &base) in row.chunks_exact_mut(3).zip(&self.base) {
            let (sum, weight) = (self.sums[base], self.weights[base]);
            let answered = weight > 0.0;
            columns.copy_from_slice(&if answered {
                [sum, weight, sum + weight]
            } else {
                [f64::NAN; 3]
            });
        }
    }

    /// Per score its shares of the base scores, given which of these there are; none where no part
    /// of it is there.
    fn shares(&self, scorer: &Scorer, present: &[bool]) -> Vec<Option<Vec<f64>>> {
        let columns: Vec<Vec<f64>> = (0..self.base.len())
            .map(|of| {
                let mut scores = vec![f64::NAN; scorer.len()];
                for (at, &base) in self.base.iter().enumerate() {
                    scores[base] = match (present[at], at == of) {
                        (false, _) => f64::NAN,
                        (true, one) => f64::from(u8::from(one)),
                    };
                }
                scorer.combine(&mut scores);
                scores
            })
            .collect();
        (0..scorer.len())
            .map(|score| {
                // Parts that are not there are missing in every column alike.
                let share = |(at, column): (usize, &Vec<f64>)| {
                    if present[at] { column[score] } else { 0.0 }
                };
                let shares: Vec<f64> = columns.iter().enumerate().map(share).collect();
                let any = present.contains(&true) && shares.iter().all(|share| share.is_finite());
                (any && shares.iter().any(|share| *share != 0.0)).then_some(shares)
            })
            .collect()
    }
}

/// What a ratio needs of one base score in one region.
struct Base {
    n: u64,
    value: f64,
    /// Influence by PSU.
    influence: BTreeMap<u32, f64>,
    /// Variance between respondents.
    individual: Option<f64>,
}

fn base(cells: &[Cell<'_>], column: usize) -> Option<Base> {
    let (mut n, mut s, mut d) = (0, 0.0, 0.0);
    let (mut ss, mut dd, mut both) = (0.0, 0.0, 0.0);
    let mut by_psu: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for cell in cells {
        let sum = cell.moments(column);
        let weight = cell.moments(column + 1);
        n += sum.n();
        s += sum.wy();
        d += weight.wy();
        ss += sum.wyy();
        dd += weight.wyy();
        both += cell.moments(column + 2).wyy();
        if sum.n() > 0 {
            let of = by_psu.entry(cell.key().psu).or_default();
            of.0 += sum.wy();
            of.1 += weight.wy();
        }
    }
    if n == 0 || d <= 0.0 {
        return None;
    }
    let value = s / d;
    let cross = (both - ss - dd) / 2.0;
    let around = (ss - 2.0 * value * cross + value * value * dd).max(0.0) / (d * d);
    Some(Base {
        n,
        value,
        influence: by_psu
            .into_iter()
            .map(|(psu, (s, d_psu))| (psu, (s - value * d_psu) / d))
            .collect(),
        individual: (n > 1).then(|| around * n as f64 / (n - 1) as f64),
    })
}

/// The readings of one kab/kota of an open link. The spread between respondents of a score made of
/// scores is bounded from above by the sum of its parts' (Cauchy and Schwarz), since totals hold no
/// cross-products between them.
pub(super) fn of_open_link(
    tally: &Tally,
    pooled: &Pooled,
    cells: &[Cell<'_>],
    adults: Option<u64>,
    options: &Options,
) -> Vec<Reading> {
    let bases: Vec<Option<Base>> = (0..pooled.base.len()).map(|at| base(cells, 3 * at)).collect();
    let present: Vec<bool> = bases.iter().map(Option::is_some).collect();
    let shares = pooled.shares(tally.scorer(), &present);
    let placed = reading::placed(tally, cells);
    let reading = |shares: Option<Vec<f64>>| -> Option<Reading> {
        let shares = shares?;
        let used = || {
            let parts = shares.iter().zip(&bases).filter(|(share, _)| **share != 0.0);
            parts.filter_map(|(share, base)| Some((*share, base.as_ref()?)))
        };
        let value = used().map(|(share, base)| share * base.value).sum();
        let n = used().map(|(_, base)| base.n).max()?;
        let mut influence: BTreeMap<u32, f64> = BTreeMap::new();
        for (share, base) in used() {
            for (psu, z) in &base.influence {
                *influence.entry(*psu).or_default() += share * z;
            }
        }
        let individual: Option<f64> =
            used().map(|(share, base)| Some(share * base.individual?.sqrt())).sum();
        let (mut by_link, mut by_district) = (BTreeMap::new(), BTreeMap::new());
        for (psu, z) in &influence {
            if let Some(cluster) = tally.clusters.get(*psu as usize) {
                *by_link.entry(cluster.link).or_insert(0.0) += z;
                *by_district.entry(cluster.district).or_insert(0.0) += z;
            }
        }
        let spread: Option<Spread> = individual.and_then(|se| {
            spread_of(
                &influence.into_values().collect::<Vec<_>>(),
                &[by_link.into_values().collect(), by_district.into_values().collect()],
                (se * se, n),
                options.least_clusters,
                options.confidence,
            )
        });
        let sd = individual.map(|se| se * (n as f64).sqrt());
        Some(Reading {
            n,
            value: Some(value),
            sd,
            spread,
            placed,
            deff: spread
                .zip(individual)
                .filter(|(_, individual)| *individual > 0.0)
                .map(|(spread, individual)| (spread.se / individual).powi(2)),
            full_shift: sd.and_then(|sd| selection::full_shift(sd, n, adults)),
        })
    };
    shares.into_iter().map(|shares| reading(shares).unwrap_or_default()).collect()
}

/// The estimates of a domain of a recorded design, one a score.
pub(super) fn of_domain(
    sample: &Sample<'_>,
    domain: &Domain,
    tally: &Tally,
    pooled: &Pooled,
) -> Vec<Option<Influence>> {
    let bases: Vec<Option<Influence>> =
        (0..pooled.base.len()).map(|at| sample.ratio(domain, 3 * at, 3 * at + 1)).collect();
    let present: Vec<bool> = bases.iter().map(Option::is_some).collect();
    pooled
        .shares(tally.scorer(), &present)
        .into_iter()
        .map(|shares| {
            let shares = shares?;
            let parts: Vec<(f64, &Influence)> = shares
                .iter()
                .zip(&bases)
                .filter(|(share, _)| **share != 0.0)
                .filter_map(|(share, base)| Some((*share, base.as_ref()?)))
                .collect();
            Influence::combine(&parts)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::reading;
    use super::*;
    use crate::instrument::Instrument;
    use crate::round::answers::{Design, NONE};

    /// One dimension of two variables with equal weights: V1 of items a (weight 2) and b (weight
    /// 1), V2 of item c.
    fn instrument(aggregation: &str) -> Instrument {
        let text = format!(
            r#"
format = "selaras/instrument/1"
id = "uji"
version = "1"
title = "Uji"
short_title = "Uji"
standing = "other"
source = "uji"
weight_evidence = "proposed"
[scale]
min = 1
max = 9
low = "rendah"
high = "tinggi"
evidence = "proposed"
[rules]
aggregation = "{aggregation}"
missing = "renormalise"
evidence = "proposed"
[[dimension]]
id = "D"
name = "D"
weight = 1
[[variable]]
id = "V1"
name = "V1"
dimension = "D"
weight = 1
evidence = "proposed"
[[variable]]
id = "V2"
name = "V2"
dimension = "D"
weight = 1
evidence = "proposed"
[[item]]
id = "a"
variable = "V1"
weight = 2
text = "a"
[[item]]
id = "b"
variable = "V1"
weight = 1
text = "b"
[[item]]
id = "c"
variable = "V2"
weight = 1
text = "c"
"#
        );
        Instrument::parse("uji.toml", text.as_bytes()).unwrap()
    }

    /// Respondents with answers to a, b, c; each on a day of its own.
    fn readings(aggregation: &str, rows: &[[u8; 3]]) -> Vec<Reading> {
        let len = rows.len();
        let answers = Answers {
            len,
            region: vec![0; len],
            district: vec![NONE; len],
            link: vec![NONE; len],
            day: (0..len as i32).collect(),
            stratum: vec![NONE; len],
            psu: vec![NONE; len],
            weight: vec![1.0; len],
            fpc: vec![f64::INFINITY; len],
            attributes: Vec::new(),
            items: (0..3).map(|item| rows.iter().map(|row| row[item]).collect()).collect(),
            flags: vec![0; len],
        };
        let mut tally = Tally::new(&instrument(aggregation), 1, Design::OpenLink, false).unwrap();
        tally.add(&answers).unwrap();
        tally.settle();
        reading::of_open_link(&tally, &tally.totals.cells(), Some(1_000), &Options::default())
    }

    #[test]
    fn every_answer_counts_alike_under_the_pooled_rule() {
        // V1: answers 9·2 + 3·1, 6·2 (b missing), 3·1 (a missing): (21 + 12 + 3) / (3 + 2 + 1) = 6.
        // V2: 5 and 7 (one missing): 6. Respondent first V1 would be (7 + 6 + 3) / 3 = 5.333.
        let rows = [[9, 3, 5], [6, 0, 7], [0, 3, 0]];
        let pooled = readings("pooled", &rows);
        let value = |score: usize| pooled[score].value.unwrap();
        // index, dimension, V1, V2
        assert_eq!((value(2), value(3), value(1), value(0)), (6.0, 6.0, 6.0, 6.0));
        assert_eq!((pooled[2].n, pooled[3].n, pooled[0].n), (3, 2, 3));
        let first = readings("respondent", &rows);
        assert!((first[2].value.unwrap() - 16.0 / 3.0).abs() < 1e-9);
        // Influences of V1: (21 − 6·3)/6, (12 − 6·2)/6, (3 − 6·1)/6 = ½, 0, −½;
        // variance 3/2 · ½ = ¾.
        let se = pooled[2].spread.unwrap().se;
        assert!((se - 0.75_f64.sqrt()).abs() < 1e-9, "{se}");
    }

    #[test]
    fn without_missing_answers_both_rules_agree() {
        let rows = [[9, 3, 5], [6, 4, 7], [2, 3, 8], [5, 5, 1]];
        let (pooled, first) = (readings("pooled", &rows), readings("respondent", &rows));
        for (pooled, first) in pooled.iter().zip(&first) {
            assert!((pooled.value.unwrap() - first.value.unwrap()).abs() < 1e-9);
            assert_eq!(pooled.n, first.n);
            // The bound on the spread between respondents is on the cautious side.
            assert!(pooled.spread.unwrap().se >= first.spread.unwrap().se - 1e-9);
        }
        for base in [2, 3] {
            let (a, b) = (pooled[base].spread.unwrap().se, first[base].spread.unwrap().se);
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn a_variable_nobody_answered_leaves_the_index_to_the_others() {
        let pooled = readings("pooled", &[[9, 3, 0], [6, 0, 0]]);
        assert_eq!(pooled[3].value, None);
        assert_eq!(pooled[0].value, pooled[2].value);
    }
}
