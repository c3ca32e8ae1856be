//! Small tables that an office sends beside its answers (margins, a frame of regions): read whole,
//! their columns found by name.

use std::path::Path;

use super::private::words;
use super::{Fault, Faults, Options, Sheet, Source, Texts};

/// A column that is looked for.
pub(crate) struct Field {
    /// Its name in our own files.
    pub(crate) name: &'static str,
    /// Other names offices give it, as [`words`].
    pub(crate) also: &'static [&'static str],
    /// Whether the table cannot be read without it.
    pub(crate) needed: bool,
}

impl Field {
    fn is(&self, header: &str) -> bool {
        let header = words(header);
        header == words(self.name) || self.also.contains(&&*header)
    }
}

/// A table that was read whole.
pub(crate) struct Records {
    sheet: Sheet,
    /// Of each row, its number in the file.
    numbers: Vec<u64>,
    columns: Vec<Texts>,
    /// By field, the column it stands in.
    places: Vec<Option<usize>>,
}

impl Records {
    /// Reads the file at `path`, as [`Records::of`] does.
    pub(crate) fn open(
        path: &Path,
        rows: usize,
        fields: &[Field],
        missing: &str,
    ) -> Result<Self, Faults> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = Source::open(path).map_err(|_| one(Fault::of_file(&name, "sheet-error-read")));
        Self::of(source?, &name, rows, fields, missing)
    }

    /// Reads `source`, a file called `name`, of at most `rows` rows. A needed field without a
    /// column is a fault with the key `missing`.
    pub(crate) fn of(
        source: Source,
        name: &str,
        rows: usize,
        fields: &[Field],
        missing: &str,
    ) -> Result<Self, Faults> {
        let sheet = Sheet::open(source, name, &Options::default()).map_err(|fault| one(*fault))?;
        let (numbers, columns) = sheet.numbered(rows + 1).map_err(|fault| one(*fault))?;
        if let Some(&beyond) = numbers.get(rows) {
            let fault = sheet.fault("sheet-error-too-many-rows", Some(beyond), None);
            return Err(one(fault.with("most", rows)));
        }
        let place = |field: &Field| sheet.columns.iter().position(|of| field.is(&of.header));
        let places: Vec<Option<usize>> = fields.iter().map(place).collect();
        let mut faults = Faults::default();
        for (field, place) in fields.iter().zip(&places) {
            if field.needed && place.is_none() {
                let fault = sheet.fault(missing, Some(sheet.header_row), None);
                faults.push(fault.with("column", field.name));
            }
        }
        if faults.is_empty() { Ok(Self { sheet, numbers, columns, places }) } else { Err(faults) }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether the table has the field at this position.
    pub(crate) fn has(&self, field: usize) -> bool {
        self.places.get(field).is_some_and(Option::is_some)
    }

    /// The text of a cell, trimmed; empty where the table does not have the field.
    pub(crate) fn cell(&self, row: usize, field: usize) -> &str {
        let column = self.places.get(field).copied().flatten();
        let cells = column.and_then(|column| self.columns.get(column));
        cells.and_then(|cells| cells.get(row)).map_or("", |text| text.trim())
    }

    /// A fault at a cell, with its text as `value`.
    pub(crate) fn fault(&self, key: &str, row: usize, field: usize) -> Fault {
        let line = self.numbers.get(row).copied();
        let column = self.places.get(field).copied().flatten();
        self.sheet.fault(key, line, column).with("value", self.cell(row, field).to_owned())
    }

    /// A fault of a whole column.
    pub(crate) fn fault_of(&self, key: &str, field: usize) -> Fault {
        self.sheet.fault(key, None, self.places.get(field).copied().flatten())
    }
}

fn one(fault: Fault) -> Faults {
    let mut faults = Faults::default();
    faults.push(fault);
    faults
}

/// A whole number of persons as offices write it: `1250`, `1.250`, `1,250`, `1 250`; none for
/// anything else.
pub(crate) fn persons(text: &str) -> Option<u64> {
    let mut groups = text.split(['.', ',', ' ', '\u{a0}']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let digits = |group: &&str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    if !rest.is_empty() && (first.len() > 3 || !rest.iter().all(digits)) {
        return None;
    }
    format!("{first}{}", rest.concat()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [Field; 1] = [Field { name: "code", also: &[], needed: true }];

    fn of(text: &str) -> Result<Records, Faults> {
        let source = Source::memory(text.as_bytes().to_vec());
        Records::of(source, "a.csv", 2, &FIELDS, "frame-error-column")
    }

    #[test]
    fn a_fault_names_its_row_below_blank_ones_and_too_many_rows_are_one() {
        let read = of("code,name\n,\n1,a\n\n\n2,b\n").expect("two rows");
        let cells = [0, 1].map(|row| read.fault("frame-error-code", row, 0).cell());
        assert_eq!((read.len(), cells), (2, ["A3".to_owned(), "A6".to_owned()]));
        let faults = of("code,name\n1,a\n2,b\n\n3,c\n").err().expect("a fault");
        assert_eq!(faults.kept[0].reason.key, "sheet-error-too-many-rows");
        assert_eq!(faults.kept[0].row, Some(5));
    }

    #[test]
    fn persons_are_read_as_offices_write_them_and_decimals_are_not() {
        for (text, read) in [
            ("1250", Some(1_250)),
            ("1.250", Some(1_250)),
            ("12,345,678", Some(12_345_678)),
            ("1 250", Some(1_250)),
            ("0", Some(0)),
            ("12.5", None),
            ("1250.000", None),
            ("-3", None),
            ("", None),
        ] {
            assert_eq!(persons(text), read, "{text}");
        }
    }
}
