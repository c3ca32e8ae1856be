//! The pickers of the head, and whether the program is well.

use axum::extract::{Query, State};
use axum::response::Redirect;
use serde::Deserialize;

use super::{AppState, Problem, Route, Visit, paths};
use crate::policy::{Action, Module, Scope};
use crate::round::register;
use crate::store::RoundId;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(paths::PICK, Action::View, Module::Round, pick),
        Route::get(paths::HEALTH, Action::View, Module::Program, health).public(),
    ]
}

#[derive(Deserialize)]
struct Picked {
    putaran: String,
    #[serde(default)]
    wilayah: String,
    #[serde(default)]
    tampilan: String,
}

/// Turns the choice of the pickers into the address that carries round and region.
async fn pick(
    State(state): State<AppState>,
    visit: Visit,
    Query(picked): Query<Picked>,
) -> Result<Redirect, Problem> {
    let id: RoundId = picked.putaran.parse()?;
    let mut tx = state.store.read(state.clock).await?;
    register::get(&mut tx, visit.actor(), id).await?;
    // What enters the address must be a code, not a piece of another address.
    let region = Scope::of(&picked.wilayah);
    let address = match (picked.tampilan.as_str(), &region) {
        (_, None) => paths::round(id),
        ("beranda", Some(scope)) => {
            format!("{}?wilayah={}", paths::overview(id), scope.code())
        }
        ("peta", Some(scope)) => format!("{}?wilayah={}", paths::map(id), scope.code()),
        ("beda", Some(scope)) => format!("{}?wilayah={}", paths::compare(id), scope.code()),
        (_, Some(scope)) => paths::region(id, scope.code()),
    };
    Ok(Redirect::to(&address))
}

async fn health(State(state): State<AppState>) -> Result<&'static str, Problem> {
    state.store.read(state.clock).await?;
    Ok("ok\n")
}
