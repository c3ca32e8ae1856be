//! A job and its progress.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{AppState, Entry, Page, Problem, Route, Visit, html, paths};
use crate::jobs::{self, Job};
use crate::locale::{Message, Words};
use crate::policy::{Action, Module};
use crate::round::register::{self, Round};
use crate::round::upload;
use crate::store::{JobId, Tx};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/pekerjaan/{job}", Action::View, Module::Job, show),
        Route::post("/pekerjaan/{job}/hentikan", Action::Change, Module::Job, stop),
    ]
}

/// The name of a kind of job.
pub(super) fn kind_name(words: Words, kind: &str) -> String {
    let key = format!("jobs-kind-{kind}");
    let name = words.say(&key);
    if name == key { words.say("jobs-kind-other") } else { name }
}

/// The state of a job, and what it says of itself.
pub(super) fn told(words: Words, job: &Job) -> (String, String) {
    if upload::gave_back(job) {
        return (words.say("jobs-state-returned"), words.say("jobs-message-returned"));
    }
    (words.say(&format!("jobs-state-{}", job.state.word())), words.tell(&job.message))
}

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage {
    page: Page,
    state: String,
    word: &'static str,
    message: String,
    /// Done, total, and the sentence that says so; none while the total is unknown.
    progress: Option<(u64, u64, String)>,
    running: bool,
    stoppable: bool,
    stop: String,
    result: Option<String>,
    back: Option<String>,
}

/// The job, and the round it works on; not known of by whoever may not know of that round.
async fn find(tx: &mut Tx, visit: &Visit, id: JobId) -> Result<(Job, Option<Round>), Problem> {
    let job = jobs::get(tx, visit.actor(), id).await?;
    let round = match job.subject.as_deref().and_then(|subject| subject.parse().ok()) {
        Some(round) => Some(register::get(tx, visit.actor(), round).await?),
        None => None,
    };
    Ok((job, round))
}

/// How a job is looked at.
#[derive(Deserialize)]
struct Asked {
    /// Given where the reader waits for the job and is led on to its result.
    lanjut: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let (job, round) = find(&mut tx, &visit, id.parse()?).await?;
    // Only an address of our own: a kind may also name a file here.
    let result = job.result.clone().filter(|path| path.starts_with('/') && !path.starts_with("//"));
    if let (Some(_), Some(result)) = (asked.lanjut, &result) {
        return Ok(Redirect::to(result).into_response());
    }
    let words = visit.words();
    let mut page = visit.page(&mut tx, kind_name(words, &job.kind)).await?.at(Entry::Survey);
    if let Some(round) = &round {
        page = page.of_round(round);
    }
    page.refreshes = !job.state.ended();
    let progress = (job.total > 0).then(|| (job.done, job.total, words.tell(&share(&job))));
    let (state, message) = told(words, &job);
    html(&JobPage {
        state,
        word: if upload::gave_back(&job) { "warm" } else { job.state.word() },
        message,
        progress,
        running: !job.state.ended(),
        stoppable: !job.state.ended() && !job.stopping,
        stop: paths::stop_job(job.id),
        result,
        back: round.map(|round| paths::round(round.id)),
        page,
    })
}

fn share(job: &Job) -> Message {
    let percent = u128::from(job.done.min(job.total)) * 100 / u128::from(job.total.max(1));
    Message::new("jobs-progress")
        .with("done", job.done)
        .with("total", job.total)
        .with("percent", u64::try_from(percent).unwrap_or(100))
}

async fn stop(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let id = id.parse()?;
    let mut tx = state.store.begin(state.clock).await?;
    find(&mut tx, &visit, id).await?;
    jobs::stop(&mut tx, visit.actor(), id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&paths::job(id)))
}
