//! `selaras regions`: finds a region; takes official boundaries in.

use std::path::PathBuf;

use super::serve::{open, runtime};
use super::{Argument, Arguments, Stop, incomplete, print, say};
use crate::locale::{Message, Words};
use crate::policy::Actor;
use crate::region::boundary::{About, Finding};
use crate::region::{self, atlas};
use crate::store::Clock;

/// Runs the command.
pub(super) fn run(arguments: &mut Arguments) -> Result<(), Stop> {
    match arguments.verb()?.as_deref() {
        Some("find") => find(arguments),
        Some("import") => import(arguments),
        None => Err(incomplete("regions")),
        Some(other) => Err(Stop::usage(
            Message::new("cli-unknown-verb").with("verb", format!("regions {other}")),
        )),
    }
}

fn find(arguments: &mut Arguments) -> Result<(), Stop> {
    let mut words = Vec::new();
    while let Some(argument) = arguments.take()? {
        match argument {
            Argument::Option(name) => return Err(Arguments::unknown(&name)),
            Argument::Value(value) => words.push(value.to_string_lossy().into_owned()),
        }
    }
    let text = words.join(" ");
    let line = |region: &region::Region| {
        let around = region.code.parent().and_then(region::get);
        let around = around.map_or(String::new(), |around| format!("\t{}", around.name));
        print(&format!("{}\t{}{around}", region.code, region.name))
    };
    match region::search(&text, region::Scope::default()) {
        region::Found::One(region) => line(region),
        region::Found::Candidates(several) => {
            say(&arguments.words(), &Message::new("cli-regions-several").with("text", text))?;
            several.into_iter().try_for_each(line)
        }
        region::Found::None => {
            Err(Stop::faults(vec![Message::new("cli-regions-none").with("text", text)]))
        }
    }
}

fn import(arguments: &mut Arguments) -> Result<(), Stop> {
    let (mut file, mut data): (Option<PathBuf>, Option<PathBuf>) = (None, None);
    let (mut source, mut date, mut codes) = (String::new(), String::new(), None);
    while let Some(argument) = arguments.take()? {
        match argument {
            Argument::Value(value) if file.is_none() => file = Some(value.into()),
            Argument::Value(value) => return Err(Arguments::stray(&value)),
            Argument::Option(name) => match name.as_str() {
                "data" => data = Some(arguments.path(&name)?),
                "source" => source = arguments.text(&name)?,
                "date" => date = arguments.text(&name)?,
                "codes" => {
                    let known = ["kemendagri", "bps", "bps-2023"];
                    codes = Some(arguments.chosen(&name, &known, atlas::code_list)?);
                }
                _ => return Err(Arguments::unknown(&name)),
            },
        }
    }
    let words = arguments.words();
    let missing =
        |option: &str| Stop::usage(Message::new("cli-missing-option").with("option", option));
    let file = file.ok_or_else(|| Stop::usage(Message::new("cli-regions-file")))?;
    let data = data.ok_or_else(|| missing("data"))?;
    for (text, option) in [(&source, "source"), (&date, "date")] {
        if text.trim().is_empty() {
            return Err(missing(option));
        }
    }
    let today = jiff::Zoned::now().date();
    let about = About { codes, ..About::told(&source, &date, today).map_err(Stop::usage)? };
    let bytes =
        std::fs::read(&file).map_err(|error| Stop::machine(file.display().to_string(), &error))?;
    let imported = atlas::check(&bytes, &about)
        .map_err(|findings| Stop::faults(findings.iter().map(|one| told(&words, one)).collect()))?;
    for finding in &imported.report {
        say(&words, &told(&words, finding))?;
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    runtime()?.block_on(async {
        let store = open(&data).await?;
        let mut tx = store.begin(Clock::System).await?;
        atlas::keep(&mut tx, &Actor::operator(), store.folder(), &imported, &name).await?;
        Ok::<_, Stop>(tx.commit().await?)
    })?;
    let count = imported.topology.shapes().len();
    say(&words, &Message::new("cli-regions-imported").with("count", count))
}

fn told(words: &Words, finding: &Finding) -> Message {
    let place = finding.code.clone().unwrap_or_default();
    let severity = format!("boundary-severity-{:?}", finding.severity).to_lowercase();
    Message::new(if place.is_empty() { "boundary-finding" } else { "boundary-finding-region" })
        .with("severity", words.say(&severity))
        .with("code", place)
        .with("text", finding.message.clone())
}
