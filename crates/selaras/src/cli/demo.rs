//! `selaras demo`: two simulated rounds and simulated plans, taken in and computed as real ones
//! are, and the pages.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::progress::Progress;
use super::serve::{Request, log, open, runtime, serve};
use super::{Arguments, Stop, say};
use crate::align;
use crate::align::read::{self, Mappings, PlanFile};
use crate::align::register::List;
use crate::index::frozen;
use crate::instrument::{self, Instrument};
use crate::locale::{Message, Words};
use crate::plan::Terms;
use crate::policy::{Actor, NATION, Scope};
use crate::region;
use crate::round::beside;
use crate::round::margins::RoundMargins;
use crate::round::register::{self, DEFAULT_TARGET, NewRound};
use crate::round::upload::{self, Look, keep, take_in};
use crate::sheet::hex;
use crate::sheet::{self, Sheet, Source};
use crate::simulate::plans::{PlanSimulation, Role, SimulatedFile};
use crate::simulate::{Place, Plan, Simulation, Sizes};
use crate::store::{Clock, RoundId, Store};

/// Years of the rounds; the older one is open to everybody.
const YEARS: [i16; 2] = [2025, 2026];
/// Instrument answered.
const INSTRUMENT: &str = "ihai-2025";
/// The province shown in full: uneven numbers of answers, one kab/kota with none.
const PROVINCE: &str = "61";
/// Answers of all other kab/kota together, so that the map of the nation has something to show.
const OTHERS: u64 = 60_000;
/// Defects and near-misses of every slip in the simulated plans.
const DEFECTS: usize = 1;
/// Parts of the work on one round, for progress.
const PARTS: u64 = 4;

/// Runs the command.
pub(super) fn run(arguments: &mut Arguments) -> Result<(), Stop> {
    let request = Request::read(arguments)?;
    let words = arguments.words();
    log();
    let temporary;
    let data: &Path = match &request.data {
        Some(path) => path,
        None => {
            temporary = tempfile::tempdir()
                .map_err(|error| Stop::machine(Message::new("cli-what-temporary"), &error))?;
            temporary.path()
        }
    };
    let runtime = runtime()?;
    let listener = runtime.block_on(request.listen())?;
    let store = runtime.block_on(open(data))?;
    prepare(&runtime, &store, words)?;
    let office = request.office.clone().or_else(|| Some(PROVINCE.to_owned()));
    runtime.block_on(serve(listener, store, office, words))?;
    let kept = request.data.is_some();
    say(&words, &Message::new(if kept { "cli-serve-ended" } else { "cli-demo-ended" }))
}

/// Makes the rounds that are not there yet.
fn prepare(runtime: &tokio::runtime::Runtime, store: &Store, words: Words) -> Result<(), Stop> {
    let actor = Actor::operator();
    let mut progress = Progress::new(words);
    for (year, number) in YEARS.into_iter().zip(1_u8..) {
        let found = runtime.block_on(async {
            let mut tx = store.begin(Clock::System).await?;
            let rounds = register::list(&mut tx, &actor, &Scope::nation()).await?;
            let found = rounds.into_iter().find(|round| round.simulated && round.year == year);
            if let Some(cut_off) = found.as_ref().filter(|round| round.result.is_none()) {
                register::delete(&mut tx, &actor, cut_off.id).await?;
            }
            tx.commit().await?;
            Ok::<_, Stop>(found)
        })?;
        match found {
            Some(round) if round.result.is_some() => continue,
            Some(cut_off) => {
                let folder = store.folder().round(cut_off.id);
                if folder.exists() {
                    std::fs::remove_dir_all(&folder)
                        .map_err(|error| Stop::machine(folder.display().to_string(), &error))?;
                }
            }
            None => {}
        }
        let done = u64::from(number - 1) * PARTS;
        let mut tell = |part: u64| {
            progress.at("cli-progress-demo", done + part, PARTS * YEARS.len() as u64);
        };
        round(runtime, store, words, Plan { year, round: number, ..Plan::default() }, &mut tell)?;
    }
    plans(runtime, store)
}

/// Keeps simulated plans of the province for the year after the last round, with defects of every
/// kind in them, unless plans of it are there.
fn plans(runtime: &tokio::runtime::Runtime, store: &Store) -> Result<(), Stop> {
    let actor = Actor::operator();
    let Ok(upper) = PROVINCE.parse::<region::Code>() else { return Ok(()) };
    let present = runtime.block_on(async {
        let mut tx = store.read(Clock::System).await?;
        Ok::<_, Stop>(align::register::provinces(&mut tx, &actor).await?)
    })?;
    if present.contains(&upper) {
        return Ok(());
    }
    let year = YEARS.into_iter().max().unwrap_or_default() + 1;
    let machine = |error| Stop::machine(PROVINCE, &error);
    let made = PlanSimulation::demo(upper, year).make().map_err(machine)?.plant(DEFECTS);
    let source = |file: &SimulatedFile| Source::memory(file.bytes.clone());
    let plan = |file: &SimulatedFile| {
        let level = match file.role {
            Role::Province => region::Level::Province,
            Role::Regency => region::Level::Regency,
            Role::Proposals | Role::Meetings | Role::Rules => return None,
        };
        Some(PlanFile { source: source(file), name: file.name.clone(), level })
    };
    let faulty = |faults: sheet::Faults| {
        Stop::faults(faults.kept.iter().map(sheet::Fault::message).collect())
    };
    let files: Vec<PlanFile> = made.files.iter().filter_map(plan).collect();
    let mappings = &mut Mappings::default();
    let sent = read::plans(&files, mappings, Terms::shipped(), &mut |_| {}).map_err(faulty)?;
    let list = |role| made.files.iter().find(|file| file.role == role);
    runtime.block_on(async {
        let mut tx = store.begin(Clock::System).await?;
        for of in &sent {
            align::register::keep(&mut tx, &actor, of).await?;
        }
        if let Some(file) = list(Role::Proposals) {
            let read = read::proposals(source(file), &file.name).map_err(faulty)?;
            let list = List::Proposals(&read);
            align::register::set_list(&mut tx, &actor, upper, list, &file.name).await?;
        }
        if let Some(file) = list(Role::Meetings) {
            let read = read::items(source(file), &file.name).map_err(faulty)?;
            let list = List::Items(&read);
            align::register::set_list(&mut tx, &actor, upper, list, &file.name).await?;
        }
        Ok(tx.commit().await?)
    })
}

/// Makes one round: simulates its answers, takes them in, computes its index.
fn round(
    runtime: &tokio::runtime::Runtime,
    store: &Store,
    words: Words,
    plan: Plan,
    tell: &mut dyn FnMut(u64),
) -> Result<(), Stop> {
    let actor = Actor::operator();
    let missing =
        || Stop::usage(Message::new("upload-error-no-instrument").with("instrument", INSTRUMENT));
    let instrument = instrument::shipped_by_id(INSTRUMENT).ok_or_else(missing)?;
    let frame = region::frame(&[]).map_err(Stop::usage)?;
    let name = Message::new("simulate-round-name").with("year", plan.year.to_string());
    let new = NewRound {
        year: plan.year,
        name: words.tell(&name),
        instrument: instrument.id.clone(),
        opened: Some(plan.opened()),
        closed: Some(plan.closed()),
        target: DEFAULT_TARGET,
        simulated: true,
        regions: vec![NATION.to_owned()],
    };
    let id = runtime.block_on(async {
        let mut tx = store.begin(Clock::System).await?;
        let id = register::create(&mut tx, &actor, new, |_| true).await?;
        tx.commit().await?;
        Ok::<_, Stop>(id)
    })?;
    let (here, elsewhere): (Vec<Place>, Vec<Place>) = Place::all_of(&frame)
        .into_iter()
        .partition(|place| place.code.starts_with(&format!("{PROVINCE}.")));
    let mut margins = RoundMargins { name: String::new(), sha256: String::new(), margins: vec![] };
    let mut persons = Vec::new();
    for (part, (places, sizes)) in
        (1..).zip([(&here, Sizes::Uneven), (&elsewhere, Sizes::Total(OTHERS))])
    {
        let simulation = Simulation::new(Plan { sizes, ..plan.clone() }, instrument, places);
        take(runtime, store, instrument, &frame, id, &simulation, part)?;
        margins.name = format!("{}-susunan-penduduk.csv", simulation.stem());
        simulation
            .write_margins(&mut persons)
            .map_err(|error| Stop::machine(margins.name.as_str(), &error))?;
        margins.margins.extend(simulation.margins());
        tell(part);
    }
    margins.sha256 = hex(&Sha256::digest(&persons));
    runtime.block_on(async {
        let mut tx = store.begin(Clock::System).await?;
        beside::keep(&mut tx, &actor, store.folder(), id, &margins).await?;
        Ok::<_, Stop>(tx.commit().await?)
    })?;
    // The round that the pages open with shows its scores both ways (METHOD §7).
    let both_ways =
        (Some(&plan.year) == YEARS.last()).then(|| words.say("simulate-flagged-reason"));
    let ready = runtime.block_on(async {
        let mut tx = store.read(Clock::System).await?;
        Ok::<_, Stop>(frozen::freeze(&mut tx, &actor, store.folder(), id, both_ways).await?)
    })?;
    let computed = frozen::compute_and_keep(store.folder(), &ready, &|_| Ok(()));
    let computed = computed.map_err(|message| Stop::faults(vec![message]))?;
    runtime.block_on(async {
        let mut tx = store.begin(Clock::System).await?;
        register::set_result(&mut tx, &actor, id, &computed).await?;
        Ok::<_, Stop>(tx.commit().await?)
    })?;
    tell(PARTS);
    Ok(())
}

/// Takes in what `simulation` writes, as an office's file is taken in.
fn take(
    runtime: &tokio::runtime::Runtime,
    store: &Store,
    instrument: &Instrument,
    frame: &crate::round::frame::Frame,
    id: RoundId,
    simulation: &Simulation<'_>,
    part: u64,
) -> Result<(), Stop> {
    let mut csv = Vec::new();
    let name = format!("{}-jawaban-{part}.csv", simulation.stem());
    simulation.write_csv(&mut csv).map_err(|error| Stop::machine(name.as_str(), &error))?;
    let unreadable = |fault: Box<sheet::Fault>| Stop::faults(vec![fault.message()]);
    let sheet = Sheet::open(Source::memory(csv), &name, &sheet::Options::default());
    let look = sheet.and_then(Look::at).map_err(unreadable)?;
    let (mapping, _) = upload::map(&look, instrument, frame, &[], simulation.year());
    let path = store.folder().round(id).join("files").join("snapshot.part");
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Stop::machine(folder.display().to_string(), &error))?;
    }
    let report = take_in(&look.sheet, &mapping, instrument, frame, &path, &|_| {})
        .map_err(|error| Stop::faults(vec![error.message()]))?;
    if !report.faults.is_empty() {
        let messages = report.faults.kept.iter().map(sheet::Fault::message).collect();
        return Err(Stop::faults(messages));
    }
    let actor = Actor::operator();
    runtime.block_on(keep(store, Clock::System, &actor, id, &path, report, None))?;
    Ok(())
}
