//! The table of regions that the program carries, unpacked when first asked for.

use std::sync::LazyLock;

use super::{Code, Level, Region};

static FACTS: &str = include_str!("../../../../data/regions/regions.csv");
static DISTRICT_LINES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/districts.zst"));
static VILLAGE_LINES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/villages.zst"));

/// Provinces and kab/kota together.
static REGIONS: LazyLock<Levels> = LazyLock::new(Levels::read);
static DISTRICTS: LazyLock<Vec<Region>> = LazyLock::new(|| read_list(DISTRICT_LINES));
static VILLAGES: LazyLock<Vec<Region>> = LazyLock::new(|| read_list(VILLAGE_LINES));

struct Levels {
    provinces: Vec<Region>,
    regencies: Vec<Region>,
}

impl Levels {
    /// The columns of data/regions/regions.csv, which the build has checked.
    fn read() -> Self {
        let mut levels = Self { provinces: Vec::new(), regencies: Vec::new() };
        for line in FACTS.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let [code, name, _, _, _, bps, bps_2023, area, population, _, _, lat, lon] = fields[..]
            else {
                continue;
            };
            let Ok(code) = code.parse::<Code>() else { continue };
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let region = Region {
                code,
                name: name.to_owned(),
                bps: text(bps),
                bps_2023: text(bps_2023),
                area_km2: area.parse().ok(),
                population: population.parse().ok(),
                place: lon.parse().ok().zip(lat.parse().ok()),
            };
            match code.level() {
                Level::Province => levels.provinces.push(region),
                _ => levels.regencies.push(region),
            }
        }
        levels.provinces.sort_by_key(|region| region.code);
        levels.regencies.sort_by_key(|region| region.code);
        levels
    }
}

/// Unpacks a compressed part of the program.
pub(super) fn unpack(packed: &[u8]) -> Vec<u8> {
    // The program carries what its own build packed: an error could only be a broken binary.
    zstd::stream::decode_all(packed).unwrap_or_default()
}

/// The lines that the build wrote (`front_coded`): in order of code.
fn read_list(packed: &[u8]) -> Vec<Region> {
    let bytes = unpack(packed);
    let text = String::from_utf8_lossy(&bytes);
    let mut regions = Vec::new();
    let mut parent = "";
    for line in text.lines() {
        if let Some(code) = line.strip_prefix('>') {
            parent = code;
            continue;
        }
        let mut fields = line.split('\t');
        let (Some(own), Some(name)) = (fields.next(), fields.next()) else { continue };
        let Ok(code) = format!("{parent}.{own}").parse() else { continue };
        let lat = fields.next().and_then(|lat| lat.parse().ok());
        let lon = fields.next().and_then(|lon| lon.parse().ok());
        regions.push(Region {
            code,
            name: name.to_owned(),
            bps: None,
            bps_2023: None,
            area_km2: None,
            population: None,
            place: lon.zip(lat),
        });
    }
    regions
}

fn of_level(level: Level) -> &'static [Region] {
    match level {
        Level::Province => &REGIONS.provinces,
        Level::Regency => &REGIONS.regencies,
        Level::District => &DISTRICTS,
        Level::Village => &VILLAGES,
    }
}

/// The 38 provinces in order of code.
#[must_use]
pub fn provinces() -> &'static [Region] {
    of_level(Level::Province)
}

/// The 514 kab/kota in order of code.
#[must_use]
pub fn regencies() -> &'static [Region] {
    of_level(Level::Regency)
}

/// The 7,285 kecamatan in order of code.
#[must_use]
pub fn districts() -> &'static [Region] {
    of_level(Level::District)
}

/// The 83,762 desa and kelurahan in order of code. The first call takes some 20 ms and keeps some
/// 15 MB.
#[must_use]
pub fn villages() -> &'static [Region] {
    of_level(Level::Village)
}

/// The region with this code.
#[must_use]
pub fn get(code: Code) -> Option<&'static Region> {
    let regions = of_level(code.level());
    let at = regions.binary_search_by_key(&code, |region| region.code).ok()?;
    regions.get(at)
}

/// The region with the code written in `text`.
#[must_use]
pub fn find(text: &str) -> Option<&'static Region> {
    text.parse().ok().and_then(get)
}

/// The regions directly inside the one with this code, in order of code: kab/kota of a province,
/// kecamatan of a kab/kota, desa of a kecamatan.
#[must_use]
pub fn children(code: Code) -> &'static [Region] {
    let below = match code.level() {
        Level::Province => Level::Regency,
        Level::Regency => Level::District,
        Level::District => Level::Village,
        Level::Village => return &[],
    };
    let regions = of_level(below);
    let from = regions.partition_point(|region| region.code.at(code.level()) < Some(code));
    let to = regions.partition_point(|region| region.code.at(code.level()) <= Some(code));
    regions.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_four_levels_are_there_and_nest() {
        let counts = Level::ALL.map(|level| of_level(level).len());
        assert_eq!(counts, [38, 514, 7_285, 83_762]);
        for level in Level::ALL {
            let regions = of_level(level);
            assert!(regions.windows(2).all(|pair| pair[0].code < pair[1].code));
            for region in regions {
                assert_eq!(region.code.level(), level);
                assert!(region.code.parent().is_none_or(|parent| get(parent).is_some()));
            }
        }
        let inside: usize = provinces().iter().map(|province| children(province.code).len()).sum();
        assert_eq!(inside, 514);
        let inside: usize = regencies().iter().map(|regency| children(regency.code).len()).sum();
        assert_eq!(inside, 7_285);
    }

    #[test]
    fn facts_stand_with_the_region_they_belong_to() {
        let sambas = find("61.01").unwrap();
        assert_eq!(sambas.name, "Kabupaten Sambas");
        assert!(sambas.area_km2.is_some_and(|area| (5_000.0..8_000.0).contains(&area)));
        assert_eq!(children(sambas.code).len(), 19);
        let unknown = regencies().iter().filter(|region| region.area_km2.is_none());
        let codes: Vec<&str> = unknown.map(|region| region.code.as_str()).collect();
        assert_eq!(codes, ["11.10", "12.10", "12.20", "14.10"]);
        assert_eq!(find("93").unwrap().bps, None);
        let village = find("11.01.01.2001").unwrap();
        assert_eq!(village.name, "Keude Bakongan");
        assert_eq!(find("35.13.15.2017").unwrap().name, "Soka\"an");
        assert!(find("61.99").is_none());
    }
}
