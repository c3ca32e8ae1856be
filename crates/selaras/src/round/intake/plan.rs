//! A mapping made ready for one file: what to do with each column.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{File, Lookup};
use crate::instrument::{Attribute, AttributeKind, Instrument};
use crate::round::mapping::{DateOrder, Meaning, Reading, Role, moment};
use crate::sheet::private::{self, Private, words};
use crate::sheet::{self, Fault, Sheet};

/// The faults of a cell, by the last part of their message keys.
pub(super) type Reason = &'static str;

/// What a text in a column stands for.
pub(super) type Resolved = Result<u32, Reason>;

/// What to do with a column.
#[derive(Debug)]
pub(super) enum Action {
    Skip,
    Item(usize, Codes),
    Attribute(usize, Codes),
    Region,
    District,
    Link,
    Moment(DateOrder),
    Stratum,
    Psu,
    Weight,
    Fpc,
}

impl Action {
    /// The codes of an item or attribute.
    #[inline]
    pub(super) fn codes(&self) -> Option<&Codes> {
        match self {
            Self::Item(_, codes) | Self::Attribute(_, codes) => Some(codes),
            _ => None,
        }
    }

    /// Whether files are often sorted by the column, or have one value for many rows.
    pub(super) fn repeats(&self) -> bool {
        matches!(self, Self::Region | Self::District | Self::Link | Self::Stratum | Self::Psu)
    }
}

/// Codes of the texts of an item or attribute; 0 is no answer.
#[derive(Debug)]
pub(super) struct Codes {
    /// By number, for what [`crate::sheet::csv::Scanner::small`] reads; [`UNKNOWN`] where the
    /// general path has to look.
    pub(super) small: Small,
    texts: HashMap<String, u8>,
    numbers: Numbers,
}

/// Codes by small number.
pub(super) type Small = [u8; 256];

/// A region that is none of the round's. Rows of one are told together, not cell by cell.
pub(super) const OUTSIDE: Reason = "region-outside";

/// In [`Codes::small`]: not known here.
pub(super) const UNKNOWN: u8 = u8::MAX;

/// What numbers mean that no label explains.
#[derive(Debug)]
enum Numbers {
    /// Nothing.
    Labels,
    /// Answers on the scale, both ends included.
    Scale(u8, u8),
    /// Ages; bands as first year, last year, code.
    Age(Vec<(u16, u16, u8)>),
    /// Years of birth, seen from this year.
    Birth(i16, Vec<(u16, u16, u8)>),
}

/// How a file's columns become answers.
pub(super) struct Plan<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) actions: Vec<Action>,
    pub(super) items: usize,
    pub(super) attributes: usize,
    /// Lowest and highest answer.
    pub(super) scale: (u8, u8),
    /// Position of the one region of the file.
    pub(super) region: Option<u32>,
    pub(super) lookup: Lookup<'a>,
    pub(super) missing: HashSet<String>,
    /// Whether a text for *no answer* begins with a digit, as few do and most cells.
    pub(super) missing_digits: bool,
    pub(super) decimal_comma: bool,
    pub(super) psus_within_strata: bool,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        file: &File<'a>,
        instrument: &Instrument,
        lookup: Lookup<'a>,
    ) -> Result<Self, Vec<Fault>> {
        let (sheet, mapping) = (file.sheet, file.mapping);
        let mut faults = Vec::new();
        for question in mapping.questions() {
            let mut fault = Fault::of_file(&sheet.name, "intake-error-undecided");
            fault.reason = question.text;
            faults.push(fault);
        }
        let region = mapping.region.as_deref().and_then(|code| match lookup(code) {
            super::Found::One(at) => Some(at),
            _ => None,
        });
        if let (Some(code), None) = (&mapping.region, region) {
            let fault = Fault::of_file(&sheet.name, "intake-error-fixed-region");
            faults.push(fault.with("code", code.as_str()));
        }

        let mut by_header: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, column) in sheet.columns.iter().enumerate() {
            by_header.entry(words(&column.header)).or_default().push(at);
        }
        let mut plan = Self {
            sheet,
            actions: Vec::new(),
            items: instrument.items.len(),
            attributes: instrument.attributes.len(),
            scale: (instrument.scale.min, instrument.scale.max),
            region,
            lookup,
            missing_digits: mapping
                .missing
                .iter()
                .any(|text| words(text).starts_with(|c: char| c.is_ascii_digit())),
            missing: mapping.missing.iter().map(|text| words(text)).collect(),
            decimal_comma: mapping.decimal_comma,
            psus_within_strata: mapping.psus_within_strata.unwrap_or(false),
        };
        plan.actions.resize_with(sheet.columns.len(), || Action::Skip);
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for column in &mapping.columns {
            let Some(action) = action(&column.role, instrument, mapping.year) else {
                if matches!(column.role, Role::Item { .. } | Role::Attribute { .. }) {
                    let fault = Fault::of_file(&sheet.name, "intake-error-mapping-instrument");
                    faults.push(fault.with("header", column.header.as_str()));
                }
                continue;
            };
            let places = by_header.get(&words(&column.header)).map_or(&[][..], Vec::as_slice);
            let &[at] = places else {
                let key = if places.is_empty() {
                    "intake-error-no-column"
                } else {
                    "intake-error-duplicate-header"
                };
                let row = (sheet.header_row > 0).then_some(sheet.header_row);
                let fault = sheet.fault(key, row, places.last().copied());
                if !faults
                    .iter()
                    .any(|known| known.column.is_some() && known.column == fault.column)
                {
                    faults.push(fault.with("header", column.header.as_str()));
                }
                continue;
            };
            let role = role_name(&column.role);
            if taken.insert(role.clone(), at).is_some() {
                let fault = sheet.fault("intake-error-role-twice", None, Some(at));
                faults.push(fault.with("header", column.header.as_str()));
            }
            if let Some(place) = plan.actions.get_mut(at) {
                *place = action;
            }
        }
        if !mapping.columns.iter().any(|column| matches!(column.role, Role::Item { .. })) {
            faults.push(Fault::of_file(&sheet.name, "intake-error-no-items"));
        }
        // Merged cells matter where a used column loses values by them.
        faults.extend(
            sheet
                .faults
                .iter()
                .filter(|fault| {
                    let at = fault.column.as_ref().map(|column| column.index as usize);
                    at.and_then(|at| plan.actions.get(at))
                        .is_some_and(|action| !matches!(action, Action::Skip))
                })
                .cloned(),
        );
        if faults.is_empty() { Ok(plan) } else { Err(faults) }
    }

    /// Whether the column at `at` stands for anything.
    pub(super) fn is_used(&self, at: usize) -> bool {
        self.actions.get(at).is_some_and(|action| !matches!(action, Action::Skip))
    }

    /// `raw` as a number where it is plain digits with at most one decimal mark and no more of them
    /// than a double holds exactly: the quotient of two exact doubles is the nearest double
    /// (Clinger 1990), so it is what [`Plan::number`] gives.
    pub(super) fn plain_number(&self, raw: &[u8]) -> Option<f64> {
        let mark = if self.decimal_comma { b',' } else { b'.' };
        let (mut digits, mut divisor, mut fraction) = (0_u64, 1_u64, false);
        if raw.is_empty() || raw.len() > 16 {
            return None;
        }
        for &byte in raw {
            if byte.is_ascii_digit() {
                digits = digits * 10 + u64::from(byte - b'0');
                divisor *= if fraction { 10 } else { 1 };
            } else if byte == mark && !fraction {
                fraction = true;
            } else {
                return None;
            }
        }
        (digits < 1 << 53 && raw.len() > usize::from(fraction))
            .then(|| digits as f64 / divisor as f64)
    }

    /// Whether `text` stands for no answer.
    pub(super) fn is_missing(&self, text: &str) -> bool {
        let text = text.trim();
        let Some(first) = text.as_bytes().first() else { return true };
        text.bytes().all(|byte| byte == b'-' || byte == b'.')
            || (text.len() < 40
                && (self.missing_digits || !first.is_ascii_digit())
                && self.missing.contains(&words(text)))
    }

    /// `number` as a text with the decimal mark of the file.
    pub(super) fn written(&self, number: f64) -> String {
        let text = sheet::written(number);
        if self.decimal_comma { text.replace('.', ",") } else { text }
    }

    /// `text` as a number, with the decimal mark of the file.
    pub(super) fn number(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+' | b'e' | b'E'));
        if !plain {
            return None;
        }
        let number = if self.decimal_comma {
            // 1.234,5: the full stop is the thousands mark.
            if text.contains('.') && !text.contains(',') {
                return None;
            }
            text.replace('.', "").replace(',', ".").parse::<f64>()
        } else {
            text.parse::<f64>()
        };
        number.ok().filter(|number| number.is_finite())
    }

    /// The code of `text` in an item or attribute column.
    pub(super) fn code(&self, codes: &Codes, text: &str) -> Resolved {
        if let Some(&code) = codes.texts.get(&words(text)) {
            return Ok(u32::from(code));
        }
        if self.is_missing(text) {
            return Ok(0);
        }
        codes.number(text, |text| self.number(text))
    }

    /// The position in the frame that `text` means.
    pub(super) fn region_of(&self, text: &str) -> Resolved {
        match (self.lookup)(text) {
            super::Found::One(at) => Ok(at),
            super::Found::Several(_) => Err("region-ambiguous"),
            super::Found::Outside(_) => Err(OUTSIDE),
            super::Found::Like(_) => Err("region-like"),
            super::Found::Nothing if lost_zero(text) => Err("region-zero"),
            super::Found::Nothing => Err("region"),
        }
    }

    /// Whether `text` may be kept as the name of a kecamatan, link, stratum or PSU.
    pub(super) fn label(text: &str) -> Result<&str, Reason> {
        let text = text.trim();
        match private::of_value(text) {
            Some(Private::Nik | Private::Telephone | Private::Email) => Err("private"),
            _ if text.len() > 200 => Err("long-label"),
            _ => Ok(text),
        }
    }
}

/// Whether `text` looks like a dotted code whose last zero a spreadsheet has dropped: `61.1`.
fn lost_zero(text: &str) -> bool {
    matches!(text.trim().as_bytes(), [a, b, b'.', c]
        if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit())
}

impl Codes {
    fn new(texts: HashMap<String, u8>, numbers: Numbers) -> Self {
        let mut codes = Self { small: [UNKNOWN; 256], texts, numbers };
        for value in 0..100_u8 {
            let text = value.to_string();
            // A label `05` beside `5` is left to the general path.
            if value < 10 && codes.texts.contains_key(&format!("0{value}")) {
                continue;
            }
            let known = codes.texts.get(&text).copied();
            let code = known.or_else(|| {
                codes
                    .number(&text, |text| text.parse().ok())
                    .ok()
                    .and_then(|c| u8::try_from(c).ok())
            });
            if let (Some(place), Some(code)) = (codes.small.get_mut(usize::from(value)), code) {
                *place = code;
            }
        }
        codes
    }

    /// Whether plain numbers stand for something.
    pub(super) fn has_numbers(&self) -> bool {
        self.small.iter().any(|&code| code != UNKNOWN)
    }

    fn number(&self, text: &str, parse: impl Fn(&str) -> Option<f64>) -> Resolved {
        match &self.numbers {
            Numbers::Labels => Err("label"),
            Numbers::Scale(min, max) => {
                let number = parse(text).ok_or("label")?;
                if number.fract() != 0.0 {
                    return Err("not-whole");
                }
                if number < f64::from(*min) || number > f64::from(*max) {
                    return Err("out-of-scale");
                }
                Ok(number as u32)
            }
            Numbers::Age(bands) => band(bands, parse(text).ok_or("age")?),
            Numbers::Birth(survey, bands) => {
                let year = match parse(text) {
                    Some(year) => year,
                    None => [DateOrder::DayFirst, DateOrder::MonthFirst]
                        .into_iter()
                        .find_map(|order| moment(text, order))
                        .and_then(|(day, _)| crate::sheet::date_of(day))
                        .map(|date| f64::from(date.year()))
                        .ok_or("birth")?,
                };
                if !(1900.0..=f64::from(*survey)).contains(&year) {
                    return Err("birth");
                }
                band(bands, f64::from(*survey) - year)
            }
        }
    }
}

fn band(bands: &[(u16, u16, u8)], age: f64) -> Resolved {
    // A child or a slip of the pen: no band, and worth a look.
    if !(0.0..=120.0).contains(&age) {
        return Err("age");
    }
    let age = age.floor() as u16;
    let found = bands.iter().find(|(from, to, _)| (*from..=*to).contains(&age));
    found.map(|(_, _, code)| u32::from(*code)).ok_or("age")
}

/// What makes two roles the same.
fn role_name(role: &Role) -> String {
    match role {
        Role::Item { item, .. } => format!("item {item}"),
        Role::Attribute { attribute, .. } => format!("attribute {attribute}"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

/// The action of `role`; none where the column is not used or the instrument has no such part.
fn action(role: &Role, instrument: &Instrument, year: Option<i16>) -> Option<Action> {
    Some(match role {
        Role::Item { item, labels } => {
            let slot = instrument.items.iter().position(|known| known.id == *item)?;
            let texts = labels
                .iter()
                .filter_map(|(label, meaning)| match meaning {
                    Meaning::Value(value)
                        if (instrument.scale.min..=instrument.scale.max).contains(value) =>
                    {
                        Some((words(label), *value))
                    }
                    Meaning::Missing => Some((words(label), 0)),
                    _ => None,
                })
                .collect();
            let numbers = Numbers::Scale(instrument.scale.min, instrument.scale.max);
            Action::Item(slot, Codes::new(texts, numbers))
        }
        Role::Attribute { attribute, reading, labels } => {
            let slot = instrument.attributes.iter().position(|known| known.id == *attribute)?;
            let attribute = instrument.attributes.get(slot)?;
            let mut texts = band_texts(attribute);
            for (label, meaning) in labels {
                let code = match meaning {
                    Meaning::Value(band) => band_code(attribute, band),
                    Meaning::Missing => Some(0),
                    Meaning::Undecided => None,
                };
                texts.extend(code.map(|code| (words(label), code)));
            }
            let years = attribute
                .bands
                .iter()
                .zip(1_u8..)
                .filter_map(|(band, code)| band.years.map(|(from, to)| (from, to, code)))
                .collect();
            let numbers = match reading {
                Reading::Bands => Numbers::Labels,
                Reading::Age => Numbers::Age(years),
                Reading::Birth => Numbers::Birth(year?, years),
            };
            if *reading != Reading::Bands && attribute.kind == AttributeKind::Age {
                // A band called `1` must not take the ages of one year.
                texts.retain(|text, _| text.parse::<f64>().is_err());
            }
            Action::Attribute(slot, Codes::new(texts, numbers))
        }
        Role::Region => Action::Region,
        Role::District => Action::District,
        Role::Link => Action::Link,
        Role::Moment { order } => Action::Moment((*order)?),
        Role::Stratum => Action::Stratum,
        Role::Psu => Action::Psu,
        Role::Weight => Action::Weight,
        Role::Fpc => Action::Fpc,
        Role::Ignored | Role::Private { .. } | Role::Undecided => return None,
    })
}

/// Every way the instrument itself writes the bands of `attribute`, as [`words`], with their codes;
/// a text that two bands claim is left out.
pub(crate) fn band_texts(attribute: &Attribute) -> HashMap<String, u8> {
    let mut texts: HashMap<String, u8> = HashMap::new();
    let mut claimed_twice = HashSet::new();
    for (band, code) in attribute.bands.iter().zip(1_u8..) {
        let spellings = [&band.id, &band.name.id, &band.name.en].into_iter().chain(&band.aliases);
        for text in spellings.map(|text| words(text)).filter(|text| !text.is_empty()) {
            if texts.insert(text.clone(), code).is_some_and(|other| other != code) {
                claimed_twice.insert(text);
            }
        }
    }
    texts.retain(|text, _| !claimed_twice.contains(text));
    texts
}

fn band_code(attribute: &Attribute, band: &str) -> Option<u8> {
    let at = attribute.bands.iter().position(|known| known.id == band)?;
    u8::try_from(at + 1).ok()
}
