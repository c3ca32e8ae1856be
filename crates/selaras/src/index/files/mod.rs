//! A result as files: the folder that `selaras index` writes.
//!
//! Every file is a function of the result, the instrument and the language: no clock, no folder and
//! no number of threads enters, so the same round is the same bytes. What a file may hold is decided
//! before, by the form of the result ([`super::disclosure`]); nothing here looks behind it.

mod geojson;
mod report;
mod tables;
mod workbook;

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::result::IndexResult;
use crate::instrument::Instrument;
use crate::locale::Words;
use tables::Teller;

/// A file of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Path as given, with the file's name.
    pub path: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// Every form of `result`, as (file name, bytes): `result.json`; `skor.csv`, one row a region and
/// score; `cakupan.csv`, answers against targets; `indeks.xlsx`, the workbook; `peta.geojson`, where
/// the schematic map holds the regions; `laporan.html`, which stands alone. Names begin with
/// `DATA-SIMULASI-` where the answers are simulated (METHOD §10).
///
/// # Errors
/// A form that cannot hold the result, such as a sheet with too few rows.
pub fn render(
    result: &IndexResult,
    instrument: &Instrument,
    words: Words,
) -> io::Result<Vec<(String, Vec<u8>)>> {
    let teller = Teller { result, instrument, words };
    let mut json = serde_json::to_vec(result).map_err(io::Error::other)?;
    json.push(b'\n');
    let mut files = vec![
        ("result.json", json),
        ("skor.csv", teller.long().csv().into_bytes()),
        ("cakupan.csv", teller.coverage().csv().into_bytes()),
        ("indeks.xlsx", teller.workbook().map_err(io::Error::other)?),
    ];
    if let Some(geojson) = teller.geojson() {
        files.push(("peta.geojson", serde_json::to_vec(&geojson).map_err(io::Error::other)?));
    }
    files.push(("laporan.html", teller.report().map_err(io::Error::other)?.into_bytes()));
    let mark = if result.simulated { "DATA-SIMULASI-" } else { "" };
    Ok(files.into_iter().map(|(name, bytes)| (format!("{mark}{name}"), bytes)).collect())
}

/// Writes every form of `result` ([`render`]) into the folder `out`, which is made where it is
/// missing. Files come into being whole: each is written beside its place and moved there.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(
    result: &IndexResult,
    instrument: &Instrument,
    out: &Path,
    words: Words,
) -> io::Result<Vec<Written>> {
    fs::create_dir_all(out)?;
    let mut written = Vec::new();
    for (name, bytes) in render(result, instrument, words)? {
        let path = out.join(&name);
        let beside = out.join(format!(".{name}.part"));
        fs::write(&beside, &bytes)?;
        fs::rename(&beside, &path)?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        written.push(Written { path: path.display().to_string(), sha256 });
    }
    Ok(written)
}

#[cfg(test)]
mod tests;
