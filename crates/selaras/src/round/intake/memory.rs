//! Texts met before in a column, and what they stand for.

use foldhash::{HashMap, HashMapExt};

use super::plan::Resolved;

/// Entries of a memory of texts before it is emptied.
const ENTRIES: usize = 65_536;

/// Binary digits of a place among the recent texts.
const RECENT_BITS: u32 = 8;

/// What the texts of one column were found to stand for.
pub(super) struct Memory {
    /// One of the known texts for each value of [`Ends::place`]: most columns have few texts.
    recent: Vec<(Ends, Box<[u8]>, Resolved)>,
    known: HashMap<Box<[u8]>, Resolved>,
}

/// The first and the last eight bytes of a text and its length, which tell short texts apart.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

impl Ends {
    #[inline]
    fn of(raw: &[u8]) -> Self {
        let (first, last) = match (raw.first_chunk::<8>(), raw.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (raw.iter().fold(0, |word, &byte| (word << 8) | u64::from(byte)), 0),
        };
        Self { first, last, length: raw.len() }
    }

    /// Whether no other text has these ends.
    fn are_all(self) -> bool {
        self.length <= 16
    }

    /// A place in [`Memory::recent`].
    fn place(self) -> usize {
        let mixed = self.first.rotate_left(29) ^ self.last ^ self.length as u64;
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - RECENT_BITS)) as usize
    }
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            // No text of no bytes has a last byte.
            recent: vec![
                (Ends { last: 1, ..Ends::default() }, Box::default(), Ok(0));
                1 << RECENT_BITS
            ],
            known: HashMap::new(),
        }
    }

    /// What `raw` stands for: as found before, or else by `resolve`. Unless it is to be `kept`, only
    /// while it is one of the recent texts.
    #[inline]
    pub(super) fn get(
        &mut self,
        raw: &[u8],
        kept: bool,
        resolve: impl FnOnce() -> Resolved,
    ) -> Resolved {
        let ends = Ends::of(raw);
        if let Some((known, text, code)) = self.recent.get(ends.place())
            && *known == ends
            && (ends.are_all() || **text == *raw)
        {
            return *code;
        }
        let code = match self.known.get(raw) {
            Some(&code) => code,
            None if !kept => resolve(),
            None => {
                let code = resolve();
                if self.known.len() >= ENTRIES {
                    self.known.clear();
                }
                self.known.insert(raw.into(), code);
                code
            }
        };
        if let Some(recent) = self.recent.get_mut(ends.place()) {
            let text = if ends.are_all() { Box::default() } else { raw.into() };
            *recent = (ends, text, code);
        }
        code
    }
}

/// Binary digits of a place among the glances.
const GLANCE_BITS: u32 = 6;

/// Fields of a text file met before in one column, told by how they begin.
pub(super) struct Glances(Vec<Option<Glance>>);

#[derive(Clone)]
struct Glance {
    start: u64,
    /// The field as it stands in the file, with the delimiter after it.
    text: Box<[u8]>,
    code: u32,
}

impl Glances {
    pub(super) fn new() -> Self {
        Self(vec![None; 1 << GLANCE_BITS])
    }

    /// The length of the field at the start of `rest`, with its delimiter, and its code; none where
    /// it is not known.
    #[inline]
    pub(super) fn get(&self, rest: &[u8], delimiter: u8) -> Option<(usize, u32)> {
        let start = start(rest, delimiter)?;
        let glance = self.0.get(place(start))?.as_ref()?;
        (glance.start == start && rest.starts_with(&glance.text))
            .then_some((glance.text.len(), glance.code))
    }

    /// Notes that the first `length` bytes of `rest`, a field with its delimiter, stand for `code`.
    pub(super) fn put(&mut self, rest: &[u8], length: usize, delimiter: u8, code: u32) {
        let (Some(start), Some(text)) = (start(rest, delimiter), rest.get(..length)) else {
            return;
        };
        if let Some(glance) = self.0.get_mut(place(start)) {
            *glance = Some(Glance { start, text: text.into(), code });
        }
    }
}

/// The first eight bytes of `rest` up to the first delimiter; none at the end of a block.
#[inline]
fn start(rest: &[u8], delimiter: u8) -> Option<u64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let word = u64::from_le_bytes(*rest.first_chunk()?);
    let other = word ^ (ONES * u64::from(delimiter));
    let delimiters = other.wrapping_sub(ONES) & !other & (ONES << 7);
    // All bits up to the lowest of the marks; all bits where there is no mark.
    Some(word & (delimiters ^ delimiters.wrapping_sub(1)))
}

fn place(start: u64) -> usize {
    (start.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - GLANCE_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sheet::Dialect;
    use crate::sheet::csv::{End, Scanner};

    proptest! {
        #[test]
        fn a_glance_takes_the_field_that_stands_there(
            rows in prop::collection::vec("(\"[ab,\n]{0,9}\"|[ab\u{0}]{0,12}),([ab,\"\n]{0,12})", 1..40),
        ) {
            let dialect = Dialect { delimiter: b',', newline: b'\n' };
            let mut glances = Glances::new();
            let mut known: Vec<Vec<u8>> = Vec::new();
            for row in &rows {
                let mut scanner = Scanner::new(row.as_bytes(), dialect);
                let glanced = glances.get(row.as_bytes(), b',');
                let field = scanner.field();
                if let Some((length, code)) = glanced {
                    prop_assert_eq!((length, field.end), (scanner.position(), End::Delimiter));
                    prop_assert_eq!(field.raw, &*known[code as usize]);
                } else if field.end == End::Delimiter {
                    known.push(field.raw.to_vec());
                    let code = known.len() as u32 - 1;
                    glances.put(row.as_bytes(), scanner.position(), b',', code);
                }
            }
        }
    }
}
