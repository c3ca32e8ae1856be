//! Instruments as data: what is asked, on which scale, and how answers become scores.
//!
//! An instrument is a versioned TOML file in `instruments/` (the format is documented in
//! `docs/instrument-format.md`). No weight, threshold or wording stands in code. Three levels hold
//! items together (item → variable → dimension → index) and a second axis, the component
//! (persepsi, partisipasi, akseptabilitas), crosses the variables.

mod kept;
mod read;
mod score;
mod shipped;

pub use kept::{KeepError, find, keep, kept, kept_file};
pub use read::InstrumentError;
pub use score::Scorer;
pub use shipped::{shipped, shipped_by_id, shipped_file};

use serde::{Deserialize, Serialize};

use crate::locale::Language;

/// A text in both languages, as the instrument gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Indonesian.
    pub id: String,
    /// English; where an instrument has none, the Indonesian text.
    pub en: String,
}

impl Text {
    /// The text in `language`.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        if language == Language::En { &self.en } else { &self.id }
    }
}

/// Whose instrument it is, and so what its results may be called (METHOD §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Imported from the office that owns it, items included.
    Official,
    /// Structure as published, items our own examples: results are called *indeks contoh*.
    Reconstruction,
    /// Not IHaI at all.
    Other,
}

/// How sure a part of an instrument is; the marks of the handbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Stated by a named source that was read.
    Certain,
    /// Reported second-hand.
    SecondHand,
    /// A conclusion drawn from evidence: a setting, never official.
    Inferred,
    /// The project's own proposal.
    Proposed,
    /// Looked for without success.
    Unknown,
}

/// The closed whole-number scale on which items are answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Lowest answer.
    pub min: u8,
    /// Highest answer.
    pub max: u8,
    /// Words for the lowest answer.
    pub low: Text,
    /// Words for the highest answer.
    pub high: Text,
    /// How sure the scale is.
    pub evidence: Evidence,
}

/// One of the components (PPA) that cross the variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Short code, unique in the instrument, e.g. `P`.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Weight within a variable; need not sum to 1.
    pub weight: f64,
}

/// A group of variables, e.g. *Ekonomi*.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    /// Short code, unique in the instrument.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Weight within the index.
    pub weight: f64,
}

/// A variable, e.g. X1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// Short code, unique in the instrument.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Position in [`Instrument::dimensions`].
    pub dimension: usize,
    /// Weight within its dimension.
    pub weight: f64,
    /// Asta Cita numbers (1–8) that the variable serves, as far as a source says so.
    pub asta_cita: Vec<u8>,
    /// How sure name and weight are.
    pub evidence: Evidence,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Code, unique in the instrument; the usual column header.
    pub id: String,
    /// Position in [`Instrument::variables`].
    pub variable: usize,
    /// Position in [`Instrument::components`]; none where the instrument has no components.
    pub component: Option<usize>,
    /// Weight among the items of the same variable and component.
    pub weight: f64,
    /// Whether a high answer means less harmony: scored as `min + max − answer`.
    pub reversed: bool,
    /// Wording.
    pub text: Text,
}

/// In which order answers are averaged (METHOD §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Respondent first: every respondent gets a score, a region's score is their mean.
    Respondent,
    /// Pooled: every answer of a variable and component counts alike; parts are then combined.
    Pooled,
}

/// What a missing answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The weights of what was answered are renormalised.
    Renormalise,
    /// A score with any part missing is missing.
    Drop,
}

/// The rules of scoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Order of averaging.
    pub aggregation: Aggregation,
    /// Missing answers.
    pub missing: Missing,
    /// How sure the rules are.
    pub evidence: Evidence,
}

/// One category of scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// Lowest score of the category, itself included.
    pub from: f64,
    /// Name.
    pub name: Text,
}

/// Cut-points, with where they come from. Public pages show none without a cited source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Categories {
    /// The decree or publication; none means *sementara, bukan ketetapan Kemendagri*.
    pub source: Option<String>,
    /// Ascending by `from`; the first starts at the scale's minimum.
    pub categories: Vec<Category>,
}

impl Categories {
    /// Every category that the interval from `low` to `high` touches, lowest first (METHOD §1: an
    /// interval over a cut-point names both sides).
    pub fn touched(&self, low: f64, high: f64) -> impl Iterator<Item = &Category> {
        self.categories
            .iter()
            .enumerate()
            .filter(move |(at, category)| {
                let ends_above = self.categories.get(at + 1).is_none_or(|next| low < next.from);
                category.from <= high && ends_above
            })
            .map(|(_, category)| category)
    }
}

/// What role a respondent attribute plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// Sex; a raking margin.
    Sex,
    /// Age in bands; a raking margin.
    Age,
    /// Education; a raking margin.
    Education,
    /// Occupation: shown from kab/kota up only; holds the civil-servant share.
    Occupation,
    /// Anything else the form asks.
    Other,
}

/// One answer class of an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Code, unique in the attribute.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Whole years from … to, both included, for age bands.
    pub years: Option<(u16, u16)>,
    /// Other spellings accepted on import, compared without case and punctuation.
    pub aliases: Vec<String>,
    /// A band that points at people (religious figures, students): at province only (METHOD §5).
    pub pointing: bool,
    /// Whether the band counts as civil servants (ASN/PNS).
    pub civil_servant: bool,
}

/// A respondent attribute, e.g. sex or age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Code, unique in the instrument; the usual column header.
    pub id: String,
    /// Role.
    pub kind: AttributeKind,
    /// Name.
    pub name: Text,
    /// Answer classes; at most 250.
    pub bands: Vec<Band>,
    /// Whether the official form has this attribute although rights.md rule 2 would drop it
    /// (religion, ethnicity). Such a column is flagged before use.
    pub officially_sensitive: bool,
}

/// A checked instrument: ids are unique, positions valid, weights finite and not all zero, every
/// variable has an item, bands of age neither overlap nor leave gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instrument {
    /// Short id, e.g. `ihai-2023`.
    pub id: String,
    /// Version of the file; part of every score's key together with `id`.
    pub version: String,
    /// Full name.
    pub title: Text,
    /// Short name for heads and switches, e.g. `IHaI 2023`.
    pub short_title: Text,
    /// Whose it is.
    pub standing: Standing,
    /// Where structure and weights come from.
    pub source: Text,
    /// What is unknown or inferred, as sentences for the method page.
    pub remarks: Vec<Text>,
    /// Answer scale.
    pub scale: Scale,
    /// Components; empty where the instrument has no such axis.
    pub components: Vec<Component>,
    /// How sure the component weights are.
    pub component_evidence: Evidence,
    /// Dimensions.
    pub dimensions: Vec<Dimension>,
    /// Variables.
    pub variables: Vec<Variable>,
    /// How sure the variable weights are.
    pub weight_evidence: Evidence,
    /// Items.
    pub items: Vec<Item>,
    /// Rules of scoring.
    pub rules: Rules,
    /// Cut-points, if the file has any.
    pub categories: Option<Categories>,
    /// Respondent attributes.
    pub attributes: Vec<Attribute>,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_over_a_cut_point_names_both_categories() {
        let category = |from: f64, id: &str| Category {
            from,
            name: Text { id: id.to_owned(), en: id.to_owned() },
        };
        let categories = Categories {
            source: None,
            categories: vec![category(1.0, "a"), category(5.0, "b"), category(7.0, "c")],
        };
        let named = |low, high| {
            categories.touched(low, high).map(|c| c.name.id.as_str()).collect::<String>()
        };
        assert_eq!(named(5.2, 6.9), "b");
        assert_eq!(named(4.9, 5.0), "ab");
        assert_eq!(named(5.0, 5.0), "b", "a cut-point belongs to the category above it");
        assert_eq!(named(4.0, 7.1), "abc");
        assert_eq!(named(8.0, 9.0), "c");
    }
}
