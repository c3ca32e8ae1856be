//! The draft of a *berita acara*, whose annex is the matrix, and the *lembar Sekda*.

use askama::Template;

use super::super::{mandates, name};
use super::tables::Teller;
use crate::check::{Check, Sides};
use crate::locale::{Language, Message, Words, first_of};
use crate::plan::CodeLevel;
use crate::region;
use crate::render::letter::{Annex, Head, Letter, LetterColumn, LetterTable, Paper, Signature};

/// What is left for a person to write.
const BLANK: &str = "………………………";

/// Parts of the width that the columns of the annex take.
const SHARES: [u32; 9] = [5, 4, 5, 5, 6, 3, 5, 4, 4];

impl Teller<'_> {
    fn tell(&self, key: &str) -> Message {
        Message::new(&format!("align-letter-{key}"))
    }

    /// The draft, to be completed in the meeting: what was agreed, by whom and until when.
    pub(super) fn letter(&self) -> Letter {
        let (alignment, words) = (self.alignment, self.words);
        let said = |message: &Message| words.tell(message);
        let province = region::get(alignment.upper).map(|of| of.name.clone()).unwrap_or_default();
        let year = alignment.year.to_string();
        let filled = |key: &str| {
            self.tell(key).with("province", province.as_str()).with("year", year.as_str())
        };
        let listed = |sent: bool| -> Vec<String> {
            let regions = alignment.regions().filter(|of| alignment.has_sent(*of) == sent);
            regions.map(name).collect()
        };
        let (sent, silent) = (listed(true), listed(false));
        let mut opening = vec![
            said(&filled("opening").with("day", words.date(alignment.today)).with("place", BLANK)),
            said(&filled("sent").with("regions", sent.join(", "))),
        ];
        if !silent.is_empty() {
            opening.push(said(&filled("silent").with("regions", silent.join(", "))));
        }
        let table = self.to_agree();
        opening.push(said(&filled(if table.rows.is_empty() { "nothing" } else { "findings" })));
        let mut annex = LetterTable::from(&self.matrix("matrix", CodeLevel::Program));
        for (column, share) in annex.columns.iter_mut().zip(SHARES) {
            column.share = share;
        }
        let signer = |office: String| Signature {
            office,
            name: format!("({BLANK})"),
            ..Signature::default()
        };
        let delegate = |region: String| signer(said(&self.tell("delegate").with("region", region)));
        Letter {
            paper: Paper::F4,
            simulated: alignment.simulated,
            title: Some(said(&filled("title"))),
            head: Head {
                emblem: None,
                offices: vec![said(&filled("government"))],
                address: BLANK.to_owned(),
            },
            place: BLANK.to_owned(),
            date: alignment.today,
            number: BLANK.to_owned(),
            nature: None,
            attachment: Some(said(&filled("attachment"))),
            subject: said(&filled("subject")),
            recipient: Vec::new(),
            opening,
            table: (!table.rows.is_empty()).then_some(table),
            closing: vec![said(&filled("closing"))],
            signature: signer(said(&filled("chair"))),
            further: sent.into_iter().map(delegate).collect(),
            copies: Vec::new(),
            verification: Some(said(&filled("draft").with("rules", alignment.rules.as_str()))),
            annex: Some(Annex { title: said(&filled("annex")), table: annex }),
        }
    }

    /// Findings that a meeting is to agree on. Neighbours are told of what they do in one place or on
    /// one day; how their indicators and targets stand, the province tells each of them.
    fn to_agree(&self) -> LetterTable {
        let column = |key: &str, share| LetterColumn {
            title: self.words.say(&format!("align-letter-column-{key}")),
            number: false,
            share,
        };
        let mut table = LetterTable {
            columns: vec![
                column("number", 1),
                column("between", 4),
                column("why", 8),
                column("settle", 6),
                column("agreed", 5),
                column("owner", 4),
            ],
            rows: Vec::new(),
        };
        for check in Check::ALL {
            for outcome in self.alignment.of(check) {
                let told = match outcome.sides {
                    Sides::One(_) => true,
                    Sides::Pair(one, other) => {
                        let upper = self.alignment.upper;
                        one == upper
                            || other == upper
                            || matches!(check, Check::Duplication | Check::Calendar)
                    }
                };
                for finding in outcome.findings.iter().filter(|of| told && of.is_open()) {
                    table.rows.push(vec![
                        (table.rows.len() + 1).to_string(),
                        self.sides(outcome.sides),
                        self.words.tell(&finding.why),
                        self.words.tell(&finding.settle),
                        String::new(),
                        String::new(),
                    ]);
                }
            }
        }
        table
    }

    /// The sheet of one page for the head of the administration.
    ///
    /// # Errors
    /// The template cannot be filled.
    pub(super) fn sheet_of_mandates(&self) -> Result<String, askama::Error> {
        let (alignment, words) = (self.alignment, self.words);
        let said = |key: &str| words.say(&format!("align-sekda-{key}"));
        let states = mandates::to_explain(alignment).into_iter().map(|(check, regions)| {
            let value = match regions.is_empty() {
                true => said("nothing"),
                false => words.value(&first_of(&regions, REGIONS)),
            };
            (words.tell(&check.name()), value)
        });
        let silent: Vec<String> =
            alignment.regions().filter(|region| !alignment.has_sent(*region)).map(name).collect();
        let silent = match silent.is_empty() {
            true => said("all-sent"),
            false => words.value(&first_of(&silent, REGIONS)),
        };
        let late = mandates::overdue(alignment);
        let items = late.iter().take(ITEMS).map(|item| {
            let due = item.due.map(|due| words.short_date(due)).unwrap_or_default();
            (format!("{}, {}", name(item.region), item.owner), format!("{due}: {}", item.text))
        });
        let items: Vec<(String, String)> = items.collect();
        let more = late.len().saturating_sub(ITEMS);
        let note = match (alignment.items.is_none(), items.is_empty()) {
            (true, _) => Some(words.say("check-state-not-checkable")),
            (false, true) => Some(said("nothing")),
            (false, false) => {
                (more > 0).then(|| words.tell(&Message::new("align-sekda-more").with("more", more)))
            }
        };
        let sections = vec![
            Section {
                heading: said("mandates"),
                html: self.mandates_table().print_html(),
                lines: Vec::new(),
                note: None,
            },
            Section {
                heading: said("side-by-side"),
                html: self.side_by_side_table().print_html(),
                lines: Vec::new(),
                note: None,
            },
            Section {
                heading: said("not-fitting"),
                html: String::new(),
                lines: std::iter::once((said("not-sent"), silent)).chain(states).collect(),
                note: None,
            },
            Section { heading: said("overdue"), html: String::new(), lines: items, note },
        ];
        let title = Message::new("align-sekda-title")
            .with("province", name(alignment.upper))
            .with("year", alignment.year.to_string());
        let lead = Message::new("align-sekda-lead")
            .with("day", words.short_date(alignment.today))
            .with("rules", alignment.rules.as_str());
        Page {
            language: if words.language == Language::En { "en" } else { "id" },
            words,
            title: words.tell(&title),
            lead: words.tell(&lead),
            simulated: alignment.simulated,
            style: include_str!("../../../../../templates/report/sekda.css"),
            sections,
        }
        .render()
    }
}

/// Regions and items that one page has room for.
const REGIONS: usize = 6;
const ITEMS: usize = 5;

/// A heading and what stands under it.
struct Section {
    heading: String,
    html: String,
    lines: Vec<(String, String)>,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "report/sekda.html")]
struct Page {
    language: &'static str,
    words: Words,
    title: String,
    lead: String,
    simulated: bool,
    style: &'static str,
    sections: Vec<Section>,
}
