//! What anyone may see of a round: the public form of its result, in plain words.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;

use super::super::html;
use super::download::{self, Downloads};
use super::figures::{Links, MapFigure};
use super::home::{Asked, IndexCard};
use super::say::ChangeSentence;
use super::view::View;
use super::{AppState, Page, Problem, Reading, Visit, paths, say, stored};
use crate::index::disclosure;
use crate::index::result::{RegionResult, Withheld};
use crate::locale::{Message, TimeZone, Value, first_of};
use crate::round::frame::Level;
use crate::round::register;
use crate::store::RoundId;

impl Reading {
    /// The round called `id` with the public form of its result, or the round and the reason why
    /// nothing of it is public yet.
    pub(super) async fn public(
        state: &AppState,
        visit: &Visit,
        id: &str,
    ) -> Result<Result<Self, Message>, Problem> {
        let id: RoundId = id.parse()?;
        let mut tx = state.store.read(state.clock).await?;
        let round = register::get(&mut tx, visit.actor(), id).await?;
        drop(tx);
        let internal = stored(state, &round).await?;
        let today = TimeZone::Wib.wall(state.clock.now()).date();
        let outcome = state.results.public(&internal, round.closed, today);
        let data = state.store.folder().clone();
        Ok(outcome.map(|result| Self { round, result, words: visit.words(), data }))
    }
}

#[derive(Template)]
#[template(path = "results/public.html")]
struct PublicPage {
    page: Page,
    /// The region around a kab/kota.
    up: Option<(String, String)>,
    round: String,
    index: IndexCard,
    change: ChangeSentence,
    disclaimer: Option<String>,
    describes: String,
    completeness: Option<String>,
    coverage: String,
    map: Option<MapFigure>,
    regions_title: &'static str,
    /// Of a province its kab/kota, of the nation its provinces.
    regions: Option<String>,
    scores_title: String,
    /// Index, dimensions and variables, where they are public.
    scores: Option<String>,
    better: String,
    rounding: Option<String>,
    withheld: Vec<String>,
    rule: String,
    places: Vec<(String, String, bool)>,
    method_path: String,
    downloads: Vec<Downloads>,
}

#[derive(Template)]
#[template(path = "results/public_closed.html")]
struct ClosedPage {
    page: Page,
    reason: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let words = visit.words();
    let reading = match Reading::public(&state, &visit, &id).await? {
        Ok(reading) => reading,
        Err(reason) => return closed(&visit, &reason),
    };
    let region = reading.chosen(&asked.wilayah)?;
    let title =
        words.tell(&Message::new("results-public-title").with("region", say::name(region, words)));
    let mut page = visit.bare_page(title).open_to_all();
    page.simulated = reading.result.simulated;
    page.source = Some(reading.source());
    let view = View::Score(reading.index_at());
    let base = paths::public(reading.round.id);
    let whole = region.level != Level::Regency;
    let result = &reading.result;
    let public = reading.index_of(region).is_some_and(|score| score.value.is_some());
    html(&PublicPage {
        up: reading.parent(region).filter(|_| !whole).map(|parent| {
            (paths::public_region(reading.round.id, &parent.code), say::name(parent, words))
        }),
        round: about_round(&reading),
        index: IndexCard::new(&reading, region),
        change: reading.change_sentence(region),
        disclaimer: reading.disclaimer(),
        describes: reading.describes(region),
        completeness: reading.completeness(region),
        coverage: words
            .tell(&Message::new("results-coverage-answers").with("n", reading.answers_in(region))),
        // Kecamatan are not public.
        map: reading.map(region, view, Links::Public).filter(|_| whole),
        regions_title: match region.level {
            Level::Nation => "results-column-provinces",
            _ => "results-regions-title",
        },
        regions: whole.then(|| reading.regions_table(region, view, Links::Public).html()),
        scores_title: reading.scores_title(),
        scores: public.then(|| reading.scores_table(region).html()),
        better: words.tell(
            &Message::new("results-answer-better")
                .with("difference", words.number(result.options.least_difference, 1)),
        ),
        rounding: (disclosure::step(result) > 0.01).then(|| words.say("results-public-rounding")),
        withheld: withheld(&reading, region),
        rule: words.tell(
            &Message::new("results-public-withheld").with("least", result.options.public_from),
        ),
        places: reading.aggregates(region, |code| paths::public_region(reading.round.id, code)),
        method_path: format!("{base}/metode"),
        downloads: download::lists(&base, &reading, region),
        page,
    })
}

/// What was measured, when and with what.
fn about_round(reading: &Reading) -> String {
    let (words, round) = (reading.words, &reading.result.round);
    let day = |day: Option<Date>| day.map_or_else(|| "–".to_owned(), |day| words.short_date(day));
    words.tell(
        &Message::new(match round.opened {
            Some(_) => "results-public-round",
            None => "results-public-round-closed",
        })
        .with("round", round.name.as_str())
        .with("instrument", reading.instrument())
        .with("opened", day(round.opened))
        .with("closed", day(round.closed))
        .with("date", words.short_date(round.as_of)),
    )
}

/// What of `region` and of what lies in it is not shown, and why, a line a reason.
fn withheld(reading: &Reading, region: &RegionResult) -> Vec<String> {
    const REASONS: [(Withheld, &str); 4] = [
        (Withheld::NoAnswers, "results-public-no-answers"),
        (Withheld::TooFew, "results-public-too-few"),
        (Withheld::BelowPublic, "results-public-below"),
        (Withheld::Complementary, "results-public-complementary"),
    ];
    let options = &reading.result.options;
    let inside = |other: &&RegionResult| match region.level {
        Level::Nation => true,
        _ => other.code == region.code || other.parent.as_ref() == Some(&region.code),
    };
    let reason = |of: &RegionResult| reading.index_of(of).and_then(|score| score.withheld);
    let line = |(wanted, key): (Withheld, &str)| {
        let regions = reading.result.regions.iter().filter(inside);
        let names: Vec<String> = regions
            .filter(|of| reason(of) == Some(wanted))
            .map(|of| say::name(of, reading.words))
            .collect();
        let message = Message::new(key)
            .with("names", first_of(&names, say::NAMED))
            .with("count", names.len())
            .with("few", options.suppress_below.saturating_sub(1))
            .with("least", options.public_from);
        (!names.is_empty()).then(|| reading.words.tell(&message))
    };
    REASONS.into_iter().filter_map(line).collect()
}

/// The page that says when it opens.
pub(super) fn closed(visit: &Visit, reason: &Message) -> Result<Response, Problem> {
    let words = visit.words();
    // The reason's own words speak to whoever runs the command line; its days are the same here.
    let days = reason.values.iter().all(|(_, value)| matches!(value, Value::Day { .. }));
    let key = if days && !reason.values.is_empty() {
        "results-public-opens"
    } else {
        "results-public-no-closing"
    };
    let reason = words.tell(&Message { key: key.to_owned(), values: reason.values.clone() });
    let page = visit.bare_page(words.say("results-public-closed")).open_to_all();
    html(&ClosedPage { page, reason })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Cursor;
    use std::sync::{LazyLock, Mutex};

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use calamine::{Data, Reader as _, Xlsx};
    use proptest::prelude::*;
    use serde_json::Value as Json;
    use tempfile::TempDir;
    use tokio::runtime::Runtime;
    use tower::ServiceExt as _;

    use super::super::super::router;
    use super::*;
    use crate::index::attack::{self, Reader, arbitrary_rounds};
    use crate::index::files::File;
    use crate::index::fixture;
    use crate::index::result::IndexResult;
    use crate::policy::Actor;
    use crate::round::answers::Design;
    use crate::round::register::NewRound;
    use crate::store::{Clock, DataFolder, Store};

    /// An office whose rounds are all open to everybody.
    struct Office {
        runtime: Runtime,
        store: Store,
        clock: Clock,
        pages: Router,
        rounds: u32,
        _folder: TempDir,
    }

    static OFFICE: LazyLock<Mutex<Office>> = LazyLock::new(|| Mutex::new(Office::open()));

    impl Office {
        fn open() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let runtime = Runtime::new().expect("a runtime");
            let clock = Clock::At("2026-11-02T03:00:00Z".parse().expect("a moment"));
            let (store, pages) = runtime.block_on(async {
                let data = DataFolder::create(folder.path()).expect("a data folder");
                let store = Store::open(&data, None).await.expect("a store");
                let state = AppState::start(store.clone(), clock).await.expect("a state");
                (store, router(state))
            });
            Self { runtime, store, clock, pages, rounds: 0, _folder: folder }
        }

        /// Makes a round of its own for `internal`.
        fn take(&mut self, internal: &IndexResult) -> RoundId {
            self.rounds += 1;
            let new = NewRound {
                year: internal.round.year,
                name: format!("Putaran {}", self.rounds),
                instrument: "ihai-2025".to_owned(),
                opened: internal.round.opened,
                closed: internal.round.closed,
                target: internal.round.target,
                simulated: internal.simulated,
                regions: vec!["ID".to_owned()],
            };
            self.runtime.block_on(async {
                let mut tx = self.store.begin(self.clock).await.expect("a transaction");
                let actor = Actor::operator();
                let id = register::create(&mut tx, &actor, new, |_| true).await.expect("a round");
                register::set_result(&mut tx, &actor, id, "satu").await.expect("a result");
                tx.commit().await.expect("a commit");
                let place = self.store.folder().results(id).join("satu");
                std::fs::create_dir_all(&place).expect("a folder");
                let json = internal.json().expect("json");
                std::fs::write(place.join("DATA-SIMULASI-result.json"), json).expect("a file");
                id
            })
        }

        /// What a reader gets at `path`; none where there is nothing.
        fn ask(&self, path: &str) -> Option<Vec<u8>> {
            let request = Request::get(path).header("host", "localhost").body(Body::empty());
            self.runtime.block_on(async {
                let answer = self.pages.clone().oneshot(request.expect("a request")).await;
                let answer = answer.expect("an answer");
                let found = answer.status() == StatusCode::OK;
                let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
                found.then(|| body.to_vec())
            })
        }
    }

    /// The words and numbers of a page, without its marks.
    fn text(page: &[u8]) -> String {
        let page = String::from_utf8_lossy(page);
        let mut parts = page.split('<');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            text + " " + part.split_once('>').map_or("", |(_, after)| after)
        })
    }

    /// The numbers of a text that have `decimals` decimals, without their signs.
    fn numbers_in(text: &str, decimals: usize) -> BTreeSet<String> {
        text.split(|letter: char| !(letter.is_ascii_digit() || letter == ','))
            .map(|word| word.trim_matches(','))
            .filter(|word| word.split_once(',').is_some_and(|(_, after)| after.len() == decimals))
            .map(str::to_owned)
            .collect()
    }

    fn written(number: f64, decimals: usize) -> String {
        format!("{:.decimals$}", number.abs()).replace('.', ",")
    }

    fn numbers(json: &Json, into: &mut Vec<f64>) {
        match json {
            Json::Number(number) => into.extend(number.as_f64()),
            Json::Array(list) => list.iter().for_each(|one| numbers(one, into)),
            Json::Object(fields) => fields.values().for_each(|one| numbers(one, into)),
            _ => {}
        }
    }

    /// What a page, report or sheet may say beside the numbers of the public result: the ends of the
    /// scale, where an interval is cut, what a region differs by from the one around it, and shares
    /// of the target.
    fn derived(public: &IndexResult) -> Vec<f64> {
        let find = |code: &Option<String>| {
            public.regions.iter().find(|of| Some(&of.code) == code.as_ref())
        };
        let mut derived = vec![1.0, 9.0];
        for region in &public.regions {
            derived.extend(region.n.map(|n| n as f64 / region.target as f64));
            let whole = find(&region.parent).map_or(&[][..], |whole| &whole.scores);
            let pairs = region.scores.iter().zip(whole);
            derived.extend(pairs.filter_map(|(own, whole)| Some(own.value? - whole.value?)));
        }
        derived
    }

    proptest! {
        #![proptest_config(attack::rounds(24))]

        #[test]
        fn no_withheld_score_follows_from_all_public_files_and_pages_of_two_rounds_together(
            provinces in arbitrary_rounds(),
            recorded in any::<bool>(),
        ) {
            let design = if recorded { Design::Recorded } else { Design::OpenLink };
            let internal =
                [fixture::with_change(&provinces, design), fixture::of_round(&provinces, design, 1)];
            let mut office = OFFICE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let mut reader = Reader::new(&provinces, design);
            let mut seen = Vec::new();
            for (round, internal) in internal.iter().enumerate() {
                let base = paths::public(office.take(internal));
                let files: BTreeMap<String, Vec<u8>> = File::ALL
                    .into_iter()
                    .map(|file| file.name().to_owned())
                    .filter_map(|name| {
                        let bytes = office.ask(&format!("{base}/unduh/{name}"))?;
                        Some((name, bytes))
                    })
                    .collect();
                let json = &files[File::Json.name()];
                let public: IndexResult = serde_json::from_slice(json).expect("a result");
                for province in public.regions.iter().filter(|of| of.level == Level::Province) {
                    let path = format!("{base}/unduh/result.json?wilayah={}", province.code);
                    let part = office.ask(&path).expect("a part");
                    let part: IndexResult = serde_json::from_slice(&part).expect("a result");
                    prop_assert_eq!(Some(part), public.part(&province.code));
                }
                let mut told = derived(&public);
                numbers(&serde_json::from_slice(json).expect("json"), &mut told);
                let mut known = Vec::new();
                numbers(&serde_json::from_slice(&internal.json().expect("json")).expect("json"), &mut known);

                // Pages and the report say in two decimals what the public result says, and nothing
                // else: bounds of classes and marks of axes are multiples of a twentieth.
                let codes = public.regions.iter().map(|of| format!("{base}?wilayah={}", of.code));
                let pages: Vec<Vec<u8>> =
                    codes.chain([base.clone()]).map(|path| office.ask(&path).expect("a page")).collect();
                let two: BTreeSet<String> = told.iter().map(|number| written(*number, 2)).collect();
                for page in pages.iter().chain([&files[File::Report.name()]]) {
                    let beyond: Vec<String> = numbers_in(&text(page), 2)
                        .into_iter()
                        .filter(|number| !two.contains(number) && !number.ends_with(['0', '5']))
                        .collect();
                    prop_assert_eq!(beyond, Vec::<String>::new());
                }
                // The other files hold no number that the office alone knows.
                let four: BTreeSet<String> = told.iter().map(|number| written(*number, 4)).collect();
                let kept: BTreeSet<String> = known.iter().map(|number| written(*number, 4)).collect();
                for file in [File::Scores, File::Coverage] {
                    let text = String::from_utf8_lossy(&files[file.name()]).into_owned();
                    let leaked: Vec<String> = numbers_in(&text, 4)
                        .into_iter()
                        .filter(|number| kept.contains(number) && !four.contains(number))
                        .collect();
                    prop_assert_eq!(leaked, Vec::<String>::new(), "{:?}", file);
                }
                let near = |list: &[f64], number: f64| list.iter().any(|of| (of - number).abs() < 1e-9);
                let book = Cursor::new(&files[File::Workbook.name()]);
                let mut book: Xlsx<_> = Xlsx::new(book).expect("a workbook");
                for name in book.sheet_names().to_vec() {
                    let sheet = book.worksheet_range(&name).expect("a sheet");
                    for (_, _, cell) in sheet.used_cells() {
                        let Data::Float(number) = cell else { continue };
                        prop_assert!(near(&told, *number) || !near(&known, *number), "{name}: {number}");
                    }
                }
                seen.push(attack::shown(&files));
                reader.read(&seen[round], round);
            }
            prop_assert_eq!(reader.revealed([&seen[0], &seen[1]]), Vec::<String>::new());
            let counted: Vec<String> =
                (0..2).flat_map(|of| reader.counted(&seen[of], of)).collect();
            prop_assert_eq!(counted, Vec::<String>::new());
        }
    }
}
