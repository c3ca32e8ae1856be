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
    let mut alone = false;
    for (number, after) in of.documents() {
        match before(after, of, context) {
            Some(before) => compare(&mut report, of, before, (number, after), context),
            None => alone = true,
        }
    }
    if alone {
        report.missing(Missing::input(Lack::Previous, Some(of.region()), ""));
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
struct Scope {
    indicators: bool,
    targets: bool,
    places: bool,
    money: bool,
    levels: BTreeSet<RowLevel>,
    fields: BTreeSet<Code>,
    agencies: bool,
}

impl Scope {
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
    let (old_says, says) = (Scope::of(before, &old_keys, year), Scope::of(after, &new_keys, year));
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

fn field_is_known(field: Code, says: &Scope, renamed: &BTreeMap<Code, Code>) -> bool {
    let goes_on = |(before, after): (&Code, &Code)| {
        field.contains(before)
            && after.at(CodeLevel::AffairField).is_some_and(|of| says.fields.contains(&of))
    };
    says.fields.contains(&field) || renamed.iter().any(goes_on)
}

/// A row that the next document does not have, where that document speaks of such rows.
fn gone(report: &mut Report<'_>, of: &Government<'_>, old: &Old<'_>, says: &Scope) {
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
    says: &Scope,
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
fn places(old: &Row, new: &Row, says: &Scope, mut differs: impl FnMut(Value, Value)) {
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

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::super::fixture::*;
    use super::*;
    use crate::plan::{DocumentKind, Stage};

    const A: &str = "8.01.05.2.01.0003";
    const B: &str = "8.01.06.2.01.0003";

    fn whole(code: &str) -> Row {
        row(code).at("61.01.01").aims("persons-served", "100").pays(100_000_000)
    }

    fn held_to(rules_of: &Rules, before: Vec<Row>, after: Vec<Row>) -> Vec<String> {
        let kind = DocumentKind::AgencyWorkPlan;
        let before = document("61.01", kind, Stage::Draft, before).freeze();
        let previous = [&before];
        let context =
            Context { rules: rules_of, previous: Some(&previous), items: Some(&[]), ..context() };
        let outcome = own(&government(&plan("61.01", after)), &context);
        assert_eq!(lacks(&outcome), Vec::<&str>::new());
        rules(&outcome).into_iter().map(str::to_owned).collect()
    }

    fn found(before: Row, after: Row) -> Vec<String> {
        held_to(Rules::shipped(), vec![whole(B), before], vec![whole(B), after])
    }

    #[test]
    fn what_stays_or_is_spelled_otherwise_is_no_drift() {
        let other = whole(A).with(|row| row.name = format!("BARIS {A}."));
        assert_eq!(found(whole(A), other), Vec::<String>::new());
        let named = |name: &str| whole(A).with(|row| row.name = name.to_owned());
        assert_eq!(found(named("Bineka"), named("Bhineka")), Vec::<String>::new());
        assert_eq!(found(named("Dialog pelajar"), named("Dialog guru")), ["drift-text"]);
    }

    #[test]
    fn money_may_move_by_five_in_a_hundred_and_a_cut_that_was_ordered_by_any() {
        let paid = |amount| whole(A).with(|row| row.money.clear()).pays(amount);
        assert_eq!(found(whole(A), paid(95_000_000)), Vec::<String>::new());
        assert_eq!(found(whole(A), paid(94_999_999)), ["drift-money"]);
        assert_eq!(found(whole(A), paid(105_000_001)), ["drift-money"]);
        let order = |row: Row| row.with(|row| row.cut_reference = Some("Inpres 1/2025".to_owned()));
        assert_eq!(found(whole(A), order(paid(50_000_000))), Vec::<String>::new());
        assert_eq!(found(whole(A), order(paid(150_000_000))), ["drift-money"], "no cut");
    }

    #[test]
    fn a_target_drifts_by_value_and_not_by_print() {
        let aims =
            |target| whole(A).with(|row| row.indicators.clear()).aims("persons-served", target);
        assert_eq!(found(whole(A), aims("90")), ["drift-target"]);
        assert_eq!(found(whole(A), aims("100,0")), Vec::<String>::new());
        let other = whole(A).with(|row| row.indicators.clear()).aims("poverty", "100");
        assert_eq!(found(whole(A), other), ["drift-indicator"]);
    }

    #[test]
    fn a_place_said_more_closely_is_no_drift() {
        let at = |code: &str| whole(A).with(|row| row.places.clear()).at(code);
        assert_eq!(found(whole(A), at("61.01.01.2001")), Vec::<String>::new());
        assert_eq!(found(whole(A), at("61.01.02")), ["drift-place"]);
        assert_eq!(found(whole(A), at("61.01")), ["drift-place"]);
    }

    #[test]
    fn a_row_that_went_is_found_unless_it_goes_on_under_another_code() {
        let deleted = held_to(Rules::shipped(), vec![whole(A), whole(B)], vec![whole(B)]);
        assert_eq!(deleted, ["drift-deleted"]);
        let after = "8.01.05.2.01.0013";
        let folder = tempfile::tempdir().unwrap();
        let table = format!("before,after,from,basis\n{A},{after},2026,\n");
        std::fs::write(folder.path().join("renamed.csv"), table).unwrap();
        let renamed = Rules::open(folder.path()).unwrap();
        let rows = vec![whole(after), whole(B)];
        assert_eq!(held_to(&renamed, vec![whole(A), whole(B)], rows), Vec::<String>::new());
        // What is new is no drift.
        let more = held_to(Rules::shipped(), vec![whole(B)], vec![whole(A), whole(B)]);
        assert_eq!(more, Vec::<String>::new());
    }

    #[test]
    fn a_document_of_programs_does_not_delete_what_stands_below_them() {
        let rows = vec![program(B), whole(B)];
        let before = document("61.01", DocumentKind::AgencyWorkPlan, Stage::Final, rows).freeze();
        let kind = DocumentKind::BudgetPolicy;
        let after = document("61.01", kind, Stage::Final, vec![program(B)]).freeze();
        let previous = [&before];
        let context = Context { previous: Some(&previous), items: Some(&[]), ..context() };
        assert_eq!(rules(&own(&government(&after), &context)), Vec::<&str>::new());
    }

    #[test]
    fn an_agreement_stands_in_the_plan_of_its_year() {
        let item = |number: &str| super::super::Item {
            number: number.to_owned(),
            meeting: "Rakor".to_owned(),
            text: "Dialog".to_owned(),
            region: region("61.01"),
            owner: "Kesbangpol".to_owned(),
            due: None,
            done: None,
            plan_year: Some(YEAR),
        };
        let items = [item("BA-1"), item("BA-2")];
        let row = whole(A).with(|row| row.agreements.push("ba 1".to_owned()));
        let context = Context { items: Some(&items), ..context() };
        let outcome = own(&government(&plan("61.01", vec![row])), &context);
        assert_eq!(rules(&outcome), ["drift-agreement"]);
        assert_eq!(outcome.findings[0].about, "BA-2");
        assert_eq!(lacks(&outcome), ["previous"]);
    }
}
