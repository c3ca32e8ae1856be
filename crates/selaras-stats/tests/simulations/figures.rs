//! Figures of the simulations: counted, held against their targets, written down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

/// Whether the full figures are asked for.
pub(crate) fn full() -> bool {
    std::env::var("SELARAS_SIMULATIONS").is_ok_and(|wanted| wanted == "full")
}

/// Runs of a scenario: `short` in a plain test run, `long` for the full figures.
pub(crate) fn runs(short: u64, long: u64) -> u64 {
    if full() { long } else { short }
}

/// What a figure is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// What theory gives: an approximation, so that 0.03 beside the Monte-Carlo error is allowed.
    About(f64),
    /// None: a figure to be shown, which a short run must agree with.
    Shown,
}

/// A share counted over runs: so many of so many, or a rate of one, in each.
#[derive(Default)]
pub(crate) struct Tally {
    runs: Vec<(f64, f64)>,
}

impl Tally {
    /// Adds a run in which `hits` of `of` were hit; a run with nothing to hit counts for nothing.
    pub(crate) fn add(&mut self, hits: f64, of: f64) {
        self.runs.push((hits, of));
    }

    fn total(&self) -> f64 {
        self.runs.iter().map(|(_, of)| of).sum()
    }

    fn share(&self) -> f64 {
        self.runs.iter().map(|(hits, _)| hits).sum::<f64>() / self.total()
    }

    /// Monte-Carlo error of the share, runs being independent and what they count not (linearised).
    fn error(&self) -> f64 {
        let share = self.share();
        self.runs.iter().map(|(hits, of)| (hits - share * of).powi(2)).sum::<f64>().sqrt()
            / self.total()
    }
}

static WRITTEN: Mutex<()> = Mutex::new(());

/// Prints a figure, writes it down in a full run, and holds it against its target.
pub(crate) fn report(id: &str, tally: &Tally, runs: u64, seed: u64, target: Target) {
    let (figure, error) = (tally.share(), tally.error());
    assert!(tally.total() > 0.0, "{id}: nothing was counted");
    println!("{id}: {figure:.4} ± {error:.4}, {target:?}, {runs} runs, seed {seed}");
    if full() {
        let written = write_down(id, figure, error, runs, seed, target);
        assert!(written.is_ok(), "{id}: {written:?}");
    }
    // A share of 0 or 1 has no spread of its own; one run in all is the least it can be off by.
    let tolerance = if full() { 0.0 } else { 3.0 * error.max(1.0 / runs as f64) };
    match target {
        Target::AtLeast(least) => assert!(figure >= least - tolerance, "{id}: {figure}"),
        Target::AtMost(most) => assert!(figure <= most + tolerance, "{id}: {figure}"),
        Target::About(theory) => {
            let off = (figure - theory).abs();
            assert!(off <= 0.03 + 3.0 * error, "{id}: {figure}, in theory {theory}");
        }
        Target::Shown if !full() => {
            let shown = shown(id);
            let off = shown.map(|shown| (figure - shown).abs());
            let near = off.is_some_and(|off| off <= tolerance);
            assert!(near, "{id}: {figure}, shown as {shown:?}");
        }
        Target::Shown => {}
    }
}

fn written() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/simulations.toml")
}

/// The tables of `data/simulations.toml` by id.
fn tables() -> io::Result<BTreeMap<String, String>> {
    let path = written();
    let text = if path.exists() { fs::read_to_string(path)? } else { String::new() };
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\"]")) {
            name.clone_into(&mut current);
        } else {
            tables.entry(current.clone()).or_default().push_str(&format!("{line}\n"));
        }
    }
    Ok(tables)
}

/// The full figure of `id` that is written down.
fn shown(id: &str) -> Option<f64> {
    let tables = tables().ok()?;
    tables.get(id)?.lines().find_map(|line| line.strip_prefix("figure = ")?.parse().ok())
}

/// Replaces the figure's table in `data/simulations.toml`, whose tables are in order of id.
fn write_down(
    id: &str,
    figure: f64,
    error: f64,
    runs: u64,
    seed: u64,
    target: Target,
) -> io::Result<()> {
    let _alone = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tables = tables()?;
    let limit = match target {
        Target::AtLeast(least) => format!("at_least = {least}\n"),
        Target::AtMost(most) => format!("at_most = {most}\n"),
        Target::About(theory) => format!("theory = {theory:.4}\n"),
        Target::Shown => String::new(),
    };
    tables.insert(
        id.to_owned(),
        format!(
            "figure = {figure:.4}\nmonte_carlo_error = {error:.4}\n{limit}runs = {runs}\n\
             seed = {seed}\n"
        ),
    );
    let mut text = String::from(
        "# Figures of the full simulations; made by\n# SELARAS_SIMULATIONS=full cargo test --release \
         -p selaras-stats --test simulations -- --nocapture\n",
    );
    for (id, table) in tables {
        text.push_str(&format!("\n[\"{id}\"]\n{table}"));
    }
    fs::write(written(), text)
}
