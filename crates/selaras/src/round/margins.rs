//! What is known of a region's population, to rake an open link's answers to (METHOD §2, point 2).
//!
//! The file has the columns `region,margin,cell,persons,source,year`, or what offices call them.
//! `margin` names what the cells divide by: `sex_age` (cells such as `L:17_24`), an attribute of
//! the instrument (cells are its bands), [`CIVIL_SERVANTS`] (`yes`, `no`) or [`DISTRICT`]
//! (kecamatan). Regions, margins and cells may stand by code or by name; [`template`] is a workbook
//! to fill in.

mod template;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::beside::Beside;
use super::intake::band_texts;
use super::mapping::attribute_named;
use super::names::{self, CIVIL, DISTRICTS, IS_CIVIL, IS_NOT_CIVIL, SEX_AGE};
use crate::instrument::{AttributeKind, Instrument};
use crate::locale::first_of;
use crate::region;
use crate::sheet::private::words;
use crate::sheet::records::{Records, persons};
use crate::sheet::{Faults, Source};
use crate::simulate;
use crate::store::{DataFolder, RoundId};

pub use template::template;

/// The attribute name of a margin over kecamatan.
pub const DISTRICT: &str = "district";
/// The attribute name of a margin of civil servants (bands [`CIVIL_SERVANT`] and [`OTHERS`]).
pub const CIVIL_SERVANTS: &str = "civil_servant";
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

/// The margins of a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundMargins {
    /// Name of the file they came in.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The margins.
    pub margins: Vec<Margin>,
}

impl Beside for RoundMargins {
    const TABLE: &'static str = "margins";

    fn place(data: &DataFolder, round: RoundId) -> PathBuf {
        data.margins(round)
    }

    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn is_marked(&self) -> bool {
        is_marked(&self.name, &self.margins)
    }
}

/// Whether a file called `name`, or the source of one of its `margins`, bears the mark of simulated
/// data.
#[must_use]
pub fn is_marked(name: &str, margins: &[Margin]) -> bool {
    simulate::is_marked(name) || margins.iter().any(|margin| simulate::is_marked(&margin.source))
}

/// Rows of a margins file that are read: every kecamatan and class of 514 kab/kota fit.
const ROWS: usize = 500_000;

/// Classes that one fault names at most.
const MISSING_NAMED: usize = 8;

// Positions in [`names::MARGINS`].
const REGION: usize = 0;
const MARGIN: usize = 1;
const CELL: usize = 2;
const PERSONS: usize = 3;
const SOURCE: usize = 4;
const YEAR: usize = 5;

/// Bytes of the longest name that is looked up; a longer text names nothing.
const LONGEST_NAME: usize = 200;

/// How a kab/kota is found by code or name; none where `text` means none, or more than one.
pub type FindRegion<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the margins in the file at `path`.
///
/// # Errors
/// Everything that is wrong with the file, by row and column: a missing column, a margin or class
/// that the instrument does not have, a number that is none, a margin with a class left blank, two
/// sources for one margin, a class listed twice.
pub fn read(
    path: &Path,
    instrument: &Instrument,
    find_region: FindRegion<'_>,
) -> Result<Vec<Margin>, Faults> {
    let records = Records::open(path, ROWS, &names::MARGINS, "margins-error-column")?;
    margins(&records, instrument, find_region)
}

/// Reads the margins in `source`, a file called `name`.
///
/// # Errors
/// As [`read`].
pub fn read_source(
    source: Source,
    name: &str,
    instrument: &Instrument,
    find_region: FindRegion<'_>,
) -> Result<Vec<Margin>, Faults> {
    let records = Records::of(source, name, ROWS, &names::MARGINS, "margins-error-column")?;
    margins(&records, instrument, find_region)
}

fn margins(
    records: &Records,
    instrument: &Instrument,
    find_region: FindRegion<'_>,
) -> Result<Vec<Margin>, Faults> {
    let known = Known::of(instrument);
    let mut faults = Faults::default();
    let mut margins: Vec<Margin> = Vec::new();
    let mut first_rows: Vec<usize> = Vec::new();
    let mut blank: Vec<(String, Vec<String>, usize)> = Vec::new();
    // Hundreds of rows name one region, and a search by name takes its time.
    let mut found: HashMap<&str, Option<String>> = HashMap::new();
    for row in 0..records.len() {
        let cell = |field| records.cell(row, field);
        let mut fault = |field, key: &str| faults.push(records.fault(key, row, field));
        let region = found
            .entry(cell(REGION))
            .or_insert_with_key(|text| region_meant(text, find_region))
            .clone();
        let Some(region) = region else {
            fault(REGION, "margins-error-region");
            continue;
        };
        let Some(attributes) = attributes(cell(MARGIN), instrument) else {
            let fault = records.fault("margins-error-margin", row, MARGIN);
            faults.push(fault.with("known", known_margins(instrument)));
            continue;
        };
        let Some(bands) = known.bands(&attributes, cell(CELL), &region) else {
            let fault = records.fault("margins-error-cell", row, CELL);
            faults.push(fault.with("known", known_cells(&attributes, instrument)));
            continue;
        };
        // A line of the template that nobody filled in.
        if cell(PERSONS).is_empty() {
            blank.push((region, attributes, row));
            continue;
        }
        let Some(persons) = persons(cell(PERSONS)) else {
            fault(PERSONS, "margins-error-number");
            continue;
        };
        let Ok(year) = cell(YEAR).parse() else {
            fault(YEAR, "margins-error-number");
            continue;
        };
        let source = cell(SOURCE).to_owned();
        if source.is_empty() {
            fault(SOURCE, "margins-error-source");
            continue;
        }
        let listed = |margin: &Margin| margin.persons.iter().any(|(of, _)| *of == bands);
        match margins.iter_mut().rfind(|of| of.region == region && of.attributes == attributes) {
            Some(margin) if listed(margin) => fault(CELL, "margins-error-twice"),
            Some(margin) if margin.source == source && margin.year == year => {
                margin.persons.push((bands, persons));
            }
            Some(_) => fault(SOURCE, "margins-error-two-sources"),
            None => {
                first_rows.push(row);
                margins.push(Margin {
                    region,
                    attributes,
                    persons: vec![(bands, persons)],
                    source,
                    year,
                });
            }
        }
    }
    let nothing = margins.is_empty() && faults.is_empty();
    if let (true, Some((.., row))) = (nothing, blank.first()) {
        faults.push(records.fault("margins-error-blank", *row, PERSONS));
    }
    for (margin, &row) in margins.iter().zip(&first_rows) {
        let missing = missing(margin, instrument);
        let told = blank.iter().any(|(region, attributes, _)| {
            (region, attributes) == (&margin.region, &margin.attributes)
        });
        if !missing.is_empty() && !told {
            let fault = records.fault("margins-error-incomplete", row, CELL);
            faults.push(fault.with("missing", first_of(&missing, MISSING_NAMED)));
        }
    }
    // Shares of a margin with a class left out would be wrong.
    for (region, attributes, row) in blank {
        if margins.iter().any(|of| of.region == region && of.attributes == attributes) {
            faults.push(records.fault("margins-error-blank", row, PERSONS));
        }
    }
    if faults.is_empty() { Ok(margins) } else { Err(faults) }
}

/// The classes that a margin should have and that no row names. Which kecamatan there are is known to
/// the office.
fn missing(margin: &Margin, instrument: &Instrument) -> Vec<String> {
    let classes = |attribute: &String| -> Vec<String> {
        match attribute.as_str() {
            CIVIL_SERVANTS => vec![CIVIL_SERVANT.to_owned(), OTHERS.to_owned()],
            id => {
                let found = instrument.attributes.iter().find(|of| of.id == *id);
                let bands = found.map_or(&[][..], |of| of.bands.as_slice());
                bands.iter().map(|band| band.id.clone()).collect()
            }
        }
    };
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for attribute in margin.attributes.iter().filter(|name| *name != DISTRICT) {
        let classes = classes(attribute);
        let longer = |start: &Vec<String>| -> Vec<Vec<String>> {
            classes.iter().map(|class| [&start[..], std::slice::from_ref(class)].concat()).collect()
        };
        all = all.iter().flat_map(longer).collect();
    }
    let listed = |cell: &Vec<String>| margin.persons.iter().any(|(of, _)| of == cell);
    all.retain(|cell| !cell.is_empty() && !listed(cell));
    all.iter().map(|cell| cell.join(":")).collect()
}

/// The code of the kab/kota that `text` means. A code that the round does not have stays as it is:
/// a margins file may hold more regions than a round.
fn region_meant(text: &str, find_region: FindRegion<'_>) -> Option<String> {
    if text.len() > LONGEST_NAME {
        return None;
    }
    find_region(text).or_else(|| {
        let code = !text.is_empty() && !text.chars().any(char::is_alphabetic);
        code.then(|| text.to_owned())
    })
}

fn attributes(margin: &str, instrument: &Instrument) -> Option<Vec<String>> {
    if margin.len() > LONGEST_NAME {
        return None;
    }
    let name = words(margin);
    let of_kind = |kind| {
        let attribute = instrument.attributes.iter().find(|attribute| attribute.kind == kind)?;
        Some(attribute.id.clone())
    };
    if SEX_AGE.contains(&&*name) {
        return Some(vec![of_kind(AttributeKind::Sex)?, of_kind(AttributeKind::Age)?]);
    }
    if CIVIL.contains(&&*name) {
        return Some(vec![CIVIL_SERVANTS.to_owned()]);
    }
    if DISTRICTS.contains(&&*name) {
        return Some(vec![DISTRICT.to_owned()]);
    }
    Some(vec![attribute_named(instrument, &name)?.id.clone()])
}

/// The margins that a file may hold, by the names of our own files.
fn known_margins(instrument: &Instrument) -> String {
    let own = ["sex_age", CIVIL_SERVANTS, DISTRICT].into_iter();
    own.chain(instrument.attributes.iter().map(|of| of.id.as_str())).collect::<Vec<_>>().join(", ")
}

/// How the instrument writes its bands.
struct Known<'a> {
    instrument: &'a Instrument,
    /// By attribute, as [`band_texts`] gives them.
    texts: Vec<HashMap<String, u8>>,
}

impl<'a> Known<'a> {
    fn of(instrument: &'a Instrument) -> Self {
        Self { instrument, texts: instrument.attributes.iter().map(band_texts).collect() }
    }

    /// The bands that `cell` names, in the order of `attributes`.
    fn bands(&self, attributes: &[String], cell: &str, region: &str) -> Option<Vec<String>> {
        if cell.len() > LONGEST_NAME {
            return None;
        }
        match attributes {
            [one] => Some(vec![self.band(one, cell, region)?]),
            [first, second] => {
                // Any sign between the two, and either first: labels may hold signs of their own.
                let cuts = cell.char_indices().filter(|(_, c)| !c.is_alphanumeric());
                let mut pairs = cuts.flat_map(|(at, sign)| {
                    let (left, right) = (&cell[..at], &cell[at + sign.len_utf8()..]);
                    [(left, right), (right, left)]
                });
                pairs.find_map(|(a, b)| {
                    let a = self.band(first, a, region)?;
                    Some(vec![a, self.band(second, b, region)?])
                })
            }
            _ => None,
        }
    }

    fn band(&self, attribute: &str, text: &str, region: &str) -> Option<String> {
        let name = words(text);
        match attribute {
            CIVIL_SERVANTS if IS_CIVIL.contains(&&*name) => Some(CIVIL_SERVANT.to_owned()),
            CIVIL_SERVANTS if IS_NOT_CIVIL.contains(&&*name) => Some(OTHERS.to_owned()),
            CIVIL_SERVANTS => None,
            DISTRICT => district(text.trim(), region),
            _ => {
                let mut known = self.instrument.attributes.iter().zip(&self.texts);
                let (attribute, texts) = known.find(|(of, _)| of.id == attribute)?;
                let at = usize::from(*texts.get(&name)?).checked_sub(1)?;
                Some(attribute.bands.get(at)?.id.clone())
            }
        }
    }
}

/// The kecamatan of `region` that `text` means: a code as it is, or a name. A foreign frame has
/// kecamatan of its own names.
fn district(text: &str, region: &str) -> Option<String> {
    let within: Option<region::Code> = region.parse().ok();
    if text.is_empty() {
        return None;
    }
    if within.is_none() || !text.chars().any(char::is_alphabetic) {
        return Some(text.to_owned());
    }
    let name = words(text);
    let mut inside = within.into_iter().flat_map(region::children);
    inside.find(|district| words(&district.name) == name).map(|found| found.code.to_string())
}

/// The classes of `attributes` by their codes, for people.
fn known_cells(attributes: &[String], instrument: &Instrument) -> String {
    let of = |attribute: &String| match attribute.as_str() {
        CIVIL_SERVANTS => format!("{CIVIL_SERVANT}, {OTHERS}"),
        DISTRICT => "61.71.01".to_owned(),
        id => {
            let found = instrument.attributes.iter().find(|of| of.id == *id);
            let bands = found.map_or(&[][..], |of| of.bands.as_slice());
            bands.iter().map(|band| band.id.as_str()).collect::<Vec<_>>().join(", ")
        }
    };
    attributes.iter().map(of).collect::<Vec<_>>().join(" : ")
}

#[cfg(test)]
mod tests;
