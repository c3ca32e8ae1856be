//! Plans for the tests of checks, a line a row.

use jiff::civil::{Date, date};

use super::{Context, Government, Outcome};
use crate::plan::{
    Code, CodeLevel, Document, DocumentKind, FoundCode, Head, Indicator, Measure, MeasureKind,
    Money, MoneyKind, Place, Row, RowLevel, Rupiah, Span, Stage, Tag, TermList, Terms, Value,
    Version, Writing,
};
use crate::region;

/// The year of all plans of the tests.
pub(super) const YEAR: i16 = 2026;

pub(super) fn region(text: &str) -> region::Code {
    text.parse().unwrap()
}

pub(super) fn today() -> Date {
    date(2026, 5, 20)
}

pub(super) fn context() -> Context<'static> {
    Context::new(today())
}

/// A row under a code.
pub(super) fn row(code: &str) -> Row {
    let found = FoundCode::read(code).unwrap();
    let level = RowLevel::from(found.code.level());
    let mut row = Row::new(level, format!("Baris {code}"));
    row.code = Some(found);
    row
}

/// A row below a sub kegiatan.
pub(super) fn detail(name: &str) -> Row {
    Row::new(RowLevel::Detail, name)
}

/// What a row says.
pub(super) trait Says: Sized {
    fn with(self, change: impl FnOnce(&mut Row)) -> Self;

    fn topic(self, id: &str) -> Self {
        self.with(|row| row.topics.push(Terms::shipped().tag(TermList::Topic, id)))
    }
    fn at(self, code: &str) -> Self {
        let place = Place { region: Some(region(code)), text: code.to_owned() };
        self.with(|row| row.places.push(place))
    }
    fn group(self, id: &str) -> Self {
        self.with(|row| row.target_groups.push(Terms::shipped().tag(TermList::TargetGroup, id)))
    }
    fn months(self, from: i8, to: i8) -> Self {
        self.with(|row| row.times.push(Span::months(YEAR, from, to).unwrap()))
    }
    fn days(self, from: (i8, i8), to: (i8, i8)) -> Self {
        let span = Span::days(date(YEAR, from.0, from.1), date(YEAR, to.0, to.1));
        self.with(|row| row.times.push(span.unwrap()))
    }
    fn pays(self, amount: i64) -> Self {
        self.pays_from(None, amount)
    }
    fn pays_from(self, fund: Option<&str>, amount: i64) -> Self {
        let fund = fund.map(|id| Terms::shipped().tag(TermList::Fund, id));
        let (kind, amount) = (MoneyKind::Budget, Rupiah::new(amount));
        self.with(|row| {
            row.money.push(Money { kind, year: YEAR, quarter: None, fund, amount });
        })
    }
    fn agency(self, name: &str) -> Self {
        self.with(|row| row.agency = Some(name.to_owned()))
    }
    /// An indicator of the dictionary with its target.
    fn aims(self, id: &str, target: &str) -> Self {
        self.indicator(Some(id), target, |_| {})
    }
    fn indicator(self, id: Option<&str>, target: &str, say: impl FnOnce(&mut Indicator)) -> Self {
        let value = Value::read(target, Writing::Indonesian);
        let measure = Measure { kind: MeasureKind::Target, year: YEAR, quarter: None, value };
        let mut indicator = Indicator {
            text: format!("Indikator {}", id.unwrap_or("lain")),
            dictionary: id.map(str::to_owned),
            measures: vec![measure],
            ..Indicator::default()
        };
        say(&mut indicator);
        self.with(|row| row.indicators.push(indicator))
    }
}

impl Says for Row {
    fn with(mut self, change: impl FnOnce(&mut Row)) -> Self {
        change(&mut self);
        self
    }
}

/// Everything that duplication asks of a row.
pub(super) fn work(code: &str, place: &str) -> Row {
    row(code).topic("interfaith-harmony").at(place).group("pupils").months(4, 6).pays(50_000_000)
}

pub(super) fn tag(text: &str) -> Tag {
    Tag { id: None, text: text.to_owned() }
}

/// A document of `kind` and `stage`; details stand below the sub kegiatan before them.
pub(super) fn document(of: &str, kind: DocumentKind, stage: Stage, rows: Vec<Row>) -> Document {
    let head = Head {
        kind,
        stage,
        revision: 0,
        region: region(of),
        agency: Some("Badan Kesbangpol".to_owned()),
        years: if kind.is_mid_term() { (2025, 2029) } else { (YEAR, YEAR) },
        decree: None,
        outcome: None,
        simulated: true,
    };
    let mut rows = rows;
    let mut above = None;
    for (row, at) in rows.iter_mut().zip(0_u32..) {
        if row.level == RowLevel::Detail {
            row.parent = above;
        } else {
            above = Some(at);
        }
    }
    Document { head, rows }
}

/// A final Renja.
pub(super) fn plan(of: &str, rows: Vec<Row>) -> Version {
    document(of, DocumentKind::AgencyWorkPlan, Stage::Final, rows).freeze()
}

pub(super) fn government<'a>(of: &'a Version) -> Government<'a> {
    Government::new(of.head().region, YEAR, [of])
}

/// Rules that found something, in order.
pub(super) fn rules(outcome: &Outcome) -> Vec<&str> {
    outcome.findings.iter().map(|of| of.rule.id.as_str()).collect()
}

/// What is missing, in order.
pub(super) fn lacks(outcome: &Outcome) -> Vec<&str> {
    outcome.missing.iter().map(|of| of.lack.key()).collect()
}

/// The program of a code, as the row of it.
pub(super) fn program(code: &str) -> Row {
    let code: Code = code.parse().unwrap();
    row(&code.at(CodeLevel::Program).unwrap().to_string())
}
