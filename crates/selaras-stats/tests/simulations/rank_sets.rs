//! Differences between regions (METHOD §3): joint coverage of rank sets, power on pairs.

use selaras_stats::compare::{Difference, Null, Pairs, Region, Rule, Verdict, verdicts};
use selaras_stats::random::Stream;

use super::figures::{Tally, Target, report, runs};
use super::world::{UNEVEN, against_province, sample, shares};

const SEED: u64 = 31;
/// The test alone: no difference is too small to be told.
const TEST_ALONE: Rule = Rule { confidence: 0.95, least_difference: 0.0, least_correlation: None };
const RULE: Rule = Rule { least_difference: 0.1, ..TEST_ALONE };

fn surveyed(stream: &mut Stream, truth: &[f64], n: impl Fn(usize) -> u64) -> Vec<Region> {
    truth
        .iter()
        .enumerate()
        .map(|(index, truth)| {
            let sampled = sample(stream, *truth, n(index), &[], 0.0);
            Region { value: sampled.value, se: sampled.se, df: sampled.df, full_shift: None }
        })
        .collect()
}

/// Whether every region's rank set holds every rank that its true value allows.
fn all_covered(pairs: &Pairs, truth: &[f64]) -> bool {
    truth.iter().enumerate().all(|(index, own)| {
        let (above, below) = pairs.above_and_below(index);
        let higher = truth.iter().filter(|other| *other > own).count() as u32;
        let lower = truth.iter().filter(|other| *other < own).count() as u32;
        above <= higher && below <= lower
    })
}

fn joint_coverage(id: &str, regions: usize, spread: f64, runs: u64) {
    let mut covered = Tally::default();
    for run in 0..runs {
        let mut stream = Stream::new(SEED, id, run);
        // A third of the regions lie in ties, so that neither all nor none are alike.
        let truth: Vec<f64> = (0..regions)
            .map(|index| if index % 3 == 0 { 5.0 } else { 5.0 + spread * stream.normal() })
            .collect();
        let estimates = surveyed(&mut stream, &truth, |index| UNEVEN[index % UNEVEN.len()]);
        let pairs = Pairs::test(&estimates, &TEST_ALONE, &Null::new(regions, 999, run));
        covered.add(f64::from(u8::from(all_covered(&pairs, &truth))), 1.0);
    }
    report(id, &covered, runs, SEED, Target::AtLeast(0.93));
}

#[test]
fn rank_sets_of_a_province_of_equal_regions_hold_jointly() {
    joint_coverage("rank-sets-14-equal", 14, 0.0, runs(400, 10_000));
}

#[test]
fn rank_sets_of_a_province_of_different_regions_hold_jointly() {
    joint_coverage("rank-sets-14-spread", 14, 0.3, runs(400, 10_000));
}

#[test]
fn rank_sets_of_the_nation_of_equal_regions_hold_jointly() {
    joint_coverage("rank-sets-514-equal", 514, 0.0, runs(60, 1_000));
}

#[test]
fn rank_sets_of_the_nation_of_different_regions_hold_jointly() {
    joint_coverage("rank-sets-514-spread", 514, 0.3, runs(60, 1_000));
}

#[test]
fn pairs_truly_half_a_point_apart_are_separated() {
    let (id, runs) = ("pairs-half-a-point-apart-separated", runs(100, 4_000));
    let mut separated = Tally::default();
    for run in 0..runs {
        let mut stream = Stream::new(SEED, id, run);
        // Four levels half a point apart.
        let truth: Vec<f64> = (0..14).map(|_| 4.0 + 0.5 * stream.below(4) as f64).collect();
        let estimates = surveyed(&mut stream, &truth, |_| 1_250);
        let pairs = Pairs::test(&estimates, &RULE, &Null::new(14, 1_999, run));
        let (mut told, mut apart) = (0.0, 0.0);
        for (i, high) in truth.iter().enumerate() {
            for (j, low) in truth.iter().enumerate() {
                if high - low == 0.5 {
                    apart += 1.0;
                    told += f64::from(u8::from(pairs.verdict(i, j) == Verdict::ClearlyAbove));
                }
            }
        }
        separated.add(told, apart);
    }
    report(id, &separated, runs, SEED, Target::AtLeast(0.80));
}

#[test]
fn regions_equal_to_their_province_are_rarely_told_from_it() {
    let (id, runs) = ("province-false-verdict", runs(1_000, 20_000));
    let mut wrong = Tally::default();
    for run in 0..runs {
        let mut stream = Stream::new(SEED, id, run);
        let shares = shares(&mut stream, 14);
        let sampled: Vec<_> = (0..14)
            .map(|index| sample(&mut stream, 5.0, UNEVEN[index % UNEVEN.len()], &[], 0.0))
            .collect();
        let family: Vec<Difference> = against_province(&sampled, &shares)
            .iter()
            .map(|d| Difference { value: d.value, se: d.se, df: d.df, full_shift: None })
            .collect();
        let any = verdicts(&family, &TEST_ALONE).iter().any(|verdict| verdict.told());
        wrong.add(f64::from(u8::from(any)), 1.0);
    }
    report(id, &wrong, runs, SEED, Target::AtMost(0.06));
}
