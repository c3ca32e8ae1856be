//! The program's own source as the checks of words need it: string literals with their places.

use std::path::{Path, PathBuf};

/// A string literal of the source.
pub(crate) struct Literal {
    /// File, relative to the workspace, and line.
    pub(crate) place: String,
    /// What stands right before the opening quote, blanks left out: at most forty characters.
    pub(crate) before: String,
    /// The text between the quotes, escapes as they are written.
    pub(crate) text: String,
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Files below `folder` of the workspace that end in `.extension`, in order.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|of| of == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The name of `path` within the workspace.
pub(crate) fn name(path: &Path) -> String {
    let root = root();
    path.strip_prefix(&root).unwrap_or(path).display().to_string()
}

/// Modules that are compiled for tests only.
const TESTS: [&str; 6] = [
    "tests.rs",
    "/tests/",
    "/fixture.rs",
    "/index/fixture/",
    "/index/attack.rs",
    "/index/random_rounds.rs",
];

/// The string literals of the program, those of tests, comments and attributes left out.
pub(crate) fn literals() -> Vec<Literal> {
    files("crates/selaras/src", "rs")
        .iter()
        .filter(|path| !TESTS.iter().any(|tests| name(path).contains(tests)))
        .flat_map(|path| of_file(&name(path), &std::fs::read_to_string(path).expect("source")))
        .collect()
}

/// The literals of one source text. It is cut at `#[cfg(test)]`, which stands before the last item.
fn of_file(name: &str, source: &str) -> Vec<Literal> {
    let source = match source.find("\n#[cfg(test)]\nmod tests {") {
        Some(end) => &source[..end],
        None => source,
    };
    let mut literals = Vec::new();
    let mut before = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let line = || source[..source.len() - rest.len()].matches('\n').count() + 1;
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("#[") || rest.starts_with("#![") {
            attribute(rest)
        } else if let Some((text, length)) = string(rest) {
            let place = format!("{name}:{}", line());
            literals.push(Literal { place, before: before.clone(), text: text.to_owned() });
            before.push('"');
            length
        } else if first == '\'' {
            character(rest)
        } else {
            if !first.is_whitespace() {
                before.push(first);
            }
            first.len_utf8()
        };
        if let Some((cut, _)) = before.char_indices().rev().nth(40) {
            before.drain(..cut);
        }
        rest = &rest[length..];
    }
    literals
}

/// The text and the whole length of the string literal at the start of `rest`, if there is one.
fn string(rest: &str) -> Option<(&str, usize)> {
    let body = rest.strip_prefix('b').unwrap_or(rest);
    let prefix = rest.len() - body.len();
    if let Some(raw) = body.strip_prefix('r') {
        let marks = raw.len() - raw.trim_start_matches('#').len();
        let text = raw[marks..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(marks));
        let end = text.find(&close)?;
        return Some((&text[..end], prefix + 1 + marks + 1 + end + close.len()));
    }
    let text = body.strip_prefix('"')?;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&text[..at], prefix + 1 + at + 1)),
            _ => {}
        }
    }
    None
}

/// The length of the character literal or lifetime at the start of `rest`.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), _) => rest[3..].find('\'').map_or(1, |end| end + 4),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// The length of the attribute at the start of `rest`.
fn attribute(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if let Some((_, length)) = string(&rest[at..]) {
            at += length;
            continue;
        }
        match rest.as_bytes()[at] {
            b'[' => depth += 1,
            b']' if depth == 1 => return at + 1,
            b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        while !rest.is_char_boundary(at) {
            at += 1;
        }
    }
    rest.len()
}
