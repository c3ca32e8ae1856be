//! A table as one value: HTML for the page and for print, XLSX, CSV and JSON of the same rows.
//!
//! A noun fills a [`Table`] once, with words of one language and typed cells; no output knows
//! anything the others do not. What a number looks like follows from its column: how many decimals,
//! whether it is a share. The full number goes into XLSX and JSON, the shown one into HTML and CSV.

mod html;
mod xlsx;

use jiff::civil::Date;
use serde_json::{Value, json};

pub use xlsx::{WorkbookError, workbook};

use super::letter::Paper;
use crate::locale::Words;

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words, at the left.
    Text,
    /// A code such as `61.01`: text that no program may take for a number or a time.
    Code,
    /// Whole numbers, at the right.
    Whole,
    /// Numbers with this many decimals shown, at the right.
    Decimal(u8),
    /// Shares from 0 to 1, shown as per cent with this many decimals, at the right.
    Percent(u8),
    /// Dates.
    Date,
}

impl Kind {
    /// Whether cells stand at the right.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Decimal(_) | Self::Percent(_))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Whole => "whole",
            Self::Decimal(_) => "decimal",
            Self::Percent(_) => "share",
            Self::Date => "date",
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name for programs, unique in the table; a key of the JSON.
    pub id: String,
    /// Head, in the table's language.
    pub head: String,
    /// Unit, shown in the head; none for per cent, which the kind says.
    pub unit: Option<String>,
    /// What the cells hold.
    pub kind: Kind,
    /// A remark on the column, shown under the table.
    pub note: Option<String>,
}

impl Column {
    /// A column without unit and note.
    #[must_use]
    pub fn new(id: &str, head: impl Into<String>, kind: Kind) -> Self {
        Self { id: id.to_owned(), head: head.into(), unit: None, kind, note: None }
    }

    /// The same column with a unit in its head.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// The same column with a remark under the table.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Head with unit, on one line.
    #[must_use]
    pub fn full_head(&self) -> String {
        let percent = matches!(self.kind, Kind::Percent(_)).then_some("%");
        match self.unit.as_deref().or(percent) {
            Some(unit) => format!("{} ({unit})", self.head),
            None => self.head.clone(),
        }
    }
}

/// One value. A cell that does not fit its column's kind is shown as what it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing to say, a dash.
    #[default]
    Empty,
    /// No value, and why, e.g. *belum ada jawaban*.
    Absent(String),
    /// Words or a code.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number; for a column of per cent, a share from 0 to 1.
    Number(f64),
    /// A date.
    Date(Date),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Cell {
    fn from(whole: i64) -> Self {
        Self::Whole(whole)
    }
}
impl From<u64> for Cell {
    fn from(whole: u64) -> Self {
        i64::try_from(whole).map_or(Self::Number(whole as f64), Self::Whole)
    }
}
impl From<f64> for Cell {
    /// A number that is none (NaN, infinite) is empty.
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Empty }
    }
}
impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Cells, one a column; missing ones are empty, further ones are left out.
    pub cells: Vec<Cell>,
    /// Address of the object the row is about; the first cell links to it.
    pub href: Option<String>,
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Self {
        Self { cells, href: None }
    }
}

/// A table with everything that must travel with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Language of the words in it, and how numbers are written.
    pub words: Words,
    /// What the table shows.
    pub title: String,
    /// Whether it shows simulated data: then every output says so.
    pub simulated: bool,
    /// Where the figures come from.
    pub source: Option<String>,
    /// When they were made, worded.
    pub time: Option<String>,
    /// What was chosen, as (name, value).
    pub filters: Vec<(String, String)>,
    /// Columns; the first names the row.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Paper it is printed on; a matrix on F4 lies across.
    pub paper: Paper,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(words: Words, title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self {
            words,
            title: title.into(),
            simulated: false,
            source: None,
            time: None,
            filters: Vec::new(),
            columns,
            rows: Vec::new(),
            paper: Paper::A4,
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl Into<Row>) {
        self.rows.push(row.into());
    }

    /// The cells of a row as a reader sees them, one a column.
    #[must_use]
    pub fn texts(&self, row: &Row) -> Vec<String> {
        let cell = |(at, column): (usize, &Column)| {
            self.shown(row.cells.get(at).unwrap_or(&Cell::Empty), column.kind)
        };
        self.columns.iter().enumerate().map(cell).collect()
    }

    /// `cell` as a reader sees it in a column of `kind`.
    fn shown(&self, cell: &Cell, kind: Kind) -> String {
        match cell {
            Cell::Empty => "–".to_owned(),
            Cell::Absent(text) | Cell::Text(text) => text.clone(),
            Cell::Whole(whole) => match kind {
                Kind::Percent(_) => self.shown(&Cell::Number(*whole as f64), kind),
                _ => self.words.whole(*whole),
            },
            Cell::Number(number) => match kind {
                Kind::Percent(decimals) => self.words.number(number * 100.0, usize::from(decimals)),
                Kind::Decimal(decimals) => self.words.number(*number, usize::from(decimals)),
                Kind::Whole => self.words.number(*number, 0),
                Kind::Text | Kind::Code | Kind::Date => number.to_string(),
            },
            Cell::Date(date) => self.words.short_date(*date),
        }
    }

    /// Lines that stand above the rows of a file: title, mark of simulated data, source, time,
    /// filters.
    fn preamble(&self) -> Vec<String> {
        let mut lines = vec![self.title.clone()];
        if self.simulated {
            lines.push(self.words.say("table-simulated"));
        }
        let named = |key: &str, value: &str| format!("{}: {value}", self.words.say(key));
        lines.extend(self.source.as_deref().map(|source| named("table-source", source)));
        lines.extend(self.time.as_deref().map(|time| named("table-time", time)));
        lines.extend(self.filters.iter().map(|(name, value)| format!("{name}: {value}")));
        lines
    }

    /// Remarks of the columns, each with its column's head.
    fn notes(&self) -> Vec<String> {
        let note =
            |column: &Column| column.note.as_deref().map(|note| format!("{}: {note}", column.head));
        self.columns.iter().filter_map(note).collect()
    }

    /// CSV that a spreadsheet in Indonesian settings opens as columns: UTF-8 with byte order mark,
    /// `;`, decimal comma, CRLF. The head is the first line, so that programs read it too; the mark
    /// of simulated data, where it is due, is a last column. Numbers have the decimals shown.
    ///
    /// Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, *CSV
    /// Injection*). A code of digits and dots is written as `="61.01"`: with Indonesian settings a
    /// bare `61.01` would be read as a time of day.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = String::from("\u{feff}");
        let mark = self.simulated.then(|| self.words.say("table-simulated"));
        let mut head: Vec<String> =
            self.columns.iter().map(|column| quoted(&guarded(&column.full_head()))).collect();
        head.extend(mark.as_deref().map(quoted));
        text.push_str(&head.join(";"));
        text.push_str("\r\n");
        for row in &self.rows {
            for (at, column) in self.columns.iter().enumerate() {
                if at > 0 {
                    text.push(';');
                }
                text.push_str(&csv_cell(row.cells.get(at).unwrap_or(&Cell::Empty), column.kind));
            }
            if let Some(mark) = &mark {
                text.push(';');
                text.push_str(&quoted(mark));
            }
            text.push_str("\r\n");
        }
        text
    }

    /// The table as JSON: what stands above it, columns, and rows as arrays in the columns' order.
    /// Numbers are full, shares from 0 to 1, dates `YYYY-MM-DD`, absent values
    /// `{"absent": reason}`, empty ones null.
    #[must_use]
    pub fn json(&self) -> Value {
        let column = |column: &Column| {
            let decimals = match column.kind {
                Kind::Decimal(decimals) | Kind::Percent(decimals) => Some(decimals),
                _ => None,
            };
            json!({
                "id": column.id,
                "head": column.head,
                "unit": column.unit,
                "kind": column.kind.name(),
                "decimals": decimals,
                "note": column.note,
            })
        };
        let cell = |cell: &Cell| match cell {
            Cell::Empty => Value::Null,
            Cell::Absent(reason) => json!({ "absent": reason }),
            Cell::Text(text) => json!(text),
            Cell::Whole(whole) => json!(whole),
            Cell::Number(number) => json!(number),
            Cell::Date(date) => json!(date.to_string()),
        };
        let row = |row: &Row| -> Value {
            let at = |at: usize| row.cells.get(at).map_or(Value::Null, cell);
            (0..self.columns.len()).map(at).collect()
        };
        let filter = |(name, value): &(String, String)| json!({ "name": name, "value": value });
        json!({
            "title": self.title,
            "simulated": self.simulated,
            "source": self.source,
            "time": self.time,
            "filters": self.filters.iter().map(filter).collect::<Vec<_>>(),
            "columns": self.columns.iter().map(column).collect::<Vec<_>>(),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
        })
    }
}

/// A cell of a CSV file: plain digits and a decimal comma, or text.
fn csv_cell(cell: &Cell, kind: Kind) -> String {
    let number = |number: f64, decimals: u8| {
        let text = format!("{number:.prec$}", prec = usize::from(decimals));
        let zero = text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'));
        (if zero { text.trim_start_matches('-') } else { &text }).replace('.', ",")
    };
    match (cell, kind) {
        (Cell::Empty, _) => String::new(),
        (Cell::Text(text), Kind::Code)
            if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') =>
        {
            quoted(&format!("=\"{text}\""))
        }
        (Cell::Absent(text) | Cell::Text(text), _) => quoted(&guarded(text)),
        (Cell::Whole(whole), Kind::Percent(decimals)) => number(*whole as f64 * 100.0, decimals),
        (Cell::Whole(whole), _) => whole.to_string(),
        (Cell::Number(share), Kind::Percent(decimals)) => number(share * 100.0, decimals),
        (Cell::Number(value), Kind::Decimal(decimals)) => number(*value, decimals),
        (Cell::Number(value), Kind::Whole) => number(*value, 0),
        (Cell::Number(value), _) => value.to_string().replace('.', ","),
        (Cell::Date(date), _) => date.to_string(),
    }
}

/// `text` with an apostrophe before it where a spreadsheet would take it for a formula.
fn guarded(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{text}")
        }
        _ => text.to_owned(),
    }
}

/// `text` as a field of a CSV file, quoted where it must be (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains([';', ',', '"', '\r', '\n', '\t']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests;
