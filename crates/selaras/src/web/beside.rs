//! Taking in and removing a table beside a round's answers ([`crate::round::beside`]): the same
//! way for each kind.

use axum::extract::Multipart;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::sent::Sent;
use super::upload_pages::{faults_told, find, told};
use super::{AppState, Problem, Visit, paths};
use crate::instrument::Instrument;
use crate::locale::TimeZone;
use crate::round::beside::{self, Beside};
use crate::round::frame::Frame;
use crate::round::upload;
use crate::sheet::{Faults, Source, hex};

/// A file that came, and what it is read with.
pub(super) struct Arrived {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) source: Source,
    pub(super) instrument: &'static Instrument,
    pub(super) frame: Frame,
    pub(super) today: Date,
}

/// Reads the file that `form` sends and keeps what it holds, or tells what is wrong with it.
pub(super) async fn take<T: Beside + Send + 'static>(
    state: &AppState,
    visit: &Visit,
    id: &str,
    form: Multipart,
    read: fn(Arrived) -> Result<T, Faults>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, visit, id).await?;
    drop(tx);
    let words = visit.words();
    let Some((name, bytes)) = Sent::read(form).await?.file else {
        return told(state, visit, &round, vec![words.say("upload-nothing-chosen")]).await;
    };
    let data = state.store.folder();
    let (instrument, frame) = upload::ground(data, &round).map_err(Problem::Invalid)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let source = Source::memory(bytes);
    let today = TimeZone::Wib.wall(state.clock.now()).date();
    let arrived = Arrived { name, sha256, source, instrument, frame, today };
    let read = tokio::task::spawn_blocking(move || read(arrived));
    match read.await.map_err(Problem::fault)? {
        Ok(table) => {
            let mut tx = state.store.begin(state.clock).await?;
            beside::keep(&mut tx, visit.actor(), data, round.id, &table).await?;
            tx.commit().await?;
            Ok(Redirect::to(&paths::upload(round.id)).into_response())
        }
        Err(faults) => told(state, visit, &round, faults_told(&faults, words)).await,
    }
}

/// Removes the table of a round.
pub(super) async fn delete<T: Beside>(
    state: &AppState,
    visit: &Visit,
    id: &str,
) -> Result<Redirect, Problem> {
    let mut tx = state.store.begin(state.clock).await?;
    let round = find(&mut tx, visit, id).await?;
    beside::remove::<T>(&mut tx, visit.actor(), state.store.folder(), round.id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&paths::upload(round.id)))
}
