//! Simulated plans of a province and its kab/kota: Kesbangpol (8.01) and Dinsos (1.06), in
//! workbooks of four layouts, with the lists of proposals and meetings beside them, and defects and
//! near-misses planted in them with the truth told (METHOD §10).
//!
//! Budgets, dates, halls and numbers are invented and no official is named; places and codes are
//! real. As they are made, the plans fit each other in every respect: what does not fit was planted
//! by [`SimulatedPlans::plant`], which edits the written workbooks and knows nothing of the checks.

mod grid;
mod layout;
mod names;
mod plant;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use selaras_stats::random::Stream;
use serde::Serialize;

use super::MARK;
use crate::plan::{Nomenclature, RegionKind};
use crate::region::{self, Level};
use crate::sheet::Source;
use crate::sheet::records::Records;
use grid::{Grid, Value};
use layout::Layout;
use names::head;
pub use plant::{Planted, PlantedIn};

/// What to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanSimulation {
    /// Everything random follows from it.
    pub seed: u64,
    /// The province.
    pub upper: region::Code,
    /// The year that is planned; the year before is there with what it reached.
    pub year: i16,
    /// Kab/kota that send nothing.
    pub silent: usize,
}

impl PlanSimulation {
    /// Two kab/kota of West Kalimantan send nothing for the year.
    #[must_use]
    pub fn demo(upper: region::Code, year: i16) -> Self {
        Self { seed: 20_260_203, upper, year, silent: 2 }
    }

    /// The day on which the plans are looked at.
    #[must_use]
    pub fn today(&self) -> Date {
        date(self.year.clamp(1900, 2200) - 1, 11, 20)
    }
}

/// What a simulated file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A plan of the province.
    Province,
    /// A plan of a kab/kota.
    Regency,
    /// Proposals.
    Proposals,
    /// Items of meetings.
    Meetings,
    /// A file of rules.
    Rules,
}

/// A simulated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedFile {
    /// Name; of plans and lists it begins with the mark.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Whose plan it is; none for lists and rules.
    pub region: Option<region::Code>,
    /// The year of the plan; 0 for lists and rules.
    pub year: i16,
    /// Whether it is the draft of a plan.
    pub draft: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A score of the harmony index that the targets were set by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SimulatedScore {
    /// Region.
    pub region: region::Code,
    /// Score in hundredths.
    pub hundredths: i64,
    /// Upper end of its interval in hundredths.
    pub high: i64,
    /// Weight in the mean of the province.
    pub weight: u64,
}

/// Simulated plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedPlans {
    simulation: PlanSimulation,
    /// Files.
    pub files: Vec<SimulatedFile>,
    /// Scores that the targets were set by.
    pub scores: Vec<SimulatedScore>,
    /// Kab/kota that sent nothing.
    pub silent: Vec<region::Code>,
    /// What was planted.
    pub planted: Vec<Planted>,
}

/// The truth beside the plans.
#[derive(Serialize)]
struct Truth<'a> {
    schema: &'static str,
    simulated: bool,
    seed: u64,
    province: region::Code,
    year: i16,
    today: Date,
    silent: &'a [region::Code],
    scores: &'a [SimulatedScore],
    planted: &'a [Planted],
}

/// Level of a simulated row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum RowLevel {
    Program,
    Activity,
    Sub,
    Detail,
}

/// A row before it is laid out. Cells stand under the head of their column.
#[derive(Clone, Debug)]
struct SimRow {
    level: RowLevel,
    /// Codes of program, kegiatan, sub kegiatan.
    codes: [String; 3],
    /// Their names and that of the row itself.
    names: [String; 3],
    name: String,
    cells: BTreeMap<String, Value>,
}

/// Lines of `data/plan/simulated.csv`.
struct Template {
    agency: String,
    codes: [String; 2],
    detail: String,
    topic: String,
    group: String,
    indicator: String,
    unit: String,
    mandate: String,
    service: String,
    time: String,
}

/// Lines of `data/plan/simulated_programs.csv`.
struct ProgramTemplate {
    agency: String,
    program: String,
    policy: String,
    dictionary: String,
    indicator: String,
    definition: String,
    unit: String,
    direction: String,
    rule: String,
    baseline: [String; 3],
}

fn records(
    text: &'static str,
    name: &str,
    fields: &'static [&'static str],
) -> Option<Vec<Vec<String>>> {
    let fields: Vec<_> = fields
        .iter()
        .map(|name| crate::sheet::records::Field { name, also: &[], needed: true })
        .collect();
    let source = Source::memory(text.as_bytes().to_vec());
    let records = Records::of(source, name, 1_000, &fields, "").ok()?;
    let row = |row| (0..fields.len()).map(|field| records.cell(row, field).to_owned()).collect();
    Some((0..records.len()).map(row).collect())
}

fn templates() -> Vec<Template> {
    const FIELDS: [&str; 11] = [
        "agency",
        "province",
        "regency_city",
        "detail",
        "topic",
        "target_group",
        "indicator",
        "unit",
        "mandate",
        "minimum_service",
        "time",
    ];
    let text = include_str!("../../../../../data/plan/simulated.csv");
    let rows = records(text, "simulated.csv", &FIELDS).unwrap_or_default();
    let template = |row: Vec<String>| {
        let [
            agency,
            province,
            regency,
            detail,
            topic,
            group,
            indicator,
            unit,
            mandate,
            service,
            time,
        ] = <[String; 11]>::try_from(row).ok()?;
        let codes = [province, regency];
        Some(Template {
            agency,
            codes,
            detail,
            topic,
            group,
            indicator,
            unit,
            mandate,
            service,
            time,
        })
    };
    rows.into_iter().filter_map(template).collect()
}

fn programs() -> Vec<ProgramTemplate> {
    const FIELDS: [&str; 12] = [
        "agency",
        "program",
        "policy",
        "dictionary",
        "indicator",
        "definition",
        "unit",
        "direction",
        "rule",
        "series",
        "vintage",
        "population",
    ];
    let text = include_str!("../../../../../data/plan/simulated_programs.csv");
    let rows = records(text, "simulated_programs.csv", &FIELDS).unwrap_or_default();
    let template = |row: Vec<String>| {
        let [
            agency,
            program,
            policy,
            dictionary,
            indicator,
            definition,
            unit,
            direction,
            rule,
            series,
            vintage,
            population,
        ] = <[String; 12]>::try_from(row).ok()?;
        Some(ProgramTemplate {
            agency,
            program,
            policy,
            dictionary,
            indicator,
            definition,
            unit,
            direction,
            rule,
            baseline: [series, vintage, population],
        })
    };
    rows.into_iter().filter_map(template).collect()
}

/// `674` hundredths as `6,74`; of `digits` decimals.
fn decimal(units: i64, digits: u32) -> String {
    let scale = 10_i64.pow(digits);
    format!("{},{:0width$}", units / scale, units % scale, width = digits as usize)
}

/// A head with the year below it.
fn of_year(head: &str, year: i16) -> String {
    format!("{head}|{year}")
}

/// The mean of values by their weights, rounded.
fn mean(values: &[(i64, u64)]) -> i64 {
    let total: i128 = values.iter().map(|(_, weight)| i128::from(*weight)).sum();
    let sum: i128 =
        values.iter().map(|(value, weight)| i128::from(*value) * i128::from(*weight)).sum();
    let mean = (2 * sum + total).checked_div(2 * total).unwrap_or_default();
    i64::try_from(mean).unwrap_or_default()
}

/// What a government aims at.
#[derive(Clone, Copy, Debug, Default)]
struct Aims {
    /// Score of the harmony index and its target, in hundredths.
    harmony: (i64, i64),
    /// Target of poverty in tenths of a per cent.
    poverty: i64,
    /// Share of domestic products in per cent.
    domestic: i64,
    /// People served by programs 8.01.06 and 1.06.04.
    served: [i64; 2],
}

/// Tenths of a per cent by which poverty was higher before.
const POVERTY_BEFORE: i64 = 3;

impl PlanSimulation {
    fn stream(&self, purpose: &str, region: region::Code) -> Stream {
        let number = region.as_str().replace('.', "").parse().unwrap_or_default();
        Stream::new(self.seed, purpose, number)
    }

    /// Makes the plans, without defects.
    ///
    /// # Errors
    /// A workbook that cannot be written.
    pub fn make(self) -> io::Result<SimulatedPlans> {
        let regencies: Vec<region::Code> =
            region::children(self.upper).iter().map(|of| of.code).collect();
        let weight =
            |code: region::Code| region::get(code).and_then(|of| of.population).unwrap_or(100_000);
        let mut aims: BTreeMap<region::Code, Aims> = BTreeMap::new();
        for code in &regencies {
            let mut stream = self.stream("plan-aims", *code);
            let mut between =
                |from: i64, to: i64| from + stream.below((to - from) as u64 + 1) as i64;
            let harmony = between(600, 720);
            let of = Aims {
                harmony: (harmony, harmony + 45),
                poverty: between(40, 90),
                domestic: between(41, 60),
                served: [between(200, 900), between(50, 400)],
            };
            aims.insert(*code, of);
        }
        let all = |part: fn(&Aims) -> i64| -> Vec<(i64, u64)> {
            aims.iter().map(|(code, of)| (part(of), weight(*code))).collect()
        };
        let sum = |part: fn(&Aims) -> i64| aims.values().map(part).sum::<i64>();
        let upper = Aims {
            harmony: (mean(&all(|of| of.harmony.0)), mean(&all(|of| of.harmony.1))),
            poverty: mean(&all(|of| of.poverty)),
            domestic: 40,
            served: [sum(|of| of.served[0]) + 300, sum(|of| of.served[1]) + 200],
        };
        aims.insert(self.upper, upper);
        let score = |(code, of): (&region::Code, &Aims)| SimulatedScore {
            region: *code,
            hundredths: of.harmony.0,
            high: of.harmony.0 + 20,
            weight: weight(*code),
        };
        let scores = aims.iter().map(score).collect();
        let mut order = regencies.clone();
        self.stream("plan-silent", self.upper).shuffle(&mut order);
        let mut silent: Vec<region::Code> = order.into_iter().take(self.silent).collect();
        silent.sort_unstable();

        let mut files = Vec::new();
        let sending = regencies.iter().filter(|code| !silent.contains(code));
        for (number, code) in std::iter::once(&self.upper).chain(sending).enumerate() {
            let layout =
                Layout::ALL.get(number % Layout::ALL.len()).copied().unwrap_or(Layout::Plain);
            for (agency, title) in names::AGENCIES {
                let aims = aims.get(code).copied().unwrap_or_default();
                let rows = self.rows(*code, agency, &aims, &regencies, &silent);
                let before = self.before(*code, agency, rows.clone());
                for (year, draft, rows) in [
                    (self.year - 1, false, &before),
                    (self.year, true, &rows),
                    (self.year, false, &rows),
                ] {
                    let about = layout::About { region: *code, title, year, draft };
                    for (part, grid) in layout.lay_out(rows, &about) {
                        let stage = if draft { "rancangan" } else { "akhir" };
                        let name =
                            format!("{MARK}-renja-{stage}-{agency}-{code}-{year}{part}.xlsx");
                        files.push(SimulatedFile {
                            name,
                            role: match code.level() {
                                Level::Province => Role::Province,
                                _ => Role::Regency,
                            },
                            region: Some(*code),
                            year,
                            draft,
                            bytes: bytes(&grid)?,
                        });
                    }
                }
            }
        }
        files.extend(self.lists(&regencies, &silent)?);
        files.extend(self.rules(&aims, weight));
        Ok(SimulatedPlans { simulation: self, files, scores, silent, planted: Vec::new() })
    }

    /// The rows of an agency for the year.
    fn rows(
        &self,
        region: region::Code,
        agency: &str,
        aims: &Aims,
        regencies: &[region::Code],
        silent: &[region::Code],
    ) -> Vec<SimRow> {
        let own: Vec<(usize, Template)> =
            templates().into_iter().enumerate().filter(|(_, of)| of.agency == agency).collect();
        let side = usize::from(region != self.upper);
        let mut stream = self.stream(agency, region);
        let mut rows: Vec<SimRow> = Vec::new();
        for program in programs().iter().filter(|of| of.agency == agency) {
            rows.push(self.program(program, region, aims));
            let inside = own.iter().enumerate().filter(|(_, (_, template))| {
                template.codes.get(side).is_some_and(|code| code.starts_with(&program.program))
            });
            for (number, (line, template)) in inside {
                let code = template.codes.get(side).cloned().unwrap_or_default();
                if rows.last().is_none_or(|row| row.codes[2] != code) {
                    self.head_rows(&mut rows, region, template, &code, &mut stream);
                }
                let above = rows.last().cloned();
                let Some(above) = above else { continue };
                let mut cells = BTreeMap::new();
                let mut set = |head: &str, value: Value| {
                    if value != Value::Empty {
                        cells.insert(head.to_owned(), value);
                    }
                };
                set(head::TOPIC, template.topic.as_str().into());
                set(head::GROUP, template.group.as_str().into());
                set(head::MANDATE, template.mandate.as_str().into());
                set(head::SERVICE, template.service.as_str().into());
                set(head::PLACE, self.place(region, *line, regencies).into());
                set(head::TIME, self.time(region, number, template).into());
                let amount = 1_000_000 * (20 + 2 * stream.below(60) as i64);
                set(&of_year(head::BUDGET, self.year), amount.into());
                set(&of_year(head::FORWARD, self.year + 1), (amount + amount / 20).into());
                let fund = names::FUNDS.get(line % 2).copied().unwrap_or_default();
                set(head::FUND, fund.into());
                if number == 1 && agency == "kesbangpol" {
                    set(head::AGREEMENTS, format!("BA-{region}").into());
                    if region == self.upper {
                        let sent = regencies.iter().filter(|code| !silent.contains(code));
                        let numbers: Vec<String> = sent.map(|code| format!("U-{code}-1")).collect();
                        set(head::PROPOSALS, numbers.join("; ").into());
                    }
                }
                rows.push(SimRow {
                    level: RowLevel::Detail,
                    name: template.detail.clone(),
                    cells,
                    ..above
                });
            }
        }
        let whole: i64 = rows
            .iter()
            .filter_map(|row| match row.cells.get(&of_year(head::BUDGET, self.year)) {
                Some(Value::Whole(amount)) => Some(*amount),
                _ => None,
            })
            .sum();
        // The ceiling of the agency stands at its first program.
        if let Some(first) = rows.first_mut() {
            first.cells.insert(of_year(head::CEILING, self.year), (whole + whole / 50).into());
        }
        rows
    }

    fn program(&self, of: &ProgramTemplate, region: region::Code, aims: &Aims) -> SimRow {
        let mut cells = BTreeMap::new();
        let mut set = |head: &str, value: Value| {
            if value != Value::Empty {
                cells.insert(head.to_owned(), value);
            }
        };
        set(head::POLICY, of.policy.as_str().into());
        set(head::DICTIONARY, of.dictionary.as_str().into());
        set(head::INDICATOR, of.indicator.as_str().into());
        set(head::DEFINITION, of.definition.as_str().into());
        set(head::UNIT, of.unit.as_str().into());
        set(head::DIRECTION, of.direction.as_str().into());
        set(head::RULE, of.rule.as_str().into());
        let (target, baseline): (Value, Value) = match of.dictionary.as_str() {
            "harmony-2025" => {
                (decimal(aims.harmony.1, 2).into(), decimal(aims.harmony.0, 2).into())
            }
            "poverty" => {
                (decimal(aims.poverty, 1).into(), decimal(aims.poverty + POVERTY_BEFORE, 1).into())
            }
            "domestic-products" => (aims.domestic.into(), (aims.domestic - 2).into()),
            "persons-served" => {
                let which = usize::from(of.agency == "dinsos");
                let target = aims.served.get(which).copied().unwrap_or_default();
                (target.into(), (target - 10).into())
            }
            _ => (Value::Empty, Value::Empty),
        };
        if target != Value::Empty {
            set(&of_year(head::TARGET, self.year), target);
            set(head::BASELINE, baseline);
            set(head::BASELINE_YEAR, i64::from(self.year - 1).into());
            let [series, vintage, population] = &of.baseline;
            set(head::BASELINE_SERIES, series.as_str().into());
            set(head::BASELINE_VINTAGE, vintage.as_str().into());
            set(head::BASELINE_POPULATION, population.as_str().into());
        }
        let name = self.listed(&of.program, region);
        SimRow {
            level: RowLevel::Program,
            codes: [of.program.clone(), String::new(), String::new()],
            names: [name.clone(), String::new(), String::new()],
            name,
            cells,
        }
    }

    /// The rows of kegiatan and sub kegiatan that a detail stands below.
    fn head_rows(
        &self,
        rows: &mut Vec<SimRow>,
        region: region::Code,
        template: &Template,
        code: &str,
        stream: &mut Stream,
    ) {
        let Some(above) = rows.last().cloned() else { return };
        let activity = code.rsplit_once('.').map(|of| of.0.to_owned()).unwrap_or_default();
        let mut codes = above.codes.clone();
        let mut names = above.names.clone();
        if codes[1] != activity {
            codes[1].clone_from(&activity);
            codes[2] = String::new();
            names[1] = self.listed(&activity, region);
            names[2] = String::new();
            rows.push(SimRow {
                level: RowLevel::Activity,
                codes: codes.clone(),
                names: names.clone(),
                name: names[1].clone(),
                cells: BTreeMap::new(),
            });
        }
        code.clone_into(&mut codes[2]);
        names[2] = self.listed(code, region);
        let mut cells = BTreeMap::new();
        let mut set = |head: &str, value: Value| {
            cells.insert(head.to_owned(), value);
        };
        set(head::INDICATOR, template.indicator.as_str().into());
        set(head::UNIT, template.unit.as_str().into());
        set(&of_year(head::TARGET, self.year), (20 + 5 * stream.below(60) as i64).into());
        rows.push(SimRow { level: RowLevel::Sub, name: names[2].clone(), codes, names, cells });
    }

    /// The official name of a code for a region.
    fn listed(&self, code: &str, region: region::Code) -> String {
        let kind = RegionKind::of(region);
        let province = kind.side == crate::plan::Side::Province;
        let fits = |of: &&crate::plan::nomenclature::Entry| {
            if province { of.users.province } else { of.users.regency_city }
        };
        let entries = code.parse().ok().map(|code| Nomenclature::shipped().of(code));
        let name = entries.into_iter().flatten().find(fits).and_then(|of| of.name.clone());
        name.unwrap_or_else(|| names::UNNAMED.to_owned())
    }

    /// A desa of its own for every line: the province's in the first kecamatan of a kab/kota, those
    /// of the kab/kota in the others.
    fn place(&self, region: region::Code, line: usize, regencies: &[region::Code]) -> String {
        let provincial = region == self.upper;
        let around = if provincial {
            regencies.get(line % regencies.len().max(1)).copied().unwrap_or(region)
        } else {
            region
        };
        let districts = region::children(around);
        let at = match (provincial, districts.len()) {
            (true, _) | (false, ..=1) => 0,
            (false, several) => 1 + line % (several - 1),
        };
        let district = districts.get(at).map_or(around, |of| of.code);
        let villages = region::children(district);
        let step = if provincial { 0 } else { line % 3 + 1 };
        let village = villages.get(step.min(villages.len().saturating_sub(1)));
        village.map_or(district, |of| of.code).to_string()
    }

    /// Days: a short activity two days, others a quarter; no two short ones of an office on one day.
    fn time(&self, region: region::Code, number: usize, template: &Template) -> String {
        let year = self.year.clamp(1900, 2200);
        let number = i64::try_from(number).unwrap_or_default();
        let quarter = (number / 2) % 4;
        if template.time == "long" {
            let month = i8::try_from(1 + 3 * quarter).unwrap_or(1);
            let from = date(year, month, 2);
            let to = date(year, month + 2, 28);
            return format!("{from} - {to}");
        }
        // Of a province a week later than of its kab/kota.
        let later = if region == self.upper { 8 } else { 0 };
        let day = if template.time == "early" { 20 } else { 40 + 17 * number };
        let mut from = date(year, 1, 4).saturating_add((day + later).days());
        let rests = |day: Date| {
            matches!((day.month(), day.day()), (1, 1) | (5, 1) | (6, 1) | (8, 17) | (12, 25))
        };
        while rests(from) || rests(from.saturating_add(1.day())) {
            from = from.saturating_add(1.day());
        }
        format!("{from} - {}", from.saturating_add(1.day()))
    }

    /// The same rows as the plan of the year before, with what was reached and spent.
    fn before(&self, region: region::Code, agency: &str, mut rows: Vec<SimRow>) -> Vec<SimRow> {
        let mut stream = self.stream(&format!("{agency}-before"), region);
        let (now, last) = (self.year, self.year - 1);
        for row in &mut rows {
            let mut move_to = |from: String, to: String, share: i64| {
                let value = row.cells.remove(&from);
                if let Some(Value::Whole(whole)) = value {
                    row.cells.insert(to.clone(), Value::Whole(whole * share / 100));
                }
            };
            move_to(of_year(head::FORWARD, now + 1), of_year(head::FORWARD, now), 100);
            move_to(of_year(head::CEILING, now), of_year(head::CEILING, last), 95);
            let share = 80 + stream.below(21) as i64;
            let target = row.cells.remove(&of_year(head::TARGET, now));
            if let Some(target) = target {
                if let Value::Whole(whole) = target {
                    let reached = Value::Whole(whole * share / 100);
                    row.cells.insert(of_year(head::REALISED, last), reached);
                }
                row.cells.insert(of_year(head::TARGET, last), target);
            }
            if let Some(Value::Whole(amount)) = row.cells.remove(&of_year(head::BUDGET, now)) {
                let given = amount - amount / 20;
                row.cells.insert(of_year(head::BUDGET, last), given.into());
                let spent = given / 100 * share;
                row.cells.insert(of_year(head::SPENT, last), spent.into());
            }
            for head in [head::TIME, head::PROPOSALS, head::AGREEMENTS, head::BASELINE_YEAR] {
                row.cells.remove(head);
            }
        }
        rows
    }

    /// Proposals and items of meetings.
    fn lists(
        &self,
        regencies: &[region::Code],
        silent: &[region::Code],
    ) -> io::Result<Vec<SimulatedFile>> {
        let line = |cells: &[&str]| cells.iter().map(|text| Value::from(*text)).collect();
        let mut proposals = Grid { rows: vec![line(&names::PROPOSALS)] };
        let mut items = Grid { rows: vec![line(&names::ITEMS)] };
        let (upper, year) = (self.upper.to_string(), self.year.to_string());
        let [accepted, returned] = names::ANSWERS;
        for code in regencies.iter().filter(|code| !silent.contains(code)) {
            let from = code.to_string();
            let mut stream = self.stream("plan-proposals", *code);
            for (number, answer, reason) in [(1, accepted, ""), (2, returned, names::REASON)] {
                let text = format!("{} {}", names::PROPOSED, region_name(*code));
                let mut row: Vec<Value> =
                    line(&[&format!("U-{from}-{number}"), &from, &upper, &year, &text]);
                row.push((1_000_000 * (10 + stream.below(90) as i64)).into());
                row.extend([answer, reason].map(Value::from));
                proposals.rows.push(row);
            }
        }
        let open = self.today().saturating_add(30.days()).to_string();
        let done = self.today().saturating_sub(40.days()).to_string();
        for code in std::iter::once(&self.upper)
            .chain(regencies.iter().filter(|code| !silent.contains(code)))
        {
            let (code, text) = (code.to_string(), names::AGREED);
            let agreed = format!("BA-{code}");
            let late = format!("TL-{code}");
            let (owner, meeting) = (names::OWNER, names::MEETING);
            items.rows.push(line(&[&agreed, meeting, text, &code, owner, &open, "", &year]));
            items.rows.push(line(&[&late, meeting, text, &code, owner, &open, "", ""]));
            let told = format!("TS-{code}");
            items.rows.push(line(&[&told, meeting, text, &code, owner, &done, &done, ""]));
        }
        let file = |name: &str, role, grid: &Grid| -> io::Result<SimulatedFile> {
            Ok(SimulatedFile {
                name: format!("{MARK}-{name}-{}.xlsx", self.year),
                role,
                region: None,
                year: 0,
                draft: false,
                bytes: bytes(grid)?,
            })
        };
        Ok(vec![
            file("usulan", Role::Proposals, &proposals)?,
            file("rapat", Role::Meetings, &items)?,
        ])
    }

    /// Weights of means and registered values.
    fn rules(
        &self,
        aims: &BTreeMap<region::Code, Aims>,
        weight: impl Fn(region::Code) -> u64,
    ) -> Vec<SimulatedFile> {
        let mut denominators = "series,year,region,value\n".to_owned();
        let mut baselines = "indicator,region,year,vintage,value,source\n".to_owned();
        for (code, of) in aims {
            denominators.push_str(&format!("population,2026,{code},{}\n", weight(*code)));
            let value = decimal(of.poverty + POVERTY_BEFORE, 1).replace(',', ".");
            let year = self.year - 1;
            baselines.push_str(&format!("poverty,{code},{year},Maret,{value},{MARK}\n"));
        }
        [("denominators.csv", denominators), ("baselines.csv", baselines)]
            .into_iter()
            .map(|(name, text)| SimulatedFile {
                name: name.to_owned(),
                role: Role::Rules,
                region: None,
                year: 0,
                draft: false,
                bytes: text.into_bytes(),
            })
            .collect()
    }
}

fn region_name(code: region::Code) -> String {
    region::get(code).map(|of| of.name.clone()).unwrap_or_default()
}

fn bytes(grid: &Grid) -> io::Result<Vec<u8>> {
    grid.write().map_err(io::Error::other)
}

/// Folder of the files of rules beside the plans.
const RULES: &str = "aturan";

impl SimulatedPlans {
    /// What was simulated.
    #[must_use]
    pub fn simulation(&self) -> PlanSimulation {
        self.simulation
    }

    /// Writes the files and the truth about them into the folder `out`, which is made where it is
    /// missing.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self, out: &Path) -> io::Result<Vec<PathBuf>> {
        std::fs::create_dir_all(out.join(RULES))?;
        let mut paths = Vec::with_capacity(self.files.len() + 1);
        for file in &self.files {
            let folder = if file.role == Role::Rules { out.join(RULES) } else { out.to_path_buf() };
            let path = folder.join(&file.name);
            std::fs::write(&path, &file.bytes)?;
            paths.push(path);
        }
        let simulation = self.simulation;
        let truth = Truth {
            schema: "selaras/simulated-plans/1",
            simulated: true,
            seed: simulation.seed,
            province: simulation.upper,
            year: simulation.year,
            today: simulation.today(),
            silent: &self.silent,
            scores: &self.scores,
            planted: &self.planted,
        };
        let name =
            format!("{MARK}-rencana-{}-{}-kebenaran.json", simulation.upper, simulation.year);
        let path = out.join(name);
        let mut json = serde_json::to_vec_pretty(&truth).map_err(io::Error::other)?;
        json.push(b'\n');
        std::fs::write(&path, json)?;
        paths.push(path);
        Ok(paths)
    }
}
