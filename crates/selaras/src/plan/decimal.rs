//! Exact decimal numbers as they were printed, for targets and what became of them.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::locale::Words;

/// A decimal number with as many decimals as were printed: `2,50` is 250 hundredths, equal in value
/// to `2,5` but known to a digit more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal {
    units: i64,
    decimals: u8,
}

/// Most decimals that are kept.
const MOST_DECIMALS: u8 = 15;

/// How a file writes its numbers, which decides what `1.250` and `1,250` are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writing {
    /// `1.250,5`.
    #[default]
    Indonesian,
    /// `1,250.5`.
    English,
}

/// A text that is no decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NotADecimal;

impl Decimal {
    /// `units` of the last of `decimals` printed digits; none beyond 15 of them.
    #[must_use]
    pub fn new(units: i64, decimals: u8) -> Option<Self> {
        (decimals <= MOST_DECIMALS).then_some(Self { units, decimals })
    }

    /// Number of printed decimals.
    #[must_use]
    pub fn decimals(self) -> u8 {
        self.decimals
    }

    /// The value in units of the last printed digit.
    #[must_use]
    pub fn units(self) -> i64 {
        self.units
    }

    /// Whether the value is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// Whether the value is less than zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.units < 0
    }

    /// The value as the nearest floating-point number, for estimates and drawing.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.units as f64 / 10_f64.powi(i32::from(self.decimals))
    }

    /// Half a unit of the last printed digit: how far rounding may have moved the value.
    #[must_use]
    pub fn half_unit(self) -> f64 {
        0.5 / 10_f64.powi(i32::from(self.decimals))
    }

    /// The exact sum, with the decimals of the finer one; none where it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let decimals = self.decimals.max(other.decimals);
        let sum = self.scaled(decimals) + other.scaled(decimals);
        Some(Self { units: i64::try_from(sum).ok()?, decimals })
    }

    /// The exact difference; none where it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let units = other.units.checked_neg()?;
        self.checked_add(Self { units, ..other })
    }

    /// Which of two values is larger, however they are printed.
    #[must_use]
    pub fn compare(self, other: Self) -> Ordering {
        let decimals = self.decimals.max(other.decimals);
        self.scaled(decimals).cmp(&other.scaled(decimals))
    }

    fn scaled(self, decimals: u8) -> i128 {
        let by = 10_i128.pow(u32::from(decimals.saturating_sub(self.decimals)));
        i128::from(self.units) * by
    }

    /// The value of a spreadsheet's number: a whole number as it is, another in the 15 digits that
    /// spreadsheets trust; none where it does not fit.
    #[must_use]
    pub fn of_number(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        if number.fract() == 0.0 {
            return Self::plain(&number.to_string()).ok();
        }
        let trusted = format!("{number:.14e}").parse::<f64>().ok()?;
        Self::plain(&trusted.to_string()).ok()
    }

    /// Reads a number as `writing` has it. Marks between thousands must group by three; where they
    /// do not, a single mark is taken for the decimal one, since a slip in writing is common.
    ///
    /// # Errors
    /// [`NotADecimal`]: no number, two decimal marks, more digits than fit.
    pub fn read(text: &str, writing: Writing) -> Result<Self, NotADecimal> {
        let text = text.trim().replace(['−', '–'], "-");
        let (thousand, decimal) = match writing {
            Writing::Indonesian => ('.', ','),
            Writing::English => (',', '.'),
        };
        let unsigned = text.strip_prefix('-').unwrap_or(&text);
        let (whole, fraction) = match unsigned.split_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (unsigned, None),
        };
        let spaces = [' ', '\u{a0}', '\u{202f}'];
        let groups: Vec<&str> = whole.split([thousand, ' ', '\u{a0}', '\u{202f}']).collect();
        let grouped = match groups.as_slice() {
            [_] => true,
            [first, rest @ ..] => {
                (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3)
            }
            [] => false,
        };
        let sign = if unsigned.len() < text.len() { "-" } else { "" };
        let fraction = fraction.map_or_else(String::new, |digits| format!(".{digits}"));
        if grouped {
            return Self::plain(&format!("{sign}{}{fraction}", groups.concat()));
        }
        match groups.as_slice() {
            // `2.5` in an Indonesian file: no thousands, so the mark is the decimal one.
            [whole, digits] if fraction.is_empty() && !unsigned.contains(spaces) => {
                Self::plain(&format!("{sign}{whole}.{digits}"))
            }
            _ => Err(NotADecimal),
        }
    }

    /// Reads digits with at most one decimal point.
    fn plain(text: &str) -> Result<Self, NotADecimal> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let pointed = whole.len() < unsigned.len();
        if whole.is_empty()
            || !digits(whole)
            || !digits(fraction)
            || (pointed && fraction.is_empty())
        {
            return Err(NotADecimal);
        }
        let decimals = u8::try_from(fraction.len()).map_err(|_| NotADecimal)?;
        let sign = if unsigned.len() < text.len() { "-" } else { "" };
        let units = format!("{sign}{whole}{fraction}").parse().map_err(|_| NotADecimal)?;
        Self::new(units, decimals).ok_or(NotADecimal)
    }

    /// The number as a language writes it, with the decimals that were printed.
    #[must_use]
    pub fn shown(self, words: &Words) -> String {
        words.decimal(&self.to_string())
    }
}

impl fmt::Display for Decimal {
    /// `-1250.50`: digits with a point, for programs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let sign = if self.units < 0 { "-" } else { "" };
        let point = if decimals > 0 { "." } else { "" };
        formatter.pad(&format!("{sign}{whole}{point}{fraction}"))
    }
}

impl TryFrom<String> for Decimal {
    type Error = NotADecimal;

    fn try_from(text: String) -> Result<Self, NotADecimal> {
        Self::plain(&text)
    }
}
impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        decimal.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::locale::Language;

    fn id(text: &str) -> Option<String> {
        Decimal::read(text, Writing::Indonesian).ok().map(|number| number.to_string())
    }

    fn en(text: &str) -> Option<String> {
        Decimal::read(text, Writing::English).ok().map(|number| number.to_string())
    }

    #[test]
    fn a_number_is_read_as_its_file_writes_numbers() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!((id("1.250"), en("1.250")), (some("1250"), some("1.250")));
        assert_eq!((id("1,250"), en("1,250")), (some("1.250"), some("1250")));
        assert_eq!((id("1.250,50"), en("1,250.50")), (some("1250.50"), some("1250.50")));
        assert_eq!((id("2.5"), en("2,5")), (some("2.5"), some("2.5")));
        assert_eq!((id("−0,5"), id("007")), (some("-0.5"), some("7")));
        for text in ["", "-", "1,2,3", "1.25.000", "12 orang", "1.250.5", "1,", ",5", "1e3"] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn printed_digits_are_kept_and_values_compared() {
        let read = |text| Decimal::read(text, Writing::Indonesian).unwrap();
        assert_ne!(read("2,5"), read("2,50"));
        assert_eq!(read("2,5").compare(read("2,50")), Ordering::Equal);
        assert_eq!(read("-0,1").compare(read("0")), Ordering::Less);
        assert!((read("2,50").half_unit() - 0.005).abs() < 1e-12);
        assert_eq!(read("0,1").checked_add(read("0,25")).unwrap().to_string(), "0.35");
        assert_eq!(Decimal::of_number(0.1 + 0.2).unwrap().to_string(), "0.3");
        assert_eq!(read("1.250,50").shown(&Words::new(Language::Id)), "1.250,50");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(units: i64, decimals in 0_u8..=15) {
            let number = Decimal::new(units, decimals).unwrap();
            prop_assert_eq!(Decimal::try_from(number.to_string()), Ok(number));
            for (language, writing) in [(Language::Id, Writing::Indonesian), (Language::En, Writing::English)] {
                let shown = number.shown(&Words::new(language));
                prop_assert_eq!(Decimal::read(&shown, writing), Ok(number), "{}", shown);
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,24}") {
            let _ = Decimal::read(&text, Writing::Indonesian);
        }
    }
}
