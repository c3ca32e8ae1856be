//! Damage done to bytes: what transfer, editors, faulty writers and ill will do to files.

use selaras_stats::random::Stream;

use super::seeds::Seed;

/// No mutated file is larger.
const MOST_BYTES: usize = 4 << 20;

/// Bytes that mean something to some parser.
const MARKS: &[u8] = b"\0\xFF\x7F\x80\"',;\t\r\n[]{}<>=:.&-+0123456789eE\xEF\xC3";

/// Whole numbers at which lengths, counts and places go wrong.
const EXTREMES: [u64; 14] = [
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x00FF_FFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    0xFFFF_FFFF_FFFF_FFFF,
];

/// Texts that stand in for a number or a word.
const WORDS: [&str; 24] = [
    "99999999999999999999999999999999999999",
    "-99999999999999999999",
    "1e999",
    "-1e-999",
    "NaN",
    "inf",
    "-0",
    "0.1e400000000",
    "1048577",
    "4294967296",
    "9223372036854775808",
    "null",
    "true",
    "\u{202e}",
    "\u{0}",
    "=1+1",
    "#REF!",
    "31/02/2026",
    "0000-00-00",
    "99/99/9999 99:99:99",
    "''",
    "\"\"\"",
    "{}",
    "[]",
];

/// What opens a level in one of the formats.
const NESTS: [&str; 9] = [
    "[",
    "{\"a\":",
    "[[",
    "<a>",
    "a.",
    "a={a=",
    "(",
    "\"",
    "{\"type\":\"GeometryCollection\",\"geometries\":[",
];

/// One of `seeds`, damaged as the stream draws.
pub(crate) fn mutated(stream: &mut Stream, seeds: &[Seed]) -> Vec<u8> {
    let mut seed = pick(stream, seeds).clone();
    let other = pick(stream, seeds).clone();
    let times = if stream.below(2) == 0 { 1 } else { 2 + stream.below(3) };
    for _ in 0..times {
        match (&mut seed, &other) {
            (Seed::Plain(bytes), other) => once(stream, bytes, &other.file()),
            (Seed::Packed(members), Seed::Packed(others)) if !members.is_empty() => {
                let at = stream.below(members.len() as u64) as usize;
                match stream.below(40) {
                    0 => drop(members.remove(at)),
                    1 => members[at].0.push('x'),
                    2 => {
                        let with = stream.below(members.len() as u64) as usize;
                        let content = members[with].1.clone();
                        members[at].1 = content;
                    }
                    _ => {
                        let with = pick(stream, others).1.clone();
                        once(stream, &mut members[at].1, &with);
                    }
                }
            }
            (Seed::Packed(_), _) => {}
        }
    }
    let mut file = seed.file();
    // Members may be sound and the archive around them damaged.
    if matches!(seed, Seed::Packed(_)) && stream.below(10) == 0 {
        once(stream, &mut file, &[]);
    }
    file
}

fn pick<'a, T>(stream: &mut Stream, list: &'a [T]) -> &'a T {
    &list[stream.below(list.len() as u64) as usize]
}

/// A place from 0 to `length` inclusive.
fn place(stream: &mut Stream, length: usize) -> usize {
    stream.below(length as u64 + 1) as usize
}

/// A stretch within `length`, mostly a short one.
fn stretch(stream: &mut Stream, length: usize) -> std::ops::Range<usize> {
    let from = place(stream, length);
    let most = if stream.below(3) == 0 { length - from } else { (length - from).min(64) };
    from..from + place(stream, most)
}

fn once(stream: &mut Stream, bytes: &mut Vec<u8>, other: &[u8]) {
    let length = bytes.len();
    match stream.below(12) {
        0 | 1 => {
            for _ in 0..=stream.below(8) {
                if length > 0 {
                    bytes[stream.below(length as u64) as usize] ^= 1 << stream.below(8);
                }
            }
        }
        2 => {
            for _ in 0..=stream.below(4) {
                if length > 0 {
                    bytes[stream.below(length as u64) as usize] = *pick(stream, MARKS);
                }
            }
        }
        3 => bytes.truncate(place(stream, length)),
        4 => drop(bytes.drain(stretch(stream, length))),
        5 => {
            let taken = other.get(stretch(stream, other.len())).unwrap_or_default().to_vec();
            let gap = stretch(stream, length);
            bytes.splice(gap, taken);
        }
        6 => {
            let taken = bytes[stretch(stream, length)].to_vec();
            let at = place(stream, length);
            bytes.splice(at..at, taken);
        }
        7 => {
            let taken = bytes[stretch(stream, length)].to_vec();
            let times = 1_usize << stream.below(13);
            let times = times.min((256 << 10) / taken.len().max(1));
            let at = place(stream, length);
            bytes.splice(at..at, taken.repeat(times));
        }
        8 | 9 => {
            let number = pick(stream, &EXTREMES).wrapping_add(stream.below(3)).wrapping_sub(1);
            let width = 1 << stream.below(4);
            let at = place(stream, length);
            let big = number.to_be_bytes();
            let little = number.to_le_bytes();
            let field = if stream.below(2) == 0 { &little[..width] } else { &big[8 - width..] };
            let end = (at + width).min(length);
            bytes.splice(at..end, field.iter().copied());
        }
        10 => {
            let word = word(stream, bytes);
            let text = *pick(stream, &WORDS);
            bytes.splice(word, text.bytes());
        }
        _ => {
            let nest = *pick(stream, &NESTS);
            let levels = 1_usize << stream.below(16);
            let at = word(stream, bytes).start;
            bytes.splice(at..at, nest.repeat(levels).into_bytes());
        }
    }
    bytes.truncate(MOST_BYTES);
}

/// A run of letters and digits near a place that the stream draws; empty where there is none.
fn word(stream: &mut Stream, bytes: &[u8]) -> std::ops::Range<usize> {
    let from = place(stream, bytes.len());
    let rest = bytes.get(from..).unwrap_or_default();
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let start = rest.iter().position(part).unwrap_or(rest.len());
    let length = rest[start..].iter().take_while(|byte| part(byte)).count();
    from + start..from + start + length
}
