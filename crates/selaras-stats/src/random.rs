//! Seekable random streams: the only source of randomness in Selaras.
//!
//! A stream is named by what it is for, so that a bootstrap's replicate 17 draws the same numbers
//! whether it runs alone, first or on the ninth thread. ChaCha with 8 rounds (Bernstein 2008).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Random numbers for one purpose and one replicate.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// Opens the stream of `replicate` for `purpose` under `seed`. Streams with any part different
    /// are independent.
    #[must_use]
    pub fn new(seed: u64, purpose: &str, replicate: u64) -> Self {
        // FNV-1a spreads the purpose, SplitMix64 fills the 256-bit key from both.
        let named = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut state = seed ^ named.rotate_left(32);
        let mut key = [0_u8; 32];
        for chunk in key.chunks_exact_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(replicate);
        Self { generator }
    }

    /// The next 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A number in `[0, 1)` with 53 random bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// A whole number in `0..bound`, unbiased (Lemire 2019); 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let threshold = if bound == 0 { 0 } else { bound.wrapping_neg() % bound };
        loop {
            let wide = u128::from(self.bits()) * u128::from(bound);
            if wide as u64 >= threshold {
                return (wide >> 64) as u64;
            }
        }
    }

    /// A standard normal number (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Puts `items` in random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn a_stream_is_the_same_whoever_draws_before_it() {
        let mut alone = Stream::new(7, "bootstrap", 17);
        for replicate in 0..17 {
            Stream::new(7, "bootstrap", replicate).bits();
        }
        let mut later = Stream::new(7, "bootstrap", 17);
        assert_eq!(alone.bits(), later.bits());
        assert_ne!(Stream::new(7, "bootstrap", 18).bits(), Stream::new(7, "bootstrap", 17).bits());
        assert_ne!(Stream::new(7, "simulate", 17).bits(), Stream::new(7, "bootstrap", 17).bits());
    }

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let mut stream = Stream::new(1, "check", 0);
        let draws: Vec<f64> = (0..200_000).map(|_| stream.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((variance - 1.0).abs() < 0.015, "{variance}");
    }

    #[test]
    fn below_reaches_every_value_evenly_and_nothing_else() {
        let mut stream = Stream::new(2, "check", 0);
        let mut seen = [0_u32; 7];
        for _ in 0..70_000 {
            seen[stream.below(7) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (9_500..10_500).contains(&count)), "{seen:?}");
        assert_eq!(stream.below(0), 0);
    }
}
