//! The frame of a round: the regions that answers may come from and how they nest.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::sheet::{Fault, Faults, Options, Sheet, Source};

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

/// Reads a foreign frame: columns `code,name,level,parent` and, where they are known,
/// `adults,source`. `level` is `nation`, `province` or `regency`; `parent` is a code, empty for the
/// topmost; `adults` are people of 17 and over.
///
/// # Errors
/// Everything that is wrong with the file, by row and column.
pub fn read(path: &Path) -> Result<Frame, Faults> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let one = |fault: Fault| {
        let mut faults = Faults::default();
        faults.push(fault);
        faults
    };
    let source =
        Source::open(path).map_err(|_| one(Fault::of_file(&name, "sheet-error-read")))?;
    let sheet = Sheet::open(source, &name, &Options::default()).map_err(|fault| one(*fault))?;
    let columns = sheet.sample(ROWS).map_err(|fault| one(*fault))?;
    let place = |wanted: &str| {
        sheet.columns.iter().position(|column| column.header.trim().eq_ignore_ascii_case(wanted))
    };
    let needed = |wanted: &str| {
        place(wanted)
            .ok_or_else(|| one(sheet.fault("frame-error-column", None, None).with("column", wanted)))
    };
    let (code, label, level) = (needed("code")?, needed("name")?, needed("level")?);
    let parent = needed("parent")?;
    let (adults, origin) = (place("adults"), place("source"));
    let rows = columns.first().map_or(0, Vec::len);
    let cell = |column: usize, row: usize| {
        columns.get(column).and_then(|cells| cells.get(row)).map_or("", |text| text.trim())
    };
    let mut faults = Faults::default();
    let mut read: Vec<(FrameRegion, String, u64)> = Vec::with_capacity(rows);
    for row in 0..rows {
        let line = sheet.header_row + 1 + row as u64;
        let mut fault = |column: usize, key: &str| {
            let fault = sheet.fault(key, Some(line), Some(column));
            faults.push(fault.with("value", cell(column, row).to_owned()));
        };
        let at_level = match cell(level, row).to_lowercase().as_str() {
            "nation" | "nasional" => Level::Nation,
            "province" | "provinsi" => Level::Province,
            "regency" | "kabupaten" | "kota" | "kab/kota" => Level::Regency,
            _ => {
                fault(level, "frame-error-level");
                continue;
            }
        };
        let count = match adults.map(|column| (column, cell(column, row))) {
            None | Some((_, "")) => None,
            Some((column, text)) => match text.parse::<u64>() {
                Ok(count) => Some(count),
                Err(_) => {
                    fault(column, "frame-error-adults");
                    continue;
                }
            },
        };
        if cell(code, row).is_empty() || read.iter().any(|(of, _, _)| of.code == cell(code, row)) {
            fault(code, "frame-error-code");
            continue;
        }
        let region = FrameRegion {
            code: cell(code, row).to_owned(),
            name: cell(label, row).to_owned(),
            level: at_level,
            parent: None,
            adults: count.map(|count| Adults {
                count,
                total_population: false,
                source: origin.map_or_else(|| name.clone(), |column| cell(column, row).to_owned()),
            }),
        };
        read.push((region, cell(parent, row).to_owned(), line));
    }
    let levels: Vec<(String, Level)> =
        read.iter().map(|(region, _, _)| (region.code.clone(), region.level)).collect();
    for (region, above, line) in &read {
        let found = levels.iter().find(|(code, _)| code == above);
        let nests = match found {
            Some((_, level)) => *level < region.level,
            None => above.is_empty() && region.level != Level::Regency,
        };
        if !nests {
            let fault = sheet.fault("frame-error-parent", Some(*line), Some(parent));
            faults.push(fault.with("value", above.clone()));
        }
    }
    if read.iter().filter(|(region, _, _)| region.level == Level::Nation).count() > 1 {
        faults.push(sheet.fault("frame-error-nations", None, Some(level)));
    }
    if !read.iter().any(|(region, _, _)| region.level == Level::Regency) {
        faults.push(sheet.fault("frame-error-no-regency", None, Some(level)));
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
