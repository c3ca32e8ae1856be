//! Every fault at its place; nothing that panics.

use proptest::prelude::*;

use super::walk::MOST_FAULTS;
use super::*;
use crate::instrument::shipped_file;

/// A sound instrument to break.
const SOUND: &str = r#"format = "selaras/instrument/1"
id = "uji"
version = "1"
title = "Uji"
short_title = "Uji"
standing = "other"
source = "Uji"
weight_evidence = "proposed"
component_evidence = "proposed"

[scale]
min = 1
max = 9
low = "rendah"
high = "tinggi"
evidence = "proposed"

[rules]
aggregation = "respondent"
missing = "renormalise"
evidence = "proposed"

[[component]]
id = "P"
name = "Persepsi"
weight = 1

[[dimension]]
id = "D"
name = { id = "Dimensi", en = "Dimension" }
weight = 1

[[variable]]
id = "V"
name = "Variabel"
dimension = "D"
weight = 1
asta_cita = [1, 8]
evidence = "proposed"

[[item]]
id = "V.P"
variable = "V"
component = "P"
weight = 1
text = "Butir"

[[attribute]]
id = "usia"
kind = "age"
name = "Usia"

[[attribute.band]]
id = "muda"
name = "Muda"
years = [17, 30]

[[attribute.band]]
id = "tua"
name = "Tua"
years = [31, 120]
"#;

/// Faults of [`SOUND`] after a replacement, as (key, line, column, path).
fn faults(from: &str, to: &str) -> Vec<(String, String, String, String)> {
    assert!(SOUND.contains(from), "{from}");
    let text = SOUND.replacen(from, to, 1);
    let error = Instrument::parse("uji.toml", text.as_bytes()).unwrap_err();
    let value = |fault: &Message, name: &str| {
        let found = fault.values.iter().find(|(key, _)| key == name);
        Words::default().value(&found.unwrap().1)
    };
    let place = |f: &Message| {
        let key = f.key.strip_prefix("instrument-fault-").unwrap().to_owned();
        assert_ne!(Words::default().say(&f.key), f.key, "{} has no words", f.key);
        (key, value(f, "line"), value(f, "column"), value(f, "path"))
    };
    error.faults.iter().map(place).collect()
}

fn fault(from: &str, to: &str) -> (String, String, String, String) {
    let mut found = faults(from, to);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn place(key: &str, line: u32, column: u32, path: &str) -> (String, String, String, String) {
    (key.to_owned(), line.to_string(), column.to_string(), path.to_owned())
}

#[test]
fn a_sound_file_is_read_whole() {
    let read = Instrument::parse("uji.toml", SOUND.as_bytes()).unwrap();
    assert_eq!(read.dimensions[0].name.en, "Dimension");
    assert_eq!(read.variables[0].name.en, "Variabel", "one string serves both languages");
    assert_eq!(read.variables[0].asta_cita, [1, 8]);
    assert_eq!(read.attributes[0].bands[1].years, Some((31, 120)));
    assert_eq!(read.sha256.len(), 64);
    let with_mark = format!("\u{feff}{SOUND}");
    let marked = Instrument::parse("uji.toml", with_mark.as_bytes()).unwrap();
    assert_ne!(marked.sha256, read.sha256, "the hash is of the bytes as they came");
}

#[test]
fn a_fault_is_named_at_its_line_column_and_key() {
    assert_eq!(fault("max = 9", "max = 0"), place("wanted-whole", 13, 7, "scale.max"));
    assert_eq!(fault("min = 1", "min = 9"), place("scale-order", 13, 7, "scale.max"));
    assert_eq!(
        fault("dimension = \"D\"", "dimension = \"E\""),
        place("reference", 36, 13, "variable[1].dimension").clone()
    );
    assert_eq!(fault("weight = 1\nasta", "weight = -1\nasta").0, "weight-negative");
    assert_eq!(
        fault("weight = 1\nasta", "wight = 1\nweight = 1\nasta"),
        place("unknown-key", 37, 1, "variable[1].wight")
    );
    assert_eq!(fault("short_title = \"Uji\"\n", ""), place("missing-key", 1, 1, "–"));
    assert_eq!(
        fault("[1, 8]", "[1, 9]"),
        place("wanted-whole", 38, 17, "variable[1].asta_cita[2]")
    );
    assert_eq!(fault("years = [31", "years = [32").0, "years-gap");
    assert_eq!(fault("years = [31", "years = [30").0, "years-gap");
    assert_eq!(fault("[17, 30]", "[30]").0, "years");
    assert_eq!(fault("id = \"tua\"", "id = \"muda\"").0, "twice");
    assert_eq!(fault("id = \"usia\"", "id = \"V.P\"").0, "twice", "columns share one space");
    assert_eq!(fault("id = \"tua\"", "id = \"t-1\"").0, "code");
    assert_eq!(fault("id = \"uji\"", "id = \"Uji 1\"").0, "id");
    assert_eq!(fault("instrument/1", "instrument/2").0, "format");
    assert_eq!(fault("\"respondent\"", "\"median\"").0, "wanted-choice");
    assert_eq!(fault("title = \"Uji\"", "title = 3").0, "wanted-text");
    assert_eq!(fault("low = \"rendah\"", "low = \"\"").0, "empty");
}

#[test]
fn a_missing_key_is_named_at_the_section_it_is_missing_from() {
    assert_eq!(fault("variable = \"V\"\n", ""), place("missing-key", 41, 1, "item[1]"),);
}

#[test]
fn weights_of_siblings_may_not_all_be_zero() {
    assert_eq!(
        fault("weight = 1\ntext", "weight = 0\ntext"),
        place("weights-zero", 41, 1, "item[1]")
    );
    assert_eq!(fault("weight = 1\ntext", "weight = nan\ntext").0, "wanted-number");
    assert_eq!(fault("weight = 1\ntext", "weight = inf\ntext").0, "wanted-number");
}

#[test]
fn a_level_without_anything_in_it_is_refused() {
    let more = "[[variable]]\nid = \"W\"\nname = \"W\"\ndimension = \"D\"\nweight = 1\n\
                evidence = \"proposed\"\n\n[[item]]";
    assert_eq!(fault("[[item]]", more), place("variable-empty", 41, 1, "variable[2]"));
    let more = "[[dimension]]\nid = \"E\"\nname = \"E\"\nweight = 1\n\n[[item]]";
    assert_eq!(fault("[[item]]", more).0, "dimension-empty");
    let more = "[[component]]\nid = \"R\"\nname = \"R\"\nweight = 1\n\n[[item]]";
    assert_eq!(fault("[[item]]", more).0, "component-empty");
}

#[test]
fn cut_points_begin_at_the_scale_rise_and_stay_below_its_top() {
    let with = |points: &str| format!("[categories]\ncategory = [{points}]\n\n[[component]]");
    let one = |from: &str| format!("{{ from = {from}, name = \"x\" }}");
    let points = |list: &[&str]| {
        let entries: Vec<String> = list.iter().map(|from| one(from)).collect();
        with(&entries.join(", "))
    };
    assert_eq!(fault("[[component]]", &points(&["2"])).0, "category-first");
    assert_eq!(fault("[[component]]", &points(&["1", "4.5", "4.5"])).0, "category-order");
    assert_eq!(fault("[[component]]", &points(&["1", "9"])).0, "category-beyond");
    let sound = SOUND.replacen("[[component]]", &points(&["1", "4.5"]), 1);
    let read = Instrument::parse("uji.toml", sound.as_bytes()).unwrap();
    assert_eq!(read.categories.unwrap().categories[1].from, 4.5);
}

#[test]
fn belief_and_origin_are_asked_only_where_the_official_form_does() {
    assert_eq!(fault("id = \"usia\"", "id = \"agama\"").0, "sensitive");
    assert_eq!(fault("name = \"Usia\"", "name = \"Suku bangsa\"").0, "sensitive");
    let flagged = "officially_sensitive = true\nid = \"agama\"";
    assert_eq!(fault("id = \"usia\"", flagged).0, "sensitive-not-official");
    let official = SOUND.replacen("standing = \"other\"", "standing = \"official\"", 1).replacen(
        "id = \"usia\"",
        flagged,
        1,
    );
    let read = Instrument::parse("uji.toml", official.as_bytes()).unwrap();
    assert!(read.attributes[0].officially_sensitive);
}

#[test]
fn all_faults_are_named_at_once_in_the_order_of_the_file() {
    let text = SOUND
        .replacen("min = 1", "min = 0", 1)
        .replacen("dimension = \"D\"", "dimension = 4", 1)
        .replacen("weight = 1\ntext", "weight = \"1\"\ntext", 1);
    let error = Instrument::parse("uji.toml", text.as_bytes()).unwrap_err();
    let keys: Vec<&str> = error.faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "instrument-fault-wanted-whole",
            "instrument-fault-wanted-text",
            "instrument-fault-wanted-number"
        ]
    );
    let first = error.to_string().lines().next().unwrap().to_owned();
    assert_eq!(
        first,
        "uji.toml, baris 12, kolom 7 (scale.min): isi dengan bilangan bulat dari 1 sampai 249."
    );
}

#[test]
fn what_is_not_toml_or_not_text_is_named_at_its_place() {
    assert_eq!(fault("max = 9", "max = = 9"), place("syntax", 13, 7, "–"));
    let bytes = [SOUND.as_bytes(), &[b'x', 0xff]].concat();
    let error = Instrument::parse("uji.toml", &bytes).unwrap_err();
    assert_eq!(error.faults[0].key, "instrument-fault-encoding");
    let error = Instrument::parse("uji.toml", &vec![b'#'; MOST_BYTES + 1]).unwrap_err();
    assert_eq!(error.faults[0].key, "instrument-fault-too-large");
}

#[test]
fn every_fault_has_words() {
    let code = concat!(include_str!("../read.rs"), include_str!("walk.rs"));
    let keys = code.split("instrument-fault-").skip(1);
    let keys: Vec<&str> = keys.filter_map(|rest| rest.split(['"', '{']).next()).collect();
    assert!(keys.len() > 25);
    for key in keys.into_iter().filter(|key| *key != "wanted-") {
        let key = format!("instrument-fault-{key}");
        assert_ne!(Words::default().say(&key), key);
    }
    for wanted in code.split("self.wrong_type(faults, \"").skip(1) {
        let key = format!("instrument-fault-wanted-{}", wanted.split('"').next().unwrap());
        assert_ne!(Words::default().say(&key), key);
    }
}

#[test]
fn faults_are_capped_and_the_rest_counted() {
    let many: String = (0..150).map(|at| format!("kunci_{at} = 1\n")).collect();
    let error = Instrument::parse("uji.toml", format!("{many}{SOUND}").as_bytes()).unwrap_err();
    assert_eq!(error.faults.len(), MOST_FAULTS + 1);
    assert!(
        error
            .to_string()
            .ends_with("masih ada 50 catatan lain. Perbaiki dahulu yang disebut di atas.")
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        start in 0_usize..20_000, length in 0_usize..40, bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut text = shipped_file("ihai-2023").unwrap().as_bytes().to_vec();
        let start = start.min(text.len());
        let end = (start + length).min(text.len());
        text.splice(start..end, bytes);
        let _ = Instrument::parse("acak.toml", &text);
    }
}

#[test]
fn levels_without_end_are_refused_before_they_exhaust_the_stack() {
    let texts = [
        format!("{}a = 1", "a.".repeat(200_000)),
        format!("[{}a]", "\"a\".".repeat(90_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("{}a", "a={a=".repeat(100_000)),
        format!("a = {}", "[".repeat(500_000)),
        format!("a = {}1", "\n[".repeat(100_000)),
        // Within both bounds, to the most the parser takes.
        format!("a = {}1{}", format!("{{{}a = ", "a.".repeat(23)).repeat(190), "}".repeat(190)),
        format!("a = {}1{}", format!("{{{}a = ", "a.".repeat(23)).repeat(70), "}".repeat(70)),
    ];
    for text in texts {
        assert!(Instrument::parse("x.toml", text.as_bytes()).is_err());
    }
}
