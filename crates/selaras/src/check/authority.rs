//! Check 5, authority to explain: work under a code of the other level's template, by the table of
//! affairs, kinds of regions and years. Never a verdict: the office says why.

use std::collections::BTreeSet;

use super::government::{At, Government};
use super::report::{Lack, Missing, Report};
use super::rules::Treatment;
use super::{Check, Context, Outcome};
use crate::locale::{Message, first_of};
use crate::plan::{CodeLevel, MoneyKind, Side};

pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Authority, of, context);
    let mut unknown = BTreeSet::new();
    for (at, row) in of.rows() {
        // A kegiatan of the other side is told by what stands below it.
        let Some(code) = row.code().filter(|code| code.level() == CodeLevel::SubActivity) else {
            continue;
        };
        let Some(side) = code.side().filter(|_| !code.is_support()) else { continue };
        let Some(table) = context.rules.authority(code, of.region(), of.year()) else {
            unknown.extend(code.at(CodeLevel::AffairField).map(|field| field.to_string()));
            continue;
        };
        let allowed = table.sides.contains(&side) || table.treatment == Treatment::Import;
        if allowed || is_exempt(of, at, context) {
            continue;
        }
        let counterparts: Vec<String> =
            context.crosswalk.counterparts(code).codes().map(|code| code.to_string()).collect();
        let settle = if counterparts.is_empty() {
            Message::new("check-authority-no-counterpart")
        } else {
            let codes = first_of(&counterparts, 3);
            Message::new("check-authority-counterpart").with("codes", codes)
        };
        let certainty = Message::new(if table.certain {
            "check-authority-certain"
        } else {
            "check-authority-background"
        });
        let rows = of.cite_all([at]);
        let about = code.to_string();
        report.find("authority-side", Some(&table.article), &about, rows, |message| {
            message
                .with("region", of.name())
                .with("code", about.as_str())
                .with("side", side_name(side))
                .with("article", table.article.as_str())
                .with("certainty", certainty.clone())
                .with("counterpart", settle.clone())
        });
    }
    for field in unknown {
        report.missing(Missing::input(Lack::Authority, Some(of.region()), &field));
    }
    report.done()
}

fn side_name(side: Side) -> Message {
    Message::new(match side {
        Side::Province => "check-side-province",
        Side::RegencyCity => "check-side-regency-city",
    })
}

/// Whether the row, or one above it, is paid for by tugas pembantuan, dekonsentrasi or bantuan
/// keuangan.
fn is_exempt(of: &Government<'_>, at: At, context: &Context<'_>) -> bool {
    let year = of.year();
    of.upward(at).any(|row| {
        let mut funds =
            row.money.iter().filter(|of| of.kind == MoneyKind::Budget && of.year == year);
        row.arrangement.is_some()
            || funds.any(|of| {
                let id = of.fund.as_ref().and_then(|fund| fund.id.as_deref());
                !of.amount.is_zero() && id.is_some_and(|id| context.rules.is_exempt_fund(id))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::locale::{Language, Words};
    use crate::plan::{Arrangement, Row};

    fn found(of: &str, row: Row) -> Outcome {
        own(&government(&plan(of, vec![row])), &context())
    }

    fn count(of: &str, row: Row) -> usize {
        found(of, row).findings.len()
    }

    #[test]
    fn work_outside_panti_by_a_province_asks_for_an_explanation_with_its_article() {
        let outcome = found("61", row("1.06.04.2.01.0001"));
        assert_eq!(rules(&outcome), ["authority-side"]);
        let finding = &outcome.findings[0];
        assert!(
            finding
                .rule
                .basis
                .as_deref()
                .is_some_and(|of| of.contains("di luar panti") || of.contains("di dalam panti"))
        );
        let words = Words::new(Language::Id);
        let said = words.tell(&finding.settle);
        assert!(said.contains("penjelasan kewenangan") && said.contains("1.06.04.1."), "{said}");
        assert_eq!(count("61.01", row("1.06.04.1.01.0001")), 1);
    }

    #[test]
    fn work_under_its_own_side_asks_for_nothing() {
        assert_eq!(count("61", row("1.06.04.1.01.0001")), 0);
        assert_eq!(count("61.01", row("1.06.04.2.01.0001")), 0);
    }

    #[test]
    fn assistance_deconcentration_and_aid_exempt_also_from_above() {
        for arrangement in
            [Arrangement::AssistanceTask, Arrangement::Deconcentration, Arrangement::FinancialAid]
        {
            let row = row("1.06.04.1.01.0001").with(|row| row.arrangement = Some(arrangement));
            assert_eq!(count("61.01", row), 0);
        }
        let aided = row("1.06.04.1.01.0001").pays_from(Some("bantuan keuangan provinsi"), 10);
        assert_eq!(count("61.01", aided), 0);
        let own = row("1.06.04.1.01.0001").pays_from(Some("PAD"), 10);
        assert_eq!(count("61.01", own), 1);
    }

    #[test]
    fn jakarta_bears_both_sides() {
        assert_eq!(count("31", row("1.06.04.2.01.0001")), 0);
    }

    #[test]
    fn a_wrong_digit_of_kesbangpol_is_a_slip_of_the_file_and_no_finding() {
        assert_eq!(count("61", row("8.01.05.2.01.0003")), 0);
    }

    #[test]
    fn office_support_is_never_asked_and_an_affair_without_rules_cannot_be_checked() {
        assert_eq!(count("61", row("1.06.01.2.01.0001")), 0);
        let outcome = found("61", row("2.08.02.2.01.0001"));
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec!["authority"]));
    }
}
