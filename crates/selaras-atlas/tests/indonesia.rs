//! The schematic map of Indonesia: how large regions are drawn, and how it agrees with outlines.

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::LazyLock;

    use i_overlay::core::fill_rule::FillRule;
    use i_overlay::core::overlay::Overlay;
    use i_overlay::core::overlay_rule::OverlayRule;
    use i_overlay::i_float::int::point::IntPoint;
    use selaras_atlas::schematic::{self, District, Schematic};
    use selaras_atlas::{Outline, Ring, Topology, coast};

    const STEP: f64 = 1e-4;

    struct Indonesia {
        coast: Vec<Vec<Ring>>,
        districts: Vec<District>,
        regions: Vec<(String, Option<f64>)>,
        drawn: Schematic,
    }

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn table(name: &str) -> Vec<Vec<String>> {
        let text = fs::read_to_string(root().join("data/regions").join(name)).unwrap();
        text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    fn read() -> Option<Indonesia> {
        let Ok(world) = fs::read(root().join("node_modules/world-atlas/countries-10m.json")) else {
            println!("skipped: node_modules/world-atlas is not installed (npm ci)");
            return None;
        };
        let coast = coast::read(&world, "360", STEP).unwrap();
        let regions: Vec<(String, Option<f64>)> = table("regions.csv")
            .into_iter()
            .filter(|row| row[2] == "2")
            .map(|row| (row[0].clone(), row[7].parse().ok()))
            .collect();
        let districts: Vec<District> = table("kecamatan_points.csv")
            .into_iter()
            .map(|row| District {
                region: regions.iter().position(|(code, _)| *code == row[0][..5]).unwrap(),
                code: row[0].clone(),
                lat: row[1].parse().unwrap(),
                lon: row[2].parse().unwrap(),
            })
            .collect();
        let areas: Vec<Option<f64>> = regions.iter().map(|(_, area)| *area).collect();
        let start = std::time::Instant::now();
        let drawn = schematic::draw(STEP, &coast, &districts, &areas);
        println!("drawn in {:?}, {} steps", start.elapsed(), drawn.steps);
        Some(Indonesia { coast, districts, regions, drawn })
    }

    static INDONESIA: LazyLock<Option<Indonesia>> = LazyLock::new(read);

    fn by_region(map: &Topology) -> Topology {
        map.dissolve(|code| code[..5].to_owned())
    }

    #[test]
    fn nine_in_ten_regions_are_drawn_within_15_percent_of_their_area() {
        let Some(land) = &*INDONESIA else { return };
        let map = by_region(&land.drawn.districts);
        assert_eq!(map.shapes().len(), 514);
        let mut known = 0;
        let mut right = 0;
        for (at, (code, area)) in land.regions.iter().enumerate() {
            assert_eq!(map.shapes()[at].code, *code);
            assert!(!map.shapes()[at].polygons.is_empty(), "{code} is empty");
            let Some(area) = area else { continue };
            let drawn = map.area_km2(at) / area;
            known += 1;
            if (0.85..=1.15).contains(&drawn) {
                right += 1;
            } else {
                println!(
                    "{code}: {:.1} of {area} km², {drawn:.2} {}",
                    map.area_km2(at),
                    map.shapes()[at].mark
                );
            }
        }
        let marks = land.drawn.districts.shapes().iter().filter(|shape| shape.mark).count();
        println!("{right} of {known} within 15 %, {marks} kecamatan are marks");
        assert_eq!(known, 510);
        assert!(right * 10 >= known * 9, "{right} of {known}");
    }

    #[test]
    fn the_regions_fill_the_coast_without_gaps_or_overlaps() {
        let Some(land) = &*INDONESIA else { return };
        for map in [land.drawn.districts.clone(), by_region(&land.drawn.districts)] {
            assert!(map.arc_uses().iter().all(|uses| matches!(uses, 1 | 2)));
            let outlines = land.coast.iter().map(|polygon| Outline {
                code: "ID".to_owned(),
                polygons: vec![polygon.clone()],
                mark: false,
            });
            let coast = Topology::build(STEP, outlines.collect());
            let whole: f64 = (0..coast.shapes().len()).map(|at| coast.area_km2(at)).sum();
            let drawn: f64 = (0..map.shapes().len())
                .filter(|&at| !map.shapes()[at].mark)
                .map(|at| map.area_km2(at))
                .sum();
            println!("coast {whole:.1} km², drawn {drawn:.1} km²");
            assert!((drawn / whole - 1.0).abs() < 1e-6, "{drawn} of {whole}");
        }
    }

    #[test]
    fn the_same_data_draw_the_same_map() {
        let Some(land) = &*INDONESIA else { return };
        let areas: Vec<Option<f64>> = land.regions.iter().map(|(_, area)| *area).collect();
        // One island group is enough: every step that could depend on order or chance is in it.
        let part: Vec<District> =
            land.districts.iter().filter(|at| at.code.starts_with("5")).cloned().collect();
        let draw = || schematic::draw(STEP, &land.coast, &part, &areas).districts.to_bytes();
        assert_eq!(draw(), draw());
        let bytes = land.drawn.districts.to_bytes();
        assert_eq!(Topology::from_bytes(&bytes).unwrap(), land.drawn.districts);
    }

    #[test]
    fn the_map_agrees_with_indicative_outlines() {
        let Some(land) = &*INDONESIA else { return };
        let path = root().join("../shared/data/local/boundaries/kabkota_514.topojson");
        let Ok(text) = fs::read(&path) else {
            println!("skipped: no indicative outlines at ../shared");
            return;
        };
        let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let outlines = outlines(&file);
        let map = by_region(&land.drawn.districts);
        let mut shares: Vec<(f64, String)> = Vec::new();
        for (at, shape) in map.shapes().iter().enumerate() {
            let shapes = |polygons: &Vec<Vec<Ring>>| -> Vec<Vec<Vec<IntPoint<i32>>>> {
                let ring = |ring: &Ring| ring.iter().map(|[x, y]| IntPoint::new(*x, *y)).collect();
                polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()
            };
            let area = |rule: OverlayRule| {
                let mut overlay = Overlay::from_subj_and_clip(
                    &shapes(&map.polygons(at)),
                    &shapes(&outlines[&shape.code]),
                );
                let rings = overlay.overlay(rule, FillRule::EvenOdd).concat();
                let doubled = |ring: &Vec<IntPoint<i32>>| {
                    ring.iter()
                        .zip(ring.iter().cycle().skip(1))
                        .map(|(a, b)| {
                            i64::from(a.x) * i64::from(b.y) - i64::from(b.x) * i64::from(a.y)
                        })
                        .sum::<i64>()
                };
                rings.iter().map(doubled).sum::<i64>() as f64
            };
            shares.push((
                area(OverlayRule::Intersect) / area(OverlayRule::Union),
                shape.code.clone(),
            ));
        }
        shares.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mean = shares.iter().map(|(share, _)| share).sum::<f64>() / shares.len() as f64;
        let median = shares[shares.len() / 2].0;
        println!("mean {mean:.3}, median {median:.3}, lowest {:?}", &shares[..40]);
        assert!(mean >= 0.75 && median >= 0.78, "mean {mean}, median {median}");
    }

    fn outlines(file: &serde_json::Value) -> BTreeMap<String, Vec<Vec<Ring>>> {
        let arcs: Vec<Vec<(f64, f64)>> = serde_json::from_value(file["arcs"].clone()).unwrap();
        assert!(file["transform"].is_null());
        let object = file["objects"].as_object().unwrap().values().next().unwrap();
        let ring = |ring: &serde_json::Value| -> Ring {
            let mut points = Ring::new();
            for at in ring.as_array().unwrap().iter().map(|at| at.as_i64().unwrap()) {
                let arc = &arcs[usize::try_from(if at < 0 { !at } else { at }).unwrap()];
                let mut part: Ring = arc.iter().map(|p| Topology::grid(STEP, p.0, p.1)).collect();
                if at < 0 {
                    part.reverse();
                }
                part.pop();
                points.extend(part);
            }
            points
        };
        let polygon = |rings: &serde_json::Value| -> Vec<Ring> {
            rings.as_array().unwrap().iter().map(ring).collect()
        };
        object["geometries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|region| {
                let polygons = match region["type"].as_str() {
                    Some("Polygon") => vec![polygon(&region["arcs"])],
                    _ => region["arcs"].as_array().unwrap().iter().map(polygon).collect(),
                };
                (region["id"].as_str().unwrap().to_owned(), polygons)
            })
            .collect()
    }
}
