//! A result as files: the folder that `selaras index` writes.
//!
//! Every file is a function of the result, the instrument and the language: no clock, no folder and
//! no number of threads enters, so the same round is the same bytes. What a file may hold is
//! decided before, by the form of the result ([`super::disclosure`]); nothing here looks behind it.

mod geojson;
mod report;
mod tables;
mod workbook;

use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::thread;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::result::IndexResult;
use crate::instrument::Instrument;
use crate::locale::Words;
use crate::region::atlas::Map;
use crate::sheet::hex;
use crate::simulate::MARK;
use tables::Teller;

/// A file of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Path as given, with the file's name.
    pub path: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// A file that a result comes as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// `result.json`: the result itself.
    Json,
    /// `skor.csv`: one row a region and score.
    Scores,
    /// `cakupan.csv`: answers against targets.
    Coverage,
    /// `indeks.xlsx`: the workbook.
    Workbook,
    /// `peta.geojson`: the regions with their scores, where the schematic map holds them.
    Map,
    /// `laporan.html`: the report, which stands alone.
    Report,
}

impl File {
    /// Every file, in the order in which they are written.
    pub const ALL: [Self; 6] =
        [Self::Json, Self::Scores, Self::Coverage, Self::Workbook, Self::Map, Self::Report];

    /// Its name, without the mark of simulated answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "result.json",
            Self::Scores => "skor.csv",
            Self::Coverage => "cakupan.csv",
            Self::Workbook => "indeks.xlsx",
            Self::Map => "peta.geojson",
            Self::Report => "laporan.html",
        }
    }

    /// Its name for `result`: it begins with `DATA-SIMULASI-` where the answers are simulated
    /// (METHOD §10).
    #[must_use]
    pub fn name_for(self, result: &IndexResult) -> String {
        let mark = if result.simulated { format!("{MARK}-") } else { String::new() };
        mark + self.name()
    }

    /// As [`File::name_for`], of the part of `result` that is about the region with `code`.
    #[must_use]
    pub fn name_of_part(self, result: &IndexResult, code: &str) -> String {
        let whole = self.name_for(result);
        match whole.rsplit_once('.') {
            Some((stem, ending)) => format!("{stem}-{code}.{ending}"),
            None => whole,
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Scores | Self::Coverage => "text/csv; charset=utf-8",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Map => "application/geo+json",
            Self::Report => "text/html; charset=utf-8",
        }
    }

    /// The file of `result`; none where the result has no such form. Maps show the `official`
    /// boundaries of kab/kota where these hold all of them, else the schematic map.
    ///
    /// # Errors
    /// A form that cannot hold the result, such as a sheet with too few rows.
    pub fn render(
        self,
        result: &IndexResult,
        instrument: &Instrument,
        official: Option<&Map>,
        words: Words,
    ) -> io::Result<Option<Vec<u8>>> {
        let teller = Teller { result, instrument, official, words };
        Ok(Some(match self {
            Self::Json => result.json().map_err(io::Error::other)?,
            Self::Scores => teller.long().csv().into_bytes(),
            Self::Coverage => teller.coverage().csv().into_bytes(),
            Self::Workbook => teller.workbook().map_err(io::Error::other)?,
            Self::Map => match teller.geojson() {
                Some(map) => serde_json::to_vec(&map).map_err(io::Error::other)?,
                None => return Ok(None),
            },
            Self::Report => teller.report().map_err(io::Error::other)?.into_bytes(),
        }))
    }
}

/// The file of this [`File::name`].
impl FromStr for File {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|file| file.name() == name).ok_or(())
    }
}

/// Writes `wanted` files of `result` into the folder `out`, which is made where it is missing.
/// Files come into being whole: each is written beside its place and moved there.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(
    result: &IndexResult,
    instrument: &Instrument,
    wanted: &[File],
    out: &Path,
    words: Words,
) -> io::Result<Vec<Written>> {
    fs::create_dir_all(out)?;
    let mut written = Vec::new();
    for file in wanted {
        let Some(bytes) = file.render(result, instrument, None, words)? else { continue };
        let name = file.name_for(result);
        let path = out.join(&name);
        let beside = out.join(format!(".{name}.part"));
        let sha256 = thread::scope(|scope| {
            let hash = scope.spawn(|| hex(&Sha256::digest(&bytes)));
            fs::write(&beside, &bytes)?;
            fs::rename(&beside, &path)?;
            Ok::<_, io::Error>(hash.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        written.push(Written { path: path.display().to_string(), sha256 });
    }
    Ok(written)
}

#[cfg(test)]
mod tests;
