//! Dates and times as people and forms write them.

use jiff::civil;
use serde::{Deserialize, Serialize};

/// Order of day, month and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 2026-02-03.
    YearFirst,
    /// 03/02/2026: the third of February.
    DayFirst,
    /// 02/03/2026: the third of February.
    MonthFirst,
}

/// Reads `2026-02-03`, `03/02/2026 09:30:15`, `2/3/2026 9.30 PM GMT+7`, `2026-02-03T09:30:15+07:00`
/// as days since 1970-01-01 and, where a time is given, seconds since midnight (wall time as
/// written; the zone is not applied). A four-figure year in front is read as such whatever `order`
/// says. None where it is no date.
#[must_use]
pub fn moment(text: &str, order: DateOrder) -> Option<(i32, Option<u32>)> {
    let (date, time) = parts(text);
    Some((day(date, order)?, second(time).ok()?))
}

/// The date in a text and what follows it.
pub(crate) fn parts(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.bytes().position(|byte| matches!(byte, b' ' | b'T' | b't' | b','));
    let (date, rest) = end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""));
    (date, rest.trim_start_matches(['T', 't', ' ', ',']))
}

/// The date that all of `text` is, as days since 1970-01-01.
pub(crate) fn day(text: &str, order: DateOrder) -> Option<i32> {
    let [first, second, third] = three_numbers(text, &['/', '-', '.'])?;
    let order = if first > 99 { DateOrder::YearFirst } else { order };
    let (year, month, day) = match order {
        DateOrder::YearFirst => (first, second, third),
        DateOrder::DayFirst => (third, second, first),
        DateOrder::MonthFirst => (third, first, second),
    };
    let year = if year < 100 { 2000 + year } else { year };
    let date = civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    );
    let date = date.ok().filter(|date| (1900..=2200).contains(&date.year()))?;
    Some(crate::sheet::day_of(date))
}

/// A text that is not a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoTime;

/// Seconds since midnight at hour, minute and, where given, second, with AM or PM; a zone after
/// them is passed over. `None` for no text at all.
pub(crate) fn second(text: &str) -> Result<Option<u32>, NoTime> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut rest = text.as_bytes();
    let hour = part(&mut rest, 24).ok_or(NoTime)?;
    let minute = part(&mut rest, 60).ok_or(NoTime)?;
    let second = part(&mut rest, 60).unwrap_or(0);
    let in_clock = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.');
    let after = rest.iter().position(|byte| !in_clock(byte)).and_then(|at| rest.get(at..));
    let half = after.unwrap_or_default().trim_ascii_start().first_chunk::<2>();
    let half = half.map(|half| half.map(|byte| byte.to_ascii_uppercase()));
    let hour = match (half.as_ref(), hour) {
        (Some(b"AM"), 12) => 0,
        (Some(b"PM"), hour @ 1..=11) => hour + 12,
        (_, hour) => hour,
    };
    Ok(Some(hour * 3600 + minute * 60 + second))
}

/// The number below `most` that `rest` begins with; `rest` moves on behind the mark after it.
fn part(rest: &mut &[u8], most: u32) -> Option<u32> {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at_checked(end)?;
    *rest = match after {
        [b':' | b'.', after @ ..] => after,
        _ => after,
    };
    let value = digits.iter().fold(0_u32, |value, digit| {
        value.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
    });
    (!digits.is_empty() && value < most).then_some(value)
}

/// Three numbers with one of `marks` between them, and nothing else.
fn three_numbers(text: &str, marks: &[char]) -> Option<[u32; 3]> {
    let mut numbers = [0; 3];
    let mut rest = text;
    for (place, number) in numbers.iter_mut().enumerate() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if end == 0 || end > 4 {
            return None;
        }
        *number = rest.get(..end)?.parse().ok()?;
        rest = rest.get(end..)?;
        if place < 2 {
            rest = rest.strip_prefix(marks)?;
        }
    }
    rest.is_empty().then_some(numbers)
}

/// The orders in which every one of `texts` is a date.
#[must_use]
pub(super) fn orders<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Vec<DateOrder> {
    let year_first = texts.clone().all(|text| {
        text.trim().bytes().take_while(u8::is_ascii_digit).count() == 4
            && moment(text, DateOrder::YearFirst).is_some()
    });
    if year_first {
        return vec![DateOrder::YearFirst];
    }
    [DateOrder::DayFirst, DateOrder::MonthFirst]
        .into_iter()
        .filter(|&order| texts.clone().all(|text| moment(text, order).is_some()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_forms_and_people_write_them() {
        let day = crate::sheet::day_of(civil::date(2026, 2, 3));
        let nine_thirty = Some(9 * 3600 + 30 * 60);
        let evening = Some(21 * 3600 + 30 * 60 + 5);
        for (text, order, second) in [
            ("2026-02-03", DateOrder::DayFirst, None),
            ("03/02/2026", DateOrder::DayFirst, None),
            ("3.2.26", DateOrder::DayFirst, None),
            ("02/03/2026 9:30", DateOrder::MonthFirst, nine_thirty),
            ("03/02/2026 09.30.00", DateOrder::DayFirst, nine_thirty),
            ("2026/02/03 9:30:05 PM GMT+7", DateOrder::DayFirst, evening),
            ("2026-02-03T21:30:05.123+07:00", DateOrder::YearFirst, evening),
        ] {
            assert_eq!(moment(text, order), Some((day, second)), "{text}");
        }
        for text in ["", "kemarin", "31/02/2026", "2026-13-01", "03/02/2026 25:00", "7", "1.5"] {
            assert_eq!(moment(text, DateOrder::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn an_order_is_known_only_where_a_value_rules_the_other_out() {
        assert_eq!(orders(["03/02/2026", "25/02/2026"].into_iter()), [DateOrder::DayFirst]);
        assert_eq!(orders(["03/02/2026", "04/05/2026"].into_iter()).len(), 2);
        assert_eq!(orders(["2026-02-03"].into_iter()), [DateOrder::YearFirst]);
        assert!(orders(["besok"].into_iter()).is_empty());
    }
}
