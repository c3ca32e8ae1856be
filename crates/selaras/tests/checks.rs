//! Edge cases of the ten checks, in files that a planner can read: `tests/checks/*.toml`, one a check.
//!
//! A file gives the rows that a province and its kab/kota plan when nothing is wrong; every case says
//! what is otherwise and which rules find it. A case that finds nothing is a near-miss.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use selaras::align::read::{self, Mappings, PlanFile};
use selaras::align::{IndexPart, Inputs, align};
use selaras::check::{Check, LowCell, Measured, Rules};
use selaras::outcome::HarmonyScore;
use selaras::plan::{Decimal, Terms, Writing};
use selaras::region::{self, Level};
use selaras::sheet::Source;
use serde::Deserialize;

/// A row: head of a column, cell.
type Row = BTreeMap<String, String>;

/// What rows a government plans, and what is beside them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Desk {
    /// Rows of the province.
    province: Vec<Row>,
    /// Rows of the first kab/kota.
    region: Vec<Row>,
    /// Rows of all other kab/kota; they send nothing where there are none.
    others: Vec<Row>,
    /// Rows of the draft of the first kab/kota; as the final plan where a case changes nothing.
    draft: Vec<Row>,
    proposals: Vec<Row>,
    meetings: Vec<Row>,
    /// Files of rules by name.
    rules: BTreeMap<String, String>,
    measured: Vec<Scored>,
    low: Vec<Low>,
}

#[derive(Clone, Debug, Deserialize)]
struct Scored {
    region: String,
    instrument: String,
    value: String,
    high: String,
    weight: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct Low {
    region: String,
    score: String,
    measured: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What is otherwise, in words.
    what: String,
    /// Rules that find it.
    #[serde(default)]
    finds: Vec<String>,
    /// What keeps it from being checked.
    #[serde(default)]
    lacks: Vec<String>,
    /// The kind of the document before the Renja; a draft of it where none is told.
    #[serde(default)]
    before: Option<String>,
    #[serde(flatten)]
    change: Desk,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    check: Check,
    /// The province, and the first kab/kota.
    place: [String; 2],
    today: String,
    /// Whether a draft was sent too.
    #[serde(default)]
    with_draft: bool,
    base: Desk,
    case: Vec<Case>,
}

/// Rows of `base` with the cells that `change` gives; further rows follow. `-` takes a row away.
fn changed(base: &[Row], change: &[Row]) -> Vec<Row> {
    let mut rows = base.to_vec();
    for (at, cells) in change.iter().enumerate() {
        if at >= rows.len() {
            rows.push(Row::new());
        }
        rows[at].extend(cells.clone());
    }
    rows.retain(|row| !row.contains_key("-"));
    rows
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Rows as a file; codes and names stand first.
fn csv(rows: &[Row]) -> String {
    let mut heads: Vec<&String> = Vec::new();
    for head in rows.iter().flat_map(BTreeMap::keys) {
        if !heads.contains(&head) {
            heads.push(head);
        }
    }
    let first = ["Kode", "Uraian", "nomor"];
    heads.sort_by_key(|head| {
        (first.iter().position(|of| of == head).unwrap_or(9), head.to_string())
    });
    let line = |cells: Vec<String>| cells.join(";") + "\n";
    let mut text = line(heads.iter().map(|head| quoted(head)).collect());
    for row in rows {
        let cell = |head: &&String| quoted(row.get(*head).map_or("", String::as_str));
        text.push_str(&line(heads.iter().map(cell).collect()));
    }
    text
}

fn source(text: String) -> Source {
    Source::memory(text.into_bytes())
}

/// Rules that found something, and what is missing.
fn found(cases: &Cases, case: &Case) -> (BTreeSet<String>, BTreeSet<String>) {
    let code = |text: &str| text.parse::<region::Code>().expect("a code");
    let (upper, lower) = (code(&cases.place[0]), code(&cases.place[1]));
    let (base, change) = (&cases.base, &case.change);
    let mut files = Vec::new();
    let mut send = |of: region::Code, stage: &str, rows: &[Row]| {
        if rows.is_empty() {
            return;
        }
        let level = of.level();
        let name = format!("{stage}-kesbangpol-{of}-2027.csv");
        files.push(PlanFile { source: source(csv(rows)), name, level });
    };
    send(upper, "renja", &changed(&base.province, &change.province));
    let region = changed(&base.region, &change.region);
    send(lower, "renja", &region);
    if cases.with_draft {
        let kind = case.before.as_deref().unwrap_or("rancangan-renja");
        let draft = changed(&base.region, &change.draft);
        send(lower, kind, &draft);
    }
    for other in region::children(upper).iter().filter(|of| of.code != lower) {
        send(other.code, "renja", &changed(&base.others, &change.others));
    }
    let plans = read::plans(&files, &mut Mappings::default(), Terms::shipped(), &mut |_| {});
    let plans = plans.unwrap_or_else(|faults| panic!("{}: {:#?}", case.what, faults.kept));
    let list = |base: &[Row], change: &[Row]| {
        let rows = changed(base, change);
        (!rows.is_empty()).then(|| csv(&rows))
    };
    let rules: BTreeMap<&String, &String> = base.rules.iter().chain(&change.rules).collect();
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in &rules {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let rules = (!rules.is_empty()).then(|| Rules::open(folder.path()).expect("rules"));
    let number = |text: &str| Decimal::read(text, Writing::Indonesian).expect("a number");
    let scored: Vec<Scored> = base.measured.iter().chain(&change.measured).cloned().collect();
    let low: Vec<Low> = base.low.iter().chain(&change.low).cloned().collect();
    let index = (!scored.is_empty() || !low.is_empty()).then(|| IndexPart {
        round: "Putaran".to_owned(),
        instrument: "ihai-2025".to_owned(),
        simulated: true,
        measured: scored
            .iter()
            .map(|of| Measured {
                region: code(&of.region),
                score: HarmonyScore {
                    instrument: of.instrument.clone(),
                    score: "index".to_owned(),
                },
                value: number(&of.value),
                low: number(&of.value),
                high: number(&of.high),
                n: 1_250,
                weight: of.weight,
            })
            .collect(),
        low: Some(
            low.iter()
                .map(|of| LowCell {
                    region: code(&of.region),
                    score: HarmonyScore {
                        instrument: "ihai-2025".to_owned(),
                        score: of.score.clone(),
                    },
                    name: of.score.clone(),
                    measured: of.measured,
                })
                .collect(),
        ),
    });
    let inputs = Inputs {
        year: 2027,
        rules,
        index,
        proposals: list(&base.proposals, &change.proposals)
            .map(|text| read::proposals(source(text), "usulan.csv").expect("proposals")),
        items: list(&base.meetings, &change.meetings)
            .map(|text| read::items(source(text), "rapat.csv").expect("items")),
        ..Inputs::new(upper, plans)
    };
    let alignment = align(inputs, cases.today.parse().expect("a day"));
    let outcomes: Vec<_> = alignment.of(cases.check).collect();
    let rules = outcomes.iter().flat_map(|of| &of.findings).map(|of| of.rule.id.clone()).collect();
    let missing = outcomes.iter().flat_map(|of| &of.missing).map(|of| of.lack.key().to_owned());
    (rules, missing.collect())
}

fn try_file(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("cases");
    let cases: Cases = toml::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    assert!(cases.case.len() >= 20, "{path:?} holds {} cases", cases.case.len());
    let near = cases.case.iter().filter(|case| case.finds.is_empty()).count();
    assert!(near * 2 >= cases.case.len() - 1, "{path:?} holds {near} near-misses");
    let mut wrong = Vec::new();
    for case in &cases.case {
        let (rules, missing) = found(&cases, case);
        let wanted: BTreeSet<String> = case.finds.iter().cloned().collect();
        let lacks = case.lacks.iter().all(|lack| missing.contains(lack));
        if rules != wanted || !lacks {
            wrong.push(format!(
                "{:?}, {}: finds {rules:?}, lacks {missing:?}",
                cases.check, case.what
            ));
        }
    }
    wrong
}

#[test]
fn edge_cases_of_every_check_find_what_they_say_and_nothing_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|of| of == "toml"))
        .collect();
    paths.sort();
    assert_eq!(paths.len(), Check::ALL.len(), "one file a check");
    let wrong: Vec<String> = paths.iter().flat_map(|path| try_file(path)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        region::get("65".parse().expect("a code")).map(|of| of.level()),
        Some(Level::Province)
    );
}
