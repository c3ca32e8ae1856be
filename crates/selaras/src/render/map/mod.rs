//! Choropleth maps: a [`BaseMap`] is prepared once per set of boundaries, then drawn with any
//! figures in a few milliseconds.
//!
//! The labels and marks of a map exist twice, for the width of a page and for a telephone, over one
//! geometry; `figures.css` shows one of them. A region too small to see gets a disc beside it with
//! a line; a name that does not fit into its region becomes a letter with a key beside the map.

mod classes;
mod labels;
mod room;

use std::collections::{BTreeSet, HashMap};

use selaras_atlas::{Bounds, Projection, Topology};

pub use classes::{Classes, KeyEntry, Legend, LegendEntry, Ramp};

use crate::locale::{Message, Words};
use crate::render::chart::Datum;
use crate::render::svg::{Element, Frame, decimal, simulated_mark, watermark, wrap};
use labels::{ClassSaid, Disc, LINE, Layer, Name, Placing, Says, TYPE};
use room::Room;

/// Path coordinates are whole numbers at this many to a unit of the drawing.
const FINE: f64 = 2.0;
/// Units around the land.
const MARGIN: f64 = 26.0;
/// Width of a telephone's map in pixels.
const NARROW: f64 = 328.0;
const INK: &str = "#16302d";
const PAPER: &str = "#ffffff";
const LAND: &str = "#f6f5f1";
const SEA: &str = "#dde5e9";
/// Width of the rim of discs that stand in a crowd.
const CROWD_STROKE: f64 = 0.6;
/// Corners to try, right and down.
const TOP_FIRST: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];

/// How a map is to be prepared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detail {
    /// Units across; pixels where the map has its room.
    pub width: f64,
    /// Most units down.
    pub height: f64,
    /// Bytes that the paths may take; borders are thinned until they fit.
    pub bytes: usize,
    /// Characters of a code that name the larger region whose borders are drawn stronger.
    pub group: Option<usize>,
}

impl Detail {
    /// A province and its kab/kota, or a kab/kota and its kecamatan: under 25 kB for 14 regions.
    pub const PROVINCE: Self = Self { width: 640.0, height: 600.0, bytes: 10_500, group: None };
    /// The nation by kab/kota with the borders of provinces: under 300 kB.
    pub const NATION: Self = Self { width: 1200.0, height: 700.0, bytes: 76_000, group: Some(2) };
    /// The nation by province.
    pub const PROVINCES: Self = Self { width: 1000.0, height: 600.0, bytes: 30_000, group: None };
}

/// A region's code and the short name to be written on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Code, as in the topology.
    pub code: String,
    /// Short name, e.g. `Sambas`.
    pub name: String,
}

/// What the boundaries are, said under the drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Boundaries {
    /// The built-in schematic map.
    Schematic,
    /// Imported ones.
    Imported {
        /// Where they come from.
        source: String,
        /// Their date, as the source gives it.
        date: String,
    },
}

impl Boundaries {
    /// What every map says of its shapes.
    #[must_use]
    pub fn words(&self, words: Words) -> String {
        match self {
            Self::Schematic => words.say("map-schematic"),
            Self::Imported { source, date } => words.tell(
                &Message::new("map-boundaries")
                    .with("source", source.as_str())
                    .with("date", date.as_str()),
            ),
        }
    }
}

/// A region's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Code, as in the topology.
    pub code: String,
    /// The figures; the label is the full name.
    pub datum: Datum,
}

/// What a map shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Regions in the order in which a keyboard walks them: that of their codes.
    pub regions: Vec<Region>,
    /// Classes.
    pub classes: Classes,
    /// Heading of the legend: what is measured and its scale or unit.
    pub heading: String,
    /// What hatching over a colour ([`Datum::small`]) means here.
    pub hatched: String,
    /// Decimals of values in words.
    pub decimals: usize,
    /// What the boundaries are.
    pub boundaries: Boundaries,
}

/// A drawn map.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The `<svg>`.
    pub svg: String,
    /// What must stand beside it.
    pub legend: Legend,
}

/// Geometry and places of labels of a map, for one set of boundaries.
#[derive(Clone, Debug)]
pub struct BaseMap {
    size: (f64, f64),
    /// Left upper corner of the land.
    offset: (f64, f64),
    /// Code and path of every shape.
    areas: Vec<(String, String)>,
    /// Borders drawn stronger.
    groups: Vec<String>,
    room: Room,
    wide: Layer,
    narrow: Layer,
    /// Positions of areas that a letter stands for, in the order of codes, and whether it does so
    /// on the narrow map only.
    letters: Vec<(usize, bool)>,
}

impl BaseMap {
    /// Prepares the regions of `topology`, thinned to what `detail` can show. Regions without a
    /// label are drawn as land around the others. Takes a tenth of a second for the nation: keep
    /// the result as long as the boundaries stay.
    #[must_use]
    pub fn prepare(topology: &Topology, labels: &[Label], detail: Detail) -> Self {
        let indonesia = Bounds { west: 95.0, south: -11.0, east: 141.0, north: 6.0 };
        let bounds = topology.bounds().unwrap_or(indonesia);
        let inner = (detail.width - 2.0 * MARGIN, detail.height - 2.0 * MARGIN);
        let projection = Projection::fit(bounds, inner.0, inner.1);
        let fine = Projection::fit(bounds, inner.0 * FINE, inner.1 * FINE);
        let (across, down) = projection.size();
        let size = (detail.width, (down + 2.0 * MARGIN).max(160.0).ceil());
        let offset = ((size.0 - across) / 2.0, (size.1 - down) / 2.0);

        // From a quarter of a square pixel on, until the paths are small enough.
        let mut tolerance = 0.25 / projection.units_per_km().powi(2);
        let mut thin = topology.simplify(tolerance);
        let paths = |thin: &Topology| -> Vec<String> {
            (0..thin.shapes().len()).map(|at| thin.svg_path(at, &fine)).collect()
        };
        let mut drawn = paths(&thin);
        for _ in 0..14 {
            if drawn.iter().map(String::len).sum::<usize>() <= detail.bytes {
                break;
            }
            tolerance *= 1.6;
            thin = thin.simplify(tolerance);
            drawn = paths(&thin);
        }
        let groups = detail.group.map_or_else(Vec::new, |characters| {
            paths(&thin.dissolve(|code| code.chars().take(characters).collect()))
        });
        let codes = thin.shapes().iter().map(|shape| shape.code.clone());
        let areas: Vec<(String, String)> = codes.zip(drawn).collect();

        let room = Room::new(&thin, &projection, offset, size);
        let name = |code: &str| {
            labels.iter().find(|label| label.code == code).map(|label| label.name.as_str())
        };
        let place = |at| {
            let (lon, lat) = topology.label_place(at)?;
            let (x, y) = projection.place(lon, lat);
            Some((x + offset.0, y + offset.1))
        };
        let placing = Placing {
            topology,
            room: &room,
            names: areas.iter().map(|(code, _)| name(code)).collect(),
            places: (0..areas.len()).map(place).collect(),
            units_per_km: projection.units_per_km(),
        };
        let (wide, narrow) = (placing.layer(1.0), placing.layer(detail.width / NARROW));
        let lettered = |layer: &Layer| -> Vec<usize> {
            let names = layer.names.iter().filter(|name| name.lines.is_empty());
            let discs = layer.discs.iter().filter(|disc| matches!(disc.says, Says::Letter));
            names.map(|name| name.area).chain(discs.map(|disc| disc.area)).collect()
        };
        let on_wide = lettered(&wide);
        let mut letters: Vec<usize> = on_wide.iter().copied().chain(lettered(&narrow)).collect();
        letters.sort_by_key(|&at| areas.get(at).map(|(code, _)| code.clone()));
        letters.dedup();
        let letters = letters.into_iter().map(|at| (at, !on_wide.contains(&at))).collect();
        Self { size, offset, areas, groups, room, wide, narrow, letters }
    }

    /// Draws `theme`. The layout of `frame` does not matter: a map serves both.
    #[must_use]
    pub fn draw(&self, frame: &Frame, theme: &Theme) -> Map {
        let drawing = Drawing {
            base: self,
            frame,
            theme,
            regions: theme.regions.iter().map(|region| (region.code.as_str(), region)).collect(),
        };
        Map { svg: drawing.svg(), legend: drawing.legend() }
    }
}

fn circle(x: f64, y: f64, radius: f64) -> Element {
    Element::new("circle").set("cx", x).set("cy", y).set("r", radius)
}

/// A group of words with a halo.
fn lettering(
    anchor: &'static str,
    (ink, halo): (&'static str, &'static str),
    unit: f64,
) -> Element {
    Element::new("g")
        .set("text-anchor", anchor)
        .set("fill", ink)
        .set("stroke", halo)
        .set("stroke-width", 3.0 * unit)
        .set("stroke-linejoin", "round")
        .set("paint-order", "stroke")
        .set("pointer-events", "none")
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// A class, 0 to 5, and whether hatched.
    Class(usize, bool),
    NoData,
    Withheld,
    /// No region of the theme.
    Land,
}

/// The number of a class, a key to the legend: what colour says must be read in black and white.
fn number(fill: Fill) -> Option<String> {
    match fill {
        Fill::Class(class, _) => Some((class + 1).to_string()),
        Fill::NoData | Fill::Withheld | Fill::Land => None,
    }
}

/// A map while it is drawn.
struct Drawing<'a> {
    base: &'a BaseMap,
    frame: &'a Frame,
    theme: &'a Theme,
    regions: HashMap<&'a str, &'a Region>,
}

impl<'a> Drawing<'a> {
    fn region(&self, area: usize) -> Option<&'a Region> {
        self.base.areas.get(area).and_then(|(code, _)| self.regions.get(code.as_str()).copied())
    }

    fn fill(&self, region: Option<&Region>) -> Fill {
        match region.map(|region| &region.datum) {
            None => Fill::Land,
            Some(Datum { value: Some(value), small, .. }) => {
                Fill::Class(self.theme.classes.of(*value), *small)
            }
            Some(Datum { withheld: true, .. }) => Fill::Withheld,
            Some(_) => Fill::NoData,
        }
    }

    fn pattern(&self, name: &str) -> String {
        format!("{}-{name}", self.frame.id)
    }

    /// CSS classes and paint of an area.
    fn paint(&self, fill: Fill) -> (String, String) {
        let ramp = self.theme.classes.ramp;
        let pattern = |name: &str| format!("url(#{})", self.pattern(name));
        match fill {
            Fill::Class(class, false) => (ramp.css(class), self.colour(class).to_owned()),
            Fill::Class(class, true) => ("hatched".to_owned(), pattern(&format!("h{}", class + 1))),
            Fill::NoData => ("no-data".to_owned(), pattern("none")),
            Fill::Withheld => ("withheld".to_owned(), pattern("held")),
            Fill::Land => ("land".to_owned(), LAND.to_owned()),
        }
    }

    fn colour(&self, class: usize) -> &'static str {
        self.theme.classes.ramp.colours().get(class).copied().unwrap_or(LAND)
    }

    /// Ink and halo of words on an area.
    fn ink(&self, fill: Fill) -> (&'static str, &'static str) {
        match fill {
            Fill::Class(class, _) if self.theme.classes.ramp.dark(class) => {
                (PAPER, self.colour(class))
            }
            // Dark strokes of the hatching would run into dark words.
            Fill::Class(_, true) => (INK, PAPER),
            Fill::Class(class, false) => (INK, self.colour(class)),
            Fill::NoData | Fill::Withheld => (INK, "#f4f3ef"),
            Fill::Land => (INK, LAND),
        }
    }

    /// Whether regions are links.
    fn interactive(&self) -> bool {
        self.theme.regions.iter().any(|region| region.datum.href.is_some())
    }

    fn svg(&self) -> String {
        let (width, height) = self.base.size;
        let interactive = self.interactive();
        let unit = self.base.narrow.unit;
        let foot = (self.boundaries(unit).len() as f64 * LINE + 6.0) * unit;
        let mut root = self
            .frame
            .root("figure map", (width, height + foot.ceil()), interactive)
            .with(self.patterns())
            .with(
                Element::new("rect")
                    .class("sea")
                    .set("width", width)
                    .set("height", height)
                    .set("rx", 6.0)
                    .set("fill", SEA),
            )
            .with(self.areas());
        if self.frame.simulated {
            root.push(watermark(&self.frame.words, width / 2.0, height / 2.0, width * 0.62));
        }
        root.push(self.layer(&self.base.wide).class("wide"));
        // Without a style sheet the wide marks alone are shown.
        root.push(self.layer(&self.base.narrow).class("narrow").set("display", "none"));
        root.render()
    }

    fn patterns(&self) -> Element {
        let hatch = |name: &str, back: Element, ink: &str, path: &str, wide: f64| {
            Element::new("pattern")
                .set("id", self.pattern(name))
                .set("width", 8.0)
                .set("height", 8.0)
                .set("patternUnits", "userSpaceOnUse")
                .with(back.set("width", 8.0).set("height", 8.0))
                .with(
                    Element::new("path")
                        .set("d", path)
                        .set("stroke", ink)
                        .set("stroke-width", wide)
                        .set("fill", "none"),
                )
        };
        let slanted = "M-2 2l4-4M0 8l8-8M6 10l4-4";
        let mut used: Vec<Fill> =
            self.theme.regions.iter().map(|region| self.fill(Some(region))).collect();
        // The legend shows hatching over the third class.
        if used.iter().any(|fill| matches!(fill, Fill::Class(_, true))) {
            used.push(Fill::Class(2, true));
        }
        let mut patterns = Element::new("defs");
        for class in 0..6 {
            if used.contains(&Fill::Class(class, true)) {
                let ramp = self.theme.classes.ramp;
                let back = Element::new("rect").class(&ramp.css(class));
                let ink = if ramp.dark(class) { PAPER } else { "#4d625f" };
                let back = back.set("fill", self.colour(class));
                patterns.push(hatch(&format!("h{}", class + 1), back, ink, slanted, 1.3));
            }
        }
        let grey = || Element::new("rect").set("fill", "#f4f3ef");
        if used.contains(&Fill::NoData) {
            patterns.push(hatch("none", grey(), "#8d8f89", "M-2 6l4 4M0 0l8 8M6-2l4 4", 1.3));
        }
        if used.contains(&Fill::Withheld) {
            patterns.push(hatch("held", grey(), "#6f726c", "M2 2h1.6M6 6h1.6", 1.6));
        }
        patterns
    }

    /// The regions, each a link that says its figures, then the borders of groups.
    fn areas(&self) -> Element {
        let base = self.base;
        let mut areas = Element::new("g")
            .class("areas")
            .set(
                "transform",
                format!(
                    "translate({} {}) scale({})",
                    decimal(base.offset.0),
                    decimal(base.offset.1),
                    decimal(1.0 / FINE)
                ),
            )
            .set("stroke", PAPER)
            .set("stroke-width", if base.groups.is_empty() { 1.0 * FINE } else { 0.5 * FINE })
            .set("stroke-linejoin", "round");
        let by_code: HashMap<&str, &str> =
            base.areas.iter().map(|(code, path)| (code.as_str(), path.as_str())).collect();
        let draw = |fill: Fill, path: &str| {
            let (class, paint) = self.paint(fill);
            Element::new("path").class(&class).set("fill", paint).set("d", path)
        };
        for (code, path) in &base.areas {
            if !self.regions.contains_key(code.as_str()) {
                areas.push(draw(Fill::Land, path));
            }
        }
        let drawn = self.theme.regions.iter().filter_map(|region| {
            by_code.get(region.code.as_str()).map(|path| (region, self.fill(Some(region)), *path))
        });
        if self.interactive() {
            for (region, fill, path) in drawn {
                areas.push(self.link(region, false).with(draw(fill, path)));
            }
        } else {
            let shape = |region, path: &str| {
                Element::new("path").set("d", path).with(self.title(region, false))
            };
            let drawn = drawn.map(|(region, fill, path)| (fill, shape(region, path)));
            for group in self.by_fill(drawn) {
                areas.push(group);
            }
        }
        for path in &base.groups {
            areas.push(
                Element::new("path")
                    .class("border")
                    .set("fill", "none")
                    .set("stroke", INK)
                    .set("stroke-opacity", "0.75")
                    .set("pointer-events", "none")
                    .set("d", path.as_str()),
            );
        }
        areas
    }

    /// The link of a region with its sentence. A second one of the same region is left out of a
    /// keyboard's way.
    fn link(&self, region: &Region, second: bool) -> Element {
        let link = match &region.datum.href {
            Some(href) if second => Element::new("a")
                .set("href", href.as_str())
                .set("tabindex", "-1")
                .set("aria-hidden", "true"),
            Some(href) => Element::new("a")
                .set("href", href.as_str())
                .set("aria-label", region.datum.label.as_str()),
            None => Element::new("g"),
        };
        link.with(self.title(region, second))
    }

    /// What a pointer is told over a region; over a second mark of it the name alone.
    fn title(&self, region: &Region, second: bool) -> Element {
        Element::new("title").say(if second {
            region.datum.label.clone()
        } else {
            region.datum.sentence(&self.frame.words, self.theme.decimals)
        })
    }

    /// Marks that no link holds apart, painted together: a map of hundreds of regions says class
    /// and paint once.
    fn by_fill(&self, marks: impl Iterator<Item = (Fill, Element)>) -> Vec<Element> {
        let mut groups: Vec<(Fill, Element)> = Vec::new();
        for (fill, mark) in marks {
            match groups.iter_mut().find(|(known, _)| *known == fill) {
                Some((_, group)) => group.push(mark),
                None => {
                    let (class, paint) = self.paint(fill);
                    let group = Element::new("g").class(&class).set("fill", paint);
                    groups.push((fill, group.with(mark)));
                }
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// Names, discs, the mark of simulated data and the words on the boundaries in one layout.
    fn layer(&self, layer: &Layer) -> Element {
        let unit = layer.unit;
        let mut drawn = Element::new("g").set("font-size", TYPE * unit);
        let discs = || {
            let known = layer.discs.iter();
            known.filter_map(|disc| Some((disc, self.region(disc.area)?)))
        };
        let together = |disc: &Disc| disc.in_crowd() && !self.interactive();
        let crowd = discs().filter(|(disc, _)| together(disc)).map(|(disc, region)| {
            let mark = circle(disc.x, disc.y, disc.radius).with(self.title(region, true));
            (self.fill(Some(region)), mark)
        });
        let mut crowded = Element::new("g").set("stroke", INK).set("stroke-width", CROWD_STROKE);
        for group in self.by_fill(crowd) {
            crowded.push(group);
        }
        if !crowded.is_empty() {
            drawn.push(crowded);
        }
        for (disc, region) in discs().filter(|(disc, _)| !together(disc)) {
            drawn.push(self.disc(disc, region, unit));
        }
        for name in &layer.names {
            let Some(region) = self.region(name.area) else { continue };
            drawn.push(self.name(name, region, unit));
        }
        for numbers in self.numbers(layer) {
            drawn.push(numbers);
        }
        let mut taken = layer.taken.clone();
        let words = &self.frame.words;
        if self.frame.simulated {
            let (_, width, height) = simulated_mark(words, 0.0, 0.0, TYPE * unit);
            let space = self.base.room.edge((width, height), &taken, TOP_FIRST);
            drawn.push(simulated_mark(words, space.x, space.y, TYPE * unit).0);
            taken.push(space);
        }
        let (width, height) = self.base.size;
        let at = (width - 2.0 * unit, height + 13.0 * unit);
        drawn.with(self.words(&self.boundaries(unit), at, "end", (INK, PAPER), unit))
    }

    /// What the boundaries are, in lines as wide as the drawing: under it, where no name stands.
    fn boundaries(&self, unit: f64) -> Vec<String> {
        let note = self.theme.boundaries.words(self.frame.words);
        wrap(&note, TYPE * unit, self.base.size.0 - 4.0 * unit)
    }

    /// Lines of words with a halo, the first on the base line `at`.
    fn words(
        &self,
        lines: &[String],
        (x, y): (f64, f64),
        anchor: &'static str,
        (ink, halo): (&'static str, &'static str),
        unit: f64,
    ) -> Element {
        let mut group = lettering(anchor, (ink, halo), unit);
        for (place, line) in lines.iter().enumerate() {
            let text = Element::new("text")
                .set("x", x)
                .set("y", y + place as f64 * LINE * unit)
                .say(line.as_str());
            group.push(text);
        }
        group
    }

    /// Numbers of classes that stand alone in their areas, those of one ink together.
    fn numbers(&self, layer: &Layer) -> Vec<Element> {
        let mut groups: Vec<(Fill, Element)> = Vec::new();
        for &(area, (x, y)) in &layer.numbers {
            let fill = self.fill(self.region(area));
            let Some(number) = number(fill) else { continue };
            let text = Element::new("text").set("x", x).set("y", y + 4.3 * layer.unit).say(number);
            match groups.iter_mut().find(|(known, _)| *known == fill) {
                Some((_, group)) => group.push(text),
                None => {
                    let group = lettering("middle", self.ink(fill), layer.unit);
                    groups.push((fill, group.with(text)));
                }
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    fn name(&self, name: &Name, region: &Region, unit: f64) -> Element {
        let fill = self.fill(Some(region));
        let mut lines = name.lines.clone();
        if lines.is_empty() {
            lines.push(self.letter(name.area));
        }
        lines.extend(match name.class {
            ClassSaid::Range => self.range(fill),
            ClassSaid::Number => number(fill),
            ClassSaid::Nothing => None,
        });
        let top = name.y - lines.len() as f64 * LINE * unit / 2.0 + 11.0 * unit;
        self.words(&lines, (name.x, top), "middle", self.ink(fill), unit)
    }

    fn disc(&self, disc: &Disc, region: &Region, unit: f64) -> Element {
        let fill = self.fill(Some(region));
        let (class, paint) = self.paint(fill);
        let mut link = self.link(region, true);
        let far = (disc.x - disc.from.0).hypot(disc.y - disc.from.1);
        if far > disc.radius && !disc.in_crowd() {
            let (x, y) = disc.from;
            link.push(
                Element::new("line")
                    .set("x1", x)
                    .set("y1", y)
                    .set("x2", disc.x)
                    .set("y2", disc.y)
                    .set("stroke", INK)
                    .set("stroke-width", 1.0 * unit),
            );
            link.push(circle(x, y, 1.8 * unit).set("fill", INK));
        }
        if disc.radius > 0.0 {
            link.push(
                circle(disc.x, disc.y, disc.radius)
                    .set("fill", paint)
                    .class(&class)
                    .set("stroke", INK)
                    .set("stroke-width", if disc.in_crowd() { CROWD_STROKE } else { 1.2 * unit }),
            );
        }
        if matches!(disc.says, Says::Letter) {
            let at = (disc.x, disc.y + 4.3 * unit);
            link.push(self.words(&[self.letter(disc.area)], at, "middle", self.ink(fill), unit));
        }
        if let Says::Name { x, end, lines } = &disc.says {
            let mut lines = lines.clone();
            lines.extend(self.range(fill));
            let top = disc.y - lines.len() as f64 * LINE * unit / 2.0 + 11.0 * unit;
            let anchor = if *end { "end" } else { "start" };
            link.push(self.words(&lines, (*x, top), anchor, (INK, SEA), unit));
        }
        link
    }

    /// The range of the class of an area: what its colour says, in figures.
    fn range(&self, fill: Fill) -> Option<String> {
        match fill {
            Fill::Class(class, _) => Some(self.theme.classes.range(class, &self.frame.words)),
            Fill::NoData | Fill::Withheld | Fill::Land => None,
        }
    }

    /// The letter of an area: a to z, then aa to zz.
    fn letter(&self, area: usize) -> String {
        let place = self.base.letters.iter().position(|(at, _)| *at == area).unwrap_or(0);
        let letter = |place: usize| char::from(b'a' + (place % 26) as u8);
        match place / 26 {
            0 => letter(place).to_string(),
            lead => format!("{}{}", letter(lead - 1), letter(place)),
        }
    }

    fn legend(&self) -> Legend {
        let (theme, words) = (self.theme, &self.frame.words);
        let entry = |fill: Fill, said: String| {
            let (css, paint) = self.paint(fill);
            LegendEntry { words: said, fill: paint, css }
        };
        let mut entries: Vec<LegendEntry> = (0..6)
            .map(|class| {
                let said = format!("{} · {}", class + 1, theme.classes.words(class, words));
                entry(Fill::Class(class, false), said)
            })
            .collect();
        let fills: Vec<(Fill, &str)> = theme
            .regions
            .iter()
            .map(|region| (self.fill(Some(region)), region.datum.words.as_str()))
            .collect();
        if fills.iter().any(|(fill, _)| matches!(fill, Fill::Class(_, true))) {
            entries.push(entry(Fill::Class(2, true), theme.hatched.clone()));
        }
        for absent in [Fill::NoData, Fill::Withheld] {
            let reasons: BTreeSet<&str> = fills
                .iter()
                .filter(|(fill, _)| *fill == absent)
                .map(|(_, reason)| *reason)
                .collect();
            if !reasons.is_empty() {
                let said = reasons.into_iter().collect::<Vec<_>>().join("; ");
                entries.push(entry(absent, said));
            }
        }
        let drawn: BTreeSet<&str> = self.base.areas.iter().map(|(code, _)| code.as_str()).collect();
        let lettered = self.base.letters.iter().filter_map(|(at, narrow_only)| {
            let region = self.region(*at)?;
            Some(KeyEntry {
                letter: Some(self.letter(*at)),
                name: region.datum.label.clone(),
                range: self.range(self.fill(Some(region))),
                href: region.datum.href.clone(),
                narrow_only: *narrow_only,
            })
        });
        let absent = theme.regions.iter().filter(|region| !drawn.contains(region.code.as_str()));
        let absent = absent.map(|region| KeyEntry {
            letter: None,
            name: region.datum.label.clone(),
            range: self.range(self.fill(Some(region))),
            href: region.datum.href.clone(),
            narrow_only: false,
        });
        Legend { heading: theme.heading.clone(), entries, key: lettered.chain(absent).collect() }
    }
}

#[cfg(test)]
mod tests {
    use selaras_atlas::Outline;

    use super::*;
    use crate::locale::{Language, Words};
    use crate::render::svg::Layout;

    /// Two squares side by side, a speck in the sea, and a mark.
    fn topology() -> Topology {
        let square = |x: i32, y: i32, side: i32| {
            vec![vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]]
        };
        let outline = |code: &str, polygon, mark| Outline {
            code: code.into(),
            polygons: vec![polygon],
            mark,
        };
        Topology::build(
            0.01,
            vec![
                outline("61.01", square(10_900, 0, 100), false),
                outline("61.02", square(11_000, 0, 100), false),
                outline("61.71", square(11_150, 90, 1), false),
                outline("61.72", square(11_150, 10, 1), true),
            ],
        )
    }

    fn labels() -> Vec<Label> {
        let names = ["Sambas", "Mempawah", "Pontianak", "Kepulauan Seribu"];
        let codes = ["61.01", "61.02", "61.71", "61.72"];
        let label = |(code, name): (&str, &str)| Label { code: code.into(), name: name.into() };
        codes.into_iter().zip(names).map(label).collect()
    }

    fn theme() -> Theme {
        let region = |code: &str, label: &str, value: Option<f64>, n: u64, words: &str| Region {
            code: code.into(),
            datum: Datum {
                label: label.into(),
                value,
                interval: value.map(|value| (value - 0.1, value + 0.1)),
                n: Some(n),
                small: n < 1250,
                words: words.into(),
                href: Some(format!("/wilayah/{code}")),
                ..Datum::default()
            },
        };
        Theme {
            regions: vec![
                region("61.01", "Kabupaten Sambas", Some(6.71), 1301, "belum dapat dibedakan"),
                region("61.02", "Kabupaten Mempawah", Some(6.2), 83, "belum dapat disimpulkan"),
                region("61.71", "Kota Pontianak", None, 0, "belum ada jawaban"),
                region("61.72", "Kota Singkawang", Some(7.05), 1776, "jelas di atas"),
                region("61.99", "Kabupaten Baru", Some(6.5), 1300, "belum dapat dibedakan"),
            ],
            classes: Classes::scores((1.0, 9.0)),
            heading: "Indeks (skala 1–9)".into(),
            hatched: "di bawah target".into(),
            decimals: 2,
            boundaries: Boundaries::Schematic,
        }
    }

    fn frame() -> Frame {
        Frame {
            id: "peta".into(),
            title: "Indeks".into(),
            description: "Peta indeks".into(),
            words: Words::new(Language::Id),
            layout: Layout::Wide,
            simulated: true,
            source: String::new(),
            n: None,
            date: None,
            notes: Vec::new(),
        }
    }

    fn map() -> Map {
        BaseMap::prepare(&topology(), &labels(), Detail::PROVINCE).draw(&frame(), &theme())
    }

    #[test]
    fn every_region_is_a_link_that_says_value_interval_answers_and_standing() {
        let svg = map().svg;
        assert!(svg.contains(
            "<a href=\"/wilayah/61.01\" aria-label=\"Kabupaten Sambas\"><title>Kabupaten Sambas: \
             6,71 (antara 6,61 dan 6,81); 1.301 jawaban; belum dapat dibedakan</title>"
        ));
        for code in ["61.01", "61.02", "61.71", "61.72"] {
            assert!(svg.contains(&format!("href=\"/wilayah/{code}\" aria-label")), "{code}");
        }
    }

    #[test]
    fn a_region_too_small_to_see_gets_a_disc_that_can_be_clicked() {
        let svg = map().svg;
        let (_, wide) = svg.split_once("class=\"wide\"").unwrap();
        let (wide, narrow) = wide.split_once("class=\"narrow\"").unwrap();
        for layout in [wide, narrow] {
            for code in ["61.71", "61.72"] {
                let (_, link) = layout.split_once(&format!("href=\"/wilayah/{code}\"")).unwrap();
                let (link, _) = link.split_once("</a>").unwrap();
                assert!(link.contains("<circle"), "{code}");
            }
        }
    }

    #[test]
    fn no_answers_are_hatched_grey_and_few_answers_hatched_over_the_colour() {
        let map = map();
        assert!(map.svg.contains("class=\"no-data\" fill=\"url(#peta-none)\""));
        assert!(map.svg.contains("class=\"hatched\" fill=\"url(#peta-h"));
        assert!(map.svg.contains("<pattern id=\"peta-none\""));
        let said: Vec<&str> = map.legend.entries.iter().map(|entry| &*entry.words).collect();
        assert_eq!(said[6..], ["di bawah target", "belum ada jawaban"]);
    }

    #[test]
    fn what_the_map_is_not_stands_inside_it_or_under_it_in_both_layouts() {
        let map = map();
        let svg = &map.svg;
        assert!(svg.matches("DATA SIMULASI").count() >= 3);
        assert_eq!(svg.matches("Peta skematis").count(), 2);
        assert!(!svg.contains(" style=") && !svg.contains("<style"));
    }

    #[test]
    fn every_colour_is_said_in_figures_on_the_map_or_in_its_key() {
        let map = map();
        for range in ["6,5–7,0", "6,0–6,5", "≥ 7,0"] {
            assert!(map.svg.contains(&format!(">{range}</text>")), "{range}");
        }
        let html = map.legend.html(&Words::new(Language::Id));
        assert!(!html.contains("kelas") && !map.svg.contains("kelas"));
    }

    #[test]
    fn where_names_have_no_room_the_number_of_the_class_is_a_key_to_the_legend() {
        let square = |x: i32, y: i32, side: i32| {
            vec![vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]]
        };
        let outline = |(code, polygon, mark): (String, _, bool)| Outline {
            code,
            polygons: vec![polygon],
            mark,
        };
        let specks =
            (0..30).map(|at| (format!("62.{at:02}"), square(11_150 + at * 4, 10, 1), true));
        let large = ("61.01".to_owned(), square(10_900, 0, 100), false);
        let topology = Topology::build(0.01, specks.chain([large]).map(outline).collect());
        let labels: Vec<Label> = topology
            .shapes()
            .iter()
            .map(|shape| Label { code: shape.code.clone(), name: "Sambas".into() })
            .collect();
        let base = BaseMap::prepare(&topology, &labels, Detail::PROVINCE);
        assert!(base.wide.names.is_empty());
        let map = base.draw(&frame(), &theme());
        // 6,71 lies in the fourth class from 5,0 on: the fifth of six.
        assert_eq!(map.svg.matches(">5</text>").count(), 2);
        let told: Vec<&str> = map.legend.entries.iter().map(|entry| &*entry.words).collect();
        assert_eq!(told[0], "1 · di bawah 5,0");
        assert_eq!(told[4], "5 · 6,5 sampai di bawah 7,0");
    }

    #[test]
    fn a_region_too_narrow_for_its_range_says_the_number_under_its_name() {
        let strip = |code: &str, west: i32, wide: i32| Outline {
            code: code.into(),
            polygons: vec![vec![vec![
                [west, 0],
                [west + wide, 0],
                [west + wide, 100],
                [west, 100],
            ]]],
            mark: false,
        };
        let strips = vec![strip("61.01", 0, 30), strip("61.02", 30, 5), strip("61.71", 35, 30)];
        let labels =
            ["61.01", "61.02", "61.71"].map(|code| Label { code: code.into(), name: "Ur".into() });
        let base = BaseMap::prepare(&Topology::build(0.01, strips), &labels, Detail::PROVINCE);
        let said: Vec<ClassSaid> = base.wide.names.iter().map(|name| name.class).collect();
        assert_eq!(said, [ClassSaid::Range, ClassSaid::Number, ClassSaid::Range]);
    }

    #[test]
    fn a_region_that_the_boundaries_lack_is_named_beside_the_map() {
        let legend = map().legend;
        let absent: Vec<_> = legend.key.iter().filter(|entry| entry.letter.is_none()).collect();
        assert_eq!(absent.len(), 1);
        assert_eq!(absent[0].name, "Kabupaten Baru");
        assert!(legend.html(&Words::new(Language::Id)).contains("belum ada dalam berkas"));
    }

    #[test]
    fn the_same_map_is_the_same_bytes() {
        assert_eq!(map(), map());
    }

    #[test]
    fn names_stand_within_their_regions() {
        let base = BaseMap::prepare(&topology(), &labels(), Detail::PROVINCE);
        assert_eq!(base.wide.names.len(), 2);
        for name in &base.wide.names {
            assert!(name.class == ClassSaid::Range && name.lines.len() == 1, "{name:?}");
            assert!(!base.room.foreign(name.area, name.x, name.y));
        }
    }
}
