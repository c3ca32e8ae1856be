//! Tables that an office sets beside the answers of a round: what is known of the population
//! ([`super::margins`]), figures published elsewhere ([`super::official`]). A round has one of a
//! kind, from one file; the next takes its place.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::register::{self, RegisterError};
use crate::policy::Actor;
use crate::store::{DataFolder, Error, RoundId, Tx};

/// A kind of table beside a round's answers.
pub trait Beside: Serialize + DeserializeOwned {
    /// What the audit calls it.
    const TABLE: &'static str;

    /// Where a round keeps it.
    fn place(data: &DataFolder, round: RoundId) -> PathBuf;

    /// SHA-256 of the bytes it came in.
    fn sha256(&self) -> &str;

    /// Whether it bears the mark of simulated data.
    fn is_marked(&self) -> bool;
}

/// The table of a round, where it has one.
///
/// # Errors
/// [`Error::Damaged`].
pub fn kept<T: Beside>(data: &DataFolder, round: RoundId) -> Result<Option<T>, Error> {
    read(&T::place(data, round), T::TABLE)
}

fn read<T: DeserializeOwned>(place: &Path, table: &'static str) -> Result<Option<T>, Error> {
    match fs::read(place) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| Error::Damaged(table)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(_) => Err(Error::Damaged(table)),
    }
}

/// SHA-256 of the file that the table of a round came in, where it has one; the table itself may be
/// large and is passed over.
///
/// # Errors
/// [`Error::Damaged`].
pub fn kept_sha256<T: Beside>(data: &DataFolder, round: RoundId) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct Head {
        sha256: String,
    }
    Ok(read::<Head>(&T::place(data, round), T::TABLE)?.map(|head| head.sha256))
}

/// Keeps `table` as that of a round, which is simulated while it is in use where it bears the mark.
///
/// # Errors
/// As [`register::set_table`].
pub async fn keep<T: Beside>(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: RoundId,
    table: &T,
) -> Result<(), RegisterError> {
    let json = serde_json::to_vec(table).map_err(|_| Error::Damaged(T::TABLE))?;
    let sha256 = Some(table.sha256());
    register::set_table(tx, actor, round, T::TABLE, sha256, table.is_marked()).await?;
    Ok(DataFolder::write(&T::place(data, round), &json)?)
}

/// Deletes the table of a round.
///
/// # Errors
/// As [`register::set_table`].
pub async fn remove<T: Beside>(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: RoundId,
) -> Result<(), RegisterError> {
    register::set_table(tx, actor, round, T::TABLE, None, false).await?;
    Ok(DataFolder::remove(&T::place(data, round))?)
}
