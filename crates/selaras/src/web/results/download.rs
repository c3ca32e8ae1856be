//! A result as files: for the office in full, for anyone in its public form.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::{AppState, Problem, Reading, Visit};
use crate::index::files;
use crate::instrument;

/// The files a result comes as, with the message that says what each is for.
pub(super) const FILES: [(&str, &str); 6] = [
    ("indeks.xlsx", "results-file-workbook"),
    ("laporan.html", "results-file-report"),
    ("skor.csv", "results-file-scores"),
    ("cakupan.csv", "results-file-coverage"),
    ("peta.geojson", "results-file-map"),
    ("result.json", "results-file-result"),
];

/// Links to the files below `base`, each with what it is for.
pub(super) fn links(base: &str, visit: &Visit) -> Vec<(String, String)> {
    let words = visit.words();
    FILES.into_iter().map(|(file, key)| (format!("{base}/unduh/{file}"), words.say(key))).collect()
}

pub(super) async fn internal(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    drop(tx);
    send(reading, file).await
}

pub(super) async fn public(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let reading = Reading::public(&state, &visit, &id).await?.map_err(Problem::Invalid)?;
    send(reading, file).await
}

async fn send(reading: Reading, file: String) -> Result<Response, Problem> {
    let (_, kind) = FILES
        .into_iter()
        .find(|(name, _)| *name == file)
        .and_then(|(name, _)| Some((name, content_type(name)?)))
        .ok_or(Problem::NotFound)?;
    let instrument =
        instrument::shipped_by_id(&reading.result.instrument.id).ok_or(Problem::NotFound)?;
    let made = tokio::task::spawn_blocking(move || {
        files::render(&reading.result, instrument, reading.words)
    });
    let (name, bytes) = made
        .await
        .map_err(Problem::fault)?
        .map_err(Problem::fault)?
        .into_iter()
        .find(|(name, _)| name.ends_with(&file))
        .ok_or(Problem::NotFound)?;
    let named = format!("attachment; filename=\"{name}\"");
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, named)], bytes).into_response())
}

fn content_type(file: &str) -> Option<&'static str> {
    match file.rsplit('.').next()? {
        "xlsx" => Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "html" => Some("text/html; charset=utf-8"),
        "csv" => Some("text/csv; charset=utf-8"),
        "geojson" => Some("application/geo+json"),
        "json" => Some("application/json"),
        _ => None,
    }
}
