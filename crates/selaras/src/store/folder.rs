//! Where things lie in the data folder.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::{Error, FileId, RoundId};

/// The one folder that holds everything an installation keeps.
///
/// ```text
/// selaras.lock               held by the program that works on the jobs
/// selaras.sqlite             the database, unless PostgreSQL holds it
/// boundaries/                official boundaries that were imported
/// instruments/<key>.toml     the office's own instruments, one file a version
/// plans/<sending>/           plan files that wait to be completed and kept
/// rounds/<round>/uploads/    what waits for its mapping, or was returned with faults
/// rounds/<round>/files/<id>  answer files as intake keeps them, and beside them their report
/// rounds/<round>/margins     what is known of the population
/// rounds/<round>/official    official figures to show beside ours
/// rounds/<round>/results/    one folder a result
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// The data folder at `path`, made if it is missing, readable by its owner only.
    ///
    /// # Errors
    /// [`Error::Folder`] where it cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let fault = |source| Error::Folder { path: path.display().to_string(), source };
        if !path.is_dir() {
            std::fs::create_dir_all(path).map_err(fault)?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let owner_only = std::fs::Permissions::from_mode(0o700);
                std::fs::set_permissions(path, owner_only).map_err(fault)?;
            }
        }
        Ok(Self(path.to_owned()))
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The SQLite file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("selaras.sqlite")
    }

    /// Takes the folder for the one program that works on its jobs, until the file is dropped or
    /// the program ends.
    ///
    /// # Errors
    /// [`Error::InUse`] where another program has it; [`Error::Folder`].
    pub fn lock(&self) -> Result<File, Error> {
        let path = self.0.join("selaras.lock");
        let fault = |source| Error::Folder { path: path.display().to_string(), source };
        let file = File::options().create(true).append(true).open(&path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(self.0.display().to_string())),
            Err(TryLockError::Error(source)) => Err(fault(source)),
        }
    }

    /// Everything kept for a round, removed with it.
    #[must_use]
    pub fn round(&self, round: RoundId) -> PathBuf {
        self.0.join("rounds").join(round.to_string())
    }

    /// An answer file of a round.
    #[must_use]
    pub fn answers(&self, round: RoundId, file: FileId) -> PathBuf {
        self.round(round).join("files").join(file.to_string())
    }

    /// What became of an answer file when it was taken in.
    #[must_use]
    pub fn report(&self, round: RoundId, file: FileId) -> PathBuf {
        self.round(round).join("files").join(format!("{file}.json"))
    }

    /// The folder of the uploads of a round, one folder each.
    #[must_use]
    pub fn uploads(&self, round: RoundId) -> PathBuf {
        self.round(round).join("uploads")
    }

    /// The margins of a round.
    #[must_use]
    pub fn margins(&self, round: RoundId) -> PathBuf {
        self.round(round).join("margins.json")
    }

    /// The official figures of a round.
    #[must_use]
    pub fn official(&self, round: RoundId) -> PathBuf {
        self.round(round).join("official.json")
    }

    /// The folder of plan files that wait, one folder a sending.
    #[must_use]
    pub fn sendings(&self) -> PathBuf {
        self.0.join("plans")
    }

    /// The folder of imported boundaries.
    #[must_use]
    pub fn boundaries(&self) -> PathBuf {
        self.0.join("boundaries")
    }

    /// The folder of the office's own instruments.
    #[must_use]
    pub fn instruments(&self) -> PathBuf {
        self.0.join("instruments")
    }

    /// The file of one of them; `key` is a plain name.
    #[must_use]
    pub fn instrument(&self, key: &str) -> PathBuf {
        self.instruments().join(format!("{key}.toml"))
    }

    /// Writes `bytes` as the file at `path`, its folder made where it is missing; whoever reads the
    /// file meets the old content or the new, never a part.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let fault = |source| Error::Folder { path: path.display().to_string(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(fault)?;
        }
        let beside = path.with_extension("part");
        std::fs::write(&beside, bytes).map_err(fault)?;
        std::fs::rename(&beside, path).map_err(fault)
    }

    /// Removes the file at `path`, where there is one.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn remove(path: &Path) -> Result<(), Error> {
        match std::fs::remove_file(path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::Folder { path: path.display().to_string(), source })
            }
            _ => Ok(()),
        }
    }

    /// The folder that holds the results of a round.
    #[must_use]
    pub fn results(&self, round: RoundId) -> PathBuf {
        self.round(round).join("results")
    }
}
