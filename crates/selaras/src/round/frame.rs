//! The frame of a round: the regions that answers may come from and how they nest.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::names;
use crate::sheet::Faults;
use crate::sheet::records::{Records, persons};

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
    /// Codes of the kab/kota inside it that the round does not cover and the frame does not hold.
    pub outside: Vec<String>,
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

/// Regions, nation first, then each province followed by its kab/kota. At most one nation; a
/// province's parent is the nation, where there is one; a kab/kota's parent is a province, or the
/// nation where there are no provinces.
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

/// Rows of a frame file that are read.
const ROWS: usize = 100_000;

// Positions in [`names::FRAME`].
const CODE: usize = 0;
const NAME: usize = 1;
const LEVEL: usize = 2;
const PARENT: usize = 3;
const ADULTS: usize = 4;
const SOURCE: usize = 5;

/// Reads a foreign frame: columns `code,name,level,parent` and, where they are known,
/// `adults,source`, or their Indonesian names. `level` is `nation`, `province` or `regency`;
/// `parent` is a code, empty for the topmost; `adults` are people of 17 and over.
///
/// # Errors
/// Everything that is wrong with the file, by row and column.
pub fn read(path: &Path) -> Result<Frame, Faults> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let records = Records::open(path, ROWS, &names::FRAME, "frame-error-column")?;
    let mut faults = Faults::default();
    let mut read: Vec<(FrameRegion, String, usize)> = Vec::with_capacity(records.len());
    for row in 0..records.len() {
        let cell = |field| records.cell(row, field);
        let at_level = match cell(LEVEL).to_lowercase().as_str() {
            "nation" | "nasional" => Level::Nation,
            "province" | "provinsi" => Level::Province,
            "regency" | "kabupaten" | "kota" | "kab/kota" => Level::Regency,
            _ => {
                faults.push(records.fault("frame-error-level", row, LEVEL));
                continue;
            }
        };
        let count = persons(cell(ADULTS));
        if count.is_none() && !cell(ADULTS).is_empty() {
            faults.push(records.fault("frame-error-adults", row, ADULTS));
            continue;
        }
        if cell(CODE).is_empty() || read.iter().any(|(of, _, _)| of.code == cell(CODE)) {
            faults.push(records.fault("frame-error-code", row, CODE));
            continue;
        }
        let source = if records.has(SOURCE) { cell(SOURCE) } else { name.as_str() };
        let region = FrameRegion {
            code: cell(CODE).to_owned(),
            name: cell(NAME).to_owned(),
            level: at_level,
            parent: None,
            adults: count.map(|count| Adults {
                count,
                total_population: false,
                source: source.to_owned(),
            }),
            // What a foreign frame leaves out nobody knows.
            outside: Vec::new(),
        };
        read.push((region, cell(PARENT).to_owned(), row));
    }
    let levels: Vec<(String, Level)> =
        read.iter().map(|(region, _, _)| (region.code.clone(), region.level)).collect();
    for (region, above, row) in &read {
        let found = levels.iter().find(|(code, _)| code == above);
        let nests = match found {
            Some((_, level)) => *level < region.level,
            None => above.is_empty() && region.level != Level::Regency,
        };
        if !nests {
            faults.push(records.fault("frame-error-parent", *row, PARENT));
        }
    }
    if read.iter().filter(|(region, _, _)| region.level == Level::Nation).count() > 1 {
        faults.push(records.fault_of("frame-error-nations", LEVEL));
    }
    if !read.iter().any(|(region, _, _)| region.level == Level::Regency) {
        faults.push(records.fault_of("frame-error-no-regency", LEVEL));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(nested(name, read.into_iter().map(|(region, above, _)| (region, above)).collect()))
}

/// Puts regions in order, each below its parent.
fn nested(name: String, read: Vec<(FrameRegion, String)>) -> Frame {
    fn below(
        above: &str,
        parent: Option<u32>,
        read: &[(FrameRegion, String)],
        regions: &mut Vec<FrameRegion>,
    ) {
        for (region, _) in read.iter().filter(|(_, of)| of == above) {
            let at = regions.len() as u32;
            regions.push(FrameRegion { parent, ..region.clone() });
            below(&region.code, Some(at), read, regions);
        }
    }
    let mut regions = Vec::with_capacity(read.len());
    below("", None, &read, &mut regions);
    Frame { name, regions }
}
