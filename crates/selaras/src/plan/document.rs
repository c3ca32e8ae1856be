//! Plan documents and their frozen versions.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::code::Code;
use super::money::Rupiah;
use super::row::{MoneyKind, Row, RowKey, RowLevel, Tag};
use crate::locale::Message;
use crate::region;
use crate::sheet::hex;
use crate::sheet::private::words;

/// Kinds of plan documents, in the order in which one feeds the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// RPJMD: the region's plan of five years.
    MidPlan,
    /// Renstra: an agency's plan of five years.
    AgencyStrategicPlan,
    /// RKPD: the region's plan of a year.
    AnnualPlan,
    /// Renja: an agency's plan of a year.
    AgencyWorkPlan,
    /// KUA-PPAS: budget policy and ceilings.
    BudgetPolicy,
    /// APBD: the budget.
    Budget,
    /// DPA: an agency's budget in execution.
    BudgetExecution,
}

impl DocumentKind {
    /// All kinds, in order.
    pub const ALL: [Self; 7] = [
        Self::MidPlan,
        Self::AgencyStrategicPlan,
        Self::AnnualPlan,
        Self::AgencyWorkPlan,
        Self::BudgetPolicy,
        Self::Budget,
        Self::BudgetExecution,
    ];

    /// Last part of the message keys that name the kind.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::MidPlan => "mid-plan",
            Self::AgencyStrategicPlan => "agency-strategic-plan",
            Self::AnnualPlan => "annual-plan",
            Self::AgencyWorkPlan => "agency-work-plan",
            Self::BudgetPolicy => "budget-policy",
            Self::Budget => "budget",
            Self::BudgetExecution => "budget-execution",
        }
    }

    /// The name, e.g. *Renja*.
    #[must_use]
    pub fn name(self) -> Message {
        Message::new(&format!("plan-document-{}", self.key()))
    }

    /// Whether it covers five years rather than one.
    #[must_use]
    pub fn is_mid_term(self) -> bool {
        matches!(self, Self::MidPlan | Self::AgencyStrategicPlan)
    }
}

/// How far a document has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Rancangan awal.
    InitialDraft,
    /// Rancangan.
    Draft,
    /// Akhir, or set (ditetapkan).
    Final,
    /// Perubahan; [`Head::revision`] counts them.
    Change,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 4] = [Self::InitialDraft, Self::Draft, Self::Final, Self::Change];

    /// Last part of the message keys that name the stage.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::InitialDraft => "initial-draft",
            Self::Draft => "draft",
            Self::Final => "final",
            Self::Change => "change",
        }
    }

    /// The name, e.g. *rancangan awal*.
    #[must_use]
    pub fn name(self) -> Message {
        Message::new(&format!("plan-stage-{}", self.key()))
    }
}

/// What a document is and whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Kind.
    pub kind: DocumentKind,
    /// Stage.
    pub stage: Stage,
    /// Number of the change, from 1; 0 for other stages.
    #[serde(default)]
    pub revision: u16,
    /// The government: a province or a kab/kota.
    pub region: region::Code,
    /// Perangkat daerah; none for a document of the whole region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// First and last year; the same for a document of one year.
    pub years: (i16, i16),
    /// Number and date of the decree by which it is set, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decree: Option<String>,
    /// Node of the outcome tree the document as a whole is meant for (R25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Tag>,
    /// Whether its rows are simulated.
    #[serde(default)]
    pub simulated: bool,
}

impl Head {
    /// Whether `year` is one of the document's.
    #[must_use]
    pub fn covers(&self, year: i16) -> bool {
        (self.years.0..=self.years.1).contains(&year)
    }
}

/// A document that may still change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    pub head: Head,
    /// Rows in the order of the file, each below the row it belongs to.
    pub rows: Vec<Row>,
}

/// A version of a document that nothing can change: its rows can be read only, and it carries the
/// hash of what it says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Kept<Document>")]
pub struct Version {
    hash: String,
    document: Document,
}

/// A kept version that is not what was frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAVersion {
    /// Not the form in which versions are kept.
    #[error("not a kept plan version")]
    Form,
    /// Something of it was changed since it was frozen.
    #[error("the plan version was changed after it was frozen")]
    Changed,
}

impl NotAVersion {
    /// The error in words.
    #[must_use]
    pub fn message(self) -> Message {
        Message::new(match self {
            Self::Form => "plan-error-version",
            Self::Changed => "plan-error-version-changed",
        })
    }
}

/// Form of the kept bytes; part of the hash.
const FORM: &str = "selaras-plan-1";

impl Document {
    /// Freezes the document. The same document always has the same hash.
    #[must_use]
    pub fn freeze(self) -> Version {
        let hash = hash_of(&self);
        Version { hash, document: self }
    }

    /// The code of the row at `position`, or of the nearest row above it that has one.
    #[must_use]
    pub fn code_above(&self, position: u32) -> Option<Code> {
        self.upward(position).find_map(Row::code)
    }

    /// The row at `position` and those it stands below, one after the other.
    pub fn upward(&self, position: u32) -> impl Iterator<Item = &Row> {
        let mut next = Some(position);
        std::iter::from_fn(move || {
            let at = next?;
            let row = self.rows.get(at as usize)?;
            // A parent stands before its rows, so the way up always ends.
            next = row.parent.filter(|parent| *parent < at);
            Some(row)
        })
    }

    /// Rows that no other stands below: where places, groups and times are told, and money is
    /// counted once.
    pub fn leaves(&self) -> impl Iterator<Item = (u32, &Row)> {
        let mut has_below = vec![false; self.rows.len()];
        for parent in self.rows.iter().filter_map(|row| row.parent) {
            if let Some(of) = has_below.get_mut(parent as usize) {
                *of = true;
            }
        }
        (0_u32..).zip(&self.rows).zip(has_below).filter(|(_, below)| !below).map(|(row, _)| row)
    }

    /// The sum of a kind of money in a year over the rows of `level`; none where it does not fit.
    #[must_use]
    pub fn total(&self, level: RowLevel, kind: MoneyKind, year: i16) -> Option<Rupiah> {
        let of = self.rows.iter().filter(|row| row.level == level);
        Rupiah::sum(of.filter_map(|row| row.amount(kind, year)))
    }

    /// Of every row, its money of a kind in a year: its own, or else the sum of the rows below it;
    /// none where neither is told.
    #[must_use]
    pub fn said(&self, kind: MoneyKind, year: i16) -> Vec<Option<Rupiah>> {
        let mut said: Vec<Option<Rupiah>> = vec![None; self.rows.len()];
        // A row stands before those below it.
        for (at, row) in self.rows.iter().enumerate().rev() {
            let own = row.amount(kind, year);
            let Some(place) = said.get_mut(at) else { continue };
            *place = own.or(*place);
            let amount = *place;
            let parent = row.parent.filter(|parent| (*parent as usize) < at);
            if let (Some(amount), Some(above)) =
                (amount, parent.and_then(|parent| said.get_mut(parent as usize)))
            {
                *above = Rupiah::sum(above.iter().copied().chain([amount]));
            }
        }
        said
    }

    /// The rows that tell money of a kind in a year with none below them that does: all of the
    /// money, each rupiah once.
    pub fn paid(&self, kind: MoneyKind, year: i16) -> impl Iterator<Item = (u32, &Row, Rupiah)> {
        let mut below = vec![false; self.rows.len()];
        for (at, row) in self.rows.iter().enumerate().rev() {
            let tells = row.amount(kind, year).is_some() || below.get(at).is_some_and(|of| *of);
            let parent = row.parent.filter(|parent| tells && (*parent as usize) < at);
            if let Some(above) = parent.and_then(|parent| below.get_mut(parent as usize)) {
                *above = true;
            }
        }
        (0_u32..)
            .zip(&self.rows)
            .zip(below)
            .filter(|(_, below)| !below)
            .filter_map(move |((at, row), _)| Some((at, row, row.amount(kind, year)?)))
    }

    /// What identifies each row among other versions, in the order of the rows. Rows that would be
    /// alike are numbered in their order.
    #[must_use]
    pub fn keys(&self) -> Vec<RowKey> {
        let mut seen = std::collections::HashMap::new();
        let agency = self.head.agency.as_deref().unwrap_or_default();
        (0_u32..)
            .zip(&self.rows)
            .map(|(at, row)| {
                let own = row.code();
                let name = if own.is_some() { String::new() } else { words(&row.name) };
                let mut key = RowKey {
                    agency: words(row.agency.as_deref().unwrap_or(agency)),
                    level: row.level,
                    code: own.or_else(|| self.code_above(at)),
                    name,
                    number: 0,
                };
                let number = seen.entry(key.clone()).or_insert(0_u32);
                key.number = *number;
                *number += 1;
                key
            })
            .collect()
    }
}

fn hash_of(document: &Document) -> String {
    let mut hasher = Sha256::new();
    hasher.update(FORM.as_bytes());
    hasher.update([0]);
    hasher.update(serde_json::to_vec(document).unwrap_or_default());
    hex(&hasher.finalize())
}

/// What is kept of a version.
#[derive(Serialize, Deserialize)]
struct Kept<D> {
    form: String,
    hash: String,
    document: D,
}

impl Version {
    /// SHA-256 of what the version says, lower-case hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The document, to read.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What it is and whose.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.document.head
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.document.rows
    }

    /// A copy that may change, to become the next version.
    #[must_use]
    pub fn thaw(&self) -> Document {
        self.document.clone()
    }

    /// The form in which it is kept.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Opens a kept version.
    ///
    /// # Errors
    /// [`NotAVersion`], also where a single character of it was changed.
    pub fn from_json(json: &[u8]) -> Result<Self, NotAVersion> {
        let kept: Kept<Document> = serde_json::from_slice(json).map_err(|_| NotAVersion::Form)?;
        Self::try_from(kept)
    }
}

impl TryFrom<Kept<Document>> for Version {
    type Error = NotAVersion;

    fn try_from(kept: Kept<Document>) -> Result<Self, NotAVersion> {
        if kept.form != FORM {
            return Err(NotAVersion::Form);
        }
        let version = kept.document.freeze();
        if version.hash == kept.hash { Ok(version) } else { Err(NotAVersion::Changed) }
    }
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (form, hash) = (FORM.to_owned(), self.hash.clone());
        Kept { form, hash, document: &self.document }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::row::{Money, Provenance};

    fn document(amounts: &[i64]) -> Document {
        let head = Head {
            kind: DocumentKind::AgencyWorkPlan,
            stage: Stage::Final,
            revision: 0,
            region: "61".parse().unwrap(),
            agency: Some("Badan Kesbangpol".to_owned()),
            years: (2026, 2026),
            decree: None,
            outcome: None,
            simulated: true,
        };
        let mut rows = vec![Row::new(RowLevel::Program, "Program")];
        rows[0].code = Some(super::super::FoundCode::read("8.01.06").unwrap());
        for (number, &amount) in (1..).zip(amounts) {
            let mut row = Row::new(RowLevel::SubActivity, format!("Sub {number}"));
            row.parent = Some(0);
            row.sources.push(Provenance { file: "a.xlsx".to_owned(), sheet: None, row: number });
            let (kind, amount) = (MoneyKind::Budget, Rupiah::new(amount));
            row.money.push(Money { kind, year: 2026, quarter: None, fund: None, amount });
            rows.push(row);
        }
        Document { head, rows }
    }

    #[test]
    fn rows_are_known_by_code_or_by_name_below_it_and_numbered_where_alike() {
        let mut of = document(&[1, 2, 3]);
        of.rows[2].name = "sub-1".to_owned();
        let keys = of.keys();
        assert_eq!(keys[1].code, of.rows[0].code());
        assert_eq!((keys[1].name.as_str(), keys[1].number), ("sub 1", 0));
        assert_eq!((keys[2].name.as_str(), keys[2].number), ("sub 1", 1));
        assert_eq!((keys[3].name.as_str(), keys[3].number), ("sub 3", 0));
        assert_eq!(of.leaves().map(|(at, _)| at).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn a_kept_version_that_was_changed_is_not_opened() {
        let version = document(&[1_250_000]).freeze();
        let json = String::from_utf8(version.to_json()).unwrap();
        assert_eq!(Version::from_json(json.as_bytes()), Ok(version.clone()));
        let forged = json.replace("1250000", "1250001");
        assert_eq!(Version::from_json(forged.as_bytes()), Err(NotAVersion::Changed));
        assert_eq!(Version::from_json(b"{}"), Err(NotAVersion::Form));
        let mut next = version.thaw();
        next.head.stage = Stage::Change;
        assert_ne!(next.freeze().hash(), version.hash());
    }

    proptest! {
        #[test]
        fn freezing_keeps_every_rupiah_and_any_other_amount_is_another_version(
            amounts in prop::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 1..20),
            at: prop::sample::Index,
            by in 1_i64..1000,
        ) {
            let version = document(&amounts).freeze();
            let opened = Version::from_json(&version.to_json()).unwrap();
            let total = opened.document().total(RowLevel::SubActivity, MoneyKind::Budget, 2026);
            prop_assert_eq!(total, Some(Rupiah::new(amounts.iter().sum())));
            prop_assert_eq!(opened.hash(), version.hash());
            let mut other = amounts.clone();
            let changed = at.index(amounts.len());
            other[changed] += by;
            prop_assert_ne!(document(&other).freeze().hash().to_owned(), version.hash());
        }
    }
}
