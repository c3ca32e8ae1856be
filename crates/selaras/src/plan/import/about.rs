//! What a plan file says of itself: in the lines above its header, the name of its sheet and its own
//! name.

use serde::{Deserialize, Serialize};

use super::super::document::{DocumentKind, Head, Stage};
use super::super::names::{AGENCIES, AGENCY_WORDS, DOCUMENTS, STAGES, YEAR_WORDS};
use super::super::row::MoneyKind;
use super::mapping::{PlanMapping, PlanRole};
use super::table::PlanTable;
use crate::region::{self, Level, Region};
use crate::sheet::Fault;
use crate::sheet::private::words;
use crate::simulate;

/// What is known of the document that a file belongs to. What the file does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Kind of document.
    pub kind: Option<DocumentKind>,
    /// Stage; a file that tells none is taken for the final one.
    pub stage: Option<Stage>,
    /// Number of the change, from 1; 0 for other stages.
    pub revision: u16,
    /// The government.
    pub region: Option<region::Code>,
    /// Perangkat daerah, as written, without the name of the region.
    pub agency: Option<String>,
    /// First and last year.
    pub years: Option<(i16, i16)>,
    /// Whether it calls itself simulated.
    pub simulated: bool,
}

/// Lines of a text that has one thing to say: the lines above the header, then sheet and file.
fn lines(table: &PlanTable) -> Vec<String> {
    let name = table.sheet.name.rsplit_once('.').map_or(table.sheet.name.as_str(), |of| of.0);
    let sheet = table.sheet.sheet.clone();
    table.titles.iter().cloned().chain(sheet).chain([name.to_owned()]).collect()
}

impl About {
    /// What `table`, whose columns mean what `mapping` says, tells of a document of a government
    /// of `level`; where no level is known, of the kab/kota that it names, or else the province.
    #[must_use]
    pub fn of(table: &PlanTable, mapping: &PlanMapping, level: Option<Level>) -> Self {
        let lines = lines(table);
        let texts: Vec<String> = lines.iter().map(|line| words(line)).collect();
        let kind = texts.iter().find_map(|text| kind(text));
        let levels = match &level {
            Some(level) => std::slice::from_ref(level),
            None => &[Level::Regency, Level::Province],
        };
        let (stage, revision) = texts.iter().find_map(|text| stage(text)).unzip();
        Self {
            kind,
            stage,
            revision: revision.unwrap_or_default(),
            region: levels
                .iter()
                .find_map(|level| lines.iter().find_map(|line| region_of(line, *level))),
            agency: lines.iter().find_map(|line| agency(line)),
            years: years(&texts, kind).or_else(|| years_of_columns(table, mapping)),
            simulated: lines.iter().any(|line| simulate::is_marked(line)),
        }
    }

    /// The head of the document.
    ///
    /// # Errors
    /// One fault for each thing that the file does not say and that cannot be done without: kind,
    /// government, year.
    pub fn head(&self, table: &PlanTable) -> Result<Head, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut needed = |known: bool, key: &str| {
            if !known {
                faults.push(table.fault(key, None, None));
            }
        };
        needed(self.kind.is_some(), "plan-error-no-kind");
        needed(self.region.is_some(), "plan-error-no-region");
        needed(self.years.is_some(), "plan-error-no-year");
        match (self.kind, self.region, self.years) {
            (Some(kind), Some(region), Some(years)) => Ok(Head {
                kind,
                stage: self.stage.unwrap_or(Stage::Final),
                revision: self.revision,
                region,
                agency: self.agency.clone(),
                years,
                decree: None,
                outcome: None,
                simulated: self.simulated,
            }),
            _ => Err(faults),
        }
    }
}

/// Where `phrase` stands in `text` as whole words.
fn find(text: &str, phrase: &str) -> Option<usize> {
    format!(" {text} ").find(&format!(" {phrase} "))
}

/// The kind that is named first.
fn kind(text: &str) -> Option<DocumentKind> {
    let named = DOCUMENTS.iter().flat_map(|(kind, names)| {
        names.iter().filter_map(|name| Some((find(text, name)?, usize::MAX - name.len(), *kind)))
    });
    named.min().map(|(_, _, kind)| kind)
}

/// The stage, and the number of the change.
fn stage(text: &str) -> Option<(Stage, u16)> {
    let named = STAGES.iter().find_map(|(stage, names)| {
        names.iter().find_map(|name| Some((*stage, find(text, name)? + name.len() + 1)))
    });
    let (stage, end) = named?;
    let number = text.get(end..).unwrap_or_default().split(' ').find(|word| *word != "ke");
    let number = number.and_then(|word| word.parse().ok()).filter(|number| *number < 100);
    Some((stage, if stage == Stage::Change { number.unwrap_or(1) } else { 0 }))
}

/// Years between 2000 and 2099 in a text, in their order.
fn years_in(text: &str) -> Vec<i16> {
    let year = |word: &str| {
        let year = word.parse::<i16>().ok()?;
        (word.len() == 4 && (2000..2100).contains(&year)).then_some(year)
    };
    text.split(' ').filter_map(year).collect()
}

fn years(texts: &[String], kind: Option<DocumentKind>) -> Option<(i16, i16)> {
    let known = texts.iter().map(|text| years_in(text)).filter(|years| !years.is_empty());
    if kind.is_some_and(DocumentKind::is_mid_term) {
        let mut spans = known.filter_map(|years| match years.as_slice() {
            [from, to, ..] if from < to => Some((*from, *to)),
            _ => None,
        });
        return spans.next();
    }
    // *Tahun 2027* says it, whatever other years a line names.
    let told = texts.iter().find_map(|text| {
        YEAR_WORDS.iter().find_map(|word| {
            let after = text.get(find(text, word)? + word.len()..)?;
            years_in(after.trim_start()).first().copied()
        })
    });
    let mut known = known;
    told.or_else(|| known.next()?.first().copied()).map(|year| (year, year))
}

/// The year of the budget, where all columns of it name one.
fn years_of_columns(table: &PlanTable, mapping: &PlanMapping) -> Option<(i16, i16)> {
    let of_column = |role: PlanRole| match role {
        PlanRole::Money { kind: MoneyKind::Budget, when, .. } => when.year,
        _ => None,
    };
    let mut years: Vec<i16> = mapping.roles(table).into_iter().filter_map(of_column).collect();
    years.sort_unstable();
    years.dedup();
    match years.as_slice() {
        [year] => Some((*year, *year)),
        _ => None,
    }
}

/// The government of `level` that a line names: by its code, or by its name with its kind; the
/// longest of several.
fn region_of(line: &str, level: Level) -> Option<region::Code> {
    let parts = line.split(|c: char| !c.is_ascii_digit() && c != '.');
    let code = parts.filter_map(|part| part.trim_matches('.').parse::<region::Code>().ok());
    let known = code.filter(|code| code.level() == level && region::get(*code).is_some());
    let text = words(line);
    let named = |region: &&Region| {
        let names = [words(&region.name), words(&region.short_name())];
        names.iter().any(|name| find(&text, name).is_some())
    };
    let of = match level {
        Level::Province => region::provinces(),
        _ => region::regencies(),
    };
    let longest = of.iter().filter(named).max_by_key(|region| region.name.len());
    known.min().filter(|_| level == Level::Regency).or(longest.map(|region| region.code)).or_else(
        // Two digits alone may be anything; a whole word of a file's name is a code.
        || {
            let mut words = text.split(' ').filter(|word| word.len() == 2);
            words.find_map(|word| {
                let code = word.parse::<region::Code>().ok()?;
                (level == Level::Province && region::get(code).is_some()).then_some(code)
            })
        },
    )
}

/// The perangkat daerah that a line names.
fn agency(line: &str) -> Option<String> {
    for part in line.split([':', '|', ',', '–', '/']).map(str::trim) {
        let text = words(part);
        let first = text.split(' ').next().unwrap_or_default();
        if AGENCY_WORDS.contains(&first) && text.contains(' ') {
            return Some(without_region(part));
        }
    }
    let text = words(line);
    let known = AGENCIES.iter().find(|(_, names)| names.iter().any(|of| find(&text, of).is_some()));
    known.map(|(agency, _)| (*agency).to_owned())
}

/// `Dinas Sosial Kabupaten Sambas` is the *Dinas Sosial* of its region.
fn without_region(agency: &str) -> String {
    let ends = ["kabupaten", "kab", "kota", "provinsi", "prov", "daerah"];
    let kept: Vec<&str> = agency
        .split_whitespace()
        .take_while(|word| !ends.contains(&words(word).as_str()))
        .collect();
    if kept.len() > 1 { kept.join(" ") } else { agency.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::super::terms::Terms;
    use super::super::propose::propose;
    use super::*;
    use crate::sheet::Source;

    fn about(name: &str, above: &str, level: Level) -> About {
        let text = format!("{above}Kode;Uraian;Pagu Indikatif\n8.01.06;PROGRAM;5\n");
        let table = PlanTable::open(&Source::memory(text.into_bytes()), name, None).unwrap();
        let mapping = propose(&table, Terms::shipped()).unwrap();
        About::of(&table, &mapping, Some(level))
    }

    #[test]
    fn the_lines_above_the_header_say_what_a_file_is() {
        let of = about(
            "a.csv",
            "RANCANGAN AKHIR RENCANA KERJA (RENJA);;\nBADAN KESATUAN BANGSA DAN POLITIK;;\n\
             KABUPATEN SAMBAS PROVINSI KALIMANTAN BARAT TAHUN 2027;;\n",
            Level::Regency,
        );
        assert_eq!(of.kind, Some(DocumentKind::AgencyWorkPlan));
        assert_eq!(of.stage, Some(Stage::Final));
        assert_eq!(of.region.map(|code| code.to_string()).as_deref(), Some("61.01"));
        assert_eq!(of.agency.as_deref(), Some("BADAN KESATUAN BANGSA DAN POLITIK"));
        assert_eq!((of.years, of.simulated), (Some((2027, 2027)), false));
    }

    #[test]
    fn the_name_of_a_file_says_what_its_lines_do_not() {
        let of = about("DATA-SIMULASI-61.72-rkpd-perubahan-2-2026.csv", "", Level::Regency);
        assert_eq!((of.kind, of.stage), (Some(DocumentKind::AnnualPlan), Some(Stage::Change)));
        assert_eq!((of.revision, of.years), (2, Some((2026, 2026))));
        assert_eq!(of.region.map(|code| code.to_string()).as_deref(), Some("61.72"));
        assert!(of.simulated);
        let of = about("renja-dinsos-kalimantan-barat-2026.csv", "", Level::Province);
        assert_eq!(of.region.map(|code| code.to_string()).as_deref(), Some("61"));
        assert_eq!(of.agency.as_deref(), Some("Dinas Sosial"));
        let of = about("renstra-kesbangpol-61.01-2025-2029.csv", "", Level::Regency);
        assert_eq!(of.years, Some((2025, 2029)));
    }

    #[test]
    fn what_a_file_does_not_say_is_asked_for_all_at_once() {
        let text = "Kode;Uraian;Pagu Indikatif\n8.01.06;PROGRAM;5\n";
        let source = Source::memory(text.as_bytes().to_vec());
        let table = PlanTable::open(&source, "berkas.csv", None).unwrap();
        let mapping = propose(&table, Terms::shipped()).unwrap();
        let faults = About::of(&table, &mapping, Some(Level::Regency)).head(&table).unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|of| of.reason.key.as_str()).collect();
        assert_eq!(keys, ["plan-error-no-kind", "plan-error-no-region", "plan-error-no-year"]);
    }

    #[test]
    fn a_change_is_numbered_and_a_draft_is_none() {
        assert_eq!(stage("renja perubahan ke 2 tahun 2026"), Some((Stage::Change, 2)));
        assert_eq!(stage("perubahan rkpd 2026"), Some((Stage::Change, 1)));
        assert_eq!(stage("rancangan awal renja"), Some((Stage::InitialDraft, 0)));
        assert_eq!(stage("rancangan renja 2026"), Some((Stage::Draft, 0)));
        assert_eq!(stage("renja 2026"), None);
    }
}
