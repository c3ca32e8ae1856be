//! Fixed-point numbers and wide sums that add up to the same bytes in any order.
//!
//! A score is stored as a whole number of steps of 2⁻³⁸ (about 3.6 × 10⁻¹²), a weight of 2⁻³⁴;
//! sums and products of such numbers are exact integers, so that totals do not depend on the order
//! of rows or on the number of threads. Rounding to the step is the only error ever made: at most
//! half a step per value, below 10⁻¹⁰ of any score from 0.02 and any weight from 0.3 up.

/// Binary digits after the point of scores.
pub const SCORE_BITS: u32 = 38;

/// Binary digits after the point of weights.
pub const WEIGHT_BITS: u32 = 34;

/// Scores must be smaller than this in absolute value (2²⁰, about a million).
pub const SCORE_LIMIT: f64 = (1_u64 << 20) as f64;

/// Weights must be smaller than this (2²², about 4.2 million).
pub const WEIGHT_LIMIT: f64 = (1_u64 << 22) as f64;

/// 2 to the power of `exponent`, which must be that of a normal number.
#[inline]
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + i64::from(exponent)) as u64) << 52)
}

/// A score in steps; `None` where it is not finite or not below [`SCORE_LIMIT`].
#[must_use]
#[inline]
pub fn score_steps(score: f64) -> Option<i64> {
    (score.abs() < SCORE_LIMIT).then(|| to_steps(score, SCORE_BITS))
}

/// A weight in steps, at least one; `None` where it is not above zero or not below
/// [`WEIGHT_LIMIT`].
#[must_use]
#[inline]
pub fn weight_steps(weight: f64) -> Option<u64> {
    (weight > 0.0 && weight < WEIGHT_LIMIT).then(|| to_steps(weight, WEIGHT_BITS).max(1) as u64)
}

/// Rounds to the nearest step, halves to the even one; from 2⁵¹ steps on towards zero.
#[inline]
fn to_steps(value: f64, bits: u32) -> i64 {
    let scaled = value * power_of_two(bits as i32);
    if scaled.abs() < power_of_two(51) { nearest(scaled) } else { scaled as i64 }
}

/// The whole number nearest to `scaled`, which must lie between −2⁵¹ and 2⁵¹.
#[inline]
fn nearest(scaled: f64) -> i64 {
    // Beside this number doubles are whole numbers, in the order of their bits.
    const MIDDLE: f64 = 1.5 * (1_u64 << 52) as f64;
    (scaled + MIDDLE).to_bits().wrapping_sub(MIDDLE.to_bits()) as i64
}

/// Whether [`small_steps`] takes `score`.
#[inline]
pub(crate) fn is_small(score: f64) -> bool {
    score.abs() < power_of_two(51 - SCORE_BITS as i32)
}

/// [`score_steps`] of a score that [`is_small`], in few operations.
#[inline]
pub(crate) fn small_steps(score: f64) -> i64 {
    nearest(score * power_of_two(SCORE_BITS as i32))
}

/// A signed integer of `LIMBS` × 64 bits in two's complement, least significant limb first.
///
/// Sums wrap; callers bound their operands so that they cannot (see [`crate::totals`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wide<const LIMBS: usize>([u64; LIMBS]);

impl<const LIMBS: usize> Default for Wide<LIMBS> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<const LIMBS: usize> Wide<LIMBS> {
    /// Nothing.
    pub const ZERO: Self = Self([0; LIMBS]);

    /// `value`, which must fit: it always does from two limbs up.
    #[must_use]
    #[inline]
    pub fn new(value: i128) -> Self {
        let fill = (value >> 127) as u64;
        let mut limbs = [fill; LIMBS];
        for (limb, part) in limbs.iter_mut().zip([value as u64, (value >> 64) as u64]) {
            *limb = part;
        }
        Self(limbs)
    }

    /// The number × 2^(64 × `limbs`); the highest limbs are cut off where it does not fit.
    #[must_use]
    #[inline]
    pub fn shifted(self, limbs: usize) -> Self {
        let mut moved = [0; LIMBS];
        for (place, limb) in moved.iter_mut().skip(limbs).zip(self.0) {
            *place = limb;
        }
        Self(moved)
    }

    /// The same number in another width; the highest limbs are cut off where it does not fit.
    #[must_use]
    #[inline]
    pub fn resize<const OTHER: usize>(self) -> Wide<OTHER> {
        let fill = if self.is_negative() { u64::MAX } else { 0 };
        let mut limbs = [fill; OTHER];
        for (limb, part) in limbs.iter_mut().zip(self.0) {
            *limb = part;
        }
        Wide(limbs)
    }

    /// Whether the number is below zero.
    #[must_use]
    #[inline]
    pub fn is_negative(self) -> bool {
        self.0.last().is_some_and(|limb| limb >> 63 == 1)
    }

    /// The sum, wrapping.
    #[must_use]
    #[inline]
    pub fn plus(self, other: Self) -> Self {
        let mut carry = false;
        let mut sum = self.0;
        for (limb, added) in sum.iter_mut().zip(other.0) {
            let (first, over) = limb.overflowing_add(added);
            let (second, again) = first.overflowing_add(u64::from(carry));
            *limb = second;
            carry = over | again;
        }
        Self(sum)
    }

    /// The number with its sign changed.
    #[must_use]
    #[inline]
    pub fn negated(self) -> Self {
        let mut carry = true;
        let mut limbs = self.0;
        for limb in &mut limbs {
            let (sum, over) = (!*limb).overflowing_add(u64::from(carry));
            *limb = sum;
            carry = over;
        }
        Self(limbs)
    }

    /// The difference, wrapping.
    #[must_use]
    #[inline]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// The number multiplied by `factor`, wrapping.
    #[must_use]
    #[inline]
    pub fn times(self, factor: u128) -> Self {
        let mut product = [0_u64; LIMBS];
        for (shift, part) in [factor as u64, (factor >> 64) as u64].into_iter().enumerate() {
            let mut carry = 0_u128;
            for (limb, own) in product.iter_mut().skip(shift).zip(self.0) {
                carry += u128::from(own) * u128::from(part) + u128::from(*limb);
                *limb = carry as u64;
                carry >>= 64;
            }
        }
        Self(product)
    }

    /// The nearest double to this number × 2^−`fraction`, ties to even. `fraction` is at most 900.
    #[must_use]
    #[inline]
    pub fn to_f64(self, fraction: u32) -> f64 {
        let magnitude = if self.is_negative() { self.negated().0 } else { self.0 };
        let top = magnitude.iter().rposition(|&limb| limb != 0).unwrap_or(0);
        let limb =
            |index: Option<usize>| index.and_then(|i| magnitude.get(i)).copied().unwrap_or(0);
        // The leading 65 to 128 bits decide the rounding; all below them is one sticky bit.
        let lower = top.checked_sub(1);
        let mut leading = (u128::from(limb(Some(top))) << 64) | u128::from(limb(lower));
        let below = lower.unwrap_or(0);
        leading |= u128::from(magnitude.iter().take(below).any(|&limb| limb != 0));
        let exponent = 64 * (top as i32 - 1) - fraction as i32;
        let value = leading as f64 * power_of_two(exponent);
        if self.is_negative() { -value } else { value }
    }

    /// The number as 128 bits; the highest are cut off where it does not fit.
    #[must_use]
    #[inline]
    pub fn to_i128(self) -> i128 {
        let Wide([low, high]) = self.resize::<2>();
        (i128::from(high as i64) << 64) | i128::from(low)
    }

    /// Appends the number to `bytes`: its length in bytes, then the fewest bytes of two's
    /// complement that hold it, least significant first. Equal numbers give equal bytes.
    pub fn write(self, bytes: &mut Vec<u8>) {
        let fill = if self.is_negative() { u8::MAX } else { 0 };
        let start = bytes.len();
        bytes.push(0);
        for limb in self.0 {
            bytes.extend(limb.to_le_bytes());
        }
        let digits = bytes.get(start + 1..).unwrap_or_default();
        let mut length = digits.iter().rposition(|&byte| byte != fill).map_or(0, |last| last + 1);
        // The sign must stay readable in the highest byte kept.
        let highest = length.checked_sub(1).and_then(|last| digits.get(last)).copied().unwrap_or(0);
        if (highest ^ fill) & 0x80 != 0 {
            length += 1;
        }
        bytes.truncate(start + 1 + length);
        if let Some(first) = bytes.get_mut(start) {
            *first = length as u8;
        }
    }

    /// Reads what [`Wide::write`] wrote and moves `bytes` on; `None` where the bytes end early, do
    /// not fit or are not the fewest that hold the number.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (&length, rest) = bytes.split_first()?;
        let (digits, rest) = rest.split_at_checked(usize::from(length))?;
        if digits.len() > 8 * LIMBS {
            return None;
        }
        let negative = digits.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut limbs = [if negative { u64::MAX } else { 0 }; LIMBS];
        for (limb, part) in limbs.iter_mut().zip(digits.chunks(8)) {
            let mut eight = limb.to_le_bytes();
            for (byte, &digit) in eight.iter_mut().zip(part) {
                *byte = digit;
            }
            *limb = u64::from_le_bytes(eight);
        }
        // The highest byte must be needed, for its digits or for the sign.
        let padded = match digits {
            [.., before, 0] => before & 0x80 == 0,
            [.., before, 0xff] => before & 0x80 != 0,
            [0] => true,
            _ => false,
        };
        *bytes = rest;
        (!padded).then_some(Self(limbs))
    }
}

impl Wide<3> {
    /// The exact product of two unsigned numbers, the first below 2¹²⁷.
    #[must_use]
    #[inline]
    pub fn scaled(a: u128, b: u64) -> Self {
        let low = u128::from(a as u64) * u128::from(b);
        let high = (a >> 64) * u128::from(b) + (low >> 64);
        Self([low as u64, high as u64, (high >> 64) as u64])
    }
}

impl Wide<4> {
    /// The exact product of two unsigned numbers below 2¹²⁷ each.
    #[must_use]
    #[inline]
    pub fn product(a: u128, b: u128) -> Self {
        let (a0, a1) = (a as u64, (a >> 64) as u64);
        let (b0, b1) = (b as u64, (b >> 64) as u64);
        let times = |x: u64, y: u64| u128::from(x) * u128::from(y);
        let (low, high) = (times(a0, b0), times(a1, b1));
        let (left, right) = (times(a0, b1), times(a1, b0));
        let middle = (low >> 64) + u128::from(left as u64) + u128::from(right as u64);
        let upper = high + (left >> 64) + (right >> 64) + (middle >> 64);
        Self([low as u64, middle as u64, upper as u64, (upper >> 64) as u64])
    }

    /// The exact product of two signed numbers.
    #[must_use]
    #[inline]
    pub fn signed_product(a: i128, b: i128) -> Self {
        let product = Self::product(a.unsigned_abs(), b.unsigned_abs());
        if (a < 0) == (b < 0) { product } else { product.negated() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SCORE_BITS, Wide, score_steps, weight_steps};

    #[test]
    fn a_step_is_fine_enough_for_ten_digits() {
        let score = 0.123_456_789_012;
        let steps = Wide::<2>::new(i128::from(score_steps(score).unwrap()));
        assert!((steps.to_f64(SCORE_BITS) / score - 1.0).abs() < 2e-11);
        assert_eq!(score_steps(-2.5), Some(-5 << 37));
        assert_eq!(weight_steps(1.0), Some(1 << 34));
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for score in [f64::NAN, f64::INFINITY, 2e6, -2e6] {
            assert_eq!(score_steps(score), None);
        }
        for weight in [f64::NAN, f64::INFINITY, 0.0, -1.0, 5e6] {
            assert_eq!(weight_steps(weight), None);
        }
        assert_eq!(weight_steps(1e-300), Some(1));
    }

    #[test]
    fn a_double_is_the_nearest_one() {
        // 2^200 + 2^147 lies halfway between two doubles and rounds to the even one; one more
        // step tips it over.
        let half = Wide::<4>::product(1 << 100, 1 << 100).plus(Wide::product(1 << 74, 1 << 73));
        assert_eq!(half.to_f64(200), 1.0);
        assert_eq!(half.plus(Wide::new(1)).to_f64(200), 1.0 + f64::EPSILON);
        assert_eq!(half.negated().to_f64(200), -1.0);
        assert_eq!(Wide::<3>::ZERO.to_f64(34), 0.0);
    }

    proptest! {
        #[test]
        fn sums_and_signs_agree_with_128_bits(
            a in -(1_i128 << 126)..1 << 126, b in -(1_i128 << 126)..1 << 126,
        ) {
            let wide = |value| Wide::<3>::new(value);
            prop_assert_eq!(wide(a).plus(wide(b)).to_i128(), a + b);
            prop_assert_eq!(wide(a).minus(wide(b)), wide(a - b));
            prop_assert_eq!(wide(a).is_negative(), a < 0);
            prop_assert_eq!(wide(a).to_f64(0), a as f64);
            prop_assert_eq!(wide(a).resize::<4>().resize::<2>(), Wide::<2>::new(a));
        }

        #[test]
        fn products_distribute_over_sums(
            a in any::<i64>(), b in -(1_i128 << 126)..1 << 126, c in -(1_i128 << 126)..1 << 126,
        ) {
            let a = i128::from(a);
            let whole = Wide::signed_product(a, b + c);
            prop_assert_eq!(whole, Wide::signed_product(a, b).plus(Wide::signed_product(a, c)));
            let small = i128::from(c as i64);
            prop_assert_eq!(Wide::signed_product(a, small).to_i128(), a * small);
            let factor = b.unsigned_abs();
            prop_assert_eq!(Wide::<4>::new(a).times(factor), Wide::signed_product(a, b.abs()));
            let scaled = Wide::<3>::scaled(factor, a.unsigned_abs() as u64);
            prop_assert_eq!(scaled.resize(), Wide::product(a.unsigned_abs(), factor));
        }

        #[test]
        fn bytes_are_the_fewest_and_come_back(a in any::<i128>(), shift in 0_u32..128) {
            let value = Wide::<4>::new(a >> shift);
            let mut bytes = Vec::new();
            value.write(&mut bytes);
            prop_assert!(bytes.len() <= 17);
            prop_assert_eq!(Wide::<4>::read(&mut bytes.as_slice()), Some(value));
            let mut longer = bytes.clone();
            longer[0] += 1;
            longer.push(if a >> shift < 0 { 0xff } else { 0 });
            prop_assert_eq!(Wide::<4>::read(&mut longer.as_slice()), None);
            prop_assert_eq!(Wide::<4>::read(&mut &bytes[..bytes.len() - 1]), None);
        }
    }
}
