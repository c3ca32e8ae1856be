//! Small results made by hand, for tests.

use jiff::civil::date;

use super::result::*;
use super::{CIVIL_SERVANTS, attack};
use crate::instrument::{Standing, Text};
use crate::round::answers::Design;
use crate::round::frame::{Adults, Level};

fn text(name: &str) -> Text {
    Text { id: name.to_owned(), en: name.to_owned() }
}

fn definition(id: &str, kind: ScoreKind) -> ScoreDefinition {
    ScoreDefinition {
        id: id.to_owned(),
        kind,
        name: text(id),
        dimension: None,
        variable: None,
        component: None,
    }
}

/// An internal result of one nation with these provinces, each a list of kab/kota as (answers,
/// adults). Scores: index, one dimension, two variables, one component, one cell; aggregates are
/// means over kab/kota with at least five answers, weighted by adults.
pub(crate) fn result(provinces: &[Vec<(u64, u64)>]) -> IndexResult {
    of_design(provinces, Design::OpenLink)
}

/// What a kab/kota with this many adults weighs in a recorded design: unlike its adults.
pub(crate) fn weighs(adults: u64) -> f64 {
    (adults * (1 + adults % 7)) as f64
}

/// As [`weighs`], in the round before.
pub(crate) fn weighed(adults: u64) -> f64 {
    (adults * (1 + adults % 5)) as f64
}

/// As [`result`]; in a recorded design aggregates are means over every answer, weighted by design.
pub(crate) fn of_design(provinces: &[Vec<(u64, u64)>], design: Design) -> IndexResult {
    let recorded = design == Design::Recorded;
    let weight = |adults: u64| if recorded { weighs(adults) } else { adults as f64 };
    let scores = vec![
        definition("index", ScoreKind::Index),
        definition("dimension-E", ScoreKind::Dimension),
        definition("variable-X1", ScoreKind::Variable),
        definition("variable-X2", ScoreKind::Variable),
        definition("component-P", ScoreKind::Component),
        definition("cell-X1-P", ScoreKind::Cell),
    ];
    let leaf_value = |province: usize, at: usize, score: usize| {
        5.0 + ((province * 7 + at * 3 + score * 5) % 11) as f64 / 5.0
    };
    let region =
        |code: String, level: Level, parent: Option<&str>, leaves: &[(u64, u64, Vec<f64>)]| {
            let least = if recorded { 1 } else { 5 };
            let answered: Vec<_> = leaves.iter().filter(|leaf| leaf.0 >= least).collect();
            let all: f64 = answered.iter().map(|leaf| weight(leaf.1)).sum();
            let n: u64 = leaves.iter().map(|leaf| leaf.0).sum();
            let adults: u64 = leaves.iter().map(|leaf| leaf.1).sum();
            let covered: u64 = answered.iter().map(|leaf| leaf.1).sum();
            let withheld = match n {
                0 => Some(Withheld::NoAnswers),
                1..=4 => Some(Withheld::TooFew),
                _ => None,
            };
            RegionResult {
                name: code.clone(),
                parent: parent.map(str::to_owned),
                adults: Some(Adults {
                    count: adults,
                    total_population: true,
                    source: "uji".to_owned(),
                }),
                n: (!matches!(n, 1..=4)).then_some(n),
                withheld: withheld.filter(|&reason| reason == Withheld::TooFew),
                target: 1_250,
                reached: None,
                missing: Vec::new(),
                adults_covered: (level != Level::Regency).then(|| covered as f64 / adults as f64),
                official: None,
                scores: (0..scores.len())
                    .map(|score| {
                        let value = (covered > 0 && withheld.is_none()).then(|| {
                            let part =
                                |leaf: &&(u64, u64, Vec<f64>)| weight(leaf.1) * leaf.2[score];
                            answered.iter().map(part).sum::<f64>() / all
                        });
                        (score, value)
                    })
                    .map(|(score, value)| Score {
                        n: (n == 0 || withheld.is_none()).then_some(n),
                        value,
                        adjusted: value.filter(|_| !recorded).map(|value| Adjusted {
                            value: value + 0.1 * score as f64,
                            difference: 0.1 * score as f64,
                        }),
                        weight: (recorded && level == Level::Regency && n > 0)
                            .then(|| weight(adults) / n as f64),
                        withheld,
                        standing: (level == Level::Regency).then_some(Verdict::NotTold),
                        ..Score::default()
                    })
                    .collect(),
                not_adjusted: None,
                not_adjusted_for: Vec::new(),
                kish: None,
                composition: vec![Composition {
                    attribute: CIVIL_SERVANTS.to_owned(),
                    band: CIVIL_SERVANTS.to_owned(),
                    name: text(CIVIL_SERVANTS),
                    n: Some(n / 5),
                    share: Some(0.2),
                    population_share: None,
                    source: None,
                    withheld: None,
                }],
                districts: Vec::new(),
                flags: FlagCounts::default(),
                letters: "a".to_owned(),
                clearly: Some((0, 0)),
                code,
                level,
            }
        };
    let leaves: Vec<Vec<(u64, u64, Vec<f64>)>> = provinces
        .iter()
        .enumerate()
        .map(|(province, kabupaten)| {
            kabupaten
                .iter()
                .enumerate()
                .map(|(at, &(n, adults))| {
                    (n, adults, (0..scores.len()).map(|s| leaf_value(province, at, s)).collect())
                })
                .collect()
        })
        .collect();
    let mut regions = vec![region("ID".to_owned(), Level::Nation, None, &leaves.concat())];
    for (province, kabupaten) in leaves.iter().enumerate() {
        let code = format!("{}", 11 + province);
        regions.push(region(code.clone(), Level::Province, Some("ID"), kabupaten));
        for (at, leaf) in kabupaten.iter().enumerate() {
            let own = format!("{code}.{:02}", at + 1);
            regions.push(region(own, Level::Regency, Some(&code), std::slice::from_ref(leaf)));
        }
    }
    IndexResult {
        schema: "selaras/result/1".to_owned(),
        form: Form::Internal,
        program: "selaras uji".to_owned(),
        instrument: InstrumentRef {
            id: "uji".to_owned(),
            version: "1".to_owned(),
            title: text("Uji"),
            standing: Standing::Other,
            scale: (1, 9),
            categories_source: None,
            sha256: String::new(),
        },
        round: RoundRef {
            name: "Putaran uji".to_owned(),
            year: 2026,
            opened: Some(date(2026, 3, 3)),
            closed: Some(date(2026, 3, 24)),
            as_of: date(2026, 6, 1),
            target: 1_250,
        },
        simulated: true,
        options: Options::default(),
        inputs: vec![InputRef {
            name: "uji.csv".to_owned(),
            sha256: "0".repeat(64),
            rows: 3,
            kept: 3,
        }],
        design,
        scores,
        regions,
        low_cells: Vec::new(),
        change: None,
        notes: Vec::new(),
    }
}

/// Puts beside `result`, made of `provinces`, its change since a round in which the kab/kota had
/// `before` answers: as computed, of an open link over the kab/kota with an interval in both
/// rounds, of a recorded design over all answers.
pub(crate) fn with_change(
    mut result: IndexResult,
    provinces: &[Vec<(u64, u64)>],
    before: &[u64],
) -> IndexResult {
    let recorded = result.design == Design::Recorded;
    let leaves: Vec<(u64, u64)> = provinces.concat();
    let positions = attack::leaves_under(&result, "ID");
    let told = |n: u64| (!matches!(n, 1..=4)).then_some(n);
    let earlier = |leaf: usize, score: usize| 4.0 + ((leaf * 5 + score * 3) % 13) as f64 / 5.0;
    let change = |region: &RegionResult, score: usize| {
        let under: Vec<usize> = attack::leaves_under(&result, &region.code)
            .into_iter()
            .filter_map(|at| positions.iter().position(|&position| position == at))
            .collect();
        let single = region.level == Level::Regency;
        let parts: Vec<usize> = match recorded {
            true => under.clone(),
            false => {
                under.iter().copied().filter(|&at| leaves[at].0.min(before[at]) >= 30).collect()
            }
        };
        let counted = if single || recorded { &under } else { &parts };
        let (n, was) =
            counted.iter().fold((0, 0), |(n, was), &at| (n + leaves[at].0, was + before[at]));
        let weight = |at: usize| match recorded {
            true if before[at] == 0 => 0.0,
            true => weighed(leaves[at].1),
            false => leaves[at].1 as f64,
        };
        let all: f64 = parts.iter().map(|&at| weight(at)).sum();
        let known = all > 0.0 && n >= 5 && was >= 5;
        let mean: f64 = parts.iter().map(|&at| weight(at) * earlier(at, score)).sum::<f64>() / all;
        ScoreChange {
            n: told(n),
            n_before: told(was),
            weight_before: (single && recorded && was > 0).then(|| all / was as f64),
            before: known.then_some(mean),
            difference: known.then_some(6.0 - mean),
            withheld: (!known).then_some(Withheld::FewToCompare),
            ..ScoreChange::default()
        }
    };
    let regions = result
        .regions
        .iter()
        .map(|region| RegionChange {
            region: region.code.clone(),
            not_comparable: None,
            scores: (0..result.scores.len()).map(|score| change(region, score)).collect(),
        })
        .collect();
    result.change = Some(Change {
        before: "Putaran lalu".to_owned(),
        not_comparable: Vec::new(),
        remarks: Vec::new(),
        regions,
        cells: Vec::new(),
    });
    result
}
