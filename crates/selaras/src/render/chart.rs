//! Charts: dots with intervals, never bars from zero for scores; regions in code order, no ranks.
//!
//! Each function takes plain values and a [`Frame`] and returns one `<svg>`. Words beside a dot
//! come from the caller, since only he knows what may be said of it (METHOD §3).

mod axis;
mod coverage;
mod rows;
mod years;

use crate::locale::{Message, Words};
use crate::render::svg::{Element, Frame};

pub use axis::Axis;
pub(crate) use axis::round_step;
pub use coverage::{Coverage, coverage};
use rows::{Columns, Line, PAPER, Row, SOFT, rows, stroke};
pub use years::{YearValue, years};

/// How a statement is drawn; the statement itself is in words beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing can be said: grey.
    #[default]
    Neutral,
    /// Clearly above, or clearly risen.
    Above,
    /// Clearly below, or clearly fallen.
    Below,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Above => "above",
            Self::Below => "below",
        }
    }

    fn ink(self) -> &'static str {
        match self {
            Self::Neutral => "#4d625f",
            Self::Above => "#0f5d57",
            Self::Below => "#9a4f12",
        }
    }
}

/// One figure with its uncertainty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Datum {
    /// What it belongs to: a region, a component.
    pub label: String,
    /// The value; none where there is none or it may not be shown.
    pub value: Option<f64>,
    /// Lower and upper end of its interval.
    pub interval: Option<(f64, f64)>,
    /// Answers behind it.
    pub n: Option<u64>,
    /// Whether `n` is under the target: hollow in charts, hatched on maps.
    pub small: bool,
    /// Whether there is a value that may not be shown, as against none at all.
    pub withheld: bool,
    /// Whether its value is too uncertain for a class of a map: a neutral colour, and its words in
    /// the legend.
    pub untold: bool,
    /// What may be said of it, or why there is no value.
    pub words: String,
    /// How that is drawn.
    pub tone: Tone,
    /// The page of what it belongs to.
    pub href: Option<String>,
}

impl Datum {
    /// Name, value, interval, answers and what may be said, in one line.
    #[must_use]
    pub fn sentence(&self, words: &Words, decimals: usize) -> String {
        let mut parts = Vec::new();
        if let Some(value) = self.value {
            let value = words.number(value, decimals);
            parts.push(match self.interval {
                Some((low, high)) => words.tell(
                    &Message::new("chart-value-interval")
                        .with("value", value)
                        .with("low", words.number(low, decimals))
                        .with("high", words.number(high, decimals)),
                ),
                None => value,
            });
        }
        if let Some(n) = self.n {
            parts.push(words.tell(&Message::new("chart-answers").with("n", n)));
        }
        if !self.words.is_empty() {
            parts.push(self.words.clone());
        }
        format!("{}: {}", self.label, parts.join("; "))
    }
}

/// Rows that stand together under a heading, e.g. the components of one variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Heading; none where the rows speak for themselves.
    pub label: Option<String>,
    /// Rows in the order to be drawn.
    pub rows: Vec<Datum>,
}

/// A line to compare with, e.g. the province's mean, and its interval as a band.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// What it is.
    pub label: String,
    /// Where it stands.
    pub value: f64,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// Movement between two rounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Movement {
    /// What moved.
    pub label: String,
    /// Before.
    pub before: Option<f64>,
    /// Now.
    pub now: Option<f64>,
    /// Interval of the difference (now minus before).
    pub interval: Option<(f64, f64)>,
    /// What may be said, or why nothing can be.
    pub words: String,
    /// How that is drawn.
    pub tone: Tone,
    /// The page of what moved.
    pub href: Option<String>,
}

/// Dots with intervals, in the order given; hollow where n is small; what may be said and n at the
/// right. One group of regions, or one group a variable with its components (the PPA profile).
#[must_use]
pub fn dots(frame: &Frame, axis: &Axis, groups: &[Group], reference: Option<&Reference>) -> String {
    let words = &frame.words;
    let columns = Columns::of(frame.layout);
    let mut lines = Vec::new();
    for group in groups {
        lines.extend(group.label.as_deref().map(Line::Heading));
        lines.extend(group.rows.iter().map(|datum| {
            let n = datum.n.map_or_else(|| "–".to_owned(), |n| words.value(&n.into()));
            Line::Row(Row {
                label: &datum.label,
                aside: if columns.stacked() && datum.n.is_some() {
                    words.tell(&Message::new("chart-n").with("n", n))
                } else {
                    n
                },
                words: &datum.words,
                tone: datum.tone,
                href: datum.href.as_deref(),
                sentence: datum.sentence(words, axis.decimals),
                marks: dot(datum, axis, &columns),
            })
        }));
    }
    let aside = words.say("chart-head-answers");
    let small = groups.iter().flat_map(|group| &group.rows).any(|row| row.small);
    let legend = words.say(if small { "chart-legend-dots-small" } else { "chart-legend-dots" });
    rows(frame, Some((axis, reference)), &columns, &lines, [&aside, &legend])
}

/// Interval and dot at height 0.
fn dot(datum: &Datum, axis: &Axis, columns: &Columns) -> Vec<Element> {
    let Some(value) = datum.value else { return Vec::new() };
    let ink = datum.tone.ink();
    let mut marks = Vec::new();
    if let Some((low, high)) = datum.interval {
        let (from, to) = (columns.place(axis, low), columns.place(axis, high));
        marks.push(stroke(from, 0.0, to, 0.0, ink, 2.0).set("stroke-opacity", "0.65"));
        // Only an end that lies within the segment gets its cap.
        for (end, x) in [(low, from), (high, to)] {
            if end >= axis.segment.0 && end <= axis.segment.1 {
                marks.push(stroke(x, -3.5, x, 3.5, ink, 1.5));
            }
        }
    }
    marks.push(
        Element::new("circle")
            .set("cx", columns.place(axis, value))
            .set("cy", 0.0)
            .set("r", 4.5)
            .set("fill", if datum.small { PAPER } else { ink })
            .set("stroke", ink)
            .set("stroke-width", 2.0),
    );
    marks
}

/// Before (ring) and now (dot) on the scale; the band reaches over the interval of the difference,
/// laid at the value before, so that a band over the ring means: not told apart.
#[must_use]
pub fn change(frame: &Frame, axis: &Axis, data: &[Movement]) -> String {
    let words = &frame.words;
    let columns = Columns::of(frame.layout);
    let lines: Vec<Line<'_>> = data
        .iter()
        .map(|movement| {
            let difference = movement.before.zip(movement.now).map(|(before, now)| now - before);
            let said = difference.map_or_else(
                || "–".to_owned(),
                |difference| words.signed(difference, axis.decimals),
            );
            Line::Row(Row {
                label: &movement.label,
                aside: said,
                words: &movement.words,
                tone: movement.tone,
                href: movement.href.as_deref(),
                sentence: movement_sentence(movement, words, axis.decimals),
                marks: arrow(movement, axis, &columns),
            })
        })
        .collect();
    let aside = words.say("chart-head-difference");
    let legend = words.say("chart-legend-change");
    rows(frame, Some((axis, None)), &columns, &lines, [&aside, &legend])
}

fn movement_sentence(movement: &Movement, words: &Words, decimals: usize) -> String {
    let mut parts = Vec::new();
    if let (Some(before), Some(now)) = (movement.before, movement.now) {
        parts.push(
            words.tell(
                &Message::new("chart-from-to")
                    .with("before", words.number(before, decimals))
                    .with("now", words.number(now, decimals)),
            ),
        );
        let mut difference = Message::new("chart-difference")
            .with("difference", words.signed(now - before, decimals));
        if let Some((low, high)) = movement.interval {
            difference = Message::new("chart-difference-interval")
                .with("difference", words.signed(now - before, decimals))
                .with("low", words.signed(low, decimals))
                .with("high", words.signed(high, decimals));
        }
        parts.push(words.tell(&difference));
    }
    if !movement.words.is_empty() {
        parts.push(movement.words.clone());
    }
    format!("{}: {}", movement.label, parts.join("; "))
}

fn arrow(movement: &Movement, axis: &Axis, columns: &Columns) -> Vec<Element> {
    let (Some(before), Some(now)) = (movement.before, movement.now) else { return Vec::new() };
    let ink = movement.tone.ink();
    let (from, to) = (columns.place(axis, before), columns.place(axis, now));
    let mut marks = Vec::new();
    if let Some((low, high)) = movement.interval {
        let (left, right) = (columns.place(axis, before + low), columns.place(axis, before + high));
        marks.push(
            Element::new("rect")
                .class("band")
                .set("x", left)
                .set("y", -6.0)
                .set("width", (right - left).max(1.0))
                .set("height", 12.0)
                .set("fill", ink)
                .set("fill-opacity", "0.18"),
        );
    }
    marks.push(stroke(from, 0.0, to, 0.0, ink, 1.5));
    marks.push(
        Element::new("circle")
            .set("cx", from)
            .set("cy", 0.0)
            .set("r", 3.5)
            .set("fill", PAPER)
            .set("stroke", SOFT)
            .set("stroke-width", 1.5),
    );
    marks.push(Element::new("circle").set("cx", to).set("cy", 0.0).set("r", 4.5).set("fill", ink));
    marks
}

#[cfg(test)]
mod tests;
