//! Findings: what does not fit, whose rows it is about, and what would settle it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Check, Sides};
use crate::locale::Message;
use crate::plan::{DocumentKind, RowKey};
use crate::region;
use crate::sheet::hex;

/// The rule that found something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleRef {
    /// Id, unique among all checks: `parity-unit`.
    pub id: String,
    /// Version of the rules.
    pub version: String,
    /// Article, decree or agreement it rests on, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// What kind of source a cited row stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A plan.
    Plan(DocumentKind),
    /// An earlier frozen version of a plan.
    Previous(DocumentKind),
    /// The list of proposals.
    Proposals,
    /// The items of earlier meetings.
    Meetings,
}

/// A row that a finding is about. Rows order by region, source and key, whoever looks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cited {
    /// Whose row it is.
    pub region: region::Code,
    /// Where it stands.
    pub source: Source,
    /// What identifies it there.
    pub key: RowKey,
    /// Code and name in one line.
    pub label: String,
    /// Digest of what it says.
    pub digest: String,
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Check.
    pub check: Check,
    /// Rule.
    pub rule: RuleRef,
    /// Between whom.
    pub sides: Sides,
    /// The year that was looked at.
    pub year: i16,
    /// What it is about beside its rows: an indicator, a priority, the number of an item.
    pub about: String,
    /// Rows of both sides.
    pub rows: Vec<Cited>,
    /// Why.
    pub why: Message,
    /// What would settle it.
    pub settle: Message,
    /// Why an office says that it is meant so; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intended: Option<String>,
}

impl Finding {
    /// Id of the finding: the same as long as rule, sides, year, subject and rows are, whatever the
    /// rows say.
    #[must_use]
    pub fn id(&self) -> String {
        let mut hasher = Sha256::new();
        let rows = self.rows.iter().map(|row| (row.region, row.source, &row.key));
        let of = (self.check, &self.rule.id, self.sides, self.year);
        let said = (of, &self.about, rows.collect::<Vec<_>>());
        hasher.update(serde_json::to_vec(&said).unwrap_or_default());
        hex(&hasher.finalize())
    }

    /// Whether nobody has said that it is meant so.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.intended.is_none()
    }
}

/// *Sesuai disengaja*: an office's word that one finding is meant so. It holds until one of the rows
/// says something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    finding: String,
    digests: Vec<String>,
    reason: String,
}

impl Silence {
    /// Silences `finding` for a reason; none without one.
    #[must_use]
    pub fn new(finding: &Finding, reason: &str) -> Option<Self> {
        let reason = reason.trim();
        let digests = finding.rows.iter().map(|row| row.digest.clone()).collect();
        (!reason.is_empty()).then(|| Self {
            finding: finding.id(),
            digests,
            reason: reason.to_owned(),
        })
    }

    fn holds(&self, finding: &Finding) -> bool {
        self.digests.iter().eq(finding.rows.iter().map(|row| &row.digest))
    }
}

/// All silences, by finding.
#[derive(Clone, Debug, Default)]
pub struct Silences(HashMap<String, Silence>);

impl FromIterator<Silence> for Silences {
    fn from_iter<T: IntoIterator<Item = Silence>>(silences: T) -> Self {
        Self(silences.into_iter().map(|of| (of.finding.clone(), of)).collect())
    }
}

impl Silences {
    /// The reason why a finding is silent, where one holds.
    #[must_use]
    pub fn reason(&self, finding: &Finding) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let silence = self.0.get(&finding.id()).filter(|of| of.holds(finding))?;
        Some(&silence.reason)
    }
}
