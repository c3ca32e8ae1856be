//! Areas, neighbours, places.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::topology::{Point, Polygon, Ring, Topology, inside};

/// Semi-major axis of WGS 84 in km, and its eccentricity.
pub(crate) const AXIS_KM: f64 = 6_378.137;
const ECCENTRICITY: f64 = 0.081_819_190_842_621_5;
/// Mean radius of the earth in km, for distances.
const RADIUS_KM: f64 = 6_371.008_8;

/// Degrees from west to east and from south to north.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Least longitude.
    pub west: f64,
    /// Least latitude.
    pub south: f64,
    /// Greatest longitude.
    pub east: f64,
    /// Greatest latitude.
    pub north: f64,
}

/// Two shapes that touch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbours {
    /// Positions of the shapes, the first one smaller.
    pub shapes: (usize, usize),
    /// Length of their common border; 0 where they touch in points only.
    pub km: f64,
}

/// Height in km above the equator on Lambert's cylindrical equal-area projection of WGS 84
/// (Snyder 1987, equations 3-12 and 10-18 with the equator as standard parallel).
pub(crate) fn equal_area_height(lat: f64) -> f64 {
    let sine = lat.to_radians().sin();
    let e = ECCENTRICITY;
    let q = (1.0 - e * e)
        * (sine / (1.0 - (e * sine).powi(2))
            - ((1.0 - e * sine) / (1.0 + e * sine)).ln() / (2.0 * e));
    AXIS_KM * q / 2.0
}

/// The latitude at a height of [`equal_area_height`] (Newton; Snyder 1987, equation 3-16).
pub(crate) fn height_latitude(height: f64) -> f64 {
    let q = 2.0 * height / AXIS_KM;
    let mut lat = (q / 2.0).clamp(-1.0, 1.0).asin();
    for _ in 0..4 {
        let (sine, cosine) = lat.sin_cos();
        let square = 1.0 - (ECCENTRICITY * sine).powi(2);
        let slope = (1.0 - ECCENTRICITY.powi(2)) * cosine / square.powi(2);
        lat += (height - equal_area_height(lat.to_degrees())) / (AXIS_KM * slope);
    }
    lat.to_degrees()
}

/// Area in km² of a ring of longitudes and latitudes on WGS 84; positive counter-clockwise. Edges
/// are straight on the equal-area projection, which over the kilometres between two points of a
/// border is the same as any other straight.
#[must_use]
pub fn ring_area_km2(ring: &[(f64, f64)]) -> f64 {
    let heights: Vec<f64> = ring.iter().map(|place| equal_area_height(place.1)).collect();
    let mut sum = 0.0;
    let last = ring.last().zip(heights.last());
    let mut before = last.map(|(place, height)| (place.0, *height));
    for (place, height) in ring.iter().zip(&heights) {
        if let Some((lon, level)) = before {
            sum -= (place.0 - lon).to_radians() * AXIS_KM * f64::midpoint(*height, level);
        }
        before = Some((place.0, *height));
    }
    sum
}

/// Kilometres between two places (haversine on the mean sphere).
#[must_use]
pub fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let across = from.1.to_radians().cos() * to.1.to_radians().cos() * half(from.0, to.0);
    2.0 * RADIUS_KM * (half(from.1, to.1) + across).sqrt().min(1.0).asin()
}

impl Topology {
    /// Area in km² of one cell of the grid at height `y`.
    pub(crate) fn cell_km2(&self, y: i32) -> f64 {
        let south = f64::from(y) * self.step;
        let height = equal_area_height(south + self.step) - equal_area_height(south);
        self.step.to_radians() * AXIS_KM * height
    }

    /// Area in km² of a polygon of this topology.
    #[must_use]
    pub fn polygon_km2(&self, polygon: &Polygon) -> f64 {
        polygon.rings().map(|ring| self.ring_km2(&self.ring(ring))).sum()
    }

    fn ring_km2(&self, ring: &[Point]) -> f64 {
        let places: Vec<(f64, f64)> = ring.iter().map(|point| self.place(*point)).collect();
        ring_area_km2(&places)
    }

    /// Area in km² of the shape at `at`; 0 where there is none.
    #[must_use]
    pub fn area_km2(&self, at: usize) -> f64 {
        let polygons = self.shapes.get(at).map_or(&[][..], |shape| &shape.polygons);
        polygons.iter().map(|polygon| self.polygon_km2(polygon)).sum()
    }

    /// The box around all arcs; none where there are no arcs.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        self.bounds_of(self.arcs.iter().flatten().copied())
    }

    /// The box around the shape at `at`.
    #[must_use]
    pub fn shape_bounds(&self, at: usize) -> Option<Bounds> {
        let arcs = self.shapes.get(at)?.polygons.iter().flat_map(Polygon::rings).flatten();
        self.bounds_of(arcs.filter_map(|arc| self.arcs.get(arc.arc())).flatten().copied())
    }

    fn bounds_of(&self, points: impl Iterator<Item = Point>) -> Option<Bounds> {
        let (mut low, mut high) = ([i32::MAX; 2], [i32::MIN; 2]);
        for [x, y] in points {
            low = [low[0].min(x), low[1].min(y)];
            high = [high[0].max(x), high[1].max(y)];
        }
        if low[0] > high[0] {
            return None;
        }
        let ((west, south), (east, north)) = (self.place(low), self.place(high));
        Some(Bounds { west, south, east, north })
    }

    /// Whether the place lies in the shape at `at`.
    #[must_use]
    pub fn contains(&self, at: usize, lon: f64, lat: f64) -> bool {
        let (x, y) = (lon / self.step, lat / self.step);
        let polygons = self.shapes.get(at).map_or(&[][..], |shape| &shape.polygons);
        let rings = polygons.iter().flat_map(Polygon::rings);
        rings.filter(|ring| inside(&self.ring(ring), x, y)).count() % 2 == 1
    }

    /// Position of the first shape with the place in it. Walks all shapes: for a few questions, not
    /// for a raster.
    #[must_use]
    pub fn locate(&self, lon: f64, lat: f64) -> Option<usize> {
        (0..self.shapes.len()).find(|&at| self.contains(at, lon, lat))
    }

    /// Pairs of shapes that touch, in order, with the length of their common border.
    #[must_use]
    pub fn neighbours(&self) -> Vec<Neighbours> {
        let mut sides: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.arcs.len()];
        let mut corners: BTreeMap<Point, BTreeSet<usize>> = BTreeMap::new();
        for (at, shape) in self.shapes.iter().enumerate() {
            for reference in shape.polygons.iter().flat_map(Polygon::rings).flatten() {
                let Some(side) = sides.get_mut(reference.arc()) else { continue };
                side.insert(at);
                let Some(arc) = self.arcs.get(reference.arc()) else { continue };
                for end in [arc.first(), arc.last()].into_iter().flatten() {
                    corners.entry(*end).or_default().insert(at);
                }
            }
        }
        let mut pairs: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let mut meet = |shapes: &BTreeSet<usize>, km: f64| {
            for &a in shapes {
                for &b in shapes.range(a + 1..) {
                    *pairs.entry((a, b)).or_default() += km;
                }
            }
        };
        for shapes in corners.values() {
            meet(shapes, 0.0);
        }
        for (arc, shapes) in self.arcs.iter().zip(&sides).filter(|(_, shapes)| shapes.len() > 1) {
            let length = arc.iter().zip(arc.iter().skip(1));
            meet(shapes, length.map(|(a, b)| distance_km(self.place(*a), self.place(*b))).sum());
        }
        pairs.into_iter().map(|(shapes, km)| Neighbours { shapes, km }).collect()
    }

    /// The place in the largest polygon of a shape that is farthest from its border, where a label
    /// has most room (Garcia-Castellanos and Lombardo 2007), to a hundredth of the polygon's width.
    #[must_use]
    pub fn label_place(&self, at: usize) -> Option<(f64, f64)> {
        let polygon = self.shapes.get(at)?.polygons.first()?;
        let rings: Vec<Ring> = polygon.rings().map(|ring| self.ring(ring)).collect();
        let (x, y) = pole(&rings)?;
        Some((x * self.step, y * self.step))
    }
}

/// Distance from a point to the border of a polygon, negative outside.
fn clearance(rings: &[Ring], x: f64, y: f64) -> f64 {
    let mut least = f64::INFINITY;
    for ring in rings {
        for (at, a) in ring.iter().enumerate() {
            let b = ring.get(at + 1).or(ring.first()).unwrap_or(a);
            let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(f64::from);
            let (dx, dy) = (bx - ax, by - ay);
            let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            least = least.min((x - ax - along * dx).hypot(y - ay - along * dy));
        }
    }
    let within = rings.iter().filter(|ring| inside(ring, x, y)).count() % 2 == 1;
    if within { least } else { -least }
}

#[derive(PartialEq)]
struct Square {
    /// No point of the square is farther from the border.
    at_most: f64,
    x: f64,
    y: f64,
    half: f64,
}

impl Eq for Square {}
impl Ord for Square {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at_most.total_cmp(&other.at_most)
    }
}
impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The pole of inaccessibility of a polygon by halving squares, those with most promise first.
fn pole(rings: &[Ring]) -> Option<(f64, f64)> {
    let outer = rings.first()?;
    let (mut best, mut at) = (0.0, crate::topology::interior_point(rings)?);
    let xs = || outer.iter().map(|point| f64::from(point[0]));
    let ys = || outer.iter().map(|point| f64::from(point[1]));
    let (west, east) = (xs().fold(f64::INFINITY, f64::min), xs().fold(f64::NEG_INFINITY, f64::max));
    let (south, north) =
        (ys().fold(f64::INFINITY, f64::min), ys().fold(f64::NEG_INFINITY, f64::max));
    let side = (east - west).min(north - south).max(1.0);
    let enough = side / 100.0;
    let square = |x: f64, y: f64, half: f64| {
        let clear = clearance(rings, x, y);
        (clear, Square { at_most: clear + half * std::f64::consts::SQRT_2, x, y, half })
    };
    let mut queue = BinaryHeap::new();
    let half = side / 2.0;
    for column in 0..((east - west) / side).ceil() as usize {
        for row in 0..((north - south) / side).ceil() as usize {
            let (x, y) = (west + half + side * column as f64, south + half + side * row as f64);
            queue.push(square(x, y, half).1);
        }
    }
    // A few thousand squares settle any border; the bound keeps a strange one from taking longer.
    for _ in 0..4_000 {
        let Some(next) = queue.pop().filter(|next| next.at_most > best + enough) else { break };
        let half = next.half / 2.0;
        for (dx, dy) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
            let (clear, part) = square(next.x + dx, next.y + dy, half);
            if clear > best {
                (best, at) = (clear, (part.x, part.y));
            }
            queue.push(part);
        }
    }
    Some(at)
}
