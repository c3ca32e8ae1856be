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
    pub(super) mass: Mass,
    pub(super) products: Products,
}

/// What the weights of some rows come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mass {
    /// Rows.
    pub(super) n: u64,
    /// Σw, at most [`MASS_LIMIT`].
    pub(super) w: u128,
    /// Σw², below 2⁵⁶ Σw.
    ww: u128,
    least: u64,
    most: u64,
}

/// The sums of rows in which scores stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Products {
    pub(super) wy: Wide<2>,
    pub(super) wyy: Wide<3>,
    wwy: Wide<3>,
    wwyy: Wide<4>,
}

impl Moments {
    /// Rows.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.mass.n
    }

    /// Σw.
    #[must_use]
    pub fn w(&self) -> f64 {
        self.mass.weight()
    }

    /// Σw·y.
    #[must_use]
    pub fn wy(&self) -> f64 {
        self.products.wy.to_f64(WEIGHT_BITS + SCORE_BITS)
    }

    /// Σw·y².
    #[must_use]
    pub fn wyy(&self) -> f64 {
        self.products.wyy.to_f64(WEIGHT_BITS + 2 * SCORE_BITS)
    }

    /// Σw².
    #[must_use]
    pub fn ww(&self) -> f64 {
        whole(self.mass.ww).to_f64(2 * WEIGHT_BITS)
    }

    /// Σw²·y.
    #[must_use]
    pub fn wwy(&self) -> f64 {
        self.products.wwy.to_f64(2 * WEIGHT_BITS + SCORE_BITS)
    }

    /// Σw²·y².
    #[must_use]
    pub fn wwyy(&self) -> f64 {
        self.products.wwyy.to_f64(2 * (WEIGHT_BITS + SCORE_BITS))
    }

    /// Smallest and largest weight; `None` without rows.
    #[must_use]
    pub fn weight_range(&self) -> Option<(f64, f64)> {
        let Mass { n, least, most, .. } = self.mass;
        let weight = |steps: u64| whole(u128::from(steps)).to_f64(WEIGHT_BITS);
        (n > 0).then(|| (weight(least), weight(most)))
    }

    /// The weighted sum of squares about the mean over Σw; exactly 0 where all scores are equal.
    /// `None` without rows.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        self.mean_sums().variance()
    }

    /// The sums that means and their errors need.
    #[inline]
    pub(super) fn mean_sums(&self) -> MeanSums {
        MeanSums::of(&self.mass, &self.products)
    }

    /// Adds the sums of `other`.
    pub fn add(&mut self, other: &Self) {
        self.mass.add(&other.mass);
        self.products.add(&other.products);
    }

    /// The sums of rows of one weight.
    pub(super) fn of_one_weight(weight: u64, sums: &Sums) -> Self {
        let squared = u128::from(weight) * u128::from(weight);
        let products = Products {
            wy: sums.y.times(u128::from(weight)),
            wyy: sums.yy.times(u128::from(weight)),
            wwy: sums.y.resize().times(squared),
            wwyy: sums.yy.resize().times(squared),
        };
        Self { mass: Mass::of_one_weight(weight, sums.n), products }
    }

    /// Appends n and, where it is not 0, all sums.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let Self { mass, products } = self;
        whole(u128::from(mass.n)).write(bytes);
        if mass.n > 0 {
            whole(mass.w).write(bytes);
            products.wy.write(bytes);
            products.wyy.write(bytes);
            whole(mass.ww).write(bytes);
            products.wwy.write(bytes);
            products.wwyy.write(bytes);
            whole(u128::from(mass.least)).write(bytes);
            whole(u128::from(mass.most)).write(bytes);
        }
    }

    /// Reads what [`Moments::write`] wrote.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        fn wide(bytes: &mut &[u8]) -> Option<u128> {
            u128::try_from(Wide::<2>::read(bytes)?.to_i128()).ok()
        }
        let narrow = |bytes: &mut &[u8]| u64::try_from(wide(bytes)?).ok();
        let n = narrow(bytes)?;
        if n == 0 {
            return Some(Self::default());
        }
        let w = wide(bytes)?;
        let (wy, wyy) = (Wide::read(bytes)?, Wide::read(bytes)?);
        let ww = wide(bytes)?;
        let products = Products { wy, wyy, wwy: Wide::read(bytes)?, wwyy: Wide::read(bytes)? };
        let mass = Mass { n, w, ww, least: narrow(bytes)?, most: narrow(bytes)? };
        Some(Self { mass, products })
    }

    /// Whether rows within the limits could have these sums, as far as later arithmetic needs it.
    pub(super) fn is_possible(&self) -> bool {
        let Self { mass: Mass { n, w, ww, least, most }, products } = *self;
        if n == 0 {
            return true;
        }
        let within = |least: u64, most: u64| {
            u128::from(n).checked_mul(u128::from(least)).is_some_and(|low| low <= w)
                && u128::from(n).checked_mul(u128::from(most)).is_none_or(|high| w <= high)
        };
        // |Σxy| ≤ max|y| Σx, and the same for squares.
        let score = 1_u128 << (20 + SCORE_BITS);
        let bounded = |sum: Wide<4>, bound: Wide<4>| {
            !bound.minus(if sum.is_negative() { sum.negated() } else { sum }).is_negative()
        };
        n <= ROWS_LIMIT
            && least >= 1
            && most < 1 << (22 + WEIGHT_BITS)
            && w <= MASS_LIMIT
            && within(least, most)
            && bounded(products.wy.resize(), Wide::product(w, score))
            && bounded(products.wyy.resize(), Wide::product(w, score * score))
            && bounded(whole(ww).resize(), Wide::product(w, u128::from(most)))
            && bounded(products.wwy.resize(), Wide::product(ww, score))
            && bounded(products.wwyy, Wide::product(ww, score * score))
            && !products.wyy.is_negative()
            && !products.wwyy.is_negative()
    }
}

/// `value`, which is below 2¹²⁷.
#[inline]
fn whole(value: u128) -> Wide<2> {
    Wide::new(value as i128)
}

impl Mass {
    /// Σw.
    pub(super) fn weight(&self) -> f64 {
        whole(self.w).to_f64(WEIGHT_BITS)
    }

    /// What `weights` come to.
    pub(super) fn of(weights: &[u64]) -> Self {
        Self {
            n: weights.len() as u64,
            w: weights.iter().map(|&w| u128::from(w)).sum(),
            ww: weights.iter().map(|&w| u128::from(w) * u128::from(w)).sum(),
            least: weights.iter().copied().min().unwrap_or(0),
            most: weights.iter().copied().max().unwrap_or(0),
        }
    }

    /// Of so many rows of one weight.
    pub(super) fn of_one_weight(weight: u64, rows: u64) -> Self {
        if rows == 0 {
            return Self::default();
        }
        let w = u128::from(rows) * u128::from(weight);
        Self { n: rows, w, ww: w * u128::from(weight), least: weight, most: weight }
    }

    /// Adds what other rows come to.
    #[inline]
    pub(super) fn add(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        self.least = if self.n == 0 { other.least } else { self.least.min(other.least) };
        self.most = self.most.max(other.most);
        self.n += other.n;
        self.w += other.w;
        self.ww += other.ww;
    }
}

impl Products {
    /// Adds the sums of other rows.
    #[inline]
    pub(super) fn add(&mut self, other: &Self) {
        self.wy = self.wy.plus(other.wy);
        self.wyy = self.wyy.plus(other.wyy);
        self.wwy = self.wwy.plus(other.wwy);
        self.wwyy = self.wwyy.plus(other.wwyy);
    }

    /// Of rows that all have a score: their weights and scores. A pass for each sum or two keeps
    /// them in registers.
    pub(super) fn of(weights: &[u64], scores: &[i64]) -> Self {
        let mut all = Self::default();
        // Scores of most instruments have no sign.
        let signed = scores.iter().any(|&y| y < 0);
        for (weights, scores) in weights.chunks(TOGETHER).zip(scores.chunks(TOGETHER)) {
            all.add(&if signed {
                Self::of_few::<true>(weights, scores)
            } else {
                Self::of_few::<false>(weights, scores)
            });
        }
        all
    }

    #[inline]
    fn of_few<const SIGNED: bool>(weights: &[u64], scores: &[i64]) -> Self {
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
            wy += if SIGNED && y < 0 { -(product as i128) } else { product as i128 };
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
            wwy[0] += if SIGNED && y < 0 { -low } else { low };
            wwy[1] += if SIGNED && y < 0 { -high } else { high };
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
        Self {
            wy: Wide::new(wy),
            wyy: wide(wyy[0], 0).plus(wide(wyy[1], 1)),
            wwy: Wide::new(wwy[0]).plus(Wide::new(wwy[1]).shifted(1)),
            // The mixed product stands twice in the square.
            wwyy: wide(square_low, 0)
                .plus(wide(square_high + 2 * mixed, 1))
                .plus(wide(high_squares, 2)),
        }
    }
}

/// Most rows whose products are summed in 128 bits, with the carries between limbs left for the
/// end.
///
/// With w < 2⁵⁶ and |y| < 2⁵⁸, w·|y| = h·2⁶⁴ + l has h < 2⁵⁰, so that of the products of
/// [`Products::of`] none reaches 2¹²³ but l², which is kept in halves.
const TOGETHER: usize = 32;

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
    #[inline]
    pub(super) fn of(mass: &Mass, products: &Products) -> Self {
        let (w, wy) = (mass.w as i128, products.wy.to_i128());
        Self { n: mass.n, w, wy, wyy: products.wyy }
    }

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
