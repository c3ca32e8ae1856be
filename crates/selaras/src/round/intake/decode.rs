//! Blocks of cells to columns of codes: the work of one thread.

use std::collections::HashMap;

use super::plan::{Action, Codes, Plan, Reason, Resolved, UNKNOWN};
use crate::round::answers::{Answers, NO_DAY, NONE};
use crate::round::quality;
use crate::sheet::csv::{End, Scanner};
use crate::sheet::{Block, Cell, CellBlock, Cells, EMPTY, FAULTS_KEPT, TextBlock};

/// Most different texts of one kind (links, PSUs, …) that are kept; more is not a column of names.
const LABELS: usize = 2_000_000;
/// Entries of a memory of texts before it is emptied.
const MEMORY: usize = 65_536;

/// Binary digits of a place among the recent texts.
const RECENT_BITS: u32 = 8;

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
    /// All faults.
    pub(super) fault_count: u64,
    /// Names met for the first time by this thread, per [`Kind`].
    pub(super) fresh: [Vec<String>; 4],
    /// The thread.
    pub(super) thread: usize,
}

/// Texts met before in a column, and what they stand for.
struct Memory {
    /// One of the known texts for each value of [`place`]: most columns have few texts, or the same
    /// one for many rows.
    recent: Vec<(Box<[u8]>, Option<Resolved>)>,
    known: HashMap<Box<[u8]>, Resolved>,
}

/// A place in [`Memory::recent`] from the length and the first and last eight bytes of a text.
fn place(raw: &[u8]) -> usize {
    let word = |bytes: &[u8]| bytes.iter().fold(0, |word, &byte| (word << 8) | u64::from(byte));
    let ends = match (raw.first_chunk::<8>(), raw.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first).rotate_left(29) ^ u64::from_le_bytes(*last)
        }
        _ => word(raw),
    };
    let mixed = (ends ^ raw.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - RECENT_BITS)) as usize
}

impl Memory {
    fn get(&mut self, raw: &[u8], resolve: impl FnOnce() -> Resolved) -> Resolved {
        let place = place(raw);
        if let Some((text, Some(code))) = self.recent.get(place)
            && **text == *raw
        {
            return *code;
        }
        let code = match self.known.get(raw) {
            Some(&code) => code,
            None => {
                let code = resolve();
                if self.known.len() >= MEMORY {
                    self.known.clear();
                }
                self.known.insert(raw.into(), code);
                code
            }
        };
        if let Some(recent) = self.recent.get_mut(place) {
            *recent = (raw.into(), Some(code));
        }
        code
    }
}

/// Turns blocks of one file into [`Part`]s.
pub(super) struct Decoder<'a> {
    plan: &'a Plan<'a>,
    thread: usize,
    memories: Vec<Memory>,
    names: [HashMap<Box<str>, u32>; 4],
    part: Part,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(plan: &'a Plan<'a>, thread: usize) -> Self {
        let mut memories = Vec::new();
        memories.resize_with(plan.actions.len(), || Memory {
            recent: vec![Default::default(); 1 << RECENT_BITS],
            known: HashMap::new(),
        });
        Self { plan, thread, memories, names: Default::default(), part: Part::default() }
    }

    pub(super) fn decode(&mut self, block: Block) -> Part {
        self.part = Part { thread: self.thread, ..Part::default() };
        self.part.answers.items.resize_with(self.plan.items, Vec::new);
        self.part.answers.attributes.resize_with(self.plan.attributes, Vec::new);
        match block {
            Block::Text(block) => self.text(&block),
            Block::Cells(block) => self.cells(&block),
        }
        let mut part = std::mem::take(&mut self.part);
        fill(&mut part, self.plan);
        quality::straight_lines(&mut part.answers);
        part.hashes = quality::hashes(&part.answers);
        part
    }

    fn text(&mut self, block: &TextBlock) {
        let plan = self.plan;
        let mut scanner = Scanner::new(&block.bytes, block.dialect);
        // A cell takes two bytes or more.
        let rows = block.bytes.len() / (2 * plan.actions.len()).max(1);
        let answers = &mut self.part.answers;
        for column in answers.items.iter_mut().chain(&mut answers.attributes) {
            column.reserve(rows);
        }
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
            for (at, action) in plan.actions.iter().enumerate() {
                if ended {
                    if !matches!(action, Action::Skip) {
                        short = short.or(Some(at));
                    }
                    continue;
                }
                let answers = &mut self.part.answers;
                let column = match action {
                    Action::Item(slot, codes) => answers.items.get_mut(*slot).map(|c| (c, codes)),
                    Action::Attribute(slot, codes) => {
                        answers.attributes.get_mut(*slot).map(|c| (c, codes))
                    }
                    _ => None,
                };
                if let Some((column, codes)) = column {
                    let start = scanner.position();
                    match scanner.small().map(|value| small(codes, value)) {
                        Some(Some(code)) => {
                            column.push(code);
                            continue;
                        }
                        Some(None) => scanner.rewind(start),
                        None => {}
                    }
                }
                let field = scanner.field();
                ended = field.end != End::Delimiter;
                if field.end == End::Unclosed {
                    self.fault(row, Some(at), "", "unclosed");
                } else if !matches!(action, Action::Skip) {
                    if field.doubled {
                        self.bytes(at, field.text().as_bytes(), row);
                    } else {
                        self.bytes(at, field.raw, row);
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
                truncate(&mut self.part);
            }
        }
        self.part.advance = u64::from(row);
    }

    fn cells(&mut self, block: &CellBlock) {
        let plan = self.plan;
        for (at, (action, cells)) in plan.actions.iter().zip(&block.columns).enumerate() {
            match (action, cells) {
                (Action::Skip, _) => {}
                (Action::Item(_, codes) | Action::Attribute(_, codes), Cells::Whole(values)) => {
                    for (&value, &row) in values.iter().zip(&block.rows) {
                        let known = usize::try_from(value).ok().and_then(|v| codes.small.get(v));
                        match known {
                            Some(&code) if code != UNKNOWN => self.put(at, u32::from(code)),
                            _ if value == EMPTY => self.put(at, 0),
                            _ => self.bytes(at, value.to_string().as_bytes(), row),
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
                (_, Cells::Text(texts)) => {
                    for (text, &row) in texts.iter().zip(&block.rows) {
                        self.bytes(at, text.bytes(), row);
                    }
                }
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
        if self.part.fault_count > 0 {
            fill(&mut self.part, plan);
            drop_faulty(&mut self.part);
        }
        self.part.faults.sort_by_key(|fault| (fault.row, fault.column));
        self.part.faults.truncate(FAULTS_KEPT);
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
                let text = number.to_string();
                let text = if self.plan.decimal_comma { text.replace('.', ",") } else { text };
                self.bytes(at, text.as_bytes(), row);
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
        let plan = self.plan;
        let Some(action) = plan.actions.get(at) else { return };
        let text = || match std::str::from_utf8(raw) {
            Ok(text) => std::borrow::Cow::Borrowed(text),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(raw).0,
        };
        match action {
            Action::Weight | Action::Fpc => {
                let text = text();
                self.measure(at, plan.number(&text), &text, row);
                return;
            }
            Action::Moment(order) => {
                let text = text();
                let moment = if plan.is_missing(&text) {
                    Ok((NO_DAY, None))
                } else {
                    Plan::moment_of(&text, *order)
                };
                let (day, second) = moment.unwrap_or_else(|reason| {
                    self.fault(row, Some(at), &text, reason);
                    (NO_DAY, None)
                });
                self.part.answers.day.push(day);
                self.part.seconds.push(second.unwrap_or(NO_SECOND));
                return;
            }
            _ => {}
        }
        let Self { memories, names, part, .. } = self;
        let Some(memory) = memories.get_mut(at) else { return };
        let resolved = memory.get(raw, || {
            let text = text();
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
        });
        match resolved {
            Ok(code) => self.put(at, code),
            Err(reason) => {
                let text = text();
                self.fault(row, Some(at), &text, reason);
                self.hold_place(at);
            }
        }
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
            Some(Action::Item(slot, _)) => {
                if let Some(column) = answers.items.get_mut(*slot) {
                    column.push(code as u8);
                }
            }
            Some(Action::Attribute(slot, _)) => {
                if let Some(column) = answers.attributes.get_mut(*slot) {
                    column.push(code as u8);
                }
            }
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
            Some(Action::Weight) => self.part.answers.weight.push(1.0),
            Some(Action::Fpc) => self.part.answers.fpc.push(1.0),
            _ => self.put(at, 0),
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

/// The code of a small number or an empty cell.
#[inline]
fn small(codes: &Codes, value: Option<u8>) -> Option<u8> {
    match value {
        None => Some(0),
        Some(value) => codes.small.get(usize::from(value)).copied().filter(|&code| code != UNKNOWN),
    }
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

/// Takes the last, unfinished row back.
fn truncate(part: &mut Part) {
    let answers = &mut part.answers;
    let len = answers.len;
    answers.region.truncate(len);
    answers.district.truncate(len);
    answers.link.truncate(len);
    answers.day.truncate(len);
    part.seconds.truncate(len);
    answers.stratum.truncate(len);
    answers.psu.truncate(len);
    answers.weight.truncate(len);
    answers.fpc.truncate(len);
    for column in answers.items.iter_mut().chain(&mut answers.attributes) {
        column.truncate(len);
    }
}

/// Leaves out the rows that have a fault. Where there are more faults than are kept, nothing will
/// be taken over anyway, and which rows of the block survive does not matter.
fn drop_faulty(part: &mut Part) {
    let mut faulty: Vec<u32> = part.faults.iter().map(|fault| fault.row).collect();
    faulty.sort_unstable();
    faulty.dedup();
    let keep: Vec<bool> = part.rows.iter().map(|row| faulty.binary_search(row).is_err()).collect();
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
