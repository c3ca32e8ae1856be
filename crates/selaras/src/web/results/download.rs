//! A result as files: for the office in full, for anyone in its public form.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::home::Asked;
use super::{AppState, Problem, Reading, Visit, say};
use crate::index::files::File;
use crate::index::result::RegionResult;
use crate::locale::Message;
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

/// Files of a result or of a part of it: what they hold, and links to them.
pub(super) struct Downloads {
    pub(super) title: String,
    pub(super) files: Vec<(String, String)>,
}

/// What may be downloaded below `base` on a page of `region`: the part of the result that is about
/// its province, and the whole.
pub(super) fn lists(base: &str, reading: &Reading, region: &RegionResult) -> Vec<Downloads> {
    let region = reading.around(region);
    let words = reading.words;
    let files = |asked: &str| {
        let link = |(file, key): (File, &str)| {
            (format!("{base}/unduh/{}{asked}", file.name()), words.say(key))
        };
        FILES.into_iter().map(link).collect()
    };
    let top = reading.result.regions.first();
    let whole = |title: &str| Downloads { title: words.say(title), files: files("") };
    if top.is_none_or(|top| top.code == region.code) {
        return vec![whole("results-files-title")];
    }
    let title = Message::new("results-files-of").with("region", say::name(region, words));
    let part =
        Downloads { title: words.tell(&title), files: files(&format!("?wilayah={}", region.code)) };
    vec![part, whole("results-files-whole")]
}

pub(super) async fn internal(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    drop(tx);
    send(&state, &reading, &file, &asked.wilayah).await
}

pub(super) async fn public(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let reading = Reading::public(&state, &visit, &id).await?.map_err(Problem::Invalid)?;
    send(&state, &reading, &file, &asked.wilayah).await
}

/// The file called `name`, of the province that the region with `code` is or lies in, where one is
/// asked for: what is said of a kab/kota is said against its province.
async fn send(
    state: &AppState,
    reading: &Reading,
    name: &str,
    code: &str,
) -> Result<Response, Problem> {
    let file: File = name.parse().map_err(|()| Problem::NotFound)?;
    let whole = &reading.result;
    let asked = if code.is_empty() { None } else { Some(reading.aggregate(code)?) };
    let part = asked.filter(|of| whole.regions.first().is_some_and(|top| top.code != of.code));
    let (result, called) = match part {
        None => (Arc::clone(whole), file.name_for(whole)),
        Some(region) => {
            // Rows of the very form that is read: nothing is computed, and nothing more is told.
            let part = whole.part(&region.code).ok_or(Problem::NotFound)?;
            (Arc::new(part), file.name_of_part(whole, &region.code))
        }
    };
    let instrument = reading.questionnaire().ok_or(Problem::NotFound)?;
    let official = atlas::official(state.store.folder(), region::Level::Regency);
    let made = state.results.file(&result, instrument, official, reading.words, file).await?;
    let bytes = made.ok_or(Problem::NotFound)?;
    let named = format!("attachment; filename=\"{called}\"");
    let headers = [(CONTENT_TYPE, file.media_type().to_owned()), (CONTENT_DISPOSITION, named)];
    Ok((headers, bytes).into_response())
}
