//! Files of answers on their way into a round: sending, mapping, faults, report; margins;
//! computing.

use std::time::Duration;

use askama::Template;
use axum::extract::{Form, Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::json;

use super::mapping_form::{MappingForm, apply};
use super::opening_form::{OpeningForm, delimiter_name};
use super::sent;
use super::{
    AppState, Choice, Entry, Page, Problem, Route, Visit, html, margins_pages, official_pages,
    paths,
};
use crate::index::files::File as ResultFile;
use crate::index::frozen::{self, Frozen, ResultFolder};
use crate::index::result::Interval;
use crate::instrument::Instrument;
use crate::jobs::{self, NewJob};
use crate::locale::{Message, Value, Words};
use crate::policy::{Action, Module};
use crate::round::beside::{self, Beside};
use crate::round::frame::Level;
use crate::round::intake::Report;
use crate::round::margins::RoundMargins;
use crate::round::official::RoundOfficial;
use crate::round::register::{self, File, Round};
use crate::round::upload::{self, Look, Refusal, State as UploadState, Upload};
use crate::sheet::{Fault, Faults, Format, Sheet};
use crate::simulate;
use crate::store::{DataFolder, FileId, RoundId, Tx};

/// Bytes of one sending: ten times a national round as CSV.
const SENDING: usize = 1 << 30;
/// Time one sending may take.
const SENDING_TIME: Duration = Duration::from_secs(1_800);
/// Bytes of a mapping form.
const SMALL: usize = 16 << 20;
/// Faults listed on a page; the workbook lists more.
const LISTED: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    let change = Action::Change;
    let form_time = Duration::from_secs(60);
    vec![
        Route::get("/putaran/{round}/unggah", change, Module::Round, show),
        Route::post("/putaran/{round}/unggah", change, Module::Round, receive)
            .accepting(SENDING, SENDING_TIME),
        Route::get("/putaran/{round}/unggah/{upload}", change, Module::Round, one),
        Route::post("/putaran/{round}/unggah/{upload}", change, Module::Round, complete)
            .accepting(SMALL, form_time),
        Route::post("/putaran/{round}/unggah/{upload}/baca", change, Module::Round, reread),
        Route::post("/putaran/{round}/unggah/{upload}/buang", change, Module::Round, discard),
        Route::get("/putaran/{round}/unggah/{upload}/catatan.xlsx", change, Module::Round, marked),
        Route::get("/putaran/{round}/berkas/{file}", Action::View, Module::Round, report),
        Route::post("/putaran/{round}/berkas/{file}/hapus", change, Module::Round, delete_file),
        Route::post("/putaran/{round}/hitung", change, Module::Round, compute),
    ]
}

/// An upload that waits or was returned.
struct UploadLine {
    path: String,
    name: String,
    state: String,
    returned: bool,
}

/// A file that counts.
struct FileLine {
    path: String,
    name: String,
    taken: String,
    kept: String,
}

/// One region of the two readings, with flagged answers and without.
struct TwoReadings {
    name: String,
    all: String,
    without: String,
    difference: String,
}

#[derive(Template)]
#[template(path = "upload.html")]
struct UploadPage {
    page: Page,
    round: String,
    back: String,
    notices: Vec<String>,
    waiting: Vec<UploadLine>,
    files: Vec<FileLine>,
    send: String,
    opening: OpeningForm,
    margins: Option<String>,
    /// Said where the margins bear the mark of simulated data.
    margins_marked: Option<String>,
    margins_path: String,
    margins_template: String,
    delete_margins: String,
    official: Option<String>,
    /// Said where the official figures bear the mark of simulated data.
    official_marked: Option<String>,
    official_path: String,
    delete_official: String,
    freezes: Vec<String>,
    compute: String,
    readings: Vec<TwoReadings>,
    reason: String,
    answers: u64,
}

/// The round that an address names.
pub(super) async fn find(tx: &mut Tx, visit: &Visit, id: &str) -> Result<Round, Problem> {
    Ok(register::get(tx, visit.actor(), id.parse()?).await?)
}

async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    html(&upload_page(&mut tx, &state, &visit, &round, Vec::new()).await?)
}

/// What is wrong with a file, a sentence a fault, and how many more there are.
pub(super) fn faults_told(faults: &Faults, words: Words) -> Vec<String> {
    let listed = faults.kept.iter().take(LISTED);
    let mut notices: Vec<String> = listed.map(|fault| words.tell(&fault.message())).collect();
    let more = faults.count.saturating_sub(notices.len() as u64);
    if more > 0 {
        notices.push(words.tell(&Message::new("upload-faults-more").with("count", more)));
    }
    notices
}

/// The page with `notices` of what was not taken.
pub(super) async fn told(
    state: &AppState,
    visit: &Visit,
    round: &Round,
    notices: Vec<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let page = html(&upload_page(&mut tx, state, visit, round, notices).await?)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn upload_page(
    tx: &mut Tx,
    state: &AppState,
    visit: &Visit,
    round: &Round,
    notices: Vec<String>,
) -> Result<UploadPage, Problem> {
    let (words, data) = (visit.words(), state.store.folder());
    let files = register::files(tx, visit.actor(), round.id).await?;
    let page = visit.round_page(tx, data, round, words.say("upload-title")).await?;
    let page = page.at(Entry::Survey);
    let kept = beside::kept::<RoundMargins>(data, round.id)?;
    let official = beside::kept::<RoundOfficial>(data, round.id)?;
    let marked = |marked: bool| marked.then(|| words.say("upload-table-simulated"));
    let waiting = Upload::all(data, round.id).into_iter().map(|upload| UploadLine {
        path: paths::one_upload(round.id, upload.id),
        state: words.say(match upload.state {
            UploadState::Waiting => "upload-state-waiting",
            UploadState::Returned => "upload-state-returned",
        }),
        returned: upload.state == UploadState::Returned,
        name: upload.name,
    });
    let lines = upload::counting(&files).map(|file| FileLine {
        path: paths::file(round.id, file.id),
        name: file.name.clone(),
        taken: words.value(&file.taken.into()),
        kept: words.value(&file.kept.into()),
    });
    let ready = frozen::freeze(tx, visit.actor(), data, round.id, None).await;
    let freezes = match &ready {
        Ok(ready) => freezes(data, &ready.frozen, kept.as_ref(), words),
        Err(_) => Vec::new(),
    };
    let (readings, reason) = readings(state, round, words).await?;
    Ok(UploadPage {
        round: round.name.clone(),
        back: paths::round(round.id),
        notices,
        waiting: waiting.collect(),
        files: lines.collect(),
        send: paths::upload(round.id),
        opening: OpeningForm::of_any(words),
        margins: kept.as_ref().map(|margins| words.tell(&margins_pages::summary(margins))),
        margins_marked: marked(kept.as_ref().is_some_and(Beside::is_marked)),
        margins_path: paths::margins(round.id),
        margins_template: paths::margins_template(round.id),
        delete_margins: paths::delete_margins(round.id),
        official_marked: marked(official.as_ref().is_some_and(Beside::is_marked)),
        official: official.map(|official| words.tell(&official_pages::summary(&official))),
        official_path: paths::official(round.id),
        delete_official: paths::delete_official(round.id),
        freezes,
        compute: paths::compute(round.id),
        readings,
        reason,
        answers: round.answers,
        page,
    })
}

/// What computing the index freezes, in words.
fn freezes(
    data: &DataFolder,
    frozen: &Frozen,
    margins: Option<&RoundMargins>,
    words: Words,
) -> Vec<String> {
    let instrument = crate::instrument::find(data, &frozen.round.instrument);
    let version = instrument.map_or(String::new(), |known| known.version.clone());
    let answers: u64 = frozen.round.files.iter().map(|file| file.kept).sum();
    let before = match &frozen.before {
        Some(before) if before.instrument != frozen.round.instrument => {
            Message::new("upload-freeze-apart").with("round", before.name.as_str())
        }
        Some(before) => Message::new("upload-freeze-before").with("round", before.name.as_str()),
        None => Message::new("upload-freeze-no-before"),
    };
    let margins =
        margins.map_or_else(|| Message::new("upload-freeze-no-margins"), margins_pages::summary);
    [
        Message::new("upload-freeze-answers")
            .with("files", frozen.round.files.len())
            .with("answers", answers),
        Message::new("upload-freeze-instrument")
            .with("instrument", frozen.round.instrument.as_str())
            .with("version", version),
        margins,
        before,
        Message::new("upload-freeze-options")
            .with("seed", frozen.options.seed.to_string())
            .with("program", frozen.program.as_str()),
    ]
    .iter()
    .map(|message| words.tell(message))
    .collect()
}

/// The index of every region with and without flagged answers, where that was asked for, and the
/// reason given.
async fn readings(
    state: &AppState,
    round: &Round,
    words: Words,
) -> Result<(Vec<TwoReadings>, String), Problem> {
    let Some(folder) = ResultFolder::of(state.store.folder(), round) else {
        return Ok((Vec::new(), String::new()));
    };
    let Some(reason) = folder.frozen().ok().and_then(|frozen| frozen.without_flagged) else {
        return Ok((Vec::new(), String::new()));
    };
    let result = state.results.read(&folder.result()).await?;
    let answers = |n: u64| words.tell(&Message::new("chart-answers").with("n", n));
    // A score never stands without its respondents and its interval.
    let shown = |value: Option<f64>, interval: Option<&Interval>, n: Option<u64>| {
        let end = |value| Value::Decimal(value, 2);
        let between = interval.zip(value).map(|(interval, value)| {
            let (low, high) = interval.about(value, result.instrument.scale);
            let message = Message::new("results-between").with("low", end(low));
            words.tell(&message.with("high", end(high)))
        });
        let value = value.map_or_else(|| "–".to_owned(), |value| words.number(value, 2));
        let parts = [Some(value), between, n.map(answers)].into_iter().flatten();
        parts.collect::<Vec<_>>().join(" · ")
    };
    // A national round is shown by province.
    let provinces = result.regions.iter().filter(|region| region.level == Level::Province).count();
    let lines =
        result.regions.iter().filter(|region| provinces < 3 || region.level != Level::Regency);
    let lines = lines.map(|region| {
        let index = region.scores.first();
        let with = index.and_then(|index| index.value);
        let left = index.and_then(|index| index.without_flagged.as_ref());
        let few = left.is_some_and(|left| left.withheld.is_some());
        let (left, left_n) = (left.and_then(|left| left.value), left.and_then(|left| left.n));
        let difference = with.zip(left).map(|(with, left)| words.signed(left - with, 2));
        TwoReadings {
            name: region.name.clone(),
            all: shown(
                with,
                index.and_then(|index| index.interval.as_ref()),
                index.and_then(|index| index.n),
            ),
            without: if few {
                words.say("files-unflagged-withheld")
            } else {
                shown(left, None, left_n)
            },
            difference: difference.unwrap_or_else(|| "–".to_owned()),
        }
    });
    Ok((lines.collect(), reason))
}

/// Takes files from a form: stages each, then shows the mapping of the first.
async fn receive(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    mut form: Multipart,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    drop(tx);
    let (words, data) = (visit.words(), state.store.folder());
    let (mut sent, mut texts) = (Vec::new(), Vec::new());
    while let Some(mut field) = form.next_field().await? {
        let Some(name) = sent::name(field.file_name()) else {
            if field.file_name().is_none() {
                let name = field.name().unwrap_or_default().to_owned();
                texts.push((name, field.text().await?));
            }
            continue;
        };
        let id = FileId::new(state.clock.now());
        Upload::folder(data, round.id, id)?;
        sent.push((id, name));
        if let Err(problem) = sent::write(&mut field, &Upload::raw(data, round.id, id)).await {
            throw_away(&state, &round, &sent)?;
            return Err(problem);
        }
    }
    let opening = match OpeningForm::read(&texts) {
        Ok(opening) => opening,
        Err(message) => {
            throw_away(&state, &round, &sent)?;
            return told(&state, &visit, &round, vec![words.tell(&message)]).await;
        }
    };
    let (mut staged, mut notices) = (Vec::new(), Vec::new());
    for (id, name) in sent {
        let mut tx = state.store.read(state.clock).await?;
        let read = (name.clone(), opening.clone());
        match upload::stage(&mut tx, visit.actor(), data, &round, id, read).await {
            Ok((upload, look)) => {
                state.looks.keep(&upload, look);
                staged.push(upload);
            }
            Err(refusal) => notices.push(words.tell(&refused(&name, refusal))),
        }
    }
    if staged.is_empty() && notices.is_empty() {
        notices.push(words.say("upload-nothing-chosen"));
    }
    match staged.first() {
        Some(upload) if notices.is_empty() => {
            Ok(Redirect::to(&paths::one_upload(round.id, upload.id)).into_response())
        }
        _ => told(&state, &visit, &round, notices).await,
    }
}

/// Deletes what was sent and is not staged.
fn throw_away(state: &AppState, round: &Round, sent: &[(FileId, String)]) -> Result<(), Problem> {
    for (id, _) in sent {
        Upload::remove(state.store.folder(), round.id, *id)?;
    }
    Ok(())
}

fn refused(name: &str, refusal: Refusal) -> Message {
    match refusal {
        Refusal::Already(present) => {
            Message::new("upload-already").with("name", name).with("present", present)
        }
        Refusal::Unreadable(fault) => fault.message(),
        Refusal::Failed(message) => message,
    }
}

/// A fault as the page of a returned file lists it.
struct FaultLine {
    cell: String,
    header: String,
    value: String,
    reason: String,
    advice: String,
}

#[derive(Template)]
#[template(path = "upload_faults.html")]
struct FaultsPage {
    page: Page,
    name: String,
    summary: String,
    faults: Vec<FaultLine>,
    more: Option<String>,
    marked: String,
    again: String,
    discard: String,
}

#[derive(Template)]
#[template(path = "upload_mapping.html")]
struct MappingPage {
    page: Page,
    name: String,
    format: String,
    profile: bool,
    notices: Vec<String>,
    opening: Option<OpeningForm>,
    reread: String,
    form: MappingForm,
    replaces: Vec<Choice>,
    action: String,
    discard: String,
    back: String,
}

async fn one(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, upload)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    let upload = Upload::load(state.store.folder(), round.id, upload.parse()?)?;
    match upload.state {
        UploadState::Returned => returned(&mut tx, &state, &visit, &round, &upload).await,
        UploadState::Waiting => {
            mapping_page(&mut tx, &state, &visit, &round, &upload, Vec::new()).await
        }
    }
}

async fn returned(
    tx: &mut Tx,
    state: &AppState,
    visit: &Visit,
    round: &Round,
    upload: &Upload,
) -> Result<Response, Problem> {
    let words = visit.words();
    let faults = upload.faults(state.store.folder())?.faults;
    let page =
        visit.page(tx, words.say("upload-faults-title")).await?.at(Entry::Survey).of_round(round);
    let line = |fault: &Fault| FaultLine {
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
    html(&FaultsPage {
        name: upload.name.clone(),
        summary: words.tell(&Message::new("upload-faults-summary").with("count", faults.count)),
        faults: faults.kept.iter().take(LISTED).map(line).collect(),
        more: (more > 0)
            .then(|| words.tell(&Message::new("upload-faults-more").with("count", more))),
        marked: paths::marked_upload(round.id, upload.id),
        again: paths::upload(round.id),
        discard: paths::discard_upload(round.id, upload.id),
        page,
    })
}

async fn mapping_page(
    tx: &mut Tx,
    state: &AppState,
    visit: &Visit,
    round: &Round,
    upload: &Upload,
    mut notices: Vec<String>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let (instrument, _) = upload::ground(state.store.folder(), round).map_err(Problem::Invalid)?;
    let look = state.looks.of(state.store.folder(), upload).await?;
    let look = look.map_err(|fault| Problem::Invalid(fault.message()))?;
    let Look { sheet, sample } = &*look;
    let files = register::files(tx, visit.actor(), round.id).await?;
    let title = words.say("upload-mapping-title");
    let page = visit.page(tx, title).await?.at(Entry::Survey).of_round(round);
    let form = MappingForm::new(&upload.mapping, sheet, sample, instrument, words);
    let refused = !notices.is_empty();
    if !round.simulated && simulate::is_marked(&upload.name) {
        notices.push(words.say("upload-simulated"));
    }
    notices.extend(form.questions.iter().cloned());
    let answer = html(&MappingPage {
        name: upload.name.clone(),
        format: words.tell(&format_message(sheet)),
        profile: upload.from_profile,
        notices,
        opening: OpeningForm::of(sheet, words),
        reread: paths::reread_upload(round.id, upload.id),
        form,
        replaces: replaces(&files, upload, words),
        action: paths::one_upload(round.id, upload.id),
        discard: paths::discard_upload(round.id, upload.id),
        back: paths::upload(round.id),
        page,
    })?;
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, answer).into_response())
}

fn replaces(files: &[File], upload: &Upload, words: Words) -> Vec<Choice> {
    let mut choices = vec![Choice {
        value: String::new(),
        label: words.say("upload-add"),
        chosen: upload.replaces.is_none(),
    }];
    choices.extend(upload::counting(files).map(|file| Choice {
        value: file.id.to_string(),
        label: words.tell(&Message::new("upload-replace").with("file", file.name.as_str())),
        chosen: upload.replaces == Some(file.id),
    }));
    choices
}

/// What kind of file it is, in words.
fn format_message(sheet: &Sheet) -> Message {
    let columns = sheet.columns.len();
    match sheet.format {
        Format::Csv => Message::new("upload-format-csv")
            .with("delimiter", delimiter_name(sheet.delimiter))
            .with("encoding", sheet.encoding.map_or("UTF-8", crate::sheet::Encoding::name)),
        Format::Xlsx => Message::new("upload-format-xlsx")
            .with("sheet", sheet.sheet.clone().unwrap_or_default()),
        Format::Parquet => Message::new("upload-format-parquet"),
    }
    .with("columns", columns)
}

/// Takes the mapping as a person completed it; with the button `terima` the file is taken in.
async fn complete(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, upload)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    drop(tx);
    let data = state.store.folder();
    let mut upload = Upload::load(data, round.id, upload.parse()?)?;
    let place = paths::one_upload(round.id, upload.id);
    if upload.state == UploadState::Returned {
        return Ok(Redirect::to(&place).into_response());
    }
    let (instrument, frame) = upload::ground(data, &round).map_err(Problem::Invalid)?;
    let look = state.looks.of(data, &upload).await?;
    let look = look.map_err(|fault| Problem::Invalid(fault.message()))?;
    // Nobody else writes meanwhile, so that nothing slow comes after this.
    let mut tx = state.store.begin(state.clock).await?;
    let (sheet, sample) = (&look.sheet, &look.sample);
    let applied = apply(&pairs, &mut upload.mapping, sheet, sample, instrument, &frame);
    let field =
        |name: &str| pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    let files = register::files(&mut tx, visit.actor(), round.id).await?;
    if let Some(chosen) = field("ganti") {
        let found = upload::counting(&files).find(|file| file.id.to_string() == chosen);
        upload.replaces = found.map(|file| file.id);
    }
    upload.save(data)?;
    if let Err(message) = applied {
        let notices = vec![visit.words().tell(&message)];
        return mapping_page(&mut tx, &state, &visit, &round, &upload, notices).await;
    }
    if field("aksi") != Some("terima") || !upload.mapping.questions().is_empty() {
        return Ok(Redirect::to(&place).into_response());
    }
    upload::save_profile(&mut tx, visit.actor(), instrument, &upload.mapping).await?;
    let payload = json!({ "upload": upload.id });
    let job = begin(&mut tx, &visit, upload::INTAKE, round.id, payload).await?;
    tx.commit().await?;
    state.looks.forget(upload.id);
    state.runner.wake();
    Ok(Redirect::to(&job).into_response())
}

/// Reads the file again as a person says.
async fn reread(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, upload)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    let data = state.store.folder();
    let upload = Upload::load(data, round.id, upload.parse()?)?;
    let place = paths::one_upload(round.id, upload.id);
    if upload.state == UploadState::Returned {
        return Ok(Redirect::to(&place).into_response());
    }
    let read = match OpeningForm::read(&pairs) {
        Ok(opening) => {
            let read = upload.clone();
            let read = upload::reopen(&mut tx, visit.actor(), data, &round, read, opening).await;
            read.map_err(|refusal| refused(&upload.name, refusal))
        }
        Err(message) => Err(message),
    };
    match read {
        Ok((upload, look)) => {
            state.looks.keep(&upload, look);
            Ok(Redirect::to(&place).into_response())
        }
        Err(message) => {
            let notices = vec![visit.words().tell(&message)];
            mapping_page(&mut tx, &state, &visit, &round, &upload, notices).await
        }
    }
}

/// Puts a job into the queue, or finds the same one that has not ended; the address of its page.
async fn begin(
    tx: &mut Tx,
    visit: &Visit,
    kind: &str,
    round: RoundId,
    payload: serde_json::Value,
) -> Result<String, Problem> {
    let subject = round.to_string();
    let present = jobs::of_subject(tx, visit.actor(), &subject).await?;
    let same = |job: &&jobs::Job| !job.state.ended() && job.kind == kind && job.payload == payload;
    let id = match present.iter().find(same) {
        Some(job) => job.id,
        None => {
            let job = NewJob { kind, subject: Some(subject), payload: payload.clone() };
            jobs::submit(tx, visit.actor(), job).await?
        }
    };
    Ok(paths::follow_job(id))
}

async fn discard(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, upload)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    let upload = upload.parse()?;
    state.looks.forget(upload);
    Upload::remove(state.store.folder(), round.id, upload)?;
    Ok(Redirect::to(&paths::upload(round.id)))
}

async fn marked(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, upload)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    let data = state.store.folder();
    let upload = Upload::load(data, round.id, upload.parse()?)?;
    let bytes = tokio::fs::read(upload.marked(data, visit.words().language)).await;
    let bytes = bytes.map_err(|_| Problem::NotFound)?;
    let name = visit.words().say("upload-faults-file");
    let headers = [
        (CONTENT_TYPE, ResultFile::Workbook.media_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// A column that was not kept.
struct DroppedLine {
    column: String,
    header: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "upload_report.html")]
struct ReportPage {
    page: Page,
    name: String,
    rows: String,
    kept: String,
    dropped: Vec<DroppedLine>,
    missing: Vec<String>,
    flags: Vec<(String, String)>,
    /// SHA-256 of the file as it was sent, and of the codes that are kept of it.
    sent: String,
    snapshot: String,
    counts: bool,
    delete: String,
    upload: String,
    compute: String,
}

async fn report(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    let file: FileId = file.parse()?;
    let files = register::files(&mut tx, visit.actor(), round.id).await?;
    let found = files.iter().find(|known| known.id == file).ok_or(Problem::NotFound)?;
    let words = visit.words();
    let kept = upload::kept(state.store.folder(), round.id, file)?;
    let title = words.say("upload-report-title");
    let page = visit.page(&mut tx, title).await?.at(Entry::Survey).of_round(&round);
    let (instrument, _) = upload::ground(state.store.folder(), &round).map_err(Problem::Invalid)?;
    html(&ReportPage {
        name: found.name.clone(),
        rows: words.value(&kept.report.rows.into()),
        kept: words.value(&kept.report.kept.into()),
        dropped: kept
            .report
            .dropped
            .iter()
            .map(|dropped| DroppedLine {
                column: dropped.column.letters(),
                header: dropped.column.header.clone(),
                reason: words.tell(&dropped.reason),
            })
            .collect(),
        missing: missing(&kept.report, instrument, words),
        flags: flags(&kept.report, words),
        sent: found.sha256.clone(),
        snapshot: kept.snapshot,
        counts: found.replaced_by.is_none(),
        delete: paths::delete_file(round.id, file),
        upload: paths::upload(round.id),
        compute: paths::compute_form(round.id),
        page,
    })
}

fn missing(report: &Report, instrument: &Instrument, words: Words) -> Vec<String> {
    let items = instrument.items.iter();
    let items = items.filter(|item| report.items_without_column.contains(&item.id));
    items.map(|item| format!("{}: {}", item.id, item.text.in_language(words.language))).collect()
}

fn flags(report: &Report, words: Words) -> Vec<(String, String)> {
    let quality = report.quality;
    [
        ("upload-flag-straight", quality.straight_lines),
        ("upload-flag-duplicate", quality.duplicates),
        ("upload-flag-burst", quality.bursts),
    ]
    .map(|(key, count)| (words.say(key), words.value(&count.into())))
    .to_vec()
}

async fn delete_file(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, file)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let mut tx = state.store.begin(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    let gone = register::remove_file(&mut tx, visit.actor(), round.id, file.parse()?).await?;
    tx.commit().await?;
    upload::forget(state.store.folder(), round.id, &gone)?;
    Ok(Redirect::to(&paths::upload(round.id)))
}

/// Puts the computing into the queue. Flagged answers are left out of a second reading only with a
/// reason (METHOD §7).
async fn compute(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let mut tx = state.store.begin(state.clock).await?;
    let round = find(&mut tx, &visit, &id).await?;
    let field = |name: &str| pairs.iter().find(|(other, _)| other == name);
    let reason = field("alasan").map_or("", |(_, reason)| reason.trim());
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(500).collect();
    let two = field("tanpa").is_some();
    if two && reason.is_empty() {
        drop(tx);
        let notice = visit.words().say("upload-reason-missing");
        return told(&state, &visit, &round, vec![notice]).await;
    }
    if round.answers == 0 {
        drop(tx);
        let notice = Message::new("upload-error-no-files").with("round", round.name.as_str());
        return told(&state, &visit, &round, vec![visit.words().tell(&notice)]).await;
    }
    let payload = if two { json!({ "without_flagged": reason }) } else { json!({}) };
    let job = begin(&mut tx, &visit, frozen::INDEX, round.id, payload).await?;
    tx.commit().await?;
    state.runner.wake();
    Ok(Redirect::to(&job).into_response())
}
