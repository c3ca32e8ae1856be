//! R `survey` on a data file: means, totals, domains, proportions, ratio, covariances.
//!
//! Design and variables come from the folder: the README.json's `design` text names the columns,
//! the expected files name the variables and, in their names, the domain and ratio.

use std::collections::{BTreeMap, BTreeSet};

use selaras_stats::survey::{Domain, Influence, Options, Sample, t_quantile};
use selaras_stats::totals::{Key, Totals};

use crate::case::{Case, Findings, Tolerance};
use crate::csv::Table;
use crate::rows::several_stages;

const INPUT: &str = "input.csv";

/// Checks a case of one-stage designs; those of several stages need rows.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    if several_stages(case.text("design")) {
        return Ok(());
    }
    let tolerance = case.tolerance()?;
    findings.uses(INPUT);
    let data = Data::read(&case.table(INPUT)?, case.text("design"))?;
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
        } else {
            continue;
        };
        checked.map_err(|error| format!("{name}: {error}"))?;
        findings.uses(&name);
    }
    Ok(())
}

/// The rows of a case under its design, as names and numbers.
pub(crate) struct Data {
    /// Stratum and PSU of every row; every row is a cell of its own, so that any domain can be
    /// formed.
    pub(crate) keys: Vec<Key>,
    /// Weights of the rows.
    pub(crate) weights: Vec<f64>,
    /// PSUs in the population, by stratum.
    pub(crate) population: BTreeMap<u32, f64>,
    columns: BTreeMap<String, Vec<String>>,
}

impl Data {
    /// Reads `id=`, `strata=`, `weights=` and `fpc=` from `design`; `id` absent or `~1` makes every
    /// row a PSU, weights absent follow from the sampling fractions.
    pub(crate) fn read(table: &Table, design: &str) -> Result<Self, String> {
        let columns: BTreeMap<String, Vec<String>> = table
            .header()
            .iter()
            .map(|name| {
                let texts = table.texts(name)?;
                Ok((name.clone(), texts.into_iter().map(str::to_owned).collect()))
            })
            .collect::<Result<_, String>>()?;
        let named = |option: &str| {
            let (_, after) = design.split_once(&format!("{option}="))?;
            Some(after.split([' ', ',', ';', '(']).next().unwrap_or_default())
        };
        let column = |option: &str| -> Result<Option<Vec<&str>>, String> {
            match named(option).map(|name| name.trim_start_matches('~')) {
                None | Some("1") => Ok(None),
                Some(name) => table.texts(name).map(Some),
            }
        };
        let rows = table.len();
        let numbers = |texts: &[&str]| -> Vec<u32> {
            let names: BTreeSet<&str> = texts.iter().copied().collect();
            let number: BTreeMap<&str, u32> = names.into_iter().zip(0..).collect();
            texts.iter().filter_map(|text| number.get(text).copied()).collect()
        };
        let psu = column("id")?.map_or((0..rows as u32).collect(), |texts| numbers(&texts));
        let stratum = column("strata")?.map_or(vec![0; rows], |texts| numbers(&texts));
        let sizes = match named("fpc") {
            None => vec![None; rows],
            Some(name) => table.numbers(name)?,
        };
        let units: BTreeSet<(u32, u32)> =
            stratum.iter().copied().zip(psu.iter().copied()).collect();
        let sampled = |h: u32| units.range((h, 0)..=(h, u32::MAX)).count() as f64;
        // R reads numbers up to 1 as sampling fractions.
        let fractions = sizes.iter().flatten().all(|&size| size <= 1.0);
        let size = |h, size: f64| if fractions { sampled(h) / size } else { size };
        let population: BTreeMap<u32, f64> =
            stratum.iter().zip(sizes).filter_map(|(&h, own)| Some((h, size(h, own?)))).collect();
        let weights: Vec<f64> = match named("weights") {
            Some(name) if table.has(name) => table.numbers(name)?.into_iter().flatten().collect(),
            // Weights that follow from the sampling fractions, or are equal.
            _ => {
                let weight = |h: &u32| population.get(h).map_or(1.0, |size| size / sampled(*h));
                stratum.iter().map(weight).collect()
            }
        };
        if weights.len() != rows {
            return Err("rows without weight".to_owned());
        }
        let keys = psu.iter().zip(&stratum).zip(0..);
        let keys = keys.map(|((&psu, &stratum), cell)| Key { region: 0, stratum, psu, cell });
        Ok(Self { keys: keys.collect(), weights, population, columns })
    }

    pub(crate) fn texts(&self, name: &str) -> Result<&[String], String> {
        self.columns.get(name).map(Vec::as_slice).ok_or_else(|| format!("no column {name}"))
    }

    /// A column as scores, NaN where missing.
    pub(crate) fn scores(&self, name: &str) -> Result<Vec<f64>, String> {
        let score = |text: &String| match text.as_str() {
            "" | "NA" => Ok(f64::NAN),
            _ => text.parse().map_err(|_| format!("{name}: {text} is not a number")),
        };
        self.texts(name)?.iter().map(score).collect()
    }

    /// 1 where column `name` has `value`, else 0.
    fn indicator(&self, name: &str, value: &str) -> Result<Vec<f64>, String> {
        Ok(self.texts(name)?.iter().map(|text| f64::from(u8::from(text == value))).collect())
    }

    /// Totals of these scores.
    pub(crate) fn totals(&self, scores: &[Vec<f64>]) -> Result<Totals, String> {
        let names = (0..scores.len()).map(|score| score.to_string());
        let mut totals = Totals::new(names).map_err(|error| error.to_string())?;
        for ((row, &key), &weight) in self.keys.iter().enumerate().zip(&self.weights) {
            let own: Vec<f64> =
                scores.iter().filter_map(|column| column.get(row).copied()).collect();
            totals.add(key, weight, &own).map_err(|error| error.to_string())?;
        }
        Ok(totals)
    }

    /// What `estimate` makes of these scores and the rows that are `within`.
    pub(crate) fn estimate<T>(
        &self,
        scores: &[Vec<f64>],
        within: impl Fn(usize) -> bool,
        estimate: impl Fn(&Sample<'_>, &Domain) -> Option<T>,
    ) -> Result<T, String> {
        self.estimate_under(Options::default(), scores, within, estimate)
    }

    /// The same with other options.
    pub(crate) fn estimate_under<T>(
        &self,
        options: Options,
        scores: &[Vec<f64>],
        within: impl Fn(usize) -> bool,
        estimate: impl Fn(&Sample<'_>, &Domain) -> Option<T>,
    ) -> Result<T, String> {
        let totals = self.totals(scores)?;
        let population = |stratum| self.population.get(&stratum).copied();
        let sample = Sample::new(&totals, population, options);
        let sample = sample.map_err(|error| error.to_string())?;
        let domain = sample.domain(|key| within(key.cell as usize));
        estimate(&sample, &domain).ok_or_else(|| "no estimate".to_owned())
    }
}

/// Compares whichever columns of row `row` the file has.
fn compare(
    what: &str,
    table: &Table,
    row: usize,
    influence: &Influence,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let estimate = influence.estimate();
    let z = |p| t_quantile(p, f64::INFINITY);
    let t = |p| t_quantile(p, estimate.df);
    let end = |quantile: Option<f64>| Some(estimate.value + quantile? * estimate.se?);
    let figures = [
        ("est", Some(estimate.value), tolerance.estimate),
        ("mean", Some(estimate.value), tolerance.estimate),
        ("total", Some(estimate.value), tolerance.estimate),
        ("ratio", Some(estimate.value), tolerance.estimate),
        ("se", estimate.se, tolerance.error),
        ("deff", estimate.deff, tolerance.error),
        ("df", Some(estimate.df), 0.0),
        ("lo_z", end(z(0.025)), tolerance.error),
        ("hi_z", end(z(0.975)), tolerance.error),
        ("lo_t", end(t(0.025)), tolerance.error),
        ("hi_t", end(t(0.975)), tolerance.error),
    ];
    for (column, got, tolerance) in figures {
        if table.has(column) {
            let expected = table.numbers(column)?.get(row).copied().flatten();
            findings.compare(&format!("{what} {column}"), expected, got, tolerance);
        }
    }
    Ok(())
}

fn estimates(
    data: &Data,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let named = table.texts("kind")?.into_iter().zip(table.texts("stat")?);
    for (row, (kind, variable)) in named.enumerate() {
        let scores = [data.scores(variable)?];
        let influence = data.estimate(
            &scores,
            |_| true,
            |sample, whole| match kind {
                "mean" => sample.mean(whole, 0),
                "total" => sample.total(whole, 0),
                _ => None,
            },
        )?;
        compare(&format!("{kind} {variable}"), table, row, &influence, tolerance, findings)?;
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
        let scores = [data.indicator(by, value)?];
        let influence = data.estimate(&scores, |_| true, |sample, all| sample.mean(all, 0))?;
        compare(stat, table, row, &influence, tolerance, findings)?;
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
    let groups = data.texts(by)?;
    let variables = if table.has("var") {
        table.texts("var")?
    } else {
        vec![domain_total(data, by, table)?; table.len()]
    };
    for (row, (variable, group)) in variables.into_iter().zip(table.texts(by)?).enumerate() {
        let scores = [data.scores(variable)?];
        let within = |row: usize| groups.get(row).is_some_and(|own| own == group);
        let influence = data.estimate(&scores, within, |sample, domain| {
            if mean { sample.mean(domain, 0) } else { sample.total(domain, 0) }
        })?;
        compare(&format!("{variable} {group}"), table, row, &influence, tolerance, findings)?;
    }
    Ok(())
}

/// The variable that a file of domain totals is about, which it does not name: the one whose first
/// total agrees to six digits.
fn domain_total<'a>(data: &'a Data, by: &str, table: &Table) -> Result<&'a str, String> {
    let groups = data.texts(by)?;
    let first = table.texts(by)?.first().copied().unwrap_or_default();
    let expected = table.numbers("total")?.first().copied().flatten().unwrap_or(f64::NAN);
    let agrees = |name: &&String| {
        let Ok(scores) = data.scores(name) else { return false };
        let rows = scores.iter().zip(&data.weights).zip(groups);
        let own = rows.filter(|((score, _), group)| !score.is_nan() && *group == first);
        let total: f64 = own.map(|((score, weight), _)| score * weight).sum();
        (total / expected - 1.0).abs() < 1e-6
    };
    let found = data.columns.keys().find(agrees);
    found.map(String::as_str).ok_or_else(|| "no variable has these totals".to_owned())
}

fn ratio(
    data: &Data,
    pair: &str,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let splits = pair.match_indices('_').map(|(at, _)| (&pair[..at], &pair[at + 1..]));
    let known = |name: &str| data.columns.contains_key(name);
    let (numerator, denominator) = splits
        .into_iter()
        .find(|(numerator, denominator)| known(numerator) && known(denominator))
        .ok_or_else(|| format!("{pair} is not a pair of columns"))?;
    let scores = listwise(vec![data.scores(numerator)?, data.scores(denominator)?]);
    let influence = data.estimate(&scores, |_| true, |sample, all| sample.ratio(all, 0, 1))?;
    compare(pair, table, 0, &influence, tolerance, findings)
}

fn covariances(
    data: &Data,
    table: &Table,
    tolerance: Tolerance,
    findings: &mut Findings,
) -> Result<(), String> {
    let names = table.texts("")?;
    let scores = names.iter().map(|name| data.scores(name)).collect::<Result<Vec<_>, _>>()?;
    let scores = listwise(scores);
    let means = data.estimate(
        &scores,
        |_| true,
        |sample, whole| {
            (0..names.len()).map(|score| sample.mean(whole, score)).collect::<Option<Vec<_>>>()
        },
    )?;
    for (row, (name, mean)) in names.iter().zip(&means).enumerate() {
        for (other, other_mean) in names.iter().zip(&means) {
            let expected = table.numbers(other)?.get(row).copied().flatten();
            let got = mean.covariance(other_mean);
            findings.compare(&format!("cov({name}, {other})"), expected, got, tolerance.error);
        }
    }
    Ok(())
}

/// The scores of rows that miss none; NaN in all others.
fn listwise(mut scores: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let rows = scores.iter().map(Vec::len).max().unwrap_or(0);
    for row in 0..rows {
        if scores.iter().any(|column| column.get(row).is_none_or(|score| score.is_nan())) {
            scores.iter_mut().filter_map(|column| column.get_mut(row)).for_each(|y| *y = f64::NAN);
        }
    }
    scores
}
