//! The nomenclature: official codes and names, valid by year and kind of region.
//!
//! The shipped list covers two bidang (`data/nomenclature/NOTE.md` says what it lacks). An office
//! updates it from a file of its own; how sure a row is stays with it.

mod crosswalk;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use crosswalk::{Counterpart, Counterparts, Crosswalk, Relation};

use super::code::{Code, CodeLevel, Side};
use super::names;
use super::row::IndicatorStanding;
use crate::region;
use crate::sheet::private::words;
use crate::sheet::records::Records;
use crate::sheet::{Faults, Source};

/// How sure an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Formed by reasoning: never shown as official.
    Inferred,
    /// Code and name stand in a source.
    Seen,
}

/// Which governments may use an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Users {
    /// Provinces.
    pub province: bool,
    /// Kabupaten/kota.
    pub regency_city: bool,
    /// Regions with rules of their own only.
    pub special_only: bool,
}

/// A kind of region, as far as the nomenclature asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RegionKind {
    /// Its own side.
    pub side: Side,
    /// Whether it has rules of its own (Aceh, Jakarta, Yogyakarta, Papua).
    pub special: bool,
    /// Whether it bears the other side's affairs too, as Jakarta does.
    pub both_sides: bool,
}

impl RegionKind {
    /// The kind of the region with `code`; a kab/kota is special where its province is.
    #[must_use]
    pub fn of(code: region::Code) -> Self {
        let side = match code.level() {
            region::Level::Province => Side::Province,
            _ => Side::RegencyCity,
        };
        let special = code.at(region::Level::Province).and_then(|of| SPECIAL.get(&of));
        Self {
            side,
            special: special.is_some(),
            both_sides: special.is_some_and(|both| *both) && side == Side::Province,
        }
    }

    fn may_use(self, users: Users) -> bool {
        let own = match self.side {
            Side::Province => users.province,
            Side::RegencyCity => users.regency_city,
        };
        (own || self.both_sides && (users.province || users.regency_city))
            && (self.special || !users.special_only)
    }
}

/// Special provinces, and whether they bear both sides' affairs.
static SPECIAL: LazyLock<BTreeMap<region::Code, bool>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/nomenclature/special_regions.csv");
    let row = |line: &str| {
        let mut fields = line.split(',');
        Some((fields.next()?.parse().ok()?, fields.next()? == "1+2"))
    };
    text.lines().skip(1).filter_map(row).collect()
});

/// One code of the nomenclature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Code.
    pub code: Code,
    /// Official name; none where only the code is known.
    pub name: Option<String>,
    /// Indicator; most are not public.
    pub indicator: Option<String>,
    /// Unit of the indicator.
    pub unit: Option<String>,
    /// Whose indicator and unit are.
    pub standing: IndicatorStanding,
    /// Who may use it.
    pub users: Users,
    /// First year it is valid; none where no source tells.
    pub from: Option<i16>,
    /// Last year it is valid; none where no source tells.
    pub to: Option<i16>,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where it comes from: ids of [`sources`] joined by `+`, or the name of the office's file.
    pub source: String,
}

impl Entry {
    /// Whether it may be shown as official.
    #[must_use]
    pub fn is_official(&self) -> bool {
        self.certainty == Certainty::Seen && self.name.is_some()
    }

    /// Whether it is valid in `year`, as far as sources tell.
    #[must_use]
    pub fn covers(&self, year: i16) -> bool {
        self.from.is_none_or(|from| from <= year) && self.to.is_none_or(|to| year <= to)
    }
}

/// What the nomenclature says of a code that a region uses in a year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CodeStanding<'a> {
    /// In the list, and the region may use it.
    Listed(&'a Entry),
    /// In the list for other kinds of regions only.
    OtherRegions(&'a Entry),
    /// In the list, not for this year.
    OtherYears(&'a Entry),
    /// The list covers its bidang and does not have it.
    Unlisted,
    /// The list does not cover its bidang: nothing can be said.
    NotCovered,
}

/// A list of codes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nomenclature {
    /// By code, then in the order of the file.
    entries: Vec<Entry>,
}

/// A source that entries name.
#[derive(Debug, PartialEq, Eq)]
pub struct ListSource {
    /// Short name.
    pub id: &'static str,
    /// What it is, as it is to be named.
    pub text: &'static str,
}

/// The sources of the shipped list.
#[must_use]
pub fn sources() -> &'static [ListSource] {
    &SOURCES
}

static SOURCES: LazyLock<Vec<ListSource>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/nomenclature/sources.csv");
    let row = |line: &'static str| {
        let mut fields = line.splitn(3, ',');
        let (id, _year, text) = (fields.next()?, fields.next()?, fields.next()?);
        Some(ListSource { id, text: text.trim_matches('"') })
    };
    text.lines().skip(1).filter_map(row).collect()
});

static SHIPPED: LazyLock<Nomenclature> = LazyLock::new(|| {
    let text = include_str!("../../../../data/nomenclature/nomenclature.csv");
    let source = Source::memory(text.as_bytes().to_vec());
    Nomenclature::read(source, "nomenclature.csv").unwrap_or_default()
});

/// Rows of a list that are read; the national one has about 20,000.
const ROWS: usize = 200_000;

// Positions in [`names::NOMENCLATURE`].
const CODE: usize = 0;
const NAME: usize = 1;
const INDICATOR: usize = 2;
const UNIT: usize = 3;
const AUTHORITY: usize = 4;
const PROVINCE: usize = 5;
const REGENCY_CITY: usize = 6;
const SPECIAL_ONLY: usize = 7;
const FROM: usize = 8;
const TO: usize = 9;
const CERTAINTY: usize = 10;
const SOURCE: usize = 11;
const STANDING: usize = 12;

impl Nomenclature {
    /// The list that comes with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads a list from a file with columns code and name and, where they are known, indicator,
    /// unit, who may use it (`authority`, or a column of flags each for province, kab/kota and
    /// special regions), first and last year, certainty and source; or what offices call them.
    /// Without a column of users, the code's own side tells.
    ///
    /// # Errors
    /// Everything that is wrong with the file, by row and column.
    pub fn read(source: Source, name: &str) -> Result<Self, Faults> {
        let records =
            Records::of(source, name, ROWS, &names::NOMENCLATURE, "nomenclature-error-column")?;
        let mut faults = Faults::default();
        let mut entries: Vec<Entry> = Vec::with_capacity(records.len());
        for row in 0..records.len() {
            let cell = |field| records.cell(row, field);
            let text = |field| Some(cell(field).to_owned()).filter(|text| !text.is_empty());
            let code = match cell(CODE).parse::<Code>() {
                Ok(code) => code,
                Err(error) => {
                    faults.push(records.fault(error.key(), row, CODE));
                    continue;
                }
            };
            let Some(users) = users(&records, row, code) else {
                faults.push(records.fault("nomenclature-error-authority", row, AUTHORITY));
                continue;
            };
            let year = |field| match cell(field) {
                "" => Ok(None),
                text => text.parse::<i16>().map(Some).map_err(|_| field),
            };
            let (from, to) = match (year(FROM), year(TO)) {
                (Ok(from), Ok(to)) => (from, to),
                (Err(field), _) | (_, Err(field)) => {
                    faults.push(records.fault("nomenclature-error-year", row, field));
                    continue;
                }
            };
            let certainty = match words(cell(CERTAINTY)).as_str() {
                "" | "seen" | "pasti" => Certainty::Seen,
                "inferred" | "disimpulkan" => Certainty::Inferred,
                _ => {
                    faults.push(records.fault("nomenclature-error-certainty", row, CERTAINTY));
                    continue;
                }
            };
            let standing = match words(cell(STANDING)).as_str() {
                "decree" | "keputusan" => IndicatorStanding::Decree,
                "example" | "contoh" => IndicatorStanding::Example,
                _ => IndicatorStanding::Office,
            };
            let clash = |of: &Entry| {
                of.code == code
                    && (of.users.province && users.province
                        || of.users.regency_city && users.regency_city)
                    && of.from == from
            };
            if entries.iter().rev().take_while(|of| of.code == code).any(clash) {
                faults.push(records.fault("nomenclature-error-twice", row, CODE));
                continue;
            }
            entries.push(Entry {
                code,
                name: text(NAME),
                indicator: text(INDICATOR),
                unit: text(UNIT),
                standing,
                users,
                from,
                to,
                certainty,
                source: text(SOURCE).unwrap_or_else(|| name.to_owned()),
            });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        // Stable: rows of one code keep the order of the file.
        entries.sort_by_key(|entry| entry.code);
        Ok(Self { entries })
    }

    /// This list with what `newer` says of a code in the place of what it said itself. Where the
    /// newer list has no indicator for a code, the one that was known stays.
    #[must_use]
    pub fn updated(&self, newer: &Self) -> Self {
        let mut entries = newer.entries.clone();
        for entry in &mut entries {
            let known = self.of(entry.code).find(|of| of.users == entry.users);
            if let (None, Some(known)) = (&entry.indicator, known) {
                entry.indicator.clone_from(&known.indicator);
                entry.unit.clone_from(&known.unit);
                entry.standing = known.standing;
            }
        }
        let left = self.entries.iter().filter(|entry| newer.of(entry.code).next().is_none());
        entries.extend(left.cloned());
        entries.sort_by_key(|entry| entry.code);
        Self { entries }
    }

    /// All entries in the order of their codes.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the list has under `code`: more than one entry where sides or years have names of
    /// their own.
    pub fn of(&self, code: Code) -> impl Iterator<Item = &Entry> {
        let start = self.entries.partition_point(|entry| entry.code < code);
        let rest = self.entries.get(start..).unwrap_or_default();
        rest.iter().take_while(move |entry| entry.code == code)
    }

    /// What the list says of `code` used by a region of `kind` in `year`. A support program that is
    /// not listed for its bidang is looked up as `X.XX.01`.
    #[must_use]
    pub fn standing(&self, code: Code, kind: RegionKind, year: i16) -> CodeStanding<'_> {
        let own = self.of(code).next().is_some();
        let code = if own { code } else { code.generic().unwrap_or(code) };
        let (mut other_regions, mut other_years) = (None, None);
        for entry in self.of(code) {
            match (kind.may_use(entry.users), entry.covers(year)) {
                (true, true) => return CodeStanding::Listed(entry),
                (true, false) => other_years = Some(entry),
                (false, _) => other_regions = Some(entry),
            }
        }
        match (other_years, other_regions) {
            (Some(entry), _) => CodeStanding::OtherYears(entry),
            (None, Some(entry)) => CodeStanding::OtherRegions(entry),
            (None, None) if self.has_below(code) => CodeStanding::Unlisted,
            (None, None) => CodeStanding::NotCovered,
        }
    }

    /// Whether the list reaches sub kegiatan in the bidang of `code`.
    fn has_below(&self, code: Code) -> bool {
        code.at(CodeLevel::AffairField).is_some_and(|field| {
            let start = self.entries.partition_point(|entry| entry.code < field);
            let inside = self.entries.get(start..).unwrap_or_default().iter();
            let mut inside = inside.take_while(|entry| field.contains(&entry.code));
            inside.any(|entry| entry.code.level() == CodeLevel::SubActivity)
        })
    }

    /// Entries whose code begins with `text`, or whose name holds every word of it, in any order.
    #[must_use]
    pub fn search(&self, text: &str) -> Vec<&Entry> {
        if let Ok(code) = text.parse::<Code>() {
            return self.entries.iter().filter(|entry| code.contains(&entry.code)).collect();
        }
        let asked = words(text);
        let asked: Vec<&str> = asked.split(' ').filter(|word| !word.is_empty()).collect();
        let fits = |entry: &&Entry| {
            let name = words(entry.name.as_deref().unwrap_or_default());
            !asked.is_empty() && asked.iter().all(|word| name.contains(word))
        };
        self.entries.iter().filter(fits).collect()
    }
}

/// Who may use the code in `row`; none where the file says it in words that are not known.
fn users(records: &Records, row: usize, code: Code) -> Option<Users> {
    let cell = |field| words(records.cell(row, field));
    let flag = |field| match cell(field).as_str() {
        "" | "0" | "tidak" | "no" | "false" => Some(false),
        "1" | "ya" | "yes" | "true" | "v" | "x" => Some(true),
        _ => None,
    };
    let special_only = flag(SPECIAL_ONLY)?;
    if records.has(PROVINCE) && records.has(REGENCY_CITY) {
        let (province, regency_city) = (flag(PROVINCE)?, flag(REGENCY_CITY)?);
        return Some(Users { province, regency_city, special_only });
    }
    let authority = cell(AUTHORITY);
    let (province, regency_city) = if authority.is_empty() {
        (code.side() != Some(Side::RegencyCity), code.side() != Some(Side::Province))
    } else {
        let said = |(_, spelled): &&((bool, bool), &[&str])| spelled.contains(&authority.as_str());
        names::AUTHORITIES.iter().find(said)?.0
    };
    Some(Users { province, regency_city, special_only })
}

#[cfg(test)]
mod tests;
