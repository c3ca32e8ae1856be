//! The office's own instruments: files kept in the data folder, one a version, never changed.

use std::collections::HashMap;
use std::fs;
use std::sync::{LazyLock, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::{Instrument, shipped, shipped_by_id};
use crate::locale::Message;
use crate::policy::{Action, Actor, Module, Resource, may};
use crate::store::{DataFolder, Error, Tx};

/// Kept instruments that were read, by the hash of their file. They live as long as the program, as
/// the shipped ones do: there are few, and rounds, jobs and pages share them.
static READ: LazyLock<Mutex<HashMap<String, &'static Instrument>>> = LazyLock::new(Mutex::default);

/// Why a file is not kept as an instrument.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// What is wrong, one sentence a fault.
    #[error("the file is no instrument that can be kept")]
    Faults(Vec<Message>),
    /// The data folder or the database, or the actor may not.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What rounds call a version of an instrument: `<id>-v<version>`.
fn key(instrument: &Instrument) -> String {
    let version = instrument.version.chars();
    let version: String =
        version.map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("{}-v{version}", instrument.id)
}

fn read(name: &str, bytes: &[u8]) -> Option<&'static Instrument> {
    let sha256 = crate::sheet::hex(&Sha256::digest(bytes));
    let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(instrument) = known.get(&sha256) {
        return Some(instrument);
    }
    let instrument: &'static Instrument = Box::leak(Box::new(Instrument::parse(name, bytes).ok()?));
    known.insert(sha256, instrument);
    Some(instrument)
}

/// The file of the instrument that rounds call `key`, if it was kept in `data`.
#[must_use]
pub fn kept_file(data: &DataFolder, key: &str) -> Option<Vec<u8>> {
    // A key comes from addresses too: nothing but a name of ours leads into the folder.
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if key.is_empty() || key.starts_with('.') || !key.chars().all(plain) {
        return None;
    }
    fs::read(data.instrument(key)).ok()
}

/// The instrument that rounds call `key`: a shipped one, or one kept in `data`.
#[must_use]
pub fn find(data: &DataFolder, key: &str) -> Option<&'static Instrument> {
    shipped_by_id(key).or_else(|| read(key, &kept_file(data, key)?))
}

/// The instruments kept in `data` with what rounds call them, in the order of their keys.
#[must_use]
pub fn kept(data: &DataFolder) -> Vec<(String, &'static Instrument)> {
    let entries = fs::read_dir(data.instruments()).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some(name.strip_suffix(".toml")?.to_owned())
    });
    let mut keys: Vec<String> = named.collect();
    keys.sort();
    keys.into_iter().filter_map(|key| Some((key.clone(), find(data, &key)?))).collect()
}

/// Keeps the instrument file called `name` as a version of its own and says what rounds call it.
/// The same file again is recognised.
///
/// # Errors
/// [`KeepError::Faults`] with every fault of the file, or where another file has that id and
/// version; [`KeepError::Store`].
pub async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    name: &str,
    bytes: &[u8],
) -> Result<String, KeepError> {
    may(actor, Action::Create, &Resource::internal(Module::Round))
        .or_denied()
        .map_err(Error::from)?;
    let instrument =
        Instrument::parse(name, bytes).map_err(|error| KeepError::Faults(error.faults))?;
    let version =
        |known: &&Instrument| known.id == instrument.id && known.version == instrument.version;
    if let Some(shipped) = shipped().iter().find(version) {
        return if shipped.sha256 == instrument.sha256 {
            Ok(shipped.id.clone())
        } else {
            Err(taken(&instrument))
        };
    }
    let key = key(&instrument);
    match kept_file(data, &key) {
        Some(known) if known == bytes => return Ok(key),
        Some(_) => return Err(taken(&instrument)),
        None => {}
    }
    tx.record(actor, Action::Create, "instrument", &key, bytes).await?;
    DataFolder::write(&data.instrument(&key), bytes)?;
    Ok(key)
}

fn taken(instrument: &Instrument) -> KeepError {
    KeepError::Faults(vec![
        Message::new("instrument-version-taken")
            .with("id", instrument.id.as_str())
            .with("version", instrument.version.as_str()),
    ])
}
