//! Lays the rows of a chart under each other: names at the left, marks on one axis, words at the
//! right or, on a telephone, underneath.

use super::{Axis, Reference, Tone};
use crate::locale::{Message, Words};
use crate::render::svg::{
    Element, Frame, Layout, decimal, simulated_mark, text_width, watermark, wrap,
};

/// Size at which bold type of 12 is measured: the widest system faces are meant, so that no heading
/// runs out of a telephone's chart.
pub(super) const BOLD: f64 = 14.2;
pub(super) const INK: &str = "#16302d";
pub(super) const SOFT: &str = "#4d625f";
pub(super) const RULE: &str = "#d9ddd8";
pub(super) const PAPER: &str = "#ffffff";

/// Where the columns of a chart of rows stand.
pub(super) struct Columns {
    pub(super) width: f64,
    pub(super) plot: (f64, f64),
    /// Width of the names.
    pub(super) name: f64,
    pub(super) words: Place,
}

/// Where the words of a row stand.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// Right of the plot, from `.0` on, `.1` wide.
    Right(f64, f64),
    /// Under the name, left of the plot.
    UnderName,
    /// Under the plot, which stands under the name.
    UnderPlot,
}

impl Columns {
    pub(super) fn of(layout: Layout) -> Self {
        let width = layout.width();
        let (plot, name, words) = match layout {
            Layout::Wide => ((178.0, width - 228.0), 164.0, Place::Right(width - 214.0, 160.0)),
            Layout::Half => ((172.0, width - 76.0), 158.0, Place::UnderName),
            Layout::Narrow | Layout::Alone => ((8.0, width - 8.0), width - 76.0, Place::UnderPlot),
        };
        Self { width, plot, name, words }
    }

    pub(super) fn stacked(&self) -> bool {
        self.words == Place::UnderPlot
    }

    pub(super) fn place(&self, axis: &Axis, value: f64) -> f64 {
        let (left, right) = axis.segment;
        let share = ((value - left) / (right - left)).clamp(0.0, 1.0);
        self.plot.0 + share * (self.plot.1 - self.plot.0)
    }
}

/// A line of a chart before it is drawn: what stands left, right and in the plot.
pub(super) struct Row<'a> {
    pub(super) label: &'a str,
    pub(super) aside: String,
    pub(super) words: &'a str,
    pub(super) tone: Tone,
    pub(super) href: Option<&'a str>,
    pub(super) sentence: String,
    pub(super) marks: Vec<Element>,
}

pub(super) enum Line<'a> {
    Heading(&'a str),
    Row(Row<'a>),
}

pub(super) fn text(x: f64, y: f64, content: impl Into<String>) -> Element {
    Element::new("text").set("x", x).set("y", y).say(content)
}

pub(super) fn stroke(
    x1: f64,
    y1: f64,
    x2: f64,
    y2: f64,
    colour: &'static str,
    width: f64,
) -> Element {
    Element::new("line")
        .set("x1", x1)
        .set("y1", y1)
        .set("x2", x2)
        .set("y2", y2)
        .set("stroke", colour)
        .set("stroke-width", width)
}

/// Lays lines under each other, with axis, reference, mark of simulated data and foot; the last
/// argument is the head of the right column and the words that explain the marks.
pub(super) fn rows(
    frame: &Frame,
    axis: Option<(&Axis, Option<&Reference>)>,
    columns: &Columns,
    lines: &[Line<'_>],
    [aside_head, legend]: [&str; 2],
) -> String {
    let words = &frame.words;
    let width = columns.width;
    let mut y = 0.0;
    let mut head = Element::new("g").class("head");
    if frame.simulated {
        let (mark, _, height) = simulated_mark(words, 1.0, 1.0, 12.0);
        head.push(mark);
        if columns.stacked() || axis.is_none() {
            y += height + 4.0;
        }
    }
    let reference = axis.and_then(|(_, reference)| reference);
    let mut reference_line = None;
    if let Some((axis, _)) = axis {
        // Heads of the columns, the name of the reference line, then the ticks.
        if let Some(reference) = reference {
            let x = columns.place(axis, reference.value);
            let label = words.tell(
                &Message::new("chart-reference")
                    .with("label", reference.label.as_str())
                    .with("value", words.number(reference.value, axis.decimals)),
            );
            let half = text_width(&label, BOLD) / 2.0;
            let limit = match columns.words {
                Place::Right(left, _) => left - 4.0,
                Place::UnderName | Place::UnderPlot => width,
            };
            y += 15.0;
            let middle = x.min(limit - half).max(half);
            head.push(
                text(middle, y, label)
                    .class("reference")
                    .set("text-anchor", "middle")
                    .set("font-weight", "600"),
            );
            reference_line = Some((x, y + 4.0, reference));
        }
        y += 17.0;
        let places = axis.tick_decimals();
        for tick in axis.ticks() {
            head.push(
                text(columns.place(axis, tick), y, words.number(tick, places))
                    .set("text-anchor", "middle"),
            );
        }
        if !columns.stacked() {
            head.push(text(width, y, aside_head).set("text-anchor", "end"));
        }
        y += 7.0;
    }
    let top = y;
    let mut body = Element::new("g").class("rows");
    for line in lines {
        y = match line {
            Line::Heading(label) => {
                let mut at = y + 8.0;
                for part in wrap(label, BOLD, width) {
                    at += 15.0;
                    body.push(text(0.0, at, part).class("heading").set("font-weight", "600"));
                }
                at + 3.0
            }
            Line::Row(row) => {
                let (drawn, height) = draw_row(row, columns, y);
                body.push(drawn);
                y + height
            }
        };
    }
    let bottom = y + 3.0;
    let mut back = Element::new("g").class("back");
    if let Some((axis, _)) = axis {
        if let Some((low, high)) = reference.and_then(|reference| reference.interval) {
            let (from, to) = (columns.place(axis, low), columns.place(axis, high));
            back.push(
                Element::new("rect")
                    .class("reference-band")
                    .set("x", from)
                    .set("y", top)
                    .set("width", to - from)
                    .set("height", bottom - top)
                    .set("fill", "#c8742b")
                    .set("fill-opacity", "0.14"),
            );
        }
        for tick in axis.ticks() {
            let x = columns.place(axis, tick);
            back.push(stroke(x, top, x, bottom, RULE, 1.0));
        }
        if let Some((x, from, _)) = reference_line {
            let line = stroke(x, from, x, bottom, "#a85a12", 1.5);
            back.push(line.class("reference-line").set("stroke-dasharray", "4 3"));
        }
    }
    if frame.simulated {
        let (left, right) = columns.plot;
        let middle = f64::midpoint(left, right);
        let wide = (right - left) * 0.9;
        // A long chart is cropped in pieces: each piece keeps its mark.
        let marks = ((bottom - top) / 420.0).ceil().max(1.0);
        for place in 0..marks as usize {
            let at = top + (bottom - top) * (place as f64 + 0.5) / marks;
            back.push(watermark(words, middle, at, wide));
        }
    }
    y = bottom;
    let mut foot = Element::new("g").class("foot");
    let said = axis.map_or_else(String::new, |(axis, _)| scale_words(axis, words));
    for part in wrap(legend, 12.0, width).into_iter().chain(wrap(&said, 12.0, width)) {
        y += 16.0;
        foot.push(text(0.0, y, part));
    }
    finish(frame, width, y, [back, head, body], foot)
}

fn scale_words(axis: &Axis, words: &Words) -> String {
    let places = axis.tick_decimals();
    let key = if axis.ends.0.is_empty() || axis.ends.1.is_empty() {
        "chart-scale"
    } else {
        "chart-scale-ends"
    };
    words.tell(
        &Message::new(key)
            .with("min", words.number(axis.scale.0, 0))
            .with("max", words.number(axis.scale.1, 0))
            .with("low", axis.ends.0.as_str())
            .with("high", axis.ends.1.as_str())
            .with("from", words.number(axis.segment.0, places))
            .with("to", words.number(axis.segment.1, places)),
    )
}

/// Closes a figure: the drawn parts, source, answers, date and notes under them.
pub(super) fn finish(
    frame: &Frame,
    width: f64,
    bottom: f64,
    parts: impl IntoIterator<Item = Element>,
    mut foot: Element,
) -> String {
    let mut y = bottom;
    for line in frame.foot(width, 12.0) {
        y += 16.0;
        foot.push(text(0.0, y, line).set("fill", SOFT));
    }
    let parts: Vec<Element> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let interactive = parts.iter().any(|part| part.holds("a"));
    let mut root = frame.root(frame.layout.class(), (width, y + 6.0), interactive);
    for part in parts {
        root.push(part);
    }
    root.push(foot);
    root.render()
}

/// One row and its height.
fn draw_row(row: &Row<'_>, columns: &Columns, top: f64) -> (Element, f64) {
    let name = match columns.words {
        Place::Right(..) => wrap(row.label, 12.0, columns.name),
        Place::UnderName | Place::UnderPlot => wrap(row.label, BOLD, columns.name),
    };
    let said = |width: f64| wrap(row.words, 12.0, width);
    // Left edge, base line and words of each piece of text, then the heights of aside and marks.
    let mut names: Vec<Element> = Vec::new();
    let mut words: Vec<Element> = Vec::new();
    let (aside_y, plot_y, height) = match columns.words {
        Place::UnderPlot => {
            let mut y = top + 4.0;
            for line in name {
                y += 15.0;
                names.push(text(0.0, y, line).set("font-weight", "600"));
            }
            let plot_y = y + 14.0;
            y = if row.marks.is_empty() { y } else { plot_y + 4.0 };
            for line in said(columns.width) {
                y += 15.0;
                words.push(text(0.0, y, line));
            }
            (top + 19.0, plot_y, y + 7.0 - top)
        }
        Place::UnderName => {
            let mut y = top + 2.0;
            for line in name {
                y += 15.0;
                names.push(text(0.0, y, line).set("font-weight", "600"));
            }
            for line in said(columns.name) {
                y += 15.0;
                words.push(text(0.0, y, line));
            }
            let middle = f64::midpoint(top, y + 6.0);
            (middle + 4.0, middle, y + 6.0 - top)
        }
        Place::Right(left, width) => {
            // Where nothing is drawn, the words take the place of the plot.
            let (left, width) = if row.marks.is_empty() {
                (columns.plot.0, columns.plot.1 - columns.plot.0 + width)
            } else {
                (left, width)
            };
            let said = said(width);
            let height = name.len().max(said.len()).max(1) as f64 * 15.0 + 7.0;
            let middle = top + height / 2.0;
            let base = |lines: usize, place: usize| {
                middle + 4.0 + (place as f64 - (lines as f64 - 1.0) / 2.0) * 15.0
            };
            let (names_count, said_count) = (name.len(), said.len());
            for (place, line) in name.into_iter().enumerate() {
                names.push(text(0.0, base(names_count, place), line));
            }
            for (place, line) in said.into_iter().enumerate() {
                words.push(text(left, base(said_count, place), line));
            }
            (middle + 4.0, middle, height)
        }
    };
    let mut drawn = match row.href {
        Some(href) => Element::new("a").set("href", href).set("aria-label", row.label),
        None => Element::new("g"),
    };
    drawn.push(Element::new("title").say(row.sentence.as_str()));
    drawn.push(
        Element::new("rect")
            .class("row")
            .set("y", top)
            .set("width", columns.width)
            .set("height", height)
            .set("fill", "none")
            .set("pointer-events", "all"),
    );
    drawn.push(stroke(0.0, top, columns.width, top, RULE, 0.5));
    for name in names {
        drawn.push(name);
    }
    for line in words {
        drawn.push(line.set("fill", row.tone.ink()).class(row.tone.class()));
    }
    let aside = text(columns.width, aside_y, row.aside.as_str());
    drawn.push(aside.set("text-anchor", "end"));
    if !row.marks.is_empty() {
        let mut marks = Element::new("g")
            .class(row.tone.class())
            .set("transform", format!("translate(0 {})", decimal(plot_y)));
        for mark in &row.marks {
            marks.push(mark.clone());
        }
        drawn.push(marks);
    }
    (drawn, height)
}
