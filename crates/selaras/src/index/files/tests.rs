use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use proptest::prelude::*;
use serde_json::Value;

use super::tables::EVERY_LEVEL;
use super::*;
use crate::index::attack::{self, Reader, arbitrary_rounds};
use crate::index::result::*;
use crate::index::{disclosure, fixture, random_rounds};
use crate::instrument::Text;
use crate::locale::{Language, Message};
use crate::render::table::Cell;
use crate::round::answers::Design;
use crate::round::official::Official;

fn instrument() -> &'static Instrument {
    crate::instrument::shipped_by_id("ihai-2025").unwrap()
}

fn files(result: &IndexResult) -> BTreeMap<String, Vec<u8>> {
    let words = Words::new(Language::Id);
    let rendered = File::ALL.into_iter().filter_map(|file| {
        let bytes = file.render(result, instrument(), None, words).unwrap()?;
        Some((file.name_for(result), bytes))
    });
    rendered.collect()
}

/// `files` by their names without the mark of simulated answers.
fn plain(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let bare = |name: String| name.trim_start_matches("DATA-SIMULASI-").to_owned();
    files.into_iter().map(|(name, bytes)| (bare(name), bytes)).collect()
}

fn file<'f>(files: &'f BTreeMap<String, Vec<u8>>, name: &str) -> &'f [u8] {
    &files[&format!("DATA-SIMULASI-{name}")]
}

proptest! {
    #![proptest_config(attack::rounds(48))]

    #[test]
    fn no_withheld_score_follows_from_all_public_files_of_two_rounds_together(
        provinces in arbitrary_rounds()
    ) {
        for design in [Design::OpenLink, Design::Recorded] {
            let internal = [
                fixture::with_change(&provinces, design),
                fixture::of_round(&provinces, design, 1),
            ];
            let public = internal.map(|of| disclosure::public(&of).unwrap());
            let shown = public.each_ref().map(|public| attack::shown(&plain(files(public))));
            let mut reader = Reader::new(&provinces, design);
            for (round, (public, shown)) in public.iter().zip(&shown).enumerate() {
                for region in &public.regions {
                    for (definition, score) in public.scores.iter().zip(&region.scores) {
                        let seen = (region.code.clone(), definition.id.clone());
                        prop_assert!(score.withheld.is_none() || !shown.scores.contains(&seen));
                    }
                }
                reader.read(shown, round);
            }
            let revealed = reader.revealed([&shown[0], &shown[1]]);
            prop_assert_eq!(revealed, Vec::<String>::new());
        }
    }
}

proptest! {
    #![proptest_config(attack::rounds(24))]

    #[test]
    fn no_withheld_score_follows_from_the_files_of_two_rounds_computed_of_random_answers(
        provinces in arbitrary_rounds(),
        recorded in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let design = if recorded { Design::Recorded } else { Design::OpenLink };
        let public = random_rounds::computed(&provinces, design, seed)
            .map(|internal| disclosure::public(&internal).unwrap());
        let shown = public.each_ref().map(|public| attack::shown(&plain(files(public))));
        let mut reader = Reader::new(&provinces, design);
        for (round, shown) in shown.iter().enumerate() {
            reader.read(shown, round);
        }
        prop_assert_eq!(reader.revealed([&shown[0], &shown[1]]), Vec::<String>::new());
        let counted: Vec<String> = (0..2).flat_map(|of| reader.counted(&shown[of], of)).collect();
        prop_assert_eq!(counted, Vec::<String>::new());
    }
}

#[test]
fn computed_random_rounds_publish_scores_changes_and_counts() {
    // Else the attack on them would have nothing to start from.
    let answers = |n| fixture::Answers { n, unanswered: [0; 2], values: [5.5, 6.5] };
    let leaf = |n| fixture::Leaf {
        adults: 100_000 + n,
        rounds: [Some(answers(n)), Some(answers(n))],
        apart: false,
        official: n == 800,
    };
    let provinces = [vec![leaf(800), leaf(400), leaf(60), leaf(50)], vec![leaf(300), leaf(2)]];
    for design in [Design::OpenLink, Design::Recorded] {
        let [now, _] = random_rounds::computed(&provinces, design, 1);
        let shown = attack::shown(&plain(files(&disclosure::public(&now).unwrap())));
        let codes = |seen: &attack::Seen| -> BTreeSet<String> {
            seen.iter().map(|(code, _)| code.clone()).collect()
        };
        let scores = codes(&shown.scores);
        assert!(["11", "11.01", "11.02", "12.01"].iter().all(|code| scores.contains(*code)));
        assert!(!["11.03", "11.04", "12.02"].iter().any(|code| scores.contains(*code)));
        assert!(codes(&shown.changes).contains("11.01"));
        assert!(shown.counts.contains(&("11".to_owned(), None)));
        assert!(!shown.counts.contains(&("12".to_owned(), None)));
        assert!(shown.official.contains("11.01"));
    }
}

#[test]
fn the_workbook_reads_back_as_the_tables_it_was_made_of() {
    let result = everything();
    let teller = Teller {
        result: &result,
        instrument: instrument(),
        official: None,
        words: Words::new(Language::Id),
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(teller.workbook().unwrap())).unwrap();
    let sheets = teller.sheets();
    assert_eq!(book.sheet_names().len(), sheets.len());
    for (key, table) in sheets {
        let range = book.worksheet_range(&teller.say(key)).unwrap();
        let rows: Vec<&[Data]> = range.rows().collect();
        assert!(rows.iter().flat_map(|row| row.iter()).any(|cell| cell == "DATA SIMULASI"));
        let heads: Vec<String> = table.columns.iter().map(|column| column.full_head()).collect();
        let head = rows
            .iter()
            .position(|row| row.iter().zip(&heads).all(|(cell, head)| *cell == head.as_str()))
            .unwrap_or_else(|| panic!("{key}: no head {heads:?}"));
        for (read, row) in rows[head + 1..].iter().zip(&table.rows) {
            for (at, cell) in row.cells.iter().enumerate() {
                match cell {
                    Cell::Empty => assert!(matches!(read[at], Data::Empty)),
                    Cell::Text(text) | Cell::Absent(text) if text.is_empty() => {}
                    Cell::Text(text) | Cell::Absent(text) => assert_eq!(read[at], text.as_str()),
                    Cell::Whole(whole) => assert_eq!(read[at], *whole as f64),
                    Cell::Number(number) => assert_eq!(read[at], *number),
                    Cell::Date(_) => {}
                }
            }
        }
    }
}

#[test]
fn the_public_workbook_has_no_sheet_for_the_office_alone() {
    let public = disclosure::public(&everything()).unwrap();
    let teller = Teller {
        result: &public,
        instrument: instrument(),
        official: None,
        words: Words::new(Language::Id),
    };
    let names: Vec<&str> = teller.sheets().iter().map(|(name, _)| *name).collect();
    for internal in ["components", "low-cells", "movements", "unflagged", "districts"] {
        assert!(!names.contains(&format!("files-sheet-{internal}").as_str()), "{names:?}");
    }
    assert!(names.contains(&"files-sheet-change"));
}

#[test]
fn rings_are_closed_and_outer_ones_run_counter_clockwise() {
    let public = disclosure::public(&fixture::result(&[vec![(1_250, 100_000); 3]])).unwrap();
    let files = files(&public);
    let json: Value = serde_json::from_slice(file(&files, "peta.geojson")).unwrap();
    let features = json["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    for feature in features {
        assert_eq!(feature["properties"]["map"], "Peta skematis, bukan batas wilayah");
        assert_eq!(feature["properties"]["simulated"], "DATA SIMULASI");
        for polygon in feature["geometry"]["coordinates"].as_array().unwrap() {
            for (at, ring) in polygon.as_array().unwrap().iter().enumerate() {
                let points: Vec<(f64, f64)> = ring
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|point| (point[0].as_f64().unwrap(), point[1].as_f64().unwrap()))
                    .collect();
                assert!(points.len() >= 4 && points.first() == points.last());
                let area: f64 = points
                    .windows(2)
                    .map(|pair| pair[0].0 * pair[1].1 - pair[1].0 * pair[0].1)
                    .sum();
                assert!(if at == 0 { area > 0.0 } else { area < 0.0 });
                // Aceh, in degrees east and north.
                assert!(
                    points
                        .iter()
                        .all(|(lon, lat)| (94.0..99.0).contains(lon) && (1.0..7.0).contains(lat))
                );
            }
        }
    }
}

#[test]
fn the_report_stands_alone_and_says_what_it_is() {
    let public = disclosure::public(&fixture::result(&[vec![(1_250, 100_000); 3]])).unwrap();
    let files = files(&public);
    let report = std::str::from_utf8(file(&files, "laporan.html")).unwrap();
    for forbidden in ["<script", "<link", "src=", "url(http", " style=", "@import"] {
        assert!(!report.contains(forbidden), "{forbidden}");
    }
    for needed in ["DATA SIMULASI", "bukan hasil resmi Kemendagri", "bukan sampel acak", "<svg"] {
        assert!(report.contains(needed), "{needed}");
    }
    assert!(report.len() < 300_000);
}

#[test]
fn a_part_holds_one_province_with_its_kabupaten_and_says_of_them_what_the_whole_says() {
    let leaves = vec![(1_250, 100_000), (400, 90_000)];
    let mut whole =
        fixture::compared(&[leaves.clone(), leaves], &[500, 500, 500, 500], Design::OpenLink);
    let family =
        |region: &str| LowCellFamily { region: region.to_owned(), searched: 3, cells: Vec::new() };
    whole.low_cells = ["11", "11.01", "12", "12.02"].map(family).into();
    let part = whole.part("12").unwrap();
    let codes: Vec<&str> = part.regions.iter().map(|region| region.code.as_str()).collect();
    assert_eq!(codes, ["12", "12.01", "12.02"]);
    let own = |region: &RegionResult| whole.regions.contains(region);
    assert!(part.regions.iter().all(own));
    let searched: Vec<&str> = part.low_cells.iter().map(|of| of.region.as_str()).collect();
    assert_eq!(searched, ["12", "12.02"]);
    let change = part.change.as_ref().unwrap().regions.iter();
    assert_eq!(change.map(|of| of.region.as_str()).collect::<Vec<_>>(), codes);
    assert_eq!(part.notes[0].key, "index-note-part");
    assert_eq!(File::Workbook.name_of_part(&whole, "12"), "DATA-SIMULASI-indeks-12.xlsx");
    assert_eq!(whole.part("13"), None);
    let scores = &files(&part)["DATA-SIMULASI-skor.csv"];
    let scores = attack::csv(scores);
    assert!(scores.iter().all(|row| row["Kode"].starts_with("12")));
}

#[test]
fn the_report_tells_dimensions_and_variables_with_intervals_and_whose_score_is_not_adjusted() {
    let mut result = everything();
    let reasons = ["index-not-adjusted-few", "index-not-adjusted-parts", "index-not-adjusted-few"];
    for (region, reason) in result.regions.iter_mut().skip(1).zip(reasons) {
        region.not_adjusted = Some(Message::new(reason));
    }
    let files = files(&result);
    let report = std::str::from_utf8(file(&files, "laporan.html")).unwrap();
    let words = Words::new(Language::Id);
    for at in 1..4 {
        let score = &result.regions[2].scores[at];
        let (low, high) = score.ends(result.instrument.scale).unwrap();
        let [value, low, high] =
            [score.value.unwrap(), low, high].map(|number| words.number(number, 2));
        let told = format!("{value} ({low}–{high})");
        assert!(report.contains(&told), "{told}");
    }
    assert_eq!(report.matches("<dt>Skor disesuaikan susunan</dt>").count(), 1);
    let [first, second] = [1, 3].map(|at| result.regions[at].name.as_str());
    assert!(report.contains(&format!("(Berlaku bagi {first}, {second}.)")), "{report}");
}

/// The whole country, every kab/kota with the figures that an open link has.
fn national() -> IndexResult {
    let mut result = fixture::result(&[vec![(1_250, 100_000)]]);
    let models = std::mem::take(&mut result.regions);
    let frame = crate::region::frame(&[]).unwrap();
    for (at, place) in frame.regions.iter().enumerate() {
        let mut region = models.iter().find(|model| model.level == place.level).unwrap().clone();
        region.code = place.code.clone();
        region.name = place.name.clone();
        region.parent = place.parent.map(|at| frame.regions[at as usize].code.clone());
        for score in &mut region.scores {
            let value = 5.0 + (at * 37 % 300) as f64 / 100.0;
            score.value = Some(value);
            score.interval = Some(Interval {
                low: value - 0.31,
                high: value + 0.32,
                kind: IntervalKind::Random,
                df: 41.0,
                clusters: 42,
                coarse: false,
            });
            score.shifts = vec![Shift { correlation: 0.01, shift: 0.21 }];
        }
        result.regions.push(region);
    }
    result
}

#[test]
fn the_public_report_of_the_nation_stays_light_and_leaves_no_region_out() {
    let public = disclosure::public(&national()).unwrap();
    let words = Words::new(Language::Id);
    let report = File::Report.render(&public, instrument(), None, words).unwrap().unwrap();
    let report = String::from_utf8(report).unwrap();
    assert!(report.len() <= 300_000, "{}", report.len());
    for region in &public.regions {
        assert!(report.contains(&format!("<th scope=row>{}<td>", region.code)), "{}", region.code);
    }
}

#[test]
fn the_share_of_civil_servants_stands_beside_each_score_with_the_populations_or_no_data() {
    let mut internal = everything();
    internal.regions[2].composition[0].population_share = Some(0.03);
    let public = disclosure::public(&internal).unwrap();
    let said = |result: &IndexResult, row: usize| -> Cell {
        let teller = Teller {
            result,
            instrument: instrument(),
            official: None,
            words: Words::new(Language::Id),
        };
        let table = teller.index_in_short(&EVERY_LEVEL);
        let at = table.columns.iter().position(|column| column.id == "civil_servants").unwrap();
        table.rows[row].cells[at].clone()
    };
    assert_eq!(said(&internal, 1), "20,0\u{a0}% / belum ada data".into());
    assert_eq!(said(&internal, 2), "20,0\u{a0}% / 3,0\u{a0}%".into());
    assert_eq!(said(&public, 2), "20\u{a0}% / 3\u{a0}%".into());
    // The score of the province would tell that of the kabupaten with 83 answers: it is not shown,
    // nor anything beside it.
    assert_eq!(said(&public, 1), Cell::Empty);
}

#[test]
fn a_cell_that_was_low_is_followed_against_what_was_to_be_expected() {
    let result = everything();
    let teller = Teller {
        result: &result,
        instrument: instrument(),
        official: None,
        words: Words::new(Language::Id),
    };
    let table = teller.movements().unwrap();
    let numbers = [4.8, 5.0, 4.7, 5.3, 5.0, 0.0].map(Cell::Number);
    assert_eq!(table.rows[0].cells[3..9], numbers);
    assert!(table.filters.iter().any(|(_, said)| said.contains("diharapkan terjadi tanpa")));
}

#[test]
fn an_interval_beyond_the_scale_is_written_up_to_its_end_and_the_method_says_so() {
    let mut result = everything();
    let index = &mut result.regions[2].scores[0];
    let interval = index.interval.as_mut().unwrap();
    (interval.low, interval.high) = (0.4, 9.7);
    let interval = index.interval.clone();
    let teller = Teller {
        result: &result,
        instrument: instrument(),
        official: None,
        words: Words::new(Language::Id),
    };
    let ends = (teller.low(interval.as_ref()), teller.high(interval.as_ref()));
    assert_eq!(ends, (Some(1.0), Some(9.0)));
    let said = Cell::from(teller.say("files-interval-cut"));
    assert!(teller.method().rows.iter().any(|row| row.cells.contains(&said)));
}

#[test]
fn no_word_of_a_file_stands_outside_the_message_files() {
    // Data, names and numbers are the same in every language; words of messages turn into blocks.
    let result = everything();
    let teller = Teller {
        result: &result,
        instrument: instrument(),
        official: None,
        words: Words::new(Language::Pseudo),
    };
    for (_, table) in teller.sheets() {
        for column in &table.columns {
            let names: Vec<&str> = result.scores.iter().map(|of| of.name.id.as_str()).collect();
            let plain = column.head.chars().any(char::is_alphabetic);
            assert!(!plain || names.iter().any(|name| column.head.contains(name)), "{column:?}");
        }
        assert!(!table.title.chars().any(char::is_alphabetic), "{}", table.title);
    }
}

/// A result in which every kind of value occurs.
fn everything() -> IndexResult {
    let mut result = fixture::result(&[vec![(1_250, 100_000), (83, 50_000), (0, 20_000)]]);
    let text = |name: &str| Text { id: name.to_owned(), en: name.to_owned() };
    let interval = Interval {
        low: 5.8,
        high: 6.2,
        kind: IntervalKind::Random,
        df: 41.0,
        clusters: 42,
        coarse: true,
    };
    let score = Score {
        n: Some(1_250),
        value: Some(6.0),
        weight: Some(80.0),
        se: Some(0.1),
        deff: Some(2.5),
        interval: Some(interval.clone()),
        adjusted: Some(Adjusted { value: 6.1, difference: 0.1 }),
        shifts: vec![Shift { correlation: 0.01, shift: 0.21 }],
        categories: vec![text("sedang")],
        bounds: Some((5.5, 6.5)),
        standing: Some(Verdict::Fragile),
        without_flagged: Some(WithoutFlagged { n: Some(1_240), value: Some(5.9), withheld: None }),
        ..Score::default()
    };
    let regency = &mut result.regions[2];
    regency.scores[0] = score.clone();
    regency.not_adjusted = Some(Message::new("index-not-adjusted-unplaced"));
    regency.districts.push(DistrictResult {
        code: "11.01.01".to_owned(),
        name: "Satu".to_owned(),
        scores: vec![score; result.scores.len()],
    });
    result.regions[1].official = Some(Official {
        value: 6.4,
        source: "Kementerian Dalam Negeri".to_owned(),
        date: jiff::civil::date(2026, 1, 12),
    });
    result.inputs.push(InputRef {
        name: "jawaban.csv".to_owned(),
        sha256: "0".repeat(64),
        rows: 1_340,
        kept: 1_333,
    });
    result.low_cells.push(LowCellFamily {
        region: "11".to_owned(),
        searched: 24,
        cells: vec![LowCell {
            region: "11.01".to_owned(),
            score: "cell-X1-P".to_owned(),
            value: 5.0,
            shrunken: 5.1,
            province: 6.0,
            q: 0.01,
            n: 1_250,
            interval: Some(interval),
            groups: vec![GroupScore {
                attribute: "usia".to_owned(),
                band: "17_24".to_owned(),
                name: text("17–24"),
                score: result.regions[2].scores[0].clone(),
                low: Some(true),
            }],
        }],
    });
    result.change = Some(Change {
        before: "Putaran 2025".to_owned(),
        not_comparable: Vec::new(),
        remarks: vec![Message::new("index-change-ramadan-both")],
        regions: vec![RegionChange {
            region: "11.01".to_owned(),
            not_comparable: None,
            public_before: true,
            scores: vec![
                ScoreChange {
                    n: Some(1_250),
                    n_before: Some(1_240),
                    weight_before: Some(81.0),
                    before: Some(5.9),
                    difference: Some(0.1),
                    interval: Some((-0.1, 0.3)),
                    verdict: Some(Verdict::NotTold),
                    withheld: None,
                };
                result.scores.len()
            ],
        }],
        cells: vec![Movement {
            region: "11.01".to_owned(),
            score: "cell-X1-P".to_owned(),
            before: 4.8,
            expected: 5.0,
            chance: (4.7, 5.3),
            now: 5.0,
            similar: Some(0.0),
            verdict: Verdict::NotTold,
        }],
    });
    result.notes.push(Message::new("index-note-incomplete").with("n", 1_i64));
    result
}

#[test]
fn every_field_of_the_result_is_explained_in_the_schema() {
    fn fields(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => object.iter().for_each(|(name, value)| {
                found.insert(name.clone());
                fields(value, found);
            }),
            Value::Array(values) => values.iter().for_each(|value| fields(value, found)),
            _ => {}
        }
    }
    let schema = include_str!("../../../../../docs/result-schema.md");
    let mut found = BTreeSet::new();
    fields(&serde_json::to_value(everything()).unwrap(), &mut found);
    assert!(found.len() > 90, "{}", found.len());
    let missing: Vec<&String> =
        found.iter().filter(|name| !schema.contains(&format!("`{name}`"))).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn downloads_show_the_official_boundaries_that_an_office_has_imported() {
    let result = fixture::result(&[vec![(1_250, 100_000); 3]]);
    let (instrument, words) = (instrument(), Words::new(Language::Id));
    let official = Map {
        topology: std::sync::Arc::new(
            crate::region::schematic(crate::region::Level::Regency).clone(),
        ),
        official: Some(crate::region::atlas::Official {
            source: "Badan Uji".into(),
            date: "Maret 2026".into(),
            file: "batas.geojson".into(),
            imported: jiff::Timestamp::UNIX_EPOCH,
            regions: 514,
            report: Vec::new(),
        }),
    };
    for (map, said, unsaid) in [
        (Some(&official), "Batas wilayah: Badan Uji, Maret 2026", "Peta skematis"),
        (None, "Peta skematis", "Badan Uji"),
    ] {
        for file in [File::Map, File::Report] {
            let bytes = file.render(&result, instrument, map, words).unwrap().unwrap();
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(said) && !text.contains(unsaid), "{file:?}: {said}");
        }
    }
}
