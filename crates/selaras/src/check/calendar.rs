//! Check 7, calendar: days that clash. Months do not tell days, so a row that tells months only is
//! *belum dapat diperiksa*.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::government::{Government, Work};
use super::report::{Lack, Missing, Report, name, named};
use super::rules::RestKind;
use super::{Check, Context, Outcome};
use crate::plan::Span;

pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Calendar, of, context);
    lacking(&mut report, of);
    let dated = dated(of);
    for (at, (first, span)) in dated.iter().enumerate() {
        rests(&mut report, of, first, span, context);
        deadline(&mut report, of, first, span, context);
        for (second, other) in
            dated.iter().skip(at + 1).take_while(|(_, next)| next.from <= span.to)
        {
            let same = first.at == second.at;
            // A long row is done beside others; what is held on its days is not.
            let held = is_short(span, context) && is_short(other, context);
            if !same && held && of.agency(first.at) == of.agency(second.at) {
                clash(&mut report, "calendar-office", (of, first, span), (of, second, other));
            }
        }
    }
    let year = of.year();
    if of.has_sent() && !context.rules.rests(of.region()).any(|rest| rest.from.year() == year) {
        report.missing(Missing::input(Lack::Calendar, None, &year.to_string()));
    }
    report.done()
}

pub(super) fn between(
    one: &Government<'_>,
    other: &Government<'_>,
    context: &Context<'_>,
) -> Outcome {
    let mut report = Report::between(Check::Calendar, one, other, context);
    if !report.is_complete() {
        return report.done();
    }
    lacking(&mut report, one);
    lacking(&mut report, other);
    let theirs = dated(other);
    for (work, span) in dated(one) {
        for (second, days) in theirs.iter().take_while(|(_, next)| next.from <= span.to) {
            let places = || {
                work.near_places().any(|place| {
                    second.near_places().any(|of| of.contains(&place) || place.contains(&of))
                })
            };
            let joint = work.joint.is_some() && work.joint == second.joint;
            if span.overlaps(days)
                && !joint
                && is_short(&span, context)
                && is_short(days, context)
                && !work.groups.is_disjoint(&second.groups)
                && places()
            {
                clash(&mut report, "calendar-people", (one, work, &span), (other, second, days));
            }
        }
    }
    report.done()
}

fn lacking(report: &mut Report<'_>, of: &Government<'_>) {
    for work in of.works().iter().filter(|work| !work.is_support()) {
        if work.times.is_empty() {
            report.lack(Lack::Time, of, work.at);
        } else if work.days().next().is_none() {
            report.lack(Lack::Days, of, work.at);
        }
    }
}

/// Works with their days, by first day.
fn dated<'a, 'b>(of: &'a Government<'b>) -> Vec<(&'a Work<'b>, Span)> {
    let works = of.works().iter().filter(|work| !of.is_set_to_nothing(work.at));
    let mut dated: Vec<_> = works.flat_map(|work| work.days().map(move |of| (work, *of))).collect();
    dated.sort_by_key(|(work, span)| (span.from, span.to, work.at));
    dated
}

fn is_short(span: &Span, context: &Context<'_>) -> bool {
    (span.to - span.from).get_days() < context.rules.short_days()
}

type Held<'a, 'b> = (&'a Government<'b>, &'a Work<'b>, &'a Span);

fn clash(
    report: &mut Report<'_>,
    rule: &str,
    (one, first, span): Held<'_, '_>,
    (other, second, days): Held<'_, '_>,
) {
    let rows = one.cite_work(first).into_iter().chain(other.cite_work(second)).collect();
    let mut said = [(one.region(), one.label(first.at)), (other.region(), other.label(second.at))];
    said.sort();
    let [(region, mine), (other, theirs)] = said;
    let (from, to) = (span.from.max(days.from), span.to.min(days.to));
    report.find(rule, None, &from.to_string(), rows, |message| {
        message
            .with("one", name(region))
            .with("other", name(other))
            .with("mine", mine.as_str())
            .with("theirs", theirs.as_str())
            .with("from", from)
            .with("to", to)
    });
}

fn rests(
    report: &mut Report<'_>,
    of: &Government<'_>,
    work: &Work<'_>,
    span: &Span,
    context: &Context<'_>,
) {
    if !is_short(span, context) || work.is_support() {
        return;
    }
    // Where the work is held counts, or the whole region where that is not told.
    let places: BTreeSet<_> = match work.places.is_empty() {
        true => [of.region()].into(),
        false => work.places.clone(),
    };
    for rest in places.iter().flat_map(|place| context.rules.rests(*place)) {
        if rest.to < span.from || span.to < rest.from {
            continue;
        }
        let rule = match rest.kind {
            RestKind::Holiday => "calendar-holiday",
            RestKind::Quiet => "calendar-quiet",
        };
        let day = rest.from.max(span.from);
        let rows = of.cite_work(work);
        report.find(rule, rest.basis.as_deref(), &day.to_string(), rows, |message| {
            message
                .with("region", of.name())
                .with("row", of.label(work.at))
                .with("day", day)
                .with("rest", named(&rest.name))
        });
    }
}

/// Work that feeds a document of the next year and ends after its deadline.
fn deadline(
    report: &mut Report<'_>,
    of: &Government<'_>,
    work: &Work<'_>,
    span: &Span,
    context: &Context<'_>,
) {
    let Some(deadline) = work.code.and_then(|code| context.rules.feeds(code)) else { return };
    let Ok(last) = Date::new(of.year(), deadline.month, deadline.day) else { return };
    if span.to <= last {
        return;
    }
    let about = last.to_string();
    let basis = deadline.basis.as_deref();
    report.find("calendar-deadline", basis, &about, of.cite_work(work), |message| {
        message
            .with("region", of.name())
            .with("row", of.label(work.at))
            .with("day", span.to)
            .with("deadline", last)
            .with("document", deadline.document.name())
    });
}

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::super::fixture::*;
    use super::*;
    use crate::plan::Row;

    const A: &str = "8.01.05.2.01.0003";
    const B: &str = "8.01.06.2.01.0003";

    fn held(code: &str, from: (i8, i8), to: (i8, i8)) -> Row {
        row(code).at("61.01.01").group("pupils").days(from, to)
    }

    fn found(rows: Vec<Row>) -> Outcome {
        own(&government(&plan("61.01", rows)), &context())
    }

    fn meets(one: Row, other: Row) -> usize {
        let (one, other) = (plan("61", vec![one]), plan("61.01", vec![other]));
        between(&government(&one), &government(&other), &context()).findings.len()
    }

    #[test]
    fn one_office_does_not_hold_two_activities_on_one_day() {
        let of = |to| rules(&found(vec![held(A, (3, 10), (3, 12)), held(B, to, to)])).len();
        assert_eq!((of((3, 12)), of((3, 13))), (1, 0));
        let other = held(B, (3, 12), (3, 12)).agency("Dinas Sosial");
        assert_eq!(rules(&found(vec![held(A, (3, 10), (3, 12)), other])), Vec::<&str>::new());
    }

    #[test]
    fn work_of_months_runs_beside_and_over_other_days() {
        let long = held(A, (4, 1), (6, 30));
        assert_eq!(rules(&found(vec![long, held(B, (5, 5), (5, 6))])), Vec::<&str>::new());
    }

    #[test]
    fn the_same_people_are_not_invited_twice_on_one_day() {
        let (one, other) = ("8.01.05.1.01.0003", A);
        let first = || held(one, (3, 10), (3, 10));
        assert_eq!(meets(first(), held(other, (3, 10), (3, 10))), 1);
        assert_eq!(meets(first(), held(other, (3, 11), (3, 11))), 0);
        let elsewhere = held(other, (3, 10), (3, 10)).with(|row| row.places.clear()).at("61.01.02");
        assert_eq!(meets(first(), elsewhere), 0);
        let joint = |row: Row| row.with(|row| row.joint_activity = Some("Rapat".to_owned()));
        assert_eq!(meets(joint(first()), joint(held(other, (3, 10), (3, 10)))), 0);
    }

    #[test]
    fn months_do_not_tell_days() {
        let outcome = found(vec![row(A).months(3, 3), row(B).months(3, 3)]);
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec!["days"]));
    }

    #[test]
    fn a_short_activity_keeps_off_holidays_and_quiet_days() {
        assert_eq!(rules(&found(vec![held(A, (8, 16), (8, 18))])), ["calendar-holiday"]);
        assert_eq!(rules(&found(vec![held(A, (8, 18), (8, 19))])), Vec::<&str>::new());
        let folder = tempfile::tempdir().unwrap();
        let table = "kind,from,to,region,name,name_en,basis\n\
                     quiet,2026-11-22,2026-11-24,61.01,Pilkada,,\n";
        std::fs::write(folder.path().join("calendar.csv"), table).unwrap();
        let rules_of = Rules::open(folder.path()).unwrap();
        let context = Context { rules: &rules_of, ..context() };
        let quiet = |of: &str, place: &str| {
            let row = row(A).at(place).days((11, 24), (11, 25));
            rules(&own(&government(&plan(of, vec![row])), &context)).len()
        };
        assert_eq!((quiet("61.01", "61.01.01"), quiet("61.02", "61.02.01")), (1, 0));
    }

    #[test]
    fn work_that_feeds_a_document_ends_before_its_deadline() {
        let feeds = |to| rules(&found(vec![held("8.01.05.2.01.0001", to, to)])).len();
        assert_eq!((feeds((8, 3)), feeds((7, 31))), (1, 0));
    }
}
