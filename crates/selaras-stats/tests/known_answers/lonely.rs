//! Strata with a single PSU, in the sample or in a domain, under each of R's rules.

use selaras_stats::survey::{Lonely, Options};

use crate::case::{Case, Findings};
use crate::survey::Data;

const INPUT: &str = "input.csv";
const RESULTS: &str = "results.csv";

/// Checks `results.csv` (rule, mean or total, domain) on the rows of `input.csv` with columns
/// `str`, `psu`, `w`, `y` and the domain `g`.
pub(crate) fn check(case: &Case, findings: &mut Findings) -> Result<(), String> {
    let tolerance = case.tolerance()?;
    let design = match case.text("design") {
        "" => "id=psu strata=str weights=w",
        design => design,
    };
    let data = Data::read(&case.table(INPUT)?, design)?;
    let results = case.table(RESULTS)?;
    findings.uses(INPUT);
    findings.uses(RESULTS);
    let scores = [data.scores("y")?];
    let groups = data.texts("g")?;
    let (rules, stats) = (results.texts("lonely")?, results.texts("stat")?);
    let domains = results.texts("dom")?;
    let (estimates, errors) = (results.numbers("est")?, results.numbers("se")?);
    for (row, ((rule, stat), domain)) in rules.iter().zip(&stats).zip(&domains).enumerate() {
        let lonely = match *rule {
            "remove" => Lonely::Remove,
            "certainty" => Lonely::Certainty,
            "adjust" => Lonely::Adjust,
            "average" => Lonely::Average,
            _ => return Err(format!("unknown rule {rule}")),
        };
        let (group, adjusted) = domain.split_once("_adj").unwrap_or((domain, "FALSE"));
        let options =
            Options { lonely, lonely_in_domain: adjusted == "TRUE", ..Options::default() };
        let within = |row| *domain == "all" || groups.get(row).is_some_and(|own| own == group);
        let influence =
            data.estimate_under(options, &scores, within, |sample, part| match *stat {
                "mean" => sample.mean(part, 0),
                "total" => sample.total(part, 0),
                _ => None,
            })?;
        let what = format!("{rule} {stat} {domain}");
        let expected = estimates.get(row).copied().flatten();
        findings.compare(
            &format!("{what} est"),
            expected,
            Some(influence.value),
            tolerance.estimate,
        );
        let expected = errors.get(row).copied().flatten();
        findings.compare(&format!("{what} se"), expected, influence.se(), tolerance.error);
    }
    Ok(())
}
