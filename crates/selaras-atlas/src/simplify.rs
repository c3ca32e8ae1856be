//! Fewer points, the same map.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::topology::{Arc, Point, Topology};

/// Cells of the point index are this many grid steps wide.
const CELL: i32 = 256;

impl Topology {
    /// The map with points taken out of its borders, the least telling first, as long as the
    /// triangle a point makes with those beside it is smaller than `km2` (Visvalingam and Whyatt
    /// 1993). A point stays where taking it out would make borders cross, touch or fall together:
    /// no region is lost, no overlap or gap arises, and ends of borders stay in place.
    #[must_use]
    pub fn simplify(&self, km2: f64) -> Self {
        let mut thinning = Thinning::new(self);
        thinning.run(km2);
        Self { step: self.step, arcs: thinning.arcs(), shapes: self.shapes.clone() }
    }
}

/// A point of an arc that may go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    /// Area of its triangle in grid units, doubled.
    area: u64,
    arc: usize,
    at: usize,
    /// Tells an entry of the queue from later ones for the same point.
    version: u32,
}

struct Thinning<'a> {
    topology: &'a Topology,
    /// Per arc and point: those still there before and after it.
    links: Vec<Vec<(usize, usize)>>,
    version: Vec<Vec<u32>>,
    gone: Vec<Vec<bool>>,
    /// Points still there, by cell; a point of several arcs counts once for each.
    cells: HashMap<(i32, i32), Vec<Point>>,
    /// Edges still there.
    edges: HashSet<(Point, Point)>,
}

fn edge(a: Point, b: Point) -> (Point, Point) {
    (a.min(b), a.max(b))
}

fn cell(point: Point) -> (i32, i32) {
    (point[0].div_euclid(CELL), point[1].div_euclid(CELL))
}

fn doubled(a: Point, b: Point, c: Point) -> i64 {
    let [ax, ay, bx, by, cx, cy] = [a[0], a[1], b[0], b[1], c[0], c[1]].map(i64::from);
    (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
}

impl<'a> Thinning<'a> {
    fn new(topology: &'a Topology) -> Self {
        let arcs = &topology.arcs;
        let mut cells: HashMap<(i32, i32), Vec<Point>> = HashMap::new();
        let mut edges = HashSet::new();
        for arc in arcs {
            for point in arc {
                cells.entry(cell(*point)).or_default().push(*point);
            }
            edges.extend(
                arc.windows(2).filter_map(|pair| Some(edge(*pair.first()?, *pair.get(1)?))),
            );
        }
        Self {
            topology,
            links: arcs
                .iter()
                .map(|arc| (0..arc.len()).map(|at| (at.saturating_sub(1), at + 1)).collect())
                .collect(),
            version: arcs.iter().map(|arc| vec![0; arc.len()]).collect(),
            gone: arcs.iter().map(|arc| vec![false; arc.len()]).collect(),
            cells,
            edges,
        }
    }

    fn run(&mut self, km2: f64) {
        let mut queue = BinaryHeap::new();
        let mut limit = 0;
        for (arc, points) in self.topology.arcs.iter().enumerate() {
            for at in 1..points.len().saturating_sub(1) {
                queue.extend(self.candidate(arc, at).map(Reverse));
            }
            // Grid cells are largest, and the limit in cells lowest, where the map is nearest to
            // the equator; Indonesia spans 2 %, so one limit serves.
            if let Some(point) = points.first().filter(|_| limit == 0) {
                limit = (2.0 * km2 / self.topology.cell_km2(point[1])) as u64;
            }
        }
        while let Some(Reverse(next)) = queue.pop() {
            if next.area >= limit {
                break;
            }
            if self.current_version(next.arc, next.at) != Some(next.version) {
                continue;
            }
            let Some((before, after)) = self.take(next.arc, next.at) else { continue };
            for at in [before, after] {
                if let Some(version) =
                    self.version.get_mut(next.arc).and_then(|versions| versions.get_mut(at))
                {
                    *version += 1;
                }
                // Never earlier than the point just taken, or long borders would unravel.
                queue.extend(self.candidate(next.arc, at).map(|mut candidate| {
                    candidate.area = candidate.area.max(next.area);
                    Reverse(candidate)
                }));
            }
        }
    }

    fn current_version(&self, arc: usize, at: usize) -> Option<u32> {
        if *self.gone.get(arc)?.get(at)? {
            return None;
        }
        self.version.get(arc)?.get(at).copied()
    }

    /// The corner at a point that is not an end of its arc.
    fn corner(&self, arc: usize, at: usize) -> Option<(usize, usize, [Point; 3])> {
        let points = self.topology.arcs.get(arc)?;
        if at == 0 || at + 1 >= points.len() {
            return None;
        }
        let &(before, after) = self.links.get(arc)?.get(at)?;
        Some((before, after, [*points.get(before)?, *points.get(at)?, *points.get(after)?]))
    }

    fn candidate(&self, arc: usize, at: usize) -> Option<Candidate> {
        let (_, _, [a, b, c]) = self.corner(arc, at)?;
        let version = self.current_version(arc, at)?;
        Some(Candidate { area: doubled(a, b, c).unsigned_abs(), arc, at, version })
    }

    /// Takes a point out unless the map would suffer; the points before and after it.
    fn take(&mut self, arc: usize, at: usize) -> Option<(usize, usize)> {
        let (before, after, corner) = self.corner(arc, at)?;
        let [a, b, c] = corner;
        if a == c || self.edges.contains(&edge(a, c)) || !self.clear(corner) {
            return None;
        }
        self.edges.remove(&edge(a, b));
        self.edges.remove(&edge(b, c));
        self.edges.insert(edge(a, c));
        if let Some(points) = self.cells.get_mut(&cell(b))
            && let Some(found) = points.iter().position(|point| *point == b)
        {
            points.swap_remove(found);
        }
        *self.gone.get_mut(arc)?.get_mut(at)? = true;
        self.links.get_mut(arc)?.get_mut(before)?.1 = after;
        self.links.get_mut(arc)?.get_mut(after)?.0 = before;
        Some((before, after))
    }

    /// Whether no other point lies in or on the triangle: then no border can pass through it.
    fn clear(&self, corner: [Point; 3]) -> bool {
        let [a, b, c] = corner;
        let (west, south) = cell([a[0].min(b[0]).min(c[0]), a[1].min(b[1]).min(c[1])]);
        let (east, north) = cell([a[0].max(b[0]).max(c[0]), a[1].max(b[1]).max(c[1])]);
        let turn = doubled(a, b, c).signum();
        (west..=east).flat_map(|x| (south..=north).map(move |y| (x, y))).all(|key| {
            self.cells.get(&key).is_none_or(|points| {
                points.iter().all(|&point| {
                    corner.contains(&point)
                        || if turn == 0 {
                            // On a straight line: only what lies on it between the ends matters.
                            doubled(a, c, point) != 0
                                || point < a.min(c).min(b)
                                || point > a.max(c).max(b)
                        } else {
                            [(a, b), (b, c), (c, a)]
                                .iter()
                                .any(|&(from, to)| doubled(from, to, point) * turn < 0)
                        }
                })
            })
        })
    }

    fn arcs(&self) -> Vec<Arc> {
        self.topology
            .arcs
            .iter()
            .zip(&self.gone)
            .map(|(arc, gone)| {
                arc.iter().zip(gone).filter(|(_, gone)| !**gone).map(|(point, _)| *point).collect()
            })
            .collect()
    }
}
