//! Plan files on their way in: sending, what each is and what its columns mean, what was read of
//! them, keeping; and the lists beside plans.

use askama::Template;
use axum::extract::{Form, Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::mapping::{MappingForm, apply, questions};
use super::{AppState, Entry, Page, Problem, Visit, documents, html, paths, province, sent, title};
use crate::align::read::{self, Read};
use crate::align::register::{self, List};
use crate::align::sending::{self, Sending, SentTable};
use crate::align::{self};
use crate::locale::{Message, Words};
use crate::plan::import::remembered;
use crate::plan::{MoneyKind, RowLevel, Terms};
use crate::region::Level;
use crate::sheet::{Fault, Faults, Source};
use crate::simulate;
use crate::web::upload_pages::faults_told;

/// Values of a column that a form shows.
const EXAMPLES: usize = 3;
/// Faults and left-over codes listed on a page.
const LISTED: usize = 200;

/// Takes files from a form into a new sending.
pub(super) async fn receive(
    State(state): State<AppState>,
    visit: Visit,
    form: Multipart,
) -> Result<Response, Problem> {
    let data = state.store.folder();
    let sending = Sending::begin(data, state.clock.now())?;
    let id = sending.id;
    let (sending, notices) = match take(&state, &visit, sending, form).await {
        Ok(taken) => taken,
        Err(problem) => {
            Sending::remove(data, id)?;
            return Err(problem);
        }
    };
    if sending.files.is_empty() {
        Sending::remove(data, id)?;
        let mut tx = state.store.read(state.clock).await?;
        let page = documents::start_page(&mut tx, &state, &visit, notices).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
    }
    sending.save(data)?;
    answer(&visit, &sending, notices)
}

/// Takes further files, or corrected ones, into a sending.
pub(super) async fn add(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Response, Problem> {
    let sending = Sending::load(state.store.folder(), id.parse()?)?;
    let (sending, notices) = take(&state, &visit, sending, form).await?;
    sending.save(state.store.folder())?;
    answer(&visit, &sending, notices)
}

/// The page of the sending where all is well, or told with what is not.
fn answer(visit: &Visit, sending: &Sending, notices: Vec<String>) -> Result<Response, Problem> {
    if notices.is_empty() {
        return Ok(Redirect::to(&paths::sending(sending.id)).into_response());
    }
    let page = html(&sending_page(visit, sending, notices))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn take(
    state: &AppState,
    visit: &Visit,
    mut sending: Sending,
    mut form: Multipart,
) -> Result<(Sending, Vec<String>), Problem> {
    let words = visit.words();
    let mut tx = state.store.read(state.clock).await?;
    let known = remembered(&mut tx, visit.actor()).await?;
    drop(tx);
    let mut notices = Vec::new();
    let mut any = false;
    while let Some(mut field) = form.next_field().await? {
        let Some(name) = sent::name(field.file_name()) else { continue };
        any = true;
        sent::write(&mut field, &sending.next(state.store.folder())).await?;
        let (data, known) = (state.store.folder().clone(), known.clone());
        let added = tokio::task::spawn_blocking(move || {
            let added = sending.add(&data, &name, &known, Terms::shipped());
            (sending, added)
        });
        let (of, added) = added.await.map_err(Problem::fault)?;
        sending = of;
        if let Err(fault) = added {
            notices.push(words.tell(&fault.message()));
        }
    }
    if !any {
        notices.push(words.say("upload-nothing-chosen"));
    }
    Ok((sending, notices))
}

/// A table that was sent.
struct TableLine {
    path: String,
    name: String,
    what: String,
    profile: bool,
    left_out: bool,
    questions: Vec<String>,
}

#[derive(Template)]
#[template(path = "planning/sending.html")]
struct SendingPage {
    page: Page,
    notices: Vec<String>,
    tables: Vec<TableLine>,
    ready: bool,
    read: String,
    add: String,
    discard: String,
    back: &'static str,
}

fn sending_page(visit: &Visit, sending: &Sending, notices: Vec<String>) -> SendingPage {
    let words = visit.words();
    let line = |(position, table): (usize, &SentTable)| TableLine {
        path: paths::sent_table(sending.id, position),
        name: sending.name(table),
        what: what(table, words),
        profile: table.from_profile,
        left_out: table.left_out,
        questions: if table.left_out {
            Vec::new()
        } else {
            questions(&table.mapping, &table.about, words)
        },
    };
    let mut page = visit.bare_page(words.say("planning-sending-title")).at(Entry::Planning);
    page.simulated = is_simulated(sending);
    let any = sending.tables.iter().any(|table| !table.left_out);
    SendingPage {
        page,
        notices,
        tables: sending.tables.iter().enumerate().map(line).collect(),
        ready: any && sending.tables.iter().all(SentTable::is_complete),
        read: paths::sending_read(sending.id),
        add: paths::sending(sending.id),
        discard: format!("{}/buang", paths::sending(sending.id)),
        back: paths::PLANNING,
    }
}

fn is_simulated(sending: &Sending) -> bool {
    sending.files.iter().any(|name| simulate::is_marked(name))
        || sending.tables.iter().any(|table| table.about.simulated)
}

/// What a table says it is, in a line.
fn what(table: &SentTable, words: Words) -> String {
    let about = &table.about;
    let unknown = || words.say("planning-undecided");
    let kind = about.kind.map_or_else(unknown, |kind| words.tell(&kind.name()));
    let region = about.region.map_or_else(unknown, align::name);
    let years = match about.years {
        Some((from, to)) if from == to => from.to_string(),
        Some((from, to)) => format!("{from}–{to}"),
        None => unknown(),
    };
    let agency = about.agency.clone().unwrap_or_else(|| "–".to_owned());
    format!("{kind} · {region} · {years} · {agency}")
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let sending = Sending::load(state.store.folder(), id.parse()?)?;
    html(&sending_page(&visit, &sending, Vec::new()))
}

pub(super) async fn discard(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    Sending::remove(state.store.folder(), id.parse()?)?;
    Ok(Redirect::to(paths::PLANNING))
}

#[derive(Template)]
#[template(path = "planning/table.html")]
struct TablePage {
    page: Page,
    name: String,
    titles: Vec<String>,
    profile: bool,
    notices: Vec<String>,
    form: MappingForm,
    action: String,
    back: String,
}

async fn table_page(
    state: &AppState,
    visit: &Visit,
    sending: &Sending,
    position: usize,
    mut notices: Vec<String>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let sent = sending.tables.get(position).ok_or(Problem::NotFound)?;
    let (of, data) = (sending.clone(), state.store.folder().clone());
    let opened = tokio::task::spawn_blocking(move || {
        let table = of.table(&data, position)?;
        let examples = table.examples(EXAMPLES)?;
        Ok::<_, Box<Fault>>((table, examples))
    });
    let opened = opened.await.map_err(Problem::fault)?;
    let (table, examples) = opened.map_err(|fault| Problem::Invalid(fault.message()))?;
    let form = MappingForm::new(sent, &table, &examples, words);
    let returned = !notices.is_empty();
    if !sent.left_out {
        notices.extend(form.questions.iter().cloned());
    }
    let mut page = visit.bare_page(words.say("planning-table-title")).at(Entry::Planning);
    page.simulated = is_simulated(sending);
    let answer = html(&TablePage {
        page,
        name: sending.name(sent),
        titles: table.titles.clone(),
        profile: sent.from_profile,
        notices,
        form,
        action: paths::sent_table(sending.id, position),
        back: paths::sending(sending.id),
    })?;
    let status = if returned { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, answer).into_response())
}

pub(super) async fn table(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, position)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let sending = Sending::load(state.store.folder(), id.parse()?)?;
    let position = position.parse().map_err(|_| Problem::NotFound)?;
    table_page(&state, &visit, &sending, position, Vec::new()).await
}

/// Takes what a person says of a table.
pub(super) async fn complete(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, position)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let data = state.store.folder();
    let mut sending = Sending::load(data, id.parse()?)?;
    let position: usize = position.parse().map_err(|_| Problem::NotFound)?;
    let table = sending.tables.get_mut(position).ok_or(Problem::NotFound)?;
    let applied = apply(&pairs, table);
    let complete = table.is_complete();
    sending.save(data)?;
    if let Err(messages) = applied {
        let notices = messages.iter().map(|of| visit.words().tell(of)).collect();
        return table_page(&state, &visit, &sending, position, notices).await;
    }
    let done = pairs.iter().any(|(name, value)| name == "aksi" && value == "selesai");
    let next = if done && complete {
        paths::sending(sending.id)
    } else {
        paths::sent_table(sending.id, position)
    };
    Ok(Redirect::to(&next).into_response())
}

/// A fault as the page lists it.
struct FaultLine {
    file: String,
    cell: String,
    header: String,
    value: String,
    reason: String,
    advice: String,
}

/// A document that was read.
struct ReadLine {
    title: String,
    region: String,
    files: Vec<String>,
    facts: Vec<(String, String)>,
    left_over: Vec<String>,
    notices: Vec<String>,
}

#[derive(Template)]
#[template(path = "planning/read.html")]
struct ReadPage {
    page: Page,
    faults: Vec<FaultLine>,
    summary: String,
    more: Option<String>,
    documents: Vec<ReadLine>,
    keep: String,
    back: String,
}

async fn read_all(
    state: &AppState,
    sending: &Sending,
) -> Result<Result<Vec<Read>, Faults>, Problem> {
    let (of, data) = (sending.clone(), state.store.folder().clone());
    let read = tokio::task::spawn_blocking(move || of.read(&data, Terms::shipped()));
    read.await.map_err(Problem::fault)
}

fn faults_page(visit: &Visit, sending: &Sending, faults: &Faults) -> ReadPage {
    let words = visit.words();
    let line = |fault: &Fault| FaultLine {
        file: fault.file.clone(),
        cell: match &fault.sheet {
            Some(sheet) if !fault.cell().is_empty() => format!("{sheet}!{}", fault.cell()),
            _ => fault.cell(),
        },
        header: fault.column.as_ref().map_or_else(String::new, |column| column.header.clone()),
        value: fault.value.clone().unwrap_or_default(),
        reason: words.tell(&fault.reason),
        advice: words.tell(&fault.advice),
    };
    let listed = faults.kept.len().min(LISTED);
    let more = faults.count.saturating_sub(listed as u64);
    let more = (more > 0).then(|| Message::new("upload-faults-more").with("count", more));
    let summary = Message::new("upload-faults-summary").with("count", faults.count);
    let mut page = visit.bare_page(words.say("upload-faults-title")).at(Entry::Planning);
    page.simulated = is_simulated(sending);
    ReadPage {
        page,
        faults: faults.kept.iter().take(LISTED).map(line).collect(),
        summary: words.tell(&summary),
        more: more.map(|more| words.tell(&more)),
        documents: Vec::new(),
        keep: String::new(),
        back: paths::sending(sending.id),
    }
}

fn read_line(read: &Read, words: Words) -> ReadLine {
    let (sent, document) = (&read.sent, read.sent.version.document());
    let head = &document.head;
    let year = head.years.1;
    let files = read.files.iter().map(|of| {
        let message = Message::new("planning-read-file")
            .with("file", of.file.as_str())
            .with("lines", of.lines)
            .with("rows", of.rows)
            .with("totals", of.totals);
        words.tell(&message)
    });
    let count = |level: RowLevel| document.rows.iter().filter(|row| row.level == level).count();
    let mut facts =
        vec![(words.say("planning-fact-rows"), words.value(&document.rows.len().into()))];
    for level in [RowLevel::Program, RowLevel::Activity, RowLevel::SubActivity] {
        let name = words.say(&format!("plan-level-{}", level.key()));
        facts.push((name, words.value(&count(level).into())));
    }
    if read.files.len() > 1 {
        facts.push((words.say("planning-fact-joined"), words.value(&read.joined.into())));
        let left = sent.left_over.len();
        facts.push((words.say("planning-fact-left"), words.value(&left.into())));
    }
    let sum = document.total(RowLevel::SubActivity, MoneyKind::Budget, year);
    let sum = sum.map_or_else(|| words.say("planning-no-money"), |sum| sum.shown(&words));
    facts.push((words.say("planning-fact-sum"), sum));
    ReadLine {
        title: words.tell(&title(head)),
        region: align::name(head.region),
        files: files.collect(),
        facts,
        left_over: sent.left_over.iter().take(LISTED).cloned().collect(),
        notices: sent.notices.iter().take(LISTED).map(|of| words.tell(&of.message())).collect(),
    }
}

/// What is read of a sending, or everything that keeps it from being read. Nothing is kept yet.
pub(super) async fn read(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let sending = Sending::load(state.store.folder(), id.parse()?)?;
    let words = visit.words();
    match read_all(&state, &sending).await? {
        Err(faults) => html(&faults_page(&visit, &sending, &faults)),
        Ok(read) if read.is_empty() => {
            Ok(Redirect::to(&paths::sending(sending.id)).into_response())
        }
        Ok(read) => {
            let title = words.say("planning-read-title");
            let mut page = visit.bare_page(title).at(Entry::Planning);
            page.simulated = is_simulated(&sending);
            html(&ReadPage {
                page,
                faults: Vec::new(),
                summary: String::new(),
                more: None,
                documents: read.iter().map(|of| read_line(of, words)).collect(),
                keep: format!("{}/simpan", paths::sending(sending.id)),
                back: paths::sending(sending.id),
            })
        }
    }
}

/// Freezes and keeps the documents of a sending, and remembers what columns mean.
pub(super) async fn keep(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let data = state.store.folder();
    let sending = Sending::load(data, id.parse()?)?;
    let read = match read_all(&state, &sending).await? {
        Ok(read) => read,
        Err(faults) => {
            let page = html(&faults_page(&visit, &sending, &faults))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let heads = read.iter().map(|of| of.sent.version.head());
    let place = heads.clone().find_map(|head| head.region.at(Level::Province));
    let Some(code) = place else {
        return Ok(Redirect::to(&paths::sending(sending.id)).into_response());
    };
    let year = heads.filter(|head| !head.kind.is_mid_term()).map(|head| head.years.1).max();
    let mut tx = state.store.begin(state.clock).await?;
    sending::keep(&mut tx, visit.actor(), &sending, &read).await?;
    tx.commit().await?;
    Sending::remove(data, sending.id)?;
    let next = year.map_or_else(|| paths::documents(code), |year| paths::board((code, year)));
    Ok(Redirect::to(&next).into_response())
}

/// Keeps a list of proposals of a province.
pub(super) async fn proposals(
    State(state): State<AppState>,
    visit: Visit,
    Path(code): Path<String>,
    form: Multipart,
) -> Result<Response, Problem> {
    let code = province(&code)?;
    let Some((name, bytes)) = sent::Sent::read(form).await?.file else {
        return nothing(&state, &visit, code).await;
    };
    match read::proposals(Source::memory(bytes), &name) {
        Ok(list) => {
            let mut tx = state.store.begin(state.clock).await?;
            let list = List::Proposals(&list);
            register::set_list(&mut tx, visit.actor(), code, list, &name).await?;
            tx.commit().await?;
            Ok(Redirect::to(&paths::documents(code)).into_response())
        }
        Err(faults) => {
            documents::told(&state, &visit, code, faults_told(&faults, visit.words())).await
        }
    }
}

/// Keeps a list of items of meetings of a province.
pub(super) async fn items(
    State(state): State<AppState>,
    visit: Visit,
    Path(code): Path<String>,
    form: Multipart,
) -> Result<Response, Problem> {
    let code = province(&code)?;
    let Some((name, bytes)) = sent::Sent::read(form).await?.file else {
        return nothing(&state, &visit, code).await;
    };
    match read::items(Source::memory(bytes), &name) {
        Ok(list) => {
            let mut tx = state.store.begin(state.clock).await?;
            register::set_list(&mut tx, visit.actor(), code, List::Items(&list), &name).await?;
            tx.commit().await?;
            Ok(Redirect::to(&paths::documents(code)).into_response())
        }
        Err(faults) => {
            documents::told(&state, &visit, code, faults_told(&faults, visit.words())).await
        }
    }
}

async fn nothing(
    state: &AppState,
    visit: &Visit,
    code: crate::region::Code,
) -> Result<Response, Problem> {
    documents::told(state, visit, code, vec![visit.words().say("upload-nothing-chosen")]).await
}
