//! The start page, the pickers of the head, and whether the program is well.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{AppState, Entry, Page, Problem, Route, Visit, html, paths};
use crate::policy::{Action, Module, Scope};
use crate::round::register;
use crate::store::RoundId;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(paths::HOME, Action::View, Module::Round, home),
        Route::get(paths::PICK, Action::View, Module::Round, pick),
        Route::get(paths::HEALTH, Action::View, Module::Program, health).public(),
    ]
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
}

/// The newest round with a result, else the newest round, else what to do first.
async fn home(State(state): State<AppState>, visit: Visit) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let rounds = register::list(&mut tx, visit.actor(), &Scope::nation()).await?;
    let newest = rounds.iter().find(|round| round.result.is_some()).or(rounds.first());
    if let Some(round) = newest {
        return Ok(Redirect::to(&paths::round(round.id)).into_response());
    }
    let page = visit.bare_page(visit.words().say("web-home-title")).at(Entry::Home);
    html(&HomePage { page })
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
