//! Which column of a file means what: proposed, shown, asked where unclear, saved and reused.
//!
//! A [`Mapping`] is proposed from headers and values ([`propose`]), completed by a person, and kept
//! as JSON under the office that made it. [`Mapping::layout`] identifies the files it fits: the
//! same headers in any order.

pub(crate) mod moment;
mod propose;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::answers::Design;
pub use moment::{DateOrder, moment};
pub(crate) use propose::attribute_named;
pub use propose::{attribute_role, item_role, propose};

use crate::instrument::Instrument;
use crate::locale::Message;
use crate::sheet::hex;
use crate::sheet::private::{self, Private};
use crate::sheet::{Column, Sheet, Texts};

/// The version of the saved form.
pub const VERSION: u32 = 1;

/// What each column of one layout of files means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// [`VERSION`] of the form.
    pub version: u32,
    /// [`layout`] of the headers it was made for.
    pub layout: String,
    /// `id` and `version` of the instrument it was made for.
    pub instrument: (String, String),
    /// One entry per column of the file, by header.
    pub columns: Vec<ColumnMapping>,
    /// Code of the one region of all rows, where no column tells it.
    #[serde(default)]
    pub region: Option<String>,
    /// Year of the survey, needed to turn a year of birth into an age.
    #[serde(default)]
    pub year: Option<i16>,
    /// Whether `1,5` is one and a half. Where not, a comma in a number is a fault.
    #[serde(default)]
    pub decimal_comma: bool,
    /// Whether numbers of PSUs start again in every stratum; none where it is not decided.
    #[serde(default)]
    pub psus_within_strata: Option<bool>,
    /// Texts that stand for no answer, as [`private::words`] writes them.
    #[serde(default = "default_missing")]
    pub missing: Vec<String>,
}

fn default_missing() -> Vec<String> {
    ["na", "n a", "null", "nan", "none"].map(str::to_owned).to_vec()
}

/// What one column means; files of other nouns have roles `R` of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnMapping<R = Role> {
    /// Header as it stands in the file.
    pub header: String,
    /// Meaning.
    pub role: R,
    /// How sure the proposal is.
    pub confidence: Confidence,
    /// What the proposal rests on, for people.
    pub reason: Message,
}

/// How sure a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Not decided: a person has to.
    Ask,
    /// Worth a look.
    Likely,
    /// By an exact sign, or decided by a person.
    Sure,
}

/// The meaning of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Role {
    /// Answers to an item.
    Item {
        /// Its id in the instrument.
        item: String,
        /// What labels mean, by [`private::words`] of the label; whole numbers need no entry.
        #[serde(default)]
        labels: BTreeMap<String, Meaning<u8>>,
    },
    /// A respondent attribute.
    Attribute {
        /// Its id in the instrument.
        attribute: String,
        /// How its values become bands.
        reading: Reading,
        /// Bands by [`private::words`] of the value, where the instrument's own ids, names and
        /// aliases do not say it.
        #[serde(default)]
        labels: BTreeMap<String, Meaning<String>>,
    },
    /// Region of the respondent: code or name.
    Region,
    /// Kecamatan: code or name.
    District,
    /// Recruitment link or channel.
    Link,
    /// Day, perhaps with the time, of the answer.
    Moment {
        /// Order of day, month and year; none where the values do not tell.
        order: Option<DateOrder>,
    },
    /// Stratum of a recorded design.
    Stratum,
    /// Primary sampling unit of a recorded design.
    Psu,
    /// Design weight.
    Weight,
    /// Population PSUs in the stratum.
    Fpc,
    /// Not used and not kept.
    Ignored,
    /// Points at persons; never kept.
    Private {
        /// What it gives away.
        what: Private,
    },
    /// Not decided.
    Undecided,
}

impl Role {
    /// Adds the labels of `fresh`, the same role for other values, that are not known yet.
    pub fn take_labels(&mut self, fresh: Option<Self>) {
        match (self, fresh) {
            (Self::Item { labels, .. }, Some(Self::Item { labels: fresh, .. })) => {
                for (label, meaning) in fresh {
                    labels.entry(label).or_insert(meaning);
                }
            }
            (Self::Attribute { labels, .. }, Some(Self::Attribute { labels: fresh, .. })) => {
                for (label, meaning) in fresh {
                    labels.entry(label).or_insert(meaning);
                }
            }
            _ => {}
        }
    }
}

/// How values of an attribute become bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// By ids, names and aliases of the bands.
    Bands,
    /// Whole years of age.
    Age,
    /// Year of birth, or a date of birth.
    Birth,
}

/// What a label means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning<T> {
    /// This value.
    Value(T),
    /// No answer.
    Missing,
    /// Not decided.
    Undecided,
}

/// Something a person has to decide before a mapping can be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Header of the column asked about; none where the file as a whole is.
    pub header: Option<String>,
    /// The question.
    pub text: Message,
}

/// What identifies a layout: SHA-256 over the sorted, normalised headers, lower-case hex.
#[must_use]
pub fn layout(columns: &[Column]) -> String {
    let mut headers: Vec<String> =
        columns.iter().map(|column| private::words(&column.header)).collect();
    headers.sort();
    let mut hasher = Sha256::new();
    for header in headers {
        hasher.update(header.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())
}

/// Reads a saved mapping.
///
/// # Errors
/// A message where the text is not a mapping of this [`VERSION`].
pub fn from_json(json: &[u8]) -> Result<Mapping, Message> {
    match serde_json::from_slice::<Mapping>(json) {
        Ok(mapping) if mapping.version == VERSION => Ok(mapping),
        Ok(mapping) => {
            Err(Message::new("intake-error-mapping-version").with("version", mapping.version))
        }
        Err(error) => Err(Message::new("intake-error-mapping-json")
            .with("line", error.line())
            .with("column", error.column())),
    }
}

impl Mapping {
    /// The saved form.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Whether this mapping was made for files with the headers of `sheet`.
    #[must_use]
    pub fn fits(&self, sheet: &Sheet) -> bool {
        self.layout == layout(&sheet.columns)
    }

    /// Recorded where a column of PSUs or weights is mapped.
    #[must_use]
    pub fn design(&self) -> Design {
        let recorded = |column: &ColumnMapping| matches!(column.role, Role::Psu | Role::Weight);
        if self.columns.iter().any(recorded) { Design::Recorded } else { Design::OpenLink }
    }

    /// The year in which ages are reckoned from years of birth; none where no column has these.
    #[must_use]
    pub fn ages_in(&self) -> Option<i16> {
        let birth = |column: &ColumnMapping| {
            matches!(column.role, Role::Attribute { reading: Reading::Birth, .. })
        };
        self.year.filter(|_| self.columns.iter().any(birth))
    }

    /// The meaning of the column headed `header`.
    #[must_use]
    pub fn of(&self, header: &str) -> Option<&ColumnMapping> {
        let wanted = private::words(header);
        self.columns.iter().find(|column| private::words(&column.header) == wanted)
    }

    /// Adds what the first rows of `sheet` (see [`Sheet::sample`]) hold and this mapping, made for
    /// an earlier file of the same layout, does not know: labels, not decided.
    pub fn extend(&mut self, sheet: &Sheet, sample: &[Texts], instrument: &Instrument) {
        let nothing = Texts::default();
        for column in &mut self.columns {
            let wanted = private::words(&column.header);
            let at = sheet.columns.iter().position(|known| private::words(&known.header) == wanted);
            let values = at.and_then(|at| sample.get(at)).unwrap_or(&nothing);
            let fresh = match &column.role {
                Role::Item { item, .. } => item_role(instrument, item, values),
                Role::Attribute { attribute, reading, .. } => {
                    attribute_role(instrument, attribute, *reading, values)
                }
                _ => None,
            };
            column.role.take_labels(fresh);
        }
    }

    /// Decides what `label` means in every item column that has it undecided.
    pub fn decide_label(&mut self, label: &str, meaning: &Meaning<u8>) {
        let label = private::words(label);
        for column in &mut self.columns {
            if let Role::Item { labels, .. } = &mut column.role
                && let Some(open) = labels.get_mut(&label)
            {
                open.clone_from(meaning);
            }
        }
    }

    /// What is still to be decided; empty where the mapping can be used.
    #[must_use]
    pub fn questions(&self) -> Vec<Question> {
        let mut questions = Vec::new();
        let mut ask = |header: Option<&str>, text: Message| {
            questions.push(Question { header: header.map(str::to_owned), text });
        };
        let mut births = false;
        for column in &self.columns {
            let header = column.header.as_str();
            let undecided = |open: Vec<&String>| {
                (!open.is_empty()).then(|| {
                    let shown: Vec<String> =
                        open.iter().take(5).map(|label| private::shown(label, false)).collect();
                    Message::new("intake-ask-labels")
                        .with("header", header)
                        .with("labels", shown.join("; "))
                        .with("count", open.len())
                })
            };
            let text = match &column.role {
                Role::Undecided => Some(Message::new("intake-ask-role").with("header", header)),
                Role::Moment { order: None } => {
                    Some(Message::new("intake-ask-date-order").with("header", header))
                }
                Role::Item { labels, .. } => undecided(open_labels(labels)),
                Role::Attribute { labels, reading, .. } => {
                    births |= *reading == Reading::Birth;
                    undecided(open_labels(labels))
                }
                _ => None,
            };
            if let Some(text) = text {
                ask(Some(header), text);
            }
        }
        if births && self.year.is_none() {
            ask(None, Message::new("intake-ask-year"));
        }
        let has = |role: &Role| self.columns.iter().any(|column| column.role == *role);
        if has(&Role::Psu) && self.psus_within_strata.is_none() {
            ask(None, Message::new("intake-ask-psus-within-strata"));
        }
        if !has(&Role::Psu) && (has(&Role::Stratum) || has(&Role::Weight) || has(&Role::Fpc)) {
            ask(None, Message::new("intake-ask-psu"));
        }
        let located = self.columns.iter().any(|column| column.role == Role::Region);
        if !located && self.region.is_none() {
            ask(None, Message::new("intake-ask-region"));
        }
        if located && self.region.is_some() {
            ask(None, Message::new("intake-ask-two-regions"));
        }
        questions
    }
}

fn open_labels<T: PartialEq>(labels: &BTreeMap<String, Meaning<T>>) -> Vec<&String> {
    labels
        .iter()
        .filter(|(_, meaning)| **meaning == Meaning::Undecided)
        .map(|(label, _)| label)
        .collect()
}
