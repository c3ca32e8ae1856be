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
