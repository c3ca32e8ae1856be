//! Finding a region by code or name, without ever guessing between two.

use std::collections::HashMap;

use super::{Code, Level, Region, districts, provinces, regencies, table, villages};

/// Common other names of provinces, without blanks.
const OTHER_NAMES: [(&str, &str); 27] = [
    ("21", "kepri"),
    ("19", "babel"),
    ("19", "bangkabelitung"),
    ("12", "sumut"),
    ("13", "sumbar"),
    ("16", "sumsel"),
    ("31", "jakarta"),
    ("31", "dkijakarta"),
    ("31", "daerahkhususjakarta"),
    ("32", "jabar"),
    ("33", "jateng"),
    ("34", "diy"),
    ("34", "diyogyakarta"),
    ("34", "yogyakarta"),
    ("35", "jatim"),
    ("52", "ntb"),
    ("53", "ntt"),
    ("61", "kalbar"),
    ("62", "kalteng"),
    ("63", "kalsel"),
    ("64", "kaltim"),
    ("65", "kaltara"),
    ("71", "sulut"),
    ("72", "sulteng"),
    ("73", "sulsel"),
    ("74", "sultra"),
    ("76", "sulbar"),
];

/// Where to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this region and those inside it.
    pub within: Option<Code>,
    /// Only this level; none for provinces, kab/kota and kecamatan together.
    pub level: Option<Level>,
}

/// What a text may mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// This region and no other.
    One(&'static Region),
    /// One of these, or perhaps none; in order of code.
    Candidates(Vec<&'static Region>),
    /// Nothing like it.
    None,
}

/// The region that `text` means: a code, or a name, tolerant of `Kab.`, `Kota`, `Prov.`, `Kec.`, of
/// case, blanks and punctuation, and of small errors of spelling (one in names of four to seven
/// letters, two in longer ones). A text that fits two regions equally finds both.
#[must_use]
pub fn search(text: &str, scope: Scope) -> Found {
    let inside = |region: &&'static Region| {
        scope.within.is_none_or(|around| around.contains(&region.code))
            && scope.level.is_none_or(|level| level == region.level())
    };
    let text = text.trim();
    if text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return decide(by_code(text).into_iter().filter(inside).collect());
    }
    let asked = Asked::read(text);
    if asked.keys.iter().all(String::is_empty) {
        return Found::None;
    }
    let levels = scope.level.map_or_else(|| Level::ALL[..3].to_vec(), |level| vec![level]);
    let regions = levels
        .into_iter()
        .flat_map(|level| match level {
            Level::Province => provinces(),
            Level::Regency => regencies(),
            Level::District => districts(),
            Level::Village => villages(),
        })
        .filter(inside);
    let mut best: Vec<(usize, &'static Region)> = Vec::new();
    for region in regions {
        if let Some(distance) = asked.distance(region) {
            best.push((distance, region));
        }
    }
    let fits: Vec<(usize, &'static Region)> =
        best.iter().copied().filter(|(_, region)| asked.kind_fits(region)).collect();
    let exact: Vec<&'static Region> =
        fits.iter().filter(|(distance, _)| *distance == 0).map(|(_, region)| *region).collect();
    if !exact.is_empty() {
        return decide(exact);
    }
    if !fits.is_empty() {
        return decide(fits.into_iter().map(|(_, region)| region).collect());
    }
    // The right name of another kind: worth showing, not worth believing.
    let others: Vec<&'static Region> =
        best.into_iter().filter(|(distance, _)| *distance == 0).map(|(_, region)| region).collect();
    if others.is_empty() { Found::None } else { Found::Candidates(others) }
}

/// Whether `text` is a code, or a name spelled as that of `region`: what is only much like it may
/// well mean another place.
#[must_use]
pub fn is_spelled(text: &str, region: &Region) -> bool {
    !text.chars().any(char::is_alphabetic) || Asked::read(text.trim()).distance(region) == Some(0)
}

/// The province or kab/kota that `text` means, as [`search`] finds it at either level. A kecamatan
/// of the same name does not count; a name that fits a province as well as a kab/kota finds both, and
/// one that is only much like a name is not believed.
#[must_use]
pub fn search_wide(text: &str) -> Found {
    let (mut sure, mut all) = (Vec::new(), Vec::new());
    for level in [Level::Province, Level::Regency] {
        match search(text, Scope { within: None, level: Some(level) }) {
            Found::One(region) => sure.push(region),
            Found::Candidates(several) => all.extend(several),
            Found::None => {}
        }
    }
    let asked = Asked::read(text);
    let exact = |region: &&'static Region| asked.distance(region) == Some(0);
    // Whoever writes *Kota Gorontalo* does not mean the province.
    if !sure.is_empty() {
        all.retain(|region: &&'static Region| asked.kind_fits(region));
    }
    // A name spelled rightly is not held up by others that resemble it.
    if sure.iter().chain(&all).filter(|region| exact(region)).count() == 1 {
        sure.retain(exact);
        all.retain(exact);
    }
    match (sure.as_slice(), all.is_empty()) {
        ([], true) => Found::None,
        ([one], true) if is_spelled(text, one) => Found::One(one),
        _ => {
            all.extend(sure);
            all.sort_by_key(|region| region.code);
            Found::Candidates(all)
        }
    }
}

/// The provinces and kab/kota that the texts of a table mean, each text searched once.
#[derive(Default)]
pub(crate) struct Governments(HashMap<String, Option<Code>>);

impl Governments {
    /// The one that `text` means: by its code, or by a name as [`search_wide`] finds it.
    pub(crate) fn find(&mut self, text: &str) -> Option<Code> {
        if let Some(known) = self.0.get(text) {
            return *known;
        }
        let found = match search_wide(text) {
            Found::One(found) if found.level() <= Level::Regency => Some(found.code),
            _ => None,
        };
        self.0.insert(text.to_owned(), found);
        found
    }
}

fn decide(found: Vec<&'static Region>) -> Found {
    match found.as_slice() {
        [] => Found::None,
        [one] => Found::One(one),
        _ => Found::Candidates(found),
    }
}

/// Regions with a code: dotted as Kemendagri writes it; without dots either list's number, which
/// differ in 157 kab/kota; with an end lost to a spreadsheet (`61.1` for 61.10 and for 61.01), what
/// it may have been.
fn by_code(text: &str) -> Vec<&'static Region> {
    if let Some(region) = table::find(text) {
        return vec![region];
    }
    let mut found: Vec<&'static Region> = Vec::new();
    match (text.split_once('.'), text.len()) {
        (Some((province, _)), 4) if province.len() == 2 => {
            let digit = text.get(3..).unwrap_or_default();
            for code in [format!("{province}.0{digit}"), format!("{province}.{digit}0")] {
                found.extend(table::find(&code));
            }
        }
        (None, 4 | 6) => {
            let parts: Vec<&str> = [0..2, 2..4, 4..6]
                .into_iter()
                .filter_map(|part| text.get(part))
                .filter(|part| !part.is_empty())
                .collect();
            found.extend(table::find(&parts.join(".")));
            let by_bps = |region: &&Region| {
                [&region.bps, &region.bps_2023].iter().any(|code| code.as_deref() == Some(text))
            };
            found.extend(regencies().iter().filter(by_bps));
        }
        _ => {}
    }
    found.sort_by_key(|region| region.code);
    found.dedup_by_key(|region| region.code);
    found
}

/// A kind of region that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Province,
    Kabupaten,
    Kota,
    District,
    Village,
}

/// A name asked for.
struct Asked {
    kind: Option<Kind>,
    /// The name without its kind, and the whole text (some names begin like a kind).
    keys: [String; 2],
}

impl Asked {
    fn read(text: &str) -> Self {
        let words = words(text);
        let kind_of = |word: &str| match word {
            "prov" | "provinsi" | "province" | "propinsi" => Some(Kind::Province),
            "kab" | "kabupaten" | "regency" => Some(Kind::Kabupaten),
            "kota" | "kotamadya" | "kodya" | "city" => Some(Kind::Kota),
            "kec" | "kecamatan" | "distrik" | "kapanewon" | "kemantren" => Some(Kind::District),
            "desa" | "kel" | "kelurahan" | "kampung" | "nagari" => Some(Kind::Village),
            _ => None,
        };
        let kind = words.first().and_then(|word| kind_of(word));
        let rest = words.iter().skip(usize::from(kind.is_some()));
        let without: String =
            rest.filter(|word| !matches!(word.as_str(), "adm" | "administrasi")).cloned().collect();
        Self { kind, keys: [without, words.concat()] }
    }

    /// Errors between the name of `region` and the one asked for; none if too many.
    fn distance(&self, region: &Region) -> Option<usize> {
        let mut names = vec![words(region.bare_name()).concat()];
        if region.level() == Level::Province {
            let code = region.code.as_str();
            let others = OTHER_NAMES.iter().filter(|(of, _)| *of == code);
            names.extend(others.map(|(_, name)| (*name).to_owned()));
        }
        let [without, whole] = &self.keys;
        let whole = (whole != without).then_some(whole);
        names
            .iter()
            .flat_map(|name| {
                // The whole text must be a name as it stands: `Kota Baru`, but not `Kota Bara`.
                let whole = whole.filter(|whole| *whole == name).map(|_| 0);
                within(without, name).into_iter().chain(whole)
            })
            .min()
    }

    fn kind_fits(&self, region: &Region) -> bool {
        let whole = || words(region.bare_name()).concat() == self.keys[1];
        match self.kind {
            None => true,
            Some(Kind::Province) => region.level() == Level::Province,
            Some(Kind::Kabupaten) => region.level() == Level::Regency && !region.is_city(),
            Some(Kind::Kota) => region.is_city() || whole(),
            Some(Kind::District) => region.level() == Level::District || whole(),
            Some(Kind::Village) => region.level() == Level::Village || whole(),
        }
    }
}

/// The words of a name in small letters, abbreviations written out.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        // An apostrophe is part of a word, other marks stand between words.
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '`'))
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
        .filter(|word| !word.is_empty())
        .map(|word| match word.as_str() {
            "kep" => "kepulauan".to_owned(),
            _ => word,
        })
        .collect()
}

/// The number of errors between two names, if it is small for their length: letters missing, added,
/// wrong, or two swapped (optimal string alignment; Damerau 1964).
fn within(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let allowed = match a.len().min(b.len()) {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    let mut rows: [Vec<usize>; 3] = [Vec::new(), (0..=b.len()).collect(), Vec::new()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        let at = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
        for (j, y) in b.iter().enumerate() {
            let mut least = (at(&rows[1], j) + usize::from(x != y))
                .min(at(&rows[1], j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(at(&rows[0], j - 1) + 1);
            }
            row.push(least);
        }
        rows.rotate_left(1);
        rows[1] = row;
    }
    rows[1].last().copied().filter(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, level: Option<Level>) -> Vec<&'static str> {
        match search(text, Scope { within: None, level }) {
            Found::One(region) => vec![region.code.as_str()],
            Found::Candidates(regions) => {
                assert!(!regions.is_empty());
                let codes = regions.iter().map(|region| region.code.as_str());
                std::iter::once("?").chain(codes).collect()
            }
            Found::None => Vec::new(),
        }
    }

    fn regency(text: &str) -> Vec<&'static str> {
        found(text, Some(Level::Regency))
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for text in [
            "Kabupaten Sambas",
            "Kab. Sambas",
            "KAB SAMBAS",
            "kab.sambas",
            " sambas ",
            "Sambs",
            "61.01",
        ] {
            assert_eq!(regency(text), ["61.01"], "{text}");
        }
        assert_eq!(regency("Kab. Kep. Seribu"), ["31.01"]);
        assert_eq!(regency("Kota Adm. Jakarta Pusat"), ["31.71"]);
        assert_eq!(regency("TanjungPinang"), ["21.72"]);
        assert_eq!(regency("Lima Puluh Kota"), ["13.07"]);
        assert_eq!(regency("Kab. Kotabaru"), ["63.02"]);
        assert_eq!(regency("Kota Baru"), ["63.02"], "a name that begins like a kind");
        let province = |text| found(text, Some(Level::Province));
        assert_eq!(province("Prov. Kalimantan Barat"), ["61"]);
        assert_eq!(province("kalbar"), ["61"]);
        assert_eq!(province("DKI Jakarta"), ["31"]);
        assert_eq!(province("Papua"), ["91"]);
    }

    #[test]
    fn two_that_fit_are_never_guessed_between() {
        assert_eq!(regency("Bogor"), ["?", "32.01", "32.71"]);
        assert_eq!(regency("Kab. Bogor"), ["32.01"]);
        assert_eq!(regency("KOTA BOGOR"), ["32.71"]);
        assert_eq!(regency("Bogr"), ["?", "32.01", "32.71"]);
        assert_eq!(regency("Kota Sambas"), ["?", "61.01"], "no such kota");
        assert_eq!(found("Sambas", None), ["?", "61.01", "61.01.01"]);
    }

    #[test]
    fn a_province_and_a_kabupaten_are_told_apart_or_both_named() {
        let wide = |text: &str| match search_wide(text) {
            Found::One(region) => vec![region.code.as_str()],
            Found::Candidates(several) => {
                ["?"].into_iter().chain(several.iter().map(|region| region.code.as_str())).collect()
            }
            Found::None => Vec::new(),
        };
        assert_eq!(wide("Sambas"), ["61.01"], "its kecamatan does not count");
        assert_eq!(wide("Kota Sambas"), ["?", "61.01"], "no such kota");
        assert_eq!(wide("Kalimantan Barat"), ["61"]);
        assert_eq!(wide("61.71"), ["61.71"]);
        assert_eq!(wide("Gorontalo"), ["?", "75", "75.01", "75.71"]);
        assert_eq!(wide("Kota Gorontalo"), ["75.71"]);
        assert_eq!(wide("Kota Solo"), ["?", "13.72"], "Surakarta, or Solok with a slip");
        assert_eq!(wide("Atlantis"), Vec::<&str>::new());
        for region in provinces().iter().filter(|region| region.name != "Gorontalo") {
            let found = search_wide(&region.name);
            let held = matches!(&found, Found::Candidates(all) if all.contains(&region));
            assert!(found == Found::One(region) || held, "{}: {found:?}", region.name);
        }
    }

    #[test]
    fn a_kecamatan_is_found_within_its_regency() {
        let within = Some("61.01".parse().unwrap());
        let level = Some(Level::District);
        let Found::One(region) = search("Kec. Sambas", Scope { within, level }) else { panic!() };
        assert_eq!(region.code.as_str(), "61.01.01");
        assert!(matches!(
            search("Kota Baru", Scope { within: None, level }),
            Found::Candidates(regions) if regions.len() > 1
        ));
        assert_eq!(search("Bakongan", Scope { within, level }), Found::None);
    }

    #[test]
    fn a_code_without_dots_may_mean_two_regions() {
        // Kemendagri 11.01 Aceh Selatan, BPS 1101 Simeulue.
        assert_eq!(regency("1101"), ["?", "11.01", "11.09"]);
        assert_eq!(regency("6101"), ["61.01"]);
        assert_eq!(regency("61.1"), ["?", "61.01", "61.10"], "a number that lost its end");
        assert_eq!(regency("99.99"), Vec::<&str>::new());
        assert_eq!(regency(""), Vec::<&str>::new());
        assert_eq!(regency("..."), Vec::<&str>::new());
        assert_eq!(regency("tidak ada"), Vec::<&str>::new());
    }

    #[test]
    fn every_region_is_found_by_its_official_name() {
        for region in regencies() {
            let asked = search(&region.name, Scope { within: None, level: Some(Level::Regency) });
            assert_eq!(asked, Found::One(region), "{}", region.name);
            let asked =
                search(&region.short_name(), Scope { within: None, level: Some(Level::Regency) });
            assert_eq!(asked, Found::One(region), "{}", region.short_name());
        }
        for region in provinces() {
            let asked = search(&region.name, Scope { within: None, level: Some(Level::Province) });
            assert_eq!(asked, Found::One(region), "{}", region.name);
        }
    }
}
