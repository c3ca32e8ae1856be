//! Everything the command line says, and the files it writes, in the pseudo-locale.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use selaras::locale::{Language, Words, cause};

use super::reading::{data, foreign, of_file};
use super::source::root;
use super::{none, without};

/// What the command `arguments` says on both outputs.
fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_selaras"))
        .args(arguments)
        .env("SELARAS_LANG", "pseudo")
        .output()
        .expect("the program runs");
    let both = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// Letters of `said` that are no option (`--name`), no technical detail and stand in none of
/// `data`.
fn letters(said: &str, data: &[&str]) -> Vec<String> {
    let words = Words::new(Language::Pseudo);
    let mark = words.tell(&cause::technical("\n"));
    let (open, close) = mark.split_once('\n').expect("the place of the detail");
    let mut rest = without(said, open, close);
    for known in data {
        rest = rest.replace(known, "");
    }
    rest.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-'))
        .filter(|word| !word.starts_with("--"))
        // One letter names a column of a file.
        .filter(|word| word.len() > 1 && word.contains(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
}

/// A folder of files to try the program on.
pub(crate) struct Desk(tempfile::TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    /// Answers of Kota Pontianak made by `selaras simulate` for the round `number`.
    pub(crate) fn answers(&self, number: &str) -> String {
        let out = self.path(&format!("simulasi-{number}"));
        let instrument = ["--instrument", "ihai-2025", "--round", number];
        let place = ["--region", "61.71", "--each", "60", "--out", &out];
        let told = said(&[&["simulate"], &instrument[..], &place[..]].concat());
        let made = std::fs::read_dir(&out).unwrap_or_else(|_| panic!("{told}"));
        let name = |path: &PathBuf| path.display().to_string().ends_with("-jawaban.csv");
        let mut paths = made.map(|entry| entry.expect("a file").path());
        paths.find(name).expect("answers").display().to_string()
    }
}

/// What may stand in what the command line says although it is in no message file.
fn known(folder: &str) -> Vec<String> {
    let mut known = vec![folder.to_owned(), "ihai-2025".to_owned(), "127.0.0.1".to_owned()];
    // Names of the columns of frames and margins are part of those formats, and so are the keys of
    // instruments.
    let instrument = std::fs::read_to_string(root().join("instruments/ihai-2025.toml"));
    let instrument = instrument.expect("an instrument");
    let keys = instrument.lines().filter_map(|line| {
        let table = line.strip_prefix("[").map(|name| name.trim_matches(['[', ']']));
        table.or_else(|| Some(line.split_once(" = ")?.0.trim()))
    });
    let columns = ["code", "name", "level", "parent", "region", "margin", "cell", "persons"];
    let keys = keys.chain(columns).chain(["source", "year", "kode_wilayah", "V1.P"]);
    let lists = ["nomor", "dari", "kepada", "tahun", "usulan", "rapat", "kesepakatan", "daerah"];
    let keys = keys.chain(lists).chain(["penanggung jawab"]);
    known.extend(keys.map(|key| format!("«{key}»")));
    // Verbs are typed as they stand in the help.
    known.extend(["regions", "round"].map(|verb| format!("«{verb} 7»")));
    known.extend(["regions", "round"].map(|verb| format!("«{verb}»")));
    known.extend(selaras::region::licences().iter().map(|licence| licence.notice.to_owned()));
    known.extend(
        ["Kabupaten Bima", "Kota Bima", "«Bima»", "Nusa Tenggara Barat"].map(str::to_owned),
    );
    known
}

#[test]
fn the_command_line_says_no_word_that_is_not_in_a_message_file() {
    let desk = Desk::new();
    let out = desk.path("9");
    let empty = desk.file("1", b"");
    let picture = desk.file("2", b"\x89PNG\r\n");
    let faulty = desk.file("3", b"61.71;0\n1;2\n99.99;77\n");
    let table = desk.file("4", b"1,2,3\n4,5,6\n");
    let broken = desk.file("5", b"= 1");
    let missing = desk.path("6");
    let json = desk.file("7", b"{");
    let shapeless = desk.file("8", br#"{"type":"FeatureCollection","features":[]}"#);
    let beneath = desk.path("1/2");
    let store = desk.path("10");
    let foreign_store = desk.path("11");
    std::fs::create_dir(&foreign_store).expect("a folder");
    std::fs::write(Path::new(&foreign_store).join("selaras.sqlite"), [7; 8_192]).expect("written");
    let answers = std::fs::read_to_string(desk.answers("1")).expect("answers");
    let answers_path = desk.file("12", &answers);
    let wrong_delimiter = desk.file("13", answers.replace(',', "|"));
    let out_of_scale = desk.file("14", answers.replacen(",7,", ",77,", 1));
    let unknown_region = desk.file("15", answers.replacen(",61.71,", ",99.99,", 1));
    let instrument = std::fs::read_to_string(root().join("instruments/ihai-2025.toml"));
    let cut: String =
        instrument.expect("an instrument").lines().take(40).fold(String::new(), |mut cut, line| {
            let _ = writeln!(cut, "{line}");
            cut
        });
    let cut = desk.file("16", cut);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();

    let index = |rest: &[&str]| {
        said(&[&["index", "--instrument", "ihai-2025", "--out", out.as_str()], rest].concat())
    };
    let here = |rest: &[&str]| index(&[&["--region", "61.71"], rest].concat());
    let with = |instrument: &str| {
        said(&["index", "--instrument", instrument, "--out", &out, "--answers", &table])
    };
    let simulate =
        |rest: &[&str]| said(&[&["simulate", "--instrument", "ihai-2025"], rest].concat());
    let align = |rest: &[&str]| said(&[&["align", "--out", out.as_str()], rest].concat());
    let import = |file: &str| {
        let about = ["--data", store.as_str(), "--source", "1", "--date", "2"];
        said(&[&["regions", "import", file], &about[..]].concat())
    };
    let round = |rest: &[&str]| said(&[&["round"], rest, &["--data", store.as_str()]].concat());
    let add = |rest: &[&str]| round(&[&["add", "--instrument", "ihai-2025"], rest].concat());
    let cases = [
        ("help", said(&["help"])),
        ("nothing", said(&[])),
        ("a verb", said(&["123"])),
        ("an option", said(&["index", "--1"])),
        ("a value", said(&["index", "7"])),
        ("no value", said(&["index", "--out"])),
        ("nothing filled in", said(&["index"])),
        ("a day", said(&["index", "--as-of", "12"])),
        ("a number", said(&["index", "--seed", "?"])),
        ("an empty file", index(&["--answers", &empty])),
        ("a picture", index(&["--answers", &picture])),
        ("questions", index(&["--answers", &faulty])),
        ("no file", index(&["--answers", &missing])),
        ("a profile", index(&["--answers", &faulty, "--mapping", &table])),
        ("a frame", index(&["--answers", &faulty, "--regions", &table])),
        ("margins", index(&["--answers", &faulty, "--margins", &table])),
        ("no frame", index(&["--answers", &faulty, "--regions", &missing])),
        ("no margins", index(&["--answers", &faulty, "--margins", &missing])),
        ("a broken profile", index(&["--answers", &faulty, "--mapping", &json])),
        ("an instrument", with(&broken)),
        ("an empty instrument", with(&empty)),
        ("a picture as instrument", with(&picture)),
        ("half an instrument", with(&cut)),
        ("no instrument", with(&missing)),
        ("a region", index(&["--answers", &faulty, "--region", "99.99"])),
        ("a wrong delimiter", here(&["--answers", &wrong_delimiter])),
        ("an answer out of scale", here(&["--answers", &out_of_scale])),
        ("a region that is not", here(&["--answers", &unknown_region])),
        ("too early", here(&["--answers", &answers_path])),
        ("flagged in public", here(&["--answers", &answers_path, "--without-flagged", "1"])),
        (
            "no place to write",
            said(
                &[
                    &["index", "--instrument", "ihai-2025", "--answers", &answers_path][..],
                    &["--internal", "--region", "61.71", "--out", &beneath],
                ]
                .concat(),
            ),
        ),
        ("a simulation of nothing", said(&["simulate"])),
        ("a simulation to nowhere", simulate(&[])),
        ("a simulation of a place", simulate(&["--region", "99.99", "--out", &out])),
        ("a simulation below a file", simulate(&["--out", &beneath])),
        ("a simulation of a number", simulate(&["--each", "?"])),
        ("an instrument to simulate", said(&["simulate", "--instrument", &missing, "--out", &out])),
        ("regions", said(&["regions"])),
        ("a verb of regions", said(&["regions", "7"])),
        ("no region", said(&["regions", "find", "999"])),
        ("two regions", said(&["regions", "find", "Bima"])),
        ("an option of regions", said(&["regions", "find", "--1"])),
        ("no boundaries", said(&["regions", "import"])),
        ("no data", said(&["regions", "import", &empty])),
        ("no source", said(&["regions", "import", &empty, "--data", &store])),
        ("codes", said(&["regions", "import", &empty, "--codes", "3"])),
        ("empty boundaries", import(&empty)),
        ("a picture of boundaries", import(&picture)),
        ("half of boundaries", import(&json)),
        ("boundaries without shapes", import(&shapeless)),
        ("missing boundaries", import(&missing)),
        ("no folder", said(&["round"])),
        ("a verb of rounds", round(&["7"])),
        ("no round", round(&["list"])),
        ("a round without a year", add(&[])),
        ("a round in a word", add(&["--year", "?"])),
        ("a round with a target", add(&["--year", "2026", "--target", "0"])),
        (
            "a round that ends before",
            add(&["--year", "2026", "--opened", "2026-02-01", "--closed", "2026-01-01"]),
        ),
        ("a round nowhere", add(&["--year", "2026", "--region", "99.99"])),
        ("a round of nothing", round(&["add", "--year", "2026", "--instrument", "9"])),
        ("a round that is not", round(&["remove", "1"])),
        ("a file as folder", said(&["round", "list", "--data", &empty])),
        ("a foreign database", said(&["round", "list", "--data", &foreign_store])),
        ("pages of nothing", said(&["serve"])),
        ("pages at no port", said(&["serve", "--data", &store, "--port", "99999"])),
        ("pages at a taken port", said(&["serve", "--data", &store, "--port", &port])),
        ("pages of a file", said(&["serve", "--data", &empty, "--port", "0"])),
        ("pages of two regions", said(&["serve", "--region", "Bima"])),
        ("a demo at a taken port", said(&["demo", "--data", &store, "--port", &port])),
        ("a demo at no port", said(&["demo", "--port", "?"])),
        ("a demo of a value", said(&["demo", "7"])),
        ("licences", said(&["licences"])),
        ("an alignment of nothing", said(&["align"])),
        ("an alignment to nowhere", said(&["align", "--province", &table])),
        ("a cut of everything", align(&["--province", &table, "--cut", "101"])),
        ("a plan that is none", align(&["--province", &table])),
        ("a picture as plan", align(&["--province", &picture])),
        ("no plan", align(&["--province", &missing])),
        ("an index that is none", align(&["--province", &table, "--index", &store])),
        ("an alignment before that is none", align(&["--province", &table, "--previous", &store])),
        ("rules of nothing", align(&["--province", &table, "--rules", &store])),
        ("a list without columns", align(&["--province", &table, "--proposals", &table])),
        ("items without columns", align(&["--province", &table, "--meetings", &table])),
        ("plans of a kab/kota", said(&["simulate", "--plans", "--region", "61.01", "--out", &out])),
        ("plans of nowhere", said(&["simulate", "--plans", "--out", &out])),
    ];
    let known = known(&desk.0.path().display().to_string());
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for (case, said) in &cases {
        assert!(said.contains('▒'), "{case} says something: {said}");
        let letters = letters(said, &known);
        if !letters.is_empty() {
            found.push(format!("{case}: {letters:?} in {said}"));
        }
    }
    none("letters of the command line outside message files", found);

    // A round is made, listed and removed.
    let id = add(&["--year", "2026"]).trim().to_owned();
    let told = round(&["list"]) + &round(&["remove", &id]);
    assert!(told.matches(&id).count() == 1 && told.contains('▒'), "{told}");
    assert_eq!(letters(&told, &[&id]), Vec::<String>::new());
}

#[test]
fn no_file_that_the_command_line_writes_holds_a_word_that_is_in_no_message_file() {
    let desk = Desk::new();
    let (before, now) = (desk.answers("1"), desk.answers("2"));
    let out = desk.path("hasil");
    let window = ["--opened", "2026-07-06", "--closed", "2026-07-26", "--as-of", "2026-09-01"];
    let index = |rest: &[&str]| {
        let place = ["index", "--instrument", "ihai-2025", "--region", "61.71", "--simulated"];
        said(&[&place[..], &["--out", &out], &window, rest].concat())
    };
    let first = index(&["--answers", &now]);
    let read = |folder: &str| -> Vec<(String, String)> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|_| panic!("{first}"));
        let paths = entries.map(|entry| entry.expect("a file").path().display().to_string());
        let bytes = |path: &str| std::fs::read(path).expect("a file");
        paths.filter_map(|path| of_file(&path, &bytes(&path)).map(|text| (path, text))).collect()
    };
    let mut written = read(&out);
    index(&[
        "--answers",
        &now,
        "--before-answers",
        &before,
        "--internal",
        "--without-flagged",
        "1",
    ]);
    let internal = read(&out);
    let blocks = |all: &[(String, String)]| -> usize {
        all.iter().map(|(_, text)| text.matches('▒').count()).sum()
    };
    assert!(blocks(&internal) > blocks(&written) + 1_000, "the internal form says more");
    written.extend(internal);

    // One answer off the scale: the workbook that marks it.
    let text = std::fs::read_to_string(&now).expect("answers");
    let faulty = desk.file("1", text.replacen(",7,", ",77,", 1));
    let marked = desk.path("2.xlsx");
    index(&["--answers", &faulty, "--faults", &marked]);
    let marks = of_file(&marked, &std::fs::read(&marked).expect("a workbook")).expect("texts");
    written.push((marked, marks));

    // Rows with a fault stand in the workbook as they were sent.
    let mut data: BTreeSet<String> = data();
    data.extend(super::reading::words(&text));
    let mut found = Vec::new();
    for (path, text) in &written {
        let name = path.rsplit('/').next().unwrap_or_default();
        assert!(text.contains('▒'), "{name} says something");
        let words: BTreeSet<String> = foreign(text, &data).into_iter().collect();
        if !words.is_empty() {
            found.push(format!("{name}: {words:?}"));
        }
    }
    assert_eq!(written.len(), 11);
    none("words of files outside message files", found);
}

#[test]
fn no_file_of_an_alignment_holds_a_word_that_is_in_no_message_file() {
    let desk = Desk::new();
    let (plans, out) = (desk.path("rencana"), desk.path("hasil"));
    let made = said(&["simulate", "--plans", "--region", "61", "--out", &plans]);
    let paths = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|_| panic!("{made}"));
        let mut paths: Vec<String> =
            entries.map(|entry| entry.expect("a file").path().display().to_string()).collect();
        paths.sort();
        paths
    };
    let files = paths(&plans);
    let of = |part: &str| -> Vec<&str> {
        files.iter().map(String::as_str).filter(|path| path.contains(part)).collect()
    };
    let rules = format!("{plans}/aturan");
    let (province, regions) = (of("-61-2027"), of("-61."));
    let province: Vec<&str> = province.into_iter().filter(|path| path.contains("renja")).collect();
    let align = |rest: &[&str]| {
        let lists = ["--proposals", of("usulan")[0], "--meetings", of("rapat")[0]];
        let about = ["--rules", rules.as_str(), "--as-of", "2026-11-20", "--out", out.as_str()];
        said(
            &[
                &["align", "--province"],
                province.as_slice(),
                &["--region"],
                regions.as_slice(),
                &lists,
                &about,
                rest,
            ]
            .concat(),
        )
    };
    let told = align(&[]);
    assert!(told.contains('▒'), "{told}");
    let told = align(&["--previous", &out]);
    assert!(told.contains('▒'), "{told}");

    let data = super::reading::data_of_plans();
    let mut found = Vec::new();
    let mut read = 0;
    for path in paths(&out) {
        let bytes = std::fs::read(&path).expect("a file");
        let Some(text) = of_file(&path, &bytes) else { continue };
        read += 1;
        assert!(text.contains('▒'), "{path} says something");
        let words: BTreeSet<String> = foreign(&text, &data).into_iter().collect();
        if !words.is_empty() {
            found.push(format!("{path}: {words:?}"));
        }
    }
    assert_eq!(read, 5, "{told}");
    none("words of files outside message files", found);
}
