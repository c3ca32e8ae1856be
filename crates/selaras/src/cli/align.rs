//! `selaras align`: the plans of a province and its kab/kota in, what does not fit out.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::index::{listed_of, needed};
use super::progress::Progress;
use super::{Argument, Arguments, Stop, kept_plans, print, say};
use crate::align::read::{self, Mappings, PlanFile};
use crate::align::{self, Alignment, Inputs, files};
use crate::check::{Check, Rules, State};
use crate::locale::{Message, Words};
use crate::plan::Terms;
use crate::plan::import::PlanMapping;
use crate::region::Level;
use crate::sheet::{Fault, Faults, Source};

#[derive(Default)]
struct Request {
    data: Option<PathBuf>,
    province: Vec<PathBuf>,
    region: Vec<PathBuf>,
    index: Option<PathBuf>,
    rules: Option<PathBuf>,
    proposals: Option<PathBuf>,
    meetings: Option<PathBuf>,
    previous: Option<PathBuf>,
    mappings: Option<PathBuf>,
    out: Option<PathBuf>,
    year: Option<i16>,
    as_of: Option<Date>,
    cut: Option<u32>,
    json: bool,
}

impl Request {
    fn read(arguments: &mut Arguments) -> Result<Self, Stop> {
        let mut request = Self::default();
        while let Some(argument) = arguments.take()? {
            let name = match argument {
                Argument::Option(name) => name,
                Argument::Value(value) => return Err(Arguments::stray(&value)),
            };
            match name.as_str() {
                "data" => request.data = Some(arguments.path(&name)?),
                "province" => request.province.extend(arguments.paths(&name)?),
                "region" => request.region.extend(arguments.paths(&name)?),
                "index" => request.index = Some(arguments.path(&name)?),
                "rules" => request.rules = Some(arguments.path(&name)?),
                "proposals" => request.proposals = Some(arguments.path(&name)?),
                "meetings" => request.meetings = Some(arguments.path(&name)?),
                "previous" => request.previous = Some(arguments.path(&name)?),
                "mappings" => request.mappings = Some(arguments.path(&name)?),
                "out" => request.out = Some(arguments.path(&name)?),
                "year" => request.year = Some(arguments.parsed(&name)?),
                "as-of" => request.as_of = Some(arguments.date(&name)?),
                "cut" => request.cut = Some(arguments.parsed(&name)?),
                "json" => request.json = true,
                _ => return Err(Arguments::unknown(&name)),
            }
        }
        Ok(request)
    }

    /// Whether anything is asked for that plans kept in a data folder do not take.
    fn has_files(&self) -> bool {
        let paths = [&self.index, &self.rules, &self.proposals, &self.meetings, &self.previous];
        paths.iter().any(|path| path.is_some())
            || self.mappings.is_some()
            || !self.province.is_empty()
            || !self.region.is_empty()
            || self.year.is_some()
            || self.cut.is_some()
            || self.json
    }

    /// The day on which to look.
    fn today(&self) -> Date {
        self.as_of.unwrap_or_else(|| jiff::Zoned::now().date())
    }
}

/// The name of a file without its folder.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn source(path: &Path) -> Result<Source, Stop> {
    Source::open(path).map_err(|error| Stop::machine(name(path), &error))
}

/// Runs the command.
pub(super) fn run(arguments: &mut Arguments) -> Result<(), Stop> {
    let request = Request::read(arguments)?;
    let words = arguments.words();
    let out = needed(request.out.clone(), "out")?;
    if let Some(data) = &request.data {
        if request.has_files() {
            return Err(Stop::usage(Message::new("cli-align-data-alone")));
        }
        return kept_plans::run(data, &out, request.today(), words);
    }
    if request.province.is_empty() {
        return Err(Stop::usage(Message::new("cli-missing-option").with("option", "province")));
    }
    if request.cut.is_some_and(|cut| cut > 100) {
        return Err(Stop::usage(Message::new("cli-align-cut")));
    }
    let alignment = computed(&request, words)?;
    let written = files::write(&alignment, &out, words)
        .map_err(|error| Stop::machine(out.display().to_string(), &error))?;
    report(&request, &words, &alignment, &written)
}

/// Everything read, every fault of every file told at once, and aligned.
fn computed(request: &Request, words: Words) -> Result<Alignment, Stop> {
    let mut faults = Faults::default();
    let mut plan_files = Vec::new();
    for (paths, level) in [(&request.province, Level::Province), (&request.region, Level::Regency)]
    {
        for path in paths {
            plan_files.push(PlanFile { source: source(path)?, name: name(path), level });
        }
    }
    let mut mappings = match &request.mappings {
        Some(folder) => kept_mappings(folder)?,
        None => Mappings::default(),
    };
    let mut progress = Progress::new(words);
    let total = plan_files.len() as u64;
    let mut told = |done| progress.at("cli-progress-plans", done, total);
    let plans = read::plans(&plan_files, &mut mappings, Terms::shipped(), &mut told);
    drop(progress);
    if let Some(folder) = &request.mappings {
        keep_mappings(folder, &mappings)?;
    }
    let plans = taken(plans, &mut faults);
    let rules = request.rules.as_deref().map(Rules::open);
    let rules = rules.and_then(|read| taken(read, &mut faults));
    let index = request.index.as_deref().map(read::index);
    let index = index.and_then(|read| taken(read, &mut faults));
    let previous = request.previous.as_deref().map(read::previous);
    let previous = previous.and_then(|read| taken(read, &mut faults));
    let proposals = match &request.proposals {
        Some(path) => taken(read::proposals(source(path)?, &name(path)), &mut faults),
        None => None,
    };
    let items = match &request.meetings {
        Some(path) => taken(read::items(source(path)?, &name(path)), &mut faults),
        None => None,
    };
    let Some(plans) = plans.filter(|_| faults.is_empty()) else {
        return Err(Stop::faults(listed_of(&faults, "cli-align-faults")));
    };
    let upper = plans.iter().map(|sent| sent.version.head().region);
    let upper = upper.filter(|region| region.level() == Level::Province).min();
    let upper = needed(upper, "province")?;
    let new = Inputs::new(upper, plans);
    let inputs = Inputs {
        year: request.year.unwrap_or(new.year),
        cut_percent: request.cut.unwrap_or(new.cut_percent),
        rules,
        index,
        proposals,
        items,
        previous,
        ..new
    };
    Ok(align::align(inputs, request.today()))
}

/// What was read, or its faults among the others.
fn taken<T>(read: Result<T, Faults>, faults: &mut Faults) -> Option<T> {
    match read {
        Ok(of) => Some(of),
        Err(more) => {
            let beyond = more.count - more.kept.len() as u64;
            more.kept.into_iter().for_each(|fault| faults.push(fault));
            faults.count += beyond;
            None
        }
    }
}

/// Ending of the files in which mappings of plans are kept.
const PROFILE: &str = "json";

/// The mappings in a folder; none where it is not there yet.
fn kept_mappings(folder: &Path) -> Result<Mappings, Stop> {
    if !folder.exists() {
        return Ok(Mappings::default());
    }
    let machine = |error| Stop::machine(folder.display().to_string(), &error);
    let entries = std::fs::read_dir(folder).map_err(machine)?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(machine)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|of| of == PROFILE));
    paths.sort();
    let read = |path: &PathBuf| {
        let json = std::fs::read(path).map_err(|error| Stop::machine(name(path), &error))?;
        PlanMapping::from_json(&json).map_err(|message| Stop::faults(vec![message]))
    };
    paths.iter().map(read).collect()
}

/// Keeps what was proposed for layouts that no kept mapping fits.
fn keep_mappings(folder: &Path, mappings: &Mappings) -> Result<(), Stop> {
    let machine = |error| Stop::machine(folder.display().to_string(), &error);
    std::fs::create_dir_all(folder).map_err(machine)?;
    for (layout, mapping) in &mappings.proposed {
        let path = folder.join(format!("{layout}.{PROFILE}"));
        std::fs::write(&path, mapping.to_json())
            .map_err(|error| Stop::machine(path.display().to_string(), &error))?;
    }
    Ok(())
}

fn report(
    request: &Request,
    words: &Words,
    alignment: &Alignment,
    written: &[files::Written],
) -> Result<(), Stop> {
    if request.json {
        let states = |region| -> serde_json::Map<String, serde_json::Value> {
            let state = |check: Check| {
                let state = serde_json::to_value(alignment.state(check, region));
                (check.key().to_owned(), state.unwrap_or_default())
            };
            Check::ALL.into_iter().map(state).collect()
        };
        let regions: Vec<serde_json::Value> = alignment
            .listed()
            .into_iter()
            .map(|region| serde_json::json!({ "region": region, "states": states(region) }))
            .collect();
        let summary = serde_json::json!({
            "schema": alignment.schema,
            "simulated": alignment.simulated,
            "year": alignment.year,
            "regions": regions,
            "files": written,
        });
        return print(&summary.to_string());
    }
    for notice in alignment.plans.iter().flat_map(|sent| &sent.notices) {
        say(words, &Fault::message(notice))?;
    }
    for left in alignment.plans.iter().flat_map(|sent| &sent.left_over) {
        say(words, &Message::new("cli-align-left-over").with("code", left.as_str()))?;
    }
    for region in alignment.listed() {
        let open = |check: &Check| alignment.state(*check, region) == State::ToExplain;
        let asked: Vec<String> = Check::ALL
            .iter()
            .filter(|check| open(check))
            .map(|of| words.tell(&of.name()))
            .collect();
        let message = match (alignment.has_sent(region), asked.is_empty()) {
            (false, _) => Message::new("cli-align-not-sent"),
            (true, true) => Message::new("cli-align-nothing-open"),
            (true, false) => Message::new("cli-align-open").with("checks", asked.join(", ")),
        };
        say(words, &message.with("region", align::name(region)))?;
    }
    if alignment.simulated {
        say(words, &Message::new("cli-simulated"))?;
    }
    for file in written {
        say(words, &Message::new("cli-written").with("file", file.path.clone()))?;
    }
    Ok(())
}
