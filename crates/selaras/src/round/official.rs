//! Official figures of a round's regions, entered beside ours (METHOD §1). They are shown with
//! their source and date, and no computation knows of them.
//!
//! The file has the columns `region,value,source,date`, or what offices call them; a region stands
//! by code or by name.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::beside::Beside;
use super::frame::Frame;
use super::names;
use super::upload;
use crate::locale;
use crate::sheet::private::words;
use crate::sheet::records::Records;
use crate::sheet::{Faults, Source};
use crate::simulate;
use crate::store::{DataFolder, RoundId};

/// A figure that an office has published on a region's index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Official {
    /// The figure.
    pub value: f64,
    /// Who published it, and where.
    pub source: String,
    /// The day it was published.
    pub date: Date,
}

/// The official figure of one region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Code of the region.
    pub region: String,
    /// The figure.
    pub official: Official,
}

/// The official figures of a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundOfficial {
    /// Name of the file they came in.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

impl Beside for RoundOfficial {
    const TABLE: &'static str = "official";

    fn place(data: &DataFolder, round: RoundId) -> PathBuf {
        data.official(round)
    }

    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn is_marked(&self) -> bool {
        is_marked(&self.name, &self.figures)
    }
}

/// Whether a file called `name`, or the source of one of its `figures`, bears the mark of simulated
/// data.
#[must_use]
pub fn is_marked(name: &str, figures: &[Figure]) -> bool {
    simulate::is_marked(name)
        || figures.iter().any(|figure| simulate::is_marked(&figure.official.source))
}

/// Rows of a file that are read.
const ROWS: usize = 10_000;
/// Bytes of the longest source that is kept.
const LONGEST_SOURCE: usize = 500;

// Positions in [`names::OFFICIAL`].
const REGION: usize = 0;
const VALUE: usize = 1;
const SOURCE: usize = 2;
const DATE: usize = 3;

/// Reads the figures in the file at `path`, of regions of `frame`, on the scale `scale`, published
/// by `today`.
///
/// # Errors
/// Everything that is wrong with the file, by row and column: a missing column, a region that the
/// round does not have, a figure off the scale, no source, no date or one that is still to come, a
/// region listed twice.
pub fn read(
    path: &Path,
    frame: &Frame,
    scale: (u8, u8),
    today: Date,
) -> Result<Vec<Figure>, Faults> {
    let records = Records::open(path, ROWS, &names::OFFICIAL, "official-error-column")?;
    figures(&records, frame, scale, today)
}

/// Reads the figures in `source`, a file called `name`.
///
/// # Errors
/// As [`read`].
pub fn read_source(
    source: Source,
    name: &str,
    frame: &Frame,
    scale: (u8, u8),
    today: Date,
) -> Result<Vec<Figure>, Faults> {
    let records = Records::of(source, name, ROWS, &names::OFFICIAL, "official-error-column")?;
    figures(&records, frame, scale, today)
}

fn figures(
    records: &Records,
    frame: &Frame,
    scale: (u8, u8),
    today: Date,
) -> Result<Vec<Figure>, Faults> {
    let mut faults = Faults::default();
    let mut figures: Vec<Figure> = Vec::new();
    for row in 0..records.len() {
        let cell = |field| records.cell(row, field);
        let Some(region) = region_meant(frame, cell(REGION)) else {
            faults.push(records.fault("official-error-region", row, REGION));
            continue;
        };
        if figures.iter().any(|known| known.region == region) {
            faults.push(records.fault("official-error-twice", row, REGION));
            continue;
        }
        let (low, high) = (f64::from(scale.0), f64::from(scale.1));
        let value = cell(VALUE).replace(',', ".").parse::<f64>().ok();
        let Some(value) = value.filter(|value| (low..=high).contains(value)) else {
            let fault = records.fault("official-error-value", row, VALUE);
            faults.push(fault.with("low", u64::from(scale.0)).with("high", u64::from(scale.1)));
            continue;
        };
        if cell(SOURCE).is_empty() || cell(SOURCE).len() > LONGEST_SOURCE {
            faults.push(records.fault("official-error-source", row, SOURCE));
            continue;
        }
        let Some(date) = locale::day(cell(DATE)) else {
            faults.push(records.fault("official-error-date", row, DATE));
            continue;
        };
        if date > today {
            let fault = records.fault("official-error-future", row, DATE);
            faults.push(fault.with("today", today));
            continue;
        }
        let official = Official { value, source: cell(SOURCE).to_owned(), date };
        figures.push(Figure { region, official });
    }
    if faults.is_empty() { Ok(figures) } else { Err(faults) }
}

/// The code of the one region of `frame` that bears this code or name.
fn region_meant(frame: &Frame, text: &str) -> Option<String> {
    if let Some(at) = frame.position(text) {
        return frame.regions.get(at as usize).map(|region| region.code.clone());
    }
    let name = words(text);
    let mut named = frame.regions.iter().filter(|region| words(&region.name) == name);
    match named.next().filter(|_| !name.is_empty() && named.next().is_none()) {
        Some(found) => Some(found.code.clone()),
        None => upload::region_code_finder(frame)(text),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::region;

    fn of(text: &str) -> Result<Vec<Figure>, Faults> {
        let frame = region::frame(&["61".parse().unwrap()]).unwrap();
        read_source(
            Source::memory(text.as_bytes().to_vec()),
            "resmi.csv",
            &frame,
            (1, 9),
            date(2026, 6, 1),
        )
    }

    #[test]
    fn figures_are_read_by_code_or_name_with_their_source_and_day() {
        let read = of("wilayah;nilai;sumber;tanggal\n61.71;6,5;Kemendagri;2026-01-12\n\
                       Kalimantan Barat;6.25;Kemendagri;12/01/2026\n")
        .unwrap();
        let seen: Vec<_> = read
            .iter()
            .map(|of| (of.region.as_str(), of.official.value, of.official.date))
            .collect();
        assert_eq!(seen, [("61.71", 6.5, date(2026, 1, 12)), ("61", 6.25, date(2026, 1, 12))]);
    }

    #[test]
    fn what_is_wrong_with_a_figure_is_said_at_its_cell() {
        let fault = |row: &str| {
            let faults = of(&format!("region,value,source,date\n61.71,6,a,2026-01-12\n{row}\n"));
            let fault = faults.unwrap_err().kept[0].clone();
            (fault.cell(), fault.reason.key)
        };
        for (row, cell, key) in [
            ("64.72,6,a,2026-01-12", "A3", "official-error-region"),
            ("Kota Pontianak,6,a,2026-01-12", "A3", "official-error-twice"),
            ("61.01,9.5,a,2026-01-12", "B3", "official-error-value"),
            ("61.01,baik,a,2026-01-12", "B3", "official-error-value"),
            ("61.01,6,,2026-01-12", "C3", "official-error-source"),
            ("61.01,6,a,12/2026", "D3", "official-error-date"),
            ("61.01,6,a,2026-06-02", "D3", "official-error-future"),
        ] {
            assert_eq!(fault(row), (cell.to_owned(), key.to_owned()), "{row}");
        }
        assert_eq!(of("region,value\n").unwrap_err().count, 2);
    }

    #[test]
    fn figures_are_marked_as_simulated_by_the_name_of_their_file_or_by_their_source() {
        let figures =
            |source: &str| of(&format!("region,value,source,date\n61,6,{source},2026-06-01\n"));
        assert!(is_marked("DATA SIMULASI resmi.csv", &figures("Kemendagri").unwrap()));
        assert!(is_marked("resmi.csv", &figures("data-simulasi").unwrap()));
        assert!(!is_marked("resmi.csv", &figures("Kemendagri").unwrap()));
    }
}
