//! Parquet files with flat columns.

mod dictionary;

use std::num::NonZero;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::thread;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{AsBytes, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::dialect::Dialect;
use super::source::Source;
use super::{Block, Cell, CellBlock, Cells, Column, EMPTY, Fault, Format, Options, Sheet, Sink};
use dictionary::Dictionary;

/// Rows of one block.
pub(super) const BLOCK_ROWS: usize = 8192;

/// Most threads that unpack columns.
const WORKERS: usize = 4;

/// Runs the Parquet parser. Version 60 panics on some damaged metadata (negative column lengths,
/// found by mutation); whatever it does, the file is merely unreadable.
fn guarded<T>(
    name: &str,
    parse: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, Box<Fault>> {
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) | Err(_) => Err(Box::new(Fault::of_file(name, "sheet-error-parquet"))),
    }
}

pub(super) fn open(source: Source, name: &str, options: &Options) -> Result<Sheet, Box<Fault>> {
    let limits = options.limits;
    let file = guarded(name, || SerializedFileReader::new(source.clone()))?;
    let metadata = file.metadata().file_metadata();
    let leaves = metadata.schema_descr().columns();
    if leaves.len() > limits.columns {
        return Err(Box::new(
            Fault::of_file(name, "sheet-error-columns").with("limit", limits.columns),
        ));
    }
    if metadata.num_rows() <= 0 || leaves.is_empty() {
        return Err(Box::new(Fault::of_file(name, "sheet-error-empty")));
    }
    if metadata.num_rows() as u64 > limits.rows {
        return Err(Box::new(Fault::of_file(name, "sheet-error-rows").with("limit", limits.rows)));
    }
    let unpacked: u64 = file
        .metadata()
        .row_groups()
        .iter()
        .map(|group| group.total_byte_size().max(0) as u64)
        .sum();
    if unpacked > limits.unpacked {
        return Err(Box::new(
            Fault::of_file(name, "sheet-error-bomb").with("limit", limits.unpacked >> 20),
        ));
    }
    let mut columns = Vec::with_capacity(leaves.len());
    for (leaf, index) in leaves.iter().zip(0..) {
        let column = Column { index, header: leaf.path().string() };
        let flat = leaf.max_rep_level() == 0
            && leaf.path().parts().len() == 1
            && leaf.self_type().get_basic_info().repetition() != Repetition::REPEATED;
        if !flat {
            return Err(Box::new(Fault::of_file(name, "sheet-error-nested").in_column(column)));
        }
        columns.push(column);
    }
    Ok(Sheet {
        name: name.to_owned(),
        format: Format::Parquet,
        encoding: None,
        delimiter: None,
        sheets: Vec::new(),
        sheet: None,
        header_row: 0,
        columns,
        faults: Vec::new(),
        merged: Vec::new(),
        source,
        limits,
        header_bytes: 0,
        dialect: Dialect { delimiter: b',', newline: b'\n' },
    })
}

/// Passes the rows on in blocks of `block_rows`.
pub(super) fn read(sheet: &Sheet, block_rows: usize, sink: Sink<'_>) -> Result<(), Box<Fault>> {
    let deadline = sheet.deadline();
    let name = &sheet.name;
    let file = guarded(name, || SerializedFileReader::new(sheet.source.clone()))?;
    let mut row = 0_u32;
    for group in 0..file.num_row_groups() {
        let group = guarded(name, || file.get_row_group(group))?;
        let left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let readers = guarded(name, || readers(group.as_ref()))?;
        // Unpacking a column is much of the work, and columns are unpacked apart from each other.
        let workers = thread::available_parallelism().map_or(1, NonZero::get).min(WORKERS);
        let share = readers.len().div_ceil(workers).max(1);
        let mut readers = readers.into_iter();
        let flow = thread::scope(|scope| {
            let mut parts = Vec::with_capacity(workers);
            loop {
                let mut own: Vec<ColumnCells> = readers.by_ref().take(share).collect();
                if own.is_empty() {
                    break;
                }
                let (sender, receiver) = sync_channel(1);
                parts.push(receiver);
                scope.spawn(move || {
                    for length in lengths(left, block_rows) {
                        let cells: Result<Vec<Cells>, _> = own
                            .iter_mut()
                            .map(|reader| guarded(name, || reader.read(length)))
                            .collect();
                        let failed = cells.is_err();
                        if sender.send(cells).is_err() || failed {
                            return;
                        }
                    }
                });
            }
            for length in lengths(left, block_rows) {
                let at = |fault: Box<Fault>| Box::new(fault.at_row(u64::from(row) + 1));
                if deadline.passed() {
                    return Err(at(Box::new(sheet.fault("sheet-error-time", None, None))));
                }
                if u64::from(row) > sheet.limits.rows {
                    let fault = sheet.fault("sheet-error-rows", None, None);
                    return Err(Box::new(fault.with("limit", sheet.limits.rows)));
                }
                let mut block = CellBlock::default();
                for part in &parts {
                    let gone = |_| Err(Box::new(Fault::of_file(name, "sheet-error-parquet")));
                    block.columns.extend(part.recv().unwrap_or_else(gone).map_err(at)?);
                }
                block.rows = (0..length as u32).map(|offset| row + offset + 1).collect();
                row = row.saturating_add(length as u32);
                if sink(Block::Cells(block)).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if flow.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// How `rows` are cut into blocks of `block_rows`.
fn lengths(rows: usize, block_rows: usize) -> impl Iterator<Item = usize> {
    (0..rows).step_by(block_rows.max(1)).map(move |start| (rows - start).min(block_rows))
}

/// What a number of a column means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// The number itself.
    Plain,
    /// Hundredths, thousandths, …: divide by this.
    Decimal(f64),
    /// Days since 1970-01-01.
    Day,
    /// So many of this unit make a second, since 1970-01-01.
    Moment(i64),
}

fn meaning(leaf: &ColumnDescriptor) -> Meaning {
    match leaf.logical_type_ref() {
        Some(LogicalType::Date) => return Meaning::Day,
        Some(LogicalType::Timestamp(stamp)) => {
            return Meaning::Moment(match stamp.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            });
        }
        _ => {}
    }
    match leaf.converted_type() {
        ConvertedType::DATE => Meaning::Day,
        ConvertedType::TIMESTAMP_MILLIS => Meaning::Moment(1_000),
        ConvertedType::TIMESTAMP_MICROS => Meaning::Moment(1_000_000),
        ConvertedType::DECIMAL => Meaning::Decimal(10_f64.powi(leaf.type_scale())),
        _ => Meaning::Plain,
    }
}

struct ColumnCells<'g> {
    group: &'g dyn RowGroupReader,
    index: usize,
    reader: Reader,
    meaning: Meaning,
    levels: Vec<i16>,
    optional: bool,
    /// Cells that have been read.
    done: usize,
}

enum Reader {
    Dictionary(Box<Dictionary>),
    General(Box<ColumnReader>),
}

fn readers(group: &dyn RowGroupReader) -> Result<Vec<ColumnCells<'_>>, ParquetError> {
    (0..group.num_columns())
        .map(|index| {
            let leaf = group.metadata().column(index).column_descr();
            let (meaning, optional) = (meaning(leaf), leaf.max_def_level() > 0);
            let pages = group.get_column_page_reader(index)?;
            let of = leaf.physical_type();
            let reader = match Dictionary::open(pages, of, meaning, optional)? {
                Some(dictionary) => Reader::Dictionary(Box::new(dictionary)),
                None => Reader::General(Box::new(group.get_column_reader(index)?)),
            };
            Ok(ColumnCells { group, index, reader, meaning, levels: Vec::new(), optional, done: 0 })
        })
        .collect()
}

impl ColumnCells<'_> {
    /// The next `length` cells.
    fn read(&mut self, length: usize) -> Result<Cells, ParquetError> {
        if let Reader::Dictionary(dictionary) = &mut self.reader {
            if let Some(cells) = dictionary.read(length)? {
                self.done += length;
                return Ok(Cells::Repeating(cells));
            }
            // A writer gives up its dictionary where too many values are different.
            self.reader = Reader::General(Box::new(self.group.get_column_reader(self.index)?));
            for length in lengths(self.done, BLOCK_ROWS) {
                self.general(length)?;
            }
        }
        self.general(length)
    }

    fn general(&mut self, length: usize) -> Result<Cells, ParquetError> {
        let Self { reader: Reader::General(reader), meaning, levels, optional, .. } = self else {
            return Err(ParquetError::EOF(String::new()));
        };
        let (meaning, optional) = (*meaning, *optional);
        Ok(match &mut **reader {
            ColumnReader::BoolColumnReader(reader) => {
                let values = values(reader, length, optional, levels)?;
                Cells::Whole(spread(&values, levels, length, EMPTY, i32::from))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let values = values(reader, length, optional, levels)?;
                if matches!(meaning, Meaning::Plain) && !values.contains(&EMPTY) {
                    Cells::Whole(spread(&values, levels, length, EMPTY, |value| value))
                } else {
                    let cell = |value| whole_cell(i64::from(value), meaning);
                    Cells::Mixed(spread(&values, levels, length, Cell::Empty, cell))
                }
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let values = values(reader, length, optional, levels)?;
                let small =
                    |value: &i64| *value > i64::from(i32::MIN) && *value <= i64::from(i32::MAX);
                if matches!(meaning, Meaning::Plain) && values.iter().all(small) {
                    Cells::Whole(spread(&values, levels, length, EMPTY, |value| value as i32))
                } else {
                    let cell = |value| whole_cell(value, meaning);
                    Cells::Mixed(spread(&values, levels, length, Cell::Empty, cell))
                }
            }
            ColumnReader::Int96ColumnReader(reader) => {
                let values = values(reader, length, optional, levels)?;
                let cell = |value: Int96| whole_cell(value.to_millis(), Meaning::Moment(1_000));
                Cells::Mixed(spread(&values, levels, length, Cell::Empty, cell))
            }
            ColumnReader::FloatColumnReader(reader) => {
                let values = values(reader, length, optional, levels)?;
                // The shortest decimal of the float, not the neighbours that a double resolves.
                let wide = values.into_iter().map(|v| v.to_string().parse().unwrap_or(f64::NAN));
                floats(wide.collect(), levels, length)
            }
            ColumnReader::DoubleColumnReader(reader) => {
                floats(values(reader, length, optional, levels)?, levels, length)
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                texts(&values(reader, length, optional, levels)?, levels, length)
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                texts(&values(reader, length, optional, levels)?, levels, length)
            }
        })
    }
}

fn texts<B: AsBytes>(values: &[B], levels: &[i16], length: usize) -> Cells {
    let cell = |value: &B| Cell::Text(String::from_utf8_lossy(value.as_bytes()).into_owned());
    let values: Vec<&B> = values.iter().collect();
    Cells::Mixed(spread(&values, levels, length, Cell::Empty, cell))
}

/// Reads `length` records: their values, and in `levels` where they stand (empty where all do).
fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    length: usize,
    optional: bool,
    levels: &mut Vec<i16>,
) -> Result<Vec<T::T>, ParquetError> {
    levels.clear();
    let mut values = Vec::with_capacity(length);
    let (records, found, _) =
        reader.read_records(length, optional.then_some(levels), None, &mut values)?;
    if records != length || found != values.len() {
        return Err(ParquetError::EOF(String::new()));
    }
    if found == length {
        levels.clear();
    } else if levels.len() != length {
        return Err(ParquetError::EOF(String::new()));
    }
    Ok(values)
}

/// Puts values where the levels say that there is one, and `empty` elsewhere.
fn spread<V: Copy, C: Clone>(
    values: &[V],
    levels: &[i16],
    length: usize,
    empty: C,
    cell: impl Fn(V) -> C,
) -> Vec<C> {
    /// Cells of which mostly none is empty.
    const RUN: usize = 16;
    if levels.is_empty() {
        return values.iter().map(|&value| cell(value)).collect();
    }
    let mut rest = values;
    let mut cells = Vec::with_capacity(length);
    for levels in levels.chunks(RUN) {
        let present = levels.iter().filter(|level| **level > 0).count();
        let (own, after) = rest.split_at_checked(present).unwrap_or((rest, &[]));
        rest = after;
        if own.len() == levels.len() {
            cells.extend(own.iter().map(|&value| cell(value)));
            continue;
        }
        let mut own = own.iter();
        cells.extend(levels.iter().map(|&level| {
            let value = if level > 0 { own.next() } else { None };
            value.map_or_else(|| empty.clone(), |&value| cell(value))
        }));
    }
    cells
}

/// Floating columns that hold whole numbers (as data frames keep integers with gaps) become so.
fn floats(values: Vec<f64>, levels: &[i16], length: usize) -> Cells {
    let whole = |value: &f64| value.is_nan() || (value.fract() == 0.0 && value.abs() < 2e9);
    if values.iter().all(whole) {
        let cell = |value: f64| if value.is_nan() { EMPTY } else { value as i32 };
        Cells::Whole(spread(&values, levels, length, EMPTY, cell))
    } else {
        Cells::Mixed(spread(&values, levels, length, Cell::Empty, float_cell))
    }
}

fn float_cell(value: f64) -> Cell {
    if value.is_finite() { Cell::Number(value) } else { Cell::Empty }
}

fn whole_cell(value: i64, meaning: Meaning) -> Cell {
    match meaning {
        Meaning::Plain => Cell::Number(value as f64),
        Meaning::Decimal(by) => Cell::Number(value as f64 / by),
        Meaning::Day => i32::try_from(value)
            .map_or(Cell::Number(value as f64), |day| Cell::Moment { day, second: None }),
        Meaning::Moment(per_second) => {
            let seconds = value.div_euclid(per_second);
            let second = seconds.rem_euclid(86_400) as u32;
            i32::try_from(seconds.div_euclid(86_400)).map_or(Cell::Number(value as f64), |day| {
                Cell::Moment { day, second: Some(second) }
            })
        }
    }
}
