//! Check 4, duplication: the same topic for the same people in the same kecamatan or desa in the same
//! quarter, by two levels or two funders. The wording of the nomenclature never counts.

use std::collections::{BTreeMap, BTreeSet};

use super::government::{Government, Work};
use super::report::{Report, name, named};
use super::{Check, Context, Outcome, Rules};
use crate::locale::{Value, first_of};
use crate::plan::{TermList, Terms};
use crate::region::{self, Level};

/// Between the agencies and funders of one government.
pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Duplication, of, context);
    of.lacking().iter().for_each(|missing| report.missing(missing.clone()));
    compare(&mut report, of, of, context);
    report.done()
}

/// Between two governments.
pub(super) fn between(
    one: &Government<'_>,
    other: &Government<'_>,
    context: &Context<'_>,
) -> Outcome {
    let mut report = Report::between(Check::Duplication, one, other, context);
    if report.is_complete() {
        for missing in one.lacking().iter().chain(other.lacking()) {
            report.missing(missing.clone());
        }
        compare(&mut report, one, other, context);
    }
    report.done()
}

/// Works by kecamatan and topic; only those that are done and that neither an arrangement nor the
/// source of their money exempts.
fn by_place<'a, 'b>(
    of: &'a Government<'b>,
    rules: &Rules,
) -> BTreeMap<(region::Code, &'b str), Vec<&'a Work<'b>>> {
    let mut index: BTreeMap<_, Vec<&Work<'_>>> = BTreeMap::new();
    let done = |work: &&Work<'_>| {
        work.lacks().next().is_none()
            && work.arrangement.is_none()
            && !work.funds.iter().any(|fund| rules.is_exempt_fund(fund))
            && !work.is_support()
            && !of.is_set_to_nothing(work.at)
    };
    for work in of.works().iter().filter(done) {
        let districts: BTreeSet<_> =
            work.near_places().filter_map(|place| place.at(Level::District)).collect();
        for district in districts {
            for topic in &work.topics {
                index.entry((district, *topic)).or_default().push(work);
            }
        }
    }
    index
}

fn compare(
    report: &mut Report<'_>,
    one: &Government<'_>,
    other: &Government<'_>,
    context: &Context<'_>,
) {
    let within = one.region() == other.region();
    let percent = context.rules.duplication_percent(one.region());
    let (mine, theirs) = (by_place(one, context.rules), by_place(other, context.rules));
    let mut seen = BTreeSet::new();
    for (key, works) in &mine {
        for a in works {
            for b in theirs.get(key).into_iter().flatten() {
                let twice = within && a.at >= b.at || !seen.insert((a.at, b.at));
                if !twice && (!within || other_funder(one, a, b)) {
                    pair(report, (one, a), (other, b), percent);
                }
            }
        }
    }
}

/// Whether another agency, or with known funds another source, pays for the second.
fn other_funder(of: &Government<'_>, a: &Work<'_>, b: &Work<'_>) -> bool {
    let funds = !a.funds.is_empty() && !b.funds.is_empty() && a.funds.is_disjoint(&b.funds);
    of.agency(a.at) != of.agency(b.at) || funds
}

fn pair(
    report: &mut Report<'_>,
    (one, a): (&Government<'_>, &Work<'_>),
    (other, b): (&Government<'_>, &Work<'_>),
    percent: u32,
) {
    // Co-funding or stages of one activity are no duplicates.
    if a.joint.is_some() && a.joint == b.joint {
        return;
    }
    let topics: Vec<&str> = a.topics.intersection(&b.topics).copied().collect();
    let groups = a.groups.intersection(&b.groups).count();
    let quarters = a.quarters & b.quarters;
    let (here, there): (BTreeSet<_>, BTreeSet<_>) =
        (a.near_places().collect(), b.near_places().collect());
    let touches = |place: &region::Code, of: &BTreeSet<region::Code>| {
        of.iter().any(|other| other.contains(place) || place.contains(other))
    };
    let shared: Vec<_> = here.iter().filter(|place| touches(place, &there)).copied().collect();
    let back = there.iter().filter(|place| touches(place, &here)).count();
    // Of the row with fewer of a key, the share that the other one has too.
    let enough = |shared: usize, a: usize, b: usize| {
        let smaller = a.min(b);
        shared > 0 && shared * 100 >= smaller * percent as usize
    };
    let places = if here.len() <= there.len() { shared.len() } else { back };
    let bits = |mask: u8| mask.count_ones() as usize;
    if !enough(topics.len(), a.topics.len(), b.topics.len())
        || !enough(groups, a.groups.len(), b.groups.len())
        || !enough(bits(quarters), bits(a.quarters), bits(b.quarters))
        || !enough(places, here.len(), there.len())
    {
        return;
    }
    let (topic, places, quarters) = said(&topics, &shared, quarters);
    let rows = one.cite_work(a).into_iter().chain(other.cite_work(b)).collect();
    let mut rows_said = [(one.region(), one.label(a.at)), (other.region(), other.label(b.at))];
    rows_said.sort();
    let [(first, first_row), (second, second_row)] = rows_said;
    report.find("duplication", None, "", rows, |message| {
        message
            .with("one", name(first))
            .with("other", name(second))
            .with("mine", first_row.as_str())
            .with("theirs", second_row.as_str())
            .with("topic", topic.clone())
            .with("places", places.clone())
            .with("quarters", quarters.clone())
    });
}

fn said(topics: &[&str], places: &[region::Code], quarters: u8) -> (Value, Value, Value) {
    let topic = topics.first().copied().unwrap_or_default();
    let term = Terms::shipped().get(TermList::Topic, topic);
    let topic = term.map_or_else(|| topic.into(), |term| named(&term.name));
    let places: Vec<String> = places.iter().map(|place| name(*place)).collect();
    let quarters: Vec<String> = (1..=4_u8)
        .filter(|quarter| quarters & 1 << quarter != 0)
        .map(|quarter| quarter.to_string())
        .collect();
    (topic, first_of(&places, 3), first_of(&quarters, 4))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::super::fixture::*;
    use super::*;
    use crate::plan::{Arrangement, Row, TermList, Terms};

    const PROVINCE: &str = "8.01.05.1.01.0003";
    const REGENCY: &str = "8.01.05.2.01.0003";
    const DESA: &str = "61.01.01.2001";

    fn found(one: Row, other: Row) -> Outcome {
        let (one, other) = (plan("61", vec![one]), plan("61.01", vec![other]));
        between(&government(&one), &government(&other), &context())
    }

    fn fits(one: Row, other: Row) {
        let outcome = found(one, other);
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec![]));
        assert_eq!(outcome.state(), State::Checked);
    }

    #[test]
    fn the_same_topic_people_place_and_quarter_by_two_levels_is_a_duplicate() {
        let outcome = found(work(PROVINCE, DESA), work(REGENCY, DESA));
        assert_eq!(rules(&outcome), ["duplication"]);
        assert_eq!(outcome.findings[0].rows.len(), 2);
        // A desa lies in its kecamatan.
        assert_eq!(rules(&found(work(PROVINCE, "61.01.01"), work(REGENCY, DESA))).len(), 1);
    }

    #[test]
    fn another_desa_group_quarter_or_topic_is_none() {
        let one = || work(PROVINCE, DESA);
        fits(one(), work(REGENCY, "61.01.01.2002"));
        fits(one(), work(REGENCY, DESA).with(|row| row.times.clear()).months(7, 9));
        fits(one(), work(REGENCY, DESA).with(|row| row.target_groups.clear()).group("youth"));
        fits(one(), work(REGENCY, DESA).with(|row| row.topics.clear()).topic("narcotics"));
    }

    #[test]
    fn co_funding_stages_aid_and_assistance_are_none() {
        let joint =
            |row: Row| row.with(|row| row.joint_activity = Some("Dialog Lintas".to_owned()));
        fits(joint(work(PROVINCE, DESA)), joint(work(REGENCY, DESA)));
        let aided = work(REGENCY, DESA).with(|row| row.money.clear());
        fits(work(PROVINCE, DESA), aided.pays_from(Some("provincial-aid"), 50_000_000));
        for arrangement in [Arrangement::AssistanceTask, Arrangement::FinancialAid] {
            let other = work(REGENCY, DESA).with(|row| row.arrangement = Some(arrangement));
            fits(work(PROVINCE, DESA), other);
        }
    }

    #[test]
    fn a_row_that_was_set_to_nothing_doubles_nobodys_work() {
        let nothing = work(REGENCY, DESA).with(|row| row.money.clear()).pays(0);
        fits(work(PROVINCE, DESA), nothing);
    }

    #[test]
    fn a_row_that_does_not_say_a_key_cannot_be_checked() {
        let wide = work(REGENCY, "61.01");
        let outcome = found(work(PROVINCE, DESA), wide);
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec!["place-wide"]));
        assert_eq!(outcome.state(), State::NotCheckable);
        // The same words of the nomenclature on both sides say nothing.
        let bare = found(row(PROVINCE), row(REGENCY));
        assert_eq!(rules(&bare), Vec::<&str>::new());
        let each =
            ["topic", "topic", "place", "place", "target-group", "target-group", "time", "time"];
        assert_eq!(lacks(&bare), each, "of either side");
    }

    #[test]
    fn what_a_sub_kegiatan_says_holds_for_its_details() {
        let (above, own) = (work(PROVINCE, DESA), detail("Dialog pelajar"));
        let (one, other) = (plan("61", vec![above, own]), plan("61.01", vec![work(REGENCY, DESA)]));
        let outcome = between(&government(&one), &government(&other), &context());
        assert_eq!(rules(&outcome), ["duplication"]);
        assert_eq!(outcome.findings[0].rows.len(), 3, "the row above is cited too");
    }

    #[test]
    fn within_a_government_only_another_agency_or_fund_doubles() {
        let of = |first: Row, second: Row| {
            rules(&own(&government(&plan("61.01", vec![first, second])), &context())).len()
        };
        let other = "8.01.06.2.01.0003";
        assert_eq!(of(work(REGENCY, DESA), work(other, DESA)), 0);
        assert_eq!(of(work(REGENCY, DESA), work(other, DESA).agency("Dinas Sosial")), 1);
        let paid = |row: Row, fund: &str| {
            let fund = Terms::shipped().tag(TermList::Fund, fund);
            row.with(|row| row.money[0].fund = Some(fund))
        };
        let funded = |a, b| of(paid(work(REGENCY, DESA), a), paid(work(other, DESA), b));
        assert_eq!((funded("PAD", "DBH"), funded("PAD", "PAD")), (1, 0));
    }

    #[test]
    fn the_threshold_is_a_share_of_the_smaller_row() {
        let spread = |code, desa: &[u16]| {
            let row = work(code, "61.01.02").with(|row| row.places.clear());
            desa.iter().fold(row, |row, desa| row.at(&format!("61.01.01.{desa}")))
        };
        let of = |one: &[u16], other: &[u16]| {
            rules(&found(spread(PROVINCE, one), spread(REGENCY, other))).len()
        };
        assert_eq!(of(&[2001, 2002, 2003, 2004], &[2001, 2005]), 1, "half of two");
        assert_eq!(of(&[2001, 2002, 2003], &[2001, 2005, 2006]), 0, "a third of three");
    }
}
