//! The harmony index end to end: answers and a framework in, scores and estimates out.

use std::collections::BTreeMap;

use selaras_stats::survey::{Influence, Options, Sample};
use selaras_stats::totals::{Key, Totals};

use crate::case::{Case, Findings};
use crate::csv::Table;

const SURVEY: &str = "survey.csv";
const FRAMEWORK: &str = "framework.json";
const SCORES: &str = "respondent_scores.csv";
const LINEARISED: &str = "results_linearised.csv";
const DOMAINS: &str = "results_domains_crossing_psu.csv";

/// Checks the scores of every respondent, linearised estimates by region with and without finite
/// population correction, and domains that cross PSUs.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    let survey = case.table(SURVEY)?;
    let scores = scores(&survey, case)?;
    findings.uses(SURVEY);
    findings.uses(FRAMEWORK);
    findings.uses("meta.json");
    respondents(case, &scores, findings)?;
    let round = Round::new(&survey, scores)?;
    linearised(case, &round, findings)?;
    crossing(case, &round, findings)
}

/// A score of the framework: its name and its parts, either items or other scores, with weights.
struct Score {
    name: String,
    parts: Vec<(String, f64)>,
}

/// Variables, aspects and the index, each after its parts.
fn framework(case: &Case) -> Result<Vec<Score>, String> {
    let json = case.json(FRAMEWORK)?;
    let level = |name: &str| {
        let level = json.get(name).and_then(|level| level.as_object());
        level.ok_or_else(|| format!("{FRAMEWORK}: no {name}"))
    };
    let mut scores = Vec::new();
    for (parts, under) in [("items", "variable"), ("variables", "aspect")] {
        let mut by_whole: BTreeMap<String, Vec<(String, f64)>> = BTreeMap::new();
        for (part, about) in level(parts)? {
            let whole = about.get(under).and_then(|whole| whole.as_str());
            let weight = about.get("weight").and_then(|weight| weight.as_f64());
            let (whole, weight) = whole.zip(weight).ok_or_else(|| format!("{part}: no weight"))?;
            by_whole.entry(whole.to_owned()).or_default().push((part.clone(), weight));
        }
        scores.extend(by_whole.into_iter().map(|(name, parts)| Score { name, parts }));
    }
    let aspects = level("aspects")?.iter();
    let aspects = aspects.filter_map(|(name, weight)| Some((name.clone(), weight.as_f64()?)));
    scores.push(Score { name: "IDX".to_owned(), parts: aspects.collect() });
    Ok(scores)
}

/// Every score of every respondent: the weighted mean of the parts that are there.
fn scores(survey: &Table, case: &Case) -> Result<Vec<(String, Vec<f64>)>, String> {
    let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut scores = Vec::new();
    for score in framework(case)? {
        let mut sums = vec![(0.0, 0.0); survey.len()];
        for (part, weight) in score.parts {
            if !columns.contains_key(&part) {
                let answers = survey.numbers(&part)?;
                let answers = answers.into_iter().map(|answer| answer.unwrap_or(f64::NAN));
                columns.insert(part.clone(), answers.collect());
            }
            for (sum, value) in sums.iter_mut().zip(columns.get(&part).into_iter().flatten()) {
                if !value.is_nan() {
                    *sum = (sum.0 + weight * value, sum.1 + weight);
                }
            }
        }
        // Nothing answered is 0 / 0: no score.
        let values: Vec<f64> = sums.into_iter().map(|(sum, weights)| sum / weights).collect();
        columns.insert(score.name.clone(), values.clone());
        scores.push((score.name, values));
    }
    Ok(scores)
}

fn respondents(
    case: &Case,
    scores: &[(String, Vec<f64>)],
    findings: &mut Findings,
) -> Result<(), String> {
    if !case.has(SCORES) {
        return Ok(());
    }
    findings.uses(SCORES);
    let table = case.table(SCORES)?;
    for (name, values) in scores {
        for (row, (expected, got)) in table.numbers(name)?.into_iter().zip(values).enumerate() {
            let got = Some(*got).filter(|got| !got.is_nan());
            findings.compare(&format!("{name} of row {}", row + 1), expected, got, 1e-10);
        }
    }
    Ok(())
}

/// Totals of all respondents, every row a cell of its own so that any domain can be formed.
pub(crate) struct Round<'a> {
    survey: &'a Table,
    totals: Totals,
    scores: Vec<String>,
    population: BTreeMap<u32, f64>,
}

impl<'a> Round<'a> {
    fn new(survey: &'a Table, scores: Vec<(String, Vec<f64>)>) -> Result<Self, String> {
        let names: Vec<String> = scores.iter().map(|(name, _)| name.clone()).collect();
        let mut totals = Totals::new(names.clone()).map_err(|error| error.to_string())?;
        let column = |name: &str| -> Result<Vec<f64>, String> {
            let numbers: Vec<f64> = survey.numbers(name)?.into_iter().flatten().collect();
            if numbers.len() == survey.len() { Ok(numbers) } else { Err(format!("{name}: gaps")) }
        };
        let (strata, psus) = (column("stratum")?, column("psu")?);
        let (weights, sizes) = (column("weight")?, column("fpc")?);
        let mut population = BTreeMap::new();
        for (row, ((stratum, psu), (weight, size))) in
            strata.iter().zip(&psus).zip(weights.iter().zip(&sizes)).enumerate()
        {
            let stratum = *stratum as u32;
            let key = Key { region: 0, stratum, psu: *psu as u32, cell: row as u32 };
            let own: Vec<f64> =
                scores.iter().filter_map(|(_, values)| values.get(row).copied()).collect();
            totals.add(key, *weight, &own).map_err(|error| error.to_string())?;
            population.insert(stratum, *size);
        }
        Ok(Self { survey, totals, scores: names, population })
    }

    /// The mean of `score` where column `column` of the survey is `value`; of all where there is no
    /// such column.
    fn mean(&self, fpc: bool, column: &str, value: &str, score: &str) -> Result<Influence, String> {
        let score = self.scores.iter().position(|name| name == score);
        let score = score.ok_or("unknown score")?;
        let within = if self.survey.has(column) { Some(self.survey.texts(column)?) } else { None };
        let population = |stratum| self.population.get(&stratum).copied().filter(|_| fpc);
        let sample = Sample::new(&self.totals, population, Options::default());
        let sample = sample.map_err(|error| error.to_string())?;
        let domain = sample.domain(|key| {
            within.as_ref().is_none_or(|own| own.get(key.cell as usize) == Some(&value))
        });
        sample.mean(&domain, score).ok_or_else(|| format!("{column} {value}: nobody"))
    }
}

fn linearised(case: &Case, round: &Round<'_>, findings: &mut Findings) -> Result<(), String> {
    if !case.has(LINEARISED) {
        return Ok(());
    }
    findings.uses(LINEARISED);
    let tolerance = case.tolerance()?;
    let table = case.table(LINEARISED)?;
    let (fpc, level) = (table.texts("fpc")?, table.texts("level")?);
    let (id, score) = (table.texts("id")?, table.texts("var")?);
    let (mean, se) = (table.numbers("mean")?, table.numbers("se")?);
    let (deff, df) = (table.numbers("deff")?, table.numbers("df")?);
    for row in 0..table.len() {
        let at = |column: &[&str]| column.get(row).map_or(String::new(), |t| (*t).to_owned());
        let value = |column: &[Option<f64>]| column.get(row).copied().flatten();
        let (fpc, level, id, score) = (at(&fpc), at(&level), at(&id), at(&score));
        let estimate = round.mean(fpc == "TRUE", &level, &id, &score)?.estimate();
        let what = format!("fpc {fpc} {level} {id} {score}");
        let mut compare = |figure: &str, expected, got, tolerance| {
            findings.compare(&format!("{what} {figure}"), expected, got, tolerance);
        };
        compare("mean", value(&mean), Some(estimate.value), tolerance.estimate);
        compare("se", value(&se), estimate.se, tolerance.error);
        compare("deff", value(&deff), estimate.deff, tolerance.error);
        compare("df", value(&df), Some(estimate.df), 0.0);
    }
    Ok(())
}

fn crossing(case: &Case, round: &Round<'_>, findings: &mut Findings) -> Result<(), String> {
    if !case.has(DOMAINS) {
        return Ok(());
    }
    findings.uses(DOMAINS);
    let tolerance = case.tolerance()?;
    let table = case.table(DOMAINS)?;
    let (columns, ids) = (table.texts("dom")?, table.texts("id")?);
    let (means, errors) = (table.numbers("mean")?, table.numbers("se")?);
    let expected = means.into_iter().zip(errors);
    for ((column, id), (mean, se)) in columns.into_iter().zip(ids).zip(expected) {
        let influence = round.mean(false, column, id, "IDX")?;
        let what = format!("{column} {id}");
        findings.compare(&format!("{what} mean"), mean, Some(influence.value), tolerance.estimate);
        findings.compare(&format!("{what} se"), se, influence.se(), tolerance.error);
    }
    Ok(())
}
