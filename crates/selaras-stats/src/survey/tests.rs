//! Estimates against the textbook formula on rows, and by hand.

use proptest::prelude::*;

use super::{Influence, Lonely, Options, Sample, SimpleRandom, SurveyError, t_quantile};
use crate::random::Stream;
use crate::totals::{Key, Totals};

/// Key, weight, scores.
type Row = (Key, f64, [f64; 2]);

fn totals<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Totals {
    let mut totals = Totals::new(["index", "trust"]).unwrap();
    for (key, weight, scores) in rows {
        totals.add(*key, *weight, scores).unwrap();
    }
    totals
}

fn sample(totals: &Totals) -> Sample<'_> {
    Sample::new(totals, |_| Some(40.0), Options::default()).unwrap()
}

/// Regions cross strata and PSUs here, and some answers are missing.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let key = (0..3_u32, 0..3_u32, 0..4_u32).prop_map(|(region, stratum, psu)| Key {
        region,
        stratum,
        psu,
        cell: 0,
    });
    let score = || prop_oneof![6 => 1.0..10.0_f64, 1 => Just(f64::NAN)];
    let row = (key, 0.5..20.0_f64, (score(), score()));
    let row = row.prop_map(|(key, weight, (index, trust))| (key, weight, [index, trust]));
    prop::collection::vec(row, 20..80)
}

/// The textbook formula on rows: variance of Σ g, g being the linearised value of a row, over
/// strata and PSUs of all rows; every stratum has 40 PSUs in the population.
fn textbook(rows: &[Row], g: impl Fn(&Row) -> f64) -> f64 {
    let mut variance = 0.0;
    for stratum in 0..3 {
        let own: Vec<&Row> = rows.iter().filter(|row| row.0.stratum == stratum).collect();
        let mut psus: Vec<u32> = own.iter().map(|row| row.0.psu).collect();
        psus.sort_unstable();
        psus.dedup();
        let n = psus.len() as f64;
        let sum = |psu| own.iter().filter(|r| r.0.psu == psu).map(|r| g(r)).sum::<f64>();
        let sums: Vec<f64> = psus.into_iter().map(sum).collect();
        let mean = sums.iter().sum::<f64>() / n;
        let squares: f64 = sums.iter().map(|sum| (sum - mean).powi(2)).sum();
        if n > 1.0 {
            variance += (1.0 - n / 40.0) * n / (n - 1.0) * squares;
        }
    }
    variance
}

/// Mean of score `score` in `region`, and the linearised value of a row.
fn linearised(rows: &[Row], region: u32, score: usize) -> (f64, impl Fn(&Row) -> f64) {
    let inside = move |row: &Row| row.0.region == region && !row.2[score].is_nan();
    let own = || rows.iter().filter(move |row| inside(row));
    let w: f64 = own().map(|row| row.1).sum();
    let mean = own().map(|row| row.1 * row.2[score]).sum::<f64>() / w;
    let g = move |row: &Row| {
        if inside(row) { row.1 * (row.2[score] - mean) / w } else { 0.0 }
    };
    (mean, g)
}

fn removing(totals: &Totals) -> Sample<'_> {
    let options = Options { lonely: Lonely::Remove, ..Options::default() };
    Sample::new(totals, |_| Some(40.0), options).unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-8 * (a.abs() + b.abs()) + 1e-14
}

proptest! {
    #[test]
    fn means_of_domains_have_the_variance_of_the_textbook(rows in rows()) {
        let totals = totals(&rows);
        let sample = removing(&totals);
        for region in 0..3 {
            let domain = sample.domain(|key| key.region == region);
            let Some(mean) = sample.mean(&domain, 0) else { continue };
            let (expected, g) = linearised(&rows, region, 0);
            prop_assert!(close(mean.value, expected));
            prop_assert!(close(mean.variance().unwrap(), textbook(&rows, g)));
        }
    }

    #[test]
    fn a_combination_has_the_variance_of_the_combined_rows(
        rows in rows(), factors in prop::array::uniform3(-2.0..2.0_f64),
    ) {
        let totals = totals(&rows);
        let sample = removing(&totals);
        let domains = sample.domains(3, |key| Some(key.region as usize));
        let means: Option<Vec<Influence>> =
            domains.iter().map(|domain| sample.mean(domain, 0)).collect();
        let Some(means) = means else { return Ok(()) };
        let parts: Vec<(f64, &Influence)> = factors.into_iter().zip(&means).collect();
        let combined = Influence::combine(&parts).unwrap();
        let all: Vec<_> = (0..3).map(|region| linearised(&rows, region, 0)).collect();
        let value: f64 = all.iter().zip(factors).map(|((mean, _), factor)| mean * factor).sum();
        let g = |row: &Row| all.iter().zip(factors).map(|((_, g), f)| f * g(row)).sum::<f64>();
        prop_assert!(close(combined.value, value));
        prop_assert!(close(combined.variance().unwrap(), textbook(&rows, g)));
        // And it is what the covariances add up to.
        let mut sum = 0.0;
        for (a, mean) in parts.iter() {
            for (b, other) in parts.iter() {
                sum += a * b * mean.covariance(other).unwrap();
            }
        }
        prop_assert!(close(combined.variance().unwrap(), sum));
    }

    #[test]
    fn estimates_are_the_same_bits_whatever_the_order_of_rows(rows in rows()) {
        let (one, other) = (totals(&rows), totals(rows.iter().rev()));
        let (one, other) = (sample(&one), sample(&other));
        let estimates = |sample: &Sample<'_>| -> Vec<_> {
            let means = sample.means(&sample.whole(), 0..2);
            means.into_iter().map(|mean| mean.map(|mean| mean.estimate())).collect()
        };
        prop_assert_eq!(estimates(&one), estimates(&other));
        prop_assert_eq!(sample_mean(&one), sample_mean(&other));
    }

    #[test]
    fn an_individual_is_a_cluster_of_its_own(rows in rows()) {
        let alone: Vec<Row> = rows.iter().zip(0..)
            .map(|((_, w, y), psu)| (Key { region: 0, stratum: 0, psu, cell: 0 }, *w, *y))
            .filter(|row| !row.2[0].is_nan())
            .collect();
        let (clustered, alone) = (totals(&rows), totals(&alone));
        let clustered = sample(&clustered);
        let alone = Sample::new(&alone, |_| None, Options::default()).unwrap();
        let expected = alone.mean(&alone.whole(), 0).and_then(|mean| mean.variance()).unwrap();
        let got = clustered.individual_variance(&clustered.whole(), 0).unwrap();
        prop_assert!(close(got, expected));
    }
}

fn sample_mean(sample: &Sample<'_>) -> Option<f64> {
    sample.mean(&sample.whole(), 0).map(|mean| mean.value)
}

/// Two strata with two PSUs of two answers each, weight 1.
fn eight(scores: [f64; 8]) -> Vec<Row> {
    let key = |row: u32| Key { region: row / 4, stratum: row / 4, psu: row / 2, cell: 0 };
    scores.into_iter().zip(0..).map(|(y, row)| (key(row), 1.0, [y, 1.0])).collect()
}

#[test]
fn equal_scores_have_no_error_and_no_design_effect() {
    let totals = totals(&eight([6.125; 8]));
    let sample = sample(&totals);
    let estimate = sample.mean(&sample.whole(), 0).unwrap().estimate();
    assert_eq!((estimate.value, estimate.se, estimate.deff), (6.125, Some(0.0), None));
    assert_eq!(estimate.interval(0.95), Some((6.125, 6.125)));
    assert_eq!(sample.individual_variance(&sample.whole(), 0), Some(0.0));
}

#[test]
fn a_figure_by_hand() {
    // PSU sums of the scores: 2+4, 6+8 | 3+3, 5+5; mean 4.5, influences (sum − 9) / 8.
    let totals = totals(&eight([2.0, 4.0, 6.0, 8.0, 3.0, 3.0, 5.0, 5.0]));
    let options = Options { simple_random: SimpleRandom::WithReplacement, ..Options::default() };
    let sample = Sample::new(&totals, |_| None, options).unwrap();
    let estimate = sample.mean(&sample.whole(), 0).unwrap().estimate();
    // Strata: 2·(0.5² + 0.5²) + 2·(0.25² + 0.25²) = 1.25. Σ(y − 4.5)² = 26, S² = 26/7.
    assert_eq!((estimate.value, estimate.n, estimate.df), (4.5, 8, 2.0));
    assert_eq!(estimate.clusters, 4);
    assert!(close(estimate.se.unwrap().powi(2), 1.25));
    assert!(close(estimate.deff.unwrap(), 1.25 / (26.0 / 7.0 / 8.0)));
    let (low, high) = estimate.interval(0.95).unwrap();
    assert!(close(high - low, 2.0 * 4.302_652_729_911_275 * 1.25_f64.sqrt()));
}

#[test]
fn nobody_has_no_mean_and_one_cluster_no_interval() {
    let totals = totals(&eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, f64::NAN, f64::NAN]));
    let sample = sample(&totals);
    let nobody = sample.domain(|key| key.region > 5);
    assert_eq!((nobody.rows(), nobody.clusters(), nobody.df()), (0, 0, 0));
    assert!(sample.mean(&nobody, 0).is_none());
    assert!(sample.total(&nobody, 0).is_none());
    assert!(sample.ratio(&nobody, 0, 1).is_none());
    let unanswered = sample.domain(|key| key.psu == 3);
    assert_eq!(unanswered.rows(), 2);
    assert!(sample.mean(&unanswered, 0).is_none());
    assert_eq!(sample.individual_variance(&unanswered, 0), None);
    let one = sample.mean(&sample.domain(|key| key.psu == 0), 0).unwrap().estimate();
    assert_eq!((one.value, one.n, one.df, one.interval(0.95)), (1.5, 2, 0.0, None));
}

#[test]
fn a_ratio_needs_the_same_respondents_above_and_below() {
    let rows = eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, f64::NAN]);
    let totals = totals(&rows);
    let sample = sample(&totals);
    assert!(sample.ratio(&sample.whole(), 0, 1).is_none());
    // With a constant below it is the mean.
    let region = sample.domain(|key| key.region == 0);
    let (ratio, mean) = (sample.ratio(&region, 0, 1).unwrap(), sample.mean(&region, 0).unwrap());
    assert!(close(ratio.value, mean.value));
    assert!(close(ratio.variance().unwrap(), mean.variance().unwrap()));
}

#[test]
fn a_population_smaller_than_the_sample_is_refused_and_a_full_one_has_no_error() {
    let totals = totals(&eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]));
    for population in [1.0, f64::NAN] {
        let refused = Sample::new(&totals, |_| Some(population), Options::default());
        assert!(matches!(refused, Err(SurveyError::Population { sampled: 2, .. })));
    }
    let full = Sample::new(&totals, |_| Some(2.0), Options::default()).unwrap();
    assert_eq!(full.mean(&full.whole(), 0).unwrap().se(), Some(0.0));
}

#[test]
fn rounds_are_independent_and_their_degrees_of_freedom_those_of_satterthwaite() {
    let one = totals(&eight([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]));
    let (before, after) = (sample(&one), sample(&one));
    let (before, after) =
        (before.mean(&before.whole(), 0).unwrap(), after.mean(&after.whole(), 0).unwrap());
    let change = Influence::combine_independent(&[(1.0, &after), (-1.0, &before)]);
    assert_eq!((change.value, change.n, change.df), (0.0, 16, 4.0));
    assert!(close(change.se.unwrap().powi(2), 2.0 * before.variance().unwrap()));
    // Estimates of different samples are not to be combined as if they were of one.
    assert!(Influence::combine(&[(1.0, &after), (-1.0, &before)]).is_none());
    assert_eq!(before.covariance(&after), None);
}

#[test]
fn quantiles_of_t_are_those_of_the_tables() {
    let known = [
        (1.0, 12.706_204_736_174_7),
        (3.0, 3.182_446_305_283_708),
        (14.0, 2.144_786_687_917_804),
        (1000.0, 1.962_339_080_773_4),
        (f64::INFINITY, 1.959_963_984_540_054),
    ];
    for (df, quantile) in known {
        assert!((t_quantile(0.975, df).unwrap() / quantile - 1.0).abs() < 1e-9, "{df}");
        assert!((t_quantile(0.025, df).unwrap() / quantile + 1.0).abs() < 1e-9, "{df}");
    }
    assert_eq!((t_quantile(0.975, 0.0), t_quantile(1.0, 5.0)), (None, None));
}

#[test]
fn intervals_of_few_clusters_cover_what_they_say() {
    // Four regions of three clusters with twenty answers each: 8 degrees of freedom.
    let covered = (0..2000).filter(|&run| {
        let mut stream = Stream::new(5, "coverage", run);
        let mut rows: Vec<Row> = Vec::new();
        for psu in 0..12 {
            let shared = 0.5 * stream.normal();
            for _ in 0..20 {
                let key = Key { region: psu / 3, stratum: psu / 3, psu, cell: 0 };
                rows.push((key, 1.0, [6.0 + shared + 1.5 * stream.normal(), 1.0]));
            }
        }
        let totals = totals(&rows);
        let sample = Sample::new(&totals, |_| None, Options::default()).unwrap();
        let estimate = sample.mean(&sample.whole(), 0).unwrap().estimate();
        let (low, high) = estimate.interval(0.95).unwrap();
        low <= 6.0 && 6.0 <= high
    });
    // 95 % of 2,000 runs, four Monte Carlo errors either way.
    let covered = covered.count();
    assert!((1861..=1939).contains(&covered), "{covered}");
}

#[test]
fn a_part_against_its_whole_rests_on_the_psus_that_carry_the_variance() {
    // Region 0 has a stratum of 3 PSUs that differ a lot, region 1 strata 1 and 2 of 12 PSUs each.
    let mut rows: Vec<Row> = Vec::new();
    for (region, stratum, psus, spread) in [(0, 0, 3, 3.0), (1, 1, 12, 0.5), (1, 2, 12, 0.5)] {
        for psu in 0..psus {
            let score = 5.0 + spread * f64::from(psu % 3) - spread;
            rows.push((Key { region, stratum, psu, cell: 0 }, 1.0, [score, score]));
        }
    }
    let totals = totals(&rows);
    let sample = sample(&totals);
    let part = sample.mean(&sample.domain(|key| key.region == 0), 0).unwrap();
    let whole = sample.mean(&sample.whole(), 0).unwrap();
    let combined = Influence::combine(&[(1.0, &part), (-1.0, &whole)]).unwrap();
    let told = part.against(&whole).unwrap();
    assert_eq!(told.value, combined.value);
    assert!((told.se.unwrap() - combined.se().unwrap()).abs() < 1e-14);
    // By hand: influences on the whole are (y − 5)/27, on the part (y − 5)/3, so the difference has
    // 8/27 (y − 5) in the part and −(y − 5)/27 elsewhere. Squares of y − 5 add up to 18, and to 2 in
    // each of the other strata.
    let within = (1.0 - 3.0 / 40.0) * 3.0 / 2.0 * 18.0 * 64.0 / 729.0;
    let rest = 2.0 * (1.0 - 12.0 / 40.0) * 12.0 / 11.0 * 2.0 / 729.0;
    assert!((told.se.unwrap().powi(2) - (within + rest)).abs() < 1e-12);
    let df = (within + rest).powi(2) / (within * within / 2.0 + rest * rest / 22.0);
    assert!((told.df - df).abs() < 1e-9, "{} and {df}", told.df);
    assert!(told.df < 2.01 && combined.df() == 24.0);
}

#[test]
fn a_part_that_is_the_whole_does_not_differ_from_it() {
    let key = |psu| Key { region: 0, stratum: psu / 2, psu, cell: 0 };
    let rows: Vec<Row> = (0..4).map(|psu| (key(psu), 1.0, [f64::from(psu), 1.0])).collect();
    let totals = totals(&rows);
    let sample = sample(&totals);
    let whole = sample.mean(&sample.whole(), 0).unwrap();
    let told = whole.against(&whole).unwrap();
    assert_eq!((told.value, told.se, told.df), (0.0, Some(0.0), 2.0));
    let other = self::sample(&totals);
    let other = other.mean(&other.whole(), 0).unwrap();
    assert!(whole.against(&other).is_none(), "another sample");
}
