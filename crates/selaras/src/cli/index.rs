//! `selaras index`: files of answers in, a folder of results out.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::progress::Progress;
use super::{Argument, Arguments, Stop, print, say};
use crate::index::result::{IndexResult, InputRef, Options, RoundRef};
use crate::index::{self, Before, Summed, disclosure, files};
use crate::instrument::Instrument;
use crate::locale::{Message, Words};
use crate::region;
use crate::round::frame::{self, Frame};
use crate::round::intake::{self, File};
use crate::round::mapping::{self, Mapping};
use crate::round::margins::{self, Margin};
use crate::round::official::{self, Figure};
use crate::round::register::DEFAULT_TARGET;
use crate::round::upload::{district_finder, region_code_finder, region_finder};
use crate::sheet::{self, Fault, Faults, Sheet, Source};
use crate::simulate;

#[derive(Default)]
struct Request {
    instrument: Option<String>,
    answers: Vec<PathBuf>,
    before_answers: Vec<PathBuf>,
    out: Option<PathBuf>,
    mapping: Option<PathBuf>,
    save_mapping: Option<PathBuf>,
    faults: Option<PathBuf>,
    frame: Option<PathBuf>,
    region: Vec<String>,
    margins: Option<PathBuf>,
    official: Option<PathBuf>,
    name: Option<String>,
    year: Option<i16>,
    opened: Option<Date>,
    closed: Option<Date>,
    before_opened: Option<Date>,
    before_closed: Option<Date>,
    as_of: Option<Date>,
    internal: bool,
    without_flagged: Option<String>,
    simulated: bool,
    only: Vec<files::File>,
    no_fpc: bool,
    json: bool,
    threads: usize,
    seed: Option<u64>,
    target: Option<u64>,
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
                "instrument" => request.instrument = Some(arguments.text(&name)?),
                "answers" => request.answers.extend(arguments.paths(&name)?),
                "before-answers" => request.before_answers.extend(arguments.paths(&name)?),
                "out" => request.out = Some(arguments.path(&name)?),
                "mapping" => request.mapping = Some(arguments.path(&name)?),
                "save-mapping" => request.save_mapping = Some(arguments.path(&name)?),
                "faults" => request.faults = Some(arguments.path(&name)?),
                "regions" => request.frame = Some(arguments.path(&name)?),
                "region" => request.region.push(arguments.text(&name)?),
                "margins" => request.margins = Some(arguments.path(&name)?),
                "official" => request.official = Some(arguments.path(&name)?),
                "name" => request.name = Some(arguments.text(&name)?),
                "year" => request.year = Some(arguments.parsed(&name)?),
                "opened" => request.opened = Some(arguments.date(&name)?),
                "closed" => request.closed = Some(arguments.date(&name)?),
                "before-opened" => request.before_opened = Some(arguments.date(&name)?),
                "before-closed" => request.before_closed = Some(arguments.date(&name)?),
                "as-of" => request.as_of = Some(arguments.date(&name)?),
                "internal" => request.internal = true,
                "without-flagged" => request.without_flagged = Some(arguments.text(&name)?),
                "simulated" => request.simulated = true,
                "only" => {
                    let known = files::File::ALL.map(files::File::name);
                    let file = arguments.chosen(&name, &known, |text| text.parse().ok())?;
                    request.only.push(file);
                }
                "no-fpc" => request.no_fpc = true,
                "json" => request.json = true,
                "threads" => request.threads = arguments.parsed(&name)?,
                "seed" => request.seed = Some(arguments.parsed(&name)?),
                "target" => request.target = Some(arguments.parsed(&name)?),
                _ => return Err(Arguments::unknown(&name)),
            }
        }
        Ok(request)
    }
}

pub(super) fn needed<T>(value: Option<T>, option: &str) -> Result<T, Stop> {
    value.ok_or_else(|| Stop::usage(Message::new("cli-missing-option").with("option", option)))
}

/// Runs the command.
pub(super) fn run(arguments: &mut Arguments) -> Result<(), Stop> {
    let request = Request::read(arguments)?;
    let words = arguments.words();
    let out = needed(request.out.clone(), "out")?;
    if request.answers.is_empty() {
        return Err(Stop::usage(Message::new("cli-missing-option").with("option", "answers")));
    }
    if request.without_flagged.is_some() && !request.internal {
        return Err(Stop::usage(Message::new("cli-flagged-internal")));
    }
    let instrument = instrument(&needed(request.instrument.clone(), "instrument")?)?;
    let frame = match &request.frame {
        Some(path) => frame::read(path).map_err(|faults| Stop::faults(listed(&faults)))?,
        None => kemendagri(&request.region)?,
    };
    let margins: Vec<Margin> = match &request.margins {
        Some(path) => margins::read(path, &instrument, &region_code_finder(&frame))
            .map_err(|faults| Stop::faults(listed(&faults)))?,
        None => Vec::new(),
    };
    let today = jiff::Zoned::now().date();
    let as_of = request.as_of.unwrap_or(today);
    let scale = (instrument.scale.min, instrument.scale.max);
    let official = match &request.official {
        Some(path) => official::read(path, &frame, scale, today.max(as_of))
            .map_err(|faults| Stop::faults(listed(&faults)))?,
        None => Vec::new(),
    };
    let leave_out = request.without_flagged.is_some();
    let (now, unflagged) =
        sum_up(&request, &request.answers, &instrument, &frame, leave_out, words)?;
    let before = if request.before_answers.is_empty() {
        None
    } else {
        Some(sum_up(&request, &request.before_answers, &instrument, &frame, false, words)?.0)
    };
    let year = request.year.or(request.closed.map(Date::year)).unwrap_or(as_of.year());
    let round = |name: String, opened, closed| RoundRef {
        name,
        year,
        opened,
        closed,
        as_of,
        target: request.target.unwrap_or(DEFAULT_TARGET),
    };
    let options = Options {
        finite_population: !request.no_fpc,
        seed: request.seed.unwrap_or(Options::default().seed),
        ..Options::default()
    };
    let input = index::Input {
        instrument: &instrument,
        frame: &frame,
        labels: &now.report.labels,
        tally: &now.tally,
        margins: &margins,
        round: round(
            request.name.clone().unwrap_or_else(|| {
                words.tell(&Message::new("index-round-name").with("year", year.to_string()))
            }),
            request.opened,
            request.closed,
        ),
        files: inputs(&now),
        simulated: request.simulated
            || marked(&now, before.as_ref(), &request, &margins, &official),
        options,
        threads: request.threads,
        before: before.as_ref().map(|before| Before {
            instrument: &instrument,
            frame: &frame,
            labels: &before.report.labels,
            tally: &before.tally,
            round: round(
                words.say("index-round-before"),
                request.before_opened,
                request.before_closed,
            ),
        }),
        district_name: &|code| region::find(code).map(|region| region.name.clone()),
    };
    let compute = |input: &index::Input<'_>| {
        index::compute(input).map_err(|error| Stop::faults(vec![error.message(&now.report.labels)]))
    };
    let mut internal = compute(&input)?;
    if let (Some(reason), Some(unflagged)) = (&request.without_flagged, &unflagged) {
        let input = index::Input {
            labels: &unflagged.report.labels,
            tally: &unflagged.tally,
            margins: &[],
            before: None,
            ..input
        };
        index::set_beside(&mut internal, &compute(&input)?, reason);
    }
    internal.set_official(&official);
    let result = if request.internal {
        internal
    } else {
        disclosure::public(&internal).map_err(Stop::refused)?
    };
    let wanted = if request.only.is_empty() { &files::File::ALL[..] } else { &request.only };
    let written = files::write(&result, &instrument, wanted, &out, words)
        .map_err(|error| Stop::machine(out.display().to_string(), &error))?;
    report(&request, &words, &result, &now, &written)?;
    // The program ends here: the system takes the memory back at once, not sum by sum.
    std::mem::forget((result, now, before));
    Ok(())
}

/// Whether a file of answers, the margins or official figures bear the mark of simulated data
/// (METHOD §10).
fn marked(
    now: &Summed,
    before: Option<&Summed>,
    request: &Request,
    margins: &[Margin],
    official: &[Figure],
) -> bool {
    let mut files = std::iter::once(now).chain(before).flat_map(|of| &of.report.inputs);
    let name = |path: &Option<PathBuf>| {
        let name = path.as_ref().and_then(|path| path.file_name());
        name.unwrap_or_default().to_string_lossy().into_owned()
    };
    files.any(|input| simulate::is_marked(&input.name))
        || margins::is_marked(&name(&request.margins), margins)
        || official::is_marked(&name(&request.official), official)
}

fn inputs(summed: &Summed) -> Vec<InputRef> {
    let all = summed.report.inputs.iter();
    all.map(|input| InputRef {
        name: input.name.clone(),
        sha256: input.sha256.clone(),
        rows: input.rows,
        kept: input.rows,
    })
    .collect()
}

/// A shipped instrument by its id, or one from a file.
pub(super) fn instrument(named: &str) -> Result<Instrument, Stop> {
    if let Some(shipped) = crate::instrument::shipped_by_id(named) {
        return Ok(shipped.clone());
    }
    let path = Path::new(named);
    if !path.exists() {
        let known = crate::instrument::shipped().iter().map(|shipped| shipped.id.as_str());
        let message = Message::new("cli-no-instrument").with("instrument", named);
        return Err(Stop::usage(message.with("known", known.collect::<Vec<_>>().join(", "))));
    }
    let bytes = std::fs::read(path).map_err(|error| Stop::machine(named, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Instrument::parse(&name, &bytes).map_err(|error| Stop::faults(error.faults))
}

/// The code of the one region that `text`, a code or a name, means.
pub(super) fn region_code(text: &str) -> Result<region::Code, Stop> {
    match region::search_wide(text) {
        region::Found::One(found) => Ok(found.code),
        region::Found::Candidates(several) if several.len() == 1 => {
            let name = several.first().map_or("", |region| region.name.as_str());
            let fault = Message::new("region-error-like").with("text", text);
            Err(Stop::usage(fault.with("name", name)))
        }
        region::Found::Candidates(_) => {
            Err(Stop::usage(Message::new("region-error-ambiguous").with("text", text)))
        }
        region::Found::None => {
            Err(Stop::usage(Message::new("region-error-unknown").with("code", text)))
        }
    }
}

/// The built-in frame of the regions named by code or name; all where none is named.
pub(super) fn kemendagri(named: &[String]) -> Result<Frame, Stop> {
    let codes: Vec<region::Code> =
        named.iter().map(|text| region_code(text)).collect::<Result<_, _>>()?;
    region::frame(&codes).map_err(Stop::usage)
}

/// Opens, maps and sums up `paths`; where `leave_out` asks for it, a second time without flagged
/// answers.
fn sum_up(
    request: &Request,
    paths: &[PathBuf],
    instrument: &Instrument,
    frame: &Frame,
    leave_out: bool,
    words: Words,
) -> Result<(Summed, Option<Summed>), Stop> {
    let mut sheets = Vec::with_capacity(paths.len());
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = Source::open(path).map_err(|error| Stop::machine(name.as_str(), &error))?;
        let sheet = Sheet::open(source, &name, &sheet::Options::default())
            .map_err(|fault| Stop::faults(vec![fault.message()]))?;
        sheets.push(sheet);
    }
    not_twice(&sheets)?;
    let saved = match &request.mapping {
        Some(path) => {
            let json = std::fs::read(path)
                .map_err(|error| Stop::machine(path.display().to_string(), &error))?;
            Some(mapping::from_json(&json).map_err(|message| Stop::faults(vec![message]))?)
        }
        None => None,
    };
    // What the built-in table calls regions says nothing about those of a foreign frame.
    let own = request.frame.is_some();
    let (regions, by_name) = (intake::Regions::new(frame), region_finder(frame));
    let find = |text: &str| if own { regions.find(text) } else { by_name(text) };
    let district = district_finder(frame);
    let find_district: Option<intake::DistrictLookup<'_>> =
        if own { None } else { Some(&district) };
    let mut mappings: Vec<Mapping> = Vec::with_capacity(sheets.len());
    for sheet in &sheets {
        let mapping = match &saved {
            Some(saved) if saved.fits(sheet) => saved.clone(),
            _ => {
                let sample =
                    sheet.sample(2_000).map_err(|fault| Stop::faults(vec![fault.message()]))?;
                let year = request.year.or(request.closed.map(Date::year));
                mapping::propose(sheet, &sample, instrument, &find, year)
            }
        };
        mappings.push(mapping);
    }
    if let (Some(path), Some(mapping)) = (&request.save_mapping, mappings.first()) {
        std::fs::write(path, mapping.to_json())
            .map_err(|error| Stop::machine(path.display().to_string(), &error))?;
    }
    let questions: Vec<Message> = sheets
        .iter()
        .zip(&mappings)
        .flat_map(|(sheet, mapping)| {
            mapping.questions().into_iter().map(|question| {
                Message::new("cli-question")
                    .with("file", sheet.name.clone())
                    .with("question", question.text)
            })
        })
        .collect();
    if !questions.is_empty() {
        let mut messages = questions;
        messages.push(Message::new("cli-questions-advice"));
        return Err(Stop::faults(messages));
    }
    let taken: Vec<File<'_>> =
        sheets.iter().zip(&mappings).map(|(sheet, mapping)| File { sheet, mapping }).collect();
    let progress = std::cell::RefCell::new(Progress::new(words));
    let total: u64 = sheets.iter().map(|sheet| sheet.length() / 150).sum();
    let told = |rows: u64| progress.borrow_mut().at("cli-progress-intake", rows, total.max(rows));
    let options = intake::Options {
        threads: request.threads,
        find_region: Some(&find),
        find_district,
        progress: Some(&told),
        ..Default::default()
    };
    let overflow =
        |error| Stop::faults(vec![index::ComputeError::from(error).message(&Default::default())]);
    let summed = index::sum_up(&taken, instrument, frame, true, &options).map_err(overflow)?;
    if summed.report.faults.is_empty() {
        let options = intake::Options { bursts: Some(&summed.report.bursts), ..options };
        let unflagged = leave_out.then(|| {
            index::sum_up_unflagged(&taken, instrument, frame, summed.tally.design, &options)
        });
        return Ok((summed, unflagged.transpose().map_err(overflow)?));
    }
    if let Some(path) = &request.faults {
        let report = &summed.report;
        let dropped = |sheet: &Sheet, column: &sheet::Column| report.drops(sheet, column);
        let marked = sheet::mark_up(&sheets, &dropped, &report.faults, words);
        let marked = marked.map_err(|error| {
            Stop::machine(path.display().to_string(), &std::io::Error::other(error))
        })?;
        std::fs::write(path, marked)
            .map_err(|error| Stop::machine(path.display().to_string(), &error))?;
    }
    Err(Stop::faults(listed(&summed.report.faults)))
}

/// Refuses the same bytes given twice: their answers would count twice.
fn not_twice(sheets: &[Sheet]) -> Result<(), Stop> {
    let sha256 =
        |sheet: &Sheet| sheet.sha256().map_err(|fault| Stop::faults(vec![fault.message()]));
    for (at, one) in sheets.iter().enumerate() {
        // Files of different lengths need not be read for it.
        for other in sheets.iter().skip(at + 1).filter(|other| other.length() == one.length()) {
            if sha256(one)? == sha256(other)? {
                let message = Message::new("cli-same-file").with("file", one.name.as_str());
                return Err(Stop::faults(vec![message.with("other", other.name.as_str())]));
            }
        }
    }
    Ok(())
}

/// Faults as a person reads them, with how many more there are.
fn listed(faults: &Faults) -> Vec<Message> {
    listed_of(faults, "cli-faults")
}

/// Faults as a person reads them, with the message `sum` that tells how many there are.
pub(super) fn listed_of(faults: &Faults, sum: &str) -> Vec<Message> {
    let mut messages: Vec<Message> = faults.kept.iter().map(Fault::message).collect();
    messages.push(Message::new(sum).with("count", faults.count));
    messages
}

fn report(
    request: &Request,
    words: &Words,
    result: &IndexResult,
    now: &Summed,
    written: &[files::Written],
) -> Result<(), Stop> {
    if request.json {
        let summary = serde_json::json!({
            "schema": result.schema,
            "form": result.form,
            "simulated": result.simulated,
            "rows": now.report.rows,
            "dropped": now.report.dropped,
            "quality": now.report.quality,
            "files": written,
        });
        return print(&summary.to_string());
    }
    for dropped in &now.report.dropped {
        say(
            words,
            &Message::new("cli-dropped")
                .with("file", dropped.file.clone())
                .with("column", dropped.column.letters())
                .with("header", dropped.column.header.clone())
                .with("reason", dropped.reason.clone()),
        )?;
    }
    if result.simulated && !request.simulated {
        say(words, &Message::new("cli-simulated"))?;
    }
    for file in written {
        say(words, &Message::new("cli-written").with("file", file.path.clone()))?;
    }
    say(words, &Message::new("cli-index-done").with("rows", now.report.rows))
}
