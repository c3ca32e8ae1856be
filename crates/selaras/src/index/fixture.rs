//! Small results made by hand, for tests.

use jiff::civil::date;

use super::CIVIL_SERVANTS;
use super::result::*;
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
            let answered: Vec<_> = leaves.iter().filter(|leaf| leaf.0 >= 5).collect();
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
                scores: (0..scores.len())
                    .map(|score| Score {
                        n: withheld.is_none().then_some(n),
                        value: (covered > 0).then(|| {
                            answered.iter().map(|leaf| leaf.1 as f64 * leaf.2[score]).sum::<f64>()
                                / covered as f64
                        }),
                        withheld,
                        standing: (level == Level::Regency).then_some(Verdict::NotTold),
                        ..Score::default()
                    })
                    .collect(),
                not_adjusted: None,
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
        design: Design::OpenLink,
        scores,
        regions,
        low_cells: Vec::new(),
        change: None,
        notes: Vec::new(),
    }
}
