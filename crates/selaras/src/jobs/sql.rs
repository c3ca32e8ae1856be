//! The table of jobs.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Job, NewJob, State};
use crate::locale::Message;
use crate::store::{Error, JobId, Tx, instant};

/// After this many beginnings without an end a job is stopped rather than begun again.
const MOST_ATTEMPTS: i64 = 3;

fn message_text(message: &Message) -> Result<String, Error> {
    serde_json::to_string(message).map_err(|_| Error::Damaged("message of a job"))
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn stored(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn job(row: &AnyRow) -> Result<Job, Error> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let perhaps = |name: &str| row.try_get::<Option<String>, _>(name);
    let whole = |name: &str| row.try_get::<i64, _>(name);
    let time = |name: &str| perhaps(name)?.map(|text| instant(&text)).transpose();
    let state = match text("state")?.as_str() {
        "queued" => State::Queued,
        "running" => State::Running,
        "done" => State::Done,
        "stopped" => State::Stopped,
        _ => return Err(Error::Damaged("state of a job")),
    };
    Ok(Job {
        id: text("id")?.parse().map_err(|_| Error::Damaged("id of a job"))?,
        kind: text("kind")?,
        subject: perhaps("subject")?,
        state,
        stopping: whole("stopping")? != 0,
        done: count(whole("done")?),
        total: count(whole("total")?),
        message: serde_json::from_str(&text("message")?)
            .map_err(|_| Error::Damaged("message of a job"))?,
        payload: serde_json::from_str(&text("payload")?)
            .map_err(|_| Error::Damaged("payload of a job"))?,
        result: perhaps("result")?,
        attempts: whole("attempts")?,
        created: instant(&text("created_at")?)?,
        started: time("started_at")?,
        finished: time("finished_at")?,
    })
}

pub(super) async fn insert(
    tx: &mut Tx,
    id: JobId,
    job: &NewJob<'_>,
    payload: &str,
) -> Result<(), Error> {
    let waiting = message_text(&Message::new("jobs-message-waiting"))?;
    let now = tx.stamp();
    sqlx::query(
        "INSERT INTO jobs (id, kind, subject, state, message, payload, created_at) \
         VALUES ($1, $2, $3, 'queued', $4, $5, $6)",
    )
    .bind(id.to_string())
    .bind(job.kind.to_owned())
    .bind(job.subject.clone())
    .bind(waiting)
    .bind(payload.to_owned())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub(super) async fn get(tx: &mut Tx, id: JobId) -> Result<Option<Job>, Error> {
    sqlx::query("SELECT * FROM jobs WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.connection())
        .await?
        .as_ref()
        .map(job)
        .transpose()
}

pub(super) async fn of_subject(tx: &mut Tx, subject: &str) -> Result<Vec<Job>, Error> {
    let rows =
        sqlx::query("SELECT * FROM jobs WHERE subject = $1 ORDER BY created_at DESC, id DESC")
            .bind(subject.to_owned())
            .fetch_all(tx.connection())
            .await?;
    rows.iter().map(job).collect()
}

/// False where there is no such job.
pub(super) async fn ask_to_stop(tx: &mut Tx, id: JobId) -> Result<bool, Error> {
    let stopped = message_text(&Message::new("jobs-message-stopped"))?;
    let now = tx.stamp();
    sqlx::query(
        "UPDATE jobs SET state = 'stopped', message = $2, finished_at = $3 \
         WHERE id = $1 AND state = 'queued'",
    )
    .bind(id.to_string())
    .bind(stopped)
    .bind(now)
    .execute(tx.connection())
    .await?;
    let found = sqlx::query("UPDATE jobs SET stopping = 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(tx.connection())
        .await?;
    Ok(found.rows_affected() > 0)
}

/// Takes the oldest waiting job, if there is one.
pub(super) async fn claim(tx: &mut Tx) -> Result<Option<Job>, Error> {
    let working = message_text(&Message::new("jobs-message-running"))?;
    let now = tx.stamp();
    // Asked again in the outer WHERE: on PostgreSQL two workers may pick the same row, and the
    // second, having waited, must find it taken.
    sqlx::query(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = $1, \
                message = $2, done = 0, total = 0 \
         WHERE id = (SELECT id FROM jobs WHERE state = 'queued' ORDER BY created_at, id LIMIT 1) \
           AND state = 'queued' RETURNING *",
    )
    .bind(now)
    .bind(working)
    .fetch_optional(tx.connection())
    .await?
    .as_ref()
    .map(job)
    .transpose()
}

/// Writes progress; true where somebody asked the job to stop.
pub(super) async fn progress(
    tx: &mut Tx,
    id: JobId,
    done: u64,
    total: u64,
    message: &Message,
) -> Result<bool, Error> {
    let row = sqlx::query(
        "UPDATE jobs SET done = $2, total = $3, message = $4 WHERE id = $1 RETURNING stopping",
    )
    .bind(id.to_string())
    .bind(stored(done))
    .bind(stored(total))
    .bind(message_text(message)?)
    .fetch_optional(tx.connection())
    .await?;
    // A job whose row is gone (its round was deleted) has nobody to work for.
    Ok(row.map(|row| row.try_get::<i64, _>("stopping")).transpose()? != Some(0))
}

/// Writes how a job ended.
pub(super) async fn end(
    tx: &mut Tx,
    id: JobId,
    outcome: &Result<Option<String>, Message>,
) -> Result<(), Error> {
    let done = Message::new("jobs-message-done");
    let (state, message, result) = match outcome {
        Ok(result) => (State::Done, &done, result.clone()),
        Err(message) => (State::Stopped, message, None),
    };
    let now = tx.stamp();
    sqlx::query(
        "UPDATE jobs SET state = $2, message = $3, result = $4, finished_at = $5, \
                done = CASE WHEN $2 = 'done' THEN total ELSE done END \
         WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(state.word())
    .bind(message_text(message)?)
    .bind(result)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Puts a job back into the queue as if it had not been begun.
pub(super) async fn put_back(tx: &mut Tx, id: JobId) -> Result<(), Error> {
    sqlx::query("UPDATE jobs SET state = 'queued', attempts = attempts - 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Puts jobs that no worker holds any more back into the queue, or stops those begun too often.
pub(super) async fn recover(tx: &mut Tx) -> Result<(), Error> {
    let repeated = message_text(&Message::new("jobs-message-repeated"))?;
    let now = tx.stamp();
    sqlx::query(
        "UPDATE jobs SET state = 'stopped', message = $1, finished_at = $2 \
         WHERE state = 'running' AND attempts >= $3",
    )
    .bind(repeated)
    .bind(now)
    .bind(MOST_ATTEMPTS)
    .execute(tx.connection())
    .await?;
    sqlx::query("UPDATE jobs SET state = 'queued' WHERE state = 'running'")
        .execute(tx.connection())
        .await?;
    Ok(())
}
