//! A map drawn with figures on what [`BaseMap`] has prepared.

use std::collections::{BTreeSet, HashMap};

use super::classes::Strokes;
use super::labels::{ClassSaid, Disc, LINE, Layer, Name, Says, TYPE};
use super::{BaseMap, FINE, KeyEntry, Legend, LegendEntry, Region, Theme};
use crate::render::chart::Datum;
use crate::render::svg::{Element, Frame, decimal, simulated_mark, watermark, wrap};

const INK: &str = "#16302d";
const PAPER: &str = "#ffffff";
const LAND: &str = "#f6f5f1";
const SEA: &str = "#dde5e9";
/// A grey that is in no ramp: neither less nor more.
const UNTOLD: &str = "#c4c6c1";
/// Width of the rim of discs that stand in a crowd.
const CROWD_STROKE: f64 = 0.6;
/// Corners to try, right and down.
const TOP_FIRST: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];

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
    /// A value of which nothing can be said that a class would say.
    Untold,
    NoData,
    Withheld,
    /// No region of the theme.
    Land,
}

/// The number of a class, a key to the legend: what colour says must be read in black and white.
fn number(fill: Fill) -> Option<String> {
    match fill {
        Fill::Class(class, _) => Some((class + 1).to_string()),
        Fill::Untold | Fill::NoData | Fill::Withheld | Fill::Land => None,
    }
}

/// A map while it is drawn.
pub(super) struct Drawing<'a> {
    base: &'a BaseMap,
    frame: &'a Frame,
    theme: &'a Theme,
    regions: HashMap<&'a str, &'a Region>,
}

/// Side of the tile of a hatching over a class.
pub(super) const SLANT: f64 = 16.0;

/// Slanted lines through a tile of [`SLANT`], `shift` along its edge from the corner.
fn slanted(shift: f64) -> String {
    let lines = [-1.0, 0.0, 1.0, 2.0].map(|step| {
        let meets = ((shift + step * SLANT) * 100.0).round() / 100.0;
        let (far, near) = (2.0 * SLANT, meets - 2.0 * SLANT);
        format!("M{near} {far}L{far} {near}")
    });
    lines.concat()
}

impl<'a> Drawing<'a> {
    pub(super) fn new(base: &'a BaseMap, frame: &'a Frame, theme: &'a Theme) -> Self {
        let regions = theme.regions.iter().map(|region| (region.code.as_str(), region)).collect();
        Self { base, frame, theme, regions }
    }

    fn region(&self, area: usize) -> Option<&'a Region> {
        self.base.areas.get(area).and_then(|(code, _)| self.regions.get(code.as_str()).copied())
    }

    fn fill(&self, region: Option<&Region>) -> Fill {
        match region.map(|region| &region.datum) {
            None => Fill::Land,
            Some(Datum { value: Some(_), untold: true, .. }) => Fill::Untold,
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
            Fill::Untold => ("untold".to_owned(), UNTOLD.to_owned()),
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
            Fill::Untold => (INK, UNTOLD),
            Fill::NoData | Fill::Withheld => (INK, "#f4f3ef"),
            Fill::Land => (INK, LAND),
        }
    }

    /// Whether regions are links.
    fn interactive(&self) -> bool {
        self.theme.regions.iter().any(|region| region.datum.href.is_some())
    }

    pub(super) fn svg(&self) -> String {
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
        let tile = |name: &str, side: f64, back: Element| {
            Element::new("pattern")
                .set("id", self.pattern(name))
                .set("width", side)
                .set("height", side)
                .set("patternUnits", "userSpaceOnUse")
                .with(back.set("width", side).set("height", side))
        };
        let stroke = |path: &str, ink: &str, wide: f64| {
            Element::new("path")
                .set("d", path)
                .set("stroke", ink)
                .set("stroke-width", (wide * 100.0).round() / 100.0)
                .set("fill", "none")
        };
        let hatch = |name: &str, back: Element, ink: &str, path: &str, wide: f64| {
            tile(name, 8.0, back).with(stroke(path, ink, wide))
        };
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
                let back = back.set("fill", self.colour(class));
                let Strokes { dark, light } = ramp.strokes(class);
                // Side by side: half of both widths apart, across the slant.
                let apart = (dark.1 + light.1) / 2.0 * std::f64::consts::SQRT_2;
                patterns.push(
                    tile(&format!("h{}", class + 1), SLANT, back)
                        .with(stroke(&slanted(0.0), &dark.0, dark.1))
                        .with(stroke(&slanted(apart), &light.0, light.1)),
                );
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
            Fill::Untold | Fill::NoData | Fill::Withheld | Fill::Land => None,
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

    pub(super) fn legend(&self) -> Legend {
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
        for absent in [Fill::Untold, Fill::NoData, Fill::Withheld] {
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
