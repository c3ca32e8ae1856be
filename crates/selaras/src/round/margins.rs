//! What is known of a region's population, to rake an open link's answers to (METHOD §2, point 2).
//!
//! The file has the columns `region,margin,cell,persons,source,year`. `margin` names what the cells
//! divide by: `sex_age` (cells such as `l:17-24`), an attribute of the instrument (cells are its
//! bands), [`CIVIL_SERVANTS`] (`yes`, `no`) or [`DISTRICT`] (kecamatan codes).

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::instrument::{AttributeKind, Instrument};
use crate::sheet::{Fault, Faults, Options, Sheet, Source};

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

/// Rows of a margins file that are read: every kecamatan and class of 514 kab/kota fit.
const ROWS: usize = 500_000;
const COLUMNS: [&str; 6] = ["region", "margin", "cell", "persons", "source", "year"];

/// Reads the margins in the file at `path`.
///
/// # Errors
/// Everything that is wrong with the file, by row and column: a missing column, a margin or class
/// that the instrument does not have, a number that is none, two sources for one margin.
pub fn read(path: &Path, instrument: &Instrument) -> Result<Vec<Margin>, Faults> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match Source::open(path) {
        Ok(source) => read_source(source, &name, instrument),
        Err(_) => {
            let mut faults = Faults::default();
            faults.push(Fault::of_file(&name, "sheet-error-read"));
            Err(faults)
        }
    }
}

/// Reads the margins in `source`, a file called `name`.
///
/// # Errors
/// As [`read`].
pub fn read_source(
    source: Source,
    name: &str,
    instrument: &Instrument,
) -> Result<Vec<Margin>, Faults> {
    let one = |fault: Fault| {
        let mut faults = Faults::default();
        faults.push(fault);
        faults
    };
    let sheet = Sheet::open(source, name, &Options::default()).map_err(|fault| one(*fault))?;
    let columns = sheet.sample(ROWS).map_err(|fault| one(*fault))?;
    let mut places = [0; COLUMNS.len()];
    for (place, wanted) in places.iter_mut().zip(COLUMNS) {
        let found = sheet.columns.iter().position(|column| column.header.trim() == wanted);
        *place = found.ok_or_else(|| {
            one(sheet.fault("margins-error-column", None, None).with("column", wanted))
        })?;
    }
    let mut faults = Faults::default();
    let mut margins: Vec<Margin> = Vec::new();
    for row in 0..columns.first().map_or(0, Vec::len) {
        let cell = |at: usize| columns[places[at]].get(row).map_or("", |text| text.trim());
        let line = sheet.header_row + 1 + row as u64;
        let mut fault = |at: usize, key: &str| {
            let fault = sheet.fault(key, Some(line), Some(places[at]));
            faults.push(fault.with("value", cell(at).to_owned()));
        };
        let Some(attributes) = attributes(cell(1), instrument) else {
            fault(1, "margins-error-margin");
            continue;
        };
        let bands: Vec<String> = cell(2).split(':').map(|band| band.trim().to_owned()).collect();
        if !known(&attributes, &bands, instrument) {
            fault(2, "margins-error-cell");
            continue;
        }
        let (Ok(persons), Ok(year)) = (cell(3).parse(), cell(5).parse()) else {
            fault(if cell(3).parse::<u64>().is_ok() { 5 } else { 3 }, "margins-error-number");
            continue;
        };
        let (region, source) = (cell(0).to_owned(), cell(4).to_owned());
        match margins.iter_mut().rfind(|of| of.region == region && of.attributes == attributes) {
            Some(margin) if margin.source == source && margin.year == year => {
                margin.persons.push((bands, persons));
            }
            Some(_) => fault(4, "margins-error-two-sources"),
            None => margins.push(Margin {
                region,
                attributes,
                persons: vec![(bands, persons)],
                source,
                year,
            }),
        }
    }
    if faults.is_empty() { Ok(margins) } else { Err(faults) }
}

fn attributes(margin: &str, instrument: &Instrument) -> Option<Vec<String>> {
    let of_kind = |kind| {
        let attribute = instrument.attributes.iter().find(|attribute| attribute.kind == kind)?;
        Some(attribute.id.clone())
    };
    match margin {
        "sex_age" => Some(vec![of_kind(AttributeKind::Sex)?, of_kind(AttributeKind::Age)?]),
        "education" => Some(vec![of_kind(AttributeKind::Education)?]),
        CIVIL_SERVANTS | DISTRICT => Some(vec![margin.to_owned()]),
        other => {
            let attribute = instrument.attributes.iter().find(|attribute| attribute.id == other)?;
            Some(vec![attribute.id.clone()])
        }
    }
}

fn known(attributes: &[String], bands: &[String], instrument: &Instrument) -> bool {
    attributes.len() == bands.len()
        && attributes.iter().zip(bands).all(|(name, band)| match name.as_str() {
            CIVIL_SERVANTS => band == CIVIL_SERVANT || band == OTHERS,
            DISTRICT => !band.is_empty(),
            _ => instrument
                .attributes
                .iter()
                .find(|attribute| attribute.id == *name)
                .is_some_and(|attribute| attribute.bands.iter().any(|of| of.id == *band)),
        })
}
