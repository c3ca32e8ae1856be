//! A sheet of a plan as lines of cells below one header, however many rows its header has.

use std::ops::ControlFlow;

use crate::sheet::csv::Scanner;
use crate::sheet::private::words;
use crate::sheet::{Block, Cell, Cells, Column, Fault, Options, Sheet, Source};

/// A table of a file, its header of up to four rows told as one.
#[derive(Clone, Debug)]
pub struct PlanTable {
    /// The sheet.
    pub sheet: Sheet,
    /// The columns; a header of several rows reads `Target / 2026`.
    pub columns: Vec<Column>,
    /// First row below the header, as a spreadsheet numbers it.
    pub first_row: u64,
    /// The lines above the header that hold something, in order.
    pub titles: Vec<String>,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Number as a spreadsheet shows it.
    pub(super) number: u64,
    /// Cells, one a column.
    pub(super) cells: Vec<Cell>,
}

impl Line {
    pub(super) fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// The text of a cell, blanks brought to single ones.
    pub(super) fn text(&self, column: usize) -> String {
        let text = self.cell(column).text();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Rows below the first of a header that may belong to it.
const HEADER_DEPTH: u64 = 3;
/// Rows above the header that are looked at.
const TITLES: u64 = 20;
/// Rows of a plan that are read: ten times the largest known.
const ROWS: usize = 200_000;

impl PlanTable {
    /// Looks at the file `source`, called `name`, or at one sheet of it.
    ///
    /// # Errors
    /// As [`Sheet::open`].
    pub fn open(source: &Source, name: &str, sheet: Option<&str>) -> Result<Self, Box<Fault>> {
        let at_row = |row: Option<u64>| {
            let options =
                Options { sheet: sheet.map(str::to_owned), header_row: row, ..Options::default() };
            Sheet::open(source.clone(), name, &options)
        };
        let first = at_row(None)?;
        let top = first.header_row;
        let mut rows = vec![first];
        // What was taken for the header may be the lower part of it.
        while top > 0 && rows.len() as u64 <= HEADER_DEPTH {
            let Some(lowest) = rows.first().filter(|of| is_lower_part(of)) else { break };
            let above = lowest.header_row.checked_sub(1).filter(|row| *row > 0);
            let Some(above) = above.and_then(|row| at_row(Some(row)).ok()) else { break };
            rows.insert(0, above);
        }
        let mut first_row = top + 1;
        for row in (top + 1..=top + HEADER_DEPTH).filter(|_| top > 0) {
            // A row without a cell is not opened as a header.
            let Ok(next) = at_row(Some(row)) else { break };
            if is_numbering(&next) {
                first_row = row + 1;
                break;
            }
            if !is_lower_part(&next) {
                break;
            }
            first_row = row + 1;
            rows.push(next);
        }
        let upper = rows.first().map_or(0, |row| row.header_row).min(TITLES + 1);
        let titles = (1..upper).filter_map(|row| at_row(Some(row)).ok()).map(|row| {
            let cells = row.columns.iter().map(|column| column.header.trim());
            cells.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
        });
        let titles: Vec<String> = titles.filter(|line| !line.is_empty()).collect();
        let columns = joined(&rows);
        let widest = rows.into_iter().max_by_key(|row| row.columns.len());
        let Some(mut sheet) = widest else {
            return Err(Box::new(Fault::of_file(name, "sheet-error-header")));
        };
        sheet.columns.clone_from(&columns);
        Ok(Self { sheet, columns, first_row, titles })
    }

    /// A fault in a cell or row of the table; see [`Sheet::fault`].
    #[must_use]
    pub fn fault(&self, key: &str, row: Option<u64>, column: Option<usize>) -> Fault {
        self.sheet.fault(key, row, column)
    }

    /// The first different texts of each column, at most `most`.
    ///
    /// # Errors
    /// As [`Sheet::read`].
    pub fn examples(&self, most: usize) -> Result<Vec<Vec<String>>, Box<Fault>> {
        let lines = self.lines()?;
        let of_column = |column: usize| {
            let mut texts: Vec<String> = Vec::new();
            for line in &lines {
                let text = line.text(column);
                if texts.len() == most {
                    break;
                }
                if !text.is_empty() && !texts.contains(&text) {
                    texts.push(text);
                }
            }
            texts
        };
        Ok((0..self.columns.len()).map(of_column).collect())
    }

    /// The rows below the header that hold something, in order.
    pub(super) fn lines(&self) -> Result<Vec<Line>, Box<Fault>> {
        let mut lines = Vec::new();
        let mut beyond = None;
        let width = self.columns.len();
        let mut number = self.sheet.header_row;
        self.sheet.read(&mut |block| {
            let mut take = |number: u64, cells: Vec<Cell>| {
                let blank = |cell: &Cell| match cell {
                    Cell::Empty => true,
                    Cell::Text(text) => text.trim().is_empty(),
                    _ => false,
                };
                if number >= self.first_row && !cells.iter().all(blank) {
                    lines.push(Line { number, cells });
                }
                if lines.len() > ROWS {
                    beyond = Some(number);
                }
            };
            match block {
                Block::Text(block) => {
                    let mut scanner = Scanner::new(&block.bytes, block.dialect);
                    while !scanner.done() {
                        number += 1;
                        let fields = scanner.row(width);
                        let fields =
                            fields.iter().map(|field| Cell::Text(field.text().into_owned()));
                        take(number, fields.collect());
                    }
                }
                Block::Cells(block) => {
                    for (row, &number) in block.rows.iter().enumerate() {
                        let cell = |cells: &Cells| match cells {
                            Cells::Mixed(cells) => cells.get(row).cloned().unwrap_or_default(),
                            other => Cell::Text(other.text(row)),
                        };
                        take(u64::from(number), block.columns.iter().map(cell).collect());
                    }
                }
            }
            if beyond.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(Vec::new())
            }
        })?;
        match beyond {
            Some(row) => {
                let fault = self.fault("sheet-error-too-many-rows", Some(row), None);
                Err(Box::new(fault.with("most", ROWS)))
            }
            None => Ok(lines),
        }
    }

    /// The last row of the merged cell that begins at this cell, where it reaches further down.
    pub(super) fn merged_to(&self, row: u64, column: usize) -> Option<u64> {
        let within = |(first, last): (u32, u32)| (first..=last).contains(&(column as u32));
        let found = self.sheet.merged.iter().find(|of| of.rows.0 == row && within(of.columns));
        found.map(|of| of.rows.1).filter(|last| *last > row)
    }
}

/// Words of the lower rows of a header.
const LOWER: [&str; 41] = [
    "target",
    "realisasi",
    "capaian",
    "anggaran",
    "pagu",
    "k",
    "rp",
    "kinerja",
    "keuangan",
    "satuan",
    "indikator",
    "tolok",
    "ukur",
    "lokasi",
    "tahun",
    "n",
    "1",
    "i",
    "ii",
    "iii",
    "iv",
    "tw",
    "triwulan",
    "awal",
    "akhir",
    "sumber",
    "dana",
    "indikatif",
    "kelompok",
    "sasaran",
    "nasional",
    "daerah",
    "provinsi",
    "prioritas",
    "pad",
    "dau",
    "dak",
    "dbh",
    "apbn",
    "apbd",
    "lain",
];

/// Whether the row taken as header of `sheet` holds nothing but years and words of lower parts, and
/// leaves columns to the row above.
fn is_lower_part(sheet: &Sheet) -> bool {
    let year = |word: &str| word.len() == 4 && word.starts_with("20");
    let filled: Vec<String> = sheet
        .columns
        .iter()
        .map(|column| words(&column.header))
        .filter(|text| !text.is_empty())
        .collect();
    let lower = |text: &String| text.split(' ').all(|word| year(word) || LOWER.contains(&word));
    let gaps = sheet.columns.first().is_some_and(|column| column.header.is_empty());
    gaps && !filled.is_empty() && filled.iter().all(lower)
}

/// Whether the row taken as header of `sheet` numbers the columns: `1 2 3`, `(1) (2)`, `a b c`,
/// `14=6+12`.
fn is_numbering(sheet: &Sheet) -> bool {
    let filled = sheet.columns.iter().filter(|column| !column.header.is_empty());
    let texts: Vec<&str> = filled.map(|column| column.header.as_str()).collect();
    let numbers: Vec<u32> = texts
        .iter()
        .filter_map(|text| {
            let digits = text.trim_start_matches('(');
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            digits.get(..end)?.parse().ok()
        })
        .collect();
    let short = texts.iter().all(|text| text.chars().count() <= 16);
    texts.len() >= 3
        && short
        && numbers.len() == texts.len()
        && numbers.first() == Some(&1)
        && numbers.windows(2).all(|pair| pair[0] < pair[1])
}

/// Headers of several rows as one: a blank above a lower part is the group at its left.
fn joined(rows: &[Sheet]) -> Vec<Column> {
    let width = rows.iter().map(|row| row.columns.len()).max().unwrap_or(0);
    let text = |row: &Sheet, at: usize| {
        row.columns.get(at).map(|column| column.header.clone()).unwrap_or_default()
    };
    let mut columns = Vec::with_capacity(width);
    let mut groups = vec![String::new(); rows.len()];
    for at in 0..width {
        let own: Vec<String> = rows.iter().map(|row| text(row, at)).collect();
        let deepest = own.iter().rposition(|part| !part.is_empty());
        let mut parts: Vec<String> = Vec::new();
        for (level, part) in own.iter().enumerate() {
            // A new head ends the groups below it.
            if !part.is_empty() {
                groups.iter_mut().skip(level + 1).for_each(String::clear);
                if let Some(group) = groups.get_mut(level) {
                    group.clone_from(part);
                }
            }
            let below = deepest.is_some_and(|deepest| level < deepest);
            let said = if part.is_empty() && below {
                groups.get(level).cloned().unwrap_or_default()
            } else {
                part.clone()
            };
            if !said.is_empty() && parts.last() != Some(&said) {
                parts.push(said);
            }
        }
        columns.push(Column { index: at as u32, header: parts.join(" / ") });
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> PlanTable {
        PlanTable::open(&Source::memory(text.as_bytes().to_vec()), "a.csv", None).unwrap()
    }

    fn headers(table: &PlanTable) -> Vec<&str> {
        table.columns.iter().map(|column| column.header.as_str()).collect()
    }

    #[test]
    fn a_header_of_two_rows_and_a_row_of_numbers_is_one_header() {
        let table = open(
            "RENJA 2026\nKode,Uraian,Target,,Pagu,\n,,2026,2027,2026,2027\n1,2,3,4,5,6\n\
             8.01,Kesbang,1,2,3,4\n",
        );
        let expected =
            ["Kode", "Uraian", "Target / 2026", "Target / 2027", "Pagu / 2026", "Pagu / 2027"];
        assert_eq!(headers(&table), expected);
        let lines = table.lines().unwrap();
        assert_eq!((lines.len(), lines[0].number), (1, 5));
        assert_eq!(lines[0].text(5), "4");
    }

    #[test]
    fn a_header_of_one_row_stays_as_it_is() {
        let table = open("code,name,budget\n8.01,Kesbang,\n\n8.01.06,Program,5\n");
        assert_eq!(headers(&table), ["code", "name", "budget"]);
        let numbers: Vec<u64> = table.lines().unwrap().iter().map(|line| line.number).collect();
        assert_eq!(numbers, [2, 4]);
    }

    #[test]
    fn the_lower_part_of_a_header_finds_the_part_above() {
        let table = open("No,Kode,Realisasi triwulan,,,\n,,I,II,III,IV\n1,8.01,1,2,3,4\n");
        assert_eq!(
            headers(&table)[2..],
            [
                "Realisasi triwulan / I",
                "Realisasi triwulan / II",
                "Realisasi triwulan / III",
                "Realisasi triwulan / IV"
            ]
        );
    }
}
