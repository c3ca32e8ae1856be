//! From files to answers: mapping, located errors, what is never stored, quality flags.
//!
//! A reader cuts the file into blocks, threads turn blocks into columns of codes, and the results
//! are delivered in the order of the file, so that any number of threads gives the same answers,
//! numbers and faults. A few blocks are in memory at a time. Columns that no role claims are never
//! kept, not even for a moment beyond their block.

mod decode;
mod memory;
mod plan;
mod region;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use foldhash::{HashMap, HashMapExt};
use serde::{Deserialize, Serialize};

use decode::{Decoder, Kind, NO_SECOND, Part};
pub(crate) use plan::band_texts;
use plan::{Action, Plan};
pub use region::{District, Found, Regions};

use super::answers::{Answers, Design, Flag, Labels, NONE};
use super::frame::Frame;
use super::mapping::{Mapping, Role};
use super::quality::{BurstRule, BurstWindows, Bursts, Counts, Seen};
use crate::instrument::Instrument;
use crate::locale::{Message, first_of};
use crate::sheet::private;
use crate::sheet::{Block, Column, FAULTS_KEPT, Fault, Faults, Format, Sheet};

/// One file and what its columns mean.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// The file.
    pub sheet: &'a Sheet,
    /// Its mapping, without open questions.
    pub mapping: &'a Mapping,
}

/// Finds the region that a text means.
pub type Lookup<'a> = &'a (dyn Fn(&str) -> Found + Sync);

/// Finds the kecamatan that a text means within the region at a position of the frame.
pub type DistrictLookup<'a> = &'a dyn Fn(u32, &str) -> District;

/// How to take in.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Threads that decode; 0 for as many as the machine has. The result is the same for any.
    pub threads: usize,
    /// What counts as a burst.
    pub burst: BurstRule,
    /// The bursts that taking the same files in has found before; without them no answer carries
    /// [`Flag::Burst`], for whether it is in one is known only when all were read.
    pub bursts: Option<&'a BurstWindows>,
    /// Finds regions; without it, [`Regions`] of the frame.
    pub find_region: Option<Lookup<'a>>,
    /// Finds kecamatan; without it the text itself is the label.
    pub find_district: Option<DistrictLookup<'a>>,
    /// Told after each block: rows so far.
    pub progress: Option<&'a dyn Fn(u64)>,
}

/// One file as it was taken in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// File name.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub bytes: u64,
    /// Rows that are not blank.
    pub rows: u64,
}

/// A column that was not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    /// File name.
    pub file: String,
    /// The column.
    pub column: Column,
    /// Why.
    pub reason: Message,
}

/// What became of the files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Rows that are not blank.
    pub rows: u64,
    /// Rows delivered as answers. Where there is a fault, the caller is to throw them away:
    /// nothing is half-imported.
    pub kept: u64,
    /// Recorded where a column of PSUs or weights was mapped.
    pub design: Design,
    /// The files, in the order given.
    pub inputs: Vec<Input>,
    /// What is wrong, in the order of the files.
    pub faults: Faults,
    /// Columns not kept, with reasons.
    pub dropped: Vec<Dropped>,
    /// Ids of the items of the instrument that no file has.
    pub items_without_column: Vec<String>,
    /// Quality flags.
    pub quality: Counts,
    /// Names behind the positions in all answers delivered.
    #[serde(skip)]
    pub labels: Labels,
    /// The bursts, for [`Options::bursts`].
    #[serde(skip)]
    pub bursts: BurstWindows,
}

impl Report {
    /// Whether nothing of this column of `sheet` is kept.
    #[must_use]
    pub fn drops(&self, sheet: &Sheet, column: &Column) -> bool {
        self.dropped.iter().any(|one| one.file == sheet.name && one.column == *column)
    }
}

/// What takes answers, with the labels as far as they are known then. It may hand back answers that
/// it has done with, whose room is used again.
pub type Sink<'a> = &'a mut dyn FnMut(Answers, &Labels) -> Option<Answers>;

/// Takes `files` in and delivers their answers to `sink` chunk by chunk, in the order of files and
/// rows. Rows with a fault are left out,
/// and faults are known only at the end: a caller keeps nothing before it has seen that
/// [`Report::faults`] is empty.
pub fn intake(
    files: &[File<'_>],
    instrument: &Instrument,
    frame: &Frame,
    options: &Options<'_>,
    sink: Sink<'_>,
) -> Report {
    let regions = Regions::new(frame);
    let by_frame = |text: &str| regions.find(text);
    let lookup: Lookup<'_> = options.find_region.unwrap_or(&by_frame);
    let mut report = Report {
        rows: 0,
        kept: 0,
        design: design(files),
        inputs: Vec::new(),
        faults: Faults::default(),
        dropped: dropped(files),
        items_without_column: items_without_column(files, instrument),
        quality: Counts::default(),
        labels: Labels::default(),
        bursts: BurstWindows::default(),
    };
    let mut delivery = Delivery {
        labels: Labels::default(),
        names: Default::default(),
        districts: HashMap::new(),
        codes: HashMap::new(),
        psus: HashMap::new(),
        fpcs: HashMap::new(),
        seen: Seen::new(frame.regions.len()),
        bursts: Bursts::new(options.burst),
        known_bursts: options.bursts,
        find_district: options.find_district,
    };
    for file in files {
        match Plan::new(file, instrument, lookup) {
            Ok(plan) => read(&plan, options, &mut delivery, &mut report, sink),
            Err(faults) => {
                faults.into_iter().for_each(|fault| report.faults.push(fault));
                let sha256 = file.sheet.sha256().unwrap_or_default();
                report.inputs.push(input(file.sheet, sha256, 0));
            }
        }
    }
    if report.rows == 0 && report.faults.is_empty() {
        for file in files {
            report.faults.push(Fault::of_file(&file.sheet.name, "intake-error-no-rows"));
        }
    }
    report.bursts = delivery.bursts.found();
    report.quality.bursts = report.bursts.count();
    report.labels = delivery.labels;
    report
}

/// Recorded where the mapping of any file is.
pub(crate) fn design(files: &[File<'_>]) -> Design {
    let mut designs = files.iter().map(|file| file.mapping.design());
    designs.find(|design| *design == Design::Recorded).unwrap_or(Design::OpenLink)
}

fn input(sheet: &Sheet, sha256: String, rows: u64) -> Input {
    Input { name: sheet.name.clone(), sha256, bytes: sheet.length(), rows }
}

fn dropped(files: &[File<'_>]) -> Vec<Dropped> {
    let mut dropped = Vec::new();
    for file in files {
        for column in &file.sheet.columns {
            let key = match file.mapping.of(&column.header).map(|known| &known.role) {
                Some(Role::Private { what }) => format!("intake-dropped-{}", what.key()),
                Some(Role::Ignored | Role::Undecided) => "intake-dropped-ignored".to_owned(),
                None => "intake-dropped-unmapped".to_owned(),
                Some(_) => continue,
            };
            dropped.push(Dropped {
                file: file.sheet.name.clone(),
                column: column.clone(),
                reason: Message::new(&key),
            });
        }
    }
    dropped
}

fn items_without_column(files: &[File<'_>], instrument: &Instrument) -> Vec<String> {
    let mapped = |id: &str| {
        files
            .iter()
            .flat_map(|file| &file.mapping.columns)
            .any(|column| matches!(&column.role, Role::Item { item, .. } if item == id))
    };
    instrument.items.iter().map(|item| &item.id).filter(|id| !mapped(id)).cloned().collect()
}

/// `asked`, or as many threads as there are processors where that is 0.
pub(crate) fn threads(asked: usize) -> usize {
    match asked {
        0 => thread::available_parallelism().map_or(1, usize::from),
        asked => asked,
    }
}

/// Reads one file: a thread cuts and hashes it, others decode its blocks; this one delivers.
fn read(
    plan: &Plan<'_>,
    options: &Options<'_>,
    delivery: &mut Delivery<'_>,
    report: &mut Report,
    sink: Sink<'_>,
) {
    let threads = self::threads(options.threads);
    let sheet = plan.sheet;
    let (block_sender, block_receiver) = sync_channel::<(u64, Block)>(1);
    let block_receiver = Mutex::new(block_receiver);
    let (part_sender, part_receiver) = channel::<(u64, Part)>();
    // One ticket per block on its way bounds what is in memory, however uneven the threads are.
    let (ticket_sender, ticket_receiver) = sync_channel::<()>(threads + 4);
    // Room is used again, so that threads do not wait for one another while the system finds more.
    let (used_bytes, used_parts) = (Room::default(), Room::default());

    let mut file_rows = 0;
    let read = thread::scope(|scope| {
        // Owned here, so that the reader stops when this thread does.
        let tickets = ticket_receiver;
        let (bytes, parts) = (&used_bytes, &used_parts);
        let reader = scope.spawn(move || {
            let mut number = 0;
            sheet.read_and_hash(&mut |block| {
                let sent =
                    ticket_sender.send(()).is_ok() && block_sender.send((number, block)).is_ok();
                number += 1;
                if sent {
                    std::ops::ControlFlow::Continue(bytes.take())
                } else {
                    std::ops::ControlFlow::Break(())
                }
            })
        });
        for thread in 0..threads {
            let (receiver, sender) = (&block_receiver, part_sender.clone());
            scope.spawn(move || {
                let mut decoder = Decoder::new(plan, thread);
                loop {
                    let next = receiver.lock().map(|receiver| receiver.recv());
                    let Ok(Ok((number, block))) = next else { return };
                    let part = decoder.decode(&block, parts.take());
                    if let Block::Text(block) = block {
                        bytes.put(block.bytes);
                    }
                    if sender.send((number, part)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(part_sender);

        let mut file = FileDelivery::new(plan, threads);
        let mut early: HashMap<u64, Part> = HashMap::new();
        let mut next = 0;
        for (number, part) in part_receiver {
            early.insert(number, part);
            while let Some(part) = early.remove(&next) {
                next += 1;
                let _ = tickets.recv();
                report.rows += part.filled;
                file_rows += part.filled;
                let (answers, mut room) = delivery.take(&mut file, part, report);
                report.kept += answers.len as u64;
                let used = match answers.len {
                    0 => Some(answers),
                    _ => sink(answers, &delivery.labels),
                };
                room.answers = used.unwrap_or_default();
                room.clear();
                parts.put(room);
                if let Some(progress) = options.progress {
                    progress(report.rows);
                }
            }
        }
        let told_together = [file.outside(), delivery.unknown_districts(&file)];
        for fault in told_together.into_iter().flatten() {
            report.faults.push(fault);
        }
        reader.join()
    });
    let unreadable = |_| Err(Box::new(sheet.fault("sheet-error-read", None, None)));
    let sha256 = read.unwrap_or_else(unreadable).unwrap_or_else(|fault| {
        report.faults.push(*fault);
        sheet.sha256().unwrap_or_default()
    });
    report.inputs.push(input(sheet, sha256, file_rows));
}

/// Values that are no longer needed but for the room they take.
#[derive(Default)]
struct Room<T>(Mutex<Vec<T>>);

impl<T: Default> Room<T> {
    fn put(&self, used: T) {
        // A poisoned lock only means that another thread stopped while it held it.
        self.0.lock().unwrap_or_else(|held| held.into_inner()).push(used);
    }

    fn take(&self) -> T {
        self.0.lock().unwrap_or_else(|held| held.into_inner()).pop().unwrap_or_default()
    }
}

/// What is known across files while answers are delivered.
struct Delivery<'a> {
    labels: Labels,
    /// Texts of each kind in the order in which they were met.
    names: [Names; 4],
    /// Label of a kecamatan by region and text; [`NONE`] for a text that is no kecamatan of it.
    districts: HashMap<(u32, u32), u32>,
    /// Label of a kecamatan by region and code: several texts may mean one.
    codes: HashMap<(u32, String), u32>,
    /// Label of a PSU by stratum and text, or by text alone with the stratum it was met in.
    psus: HashMap<(u32, u32), (u32, u32)>,
    /// Population PSUs by stratum.
    fpcs: HashMap<u32, f64>,
    seen: Seen,
    bursts: Bursts,
    known_bursts: Option<&'a BurstWindows>,
    find_district: Option<DistrictLookup<'a>>,
}

/// Texts with their positions.
#[derive(Default)]
struct Names {
    positions: HashMap<String, u32>,
    texts: Vec<String>,
}

/// What is known of one file while its answers are delivered.
struct FileDelivery<'a> {
    plan: &'a Plan<'a>,
    /// Per thread and kind: the names it has met, and their positions across threads once used.
    threads: Vec<[Vec<(String, u32)>; 4]>,
    row: u64,
    last_district: Option<((u32, u32), u32)>,
    last_psu: Option<((u32, u32), u32)>,
    last_fpc: Option<(u32, f64)>,
    /// Rows of regions outside the frame by text, and the first of them in the file.
    outside: HashMap<String, (u64, u64)>,
    /// Texts that are no kecamatan, by region.
    unknown_districts: BTreeSet<(u32, u32)>,
    /// How many rows have one, and the first of them.
    unknown_district_rows: (u64, Vec<u64>),
}

impl<'a> FileDelivery<'a> {
    fn new(plan: &'a Plan<'a>, threads: usize) -> Self {
        let mut known = Vec::new();
        known.resize_with(threads, Default::default);
        let row = plan.sheet.header_row;
        Self {
            plan,
            threads: known,
            row,
            last_district: None,
            last_psu: None,
            last_fpc: None,
            outside: HashMap::new(),
            unknown_districts: BTreeSet::new(),
            unknown_district_rows: (0, Vec::new()),
        }
    }

    /// One fault for all rows of regions outside the frame; none where there are none.
    fn outside(&self) -> Option<Fault> {
        let rows: u64 = self.outside.values().map(|(rows, _)| rows).sum();
        let first = self.outside.values().map(|(_, first)| *first).min();
        let name = |text: &String| match (self.plan.lookup)(text) {
            Found::Outside(name) => Some(name),
            _ => None,
        };
        let regions: BTreeSet<String> = self.outside.keys().filter_map(name).collect();
        if rows == 0 {
            return None;
        }
        let column = self.plan.actions.iter().position(|action| matches!(action, Action::Region));
        let fault = self.plan.sheet.fault("intake-error-outside", first, column);
        let fault = fault.with("rows", rows).with("regions", regions.len());
        let names: Vec<String> = regions.into_iter().collect();
        Some(fault.with("names", first_of(&names, NAMED)))
    }
}

/// Names that a fault for many rows lists at most.
const NAMED: usize = 12;

/// Texts that are looked for among a region's kecamatan though others were none: more are a column
/// of another kind, and looking for what is like each of them would take minutes.
const SOUGHT: usize = 1_000;

impl Delivery<'_> {
    /// One fault for all rows of `file` that name a kecamatan which is none of their region; none
    /// where there are none. What is much like one is told beside it.
    fn unknown_districts(&self, file: &FileDelivery<'_>) -> Option<Fault> {
        let (rows, kept) = &file.unknown_district_rows;
        let (&first, also) = kept.split_first()?;
        let unknown = file.unknown_districts.iter();
        let mut texts: Vec<(String, u32)> = unknown
            .map(|&(region, text)| (name_at(&self.names, Kind::District, text), region))
            .collect();
        texts.sort_unstable();
        let told = |(at, (text, region)): (usize, &(String, u32))| {
            let shown = private::shown(text, true);
            let find = self.find_district.filter(|_| at < NAMED);
            match find.map(|find| find(*region, text)) {
                Some(District::Like(names)) => format!("{shown} ({}?)", names.join("? ")),
                _ => shown,
            }
        };
        let mut named: Vec<String> = texts.iter().enumerate().map(told).collect();
        named.dedup();
        let column = file.plan.actions.iter().position(|action| matches!(action, Action::District));
        let fault = match file.unknown_districts.len() {
            SOUGHT.. => {
                let fault = file.plan.sheet.fault("intake-error-no-districts", Some(first), column);
                fault
                    .with("names", named.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", "))
            }
            _ => {
                let fault = file.plan.sheet.fault("intake-error-districts", Some(first), column);
                fault.with("texts", named.len()).with("names", first_of(&named, NAMED))
            }
        };
        let fault = fault.with("rows", *rows);
        Some(Fault { also: also.to_vec(), ..fault })
    }

    /// Numbers names in the order of the rows, flags, and makes faults of what only the whole
    /// tells. What remains of the part is room.
    fn take(
        &mut self,
        file: &mut FileDelivery<'_>,
        mut part: Part,
        report: &mut Report,
    ) -> (Answers, Part) {
        let mut answers = std::mem::take(&mut part.answers);
        let Part {
            rows,
            seconds,
            hashes,
            advance,
            faults,
            fault_count,
            outside,
            fresh,
            thread,
            ..
        } = &mut part;
        let thread = *thread;
        if let Some(known) = file.threads.get_mut(thread) {
            for (known, fresh) in known.iter_mut().zip(fresh) {
                known.extend(fresh.drain(..).map(|name| (name, NONE)));
            }
        }
        let base = if file.plan.sheet.format == Format::Csv { file.row } else { 0 };
        let told_together: u64 = outside.values().map(|(rows, _)| rows).sum();
        let unkept = *fault_count - told_together - faults.len() as u64;
        for fault in faults {
            report.faults.push(self::fault(file.plan, base, fault));
        }
        report.faults.count += unkept;
        for (text, (rows, first)) in outside.drain() {
            let first = base + u64::from(first);
            file.outside.entry(text).or_insert((0, first)).0 += rows;
        }

        self.number(file, thread, Kind::Link, &mut answers.link);
        self.number(file, thread, Kind::Stratum, &mut answers.stratum);
        self.number(file, thread, Kind::District, &mut answers.district);
        self.number(file, thread, Kind::Psu, &mut answers.psu);
        self.join_districts(file, base, rows, &mut answers);
        self.join_psus(file, base, rows, &mut answers, report);
        self.check_fpcs(file, base, rows, &answers, report);

        let rows = answers.flags.iter_mut().zip(&answers.region).zip(hashes);
        for (row, ((flags, &region), &mut hash)) in rows.enumerate() {
            if *flags & Flag::StraightLine as u8 != 0 {
                report.quality.straight_lines += 1;
            }
            if self.seen.see(region, hash) {
                *flags |= Flag::Duplicate as u8;
                report.quality.duplicates += 1;
            }
            if let (Some(&second), Some(&link), Some(&day)) =
                (seconds.get(row), answers.link.get(row), answers.day.get(row))
                && second != NO_SECOND
            {
                self.bursts.see(region, link, day, second);
                if self.known_bursts.is_some_and(|known| known.hold(link, day, second)) {
                    *flags |= Flag::Burst as u8;
                }
            }
        }
        file.row += *advance;
        (answers, part)
    }

    /// Turns the positions of a thread into positions across threads.
    fn number(
        &mut self,
        file: &mut FileDelivery<'_>,
        thread: usize,
        kind: Kind,
        column: &mut [u32],
    ) {
        let Some(known) =
            file.threads.get_mut(thread).and_then(|known| known.get_mut(kind as usize))
        else {
            return;
        };
        let Some(names) = self.names.get_mut(kind as usize) else { return };
        for place in column.iter_mut().filter(|place| **place != NONE) {
            let Some((name, position)) = known.get_mut(*place as usize) else { continue };
            if *position == NONE {
                *position = match names.positions.get(name.as_str()) {
                    Some(&position) => position,
                    None => {
                        let position = names.texts.len() as u32;
                        names.positions.insert(name.clone(), position);
                        names.texts.push(name.clone());
                        match kind {
                            Kind::Link => self.labels.links.push(name.clone()),
                            Kind::Stratum => self.labels.strata.push(name.clone()),
                            Kind::District | Kind::Psu => {}
                        }
                        position
                    }
                };
            }
            *place = *position;
        }
    }

    /// A kecamatan is one only within its region.
    fn join_districts(
        &mut self,
        file: &mut FileDelivery<'_>,
        base: u64,
        rows: &[u32],
        answers: &mut Answers,
    ) {
        for (at, (district, &region)) in
            answers.district.iter_mut().zip(&answers.region).enumerate()
        {
            if *district == NONE {
                continue;
            }
            let pair = (region, *district);
            if let Some((last, label)) = file.last_district
                && last == pair
            {
                *district = label;
                continue;
            }
            let label = match self.districts.get(&pair) {
                Some(&label) => label,
                None if file.unknown_districts.len() >= SOUGHT => NONE,
                None => {
                    let text = name_at(&self.names, Kind::District, *district);
                    let found = match self.find_district {
                        Some(find) => find(region, &text),
                        None => District::One(text),
                    };
                    let labels = &mut self.labels.districts;
                    let label = match found {
                        District::One(code) => {
                            *self.codes.entry((region, code)).or_insert_with_key(|(_, code)| {
                                labels.push(code.clone());
                                labels.len() as u32 - 1
                            })
                        }
                        District::Like(_) | District::Nothing => NONE,
                    };
                    self.districts.insert(pair, label);
                    label
                }
            };
            if label == NONE {
                let (count, first) = &mut file.unknown_district_rows;
                *count += 1;
                if first.len() < FAULTS_KEPT {
                    first.push(base + rows.get(at).copied().map_or(0, u64::from));
                }
                if file.unknown_districts.len() < SOUGHT {
                    file.unknown_districts.insert(pair);
                }
                *district = NONE;
                continue;
            }
            file.last_district = Some((pair, label));
            *district = label;
        }
    }

    /// A PSU is one within its stratum; where numbers do not start again it may be in one only.
    fn join_psus(
        &mut self,
        file: &mut FileDelivery<'_>,
        base: u64,
        rows: &[u32],
        answers: &mut Answers,
        report: &mut Report,
    ) {
        let within = file.plan.psus_within_strata;
        for (at, (psu, &stratum)) in answers.psu.iter_mut().zip(&answers.stratum).enumerate() {
            if *psu == NONE {
                continue;
            }
            let pair = (stratum, *psu);
            if let Some((last, label)) = file.last_psu
                && last == pair
            {
                *psu = label;
                continue;
            }
            let key = if within { pair } else { (NONE, *psu) };
            let (label, home) = match self.psus.get(&key) {
                Some(&known) => known,
                None => {
                    let label = self.labels.psus.len() as u32;
                    self.labels.psus.push(name_at(&self.names, Kind::Psu, *psu));
                    self.psus.insert(key, (label, stratum));
                    (label, stratum)
                }
            };
            if home != stratum {
                let row = rows.get(at).map(|&row| base + u64::from(row));
                let column =
                    file.plan.actions.iter().position(|action| matches!(action, Action::Psu));
                let mut fault = file.plan.sheet.fault("intake-error-psu-strata", row, column);
                fault.value = self.labels.psus.get(label as usize).cloned();
                report.faults.push(fault);
            } else {
                file.last_psu = Some((pair, label));
            }
            *psu = label;
        }
    }

    /// A stratum has one number of PSUs in the population.
    fn check_fpcs(
        &mut self,
        file: &mut FileDelivery<'_>,
        base: u64,
        rows: &[u32],
        answers: &Answers,
        report: &mut Report,
    ) {
        for (at, (&stratum, &psus)) in answers.stratum.iter().zip(&answers.fpc).enumerate() {
            let here = Some((stratum, psus));
            if stratum == NONE || !psus.is_finite() || file.last_fpc == here {
                continue;
            }
            let known = *self.fpcs.entry(stratum).or_insert(psus);
            if known == psus {
                file.last_fpc = here;
                continue;
            }
            let row = rows.get(at).map(|&row| base + u64::from(row));
            let column = file.plan.actions.iter().position(|action| matches!(action, Action::Fpc));
            let fault = file.plan.sheet.fault("intake-error-fpc-strata", row, column);
            let stratum = self.labels.strata.get(stratum as usize).cloned().unwrap_or_default();
            let fault = fault.with("stratum", stratum).with("known", known.to_string());
            report.faults.push(Fault { value: Some(psus.to_string()), ..fault });
        }
    }
}

fn name_at(names: &[Names; 4], kind: Kind, position: u32) -> String {
    let texts = names.get(kind as usize).map(|names| names.texts.as_slice()).unwrap_or_default();
    texts.get(position as usize).cloned().unwrap_or_default()
}

fn fault(plan: &Plan<'_>, base: u64, found: &decode::CellFault) -> Fault {
    let key = format!("intake-error-{}", found.reason);
    let fault = plan.sheet.fault(&key, Some(base + u64::from(found.row)), found.column);
    let fault = Fault {
        value: (!found.value.is_empty()).then(|| found.value.clone()),
        ..fault.with("value", found.value.as_str())
    };
    let fault = match (plan.lookup)(&found.value) {
        Found::Like(name) => fault.with("name", name),
        _ => fault,
    };
    fault.with("min", u32::from(plan.scale.0)).with("max", u32::from(plan.scale.1))
}

#[cfg(test)]
pub(crate) mod tests;
