//! Who stands behind a low cell: the second click, for the offices of the round only.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::html;
use super::home::lead;
use super::{AppState, Entry, Page, Problem, Reading, Visit, paths, say};
use crate::locale::Message;

#[derive(Template)]
#[template(path = "results/groups.html")]
struct GroupsPage {
    page: Page,
    lead: Vec<String>,
    cell: String,
    table: Option<String>,
    rule: String,
    pointing: Option<String>,
    caption: String,
    back: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, code, score)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    let region = reading.region(&code)?;
    let families = reading.result.low_cells.iter().filter(|family| family.region == region.code);
    let cell = families.flat_map(|family| &family.cells).find(|cell| cell.score == score);
    let cell = cell.ok_or(Problem::NotFound)?;
    let words = reading.words;
    let title =
        words.tell(&Message::new("results-groups-title").with("region", say::name(region, words)));
    let page = reading.page(&visit, &mut tx, (title, Entry::Home), None, "").await?;
    drop(tx);
    let options = &reading.result.options;
    html(&GroupsPage {
        lead: lead(&reading, region),
        cell: words.tell(
            &Message::new("results-groups-cell")
                .with("cell", reading.cell_name(&cell.score))
                .with("value", reading.number(cell.value))
                .with(
                    "interval",
                    cell.interval.as_ref().map_or_else(
                        || words.say("results-no-interval"),
                        |interval| {
                            let scale = reading.result.instrument.scale;
                            reading.between(interval.about(cell.value, scale))
                        },
                    ),
                )
                .with("n", cell.n)
                .with("province", reading.number(cell.province)),
        ),
        table: reading.groups_table(cell).map(|table| table.html()),
        rule: words.tell(
            &Message::new("results-groups-rule")
                .with("n", options.low_least_n)
                .with("clusters", options.low_least_clusters),
        ),
        pointing: reading.pointing(),
        caption: reading.caption(region.n),
        back: paths::region(reading.round.id, &region.code),
        page,
    })
}
