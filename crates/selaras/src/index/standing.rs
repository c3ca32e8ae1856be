//! What may be said of a kab/kota against the mean of its province, and where nothing may, why not.
//! Pages and files ask here, so that one reason stands behind every place that says it.

use super::result::{IndexResult, RegionResult, Verdict};
use crate::locale::Message;

/// Why a score that is shown is not set against the mean of its province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsaid {
    /// It has too few answers for an interval.
    Few,
    /// It has enough answers and no interval.
    NoInterval,
    /// No other kab/kota of the province has an interval to be tested with it.
    Alone,
    /// The province's mean is withheld.
    ProvinceWithheld,
    /// The province's mean is not known.
    NoProvince,
}

impl Unsaid {
    /// The reason in a few words.
    #[must_use]
    pub fn message(self) -> Message {
        Message::new(match self {
            Self::Few => "index-unsaid-few",
            Self::NoInterval => "index-unsaid-no-interval",
            Self::Alone => "index-unsaid-alone",
            Self::ProvinceWithheld => "index-unsaid-province-withheld",
            Self::NoProvince => "index-unsaid-no-province",
        })
    }
}

/// What may be said of the score at `at` of the kab/kota `region` against its province, or why
/// nothing may.
///
/// # Errors
/// The reason; of a score that is not shown, that it has no interval.
pub fn standing(result: &IndexResult, region: &RegionResult, at: usize) -> Result<Verdict, Unsaid> {
    let Some(score) = region.scores.get(at) else { return Err(Unsaid::NoInterval) };
    if let Some(verdict) = score.standing {
        return Ok(verdict);
    }
    if score.interval.is_none() {
        let few = score.n < Some(result.options.interval_from);
        return Err(if few { Unsaid::Few } else { Unsaid::NoInterval });
    }
    let above = region.parent.as_deref();
    let province = result.regions.iter().find(|other| Some(other.code.as_str()) == above);
    Err(match province.and_then(|province| province.scores.get(at)) {
        Some(mean) if mean.value.is_some() => Unsaid::Alone,
        Some(mean) if mean.withheld.is_some() => Unsaid::ProvinceWithheld,
        _ => Unsaid::NoProvince,
    })
}
