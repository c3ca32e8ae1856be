//! What a round's answers are summed up to before anything is estimated.
//!
//! Rows come in as chunks, in any order and on any number of threads; a tally of the whole equals
//! the merged tallies of its parts, bit for bit, once [`Tally::settle`] has numbered its clusters
//! and cells by their labels.

use std::collections::BTreeMap;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt};
use selaras_stats::totals::{Key, Totals, TotalsError};

use super::pooled::Pooled;
use super::result::FlagCounts;
use crate::instrument::{Aggregation, AttributeKind, Instrument, Scorer};
use crate::round::answers::{Answers, Design, Flag, NONE};

/// Respondents scored at a time: their scores stay in the processor's first cache.
const BLOCK: usize = 256;

/// What an open link's answers cluster by: those who were reached together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cluster {
    /// Position of the kab/kota in the frame.
    pub region: u32,
    /// Position in the labels' districts, or [`NONE`].
    pub district: u32,
    /// Position in the labels' links, or [`NONE`].
    pub link: u32,
    /// Day of the answer.
    pub day: i32,
}

/// Counts of one region that need no estimate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answers taken in.
    pub rows: u64,
    /// Per attribute of the instrument, respondents by band (position + 1; 0 not answered).
    pub bands: Vec<Vec<u64>>,
    /// Respondents by kecamatan.
    pub districts: BTreeMap<u32, u64>,
    /// Respondents by link.
    pub links: BTreeMap<u32, u64>,
    /// Quality flags.
    pub flags: FlagCounts,
}

/// Sums of a round.
#[derive(Clone, Debug)]
pub struct Tally {
    /// How the sample came about.
    pub design: Design,
    /// Sums by region × stratum × PSU × margin cell. In an open link a stratum is a region and a
    /// PSU a position in `clusters`.
    pub totals: Totals,
    /// Behind the PSUs of an open link; empty in a recorded design.
    pub clusters: Vec<Cluster>,
    /// Behind the margin cells: per attribute in `margin_attributes` the band + 1, 0 unknown.
    pub cells: Vec<Box<[u8]>>,
    /// Attributes that margin cells are made of, as positions in the instrument.
    pub margin_attributes: Vec<usize>,
    /// By position in the frame.
    pub counts: Vec<Counts>,
    /// Population PSUs by stratum, where a finite population correction is given.
    pub population_psus: BTreeMap<u32, f64>,
    /// Under the pooled rule, what the totals' columns are; else they are the scores.
    pub(super) pooled: Option<Pooled>,
    scorer: Scorer,
    cluster_numbers: HashMap<Cluster, u32>,
    cell_numbers: HashMap<Box<[u8]>, u32>,
    /// The stratum of the row before with its population.
    last_fpc: Option<(u32, f64)>,
    /// Room for scores.
    scored: Vec<f64>,
}

impl Tally {
    /// A tally of no answers. `margins`: whether cells of the raking attributes are kept apart.
    ///
    /// # Errors
    /// An instrument with more scores than totals can hold.
    pub fn new(
        instrument: &Instrument,
        regions: usize,
        design: Design,
        margins: bool,
    ) -> Result<Self, TotalsError> {
        let scorer = Scorer::new(instrument);
        let pooled =
            (instrument.rules.aggregation == Aggregation::Pooled).then(|| Pooled::new(&scorer));
        let names = match &pooled {
            Some(pooled) => pooled.names(&scorer),
            None => scorer.definitions().iter().map(|score| score.id.clone()).collect(),
        };
        let raked = |kind| {
            matches!(
                kind,
                AttributeKind::Sex
                    | AttributeKind::Age
                    | AttributeKind::Education
                    | AttributeKind::Occupation
            )
        };
        let margin_attributes = (0..instrument.attributes.len())
            .filter(|&at| margins && raked(instrument.attributes[at].kind))
            .collect();
        Ok(Self {
            design,
            totals: Totals::new(names)?,
            clusters: Vec::new(),
            cells: Vec::new(),
            margin_attributes,
            counts: vec![
                Counts {
                    bands: instrument
                        .attributes
                        .iter()
                        .map(|attribute| vec![0; attribute.bands.len() + 1])
                        .collect(),
                    ..Counts::default()
                };
                regions
            ],
            population_psus: BTreeMap::new(),
            pooled,
            scorer,
            cluster_numbers: HashMap::new(),
            cell_numbers: HashMap::new(),
            last_fpc: None,
            scored: Vec::new(),
        })
    }

    /// The instrument's rule of scoring.
    pub(super) fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Adds a chunk of respondents.
    ///
    /// # Errors
    /// Weights or scores that do not fit the totals; see [`Totals::add`].
    pub fn add(&mut self, answers: &Answers) -> Result<(), TotalsError> {
        let scores = self.totals.scores().len();
        let mut row = vec![f64::NAN; scores];
        let mut scored = std::mem::take(&mut self.scored);
        let mut keys = Vec::with_capacity(BLOCK);
        for start in (0..answers.len).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(answers.len);
            match &mut self.pooled {
                None => self.scorer.score_rows(answers, block.clone(), &mut scored),
                Some(pooled) => {
                    scored.resize(scores * block.len(), f64::NAN);
                    for at in block.clone() {
                        pooled.fill(&self.scorer, answers, at, &mut row);
                        for (score, &value) in row.iter().enumerate() {
                            scored[score * block.len() + at - start] = value;
                        }
                    }
                }
            }
            keys.clear();
            keys.extend(block.clone().map(|at| self.key(answers, at)));
            let mut from = start;
            for run in keys.chunk_by(|a, b| a == b) {
                let (rows, first) = (from..from + run.len(), from - start);
                let column = |score: usize| {
                    let offset = score * block.len() + first;
                    scored.get(offset..offset + run.len()).unwrap_or_default()
                };
                self.totals.add_rows(run[0], &answers.weight[rows.clone()], column)?;
                from = rows.end;
            }
            let same = |&a: &usize, &b: &usize| {
                answers.region[a] == answers.region[b]
                    && answers.district[a] == answers.district[b]
                    && answers.link[a] == answers.link[b]
            };
            let rows: Vec<usize> = block.collect();
            for run in rows.chunk_by(same) {
                self.count(answers, run[0]..run[0] + run.len());
            }
        }
        self.scored = scored;
        Ok(())
    }

    fn key(&mut self, answers: &Answers, at: usize) -> Key {
        let region = answers.region[at];
        let (stratum, psu) = match self.design {
            Design::Recorded => {
                let stratum = answers.stratum[at];
                let fpc = answers.fpc[at];
                if fpc.is_finite() && self.last_fpc != Some((stratum, fpc)) {
                    widen(&mut self.population_psus, stratum, fpc);
                    self.last_fpc = Some((stratum, fpc));
                }
                (stratum, answers.psu[at])
            }
            Design::OpenLink => {
                let cluster = Cluster {
                    region,
                    district: answers.district[at],
                    link: answers.link[at],
                    day: answers.day[at],
                };
                let clusters = &mut self.clusters;
                let number = *self.cluster_numbers.entry(cluster).or_insert_with(|| {
                    clusters.push(cluster);
                    clusters.len() as u32 - 1
                });
                (region, number)
            }
        };
        let cell = if self.margin_attributes.is_empty() {
            0
        } else {
            let bands: Box<[u8]> = self
                .margin_attributes
                .iter()
                .map(|&attribute| answers.attributes[attribute][at])
                .collect();
            self.number_cell(bands)
        };
        Key { region, stratum, psu, cell }
    }

    fn number_cell(&mut self, bands: Box<[u8]>) -> u32 {
        if let Some(&number) = self.cell_numbers.get(&bands) {
            return number;
        }
        let number = self.cells.len() as u32;
        self.cells.push(bands.clone());
        self.cell_numbers.insert(bands, number);
        number
    }

    /// Counts respondents of one region, kecamatan and link.
    fn count(&mut self, answers: &Answers, rows: Range<usize>) {
        let (at, number) = (rows.start, rows.len() as u64);
        let Some(counts) = self.counts.get_mut(answers.region[at] as usize) else { return };
        counts.rows += number;
        for (bands, column) in counts.bands.iter_mut().zip(&answers.attributes) {
            for &band in &column[rows.clone()] {
                if let Some(count) = bands.get_mut(usize::from(band)) {
                    *count += 1;
                }
            }
        }
        if answers.district[at] != NONE {
            *counts.districts.entry(answers.district[at]).or_default() += number;
        }
        if answers.link[at] != NONE {
            *counts.links.entry(answers.link[at]).or_default() += number;
        }
        for &flags in &answers.flags[rows] {
            let flagged = |flag: Flag| u64::from(flags & flag as u8 != 0);
            counts.flags.straight_line += flagged(Flag::StraightLine);
            counts.flags.duplicate += flagged(Flag::Duplicate);
            counts.flags.burst += flagged(Flag::Burst);
        }
    }

    /// Adds the answers of `other`, a tally of the same instrument, frame and labels.
    ///
    /// # Errors
    /// Totals of other scores, or too much weight in all.
    pub fn merge(&mut self, mut other: Self) -> Result<(), TotalsError> {
        let psus: Vec<u32> = other
            .clusters
            .iter()
            .map(|&cluster| {
                let clusters = &mut self.clusters;
                *self.cluster_numbers.entry(cluster).or_insert_with(|| {
                    clusters.push(cluster);
                    clusters.len() as u32 - 1
                })
            })
            .collect();
        let cells: Vec<u32> =
            other.cells.into_iter().map(|bands| self.number_cell(bands)).collect();
        let renumbered = |numbers: &[u32], at: u32| numbers.get(at as usize).copied().unwrap_or(at);
        if !(in_place(&psus) && in_place(&cells)) {
            other.totals.coarsen(|key| Key {
                psu: renumbered(&psus, key.psu),
                cell: renumbered(&cells, key.cell),
                ..key
            });
        }
        self.totals.merge(other.totals)?;
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            mine.rows += theirs.rows;
            for (mine, theirs) in mine.bands.iter_mut().flatten().zip(theirs.bands.iter().flatten())
            {
                *mine += theirs;
            }
            add_counts(&mut mine.districts, theirs.districts);
            add_counts(&mut mine.links, theirs.links);
            mine.flags.straight_line += theirs.flags.straight_line;
            mine.flags.duplicate += theirs.flags.duplicate;
            mine.flags.burst += theirs.flags.burst;
        }
        for (stratum, psus) in other.population_psus {
            widen(&mut self.population_psus, stratum, psus);
        }
        Ok(())
    }

    /// Numbers clusters and cells in the order of their labels, so that the numbers no longer tell
    /// in which order the answers came.
    pub fn settle(&mut self) {
        let psus = order(&mut self.clusters);
        let cells = order(&mut self.cells);
        if in_place(&psus) && in_place(&cells) {
            return;
        }
        let renumbered = |numbers: &[u32], at: u32| numbers.get(at as usize).copied().unwrap_or(at);
        self.totals.coarsen(|key| Key {
            psu: renumbered(&psus, key.psu),
            cell: renumbered(&cells, key.cell),
            ..key
        });
        self.cluster_numbers = self.clusters.iter().copied().zip(0..).collect();
        self.cell_numbers = self.cells.iter().cloned().zip(0..).collect();
    }
}

/// Whether every number is its own position, so that there is nothing to renumber.
fn in_place(numbers: &[u32]) -> bool {
    numbers.iter().zip(0..).all(|(&number, position)| number == position)
}

/// Sorts `labels` and returns the new position of each old one.
fn order<T: Ord>(labels: &mut Vec<T>) -> Vec<u32> {
    let mut numbered: Vec<(T, usize)> = labels.drain(..).zip(0..).collect();
    numbered.sort_unstable();
    let mut moved = vec![0; numbered.len()];
    for (new, (label, old)) in numbered.into_iter().enumerate() {
        moved[old] = new as u32;
        labels.push(label);
    }
    moved
}

/// Notes the population PSUs of a stratum: the larger of two numbers, which files taken in one by
/// one may give, so that neither order nor threads decide.
fn widen(known: &mut BTreeMap<u32, f64>, stratum: u32, psus: f64) {
    known.entry(stratum).and_modify(|known| *known = known.max(psus)).or_insert(psus);
}

fn add_counts<K: Ord>(mine: &mut BTreeMap<K, u64>, theirs: BTreeMap<K, u64>) {
    for (key, count) in theirs {
        *mine.entry(key).or_default() += count;
    }
}
