//! Which region of the frame a text means.

use std::collections::HashMap;

use crate::round::frame::{Frame, Level};
use crate::sheet::private::words;

/// What a text may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Exactly this position in the frame.
    One(u32),
    /// More than one; their names.
    Several(Vec<String>),
    /// None of the frame: the region of this name, which lies outside it.
    Outside(String),
    /// None, but this name is much like it.
    Like(String),
    /// None.
    Nothing,
}

/// What a text may mean where a kecamatan stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum District {
    /// The kecamatan of this code.
    One(String),
    /// None of the region, but these names are much like it.
    Like(Vec<String>),
    /// None of the region.
    Nothing,
}

/// The kab/kota of a frame by code and name.
#[derive(Clone, Debug)]
pub struct Regions {
    codes: HashMap<String, u32>,
    /// By name with its kind, and by name alone.
    names: HashMap<String, Vec<u32>>,
    titles: HashMap<u32, String>,
}

impl Regions {
    /// Indexes `frame`.
    #[must_use]
    pub fn new(frame: &Frame) -> Self {
        let mut codes = HashMap::new();
        let mut names: HashMap<String, Vec<u32>> = HashMap::new();
        let mut titles = HashMap::new();
        for (region, at) in frame.regions.iter().zip(0_u32..) {
            if region.level != Level::Regency {
                continue;
            }
            codes.insert(region.code.to_lowercase(), at);
            titles.insert(at, region.name.clone());
            let (kind, name) = kind_and_name(&region.name);
            names.entry(name.clone()).or_default().push(at);
            if !kind.is_empty() {
                names.entry(format!("{kind} {name}")).or_default().push(at);
            }
        }
        Self { codes, names, titles }
    }

    /// The region that `text` means: by code exactly as the frame writes it, or by name without
    /// regard to case, punctuation and the way *Kabupaten* is written. A name without its kind
    /// counts only where one region bears it.
    #[must_use]
    pub fn find(&self, text: &str) -> Found {
        if let Some(&at) = self.codes.get(&text.trim().to_lowercase()) {
            return Found::One(at);
        }
        let (kind, name) = kind_and_name(text);
        let key = if kind.is_empty() { name } else { format!("{kind} {name}") };
        match self.names.get(&key).map(Vec::as_slice) {
            None | Some([]) => Found::Nothing,
            Some([at]) => Found::One(*at),
            Some(several) => Found::Several(
                several.iter().filter_map(|at| self.titles.get(at).cloned()).collect(),
            ),
        }
    }
}

/// `("kota", "pontianak")` of `Kota Pontianak`; the kind is empty where none is written.
fn kind_and_name(text: &str) -> (&'static str, String) {
    let text = words(text);
    let mut parts = text.split(' ').peekable();
    let kind = match parts.peek() {
        Some(&("kabupaten" | "kab" | "regency")) => "kabupaten",
        Some(&("kota" | "kotamadya" | "city")) => "kota",
        _ => "",
    };
    if !kind.is_empty() {
        parts.next();
    }
    let name: Vec<&str> = parts
        .filter(|part| !matches!(*part, "adm" | "administrasi"))
        .map(|part| if part == "kep" { "kepulauan" } else { part })
        .collect();
    (kind, name.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::intake::tests::frame;

    #[test]
    fn a_name_shared_by_two_regions_is_never_guessed() {
        let regions = Regions::new(&frame());
        assert_eq!(regions.find("Kota Bandung"), Found::One(3));
        assert_eq!(regions.find("KAB. BANDUNG"), Found::One(2));
        assert!(matches!(regions.find("bandung"), Found::Several(names) if names.len() == 2));
        assert_eq!(regions.find("Kubu Raya"), Found::One(5));
        assert_eq!(regions.find("61.12"), Found::One(5));
        assert_eq!(regions.find("61.1"), Found::Nothing);
        assert_eq!(regions.find("Kota Kubu Raya"), Found::Nothing);
        assert_eq!(regions.find("Jawa Barat"), Found::Nothing, "a province takes no answers");
    }
}
