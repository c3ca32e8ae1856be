//! The harmony index end to end: answers and a framework in, scores and estimates out.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use selaras_stats::bootstrap::{Bootstrap, Figure};
use selaras_stats::survey::{Domain, Influence, Options, Sample};

use crate::case::{Case, Findings};
use crate::csv::Table;
use crate::survey::Data;

const SURVEY: &str = "survey.csv";
const FRAMEWORK: &str = "framework.json";
const SCORES: &str = "respondent_scores.csv";
const LINEARISED: &str = "results_linearised.csv";
const DOMAINS: &str = "results_domains_crossing_psu.csv";

const BOOTSTRAP: &str = "bootstrap_raowu_";
/// Replicates of our own.
const REPLICATES: u32 = 4000;

/// Checks the scores of every respondent, linearised estimates by region with and without finite
/// population correction, domains that cross PSUs, and bootstrap errors.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    let survey = case.table(SURVEY)?;
    let scores = scores(&survey, case)?;
    findings.uses(SURVEY);
    findings.uses(FRAMEWORK);
    findings.uses("meta.json");
    respondents(case, &scores, findings)?;
    let data = Data::read(&survey, "id=psu strata=stratum weights=weight fpc=fpc")?;
    let (names, columns): (Vec<String>, Vec<Vec<f64>>) = scores.into_iter().unzip();
    let totals = data.totals(&columns)?;
    let population = |stratum| data.population.get(&stratum).copied();
    let uncorrected = Sample::new(&totals, |_| None, Options::default());
    let corrected = Sample::new(&totals, population, Options::default());
    let round = Round {
        survey: &survey,
        scores: &names,
        uncorrected: uncorrected.map_err(|error| error.to_string())?,
        corrected: corrected.map_err(|error| error.to_string())?,
    };
    linearised(case, &round, findings)?;
    crossing(case, &round, findings)?;
    for name in case.files()? {
        if name.starts_with(BOOTSTRAP) {
            bootstrap(case, &name, &round, findings)?;
        }
    }
    Ok(())
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

/// A round: its answers, its scores, and the sample without and with correction.
struct Round<'a> {
    survey: &'a Table,
    scores: &'a [String],
    uncorrected: Sample<'a>,
    corrected: Sample<'a>,
}

impl Round<'_> {
    /// The rows whose column `column` of the survey is `value`; all where there is no such column.
    fn domain(&self, column: &str, value: &str) -> Result<Domain, String> {
        let within = if self.survey.has(column) { Some(self.survey.texts(column)?) } else { None };
        Ok(self.corrected.domain(|key| {
            within.as_ref().is_none_or(|own| own.get(key.cell as usize) == Some(&value))
        }))
    }

    fn score(&self, name: &str) -> Result<usize, String> {
        let position = self.scores.iter().position(|own| own == name);
        position.ok_or_else(|| format!("unknown score {name}"))
    }

    fn mean(&self, fpc: bool, column: &str, value: &str, score: &str) -> Result<Influence, String> {
        let domain = self.domain(column, value)?;
        let sample = if fpc { &self.corrected } else { &self.uncorrected };
        let mean = sample.mean(&domain, self.score(score)?);
        mean.ok_or_else(|| format!("{column} {value}: nobody"))
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

/// Checks `bootstrap_raowu_REPLICATES_SCORE.csv`: by the column that comes first, the mean and its
/// bootstrap error, within the Monte Carlo error of both.
fn bootstrap(
    case: &Case,
    name: &str,
    round: &Round<'_>,
    findings: &mut Findings,
) -> Result<(), String> {
    let about = name.strip_prefix(BOOTSTRAP).and_then(|about| about.strip_suffix(".csv"));
    let (replicates, score) =
        about.and_then(|about| about.split_once('_')).ok_or_else(|| format!("{name}: of what?"))?;
    let theirs: f64 = replicates.parse().map_err(|_| format!("{name}: how many replicates?"))?;
    let (ours, score) = (f64::from(REPLICATES), round.score(score)?);
    findings.uses(name);
    let table = case.table(name)?;
    let [level, _, error, ..] = table.header() else { return Err(format!("{name}: columns")) };
    let ids = table.texts(level)?;
    let domains = ids.iter().map(|id| round.domain(level, id)).collect::<Result<Vec<_>, _>>()?;
    let figures: Vec<Figure> = (0..ids.len()).map(|id| Figure::Pooled(vec![id])).collect();
    let bootstrap = Bootstrap::new(&round.uncorrected, round.scores.len(), &domains);
    let spreads = bootstrap.run(&figures, REPLICATES, 1, NonZeroUsize::MIN);
    let tolerance = 4.0 * (1.0 / (2.0 * theirs) + 1.0 / (2.0 * ours)).sqrt();
    let expected = table.numbers("mean")?.into_iter().zip(table.numbers(error)?);
    for ((id, (mean, se)), spread) in ids.iter().zip(expected).zip(&spreads) {
        let spread = spread.get(score).copied().flatten();
        let what = format!("{name} {level} {id}");
        let value = spread.map(|spread| spread.value);
        findings.compare(&format!("{what} mean"), mean, value, case.tolerance()?.estimate);
        findings.compare(&format!("{what} se"), se, spread.map(|spread| spread.se), tolerance);
    }
    Ok(())
}
