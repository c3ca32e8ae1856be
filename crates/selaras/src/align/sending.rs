//! Plan files on their way from an office into the register.
//!
//! What is sent lies in the data folder with what its tables are taken for, until a person has
//! completed that and keeps the documents it makes. Reading ([`Sending::read`]) keeps nothing: all
//! documents of a sending are kept together, or none is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::read::{self, Mappings, Opened, Read};
use super::register::{self, Keeping};
use crate::plan::Terms;
use crate::plan::import::{About, PlanMapping, PlanTable, remember};
use crate::policy::Actor;
use crate::round::register::RegisterError;
use crate::sheet::{Fault, Faults, Source};
use crate::store::{DataFolder, Error, FileId, Tx};

/// A sending that nobody completed is deleted after this time.
const FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);

/// A table that was sent, and what it is taken for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentTable {
    /// Position of its file among the files sent.
    pub file: usize,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// What its columns mean.
    pub mapping: PlanMapping,
    /// Whether the mapping was remembered.
    pub from_profile: bool,
    /// What is known of its document.
    pub about: About,
    /// Whether a person says that it is no part of a plan.
    pub left_out: bool,
}

impl SentTable {
    /// Whether it says all that a plan must say.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let About { kind, region, years, .. } = &self.about;
        let known = kind.is_some() && region.is_some() && years.is_some();
        self.left_out || (known && self.mapping.questions().is_empty())
    }
}

/// Files that were sent together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sending {
    /// Id.
    pub id: FileId,
    /// When they came.
    pub added: Timestamp,
    /// Names of the files, without folder.
    pub files: Vec<String>,
    /// Their tables.
    pub tables: Vec<SentTable>,
}

impl Sending {
    /// A sending without a file, its folder made.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn begin(data: &DataFolder, now: Timestamp) -> Result<Self, Error> {
        let id = FileId::new(now);
        let path = folder(data, id);
        let fault = |source| Error::Folder { path: path.display().to_string(), source };
        fs::create_dir_all(&path).map_err(fault)?;
        Ok(Self { id, added: now, files: Vec::new(), tables: Vec::new() })
    }

    /// Where the bytes of the next file are put.
    #[must_use]
    pub fn next(&self, data: &DataFolder) -> PathBuf {
        folder(data, self.id).join("next.part")
    }

    /// Takes what lies at [`Sending::next`] as the file called `name`, in place of one of the same
    /// name; tables of the layout of one that it replaces mean what those meant.
    ///
    /// # Errors
    /// The fault for which the file cannot be read; then the sending is what it was.
    pub fn add(
        &mut self,
        data: &DataFolder,
        name: &str,
        remembered: &[PlanMapping],
        terms: &Terms,
    ) -> Result<(), Box<Fault>> {
        let unreadable = || Box::new(Fault::of_file(name, "sheet-error-read"));
        let next = self.next(data);
        let bytes = fs::read(&next).map_err(|_| unreadable())?;
        fs::remove_file(&next).map_err(|_| unreadable())?;
        let place = self.files.iter().position(|known| known == name);
        let file = place.unwrap_or(self.files.len());
        let before: Vec<SentTable> =
            self.tables.iter().filter(|table| table.file == file).cloned().collect();
        let decided = before.iter().map(|table| table.mapping.clone());
        // Of two mappings of one layout the last counts.
        let mut mappings: Mappings = remembered.iter().cloned().chain(decided).collect();
        let source = Source::memory(bytes.clone());
        let opened = read::open((&source, name), None, &mut mappings, terms)?;
        fs::write(raw(data, self.id, file), bytes).map_err(|_| unreadable())?;
        if place.is_none() {
            self.files.push(name.to_owned());
        }
        self.tables.retain(|table| table.file != file);
        for Opened { table, mapping, about } in opened {
            let known = before
                .iter()
                .find(|of| of.sheet == table.sheet.sheet && of.mapping.layout == mapping.layout);
            let profile = remembered.iter().any(|of| of.layout == mapping.layout);
            self.tables.push(SentTable {
                file,
                sheet: table.sheet.sheet.clone(),
                from_profile: known.map_or(profile, |of| of.from_profile),
                about: known.map_or(about, |of| of.about.clone()),
                left_out: known.is_some_and(|of| of.left_out),
                mapping,
            });
        }
        self.tables.sort_by_key(|table| table.file);
        Ok(())
    }

    /// The sending `id`.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`].
    pub fn load(data: &DataFolder, id: FileId) -> Result<Self, Error> {
        let bytes = fs::read(folder(data, id).join(STATE)).map_err(|_| Error::NotFound)?;
        serde_json::from_slice(&bytes).map_err(|_| Error::Damaged("sending"))
    }

    /// Keeps the sending as it is now.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn save(&self, data: &DataFolder) -> Result<(), Error> {
        let json = serde_json::to_vec(self).map_err(|_| Error::Damaged("sending"))?;
        DataFolder::write(&folder(data, self.id).join(STATE), &json)
    }

    /// Deletes the sending with everything that came.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn remove(data: &DataFolder, id: FileId) -> Result<(), Error> {
        let path = folder(data, id);
        let fault = |source| Error::Folder { path: path.display().to_string(), source };
        if path.exists() { fs::remove_dir_all(&path).map_err(fault) } else { Ok(()) }
    }

    /// Everything that waits, oldest first.
    #[must_use]
    pub fn all(data: &DataFolder) -> Vec<Self> {
        let entries = fs::read_dir(data.sendings()).into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mut all: Vec<Self> = ids.filter_map(|id| Self::load(data, id).ok()).collect();
        all.sort_by_key(|sending| sending.id);
        all
    }

    /// The name of a table: of its file, and of its sheet where the file has several.
    #[must_use]
    pub fn name(&self, table: &SentTable) -> String {
        let file = self.files.get(table.file).map(String::as_str).unwrap_or_default();
        let several = self.tables.iter().filter(|of| of.file == table.file).count() > 1;
        match table.sheet.as_deref().filter(|_| several) {
            Some(sheet) => format!("{file} ({sheet})"),
            None => file.to_owned(),
        }
    }

    /// Opens the table at `position`.
    ///
    /// # Errors
    /// The fault for which it cannot be read.
    pub fn table(&self, data: &DataFolder, position: usize) -> Result<PlanTable, Box<Fault>> {
        let name = |file: usize| self.files.get(file).map(String::as_str).unwrap_or_default();
        let Some(table) = self.tables.get(position) else {
            return Err(Box::new(Fault::of_file("", "sheet-error-read")));
        };
        let name = name(table.file);
        let source = Source::open(&raw(data, self.id, table.file));
        let source = source.map_err(|_| Box::new(Fault::of_file(name, "sheet-error-read")))?;
        PlanTable::open(&source, name, table.sheet.as_deref())
    }

    /// Reads the documents of the sending.
    ///
    /// # Errors
    /// Every fault of every table.
    pub fn read(&self, data: &DataFolder, terms: &Terms) -> Result<Vec<Read>, Faults> {
        let mut faults = Faults::default();
        let mut opened = Vec::with_capacity(self.tables.len());
        let taken = self.tables.iter().enumerate().filter(|(_, table)| !table.left_out);
        for (position, SentTable { mapping, about, .. }) in taken {
            match self.table(data, position) {
                Ok(table) => {
                    let (mapping, about) = (mapping.clone(), about.clone());
                    opened.push(Opened { table, mapping, about });
                }
                Err(fault) => faults.push(*fault),
            }
        }
        if faults.is_empty() { read::together(opened, terms) } else { Err(faults) }
    }
}

/// Keeps every document that was read of `sending`, and remembers what columns mean.
///
/// # Errors
/// As [`register::keep`]; then nothing of the transaction is to be kept.
pub async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    sending: &Sending,
    read: &[Read],
) -> Result<Vec<Keeping>, RegisterError> {
    let mut kept = Vec::with_capacity(read.len());
    for of in read {
        kept.push(register::keep(tx, actor, &of.sent).await?);
    }
    for table in sending.tables.iter().filter(|table| !table.left_out) {
        remember(tx, actor, &table.mapping).await?;
    }
    Ok(kept)
}

/// Deletes sendings that nobody completed within a day.
pub fn forget_old(data: &DataFolder, now: SystemTime) {
    let sendings = fs::read_dir(data.sendings()).into_iter().flatten().flatten();
    for sending in sendings {
        let old = fs::metadata(sending.path())
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|sent| now.duration_since(sent).is_ok_and(|age| age > FORGOTTEN));
        if old && let Err(error) = fs::remove_dir_all(sending.path()) {
            tracing::warn!(%error, "an old sending could not be deleted");
        }
    }
}

const STATE: &str = "sending.json";

fn folder(data: &DataFolder, id: FileId) -> PathBuf {
    data.sendings().join(id.to_string())
}

fn raw(data: &DataFolder, id: FileId, file: usize) -> PathBuf {
    folder(data, id).join(Path::new(&file.to_string()))
}
