//! Outlines of unknown origin: rings that cross themselves, overlaps, gaps, and borders that run
//! together without common points.

use std::collections::HashMap;

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;

use crate::measure::ring_area_km2;
use crate::topology::{Outline, Point, Ring};

/// Grid steps along the side of a cell of the point index.
const CELL: i32 = 128;
/// Most cells that all borders together may run through in [`join`]: many times those of the whole
/// of Indonesia in full detail.
const MOST_CELLS: usize = 8_000_000;
/// Most points that pairs of outlines with overlapping boxes may have in [`overlaps`].
const MOST_POINTS: usize = 20_000_000;

/// An area that two outlines claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// Positions of the outlines.
    pub outlines: (usize, usize),
    /// Area.
    pub km2: f64,
    /// Longitude and latitude of a point of it.
    pub place: (f64, f64),
}

/// An area within the land that no outline claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// Positions of the outlines around it. One: a lake or a region left out.
    pub around: Vec<usize>,
    /// Area.
    pub km2: f64,
    /// Longitude and latitude of a point of its border.
    pub place: (f64, f64),
}

type Shapes = Vec<Vec<Vec<IntPoint<i32>>>>;

fn contours(polygons: &[Vec<Ring>]) -> Shapes {
    let point = |[x, y]: Point| IntPoint::new(x, y);
    let ring = |ring: &Ring| ring.iter().copied().map(point).collect();
    polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()
}

fn rings(shapes: Shapes) -> Vec<Vec<Ring>> {
    let ring = |contour: Vec<IntPoint<i32>>| contour.into_iter().map(|p| [p.x, p.y]).collect();
    shapes.into_iter().map(|shape| shape.into_iter().map(ring).collect()).collect()
}

/// Area in km² of a ring on a grid of `step` degrees, whichever way it runs.
#[must_use]
pub fn ring_km2(step: f64, ring: &[Point]) -> f64 {
    let places: Vec<(f64, f64)> = ring.iter().map(|point| place(step, *point)).collect();
    ring_area_km2(&places).abs()
}

/// Area in km² of polygons (outer ring, then holes) on a grid of `step` degrees.
#[must_use]
pub fn polygons_km2(step: f64, polygons: &[Vec<Ring>]) -> f64 {
    let polygon = |rings: &Vec<Ring>| {
        let mut areas = rings.iter().map(|ring| ring_km2(step, ring));
        areas.next().unwrap_or(0.0) - areas.sum::<f64>()
    };
    polygons.iter().map(polygon).sum()
}

fn place(step: f64, [x, y]: Point) -> (f64, f64) {
    (f64::from(x) * step, f64::from(y) * step)
}

/// The area inside an odd number of `rings`, as polygons whose rings cross neither themselves nor
/// each other. Rings may come in any order and direction.
#[must_use]
pub fn even_odd(rings_in: &[Ring]) -> Vec<Vec<Ring>> {
    let shapes = contours(&[rings_in.to_vec()]);
    let mut overlay = options(&shapes, &Vec::new());
    rings(overlay.overlay(OverlayRule::Subject, FillRule::EvenOdd))
}

fn options(subject: &Shapes, clip: &Shapes) -> Overlay<i32> {
    let points = subject.iter().chain(clip).flatten().map(Vec::len).sum();
    let mut overlay =
        Overlay::new_custom(points, IntOverlayOptions::keep_all_points(), Default::default());
    overlay.add_source(subject, ShapeType::Subject);
    overlay.add_source(clip, ShapeType::Clip);
    overlay
}

/// Whether the edges of `rings` run to and fro over each other like no border does, so that
/// [`even_odd`] would take time and memory with the square of their number.
#[must_use]
pub fn tangled(rings: &[Ring]) -> bool {
    let points: usize = rings.iter().map(Vec::len).sum();
    let outline = Outline { polygons: vec![rings.to_vec()], ..Outline::default() };
    let Some([west, south, east, north]) = box_of(&outline) else { return false };
    // How many cells of a mesh over the box, as fine as the border is, do the edges run through?
    let side = (points as f64).sqrt().ceil().clamp(32.0, 2048.0);
    let across = |from: i32, to: i32| (f64::from(to) - f64::from(from)).max(1.0) / side;
    let (width, height) = (across(west, east), across(south, north));
    let run: f64 = rings
        .iter()
        .flat_map(|ring| ring.iter().zip(ring.iter().skip(1).chain(ring.first())))
        .map(|(a, b)| {
            let way = |from: i32, to: i32| (f64::from(to) - f64::from(from)).abs();
            way(a[0], b[0]) / width + way(a[1], b[1]) / height
        })
        .sum();
    run > 4.0 * points as f64 + 200.0 * side
}

/// Areas that two of `outlines` claim, those over `least_km2`, by position.
///
/// # Errors
/// So many outlines lie over each other that they are no map.
pub fn overlaps(step: f64, outlines: &[Outline], least_km2: f64) -> Result<Vec<Overlap>, TooMuch> {
    let sizes: Vec<usize> = outlines
        .iter()
        .map(|outline| outline.polygons.iter().flatten().map(Vec::len).sum())
        .collect();
    let mut budget = MOST_POINTS;
    let boxes: Vec<Option<[i32; 4]>> = outlines.iter().map(box_of).collect();
    let mut by_west: Vec<usize> = (0..outlines.len()).collect();
    by_west.sort_by_key(|&at| boxes.get(at).copied().flatten().map(|edges| edges[0]));
    let mut found = Vec::new();
    for (place_in_order, &a) in by_west.iter().enumerate() {
        let Some(Some([_, south, east, north])) = boxes.get(a).copied() else { continue };
        for &b in by_west.iter().skip(place_in_order + 1) {
            let Some(Some([west, low, _, high])) = boxes.get(b).copied() else { continue };
            if west > east {
                break;
            }
            if low > north || high < south {
                continue;
            }
            let points = [a, b].map(|at| sizes.get(at).copied().unwrap_or(0));
            budget = budget.checked_sub(points[0] + points[1]).ok_or(TooMuch)?;
            let (Some(one), Some(other)) = (outlines.get(a), outlines.get(b)) else { continue };
            let mut overlay = options(&contours(&one.polygons), &contours(&other.polygons));
            let common = rings(overlay.overlay(OverlayRule::Intersect, FillRule::EvenOdd));
            let km2 = polygons_km2(step, &common);
            let corner = common.first().and_then(|rings| rings.first()?.first().copied());
            if let Some(corner) = corner.filter(|_| km2 > least_km2) {
                let place = place(step, corner);
                found.push(Overlap { outlines: (a.min(b), a.max(b)), km2, place });
            }
        }
    }
    found.sort_by_key(|overlap| overlap.outlines);
    Ok(found)
}

/// West, south, east, north.
fn box_of(outline: &Outline) -> Option<[i32; 4]> {
    outline.polygons.iter().flatten().flatten().fold(None, |edges, &[x, y]| {
        let [west, south, east, north] = edges.unwrap_or([x, y, x, y]);
        Some([west.min(x), south.min(y), east.max(x), north.max(y)])
    })
}

/// Areas enclosed by `outlines` that none of them claims, those over `least_km2`, largest first.
#[must_use]
pub fn gaps(step: f64, outlines: &[Outline], least_km2: f64) -> Vec<Gap> {
    let all: Shapes = outlines.iter().flat_map(|outline| contours(&outline.polygons)).collect();
    let union = options(&all, &Vec::new()).overlay(OverlayRule::Subject, FillRule::NonZero);
    let mut at_point: HashMap<Point, Vec<usize>> = HashMap::new();
    for (at, outline) in outlines.iter().enumerate() {
        for point in outline.polygons.iter().flatten().flatten() {
            let owners = at_point.entry(*point).or_default();
            if owners.last() != Some(&at) {
                owners.push(at);
            }
        }
    }
    let holes = rings(union).into_iter().flat_map(|rings| rings.into_iter().skip(1));
    let mut found: Vec<Gap> = holes
        .filter_map(|hole| {
            let km2 = ring_km2(step, &hole);
            let corner = hole.first().copied().filter(|_| km2 > least_km2)?;
            let mut around: Vec<usize> =
                hole.iter().filter_map(|point| at_point.get(point)).flatten().copied().collect();
            around.sort_unstable();
            around.dedup();
            Some(Gap { around, km2, place: place(step, corner) })
        })
        .collect();
    found.sort_by(|a, b| b.km2.total_cmp(&a.km2).then(a.around.cmp(&b.around)));
    found
}

/// The outlines would take far more work than those of any real map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more borders than any real map has")]
pub struct TooMuch;

/// The same outlines, where a corner of one that lies within a grid step of an edge of another is a
/// corner of both: so that borders drawn with different points are found to be common ones.
///
/// # Errors
/// The borders are many times longer than those of any real map.
pub fn join(outlines: Vec<Outline>) -> Result<Vec<Outline>, TooMuch> {
    let mut points: HashMap<(i32, i32), Vec<Point>> = HashMap::new();
    for &point in outlines.iter().flat_map(|outline| &outline.polygons).flatten().flatten() {
        points.entry(cell(point)).or_default().push(point);
    }
    for points in points.values_mut() {
        points.sort_unstable();
        points.dedup();
    }
    let mut budget = MOST_CELLS;
    let mut joined = Vec::with_capacity(outlines.len());
    for outline in outlines {
        let mut polygons = Vec::with_capacity(outline.polygons.len());
        for rings in outline.polygons {
            let mut fuller = Vec::with_capacity(rings.len());
            for ring in rings {
                fuller.push(fill_edges(&ring, &points, &mut budget)?);
            }
            polygons.push(fuller);
        }
        joined.push(Outline { polygons, ..outline });
    }
    Ok(joined)
}

fn cell([x, y]: Point) -> (i32, i32) {
    (x.div_euclid(CELL), y.div_euclid(CELL))
}

/// `ring` with the points of the index that lie on its edges.
fn fill_edges(
    ring: &[Point],
    points: &HashMap<(i32, i32), Vec<Point>>,
    budget: &mut usize,
) -> Result<Ring, TooMuch> {
    let mut fuller = Ring::with_capacity(ring.len());
    for (at, &a) in ring.iter().enumerate() {
        fuller.push(a);
        let b = ring.get(at + 1).or(ring.first()).copied().unwrap_or(a);
        let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(f64::from);
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx.hypot(dy);
        if length < 1.0 {
            continue;
        }
        let mut on_edge: Vec<(f64, Point)> = Vec::new();
        for near in cells_along(a, b, budget)? {
            for &point in points.get(&near).into_iter().flatten() {
                let (px, py) = (f64::from(point[0]) - ax, f64::from(point[1]) - ay);
                let along = (px * dx + py * dy) / length;
                let off = (px * dy - py * dx).abs() / length;
                if off <= 1.0 && along > 0.5 && along < length - 0.5 && point != a && point != b {
                    on_edge.push((along, point));
                }
            }
        }
        on_edge.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        on_edge.dedup_by_key(|(_, point)| *point);
        fuller.extend(on_edge.into_iter().map(|(_, point)| point));
    }
    Ok(fuller)
}

/// Cells within a grid step of an edge: for each row of cells, those between where the edge enters
/// and leaves it.
fn cells_along(a: Point, b: Point, budget: &mut usize) -> Result<Vec<(i32, i32)>, TooMuch> {
    let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
    let [lx, ly, hx, hy] = [low[0], low[1], high[0], high[1]].map(f64::from);
    let at = |y: f64| {
        if hy > ly { lx + (hx - lx) * ((y - ly) / (hy - ly)).clamp(0.0, 1.0) } else { lx }
    };
    let mut cells = Vec::new();
    for row in (low[1] - 1).div_euclid(CELL)..=(high[1] + 1).div_euclid(CELL) {
        let from_y = f64::from(row) * f64::from(CELL) - 1.0;
        let (x1, x2) =
            if hy > ly { (at(from_y), at(from_y + f64::from(CELL) + 2.0)) } else { (lx, hx) };
        let column = |x: f64| (x / f64::from(CELL)).floor() as i32;
        let (first, last) = (column(x1.min(x2) - 1.0), column(x1.max(x2) + 1.0));
        let count = usize::try_from(i64::from(last) - i64::from(first) + 1).unwrap_or(1);
        *budget = budget.checked_sub(count).ok_or(TooMuch)?;
        cells.extend((first..=last).map(|column| (column, row)));
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::topology::Topology;

    const STEP: f64 = 0.001;

    fn square(code: &str, x: i32, y: i32, side: i32) -> Outline {
        let ring = vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
        Outline { code: code.into(), polygons: vec![vec![ring]], mark: false }
    }

    #[test]
    fn squares_side_by_side_neither_overlap_nor_leave_a_gap() {
        let map = [square("a", 0, 0, 100), square("b", 100, 0, 100)];
        assert!(overlaps(STEP, &map, 0.0).unwrap().is_empty());
        assert!(gaps(STEP, &map, 0.0).is_empty());
    }

    #[test]
    fn an_overlap_is_found_with_its_area() {
        let map = [square("a", 0, 0, 100), square("c", 500, 0, 10), square("b", 90, 0, 100)];
        let found = overlaps(STEP, &map, 0.0).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].outlines, (0, 2));
        // 0.01° × 0.1° at the equator.
        assert!((found[0].km2 - 12.31).abs() < 0.05, "{}", found[0].km2);
    }

    #[test]
    fn a_gap_is_found_with_those_around_it() {
        // A frame of four, with nothing in its middle.
        let rectangle = |code: &str, [x, y, across, down]: [i32; 4]| Outline {
            code: code.into(),
            polygons: vec![vec![vec![
                [x, y],
                [x + across, y],
                [x + across, y + down],
                [x, y + down],
            ]]],
            mark: false,
        };
        let map = [
            rectangle("s", [0, 0, 200, 100]),
            rectangle("w", [0, 100, 100, 100]),
            rectangle("e", [150, 100, 50, 100]),
            rectangle("n", [0, 200, 200, 100]),
        ];
        let found = gaps(STEP, &join(map.to_vec()).unwrap(), 0.0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].around, [0, 1, 2, 3]);
        assert!((found[0].km2 - 61.5).abs() < 0.5, "{}", found[0].km2);
    }

    #[test]
    fn a_bow_tie_has_the_area_of_its_two_wings() {
        let tie: Ring = vec![[0, 0], [100, 100], [100, 0], [0, 100]];
        let repaired = even_odd(std::slice::from_ref(&tie));
        assert_eq!(repaired.len(), 2);
        assert!(ring_km2(STEP, &tie) < 1e-6);
        assert!(polygons_km2(STEP, &repaired) > 50.0);
    }

    #[test]
    fn borders_with_different_points_become_common_ones() {
        let mut b = square("b", 100, 0, 100);
        b.polygons[0][0].push([100, 37]);
        let apart = Topology::build(STEP, vec![square("a", 0, 0, 100), b.clone()]);
        assert!(apart.neighbours().iter().all(|pair| pair.km < 1e-9));
        let joined = join(vec![square("a", 0, 0, 100), b]).unwrap();
        let together = Topology::build(STEP, joined);
        let km: f64 = together.neighbours().iter().map(|pair| pair.km).sum();
        assert!((km - 11.1).abs() < 0.1, "{km}");
    }

    #[test]
    fn borders_beyond_all_measure_are_refused() {
        let far = i32::MAX / 4;
        let zigzag: Ring = (0..100).map(|n| [if n % 2 == 0 { 0 } else { far }, n]).collect();
        let outline = Outline { code: "z".into(), polygons: vec![vec![zigzag]], mark: false };
        assert_eq!(join(vec![outline]), Err(TooMuch));
    }

    #[test]
    fn a_scribble_is_tangled_and_a_coast_is_not() {
        let scribble: Ring =
            (0..3000).map(|n: i32| [n * 7919 % 10_007, n * 104_729 % 10_009]).collect();
        assert!(tangled(&[scribble]));
        let coast: Ring = (0..3000)
            .map(|n| {
                let angle = f64::from(n) * std::f64::consts::TAU / 3000.0;
                let far = 5000.0 + 300.0 * (f64::from(n) * 0.9).sin();
                [(far * angle.cos()) as i32, (far * angle.sin()) as i32]
            })
            .collect();
        assert!(!tangled(&[coast]));
    }

    proptest! {
        #[test]
        fn any_rings_become_rings_that_do_not_cross(
            rings in prop::collection::vec(
                prop::collection::vec([-500..500i32, -500..500i32], 0..12), 0..4),
        ) {
            let repaired = even_odd(&rings);
            let again: Vec<Ring> = repaired.iter().flatten().cloned().collect();
            let (one, two) = (polygons_km2(STEP, &repaired), polygons_km2(STEP, &even_odd(&again)));
            prop_assert!((one - two).abs() <= 1e-6 * one.max(1.0), "{one} {two}");
        }

        #[test]
        fn joining_adds_points_and_takes_none_away(
            x in 0..50i32, y in 0..50i32, side in 20..80i32,
        ) {
            let map = vec![square("a", 0, 0, 100), square("b", x, y, side)];
            let joined = join(map.clone()).unwrap();
            for (before, after) in map.iter().zip(&joined) {
                let after = &after.polygons[0][0];
                prop_assert!(before.polygons[0][0].iter().all(|point| after.contains(point)));
            }
        }
    }
}
