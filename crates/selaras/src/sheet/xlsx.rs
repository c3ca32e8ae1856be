//! Workbooks (Office Open XML).

use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{CellErrorType, DataRef, Reader, SheetType, Xlsx};

use super::dialect::Dialect;
use super::source::{Source, SourceReader};
use super::{
    Block, Cell, CellBlock, Cells, Fault, Format, HEADER_ROWS, Limits, Merged, Options, Sheet, Sink,
};

/// Rows of one block.
const BLOCK_ROWS: usize = 2048;

/// Unpacked bytes that need no ratio to be believed.
const UNSUSPICIOUS: u64 = 10 << 20;

/// Unpacks every part once, counting, before a parser that keeps parts in memory sees them: what
/// an archive says about its own sizes may be a lie.
fn check_archive(source: &Source, name: &str, limits: &Limits) -> Result<(), Box<Fault>> {
    let broken = || Fault::of_file(name, "sheet-error-workbook");
    let mut archive = zip::ZipArchive::new(source.reader()).map_err(|_| broken())?;
    let by_ratio = source.length().saturating_mul(limits.ratio).max(UNSUSPICIOUS);
    let most = limits.unpacked.min(by_ratio);
    let mut unpacked = 0_u64;
    let mut workbook = false;
    let mut buffer = vec![0_u8; 64 * 1024];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| broken())?;
        workbook |= part.name().is_ok_and(|name| name.eq_ignore_ascii_case("xl/workbook.xml"));
        loop {
            let read = part.read(&mut buffer).map_err(|_| broken())?;
            if read == 0 {
                break;
            }
            unpacked += read as u64;
            if unpacked > most {
                return Err(Box::new(
                    Fault::of_file(name, "sheet-error-bomb").with("limit", most >> 20),
                ));
            }
        }
    }
    if workbook { Ok(()) } else { Err(Box::new(Fault::of_file(name, "sheet-error-format"))) }
}

/// Runs the workbook parser. It is a third party's and not written against malice: whatever it does
/// on a malformed part, a panic included, the file is merely unreadable.
fn guarded<T>(
    name: &str,
    parse: impl FnOnce() -> Result<T, calamine::XlsxError>,
) -> Result<T, Box<Fault>> {
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) | Err(_) => Err(Box::new(Fault::of_file(name, "sheet-error-workbook"))),
    }
}

pub(super) fn open(source: Source, name: &str, options: &Options) -> Result<Sheet, Box<Fault>> {
    let limits = &options.limits;
    check_archive(&source, name, limits)?;
    let mut book: Xlsx<_> = guarded(name, || Xlsx::new(source.reader()))?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let wanted: Vec<&String> = match &options.sheet {
        Some(wanted) => sheets.iter().filter(|sheet| *sheet == wanted).collect(),
        None => sheets.iter().collect(),
    };
    if let (Some(missing), true) = (&options.sheet, wanted.is_empty()) {
        return Err(Box::new(
            Fault::of_file(name, "sheet-error-no-sheet").with("sheet", missing.as_str()),
        ));
    }
    for sheet in wanted {
        let top = guarded(name, || top_rows(&mut book, sheet))?;
        let width = top.iter().map(Vec::len).max().unwrap_or(0);
        if width > limits.columns {
            return Err(Box::new(Fault {
                sheet: Some(sheet.clone()),
                ..Fault::of_file(name, "sheet-error-columns").with("limit", limits.columns)
            }));
        }
        let at = match options.header_row {
            Some(row) => usize::try_from(row.saturating_sub(1)).ok(),
            None => super::header_among(&top),
        };
        let Some((at, header)) = at.and_then(|at| Some((at, top.get(at)?))) else { continue };
        let columns = super::columns_of(header);
        if columns.is_empty() {
            continue;
        }
        let mut opened = Sheet {
            name: name.to_owned(),
            format: Format::Xlsx,
            encoding: None,
            delimiter: None,
            sheet: Some(sheet.clone()),
            sheets: sheets.clone(),
            header_row: at as u64 + 1,
            columns,
            faults: Vec::new(),
            merged: Vec::new(),
            source: source.clone(),
            limits: *limits,
            header_bytes: 0,
            dialect: Dialect { delimiter: b',', newline: b'\n' },
        };
        let merged = guarded(name, || book.merge_cells_by_sheet_name(sheet))?;
        opened.faults = merged_cells(&opened, &merged);
        let range = |of: &calamine::Dimensions| Merged {
            rows: (u64::from(of.start.0) + 1, u64::from(of.end.0) + 1),
            columns: (of.start.1, of.end.1),
        };
        opened.merged = merged.iter().map(range).collect();
        return Ok(opened);
    }
    Err(Box::new(Fault::of_file(name, "sheet-error-empty")))
}

/// One fault per column of every merged range below the header: only its first cell has a value.
fn merged_cells(sheet: &Sheet, merged: &[calamine::Dimensions]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for range in merged.iter().filter(|range| u64::from(range.end.0) >= sheet.header_row) {
        for column in range.start.1..=range.end.1 {
            let column = column as usize;
            if column >= sheet.columns.len() || faults.len() >= super::FAULTS_KEPT {
                break;
            }
            let row = u64::from(range.start.0) + 1;
            faults.push(sheet.fault("sheet-error-merged", Some(row), Some(column)));
        }
    }
    faults
}

/// The texts of the first rows.
fn top_rows<R: Read + Seek>(
    book: &mut Xlsx<R>,
    sheet: &str,
) -> Result<Vec<Vec<String>>, calamine::XlsxError> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut cells = book.worksheet_cells_reader(sheet)?;
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        if row >= HEADER_ROWS {
            break;
        }
        let text = convert(cell.get_value()).text();
        if text.is_empty() {
            continue;
        }
        if rows.len() <= row {
            rows.resize(row + 1, Vec::new());
        }
        if let Some(line) = rows.get_mut(row) {
            if line.len() <= column {
                line.resize(column + 1, String::new());
            }
            if let Some(place) = line.get_mut(column) {
                *place = text;
            }
        }
    }
    Ok(rows)
}

fn convert(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(value) => Cell::Number(*value as f64),
        DataRef::Float(value) if value.is_finite() => Cell::Number(*value),
        DataRef::Float(_) => Cell::Empty,
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(value) => Cell::Number(f64::from(u8::from(*value))),
        DataRef::DateTime(moment) if moment.is_duration() => Cell::Number(moment.as_f64()),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let date = i16::try_from(year)
                .ok()
                .and_then(|year| jiff::civil::Date::new(year, month as i8, day as i8).ok());
            let Some(date) = date else { return Cell::Number(moment.as_f64()) };
            let timed = moment.as_f64().fract() != 0.0;
            let second = u32::from(hour) * 3600 + u32::from(minute) * 60 + u32::from(second);
            Cell::Moment { day: super::day_of(date), second: timed.then_some(second) }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(text),
        DataRef::Error(error) => Cell::Error(match error {
            CellErrorType::Div0 => "#DIV/0!",
            CellErrorType::NA => "#N/A",
            CellErrorType::Name => "#NAME?",
            CellErrorType::Null => "#NULL!",
            CellErrorType::Num => "#NUM!",
            CellErrorType::Ref => "#REF!",
            _ => "#VALUE!",
        }),
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

/// Collects cells that come row by row into blocks by column.
struct Gather<'a, 'b> {
    width: usize,
    block: CellBlock,
    rows: u64,
    sink: &'a mut (dyn FnMut(Block) -> ControlFlow<(), Vec<u8>> + 'b),
}

impl Gather<'_, '_> {
    fn put(&mut self, row: u32, column: usize, cell: Cell) -> ControlFlow<()> {
        if self.block.rows.last() != Some(&row) {
            if self.block.rows.len() >= BLOCK_ROWS {
                self.flush()?;
            }
            self.block.rows.push(row);
            self.rows += 1;
        }
        if self.block.columns.is_empty() {
            self.block.columns.resize_with(self.width, || Cells::Mixed(Vec::new()));
        }
        if let Some(Cells::Mixed(cells)) = self.block.columns.get_mut(column) {
            cells.resize(self.block.rows.len() - 1, Cell::Empty);
            cells.push(cell);
        }
        ControlFlow::Continue(())
    }

    fn flush(&mut self) -> ControlFlow<()> {
        let mut block = std::mem::take(&mut self.block);
        if block.rows.is_empty() {
            return ControlFlow::Continue(());
        }
        for cells in &mut block.columns {
            if let Cells::Mixed(cells) = cells {
                cells.resize(block.rows.len(), Cell::Empty);
            }
        }
        (self.sink)(Block::Cells(block)).map_continue(drop)
    }
}

pub(super) fn read(sheet: &Sheet, sink: Sink<'_>) -> Result<(), Box<Fault>> {
    let deadline = sheet.deadline();
    let table = sheet.sheet.as_deref().unwrap_or_default();
    let mut book: Xlsx<SourceReader> = guarded(&sheet.name, || Xlsx::new(sheet.source.reader()))?;
    let mut cells = guarded(&sheet.name, || book.worksheet_cells_reader(table))?;
    let width = sheet.columns.len();
    let mut gather = Gather { width, block: CellBlock::default(), rows: 0, sink };
    let mut last = 0;
    loop {
        // The parser alone is guarded, not what the sink does.
        let record =
            guarded(&sheet.name, || cells.next_cell_with_formula_metadata()).map_err(|fault| {
                Box::new(Fault { sheet: sheet.sheet.clone(), ..*fault }.at_row(last + 1))
            })?;
        let Some(record) = record else { break };
        let (row, column) = (u64::from(record.pos.0) + 1, record.pos.1 as usize);
        if row <= sheet.header_row || column >= width {
            continue;
        }
        let cell = match convert(&record.value) {
            Cell::Empty if record.formula.is_some() => Cell::Uncalculated,
            Cell::Empty => continue,
            cell => cell,
        };
        // Rows of a sound sheet ascend; anything else would be read as several rows of one number.
        if row < last {
            return Err(Box::new(sheet.fault("sheet-error-workbook", Some(row), None)));
        }
        last = row;
        if gather.rows > sheet.limits.rows {
            return Err(Box::new(
                sheet.fault("sheet-error-rows", None, None).with("limit", sheet.limits.rows),
            ));
        }
        if gather.rows.is_multiple_of(1024) && deadline.passed() {
            return Err(Box::new(sheet.fault("sheet-error-time", None, None)));
        }
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        if gather.put(number, column, cell).is_break() {
            return Ok(());
        }
    }
    let _ = gather.flush();
    Ok(())
}
