//! Regions of Indonesia: codes, names, nesting, search, boundaries, the map.
//!
//! The dotted Kemendagri code is the key of a region, and a region contains those whose codes
//! begin with its own. The table of provinces, kab/kota, kecamatan and desa is part of the program
//! ([`table`]).

pub mod atlas;
pub mod boundary;
mod schematic;
mod search;
mod table;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use schematic::{schematic, schematic_inside};
pub(crate) use search::Governments;
pub use search::{Found, Scope, is_spelled, search, search_wide};
pub use table::{children, districts, find, get, provinces, regencies, villages};

use crate::locale::Message;
use crate::round::frame::{self, Adults, Frame, FrameRegion};

/// Code of the whole country where a region is asked for.
pub const NATION: &str = "ID";
/// Its name.
pub const NATION_NAME: &str = "Indonesia";
/// Source of [`Region::population`].
pub const POPULATION_SOURCE: &str = "Dukcapil, semester II 2024";

/// Where in the nesting a region stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Provinsi: `61`.
    Province,
    /// Kabupaten or kota: `61.01`.
    Regency,
    /// Kecamatan (distrik, kapanewon): `61.01.01`.
    District,
    /// Desa or kelurahan: `61.01.01.2001`.
    Village,
}

impl Level {
    /// All levels, widest first.
    pub const ALL: [Self; 4] = [Self::Province, Self::Regency, Self::District, Self::Village];

    /// Characters of a code of this level.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::Province => 2,
            Self::Regency => 5,
            Self::District => 8,
            Self::Village => 13,
        }
    }
}

/// A Kemendagri code of the right form. That such a region exists, [`get`] tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code {
    text: [u8; 13],
    level: Level,
}

/// A text that is not a code of a region.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a Kemendagri code")]
pub struct NotACode(pub String);

impl NotACode {
    /// The error in words.
    #[must_use]
    pub fn message(&self) -> Message {
        Message::new("region-error-not-a-code").with("text", self.0.as_str())
    }
}

impl Code {
    /// The code with dots.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.text.get(..self.level.width()).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// Level of the region.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The code of the region this one is part of at `level`; itself at its own level, none below.
    #[must_use]
    pub fn at(&self, level: Level) -> Option<Self> {
        self.as_str().get(..level.width())?.parse().ok()
    }

    /// The code of the region directly around this one; none for a province.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.as_str().rsplit_once('.').and_then(|(parent, _)| parent.parse().ok())
    }

    /// Whether `other` is this region or part of it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.at(self.level) == Some(*self)
    }
}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let shape = |at: usize, byte: u8| {
            if matches!(at, 2 | 5 | 8) { byte == b'.' } else { byte.is_ascii_digit() }
        };
        let level = Level::ALL.into_iter().find(|level| level.width() == text.len());
        match level {
            Some(level) if text.bytes().enumerate().all(|(at, byte)| shape(at, byte)) => {
                let mut bytes = [0; 13];
                bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
                Ok(Self { text: bytes, level })
            }
            _ => Err(NotACode(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Code {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}
impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.as_str().to_owned()
    }
}
impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One region. Facts of provinces and kab/kota: Kepmendagri 300.2.2-2430 Tahun 2025.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Code.
    pub code: Code,
    /// Official name with its kind: `Kabupaten Sambas`, `Kota Pontianak`; provinces, kecamatan and
    /// desa without: `Kalimantan Barat`, `Bakongan`.
    pub name: String,
    /// Code in the BPS list before Papua was split; only provinces and kab/kota, none for 93–96.
    pub bps: Option<String>,
    /// Code in the BPS list since; not confirmed with BPS.
    pub bps_2023: Option<String>,
    /// Area in km²; only provinces and kab/kota, where known.
    pub area_km2: Option<f64>,
    /// Registered inhabitants ([`POPULATION_SOURCE`]); only provinces and kab/kota.
    pub population: Option<u64>,
    /// Longitude and latitude of a place in it; not for desa.
    pub place: Option<(f64, f64)>,
}

impl Region {
    /// Level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.code.level()
    }

    /// Whether it is a kota rather than a kabupaten.
    #[must_use]
    pub fn is_city(&self) -> bool {
        self.level() == Level::Regency && self.name.starts_with("Kota ")
    }

    /// `Kab. Sambas`, `Kota Pontianak`, `Kab. Adm. Kepulauan Seribu`; other levels in full.
    #[must_use]
    pub fn short_name(&self) -> String {
        if self.level() != Level::Regency {
            return self.name.clone();
        }
        let name = self.name.replacen("Kabupaten ", "Kab. ", 1);
        name.replacen(" Administrasi ", " Adm. ", 1)
    }

    /// `Sambas`, `Pontianak`, `Kepulauan Seribu`: for a map, where the kind is seen or in the key.
    #[must_use]
    pub fn bare_name(&self) -> &str {
        if self.level() != Level::Regency {
            return &self.name;
        }
        let name = self.name.as_str();
        let name =
            name.strip_prefix("Kabupaten ").or_else(|| name.strip_prefix("Kota ")).unwrap_or(name);
        name.strip_prefix("Administrasi ").unwrap_or(name)
    }

    /// The number the region counts for in an aggregate. The adults of a region are not in the
    /// table; all inhabitants stand for them, and the value says so (METHOD §1).
    #[must_use]
    pub fn adults(&self) -> Option<Adults> {
        self.population.map(total_population)
    }
}

fn total_population(count: u64) -> Adults {
    Adults { count, total_population: true, source: POPULATION_SOURCE.to_owned() }
}

/// The frame `kemendagri` of the given regions: kab/kota, and for a province all of its kab/kota;
/// all of them where the list is empty. Provinces and the nation stand in it with all their
/// inhabitants, whatever part of them is surveyed, and with the kab/kota left out; the nation only
/// where more than one province takes part.
///
/// # Errors
/// A code that no province or kab/kota bears (`region-error-unknown`).
pub fn frame(of: &[Code]) -> Result<Frame, Message> {
    for code in of {
        if code.level() > Level::Regency || get(*code).is_none() {
            return Err(Message::new("region-error-unknown").with("code", code.as_str()));
        }
    }
    let asked =
        |regency: &Region| of.is_empty() || of.iter().any(|code| code.contains(&regency.code));
    let outside = |province: &Region| {
        let left_out = children(province.code).iter().filter(|regency| !asked(regency));
        left_out.map(|regency| regency.code.to_string()).collect::<Vec<_>>()
    };
    let taking_part: Vec<&Region> =
        provinces().iter().filter(|province| children(province.code).iter().any(asked)).collect();
    let mut regions = Vec::new();
    // A round of one province says nothing of the nation.
    if taking_part.len() > 1 {
        let people = provinces().iter().filter_map(|province| province.population).sum();
        regions.push(FrameRegion {
            code: NATION.to_owned(),
            name: NATION_NAME.to_owned(),
            level: frame::Level::Nation,
            parent: None,
            adults: Some(total_population(people)),
            outside: provinces().iter().flat_map(outside).collect(),
        });
    }
    let nation = (!regions.is_empty()).then_some(0);
    for province in taking_part {
        let parent = u32::try_from(regions.len()).ok();
        let entry = |region: &Region, level, parent, outside| FrameRegion {
            code: region.code.to_string(),
            name: region.name.clone(),
            level,
            parent,
            adults: region.adults(),
            outside,
        };
        regions.push(entry(province, frame::Level::Province, nation, outside(province)));
        let inside = children(province.code).iter().filter(|regency| asked(regency));
        let regency = |regency| entry(regency, frame::Level::Regency, parent, Vec::new());
        regions.extend(inside.map(regency));
    }
    Ok(Frame { name: "kemendagri".to_owned(), regions })
}

/// A source of the data on regions: what it is and the notice to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Key of the message that says what the data are.
    pub what: &'static str,
    /// The notice, word for word.
    pub notice: &'static str,
}

/// Notices of the data that the program carries.
#[must_use]
pub fn licences() -> &'static [Licence] {
    &[
        Licence {
            what: "region-licence-names",
            notice: "Memuat informasi dari idn-area-data, tersedia menurut Open Database License \
                     (ODbL), opendatacommons.org/licenses/odbl/1-0",
        },
        Licence {
            what: "region-licence-facts",
            notice: "Kode dan nama wilayah: Kepmendagri 300.2.2-2430 Tahun 2025; data (c) 2017 \
                     Cahya DSN, github.com/cahyadsn/wilayah, MIT",
        },
        Licence {
            what: "region-licence-points",
            notice: "Titik kecamatan: (c) Cahya DSN, github.com/cahyadsn/wilayah_boundaries, MIT; \
                     dibulatkan ke 3 desimal",
        },
        Licence { what: "region-licence-coast", notice: "Garis pantai: Natural Earth" },
        Licence {
            what: "region-licence-statistics",
            notice: "Statistik: Badan Pusat Statistik (BPS); Kementerian Kesehatan (SSGI/SKI)",
        },
        Licence {
            what: "region-licence-grdp",
            notice: "PDRB per kapita kab/kota: Indonesia514, github.com/quarcs-lab/indonesia514 \
                     (Mendez, Abdulah, Arvianto, 2026), MIT, menurut BPS",
        },
        Licence {
            what: "region-licence-population",
            notice: "Penduduk 2010-2017: quarcs-lab, doi 10.5281/zenodo.4428102, CC BY 4.0, \
                     menurut BPS",
        },
        Licence {
            what: "nomenclature-licence",
            notice: "Kode dan nama program, kegiatan, dan sub kegiatan: Permendagri 90/2019, \
                     Kepmendagri 050-5889 Tahun 2021, dan daftar yang dipakai daerah; belum lengkap",
        },
    ]
}

/// The full licence texts beside the data.
pub const LICENCE_TEXTS: &str = include_str!("../../../../data/LICENSES.md");

/// What is known to be wrong or missing in the data on regions, for the data page.
#[must_use]
pub fn known_defects() -> Vec<Message> {
    let keys = ["area", "bps-codes", "points", "schematic-towns", "schematic-marks", "neighbours"];
    keys.iter().map(|key| Message::new(&format!("region-defect-{key}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        text.parse().unwrap()
    }

    #[test]
    fn a_code_is_text_with_dots_and_nests_by_prefix() {
        let regency = code("61.10");
        assert_eq!(regency.to_string(), "61.10");
        assert_eq!(regency.parent(), Some(code("61")));
        assert!(code("61").contains(&code("61.10.01.2001")));
        assert!(!code("61.01").contains(&regency));
        assert!(!regency.contains(&code("61")));
        for wrong in ["", "6", "6110", "61.1", "61,10", "61.10.", "61.10.1", "٦١", "61.10.01.201"]
        {
            assert!(wrong.parse::<Code>().is_err(), "{wrong}");
        }
        let json = serde_json::to_string(&regency).unwrap();
        assert_eq!(json, "\"61.10\"");
        assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), regency);
    }

    #[test]
    fn names_are_written_long_short_and_bare() {
        let names = |text| {
            let region = find(text).unwrap();
            (region.name.as_str(), region.short_name(), region.bare_name())
        };
        assert_eq!(names("61.01"), ("Kabupaten Sambas", "Kab. Sambas".to_owned(), "Sambas"));
        assert_eq!(names("61.71"), ("Kota Pontianak", "Kota Pontianak".to_owned(), "Pontianak"));
        assert_eq!(names("31.01").1, "Kab. Adm. Kepulauan Seribu");
        assert_eq!(names("31.01").2, "Kepulauan Seribu");
        assert_eq!(names("13.07").2, "Lima Puluh Kota");
    }

    #[test]
    fn a_frame_holds_the_regions_asked_for_and_what_they_are_part_of() {
        let all = frame(&[]).unwrap();
        assert_eq!(all.regions.len(), 1 + 38 + 514);
        assert_eq!(all.regions[0].adults.as_ref().unwrap().count, 284_973_643);
        assert!(all.regions.iter().all(|region| region.outside.is_empty()));
        let some = frame(&[code("61"), code("64.72")]).unwrap();
        let codes: Vec<&str> = some.regions.iter().map(|region| region.code.as_str()).collect();
        assert_eq!(codes.len(), 1 + 1 + 14 + 1 + 1);
        assert_eq!(codes[..3], ["ID", "61", "61.01"]);
        assert_eq!(codes[16..], ["64", "64.72"]);
        assert_eq!(some.regions[17].parent, Some(16));
        assert!(some.regions[17].adults.as_ref().unwrap().total_population);
        assert_eq!(some.regions[0].outside.len(), 514 - 15);
        assert!(some.regions[1].outside.is_empty());
        assert_eq!(some.regions[16].outside.len(), 9);
        assert!(!some.regions[16].outside.contains(&"64.72".to_owned()));
        assert!(frame(&[code("61.99")]).is_err());
        assert!(frame(&[code("61.01.01")]).is_err());
    }

    #[test]
    fn a_round_of_one_province_says_nothing_of_the_nation() {
        for regions in [vec![code("61")], vec![code("61.01"), code("61.71")]] {
            let one = frame(&regions).unwrap();
            assert_eq!(one.regions[0].code, "61");
            assert_eq!(one.regions[0].parent, None);
            assert!(one.regions[1..].iter().all(|region| region.parent == Some(0)));
        }
        assert_eq!(frame(&[code("61.01")]).unwrap().regions[0].outside.len(), 13);
        let two = frame(&[code("61.01"), code("64.72")]).unwrap();
        assert_eq!(two.regions[0].code, NATION);
        assert_eq!(two.regions[0].outside.len(), 512);
    }
}
