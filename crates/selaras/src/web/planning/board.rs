//! The board: the regions of a province by the ten checks.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{AppState, Looking, Page, Problem, Sign, Visit, html, paths};
use crate::align::{self, files::File};
use crate::check::{Check, Sides, State as Checked};
use crate::locale::Message;
use crate::plan::DocumentKind;
use crate::region;

/// One check of a region or pair.
struct CellLine {
    check: String,
    path: String,
    sign: Sign,
}

/// One region.
struct RegionLine {
    name: String,
    path: String,
    documents: String,
    sent: bool,
    cells: Vec<CellLine>,
}

/// Two kab/kota that border on each other.
struct PairLine {
    name: String,
    path: String,
    sign: Sign,
}

#[derive(Template)]
#[template(path = "planning/board.html")]
struct BoardPage {
    page: Page,
    checks: Vec<String>,
    legend: Vec<Sign>,
    not_sent: Sign,
    regions: Vec<RegionLine>,
    pairs: Vec<PairLine>,
    /// How many pairs wait for a plan.
    waiting: String,
    matrix: String,
    sheet: String,
    documents: String,
    files: Vec<(String, String)>,
    lacking: Vec<String>,
}

/// The kinds of documents that a region sent for the year, each once.
fn kinds(looking: &Looking, region: region::Code) -> String {
    let alignment = looking.alignment();
    let heads = alignment.plans.iter().map(|sent| sent.version.head());
    let own = heads.filter(|head| head.region == region && head.covers(alignment.year));
    let kinds: BTreeSet<DocumentKind> = own.map(|head| head.kind).collect();
    let names: Vec<String> = kinds.iter().map(|kind| looking.words.tell(&kind.name())).collect();
    names.join(", ")
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path((province, year)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let looking = Looking::at(&state, &visit, &mut tx, (&province, &year)).await?;
    drop(tx);
    let (alignment, words, place) = (looking.alignment(), looking.words, looking.place());
    let region = |region: region::Code| RegionLine {
        name: align::name(region),
        path: paths::plans_of(place, region),
        documents: kinds(&looking, region),
        sent: alignment.has_sent(region),
        cells: Check::ALL
            .into_iter()
            .map(|check| CellLine {
                check: looking.check(check),
                path: format!(
                    "{}#{}",
                    paths::findings(place, alignment.upper, region),
                    check.key()
                ),
                sign: Sign::of(alignment.state(check, region), words),
            })
            .collect(),
    };
    let pair = |(one, other): &(region::Code, region::Code)| {
        let states = Check::ALL
            .into_iter()
            .filter_map(|check| alignment.state_of(check, Sides::Pair(*one, *other)));
        let state = states.min().unwrap_or(Checked::NotCheckable);
        PairLine {
            name: format!("{} – {}", align::name(*one), align::name(*other)),
            path: paths::findings(place, *one, *other),
            sign: Sign::of(state, words),
        }
    };
    let files = File::ALL.into_iter().map(|file| {
        let key = format!("planning-file-{}", file.name().replace('.', "-"));
        (paths::plan_file(place, file.name()), words.say(&key))
    });
    let (both, waiting): (Vec<_>, Vec<_>) = alignment
        .neighbours
        .iter()
        .partition(|(one, other)| alignment.has_sent(*one) && alignment.has_sent(*other));
    let waiting = Message::new("planning-board-pairs-waiting").with("pairs", waiting.len());
    let lacking = [
        (alignment.index.is_none(), "planning-lacks-index"),
        (alignment.proposals.is_none(), "planning-lacks-proposals"),
        (alignment.items.is_none(), "planning-lacks-items"),
    ];
    html(&BoardPage {
        checks: Check::ALL.map(|check| looking.check(check)).to_vec(),
        legend: [Checked::ToExplain, Checked::NotCheckable, Checked::Checked]
            .map(|state| Sign::of(state, words))
            .into(),
        not_sent: Sign::of(Checked::NotSent, words),
        regions: alignment.listed().into_iter().map(region).collect(),
        waiting: words.tell(&waiting),
        pairs: both.into_iter().map(pair).collect(),
        matrix: paths::matrix(place),
        sheet: paths::sheet(place),
        documents: paths::documents(place.0),
        files: files.collect(),
        lacking: lacking.iter().filter(|of| of.0).map(|of| words.say(of.1)).collect(),
        page: looking.page(&visit, "planning-board-title"),
    })
}
