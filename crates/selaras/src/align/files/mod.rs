//! An alignment as files: the folder that `selaras align` writes.
//!
//! Every file is a function of the alignment and the language: the same inputs and day are the same
//! bytes.

mod letter;
mod tables;

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Alignment;
use crate::locale::Words;
use crate::render::letter::Style;
use crate::render::table::{self, Table};
use crate::sheet::hex;
use crate::simulate::MARK;
use tables::Teller;

/// A file of an alignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Path as given, with the file's name.
    pub path: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// A file that an alignment comes as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// The alignment itself, for programs and for the next alignment.
    Json,
    /// The workbook of findings: states, a sheet a check, what could not be checked, and what
    /// planners always ask.
    Findings,
    /// The *matriks persandingan*, for print on F4.
    Matrix,
    /// The draft of a *berita acara* with the matrix behind it, to be written on.
    Letter,
    /// The same for print.
    LetterPage,
    /// The *lembar Sekda*, one A4 page.
    Mandates,
}

impl File {
    /// Every file, in the order in which they are written.
    pub const ALL: [Self; 6] =
        [Self::Json, Self::Findings, Self::Matrix, Self::Letter, Self::LetterPage, Self::Mandates];

    /// Its name, without the mark of simulated data.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "keselarasan.json",
            Self::Findings => "temuan.xlsx",
            Self::Matrix => "matriks-persandingan.xlsx",
            Self::Letter => "berita-acara.docx",
            Self::LetterPage => "berita-acara.html",
            Self::Mandates => "lembar-sekda.html",
        }
    }

    /// Its name for `alignment`: it begins with the mark where something is simulated (METHOD §10).
    #[must_use]
    pub fn name_for(self, alignment: &Alignment) -> String {
        let mark = if alignment.simulated { format!("{MARK}-") } else { String::new() };
        mark + self.name()
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// A form that cannot hold the alignment, such as a sheet with too few rows.
    pub fn render(self, alignment: &Alignment, words: Words) -> io::Result<Vec<u8>> {
        let teller = Teller { alignment, words };
        match self {
            Self::Json => alignment.json().map_err(io::Error::other),
            Self::Findings => workbook(&teller.findings()),
            Self::Matrix => workbook(&teller.matrices()),
            Self::Letter => teller.letter().docx(words),
            Self::LetterPage => {
                let page = teller.letter().html(words, Style::Inline);
                page.map(String::into_bytes).map_err(io::Error::other)
            }
            Self::Mandates => {
                let page = teller.sheet_of_mandates();
                page.map(String::into_bytes).map_err(io::Error::other)
            }
        }
    }
}

fn workbook(sheets: &[(String, Table)]) -> io::Result<Vec<u8>> {
    let sheets: Vec<(&str, &Table)> =
        sheets.iter().map(|(name, table)| (name.as_str(), table)).collect();
    table::workbook(&sheets).map_err(io::Error::other)
}

/// Writes every file of `alignment` into the folder `out`, which is made where it is missing. Files
/// come into being whole: each is written beside its place and moved there.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(alignment: &Alignment, out: &Path, words: Words) -> io::Result<Vec<Written>> {
    fs::create_dir_all(out)?;
    let mut written = Vec::new();
    for file in File::ALL {
        let bytes = file.render(alignment, words)?;
        let name = file.name_for(alignment);
        let path = out.join(&name);
        let beside = out.join(format!(".{name}.part"));
        fs::write(&beside, &bytes)?;
        fs::rename(&beside, &path)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        written.push(Written { path: path.display().to_string(), sha256 });
    }
    Ok(written)
}
