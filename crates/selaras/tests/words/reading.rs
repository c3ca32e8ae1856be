//! What a person reads of a page or a file, and the words of data among it.

use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};

use super::source::files;

/// What a person reads or hears of `page`: texts, and the attributes that are read out.
pub(crate) fn readable(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        for name in ["title=\"", "aria-label=\"", "placeholder=\"", "data-label=\"", "alt=\""] {
            if let Some((_, value)) = tag.split_once(name) {
                text += value.split('"').next().unwrap_or_default();
                text.push(' ');
            }
        }
        if !tag.starts_with("style") && !tag.starts_with("script") {
            text += after;
        }
        text.push(' ');
    }
    for (code, letter) in [("&#38;", "&"), ("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<")] {
        text = text.replace(code, letter);
    }
    for code in ["&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;"] {
        text = text.replace(code, " ");
    }
    text
}

pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.contains(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
}

/// Words of data: names of regions, instruments with their wording, sources, licences.
pub(crate) fn data() -> BTreeSet<String> {
    let mut data = BTreeSet::new();
    let regions =
        [selaras::region::provinces(), selaras::region::regencies(), selaras::region::districts()];
    for region in regions.into_iter().flatten() {
        data.extend(words(&region.name));
    }
    for path in files("instruments", "toml") {
        for line in std::fs::read_to_string(path).expect("an instrument").lines() {
            data.extend(words(line.split_once('=').map_or("", |(_, value)| value)));
        }
    }
    for licence in selaras::region::licences() {
        data.extend(words(licence.notice));
    }
    data.extend(words(selaras::region::LICENCE_TEXTS));
    for path in files("data", "csv") {
        data.extend(words(&std::fs::read_to_string(path).expect("a table")));
    }
    // The code of the nation, and where counts of its adults come from.
    let frame = selaras::region::frame(&[]).expect("the built-in regions");
    for region in &frame.regions {
        data.extend(words(&region.code));
        data.extend(region.adults.iter().flat_map(|adults| words(&adults.source)));
    }
    // Links by which simulated respondents came.
    data.extend(["grup", "warga", "kantor", "desa", "media", "sosial"].map(str::to_owned));
    // The program, its time zone, how names of regions are shortened, and the hash of files.
    let names = ["Selaras", "WIB", "Kab", "Adm", "SHA"];
    data.extend(names.map(str::to_owned));
    data
}

/// Words of data of an alignment: what plans say, ids of rules, names of outcomes and indicators,
/// however they are written.
pub(crate) fn data_of_plans() -> BTreeSet<String> {
    let read = |file: &str| {
        std::fs::read_to_string(super::source::root().join(file)).expect("a file of data")
    };
    let mut all = data();
    for line in read("locales/id/check.ftl").lines() {
        let rule = line.strip_prefix("check-why-").and_then(|rest| rest.split(' ').next());
        all.extend(words(rule.unwrap_or_default()));
    }
    for file in [
        "crates/selaras/src/simulate/plans/names.rs",
        "data/outcome/tree.toml",
        "data/check/rules.toml",
    ] {
        all.extend(words(&read(file)));
    }
    let villages = selaras::region::villages().iter();
    for village in villages.filter(|of| of.code.as_str().starts_with("61.")) {
        all.extend(words(&village.name));
    }
    // Numbers of proposals, agreements and items.
    all.extend(["BA", "TL", "TS"].map(str::to_owned));
    let written = |word: &String| {
        let small = word.to_lowercase();
        let first: String = small.chars().take(1).flat_map(char::to_uppercase).collect();
        let rest: String = small.chars().skip(1).collect();
        [word.to_uppercase(), first + &rest, small]
    };
    let ways: Vec<String> = all.iter().flat_map(written).collect();
    all.extend(ways);
    all
}

/// The words of `text` that stand in no message file, since the pseudo-locale would have blocked
/// them out, and not in `data` either.
pub(crate) fn foreign(text: &str, data: &BTreeSet<String>) -> Vec<String> {
    // The simulated margins call themselves so in their column of sources; files are named by what
    // their names end in.
    let text = text.replace(selaras::simulate::MARK, " ");
    let files = |word: &&str| ![".csv", ".xlsx"].iter().any(|end| word.contains(end));
    let text = text.split_whitespace().filter(files).collect::<Vec<_>>().join(" ");
    // Hashes and ids hold digits; words of a hash without one are rare and short.
    words(&text)
        .filter(|word| {
            !data.contains(word) && !word.contains(|c: char| c.is_ascii_digit()) && word.len() > 1
        })
        .collect()
}

/// What a person reads in the file called `name`, a downloaded or written one; none where it is for
/// programs alone.
pub(crate) fn of_file(name: &str, bytes: &[u8]) -> Option<String> {
    let text = || String::from_utf8(bytes.to_vec()).expect("UTF-8");
    match name.rsplit('.').next() {
        Some("html") => Some(readable(&text())),
        Some("csv") => Some(of_csv(&text())),
        Some("geojson") => Some(of_geojson(bytes)),
        Some("xlsx") => Some(of_workbook(bytes)),
        Some("docx") => Some(of_document(bytes)),
        _ => None,
    }
}

/// The cells of a CSV file of ours, codes of scores left out: they are the same in every language.
fn of_csv(text: &str) -> String {
    let code = |cell: &&str| {
        let kinds = ["dimension-", "variable-", "component-", "cell-"];
        *cell == "index" || kinds.iter().any(|kind| cell.starts_with(kind))
    };
    text.lines()
        .flat_map(|line| line.split(';'))
        .filter(|cell| !code(cell))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The texts of a map's properties. Their names are the same in every language, for programs: each
/// is explained with the format.
fn of_geojson(bytes: &[u8]) -> String {
    let map: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
    let explained =
        std::fs::read_to_string(super::source::root().join("docs/result-schema.md")).expect("docs");
    let mut texts = Vec::new();
    for feature in map["features"].as_array().expect("features") {
        for (name, value) in feature["properties"].as_object().expect("properties") {
            let name = name.rsplit_once('_').map_or(name.clone(), |(_, part)| format!("…_{part}"));
            assert!(explained.contains(&format!("`{name}`")), "{name} is explained");
            texts.extend(value.as_str().map(str::to_owned));
        }
    }
    texts.join(" ")
}

/// The text of a document with what stands above and below its pages; names of fields are the
/// format's own.
fn of_document(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a document");
    let mut texts = Vec::new();
    for part in ["word/document.xml", "word/header1.xml", "word/footer1.xml"] {
        let mut xml = String::new();
        let mut part = archive.by_name(part).expect("a part");
        part.read_to_string(&mut xml).expect("text");
        texts.push(readable(&xml));
    }
    texts.join(" ")
}

/// Names of sheets, heads, cells, headers and footers, notes with their authors, drawings and the
/// document's properties. What the format itself names (styles, the kinds of its parts) is shown by
/// a spreadsheet in its own language.
fn of_workbook(bytes: &[u8]) -> String {
    let mut book = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut texts = Vec::new();
    for at in 0..book.len() {
        let mut part = book.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut xml = String::new();
        if !name.ends_with(".xml") || part.read_to_string(&mut xml).is_err() {
            continue;
        }
        let read =
            ["xl/sharedStrings", "xl/worksheets/", "xl/comments", "xl/drawings/", "xl/charts/"];
        if name == "xl/workbook.xml" {
            let sheets = xml.split("<sheet name=\"").skip(1);
            texts.extend(sheets.filter_map(|rest| Some(rest.split('"').next()?.to_owned())));
        } else if name == "docProps/core.xml" || read.iter().any(|start| name.starts_with(start)) {
            texts.push(readable(&xml));
        }
    }
    assert!(texts.len() > 2, "the parts of a workbook are known by their names");
    texts.join(" ")
}
