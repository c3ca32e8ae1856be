//! How fast a national round is taken in: writes one as CSV or Parquet (642,500 rows × 60 columns
//! unless told otherwise), then reads it and prints seconds, rows and megabytes per second.
//!
//! `cargo run --release --example intake_speed -- [csv|parquet] [rows-per-region] [threads]`

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use selaras::instrument::{
    Aggregation, Attribute, AttributeKind, Band, Dimension, Evidence, Instrument, Item, Missing,
    Rules, Scale, Standing, Text, Variable,
};
use selaras::round::frame::{Frame, FrameRegion, Level};
use selaras::round::intake::{File as InFile, Options, Regions, intake};
use selaras::round::mapping::propose;
use selaras::sheet::{self, Sheet, Source};
use selaras_stats::random::Stream;

const REGIONS: usize = 514;
const ITEMS: usize = 54;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let format = arguments.next().unwrap_or_else(|| "csv".to_owned());
    let per_region: usize = arguments.next().map_or(Ok(1250), |text| text.parse())?;
    let threads: usize = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(format!("national.{format}"));
    if format == "parquet" {
        write_parquet(&path, per_region)?;
    } else {
        write_csv(&path, per_region)?;
    }
    let (frame, instrument) = (frame(), instrument());
    for _ in 0..5 {
        let (start, processor_before) = (Instant::now(), processor());
        let sheet = Sheet::open(Source::open(&path)?, "national", &sheet::Options::default())
            .map_err(|fault| format!("{fault:?}"))?;
        let sample = sheet.sample(2000).map_err(|fault| format!("{fault:?}"))?;
        let regions = Regions::new(&frame);
        let mapping = propose(&sheet, &sample, &instrument, &|text| regions.find(text), None);
        let proposed = start.elapsed();
        let files = [InFile { sheet: &sheet, mapping: &mapping }];
        let options = Options { threads, ..Options::default() };
        let mut answered = 0_u64;
        let report = intake(&files, &instrument, &frame, &options, &mut |answers, _| {
            answered += answers.len as u64;
            Some(answers)
        });
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{} rows, {} faults, {} duplicates; mapping {:.3} s, in all {:.3} s: {:.2} M rows/s, {:.0} MB/s; \
             {:.2} processor seconds; peak {} MB",
            report.kept,
            report.faults.count,
            report.quality.duplicates,
            proposed.as_secs_f64(),
            seconds,
            answered as f64 / seconds / 1e6,
            sheet.length() as f64 / seconds / 1e6,
            processor() - processor_before,
            peak(),
        );
    }
    Ok(())
}

/// Processor seconds of all threads so far, where the system tells them.
fn processor() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = status.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    (ticks(13).unwrap_or(0.0) + ticks(14).unwrap_or(0.0)) / 100.0
}

/// Peak resident memory in megabytes, where the system tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1024).to_string())
}

fn code(region: usize) -> String {
    format!("{:02}.{:02}", 11 + region / 20, 1 + region % 20)
}

fn answers(stream: &mut Stream) -> impl Iterator<Item = Option<u8>> + '_ {
    (0..ITEMS).map(|_| {
        let draw = stream.below(1000);
        (draw >= 30).then(|| 1 + (draw % 9) as u8)
    })
}

fn write_csv(path: &Path, per_region: usize) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "region,stratum,psu,weight,sex,age")?;
    for item in 0..ITEMS {
        write!(file, ",q{:02}", item + 1)?;
    }
    writeln!(file)?;
    let mut stream = Stream::new(1, "speed", 0);
    for region in 0..REGIONS {
        for row in 0..per_region {
            let psu = region * 25 + row % 25;
            let (sex, age) = (1 + stream.below(2), 17 + stream.below(60));
            let weight = 50.0 + stream.uniform() * 300.0;
            write!(file, "{},{},{psu},{weight:.3},{sex},{age}", code(region), psu / 5)?;
            for answer in answers(&mut stream) {
                match answer {
                    Some(answer) => write!(file, ",{answer}")?,
                    None => file.write_all(b",")?,
                }
            }
            file.write_all(b"\n")?;
        }
    }
    Ok(file.flush()?)
}

fn column<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), Box<dyn Error>> {
    let mut writer = group.next_column()?.ok_or("no column")?;
    writer.typed::<T>().write_batch(values, levels, None)?;
    Ok(writer.close()?)
}

fn write_parquet(path: &Path, per_region: usize) -> Result<(), Box<dyn Error>> {
    let mut schema = "message schema { required binary region (UTF8); required int32 stratum; \
                      required int32 psu; required double weight; required int32 sex; \
                      required int32 age;"
        .to_owned();
    for item in 0..ITEMS {
        schema.push_str(&format!(" optional int32 q{:02};", item + 1));
    }
    schema.push('}');
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(Default::default())).build();
    let mut writer = SerializedFileWriter::new(
        File::create(path)?,
        Arc::new(parse_message_type(&schema)?),
        Arc::new(properties),
    )?;
    let mut stream = Stream::new(1, "speed", 0);
    let rows: Vec<usize> = (0..REGIONS * per_region).collect();
    for rows in rows.chunks(262_144) {
        let mut group = writer.next_row_group()?;
        let region = |row: &usize| row / per_region;
        let psu = |row: &usize| (region(row) * 25 + row % 25) as i32;
        let codes: Vec<ByteArray> =
            rows.iter().map(|row| ByteArray::from(code(region(row)).as_str())).collect();
        column::<ByteArrayType>(&mut group, &codes, None)?;
        let strata: Vec<i32> = rows.iter().map(|row| psu(row) / 5).collect();
        column::<Int32Type>(&mut group, &strata, None)?;
        column::<Int32Type>(&mut group, &rows.iter().map(psu).collect::<Vec<_>>(), None)?;
        let weights: Vec<f64> = rows.iter().map(|_| 50.0 + stream.uniform() * 300.0).collect();
        column::<DoubleType>(&mut group, &weights, None)?;
        let mut whole = |from: u64, count: u64| -> Vec<i32> {
            rows.iter().map(|_| (from + stream.below(count)) as i32).collect()
        };
        column::<Int32Type>(&mut group, &whole(1, 2), None)?;
        column::<Int32Type>(&mut group, &whole(17, 60), None)?;
        for _ in 0..ITEMS {
            let drawn = whole(0, 1000);
            let levels: Vec<i16> = drawn.iter().map(|draw| i16::from(*draw >= 30)).collect();
            let values: Vec<i32> =
                drawn.iter().filter(|draw| **draw >= 30).map(|draw| 1 + draw % 9).collect();
            column::<Int32Type>(&mut group, &values, Some(&levels))?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn frame() -> Frame {
    let region = |code: String, level, parent| FrameRegion {
        name: format!("Kabupaten {code}"),
        code,
        level,
        parent,
        adults: None,
        outside: Vec::new(),
    };
    let mut regions = vec![
        region("ID".to_owned(), Level::Nation, None),
        region("11".to_owned(), Level::Province, Some(0)),
    ];
    regions.extend((0..REGIONS).map(|at| region(code(at), Level::Regency, Some(1))));
    Frame { name: "speed".to_owned(), regions }
}

fn instrument() -> Instrument {
    let text = |text: &str| Text { id: text.to_owned(), en: text.to_owned() };
    let evidence = Evidence::Proposed;
    let band = |id: &str, years| Band {
        id: id.to_owned(),
        name: text(id),
        years,
        aliases: Vec::new(),
        pointing: false,
        civil_servant: false,
    };
    let attribute = |id: &str, kind, bands| Attribute {
        id: id.to_owned(),
        kind,
        name: text(id),
        bands,
        officially_sensitive: false,
    };
    let item = |at| Item {
        id: format!("q{:02}", at + 1),
        variable: 0,
        component: None,
        weight: 1.0,
        reversed: false,
        text: text(""),
    };
    Instrument {
        id: "speed".to_owned(),
        version: "1".to_owned(),
        title: text("speed"),
        short_title: text("speed"),
        standing: Standing::Other,
        source: text(""),
        remarks: Vec::new(),
        scale: Scale { min: 1, max: 9, low: text("low"), high: text("high"), evidence },
        components: Vec::new(),
        component_evidence: evidence,
        dimensions: vec![Dimension { id: "D".to_owned(), name: text("D"), weight: 1.0 }],
        variables: vec![Variable {
            id: "V".to_owned(),
            name: text("V"),
            dimension: 0,
            weight: 1.0,
            asta_cita: Vec::new(),
            evidence,
        }],
        weight_evidence: evidence,
        items: (0..ITEMS).map(item).collect(),
        rules: Rules {
            aggregation: Aggregation::Respondent,
            missing: Missing::Renormalise,
            evidence,
        },
        categories: None,
        attributes: vec![
            attribute("sex", AttributeKind::Sex, vec![band("1", None), band("2", None)]),
            attribute(
                "age",
                AttributeKind::Age,
                vec![band("muda", Some((17, 35))), band("tua", Some((36, 120)))],
            ),
        ],
        sha256: String::new(),
    }
}
