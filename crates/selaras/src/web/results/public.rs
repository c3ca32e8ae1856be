//! What anyone may see of a round: the public form of its result, in plain words.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::super::html;
use super::download;
use super::figures::{Links, MapFigure};
use super::home::{Asked, IndexCard};
use super::say::ChangeSentence;
use super::view::View;
use super::{AppState, Page, Problem, Reading, Visit, paths, say, stored};
use crate::locale::{Message, TimeZone, Value};
use crate::round::frame::Level;
use crate::round::register;
use crate::store::RoundId;

impl Reading {
    /// The round called `id` with the public form of its result, or the round and the reason why
    /// nothing of it is public yet.
    pub(super) async fn public(
        state: &AppState,
        visit: &Visit,
        id: &str,
    ) -> Result<Result<Self, Message>, Problem> {
        let id: RoundId = id.parse()?;
        let mut tx = state.store.read(state.clock).await?;
        let round = register::get(&mut tx, visit.actor(), id).await?;
        drop(tx);
        let internal = stored(state, &round).await?;
        let today = TimeZone::Wib.wall(state.clock.now()).date();
        let outcome = state.results.public(&internal, today);
        let data = state.store.folder().clone();
        Ok(outcome.map(|result| Self { round, result, words: visit.words(), data }))
    }
}

#[derive(Template)]
#[template(path = "results/public.html")]
struct PublicPage {
    page: Page,
    index: IndexCard,
    change: ChangeSentence,
    disclaimer: Option<String>,
    describes: String,
    completeness: Option<String>,
    coverage: String,
    map: Option<MapFigure>,
    table: String,
    better: String,
    withheld: String,
    places: Vec<(String, String, bool)>,
    method_path: String,
    files: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "results/public_closed.html")]
struct ClosedPage {
    page: Page,
    reason: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let reading = match Reading::public(&state, &visit, &id).await? {
        Ok(reading) => reading,
        Err(reason) => return closed(&visit, &reason),
    };
    let region = reading.chosen(&asked.wilayah)?;
    let title =
        words.tell(&Message::new("results-public-title").with("region", say::name(region, words)));
    let mut page = visit.bare_page(title).open_to_all();
    page.simulated = reading.result.simulated;
    page.source = Some(reading.source());
    let view = View::Score(reading.index_at());
    let n = region.n.map_or_else(|| "–".to_owned(), |n| reading.whole(n));
    html(&PublicPage {
        index: IndexCard::new(&reading, region),
        change: reading.change_sentence(region),
        disclaimer: reading.disclaimer(),
        describes: reading.describes(region),
        completeness: reading.completeness(region),
        coverage: words.tell(&Message::new("results-coverage-answers").with("n", n)),
        // Kecamatan are not public.
        map: reading.map(region, view, Links::No).filter(|_| region.level != Level::Regency),
        table: reading.regions_table(region, view, Links::No).html(),
        better: words.tell(
            &Message::new("results-answer-better")
                .with("difference", words.number(reading.result.options.least_difference, 1)),
        ),
        withheld: words.tell(
            &Message::new("results-public-withheld")
                .with("least", reading.result.options.public_from)
                .with("few", reading.result.options.suppress_below.saturating_sub(1)),
        ),
        places: reading.aggregates(region, |code| {
            format!("{}?wilayah={code}", paths::public(reading.round.id))
        }),
        method_path: format!("{}/metode", paths::public(reading.round.id)),
        files: download::links(&paths::public(reading.round.id), &visit),
        page,
    })
}

/// The page that says when it opens.
pub(super) fn closed(visit: &Visit, reason: &Message) -> Result<Response, Problem> {
    let words = visit.words();
    // The reason's own words speak to whoever runs the command line; its days are the same here.
    let days = reason.values.iter().all(|(_, value)| matches!(value, Value::Day { .. }));
    let key = if days && !reason.values.is_empty() {
        "results-public-opens"
    } else {
        "results-public-no-closing"
    };
    let reason = words.tell(&Message { key: key.to_owned(), values: reason.values.clone() });
    let page = visit.bare_page(words.say("results-public-closed")).open_to_all();
    html(&ClosedPage { page, reason })
}
