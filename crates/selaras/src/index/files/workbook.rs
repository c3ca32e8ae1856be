//! The workbook of a result: one sheet a question.

use super::tables::Teller;
use crate::render::table::{self, Table, WorkbookError};

impl Teller<'_> {
    /// The sheets that the result's form has something for, each with the key of its name.
    pub(super) fn sheets(&self) -> Vec<(&'static str, Table)> {
        [
            ("files-sheet-summary", Some(self.summary())),
            ("files-sheet-regions", Some(self.regions())),
            ("files-sheet-variables", Some(self.variables())),
            ("files-sheet-components", self.components()),
            ("files-sheet-differences", Some(self.differences())),
            ("files-sheet-low-cells", self.low_cells()),
            ("files-sheet-movements", self.movements()),
            ("files-sheet-official", self.official()),
            ("files-sheet-coverage", Some(self.coverage())),
            ("files-sheet-composition", self.composition()),
            ("files-sheet-districts", self.districts()),
            ("files-sheet-change", self.change()),
            ("files-sheet-unflagged", self.unflagged()),
            ("files-sheet-method", Some(self.method())),
            ("files-sheet-sources", Some(self.sources())),
        ]
        .into_iter()
        .filter_map(|(name, table)| Some((name, table?)))
        .collect()
    }

    /// The workbook's bytes.
    ///
    /// # Errors
    /// More rows than a sheet holds.
    pub(super) fn workbook(&self) -> Result<Vec<u8>, WorkbookError> {
        let sheets: Vec<(String, Table)> =
            self.sheets().into_iter().map(|(name, table)| (self.say(name), table)).collect();
        let named: Vec<(&str, &Table)> =
            sheets.iter().map(|(name, table)| (name.as_str(), table)).collect();
        table::workbook(&named)
    }
}
