//! The frame of a round: the regions that answers may come from and how they nest.

use serde::{Deserialize, Serialize};

/// Where in the nesting a region of a frame stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The whole.
    Nation,
    /// Provinsi.
    Province,
    /// Kabupaten/kota: where answers are taken and scores begin.
    Regency,
}

/// One region of a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameRegion {
    /// Code: dotted Kemendagri code for the built-in frame, any text for a foreign one.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: Level,
    /// Position of the region it is part of; none for the nation.
    pub parent: Option<u32>,
    /// People of 17 and over, and where the number comes from; none where no number is known.
    pub adults: Option<Adults>,
}

/// The number a region counts for in an aggregate of an open link (METHOD §1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adults {
    /// Persons.
    pub count: u64,
    /// Whether only the total population was known, so that it stands for adults.
    pub total_population: bool,
    /// Source with year.
    pub source: String,
}

/// Regions in code order, nation first, then each province followed by its kab/kota. Exactly one
/// nation; every province's parent is the nation; every kab/kota's parent is a province.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// `kemendagri`, or the name of the file it was read from.
    pub name: String,
    /// All regions.
    pub regions: Vec<FrameRegion>,
}

impl Frame {
    /// Position of the region with `code`.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<u32> {
        self.regions.iter().position(|region| region.code == code).map(|at| at as u32)
    }

    /// Positions of the regions directly inside the one at `parent`.
    pub fn children(&self, parent: u32) -> impl Iterator<Item = u32> + '_ {
        (0..self.regions.len() as u32)
            .filter(move |&at| self.regions[at as usize].parent == Some(parent))
    }
}
