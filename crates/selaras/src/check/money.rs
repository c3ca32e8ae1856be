//! Check 6, money, target, outcome: each sub kegiatan has all three or none, but for office support,
//! rows set to zero by a change and years in which a multi-year row rests.

use std::collections::BTreeSet;

use super::government::{At, Government};
use super::report::{Lack, Missing, Report};
use super::{Check, Context, Outcome};
use crate::outcome::Hanging;
use crate::plan::{MoneyKind, Row, RowLevel, Rupiah, Stage, Version};

pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Money, of, context);
    if context.tree.is_none() && of.has_sent() {
        report.missing(Missing::input(Lack::Tree, Some(of.region()), ""));
    }
    for (number, version) in of.documents() {
        let subs: Vec<Sub<'_>> = subs(number, version, of.year());
        let subs: Vec<&Sub<'_>> =
            subs.iter().filter(|sub| sub.counts(version, of.year())).collect();
        // A file without a column of targets or of money says nothing about any row.
        let targets = subs.iter().any(|sub| sub.target);
        let money = subs.iter().any(|sub| sub.money.is_some());
        for sub in &subs {
            let paid = sub.money.is_some_and(|amount| !amount.is_zero());
            match (targets, money) {
                (true, true) if paid != sub.target => {
                    let rule = if paid { "money-no-target" } else { "money-no-money" };
                    report.find(rule, None, "", of.cite_all([sub.at]), |message| {
                        let amount = sub.money.unwrap_or(Rupiah::ZERO);
                        message
                            .with("region", of.name())
                            .with("row", of.label(sub.at))
                            .with("amount", amount.to_string())
                            .with("year", of.year().to_string())
                    });
                }
                (false, _) => report.lack(Lack::Target, of, sub.at),
                (true, false) => report.lack(Lack::Money, of, sub.at),
                (true, true) => {}
            }
            let hanging = context.tree.map(|tree| tree.hang(version.document(), sub.position));
            let rule = match hanging {
                Some(Hanging::Nothing) => "money-no-outcome",
                Some(Hanging::Unknown) => "money-unknown-outcome",
                Some(Hanging::On(..) | Hanging::Support) | None => continue,
            };
            report.find(rule, None, "", of.cite_all([sub.at]), |message| {
                message.with("region", of.name()).with("row", of.label(sub.at))
            });
        }
    }
    report.done()
}

/// A sub kegiatan with what stands below it.
struct Sub<'a> {
    at: At,
    position: u32,
    row: &'a Row,
    target: bool,
    money: Option<Rupiah>,
}

impl Sub<'_> {
    /// Whether the check asks about it.
    fn counts(&self, version: &Version, year: i16) -> bool {
        let support =
            version.document().code_above(self.position).is_some_and(|of| of.is_support());
        let nothing = self.money.is_some_and(Rupiah::is_zero);
        let changed = version.head().stage == Stage::Change || self.row.cut_reference.is_some();
        let idle = self.money.is_none_or(Rupiah::is_zero);
        let rests = self.row.years.is_some_and(|(from, to)| from < to) && idle;
        let covered = self.row.years.is_none_or(|(from, to)| (from..=to).contains(&year));
        let exempt = support || rests || nothing && changed;
        covered && !exempt
    }
}

fn subs(number: u32, version: &Version, year: i16) -> Vec<Sub<'_>> {
    let has_target = |row: &Row| {
        let targets = row.indicators.iter().filter_map(|of| of.target(year));
        targets.into_iter().any(|value| value.number().is_none_or(|number| !number.is_zero()))
    };
    let mut subs: Vec<Sub<'_>> = Vec::new();
    for ((at, row), position) in Government::rows_of(number, version).zip(0_u32..) {
        if row.level == RowLevel::SubActivity {
            let (target, money) = (has_target(row), row.amount(MoneyKind::Budget, year));
            subs.push(Sub { at, position, row, target, money });
        }
    }
    // Details say it for the sub kegiatan they stand below, where that says nothing itself.
    let own: BTreeSet<u32> =
        subs.iter().filter(|of| of.money.is_some()).map(|of| of.position).collect();
    for row in version.rows().iter().filter(|row| row.level == RowLevel::Detail) {
        let mut parent = row.parent;
        while let Some(at) = parent {
            let above = version.rows().get(at as usize);
            if above.is_some_and(|above| above.level == RowLevel::SubActivity) {
                break;
            }
            parent = above.and_then(|above| above.parent).filter(|next| *next < at);
        }
        let found = parent.and_then(|at| subs.binary_search_by_key(&at, |sub| sub.position).ok());
        let Some(sub) = found.and_then(|at| subs.get_mut(at)) else { continue };
        sub.target |= has_target(row);
        if let Some(amount) = row.budget(year).filter(|_| !own.contains(&sub.position)) {
            sub.money = Rupiah::sum(sub.money.into_iter().chain([amount])).or(sub.money);
        }
    }
    subs
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::plan::DocumentKind;

    const A: &str = "8.01.05.2.01.0003";
    const B: &str = "8.01.06.2.01.0003";

    fn whole(code: &str) -> Row {
        row(code).aims("persons-served", "100").pays(10_000_000)
    }

    fn found(row: Row) -> Outcome {
        own(&government(&plan("61.01", vec![whole(A), row])), &context())
    }

    fn fits(row: Row) {
        let outcome = found(row);
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec![]));
    }

    #[test]
    fn money_and_target_come_together() {
        fits(whole(B));
        assert_eq!(rules(&found(row(B).pays(1))), ["money-no-target"]);
        assert_eq!(rules(&found(row(B).aims("persons-served", "5"))), ["money-no-money"]);
        assert_eq!(
            rules(&found(whole(B).with(|row| row.money.clear()).pays(0))),
            ["money-no-money"]
        );
        // A target in words is one.
        fits(row(B).aims("persons-served", "Tersusunnya dokumen").pays(1));
    }

    #[test]
    fn office_support_is_not_asked() {
        fits(row("8.01.01.2.01.0001").pays(1));
        fits(row("X.XX.01.2.01.0001").pays(1));
    }

    #[test]
    fn a_row_that_a_change_set_to_zero_is_not_asked() {
        let rows = vec![whole(A), whole(B).with(|row| row.money.clear()).pays(0)];
        let changed = document("61.01", DocumentKind::AgencyWorkPlan, Stage::Change, rows).freeze();
        assert_eq!(rules(&own(&government(&changed), &context())), Vec::<&str>::new());
        let cut = whole(B).with(|row| row.money.clear()).pays(0);
        fits(cut.with(|row| row.cut_reference = Some("Inpres 1/2025".to_owned())));
    }

    #[test]
    fn a_multi_year_row_may_rest_and_a_row_of_one_year_may_not() {
        let rests = |years| row(B).aims("persons-served", "5").with(|row| row.years = Some(years));
        fits(rests((2025, 2027)));
        assert_eq!(rules(&found(rests((2026, 2026)))), ["money-no-money"]);
    }

    #[test]
    fn details_pay_for_their_sub_kegiatan() {
        let rows = vec![whole(A), row(B).aims("persons-served", "5"), detail("Honor").pays(5)];
        assert_eq!(rules(&own(&government(&plan("61.01", rows)), &context())), Vec::<&str>::new());
    }

    #[test]
    fn a_file_without_targets_says_nothing_of_any_row() {
        let of = plan("61.01", vec![row(A).pays(1), row(B).pays(2)]);
        let outcome = own(&government(&of), &context());
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec!["target"]));
    }

    #[test]
    fn a_row_hangs_on_an_outcome_that_there_is() {
        assert_eq!(rules(&found(whole("3.27.02.2.01.0001"))), ["money-no-outcome"]);
        let stated = whole(B).with(|row| row.outcome = Some(tag("kebahagiaan semesta")));
        assert_eq!(rules(&found(stated)), ["money-unknown-outcome"]);
        let topic = whole("3.27.02.2.01.0001").topic("interfaith-harmony");
        fits(topic);
    }
}
