//! Damaged files of every format: no panic, no case over two seconds, memory bounded, and every
//! refusal in words of both languages.
//!
//! A plain test run takes a few hundred a format. The full number is made part by part by
//!
//! ```text
//! SELARAS_MUTATIONS=200000 cargo test --release -p selaras --test mutations -- --nocapture
//! ```
//!
//! which remembers finished parts in `target/soak` (or the folder in `SELARAS_SOAK`) and goes on
//! after the last one. The same seed, format and number always make the same file: a case that is
//! named by a failure is run alone with `SELARAS_MUTATION=<format>:<number>`, which also leaves its
//! file in that folder.

#![cfg(test)]

mod mutate;
mod seeds;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use seeds::Seed;
use selaras::align::read::{self, Mappings, PlanFile};
use selaras::align::{Inputs, align};
use selaras::check::Missing;
use selaras::instrument::{Instrument, Scorer, shipped_by_id};
use selaras::locale::{Language, Message, Value, Words};
use selaras::plan::Terms;
use selaras::region::{
    self,
    boundary::{self, About, Known},
};
use selaras::round::frame::{self, Frame, FrameRegion, Level};
use selaras::round::intake::{self, File, Regions, intake};
use selaras::round::mapping::{self, Mapping};
use selaras::round::margins;
use selaras::sheet::{Fault, Faults, Options, Sheet, Source};
use selaras_atlas::Topology;
use selaras_stats::random::Stream;
use selaras_stats::totals::Totals;

/// Cases of one format in a plain test run.
const SHORT: u64 = 250;
/// Cases of one part of a full run.
const PART: u64 = 2_000;
const SEED: u64 = 20_260_324;
/// No case may take longer.
const SLOWEST: Duration = Duration::from_secs(2);
/// Nor may one hang: the watchdog then ends the test.
const HANGS: Duration = Duration::from_secs(30);
/// What damaged files of at most 4 MB may ask for beyond the memory of the sound ones.
const MEMORY_KB: u64 = 400 << 10;

/// A format: its name, its sound files and the reading of a file.
struct Format {
    name: &'static str,
    seeds: Vec<Seed>,
    read: fn(&World, &[u8]) -> Outcome,
}

/// What became of a file: whether it was taken, and everything that was said.
struct Outcome {
    taken: bool,
    said: Vec<Message>,
}

impl Outcome {
    fn taken() -> Self {
        Self { taken: true, said: Vec::new() }
    }

    fn refused(said: Vec<Message>) -> Self {
        Self { taken: false, said }
    }

    fn faults(faults: &Faults) -> Self {
        Self::refused(faults.kept.iter().take(20).map(Fault::message).collect())
    }
}

/// What files are read against.
struct World {
    instrument: &'static Instrument,
    frame: Frame,
    known: Vec<Known>,
    /// Sound answers, as a table and as an export of a form.
    sound: [Sheet; 2],
    mapping: Mapping,
    scratch: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let instrument = shipped_by_id("contoh-layanan-desa").expect("shipped");
        let region = |code: &str, name: &str, level, parent| FrameRegion {
            code: code.to_owned(),
            name: name.to_owned(),
            level,
            parent,
            adults: None,
            outside: Vec::new(),
        };
        let frame = Frame {
            name: "uji".to_owned(),
            regions: vec![
                region("ID", "Indonesia", Level::Nation, None),
                region("61", "Kalimantan Barat", Level::Province, Some(0)),
                region("61.01", "Kabupaten Sambas", Level::Regency, Some(1)),
                region("61.71", "Kota Pontianak", Level::Regency, Some(1)),
            ],
        };
        let known = |code: &str, name: &str| Known {
            code: code.to_owned(),
            name: name.to_owned(),
            area_km2: Some(490.0),
            ..Known::default()
        };
        let sound = [0, 1].map(|at| {
            let bytes = seeds::csv(instrument).swap_remove(at).file();
            Sheet::open(Source::memory(bytes), "a.csv", &Options::default()).expect("opens")
        });
        let profile = seeds::mappings(instrument, &frame).swap_remove(0).file();
        Self {
            instrument,
            frame,
            known: vec![
                known("61", "Kalimantan Barat"),
                known("61.01", "Kabupaten Sambas"),
                known("61.02", "Kabupaten Mempawah"),
                known("61.71", "Kota Pontianak"),
            ],
            mapping: mapping::from_json(&profile).expect("a profile"),
            sound,
            scratch: tempfile::tempdir().expect("a folder"),
        }
    }

    fn formats(&self) -> Vec<Format> {
        let format = |name, seeds, read| Format { name, seeds, read };
        let instrument = self.instrument;
        vec![
            format("csv", seeds::csv(instrument), sheet),
            format("xlsx", seeds::xlsx(instrument, false), sheet),
            format("xlsx-parts", seeds::xlsx(instrument, true), sheet),
            format("parquet", seeds::parquet(instrument), sheet),
            format("plan-csv", seeds::plan_csv(), plan),
            format("plan-xlsx", seeds::plan_xlsx(false), plan),
            format("plan-xlsx-parts", seeds::plan_xlsx(true), plan),
            format("plan-lists", seeds::lists(), lists),
            format("instrument", seeds::instruments(), instrument_file),
            format("mapping", seeds::mappings(instrument, &self.frame), mapping_file),
            format("margins", seeds::margins(), margins_file),
            format("frame", seeds::frames(), frame_file),
            format("geojson", seeds::geojson(), boundaries),
            format("topojson", seeds::topojson(), boundaries),
            format("shapefile", seeds::shapefile(false), boundaries),
            format("shapefile-parts", seeds::shapefile(true), boundaries),
            format("totals", seeds::totals(), totals),
            format("topology", seeds::topologies(), topology),
        ]
    }

    /// Takes `sheet` in under `mapping`; faults are as good as answers here.
    fn take(&self, sheet: &Sheet, mapping: &Mapping) -> Outcome {
        let options = intake::Options { threads: 1, ..Default::default() };
        let file = File { sheet, mapping };
        let mut rows = 0;
        let report = intake(&[file], self.instrument, &self.frame, &options, &mut |answers, _| {
            rows += answers.len;
            Some(answers)
        });
        let mut outcome = Outcome::faults(&report.faults);
        outcome.taken = report.faults.is_empty();
        assert!(report.kept == rows as u64 && report.kept <= report.rows, "rows are counted");
        outcome.said.extend(report.dropped.into_iter().map(|dropped| dropped.reason));
        outcome
    }

    fn on_disk(&self, bytes: &[u8]) -> PathBuf {
        let path = self.scratch.path().join("berkas.csv");
        std::fs::write(&path, bytes).expect("written");
        path
    }
}

fn sheet(world: &World, bytes: &[u8]) -> Outcome {
    let refused = |fault: Box<Fault>| Outcome::refused(vec![fault.message()]);
    let sheet = match Sheet::open(Source::memory(bytes.to_vec()), "berkas", &Options::default()) {
        Ok(sheet) => sheet,
        Err(fault) => return refused(fault),
    };
    let sample = match sheet.sample(200) {
        Ok(sample) => sample,
        Err(fault) => return refused(fault),
    };
    let regions = Regions::new(&world.frame);
    let find = |text: &str| regions.find(text);
    let proposal = mapping::propose(&sheet, &sample, world.instrument, &find, Some(2026));
    let mut said: Vec<Message> = sheet.faults.iter().map(Fault::message).collect();
    said.extend(proposal.columns.iter().take(50).map(|column| column.reason.clone()));
    said.extend(proposal.questions().into_iter().map(|question| question.text));
    // Questions left open make the plan refuse; both ways are to be walked.
    let mut outcome = world.take(&sheet, &proposal);
    let under_profile = world.take(&sheet, &world.mapping);
    outcome.taken |= under_profile.taken;
    outcome.said.extend(under_profile.said);
    outcome.said.extend(said);
    outcome
}

/// A plan as a province's and as a kab/kota's, frozen and looked at by all checks.
fn plan(_: &World, bytes: &[u8]) -> Outcome {
    let mut outcome = Outcome::refused(Vec::new());
    for level in [region::Level::Province, region::Level::Regency] {
        let file = PlanFile {
            source: Source::memory(bytes.to_vec()),
            name: "renja-61.01-2027".to_owned(),
            level,
        };
        match read::plans(&[file], &mut Mappings::default(), Terms::shipped(), &mut |_| {}) {
            Ok(sent) => {
                outcome.taken = true;
                let upper = "61".parse().expect("a code");
                let alignment = align(Inputs::new(upper, sent), jiff::civil::date(2026, 11, 20));
                let missing = alignment.outcomes.iter().flat_map(|of| &of.missing).take(9);
                outcome.said.extend(missing.map(Missing::message));
                let found = alignment.outcomes.iter().flat_map(|of| &of.findings).take(9);
                outcome.said.extend(found.flat_map(|of| [of.why.clone(), of.settle.clone()]));
            }
            Err(faults) => outcome.said.extend(Outcome::faults(&faults).said),
        }
    }
    outcome
}

fn lists(_: &World, bytes: &[u8]) -> Outcome {
    let source = || Source::memory(bytes.to_vec());
    let proposals = read::proposals(source(), "usulan.csv").map(|_| ());
    let items = read::items(source(), "rapat.csv").map(|_| ());
    let taken = proposals.is_ok() || items.is_ok();
    let faults = [proposals, items].into_iter().filter_map(Result::err);
    let said = faults.flat_map(|faults| Outcome::faults(&faults).said).collect();
    Outcome { taken, said }
}

fn mapping_file(world: &World, bytes: &[u8]) -> Outcome {
    match mapping::from_json(bytes) {
        Ok(mapping) => {
            let [mut table, form] = world.sound.each_ref().map(|sheet| world.take(sheet, &mapping));
            table.taken |= form.taken;
            table.said.extend(form.said);
            table.said.extend(mapping.questions().into_iter().map(|question| question.text));
            table
        }
        Err(message) => Outcome::refused(vec![message]),
    }
}

fn instrument_file(_: &World, bytes: &[u8]) -> Outcome {
    match Instrument::parse("instrumen.toml", bytes) {
        Ok(instrument) => {
            let scorer = Scorer::new(&instrument);
            let mut scores = vec![0.0; scorer.len()];
            scorer.score(|_| instrument.scale.min, &mut scores);
            Outcome::taken()
        }
        Err(error) => Outcome::refused(error.faults),
    }
}

fn margins_file(world: &World, bytes: &[u8]) -> Outcome {
    match margins::read(&world.on_disk(bytes), world.instrument, &|_| None) {
        Ok(_) => Outcome::taken(),
        Err(faults) => Outcome::faults(&faults),
    }
}

fn frame_file(world: &World, bytes: &[u8]) -> Outcome {
    match frame::read(&world.on_disk(bytes)) {
        Ok(frame) => {
            let regions = Regions::new(&frame);
            for region in &frame.regions {
                let _ = regions.find(&region.name);
            }
            Outcome::taken()
        }
        Err(faults) => Outcome::faults(&faults),
    }
}

fn boundaries(world: &World, bytes: &[u8]) -> Outcome {
    match boundary::import(bytes, &world.known, &About::default()) {
        Ok(imported) => {
            let around = boundary::neighbours(&imported.topology, false);
            let mut outcome = Outcome::taken();
            outcome.said.extend(imported.report.into_iter().map(|finding| finding.message));
            outcome.said.extend(around.remark);
            outcome
        }
        Err(findings) => {
            Outcome::refused(findings.into_iter().map(|finding| finding.message).collect())
        }
    }
}

fn totals(_: &World, bytes: &[u8]) -> Outcome {
    let Ok(totals) = Totals::from_bytes(bytes) else { return Outcome::refused(Vec::new()) };
    assert_eq!(totals.to_bytes(), bytes, "what is taken is written as it was read");
    Outcome::taken()
}

fn topology(_: &World, bytes: &[u8]) -> Outcome {
    let Ok(topology) = Topology::from_bytes(bytes) else { return Outcome::refused(Vec::new()) };
    let _ = (topology.neighbours(), topology.bounds());
    for at in 0..topology.shapes().len() {
        let _ = (topology.area_km2(at), topology.polygons(at), topology.label_place(at));
    }
    Outcome::taken()
}

/// What is wrong with how `message` reads, if anything: no words, or a place left open.
fn wordless(message: &Message) -> Option<String> {
    for (_, value) in &message.values {
        if let Value::Message(inner) = value
            && let Some(fault) = wordless(inner)
        {
            return Some(fault);
        }
    }
    let given = format!("{:?}", message.values);
    [Language::Id, Language::En].into_iter().find_map(|language| {
        let said = Words::new(language).tell(message);
        let open = said.contains("{$") && !given.contains("{$");
        (said.trim().is_empty() || said == message.key || open)
            .then(|| format!("{}: no words in {language:?}: {said}", message.key))
    })
}

thread_local! {
    /// Whether a panic is one that a test wants to tell of in its own words.
    static QUIET: RefCell<bool> = const { RefCell::new(false) };
}
/// Panics in the project's own code, even where a guard caught them.
static OWN_PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static BEGUN: AtomicU64 = AtomicU64::new(0);
static CURRENT: Mutex<String> = Mutex::new(String::new());

fn milliseconds() -> u64 {
    static START: Mutex<Option<Instant>> = Mutex::new(None);
    let mut start = START.lock().expect("a clock");
    start.get_or_insert_with(Instant::now).elapsed().as_millis() as u64 + 1
}

/// Panics of the project's own code are gathered; those of libraries have guards around them.
fn gather_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if place.starts_with("crates/") && !place.starts_with("crates/selaras/tests/") {
            OWN_PANICS.lock().expect("a list").push(panic.to_string());
        } else if !place.contains("/registry/") && !QUIET.with_borrow(|quiet| *quiet) {
            usual(panic);
        }
    }));
}

fn watch() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let begun = BEGUN.load(Ordering::Relaxed);
            if begun > 0 && milliseconds() > begun + HANGS.as_millis() as u64 {
                eprintln!("hangs: {}", CURRENT.lock().expect("a name"));
                std::process::abort();
            }
        }
    });
}

/// A field of `/proc/self/status` in kB; none where there is no such file.
fn memory(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// What a run of cases came to.
#[derive(Default)]
struct Tally {
    cases: u64,
    taken: u64,
    slowest: (Duration, u64),
    faults: Vec<String>,
}

fn stream(format: &Format, number: u64) -> Stream {
    Stream::new(SEED, &format!("mutation-{}", format.name), number)
}

fn run(world: &World, format: &Format, numbers: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    let mut known_sound = BTreeSet::new();
    for number in numbers {
        let case = format!("{}:{number}", format.name);
        let bytes = mutate::mutated(&mut stream(format, number), &format.seeds);
        CURRENT.lock().expect("a name").clone_from(&case);
        BEGUN.store(milliseconds(), Ordering::Relaxed);
        let read = || {
            let start = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| (format.read)(world, &bytes)));
            (outcome, start.elapsed())
        };
        let (outcome, mut took) = read();
        // A machine that does other things besides makes any case slow now and then.
        for _ in 0..3 {
            if took > SLOWEST {
                took = took.min(read().1);
            }
        }
        BEGUN.store(0, Ordering::Relaxed);
        tally.cases += 1;
        if took > tally.slowest.0 {
            tally.slowest = (took, number);
        }
        if took > SLOWEST {
            tally.faults.push(format!("{case}: took {} ms", took.as_millis()));
        }
        for panic in OWN_PANICS.lock().expect("a list").drain(..) {
            tally.faults.push(format!("{case}: {panic}"));
        }
        match outcome {
            Ok(outcome) => {
                tally.taken += u64::from(outcome.taken);
                for message in &outcome.said {
                    // Words depend on the keys and on which places are filled, seldom on values.
                    if known_sound.contains(&message.key) && tally.cases % 16 != 0 {
                        continue;
                    }
                    match wordless(message) {
                        Some(fault) => tally.faults.push(format!("{case}: {fault}")),
                        None => drop(known_sound.insert(message.key.clone())),
                    }
                }
            }
            Err(panic) => {
                let told = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                tally.faults.push(format!("{case}: a panic escaped {told}"));
            }
        }
    }
    tally
}

/// The folder in which parts of a full run are remembered.
fn soak_folder() -> PathBuf {
    std::env::var_os("SELARAS_SOAK").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/soak"),
        PathBuf::from,
    )
}

/// Runs `all` cases over the formats in parts, leaving out those that the folder remembers.
fn run_parts(world: &World, formats: &[Format], all: u64) -> Vec<String> {
    let file = soak_folder().join("mutations.txt");
    std::fs::create_dir_all(soak_folder()).expect("a folder");
    let done = std::fs::read_to_string(&file).unwrap_or_default();
    let mut remembered = std::fs::File::options().append(true).create(true).open(&file);
    let remembered = remembered.as_mut().expect("a file");
    let each = all.div_ceil(formats.len() as u64);
    let mut faults = Vec::new();
    for format in formats {
        for from in (0..each).step_by(PART as usize) {
            let to = (from + PART).min(each);
            let part = format!("{} {from}..{to}", format.name);
            if done.lines().any(|line| line.starts_with(&format!("{part}: "))) {
                continue;
            }
            let tally = run(world, format, from..to);
            let line = told(&part, &tally);
            println!("{line}");
            if tally.faults.is_empty() {
                writeln!(remembered, "{line}").expect("remembered");
            }
            faults.extend(tally.faults);
        }
    }
    faults
}

fn told(part: &str, tally: &Tally) -> String {
    format!(
        "{part}: {} cases, {} taken, slowest {} ms (case {}), peak memory {} MB, {} faults",
        tally.cases,
        tally.taken,
        tally.slowest.0.as_millis(),
        tally.slowest.1,
        memory("VmHWM").unwrap_or(0) >> 10,
        tally.faults.len()
    )
}

#[test]
fn damaged_files_are_taken_or_refused_with_words_in_time_and_memory() {
    gather_panics();
    watch();
    QUIET.with_borrow_mut(|quiet| *quiet = true);
    let world = World::new();
    let formats = world.formats();
    for format in &formats {
        let outcome = (format.read)(&world, &format.seeds[0].file());
        let said: Vec<String> =
            outcome.said.iter().map(|message| Words::default().tell(message)).collect();
        if !outcome.taken {
            QUIET.with_borrow_mut(|quiet| *quiet = false);
            panic!("{}: {said:#?}", format.name);
        }
    }
    let before = memory("VmHWM");
    let mut faults = Vec::new();
    if let Ok(case) = std::env::var("SELARAS_MUTATION") {
        let (name, number) = case.split_once(':').expect("format:number");
        let format = formats.iter().find(|format| format.name == name).expect("a format");
        let number: u64 = number.parse().expect("a number");
        std::fs::create_dir_all(soak_folder()).expect("a folder");
        let bytes = mutate::mutated(&mut stream(format, number), &format.seeds);
        std::fs::write(soak_folder().join(format!("{name}-{number}")), bytes).expect("written");
        let tally = run(&world, format, number..=number);
        println!("{}", told(&case, &tally));
        faults.extend(tally.faults);
    } else if let Ok(all) = std::env::var("SELARAS_MUTATIONS") {
        faults.extend(run_parts(&world, &formats, all.parse().expect("a number of cases")));
    } else {
        for format in &formats {
            let tally = run(&world, format, 0..SHORT);
            println!("{}", told(format.name, &tally));
            faults.extend(tally.faults);
        }
    }
    QUIET.with_borrow_mut(|quiet| *quiet = false);
    assert!(faults.is_empty(), "{}\n{} faults", faults.join("\n"), faults.len());
    match (before, memory("VmHWM")) {
        (Some(before), Some(after)) => {
            let grown = after.saturating_sub(before);
            assert!(grown < MEMORY_KB, "memory grew by {} MB", grown >> 10);
        }
        _ => println!("memory was not measured: there is no /proc/self/status"),
    }
}
