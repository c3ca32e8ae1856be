//! A workbook of margins to fill in.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::{CIVIL_SERVANT, CIVIL_SERVANTS, DISTRICT, OTHERS};
use crate::instrument::{Attribute, AttributeKind, Instrument};
use crate::locale::Words;
use crate::region;
use crate::round::frame::{Frame, Level};

/// Every line that the margins of `frame` need under `instrument`, persons, source and year to be
/// filled in. A margin may be left blank as a whole. [`super::read`] reads it.
///
/// # Errors
/// A workbook that cannot be written.
pub fn template(
    frame: &Frame,
    instrument: &Instrument,
    words: Words,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(words.say("margins-template-sheet"))?;
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    let heads = ["region", "name", "margin", "cell", "cell-name", "persons", "source", "year"];
    for (column, (head, width)) in (0..).zip(heads.into_iter().zip([10, 26, 16, 14, 34, 14, 30, 8]))
    {
        let head = if ["name", "cell-name"].contains(&head) {
            words.say(&format!("margins-template-{head}"))
        } else {
            head.to_owned()
        };
        sheet.write_with_format(0, column, head, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    let regencies = frame.regions.iter().filter(|region| region.level == Level::Regency);
    let mut row = 0;
    for place in regencies {
        for (margin, cell, name) in lines(&place.code, instrument, words) {
            row += 1;
            for (column, text) in (0..).zip([&place.code, &place.name, &margin, &cell, &name]) {
                sheet.write_string(row, column, text)?;
            }
        }
    }
    book.save_to_buffer()
}

/// Margin, cell and the cell's name of every line of the kab/kota with `code`.
fn lines(code: &str, instrument: &Instrument, words: Words) -> Vec<(String, String, String)> {
    let of_kind = |kind| instrument.attributes.iter().find(|attribute| attribute.kind == kind);
    let band_names = |attribute: &Attribute| -> Vec<(String, String)> {
        let bands = attribute.bands.iter();
        bands.map(|b| (b.id.clone(), b.name.in_language(words.language).to_owned())).collect()
    };
    let mut lines = Vec::new();
    let mut add = |margin: &str, cell: String, name: String| {
        lines.push((margin.to_owned(), cell, name));
    };
    if let (Some(sex), Some(age)) = (of_kind(AttributeKind::Sex), of_kind(AttributeKind::Age)) {
        for (sex, sex_name) in band_names(sex) {
            for (age, age_name) in band_names(age) {
                add("sex_age", format!("{sex}:{age}"), format!("{sex_name}, {age_name}"));
            }
        }
    }
    if let Some(education) = of_kind(AttributeKind::Education) {
        for (band, name) in band_names(education) {
            add(&education.id, band, name);
        }
    }
    if of_kind(AttributeKind::Occupation).is_some() {
        add(CIVIL_SERVANTS, CIVIL_SERVANT.to_owned(), words.say("index-civil-servants"));
        add(CIVIL_SERVANTS, OTHERS.to_owned(), words.say("margins-template-others"));
    }
    if let Ok(code) = code.parse::<region::Code>() {
        for district in region::children(code) {
            add(DISTRICT, district.code.to_string(), district.name.clone());
        }
    }
    lines
}
