//! Terms by which rows are compared: topics, target groups, sources of funds, priorities.
//!
//! A file says them in words of its own; a list of terms with their other spellings brings them to
//! one id. Words that no term has stay words, and two of those are never taken for the same.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::names;
use super::row::{PrioritySet, Tag};
use crate::instrument::Text;
use crate::sheet::private::words;
use crate::sheet::records::Records;
use crate::sheet::{Faults, Source};

/// Lists of terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermList {
    /// What work is about.
    Topic,
    /// Kelompok sasaran.
    TargetGroup,
    /// Sumber dana.
    Fund,
    /// Groups of the minimum service standard (SPM).
    MinimumService,
    /// Prioritas nasional.
    National,
    /// Prioritas provinsi.
    Provincial,
    /// Prioritas daerah.
    Regional,
    /// Asta Cita.
    AstaCita,
    /// The eight mandates.
    Mandate,
}

impl TermList {
    fn named(text: &str) -> Option<Self> {
        Some(match text {
            "topic" => Self::Topic,
            "target_group" => Self::TargetGroup,
            "fund" => Self::Fund,
            "minimum_service" => Self::MinimumService,
            "national" => Self::National,
            "provincial" => Self::Provincial,
            "regional" => Self::Regional,
            "asta_cita" => Self::AstaCita,
            "mandate" => Self::Mandate,
            _ => return None,
        })
    }
}

impl From<PrioritySet> for TermList {
    fn from(set: PrioritySet) -> Self {
        match set {
            PrioritySet::National => Self::National,
            PrioritySet::Provincial => Self::Provincial,
            PrioritySet::Regional => Self::Regional,
            PrioritySet::AstaCita => Self::AstaCita,
            PrioritySet::Mandate => Self::Mandate,
        }
    }
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The list it belongs to.
    pub list: TermList,
    /// Id, unique in its list.
    pub id: String,
    /// Name in both languages.
    pub name: Text,
}

/// Terms with their spellings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    terms: Vec<Term>,
    /// Position of a term by list and spelling, as [`words`].
    spelled: HashMap<(TermList, String), usize>,
}

static SHIPPED: LazyLock<Terms> = LazyLock::new(|| {
    let text = include_str!("../../../../data/plan/terms.csv");
    Terms::read(Source::memory(text.as_bytes().to_vec()), "terms.csv").unwrap_or_default()
});

/// Rows of a list that are read.
const ROWS: usize = 100_000;

// Positions in [`names::TERMS`].
const LIST: usize = 0;
const ID: usize = 1;
const NAME: usize = 2;
const NAME_EN: usize = 3;
const ALIASES: usize = 4;

impl Terms {
    /// The terms that come with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads terms from a file with columns `list,id,name,name_en,aliases`; several aliases stand
    /// between semicolons.
    ///
    /// # Errors
    /// Everything that is wrong with the file: an unknown list, an id or a spelling that stands
    /// twice in its list.
    pub fn read(source: Source, name: &str) -> Result<Self, Faults> {
        let records = Records::of(source, name, ROWS, &names::TERMS, "terms-error-column")?;
        let mut faults = Faults::default();
        let mut read = Self::default();
        for row in 0..records.len() {
            let cell = |field| records.cell(row, field);
            let Some(list) = TermList::named(cell(LIST)) else {
                faults.push(records.fault("terms-error-list", row, LIST));
                continue;
            };
            if cell(ID).is_empty() || cell(NAME).is_empty() {
                let field = if cell(ID).is_empty() { ID } else { NAME };
                faults.push(records.fault("terms-error-empty", row, field));
                continue;
            }
            let at = read.terms.len();
            let english = Some(cell(NAME_EN)).filter(|text| !text.is_empty());
            let name =
                Text { id: cell(NAME).to_owned(), en: english.unwrap_or(cell(NAME)).to_owned() };
            let spellings = [&name.id, &name.en].into_iter().map(|text| words(text));
            let spellings = spellings.chain(cell(ALIASES).split(';').map(words));
            for spelling in spellings.chain([words(cell(ID))]).filter(|text| !text.is_empty()) {
                let known = *read.spelled.entry((list, spelling.clone())).or_insert(at);
                if known != at {
                    let fault = records.fault("terms-error-twice", row, ALIASES);
                    faults.push(fault.with("spelling", spelling));
                }
            }
            read.terms.push(Term { list, id: cell(ID).to_owned(), name });
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    /// The terms of a list, in the order of the file.
    pub fn of(&self, list: TermList) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(move |term| term.list == list)
    }

    /// The term with an id.
    #[must_use]
    pub fn get(&self, list: TermList, id: &str) -> Option<&Term> {
        self.of(list).find(|term| term.id == id)
    }

    /// `text` as a tag: with the id of its term where one is spelled so.
    #[must_use]
    pub fn tag(&self, list: TermList, text: &str) -> Tag {
        let text = text.trim();
        let at = self.spelled.get(&(list, words(text)));
        let term = at.and_then(|at| self.terms.get(*at));
        Tag { id: term.map(|term| term.id.clone()), text: text.to_owned() }
    }

    /// The tags of a cell that may hold several, between semicolons or lines; a cell that is one
    /// term as a whole is not cut at its commas.
    #[must_use]
    pub fn tags(&self, list: TermList, text: &str) -> Vec<Tag> {
        let whole = self.tag(list, text);
        if whole.id.is_some() {
            return vec![whole];
        }
        let marks: &[char] = &[';', '\n'];
        let parts = |marks: &[char]| -> Vec<Tag> {
            let parts = text.split(marks).map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| self.tag(list, part)).collect()
        };
        let by_comma = parts(&[';', '\n', ',']);
        // Commas part terms only where every part is one.
        if by_comma.iter().all(|tag| tag.id.is_some()) { by_comma } else { parts(marks) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_terms_are_found_by_every_spelling() {
        let terms = Terms::shipped();
        let counts = [TermList::AstaCita, TermList::Mandate, TermList::MinimumService];
        assert_eq!(counts.map(|list| terms.of(list).count()), [8, 8, 5]);
        let id = |list, text| terms.tag(list, text).id.unwrap_or_default();
        assert_eq!(id(TermList::Topic, "Kerukunan Umat Beragama"), "interfaith-harmony");
        assert_eq!(id(TermList::Topic, "moderasi beragama"), "interfaith-harmony");
        assert_eq!(id(TermList::AstaCita, "Asta Cita 8"), "asta-cita-8");
        assert_eq!(id(TermList::Mandate, "3"), "mandate-3");
        assert_eq!(id(TermList::TargetGroup, "PMKS 11"), "homeless");
        assert_eq!(id(TermList::Fund, "Dana Alokasi Umum"), "general-allocation");
        assert_eq!(id(TermList::Topic, "hal lain"), "");
        assert!(terms.get(TermList::Topic, "stunting").is_some());
    }

    #[test]
    fn a_cell_may_hold_several_terms_and_commas_of_one() {
        let terms = Terms::shipped();
        let ids = |text| {
            let tags = terms.tags(TermList::TargetGroup, text);
            tags.into_iter().map(|tag| tag.id.unwrap_or(tag.text)).collect::<Vec<_>>()
        };
        assert_eq!(ids("Pelajar; Tokoh Agama"), ["pupils", "religious-leaders"]);
        assert_eq!(ids("pelajar, mahasiswa"), ["pupils", "students"]);
        assert_eq!(ids("guru, pelajar"), ["guru, pelajar"], "not every part is a term");
        assert_eq!(ids(""), Vec::<String>::new());
        let topic = terms.tags(TermList::Topic, "peran perempuan, pemuda, dan kelompok marginal");
        assert_eq!(topic.len(), 1);
    }

    #[test]
    fn a_spelling_of_two_terms_is_a_fault() {
        let text = "list,id,name,name_en,aliases\ntopic,a,Satu,,\ntopic,b,Dua,,satu\nlain,c,C,,\n";
        let faults = Terms::read(Source::memory(text.as_bytes().to_vec()), "a.csv").unwrap_err();
        let keys: Vec<&str> = faults.kept.iter().map(|of| of.reason.key.as_str()).collect();
        assert_eq!(keys, ["terms-error-twice", "terms-error-list"]);
    }
}
