//! Strata and PSUs of a full sample, and the variance between PSUs.

use super::{Lonely, Options};

/// A stratum.
#[derive(Debug)]
pub(super) struct Stratum {
    /// PSUs in the sample.
    pub(super) units: u32,
    /// One minus the sampling fraction of the first stage.
    pub(super) unsampled: f64,
}

/// Strata and PSUs of a full sample.
#[derive(Debug)]
pub(super) struct Design {
    /// Stratum of every PSU; PSUs are in the order of strata.
    pub(super) stratum_of: Vec<u32>,
    /// In the order of their numbers.
    pub(super) strata: Vec<Stratum>,
    /// How variances are made.
    pub(super) options: Options,
}

impl Design {
    /// The stratum of a PSU.
    pub(super) fn stratum(&self, unit: u32) -> Option<u32> {
        self.stratum_of.get(unit as usize).copied()
    }

    /// The estimated covariance of two estimates from their influences by PSU; `None` where no
    /// stratum allows one.
    pub(super) fn covariance(&self, pairs: &[(u32, f64, f64)]) -> Option<f64> {
        let grand = self.grand(pairs);
        let parts = self.by_stratum(pairs);
        let parts = parts.map(|(number, present)| (true, self.within(number, present, grand)));
        Self::summed(parts).map(|(all, _)| all)
    }

    /// The PSUs of `pairs` stratum by stratum.
    fn by_stratum<'a>(
        &self,
        pairs: &'a [(u32, f64, f64)],
    ) -> impl Iterator<Item = (u32, &'a [(u32, f64, f64)])> {
        let by_stratum = pairs.chunk_by(|x, y| self.stratum(x.0) == self.stratum(y.0));
        by_stratum.filter_map(|present| Some((self.stratum(present.first()?.0)?, present)))
    }

    /// The mean over all PSUs of the strata that `pairs` touch.
    pub(super) fn grand(&self, pairs: &[(u32, f64, f64)]) -> (f64, f64) {
        let strata = self.by_stratum(pairs).filter_map(|(at, _)| self.strata.get(at as usize));
        let units: f64 = strata.map(|stratum| f64::from(stratum.units)).sum();
        let grand = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.1, sum.1 + pair.2));
        (grand.0 / units, grand.1 / units)
    }

    /// Sums what strata add, of those that are chosen and of the rest. One that says nothing counts
    /// as the average of the others; `None` where all say nothing.
    pub(super) fn summed(parts: impl Iterator<Item = (bool, Option<f64>)>) -> Option<(f64, f64)> {
        let (mut inside, mut outside, mut touched, mut usable) = (0.0, 0.0, 0_u32, 0_u32);
        for (chosen, part) in parts {
            touched += 1;
            if let Some(part) = part {
                *(if chosen { &mut inside } else { &mut outside }) += part;
                usable += 1;
            }
        }
        let scaled = |sum: f64| sum * f64::from(touched) / f64::from(usable);
        (usable > 0).then(|| (scaled(inside), scaled(outside)))
    }

    /// Whether what a stratum adds depends on PSUs of other strata.
    pub(super) fn leans_on_others(&self, number: u32) -> bool {
        let Options { lonely, lonely_in_domain, .. } = self.options;
        let single = self.strata.get(number as usize).is_some_and(|stratum| stratum.units < 2);
        lonely == Lonely::Adjust && (single || lonely_in_domain)
    }

    /// What one stratum adds, `present` being its PSUs in the domain; `None` where it says nothing
    /// about its own variance.
    pub(super) fn within(
        &self,
        number: u32,
        present: &[(u32, f64, f64)],
        grand: (f64, f64),
    ) -> Option<f64> {
        let stratum = self.strata.get(number as usize)?;
        let Options { lonely, lonely_in_domain, .. } = self.options;
        if stratum.unsampled < 1e-7 {
            return Some(0.0);
        }
        let units = f64::from(stratum.units);
        let single = stratum.units < 2;
        let alone = single || (present.len() == 1 && lonely_in_domain);
        if alone && lonely == Lonely::Average {
            return None;
        }
        let centre = if alone && lonely == Lonely::Adjust {
            grand
        } else {
            let sum = present.iter().fold((0.0, 0.0), |sum, z| (sum.0 + z.1, sum.1 + z.2));
            (sum.0 / units, sum.1 / units)
        };
        let absent = units - present.len() as f64;
        let products: f64 = present.iter().map(|z| (z.1 - centre.0) * (z.2 - centre.1)).sum();
        let scale = if single { 1.0 } else { units / (units - 1.0) };
        Some(stratum.unsampled * scale * (products + absent * centre.0 * centre.1))
    }
}

/// The PSUs of either, with both influences.
pub(super) fn pairs(a: &[(u32, f64)], b: &[(u32, f64)]) -> Vec<(u32, f64, f64)> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut pairs = Vec::with_capacity(a.len().max(b.len()));
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) => x.0.min(y.0),
            (Some(one), None) | (None, Some(one)) => one.0,
            (None, None) => return pairs,
        };
        let left = a.next_if(|z| z.0 == next).map_or(0.0, |z| z.1);
        let right = b.next_if(|z| z.0 == next).map_or(0.0, |z| z.1);
        pairs.push((next, left, right));
    }
}
