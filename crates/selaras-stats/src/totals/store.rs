//! What is kept of the rows of one key: as little as they need.

use super::moments::{MISSING, Mass, MeanSums, Moments, Products, Sums};
use crate::fixed::Wide;

/// The rows of one key.
#[derive(Clone, Debug)]
pub(super) enum Store {
    /// One row: its scores.
    Row { weight: u64, scores: Box<[i64]> },
    /// Rows of one weight.
    Even { weight: u64, sums: Box<[Sums]> },
    /// Rows of several weights. Their sums stand in a slab of the totals, score after score from
    /// this place on: a box for each key would be most of the work.
    Uneven {
        /// What the weights of all rows come to.
        mass: Mass,
        products: Place,
        /// Positions of the scores that some rows lack, ascending, with what the weights of the
        /// others come to.
        lacking: Vec<(u32, Mass)>,
    },
}

impl Store {
    /// What rows hold: their weights, and score after score the values of all rows.
    pub(super) fn of_rows(weights: &[u64], scores: &[i64], slabs: &mut Slabs) -> Self {
        if let &[weight] = weights {
            return Self::Row { weight, scores: scores.into() };
        }
        let weight = weights.first().copied().unwrap_or_default();
        let count = scores.len() / weights.len().max(1);
        let mut store = if weights.iter().all(|&other| other == weight) {
            Self::Even { weight, sums: vec![Sums::default(); count].into() }
        } else {
            let products = slabs.put(std::iter::repeat_n(Products::default(), count));
            Self::Uneven { mass: Mass::default(), products, lacking: Vec::new() }
        };
        store.add_rows(0, weights, scores, slabs);
        store
    }

    /// The same rows after their slabs have been put behind so many others.
    pub(super) fn behind(mut self, slabs: usize) -> Self {
        if let Self::Uneven { products, .. } = &mut self {
            products.slab += slabs;
        }
        self
    }

    /// What `rows` rows hold whose sums are `moments`.
    pub(super) fn read(rows: u64, moments: &[Moments], slabs: &mut Slabs) -> Self {
        let whole = moments.iter().map(|moments| moments.mass).find(|mass| mass.n == rows);
        let mass = whole.unwrap_or_default();
        let numbered = moments.iter().zip(0..);
        let products = slabs.put(moments.iter().map(|moments| moments.products));
        Self::Uneven {
            mass,
            products,
            lacking: numbered
                .filter(|(moments, _)| whole != Some(moments.mass))
                .map(|(moments, score)| (score, moments.mass))
                .collect(),
        }
    }

    /// The sums of one score.
    pub(super) fn moments(&self, score: usize, slabs: &Slabs) -> Moments {
        match self {
            Self::Row { weight, scores } => {
                let mut sums = Sums::default();
                scores.get(score).filter(|y| **y != MISSING).into_iter().for_each(|&y| sums.add(y));
                Moments::of_one_weight(*weight, &sums)
            }
            Self::Even { weight, sums } => sums
                .get(score)
                .map_or_else(Moments::default, |sums| Moments::of_one_weight(*weight, sums)),
            Self::Uneven { mass, products, lacking } => slabs
                .get(*products, score)
                .map(|&products| Moments { mass: *mass_of(score, mass, lacking), products })
                .unwrap_or_default(),
        }
    }

    /// What the weights of the rows with one score come to.
    pub(super) fn mass(&self, score: usize) -> Mass {
        match self {
            Self::Uneven { mass, lacking, .. } => *mass_of(score, mass, lacking),
            _ => self.moments(score, &Slabs::default()).mass,
        }
    }

    /// The sums of one score that means and their errors need.
    #[inline]
    pub(super) fn mean_sums(&self, score: usize, slabs: &Slabs) -> MeanSums {
        match self {
            Self::Row { weight, scores } => match scores.get(score) {
                Some(&y) if y != MISSING => {
                    let (w, y) = (i128::from(*weight), i128::from(y));
                    let wyy = Wide::scaled((y * y).unsigned_abs(), *weight);
                    MeanSums { n: 1, w, wy: w * y, wyy }
                }
                _ => MeanSums::default(),
            },
            Self::Even { weight, sums } => sums.get(score).map_or_else(MeanSums::default, |sums| {
                let w = i128::from(*weight);
                let wyy = sums.yy.times(u128::from(*weight));
                MeanSums { n: sums.n, w: w * i128::from(sums.n), wy: w * sums.y.to_i128(), wyy }
            }),
            Self::Uneven { mass, products, lacking } => slabs
                .get(*products, score)
                .map(|products| MeanSums::of(mass_of(score, mass, lacking), products))
                .unwrap_or_default(),
        }
    }

    /// Adds rows to those `rows` that are here, given as in [`Store::of_rows`].
    pub(super) fn add_rows(
        &mut self,
        rows: u64,
        weights: &[u64],
        scores: &[i64],
        slabs: &mut Slabs,
    ) {
        let (length, weight) = (weights.len().max(1), weights.first().copied());
        let count = scores.len() / length;
        let one = weight.filter(|one| weights.iter().all(|weight| weight == one));
        self.widen(rows, count, one, slabs);
        match self {
            Self::Row { .. } => {}
            Self::Even { sums, .. } => {
                for (sums, column) in sums.iter_mut().zip(scores.chunks(length)) {
                    column.iter().filter(|y| **y != MISSING).for_each(|&y| sums.add(y));
                }
            }
            Self::Uneven { mass, products, lacking } => {
                let more = Mass::of(weights);
                let products = slabs.get_mut(*products);
                for ((products, column), score) in
                    products.iter_mut().zip(scores.chunks(length)).zip(0..)
                {
                    if !column.contains(&MISSING) {
                        products.add(&Products::of(weights, column));
                        if let Some(own) = own_mass(score, lacking) {
                            own.add(&more);
                        }
                        continue;
                    }
                    let present = weights.iter().zip(column).filter(|(_, y)| **y != MISSING);
                    let (weights, column): (Vec<u64>, Vec<i64>) = present.unzip();
                    products.add(&Products::of(&weights, &column));
                    split_off(score, mass, lacking).add(&Mass::of(&weights));
                }
                mass.add(&more);
            }
        }
    }

    /// Adds what `other` holds, whose sums stand in the same slabs; the keys have so many rows each.
    pub(super) fn merge(
        &mut self,
        rows: (u64, u64),
        scores: usize,
        other: &Self,
        slabs: &mut Slabs,
    ) {
        match other {
            Self::Row { weight, scores: row } => self.add_rows(rows.0, &[*weight], row, slabs),
            Self::Even { weight, sums: others } => {
                self.widen(rows.0, scores, Some(*weight), slabs);
                match self {
                    Self::Row { .. } => {}
                    Self::Even { sums, .. } => {
                        sums.iter_mut().zip(others).for_each(|(sums, other)| sums.merge(other));
                    }
                    Self::Uneven { .. } => {
                        let mut other = other.clone();
                        other.widen(rows.1, scores, None, slabs);
                        self.merge(rows, scores, &other, slabs);
                    }
                }
            }
            Self::Uneven { mass: more, products: others, lacking: other_lacking } => {
                self.widen(rows.0, scores, None, slabs);
                let Self::Uneven { mass, products, lacking } = self else { return };
                for score in 0..scores {
                    let other = slabs.get(*others, score).copied().unwrap_or_default();
                    if let Some(own) = slabs.get_mut(*products).get_mut(score) {
                        own.add(&other);
                    }
                }
                for &(score, _) in other_lacking {
                    split_off(score, mass, lacking);
                }
                for (score, own) in lacking.iter_mut() {
                    own.add(mass_of(*score as usize, more, other_lacking));
                }
                mass.add(more);
            }
        }
    }

    /// Makes room for rows beside those `rows` that are here: of one weight where all have
    /// `weight`, else of several.
    fn widen(&mut self, rows: u64, scores: usize, weight: Option<u64>, slabs: &mut Slabs) {
        *self = match (&*self, weight) {
            (Self::Row { weight, scores }, Some(other)) if *weight == other => {
                let sums = |&y: &i64| {
                    let mut sums = Sums::default();
                    if y != MISSING {
                        sums.add(y);
                    }
                    sums
                };
                Self::Even { weight: other, sums: scores.iter().map(sums).collect() }
            }
            (Self::Even { weight, .. }, Some(other)) if *weight == other => return,
            (Self::Uneven { .. }, _) => return,
            (Self::Row { weight, .. } | Self::Even { weight, .. }, _) => {
                let all: Vec<Moments> =
                    (0..scores).map(|score| self.moments(score, slabs)).collect();
                let mass = Mass::of_one_weight(*weight, rows);
                let lacking = all.iter().zip(0..).filter(|(moments, _)| moments.mass != mass);
                let products = slabs.put(all.iter().map(|moments| moments.products));
                Self::Uneven {
                    mass,
                    products,
                    lacking: lacking.map(|(moments, score)| (score, moments.mass)).collect(),
                }
            }
        };
    }
}

/// The sums of rows of several weights. Totals that are merged hand theirs over as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Slabs(Vec<Vec<Products>>);

/// Where the sums of a key begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    slab: usize,
    at: usize,
    scores: usize,
}

impl Slabs {
    /// Puts the sums of a key behind all others.
    fn put(&mut self, products: impl Iterator<Item = Products>) -> Place {
        if self.0.is_empty() {
            self.0.push(Vec::new());
        }
        let slab = self.0.len() - 1;
        let last = &mut self.0[slab];
        let at = last.len();
        last.extend(products);
        Place { slab, at, scores: last.len() - at }
    }

    /// The sums of one score.
    #[inline]
    fn get(&self, place: Place, score: usize) -> Option<&Products> {
        self.0.get(place.slab)?.get(place.at..place.at + place.scores)?.get(score)
    }

    /// The sums of all scores of a key.
    #[inline]
    fn get_mut(&mut self, place: Place) -> &mut [Products] {
        let slab = self.0.get_mut(place.slab);
        slab.and_then(|slab| slab.get_mut(place.at..place.at + place.scores)).unwrap_or_default()
    }

    /// Puts the slabs of `other` behind these; says how many there were.
    pub(super) fn join(&mut self, other: Self) -> usize {
        let before = self.0.len();
        self.0.extend(other.0);
        before
    }
}

/// What the weights of the rows with a score come to.
#[inline]
fn mass_of<'m>(score: usize, all: &'m Mass, lacking: &'m [(u32, Mass)]) -> &'m Mass {
    if lacking.is_empty() {
        return all;
    }
    let at = lacking.binary_search_by_key(&score, |(score, _)| *score as usize);
    at.ok().and_then(|at| lacking.get(at)).map_or(all, |(_, own)| own)
}

/// The mass of a score's own, where it has one.
fn own_mass(score: u32, lacking: &mut [(u32, Mass)]) -> Option<&mut Mass> {
    let at = lacking.binary_search_by_key(&score, |(score, _)| *score).ok()?;
    lacking.get_mut(at).map(|(_, own)| own)
}

/// Gives a score a mass of its own: as yet that of all rows.
fn split_off<'m>(score: u32, all: &Mass, lacking: &'m mut Vec<(u32, Mass)>) -> &'m mut Mass {
    let at = match lacking.binary_search_by_key(&score, |(score, _)| *score) {
        Ok(at) => at,
        Err(at) => {
            lacking.insert(at, (score, *all));
            at
        }
    };
    &mut lacking[at].1
}
