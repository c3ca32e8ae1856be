//! Letters: one value, printed on A4 or F4, and as a document that an office goes on writing in.
//!
//! The order of the parts follows the custom of Indonesian offices: letterhead with a double line,
//! place and date at the right, number and subject, recipient, text, signature with NIP, copies. A
//! *berita acara* has a title of its own, no recipient, and further signers; a table that belongs to
//! a letter follows it on pages across.

mod docx;

use askama::Template;
use jiff::civil::Date;

use super::table::Table;
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
    /// Its part of the width beside those of the others; 0 stands for 1.
    pub share: u32,
}

/// A table within a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterTable {
    /// Columns.
    pub columns: Vec<LetterColumn>,
    /// Rows of written-out cells, one a column.
    pub rows: Vec<Vec<String>>,
}

impl From<&Table> for LetterTable {
    /// The rows of a table as a reader sees them.
    fn from(table: &Table) -> Self {
        let column = |column: &super::table::Column| LetterColumn {
            title: column.full_head(),
            number: column.kind.is_number(),
            share: 0,
        };
        Self {
            columns: table.columns.iter().map(column).collect(),
            rows: table.rows.iter().map(|row| table.texts(row)).collect(),
        }
    }
}

/// A table that belongs to a letter, on pages across behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annex {
    /// Its heading.
    pub title: String,
    /// The table.
    pub table: LetterTable,
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
    /// Title of a *berita acara*; none for a letter.
    pub title: Option<String>,
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
    /// Recipient, line by line; empty where it is addressed to nobody.
    pub recipient: Vec<String>,
    /// Paragraphs before the table.
    pub opening: Vec<String>,
    /// Table.
    pub table: Option<LetterTable>,
    /// Paragraphs after the table.
    pub closing: Vec<String>,
    /// Who signs.
    pub signature: Signature,
    /// Who signs beside.
    pub further: Vec<Signature>,
    /// Who gets a copy (*tembusan*).
    pub copies: Vec<String>,
    /// How a reader can check that the letter is genuine.
    pub verification: Option<String>,
    /// What follows it.
    pub annex: Option<Annex>,
}

/// Where the page of a letter takes its style from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style<'a> {
    /// From this address of `letter.css`.
    Link(&'a str),
    /// From the page itself, which then stands alone.
    Inline,
}

/// The style sheet as an element of a page that stands alone; no page that is served has one.
const STYLE: &str = concat!("<style>", include_str!("../../../../static/letter.css"), "</style>");

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage<'a> {
    letter: &'a Letter,
    words: Words,
    language: &'static str,
    link: Option<&'a str>,
    style: &'static str,
    date: String,
    about: Vec<(String, &'a str)>,
}

impl Letter {
    /// What stands beside number, nature, enclosures and subject.
    fn about(&self, words: Words) -> Vec<(String, &str)> {
        let lines = [
            ("letter-number", Some(self.number.as_str())),
            ("letter-nature", self.nature.as_deref()),
            ("letter-attachment", self.attachment.as_deref()),
            ("letter-subject", Some(self.subject.as_str())),
        ];
        lines.iter().filter_map(|(key, value)| Some((words.say(key), (*value)?))).collect()
    }

    /// The letter as a document of Office Open XML (ISO/IEC 29500), which word processors open; the
    /// same letter is the same bytes.
    ///
    /// # Errors
    /// Where the archive cannot be written.
    pub fn docx(&self, words: Words) -> std::io::Result<Vec<u8>> {
        docx::write(self, words)
    }

    /// The letter as a whole HTML page for printing.
    ///
    /// # Errors
    /// [`askama::Error`] where the template cannot be filled.
    pub fn html(&self, words: Words, style: Style<'_>) -> Result<String, askama::Error> {
        let about = self.about(words);
        LetterPage {
            letter: self,
            words,
            language: if words.language == Language::En { "en" } else { "id" },
            link: match style {
                Style::Link(address) => Some(address),
                Style::Inline => None,
            },
            style: STYLE,
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
            title: None,
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
                    LetterColumn { title: "Wilayah".to_owned(), number: false, share: 2 },
                    LetterColumn { title: "Skor".to_owned(), number: true, share: 1 },
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
            further: Vec::new(),
            copies: vec!["Gubernur".to_owned()],
            verification: None,
            annex: None,
        }
    }

    #[test]
    fn the_parts_of_a_letter_stand_in_the_order_of_offices() {
        let page = letter().html(Words::default(), Style::Link("letter.css")).expect("a page");
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
    fn a_berita_acara_has_a_title_further_signers_and_its_annex_and_no_recipient() {
        let signer = |office: &str| Signature { office: office.to_owned(), ..Signature::default() };
        let letter = Letter {
            title: Some("Berita Acara".to_owned()),
            recipient: Vec::new(),
            further: vec![signer("Wakil A"), signer("Wakil B")],
            annex: Some(Annex {
                title: "Lampiran & matriks".to_owned(),
                table: letter().table.unwrap_or_default(),
            }),
            ..letter()
        };
        let page = letter.html(Words::default(), Style::Inline).expect("a page");
        assert!(!page.contains("Yth.") && page.contains("<h1>Berita Acara</h1>"));
        assert!(page.contains("@page") && !page.contains("<link"));
        let order = ["Kepala Badan,", "Wakil A,", "Wakil B,", "class=\"annex\"", "<h2>Lampiran"];
        let places: Vec<usize> = order.iter().map(|part| page.find(part).expect(part)).collect();
        assert!(places.is_sorted());
    }

    #[test]
    fn a_document_holds_every_word_of_the_letter_and_nothing_that_xml_forbids() {
        let mut letter = letter();
        letter.opening.push("Satu \u{b} <dua> & \"tiga\"".to_owned());
        letter.annex = Some(Annex {
            title: "Lampiran".to_owned(),
            table: letter.table.clone().unwrap_or_default(),
        });
        let words = Words::default();
        let bytes = letter.docx(words).expect("a document");
        assert_eq!(bytes, letter.docx(words).expect("a document"));
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
        let mut text = String::new();
        let mut part = archive.by_name("word/document.xml").expect("a part");
        std::io::Read::read_to_string(&mut part, &mut text).expect("text");
        assert!(text.contains("Satu  &lt;dua&gt; &amp; \"tiga\""));
        for said in ["6,74", "Yth.", "24 Maret 2026", "NIP 19700101 199501 1 001", "Lampiran"] {
            assert!(text.contains(said), "{said}");
        }
        assert!(!text.contains('\u{b}') && text.contains("w:orient=\"landscape\""));
    }

    #[test]
    fn a_letter_on_simulated_answers_says_so_first() {
        let letter = Letter { simulated: true, ..letter() };
        let page = letter.html(Words::default(), Style::Link("letter.css")).expect("a page");
        let said = page.find("DATA SIMULASI").expect("the mark");
        assert!(said < page.find("Pemerintah").expect("the letterhead"));
    }
}
