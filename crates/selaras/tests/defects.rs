//! Defects are planted in exported workbooks by a generator that knows nothing of the checks, with as
//! many near-misses beside them: what is planted is found, and nothing else.

#![cfg(test)]

use std::collections::BTreeSet;

use selaras::align::read::{self, Mappings, PlanFile};
use selaras::align::{Alignment, IndexPart, Inputs, align};
use selaras::check::{Check, Finding, LowCell, Measured, Rules, Sides, State};
use selaras::outcome::HarmonyScore;
use selaras::plan::{Decimal, Terms};
use selaras::region::{self, Level};
use selaras::sheet::Source;
use selaras::simulate::plans::{PlanSimulation, Planted, PlantedIn, Role, SimulatedPlans};

fn code(text: &str) -> region::Code {
    text.parse().expect("a code")
}

/// What an officer would do with the files: lay them in folders and read them.
fn aligned(plans: &SimulatedPlans) -> Alignment {
    let folder = tempfile::tempdir().expect("a folder");
    plans.write(folder.path()).expect("written");
    let source = |name: &str| Source::open(&folder.path().join(name)).expect("a file");
    let level = |role| match role {
        Role::Province => Some(Level::Province),
        Role::Regency => Some(Level::Regency),
        _ => None,
    };
    let files: Vec<PlanFile> = plans
        .files
        .iter()
        .filter_map(|file| {
            let level = level(file.role)?;
            Some(PlanFile { source: source(&file.name), name: file.name.clone(), level })
        })
        .collect();
    let read = read::plans(&files, &mut Mappings::default(), Terms::shipped(), &mut |_| {});
    let read =
        read.unwrap_or_else(|faults| panic!("{:#?}", &faults.kept[..3.min(faults.kept.len())]));
    let list =
        |role| plans.files.iter().find(|file| file.role == role).expect("a list").name.clone();
    let proposals = read::proposals(source(&list(Role::Proposals)), "usulan.xlsx");
    let items = read::items(source(&list(Role::Meetings)), "rapat.xlsx");
    let simulation = plans.simulation();
    let inputs = Inputs {
        rules: Some(Rules::open(&folder.path().join("aturan")).expect("rules")),
        index: Some(index(plans)),
        proposals: Some(proposals.expect("proposals")),
        items: Some(items.expect("items")),
        year: simulation.year,
        ..Inputs::new(simulation.upper, read)
    };
    align(inputs, simulation.today())
}

/// The scores that the targets were set by, with one low cell in every kab/kota.
fn index(plans: &SimulatedPlans) -> IndexPart {
    let named =
        |score: &str| HarmonyScore { instrument: "ihai-2025".to_owned(), score: score.to_owned() };
    let decimal = |hundredths| Decimal::new(hundredths, 2).expect("a number");
    let measured = plans.scores.iter().map(|of| Measured {
        region: of.region,
        score: named("index"),
        value: decimal(of.hundredths),
        low: decimal(2 * of.hundredths - of.high),
        high: decimal(of.high),
        n: 1_250,
        weight: of.weight,
    });
    let low = plans.scores.iter().filter(|of| of.region != plans.simulation().upper);
    let low = low.map(|of| LowCell {
        region: of.region,
        score: named("cell-V8-P"),
        name: "V8 persepsi".to_owned(),
        measured: true,
    });
    IndexPart {
        round: "Putaran simulasi".to_owned(),
        instrument: "ihai-2025".to_owned(),
        simulated: true,
        measured: measured.collect(),
        low: Some(low.collect()),
    }
}

fn of(planted: PlantedIn) -> Check {
    match planted {
        PlantedIn::Parity => Check::Parity,
        PlantedIn::Target => Check::Target,
        PlantedIn::Coverage => Check::Coverage,
        PlantedIn::Duplication => Check::Duplication,
        PlantedIn::Authority => Check::Authority,
        PlantedIn::Money => Check::Money,
        PlantedIn::Calendar => Check::Calendar,
        PlantedIn::Proposals => Check::Proposals,
        PlantedIn::Drift => Check::Drift,
        PlantedIn::Overdue => Check::Overdue,
    }
}

/// Whether a finding is about what was planted.
fn is_about(finding: &Finding, sides: Sides, planted: &Planted) -> bool {
    if of(planted.of) != finding.check {
        return false;
    }
    if finding.check == Check::Coverage {
        return sides == Sides::One(planted.region);
    }
    let cites = finding
        .rows
        .iter()
        .any(|row| row.region == planted.region && row.label.contains(&planted.row));
    cites || finding.about.ends_with(&planted.row)
}

/// Defects that were not found and findings that nobody planted, of each check.
fn wrong(plans: &SimulatedPlans) -> (Vec<String>, Vec<String>, Alignment) {
    let alignment = aligned(plans);
    let findings: Vec<(Sides, &Finding)> = alignment
        .outcomes
        .iter()
        .flat_map(|outcome| outcome.findings.iter().map(|of| (outcome.sides, of)))
        .collect();
    let defects: Vec<&Planted> = plans.planted.iter().filter(|of| of.defect).collect();
    let missed = defects.iter().filter(|planted| {
        !findings.iter().any(|(sides, finding)| is_about(finding, *sides, planted))
    });
    let missed = missed.map(|of| format!("{of:?}")).collect();
    let unasked = findings
        .iter()
        .filter(|(sides, finding)| !defects.iter().any(|of| is_about(finding, *sides, of)));
    let unasked = unasked.map(|(sides, finding)| {
        let rows: Vec<&str> = finding.rows.iter().map(|row| row.label.as_str()).collect();
        format!(
            "{:?} {sides:?} {} {} {rows:?} {:?}",
            finding.check, finding.rule.id, finding.about, finding.why
        )
    });
    let unasked = unasked.collect();
    (missed, unasked, alignment)
}

fn simulation(seed: u64, province: &str) -> PlanSimulation {
    PlanSimulation { seed, upper: code(province), year: 2027, silent: 0 }
}

#[test]
fn plans_without_defects_give_no_finding() {
    for (seed, province) in [(1, "61"), (2, "51")] {
        let plans = simulation(seed, province).make().expect("plans");
        let (_, unasked, alignment) = wrong(&plans);
        assert_eq!(unasked, Vec::<String>::new(), "{seed} {province}");
        // Nothing was left out because something to check it by was missing.
        for check in Check::ALL {
            for region in alignment.regions() {
                let state = alignment.state(check, region);
                let lacking: Vec<_> = alignment.missing(check, region);
                assert_eq!(state, State::Checked, "{check:?} {region}: {lacking:?}");
            }
        }
    }
}

#[test]
fn what_is_planted_is_found_and_nothing_else_of_any_seed_and_province() {
    let mut planted: Vec<Planted> = Vec::new();
    let (mut missed, mut unasked) = (Vec::new(), Vec::new());
    for (seed, province) in [(3, "61"), (4, "61"), (5, "18"), (6, "51")] {
        let plans = simulation(seed, province).make().expect("plans").plant(2);
        let (own_missed, own_unasked, _) = wrong(&plans);
        missed.extend(own_missed.into_iter().map(|of| format!("{seed} {province} {of}")));
        unasked.extend(own_unasked.into_iter().map(|of| format!("{seed} {province} {of}")));
        planted.extend(plans.planted);
    }
    let count = |of: PlantedIn, defect| {
        planted.iter().filter(|it| it.of == of && it.defect == defect).count()
    };
    let kinds: BTreeSet<PlantedIn> = planted.iter().map(|of| of.of).collect();
    for kind in &kinds {
        println!("{kind:?}: {} defects, {} near-misses", count(*kind, true), count(*kind, false));
    }
    assert_eq!(kinds.len(), 10);
    assert_eq!((missed, unasked), (Vec::<String>::new(), Vec::<String>::new()));
    for kind in kinds {
        assert!(count(kind, true) >= 4 && count(kind, false) >= 4, "{kind:?}");
    }
}

#[test]
fn the_same_seed_is_the_same_bytes() {
    let make = || simulation(7, "61").make().expect("plans").plant(1);
    assert!(make() == make());
}

#[test]
fn two_regions_that_send_nothing_are_a_state_of_their_own() {
    let plans = PlanSimulation { silent: 2, ..simulation(8, "61") }.make().expect("plans");
    let alignment = aligned(&plans);
    let listed = alignment.listed();
    assert_eq!(listed[..2], plans.silent[..]);
    for region in &plans.silent {
        assert_eq!(alignment.state(Check::Overdue, *region), State::NotSent);
    }
}
