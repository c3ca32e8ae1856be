//! What is known of a region's population, to rake an open link's answers to (METHOD §2, point 2).

use serde::{Deserialize, Serialize};

/// The attribute name of a margin over kecamatan.
pub const DISTRICT: &str = "district";
/// The attribute name of a margin of civil servants (bands [`CIVIL_SERVANT`] and [`OTHERS`]).
pub const CIVIL_SERVANTS: &str = "civil-servants";
/// Band of civil servants in a margin of [`CIVIL_SERVANTS`].
pub const CIVIL_SERVANT: &str = "yes";
/// Band of everybody else in a margin of [`CIVIL_SERVANTS`].
pub const OTHERS: &str = "no";

/// The population of one region by one attribute, or by several crossed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    /// Code of the kab/kota.
    pub region: String,
    /// Ids of the instrument's attributes crossed, or [`DISTRICT`], or [`CIVIL_SERVANTS`].
    pub attributes: Vec<String>,
    /// Per combination of bands (ids, in the order of `attributes`; kecamatan codes for
    /// [`DISTRICT`]) the persons.
    pub persons: Vec<(Vec<String>, u64)>,
    /// Where the numbers come from.
    pub source: String,
    /// Year they describe.
    pub year: i16,
}

impl Margin {
    /// Source and year, as they stand beside a figure.
    #[must_use]
    pub fn citation(&self) -> String {
        format!("{} ({})", self.source, self.year)
    }

    /// Share of each band of `attribute`, summed over the attributes it is crossed with; none where
    /// the margin does not hold the attribute or holds nobody.
    #[must_use]
    pub fn share(&self, attribute: &str, band: &str) -> Option<f64> {
        let at = self.attributes.iter().position(|name| name == attribute)?;
        let all: u64 = self.persons.iter().map(|(_, persons)| persons).sum();
        let of: u64 = self
            .persons
            .iter()
            .filter(|(bands, _)| bands.get(at).is_some_and(|name| name == band))
            .map(|(_, persons)| persons)
            .sum();
        (all > 0).then(|| of as f64 / all as f64)
    }
}
