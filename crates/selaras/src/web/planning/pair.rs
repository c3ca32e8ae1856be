//! What does not fit in one region or between two, finding by finding, and what offices say is
//! meant so.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::mapping::clean;
use super::tree::place_name;
use super::{AppState, Looking, Page, Problem, Sign, Visit, html, paths};
use crate::align::{self, register};
use crate::check::{Check, Cited, Finding, Outcome, Sides, Silence, Source};
use crate::locale::Message;
use crate::plan::{MoneyKind, Row, RowKey, Rupiah};
use crate::region;
use crate::sheet::private;

/// A row that a finding is about.
struct RowLine {
    region: String,
    source: String,
    label: String,
    aims: Vec<String>,
    places: String,
    money: String,
}

/// One finding.
struct FindingLine {
    anchor: String,
    id: String,
    why: String,
    settle: String,
    rule: String,
    rows: Vec<RowLine>,
    intended: Option<String>,
    /// What a person wrote as the reason, where it was returned.
    typed: String,
}

/// What one check says of one region or pair.
struct OutcomeLine {
    between: String,
    sign: Sign,
    findings: Vec<FindingLine>,
    missing: Vec<String>,
}

/// One check.
struct CheckLine {
    key: &'static str,
    name: String,
    outcomes: Vec<OutcomeLine>,
}

#[derive(Template)]
#[template(path = "planning/pair.html")]
struct PairPage {
    page: Page,
    heading: String,
    back: String,
    notices: Vec<String>,
    checks: Vec<CheckLine>,
    tree: Vec<(String, String)>,
    silence: String,
    reopen: String,
}

/// The address of a page of findings.
type Address = (String, String, String, String);

/// Rows of the compared documents with their money.
type Rows<'a> = BTreeMap<(region::Code, RowKey), (&'a Row, Option<Rupiah>)>;

fn rows<'a>(looking: &'a Looking, regions: &[region::Code]) -> Rows<'a> {
    let alignment = looking.alignment();
    let mut rows = BTreeMap::new();
    for region in regions {
        for sent in alignment.current(*region) {
            let document = sent.version.document();
            let money = document.said(MoneyKind::Budget, alignment.year);
            for ((row, key), money) in document.rows.iter().zip(document.keys()).zip(money) {
                rows.insert((*region, key), (row, money));
            }
        }
    }
    rows
}

impl Looking {
    fn cited_line(&self, cited: &Cited, rows: &Rows<'_>) -> RowLine {
        let source = match cited.source {
            Source::Plan(kind) => kind.name(),
            Source::Previous(kind) => {
                Message::new("align-source-previous").with("kind", kind.name())
            }
            Source::Proposals => Message::new("align-source-proposals"),
            Source::Meetings => Message::new("align-source-meetings"),
        };
        let known = match cited.source {
            Source::Plan(_) => rows.get(&(cited.region, cited.key.clone())),
            _ => None,
        };
        let year = self.alignment().year;
        let aims = known.iter().flat_map(|(row, _)| &row.indicators).map(|of| {
            let target = of.target(year).map_or("–", |value| value.text.as_str());
            format!("{}: {target} {}", of.text, of.unit.as_deref().unwrap_or_default())
        });
        let places = known.iter().flat_map(|(row, _)| &row.places).map(|of| place_name(&of.text));
        RowLine {
            region: align::name(cited.region),
            source: self.words.tell(&source),
            label: cited.label.clone(),
            aims: aims.map(|aim| aim.trim().to_owned()).collect(),
            places: places.collect::<Vec<_>>().join("; "),
            money: known
                .and_then(|(_, money)| *money)
                .map(|money| money.shown(&self.words))
                .unwrap_or_default(),
        }
    }

    fn finding_line(&self, finding: &Finding, rows: &Rows<'_>) -> FindingLine {
        let id = finding.id();
        let rule = Message::new("planning-rule")
            .with("rule", finding.rule.id.as_str())
            .with("version", finding.rule.version.as_str());
        let rule = self.words.tell(&rule);
        FindingLine {
            anchor: anchor(&id),
            id,
            why: self.words.tell(&finding.why),
            settle: self.words.tell(&finding.settle),
            rule: match &finding.rule.basis {
                Some(basis) => format!("{rule}; {basis}"),
                None => rule,
            },
            rows: finding.rows.iter().map(|cited| self.cited_line(cited, rows)).collect(),
            intended: finding.intended.clone(),
            typed: String::new(),
        }
    }

    fn outcome_line(&self, outcome: &Outcome, rows: &Rows<'_>) -> OutcomeLine {
        OutcomeLine {
            between: match outcome.sides {
                Sides::One(region) => align::name(region),
                Sides::Pair(one, other) => {
                    format!("{} – {}", align::name(one), align::name(other))
                }
            },
            sign: Sign::of(outcome.state(), self.words),
            findings: outcome.findings.iter().map(|of| self.finding_line(of, rows)).collect(),
            missing: outcome.missing.iter().map(|of| self.words.tell(&of.message())).collect(),
        }
    }

    /// What a page about `one` and `other` speaks of: of the province and a kab/kota both what is
    /// between them and what is in the kab/kota; of one region what is in it.
    fn speaks_of(&self, one: region::Code, other: region::Code) -> Vec<Sides> {
        let (one, other) = (one.min(other), one.max(other));
        if one == other {
            vec![Sides::One(one)]
        } else if one == self.alignment().upper {
            vec![Sides::Pair(one, other), Sides::One(other)]
        } else {
            vec![Sides::Pair(one, other)]
        }
    }

    fn pair_page(
        &self,
        visit: &Visit,
        (one, other): (region::Code, region::Code),
        notices: Vec<String>,
    ) -> PairPage {
        let (alignment, place) = (self.alignment(), self.place());
        let sides = self.speaks_of(one, other);
        let rows = rows(self, &[one, other]);
        let checks = Check::ALL.into_iter().filter_map(|check| {
            let outcomes: Vec<OutcomeLine> = sides
                .iter()
                .flat_map(|sides| alignment.of(check).filter(move |of| of.sides == *sides))
                .map(|outcome| self.outcome_line(outcome, &rows))
                .collect();
            let name = self.check(check);
            (!outcomes.is_empty()).then_some(CheckLine { key: check.key(), name, outcomes })
        });
        let heading = if one == other {
            align::name(one)
        } else {
            format!("{} – {}", align::name(one), align::name(other))
        };
        let mut tree = vec![one, other];
        tree.dedup();
        tree.retain(|region| *region != alignment.upper);
        let tree = tree.into_iter().map(|of| (paths::plans_of(place, of), align::name(of)));
        let address = paths::findings(place, one, other);
        PairPage {
            heading,
            back: paths::board(place),
            notices,
            checks: checks.collect(),
            tree: tree.collect(),
            silence: format!("{address}/sengaja"),
            reopen: format!("{address}/buka"),
            page: self.page(visit, "planning-pair-title"),
        }
    }
}

/// Where a finding stands on its page.
fn anchor(id: &str) -> String {
    format!("temuan-{}", id.get(..12).unwrap_or(id))
}

async fn looked(
    state: &AppState,
    visit: &Visit,
    (province, year, one, other): &Address,
) -> Result<(Looking, region::Code, region::Code), Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let looking = Looking::at(state, visit, &mut tx, (province, year)).await?;
    let upper = looking.alignment().upper;
    let (one, other) = (looking.region(one)?, looking.region(other)?);
    let bordering = looking.neighbours(one).contains(&other);
    if one != other && one != upper && other != upper && !bordering {
        return Err(Problem::NotFound);
    }
    Ok((looking, one.min(other), one.max(other)))
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(address): Path<Address>,
) -> Result<Response, Problem> {
    let (looking, one, other) = looked(&state, &visit, &address).await?;
    html(&looking.pair_page(&visit, (one, other), Vec::new()))
}

/// Writes down that a finding is meant so.
pub(super) async fn silence(
    State(state): State<AppState>,
    visit: Visit,
    Path(address): Path<Address>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let (looking, one, other) = looked(&state, &visit, &address).await?;
    let field = |name: &str| {
        pairs.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value.as_str())
    };
    let found = looking.alignment().outcomes.iter().flat_map(|of| &of.findings);
    let finding =
        found.into_iter().find(|of| of.id() == field("temuan")).ok_or(Problem::NotFound)?;
    let reason = clean(field("alasan"));
    let refused = match Silence::new(finding, &reason) {
        None => "planning-silence-no-reason",
        Some(_) if private::of_value(&reason).is_some() => "planning-silence-private",
        Some(silence) => {
            let mut tx = state.store.begin(state.clock).await?;
            let upper = looking.alignment().upper;
            register::silence(&mut tx, visit.actor(), upper, finding, &silence).await?;
            tx.commit().await?;
            return Ok(back(&looking, one, other, &finding.id()));
        }
    };
    let notices = vec![visit.words().say(refused)];
    let mut page = looking.pair_page(&visit, (one, other), notices);
    let outcomes = page.checks.iter_mut().flat_map(|of| &mut of.outcomes);
    let mut findings = outcomes.flat_map(|of| &mut of.findings);
    if let Some(line) = findings.find(|of| of.id == finding.id()) {
        line.typed = reason;
    }
    let page = html(&page)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Takes back that a finding is meant so.
pub(super) async fn reopen(
    State(state): State<AppState>,
    visit: Visit,
    Path(address): Path<Address>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let (looking, one, other) = looked(&state, &visit, &address).await?;
    let field = pairs.iter().find(|(name, _)| name == "temuan");
    let id = field.map(|(_, id)| id.clone()).ok_or(Problem::NotFound)?;
    let mut tx = state.store.begin(state.clock).await?;
    register::reopen(&mut tx, visit.actor(), looking.alignment().upper, &id).await?;
    tx.commit().await?;
    Ok(back(&looking, one, other, &id))
}

fn back(looking: &Looking, one: region::Code, other: region::Code, id: &str) -> Response {
    let place = paths::findings(looking.place(), one, other);
    Redirect::to(&format!("{place}#{}", anchor(id))).into_response()
}
