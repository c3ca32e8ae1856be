//! Lines of a plan file as rows: heads of levels, further indicators, totals, values.

mod heads;

use std::collections::HashMap;

use heads::{Kind, RowHead, is_head};

use super::super::code::{Code, CodeLevel};
use super::super::document::Head;
use super::super::money::Rupiah;
use super::super::names::{ARRANGEMENTS, DIRECTIONS, ORIGINS, RULES, STANDINGS};
use super::super::period::Span;
use super::super::row::{
    Baseline, Indicator, Measure, Money, Priority, Provenance, Row, RowLevel, Tag,
};
use super::super::terms::{TermList, Terms};
use super::cells::{self, Places};
use super::mapping::{PlanMapping, PlanRole};
use super::table::{Line, PlanTable};
use crate::region::{self, Governments};
use crate::sheet::private::{self, words};
use crate::sheet::{Cell, Fault, Faults};

/// What a file holds, before it is joined with others.
#[derive(Clone, Debug, Default)]
pub(super) struct PlanFile {
    /// Rows in the order of the file; parents stand by code or by place.
    pub(super) rows: Vec<Row>,
    /// Rows below the header that hold something.
    pub(super) lines: u64,
    /// Lines with a level and nothing else.
    pub(super) empty: u64,
    /// Lines that repeat the head of a program or kegiatan.
    pub(super) repeated: u64,
    /// Lines that add to the row above: further indicators, places, sources of funds.
    pub(super) continued: u64,
    /// Lines of sums.
    pub(super) totals: Vec<Total>,
    /// What could not be used and was left out, or deserves a look.
    pub(super) notices: Faults,
}

/// A line of sums.
#[derive(Clone, Debug)]
pub(super) struct Total {
    /// Number of the line.
    pub(super) number: u64,
    /// Amounts by column of money.
    pub(super) amounts: Vec<(usize, Rupiah)>,
}

pub(super) struct Reader<'a> {
    table: &'a PlanTable,
    mapping: &'a PlanMapping,
    head: &'a Head,
    terms: &'a Terms,
    roles: Vec<PlanRole>,
    places: Places,
    governments: Governments,
    file: PlanFile,
    faults: Faults,
    by_code: HashMap<Code, u32>,
    /// Parts of the code of the row above, where codes are split over columns.
    parts: Vec<String>,
    /// The row that values belong to.
    current: Option<u32>,
    /// Last line that a merged cell of the current row's head reaches.
    merged_to: u64,
}

/// The word of a small vocabulary that `text` is.
fn named<T: Copy>(list: &[(T, &[&str])], text: &str) -> Option<T> {
    let text = words(text);
    list.iter().find(|(_, names)| names.contains(&text.as_str())).map(|(of, _)| *of)
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        table: &'a PlanTable,
        mapping: &'a PlanMapping,
        head: &'a Head,
        terms: &'a Terms,
    ) -> Self {
        Self {
            table,
            mapping,
            head,
            terms,
            roles: mapping.roles(table),
            places: Places::of(head.region),
            governments: Governments::default(),
            file: PlanFile::default(),
            faults: Faults::default(),
            by_code: HashMap::new(),
            parts: Vec::new(),
            current: None,
            merged_to: 0,
        }
    }

    /// Reads every line.
    ///
    /// # Errors
    /// Every fault of the file, by cell.
    pub(super) fn read(mut self) -> Result<PlanFile, Faults> {
        let lines = self.table.lines().map_err(|fault| one(*fault))?;
        for line in self.filled(lines) {
            self.file.lines += 1;
            match self.kind(&line) {
                Ok(Kind::Total) => self.total(&line),
                Ok(Kind::Empty) => {
                    self.file.empty += 1;
                    self.notice("plan-notice-empty", &line, None);
                }
                Ok(Kind::Continued) => {
                    self.file.continued += 1;
                    self.values(&line, true);
                }
                Ok(Kind::Rows(heads)) => self.rows(&line, heads),
                Err(fault) => self.faults.push(*fault),
            }
        }
        if self.faults.is_empty() { Ok(self.file) } else { Err(self.faults) }
    }

    fn columns(&self, is: impl Fn(&PlanRole) -> bool) -> Vec<usize> {
        self.roles.iter().enumerate().filter(|(_, role)| is(role)).map(|(at, _)| at).collect()
    }

    fn column(&self, wanted: &PlanRole) -> Option<usize> {
        self.roles.iter().position(|role| role == wanted)
    }

    fn text(&self, line: &Line, role: &PlanRole) -> Option<String> {
        let text = line.text(self.column(role)?);
        (!text.is_empty() && text != "-" && text != "–").then_some(text)
    }

    fn fault(&self, key: &str, line: &Line, column: Option<usize>) -> Fault {
        let fault = self.table.fault(key, Some(line.number), column);
        let text = column.map(|column| line.text(column)).filter(|text| !text.is_empty());
        let value = text.map(|text| private::shown(&text, true));
        Fault { value: value.clone(), ..fault }.with("value", value.unwrap_or_default())
    }

    fn notice(&mut self, key: &str, line: &Line, column: Option<usize>) {
        let fault = self.fault(key, line, column);
        self.file.notices.push(fault);
    }

    /// Lines with what a merged cell says in each line it reaches; heads stay where they begin, so
    /// that the lines below them go on with the row.
    fn filled(&self, mut lines: Vec<Line>) -> Vec<Line> {
        let keeps = |role: &PlanRole| {
            !matches!(
                role,
                PlanRole::Code { level: None | Some(CodeLevel::SubActivity) }
                    | PlanRole::Name { .. }
                    | PlanRole::CodeAndName { .. }
                    | PlanRole::Money { .. }
                    | PlanRole::Measure { .. }
                    | PlanRole::Indicator
                    | PlanRole::Ignored
            )
        };
        for merged in self.table.sheet.merged.iter().filter(|of| of.rows.1 > of.rows.0) {
            let column = merged.columns.0 as usize;
            if !self.roles.get(column).is_some_and(keeps) {
                continue;
            }
            let start = lines.partition_point(|line| line.number < merged.rows.0);
            let value = lines.get(start).filter(|line| line.number == merged.rows.0);
            let Some(value) = value.map(|line| line.cell(column).clone()) else { continue };
            let below = lines.iter_mut().skip(start + 1);
            for line in below.take_while(|line| line.number <= merged.rows.1) {
                if let Some(cell) = line.cells.get_mut(column)
                    && *cell == Cell::Empty
                {
                    cell.clone_from(&value);
                }
            }
        }
        lines
    }

    fn rows(&mut self, line: &Line, heads: Vec<RowHead>) {
        let last = heads.len().saturating_sub(1);
        for (number, head) in heads.into_iter().enumerate() {
            let deepest = number == last;
            let code = head.code.as_ref().map(|found| found.code);
            let known = code.and_then(|code| self.by_code.get(&code).copied());
            let known = known.or_else(|| self.uncoded(&head, deepest));
            let Some(at) = known else {
                self.begin(line, head);
                continue;
            };
            let had = self.file.rows.get(at as usize).is_some_and(has_values);
            if !deepest {
                self.current = Some(at);
            } else if head.level >= RowLevel::SubActivity {
                // Several rows under one sub kegiatan: by place, by source of funds, or a slip.
                let column = self.roles.iter().position(is_head);
                self.notice("plan-notice-code-twice", line, column);
                self.begin(line, head);
            } else if !self.line_has_values(line) {
                self.file.repeated += 1;
                self.current = Some(at);
                return;
            } else if had {
                let fault = self.fault("plan-error-code-twice", line, None);
                let code = code.map(|code| code.to_string()).unwrap_or_default();
                self.faults.push(fault.with("code", code));
                return;
            } else {
                self.current = Some(at);
            }
        }
        self.values(line, false);
    }

    /// The row of a head without a code that is repeated beside deeper ones.
    fn uncoded(&self, head: &RowHead, deepest: bool) -> Option<u32> {
        if head.code.is_some() || deepest {
            return None;
        }
        let same = |row: &Row| row.level == head.level && words(&row.name) == words(&head.name);
        self.file.rows.iter().rposition(same).and_then(|at| u32::try_from(at).ok())
    }

    fn begin(&mut self, line: &Line, head: RowHead) {
        let Ok(at) = u32::try_from(self.file.rows.len()) else { return };
        let mut row = Row::new(head.level, head.name);
        row.code = head.code;
        row.parent = self.parent(&row);
        row.sources.push(Provenance {
            file: self.table.sheet.name.clone(),
            sheet: self.table.sheet.sheet.clone(),
            row: line.number,
        });
        if let Some(code) = row.code() {
            self.by_code.entry(code).or_insert(at);
        }
        self.file.rows.push(row);
        self.current = Some(at);
    }

    /// The row that a row without code, or without a coded row around it, stands below: the nearest
    /// wider one before it. What codes tell is settled when all rows are known.
    fn parent(&self, row: &Row) -> Option<u32> {
        let wider = |of: &Row| of.level < row.level && (row.code.is_none() || of.code.is_none());
        self.file.rows.iter().rposition(wider).and_then(|at| u32::try_from(at).ok())
    }

    fn line_has_values(&self, line: &Line) -> bool {
        let value = |role: &PlanRole| {
            !is_head(role)
                && !matches!(
                    role,
                    PlanRole::Region
                        | PlanRole::Agency
                        | PlanRole::Ignored
                        | PlanRole::Private { .. }
                        | PlanRole::Undecided
                )
        };
        self.columns(value).into_iter().any(|at| !matches!(line.text(at).as_str(), "" | "-" | "–"))
    }

    fn total(&mut self, line: &Line) {
        let mut amounts = Vec::new();
        for column in self.columns(|role| matches!(role, PlanRole::Money { .. })) {
            let Some(PlanRole::Money { scale, .. }) = self.roles.get(column) else { continue };
            match cells::money(line.cell(column), *scale, self.mapping.writing) {
                Ok(Some(amount)) => amounts.push((column, amount)),
                Ok(None) => {}
                Err(error) => {
                    let fault = self.fault(error.key(), line, Some(column));
                    self.faults.push(fault);
                }
            }
        }
        self.file.totals.push(Total { number: line.number, amounts });
    }

    /// Takes the values of a line into the current row; `more` where they add to what it has.
    fn values(&mut self, line: &Line, more: bool) {
        let Some(at) = self.current else { return };
        let Some(mut row) = self.file.rows.get(at as usize).cloned() else { return };
        self.check_region(line);
        self.check_private(line);
        self.texts(line, &mut row);
        self.tags(line, &mut row);
        self.money(line, &mut row, more);
        if let Some(indicator) = self.indicator(line) {
            row.indicators.push(indicator);
        }
        if let Some(place) = self.file.rows.get_mut(at as usize) {
            *place = row;
        }
    }

    fn check_region(&mut self, line: &Line) {
        for column in self.columns(|role| *role == PlanRole::Region) {
            let text = line.text(column);
            if text.is_empty() {
                continue;
            }
            let known = region::find(&text).map(|found| found.code);
            let found = known.or_else(|| self.governments.find(&text));
            if found != Some(self.head.region) {
                let fault = self.fault("plan-error-region", line, Some(column));
                self.faults.push(fault.with("region", self.head.region.to_string()));
            }
        }
    }

    /// Plans hold offices and posts; a number that points at a person is not taken in.
    fn check_private(&mut self, line: &Line) {
        let kept = |role: &PlanRole| {
            matches!(
                role,
                PlanRole::Name { .. }
                    | PlanRole::Owner
                    | PlanRole::Remark
                    | PlanRole::Policy
                    | PlanRole::Place
                    | PlanRole::TargetGroup
                    | PlanRole::Indicator
                    | PlanRole::Definition
            )
        };
        for column in self.columns(kept) {
            if private::of_value(&line.text(column)).is_some() {
                let fault = self.fault("plan-error-private", line, Some(column));
                self.faults.push(fault);
            }
        }
    }

    fn texts(&mut self, line: &Line, row: &mut Row) {
        let agency = self.text(line, &PlanRole::Agency);
        let own = self.head.agency.as_deref().map(words);
        if let Some(agency) = agency.filter(|agency| Some(words(agency)) != own) {
            row.agency.get_or_insert(agency);
        }
        for (role, field) in [
            (PlanRole::Owner, &mut row.owner),
            (PlanRole::Policy, &mut row.policy),
            (PlanRole::JointActivity, &mut row.joint_activity),
            (PlanRole::CutReference, &mut row.cut_reference),
        ] {
            if let Some(text) = self.text(line, &role) {
                field.get_or_insert(text);
            }
        }
        for column in self.columns(|role| *role == PlanRole::Remark) {
            let text = line.text(column);
            match &mut row.remark {
                Some(remark) if !text.is_empty() && *remark != text => {
                    remark.push_str("; ");
                    remark.push_str(&text);
                }
                None if !text.is_empty() => row.remark = Some(text),
                _ => {}
            }
        }
        let several = |text: String| {
            let parts = text.split([';', ',']).map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        for column in self.columns(|role| *role == PlanRole::Proposals) {
            extend(&mut row.proposals, several(line.text(column)));
        }
        for column in self.columns(|role| *role == PlanRole::Agreements) {
            extend(&mut row.agreements, several(line.text(column)));
        }
    }

    fn tags(&mut self, line: &Line, row: &mut Row) {
        for column in 0..self.roles.len() {
            let Some(role) = self.roles.get(column).cloned() else { continue };
            let text = line.text(column);
            if text.is_empty() || text == "-" || text == "–" {
                continue;
            }
            let known = match role {
                PlanRole::Priority { set } => {
                    let tags = self.terms.tags(TermList::from(set), &text).into_iter();
                    extend(&mut row.priorities, tags.map(|tag| Priority { set, tag }));
                    true
                }
                PlanRole::Topic => {
                    extend(&mut row.topics, self.terms.tags(TermList::Topic, &text));
                    true
                }
                PlanRole::TargetGroup => {
                    extend(&mut row.target_groups, self.terms.tags(TermList::TargetGroup, &text));
                    true
                }
                PlanRole::MinimumService => {
                    row.minimum_service
                        .get_or_insert(self.terms.tag(TermList::MinimumService, &text));
                    true
                }
                PlanRole::Place => {
                    extend(&mut row.places, self.places.read(&text));
                    true
                }
                PlanRole::Outcome => {
                    row.outcome.get_or_insert(Tag { id: None, text });
                    true
                }
                PlanRole::Arrangement => {
                    row.arrangement = row.arrangement.or(named(ARRANGEMENTS, &text));
                    true
                }
                PlanRole::Origin => {
                    row.origin = row.origin.or(named(ORIGINS, &text));
                    row.origin.is_some()
                }
                PlanRole::Years => {
                    row.years = row.years.or(years(&text));
                    row.years.is_some()
                }
                PlanRole::Time => {
                    let spans: Vec<Option<Span>> = text
                        .split([';', '\n'])
                        .map(|part| Span::read(part, self.head.years.1))
                        .collect();
                    let all = spans.iter().all(Option::is_some);
                    extend(&mut row.times, spans.into_iter().flatten());
                    all
                }
                _ => true,
            };
            if !known {
                self.notice("plan-notice-unknown-word", line, Some(column));
            }
        }
        self.start_and_end(line, row);
    }

    fn start_and_end(&mut self, line: &Line, row: &mut Row) {
        let (Some(start), Some(end)) = (self.column(&PlanRole::Start), self.column(&PlanRole::End))
        else {
            return;
        };
        let span = |column| Span::read(&line.text(column), self.head.years.1);
        match (line.text(start).is_empty(), span(start), span(end)) {
            (_, Some(from), Some(to)) if from.from <= to.to => {
                let precision = from.precision;
                extend(&mut row.times, [Span { from: from.from, to: to.to, precision }]);
            }
            (true, ..) if line.text(end).is_empty() => {}
            _ => self.notice("plan-notice-unknown-word", line, Some(start)),
        }
    }

    fn money(&mut self, line: &Line, row: &mut Row, more: bool) {
        let fund = self.text(line, &PlanRole::Fund);
        let fund = fund.map(|text| self.terms.tag(TermList::Fund, &text));
        for column in 0..self.roles.len() {
            let Some(PlanRole::Money { kind, when, scale, fund: of_column }) =
                self.roles.get(column).cloned()
            else {
                continue;
            };
            let amount = match cells::money(line.cell(column), scale, self.mapping.writing) {
                Ok(Some(amount)) => amount,
                Ok(None) => continue,
                Err(error) => {
                    let fault = self.fault(error.key(), line, Some(column));
                    self.faults.push(fault);
                    continue;
                }
            };
            if self.reaches_other_rows(line, column) {
                let fault = self.fault("plan-error-merged-money", line, Some(column));
                self.faults.push(fault);
            }
            let fund = of_column
                .map(|text| self.terms.tag(TermList::Fund, &text))
                .or_else(|| fund.clone());
            let year = when.year(self.head);
            let money = Money { kind, year, quarter: when.quarter, fund, amount };
            let same = |of: &Money| {
                (of.kind, of.year, of.quarter, &of.fund)
                    == (money.kind, money.year, money.quarter, &money.fund)
            };
            // Money in a line of further indicators is that of another source, or counted twice.
            if more && row.money.iter().any(same) {
                let fault = self.fault("plan-error-money-nowhere", line, Some(column));
                self.faults.push(fault);
                continue;
            }
            row.money.push(money);
        }
        if let (Some(_), true, Some(column)) =
            (&fund, row.money.is_empty(), self.column(&PlanRole::Fund))
        {
            self.notice("plan-notice-fund", line, Some(column));
        }
    }

    /// Whether a merged cell with an amount reaches into rows that have codes of their own.
    fn reaches_other_rows(&self, line: &Line, column: usize) -> bool {
        let Some(last) = self.table.merged_to(line.number, column) else { return false };
        last > self.merged_to.max(line.number) && self.has_head_within(line.number + 1, last)
    }

    fn has_head_within(&self, first: u64, last: u64) -> bool {
        let heads = self
            .columns(|role| matches!(role, PlanRole::Code { .. } | PlanRole::CodeAndName { .. }));
        let merged_over = |number: u64| {
            self.table.sheet.merged.iter().any(|of| {
                (of.rows.0..=of.rows.1).contains(&number)
                    && of.rows.0 < first
                    && heads.iter().any(|at| (of.columns.0..=of.columns.1).contains(&(*at as u32)))
            })
        };
        (first..=last).any(|number| !merged_over(number))
    }

    fn indicator(&mut self, line: &Line) -> Option<Indicator> {
        let mut indicator = Indicator {
            text: self.text(line, &PlanRole::Indicator).unwrap_or_default(),
            dictionary: self.text(line, &PlanRole::Dictionary),
            definition: self.text(line, &PlanRole::Definition),
            unit: self.text(line, &PlanRole::Unit),
            ..Indicator::default()
        };
        if let Some(text) = self.text(line, &PlanRole::Direction) {
            indicator.direction = named(DIRECTIONS, &text);
            if indicator.direction.is_none() {
                self.notice("plan-notice-unknown-word", line, self.column(&PlanRole::Direction));
            }
        }
        if let Some(text) = self.text(line, &PlanRole::Rule) {
            indicator.rule = named(RULES, &text);
            if indicator.rule.is_none() {
                self.notice("plan-notice-unknown-word", line, self.column(&PlanRole::Rule));
            }
        }
        if let Some(text) = self.text(line, &PlanRole::Standing) {
            match named(STANDINGS, &text) {
                Some(standing) => indicator.standing = standing,
                None => {
                    self.notice("plan-notice-unknown-word", line, self.column(&PlanRole::Standing));
                }
            }
        }
        for column in 0..self.roles.len() {
            let role = self.roles.get(column).cloned();
            let baseline = match role {
                Some(PlanRole::Baseline { year }) => Some(year),
                _ => None,
            };
            let when = match role {
                Some(PlanRole::Measure { kind, when }) => Some((kind, when)),
                _ => None,
            };
            if baseline.is_none() && when.is_none() {
                continue;
            }
            let value = match cells::value(line.cell(column), self.mapping.writing) {
                Ok(Some(value)) => value,
                Ok(None) => continue,
                Err(error) => {
                    let fault = self.fault(error.key(), line, Some(column));
                    self.faults.push(fault);
                    continue;
                }
            };
            if let Some((kind, when)) = when {
                let year = when.year(self.head);
                indicator.measures.push(Measure { kind, year, quarter: when.quarter, value });
            } else {
                indicator.baseline = Some(Baseline {
                    value,
                    year: self
                        .text(line, &PlanRole::BaselineYear)
                        .and_then(|text| text.parse().ok())
                        .or(baseline.flatten()),
                    series: self.text(line, &PlanRole::BaselineSeries),
                    vintage: self.text(line, &PlanRole::BaselineVintage),
                    population: self.text(line, &PlanRole::BaselinePopulation),
                });
            }
        }
        indicator.measures.sort_by_key(|of| (of.kind, of.year, of.quarter));
        (indicator != Indicator::default()).then_some(indicator)
    }
}

fn has_values(row: &Row) -> bool {
    !row.money.is_empty() || !row.indicators.is_empty() || !row.places.is_empty()
}

/// Adds what is not there yet.
fn extend<T: PartialEq>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}

/// `2025-2027`: two years.
fn years(text: &str) -> Option<(i16, i16)> {
    let (from, to) = text.split_once(['-', '–'])?;
    let years = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (years.0 <= years.1).then_some(years)
}

/// The codes around `code`, the nearest first.
pub(super) fn around(code: Code) -> impl Iterator<Item = Code> {
    std::iter::successors(code.parent(), Code::parent)
}

fn one(fault: Fault) -> Faults {
    let mut faults = Faults::default();
    faults.push(fault);
    faults
}
