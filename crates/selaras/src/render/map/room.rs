//! Where on a map there is room: a coarse raster of which region owns which spot.

use selaras_atlas::{Projection, Topology};

/// Units of the drawing along the side of a cell.
const CELL: f64 = 2.0;

/// A box in units of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Space {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Space {
    pub(super) fn centred(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x: x - width / 2.0, y: y - height / 2.0, width, height }
    }

    pub(super) fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub(super) fn holds(&self, x: f64, y: f64) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// The raster: who owns each cell, 0 for sea, `n + 1` for the shape at `n`.
#[derive(Clone, Debug)]
pub(super) struct Room {
    columns: usize,
    rows: usize,
    owner: Vec<u16>,
}

impl Room {
    /// The shapes of `topology` on a drawing of `width` × `height`, moved by `offset`.
    pub(super) fn new(
        topology: &Topology,
        projection: &Projection,
        offset: (f64, f64),
        (width, height): (f64, f64),
    ) -> Self {
        let columns = (width / CELL).ceil().clamp(1.0, 2000.0) as usize;
        let rows = (height / CELL).ceil().clamp(1.0, 2000.0) as usize;
        let mut room = Self { columns, rows, owner: vec![0; columns * rows] };
        for at in 0..topology.shapes().len().min(usize::from(u16::MAX) - 1) {
            let rings: Vec<Vec<(f64, f64)>> = topology
                .polygons(at)
                .iter()
                .flatten()
                .map(|ring| {
                    let place = |point| {
                        let (lon, lat) = topology.place(point);
                        let (x, y) = projection.place(lon, lat);
                        ((x + offset.0) / CELL, (y + offset.1) / CELL)
                    };
                    ring.iter().map(|point| place(*point)).collect()
                })
                .collect();
            room.fill(&rings, at as u16 + 1);
        }
        room
    }

    /// Gives `owner` every cell whose middle lies in `rings` (even-odd).
    fn fill(&mut self, rings: &[Vec<(f64, f64)>], owner: u16) {
        let mut crossings: Vec<Vec<f64>> = vec![Vec::new(); self.rows];
        for ring in rings {
            for (at, &(ax, ay)) in ring.iter().enumerate() {
                let Some(&(bx, by)) = ring.get(at + 1).or(ring.first()) else { continue };
                let (low, high) = (ay.min(by), ay.max(by));
                let first = (low - 0.5).ceil().max(0.0) as usize;
                for row in first..self.rows {
                    let y = row as f64 + 0.5;
                    if y >= high {
                        break;
                    }
                    if let Some(crossings) = crossings.get_mut(row) {
                        crossings.push(ax + (bx - ax) * (y - ay) / (by - ay));
                    }
                }
            }
        }
        for (row, crossings) in crossings.iter_mut().enumerate() {
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let [from, to] = [pair.first(), pair.get(1)].map(|x| x.copied().unwrap_or(0.0));
                let from = (from - 0.5).ceil().max(0.0) as usize;
                for column in from..self.columns {
                    if column as f64 + 0.5 >= to {
                        break;
                    }
                    if let Some(cell) = self.owner.get_mut(row * self.columns + column) {
                        *cell = owner;
                    }
                }
            }
        }
    }

    /// Whether every spot of `space` belongs to `owner` (0: sea) and lies on the drawing.
    fn all(&self, space: &Space, owner: u16) -> bool {
        let (right, bottom) = (space.x + space.width, space.y + space.height);
        let inside = space.x >= 0.0
            && space.y >= 0.0
            && right <= self.columns as f64 * CELL
            && bottom <= self.rows as f64 * CELL;
        let span = |from: f64, to: f64| (from / CELL).floor() as usize..=(to / CELL) as usize;
        inside
            && span(space.y, bottom - 0.01).all(|row| {
                span(space.x, right - 0.01)
                    .all(|column| self.owner.get(row * self.columns + column) == Some(&owner))
            })
    }

    /// Whether `space` lies within the shape at `at` and off `taken`.
    pub(super) fn fits(&self, at: usize, space: &Space, taken: &[Space]) -> bool {
        self.all(space, at as u16 + 1) && !taken.iter().any(|other| other.overlaps(space))
    }

    /// Middle of a box of `size` within the shape at `at` and off `taken`, nearest to `near`.
    pub(super) fn within(
        &self,
        at: usize,
        size: (f64, f64),
        near: (f64, f64),
        taken: &[Space],
    ) -> Option<Space> {
        let owner = at as u16 + 1;
        let fits = |x: f64, y: f64| {
            let space = Space::centred(x, y, size.0, size.1);
            self.fits(at, &space, taken).then_some(space)
        };
        if let Some(space) = fits(near.0, near.1) {
            return Some(space);
        }
        let mut best: Option<(f64, Space)> = None;
        for row in 0..self.rows {
            for column in 0..self.columns {
                if self.owner.get(row * self.columns + column) != Some(&owner) {
                    continue;
                }
                let (x, y) = ((column as f64 + 0.5) * CELL, (row as f64 + 0.5) * CELL);
                let far = (x - near.0).hypot(y - near.1);
                if best.as_ref().is_none_or(|(least, _)| far < *least)
                    && let Some(space) = fits(x, y)
                {
                    best = Some((far, space));
                }
            }
        }
        best.map(|(_, space)| space)
    }

    /// Whether another shape than that at `at` lies at a spot.
    pub(super) fn foreign(&self, at: usize, x: f64, y: f64) -> bool {
        let (row, column) = ((y / CELL) as usize, (x / CELL) as usize);
        let owner = self.owner.get(row * self.columns + column.min(self.columns - 1));
        owner.is_some_and(|owner| *owner != 0 && usize::from(*owner) != at + 1)
    }

    /// Whether `space` is sea, on the drawing and off `taken`.
    pub(super) fn at_sea(&self, space: &Space, taken: &[Space]) -> bool {
        self.all(space, 0) && !taken.iter().any(|other| other.overlaps(space))
    }

    /// Where along the edge of the drawing a box of `size` covers no land; `corners` (0 to 1 right
    /// and down) are tried first. The first corner where there is no such place.
    pub(super) fn edge(
        &self,
        size: (f64, f64),
        taken: &[Space],
        corners: [(f64, f64); 4],
    ) -> Space {
        let across = (self.columns as f64 * CELL - size.0 - 6.0).max(0.0);
        let down = (self.rows as f64 * CELL - size.1 - 6.0).max(0.0);
        let space = |(x, y): (f64, f64)| Space {
            x: 3.0 + x * across,
            y: 3.0 + y * down,
            width: size.0,
            height: size.1,
        };
        let edges = (0..=40).flat_map(|step| {
            let along = f64::from(step) / 40.0;
            [(0.0, along), (1.0, along), (along, 0.0), (along, 1.0)].map(space)
        });
        corners
            .into_iter()
            .map(space)
            .chain(edges)
            .find(|space| self.at_sea(space, taken))
            .unwrap_or_else(|| space(corners[0]))
    }
}
