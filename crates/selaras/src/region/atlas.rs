//! The map in use: official boundaries where an office has imported them, else the schematic one.
//!
//! Boundaries of one level lie in the data folder as `boundaries/<level>.topology` with
//! `boundaries/<level>.json` beside it, which says whose they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use selaras_atlas::Topology;
use serde::{Deserialize, Serialize};

use super::boundary::{self, About, CodeList, Finding, Imported, Known};
use super::{Code, Level, districts, provinces, regencies, schematic, villages};
use crate::locale::Words;
use crate::policy::{Action, Actor, Module, Resource, may};
use crate::render::map::Boundaries;
use crate::store::{DataFolder, Error, Tx};

/// Whose boundaries these are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Official {
    /// Source, as the office gives it.
    pub source: String,
    /// The day they are of, year first; boundaries taken in before dates were checked have any text.
    pub date: String,
    /// Name of the file they came in.
    pub file: String,
    /// When they were taken in.
    pub imported: Timestamp,
    /// Number of regions.
    pub regions: usize,
    /// Warnings and notes of the check.
    pub report: Vec<Finding>,
}

/// Whose boundaries a map shows: `official` ones, or those of the schematic map.
#[must_use]
pub fn boundaries(official: Option<&Official>, words: Words) -> Boundaries {
    official.map_or(Boundaries::Schematic, |official| Boundaries::Imported {
        source: official.source.clone(),
        date: official.day(words),
    })
}

impl Official {
    /// Their day as it is told.
    #[must_use]
    pub fn day(&self, words: Words) -> String {
        self.date.parse().map_or_else(|_| self.date.clone(), |day| words.short_date(day))
    }
}

/// A map of the regions of one level.
#[derive(Clone, Debug)]
pub struct Map {
    /// Its shapes; regions that official boundaries lack are taken from nowhere else.
    pub topology: Arc<Topology>,
    /// None for the schematic map.
    pub official: Option<Official>,
}

/// A map and when its file was written.
type Loaded = BTreeMap<PathBuf, (SystemTime, Map)>;

static LOADED: LazyLock<Mutex<Loaded>> = LazyLock::new(Mutex::default);
static SCHEMATIC: LazyLock<[Arc<Topology>; 3]> = LazyLock::new(|| {
    [Level::Province, Level::Regency, Level::District]
        .map(|level| Arc::new(schematic(level).clone()))
});

fn stem(level: Level) -> &'static str {
    match level {
        Level::Province => "provinces",
        Level::Regency => "regencies",
        Level::District => "districts",
        Level::Village => "villages",
    }
}

fn path(data: &DataFolder, level: Level, extension: &str) -> PathBuf {
    data.boundaries().join(format!("{}.{extension}", stem(level)))
}

/// The map of the regions of `level` inside the region with code `inside`, or of all of them:
/// official boundaries where they were imported and hold one of these regions, else the schematic
/// map. Desa have none and are drawn as their kecamatan.
#[must_use]
pub fn map_of(data: &DataFolder, level: Level, inside: Option<Code>) -> Map {
    let within = |map: &Map| match inside {
        None => map.clone(),
        Some(code) => {
            let topology = map.topology.select(|of| of.starts_with(code.as_str()));
            Map { topology: Arc::new(topology), official: map.official.clone() }
        }
    };
    if let Some(map) = official(data, level) {
        let map = within(&map);
        if !map.topology.shapes().is_empty() {
            return map;
        }
    }
    let [of_provinces, of_regencies, of_districts] = &*SCHEMATIC;
    let topology = match level {
        Level::Province => of_provinces,
        Level::Regency => of_regencies,
        Level::District | Level::Village => of_districts,
    };
    within(&Map { topology: Arc::clone(topology), official: None })
}

/// The official boundaries of `level`, where they were imported; read again when they change.
#[must_use]
pub fn official(data: &DataFolder, level: Level) -> Option<Map> {
    let path = path(data, level, "topology");
    let written = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok()?;
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, map)) = loaded.get(&path)
        && *known == written
    {
        return Some(map.clone());
    }
    let topology = Topology::from_bytes(&fs::read(&path).ok()?).ok()?;
    let about = fs::read(self::path(data, level, "json")).ok()?;
    let official: Official = serde_json::from_slice(&about).ok()?;
    let map = Map { topology: Arc::new(topology), official: Some(official) };
    loaded.insert(path, (written, map.clone()));
    Some(map)
}

/// Every region that boundaries may be for.
#[must_use]
pub fn known() -> Vec<Known> {
    let all = provinces().iter().chain(regencies()).chain(districts()).chain(villages());
    all.map(Known::from).collect()
}

/// Checks the boundaries in `bytes`.
///
/// # Errors
/// Every finding, errors first, where at least one is an error.
pub fn check(bytes: &[u8], about: &About) -> Result<Imported, Vec<Finding>> {
    boundary::import(bytes, &known(), about)
}

/// The level of boundaries that were checked.
#[must_use]
pub fn level_of(imported: &Imported) -> Level {
    match imported.level {
        1 => Level::Province,
        2 => Level::Regency,
        3 => Level::District,
        _ => Level::Village,
    }
}

/// The list of codes called `name`: `kemendagri`, `bps` or `bps-2023`.
#[must_use]
pub fn code_list(name: &str) -> Option<CodeList> {
    match name {
        "kemendagri" => Some(CodeList::Kemendagri),
        "bps" => Some(CodeList::Bps),
        "bps-2023" => Some(CodeList::Bps2023),
        _ => None,
    }
}

/// Keeps boundaries that were checked; they replace the map of their level from now on.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not; [`Error::Folder`]; [`Error::Database`].
pub async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    imported: &Imported,
    file: &str,
) -> Result<(), Error> {
    may(actor, Action::Change, &Resource::internal(Module::Region)).or_denied()?;
    let level = level_of(imported);
    let official = Official {
        source: imported.source.clone(),
        date: imported.date.to_string(),
        file: file.to_owned(),
        imported: tx.now(),
        regions: imported.topology.shapes().len(),
        report: imported.report.clone(),
    };
    let about = serde_json::to_vec(&official).map_err(|_| Error::Damaged("boundaries"))?;
    tx.record(actor, Action::Change, "boundaries", stem(level), &about).await?;
    DataFolder::write(&path(data, level, "json"), &about)?;
    DataFolder::write(&path(data, level, "topology"), &imported.topology.to_bytes())
}

/// Removes the official boundaries of `level`; the schematic map is in use again.
///
/// # Errors
/// As [`keep`].
pub async fn remove(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    level: Level,
) -> Result<(), Error> {
    may(actor, Action::Change, &Resource::internal(Module::Region)).or_denied()?;
    tx.record(actor, Action::Delete, "boundaries", stem(level), b"").await?;
    for extension in ["topology", "json"] {
        let path = path(data, level, extension);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Folder { path: path.display().to_string(), source });
            }
            _ => {}
        }
    }
    Ok(())
}
