//! Letters as documents of Office Open XML (ISO/IEC 29500, transitional): no more than word
//! processors ask for.

use std::io::{self, Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Letter, LetterTable, Paper, Signature};
use crate::locale::Words;

const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Twentieths of a point in a millimetre, in hundredths.
const PER_MM: u32 = 5669;

fn twips(mm: u32) -> u32 {
    (mm * PER_MM + 50) / 100
}

impl Paper {
    /// Width and height in millimetres.
    fn size(self) -> (u32, u32) {
        match self {
            Self::A4 => (210, 297),
            Self::F4 => (215, 330),
        }
    }
}

/// Margins of the letter and of its annex in millimetres.
const MARGINS: (u32, u32) = (20, 12);

/// `text` as XML text; what XML 1.0 cannot hold is left out.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(' '),
            letter if letter < ' ' || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => out.push(letter),
        }
    }
}

/// How a paragraph is set.
#[derive(Clone, Copy, Default)]
struct Set {
    align: Option<&'static str>,
    bold: bool,
    /// Half points; 0 for those of the document.
    size: u32,
    /// Twips above.
    before: u32,
    /// Twips by which the first line is indented.
    indent: u32,
    /// Whether it stays with the next one.
    keep: bool,
    /// Whether a double line follows it.
    line: bool,
}

/// The body in the making.
struct Body(String);

impl Body {
    fn paragraph(&mut self, text: &str, set: Set) {
        self.open(set);
        self.run(text, set);
        self.0.push_str("</w:p>");
    }

    fn open(&mut self, set: Set) {
        self.0.push_str("<w:p><w:pPr>");
        if set.keep {
            self.0.push_str("<w:keepNext/>");
        }
        if set.line {
            self.0.push_str(
                "<w:pBdr><w:bottom w:val=\"double\" w:sz=\"6\" w:space=\"1\" \
                 w:color=\"auto\"/></w:pBdr>",
            );
        }
        self.0.push_str(&format!("<w:spacing w:before=\"{}\" w:after=\"0\"/>", set.before));
        if set.indent > 0 {
            self.0.push_str(&format!("<w:ind w:firstLine=\"{}\"/>", set.indent));
        }
        if let Some(align) = set.align {
            self.0.push_str(&format!("<w:jc w:val=\"{align}\"/>"));
        }
        self.0.push_str("</w:pPr>");
    }

    /// Text, a line of it below the other.
    fn run(&mut self, text: &str, set: Set) {
        self.0.push_str("<w:r>");
        if set.bold || set.size > 0 {
            self.0.push_str("<w:rPr>");
            if set.bold {
                self.0.push_str("<w:b/>");
            }
            if set.size > 0 {
                self.0.push_str(&format!("<w:sz w:val=\"{}\"/>", set.size));
            }
            self.0.push_str("</w:rPr>");
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.0.push_str("<w:br/>");
            }
            self.0.push_str("<w:t xml:space=\"preserve\">");
            escape(line, &mut self.0);
            self.0.push_str("</w:t>");
        }
        self.0.push_str("</w:r>");
    }

    /// A table `width` twips wide, its head repeated on every page.
    fn table(&mut self, table: &LetterTable, width: u32, size: u32) {
        let shares: Vec<u32> = table.columns.iter().map(|of| of.share.max(1)).collect();
        let whole: u32 = shares.iter().sum::<u32>().max(1);
        let widths: Vec<u32> = shares.iter().map(|share| width * share / whole).collect();
        self.0.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:tblBorders>"
        ));
        for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
            self.0.push_str(&format!(
                "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>"
            ));
        }
        self.0.push_str(
            "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar>\
             <w:left w:w=\"70\" w:type=\"dxa\"/><w:right w:w=\"70\" w:type=\"dxa\"/>\
             </w:tblCellMar></w:tblPr><w:tblGrid>",
        );
        for width in &widths {
            self.0.push_str(&format!("<w:gridCol w:w=\"{width}\"/>"));
        }
        self.0.push_str("</w:tblGrid>");
        let heads: Vec<String> = table.columns.iter().map(|of| of.title.clone()).collect();
        self.table_row(table, &heads, &widths, size, true);
        for row in &table.rows {
            self.table_row(table, row, &widths, size, false);
        }
        self.0.push_str("</w:tbl>");
    }

    fn table_row(
        &mut self,
        table: &LetterTable,
        cells: &[String],
        widths: &[u32],
        size: u32,
        head: bool,
    ) {
        self.0.push_str("<w:tr><w:trPr><w:cantSplit/>");
        if head {
            self.0.push_str("<w:tblHeader/>");
        }
        self.0.push_str("</w:trPr>");
        for ((column, width), text) in table
            .columns
            .iter()
            .zip(widths)
            .zip(cells.iter().map(String::as_str).chain(std::iter::repeat("")))
        {
            self.0.push_str(&format!(
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>"
            ));
            let align = column.number.then_some("right");
            self.paragraph(text, Set { align, bold: head, size, ..Set::default() });
            self.0.push_str("</w:tc>");
        }
        self.0.push_str("</w:tr>");
    }

    fn signature(&mut self, of: &Signature, words: Words) {
        let set = |before, bold| Set {
            align: Some("center"),
            before,
            bold,
            keep: true,
            ..Set::default()
        };
        self.paragraph(&format!("{},", of.office), set(240, false));
        self.paragraph(&of.name, set(1100, true));
        if let Some(rank) = &of.rank {
            self.paragraph(rank, set(0, false));
        }
        if let Some(nip) = &of.nip {
            self.paragraph(&format!("{} {nip}", words.say("letter-nip")), set(0, false));
        }
    }

    /// The end of a part on paper of its own.
    fn section(&mut self, (width, height): (u32, u32), margin: u32, across: bool) {
        let (width, height) = if across { (height, width) } else { (width, height) };
        let orient = if across { " w:orient=\"landscape\"" } else { "" };
        let margin = twips(margin);
        self.0.push_str(&format!(
            "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/>\
             <w:footerReference w:type=\"default\" r:id=\"rId3\"/>\
             <w:pgSz w:w=\"{}\" w:h=\"{}\"{orient}/>\
             <w:pgMar w:top=\"{margin}\" w:right=\"{margin}\" w:bottom=\"{margin}\" \
             w:left=\"{margin}\" w:header=\"400\" w:footer=\"400\" w:gutter=\"0\"/></w:sectPr>",
            twips(width),
            twips(height),
        ));
    }
}

fn body(letter: &Letter, words: Words) -> String {
    let mut body = Body(String::new());
    let plain = Set::default();
    for (at, office) in letter.head.offices.iter().enumerate() {
        let size = if at == 0 { 28 } else { 26 };
        let set = Set { align: Some("center"), bold: true, size, keep: true, ..plain };
        body.paragraph(&office.to_uppercase(), set);
    }
    let set = Set { align: Some("center"), size: 20, line: true, ..plain };
    body.paragraph(&letter.head.address, set);
    if let Some(title) = &letter.title {
        let set = Set { align: Some("center"), bold: true, size: 28, before: 240, ..plain };
        body.paragraph(&title.to_uppercase(), set);
    }
    let date = words.short_date(letter.date);
    let set = Set { align: Some("right"), before: 200, ..plain };
    body.paragraph(&format!("{}, {date}", letter.place), set);
    for (name, value) in letter.about(words) {
        body.paragraph(&format!("{name}: {value}"), Set { before: 40, ..plain });
    }
    if !letter.recipient.is_empty() {
        body.paragraph(&words.say("letter-to"), Set { before: 240, ..plain });
        letter.recipient.iter().for_each(|line| body.paragraph(line, plain));
    }
    let text = Set { align: Some("both"), before: 160, indent: twips(12), ..plain };
    letter.opening.iter().for_each(|paragraph| body.paragraph(paragraph, text));
    let (width, height) = letter.paper.size();
    if let Some(table) = &letter.table {
        body.paragraph("", plain);
        body.table(table, twips(width - 2 * MARGINS.0), 20);
    }
    letter.closing.iter().for_each(|paragraph| body.paragraph(paragraph, text));
    body.signature(&letter.signature, words);
    letter.further.iter().for_each(|of| body.signature(of, words));
    if !letter.copies.is_empty() {
        body.paragraph(&words.say("letter-copies"), Set { before: 240, keep: true, ..plain });
        for (copy, number) in letter.copies.iter().zip(1..) {
            body.paragraph(&format!("{number}. {copy}"), plain);
        }
    }
    if let Some(note) = &letter.verification {
        body.paragraph(note, Set { size: 18, before: 240, ..plain });
    }
    if let Some(annex) = &letter.annex {
        body.0.push_str("<w:p><w:pPr>");
        body.section((width, height), MARGINS.0, false);
        body.0.push_str("</w:pPr></w:p>");
        body.paragraph(&annex.title, Set { bold: true, size: 24, keep: true, ..plain });
        // An annex lies on F4, which is wide enough for a matrix.
        let paper = Paper::F4.size();
        body.table(&annex.table, twips(paper.1 - 2 * MARGINS.1), 15);
        body.paragraph("", plain);
        body.section(paper, MARGINS.1, true);
    } else {
        body.section((width, height), MARGINS.0, false);
    }
    body.0
}

/// The mark of simulated data over every page.
fn header(letter: &Letter, words: Words) -> String {
    let mut body = Body(String::new());
    let text = if letter.simulated { words.say("letter-simulated") } else { String::new() };
    body.paragraph(&text, Set { align: Some("center"), bold: true, ..Set::default() });
    format!("{DECLARATION}<w:hdr {NAMESPACES}>{}</w:hdr>", body.0)
}

/// The number of the page.
fn footer() -> String {
    let field = |name: &str| {
        format!("<w:fldSimple w:instr=\" {name} \"><w:r><w:t>1</w:t></w:r></w:fldSimple>")
    };
    format!(
        "{DECLARATION}<w:ftr {NAMESPACES}><w:p><w:pPr><w:jc w:val=\"right\"/></w:pPr>{}\
         <w:r><w:t xml:space=\"preserve\"> / </w:t></w:r>{}</w:p></w:ftr>",
        field("PAGE"),
        field("NUMPAGES"),
    )
}

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
     <Default Extension=\"rels\" \
     ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
     <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
     <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-\
officedocument.wordprocessingml.document.main+xml\"/>\
     <Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-\
officedocument.wordprocessingml.styles+xml\"/>\
     <Override PartName=\"/word/header1.xml\" ContentType=\"application/vnd.openxmlformats-\
officedocument.wordprocessingml.header+xml\"/>\
     <Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd.openxmlformats-\
officedocument.wordprocessingml.footer+xml\"/></Types>";

const STYLES: &str = "<w:docDefaults><w:rPrDefault><w:rPr>\
     <w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\"/>\
     <w:sz w:val=\"24\"/></w:rPr></w:rPrDefault></w:docDefaults>\
     <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/>\
     </w:style>";

fn relations(of: &[(&str, &str)]) -> String {
    let mut text = format!(
        "{DECLARATION}<Relationships \
         xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    );
    for ((kind, target), number) in of.iter().zip(1..) {
        text.push_str(&format!(
            "<Relationship Id=\"rId{number}\" Type=\"http://schemas.openxmlformats.org/\
officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
        ));
    }
    text + "</Relationships>"
}

/// The bytes of the document.
pub(super) fn write(letter: &Letter, words: Words) -> io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The time of making is fixed: the same letter is the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let parts = [
        ("[Content_Types].xml", format!("{DECLARATION}{TYPES}")),
        ("_rels/.rels", relations(&[("officeDocument", "word/document.xml")])),
        (
            "word/document.xml",
            format!(
                "{DECLARATION}<w:document {NAMESPACES}><w:body>{}</w:body></w:document>",
                body(letter, words)
            ),
        ),
        ("word/styles.xml", format!("{DECLARATION}<w:styles {NAMESPACES}>{STYLES}</w:styles>")),
        ("word/header1.xml", header(letter, words)),
        ("word/footer1.xml", footer()),
        (
            "word/_rels/document.xml.rels",
            relations(&[
                ("styles", "styles.xml"),
                ("header", "header1.xml"),
                ("footer", "footer1.xml"),
            ]),
        ),
    ];
    for (name, text) in parts {
        archive.start_file(name, options).map_err(io::Error::other)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish().map_err(io::Error::other)?.into_inner())
}
