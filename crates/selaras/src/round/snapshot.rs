//! The answers of one file as a round keeps them: a Parquet file of codes in which no person
//! stands (schema `selaras/answers/1`).
//!
//! One row a respondent. Columns, all required: `region`, `district`, `link`, `stratum`, `psu`
//! (INT32, position in the list of that name in the file's metadata; −1 for none), `day` (INT32,
//! days since 1970-01-01; the smallest INT32 for none), `weight` and `fpc` (DOUBLE; 1 and infinite
//! in an open link), `flags` (INT32, bits of [`Flag`]), `attribute_<id>` (INT32, position of the
//! band + 1, 0 not answered), `item_<id>` (INT32, the answer, 0 not answered). The lists stand as
//! JSON ([`Head`]) under the metadata key `selaras`.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, Type as Physical, ZstdLevel};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde::{Deserialize, Serialize};

use super::answers::{Answers, Design, Flag, Labels, NONE};
use super::frame::Frame;
use super::mapping::Mapping;
use super::quality::{self, Seen};
use crate::instrument::Instrument;
use crate::locale::{Message, cause};
use crate::sheet::Source;

/// Rows of one row group.
const GROUP: usize = 65_536;
const SCHEMA: &str = "selaras/answers/1";
/// Columns of positions, in front of all others.
const PLACES: [&str; 6] = ["region", "district", "link", "day", "stratum", "psu"];

/// What the numbers in a snapshot stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// `selaras/answers/1`.
    pub schema: String,
    /// Id and version of the instrument that was answered.
    pub instrument: (String, String),
    /// Ids of its items.
    pub items: Vec<String>,
    /// Ids of its attributes, each with the ids of its bands.
    pub attributes: Vec<(String, Vec<String>)>,
    /// How the sample came about.
    pub design: Design,
    /// The year that ages were reckoned in from years of birth, which are not kept; none where the
    /// file gave ages or bands.
    #[serde(default)]
    pub ages_in: Option<i16>,
    /// Codes of the regions.
    pub regions: Vec<String>,
    /// Kecamatan.
    pub districts: Vec<String>,
    /// Recruitment links.
    pub links: Vec<String>,
    /// Strata.
    pub strata: Vec<String>,
    /// Primary sampling units.
    pub psus: Vec<String>,
}

impl Head {
    fn new(instrument: &Instrument, frame: &Frame, design: Design, labels: &Labels) -> Self {
        let ids = |attribute: &crate::instrument::Attribute| {
            attribute.bands.iter().map(|band| band.id.clone()).collect()
        };
        Self {
            schema: SCHEMA.to_owned(),
            instrument: (instrument.id.clone(), instrument.version.clone()),
            items: instrument.items.iter().map(|item| item.id.clone()).collect(),
            attributes: instrument
                .attributes
                .iter()
                .map(|attribute| (attribute.id.clone(), ids(attribute)))
                .collect(),
            design,
            ages_in: None,
            regions: frame.regions.iter().map(|region| region.code.clone()).collect(),
            districts: labels.districts.clone(),
            links: labels.links.clone(),
            strata: labels.strata.clone(),
            psus: labels.psus.clone(),
        }
    }
}

/// Why a snapshot cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file system.
    #[error("snapshot: {0}")]
    File(#[from] std::io::Error),
    /// Bytes that no snapshot of ours has.
    #[error("snapshot: {0}")]
    Parquet(#[from] ParquetError),
    /// The instrument has other items or bands now than when the answers were taken.
    #[error("the instrument has changed since the answers were taken")]
    Instrument,
}

impl SnapshotError {
    /// What happened and what to do.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::File(error) => {
                Message::new("upload-error-snapshot").with("reason", cause::of_system(error))
            }
            Self::Parquet(error) => {
                Message::new("upload-error-snapshot").with("reason", cause::technical(error))
            }
            Self::Instrument => Message::new("upload-error-instrument"),
        }
    }
}

fn damaged() -> SnapshotError {
    ParquetError::General("not a snapshot of answers".to_owned()).into()
}

/// Writes answers as they come; memory holds one row group.
pub struct Writer<'a, W: Write + Send> {
    file: SerializedFileWriter<W>,
    instrument: &'a Instrument,
    frame: &'a Frame,
    design: Design,
    ages_in: Option<i16>,
    waiting: Vec<Answers>,
    rows: usize,
}

impl<'a, W: Write + Send> Writer<'a, W> {
    /// A snapshot of answers to `instrument` from regions of `frame`, taken in as `mapping` says.
    ///
    /// # Errors
    /// Where `out` does not take it.
    pub fn new(
        out: W,
        instrument: &'a Instrument,
        frame: &'a Frame,
        mapping: &Mapping,
    ) -> Result<Self, SnapshotError> {
        let column = |name: &str, of: Physical| {
            let built = Type::primitive_type_builder(name, of);
            built.with_repetition(Repetition::REQUIRED).build().map(Arc::new)
        };
        let mut fields = Vec::new();
        for name in PLACES {
            fields.push(column(name, Physical::INT32)?);
        }
        fields.push(column("weight", Physical::DOUBLE)?);
        fields.push(column("fpc", Physical::DOUBLE)?);
        fields.push(column("flags", Physical::INT32)?);
        for attribute in &instrument.attributes {
            fields.push(column(&format!("attribute_{}", attribute.id), Physical::INT32)?);
        }
        for item in &instrument.items {
            fields.push(column(&format!("item_{}", item.id), Physical::INT32)?);
        }
        let schema = Type::group_type_builder("answers").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("selaras".to_owned())
            .build();
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        let (design, ages_in) = (mapping.design(), mapping.ages_in());
        Ok(Self { file, instrument, frame, design, ages_in, waiting: Vec::new(), rows: 0 })
    }

    /// Adds a chunk of respondents.
    ///
    /// # Errors
    /// Where the file does not take it.
    pub fn add(&mut self, answers: Answers) -> Result<(), SnapshotError> {
        self.rows += answers.len;
        self.waiting.push(answers);
        if self.rows >= GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SnapshotError> {
        let waiting = std::mem::take(&mut self.waiting);
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        let places: [fn(&Answers) -> &[u32]; 3] =
            [|chunk| &chunk.region, |chunk| &chunk.district, |chunk| &chunk.link];
        for place in places {
            // Positions stay far below the sign bit; `NONE` becomes −1.
            wholes(&mut group, &waiting, |chunk, out| {
                out.extend(place(chunk).iter().map(|&at| at as i32));
            })?;
        }
        wholes(&mut group, &waiting, |chunk, out| out.extend(&chunk.day))?;
        let places: [fn(&Answers) -> &[u32]; 2] = [|chunk| &chunk.stratum, |chunk| &chunk.psu];
        for place in places {
            wholes(&mut group, &waiting, |chunk, out| {
                out.extend(place(chunk).iter().map(|&at| at as i32));
            })?;
        }
        doubles(&mut group, &waiting, |chunk| &chunk.weight)?;
        doubles(&mut group, &waiting, |chunk| &chunk.fpc)?;
        let small = |column: &[u8], out: &mut Vec<i32>| {
            out.extend(column.iter().map(|&code| i32::from(code)));
        };
        wholes(&mut group, &waiting, |chunk, out| small(&chunk.flags, out))?;
        for at in 0..self.instrument.attributes.len() {
            wholes(&mut group, &waiting, |chunk, out| {
                small(chunk.attributes.get(at).map_or(&[], Vec::as_slice), out);
            })?;
        }
        for at in 0..self.instrument.items.len() {
            wholes(&mut group, &waiting, |chunk, out| {
                small(chunk.items.get(at).map_or(&[], Vec::as_slice), out);
            })?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file; `labels` are those of the intake that made all chunks.
    ///
    /// # Errors
    /// Where the file does not take it.
    pub fn finish(mut self, labels: &Labels) -> Result<(), SnapshotError> {
        self.flush()?;
        let head = Head {
            ages_in: self.ages_in,
            ..Head::new(self.instrument, self.frame, self.design, labels)
        };
        let json = serde_json::to_string(&head).map_err(std::io::Error::other)?;
        self.file.append_key_value_metadata(KeyValue::new("selaras".to_owned(), json));
        self.file.close()?;
        Ok(())
    }
}

fn wholes<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    chunks: &[Answers],
    column: impl Fn(&Answers, &mut Vec<i32>),
) -> Result<(), SnapshotError> {
    let mut values = Vec::new();
    chunks.iter().for_each(|chunk| column(chunk, &mut values));
    let Some(mut writer) = group.next_column()? else { return Err(damaged()) };
    writer.typed::<Int32Type>().write_batch(&values, None, None)?;
    Ok(writer.close()?)
}

fn doubles<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    chunks: &[Answers],
    column: impl Fn(&Answers) -> &[f64],
) -> Result<(), SnapshotError> {
    let values: Vec<f64> = chunks.iter().flat_map(column).copied().collect();
    let Some(mut writer) = group.next_column()? else { return Err(damaged()) };
    writer.typed::<DoubleType>().write_batch(&values, None, None)?;
    Ok(writer.close()?)
}

/// The regions that the answers in the snapshot at `path` come from, each with how many.
///
/// # Errors
/// A snapshot that cannot be read.
pub fn regions(path: &Path) -> Result<BTreeMap<String, u64>, SnapshotError> {
    let file = SerializedFileReader::new(Source::open(path)?)?;
    let head = head(&file)?;
    let mut counts = BTreeMap::new();
    for at in 0..file.num_row_groups() {
        let group = file.get_row_group(at)?;
        let len = usize::try_from(group.metadata().num_rows()).map_err(|_| damaged())?;
        for place in read_wholes(group.as_ref(), 0, len)? {
            let code = usize::try_from(place).ok().and_then(|place| head.regions.get(place));
            *counts.entry(code.ok_or_else(damaged)?.clone()).or_default() += 1;
        }
    }
    Ok(counts)
}

/// The year in which the ages of the snapshot at `path` were reckoned, as [`Head::ages_in`] has it.
///
/// # Errors
/// A snapshot that cannot be read.
pub fn ages_in(path: &Path) -> Result<Option<i16>, SnapshotError> {
    Ok(head(&SerializedFileReader::new(Source::open(path)?)?)?.ages_in)
}

/// Reads the snapshots of a round one after the other into one set of labels, and flags answers
/// that equal those of an earlier file.
pub struct Reader<'a> {
    instrument: &'a Instrument,
    frame: &'a Frame,
    labels: Labels,
    districts: HashMap<(u32, String), u32>,
    links: HashMap<String, u32>,
    strata: HashMap<String, u32>,
    psus: HashMap<(u32, String), u32>,
    seen: Seen,
}

impl<'a> Reader<'a> {
    /// A reader of answers to `instrument` from regions of `frame`.
    #[must_use]
    pub fn new(instrument: &'a Instrument, frame: &'a Frame) -> Self {
        Self {
            instrument,
            frame,
            labels: Labels::default(),
            districts: HashMap::new(),
            links: HashMap::new(),
            strata: HashMap::new(),
            psus: HashMap::new(),
            seen: Seen::new(frame.regions.len()),
        }
    }

    /// Passes the answers in the snapshot at `path` to `sink`, those left out that carry a flag in
    /// `without` (bits of [`Flag`]).
    ///
    /// # Errors
    /// A snapshot that cannot be read or is of another instrument.
    pub fn read(
        &mut self,
        path: &Path,
        without: u8,
        sink: &mut dyn FnMut(Answers),
    ) -> Result<(), SnapshotError> {
        let file = SerializedFileReader::new(Source::open(path)?)?;
        let head = head(&file)?;
        let here = Head::new(self.instrument, self.frame, head.design, &Labels::default());
        if (&head.items, &head.attributes) != (&here.items, &here.attributes) {
            return Err(SnapshotError::Instrument);
        }
        let mut places = Places::new(&head, self.frame);
        let mut hashes = Vec::new();
        for at in 0..file.num_row_groups() {
            let group = file.get_row_group(at)?;
            let mut answers = self.group(group.as_ref())?;
            self.relabel(&head, &mut places, &mut answers)?;
            quality::hash(&answers, &mut hashes);
            let rows = answers.flags.iter_mut().zip(&answers.region).zip(&hashes);
            for ((flags, &region), &hash) in rows {
                if self.seen.see(region, hash) {
                    *flags |= Flag::Duplicate as u8;
                }
            }
            let answers = answers.kept(without);
            if answers.len > 0 {
                sink(answers);
            }
        }
        Ok(())
    }

    fn group(&self, group: &dyn RowGroupReader) -> Result<Answers, SnapshotError> {
        let len = usize::try_from(group.metadata().num_rows()).map_err(|_| damaged())?;
        let attributes = self.instrument.attributes.len();
        let columns = PLACES.len() + 3 + attributes + self.instrument.items.len();
        if group.num_columns() != columns {
            return Err(damaged());
        }
        let whole = |at: usize| read_wholes(group, at, len);
        let positions = |at: usize| -> Result<Vec<u32>, SnapshotError> {
            Ok(whole(at)?.into_iter().map(|place| place as u32).collect())
        };
        let small = |at: usize| -> Result<Vec<u8>, SnapshotError> {
            whole(at)?.into_iter().map(|code| u8::try_from(code).map_err(|_| damaged())).collect()
        };
        let (first_attribute, first_item) = (PLACES.len() + 3, PLACES.len() + 3 + attributes);
        Ok(Answers {
            len,
            region: positions(0)?,
            district: positions(1)?,
            link: positions(2)?,
            day: whole(3)?,
            stratum: positions(4)?,
            psu: positions(5)?,
            weight: read_doubles(group, PLACES.len(), len)?,
            fpc: read_doubles(group, PLACES.len() + 1, len)?,
            flags: small(PLACES.len() + 2)?,
            attributes: (first_attribute..first_item).map(small).collect::<Result<_, _>>()?,
            items: (first_item..columns).map(small).collect::<Result<_, _>>()?,
        })
    }

    /// Turns positions in the lists of one file into positions in the frame and the joint labels.
    fn relabel(
        &mut self,
        head: &Head,
        places: &mut Places,
        answers: &mut Answers,
    ) -> Result<(), SnapshotError> {
        for row in 0..answers.len {
            let region = &mut answers.region[row];
            *region = *places.regions.get(*region as usize).ok_or_else(damaged)?;
            let region = *region;
            let district = &mut answers.district[row];
            if *district != NONE {
                let at = *district as usize;
                let name = head.districts.get(at).ok_or_else(damaged)?;
                let known = places.districts.get_mut(at).ok_or_else(damaged)?;
                if *known == NONE {
                    let names = &mut self.labels.districts;
                    *known = *self.districts.entry((region, name.clone())).or_insert_with(|| {
                        names.push(name.clone());
                        names.len() as u32 - 1
                    });
                }
                *district = *known;
            }
            let link = &mut answers.link[row];
            *link = joint(*link, &head.links, &mut self.links, &mut self.labels.links)?;
            let stratum = &mut answers.stratum[row];
            *stratum = joint(*stratum, &head.strata, &mut self.strata, &mut self.labels.strata)?;
            let stratum = *stratum;
            let psu = &mut answers.psu[row];
            if *psu != NONE {
                let at = *psu as usize;
                let name = head.psus.get(at).ok_or_else(damaged)?;
                let known = places.psus.get_mut(at).ok_or_else(damaged)?;
                if *known == NONE {
                    let names = &mut self.labels.psus;
                    *known = *self.psus.entry((stratum, name.clone())).or_insert_with(|| {
                        names.push(name.clone());
                        names.len() as u32 - 1
                    });
                }
                *psu = *known;
            }
        }
        Ok(())
    }

    /// The names behind all answers read so far.
    #[must_use]
    pub fn into_labels(self) -> Labels {
        self.labels
    }
}

/// Positions in the lists of one file as positions in the frame and the joint labels; [`NONE`]
/// where a label was not met yet.
struct Places {
    regions: Vec<u32>,
    districts: Vec<u32>,
    psus: Vec<u32>,
}

impl Places {
    fn new(head: &Head, frame: &Frame) -> Self {
        let place = |code: &String| frame.position(code).unwrap_or(NONE);
        Self {
            regions: head.regions.iter().map(place).collect(),
            districts: vec![NONE; head.districts.len()],
            psus: vec![NONE; head.psus.len()],
        }
    }
}

/// The joint position of the label at `at` of `names`.
fn joint(
    at: u32,
    names: &[String],
    known: &mut HashMap<String, u32>,
    labels: &mut Vec<String>,
) -> Result<u32, SnapshotError> {
    if at == NONE {
        return Ok(NONE);
    }
    let name = names.get(at as usize).ok_or_else(damaged)?;
    if let Some(&place) = known.get(name) {
        return Ok(place);
    }
    let place = labels.len() as u32;
    labels.push(name.clone());
    known.insert(name.clone(), place);
    Ok(place)
}

fn head(file: &SerializedFileReader<Source>) -> Result<Head, SnapshotError> {
    let metadata = file.metadata().file_metadata().key_value_metadata();
    let entry = metadata.and_then(|all| all.iter().find(|entry| entry.key == "selaras"));
    let json = entry.and_then(|entry| entry.value.as_deref()).ok_or_else(damaged)?;
    let head: Head = serde_json::from_str(json).map_err(|_| damaged())?;
    if head.schema == SCHEMA { Ok(head) } else { Err(damaged()) }
}

fn read_wholes(
    group: &dyn RowGroupReader,
    at: usize,
    len: usize,
) -> Result<Vec<i32>, SnapshotError> {
    let ColumnReader::Int32ColumnReader(mut reader) = group.get_column_reader(at)? else {
        return Err(damaged());
    };
    let mut values = Vec::with_capacity(len);
    reader.read_records(len, None, None, &mut values)?;
    if values.len() == len { Ok(values) } else { Err(damaged()) }
}

fn read_doubles(
    group: &dyn RowGroupReader,
    at: usize,
    len: usize,
) -> Result<Vec<f64>, SnapshotError> {
    let ColumnReader::DoubleColumnReader(mut reader) = group.get_column_reader(at)? else {
        return Err(damaged());
    };
    let mut values = Vec::with_capacity(len);
    reader.read_records(len, None, None, &mut values)?;
    if values.len() == len { Ok(values) } else { Err(damaged()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{Place, Plan, Simulation, Sizes};

    #[test]
    fn what_is_written_is_read_again_and_the_same_file_twice_is_all_duplicates() {
        let instrument = crate::instrument::shipped_by_id("ihai-2025").expect("an instrument");
        let frame = crate::region::frame(&["61.71".parse().expect("a code")]).expect("a frame");
        let places = Place::all_of(&frame);
        let plan = Plan { sizes: Sizes::Each(500), ..Plan::default() };
        let mut csv = Vec::new();
        Simulation::new(plan, instrument, &places).write_csv(&mut csv).expect("a file");
        let sheet = crate::sheet::Sheet::open(
            Source::memory(csv),
            "a.csv",
            &crate::sheet::Options::default(),
        )
        .expect("a sheet");
        let sample = sheet.sample(100).expect("a sample");
        let regions = crate::round::intake::Regions::new(&frame);
        let find = |text: &str| regions.find(text);
        let mapping =
            crate::round::mapping::propose(&sheet, &sample, instrument, &find, Some(2026));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let file = std::fs::File::create(&path).expect("a file");
        let mut writer = Writer::new(file, instrument, &frame, &mapping).expect("a snapshot");
        let mut chunks = Vec::new();
        let report = crate::round::intake::intake(
            &[crate::round::intake::File { sheet: &sheet, mapping: &mapping }],
            instrument,
            &frame,
            &crate::round::intake::Options::default(),
            &mut |answers, _| {
                chunks.push(answers.clone());
                writer.add(answers).expect("a chunk");
                None
            },
        );
        writer.finish(&report.labels).expect("a snapshot");
        let mut reader = Reader::new(instrument, &frame);
        let (mut first, mut again) = (Vec::new(), Vec::new());
        reader.read(&path, 0, &mut |answers| first.push(answers)).expect("answers");
        reader.read(&path, 0, &mut |answers| again.push(answers)).expect("answers");
        assert_eq!(first.len(), 1);
        let items = |chunks: &[Answers], at: usize| -> Vec<u8> {
            chunks.iter().flat_map(|chunk| chunk.items[at].clone()).collect()
        };
        for at in 0..instrument.items.len() {
            assert_eq!(items(&first, at), items(&chunks, at));
        }
        let days = chunks.iter().flat_map(|chunk| chunk.day.clone()).collect::<Vec<_>>();
        assert_eq!(first[0].day, days);
        let duplicate = Flag::Duplicate as u8;
        assert!(again[0].flags.iter().all(|flags| flags & duplicate != 0));
        let mut left = 0;
        reader.read(&path, duplicate, &mut |answers| left += answers.len).expect("answers");
        assert_eq!(left, 0);
        assert_eq!(reader.into_labels().links.len(), report.labels.links.len());
    }
}
