//! How deep a text may nest before it is parsed at all.

/// Brackets and braces open at one place.
const MOST_LEVELS: usize = 200;
/// Parts of a dotted key.
const MOST_KEY_PARTS: usize = 24;

/// Where the text opens more levels than [`MOST_LEVELS`], or a key has more parts than
/// [`MOST_KEY_PARTS`]. The parser calls itself for every level, even where it only notes a fault,
/// so that such a text would exhaust the stack. Quotes are not heeded: no sentence comes near.
pub(super) fn endless(text: &str) -> Option<usize> {
    let (mut levels, mut parts, mut last) = (0_usize, 0_usize, b' ');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => (levels, parts) = (levels + 1, 0),
            b']' | b'}' => (levels, parts) = (levels.saturating_sub(1), 0),
            b'=' | b',' | b'\n' => parts = 0,
            // Dots in a row end a sentence or are to be filled in; they are in no key.
            b'.' if last != b'.' => parts += 1,
            _ => {}
        }
        if levels > MOST_LEVELS || parts > MOST_KEY_PARTS {
            return Some(at);
        }
        if !matches!(byte, b' ' | b'\t') {
            last = byte;
        }
    }
    None
}
