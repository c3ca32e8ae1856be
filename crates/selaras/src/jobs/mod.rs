//! Long work as rows with progress: taking in a file, computing an index.
//!
//! [`submit`] puts a job into the queue within the caller's transaction; a [`Runner`] takes it out
//! and gives it to the function registered for its kind, on a bounded number of blocking threads.
//! A job that was running when the program ended is taken up again by the next [`Runner`], so the
//! work behind a kind must leave nothing half-done: do it beside, then put it in place at once.
//! One program at a time works on the jobs of a data folder; a lock file sees to it.

mod run;
mod sql;

use jiff::Timestamp;
use serde_json::Value;

use crate::locale::Message;
use crate::policy::{Action, Actor, Module, Resource, may};
use crate::store::{Error, JobId, Tx};

pub use run::{Kinds, Run, Runner, Stop};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for a free worker.
    Queued,
    /// Is being worked on.
    Running,
    /// Ended with a result.
    Done,
    /// Ended without a result; [`Job::message`] says why.
    Stopped,
}

impl State {
    /// Whether nothing more will happen to the job.
    #[must_use]
    pub fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Stopped)
    }

    /// The word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Id.
    pub id: JobId,
    /// Kind, as registered in [`Kinds`].
    pub kind: String,
    /// Id of what it works on, e.g. a round.
    pub subject: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Whether somebody asked it to stop.
    pub stopping: bool,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 while unknown.
    pub total: u64,
    /// What it is doing, or how it ended.
    pub message: Message,
    /// What it was asked to do.
    pub payload: Value,
    /// Where its result is, once it is done: a path of a page, or whatever the kind says.
    pub result: Option<String>,
    /// How often it was begun.
    pub attempts: i64,
    /// When it was put into the queue.
    pub created: Timestamp,
    /// When it was last begun.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
}

/// A job to be put into the queue.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// Kind, as registered in [`Kinds`].
    pub kind: &'a str,
    /// Id of what it works on.
    pub subject: Option<String>,
    /// What it is asked to do.
    pub payload: Value,
}

/// Puts a job into the queue. After the commit, [`Runner::wake`] starts it at once.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not; [`Error::Database`].
pub async fn submit(tx: &mut Tx, actor: &Actor, job: NewJob<'_>) -> Result<JobId, Error> {
    may(actor, Action::Create, &Resource::internal(Module::Job)).or_denied()?;
    let id = JobId::new(tx.now());
    let payload = job.payload.to_string();
    tx.record(actor, Action::Create, "job", &id.to_string(), payload.as_bytes()).await?;
    sql::insert(tx, id, &job, &payload).await?;
    Ok(id)
}

/// The job with `id`.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Database`].
pub async fn get(tx: &mut Tx, actor: &Actor, id: JobId) -> Result<Job, Error> {
    may(actor, Action::View, &Resource::internal(Module::Job)).or_denied()?;
    sql::get(tx, id).await?.ok_or(Error::NotFound)
}

/// The jobs that work on `subject`, newest first.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not; [`Error::Database`].
pub async fn of_subject(tx: &mut Tx, actor: &Actor, subject: &str) -> Result<Vec<Job>, Error> {
    may(actor, Action::View, &Resource::internal(Module::Job)).or_denied()?;
    sql::of_subject(tx, subject).await
}

/// Asks the job to stop: a waiting one stops now, a running one when it next tells its progress,
/// an ended one stays as it is.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Database`].
pub async fn stop(tx: &mut Tx, actor: &Actor, id: JobId) -> Result<(), Error> {
    may(actor, Action::Change, &Resource::internal(Module::Job)).or_denied()?;
    if !sql::ask_to_stop(tx, id).await? {
        return Err(Error::NotFound);
    }
    tx.record(actor, Action::Change, "job", &id.to_string(), b"stop").await
}
