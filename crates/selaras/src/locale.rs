//! Every word Selaras says, and how it writes numbers, dates and times.
//!
//! Words stand in `locales/{id,en}/*.ftl`, one file per noun; code holds keys only. An error or a
//! sentence that is not yet bound to a language is a [`Message`]; a [`Words`] turns it into text.

pub mod cause;

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil;
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// The languages Selaras speaks. Indonesian is the first and the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Bahasa Indonesia.
    #[default]
    Id,
    /// English.
    En,
    /// Indonesian with every letter of a message replaced: what still reads as words on a page in
    /// this language was not taken from a message file.
    Pseudo,
}

impl Language {
    /// Every language, the pseudo-locale among them.
    pub const ALL: [Self; 3] = [Self::Id, Self::En, Self::Pseudo];
}

/// A sentence before its language is known: the key of a message and what fills its places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Key in the message files.
    pub key: String,
    /// Named values, in the order they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, Value)>,
}

/// What may fill a place in a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number, written with the language's thousands mark.
    Whole(i64),
    /// A number with this many decimals.
    Decimal(f64, u8),
    /// Text taken from data, as it is.
    Text(String),
    /// A day, written as the language writes it.
    Day {
        /// The day.
        day: civil::Date,
    },
    /// A message within the message.
    Message(Box<Message>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Whole(value)
    }
}
impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Whole(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Whole(i64::from(value))
    }
}
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Whole(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<Message> for Value {
    fn from(value: Message) -> Self {
        Self::Message(Box::new(value))
    }
}
impl From<civil::Date> for Value {
    fn from(day: civil::Date) -> Self {
        Self::Day { day }
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl Message {
    /// The message `key` with nothing filled in.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), values: Vec::new() }
    }

    /// The same message with `name` filled by `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.values.push((name.to_owned(), value.into()));
        self
    }
}

/// The first `most` of `names` and how many more there are, to fill a place in a message.
#[must_use]
pub fn first_of<T: AsRef<str>>(names: &[T], most: usize) -> Value {
    let first: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let first = first.join(", ");
    match names.len().saturating_sub(most) {
        0 => Value::Text(first),
        more => Message::new("names-more").with("names", first).with("more", more).into(),
    }
}

/// A speaker of one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The language spoken.
    pub language: Language,
}

type Bundle = FluentBundle<FluentResource>;

static INDONESIAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Id));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::En));
static PSEUDO: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Pseudo));

fn bundle(language: Language) -> Bundle {
    let tag: LanguageIdentifier = match language {
        Language::En => unic_langid::LanguageIdentifier::from_bytes(b"en"),
        Language::Id | Language::Pseudo => unic_langid::LanguageIdentifier::from_bytes(b"id"),
    }
    .unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false);
    if language == Language::Pseudo {
        bundle.set_transform(Some(|text| {
            Cow::Owned(text.chars().map(|c| if c.is_alphabetic() { '▒' } else { c }).collect())
        }));
    }
    let folder = if language == Language::En { "en" } else { "id" };
    for (_, _, text) in MESSAGE_FILES.iter().filter(|(of, _, _)| *of == folder) {
        // A file with a fault keeps its sound entries; the key test names what is missing.
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

impl Words {
    /// A speaker of `language`.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// The text of `key`; the key itself where no such message exists.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.tell(&Message::new(key))
    }

    /// The text of `message` with its places filled.
    #[must_use]
    pub fn tell(&self, message: &Message) -> String {
        let bundle: &Bundle = match self.language {
            Language::Id => &INDONESIAN,
            Language::En => &ENGLISH,
            Language::Pseudo => &PSEUDO,
        };
        let Some(pattern) = bundle.get_message(&message.key).and_then(|found| found.value()) else {
            return message.key.clone();
        };
        let mut arguments = FluentArgs::new();
        for (name, value) in &message.values {
            arguments.set(name.as_str(), FluentValue::from(self.value(value)));
            if let Value::Whole(count) = value {
                // For selectors such as { $n-count -> [one] … *[other] … }.
                arguments.set(format!("{name}-count"), FluentValue::from(*count));
            }
        }
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// `value` as this language writes it.
    #[must_use]
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Whole(whole) => self.whole(*whole),
            Value::Decimal(number, decimals) => self.number(*number, usize::from(*decimals)),
            Value::Text(text) => text.clone(),
            Value::Day { day } => self.short_date(*day),
            Value::Message(message) => self.tell(message),
        }
    }

    /// `1.250` in Indonesian, `1,250` in English.
    #[must_use]
    pub fn whole(&self, value: i64) -> String {
        self.punctuated(&value.to_string())
    }

    /// `1.250,5` in Indonesian, `1,250.5` in English; a real minus sign.
    #[must_use]
    pub fn number(&self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        let text = format!("{value:.decimals$}");
        let zero = text.bytes().all(|b| matches!(b, b'-' | b'.' | b'0'));
        self.punctuated(if zero { text.trim_start_matches('-') } else { &text })
    }

    /// `number` with its sign always written, for changes.
    #[must_use]
    pub fn signed(&self, value: f64, decimals: usize) -> String {
        let text = self.number(value, decimals);
        let nothing = !text.bytes().any(|b| b.is_ascii_digit() && b != b'0');
        if text.starts_with('−') || nothing { text } else { format!("+{text}") }
    }

    /// A decimal number in plain digits (`-1250.50`) as this language writes it, digit for digit.
    #[must_use]
    pub fn decimal(&self, plain: &str) -> String {
        self.punctuated(plain)
    }

    fn punctuated(&self, plain: &str) -> String {
        let (thousand, decimal) =
            if self.language == Language::En { (',', '.') } else { ('.', ',') };
        let (negative, digits) = match plain.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, plain),
        };
        let (whole, fraction) =
            digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
        let mut text = String::with_capacity(plain.len() + 8);
        if negative {
            text.push('−');
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(thousand);
            }
            text.push(digit);
        }
        if let Some(fraction) = fraction {
            text.push(decimal);
            text.push_str(fraction);
        }
        text
    }

    /// `Selasa, 3 Februari 2026`; `Tuesday, 3 February 2026`.
    #[must_use]
    pub fn date(&self, date: civil::Date) -> String {
        let day = self.say(&format!("weekday-{}", date.weekday().to_monday_one_offset()));
        format!("{day}, {}", self.short_date(date))
    }

    /// `3 Februari 2026`; `3 February 2026`.
    #[must_use]
    pub fn short_date(&self, date: civil::Date) -> String {
        let month = self.say(&format!("month-{}", date.month()));
        format!("{} {month} {}", date.day(), date.year())
    }

    /// `09.30 WIB` for the wall time of a zone of Indonesia; `09:30 WIB` in English.
    #[must_use]
    pub fn time(&self, time: civil::Time, zone: TimeZone) -> String {
        let mark = if self.language == Language::En { ':' } else { '.' };
        format!("{:02}{mark}{:02} {}", time.hour(), time.minute(), zone.abbreviation())
    }
}

/// The three time zones of Indonesia.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeZone {
    /// Waktu Indonesia Barat, UTC+7.
    Wib,
    /// Waktu Indonesia Tengah, UTC+8.
    Wita,
    /// Waktu Indonesia Timur, UTC+9.
    Wit,
}

impl TimeZone {
    /// The zone of a province by its Kemendagri code (Keppres 41/1987); WIB for the nation.
    #[must_use]
    pub fn of_province(code: &str) -> Self {
        match code.get(..2) {
            Some("51" | "52" | "53" | "63" | "64" | "65") => Self::Wita,
            Some(code) if code.starts_with('7') => Self::Wita,
            Some(code) if code.starts_with('8') || code.starts_with('9') => Self::Wit,
            _ => Self::Wib,
        }
    }

    /// `WIB`, `WITA`, `WIT`.
    #[must_use]
    pub fn abbreviation(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// The wall clock of this zone at `instant`.
    #[must_use]
    pub fn wall(self, instant: jiff::Timestamp) -> civil::DateTime {
        let hours = match self {
            Self::Wib => 7,
            Self::Wita => 8,
            Self::Wit => 9,
        };
        jiff::tz::Offset::constant(hours).to_datetime(instant)
    }
}

/// A day as people give it: year, month, day with dashes, or day, month, year with slashes; a time
/// after it does not count.
#[must_use]
pub fn day(text: &str) -> Option<civil::Date> {
    let text = text.split([' ', 'T']).next()?;
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none();
    let date = civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    date.ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(folder: &str) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for (_, file, text) in MESSAGE_FILES.iter().filter(|(of, _, _)| *of == folder) {
            for line in text.lines() {
                let Some((key, _)) = line.split_once(" =") else { continue };
                if key.starts_with(|c: char| c.is_ascii_lowercase()) {
                    assert!(keys.insert(key.to_owned()), "{folder}/{file}: {key} stands twice");
                }
            }
            FluentResource::try_new((*text).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{folder}/{file}: {errors:?}"));
        }
        keys
    }

    #[test]
    fn indonesian_and_english_say_the_same_things() {
        let (id, en) = (keys("id"), keys("en"));
        assert_eq!(id.difference(&en).collect::<Vec<_>>(), Vec::<&String>::new(), "only in id");
        assert_eq!(en.difference(&id).collect::<Vec<_>>(), Vec::<&String>::new(), "only in en");
    }

    #[test]
    fn numbers_dates_and_times_are_written_as_offices_write_them() {
        let id = Words::new(Language::Id);
        let en = Words::new(Language::En);
        assert_eq!(id.number(1250.5, 1), "1.250,5");
        assert_eq!(en.number(1250.5, 1), "1,250.5");
        assert_eq!(id.number(-0.004, 2), "0,00");
        assert_eq!(id.signed(0.05, 2), "+0,05");
        assert_eq!(id.signed(-1234.5, 1), "−1.234,5");
        assert_eq!(id.whole(-12_345_678), "−12.345.678");
        assert_eq!(id.date(civil::date(2026, 2, 3)), "Selasa, 3 Februari 2026");
        assert_eq!(en.date(civil::date(2026, 2, 3)), "Tuesday, 3 February 2026");
        assert_eq!(id.time(civil::time(9, 30, 0, 0), TimeZone::Wib), "09.30 WIB");
        assert_eq!(TimeZone::of_province("91"), TimeZone::Wit);
        assert_eq!(TimeZone::of_province("61.71"), TimeZone::Wib);
    }

    #[test]
    fn a_message_keeps_its_values_when_it_is_stored() {
        let message = Message::new("index-public-too-early")
            .with("closed", civil::date(2026, 3, 24))
            .with("count", 3_u64)
            .with("share", Value::Decimal(0.5, 1))
            .with("reason", Message::new("weekday-1"));
        let stored = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&stored).unwrap(), message);
        assert_eq!(Words::new(Language::Id).value(&message.values[0].1), "24 Maret 2026");
    }

    #[test]
    fn the_pseudo_locale_leaves_data_but_no_letter_of_a_message() {
        let said = Words::new(Language::Pseudo).say("weekday-1");
        assert!(!said.is_empty() && !said.chars().any(char::is_alphabetic), "{said}");
    }
}
