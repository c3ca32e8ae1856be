//! A table as an HTML fragment. Classes only; the style sheets of page and print do the rest.

use super::{Cell, Column, Row, Table};

impl Table {
    /// For a page: caption, heads with scope, every cell with its head as `data-label`, so that the
    /// style sheet can turn rows into cards on a phone; a row's first cell links to its object.
    #[must_use]
    pub fn html(&self) -> String {
        self.fragment(false)
    }

    /// For print: the same without links and labels, since paper has no cards, and without the end
    /// tags that HTML lets go, since a report holds hundreds of rows.
    #[must_use]
    pub fn print_html(&self) -> String {
        self.fragment(true)
    }

    fn fragment(&self, print: bool) -> String {
        let mut out = String::new();
        out.push_str(if print {
            "<div class=\"table-print\"><table>"
        } else {
            "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\""
        });
        if !print {
            escape(&self.title, &mut out);
            out.push_str("\"><table>");
        }
        self.caption(&mut out);
        out.push_str("<thead><tr>");
        for column in &self.columns {
            head(column, &mut out);
        }
        out.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            self.row(row, print, &mut out);
        }
        out.push_str("</tbody></table>");
        self.foot(&mut out);
        out.push_str("</div>");
        out
    }

    fn caption(&self, out: &mut String) {
        out.push_str("<caption>");
        escape(&self.title, out);
        if self.simulated {
            out.push_str(" <strong class=\"simulated\">");
            escape(&self.words.say("table-simulated"), out);
            out.push_str("</strong>");
        }
        if !self.filters.is_empty() {
            out.push_str("<span class=\"table-filters\">");
            for (at, (name, value)) in self.filters.iter().enumerate() {
                out.push_str(if at > 0 { " · " } else { " " });
                escape(name, out);
                out.push_str(": ");
                escape(value, out);
            }
            out.push_str("</span>");
        }
        out.push_str("</caption>");
    }

    fn row(&self, row: &Row, print: bool, out: &mut String) {
        out.push_str("<tr>");
        for (at, column) in self.columns.iter().enumerate() {
            let cell = row.cells.get(at).unwrap_or(&Cell::Empty);
            let element = if at == 0 { "th" } else { "td" };
            out.push('<');
            out.push_str(element);
            if at == 0 {
                out.push_str(if print { " scope=row" } else { " scope=\"row\"" });
            }
            let class = match cell {
                // Of hundreds of dashes on paper none needs a colour of its own.
                Cell::Empty if print => None,
                Cell::Absent(_) | Cell::Empty => Some("absent"),
                _ if column.kind.is_number() => Some("number"),
                _ => None,
            };
            if let Some(class) = class {
                let quote = if print { "" } else { "\"" };
                for part in [" class=", quote, class, quote] {
                    out.push_str(part);
                }
            }
            if !print {
                out.push_str(" data-label=\"");
                escape(&column.full_head(), out);
                out.push('"');
            }
            out.push('>');
            let link = row.href.as_deref().filter(|_| at == 0 && !print);
            if let Some(href) = link {
                out.push_str("<a href=\"");
                escape(href, out);
                out.push_str("\">");
            }
            escape(&self.shown(cell, column.kind), out);
            if link.is_some() {
                out.push_str("</a>");
            }
            if !print {
                out.push_str("</");
                out.push_str(element);
                out.push('>');
            }
        }
        if !print {
            out.push_str("</tr>");
        }
    }

    /// Source, time and remarks under the rows.
    fn foot(&self, out: &mut String) {
        let named = |key: &str, value: &str| format!("{}: {value}", self.words.say(key));
        let mut lines = self.notes();
        lines.extend(self.source.as_deref().map(|source| named("table-source", source)));
        lines.extend(self.time.as_deref().map(|time| named("table-time", time)));
        for line in lines {
            out.push_str("<p class=\"table-note\">");
            escape(&line, out);
            out.push_str("</p>");
        }
    }
}

fn head(column: &Column, out: &mut String) {
    out.push_str("<th scope=\"col\"");
    if column.kind.is_number() {
        out.push_str(" class=\"number\"");
    }
    out.push('>');
    escape(&column.full_head(), out);
    out.push_str("</th>");
}

/// `text` safe in HTML text and in a double-quoted attribute.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(letter),
        }
    }
}
