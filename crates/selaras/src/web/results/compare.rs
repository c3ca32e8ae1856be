//! Differences between the regions of a province (METHOD §3), in code order and never as places.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::html;
use super::figures::Links;
use super::home::lead;
use super::view::View;
use super::{AppState, Choice, Entry, Levels, Page, Problem, Reading, Visit, paths, say};
use crate::index::result::{RegionResult, ScoreKind};
use crate::index::{self, Pair};
use crate::locale::Message;
use crate::render::table::{Cell, Kind, Row, Table};
use crate::round::frame::Level;

/// Name in addresses of the analyst's view.
const ANALYST: &str = "analis";

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    wilayah: String,
    #[serde(default)]
    skor: String,
    #[serde(default)]
    cara: String,
    /// Codes of the two regions to set side by side.
    #[serde(default)]
    satu: String,
    #[serde(default)]
    dua: String,
}

/// Two regions to choose, and what may be said of those chosen.
struct Two {
    action: String,
    whole: String,
    one: Vec<Choice>,
    other: Vec<Choice>,
    said: Option<String>,
}

impl Two {
    /// The choice among the kab/kota of `region`; none where there are no two.
    fn new(reading: &Reading, region: &RegionResult, asked: &Asked) -> Option<Self> {
        let inside = reading.regencies(region);
        if region.level != Level::Province || inside.len() < 2 {
            return None;
        }
        let find = |code: &str| inside.iter().copied().find(|region| region.code == code);
        let choices = |chosen: &str| {
            let choice = |region: &&RegionResult| Choice {
                value: region.code.clone(),
                label: say::name(region, reading.words),
                chosen: region.code == chosen,
            };
            inside.iter().map(choice).collect()
        };
        let said = find(&asked.satu).zip(find(&asked.dua));
        // Before anybody has chosen, two different ones stand there.
        let next = inside.get(1).map_or("", |region| region.code.as_str());
        let other = if asked.dua.is_empty() { next } else { asked.dua.as_str() };
        Some(Self {
            action: paths::compare(reading.round.id),
            whole: region.code.clone(),
            one: choices(&asked.satu),
            other: choices(other),
            said: said.map(|(one, other)| beside(reading, one, other)),
        })
    }
}

/// What may be said of two kab/kota, in one sentence.
fn beside(reading: &Reading, one: &RegionResult, other: &RegionResult) -> String {
    let words = reading.words;
    let told = |key: &str, first: &RegionResult, second: &RegionResult| {
        Message::new(key)
            .with("one", say::name(first, words))
            .with("other", say::name(second, words))
    };
    if one.code == other.code {
        return words.say("results-pair-same");
    }
    let at = reading.index_at();
    words.tell(&match index::pair(&reading.result, one, other) {
        Some(Pair::NotTold) => told("results-pair-not-told", one, other),
        Some(Pair::Apart { difference, interval: (low, high) }) => {
            let (first, second, interval) = if difference < 0.0 {
                (other, one, (-high, -low))
            } else {
                (one, other, (low, high))
            };
            told("results-pair-higher", first, second)
                .with("difference", reading.number(difference.abs()))
                .with("interval", reading.between(interval))
        }
        None => {
            let untested = if one.letters.is_empty() { one } else { other };
            let score = untested.scores.get(at);
            let reason = match score {
                Some(score) if score.value.is_none() => say::withheld(score.withheld, words),
                _ => reading.standing(untested, at).0,
            };
            told("results-pair-untested", one, other)
                .with("region", say::name(untested, words))
                .with("reason", reason)
        }
    })
}

#[derive(Template)]
#[template(path = "results/compare.html")]
struct ComparePage {
    page: Page,
    lead: Vec<String>,
    two: Option<Two>,
    analyst: bool,
    plain_path: String,
    analyst_path: String,
    scores: Vec<(String, String, bool)>,
    chart: Option<String>,
    table: String,
    rule: String,
    sentences: Vec<String>,
    caption: String,
    provinces: Vec<(String, String, bool)>,
    method_path: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    let region = reading.aggregate(&asked.wilayah)?;
    let words = reading.words;
    let title =
        words.tell(&Message::new("results-compare-title").with("region", say::name(region, words)));
    let place = Some((region, Levels::Whole));
    let page = reading.page(&visit, &mut tx, (title, Entry::Home), place, "beda").await?;
    drop(tx);
    let scores = &reading.result.scores;
    let comparable =
        |kind| matches!(kind, ScoreKind::Index | ScoreKind::Dimension | ScoreKind::Variable);
    let at = scores
        .iter()
        .position(|score| score.id == asked.skor && comparable(score.kind))
        .unwrap_or_else(|| reading.index_at());
    let analyst = asked.cara == ANALYST;
    let path = format!("{}?wilayah={}", paths::compare(reading.round.id), region.code);
    let view = View::Score(at);
    let nation = region.level == Level::Nation;
    let options = &reading.result.options;
    html(&ComparePage {
        lead: lead(&reading, region),
        two: Two::new(&reading, region, &asked),
        plain_path: path.clone(),
        analyst_path: format!("{path}&cara={ANALYST}"),
        scores: scores
            .iter()
            .enumerate()
            .filter(|(_, score)| comparable(score.kind))
            .map(|(place, score)| {
                let href = format!("{path}&skor={}", score.id);
                (href, reading.title(score), place == at)
            })
            .collect(),
        chart: if analyst || nation { None } else { reading.chart(region, view, Links::Yes) },
        table: if analyst {
            analyst_table(&reading, region).html()
        } else {
            reading.regions_table(region, view, Links::Yes).html()
        },
        rule: words.tell(
            &Message::new("results-compare-rule")
                .with("difference", words.number(options.least_difference, 1))
                .with("correlation", words.number(options.selection, 2))
                .with("least", options.interval_from)
                .with("percent", words.number(options.confidence * 100.0, 0)),
        ),
        sentences: if analyst { Vec::new() } else { sentences(&reading, region, at) },
        caption: reading.caption(region.n),
        provinces: if nation {
            let path = paths::compare(reading.round.id);
            let wholes = reading.aggregates(region, |code| format!("{path}?wilayah={code}"));
            wholes.into_iter().filter(|(_, _, chosen)| !chosen).collect()
        } else {
            Vec::new()
        },
        method_path: paths::method(reading.round.id),
        analyst,
        page,
    })
}

/// Who stands where, as sentences with names in code order.
pub(super) fn sentences(reading: &Reading, region: &RegionResult, at: usize) -> Vec<String> {
    let words = reading.words;
    let mut said: Vec<(String, Vec<String>)> =
        ["results-above", "results-below", "results-not-told", "results-fragile"]
            .map(|key| (words.say(key), Vec::new()))
            .into();
    for inside in reading.regencies(region) {
        let standing = reading.standing(inside, at).0;
        let name = say::name(inside, words);
        match said.iter_mut().find(|(words, _)| *words == standing) {
            Some((_, names)) => names.push(name),
            None => said.push((standing, vec![name])),
        }
    }
    said.into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(standing, names)| {
            words.tell(
                &Message::new("results-compare-sentence")
                    .with("said", standing)
                    .with("count", names.len())
                    .with("names", names.join(", ")),
            )
        })
        .collect()
}

/// Letters, and how many regions are clearly above and below. In code order; it cannot be sorted.
fn analyst_table(reading: &Reading, region: &RegionResult) -> Table {
    let words = reading.words;
    let title =
        words.tell(&Message::new("results-analyst-title").with("region", say::name(region, words)));
    let mut table = reading.table(
        title,
        vec![
            reading.column("region", Kind::Text),
            reading.column("score", Kind::Decimal(2)).unit(reading.scale()),
            reading.column("interval", Kind::Text),
            reading.column("answers", Kind::Whole),
            reading.column("letters", Kind::Text),
            reading.column("clearly-above", Kind::Whole),
            reading.column("clearly-below", Kind::Whole),
        ],
    );
    for inside in reading.regencies(region) {
        let score = reading.index_of(inside);
        let value = score.and_then(|score| score.value);
        let ends = score.and_then(|score| reading.ends_of(score));
        let reason = say::withheld(score.and_then(|score| score.withheld), words);
        table.push(Row {
            cells: vec![
                Cell::from(say::name(inside, words)),
                value.map_or(Cell::Absent(reason), Cell::from),
                ends.map(|ends| reading.range(ends)).into(),
                score.and_then(|score| score.n).into(),
                if inside.letters.is_empty() {
                    Cell::Absent(match score {
                        Some(score) if score.value.is_none() => {
                            say::withheld(score.withheld, words)
                        }
                        _ => reading.standing(inside, reading.index_at()).0,
                    })
                } else {
                    Cell::from(inside.letters.as_str())
                },
                inside.clearly.map(|(above, _)| u64::from(above)).into(),
                inside.clearly.map(|(_, below)| u64::from(below)).into(),
            ],
            href: Some(paths::region(reading.round.id, &inside.code)),
        });
    }
    table
}
