//! Cells of a plan file as values.

use std::collections::HashMap;

use super::super::code::{FoundCode, NotACode};
use super::super::decimal::{Decimal, Writing};
use super::super::money::{NotMoney, Rupiah};
use super::super::names::WHOLE_REGION;
use super::super::row::{Place, Value};
use crate::region::{self, Found, Level, Scope};
use crate::sheet::Cell;
use crate::sheet::private::words;

/// Why a cell cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAValue {
    /// A formula whose result the file does not hold.
    Uncalculated,
    /// An error of a spreadsheet.
    Error,
    /// Not money.
    Money(NotMoney),
    /// Money below zero.
    Negative,
}

impl NotAValue {
    /// Key of the fault.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Uncalculated => "plan-error-formula",
            Self::Error => "plan-error-cell",
            Self::Money(error) => error.key(),
            Self::Negative => "plan-error-money-negative",
        }
    }
}

/// Marks by which offices say that a cell is meant to be empty.
fn is_dash(text: &str) -> bool {
    matches!(text, "-" | "–" | "—" | "- -" | "n/a" | "N/A")
}

/// The amount in `cell`, in units of `scale` rupiah; none where it is empty or a dash.
pub(super) fn money(
    cell: &Cell,
    scale: u32,
    writing: Writing,
) -> Result<Option<Rupiah>, NotAValue> {
    let amount = match cell {
        Cell::Empty => return Ok(None),
        Cell::Uncalculated => return Err(NotAValue::Uncalculated),
        Cell::Error(_) => return Err(NotAValue::Error),
        Cell::Moment { .. } => return Err(NotAValue::Money(NotMoney::Form)),
        Cell::Number(number) if scale == 1 => Rupiah::of_number(*number),
        Cell::Number(number) => {
            Decimal::of_number(*number).ok_or(NotMoney::Large).and_then(|of| scaled(of, scale))
        }
        Cell::Text(text) => {
            let text = text.trim();
            if text.is_empty() || is_dash(text) {
                return Ok(None);
            }
            if scale == 1 {
                text.parse()
            } else {
                let number = Decimal::read(text, writing).map_err(|_| NotMoney::Form);
                number.and_then(|number| scaled(number, scale))
            }
        }
    };
    match amount {
        Ok(amount) if amount < Rupiah::ZERO => Err(NotAValue::Negative),
        Ok(amount) => Ok(Some(amount)),
        Err(error) => Err(NotAValue::Money(error)),
    }
}

/// `number` units of `scale` rupiah, exactly.
fn scaled(number: Decimal, scale: u32) -> Result<Rupiah, NotMoney> {
    let units = i128::from(number.units()) * i128::from(scale);
    let divisor = 10_i128.pow(u32::from(number.decimals()));
    if units % divisor != 0 {
        return Err(NotMoney::Sen);
    }
    i64::try_from(units / divisor).map(Rupiah::new).map_err(|_| NotMoney::Large)
}

/// The target or achievement in `cell`; none where it is empty or a dash.
pub(super) fn value(cell: &Cell, writing: Writing) -> Result<Option<Value>, NotAValue> {
    Ok(match cell {
        Cell::Empty => None,
        Cell::Uncalculated => return Err(NotAValue::Uncalculated),
        Cell::Error(_) => return Err(NotAValue::Error),
        Cell::Number(number) => Some(Value::of_number(*number)),
        Cell::Text(text) if text.trim().is_empty() || is_dash(text.trim()) => None,
        Cell::Text(text) => Some(Value::read(text, writing)),
        Cell::Moment { .. } => Some(Value::read(&cell.text(), writing)),
    })
}

/// The code in `cell`. A number keeps no zero at its end: `2.1` may have been 2.10.
pub(super) fn code(cell: &Cell) -> Result<FoundCode, NotACode> {
    FoundCode::read(&cell.text())
}

/// Places by their words, looked up once each.
pub(super) struct Places {
    government: region::Code,
    known: HashMap<String, Vec<Place>>,
}

impl Places {
    pub(super) fn of(government: region::Code) -> Self {
        Self { government, known: HashMap::new() }
    }

    /// The places of a cell, between semicolons, lines or commas; a desa before its kecamatan is one
    /// place. Words that name no single region of the government stay words.
    pub(super) fn read(&mut self, text: &str) -> Vec<Place> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let parts: Vec<&str> =
            text.split([';', '\n', ',']).map(str::trim).filter(|part| !part.is_empty()).collect();
        let mut places = Vec::new();
        let mut rest = parts.as_slice();
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            if let Some((second, after)) = rest.split_first()
                && let Some(village) = self.village(first, second)
            {
                let text = format!("{first}, {second}");
                places.push(Place { region: Some(village), text });
                rest = after;
                continue;
            }
            places.push(Place { region: self.one(first), text: (*first).to_owned() });
        }
        self.known.insert(text.to_owned(), places.clone());
        places
    }

    fn village(&self, village: &str, district: &str) -> Option<region::Code> {
        let begins = |text: &str, with: &[&str]| {
            words(text).split(' ').next().is_some_and(|word| with.contains(&word))
        };
        if !begins(district, &["kec", "kecamatan", "distrik"]) {
            return None;
        }
        let around = self.search(district, self.government, Some(Level::District))?;
        self.search(village, around, Some(Level::Village))
    }

    fn one(&self, text: &str) -> Option<region::Code> {
        let words = words(text);
        if words.split(' ').next().is_some_and(|word| WHOLE_REGION.contains(&word)) {
            return Some(self.government);
        }
        self.search(text, self.government, None)
            .or_else(|| self.search(text, self.government, Some(Level::Village)))
    }

    /// The one region within `around` that is spelled so.
    fn search(
        &self,
        text: &str,
        around: region::Code,
        level: Option<Level>,
    ) -> Option<region::Code> {
        match region::search(text, Scope { within: Some(around), level }) {
            Found::One(found) if region::is_spelled(text, found) => Some(found.code),
            // *Sambas* in a plan of Kabupaten Sambas is the kabupaten or the kecamatan.
            Found::One(_) | Found::Candidates(_) | Found::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_of_any_unit_is_exact_or_a_fault() {
        let text =
            |text: &str, scale| money(&Cell::Text(text.to_owned()), scale, Writing::Indonesian);
        assert_eq!(text("1,5", 1_000_000), Ok(Some(Rupiah::new(1_500_000))));
        assert_eq!(text("1.250", 1_000), Ok(Some(Rupiah::new(1_250_000))));
        assert_eq!(text("0,0005", 1_000), Err(NotAValue::Money(NotMoney::Sen)));
        assert_eq!(text("–", 1), Ok(None));
        assert_eq!(text("0", 1), Ok(Some(Rupiah::ZERO)), "zero is not nothing");
        assert_eq!(text("(5)", 1), Err(NotAValue::Negative));
        let number = |number| money(&Cell::Number(number), 1_000_000, Writing::Indonesian);
        assert_eq!(number(0.1 + 0.2), Ok(Some(Rupiah::new(300_000))));
        assert_eq!(money(&Cell::Uncalculated, 1, Writing::English), Err(NotAValue::Uncalculated));
    }

    #[test]
    fn places_are_found_down_to_the_village_and_never_guessed() {
        let mut places = Places::of("61.01".parse().unwrap());
        let codes = |places: &mut Places, text: &str| {
            let found = places.read(text).into_iter();
            found.map(|place| place.region.map(|code| code.to_string())).collect::<Vec<_>>()
        };
        let some = |code: &str| Some(code.to_owned());
        assert_eq!(
            codes(&mut places, "Kec. Sambas; 61.01.02"),
            [some("61.01.01"), some("61.01.02")]
        );
        assert_eq!(codes(&mut places, "seluruh kecamatan"), [some("61.01")]);
        assert_eq!(codes(&mut places, "Hotel Pantura"), [None]);
        assert_eq!(codes(&mut places, "Kota Pontianak"), [None], "another government");
        let village =
            region::villages().iter().find(|of| of.code.to_string().starts_with("61.01.01."));
        let village = village.unwrap();
        let text = format!("Desa {}, Kec. Sambas", village.name);
        assert_eq!(codes(&mut places, &text), [some(village.code.as_str())]);
    }
}
