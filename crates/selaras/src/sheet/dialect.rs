//! What a text file looks like: encoding, delimiter, line ends.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

/// How the characters of a text file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    #[serde(rename = "UTF-8")]
    Utf8,
    /// UTF-16, low byte first.
    #[serde(rename = "UTF-16LE")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "UTF-16BE")]
    Utf16Be,
    /// The Windows code page of western languages.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    pub(super) fn decoder(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        }
    }

    /// Its name, as people know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.decoder().name()
    }

    /// Whether ASCII characters are single bytes, so that rows can be split before decoding.
    pub(super) fn is_ascii_superset(self) -> bool {
        matches!(self, Self::Utf8 | Self::Windows1252)
    }
}

/// The encoding that `sample`, the first bytes of a file, looks like: by its byte order mark, else
/// by where zero bytes stand, else UTF-8 where it is valid and Windows-1252 where it is not.
#[must_use]
pub fn encoding(sample: &[u8]) -> Encoding {
    match sample {
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8,
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    let head = sample.get(..sample.len().min(4096)).unwrap_or_default();
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 4 > head.len() && even * 4 < odd {
        return Encoding::Utf16Le;
    }
    if even * 4 > head.len() && odd * 4 < even {
        return Encoding::Utf16Be;
    }
    match std::str::from_utf8(sample) {
        Ok(_) => Encoding::Utf8,
        // A character cut in two by the end of the sample is no fault of the file.
        Err(error) if error.error_len().is_none() => Encoding::Utf8,
        Err(_) => Encoding::Windows1252,
    }
}

/// Delimiters that are tried, in order of preference.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The delimiter that `sample`, whole rows of text, looks like: the one that cuts most rows into
/// as many fields as the first row that it cuts; none where no delimiter cuts any row.
#[must_use]
pub fn delimiter(sample: &[u8]) -> Option<u8> {
    let mut best = None;
    for candidate in DELIMITERS {
        let dialect = Dialect { delimiter: candidate, newline: newline(sample) };
        let mut counts = Vec::new();
        let mut scanner = super::csv::Scanner::new(sample, dialect);
        while !scanner.done() && counts.len() < 50 {
            let mut fields = 1_u32;
            while scanner.field().end == super::csv::End::Delimiter {
                fields += 1;
            }
            counts.push(fields);
        }
        let Some(first) = counts.iter().copied().find(|&count| count > 1) else { continue };
        let agreeing = counts.iter().filter(|&&count| count == first).count();
        // Agreement first, then the number of fields.
        let score = (agreeing * 1000 / counts.len(), first);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The byte that ends a row: a line feed, or a carriage return where there is no line feed.
#[must_use]
pub(super) fn newline(sample: &[u8]) -> u8 {
    if !sample.contains(&b'\n') && sample.contains(&b'\r') { b'\r' } else { b'\n' }
}

/// How delimited text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Byte between fields.
    pub delimiter: u8,
    /// Byte at the end of a row.
    pub newline: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart_by_mark_zeros_and_validity() {
        assert_eq!(encoding(b"\xEF\xBB\xBFa,b"), Encoding::Utf8);
        assert_eq!(encoding("wilayah,é".as_bytes()), Encoding::Utf8);
        assert_eq!(encoding(b"wilayah,\x93kutip\x94"), Encoding::Windows1252);
        assert_eq!(encoding(b"a\0,\0b\0"), Encoding::Utf16Le);
        assert_eq!(encoding(b"\0a\0,\0b"), Encoding::Utf16Be);
        assert_eq!(encoding(&"é".as_bytes()[..1]), Encoding::Utf8, "cut by the sample");
    }

    #[test]
    fn the_delimiter_is_the_one_that_cuts_all_rows_alike() {
        assert_eq!(delimiter(b"a;b;c\n1,5;2;3\n1,7;2;3\n"), Some(b';'));
        assert_eq!(delimiter(b"a,b\n\"x;y;z\",2\n"), Some(b','));
        assert_eq!(delimiter(b"a\tb\n1\t2\n"), Some(b'\t'));
        assert_eq!(delimiter(b"satu kolom\n1\n2\n"), None);
        assert_eq!(delimiter(b""), None);
    }
}
