//! R `survey` on a data file by the path that needs rows: designs of several stages, and every
//! design of one stage a second time.
//!
//! Design and variables come from the folder: the README.json's `design` text names the columns,
//! stages joined by `+`; the expected files name the variables.

use selaras_stats::rows::{Design, Estimate, LoneCluster, RowsError, Stage};
use selaras_stats::survey::t_quantile;
use serde_json::Value;

use crate::case::{Case, Findings, Tolerance};
use crate::csv::Table;
use crate::published::printed;

const INPUT: &str = "input.csv";

/// Checks a case by rows.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    let tolerance = case.tolerance()?;
    findings.uses(INPUT);
    let data = Data::read(case.table(INPUT)?, case.text("design"))?;
    for name in case.files()? {
        let Some(kind) = name.strip_suffix(".csv") else { continue };
        let checked = if kind == "mean_total" || kind == "mean_deff" {
            estimates(&data, &case.table(&name)?, tolerance, findings)
        } else if let Some(by) = kind.strip_prefix("prop_") {
            proportions(&data, by, &case.table(&name)?, tolerance, findings)
        } else if let Some(by) = kind.strip_prefix("domain_means_") {
            domains(&data, by, true, &case.table(&name)?, tolerance, findings)
        } else if let Some(by) = kind.strip_prefix("domain_totals_") {
            domains(&data, by, false, &case.table(&name)?, tolerance, findings)
        } else if let Some(pair) = kind.strip_prefix("ratio_") {
            ratio(&data, pair, &case.table(&name)?, tolerance, findings)
        } else if kind.starts_with("vcov_listwise") {
            covariances(&data, &case.table(&name)?, tolerance, findings)
        } else if let Some(variable) = kind.strip_prefix("quantiles_") {
            let y = data.scores(variable)?;
            quantiles(&data.design, &y, &case.table(&name)?, tolerance, findings)
        } else {
            continue;
        };
        checked.map_err(|error| format!("{name}: {error}"))?;
        findings.uses(&name);
    }
    Ok(())
}

/// Checks the quantiles of an end-to-end case: `quantiles_SCORE_nation.csv` from
/// `respondent_scores.csv`, with the design of `survey.csv`.
pub(crate) fn endtoend(case: &Case, findings: &mut Findings) -> Result<(), String> {
    let (scores, survey) = ("respondent_scores.csv", "survey.csv");
    let tolerance = case.tolerance()?;
    let table = case.table(survey)?;
    let design = Data::read(table, "id=psu strata=stratum weights=weight")?.design;
    for name in case.files()? {
        let kind = name.strip_prefix("quantiles_");
        let Some(score) = kind.and_then(|kind| kind.strip_suffix("_nation.csv")) else { continue };
        let y = numbers(&case.table(scores)?, score)?;
        quantiles(&design, &y, &case.table(&name)?, tolerance, findings)?;
        [scores, survey, name.as_str()].into_iter().for_each(|name| findings.uses(name));
    }
    Ok(())
}

/// Checks figures printed for `case`, `svymean_VARIABLE` and `svytotal_VARIABLE`.
pub(crate) fn published(
    case: &Case,
    set: &str,
    figures: &Value,
    findings: &mut Findings,
) -> Result<(), String> {
    let data = Data::read(case.table(INPUT)?, case.text("design"))?;
    for (figure, values) in figures.as_object().into_iter().flatten() {
        let estimate = match figure.trim_end_matches("_narm").split_once('_') {
            Some(("svymean", variable)) => data.design.mean(&data.scores(variable)?, None),
            Some(("svytotal", variable)) => data.design.total(&data.scores(variable)?, None),
            _ => return Err(format!("{figure}: unknown figure")),
        };
        let estimate = estimate.map_err(|error| format!("{set} {figure}: {error}"))?;
        for (key, value) in values.as_object().into_iter().flatten() {
            let got = if key == "se" { estimate.standard_error() } else { estimate.value };
            printed(&format!("{set} {figure} {key}"), value, Some(got), findings);
        }
    }
    Ok(())
}

/// Whether `design` draws in several stages.
pub(crate) fn several_stages(design: &str) -> bool {
    named(design, "id").len() > 1
}

/// The columns that `design` names for `option`, joined by `+`; none for `~1`.
fn named(design: &str, option: &str) -> Vec<String> {
    let after = design.split_once(&format!("{option}=")).map_or("", |(_, after)| after);
    let names = after.split([' ', ',', ';', '(']).next().unwrap_or_default();
    let names = names.split('+').map(|name| name.trim_start_matches('~'));
    names.filter(|name| !name.is_empty() && *name != "1").map(str::to_owned).collect()
}

/// A data file and its design.
pub(crate) struct Data {
    /// The design.
    pub(crate) design: Design,
    /// The file.
    pub(crate) table: Table,
}

impl Data {
    /// Reads `id=`, `strata=`, `weights=` and `fpc=` from `design`, one column per stage joined by
    /// `+`; `id` absent or `~1` draws rows.
    pub(crate) fn read(table: Table, design: &str) -> Result<Self, String> {
        let mut stages = Vec::new();
        for id in named(design, "id") {
            stages.push(Stage { clusters: codes(&table, &id)?, ..Stage::default() });
        }
        if stages.is_empty() {
            let clusters = (0..table.len() as u64).collect();
            stages.push(Stage { clusters, ..Stage::default() });
        }
        for (stage, name) in stages.iter_mut().zip(named(design, "strata")) {
            stage.strata = Some(codes(&table, &name)?);
        }
        for (stage, name) in stages.iter_mut().zip(named(design, "fpc")) {
            stage.population = Some(numbers(&table, &name)?);
        }
        let weights =
            named(design, "weights").first().map(|name| numbers(&table, name)).transpose()?;
        let design = Design::new(&stages, weights, LoneCluster::Refuse);
        Ok(Self { design: design.map_err(|error| error.to_string())?, table })
    }

    /// A column as numbers, NaN where missing.
    pub(crate) fn scores(&self, name: &str) -> Result<Vec<f64>, String> {
        numbers(&self.table, name)
    }

    /// The rows whose column `by` is `value`.
    pub(crate) fn domain(&self, by: &str, value: &str) -> Result<Vec<bool>, String> {
        Ok(self.table.texts(by)?.into_iter().map(|text| text == value).collect())
    }
}

/// A column as numbers, NaN where missing.
pub(crate) fn numbers(table: &Table, name: &str) -> Result<Vec<f64>, String> {
    Ok(table.numbers(name)?.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

/// A column's texts numbered through.
fn codes(table: &Table, name: &str) -> Result<Vec<u64>, String> {
    let texts = table.texts(name)?;
    let mut known: Vec<&str> = texts.clone();
    known.sort_unstable();
    known.dedup();
    let code = |text: &&str| known.binary_search(text).map_or(0, |index| index as u64);
    Ok(texts.iter().map(code).collect())
}

/// Compares whichever columns of row `row` the file has.
fn compare(
    what: &str,
    table: &Table,
    row: usize,
    estimate: Result<Estimate, RowsError>,
    more: &[(&str, Option<f64>)],
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let estimate = estimate.map_err(|error| format!("{what}: {error}"))?;
    let (value, se) = (Some(estimate.value), Some(estimate.standard_error()));
    let mut figures = vec![("se", se, tolerance.error)];
    figures.extend(["est", "mean", "total", "ratio"].map(|name| (name, value, tolerance.estimate)));
    figures.extend(more.iter().map(|&(name, got)| (name, got, tolerance.error)));
    for (column, got, tolerance) in figures {
        if table.has(column) {
            let expected = table.numbers(column)?.get(row).copied().flatten();
            findings.compare(&format!("by rows: {what} {column}"), expected, got, tolerance);
        }
    }
    Ok(())
}

/// Ends of normal and t intervals, and the degrees of freedom.
fn intervals(data: &Data, estimate: Estimate) -> Result<Vec<(&'static str, Option<f64>)>, String> {
    let df = data.design.degrees_of_freedom(None).map_err(|error| error.to_string())? as f64;
    let end =
        |p: f64, df: f64| Some(estimate.value + t_quantile(p, df)? * estimate.standard_error());
    Ok(vec![
        ("df", Some(df)),
        ("lo_z", end(0.025, f64::INFINITY)),
        ("hi_z", end(0.975, f64::INFINITY)),
        ("lo_t", end(0.025, df)),
        ("hi_t", end(0.975, df)),
    ])
}

fn estimates(
    data: &Data,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let named = table.texts("kind")?.into_iter().zip(table.texts("stat")?);
    for (row, (kind, variable)) in named.enumerate() {
        let y = data.scores(variable)?;
        let estimate = match kind {
            "mean" => data.design.mean(&y, None),
            "total" => data.design.total(&y, None),
            _ => return Err(format!("{kind} is no known statistic")),
        };
        let estimate = estimate.map_err(|error| error.to_string())?;
        let mut more = intervals(data, estimate)?;
        let effect = data.design.design_effect(&y, None).map_err(|error| error.to_string())?;
        more.push(("deff", effect));
        let what = format!("{kind} {variable}");
        compare(&what, table, row, Ok(estimate), &more, tolerance, findings)?;
    }
    Ok(())
}

fn proportions(
    data: &Data,
    by: &str,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    for (row, stat) in table.texts("stat")?.into_iter().enumerate() {
        let value = stat.strip_prefix(by).ok_or_else(|| format!("{stat} is not of {by}"))?;
        let inside = data.domain(by, value)?;
        let y: Vec<f64> = inside.into_iter().map(|inside| f64::from(u8::from(inside))).collect();
        let estimate = data.design.mean(&y, None).map_err(|error| error.to_string())?;
        let more = intervals(data, estimate)?;
        compare(stat, table, row, Ok(estimate), &more, tolerance, findings)?;
    }
    Ok(())
}

/// Means of the variables in column `var`, or totals of the one that [`domain_total`] finds.
fn domains(
    data: &Data,
    by: &str,
    mean: bool,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let variables: Vec<String> = if table.has("var") {
        table.texts("var")?.into_iter().map(str::to_owned).collect()
    } else {
        vec![domain_total(data, by, table)?; table.len()]
    };
    for (row, (variable, group)) in variables.iter().zip(table.texts(by)?).enumerate() {
        let (y, inside) = (data.scores(variable)?, data.domain(by, group)?);
        let estimate = if mean {
            data.design.mean(&y, Some(&inside))
        } else {
            data.design.total(&y, Some(&inside))
        };
        compare(&format!("{variable} {group}"), table, row, estimate, &[], tolerance, findings)?;
    }
    Ok(())
}

/// The variable that a file of domain totals is about, which it does not name: the one whose first
/// total agrees to six digits.
fn domain_total(data: &Data, by: &str, table: &Table) -> Result<String, String> {
    let first = table.texts(by)?.first().copied().unwrap_or_default();
    let expected = table.numbers("total")?.first().copied().flatten().unwrap_or(f64::NAN);
    let inside = data.domain(by, first)?;
    let agrees = |name: &&String| {
        let Ok(y) = data.scores(name) else { return false };
        let total = data.design.total(&y, Some(&inside));
        total.is_ok_and(|total| (total.value / expected - 1.0).abs() < 1e-6)
    };
    let found = data.table.header().iter().find(agrees);
    found.cloned().ok_or_else(|| "no variable has these totals".to_owned())
}

fn ratio(
    data: &Data,
    pair: &str,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let names = pair.split_once('_').ok_or_else(|| format!("{pair} is not a pair"))?;
    let (above, below) = (data.scores(names.0)?, data.scores(names.1)?);
    compare(pair, table, 0, data.design.ratio(&above, &below, None), &[], tolerance, findings)
}

fn covariances(
    data: &Data,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let names = table.texts("")?;
    let columns = names.iter().map(|name| data.scores(name)).collect::<Result<Vec<_>, _>>()?;
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let means = data.design.means(&columns, None).map_err(|error| error.to_string())?;
    for (row, (name, covariances)) in names.iter().zip(&means.covariances).enumerate() {
        for (other, &got) in names.iter().zip(covariances) {
            let expected = table.numbers(other)?.get(row).copied().flatten();
            let what = format!("by rows: cov({name}, {other})");
            findings.compare(&what, expected, Some(got), tolerance.error);
        }
    }
    Ok(())
}

fn quantiles(
    design: &Design,
    y: &[f64],
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    for (row, p) in table.numbers("p")?.into_iter().enumerate() {
        let p = p.ok_or("a quantile without p")?;
        let got = design.quantile(y, None, p, 0.95).map_err(|error| error.to_string())?;
        let figures = [
            ("quantile", Some(got.value), tolerance.estimate),
            ("ci.2.5", got.interval.map(|interval| interval.0), tolerance.estimate),
            ("ci.97.5", got.interval.map(|interval| interval.1), tolerance.estimate),
            ("se", got.standard_error, tolerance.error),
        ];
        for (column, got, tolerance) in figures {
            let expected = table.numbers(column)?.get(row).copied().flatten();
            findings.compare(&format!("quantile {p} {column}"), expected, got, tolerance);
        }
    }
    Ok(())
}
