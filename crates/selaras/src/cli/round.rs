//! `selaras round`: makes, lists, edits and removes rounds of a data folder.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::index::region_code;
use super::serve::{open, runtime};
use super::{Argument, Arguments, Stop, incomplete, print, say};
use crate::instrument::{self, KeepError};
use crate::locale::{Message, Words};
use crate::policy::{Actor, NATION, Scope};
use crate::region;
use crate::round::edit;
use crate::round::register::{self, DEFAULT_TARGET, NewRound};
use crate::store::{Clock, RoundId, Store};

#[derive(Default)]
struct Request {
    data: Option<PathBuf>,
    id: Option<String>,
    year: Option<i16>,
    name: Option<String>,
    instrument: Option<String>,
    opened: Option<Date>,
    closed: Option<Date>,
    target: Option<u64>,
    simulated: bool,
    regions: Vec<String>,
}

/// Runs the command.
pub(super) fn run(arguments: &mut Arguments) -> Result<(), Stop> {
    let Some(verb) = arguments.verb()? else { return Err(incomplete("round")) };
    let mut request = Request::default();
    while let Some(argument) = arguments.take()? {
        let name = match argument {
            Argument::Option(name) => name,
            Argument::Value(value) if request.id.is_none() => {
                request.id = Some(value.to_string_lossy().into_owned());
                continue;
            }
            Argument::Value(value) => return Err(Arguments::stray(&value)),
        };
        match name.as_str() {
            "data" => request.data = Some(arguments.path(&name)?),
            "year" => request.year = Some(arguments.parsed(&name)?),
            "name" => request.name = Some(arguments.text(&name)?),
            "instrument" => request.instrument = Some(arguments.text(&name)?),
            "opened" => request.opened = Some(arguments.date(&name)?),
            "closed" => request.closed = Some(arguments.date(&name)?),
            "target" => request.target = Some(arguments.parsed(&name)?),
            "simulated" => request.simulated = true,
            "region" => request.regions.push(arguments.text(&name)?),
            _ => return Err(Arguments::unknown(&name)),
        }
    }
    let words = arguments.words();
    let Some(data) = request.data.take() else {
        return Err(Stop::usage(Message::new("cli-missing-option").with("option", "data")));
    };
    // Only a new round makes the folder that holds it.
    let adds = match verb.as_str() {
        "add" => true,
        "list" | "edit" | "remove" => false,
        other => {
            let unknown = Message::new("cli-unknown-verb");
            return Err(Stop::usage(unknown.with("verb", format!("round {other}"))));
        }
    };
    if !adds && !data.is_dir() {
        let none = Message::new("cli-no-folder");
        return Err(Stop::faults(vec![none.with("path", data.display().to_string())]));
    }
    runtime()?.block_on(async {
        let store = open(&data).await?;
        match verb.as_str() {
            "add" => add(&store, words, request).await,
            "edit" => edit(&store, words, request).await,
            "remove" => remove(&store, words, request).await,
            _ => list(&store, words).await,
        }
    })
}

async fn list(store: &Store, words: Words) -> Result<(), Stop> {
    let mut tx = store.read(Clock::System).await?;
    let rounds = register::list(&mut tx, &Actor::operator(), &Scope::nation()).await?;
    if rounds.is_empty() {
        return say(&words, &Message::new("cli-round-none"));
    }
    for round in rounds {
        let answers = words.value(&round.answers.into());
        print(&format!("{}\t{}\t{}\t{answers}", round.id, round.year, round.name))?;
    }
    Ok(())
}

async fn add(store: &Store, words: Words, request: Request) -> Result<(), Stop> {
    let missing =
        |option: &str| Stop::usage(Message::new("cli-missing-option").with("option", option));
    let year = request.year.ok_or_else(|| missing("year"))?;
    let instrument = request.instrument.ok_or_else(|| missing("instrument"))?;
    let instrument = kept_instrument(store, instrument).await?;
    let proposed = Message::new("round-name-proposed").with("year", year.to_string());
    let mut regions = codes(&request.regions)?;
    if regions.is_empty() {
        regions.push(NATION.to_owned());
    }
    let round = NewRound {
        year,
        name: request.name.unwrap_or_else(|| words.tell(&proposed)),
        instrument,
        opened: request.opened,
        closed: request.closed,
        target: request.target.unwrap_or(DEFAULT_TARGET),
        simulated: request.simulated,
        regions,
    };
    let mut tx = store.begin(Clock::System).await?;
    let id = register::create(&mut tx, &Actor::operator(), round, known).await?;
    tx.commit().await?;
    print(&id.to_string())
}

fn codes(named: &[String]) -> Result<Vec<String>, Stop> {
    named.iter().map(|text| region_code(text).map(|code| code.to_string())).collect()
}

fn known(code: &str) -> bool {
    let code: Result<region::Code, _> = code.parse();
    code.is_ok_and(|code| code.level() <= region::Level::Regency && region::get(code).is_some())
}

/// Changes what the options name; the rest stays as it is.
async fn edit(store: &Store, words: Words, request: Request) -> Result<(), Stop> {
    let id = given_id(&request)?;
    let instrument = match request.instrument {
        Some(named) => Some(kept_instrument(store, named).await?),
        None => None,
    };
    let regions = codes(&request.regions)?;
    let actor = Actor::operator();
    let mut tx = store.begin(Clock::System).await?;
    let now = edit::terms(&register::get(&mut tx, &actor, id).await?);
    let new = NewRound {
        year: request.year.unwrap_or(now.year),
        name: request.name.unwrap_or(now.name),
        instrument: instrument.unwrap_or(now.instrument),
        opened: request.opened.or(now.opened),
        closed: request.closed.or(now.closed),
        target: request.target.unwrap_or(now.target),
        simulated: now.simulated,
        regions: if regions.is_empty() { now.regions } else { regions },
    };
    let name = new.name.clone();
    edit::edit(&mut tx, &actor, store.folder(), id, new, known).await?;
    tx.commit().await?;
    say(&words, &Message::new("cli-round-changed").with("name", name))
}

/// What rounds call the instrument that `named` means: one that is known, or the file of one's own,
/// which is then kept.
async fn kept_instrument(store: &Store, named: String) -> Result<String, Stop> {
    if instrument::find(store.folder(), &named).is_some() {
        return Ok(named);
    }
    let path = Path::new(&named);
    if !path.is_file() {
        let own = instrument::kept(store.folder()).into_iter().map(|(key, _)| key);
        let known = instrument::shipped().iter().map(|shipped| shipped.id.clone()).chain(own);
        let unknown = Message::new("cli-no-instrument").with("instrument", named);
        let known = known.collect::<Vec<_>>().join(", ");
        return Err(Stop::usage(unknown.with("known", known)));
    }
    let bytes = std::fs::read(path).map_err(|error| Stop::machine(named.as_str(), &error))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let mut tx = store.begin(Clock::System).await?;
    match instrument::keep(&mut tx, &Actor::operator(), store.folder(), &file, &bytes).await {
        Ok(key) => {
            tx.commit().await?;
            Ok(key)
        }
        Err(KeepError::Faults(faults)) => Err(Stop::faults(faults)),
        Err(KeepError::Store(error)) => Err(error.into()),
    }
}

fn given_id(request: &Request) -> Result<RoundId, Stop> {
    let id = request.id.clone().unwrap_or_default();
    let unknown = Message::new("cli-round-unknown").with("id", id.as_str());
    id.parse().map_err(|_| Stop::faults(vec![unknown]))
}

async fn remove(store: &Store, words: Words, request: Request) -> Result<(), Stop> {
    let id = given_id(&request)?;
    let mut tx = store.begin(Clock::System).await?;
    let round = register::delete(&mut tx, &Actor::operator(), id).await?;
    tx.commit().await?;
    let folder = store.folder().round(id);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Stop::machine(folder.display().to_string(), &error))
        }
        _ => say(&words, &Message::new("cli-round-removed").with("name", round.name)),
    }
}
