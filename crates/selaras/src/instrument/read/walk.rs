//! Walking an instrument file: a table's keys one by one, each value with its place, faults noted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::{Evidence, Text};
use super::InstrumentError;
use crate::locale::Message;

/// Faults named; the rest is counted.
pub(super) const MOST_FAULTS: usize = 100;

/// Faults found so far.
pub(super) struct Faults<'t> {
    file: &'t str,
    text: &'t str,
    list: Vec<Noted>,
}

/// A fault at a byte of the text, where a key stands.
struct Noted {
    at: usize,
    path: String,
    message: Message,
}

impl<'t> Faults<'t> {
    /// None yet in the file called `file`.
    pub(super) fn new(file: &'t str) -> Self {
        Self { file, text: "", list: Vec::new() }
    }

    /// The text in which faults are counted to their lines from now on.
    pub(super) fn read(&mut self, text: &'t str) {
        self.text = text;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Notes a fault at `span`, where the key `path` stands.
    pub(super) fn add(&mut self, span: Range<usize>, path: &str, message: Message) {
        let path = if path.is_empty() { "–" } else { path }.to_owned();
        self.list.push(Noted { at: span.start, path, message });
    }

    /// The first faults with their lines and columns, which only those need: counting lines for
    /// each of many thousands would take minutes.
    pub(super) fn into_error(mut self) -> InstrumentError {
        self.list.sort_by_key(|noted| noted.at);
        let more = self.list.len().saturating_sub(MOST_FAULTS);
        self.list.truncate(MOST_FAULTS);
        let mut faults: Vec<Message> = Vec::with_capacity(self.list.len() + 1);
        for Noted { at, path, message } in self.list {
            let before = self.text.get(..at).unwrap_or(self.text);
            let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            faults.push(
                message
                    .with("file", self.file)
                    .with("line", line.to_string())
                    .with("column", column.to_string())
                    .with("path", path),
            );
        }
        if more > 0 {
            faults.push(
                Message::new("instrument-fault-more").with("file", self.file).with("n", more),
            );
        }
        InstrumentError { file: self.file.to_owned(), faults }
    }
}

/// One value of the file and where it stands.
#[derive(Clone)]
pub(super) struct Place<'a> {
    value: &'a DeValue<'a>,
    span: Range<usize>,
    path: String,
}

impl<'a> Place<'a> {
    pub(super) fn fault(&self, faults: &mut Faults<'_>, message: Message) {
        faults.add(self.span.clone(), &self.path, message);
    }

    /// Whether it is this text.
    pub(super) fn says(&self, text: &str) -> bool {
        self.value.as_str() == Some(text)
    }

    pub(super) fn wrong_type(&self, faults: &mut Faults<'_>, wanted: &str) {
        self.fault(faults, Message::new(&format!("instrument-fault-wanted-{wanted}")));
    }

    pub(super) fn string(&self, faults: &mut Faults<'_>) -> Option<String> {
        match self.value.as_str().map(str::trim) {
            None => self.wrong_type(faults, "text"),
            Some("") => self.fault(faults, Message::new("instrument-fault-empty")),
            Some(text) => return Some(text.to_owned()),
        }
        None
    }

    /// A code: ASCII letters, digits, `.` and `_`, so that it can stand in a score's id, a URL and
    /// an attribute of HTML.
    pub(super) fn code(&self, faults: &mut Faults<'_>) -> String {
        let Some(code) = self.string(faults) else { return String::new() };
        let sound = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        if !code.chars().all(sound) || code.len() > 40 {
            self.fault(faults, Message::new("instrument-fault-code").with("value", code.as_str()));
        }
        code
    }

    pub(super) fn number(&self, faults: &mut Faults<'_>) -> Option<f64> {
        let text = match self.value {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            DeValue::Float(float) => float.as_str(),
            _ => {
                self.wrong_type(faults, "number");
                return None;
            }
        };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.wrong_type(faults, "number");
        }
        number
    }

    /// A whole number from `range`.
    pub(super) fn whole(
        &self,
        range: std::ops::RangeInclusive<u16>,
        faults: &mut Faults<'_>,
    ) -> Option<u16> {
        let number = match self.value {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let message = Message::new("instrument-fault-wanted-whole")
                .with("least", u32::from(*range.start()))
                .with("most", u32::from(*range.end()));
            self.fault(faults, message);
        }
        number
    }

    pub(super) fn flag(&self, faults: &mut Faults<'_>) -> bool {
        self.value.as_bool().unwrap_or_else(|| {
            self.wrong_type(faults, "flag");
            false
        })
    }

    pub(super) fn choice<T: Copy>(
        &self,
        choices: &[(&str, T)],
        faults: &mut Faults<'_>,
    ) -> Option<T> {
        let given = self.value.as_str();
        let found = choices.iter().find(|(name, _)| Some(*name) == given);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let message = Message::new("instrument-fault-wanted-choice");
            self.fault(faults, message.with("choices", names.join(", ")));
        }
        found.map(|(_, choice)| *choice)
    }

    /// A text in both languages: `{ id = "…", en = "…" }`, or one string for both.
    pub(super) fn text(&self, faults: &mut Faults<'_>) -> Text {
        if self.value.is_str() {
            let id = self.string(faults).unwrap_or_default();
            return Text { en: id.clone(), id };
        }
        let Some(table) = self.value.as_table() else {
            self.wrong_type(faults, "text");
            return Text::default();
        };
        let mut section = Section::new(table, self.span.clone(), &self.path);
        let id = section.need("id", faults).and_then(|place| place.string(faults));
        let en = section.take("en").and_then(|place| place.string(faults));
        section.finish(faults);
        let id = id.unwrap_or_default();
        Text { en: en.unwrap_or_else(|| id.clone()), id }
    }

    pub(super) fn section(&self, faults: &mut Faults<'_>) -> Option<Section<'a>> {
        let table = self.value.as_table();
        if table.is_none() {
            self.wrong_type(faults, "table");
        }
        table.map(|table| Section::new(table, self.span.clone(), &self.path))
    }

    /// The entries of a list of at most `most`.
    pub(super) fn list(&self, most: usize, faults: &mut Faults<'_>) -> Vec<Self> {
        let Some(array) = self.value.as_array() else {
            self.wrong_type(faults, "list");
            return Vec::new();
        };
        if array.len() > most {
            self.fault(faults, Message::new("instrument-fault-too-many").with("most", most));
            return Vec::new();
        }
        let entry = |(at, value): (usize, &'a Spanned<DeValue<'a>>)| Self {
            value: value.get_ref(),
            span: value.span(),
            path: format!("{}[{}]", self.path, at + 1),
        };
        array.iter().enumerate().map(entry).collect()
    }
}

/// Where an entry of a list stands: span and path.
pub(super) type Mark = (Range<usize>, String);

/// A table of the file, of which key after key is taken; what is left in the end is unknown.
pub(super) struct Section<'a> {
    keys: BTreeMap<&'a str, (Range<usize>, Place<'a>)>,
    span: Range<usize>,
    path: String,
}

impl<'a> Section<'a> {
    pub(super) fn new(table: &'a DeTable<'a>, span: Range<usize>, path: &str) -> Self {
        let entry = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &str = AsRef::<str>::as_ref(key.get_ref());
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            (name, (key.span(), Place { value: value.get_ref(), span: value.span(), path }))
        };
        Self {
            keys: table.iter().map(entry).collect(),
            span: span.start..span.start,
            path: path.to_owned(),
        }
    }

    /// Where the table stands.
    pub(super) fn mark(&self) -> Mark {
        (self.span.clone(), self.path.clone())
    }

    /// Notes a fault of the table as a whole.
    pub(super) fn fault(&self, faults: &mut Faults<'_>, message: Message) {
        faults.add(self.span.clone(), &self.path, message);
    }

    /// Whether `key` was given and not taken yet.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Place<'a>> {
        self.keys.remove(key).map(|(_, place)| place)
    }

    /// The value of `key`, or a fault naming the table it is missing from.
    pub(super) fn need(&mut self, key: &str, faults: &mut Faults<'_>) -> Option<Place<'a>> {
        let place = self.take(key);
        if place.is_none() {
            let message = Message::new("instrument-fault-missing-key").with("key", key);
            self.fault(faults, message);
        }
        place
    }

    pub(super) fn text(&mut self, key: &str, faults: &mut Faults<'_>) -> Text {
        self.need(key, faults).map(|place| place.text(faults)).unwrap_or_default()
    }

    pub(super) fn string(&mut self, key: &str, faults: &mut Faults<'_>) -> String {
        self.need(key, faults).and_then(|place| place.string(faults)).unwrap_or_default()
    }

    pub(super) fn flag(&mut self, key: &str, faults: &mut Faults<'_>) -> bool {
        self.take(key).is_some_and(|place| place.flag(faults))
    }

    pub(super) fn evidence(&mut self, key: &str, faults: &mut Faults<'_>) -> Evidence {
        let choices = [
            ("certain", Evidence::Certain),
            ("second_hand", Evidence::SecondHand),
            ("inferred", Evidence::Inferred),
            ("proposed", Evidence::Proposed),
            ("unknown", Evidence::Unknown),
        ];
        let place = self.need(key, faults);
        place.and_then(|place| place.choice(&choices, faults)).unwrap_or(Evidence::Unknown)
    }

    /// A code that `known` does not hold yet.
    pub(super) fn new_code(
        &mut self,
        known: &mut BTreeSet<String>,
        faults: &mut Faults<'_>,
    ) -> String {
        let Some(place) = self.need("id", faults) else { return String::new() };
        let code = place.code(faults);
        if !code.is_empty() && !known.insert(code.to_ascii_lowercase()) {
            let message = Message::new("instrument-fault-twice").with("value", code.as_str());
            place.fault(faults, message);
        }
        code
    }

    /// A weight: finite and not negative.
    pub(super) fn weight(&mut self, faults: &mut Faults<'_>) -> f64 {
        let Some(place) = self.need("weight", faults) else { return 1.0 };
        match place.number(faults) {
            Some(weight) if weight >= 0.0 => weight,
            Some(_) => {
                place.fault(faults, Message::new("instrument-fault-weight-negative"));
                1.0
            }
            None => 1.0,
        }
    }

    /// The position in `codes` of the code that `key` names.
    pub(super) fn reference(
        &mut self,
        key: &str,
        codes: &[String],
        faults: &mut Faults<'_>,
    ) -> Option<usize> {
        let place = self.need(key, faults)?;
        let code = place.string(faults)?;
        let found = codes.iter().position(|known| *known == code);
        if found.is_none() {
            let message = Message::new("instrument-fault-reference").with("value", code);
            place.fault(faults, message.with("choices", codes.join(", ")));
        }
        found
    }

    /// The tables of the list `key`; an absent list is empty.
    pub(super) fn tables(
        &mut self,
        key: &str,
        most: usize,
        faults: &mut Faults<'_>,
    ) -> Vec<Section<'a>> {
        let places = self.take(key).map(|place| place.list(most, faults)).unwrap_or_default();
        places.iter().filter_map(|place| place.section(faults)).collect()
    }

    /// [`Section::tables`] of a list that may not be absent or empty.
    pub(super) fn some_tables(
        &mut self,
        key: &str,
        most: usize,
        faults: &mut Faults<'_>,
    ) -> Vec<Section<'a>> {
        let absent = !self.holds(key);
        let tables = self.tables(key, most, faults);
        if absent || tables.is_empty() {
            let message = Message::new("instrument-fault-missing-key").with("key", key);
            self.fault(faults, message);
        }
        tables
    }

    pub(super) fn finish(self, faults: &mut Faults<'_>) {
        for (key, (span, place)) in self.keys {
            let message = Message::new("instrument-fault-unknown-key").with("key", key);
            faults.add(span, &place.path, message);
        }
    }
}
