//! Letters: one value, printed on A4 or F4.
//!
//! The order of the parts follows the custom of Indonesian offices: letterhead with a double line,
//! place and date at the right, number and subject, recipient, text, signature with NIP, copies.

use askama::Template;
use jiff::civil::Date;

use crate::locale::{Language, Words};

/// Paper of a letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// Folio as Indonesian offices use it: 215 × 330 mm.
    F4,
}

impl Paper {
    fn class(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::F4 => "f4",
        }
    }
}

/// Letterhead (*kop surat*).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Address of the emblem's picture.
    pub emblem: Option<String>,
    /// Names of government and office, one a line; printed in capitals.
    pub offices: Vec<String>,
    /// Postal address, telephone, website.
    pub address: String,
}

/// Who signs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Title of the office, e.g. *Kepala Badan*.
    pub office: String,
    /// Name.
    pub name: String,
    /// Rank.
    pub rank: Option<String>,
    /// Number of the civil servant.
    pub nip: Option<String>,
}

/// A column of a letter's table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterColumn {
    /// Title.
    pub title: String,
    /// Whether it holds numbers, which stand at the right.
    pub number: bool,
}

/// A table within a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterTable {
    /// Columns.
    pub columns: Vec<LetterColumn>,
    /// Rows of written-out cells, one a column.
    pub rows: Vec<Vec<String>>,
}

impl LetterTable {
    fn cells<'a>(
        &'a self,
        row: &'a [String],
    ) -> impl Iterator<Item = (&'a LetterColumn, &'a String)> {
        self.columns.iter().zip(row)
    }
}

/// A letter. Its texts are in the language it will be printed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Paper.
    pub paper: Paper,
    /// Whether anything in it rests on simulated answers; then it says so above everything else.
    pub simulated: bool,
    /// Letterhead.
    pub head: Head,
    /// Place of writing.
    pub place: String,
    /// Date of writing.
    pub date: Date,
    /// Number of the letter.
    pub number: String,
    /// Nature (*sifat*), e.g. *Biasa*.
    pub nature: Option<String>,
    /// Enclosures.
    pub attachment: Option<String>,
    /// Subject.
    pub subject: String,
    /// Recipient, line by line.
    pub recipient: Vec<String>,
    /// Paragraphs before the table.
    pub opening: Vec<String>,
    /// Table.
    pub table: Option<LetterTable>,
    /// Paragraphs after the table.
    pub closing: Vec<String>,
    /// Who signs.
    pub signature: Signature,
    /// Who gets a copy (*tembusan*).
    pub copies: Vec<String>,
    /// How a reader can check that the letter is genuine.
    pub verification: Option<String>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage<'a> {
    letter: &'a Letter,
    words: Words,
    language: &'static str,
    stylesheet: &'a str,
    date: String,
    about: Vec<(String, &'a str)>,
}

impl Letter {
    /// The letter as a whole HTML page for printing; `stylesheet` is the address of `letter.css`.
    ///
    /// # Errors
    /// [`askama::Error`] where the template cannot be filled.
    pub fn html(&self, words: Words, stylesheet: &str) -> Result<String, askama::Error> {
        let lines = [
            ("letter-number", Some(self.number.as_str())),
            ("letter-nature", self.nature.as_deref()),
            ("letter-attachment", self.attachment.as_deref()),
            ("letter-subject", Some(self.subject.as_str())),
        ];
        let about =
            lines.iter().filter_map(|(key, value)| Some((words.say(key), (*value)?))).collect();
        LetterPage {
            letter: self,
            words,
            language: if words.language == Language::En { "en" } else { "id" },
            stylesheet,
            date: words.short_date(self.date),
            about,
        }
        .render()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn letter() -> Letter {
        Letter {
            paper: Paper::F4,
            simulated: false,
            head: Head {
                emblem: None,
                offices: vec!["Pemerintah Provinsi Contoh".to_owned()],
                address: "Jalan Contoh 1".to_owned(),
            },
            place: "Pontianak".to_owned(),
            date: date(2026, 3, 24),
            number: "400/12/2026".to_owned(),
            nature: None,
            attachment: Some("1 (satu) berkas".to_owned()),
            subject: "Hasil <survei>".to_owned(),
            recipient: vec!["Bupati Contoh".to_owned()],
            opening: vec!["Pembuka.".to_owned()],
            table: Some(LetterTable {
                columns: vec![
                    LetterColumn { title: "Wilayah".to_owned(), number: false },
                    LetterColumn { title: "Skor".to_owned(), number: true },
                ],
                rows: vec![vec!["Kota Contoh".to_owned(), "6,74".to_owned()]],
            }),
            closing: vec!["Penutup.".to_owned()],
            signature: Signature {
                office: "Kepala Badan".to_owned(),
                name: "Nama Contoh".to_owned(),
                rank: None,
                nip: Some("19700101 199501 1 001".to_owned()),
            },
            copies: vec!["Gubernur".to_owned()],
            verification: None,
        }
    }

    #[test]
    fn the_parts_of_a_letter_stand_in_the_order_of_offices() {
        let page = letter().html(Words::default(), "letter.css").expect("a page");
        let order = [
            "class=\"f4\"",
            "Pemerintah Provinsi Contoh",
            "Pontianak, 24 Maret 2026",
            "<dt>Nomor</dt><dd>400/12/2026</dd>",
            "<dt>Lampiran</dt>",
            "<dt>Hal</dt><dd>Hasil &#60;survei&#62;</dd>",
            "Yth.",
            "Pembuka.",
            "<td class=\"number\">6,74</td>",
            "Penutup.",
            "Kepala Badan,",
            "NIP 19700101 199501 1 001",
            "Tembusan:",
        ];
        let mut rest = page.as_str();
        for part in order {
            let at = rest.find(part).unwrap_or_else(|| panic!("{part} is not where it belongs"));
            rest = &rest[at + part.len()..];
        }
        assert!(!page.contains("<dt>Sifat</dt>") && !page.contains("SIMULASI"));
    }

    #[test]
    fn a_letter_on_simulated_answers_says_so_first() {
        let letter = Letter { simulated: true, ..letter() };
        let page = letter.html(Words::default(), "letter.css").expect("a page");
        let said = page.find("DATA SIMULASI").expect("the mark");
        assert!(said < page.find("Pemerintah").expect("the letterhead"));
    }
}
