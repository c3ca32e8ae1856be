//! An island in a form that quickly tells how much of it lies in a convex cell.

use super::Place;

/// A piece of the island is not divided further below this many corners.
const CORNERS: usize = 12;

/// A half-plane: where `normal · place <= offset`.
#[derive(Clone, Copy, Debug)]
pub(super) struct HalfPlane {
    pub(super) normal: Place,
    pub(super) offset: f64,
}

impl HalfPlane {
    /// How far `place` lies outside, times the length of the normal.
    pub(super) fn excess(&self, place: Place) -> f64 {
        self.normal[0] * place[0] + self.normal[1] * place[1] - self.offset
    }
}

/// Keeps the part of a ring in a half-plane (Sutherland and Hodgman 1974). The ring may double back
/// along the cut, which changes neither its area nor which places inside the half-plane it holds.
fn clip(ring: &[Place], half: HalfPlane) -> Vec<Place> {
    let mut kept = Vec::with_capacity(ring.len() + 4);
    let Some(&last) = ring.last() else { return kept };
    let mut before = (last, half.excess(last));
    for &place in ring {
        let now = (place, half.excess(place));
        if (before.1 > 0.0) != (now.1 > 0.0) {
            let part = before.1 / (before.1 - now.1);
            let between = |axis: usize| before.0[axis] + part * (now.0[axis] - before.0[axis]);
            kept.push([between(0), between(1)]);
        }
        if now.1 <= 0.0 {
            kept.push(place);
        }
        before = now;
    }
    kept
}

/// An area in km² and where its middle lies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    pub(super) area: f64,
    /// Sum of place × area.
    moment: Place,
}

impl Extent {
    /// Of a ring; negative clockwise.
    fn of(ring: &[Place]) -> Self {
        let mut extent = Self::default();
        if let (Some(origin), Some(last)) = (ring.first(), ring.last()) {
            let mut before = last;
            for place in ring {
                let (ax, ay) = (before[0] - origin[0], before[1] - origin[1]);
                let (bx, by) = (place[0] - origin[0], place[1] - origin[1]);
                let area = (ax * by - bx * ay) / 2.0;
                let moment = [area * (ax + bx) / 3.0, area * (ay + by) / 3.0];
                extent.add(Self { area, moment });
                before = place;
            }
            for (moment, origin) in extent.moment.iter_mut().zip(origin) {
                *moment += extent.area * origin;
            }
        }
        extent
    }

    fn add(&mut self, other: Self) {
        self.area += other.area;
        self.moment = [self.moment[0] + other.moment[0], self.moment[1] + other.moment[1]];
    }

    /// The middle; none without area.
    pub(super) fn middle(&self) -> Option<Place> {
        (self.area > 0.0).then(|| self.moment.map(|moment| moment / self.area))
    }
}

/// A box: west, south, east, north.
pub(super) type Box4 = [f64; 4];

#[derive(Debug)]
struct Node {
    bounds: Box4,
    extent: Extent,
    rings: Vec<Vec<Place>>,
    parts: Option<Box<[Node; 2]>>,
}

/// An island, divided by halves.
#[derive(Debug)]
pub(super) struct Land {
    rings: Vec<Vec<Place>>,
    root: Node,
}

impl Land {
    /// The island with these rings: the first its coast, the others lakes, in any direction.
    pub(super) fn new(mut rings: Vec<Vec<Place>>) -> Self {
        for (at, ring) in rings.iter_mut().enumerate() {
            if (Extent::of(ring).area < 0.0) == (at == 0) {
                ring.reverse();
            }
        }
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for [x, y] in rings.iter().flatten() {
            bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
        }
        Self { root: divide(bounds, rings.clone(), 0), rings }
    }

    pub(super) fn bounds(&self) -> Box4 {
        self.root.bounds
    }

    pub(super) fn area(&self) -> f64 {
        self.root.extent.area
    }

    /// What of the island lies within all half-planes.
    pub(super) fn within(&self, cell: &[HalfPlane]) -> Extent {
        let mut extent = Extent::default();
        add_within(&self.root, cell, &mut extent);
        extent
    }

    pub(super) fn contains(&self, place: Place) -> bool {
        let mut node = &self.root;
        let [west, south, east, north] = node.bounds;
        if place[0] < west || place[0] > east || place[1] < south || place[1] > north {
            return false;
        }
        while let Some(parts) = &node.parts {
            let [first, second] = parts.as_ref();
            let b = first.bounds;
            node = if place[0] <= b[2] && place[1] <= b[3] { first } else { second };
        }
        winds(&node.rings, place)
    }

    /// Distance to the island, 0 on it; none beyond `reach`.
    pub(super) fn distance(&self, place: Place, reach: f64) -> Option<f64> {
        if self.off(place) > reach {
            return None;
        }
        if self.contains(place) {
            return Some(0.0);
        }
        let mut least = f64::INFINITY;
        for ring in &self.rings {
            let mut before = ring.last();
            for to in ring {
                let Some(from) = before else { break };
                before = Some(to);
                let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
                let (px, py) = (place[0] - from[0], place[1] - from[1]);
                let length = dx * dx + dy * dy;
                let along =
                    if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
                least = least.min((px - along * dx).hypot(py - along * dy));
            }
        }
        (least <= reach).then_some(least)
    }

    /// Of `places`, those that may be the nearest to the island.
    pub(super) fn candidates(&self, places: &[Place]) -> Vec<usize> {
        let [west, south, east, north] = self.root.bounds;
        let across = (east - west).hypot(north - south);
        let least = places.iter().map(|place| self.off(*place)).fold(f64::INFINITY, f64::min);
        let near =
            |at: &usize| places.get(*at).is_some_and(|place| self.off(*place) <= least + across);
        (0..places.len()).filter(near).collect()
    }

    /// Distance to the box of the island.
    fn off(&self, [x, y]: Place) -> f64 {
        let [west, south, east, north] = self.root.bounds;
        (west - x).max(x - east).max(0.0).hypot((south - y).max(y - north).max(0.0))
    }
}

/// Even-odd: whether `place` lies in the rings.
fn winds(rings: &[Vec<Place>], [x, y]: Place) -> bool {
    let mut within = false;
    for ring in rings {
        let mut before = ring.last();
        for b in ring {
            let Some(a) = before else { break };
            before = Some(b);
            if (a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] {
                within = !within;
            }
        }
    }
    within
}

fn divide(bounds: Box4, rings: Vec<Vec<Place>>, depth: u32) -> Node {
    let mut extent = Extent::default();
    for ring in &rings {
        extent.add(Extent::of(ring));
    }
    let corners: usize = rings.iter().map(Vec::len).sum();
    let mut node = Node { bounds, extent, rings, parts: None };
    if corners <= CORNERS || depth >= 24 {
        return node;
    }
    let [west, south, east, north] = bounds;
    let axis = usize::from(east - west < north - south);
    let middle = if axis == 0 { f64::midpoint(west, east) } else { f64::midpoint(south, north) };
    let mut low = bounds;
    let mut high = bounds;
    low[axis + 2] = middle;
    high[axis] = middle;
    let part = |bounds: Box4, sign: f64| {
        let mut normal = [0.0, 0.0];
        normal[axis] = sign;
        let half = HalfPlane { normal, offset: sign * middle };
        let rings = node.rings.iter().map(|ring| clip(ring, half));
        divide(bounds, rings.filter(|ring| ring.len() > 2).collect(), depth + 1)
    };
    node.parts = Some(Box::new([part(low, 1.0), part(high, -1.0)]));
    node.rings = Vec::new();
    node
}

fn add_within(node: &Node, cell: &[HalfPlane], sum: &mut Extent) {
    if node.rings.is_empty() && node.parts.is_none() {
        return;
    }
    let [west, south, east, north] = node.bounds;
    let mut cutting = Vec::new();
    for half in cell {
        let reach = |sign: f64| {
            let x = if half.normal[0] * sign > 0.0 { east } else { west };
            let y = if half.normal[1] * sign > 0.0 { north } else { south };
            half.excess([x, y])
        };
        if reach(-1.0) >= 0.0 {
            return;
        }
        if reach(1.0) > 0.0 {
            cutting.push(*half);
        }
    }
    if cutting.is_empty() {
        sum.add(node.extent);
    } else if let Some(parts) = &node.parts {
        for part in parts.iter() {
            add_within(part, &cutting, sum);
        }
    } else {
        for ring in &node.rings {
            let mut left = ring.clone();
            for half in &cutting {
                left = clip(&left, *half);
            }
            sum.add(Extent::of(&left));
        }
    }
}
