//! The power diagram of the districts of one island.

use super::Place;
use super::land::{Box4, Extent, HalfPlane};

/// Neighbours kept in order of distance; farther ones are seldom needed.
const NEAR: usize = 256;
/// Share of the way to the site of a larger district that a circle may take.
const ROOM: f64 = 0.7;
/// Share of the way the drawn middle is off by which a generator moves, and share of earlier moves
/// that it keeps (so that districts that cannot come nearer do not drift away).
const PULL: f64 = 0.5;
const KEPT: f64 = 0.9;
/// The island's box is widened by this much, so that no border ends on the coast.
const MARGIN_KM: f64 = 5.0;

/// The point of a district on an island.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) district: usize,
    pub(super) region: usize,
    /// The middle of the district.
    pub(super) middle: Place,
    /// The generator of its cell.
    pub(super) place: Place,
    /// Radius of a circle as large as the district is expected to be, in km; infinite if unknown.
    pub(super) radius: f64,
    /// Weight before that of the region is added, in km²; set by [`Cells::new`].
    pub(super) base: f64,
}

/// A corner of a cell and the site across the border that follows it; none at the island's box.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corner {
    pub(super) place: Place,
    pub(super) across: Option<usize>,
}

/// The sites of an island.
#[derive(Debug)]
pub(super) struct Cells {
    pub(super) sites: Vec<Site>,
    /// Per site: others by distance, the nearest [`NEAR`].
    near: Vec<Vec<usize>>,
    frame: Box4,
}

fn squared(a: Place, b: Place) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

impl Cells {
    pub(super) fn new(sites: Vec<Site>, [west, south, east, north]: Box4) -> Self {
        let frame = [west - MARGIN_KM, south - MARGIN_KM, east + MARGIN_KM, north + MARGIN_KM];
        let mut cells = Self { sites, near: Vec::new(), frame };
        cells.find_near();
        cells.inflate();
        cells
    }

    /// Gives every site the weight of a circle, such that circles do not overlap: sites of small
    /// districts as large as expected, the others as far as they leave room. The cells of disjoint
    /// circles hold their circles (Aurenhammer 1987), so that no district starts without a cell.
    fn inflate(&mut self) {
        let mut order: Vec<(usize, Site)> = self.sites.iter().copied().enumerate().collect();
        order.sort_by(|(i, a), (j, b)| a.radius.total_cmp(&b.radius).then(i.cmp(j)));
        let mut radii: Vec<Option<f64>> = vec![None; self.sites.len()];
        for (at, site) in order {
            let mut radius = site.radius;
            for (other, (rival, known)) in self.sites.iter().zip(&radii).enumerate() {
                let apart = squared(rival.place, site.place).sqrt();
                if other != at {
                    radius = radius.min(known.map_or(apart * ROOM, |known| apart - known));
                }
            }
            if let Some(known) = radii.get_mut(at) {
                *known = Some(radius.max(0.0));
            }
        }
        for (site, radius) in self.sites.iter_mut().zip(radii) {
            site.base = radius.unwrap_or(0.0).powi(2);
        }
    }

    /// Moves generators against the way the middle of their cell (`extents`) is off the middle of
    /// the district, at most by the radius of the cell.
    pub(super) fn recentre(&mut self, extents: &[Extent]) {
        for (site, extent) in self.sites.iter_mut().zip(extents) {
            let mut off = [0.0; 2];
            if let Some(drawn) = extent.middle() {
                for (axis, off) in off.iter_mut().enumerate() {
                    *off = KEPT * (site.place[axis] - site.middle[axis])
                        + PULL * (site.middle[axis] - drawn[axis]);
                }
                let radius = (extent.area / std::f64::consts::PI).sqrt();
                let length = off[0].hypot(off[1]);
                if length > radius {
                    off = off.map(|off| off * radius / length);
                }
            }
            site.place = [site.middle[0] + off[0], site.middle[1] + off[1]];
        }
        self.find_near();
    }

    fn find_near(&mut self) {
        let sites = &self.sites;
        self.near = sites
            .iter()
            .enumerate()
            .map(|(at, site)| {
                let mut others: Vec<(f64, usize)> = sites
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != at)
                    .map(|(other, far)| (squared(site.place, far.place), other))
                    .collect();
                let order =
                    |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
                if others.len() > NEAR {
                    others.select_nth_unstable_by(NEAR, order);
                    others.truncate(NEAR);
                }
                others.sort_by(order);
                others.into_iter().map(|(_, other)| other).collect()
            })
            .collect();
    }

    fn weight(&self, at: usize, weights: &[f64]) -> f64 {
        self.sites
            .get(at)
            .map_or(0.0, |site| site.base + weights.get(site.region).copied().unwrap_or(0.0))
    }

    /// The places nearer to site `at` than to `other`.
    pub(super) fn half(&self, at: usize, other: usize, weights: &[f64]) -> Option<HalfPlane> {
        let (p, q) = (self.sites.get(at)?.place, self.sites.get(other)?.place);
        let power = |place: Place, weight: f64| place[0].powi(2) + place[1].powi(2) - weight;
        let offset =
            (power(q, self.weight(other, weights)) - power(p, self.weight(at, weights))) / 2.0;
        Some(HalfPlane { normal: [q[0] - p[0], q[1] - p[1]], offset })
    }

    /// The cell of site `at`, counter-clockwise; empty where others leave it nothing.
    pub(super) fn cell(&self, at: usize, weights: &[f64]) -> Vec<Corner> {
        let (Some(site), Some(near)) = (self.sites.get(at), self.near.get(at)) else {
            return Vec::new();
        };
        let [west, south, east, north] = self.frame;
        let corners = [[west, south], [east, south], [east, north], [west, north]];
        let mut cell: Vec<Corner> =
            corners.into_iter().map(|place| Corner { place, across: None }).collect();
        let own = self.weight(at, weights);
        let heaviest =
            (0..self.sites.len()).map(|site| self.weight(site, weights)).fold(own, f64::max);
        // No border beyond this distance can reach a cell of this radius.
        let reach = |cell: &[Corner]| {
            let radius =
                cell.iter().map(|corner| squared(corner.place, site.place)).fold(0.0, f64::max);
            radius.sqrt() + (radius + heaviest - own).max(0.0).sqrt()
        };
        let mut limit = reach(&cell);
        let mut seen_all = self.near.get(at).is_some_and(|near| near.len() + 1 == self.sites.len());
        for &other in near {
            let Some(rival) = self.sites.get(other) else { continue };
            if squared(site.place, rival.place).sqrt() > limit || cell.is_empty() {
                seen_all = true;
                break;
            }
            if self.cut(&mut cell, at, other, weights) {
                limit = reach(&cell);
            }
        }
        if !seen_all {
            for other in (0..self.sites.len()).filter(|other| *other != at && !near.contains(other))
            {
                self.cut(&mut cell, at, other, weights);
            }
        }
        cell
    }

    /// Cuts a cell by the border with `other`; whether anything changed.
    fn cut(&self, cell: &mut Vec<Corner>, at: usize, other: usize, weights: &[f64]) -> bool {
        let Some(half) = self.half(at, other, weights) else { return false };
        if cell.iter().all(|corner| half.excess(corner.place) <= 0.0) {
            return false;
        }
        let mut kept = Vec::with_capacity(cell.len() + 1);
        for (position, corner) in cell.iter().enumerate() {
            let next = cell.get(position + 1).or(cell.first()).unwrap_or(corner);
            let (here, there) = (half.excess(corner.place), half.excess(next.place));
            let crossing = || {
                let part = here / (here - there);
                let between = |axis: usize| {
                    corner.place[axis] + part * (next.place[axis] - corner.place[axis])
                };
                [between(0), between(1)]
            };
            if here <= 0.0 {
                kept.push(*corner);
                if there > 0.0 {
                    kept.push(Corner { place: crossing(), across: Some(other) });
                }
            } else if there <= 0.0 {
                kept.push(Corner { place: crossing(), across: corner.across });
            }
        }
        *cell = kept;
        true
    }

    /// The borders between all cells, each once. Their ends are computed from the three sites that
    /// meet there, so that borders end in the same place to the last bit.
    pub(super) fn borders(&self, weights: &[f64]) -> Vec<[Place; 2]> {
        let mut borders = Vec::new();
        for at in 0..self.sites.len() {
            let cell = self.cell(at, weights);
            for (position, corner) in cell.iter().enumerate() {
                let Some(other) = corner.across.filter(|other| *other > at) else { continue };
                let before = cell.get(position.wrapping_sub(1)).or(cell.last());
                let next = cell.get(position + 1).or(cell.first());
                let (Some(before), Some(next)) = (before, next) else { continue };
                let end = |third: Option<usize>, place: Place| {
                    third
                        .and_then(|third| self.meeting([at, other, third], weights))
                        .unwrap_or(place)
                };
                borders.push([end(before.across, corner.place), end(next.across, next.place)]);
            }
        }
        borders
    }

    /// Where the cells of three sites meet.
    fn meeting(&self, mut sites: [usize; 3], weights: &[f64]) -> Option<Place> {
        sites.sort_unstable();
        let [a, b, c] = sites;
        let (first, second) = (self.half(a, b, weights)?, self.half(a, c, weights)?);
        let ([a, b], [c, d]) = (first.normal, second.normal);
        let determinant = a * d - b * c;
        (determinant != 0.0).then(|| {
            [
                (first.offset * d - b * second.offset) / determinant,
                (a * second.offset - c * first.offset) / determinant,
            ]
        })
    }

    /// The district that a place of the island belongs to.
    pub(super) fn owner(&self, place: Place, weights: &[f64]) -> Option<usize> {
        let power = |at: usize, site: &Site| squared(site.place, place) - self.weight(at, weights);
        let sites = self.sites.iter().enumerate();
        let owner = sites.min_by(|(i, a), (j, b)| power(*i, a).total_cmp(&power(*j, b)));
        owner.map(|(_, site)| site.district)
    }
}
