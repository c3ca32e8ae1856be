//! Two kab/kota of one province side by side, from a result that was computed.

use selaras_stats::open_link::{Spread, combine};

use super::reading::no_narrower;
use super::result::{IndexResult, RegionResult, ScoreKind};
use crate::round::answers::Design;

/// What may be said of two kab/kota of one province.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pair {
    /// The test of all pairs of the province does not tell them apart (METHOD §3).
    NotTold,
    /// It does.
    Apart {
        /// The index of the first minus that of the second.
        difference: f64,
        /// Interval of the difference of this pair alone.
        interval: (f64, f64),
    },
}

/// The letters of a compact display: each is one of a–z and the digits after it.
fn letters(display: &str) -> impl Iterator<Item = &str> {
    let starts = display.char_indices().filter(|(_, c)| c.is_alphabetic()).map(|(at, _)| at);
    starts.filter_map(|at| {
        let rest = display.get(at..)?;
        let end = rest.char_indices().skip(1).find(|(_, c)| c.is_alphabetic());
        rest.get(..end.map_or(rest.len(), |(end, _)| end))
    })
}

/// The index of `one` beside that of `other`; none where one of them was not tested, or they lie in
/// different provinces. What is said follows the letters: they share one exactly when they are not
/// told apart.
#[must_use]
pub fn pair(result: &IndexResult, one: &RegionResult, other: &RegionResult) -> Option<Pair> {
    let tested = !one.letters.is_empty() && !other.letters.is_empty();
    if !tested || one.code == other.code || one.parent != other.parent {
        return None;
    }
    if letters(&one.letters).any(|own| letters(&other.letters).any(|letter| letter == own)) {
        return Some(Pair::NotTold);
    }
    let at = result.scores.iter().position(|score| score.kind == ScoreKind::Index)?;
    let reading = |region: &RegionResult| {
        let score = region.scores.get(at)?;
        let interval = score.interval.as_ref()?;
        let spread = Spread { se: score.se?, df: interval.df, clusters: interval.clusters };
        let individual = score.deff.map(|deff| spread.se * spread.se / deff);
        let spread = match result.design {
            Design::OpenLink => no_narrower(spread, individual),
            Design::Recorded => spread,
        };
        Some((score.value?, spread))
    };
    let ((value, spread), (against, beside)) = (reading(one)?, reading(other)?);
    let difference = value - against;
    let spread = combine(&[(1.0, Some(spread)), (-1.0, Some(beside))])?;
    let half = spread.half_width(result.options.confidence);
    Some(Pair::Apart { difference, interval: (difference - half, difference + half) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_letter_of_a_later_round_is_not_that_of_the_first() {
        let of = |display| super::letters(display).collect::<Vec<_>>();
        assert_eq!(of("ab"), ["a", "b"]);
        assert_eq!(of("za2b2c13"), ["z", "a2", "b2", "c13"]);
        assert_eq!(of(""), [""; 0]);
    }
}
