//! The page of one region: everything the result says of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::html;
use super::figures::{Links, MapFigure};
use super::home::{Answer, CoverageCard, IndexCard, LowCard, answers, lead, notes};
use super::say::ChangeSentence;
use super::say::civil_servants;
use super::view::View;
use super::{AppState, Entry, Levels, Page, Problem, Reading, Visit, paths, say};
use crate::index::result::{RegionResult, Score, Shift};
use crate::locale::Message;
use crate::render::chart::{self, YearValue};
use crate::render::svg::{Frame, Layout};
use crate::round::answers::Design;
use crate::round::frame::Level;
use crate::statistic;

/// The four things that an open link's score is never shown without (METHOD §2).
struct ScoreCard {
    index: IndexCard,
    open_link: bool,
    adjusted: String,
    adjusted_difference: Option<String>,
    interval: String,
    fragility: Vec<String>,
    fragility_meaning: Option<String>,
    civil_servants: String,
    unflagged: Option<String>,
    design_effect: Option<String>,
    clusters: Option<String>,
    categories: Option<String>,
}

impl ScoreCard {
    fn new(reading: &Reading, region: &RegionResult) -> Self {
        let words = reading.words;
        let score = reading.index_of(region);
        let adjusted = score.and_then(|score| score.adjusted.as_ref());
        let index = IndexCard::new(reading, region);
        let interval = score.and_then(|score| score.interval.as_ref());
        let shift = |shift: &Shift| {
            words.tell(
                &Message::new("results-shift")
                    .with("correlation", words.number(shift.correlation, 3))
                    .with("shift", reading.number(shift.shift)),
            )
        };
        let categories = score.map(|score| {
            let names = score.categories.iter().map(|name| name.in_language(words.language));
            names.collect::<Vec<_>>().join(", ")
        });
        Self {
            open_link: reading.result.design == Design::OpenLink,
            adjusted: match (adjusted, &region.not_adjusted) {
                (Some(adjusted), _) => reading.number(adjusted.value),
                (None, Some(reason)) => words.tell(reason),
                (None, None) => words.say("results-not-adjusted"),
            },
            adjusted_difference: score.and_then(Score::adjustment).map(|difference| {
                words.tell(
                    &Message::new("results-adjusted-difference")
                        .with("difference", words.signed(difference, say::DECIMALS)),
                )
            }),
            interval: match interval.zip(score.and_then(|score| reading.ends_of(score))) {
                Some((interval, ends)) => {
                    format!("{} ({})", reading.between(ends), reading.interval_kind(interval))
                }
                None => index.kind.clone().unwrap_or_default(),
            },
            fragility: score.map_or_else(Vec::new, |s| s.shifts.iter().map(shift).collect()),
            fragility_meaning: score.and_then(|score| reading.fragility(score)),
            civil_servants: civil_servants(reading, region),
            unflagged: score.and_then(|score| unflagged(reading, score)),
            design_effect: score.and_then(|score| score.deff).map(|deff| {
                words.tell(
                    &Message::new("results-design-effect").with("deff", words.number(deff, 1)),
                )
            }),
            clusters: interval.map(|interval| {
                words.tell(
                    &Message::new("results-clusters")
                        .with("clusters", interval.clusters)
                        .with("df", words.number(interval.df, 0)),
                )
            }),
            categories: categories.filter(|names| !names.is_empty()),
            index,
        }
    }
}

/// The score without flagged answers, where that was asked for (METHOD §7).
fn unflagged(reading: &Reading, score: &Score) -> Option<String> {
    let words = reading.words;
    let left = score.without_flagged.as_ref()?;
    let (Some(n), Some(value), Some(all)) = (left.n, left.value, score.value) else {
        return Some(words.say("results-unflagged-withheld"));
    };
    if score.n == Some(n) {
        return Some(words.say("results-unflagged-none"));
    }
    Some(
        words.tell(
            &Message::new("results-unflagged")
                .with("value", reading.number(value))
                .with("n", n)
                .with("difference", words.signed(value - all, say::DECIMALS)),
        ),
    )
}

/// Counts of answers that a rule of quality marked.
fn flags(reading: &Reading, region: &RegionResult) -> Option<String> {
    let flags = region.flags;
    (flags.straight_line + flags.duplicate + flags.burst > 0).then(|| {
        reading.words.tell(
            &Message::new("results-flags")
                .with("straight", flags.straight_line)
                .with("duplicate", flags.duplicate)
                .with("burst", flags.burst),
        )
    })
}

#[derive(Template)]
#[template(path = "results/region.html")]
struct RegionPage {
    page: Page,
    lead: Vec<String>,
    up: Vec<(String, String)>,
    score: ScoreCard,
    change: ChangeSentence,
    coverage: CoverageCard,
    flags: Option<String>,
    answers: Vec<Answer>,
    profile: Option<String>,
    map_title: String,
    map: Option<MapFigure>,
    map_table: Option<String>,
    scores_title: String,
    scores: String,
    composition: Option<String>,
    pointing: Option<String>,
    low: LowCard,
    moved: Option<String>,
    statistics: Option<String>,
    poverty: Option<String>,
    notes: Vec<String>,
    method_path: String,
    compare_path: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path((id, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    let region = reading.region(&code)?;
    let words = reading.words;
    let place = Some((region, Levels::All));
    let title = say::name(region, words);
    let page = reading.page(&visit, &mut tx, (title, Entry::Home), place, "").await?;
    drop(tx);
    let round = reading.round.id;
    let index = reading.index_at();
    let (map, map_table) = if region.level == Level::Regency {
        (
            reading.district_map(region, index),
            reading.districts_table(region, index).map(|table| table.html()),
        )
    } else {
        let view = View::Score(index);
        (
            reading.map(region, view, Links::Yes),
            Some(reading.regions_table(region, view, Links::Yes).html()),
        )
    };
    let statistics = reading.statistics_table(region);
    let whole = if region.level == Level::Regency { reading.parent(region) } else { Some(region) };
    html(&RegionPage {
        lead: lead(&reading, region),
        up: around(&reading, region),
        score: ScoreCard::new(&reading, region),
        change: reading.change_sentence(region),
        coverage: CoverageCard::new(&reading, region),
        flags: flags(&reading, region),
        answers: answers(&reading, region),
        profile: reading.profile(region),
        map_title: words.say(match region.level {
            Level::Regency => "results-districts-title",
            Level::Nation | Level::Province => "results-regions-title",
        }),
        map,
        map_table,
        scores_title: reading.scores_title(),
        scores: reading.scores_table(region).html(),
        composition: reading.composition_table(region).map(|table| table.html()),
        pointing: reading.pointing().filter(|_| region.level == Level::Regency),
        low: LowCard::new(&reading, region),
        moved: reading.movements_table(region).map(|table| table.html()),
        statistics: (!statistics.rows.is_empty()).then(|| statistics.html()),
        poverty: poverty(&reading, region),
        notes: notes(&reading, region),
        method_path: paths::method(round),
        compare_path: whole
            .map(|whole| format!("{}?wilayah={}", paths::compare(round), whole.code)),
        page,
    })
}

/// Links to the regions around `region`, widest first.
fn around(reading: &Reading, region: &RegionResult) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut at = reading.parent(region);
    while let Some(up) = at {
        found.push((paths::region(reading.round.id, &up.code), say::name(up, reading.words)));
        at = reading.parent(up);
    }
    found.reverse();
    found
}

/// Poverty by year: real figures, in a picture of their own.
fn poverty(reading: &Reading, region: &RegionResult) -> Option<String> {
    let words = reading.words;
    let figures = statistic::series(&region.code, super::figures::POVERTY);
    let last = figures.last()?;
    let recent = figures.iter().rev().take(8).rev();
    let mut before: Option<i16> = None;
    let points: Vec<YearValue> = recent
        .map(|figure| {
            let breaks = before.is_some_and(|year| figure.year > year + 1);
            before = Some(figure.year);
            YearValue { year: figure.year, value: figure.value, breaks }
        })
        .collect();
    if points.len() < 2 {
        return None;
    }
    let title = words.say("statistic-poverty-rate-name");
    let frame = Frame {
        id: "kemiskinan".to_owned(),
        description: title.clone(),
        title,
        words,
        layout: Layout::Alone,
        simulated: false,
        source: format!("{}, {}", last.source.text, words.tell(&last.when())),
        n: None,
        date: None,
        notes: Vec::new(),
    };
    let unit = words.say("statistic-poverty-rate-unit");
    Some(chart::years(&frame, &points, &unit, say::DECIMALS))
}
