//! Which codes of the two sides do the same work, where twins by digit do not tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::super::code::{Code, CodeLevel, Side};
use super::super::names;
use super::Certainty;
use crate::sheet::records::Records;
use crate::sheet::{Faults, Source};

/// What two codes have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same work, each side for its own region.
    Same,
    /// The same service, the province's inside panti, the kab/kota's outside: shared by law.
    ResidentialCare,
}

/// A code of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterpart {
    /// The code.
    pub code: Code,
    /// What it has to do with the one asked about.
    pub relation: Relation,
    /// How sure that is.
    pub certainty: Certainty,
}

/// The other side's codes of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterparts {
    /// The code belongs to both sides.
    Shared,
    /// By the table; empty where it says that there is none.
    Listed(Vec<Counterpart>),
    /// The twin by digit, since the table does not speak of the program.
    Twin(Code),
}

impl Counterparts {
    /// The codes themselves.
    pub fn codes(&self) -> impl Iterator<Item = Code> + '_ {
        let (listed, twin) = match self {
            Self::Shared => (&[][..], None),
            Self::Listed(listed) => (listed.as_slice(), None),
            Self::Twin(twin) => (&[][..], Some(*twin)),
        };
        listed.iter().map(|of| of.code).chain(twin)
    }
}

/// A table of counterparts. A program that stands in it has no others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Crosswalk {
    /// Programs the table speaks of.
    programs: BTreeSet<Code>,
    /// Counterparts of each code of either side, in the order of the file.
    counterparts: BTreeMap<Code, Vec<Counterpart>>,
}

static SHIPPED: LazyLock<Crosswalk> = LazyLock::new(|| {
    let text = include_str!("../../../../../data/nomenclature/crosswalk.csv");
    let source = Source::memory(text.as_bytes().to_vec());
    Crosswalk::read(source, "crosswalk.csv").unwrap_or_default()
});

/// Rows of a table that are read.
const ROWS: usize = 100_000;

// Positions in [`names::CROSSWALK`].
const PROVINCE: usize = 0;
const REGENCY_CITY: usize = 1;
const RELATION: usize = 2;
const CERTAINTY: usize = 3;

impl Crosswalk {
    /// The table that comes with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads a table with columns `province,regency_city,relation` and, where it is known,
    /// `certainty`. `relation` is `same`, `residential_care`, or `none` in a row of one code.
    ///
    /// # Errors
    /// Everything that is wrong with the file, by row and column.
    pub fn read(source: Source, name: &str) -> Result<Self, Faults> {
        let records = Records::of(source, name, ROWS, &names::CROSSWALK, "crosswalk-error-column")?;
        let mut faults = Faults::default();
        let mut read = Self::default();
        for row in 0..records.len() {
            let cell = |field| records.cell(row, field);
            let side = |field, side| match cell(field) {
                "" => Ok(None),
                text => {
                    let code = text.parse::<Code>().ok();
                    code.filter(|code| code.side() == Some(side)).map(Some).ok_or(field)
                }
            };
            let codes = (side(PROVINCE, Side::Province), side(REGENCY_CITY, Side::RegencyCity));
            let (province, regency_city) = match codes {
                (Ok(province), Ok(regency_city)) => (province, regency_city),
                (Err(field), _) | (_, Err(field)) => {
                    faults.push(records.fault("crosswalk-error-code", row, field));
                    continue;
                }
            };
            let both = province.is_some() && regency_city.is_some();
            let one = province.is_some() != regency_city.is_some();
            let relation = match cell(RELATION) {
                "same" if both => Some(Relation::Same),
                "residential_care" if both => Some(Relation::ResidentialCare),
                "none" if one => None,
                _ => {
                    faults.push(records.fault("crosswalk-error-relation", row, RELATION));
                    continue;
                }
            };
            let certainty = match cell(CERTAINTY) {
                "inferred" => Certainty::Inferred,
                _ => Certainty::Seen,
            };
            let codes = [province, regency_city].into_iter().flatten();
            read.programs.extend(codes.filter_map(|code| code.at(CodeLevel::Program)));
            if let (Some(one), Some(other), Some(relation)) = (province, regency_city, relation) {
                for (own, code) in [(one, other), (other, one)] {
                    let listed = read.counterparts.entry(own).or_default();
                    listed.push(Counterpart { code, relation, certainty });
                }
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    /// The codes by which the other side does the work of `code`.
    #[must_use]
    pub fn counterparts(&self, code: Code) -> Counterparts {
        let (Some(twin), Some(program)) = (code.twin(), code.at(CodeLevel::Program)) else {
            return Counterparts::Shared;
        };
        if self.programs.contains(&program) {
            Counterparts::Listed(self.counterparts.get(&code).cloned().unwrap_or_default())
        } else {
            Counterparts::Twin(twin)
        }
    }
}
