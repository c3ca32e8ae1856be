//! Which region a feature is: by a code where the file has one, by its name where that is
//! unambiguous, never by a guess.

use std::collections::{BTreeSet, HashMap};

use super::read::Feature;
use super::{CodeList, Finding, Known, Severity, level};
use crate::locale::Message;

/// Known regions by what a file may call them.
pub(super) struct Directory<'a> {
    known: &'a [Known],
    /// By dotted Kemendagri code.
    by_code: HashMap<&'a str, usize>,
    /// By undotted code of the list chosen (Kemendagri by default).
    by_digits: HashMap<String, usize>,
    by_bps: HashMap<&'a str, usize>,
    by_name: HashMap<String, Vec<usize>>,
    by_bare_name: HashMap<String, Vec<usize>>,
    list: Option<CodeList>,
}

/// Letters and digits of a name in lower case, kind of region spelt out: (with kind, without).
fn plain(name: &str) -> (String, String) {
    let lower = name.to_lowercase();
    let mut words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let kind = match words.first() {
        Some(&("kab" | "kabupaten")) => Some("kabupaten"),
        Some(&("kota" | "kodya" | "kotamadya")) => Some("kota"),
        Some(&("provinsi" | "prov" | "propinsi" | "kecamatan" | "kec" | "distrik")) => Some(""),
        _ => None,
    };
    if kind.is_some() {
        words.remove(0);
        words.retain(|word| !matches!(*word, "adm" | "administrasi"));
    }
    let bare = words.concat();
    (format!("{}{bare}", kind.unwrap_or_default()), bare)
}

impl<'a> Directory<'a> {
    pub(super) fn new(known: &'a [Known], list: Option<CodeList>) -> Self {
        let mut directory = Self {
            known,
            by_code: HashMap::new(),
            by_digits: HashMap::new(),
            by_bps: HashMap::new(),
            by_name: HashMap::new(),
            by_bare_name: HashMap::new(),
            list,
        };
        for (at, region) in known.iter().enumerate() {
            directory.by_code.insert(&region.code, at);
            let bps = match list {
                Some(CodeList::Bps2023) => region.bps_code_2023.as_deref(),
                _ => region.bps_code.as_deref(),
            };
            directory.by_bps.extend(bps.map(|code| (code, at)));
            directory.by_digits.insert(region.code.replace('.', ""), at);
            let (full, bare) = plain(&region.name);
            directory.by_name.entry(full).or_default().push(at);
            directory.by_bare_name.entry(bare).or_default().push(at);
        }
        directory
    }

    /// The region that `text` is a code of, and whether it is dotted.
    fn code(&self, text: &str) -> Option<(usize, bool)> {
        if text.contains('.') {
            return self.by_code.get(text).map(|at| (*at, true));
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let found = match self.list {
            Some(CodeList::Bps | CodeList::Bps2023) => self.by_bps.get(text),
            Some(CodeList::Kemendagri) | None => self.by_digits.get(text),
        };
        found.map(|at| (*at, false))
    }

    /// The regions of a level whose name `text` may be: with its kind, or without one.
    fn named(&self, text: &str, at_level: usize) -> Vec<usize> {
        let (full, bare) = plain(text);
        let of_level = |found: Option<&Vec<usize>>| -> Vec<usize> {
            let found = found.into_iter().flatten().copied();
            found.filter(|at| self.level(*at) == Some(at_level)).collect()
        };
        let found = of_level(self.by_name.get(&full));
        if found.is_empty() && full == bare {
            return of_level(self.by_bare_name.get(&bare));
        }
        found
    }

    fn level(&self, at: usize) -> Option<usize> {
        self.known.get(at).map(|region| level(&region.code))
    }
}

/// The region of each feature (position in `known`), and what is to be said about it. Features
/// without any value in the code property are left out with a warning.
pub(super) fn assign(
    features: &[Feature],
    directory: &Directory<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<Option<usize>> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in features.iter().flat_map(|feature| &feature.properties) {
        if !names.contains(&name.as_str()) && names.len() < 400 {
            names.push(name);
        }
    }
    let value = |feature: &'_ Feature, name: &str| -> Option<String> {
        let found = feature.properties.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    };
    let column = |name: &str, read: &dyn Fn(&str) -> Option<usize>| -> Vec<Option<usize>> {
        features.iter().map(|feature| read(&value(feature, name)?)).collect()
    };
    let distinct =
        |column: &[Option<usize>]| column.iter().flatten().collect::<BTreeSet<_>>().len();

    // Columns by how many regions they tell apart, those of the finest level first.
    let best = |read: &dyn Fn(&str) -> Option<usize>| -> Vec<Column<'_>> {
        let mut columns: Vec<Column<'_>> = names
            .iter()
            .filter_map(|name| {
                let regions = column(name, read);
                let finest =
                    regions.iter().flatten().filter_map(|at| directory.level(*at)).max()?;
                Some(Column { name, count: distinct(&regions), level: finest, regions })
            })
            .collect();
        columns.sort_by_key(|column| std::cmp::Reverse((column.count, column.level)));
        columns
    };
    let codes = best(&|text| directory.code(text).map(|(at, _)| at));
    let said = |at_level: usize| {
        best(&|text| match directory.named(text, at_level).as_slice() {
            [one] => Some(*one),
            _ => None,
        })
    };
    let enough = features.len().div_ceil(2);

    // Names tell the level only where one level knows more of them than any other.
    let mut by_level: Vec<Column<'_>> =
        (1..=4).filter_map(|at_level| said(at_level).into_iter().next()).collect();
    by_level.sort_by_key(|column| std::cmp::Reverse(column.count));
    let tied = matches!(by_level.as_slice(), [one, other, ..] if one.count == other.count);
    let by_name = by_level.into_iter().next().filter(|column| !tied && column.count >= enough);

    let by_code = codes.first().filter(|column| {
        column.count >= enough || by_name.as_ref().is_none_or(|names| names.count <= column.count)
    });
    let Some(chosen) = by_code else {
        return by_names(features, directory, by_name, findings);
    };
    let name = chosen.name;
    // Another column that holds as many codes of this level but says something else.
    let rival = codes.iter().skip(1).find(|other| {
        (other.count, other.level) == (chosen.count, chosen.level)
            && other.regions != chosen.regions
    });
    if let Some(rival) = rival {
        findings.push(Finding::error(
            Message::new("boundary-error-two-code-columns")
                .with("one", name)
                .with("other", rival.name),
        ));
        return vec![None; features.len()];
    }
    let dotted = features
        .iter()
        .filter_map(|feature| directory.code(&value(feature, name)?))
        .any(|(_, dotted)| dotted);
    let (mut agree, mut differ) = (0, Vec::new());
    let names_said = said(chosen.level).into_iter().find(|names| names.count >= enough);
    if let Some(names_said) = names_said {
        for (feature, pair) in features.iter().zip(chosen.regions.iter().zip(&names_said.regions)) {
            match pair {
                (Some(code), Some(name)) if code == name => agree += 1,
                (Some(code), Some(name)) => differ.push((feature.number, *code, *name)),
                _ => {}
            }
        }
    }
    if !dotted && directory.list.is_none() && (agree == 0 || !differ.is_empty()) {
        // Digits alone may be those of another list (data/README join rule 2).
        findings
            .push(Finding::error(Message::new("boundary-error-which-list").with("property", name)));
        return vec![None; features.len()];
    }
    let region = |at: usize| directory.known.get(at);
    for (number, code, name) in differ {
        let (Some(code), Some(name)) = (region(code), region(name)) else { continue };
        findings.push(Finding {
            severity: Severity::Warning,
            code: Some(code.code.clone()),
            feature: Some(number),
            message: Message::new("boundary-warning-name")
                .with("feature", number)
                .with("code", code.code.as_str())
                .with("name", name.name.as_str())
                .with("expected", code.name.as_str()),
        });
    }
    for (feature, found) in features.iter().zip(&chosen.regions) {
        if found.is_some() {
            continue;
        }
        let number = feature.number;
        findings.push(match value(feature, name) {
            Some(text) => Finding {
                severity: Severity::Error,
                code: None,
                feature: Some(number),
                message: Message::new("boundary-error-unknown-code")
                    .with("feature", number)
                    .with("property", name)
                    .with("value", text.chars().take(60).collect::<String>()),
            },
            None => Finding {
                severity: Severity::Warning,
                code: None,
                feature: Some(number),
                message: Message::new("boundary-warning-no-code")
                    .with("feature", number)
                    .with("property", name),
            },
        });
    }
    chosen.regions.clone()
}

/// What a column of the file says about each feature.
struct Column<'a> {
    name: &'a str,
    /// Distinct regions.
    count: usize,
    /// The finest level among them.
    level: usize,
    regions: Vec<Option<usize>>,
}

/// By the names in the best column, if every name there is that of one region.
fn by_names(
    features: &[Feature],
    directory: &Directory<'_>,
    by_name: Option<Column<'_>>,
    findings: &mut Vec<Finding>,
) -> Vec<Option<usize>> {
    let Some(Column { name, level, regions, .. }) = by_name else {
        findings.push(Finding::error(Message::new("boundary-error-no-code-column")));
        return vec![None; features.len()];
    };
    let message = Message::new("boundary-warning-by-name").with("property", name);
    findings.push(Finding::warning(message));
    for (feature, _) in features.iter().zip(&regions).filter(|(_, found)| found.is_none()) {
        let text = feature.properties.iter().find(|(of, _)| of == name);
        let text = text.map_or("", |(_, value)| value.as_str());
        let candidates: Vec<String> = directory
            .named(text, level)
            .iter()
            .filter_map(|at| directory.known.get(*at))
            .map(|region| format!("{} {}", region.code, region.name))
            .take(6)
            .collect();
        let key = if candidates.is_empty() {
            "boundary-error-unknown-name"
        } else {
            "boundary-error-ambiguous-name"
        };
        findings.push(Finding {
            feature: Some(feature.number),
            ..Finding::error(
                Message::new(key)
                    .with("feature", feature.number)
                    .with("value", text.chars().take(60).collect::<String>())
                    .with("candidates", candidates.join(", ")),
            )
        });
    }
    regions
}
