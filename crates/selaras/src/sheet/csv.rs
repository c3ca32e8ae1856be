//! Delimited text: fields of a row, and blocks of whole rows of a file (RFC 4180, with the
//! liberties that spreadsheets take).
//!
//! A quotation mark means something only at the start of a field. Rows may end in LF, CR LF or,
//! in a file without LF, in CR.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;

use memchr::{memchr, memchr2, memrchr};
use sha2::{Digest, Sha256};

use super::dialect::{self, Dialect, Encoding};
use super::source::{Source, SourceReader};
use super::{Block, Fault, Format, HEADER_ROWS, Options, Sheet, Sink, TextBlock};

/// What ended a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The delimiter: another field of the same row follows.
    Delimiter,
    /// The end of the row.
    Row,
    /// The end of the text.
    Text,
    /// The end of the text inside a quoted field.
    Unclosed,
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The bytes between the delimiters, or between the quotation marks (doubled ones still
    /// doubled).
    pub raw: &'a [u8],
    /// Whether `raw` holds doubled quotation marks.
    pub doubled: bool,
    /// What ended it.
    pub end: End,
}

impl<'a> Field<'a> {
    /// The text: quotation marks undone, bytes that are not UTF-8 read as Windows-1252.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        let text = match std::str::from_utf8(self.raw) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(self.raw).0,
        };
        if self.doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { text }
    }
}

/// Cuts text into fields, one after the other.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
}

impl<'a> Scanner<'a> {
    /// A scanner at the start of `bytes`, which must be the start of a row.
    #[must_use]
    pub fn new(bytes: &'a [u8], dialect: Dialect) -> Self {
        Self { bytes, at: 0, dialect }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Bytes consumed so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// What stands between fields.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.dialect.delimiter
    }

    /// Goes back to `position`, which [`Scanner::position`] gave at the start of a field.
    pub fn rewind(&mut self, position: usize) {
        self.at = position.min(self.at);
    }

    /// What is left.
    #[must_use]
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes over `length` bytes of [`Scanner::rest`], which must be whole fields with their
    /// delimiters.
    #[inline]
    pub fn pass(&mut self, length: usize) {
        self.at += length;
    }

    /// The next fields by fours, as long as each is one digit and followed by the delimiter; they
    /// are not passed over.
    #[inline]
    pub fn digits(&self) -> impl Iterator<Item = [u8; 4]> + use<'a> {
        const DIGITS: u64 = 0x00ff_00ff_00ff_00ff;
        const ZEROS: u64 = 0x0030_0030_0030_0030;
        const ABOVE_NINE: u64 = 0x0076_0076_0076_0076;
        let cuts = repeated(self.dialect.delimiter) & !DIGITS;
        self.rest().as_chunks::<8>().0.iter().map_while(move |chunk| {
            let word = u64::from_le_bytes(*chunk);
            // A digit is below 10 after its zero is taken off, and stays below 128 with 118 added.
            let digits = (word & DIGITS) ^ ZEROS;
            let plain = (digits | (digits + ABOVE_NINE)) & 0x0080_0080_0080_0080 == 0;
            let [a, _, b, _, c, _, d, _] = digits.to_le_bytes();
            (word & !DIGITS == cuts && plain).then_some([a, b, c, d])
        })
    }

    /// Passes over as many of the next fields, `most` at the most, as are one digit from `low` to
    /// `high` (9 at the most) or empty, and not the last of their row; puts the digits on `codes`,
    /// 0 where nothing stands, and says how many there were.
    #[inline]
    pub fn take_digits(&mut self, low: u8, high: u8, most: usize, codes: &mut Vec<u8>) -> usize {
        const DIGITS: u64 = 0x00ff_00ff_00ff_00ff;
        const HIGHEST: u64 = 0x0080_0080_0080_0080;
        let cuts = repeated(self.dialect.delimiter);
        // Less its zero a digit is below 128, stays below it with 127 less `high` added, and reaches
        // it with 128 less `low` added.
        let (above, below) = (repeated(127 - high) & DIGITS, repeated(128 - low) & DIGITS);
        let most = most.min(TOGETHER);
        let (mut own, mut count) = ([0; TOGETHER + 4], 0);
        let mut rest = self.rest();
        while let Some((chunk, after)) = rest.split_first_chunk::<8>()
            && let Some(place) = own.get_mut(count..count + 4)
            && count < most
        {
            let word = u64::from_le_bytes(*chunk);
            let digits = (word ^ repeated(b'0')) & DIGITS;
            let other = (digits | (digits + above) | !(digits + below)) & HIGHEST;
            let other = other | ((word ^ cuts) & !DIGITS);
            let pairs = (digits | digits >> 8) & 0x0000_ffff_0000_ffff;
            place.copy_from_slice(&((pairs | pairs >> 16) as u32).to_le_bytes());
            // Mostly so: where the next chunk begins is then known before this one is looked at.
            if other == 0 && count + 4 <= most {
                (count, rest) = (count + 4, after);
                continue;
            }
            let taken = (other.trailing_zeros() as usize / 16).min(most - count);
            count += taken;
            rest = rest.get(2 * taken..).unwrap_or_default();
            if count == most || rest.first() != Some(&self.dialect.delimiter) {
                break;
            }
            if let Some(empty) = own.get_mut(count) {
                *empty = 0;
            }
            count += 1;
            rest = rest.get(1..).unwrap_or_default();
        }
        self.at = self.bytes.len() - rest.len();
        codes.extend_from_slice(own.get(..count).unwrap_or_default());
        count
    }

    /// Passes over the next row if nothing but delimiters and spaces stand in it.
    pub fn skip_blank(&mut self) -> bool {
        let Dialect { delimiter, newline } = self.dialect;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let blank = |byte: &u8| *byte == delimiter || matches!(byte, b' ' | b'\t' | b'\r');
        let filled = rest.iter().position(|byte| *byte == newline || !blank(byte));
        match filled {
            None => self.at = self.bytes.len(),
            Some(at) if rest.get(at) == Some(&newline) => self.at += at + 1,
            Some(_) => return false,
        }
        true
    }

    /// The next field if it is one or two plain digits, or empty (`None` inside), and not the last
    /// of its row. The answers of a survey are nearly all of this form.
    #[inline]
    pub fn small(&mut self) -> Option<Option<u8>> {
        let delimiter = self.dialect.delimiter;
        match *self.bytes.get(self.at..)? {
            [a, end, ..] if end == delimiter && a.is_ascii_digit() => {
                self.at += 2;
                Some(Some(a - b'0'))
            }
            [end, ..] if end == delimiter => {
                self.at += 1;
                Some(None)
            }
            [a, b, end, ..] if end == delimiter && a.is_ascii_digit() && b.is_ascii_digit() => {
                self.at += 3;
                Some(Some((a - b'0') * 10 + (b - b'0')))
            }
            _ => None,
        }
    }

    /// The next field.
    #[inline]
    pub fn field(&mut self) -> Field<'a> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.first() == Some(&b'"') {
            return self.quoted(rest);
        }
        let Dialect { delimiter, newline } = self.dialect;
        let length = first_of(rest, delimiter, newline);
        let (raw, end) = match length {
            None => {
                self.at = self.bytes.len();
                (rest, End::Text)
            }
            Some(length) => {
                let (raw, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                self.at += length + 1;
                (raw, if after.first() == Some(&delimiter) { End::Delimiter } else { End::Row })
            }
        };
        let raw = match raw {
            [body @ .., b'\r'] if end != End::Delimiter => body,
            _ => raw,
        };
        Field { raw, doubled: false, end }
    }

    /// The fields of the next row, at most `most` of them.
    #[must_use]
    pub fn row(&mut self, most: usize) -> Vec<Field<'a>> {
        let mut fields = Vec::new();
        loop {
            let field = self.field();
            if fields.len() < most {
                fields.push(field);
            }
            if field.end != End::Delimiter {
                return fields;
            }
        }
    }

    #[cold]
    fn quoted(&mut self, rest: &'a [u8]) -> Field<'a> {
        let body = rest.get(1..).unwrap_or_default();
        let (length, doubled) = closing_quote(body);
        let Some(length) = length else {
            self.at = self.bytes.len();
            return Field { raw: body, doubled, end: End::Unclosed };
        };
        let raw = body.get(..length).unwrap_or_default();
        let after = body.get(length + 1..).unwrap_or_default();
        // Whatever stands between the closing mark and the delimiter is dropped, as spreadsheets do.
        let Dialect { delimiter, newline } = self.dialect;
        let skipped = memchr2(delimiter, newline, after);
        let end = match skipped {
            None => End::Text,
            Some(at) if after.get(at) == Some(&delimiter) => End::Delimiter,
            Some(_) => End::Row,
        };
        self.at = match skipped {
            None => self.bytes.len(),
            Some(at) => self.at + 1 + length + 1 + at + 1,
        };
        Field { raw, doubled, end }
    }
}

/// Eight times `byte`.
#[inline]
fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Where the first `a` or `b` stands in `bytes`.
#[inline]
fn first_of(bytes: &[u8], a: u8, b: u8) -> Option<usize> {
    // Most fields are short: eight bytes at a time beat a call. Taking one from each byte borrows
    // at its highest bit only in a byte that is zero, or above such a byte.
    let zeros = |word: u64| word.wrapping_sub(repeated(1)) & !word & repeated(0x80);
    let (near, far) = bytes.split_at_checked(24).unwrap_or((&[], bytes));
    let mut at = 0;
    for chunk in near.as_chunks::<8>().0 {
        let word = u64::from_le_bytes(*chunk);
        let found = zeros(word ^ repeated(a)) | zeros(word ^ repeated(b));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr2(a, b, far).map(|found| at + found)
}

/// Where the mark that closes a quoted field stands in `body`, and whether doubled marks precede.
fn closing_quote(body: &[u8]) -> (Option<usize>, bool) {
    let mut at = 0;
    let mut doubled = false;
    while let Some(found) = body.get(at..).and_then(|rest| memchr(b'"', rest)) {
        let mark = at + found;
        if body.get(mark + 1) != Some(&b'"') {
            return (Some(mark), doubled);
        }
        doubled = true;
        at = mark + 2;
    }
    (None, doubled)
}

/// Length of the longest run of whole rows at the start of `bytes` (which starts a row and goes on
/// beyond its end); none where not even one row ends.
fn whole_rows(bytes: &[u8], dialect: Dialect) -> Option<usize> {
    let Dialect { delimiter, newline } = dialect;
    let mut end = None;
    let mut from = 0;
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(found) = memchr(b'"', rest) else {
            return memrchr(newline, bytes.get(from..).unwrap_or_default())
                .map(|last| from + last + 1)
                .or(end);
        };
        let mark = at + found;
        let before = mark.checked_sub(1).and_then(|before| bytes.get(before));
        if before.is_some_and(|&byte| byte != delimiter && byte != newline) {
            at = mark + 1;
            continue;
        }
        if let Some(last) = memrchr(newline, bytes.get(from..mark).unwrap_or_default()) {
            end = Some(from + last + 1);
        }
        let (Some(length), _) = closing_quote(bytes.get(mark + 1..).unwrap_or_default()) else {
            return end;
        };
        // A mark at the very end may be the first of a doubled one.
        if mark + 1 + length + 1 >= bytes.len() {
            return end;
        }
        // What follows the closing mark, up to the delimiter, holds no quoted field.
        let after = mark + 1 + length + 1;
        let skipped = memchr2(delimiter, newline, bytes.get(after..).unwrap_or_default());
        at = skipped.map_or(bytes.len(), |skipped| after + skipped);
        from = at;
    }
}

/// Most fields that [`Scanner::take_digits`] takes at once.
const TOGETHER: usize = 64;

/// Bytes of one block.
pub(super) const BLOCK: usize = 512 * 1024;

/// Bytes that are read and hashed at a time.
const PIECE: usize = 32 * 1024;

/// Why a text file cannot be cut into blocks.
#[derive(Debug)]
pub(super) enum Broken {
    /// Reading failed.
    Unreadable,
    /// A row longer than the limit; most often an unclosed quotation mark.
    LongRow,
}

/// Reads the text of a file in blocks of whole rows: UTF-8, or the bytes of a single-byte code
/// page as they are.
pub(super) struct Blocks {
    reader: SourceReader,
    decoder: Option<encoding_rs::Decoder>,
    dialect: Dialect,
    raw: Vec<u8>,
    carry: Vec<u8>,
    longest_row: usize,
    ended: bool,
    /// Takes the bytes as they stand in the file.
    hasher: Sha256,
}

impl Blocks {
    pub(super) fn new(
        reader: SourceReader,
        encoding: Encoding,
        dialect: Dialect,
        longest_row: usize,
    ) -> Self {
        let decoder = (!encoding.is_ascii_superset())
            .then(|| encoding.decoder().new_decoder_with_bom_removal());
        Self {
            reader,
            decoder,
            dialect,
            raw: Vec::new(),
            carry: Vec::new(),
            longest_row,
            ended: false,
            hasher: Sha256::new(),
        }
    }

    /// SHA-256 of what has been read.
    fn sha256(self) -> [u8; 32] {
        self.hasher.finalize().into()
    }

    /// The next block, in the room of an earlier one; none at the end.
    pub(super) fn next(&mut self, room: Vec<u8>) -> Result<Option<Vec<u8>>, Broken> {
        // What stands in the room is written over: to clear it would be to fill it with zeros.
        let mut block = room;
        let mut filled = self.carry.len();
        lengthen(&mut block, filled);
        if let Some(start) = block.get_mut(..filled) {
            start.copy_from_slice(&self.carry);
        }
        while !self.ended {
            filled = self.fill(&mut block, filled).map_err(|_| Broken::Unreadable)?;
            let text = block.get(..filled).unwrap_or_default();
            let end = if self.ended { Some(filled) } else { whole_rows(text, self.dialect) };
            if let Some(end) = end {
                self.carry.clear();
                self.carry.extend_from_slice(text.get(end..).unwrap_or_default());
                block.truncate(end);
                return Ok((!block.is_empty()).then_some(block));
            }
            if filled > self.longest_row {
                return Err(Broken::LongRow);
            }
        }
        Ok(None)
    }

    /// Puts about one block of text behind the first `filled` bytes of `block`; says how many there
    /// are then.
    fn fill(&mut self, block: &mut Vec<u8>, filled: usize) -> std::io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            lengthen(block, filled + BLOCK);
            let room = block.get_mut(filled..filled + BLOCK).unwrap_or_default();
            let mut read = 0;
            // Hashed in pieces while they are still in the processor's cache.
            for piece in room.chunks_mut(PIECE) {
                let more = read_whole(&mut self.reader, piece)?;
                self.hasher.update(piece.get(..more).unwrap_or_default());
                read += more;
                if more < piece.len() {
                    break;
                }
            }
            self.ended = read == 0;
            return Ok(filled + read);
        };
        lengthen(&mut self.raw, BLOCK);
        let read = read_whole(&mut self.reader, &mut self.raw)?;
        let raw = self.raw.get(..read).unwrap_or_default();
        self.hasher.update(raw);
        self.ended = read == 0;
        let longest = decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len() * 3);
        let mut text = String::with_capacity(longest);
        let _ = decoder.decode_to_string(raw, &mut text, self.ended);
        block.truncate(filled);
        block.extend_from_slice(text.as_bytes());
        Ok(block.len())
    }
}

/// Makes `bytes` at least `length` long.
fn lengthen(bytes: &mut Vec<u8>, length: usize) {
    if bytes.len() < length {
        bytes.resize(length, 0);
    }
}

/// Reads until `room` is full or the file ends; says how many bytes there were.
fn read_whole(reader: &mut SourceReader, room: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = room.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The first `length` bytes of `source`.
pub(super) fn sample(source: &Source, length: u64) -> std::io::Result<Vec<u8>> {
    let mut sample = Vec::new();
    source.reader().take(length).read_to_end(&mut sample)?;
    Ok(sample)
}

/// Opens a text file whose first bytes are `sample`.
pub(super) fn open(
    source: Source,
    name: &str,
    options: &Options,
    sample: &[u8],
) -> Result<Sheet, Box<Fault>> {
    let encoding = dialect::encoding(sample);
    let whole = sample.len() as u64 == source.length();
    let text: Cow<'_, [u8]> = if encoding.is_ascii_superset() {
        Cow::Borrowed(sample)
    } else {
        Cow::Owned(encoding.decoder().decode_with_bom_removal(sample).0.into_owned().into_bytes())
    };
    // Text has no zero bytes; what has is a file of another kind.
    if text.iter().take(4096).any(|&byte| byte == 0) {
        return Err(Box::new(Fault::of_file(name, "sheet-error-format")));
    }
    let mut skipped = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut rows = 0_u64;
    let mut declared = None;
    let newline = dialect::newline(&text);
    // `sep=;` in the first row is how spreadsheets note the delimiter.
    if let Some([b's', b'e', b'p', b'=', declares, b'\r' | b'\n', ..]) = text.get(skipped..) {
        declared = Some(*declares);
        let rest = text.get(skipped..).unwrap_or_default();
        skipped += memchr(newline, rest).map_or(rest.len(), |at| at + 1);
        rows = 1;
    }
    let body = text.get(skipped..).unwrap_or_default();
    // Only whole rows tell the delimiter.
    let mut end = if whole { None } else { memrchr(newline, body).map(|at| at + 1) };
    if end.is_some_and(|end| end < 16) {
        end = None;
    }
    let body = body.get(..end.unwrap_or(body.len())).unwrap_or_default();
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Box::new(Fault::of_file(name, "sheet-error-empty")));
    }
    let recognised = dialect::delimiter(body);
    let delimiter = options.delimiter.or(declared).or(recognised).unwrap_or(b',');
    let dialect = Dialect { delimiter, newline };

    let mut scanner = Scanner::new(body, dialect);
    let mut top = Vec::new();
    let mut ends = Vec::new();
    while !scanner.done() && top.len() < HEADER_ROWS {
        let row = scanner.row(options.limits.columns + 1);
        let row: Vec<String> = row.iter().map(|field| field.text().into_owned()).collect();
        if row.len() > options.limits.columns {
            return Err(Box::new(
                Fault::of_file(name, "sheet-error-columns")
                    .with("limit", options.limits.columns)
                    .at_row(rows + top.len() as u64 + 1),
            ));
        }
        top.push(row);
        ends.push(scanner.position());
    }
    let at = match options.header_row {
        Some(row) => usize::try_from(row.saturating_sub(rows + 1)).ok(),
        None => super::header_among(&top),
    };
    let header = at.and_then(|at| Some((at, top.get(at)?, *ends.get(at)?)));
    let Some((at, header, header_end)) = header else {
        return Err(Box::new(Fault::of_file(name, "sheet-error-header")));
    };
    let columns = super::columns_of(header);
    if columns.is_empty() {
        return Err(Box::new(Fault::of_file(name, "sheet-error-header")));
    }
    let header_row = rows + at as u64 + 1;
    let cut_elsewhere = recognised.is_some_and(|recognised| recognised != delimiter);
    if let ([column], true) = (columns.as_slice(), cut_elsewhere) {
        let found = recognised.map(|byte| char::from(byte).to_string()).unwrap_or_default();
        let found = if found == "\t" { "TAB".to_owned() } else { found };
        return Err(Box::new(
            Fault::of_file(name, "sheet-error-delimiter")
                .with("found", found)
                .at_row(header_row)
                .in_column(column.clone()),
        ));
    }
    Ok(Sheet {
        name: name.to_owned(),
        format: Format::Csv,
        encoding: Some(encoding),
        delimiter: Some(delimiter),
        sheets: Vec::new(),
        sheet: None,
        header_row,
        columns,
        faults: Vec::new(),
        merged: Vec::new(),
        source,
        limits: options.limits,
        header_bytes: skipped + header_end,
        dialect,
    })
}

/// Reads the rows below the header; SHA-256 of the file where it was read to its end.
pub(super) fn read(sheet: &Sheet, sink: Sink<'_>) -> Result<Option<[u8; 32]>, Box<Fault>> {
    let deadline = sheet.deadline();
    let encoding = sheet.encoding.unwrap_or(Encoding::Utf8);
    let limits = &sheet.limits;
    let mut blocks = Blocks::new(sheet.source.reader(), encoding, sheet.dialect, limits.row_bytes);
    let mut header = sheet.header_bytes;
    let mut room = Vec::new();
    loop {
        let mut bytes = match blocks.next(std::mem::take(&mut room)) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Some(blocks.sha256())),
            Err(Broken::Unreadable) => {
                return Err(Box::new(sheet.fault("sheet-error-read", None, None)));
            }
            Err(Broken::LongRow) => {
                let fault = sheet.fault("sheet-error-long-row", None, None);
                return Err(Box::new(fault.with("limit", limits.row_bytes >> 20)));
            }
        };
        if deadline.passed() {
            return Err(Box::new(sheet.fault("sheet-error-time", None, None)));
        }
        if header > 0 {
            let skip = header.min(bytes.len());
            bytes.drain(..skip);
            header -= skip;
        }
        if bytes.is_empty() {
            continue;
        }
        match sink(Block::Text(TextBlock { bytes, dialect: sheet.dialect })) {
            ControlFlow::Continue(used) => room = used,
            ControlFlow::Break(()) => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', newline: b'\n' };

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut scanner = Scanner::new(text.as_bytes(), COMMA);
        let mut rows = Vec::new();
        while !scanner.done() {
            let mut row = Vec::new();
            loop {
                let field = scanner.field();
                row.push(field.text().into_owned());
                if field.end != End::Delimiter {
                    break;
                }
            }
            rows.push(row);
        }
        rows
    }

    #[test]
    fn quoted_fields_may_hold_delimiters_marks_and_line_ends() {
        assert_eq!(
            rows("a,\"b, \"\"c\"\"\nd\",e\r\n1,2,\n"),
            [vec!["a", "b, \"c\"\nd", "e"], vec!["1", "2", ""]]
        );
        assert_eq!(rows("5\" pipa,2"), [vec!["5\" pipa", "2"]], "a mark inside is a character");
    }

    #[test]
    fn plain_digits_are_read_without_looking_further() {
        let mut scanner = Scanner::new(b"7,,10,x,3\n", COMMA);
        assert_eq!(scanner.digits().next(), None, "the second is empty");
        assert_eq!(scanner.small(), Some(Some(7)));
        assert_eq!(scanner.small(), Some(None));
        assert_eq!(scanner.small(), Some(Some(10)));
        assert_eq!(scanner.small(), None);
        assert_eq!(scanner.field().raw, b"x");
        assert_eq!(scanner.small(), None, "the last of a row");
        assert_eq!((scanner.field().raw, scanner.done()), (&b"3"[..], true));
        assert_eq!(Scanner::new(b"1,2,3,4,", COMMA).digits().next(), Some([1, 2, 3, 4]));
        assert_eq!(Scanner::new(b"1,2,3,4\n", COMMA).digits().next(), None, "the row ends");
        assert_eq!(Scanner::new(b"1,2,x,4,", COMMA).digits().next(), None);
    }

    proptest! {
        #[test]
        fn digits_taken_together_are_those_taken_one_by_one(
            text in "([0-9]|[0-9]{2}|x| |,|\n){0,200}",
            low in 0_u8..4,
            high in 4_u8..10,
            most in 1_usize..90,
        ) {
            let mut together = Scanner::new(text.as_bytes(), COMMA);
            let mut alone = together.clone();
            let (mut taken, mut own) = (vec![7], vec![7]);
            let count = together.take_digits(low, high, most, &mut taken);
            while own.len() <= count {
                let before = alone.position();
                let small = alone.small();
                prop_assert!(alone.position() - before <= 2, "one digit or none");
                own.push(small.flatten().unwrap_or(0));
                prop_assert!(small.is_some_and(|s| s.is_none_or(|d| (low..=high).contains(&d))));
            }
            prop_assert_eq!(taken, own);
            prop_assert_eq!(together.position(), alone.position());
        }

        #[test]
        fn what_stood_in_a_used_room_does_not_come_back(
            text in "[a-c,\n]{0,2000}",
            used in 0_usize..3_000_000,
        ) {
            let read = |room: Vec<u8>| {
                let source = Source::memory(text.clone().into_bytes());
                let mut blocks = Blocks::new(source.reader(), Encoding::Utf8, COMMA, 4 << 20);
                blocks.next(room).expect("reads")
            };
            prop_assert_eq!(read(vec![b'x'; used]), read(Vec::new()));
        }
    }

    proptest! {
        #[test]
        fn the_first_mark_is_found_wherever_it_stands(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b','), Just(b'-'), Just(0xac_u8)], 0..60),
        ) {
            let plain = bytes.iter().position(|&byte| byte == b',' || byte == b'\n');
            prop_assert_eq!(first_of(&bytes, b',', b'\n'), plain);
        }

        #[test]
        fn four_digits_are_four_digits(bytes in prop::array::uniform8(
            prop_oneof![0x28_u8..0x40, Just(b','), any::<u8>()],
        )) {
            let plain = bytes.chunks(2).all(|pair| pair[0].is_ascii_digit() && pair[1] == b',');
            let found = Scanner::new(&bytes, COMMA).digits().next();
            let digits = [0, 2, 4, 6].map(|at| bytes[at].wrapping_sub(b'0'));
            prop_assert_eq!(found, plain.then_some(digits));
        }

        #[test]
        fn blocks_hold_whole_rows_and_together_the_file(
            text in "([a-c\",\n]|\"[a\n,]{0,3}\"){0,60}", cut in 1_usize..40,
        ) {
            // Cut anywhere: the rows of the two parts are the rows of the whole.
            let bytes = text.as_bytes();
            let head = &bytes[..cut.min(bytes.len())];
            if let Some(end) = whole_rows(head, COMMA) {
                let (first, second) = text.split_at(end);
                let mut parts = rows(first);
                parts.extend(rows(second));
                prop_assert_eq!(parts, rows(&text));
            }
        }

        #[test]
        fn utf_16_reads_like_utf_8(text in "[a-zé,\n\"€😀]{0,50}") {
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let mut blocks =
                Blocks::new(Source::memory(utf16).reader(), Encoding::Utf16Le, COMMA, 1 << 20);
            let mut read = Vec::new();
            while let Ok(Some(block)) = blocks.next(Vec::new()) {
                read.extend(block);
            }
            prop_assert_eq!(String::from_utf8(read).unwrap(), text);
        }
    }
}
