//! The built-in map: a picture of regions, not their borders (see `selaras_atlas::schematic`).

use std::sync::LazyLock;

use selaras_atlas::Topology;

use super::{Code, Level, table};

static PROVINCES: LazyLock<Topology> =
    LazyLock::new(|| read(include_bytes!(concat!(env!("OUT_DIR"), "/schematic_provinces.zst"))));
static REGENCIES: LazyLock<Topology> =
    LazyLock::new(|| read(include_bytes!(concat!(env!("OUT_DIR"), "/schematic_regencies.zst"))));
static DISTRICTS: LazyLock<Topology> =
    LazyLock::new(|| read(include_bytes!(concat!(env!("OUT_DIR"), "/schematic_districts.zst"))));

fn read(packed: &[u8]) -> Topology {
    // As with the tables: only a broken binary could fail here.
    Topology::from_bytes(&table::unpack(packed))
        .unwrap_or_else(|_| Topology::build(1.0, Vec::new()))
}

/// The schematic map of the whole country with one shape for each region of `level`, in order of
/// code; desa have none and are drawn as the kecamatan they belong to.
#[must_use]
pub fn schematic(level: Level) -> &'static Topology {
    match level {
        Level::Province => &PROVINCES,
        Level::Regency => &REGENCIES,
        Level::District | Level::Village => &DISTRICTS,
    }
}

/// The schematic map of the regions of `level` inside the region with code `inside`: the kab/kota
/// of a province, the kecamatan of a kab/kota.
#[must_use]
pub fn schematic_inside(inside: Code, level: Level) -> Topology {
    schematic(level).select(|code| code.starts_with(inside.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::{children, provinces, regencies};
    use super::*;

    #[test]
    fn every_region_has_a_shape_on_every_level() {
        for (level, count) in
            [(Level::Province, 38), (Level::Regency, 514), (Level::District, 7_285)]
        {
            let map = schematic(level);
            assert_eq!(map.shapes().len(), count);
            assert!(map.shapes().iter().all(|shape| !shape.polygons.is_empty()));
            assert!(map.arc_uses().iter().all(|uses| matches!(uses, 1 | 2)));
            assert!((0..count).all(|at| map.area_km2(at) > 0.0));
        }
        let marks: Vec<&str> = schematic(Level::Regency)
            .shapes()
            .iter()
            .filter(|shape| shape.mark)
            .map(|shape| shape.code.as_str())
            .collect();
        assert_eq!(marks, ["31.01"]);
    }

    #[test]
    fn nine_in_ten_regions_are_drawn_within_15_percent_of_their_area() {
        let map = schematic(Level::Regency);
        let known = regencies().iter().zip(0..).filter_map(|(region, at)| {
            assert_eq!(map.shapes()[at].code, region.code.as_str());
            Some(map.area_km2(at) / region.area_km2?)
        });
        let shares: Vec<f64> = known.collect();
        let right = shares.iter().filter(|share| (0.85..=1.15).contains(*share)).count();
        assert_eq!(shares.len(), 510);
        assert!(right >= 459, "{right} of 510");
    }

    #[test]
    fn a_province_and_a_regency_have_maps_of_their_own() {
        for province in provinces() {
            let map = schematic_inside(province.code, Level::Regency);
            assert_eq!(map.shapes().len(), children(province.code).len(), "{}", province.code);
        }
        let sambas: Code = "61.01".parse().unwrap();
        let map = schematic_inside(sambas, Level::District);
        assert_eq!(map.shapes().len(), children(sambas).len());
        let whole = schematic(Level::Regency);
        let area: f64 = (0..map.shapes().len())
            .filter(|&at| !map.shapes()[at].mark)
            .map(|at| map.area_km2(at))
            .sum();
        let around = whole.area_km2(whole.find("61.01").unwrap());
        assert!((area / around - 1.0).abs() < 1e-6, "{area} in {around}");
    }
}
