//! Defects and near-misses, planted by editing written workbooks. What a check looks for is not known
//! here: each plant is a slip as an officer makes it, beside something much like it that is none.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use selaras_stats::random::Stream;
use serde::Serialize;

use super::grid::{Grid, Value};
use super::names::{self, head, planted as said};
use super::{Role, SimulatedPlans, decimal, mean, of_year};
use crate::region::{self, Level};

/// In what something was planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlantedIn {
    /// Indicators.
    Parity,
    /// Targets.
    Target,
    /// Topics that answer a priority.
    Coverage,
    /// Rows for the same people in the same place.
    Duplication,
    /// Codes of the other side.
    Authority,
    /// Money, targets and outcomes.
    Money,
    /// Days.
    Calendar,
    /// Proposals.
    Proposals,
    /// A draft and the final plan.
    Drift,
    /// Items of meetings.
    Overdue,
}

/// Something that was planted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// In what.
    pub of: PlantedIn,
    /// Which slip it is.
    pub slip: &'static str,
    /// Whether something does not fit by it; a near-miss otherwise.
    pub defect: bool,
    /// Whose row it is.
    pub region: region::Code,
    /// What names the row: a detail, a code, a number.
    pub row: String,
}

/// Which versions of a plan are edited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Draft,
    Final,
    Both,
}

/// A row of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RowRef {
    Code(String),
    Detail(String),
}

/// A workbook that is edited.
struct Book {
    file: usize,
    region: region::Code,
    agency: &'static str,
    draft: bool,
    grid: Grid,
    /// Columns by head, the year behind it.
    heads: BTreeMap<String, usize>,
    first: usize,
}

impl Book {
    fn of(
        file: usize,
        region: region::Code,
        agency: &'static str,
        draft: bool,
        grid: Grid,
    ) -> Self {
        let is_head = |row: &&Vec<Value>| {
            let first = row.first().map(Value::text).unwrap_or_default();
            first == head::CODE || first == head::PROGRAM_CODE
        };
        let top = grid.rows.iter().position(|row| is_head(&row)).unwrap_or_default();
        let below = grid.rows.get(top + 1);
        let two = below.is_some_and(|row| row.first().is_none_or(|cell| *cell == Value::Empty));
        let mut heads = BTreeMap::new();
        let mut group = String::new();
        let width = grid.rows.get(top).map_or(0, Vec::len);
        for column in 0..width.max(below.map_or(0, Vec::len)) {
            let text = grid.cell(top, column);
            if !text.is_empty() {
                group = text;
            }
            let year = if two { grid.cell(top + 1, column) } else { String::new() };
            heads.insert(format!("{group} {year}").trim().to_owned(), column);
        }
        Self { file, region, agency, draft, grid, heads, first: top + 1 + usize::from(two) }
    }

    fn column(&self, head: &str) -> Option<usize> {
        self.heads.get(&head.replace('|', " ")).copied()
    }

    fn text(&self, row: usize, head: &str) -> String {
        self.column(head).map(|column| self.grid.cell(row, column)).unwrap_or_default()
    }

    /// The deepest code that a row bears.
    fn code(&self, row: usize) -> String {
        let codes = [head::SUB_CODE, head::ACTIVITY_CODE, head::PROGRAM_CODE, head::CODE];
        let deepest = codes.iter().map(|head| self.text(row, head)).find(|text| !text.is_empty());
        deepest.unwrap_or_default()
    }

    /// The name of a detail.
    fn detail(&self, row: usize) -> String {
        if self.column(head::CODE).is_some() {
            let own = self.text(row, head::CODE).is_empty();
            return if own { self.text(row, head::NAME) } else { String::new() };
        }
        self.text(row, head::DETAIL)
    }

    fn rows(&self) -> std::ops::Range<usize> {
        self.first..self.grid.rows.len()
    }

    fn find(&self, wanted: &RowRef) -> Option<usize> {
        self.rows().find(|row| match wanted {
            RowRef::Detail(name) => self.detail(*row) == *name,
            RowRef::Code(code) => self.detail(*row).is_empty() && self.code(*row) == *code,
        })
    }
}

/// A detail of a plan as it was made.
#[derive(Clone, Debug)]
struct Detail {
    region: region::Code,
    agency: &'static str,
    name: String,
    place: String,
    group: String,
    time: String,
    sub: String,
    /// Nothing hangs on it: no mandate, proposal, agreement.
    free: bool,
    mandate: String,
}

impl Detail {
    fn days(&self) -> Option<(Date, Date)> {
        let (from, to) = self.time.split_once(" - ")?;
        Some((from.parse().ok()?, to.parse().ok()?))
    }

    /// Whether it feeds the plan of the year after.
    fn is_early(&self) -> bool {
        self.sub.starts_with("8.01") && self.sub.ends_with(".0001")
    }

    /// Whether it is a short activity of Kesbangpol like any other.
    fn is_plain(&self) -> bool {
        self.agency == KESBANGPOL && self.is_short() && !self.is_early()
    }

    fn is_short(&self) -> bool {
        self.days().is_some_and(|(from, to)| to < from.saturating_add(6.days()))
    }
}

struct Planter {
    plans: SimulatedPlans,
    books: Vec<Book>,
    details: Vec<Detail>,
    /// Kab/kota with a plan, in the order in which they are taken.
    regencies: Vec<region::Code>,
    next: usize,
    used: BTreeSet<(region::Code, String)>,
    stream: Stream,
}

const KESBANGPOL: &str = names::AGENCIES[0].0;
const DINSOS: &str = names::AGENCIES[1].0;

impl SimulatedPlans {
    /// Plants `each` defects of every slip and as many near-misses, as far as there are rows that
    /// nothing was planted in yet. Of slips that a province has one row for there is one of the two.
    #[must_use]
    pub fn plant(self, each: usize) -> Self {
        let mut planter = Planter::new(self);
        for _ in 0..each {
            planter.round();
        }
        planter.settle_means();
        planter.done()
    }
}

impl Planter {
    fn new(plans: SimulatedPlans) -> Self {
        let (year, upper) = (plans.simulation.year, plans.simulation.upper);
        let mut books = Vec::new();
        for (number, file) in plans.files.iter().enumerate() {
            let agency = if file.name.contains(KESBANGPOL) { KESBANGPOL } else { DINSOS };
            let Some(region) = file.region.filter(|_| file.year == year) else { continue };
            let Some(grid) = Grid::read(&file.bytes) else { continue };
            books.push(Book::of(number, region, agency, file.draft, grid));
        }
        let mut details = Vec::new();
        for book in books.iter().filter(|book| !book.draft && book.column(head::PLACE).is_some()) {
            let mut sub = String::new();
            for row in book.rows() {
                let name = book.detail(row);
                let code = book.code(row);
                if !code.is_empty() {
                    sub = code;
                }
                if name.is_empty() {
                    continue;
                }
                let empty = |head: &str| book.text(row, head).is_empty();
                let free =
                    empty(head::MANDATE) && empty(head::PROPOSALS) && empty(head::AGREEMENTS);
                details.push(Detail {
                    region: book.region,
                    agency: book.agency,
                    name,
                    place: book.text(row, head::PLACE),
                    group: book.text(row, head::GROUP),
                    time: book.text(row, head::TIME),
                    sub: sub.clone(),
                    free,
                    mandate: book.text(row, head::MANDATE),
                });
            }
        }
        let mut regencies: Vec<region::Code> = books.iter().map(|book| book.region).collect();
        regencies.retain(|region| *region != upper);
        regencies.sort_unstable();
        regencies.dedup();
        let mut stream = Stream::new(plans.simulation.seed, "plant", 0);
        stream.shuffle(&mut regencies);
        Self { plans, books, details, regencies, next: 0, used: BTreeSet::new(), stream }
    }

    fn upper(&self) -> region::Code {
        self.plans.simulation.upper
    }

    fn year(&self) -> i16 {
        self.plans.simulation.year
    }

    /// Sets a cell wherever the row and the column stand; whether it was found.
    fn set(
        &mut self,
        (region, agency): (region::Code, &str),
        which: Which,
        row: &RowRef,
        head: &str,
        value: impl Into<Value>,
    ) -> bool {
        let value = value.into();
        let mut found = false;
        for book in self.books.iter_mut().filter(|book| {
            let version = match which {
                Which::Draft => book.draft,
                Which::Final => !book.draft,
                Which::Both => true,
            };
            book.region == region && book.agency == agency && version
        }) {
            if let (Some(column), Some(row)) = (book.column(head), book.find(row)) {
                book.grid.set(row, column, value.clone());
                found = true;
            }
        }
        found
    }

    fn get(&self, region: region::Code, agency: &str, row: &RowRef, head: &str) -> String {
        let own = self
            .books
            .iter()
            .filter(|book| book.region == region && book.agency == agency && !book.draft);
        let mut texts = own.filter_map(|book| Some(book.text(book.find(row)?, head)));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn tell(
        &mut self,
        of: PlantedIn,
        slip: &'static str,
        defect: bool,
        at: region::Code,
        row: &str,
    ) {
        let row = row.to_owned();
        self.plans.planted.push(Planted { of, slip, defect, region: at, row });
    }

    /// The next kab/kota in which nothing was planted at `row`.
    fn regency(&mut self, row: &str) -> Option<region::Code> {
        for _ in 0..self.regencies.len() {
            let region = self.regencies.get(self.next % self.regencies.len()).copied()?;
            self.next += 1;
            if self.used.insert((region, row.to_owned())) {
                return Some(region);
            }
        }
        None
    }

    /// A detail of the next kab/kota that has one for which `fits` holds.
    fn detail(&mut self, fits: impl Fn(&Detail) -> bool) -> Option<Detail> {
        for _ in 0..self.regencies.len() {
            let region = self.regencies.get(self.next % self.regencies.len()).copied()?;
            self.next += 1;
            let own = self.details.iter().filter(|of| {
                of.region == region
                    && fits(of)
                    && !self.used.contains(&(region, of.name.clone()))
                    && !self.used.contains(&(region, of.sub.clone()))
            });
            let own: Vec<Detail> = own.cloned().collect();
            let at = self.stream.below(own.len() as u64) as usize;
            if let Some(found) = own.into_iter().nth(at) {
                self.used.insert((region, found.name.clone()));
                return Some(found);
            }
        }
        None
    }

    fn round(&mut self) {
        let both = [true, false];
        for slip in ["unit", "definition", "direction", "baseline-year", "registered"] {
            for defect in both {
                self.indicator(slip, defect);
            }
        }
        for slip in ["minimum", "below", "step"] {
            for defect in both {
                self.target(slip, defect);
            }
        }
        for defect in both {
            self.provincial_targets(defect);
        }
        for defect in both {
            self.topic(defect);
        }
        for near in ["next-desa", "other-quarter", "joint", "assistance"] {
            self.same_place("place", true);
            self.same_place(near, false);
        }
        for defect in both {
            self.same_people(defect);
        }
        for defect in both {
            self.other_code(defect);
        }
        for slip in ["target", "money", "outcome"] {
            for defect in both {
                self.without(slip, defect);
            }
        }
        for defect in both {
            self.days(defect);
        }
        for defect in both {
            self.proposals(defect);
        }
        for defect in both {
            self.versions(defect);
        }
        for defect in both {
            self.late(defect);
        }
    }

    /// A slip in the indicator of poverty.
    fn indicator(&mut self, slip: &'static str, defect: bool) {
        const PROGRAM: &str = "1.06.05";
        let last = i64::from(self.year()) - 1;
        let Some(region) = self.regency(PROGRAM) else { return };
        let row = RowRef::Code(PROGRAM.to_owned());
        let now = |of: &Self, head| of.get(region, DINSOS, &row, head);
        let (column, value): (&str, Value) = match (slip, defect) {
            ("unit", true) => (head::UNIT, said::PERSONS.into()),
            ("unit", false) => (head::UNIT, said::PERCENT.into()),
            ("definition", true) => (head::DEFINITION, said::HOUSEHOLDS.into()),
            ("definition", false) => {
                let text = now(self, head::DEFINITION).to_uppercase();
                (head::DEFINITION, format!("{text}.").into())
            }
            ("direction", true) => (head::DIRECTION, said::UP.into()),
            ("direction", false) => (head::UNIT, said::PERCENTAGE.into()),
            ("baseline-year", true) => (head::BASELINE_YEAR, (last - 1).into()),
            ("baseline-year", false) => (head::BASELINE_YEAR, last.to_string().into()),
            (_, true) => (head::BASELINE, "99,9".into()),
            (_, false) => {
                let text = now(self, head::BASELINE);
                (head::BASELINE, format!("{text}0").into())
            }
        };
        if self.set((region, DINSOS), Which::Both, &row, column, value) {
            self.tell(PlantedIn::Parity, slip, defect, region, PROGRAM);
        }
    }

    /// A slip in a target of a kab/kota.
    fn target(&mut self, slip: &'static str, defect: bool) {
        let target = of_year(head::TARGET, self.year());
        if slip == "minimum" {
            const DOMESTIC: &str = "1.06.02";
            let Some(region) = self.regency(DOMESTIC) else { return };
            let row = RowRef::Code(DOMESTIC.to_owned());
            let value = if defect { "35" } else { "39,6" };
            if self.set((region, DINSOS), Which::Both, &row, &target, value) {
                self.tell(PlantedIn::Target, slip, defect, region, DOMESTIC);
            }
            return;
        }
        const HARMONY: &str = "8.01.05";
        // A region that weighs much would take the province's own target along.
        let whole: u64 = self.plans.scores.iter().map(|of| of.weight).sum();
        let light = self.plans.scores.iter().filter(|of| of.weight * 16 < whole);
        let light: BTreeMap<region::Code, (i64, i64)> =
            light.map(|of| (of.region, (of.hundredths, of.high))).collect();
        let found = (0..self.regencies.len()).find_map(|_| {
            let region = self.regency(HARMONY)?;
            Some((region, *light.get(&region)?))
        });
        let Some((region, (score, high))) = found else { return };
        let value = match (slip, defect) {
            ("below", true) => score - 1,
            (_, true) => score + 1,
            // Just above the interval is neither.
            (_, false) => high + 1,
        };
        let row = RowRef::Code(HARMONY.to_owned());
        if self.set((region, KESBANGPOL), Which::Both, &row, &target, decimal(value, 2)) {
            self.tell(PlantedIn::Target, slip, defect, region, HARMONY);
        }
    }

    /// Of a province there is one row of each kind: by the seed it is off, or off by no more than
    /// rounding.
    fn provincial_targets(&mut self, defect: bool) {
        let target = of_year(head::TARGET, self.year());
        let even = self.plans.simulation.seed.is_multiple_of(2);
        let upper = self.upper();
        if even == defect && self.used.insert((upper, "1.06.05".to_owned())) {
            let row = RowRef::Code("1.06.05".to_owned());
            let now = self.get(upper, DINSOS, &row, &target);
            let tenths: i64 = now.replace(',', "").parse().unwrap_or_default();
            let value = decimal(tenths + if defect { 10 } else { 0 }, 1);
            if self.set((upper, DINSOS), Which::Both, &row, &target, value) {
                self.tell(PlantedIn::Target, "mean", defect, upper, "1.06.05");
            }
        }
        if even != defect && self.used.insert((upper, "8.01.06".to_owned())) {
            let served = |of: &Self, region| -> i64 {
                [(KESBANGPOL, "8.01.06"), (DINSOS, "1.06.04")]
                    .iter()
                    .filter_map(|(agency, code)| {
                        let row = RowRef::Code((*code).to_owned());
                        of.get(region, agency, &row, &target).parse::<i64>().ok()
                    })
                    .sum()
            };
            let sum: i64 = self.regencies.iter().map(|region| served(self, *region)).sum();
            let row = RowRef::Code("8.01.06".to_owned());
            let own: i64 = self.get(upper, KESBANGPOL, &row, &target).parse().unwrap_or_default();
            let other = served(self, upper) - own;
            // One of many rounded figures is no difference, a hundred are.
            let value = sum - other - if defect { 100 } else { 1 };
            if self.set((upper, KESBANGPOL), Which::Both, &row, &target, value) {
                self.tell(PlantedIn::Target, "sum-and-own", defect, upper, "8.01.06");
            }
        }
    }

    /// A detail that answers a mandate is about something else, or said more widely.
    fn topic(&mut self, defect: bool) {
        let answers = |of: &Detail| !of.mandate.is_empty() && !of.is_short() && of.mandate != "7";
        let Some(of) = self.detail(answers) else { return };
        let row = RowRef::Detail(of.name.clone());
        let (column, value) =
            if defect { (head::TOPIC, said::HISTORY) } else { (head::PLACE, said::WHOLE) };
        if self.set((of.region, of.agency), Which::Both, &row, column, value) {
            self.tell(PlantedIn::Coverage, "topic", defect, of.region, &of.name);
        }
    }

    /// A detail of a kab/kota in the desa of the province's, or next to it, or otherwise apart.
    fn same_place(&mut self, slip: &'static str, defect: bool) {
        let upper = self.upper();
        let provincial: Vec<Detail> = self
            .details
            .iter()
            .filter(|of| of.region == upper && !of.is_short())
            .cloned()
            .collect();
        let found = provincial.into_iter().find_map(|theirs| {
            let kab = theirs.place.parse::<region::Code>().ok()?.at(Level::Regency)?;
            let own = self.details.iter().find(|of| {
                of.region == kab && of.name == theirs.name && of.agency == theirs.agency
            })?;
            let free = !self.used.contains(&(kab, own.name.clone()))
                && !self.used.contains(&(kab, own.sub.clone()));
            (free && self.regencies.contains(&kab)).then(|| (theirs, own.clone()))
        });
        let Some((theirs, own)) = found else { return };
        self.used.insert((own.region, own.name.clone()));
        let row = RowRef::Detail(own.name.clone());
        let at = (own.region, own.agency);
        let place = match slip {
            "next-desa" => next_desa(&theirs.place),
            _ => theirs.place.clone(),
        };
        let mut done = self.set(at, Which::Both, &row, head::PLACE, place);
        match slip {
            "other-quarter" => {
                let time = other_quarter(&own.time);
                done &= self.set(at, Which::Both, &row, head::TIME, time);
            }
            "joint" => {
                done &= self.set(at, Which::Both, &row, head::JOINT, said::JOINT);
                let at = (upper, theirs.agency);
                done &= self.set(at, Which::Both, &row, head::JOINT, said::JOINT);
            }
            "assistance" => {
                done &= self.set(at, Which::Both, &row, head::ARRANGEMENT, said::TASK);
            }
            _ => {}
        }
        if done {
            self.tell(PlantedIn::Duplication, slip, defect, own.region, &own.name);
        }
    }

    /// People who are invited by the province and by their kab/kota on one day, or on two.
    fn same_people(&mut self, defect: bool) {
        let upper = self.upper();
        let theirs = self.details.iter().find_map(|of| {
            let kab = of.place.parse::<region::Code>().ok()?.at(Level::Regency)?;
            let known = self.used.contains(&(upper, of.name.clone()));
            let fits = of.region == upper && of.is_short() && !of.is_early() && !known;
            (fits && self.regencies.contains(&kab)).then(|| (of.clone(), kab))
        });
        let Some((theirs, kab)) = theirs else { return };
        let Some((from, to)) = theirs.days() else { return };
        let own = self.details.iter().find(|of| {
            of.region == kab
                && of.is_plain()
                && of.free
                && of.name != theirs.name
                && !self.used.contains(&(kab, of.name.clone()))
        });
        let Some(own) = own.cloned() else { return };
        self.used.insert((upper, theirs.name.clone()));
        self.used.insert((kab, own.name.clone()));
        let later = if defect { 0 } else { 2 };
        let (from, to) = (from.saturating_add(later.days()), to.saturating_add(later.days()));
        let row = RowRef::Detail(own.name.clone());
        let at = (kab, own.agency);
        let group = theirs.group.clone();
        let done = self.set(at, Which::Both, &row, head::PLACE, theirs.place.clone())
            & self.set(at, Which::Both, &row, head::GROUP, group)
            & self.set(at, Which::Both, &row, head::TIME, format!("{from} - {to}"));
        if done {
            self.tell(PlantedIn::Calendar, "people", defect, kab, &own.name);
        }
    }

    /// A sub kegiatan under the code of the other side.
    fn other_code(&mut self, defect: bool) {
        for (slip, agency) in [("side", DINSOS), ("side-general", KESBANGPOL)] {
            if defect && agency == KESBANGPOL {
                continue;
            }
            let alone = |of: &Detail| of.agency == agency && of.sub.contains(".2.");
            let Some(of) = self.detail(alone) else { continue };
            if !self.used.insert((of.region, of.sub.clone())) {
                continue;
            }
            let code = of.sub.replacen(".2.", ".1.", 1);
            let row = RowRef::Code(code.clone());
            self.rename(of.region, agency, &of.sub, &code);
            // The kegiatan goes along: a head with nothing below it is another slip.
            if let (Some((from, _)), Some((to, _))) =
                (of.sub.rsplit_once('.'), code.rsplit_once('.'))
            {
                self.rename(of.region, agency, from, to);
            }
            if !defect && agency == DINSOS {
                self.set((of.region, agency), Which::Both, &row, head::ARRANGEMENT, said::TASK);
            }
            self.tell(PlantedIn::Authority, slip, defect, of.region, &code);
        }
    }

    /// Another code for a kegiatan or sub kegiatan, in every line that bears it.
    fn rename(&mut self, region: region::Code, agency: &str, from: &str, to: &str) {
        for book in &mut self.books {
            if book.region != region || book.agency != agency {
                continue;
            }
            let heads = [head::CODE, head::ACTIVITY_CODE, head::SUB_CODE];
            let columns = heads.map(|head| book.column(head));
            for column in columns.into_iter().flatten() {
                for row in book.first..book.grid.rows.len() {
                    if book.grid.cell(row, column) == from {
                        book.grid.set(row, column, to);
                    }
                }
            }
        }
    }

    /// Money without target, target without money, an outcome that nobody knows.
    fn without(&mut self, slip: &'static str, defect: bool) {
        let target = of_year(head::TARGET, self.year());
        let budget = of_year(head::BUDGET, self.year());
        let single =
            |of: &Detail| of.free && !of.is_short() && matches!(of.sub.get(..4), Some("1.06"));
        let Some(of) = self.detail(single) else { return };
        if !self.used.insert((of.region, of.sub.clone())) {
            return;
        }
        let at = (of.region, of.agency);
        let (sub, detail) = (RowRef::Code(of.sub.clone()), RowRef::Detail(of.name.clone()));
        let done = match (slip, defect) {
            ("target", true) => self.set(at, Which::Both, &sub, &target, ""),
            ("target", false) => self.set(at, Which::Both, &sub, &target, names::AGREED),
            ("money", true) => self.set(at, Which::Both, &detail, &budget, ""),
            ("money", false) => {
                // Set to nothing by an order that both rows name.
                self.set(at, Which::Final, &detail, &budget, 0_i64)
                    & self.set(at, Which::Final, &detail, head::CUT, said::ORDER)
                    & self.set(at, Which::Final, &sub, head::CUT, said::ORDER)
            }
            (_, true) => self.set(at, Which::Both, &sub, head::OUTCOME, said::UNKNOWN),
            (_, false) => self.set(at, Which::Both, &sub, head::OUTCOME, said::OUTCOME),
        };
        if done {
            self.tell(PlantedIn::Money, slip, defect, of.region, &of.sub);
        }
    }

    /// Whether an office holds nothing short on these days.
    fn is_free(&self, of: &Detail, from: Date, to: Date) -> bool {
        let others = self.details.iter().filter(|other| {
            other.region == of.region && other.agency == of.agency && other.name != of.name
        });
        let mut clashes = others.filter(|other| other.is_short()).filter_map(Detail::days);
        !clashes.any(|(first, last)| first <= to && from <= last)
    }

    fn move_to(&mut self, of: &Detail, from: Date, to: Date) -> bool {
        let row = RowRef::Detail(of.name.clone());
        let time = format!("{from} - {to}");
        let done = self.set((of.region, of.agency), Which::Both, &row, head::TIME, time.clone());
        let known = self.details.iter_mut().find(|other| {
            (other.region, other.agency, &other.name) == (of.region, of.agency, &of.name)
        });
        if let Some(known) = known {
            known.time = time;
        }
        done
    }

    /// Days that clash, and days just beside them.
    fn days(&mut self, defect: bool) {
        let year = self.year();
        let day = |month, day| Date::new(year, month, day).unwrap_or_default();
        if let Some(of) = self.detail(|of| of.is_plain() && of.free) {
            let wanted = if defect { day(8, 17) } else { day(8, 18) };
            if self.is_free(&of, wanted, wanted) && self.move_to(&of, wanted, wanted) {
                self.tell(PlantedIn::Calendar, "holiday", defect, of.region, &of.name);
            }
        }
        if let Some(of) = self.detail(Detail::is_plain) {
            let other = self.details.iter().find(|other| {
                other.region == of.region
                    && other.agency == of.agency
                    && other.is_plain()
                    && other.name != of.name
                    && !self.used.contains(&(of.region, other.name.clone()))
            });
            if let Some((other, (from, to))) =
                other.cloned().and_then(|of| Some((of.clone(), of.days()?)))
            {
                self.used.insert((of.region, other.name.clone()));
                let (from, to) = if defect {
                    (from, to)
                } else {
                    (to.saturating_add(1.day()), to.saturating_add(1.day()))
                };
                let free = defect || self.is_free(&of, from, to);
                if free && !rests(from) && !rests(to) && self.move_to(&of, from, to) {
                    self.tell(PlantedIn::Calendar, "office", defect, of.region, &of.name);
                }
            }
        }
        if let Some(of) = self.detail(Detail::is_early) {
            let days = if defect { (8, 20, 30) } else { (7, 20, 31) };
            let mut found = None;
            for first in days.1..days.2 {
                let (from, to) = (day(days.0, first), day(days.0, first + 1));
                if found.is_none() && self.is_free(&of, from, to) {
                    found = Some((from, to));
                }
            }
            if let Some((from, to)) = found
                && self.move_to(&of, from, to)
            {
                self.tell(PlantedIn::Calendar, "deadline", defect, of.region, &of.name);
            }
        }
    }

    fn list(&mut self, role: Role, change: impl FnOnce(&mut Grid)) {
        let file = self.plans.files.iter_mut().find(|file| file.role == role);
        let Some(file) = file else { return };
        let Some(mut grid) = Grid::read(&file.bytes) else { return };
        change(&mut grid);
        if let Ok(bytes) = grid.write() {
            file.bytes = bytes;
        }
    }

    /// Sets a cell of the line of a list that bears `number`.
    fn set_in_list(&mut self, role: Role, number: &str, column: usize, value: &str) {
        self.list(role, |grid| {
            let row = (0..grid.rows.len()).find(|row| grid.cell(*row, 0) == number);
            if let Some(row) = row {
                grid.set(row, column, value);
            }
        });
    }

    /// Proposals without answer, reason or row.
    fn proposals(&mut self, defect: bool) {
        let upper = self.upper();
        let Some(region) = self.regency("proposals") else { return };
        let number = |number: u8| format!("U-{region}-{number}");
        let reason = if defect { "" } else { said::REASON };
        self.set_in_list(Role::Proposals, &number(2), 7, reason);
        self.tell(PlantedIn::Proposals, "no-reason", defect, upper, &number(2));
        let Some(region) = self.regency("proposals") else { return };
        let number = |number: u8| format!("U-{region}-{number}");
        if defect {
            self.set_in_list(Role::Proposals, &number(1), 6, "");
            self.tell(PlantedIn::Proposals, "no-answer", true, upper, &number(1));
        } else {
            let answer = names::ANSWERS[0].to_uppercase();
            self.set_in_list(Role::Proposals, &number(1), 6, &answer);
            self.tell(PlantedIn::Proposals, "no-answer", false, upper, &number(1));
        }
        let Some(region) = self.regency("proposals") else { return };
        let number = format!("U-{region}-1");
        let instead = if defect { String::new() } else { number.to_lowercase().replace('-', " ") };
        for book in self.books.iter_mut().filter(|book| book.region == upper) {
            let Some(column) = book.column(head::PROPOSALS) else { continue };
            for row in book.first..book.grid.rows.len() {
                let text = book.grid.cell(row, column);
                let parts: Vec<&str> = text
                    .split("; ")
                    .map(|part| if part == number { instead.as_str() } else { part })
                    .filter(|part| !part.is_empty())
                    .collect();
                book.grid.set(row, column, parts.join("; "));
            }
        }
        self.tell(PlantedIn::Proposals, "absent", defect, upper, &number);
    }

    /// A final plan that says something else than its draft, or the same otherwise.
    fn versions(&mut self, defect: bool) {
        let (target, budget) =
            (of_year(head::TARGET, self.year()), of_year(head::BUDGET, self.year()));
        let Some(of) = self.detail(|of| of.free && !of.is_short()) else { return };
        let (at, row) = ((of.region, of.agency), RowRef::Detail(of.name.clone()));
        let amount: i64 = self.get(of.region, of.agency, &row, &budget).parse().unwrap_or_default();
        let more = amount / 100 * if defect { 6 } else { 5 };
        if self.set(at, Which::Final, &row, &budget, amount + more) {
            self.tell(PlantedIn::Drift, "money", defect, of.region, &of.name);
        }
        let Some(of) = self.detail(|of| !of.is_short()) else { return };
        let (at, row) = ((of.region, of.agency), RowRef::Detail(of.name.clone()));
        let district = of.place.parse::<region::Code>().ok().and_then(|of| of.at(Level::District));
        let done = match (defect, district) {
            (true, Some(district)) => {
                self.set(at, Which::Final, &row, head::PLACE, other_district(district))
            }
            (false, Some(district)) => {
                self.set(at, Which::Draft, &row, head::PLACE, district.to_string())
            }
            (_, None) => false,
        };
        if done {
            self.tell(PlantedIn::Drift, "place", defect, of.region, &of.name);
        }
        let Some(of) = self.detail(|of| of.free) else { return };
        if self.used.insert((of.region, of.sub.clone())) {
            let (at, row) = ((of.region, of.agency), RowRef::Code(of.sub.clone()));
            let now: i64 =
                self.get(of.region, of.agency, &row, &target).parse().unwrap_or_default();
            let value = if defect { (now + 10).to_string() } else { format!("{now},0") };
            if self.set(at, Which::Final, &row, &target, value) {
                self.tell(PlantedIn::Drift, "target", defect, of.region, &of.sub);
            }
        }
        let Some(of) = self.detail(|of| of.free) else { return };
        if self.used.insert((of.region, of.sub.clone())) {
            let name = |book: &Book, row| {
                let own = if book.column(head::SUB).is_some() { head::SUB } else { head::NAME };
                book.text(row, own)
            };
            let mut done = false;
            for book in &mut self.books {
                if book.draft || book.region != of.region || book.agency != of.agency {
                    continue;
                }
                let own = if book.column(head::SUB).is_some() { head::SUB } else { head::NAME };
                let Some(column) = book.column(own) else { continue };
                for row in book.first..book.grid.rows.len() {
                    let is_detail = own == head::NAME && !book.detail(row).is_empty();
                    if book.code(row) == of.sub && !is_detail {
                        let text = name(book, row);
                        let new =
                            if defect { said::RENAMED.to_owned() } else { text.to_uppercase() };
                        book.grid.set(row, column, new);
                        done = true;
                    }
                }
            }
            if done {
                self.tell(PlantedIn::Drift, "text", defect, of.region, &of.sub);
            }
        }
        // Others stand below the same sub kegiatan.
        let Some(of) = self.detail(|of| of.free && of.sub.starts_with("8.01.05")) else { return };
        let row = RowRef::Detail(of.name.clone());
        let own =
            |book: &&mut Book| !book.draft && book.region == of.region && book.agency == of.agency;
        for book in self.books.iter_mut().filter(own) {
            let Some(row) = book.find(&row) else { continue };
            if defect {
                book.grid.rows.remove(row);
            } else if book.rows().contains(&(row - 1)) && !book.detail(row - 1).is_empty() {
                // The same rows in another order.
                book.grid.rows.swap(row, row - 1);
            }
        }
        self.tell(PlantedIn::Drift, "deleted", defect, of.region, &of.name);
    }

    /// An item past its date, or due on the day.
    fn late(&mut self, defect: bool) {
        let today = self.plans.simulation.today();
        let due = if defect { today.saturating_sub(1.day()) } else { today };
        let Some(region) = self.regency("items") else { return };
        let number = format!("TL-{region}");
        self.set_in_list(Role::Meetings, &number, 5, &due.to_string());
        self.tell(PlantedIn::Overdue, "late", defect, region, &number);
    }

    /// The province's target of harmony follows from those of its kab/kota, what was planted among
    /// them included.
    fn settle_means(&mut self) {
        if !self.plans.silent.is_empty() {
            return;
        }
        let target = of_year(head::TARGET, self.year());
        let row = RowRef::Code("8.01.05".to_owned());
        let weighted: Vec<(i64, u64)> = self
            .plans
            .scores
            .iter()
            .filter(|of| of.region != self.upper())
            .filter_map(|of| {
                let text = self.get(of.region, KESBANGPOL, &row, &target);
                Some((text.replace(',', "").parse().ok()?, of.weight))
            })
            .collect();
        let value = decimal(mean(&weighted), 2);
        self.set((self.upper(), KESBANGPOL), Which::Both, &row, &target, value);
    }

    fn done(mut self) -> SimulatedPlans {
        for book in &self.books {
            if let (Some(file), Ok(bytes)) =
                (self.plans.files.get_mut(book.file), book.grid.write())
            {
                file.bytes = bytes;
            }
        }
        self.plans
    }
}

fn rests(day: Date) -> bool {
    matches!((day.month(), day.day()), (1, 1) | (5, 1) | (6, 1) | (8, 17) | (12, 25))
}

/// Another desa of the same kecamatan.
fn next_desa(place: &str) -> String {
    let village = place.parse::<region::Code>().ok();
    let district = village.and_then(|of| of.at(Level::District));
    let others = district.map_or(&[][..], region::children);
    let other = others.iter().rfind(|of| Some(of.code) != village);
    other.map_or_else(|| place.to_owned(), |of| of.code.to_string())
}

/// The last kecamatan of the same kab/kota that is not this one.
fn other_district(district: region::Code) -> String {
    let regency = district.at(Level::Regency);
    let others = regency.map_or(&[][..], region::children);
    let other = others.iter().rfind(|of| of.code != district);
    other.map_or(district, |of| of.code).to_string()
}

/// A quarter that does not touch the quarter in which a long activity is done.
fn other_quarter(time: &str) -> String {
    let Some(from) = time.split(" - ").next().and_then(|text| text.parse::<Date>().ok()) else {
        return time.to_owned();
    };
    let month = if from.month() <= 6 { 10 } else { 1 };
    let day = |month, day| Date::new(from.year(), month, day).unwrap_or(from);
    format!("{} - {}", day(month, 2), day(month + 2, 28))
}
