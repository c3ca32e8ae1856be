//! Beranda: a province or the nation at a glance.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::super::html;
use super::compare::sentences;
use super::download::{self, Downloads};
use super::figures::{Links, MapFigure};
use super::say::ChangeSentence;
use super::view::{Switch, View};
use super::{AppState, Entry, Levels, Page, Problem, Reading, Visit, is_nation, paths, say};
use crate::index::result::{LowCellFamily, RegionResult, Score};
use crate::locale::Message;
use crate::policy::Scope;
use crate::round::answers::Design;
use crate::round::frame::Level;
use crate::round::register;

/// What an address says beside the round.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// Code of the region.
    #[serde(default)]
    pub(super) wilayah: String,
    /// Name of a [`View`].
    #[serde(default)]
    pub(super) tampil: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct EmptyPage {
    page: Page,
}

/// The newest round with a result, else the newest round, else what to do first.
pub(super) async fn start(
    State(state): State<AppState>,
    visit: Visit,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let rounds = register::list(&mut tx, visit.actor(), &Scope::nation()).await?;
    if let Some(round) = rounds.iter().find(|round| round.result.is_some()) {
        return Ok(Redirect::to(&paths::overview(round.id)).into_response());
    }
    if let Some(round) = rounds.first() {
        return Ok(Redirect::to(&paths::round(round.id)).into_response());
    }
    let page = visit.bare_page(visit.words().say("web-home-title")).at(Entry::Home);
    html(&EmptyPage { page })
}

/// The index on a card: one number with what belongs to it.
pub(super) struct IndexCard {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) absent: bool,
    pub(super) range: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) n: Option<String>,
    pub(super) scale: String,
    pub(super) incomplete: Option<String>,
    /// What an open link's score is never shown without: the adjusted score, or why there is none,
    /// and the share of civil servants (METHOD §2); and the official figure, where there is one.
    pub(super) beside: Vec<String>,
}

impl IndexCard {
    pub(super) fn new(reading: &Reading, region: &RegionResult) -> Self {
        let words = reading.words;
        let score = reading.index_of(region);
        let value = score.and_then(|score| score.value);
        let interval = score.and_then(|score| score.interval.as_ref());
        let missing = |score: &Score| {
            let reason = score.no_interval.as_ref();
            reason.map_or_else(|| words.say("results-no-interval"), |reason| words.tell(reason))
        };
        let n = score.and_then(|score| score.n);
        Self {
            name: reading.index_name(),
            value: value.map_or_else(
                || say::withheld(score.and_then(|score| score.withheld), words),
                |value| reading.number(value),
            ),
            absent: value.is_none(),
            range: score.and_then(|s| reading.ends_of(s)).map(|ends| reading.between(ends)),
            kind: match (interval, score.filter(|_| value.is_some())) {
                (Some(interval), _) => Some(reading.interval_kind(interval)),
                (None, Some(score)) => Some(missing(score)),
                (None, None) => None,
            },
            n: n.map(|n| words.tell(&Message::new("chart-answers").with("n", reading.whole(n)))),
            scale: reading.scale(),
            incomplete: score
                .is_some_and(|score| score.value.is_some() && region.incomplete(score))
                .then(|| words.say("results-incomplete")),
            beside: beside(reading, region, score),
        }
    }
}

fn beside(reading: &Reading, region: &RegionResult, score: Option<&Score>) -> Vec<String> {
    let words = reading.words;
    let mut lines = Vec::new();
    let open = reading.result.design == Design::OpenLink;
    if let Some(score) = score.filter(|score| open && score.value.is_some()) {
        lines.push(match (&score.adjusted, score.adjustment(), &region.not_adjusted) {
            (Some(adjusted), Some(difference), _) => words.tell(
                &Message::new("results-card-adjusted")
                    .with("value", reading.number(adjusted.value))
                    .with("difference", words.signed(difference, say::DECIMALS)),
            ),
            (_, _, Some(reason)) => words.tell(reason),
            (_, _, None) => words.say("results-not-adjusted"),
        });
        if score.adjusted.is_some() {
            lines.extend(region.not_adjusted_for.iter().map(|reason| words.tell(reason)));
        }
        lines.push(say::civil_servants(reading, region));
    }
    lines.extend(reading.official(region));
    lines
}

/// Answers against the target, on a card of its own colour.
pub(super) struct CoverageCard {
    pub(super) figure: String,
    pub(super) of: String,
    pub(super) said: String,
    pub(super) value: u64,
    pub(super) most: u64,
}

impl CoverageCard {
    pub(super) fn new(reading: &Reading, region: &RegionResult) -> Self {
        let words = reading.words;
        let regencies = reading.regencies(region).len() as u64;
        match (region.level, region.reached) {
            (Level::Nation | Level::Province, Some(reached)) => Self {
                figure: reading.whole(reached),
                of: words.tell(
                    &Message::new("results-coverage-of")
                        .with("all", regencies)
                        .with("target", reading.result.round.target),
                ),
                said: words.tell(
                    &Message::new("results-coverage-answers").with("n", reading.answers_in(region)),
                ),
                value: reached,
                most: regencies.max(1),
            },
            _ => Self {
                figure: region.n.map_or_else(|| "–".to_owned(), |n| reading.whole(n)),
                of: words
                    .tell(&Message::new("results-coverage-target").with("target", region.target)),
                said: reading.coverage_words(region),
                value: region.n.unwrap_or(0),
                most: region.target.max(1),
            },
        }
    }
}

/// Low cells: how many, among how many searched.
pub(super) struct LowCard {
    pub(super) found: String,
    pub(super) searched: String,
    /// The same after the number found.
    pub(super) of: String,
    pub(super) table: Option<String>,
    /// What it means that there is no table.
    pub(super) none: String,
    pub(super) rule: String,
}

impl LowCard {
    /// The family of `region`; for the nation all lists of its provinces.
    pub(super) fn new(reading: &Reading, region: &RegionResult) -> Self {
        let families = &reading.result.low_cells;
        let whole = |family: &&LowCellFamily| match region.level {
            Level::Nation => {
                reading.find(&family.region).is_some_and(|region| region.level == Level::Province)
            }
            _ => family.region == region.code,
        };
        let mine: Vec<&LowCellFamily> = families.iter().filter(whole).collect();
        let family = LowCellFamily {
            region: region.code.clone(),
            searched: mine.iter().map(|family| family.searched).sum(),
            cells: mine.iter().flat_map(|family| family.cells.iter().cloned()).collect(),
        };
        let options = &reading.result.options;
        let words = reading.words;
        Self {
            // None found where none could be searched is no finding.
            found: match family.searched {
                0 => "–".to_owned(),
                _ => reading.whole(family.cells.len() as u64),
            },
            none: words.say(match family.searched {
                0 => "results-low-unsearched",
                _ => "results-low-none",
            }),
            of: words.tell(&Message::new("results-low-of").with("searched", family.searched)),
            searched: words
                .tell(&Message::new("results-low-searched").with("searched", family.searched)),
            table: match region.level {
                Level::Nation => reading.low_lists_table(&mine),
                Level::Province | Level::Regency => reading.low_table(&family),
            }
            .map(|table| table.html()),
            rule: words.tell(
                &Message::new("results-low-rule")
                    .with("by", words.number(options.low_by, 1))
                    .with("q", words.number(options.false_discovery, 2))
                    .with("n", options.low_least_n)
                    .with("clusters", options.low_least_clusters),
            ),
        }
    }
}

/// A question that a reader has, and the sentence that answers it.
pub(super) struct Answer {
    pub(super) question: String,
    pub(super) answer: String,
}

/// The three questions that every page of a result answers.
pub(super) fn answers(reading: &Reading, region: &RegionResult) -> Vec<Answer> {
    let words = reading.words;
    let change = reading.change_sentence(region);
    let risen = match (&change.figure, &change.range) {
        (Some(figure), Some(range)) => {
            let part = change.part.as_ref().map(|part| format!("; {part}")).unwrap_or_default();
            let said = Message::new("results-answer-difference")
                .with("difference", figure.as_str())
                .with("interval", format!("{range}{part}"));
            format!("{} {}", change.verdict, words.tell(&said))
        }
        _ => change.verdict,
    };
    let compared = match region.level {
        Level::Regency => {
            let said = reading.standing(region, reading.index_at()).0;
            let province =
                reading.parent(region).map_or_else(String::new, |parent| say::name(parent, words));
            words.tell(
                &Message::new("results-answer-standing")
                    .with("region", say::name(region, words))
                    .with("said", said)
                    .with("province", province),
            )
        }
        Level::Nation | Level::Province => {
            let least = words.number(reading.result.options.least_difference, 1);
            let mean = Message::new("results-answer-better").with("difference", least);
            [words.tell(&mean), words.say("results-answer-better-pairs")].join(" ")
        }
    };
    vec![
        Answer { question: words.say("results-question-whom"), answer: reading.describes(region) },
        Answer { question: words.say("results-question-better"), answer: compared },
        Answer { question: words.say("results-question-risen"), answer: risen },
    ]
}

#[derive(Template)]
#[template(path = "results/home.html")]
struct HomePage {
    page: Page,
    lead: Vec<String>,
    index: IndexCard,
    change: ChangeSentence,
    coverage: CoverageCard,
    low: LowCard,
    view_title: String,
    switch: Switch,
    map: Option<MapFigure>,
    chart: Option<String>,
    sentences: Vec<String>,
    poverty: bool,
    table: String,
    answers: Vec<Answer>,
    notes: Vec<String>,
    statistics: Option<String>,
    region_path: String,
    method_path: String,
    compare_path: String,
    map_path: String,
    public_path: String,
    round_path: String,
    downloads: Vec<Downloads>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let reading = Reading::internal(&state, &visit, &mut tx, &id).await?;
    let office = state.office.as_deref().and_then(|code| reading.find(code));
    let region = match office {
        Some(office) if asked.wilayah.is_empty() => reading.around(office),
        _ => reading.aggregate(&asked.wilayah)?,
    };
    let words = reading.words;
    let title =
        words.tell(&Message::new("results-home-title").with("region", say::name(region, words)));
    let place = Some((region, Levels::Whole));
    let page = reading.page(&visit, &mut tx, (title, Entry::Home), place, "beranda").await?;
    drop(tx);
    let view = View::of(&asked.tampil, &reading);
    let path = paths::overview(reading.round.id);
    let round = reading.round.id;
    let statistics = reading.statistics_table(region);
    html(&HomePage {
        lead: lead(&reading, region),
        index: IndexCard::new(&reading, region),
        change: reading.change_sentence(region),
        coverage: CoverageCard::new(&reading, region),
        low: LowCard::new(&reading, region),
        view_title: view.title(&reading),
        switch: view.switch(&reading, &path, &region.code),
        map: reading.map(region, view, Links::Yes),
        // The nation's hundreds of rows say more in the table than in a chart.
        chart: if is_nation(&region.code) && reading.regencies(region).len() > 60 {
            None
        } else {
            reading.chart(region, view, Links::Yes)
        },
        sentences: match view {
            View::Score(at) if region.level == Level::Province => sentences(&reading, region, at),
            _ => Vec::new(),
        },
        poverty: view == View::Poverty,
        table: reading.regions_table(region, view, Links::Yes).html(),
        answers: answers(&reading, region),
        notes: notes(&reading, region),
        statistics: (!statistics.rows.is_empty()).then(|| statistics.html()),
        region_path: paths::region(round, &region.code),
        method_path: paths::method(round),
        compare_path: format!("{}?wilayah={}", paths::compare(round), region.code),
        map_path: format!(
            "{}?wilayah={}&tampil={}",
            paths::map(round),
            region.code,
            view.name(&reading)
        ),
        public_path: paths::public(round),
        round_path: paths::round(round),
        downloads: download::lists(&paths::round(round), &reading, region),
        page,
    })
}

/// What the page shows, when it was computed, and whose reckoning it is.
pub(super) fn lead(reading: &Reading, region: &RegionResult) -> Vec<String> {
    let words = reading.words;
    let result = &reading.result;
    let n = reading.answers_in(region);
    let mut lead = vec![
        words.tell(
            &Message::new("results-lead")
                .with("round", result.round.name.as_str())
                .with("instrument", reading.instrument())
                .with("date", words.short_date(result.round.as_of))
                .with("n", n),
        ),
    ];
    lead.extend(reading.disclaimer());
    lead
}

/// Missing regions with their bounds, and the result's own notes.
pub(super) fn notes(reading: &Reading, region: &RegionResult) -> Vec<String> {
    let mut notes: Vec<String> = reading.completeness(region).into_iter().collect();
    if let Some(parent) = reading.parent(region)
        && region.level == Level::Regency
        && reading.index_of(parent).is_some_and(|index| parent.incomplete(index))
    {
        let message = Message::new("results-parent-incomplete");
        notes.push(reading.words.tell(&message.with("region", say::name(parent, reading.words))));
    }
    notes.extend(reading.result.notes.iter().map(|note| reading.words.tell(note)));
    if let Some(change) = &reading.result.change {
        notes.extend(change.remarks.iter().map(|remark| reading.words.tell(remark)));
    }
    notes.dedup();
    notes
}
