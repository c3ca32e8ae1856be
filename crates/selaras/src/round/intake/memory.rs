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
