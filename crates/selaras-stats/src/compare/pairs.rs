//! All pairs of regions: step-down max-t.
//!
//! The family is every ordered pair "`i` is not above `j`", so that each rejection also gives the
//! direction and the chance of even one false direction is at most `1 − confidence`; from it the
//! rank sets of Mogstad, Romano, Shaikh and Wilhelm (2024, Review of Economic Studies 91, 476–518)
//! follow. Step down as Romano and Wolf (2005, Econometrica 73, 1237–1282): reject what exceeds the
//! critical value of the largest statistic, take that value again over what is left, until nothing
//! more is rejected.
//!
//! The null distribution is simulated. Regions are taken as independent samples: a draw gives each
//! region an error `se·Z` and a variance `se²·χ²(df)/df`, and studentises each pair by its drawn
//! variances, as the pairs are studentised by the estimated ones. Each t is put on the normal scale
//! at its Welch–Satterthwaite degrees of freedom by the approximation of Wallace (1959, Annals of
//! Mathematical Statistics 30, 1121–1130), in the draws and in the data alike. That keeps the level
//! exact whatever the approximation's error, and keeps one region with three degrees of freedom
//! from setting the critical value for everybody.

use std::cmp::Ordering;

use super::letters::letters;
use super::{Rule, Verdict};
use crate::random::Stream;
use crate::selection::opposite;

/// One region's estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Estimate in score points.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// Degrees of freedom of `se`; infinite for a normal.
    pub df: f64,
    /// Its full shift ([`crate::selection::full_shift`]); `None` when not known. Read only where
    /// [`Rule::least_correlation`] is given.
    pub full_shift: Option<f64>,
}

impl Region {
    fn testable(&self) -> bool {
        self.value.is_finite() && self.se.is_finite() && self.se > 0.0 && self.df > 0.0
    }
}

/// The verdicts on all pairs of regions.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    verdicts: Vec<Vec<Verdict>>,
    order: Vec<usize>,
}

impl Pairs {
    /// Tests all pairs of `regions` under `rule`, with `draws` draws of the null distribution from
    /// `seed`. The same on any number of threads. A region without a usable standard error is
    /// never told apart from another, and with fewer than `1 / (1 − confidence)` draws none is.
    #[must_use]
    pub fn test(regions: &[Region], rule: &Rule, draws: u32, seed: u64) -> Self {
        let tested: Vec<usize> = (0..regions.len())
            .filter(|&index| regions.get(index).is_some_and(Region::testable))
            .collect();
        let sample: Vec<Region> =
            tested.iter().filter_map(|&index| regions.get(index)).copied().collect();
        let above = StepDown::new(&sample, draws, seed).above(1.0 - rule.confidence);
        let mut verdicts = vec![vec![Verdict::NotTold; regions.len()]; regions.len()];
        for (higher, row) in tested.iter().zip(&above) {
            for (lower, _) in tested.iter().zip(row).filter(|(_, above)| **above) {
                let (Some(first), Some(second)) = (regions.get(*higher), regions.get(*lower))
                else {
                    continue;
                };
                let shift = opposite(first.full_shift, second.full_shift);
                let verdict = rule.judge(true, first.value - second.value, shift);
                for (of, against, verdict) in
                    [(higher, lower, verdict), (lower, higher, verdict.reversed())]
                {
                    if let Some(slot) = verdicts.get_mut(*of).and_then(|row| row.get_mut(*against))
                    {
                        *slot = verdict;
                    }
                }
            }
        }
        let value = |index: &usize| regions.get(*index).map_or(0.0, |region| region.value);
        let mut order: Vec<usize> = (0..regions.len()).collect();
        order.sort_by(|a, b| value(b).total_cmp(&value(a)));
        Self { verdicts, order }
    }

    /// The verdict on region `of` against region `against`, by their positions in the input.
    /// A region against itself, or a position outside, is not told apart.
    #[must_use]
    pub fn verdict(&self, of: usize, against: usize) -> Verdict {
        self.verdicts.get(of).and_then(|row| row.get(against)).copied().unwrap_or(Verdict::NotTold)
    }

    /// Compact letter display in the order of the input: two regions share a letter exactly when
    /// they are not told apart. Letters may overlap, are handed out in the order of the input and
    /// say nothing about height. A letter is one of a–z and the digits after it.
    #[must_use]
    pub fn letters(&self) -> Vec<String> {
        let alike: Vec<Vec<bool>> = self
            .verdicts
            .iter()
            .map(|row| row.iter().map(|verdict| !verdict.told()).collect())
            .collect();
        letters(&alike, &self.order)
    }

    /// How many regions are clearly above and how many clearly below `region`. Its rank set, which
    /// holds its true rank jointly for all regions with the rule's confidence, is
    /// `1 + above ..= K − below`.
    #[must_use]
    pub fn above_and_below(&self, region: usize) -> (u32, u32) {
        let count = |wanted: Verdict| {
            self.verdicts
                .get(region)
                .map_or(0, |row| row.iter().filter(|verdict| **verdict == wanted).count() as u32)
        };
        // The verdicts are on `region` against the others: where it is below, the other is above.
        (count(Verdict::ClearlyBelow), count(Verdict::ClearlyAbove))
    }
}

/// The largest statistic of a draw over the pairs that are not yet rejected, and its pair.
#[derive(Clone, Copy)]
struct Largest {
    statistic: f64,
    above: usize,
    below: usize,
}

/// The step-down test on regions that can all be tested.
struct StepDown<'a> {
    regions: &'a [Region],
    draws: u32,
    seed: u64,
}

impl<'a> StepDown<'a> {
    fn new(regions: &'a [Region], draws: u32, seed: u64) -> Self {
        Self { regions, draws, seed }
    }

    /// `above[i][j]`: region `i` is above region `j`, with joint error at most `level`.
    fn above(&self, level: f64) -> Vec<Vec<bool>> {
        let size = self.regions.len();
        let mut rejected = vec![vec![false; size]; size];
        // A rejected pair must exceed all but this many of the draws, itself counted as one.
        let spare = (level * (f64::from(self.draws) + 1.0)).floor() as usize;
        if size < 2 || spare == 0 {
            return rejected;
        }
        let observed = Drawn {
            value: self.regions.iter().map(|region| region.value).collect(),
            sd: self.regions.iter().map(|region| region.se).collect(),
        };
        let mut drawn = Drawn { value: vec![0.0; size], sd: vec![0.0; size] };
        let mut largest: Vec<(u32, Largest)> = (0..self.draws)
            .map(|draw| {
                self.draw(draw, &mut drawn);
                (draw, self.largest(&drawn, &rejected))
            })
            .collect();
        loop {
            let critical = self.critical(&mut largest, spare, &rejected, &mut drawn);
            let mut more = false;
            for (i, row) in rejected.iter_mut().enumerate() {
                for (j, slot) in row.iter_mut().enumerate() {
                    if !*slot && self.statistic(&observed, i, j) > critical {
                        *slot = true;
                        more = true;
                    }
                }
            }
            if !more {
                return rejected;
            }
        }
    }

    /// The `spare`-th largest of the draws' largest statistics over what is not rejected.
    ///
    /// A draw's entry can only fall as pairs are rejected, so an old entry is an upper bound: only
    /// draws among the `spare` largest whose pair has been rejected are drawn again, until there
    /// are none.
    fn critical(
        &self,
        largest: &mut [(u32, Largest)],
        spare: usize,
        rejected: &[Vec<bool>],
        drawn: &mut Drawn,
    ) -> f64 {
        loop {
            // Ties broken by draw, so that the entries drawn again are always the same ones.
            let descending = |a: &(u32, Largest), b: &(u32, Largest)| -> Ordering {
                b.1.statistic.total_cmp(&a.1.statistic).then(a.0.cmp(&b.0))
            };
            largest.select_nth_unstable_by(spare - 1, descending);
            let mut stale = false;
            let mut smallest = f64::INFINITY;
            for (draw, entry) in largest.iter_mut().take(spare) {
                let gone = rejected
                    .get(entry.above)
                    .and_then(|row| row.get(entry.below))
                    .copied()
                    .unwrap_or_default();
                if gone {
                    self.draw(*draw, drawn);
                    *entry = self.largest(drawn, rejected);
                    stale = true;
                }
                smallest = smallest.min(entry.statistic);
            }
            if !stale {
                return smallest;
            }
        }
    }

    /// Draw number `draw` of the null distribution: all true values equal.
    fn draw(&self, draw: u32, into: &mut Drawn) {
        let mut normals = Normals::new(Stream::new(self.seed, "compare", u64::from(draw)));
        for ((region, value), sd) in self.regions.iter().zip(&mut into.value).zip(&mut into.sd) {
            *value = region.se * normals.next();
            *sd = region.se * normals.mean_square(region.df).sqrt();
        }
    }

    /// The pair's t on the normal scale (Wallace 1959), positive where `i` lies above `j`; 0 below.
    fn statistic(&self, drawn: &Drawn, i: usize, j: usize) -> f64 {
        let (Some(first), Some(second)) = (drawn.at(i), drawn.at(j)) else { return 0.0 };
        let difference = first.0 - second.0;
        if difference <= 0.0 {
            return 0.0;
        }
        let (v, w) = (first.1 * first.1, second.1 * second.1);
        let square = difference * difference / (v + w);
        let parts = match (self.regions.get(i), self.regions.get(j)) {
            (Some(a), Some(b)) => v * v / a.df + w * w / b.df,
            _ => 0.0,
        };
        if parts == 0.0 {
            return square.sqrt();
        }
        let df = (v + w) * (v + w) / parts;
        (8.0 * df + 1.0) / (8.0 * df + 3.0) * (df * (square / df).ln_1p()).sqrt()
    }

    /// The largest statistic of a draw over the pairs not rejected.
    ///
    /// The statistic is at most t, and t at most `√2·(xᵢ − xⱼ)/(sᵢ + sⱼ)`. So once some pair has
    /// reached `m`, a pair can only exceed it if `xᵢ − sᵢ·m/√2 > xⱼ + sⱼ·m/√2`, which leaves a
    /// handful of the pairs of a draw.
    fn largest(&self, drawn: &Drawn, rejected: &[Vec<bool>]) -> Largest {
        let size = self.regions.len();
        let mut best = Largest { statistic: 0.0, above: 0, below: 0 };
        let look = |best: &mut Largest, above: usize, below: usize| {
            let open = rejected
                .get(above)
                .and_then(|row| row.get(below))
                .is_some_and(|rejected| !*rejected);
            if open && above != below {
                let statistic = self.statistic(drawn, above, below);
                if statistic > best.statistic {
                    *best = Largest { statistic, above, below };
                }
            }
        };
        // A good start: the most extreme regions against all others.
        let extreme = |sign: f64| {
            let score = |index: usize| drawn.at(index).map_or(0.0, |(x, s)| sign * x / s);
            (0..size).max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap_or_default()
        };
        let (top, bottom) = (extreme(1.0), extreme(-1.0));
        for other in 0..size {
            look(&mut best, top, other);
            look(&mut best, other, bottom);
        }
        let reach = best.statistic / std::f64::consts::SQRT_2;
        let entries = || drawn.value.iter().zip(&drawn.sd).enumerate();
        let highest = entries().map(|(_, (x, s))| x - s * reach).fold(f64::MIN, f64::max);
        let below: Vec<(usize, f64)> = entries()
            .map(|(index, (x, s))| (index, x + s * reach))
            .filter(|(_, low)| *low < highest)
            .collect();
        let lowest = below.iter().map(|(_, low)| *low).fold(f64::MAX, f64::min);
        for (i, high) in entries()
            .map(|(index, (x, s))| (index, x - s * reach))
            .filter(|(_, high)| *high > lowest)
        {
            for (j, _) in below.iter().filter(|(_, low)| *low < high) {
                look(&mut best, i, *j);
            }
        }
        best
    }
}

/// A value and a standard deviation for each region.
struct Drawn {
    value: Vec<f64>,
    sd: Vec<f64>,
}

impl Drawn {
    fn at(&self, index: usize) -> Option<(f64, f64)> {
        Some((*self.value.get(index)?, *self.sd.get(index)?))
    }
}

/// Standard normal numbers, two at a time (Marsaglia and Bray 1964).
struct Normals {
    stream: Stream,
    second: Option<f64>,
}

impl Normals {
    fn new(stream: Stream) -> Self {
        Self { stream, second: None }
    }

    fn next(&mut self) -> f64 {
        if let Some(second) = self.second.take() {
            return second;
        }
        loop {
            let (u, v) = (2.0 * self.stream.uniform() - 1.0, 2.0 * self.stream.uniform() - 1.0);
            let square = u * u + v * v;
            if square < 1.0 && square > 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.second = Some(v * factor);
                return u * factor;
            }
        }
    }

    /// χ²(df)/df (Marsaglia and Tsang 2000); 1 for infinite degrees of freedom.
    fn mean_square(&mut self, df: f64) -> f64 {
        if df.is_infinite() {
            return 1.0;
        }
        let shape = df / 2.0;
        // Below 1 the method needs the next shape up and a power of a uniform number.
        let (raised, factor) = if shape < 1.0 {
            (shape + 1.0, (1.0 - self.stream.uniform()).powf(1.0 / shape))
        } else {
            (shape, 1.0)
        };
        let d = raised - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let z = self.next();
            let base = 1.0 + c * z;
            if base <= 0.0 {
                continue;
            }
            let v = base * base * base;
            let u = 1.0 - self.stream.uniform();
            let squared = z * z;
            if u < 1.0 - 0.0331 * squared * squared
                || u.ln() < 0.5 * squared + d * (1.0 - v + v.ln())
            {
                return d * v * factor / shape;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::{Drawn, Normals, Pairs, Region, StepDown};
    use crate::compare::{Rule, Verdict};
    use crate::random::Stream;

    const RECORDED: Rule =
        Rule { confidence: 0.95, least_difference: 0.1, least_correlation: None };

    fn region(value: f64, se: f64) -> Region {
        Region { value, se, df: f64::INFINITY, full_shift: Some(10.0) }
    }

    #[test]
    fn mean_squares_have_mean_one_and_variance_two_over_df() {
        for df in [1.0, 3.0, 9.0, 120.0] {
            let mut normals = Normals::new(Stream::new(3, "check", df as u64));
            let draws: Vec<f64> = (0..200_000).map(|_| normals.mean_square(df)).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance =
                draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
            assert!((mean - 1.0).abs() < 0.015, "{df}: {mean}");
            assert!((variance * df / 2.0 - 1.0).abs() < 0.06, "{df}: {variance}");
        }
        assert_eq!(Normals::new(Stream::new(3, "check", 0)).mean_square(f64::INFINITY), 1.0);
    }

    #[test]
    fn two_regions_are_separated_where_the_t_test_of_two_means_does() {
        // se of the difference 0.1414; the normal critical value is 1.96.
        let apart = |gap: f64| {
            Pairs::test(&[region(5.0 + gap, 0.1), region(5.0, 0.1)], &RECORDED, 20_000, 1)
                .verdict(0, 1)
        };
        assert_eq!(apart(0.30), Verdict::ClearlyAbove);
        assert_eq!(apart(0.25), Verdict::NotTold);
        assert_eq!(apart(-0.30), Verdict::ClearlyBelow);
    }

    #[test]
    fn the_critical_value_of_equal_errors_is_the_studentised_range() {
        // Upper 5 % of the studentised range of 10 means: 4.474; over √2 that is 3.1637.
        let regions: Vec<Region> = (0..10).map(|_| region(5.0, 0.1)).collect();
        let test = StepDown::new(&regions, 40_000, 5);
        let mut drawn = Drawn { value: vec![0.0; 10], sd: vec![0.0; 10] };
        let open = vec![vec![false; 10]; 10];
        let mut largest: Vec<_> = (0..40_000)
            .map(|draw| {
                test.draw(draw, &mut drawn);
                (draw, test.largest(&drawn, &open))
            })
            .collect();
        let critical = test.critical(&mut largest, 2_000, &open, &mut drawn);
        assert!((critical - 3.1637).abs() < 0.02, "{critical}");
    }

    #[test]
    fn letters_and_counts_follow_from_the_verdicts() {
        let regions = [region(6.0, 0.05), region(5.0, 0.05), region(6.05, 0.05), region(4.0, 0.05)];
        let pairs = Pairs::test(&regions, &RECORDED, 2_000, 1);
        assert_eq!(pairs.letters(), ["a", "b", "a", "c"]);
        assert_eq!(pairs.above_and_below(0), (0, 2));
        assert_eq!(pairs.above_and_below(1), (2, 1));
        assert_eq!(pairs.above_and_below(3), (3, 0));
        assert_eq!(pairs.verdict(1, 0), Verdict::ClearlyBelow);
        assert_eq!(
            (pairs.verdict(1, 1), pairs.verdict(9, 0)),
            (Verdict::NotTold, Verdict::NotTold)
        );
    }

    #[test]
    fn a_reversible_pair_shares_a_letter() {
        let open = Rule { least_correlation: Some(0.01), ..RECORDED };
        // 0.19 / (10 + 10) = 0.0095 and 0.5 / 20 = 0.025.
        let pairs =
            Pairs::test(&[region(5.19, 0.01), region(5.0, 0.01), region(4.5, 0.01)], &open, 999, 1);
        assert_eq!(pairs.verdict(0, 1), Verdict::Fragile);
        assert_eq!(pairs.letters(), ["a", "a", "b"]);
    }

    #[test]
    fn a_region_without_a_usable_error_is_told_apart_from_none() {
        let broken = [0.0, f64::NAN, -1.0].map(|se| region(1.0, se));
        for broken in broken.into_iter().chain([Region { df: 0.0, ..region(1.0, 0.1) }]) {
            let pairs =
                Pairs::test(&[region(9.0, 0.1), broken, region(5.0, 0.1)], &RECORDED, 999, 1);
            assert_eq!(pairs.verdict(0, 1), Verdict::NotTold);
            assert_eq!(pairs.verdict(0, 2), Verdict::ClearlyAbove);
            assert_eq!(pairs.above_and_below(1), (0, 0));
        }
        assert!(Pairs::test(&[], &RECORDED, 999, 1).letters().is_empty());
        let few = Pairs::test(&[region(9.0, 0.1), region(1.0, 0.1)], &RECORDED, 18, 1);
        assert_eq!(few.verdict(0, 1), Verdict::NotTold, "18 draws cannot show 5 %");
    }

    #[test]
    fn one_region_of_three_clusters_does_not_take_the_power_from_the_others() {
        let mut regions: Vec<Region> =
            (0..14).map(|index| region(5.0 + 0.4 * f64::from(index % 2), 0.06)).collect();
        regions[0] = Region { df: 2.0, ..regions[0] };
        let pairs = Pairs::test(&regions, &RECORDED, 10_000, 1);
        assert_eq!(pairs.verdict(3, 4), Verdict::ClearlyAbove);
        assert_eq!(pairs.verdict(0, 3), Verdict::NotTold);
    }

    #[test]
    fn threads_do_not_change_the_verdicts() {
        let regions: Vec<Region> = (0..30)
            .map(|index| Region {
                df: 5.0 + f64::from(index),
                ..region(5.0 + 0.05 * f64::from(index), 0.08)
            })
            .collect();
        let alone = Pairs::test(&regions, &RECORDED, 2_000, 4);
        let together: Vec<Pairs> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| Pairs::test(&regions, &RECORDED, 2_000, 4)))
                .collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(together.iter().all(|pairs| *pairs == alone));
    }

    #[test]
    fn the_whole_nation_is_compared_within_seconds() {
        let mut stream = Stream::new(9, "check", 0);
        let regions: Vec<Region> = (0..514)
            .map(|_| Region {
                df: 5.0 + stream.below(60) as f64,
                ..region(5.0 + 0.3 * stream.normal(), 0.04 + 0.2 * stream.uniform())
            })
            .collect();
        let start = Instant::now();
        let pairs = Pairs::test(&regions, &RECORDED, 20_000, 1);
        let tested = start.elapsed();
        assert_eq!(pairs.letters().len(), 514);
        println!("514 regions: {tested:?} to test, {:?} with letters", start.elapsed());
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_shortcuts_lose_no_pair(
            raw in prop::collection::vec((0.01..1.0_f64, 1.0..40.0_f64), 2..40),
            gone in prop::collection::vec(any::<bool>(), 40 * 40),
            seed in any::<u64>(),
        ) {
            let regions: Vec<Region> = raw.iter()
                .map(|&(se, df)| Region { value: 0.0, se, df, full_shift: None })
                .collect();
            let size = regions.len();
            let test = StepDown::new(&regions, 1, seed);
            let mut drawn = Drawn { value: vec![0.0; size], sd: vec![0.0; size] };
            test.draw(0, &mut drawn);
            let rejected: Vec<Vec<bool>> =
                (0..size).map(|i| (0..size).map(|j| gone[i * 40 + j]).collect()).collect();
            let all = (0..size)
                .flat_map(|i| (0..size).map(move |j| (i, j)))
                .filter(|&(i, j)| i != j && !rejected[i][j])
                .map(|(i, j)| test.statistic(&drawn, i, j))
                .fold(0.0, f64::max);
            prop_assert_eq!(test.largest(&drawn, &rejected).statistic, all);
        }

        #[test]
        fn stepping_down_again_from_scratch_gives_the_same_verdicts(
            raw in prop::collection::vec((4.0..6.0_f64, 0.05..0.3_f64, 2.0..40.0_f64), 2..12),
            seed in any::<u64>(),
        ) {
            let regions: Vec<Region> = raw.iter()
                .map(|&(value, se, df)| Region { value, se, df, full_shift: None })
                .collect();
            let size = regions.len();
            let test = StepDown::new(&regions, 199, seed);
            let observed = Drawn {
                value: regions.iter().map(|region| region.value).collect(),
                sd: regions.iter().map(|region| region.se).collect(),
            };
            let mut rejected = vec![vec![false; size]; size];
            loop {
                let mut drawn = Drawn { value: vec![0.0; size], sd: vec![0.0; size] };
                let mut largest: Vec<f64> = (0..199)
                    .map(|draw| {
                        test.draw(draw, &mut drawn);
                        test.largest(&drawn, &rejected).statistic
                    })
                    .collect();
                largest.sort_by(|a, b| b.total_cmp(a));
                let before = rejected.clone();
                for (i, row) in rejected.iter_mut().enumerate() {
                    for (j, slot) in row.iter_mut().enumerate() {
                        *slot |= test.statistic(&observed, i, j) > largest[9];
                    }
                }
                if rejected == before {
                    break;
                }
            }
            prop_assert_eq!(test.above(0.05), rejected);
        }
    }
}
