//! Official boundaries: which are in use, taking in others, removing them.

use std::time::Duration;

use askama::Template;
use axum::extract::{Form, Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::sent::Sent;
use super::{AppState, Entry, Page, Problem, Route, Visit, html, paths};
use crate::locale::{Message, TimeZone};
use crate::policy::{Action, Module};
use crate::region::boundary::{About, Finding, Severity};
use crate::region::{Level, atlas};

/// Bytes of a file of boundaries.
const BYTES: usize = 256 << 20;
/// Time that taking it in may last.
const TIME: Duration = Duration::from_secs(300);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(paths::BOUNDARIES, Action::View, Module::Region, show),
        Route::post(paths::BOUNDARIES, Action::Change, Module::Region, import)
            .accepting(BYTES, TIME),
        Route::post(paths::DELETE_BOUNDARIES, Action::Change, Module::Region, remove),
    ]
}

/// The map of one level.
struct MapLine {
    level: &'static str,
    name: String,
    origin: String,
    official: bool,
    findings: Vec<String>,
}

#[derive(Template)]
#[template(path = "boundaries.html")]
struct BoundariesPage {
    page: Page,
    maps: Vec<MapLine>,
    findings: Vec<(String, &'static str)>,
    source: String,
    date: String,
    action: &'static str,
    remove: &'static str,
}

fn key(level: Level) -> &'static str {
    match level {
        Level::Province => "provinsi",
        Level::Regency => "kabkota",
        Level::District => "kecamatan",
        Level::Village => "desa",
    }
}

async fn page(
    state: &AppState,
    visit: &Visit,
    findings: &[Finding],
    source: String,
    date: String,
) -> Result<BoundariesPage, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let words = visit.words();
    let page = visit.page(&mut tx, words.say("boundary-title")).await?.at(Entry::Data);
    let maps = [Level::Province, Level::Regency, Level::District].map(|level| {
        let official = atlas::official(state.store.folder(), level).and_then(|map| map.official);
        let origin = official.as_ref().map(|map| {
            Message::new("boundary-official")
                .with("source", map.source.as_str())
                .with("date", map.day(words))
                .with("count", map.regions)
                .with("file", map.file.as_str())
                .with("imported", words.short_date(TimeZone::Wib.wall(map.imported).date()))
        });
        MapLine {
            level: key(level),
            name: words.say(&format!("boundary-level-{}", key(level))),
            official: official.is_some(),
            origin: words.tell(&origin.unwrap_or_else(|| Message::new("boundary-schematic"))),
            findings: official
                .iter()
                .flat_map(|map| &map.report)
                .map(|finding| words.tell(&finding.message))
                .collect(),
        }
    });
    let severity = |finding: &Finding| match finding.severity {
        Severity::Error => "boundary-severity-error",
        Severity::Warning => "boundary-severity-warning",
        Severity::Note => "boundary-severity-note",
    };
    Ok(BoundariesPage {
        maps: maps.into(),
        findings: findings.iter().map(|one| (words.tell(&one.message), severity(one))).collect(),
        source,
        date,
        action: paths::BOUNDARIES,
        remove: paths::DELETE_BOUNDARIES,
        page,
    })
}

async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Problem> {
    html(&page(&state, &visit, &[], String::new(), String::new()).await?)
}

async fn import(
    State(state): State<AppState>,
    visit: Visit,
    form: Multipart,
) -> Result<Response, Problem> {
    let sent = Sent::read(form).await?;
    let (source, date) = (sent.text("sumber").to_owned(), sent.text("tanggal").to_owned());
    let codes = atlas::code_list(sent.text("kode"));
    let today = TimeZone::Wib.wall(state.clock.now()).date();
    let returned = |message: Message| {
        vec![Finding { severity: Severity::Error, code: None, feature: None, message }]
    };
    let checked = match (sent.file, About::told(&source, &date, today)) {
        (None, _) => Err(returned(Message::new("upload-nothing-chosen"))),
        (Some(_), Err(message)) => Err(returned(message)),
        (Some((name, bytes)), Ok(about)) => {
            let about = About { codes, ..about };
            let check = move || atlas::check(&bytes, &about);
            let checked = tokio::task::spawn_blocking(check).await.map_err(Problem::fault)?;
            checked.map(|imported| (name, imported))
        }
    };
    match checked {
        Ok((name, imported)) => {
            let mut tx = state.store.begin(state.clock).await?;
            let data = state.store.folder();
            atlas::keep(&mut tx, visit.actor(), data, &imported, &name).await?;
            tx.commit().await?;
            Ok(Redirect::to(paths::BOUNDARIES).into_response())
        }
        Err(findings) => {
            let answer = html(&page(&state, &visit, &findings, source, date).await?)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
        }
    }
}

async fn remove(
    State(state): State<AppState>,
    visit: Visit,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Problem> {
    let asked = pairs.iter().find(|(name, _)| name == "tingkat").map(|(_, value)| value.as_str());
    let levels = [Level::Province, Level::Regency, Level::District];
    let level = levels.into_iter().find(|&level| Some(key(level)) == asked);
    let level = level.ok_or(Problem::NotFound)?;
    let mut tx = state.store.begin(state.clock).await?;
    atlas::remove(&mut tx, visit.actor(), state.store.folder(), level).await?;
    tx.commit().await?;
    Ok(Redirect::to(paths::BOUNDARIES))
}
