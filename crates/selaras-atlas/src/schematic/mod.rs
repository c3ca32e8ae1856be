//! The schematic map: a picture of regions where no borders are at hand, from the middle points of
//! their districts, their official areas and the coast.
//!
//! Every island is shared out among the districts that lie on it by a power diagram (Aurenhammer
//! 1987): a place x belongs to the district p with the least |x − p|² − w. The weight w is that of
//! a circle as large as the district may be expected to be, plus one weight a region, fitted so
//! that the region is drawn as large as it is (Aurenhammer, Hoffmann and Aronov 1998) with damped
//! Newton steps (Kitagawa, Mérigot and Thibert 2019). A few times the points are moved so that what
//! is drawn of a district has its middle nearer to where the district has it. Islands where no
//! district has its point belong to the nearest district as a whole. Where the coast used leaves a
//! district no land, a mark stands at its point.

use std::f64::consts::{PI, TAU};

mod cells;
mod fit;
mod land;

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::IntOverlayOptions;
use i_overlay::i_float::int::point::IntPoint;
use i_overlay::string::overlay::StringOverlay;
use i_overlay::string::rule::StringRule;

use crate::measure::{AXIS_KM, equal_area_height, height_latitude};
use crate::topology::{Outline, Point, Ring, Topology, interior_point};
use cells::{Cells, Site};
use land::Land;

/// A district whose point lies at sea belongs to the nearest island within this distance.
const REACH_KM: f64 = 6.0;
/// Area of the mark of a district without land in a region with land.
const MARK_KM2: f64 = 3.0;
/// Corners of a mark.
const MARK_CORNERS: u32 = 12;

/// A district: where it lies and what it is part of.
#[derive(Clone, Debug, PartialEq)]
pub struct District {
    /// Code.
    pub code: String,
    /// Position of its region in the list of areas.
    pub region: usize,
    /// Longitude of its middle in degrees.
    pub lon: f64,
    /// Latitude of its middle in degrees.
    pub lat: f64,
}

/// The map and how well it was fitted.
#[derive(Clone, Debug)]
pub struct Schematic {
    /// One shape a district, in the order given.
    pub districts: Topology,
    /// Newton steps taken.
    pub steps: usize,
}

/// A place on the equal-area plane, in km.
type Place = [f64; 2];

/// An island shared by several districts.
struct Island<'a> {
    cells: Cells,
    land: &'a Land,
    rings: &'a [Ring],
}

fn to_plane(lon: f64, lat: f64) -> Place {
    [lon.to_radians() * AXIS_KM, equal_area_height(lat)]
}

fn to_grid(step: f64, [x, y]: Place) -> Point {
    Topology::grid(step, (x / AXIS_KM).to_degrees(), height_latitude(y))
}

/// Draws the map of `districts` on `coast` (islands on a grid of `step` degrees: outer ring, then
/// holes), with the official area in km² of each region, none where it is not known.
#[must_use]
pub fn draw(
    step: f64,
    coast: &[Vec<Ring>],
    districts: &[District],
    areas: &[Option<f64>],
) -> Schematic {
    let place = |[x, y]: Point| to_plane(f64::from(x) * step, f64::from(y) * step);
    let lands: Vec<Land> = coast
        .iter()
        .map(|rings| {
            let rings = rings.iter().map(|ring| ring.iter().copied().map(place).collect());
            Land::new(rings.collect())
        })
        .collect();
    let middles: Vec<Place> = districts.iter().map(|at| to_plane(at.lon, at.lat)).collect();

    let mut count = vec![0_u32; areas.len()];
    for at in districts {
        if let Some(count) = count.get_mut(at.region) {
            *count += 1;
        }
    }
    let expected_radius = |region: usize| match (areas.get(region), count.get(region)) {
        (Some(Some(area)), Some(&count)) => (area / f64::from(count) / PI).sqrt(),
        _ => f64::INFINITY,
    };
    let mut members: Vec<Vec<Site>> = vec![Vec::new(); lands.len()];
    for (district, (&middle, at)) in middles.iter().zip(districts).enumerate() {
        let nearest = (0..lands.len())
            .filter_map(|island| Some((lands.get(island)?.distance(middle, REACH_KM)?, island)))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some(sites) = nearest.and_then(|(_, island)| members.get_mut(island)) {
            let (region, radius) = (at.region, expected_radius(at.region));
            sites.push(Site { district, region, middle, place: middle, radius, base: 0.0 });
        }
    }

    let mut outlines: Vec<Outline> = districts
        .iter()
        .map(|at| Outline { code: at.code.clone(), ..Outline::default() })
        .collect();
    let mut whole = vec![0.0; areas.len()];
    let mut shared: Vec<Island> = Vec::new();
    for ((land, sites), rings) in lands.iter().zip(members).zip(coast) {
        if sites.len() > 1 {
            let cells = Cells::new(sites, land.bounds());
            shared.push(Island { cells, land, rings });
            continue;
        }
        let nearest = || {
            let far = |place: &Place| land.distance(*place, f64::INFINITY).unwrap_or(f64::INFINITY);
            let by_distance = |a: &usize, b: &usize| match (middles.get(*a), middles.get(*b)) {
                (Some(a), Some(b)) => far(a).total_cmp(&far(b)),
                _ => std::cmp::Ordering::Equal,
            };
            let around = land.candidates(&middles);
            around.into_iter().min_by(by_distance)
        };
        let owner = sites.first().map(|site| site.district).or_else(nearest);
        let Some(owner) = owner else { continue };
        if let Some(outline) = outlines.get_mut(owner) {
            outline.polygons.push(rings.clone());
        }
        if let Some(whole) = districts.get(owner).and_then(|at| whole.get_mut(at.region)) {
            *whole += land.area();
        }
    }

    let fitted = fit::fit(&mut shared, areas, &whole);
    for island in &shared {
        for (face, district) in share_out(step, island.rings, &island.cells, &fitted.weights) {
            if let Some(outline) = outlines.get_mut(district) {
                outline.polygons.push(face);
            }
        }
    }
    mark_the_landless(step, &mut outlines, districts, areas, &count);

    let drawn = Topology::build(step, outlines);
    Schematic { districts: drawn.dissolve(str::to_owned), steps: fitted.steps }
}

/// Cuts an island along the borders of its cells; each piece with the district it belongs to.
fn share_out(
    step: f64,
    island: &[Ring],
    cells: &Cells,
    weights: &[f64],
) -> Vec<(Vec<Ring>, usize)> {
    let point = |[x, y]: Point| IntPoint::new(x, y);
    let shape: Vec<Vec<IntPoint<i32>>> =
        island.iter().map(|ring| ring.iter().copied().map(point).collect()).collect();
    let mut overlay = StringOverlay::with_options(0, IntOverlayOptions::keep_all_points());
    overlay.add_shape_source(&shape);
    for [from, to] in cells.borders(weights) {
        let (from, to) = (to_grid(step, from), to_grid(step, to));
        if from != to {
            overlay.add_string_line([point(from), point(to)]);
        }
    }
    let options = IntOverlayOptions::keep_output_points();
    let faces = overlay
        .build_graph_view(FillRule::EvenOdd)
        .map(|graph| graph.extract_shapes_custom(StringRule::Slice, options))
        .unwrap_or_default();
    faces
        .into_iter()
        .filter_map(|face| {
            let rings: Vec<Ring> = face
                .into_iter()
                .map(|ring| ring.into_iter().map(|point| [point.x, point.y]).collect())
                .collect();
            let (x, y) = interior_point(&rings)?;
            let owner = cells.owner(to_plane(x * step, y * step), weights)?;
            Some((rings, owner))
        })
        .collect()
}

/// Gives districts without land a mark at their point. A region that has no land at all is drawn
/// as large as it is.
fn mark_the_landless(
    step: f64,
    outlines: &mut [Outline],
    districts: &[District],
    areas: &[Option<f64>],
    count: &[u32],
) {
    let mut landed = vec![false; areas.len()];
    for (outline, at) in outlines.iter().zip(districts) {
        if let Some(landed) = landed.get_mut(at.region) {
            *landed |= !outline.polygons.is_empty();
        }
    }
    for (outline, at) in outlines.iter_mut().zip(districts) {
        if !outline.polygons.is_empty() {
            continue;
        }
        let official = areas.get(at.region).copied().flatten();
        let area = match (landed.get(at.region), official, count.get(at.region)) {
            (Some(false), Some(area), Some(&count)) => area / f64::from(count),
            _ => MARK_KM2,
        };
        let wedge = TAU / f64::from(MARK_CORNERS);
        let radius = (2.0 * area / (f64::from(MARK_CORNERS) * wedge.sin())).sqrt();
        let [x, y] = to_plane(at.lon, at.lat);
        let corner = |corner| {
            let (sin, cos) = (wedge * f64::from(corner)).sin_cos();
            to_grid(step, [x + radius * cos, y + radius * sin])
        };
        outline.polygons.push(vec![(0..MARK_CORNERS).map(corner).collect()]);
        outline.mark = true;
    }
}
