//! An alignment as tables: states, findings, the matrix, what planners always ask.

use super::super::matrix::{self, Entry, Party};
use super::super::questions::{self, By, Keep};
use super::super::{Alignment, IndexPart, RowFate, mandates, name};
use crate::check::{Check, Cited, Finding, Outcome, Sides, Source, State};
use crate::instrument::Text;
use crate::locale::{self as message, Language, Message, Words};
use crate::outcome::Tree;
use crate::plan::{CodeLevel, Direction, Rupiah, Value};
use crate::render::letter::Paper;
use crate::render::table::{Cell, Column, Kind, Table};

/// Who tells an alignment in one language.
pub(super) struct Teller<'a> {
    pub(super) alignment: &'a Alignment,
    pub(super) words: Words,
}

/// A sheet of a workbook: its name and what stands on it.
type Sheet = (String, Table);

/// An amount: a number as far as spreadsheets trust it, text beyond.
fn amount(amount: impl Into<Option<Rupiah>>) -> Cell {
    const TRUSTED: i64 = 1_000_000_000_000_000;
    match amount.into() {
        None => Cell::Empty,
        Some(amount) if amount.get().abs() < TRUSTED => Cell::Whole(amount.get()),
        Some(amount) => Cell::Text(amount.to_string()),
    }
}

fn value(value: Option<&Value>, unit: Option<&str>) -> Cell {
    let Some(value) = value else { return Cell::Empty };
    match unit.filter(|_| value.number().is_some()) {
        Some(unit) => Cell::Text(format!("{} {unit}", value.text)),
        None => Cell::Text(value.text.clone()),
    }
}

/// Lines of one cell.
fn lines(texts: impl IntoIterator<Item = String>) -> Cell {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !text.is_empty() && !seen.contains(&text) {
            seen.push(text);
        }
    }
    if seen.is_empty() { Cell::Empty } else { Cell::Text(seen.join("\n")) }
}

impl<'a> Teller<'a> {
    fn word(&self, key: &str) -> String {
        self.words.say(&format!("align-{key}"))
    }

    fn of_text(&self, text: &Text) -> String {
        if self.words.language == Language::En { text.en.clone() } else { text.id.clone() }
    }

    fn column(&self, id: &str, kind: Kind) -> Column {
        Column::new(id, self.word(&format!("column-{}", id.replace('_', "-"))), kind)
    }

    /// A table called by the message `align-sheet-<key>`, whose columns are called by their ids.
    fn table(&self, key: &str, columns: &[(&str, Kind)]) -> Table {
        let columns = columns.iter().map(|(id, kind)| self.column(id, *kind)).collect();
        let alignment = self.alignment;
        let title = Message::new(&format!("align-title-{key}"))
            .with("province", name(alignment.upper))
            .with("year", alignment.year.to_string());
        let mut table = Table::new(self.words, self.words.tell(&title), columns);
        table.simulated = alignment.simulated;
        table.time = Some(self.words.short_date(alignment.today));
        let files = alignment.plans.iter().map(|of| of.files.len()).sum::<usize>();
        let source = Message::new("align-source")
            .with("files", files)
            .with("rules", alignment.rules.as_str());
        table.source = Some(self.words.tell(&source));
        table
    }

    fn sheet(&self, key: &str, table: Table) -> Sheet {
        (self.word(&format!("sheet-{key}")), table)
    }

    fn check(&self, check: Check) -> String {
        self.words.tell(&check.name())
    }

    fn state(&self, state: State) -> String {
        self.words.tell(&state.name())
    }

    pub(super) fn sides(&self, sides: Sides) -> String {
        match sides {
            Sides::One(region) => name(region),
            Sides::Pair(one, other) => format!("{} – {}", name(one), name(other)),
        }
    }

    /// The workbook of findings.
    pub(super) fn findings(&self) -> Vec<Sheet> {
        let mut sheets = vec![self.summary()];
        sheets.extend(Check::ALL.map(|check| self.of_check(check)));
        sheets.push(self.missing());
        sheets.push(self.pairs());
        sheets.extend(self.planners());
        sheets
    }

    /// The matrices, programs first.
    pub(super) fn matrices(&self) -> Vec<Sheet> {
        [("matrix", CodeLevel::Program), ("matrix-sub", CodeLevel::SubActivity)]
            .into_iter()
            .map(|(key, level)| self.sheet(key, self.matrix(key, level)))
            .collect()
    }

    /// A line a region, those that sent nothing first; a column a check.
    fn summary(&self) -> Sheet {
        let mut table = self.table("summary", &[("region", Kind::Text), ("documents", Kind::Text)]);
        for check in Check::ALL {
            table.columns.push(Column::new(check.key(), self.check(check), Kind::Text));
        }
        for region in self.alignment.listed() {
            let documents = self.alignment.documents(region);
            let documents = match documents.is_empty() {
                true => Cell::Absent(self.state(State::NotSent)),
                false => lines(documents.iter().map(|of| self.words.tell(of))),
            };
            let states = Check::ALL.map(|check| match self.alignment.state(check, region) {
                State::NotSent => Cell::Absent(self.state(State::NotSent)),
                state => Cell::Text(self.state(state)),
            });
            let mut cells = vec![Cell::Text(name(region)), documents];
            cells.extend(states);
            table.push(cells);
        }
        self.sheet("summary", table)
    }

    fn cited(&self, cited: &[Cited]) -> Cell {
        lines(cited.iter().map(|of| format!("{}: {}", name(of.region), of.label)))
    }

    fn sources(&self, cited: &[Cited]) -> Cell {
        lines(cited.iter().map(|of| {
            let message = match of.source {
                Source::Plan(kind) => kind.name(),
                Source::Previous(kind) => {
                    Message::new("align-source-previous").with("kind", kind.name())
                }
                Source::Proposals => Message::new("align-source-proposals"),
                Source::Meetings => Message::new("align-source-meetings"),
            };
            self.words.tell(&message)
        }))
    }

    /// What one check says: states of regions that sent nothing first, then findings in the order
    /// of regions.
    fn of_check(&self, check: Check) -> Sheet {
        let columns = [
            ("between", Kind::Text),
            ("state", Kind::Text),
            ("why", Kind::Text),
            ("settle", Kind::Text),
            ("rows", Kind::Text),
            ("row_sources", Kind::Text),
            ("rule", Kind::Text),
            ("intended", Kind::Text),
        ];
        let title = self.check(check);
        let mut table = self.table("check", &columns);
        table.title = format!("{title} – {}", table.title);
        for outcome in self.alignment.of(check) {
            if outcome.findings.is_empty() {
                self.without_finding(&mut table, outcome);
            }
            for finding in &outcome.findings {
                table.push(self.finding(outcome.sides, finding));
            }
        }
        (title, table)
    }

    /// A line of an outcome without findings; one of a pair says nothing new where a side sent
    /// nothing.
    fn without_finding(&self, table: &mut Table, outcome: &Outcome) {
        let state = outcome.state();
        if let (Sides::Pair(..), State::NotSent) = (outcome.sides, state) {
            return;
        }
        let why = outcome.missing.iter().map(|of| self.words.tell(&of.message()));
        let mut cells = vec![
            Cell::Text(self.sides(outcome.sides)),
            Cell::Text(self.state(state)),
            lines(why.collect::<Vec<_>>()),
        ];
        cells.resize(table.columns.len(), Cell::Empty);
        table.push(cells);
    }

    fn finding(&self, sides: Sides, finding: &Finding) -> Vec<Cell> {
        let rule = match &finding.rule.basis {
            Some(basis) => format!("{} ({}); {basis}", finding.rule.id, finding.rule.version),
            None => format!("{} ({})", finding.rule.id, finding.rule.version),
        };
        let intended = finding.intended.as_ref();
        let state = if intended.is_some() {
            self.word("state-intended")
        } else {
            self.state(State::ToExplain)
        };
        vec![
            Cell::Text(self.sides(sides)),
            Cell::Text(state),
            Cell::Text(self.words.tell(&finding.why)),
            Cell::Text(self.words.tell(&finding.settle)),
            self.cited(&finding.rows),
            self.sources(&finding.rows),
            Cell::Text(rule),
            Cell::from(intended.cloned()),
        ]
    }

    /// What could not be checked, by check and region.
    fn missing(&self) -> Sheet {
        let columns = [("check", Kind::Text), ("region", Kind::Text), ("lacking", Kind::Text)];
        let mut table = self.table("missing", &columns);
        for check in Check::ALL {
            for region in self.alignment.listed() {
                for missing in self.alignment.missing(check, region) {
                    table.push(vec![
                        Cell::Text(self.check(check)),
                        Cell::Text(name(region)),
                        Cell::Text(self.words.tell(&missing.message())),
                    ]);
                }
            }
        }
        self.sheet("missing", table)
    }

    /// States of the checks that compare two governments.
    fn pairs(&self) -> Sheet {
        const PAIRED: [Check; 4] =
            [Check::Parity, Check::Target, Check::Duplication, Check::Calendar];
        let mut table = self.table("pairs", &[("between", Kind::Text)]);
        for check in PAIRED {
            table.columns.push(Column::new(check.key(), self.check(check), Kind::Text));
        }
        let alignment = self.alignment;
        let upward = alignment.lowers.iter().map(|of| (alignment.upper, *of));
        for (one, other) in upward.chain(alignment.neighbours.iter().copied()) {
            let sides = Sides::Pair(one.min(other), one.max(other));
            let mut cells = vec![Cell::Text(self.sides(sides))];
            cells.extend(PAIRED.map(|check| {
                let state = alignment.state_of(check, sides);
                state.map_or(Cell::Empty, |state| Cell::Text(self.state(state)))
            }));
            table.push(cells);
        }
        self.sheet("pairs", table)
    }

    /// The matrix of a level, a block of lines a program or sub kegiatan.
    pub(super) fn matrix(&self, key: &str, level: CodeLevel) -> Table {
        let columns = [
            ("program", Kind::Text),
            ("party", Kind::Text),
            ("policy", Kind::Text),
            ("priority", Kind::Text),
            ("indicator", Kind::Text),
            ("target", Kind::Text),
            ("place", Kind::Text),
            ("money", Kind::Whole),
            ("to_align", Kind::Text),
        ];
        let mut table = self.table(key, &columns);
        table.paper = Paper::F4;
        for line in matrix::lines(self.alignment, level) {
            let head = format!("{} {}", line.code, line.name);
            for entry in &line.entries {
                // A region that has no such row takes no line of print; one that sent nothing does.
                if entry.is_empty() && entry.sent {
                    continue;
                }
                let mut cells = vec![Cell::Text(head.clone())];
                cells.extend(self.entry(entry));
                table.push(cells);
            }
        }
        table
    }

    fn entry(&self, entry: &Entry) -> Vec<Cell> {
        let party = match entry.party {
            Party::Centre => self.word("party-centre"),
            Party::Region(region) => name(region),
        };
        if !entry.sent {
            let mut cells = vec![Cell::Text(party), Cell::Absent(self.state(State::NotSent))];
            cells.resize(8, Cell::Empty);
            return cells;
        }
        let priorities = entry.priorities.iter().map(|of| {
            let by = By::Priority(of.set);
            let id = of.tag.id.as_deref();
            id.map_or_else(|| of.tag.text.clone(), |id| self.of_text(&questions::name_of(by, id)))
        });
        let no_data = || Cell::Absent(self.word("no-data"));
        let centre = entry.party == Party::Centre;
        let or_none = |cell: Cell| match cell {
            Cell::Empty if centre => no_data(),
            cell => cell,
        };
        let targets = entry.aims.iter().map(|aim| {
            let target = aim.target.as_ref().map_or("–", |of| of.text.as_str());
            format!("{target} {}", aim.unit.as_deref().unwrap_or_default()).trim().to_owned()
        });
        let more = entry.places.len().saturating_sub(PLACES);
        let mut places: Vec<String> = entry.places.iter().take(PLACES).cloned().collect();
        if more > 0 {
            places.push(self.words.tell(&Message::new("align-more").with("more", more)));
        }
        vec![
            Cell::Text(party),
            or_none(lines(entry.policies.iter().cloned())),
            or_none(lines(priorities)),
            or_none(lines_alike(entry.aims.iter().map(|aim| aim.indicator.clone()))),
            or_none(lines_alike(targets)),
            or_none(lines(places)),
            or_none(amount(entry.money)),
            lines(entry.checks.iter().map(|check| self.check(*check))),
        ]
    }

    /// What planners always ask.
    fn planners(&self) -> Vec<Sheet> {
        let mut sheets = vec![
            self.not_sent(),
            self.overdue(),
            self.totals(),
            self.money(),
            self.years(),
            self.scenario(),
            self.minimum_services(),
        ];
        sheets.push(self.proposals());
        sheets.push(self.changes());
        sheets.push(self.forum());
        sheets.push(self.mandates());
        sheets.push(self.side_by_side());
        sheets
    }

    /// Who has not sent.
    fn not_sent(&self) -> Sheet {
        let mut table =
            self.table("not-sent", &[("region", Kind::Text), ("documents", Kind::Text)]);
        for region in self.alignment.listed() {
            let documents = self.alignment.documents(region);
            let cell = match documents.is_empty() {
                true => Cell::Absent(self.state(State::NotSent)),
                false => lines(documents.iter().map(|of| self.words.tell(of))),
            };
            table.push(vec![Cell::Text(name(region)), cell]);
        }
        self.sheet("not-sent", table)
    }

    /// Items past their date, per owner.
    pub(super) fn overdue_table(&self) -> Table {
        let columns = [
            ("region", Kind::Text),
            ("owner", Kind::Text),
            ("number", Kind::Text),
            ("meeting", Kind::Text),
            ("agreed", Kind::Text),
            ("due", Kind::Date),
            ("days_late", Kind::Whole),
        ];
        let mut table = self.table("overdue", &columns);
        if self.alignment.items.is_none() {
            table.push(vec![Cell::Absent(self.state(State::NotCheckable))]);
        }
        for item in mandates::overdue(self.alignment) {
            let late = item.due.map(|due| i64::from((self.alignment.today - due).get_days()));
            table.push(vec![
                Cell::Text(name(item.region)),
                Cell::Text(item.owner.clone()),
                Cell::Text(item.number.clone()),
                Cell::Text(item.meeting.clone()),
                Cell::Text(item.text.clone()),
                Cell::from(item.due),
                Cell::from(late),
            ]);
        }
        table
    }

    fn overdue(&self) -> Sheet {
        self.sheet("overdue", self.overdue_table())
    }

    /// Budget against ceiling, and the share that carries a priority.
    fn totals(&self) -> Sheet {
        let columns = [
            ("region", Kind::Text),
            ("budget", Kind::Whole),
            ("ceiling", Kind::Whole),
            ("over", Kind::Whole),
            ("tagged", Kind::Whole),
            ("tagged_share", Kind::Percent(1)),
        ];
        let mut table = self.table("totals", &columns);
        for region in self.alignment.listed().iter().filter(|of| !self.alignment.has_sent(**of)) {
            let absent = Cell::Absent(self.state(State::NotSent));
            table.push(vec![Cell::Text(name(*region)), absent]);
        }
        for of in questions::totals(self.alignment) {
            let over = of.budget.zip(of.ceiling).and_then(|(of, most)| of.checked_sub(most));
            table.push(vec![
                Cell::Text(name(of.region)),
                amount(of.budget),
                amount(of.ceiling),
                amount(over.filter(|over| *over > Rupiah::ZERO)),
                amount(of.tagged),
                share(of.tagged, of.budget),
            ]);
        }
        self.sheet("totals", table)
    }

    /// Rupiah by priority, mandate, topic and source of funds.
    fn money(&self) -> Sheet {
        let columns = [
            ("by", Kind::Text),
            ("what", Kind::Text),
            ("region", Kind::Text),
            ("budget", Kind::Whole),
            ("share", Kind::Percent(1)),
        ];
        let mut table = self.table("money", &columns);
        let totals = questions::totals(self.alignment);
        for of in questions::money(self.alignment) {
            let what = match &of.what {
                Some(what) => self.of_text(&questions::name_of(of.by, what)),
                None => self.word("untagged"),
            };
            let whole = totals.iter().find(|total| total.region == of.region);
            table.push(vec![
                Cell::Text(self.word(&format!("by-{}", of.by.key()))),
                Cell::Text(what),
                Cell::Text(name(of.region)),
                amount(of.budget),
                share(of.budget, whole.and_then(|of| of.budget)),
            ]);
        }
        self.sheet("money", table)
    }

    /// Last year beside this one, and the forward estimate.
    fn years(&self) -> Sheet {
        let columns = [
            ("region", Kind::Text),
            ("row", Kind::Text),
            ("indicator", Kind::Text),
            ("last_target", Kind::Text),
            ("last_realised", Kind::Text),
            ("last_budget", Kind::Whole),
            ("last_spent", Kind::Whole),
            ("target", Kind::Text),
            ("budget", Kind::Whole),
            ("forward", Kind::Whole),
        ];
        let mut table = self.table("years", &columns);
        for of in questions::years(self.alignment) {
            let unit = of.indicator.as_ref().and_then(|(_, unit)| unit.as_deref());
            table.push(vec![
                Cell::Text(name(of.region)),
                Cell::Text(of.row),
                Cell::from(of.indicator.as_ref().map(|(text, _)| text.clone())),
                value(of.before.0.as_ref(), unit),
                value(of.before.1.as_ref(), unit),
                amount(of.spent.0),
                amount(of.spent.1),
                value(of.target.as_ref(), unit),
                amount(of.budget),
                amount(of.forward),
            ]);
        }
        self.sheet("years", table)
    }

    /// What a cut would take away.
    fn scenario(&self) -> Sheet {
        let columns = [
            ("region", Kind::Text),
            ("row", Kind::Text),
            ("budget", Kind::Whole),
            ("keep", Kind::Text),
            ("last_of", Kind::Text),
            ("agreements", Kind::Text),
            ("minimum_service", Kind::Text),
        ];
        let mut table = self.table("scenario", &columns);
        let percent = u64::from(self.alignment.cut_percent);
        let cut = Message::new("align-cut-rule").with("percent", percent);
        table.filters.push((self.word("cut"), self.words.tell(&cut)));
        for of in questions::scenario(self.alignment) {
            let node = of.last_of_outcome.as_deref().and_then(|id| Tree::shipped().node(id));
            let keep = match of.keep {
                Keep::Untagged => "keep-untagged",
                Keep::Priority => "keep-priority",
                Keep::Agreement => "keep-agreement",
                Keep::MinimumService => "keep-minimum-service",
            };
            table.push(vec![
                Cell::Text(name(of.region)),
                Cell::Text(of.row),
                amount(of.amount),
                Cell::Text(self.word(keep)),
                Cell::from(node.map(|node| self.of_text(&node.name))),
                lines(of.agreements),
                Cell::from(of.minimum_service),
            ]);
        }
        self.sheet("scenario", table)
    }

    /// Minimum services first.
    fn minimum_services(&self) -> Sheet {
        let columns = [
            ("minimum_service", Kind::Text),
            ("region", Kind::Text),
            ("rows", Kind::Text),
            ("budget", Kind::Whole),
        ];
        let mut table = self.table("minimum-services", &columns);
        for of in questions::minimum_services(self.alignment) {
            let service = questions::name_of(By::MinimumService, &of.service);
            let rows = match of.rows.is_empty() {
                true => Cell::Absent(self.word("no-row")),
                false => lines(of.rows),
            };
            table.push(vec![
                Cell::Text(self.of_text(&service)),
                Cell::Text(name(of.region)),
                rows,
                amount(of.budget),
            ]);
        }
        self.sheet("minimum-services", table)
    }

    /// Proposals with amount and answer.
    fn proposals(&self) -> Sheet {
        let columns = [
            ("number", Kind::Text),
            ("from", Kind::Text),
            ("to", Kind::Text),
            ("year", Kind::Text),
            ("proposed", Kind::Text),
            ("amount", Kind::Whole),
            ("answer", Kind::Text),
            ("reason", Kind::Text),
        ];
        let mut table = self.table("proposals", &columns);
        if self.alignment.proposals.is_none() {
            table.push(vec![Cell::Absent(self.state(State::NotCheckable))]);
        }
        for of in self.alignment.proposals.iter().flatten() {
            let proposal = &of.proposal;
            let to = if of.to_centre { self.word("party-centre") } else { name(proposal.to) };
            let answer = match proposal.answer {
                None => Cell::Absent(self.word("answer-none")),
                Some(crate::check::Answer::Accepted) => Cell::Text(self.word("answer-accepted")),
                Some(crate::check::Answer::Returned) => Cell::Text(self.word("answer-returned")),
            };
            table.push(vec![
                Cell::Text(proposal.number.clone()),
                Cell::Text(name(proposal.from)),
                Cell::Text(to),
                Cell::Text(proposal.year.to_string()),
                Cell::Text(proposal.text.clone()),
                amount(of.amount),
                answer,
                Cell::from(proposal.reason.clone()),
            ]);
        }
        self.sheet("proposals", table)
    }

    /// What changed since the alignment before.
    fn changes(&self) -> Sheet {
        let columns = [
            ("region", Kind::Text),
            ("document", Kind::Text),
            ("row", Kind::Text),
            ("fate", Kind::Text),
            ("field", Kind::Text),
            ("before", Kind::Text),
            ("after", Kind::Text),
        ];
        let mut table = self.table("changes", &columns);
        let Some(changes) = &self.alignment.changes else {
            table.push(vec![Cell::Absent(self.word("no-previous"))]);
            return self.sheet("changes", table);
        };
        let since = self.words.short_date(changes.since);
        table.filters.push((self.word("since"), since));
        for document in &changes.documents {
            let head = &document.head;
            let kind = Message::new("align-document")
                .with("kind", head.kind.name())
                .with("stage", head.stage.name())
                .with("agency", head.agency.clone().unwrap_or_else(|| "–".to_owned()));
            let mut push =
                |row: String,
                 fate: &str,
                 of: Option<&(Message, message::Value, message::Value)>| {
                    table.push(vec![
                        Cell::Text(name(head.region)),
                        Cell::Text(self.words.tell(&kind)),
                        Cell::Text(row),
                        Cell::Text(self.word(fate)),
                        Cell::from(of.map(|(field, ..)| self.words.tell(field))),
                        Cell::from(of.map(|(_, before, _)| self.words.value(before))),
                        Cell::from(of.map(|(_, _, after)| self.words.value(after))),
                    ]);
                };
            if document.is_new {
                push(String::new(), "fate-new-document", None);
            }
            for row in &document.rows {
                match row.what {
                    RowFate::New => push(row.label.clone(), "fate-new", None),
                    RowFate::Gone => push(row.label.clone(), "fate-gone", None),
                    RowFate::Changed => {
                        let fields = row.fields.iter();
                        fields.for_each(|of| push(row.label.clone(), "fate-changed", Some(of)));
                    }
                }
            }
        }
        for finding in &changes.settled {
            table.push(vec![
                Cell::Empty,
                Cell::Empty,
                Cell::Text(self.words.tell(&finding.why)),
                Cell::Text(self.word("fate-settled")),
            ]);
        }
        if table.rows.is_empty() {
            table.push(vec![Cell::Absent(self.word("no-change"))]);
        }
        self.sheet("changes", table)
    }

    /// The lampiran for the Forum Perangkat Daerah: rows of sub kegiatan as the regions print them.
    fn forum(&self) -> Sheet {
        let columns = [
            ("region", Kind::Text),
            ("agency", Kind::Text),
            ("row", Kind::Text),
            ("place", Kind::Text),
            ("indicator", Kind::Text),
            ("target", Kind::Text),
            ("budget", Kind::Whole),
            ("fund", Kind::Text),
            ("to_align", Kind::Text),
        ];
        let mut table = self.table("forum", &columns);
        table.paper = Paper::F4;
        let year = self.alignment.year;
        for region in self.alignment.regions() {
            let spoken = self.alignment.spoken_of(region);
            for sent in self.alignment.current(region) {
                let document = sent.version.document();
                let said = document.said(crate::plan::MoneyKind::Budget, year);
                for ((at, row), key) in document.rows.iter().enumerate().zip(document.keys()) {
                    let listed = row.code().is_some_and(|code| {
                        code.level() == CodeLevel::SubActivity && !code.is_support()
                    });
                    if !listed {
                        continue;
                    }
                    let agency = row.agency.clone().or_else(|| document.head.agency.clone());
                    let targets = row.indicators.iter().map(|of| {
                        let target = of.target(year).map_or("–", |value| value.text.as_str());
                        format!("{target} {}", of.unit.as_deref().unwrap_or_default())
                            .trim()
                            .to_owned()
                    });
                    // Places and sources of funds may stand in the details below.
                    let here = |of: &&crate::plan::Row| {
                        let parent = of.parent.map(|parent| parent as usize);
                        std::ptr::eq(*of, row) || parent == Some(at)
                    };
                    let below: Vec<&crate::plan::Row> = document.rows.iter().filter(here).collect();
                    let places = below.iter().flat_map(|of| &of.places);
                    let money = below.iter().flat_map(|of| &of.money);
                    let funds = money.filter_map(|of| of.fund.as_ref());
                    let checks = spoken.get(&key).into_iter().flatten();
                    table.push(vec![
                        Cell::Text(name(region)),
                        Cell::from(agency),
                        Cell::Text(crate::plan::redline::label(row)),
                        lines(places.map(super::super::place_name)),
                        lines_alike(row.indicators.iter().map(|of| of.text.clone())),
                        lines_alike(targets),
                        amount(said.get(at).copied().flatten()),
                        lines(funds.map(|of| of.text.clone())),
                        lines(checks.map(|check| self.check(*check))),
                    ]);
                }
            }
        }
        self.sheet("forum", table)
    }

    fn direction(&self, direction: Direction) -> String {
        self.words.say(match direction {
            Direction::Up => "plan-direction-up",
            Direction::Down => "plan-direction-down",
            Direction::Band => "plan-direction-band",
            Direction::None => "plan-direction-none",
        })
    }

    fn known(&self, known: Option<mandates::Known>, named: bool) -> Cell {
        let Some((indicator, figure)) = known else { return Cell::Absent(self.word("no-data")) };
        let message = Message::new(if named { "align-figure-named" } else { "align-figure" })
            .with("name", indicator.name())
            .with("value", figure.shown(indicator))
            .with("unit", indicator.unit())
            .with("when", figure.when())
            .with("source", figure.source.text);
        Cell::Text(self.words.tell(&message))
    }

    /// The eight mandates.
    pub(super) fn mandates_table(&self) -> Table {
        let columns = [
            ("mandate", Kind::Text),
            ("series", Kind::Text),
            ("direction", Kind::Text),
            ("level", Kind::Text),
            ("latest", Kind::Text),
            ("target", Kind::Text),
            ("money", Kind::Whole),
            ("unanswered", Kind::Text),
        ];
        let mut table = self.table("mandates", &columns);
        for of in mandates::lines(self.alignment) {
            let by = By::Priority(crate::plan::PrioritySet::Mandate);
            let latest = match (of.figure, of.related) {
                (None, Some(related)) => self.known(Some(related), true),
                (figure, _) => self.known(figure, false),
            };
            table.push(vec![
                Cell::Text(self.of_text(&questions::name_of(by, &of.mandate.id))),
                Cell::Text(self.of_text(&of.mandate.name)),
                Cell::Text(self.direction(of.mandate.direction)),
                Cell::Text(self.of_text(&of.mandate.level)),
                latest,
                value(of.target.as_ref(), None),
                amount(of.budget),
                lines(of.unanswered.into_iter().map(name)),
            ]);
        }
        table
    }

    fn mandates(&self) -> Sheet {
        self.sheet("mandates", self.mandates_table())
    }

    /// Harmony beside poverty.
    pub(super) fn side_by_side_table(&self) -> Table {
        let columns = [
            ("region", Kind::Text),
            ("harmony", Kind::Decimal(2)),
            ("harmony_between", Kind::Text),
            ("poverty", Kind::Decimal(2)),
            ("poverty_when", Kind::Text),
        ];
        let mut table = self.table("side-by-side", &columns);
        let beside = mandates::side_by_side(self.alignment);
        let measured = self.alignment.index.as_ref().map(|of| self.words.tell(&of.told()));
        let source = beside.iter().find_map(|of| of.poverty.map(|(_, figure)| figure.source.text));
        let unit = beside.iter().find_map(|of| of.poverty.map(|(indicator, _)| indicator.unit()));
        if let (Some(column), Some(unit)) = (table.columns.get_mut(3), unit) {
            *column = column.clone().unit(self.words.tell(&unit));
        }
        for (at, note) in [(1, measured), (3, source.map(str::to_owned))] {
            if let (Some(column), Some(note)) = (table.columns.get_mut(at), note) {
                *column = column.clone().note(note);
            }
        }
        for of in beside {
            let no_data = || Cell::Absent(self.word("no-data"));
            let harmony = of.harmony.map(|of| of.value.to_f64());
            let between = of.harmony.map(|of| IndexPart::between(of, &self.words));
            let (poverty, when) = match of.poverty {
                Some((_, figure)) => {
                    (Cell::from(figure.value), Cell::Text(self.words.tell(&figure.when())))
                }
                None => (no_data(), Cell::Empty),
            };
            table.push(vec![
                Cell::Text(name(of.region)),
                harmony.map_or_else(no_data, Cell::from),
                between.map_or(Cell::Empty, Cell::Text),
                poverty,
                when,
            ]);
        }
        table
    }

    fn side_by_side(&self) -> Sheet {
        self.sheet("side-by-side", self.side_by_side_table())
    }
}

/// Places of a party that a line of print names.
const PLACES: usize = 4;

/// Lines that stand beside others and are told as often as those.
fn lines_alike(texts: impl IntoIterator<Item = String>) -> Cell {
    let texts: Vec<String> = texts.into_iter().collect();
    if texts.is_empty() { Cell::Empty } else { Cell::Text(texts.join("\n")) }
}

/// The share of an amount, for reading only.
fn share(part: Rupiah, whole: Option<Rupiah>) -> Cell {
    match whole {
        Some(whole) if whole > Rupiah::ZERO => Cell::Number(part.get() as f64 / whole.get() as f64),
        _ => Cell::Empty,
    }
}
