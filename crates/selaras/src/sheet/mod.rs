//! A file of any office as addressed cells, with errors that say where.
//!
//! [`Sheet::open`] looks at a file (CSV of any usual dialect, XLSX, Parquet) and describes it:
//! format, encoding, delimiter, sheets, header. [`Sheet::read`] then passes its rows on, block by
//! block, so that memory does not grow with the file. Everything foreign that goes wrong becomes a
//! [`Fault`] with its place; no input may panic, hang or fill the memory ([`Limits`]).

pub mod csv;
mod dialect;
mod fault;
mod markup;
mod parquet;
pub mod private;
pub(crate) mod records;
mod source;
mod texts;
mod xlsx;

use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};

pub use dialect::{
    Dialect, Encoding, delimiter as looks_like_delimiter, encoding as looks_like_encoding,
};
pub use fault::{Column, FAULTS_KEPT, Fault, Faults};
pub use markup::mark_up;
pub(crate) use source::hex;
pub use source::{Source, SourceReader};
pub use texts::Texts;

/// Bounds on what a file may ask of the machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes after unpacking (XLSX and Parquet).
    pub unpacked: u64,
    /// Unpacked bytes per packed byte of a ZIP archive beyond the first 10 MB.
    pub ratio: u64,
    /// Rows.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Bytes of one row of text.
    pub row_bytes: usize,
    /// Time for reading.
    pub time: Duration,
}

impl Default for Limits {
    /// Ten times a national round, which is 642,500 rows × 60 columns.
    fn default() -> Self {
        Self {
            bytes: 4 << 30,
            unpacked: 8 << 30,
            ratio: 200,
            rows: 20_000_000,
            columns: 4_000,
            row_bytes: 4 << 20,
            time: Duration::from_secs(600),
        }
    }
}

/// How a file is to be opened; what is left out is recognised.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Sheet of a workbook; the first with content where none is named.
    pub sheet: Option<String>,
    /// Delimiter of a text file.
    pub delimiter: Option<u8>,
    /// Row of the header, from 1.
    pub header_row: Option<u64>,
    /// Bounds.
    pub limits: Limits,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Delimited text.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
    /// Apache Parquet.
    Parquet,
}

/// A table in a file: what it looks like, and a way to read it.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// File name, for people.
    pub name: String,
    /// Format.
    pub format: Format,
    /// Encoding of a text file.
    pub encoding: Option<Encoding>,
    /// Delimiter of a text file.
    pub delimiter: Option<u8>,
    /// Names of the sheets of a workbook.
    pub sheets: Vec<String>,
    /// The sheet that is read.
    pub sheet: Option<String>,
    /// Row of the header, from 1; 0 where the format keeps names apart (Parquet).
    pub header_row: u64,
    /// The columns with their headers.
    pub columns: Vec<Column>,
    /// What is wrong with the sheet as such (merged cells); whether that matters depends on which
    /// columns are used.
    pub faults: Vec<Fault>,
    /// Merged cells of a workbook, each with more than one cell; the value is that of the first.
    pub merged: Vec<Merged>,
    source: Source,
    limits: Limits,
    /// Bytes of decoded text up to the end of the header.
    header_bytes: usize,
    dialect: Dialect,
}

/// Cells that a workbook shows as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// First and last row as a spreadsheet numbers them, from 1.
    pub rows: (u64, u64),
    /// First and last column, from 0.
    pub columns: (u32, u32),
}

/// A run of rows.
#[derive(Debug)]
pub enum Block {
    /// Whole rows of text.
    Text(TextBlock),
    /// Typed cells by column.
    Cells(CellBlock),
}

/// Whole rows of delimited text.
#[derive(Debug)]
pub struct TextBlock {
    /// The rows.
    pub bytes: Vec<u8>,
    /// How they are cut.
    pub dialect: Dialect,
}

/// Rows of typed cells, by column.
#[derive(Debug, Default)]
pub struct CellBlock {
    /// Row numbers as a spreadsheet shows them, ascending; blank rows are left out.
    pub rows: Vec<u32>,
    /// One entry per column of the sheet, each with as many cells as there are rows.
    pub columns: Vec<Cells>,
}

/// One column of a [`CellBlock`].
#[derive(Debug)]
pub enum Cells {
    /// Whole numbers; [`EMPTY`] where nothing stands.
    Whole(Vec<i32>),
    /// Values of which few are different.
    Repeating(Repeating),
    /// Anything.
    Mixed(Vec<Cell>),
}

/// Nothing, in a column of whole numbers.
pub const EMPTY: i32 = i32::MIN;

/// Cells of a column, of which few are different.
#[derive(Clone, Debug)]
pub struct Repeating {
    different: Arc<Different>,
    which: Vec<u16>,
}

/// Different values of a column; the first is nothing, and one may stand twice.
#[derive(Debug)]
enum Different {
    Cells(Vec<Cell>),
    Texts { bytes: Bytes, places: Vec<Range<usize>> },
}

/// One of the different values of a column.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A text's bytes, UTF-8 in a sound file; none where nothing stands.
    Text(&'a [u8]),
    /// Any other cell.
    Cell(&'a Cell),
}

impl Different {
    fn len(&self) -> usize {
        match self {
            Self::Cells(cells) => cells.len(),
            Self::Texts { places, .. } => places.len(),
        }
    }
}

impl Repeating {
    /// The value at a position.
    #[must_use]
    pub fn value(&self, position: u16) -> Value<'_> {
        match &*self.different {
            Different::Cells(cells) => {
                Value::Cell(cells.get(usize::from(position)).unwrap_or(&Cell::Empty))
            }
            Different::Texts { bytes, places } => {
                let place = places.get(usize::from(position)).cloned().unwrap_or_default();
                Value::Text(bytes.get(place).unwrap_or_default())
            }
        }
    }

    /// How many positions there are.
    #[must_use]
    pub fn different(&self) -> usize {
        self.different.len()
    }

    /// The position of each cell's value.
    #[must_use]
    pub fn which(&self) -> &[u16] {
        &self.which
    }
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number; never a NaN.
    Number(f64),
    /// A date, with the second of the day where a time is given.
    Moment {
        /// Days since 1970-01-01.
        day: i32,
        /// Seconds since midnight.
        second: Option<u32>,
    },
    /// A formula whose result the file does not hold.
    Uncalculated,
    /// An error value of a spreadsheet, such as `#REF!`.
    Error(&'static str),
}

impl Cell {
    /// The cell as text, as a CSV export would write it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty | Self::Uncalculated => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => written(*number),
            Self::Moment { day, second } => {
                let date = date_of(*day).map(|date| date.to_string()).unwrap_or_default();
                match second {
                    Some(second) => format!(
                        "{date} {:02}:{:02}:{:02}",
                        second / 3600,
                        second / 60 % 60,
                        second % 60
                    ),
                    None => date,
                }
            }
            Self::Error(error) => (*error).to_owned(),
        }
    }
}

/// `number` in the fewest digits that tell it apart, with a decimal point.
#[must_use]
pub fn written(number: f64) -> String {
    let whole = number as i64;
    // The general way is several times slower, and nearly all numbers of a survey are whole.
    let plain = whole != 0 && whole as f64 == number && number.abs() < 1e15;
    if plain { whole.to_string() } else { number.to_string() }
}

/// The date `day` days after 1970-01-01; none outside the calendar.
#[must_use]
pub fn date_of(day: i32) -> Option<jiff::civil::Date> {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(day).ok()?).ok()
}

/// Days from 1970-01-01 to `date`.
#[must_use]
pub fn day_of(date: jiff::civil::Date) -> i32 {
    let start = jiff::civil::date(1970, 1, 1);
    start.until(date).map(|span| span.get_days()).unwrap_or_default()
}

impl Cells {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Whole(cells) => cells.len(),
            Self::Repeating(cells) => cells.which.len(),
            Self::Mixed(cells) => cells.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of the cell at `row`, as a CSV export would write it.
    #[must_use]
    pub fn text(&self, row: usize) -> String {
        match self {
            Self::Whole(cells) => match cells.get(row) {
                Some(&value) if value != EMPTY => value.to_string(),
                _ => String::new(),
            },
            Self::Repeating(cells) => {
                let position = cells.which.get(row).copied().unwrap_or_default();
                match cells.value(position) {
                    Value::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    Value::Cell(cell) => cell.text(),
                }
            }
            Self::Mixed(cells) => cells.get(row).map(Cell::text).unwrap_or_default(),
        }
    }
}

/// Time that reading may still take.
#[derive(Clone, Copy, Debug)]
struct Deadline(Option<Instant>);

impl Deadline {
    fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    fn passed(self) -> bool {
        self.0.is_some_and(|end| Instant::now() > end)
    }
}

/// Numbers of rows, and their texts by column.
pub type Numbered = (Vec<u64>, Vec<Texts>);

/// How a block is taken: going on may hand back the bytes of an earlier block of text, whose room
/// is used again; breaking stops the reading.
pub type Sink<'a> = &'a mut dyn FnMut(Block) -> ControlFlow<(), Vec<u8>>;

impl Sheet {
    /// Looks at the file `source`, called `name`: recognises format, encoding, delimiter and
    /// header.
    ///
    /// # Errors
    /// The one [`Fault`] for which the file cannot be read at all: empty, too large, not one of
    /// the formats, protected by a password, a ZIP bomb, a sheet that is not there, no header, a
    /// delimiter that cuts nothing.
    pub fn open(source: Source, name: &str, options: &Options) -> Result<Self, Box<Fault>> {
        if source.length() == 0 {
            return Err(Box::new(Fault::of_file(name, "sheet-error-empty")));
        }
        if source.length() > options.limits.bytes {
            return Err(Box::new(
                Fault::of_file(name, "sheet-error-large").with("limit", options.limits.bytes >> 20),
            ));
        }
        let unreadable = || Fault::of_file(name, "sheet-error-read");
        let sample = csv::sample(&source, 1 << 20).map_err(|_| unreadable())?;
        match sample.as_slice() {
            [b'P', b'K', 3, 4, ..] => xlsx::open(source, name, options),
            [b'P', b'A', b'R', b'1', ..] => parquet::open(source, name, options),
            // A compound file: the old Excel format, or a workbook locked by a password.
            [0xD0, 0xCF, 0x11, 0xE0, ..] => {
                Err(Box::new(Fault::of_file(name, "sheet-error-old-or-locked")))
            }
            [b'%', b'P', b'D', b'F', ..] | [0x1F, 0x8B, ..] | [0x89, b'P', b'N', b'G', ..] => {
                Err(Box::new(Fault::of_file(name, "sheet-error-format")))
            }
            _ => csv::open(source, name, options, &sample),
        }
    }

    /// Passes the rows below the header to `sink`, in the order of the file.
    ///
    /// # Errors
    /// The [`Fault`] at which reading had to stop; the blocks before it have been passed on.
    pub fn read(&self, sink: Sink<'_>) -> Result<(), Box<Fault>> {
        self.read_at_once(parquet::BLOCK_ROWS, sink)
    }

    /// [`Sheet::read`], unpacking no more than `rows` at once where the format allows.
    fn read_at_once(&self, rows: usize, sink: Sink<'_>) -> Result<(), Box<Fault>> {
        match self.format {
            Format::Csv => csv::read(self, sink).map(|_| ()),
            Format::Xlsx => xlsx::read(self, sink),
            Format::Parquet => parquet::read(self, rows.clamp(1, parquet::BLOCK_ROWS), sink),
        }
    }

    /// [`Sheet::read`], and SHA-256 of the file in lower-case hex, from the same pass over it where
    /// the format allows.
    ///
    /// # Errors
    /// As [`Sheet::read`].
    pub fn read_and_hash(&self, sink: Sink<'_>) -> Result<String, Box<Fault>> {
        let hash = match self.format {
            Format::Csv => csv::read(self, sink)?,
            Format::Xlsx | Format::Parquet => {
                return std::thread::scope(|scope| {
                    let hash = scope.spawn(|| self.sha256());
                    self.read(sink)?;
                    hash.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                });
            }
        };
        match hash {
            Some(hash) => Ok(hex(&hash)),
            None => self.sha256(),
        }
    }

    /// The first `rows` rows below the header as texts, by column, blank rows left out.
    ///
    /// # Errors
    /// As [`Sheet::read`].
    pub fn sample(&self, rows: usize) -> Result<Vec<Texts>, Box<Fault>> {
        Ok(self.numbered(rows)?.1)
    }

    /// As [`Sheet::sample`], behind the number of each row as a spreadsheet shows it.
    ///
    /// # Errors
    /// As [`Sheet::read`].
    pub fn numbered(&self, rows: usize) -> Result<Numbered, Box<Fault>> {
        let mut columns = vec![Texts::default(); self.columns.len()];
        let (mut numbers, mut line) = (Vec::new(), self.header_row);
        let mut taken = 0;
        self.read_at_once(rows, &mut |block| {
            match block {
                Block::Text(block) => {
                    let mut scanner = csv::Scanner::new(&block.bytes, block.dialect);
                    while !scanner.done() && taken < rows {
                        let fields = scanner.row(columns.len());
                        line += 1;
                        if fields.iter().any(|field| !field.text().trim().is_empty()) {
                            taken += 1;
                            numbers.push(line);
                            for (at, column) in columns.iter_mut().enumerate() {
                                column.push(
                                    &fields.get(at).map(csv::Field::text).unwrap_or_default(),
                                );
                            }
                        }
                    }
                }
                Block::Cells(block) => {
                    let more = block.rows.len().min(rows - taken);
                    numbers.extend(block.rows.iter().take(more).copied().map(u64::from));
                    for (column, cells) in columns.iter_mut().zip(&block.columns) {
                        (0..more).for_each(|row| column.push(&cells.text(row)));
                    }
                    taken += more;
                }
            }
            if taken < rows { ControlFlow::Continue(Vec::new()) } else { ControlFlow::Break(()) }
        })?;
        Ok((numbers, columns))
    }

    /// SHA-256 of the file, lower-case hex.
    ///
    /// # Errors
    /// A [`Fault`] where the file cannot be read.
    pub fn sha256(&self) -> Result<String, Box<Fault>> {
        self.source.sha256().map_err(|_| Box::new(Fault::of_file(&self.name, "sheet-error-read")))
    }

    /// Bytes of the file.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.source.length()
    }

    /// A fault at `row` in the column at `column`, with messages `<key>` and `<key>-advice`.
    #[must_use]
    pub fn fault(&self, key: &str, row: Option<u64>, column: Option<usize>) -> Fault {
        Fault {
            sheet: self.sheet.clone(),
            row,
            column: column.and_then(|column| self.columns.get(column).cloned()),
            ..Fault::of_file(&self.name, key)
        }
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.limits.time)
    }
}

/// Where the header stands among the first rows of a sheet, from 0: the first row with at least
/// six tenths as many filled cells as the fullest, so that titles above a table are passed over.
fn header_among(rows: &[Vec<String>]) -> Option<usize> {
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let most = rows.iter().map(filled).max().filter(|&most| most > 0)?;
    rows.iter().position(|row| filled(row) * 10 >= most * 6)
}

/// Columns of a header, trailing empty ones left out.
fn columns_of(header: &[String]) -> Vec<Column> {
    let last = header.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
    header
        .iter()
        .take(last)
        .zip(0..)
        .map(|(text, index)| Column {
            index,
            header: text.split_whitespace().collect::<Vec<_>>().join(" "),
        })
        .collect()
}

/// Rows at the top of a sheet among which the header is looked for.
const HEADER_ROWS: usize = 20;

#[cfg(test)]
pub(crate) mod tests;
