//! A result as files: the folder that `selaras index` writes.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::result::IndexResult;
use crate::instrument::Instrument;
use crate::locale::Words;

/// A file of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Path as given, with the file's name.
    pub path: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// Writes every form of `result` into the folder `out`, which is made where it is missing. Files
/// come into being whole: each is written beside its place and moved there.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn write(
    result: &IndexResult,
    _instrument: &Instrument,
    out: &Path,
    _words: Words,
) -> io::Result<Vec<Written>> {
    fs::create_dir_all(out)?;
    let mark = if result.simulated { "DATA-SIMULASI-" } else { "" };
    let mut written = Vec::new();
    let mut put = |name: &str, bytes: &[u8]| -> io::Result<()> {
        let path = out.join(format!("{mark}{name}"));
        let beside = out.join(format!(".{mark}{name}.part"));
        fs::write(&beside, bytes)?;
        fs::rename(&beside, &path)?;
        let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        written.push(Written { path: path.display().to_string(), sha256 });
        Ok(())
    };
    let mut json = serde_json::to_vec(result).map_err(io::Error::other)?;
    json.push(b'\n');
    put("result.json", &json)?;
    Ok(written)
}
