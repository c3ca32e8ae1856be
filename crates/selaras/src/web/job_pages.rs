//! A job and its progress.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};

use super::{AppState, Entry, Page, Problem, Route, Visit, html, paths};
use crate::jobs::{self, Job, State as JobState};
use crate::locale::{Message, Words};
use crate::policy::{Action, Module};

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

/// Message key of a state.
pub(super) fn state_key(state: JobState) -> String {
    format!("jobs-state-{}", state.word())
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

async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let job = jobs::get(&mut tx, visit.actor(), id.parse()?).await?;
    let words = visit.words();
    let mut page = visit.page(&mut tx, kind_name(words, &job.kind)).await?.at(Entry::Survey);
    page.refreshes = !job.state.ended();
    let progress = (job.total > 0).then(|| (job.done, job.total, words.tell(&share(&job))));
    html(&JobPage {
        state: words.say(&state_key(job.state)),
        word: job.state.word(),
        message: words.tell(&job.message),
        progress,
        running: !job.state.ended(),
        stoppable: !job.state.ended() && !job.stopping,
        stop: paths::stop_job(job.id),
        // Only an address of our own: a kind may also name a file here.
        result: job.result.filter(|path| path.starts_with('/') && !path.starts_with("//")),
        back: job.subject.and_then(|subject| subject.parse().ok()).map(paths::round),
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
    jobs::stop(&mut tx, visit.actor(), id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&paths::job(id)))
}
