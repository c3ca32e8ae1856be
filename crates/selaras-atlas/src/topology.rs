//! Shapes that share their borders: a border between two regions is stored once, so that both
//! sides of it are the same line however it is simplified, projected or printed.

use std::collections::{BTreeMap, HashMap};

/// A position on the grid: longitude and latitude divided by [`Topology::step`].
pub type Point = [i32; 2];

/// A closed ring of grid points; the first point is not repeated at the end.
pub type Ring = Vec<Point>;

/// Points on the way of a border, first and last included. Arcs end where three or more borders
/// meet or where the regions at their sides change; an arc that ends where it starts is a ring.
pub type Arc = Vec<Point>;

/// An arc as part of a ring: `n` for arc `n` forwards, `!n` for arc `n` backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ArcRef(pub(crate) i32);

impl ArcRef {
    pub(crate) fn new(arc: usize, backwards: bool) -> Self {
        let arc = arc as i32;
        Self(if backwards { !arc } else { arc })
    }

    /// Position in [`Topology::arcs`].
    #[must_use]
    pub fn arc(self) -> usize {
        (if self.0 < 0 { !self.0 } else { self.0 }) as usize
    }

    /// Whether the arc is walked from its last point to its first.
    #[must_use]
    pub fn backwards(self) -> bool {
        self.0 < 0
    }
}

/// An area without islands: an outer ring, counter-clockwise, and the holes in it, clockwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polygon {
    /// The outer ring.
    pub outer: Vec<ArcRef>,
    /// Holes.
    pub holes: Vec<Vec<ArcRef>>,
}

impl Polygon {
    /// The outer ring, then the holes.
    pub fn rings(&self) -> impl Iterator<Item = &[ArcRef]> {
        std::iter::once(self.outer.as_slice()).chain(self.holes.iter().map(Vec::as_slice))
    }
}

/// One region of a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Code of the region.
    pub code: String,
    /// Its areas, largest first; empty only where nothing was left of it on the grid.
    pub polygons: Vec<Polygon>,
    /// Whether the polygon is a mark at the place of a region too small for the coast used, rather
    /// than its shape.
    pub mark: bool,
}

/// A map: regions whose common borders are common lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    pub(crate) step: f64,
    pub(crate) arcs: Vec<Arc>,
    pub(crate) shapes: Vec<Shape>,
}

/// A region before its borders are shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Code of the region.
    pub code: String,
    /// Polygons: the outer ring, then the holes, each in any direction.
    pub polygons: Vec<Vec<Ring>>,
    /// See [`Shape::mark`].
    pub mark: bool,
}

impl Topology {
    /// A topology of `outlines` on a grid of `step` degrees. Borders are found where two outlines
    /// run through the same points; outlines that touch without common points are not joined. Rings
    /// that have no area on the grid are left out. Outlines with one code are kept apart:
    /// [`Topology::dissolve`] joins them.
    #[must_use]
    pub fn build(step: f64, outlines: Vec<Outline>) -> Self {
        let cleaned: Vec<Outline> = outlines.into_iter().map(clean_outline).collect();
        let nodes = Nodes::find(&cleaned);
        let mut arcs = ArcTable::default();
        let shapes = cleaned
            .iter()
            .map(|outline| Shape {
                code: outline.code.clone(),
                mark: outline.mark,
                polygons: outline
                    .polygons
                    .iter()
                    .map(|rings| {
                        let mut cut = rings.iter().map(|ring| arcs.cut(ring, &nodes));
                        Polygon { outer: cut.next().unwrap_or_default(), holes: cut.collect() }
                    })
                    .collect(),
            })
            .collect();
        Self { step, arcs: arcs.arcs, shapes }
    }

    /// Degrees between two points of the grid.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.step
    }

    /// The borders.
    #[must_use]
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// The regions, in the order they were given.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// Position of the shape with `code`.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<usize> {
        self.shapes.iter().position(|shape| shape.code == code)
    }

    /// The grid point nearest to a place.
    #[must_use]
    pub fn grid(step: f64, lon: f64, lat: f64) -> Point {
        [(lon / step).round() as i32, (lat / step).round() as i32]
    }

    /// Longitude and latitude of a grid point.
    #[must_use]
    pub fn place(&self, point: Point) -> (f64, f64) {
        (f64::from(point[0]) * self.step, f64::from(point[1]) * self.step)
    }

    /// How many rings run along each arc: 1 for a coast, 2 for a border. Anything else means that
    /// the outlines overlap.
    #[must_use]
    pub fn arc_uses(&self) -> Vec<u32> {
        let mut uses = vec![0; self.arcs.len()];
        for shape in &self.shapes {
            for arc in shape.polygons.iter().flat_map(Polygon::rings).flatten() {
                if let Some(count) = uses.get_mut(arc.arc()) {
                    *count += 1;
                }
            }
        }
        uses
    }

    /// The points of a ring of this topology, the first not repeated.
    #[must_use]
    pub fn ring(&self, arcs: &[ArcRef]) -> Ring {
        let mut ring = Ring::new();
        for reference in arcs {
            let Some(arc) = self.arcs.get(reference.arc()) else { continue };
            let last = arc.len().saturating_sub(1);
            if reference.backwards() {
                ring.extend(arc.iter().rev().take(last));
            } else {
                ring.extend(arc.iter().take(last));
            }
        }
        ring
    }

    /// The polygons of the shape at `at` as rings of points: outer, then holes.
    #[must_use]
    pub fn polygons(&self, at: usize) -> Vec<Vec<Ring>> {
        let polygons = self.shapes.get(at).map_or(&[][..], |shape| &shape.polygons);
        polygons
            .iter()
            .map(|polygon| polygon.rings().map(|ring| self.ring(ring)).collect())
            .collect()
    }

    /// The same map with shapes joined that have the same `key` (such as the code of their
    /// province), in the order of the keys; the borders between them disappear. Marks vanish in a
    /// shape that has land; a shape of marks only keeps them all.
    #[must_use]
    pub fn dissolve(&self, key: impl Fn(&str) -> String) -> Self {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, shape) in self.shapes.iter().enumerate() {
            groups.entry(key(&shape.code)).or_default().push(at);
        }
        let outlines = groups
            .into_iter()
            .map(|(code, members)| {
                let members: Vec<&Shape> =
                    members.iter().filter_map(|&at| self.shapes.get(at)).collect();
                let mark = members.iter().all(|shape| shape.mark || shape.polygons.is_empty());
                let mut count = vec![0_i32; self.arcs.len()];
                let mut along = Vec::new();
                for shape in members.iter().filter(|shape| mark || !shape.mark) {
                    for &arc in shape.polygons.iter().flat_map(Polygon::rings).flatten() {
                        if let Some(count) = count.get_mut(arc.arc()) {
                            *count += 1;
                        }
                        along.push(arc);
                    }
                }
                along.retain(|arc| count.get(arc.arc()) == Some(&1));
                Outline { code, polygons: self.assemble(&along), mark }
            })
            .collect();
        Self::build(self.step, outlines)
    }

    /// The shapes whose code `keep` accepts, with the arcs they need.
    #[must_use]
    pub fn select(&self, keep: impl Fn(&str) -> bool) -> Self {
        let outlines = (0..self.shapes.len())
            .filter_map(|at| {
                let shape = self.shapes.get(at).filter(|shape| keep(&shape.code))?;
                let polygons = self.polygons(at);
                Some(Outline { code: shape.code.clone(), polygons, mark: shape.mark })
            })
            .collect();
        Self::build(self.step, outlines)
    }

    /// Rings from directed arcs that have their area on the left, as polygons, largest first.
    fn assemble(&self, along: &[ArcRef]) -> Vec<Vec<Ring>> {
        let ends = |reference: &ArcRef| -> Option<(Point, Point)> {
            let arc = self.arcs.get(reference.arc())?;
            let (first, last) = (*arc.first()?, *arc.last()?);
            Some(if reference.backwards() { (last, first) } else { (first, last) })
        };
        let mut leaving: HashMap<Point, Vec<ArcRef>> = HashMap::new();
        for reference in along {
            if let Some((from, _)) = ends(reference) {
                leaving.entry(from).or_default().push(*reference);
            }
        }
        let mut rings = Vec::new();
        for start in along {
            let Some((from, _)) = ends(start) else { continue };
            if !leaving.get(&from).is_some_and(|arcs| arcs.contains(start)) {
                continue; // already part of a ring
            }
            let mut path: Vec<(Point, ArcRef)> = Vec::new();
            let mut next = Some(*start);
            while let Some(reference) = next {
                let Some((from, to)) = ends(&reference) else { break };
                if let Some(arcs) = leaving.get_mut(&from) {
                    arcs.retain(|arc| *arc != reference);
                }
                path.push((from, reference));
                // Back at a node of the path: what lies between is a ring.
                if let Some(back) = path.iter().position(|(node, _)| *node == to) {
                    let closed: Vec<ArcRef> = path.drain(back..).map(|(_, arc)| arc).collect();
                    rings.push(self.ring(&closed));
                }
                if path.is_empty() {
                    break;
                }
                next = leaving.get(&to).and_then(|arcs| self.leftmost(reference, to, arcs));
            }
        }
        nest(rings)
    }

    /// Of `arcs` leaving `node`, the one that turns most to the left for a walker coming by `by`.
    fn leftmost(&self, by: ArcRef, node: Point, arcs: &[ArcRef]) -> Option<ArcRef> {
        let second = |reference: ArcRef| -> Option<Point> {
            let arc = self.arcs.get(reference.arc())?;
            let at = if reference.backwards() { arc.len().checked_sub(2)? } else { 1 };
            arc.get(at).copied()
        };
        let angle = |to: Point| {
            let [x, y] = [f64::from(to[0] - node[0]), f64::from(to[1] - node[1])];
            y.atan2(x)
        };
        let back = angle(second(ArcRef(!by.0))?);
        arcs.iter().copied().min_by(|a, b| {
            let turn = |arc: ArcRef| {
                let way = second(arc).map_or(0.0, angle);
                // Clockwise from the way back: the smallest turn keeps the area on the left.
                (back - way).rem_euclid(std::f64::consts::TAU)
            };
            turn(*a).total_cmp(&turn(*b)).then(a.0.cmp(&b.0))
        })
    }
}

/// Twice the signed area of a ring in grid units; positive counter-clockwise.
pub(crate) fn doubled_area(ring: &[Point]) -> i64 {
    let mut sum = 0;
    for (at, point) in ring.iter().enumerate() {
        let next = ring.get(at + 1).or(ring.first()).unwrap_or(point);
        sum += i64::from(point[0]) * i64::from(next[1]) - i64::from(next[0]) * i64::from(point[1]);
    }
    sum
}

/// Whether `point` lies inside `ring` (even-odd; the border counts as inside on its lower and left
/// side only, so that neighbours never both hold a point).
pub(crate) fn inside(ring: &[Point], x: f64, y: f64) -> bool {
    let mut within = false;
    for (at, a) in ring.iter().enumerate() {
        let b = ring.get(at + 1).or(ring.first()).unwrap_or(a);
        let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(f64::from);
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            within = !within;
        }
    }
    within
}

/// Sorts rings into polygons: counter-clockwise ones are outer rings, each clockwise one is a hole
/// of the smallest outer ring around it. Largest polygon first.
fn nest(rings: Vec<Ring>) -> Vec<Vec<Ring>> {
    let mut polygons: Vec<(i64, Vec<Ring>)> = Vec::new();
    let mut holes = Vec::new();
    for ring in rings {
        match doubled_area(&ring) {
            0 => {}
            area if area > 0 => polygons.push((area, vec![ring])),
            _ => holes.push(ring),
        }
    }
    polygons.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    for hole in holes {
        // A hole may touch its outer ring: a point between two corners decides.
        let Some((x, y)) = interior_point(std::slice::from_ref(&hole)) else { continue };
        let around = polygons.iter_mut().rev().find(|(area, rings)| {
            *area > doubled_area(&hole).abs()
                && rings.first().is_some_and(|outer| inside(outer, x, y))
        });
        if let Some((_, rings)) = around {
            rings.push(hole);
        }
    }
    polygons.into_iter().map(|(_, rings)| rings).collect()
}

/// A point inside a polygon, in grid units: the middle of the widest stretch on a line through it
/// at half height between two corners. None where the polygon has no area.
pub(crate) fn interior_point(rings: &[Ring]) -> Option<(f64, f64)> {
    let mut heights: Vec<i32> = rings.iter().flatten().map(|point| point[1]).collect();
    heights.sort_unstable();
    heights.dedup();
    let middle = heights.len() / 2;
    let y = f64::midpoint(
        f64::from(*heights.get(middle.checked_sub(1)?)?),
        f64::from(*heights.get(middle)?),
    );
    let mut crossings = Vec::new();
    for ring in rings {
        for (at, a) in ring.iter().enumerate() {
            let b = ring.get(at + 1).or(ring.first())?;
            let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(f64::from);
            if (ay > y) != (by > y) {
                crossings.push((bx - ax) * (y - ay) / (by - ay) + ax);
            }
        }
    }
    crossings.sort_by(f64::total_cmp);
    let (from, to) = crossings
        .chunks_exact(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
        .max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
    (to > from).then(|| (f64::midpoint(from, to), y))
}

/// `outline` without repeated points, spikes and rings without area; outer rings counter-clockwise,
/// holes clockwise, largest polygon first.
fn clean_outline(outline: Outline) -> Outline {
    let mut polygons: Vec<Vec<Ring>> = outline
        .polygons
        .into_iter()
        .filter_map(|rings| {
            let mut rings = rings.into_iter().map(clean_ring);
            let mut outer = rings.next().filter(|ring| !ring.is_empty())?;
            if doubled_area(&outer) < 0 {
                outer.reverse();
            }
            let mut polygon = vec![outer];
            polygon.extend(rings.filter(|ring| !ring.is_empty()).map(|mut hole| {
                if doubled_area(&hole) > 0 {
                    hole.reverse();
                }
                hole
            }));
            Some(polygon)
        })
        .collect();
    polygons.sort_by_cached_key(|rings| -rings.first().map_or(0, |outer| doubled_area(outer)));
    Outline { polygons, ..outline }
}

/// `ring` without points that stand twice in a row or at the tip of a spike; empty without area.
fn clean_ring(ring: Ring) -> Ring {
    let mut kept: Ring = Vec::with_capacity(ring.len());
    for point in ring {
        kept.push(point);
        loop {
            match kept.as_slice() {
                [.., a, b] if a == b => {
                    kept.pop();
                }
                [.., a, _, c] if a == c => kept.truncate(kept.len() - 2),
                _ => break,
            }
        }
    }
    // The same across the seam.
    let mut from = 0;
    while let Some([first, second, .., before, last]) = kept.get(from..) {
        if first == last || second == last {
            if first == last {
                kept.pop();
            } else {
                from += 1;
            }
        } else if before == first {
            kept.pop();
        } else {
            break;
        }
    }
    kept.drain(..from);
    if doubled_area(&kept) == 0 { Ring::new() } else { kept }
}

/// Where arcs end.
struct Nodes {
    ends: std::collections::HashSet<Point>,
}

impl Nodes {
    /// A point is a node unless exactly two edges meet in it and the same shapes lie along both.
    fn find(outlines: &[Outline]) -> Self {
        let mut edges: Vec<(Point, Point, usize)> = Vec::new();
        for (shape, outline) in outlines.iter().enumerate() {
            for ring in outline.polygons.iter().flatten() {
                for (at, a) in ring.iter().enumerate() {
                    let b = ring.get(at + 1).or(ring.first()).unwrap_or(a);
                    edges.push((*a.min(b), *a.max(b), shape));
                }
            }
        }
        edges.sort_unstable();
        // Per point: number of edges, and the shapes along the first one seen.
        let mut seen: HashMap<Point, (u32, Vec<usize>)> = HashMap::new();
        let mut ends = std::collections::HashSet::new();
        for edge in edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let sides: Vec<usize> = edge.iter().map(|(_, _, shape)| *shape).collect();
            for point in edge.first().into_iter().flat_map(|(a, b, _)| [*a, *b]) {
                let (count, first) = seen.entry(point).or_insert_with(|| (0, sides.clone()));
                *count += 1;
                if *count > 2 || *first != sides {
                    ends.insert(point);
                }
            }
        }
        ends.extend(seen.iter().filter(|(_, (count, _))| *count != 2).map(|(point, _)| *point));
        Self { ends }
    }
}

/// Arcs by the first step along them from either end.
#[derive(Default)]
struct ArcTable {
    arcs: Vec<Arc>,
    by_first_step: HashMap<(Point, Point), ArcRef>,
}

impl ArcTable {
    /// The arcs along `ring`, new ones added.
    fn cut(&mut self, ring: &[Point], nodes: &Nodes) -> Vec<ArcRef> {
        let start = ring
            .iter()
            .position(|point| nodes.ends.contains(point))
            // A ring without nodes starts at its least point, whoever walks it.
            .or_else(|| (0..ring.len()).min_by_key(|&at| ring.get(at)))
            .unwrap_or(0);
        let mut along = Vec::new();
        let mut arc: Arc = Vec::new();
        let (before, after) = ring.split_at(start);
        for &point in after.iter().chain(before).chain(after.first()) {
            arc.push(point);
            if arc.len() > 1 && nodes.ends.contains(&point) {
                along.extend(self.intern(std::mem::replace(&mut arc, vec![point])));
            }
        }
        if arc.len() > 1 {
            along.extend(self.intern(arc));
        }
        along
    }

    fn intern(&mut self, arc: Arc) -> Option<ArcRef> {
        let [first, second, ..] = *arc.as_slice() else { return None };
        let [.., before, last] = *arc.as_slice() else { return None };
        if let Some(&known) = self.by_first_step.get(&(first, second)) {
            return Some(known);
        }
        let at = self.arcs.len();
        self.by_first_step.insert((last, before), ArcRef::new(at, true));
        self.by_first_step.insert((first, second), ArcRef::new(at, false));
        self.arcs.push(arc);
        Some(ArcRef::new(at, false))
    }
}
