//! Values printed in R `survey`'s documentation, on the data of the other cases.

use serde_json::Value;

use crate::case::{Case, Findings};
use crate::rows;
use crate::survey::Data;

const PUBLISHED: &str = "published.json";
const INPUT: &str = "input.csv";

/// Checks `published.json`: per data set (`apistrat` stands for the folder `survey_apistrat`) the
/// figures `svymean_VARIABLE` and `svytotal_VARIABLE`, to the digits printed.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    findings.uses(PUBLISHED);
    let published = case.json(PUBLISHED)?;
    let sets = published.as_object().ok_or("published.json is not an object")?;
    for (set, figures) in sets {
        let other = case.sibling(&format!("survey_{set}"))?;
        if rows::several_stages(other.text("design")) {
            rows::published(&other, set, figures, findings)?;
            continue;
        }
        let data = Data::read(&other.table(INPUT)?, other.text("design"))?;
        for (figure, values) in figures.as_object().into_iter().flatten() {
            let name = figure.trim_end_matches("_narm");
            let (mean, variable) = match name.split_once('_') {
                Some(("svymean", variable)) => (true, variable),
                Some(("svytotal", variable)) => (false, variable),
                _ => return Err(format!("{figure}: unknown figure")),
            };
            let scores = [data.scores(variable)?];
            let estimate = data.estimate(
                &scores,
                |_| true,
                |sample, whole| {
                    if mean { sample.mean(whole, 0) } else { sample.total(whole, 0) }
                },
            )?;
            for (key, value) in values.as_object().into_iter().flatten() {
                let got = if key == "se" { estimate.se() } else { Some(estimate.value) };
                printed(&format!("{set} {figure} {key}"), value, got, findings);
            }
        }
    }
    Ok(())
}

/// Compares to half of the last digit printed.
pub(crate) fn printed(what: &str, value: &Value, got: Option<f64>, findings: &mut Findings) {
    let text = value.to_string();
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let half = 0.5 * 10_f64.powi(-(digits as i32));
    let expected = value.as_f64();
    let tolerance = expected.map_or(0.0, |expected| (half / expected).abs());
    findings.compare(what, expected, got, tolerance * (1.0 + 1e-9));
}
