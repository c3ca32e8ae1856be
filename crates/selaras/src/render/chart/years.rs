//! A statistic by year.

use super::axis::span;
use super::rows::{RULE, SOFT, finish, stroke, text};
use crate::render::svg::{Element, Frame, decimal, simulated_mark, text_width, watermark};

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
