//! Bars of answers received against the target.

use super::Tone;
use super::rows::{Columns, INK, Line, Row, rows, stroke};
use crate::locale::Message;
use crate::render::svg::{Element, Frame};

/// Answers received against the target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Whose answers.
    pub label: String,
    /// Answers; none where even that is withheld.
    pub n: Option<u64>,
    /// Target.
    pub target: u64,
    /// What may be said, or why `n` is absent.
    pub words: String,
    /// The page of what it belongs to.
    pub href: Option<String>,
}

/// Answers received against the target, in grey-blue: coverage is no measure of harmony.
#[must_use]
pub fn coverage(frame: &Frame, data: &[Coverage]) -> String {
    let words = &frame.words;
    let columns = Columns::of(frame.layout);
    let most = data.iter().map(|row| row.n.unwrap_or(0).max(row.target)).max().unwrap_or(1).max(1);
    let (left, right) = columns.plot;
    let place = |count: u64| left + (right - left) * count as f64 / most as f64;
    let lines: Vec<Line<'_>> = data
        .iter()
        .map(|row| {
            let n = row.n.map_or_else(|| "–".to_owned(), |n| words.value(&n.into()));
            let bar = |to: f64, fill: &'static str| {
                Element::new("rect")
                    .set("x", left)
                    .set("y", -5.0)
                    .set("width", (to - left).max(0.0))
                    .set("height", 10.0)
                    .set("fill", fill)
            };
            let marks = row.n.map_or_else(Vec::new, |n| {
                let target = place(row.target);
                let end = stroke(target, -8.0, target, 8.0, INK, 1.5);
                vec![
                    bar(target, "#e4e7eb").class("coverage-target"),
                    bar(place(n), "#56749c").class("coverage-reached"),
                    end,
                ]
            });
            let said = words.tell(
                &Message::new("chart-coverage").with("n", n.as_str()).with("target", row.target),
            );
            Line::Row(Row {
                label: &row.label,
                aside: n,
                words: &row.words,
                tone: Tone::Neutral,
                href: row.href.as_deref(),
                sentence: format!("{}: {said}; {}", row.label, row.words),
                marks,
            })
        })
        .collect();
    rows(frame, None, &columns, &lines, ["", &words.say("chart-legend-coverage")])
}
