//! How deep a text may nest before it is parsed at all.

/// Brackets and braces open at one place.
const MOST_LEVELS: usize = 200;
/// Parts of a dotted key.
const MOST_KEY_PARTS: usize = 24;

/// Where the text opens more levels than [`MOST_LEVELS`], or a key has more parts than
/// [`MOST_KEY_PARTS`]. The parser calls itself for every level, even where it only notes a fault,
/// so that such a text would exhaust the stack.
pub(super) fn endless(text: &str) -> Option<usize> {
    let (mut levels, mut parts, mut last) = (0_usize, 0_usize, b' ');
    let mut rest = text;
    while let Some(&byte) = rest.as_bytes().first() {
        let at = text.len() - rest.len();
        // A bracket in a string or comment neither opens nor closes anything.
        let quoted = passed_over(rest);
        if quoted > 0 {
            rest = rest.get(quoted..).unwrap_or_default();
            last = byte;
            continue;
        }
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
        let mut characters = rest.chars();
        characters.next();
        rest = characters.as_str();
    }
    None
}

/// Bytes of the string or comment at the start of `text`; 0 where there is none. A string of one
/// line that nothing closes ends with its line, another one with the text, as the parser has it.
fn passed_over(text: &str) -> usize {
    let line = || text.find('\n').unwrap_or(text.len());
    let mark = match text.as_bytes() {
        [b'#', ..] => return line(),
        [b'"', b'"', b'"', ..] => "\"\"\"",
        [b'\'', b'\'', b'\'', ..] => "'''",
        [b'"', ..] => "\"",
        [b'\'', ..] => "'",
        _ => return 0,
    };
    let most = if mark.len() == 1 { line() } else { text.len() };
    let mut at = mark.len();
    while at < most {
        let rest = text.get(at..most).unwrap_or_default();
        let Some(found) = rest.find(mark) else { return most };
        let body = rest.get(..found).unwrap_or_default();
        // A mark behind an odd number of backslashes is none, in a string that knows them.
        let slashes = body.bytes().rev().take_while(|&byte| byte == b'\\').count();
        if mark.starts_with('"') && slashes % 2 == 1 {
            at += found + 1;
            continue;
        }
        return at + found + mark.len();
    }
    most
}

#[cfg(test)]
mod tests {
    use super::{MOST_LEVELS, endless};

    #[test]
    fn brackets_in_strings_and_comments_close_nothing() {
        let lines = |line: &str| line.repeat(MOST_LEVELS + 1);
        // Found by mutation: the string of each line stays open, and with it the table.
        assert!(endless(&lines("name = { id = \"Sanga}\n")).is_some());
        assert!(endless(&lines("name = { # }\n")).is_some());
        assert!(
            endless(&lines("name = { a = '}', b = \"\"\"\n}\"\"\", c = \"\\\"}\"\n")).is_some()
        );
        assert!(endless(&lines("name = { a = '}', b = \"[\" } # [\n")).is_none());
        assert!(endless(&lines("[[table]]\nname = [1, 2]\n")).is_none());
        assert!(endless(&lines("a.")).is_some());
        assert!(endless("text = 'Satu. Dua. Tiga ... dan seterusnya'\n").is_none());
    }
}
