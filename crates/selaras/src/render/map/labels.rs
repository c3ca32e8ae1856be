//! Where names, letters and discs stand, so that none covers a border or another.

use selaras_atlas::Topology;

use super::room::{Room, Space};
use crate::render::svg::{text_width, wrap};

/// Regions whose largest area covers fewer square pixels get a disc.
const SMALL: f64 = 144.0;
/// With more small regions than this, their discs stay in place, are smaller and carry no names.
const CROWDED: usize = 24;
/// Size of type in pixels.
pub(super) const TYPE: f64 = 12.0;
/// Width of the range of a class, in sizes of type.
const CLASS: f64 = 4.2;
/// Width and height of the number of a class, in sizes of type.
const NUMBER: (f64, f64) = (0.65, 0.8);
/// Distance of lines of type in pixels.
pub(super) const LINE: f64 = 14.0;

/// The marks of one layout.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// Units to a pixel.
    pub(super) unit: f64,
    pub(super) names: Vec<Name>,
    pub(super) discs: Vec<Disc>,
    /// Where the number of its class alone stands in an area.
    pub(super) numbers: Vec<(usize, (f64, f64))>,
    /// Room that marks at sea take.
    pub(super) taken: Vec<Space>,
}

/// Words within a region.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) area: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    /// Lines of the name; empty where a letter stands for it.
    pub(super) lines: Vec<String>,
    /// What stands under the name.
    pub(super) class: ClassSaid,
}

/// How an area says its class: as far as there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClassSaid {
    /// By its range.
    Range,
    /// By its number in the legend.
    Number,
    /// By its colour alone.
    Nothing,
}

/// A mark with a line to its region: a disc where the region is too small to see, only its name
/// (radius 0) where that does not fit into it.
#[derive(Clone, Debug)]
pub(super) struct Disc {
    pub(super) area: usize,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
    /// Where the region is.
    pub(super) from: (f64, f64),
    pub(super) says: Says,
}

impl Disc {
    /// Whether it stands among others too close to say anything.
    pub(super) fn in_crowd(&self) -> bool {
        matches!(self.says, Says::Nothing)
    }
}

/// What a disc says.
#[derive(Clone, Debug)]
pub(super) enum Says {
    /// The name and the range of its class beside it, starting or ending at this x.
    Name { x: f64, end: bool, lines: Vec<String> },
    /// A letter inside it.
    Letter,
    /// Nothing.
    Nothing,
}

/// What is known before marks are placed.
pub(super) struct Placing<'a> {
    pub(super) topology: &'a Topology,
    pub(super) room: &'a Room,
    /// Per shape its name, where it is to be named.
    pub(super) names: Vec<Option<&'a str>>,
    /// Per shape the spot farthest from its border, in units.
    pub(super) places: Vec<Option<(f64, f64)>>,
    pub(super) units_per_km: f64,
}

impl Placing<'_> {
    /// Places marks for a layout in which a pixel has `unit` units.
    pub(super) fn layer(&self, unit: f64) -> Layer {
        let mut layer = Layer {
            unit,
            names: Vec::new(),
            discs: Vec::new(),
            numbers: Vec::new(),
            taken: Vec::new(),
        };
        let named: Vec<usize> = (0..self.names.len())
            .filter(|&at| self.names.get(at).is_some_and(Option::is_some))
            .collect();
        let small = |unit: f64, least: f64| -> Vec<usize> {
            named.iter().copied().filter(|&at| self.pixels(at, unit) < least).collect()
        };
        if small(1.0, SMALL).len() > CROWDED {
            layer.discs = self.crowd(&small(1.0, SMALL / 3.0), (1.6 * unit).max(4.0));
            layer.numbers = self.numbers(&named, unit, &layer.discs);
            return layer;
        }
        let small = small(unit, SMALL);
        for &at in &small {
            let Some(disc) = self.disc(at, unit, &layer.taken) else { continue };
            layer.taken.push(disc.0);
            layer.discs.push(disc.1);
        }
        for &at in named.iter().filter(|at| !small.contains(at)) {
            if let Some(name) = self.name(at, unit, &layer.taken) {
                layer.names.push(name);
            } else if let Some((space, disc)) = self.beside(at, unit, 0.0, &layer.taken) {
                layer.taken.push(space);
                layer.discs.push(disc);
            } else if let Some(Some((x, y))) = self.places.get(at).copied() {
                layer.names.push(Name {
                    area: at,
                    x,
                    y,
                    lines: Vec::new(),
                    class: ClassSaid::Nothing,
                });
            }
        }
        layer
    }

    /// Square pixels of a shape's largest area; 0 for a mark.
    fn pixels(&self, at: usize, unit: f64) -> f64 {
        let Some(shape) = self.topology.shapes().get(at).filter(|shape| !shape.mark) else {
            return 0.0;
        };
        let km2 = shape.polygons.first().map_or(0.0, |area| self.topology.polygon_km2(area));
        km2 * (self.units_per_km / unit).powi(2)
    }

    /// Spots for the numbers of classes where names have no room: where an area is widest.
    fn numbers(&self, named: &[usize], unit: f64, discs: &[Disc]) -> Vec<(usize, (f64, f64))> {
        let taken: Vec<Space> = discs
            .iter()
            .map(|disc| Space::centred(disc.x, disc.y, 2.0 * disc.radius, 2.0 * disc.radius))
            .collect();
        let size = TYPE * unit;
        let spot = |&at: &usize| {
            let (x, y) = self.places.get(at).copied()??;
            let space = Space::centred(x, y, NUMBER.0 * size, NUMBER.1 * size);
            self.room.fits(at, &space, &taken).then_some((at, (x, y)))
        };
        named.iter().filter_map(spot).collect()
    }

    /// The name within its region, on one line or more, with as much of the class as has room.
    fn name(&self, at: usize, unit: f64, taken: &[Space]) -> Option<Name> {
        let (name, place) = (self.names.get(at).copied()??, self.places.get(at).copied()??);
        let size = TYPE * unit;
        let one = vec![name.to_owned()];
        let more = wrap(name, size, text_width(name, size) * 0.6);
        let mut choices = [ClassSaid::Range, ClassSaid::Number, ClassSaid::Nothing]
            .into_iter()
            .flat_map(|class| [(&one, class), (&more, class)]);
        choices.find_map(|(lines, class)| {
            let (wide, rows) = match class {
                ClassSaid::Range => (CLASS * size, 1),
                ClassSaid::Number => (NUMBER.0 * size, 1),
                ClassSaid::Nothing => (0.0, 0),
            };
            let widest = widest(lines, size).max(wide);
            let height = (lines.len() + rows) as f64 * LINE * unit;
            let space = self.room.within(at, (widest, height), place, taken)?;
            let (x, y) = space.middle();
            Some(Name { area: at, x, y, lines: lines.clone(), class })
        })
    }

    /// A disc at sea with the name beside it, or with a letter; in its place where there is no sea
    /// nearby.
    fn disc(&self, at: usize, unit: f64, taken: &[Space]) -> Option<(Space, Disc)> {
        let radius = 8.0 * unit;
        if let Some(found) = self.beside(at, unit, radius, taken) {
            return Some(found);
        }
        let from = self.places.get(at).copied()??;
        let (x, y) = around(from, unit, 60.0)
            .find(|&(x, y)| {
                let space = Space::centred(x, y, 2.2 * radius, 2.2 * radius);
                self.room.at_sea(&space, taken) && self.crossed(at, from, (x, y), taken) == 0.0
            })
            .unwrap_or(from);
        let space = Space::centred(x, y, 2.2 * radius, 2.2 * radius);
        Some((space, Disc { area: at, x, y, radius, from, says: Says::Letter }))
    }

    /// The name of a region at sea, a line away, with a disc of `radius` at its end: where the line
    /// is short and crosses no other region or mark.
    fn beside(&self, at: usize, unit: f64, radius: f64, taken: &[Space]) -> Option<(Space, Disc)> {
        let (name, from) = (self.names.get(at).copied()??, self.places.get(at).copied()??);
        let size = TYPE * unit;
        let one = vec![name.to_owned()];
        let more = wrap(name, size, text_width(name, size) * 0.6);
        let gap = if radius > 0.0 { radius + 3.0 * unit } else { 2.0 * unit };
        for (lines, reach) in [(one, 80.0), (more, 100.0)] {
            let wide = widest(&lines, size).max(CLASS * size);
            let rows = lines.len() + 1;
            let half = (rows as f64 * LINE * unit / 2.0).max(radius) + unit;
            let mut best: Option<(f64, Space, f64, f64, bool)> = None;
            for (x, y) in around(from, unit, reach) {
                let far = (x - from.0).hypot(y - from.1);
                if far >= best.as_ref().map_or(reach * unit, |(cost, ..)| *cost) {
                    break;
                }
                for end in [false, true] {
                    let left = if end { x - gap - wide } else { x - radius };
                    let width = radius + gap + wide;
                    let space = Space { x: left, y: y - half, width, height: 2.0 * half };
                    if !self.room.at_sea(&space, taken) {
                        continue;
                    }
                    let cost = far + self.crossed(at, from, (x, y), taken);
                    if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                        best = Some((cost, space, x, y, end));
                    }
                }
            }
            if let Some((_, space, x, y, end)) = best.filter(|(cost, ..)| *cost <= reach * unit) {
                let says = Says::Name { x: if end { x - gap } else { x + gap }, end, lines };
                return Some((space, Disc { area: at, x, y, radius, from, says }));
            }
        }
        None
    }

    /// What a line from a region costs: its units over other regions, and thrice those over marks.
    fn crossed(&self, at: usize, from: (f64, f64), to: (f64, f64), taken: &[Space]) -> f64 {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = (dx.hypot(dy) / 2.0).ceil().max(1.0);
        let cost = |step: u32| {
            let share = f64::from(step) / steps;
            let (x, y) = (from.0 + dx * share, from.1 + dy * share);
            let over_mark = taken.iter().any(|space| space.holds(x, y));
            f64::from(u8::from(self.room.foreign(at, x, y)) + 3 * u8::from(over_mark))
        };
        (0..steps as u32).map(cost).sum::<f64>() * 2.0
    }

    /// Small discs near their places, pushed apart until none covers another.
    fn crowd(&self, areas: &[usize], radius: f64) -> Vec<Disc> {
        let mut discs: Vec<Disc> = areas
            .iter()
            .filter_map(|&at| {
                let from = self.places.get(at).copied()??;
                let (x, y) = from;
                Some(Disc { area: at, x, y, radius, from, says: Says::Nothing })
            })
            .collect();
        for _ in 0..80 {
            let spots: Vec<(f64, f64)> = discs.iter().map(|disc| (disc.x, disc.y)).collect();
            for (at, disc) in discs.iter_mut().enumerate() {
                for (other, &(x, y)) in spots.iter().enumerate().filter(|(other, _)| *other != at) {
                    let (dx, dy) = (disc.x - x, disc.y - y);
                    let apart = dx.hypot(dy);
                    let wanted = 2.0 * radius + 0.6;
                    if apart < wanted {
                        // Two in one spot go apart by their order.
                        let (dx, dy, apart) = match (apart > 1e-6, at < other) {
                            (true, _) => (dx, dy, apart),
                            (false, true) => (1.0, 0.0, 1.0),
                            (false, false) => (-1.0, 0.0, 1.0),
                        };
                        let push = (wanted - apart.min(wanted)).max(0.5) * 0.5 / apart;
                        disc.x += dx * push;
                        disc.y += dy * push;
                    }
                }
                disc.x += (disc.from.0 - disc.x) * 0.02;
                disc.y += (disc.from.1 - disc.y) * 0.02;
            }
        }
        discs
    }
}

fn widest(lines: &[String], size: f64) -> f64 {
    lines.iter().map(|line| text_width(line, size)).fold(0.0, f64::max)
}

/// Spots around a place, nearest first, up to `reach` pixels away.
fn around((x, y): (f64, f64), unit: f64, reach: f64) -> impl Iterator<Item = (f64, f64)> + Clone {
    (2..=(reach / 5.0) as u32).flat_map(move |ring| {
        (0..32).map(move |step| {
            let (far, angle) =
                (f64::from(ring) * 5.0 * unit, f64::from(step) * std::f64::consts::TAU / 32.0);
            (x + far * angle.cos(), y + far * angle.sin())
        })
    })
}
