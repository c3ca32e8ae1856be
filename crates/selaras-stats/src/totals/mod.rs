//! Additive totals by region, stratum, PSU and margin cell (METHOD §8).
//!
//! Every row adds whole numbers of steps ([`crate::fixed`]) to the sums of its [`Key`], so totals
//! of chunks merge into the totals of the whole, with the same bytes whatever the order and the
//! number of threads. Rows are not kept: ten times the rows over the same keys take the same room.
//!
//! A key of one row takes 8 bytes a score, of rows of one weight (an open link) 48, of rows of
//! several weights 96, and 80 more for each score that some of the rows lack.
//!
//! # Limits
//! Scores below 2²⁰, weights below 2²², the sum of weights of all rows at most 2³⁴ (17 billion).
//! Within these no sum can overflow, which is why only [`Totals::add`] and [`Totals::merge`] check.

mod moments;
mod store;

use foldhash::{HashMap, HashMapExt};

use crate::fixed::{
    SCORE_BITS, SCORE_LIMIT, WEIGHT_BITS, Wide, is_small, score_steps, small_steps, weight_steps,
};
pub(crate) use moments::MeanSums;
pub use moments::Moments;
use moments::{MASS_LIMIT, MISSING, ROWS_LIMIT};
use store::{Slabs, Store};

/// Which sums a row adds to: small numbers that the caller has given to names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Region.
    pub region: u32,
    /// Stratum. In an open link every region is a stratum of its own.
    pub stratum: u32,
    /// Primary sampling unit, or recruitment cluster. Units of different strata are different.
    pub psu: u32,
    /// Cell of the joint margins, or any other division that domains are made of.
    pub cell: u32,
}

/// Why totals could not take something in. They are unchanged then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TotalsError {
    /// A row with another number of scores than the totals have names.
    #[error("expected {expected} scores, got {got}")]
    ScoreCount {
        /// Names of the totals.
        expected: usize,
        /// Scores of the row.
        got: usize,
    },
    /// A score that is infinite or not below [`crate::fixed::SCORE_LIMIT`].
    #[error("score {score} is out of range")]
    ScoreRange {
        /// Its position.
        score: usize,
    },
    /// A weight that is not above 0 or not below [`crate::fixed::WEIGHT_LIMIT`].
    #[error("weight is out of range")]
    WeightRange,
    /// The weights of all rows add up to more than 2³⁴.
    #[error("the weights add up to too much")]
    TooMuch,
    /// Totals of other scores.
    #[error("the totals are of other scores")]
    OtherScores,
    /// More than 1,024 scores, or a name of more than 255 bytes.
    #[error("too many scores or too long a name")]
    TooManyScores,
    /// Bytes that [`Totals::to_bytes`] did not write.
    #[error("not totals, or of another version")]
    Foreign,
}

/// Binary digits of steps, as the bytes begin with them.
const STEPS: [u8; 2] = [SCORE_BITS as u8, WEIGHT_BITS as u8];
const MAGIC: &[u8; 8] = b"SELTOT\x01\0";
const SCORES_LIMIT: usize = 1024;

#[derive(Clone, Debug)]
struct Entry {
    key: Key,
    rows: u64,
    store: Store,
}

/// The sums of one key.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    entry: &'a Entry,
    slabs: &'a Slabs,
}

impl Cell<'_> {
    /// Whose sums.
    #[must_use]
    pub fn key(&self) -> Key {
        self.entry.key
    }

    /// Rows, with or without scores.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.entry.rows
    }

    /// Sums over the rows that have score number `score`.
    #[must_use]
    pub fn moments(&self, score: usize) -> Moments {
        self.entry.store.moments(score, self.slabs)
    }

    /// How many rows have score number `score`, and the sum of their weights.
    #[must_use]
    pub fn weight(&self, score: usize) -> (u64, f64) {
        let mass = self.entry.store.mass(score);
        (mass.n, mass.weight())
    }

    /// The sums that means and their errors need.
    #[inline]
    pub(crate) fn mean_sums(&self, score: usize) -> MeanSums {
        self.entry.store.mean_sums(score, self.slabs)
    }
}

/// Totals of a set of rows.
#[derive(Clone, Debug)]
pub struct Totals {
    scores: Vec<String>,
    index: HashMap<Key, usize>,
    entries: Vec<Entry>,
    /// Sums of the rows of several weights.
    slabs: Slabs,
    mass: u128,
    /// Room for rows in steps.
    weight_steps: Vec<u64>,
    score_steps: Vec<i64>,
}

impl Totals {
    /// Totals of no rows, for scores of these names.
    ///
    /// # Errors
    /// [`TotalsError::TooManyScores`] for more than 1,024 scores or a name of over 255 bytes.
    pub fn new<S: Into<String>>(scores: impl IntoIterator<Item = S>) -> Result<Self, TotalsError> {
        let scores: Vec<String> =
            scores.into_iter().take(SCORES_LIMIT + 1).map(Into::into).collect();
        if scores.len() > SCORES_LIMIT || scores.iter().any(|name| name.len() > 255) {
            return Err(TotalsError::TooManyScores);
        }
        Ok(Self {
            scores,
            index: HashMap::new(),
            entries: Vec::new(),
            slabs: Slabs::default(),
            mass: 0,
            weight_steps: Vec::new(),
            score_steps: Vec::new(),
        })
    }

    /// Names of the scores.
    #[must_use]
    pub fn scores(&self) -> &[String] {
        &self.scores
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no row has been added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a respondent: `scores` in the order of [`Totals::scores`], NaN where there is none.
    ///
    /// # Errors
    /// As [`Totals::add_rows`], and for another number of scores.
    pub fn add(&mut self, key: Key, weight: f64, scores: &[f64]) -> Result<(), TotalsError> {
        let expected = self.scores.len();
        if scores.len() != expected {
            return Err(TotalsError::ScoreCount { expected, got: scores.len() });
        }
        self.add_rows(key, &[weight], |score| scores.get(score..=score).unwrap_or_default())
    }

    /// Adds respondents with one key: their weights, and for each score its values, one a
    /// respondent, NaN where there is none.
    ///
    /// # Errors
    /// [`TotalsError`] for a score or weight out of range, weights that add up to too much, or a
    /// column of another length than the weights; the totals are unchanged then.
    pub fn add_rows<'a>(
        &mut self,
        key: Key,
        weights: &[f64],
        column: impl Fn(usize) -> &'a [f64],
    ) -> Result<(), TotalsError> {
        self.weight_steps.clear();
        let mut mass = self.mass;
        for &weight in weights {
            let steps = weight_steps(weight).ok_or(TotalsError::WeightRange)?;
            mass += u128::from(steps);
            self.weight_steps.push(steps);
        }
        if mass > MASS_LIMIT {
            return Err(TotalsError::TooMuch);
        }
        self.score_steps.clear();
        for score in 0..self.scores.len() {
            let values = column(score);
            if values.len() != weights.len() {
                let (expected, got) = (weights.len(), values.len());
                return Err(TotalsError::ScoreCount { expected, got });
            }
            // Without a branch for each value this becomes vector code.
            if values.iter().fold(true, |small, &y| small & (y.is_nan() | is_small(y))) {
                let steps = |&y: &f64| if y.is_nan() { MISSING } else { small_steps(y) };
                self.score_steps.extend(values.iter().map(steps));
                continue;
            }
            let steps = |&y: &f64| score_steps(y).unwrap_or(MISSING);
            self.score_steps.extend(values.iter().map(steps));
            if values.iter().any(|y| y.abs() >= SCORE_LIMIT) {
                return Err(TotalsError::ScoreRange { score });
            }
        }
        self.mass = mass;
        if weights.is_empty() {
            return Ok(());
        }
        let rows = weights.len() as u64;
        // Rows of a PSU often follow one another.
        let known = match self.entries.last() {
            Some(last) if last.key == key => Some(self.entries.len() - 1),
            _ => self.index.get(&key).copied(),
        };
        match known.and_then(|position| self.entries.get_mut(position)) {
            Some(entry) => {
                let (weights, scores) = (&self.weight_steps, &self.score_steps);
                entry.store.add_rows(entry.rows, weights, scores, &mut self.slabs);
                entry.rows += rows;
            }
            None => {
                let store = Store::of_rows(&self.weight_steps, &self.score_steps, &mut self.slabs);
                self.index.insert(key, self.entries.len());
                self.entries.push(Entry { key, rows, store });
            }
        }
        Ok(())
    }

    /// Adds the rows of `other`.
    ///
    /// # Errors
    /// [`TotalsError::OtherScores`] where the names of the scores differ, [`TotalsError::TooMuch`]
    /// where the weights add up to too much; the totals are unchanged then.
    pub fn merge(&mut self, other: Self) -> Result<(), TotalsError> {
        if self.scores != other.scores {
            return Err(TotalsError::OtherScores);
        }
        let mass = self.mass + other.mass;
        if mass > MASS_LIMIT {
            return Err(TotalsError::TooMuch);
        }
        self.mass = mass;
        let behind = self.slabs.join(other.slabs);
        for entry in other.entries {
            self.put(Entry { store: entry.store.behind(behind), ..entry });
        }
        Ok(())
    }

    /// Puts the sums under other keys: the rows of `key` come under `under(key)`, which may be the
    /// same for several.
    pub fn coarsen(&mut self, under: impl Fn(Key) -> Key) {
        let entries = std::mem::take(&mut self.entries);
        self.index.clear();
        for entry in entries {
            self.put(Entry { key: under(entry.key), ..entry });
        }
    }

    /// Takes over an entry whose sums stand in the slabs already.
    fn put(&mut self, entry: Entry) {
        let known = self.index.get(&entry.key).copied();
        match known.and_then(|position| self.entries.get_mut(position)) {
            Some(present) => {
                let (rows, scores) = ((present.rows, entry.rows), self.scores.len());
                present.store.merge(rows, scores, &entry.store, &mut self.slabs);
                present.rows += entry.rows;
            }
            None => {
                self.index.insert(entry.key, self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    /// The sums of every key, in the order of keys.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell<'_>> {
        let slabs = &self.slabs;
        let mut cells: Vec<Cell<'_>> =
            self.entries.iter().map(|entry| Cell { entry, slabs }).collect();
        // Stable: totals merged from few parts are few ascending runs, which that finds.
        cells.sort_by_key(Cell::key);
        cells
    }

    /// The totals as bytes, the same for the same rows: eight bytes `SELTOT`, version 1, 0; the
    /// binary digits of steps of scores and of weights (one byte each); the number of scores (two
    /// bytes) and each name with its length (one byte); then in the order of keys region, stratum,
    /// PSU and cell (four bytes each), the rows, and per score n and, where n > 0, Σw, Σwy, Σwy²,
    /// Σw², Σw²y, Σw²y², smallest and largest w in steps, as [`Wide::write`] writes them. Whole
    /// numbers of fixed size have the least significant byte first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(STEPS);
        bytes.extend((self.scores.len() as u16).to_le_bytes());
        for name in &self.scores {
            bytes.push(name.len() as u8);
            bytes.extend(name.as_bytes());
        }
        for cell in self.cells() {
            let Key { region, stratum, psu, cell: margin } = cell.key();
            for part in [region, stratum, psu, margin] {
                bytes.extend(part.to_le_bytes());
            }
            Wide::<2>::new(i128::from(cell.rows())).write(&mut bytes);
            for score in 0..self.scores.len() {
                cell.moments(score).write(&mut bytes);
            }
        }
        bytes
    }

    /// Reads what [`Totals::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`TotalsError::Foreign`] for anything else: another version, keys out of order, sums that no
    /// rows within the limits have.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TotalsError> {
        Self::read(bytes).ok_or(TotalsError::Foreign)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes.strip_prefix(MAGIC)?.strip_prefix(&STEPS)?;
        let count = u16::from_le_bytes(take(&mut bytes)?);
        let mut scores = Vec::new();
        for _ in 0..count {
            let [length] = take(&mut bytes)?;
            let (name, rest) = bytes.split_at_checked(usize::from(length))?;
            bytes = rest;
            scores.push(std::str::from_utf8(name).ok()?.to_owned());
        }
        let mut totals = Self::new(scores).ok()?;
        while !bytes.is_empty() {
            let mut part = || Some(u32::from_le_bytes(take(&mut bytes)?));
            let key = Key { region: part()?, stratum: part()?, psu: part()?, cell: part()? };
            if totals.entries.last().is_some_and(|last| last.key >= key) {
                return None;
            }
            let rows = u64::try_from(Wide::<2>::read(&mut bytes)?.to_i128()).ok()?;
            let mut moments = Vec::new();
            for _ in 0..count {
                let read = Moments::read(&mut bytes)?;
                (read.is_possible() && read.n() <= rows && rows <= ROWS_LIMIT)
                    .then(|| moments.push(read))?;
            }
            let heaviest = moments.iter().map(|sums| sums.mass.w).max().unwrap_or(0);
            totals.mass = totals.mass.checked_add(heaviest)?;
            (totals.mass <= MASS_LIMIT).then_some(())?;
            totals.index.insert(key, totals.entries.len());
            let store = Store::read(rows, &moments, &mut totals.slabs);
            totals.entries.push(Entry { key, rows, store });
        }
        Some(totals)
    }
}

fn take<const LENGTH: usize>(bytes: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Key, Totals, TotalsError};

    /// Key, weight, scores.
    type Row = (Key, f64, Vec<f64>);

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let key = (0..3_u32, 0..2_u32, 0..3_u32, 0..2_u32)
            .prop_map(|(region, stratum, psu, cell)| Key { region, stratum, psu, cell });
        let weight = prop_oneof![Just(1.0), Just(2.5), 0.001..4e6_f64];
        let score = prop_oneof![4 => -10.0..10.0_f64, 1 => Just(f64::NAN), 1 => -1e6..1e6_f64];
        prop::collection::vec((key, weight, prop::collection::vec(score, 2)), 0..60)
    }

    fn totals<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Totals {
        let mut totals = Totals::new(["index", "trust"]).unwrap();
        for (key, weight, scores) in rows {
            totals.add(*key, *weight, scores).unwrap();
        }
        totals
    }

    fn merged(parts: impl IntoIterator<Item = Totals>) -> Totals {
        parts.into_iter().fold(totals([]), |mut sum, part| {
            sum.merge(part).unwrap();
            sum
        })
    }

    proptest! {
        #[test]
        fn the_bytes_are_the_same_whatever_the_order_and_the_chunks(
            rows in rows(), chunk in 1_usize..20,
        ) {
            let whole = totals(&rows).to_bytes();
            prop_assert_eq!(&totals(rows.iter().rev()).to_bytes(), &whole);
            let chunks: Vec<Totals> = rows.chunks(chunk).map(totals).collect();
            prop_assert_eq!(&merged(chunks.iter().cloned()).to_bytes(), &whole);
            prop_assert_eq!(&merged(chunks.iter().rev().cloned()).to_bytes(), &whole);
            let nested = merged([chunks.into_iter().rev().fold(totals([]), |sum, mut part| {
                part.merge(sum).unwrap();
                part
            })]);
            prop_assert_eq!(nested.to_bytes(), whole);
        }

        #[test]
        fn rows_added_together_are_rows_added_one_by_one(
            rows in prop::collection::vec(
                (0.001..4e6_f64, prop::collection::vec(
                    prop_oneof![4 => -10.0..10.0_f64, 1 => Just(f64::NAN), 1 => -1e6..1e6_f64], 2,
                )),
                0..100,
            ),
        ) {
            let key = Key { region: 1, stratum: 1, psu: 1, cell: 1 };
            let mut together = totals([]);
            let weights: Vec<f64> = rows.iter().map(|row| row.0).collect();
            let columns = [0, 1].map(|at| rows.iter().map(|row| row.1[at]).collect::<Vec<f64>>());
            together.add_rows(key, &weights, |score| &columns[score]).unwrap();
            let one_by_one: Vec<Row> = rows.into_iter().map(|(w, y)| (key, w, y)).collect();
            prop_assert_eq!(together.to_bytes(), totals(&one_by_one).to_bytes());
        }

        #[test]
        fn bytes_come_back_as_the_same_totals_and_still_merge(rows in rows(), more in rows()) {
            let kept = totals(&rows);
            let mut read = Totals::from_bytes(&kept.to_bytes()).unwrap();
            prop_assert_eq!(read.to_bytes(), kept.to_bytes());
            read.merge(totals(&more)).unwrap();
            prop_assert_eq!(read.to_bytes(), totals(rows.iter().chain(&more)).to_bytes());
        }

        #[test]
        fn foreign_bytes_are_refused_not_obeyed(
            rows in rows(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut bytes = totals(&rows).to_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = Totals::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
            let cut = totals(&rows).to_bytes();
            if let Ok(read) = Totals::from_bytes(&cut[..at]) {
                prop_assert_eq!(read.to_bytes(), &cut[..at]);
            }
        }

        #[test]
        fn coarser_totals_are_those_of_rows_with_coarser_keys(rows in rows()) {
            let under = |key: Key| Key { psu: 0, cell: 0, ..key };
            let coarse: Vec<Row> =
                rows.iter().map(|(k, w, y)| (under(*k), *w, y.clone())).collect();
            let mut fine = totals(&rows);
            fine.coarsen(under);
            prop_assert_eq!(fine.to_bytes(), totals(&coarse).to_bytes());
        }

        #[test]
        fn sums_agree_with_those_of_doubles(rows in rows()) {
            let mut all = totals(&rows);
            all.coarsen(|_| Key { region: 0, stratum: 0, psu: 0, cell: 0 });
            for cell in all.cells() {
                let sums = cell.moments(1);
                let kept: Vec<(f64, f64)> =
                    rows.iter().map(|(_, w, y)| (*w, y[1])).filter(|(_, y)| !y.is_nan()).collect();
                let size = |power: (i32, i32)| kept.iter()
                    .map(|(w, y)| w.powi(power.0) * y.abs().powi(power.1)).sum::<f64>();
                let sum = |power: (i32, i32)| kept.iter()
                    .map(|(w, y)| w.powi(power.0) * y.powi(power.1)).sum::<f64>();
                let pairs = [
                    (sums.w(), (1, 0)), (sums.wy(), (1, 1)), (sums.wyy(), (1, 2)),
                    (sums.ww(), (2, 0)), (sums.wwy(), (2, 1)), (sums.wwyy(), (2, 2)),
                ];
                for (got, power) in pairs {
                    prop_assert!((got - sum(power)).abs() <= 1e-6 * size(power), "{power:?}");
                }
                prop_assert_eq!(sums.n(), kept.len() as u64);
                prop_assert_eq!(cell.rows(), rows.len() as u64);
                let least = kept.iter().map(|row| row.0).reduce(f64::min);
                let found = sums.weight_range().map(|range| range.0);
                prop_assert_eq!(found.is_some(), least.is_some());
                prop_assert!(found.zip(least).is_none_or(|(a, b)| (a - b).abs() < 1e-10));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let key = Key { region: 1, stratum: 1, psu: 1, cell: 1 };
        let mut totals = totals([&(key, 1.0, vec![6.0, f64::NAN])]);
        let before = totals.to_bytes();
        assert_eq!(
            totals.add(key, 1.0, &[6.0]),
            Err(TotalsError::ScoreCount { expected: 2, got: 1 })
        );
        let infinite = totals.add(key, 1.0, &[6.0, f64::INFINITY]);
        assert_eq!(infinite, Err(TotalsError::ScoreRange { score: 1 }));
        for weight in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
            assert_eq!(totals.add(key, weight, &[6.0, 6.0]), Err(TotalsError::WeightRange));
        }
        let other = Totals::new(["index", "other"]).unwrap();
        assert_eq!(totals.merge(other), Err(TotalsError::OtherScores));
        assert_eq!(totals.to_bytes(), before);
    }

    #[test]
    fn weights_that_add_up_to_too_much_are_refused() {
        let key = |psu| Key { region: 1, stratum: 1, psu, cell: 1 };
        let mut all = totals([]);
        // 2^34 people in weights of 2^21.
        for psu in 0..1 << 13 {
            all.add(key(psu), f64::from(1_u32 << 21), &[1e6, -1e6]).unwrap();
        }
        assert_eq!(all.add(key(0), 1.0, &[1.0, 1.0]), Err(TotalsError::TooMuch));
        assert_eq!(all.merge(totals([&(key(0), 1.0, vec![1.0, 1.0])])), Err(TotalsError::TooMuch));
        all.coarsen(|_| key(0));
        let sums = all.cells()[0].moments(1);
        let people = f64::from(1_u32 << 31) * 8.0;
        assert_eq!((sums.w(), sums.wy(), sums.wyy()), (people, -1e6 * people, 1e12 * people));
        assert_eq!(sums.variance(), Some(0.0));
    }
}
