//! Rupiah: whole, exact, and read in every way offices write them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::locale::{Message, Words};

/// An amount of whole rupiah. Plans and budgets of the State know no parts of a rupiah, and no
/// amount passes through a floating-point number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Rupiah(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMoney {
    /// No number, or its thousands are not grouped by three.
    #[error("not an amount of rupiah")]
    Form,
    /// The amount has a part of a rupiah that is not zero; it is never rounded.
    #[error("the amount holds parts of a rupiah")]
    Sen,
    /// More than an `i64` holds: over 9.2 quintillion rupiah.
    #[error("the amount is too large")]
    Large,
}

impl NotMoney {
    /// Key of the fault in a sheet; its advice is `<key>-advice`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Form => "plan-error-money",
            Self::Sen => "plan-error-money-sen",
            Self::Large => "plan-error-money-large",
        }
    }

    /// The error in words.
    #[must_use]
    pub fn message(self) -> Message {
        Message::new(self.key())
    }
}

impl Rupiah {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// `amount` rupiah.
    #[must_use]
    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    /// The number of rupiah.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; none where it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference; none where it does not fit.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// The sum of `amounts`, nothing for none; none where it does not fit. The order does not matter.
    #[must_use]
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let sum: i128 = amounts.into_iter().map(|amount| i128::from(amount.0)).sum();
        i64::try_from(sum).ok().map(Self)
    }

    /// Whether this amount lies more than `percent` hundredths of `from` above or below `from`,
    /// computed exactly. From nothing every other amount does.
    #[must_use]
    pub fn differs_by_more_than(self, percent: u32, from: Self) -> bool {
        let difference = (i128::from(self.0) - i128::from(from.0)).abs();
        difference * 100 > i128::from(percent) * i128::from(from.0).abs()
    }

    /// `percent` hundredths of the amount, rounded toward nothing; for the scenario of a cut.
    #[must_use]
    pub fn percent(self, percent: u32) -> Option<Self> {
        i64::try_from(i128::from(self.0) * i128::from(percent) / 100).ok().map(Self)
    }

    /// The amount as a language writes it: `Rp1.250.000` in Indonesian, `Rp1,250,000` in English, a
    /// real minus sign in front.
    #[must_use]
    pub fn shown(self, words: &Words) -> String {
        let text = words.whole(self.0);
        match text.strip_prefix('−') {
            Some(rest) => format!("−Rp{rest}"),
            None => format!("Rp{text}"),
        }
    }

    /// The amount of a spreadsheet's number: a whole number as it is, another where it is whole in
    /// the 15 digits that spreadsheets trust.
    ///
    /// # Errors
    /// [`NotMoney::Sen`] where the number is not whole; [`NotMoney::Large`].
    pub fn of_number(number: f64) -> Result<Self, NotMoney> {
        // Beyond 2^53 a float no longer tells neighbouring whole numbers apart.
        if !number.is_finite() || number.abs() >= 9_007_199_254_740_992.0 {
            return Err(NotMoney::Large);
        }
        if number.fract() == 0.0 {
            return Ok(Self(number as i64));
        }
        let trusted = format!("{number:.14e}").parse::<f64>().map_err(|_| NotMoney::Form)?;
        if trusted.fract() == 0.0 { Ok(Self(trusted as i64)) } else { Err(NotMoney::Sen) }
    }
}

impl fmt::Display for Rupiah {
    /// `Rp1.250.000`, `-Rp1.250.000`: as Indonesian offices write it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() + 10);
        text.push_str(if self.0 < 0 { "-Rp" } else { "Rp" });
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push('.');
            }
            text.push(digit);
        }
        formatter.pad(&text)
    }
}

impl FromStr for Rupiah {
    type Err = NotMoney;

    /// Reads `1250000`, `1.250.000`, `1,250,000`, `1 250 000`, each also with `Rp`, `Rp.` or `IDR`,
    /// with decimals that are zero (`,00`, `.00`, `,-`), with a minus sign or in parentheses.
    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let mut rest = text.trim();
        let mut negative = false;
        if let Some(inside) = rest.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
            (rest, negative) = (inside.trim(), true);
        }
        // The sign stands before the currency or after it, never twice.
        for _ in 0..2 {
            if let Some(after) = rest.strip_prefix(['-', '−', '–']) {
                if negative {
                    return Err(NotMoney::Form);
                }
                (rest, negative) = (after.trim_start(), true);
            }
            rest = without_currency(rest);
        }
        let rest = rest.strip_suffix(['-', '–']).map_or(rest, |before| {
            // `1.250.000,-`: the dash stands for no sen.
            if before.ends_with([',', '.']) { before } else { rest }
        });
        let digits = whole_digits(rest.trim_end_matches([',', ' ']), rest)?;
        let signed = if negative { format!("-{digits}") } else { digits };
        signed.parse().map(Self).map_err(|_| NotMoney::Large)
    }
}

fn without_currency(text: &str) -> &str {
    for sign in ["rp.", "rp", "idr"] {
        if text.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign)) {
            return text.get(sign.len()..).unwrap_or_default().trim_start();
        }
    }
    text
}

/// Marks that may stand between thousands.
const BETWEEN: [char; 5] = ['.', ',', ' ', '\u{a0}', '\u{202f}'];

/// The digits of a whole number that may be grouped by three and end in decimals of zeros.
fn whole_digits(text: &str, ended: &str) -> Result<String, NotMoney> {
    // What was cut off the end was one mark before a dash, not a mark left dangling.
    let dangling = ended.len() > text.len() + 1;
    let text = text.strip_suffix('.').filter(|_| ended.ends_with('.')).unwrap_or(text);
    if dangling || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(NotMoney::Form);
    }
    let parts: Vec<&str> = text.split(BETWEEN).collect();
    let marks: Vec<char> = text.chars().filter(|c| BETWEEN.contains(c)).collect();
    if parts.iter().any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit())) {
        return Err(NotMoney::Form);
    }
    let grouped = |parts: &[&str]| {
        let [first, rest @ ..] = parts else { return false };
        rest.is_empty() || (first.len() <= 3 && rest.iter().all(|part| part.len() == 3))
    };
    let alike = |marks: &[char]| marks.windows(2).all(|pair| pair.first() == pair.last());
    if grouped(&parts) && alike(&marks) {
        return Ok(parts.concat());
    }
    // Otherwise the last mark is the decimal one: unlike the marks between thousands.
    let (Some((decimals, whole)), Some((mark, between))) = (parts.split_last(), marks.split_last())
    else {
        return Err(NotMoney::Form);
    };
    let sound = matches!(mark, '.' | ',') && !between.contains(mark) && alike(between);
    // `1.250,000` may be 1,250 or 1.25 million: nobody can tell.
    let clear = between.is_empty() || decimals.len() != 3;
    if !sound || !clear || !grouped(whole) {
        return Err(NotMoney::Form);
    }
    if decimals.bytes().any(|digit| digit != b'0') {
        return Err(NotMoney::Sen);
    }
    Ok(whole.concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::locale::Language;

    #[test]
    fn an_amount_is_read_in_every_way_offices_write_it() {
        for text in [
            "1250000",
            "1.250.000",
            "1,250,000",
            "1 250 000",
            "1\u{a0}250\u{a0}000",
            "Rp1.250.000",
            "Rp. 1.250.000",
            "rp 1.250.000,00",
            "IDR 1,250,000.00",
            "1.250.000,-",
            "Rp1.250.000,–",
            "1250000.0",
            "1250000,00",
            "1250000.000",
            " 1.250.000 ",
        ] {
            assert_eq!(text.parse(), Ok(Rupiah(1_250_000)), "{text}");
        }
        for text in ["-1250000", "−Rp1.250.000", "Rp -1.250.000", "(1.250.000)", "(Rp1.250.000,00)"]
        {
            assert_eq!(text.parse(), Ok(Rupiah(-1_250_000)), "{text}");
        }
        assert_eq!("Rp0".parse(), Ok(Rupiah::ZERO));
        assert_eq!("1.250".parse(), Ok(Rupiah(1_250)), "an amount has no third of a rupiah");
    }

    #[test]
    fn what_is_no_whole_amount_is_never_rounded_or_guessed() {
        for text in [
            "",
            "Rp",
            "-",
            ",-",
            "1.25.000",
            "1.250,000",
            "12a",
            "1..250",
            "--5",
            "(-5)",
            "1.250.00.0",
            "٣",
            "1e6",
            "5 juta",
            ".5",
            "5,,",
            "1,250.000,00",
        ] {
            assert_eq!(text.parse::<Rupiah>(), Err(NotMoney::Form), "{text}");
        }
        assert_eq!("1.250.000,50".parse::<Rupiah>(), Err(NotMoney::Sen));
        assert_eq!("2.5".parse::<Rupiah>(), Err(NotMoney::Sen));
        assert_eq!("9223372036854775808".parse::<Rupiah>(), Err(NotMoney::Large));
        assert_eq!(Rupiah::of_number(0.5), Err(NotMoney::Sen));
        assert_eq!(Rupiah::of_number(f64::NAN), Err(NotMoney::Large));
        assert_eq!(Rupiah::of_number(23_844_375_036.0), Ok(Rupiah(23_844_375_036)));
        assert_eq!(Rupiah::of_number(0.1 + 0.2 + 0.7), Ok(Rupiah(1)), "15 digits are trusted");
    }

    #[test]
    fn a_difference_is_measured_exactly() {
        let hundred = Rupiah(100);
        assert!(!Rupiah(105).differs_by_more_than(5, hundred));
        assert!(Rupiah(106).differs_by_more_than(5, hundred));
        assert!(Rupiah(94).differs_by_more_than(5, hundred));
        assert!(Rupiah(1).differs_by_more_than(5, Rupiah::ZERO));
        assert!(!Rupiah::ZERO.differs_by_more_than(5, Rupiah::ZERO));
        assert_eq!(Rupiah(i64::MAX).percent(100), Some(Rupiah(i64::MAX)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(amount: i64) {
            let amount = Rupiah(amount);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
            prop_assert_eq!(format!("{amount},00").parse(), Ok(amount));
            for language in [Language::Id, Language::En] {
                prop_assert_eq!(amount.shown(&Words::new(language)).parse(), Ok(amount));
            }
            prop_assert_eq!(amount.get().to_string().parse(), Ok(amount));
        }

        #[test]
        fn sums_are_exact_in_any_order_or_none(mut amounts: Vec<i64>) {
            let sum = |of: &[i64]| Rupiah::sum(of.iter().copied().map(Rupiah));
            let forward = sum(&amounts);
            let exact: i128 = amounts.iter().map(|&amount| i128::from(amount)).sum();
            amounts.reverse();
            prop_assert_eq!(sum(&amounts), forward);
            prop_assert_eq!(forward.map(|sum| i128::from(sum.0)), i64::try_from(exact).ok().map(i128::from));
        }

        #[test]
        fn a_number_of_a_spreadsheet_keeps_every_rupiah(amount in -9_007_199_254_740_991_i64..9_007_199_254_740_992) {
            prop_assert_eq!(Rupiah::of_number(amount as f64), Ok(Rupiah(amount)));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,24}") {
            let _ = text.parse::<Rupiah>();
        }
    }
}
