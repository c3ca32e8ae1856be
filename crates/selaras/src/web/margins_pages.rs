//! What is known of a round's population: taking it in, a workbook to fill in, removing it.

use std::time::Duration;

use axum::extract::{Multipart, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::beside::{self, Arrived};
use super::upload_pages::find;
use super::{AppState, Problem, Route, Visit};
use crate::index::files;
use crate::locale::Message;
use crate::policy::{Action, Module};
use crate::round::margins::{self, RoundMargins};
use crate::round::upload;
use crate::sheet::Faults;

/// Bytes of a margins file.
const BYTES: usize = 16 << 20;
/// Time that taking it in may last.
const TIME: Duration = Duration::from_secs(60);

pub(super) fn routes() -> Vec<Route> {
    let change = Action::Change;
    vec![
        Route::post("/putaran/{round}/susunan", change, Module::Round, take).accepting(BYTES, TIME),
        Route::get("/putaran/{round}/susunan/contoh.xlsx", change, Module::Round, template),
        Route::post("/putaran/{round}/susunan/hapus", change, Module::Round, delete),
    ]
}

/// What a round knows of its population, in a sentence.
pub(super) fn summary(margins: &RoundMargins) -> Message {
    let mut regions: Vec<&str> = margins.margins.iter().map(|one| one.region.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    Message::new("upload-margins-kept")
        .with("file", margins.name.as_str())
        .with("count", margins.margins.len())
        .with("regions", regions.len())
}

async fn take(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Response, Problem> {
    beside::take(&state, &visit, &id, form, read).await
}

fn read(arrived: Arrived) -> Result<RoundMargins, Faults> {
    let Arrived { name, sha256, source, instrument, frame, .. } = arrived;
    let find = upload::region_code_finder(&frame);
    let margins = margins::read_source(source, &name, instrument, &find)?;
    Ok(RoundMargins { name, sha256, margins })
}

/// A workbook of the round's margins to fill in.
async fn template(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    drop(tx);
    let (instrument, frame) =
        upload::ground(state.store.folder(), &round).map_err(Problem::Invalid)?;
    let words = visit.words();
    let made = tokio::task::spawn_blocking(move || margins::template(&frame, instrument, words));
    let bytes = made.await.map_err(Problem::fault)?.map_err(Problem::fault)?;
    let name = words.say("margins-template-file");
    let headers = [
        (CONTENT_TYPE, files::File::Workbook.media_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    Ok((headers, bytes).into_response())
}

async fn delete(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    beside::delete::<RoundMargins>(&state, &visit, &id).await
}
