//! Writing a simulated round as an office would have it: one file of answers, margins of the
//! population for raking, and the truth.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::answers::{LINKS, Sample};
use super::population::{RegionTruth, Truth};
use super::{DAYS, Simulation};
use crate::instrument::Attribute;
use crate::locale::{Message, cause};
use crate::round::answers::Design;
use crate::round::margins::Margin;

/// Rows of a row group of Parquet, reached by putting whole regions together.
const GROUP: usize = 65_536;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CSV with commas.
    Csv,
    /// Parquet, compressed with Snappy.
    Parquet,
}

/// Why a simulated round could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The file system.
    #[error("file: {0}")]
    File(#[from] io::Error),
    /// The Parquet writer.
    #[error("Parquet: {0}")]
    Parquet(#[from] ParquetError),
    /// The JSON writer.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl SimulateError {
    /// The error in words for people.
    #[must_use]
    pub fn message(&self) -> Message {
        let reason = match self {
            Self::File(error) => cause::of_system(error),
            Self::Parquet(_) | Self::Json(_) => cause::technical(self),
        };
        Message::new("simulate-error-write").with("reason", reason)
    }
}

/// The files of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Answers.
    pub answers: PathBuf,
    /// Margins for raking; none for a recorded design.
    pub margins: Option<PathBuf>,
    /// Truth.
    pub truth: PathBuf,
    /// Rows of answers.
    pub rows: u64,
}

impl Simulation<'_> {
    /// Writes answers, margins and truth into the folder `out`, which is there already.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn write(&self, out: &Path, format: Format) -> Result<Written, SimulateError> {
        let named = |end: &str| out.join(format!("{}-{end}", self.stem()));
        let (answers, rows) = match format {
            Format::Csv => {
                let path = named("jawaban.csv");
                let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
                let rows = self.write_csv(&mut file)?;
                file.flush()?;
                (path, rows)
            }
            Format::Parquet => {
                let path = named("jawaban.parquet");
                let rows = self.write_parquet(File::create(&path)?)?;
                (path, rows)
            }
        };
        let margins = if self.plan.design == Design::OpenLink {
            let path = named("susunan-penduduk.csv");
            let mut file = BufWriter::new(File::create(&path)?);
            self.write_margins(&mut file)?;
            file.flush()?;
            Some(path)
        } else {
            None
        };
        let truth = named("kebenaran.json");
        let mut file = BufWriter::new(File::create(&truth)?);
        serde_json::to_writer_pretty(&mut file, &self.truth())?;
        file.write_all(b"\n")?;
        file.flush()?;
        Ok(Written { answers, margins, truth, rows })
    }

    /// What is true in this round.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let base: Vec<usize> = self.scorer.base().collect();
        let names = |cells: &[usize]| {
            let id = |cell: &usize| {
                let definition = self.scorer.definitions().get(*base.get(*cell)?)?;
                Some(definition.id.clone())
            };
            cells.iter().filter_map(id).collect()
        };
        let scores = self.population.scores(self.instrument, &self.scorer);
        let regions = self.places.iter().zip(&self.population.regions).zip(scores);
        Truth {
            schema: "selaras/simulated-truth/1",
            simulated: true,
            seed: self.plan.seed,
            instrument: self.instrument.id.clone(),
            year: self.plan.year,
            round: self.plan.round,
            opened: self.plan.opened().to_string(),
            closed: self.plan.closed().to_string(),
            scores: self.scorer.definitions().iter().map(|score| score.id.clone()).collect(),
            regions: regions
                .map(|((place, region), scores)| RegionTruth {
                    code: place.code.clone(),
                    name: place.name.clone(),
                    n: region.n,
                    adults: region.adults,
                    margins: region.margins,
                    scores,
                    low: names(&region.low),
                    raised: names(&region.raised),
                })
                .collect(),
        }
    }

    /// Margins for raking of every region but one.
    #[must_use]
    pub fn margins(&self) -> Vec<Margin> {
        let of = |(at, place)| self.population.margins(at, place, self.instrument, self.plan.year);
        self.places.iter().enumerate().flat_map(of).collect()
    }

    /// Writes [`Simulation::margins`] as the CSV that [`crate::round::margins::read`] reads.
    ///
    /// # Errors
    /// Where `out` does not take it.
    pub fn write_margins(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"region,margin,cell,persons,source,year\n")?;
        for Margin { region, attributes, persons, source, year } in self.margins() {
            let crossed = attributes.len() == 2;
            let name = if crossed { "sex_age".to_owned() } else { attributes.concat() };
            for (bands, persons) in persons {
                let cell = bands.join(":");
                writeln!(out, "{region},{name},{cell},{persons},{source},{year}")?;
            }
        }
        Ok(())
    }

    /// Writes the answers as CSV, region by region; returns the rows.
    ///
    /// # Errors
    /// Where `out` does not take it.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<u64> {
        out.write_all(self.header().join(",").as_bytes())?;
        out.write_all(b"\n")?;
        let mut bands = self.band_names();
        for name in bands.iter_mut().flatten().filter(|name| name.contains([',', '"'])) {
            *name = format!("\"{}\"", name.replace('"', "\"\""));
        }
        let days = self.days();
        let mut rows = 0;
        let mut line = Vec::with_capacity(1 << 16);
        for (at, place) in self.places.iter().enumerate() {
            let sample = self.sample(at);
            for r in 0..sample.len {
                let (day, minute) = sample.moment[r];
                line.extend_from_slice(days[day as usize].as_bytes());
                write!(line, " {:02}:{:02},{},", minute / 60, minute % 60, place.code)?;
                let district = sample.district[r].and_then(|at| place.districts.get(at));
                line.extend_from_slice(district.map_or("", String::as_str).as_bytes());
                match self.plan.design {
                    Design::OpenLink => write!(line, ",{}", LINKS[sample.link[r]])?,
                    Design::Recorded => {
                        let (stratum, psu, weight, psus) = sample.design[r];
                        write!(line, ",{0}-{stratum},{0}-{stratum}-{psu},", place.code)?;
                        write!(line, "{weight:.4},{psus}")?;
                    }
                }
                for (column, names) in sample.attributes.iter().zip(&bands) {
                    line.push(b',');
                    let name = usize::from(column[r]).checked_sub(1).and_then(|at| names.get(at));
                    line.extend_from_slice(name.map_or("", String::as_str).as_bytes());
                }
                for column in &sample.items {
                    line.push(b',');
                    push_digits(column[r], &mut line);
                }
                line.push(b'\n');
                if line.len() > (1 << 16) - 2_048 {
                    out.write_all(&line)?;
                    line.clear();
                }
            }
            rows += sample.len as u64;
        }
        out.write_all(&line)?;
        Ok(rows)
    }

    /// Writes the answers as Parquet, texts as UTF-8, weights as doubles, items as 32-bit integers
    /// with nulls; returns the rows.
    ///
    /// # Errors
    /// Where `out` does not take it.
    pub fn write_parquet(&self, out: impl Write + Send) -> Result<u64, SimulateError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("selaras".to_owned())
            .build();
        let mut file = SerializedFileWriter::new(out, self.schema()?, Arc::new(properties))?;
        let mut rows = 0;
        let mut waiting = Vec::new();
        for at in 0..self.places.len() {
            let sample = self.sample(at);
            rows += sample.len as u64;
            waiting.push((at, sample));
            let count: usize = waiting.iter().map(|(_, sample)| sample.len).sum();
            if count >= GROUP || at + 1 == self.places.len() {
                let group = file.next_row_group()?;
                self.write_group(group, &waiting)?;
                waiting.clear();
            }
        }
        file.close()?;
        Ok(rows)
    }

    /// One row group of whole regions.
    fn write_group<W: Write + Send>(
        &self,
        mut group: SerializedRowGroupWriter<'_, W>,
        samples: &[(usize, Sample)],
    ) -> Result<(), SimulateError> {
        let days = self.days();
        let bands = self.band_names();
        let each = || {
            samples.iter().flat_map(|(at, sample)| {
                let place = self.places.get(*at);
                (0..sample.len).filter_map(move |r| place.map(|place| (place, sample, r)))
            })
        };
        texts(
            &mut group,
            each().map(|(_, sample, r)| {
                let (day, minute) = sample.moment[r];
                Some(format!("{} {:02}:{:02}", days[day as usize], minute / 60, minute % 60))
            }),
        )?;
        texts(&mut group, each().map(|(place, _, _)| Some(place.code.clone())))?;
        texts(
            &mut group,
            each().map(|(place, sample, r)| {
                sample.district[r].and_then(|at| place.districts.get(at).cloned())
            }),
        )?;
        match self.plan.design {
            Design::OpenLink => {
                texts(
                    &mut group,
                    each().map(|(_, sample, r)| Some(LINKS[sample.link[r]].to_owned())),
                )?;
            }
            Design::Recorded => {
                texts(
                    &mut group,
                    each().map(|(place, sample, r)| {
                        Some(format!("{}-{}", place.code, sample.design[r].0))
                    }),
                )?;
                texts(
                    &mut group,
                    each().map(|(place, sample, r)| {
                        let (stratum, psu, ..) = sample.design[r];
                        Some(format!("{}-{stratum}-{psu}", place.code))
                    }),
                )?;
                // As CSV has them, so that both files hold the same numbers.
                let weight = |weight: f64| (weight * 1e4).round() / 1e4;
                doubles(&mut group, each().map(|(_, sample, r)| weight(sample.design[r].2)))?;
                doubles(&mut group, each().map(|(_, sample, r)| sample.design[r].3 as f64))?;
            }
        }
        for (a, names) in bands.iter().enumerate() {
            texts(
                &mut group,
                each().map(|(_, sample, r)| {
                    let at = usize::from(sample.attributes[a][r]).checked_sub(1)?;
                    names.get(at).cloned()
                }),
            )?;
        }
        for item in 0..self.instrument.items.len() {
            wholes(&mut group, each().map(|(_, sample, r)| sample.items[item][r]))?;
        }
        group.close()?;
        Ok(())
    }

    /// Column heads: `waktu`, `kode_wilayah`, `kode_kecamatan`, then `tautan` for an open link, or
    /// `strata`, `psu`, `bobot`, `jumlah_psu`; then attributes and items by their ids.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        let design: &[&str] = match self.plan.design {
            Design::OpenLink => &["tautan"],
            Design::Recorded => &["strata", "psu", "bobot", "jumlah_psu"],
        };
        let fixed = ["waktu", "kode_wilayah", "kode_kecamatan"].iter().chain(design);
        let mut header: Vec<String> = fixed.map(|name| (*name).to_owned()).collect();
        header.extend(self.instrument.attributes.iter().map(|attribute| attribute.id.clone()));
        header.extend(self.instrument.items.iter().map(|item| item.id.clone()));
        header
    }

    /// Indonesian names of the bands of every attribute.
    fn band_names(&self) -> Vec<Vec<String>> {
        let names = |attribute: &Attribute| {
            attribute.bands.iter().map(|band| band.name.id.clone()).collect()
        };
        self.instrument.attributes.iter().map(names).collect()
    }

    /// The days of the round, written `YYYY-MM-DD`.
    fn days(&self) -> Vec<String> {
        self.plan
            .opened()
            .series(jiff::ToSpan::days(1))
            .take(DAYS as usize)
            .map(|d| d.to_string())
            .collect()
    }

    fn schema(&self) -> Result<TypePtr, ParquetError> {
        let fixed = self.header().len() - self.instrument.items.len();
        let column = |(at, name): (usize, String)| {
            let (physical, repetition) = match name.as_str() {
                "bobot" | "jumlah_psu" => (Physical::DOUBLE, Repetition::REQUIRED),
                _ if at < fixed => (Physical::BYTE_ARRAY, Repetition::OPTIONAL),
                _ => (Physical::INT32, Repetition::OPTIONAL),
            };
            let text = (physical == Physical::BYTE_ARRAY).then_some(LogicalType::String);
            Type::primitive_type_builder(&name, physical)
                .with_repetition(repetition)
                .with_logical_type(text)
                .build()
                .map(Arc::new)
        };
        let columns: Result<Vec<TypePtr>, ParquetError> =
            self.header().into_iter().enumerate().map(column).collect();
        Type::group_type_builder("answers").with_fields(columns?).build().map(Arc::new)
    }
}

/// An answer in digits; nothing for 0.
fn push_digits(answer: u8, line: &mut Vec<u8>) {
    if answer >= 100 {
        line.push(b'0' + answer / 100);
    }
    if answer >= 10 {
        line.push(b'0' + answer / 10 % 10);
    }
    if answer > 0 {
        line.push(b'0' + answer % 10);
    }
}

fn texts<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<String>>,
) -> Result<(), SimulateError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value.map(|text| ByteArray::from(text.into_bytes())));
    }
    column.typed::<ByteArrayType>().write_batch(&present, Some(&levels), None)?;
    Ok(column.close()?)
}

fn doubles<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = f64>,
) -> Result<(), SimulateError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let values: Vec<f64> = values.collect();
    column.typed::<DoubleType>().write_batch(&values, None, None)?;
    Ok(column.close()?)
}

fn wholes<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = u8>,
) -> Result<(), SimulateError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value > 0));
        if value > 0 {
            present.push(i32::from(value));
        }
    }
    column.typed::<Int32Type>().write_batch(&present, Some(&levels), None)?;
    Ok(column.close()?)
}
