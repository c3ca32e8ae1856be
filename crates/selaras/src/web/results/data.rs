//! Where the built-in data come from, under which licence, and what is known to be wrong with them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::html;
use super::{AppState, Entry, Page, Problem, Visit};
use crate::locale::Words;
use crate::region::{self, Level};
use crate::render::table::{Cell, Column, Kind, Table};
use crate::statistic;

#[derive(Template)]
#[template(path = "results/data.html")]
struct DataPage {
    page: Page,
    regions: String,
    licences: Vec<(String, &'static str)>,
    texts: &'static str,
    defects: Vec<String>,
    statistics: String,
    sources: String,
}

pub(super) async fn show(State(state): State<AppState>, visit: Visit) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let words = visit.words();
    let page = visit.page(&mut tx, words.say("web-data-title")).await?.at(Entry::Data);
    html(&DataPage {
        page,
        regions: regions(words).html(),
        licences: region::licences()
            .iter()
            .map(|licence| (words.say(licence.what), licence.notice))
            .collect(),
        texts: region::LICENCE_TEXTS,
        defects: region::known_defects().iter().map(|defect| words.tell(defect)).collect(),
        statistics: statistics(words).html(),
        sources: sources(words).html(),
    })
}

fn column(words: Words, id: &str, kind: Kind) -> Column {
    Column::new(id, words.say(&format!("results-column-{id}")), kind)
}

/// How many regions of each level the program knows.
fn regions(words: Words) -> Table {
    let mut table = Table::new(
        words,
        words.say("results-data-regions"),
        vec![column(words, "level", Kind::Text), column(words, "count", Kind::Whole)],
    );
    for level in Level::ALL {
        let (key, count) = match level {
            Level::Province => ("region-level-province", region::provinces().len()),
            Level::Regency => ("region-level-regency", region::regencies().len()),
            Level::District => ("region-level-district", region::districts().len()),
            Level::Village => ("region-level-village", region::villages().len()),
        };
        table.push(vec![Cell::from(words.say(key)), Cell::from(count as u64)]);
    }
    table
}

/// Every indicator with what it is, for how many provinces and kab/kota, and of which years.
fn statistics(words: Words) -> Table {
    let mut table = Table::new(
        words,
        words.say("results-data-statistics"),
        vec![
            column(words, "statistic", Kind::Text),
            column(words, "unit", Kind::Text),
            column(words, "about", Kind::Text),
            column(words, "provinces", Kind::Whole),
            column(words, "regencies", Kind::Whole),
            column(words, "years", Kind::Text),
        ],
    );
    for indicator in statistic::indicators() {
        let known = |regions: &'static [region::Region]| {
            let series =
                regions.iter().map(|region| statistic::series(region.code.as_str(), indicator.id));
            series.filter(|series| !series.is_empty()).collect::<Vec<_>>()
        };
        let (provinces, regencies) = (known(region::provinces()), known(region::regencies()));
        let years = || provinces.iter().chain(&regencies).flat_map(|series| series.iter());
        let first = years().map(|figure| figure.year).min();
        let last = years().map(|figure| figure.year).max();
        let span = first.zip(last).map(|(first, last)| {
            if first == last { first.to_string() } else { format!("{first}–{last}") }
        });
        table.push(vec![
            Cell::from(words.tell(&indicator.name())),
            Cell::from(words.tell(&indicator.unit())),
            Cell::from(words.tell(&indicator.description())),
            Cell::from(provinces.len() as u64),
            Cell::from(regencies.len() as u64),
            Cell::from(span),
        ]);
    }
    table
}

fn sources(words: Words) -> Table {
    let mut table = Table::new(
        words,
        words.say("results-data-sources"),
        vec![
            column(words, "short", Kind::Text),
            column(words, "publication", Kind::Text),
            column(words, "licence", Kind::Text),
        ],
    );
    for source in statistic::sources() {
        table.push(vec![source.id.into(), source.text.into(), source.licence.into()]);
    }
    table
}
