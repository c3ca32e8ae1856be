//! Check 9, drift between frozen documents: what an earlier one says and the next one says otherwise.
//!
//! Rows are matched by code, codes that go on under another name through the table of renamed codes.
//! What the next document says more closely is no drift: a place inside the earlier one, a row below
//! it. A cut that was ordered needs only its reference.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Cited, Source};
use super::government::{At, Government, keys};
use super::report::{Lack, Missing, Report};
use super::{Check, Context, Outcome};
use crate::locale::{Message, Value, first_of};
use crate::plan::redline::label;
use crate::plan::{Code, CodeLevel, Indicator, Row, RowKey, RowLevel, Rupiah, Version};
use crate::region;
use crate::sheet::private::words;

pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Drift, of, context);
    for (number, after) in of.documents() {
        match before(after, of, context) {
            Some(before) => compare(&mut report, of, before, (number, after), context),
            None => {
                let name = context.previous.map_or("", |_| after.head().kind.key());
                report.missing(Missing::input(Lack::Previous, Some(of.region()), name));
            }
        }
    }
    agreements(&mut report, of, context);
    report.done()
}

/// The nearest earlier document of the same office, or of the whole region.
fn before<'a>(after: &Version, of: &Government<'_>, context: &Context<'a>) -> Option<&'a Version> {
    let order = |of: &Version| (of.head().kind, of.head().stage, of.head().revision);
    let office = |of: &Version| of.head().agency.as_deref().map(words);
    let earlier = context.previous?.iter().copied().filter(|before| {
        before.head().region == of.region()
            && before.head().covers(of.year())
            && order(before) < order(after)
            && (office(before).is_none() || office(before) == office(after))
    });
    earlier.max_by_key(|of| (order(of), of.hash().to_owned()))
}

/// A row with the version it stands in.
struct Old<'a> {
    version: &'a Version,
    row: &'a Row,
    key: RowKey,
}

impl Old<'_> {
    fn cite(&self) -> Cited {
        let head = self.version.head();
        Cited {
            region: head.region,
            source: Source::Previous(head.kind),
            key: self.key.clone(),
            label: label(self.row),
            digest: self.row.digest(),
        }
    }
}

/// What a document says at all: what it says nowhere, a row cannot have lost.
struct Says {
    indicators: bool,
    targets: bool,
    places: bool,
    money: bool,
    levels: BTreeSet<RowLevel>,
    fields: BTreeSet<Code>,
    agencies: bool,
}

impl Says {
    fn of(version: &Version, keys: &[RowKey], year: i16) -> Self {
        let rows = || version.rows().iter();
        let fields = rows().filter_map(|row| row.code()?.at(CodeLevel::AffairField));
        Self {
            indicators: rows().any(|row| !row.indicators.is_empty()),
            targets: rows().any(|row| row.has_target(year)),
            places: rows().any(|row| row.places.iter().any(|place| place.region.is_some())),
            money: rows().any(|row| row.budget(year).is_some()),
            levels: rows().map(|row| row.level).collect(),
            fields: fields.collect(),
            agencies: keys.iter().any(|key| !key.agency.is_empty()),
        }
    }
}

fn compare(
    report: &mut Report<'_>,
    of: &Government<'_>,
    before: &Version,
    (number, after): (u32, &Version),
    context: &Context<'_>,
) {
    let year = of.year();
    let renamed = context.rules.renamed(year);
    let (old_keys, new_keys) = (keys(before.document()), keys(after.document()));
    let (old_says, says) = (Says::of(before, &old_keys, year), Says::of(after, &new_keys, year));
    let agencies = old_says.agencies && says.agencies;
    let matched = |key: &RowKey| {
        let agency = if agencies { key.agency.clone() } else { String::new() };
        RowKey { agency, name: context.rules.plain(&key.name), ..key.clone() }
    };
    let mut known: BTreeMap<RowKey, Vec<(At, &Row)>> = BTreeMap::new();
    for (key, (at, row)) in new_keys.iter().zip(Government::rows_of(number, after)) {
        known.entry(matched(key)).or_default().push((at, row));
    }
    let one_office = after.head().agency.as_deref().map(words);
    for (key, row) in old_keys.into_iter().zip(before.rows()) {
        let old = Old { version: before, row, key };
        let others = agencies && one_office.as_ref().is_some_and(|own| *own != old.key.agency);
        let field = row.code().and_then(|code| code.at(CodeLevel::AffairField));
        let elsewhere = !agencies
            && one_office.is_some()
            && field.is_some_and(|field| !field_is_known(field, &says, &renamed));
        if others || elsewhere {
            continue;
        }
        let mut wanted = matched(&old.key);
        if let Some(code) = wanted.code.and_then(|code| renamed.get(&code)) {
            wanted.code = Some(*code);
        }
        match known.get(&wanted).map(Vec::as_slice) {
            Some([(at, new)]) => pair(report, of, &old, (*at, new), &says, context),
            // Several offices carry the code and the documents do not tell them apart.
            Some(_) => {}
            None => gone(report, of, &old, &says),
        }
    }
}

fn field_is_known(field: Code, says: &Says, renamed: &BTreeMap<Code, Code>) -> bool {
    let goes_on = |(before, after): (&Code, &Code)| {
        field.contains(before)
            && after.at(CodeLevel::AffairField).is_some_and(|of| says.fields.contains(&of))
    };
    says.fields.contains(&field) || renamed.iter().any(goes_on)
}

/// A row that the next document does not have, where that document speaks of such rows.
fn gone(report: &mut Report<'_>, of: &Government<'_>, old: &Old<'_>, says: &Says) {
    let idle = old.row.budget(of.year()).is_some_and(Rupiah::is_zero);
    let rests = old.row.years.is_some_and(|(from, to)| from < to)
        && old.row.budget(of.year()).is_none_or(Rupiah::is_zero);
    if !says.levels.contains(&old.row.level) || idle || rests {
        return;
    }
    report.find("drift-deleted", None, "", vec![old.cite()], |message| {
        message.with("region", of.name()).with("row", label(old.row))
    });
}

fn pair(
    report: &mut Report<'_>,
    of: &Government<'_>,
    old: &Old<'_>,
    (at, new): (At, &Row),
    says: &Says,
    context: &Context<'_>,
) {
    let year = of.year();
    let mut differs = |rule: &str, about: &str, before: Value, after: Value| {
        let rows = of.cite(at).into_iter().chain([old.cite()]).collect();
        report.find(rule, None, about, rows, |message| {
            message
                .with("region", of.name())
                .with("row", label(new))
                .with("before", before.clone())
                .with("after", after.clone())
        });
    };
    let plain = |text: &str| context.rules.plain(text);
    if plain(&old.row.name) != plain(&new.name) && old.row.code() == new.code() {
        differs("drift-text", "", old.row.name.as_str().into(), new.name.as_str().into());
    }
    let ordered = new.cut_reference.is_some();
    let (paid, now) = (old.row.budget(year), new.budget(year));
    let cut = paid.zip(now).is_some_and(|(paid, now)| now < paid);
    let excused = ordered && cut;
    if let Some(paid) = paid.filter(|_| says.money) {
        let now = now.unwrap_or_default();
        let moved = now.differs_by_more_than(context.rules.drift_percent(), paid);
        if moved && !(ordered && now < paid) {
            differs("drift-money", "", paid.to_string().into(), now.to_string().into());
        }
    }
    let same = |a: &Indicator, b: &Indicator| {
        a.dictionary.is_some() && a.dictionary == b.dictionary || plain(&a.text) == plain(&b.text)
    };
    for indicator in &old.row.indicators {
        let nothing = || Value::from(Message::new("check-drift-nothing"));
        let Some(now) = new.indicators.iter().find(|of| same(of, indicator)) else {
            if says.indicators {
                let texts: Vec<&str> = new.indicators.iter().map(|of| of.text.as_str()).collect();
                let after = if texts.is_empty() { nothing() } else { first_of(&texts, 2) };
                differs("drift-indicator", &indicator.text, indicator.text.as_str().into(), after);
            }
            continue;
        };
        let Some(aimed) = indicator.target(year).filter(|_| says.targets && !excused) else {
            continue;
        };
        let target = now.target(year);
        let kept = target.is_some_and(|target| match (aimed.number(), target.number()) {
            (Some(aimed), Some(target)) => aimed.compare(target).is_eq(),
            _ => aimed.reading == target.reading && plain(&aimed.text) == plain(&target.text),
        });
        if !kept {
            let after = target.map_or_else(nothing, |target| target.text.as_str().into());
            differs("drift-target", &indicator.text, aimed.text.as_str().into(), after);
        }
    }
    places(old.row, new, says, |before, after| differs("drift-place", "", before, after));
}

/// A place outside of the earlier ones, or an earlier one in which nothing is left.
fn places(old: &Row, new: &Row, says: &Says, mut differs: impl FnMut(Value, Value)) {
    let of = |row: &Row| -> Vec<region::Code> {
        row.places.iter().filter_map(|place| place.region).collect()
    };
    let (before, after) = (of(old), of(new));
    if before.is_empty() || after.is_empty() || !says.places {
        return;
    }
    let outside = |place: &region::Code| !before.iter().any(|of| of.contains(place));
    let left = |place: &region::Code| !after.iter().any(|of| place.contains(of));
    if after.iter().any(outside) || before.iter().any(left) {
        let texts = |row: &Row| {
            let texts: Vec<&str> = row.places.iter().map(|place| place.text.as_str()).collect();
            first_of(&texts, 3)
        };
        differs(texts(old), texts(new));
    }
}

/// Agreements of meetings that the plan of their year is to carry.
fn agreements(report: &mut Report<'_>, of: &Government<'_>, context: &Context<'_>) {
    let Some(items) = context.items else {
        report.missing(Missing::input(Lack::Meetings, Some(of.region()), ""));
        return;
    };
    let due = |item: &&super::Item| {
        item.region == of.region() && item.plan_year == Some(of.year()) && of.has_sent()
    };
    for item in items.iter().filter(due) {
        let number = words(&item.number);
        let names = |named: &String| words(named) == number;
        if of.rows().any(|(_, row)| row.agreements.iter().any(names)) {
            continue;
        }
        report.find("drift-agreement", None, &item.number, vec![item.cite()], |message| {
            message
                .with("region", of.name())
                .with("number", item.number.as_str())
                .with("text", item.text.as_str())
                .with("meeting", item.meeting.as_str())
        });
    }
}
