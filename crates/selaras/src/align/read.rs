//! What an alignment is computed from, read from files. Every fault of every file is told at once,
//! with file, sheet, row, column and what to do; a file with faults leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::names::{ANSWERS, CENTRE, ITEMS, PROPOSALS};
use super::{Alignment, FileRef, IndexPart, Proposed, Sent};
use crate::check::{Item, LowCell, Measured, Proposal};
use crate::index::result::{Form, IndexResult, Interval, Score, ScoreDefinition, ScoreKind};
use crate::outcome::HarmonyScore;
use crate::plan::import::{About, FileReport, PlanMapping, PlanTable, import, propose};
use crate::plan::{Decimal, Head, Rupiah, Terms};
use crate::region::{self, Governments, Level};
use crate::sheet::private::{self, words};
use crate::sheet::records::Records;
use crate::sheet::{Fault, Faults, Source};
use crate::simulate::MARK;

/// A plan file.
pub struct PlanFile {
    /// Its bytes.
    pub source: Source,
    /// Its name, without folder.
    pub name: String,
    /// Whose plan it holds: a province's or a kab/kota's.
    pub level: Level,
}

/// Mappings of layouts: those that were kept, and those that were proposed for files none of them
/// fits.
#[derive(Clone, Debug, Default)]
pub struct Mappings {
    kept: BTreeMap<String, PlanMapping>,
    /// Proposed, by layout; a person may complete and keep them.
    pub proposed: BTreeMap<String, PlanMapping>,
}

impl FromIterator<PlanMapping> for Mappings {
    fn from_iter<T: IntoIterator<Item = PlanMapping>>(mappings: T) -> Self {
        let kept = mappings.into_iter().map(|of| (of.layout.clone(), of)).collect();
        Self { kept, proposed: BTreeMap::new() }
    }
}

impl Mappings {
    fn of(&mut self, table: &PlanTable, terms: &Terms) -> Result<PlanMapping, Box<Fault>> {
        let proposal = match self.kept.values().find(|of| of.fits(table)) {
            Some(kept) => return Ok(kept.clone()),
            None => propose(table, terms)?,
        };
        self.proposed.insert(proposal.layout.clone(), proposal.clone());
        Ok(proposal)
    }
}

/// A table of a plan, what its columns mean, and what is known of its document.
pub struct Opened {
    /// The table.
    pub table: PlanTable,
    /// What its columns mean.
    pub mapping: PlanMapping,
    /// What is known of the document.
    pub about: About,
}

/// A document that was read of its files.
pub struct Read {
    /// The document, frozen.
    pub sent: Sent,
    /// What was read of each file.
    pub files: Vec<FileReport>,
    /// Codes that stand in all of its files, where there are several.
    pub joined: usize,
}

/// The tables of plans in a file: of a workbook every sheet that has codes and names, or else the
/// first, whose columns a person may know better.
///
/// # Errors
/// The fault for which the file cannot be read.
pub fn open(
    (source, name): (&Source, &str),
    level: Option<Level>,
    mappings: &mut Mappings,
    terms: &Terms,
) -> Result<Vec<Opened>, Box<Fault>> {
    let open = |sheet: Option<&str>| PlanTable::open(source, name, sheet);
    let first = open(None)?;
    let names = first.sheet.sheets.clone();
    let own = first.sheet.sheet.clone();
    let mut tables = vec![first];
    let others = names.iter().filter(|name| Some(*name) != own.as_ref());
    // A sheet that is no table, as one of explanations, is none of a plan.
    tables.extend(others.filter_map(|name| open(Some(name)).ok()));
    let mut opened = Vec::with_capacity(tables.len());
    for table in tables {
        let before = mappings.proposed.clone();
        let mapping = mappings.of(&table, terms)?;
        if !is_plan(&mapping) {
            mappings.proposed = before;
        }
        let about = About::of(&table, &mapping, level);
        opened.push(Opened { table, mapping, about });
    }
    if opened.iter().any(|of| is_plan(&of.mapping)) {
        opened.retain(|of| is_plan(&of.mapping));
    } else {
        opened.truncate(1);
    }
    Ok(opened)
}

/// Whether a mapping has what a plan cannot be without: names, and codes or levels.
fn is_plan(mapping: &PlanMapping) -> bool {
    mapping.questions().iter().all(|question| question.header.is_some())
}

/// Reads plans; files that say the same of themselves are one document.
///
/// # Errors
/// Every fault of every file: what it cannot be read for, what it does not say of itself, columns
/// whose meaning is not decided, cells that cannot be read, sums that do not fit.
pub fn plans(
    files: &[PlanFile],
    mappings: &mut Mappings,
    terms: &Terms,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<Sent>, Faults> {
    let mut faults = Faults::default();
    let mut tables = Vec::new();
    for (file, number) in files.iter().zip(1..) {
        progress(number);
        match open((&file.source, &file.name), Some(file.level), mappings, terms) {
            Ok(opened) if opened.iter().all(|of| is_plan(&of.mapping)) => tables.extend(opened),
            Ok(_) => faults.push(Fault::of_file(&file.name, "align-error-no-plan")),
            Err(fault) => faults.push(*fault),
        }
    }
    match together(tables, terms) {
        Ok(read) if faults.is_empty() => Ok(read.into_iter().map(|of| of.sent).collect()),
        Ok(_) => Err(faults),
        Err(more) => {
            add(&mut faults, more);
            Err(faults)
        }
    }
}

/// Puts tables together: those that say the same of themselves are one document.
///
/// # Errors
/// Every fault of every table.
pub fn together(opened: Vec<Opened>, terms: &Terms) -> Result<Vec<Read>, Faults> {
    let mut faults = Faults::default();
    let mut documents: Vec<(Head, Vec<(PlanTable, PlanMapping)>)> = Vec::new();
    for Opened { table, mapping, about } in opened {
        match about.head(&table) {
            Ok(head) => match documents.iter_mut().find(|(known, _)| is_same(known, &head)) {
                Some((known, tables)) => {
                    known.simulated |= head.simulated;
                    tables.push((table, mapping));
                }
                None => documents.push((head, vec![(table, mapping)])),
            },
            Err(of_table) => of_table.into_iter().for_each(|fault| faults.push(fault)),
        }
    }
    provinces_fit(&documents, &mut faults);
    let mut whole = Vec::with_capacity(documents.len());
    for (head, tables) in documents {
        match import(&tables, head, terms) {
            Ok(read) => {
                let mut refs = Vec::with_capacity(tables.len());
                for ((table, _), report) in tables.iter().zip(&read.files) {
                    match table.sheet.sha256() {
                        Ok(sha256) => refs.push(FileRef {
                            name: table.sheet.name.clone(),
                            sheet: table.sheet.sheet.clone(),
                            sha256,
                            rows: report.rows,
                        }),
                        Err(fault) => faults.push(*fault),
                    }
                }
                let left = read.joined.left_over.iter();
                let sent = Sent {
                    version: read.document.freeze(),
                    files: refs,
                    left_over: left.map(|(file, code)| format!("{file}: {code}")).collect(),
                    notices: read.notices.kept,
                };
                whole.push(Read { sent, files: read.files, joined: read.joined.in_all.len() });
            }
            Err(of_document) => add(&mut faults, of_document),
        }
    }
    if faults.is_empty() { Ok(whole) } else { Err(faults) }
}

fn add(faults: &mut Faults, more: Faults) {
    let beyond = more.count - more.kept.len() as u64;
    more.kept.into_iter().for_each(|fault| faults.push(fault));
    faults.count += beyond;
}

fn is_same(one: &Head, other: &Head) -> bool {
    let agency = |head: &Head| head.agency.as_deref().map(words);
    let what = |head: &Head| (head.kind, head.stage, head.revision, head.region, head.years);
    what(one) == what(other) && agency(one) == agency(other)
}

/// One province, and kab/kota of it.
fn provinces_fit(documents: &[(Head, Vec<(PlanTable, PlanMapping)>)], faults: &mut Faults) {
    let mut upper = None;
    let by_level = |level| documents.iter().filter(move |(head, _)| head.region.level() == level);
    for (head, tables) in by_level(Level::Province).chain(by_level(Level::Regency)) {
        let province = head.region.at(Level::Province);
        let known = *upper.get_or_insert(province);
        if known != province {
            let name = known.map(super::name).unwrap_or_default();
            for (table, _) in tables {
                let fault = table.fault("align-error-other-province", None, None);
                faults.push(
                    fault.with("region", super::name(head.region)).with("province", name.clone()),
                );
            }
        }
    }
}

/// Rows of a list that are read.
const ROWS: usize = 100_000;

/// A day: `2026-03-24` or `24/03/2026`.
fn day(text: &str) -> Option<Date> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split(['/', '-', '.']).map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        .ok()
        .filter(|_| parts.next().is_none())
}

/// Reads a list of proposals with the columns `nomor, dari, kepada, tahun, usulan` and, where they
/// are known, `jumlah, jawaban, alasan`.
///
/// # Errors
/// Everything that is wrong with the file, by row and column.
pub fn proposals(source: Source, name: &str) -> Result<Vec<Proposed>, Faults> {
    let records = Records::of(source, name, ROWS, &PROPOSALS, "align-error-column")?;
    let mut faults = Faults::default();
    let mut governments = Governments::default();
    let mut read = Vec::with_capacity(records.len());
    for row in 0..records.len() {
        let cell = |field| records.cell(row, field);
        let mut fault = |key: &str, field| faults.push(records.fault(key, row, field));
        for field in [0, 4] {
            if cell(field).is_empty() {
                fault("align-error-empty", field);
            }
        }
        for field in [0, 4, 7] {
            if private::of_value(cell(field)).is_some() {
                fault("plan-error-private", field);
            }
        }
        let from = governments.find(cell(1));
        if from.is_none() {
            fault("align-error-region", 1);
        }
        let to_centre = CENTRE.contains(&words(cell(2)).as_str());
        let province = from.and_then(|from| from.at(Level::Province));
        let to = if to_centre { province } else { governments.find(cell(2)) };
        if to.is_none() && (!to_centre || from.is_some()) {
            fault("align-error-region", 2);
        }
        let year = cell(3).parse::<i16>().ok().filter(|year| (2000..2100).contains(year));
        if year.is_none() {
            fault("align-error-year", 3);
        }
        let amount = match cell(5) {
            "" | "-" | "–" => None,
            text => match text.parse::<Rupiah>() {
                Ok(amount) => Some(amount),
                Err(error) => {
                    fault(error.key(), 5);
                    None
                }
            },
        };
        let answer = words(cell(6));
        let answer = ANSWERS.iter().find(|(text, _)| *text == answer).map(|(_, of)| *of);
        if answer.is_none() {
            fault("align-error-answer", 6);
        }
        let (Some(from), Some(to), Some(year), Some(answer)) = (from, to, year, answer) else {
            continue;
        };
        let reason = Some(cell(7).to_owned()).filter(|text| !text.is_empty());
        let (number, text) = (cell(0).to_owned(), cell(4).to_owned());
        let proposal = Proposal { number, from, to, year, text, answer, reason };
        read.push(Proposed { proposal, to_centre, amount });
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// Reads items of meetings with the columns `nomor, rapat, kesepakatan, daerah, penanggung jawab`
/// and, where they are known, `tenggat, selesai, tahun rencana`.
///
/// # Errors
/// Everything that is wrong with the file, by row and column.
pub fn items(source: Source, name: &str) -> Result<Vec<Item>, Faults> {
    let records = Records::of(source, name, ROWS, &ITEMS, "align-error-column")?;
    let mut faults = Faults::default();
    let mut governments = Governments::default();
    let mut read = Vec::with_capacity(records.len());
    for row in 0..records.len() {
        let cell = |field| records.cell(row, field);
        let mut fault = |key: &str, field| faults.push(records.fault(key, row, field));
        for field in [0, 1, 2, 4] {
            if cell(field).is_empty() {
                fault("align-error-empty", field);
            } else if private::of_value(cell(field)).is_some() {
                fault("plan-error-private", field);
            }
        }
        let region = governments.find(cell(3));
        if region.is_none() {
            fault("align-error-region", 3);
        }
        let mut date = |field| match cell(field) {
            "" | "-" | "–" => None,
            text => {
                let day = day(text);
                if day.is_none() {
                    fault("align-error-day", field);
                }
                day
            }
        };
        let (due, done) = (date(5), date(6));
        let plan_year = match cell(7) {
            "" | "-" | "–" => None,
            text => {
                let year = text.parse::<i16>().ok().filter(|year| (2000..2100).contains(year));
                if year.is_none() {
                    fault("align-error-year", 7);
                }
                year
            }
        };
        let Some(region) = region else { continue };
        read.push(Item {
            number: cell(0).to_owned(),
            meeting: cell(1).to_owned(),
            text: cell(2).to_owned(),
            region,
            owner: cell(4).to_owned(),
            due,
            done,
            plan_year,
        });
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// The bytes of the file called `name` in `folder`, or of the same marked as simulated.
fn in_folder(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let marked = format!("{MARK}-{name}");
    [name, marked.as_str()].iter().find_map(|name| std::fs::read(folder.join(name)).ok())
}

/// What an alignment takes of the result of the index in a folder that `selaras index` wrote.
///
/// # Errors
/// The folder holds no result, or one that cannot be read.
pub fn index(folder: &Path) -> Result<IndexPart, Faults> {
    let fault = |key: &str| one(Fault::of_file(&folder.display().to_string(), key));
    let json = in_folder(folder, "result.json").ok_or_else(|| fault("align-error-no-result"))?;
    let result: IndexResult =
        serde_json::from_slice(&json).map_err(|_| fault("align-error-result"))?;
    Ok(IndexPart::of(&result))
}

/// The alignment in a folder that `selaras align` wrote.
///
/// # Errors
/// The folder holds none, or one that cannot be read.
pub fn previous(folder: &Path) -> Result<Alignment, Faults> {
    let fault = |key: &str| one(Fault::of_file(&folder.display().to_string(), key));
    let name = super::files::File::Json.name();
    let json = in_folder(folder, name).ok_or_else(|| fault("align-error-no-previous"))?;
    Alignment::from_json(&json).map_err(|error| fault(error.key()))
}

fn one(fault: Fault) -> Faults {
    let mut faults = Faults::default();
    faults.push(fault);
    faults
}

/// Decimals with which scores are printed.
const PRINTED: u8 = 2;

/// A score as it is printed.
fn printed(value: f64) -> Option<Decimal> {
    let units = (value * 10_f64.powi(i32::from(PRINTED))).round();
    (units.is_finite() && units.abs() < 1e15).then(|| Decimal::new(units as i64, PRINTED))?
}

impl IndexPart {
    /// Scores with their intervals, low cells and unmeasured regions of a result.
    #[must_use]
    pub fn of(result: &IndexResult) -> Self {
        let named = |score: &ScoreDefinition| HarmonyScore {
            instrument: result.instrument.id.clone(),
            score: score.id.clone(),
        };
        let wide = |kind: ScoreKind| {
            matches!(kind, ScoreKind::Index | ScoreKind::Dimension | ScoreKind::Variable)
        };
        let mut measured = Vec::new();
        let mut unmeasured = Vec::new();
        for region in &result.regions {
            let Ok(code) = region.code.parse::<region::Code>() else { continue };
            for (definition, score) in result.scores.iter().zip(&region.scores) {
                if definition.kind == ScoreKind::Index && score.value.is_none() {
                    unmeasured.push(LowCell {
                        region: code,
                        score: named(definition),
                        name: definition.name.id.clone(),
                        measured: false,
                    });
                }
                if !wide(definition.kind) {
                    continue;
                }
                let end = |end: fn(&Interval) -> f64| {
                    score.interval.as_ref().and_then(|of| printed(end(of)))
                };
                let (low, high) = (end(|of| of.low), end(|of| of.high));
                if let (Some(value), Some(low), Some(high), Some(n)) =
                    (score.value.and_then(printed), low, high, score.n)
                {
                    let weight = weight(score, region.adults.as_ref().map(|of| of.count));
                    let score = named(definition);
                    measured.push(Measured { region: code, score, value, low, high, n, weight });
                }
            }
        }
        let low = (result.form == Form::Internal).then(|| {
            let mut seen = BTreeSet::new();
            let cells = result.low_cells.iter().flat_map(|family| &family.cells);
            let mut low: Vec<LowCell> = cells
                .filter(|cell| seen.insert((cell.region.clone(), cell.score.clone())))
                .filter_map(|cell| {
                    let definition = result.scores.iter().find(|of| of.id == cell.score)?;
                    Some(LowCell {
                        region: cell.region.parse().ok()?,
                        score: named(definition),
                        name: definition.name.id.clone(),
                        measured: true,
                    })
                })
                .collect();
            low.extend(unmeasured);
            low.sort_by(|a, b| (a.region, &a.score).cmp(&(b.region, &b.score)));
            low
        });
        Self {
            round: result.round.name.clone(),
            instrument: result.instrument.id.clone(),
            simulated: result.simulated,
            measured,
            low,
        }
    }
}

/// What a kab/kota weighs in its province: its respondents by their design weight, or its adults.
fn weight(score: &Score, adults: Option<u64>) -> u64 {
    let design = score.weight.zip(score.n).map(|(weight, n)| (weight * n as f64).round());
    match design {
        Some(weight) if weight >= 0.0 => weight as u64,
        _ => adults.unwrap_or_default(),
    }
}
