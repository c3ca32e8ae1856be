//! A result as files: for the office in full, for anyone in its public form.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::{AppState, Problem, Reading, Visit};
use crate::index::files::File;
use crate::region::{self, atlas};

/// The files a result comes as, the most wanted first, with the message that says what each is for.
const FILES: [(File, &str); 6] = [
    (File::Workbook, "results-file-workbook"),
    (File::Report, "results-file-report"),
    (File::Scores, "results-file-scores"),
    (File::Coverage, "results-file-coverage"),
    (File::Map, "results-file-map"),
    (File::Json, "results-file-result"),
];

/// Links to the files below `base`, each with what it is for.
pub(super) fn links(base: &str, visit: &Visit) -> Vec<(String, String)> {
    let words = visit.words();
    let link =
        |(file, key): (File, &str)| (format!("{base}/unduh/{}", file.name()), words.say(key));
    FILES.into_iter().map(link).collect()
}

pub(super) async fn internal(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    drop(tx);
    send(&state, &reading, &file).await
}

pub(super) async fn public(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let reading = Reading::public(&state, &visit, &id).await?.map_err(Problem::Invalid)?;
    send(&state, &reading, &file).await
}

async fn send(state: &AppState, reading: &Reading, name: &str) -> Result<Response, Problem> {
    let file: File = name.parse().map_err(|()| Problem::NotFound)?;
    let result = &reading.result;
    let instrument = reading.questionnaire().ok_or(Problem::NotFound)?;
    let official = atlas::official(state.store.folder(), region::Level::Regency);
    let made = state.results.file(result, instrument, official, reading.words, file).await?;
    let bytes = made.ok_or(Problem::NotFound)?;
    let named = format!("attachment; filename=\"{}\"", file.name_for(result));
    let headers = [(CONTENT_TYPE, file.media_type().to_owned()), (CONTENT_DISPOSITION, named)];
    Ok((headers, bytes).into_response())
}
