//! A workbook in which every faulty cell can be seen: a list of the faults, and the rows they
//! stand in, with the cells coloured and the reason as a note.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format, FormatBorder, Note, Workbook, XlsxError};

use super::{Block, Column, Fault, Faults, Sheet, csv, private};
use crate::locale::Words;

/// Who notes are by, where a spreadsheet names that; its library would write an English word.
const AUTHOR: &str = "Selaras";

/// Builds the workbook for `faults` of `sheets` in the language of `words`: a first sheet that
/// lists them (file, sheet, cell, value, reason, advice), then one sheet per file with its header
/// and the rows that have a fault. Values that point at a person are covered there too, and so is
/// all of a column of which `dropped` says that nothing of it is kept: it may be free text.
///
/// # Errors
/// Those of the workbook writer.
pub fn mark_up(
    sheets: &[Sheet],
    dropped: &dyn Fn(&Sheet, &Column) -> bool,
    faults: &Faults,
    words: Words,
) -> Result<Vec<u8>, XlsxError> {
    let head = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap();
    let wrapped = Format::new().set_text_wrap();
    let wrong = Format::new().set_background_color(Color::RGB(0x00FF_D9B3));
    let mut book = Workbook::new();

    let list = book.add_worksheet().set_name(words.say("sheet-markup-list"))?;
    for (column, key) in
        (0_u16..).zip(["file", "sheet", "cell", "column", "value", "reason", "advice"])
    {
        list.write_with_format(0, column, words.say(&format!("sheet-markup-{key}")), &head)?;
        list.set_column_width(column, if column < 5 { 16 } else { 52 })?;
    }
    list.set_freeze_panes(1, 0)?;
    for (row, fault) in (1_u32..).zip(&faults.kept) {
        let header = fault.column.as_ref().map(|column| column.header.as_str());
        list.write(row, 0, &fault.file)?;
        list.write(row, 1, fault.sheet.as_deref().unwrap_or_default())?;
        list.write(row, 2, fault.cell())?;
        list.write(row, 3, header.unwrap_or_default())?;
        list.write(row, 4, fault.value.as_deref().unwrap_or_default())?;
        list.write_with_format(row, 5, words.tell(&fault.reason), &wrapped)?;
        list.write_with_format(row, 6, words.tell(&fault.advice), &wrapped)?;
    }
    let unlisted = faults.count.saturating_sub(faults.kept.len() as u64);
    if unlisted > 0 {
        let more = crate::locale::Message::new("sheet-markup-more").with("count", unlisted);
        list.write(faults.kept.len() as u32 + 1, 0, words.tell(&more))?;
    }

    for (number, sheet) in (1_usize..).zip(sheets) {
        let own: Vec<&Fault> = faults
            .kept
            .iter()
            .filter(|fault| fault.file == sheet.name && fault.sheet == sheet.sheet)
            .collect();
        let rows = rows_of(sheet, dropped, &own);
        if rows.is_empty() {
            continue;
        }
        let page = book.add_worksheet().set_name(format!("{number}"))?;
        page.write_with_format(0, 0, words.say("sheet-markup-row"), &head)?;
        // Spreadsheets have 16,384 columns; one is taken by the row number.
        for (column, named) in (1_u16..16_384).zip(&sheet.columns) {
            page.write_with_format(0, column, &named.header, &head)?;
        }
        page.set_freeze_panes(1, 1)?;
        page.set_default_note_author(AUTHOR);
        for (at, (row, texts)) in (1_u32..).zip(&rows) {
            page.write(at, 0, *row)?;
            let faulty: BTreeMap<u32, &Fault> = own
                .iter()
                .filter(|fault| fault.rows().any(|own| own == *row))
                .filter_map(|fault| Some((fault.column.as_ref()?.index, *fault)))
                .collect();
            for (column, text) in (1_u16..16_384).zip(texts) {
                let shown = private::shown(text, false);
                let Some(fault) = faulty.get(&(u32::from(column) - 1)) else {
                    page.write(at, column, shown)?;
                    continue;
                };
                page.write_with_format(at, column, shown, &wrong)?;
                let note = format!("{}\n{}", words.tell(&fault.reason), words.tell(&fault.advice));
                page.insert_note(at, column, &Note::new(note).add_author_prefix(false))?;
            }
        }
    }
    book.save_to_buffer()
}

/// The texts of the rows in which `faults` stand, private and dropped columns covered wholly.
fn rows_of(
    sheet: &Sheet,
    dropped: &dyn Fn(&Sheet, &Column) -> bool,
    faults: &[&Fault],
) -> BTreeMap<u64, Vec<String>> {
    let mut rows: BTreeMap<u64, Vec<String>> =
        faults.iter().flat_map(|fault| fault.rows()).map(|row| (row, Vec::new())).collect();
    if rows.is_empty() {
        return rows;
    }
    let hidden: Vec<bool> = sheet
        .columns
        .iter()
        .map(|column| {
            private::of_header(&private::words(&column.header)).is_some() || dropped(sheet, column)
        })
        .collect();
    let cover = |texts: Vec<String>| -> Vec<String> {
        texts
            .into_iter()
            .zip(&hidden)
            .map(|(text, hidden)| if *hidden && !text.is_empty() { "•••".to_owned() } else { text })
            .collect()
    };
    let last = rows.keys().next_back().copied().unwrap_or(0);
    let mut row = sheet.header_row;
    // A file that stops being readable half-way shows the rows up to there.
    let _ = sheet.read(&mut |block| {
        match block {
            Block::Text(block) => {
                let mut scanner = csv::Scanner::new(&block.bytes, block.dialect);
                while !scanner.done() {
                    row += 1;
                    let fields = scanner.row(sheet.columns.len());
                    if let Some(place) = rows.get_mut(&row) {
                        *place =
                            cover(fields.iter().map(|field| field.text().into_owned()).collect());
                    }
                }
            }
            Block::Cells(block) => {
                for (at, number) in block.rows.iter().enumerate() {
                    row = u64::from(*number);
                    if let Some(place) = rows.get_mut(&row) {
                        *place = cover(block.columns.iter().map(|cells| cells.text(at)).collect());
                    }
                }
            }
        }
        if row >= last {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(Vec::new())
        }
    });
    rows
}
