//! How offices lay out one and the same plan.

use super::grid::{Grid, Value};
use super::names::{self, head};
use super::{RowLevel, SimRow, region_name};
use crate::region::{self, Level};

/// A layout of workbooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Codes of every level in one column, one row of heads.
    Plain,
    /// The levels beside each other, repeated in every line.
    Beside,
    /// Codes in one column, years below their heads in a second row.
    TwoRows,
    /// Money in a file of its own.
    TwoFiles,
}

/// What the lines above the header say.
pub(super) struct About<'a> {
    pub(super) region: region::Code,
    pub(super) title: &'a str,
    pub(super) year: i16,
    pub(super) draft: bool,
}

impl About<'_> {
    fn lines(&self) -> Vec<Vec<Value>> {
        let [draft, last] = names::TITLES;
        let title = if self.draft { draft } else { last };
        let name = region_name(self.region).to_uppercase();
        let name = match self.region.level() {
            Level::Province => format!("{} {name}", names::PROVINCE),
            _ => name,
        };
        let lines = [
            names::MARKED.to_owned(),
            title.to_owned(),
            format!("{} {name}", self.title),
            format!("{} {}", names::YEAR, self.year),
        ];
        lines.into_iter().map(|text| vec![Value::from(text)]).collect()
    }
}

/// Columns of money.
const MONEY: [&str; 5] = [head::BUDGET, head::CEILING, head::FORWARD, head::SPENT, head::FUND];

/// Columns in their order; those with a year below them stand where their head does.
const ORDER: [&str; 29] = [
    head::POLICY,
    head::MANDATE,
    head::DICTIONARY,
    head::INDICATOR,
    head::DEFINITION,
    head::UNIT,
    head::DIRECTION,
    head::RULE,
    head::BASELINE,
    head::BASELINE_YEAR,
    head::BASELINE_SERIES,
    head::BASELINE_VINTAGE,
    head::BASELINE_POPULATION,
    head::TARGET,
    head::REALISED,
    head::PLACE,
    head::TOPIC,
    head::GROUP,
    head::TIME,
    head::OUTCOME,
    head::SERVICE,
    head::PROPOSALS,
    head::AGREEMENTS,
    head::JOINT,
    head::ARRANGEMENT,
    head::CUT,
    head::FUND,
    head::BUDGET,
    head::CEILING,
];

/// Columns that are empty as the plans are made, and are there all the same.
const EMPTY: [&str; 4] = [head::OUTCOME, head::JOINT, head::ARRANGEMENT, head::CUT];

fn columns(rows: &[SimRow], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let last = [head::FORWARD, head::SPENT];
    let mut columns: Vec<String> = Vec::new();
    for head in ORDER.iter().chain(&last).filter(|head| wanted(head)) {
        let mut used: Vec<&String> = rows
            .iter()
            .flat_map(|row| row.cells.keys())
            .filter(|key| key.split('|').next() == Some(*head))
            .collect();
        used.sort_unstable();
        used.dedup();
        columns.extend(used.into_iter().cloned());
        if EMPTY.contains(head) && !columns.iter().any(|of| of == head) {
            columns.push((*head).to_owned());
        }
    }
    columns
}

impl Layout {
    pub(super) const ALL: [Self; 4] = [Self::Plain, Self::Beside, Self::TwoRows, Self::TwoFiles];

    /// The workbooks of a plan, each with the ending of its name.
    pub(super) fn lay_out(self, rows: &[SimRow], about: &About<'_>) -> Vec<(&'static str, Grid)> {
        let is_money = |head: &str| MONEY.contains(&head);
        match self {
            Self::TwoFiles => vec![
                ("-kinerja", self.grid(rows, about, columns(rows, |head| !is_money(head)))),
                ("-anggaran", self.grid(rows, about, columns(rows, is_money))),
            ],
            _ => vec![("", self.grid(rows, about, columns(rows, |_| true)))],
        }
    }

    fn grid(self, rows: &[SimRow], about: &About<'_>, columns: Vec<String>) -> Grid {
        let mut grid = Grid { rows: about.lines() };
        let front: &[&str] = match self {
            Self::Beside => &[
                head::PROGRAM_CODE,
                head::PROGRAM,
                head::ACTIVITY_CODE,
                head::ACTIVITY,
                head::SUB_CODE,
                head::SUB,
                head::DETAIL,
            ],
            _ => &[head::CODE, head::NAME],
        };
        let mut first: Vec<Value> = front.iter().map(|head| Value::from(*head)).collect();
        if self == Self::TwoRows {
            let mut second = vec![Value::Empty; front.len()];
            let mut before = "";
            for column in &columns {
                let (head, year) = column.split_once('|').unwrap_or((column, ""));
                first.push(if head == before { Value::Empty } else { head.into() });
                second.push(year.into());
                before = head;
            }
            grid.rows.extend([first, second]);
        } else {
            first.extend(columns.iter().map(|column| Value::from(column.replace('|', " "))));
            grid.rows.push(first);
        }
        for row in rows {
            let mut cells = self.front(row);
            let own = columns.iter().map(|column| row.cells.get(column).cloned());
            cells.extend(own.map(Option::unwrap_or_default));
            grid.rows.push(cells);
        }
        grid
    }

    fn front(self, row: &SimRow) -> Vec<Value> {
        let text = |text: &String| Value::from(text.as_str());
        if self != Self::Beside {
            let code = match row.level {
                RowLevel::Program => text(&row.codes[0]),
                RowLevel::Activity => text(&row.codes[1]),
                RowLevel::Sub => text(&row.codes[2]),
                RowLevel::Detail => Value::Empty,
            };
            return vec![code, text(&row.name)];
        }
        let pairs = row.codes.iter().zip(&row.names);
        let mut cells: Vec<Value> =
            pairs.flat_map(|(code, name)| [text(code), text(name)]).collect();
        cells.push(match row.level {
            RowLevel::Detail => text(&row.name),
            _ => Value::Empty,
        });
        cells
    }
}
