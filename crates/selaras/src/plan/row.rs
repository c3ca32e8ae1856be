//! One row of a plan, with everything that two plans are compared by.
//!
//! What a file does not say is absent, never a default: a check that needs it answers *belum dapat
//! diperiksa*. What a file says in words that no vocabulary knows is kept as found ([`Tag`]).

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::code::{Code, CodeLevel, FoundCode};
use super::decimal::{Decimal, Writing};
use super::money::Rupiah;
use super::period::Span;
use crate::region;
use crate::sheet::hex;

/// Where in a plan a row stands, widest first. Goals and objectives head the RPJMD and the Renstra,
/// details stand below a sub kegiatan; the levels between carry a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowLevel {
    /// Tujuan.
    Goal,
    /// Sasaran.
    Objective,
    /// Urusan.
    Affair,
    /// Bidang urusan.
    AffairField,
    /// Program.
    Program,
    /// Kegiatan.
    Activity,
    /// Sub kegiatan.
    SubActivity,
    /// Rincian or aktivitas below a sub kegiatan.
    Detail,
}

impl RowLevel {
    /// All levels, widest first.
    pub const ALL: [Self; 8] = [
        Self::Goal,
        Self::Objective,
        Self::Affair,
        Self::AffairField,
        Self::Program,
        Self::Activity,
        Self::SubActivity,
        Self::Detail,
    ];

    /// Last part of the message keys that name the level.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Goal => "goal",
            Self::Objective => "objective",
            Self::Affair => "affair",
            Self::AffairField => "affair-field",
            Self::Program => "program",
            Self::Activity => "activity",
            Self::SubActivity => "sub-activity",
            Self::Detail => "detail",
        }
    }
}

impl From<CodeLevel> for RowLevel {
    fn from(level: CodeLevel) -> Self {
        match level {
            CodeLevel::Affair => Self::Affair,
            CodeLevel::AffairField => Self::AffairField,
            CodeLevel::Program => Self::Program,
            CodeLevel::Activity => Self::Activity,
            CodeLevel::SubActivity => Self::SubActivity,
        }
    }
}

/// Words of a file that may stand for a term of a vocabulary ([`terms`](super::terms)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag {
    /// Id of the term; none where no vocabulary knows the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The words as found.
    pub text: String,
}

/// Whose priority a row serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrioritySet {
    /// Prioritas nasional.
    National,
    /// Prioritas provinsi.
    Provincial,
    /// Prioritas daerah of the kab/kota, or of the region whose plan it is.
    Regional,
    /// Asta Cita, 1–8.
    AstaCita,
    /// The eight mandates of 17 January 2023.
    Mandate,
}

/// One priority tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Priority {
    /// Whose it is.
    pub set: PrioritySet,
    /// Which.
    pub tag: Tag,
}

/// Which way an indicator is meant to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Best between two bounds, as inflation.
    Band,
    /// Neither.
    None,
}

/// How an achievement is computed from quarters (evaluation of the Renja, E.81 family).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalculationRule {
    /// Sum of the quarters ÷ target.
    Cumulative,
    /// Target ÷ last value.
    Falling,
    /// Last value ÷ target, never decreasing.
    Percentage,
    /// Last value ÷ target.
    EndValue,
}

/// What the text of a target says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// A number, exact.
    Number(Decimal),
    /// From a number to another, both included: a band.
    Range(Decimal, Decimal),
    /// Words (`Tersusunnya dokumen`).
    Words,
}

/// A target or an achievement as found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Value {
    /// What the text says.
    pub reading: Reading,
    /// The text as found.
    pub text: String,
}

impl Value {
    /// Reads the text of a cell whose file writes numbers as `writing` has it: a number, also with
    /// a sign of per cent, a range (`80–90`, `2,5±1`), or words.
    #[must_use]
    pub fn read(text: &str, writing: Writing) -> Self {
        let text = text.trim();
        let number = |part: &str| {
            let part = part.trim();
            Decimal::read(part.strip_suffix('%').unwrap_or(part), writing).ok()
        };
        let range = |(from, to): (&str, &str)| {
            let (from, to) = (number(from)?, number(to)?);
            from.compare(to).is_lt().then_some(Reading::Range(from, to))
        };
        let around = |(middle, by): (&str, &str)| {
            let (middle, by) = (number(middle)?, number(by)?);
            Some(Reading::Range(middle.checked_sub(by)?, middle.checked_add(by)?))
        };
        let reading = number(text)
            .map(Reading::Number)
            .or_else(|| text.split_once('±').and_then(around))
            .or_else(|| text.split_once(['–', '-']).and_then(range))
            .or_else(|| text.split_once(" s.d. ").and_then(range))
            .unwrap_or(Reading::Words);
        Self { reading, text: text.to_owned() }
    }

    /// The number of a spreadsheet's cell.
    #[must_use]
    pub fn of_number(number: f64) -> Self {
        match Decimal::of_number(number) {
            Some(number) => Self { reading: Reading::Number(number), text: number.to_string() },
            None => Self { reading: Reading::Words, text: number.to_string() },
        }
    }

    /// The number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<Decimal> {
        match self.reading {
            Reading::Number(number) => Some(number),
            Reading::Range(..) | Reading::Words => None,
        }
    }
}

/// Where an indicator starts from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Baseline {
    /// Value.
    pub value: Value,
    /// Year it describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// Series it is taken from, e.g. an indicator's id in [`statistic`](crate::statistic).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Release of the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vintage: Option<String>,
    /// Whom it counts, e.g. registered inhabitants or a projection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<String>,
}

/// What a number of an indicator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    /// Target of the period.
    Target,
    /// What was reached in the period.
    Realised,
}

/// A target or what was reached, of a year or one of its quarters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Measure {
    /// What it is.
    pub kind: MeasureKind,
    /// Year.
    pub year: i16,
    /// Quarter, 1–4; none for the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarter: Option<u8>,
    /// Value.
    pub value: Value,
}

/// Whose an indicator is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorStanding {
    /// From the office's own file.
    #[default]
    Office,
    /// From a decree that was read.
    Decree,
    /// Our own: shown as *indikator contoh*, never as official.
    Example,
}

/// One indicator of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Indicator {
    /// Words as found.
    pub text: String,
    /// Id in the dictionary of indicators; none is *belum dipetakan*. Indicators compare through
    /// this id only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dictionary: Option<String>,
    /// Definition or formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Unit (satuan).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Calculation rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<CalculationRule>,
    /// Baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Targets and achievements, in order of kind, year and quarter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// Whose it is.
    #[serde(default)]
    pub standing: IndicatorStanding,
}

impl Indicator {
    /// The target of a year.
    #[must_use]
    pub fn target(&self, year: i16) -> Option<&Value> {
        self.measure(MeasureKind::Target, year, None)
    }

    /// What was reached in a year.
    #[must_use]
    pub fn realised(&self, year: i16) -> Option<&Value> {
        self.measure(MeasureKind::Realised, year, None)
    }

    /// The value of a kind in a year, or in a quarter of it.
    #[must_use]
    pub fn measure(&self, kind: MeasureKind, year: i16, quarter: Option<u8>) -> Option<&Value> {
        let wanted = |of: &&Measure| (of.kind, of.year, of.quarter) == (kind, year, quarter);
        self.measures.iter().find(wanted).map(|of| &of.value)
    }
}

/// What an amount of money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyKind {
    /// Anggaran, or pagu indikatif in a plan: what the row is given.
    Budget,
    /// Pagu: what it may be given at most.
    Ceiling,
    /// Prakiraan maju of the year after.
    Forward,
    /// Realisasi.
    Realised,
}

/// An amount of a year or quarter, of one source of funds where that is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// What it is.
    pub kind: MoneyKind,
    /// Year.
    pub year: i16,
    /// Quarter, 1–4; none for the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarter: Option<u8>,
    /// Sumber dana.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fund: Option<Tag>,
    /// Amount.
    pub amount: Rupiah,
}

/// By which arrangement the work is paid for and carried out, where it is not the office's own
/// affair. Each exempts a row from the check of authority and from that of duplication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// Tugas pembantuan.
    AssistanceTask,
    /// Dekonsentrasi.
    Deconcentration,
    /// Bantuan keuangan.
    FinancialAid,
}

/// A place as found, with the region it means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Kemendagri code, down to desa; none where the words name no single region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<region::Code>,
    /// The words as found.
    pub text: String,
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Mandate of the centre or of a law.
    Mandate,
    /// The head of the region.
    Head,
    /// Musrenbang.
    Consultation,
    /// Pokir of the DPRD.
    Council,
}

/// Cells that a row was read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// File.
    pub file: String,
    /// Sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row as a spreadsheet numbers it, from 1.
    pub row: u64,
}

/// What identifies a row among those of other versions of its document: the code, and for a row
/// without one, or below one, its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowKey {
    /// Agency, as [`words`](crate::sheet::private::words).
    pub agency: String,
    /// Level.
    pub level: RowLevel,
    /// The code, or that of the row above.
    pub code: Option<Code>,
    /// The name as [`words`](crate::sheet::private::words) of a row that its code does not identify.
    pub name: String,
    /// Which of several rows alike it is, from 0.
    pub number: u32,
}

/// One row. Only level and name are always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Level.
    pub level: RowLevel,
    /// Code as found and in normal form; none for goals, objectives and details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<FoundCode>,
    /// Name as found.
    pub name: String,
    /// Position of the row it stands below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// Perangkat daerah, where it is not that of the whole document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// Who answers for the row: an office or a post, never a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Arah kebijakan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Priorities, by set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priorities: Vec<Priority>,
    /// Indicators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// Money, in the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub money: Vec<Money>,
    /// Arrangement; none where the work is the office's own or nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrangement: Option<Arrangement>,
    /// Places; empty where none is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// Kelompok sasaran; empty where none is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_groups: Vec<Tag>,
    /// When it is done; empty where nothing is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<Span>,
    /// What it is about; empty where nothing is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Tag>,
    /// Id of the node of the outcome tree it is meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Tag>,
    /// Minimum service standard (SPM) it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_service: Option<Tag>,
    /// Origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Numbers of the proposals (usulan) it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<String>,
    /// Numbers of the agreements of meetings it carries out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<String>,
    /// Name of one joint activity that several rows fund or carry out in stages: these are no
    /// duplicates of each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint_activity: Option<String>,
    /// First and last year of a multi-year row, which may rest in a year between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<(i16, i16)>,
    /// The order by which its money was cut, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_reference: Option<String>,
    /// Keterangan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Where it was read, each file once; empty for a row that was not read from a file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Provenance>,
}

impl Row {
    /// A row of which only level and name are known.
    #[must_use]
    pub fn new(level: RowLevel, name: impl Into<String>) -> Self {
        Self {
            level,
            code: None,
            name: name.into(),
            parent: None,
            agency: None,
            owner: None,
            policy: None,
            priorities: Vec::new(),
            indicators: Vec::new(),
            money: Vec::new(),
            arrangement: None,
            places: Vec::new(),
            target_groups: Vec::new(),
            times: Vec::new(),
            topics: Vec::new(),
            outcome: None,
            minimum_service: None,
            origin: None,
            proposals: Vec::new(),
            agreements: Vec::new(),
            joint_activity: None,
            years: None,
            cut_reference: None,
            remark: None,
            sources: Vec::new(),
        }
    }

    /// The code in normal form.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.code.as_ref().map(|found| found.code)
    }

    /// The money of a kind in a year, over all sources of funds; none where the row has none of it,
    /// which is not the same as zero. A sum that does not fit cannot come out of an import.
    #[must_use]
    pub fn amount(&self, kind: MoneyKind, year: i16) -> Option<Rupiah> {
        let mut of = self
            .money
            .iter()
            .filter(|money| (money.kind, money.year, money.quarter) == (kind, year, None));
        let first = of.next()?.amount;
        Rupiah::sum(std::iter::once(first).chain(of.map(|money| money.amount)))
    }

    /// [`Row::amount`] of [`MoneyKind::Budget`].
    #[must_use]
    pub fn budget(&self, year: i16) -> Option<Rupiah> {
        self.amount(MoneyKind::Budget, year)
    }

    /// Whether some indicator has a target for `year`.
    #[must_use]
    pub fn has_target(&self, year: i16) -> bool {
        self.indicators.iter().any(|indicator| indicator.target(year).is_some())
    }

    /// SHA-256 over what the row says, lower-case hex: the same wherever the row stands in which
    /// file, another as soon as a cell of it changes. A verdict on a finding holds as long as the
    /// digests of its rows do.
    #[must_use]
    pub fn digest(&self) -> String {
        let said = Self { parent: None, sources: Vec::new(), ..self.clone() };
        let mut hasher = Sha256::new();
        hasher.update(serde_json::to_vec(&said).unwrap_or_default());
        hex(&hasher.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_number_a_band_or_words_and_keeps_its_text() {
        let read = |text| Value::read(text, Writing::Indonesian);
        let number = |text: &str| Decimal::read(text, Writing::Indonesian).unwrap();
        assert_eq!(read("1.250").number(), Some(number("1250")));
        assert_eq!(read(" 85,5% ").number(), Some(number("85,5")));
        assert_eq!(read("80–90").reading, Reading::Range(number("80"), number("90")));
        assert_eq!(read("2,5±1").reading, Reading::Range(number("1,5"), number("3,5")));
        assert_eq!(read("-3").number(), Some(number("-3")));
        for text in ["Tersusunnya dokumen", "12 orang", "90-80", "-", "≥ 80"] {
            assert_eq!(read(text).reading, Reading::Words, "{text}");
            assert_eq!(read(text).text, text);
        }
        assert_eq!(Value::of_number(85.5).number(), Some(number("85,5")));
    }

    #[test]
    fn money_is_summed_over_sources_of_funds_and_absent_is_not_zero() {
        let mut row = Row::new(RowLevel::SubActivity, "a");
        assert_eq!(row.budget(2026), None);
        for (fund, amount) in [("PAD", 100), ("DAU", 50)] {
            let fund = Some(Tag { id: None, text: fund.to_owned() });
            let amount = Rupiah::new(amount);
            row.money.push(Money {
                kind: MoneyKind::Budget,
                year: 2026,
                quarter: None,
                fund,
                amount,
            });
        }
        assert_eq!(row.budget(2026), Some(Rupiah::new(150)));
        assert_eq!(row.amount(MoneyKind::Ceiling, 2026), None);
    }

    #[test]
    fn a_digest_follows_what_is_said_and_not_where() {
        let mut row = Row::new(RowLevel::SubActivity, "a");
        let digest = row.digest();
        row.sources.push(Provenance { file: "b.xlsx".to_owned(), sheet: None, row: 9 });
        row.parent = Some(3);
        assert_eq!(row.digest(), digest);
        row.owner = Some("Bidang I".to_owned());
        assert_ne!(row.digest(), digest);
    }
}
