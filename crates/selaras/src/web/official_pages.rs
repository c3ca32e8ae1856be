//! Official figures beside a round's own: taking them in, removing them.

use std::time::Duration;

use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use sha2::{Digest as _, Sha256};

use super::sent::Sent;
use super::upload_pages::{faults_told, find, told};
use super::{AppState, Problem, Route, Visit, paths};
use crate::locale::Message;
use crate::policy::{Action, Module};
use crate::round::official::{self, RoundOfficial};
use crate::round::upload;
use crate::sheet::hex;

/// Bytes of a file of official figures.
const BYTES: usize = 1 << 20;
/// Time that taking it in may last.
const TIME: Duration = Duration::from_secs(30);

pub(super) fn routes() -> Vec<Route> {
    let change = Action::Change;
    vec![
        Route::post("/putaran/{round}/resmi", change, Module::Round, take).accepting(BYTES, TIME),
        Route::post("/putaran/{round}/resmi/hapus", change, Module::Round, delete),
    ]
}

/// What official figures a round has, in a sentence.
pub(super) fn summary(official: &RoundOfficial) -> Message {
    Message::new("upload-official-kept")
        .with("file", official.name.as_str())
        .with("count", official.figures.len())
}

async fn take(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    drop(tx);
    let words = visit.words();
    let Some((name, bytes)) = Sent::read(form).await?.file else {
        return told(&state, &visit, &round, vec![words.say("upload-nothing-chosen")]).await;
    };
    let data = state.store.folder();
    let (instrument, frame) = upload::ground(data, &round).map_err(Problem::Invalid)?;
    let scale = (instrument.scale.min, instrument.scale.max);
    let sha256 = hex(&Sha256::digest(&bytes));
    let source = crate::sheet::Source::memory(bytes);
    let kept = name.clone();
    let read = move || official::read_source(source, &kept, &frame, scale);
    match tokio::task::spawn_blocking(read).await.map_err(Problem::fault)? {
        Ok(figures) => {
            let official = RoundOfficial { name, sha256, figures };
            let mut tx = state.store.begin(state.clock).await?;
            official::keep(&mut tx, visit.actor(), data, round.id, &official).await?;
            tx.commit().await?;
            Ok(Redirect::to(&paths::upload(round.id)).into_response())
        }
        Err(faults) => told(&state, &visit, &round, faults_told(&faults, words)).await,
    }
}

async fn delete(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let mut tx = state.store.begin(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    official::remove(&mut tx, visit.actor(), state.store.folder(), round.id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&paths::upload(round.id)))
}
