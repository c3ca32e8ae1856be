//! Claims about raking an open link's respondents.

use proptest::prelude::*;

use super::{CellTotal, Collapsed, Margin, Neighbours, RakeRefusal, RakeRules, Raked, rake_cells};
use crate::rows::{Design, LoneCluster, Stage};
use crate::weights::calibration::{RakingEnd, RegressionWeights, RowMargin, rake};

const RULES: RakeRules = RakeRules {
    least_respondents: 20,
    trim_at_medians: 5.0,
    kish_limit: 3.0,
    ratio_limit: 10.0,
    tolerance: 1e-10,
    sweeps: 1_000,
};

fn margin(category: &[usize], population: &[f64]) -> Margin {
    Margin {
        category: category.iter().copied().map(Some).collect(),
        population: population.to_vec(),
        neighbours: Neighbours::Any,
    }
}

/// Sex × schooling, cells in the order (0,0), (0,1), (1,0), (1,1).
fn two_by_two(first: &[f64], second: &[f64]) -> [Margin; 2] {
    [margin(&[0, 0, 1, 1], first), margin(&[0, 1, 0, 1], second)]
}

fn share(raked: &Raked, counts: &[u64], margin: &Margin, category: usize) -> f64 {
    let mass = |keep: &dyn Fn(usize) -> bool| -> f64 {
        let cells = raked.weights.iter().zip(counts).enumerate();
        cells.filter(|&(cell, _)| keep(cell)).map(|(_, (w, &n))| w * n as f64).sum()
    };
    mass(&|cell| margin.category[cell] == Some(category))
        / mass(&|cell| margin.category[cell].is_some())
}

#[test]
fn one_margin_gives_each_category_its_population_share() {
    // 60 and 40 respondents, half and half in the population: weights 50/60 and 50/40.
    let raked = rake_cells(&[60, 40], &[margin(&[0, 1], &[7.0, 7.0])], &RULES).unwrap();
    assert!((raked.weights[0] - 50.0 / 60.0).abs() < 1e-12);
    assert!((raked.weights[1] - 50.0 / 40.0).abs() < 1e-12);
    assert!((raked.ratio - 1.5).abs() < 1e-12);
    // n Σw²/(Σw)² = (60·(5/6)² + 40·(5/4)²)/100 = (125/3 + 62.5)/100.
    assert!((raked.kish_effect - (125.0 / 3.0 + 62.5) / 100.0).abs() < 1e-12);
}

#[test]
fn margins_of_different_totals_are_all_reached_as_shares() {
    let counts = [100, 80, 60, 200];
    let margins = two_by_two(&[49.0, 51.0], &[4.0e6, 6.0e6]);
    let raked = rake_cells(&counts, &margins, &RULES).unwrap();
    assert!((share(&raked, &counts, &margins[0], 0) - 0.49).abs() < 1e-9);
    assert!((share(&raked, &counts, &margins[1], 0) - 0.4).abs() < 1e-9);
    // Raking keeps the odds ratio of the table (Deming and Stephan 1940).
    let [a, b, c, d] = [0, 1, 2, 3].map(|cell| raked.weights[cell]);
    assert!((a * d / (b * c) - 1.0).abs() < 1e-9);
    let total: f64 = raked.weights.iter().zip(&counts).map(|(w, &n)| w * n as f64).sum();
    assert!((total - 440.0).abs() < 1e-6);
}

#[test]
fn an_ordered_category_is_collapsed_with_the_smaller_adjacent_one_of_its_run() {
    // Two sexes of three age bands; the oldest women are 5, the oldest men 50.
    let counts = [80, 60, 5, 70, 90, 50];
    let ages = Margin {
        neighbours: Neighbours::Adjacent(3),
        ..margin(&[0, 1, 2, 3, 4, 5], &[20.0, 20.0, 10.0, 20.0, 20.0, 10.0])
    };
    let raked = rake_cells(&counts, &[ages], &RULES).unwrap();
    let expected = Collapsed { margin: 0, categories: vec![1, 2], respondents: 65 };
    assert_eq!(raked.collapsed, [expected]);
    assert!((raked.weights[1] - raked.weights[2]).abs() < 1e-12);
}

#[test]
fn a_run_that_is_too_small_as_a_whole_joins_the_smallest_category_of_another() {
    let ages = Margin {
        neighbours: Neighbours::Adjacent(2),
        ..margin(&[0, 1, 2, 3], &[20.0, 20.0, 30.0, 30.0])
    };
    let raked = rake_cells(&[3, 4, 80, 90], &[ages], &RULES).unwrap();
    let expected = Collapsed { margin: 0, categories: vec![0, 1, 2], respondents: 87 };
    assert_eq!(raked.collapsed, [expected]);
}

#[test]
fn an_unordered_category_is_collapsed_with_the_smallest_other_one() {
    let counts = [300, 3, 150, 40];
    let places = margin(&[0, 1, 2, 3], &[5.0, 1.0, 3.0, 1.0]);
    let raked = rake_cells(&counts, &[places], &RULES).unwrap();
    let expected = Collapsed { margin: 0, categories: vec![1, 3], respondents: 43 };
    assert_eq!(raked.collapsed, [expected]);
}

#[test]
fn nothing_is_adjusted_where_every_category_is_too_small() {
    let refusal = rake_cells(&[7, 6], &[margin(&[0, 1], &[1.0, 1.0])], &RULES).unwrap_err();
    let collapsed = vec![Collapsed { margin: 0, categories: vec![0, 1], respondents: 13 }];
    assert_eq!(refusal, RakeRefusal::AllCollapsed { collapsed });
}

#[test]
fn those_who_did_not_say_keep_their_number() {
    let schooling = Margin {
        category: vec![Some(0), Some(1), None],
        population: vec![1.0, 1.0],
        neighbours: Neighbours::Any,
    };
    let raked = rake_cells(&[60, 40, 25], &[schooling], &RULES).unwrap();
    assert_eq!(raked.unstated, [25]);
    assert!((raked.weights[2] - 1.0).abs() < 1e-9);
    assert!((raked.weights[0] * 60.0 - 50.0).abs() < 1e-9);
}

#[test]
fn weights_above_five_medians_are_trimmed_and_the_margins_still_reached() {
    // The corner cell alone would need a weight far above the others; others can take its part.
    let counts = [300, 60, 60, 6];
    let margins = two_by_two(&[70.0, 30.0], &[70.0, 30.0]);
    let free = RakeRules { trim_at_medians: f64::INFINITY, ..RULES };
    let untrimmed = rake_cells(&counts, &margins, &free).unwrap();
    let raked = rake_cells(&counts, &margins, &RULES).unwrap();
    assert_eq!(untrimmed.trimmed, 0);
    assert!(untrimmed.weights[3] > 5.0 * untrimmed.weights[0]);
    assert_eq!(raked.trimmed, 6);
    assert!(raked.weights[3] <= 5.0 * raked.weights[0] * (1.0 + 1e-6));
    assert!((share(&raked, &counts, &margins[0], 1) - 0.3).abs() < 1e-9);
    assert!((share(&raked, &counts, &margins[1], 1) - 0.3).abs() < 1e-9);
}

#[test]
fn a_composition_that_only_large_weights_could_mend_is_refused() {
    // A tenth of the respondents stand for nine tenths of the people.
    let far = [margin(&[0, 1], &[10.0, 90.0])];
    let refusal = rake_cells(&[900, 100], &far, &RULES).unwrap_err();
    assert!(
        matches!(refusal, RakeRefusal::NotConverged { margin: 0, trimming: true, .. }),
        "{refusal}"
    );
    let loose = RakeRules { trim_at_medians: f64::INFINITY, ..RULES };
    let refusal = rake_cells(&[900, 100], &far, &loose).unwrap_err();
    assert!(matches!(refusal, RakeRefusal::Ratio { ratio, .. } if ratio > 80.0), "{refusal}");
    let looser = RakeRules { ratio_limit: 100.0, ..loose };
    let refusal = rake_cells(&[900, 100], &far, &looser).unwrap_err();
    assert!(matches!(refusal, RakeRefusal::Kish { kish_effect, .. } if kish_effect > 8.0));
}

#[test]
fn margins_that_contradict_each_other_among_the_respondents_do_not_converge() {
    // Sex and schooling coincide among those who answered, but not in the population.
    let refusal = rake_cells(&[50, 0, 0, 50], &two_by_two(&[1.0, 1.0], &[2.0, 3.0]), &RULES);
    let refusal = refusal.unwrap_err();
    let RakeRefusal::NotConverged { sweeps, distance, trimming, .. } = refusal else {
        panic!("{refusal}");
    };
    assert_eq!((sweeps, trimming), (1_000, false));
    assert!(distance > 0.1);
}

#[test]
fn margins_that_cannot_be_used_are_named() {
    let counts = [60, 40];
    let refusal = |margin: Margin, least_respondents: u64| {
        rake_cells(&counts, &[margin], &RakeRules { least_respondents, ..RULES }).unwrap_err()
    };
    assert_eq!(rake_cells(&counts, &[], &RULES).unwrap_err(), RakeRefusal::NoMargin);
    assert_eq!(
        rake_cells(&[0, 0], &[margin(&[0, 1], &[1.0, 1.0])], &RULES).unwrap_err(),
        RakeRefusal::NoRespondents
    );
    assert_eq!(refusal(margin(&[0], &[1.0]), 20), RakeRefusal::Shape { margin: 0 });
    assert_eq!(refusal(margin(&[0, 2], &[1.0, 1.0]), 20), RakeRefusal::Shape { margin: 0 });
    assert_eq!(
        refusal(margin(&[0, 1], &[1.0, f64::NAN]), 20),
        RakeRefusal::Population { margin: 0, category: 1 }
    );
    assert_eq!(refusal(margin(&[0, 1], &[0.0, 0.0]), 20), RakeRefusal::EmptyMargin { margin: 0 });
    assert_eq!(
        refusal(margin(&[0, 1], &[1.0, 0.0]), 20),
        RakeRefusal::NobodyLives { margin: 0, categories: vec![1] }
    );
    assert_eq!(
        refusal(margin(&[0, 1], &[1.0, 1.0, 2.0]), 0),
        RakeRefusal::NobodyAnswered { margin: 0, categories: vec![2] }
    );
}

/// Rows of (psu, cell, score) as totals.
fn totals(rows: &[(usize, usize, Option<f64>)]) -> Vec<CellTotal> {
    rows.iter()
        .map(|&(psu, cell, score)| CellTotal {
            psu,
            cell,
            respondents: 1.0,
            answered: if score.is_some() { 1.0 } else { 0.0 },
            sum: score.unwrap_or(0.0),
            squares: score.map_or(0.0, |score| score * score),
        })
        .collect()
}

#[test]
fn twelve_respondents_raked_by_hand() {
    // Two places, two schoolings; respondents in each cell with their scores:
    //   A, primary 3 5 | A, higher 4 4 6 8 | B, primary 7 9 | B, higher 2 3 5 6
    // Population: A 1/3, B 2/3; half primary, half higher. The table is proportional, so one
    // sweep is exact: A 4/6, B 8/6, primary 6/4, higher 6/8, hence weights 1, 1/2, 2, 1.
    let scores =
        [vec![3.0, 5.0], vec![4.0, 4.0, 6.0, 8.0], vec![7.0, 9.0], vec![2.0, 3.0, 5.0, 6.0]];
    let counts = [2, 4, 2, 4];
    let rules = RakeRules { least_respondents: 1, ..RULES };
    let raked = rake_cells(&counts, &two_by_two(&[1.0, 2.0], &[1.0, 1.0]), &rules).unwrap();
    for (weight, expected) in raked.weights.iter().zip([1.0, 0.5, 2.0, 1.0]) {
        assert!((weight - expected).abs() < 1e-12);
    }
    // Σw = 2 + 2 + 4 + 4 = 12, Σw² = 2 + 1 + 8 + 4 = 15, Kish effect 12·15/12².
    assert!((raked.kish_effect - 1.25).abs() < 1e-12);
    assert!((raked.ratio - 4.0).abs() < 1e-12);
    let rows: Vec<_> = (0..4)
        .flat_map(|cell| scores[cell].iter().map(move |&score| (cell, score)))
        .enumerate()
        .map(|(person, (cell, score))| (person, cell, Some(score)))
        .collect();
    let mean = raked.mean(&totals(&rows), 12).unwrap();
    // Σwy = 8 + 11 + 32 + 16 = 67; unweighted it would be 62/12.
    assert!((mean.mean - 67.0 / 12.0).abs() < 1e-12);
    // The margins explain place + schooling − whole: in A, primary 5 + 6 − 31/6 = 35/6; in
    // B, primary 16/3 + 6 − 31/6 = 37/6. So (3 − 35/6)·1/12 and (9 − 37/6)·2/12.
    assert!((mean.influence[0] + 17.0 / 72.0).abs() < 1e-12);
    assert!((mean.influence[7] - 17.0 / 36.0).abs() < 1e-12);
}

#[test]
fn what_the_margins_explain_does_not_vary() {
    // Scores depend on sex and schooling alone: the adjusted mean is known exactly.
    let counts = [40, 25, 30, 45];
    let margins = two_by_two(&[0.5, 0.5], &[0.6, 0.4]);
    let raked = rake_cells(&counts, &margins, &RULES).unwrap();
    let rows: Vec<_> = (0..4)
        .flat_map(|cell| (0..counts[cell] as usize).map(move |person| (person % 7, cell)))
        .map(|(psu, cell)| (psu, cell, Some(5.0 + (cell / 2) as f64 + 2.0 * (cell % 2) as f64)))
        .collect();
    let mean = raked.mean(&totals(&rows), 7).unwrap();
    assert!((mean.mean - (5.0 + 0.5 + 0.8)).abs() < 1e-9);
    assert!(mean.influence.iter().all(|z| z.abs() < 1e-12), "{:?}", mean.influence);
    assert!(mean.individual_variance.unwrap() < 1e-15);
}

#[test]
fn under_one_margin_the_variance_is_that_of_post_stratification_with_missing_scores() {
    // Post-strata of 20 and 30 respondents with population shares 1/2; every third has no score.
    let counts = [20, 30];
    let raked = rake_cells(&counts, &[margin(&[0, 1], &[1.0, 1.0])], &RULES).unwrap();
    let rows: Vec<_> = (0..50)
        .map(|person| {
            let cell = usize::from(person >= 20);
            let score = f64::from((person * 7) % 9) + 1.0;
            (person as usize % 11, cell, (person % 3 != 0).then_some(score))
        })
        .collect();
    let found = raked.mean(&totals(&rows), 11).unwrap();
    // The same by hand: residuals of u from its mean among all respondents of the post-stratum.
    let weight = |cell: usize| 25.0 / counts[cell] as f64;
    let answered = || rows.iter().filter_map(|&(_, cell, y)| y.map(|y| (weight(cell), y)));
    let total: f64 = answered().map(|(w, _)| w).sum();
    let mean = answered().map(|(w, y)| w * y).sum::<f64>() / total;
    let u = |score: Option<f64>| score.map_or(0.0, |y| (y - mean) / total);
    let mut influence = [0.0; 11];
    let mut squares = 0.0;
    for &(psu, cell, score) in &rows {
        let stratum = rows.iter().filter(|row| row.1 == cell);
        let average = stratum.map(|row| u(row.2)).sum::<f64>() / counts[cell] as f64;
        let value = weight(cell) * (u(score) - average);
        influence[psu] += value;
        squares += value * value;
    }
    assert!((found.mean - mean).abs() < 1e-12);
    for (found, expected) in found.influence.iter().zip(influence) {
        assert!((found - expected).abs() < 1e-14);
    }
    assert!((found.individual_variance.unwrap() - squares * 50.0 / 49.0).abs() < 1e-14);
}

#[test]
fn cells_and_rows_give_the_same_adjusted_mean_and_error() {
    let counts = [40_u64, 25, 30, 45];
    let margins = two_by_two(&[0.55, 0.45], &[0.4, 0.6]);
    let raked = rake_cells(&counts, &margins, &RULES).unwrap();
    let rows: Vec<_> = (0..140_usize)
        .scan(0, |used, person| {
            *used += usize::from(person as u64 >= counts[..=*used].iter().sum());
            Some((person * 5 % 13, *used, Some(((person * 37) % 11) as f64)))
        })
        .collect();
    let by_cells = raked.mean(&totals(&rows), 13).unwrap();

    let category = |margin: &Margin| -> Vec<usize> {
        rows.iter().filter_map(|row| margin.category[row.1]).collect()
    };
    let (first, second) = (category(&margins[0]), category(&margins[1]));
    let row_margins = [
        RowMargin { category: &first, totals: &[0.55 * 140.0, 0.45 * 140.0] },
        RowMargin { category: &second, totals: &[0.4 * 140.0, 0.6 * 140.0] },
    ];
    let end = RakingEnd { change: 1e-9, sweeps: 100 };
    let stage =
        Stage { clusters: rows.iter().map(|row| row.0 as u64).collect(), ..Stage::default() };
    let design = Design::new(&[stage], Some(vec![1.0; 140]), LoneCluster::Refuse).unwrap();
    let calibration = rake(design.weights(), &row_margins, end, RegressionWeights::Starting);
    let scores: Vec<f64> = rows.iter().filter_map(|row| row.2).collect();
    let by_rows = design.calibrated(calibration.unwrap()).unwrap().mean(&scores, None).unwrap();

    let centre = by_cells.influence.iter().sum::<f64>() / 13.0;
    let squares = by_cells.influence.iter().map(|z| (z - centre).powi(2)).sum::<f64>();
    assert!((by_cells.mean - by_rows.value).abs() < 1e-9);
    assert!((squares * 13.0 / 12.0 / by_rows.variance - 1.0).abs() < 1e-8);
}

#[test]
fn a_score_that_nobody_has_has_no_mean() {
    let raked = rake_cells(&[60, 40], &[margin(&[0, 1], &[1.0, 1.0])], &RULES).unwrap();
    assert_eq!(raked.mean(&totals(&[(0, 0, None), (1, 1, None)]), 2), None);
}

proptest! {
    #[test]
    fn what_is_not_refused_reaches_every_margin_within_the_rules(
        counts in prop::collection::vec(0_u64..90, 12),
        first in prop::collection::vec(0.0..5.0, 3),
        second in prop::collection::vec(0.1..5.0, 4),
    ) {
        let margins = [
            margin(&[0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], &first),
            Margin {
                neighbours: Neighbours::Adjacent(4),
                ..margin(&[0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3], &second)
            },
        ];
        if let Ok(raked) = rake_cells(&counts, &margins, &RULES) {
            prop_assert!(raked.kish_effect <= RULES.kish_limit);
            prop_assert!(raked.ratio <= RULES.ratio_limit);
            for (index, margin) in margins.iter().enumerate() {
                let mut groups: Vec<Vec<usize>> = raked.collapsed.iter()
                    .filter(|collapsed| collapsed.margin == index)
                    .map(|collapsed| collapsed.categories.clone())
                    .collect();
                for category in 0..margin.population.len() {
                    if !groups.iter().any(|group| group.contains(&category)) {
                        groups.push(vec![category]);
                    }
                }
                let population: f64 = margin.population.iter().sum();
                for group in groups {
                    let found: f64 =
                        group.iter().map(|&c| share(&raked, &counts, margin, c)).sum();
                    let known: f64 =
                        group.iter().map(|&c| margin.population[c]).sum::<f64>() / population;
                    prop_assert!((found - known).abs() < 1e-8, "{found} {known}");
                }
            }
        }
    }

    #[test]
    fn no_number_makes_raking_panic_or_run_on(
        counts in prop::collection::vec(prop_oneof![0_u64..60, Just(u64::MAX)], 0..7),
        first in prop::collection::vec(prop::num::f64::ANY, 0..4),
        second in prop::collection::vec(0.0..4.0, 0..4),
        picks in prop::collection::vec(prop::option::of(0_usize..4), 12),
        least in 0_u64..30,
        numbers in prop::array::uniform4(prop_oneof![prop::num::f64::ANY, 0.0..9.0]),
        run in 0_usize..5,
    ) {
        let cells = counts.len();
        let margins = [
            Margin {
                category: picks[..cells].to_vec(),
                population: first,
                neighbours: Neighbours::Any,
            },
            Margin {
                category: picks[12 - cells..].to_vec(),
                population: second,
                neighbours: Neighbours::Adjacent(run),
            },
        ];
        let rules = RakeRules {
            least_respondents: least,
            trim_at_medians: numbers[0],
            kish_limit: numbers[1],
            ratio_limit: numbers[2],
            tolerance: numbers[3],
            sweeps: 200,
        };
        if let Ok(raked) = rake_cells(&counts, &margins, &rules) {
            let totals = totals(&[(0, 0, Some(numbers[0])), (9, 99, None), (1, 1, Some(4.0))]);
            let mean = raked.mean(&totals, 2);
            prop_assert!(mean.is_none_or(|mean| mean.influence.len() == 2));
        }
    }
}
