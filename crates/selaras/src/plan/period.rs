//! When something is done: spans of days or months as offices write them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::sheet::private::words;

/// How exactly a span is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// By the day.
    Days,
    /// By the month: that two such spans overlap does not say that their days do.
    Months,
}

/// From a day to a day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// How exactly it is known.
    pub precision: Precision,
}

impl Span {
    /// From the first day of `from` to the last of `to`, months of `year` from 1; none for other
    /// numbers or the wrong way round.
    #[must_use]
    pub fn months(year: i16, from: i8, to: i8) -> Option<Self> {
        let from = Date::new(year, from, 1).ok()?;
        let to = Date::new(year, to, 1).ok()?.last_of_month();
        (from <= to).then_some(Self { from, to, precision: Precision::Months })
    }

    /// From `from` to `to`; none the wrong way round.
    #[must_use]
    pub fn days(from: Date, to: Date) -> Option<Self> {
        (from <= to).then_some(Self { from, to, precision: Precision::Days })
    }

    /// Whether a day belongs to both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// The quarters that the span touches, as (year, 1–4), in order.
    pub fn quarters(&self) -> impl Iterator<Item = (i16, u8)> + use<> {
        let number = |date: Date| i32::from(date.year()) * 4 + (i32::from(date.month()) - 1) / 3;
        (number(self.from)..=number(self.to)).filter_map(|number| {
            let year = i16::try_from(number.div_euclid(4)).ok()?;
            Some((year, u8::try_from(number.rem_euclid(4)).ok()? + 1))
        })
    }

    /// Reads a span in a plan of `year`: months (`Januari–Maret`, `Feb`, `3`, `1-12`), quarters
    /// (`Triwulan II`, `TW 1-2`), half years (`Semester I`), the whole year (`1 tahun`, `Setahun`),
    /// days (`12/03/2026 - 14/03/2026`, `2026-03-12`); none for anything else.
    #[must_use]
    pub fn read(text: &str, year: i16) -> Option<Self> {
        if let Some(span) = days_of(text) {
            return Some(span);
        }
        let text = words(text);
        let mut parts: Vec<&str> = text.split(' ').filter(|word| !FILLERS.contains(word)).collect();
        // The year itself may stand beside its months; another year is not this plan's.
        let numbers = |word: &&str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
        if parts.iter().any(|word| numbers(word) && word.parse() != Ok(year)) {
            return None;
        }
        parts.retain(|word| !numbers(word));
        if matches!(parts.as_slice(), ["setahun"] | ["1", "tahun"] | ["sepanjang", "tahun"]) {
            return Self::months(year, 1, 12);
        }
        let (months_each, rest) = match parts.split_first() {
            Some((&("triwulan" | "tw" | "quarter" | "kuartal"), rest)) => (3, rest),
            Some((&("semester" | "smt"), rest)) => (6, rest),
            Some((&("bulan" | "month"), rest)) => (1, rest),
            Some(_) => (1, parts.as_slice()),
            None => return None,
        };
        let number = |word: &str| -> Option<i8> {
            if months_each == 1
                && let Some(month) = month_named(word)
            {
                return Some(month);
            }
            let roman = ["i", "ii", "iii", "iv"].iter().position(|of| *of == word);
            let number = match roman.filter(|_| months_each > 1) {
                Some(at) => i8::try_from(at + 1).ok()?,
                None => word.parse().ok()?,
            };
            (1..=12 / months_each).contains(&number).then_some(number)
        };
        let (first, last) = match rest {
            [one] => (number(one)?, number(one)?),
            [first, last] => (number(first)?, number(last)?),
            _ => return None,
        };
        Self::months(year, (first - 1) * months_each + 1, last * months_each)
    }
}

/// Words between two ends of a span.
const FILLERS: [&str; 6] = ["s", "d", "sd", "sampai", "hingga", "dan"];

/// Months by their Indonesian and English names, short and long.
const MONTHS: [&[&str]; 12] = [
    &["januari", "jan", "january"],
    &["februari", "feb", "pebruari", "february"],
    &["maret", "mar", "march"],
    &["april", "apr"],
    &["mei", "may"],
    &["juni", "jun", "june"],
    &["juli", "jul", "july"],
    &["agustus", "agu", "agt", "ags", "agst", "aug", "august"],
    &["september", "sep", "sept"],
    &["oktober", "okt", "oct", "october"],
    &["november", "nov", "nopember", "nop"],
    &["desember", "des", "dec", "december"],
];

fn month_named(word: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    i8::try_from(at + 1).ok()
}

/// One or two days: year-month-day, or day, month and year with slashes.
fn days_of(text: &str) -> Option<Span> {
    let day = |text: &str| -> Option<Date> {
        let text = text.trim();
        if let Ok(date) = text.parse() {
            return Some(date);
        }
        let mut parts = text.split('/').map(str::trim);
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = parts.next().is_none();
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|_| whole)
    };
    if let Some(one) = day(text) {
        return Span::days(one, one);
    }
    for between in [" - ", "–", " s.d. ", " s/d ", " sampai ", "-"] {
        if let Some((from, to)) = text.split_once(between)
            && let (Some(from), Some(to)) = (day(from), day(to))
        {
            return Span::days(from, to);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn spans_are_read_as_offices_write_them() {
        let months = |from, to| Span::months(2026, from, to);
        for (text, span) in [
            ("Januari–Maret", months(1, 3)),
            ("Feb", months(2, 2)),
            ("Maret 2026", months(3, 3)),
            ("Jan s.d. Des", months(1, 12)),
            ("1-12", months(1, 12)),
            ("Bulan 4", months(4, 4)),
            ("Triwulan II", months(4, 6)),
            ("TW 1-2", months(1, 6)),
            ("Semester II", months(7, 12)),
            ("1 tahun", months(1, 12)),
            ("Maret 2025", None),
            ("Desember - Januari", None),
            ("13", None),
            ("", None),
            ("bila perlu", None),
        ] {
            assert_eq!(Span::read(text, 2026), span, "{text}");
        }
        let days = Span::days(date(2026, 3, 12), date(2026, 3, 14));
        assert_eq!(Span::read("12/03/2026 - 14/03/2026", 2026), days);
        assert_eq!(Span::read("2026-03-12–2026-03-14", 2026), days);
        assert_eq!(Span::read("31/02/2026", 2026), None);
    }

    #[test]
    fn quarters_are_those_a_span_touches() {
        let quarters = |text| Span::read(text, 2026).unwrap().quarters().collect::<Vec<_>>();
        assert_eq!(quarters("Maret - April"), [(2026, 1), (2026, 2)]);
        assert_eq!(quarters("Setahun").len(), 4);
        let over = Span::days(date(2026, 12, 30), date(2027, 1, 2)).unwrap();
        assert_eq!(over.quarters().collect::<Vec<_>>(), [(2026, 4), (2027, 1)]);
        assert!(over.overlaps(&Span::months(2026, 12, 12).unwrap()));
    }
}
