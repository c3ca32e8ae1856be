//! Errors that say where: file, sheet, row, column, value, reason and what to do.

use serde::{Deserialize, Serialize};

use crate::locale::Message;

/// How many faults are kept in full; all are counted.
pub const FAULTS_KEPT: usize = 1_000;

/// A column of a sheet, as a person would look for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Position from 0.
    pub index: u32,
    /// Text of the header, trimmed; empty where there is none.
    pub header: String,
}

impl Column {
    /// The letters that spreadsheets put above the column: `A`, …, `Z`, `AA`, …
    #[must_use]
    pub fn letters(&self) -> String {
        let mut letters = Vec::new();
        let mut rest = u64::from(self.index) + 1;
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(b'A' + (rest % 26) as u8));
            rest /= 26;
        }
        letters.iter().rev().collect()
    }
}

/// One error with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// File name.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Row as a spreadsheet numbers it, from 1; none where the whole file is meant.
    pub row: Option<u64>,
    /// Further rows with the same fault in the same column, as far as they are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<u64>,
    /// Column; none where the whole row is meant.
    pub column: Option<Column>,
    /// What stands there, shortened and with everything that points at a person covered.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: Message,
    /// What to do about it.
    pub advice: Message,
}

impl Fault {
    /// A fault of a whole file: messages `<key>` and `<key>-advice`.
    #[must_use]
    pub fn of_file(file: &str, key: &str) -> Self {
        Self {
            file: file.to_owned(),
            sheet: None,
            row: None,
            also: Vec::new(),
            column: None,
            value: None,
            reason: Message::new(key),
            advice: Message::new(&format!("{key}-advice")),
        }
    }

    /// All rows in which the fault is known to stand.
    pub fn rows(&self) -> impl Iterator<Item = u64> {
        self.row.into_iter().chain(self.also.iter().copied())
    }

    /// The fault as one sentence: where, what stands there, what is wrong, what to do.
    #[must_use]
    pub fn message(&self) -> Message {
        let key = match (self.row, &self.column, &self.value) {
            (None, None, _) => "sheet-fault-file",
            (None, Some(_), _) => "sheet-fault-column",
            (Some(_), None, _) => "sheet-fault-row",
            (Some(_), Some(_), None) => "sheet-fault-cell",
            (Some(_), Some(_), Some(_)) => "sheet-fault-value",
        };
        let place = match &self.sheet {
            Some(sheet) => format!("{} [{sheet}]", self.file),
            None => self.file.clone(),
        };
        let (letters, header) = self
            .column
            .as_ref()
            .map_or_else(Default::default, |column| (column.letters(), column.header.clone()));
        Message::new(key)
            .with("file", place)
            .with("row", self.row.unwrap_or_default())
            .with("column", letters)
            .with("header", header)
            .with("value", self.value.clone().unwrap_or_default())
            .with("reason", self.reason.clone())
            .with("advice", self.advice.clone())
    }

    /// The same fault with `name` filled by `value` in reason and advice.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<crate::locale::Value>) -> Self {
        let value = value.into();
        self.reason = self.reason.with(name, value.clone());
        self.advice = self.advice.with(name, value);
        self
    }

    /// The same fault at `row` (from 1).
    #[must_use]
    pub fn at_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// The same fault in `column`.
    #[must_use]
    pub fn in_column(mut self, column: Column) -> Self {
        self.column = Some(column);
        self
    }

    /// `C7`, `7`, `C` or nothing: the cell as a spreadsheet calls it.
    #[must_use]
    pub fn cell(&self) -> String {
        let letters = self.column.as_ref().map(Column::letters).unwrap_or_default();
        let row = self.row.map(|row| row.to_string()).unwrap_or_default();
        format!("{letters}{row}")
    }
}

/// Faults of one or more files: the first [`FAULTS_KEPT`] in the order of the files, and how many
/// there are in all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Faults {
    /// Those kept.
    pub kept: Vec<Fault>,
    /// All.
    pub count: u64,
}

impl Faults {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds `fault`.
    pub fn push(&mut self, fault: Fault) {
        self.count += 1;
        if self.kept.len() < FAULTS_KEPT {
            self.kept.push(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        let letters = |index| Column { index, header: String::new() }.letters();
        assert_eq!(
            [letters(0), letters(25), letters(26), letters(701), letters(702)],
            ["A", "Z", "AA", "ZZ", "AAA"]
        );
    }

    #[test]
    fn faults_beyond_the_limit_are_counted_but_not_kept() {
        let mut faults = Faults::default();
        for _ in 0..FAULTS_KEPT + 7 {
            faults.push(Fault::of_file("a.csv", "sheet-error-empty"));
        }
        assert_eq!((faults.kept.len(), faults.count), (FAULTS_KEPT, FAULTS_KEPT as u64 + 7));
    }
}
