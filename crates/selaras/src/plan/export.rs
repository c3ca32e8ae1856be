//! Plans back as tables: in the layout of the file they came from, or in our own.

use super::decimal::{Decimal, Writing};
use super::document::{Document, Head};
use super::import::{PlanMapping, PlanRole, VERSION, When};
use super::period::{Precision, Span};
use super::row::{
    Arrangement, CalculationRule, Direction, Indicator, IndicatorStanding, MeasureKind, Money,
    MoneyKind, Origin, PrioritySet, Reading, Row, RowLevel, Tag, Value,
};
use crate::locale::{Language, Message, Words};
use crate::render::table::{Cell, Column, Kind, Table};
use crate::round::mapping::{ColumnMapping, Confidence, layout};
use crate::sheet;

/// The document as a table with the columns of `mapping`: its rows that came from `file`, in the
/// order of that file; all of them, in the order of the document, where none is named. Every line
/// beyond a row's first holds a further indicator or amount of it.
#[must_use]
pub fn table(
    document: &Document,
    mapping: &PlanMapping,
    file: Option<&str>,
    words: Words,
) -> Table {
    let head = &document.head;
    let kind = |column: &ColumnMapping<PlanRole>| match column.role {
        PlanRole::Money { .. } => Kind::Whole,
        PlanRole::Code { .. } | PlanRole::CodePart => Kind::Code,
        _ => Kind::Text,
    };
    let columns =
        mapping.columns.iter().zip(0_u32..).map(|(column, at)| {
            Column::new(&format!("c{at}"), column.header.clone(), kind(column))
        });
    let mut table = Table::new(words, title(head, &words), columns.collect());
    table.simulated = head.simulated;
    let line_of = |row: &Row| {
        let of_file = |of: &&super::row::Provenance| file.is_none_or(|file| of.file == file);
        row.sources.iter().find(of_file).map(|of| of.row)
    };
    let mut rows: Vec<(u64, usize)> = (0..document.rows.len())
        .filter_map(|at| {
            let line = document.rows.get(at).and_then(line_of);
            match file {
                Some(_) => line.map(|line| (line, at)),
                None => Some((0, at)),
            }
        })
        .collect();
    rows.sort_unstable();
    for (_, at) in rows {
        let Some(row) = document.rows.get(at) else { continue };
        for line in 0..lines(row, mapping, head) {
            let here = Here { document, at: at as u32, row, line, mapping, words: &words };
            let cells: Vec<Cell> = (0..mapping.columns.len()).map(|at| here.cell(at)).collect();
            if line == 0 || cells.iter().any(|cell| *cell != Cell::Empty) {
                table.push(cells);
            }
        }
    }
    table
}

fn title(head: &Head, words: &Words) -> String {
    let years = match head.years {
        (from, to) if from == to => from.to_string(),
        (from, to) => format!("{from}–{to}"),
    };
    let name = crate::region::get(head.region).map(|of| of.name.clone()).unwrap_or_default();
    words.tell(
        &Message::new("plan-title")
            .with("kind", head.kind.name())
            .with("stage", head.stage.name())
            .with("region", name)
            .with("years", years),
    )
}

/// Lines that a row takes: its indicators, or the sources of funds of one amount.
fn lines(row: &Row, mapping: &PlanMapping, head: &Head) -> usize {
    let money = mapping.columns.iter().filter_map(|column| match &column.role {
        PlanRole::Money { kind, when, .. } => Some(amounts(row, *kind, *when, head).count()),
        _ => None,
    });
    money.max().unwrap_or(0).max(row.indicators.len()).max(1)
}

fn amounts<'a>(
    row: &'a Row,
    kind: MoneyKind,
    when: When,
    head: &Head,
) -> impl Iterator<Item = &'a Money> + use<'a> {
    let wanted = (kind, when.year(head), when.quarter);
    row.money.iter().filter(move |of| (of.kind, of.year, of.quarter) == wanted)
}

/// A line of a row: its first, or one of those with further indicators and amounts.
struct Here<'a> {
    document: &'a Document,
    at: u32,
    row: &'a Row,
    line: usize,
    mapping: &'a PlanMapping,
    words: &'a Words,
}

impl Here<'_> {
    /// The cell in the column at `column`.
    fn cell(&self, column: usize) -> Cell {
        let Self { document, at, row, line, mapping, words } = *self;
        let Some(role) = mapping.columns.get(column).map(|of| &of.role) else { return Cell::Empty };
        let head = &document.head;
        let text = |text: &Option<String>| Cell::from(text.clone());
        let tags = |tags: &[Tag]| joined(tags.iter().map(|tag| tag.text.clone()));
        let indicator = row.indicators.get(line);
        let of_indicator = |part: fn(&Indicator) -> &Option<String>| {
            indicator.map_or(Cell::Empty, |indicator| text(part(indicator)))
        };
        match role {
            PlanRole::Money { kind, when, scale, fund } => {
                let by_fund = mapping.has_fund_columns();
                let wanted = |of: &&Money| {
                    !by_fund || of.fund.as_ref().map(|tag| &tag.text) == fund.as_ref()
                };
                let amount = amounts(row, *kind, *when, head).filter(wanted).nth(line);
                amount.map_or(Cell::Empty, |of| amount_cell(of, *scale, mapping.writing))
            }
            PlanRole::Fund => {
                let first = mapping.columns.iter().find_map(|column| match &column.role {
                    PlanRole::Money { kind, when, fund: None, .. } => Some((*kind, *when)),
                    _ => None,
                });
                let money = first.and_then(|(kind, when)| amounts(row, kind, when, head).nth(line));
                Cell::from(money.and_then(|of| of.fund.as_ref()).map(|tag| tag.text.clone()))
            }
            PlanRole::Indicator => {
                let text = indicator.map(|of| of.text.clone()).filter(|text| !text.is_empty());
                Cell::from(text)
            }
            PlanRole::Dictionary => of_indicator(|of| &of.dictionary),
            PlanRole::Definition => of_indicator(|of| &of.definition),
            PlanRole::Unit => of_indicator(|of| &of.unit),
            PlanRole::Direction => {
                said(indicator.and_then(|of| of.direction).map(direction_key), words)
            }
            PlanRole::Rule => said(indicator.and_then(|of| of.rule).map(rule_key), words),
            PlanRole::Standing => said(indicator.and_then(|of| standing_key(of.standing)), words),
            PlanRole::Measure { kind, when } => {
                let value =
                    indicator.and_then(|of| of.measure(*kind, when.year(head), when.quarter));
                value.map_or(Cell::Empty, |value| value_cell(value, mapping.writing))
            }
            PlanRole::Baseline { .. }
            | PlanRole::BaselineYear
            | PlanRole::BaselineSeries
            | PlanRole::BaselineVintage
            | PlanRole::BaselinePopulation => {
                let Some(baseline) = indicator.and_then(|of| of.baseline.as_ref()) else {
                    return Cell::Empty;
                };
                match role {
                    PlanRole::Baseline { .. } => value_cell(&baseline.value, mapping.writing),
                    PlanRole::BaselineYear => {
                        Cell::from(baseline.year.map(|year| year.to_string()))
                    }
                    PlanRole::BaselineSeries => text(&baseline.series),
                    PlanRole::BaselineVintage => text(&baseline.vintage),
                    _ => text(&baseline.population),
                }
            }
            _ if line > 0 => Cell::Empty,
            PlanRole::Code { level } => code_cell(document, at, row, *level),
            PlanRole::CodePart => code_part(row, column, mapping),
            PlanRole::CodeAndName { level } => match heading(document, at, row, *level) {
                Some(of) => {
                    let code = of.code.as_ref().map(|found| found.text.trim()).unwrap_or_default();
                    Cell::from(format!("{code} {}", of.name).trim().to_owned())
                }
                None => Cell::Empty,
            },
            PlanRole::Name { level } => {
                let of = heading(document, at, row, *level);
                Cell::from(of.map(|of| of.name.clone()).filter(|name| !name.is_empty()))
            }
            PlanRole::Level => said(Some(format!("plan-level-{}", row.level.key())), words),
            PlanRole::Region => Cell::from(head.region.to_string()),
            PlanRole::Agency => Cell::from(row.agency.clone().or_else(|| head.agency.clone())),
            PlanRole::Owner => text(&row.owner),
            PlanRole::Policy => text(&row.policy),
            PlanRole::Priority { set } => {
                let of_set = row.priorities.iter().filter(|of| of.set == *set);
                joined(of_set.map(|of| of.tag.text.clone()))
            }
            PlanRole::Arrangement => said(row.arrangement.map(arrangement_key), words),
            PlanRole::Place => joined(row.places.iter().map(|of| of.text.clone())),
            PlanRole::TargetGroup => tags(&row.target_groups),
            PlanRole::Time => joined(row.times.iter().map(span_text)),
            PlanRole::Start => Cell::from(row.times.first().map(|of| of.from.to_string())),
            PlanRole::End => Cell::from(row.times.first().map(|of| of.to.to_string())),
            PlanRole::Topic => tags(&row.topics),
            PlanRole::Outcome => Cell::from(row.outcome.as_ref().map(|tag| tag.text.clone())),
            PlanRole::MinimumService => {
                Cell::from(row.minimum_service.as_ref().map(|tag| tag.text.clone()))
            }
            PlanRole::Origin => said(row.origin.map(origin_key), words),
            PlanRole::Proposals => joined(row.proposals.iter().cloned()),
            PlanRole::Agreements => joined(row.agreements.iter().cloned()),
            PlanRole::JointActivity => text(&row.joint_activity),
            PlanRole::Years => Cell::from(row.years.map(|(from, to)| format!("{from}-{to}"))),
            PlanRole::CutReference => text(&row.cut_reference),
            PlanRole::Remark => text(&row.remark),
            PlanRole::Ignored | PlanRole::Private { .. } | PlanRole::Undecided => Cell::Empty,
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> Cell {
    let text = parts.collect::<Vec<_>>().join("; ");
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}

fn said(key: Option<String>, words: &Words) -> Cell {
    Cell::from(key.map(|key| words.say(&key)))
}

/// A speaker who writes numbers so.
fn writer(writing: Writing) -> Words {
    Words::new(match writing {
        Writing::Indonesian => Language::Id,
        Writing::English => Language::En,
    })
}

/// An amount in units of `scale`. What has more digits than spreadsheets trust is a text.
fn amount_cell(money: &Money, scale: u32, writing: Writing) -> Cell {
    const TRUSTED: i64 = 1_000_000_000_000_000;
    let amount = money.amount.get();
    let scale = i64::from(scale.max(1));
    if amount % scale == 0 && amount.abs() < TRUSTED {
        return Cell::Whole(amount / scale);
    }
    let decimals = u8::try_from(scale.ilog10()).unwrap_or_default();
    let exact = Decimal::new(amount, decimals).map(|of| of.shown(&writer(writing)));
    Cell::Text(exact.unwrap_or_default())
}

/// A target as its text, where that is read back as what it says; digits as a number.
fn value_cell(value: &Value, writing: Writing) -> Cell {
    let reads = Value::read(&value.text, writing);
    match value.reading {
        Reading::Number(number) if number.decimals() == 0 && value.text == number.to_string() => {
            Cell::Whole(number.units())
        }
        Reading::Number(number) if reads.number() != Some(number) => {
            Cell::Text(number.shown(&writer(writing)))
        }
        _ => Cell::Text(value.text.clone()),
    }
}

/// The row itself, or the row above it whose level has a column of its own.
fn heading<'a>(
    document: &'a Document,
    at: u32,
    row: &'a Row,
    level: Option<RowLevel>,
) -> Option<&'a Row> {
    match level {
        None => Some(row),
        Some(level) => document.upward(at).find(|of| of.level == level),
    }
}

fn code_cell(
    document: &Document,
    at: u32,
    row: &Row,
    level: Option<super::code::CodeLevel>,
) -> Cell {
    let of = heading(document, at, row, level.map(RowLevel::from));
    Cell::from(of.and_then(|of| of.code.as_ref()).map(|found| found.text.trim().to_owned()))
}

/// The part of a code that is split over columns: a segment each, the two of a kegiatan together
/// where there are fewer than six columns.
fn code_part(row: &Row, column: usize, mapping: &PlanMapping) -> Cell {
    let is_part = |column: &&ColumnMapping<PlanRole>| column.role == PlanRole::CodePart;
    let all = mapping.columns.iter().filter(is_part).count();
    let before = mapping.columns.iter().take(column).filter(is_part).count();
    let text = row.code().map(|code| code.to_string()).unwrap_or_default();
    let mut segments: Vec<String> = text.split('.').map(str::to_owned).collect();
    if all < 6 && segments.len() > 4 {
        let activity = segments.remove(4);
        if let Some(side) = segments.get_mut(3) {
            side.push('.');
            side.push_str(&activity);
        }
    }
    Cell::from(segments.get(before).filter(|part| !part.is_empty()).cloned())
}

/// Our own layout for `document`: every part of a row that some row has, each source of funds in a
/// column of its own, so that what is exported is read back as it was.
#[must_use]
pub fn own_layout(document: &Document, words: Words) -> PlanMapping {
    let rows = &document.rows;
    let mut columns: Vec<ColumnMapping<PlanRole>> = Vec::new();
    let mut add = |header: String, role: PlanRole| {
        let reason = Message::new("plan-because-header");
        columns.push(ColumnMapping { header, role, confidence: Confidence::Sure, reason });
    };
    let any = |has: &dyn Fn(&Row) -> bool| rows.iter().any(has);
    let said = |key: &str| words.say(&format!("plan-column-{key}"));
    add(said("level"), PlanRole::Level);
    add(said("code"), PlanRole::Code { level: None });
    add(said("name"), PlanRole::Name { level: None });
    let in_indicators =
        |has: fn(&Indicator) -> bool| rows.iter().flat_map(|row| &row.indicators).any(has);
    let baseline = in_indicators(|of| of.baseline.is_some());
    for (key, role, there) in [
        ("agency", PlanRole::Agency, any(&|row| row.agency.is_some())),
        ("owner", PlanRole::Owner, any(&|row| row.owner.is_some())),
        ("policy", PlanRole::Policy, any(&|row| row.policy.is_some())),
        ("indicator", PlanRole::Indicator, in_indicators(|of| !of.text.is_empty())),
        ("dictionary", PlanRole::Dictionary, in_indicators(|of| of.dictionary.is_some())),
        ("definition", PlanRole::Definition, in_indicators(|of| of.definition.is_some())),
        ("unit", PlanRole::Unit, in_indicators(|of| of.unit.is_some())),
        ("direction", PlanRole::Direction, in_indicators(|of| of.direction.is_some())),
        ("rule", PlanRole::Rule, in_indicators(|of| of.rule.is_some())),
        (
            "standing",
            PlanRole::Standing,
            in_indicators(|of| of.standing != IndicatorStanding::Office),
        ),
        ("baseline", PlanRole::Baseline { year: None }, baseline),
        ("baseline-year", PlanRole::BaselineYear, baseline),
        ("baseline-series", PlanRole::BaselineSeries, baseline),
        ("baseline-vintage", PlanRole::BaselineVintage, baseline),
        ("baseline-population", PlanRole::BaselinePopulation, baseline),
        ("place", PlanRole::Place, any(&|row| !row.places.is_empty())),
        ("target-group", PlanRole::TargetGroup, any(&|row| !row.target_groups.is_empty())),
        ("time", PlanRole::Time, any(&|row| !row.times.is_empty())),
        ("topic", PlanRole::Topic, any(&|row| !row.topics.is_empty())),
        ("outcome", PlanRole::Outcome, any(&|row| row.outcome.is_some())),
        ("minimum-service", PlanRole::MinimumService, any(&|row| row.minimum_service.is_some())),
        ("arrangement", PlanRole::Arrangement, any(&|row| row.arrangement.is_some())),
        ("origin", PlanRole::Origin, any(&|row| row.origin.is_some())),
        ("proposals", PlanRole::Proposals, any(&|row| !row.proposals.is_empty())),
        ("agreements", PlanRole::Agreements, any(&|row| !row.agreements.is_empty())),
        ("joint-activity", PlanRole::JointActivity, any(&|row| row.joint_activity.is_some())),
        ("years", PlanRole::Years, any(&|row| row.years.is_some())),
        ("cut-reference", PlanRole::CutReference, any(&|row| row.cut_reference.is_some())),
        ("remark", PlanRole::Remark, any(&|row| row.remark.is_some())),
    ] {
        if there {
            add(said(key), role);
        }
    }
    for (set, key) in [
        (PrioritySet::National, "national"),
        (PrioritySet::Provincial, "provincial"),
        (PrioritySet::Regional, "regional"),
        (PrioritySet::AstaCita, "asta-cita"),
        (PrioritySet::Mandate, "mandate"),
    ] {
        if any(&|row| row.priorities.iter().any(|of| of.set == set)) {
            add(said(key), PlanRole::Priority { set });
        }
    }
    let when = |year: i16, quarter| When { year: Some(year), offset: 0, quarter };
    let of_when = |head: String, year: i16, quarter: Option<u8>| match quarter {
        Some(quarter) => format!("{head} {year} TW{quarter}"),
        None => format!("{head} {year}"),
    };
    let measures: std::collections::BTreeSet<_> = rows
        .iter()
        .flat_map(|row| &row.indicators)
        .flat_map(|indicator| &indicator.measures)
        .map(|of| (of.kind, of.year, of.quarter))
        .collect();
    for (kind, year, quarter) in measures {
        let head = said(match kind {
            MeasureKind::Target => "target",
            MeasureKind::Realised => "realised",
        });
        let role = PlanRole::Measure { kind, when: when(year, quarter) };
        add(of_when(head, year, quarter), role);
    }
    let money: std::collections::BTreeSet<_> = rows
        .iter()
        .flat_map(|row| &row.money)
        .map(|of| (of.kind, of.year, of.quarter, of.fund.as_ref().map(|tag| tag.text.clone())))
        .collect();
    for (kind, year, quarter, fund) in money {
        let head = said(match kind {
            MoneyKind::Budget => "budget",
            MoneyKind::Ceiling => "ceiling",
            MoneyKind::Forward => "forward",
            MoneyKind::Realised => "realised-money",
        });
        let head = of_when(head, year, quarter);
        let head = match &fund {
            Some(fund) => format!("{head} / {} {fund}", said("of-fund")),
            None => head,
        };
        add(head, PlanRole::Money { kind, when: when(year, quarter), scale: 1, fund });
    }
    let of_layout = |(column, index): (&ColumnMapping<PlanRole>, u32)| sheet::Column {
        index,
        header: column.header.clone(),
    };
    let headers: Vec<sheet::Column> = columns.iter().zip(0..).map(of_layout).collect();
    PlanMapping {
        version: VERSION,
        layout: layout(&headers),
        writing: Writing::Indonesian,
        columns,
    }
}

fn span_text(span: &Span) -> String {
    match span.precision {
        Precision::Months => {
            format!("{}-{} {}", span.from.month(), span.to.month(), span.from.year())
        }
        Precision::Days => format!("{} - {}", span.from, span.to),
    }
}

pub(super) fn direction_key(direction: Direction) -> String {
    let key = match direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::Band => "band",
        Direction::None => "none",
    };
    format!("plan-direction-{key}")
}

pub(super) fn rule_key(rule: CalculationRule) -> String {
    let key = match rule {
        CalculationRule::Cumulative => "cumulative",
        CalculationRule::Falling => "falling",
        CalculationRule::Percentage => "percentage",
        CalculationRule::EndValue => "end-value",
    };
    format!("plan-rule-{key}")
}

pub(super) fn arrangement_key(arrangement: Arrangement) -> String {
    let key = match arrangement {
        Arrangement::AssistanceTask => "assistance-task",
        Arrangement::Deconcentration => "deconcentration",
        Arrangement::FinancialAid => "financial-aid",
    };
    format!("plan-arrangement-{key}")
}

pub(super) fn origin_key(origin: Origin) -> String {
    let key = match origin {
        Origin::Mandate => "mandate",
        Origin::Head => "head",
        Origin::Consultation => "consultation",
        Origin::Council => "council",
    };
    format!("plan-origin-{key}")
}

pub(super) fn standing_key(standing: IndicatorStanding) -> Option<String> {
    let key = match standing {
        IndicatorStanding::Office => return None,
        IndicatorStanding::Decree => "decree",
        IndicatorStanding::Example => "example",
    };
    Some(format!("plan-standing-{key}"))
}

#[cfg(test)]
mod tests;
