//! Charts: dots with intervals, never bars from zero for scores; regions in code order, no ranks.
//!
//! Each function takes plain values and a [`Frame`] and returns one `<svg>`. Words beside a dot
//! come from the caller, since only he knows what may be said of it (METHOD §3).

use crate::locale::{Message, Words};
use crate::render::svg::{
    Element, Frame, Layout, decimal, simulated_mark, text_width, watermark, wrap,
};

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

/// The segment of the instrument's scale that a chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Left and right end, both on a tick.
    pub segment: (f64, f64),
    /// Distance of ticks.
    pub step: f64,
    /// The whole scale.
    pub scale: (f64, f64),
    /// Words for the scale's lowest and highest answer; may be empty.
    pub ends: (String, String),
    /// Decimals of values in words.
    pub decimals: usize,
}

impl Axis {
    /// The shortest segment of `scale` between ticks that holds all `values` with some room.
    #[must_use]
    pub fn around(
        scale: (f64, f64),
        ends: (String, String),
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let (low, high) = span(values).unwrap_or(scale);
        let (low, high) = (low.max(scale.0), high.min(scale.1));
        let room = ((high - low) * 0.04).max((scale.1 - scale.0) * 0.01);
        let step = round_step((high - low + 2.0 * room) / 5.0);
        let left = (((low - room) / step).floor() * step).max(scale.0);
        let right = (((high + room) / step).ceil() * step).min(scale.1);
        let segment = if right > left { (left, right) } else { scale };
        Self { segment, step, scale, ends, decimals: 2 }
    }

    /// An axis over the values of `groups` and `reference`.
    #[must_use]
    pub fn of(
        scale: (f64, f64),
        ends: (String, String),
        groups: &[Group],
        reference: Option<&Reference>,
    ) -> Self {
        let data = groups.iter().flat_map(|group| &group.rows);
        let values = data.flat_map(|row| {
            row.value.into_iter().chain(row.interval.into_iter().flat_map(|(a, b)| [a, b]))
        });
        let reference = reference.into_iter().map(|reference| reference.value);
        Self::around(scale, ends, values.chain(reference))
    }

    fn ticks(&self) -> Vec<f64> {
        let (left, right) = self.segment;
        let first = (left / self.step - 1e-9).ceil();
        let count = ((right / self.step + 1e-9).floor() - first).clamp(0.0, 40.0) as usize;
        (0..=count).map(|place| (first + place as f64) * self.step).collect()
    }

    fn tick_decimals(&self) -> usize {
        (0..4)
            .find(|&places| {
                let scaled = self.step * 10f64.powi(places);
                (scaled - scaled.round()).abs() < 1e-6
            })
            .unwrap_or(4) as usize
    }
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

/// A figure of one year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearValue {
    /// Year.
    pub year: i16,
    /// Value.
    pub value: f64,
    /// Whether the line to the year before is broken, e.g. since the method changed.
    pub breaks: bool,
}

/// Size at which bold type of 12 is measured.
const BOLD: f64 = 12.8;
const INK: &str = "#16302d";
const SOFT: &str = "#4d625f";
const RULE: &str = "#d9ddd8";
const PAPER: &str = "#ffffff";

/// Where the columns of a chart of rows stand.
struct Columns {
    width: f64,
    plot: (f64, f64),
    /// Width of the names.
    name: f64,
    words: Place,
}

/// Where the words of a row stand.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Right of the plot, from `.0` on, `.1` wide.
    Right(f64, f64),
    /// Under the name, left of the plot.
    UnderName,
    /// Under the plot, which stands under the name.
    UnderPlot,
}

impl Columns {
    fn of(layout: Layout) -> Self {
        let width = layout.width();
        let (plot, name, words) = match layout {
            Layout::Wide => ((178.0, width - 228.0), 164.0, Place::Right(width - 214.0, 160.0)),
            Layout::Half => ((172.0, width - 76.0), 158.0, Place::UnderName),
            Layout::Narrow => ((8.0, width - 8.0), width - 76.0, Place::UnderPlot),
        };
        Self { width, plot, name, words }
    }

    fn stacked(&self) -> bool {
        self.words == Place::UnderPlot
    }

    fn place(&self, axis: &Axis, value: f64) -> f64 {
        let (left, right) = axis.segment;
        let share = ((value - left) / (right - left)).clamp(0.0, 1.0);
        self.plot.0 + share * (self.plot.1 - self.plot.0)
    }
}

/// A line of a chart before it is drawn: what stands left, right and in the plot.
struct Row<'a> {
    label: &'a str,
    aside: String,
    words: &'a str,
    tone: Tone,
    href: Option<&'a str>,
    sentence: String,
    marks: Vec<Element>,
}

enum Line<'a> {
    Heading(&'a str),
    Row(Row<'a>),
}

fn text(x: f64, y: f64, content: impl Into<String>) -> Element {
    Element::new("text").set("x", x).set("y", y).say(content)
}

fn stroke(x1: f64, y1: f64, x2: f64, y2: f64, colour: &'static str, width: f64) -> Element {
    Element::new("line")
        .set("x1", x1)
        .set("y1", y1)
        .set("x2", x2)
        .set("y2", y2)
        .set("stroke", colour)
        .set("stroke-width", width)
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

/// Lays lines under each other, with axis, reference, mark of simulated data and foot; the last
/// argument is the head of the right column and the words that explain the marks.
fn rows(
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
                for part in wrap(label, 12.0, width) {
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
fn finish(
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
    let interactive = parts.iter().any(|part| part.render().contains("<a "));
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

/// A statistic by year as a line with its values written at it; the figure's source and unit are
/// in the frame. The axis need not begin at zero; it says what it shows.
#[must_use]
pub fn years(frame: &Frame, points: &[YearValue], unit: &str, decimals: usize) -> String {
    let words = &frame.words;
    let width = frame.layout.width().min(420.0);
    let (top, bottom) = (if frame.simulated { 54.0 } else { 34.0 }, 150.0);
    let (left, right) = (34.0, width - 34.0);
    let mut drawn = Element::new("g").class("years");
    if frame.simulated {
        drawn.push(simulated_mark(words, 1.0, 1.0, 12.0).0);
    }
    let unit_y = if frame.simulated { 36.0 } else { 12.0 };
    drawn.push(text(0.0, unit_y, unit).set("fill", SOFT));
    let span_of_values = span(points.iter().map(|point| point.value));
    let years = points.iter().map(|point| f64::from(point.year));
    if let (Some((low, high)), Some((first, last))) = (span_of_values, span(years)) {
        let room = ((high - low) * 0.15).max(high.abs() * 0.01).max(1e-9);
        let (floor, ceiling) = (low - room, high + room);
        let x = |year: i16| {
            if last > first {
                left + (right - left) * (f64::from(year) - first) / (last - first)
            } else {
                f64::midpoint(left, right)
            }
        };
        let y = |value: f64| bottom - (bottom - top - 16.0) * (value - floor) / (ceiling - floor);
        drawn.push(stroke(0.0, bottom, width, bottom, RULE, 1.0));
        let mut path = String::new();
        for (place, point) in points.iter().enumerate() {
            let command = if place == 0 || point.breaks { 'M' } else { 'L' };
            let (at, height) = (decimal(x(point.year)), decimal(y(point.value)));
            path.push_str(&format!("{command}{at} {height}"));
        }
        drawn.push(
            Element::new("path")
                .set("d", path)
                .set("fill", "none")
                .set("stroke", "#5a4a78")
                .set("stroke-width", 2.0),
        );
        // Values and years that would run into their neighbours are left to the dots' titles.
        let mut free = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (place, point) in points.iter().enumerate() {
            let (at, height) = (x(point.year), y(point.value));
            let value = words.number(point.value, decimals);
            let said = format!("{}: {value} {unit}", point.year);
            drawn.push(
                Element::new("circle")
                    .set("cx", at)
                    .set("cy", height)
                    .set("r", 3.5)
                    .set("fill", "#5a4a78")
                    .with(Element::new("title").say(said)),
            );
            let half = text_width(&value, 12.0) / 2.0;
            let last_one = place + 1 == points.len();
            let end_half = points
                .last()
                .map_or(0.0, |end| text_width(&words.number(end.value, decimals), 12.0) / 2.0);
            let clear_of_end = last_one || at + half + 6.0 < x(last as i16) - end_half;
            if at - half > free.0 && clear_of_end {
                drawn.push(text(at, height - 8.0, value).set("text-anchor", "middle"));
                free.0 = at + half + 4.0;
            }
            let clear_of_end = last_one || at + 36.0 < x(last as i16);
            if at - 16.0 > free.1 && clear_of_end {
                let year = text(at, bottom + 16.0, point.year.to_string());
                drawn.push(year.set("text-anchor", "middle").set("fill", SOFT));
                free.1 = at + 18.0;
            }
        }
    }
    let mut back = Element::new("g");
    if frame.simulated {
        back.push(watermark(words, width / 2.0, f64::midpoint(top, bottom), width * 0.7));
    }
    finish(frame, width, bottom + 22.0, [back, drawn], Element::new("g").class("foot"))
}

/// Smallest and largest of the finite values.
fn span(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|value| value.is_finite()).fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// The smallest of … 0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5 … that is at least `least`.
pub(crate) fn round_step(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10f64.powi(least.log10().floor() as i32);
    [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .map(|lead| lead * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::locale::Language;

    fn frame(layout: Layout) -> Frame {
        Frame {
            id: "uji".into(),
            title: "Wilayah terhadap rata-rata provinsi".into(),
            description: "Titik dan selang".into(),
            words: Words::new(Language::Id),
            layout,
            simulated: true,
            source: "putaran simulasi".into(),
            n: Some(1384),
            date: Some(date(2026, 3, 24)),
            notes: vec!["bukan hasil resmi Kemendagri".into()],
        }
    }

    fn regions() -> Vec<Group> {
        let row = |label: &str, value: Option<f64>, n: u64, words: &str| Datum {
            label: label.into(),
            value,
            interval: value.map(|value| (value - 0.2, value + 0.2)),
            n: Some(n),
            small: n < 1250,
            words: words.into(),
            href: Some(format!("/wilayah/{n}")),
            ..Datum::default()
        };
        vec![Group {
            label: None,
            rows: vec![
                row("Kab. Sambas", Some(6.71), 1301, "belum dapat dibedakan"),
                row("Kab. Sanggau", Some(6.2), 83, "belum dapat disimpulkan"),
                row("Kab. Sekadau", None, 0, "belum ada jawaban"),
            ],
        }]
    }

    fn drawn(layout: Layout) -> String {
        let groups = regions();
        let reference = Reference { label: "rata-rata".into(), value: 6.74, interval: None };
        let ends = ("rendah".to_owned(), "tinggi".to_owned());
        let axis = Axis::of((1.0, 9.0), ends, &groups, Some(&reference));
        dots(&frame(layout), &axis, &groups, Some(&reference))
    }

    #[test]
    fn every_region_stands_in_the_chart_with_its_words_also_one_without_answers() {
        for layout in [Layout::Wide, Layout::Half, Layout::Narrow] {
            let svg = drawn(layout);
            for said in ["Sambas", "belum dapat dibedakan", "disimpulkan", "belum ada jawaban"] {
                assert!(svg.contains(said), "{layout:?}: {said}");
            }
            assert_eq!(svg.matches("<circle").count(), 2, "no dot without a value");
            assert_eq!(svg.matches("fill=\"#ffffff\"").count(), 1, "hollow where n is small");
        }
    }

    #[test]
    fn a_cropped_figure_still_says_simulated_source_answers_and_date() {
        let svg = drawn(Layout::Wide);
        assert!(svg.matches("DATA SIMULASI").count() >= 2);
        for said in ["putaran simulasi · 1.384 jawaban · 24 Maret 2026", "Skala 1 (rendah)"] {
            assert!(svg.contains(said), "{said}");
        }
    }

    #[test]
    fn a_figure_keeps_to_the_content_security_policy() {
        for forbidden in [" style=", "<style", "<script", "onload"] {
            assert!(!drawn(Layout::Wide).contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn a_figure_with_links_is_no_image_and_one_without_is() {
        assert!(drawn(Layout::Wide).contains("role=\"group\""));
        let row = Coverage { label: "A".into(), n: Some(3), target: 9, ..Coverage::default() };
        assert!(coverage(&frame(Layout::Wide), &[row]).contains("role=\"img\""));
    }

    #[test]
    fn an_axis_ends_on_ticks_within_the_scale_and_holds_all_values() {
        for values in [vec![6.71, 6.2, 7.0], vec![1.0, 9.0], vec![5.0], vec![]] {
            let axis = Axis::around((1.0, 9.0), Default::default(), values.clone());
            let (left, right) = axis.segment;
            assert!(1.0 <= left && left < right && right <= 9.0, "{axis:?}");
            assert!(values.iter().all(|value| (left..=right).contains(value)), "{axis:?}");
            assert!((2..12).contains(&axis.ticks().len()), "{axis:?}");
        }
    }

    #[test]
    fn rounded_steps_are_one_two_two_and_a_half_or_five() {
        let steps = [0.06, 0.12, 0.21, 0.4, 1.0, 3.0, 70.0].map(round_step);
        let wanted = [0.1, 0.2, 0.25, 0.5, 1.0, 5.0, 100.0];
        assert!(steps.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{steps:?}");
    }

    #[test]
    fn a_change_says_its_difference_and_interval() {
        let movement = Movement {
            label: "Kab. Sambas".into(),
            before: Some(6.5),
            now: Some(6.7),
            interval: Some((0.05, 0.35)),
            words: "jelas naik".into(),
            tone: Tone::Above,
            href: None,
        };
        let axis = Axis::around((1.0, 9.0), Default::default(), [6.5, 6.7]);
        let svg = change(&frame(Layout::Wide), &axis, &[movement]);
        assert!(svg.contains("selisih +0,20 (antara +0,05 dan +0,35); jelas naik"), "{svg}");
    }

    #[test]
    fn a_line_breaks_where_the_method_changed() {
        let point = |year, value, breaks| YearValue { year, value, breaks };
        let points = [point(2019, 7.0, false), point(2020, 7.2, false), point(2021, 6.0, true)];
        let svg = years(&frame(Layout::Wide), &points, "%", 1);
        let path = svg.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(path.map(|path| path.matches('M').count()), Some(2));
    }
}
