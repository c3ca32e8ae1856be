//! What changed between two versions of a plan, row by row and field by field.

use std::collections::{BTreeMap, HashMap};

use super::code::Code;
use super::document::Version;
use super::export::{arrangement_key, direction_key, origin_key, rule_key, standing_key};
use super::row::{Indicator, MoneyKind, Row, RowKey};
use crate::locale::{Message, Value};

/// Parts of a row that a red-line tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Code, where a row was renamed.
    Code,
    /// Name.
    Name,
    /// Row above.
    Parent,
    /// Perangkat daerah.
    Agency,
    /// Who answers for it.
    Owner,
    /// Policy.
    Policy,
    /// Priorities.
    Priorities,
    /// Indicators with definition, unit, direction, rule and baseline.
    Indicators,
    /// Targets.
    Targets,
    /// What was reached.
    Realised,
    /// Budget, by year and source of funds.
    Budget,
    /// Ceiling.
    Ceiling,
    /// Forward estimate.
    Forward,
    /// Realised money.
    RealisedMoney,
    /// Arrangement.
    Arrangement,
    /// Places.
    Places,
    /// Target groups.
    TargetGroups,
    /// When it is done.
    Times,
    /// Topics.
    Topics,
    /// Intended outcome.
    Outcome,
    /// Everything else: minimum service, origin, proposals, agreements, remarks.
    Other,
}

impl Field {
    /// The name of the field.
    #[must_use]
    pub fn name(self) -> Message {
        let key = match self {
            Self::Code => "code",
            Self::Name => "name",
            Self::Parent => "parent",
            Self::Agency => "agency",
            Self::Owner => "owner",
            Self::Policy => "policy",
            Self::Priorities => "priorities",
            Self::Indicators => "indicators",
            Self::Targets => "targets",
            Self::Realised => "realised",
            Self::Budget => "budget",
            Self::Ceiling => "ceiling",
            Self::Forward => "forward",
            Self::RealisedMoney => "realised-money",
            Self::Arrangement => "arrangement",
            Self::Places => "places",
            Self::TargetGroups => "target-groups",
            Self::Times => "times",
            Self::Topics => "topics",
            Self::Outcome => "outcome",
            Self::Other => "other",
        };
        Message::new(&format!("plan-field-{key}"))
    }
}

/// One part of a row before and after; empty where there was or is nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// Which part.
    pub field: Field,
    /// Before.
    pub before: Value,
    /// After.
    pub after: Value,
}

/// A row that is not what it was.
#[derive(Clone, Debug, PartialEq)]
pub struct RowChange {
    /// Position in the version before; none for a row that is new.
    pub before: Option<u32>,
    /// Position in the version after; none for a row that is gone.
    pub after: Option<u32>,
    /// What changed; empty for rows that are new or gone.
    pub fields: Vec<FieldChange>,
}

/// The changes from one version to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RedLine {
    /// Rows changed, new or gone: in the order of the version after, those gone at the end.
    pub changes: Vec<RowChange>,
    /// Rows that are what they were.
    pub unchanged: usize,
}

/// Codes that were renamed: the code before, the code after.
pub type Renamed = BTreeMap<Code, Code>;

/// Compares two versions. Rows are the same by [`RowKey`]; `renamed` says which codes go on under
/// another one.
#[must_use]
pub fn red_line(before: &Version, after: &Version, renamed: &Renamed) -> RedLine {
    let old_keys: Vec<RowKey> = before.document().keys();
    let mut known: HashMap<RowKey, u32> = HashMap::with_capacity(old_keys.len());
    for (mut key, at) in old_keys.into_iter().zip(0..) {
        if let Some(code) = key.code.and_then(|code| renamed.get(&code)) {
            key.code = Some(*code);
        }
        known.insert(key, at);
    }
    let mut line = RedLine::default();
    let mut found = vec![false; before.rows().len()];
    for (key, at) in after.document().keys().into_iter().zip(0_u32..) {
        let Some(row) = after.rows().get(at as usize) else { continue };
        let old = known.get(&key).copied();
        let Some((old_at, old)) = old.and_then(|at| Some((at, before.rows().get(at as usize)?)))
        else {
            line.changes.push(RowChange { before: None, after: Some(at), fields: Vec::new() });
            continue;
        };
        if let Some(found) = found.get_mut(old_at as usize) {
            *found = true;
        }
        let above = |version: &Version, row: &Row| {
            let parent = row.parent.and_then(|at| version.rows().get(at as usize));
            parent.map(label).unwrap_or_default()
        };
        let mut parts = parts(old, above(before, old));
        for (field, text) in self::parts(row, above(after, row)) {
            parts.entry(field).or_insert_with(|| (nothing(), nothing())).1 = text.0;
        }
        let fields: Vec<FieldChange> = parts
            .into_iter()
            .filter(|(_, (before, after))| before != after)
            .map(|(field, (before, after))| FieldChange { field, before, after })
            .collect();
        if fields.is_empty() {
            line.unchanged += 1;
        } else {
            line.changes.push(RowChange { before: Some(old_at), after: Some(at), fields });
        }
    }
    let gone = found.iter().zip(0_u32..).filter(|(found, _)| !**found);
    let gone = gone.map(|(_, at)| RowChange { before: Some(at), after: None, fields: Vec::new() });
    line.changes.extend(gone);
    line
}

/// How a row is called in one line: its code in normal form and its name.
#[must_use]
pub fn label(row: &Row) -> String {
    match row.code() {
        Some(code) => format!("{code} {}", row.name),
        None => row.name.clone(),
    }
}

fn several(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join("; ")
}

/// The parts of a row as text, those with nothing in them left out.
fn parts(row: &Row, above: String) -> BTreeMap<Field, (Value, Value)> {
    let money = |kind| {
        several(row.money.iter().filter(|of| of.kind == kind).map(|of| {
            let quarter = of.quarter.map(|of| format!(" TW{of}")).unwrap_or_default();
            let fund = of.fund.as_ref().map(|of| format!(" {}", of.text)).unwrap_or_default();
            format!("{}{quarter}{fund} {}", of.year, of.amount)
        }))
    };
    let measures = |kind| {
        several(row.indicators.iter().flat_map(|indicator| {
            indicator.measures.iter().filter(move |of| of.kind == kind).map(|of| {
                let quarter = of.quarter.map(|of| format!(" TW{of}")).unwrap_or_default();
                let unit = indicator.unit.as_deref().unwrap_or_default();
                format!("{} {}{quarter} {} {unit}", indicator.text, of.year, of.value.text)
            })
        }))
    };
    let tags = |tags: &[super::row::Tag]| several(tags.iter().map(|tag| tag.text.clone()));
    let texts = [
        (Field::Code, row.code().map(|code| code.to_string()).unwrap_or_default()),
        (Field::Name, row.name.clone()),
        (Field::Parent, above),
        (Field::Agency, row.agency.clone().unwrap_or_default()),
        (Field::Owner, row.owner.clone().unwrap_or_default()),
        (Field::Policy, row.policy.clone().unwrap_or_default()),
        (Field::Priorities, several(row.priorities.iter().map(|of| of.tag.text.clone()))),
        (Field::Targets, measures(super::row::MeasureKind::Target)),
        (Field::Realised, measures(super::row::MeasureKind::Realised)),
        (Field::Budget, money(MoneyKind::Budget)),
        (Field::Ceiling, money(MoneyKind::Ceiling)),
        (Field::Forward, money(MoneyKind::Forward)),
        (Field::RealisedMoney, money(MoneyKind::Realised)),
        (Field::Places, several(row.places.iter().map(|of| of.text.clone()))),
        (Field::TargetGroups, tags(&row.target_groups)),
        (Field::Times, several(row.times.iter().map(|of| format!("{}–{}", of.from, of.to)))),
        (Field::Topics, tags(&row.topics)),
        (Field::Outcome, row.outcome.as_ref().map(|of| of.text.clone()).unwrap_or_default()),
    ];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    let texts = texts.map(|(field, text)| (field, Value::Text(text)));
    let indicators = row.indicators.iter().flat_map(bare).collect();
    let arrangement = row.arrangement.map(|of| said(arrangement_key(of)));
    let values = [
        (Field::Indicators, list(indicators)),
        (Field::Arrangement, list(arrangement.into_iter().collect())),
        (Field::Other, list(other(row))),
    ];
    let values = values.into_iter().filter_map(|(field, value)| Some((field, value?)));
    texts.chain(values).map(|(field, value)| (field, (value, nothing()))).collect()
}

fn nothing() -> Value {
    Value::Text(String::new())
}

fn said(key: String) -> Value {
    Message { key, values: Vec::new() }.into()
}

/// Values one behind the other; none for none.
fn list(values: Vec<Value>) -> Option<Value> {
    let mut values = values.into_iter().rev();
    let last = values.next()?;
    Some(values.fold(last, |rest, first| {
        Message::new("plan-change-list").with("first", first).with("rest", rest).into()
    }))
}

/// What an indicator says besides its targets.
fn bare(of: &Indicator) -> Vec<Value> {
    let mut values = vec![Value::from(of.text.as_str())];
    let texts = [&of.dictionary, &of.definition, &of.unit];
    values.extend(texts.into_iter().flatten().map(|text| text.as_str().into()));
    let keys = [of.direction.map(direction_key), of.rule.map(rule_key), standing_key(of.standing)];
    values.extend(keys.into_iter().flatten().map(said));
    if let Some(baseline) = &of.baseline {
        values.push(baseline.value.text.as_str().into());
        values.extend(baseline.year.map(|year| year.to_string().into()));
        let texts = [&baseline.series, &baseline.vintage, &baseline.population];
        values.extend(texts.into_iter().flatten().map(|text| text.as_str().into()));
    }
    values
}

/// What has no part of its own.
fn other(row: &Row) -> Vec<Value> {
    let service = row.minimum_service.as_ref().map(|tag| tag.text.clone());
    let years = row.years.map(|(from, to)| format!("{from}–{to}"));
    let texts = [service, row.joint_activity.clone(), years];
    let texts = texts.into_iter().flatten().chain(row.proposals.clone());
    let texts = texts.chain(row.agreements.clone());
    let texts = texts.chain(row.cut_reference.clone()).chain(row.remark.clone());
    row.origin.map(|of| said(origin_key(of))).into_iter().chain(texts.map(Value::Text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::row::{Money, RowLevel};
    use crate::plan::{Document, DocumentKind, FoundCode, Head, Rupiah, Stage};

    fn version(rows: &[(&str, i64)]) -> Version {
        let head = Head {
            kind: DocumentKind::AgencyWorkPlan,
            stage: Stage::Final,
            revision: 0,
            region: "61".parse().unwrap(),
            agency: None,
            years: (2026, 2026),
            decree: None,
            outcome: None,
            simulated: true,
        };
        let row = |(code, amount): &(&str, i64)| {
            let mut row = Row::new(RowLevel::SubActivity, "Nama");
            row.code = Some(FoundCode::read(code).unwrap());
            let (kind, amount) = (MoneyKind::Budget, Rupiah::new(*amount));
            row.money.push(Money { kind, year: 2026, quarter: None, fund: None, amount });
            row
        };
        Document { head, rows: rows.iter().map(row).collect() }.freeze()
    }

    #[test]
    fn changed_new_and_gone_rows_are_told_and_renamed_ones_go_on() {
        let (a, b, c) = ("8.01.06.2.01.0001", "8.01.06.2.01.0002", "8.01.06.2.01.0003");
        let before = version(&[(a, 10), (b, 20)]);
        let line = red_line(&before, &version(&[(a, 10), (c, 20)]), &Renamed::new());
        assert_eq!(line.unchanged, 1);
        let ends: Vec<_> = line.changes.iter().map(|of| (of.before, of.after)).collect();
        assert_eq!(ends, [(None, Some(1)), (Some(1), None)]);
        let renamed: Renamed = [(b.parse().unwrap(), c.parse().unwrap())].into();
        let line = red_line(&before, &version(&[(a, 15), (c, 20)]), &renamed);
        let fields: Vec<Vec<Field>> = line
            .changes
            .iter()
            .map(|of| of.fields.iter().map(|field| field.field).collect())
            .collect();
        assert_eq!(fields, [vec![Field::Budget], vec![Field::Code]]);
        let budget = &line.changes[0].fields[0];
        assert_eq!((&budget.before, &budget.after), (&"2026 Rp10".into(), &"2026 Rp15".into()));
        assert_eq!(red_line(&before, &before, &Renamed::new()).unchanged, 2);
    }
}
