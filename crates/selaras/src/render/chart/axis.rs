//! The part of a scale that a chart shows.

use super::{Group, Reference};

/// The segment of the instrument's scale that a chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Left and right end, both on a tick.
    pub segment: (f64, f64),
    /// Distance of ticks.
    pub step: f64,
    /// The whole scale.
    pub scale: (f64, f64),
    /// Words for the scale's lowest and highest answer; may be empty.
    pub ends: (String, String),
    /// Decimals of values in words.
    pub decimals: usize,
}

impl Axis {
    /// The shortest segment of `scale` between ticks that holds all `values` with some room.
    #[must_use]
    pub fn around(
        scale: (f64, f64),
        ends: (String, String),
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let (low, high) = span(values).unwrap_or(scale);
        let (low, high) = (low.max(scale.0), high.min(scale.1));
        let room = ((high - low) * 0.04).max((scale.1 - scale.0) * 0.01);
        let step = round_step((high - low + 2.0 * room) / 5.0);
        let left = (((low - room) / step).floor() * step).max(scale.0);
        let right = (((high + room) / step).ceil() * step).min(scale.1);
        let segment = if right > left { (left, right) } else { scale };
        Self { segment, step, scale, ends, decimals: 2 }
    }

    /// An axis over the values of `groups` and `reference`.
    #[must_use]
    pub fn of(
        scale: (f64, f64),
        ends: (String, String),
        groups: &[Group],
        reference: Option<&Reference>,
    ) -> Self {
        let data = groups.iter().flat_map(|group| &group.rows);
        let values = data.flat_map(|row| {
            row.value.into_iter().chain(row.interval.into_iter().flat_map(|(a, b)| [a, b]))
        });
        let reference = reference.into_iter().map(|reference| reference.value);
        Self::around(scale, ends, values.chain(reference))
    }

    pub(super) fn ticks(&self) -> Vec<f64> {
        let (left, right) = self.segment;
        let first = (left / self.step - 1e-9).ceil();
        let count = ((right / self.step + 1e-9).floor() - first).clamp(0.0, 40.0) as usize;
        (0..=count).map(|place| (first + place as f64) * self.step).collect()
    }

    pub(super) fn tick_decimals(&self) -> usize {
        (0..4)
            .find(|&places| {
                let scaled = self.step * 10f64.powi(places);
                (scaled - scaled.round()).abs() < 1e-6
            })
            .unwrap_or(4) as usize
    }
}

/// Smallest and largest of the finite values.
pub(super) fn span(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|value| value.is_finite()).fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// The smallest of … 0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5 … that is at least `least`.
pub(crate) fn round_step(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10f64.powi(least.log10().floor() as i32);
    [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .map(|lead| lead * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}
