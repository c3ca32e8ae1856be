//! The documents that are kept: where plans begin, the list of a province, one document, what
//! changed between two versions, withdrawing.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::board_cache::years;
use super::{AppState, Choice, Entry, Page, Problem, Visit, html, paths, province, title};
use crate::align::register::{self, Kept};
use crate::align::sending::Sending;
use crate::align::{self, Sent};
use crate::check::Rules;
use crate::locale::{Message, TimeZone, Words};
use crate::plan::redline::{self, label};
use crate::plan::{MoneyKind, RowLevel};
use crate::policy::Scope;
use crate::region::{self, Level};
use crate::store::{PlanId, Tx};

/// A province of which plans are kept.
struct ProvinceLine {
    name: String,
    years: Vec<(String, String)>,
    documents: String,
    sent: String,
}

#[derive(Template)]
#[template(path = "planning/start.html")]
pub(super) struct StartPage {
    page: Page,
    notices: Vec<String>,
    provinces: Vec<ProvinceLine>,
    waiting: Vec<(String, String)>,
    send: &'static str,
}

/// The first page of plans, with `notices` of what was not taken.
pub(super) async fn start_page(
    tx: &mut Tx,
    state: &AppState,
    visit: &Visit,
    notices: Vec<String>,
) -> Result<StartPage, Problem> {
    let words = visit.words();
    let kept = register::list(tx, visit.actor(), &Scope::nation()).await?;
    let mut provinces: BTreeMap<region::Code, Vec<&Kept>> = BTreeMap::new();
    for of in kept.iter().filter(|of| of.replaced_by.is_none()) {
        if let Some(code) = of.head.region.at(Level::Province) {
            provinces.entry(code).or_default().push(of);
        }
    }
    let line = |(code, kept): (region::Code, Vec<&Kept>)| {
        let years = years(kept.iter().map(|of| &of.head));
        let mut regions: Vec<region::Code> = kept
            .iter()
            .map(|of| of.head.region)
            .filter(|region| region.level() == Level::Regency)
            .collect();
        regions.sort_unstable();
        regions.dedup();
        let sent = Message::new("planning-start-sent")
            .with("sent", regions.len())
            .with("all", region::children(code).len());
        ProvinceLine {
            name: align::name(code),
            // The year that is planned for is looked at before those behind it.
            years: years
                .into_iter()
                .rev()
                .map(|year| (paths::board((code, year)), year.to_string()))
                .collect(),
            documents: paths::documents(code),
            sent: words.tell(&sent),
        }
    };
    let simulated = kept.iter().any(|of| of.head.simulated && of.replaced_by.is_none());
    let waiting = Sending::all(state.store.folder())
        .into_iter()
        .map(|sending| (paths::sending(sending.id), sending.files.join(", ")));
    let mut page = visit.bare_page(words.say("planning-title")).at(Entry::Planning);
    page.simulated = simulated;
    Ok(StartPage {
        page,
        notices,
        provinces: provinces.into_iter().map(line).collect(),
        waiting: waiting.collect(),
        send: "/perencanaan/unggah",
    })
}

pub(super) async fn start(
    State(state): State<AppState>,
    visit: Visit,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    html(&start_page(&mut tx, &state, &visit, Vec::new()).await?)
}

/// A kept document in a list.
struct DocumentLine {
    path: String,
    region: String,
    title: String,
    rows: String,
    added: String,
    hash: String,
    in_force: bool,
}

fn document_line(of: &Kept, words: Words) -> DocumentLine {
    DocumentLine {
        path: paths::plan(of.id),
        region: align::name(of.head.region),
        title: words.tell(&title(&of.head)),
        rows: words.value(&of.rows.into()),
        added: added(of, words),
        hash: of.hash.get(..12).unwrap_or(&of.hash).to_owned(),
        in_force: of.replaced_by.is_none(),
    }
}

fn added(of: &Kept, words: Words) -> String {
    let zone = TimeZone::of_province(of.head.region.as_str());
    let wall = zone.wall(of.added);
    format!("{}, {}", words.short_date(wall.date()), words.time(wall.time(), zone))
}

#[derive(Template)]
#[template(path = "planning/documents.html")]
struct DocumentsPage {
    page: Page,
    notices: Vec<String>,
    province: String,
    back: &'static str,
    boards: Vec<(String, String)>,
    documents: Vec<DocumentLine>,
    proposals: Option<String>,
    proposals_path: String,
    items: Option<String>,
    items_path: String,
}

async fn documents_page(
    tx: &mut Tx,
    visit: &Visit,
    code: region::Code,
    notices: Vec<String>,
) -> Result<DocumentsPage, Problem> {
    let words = visit.words();
    let scope = Scope::of(code.as_str()).ok_or(Problem::NotFound)?;
    let kept = register::list(tx, visit.actor(), &scope).await?;
    let [proposals, items] = register::list_files(tx, visit.actor(), code).await?;
    let in_force = kept.iter().filter(|of| of.replaced_by.is_none());
    let years = years(in_force.clone().map(|of| &of.head));
    let simulated = in_force.clone().any(|of| of.head.simulated);
    let boards = years.into_iter().rev().map(|year| (paths::board((code, year)), year.to_string()));
    let mut page = visit.bare_page(words.say("planning-documents-title")).at(Entry::Planning);
    page.simulated = simulated;
    Ok(DocumentsPage {
        page,
        notices,
        province: align::name(code),
        back: paths::PLANNING,
        boards: boards.collect(),
        documents: kept.iter().map(|of| document_line(of, words)).collect(),
        proposals,
        proposals_path: format!("/perencanaan/{code}/usulan"),
        items,
        items_path: format!("/perencanaan/{code}/rapat"),
    })
}

pub(super) async fn list(
    State(state): State<AppState>,
    visit: Visit,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    html(&documents_page(&mut tx, &visit, province(&code)?, Vec::new()).await?)
}

/// The list with `notices` of what was not taken.
pub(super) async fn told(
    state: &AppState,
    visit: &Visit,
    code: region::Code,
    notices: Vec<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let page = html(&documents_page(&mut tx, visit, code, notices).await?)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Template)]
#[template(path = "planning/document.html")]
struct DocumentPage {
    page: Page,
    region: String,
    back: String,
    facts: Vec<(String, String)>,
    files: Vec<(String, String, String)>,
    hash: String,
    replaced: Option<String>,
    left_over: Vec<String>,
    notices: Vec<String>,
    others: Vec<Choice>,
    red_line: String,
    withdraw: String,
}

/// A kept document with the others of the same government, kind, agency and years.
async fn found(tx: &mut Tx, visit: &Visit, id: &str) -> Result<(Kept, Sent, Vec<Kept>), Problem> {
    let id: PlanId = id.parse()?;
    let sent = register::get(tx, visit.actor(), id).await?;
    let head = sent.version.head();
    let scope = Scope::of(head.region.as_str()).ok_or(Problem::NotFound)?;
    let agency = |of: &Kept| of.head.agency.as_deref().map(crate::sheet::private::words);
    let mut all = register::list(tx, visit.actor(), &scope).await?;
    let at = all.iter().position(|of| of.id == id).ok_or(Problem::NotFound)?;
    let kept = all.remove(at);
    all.retain(|of| {
        (of.head.region, of.head.kind, of.head.years) == (head.region, head.kind, head.years)
            && agency(of) == agency(&kept)
    });
    Ok((kept, sent, all))
}

pub(super) async fn one(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let mut tx = state.store.read(state.clock).await?;
    let (kept, sent, others) = found(&mut tx, &visit, &id).await?;
    drop(tx);
    let document = sent.version.document();
    let of_level = |level: RowLevel| {
        let count = document.rows.iter().filter(|row| row.level == level).count();
        (words.say(&format!("plan-level-{}", level.key())), words.value(&count.into()))
    };
    let mut facts = vec![
        (words.say("planning-fact-added"), added(&kept, words)),
        (words.say("planning-fact-rows"), words.value(&kept.rows.into())),
    ];
    facts.extend([RowLevel::Program, RowLevel::Activity, RowLevel::SubActivity].map(of_level));
    let sum = document.total(RowLevel::SubActivity, MoneyKind::Budget, kept.head.years.1);
    let sum = sum.map_or_else(|| words.say("planning-no-money"), |sum| sum.shown(&words));
    facts.push((words.say("planning-fact-sum"), sum));
    let choice = |of: &Kept| Choice {
        value: of.id.to_string(),
        label: format!("{} · {}", words.tell(&title(&of.head)), added(of, words)),
        chosen: kept.replaced_by == Some(of.id),
    };
    let files = sent.files.iter().map(|of| {
        let name = match &of.sheet {
            Some(sheet) => format!("{} ({sheet})", of.name),
            None => of.name.clone(),
        };
        (name, words.value(&of.rows.into()), of.sha256.clone())
    });
    let mut page = visit.bare_page(words.tell(&title(&kept.head))).at(Entry::Planning);
    page.simulated = kept.head.simulated;
    let code = kept.head.region.at(Level::Province).ok_or(Problem::NotFound)?;
    html(&DocumentPage {
        page,
        region: align::name(kept.head.region),
        back: paths::documents(code),
        facts,
        files: files.collect(),
        hash: kept.hash.clone(),
        replaced: kept.replaced_by.map(paths::plan),
        left_over: sent.left_over.clone(),
        notices: sent.notices.iter().map(|of| words.tell(&of.message())).collect(),
        others: others.iter().map(choice).collect(),
        red_line: paths::red_line(kept.id),
        withdraw: format!("{}/tarik", paths::plan(kept.id)),
    })
}

pub(super) async fn withdraw(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let mut tx = state.store.begin(state.clock).await?;
    let (kept, ..) = found(&mut tx, &visit, &id).await?;
    register::withdraw(&mut tx, visit.actor(), kept.id).await?;
    tx.commit().await?;
    let code = kept.head.region.at(Level::Province).ok_or(Problem::NotFound)?;
    Ok(Redirect::to(&paths::documents(code)))
}

/// A row that is not what it was.
struct ChangeLine {
    label: String,
    what: String,
    fields: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "planning/red_line.html")]
struct RedLinePage {
    page: Page,
    region: String,
    back: String,
    before: String,
    after: String,
    unchanged: String,
    changes: Vec<ChangeLine>,
}

#[derive(Deserialize)]
pub(super) struct Against {
    #[serde(default)]
    dengan: String,
}

pub(super) async fn red_line(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(against): Query<Against>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let mut tx = state.store.read(state.clock).await?;
    let (kept, sent, others) = found(&mut tx, &visit, &id).await?;
    let other = others.iter().find(|of| of.id.to_string() == against.dengan);
    let other = other.ok_or(Problem::NotFound)?;
    let other_sent = register::get(&mut tx, visit.actor(), other.id).await?;
    drop(tx);
    let stage = |of: &Kept| (of.head.stage, of.head.revision, of.added);
    // The earlier stage stands on the left, whichever was asked for first.
    let ((before, old), (after, new)) = if stage(&kept) <= stage(other) {
        ((&kept, &sent), (other, &other_sent))
    } else {
        ((other, &other_sent), (&kept, &sent))
    };
    let renamed = Rules::shipped().renamed(after.head.years.1);
    let line = redline::red_line(&old.version, &new.version, &renamed);
    let change = |change: &redline::RowChange| {
        let row = |sent: &Sent, at: Option<u32>| {
            let row = at.and_then(|at| sent.version.rows().get(at as usize).map(label));
            row.unwrap_or_default()
        };
        let (what, label) = match (change.before, change.after) {
            (None, at) => ("align-fate-new", row(new, at)),
            (at, None) => ("align-fate-gone", row(old, at)),
            (_, at) => ("align-fate-changed", row(new, at)),
        };
        let fields = change.fields.iter().map(|of| {
            (words.tell(&of.field.name()), words.value(&of.before), words.value(&of.after))
        });
        ChangeLine { label, what: words.say(what), fields: fields.collect() }
    };
    let named = |of: &Kept| format!("{} · {}", words.tell(&title(&of.head)), added(of, words));
    let unchanged = Message::new("planning-unchanged").with("rows", line.unchanged);
    let mut page = visit.bare_page(words.say("planning-red-line-title")).at(Entry::Planning);
    page.simulated = before.head.simulated || after.head.simulated;
    html(&RedLinePage {
        page,
        region: align::name(kept.head.region),
        back: paths::plan(kept.id),
        before: named(before),
        after: named(after),
        unchanged: words.tell(&unchanged),
        changes: line.changes.iter().map(change).collect(),
    })
}
