//! What a simulated round promises.

use std::collections::{BTreeMap, BTreeSet};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::*;
use crate::instrument::{AttributeKind, shipped, shipped_by_id};
use crate::region;
use crate::round::intake::Regions;
use crate::round::mapping::{self, Confidence, Reading, Role};
use crate::round::margins::{self, CIVIL_SERVANT, CIVIL_SERVANTS};
use crate::sheet::{Options, Sheet, Source};

/// Kab/kota like those of West Kalimantan: 14, with some kecamatan each.
fn places() -> Vec<Place> {
    (1..=14_u64)
        .map(|at| Place {
            code: format!("61.{at:02}"),
            name: format!("Kabupaten {at}"),
            population: 100_000 + 40_000 * at,
            districts: (1..=5 + at % 7).map(|d| format!("61.{at:02}.{d:02}")).collect(),
        })
        .collect()
}

fn csv(plan: &Plan) -> String {
    let places = places();
    let instrument = shipped_by_id("ihai-2023").unwrap();
    let mut bytes = Vec::new();
    Simulation::new(plan.clone(), instrument, &places).write_csv(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_same_seed_is_the_same_bytes_and_another_seed_is_not() {
    let plan = Plan::default();
    assert_eq!(csv(&plan), csv(&plan));
    assert_ne!(csv(&plan), csv(&Plan { seed: 7, ..plan }));
}

#[test]
fn numbers_of_answers_are_uneven_as_in_life() {
    let places = places();
    let simulation = Simulation::new(Plan::default(), shipped_by_id("ihai-2023").unwrap(), &places);
    let mut sizes: Vec<u64> = simulation.truth().regions.iter().map(|region| region.n).collect();
    let rows = csv(&Plan::default()).lines().count() as u64 - 1;
    assert_eq!(sizes.iter().sum::<u64>(), rows);
    sizes.sort_unstable();
    assert_eq!((sizes[0], sizes[1], sizes[13]), (0, 83, 2_500));
    assert!(
        sizes[2..13].iter().any(|&n| n < 1_250) && sizes[2..13].windows(2).any(|p| p[0] != p[1])
    );
}

#[test]
fn every_file_name_says_that_the_data_are_simulated() {
    let folder = tempfile::tempdir().unwrap();
    let places = places();
    let instrument = shipped_by_id("ihai-2025").unwrap();
    let plan = Plan { sizes: Sizes::Each(20), ..Plan::default() };
    let written =
        Simulation::new(plan, instrument, &places).write(folder.path(), Format::Csv).unwrap();
    assert_eq!(written.rows, 280);
    for path in [Some(written.answers), written.margins, Some(written.truth)] {
        let name = path.unwrap().file_name().unwrap().to_string_lossy().into_owned();
        assert!(name.starts_with("DATA-SIMULASI-ihai-2025-2026-putaran-1-"), "{name}");
    }
}

#[test]
fn every_answer_is_on_the_scale_or_missing_at_about_the_rate_asked() {
    let text = csv(&Plan { missing: 0.1, ..Plan::default() });
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(head.len(), 4 + 4 + 30);
    let (mut cells, mut missing) = (0, 0);
    for line in lines {
        // The only quoted field is the occupation.
        let fields: Vec<&str> = line.rsplitn(31, ',').take(30).collect();
        for field in fields {
            cells += 1;
            if field.is_empty() {
                missing += 1;
            } else {
                assert!((1..=9).contains(&field.parse::<u8>().unwrap()), "{line}");
            }
        }
    }
    let rate = f64::from(missing) / f64::from(cells);
    assert!((rate - 0.1).abs() < 0.003, "{rate}");
}

#[test]
fn a_large_recorded_sample_finds_the_truth() {
    let places = &places()[..3];
    let instrument = shipped_by_id("ihai-2023").unwrap();
    let plan = Plan { design: Design::Recorded, sizes: Sizes::Each(40_000), ..Plan::default() };
    let simulation = Simulation::new(plan, instrument, places);
    let truth = simulation.truth();
    let index = truth.scores.iter().position(|id| id == "index").unwrap();
    for (at, region) in truth.regions.iter().enumerate() {
        let sample = simulation.sample(at);
        let mut out = vec![0.0; simulation.scorer.len()];
        let (mut sum, mut weights) = (0.0, 0.0);
        for r in 0..sample.len {
            simulation.scorer.score(|item| sample.items[item][r], &mut out);
            sum += sample.design[r].2 * out[index];
            weights += sample.design[r].2;
        }
        // 50 PSUs share effects of 0.4 and of their kecamatan: standard error about 0.065.
        let error = sum / weights - region.scores[index];
        assert!(error.abs() < 0.2, "{}: {error}", region.code);
    }
}

#[test]
fn the_expected_answer_is_what_many_answers_average_to() {
    // Without any sharing the mean of 200,000 answers has a standard error of 0.003.
    let places = [Place {
        code: "61.01".into(),
        name: "A".into(),
        population: 10_000,
        districts: vec!["61.01.01".into()],
    }];
    let instrument = shipped_by_id("contoh-layanan-desa").unwrap();
    let plan = Plan { sizes: Sizes::Each(200_000), missing: 0.0, ..Plan::default() };
    let simulation = Simulation::new(plan, instrument, &places);
    let truth = simulation.truth();
    let sample = simulation.sample(0);
    let item = instrument.items.iter().position(|item| item.id == "q1").unwrap();
    let mean = sample.items[item].iter().map(|&a| f64::from(a)).sum::<f64>() / sample.len as f64;
    let at = truth.scores.iter().position(|id| id == "variable-persyaratan").unwrap();
    // People of the youngest band answer more readily and 0.1 lower, which moves the mean a little.
    assert!((mean - truth.regions[0].scores[at]).abs() < 0.05, "{mean}");
}

#[test]
fn no_region_is_low_or_high_whatever_the_seed() {
    let places = places();
    let instrument = shipped_by_id("ihai-2023").unwrap();
    let seeds = 200;
    let mut below = vec![0_u32; places.len()];
    for seed in 0..seeds {
        let truth = Simulation::new(Plan { seed, ..Plan::default() }, instrument, &places).truth();
        let index: Vec<f64> = truth.regions.iter().map(|region| region.scores[0]).collect();
        let mean = index.iter().sum::<f64>() / index.len() as f64;
        for (count, score) in below.iter_mut().zip(&index) {
            *count += u32::from(*score < mean);
        }
    }
    // Each count is binomial(200, ½): standard deviation 7.
    assert!(below.iter().all(|&count| (70..=130).contains(&count)), "{below:?}");
}

#[test]
fn civil_servants_answer_far_more_readily_than_they_are_many() {
    let places = places();
    let instrument = shipped_by_id("ihai-2023").unwrap();
    let simulation = Simulation::new(Plan::default(), instrument, &places);
    let occupation =
        instrument.attributes.iter().position(|a| a.kind == AttributeKind::Occupation).unwrap();
    let civil =
        instrument.attributes[occupation].bands.iter().position(|b| b.civil_servant).unwrap();
    let (mut asked, mut found) = (0, 0);
    for at in 0..places.len() {
        let sample = simulation.sample(at);
        asked += sample.attributes[occupation].iter().filter(|&&band| band > 0).count();
        found +=
            sample.attributes[occupation].iter().filter(|&&b| usize::from(b) == civil + 1).count();
    }
    let share = found as f64 / asked as f64;
    assert!((share - 0.25).abs() < 0.02, "{share}");
    for margin in simulation.margins().iter().filter(|margin| margin.attributes == [CIVIL_SERVANTS])
    {
        let population = margin.share(CIVIL_SERVANTS, CIVIL_SERVANT).unwrap();
        assert!((population - 0.03).abs() < 0.001, "{population}");
    }
}

#[test]
fn every_region_but_one_has_margins_that_sum_to_its_adults() {
    let places = places();
    let simulation = Simulation::new(Plan::default(), shipped_by_id("ihai-2023").unwrap(), &places);
    let truth = simulation.truth();
    let margins = simulation.margins();
    let with: BTreeSet<&String> = margins.iter().map(|margin| &margin.region).collect();
    assert_eq!(with.len(), 13);
    assert_eq!(margins.len(), 13 * 4, "sex × age, education, civil servants, kecamatan");
    for region in &truth.regions {
        assert_eq!(region.margins, with.contains(&region.code));
        for margin in margins.iter().filter(|margin| margin.region == region.code) {
            let sum: u64 = margin.persons.iter().map(|(_, persons)| persons).sum();
            assert!(sum.abs_diff(region.adults) < 12, "{} {:?}", region.code, margin.attributes);
            assert_eq!(margin.source, MARK);
        }
    }
}

#[test]
fn margins_are_read_back_as_they_were_made() {
    let folder = tempfile::tempdir().unwrap();
    let places = places();
    let instrument = shipped_by_id("ihai-2023").unwrap();
    let plan = Plan { sizes: Sizes::Each(1), ..Plan::default() };
    let simulation = Simulation::new(plan, instrument, &places);
    let written = simulation.write(folder.path(), Format::Csv).unwrap();
    let read = margins::read(&written.margins.unwrap(), instrument, &|_| None).unwrap();
    assert_eq!(read, simulation.margins());
}

#[test]
fn places_are_those_of_the_frame_with_their_kecamatan() {
    let frame = region::frame(&["61".parse().unwrap()]).unwrap();
    let places = Place::all_of(&frame);
    assert_eq!(places.len(), 14);
    assert_eq!(places.iter().map(|place| place.districts.len()).sum::<usize>(), 174);
    assert!(places.iter().all(|p| p.districts.iter().all(|d| d.starts_with(&p.code))));
}

#[test]
fn a_second_round_differs_only_where_the_truth_says_raised() {
    let places = places();
    let instrument = shipped_by_id("ihai-2023").unwrap();
    let truth =
        |round| Simulation::new(Plan { round, ..Plan::default() }, instrument, &places).truth();
    let (first, second) = (truth(1), truth(2));
    let mut raised = 0;
    for (before, after) in first.regions.iter().zip(&second.regions) {
        assert!(before.raised.is_empty());
        assert_eq!(before.low, after.low);
        for (id, (old, new)) in second.scores.iter().zip(before.scores.iter().zip(&after.scores)) {
            if id.starts_with("cell-") {
                if after.raised.contains(id) {
                    raised += 1;
                    assert!((0.35..=0.5).contains(&(new - old)), "{id}: {old} → {new}");
                } else {
                    assert_eq!(old, new, "{id}");
                }
            }
        }
    }
    assert!((5..60).contains(&raised), "{raised} of 420");
}

#[test]
fn recruits_of_one_cluster_are_more_alike_than_people_at_large() {
    let places = places();
    let simulation = Simulation::new(
        Plan { sizes: Sizes::Each(4_000), ..Plan::default() },
        shipped_by_id("ihai-2023").unwrap(),
        &places,
    );
    let sample = simulation.sample(0);
    let mut clusters: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    let mut out = vec![0.0; simulation.scorer.len()];
    for r in 0..sample.len {
        simulation.scorer.score(|item| sample.items[item][r], &mut out);
        let key = (sample.district[r], sample.link[r], sample.moment[r].0);
        clusters.entry(key).or_default().push(out[0]);
    }
    assert!(clusters.len() > 50, "{}", clusters.len());
    let all: Vec<f64> = clusters.values().flatten().copied().collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let variance = all.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / all.len() as f64;
    let within = clusters
        .values()
        .map(|ys| {
            let mean = ys.iter().sum::<f64>() / ys.len() as f64;
            ys.iter().map(|y| (y - mean).powi(2)).sum::<f64>()
        })
        .sum::<f64>()
        / (all.len() - clusters.len()) as f64;
    assert!(within < 0.93 * variance, "{within} of {variance}");
}

#[test]
fn parquet_holds_what_csv_holds() {
    let places = places();
    let instrument = shipped_by_id("ihai-2023").unwrap();
    for design in [Design::OpenLink, Design::Recorded] {
        let plan = Plan { design, ..Plan::default() };
        let text = csv(&plan);
        let simulation = Simulation::new(plan, instrument, &places);
        let mut kept = tempfile::tempfile().unwrap();
        let rows = simulation.write_parquet(&mut kept).unwrap();
        assert_eq!(rows as usize, text.lines().count() - 1);
        let file = SerializedFileReader::new(kept).unwrap();
        let mut lines = text.lines();
        assert_eq!(
            lines.next().unwrap().split(',').map(str::to_owned).collect::<Vec<_>>(),
            simulation.header()
        );
        for (row, line) in file.get_row_iter(None).unwrap().zip(lines) {
            let row = row.unwrap();
            let fields: Vec<String> = row
                .get_column_iter()
                .map(|(head, field)| match field {
                    Field::Null => String::new(),
                    Field::Str(text) if text.contains(',') => format!("\"{text}\""),
                    Field::Str(text) => text.clone(),
                    Field::Double(number) if head == "bobot" => format!("{number:.4}"),
                    Field::Double(number) => format!("{number:.0}"),
                    other => other.to_string(),
                })
                .collect();
            assert_eq!(fields.join(","), line.to_owned());
        }
    }
}

#[test]
fn the_national_benchmark_has_sixty_columns_and_fifteen_scores() {
    let file = include_str!("../../tests/instruments/national.toml");
    let instrument = Instrument::parse("national.toml", file.as_bytes()).unwrap();
    let places = places();
    let plan = Plan { design: Design::Recorded, sizes: Sizes::Total(1_000), ..Plan::default() };
    let simulation = Simulation::new(plan, &instrument, &places);
    assert_eq!(simulation.header().len(), 60);
    assert_eq!(instrument.scores().len(), 15);
    let rows = simulation.write_csv(&mut std::io::sink()).unwrap();
    assert_eq!(rows, 1_000);
}

/// What a column called `header` of a simulated file is.
fn meant(header: &str, instrument: &Instrument) -> Role {
    let item = instrument.items.iter().find(|item| item.id == header);
    match (header, item) {
        ("waktu", _) => Role::Moment { order: Some(mapping::DateOrder::YearFirst) },
        ("kode_wilayah", _) => Role::Region,
        ("kode_kecamatan", _) => Role::District,
        ("tautan", _) => Role::Link,
        ("strata", _) => Role::Stratum,
        ("psu", _) => Role::Psu,
        ("bobot", _) => Role::Weight,
        ("jumlah_psu", _) => Role::Fpc,
        (_, Some(item)) => Role::Item { item: item.id.clone(), labels: BTreeMap::new() },
        (attribute, None) => Role::Attribute {
            attribute: attribute.to_owned(),
            reading: Reading::Bands,
            labels: BTreeMap::new(),
        },
    }
}

#[test]
fn every_column_is_proposed_for_what_it_is_without_a_question() {
    let frame = region::frame(&["61".parse().unwrap()]).unwrap();
    let places = Place::all_of(&frame);
    let regions = Regions::new(&frame);
    let find = |text: &str| regions.find(text);
    let folder = tempfile::tempdir().unwrap();
    for instrument in shipped() {
        for design in [Design::OpenLink, Design::Recorded] {
            for format in [Format::Csv, Format::Parquet] {
                let plan = Plan { design, sizes: Sizes::Each(40), ..Plan::default() };
                let simulation = Simulation::new(plan, instrument, &places);
                let written = simulation.write(folder.path(), format).unwrap();
                let source = Source::open(&written.answers).unwrap();
                let name = written.answers.file_name().unwrap().to_string_lossy().into_owned();
                let sheet = Sheet::open(source, &name, &Options::default()).unwrap();
                let sample = sheet.sample(2_000).unwrap();
                let proposed = mapping::propose(&sheet, &sample, instrument, &find, Some(2026));
                assert_eq!(proposed.columns.len(), simulation.header().len());
                for (column, header) in proposed.columns.iter().zip(simulation.header()) {
                    assert_eq!(column.role, meant(&header, instrument), "{name}: {header}");
                    assert_eq!(column.confidence, Confidence::Sure, "{name}: {header}");
                }
                assert_eq!(proposed.questions(), Vec::new(), "{name}");
            }
        }
    }
}
