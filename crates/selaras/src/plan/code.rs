//! Codes of the nomenclature (Permendagri 90/2019 and its updates), in one normal form.
//!
//! ```text
//! 8      . 01            . 06      . 2 . 01      . 0003
//! urusan   bidang urusan   program   kegiatan      sub kegiatan
//!                                    1 = province, 2 = kab/kota
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::locale::Message;

/// How deep a code reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeLevel {
    /// Urusan: `8`.
    Affair,
    /// Bidang urusan: `8.01`.
    AffairField,
    /// Program: `8.01.06`.
    Program,
    /// Kegiatan: `8.01.06.2.01`.
    Activity,
    /// Sub kegiatan: `8.01.06.2.01.0003`.
    SubActivity,
}

/// Whose template a kegiatan or sub kegiatan belongs to: the fourth part of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// `1`: province.
    Province,
    /// `2`: kabupaten/kota.
    RegencyCity,
}

impl Side {
    /// The digit in a code.
    #[must_use]
    pub fn digit(self) -> u8 {
        match self {
            Self::Province => 1,
            Self::RegencyCity => 2,
        }
    }

    /// The side whose twin this one is.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Province => Self::RegencyCity,
            Self::RegencyCity => Self::Province,
        }
    }
}

/// A code in normal form: `8.01.06.2.01.0003`, `X.XX.01.2.01.0001`. Codes are ordered as a list
/// prints them, a part before what is inside it, the generic `X` first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code {
    /// 1–9; 0 stands for `X`.
    affair: u8,
    /// 1–99; 0 stands for `XX`, or for none at the level of an affair.
    field: u8,
    program: u8,
    side: Option<Side>,
    activity: u8,
    sub: u16,
    level: CodeLevel,
}

/// A code with the text it was read from, of which nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FoundCode {
    /// The code.
    pub code: Code,
    /// The text as it stood in the file.
    pub text: String,
    /// The code of the organisation that stood in front, such as `1.01.2.22.0.00.02.0000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACode {
    /// Not parts of digits between dots, or a part is longer than its place allows.
    #[error("not a code of the nomenclature")]
    Form,
    /// Two parts, the second of one digit: `2.1` may be what a spreadsheet left of 2.10.
    #[error("the code may have lost a zero")]
    LostZero,
    /// A code of an organisation with nothing behind it.
    #[error("only the code of an organisation")]
    OnlyOrganisation,
    /// The fourth part is neither 1 nor 2, or the fifth is missing.
    #[error("the code names no side")]
    Side,
}

impl NotACode {
    /// Key of the fault in a sheet; its advice is `<key>-advice`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Form => "plan-error-code",
            Self::LostZero => "plan-error-code-zero",
            Self::OnlyOrganisation => "plan-error-code-organisation",
            Self::Side => "plan-error-code-side",
        }
    }

    /// The error in words.
    #[must_use]
    pub fn message(self) -> Message {
        Message::new(self.key())
    }
}

/// Parts of a code of an organisation: three bidang urusan, a number, a unit.
const ORGANISATION_WIDTHS: [usize; 8] = [1, 2, 1, 2, 1, 2, 2, 4];

impl Code {
    /// How deep the code reaches.
    #[must_use]
    pub fn level(&self) -> CodeLevel {
        self.level
    }

    /// Whose template it belongs to; none for a program and above, which both sides share.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        self.side
    }

    /// The number of the urusan, 1–9; none for the generic `X`.
    #[must_use]
    pub fn affair(&self) -> Option<u8> {
        (self.affair > 0).then_some(self.affair)
    }

    /// Whether it belongs to `X.XX.01`, the support program as every office prints it.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        self.affair == 0
    }

    /// Whether it belongs to the support program of its office (`X.XX.01`, `8.01.01`, …), which
    /// serves no outcome of its own.
    #[must_use]
    pub fn is_support(&self) -> bool {
        self.level >= CodeLevel::Program && self.program == 1
    }

    /// The code of the part that this one is inside of at `level`; itself at its own level, none
    /// below it.
    #[must_use]
    pub fn at(&self, level: CodeLevel) -> Option<Self> {
        if level > self.level {
            return None;
        }
        let keep = |from: CodeLevel| level >= from;
        Some(Self {
            affair: self.affair,
            field: if keep(CodeLevel::AffairField) { self.field } else { 0 },
            program: if keep(CodeLevel::Program) { self.program } else { 0 },
            side: self.side.filter(|_| keep(CodeLevel::Activity)),
            activity: if keep(CodeLevel::Activity) { self.activity } else { 0 },
            sub: if keep(CodeLevel::SubActivity) { self.sub } else { 0 },
            level,
        })
    }

    /// The code directly around this one; none for an urusan.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.at(match self.level {
            CodeLevel::Affair => return None,
            CodeLevel::AffairField => CodeLevel::Affair,
            CodeLevel::Program => CodeLevel::AffairField,
            CodeLevel::Activity => CodeLevel::Program,
            CodeLevel::SubActivity => CodeLevel::Activity,
        })
    }

    /// Whether `other` is this code or inside it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.at(self.level) == Some(*self)
    }

    /// The same code on the other side (`8.01.06.1.01.0003` of `8.01.06.2.01.0003`); none for a
    /// program and above. Whether twins mean the same, a
    /// [`Crosswalk`](super::nomenclature::Crosswalk) tells.
    #[must_use]
    pub fn twin(&self) -> Option<Self> {
        self.on(self.side?.other())
    }

    /// The same code on `side`; none for a program and above.
    #[must_use]
    pub fn on(&self, side: Side) -> Option<Self> {
        self.side.map(|_| Self { side: Some(side), ..*self })
    }

    /// The code with `X.XX` for urusan and bidang, where it is of a support program: as the common
    /// list of every office has it.
    #[must_use]
    pub fn generic(&self) -> Option<Self> {
        self.is_support().then_some(Self { affair: 0, field: 0, ..*self })
    }

    /// Reads a code in any way it is found; see [`FoundCode`] for the text itself.
    ///
    /// # Errors
    /// [`NotACode`].
    fn of_parts(parts: &[&str]) -> Result<Self, NotACode> {
        let number = |at: usize, width: usize| -> Result<u16, NotACode> {
            let part = parts.get(at).copied().unwrap_or_default();
            let sound = (1..=width).contains(&part.len());
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| sound && digits);
            number.filter(|&number: &u16| number > 0).ok_or(NotACode::Form)
        };
        let byte = |at, width| {
            number(at, width).and_then(|of| u8::try_from(of).map_err(|_| NotACode::Form))
        };
        let is_x = |at: usize| {
            let part = parts.get(at).copied().unwrap_or_default();
            (1..=2).contains(&part.len())
                && part.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'))
        };
        let generic = is_x(0);
        let level = match parts.len() {
            1 => CodeLevel::Affair,
            2 => CodeLevel::AffairField,
            3 => CodeLevel::Program,
            4 => return Err(NotACode::Side),
            5 => CodeLevel::Activity,
            6 => CodeLevel::SubActivity,
            _ => return Err(NotACode::Form),
        };
        // `X.XX` alone is a place holder, and the first two parts are generic together or not.
        if parts.len() > 1 && generic != is_x(1) || generic && level < CodeLevel::Program {
            return Err(NotACode::Form);
        }
        let affair = if generic { 0 } else { byte(0, 2)? };
        if affair > 9 {
            return Err(NotACode::Form);
        }
        let mut code =
            Self { affair, field: 0, program: 0, side: None, activity: 0, sub: 0, level };
        if level >= CodeLevel::AffairField && !generic {
            code.field = byte(1, 2)?;
        }
        if level >= CodeLevel::Program {
            code.program = byte(2, 2)?;
        }
        if level >= CodeLevel::Activity {
            code.side = Some(match byte(3, 2).map_err(|_| NotACode::Side)? {
                1 => Side::Province,
                2 => Side::RegencyCity,
                _ => return Err(NotACode::Side),
            });
            code.activity = byte(4, 2)?;
        }
        if level >= CodeLevel::SubActivity {
            code.sub = number(5, 4)?;
        }
        Ok(code)
    }
}

impl FoundCode {
    /// Reads a code: two- and four-digit sub kegiatan, padded parts (`8.01.06.02.01.0006`), `X.XX`
    /// in either case, blanks and hard blanks between or around parts, a dot at the end, and the
    /// code of an organisation in front.
    ///
    /// # Errors
    /// [`NotACode`].
    pub fn read(text: &str) -> Result<Self, NotACode> {
        let trimmed = text.trim();
        let between = |c: char| c == '.' || c.is_whitespace();
        let inner = trimmed.strip_suffix('.').unwrap_or(trimmed);
        // Two dots in a row are a part that was lost; blanks beside a dot are none.
        let empty_part = inner.split('.').any(|part| part.trim().is_empty());
        if empty_part {
            return Err(NotACode::Form);
        }
        let parts: Vec<&str> = inner.split(between).filter(|part| !part.is_empty()).collect();
        let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let organisation = parts.get(..ORGANISATION_WIDTHS.len()).filter(|front| {
            front.iter().zip(ORGANISATION_WIDTHS).all(|(part, width)| part.len() == width)
                && front.iter().all(digits)
        });
        let Some(organisation) = organisation else {
            // A plain number of one digit after the dot is what spreadsheets make of 2.10.
            if let [affair, field] = parts.as_slice()
                && affair.len() + field.len() == 2
                && digits(field)
                && digits(affair)
            {
                return Err(NotACode::LostZero);
            }
            let code = Code::of_parts(&parts)?;
            return Ok(Self { code, text: text.to_owned(), organisation: None });
        };
        let rest = parts.get(ORGANISATION_WIDTHS.len()..).unwrap_or_default();
        if rest.is_empty() {
            return Err(NotACode::OnlyOrganisation);
        }
        let code = Code::of_parts(rest)?;
        Ok(Self { code, text: text.to_owned(), organisation: Some(organisation.join(".")) })
    }

    /// Reads a cell in which a code stands in front of a name (`8.01.06 PROGRAM PENINGKATAN …`,
    /// `8.01.06.2.01.0003 - Pelaksanaan …`): the code and the name behind it, trimmed.
    ///
    /// # Errors
    /// [`NotACode`] of what stands in front.
    pub fn read_before_name(text: &str) -> Result<(Self, &str), NotACode> {
        let text = text.trim();
        let of_code = |word: &str| {
            word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'x' | 'X'))
                && !word.chars().all(|c| c == 'x' || c == 'X')
        };
        let mut end = 0;
        for word in text.split_inclusive(char::is_whitespace) {
            if !of_code(word.trim()) {
                break;
            }
            end += word.len();
        }
        let (front, name) = text.split_at(end);
        let name = name.trim_start_matches(|c: char| c.is_whitespace() || "-–:".contains(c));
        Self::read(front).map(|code| (code, name))
    }
}

impl FromStr for Code {
    type Err = NotACode;

    /// As [`FoundCode::read`].
    fn from_str(text: &str) -> Result<Self, NotACode> {
        FoundCode::read(text).map(|found| found.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = if self.affair == 0 { "X".to_owned() } else { self.affair.to_string() };
        if self.level >= CodeLevel::AffairField {
            let field =
                if self.affair == 0 { ".XX".to_owned() } else { format!(".{:02}", self.field) };
            text.push_str(&field);
        }
        if self.level >= CodeLevel::Program {
            text.push_str(&format!(".{:02}", self.program));
        }
        if let Some(side) = self.side {
            text.push_str(&format!(".{}.{:02}", side.digit(), self.activity));
        }
        if self.level >= CodeLevel::SubActivity {
            text.push_str(&format!(".{:04}", self.sub));
        }
        formatter.pad(&text)
    }
}
impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
impl TryFrom<String> for Code {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}
impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> Code {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn every_variant_found_in_the_wild_is_the_same_code() {
        for text in [
            "8.01.06.2.01.0006",
            "8.01.06.2.01.06",
            "8.01.06.02.01.0006",
            "08.01.06.2.01.6",
            "8.01.06.2.01.0006.",
            " 8 . 01 . 06 . 2 . 01 . 0006 ",
            "8 01 06 2 01 0006",
            "8.01.06.\u{a0}2.01.0006",
            "1.01.2.22.0.00.02.0000.8.01.06.2.01.06",
            "8.01.0.00.0.00.01.0000 8.01.06.2.01.0006",
        ] {
            assert_eq!(code(text).to_string(), "8.01.06.2.01.0006", "{text}");
        }
        assert_eq!(code("x.xx.01.2.01.01").to_string(), "X.XX.01.2.01.0001");
        let found = FoundCode::read("1.01.2.22.0.00.02.0000.1.06.02").unwrap();
        assert_eq!(found.organisation.as_deref(), Some("1.01.2.22.0.00.02.0000"));
        assert_eq!(found.code, code("1.06.02"));
    }

    #[test]
    fn what_cannot_be_told_is_no_code() {
        use NotACode::{Form, LostZero, OnlyOrganisation, Side};
        for (text, error) in [
            ("", Form),
            ("8..01", Form),
            ("8.01.0", Form),
            ("10.01", Form),
            ("X", Form),
            ("X.XX", Form),
            ("X.01.01", Form),
            ("8.XX.01", Form),
            ("8.01.06.2.01.00003", Form),
            ("8.01.06.2.01.0006.1", Form),
            ("PROGRAM", Form),
            ("2.1", LostZero),
            ("8.01.06.3.01", Side),
            ("8.01.06.2", Side),
            ("1.01.2.22.0.00.02.0000", OnlyOrganisation),
        ] {
            assert_eq!(text.parse::<Code>(), Err(error), "{text}");
        }
    }

    #[test]
    fn codes_nest_have_twins_and_know_the_support_program() {
        let sub = code("8.01.06.2.01.0003");
        assert_eq!(sub.level(), CodeLevel::SubActivity);
        assert_eq!(sub.parent(), Some(code("8.01.06.2.01")));
        assert_eq!(sub.parent().unwrap().parent(), Some(code("8.01.06")));
        assert_eq!(sub.twin(), Some(code("8.01.06.1.01.0003")));
        assert_eq!(code("8.01.06").twin(), None);
        assert!(code("8.01").contains(&sub) && !code("8.01.05").contains(&sub));
        assert!(!sub.is_support() && code("8.01.01.2.01").is_support());
        assert_eq!(code("8.01.01.2.01.01").generic(), Some(code("X.XX.01.2.01.0001")));
        assert!(code("X.XX.01").is_generic() && code("8").parent().is_none());
        let mut sorted = [sub, code("8.01.06"), code("8"), code("8.01.06.1.01"), code("1.06")];
        sorted.sort();
        let texts: Vec<String> = sorted.iter().map(Code::to_string).collect();
        assert_eq!(texts, ["1.06", "8", "8.01.06", "8.01.06.1.01", "8.01.06.2.01.0003"]);
    }

    #[test]
    fn a_code_in_front_of_its_name_is_parted_from_it() {
        let (found, name) = FoundCode::read_before_name("8.01.06 PROGRAM PENINGKATAN").unwrap();
        assert_eq!((found.code, name), (code("8.01.06"), "PROGRAM PENINGKATAN"));
        let (found, name) = FoundCode::read_before_name("8.01.06.2.01.03 - 4 Kali Rapat").unwrap();
        assert_eq!((found.code, name), (code("8.01.06.2.01.0003"), "4 Kali Rapat"));
        assert!(FoundCode::read_before_name("PROGRAM 8.01").is_err());
    }

    fn any_code() -> impl Strategy<Value = Code> {
        let affair = 0_u8..=9;
        let parts =
            (affair, 1_u8..=99, 1_u8..=99, any::<bool>(), 1_u8..=99, 1_u16..=9999, 1..=5_u8);
        parts.prop_map(|(affair, field, program, province, activity, sub, depth)| {
            let front =
                if affair == 0 { "X.XX".to_owned() } else { format!("{affair}.{field:02}") };
            let side = if province { 1 } else { 2 };
            let text = match (depth, affair) {
                (1, 1..) => affair.to_string(),
                (2, 1..) => front,
                (1..=3, _) => format!("{front}.{program:02}"),
                (4, _) => format!("{front}.{program:02}.{side}.{activity:02}"),
                _ => format!("{front}.{program:02}.{side}.{activity:02}.{sub:04}"),
            };
            text.parse().unwrap()
        })
    }

    proptest! {
        #[test]
        fn normalising_is_idempotent_and_keeps_every_part(code in any_code()) {
            let text = code.to_string();
            prop_assert_eq!(text.parse::<Code>().unwrap(), code);
            prop_assert_eq!(text.parse::<Code>().unwrap().to_string(), text.clone());
            let json = serde_json::to_string(&code).unwrap();
            prop_assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), code);
            prop_assert_eq!(code.twin().and_then(|twin| twin.twin()), code.side().map(|_| code));
            let around = code.parent().is_none_or(|parent| parent.contains(&code) && parent < code);
            prop_assert!(around);
        }

        #[test]
        fn variants_differ_in_text_only_and_the_text_is_kept(code in any_code(), style in 0..5_u8) {
            let plain = code.to_string();
            let text = match style {
                0 => plain.replace('.', " . "),
                1 => plain.replacen(".1.", ".01.", 1).replacen(".2.", ".02.", 1),
                2 => format!("8.01.0.00.0.00.01.0000.{plain}"),
                3 => plain.to_lowercase() + ".",
                _ => plain.replace(".00", "."),
            };
            let found = FoundCode::read(&text);
            // A part that is only zeros can not be shortened away.
            prop_assume!(style < 4 || found.is_ok());
            let found = found.unwrap();
            prop_assert_eq!(found.text, text);
            prop_assert_eq!(found.code, code);
        }

        #[test]
        fn different_codes_have_different_texts(one in any_code(), other in any_code()) {
            prop_assert_eq!(one == other, one.to_string() == other.to_string());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9Xx. \\PC]{0,30}") {
            let _ = FoundCode::read(&text);
            let _ = FoundCode::read_before_name(&text);
        }
    }
}
