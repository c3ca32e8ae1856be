//! What changed between two versions of a plan, row by row and field by field.

use std::collections::{BTreeMap, HashMap};

use super::code::Code;
use super::document::Version;
use super::row::{Indicator, MoneyKind, Row, RowKey};
use crate::locale::Message;

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

/// One part of a row before and after, as text; empty where there was or is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which part.
    pub field: Field,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// A row that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// Position in the version before; none for a row that is new.
    pub before: Option<u32>,
    /// Position in the version after; none for a row that is gone.
    pub after: Option<u32>,
    /// What changed; empty for rows that are new or gone.
    pub fields: Vec<FieldChange>,
}

/// The changes from one version to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
            parts.entry(field).or_default().1 = text.0;
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
fn parts(row: &Row, above: String) -> BTreeMap<Field, (String, String)> {
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
    let bare = |indicator: &Indicator| {
        let said = Indicator { measures: Vec::new(), ..indicator.clone() };
        serde_json::to_string(&said).unwrap_or_default()
    };
    let tags = |tags: &[super::row::Tag]| several(tags.iter().map(|tag| tag.text.clone()));
    let other = (
        &row.minimum_service,
        row.origin,
        &row.proposals,
        &row.agreements,
        &row.joint_activity,
        row.years,
        &row.cut_reference,
        &row.remark,
    );
    let nothing = other == (&None, None, &Vec::new(), &Vec::new(), &None, None, &None, &None);
    let texts = [
        (Field::Code, row.code().map(|code| code.to_string()).unwrap_or_default()),
        (Field::Name, row.name.clone()),
        (Field::Parent, above),
        (Field::Agency, row.agency.clone().unwrap_or_default()),
        (Field::Owner, row.owner.clone().unwrap_or_default()),
        (Field::Policy, row.policy.clone().unwrap_or_default()),
        (Field::Priorities, several(row.priorities.iter().map(|of| of.tag.text.clone()))),
        (Field::Indicators, several(row.indicators.iter().map(bare))),
        (Field::Targets, measures(super::row::MeasureKind::Target)),
        (Field::Realised, measures(super::row::MeasureKind::Realised)),
        (Field::Budget, money(MoneyKind::Budget)),
        (Field::Ceiling, money(MoneyKind::Ceiling)),
        (Field::Forward, money(MoneyKind::Forward)),
        (Field::RealisedMoney, money(MoneyKind::Realised)),
        (Field::Arrangement, row.arrangement.map(|of| format!("{of:?}")).unwrap_or_default()),
        (Field::Places, several(row.places.iter().map(|of| of.text.clone()))),
        (Field::TargetGroups, tags(&row.target_groups)),
        (Field::Times, several(row.times.iter().map(|of| format!("{}–{}", of.from, of.to)))),
        (Field::Topics, tags(&row.topics)),
        (Field::Outcome, row.outcome.as_ref().map(|of| of.text.clone()).unwrap_or_default()),
        (
            Field::Other,
            if nothing { String::new() } else { serde_json::to_string(&other).unwrap_or_default() },
        ),
    ];
    let said = texts.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(field, text)| (field, (text, String::new()))).collect()
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
        assert_eq!((budget.before.as_str(), budget.after.as_str()), ("2026 Rp10", "2026 Rp15"));
        assert_eq!(red_line(&before, &before, &Renamed::new()).unchanged, 2);
    }
}
