//! The command line `selaras index`, from files of answers to a folder of results.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use selaras::index::result::{IndexResult, Score, Withheld};
use tempfile::TempDir;

fn selaras(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_selaras"))
        .arg("index")
        .args(arguments)
        .args(["--lang", "id"])
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn done(arguments: &[&str], folder: &Path) {
    let output = selaras(arguments, folder);
    assert!(output.status.success(), "{}", told(&output));
}

fn result(folder: &Path, name: &str) -> IndexResult {
    let json = fs::read(folder.join(name)).expect("a result");
    serde_json::from_slice(&json).expect("the documented form")
}

fn score<'r>(result: &'r IndexResult, region: &str, score: &str) -> &'r Score {
    let at = result.scores.iter().position(|of| of.id == score).expect("a score of this id");
    let region = result.regions.iter().find(|of| of.code == region).expect("a region of this code");
    &region.scores[at]
}

fn close(ours: f64, theirs: f64, tolerance: f64) -> bool {
    (ours - theirs).abs() <= tolerance * theirs.abs()
}

/// Folder of the case computed in R (synthetic answers, CC0).
fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/ihai_endtoend_open")
}

/// Instrument and frame of the case in a new folder, as `case.toml` and `frame.csv`.
fn case_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let instrument = include_str!("instruments/endtoend-open.toml");
    fs::write(folder.path().join("case.toml"), instrument).expect("instrument");
    let mut frame = "code,name,level,parent\nN,Nation,nation,\n".to_owned();
    for region in 1..=12 {
        frame.push_str(&format!("P{region},Province {region},province,N\n"));
        frame.push_str(&format!("{region},Regency {region},regency,P{region}\n"));
    }
    fs::write(folder.path().join("frame.csv"), frame).expect("frame");
    folder
}

fn case_arguments<'a>(answers: &'a str, out: &'a str) -> Vec<&'a str> {
    let mut arguments = vec!["--instrument", "case.toml", "--regions", "frame.csv"];
    arguments.extend(["--answers", answers, "--out", out, "--as-of", "2026-06-01"]);
    arguments
}

#[test]
fn every_estimate_of_a_recorded_design_is_that_of_r() {
    let folder = case_folder();
    let answers = case().join("survey.csv").display().to_string();
    for (out, more) in [("with", vec![]), ("without", vec!["--no-fpc"])] {
        let mut arguments = case_arguments(&answers, out);
        arguments.push("--internal");
        arguments.extend(more);
        // Succeeding means that a mapping was proposed that leaves nothing to ask.
        done(&arguments, folder.path());
    }
    let with = result(folder.path(), "with/result.json");
    let without = result(folder.path(), "without/result.json");
    let expected = fs::read_to_string(case().join("results_linearised.csv")).expect("the case");
    let mut lines = expected.lines();
    assert_eq!(lines.next(), Some("fpc,level,id,var,mean,se,deff,df"));
    let mut compared = 0;
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields[at].parse::<f64>().expect("a number");
        let region = match fields[1] {
            "nation" => "N".to_owned(),
            "prov" => format!("P{}", fields[2]),
            _ => fields[2].to_owned(),
        };
        let name = match fields[3] {
            "IDX" => "index".to_owned(),
            aspect if aspect.starts_with('A') => format!("dimension-{aspect}"),
            variable => format!("variable-{variable}"),
        };
        let ours = score(if fields[0] == "TRUE" { &with } else { &without }, &region, &name);
        let interval = ours.interval.as_ref().expect("an interval");
        assert!(close(ours.value.expect("a value"), number(4), 1e-10), "{line}: {ours:?}");
        assert!(close(ours.se.expect("an error"), number(5), 1e-8), "{line}: {ours:?}");
        assert!(close(ours.deff.expect("an effect"), number(6), 1e-8), "{line}: {ours:?}");
        assert!(interval.df == number(7), "{line}: {ours:?}");
        compared += 1;
    }
    assert_eq!(compared, 750);
}

/// All files of a folder with their bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            let entry = entry.expect("a file");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("its bytes"))
        })
        .collect()
}

#[test]
fn the_same_round_is_the_same_bytes_on_any_threads_and_in_any_folder() {
    let (here, there) = (case_folder(), case_folder());
    let survey = fs::read(case().join("survey.csv")).expect("the case");
    for (folder, threads) in [(&here, "1"), (&there, "8")] {
        fs::write(folder.path().join("survey.csv"), &survey).expect("answers");
        let mut arguments = case_arguments("survey.csv", "out");
        arguments.extend(["--internal", "--simulated", "--threads", threads]);
        done(&arguments, folder.path());
    }
    let (here, there) = (bytes(&here.path().join("out")), bytes(&there.path().join("out")));
    let names: Vec<&str> = here.keys().map(String::as_str).collect();
    // A foreign frame has no place on the map of Indonesia.
    assert_eq!(
        names,
        [
            "DATA-SIMULASI-cakupan.csv",
            "DATA-SIMULASI-indeks.xlsx",
            "DATA-SIMULASI-laporan.html",
            "DATA-SIMULASI-result.json",
            "DATA-SIMULASI-skor.csv",
        ]
    );
    for (name, content) in &here {
        assert!(there.get(name) == Some(content), "{name} differs");
    }
}

#[test]
fn a_kecamatan_written_in_two_ways_is_one_and_simulated_answers_keep_their_mark() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = "waktu,kode_wilayah,kecamatan,tautan,x1p,x1q,x2p,x2q,sex\n";
    fs::write(folder.path().join("case.toml"), HAND).expect("instrument");
    let rows: String = (0..60)
        .map(|row| {
            let (region, kind) = [("61.71", ""), ("Kota Pontianak", "Kec. ")][row % 2];
            let name = ["Pontianak Selatan", "Pontianak Timur"][row / 30];
            let day = 1 + row % 10;
            let answers = [1, 2, 4, 5].map(|step| (1 + row * step % 9).to_string()).join(",");
            format!("2026-02-{day:02} 10:00,{region},{kind}{name},a,{answers},L\n")
        })
        .collect();
    let arguments = |answers: &'static str, out: &'static str| {
        let mut all = vec!["--instrument", "case.toml", "--region", "61", "--answers", answers];
        all.extend(["--out", out, "--internal", "--as-of", "2026-06-01"]);
        all
    };
    let marked = "DATA-SIMULASI-jawaban.csv";
    for name in [marked, "jawaban.csv"] {
        fs::write(folder.path().join(name), format!("{head}{rows}")).expect("answers");
    }
    done(&arguments("jawaban.csv", "out"), folder.path());
    let plain = result(folder.path(), "out/result.json");
    assert!(!plain.simulated);
    let region = plain.regions.iter().find(|region| region.code == "61.71").expect("the region");
    let districts: Vec<&str> = region.districts.iter().map(|of| of.code.as_str()).collect();
    assert_eq!(districts, ["61.71.01", "61.71.02"]);

    let output = selaras(&arguments(marked, "marked"), folder.path());
    assert!(output.status.success(), "{}", told(&output));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ditandai data simulasi"), "{said}");
    assert!(result(folder.path(), "marked/DATA-SIMULASI-result.json").simulated);

    let mut twice = arguments(marked, "twice");
    twice.extend(["--answers", "jawaban.csv"]);
    let output = selaras(&twice, folder.path());
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("dihitung dua kali"), "{}", told(&output));
    assert!(!folder.path().join("twice").exists());
}

#[test]
fn the_help_is_told_whole_or_by_command_and_a_list_makes_no_folder() {
    let folder = TempDir::new().expect("a folder");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_selaras"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("the program runs");
        let (out, err) = (output.stdout.clone(), output.stderr.clone());
        let said = String::from_utf8_lossy(&[out, err].concat()).into_owned();
        (output.status.code(), said)
    };
    let (code, all) = run(&["help"]);
    assert!(
        code == Some(0) && all.contains("selaras <perintah>") && all.contains("--without-flagged")
    );
    let (code, english) = run(&["help", "--lang", "en"]);
    assert!(code == Some(0) && english.contains("Usage: selaras"), "{english}");
    for asked in [&["help", "round"][..], &["round", "--help"]] {
        let (code, one) = run(asked);
        assert!(code == Some(0) && one.contains("remove ID") && !one.contains("--without-flagged"));
    }
    assert_eq!(run(&["help", "tidak-ada"]).0, Some(2));
    for (noun, holds) in [("round", "list --data FOLDER"), ("regions", "import BERKAS")] {
        let (code, said) = run(&[noun]);
        assert!(code == Some(2) && said.contains(holds), "{noun}: {said}");
    }
    let (code, said) = run(&["round", "list", "--data", "salah-ketik"]);
    assert!(code == Some(1) && said.contains("salah-ketik"), "{said}");
    assert!(!folder.path().join("salah-ketik").exists());
}

#[test]
fn a_round_is_edited_by_what_the_options_name_and_keeps_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_selaras"))
            .arg("round")
            .args(arguments)
            .args(["--data", "data"])
            .current_dir(folder.path())
            .output()
            .expect("the program runs");
        let (out, err) = (output.stdout.clone(), output.stderr.clone());
        let said = String::from_utf8_lossy(&[out, err].concat()).into_owned();
        (output.status.code(), said)
    };
    let (code, id) = run(&["add", "--year", "2026", "--instrument", "ihai-2025", "--name", "Satu"]);
    assert_eq!(code, Some(0), "{id}");
    let id = id.trim();
    let (code, said) = run(&["edit", id, "--name", "Dua", "--region", "Kota Pontianak"]);
    assert!(code == Some(0) && said.contains("«Dua» sudah diubah"), "{said}");
    let (code, said) = run(&["list"]);
    assert!(code == Some(0) && said.contains("\t2026\tDua\t"), "{said}");
    let (code, said) = run(&["edit", id, "--target", "0"]);
    assert!(code == Some(1) && said.contains("Target perlu berupa"), "{said}");
    assert_eq!(run(&["edit", "tidak-ada", "--name", "Tiga"]).0, Some(1));
}

#[test]
fn nothing_is_published_without_a_closing_day_or_before_day_fourteen() {
    let folder = case_folder();
    let answers = case().join("survey.csv").display().to_string();
    for closed in [None, Some("2026-05-19")] {
        let mut arguments = case_arguments(&answers, "out");
        arguments.extend(closed.map(|day| ["--closed", day]).into_iter().flatten());
        let output = selaras(&arguments, folder.path());
        assert_eq!(output.status.code(), Some(3), "{}", told(&output));
        assert!(told(&output).contains("--internal"), "{}", told(&output));
        assert!(!folder.path().join("out").exists());
    }
    let mut arguments = case_arguments(&answers, "out");
    arguments.extend(["--closed", "2026-05-18"]);
    done(&arguments, folder.path());
    let public = result(folder.path(), "out/result.json");
    assert!(public.regions.iter().all(|region| region.districts.is_empty()));
}

#[test]
fn faults_name_file_row_column_and_value_and_nothing_is_written() {
    let folder = case_folder();
    let survey = fs::read_to_string(case().join("survey.csv")).expect("the case");
    let mut lines: Vec<String> = survey.lines().map(str::to_owned).collect();
    let mut fields: Vec<&str> = lines[3].split(',').collect();
    fields[11] = "77";
    lines[3] = fields.join(",");
    fs::write(folder.path().join("survey.csv"), lines.join("\n")).expect("answers");
    let mut arguments = case_arguments("survey.csv", "out");
    arguments.extend(["--internal", "--faults", "marked.xlsx"]);
    let output = selaras(&arguments, folder.path());
    assert_eq!(output.status.code(), Some(1));
    let said = told(&output);
    for part in ["survey.csv", "4", "q01", "77"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(folder.path().join("marked.xlsx").exists());
    assert!(!folder.path().join("out").exists());
}

#[test]
fn json_on_standard_output_lists_the_files_with_their_hashes() {
    let folder = case_folder();
    let answers = case().join("survey.csv").display().to_string();
    let mut arguments = case_arguments(&answers, "out");
    arguments.extend(["--internal", "--json"]);
    let output = selaras(&arguments, folder.path());
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
    assert_eq!(said["rows"], 1_800);
    assert_eq!(said["form"], "internal");
    let files = said["files"].as_array().expect("files");
    assert_eq!(files.len(), 5);
    for file in files {
        let path = folder.path().join(file["path"].as_str().expect("a path"));
        let sha256: String = {
            use sha2::Digest as _;
            let digest = sha2::Sha256::digest(fs::read(path).expect("the file"));
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        assert_eq!(file["sha256"], sha256);
    }
}

// Cases worked by hand (METHOD §1): scale 1–9; X1 weighs 0.6 and X2 0.4 in the one dimension;
// components P and Q weigh the same.

const HAND: &str = r#"
format = "selaras/instrument/1"
id = "hand"
version = "1"
title = "Worked by hand"
short_title = "Hand"
standing = "other"
source = "arithmetic in the tests"
weight_evidence = "proposed"
component_evidence = "proposed"
scale = { min = 1, max = 9, low = "low", high = "high", evidence = "proposed" }
rules = { aggregation = "respondent", missing = "renormalise", evidence = "proposed" }
component = [{ id = "P", name = "P", weight = 1 }, { id = "Q", name = "Q", weight = 1 }]
dimension = [{ id = "E", name = "E", weight = 1 }]
variable = [
  { id = "X1", name = "X1", dimension = "E", weight = 0.6, evidence = "proposed" },
  { id = "X2", name = "X2", dimension = "E", weight = 0.4, evidence = "proposed" },
]
item = [
  { id = "x1p", variable = "X1", component = "P", weight = 1, text = "x1p" },
  { id = "x1q", variable = "X1", component = "Q", weight = 1, text = "x1q" },
  { id = "x2p", variable = "X2", component = "P", weight = 1, text = "x2p" },
  { id = "x2q", variable = "X2", component = "Q", weight = 1, text = "x2q" },
]

[[attribute]]
id = "sex"
kind = "sex"
name = "Sex"
band = [{ id = "L", name = "Male" }, { id = "P", name = "Female" }]
"#;

const HAND_FRAME: &str = "code,name,level,parent,adults,source\n\
    K,Whole,province,,,\n\
    A,Alpha,regency,K,300000,register\n\
    B,Beta,regency,K,100000,register\n\
    C,Gamma,regency,K,100000,register\n";

/// Runs the hand-worked instrument over `answers` (and `before`), with `margins` where given.
fn by_hand(answers: &str, before: Option<&str>, margins: Option<&str>) -> IndexResult {
    let files = [("--before-answers", before), ("--margins", margins)];
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    let mut more = Vec::new();
    for (option, text) in files {
        if let Some(text) = text {
            put(&option[2..], text);
            more.extend([option, &option[2..]]);
        }
    }
    by_hand_in(&folder, HAND, answers, &more)
}

/// Runs a hand-worked `instrument` over `answers` in `folder` with `more` options.
fn by_hand_in(folder: &TempDir, instrument: &str, answers: &str, more: &[&str]) -> IndexResult {
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    put("hand.toml", instrument);
    put("frame.csv", HAND_FRAME);
    put("now.csv", answers);
    let mut arguments = vec!["--instrument", "hand.toml", "--regions", "frame.csv", "--internal"];
    arguments.extend(["--answers", "now.csv", "--out", "out", "--as-of", "2026-06-01"]);
    arguments.extend(more);
    done(&arguments, folder.path());
    result(folder.path(), "out/result.json")
}

fn value(result: &IndexResult, region: &str, name: &str) -> f64 {
    score(result, region, name).value.expect("a value")
}

const HEAD: &str = "wilayah,sex,x1p,x1q,x2p,x2q\n";

/// Eleven answers: six in A, five in B, none in C; nobody answered x2q.
fn eleven() -> String {
    let rows = [
        "A,L,5,7,4,", // X1 6, X2 4, index 0.6·6 + 0.4·4 = 5.2; P 0.6·5 + 0.4·4 = 4.6
        "A,L,6,6,6,", // X1 6, X2 6, index 6; P 6
        "A,L,9,7,3,", // X1 8, X2 3, index 4.8 + 1.2 = 6; P 5.4 + 1.2 = 6.6
        "A,L,1,3,9,", // X1 2, X2 9, index 1.2 + 3.6 = 4.8; P 0.6 + 3.6 = 4.2
        "A,P,8,4,5,", // X1 6, X2 5, index 3.6 + 2 = 5.6; P 4.8 + 2 = 6.8
        "A,P,,,7,",   // X1 missing, X2 7, index 7; P 7
        "B,L,3,3,3,",
        "B,L,5,5,5,",
        "B,P,7,7,7,",
        "B,P,4,4,4,",
        "B,P,6,6,6,",
    ];
    format!("{HEAD}{}\n", rows.join("\n"))
}

#[test]
fn figures_of_the_round_before_wait_for_its_own_day_fourteen() {
    let folder = case_folder();
    let answers = case().join("survey.csv").display().to_string();
    let changes = |out: &str, more: &[&str]| -> (usize, Vec<String>) {
        let mut arguments = case_arguments(&answers, out);
        arguments.extend(["--before-answers", &answers, "--closed", "2026-05-01"]);
        arguments.extend(more);
        done(&arguments, folder.path());
        let change = result(folder.path(), &format!("{out}/result.json")).change.expect("a change");
        let told = change.regions.iter().filter(|entry| !entry.scores.is_empty()).count();
        (told, change.remarks.into_iter().map(|remark| remark.key).collect())
    };
    let withheld = "index-change-before-withheld".to_owned();
    let (told, remarks) = changes("open", &["--before-closed", "2025-05-01"]);
    assert!(told > 0 && !remarks.contains(&withheld), "{told} {remarks:?}");
    for (out, more) in [("unknown", &[][..]), ("early", &["--before-closed", "2026-05-30"])] {
        let (told, remarks) = changes(out, more);
        assert_eq!(told, 0, "{out}");
        assert!(remarks.contains(&withheld), "{out}: {remarks:?}");
    }
}

#[test]
fn a_component_that_is_wholly_missing_leaves_its_weight_to_the_others() {
    let result = by_hand(&eleven(), None, None);
    let close = |name: &str, by_hand: f64| {
        let ours = value(&result, "A", name);
        assert!((ours - by_hand).abs() < 1e-10, "{name}: {ours}, by hand {by_hand}");
    };
    close("index", (5.2 + 6.0 + 6.0 + 4.8 + 5.6 + 7.0) / 6.0);
    close("variable-X1", (6.0 + 6.0 + 8.0 + 2.0 + 6.0) / 5.0);
    close("variable-X2", (4.0 + 6.0 + 3.0 + 9.0 + 5.0 + 7.0) / 6.0);
    close("component-P", (4.6 + 6.0 + 6.6 + 4.2 + 6.8 + 7.0) / 6.0);
    // Of Q only x1q was answered, by five of the six.
    close("component-Q", (7.0 + 6.0 + 7.0 + 3.0 + 4.0) / 5.0);
    assert_eq!(score(&result, "A", "variable-X1").n, Some(5));
    let missing = score(&result, "A", "cell-X2-Q");
    assert_eq!((missing.value, missing.withheld), (None, Some(Withheld::NoAnswers)));
}

#[test]
fn an_empty_region_is_named_and_its_whole_is_bounded_not_filled_in() {
    let result = by_hand(&eleven(), None, None);
    let (a, b) = (34.6 / 6.0, 5.0);
    assert_eq!(score(&result, "C", "index").withheld, Some(Withheld::NoAnswers));
    let whole = &result.regions[0];
    assert_eq!(whole.missing, ["C"]);
    assert_eq!(whole.adults_covered, Some(0.8));
    // A counts three times as much as B.
    let mean = (3.0 * a + b) / 4.0;
    assert!((value(&result, "K", "index") - mean).abs() < 1e-10);
    // C, a fifth of the adults, at the lowest (B) and the highest (A) score seen.
    let (low, high) = whole.scores[0].bounds.expect("bounds");
    assert!((low - (0.8 * mean + 0.2 * b)).abs() < 1e-10);
    assert!((high - (0.8 * mean + 0.2 * a)).abs() < 1e-10);
    // Without kecamatan, link and day there is no interval, and so no statement.
    assert!(whole.scores.iter().all(|score| score.interval.is_none() && score.standing.is_none()));
}

#[test]
fn a_score_covers_the_regions_that_have_it_whatever_the_index_covers() {
    let (full, partial) = ("A,L,5,7,4,6", "B,L,3,5,,");
    let answers =
        format!("{HEAD}{}{}", format!("{full}\n").repeat(5), format!("{partial}\n").repeat(5));
    let of = |instrument: &str, name: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let result = by_hand_in(&folder, instrument, &answers, &[]);
        let whole = &result.regions[0];
        let score = score(&result, "K", name);
        let (missing, covered) = whole.coverage(score);
        (missing.to_vec(), covered, score.bounds.is_some())
    };
    // Whoever left a variable out has an index all the same.
    assert_eq!(of(HAND, "index"), (vec!["C".to_owned()], Some(0.8), true));
    assert_eq!(of(HAND, "variable-X2"), (vec!["B".to_owned(), "C".to_owned()], Some(0.6), false));
    // Under the other rule there is no index, but there is a variable.
    let dropping = HAND.replace("\"renormalise\"", "\"drop\"");
    assert_eq!(of(&dropping, "index"), (vec!["B".to_owned(), "C".to_owned()], Some(0.6), false));
    assert_eq!(of(&dropping, "variable-X1"), (vec!["C".to_owned()], Some(0.8), true));
}

#[test]
fn a_round_over_part_of_a_province_is_incomplete_and_names_what_it_leaves_out() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("hand.toml"), HAND).expect("instrument");
    let rows = |region: &str, step: u8| -> String {
        (1..=9).map(|answer| format!("{region},L,{answer},{step},{answer},{step}\n")).collect()
    };
    let answers = format!("{HEAD}{}{}{}", rows("61.01", 3), rows("61.02", 5), rows("61.71", 7));
    fs::write(folder.path().join("three.csv"), answers).expect("answers");
    fs::write(folder.path().join("one.csv"), format!("{HEAD}{}", rows("61.71", 7))).expect("one");
    let run = |answers: &str, regions: &[&str], out: &str| {
        let mut arguments = vec!["--instrument", "hand.toml", "--answers", answers, "--out", out];
        arguments.extend(["--internal", "--as-of", "2026-06-01"]);
        arguments.extend(regions.iter().flat_map(|region| ["--region", region]));
        done(&arguments, folder.path());
        result(folder.path(), &format!("{out}/result.json"))
    };
    let of = |result: &IndexResult, code: &str| {
        result.regions.iter().find(|region| region.code == code).expect("the region").clone()
    };
    let three = run("three.csv", &["61.01", "61.02", "61.71"], "three");
    // A round of one province has no figure of the nation.
    assert_eq!(three.regions[0].code, "61");
    let province = of(&three, "61");
    assert_eq!(province.missing.len(), 14 - 3);
    assert_eq!(province.missing[0], "61.03");
    assert!(!province.missing.contains(&"61.71".to_owned()));
    assert!(province.incomplete(&province.scores[0]));
    let covered = province.adults_covered.expect("a share");
    let (value, bounds) = (province.scores[0].value.expect("a value"), province.scores[0].bounds);
    let (low, high) = bounds.expect("bounds of several scores");
    assert!((low - (covered * value + (1.0 - covered) * 4.0)).abs() < 1e-9, "{low}");
    assert!((high - (covered * value + (1.0 - covered) * 6.0)).abs() < 1e-9, "{high}");
    assert!(three.notes.iter().any(|note| note.key == "index-note-incomplete"));
    let said = fs::read_to_string(folder.path().join("three/laporan.html")).expect("a report");
    assert!(said.contains("11 wilayah: Kabupaten Sanggau") && !said.contains(">Indonesia<"));
    assert!(said.contains("Belum lengkap: bila wilayah"));

    // A round of two provinces has one, and it is incomplete.
    let two = run("three.csv", &["61", "64.72"], "two");
    let nation = of(&two, "ID");
    assert_eq!(nation.missing.len(), 514 - 3);
    assert!(nation.incomplete(&nation.scores[0]));

    let one = run("one.csv", &["61.71"], "one");
    let province = of(&one, "61");
    assert_eq!((province.missing.len(), province.scores[0].bounds), (13, None));
    assert_eq!(province.scores[0].value, Some(6.0));
    assert!(province.incomplete(&province.scores[0]));
    let said = fs::read_to_string(folder.path().join("one/laporan.html")).expect("a report");
    assert!(said.contains("Belum lengkap: skor wilayah lain belum ada"));
}

#[test]
fn the_score_without_flagged_answers_stands_beside_that_of_all() {
    let rows = [
        "A,L,5,7,4,", // 5.2, as in `eleven`
        "A,L,9,7,3,", // 6
        "A,L,1,3,9,", // 4.8
        "A,P,8,4,5,", // 5.6
        "A,P,,,7,",   // 7
        "A,L,1,1,1,", // and five straight lines
        "A,L,2,2,2,",
        "A,L,3,3,3,",
        "A,P,8,8,8,",
        "A,P,9,9,9,",
        "B,L,5,7,4,", // in B two of seven are straight lines: fewer than may be told
        "B,L,6,7,4,",
        "B,L,7,7,4,",
        "B,P,8,7,4,",
        "B,P,9,7,4,",
        "B,P,4,4,4,",
        "B,P,5,5,5,",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let answers = format!("{HEAD}{}\n", rows.join("\n"));
    let result = by_hand_in(&folder, HAND, &answers, &["--without-flagged", "lines of one hall"]);
    let without =
        |region: &str| score(&result, region, "index").without_flagged.clone().expect("asked for");
    assert!((value(&result, "A", "index") - (28.6 + 23.0) / 10.0).abs() < 1e-10);
    assert!((without("A").value.expect("a value") - 28.6 / 5.0).abs() < 1e-10);
    assert_eq!(without("A").n, Some(5));
    assert_eq!(without("B").withheld, Some(Withheld::TooFew));
    // A and the whole would give B away.
    assert_eq!(without("K").withheld, Some(Withheld::Complementary));
    assert!(result.notes.iter().any(|note| note.values.iter().any(|(name, _)| name == "reason")));
    assert!(folder.path().join("out/laporan.html").exists());
    let plain = by_hand(&answers, None, None);
    assert!(score(&plain, "A", "index").without_flagged.is_none());
}

#[test]
fn a_tiny_region_reached_in_one_hall_takes_nothing_from_its_province() {
    let mut answers = format!("waktu,tautan,{HEAD}");
    let mut add = |region: &str, rows: usize, days: usize, center: usize| {
        for row in 0..rows {
            let day = 1 + row % days;
            let answer = center + row % 3;
            let values = [answer; 4].map(|answer| answer.to_string()).join(",");
            answers.push_str(&format!("2026-02-{day:02} 10:00,a,{region},L,{values}\n"));
        }
    };
    add("A", 120, 20, 6);
    add("B", 120, 20, 4);
    add("C", 6, 1, 4);
    let result = by_hand(&answers, None, None);
    let of = |region: &str| score(&result, region, "index");
    assert!(of("K").interval.is_some() && of("A").standing.is_some());
    assert!(of("C").interval.is_none() && of("C").standing.is_none());
    assert!(result.notes.iter().any(|note| note.key == "index-note-one-cluster"));
    // Where every region is such a one, there is no interval to be had.
    let halls = answers.lines().map(|line| match line.split_once(" 10:00") {
        Some((_, rest)) => format!("2026-02-01 10:00{rest}\n"),
        None => format!("{line}\n"),
    });
    let result = by_hand(&halls.collect::<String>(), None, None);
    assert!(score(&result, "K", "index").interval.is_none());
    assert!(result.notes.iter().all(|note| note.key != "index-note-one-cluster"));
}

/// Each of these answers given by twenty people of region A, since a raking class needs twenty.
fn twenty_times(answers: &[(&str, u8)]) -> String {
    let mut text = HEAD.to_owned();
    for (sex, answer) in answers {
        for _ in 0..20 {
            text.push_str(&format!("A,{sex},{answer},{answer},{answer},{answer}\n"));
        }
    }
    text
}

#[test]
fn raking_gives_men_and_women_the_weight_they_have_in_the_population() {
    let answers = twenty_times(&[("L", 3), ("L", 5), ("L", 7), ("P", 9)]);
    let margins = "region,margin,cell,persons,source,year\n\
        A,sex,L,150000,register,2026\nA,sex,P,150000,register,2026\n";
    let result = by_hand(&answers, None, Some(margins));
    let index = score(&result, "A", "index");
    assert_eq!(index.value, Some(6.0)); // (3 + 5 + 7 + 9) / 4
    let adjusted = index.adjusted.as_ref().expect("an adjusted score");
    assert!((adjusted.value - 7.0).abs() < 1e-9); // half of (3 + 5 + 7) / 3, half of 9
    assert!((adjusted.difference - 1.0).abs() < 1e-9);
    // Weights 0.5/0.75 = 2/3 for sixty men, 0.5/0.25 = 2 for twenty women:
    // 80·(60·4/9 + 20·4) / (60·2/3 + 20·2)² = 80·(320/3)/6400 = 4/3.
    let kish = result.regions.iter().find(|region| region.code == "A").and_then(|a| a.kish);
    assert!((kish.expect("a Kish effect") - 4.0 / 3.0).abs() < 1e-9);
}

#[test]
fn what_an_adjusted_score_leaves_out_of_account_is_named() {
    let answers = twenty_times(&[&[("L", 5); 3][..], &[("P", 9)]].concat());
    let told = |persons: (u32, u32)| -> Vec<String> {
        let margins = format!(
            "region,margin,cell,persons,source,year\n\
             A,sex,L,{},register,2026\nA,sex,P,{},register,2026\n",
            persons.0, persons.1
        );
        let result = by_hand(&answers, None, Some(&margins));
        let region = result.regions.iter().find(|of| of.code == "A").expect("the region");
        let score = score(&result, "A", "index");
        assert_eq!(score.adjusted.is_some(), region.not_adjusted.is_none());
        region.not_adjusted.iter().chain(&region.not_adjusted_for).map(|m| m.key.clone()).collect()
    };
    assert_eq!(told((165_000, 135_000)), ["index-adjusted-without"]);
    // Women would need 19 times the weight of men: trimmed at five, their share is not reached.
    assert_eq!(told((40_000, 260_000)), ["index-not-adjusted-converge"]);
}
#[test]
fn change_is_that_of_one_composition_not_of_two() {
    // Before: men 4, women 8, as many of each. Now: men 5, women 9, three men to a woman. The plain
    // means are 6 and 6. At the mean composition, 5/8 men: now 0.625·5 + 0.375·9 = 6.5, before
    // 0.625·4 + 0.375·8 = 5.5.
    let before = twenty_times(&[("L", 4), ("L", 4), ("P", 8), ("P", 8)]);
    let now = twenty_times(&[("L", 5), ("L", 5), ("L", 5), ("P", 9)]);
    let result = by_hand(&now, Some(&before), None);
    assert_eq!(value(&result, "A", "index"), 6.0);
    let change = result.change.expect("a change");
    assert!(change.not_comparable.is_empty());
    let of_a = change.regions.iter().find(|entry| entry.region == "A").expect("region A");
    assert!((of_a.scores[0].before.expect("before") - 5.5).abs() < 1e-9);
    assert!((of_a.scores[0].difference.expect("a difference") - 1.0).abs() < 1e-9);
    // Without clusters in either round nothing may be said of it.
    assert!(of_a.scores[0].interval.is_none());
}

#[test]
fn a_small_round_before_is_told_as_few_answers_not_as_an_unknown_population() {
    let now = twenty_times(&[("L", 5), ("L", 5), ("P", 9)]);
    let few = format!("{HEAD}{}", "A,L,5,5,5,5\n".repeat(29));
    let result = by_hand(&now, Some(&few), None);
    let change = result.change.expect("a change");
    for code in ["K", "A"] {
        let entry = change.regions.iter().find(|entry| entry.region == code).expect("an entry");
        let index = &entry.scores[0];
        assert_eq!((index.difference, index.withheld), (None, Some(Withheld::FewToCompare)));
    }
}

#[test]
fn a_province_none_of_whose_regions_can_be_compared_says_so() {
    // Of the same people all came by one channel before, and by another now.
    let by = |channel: &str| {
        let rows = twenty_times(&[("L", 5), ("P", 7)]).replace(HEAD, "");
        let rows = rows.lines().map(|row| format!("{row},{channel}\n")).collect::<String>();
        format!("{},tautan\n{rows}", HEAD.trim_end())
    };
    let result = by_hand(&by("WA"), Some(&by("loket")), None);
    let change = result.change.expect("a change");
    let reason = |code: &str| {
        let entry = change.regions.iter().find(|entry| entry.region == code)?;
        entry.not_comparable.as_ref().map(|reason| reason.key.clone())
    };
    assert_eq!(reason("A").as_deref(), Some("index-change-channel"));
    assert_eq!(reason("K").as_deref(), Some("index-change-parts"));
}
