//! How a file is to be read: the choices of a form where the program recognised it wrongly.

use super::Choice;
use crate::locale::{Message, Words};
use crate::round::upload::Opening;
use crate::sheet::{Format, Sheet};

/// Delimiters of text files, their names in a form and in words, the most usual first.
const DELIMITERS: [(u8, &str, &str); 4] = [
    (b',', "koma", "upload-delimiter-comma"),
    (b';', "titik-koma", "upload-delimiter-semicolon"),
    (b'\t', "tab", "upload-delimiter-tab"),
    (b'|', "garis", "upload-delimiter-bar"),
];

/// The message that names `delimiter`.
pub(super) fn delimiter_name(delimiter: Option<u8>) -> Message {
    let named = DELIMITERS.into_iter().find(|(byte, ..)| Some(*byte) == delimiter);
    Message::new(named.map_or("upload-delimiter-comma", |(_, _, key)| key))
}

/// The choices as a form shows them (`opening.html`).
pub(super) struct OpeningForm {
    /// The sheets of a workbook; none where it was not looked into, so that the name is typed.
    pub(super) sheets: Vec<Choice>,
    /// Whether the file may be a workbook.
    pub(super) workbook: bool,
    /// Delimiters; none where the file is no text.
    pub(super) delimiters: Vec<Choice>,
    /// Row of the header as a person gave it or as it was recognised.
    pub(super) header_row: String,
}

impl OpeningForm {
    /// For files that are still to be sent.
    pub(super) fn of_any(words: Words) -> Self {
        let header_row = String::new();
        Self { sheets: Vec::new(), workbook: true, delimiters: delimiters(None, words), header_row }
    }

    /// For a file that was read as `sheet`; none where there is nothing to choose.
    pub(super) fn of(sheet: &Sheet, words: Words) -> Option<Self> {
        let choice = |name: &String| Choice {
            value: name.clone(),
            label: name.clone(),
            chosen: sheet.sheet.as_ref() == Some(name),
        };
        let (workbook, text) = (sheet.format == Format::Xlsx, sheet.format == Format::Csv);
        (workbook || text).then(|| Self {
            sheets: sheet.sheets.iter().map(choice).collect(),
            workbook,
            delimiters: if text { delimiters(sheet.delimiter, words) } else { Vec::new() },
            header_row: sheet.header_row.to_string(),
        })
    }

    /// What a form with these fields says.
    ///
    /// # Errors
    /// A row that is no number from 1.
    pub(super) fn read(pairs: &[(String, String)]) -> Result<Opening, Message> {
        let field = |name: &str| {
            let found = pairs.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let header_row = match field("baris-judul") {
            None => None,
            Some(text) => match text.parse::<u64>() {
                Ok(row) if row > 0 => Some(row),
                _ => return Err(Message::new("upload-opening-no-row").with("value", text)),
            },
        };
        let delimiter = field("pemisah").and_then(|chosen| {
            let found = DELIMITERS.into_iter().find(|(_, name, _)| *name == chosen);
            found.map(|(byte, ..)| byte)
        });
        Ok(Opening { sheet: field("lembar").map(str::to_owned), delimiter, header_row })
    }
}

fn delimiters(now: Option<u8>, words: Words) -> Vec<Choice> {
    let recognised = Choice {
        value: String::new(),
        label: words.say("upload-opening-recognise"),
        chosen: now.is_none(),
    };
    let named = DELIMITERS.into_iter().map(|(byte, name, key)| Choice {
        value: name.to_owned(),
        label: words.say(key),
        chosen: now == Some(byte),
    });
    std::iter::once(recognised).chain(named).collect()
}
