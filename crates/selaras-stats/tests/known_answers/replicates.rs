//! Variance from replicate weights that come with the case: `repw_DESIGN.csv.gz` (analysis weights,
//! no header), `meta_DESIGN.json` (scales and centre), `input_SAMPLE.csv` (rows and full weights).

use selaras_stats::replicate::{Centre, Replicates};

use crate::case::{Case, Findings};
use crate::csv::Table;
use crate::rows::numbers;

const RESULTS: &str = "results.csv";

/// Checks a case of replicate weights.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    let tolerance = case.tolerance()?;
    findings.uses(RESULTS);
    let results = case.table(RESULTS)?;
    let designs = results.texts("design")?;
    let named = designs.iter().zip(results.texts("var")?).zip(results.texts("stat")?);
    let figures = results.numbers("est")?.into_iter().zip(results.numbers("se")?);
    let mut opened: Option<(&str, Sample)> = None;
    for (((design, variable), stat), (est, se)) in named.zip(figures) {
        let sample = match opened.take() {
            Some((open, sample)) if open == *design => sample,
            _ => Sample::open(case, design, findings)?,
        };
        let y = numbers(&sample.rows, variable)?;
        let got = match stat {
            "mean" => sample.replicates.mean(&y, None),
            "total" => sample.replicates.total(&y, None),
            _ => {
                let group = stat.split_once('_').and_then(|(kind, rest)| {
                    let (by, value) = rest.split_once('_')?;
                    Some((kind, by, value))
                });
                let unknown = || format!("{stat} is no known statistic");
                let (kind, by, value) = group.ok_or_else(unknown)?;
                let texts = sample.rows.texts(by)?;
                let domain: Vec<bool> = texts.into_iter().map(|text| text == value).collect();
                match kind {
                    "mean" => sample.replicates.mean(&y, Some(&domain)),
                    "total" => sample.replicates.total(&y, Some(&domain)),
                    _ => return Err(unknown()),
                }
            }
        };
        let got = got.map_err(|error| format!("{design} {variable} {stat}: {error}"))?;
        let what = format!("{design} {variable} {stat}");
        findings.compare(&format!("{what} est"), est, Some(got.value), tolerance.estimate);
        findings.compare(&format!("{what} se"), se, Some(got.standard_error()), tolerance.error);
        opened = Some((design, sample));
    }
    Ok(())
}

struct Sample {
    rows: Table,
    replicates: Replicates,
}

impl Sample {
    fn open(case: &Case, design: &str, findings: &mut Findings) -> Result<Self, String> {
        let of = design.split('_').next().unwrap_or_default();
        let (input, matrix, meta) = (
            format!("input_{of}.csv"),
            format!("repw_{design}.csv.gz"),
            format!("meta_{design}.json"),
        );
        [&input, &matrix, &meta].into_iter().for_each(|name| findings.uses(name));
        let rows = case.table(&input)?;
        let meta = case.json(&meta)?;
        let scale = meta["scale"].as_f64().ok_or("no scale")?;
        let rscales = meta["rscales"].as_array().ok_or("no rscales")?;
        let rscales: Vec<f64> = rscales.iter().filter_map(serde_json::Value::as_f64).collect();
        let centre = match meta["mse"].as_bool() {
            Some(true) => Centre::WholeSample,
            Some(false) => Centre::ReplicateMean,
            None => return Err("mse is neither true nor false".to_owned()),
        };
        let mut replicates = vec![Vec::with_capacity(rows.len()); rscales.len()];
        for line in case.lines(&matrix)? {
            let fields: Vec<&str> = line.split(',').collect();
            if fields.len() != replicates.len() {
                return Err(format!("{matrix}: {} columns", fields.len()));
            }
            for (replicate, field) in replicates.iter_mut().zip(fields) {
                replicate.push(field.parse().map_err(|_| format!("{matrix}: {field}"))?);
            }
        }
        let weights = numbers(&rows, "pw")?;
        let made = Replicates::new(weights, replicates, scale, rscales, centre);
        Ok(Self { rows, replicates: made.map_err(|error| error.to_string())? })
    }
}
