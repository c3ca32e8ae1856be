//! Blocks of cells to columns of codes: the work of one thread.

use std::borrow::Cow;
use std::ops::Range;

use foldhash::HashMap;

use super::memory::{Glances, Memory};
use super::plan::{Action, OUTSIDE, Plan, Reason, Resolved, Small, UNKNOWN};
use crate::round::answers::{Answers, NO_DAY, NONE};
use crate::round::mapping::DateOrder;
use crate::round::mapping::moment::{day, parts, second};
use crate::round::quality;
use crate::sheet::csv::{End, Scanner};
use crate::sheet::{
    Block, Cell, CellBlock, Cells, EMPTY, FAULTS_KEPT, Repeating, TextBlock, Value,
};

/// Most different texts of one kind (links, PSUs, …) that are kept; more is not a column of names.
const LABELS: usize = 2_000_000;
/// No time of day known.
pub(super) const NO_SECOND: u32 = u32::MAX;

/// A fault of a cell, before file and header are added.
pub(super) struct CellFault {
    /// Row within the block for text, in the sheet for cells.
    pub(super) row: u32,
    pub(super) column: Option<usize>,
    pub(super) value: String,
    pub(super) reason: Reason,
}

/// Which names a thread has met; positions are the thread's own until delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    District,
    Link,
    Stratum,
    Psu,
}

/// What became of one block.
#[derive(Default)]
pub(super) struct Part {
    /// Answers without fault, positions of names as the thread counts them.
    pub(super) answers: Answers,
    /// Row of each answer, as in [`CellFault::row`].
    pub(super) rows: Vec<u32>,
    /// Second of the day of each answer, or [`NO_SECOND`].
    pub(super) seconds: Vec<u32>,
    /// What [`quality::Seen`] compares.
    pub(super) hashes: Vec<u64>,
    /// Rows that are not blank.
    pub(super) filled: u64,
    /// Rows of text in the block, blank ones included; 0 for cells, whose rows are absolute.
    pub(super) advance: u64,
    /// The first faults.
    pub(super) faults: Vec<CellFault>,
    /// All faults, those of `outside` among them.
    pub(super) fault_count: u64,
    /// Rows by the text of a region outside the frame, and the first of them as in
    /// [`CellFault::row`]; they are not among `faults`.
    pub(super) outside: HashMap<String, (u64, u32)>,
    /// Names met for the first time by this thread, per [`Kind`].
    pub(super) fresh: [Vec<String>; 4],
    /// The thread.
    pub(super) thread: usize,
}

impl Part {
    /// Forgets everything but the room it took.
    pub(super) fn clear(&mut self) {
        self.answers.clear();
        self.rows.clear();
        self.seconds.clear();
        self.hashes.clear();
        self.faults.clear();
        self.outside.clear();
        self.fresh.iter_mut().for_each(Vec::clear);
        (self.filled, self.advance, self.fault_count) = (0, 0, 0);
    }
}

/// Columns of a text file that are taken together.
enum Step<'a> {
    /// Columns of answers from this one on, nearly all of them one digit.
    Answers(Answered<'a>),
    /// Columns that mostly repeat, from this one up to that: taken at once where all do.
    Repeating(Range<usize>, Run),
    /// Any other column.
    Cell(usize),
}

/// Columns of answers that follow one another.
struct Answered<'a> {
    first: usize,
    codes: Vec<&'a Small>,
    /// The first and the last digit that is a code, where in every column the digits between them
    /// are their own codes and the others none.
    own: Option<(u8, u8)>,
}

/// The fields of some columns as they stood in a row, with the delimiters after them, and what
/// they stand for; empty where that cannot be told.
#[derive(Default)]
struct Run {
    text: Vec<u8>,
    codes: Vec<u32>,
}

/// A field that was taken.
struct Taken {
    /// Whether it was the last of its row.
    ended: bool,
    /// What it stands for, where its bytes in the file tell that.
    code: Option<u32>,
}

/// Turns blocks of one file into [`Part`]s.
pub(super) struct Decoder<'a> {
    plan: &'a Plan<'a>,
    thread: usize,
    steps: Vec<Step<'a>>,
    /// The codes of items and attributes as they come: of text row by row, of cells column by
    /// column.
    codes: Vec<u8>,
    /// Columns of items and attributes.
    coded: usize,
    /// Answers of the block before.
    before: usize,
    memories: Vec<Memory>,
    glances: Vec<Glances>,
    names: [HashMap<Box<str>, u32>; 4],
    part: Part,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(plan: &'a Plan<'a>, thread: usize) -> Self {
        let mut memories = Vec::new();
        memories.resize_with(plan.actions.len(), Memory::new);
        let mut glances = Vec::new();
        glances.resize_with(plan.actions.len(), Glances::new);
        let mut steps: Vec<Step<'a>> = Vec::new();
        for (at, action) in plan.actions.iter().enumerate() {
            let codes = action.codes().filter(|codes| codes.has_numbers());
            match (steps.last_mut(), codes) {
                (Some(Step::Answers(columns)), Some(codes)) => columns.push(&codes.small),
                (_, Some(codes)) => steps.push(Step::Answers(Answered::new(at, &codes.small))),
                (Some(Step::Repeating(columns, _)), None) if action.repeats() => columns.end += 1,
                (_, None) if action.repeats() => {
                    steps.push(Step::Repeating(at..at + 1, Run::default()));
                }
                (_, None) => steps.push(Step::Cell(at)),
            }
        }
        let coded = plan.actions.iter().filter(|action| action.codes().is_some()).count();
        Self {
            plan,
            thread,
            steps,
            codes: Vec::new(),
            coded,
            before: 0,
            memories,
            glances,
            names: Default::default(),
            part: Part::default(),
        }
    }

    /// The answers of `block`, in the room of `part`, which is [`Part::clear`].
    pub(super) fn decode(&mut self, block: &Block, part: Part) -> Part {
        self.part = Part { thread: self.thread, ..part };
        self.codes.clear();
        match block {
            Block::Text(block) => self.text(block),
            Block::Cells(block) => self.cells(block),
        }
        self.before = self.part.answers.len;
        let mut part = std::mem::take(&mut self.part);
        fill(&mut part, self.plan);
        quality::straight_lines(&mut part.answers);
        quality::hash(&part.answers, &mut part.hashes);
        part
    }

    fn text(&mut self, block: &TextBlock) {
        let plan = self.plan;
        let mut scanner = Scanner::new(&block.bytes, block.dialect);
        self.reserve(self.before + self.before / 8);
        let mut steps = std::mem::take(&mut self.steps);
        let mut row = 0_u32;
        while !scanner.done() {
            row += 1;
            if scanner.skip_blank() {
                continue;
            }
            let faults_before = self.part.fault_count;
            self.part.filled += 1;
            let mut ended = false;
            let mut short = None;
            for step in &mut steps {
                let columns = match step {
                    Step::Answers(columns) => columns,
                    Step::Repeating(columns, run) => {
                        if !ended && !run.text.is_empty() && scanner.rest().starts_with(&run.text) {
                            scanner.pass(run.text.len());
                            for (at, &code) in columns.clone().zip(&run.codes) {
                                self.put(at, code);
                            }
                            continue;
                        }
                        let (rest, start) = (scanner.rest(), scanner.position());
                        run.codes.clear();
                        for at in columns.clone() {
                            if ended {
                                short = short.or(plan.is_used(at).then_some(at));
                            } else {
                                let taken = self.field(at, &mut scanner, row);
                                ended = taken.ended;
                                run.codes.extend(taken.code);
                            }
                        }
                        let known = !ended && run.codes.len() == columns.len();
                        let length = if known { scanner.position() - start } else { 0 };
                        run.text.clear();
                        run.text.extend_from_slice(rest.get(..length).unwrap_or_default());
                        continue;
                    }
                    Step::Cell(at) if ended => {
                        short = short.or(plan.is_used(*at).then_some(*at));
                        continue;
                    }
                    Step::Cell(at) => {
                        ended = self.field(*at, &mut scanner, row).ended;
                        continue;
                    }
                };
                let Answered { first, codes, own } = &*columns;
                let mut rest = codes.as_slice();
                while let Some((column, others)) = rest.split_first() {
                    let at = first + codes.len() - rest.len();
                    if ended {
                        short = short.or(Some(at));
                        break;
                    }
                    let taken = match *own {
                        Some((low, high)) => {
                            scanner.take_digits(low, high, rest.len(), &mut self.codes)
                        }
                        None => {
                            let taken = self.put_digits(rest, &scanner);
                            scanner.pass(2 * taken);
                            taken
                        }
                    };
                    if taken > 0 {
                        rest = rest.get(taken..).unwrap_or_default();
                        continue;
                    }
                    rest = others;
                    let start = scanner.position();
                    let code = |value: Option<u8>| value.map_or(0, |v| column[usize::from(v)]);
                    match scanner.small().map(code) {
                        Some(UNKNOWN) => {
                            scanner.rewind(start);
                            ended = self.field(at, &mut scanner, row).ended;
                        }
                        Some(code) => self.codes.push(code),
                        None => ended = self.field(at, &mut scanner, row).ended,
                    }
                }
            }
            if let Some(at) = short {
                self.fault(row, Some(at), "", "short-row");
            }
            let mut surplus = false;
            while !ended {
                let field = scanner.field();
                ended = field.end != End::Delimiter;
                surplus |= !field.raw.trim_ascii().is_empty();
            }
            if surplus {
                self.fault(row, None, "", "long-row");
            }
            if self.part.fault_count == faults_before {
                self.part.answers.len += 1;
                self.part.rows.push(row);
            } else {
                self.truncate();
            }
        }
        self.steps = steps;
        self.part.advance = u64::from(row);
        self.settle(true);
    }

    /// Takes the next field of a row as that of the column at `at`.
    #[inline(always)]
    fn field(&mut self, at: usize, scanner: &mut Scanner<'_>, row: u32) -> Taken {
        let (rest, delimiter) = (scanner.rest(), scanner.delimiter());
        if let Some((length, code)) =
            self.glances.get(at).and_then(|glances| glances.get(rest, delimiter))
        {
            scanner.pass(length);
            self.put(at, code);
            return Taken { ended: false, code: Some(code) };
        }
        let start = scanner.position();
        let field = scanner.field();
        let mut code = None;
        if field.end == End::Unclosed {
            self.fault(row, Some(at), "", "unclosed");
        } else if field.doubled {
            self.bytes(at, field.text().as_bytes(), row);
        } else if self.plan.is_used(at) {
            code = self.code(at, field.raw, row);
        }
        let ended = field.end != End::Delimiter;
        if let (Some(code), false, Some(glances)) = (code, ended, self.glances.get_mut(at)) {
            glances.put(rest, scanner.position() - start, delimiter, code);
        }
        Taken { ended, code }
    }

    /// Takes as many fields for `columns` as are one digit with a code; says how many.
    fn put_digits(&mut self, columns: &[&Small], scanner: &Scanner<'_>) -> usize {
        let before = self.codes.len();
        for ([a, b, c, d], digits) in columns.as_chunks().0.iter().zip(scanner.digits()) {
            let [p, q, r, s] = digits.map(usize::from);
            let codes = [a[p], b[q], c[r], d[s]];
            if codes.contains(&UNKNOWN) {
                break;
            }
            self.codes.extend_from_slice(&codes);
        }
        self.codes.len() - before
    }

    /// Makes room for `rows` answers of a text.
    fn reserve(&mut self, rows: usize) {
        self.codes.reserve(rows * self.coded);
        let Part { answers, seconds, rows: numbers, .. } = &mut self.part;
        numbers.reserve(rows);
        for action in &self.plan.actions {
            match action {
                Action::Region => answers.region.reserve(rows),
                Action::District => answers.district.reserve(rows),
                Action::Link => answers.link.reserve(rows),
                Action::Stratum => answers.stratum.reserve(rows),
                Action::Psu => answers.psu.reserve(rows),
                Action::Weight => answers.weight.reserve(rows),
                Action::Fpc => answers.fpc.reserve(rows),
                Action::Moment(_) => {
                    answers.day.reserve(rows);
                    seconds.reserve(rows);
                }
                Action::Skip | Action::Item(..) | Action::Attribute(..) => {}
            }
        }
    }

    /// Hands the codes over to the answers, column by column.
    fn settle(&mut self, by_row: bool) {
        let answers = &mut self.part.answers;
        answers.items.resize_with(self.plan.items, Vec::new);
        answers.attributes.resize_with(self.plan.attributes, Vec::new);
        // A few rows at a time stay in the first-level cache while column after column is taken.
        let rows = if by_row { 64 } else { answers.len.max(1) };
        for tile in self.codes.chunks(rows * self.coded.max(1)) {
            let coded = self.plan.actions.iter().filter(|action| action.codes().is_some());
            for (number, action) in coded.enumerate() {
                let place = match action {
                    Action::Item(slot, _) => answers.items.get_mut(*slot),
                    Action::Attribute(slot, _) => answers.attributes.get_mut(*slot),
                    _ => None,
                };
                let Some(place) = place else { continue };
                if by_row {
                    let codes = tile.get(number..).unwrap_or_default();
                    place.extend(codes.iter().step_by(self.coded));
                } else {
                    let from = number * answers.len;
                    place.extend(tile.get(from..from + answers.len).unwrap_or_default());
                }
            }
        }
    }

    /// Takes the last, unfinished row back.
    fn truncate(&mut self) {
        let answers = &mut self.part.answers;
        let len = answers.len;
        answers.region.truncate(len);
        answers.district.truncate(len);
        answers.link.truncate(len);
        answers.day.truncate(len);
        self.part.seconds.truncate(len);
        answers.stratum.truncate(len);
        answers.psu.truncate(len);
        answers.weight.truncate(len);
        answers.fpc.truncate(len);
        self.codes.truncate(len * self.coded);
    }

    fn cells(&mut self, block: &CellBlock) {
        let plan = self.plan;
        for (at, (action, cells)) in plan.actions.iter().zip(&block.columns).enumerate() {
            match (action, cells) {
                (Action::Skip, _) => {}
                (Action::Item(_, codes) | Action::Attribute(_, codes), Cells::Whole(values)) => {
                    let known = |&value: &i32| match usize::try_from(value) {
                        Ok(value) => codes.small.get(value).copied().unwrap_or(UNKNOWN),
                        Err(_) if value == EMPTY => 0,
                        Err(_) => UNKNOWN,
                    };
                    let before = self.codes.len();
                    self.codes.extend(values.iter().map(known));
                    if !self.codes.get(before..).unwrap_or_default().contains(&UNKNOWN) {
                        continue;
                    }
                    self.codes.truncate(before);
                    for (value, &row) in values.iter().zip(&block.rows) {
                        match known(value) {
                            UNKNOWN => self.bytes(at, value.to_string().as_bytes(), row),
                            code => self.put(at, u32::from(code)),
                        }
                    }
                }
                (_, Cells::Whole(values)) => {
                    for (&value, &row) in values.iter().zip(&block.rows) {
                        if value == EMPTY {
                            self.bytes(at, b"", row);
                        } else {
                            self.bytes(at, value.to_string().as_bytes(), row);
                        }
                    }
                }
                (_, Cells::Repeating(cells)) => self.repeating(at, cells, &block.rows),
                (_, Cells::Mixed(values)) => {
                    for (cell, &row) in values.iter().zip(&block.rows) {
                        self.cell(at, cell, row);
                    }
                }
            }
        }
        self.part.filled = block.rows.len() as u64;
        self.part.rows.clone_from(&block.rows);
        self.part.answers.len = block.rows.len();
        self.settle(false);
        if self.part.fault_count > 0 {
            fill(&mut self.part, plan);
            drop_faulty(&mut self.part);
        }
        self.part.faults.sort_by_key(|fault| (fault.row, fault.column));
        self.part.faults.truncate(FAULTS_KEPT);
    }

    /// Takes a column of which few values are different: each is looked up once.
    fn repeating(&mut self, at: usize, cells: &Repeating, rows: &[u32]) {
        let coded = self.plan.actions.get(at).is_some_and(|action| action.codes().is_some());
        if coded && cells.different() <= 256 {
            let mut codes = [UNKNOWN; 256];
            for (position, code) in (0..).zip(codes.iter_mut()).take(cells.different()) {
                let known = match cells.value(position) {
                    Value::Text(text) => self.resolve(at, text),
                    Value::Cell(Cell::Empty) => self.resolve(at, b""),
                    Value::Cell(Cell::Number(number)) => {
                        self.resolve(at, self.plan.written(*number).as_bytes())
                    }
                    Value::Cell(_) => continue,
                };
                *code = known.map_or(UNKNOWN, |known| known as u8);
            }
            let before = self.codes.len();
            let code = |&position: &u16| codes[usize::from(position as u8)];
            self.codes.extend(cells.which().iter().map(code));
            if !self.codes.get(before..).unwrap_or_default().contains(&UNKNOWN) {
                return;
            }
            self.codes.truncate(before);
        }
        let mut codes = vec![None; cells.different()];
        for (&position, &row) in cells.which().iter().zip(rows) {
            if let Some(&Some(code)) = codes.get(usize::from(position)) {
                self.put(at, code);
                continue;
            }
            let code = match cells.value(position) {
                Value::Text(text) => self.code(at, text, row),
                Value::Cell(cell) => {
                    self.cell(at, cell, row);
                    None
                }
            };
            if let Some(slot) = codes.get_mut(usize::from(position)) {
                *slot = code;
            }
        }
    }

    fn cell(&mut self, at: usize, cell: &Cell, row: u32) {
        let action = self.plan.actions.get(at);
        match (cell, action) {
            (Cell::Empty, _) => self.bytes(at, b"", row),
            (Cell::Text(text), _) => self.bytes(at, text.as_bytes(), row),
            (Cell::Number(number), Some(Action::Region)) if number.fract() != 0.0 => {
                // As a number 61.1 can only be 61.10: 61.01 is another number.
                self.bytes(at, format!("{number:.2}").as_bytes(), row);
            }
            (Cell::Number(number), Some(Action::Weight | Action::Fpc)) => {
                if *number > 0.0 {
                    self.measure(at, Some(*number), "", row);
                } else {
                    self.measure(at, Some(*number), &number.to_string(), row);
                }
            }
            (Cell::Number(number), _) => {
                self.bytes(at, self.plan.written(*number).as_bytes(), row);
            }
            (Cell::Moment { day, second }, Some(Action::Moment(_))) => {
                self.part.answers.day.push(*day);
                self.part.seconds.push(second.unwrap_or(NO_SECOND));
            }
            (Cell::Moment { .. }, _) => self.bytes(at, cell.text().as_bytes(), row),
            (Cell::Uncalculated, _) => {
                self.fault(row, Some(at), "", "formula");
                self.hold_place(at);
            }
            (Cell::Error(error), _) => {
                self.fault(row, Some(at), error, "cell-error");
                self.hold_place(at);
            }
        }
    }

    /// Takes the bytes of a cell, UTF-8 or Windows-1252.
    fn bytes(&mut self, at: usize, raw: &[u8], row: u32) {
        let _ = self.code(at, raw, row);
    }

    /// [`Decoder::bytes`], and what they stand for where that is a code.
    fn code(&mut self, at: usize, raw: &[u8], row: u32) -> Option<u32> {
        let plan = self.plan;
        let action = plan.actions.get(at)?;
        let text = || text_of(raw);
        match action {
            Action::Weight | Action::Fpc => {
                let number = plan.plain_number(raw);
                if let Some(number) = number.filter(|&number| number > 0.0) {
                    self.measure(at, Some(number), "", row);
                } else {
                    let text = text();
                    self.measure(at, plan.number(&text), &text, row);
                }
                return None;
            }
            Action::Moment(order) => {
                self.moment(at, raw, *order, row);
                return None;
            }
            _ => {}
        }
        match self.resolve(at, raw) {
            Ok(code) => {
                self.put(at, code);
                Some(code)
            }
            Err(reason) => {
                let text = text();
                if reason == OUTSIDE {
                    self.outside(&text, row);
                } else {
                    self.fault(row, Some(at), &text, reason);
                }
                self.hold_place(at);
                None
            }
        }
    }

    /// What the bytes of a cell stand for, in a column of codes or names.
    #[inline(always)]
    fn resolve(&mut self, at: usize, raw: &[u8]) -> Resolved {
        let Self { plan, memories, names, part, .. } = self;
        let (Some(action), Some(memory)) = (plan.actions.get(at), memories.get_mut(at)) else {
            return Ok(0);
        };
        // Names are remembered as such.
        let named =
            matches!(action, Action::District | Action::Link | Action::Stratum | Action::Psu);
        memory.get(raw, !named, || {
            let text = text_of(raw);
            match action {
                Action::Item(_, codes) | Action::Attribute(_, codes) => plan.code(codes, &text),
                Action::Region if text.trim().is_empty() => Err("no-region"),
                Action::Region => plan.region_of(&text),
                Action::District => intern(names, part, Kind::District, &text, plan, None),
                Action::Link => intern(names, part, Kind::Link, &text, plan, None),
                Action::Stratum => {
                    intern(names, part, Kind::Stratum, &text, plan, Some("no-stratum"))
                }
                Action::Psu => intern(names, part, Kind::Psu, &text, plan, Some("no-psu")),
                _ => Ok(0),
            }
        })
    }

    /// Takes a date, with or without a time after it.
    fn moment(&mut self, at: usize, raw: &[u8], order: DateOrder, row: u32) {
        if let Some((date, time)) = raw.split_first_chunk::<10>()
            && let Some(time) = clock(time)
            && !self.plan.missing_digits
            && let Some(memory) = self.memories.get_mut(at)
        {
            let resolve = || self::day(&text_of(date), order).map(|day| day as u32).ok_or("date");
            if let Ok(day) = memory.get(date, true, resolve) {
                self.part.answers.day.push(day as i32);
                self.part.seconds.push(time);
                return;
            }
        }
        let text = text_of(raw);
        let (mut day, mut second) = (NO_DAY, None);
        if !self.plan.is_missing(&text) {
            // Few days stand in a file, many times each.
            let (date, time) = parts(&text);
            let resolve = || self::day(date, order).map(|day| day as u32).ok_or("date");
            let known =
                self.memories.get_mut(at).map(|memory| memory.get(date.as_bytes(), true, resolve));
            match (known, self::second(time)) {
                (Some(Ok(known)), Ok(time)) => (day, second) = (known as i32, time),
                _ => self.fault(row, Some(at), &text, "date"),
            }
        }
        self.part.answers.day.push(day);
        self.part.seconds.push(second.unwrap_or(NO_SECOND));
    }

    /// Takes a weight or the number of PSUs in the population.
    fn measure(&mut self, at: usize, number: Option<f64>, text: &str, row: u32) {
        let weight = matches!(self.plan.actions.get(at), Some(Action::Weight));
        let missing = number.is_none() && self.plan.is_missing(text);
        let value = match number {
            _ if missing && !weight => Ok(f64::INFINITY),
            _ if missing => Err("no-weight"),
            Some(number) if number > 0.0 => Ok(number),
            Some(_) if weight => Err("weight"),
            Some(_) => Err("fpc"),
            None => Err("number"),
        };
        let value = value.unwrap_or_else(|reason| {
            self.fault(row, Some(at), text, reason);
            1.0
        });
        let answers = &mut self.part.answers;
        if weight { answers.weight.push(value) } else { answers.fpc.push(value) }
    }

    fn put(&mut self, at: usize, code: u32) {
        let answers = &mut self.part.answers;
        match self.plan.actions.get(at) {
            Some(Action::Item(..) | Action::Attribute(..)) => self.codes.push(code as u8),
            Some(Action::Region) => answers.region.push(code),
            Some(Action::District) => answers.district.push(code),
            Some(Action::Link) => answers.link.push(code),
            Some(Action::Stratum) => answers.stratum.push(code),
            Some(Action::Psu) => answers.psu.push(code),
            _ => {}
        }
    }

    /// Keeps columns equally long where a cell had a fault; the row is left out later.
    fn hold_place(&mut self, at: usize) {
        match self.plan.actions.get(at) {
            Some(Action::Moment(_)) => {
                self.part.answers.day.push(NO_DAY);
                self.part.seconds.push(NO_SECOND);
            }
            Some(Action::Region) => self.part.answers.region.push(NONE),
            Some(Action::Weight) => self.part.answers.weight.push(1.0),
            Some(Action::Fpc) => self.part.answers.fpc.push(1.0),
            _ => self.put(at, 0),
        }
    }

    #[cold]
    fn outside(&mut self, text: &str, row: u32) {
        self.part.fault_count += 1;
        match self.part.outside.get_mut(text) {
            Some((rows, _)) => *rows += 1,
            None => {
                self.part.outside.insert(text.to_owned(), (1, row));
            }
        }
    }

    #[cold]
    fn fault(&mut self, row: u32, column: Option<usize>, value: &str, reason: Reason) {
        self.part.fault_count += 1;
        // Cells come by column: the first rows are known only once all columns are through.
        let by_column = self.plan.sheet.format != crate::sheet::Format::Csv;
        if self.part.faults.len() >= FAULTS_KEPT {
            if !by_column {
                return;
            }
            if self.part.faults.len() >= 16 * FAULTS_KEPT {
                self.part.faults.sort_by_key(|fault| (fault.row, fault.column));
                self.part.faults.truncate(FAULTS_KEPT);
            }
        }
        let place = matches!(
            column.and_then(|at| self.plan.actions.get(at)),
            Some(Action::Region | Action::District | Action::Link)
        );
        let value = crate::sheet::private::shown(value, place);
        self.part.faults.push(CellFault { row, column, value, reason });
    }
}

impl<'a> Answered<'a> {
    fn new(first: usize, codes: &'a Small) -> Self {
        let is_own = |digit: &u8| codes.get(usize::from(*digit)) == Some(digit);
        let own = (0..10).find(is_own).zip((0..10).rfind(is_own));
        let mut columns = Self { first, codes: Vec::new(), own };
        columns.push(codes);
        columns
    }

    fn push(&mut self, codes: &'a Small) {
        self.own = self.own.filter(|&(low, high)| {
            let of = |digit: u8| if (low..=high).contains(&digit) { digit } else { UNKNOWN };
            (0..10).zip(codes).all(|(digit, &code)| code == of(digit))
        });
        self.codes.push(codes);
    }
}

/// The text of `raw`, UTF-8 or Windows-1252.
fn text_of(raw: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(raw) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(raw).0,
    }
}

/// Seconds since midnight in the form in which files have most of them: ` 09:30`, ` 09:30:15`.
#[inline]
fn clock(text: &[u8]) -> Option<u32> {
    let number = |[tens, ones]: [u8; 2], most: u32| {
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        let number = u32::from(tens & 15) * 10 + u32::from(ones & 15);
        (digits && number < most).then_some(number)
    };
    let (hour, minute, second) = match *text {
        [b' ' | b'T', a, b, b':', c, d] => ([a, b], [c, d], *b"00"),
        [b' ' | b'T', a, b, b':', c, d, b':', e, f] => ([a, b], [c, d], [e, f]),
        _ => return None,
    };
    Some(number(hour, 24)? * 3600 + number(minute, 60)? * 60 + number(second, 60)?)
}

/// The thread's position of a name; `required` names the fault of an empty one.
fn intern(
    names: &mut [HashMap<Box<str>, u32>; 4],
    part: &mut Part,
    kind: Kind,
    text: &str,
    plan: &Plan<'_>,
    required: Option<Reason>,
) -> Resolved {
    if plan.is_missing(text) {
        return required.map_or(Ok(NONE), Err);
    }
    let text = Plan::label(text)?;
    let (Some(names), Some(fresh)) =
        (names.get_mut(kind as usize), part.fresh.get_mut(kind as usize))
    else {
        return Ok(NONE);
    };
    if let Some(&position) = names.get(text) {
        return Ok(position);
    }
    if names.len() >= LABELS {
        return Err("many-labels");
    }
    let position = names.len() as u32;
    names.insert(text.into(), position);
    fresh.push(text.to_owned());
    Ok(position)
}

/// Fills the columns that no column of the file stands for.
fn fill(part: &mut Part, plan: &Plan<'_>) {
    let answers = &mut part.answers;
    let len = answers.len;
    answers.region.resize(len, plan.region.unwrap_or(NONE));
    answers.district.resize(len, NONE);
    answers.link.resize(len, NONE);
    answers.day.resize(len, NO_DAY);
    part.seconds.resize(len, NO_SECOND);
    answers.stratum.resize(len, NONE);
    answers.psu.resize(len, NONE);
    answers.weight.resize(len, 1.0);
    answers.fpc.resize(len, f64::INFINITY);
    for column in answers.items.iter_mut().chain(&mut answers.attributes) {
        column.resize(len, 0);
    }
    answers.flags.resize(len, 0);
}

/// Leaves out the rows that have a fault or a region outside the frame. Where there are more faults
/// than are kept, nothing will be taken over anyway, and which rows of the block survive does not
/// matter.
fn drop_faulty(part: &mut Part) {
    let mut faulty: Vec<u32> = part.faults.iter().map(|fault| fault.row).collect();
    faulty.sort_unstable();
    faulty.dedup();
    let inside = |at: usize| part.outside.is_empty() || part.answers.region.get(at) != Some(&NONE);
    let sound = |(at, row)| faulty.binary_search(row).is_err() && inside(at);
    let keep: Vec<bool> = part.rows.iter().enumerate().map(sound).collect();
    fn retain<T>(column: &mut Vec<T>, keep: &[bool]) {
        let mut kept = keep.iter();
        column.retain(|_| kept.next().copied().unwrap_or(false));
    }
    let answers = &mut part.answers;
    retain(&mut answers.region, &keep);
    retain(&mut answers.district, &keep);
    retain(&mut answers.link, &keep);
    retain(&mut answers.day, &keep);
    retain(&mut part.seconds, &keep);
    retain(&mut answers.stratum, &keep);
    retain(&mut answers.psu, &keep);
    retain(&mut answers.weight, &keep);
    retain(&mut answers.fpc, &keep);
    for column in answers.items.iter_mut().chain(&mut answers.attributes) {
        retain(column, &keep);
    }
    retain(&mut answers.flags, &keep);
    retain(&mut part.rows, &keep);
    answers.len = part.rows.len();
}
