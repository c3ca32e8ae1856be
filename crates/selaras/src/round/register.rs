//! The register of rounds: which there are, what files they hold, where their result is.

use jiff::Timestamp;
use jiff::civil::Date;

use super::sql;
use crate::locale::Message;
use crate::policy::{Action, Actor, Module, NATION, Resource, Scope, may};
use crate::simulate;
use crate::store::{self, FileId, RoundId, Tx};

/// Answers aimed at per kab/kota unless a round says otherwise.
pub const DEFAULT_TARGET: u64 = 1250;
/// Longest name of a round, in characters.
pub const LONGEST_NAME: usize = 100;

/// A round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Id.
    pub id: RoundId,
    /// Year measured.
    pub year: i16,
    /// Name, e.g. `Putaran 2026`; no two rounds share one.
    pub name: String,
    /// Id of the instrument, e.g. `ihai-2025`.
    pub instrument: String,
    /// First day answers are taken.
    pub opened: Option<Date>,
    /// Last day answers are taken.
    pub closed: Option<Date>,
    /// Answers aimed at per kab/kota.
    pub target: u64,
    /// Whether it was made as a simulated one, or anything in use bears the mark of simulated data
    /// (METHOD §10): a file that counts, or a table beside the answers.
    pub simulated: bool,
    /// Codes of the provinces and kab/kota it covers, in order; [`NATION`] for all of Indonesia.
    pub regions: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Name of the folder within [`crate::store::DataFolder::results`] that holds its present
    /// result.
    pub result: Option<String>,
    /// When that result was computed.
    pub computed: Option<Timestamp>,
    /// Answers kept from the files that count.
    pub answers: u64,
}

/// What may be given to a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRound {
    /// Year measured.
    pub year: i16,
    /// Name.
    pub name: String,
    /// Id of the instrument.
    pub instrument: String,
    /// First day answers are taken.
    pub opened: Option<Date>,
    /// Last day answers are taken.
    pub closed: Option<Date>,
    /// Answers aimed at per kab/kota.
    pub target: u64,
    /// Whether its answers are simulated.
    pub simulated: bool,
    /// Codes of provinces and kab/kota, or [`NATION`] alone.
    pub regions: Vec<String>,
}

/// An answer file that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Id.
    pub id: FileId,
    /// Name it came with, without folder.
    pub name: String,
    /// SHA-256 of the bytes that came, lower-case hex.
    pub sha256: String,
    /// Size of what came.
    pub bytes: u64,
    /// Rows read.
    pub taken: u64,
    /// Rows kept.
    pub kept: u64,
    /// The file that took its place, if one did.
    pub replaced_by: Option<FileId>,
    /// When it was added.
    pub added: Timestamp,
}

/// An answer file to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Name it came with, without folder.
    pub name: String,
    /// SHA-256 of the bytes that came, lower-case hex.
    pub sha256: String,
    /// Size of what came.
    pub bytes: u64,
    /// Rows read.
    pub taken: u64,
    /// Rows kept.
    pub kept: u64,
    /// The file whose place it takes, for a corrected one.
    pub replaces: Option<FileId>,
}

/// What became of a file that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is now one of the round's files.
    New(FileId),
    /// The round already holds a file with the same bytes.
    Already(FileId),
}

/// Why the register did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Something given cannot be; one sentence each.
    #[error("invalid: {0:?}")]
    Invalid(Vec<Message>),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<crate::policy::Denied> for RegisterError {
    fn from(denied: crate::policy::Denied) -> Self {
        Self::Store(denied.into())
    }
}

/// Whether `actor` may do this to a round of all of `regions`.
pub(super) fn allowed(
    actor: &Actor,
    action: Action,
    regions: &[String],
) -> Result<(), RegisterError> {
    for code in regions {
        may(actor, action, &Resource::internal(Module::Round).within(code)).or_denied()?;
    }
    Ok(())
}

impl NewRound {
    /// Every reason why this cannot be a round; `known` tells whether a region code exists.
    #[must_use]
    pub fn faults(&self, known: impl Fn(&str) -> bool) -> Vec<Message> {
        let mut faults = Vec::new();
        let mut fault = |key: &str| faults.push(Message::new(key));
        if !(2000..=2100).contains(&self.year) {
            fault("round-fault-year");
        }
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            fault("round-fault-name");
        }
        if self.name.chars().count() > LONGEST_NAME {
            fault("round-fault-name-long");
        }
        if self.target == 0 || self.target > 1_000_000 {
            fault("round-fault-target");
        }
        if matches!((self.opened, self.closed), (Some(opened), Some(closed)) if closed < opened) {
            fault("round-fault-window");
        }
        if self.regions.is_empty() {
            fault("round-fault-no-region");
        }
        for code in &self.regions {
            if code != NATION && (Scope::of(code).is_none() || !known(code)) {
                faults.push(Message::new("round-fault-unknown-region").with("code", code.as_str()));
            }
        }
        faults
    }

    /// Puts the regions in order; a code inside another one given is left out, since the other
    /// holds it already.
    pub(super) fn settle(&mut self) {
        self.name = self.name.trim().to_owned();
        let all = self.regions.clone();
        self.regions.retain(|code| {
            !all.iter().any(|other| {
                other != code && Scope::of(other).is_some_and(|scope| scope.contains(code))
            })
        });
        self.regions.sort();
        self.regions.dedup();
    }
}

/// Makes a round; a code inside another one given is left out, since the other holds it already.
///
/// # Errors
/// [`RegisterError::Invalid`] with every fault of [`NewRound::faults`] and for a name that is
/// taken; [`RegisterError::Store`].
pub async fn create(
    tx: &mut Tx,
    actor: &Actor,
    mut round: NewRound,
    known: impl Fn(&str) -> bool,
) -> Result<RoundId, RegisterError> {
    allowed(actor, Action::Create, &round.regions)?;
    round.name = round.name.trim().to_owned();
    let mut faults = round.faults(known);
    if sql::named(tx, &round.name).await?.is_some() {
        faults.push(Message::new("round-fault-name-taken").with("name", round.name.as_str()));
    }
    if !faults.is_empty() {
        return Err(RegisterError::Invalid(faults));
    }
    round.settle();
    let id = RoundId::new(tx.now());
    sql::insert(tx, id, &round).await?;
    tx.record(actor, Action::Create, "round", &id.to_string(), format!("{round:?}").as_bytes())
        .await?;
    Ok(id)
}

/// Gives `round` the terms `new`, unless there are `faults` or another round bears the name.
///
/// # Errors
/// [`RegisterError::Invalid`]; [`RegisterError::Store`].
pub(super) async fn change(
    tx: &mut Tx,
    actor: &Actor,
    round: &Round,
    new: NewRound,
    mut faults: Vec<Message>,
) -> Result<(), RegisterError> {
    allowed(actor, Action::Change, &round.regions)?;
    allowed(actor, Action::Change, &new.regions)?;
    if sql::named(tx, new.name.trim()).await?.is_some_and(|id| id != round.id) {
        faults.push(Message::new("round-fault-name-taken").with("name", new.name.trim()));
    }
    if !faults.is_empty() {
        return Err(RegisterError::Invalid(faults));
    }
    sql::change(tx, round.id, &new).await?;
    let content = format!("{new:?}");
    tx.record(actor, Action::Change, "round", &round.id.to_string(), content.as_bytes()).await?;
    Ok(())
}

/// Rounds that touch `scope` and that the actor may know of, newest year first.
///
/// # Errors
/// [`RegisterError::Store`].
pub async fn list(tx: &mut Tx, actor: &Actor, scope: &Scope) -> Result<Vec<Round>, RegisterError> {
    may(actor, Action::View, &Resource::internal(Module::Round)).or_denied()?;
    let mut rounds = sql::list(tx, scope).await?;
    rounds.retain(|round| allowed(actor, Action::View, &round.regions).is_ok());
    Ok(rounds)
}

/// The round with `id`.
///
/// # Errors
/// [`store::Error::NotFound`] where there is none or the actor may not know of it.
pub async fn get(tx: &mut Tx, actor: &Actor, id: RoundId) -> Result<Round, RegisterError> {
    let round = sql::get(tx, id).await?.ok_or(store::Error::NotFound)?;
    allowed(actor, Action::View, &round.regions)?;
    Ok(round)
}

/// Removes a round with its files' rows. The caller removes [`crate::store::DataFolder::round`]
/// after the commit.
///
/// # Errors
/// As [`get`].
pub async fn delete(tx: &mut Tx, actor: &Actor, id: RoundId) -> Result<Round, RegisterError> {
    let round = get(tx, actor, id).await?;
    allowed(actor, Action::Delete, &round.regions)?;
    sql::delete(tx, id).await?;
    tx.record(actor, Action::Delete, "round", &id.to_string(), round.name.as_bytes()).await?;
    Ok(round)
}

/// Writes down that a table beside a round's answers (`margins`, `official`) now comes from the
/// file with this SHA-256, or that there is none any more. `marked`: whether it bears the mark of
/// simulated data; the round is simulated as long as this table is the one in use.
///
/// # Errors
/// As [`get`].
pub async fn set_table(
    tx: &mut Tx,
    actor: &Actor,
    round: RoundId,
    table: &str,
    sha256: Option<&str>,
    marked: bool,
) -> Result<(), RegisterError> {
    let found = get(tx, actor, round).await?;
    allowed(actor, Action::Change, &found.regions)?;
    sql::mark_table(tx, round, table, marked).await?;
    let action = if sha256.is_some() { Action::Change } else { Action::Delete };
    let content = sha256.unwrap_or_default().as_bytes();
    tx.record(actor, action, table, &round.to_string(), content).await?;
    Ok(())
}

/// Adds a file to a round, which is simulated while a file counts whose name bears the mark. The same
/// bytes twice are recognised; a corrected file takes the place of [`NewFile::replaces`], which no
/// longer counts.
///
/// # Errors
/// As [`get`]; also [`store::Error::NotFound`] where the file to be replaced is not a counting file
/// of this round.
pub async fn add_file(
    tx: &mut Tx,
    actor: &Actor,
    round: RoundId,
    file: &NewFile,
) -> Result<Added, RegisterError> {
    let found = get(tx, actor, round).await?;
    allowed(actor, Action::Change, &found.regions)?;
    let present = sql::files(tx, round).await?;
    let counting = |other: &&File| other.replaced_by.is_none();
    if let Some(same) = present.iter().filter(counting).find(|other| other.sha256 == file.sha256) {
        return Ok(Added::Already(same.id));
    }
    let id = FileId::new(tx.now());
    if let Some(old) = file.replaces
        && !present.iter().filter(counting).any(|other| other.id == old)
    {
        return Err(store::Error::NotFound.into());
    }
    sql::insert_file(tx, round, id, file, simulate::is_marked(&file.name)).await?;
    if let Some(old) = file.replaces {
        sql::replace_file(tx, old, id).await?;
    }
    tx.record(actor, Action::Create, "file", &id.to_string(), file.sha256.as_bytes()).await?;
    Ok(Added::New(id))
}

/// Removes a file of a round and the files it had taken the place of, which do not count again.
/// The caller removes [`crate::store::DataFolder::answers`] of each after the commit.
///
/// # Errors
/// As [`get`]; also [`store::Error::NotFound`] where the round has no such file.
pub async fn remove_file(
    tx: &mut Tx,
    actor: &Actor,
    round: RoundId,
    file: FileId,
) -> Result<Vec<FileId>, RegisterError> {
    let found = get(tx, actor, round).await?;
    allowed(actor, Action::Change, &found.regions)?;
    let present = sql::files(tx, round).await?;
    if !present.iter().any(|other| other.id == file) {
        return Err(store::Error::NotFound.into());
    }
    let mut gone = vec![file];
    let mut next = 0;
    while let Some(&of) = gone.get(next) {
        gone.extend(present.iter().filter(|f| f.replaced_by == Some(of)).map(|f| f.id));
        next += 1;
    }
    // From the oldest on, so that none is referred to when it goes.
    for &id in gone.iter().rev() {
        sql::delete_file(tx, id).await?;
        tx.record(actor, Action::Delete, "file", &id.to_string(), b"").await?;
    }
    Ok(gone)
}

/// All files of a round, oldest first, replaced ones included.
///
/// # Errors
/// As [`get`].
pub async fn files(tx: &mut Tx, actor: &Actor, round: RoundId) -> Result<Vec<File>, RegisterError> {
    get(tx, actor, round).await?;
    Ok(sql::files(tx, round).await?)
}

/// Says that the round's present result lies in the folder `result` of its results.
///
/// # Errors
/// As [`get`].
pub async fn set_result(
    tx: &mut Tx,
    actor: &Actor,
    round: RoundId,
    result: &str,
) -> Result<(), RegisterError> {
    let found = get(tx, actor, round).await?;
    for code in &found.regions {
        let resource = Resource::internal(Module::Result).within(code);
        may(actor, Action::Change, &resource).or_denied()?;
    }
    sql::set_result(tx, round, result).await?;
    tx.record(actor, Action::Change, "round", &round.to_string(), result.as_bytes()).await?;
    Ok(())
}

/// Keeps a column mapping under an office and a name; one of the same name is overwritten.
///
/// # Errors
/// [`RegisterError::Store`].
pub async fn save_profile(
    tx: &mut Tx,
    actor: &Actor,
    office: &str,
    name: &str,
    body: &str,
) -> Result<(), RegisterError> {
    may(actor, Action::Change, &Resource::internal(Module::Round)).or_denied()?;
    sql::save_profile(tx, office, name, body).await?;
    let subject = format!("{office}/{name}");
    tx.record(actor, Action::Change, "profile", &subject, body.as_bytes()).await?;
    Ok(())
}

/// Name and body of every column mapping of an office, by name.
///
/// # Errors
/// [`RegisterError::Store`].
pub async fn profiles(
    tx: &mut Tx,
    actor: &Actor,
    office: &str,
) -> Result<Vec<(String, String)>, RegisterError> {
    may(actor, Action::View, &Resource::internal(Module::Round)).or_denied()?;
    Ok(sql::profiles(tx, office).await?)
}
