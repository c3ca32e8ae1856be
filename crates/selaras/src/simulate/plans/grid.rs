//! Workbooks as grids of cells, to be written, read and edited. Nothing here knows what a plan is.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    #[default]
    Empty,
    Text(String),
    Whole(i64),
}

impl Value {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Whole(whole) => whole.to_string(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}
impl From<i64> for Value {
    fn from(whole: i64) -> Self {
        Self::Whole(whole)
    }
}

/// The one sheet of a workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) rows: Vec<Vec<Value>>,
}

impl Grid {
    /// The bytes of the workbook; the same cells are the same bytes.
    pub(super) fn write(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let sheet = book.add_worksheet();
        for (row, cells) in (0_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                match cell {
                    Value::Empty => {}
                    Value::Text(text) => {
                        sheet.write_string(row, column, text)?;
                    }
                    Value::Whole(whole) => {
                        sheet.write_number(row, column, *whole as f64)?;
                    }
                }
            }
        }
        book.save_to_buffer()
    }

    /// The cells of a workbook that [`Grid::write`] wrote; none where it cannot be read.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).ok()?;
        let range = book.worksheet_range_at(0)?.ok()?;
        let (top, left) = range.start().unwrap_or_default();
        let mut rows = vec![Vec::new(); top as usize];
        for cells in range.rows() {
            let mut row = vec![Value::Empty; left as usize];
            row.extend(cells.iter().map(|cell| match cell {
                Data::String(text) => Value::from(text.as_str()),
                Data::Float(number) if number.fract() == 0.0 => Value::Whole(*number as i64),
                Data::Int(whole) => Value::Whole(*whole),
                Data::Empty => Value::Empty,
                other => Value::from(other.to_string()),
            }));
            rows.push(row);
        }
        Some(Self { rows })
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> String {
        self.rows.get(row).and_then(|row| row.get(column)).map(Value::text).unwrap_or_default()
    }

    pub(super) fn set(&mut self, row: usize, column: usize, value: impl Into<Value>) {
        let Some(cells) = self.rows.get_mut(row) else { return };
        if cells.len() <= column {
            cells.resize(column + 1, Value::Empty);
        }
        if let Some(cell) = cells.get_mut(column) {
            *cell = value.into();
        }
    }
}
