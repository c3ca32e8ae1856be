//! Known answers: every case folder, computed anew and compared with what others computed.
//!
//! Cases are looked for in `tests/reference` of the project and in `shared/reference` beside it,
//! or only in the folder that `SELARAS_REFERENCE` names. The kind of a case is the longest known
//! prefix of its folder's name; design, columns and tolerance are read from its files.

mod calibration;
mod case;
mod csv;
mod ihai;
mod lonely;
mod published;
mod replicates;
mod rows;
mod survey;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use case::{Case, Findings};

/// Computes a case and compares; an error fails it.
type Check = fn(&Case, &mut Findings) -> Result<(), String>;

/// Kinds checked here, by prefix of the folder's name. Every check of a kind is made: one of totals
/// and one of rows must find the same.
const KINDS: [(&str, &[Check]); 6] = [
    ("ihai_endtoend_", &[ihai::check, rows::endtoend]),
    ("survey_", &[survey::check, rows::check]),
    ("survey_api_published", &[published::check]),
    ("survey_calibration", &[calibration::check]),
    ("survey_lonely_psu", &[lonely::check]),
    ("survey_replicates", &[replicates::check]),
];

/// Kinds whose methods come with later issues.
const LATER: [&str; 9] =
    ["coinr_", "esda_", "oecd_", "sae_", "salib_", "samplics_", "scan_", "spdep_", "surveillance_"];

enum Outcome {
    Passed { values: usize, not_checked: Vec<String> },
    Failed(String),
    Skipped(&'static str),
}

fn main() -> ExitCode {
    let filters: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let folders = match case_folders() {
        Ok(folders) => folders,
        Err(error) => {
            println!("FAILED {error}");
            failed += 1;
            BTreeMap::new()
        }
    };
    for (id, folder) in folders {
        if !filters.is_empty() && !filters.iter().any(|filter| id.contains(filter)) {
            continue;
        }
        if !folder.join("README.json").is_file() {
            println!("note {id}: a folder without README.json is no case");
            continue;
        }
        match run(&id, folder) {
            Outcome::Passed { values, not_checked } if not_checked.is_empty() => {
                println!("ok {id} ({values} values)");
                passed += 1;
            }
            Outcome::Passed { values, not_checked } => {
                println!("ok {id} ({values} values; not checked: {})", not_checked.join(", "));
                passed += 1;
            }
            Outcome::Failed(why) => {
                println!("FAILED {id} {why}");
                failed += 1;
            }
            Outcome::Skipped(why) => {
                println!("skipped {id} ({why})");
                skipped += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Case folders by id; the project's own copy stands for both where an id is found twice.
fn case_folders() -> Result<BTreeMap<String, PathBuf>, String> {
    let list = |folder: &Path| -> Result<Vec<(String, PathBuf)>, String> {
        let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let folders = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let id = entry.file_name().into_string().ok()?;
            entry.path().is_dir().then(|| (id, entry.path()))
        });
        Ok(folders.collect())
    };
    if let Some(only) = std::env::var_os("SELARAS_REFERENCE") {
        return Ok(list(Path::new(&only))?.into_iter().collect());
    }
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = project.join("../shared/reference");
    let mut folders = BTreeMap::new();
    if shared.is_dir() {
        folders.extend(list(&shared)?);
    } else {
        println!("note ../shared/reference: not here; only the project's own cases are checked");
    }
    folders.extend(list(&project.join("tests/reference"))?);
    Ok(folders)
}

fn run(id: &str, folder: PathBuf) -> Outcome {
    let known = KINDS.iter().map(|&(prefix, checks)| (prefix, Some(checks)));
    let later = LATER.iter().map(|&prefix| (prefix, None));
    let kind = known.chain(later).filter(|(prefix, _)| id.starts_with(prefix));
    match kind.max_by_key(|(prefix, _)| prefix.len()) {
        None => Outcome::Failed("is of no known kind".to_owned()),
        Some((_, None)) => Outcome::Skipped("later"),
        Some((_, Some(checks))) => compare(folder, checks).unwrap_or_else(Outcome::Failed),
    }
}

fn compare(folder: PathBuf, checks: &[Check]) -> Result<Outcome, String> {
    let case = Case::open(folder)?;
    let mut findings = Findings::default();
    for check in checks {
        check(&case, &mut findings)?;
    }
    Ok(match findings.first.take() {
        Some(first) => {
            Outcome::Failed(format!("({} of {}) {first}", findings.differing, findings.values))
        }
        None if findings.values == 0 => Outcome::Failed("has nothing that is checked".to_owned()),
        None => {
            Outcome::Passed { values: findings.values, not_checked: findings.not_checked(&case)? }
        }
    })
}
