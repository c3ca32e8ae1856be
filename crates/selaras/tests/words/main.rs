//! Words stand in message files: none in code or templates, none missing, none unused, none that
//! Selaras does not say, all written alike.

#![cfg(test)]

mod crawl;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use selaras::locale::{Language, Words};
use source::{Literal, files, literals, name};

/// The messages of one language by key, each with its file.
fn messages(language: &str) -> BTreeMap<String, (String, String)> {
    let mut messages = BTreeMap::new();
    for path in files(&format!("locales/{language}"), "ftl") {
        let mut key = String::new();
        for line in std::fs::read_to_string(&path).expect("messages").lines() {
            if let Some((new, text)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                key = new.to_owned();
                messages.insert(key.clone(), (name(&path), text.trim().to_owned()));
            } else if line.starts_with(' ')
                && let Some((_, text)) = messages.get_mut(&key)
            {
                text.push('\n');
                text.push_str(line);
            }
        }
    }
    messages
}

/// `text` with a blank for what stands between `open` and `close`, marks included.
fn without(text: &str, open: &str, close: &str) -> String {
    between(text, open, close, " ")
}

/// `text` with `instead` for what stands between `open` and `close`, marks included.
fn between(text: &str, open: &str, close: &str, instead: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        left.push_str(&rest[..start]);
        left.push_str(instead);
        let inside = &rest[start + open.len()..];
        rest = inside.find(close).map_or("", |end| &inside[end + close.len()..]);
    }
    left + rest
}

fn none<T: std::fmt::Display>(what: &str, found: impl IntoIterator<Item = T>) {
    let found: Vec<String> = found.into_iter().map(|one| one.to_string()).collect();
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

// Words outside message files

/// Names that are the same in every language: the program, offices, the hash of files.
const NAMES: [&str; 4] = ["Selaras", "BPS", "Kemendagri", "SHA"];

#[test]
fn templates_hold_no_words() {
    let mut found = Vec::new();
    for path in files("templates", "html") {
        let template = std::fs::read_to_string(&path).expect("a template");
        let mut text = template;
        for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<!--", "-->")] {
            text = without(&text, open, close);
        }
        for tag in ["aria-label", "alt", "title", "placeholder", "data-label", "content"] {
            for value in text.split(&format!(" {tag}=\"")).skip(1) {
                let value = value.split('"').next().unwrap_or_default();
                if tag != "content" && value.contains(|c: char| c.is_alphabetic()) {
                    found.push(format!("{}: {tag}=\"{value}\"", name(&path)));
                }
            }
        }
        for (open, close) in [("<style", "</style>"), ("<script", "</script>"), ("<", ">")] {
            text = without(&text, open, close);
        }
        for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
            if !NAMES.contains(&word) {
                found.push(format!("{}: {word}", name(&path)));
            }
        }
    }
    none("words in templates", found);
}

/// Beginnings of statements in SQL.
const SQL: [&str; 16] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "DROP ",
    "PRAGMA ",
    "BEGIN",
    "ORDER BY ",
    " ORDER BY ",
    " WHERE ",
    " AND ",
    " LIMIT ",
    "WITH ",
    "EXISTS ",
    "VALUES ",
];

/// Literals of several words that are not said: statements, markup, addresses, what goes to the log
/// or into an error that only the log shows, and notices that must be shown word for word.
fn is_no_message(literal: &Literal) -> bool {
    let text = literal.text.trim_start_matches(['\\', '\n', ' ']);
    let before = literal.before.as_str();
    SQL.iter().any(|sql| literal.text.starts_with(sql) || text.starts_with(sql.trim_start()))
        || text.starts_with(['<', '.', '#', '/'])
        || ["error!(", "warn!(", "info!(", "debug!("].iter().any(|log| before.contains(log))
        || ["Damaged(", "ParquetError::General(", "notice:"]
            .iter()
            .any(|call| before.ends_with(call))
        || RECOGNISERS.iter().any(|file| literal.place.starts_with(file))
        || NOT_SAID.contains(&literal.text.as_str())
}

/// Files that hold words by which foreign files are recognised.
const RECOGNISERS: [&str; 2] =
    ["crates/selaras/src/round/mapping/propose.rs", "crates/selaras/src/round/names.rs"];

/// Classes of figures, and the source of a number as its office calls it.
const NOT_SAID: [&str; 4] =
    ["figure map", "figure wide", "figure narrow", "Dukcapil, semester II 2024"];

/// Whether `text` holds two words with a blank between them, expressions left out.
fn has_words(text: &str) -> bool {
    let text = between(text, "{", "}", "·").replace("\\n", " ");
    let policy = text.contains("'self'") || text.contains("=()");
    let words: Vec<&str> = text.split(' ').collect();
    !policy
        && words.windows(2).any(|pair| {
            pair.iter().all(|word| {
                let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
                word.len() > 1 && word.chars().all(char::is_alphabetic)
            })
        })
}

#[test]
fn code_holds_no_words() {
    let literals = literals();
    assert!(literals.len() > 1_000, "the source is read");
    let found = literals.iter().filter(|literal| has_words(&literal.text));
    let found = found.filter(|literal| !is_no_message(literal));
    none("words in code", found.map(|literal| format!("{}: {}", literal.place, literal.text)));
}

// Keys

/// The text literals of templates: keys and the like.
fn template_literals() -> Vec<Literal> {
    let mut literals = Vec::new();
    for path in files("templates", "html") {
        let template = std::fs::read_to_string(&path).expect("a template");
        let mut before = "";
        for (at, part) in template.split('"').enumerate() {
            if at % 2 == 1 || before.ends_with("say(") || before.ends_with("new(") {
                let before = before.to_owned();
                literals.push(Literal { place: name(&path), before, text: part.to_owned() });
            }
            before = part;
        }
    }
    literals
}

fn is_key(text: &str) -> bool {
    text.contains('-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Calls whose text is the key of a message; the second list are keys that have an advice, too.
const SAYS: [&str; 3] = ["say(", "Message::new(", "error("];
const FAULTS: [&str; 2] = [".fault(", "Fault::of_file("];

#[test]
fn every_key_that_is_used_has_words() {
    let messages = messages("id");
    let mut found = Vec::new();
    for literal in literals().iter().chain(&template_literals()) {
        let text = literal.text.as_str();
        let ends = |calls: &[&str]| calls.iter().any(|call| literal.before.ends_with(call));
        let located = ends(&FAULTS) || literal.before.contains("of_file(");
        let named = ["-error-", "-fault-"].iter().any(|part| text.contains(part));
        let said = ends(&SAYS) || located || named;
        if said && is_key(text) && !messages.contains_key(text) {
            found.push(format!("{}: {text}", literal.place));
        }
        let advice = format!("{text}-advice");
        if located && is_key(text) && !messages.contains_key(&advice) {
            found.push(format!("{}: {advice}", literal.place));
        }
    }
    none("keys without words", found);
}

/// Whether `key` is `pattern` with something in each place `{…}`.
fn fits(pattern: &str, key: &str) -> bool {
    let fixed = without(pattern, "{", "}");
    let parts: Vec<&str> = fixed.split(' ').collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    key.len() >= fixed.len() && key.starts_with(first) && key.ends_with(last)
}

#[test]
fn every_message_is_used() {
    let messages = messages("id");
    let keys: BTreeSet<String> = messages.keys().cloned().collect();
    let in_messages: BTreeSet<&str> = messages
        .values()
        .flat_map(|(_, text)| text.split("{ ").skip(1))
        .filter_map(|place| place.split(' ').next())
        .collect();
    let all: Vec<Literal> = literals().into_iter().chain(template_literals()).collect();
    let whole: BTreeSet<&str> = all.iter().map(|literal| literal.text.as_str()).collect();
    // Keys made of a fixed beginning and something known at run time: `"weekday-{}"`.
    let made: Vec<&str> = all
        .iter()
        .map(|literal| literal.text.as_str())
        .filter(|text| text.contains('{') && is_key(&without(text, "{", "}").replace(' ', "x")))
        .filter(|text| text.find('{').is_some_and(|at| at > 3 && text[..at].contains('-')))
        .collect();
    let used = |key: &str| {
        whole.contains(key)
            || in_messages.contains(key)
            || made.iter().any(|pattern| fits(pattern, key))
    };
    let unused =
        keys.iter().filter(|key| !used(key) && !key.strip_suffix("-advice").is_some_and(used));
    none("messages that nothing says", unused);
}

// How messages are written

/// What Selaras does not say, in small letters, with what it says instead.
const FORBIDDEN: [(&str, &str); 14] = [
    ("id", "terharmonis"),
    ("id", "ditolak"),
    ("id", "menolak"),
    ("id", "gagal"),
    ("id", "margin of error"),
    ("id", "margin kesalahan"),
    ("id", "peringkat"),
    ("id", "ikn"),
    ("en", "most harmonious"),
    ("en", "rejected"),
    ("en", "failed"),
    ("en", "margin of error"),
    ("en", "rank"),
    ("en", "ikn"),
];

/// The sentence that says that there are no ranks, and the name of the method that shows why.
const NO_RANKS: [&str; 3] =
    ["results-no-places", "method-simulations-rank-sets", "method-literature-mogstad"];

#[test]
fn no_message_blames_ranks_or_abbreviates_what_has_two_meanings() {
    let mut found = Vec::new();
    for language in ["id", "en"] {
        for (key, (_, text)) in messages(language) {
            let text = without(&text, "{", "}").to_lowercase();
            let words = format!(
                " {} ",
                text.split(|c: char| !c.is_alphabetic()).collect::<Vec<_>>().join(" ")
            );
            for (of, word) in FORBIDDEN {
                // Whole words, and English ones also at the beginning of longer ones.
                let end = if of == "en" && word == "rank" { "" } else { " " };
                let says = words.contains(&format!(" {word}{end}"));
                if of == language && says && !NO_RANKS.contains(&key.as_str()) {
                    found.push(format!("{language} {key}: {word}"));
                }
            }
        }
    }
    none("words that Selaras does not say", found);
}

#[test]
fn messages_are_written_alike() {
    let mut found = Vec::new();
    for language in ["id", "en"] {
        for (key, (file, text)) in messages(language) {
            let mut fault = |what: &str| found.push(format!("{file} {key}: {what}: {text}"));
            let plain = without(&text, "{", "}");
            if text.contains('\n') {
                // Laid out by hand, as the help of the command line.
                continue;
            }
            if text.contains("  ") || text.ends_with(' ') {
                fault("two blanks");
            }
            let (good, bad) =
                if language == "id" { ("« »", "“”\"") } else { ("“ ”", "«»\"") };
            if plain.replace("(\")", "").contains(|c| bad.contains(c)) {
                fault(&format!("quotes are {good}"));
            }
            if text.contains("...") {
                fault("an ellipsis is one character");
            }
            if text.contains(['!', '`']) {
                fault("no exclamation marks or code marks");
            }
            let sentences = plain.matches(". ").count() > 0;
            if sentences && !text.trim_end().ends_with(['.', '?', ':', '»', '}', ')']) {
                fault("a sentence ends with a full stop");
            }
            if key.ends_with("-advice") && key.contains("-error-") && !text.ends_with(['.', '?']) {
                fault("an advice is a sentence");
            }
            let small = format!(" {} ", plain.to_lowercase().replace(['.', ',', '?', ';'], " "));
            if language == "id"
                && [" kamu ", " anda ", " mu ", " kau "].iter().any(|word| {
                    small.contains(word) && !(*word == " anda " && plain.contains("Anda"))
                })
            {
                fault("the reader is Anda");
            }
        }
    }
    none("messages written otherwise", found);
}

// The pseudo-locale

/// What the command `arguments` says in the pseudo-locale, on both outputs.
fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_selaras"))
        .args(arguments)
        .env("SELARAS_LANG", "pseudo")
        .output()
        .expect("the program runs");
    let both = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// Letters of `said` that are no option (`--name`) and stand in none of `data`.
fn letters(said: &str, data: &[&str]) -> Vec<String> {
    let mut rest = said.to_owned();
    for known in data {
        rest = rest.replace(known, "");
    }
    rest.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-'))
        .filter(|word| !word.starts_with("--"))
        .filter(|word| word.contains(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_command_line_says_no_word_that_is_not_in_a_message_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.display().to_string()
    };
    let out = folder.path().join("9").display().to_string();
    let empty = file("1", b"");
    let foreign = file("2", b"\x89PNG\r\n");
    let faulty = file("3", b"61.71;0\n1;2\n99.99;77\n");
    let table = file("4", b"1,2,3\n4,5,6\n");
    let broken = file("5", b"= 1");
    let missing = folder.path().join("6").display().to_string();
    let not_there = std::io::Error::from_raw_os_error(2).to_string();
    let folder = folder.path().display().to_string();
    // Names of the columns of frames and margins are part of those formats.
    let columns = ["code", "name", "level", "parent", "region", "margin", "cell", "persons"];
    let columns = columns.into_iter().chain(["source", "year"]).map(|name| format!("«{name}»"));
    let columns: Vec<String> = columns.collect();
    let mut data = vec![folder.as_str(), not_there.as_str(), "ihai-2025"];
    data.extend(columns.iter().map(String::as_str));
    let index = |rest: &[&str]| {
        let mut arguments = vec!["index", "--instrument", "ihai-2025", "--out", out.as_str()];
        arguments.extend(rest);
        said(&arguments)
    };
    let cases = [
        ("help", said(&["help"])),
        ("nothing", said(&[])),
        ("a verb", said(&["123"])),
        ("an option", said(&["index", "--1"])),
        ("a value", said(&["index", "7"])),
        ("no value", said(&["index", "--out"])),
        ("nothing filled in", said(&["index"])),
        ("a day", said(&["index", "--as-of", "12"])),
        ("a number", said(&["index", "--seed", "?"])),
        ("an empty file", index(&["--answers", &empty])),
        ("a picture", index(&["--answers", &foreign])),
        ("questions", index(&["--answers", &faulty])),
        ("no file", index(&["--answers", &missing])),
        ("a profile", index(&["--answers", &faulty, "--mapping", &table])),
        ("a frame", index(&["--answers", &faulty, "--regions", &table])),
        ("margins", index(&["--answers", &faulty, "--margins", &table])),
        (
            "an instrument",
            said(&["index", "--instrument", &broken, "--out", &out, "--answers", &table]),
        ),
        ("a region", index(&["--answers", &faulty, "--region", "99.99"])),
    ];
    let mut found = Vec::new();
    for (case, said) in &cases {
        assert!(said.contains('▒'), "{case} says something: {said}");
        let letters = letters(said, &data);
        if !letters.is_empty() {
            found.push(format!("{case}: {letters:?} in {said}"));
        }
    }
    none("letters of the command line outside message files", found);
}

#[test]
fn the_pseudo_locale_covers_every_letter_of_every_message() {
    let words = Words::new(Language::Pseudo);
    let found = messages("id").into_keys().filter(|key| {
        let said = words.say(key);
        // Places without values are written as `{$name}`.
        without(&said, "{", "}").contains(|c: char| c.is_ascii_alphabetic())
    });
    none("letters of messages that the pseudo-locale shows", found);
}
