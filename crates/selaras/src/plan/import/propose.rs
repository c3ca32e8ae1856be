//! What the columns of a plan file most probably mean, by header and values.

use super::super::code::{Code, CodeLevel, FoundCode};
use super::super::decimal::Writing;
use super::super::money::Rupiah;
use super::super::names::{COLUMNS, FUND_WORDS, Sign};
use super::super::row::{MeasureKind, MoneyKind, RowLevel};
use super::super::terms::{TermList, Terms};
use super::mapping::{PlanMapping, PlanRole, VERSION, When};
use super::table::{Line, PlanTable};
use crate::locale::Message;
use crate::round::mapping::{ColumnMapping, Confidence, layout};
use crate::sheet::private::{self, words};
use crate::sheet::{Cell, Fault};

/// Rows that a proposal is made from.
const SAMPLE: usize = 2_000;

/// Words beside *nama* that make it the name of a part of a plan.
const NAMED: [&str; 9] =
    ["program", "kegiatan", "urusan", "indikator", "sasaran", "tujuan", "opd", "skpd", "perangkat"];

/// What a header says besides its sign.
#[derive(Debug, Default)]
struct Said {
    /// Words left when years, quarters and units are taken out.
    core: String,
    when: When,
    /// Whether the header speaks of rupiah, or of the physical quantity.
    money: bool,
    quantity: bool,
    scale: u32,
    /// The source of funds, where each has a column.
    fund: Option<String>,
}

/// Proposes what every column of `table` means.
///
/// # Errors
/// As [`Sheet::read`](crate::sheet::Sheet::read).
pub fn propose(table: &PlanTable, terms: &Terms) -> Result<PlanMapping, Box<Fault>> {
    let mut lines = table.lines()?;
    lines.truncate(SAMPLE);
    let mut columns: Vec<ColumnMapping<PlanRole>> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| of_column(&column.header, at, &lines, terms))
        .collect();
    let has_budget = columns.iter().any(|of| is_money(&of.role, MoneyKind::Budget));
    if !has_budget {
        // A plan with nothing but ceilings is given what its ceilings say.
        let ceilings = columns.iter_mut().filter(|of| is_money(&of.role, MoneyKind::Ceiling));
        for column in ceilings.filter(|of| words(&of.header).split(' ').any(|word| word == "pagu"))
        {
            if let PlanRole::Money { kind, .. } = &mut column.role {
                *kind = MoneyKind::Budget;
            }
        }
    }
    only_once(&mut columns);
    Ok(PlanMapping {
        version: VERSION,
        layout: layout(&table.columns),
        writing: writing(&lines),
        columns,
    })
}

fn is_money(role: &PlanRole, wanted: MoneyKind) -> bool {
    matches!(role, PlanRole::Money { kind, .. } if *kind == wanted)
}

fn of_column(header: &str, at: usize, lines: &[Line], terms: &Terms) -> ColumnMapping<PlanRole> {
    let decided = |role, confidence, because: &str| ColumnMapping {
        header: header.to_owned(),
        role,
        confidence,
        reason: Message::new(&format!("plan-because-{because}")),
    };
    let values = Values::of(at, lines);
    let said = said(header, terms);
    // *Tahun data awal* is a name of its own, not the *data awal* of a year.
    let sign = exactly(&words(header)).map(|sign| (sign, true)).or_else(|| sign_of(&said.core));
    // *Nama PPTK* holds persons, *Nama sub kegiatan (baru)* does not.
    let of_plan = said.core.split(' ').any(|word| NAMED.contains(&word));
    let personal = private::of_header(&words(header)).filter(|_| !of_plan);
    if let (Some(what), false) = (personal, sign.is_some_and(|(_, exact)| exact)) {
        return decided(PlanRole::Private { what }, Confidence::Sure, "private");
    }
    let Some((sign, exact)) = sign else {
        if header.is_empty() && values.filled == 0 {
            return decided(PlanRole::Ignored, Confidence::Sure, "empty");
        }
        if values.codes * 10 > values.filled * 9 && values.filled > 0 {
            return decided(PlanRole::Code { level: None }, Confidence::Likely, "code-values");
        }
        return decided(PlanRole::Undecided, Confidence::Ask, "unknown");
    };
    let confidence = if exact { Confidence::Sure } else { Confidence::Likely };
    let because = if exact { "header" } else { "header-alike" };
    let role = match sign {
        Sign::Role(PlanRole::Baseline { .. }) => PlanRole::Baseline { year: said.when.year },
        Sign::Role(role) => role.clone(),
        Sign::Code(level) => values.code_role(*level),
        Sign::Named(level) => values.named_role(*level),
        Sign::Priority(set) => PlanRole::Priority { set: *set },
        Sign::Measure(kind) if said.money && !said.quantity => {
            let kind = match kind {
                MeasureKind::Target => MoneyKind::Budget,
                MeasureKind::Realised => MoneyKind::Realised,
            };
            PlanRole::Money { kind, when: said.when, scale: said.scale, fund: said.fund }
        }
        // Realised money and realised work stand under one word: the size tells.
        Sign::Measure(MeasureKind::Realised) if !said.quantity && values.looks_like_money() => {
            let (kind, when, scale) = (MoneyKind::Realised, said.when, said.scale);
            let role = PlanRole::Money { kind, when, scale, fund: said.fund };
            return decided(role, Confidence::Likely, "money-values");
        }
        Sign::Measure(kind) => PlanRole::Measure { kind: *kind, when: said.when },
        Sign::Money(MoneyKind::Budget) if said.quantity && !said.money => {
            PlanRole::Measure { kind: MeasureKind::Target, when: said.when }
        }
        Sign::Money(kind) => {
            let mut when = said.when;
            if *kind == MoneyKind::Forward && when.year.is_none() && when.offset == 0 {
                when.offset = 1;
            }
            PlanRole::Money { kind: *kind, when, scale: said.scale, fund: said.fund }
        }
    };
    if said.scale > 1 {
        return decided(role, Confidence::Likely, "scaled");
    }
    decided(role, confidence, because)
}

/// What `header` says of time, units, money and its source, and what is left of it.
fn said(header: &str, terms: &Terms) -> Said {
    let mut said = Said { scale: 1, ..Said::default() };
    let mut left = Vec::new();
    for part in header.split(" / ") {
        let named = FUND_WORDS.iter().find_map(|word| {
            let rest = part.trim().get(word.len()..)?;
            words(part).starts_with(word).then(|| rest.trim()).filter(|rest| !rest.is_empty())
        });
        let known = terms.tag(TermList::Fund, part);
        match named {
            Some(fund) if !left.is_empty() => said.fund = Some(fund.to_owned()),
            None if known.id.is_some() && !left.is_empty() => said.fund = Some(known.text),
            _ => left.push(part),
        }
    }
    let header = left.join(" / ");
    let header = header.as_str();
    let compact: String = header.to_lowercase().split_whitespace().collect();
    for (offset, signs) in [(1, ["n+1", "n+1)"]), (-1, ["n-1", "n–1"])] {
        if signs.iter().any(|sign| compact.contains(sign)) {
            said.when.offset = offset;
        }
    }
    if compact.contains("rp000") || compact.contains("rp.000") {
        said.scale = 1_000;
    }
    let text = words(header);
    let mut core = Vec::new();
    let mut quarter_next = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let year = word.parse::<i16>().ok().filter(|year| (2000..2100).contains(year));
        let quarter = match word {
            "i" | "1" | "q1" | "tw1" => Some(1),
            "ii" | "2" | "q2" | "tw2" => Some(2),
            "iii" | "3" | "q3" | "tw3" => Some(3),
            "iv" | "4" | "q4" | "tw4" => Some(4),
            _ => None,
        };
        let told = matches!(word, "i" | "ii" | "iii" | "iv") || word.len() > 1;
        match word {
            _ if year.is_some() => said.when.year = year,
            _ if quarter.is_some() && (quarter_next || told) => said.when.quarter = quarter,
            "triwulan" | "tw" | "quarter" | "kuartal" => quarter_next = true,
            "rp" | "rupiah" | "idr" => said.money = true,
            "k" => said.quantity = true,
            "juta" | "jutaan" => said.scale = 1_000_000,
            "ribu" | "ribuan" => said.scale = 1_000,
            "tahun" | "n" | "1" | "th" | "ta" | "000" => {}
            _ => core.push(word),
        }
    }
    said.core = core.join(" ");
    // What is said of rupiah outright weighs more than the words of the group above.
    if !said.money {
        said.quantity |=
            core.iter().any(|word| matches!(*word, "kinerja" | "fisik" | "performance"));
    }
    said.money |= core.iter().any(|word| matches!(*word, "anggaran" | "keuangan" | "pagu"));
    said
}

/// The sign that is called exactly `text`.
fn exactly(text: &str) -> Option<&'static Sign> {
    COLUMNS.iter().find(|(_, names)| names.contains(&text)).map(|(sign, _)| sign)
}

/// The sign in `core`, and whether it is all of it: the longest that stands in it.
fn sign_of(core: &str) -> Option<(&'static Sign, bool)> {
    if let Some(sign) = exactly(core) {
        return Some((sign, true));
    }
    let around = format!(" {core} ");
    let mut found: Option<(&'static Sign, usize)> = None;
    for (sign, names) in COLUMNS {
        for name in names.iter().filter(|name| around.contains(&format!(" {name} "))) {
            if found.is_none_or(|(_, length)| name.len() > length) {
                found = Some((sign, name.len()));
            }
        }
    }
    found.map(|(sign, _)| (sign, false))
}

/// What the cells of a column look like.
struct Values {
    filled: usize,
    /// Whole codes of at least a program.
    codes: usize,
    /// Codes with a name behind them.
    named_codes: usize,
    /// Parts of codes: up to four digits, or two such parts.
    parts: usize,
    /// Amounts of at least 100,000.
    amounts: usize,
}

impl Values {
    fn of(at: usize, lines: &[Line]) -> Self {
        let mut values = Self { filled: 0, codes: 0, named_codes: 0, parts: 0, amounts: 0 };
        for line in lines {
            let text = line.text(at);
            if text.is_empty() {
                continue;
            }
            values.filled += 1;
            let code = text.parse::<Code>().ok();
            values.codes += usize::from(code.is_some_and(|of| of.level() >= CodeLevel::Program));
            let named = FoundCode::read_before_name(&text).is_ok_and(|(_, name)| !name.is_empty());
            values.named_codes += usize::from(named);
            let part = |part: &str| {
                (1..=4).contains(&part.len())
                    && (part.bytes().all(|b| b.is_ascii_digit()) || part.eq_ignore_ascii_case("xx"))
                    || part.eq_ignore_ascii_case("x")
            };
            values.parts += usize::from(text.split('.').count() <= 2 && text.split('.').all(part));
            let amount = match line.cell(at) {
                Cell::Number(number) => number.abs() >= 100_000.0,
                _ => text.parse::<Rupiah>().is_ok_and(|of| of.get().abs() >= 100_000),
            };
            values.amounts += usize::from(amount);
        }
        values
    }

    fn most(&self, count: usize) -> bool {
        count > 0 && count * 10 >= self.filled * 8
    }

    fn looks_like_money(&self) -> bool {
        self.amounts * 2 > self.filled
    }

    fn code_role(&self, level: Option<CodeLevel>) -> PlanRole {
        if self.most(self.named_codes) {
            return PlanRole::CodeAndName { level: level.map(RowLevel::from) };
        }
        if self.most(self.parts) && self.codes == 0 && level.is_some() {
            return PlanRole::CodePart;
        }
        PlanRole::Code { level }
    }

    /// A column headed *Program* holds names, codes, parts of codes, or both together.
    fn named_role(&self, level: RowLevel) -> PlanRole {
        if self.most(self.named_codes) {
            PlanRole::CodeAndName { level: Some(level) }
        } else if self.most(self.codes) {
            PlanRole::Code { level: code_level(level) }
        } else if self.most(self.parts) {
            PlanRole::CodePart
        } else {
            PlanRole::Name { level: Some(level) }
        }
    }
}

fn code_level(level: RowLevel) -> Option<CodeLevel> {
    Some(match level {
        RowLevel::Affair => CodeLevel::Affair,
        RowLevel::AffairField => CodeLevel::AffairField,
        RowLevel::Program => CodeLevel::Program,
        RowLevel::Activity => CodeLevel::Activity,
        RowLevel::SubActivity => CodeLevel::SubActivity,
        RowLevel::Goal | RowLevel::Objective | RowLevel::Detail => return None,
    })
}

/// How numbers are written, by cells that can be read in one way only; Indonesian otherwise.
fn writing(lines: &[Line]) -> Writing {
    let (mut indonesian, mut english) = (0, 0);
    for line in lines {
        for cell in &line.cells {
            let Cell::Text(text) = cell else { continue };
            let text = text.trim();
            let Some((dot, comma)) = text.rfind('.').zip(text.rfind(',')) else { continue };
            if text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-')) {
                if comma > dot { indonesian += 1 } else { english += 1 }
            }
        }
    }
    if english > indonesian { Writing::English } else { Writing::Indonesian }
}

/// A meaning that only one column can have and that two claim is decided by a person, but where
/// one of them says exactly this.
fn only_once(columns: &mut [ColumnMapping<PlanRole>]) {
    let several = |role: &PlanRole| {
        matches!(
            role,
            PlanRole::CodePart
                | PlanRole::Priority { .. }
                | PlanRole::Place
                | PlanRole::TargetGroup
                | PlanRole::Topic
                | PlanRole::Proposals
                | PlanRole::Agreements
                | PlanRole::Remark
                | PlanRole::Region
                | PlanRole::Ignored
                | PlanRole::Private { .. }
                | PlanRole::Undecided
        )
    };
    let roles: Vec<(PlanRole, Confidence)> =
        columns.iter().map(|of| (of.role.clone(), of.confidence)).collect();
    for (at, column) in columns.iter_mut().enumerate().filter(|(_, of)| !several(&of.role)) {
        let others = || roles.iter().enumerate().filter(|(other, _)| *other != at);
        let alike = others().filter(|(_, (role, _))| *role == column.role);
        let mut best = alike.map(|(_, (_, confidence))| *confidence).max();
        if best.is_some_and(|best| best < column.confidence) {
            best = None;
        }
        if best.is_some() {
            column.role = PlanRole::Undecided;
            column.confidence = Confidence::Ask;
            column.reason = Message::new("plan-because-claimed-twice");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Source;

    fn roles(text: &str) -> Vec<PlanRole> {
        let source = Source::memory(text.as_bytes().to_vec());
        let table = PlanTable::open(&source, "a.csv", None).unwrap();
        propose(&table, Terms::shipped())
            .unwrap()
            .columns
            .into_iter()
            .map(|column| column.role)
            .collect()
    }

    fn money(kind: MoneyKind, when: When) -> PlanRole {
        PlanRole::Money { kind, when, scale: 1, fund: None }
    }

    #[test]
    fn columns_of_a_renja_are_known_by_their_headers() {
        let found = roles(
            "No;Kode;Urusan/Bidang Urusan Pemerintahan Daerah dan Program/Kegiatan/Sub Kegiatan;\
             Indikator Kinerja;Satuan;Target 2026;Pagu Indikatif (Rp);Lokasi;Sumber Dana;\
             Prioritas Nasional;Kelompok Sasaran;Prakiraan Maju Tahun n+1;PD Penanggung Jawab;\
             Nama PPTK;Catatan lain-lain\n1;8.01.06;PROGRAM;a;Orang;5;100000;b;PAD;c;d;110000;e;f;g\n",
        );
        let in_2026 = When { year: Some(2026), ..When::default() };
        let next = When { offset: 1, ..When::default() };
        assert_eq!(found[0], PlanRole::Ignored);
        assert_eq!(found[1], PlanRole::Code { level: None });
        assert_eq!(found[2], PlanRole::Name { level: None });
        assert_eq!(found[3..5], [PlanRole::Indicator, PlanRole::Unit]);
        assert_eq!(found[5], PlanRole::Measure { kind: MeasureKind::Target, when: in_2026 });
        assert_eq!(found[6], money(MoneyKind::Budget, When::default()));
        assert_eq!(found[7..9], [PlanRole::Place, PlanRole::Fund]);
        assert!(matches!(found[9], PlanRole::Priority { .. }));
        assert_eq!(found[10], PlanRole::TargetGroup);
        assert_eq!(found[11], money(MoneyKind::Forward, next));
        assert_eq!(found[12], PlanRole::Owner);
        assert!(matches!(found[13], PlanRole::Private { .. }));
        assert_eq!(found[14], PlanRole::Remark);
    }

    #[test]
    fn an_evaluation_has_quantity_and_money_by_quarter() {
        let found = roles(
            "Kode;Uraian;Target Renja;;Realisasi Triwulan I;;Realisasi Triwulan II;\n\
             ;;K;Rp;K;Rp;K;Rp\n8.01.06;a;5;100000;1;20000;2;30000\n",
        );
        let quarter = |quarter| When { quarter: Some(quarter), ..When::default() };
        let realised = |of| PlanRole::Measure { kind: MeasureKind::Realised, when: quarter(of) };
        let target = PlanRole::Measure { kind: MeasureKind::Target, when: When::default() };
        assert_eq!(found[2..5], [target, money(MoneyKind::Budget, When::default()), realised(1)]);
        assert_eq!(found[5], money(MoneyKind::Realised, quarter(1)));
        assert_eq!(found[6..], [realised(2), money(MoneyKind::Realised, quarter(2))]);
    }

    #[test]
    fn split_and_repeated_codes_are_told_by_their_values() {
        let found =
            roles("Urusan;Bidang;Program;Kegiatan;Sub Kegiatan;Uraian\n8;01;06;2.01;0003;a\n");
        assert_eq!(found[..5], [const { PlanRole::CodePart }; 5]);
        let found = roles(
            "Kode Program;Nama Program;Sub Kegiatan;Anggaran (Rp juta)\n\
             8.01.06;PROGRAM;8.01.06.2.01.0003 Pelaksanaan;1,5\n",
        );
        assert_eq!(found[0], PlanRole::Code { level: Some(CodeLevel::Program) });
        assert_eq!(found[1], PlanRole::Name { level: Some(RowLevel::Program) });
        assert_eq!(found[2], PlanRole::CodeAndName { level: Some(RowLevel::SubActivity) });
        let PlanRole::Money { scale, .. } = found[3] else { panic!("{found:?}") };
        assert_eq!(scale, 1_000_000);
    }

    #[test]
    fn the_year_of_a_baseline_stands_in_its_header_or_in_a_column() {
        let found = roles("Kode;Nama;Kondisi Awal 2024;Tahun Data Awal\n8.01.06;a;5;2023\n");
        assert_eq!(found[2..], [PlanRole::Baseline { year: Some(2024) }, PlanRole::BaselineYear]);
    }

    #[test]
    fn sources_of_funds_may_have_columns_of_their_own() {
        let found = roles("Kode;Nama;Pagu;;\n;;PAD;DAU;Sumber dana Lain\n8.01.06;a;5;6;7\n");
        let funds: Vec<Option<&str>> = found
            .iter()
            .filter_map(|role| match role {
                PlanRole::Money { fund, .. } => Some(fund.as_deref()),
                _ => None,
            })
            .collect();
        assert_eq!(funds, [Some("PAD"), Some("DAU"), Some("Lain")]);
    }

    #[test]
    fn two_columns_with_one_meaning_are_asked_about() {
        let found = roles("Kode;Nama;Indikator;Indikator Kinerja\n8.01.06;a;b;c\n");
        assert_eq!(found[2..], [PlanRole::Undecided, PlanRole::Undecided]);
    }
}
