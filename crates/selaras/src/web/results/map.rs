//! The map of the nation or of a province, as large as the page.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::super::html;
use super::figures::{Links, MapFigure};
use super::home::{Asked, lead, notes};
use super::view::{Switch, View};
use super::{AppState, Entry, Levels, Page, Problem, Reading, Visit, paths, say};
use crate::locale::Message;

#[derive(Template)]
#[template(path = "results/map.html")]
struct MapPage {
    page: Page,
    lead: Vec<String>,
    switch: Switch,
    map: Option<MapFigure>,
    poverty: bool,
    table: String,
    notes: Vec<String>,
    places: Vec<(String, String, bool)>,
    method_path: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    let region = reading.aggregate(&asked.wilayah)?;
    let words = reading.words;
    let view = View::of(&asked.tampil, &reading);
    let title = words.tell(
        &Message::new("results-map-title")
            .with("what", view.title(&reading))
            .with("region", say::name(region, words)),
    );
    let place = Some((region, Levels::Whole));
    let page = reading.page(&visit, &mut tx, (title, Entry::Home), place, "peta").await?;
    drop(tx);
    let path = paths::map(reading.round.id);
    let name = view.name(&reading);
    html(&MapPage {
        lead: lead(&reading, region),
        switch: view.switch(&reading, &path, &region.code),
        map: reading.map(region, view, Links::Yes),
        poverty: view == View::Poverty,
        table: reading.regions_table(region, view, Links::Yes).html(),
        notes: notes(&reading, region),
        places: reading.aggregates(region, |code| format!("{path}?wilayah={code}&tampil={name}")),
        method_path: paths::method(reading.round.id),
        page,
    })
}
