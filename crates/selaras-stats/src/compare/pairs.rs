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
//!
//! Families of regions (the kab/kota of each province) may share the random numbers of a [`Null`]:
//! the claim is about each family by itself.

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

/// The random numbers of a simulated null distribution, 24 bytes for each region in each draw.
#[derive(Clone, Debug)]
pub struct Null {
    regions: usize,
    draws: u32,
    seed: u64,
    /// Draw after draw, one for each region.
    numbers: Vec<Numbers>,
    normal: Ziggurat,
}

/// What a region is given in a draw: two standard normal numbers and one in `(0, 1]`.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    error: f64,
    spread: f64,
    accept: f64,
}

impl Null {
    /// `draws` draws from `seed` for families of at most `regions` regions.
    #[must_use]
    pub fn new(regions: usize, draws: u32, seed: u64) -> Self {
        let normal = Ziggurat::new();
        let mut numbers = Vec::with_capacity(regions * draws as usize);
        for draw in 0..draws {
            let mut stream = Stream::new(seed, "compare", u64::from(draw));
            numbers.extend((0..regions).map(|_| Numbers {
                error: normal.draw(&mut stream),
                spread: normal.draw(&mut stream),
                accept: 1.0 - stream.uniform(),
            }));
        }
        Self { regions, draws, seed, numbers, normal }
    }

    fn of(&self, draw: u32) -> &[Numbers] {
        let start = draw as usize * self.regions;
        self.numbers.get(start..start + self.regions).unwrap_or_default()
    }

    /// Further numbers for the region at `position`, where those of [`Null::of`] are not enough.
    #[cold]
    fn more(&self, draw: u32, position: usize) -> Stream {
        let replicate = u64::from(draw) * self.regions as u64 + position as u64;
        Stream::new(self.seed, "compare more", replicate)
    }
}

/// The verdicts on all pairs of regions.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    verdicts: Vec<Vec<Verdict>>,
    order: Vec<usize>,
}

impl Pairs {
    /// Tests all pairs of `regions` under `rule`. A region without a usable standard error is never
    /// told apart from another, nor is one beyond those that `null` was made for; and with fewer
    /// than `1 / (1 − confidence)` draws none is.
    #[must_use]
    pub fn test(regions: &[Region], rule: &Rule, null: &Null) -> Self {
        let tested: Vec<usize> = (0..regions.len())
            .filter(|&index| regions.get(index).is_some_and(Region::testable))
            .take(null.regions)
            .collect();
        let sample: Vec<Region> =
            tested.iter().filter_map(|&index| regions.get(index)).copied().collect();
        let above = StepDown::new(&sample, null).above(1.0 - rule.confidence);
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

/// A region's value and standard error, observed or drawn, and its degrees of freedom.
#[derive(Clone, Copy)]
struct Point {
    value: f64,
    se: f64,
    df: f64,
}

/// The step-down test on regions that can all be tested.
struct StepDown<'a> {
    regions: &'a [Region],
    spreads: Vec<MeanSquare>,
    null: &'a Null,
}

impl<'a> StepDown<'a> {
    fn new(regions: &'a [Region], null: &'a Null) -> Self {
        let spreads = regions.iter().map(|region| MeanSquare::new(region.df)).collect();
        Self { regions, spreads, null }
    }

    /// `above[i][j]`: region `i` is above region `j`, with joint error at most `level`.
    fn above(&self, level: f64) -> Vec<Vec<bool>> {
        let size = self.regions.len();
        let mut rejected = vec![vec![false; size]; size];
        // A rejected pair must exceed all but this many of the draws, itself counted as one.
        let spare = (level * (f64::from(self.null.draws) + 1.0)).floor() as usize;
        let spare = spare.min(self.null.draws as usize);
        if size < 2 || spare == 0 {
            return rejected;
        }
        let observed: Vec<Point> = self
            .regions
            .iter()
            .map(|region| Point { value: region.value, se: region.se, df: region.df })
            .collect();
        let mut drawn = Vec::with_capacity(size);
        let mut largest: Vec<(u32, Largest)> = (0..self.null.draws)
            .map(|draw| {
                self.draw(draw, &mut drawn);
                (draw, find_largest(&drawn, &rejected))
            })
            .collect();
        loop {
            let critical = self.critical(&mut largest, spare, &rejected, &mut drawn);
            let mut more = false;
            for (first, row) in observed.iter().zip(&mut rejected) {
                for (second, slot) in observed.iter().zip(row) {
                    if !*slot && statistic_above(first, second, critical).is_some() {
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
        drawn: &mut Vec<Point>,
    ) -> f64 {
        loop {
            // Ties broken by draw, so that the entries drawn again are always the same ones.
            largest.select_nth_unstable_by(spare - 1, |a, b| {
                b.1.statistic.total_cmp(&a.1.statistic).then(a.0.cmp(&b.0))
            });
            let mut stale = false;
            let mut smallest = f64::INFINITY;
            for (draw, entry) in &mut largest[..spare] {
                if rejected[entry.above][entry.below] {
                    self.draw(*draw, drawn);
                    *entry = find_largest(drawn, rejected);
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
    fn draw(&self, draw: u32, into: &mut Vec<Point>) {
        into.clear();
        let numbers = self.null.of(draw).iter().enumerate();
        let regions = self.regions.iter().zip(&self.spreads).zip(numbers);
        into.extend(regions.map(|((region, spread), (position, numbers))| {
            let more = || self.null.more(draw, position);
            let square = spread.draw(numbers.spread, numbers.accept, &self.null.normal, more);
            let (value, se) = (region.se * numbers.error, region.se * square.sqrt());
            Point { value, se, df: region.df }
        }));
    }
}

/// How far `first` lies above `second`: their t on the normal scale (Wallace 1959). `None` unless
/// that is above `least`, which is not negative.
#[inline]
fn statistic_above(first: &Point, second: &Point, least: f64) -> Option<f64> {
    let difference = first.value - second.value;
    let (v, w) = (first.se * first.se, second.se * second.se);
    let square = difference * difference;
    // On the normal scale a t is never larger.
    if difference <= 0.0 || square <= least * least * (v + w) {
        return None;
    }
    let parts = v * v / first.df + w * w / second.df;
    let square = square / (v + w);
    let statistic = if parts > 0.0 {
        let df = (v + w) * (v + w) / parts;
        (8.0 * df + 1.0) / (8.0 * df + 3.0) * (df * (square / df).ln_1p()).sqrt()
    } else {
        square.sqrt()
    };
    (statistic > least).then_some(statistic)
}

/// The largest statistic of a draw over the pairs not rejected.
///
/// The statistic is at most t, and t at most `√2·(xᵢ − xⱼ)/(sᵢ + sⱼ)`. So once some pair has
/// reached `m`, a pair can only exceed it if `xᵢ − sᵢ·m/√2 > xⱼ + sⱼ·m/√2`, which leaves a handful
/// of the pairs of a draw.
fn find_largest(drawn: &[Point], rejected: &[Vec<bool>]) -> Largest {
    let mut best = Largest { statistic: 0.0, above: 0, below: 0 };
    let look = |best: &mut Largest, above: usize, below: usize| {
        let statistic = statistic_above(&drawn[above], &drawn[below], best.statistic);
        if let Some(statistic) = statistic
            && !rejected[above][below]
        {
            *best = Largest { statistic, above, below };
        }
    };
    // A good start: the most extreme regions, against all others too where they are rejected.
    let (mut top, mut bottom) = ((0, f64::MIN), (0, f64::MAX));
    for (index, point) in drawn.iter().enumerate() {
        let score = point.value / point.se;
        if score > top.1 {
            top = (index, score);
        }
        if score < bottom.1 {
            bottom = (index, score);
        }
    }
    let (top, bottom) = (top.0, bottom.0);
    look(&mut best, top, bottom);
    if best.statistic == 0.0 {
        for other in 0..drawn.len() {
            look(&mut best, top, other);
            look(&mut best, other, bottom);
        }
    }
    let reach = best.statistic / std::f64::consts::SQRT_2;
    let high = |point: &Point| point.value - point.se * reach;
    let low = |point: &Point| point.value + point.se * reach;
    let lowest = drawn.iter().map(low).fold(f64::MAX, f64::min);
    for (i, first) in drawn.iter().enumerate() {
        let high = high(first);
        if high > lowest {
            for (j, second) in drawn.iter().enumerate() {
                if low(second) < high {
                    look(&mut best, i, j);
                }
            }
        }
    }
    best
}

/// Standard normal numbers by the ziggurat of Marsaglia and Tsang (2000, Journal of Statistical
/// Software 5, 8), in the form of Doornik (2005): 128 layers of equal area.
#[derive(Clone, Debug)]
struct Ziggurat {
    /// Right ends of the layers, the lowest first; the last is 0.
    ends: [f64; LAYERS + 1],
}

const LAYERS: usize = 128;
/// Where the tail begins, and the area of a layer, for 128 layers.
const TAIL: f64 = 3.442_619_855_899;
const AREA: f64 = 9.912_563_035_262_17e-3;

impl Ziggurat {
    fn new() -> Self {
        let mut ends = [0.0; LAYERS + 1];
        let mut density = density(TAIL);
        ends[0] = AREA / density;
        ends[1] = TAIL;
        for layer in 2..LAYERS {
            ends[layer] = (-2.0 * (AREA / ends[layer - 1] + density).ln()).sqrt();
            density = self::density(ends[layer]);
        }
        Self { ends }
    }

    #[inline]
    fn draw(&self, stream: &mut Stream) -> f64 {
        loop {
            let bits = stream.bits();
            // The low bits choose the layer, the high 53 the place in it.
            let layer = bits as usize % LAYERS;
            let place = (bits >> 11) as f64 * (2.0 / (1_u64 << 53) as f64) - 1.0;
            let x = place * self.ends[layer];
            if x.abs() < self.ends[layer + 1] {
                return x;
            }
            if layer == 0 {
                return Self::tail(stream).copysign(place);
            }
            let (low, high) = (density(self.ends[layer]), density(self.ends[layer + 1]));
            if low + stream.uniform() * (high - low) < density(x) {
                return x;
            }
        }
    }

    /// A normal number beyond [`TAIL`] (Marsaglia 1964).
    #[cold]
    fn tail(stream: &mut Stream) -> f64 {
        loop {
            let x = -(1.0 - stream.uniform()).ln() / TAIL;
            let y = -(1.0 - stream.uniform()).ln();
            if 2.0 * y >= x * x {
                return TAIL + x;
            }
        }
    }
}

/// The normal density at `x`, up to a factor.
fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp()
}

/// χ²(df)/df (Marsaglia and Tsang 2000, ACM Transactions on Mathematical Software 26, 363–372);
/// 1 for infinite degrees of freedom.
struct MeanSquare {
    shape: f64,
    d: f64,
    c: f64,
    /// d over shape.
    scale: f64,
}

impl MeanSquare {
    fn new(df: f64) -> Self {
        let shape = df / 2.0;
        // Below 1 the method needs the next shape up and a power of a uniform number.
        let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
        Self { shape, d, c: 1.0 / (9.0 * d).sqrt(), scale: d / shape }
    }

    /// From a normal number `z` and a uniform one `u`; what is rejected is made from `more`.
    #[inline]
    fn draw(&self, z: f64, u: f64, normal: &Ziggurat, more: impl FnOnce() -> Stream) -> f64 {
        if self.shape.is_infinite() {
            return 1.0;
        }
        match self.accepted(z, u) {
            Some(v) if self.shape >= 1.0 => self.scale * v,
            accepted => self.finish(accepted, normal, &mut more()),
        }
    }

    #[inline]
    fn accepted(&self, z: f64, u: f64) -> Option<f64> {
        let base = 1.0 + self.c * z;
        let v = base * base * base;
        let squared = z * z;
        let accepted = base > 0.0
            && (u < 1.0 - 0.0331 * squared * squared
                || u.ln() < 0.5 * squared + self.d * (1.0 - v + v.ln()));
        accepted.then_some(v)
    }

    #[cold]
    fn finish(&self, accepted: Option<f64>, normal: &Ziggurat, stream: &mut Stream) -> f64 {
        let again = |stream: &mut Stream| loop {
            let (z, u) = (normal.draw(stream), 1.0 - stream.uniform());
            if let Some(v) = self.accepted(z, u) {
                return v;
            }
        };
        let v = accepted.unwrap_or_else(|| again(stream));
        let factor =
            if self.shape < 1.0 { (1.0 - stream.uniform()).powf(1.0 / self.shape) } else { 1.0 };
        self.scale * v * factor
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::{
        MeanSquare, Null, Pairs, Point, Region, StepDown, Ziggurat, find_largest, statistic_above,
    };
    use crate::compare::{Rule, Verdict};
    use crate::random::Stream;

    const RECORDED: Rule =
        Rule { confidence: 0.95, least_difference: 0.1, least_correlation: None };

    fn region(value: f64, se: f64) -> Region {
        Region { value, se, df: f64::INFINITY, full_shift: Some(10.0) }
    }

    fn test(regions: &[Region], rule: &Rule, draws: u32, seed: u64) -> Pairs {
        Pairs::test(regions, rule, &Null::new(regions.len(), draws, seed))
    }

    #[test]
    fn mean_squares_have_mean_one_and_variance_two_over_df() {
        for df in [1.0, 3.0, 9.0, 120.0] {
            let (normal, square) = (Ziggurat::new(), MeanSquare::new(df));
            let mut stream = Stream::new(3, "check", df as u64);
            let draws: Vec<f64> = (0..200_000)
                .map(|draw| {
                    let (z, u) = (normal.draw(&mut stream), 1.0 - stream.uniform());
                    square.draw(z, u, &normal, || Stream::new(4, "check", draw))
                })
                .collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance =
                draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
            assert!((mean - 1.0).abs() < 0.015, "{df}: {mean}");
            assert!((variance * df / 2.0 - 1.0).abs() < 0.06, "{df}: {variance}");
        }
        let stream = || Stream::new(3, "check", 0);
        let infinite = MeanSquare::new(f64::INFINITY);
        assert_eq!(infinite.draw(0.3, 0.5, &Ziggurat::new(), stream), 1.0);
    }

    #[test]
    fn normal_numbers_are_distributed_as_they_should_be() {
        let normal = Ziggurat::new();
        let mut stream = Stream::new(3, "check", 0);
        let total = 2_000_000;
        let mut draws: Vec<f64> = (0..total).map(|_| normal.draw(&mut stream)).collect();
        draws.sort_by(f64::total_cmp);
        let exact = Normal::standard();
        // Kolmogorov and Smirnov's distance: 1.63/√n is exceeded once in a hundred.
        let distance = draws
            .iter()
            .enumerate()
            .map(|(index, z)| (exact.cdf(*z) - (index as f64 + 0.5) / f64::from(total)).abs())
            .fold(0.0, f64::max);
        assert!(distance < 1.63 / f64::from(total).sqrt(), "{distance}");
        let beyond = draws.iter().filter(|z| z.abs() > 3.6).count() as f64;
        let expected = 2.0 * exact.sf(3.6) * f64::from(total);
        assert!((beyond - expected).abs() < 3.5 * expected.sqrt(), "{beyond} {expected}");
    }

    #[test]
    fn two_regions_are_separated_where_the_t_test_of_two_means_does() {
        // se of the difference 0.1414; the normal critical value is 1.96.
        let apart = |gap: f64| {
            test(&[region(5.0 + gap, 0.1), region(5.0, 0.1)], &RECORDED, 20_000, 1).verdict(0, 1)
        };
        assert_eq!(apart(0.30), Verdict::ClearlyAbove);
        assert_eq!(apart(0.25), Verdict::NotTold);
        assert_eq!(apart(-0.30), Verdict::ClearlyBelow);
    }

    #[test]
    fn the_critical_value_of_equal_errors_is_the_studentised_range() {
        // Upper 5 % of the studentised range of 10 means: 4.474; over √2 that is 3.1637.
        let regions: Vec<Region> = (0..10).map(|_| region(5.0, 0.1)).collect();
        let null = Null::new(10, 40_000, 5);
        let test = StepDown::new(&regions, &null);
        let mut drawn = Vec::new();
        let open = vec![vec![false; 10]; 10];
        let mut largest: Vec<_> = (0..40_000)
            .map(|draw| {
                test.draw(draw, &mut drawn);
                (draw, find_largest(&drawn, &open))
            })
            .collect();
        let critical = test.critical(&mut largest, 2_000, &open, &mut drawn);
        assert!((critical - 3.1637).abs() < 0.02, "{critical}");
    }

    #[test]
    fn letters_and_counts_follow_from_the_verdicts() {
        let regions = [region(6.0, 0.05), region(5.0, 0.05), region(6.05, 0.05), region(4.0, 0.05)];
        let pairs = test(&regions, &RECORDED, 2_000, 1);
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
            test(&[region(5.19, 0.01), region(5.0, 0.01), region(4.5, 0.01)], &open, 999, 1);
        assert_eq!(pairs.verdict(0, 1), Verdict::Fragile);
        assert_eq!(pairs.letters(), ["a", "a", "b"]);
    }

    #[test]
    fn a_region_without_a_usable_error_is_told_apart_from_none() {
        let broken = [0.0, f64::NAN, -1.0].map(|se| region(1.0, se));
        for broken in broken.into_iter().chain([Region { df: 0.0, ..region(1.0, 0.1) }]) {
            let pairs = test(&[region(9.0, 0.1), broken, region(5.0, 0.1)], &RECORDED, 999, 1);
            assert_eq!(pairs.verdict(0, 1), Verdict::NotTold);
            assert_eq!(pairs.verdict(0, 2), Verdict::ClearlyAbove);
            assert_eq!(pairs.above_and_below(1), (0, 0));
        }
        assert!(test(&[], &RECORDED, 999, 1).letters().is_empty());
        let few = test(&[region(9.0, 0.1), region(1.0, 0.1)], &RECORDED, 18, 1);
        assert_eq!(few.verdict(0, 1), Verdict::NotTold, "18 draws cannot show 5 %");
        for confidence in [0.0, 1.0, -1.0, f64::NAN] {
            let odd = Rule { confidence, ..RECORDED };
            let pairs = test(&[region(9.0, 0.1), region(1.0, 0.1)], &odd, 99, 1);
            assert_eq!(pairs.verdict(0, 1).told(), confidence < 1.0, "{confidence}");
        }
    }

    #[test]
    fn one_region_of_three_clusters_does_not_take_the_power_from_the_others() {
        let mut regions: Vec<Region> =
            (0..14).map(|index| region(5.0 + 0.4 * f64::from(index % 2), 0.06)).collect();
        regions[0] = Region { df: 2.0, ..regions[0] };
        let pairs = test(&regions, &RECORDED, 10_000, 1);
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
        let alone = test(&regions, &RECORDED, 2_000, 4);
        let together: Vec<Pairs> = std::thread::scope(|scope| {
            let running: Vec<_> =
                (0..4).map(|_| scope.spawn(|| test(&regions, &RECORDED, 2_000, 4))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(together.iter().all(|pairs| *pairs == alone));
    }

    #[test]
    fn a_family_of_fewer_regions_needs_no_numbers_of_its_own() {
        let regions: Vec<Region> =
            (0..6).map(|index| region(5.0 + 0.2 * f64::from(index), 0.08)).collect();
        let null = Null::new(5, 2_000, 4);
        let pairs = Pairs::test(&regions[..2], &RECORDED, &null);
        assert_eq!(pairs.verdict(1, 0), test(&regions[..2], &RECORDED, 2_000, 9).verdict(1, 0));
        let more = Pairs::test(&regions, &RECORDED, &null);
        assert_eq!(more.verdict(4, 0), Verdict::ClearlyAbove);
        assert_eq!(more.verdict(5, 0), Verdict::NotTold, "there are no numbers for a sixth");
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
        let pairs = test(&regions, &RECORDED, 5_000, 1);
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
            let null = Null::new(size, 1, seed);
            let test = StepDown::new(&regions, &null);
            let mut drawn = Vec::new();
            test.draw(0, &mut drawn);
            let rejected: Vec<Vec<bool>> =
                (0..size).map(|i| (0..size).map(|j| gone[i * 40 + j]).collect()).collect();
            let all = (0..size)
                .flat_map(|i| (0..size).map(move |j| (i, j)))
                .filter(|&(i, j)| i != j && !rejected[i][j])
                .filter_map(|(i, j)| statistic_above(&drawn[i], &drawn[j], 0.0))
                .fold(0.0, f64::max);
            prop_assert_eq!(find_largest(&drawn, &rejected).statistic, all);
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
            let null = Null::new(size, 199, seed);
            let test = StepDown::new(&regions, &null);
            let observed: Vec<Point> =
                raw.iter().map(|&(value, se, df)| Point { value, se, df }).collect();
            let mut rejected = vec![vec![false; size]; size];
            loop {
                let mut drawn = Vec::new();
                let mut largest: Vec<f64> = (0..199)
                    .map(|draw| {
                        test.draw(draw, &mut drawn);
                        find_largest(&drawn, &rejected).statistic
                    })
                    .collect();
                largest.sort_by(|a, b| b.total_cmp(a));
                let before = rejected.clone();
                for (i, row) in rejected.iter_mut().enumerate() {
                    for (j, slot) in row.iter_mut().enumerate() {
                        *slot |= statistic_above(&observed[i], &observed[j], largest[9]).is_some();
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
