//! `selaras simulate`: synthetic answers, or plans, with the truth beside them.

use std::path::PathBuf;

use super::index::{instrument, kemendagri, region_code};
use super::{Argument, Arguments, Stop, say};
use crate::locale::Message;
use crate::region::Level;
use crate::round::answers::Design;
use crate::simulate::plans::PlanSimulation;
use crate::simulate::{Format, Place, Plan, Simulation, Sizes};

/// Defects, and near-misses, of every slip in simulated plans where no number is asked for.
const DEFECTS: usize = 1;

/// Runs the command.
pub(super) fn run(arguments: &mut Arguments) -> Result<(), Stop> {
    let mut plan = Plan::default();
    let (mut named, mut out): (Option<String>, Option<PathBuf>) = (None, None);
    let mut regions = Vec::new();
    let mut format = Format::Csv;
    let (mut plans, mut defects, mut year) = (false, DEFECTS, None);
    while let Some(argument) = arguments.take()? {
        let name = match argument {
            Argument::Option(name) => name,
            Argument::Value(value) => return Err(Arguments::stray(&value)),
        };
        match name.as_str() {
            "instrument" => named = Some(arguments.text(&name)?),
            "out" => out = Some(arguments.path(&name)?),
            "seed" => plan.seed = arguments.parsed(&name)?,
            "year" => year = Some(arguments.parsed(&name)?),
            "round" => plan.round = arguments.parsed(&name)?,
            "region" => regions.push(arguments.text(&name)?),
            "each" => plan.sizes = Sizes::Each(arguments.parsed(&name)?),
            "total" => plan.sizes = Sizes::Total(arguments.parsed(&name)?),
            "recorded" => plan.design = Design::Recorded,
            "parquet" => format = Format::Parquet,
            "plans" => plans = true,
            "defects" => defects = arguments.parsed(&name)?,
            _ => return Err(Arguments::unknown(&name)),
        }
    }
    let words = arguments.words();
    let missing =
        |option: &str| Stop::usage(Message::new("cli-missing-option").with("option", option));
    if plans {
        let out = out.ok_or_else(|| missing("out"))?;
        let [province] = regions.as_slice() else { return Err(missing("region")) };
        let upper = region_code(province)?;
        if upper.level() != Level::Province {
            let message = Message::new("cli-simulate-province").with("region", upper.to_string());
            return Err(Stop::usage(message));
        }
        let of = PlanSimulation::demo(upper, year.unwrap_or(plan.year + 1));
        let of = PlanSimulation { seed: plan.seed, ..of };
        let machine = |error| Stop::machine(out.display().to_string(), &error);
        let made = of.make().map_err(machine)?.plant(defects);
        let written = made.write(&out).map_err(machine)?;
        for path in &written {
            let file = path.display().to_string();
            say(&words, &Message::new("cli-written").with("file", file))?;
        }
        let done = Message::new("cli-simulate-plans-done");
        return say(&words, &done.with("files", written.len()).with("day", of.today()));
    }
    plan.year = year.unwrap_or(plan.year);
    let instrument = instrument(&named.ok_or_else(|| missing("instrument"))?)?;
    let out = out.ok_or_else(|| missing("out"))?;
    let places = Place::all_of(&kemendagri(&regions)?);
    std::fs::create_dir_all(&out)
        .map_err(|error| Stop::machine(out.display().to_string(), &error))?;
    let written = Simulation::new(plan, &instrument, &places).write(&out, format);
    let written = written.map_err(|error| Stop { code: 4, messages: vec![error.message()] })?;
    let files = [Some(&written.answers), written.margins.as_ref(), Some(&written.truth)];
    for path in files.into_iter().flatten() {
        let file = path.display().to_string();
        say(&words, &Message::new("cli-written").with("file", file))?;
    }
    say(&words, &Message::new("cli-simulate-done").with("rows", written.rows))
}
