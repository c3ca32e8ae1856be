//! One case folder, and what comparing with it has found so far.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::csv::Table;

/// A case folder with its README.json.
pub(crate) struct Case {
    /// Where it is.
    pub(crate) folder: PathBuf,
    /// Its README.json.
    pub(crate) readme: Value,
}

/// Largest relative differences, as the README.json states them.
#[derive(Clone, Copy)]
pub(crate) struct Tolerance {
    /// Of estimates.
    pub(crate) estimate: f64,
    /// Of standard errors and what is made from them.
    pub(crate) error: f64,
}

impl Case {
    /// Opens a case folder.
    pub(crate) fn open(folder: PathBuf) -> Result<Self, String> {
        let mut case = Self { folder, readme: Value::Null };
        case.readme = case.json("README.json")?;
        Ok(case)
    }

    /// The text README.json has under `key`, or nothing.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.readme.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The tolerance: `est rel` or `mean rel` and `se rel`, or one `rel` for both.
    pub(crate) fn tolerance(&self) -> Result<Tolerance, String> {
        let text = self.text("tolerance");
        let after = |name: &str| {
            let rest = &text[text.find(name)? + name.len()..];
            let number = |c: char| c.is_ascii_digit() || matches!(c, 'e' | '-' | '.');
            let rest = rest.trim_start();
            rest[..rest.find(|c| !number(c)).unwrap_or(rest.len())].parse::<f64>().ok()
        };
        let both = after("rel");
        let estimate = after("est rel").or_else(|| after("mean rel")).or(both);
        let error = after("se rel").or(both);
        match (estimate, error) {
            (Some(estimate), Some(error)) => Ok(Tolerance { estimate, error }),
            _ => Err(format!("README.json states no relative tolerance: {text}")),
        }
    }

    /// The case `id` beside this one, or else among the project's own.
    pub(crate) fn sibling(&self, id: &str) -> Result<Self, String> {
        let beside = self.folder.with_file_name(id);
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference").join(id);
        let folder = if beside.is_dir() { beside } else { own };
        Self::open(folder).map_err(|error| format!("{id}: {error}"))
    }

    /// Names of the files, in order.
    pub(crate) fn files(&self) -> Result<BTreeSet<String>, String> {
        let entries = fs::read_dir(&self.folder).map_err(|error| error.to_string())?;
        Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
    }

    /// Whether there is a file `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.folder.join(name).is_file()
    }

    /// The CSV file `name`, unpacked where the name ends in `.gz`.
    pub(crate) fn table(&self, name: &str) -> Result<Table, String> {
        Table::parse(&self.content(name)?).map_err(|error| format!("{name}: {error}"))
    }

    /// The lines of the file `name`, unpacked where the name ends in `.gz`.
    pub(crate) fn lines(&self, name: &str) -> Result<Vec<String>, String> {
        Ok(self.content(name)?.lines().map(str::to_owned).collect())
    }

    fn content(&self, name: &str) -> Result<String, String> {
        let bytes = fs::read(self.folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        let mut text = String::new();
        let read = if name.ends_with(".gz") {
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)
        } else {
            bytes.as_slice().read_to_string(&mut text)
        };
        read.map_err(|error| format!("{name}: {error}"))?;
        Ok(text)
    }

    /// The JSON file `name`.
    pub(crate) fn json(&self, name: &str) -> Result<Value, String> {
        let bytes = fs::read(self.folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        serde_json::from_slice(&bytes).map_err(|error| format!("{name}: {error}"))
    }
}

/// What has been compared so far.
#[derive(Default)]
pub(crate) struct Findings {
    /// Values compared.
    pub(crate) values: usize,
    /// Values that differ.
    pub(crate) differing: usize,
    /// The first of them, with what was expected and what came.
    pub(crate) first: Option<String>,
    used: BTreeSet<String>,
}

impl Findings {
    /// Notes that file `name` is read by the check.
    pub(crate) fn uses(&mut self, name: &str) {
        self.used.insert(name.to_owned());
    }

    /// Files of `case` that no check has read.
    pub(crate) fn not_checked(&self, case: &Case) -> Result<Vec<String>, String> {
        let mut files = case.files()?;
        files.remove("README.json");
        Ok(files.difference(&self.used).cloned().collect())
    }

    /// Compares a value; two absent ones agree. `tolerance` is relative, absolute where 0 is
    /// expected.
    pub(crate) fn compare(
        &mut self,
        what: &str,
        expected: Option<f64>,
        got: Option<f64>,
        tolerance: f64,
    ) {
        self.values += 1;
        let agree = match (expected, got) {
            (Some(0.0), Some(got)) => got.abs() <= tolerance,
            (Some(expected), Some(got)) => (got - expected).abs() <= tolerance * expected.abs(),
            (None, None) => true,
            _ => false,
        };
        if !agree {
            self.differing += 1;
            self.first.get_or_insert_with(|| {
                let show = |value: Option<f64>| value.map_or("none".to_owned(), |v| v.to_string());
                format!("{what}: expected {}, got {}", show(expected), show(got))
            });
        }
    }
}
