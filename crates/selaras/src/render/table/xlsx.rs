//! Tables as an XLSX workbook, one sheet a table. Same tables, same bytes.

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::super::letter::Paper;
use super::{Cell, Kind, Table};
use crate::locale::{Message, cause};

/// Why a workbook could not be written: more rows or columns than a sheet holds.
#[derive(Debug, thiserror::Error)]
#[error("workbook: {0}")]
pub struct WorkbookError(#[from] XlsxError);

impl WorkbookError {
    /// The error in words for people.
    #[must_use]
    pub fn message(&self) -> Message {
        Message::new("table-error-workbook").with("reason", cause::technical(&self.0))
    }
}

/// Most characters Excel takes in one cell.
const MOST_TEXT: usize = 32_767;
/// Most characters of a sheet's name.
const MOST_NAME: usize = 31;

impl Table {
    /// A workbook of this one table.
    ///
    /// # Errors
    /// More rows (1,048,576) or columns (16,384) than a sheet holds.
    pub fn xlsx(&self) -> Result<Vec<u8>, WorkbookError> {
        workbook(&[(&self.title, self)])
    }
}

/// A workbook with one sheet for each (sheet name, table). Names are brought to what Excel allows
/// and made unique. Each sheet has title, mark of simulated data, source, time and filters above a
/// head that stays in sight and is repeated in print; remarks stand under the rows.
///
/// # Errors
/// More rows (1,048,576) or columns (16,384) than a sheet holds.
pub fn workbook(sheets: &[(&str, &Table)]) -> Result<Vec<u8>, WorkbookError> {
    let mut book = Workbook::new();
    // The date of making is fixed: the same tables are the same bytes.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let mut names = BTreeSet::new();
    for (name, table) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(name, &mut names))?;
        write(table, sheet)?;
    }
    Ok(book.save_to_buffer()?)
}

/// `name` without what Excel forbids, at most 31 characters, unlike every one in `taken`.
fn sheet_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed =
        |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') && !c.is_control();
    let clean: String = name.chars().filter(allowed).collect();
    let clean = clean.trim().trim_matches('\'');
    let clean = if clean.is_empty() { "1" } else { clean };
    for number in 1.. {
        let end = if number == 1 { String::new() } else { format!(" {number}") };
        let mut short: String = clean.chars().take(MOST_NAME - end.len()).collect();
        short.push_str(&end);
        if taken.insert(short.to_lowercase()) {
            return short;
        }
    }
    clean.to_owned()
}

fn write(table: &Table, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let quiet = Format::new().set_font_color("#5a6b68");
    let warning = Format::new().set_bold().set_font_color("#c8742b");
    let mut row = 0;
    for (at, line) in table.preamble().iter().enumerate() {
        let format = match at {
            0 => &bold,
            1 if table.simulated => &warning,
            _ => &quiet,
        };
        sheet.write_string_with_format(row, 0, capped(line), format)?;
        row += 1;
    }
    let head_row = row + 1;
    for (at, column) in (0_u16..).zip(&table.columns) {
        let align = if column.kind.is_number() { FormatAlign::Right } else { FormatAlign::Left };
        let format = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(align)
            .set_align(FormatAlign::VerticalCenter)
            .set_border_bottom(FormatBorder::Thin)
            .set_background_color("#e8efed");
        sheet.write_string_with_format(head_row, at, capped(&column.full_head()), &format)?;
        sheet.set_column_width(at, width(table, usize::from(at)))?;
    }
    let formats: Vec<Format> = table.columns.iter().map(|column| format(column.kind)).collect();
    let absent = Format::new()
        .set_font_color("#5a6b68")
        .set_align(FormatAlign::Right)
        .set_align(FormatAlign::Top)
        .set_text_wrap();
    row = head_row;
    for data in &table.rows {
        row += 1;
        for (at, format) in (0_u16..).zip(&formats) {
            match data.cells.get(usize::from(at)).unwrap_or(&Cell::Empty) {
                Cell::Empty => {}
                Cell::Absent(text) => {
                    sheet.write_string_with_format(row, at, capped(text), &absent)?;
                }
                Cell::Text(text) => {
                    sheet.write_string_with_format(row, at, capped(text), format)?;
                }
                Cell::Whole(whole) => {
                    sheet.write_number_with_format(row, at, *whole as f64, format)?;
                }
                Cell::Number(number) => {
                    sheet.write_number_with_format(row, at, *number, format)?;
                }
                Cell::Date(date) => {
                    let (year, month) = (date.year(), date.month());
                    let date = ExcelDateTime::from_ymd(
                        u16::try_from(year).unwrap_or(0),
                        u8::try_from(month).unwrap_or(0),
                        u8::try_from(date.day()).unwrap_or(0),
                    )?;
                    sheet.write_datetime_with_format(row, at, &date, format)?;
                }
            }
        }
    }
    if let Some(last) = u16::try_from(table.columns.len()).ok().and_then(|n| n.checked_sub(1))
        && !table.rows.is_empty()
    {
        sheet.autofilter(head_row, 0, row, last)?;
    }
    for note in table.notes() {
        row += 1;
        sheet.write_string_with_format(row + 1, 0, capped(&note), &quiet)?;
    }
    sheet.set_freeze_panes(head_row + 1, 1)?;
    sheet.set_repeat_rows(head_row, head_row)?;
    // A4 and Folio (8.5 × 13 inches) by their numbers in the format.
    sheet.set_paper_size(if table.paper == Paper::F4 { 14 } else { 9 });
    if table.columns.len() > 6 || table.paper == Paper::F4 {
        sheet.set_landscape();
    }
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_footer(format!("&L{}&R{}", footer_text(table), table.words.say("table-page")));
    Ok(())
}

/// Title and mark for the foot of printed pages; `&` begins a code there, so it is doubled.
fn footer_text(table: &Table) -> String {
    let mut text: String = table.title.chars().take(80).collect();
    if table.simulated {
        text.push_str(" · ");
        text.push_str(&table.words.say("table-simulated"));
    }
    text.replace('&', "&&")
}

fn format(kind: Kind) -> Format {
    let decimals = |decimals: u8| match decimals {
        0 => String::new(),
        decimals => format!(".{}", "0".repeat(usize::from(decimals))),
    };
    // Rows with wrapped words are tall: everything begins at their top.
    let top = Format::new().set_align(FormatAlign::Top);
    match kind {
        Kind::Text => top.set_text_wrap(),
        Kind::Code => top.set_num_format("@"),
        Kind::Whole => top.set_num_format("#,##0"),
        Kind::Decimal(places) => top.set_num_format(format!("#,##0{}", decimals(places))),
        Kind::Percent(places) => top.set_num_format(format!("0{}%", decimals(places))),
        Kind::Date => top.set_num_format("dd/mm/yyyy"),
    }
}

/// Width in characters: that of the longest cell, from 8 to 48, the head wrapped to two lines.
fn width(table: &Table, at: usize) -> f64 {
    let Some(column) = table.columns.get(at) else { return 8.0 };
    let head = column.full_head().chars().count().div_ceil(2);
    let cell = |row: &super::Row| {
        row.cells.get(at).map_or(0, |cell| table.shown(cell, column.kind).chars().count())
    };
    let cells = table.rows.iter().map(cell).max().unwrap_or(0);
    (head.max(cells) + 2).clamp(8, 48) as f64
}

fn capped(text: &str) -> String {
    text.chars().take(MOST_TEXT).collect()
}
