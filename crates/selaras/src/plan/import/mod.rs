//! Plan files of any office as rows, and several files as one document.
//!
//! [`PlanTable::open`] looks at a file, [`propose`] says what its columns most probably mean,
//! a person completes the [`PlanMapping`], and [`import`] reads every file and puts them together
//! by their codes. A file with faults leaves nothing behind.

mod about;
mod arrange;
mod cells;
mod join;
mod mapping;
mod propose;
mod read;
mod table;

#[cfg(test)]
mod tests;

pub use about::About;
pub use join::Joined;
pub use mapping::{PlanMapping, PlanRole, VERSION, When, remember, remembered};
pub use propose::propose;
pub use table::PlanTable;

use super::document::{Document, Head};
use super::row::Row;
use super::terms::Terms;
use crate::sheet::Faults;

/// A document that was read, and what became of its files.
#[derive(Clone, Debug)]
pub struct Import {
    /// The document.
    pub document: Document,
    /// One entry a file, in their order.
    pub files: Vec<FileReport>,
    /// How the codes of the files meet.
    pub joined: Joined,
    /// What was left out or deserves a look; none of it kept a row from being read.
    pub notices: Faults,
}

/// What was read of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// Name of the file.
    pub file: String,
    /// Lines below the header that hold something.
    pub lines: u64,
    /// Rows they became.
    pub rows: usize,
    /// Lines with a level and nothing else.
    pub empty: u64,
    /// Lines that repeat the head of a program or kegiatan.
    pub repeated: u64,
    /// Lines that add indicators, places or sources of funds to the row above.
    pub continued: u64,
    /// Lines of sums, all of which fit.
    pub totals: usize,
}

/// Reads the files of one document and puts them together by code.
///
/// # Errors
/// Every fault of every file, by cell; columns whose meaning is not decided; rows of two files that
/// contradict each other in money.
pub fn import(
    files: &[(PlanTable, PlanMapping)],
    head: Head,
    terms: &Terms,
) -> Result<Import, Faults> {
    let mut faults = Faults::default();
    let mut notices = Faults::default();
    let mut read: Vec<(&PlanTable, Vec<Row>)> = Vec::with_capacity(files.len());
    let mut reports = Vec::with_capacity(files.len());
    for (table, mapping) in files {
        let name = table.sheet.name.clone();
        for question in mapping.questions() {
            let column = table.columns.iter().position(|column| {
                question.header.as_ref().is_some_and(|header| *header == column.header)
            });
            let mut fault = table.fault("plan-error-undecided", None, column);
            fault.reason = question.text;
            faults.push(fault);
        }
        let file = match read::Reader::new(table, mapping, &head, terms).read() {
            Ok(file) => file,
            Err(of_file) => {
                add(&mut faults, of_file);
                continue;
            }
        };
        let rows = arrange::arranged(file.rows.clone());
        let of_sums = arrange::check_sums(&file, &rows, table, &mapping.roles(table), &head);
        add(&mut faults, of_sums);
        reports.push(FileReport {
            file: name,
            lines: file.lines,
            rows: rows.len(),
            empty: file.empty,
            repeated: file.repeated,
            continued: file.continued,
            totals: file.totals.len(),
        });
        add(&mut notices, file.notices);
        read.push((table, rows));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let of_files: Vec<(String, &[Row])> =
        read.iter().map(|(table, rows)| (table.sheet.name.clone(), rows.as_slice())).collect();
    let joined = Joined::of(&of_files);
    let mut read = read.into_iter();
    let mut rows = read.next().map(|(_, rows)| rows).unwrap_or_default();
    for (table, more) in read {
        let fault = |row: &Row| {
            let line = row.sources.first().map(|of| of.row);
            let code = row.code().map(|code| code.to_string()).unwrap_or_default();
            table.fault("plan-error-join-money", line, None).with("code", code)
        };
        rows = join::join(&head, rows, more, &fault)?;
    }
    let document = Document { head, rows: arrange::arranged(rows) };
    Ok(Import { document, files: reports, joined, notices })
}

fn add(faults: &mut Faults, more: Faults) {
    let beyond = more.count - more.kept.len() as u64;
    more.kept.into_iter().for_each(|fault| faults.push(fault));
    faults.count += beyond;
}
