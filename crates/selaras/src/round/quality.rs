//! Quality flags (METHOD §7): straight lines, duplicates, bursts. Flagged answers are kept.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::answers::{Answers, Flag, NO_DAY, NONE};

/// When answers of one link count as a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BurstRule {
    /// Length of a window in minutes; windows start at midnight.
    pub minutes: u32,
    /// Answers of one link in one window from which on it is a burst.
    pub answers: u32,
}

impl Default for BurstRule {
    /// Fifty answers of one link in ten minutes: more than a counter helps through, and as many as
    /// a hall filled in together. `[proposed]`
    fn default() -> Self {
        Self { minutes: 10, answers: 50 }
    }
}

/// How many answers carry each flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The same answer to every item.
    pub straight_lines: u64,
    /// Equal to an earlier row of the same region.
    pub duplicates: u64,
    /// In a burst.
    pub bursts: u64,
}

/// Flags rows whose answered items all have the same answer, where at least half of the items, and
/// three of them, are answered.
pub fn straight_lines(answers: &mut Answers) {
    let len = answers.len;
    let mut low = vec![u8::MAX; len];
    let mut high = vec![0_u8; len];
    let mut answered = vec![0_u16; len];
    for column in &answers.items {
        let state = low.iter_mut().zip(&mut high).zip(&mut answered);
        for (&answer, ((low, high), answered)) in column.iter().zip(state) {
            // 0 is no answer: it wraps to the highest and cannot be the lowest.
            *low = (*low).min(answer.wrapping_sub(1));
            *high = (*high).max(answer);
            *answered += u16::from(answer != 0);
        }
    }
    let least = answers.items.len().div_ceil(2).max(3);
    answers.flags.resize(len, 0);
    for (row, flags) in answers.flags.iter_mut().enumerate() {
        let same = match (low.get(row), high.get(row)) {
            (Some(low), Some(high)) => u16::from(*low) + 1 == u16::from(*high),
            _ => false,
        };
        if same && answered.get(row).is_some_and(|&count| usize::from(count) >= least) {
            *flags |= Flag::StraightLine as u8;
        }
    }
}

/// Puts a 64-bit hash of region, attributes and answers per row into `hashes`; 0 where no item is
/// answered.
///
/// Multilinear hashing (Carter and Wegman 1979) with keys from a fixed sequence: equal rows have
/// equal hashes on every machine; two different rows agree with a chance of about 2⁻⁵⁶.
pub fn hash(answers: &Answers, hashes: &mut Vec<u64>) {
    hashes.clear();
    hashes.resize(answers.len, 0);
    let mut state = 0_u64;
    for column in &answers.items {
        let key = next_key(&mut state);
        for (hash, &answer) in hashes.iter_mut().zip(column) {
            *hash = hash.wrapping_add(key.wrapping_mul(u64::from(answer)));
        }
    }
    let nothing: Vec<usize> =
        hashes.iter().enumerate().filter(|(_, hash)| **hash == 0).map(|(row, _)| row).collect();
    for column in &answers.attributes {
        let key = next_key(&mut state);
        for (hash, &band) in hashes.iter_mut().zip(column) {
            *hash = hash.wrapping_add(key.wrapping_mul(u64::from(band)));
        }
    }
    let key = next_key(&mut state);
    for (hash, &region) in hashes.iter_mut().zip(&answers.region) {
        *hash = mixed(hash.wrapping_add(key.wrapping_mul(u64::from(region)))).max(1);
    }
    for row in nothing {
        if let Some(hash) = hashes.get_mut(row) {
            *hash = 0;
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn next_key(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed(*state) | 1
}

fn mixed(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Which hashes have been seen, region by region, in about seven bytes per row.
///
/// An open-addressing table keeps 32 bits of each hash; the slot, found from the other 32, stands
/// for part of the rest, so that among 6.4 million rows a wrong flag is expected about 0.02 times.
/// A full table is followed by one of twice the size. Files are mostly in the order of regions, so
/// that the tables at hand stay in the processor's cache.
#[derive(Clone, Debug)]
pub struct Seen {
    regions: Vec<Vec<Table>>,
}

#[derive(Clone, Debug)]
struct Table {
    slots: Vec<u32>,
    used: usize,
}

impl Seen {
    /// Nothing seen yet in any of so many regions.
    #[must_use]
    pub fn new(regions: usize) -> Self {
        Self { regions: vec![Vec::new(); regions] }
    }

    /// Whether `hash` was seen before in the region at `region`; it has been seen now. 0, and what
    /// lies outside the regions, is never seen.
    pub fn see(&mut self, region: u32, hash: u64) -> bool {
        if hash == 0 {
            return false;
        }
        let Some(tables) = self.regions.get_mut(region as usize) else { return false };
        if tables.last().is_none_or(|last| last.used * 5 > last.slots.len() * 4) {
            let slots = tables.last().map_or(SMALLEST, |last| last.slots.len() * 2);
            tables.push(Table { slots: vec![0; slots], used: 0 });
        }
        let Some((last, full)) = tables.split_last_mut() else { return false };
        if full.iter().any(|table| table.position(hash).is_err()) {
            return true;
        }
        match last.position(hash) {
            Err(()) => true,
            Ok(slot) => {
                if let Some(place) = last.slots.get_mut(slot) {
                    *place = remainder(hash);
                    last.used += 1;
                }
                false
            }
        }
    }
}

/// Slots of the first table of a region.
const SMALLEST: usize = 2048;

/// What a slot keeps; 0 marks a free slot.
fn remainder(hash: u64) -> u32 {
    (hash as u32).max(1)
}

impl Table {
    /// The free slot for `hash`, or `Err` where it is in the table.
    fn position(&self, hash: u64) -> Result<usize, ()> {
        let wanted = remainder(hash);
        // The upper half scaled to the number of slots (Lemire 2019).
        let start = ((hash >> 32) * self.slots.len() as u64) >> 32;
        let (before, from) = self.slots.split_at(start as usize);
        let mut slot = start as usize;
        for &held in from.iter().chain(before) {
            if held == wanted {
                return Err(());
            }
            if held == 0 {
                return Ok(slot % self.slots.len());
            }
            slot += 1;
        }
        Ok(slot % self.slots.len())
    }
}

impl BurstRule {
    /// The window of an answer; none where it cannot be part of a burst.
    fn window(self, link: u32, day: i32, second: u32) -> Option<u32> {
        if day == NO_DAY || link == NONE || self.minutes == 0 || self.answers == 0 {
            return None;
        }
        let per_day = 1440_u32.div_ceil(self.minutes);
        Some((day as u32).wrapping_mul(per_day).wrapping_add(second / 60 / self.minutes))
    }
}

/// Counts answers per link, window of time and region.
#[derive(Clone, Debug)]
pub struct Bursts {
    rule: BurstRule,
    windows: HashMap<(u32, u32, u32), u32>,
}

impl Bursts {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(rule: BurstRule) -> Self {
        Self { rule, windows: HashMap::new() }
    }

    /// Counts an answer from `region` by `link` on `day` at `second` of the day.
    pub fn see(&mut self, region: u32, link: u32, day: i32, second: u32) {
        if let Some(window) = self.rule.window(link, day, second) {
            *self.windows.entry((link, window, region)).or_default() += 1;
        }
    }

    /// The bursts among all that was counted.
    #[must_use]
    pub fn found(&self) -> BurstWindows {
        let mut all: HashMap<(u32, u32), u32> = HashMap::new();
        for (&(link, window, _), count) in &self.windows {
            *all.entry((link, window)).or_default() += count;
        }
        all.retain(|_, count| *count >= self.rule.answers);
        let mut by_region: BTreeMap<u32, u64> = BTreeMap::new();
        for (&(link, window, region), &count) in &self.windows {
            if all.contains_key(&(link, window)) {
                *by_region.entry(region).or_default() += u64::from(count);
            }
        }
        BurstWindows { rule: self.rule, windows: all.into_keys().collect(), by_region }
    }
}

/// The bursts among answers. They are known only when all answers were seen, whatever the order of
/// rows, so that whoever marks the answers themselves reads them once more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BurstWindows {
    rule: BurstRule,
    windows: HashSet<(u32, u32)>,
    by_region: BTreeMap<u32, u64>,
}

impl BurstWindows {
    /// Whether an answer by `link` on `day` at `second` of the day is in a burst.
    #[must_use]
    pub fn hold(&self, link: u32, day: i32, second: u32) -> bool {
        let window = self.rule.window(link, day, second);
        window.is_some_and(|window| self.windows.contains(&(link, window)))
    }

    /// Answers in bursts by region, where there are any.
    #[must_use]
    pub fn by_region(&self) -> &BTreeMap<u32, u64> {
        &self.by_region
    }

    /// Answers in all bursts.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_region.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(answers: &Answers) -> Vec<u64> {
        let mut hashes = Vec::new();
        hash(answers, &mut hashes);
        hashes
    }

    fn of(items: Vec<Vec<u8>>) -> Answers {
        let len = items.first().map_or(0, Vec::len);
        Answers { len, items, region: vec![0; len], ..Answers::default() }
    }

    #[test]
    fn a_straight_line_is_one_answer_throughout_and_gaps_do_not_hide_it() {
        let mut answers =
            of(vec![vec![5, 5, 5, 0], vec![5, 5, 0, 0], vec![5, 6, 5, 0], vec![5, 5, 5, 5]]);
        straight_lines(&mut answers);
        assert_eq!(answers.flags, [1, 0, 1, 0], "one answer alone is no line");
    }

    #[test]
    fn duplicates_are_found_across_chunks_and_only_within_a_region() {
        let mut chunk = of(vec![vec![5, 5, 7], vec![1, 1, 1]]);
        chunk.region = vec![3, 4, 3];
        let mut seen = Seen::new(5);
        let mut see = |chunk: &Answers| -> Vec<bool> {
            let rows = hashes(chunk).into_iter().zip(&chunk.region);
            rows.map(|(hash, &region)| seen.see(region, hash)).collect()
        };
        assert_eq!(see(&chunk), [false, false, false]);
        assert_eq!(see(&chunk), [true, true, true]);
        assert_eq!(hashes(&of(vec![vec![0]])), [0], "no answers are no duplicate");
    }

    #[test]
    fn the_table_of_the_seen_grows_without_forgetting() {
        let mut seen = Seen::new(8);
        let hashed = |n: u64| mixed(n + 1);
        assert!((0..50_000).all(|n| !seen.see(7, hashed(n))));
        assert!((0..50_000).all(|n| seen.see(7, hashed(n))));
        assert!(seen.regions[7].len() > 3);
    }

    #[test]
    fn a_burst_is_many_answers_of_one_link_in_one_window() {
        let mut bursts = Bursts::new(BurstRule { minutes: 10, answers: 3 });
        let seen = [(7, 0, 60), (8, 0, 61), (7, 1, 62), (7, 0, 63), (7, 0, 1200), (7, NONE, 60)];
        for (region, link, second) in seen {
            bursts.see(region, link, 20_000, second);
        }
        let found = bursts.found();
        let held = seen.map(|(_, link, second)| found.hold(link, 20_000, second));
        assert_eq!(held, [true, true, false, true, false, false]);
        assert_eq!(found.by_region(), &BTreeMap::from([(7, 2), (8, 1)]));
        assert_eq!(found.count(), 3);
    }
}
