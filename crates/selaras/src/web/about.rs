//! What the program says about itself: sources and licences.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{AppState, Entry, Page, Problem, Route, Visit, html, paths};
use crate::policy::{Action, Module};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get(paths::DATA, Action::View, Module::Program, data)]
}

/// Short names of the sources; their words are `web-data-<name>-{title,use,licence}`.
const SOURCES: [&str; 4] = ["regions", "facts", "coast", "program"];

struct Source {
    title: String,
    used_for: String,
    licence: String,
}

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    page: Page,
    sources: Vec<Source>,
}

async fn data(State(state): State<AppState>, visit: Visit) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let words = visit.words();
    let page = visit.page(&mut tx, words.say("web-data-title")).await?.at(Entry::Data);
    let sources = SOURCES
        .iter()
        .map(|name| Source {
            title: words.say(&format!("web-data-{name}-title")),
            used_for: words.say(&format!("web-data-{name}-use")),
            licence: words.say(&format!("web-data-{name}-licence")),
        })
        .collect();
    html(&DataPage { page, sources })
}
