use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;
use shapefile::{Point, Polygon, ShapeWriter};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::locale::{Language, Words};

/// Squares of 0.2°: 494 km² near the equator.
const SIDE: f64 = 0.2;
const KM2: f64 = 492.3;

fn known() -> Vec<Known> {
    let region = |code: &str, name: &str, bps: &str, area_km2| Known {
        code: code.into(),
        name: name.into(),
        bps_code: Some(bps.into()),
        bps_code_2023: Some(bps.into()),
        area_km2,
        place: None,
    };
    vec![
        region("61", "Kalimantan Barat", "61", None),
        region("61.01", "Kabupaten Sambas", "6101", Some(KM2)),
        region("61.02", "Kabupaten Mempawah", "6104", Some(KM2)),
        region("61.07", "Kabupaten Bengkayang", "6102", Some(KM2)),
        region("61.71", "Kota Pontianak", "6171", Some(1.5 * KM2)),
        region("32.01", "Kabupaten Bogor", "3201", None),
        region("32.71", "Kota Bogor", "3271", None),
    ]
}

type Ring = Vec<(f64, f64)>;

fn square(x: f64, y: f64) -> Ring {
    vec![(x, y), (x + SIDE, y), (x + SIDE, y + SIDE), (x, y + SIDE), (x, y)]
}

/// Features of properties (as JSON) and one ring each.
fn geojson(features: &[(&str, Ring)]) -> String {
    let mut text = String::from(r#"{"type":"FeatureCollection","features":["#);
    for (place, (properties, ring)) in features.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let ring: Vec<[f64; 2]> = ring.iter().map(|(x, y)| [*x, *y]).collect();
        let _ = write!(
            text,
            r#"{comma}{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[{ring:?}]}}}}"#,
        );
    }
    text + "]}"
}

fn sound() -> Vec<(&'static str, Ring)> {
    vec![
        (r#"{"kode":"61.01","nama":"Kab. Sambas"}"#, square(109.0, 0.0)),
        (r#"{"kode":"61.02","nama":"KABUPATEN MEMPAWAH"}"#, square(109.2, 0.0)),
        (r#"{"kode":"61.07","nama":"Bengkayang"}"#, square(109.0, 0.2)),
    ]
}

fn take(features: &[(&str, Ring)]) -> Result<Imported, Vec<Finding>> {
    import(geojson(features).as_bytes(), &known(), &About::default())
}

/// Keys of the findings, and every one must have words that name what is to be named.
fn keys(findings: &[Finding]) -> Vec<&str> {
    for finding in findings {
        for language in [Language::Id, Language::En] {
            let said = Words::new(language).tell(&finding.message);
            assert!(!said.starts_with("boundary-") && !said.contains("{$"), "{said}");
        }
    }
    findings.iter().map(|finding| finding.message.key.as_str()).collect()
}

fn refused(features: &[(&str, Ring)]) -> Vec<String> {
    let findings = take(features).expect_err("must be refused");
    keys(&findings).into_iter().map(str::to_owned).collect()
}

#[test]
fn sound_boundaries_are_taken_in_with_source_date_and_neighbours() {
    let about = About::told("BIG", "31/8/2025", date(2025, 9, 1)).unwrap();
    let map = import(geojson(&sound()).as_bytes(), &known(), &about).unwrap();
    let codes: Vec<&str> = map.topology.shapes().iter().map(|shape| &*shape.code).collect();
    assert_eq!(codes, ["61.01", "61.02", "61.07"]);
    assert_eq!((map.level, &*map.source, map.date), (2, "BIG", date(2025, 8, 31)));
    assert_eq!(keys(&map.report), ["boundary-warning-missing", "boundary-note-partial"]);
    let pairs: Vec<_> = map.topology.neighbours().iter().map(|pair| pair.shapes).collect();
    assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
    let bytes = map.topology.to_bytes();
    assert_eq!(Topology::from_bytes(&bytes).unwrap(), map.topology);
}

#[test]
fn boundaries_have_a_source_and_a_real_day_that_has_come() {
    let today = date(2026, 3, 1);
    let told = |source: &str, day: &str| About::told(source, day, today).map(|about| about.date);
    assert_eq!(told("BIG", "2025-08-31"), Ok(date(2025, 8, 31)));
    assert_eq!(told(" BIG ", " 31/8/2025 "), Ok(date(2025, 8, 31)));
    let refused = |source: &str, day: &str| told(source, day).unwrap_err().key;
    assert_eq!(refused("", "2025-08-31"), "boundary-about-missing");
    assert_eq!(refused("BIG", " "), "boundary-about-missing");
    for no_day in ["2", "2025", "kemarin", "2025-02-30", "31/8", "8/31/2025"] {
        assert_eq!(refused("BIG", no_day), "boundary-about-date", "{no_day}");
    }
    assert_eq!(refused("BIG", "2026-03-02"), "boundary-about-future");
}

#[test]
fn a_schematic_map_of_ours_is_not_taken_for_official_boundaries() {
    for own in [
        r#"{"code":"61.01","schematic":true}"#,
        r#"{"code":"61.01","map":"Peta skematis, bukan batas wilayah"}"#,
        r#"{"code":"61.01","peta":"Schematic map, not the boundaries of regions"}"#,
    ] {
        assert_eq!(refused(&[(own, square(109.0, 0.0))]), ["boundary-error-schematic"], "{own}");
    }
}

#[test]
fn an_overlap_stops_the_import_and_says_whose_and_where() {
    let mut map = sound();
    map[1].1 = square(109.1, 0.0);
    let findings = take(&map).unwrap_err();
    assert_eq!(keys(&findings)[0], "boundary-error-overlap");
    let said = Words::new(Language::Id).tell(&findings[0].message);
    assert!(said.contains("61.01 Kabupaten Sambas") && said.contains("246,"), "{said}");
}

#[test]
fn a_sliver_of_overlap_goes_along_as_a_warning() {
    let mut map = sound();
    map[1].1 = square(109.198, 0.0);
    assert!(keys(&take(&map).unwrap().report).contains(&"boundary-warning-overlap"));
}

#[test]
fn a_gap_between_regions_is_told_with_its_area() {
    // Two regions that enclose a square of nobody's.
    let c = vec![
        (109.0, 0.0),
        (109.6, 0.0),
        (109.6, 0.2),
        (109.4, 0.2),
        (109.4, 0.1),
        (109.2, 0.1),
        (109.2, 0.2),
        (109.0, 0.2),
        (109.0, 0.0),
    ];
    let lid = vec![(109.0, 0.2), (109.6, 0.2), (109.6, 0.3), (109.0, 0.3), (109.0, 0.2)];
    let map = [(r#"{"kode":"61.01"}"#, c), (r#"{"kode":"61.02"}"#, lid)];
    let report = take(&map).unwrap().report;
    let gap = report.iter().find(|finding| finding.message.key == "boundary-warning-gap").unwrap();
    let said = Words::new(Language::Id).tell(&gap.message);
    assert!(said.contains("246,") && said.contains("61.02 Kabupaten Mempawah"), "{said}");
}

#[test]
fn the_same_region_twice_stops_the_import_but_its_islands_are_joined() {
    let mut map = sound();
    map.push((r#"{"kode":"61.01"}"#, square(109.0, 0.0)));
    assert!(refused(&map).contains(&"boundary-error-duplicate".to_owned()));
    map[3].1 = square(108.0, 0.0);
    let taken = take(&map).unwrap();
    assert_eq!(taken.topology.shapes()[0].polygons.len(), 2);
    assert!(keys(&taken.report).contains(&"boundary-note-parts"));
}

#[test]
fn a_wrong_code_is_named_with_its_feature_and_column() {
    let mut map = sound();
    map[2].0 = r#"{"kode":"61.1","nama":"Bengkayang"}"#;
    let findings = take(&map).unwrap_err();
    assert_eq!(keys(&findings), ["boundary-error-unknown-code"]);
    assert_eq!(findings[0].feature, Some(3));
    let said = Words::new(Language::Id).tell(&findings[0].message);
    assert!(said.contains("«61.1»") && said.contains("kode"), "{said}");
}

#[test]
fn a_feature_without_a_code_is_left_out_and_told() {
    let mut map = sound();
    map.push((r#"{"kode":null,"nama":"Danau"}"#, square(110.0, 0.0)));
    let taken = take(&map).unwrap();
    assert_eq!(taken.topology.shapes().len(), 3);
    assert!(keys(&taken.report).contains(&"boundary-warning-no-code"));
}

#[test]
fn swapped_axes_metres_and_foreign_places_are_told_apart() {
    let change = |change: fn((f64, f64)) -> (f64, f64)| {
        let mut map = sound();
        for (_, ring) in &mut map {
            ring.iter_mut().for_each(|point| *point = change(*point));
        }
        refused(&map)
    };
    assert_eq!(change(|(x, y)| (y, x)), ["boundary-error-swapped"]);
    assert_eq!(change(|(x, y)| (x * 111_000.0, y * 111_000.0)), ["boundary-error-metres"]);
    assert_eq!(change(|(x, y)| (x - 80.0, y)), ["boundary-error-outside"; 3]);
}

#[test]
fn a_bow_tie_stops_the_import_and_an_open_ring_is_closed() {
    let mut map = sound();
    map[0].1 = vec![(109.0, 0.0), (109.2, 0.2), (109.2, 0.0), (109.0, 0.2), (109.0, 0.0)];
    assert!(refused(&map).contains(&"boundary-error-crossing".to_owned()));
    let mut map = sound();
    map[0].1.pop();
    assert!(keys(&take(&map).unwrap().report).contains(&"boundary-warning-unclosed"));
    let mut map = sound();
    map[0].1.truncate(2);
    let said = refused(&map);
    assert!(said.contains(&"boundary-error-no-ring".to_owned()), "{said:?}");
}

#[test]
fn an_area_far_from_the_official_one_is_a_warning_with_both() {
    let map = [(r#"{"kode":"61.71"}"#, square(109.0, 0.0))];
    let report = take(&map).unwrap().report;
    let area =
        report.iter().find(|finding| finding.message.key == "boundary-warning-area").unwrap();
    assert_eq!(area.code.as_deref(), Some("61.71"));
    let said = Words::new(Language::Id).tell(&area.message);
    assert!(said.contains("492,") && said.contains("738,"), "{said}");
}

#[test]
fn all_faults_are_told_at_once_and_counted() {
    let mut map = sound();
    for (_, ring) in &mut map[..2] {
        ring.iter_mut().for_each(|point| point.0 -= 80.0);
    }
    map[2].0 = r#"{"kode":"99.99"}"#;
    let said = refused(&map);
    let count = |key: &str| said.iter().filter(|said| *said == key).count();
    assert_eq!(count("boundary-error-outside"), 2, "{said:?}");
    assert_eq!(count("boundary-error-unknown-code"), 1, "{said:?}");
    let many: Vec<_> = (0..40).map(|_| (sound()[0].0, square(10.0, 0.0))).collect();
    let said = refused(&many);
    assert_eq!(said.iter().filter(|said| *said == "boundary-error-outside").count(), MOST_LISTED);
    assert!(said.contains(&"boundary-more".to_owned()));
}

#[test]
fn shapes_of_the_wrong_size_or_in_the_wrong_place_are_not_taken_for_the_regions() {
    let wide = |factor: f64, ring: &Ring| -> Ring {
        ring.iter().map(|(x, y)| (109.0 + (x - 109.0) * factor, y * factor)).collect()
    };
    let grown: Vec<_> =
        sound().into_iter().map(|(properties, ring)| (properties, wide(1.5, &ring))).collect();
    assert!(refused(&grown).contains(&"boundary-error-areas".to_owned()));
    let known: Vec<Known> =
        known().into_iter().map(|one| Known { place: Some((109.1, 0.1)), ..one }).collect();
    let take = |east: f64| {
        let mut map = sound();
        map.iter_mut().flat_map(|(_, ring)| ring).for_each(|point| point.0 += east);
        import(geojson(&map).as_bytes(), &known, &About::default())
    };
    assert!(take(0.0).is_ok());
    assert!(keys(&take(3.0).unwrap_err()).contains(&"boundary-error-places"));
}

#[test]
fn codes_without_dots_need_names_or_the_user_to_say_whose_they_are() {
    let digits = |names: bool| -> Vec<(&'static str, Ring)> {
        let properties = if names {
            [r#"{"k":"6101","n":"Kab. Sambas"}"#, r#"{"k":"6102","n":"Kab. Mempawah"}"#]
        } else {
            [r#"{"k":"6101"}"#, r#"{"k":"6102"}"#]
        };
        properties.into_iter().zip([square(109.0, 0.0), square(109.2, 0.0)]).collect()
    };
    assert_eq!(take(&digits(true)).unwrap().topology.shapes()[1].code, "61.02");
    assert_eq!(refused(&digits(false)), ["boundary-error-which-list"]);
    let by = |codes| {
        let about = About { codes: Some(codes), ..About::default() };
        let map = import(geojson(&digits(false)).as_bytes(), &known(), &about).unwrap();
        map.topology.shapes()[1].code.clone()
    };
    assert_eq!(by(CodeList::Kemendagri), "61.02");
    // The same digits are another region in the list of BPS.
    assert_eq!(by(CodeList::Bps), "61.07");
}

#[test]
fn digits_that_contradict_the_names_are_not_taken_for_kemendagri() {
    let map = [
        (r#"{"k":"6101","n":"Kab. Sambas"}"#, square(109.0, 0.0)),
        (r#"{"k":"6102","n":"Kab. Bengkayang"}"#, square(109.2, 0.0)),
    ];
    assert_eq!(refused(&map), ["boundary-error-which-list"]);
}

#[test]
fn names_serve_where_there_are_no_codes_unless_they_are_ambiguous() {
    let map = [
        (r#"{"n":"Kota Pontianak"}"#, square(109.0, 0.0)),
        (r#"{"n":"Kab Bogor"}"#, square(107.0, -7.0)),
    ];
    assert!(keys(&take(&map).unwrap().report).contains(&"boundary-warning-by-name"));
    let map = [
        (r#"{"n":"Kota Pontianak"}"#, square(109.0, 0.0)),
        (r#"{"n":"Bogor"}"#, square(107.0, -7.0)),
    ];
    let findings = take(&map).unwrap_err();
    assert_eq!(keys(&findings)[0], "boundary-error-ambiguous-name");
    let said = Words::new(Language::Id).tell(&findings[0].message);
    assert!(said.contains("32.01 Kabupaten Bogor, 32.71 Kota Bogor"), "{said}");
}

#[test]
fn a_name_that_two_levels_share_is_not_guessed() {
    let mut known = known();
    known.push(Known { code: "61.01.01".into(), name: "Sambas".into(), ..Known::default() });
    let map = [(r#"{"n":"Sambas"}"#, square(109.0, 0.0))];
    let findings = import(geojson(&map).as_bytes(), &known, &About::default()).unwrap_err();
    assert_eq!(keys(&findings), ["boundary-error-no-code-column"]);
    let map = [(r#"{"n":"Kab. Sambas"}"#, square(109.0, 0.0))];
    let taken = import(geojson(&map).as_bytes(), &known, &About::default()).unwrap();
    assert_eq!(taken.topology.shapes()[0].code, "61.01");
}

#[test]
fn codes_of_the_regions_around_do_not_hide_those_of_the_features() {
    let map = [(r#"{"prov":"61","kab":"61.01"}"#, square(109.0, 0.0))];
    assert_eq!(take(&map).unwrap().topology.shapes()[0].code, "61.01");
    let map = [(r#"{"old":"61.02","new":"61.01"}"#, square(109.0, 0.0))];
    assert_eq!(refused(&map), ["boundary-error-two-code-columns"]);
}

#[test]
fn levels_may_not_be_mixed() {
    let mut map = sound();
    map.push((r#"{"kode":"61"}"#, square(111.0, 0.0)));
    assert_eq!(refused(&map), ["boundary-error-levels"]);
}

#[test]
fn a_region_alone_in_the_sea_has_its_nearest_ones() {
    let mut map = sound();
    map[2].1 = square(110.0, 0.0);
    let topology = take(&map).unwrap().topology;
    let around = neighbours(&topology, true);
    assert_eq!(around.land.len(), 1);
    let near: Vec<_> =
        around.nearest.iter().map(|near| (near.shape, near.rank, near.other)).collect();
    assert_eq!(near, [(2, 1, 1), (2, 2, 0)]);
    assert!((around.nearest[0].km - 66.8).abs() < 0.5, "{}", around.nearest[0].km);
    assert!(around.remark.is_some() && neighbours(&topology, false).remark.is_none());
}

// TopoJSON

fn topojson() -> String {
    r#"{"type":"Topology","transform":{"scale":[0.1,0.1],"translate":[109,0]},
    "arcs":[[[2,0],[0,2]],[[2,2],[-2,0],[0,-2],[2,0]],[[2,0],[2,0],[0,2],[-2,0]]],
    "objects":{"kab":{"type":"GeometryCollection","geometries":[
    {"type":"Polygon","id":"61.01","arcs":[[0,1]]},
    {"type":"Polygon","id":"61.02","arcs":[[2,-1]]}]}}}"#
        .to_owned()
}

#[test]
fn topojson_unfolds_its_shared_arcs() {
    let map = import(topojson().as_bytes(), &known(), &About::default()).unwrap();
    let pairs = map.topology.neighbours();
    assert_eq!(pairs.len(), 1);
    assert!((pairs[0].km - 22.2).abs() < 0.2, "{}", pairs[0].km);
    assert!((map.topology.area_km2(0) - KM2).abs() < 5.0);
}

// Shapefile

/// A dBASE table of one text column.
fn dbf(values: &[&str]) -> Vec<u8> {
    let mut bytes = vec![3, 126, 1, 1];
    bytes.extend((values.len() as u32).to_le_bytes());
    bytes.extend(65_u16.to_le_bytes());
    bytes.extend(11_u16.to_le_bytes());
    bytes.resize(32, 0);
    bytes.extend(b"KODE\0\0\0\0\0\0\0C\0\0\0\0\x0a\0");
    bytes.resize(64, 0);
    bytes.push(13);
    for value in values {
        bytes.extend(format!(" {value:<10}").bytes());
    }
    bytes.push(26);
    bytes
}

fn shapefile_zip(parts: &[&str], codes: &[&str]) -> Vec<u8> {
    let (mut shp, mut shx) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let mut writer = ShapeWriter::with_shx(&mut shp, &mut shx);
    for x in [109.0, 109.2] {
        let mut ring: Vec<Point> = square(x, 0.0).iter().map(|(x, y)| Point::new(*x, *y)).collect();
        ring.reverse();
        writer.write_shape(&Polygon::new(shapefile::PolygonRing::Outer(ring))).unwrap();
    }
    writer.finalize().unwrap();
    drop(writer);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        zip.start_file(format!("batas/kab.{part}"), SimpleFileOptions::default()).unwrap();
        let bytes = match *part {
            "shp" => shp.get_ref().clone(),
            "shx" => shx.get_ref().clone(),
            "dbf" => dbf(codes),
            _ => b"PROJCS[\"WGS 84 / UTM zone 49S\"]".to_vec(),
        };
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn take_bytes(bytes: &[u8]) -> Result<Imported, Vec<Finding>> {
    import(bytes, &known(), &About::default())
}

#[test]
fn a_zipped_shapefile_is_read_with_or_without_its_index() {
    for parts in [&["shp", "shx", "dbf"][..], &["dbf", "shp"]] {
        let map = take_bytes(&shapefile_zip(parts, &["61.01", "61.02"])).unwrap();
        assert_eq!(map.topology.shapes().len(), 2, "{parts:?}");
        assert_eq!(map.topology.neighbours().len(), 1);
    }
}

#[test]
fn a_shapefile_that_lacks_a_part_says_which() {
    let key = |bytes: &[u8]| keys(&take_bytes(bytes).unwrap_err())[0].to_owned();
    assert_eq!(key(&shapefile_zip(&["shp", "shx"], &[])), "boundary-error-missing-dbf");
    assert_eq!(key(&shapefile_zip(&["dbf"], &[])), "boundary-error-zip-without-boundaries");
    assert_eq!(key(&shapefile_zip(&["shp", "dbf"], &["61.01"])), "boundary-error-dbf");
    let projected = shapefile_zip(&["shp", "dbf", "prj"], &["61.01", "61.02"]);
    assert_eq!(key(&projected), "boundary-error-metres");
    assert_eq!(key(&[0, 0, 0x27, 0x0a, 0]), "boundary-error-bare-shapefile");
}

#[test]
fn what_is_no_boundary_file_is_refused_with_advice() {
    let key = |text: &str| keys(&take_bytes(text.as_bytes()).unwrap_err())[0].to_owned();
    assert_eq!(key(""), "boundary-error-empty");
    assert_eq!(key("SQLite format 3"), "boundary-error-unknown-format");
    assert_eq!(key("{\"type\":\"FeatureCollection\",\"features\":["), "boundary-error-json");
    assert_eq!(key("{\"type\":\"Survey\"}"), "boundary-error-json-type");
    assert_eq!(key("{\"type\":\"Topology\"}"), "boundary-error-topojson");
    assert_eq!(key("{\"type\":\"FeatureCollection\"}"), "boundary-error-no-features");
    assert_eq!(key("PK nothing"), "boundary-error-zip");
    let deep = format!("{{\"type\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(key(&deep), "boundary-error-json");
}

#[test]
fn a_scribble_is_refused_before_it_takes_time() {
    let scribble: Ring = (0..20_000_u32)
        .map(|n| {
            let spot = |prime: u32| f64::from(n.wrapping_mul(prime) % 9973) / 4000.0;
            (109.0 + spot(7919), spot(104_729))
        })
        .collect();
    let started = std::time::Instant::now();
    let said = refused(&[(r#"{"kode":"61.01"}"#, scribble)]);
    assert!(said.contains(&"boundary-error-crossing".to_owned()), "{said:?}");
    assert!(started.elapsed().as_secs() < 2);
}

fn damaged(mut bytes: Vec<u8>, hits: &[(usize, u8)], cut: usize) -> Vec<u8> {
    for (place, byte) in hits {
        let len = bytes.len();
        if let Some(at) = bytes.get_mut(place % len.max(1)) {
            *at = *byte;
        }
    }
    bytes.truncate(bytes.len().saturating_sub(cut));
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_file_is_taken_or_refused_but_never_a_panic(
        kind in 0..3usize,
        hits in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6),
        cut in prop_oneof![Just(0_usize), 0..400usize],
    ) {
        let whole = match kind {
            0 => geojson(&sound()).into_bytes(),
            1 => topojson().into_bytes(),
            _ => shapefile_zip(&["shp", "shx", "dbf"], &["61.01", "61.02"]),
        };
        if let Err(findings) = take_bytes(&damaged(whole, &hits, cut)) {
            prop_assert!(findings.iter().any(|finding| finding.severity == Severity::Error));
        }
    }

    #[test]
    fn a_damaged_shapefile_within_a_sound_zip_is_no_panic(
        hits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8),
        table in any::<bool>(),
    ) {
        // Through the readers themselves, since a zip's checksum would hide the damage.
        let sound = shapefile_zip(&["shp", "shx", "dbf"], &["61.01", "61.02"]);
        let mut archive = zip::ZipArchive::new(Cursor::new(sound)).unwrap();
        let mut part = |name: &str| {
            let mut bytes = Vec::new();
            std::io::copy(&mut archive.by_name(name).unwrap(), &mut bytes).unwrap();
            bytes
        };
        let (shp, dbf) = (part("batas/kab.shp"), part("batas/kab.dbf"));
        let (shp, dbf) =
            if table { (shp, damaged(dbf, &hits, 0)) } else { (damaged(shp, &hits, 0), dbf) };
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in [("a.shp", shp), ("a.dbf", dbf)] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        if let Err(findings) = take_bytes(&bytes) {
            prop_assert!(has_error(&findings));
        }
    }
}

// Against indicative boundaries, where they lie beside the checkout.

#[test]
fn neighbours_agree_with_those_of_the_indicative_boundaries() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let local = beside.join("data/local/boundaries");
    let (Ok(file), Ok(table)) = (
        std::fs::read(local.join("kabkota_514.topojson")),
        std::fs::read_to_string(local.join("kabkota_neighbours_queen.csv")),
    ) else {
        println!("skipped: no indicative boundaries beside the checkout");
        return;
    };
    let started = std::time::Instant::now();
    let map = import(&file, &Known::built_in(), &About::default()).unwrap();
    println!("imported {} regions in {:?}", map.topology.shapes().len(), started.elapsed());
    assert_eq!(map.topology.shapes().len(), 514);
    let around = neighbours(&map.topology, false);
    let code = |at: usize| map.topology.shapes()[at].code.as_str();
    let ours: BTreeSet<(String, String)> = around
        .land
        .iter()
        .map(|pair| (code(pair.shapes.0).to_owned(), code(pair.shapes.1).to_owned()))
        .collect();
    let theirs: BTreeSet<(String, String)> = table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
        })
        .filter(|(a, b)| a < b)
        .collect();
    let (more, fewer) = (ours.difference(&theirs).count(), theirs.difference(&ours).count());
    println!("{} pairs, {more} not listed, {fewer} listed but not found", ours.len());
    // Lines are compared on a grid of 11 m: pairs that touch in one point may differ.
    assert!(more <= 5 && fewer <= 5);
    let islands: BTreeSet<usize> = around.nearest.iter().map(|near| near.shape).collect();
    println!("{} regions without a land neighbour (31 listed)", islands.len());
    assert!((28..=34).contains(&islands.len()));
}
