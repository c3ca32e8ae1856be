//! Claims about the checks as a whole.

use proptest::prelude::*;

use super::fixture::*;
use super::*;
use crate::locale::{Language, Words};
use crate::plan::{DocumentKind, Row, Stage};

const DESA: &str = "61.01.01.2001";

/// Rows of which some clash with those of the province.
fn rows() -> Vec<Row> {
    vec![
        program("8.01.05").aims("persons-served", "10").indicator(Some("poverty"), "7", |of| {
            of.unit = Some("persen".to_owned());
        }),
        work("8.01.05.2.01.0003", DESA),
        detail("Dialog").days((3, 10), (3, 11)),
        detail("Dialog").days((3, 11), (3, 12)),
        work("8.01.06.2.01.0003", "61.01.01").agency("Dinas Sosial"),
        row("1.06.04.1.01.0001").at("61.01").aims("persons-served", "5"),
        row("2.08.02.2.01.0001").pays(5).days((8, 17), (8, 17)),
        row("8.01.04.2.01.0002").indicator(None, "3", |_| {}).pays(7),
    ]
}

fn upper() -> Version {
    let rows = vec![
        program("8.01.05").aims("persons-served", "8").indicator(Some("poverty"), "6", |of| {
            of.unit = Some("jiwa".to_owned());
        }),
        work("8.01.05.1.01.0003", DESA),
        row("8.01.06.1.01.0003").at("61.01.01").group("pupils").days((3, 11), (3, 11)),
    ];
    plan("61", rows)
}

/// The same rows in the order of `keys`, details below the row they stood below.
fn shuffled(rows: &[Row], keys: &[u32]) -> Vec<Row> {
    let mut blocks: Vec<(u32, Vec<Row>)> = Vec::new();
    for (row, key) in rows.iter().zip(keys) {
        match blocks.last_mut().filter(|_| row.level == crate::plan::RowLevel::Detail) {
            Some((_, block)) => {
                block.insert(if key % 2 == 0 { 1 } else { block.len() }, row.clone())
            }
            None => blocks.push((*key, vec![row.clone()])),
        }
    }
    blocks.sort_by_key(|(key, _)| *key);
    blocks.into_iter().flat_map(|(_, block)| block).collect()
}

fn everything(upper: &Version, lower: &Version) -> Vec<Outcome> {
    let before = document("61.01", DocumentKind::AgencyStrategicPlan, Stage::Final, rows());
    let before = before.freeze();
    let (previous, context) = ([&before], context());
    let context = Context { previous: Some(&previous), ..context };
    all(&government(upper), &[government(lower)], &[], &context, |_| true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn findings_do_not_depend_on_the_order_of_rows(keys in prop::collection::vec(0..1_000_u32, 8)) {
        let upper = upper();
        let lower = plan("61.01", rows());
        let other = plan("61.01", shuffled(&rows(), &keys));
        prop_assert_eq!(everything(&upper, &lower), everything(&upper, &other));
    }
}

#[test]
fn findings_do_not_depend_on_which_side_looks() {
    let (one, other) = (upper(), plan("61.01", rows()));
    let (one, other) = (government(&one), government(&other));
    let found = of_pair(&one, &other, &context());
    assert_eq!(found, of_pair(&other, &one, &context()));
    let checks: Vec<&str> = found.iter().flat_map(rules).collect();
    let expected = ["parity-unit", "duplication", "calendar-people", "calendar-people"];
    assert_eq!(checks, expected);
}

#[test]
fn a_region_that_sent_nothing_is_a_state_of_its_own_and_first() {
    let upper = upper();
    let sent = plan("61.01", rows());
    let silent = Government::new(region("61.02"), YEAR, []);
    let outcomes =
        all(&government(&upper), &[government(&sent), silent], &[], &context(), |_| true);
    assert_eq!(outcomes[0].state(), State::NotSent);
    let states: Vec<bool> = outcomes.iter().map(|of| of.state() == State::NotSent).collect();
    assert!(states.is_sorted_by(|a, b| a >= b));
    for outcome in outcomes.iter().filter(|of| of.state() == State::NotSent) {
        assert_eq!(outcome.findings, Vec::new(), "{:?}", outcome.check);
    }
}

#[test]
fn a_silence_holds_for_one_finding_until_one_of_its_rows_changes() {
    let (one, mut rows) = (upper(), rows());
    let found = |rows: &[Row], silences: &Silences| {
        let other = plan("61.01", rows.to_vec());
        let mut outcomes = of_pair(&government(&one), &government(&other), &context());
        outcomes.iter_mut().for_each(|of| of.silence(silences));
        outcomes
    };
    let open = |outcomes: &[Outcome]| {
        outcomes.iter().flat_map(|of| &of.findings).filter(|of| of.is_open()).count()
    };
    let before = found(&rows, &Silences::default());
    let finding = &before[0].findings[0];
    assert_eq!(Silence::new(finding, "  "), None, "a silence needs a reason");
    let silences: Silences = Silence::new(finding, "Satuan disepakati").into_iter().collect();
    let after = found(&rows, &silences);
    assert_eq!(open(&after), open(&before) - 1);
    assert_eq!(after[0].findings[0].intended.as_deref(), Some("Satuan disepakati"));
    // A row that has nothing to do with it changes nothing.
    rows[6].remark = Some("lain".to_owned());
    assert_eq!(open(&found(&rows, &silences)), open(&after));
    rows[0].indicators[1].definition = Some("lain".to_owned());
    assert_eq!(open(&found(&rows, &silences)), open(&before));
}

#[test]
fn everything_found_or_missing_is_said_in_both_languages() {
    let (upper, lower) = (upper(), plan("61.01", rows()));
    for outcome in everything(&upper, &lower) {
        let missing = outcome.missing.iter().map(Missing::message);
        let found = outcome.findings.iter().flat_map(|of| [of.why.clone(), of.settle.clone()]);
        let names = [outcome.check.name(), outcome.state().name()];
        for message in missing.chain(found).chain(names) {
            for language in [Language::Id, Language::En] {
                let said = Words::new(language).tell(&message);
                assert!(!said.contains("{$") && !said.contains("check-"), "{said}");
            }
        }
    }
}

#[test]
fn plans_that_fit_give_no_finding() {
    let row = |code: &str, place: &str| work(code, place).aims("persons-served", "10");
    let upper = plan("61", vec![row("8.01.05.1.01.0003", "61.02.01.2001")]);
    let lower = plan("61.01", vec![row("8.01.05.2.01.0003", DESA)]);
    let outcomes = all(&government(&upper), &[government(&lower)], &[], &context(), |_| true);
    let found: Vec<&str> =
        outcomes.iter().filter(|of| of.check != Check::Coverage).flat_map(rules).collect();
    assert_eq!(found, Vec::<&str>::new());
}
