//! The pages of rounds: the list, a round, making and deleting one.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;

use super::job_pages::{kind_name, told};
use super::page::recompute;
use super::{AppState, Catalogue, Choice, Entry, Page, Problem, Route, Visit, html, paths};
use crate::index::frozen;
use crate::jobs;
use crate::locale::{Message, TimeZone, Words, first_of};
use crate::policy::{Action, Module, NATION, Scope};
use crate::region;
use crate::round::edit;
use crate::round::register::{self, DEFAULT_TARGET, File, NewRound, RegisterError, Round};
use crate::store::{RoundId, Tx};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(paths::ROUNDS, Action::View, Module::Round, list),
        Route::post(paths::ROUNDS, Action::Create, Module::Round, create),
        Route::get(paths::NEW_ROUND, Action::Create, Module::Round, form),
        Route::get("/putaran/{round}", Action::View, Module::Round, show),
        Route::get("/putaran/{round}/ubah", Action::Change, Module::Round, edit_form),
        Route::post("/putaran/{round}/ubah", Action::Change, Module::Round, change),
        Route::get("/putaran/{round}/hapus", Action::Delete, Module::Round, ask),
        Route::post("/putaran/{round}/hapus", Action::Delete, Module::Round, delete),
    ]
}

/// A round as the list and its own page show it.
struct Facts {
    path: String,
    name: String,
    year: String,
    instrument: String,
    regions: String,
    window: String,
    target: String,
    answers: String,
    state: String,
    simulated: bool,
    /// Where to compute again, where the result no longer shows what the round holds.
    outdated: Option<String>,
}

impl Facts {
    fn new(round: &Round, outdated: bool, words: Words, app: &AppState) -> Self {
        let instruments = app.instruments();
        let title = instruments.iter().find(|(key, _)| *key == round.instrument);
        let state = match (&round.computed, round.answers) {
            (Some(computed), _) => {
                let wall = TimeZone::Wib.wall(*computed);
                Message::new("round-state-computed").with("date", words.short_date(wall.date()))
            }
            (None, 0) => Message::new("round-state-empty"),
            (None, _) => Message::new("round-state-answers"),
        };
        Self {
            path: paths::round(round.id),
            name: round.name.clone(),
            year: round.year.to_string(),
            instrument: title.map_or_else(
                || round.instrument.clone(),
                |(_, title)| title.in_language(words.language).to_owned(),
            ),
            regions: regions(&round.regions, words, &app.catalogue),
            window: words.tell(&window(round, words)),
            target: words.tell(&Message::new("round-target-value").with("target", round.target)),
            answers: words.value(&round.answers.into()),
            state: words.tell(&state),
            simulated: round.simulated,
            outdated: outdated.then(|| recompute(round)),
        }
    }
}

/// The first few regions by name and how many more there are.
fn regions(codes: &[String], words: Words, catalogue: &Catalogue) -> String {
    const SHOWN: usize = 4;
    if codes.iter().any(|code| code == NATION) {
        return words.say("round-regions-nation");
    }
    let name = |code: &String| catalogue.region(code).unwrap_or(code.as_str()).to_owned();
    let names: Vec<String> = codes.iter().map(name).collect();
    words.value(&first_of(&names, SHOWN))
}

fn window(round: &Round, words: Words) -> Message {
    let day = |day: Date| words.short_date(day);
    match (round.opened, round.closed) {
        (Some(opened), Some(closed)) => Message::new("round-window-both")
            .with("opened", day(opened))
            .with("closed", day(closed)),
        (Some(opened), None) => Message::new("round-window-open").with("opened", day(opened)),
        (None, Some(closed)) => Message::new("round-window-closed").with("closed", day(closed)),
        (None, None) => Message::new("round-window-none"),
    }
}

#[derive(Template)]
#[template(path = "rounds.html")]
struct ListPage {
    page: Page,
    rounds: Vec<Facts>,
    new: &'static str,
}

async fn list(State(state): State<AppState>, visit: Visit) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let rounds = register::list(&mut tx, visit.actor(), &Scope::nation()).await?;
    let words = visit.words();
    let page = visit.bare_page(words.say("round-list-title")).at(Entry::Survey);
    let mut lines = Vec::with_capacity(rounds.len());
    for round in &rounds {
        let data = state.store.folder();
        let outdated = frozen::outdated(&mut tx, visit.actor(), data, round).await?;
        lines.push(Facts::new(round, outdated, words, &state));
    }
    html(&ListPage { page, rounds: lines, new: paths::NEW_ROUND })
}

/// One answer file on the page of its round.
struct FileLine {
    path: String,
    name: String,
    taken: String,
    kept: String,
    added: String,
    replaced: bool,
}

/// One job on the page of its round.
struct JobLine {
    path: String,
    name: String,
    state: String,
    message: String,
}

#[derive(Template)]
#[template(path = "round.html")]
struct RoundPage {
    page: Page,
    facts: Facts,
    files: Vec<FileLine>,
    jobs: Vec<JobLine>,
    /// The Beranda of the round, where it has a result.
    overview: Option<String>,
    /// Where the index is computed, where that is what comes next.
    compute: Option<String>,
    edit: String,
    delete: String,
    upload: String,
}

async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: RoundId = id.parse()?;
    let mut tx = state.store.read(state.clock).await?;
    let round = register::get(&mut tx, visit.actor(), id).await?;
    let files = register::files(&mut tx, visit.actor(), id).await?;
    let jobs = jobs::of_subject(&mut tx, visit.actor(), &id.to_string()).await?;
    let data = state.store.folder();
    let page = visit.round_page(&mut tx, data, &round, round.name.clone()).await?;
    let page = page.at(Entry::Survey);
    let outdated = page.outdated.is_some();
    let words = visit.words();
    let line = |file: &File| {
        let added = TimeZone::Wib.wall(file.added);
        FileLine {
            path: paths::file(id, file.id),
            name: file.name.clone(),
            taken: words.value(&file.taken.into()),
            kept: words.value(&file.kept.into()),
            added: words.short_date(added.date()),
            replaced: file.replaced_by.is_some(),
        }
    };
    html(&RoundPage {
        facts: Facts::new(&round, outdated, words, &state),
        files: files.iter().map(line).collect(),
        jobs: jobs
            .iter()
            .map(|job| {
                let (state, message) = told(words, job);
                let (path, name) = (paths::job(job.id), kind_name(words, &job.kind));
                JobLine { path, name, state, message }
            })
            .collect(),
        overview: round.result.as_ref().map(|_| paths::overview(id)),
        compute: (round.answers > 0 && (outdated || round.result.is_none()))
            .then(|| paths::compute_form(id)),
        edit: paths::edit_round(id),
        delete: paths::delete_round(id),
        upload: paths::upload(id),
        page,
    })
}

/// The form as it was filled in, so that nothing typed is lost when something must be mended.
#[derive(Debug, PartialEq, Eq)]
struct Filled {
    year: String,
    name: String,
    instrument: String,
    opened: String,
    closed: String,
    target: String,
    nation: bool,
    provinces: Vec<String>,
    others: String,
}

impl Filled {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut filled = Self {
            year: String::new(),
            name: String::new(),
            instrument: String::new(),
            opened: String::new(),
            closed: String::new(),
            target: String::new(),
            nation: false,
            provinces: Vec::new(),
            others: String::new(),
        };
        for (field, value) in pairs {
            let value = value.trim().to_owned();
            match field.as_str() {
                "tahun" => filled.year = value,
                "nama" => filled.name = value,
                "instrumen" => filled.instrument = value,
                "dibuka" => filled.opened = value,
                "ditutup" => filled.closed = value,
                "target" => filled.target = value,
                "cakupan" => filled.nation = value == "nasional",
                "provinsi" => filled.provinces.push(value),
                "kabkota" => filled.others = value,
                _ => {}
            }
        }
        filled
    }

    /// The form of a round that there is.
    fn of(round: &Round, words: Words) -> Self {
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        let (provinces, others): (Vec<String>, Vec<String>) = round
            .regions
            .iter()
            .filter(|code| *code != NATION)
            .cloned()
            .partition(|code| !code.contains('.'));
        // By name where the name means this region and no other.
        let name = |code: &String| match region::find(code) {
            Some(found) if meant(&found.name).as_ref() == Ok(code) => found.name.clone(),
            _ => code.clone(),
        };
        Self {
            year: round.year.to_string(),
            name: round.name.clone(),
            instrument: round.instrument.clone(),
            opened: day(round.opened),
            closed: day(round.closed),
            target: words.value(&round.target.into()),
            nation: round.regions.iter().any(|code| code == NATION),
            provinces,
            others: others.iter().map(name).collect::<Vec<_>>().join("\n"),
        }
    }

    /// The round meant, or what cannot be read as a year, a number, a date or an instrument.
    fn round(&self, state: &AppState) -> Result<NewRound, Vec<Message>> {
        let mut faults = Vec::new();
        let mut day = |text: &str| {
            let date = text.parse::<Date>().ok();
            if date.is_none() && !text.is_empty() {
                faults.push(Message::new("round-fault-date").with("text", text));
            }
            date
        };
        let (opened, closed) = (day(&self.opened), day(&self.closed));
        let year = self.year.parse().unwrap_or_else(|_| {
            faults.push(Message::new("round-fault-year"));
            0
        });
        // People write 1.250 as they read it.
        let target = self.target.replace(['.', ',', ' '], "").parse().unwrap_or_else(|_| {
            faults.push(Message::new("round-fault-target"));
            0
        });
        if !state.instruments().iter().any(|(key, _)| *key == self.instrument) {
            faults.push(Message::new("round-fault-instrument"));
        }
        let mut regions = vec![NATION.to_owned()];
        if !self.nation {
            regions = self.provinces.clone();
            for entry in entries(&self.others) {
                match meant(entry) {
                    Ok(code) => regions.push(code),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(NewRound {
            year,
            name: self.name.clone(),
            instrument: self.instrument.clone(),
            opened,
            closed,
            target,
            simulated: false,
            regions,
        })
    }
}

/// The regions named in `text`, one a line or between commas; codes may stand between blanks too.
fn entries(text: &str) -> Vec<&str> {
    let is_code = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.split(['\n', ',', ';'])
        .flat_map(|entry| {
            if entry.split_whitespace().all(is_code) {
                entry.split_whitespace().collect()
            } else {
                vec![entry.trim()]
            }
        })
        .filter(|entry| !entry.is_empty())
        .collect()
}

/// The code of the province or kab/kota that `entry` names; `entry` itself where it names none.
fn meant(entry: &str) -> Result<String, Message> {
    match region::search_wide(entry) {
        region::Found::One(found) => Ok(found.code.to_string()),
        region::Found::Candidates(several) if several.len() == 1 => {
            let name = several.first().map_or("", |region| region.name.as_str());
            Err(Message::new("region-error-like").with("text", entry).with("name", name))
        }
        region::Found::Candidates(several) => {
            let named = |region: &&region::Region| format!("{} {}", region.code, region.name);
            let names: Vec<String> = several.iter().take(5).map(named).collect();
            let fault = Message::new("round-fault-several-regions").with("text", entry);
            Err(fault.with("names", names.join(", ")))
        }
        // Told with what else is wrong.
        region::Found::None => Ok(entry.to_owned()),
    }
}

#[derive(Template)]
#[template(path = "round_new.html")]
struct FormPage {
    page: Page,
    filled: Filled,
    faults: Vec<String>,
    instruments: Vec<Choice>,
    own: &'static str,
    provinces: Vec<Choice>,
    /// What the form is for, and what to know before sending it.
    lead: Vec<String>,
    button: &'static str,
    /// The instrument, where it can no longer be chosen.
    instrument_fixed: Option<String>,
    action: String,
    back: String,
}

impl FormPage {
    fn new(page: Page, state: &AppState, filled: Filled, faults: &[Message]) -> Self {
        let language = page.words.language;
        let choice = |value: &str, label: &str, chosen| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen,
        };
        Self {
            faults: faults.iter().map(|fault| page.tell(fault)).collect(),
            instruments: state
                .instruments()
                .iter()
                .map(|(id, title)| {
                    choice(id, title.in_language(language), *id == filled.instrument)
                })
                .collect(),
            own: paths::INSTRUMENTS,
            provinces: state
                .catalogue
                .regions
                .iter()
                .filter(|(code, _)| !code.contains('.'))
                .map(|(code, name)| choice(code, name, filled.provinces.contains(code)))
                .collect(),
            filled,
            lead: vec![page.say("round-new-lead")],
            button: "round-new-button",
            instrument_fixed: None,
            action: paths::ROUNDS.to_owned(),
            back: paths::ROUNDS.to_owned(),
            page,
        }
    }

    /// The form that edits `round`, whose instrument is fixed or not.
    fn editing(
        page: Page,
        state: &AppState,
        (round, fixed): (&Round, bool),
        filled: Filled,
        faults: &[Message],
    ) -> Self {
        let mut lead = vec![page.say("round-edit-lead")];
        if round.answers > 0 {
            lead.push(page.say("round-edit-answers"));
        }
        let form = Self::new(page, state, filled, faults);
        let title = form.instruments.iter().find(|choice| choice.value == round.instrument);
        let title = title.map_or_else(|| round.instrument.clone(), |choice| choice.label.clone());
        Self {
            lead,
            button: "round-edit-save",
            instrument_fixed: fixed.then_some(title),
            action: paths::edit_round(round.id),
            back: paths::round(round.id),
            ..form
        }
    }
}

async fn form(State(state): State<AppState>, visit: Visit) -> Result<Response, Problem> {
    let year = TimeZone::Wib.wall(state.clock.now()).year();
    let words = visit.words();
    let name = Message::new("round-name-proposed").with("year", year.to_string());
    let filled = Filled {
        year: year.to_string(),
        name: words.tell(&name),
        target: words.value(&DEFAULT_TARGET.into()),
        ..Filled::read(Vec::new())
    };
    let page = visit.bare_page(words.say("round-new-title")).at(Entry::Survey);
    html(&FormPage::new(page, &state, filled, &[]))
}

async fn create(
    State(state): State<AppState>,
    visit: Visit,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let filled = Filled::read(pairs);
    let made = match filled.round(&state) {
        Err(faults) => Err(faults),
        Ok(round) => {
            let mut tx = state.store.begin(state.clock).await?;
            let known = |code: &str| state.catalogue.region(code).is_some();
            match register::create(&mut tx, visit.actor(), round, known).await {
                Ok(id) => {
                    tx.commit().await?;
                    Ok(id)
                }
                Err(RegisterError::Invalid(faults)) => Err(faults),
                Err(error) => return Err(error.into()),
            }
        }
    };
    match made {
        Ok(id) => Ok(Redirect::to(&paths::round(id)).into_response()),
        Err(faults) => {
            let page = visit.bare_page(visit.words().say("round-new-title")).at(Entry::Survey);
            let form = html(&FormPage::new(page, &state, filled, &faults))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
        }
    }
}

async fn edit_form(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = register::get(&mut tx, visit.actor(), id.parse()?).await?;
    let filled = Filled::of(&round, visit.words());
    html(&editing(&mut tx, &state, &visit, &round, filled, &[]).await?)
}

async fn editing(
    tx: &mut Tx,
    state: &AppState,
    visit: &Visit,
    round: &Round,
    filled: Filled,
    faults: &[Message],
) -> Result<FormPage, Problem> {
    let data = state.store.folder();
    let fixed = edit::instrument_is_fixed(tx, visit.actor(), data, round.id).await?;
    let page = visit.page(tx, visit.words().say("round-edit-title")).await?;
    let page = page.at(Entry::Survey).of_round(round);
    Ok(FormPage::editing(page, state, (round, fixed), filled, faults))
}

async fn change(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let filled = Filled::read(pairs);
    let id: RoundId = id.parse()?;
    let mut tx = state.store.begin(state.clock).await?;
    let round = register::get(&mut tx, visit.actor(), id).await?;
    let faults = match filled.round(&state) {
        Err(faults) => faults,
        Ok(new) => {
            let known = |code: &str| state.catalogue.region(code).is_some();
            let data = state.store.folder();
            match edit::edit(&mut tx, visit.actor(), data, id, new, known).await {
                Ok(()) => {
                    tx.commit().await?;
                    return Ok(Redirect::to(&paths::round(id)).into_response());
                }
                Err(RegisterError::Invalid(faults)) => faults,
                Err(error) => return Err(error.into()),
            }
        }
    };
    let form = html(&editing(&mut tx, &state, &visit, &round, filled, &faults).await?)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
}

#[derive(Template)]
#[template(path = "round_delete.html")]
struct DeletePage {
    page: Page,
    question: String,
    loss: String,
    action: String,
    back: String,
}

async fn ask(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let round = register::get(&mut tx, visit.actor(), id.parse()?).await?;
    let words = visit.words();
    let page = visit
        .page(&mut tx, words.say("round-delete-title"))
        .await?
        .at(Entry::Survey)
        .of_round(&round);
    html(&DeletePage {
        page,
        question: words
            .tell(&Message::new("round-delete-question").with("name", round.name.as_str())),
        loss: words.tell(&Message::new("round-delete-loss").with("answers", round.answers)),
        action: paths::delete_round(round.id),
        back: paths::round(round.id),
    })
}

async fn delete(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let mut tx = state.store.begin(state.clock).await?;
    let round = register::delete(&mut tx, visit.actor(), id.parse()?).await?;
    tx.commit().await?;
    match tokio::fs::remove_dir_all(state.store.folder().round(round.id)).await {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Problem::fault(error)),
    }
    Ok(Redirect::to(paths::ROUNDS))
}
