//! The report of a result: one page that needs nothing else, on screen and on A4.

use askama::Template;

use super::tables::{EVERY_LEVEL, Teller, WHOLES};
use crate::index::result::{Form, RegionResult, Score, ScoreKind, Verdict};
use crate::locale::Message;
use crate::locale::{Language, Words};
use crate::render::chart::{self, Axis, Datum, Group, Reference, Tone};
use crate::render::map::{self, BaseMap, Classes, Detail, Label, Theme};
use crate::render::svg::{Frame, Layout};
use crate::render::table::Table;
use crate::round::frame::Level;

const STYLE: &str = concat!(
    include_str!("../../../../../templates/report/report.css"),
    include_str!("../../../../../static/figures.css")
);

/// Bytes for the borders of a map of many kab/kota, which would otherwise be most of the report.
const MAP_BYTES: usize = 18_000;

/// A heading and what stands under it, as HTML.
struct Section {
    heading: String,
    html: String,
    /// Whether it is too long for paper: folded up on screen, left out of a print.
    long: bool,
}

#[derive(Template)]
#[template(path = "report/report.html")]
struct Page {
    language: &'static str,
    words: Words,
    title: String,
    simulated: bool,
    standing: Option<String>,
    internal: bool,
    style: &'static str,
    lead: Vec<(String, String)>,
    sections: Vec<Section>,
    program: String,
}

impl Teller<'_> {
    /// The report as one HTML document without scripts.
    ///
    /// # Errors
    /// The template cannot be filled.
    pub(super) fn report(&self) -> Result<String, askama::Error> {
        let result = self.result;
        let section =
            |key: &str, html: String| Section { heading: self.say(key), html, long: false };
        let mut sections = Vec::new();
        sections.extend(self.map().map(|html| section("files-report-map", html)));
        sections.extend(self.chart().map(|html| section("files-report-chart", html)));
        let levels: &[Level] = if self.tells_wholes() { &WHOLES } else { &EVERY_LEVEL };
        let regencies = [Level::Regency];
        // Variables of the provinces of a nation stand in the workbook, and in the report of each.
        let dimensions: &[ScoreKind] = if self.tells_wholes() {
            &[ScoreKind::Dimension]
        } else {
            &[ScoreKind::Index, ScoreKind::Dimension]
        };
        let told = [
            ("files-sheet-regions", Some(self.index_in_short(levels))),
            ("files-report-dimensions", Some(self.scores_in_short(dimensions, levels))),
            ("files-sheet-official", self.official()),
            ("files-sheet-coverage", Some(self.coverage_of_wholes())),
            ("files-sheet-change", self.change_of_index(levels)),
        ];
        let add = |(key, table): (&str, Option<Table>)| {
            table.map(|table| section(key, table.print_html()))
        };
        sections.extend(told.into_iter().filter_map(add));
        let lengthy = |section: Section| Section { long: true, ..section };
        if self.tells_wholes() {
            let wholes = |table: Option<Table>| {
                let mut table = table?;
                table.filters.push((self.say("files-head-level"), self.say("files-report-wholes")));
                Some(table)
            };
            let long = [
                ("files-report-regencies", Some(self.index_in_short(&regencies))),
                ("files-report-regencies-change", self.change_of_index(&regencies)),
                ("files-sheet-unflagged", self.unflagged_index()),
                ("files-sheet-composition", wholes(self.composition_of(&WHOLES))),
                ("files-sheet-low-cells", wholes(self.low_cells_of(&WHOLES))),
            ];
            sections.extend(long.into_iter().filter_map(add).map(lengthy));
        } else {
            let more = [
                ("files-sheet-unflagged", self.unflagged_index()),
                ("files-sheet-composition", self.composition_of(&WHOLES)),
                ("files-sheet-low-cells", self.low_cells_of(&WHOLES)),
            ];
            sections.extend(more.into_iter().filter_map(add));
            // Dozens of rows of each kab/kota are for the screen and the workbook.
            let long = [
                (
                    "files-sheet-variables",
                    Some(self.scores_in_short(&[ScoreKind::Variable], levels)),
                ),
                ("files-report-regencies-composition", self.composition_of(&regencies)),
                ("files-report-regencies-low-cells", self.low_cells_of(&regencies)),
            ];
            sections.extend(long.into_iter().filter_map(add).map(lengthy));
        }
        let last = [
            ("files-sheet-method", Some(self.method())),
            ("files-sheet-sources", Some(self.sources())),
        ];
        sections.extend(last.into_iter().filter_map(add));
        Page {
            language: if self.words.language == Language::En { "en" } else { "id" },
            words: self.words,
            title: format!("{}: {}", self.name(), result.round.name),
            simulated: result.simulated,
            standing: self.standing(),
            internal: result.form == Form::Internal,
            style: STYLE,
            lead: self
                .summary_lines()
                .into_iter()
                .filter(|(key, _)| key != "files-about-standing")
                .map(|(key, content)| (self.say(&key), content))
                .collect(),
            sections,
            program: result.program.clone(),
        }
        .render()
    }

    /// The index of a region as figures draw it.
    fn datum(&self, region: &RegionResult, score: &Score) -> Datum {
        let withheld = score.withheld.map(|reason| self.withheld(reason));
        let said = self.told(region, 0);
        Datum {
            label: region.name.clone(),
            value: score.value,
            interval: score.ends(self.result.instrument.scale),
            n: score.n,
            small: score.n.is_some_and(|n| n < region.target),
            withheld: score
                .withheld
                .is_some_and(|reason| reason != crate::index::result::Withheld::NoAnswers),
            untold: false,
            words: withheld.or(said).unwrap_or_default(),
            tone: match score.standing {
                Some(Verdict::ClearlyAbove) => Tone::Above,
                Some(Verdict::ClearlyBelow) => Tone::Below,
                _ => Tone::default(),
            },
            href: None,
        }
    }

    fn frame(&self, id: &str, title: String) -> Frame {
        Frame {
            id: id.to_owned(),
            description: title.clone(),
            title,
            words: self.words,
            layout: Layout::Wide,
            simulated: self.result.simulated,
            source: self.result.round.name.clone(),
            n: self.result.regions.first().and_then(|top| top.n),
            date: self.result.round.closed,
            notes: self.standing().into_iter().collect(),
        }
    }

    /// The index on the map, where one holds the regions.
    fn map(&self) -> Option<String> {
        let index = self.result.scores.first()?;
        let topology = self.shapes()?;
        let regions: Vec<map::Region> = self
            .regencies()
            .filter_map(|region| {
                let mut datum = self.datum(region, region.scores.first()?);
                let least = self.result.options.interval_from;
                if datum.value.is_some() && datum.n.is_some_and(|n| n < least) {
                    (datum.value, datum.interval, datum.withheld) = (None, None, true);
                    let few = Message::new("results-map-few").with("least", least);
                    datum.words = self.words.tell(&few);
                }
                if self.tells_wholes() && datum.value.is_some() {
                    // The table says of each of hundreds how it stands; here it would weigh most.
                    datum.words.clear();
                }
                Some(map::Region { code: region.code.clone(), datum })
            })
            .collect();
        let labels: Vec<Label> = regions
            .iter()
            .filter_map(|of| {
                let name = crate::region::find(&of.code)?.bare_name().to_owned();
                Some(Label { code: of.code.clone(), name })
            })
            .collect();
        let detail = if self.tells_wholes() {
            Detail { bytes: MAP_BYTES, ..Detail::NATION }
        } else {
            Detail::PROVINCE
        };
        let (low, high) = self.result.instrument.scale;
        let name = self.title(index);
        let theme = Theme {
            classes: Classes::scores((f64::from(low), f64::from(high))),
            heading: format!("{name} ({low}–{high})"),
            hatched: self.say("files-map-hatched"),
            decimals: 2,
            boundaries: self.boundaries(),
            regions,
        };
        let frame = self.frame("peta", name);
        let map = BaseMap::prepare(&topology, &labels, detail).draw(&frame, &theme);
        Some(format!("{}{}", map.svg, map.legend.html(&self.words)))
    }

    /// The index of each kab/kota against its province, or of each province against the nation
    /// where there are too many kab/kota for one chart.
    fn chart(&self) -> Option<String> {
        let index = self.result.scores.first()?;
        let level = if self.tells_wholes() { Level::Province } else { Level::Regency };
        let rows = self.result.regions.iter().filter(|region| region.level == level);
        let shown: Vec<(&RegionResult, Datum)> = rows
            .filter_map(|region| Some((region, self.datum(region, region.scores.first()?))))
            .collect();
        let above = shown.first().and_then(|(region, _)| region.parent.as_deref());
        let same = shown.iter().all(|(region, _)| region.parent.as_deref() == above);
        let reference = above.filter(|_| same).and_then(|code| {
            let region = self.region(code)?;
            let score = region.scores.first()?;
            Some(Reference {
                label: region.name.clone(),
                value: score.value?,
                interval: score.ends(self.result.instrument.scale),
            })
        });
        if shown.is_empty() {
            return None;
        }
        let rows = shown.into_iter().map(|(_, datum)| datum).collect();
        let groups = vec![Group { label: None, rows }];
        let (low, high) = self.result.instrument.scale;
        let scale = &self.instrument.scale;
        let ends = (self.text(&scale.low), self.text(&scale.high));
        let axis = Axis::of((f64::from(low), f64::from(high)), ends, &groups, reference.as_ref());
        let frame = self.frame("selang", self.title(index));
        Some(chart::dots(&frame, &axis, &groups, reference.as_ref()))
    }
}
