//! Words stand in message files: none in code or templates, none missing, none unused, none that
//! Selaras does not say, all written alike.

#![cfg(test)]

#[path = "../support/client.rs"]
mod client;
mod command_line;
mod crawl;
mod program;
mod reading;
mod source;

use std::collections::{BTreeMap, BTreeSet};

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
pub(crate) fn without(text: &str, open: &str, close: &str) -> String {
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

pub(crate) fn none<T: std::fmt::Display>(what: &str, found: impl IntoIterator<Item = T>) {
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
/// or into an error that is shown as a technical detail at most, and notices that must be shown
/// word for word.
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

/// Files that hold words by which foreign files are recognised, or that simulated files bear.
const RECOGNISERS: [&str; 5] = [
    "crates/selaras/src/simulate/plans/names.rs",
    "crates/selaras/src/align/names.rs",
    "crates/selaras/src/round/mapping/propose.rs",
    "crates/selaras/src/round/names.rs",
    "crates/selaras/src/plan/names.rs",
];

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

/// Files whose message calls the text of an error a technical detail itself.
const MARKED: [&str; 1] = ["crates/selaras/src/index/compute.rs"];

#[test]
fn no_message_holds_the_text_of_an_error_as_it_is() {
    let mut found = Vec::new();
    for path in files("crates/selaras/src", "rs") {
        let (name, source) = (name(&path), std::fs::read_to_string(&path).expect("source"));
        let said = |line: &&str| {
            ["error", "source", "self", "self.0"].iter().any(|error| {
                line.contains(&format!(", {error}.to_string())"))
                    || line.contains(&format!(", format!(\"{{{error}}}\"))"))
            })
        };
        let lines = source.lines().filter(said).filter(|line| line.contains(".with("));
        if !MARKED.contains(&name.as_str()) {
            found.extend(lines.map(|line| format!("{name}: {}", line.trim())));
        }
    }
    none("texts of errors in messages (see locale::cause)", found);
    let words = Words::new(Language::Id);
    assert!(words.say("index-totals-overflow").contains("rincian teknis: «"));
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
