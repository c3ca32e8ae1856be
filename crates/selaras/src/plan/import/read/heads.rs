//! What a line is: a row with its head, more on the row above, a line of sums.

use super::super::super::code::FoundCode;
use super::super::super::names::{LEVELS, TOTALS};
use super::super::super::row::RowLevel;
use super::super::cells;
use super::super::mapping::PlanRole;
use super::super::table::Line;
use super::{Reader, named};
use crate::sheet::Fault;
use crate::sheet::private::words;

/// The head of a row: what it is called and where it stands.
pub(super) struct RowHead {
    pub(super) level: RowLevel,
    pub(super) code: Option<FoundCode>,
    pub(super) name: String,
}

/// What a line is.
pub(super) enum Kind {
    /// Rows from the widest to the one that the values belong to.
    Rows(Vec<RowHead>),
    /// More on the row above.
    Continued,
    Total,
    Empty,
}

/// The level that begins `text` (`Tujuan 1: …`), and the text behind it.
fn level_in_front(text: &str) -> Option<(RowLevel, &str)> {
    let (front, rest) = text.split_once([':', ' '])?;
    let level = named(LEVELS, front)?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || ".:- ".contains(c));
    matches!(level, RowLevel::Goal | RowLevel::Objective).then_some((level, rest))
}

fn is_total(text: &str) -> bool {
    let text = words(text);
    TOTALS.iter().any(|word| text == *word || text.starts_with(&format!("{word} ")))
}

impl Reader<'_> {
    pub(super) fn kind(&mut self, line: &Line) -> Result<Kind, Box<Fault>> {
        // Indicators begin with *Jumlah*, too: only where heads stand does it begin a line of sums.
        let first = self.columns(|role| is_head(role) || *role == PlanRole::Ignored);
        let first = first.into_iter().map(|at| line.text(at)).find(|text| !text.is_empty());
        let level = match self.text(line, &PlanRole::Level) {
            Some(text) => Some(named(LEVELS, &text).ok_or_else(|| {
                self.fault("plan-error-level-unknown", line, self.column(&PlanRole::Level))
            })?),
            None => None,
        };
        let coded = self.whole_code(line)?;
        let name_column = PlanRole::Name { level: None };
        let mut name = self.text(line, &name_column).unwrap_or_default();
        let total = first.as_deref().is_some_and(is_total) || is_total(&name);
        if coded.is_none() && total {
            return Ok(Kind::Total);
        }
        let by_level = self.heads_by_level(line)?;
        if let Some((code, behind, column)) = coded {
            if name.is_empty() {
                let deepest = by_level.into_iter().next_back();
                name = if behind.is_empty() {
                    deepest.map(|head| head.name).unwrap_or_default()
                } else {
                    behind
                };
            }
            let own = RowLevel::from(code.code.level());
            if level.is_some_and(|level| level != own) {
                return Err(Box::new(self.fault("plan-error-level", line, Some(column))));
            }
            self.merged_to = self.table.merged_to(line.number, column).unwrap_or_default();
            return Ok(Kind::Rows(vec![RowHead { level: own, code: Some(code), name }]));
        }
        let deepest = by_level.last().map(|head| head.level);
        if let Some(deepest) = deepest
            && (line.number > self.merged_to || self.head_begins(deepest))
        {
            let columns = self.columns(|role| head_level(role) == Some(deepest));
            let ends = columns.into_iter().filter_map(|at| self.table.merged_to(line.number, at));
            self.merged_to = ends.max().unwrap_or_default();
            return Ok(Kind::Rows(by_level));
        }
        if let Some(level) = level {
            if name.is_empty() {
                return Ok(Kind::Empty);
            }
            return Ok(Kind::Rows(vec![RowHead { level, code: None, name }]));
        }
        let above = self.current.and_then(|at| self.file.rows.get(at as usize));
        if let Some((level, behind)) = level_in_front(if name.is_empty() {
            first.as_deref().unwrap_or_default()
        } else {
            &name
        }) {
            let name = behind.to_owned();
            return Ok(Kind::Rows(vec![RowHead { level, code: None, name }]));
        }
        let Some(above) = above else {
            return Err(Box::new(self.fault("plan-error-row", line, self.column(&name_column))));
        };
        if name.is_empty() || words(&name) == words(&above.name) {
            return Ok(Kind::Continued);
        }
        if above.level >= RowLevel::SubActivity {
            return Ok(Kind::Rows(vec![RowHead { level: RowLevel::Detail, code: None, name }]));
        }
        Err(Box::new(self.fault("plan-error-row", line, self.column(&name_column))))
    }

    /// The code of a layout that has codes of every level in one place, what stands behind it, and
    /// its column.
    fn whole_code(
        &mut self,
        line: &Line,
    ) -> Result<Option<(FoundCode, String, usize)>, Box<Fault>> {
        let parts = self.columns(|role| *role == PlanRole::CodePart);
        if let Some(&first) = parts.first() {
            let Some(text) = self.joined_parts(line, &parts) else { return Ok(None) };
            let code = FoundCode::read(&text);
            let column = parts.iter().rev().find(|at| !line.text(**at).is_empty());
            let column = column.copied().unwrap_or(first);
            return match code {
                Ok(code) => Ok(Some((code, String::new(), column))),
                Err(error) => Err(Box::new(self.fault(error.key(), line, Some(column)))),
            };
        }
        let whole = |role: &PlanRole| {
            matches!(role, PlanRole::Code { level: None } | PlanRole::CodeAndName { level: None })
        };
        let Some(column) = self.columns(whole).into_iter().find(|at| !line.text(*at).is_empty())
        else {
            return Ok(None);
        };
        let text = line.text(column);
        match cells::code(line.cell(column)) {
            Ok(code) => Ok(Some((code, String::new(), column))),
            Err(error) => match FoundCode::read_before_name(&text) {
                Ok((code, name)) => Ok(Some((code, name.to_owned(), column))),
                // A head without a code, or the words of a total, in the column of codes.
                Err(_) if is_total(&text) || level_in_front(&text).is_some() => Ok(None),
                Err(_) if matches!(text.as_str(), "-" | "–") => Ok(None),
                Err(_) => Err(Box::new(self.fault(error.key(), line, Some(column)))),
            },
        }
    }

    /// The code whose parts stand in columns: parts left of the first filled one are those of the
    /// row above.
    fn joined_parts(&mut self, line: &Line, columns: &[usize]) -> Option<String> {
        let own: Vec<String> = columns.iter().map(|at| line.text(*at)).collect();
        let first = own.iter().position(|part| !part.is_empty() && !is_total(part))?;
        let last = own.iter().rposition(|part| !part.is_empty())?;
        let inherited = self.parts.iter().take(first).cloned();
        let mut parts: Vec<String> = inherited.collect();
        parts.resize(first, String::new());
        parts.extend(own.into_iter().skip(first).take(last + 1 - first));
        self.parts.clone_from(&parts);
        Some(parts.join("."))
    }

    /// Heads of a layout that repeats the levels beside each other, widest first.
    fn heads_by_level(&self, line: &Line) -> Result<Vec<RowHead>, Box<Fault>> {
        let mut heads = Vec::new();
        for level in RowLevel::ALL {
            let mut head = RowHead { level, code: None, name: String::new() };
            for column in self.columns(|role| head_level(role) == Some(level)) {
                let text = line.text(column);
                if text.is_empty() || text == "-" {
                    continue;
                }
                let read = match self.roles.get(column) {
                    Some(PlanRole::Name { .. }) => match FoundCode::read_before_name(&text) {
                        Ok((code, name)) if RowLevel::from(code.code.level()) == level => {
                            Ok((Some(code), name.to_owned()))
                        }
                        _ => Ok((None, text.clone())),
                    },
                    Some(PlanRole::Code { .. }) => {
                        cells::code(line.cell(column)).map(|code| (Some(code), String::new()))
                    }
                    _ => FoundCode::read_before_name(&text)
                        .map(|(code, name)| (Some(code), name.to_owned())),
                };
                let (code, name) =
                    read.map_err(|error| Box::new(self.fault(error.key(), line, Some(column))))?;
                if code.as_ref().is_some_and(|of| RowLevel::from(of.code.level()) != level) {
                    return Err(Box::new(self.fault("plan-error-level", line, Some(column))));
                }
                head.code = head.code.or(code);
                if head.name.is_empty() {
                    head.name = name;
                }
            }
            if head.code.is_some() || !head.name.is_empty() {
                heads.push(head);
            }
        }
        Ok(heads)
    }

    /// Whether the head of `level` stands in this very line, not in a merged cell above it.
    fn head_begins(&self, level: RowLevel) -> bool {
        let above = self.current.and_then(|at| self.file.rows.get(at as usize));
        above.is_none_or(|above| level >= above.level)
    }
}

/// Whether a column tells which row a line is.
pub(super) fn is_head(role: &PlanRole) -> bool {
    matches!(
        role,
        PlanRole::Code { .. }
            | PlanRole::CodePart
            | PlanRole::CodeAndName { .. }
            | PlanRole::Name { .. }
            | PlanRole::Level
    )
}

/// The level that a column of heads is of, where files repeat the levels beside each other.
fn head_level(role: &PlanRole) -> Option<RowLevel> {
    match role {
        PlanRole::Code { level: Some(level) } => Some(RowLevel::from(*level)),
        PlanRole::Name { level } | PlanRole::CodeAndName { level } => *level,
        _ => None,
    }
}
