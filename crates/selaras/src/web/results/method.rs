//! How a round was measured: instrument, weights, formula, what is unknown, design, thresholds, and
//! how well the method did on simulated truth.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::html;
use super::public::closed;
use super::{AppState, Entry, Page, Problem, Reading, Visit, paths};
use crate::instrument::{Aggregation, Evidence, Instrument, Missing, Standing};
use crate::locale::{Message, Words};
use crate::render::table::{Cell, Column, Kind, Table};
use crate::round::answers::Design;

/// Figures of the full simulations, as the statistics library's tests write them down.
static SIMULATIONS: LazyLock<BTreeMap<String, Figure>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../../data/simulations.toml")).unwrap_or_default()
});

/// One simulated claim.
#[derive(Debug, Deserialize)]
struct Figure {
    figure: f64,
    monte_carlo_error: f64,
    at_least: Option<f64>,
    at_most: Option<f64>,
    theory: Option<f64>,
    runs: u64,
}

/// Groups of simulations by the beginning of their names.
const GROUPS: [&str; 7] = [
    "coverage-",
    "selection-coverage-",
    "pairs-",
    "province-",
    "rank-sets-",
    "low-cells-",
    "movement-",
];

/// One row of the structure: a dimension, variable or item.
struct Part {
    depth: &'static str,
    /// The number it bears in the questionnaire, where it bears one.
    number: Option<String>,
    name: String,
    weight: String,
    evidence: String,
    /// The Asta Cita that a source says it serves.
    tags: Option<String>,
    items: Vec<String>,
}

#[derive(Template)]
#[template(path = "results/method.html")]
struct MethodPage {
    page: Page,
    title: String,
    standing: String,
    source: Option<String>,
    remarks: Vec<String>,
    scale: String,
    rules: Vec<String>,
    components: Vec<Part>,
    component_evidence: String,
    parts: Vec<Part>,
    weight_evidence: String,
    categories: Option<String>,
    formula: Vec<String>,
    design: Vec<String>,
    fragility: Vec<String>,
    disclosure: Vec<String>,
    thresholds: String,
    coverage_lost: String,
    simulations: Vec<String>,
    inputs: Option<String>,
    literature: Vec<String>,
    hash: String,
    back: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    let title = reading
        .words
        .tell(&Message::new("method-title").with("round", reading.result.round.name.as_str()));
    let page = reading.page(&visit, &mut tx, (title, Entry::Home), None, "").await?;
    drop(tx);
    let back = paths::overview(reading.round.id);
    html(&content(&reading, page, back, true))
}

/// The same for anyone, of what is public.
pub(super) async fn show_public(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let reading = match Reading::public(&state, &visit, &id).await? {
        Ok(reading) => reading,
        Err(reason) => return closed(&visit, &reason),
    };
    let title = reading
        .words
        .tell(&Message::new("method-title").with("round", reading.result.round.name.as_str()));
    let mut page = visit.bare_page(title).open_to_all();
    page.simulated = reading.result.simulated;
    page.source = Some(reading.source());
    let back = paths::public(reading.round.id);
    html(&content(&reading, page, back, false))
}

fn content(reading: &Reading, page: Page, back: String, internal: bool) -> MethodPage {
    let words = reading.words;
    let result = &reading.result;
    let reference = &result.instrument;
    // Only the very file that the round was scored with may be described.
    let instrument = reading.questionnaire().filter(|known| known.sha256 == reference.sha256);
    let say = |key: &str| words.say(key);
    let language = words.language;
    MethodPage {
        title: reading.instrument(),
        standing: say(match reference.standing {
            Standing::Official => "method-standing-official",
            Standing::Reconstruction => "method-standing-reconstruction",
            Standing::Other => "method-standing-other",
        }),
        source: instrument.map(|known| known.source.in_language(language).to_owned()),
        remarks: instrument.map_or_else(Vec::new, |known| {
            known.remarks.iter().map(|text| text.in_language(language).to_owned()).collect()
        }),
        scale: instrument.map_or_else(|| reading.scale(), |known| scale(known, words)),
        rules: instrument.map_or_else(Vec::new, |known| rules(known, words)),
        components: instrument.map_or_else(Vec::new, |known| components(known, words)),
        component_evidence: instrument
            .map_or_else(String::new, |known| evidence(known.component_evidence, words)),
        parts: instrument.map_or_else(Vec::new, |known| parts(known, words)),
        weight_evidence: instrument
            .map_or_else(String::new, |known| evidence(known.weight_evidence, words)),
        categories: instrument.and_then(|known| categories(known, words)),
        formula: ["respondent", "component", "index", "region", "aggregate"]
            .map(|part| say(&format!("method-formula-{part}")))
            .to_vec(),
        design: match result.design {
            Design::OpenLink => &[
                "open",
                "open-adjusted",
                "open-interval",
                "open-one-cluster",
                "open-margin-of-error",
            ][..],
            Design::Recorded => &["recorded"][..],
        }
        .iter()
        .map(|part| say(&format!("method-design-{part}")))
        .collect(),
        fragility: ["what", "how", "rule"]
            .map(|part| {
                words.tell(
                    &Message::new(&format!("method-fragility-{part}"))
                        .with("correlation", words.number(result.options.selection, 2)),
                )
            })
            .to_vec(),
        disclosure: ["rule", "rounds", "rounding", "not"]
            .map(|part| {
                words.tell(
                    &Message::new(&format!("method-disclosure-{part}"))
                        .with("least", reading.whole(result.options.public_from)),
                )
            })
            .to_vec(),
        thresholds: thresholds(reading).html(),
        coverage_lost: coverage_lost(words),
        simulations: GROUPS
            .iter()
            .filter_map(|group| simulations(group, words))
            .map(|table| table.html())
            .collect(),
        inputs: internal.then(|| inputs(reading).html()),
        literature: ["meng", "rao-wu", "deville", "benjamini", "romano", "piepho", "mogstad"]
            .map(|source| say(&format!("method-literature-{source}")))
            .to_vec(),
        hash: reference.sha256.clone(),
        back,
        page,
    }
}

fn evidence(mark: Evidence, words: Words) -> String {
    words.say(match mark {
        Evidence::Certain => "method-evidence-certain",
        Evidence::SecondHand => "method-evidence-second-hand",
        Evidence::Inferred => "method-evidence-inferred",
        Evidence::Proposed => "method-evidence-proposed",
        Evidence::Unknown => "method-evidence-unknown",
    })
}

fn scale(instrument: &Instrument, words: Words) -> String {
    let scale = &instrument.scale;
    words.tell(
        &Message::new("method-scale")
            .with("min", u64::from(scale.min))
            .with("max", u64::from(scale.max))
            .with("low", scale.low.in_language(words.language))
            .with("high", scale.high.in_language(words.language))
            .with("evidence", evidence(scale.evidence, words)),
    )
}

fn rules(instrument: &Instrument, words: Words) -> Vec<String> {
    let rules = &instrument.rules;
    vec![
        words.say(match rules.aggregation {
            Aggregation::Respondent => "method-rule-respondent",
            Aggregation::Pooled => "method-rule-pooled",
        }),
        words.say(match rules.missing {
            Missing::Renormalise => "method-rule-renormalise",
            Missing::Drop => "method-rule-drop",
        }),
        words.tell(
            &Message::new("method-rule-evidence").with("evidence", evidence(rules.evidence, words)),
        ),
    ]
}

/// A weight as a share of those beside it.
fn share(weight: f64, all: f64, words: Words) -> String {
    let percent = if all > 0.0 { 100.0 * weight / all } else { 0.0 };
    format!("{} %", words.number(percent, 1))
}

/// An id that numbers a part; one that only repeats its name is the file's own affair.
fn number(id: &str) -> Option<String> {
    id.contains(|letter: char| letter.is_ascii_digit()).then(|| id.to_owned())
}

fn components(instrument: &Instrument, words: Words) -> Vec<Part> {
    let all: f64 = instrument.components.iter().map(|component| component.weight).sum();
    let part = |component: &crate::instrument::Component| Part {
        depth: "component",
        number: None,
        name: component.name.in_language(words.language).to_owned(),
        weight: share(component.weight, all, words),
        evidence: evidence(instrument.component_evidence, words),
        tags: None,
        items: Vec::new(),
    };
    instrument.components.iter().map(part).collect()
}

/// Dimensions with their variables and items, each with its weight among its siblings.
fn parts(instrument: &Instrument, words: Words) -> Vec<Part> {
    let language = words.language;
    let all: f64 = instrument.dimensions.iter().map(|dimension| dimension.weight).sum();
    let mut parts = Vec::new();
    for (place, dimension) in instrument.dimensions.iter().enumerate() {
        parts.push(Part {
            depth: "dimension",
            number: number(&dimension.id),
            name: dimension.name.in_language(language).to_owned(),
            weight: share(dimension.weight, all, words),
            evidence: evidence(instrument.weight_evidence, words),
            tags: None,
            items: Vec::new(),
        });
        let inside = || instrument.variables.iter().filter(|v| v.dimension == place);
        let within: f64 = inside().map(|variable| variable.weight).sum();
        for (at, variable) in instrument.variables.iter().enumerate() {
            if variable.dimension != place {
                continue;
            }
            let items = instrument.items.iter().filter(|item| item.variable == at);
            let text = |item: &crate::instrument::Item| {
                let component = item
                    .component
                    .and_then(|component| instrument.components.get(component))
                    .map_or_else(String::new, |component| {
                        format!(" ({})", component.name.in_language(language))
                    });
                let number = number(&item.id).unwrap_or_default();
                let head = format!("{number}{component}");
                let mut said = format!("{}: {}", head.trim(), item.text.in_language(language));
                if item.reversed {
                    said.push(' ');
                    said.push_str(&words.say("method-item-reversed"));
                }
                said
            };
            parts.push(Part {
                depth: "variable",
                number: number(&variable.id),
                name: variable.name.in_language(language).to_owned(),
                weight: share(variable.weight, within, words),
                evidence: evidence(variable.evidence, words),
                tags: (!variable.asta_cita.is_empty()).then(|| {
                    let numbers: Vec<String> =
                        variable.asta_cita.iter().map(u8::to_string).collect();
                    words
                        .tell(&Message::new("method-asta-cita").with("numbers", numbers.join(", ")))
                }),
                items: items.map(text).collect(),
            });
        }
    }
    parts
}

fn categories(instrument: &Instrument, words: Words) -> Option<String> {
    let categories = instrument.categories.as_ref()?;
    Some(match &categories.source {
        Some(source) => {
            words.tell(&Message::new("method-categories-source").with("source", source.as_str()))
        }
        None => words.say("method-categories-none"),
    })
}

/// The thresholds in force for this result.
fn thresholds(reading: &Reading) -> Table {
    let words = reading.words;
    let options = &reading.result.options;
    let column = |id: &str| Column::new(id, words.say(&format!("method-column-{id}")), Kind::Text);
    let mut table =
        Table::new(words, words.say("method-thresholds"), vec![column("setting"), column("value")]);
    let percent = |value: f64| format!("{} %", words.number(value * 100.0, 0));
    let number = |value: f64, decimals| words.number(value, decimals);
    let shown: Vec<String> =
        options.selections_shown.iter().map(|value| number(*value, 3)).collect();
    let lines: [(&str, String); 20] = [
        ("confidence", percent(options.confidence)),
        ("least-difference", number(options.least_difference, 2)),
        ("low-by", number(options.low_by, 2)),
        ("false-discovery", number(options.false_discovery, 2)),
        ("low-least-n", reading.whole(options.low_least_n)),
        ("low-least-clusters", reading.whole(options.low_least_clusters)),
        ("selection", number(options.selection, 3)),
        ("selections-shown", shown.join("; ")),
        ("rake-least-cell", reading.whole(options.rake_least_cell)),
        ("trim-at-medians", number(options.trim_at_medians, 1)),
        ("kish-limit", number(options.kish_limit, 1)),
        ("weight-ratio-limit", number(options.weight_ratio_limit, 1)),
        ("least-clusters", reading.whole(options.least_clusters)),
        ("suppress-below", reading.whole(options.suppress_below)),
        ("interval-from", reading.whole(options.interval_from)),
        ("public-from", reading.whole(options.public_from)),
        ("public-delay-days", words.whole(options.public_delay_days)),
        ("channel-points", percent(options.channel_points)),
        ("window-days", words.whole(options.window_days)),
        ("seed", options.seed.to_string()),
    ];
    for (key, value) in lines {
        let name = words.say(&format!("method-threshold-{key}"));
        table.push(vec![Cell::from(name), Cell::from(value)]);
    }
    table
}

/// How much of the promised coverage is lost when answering hangs a little on harmony.
fn coverage_lost(words: Words) -> String {
    let percent = |name: &str| {
        SIMULATIONS
            .get(name)
            .map_or_else(|| "–".to_owned(), |figure| words.number(figure.figure * 100.0, 1))
    };
    words.tell(
        &Message::new("method-coverage-lost")
            .with("none", percent("selection-coverage-at-rho-0"))
            .with("half", percent("selection-coverage-at-rho-0.005"))
            .with("one", percent("selection-coverage-at-rho-0.01")),
    )
}

/// The simulations whose names begin with `group`.
fn simulations(group: &str, words: Words) -> Option<Table> {
    let column = |id: &str, kind| Column::new(id, words.say(&format!("method-column-{id}")), kind);
    let mut table = Table::new(
        words,
        words.say(&format!("method-simulations-{}", group.trim_end_matches('-'))),
        vec![
            column("scenario", Kind::Text),
            column("figure", Kind::Percent(1)),
            column("monte-carlo", Kind::Percent(1)),
            column("demanded", Kind::Text),
            column("runs", Kind::Whole),
        ],
    );
    for (name, figure) in SIMULATIONS.iter().filter(|(name, _)| name.starts_with(group)) {
        let percent = |value: f64| words.number(value * 100.0, 0);
        let demanded = match (figure.at_least, figure.at_most, figure.theory) {
            (Some(least), _, _) => {
                words.tell(&Message::new("method-at-least").with("share", percent(least)))
            }
            (None, Some(most), _) => {
                words.tell(&Message::new("method-at-most").with("share", percent(most)))
            }
            (None, None, Some(theory)) => words.tell(
                &Message::new("method-theory").with("share", words.number(theory * 100.0, 1)),
            ),
            (None, None, None) => words.say("method-nominal"),
        };
        // A message key holds no dot.
        let scenario = words.say(&format!("method-simulation-{}", name.replace('.', "-")));
        table.push(vec![
            Cell::from(scenario),
            Cell::from(figure.figure),
            Cell::from(figure.monte_carlo_error),
            Cell::from(demanded),
            Cell::from(figure.runs),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// The files that went in.
fn inputs(reading: &Reading) -> Table {
    let words = reading.words;
    let column = |id: &str, kind| Column::new(id, words.say(&format!("method-column-{id}")), kind);
    let mut table = Table {
        simulated: reading.result.simulated,
        ..Table::new(
            words,
            words.say("method-inputs"),
            vec![
                column("file", Kind::Text),
                column("rows", Kind::Whole),
                column("kept", Kind::Whole),
                column("sha256", Kind::Text),
            ],
        )
    };
    for input in &reading.result.inputs {
        table.push(vec![
            Cell::from(input.name.as_str()),
            Cell::from(input.rows),
            Cell::from(input.kept),
            Cell::from(input.sha256.get(..16).unwrap_or_default()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Language;

    #[test]
    fn every_simulation_is_named_in_both_languages_and_belongs_to_one_group() {
        assert_eq!(SIMULATIONS.len(), 45);
        for language in [Language::Id, Language::En] {
            let words = Words::new(language);
            let rows: usize = GROUPS
                .iter()
                .filter_map(|group| simulations(group, words))
                .map(|table| {
                    for row in &table.rows {
                        let Cell::Text(name) = &row.cells[0] else { panic!("a name") };
                        assert!(!name.starts_with("method-"), "{name}");
                    }
                    table.rows.len()
                })
                .sum();
            assert_eq!(rows, 45);
        }
    }
}
