//! A builder of SVG text that a strict Content-Security-Policy lets through.
//!
//! Elements carry classes and presentation attributes only, never `style`. Numbers are written the
//! same way everywhere, so that the same figure is the same bytes.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::locale::{Message, Words};

/// An element of a figure. Attributes are written in the order they were set.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Element(Element),
    Text(String),
}

/// The value of an attribute: text as it is, numbers rounded to a hundredth.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute(String);

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self(text)
    }
}
impl From<f64> for Attribute {
    fn from(number: f64) -> Self {
        Self(decimal(number))
    }
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), content: Vec::new() }
    }

    /// The same element with an attribute more.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<Attribute>) -> Self {
        self.attributes.push((name, value.into().0));
        self
    }

    /// The same element with its class or classes.
    #[must_use]
    pub fn class(self, class: &str) -> Self {
        self.set("class", class)
    }

    /// The same element with `child` after what it holds.
    #[must_use]
    pub fn with(mut self, child: Element) -> Self {
        self.push(child);
        self
    }

    /// The same element with `text` after what it holds.
    #[must_use]
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// Puts `child` after what the element holds.
    pub fn push(&mut self, child: Element) {
        self.content.push(Content::Element(child));
    }

    /// Whether the element holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    /// Whether an element called `name` is in it, however deep.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.content.iter().any(|content| match content {
            Content::Element(element) => element.name == name || element.holds(name),
            Content::Text(_) => false,
        })
    }

    /// The element as text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"");
            escape(value, out);
            out.push('"');
        }
        if self.content.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for content in &self.content {
            match content {
                Content::Element(element) => element.write(out),
                Content::Text(text) => escape(text, out),
            }
        }
        let _ = write!(out, "</{}>", self.name);
    }
}

/// `text` inside a `<tag>…</tag>` or a quoted attribute; characters XML forbids are left out.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
}

/// A coordinate: at most two decimals, no trailing zeros, no minus before zero; 0 for what is no
/// number.
#[must_use]
pub fn decimal(number: f64) -> String {
    if !number.is_finite() {
        return "0".to_owned();
    }
    let mut text = format!("{number:.2}");
    while text.ends_with('0') {
        text.pop();
    }
    if text.ends_with('.') {
        text.pop();
    }
    if text == "-0" { "0".to_owned() } else { text }
}

/// Which room a figure is made for, so that its type is never smaller than 12 px. A page that holds
/// a narrow figure beside a wide or half one shows one of the two (`figures.css`, at 600 px).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// The width of a page: 700 px.
    #[default]
    Wide,
    /// A card beside another one: 520 px.
    Half,
    /// A telephone: 328 px.
    Narrow,
    /// Narrow, and the only one: for page and telephone alike.
    Alone,
}

impl Layout {
    /// Units across a figure; one unit is one pixel where the figure has its room.
    #[must_use]
    pub fn width(self) -> f64 {
        match self {
            Self::Wide => 700.0,
            Self::Half => 520.0,
            Self::Narrow | Self::Alone => 328.0,
        }
    }

    /// Class of a figure made for this layout.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Wide | Self::Half => "figure wide",
            Self::Narrow => "figure narrow",
            Self::Alone => "figure",
        }
    }
}

/// What every figure carries, whatever it shows: a crop travels without the page's head.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Unique on the page, of letters, digits and hyphens; ids inside the figure begin with it.
    pub id: String,
    /// What the figure shows, in one line.
    pub title: String,
    /// What it says, in words.
    pub description: String,
    /// Language of everything drawn.
    pub words: Words,
    /// Page width it is made for.
    pub layout: Layout,
    /// Whether what it shows is simulated: then *DATA SIMULASI* is drawn inside (METHOD §10).
    pub simulated: bool,
    /// Where the figures come from.
    pub source: String,
    /// Answers behind the whole figure, where it shows answers.
    pub n: Option<u64>,
    /// The day of the figures.
    pub date: Option<Date>,
    /// Sentences that must stand under it, e.g. that this is no official result (METHOD §1).
    pub notes: Vec<String>,
}

impl Frame {
    /// The `<svg>` of a figure of `height`, titled and described for those who do not see it.
    /// `interactive` figures hold links, which an image may not.
    #[must_use]
    pub fn root(&self, class: &str, (width, height): (f64, f64), interactive: bool) -> Element {
        let title = format!("{}-title", self.id);
        let description = format!("{}-desc", self.id);
        Element::new("svg")
            .set("xmlns", "http://www.w3.org/2000/svg")
            .class(class)
            .set("viewBox", format!("0 0 {} {}", decimal(width), decimal(height)))
            .set("width", width)
            .set("height", height)
            .set("role", if interactive { "group" } else { "img" })
            .set("aria-labelledby", title.clone())
            .set("aria-describedby", description.clone())
            .set("font-size", "12")
            .set("font-family", "system-ui, sans-serif")
            .set("fill", "#16302d")
            .with(Element::new("title").set("id", title).say(self.title.as_str()))
            .with(Element::new("desc").set("id", description).say(self.description.as_str()))
    }

    /// The lines under the figure: source, answers and date, then the notes.
    #[must_use]
    pub fn foot(&self, width: f64, size: f64) -> Vec<String> {
        let words = &self.words;
        let mut first =
            vec![words.tell(&Message::new("chart-source").with("source", self.source.as_str()))];
        if let Some(n) = self.n {
            first.push(words.tell(&Message::new("chart-answers").with("n", n)));
        }
        if let Some(date) = self.date {
            first.push(words.short_date(date));
        }
        std::iter::once(first.join(" · "))
            .chain(self.notes.iter().cloned())
            .flat_map(|line| wrap(&line, size, width))
            .collect()
    }
}

/// The mark of simulated data: plain words in a box, its left upper corner at (`x`, `y`), and the
/// box's width and height. `size` is that of the type.
#[must_use]
pub fn simulated_mark(words: &Words, x: f64, y: f64, size: f64) -> (Element, f64, f64) {
    let text = words.say("chart-simulated");
    let (width, height) = (text_width(&text, size) * 1.12 + size, size * 1.6);
    let mark = Element::new("g")
        .class("simulated")
        .with(
            Element::new("rect")
                .set("x", x)
                .set("y", y)
                .set("width", width)
                .set("height", height)
                .set("rx", 3.0)
                .set("fill", "#fdf3e3")
                .set("stroke", "#a85a12"),
        )
        .with(
            Element::new("text")
                .set("x", x + width / 2.0)
                .set("y", y + size * 1.15)
                .set("text-anchor", "middle")
                .set("font-size", size)
                .set("font-weight", "700")
                .set("fill", "#7a3f06")
                .say(text),
        );
    (mark, width, height)
}

/// The same words large and pale behind the data, centred at (`x`, `y`), `width` wide.
#[must_use]
pub fn watermark(words: &Words, x: f64, y: f64, width: f64) -> Element {
    let text = words.say("chart-simulated");
    let size = (width / text_width(&text, 1.0).max(1.0)).min(64.0);
    Element::new("text")
        .class("watermark")
        .set("x", x)
        .set("y", y + size * 0.35)
        .set("text-anchor", "middle")
        .set("font-size", size)
        .set("font-weight", "700")
        .set("fill", "#a85a12")
        .set("opacity", "0.15")
        .set("pointer-events", "none")
        .set("aria-hidden", "true")
        .say(text)
}

/// About how wide `text` is in a system sans-serif of `size`; rather too wide than too narrow.
#[must_use]
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|character| match character {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '·' => 0.30,
            ' ' | 'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.38,
            'm' | 'w' => 0.90,
            'M' | 'W' | '▒' => 0.95,
            '0'..='9' => 0.62,
            upper if upper.is_uppercase() => 0.72,
            _ => 0.60,
        })
        .sum();
    ems * size
}

/// `text` in lines no wider than `width`, broken between words; a single word that is wider stands
/// alone.
#[must_use]
pub fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line)
                if text_width(line, size) + text_width(word, size) + size * 0.38 <= width =>
            {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn foreign_text_cannot_leave_its_place() {
        let name = "<script>alert('x')</script> & \"Co\"\u{0}";
        let text = Element::new("text").set("data-name", name).say(name).render();
        assert_eq!(
            text,
            "<text data-name=\"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot;\">\
             &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot;</text>"
        );
    }

    #[test]
    fn coordinates_are_short_and_have_one_spelling() {
        let written: Vec<String> =
            [0.0, -0.001, 1.5, 2.0, -3.456, 1e3, f64::NAN].into_iter().map(decimal).collect();
        assert_eq!(written, ["0", "0", "1.5", "2", "-3.46", "1000", "0"]);
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_word(text in "[a-zA-Z ]{0,80}", width in 10.0..200.0f64) {
            let lines = wrap(&text, 12.0, width);
            let words: Vec<&str> = text.split_whitespace().collect();
            prop_assert_eq!(lines.join(" "), words.join(" "));
            for line in &lines {
                prop_assert!(!line.contains(' ') || text_width(line, 12.0) <= width + 1e-9);
            }
        }
    }
}
