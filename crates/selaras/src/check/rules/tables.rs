//! The tables of the rules.

use std::collections::BTreeMap;

use super::{Authority, Registered, Requirement, Rest, RestKind, Treatment};
use crate::instrument::Text;
use crate::plan::{Code, Decimal, PrioritySet, Side, Writing};
use crate::region;
use crate::sheet::records::{Field, Records, persons};
use crate::sheet::{Faults, Source};

/// Rows of a table that are read.
const ROWS: usize = 500_000;

const fn needed(name: &'static str) -> Field {
    Field { name, also: &[], needed: true }
}

const fn further(name: &'static str) -> Field {
    Field { name, also: &[], needed: false }
}

/// A table and where its faults go.
struct Table<'a> {
    records: Option<Records>,
    faults: &'a mut Faults,
}

impl<'a> Table<'a> {
    fn of(bytes: Vec<u8>, name: &str, fields: &[Field], faults: &'a mut Faults) -> Self {
        // A header alone is a table in which nothing was written yet.
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        if lines.take(2).count() == 1 {
            return Self { records: None, faults };
        }
        let read = Records::of(Source::memory(bytes), name, ROWS, fields, "check-error-column");
        let records = match read {
            Ok(records) => Some(records),
            Err(of) => {
                of.kept.into_iter().for_each(|fault| faults.push(fault));
                None
            }
        };
        Self { records, faults }
    }

    /// Reads each row; a fault is its key and the field it stands in.
    fn rows<T>(
        self,
        read: impl Fn(&dyn Fn(usize) -> String) -> Result<T, (&'static str, usize)>,
    ) -> Vec<T> {
        let Some(records) = self.records else { return Vec::new() };
        let mut rows = Vec::with_capacity(records.len());
        for row in 0..records.len() {
            match read(&|field| records.cell(row, field).to_owned()) {
                Ok(of) => rows.push(of),
                Err((key, field)) => self.faults.push(records.fault(key, row, field)),
            }
        }
        rows
    }
}

/// The text as something else; nothing for an empty cell.
fn maybe<T: std::str::FromStr>(
    text: &str,
    key: &'static str,
    field: usize,
) -> Result<Option<T>, (&'static str, usize)> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| (key, field)) }
}

fn must<T: std::str::FromStr>(
    text: &str,
    key: &'static str,
    field: usize,
) -> Result<T, (&'static str, usize)> {
    text.parse().map_err(|_| (key, field))
}

fn filled(text: String, field: usize) -> Result<String, (&'static str, usize)> {
    if text.is_empty() { Err(("check-error-empty", field)) } else { Ok(text) }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn named(id: String, en: String) -> Text {
    Text { en: if en.is_empty() { id.clone() } else { en }, id }
}

pub(super) fn priorities(bytes: Vec<u8>, faults: &mut Faults) -> Vec<Requirement> {
    let fields = [
        needed("set"),
        needed("id"),
        further("region"),
        needed("topics"),
        needed("name"),
        further("name_en"),
        further("basis"),
    ];
    Table::of(bytes, "priorities.csv", &fields, faults).rows(|cell| {
        let set = match cell(0).as_str() {
            "national" => PrioritySet::National,
            "provincial" => PrioritySet::Provincial,
            "regional" => PrioritySet::Regional,
            "asta_cita" => PrioritySet::AstaCita,
            "mandate" => PrioritySet::Mandate,
            _ => return Err(("check-error-set", 0)),
        };
        let topics = filled(cell(3), 3)?;
        let topics = topics.split(';').map(|of| of.trim().to_owned());
        Ok(Requirement {
            set,
            id: filled(cell(1), 1)?,
            region: maybe(&cell(2), "check-error-region", 2)?,
            topics: topics.filter(|of| !of.is_empty()).collect(),
            name: named(filled(cell(4), 4)?, cell(5)),
            basis: some(cell(6)),
        })
    })
}

pub(super) fn authority(bytes: Vec<u8>, faults: &mut Faults) -> Vec<Authority> {
    let fields = [
        needed("code"),
        further("region"),
        needed("kind"),
        further("from"),
        further("to"),
        needed("sides"),
        needed("treatment"),
        needed("article"),
        further("certainty"),
    ];
    Table::of(bytes, "authority.csv", &fields, faults).rows(|cell| {
        Ok(Authority {
            code: must::<Code>(&cell(0), "check-error-code", 0)?,
            region: maybe(&cell(1), "check-error-region", 1)?,
            kind: match cell(2).as_str() {
                "province" => Side::Province,
                "regency_city" => Side::RegencyCity,
                _ => return Err(("check-error-kind", 2)),
            },
            from: maybe(&cell(3), "check-error-year", 3)?,
            to: maybe(&cell(4), "check-error-year", 4)?,
            sides: match cell(5).as_str() {
                "1" => vec![Side::Province],
                "2" => vec![Side::RegencyCity],
                "1+2" => vec![Side::Province, Side::RegencyCity],
                _ => return Err(("check-error-sides", 5)),
            },
            treatment: match cell(6).as_str() {
                "explain" => Treatment::Explain,
                "import" => Treatment::Import,
                _ => return Err(("check-error-treatment", 6)),
            },
            article: filled(cell(7), 7)?,
            certain: cell(8) == "certain",
        })
    })
}

pub(super) fn calendar(bytes: Vec<u8>, faults: &mut Faults) -> Vec<Rest> {
    let fields = [
        needed("kind"),
        needed("from"),
        needed("to"),
        further("region"),
        needed("name"),
        further("name_en"),
        further("basis"),
    ];
    Table::of(bytes, "calendar.csv", &fields, faults).rows(|cell| {
        let (from, to) =
            (must(&cell(1), "check-error-date", 1)?, must(&cell(2), "check-error-date", 2)?);
        if to < from {
            return Err(("check-error-date", 2));
        }
        Ok(Rest {
            kind: match cell(0).as_str() {
                "holiday" => RestKind::Holiday,
                "quiet" => RestKind::Quiet,
                _ => return Err(("check-error-rest", 0)),
            },
            from,
            to,
            region: maybe(&cell(3), "check-error-region", 3)?,
            name: named(filled(cell(4), 4)?, cell(5)),
            basis: some(cell(6)),
        })
    })
}

pub(super) fn renamed(bytes: Vec<u8>, faults: &mut Faults) -> Vec<(Code, Code, i16)> {
    let fields = [needed("before"), needed("after"), needed("from"), further("basis")];
    Table::of(bytes, "renamed.csv", &fields, faults).rows(|cell| {
        Ok((
            must(&cell(0), "check-error-code", 0)?,
            must(&cell(1), "check-error-code", 1)?,
            must(&cell(2), "check-error-year", 2)?,
        ))
    })
}

pub(super) fn baselines(
    bytes: Vec<u8>,
    faults: &mut Faults,
) -> BTreeMap<(String, region::Code, i16), Vec<Registered>> {
    let fields = [
        needed("indicator"),
        needed("region"),
        needed("year"),
        further("vintage"),
        needed("value"),
        needed("source"),
    ];
    let rows = Table::of(bytes, "baselines.csv", &fields, faults).rows(|cell| {
        let key = (
            filled(cell(0), 0)?,
            must(&cell(1), "check-error-region", 1)?,
            must(&cell(2), "check-error-year", 2)?,
        );
        let value = Decimal::read(&cell(4), Writing::English);
        let value = value.map_err(|_| ("check-error-number", 4))?;
        Ok((key, Registered { vintage: some(cell(3)), value, source: filled(cell(5), 5)? }))
    });
    let mut read: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (key, registered) in rows {
        read.entry(key).or_default().push(registered);
    }
    read
}

pub(super) fn denominators(
    bytes: Vec<u8>,
    faults: &mut Faults,
) -> BTreeMap<(String, i16, region::Code), u64> {
    let fields = [needed("series"), needed("year"), needed("region"), needed("value")];
    let rows = Table::of(bytes, "denominators.csv", &fields, faults).rows(|cell| {
        let key = (
            filled(cell(0), 0)?,
            must(&cell(1), "check-error-year", 1)?,
            must(&cell(2), "check-error-region", 2)?,
        );
        Ok((key, persons(&cell(3)).ok_or(("check-error-number", 3))?))
    });
    rows.into_iter().collect()
}
