//! Instruments: which there are, their files, and keeping one's own.

use std::time::Duration;

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::sent::Sent;
use super::{AppState, Entry, Page, Problem, Route, Visit, html, paths};
use crate::instrument::{self, Instrument, KeepError, Standing};
use crate::locale::{Message, Words};
use crate::policy::{Action, Module};

/// Bytes of a form with an instrument file.
const BYTES: usize = 2 << 20;
/// Time that taking it in may last.
const TIME: Duration = Duration::from_secs(60);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(paths::INSTRUMENTS, Action::View, Module::Round, show),
        Route::post(paths::INSTRUMENTS, Action::Create, Module::Round, take).accepting(BYTES, TIME),
        Route::get("/instrumen/{key}", Action::View, Module::Round, file),
    ]
}

/// An instrument in the list.
struct Line {
    path: String,
    title: String,
    version: String,
    standing: String,
    holds: String,
    own: bool,
}

impl Line {
    fn new(key: &str, instrument: &Instrument, own: bool, words: Words) -> Self {
        Self {
            path: paths::instrument(key),
            title: instrument.title.in_language(words.language).to_owned(),
            version: instrument.version.clone(),
            standing: words.say(match instrument.standing {
                Standing::Official => "instrument-standing-official",
                Standing::Reconstruction => "instrument-standing-reconstruction",
                Standing::Other => "instrument-standing-other",
            }),
            holds: words.tell(
                &Message::new("instrument-holds")
                    .with("variables", instrument.variables.len())
                    .with("items", instrument.items.len()),
            ),
            own,
        }
    }
}

#[derive(Template)]
#[template(path = "instruments.html")]
struct InstrumentsPage {
    page: Page,
    lines: Vec<Line>,
    faults: Vec<String>,
    action: &'static str,
    new_round: &'static str,
}

async fn page(
    state: &AppState,
    visit: &Visit,
    faults: &[Message],
) -> Result<InstrumentsPage, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let words = visit.words();
    let page = visit.page(&mut tx, words.say("instrument-title")).await?.at(Entry::Survey);
    let shipped = instrument::shipped().iter().map(|one| Line::new(&one.id, one, false, words));
    let own = instrument::kept(state.store.folder());
    let own = own.iter().map(|(key, one)| Line::new(key, one, true, words));
    Ok(InstrumentsPage {
        lines: shipped.chain(own).collect(),
        faults: faults.iter().map(|fault| words.tell(fault)).collect(),
        action: paths::INSTRUMENTS,
        new_round: paths::NEW_ROUND,
        page,
    })
}

async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Problem> {
    html(&page(&state, &visit, &[]).await?)
}

/// Keeps the file that is sent, or says what is wrong with it and where.
async fn take(
    State(state): State<AppState>,
    visit: Visit,
    form: Multipart,
) -> Result<Response, Problem> {
    let sent = Sent::read(form).await?;
    let kept = match &sent.file {
        None => Err(KeepError::Faults(vec![Message::new("upload-nothing-chosen")])),
        Some((name, bytes)) => {
            let mut tx = state.store.begin(state.clock).await?;
            let data = state.store.folder();
            let kept = instrument::keep(&mut tx, visit.actor(), data, name, bytes).await;
            if kept.is_ok() {
                tx.commit().await?;
            }
            kept
        }
    };
    match kept {
        Ok(_) => Ok(Redirect::to(paths::INSTRUMENTS).into_response()),
        Err(KeepError::Store(error)) => Err(error.into()),
        Err(KeepError::Faults(faults)) => {
            let answer = html(&page(&state, &visit, &faults).await?)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
        }
    }
}

/// The file of an instrument, to read or to start one's own from.
async fn file(State(state): State<AppState>, Path(key): Path<String>) -> Result<Response, Problem> {
    let shipped = instrument::shipped_file(&key).map(|text| text.as_bytes().to_vec());
    let kept = || instrument::kept_file(state.store.folder(), &key);
    let bytes = shipped.or_else(kept).ok_or(Problem::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{key}.toml\"")),
    ];
    Ok((headers, bytes).into_response())
}
