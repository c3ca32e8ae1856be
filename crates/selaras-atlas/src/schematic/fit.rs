//! Weights that make regions as large as they are.

use super::Island;
use super::land::{Extent, HalfPlane};

/// Newton steps at most, after each move.
const STEPS: usize = 20;
/// Times the generators are moved.
const MOVES: usize = 3;
/// Fitted when no region is off by more than this share of its area.
const ENOUGH: f64 = 0.005;
/// Places looked at on a border to tell how much of it is on land.
const PROBES: u32 = 8;

/// What the fit came to.
pub(super) struct Fitted {
    /// Per region, in km².
    pub(super) weights: Vec<f64>,
    pub(super) steps: usize,
}

/// Areas under given weights and how they answer to changes of them.
struct State {
    /// Per region, in km².
    areas: Vec<f64>,
    /// Per island and site: its cell.
    extents: Vec<Vec<Extent>>,
    /// Per pair of regions with a common border: how the area of one falls as the weight of the
    /// other rises, in km² per km²; sorted by pair, the smaller position first.
    slopes: Vec<(usize, usize, f64)>,
}

/// Fits the weights, and moves the generators so that the middle of what is drawn of a district
/// comes nearer to the middle it has: a power cell lies off its generator where a heavy neighbour
/// presses on it, and a town would be drawn beside its place.
///
/// Where the land of the coast and the official areas of the regions sharing it differ, each region
/// is drawn larger or smaller by the same share.
pub(super) fn fit(islands: &mut [Island], official: &[Option<f64>], whole: &[f64]) -> Fitted {
    let mut fitted = Fitted { weights: vec![0.0; official.len()], steps: 0 };
    for _ in 0..MOVES {
        let state = newton(islands, official, whole, &mut fitted);
        for (island, extents) in islands.iter_mut().zip(&state.extents) {
            island.cells.recentre(extents);
        }
    }
    newton(islands, official, whole, &mut fitted);
    fitted
}

/// Fits the weights with the generators where they are; the state it ends in.
fn newton(
    islands: &[Island],
    official: &[Option<f64>],
    whole: &[f64],
    fitted: &mut Fitted,
) -> State {
    let weights = &mut fitted.weights;
    let mut state = measure(islands, weights, whole);
    let mut steps = 0;
    while steps < STEPS {
        let goals = goals(&state, official);
        let (wrong, worst) = error(&state, official, &goals);
        if worst <= ENOUGH {
            break;
        }
        let pulled = apply(&state.slopes, weights);
        let wanted: Vec<f64> = (0..weights.len())
            .map(|at| match (official.get(at), goals.get(at), state.areas.get(at)) {
                (Some(Some(_)), Some(goal), Some(area)) => goal - area,
                // Without an official area: between the weights of the neighbours.
                _ => -pulled.get(at).copied().unwrap_or(0.0),
            })
            .collect();
        let direction = solve(&state.slopes, &wanted);
        let mut length = 1.0;
        let better =
            loop {
                let tried: Vec<f64> = weights
                    .iter()
                    .zip(&direction)
                    .map(|(weight, step)| weight + length * step)
                    .collect();
                let next = measure(islands, &tried, whole);
                let alive =
                    next.areas.iter().zip(&state.areas).zip(&goals).all(|((now, before), goal)| {
                        *before <= 0.0 || *now > 0.2 * before.min(*goal)
                    });
                if alive && error(&next, official, &goals).0 < wrong * (1.0 - length / 4.0) {
                    break Some((tried, next));
                }
                length /= 2.0;
                if length < 0.01 {
                    break None;
                }
            };
        let Some(better) = better else { break };
        (*weights, state) = better;
        steps += 1;
    }
    fitted.steps += steps;
    state
}

/// Official areas, scaled so that regions that share land add up to the land there is.
fn goals(state: &State, official: &[Option<f64>]) -> Vec<f64> {
    let mut group: Vec<usize> = (0..official.len()).collect();
    fn root(group: &mut [usize], mut at: usize) -> usize {
        while let Some(&up) = group.get(at).filter(|up| **up != at) {
            at = up;
        }
        at
    }
    for &(a, b, _) in &state.slopes {
        let (a, b) = (root(&mut group, a), root(&mut group, b));
        if let Some(slot) = group.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
    let roots: Vec<usize> = (0..official.len()).map(|at| root(&mut group, at)).collect();
    let mut sums = vec![(0.0, 0.0); official.len()];
    for ((&root, official), area) in roots.iter().zip(official).zip(&state.areas) {
        if let (Some(sum), Some(official)) = (sums.get_mut(root), official) {
            *sum = (sum.0 + area, sum.1 + official);
        }
    }
    roots
        .iter()
        .zip(official)
        .zip(&state.areas)
        .map(|((root, official), area)| match (official, sums.get(*root)) {
            (Some(official), Some((drawn, sum))) if *sum > 0.0 => official * drawn / sum,
            _ => *area,
        })
        .collect()
}

/// Sum of squared errors over goals, and the largest share by which a region is off its goal.
fn error(state: &State, official: &[Option<f64>], goals: &[f64]) -> (f64, f64) {
    let (mut sum, mut worst) = (0.0, 0.0_f64);
    for ((area, official), goal) in state.areas.iter().zip(official).zip(goals) {
        if official.is_some() && *goal > 0.0 {
            sum += (area - goal).powi(2) / goal;
            worst = worst.max((area / goal - 1.0).abs());
        }
    }
    (sum, worst)
}

fn measure(islands: &[Island], weights: &[f64], whole: &[f64]) -> State {
    let mut areas = whole.to_vec();
    let mut slopes: Vec<(usize, usize, f64)> = Vec::new();
    let mut extents = Vec::new();
    for Island { cells, land, .. } in islands {
        let mut own = vec![Extent::default(); cells.sites.len()];
        for (at, site) in cells.sites.iter().enumerate() {
            let cell = cells.cell(at, weights);
            if cell.is_empty() {
                continue;
            }
            let rivals = || cell.iter().filter_map(|corner| corner.across);
            let halves: Vec<HalfPlane> =
                rivals().filter_map(|other| cells.half(at, other, weights)).collect();
            let extent = land.within(&halves);
            if let Some(area) = areas.get_mut(site.region) {
                *area += extent.area;
            }
            if let Some(own) = own.get_mut(at) {
                *own = extent;
            }
            for (position, corner) in cell.iter().enumerate() {
                let next = cell.get(position + 1).or(cell.first());
                let rival = corner.across.filter(|other| *other > at);
                let rival = rival.and_then(|other| cells.sites.get(other));
                let (Some(next), Some(rival)) = (next, rival) else { continue };
                if rival.region == site.region {
                    continue;
                }
                let way = |part: f64, axis: usize| {
                    corner.place[axis] + part * (next.place[axis] - corner.place[axis])
                };
                let on_land = (0..PROBES)
                    .map(|probe| (f64::from(probe) + 0.5) / f64::from(PROBES))
                    .filter(|&part| land.contains([way(part, 0), way(part, 1)]))
                    .count() as f64
                    / f64::from(PROBES);
                let between = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
                let length = on_land * between(corner.place, next.place);
                let apart = between(site.place, rival.place);
                if length > 0.0 && apart > 0.0 {
                    let slope = length / (2.0 * apart);
                    let (a, b) = (site.region.min(rival.region), site.region.max(rival.region));
                    slopes.push((a, b, slope));
                }
            }
        }
        extents.push(own);
    }
    slopes.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    slopes.dedup_by(|next, sum| {
        let same = (next.0, next.1) == (sum.0, sum.1);
        if same {
            sum.2 += next.2;
        }
        same
    });
    State { areas, extents, slopes }
}

/// The graph Laplacian of the slopes times `vector`.
fn apply(slopes: &[(usize, usize, f64)], vector: &[f64]) -> Vec<f64> {
    let mut image = vec![0.0; vector.len()];
    for &(a, b, slope) in slopes {
        if let (Some(at_a), Some(at_b)) = (vector.get(a), vector.get(b)) {
            let pull = slope * (at_a - at_b);
            for (at, pull) in [(a, pull), (b, -pull)] {
                if let Some(entry) = image.get_mut(at) {
                    *entry += pull;
                }
            }
        }
    }
    image
}

/// Solves Laplacian · x = `right` by conjugate gradients with the diagonal as preconditioner
/// (Hestenes and Stiefel 1952). The matrix is singular by a constant for every group of regions
/// that share land; right-hand sides add up to 0 there, and a small ridge keeps rounding in check.
fn solve(slopes: &[(usize, usize, f64)], right: &[f64]) -> Vec<f64> {
    let mut diagonal = vec![0.0; right.len()];
    for &(a, b, slope) in slopes {
        for at in [a, b] {
            if let Some(entry) = diagonal.get_mut(at) {
                *entry += slope;
            }
        }
    }
    let ridge = 1e-6;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scaled = |r: &[f64]| -> Vec<f64> {
        r.iter().zip(&diagonal).map(|(r, d)| if *d > 0.0 { r / (d + ridge) } else { 0.0 }).collect()
    };
    // Regions alone on their islands have nothing to gain.
    let mut rest: Vec<f64> =
        right.iter().zip(&diagonal).map(|(r, d)| if *d > 0.0 { *r } else { 0.0 }).collect();
    let mut x = vec![0.0; right.len()];
    let mut z = scaled(&rest);
    let mut direction = z.clone();
    let mut energy = dot(&rest, &z);
    let enough = energy * 1e-16;
    for _ in 0..4 * right.len() {
        if energy <= enough {
            break;
        }
        let mut image = apply(slopes, &direction);
        for (image, direction) in image.iter_mut().zip(&direction) {
            *image += ridge * direction;
        }
        let length = energy / dot(&direction, &image);
        for ((x, rest), (direction, image)) in
            x.iter_mut().zip(&mut rest).zip(direction.iter().zip(&image))
        {
            *x += length * direction;
            *rest -= length * image;
        }
        z = scaled(&rest);
        let next = dot(&rest, &z);
        for (direction, z) in direction.iter_mut().zip(&z) {
            *direction = z + next / energy * *direction;
        }
        energy = next;
    }
    x
}
