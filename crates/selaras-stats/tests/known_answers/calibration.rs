//! Post-stratification, raking and calibration of a sample: `margins.json` holds the design and,
//! by method, either margins (`by`, `margins`) or a formula with `totals`.

use std::collections::BTreeMap;

use selaras_stats::weights::calibration::{
    Calibration, Distance, RakingEnd, RegressionWeights, RowMargin, calibrate, post_stratify, rake,
};
use serde_json::{Map, Value};

use crate::case::{Case, Findings};
use crate::rows::Data;

/// R's default for `rake()`: it ends when no count of the joint table changes by 1 in a sweep.
const END: RakingEnd = RakingEnd { change: 1.0, sweeps: 10 };

/// Checks a case of calibrated weights.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    let tolerance = case.tolerance()?;
    ["input.csv", "margins.json", "results.csv"].into_iter().for_each(|name| findings.uses(name));
    let margins = case.json("margins.json")?;
    let design = margins["design"].as_str().ok_or("margins.json names no design")?;
    let data = Data::read(case.table("input.csv")?, design)?;
    let results = case.table("results.csv")?;
    let expected_weights =
        if case.has("weights.csv") { Some(case.table("weights.csv")?) } else { None };
    for (method, settings) in margins["methods"].as_object().ok_or("no methods")? {
        let failed = |error: String| format!("{method}: {error}");
        let calibration = calibration(&data, method, settings).map_err(failed)?;
        if let Some(expected) = expected_weights.as_ref().filter(|table| table.has(method)) {
            findings.uses("weights.csv");
            let expected = expected.numbers(method)?;
            for (row, (expected, got)) in expected.iter().zip(calibration.weights()).enumerate() {
                let what = format!("{method}: weight of row {row}");
                findings.compare(&what, *expected, Some(*got), tolerance.estimate);
            }
        }
        let design = data.design.clone().calibrated(calibration);
        let design = design.map_err(|error| failed(error.to_string()))?;
        let named = results.texts("method")?.into_iter().zip(results.texts("var")?);
        let named = named.zip(results.texts("stat")?);
        let figures = results.numbers("est")?.into_iter().zip(results.numbers("se")?);
        for (((_, variable), stat), (est, se)) in
            named.zip(figures).filter(|(((own, _), _), _)| own == method)
        {
            let y = data.scores(variable)?;
            let got = match stat {
                "mean" => design.mean(&y, None),
                "total" => design.total(&y, None),
                _ => return Err(failed(format!("{stat} is no known statistic"))),
            };
            let got = got.map_err(|error| failed(error.to_string()))?;
            let what = format!("{method} {variable} {stat}");
            findings.compare(&format!("{what} est"), est, Some(got.value), tolerance.estimate);
            let found = Some(got.standard_error());
            findings.compare(&format!("{what} se"), se, found, tolerance.error);
        }
    }
    Ok(())
}

fn calibration(data: &Data, method: &str, settings: &Value) -> Result<Calibration, String> {
    let weights = data.design.weights();
    let calibrated = match (&settings["by"], settings["formula"].as_str()) {
        (Value::String(by), _) => {
            let (category, totals) = margin(data, by, &settings["margins"])?;
            post_stratify(weights, RowMargin { category: &category, totals: &totals })
        }
        (Value::Array(by), _) => {
            let margins = by.iter().zip(settings["margins"].as_array().ok_or("no margins")?);
            let margins = margins
                .map(|(by, totals)| margin(data, by.as_str().unwrap_or_default(), totals))
                .collect::<Result<Vec<_>, _>>()?;
            let margins: Vec<RowMargin<'_>> =
                margins.iter().map(|(category, totals)| RowMargin { category, totals }).collect();
            rake(weights, &margins, END, RegressionWeights::Equal)
        }
        (_, Some(formula)) => {
            let totals = settings["totals"].as_object().ok_or("no totals")?;
            let names = formula.split(',').next().unwrap_or_default();
            let names: Vec<&str> = names.split(['~', '+', '*', ':']).map(str::trim).collect();
            let columns = totals
                .keys()
                .map(|term| column(data, &names, term))
                .collect::<Result<Vec<_>, _>>()?;
            let totals: Vec<f64> = totals.values().filter_map(Value::as_f64).collect();
            let distance = distance(method, formula, settings)?;
            calibrate(weights, columns, &totals, distance, 1e-12)
        }
        _ => return Err("neither margins nor a formula".to_owned()),
    };
    calibrated.map_err(|error| error.to_string())
}

/// The distance that the formula's remark, the method's name or a key of its own names.
fn distance(method: &str, formula: &str, settings: &Value) -> Result<Distance, String> {
    let named = settings["calfun"].as_str().unwrap_or_default();
    let named = format!("{named} {} {method}", formula.split_once(',').map_or("", |parts| parts.1));
    let bounds: Option<(f64, f64)> = settings["bounds"]
        .as_array()
        .and_then(|bounds| Some((bounds.first()?.as_f64()?, bounds.get(1)?.as_f64()?)));
    Ok(match (named, bounds) {
        (named, Some((lower, upper))) if named.contains("logit") => {
            Distance::Logit { lower, upper }
        }
        (named, None) if named.contains("logit") => return Err("logit without bounds".to_owned()),
        (named, None) if named.contains("raking") => Distance::Raking,
        (named, Some(_)) if named.contains("raking") => {
            return Err("raking with bounds is not known".to_owned());
        }
        (_, Some((lower, upper))) => Distance::Truncated { lower, upper },
        (_, None) => Distance::Linear,
    })
}

/// The category of each row and the totals by category, in the order of the margin's names.
fn margin(data: &Data, by: &str, totals: &Value) -> Result<(Vec<usize>, Vec<f64>), String> {
    let totals: &Map<String, Value> = totals.as_object().ok_or("a margin without totals")?;
    let order: BTreeMap<&str, usize> = totals.keys().map(String::as_str).zip(0..).collect();
    let texts = data.table.texts(by)?;
    let category = texts.iter().map(|text| order.get(text).copied());
    let category = category.collect::<Option<Vec<usize>>>();
    let category = category.ok_or_else(|| format!("{by} has a value without total"))?;
    Ok((category, totals.values().filter_map(Value::as_f64).collect()))
}

/// The column of a term of the model: the constant, a variable, the indicator of one of its values
/// written behind its name, or a product of such, joined by `:`.
fn column(data: &Data, names: &[&str], term: &str) -> Result<Vec<f64>, String> {
    if term == "(Intercept)" {
        return Ok(vec![1.0; data.table.len()]);
    }
    let mut product = vec![1.0; data.table.len()];
    for part in term.split(':') {
        let indicator = || {
            names.iter().filter(|name| !name.is_empty()).find_map(|name| {
                let inside = data.domain(name, part.strip_prefix(name)?).ok()?;
                Some(inside.into_iter().map(|inside| f64::from(u8::from(inside))).collect())
            })
        };
        let factor: Vec<f64> = if data.table.has(part) {
            data.scores(part)?
        } else {
            indicator().ok_or_else(|| format!("no column for {term}"))?
        };
        product.iter_mut().zip(factor).for_each(|(product, factor)| *product *= factor);
    }
    Ok(product)
}
