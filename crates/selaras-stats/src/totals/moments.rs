//! The sums of one score under one key.

use crate::fixed::{SCORE_BITS, WEIGHT_BITS, Wide};

/// Marks a score that is missing from a row in steps.
pub(super) const MISSING: i64 = i64::MIN;
/// Largest sum of weights, in steps.
pub(super) const MASS_LIMIT: u128 = 1 << (34 + WEIGHT_BITS);
/// Most rows that a key read from bytes may claim.
pub(super) const ROWS_LIMIT: u64 = 1 << 40;

/// Exact sums over the rows that have a score; `w` are weights, `y` scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// Rows.
    pub n: u64,
    pub(super) w: Wide<2>,
    pub(super) wy: Wide<2>,
    pub(super) wyy: Wide<3>,
    ww: Wide<2>,
    wwy: Wide<3>,
    wwyy: Wide<4>,
    least: u64,
    most: u64,
}

impl Moments {
    /// Σw.
    #[must_use]
    pub fn w(&self) -> f64 {
        self.w.to_f64(WEIGHT_BITS)
    }

    /// Σw·y.
    #[must_use]
    pub fn wy(&self) -> f64 {
        self.wy.to_f64(WEIGHT_BITS + SCORE_BITS)
    }

    /// Σw·y².
    #[must_use]
    pub fn wyy(&self) -> f64 {
        self.wyy.to_f64(WEIGHT_BITS + 2 * SCORE_BITS)
    }

    /// Σw².
    #[must_use]
    pub fn ww(&self) -> f64 {
        self.ww.to_f64(2 * WEIGHT_BITS)
    }

    /// Σw²·y.
    #[must_use]
    pub fn wwy(&self) -> f64 {
        self.wwy.to_f64(2 * WEIGHT_BITS + SCORE_BITS)
    }

    /// Σw²·y².
    #[must_use]
    pub fn wwyy(&self) -> f64 {
        self.wwyy.to_f64(2 * (WEIGHT_BITS + SCORE_BITS))
    }

    /// Smallest and largest weight; `None` without rows.
    #[must_use]
    pub fn weight_range(&self) -> Option<(f64, f64)> {
        let weight = |steps: u64| Wide::<2>::new(i128::from(steps)).to_f64(WEIGHT_BITS);
        (self.n > 0).then(|| (weight(self.least), weight(self.most)))
    }

    /// The weighted sum of squares about the mean over Σw; exactly 0 where all scores are equal.
    /// `None` without rows.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let (w, wy) = (self.w.to_i128(), self.wy.to_i128());
        MeanSums { n: self.n, w, wy, wyy: self.wyy }.variance()
    }

    /// Adds the sums of `other`.
    pub fn add(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        self.least = if self.n == 0 { other.least } else { self.least.min(other.least) };
        self.most = self.most.max(other.most);
        self.n += other.n;
        self.w = self.w.plus(other.w);
        self.wy = self.wy.plus(other.wy);
        self.wyy = self.wyy.plus(other.wyy);
        self.ww = self.ww.plus(other.ww);
        self.wwy = self.wwy.plus(other.wwy);
        self.wwyy = self.wwyy.plus(other.wwyy);
    }

    /// The sums of rows of one weight.
    pub(super) fn of_one_weight(weight: u64, sums: &Sums) -> Self {
        if sums.n == 0 {
            return Self::default();
        }
        let weight_squared = u128::from(weight) * u128::from(weight);
        Self {
            n: sums.n,
            w: Wide::new(i128::from(sums.n)).times(u128::from(weight)),
            wy: sums.y.times(u128::from(weight)),
            wyy: sums.yy.times(u128::from(weight)),
            ww: Wide::new(i128::from(sums.n)).times(weight_squared),
            wwy: sums.y.resize().times(weight_squared),
            wwyy: sums.yy.resize().times(weight_squared),
            least: weight,
            most: weight,
        }
    }

    /// Adds at most [`TOGETHER`] rows: what their weights come to, their weights, and their scores,
    /// [`MISSING`] where there is none.
    pub(super) fn add_rows(&mut self, mass: &Mass, weights: &[u64], scores: &[i64]) {
        if !scores.contains(&MISSING) {
            return self.add(&products(mass, weights, scores));
        }
        let (mut of_present, mut present) = ([0; TOGETHER], [0; TOGETHER]);
        let rows = weights.iter().zip(scores).filter(|(_, y)| **y != MISSING);
        let places = of_present.iter_mut().zip(&mut present);
        let mut count = 0;
        for ((&weight, &y), place) in rows.zip(places) {
            (*place.0, *place.1) = (weight, y);
            count += 1;
        }
        if let (Some(weights), Some(scores)) = (of_present.get(..count), present.get(..count)) {
            self.add(&products(&Mass::of(weights), weights, scores));
        }
    }

    /// Appends n and, where it is not 0, all sums.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        Wide::<2>::new(i128::from(self.n)).write(bytes);
        if self.n > 0 {
            self.w.write(bytes);
            self.wy.write(bytes);
            self.wyy.write(bytes);
            self.ww.write(bytes);
            self.wwy.write(bytes);
            self.wwyy.write(bytes);
            Wide::<2>::new(i128::from(self.least)).write(bytes);
            Wide::<2>::new(i128::from(self.most)).write(bytes);
        }
    }

    /// Reads what [`Moments::write`] wrote.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let whole = |bytes: &mut &[u8]| u64::try_from(Wide::<2>::read(bytes)?.to_i128()).ok();
        let n = whole(bytes)?;
        if n == 0 {
            return Some(Self::default());
        }
        Some(Self {
            n,
            w: Wide::read(bytes)?,
            wy: Wide::read(bytes)?,
            wyy: Wide::read(bytes)?,
            ww: Wide::read(bytes)?,
            wwy: Wide::read(bytes)?,
            wwyy: Wide::read(bytes)?,
            least: whole(bytes)?,
            most: whole(bytes)?,
        })
    }

    /// Whether rows within the limits could have these sums, as far as later arithmetic needs it.
    pub(super) fn is_possible(&self) -> bool {
        if self.n == 0 {
            return true;
        }
        let Ok(w) = u128::try_from(self.w.to_i128()) else { return false };
        let within = |least: u64, most: u64| {
            u128::from(self.n).checked_mul(u128::from(least)).is_some_and(|low| low <= w)
                && u128::from(self.n).checked_mul(u128::from(most)).is_none_or(|high| w <= high)
        };
        // |Σxy| ≤ max|y| Σx, and the same for squares.
        let score = 1_u128 << (20 + SCORE_BITS);
        let bounded = |sum: Wide<4>, bound: Wide<4>| {
            !bound.minus(if sum.is_negative() { sum.negated() } else { sum }).is_negative()
        };
        let Ok(ww) = u128::try_from(self.ww.to_i128()) else { return false };
        self.n <= ROWS_LIMIT
            && self.least >= 1
            && self.most < 1 << (22 + WEIGHT_BITS)
            && w <= MASS_LIMIT
            && within(self.least, self.most)
            && bounded(self.wy.resize(), Wide::product(w, score))
            && bounded(self.wyy.resize(), Wide::product(w, score * score))
            && bounded(self.ww.resize(), Wide::product(w, u128::from(self.most)))
            && bounded(self.wwy.resize(), Wide::product(ww, score))
            && bounded(self.wwyy, Wide::product(ww, score * score))
            && !self.wyy.is_negative()
            && !self.wwyy.is_negative()
    }
}

/// Most rows whose products are summed in 128 bits, with the carries between limbs left for the end.
///
/// With w < 2⁵⁶ and |y| < 2⁵⁸, w·|y| = h·2⁶⁴ + l has h < 2⁵⁰, so that of the products of
/// [`products`] none reaches 2¹²³ but l², which is kept in halves.
pub(super) const TOGETHER: usize = 32;

/// What the weights of at most [`TOGETHER`] rows come to. Most rows have all scores, so that most
/// scores share it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mass {
    n: u64,
    w: u128,
    ww: u128,
    least: u64,
    most: u64,
}

impl Mass {
    pub(super) fn of(weights: &[u64]) -> Self {
        Self {
            n: weights.len() as u64,
            w: weights.iter().map(|&w| u128::from(w)).sum(),
            ww: weights.iter().map(|&w| u128::from(w) * u128::from(w)).sum(),
            least: weights.iter().copied().min().unwrap_or(0),
            most: weights.iter().copied().max().unwrap_or(0),
        }
    }
}

/// The sums of at most [`TOGETHER`] rows that all have a score. A pass for each sum or two keeps
/// them in registers.
fn products(mass: &Mass, weights: &[u64], scores: &[i64]) -> Moments {
    fn wide<const LIMBS: usize>(value: u128, limbs: usize) -> Wide<LIMBS> {
        Wide::new(value as i128).shifted(limbs)
    }
    let times = |a: u64, b: u64| u128::from(a) * u128::from(b);
    // w·|y| in halves.
    let mut halves = [(0_u64, 0_u64); TOGETHER];
    let mut wy = 0_i128;
    for ((half, &w), &y) in halves.iter_mut().zip(weights).zip(scores) {
        let product = times(w, y.unsigned_abs());
        *half = ((product >> 64) as u64, product as u64);
        wy += if y < 0 { -(product as i128) } else { product as i128 };
    }
    let halves = halves.get(..scores.len()).unwrap_or_default();

    let mut wyy = [0_u128; 2];
    for (&(high, low), y) in halves.iter().zip(scores) {
        wyy[0] += times(low, y.unsigned_abs());
        wyy[1] += times(high, y.unsigned_abs());
    }
    let mut wwy = [0_i128; 2];
    for ((&(high, low), &w), &y) in halves.iter().zip(weights).zip(scores) {
        let (low, high) = (times(low, w) as i128, times(high, w) as i128);
        wwy[0] += if y < 0 { -low } else { low };
        wwy[1] += if y < 0 { -high } else { high };
    }
    let (mut square_low, mut square_high) = (0_u128, 0_u128);
    for &(_, low) in halves {
        let square = times(low, low);
        square_low += u128::from(square as u64);
        square_high += square >> 64;
    }
    let (mut mixed, mut high_squares) = (0_u128, 0_u128);
    for &(high, low) in halves {
        mixed += times(high, low);
        high_squares += times(high, high);
    }
    Moments {
        n: mass.n,
        w: wide(mass.w, 0),
        wy: Wide::new(wy),
        wyy: wide(wyy[0], 0).plus(wide(wyy[1], 1)),
        ww: wide(mass.ww, 0),
        wwy: Wide::new(wwy[0]).plus(Wide::new(wwy[1]).shifted(1)),
        // The mixed product stands twice in the square.
        wwyy: wide(square_low, 0)
            .plus(wide(square_high + 2 * mixed, 1))
            .plus(wide(high_squares, 2)),
        least: mass.least,
        most: mass.most,
    }
}

/// Sums over rows of one weight.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// Rows.
    pub(super) n: u64,
    /// Σy.
    pub(super) y: Wide<2>,
    /// Σy².
    pub(super) yy: Wide<3>,
}

impl Sums {
    #[inline]
    /// Adds a row.
    pub(super) fn add(&mut self, y: i64) {
        self.n += 1;
        self.y = self.y.plus(Wide::new(i128::from(y)));
        let square = i128::from(y) * i128::from(y);
        self.yy = self.yy.plus(Wide::new(square));
    }

    /// Adds the sums of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.y = self.y.plus(other.y);
        self.yy = self.yy.plus(other.yy);
    }
}

/// Sums in steps of weights and scores.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MeanSums {
    /// Rows with the score.
    pub(crate) n: u64,
    /// Σw.
    pub(crate) w: i128,
    /// Σwy.
    pub(crate) wy: i128,
    /// Σwy².
    pub(super) wyy: Wide<3>,
}

impl MeanSums {
    /// Adds the sums of `other`.
    #[inline]
    pub(crate) fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.w += other.w;
        self.wy += other.wy;
        self.wyy = self.wyy.plus(other.wyy);
    }

    /// The weighted sum of squares about the mean over Σw; exactly 0 where all scores are equal.
    /// `None` without rows.
    pub(crate) fn variance(&self) -> Option<f64> {
        let squares: Wide<4> = self.wyy.resize();
        let product = Wide::signed_product(self.wy, self.wy);
        let about_mean = squares.times(self.w.unsigned_abs()).minus(product);
        let w = Wide::<2>::new(self.w).to_f64(WEIGHT_BITS);
        (self.n > 0).then(|| about_mean.to_f64(2 * (WEIGHT_BITS + SCORE_BITS)) / (w * w))
    }
}
