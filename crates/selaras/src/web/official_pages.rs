//! Official figures beside a round's own: taking them in, removing them.

use std::time::Duration;

use axum::extract::{Multipart, Path, State};
use axum::response::{Redirect, Response};

use super::beside::{self, Arrived};
use super::{AppState, Problem, Route, Visit};
use crate::locale::Message;
use crate::policy::{Action, Module};
use crate::round::official::{self, RoundOfficial};
use crate::sheet::Faults;

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
    beside::take(&state, &visit, &id, form, read).await
}

fn read(arrived: Arrived) -> Result<RoundOfficial, Faults> {
    let Arrived { name, sha256, source, instrument, frame, today } = arrived;
    let scale = (instrument.scale.min, instrument.scale.max);
    let figures = official::read_source(source, &name, &frame, scale, today)?;
    Ok(RoundOfficial { name, sha256, figures })
}

async fn delete(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    beside::delete::<RoundOfficial>(&state, &visit, &id).await
}
