//! From degrees to a drawing.

use std::fmt::Write as _;

use crate::measure::Bounds;
use crate::topology::{Polygon, Topology};

/// Equirectangular with the cosine of the middle latitude: within the 17 degrees of latitude that
/// Indonesia spans no length is off by more than 2 %, and north is up everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    west: f64,
    north: f64,
    /// Units of the drawing for a degree of longitude, and for one of latitude.
    scale: (f64, f64),
    size: (f64, f64),
}

impl Projection {
    /// `bounds` drawn as large as fits into `width` × `height` units, without a margin.
    #[must_use]
    pub fn fit(bounds: Bounds, width: f64, height: f64) -> Self {
        let squeeze = f64::midpoint(bounds.south, bounds.north).to_radians().cos();
        let across = ((bounds.east - bounds.west) * squeeze).max(1e-9);
        let down = (bounds.north - bounds.south).max(1e-9);
        let unit = (width / across).min(height / down);
        Self {
            west: bounds.west,
            north: bounds.north,
            scale: (unit * squeeze, unit),
            size: (across * unit, down * unit),
        }
    }

    /// Width and height of what was fitted, in units of the drawing.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        self.size
    }

    /// Where a place is drawn: right and down from the upper left corner.
    #[must_use]
    pub fn place(&self, lon: f64, lat: f64) -> (f64, f64) {
        ((lon - self.west) * self.scale.0, (self.north - lat) * self.scale.1)
    }

    /// Units of the drawing for a kilometre.
    #[must_use]
    pub fn units_per_km(&self) -> f64 {
        self.scale.1 / 111.0
    }
}

impl Topology {
    /// The shape at `at` as data of an SVG path in whole units: absolute starts, then steps. Common
    /// borders are drawn through the same points. A polygon smaller than a unit is left out unless
    /// it is the shape's largest, which is drawn at least one unit wide.
    #[must_use]
    pub fn svg_path(&self, at: usize, projection: &Projection) -> String {
        let mut path = String::new();
        let polygons = self.shapes.get(at).map_or(&[][..], |shape| &shape.polygons);
        for ring in polygons.iter().flat_map(Polygon::rings) {
            let mut drawn: Vec<(i64, i64)> = Vec::new();
            for point in self.ring(ring) {
                let (lon, lat) = self.place(point);
                let (x, y) = projection.place(lon, lat);
                let point = (x.round() as i64, y.round() as i64);
                match drawn.as_slice() {
                    [.., last] if *last == point => {}
                    // A step there and back draws nothing.
                    [.., before, _] if *before == point => {
                        drawn.pop();
                    }
                    _ => drawn.push(point),
                }
            }
            if drawn.len() > 1 && drawn.first() == drawn.last() {
                drawn.pop();
            }
            if drawn.len() < 3 {
                if path.is_empty()
                    && let Some((x, y)) = drawn.first()
                {
                    let _ = write!(path, "M{x} {y}h1v1h-1z");
                }
                continue;
            }
            write_ring(&mut path, &drawn);
        }
        path
    }
}

/// `ring` as `M x y`, then relative steps, those in one direction joined.
fn write_ring(path: &mut String, ring: &[(i64, i64)]) {
    let mut points = ring.iter();
    let Some(&(mut x, mut y)) = points.next() else { return };
    let _ = write!(path, "M{x} {y}");
    let mut command = 'M';
    for &(to_x, to_y) in points {
        let (dx, dy) = (to_x - x, to_y - y);
        let (next, numbers) = match (dx, dy) {
            (dx, 0) => ('h', [Some(dx), None]),
            (0, dy) => ('v', [Some(dy), None]),
            _ => ('l', [Some(dx), Some(dy)]),
        };
        let mut apart = next != command;
        if apart {
            path.push(next);
        }
        for number in numbers.into_iter().flatten() {
            if !apart && number >= 0 {
                path.push(' ');
            }
            apart = false;
            let _ = write!(path, "{number}");
        }
        command = next;
        (x, y) = (to_x, to_y);
    }
    path.push('z');
}
