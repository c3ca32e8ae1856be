//! What is printed and downloaded of an alignment: the matrix, *Lembar Sekda*, the files.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::tree::priority_name;
use super::{AppState, Looking, Page, Problem, Visit, html, paths};
use crate::align::files::File;
use crate::align::mandates::{self, Known, MandateLine};
use crate::align::matrix::{Entry, Line};
use crate::align::questions::{By, name_of};
use crate::align::{self, IndexPart};
use crate::index::files::File as ResultFile;
use crate::locale::{Message, first_of};
use crate::plan::{CodeLevel, Direction, PrioritySet};

/// The kind of a letter that is written on.
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// Regions named of which no row answers a mandate.
const UNANSWERED: usize = 4;
/// Lines of overdue items on one page; the workbook has all.
const OVERDUE: usize = 6;

#[derive(Deserialize)]
pub(super) struct Depth {
    #[serde(default)]
    rinci: String,
}

/// What one party says of a program or sub kegiatan.
struct PartyLine {
    party: String,
    policies: Vec<String>,
    priorities: Vec<String>,
    aims: Vec<(String, String)>,
    places: String,
    money: String,
    checks: Vec<String>,
}

/// One program or sub kegiatan.
struct MatrixLine {
    head: String,
    parties: Vec<PartyLine>,
}

#[derive(Template)]
#[template(path = "planning/matrix.html")]
struct MatrixPage {
    page: Page,
    back: String,
    switch: Vec<(String, String, bool)>,
    not_sent: Vec<String>,
    lines: Vec<MatrixLine>,
    workbook: String,
}

impl Looking {
    fn party_line(&self, entry: &Entry) -> PartyLine {
        let said = self.said(entry);
        PartyLine {
            party: said.name,
            policies: entry.policies.clone(),
            priorities: entry.priorities.iter().map(|of| priority_name(of, self.words)).collect(),
            aims: said.aims,
            places: said.places,
            money: said.money,
            checks: entry.checks.iter().map(|check| self.check(*check)).collect(),
        }
    }

    /// Names of regions that sent nothing for the year.
    fn not_sent(&self) -> Vec<String> {
        let alignment = self.alignment();
        let silent = alignment.regions().filter(|region| !alignment.has_sent(*region));
        silent.map(align::name).collect()
    }
}

pub(super) async fn matrix(
    State(state): State<AppState>,
    visit: Visit,
    Path((province, year)): Path<(String, String)>,
    Query(depth): Query<Depth>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let looking = Looking::at(&state, &visit, &mut tx, (&province, &year)).await?;
    drop(tx);
    let fine = depth.rinci == "sub";
    let level = if fine { CodeLevel::SubActivity } else { CodeLevel::Program };
    let place = looking.place();
    let address = paths::matrix(place);
    let switch = [
        (address.clone(), looking.say("planning-matrix-programs"), !fine),
        (format!("{address}?rinci=sub"), looking.say("planning-matrix-sub"), fine),
    ];
    let line = |line: &Line| MatrixLine {
        head: format!("{} {}", line.code, line.name),
        parties: line
            .entries
            .iter()
            .filter(|entry| !entry.is_empty())
            .map(|entry| looking.party_line(entry))
            .collect(),
    };
    html(&MatrixPage {
        back: paths::board(place),
        switch: switch.into(),
        not_sent: looking.not_sent(),
        lines: looking.board.lines(level).iter().map(line).collect(),
        workbook: paths::plan_file(place, File::Matrix.name()),
        page: looking.page(&visit, "planning-matrix-title"),
    })
}

/// A mandate on the sheet.
struct MandateRow {
    name: String,
    series: String,
    direction: String,
    mark: &'static str,
    level: String,
    figure: String,
    target: String,
    money: String,
    unanswered: String,
}

/// A region's harmony and poverty.
struct BesideRow {
    region: String,
    harmony: String,
    between: Option<String>,
    poverty: String,
}

#[derive(Template)]
#[template(path = "planning/sheet.html")]
struct SekdaPage {
    page: Page,
    back: String,
    not_sent: Vec<String>,
    mandates: Vec<MandateRow>,
    beside: Vec<BesideRow>,
    /// Unit and time of the figures of poverty.
    poverty_of: Option<String>,
    simulated_index: bool,
    beside_note: Option<String>,
    sources: String,
    to_explain: Vec<(String, String)>,
    overdue: Vec<(String, String)>,
    overdue_said: Option<String>,
}

impl Looking {
    fn known(&self, known: Known, key: &str) -> String {
        let (indicator, figure) = known;
        let message = Message::new(key)
            .with("name", indicator.name())
            .with("value", figure.shown(indicator))
            .with("unit", indicator.unit())
            .with("when", figure.when());
        self.words.tell(&message)
    }

    fn mandate_row(&self, of: &MandateLine) -> MandateRow {
        let by = By::Priority(PrioritySet::Mandate);
        let language = self.words.language;
        let (direction, mark) = match of.mandate.direction {
            Direction::Up => ("plan-direction-up", "↑"),
            Direction::Down => ("plan-direction-down", "↓"),
            Direction::Band => ("plan-direction-band", "↕"),
            Direction::None => ("plan-direction-none", "–"),
        };
        let figure = match (of.figure, of.related) {
            (Some(known), _) => self.known(known, "planning-figure"),
            (None, Some(known)) => self.known(known, "planning-figure-named"),
            (None, None) => self.say("align-no-data"),
        };
        let unanswered: Vec<String> =
            of.unanswered.iter().map(|region| align::name(*region)).collect();
        MandateRow {
            name: name_of(by, &of.mandate.id).in_language(language).to_owned(),
            series: of.mandate.name.in_language(language).to_owned(),
            direction: self.say(direction),
            mark,
            level: of.mandate.level.in_language(language).to_owned(),
            figure,
            target: of.target.as_ref().map_or_else(|| "–".to_owned(), |of| of.text.clone()),
            money: of.budget.map_or_else(|| "–".to_owned(), |money| money.shown(&self.words)),
            unanswered: if unanswered.is_empty() {
                String::new()
            } else {
                self.words.value(&first_of(&unanswered, UNANSWERED))
            },
        }
    }
}

pub(super) async fn sheet(
    State(state): State<AppState>,
    visit: Visit,
    Path((province, year)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let looking = Looking::at(&state, &visit, &mut tx, (&province, &year)).await?;
    drop(tx);
    let (alignment, words) = (looking.alignment(), looking.words);
    let no_data = || looking.say("align-no-data");
    let beside = mandates::side_by_side(alignment);
    let poverty = beside.iter().find_map(|of| of.poverty);
    let beside = beside.into_iter().map(|of| BesideRow {
        region: align::name(of.region),
        harmony: of.harmony.map_or_else(no_data, |of| of.value.shown(&words)),
        between: of.harmony.map(|of| IndexPart::between(of, &words)),
        poverty: of.poverty.map_or_else(no_data, |(indicator, figure)| {
            let value = words.value(&figure.shown(indicator));
            let same = poverty.is_some_and(|(_, first)| first.when() == figure.when());
            if same { value } else { format!("{value} ({})", words.tell(&figure.when())) }
        }),
    });
    let lines = mandates::lines(alignment);
    let figures = lines.iter().filter_map(|of| of.figure.or(of.related)).chain(poverty);
    let mut sources: Vec<&str> = figures.map(|(_, figure)| figure.source.text).collect();
    sources.sort_unstable();
    sources.dedup();
    let to_explain = mandates::to_explain(alignment).into_iter().map(|(check, regions)| {
        let said = if regions.is_empty() { "–".to_owned() } else { regions.join(", ") };
        (looking.check(check), said)
    });
    let late = mandates::overdue(alignment);
    let more = late.len().saturating_sub(OVERDUE);
    let overdue_said = match (&alignment.items, late.len()) {
        (None, _) => Some(words.say("planning-lacks-items")),
        (Some(_), 0) => Some(words.say("planning-overdue-none")),
        (Some(_), _) if more > 0 => {
            Some(words.tell(&Message::new("planning-overdue-more").with("items", more)))
        }
        (Some(_), _) => None,
    };
    let overdue = late.iter().take(OVERDUE).map(|item| {
        let due = item.due.map(|due| words.short_date(due)).unwrap_or_default();
        let said = Message::new("planning-overdue-item")
            .with("owner", item.owner.as_str())
            .with("region", align::name(item.region))
            .with("due", due)
            .with("meeting", item.meeting.as_str());
        (item.text.clone(), words.tell(&said))
    });
    html(&SekdaPage {
        back: paths::board(looking.place()),
        not_sent: looking.not_sent(),
        mandates: lines.iter().map(|of| looking.mandate_row(of)).collect(),
        beside: beside.collect(),
        poverty_of: poverty.map(|(indicator, figure)| {
            format!("{}, {}", words.tell(&indicator.unit()), words.tell(&figure.when()))
        }),
        sources: sources.join("; "),
        simulated_index: alignment.index.as_ref().is_some_and(|of| of.simulated),
        beside_note: alignment.index.as_ref().map(|of| words.tell(&of.told())),
        to_explain: to_explain.collect(),
        overdue: overdue.collect(),
        overdue_said,
        page: looking.page(&visit, "planning-sheet-title"),
    })
}

/// A file of the alignment.
pub(super) async fn download(
    State(state): State<AppState>,
    visit: Visit,
    Path((province, year, name)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let looking = Looking::at(&state, &visit, &mut tx, (&province, &year)).await?;
    drop(tx);
    let file = File::ALL.into_iter().find(|file| file.name() == name).ok_or(Problem::NotFound)?;
    let kind = match name.rsplit('.').next() {
        Some("json") => ResultFile::Json.media_type(),
        Some("html") => ResultFile::Report.media_type(),
        Some("docx") => DOCX,
        _ => ResultFile::Workbook.media_type(),
    };
    let named = file.name_for(looking.alignment());
    let words = looking.words;
    let board = looking.board;
    let made = tokio::task::spawn_blocking(move || file.render(&board.alignment, words));
    let bytes = made.await.map_err(Problem::fault)?.map_err(Problem::fault)?;
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{named}\"")),
    ];
    Ok((headers, Bytes::from(bytes)).into_response())
}
