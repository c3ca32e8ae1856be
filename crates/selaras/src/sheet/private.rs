//! Values and headers that point at a person, recognised so that they are never kept or shown.

use serde::{Deserialize, Serialize};

/// What a column or value gives away about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Private {
    /// Nomor Induk Kependudukan, or a family card's number.
    Nik,
    /// A telephone number.
    Telephone,
    /// An e-mail address.
    Email,
    /// A person's name.
    Name,
    /// A home address.
    Address,
    /// Religion or belief.
    Religion,
    /// Ethnicity.
    Ethnicity,
    /// Free text, in which anything may stand.
    FreeText,
}

impl Private {
    /// The last part of the message keys that speak of it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Nik => "nik",
            Self::Telephone => "telephone",
            Self::Email => "email",
            Self::Name => "name",
            Self::Address => "address",
            Self::Religion => "religion",
            Self::Ethnicity => "ethnicity",
            Self::FreeText => "free-text",
        }
    }
}

/// `text` in lower case with everything but letters and digits as single spaces: how headers and
/// labels are compared.
#[must_use]
pub fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// What `value` is by its form alone: a NIK (16 digits with a province and a date of birth where
/// they belong; the day of women carries 40 more), a telephone number, an e-mail address.
#[must_use]
pub fn of_value(value: &str) -> Option<Private> {
    if value.len() < 6 {
        return None;
    }
    if value.contains('@') {
        let email = value.split(|c: char| c.is_whitespace() || ",;<>()".contains(c)).any(|word| {
            word.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty() && host.contains('.') && !host.starts_with('.')
            })
        });
        if email {
            return Some(Private::Email);
        }
    }
    // Runs of digits, with the marks that people write between them.
    let mut digits = String::new();
    let mut plus = false;
    for c in value.chars().chain(['\u{0}']) {
        if c.is_ascii_digit() {
            digits.push(c);
        } else if c == '+' && digits.is_empty() {
            plus = true;
        } else if !matches!(c, ' ' | '-' | '.' | '(' | ')') || digits.len() > 20 {
            if let Some(found) = of_digits(&digits, plus) {
                return Some(found);
            }
            digits.clear();
            plus = false;
        }
    }
    None
}

fn of_digits(digits: &str, plus: bool) -> Option<Private> {
    let number =
        |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
    if digits.len() == 16 {
        let province = number(0, 2)?;
        let day = number(6, 8)?;
        let month = number(8, 10)?;
        let plausible = (11..=97).contains(&province)
            && ((1..=31).contains(&day) || (41..=71).contains(&day))
            && (1..=12).contains(&month);
        return plausible.then_some(Private::Nik);
    }
    let mobile = (digits.starts_with("08") && (10..=13).contains(&digits.len()))
        || (digits.starts_with("628") && (11..=14).contains(&digits.len()))
        || (plus && digits.starts_with("62") && (10..=14).contains(&digits.len()));
    mobile.then_some(Private::Telephone)
}

/// Words of a header that say what stands below it. All words of an entry must occur as words of
/// their own in the header; earlier entries win.
const HEADER_WORDS: &[(&[&str], Private)] = &[
    (&["nik"], Private::Nik),
    (&["ktp"], Private::Nik),
    (&["nomor", "induk", "kependudukan"], Private::Nik),
    (&["nomor", "kk"], Private::Nik),
    (&["no", "kk"], Private::Nik),
    (&["email"], Private::Email),
    (&["e", "mail"], Private::Email),
    (&["surel"], Private::Email),
    (&["nama", "pengguna"], Private::Email),
    (&["username"], Private::Email),
    (&["telepon"], Private::Telephone),
    (&["telpon"], Private::Telephone),
    (&["telp"], Private::Telephone),
    (&["phone"], Private::Telephone),
    (&["telephone"], Private::Telephone),
    (&["hp"], Private::Telephone),
    (&["handphone"], Private::Telephone),
    (&["ponsel"], Private::Telephone),
    (&["wa"], Private::Telephone),
    (&["whatsapp"], Private::Telephone),
    (&["agama"], Private::Religion),
    (&["religion"], Private::Religion),
    (&["kepercayaan"], Private::Religion),
    (&["suku"], Private::Ethnicity),
    (&["etnis"], Private::Ethnicity),
    (&["etnik"], Private::Ethnicity),
    (&["ethnicity"], Private::Ethnicity),
    (&["ethnic"], Private::Ethnicity),
    (&["alamat"], Private::Address),
    (&["address"], Private::Address),
    (&["nama"], Private::Name),
    (&["name"], Private::Name),
];

/// Words beside *nama* that make it the name of a place or an office.
const NAMED_THINGS: &[&str] = &[
    "kabupaten",
    "kota",
    "kab",
    "kecamatan",
    "kec",
    "desa",
    "kelurahan",
    "provinsi",
    "prov",
    "wilayah",
    "daerah",
    "tautan",
    "link",
    "kanal",
    "region",
    "district",
    "province",
    "regency",
    "city",
    "village",
    "subdistrict",
];

/// What a column headed `header` (words in lower case, split at everything else) holds about
/// persons. A header of more than six words is a question, not a field, and says nothing here.
#[must_use]
pub fn of_header(header: &str) -> Option<Private> {
    let words: Vec<&str> = header.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() > 6 {
        return None;
    }
    let (_, found) =
        HEADER_WORDS.iter().find(|(wanted, _)| wanted.iter().all(|word| words.contains(word)))?;
    let thing = *found == Private::Name && words.iter().any(|word| NAMED_THINGS.contains(word));
    (!thing).then_some(*found)
}

/// Words that answers are made of; a text of other capitalised words may be a person's name.
const ANSWER_WORDS: &[&str] = &[
    "sangat",
    "tidak",
    "kurang",
    "cukup",
    "agak",
    "netral",
    "ragu",
    "setuju",
    "baik",
    "buruk",
    "puas",
    "aman",
    "sering",
    "jarang",
    "kadang",
    "selalu",
    "pernah",
    "tahu",
    "ya",
    "strongly",
    "agree",
    "disagree",
    "neutral",
    "good",
    "poor",
    "very",
    "not",
    "fair",
    "kabupaten",
    "kota",
    "kab",
    "kecamatan",
];

/// `value` as an error may show it: shortened to 40 characters, and covered where it points, or
/// may point, at a person. `place` says that the column holds names of places or channels.
#[must_use]
pub fn shown(value: &str, place: bool) -> String {
    let value = value.trim();
    if let Some(found) = of_value(value) {
        return covered(value, found == Private::Email);
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let long_number = digits >= 9 && !(digits <= 21 && is_moment(value));
    let words: Vec<&str> = value.split_whitespace().collect();
    let capitalised = words.iter().filter(|w| w.chars().next().is_some_and(char::is_uppercase));
    let answer = words.iter().any(|word| ANSWER_WORDS.contains(&&*word.to_lowercase()));
    let name = !place
        && words.len() >= 2
        && capitalised.count() >= 2
        && !answer
        && !value.chars().any(|c| c.is_ascii_digit());
    if long_number || name {
        return covered(value, false);
    }
    let mut text: String = value.chars().filter(|c| !c.is_control()).take(40).collect();
    if value.chars().nth(40).is_some() {
        text.push('…');
    }
    text
}

/// Whether `value` is written as a day with a time, which has as many digits as a telephone number.
fn is_moment(value: &str) -> bool {
    let number = |text: &str, longest: usize| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let Some((day, time)) = value.split_once([' ', 'T', ',']) else { return false };
    let mut parts = day.split(['/', '-', '.']);
    let three = [4, 2, 4].iter().all(|&longest| parts.next().is_some_and(|n| number(n, longest)));
    let mut clock = time.trim_start().splitn(3, [':', '.']);
    let hour = clock.next().is_some_and(|hour| number(hour, 2));
    let minute = clock.next().and_then(|minute| minute.get(..2));
    three && parts.next().is_none() && hour && minute.is_some_and(|minute| number(minute, 2))
}

fn covered(value: &str, all: bool) -> String {
    value
        .chars()
        .take(24)
        .enumerate()
        .map(|(at, c)| if c.is_alphanumeric() && (all || at > 0) { '•' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nik_is_known_by_province_and_date_and_other_long_codes_are_not() {
        assert_eq!(of_value("6171016507900003"), Some(Private::Nik));
        assert_eq!(of_value("6171 0125 0790 0003"), Some(Private::Nik));
        assert_eq!(of_value("6171019999900003"), None, "no such date");
        assert_eq!(of_value("61710100010023"), None, "a census block has 14 digits");
    }

    #[test]
    fn telephone_and_email_are_known_however_they_are_written() {
        for written in ["0812-3456-7890", "+62 812 3456 7890", "(0812) 34567890", "6281234567890"] {
            assert_eq!(of_value(written), Some(Private::Telephone), "{written}");
        }
        assert_eq!(of_value("Budi <budi@contoh.go.id>"), Some(Private::Email));
        for harmless in ["6201012001", "2026-02-03 09:30:15", "8", "Kab. Kubu Raya", "61.71.01"] {
            assert_eq!(of_value(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn headers_that_name_persons_are_told_from_those_that_name_places() {
        assert_eq!(of_header("nama lengkap"), Some(Private::Name));
        assert_eq!(of_header("nama kecamatan"), None);
        assert_eq!(of_header("no hp wa"), Some(Private::Telephone));
        assert_eq!(of_header("alamat email"), Some(Private::Email));
        assert_eq!(of_header("agama"), Some(Private::Religion));
        assert_eq!(of_header("warga berbeda agama di tempat saya hidup rukun"), None);
    }

    #[test]
    fn an_error_shows_neither_a_number_of_a_person_nor_a_name() {
        assert!(!shown("6171016507900003", false).contains("0165"));
        assert!(!shown("budi@contoh.go.id", false).contains("budi"));
        assert!(!shown("Budi Santoso", false).contains("Santoso"));
        for moment in
            ["31/02/2026 10.00.00", "2026/7/1 8:05:09 PM GMT+7", "2026-07-01T08:05:09.123+07:00"]
        {
            assert_eq!(shown(moment, false), moment);
        }
        for number in ["0812-34-5678 9012", "0812.34.5678, 08", "10/07/2026 08:10 081234567890123"]
        {
            assert!(shown(number, false).contains('•'), "{number}");
        }
        assert_eq!(shown("Sangat Setuju", false), "Sangat Setuju");
        assert_eq!(shown("Kubu Raja", true), "Kubu Raja");
        assert_eq!(shown(&"x".repeat(90), false).chars().count(), 41);
    }
}
