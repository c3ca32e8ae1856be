//! From a tally to a result: a pure function.

use std::collections::BTreeMap;
use std::thread;

use selaras_stats::compare::{self, Difference, Null, Pairs, Rule};
use selaras_stats::open_link::Spread;
use selaras_stats::survey::{self, Influence, Sample, SurveyError};
use selaras_stats::totals::{Cell, TotalsError};

use super::change::Before;
use super::reading::{self, Reading, Whole};
use super::result::{
    Coverage, Form, IndexResult, InputRef, InstrumentRef, Interval, IntervalKind, Options,
    RegionResult, RoundRef, Score, ScoreDefinition, ScoreKind, Shift, Verdict, Withheld,
};
use super::tally::Tally;
use super::{change, composition, districts, groups, low, pooled};
use crate::instrument::{Instrument, Scorer};
use crate::locale::Message;
use crate::parallel;
use crate::round::answers::{Design, Labels};
use crate::round::frame::{Frame, Level};
use crate::round::margins::Margin;

/// Everything a result is a function of.
pub struct Input<'a> {
    /// The instrument.
    pub instrument: &'a Instrument,
    /// The regions.
    pub frame: &'a Frame,
    /// Names behind the tally's positions.
    pub labels: &'a Labels,
    /// The answers, summed up and settled.
    pub tally: &'a Tally,
    /// What is known of the population.
    pub margins: &'a [Margin],
    /// The round.
    pub round: RoundRef,
    /// The files that went in.
    pub files: Vec<InputRef>,
    /// Whether the answers are simulated.
    pub simulated: bool,
    /// Settings.
    pub options: Options,
    /// Threads that compute; 0 for as many as the machine has. The result is the same for any.
    pub threads: usize,
    /// The round before, if there is one to compare with.
    pub before: Option<Before<'a>>,
    /// Name of a kecamatan by its code.
    pub district_name: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum ComputeError {
    /// The recorded design contradicts itself.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The answers do not fit the totals.
    #[error(transparent)]
    Totals(#[from] TotalsError),
}

impl ComputeError {
    /// What happened and what to do.
    #[must_use]
    pub fn message(&self, labels: &Labels) -> Message {
        match self {
            Self::Survey(SurveyError::Population { stratum, sampled, population }) => {
                let name = labels.strata.get(*stratum as usize).cloned().unwrap_or_default();
                Message::new("index-stratum-too-small")
                    .with("stratum", name)
                    .with("sampled", *sampled)
                    .with("population", population.to_string())
            }
            Self::Totals(error) => {
                Message::new("index-totals-overflow").with("error", error.to_string())
            }
        }
    }
}

/// All readings of a round, by position in the frame and score.
pub(super) struct Readings<'a> {
    pub(super) frame: &'a Frame,
    pub(super) design: Design,
    pub(super) of: Vec<Vec<Reading>>,
    /// Kab/kota under each region, itself included where it is one.
    pub(super) leaves: Vec<Vec<usize>>,
    /// Wholes of an open link's provinces and nation; the differences of a recorded design come
    /// from influences instead.
    pub(super) wholes: Vec<Vec<Option<Whole>>>,
    influences: Vec<Vec<Option<Influence>>>,
}

impl<'a> Readings<'a> {
    pub(super) fn new(
        frame: &'a Frame,
        tally: &Tally,
        cells: &Cells<'_>,
        options: &Options,
        threads: usize,
    ) -> Result<Self, ComputeError> {
        let leaves = leaves(frame);
        let scores = tally.scorer().len();
        let mut readings = Self {
            frame,
            design: tally.design,
            of: vec![vec![Reading::default(); scores]; frame.regions.len()],
            leaves,
            wholes: vec![vec![None; scores]; frame.regions.len()],
            influences: Vec::new(),
        };
        match tally.design {
            Design::OpenLink => readings.read_open_link(tally, cells, options),
            Design::Recorded => readings.read_recorded(tally, options, threads)?,
        }
        Ok(readings)
    }

    fn read_open_link(&mut self, tally: &Tally, cells: &Cells<'_>, options: &Options) {
        for (at, region) in self.frame.regions.iter().enumerate() {
            let cells = cells.of(at);
            if !cells.is_empty() {
                let adults = region.adults.as_ref().map(|adults| adults.count);
                self.of[at] = reading::of_open_link(tally, cells, adults, options);
            }
        }
        for at in 0..self.frame.regions.len() {
            if self.frame.regions[at].level == Level::Regency {
                continue;
            }
            for score in 0..tally.scorer().len() {
                let whole = reading::whole(
                    &self.of,
                    |leaf| self.frame.regions[leaf].adults.as_ref().map(|adults| adults.count),
                    &self.leaves[at],
                    score,
                    options.suppress_below,
                );
                if let Some(whole) = &whole {
                    self.of[at][score] = whole.reading.clone();
                }
                self.wholes[at][score] = whole;
            }
        }
    }

    fn read_recorded(
        &mut self,
        tally: &Tally,
        options: &Options,
        threads: usize,
    ) -> Result<(), ComputeError> {
        let population = |stratum: u32| {
            tally.population_psus.get(&stratum).copied().filter(|_| options.finite_population)
        };
        let sample = Sample::new(&tally.totals, population, survey::Options::default())?;
        // One pass a level, since the regions of a level are disjoint.
        let mut domains = Vec::new();
        domains.resize_with(self.frame.regions.len(), || None);
        for level in [Level::Nation, Level::Province, Level::Regency] {
            let under = self.ancestors(level);
            let parts = sample.domains(self.frame.regions.len(), |key| {
                under.get(key.region as usize).copied().flatten()
            });
            for (at, domain) in parts.into_iter().enumerate() {
                if self.frame.regions[at].level == level {
                    domains[at] = Some(domain);
                }
            }
        }
        let scores = tally.scorer().len();
        let sums = parallel::map(threads, domains.len(), |at| {
            let own = self.leaves[at] == [at] && tally.pooled.is_none();
            domains[at].as_ref().filter(|_| own).map(|domain| sample.sums(domain, 0..scores))
        });
        let read = parallel::map(threads, domains.len(), |at| {
            let influences = match (&domains[at], &tally.pooled) {
                (None, _) => vec![None; scores],
                (Some(domain), Some(pooled)) => pooled::of_domain(&sample, domain, tally, pooled),
                (Some(domain), None) => {
                    let mut parts = self.leaves[at].iter().filter_map(|&leaf| sums[leaf].clone());
                    let mut sums = parts.next().unwrap_or_else(|| sample.sums(domain, 0..scores));
                    parts.for_each(|part| sums.add(&part));
                    sample.means_from(domain, 0..scores, &sums)
                }
            };
            let reading = |of: &Option<Influence>| of.as_ref().map(recorded).unwrap_or_default();
            (influences.iter().map(reading).collect(), influences)
        });
        (self.of, self.influences) = read.into_iter().unzip();
        Ok(())
    }

    /// By position of a kab/kota, the region of `level` it lies in.
    fn ancestors(&self, level: Level) -> Vec<Option<usize>> {
        (0..self.frame.regions.len())
            .map(|at| {
                let mut up = Some(at);
                while let Some(here) = up {
                    let region = self.frame.regions.get(here)?;
                    if region.level == level {
                        return Some(here);
                    }
                    up = region.parent.map(|parent| parent as usize);
                }
                None
            })
            .collect()
    }

    /// `leaf` minus the `whole` it is part of.
    pub(super) fn difference(&self, leaf: usize, whole: usize, score: usize) -> Option<Difference> {
        match self.design {
            Design::OpenLink => {
                let whole = self.wholes.get(whole)?.get(score)?.as_ref()?;
                reading::against_whole(&self.of, whole, leaf, score)
            }
            Design::Recorded => {
                let of = |at: usize| self.influences.get(at)?.get(score)?.as_ref();
                let difference = of(leaf)?.against(of(whole)?)?;
                Some(Difference {
                    value: difference.value,
                    se: difference.se?,
                    df: difference.df,
                    full_shift: None,
                })
            }
        }
    }

    /// How many kab/kota are part of an open link's whole with an interval of the index and have no
    /// spread of their own.
    fn borrowing(&self) -> usize {
        let with_spread = self.wholes.iter().filter_map(|of| of.first()?.as_ref());
        let mut leaves: Vec<usize> = with_spread
            .filter(|whole| whole.reading.spread.is_some())
            .flat_map(|whole| whole.parts.iter().map(|&(leaf, _)| leaf))
            .filter(|&leaf| self.of[leaf][0].spread.is_none())
            .collect();
        leaves.sort_unstable();
        leaves.dedup();
        leaves.len()
    }

    /// What the score of an aggregate covers: the kab/kota with at least `least_n` respondents.
    fn coverage(&self, at: usize, score: usize, least_n: u64) -> Coverage {
        let outside = &self.frame.regions[at].outside;
        let without = self.leaves[at]
            .iter()
            .filter(|&&leaf| self.of[leaf][score].n < least_n)
            .map(|&leaf| &self.frame.regions[leaf].code);
        let mut missing: Vec<String> = without.chain(outside).cloned().collect();
        if !outside.is_empty() {
            missing.sort_unstable();
        }
        Coverage { missing, adults_covered: self.covered(at, score, least_n) }
    }

    /// Share of a region's adults who live in kab/kota with at least `least_n` respondents with the
    /// score; none where adults are not known.
    fn covered(&self, at: usize, score: usize, least_n: u64) -> Option<f64> {
        let adults = |leaf: &usize| {
            self.frame.regions[*leaf].adults.as_ref().map(|adults| adults.count as f64)
        };
        let leaves = &self.leaves[at];
        // A frame may hold part of a province, or of the nation, which counts as a whole.
        let all = adults(&at).or_else(|| leaves.iter().map(adults).sum::<Option<f64>>())?;
        let seen = leaves.iter().filter(|&&leaf| self.of[leaf][score].n >= least_n);
        let covered: f64 = seen.map(adults).sum::<Option<f64>>()?;
        (all > 0.0).then(|| covered / all)
    }
}

fn recorded(influence: &Influence) -> Reading {
    let estimate = influence.estimate();
    Reading {
        n: estimate.n,
        value: Some(estimate.value),
        sd: None,
        placed: true,
        spread: estimate.se.filter(|_| estimate.df > 0.0).map(|se| Spread {
            se,
            df: estimate.df,
            clusters: estimate.clusters,
        }),
        deff: estimate.deff,
        full_shift: None,
    }
}

fn leaves(frame: &Frame) -> Vec<Vec<usize>> {
    let mut leaves = vec![Vec::new(); frame.regions.len()];
    for (at, region) in frame.regions.iter().enumerate() {
        let mut up = (region.level == Level::Regency).then_some(at);
        while let Some(here) = up {
            let Some(list) = leaves.get_mut(here) else { break };
            list.push(at);
            up = frame.regions[here].parent.map(|parent| parent as usize);
        }
    }
    leaves
}

/// How many kab/kota the province with the most of them has.
fn largest_family(frame: &Frame) -> usize {
    let of_province = frame.regions.iter().zip(leaves(frame));
    let of_province = of_province.filter(|(region, _)| region.level == Level::Province);
    of_province.map(|(_, leaves)| leaves.len()).max().unwrap_or(0)
}

/// The rule by which differences are told under `options`.
pub(super) fn rule(design: Design, options: &Options) -> Rule {
    Rule {
        confidence: options.confidence,
        least_difference: options.least_difference,
        least_correlation: (design == Design::OpenLink).then_some(options.selection),
    }
}

/// The result of a round (internal form).
///
/// # Errors
/// A recorded design that contradicts itself.
pub fn compute(input: &Input<'_>) -> Result<IndexResult, ComputeError> {
    let options = &input.options;
    let definitions = Scorer::new(input.instrument).definitions().to_vec();
    let (cells, readings, null) = thread::scope(|scope| {
        // What is drawn at random asks for no answer.
        let null =
            scope.spawn(|| Null::new(largest_family(input.frame), options.draws, options.seed));
        let cells = Cells::new(input.tally);
        let readings = Readings::new(input.frame, input.tally, &cells, options, input.threads);
        let null = null.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (cells, readings, null)
    });
    let readings = readings?;
    let mut regions: Vec<RegionResult> =
        parallel::map(input.threads, input.frame.regions.len(), |at| {
            region(input, &readings, &cells, &definitions, at)
        });
    composition::describe(input, &readings, &cells, &mut regions);
    tell_apart(&readings, &definitions, options, input.threads, &null, &mut regions);
    let mut low_cells = low::families(input.frame, options, &readings, &definitions);
    groups::describe(input, &readings, &cells, &definitions, &mut low_cells);
    let change = change::compare(input, &readings, &cells, &definitions)?;
    Ok(IndexResult {
        schema: "selaras/result/1".to_owned(),
        form: Form::Internal,
        program: concat!("selaras ", env!("CARGO_PKG_VERSION")).to_owned(),
        instrument: InstrumentRef {
            id: input.instrument.id.clone(),
            version: input.instrument.version.clone(),
            title: input.instrument.short_title.clone(),
            standing: input.instrument.standing,
            scale: (input.instrument.scale.min, input.instrument.scale.max),
            categories_source: input
                .instrument
                .categories
                .as_ref()
                .and_then(|categories| categories.source.clone()),
            sha256: input.instrument.sha256.clone(),
        },
        round: input.round.clone(),
        simulated: input.simulated,
        options: options.clone(),
        inputs: input.files.clone(),
        design: input.tally.design,
        scores: definitions,
        notes: notes(input, &readings, &regions),
        regions,
        low_cells,
        change,
    })
}

fn region(
    input: &Input<'_>,
    readings: &Readings<'_>,
    cells: &Cells<'_>,
    definitions: &[ScoreDefinition],
    at: usize,
) -> RegionResult {
    let options = &input.options;
    let of = &input.frame.regions[at];
    let leaves = &readings.leaves[at];
    let counted = |leaf: &usize| input.tally.counts.get(*leaf).map_or(0, |counts| counts.rows);
    let rows: u64 = leaves.iter().map(counted).sum();
    let aggregate = of.level != Level::Regency;
    let of_index = if aggregate {
        readings.coverage(at, 0, options.suppress_below)
    } else {
        Coverage::default()
    };
    let mut flags = super::result::FlagCounts::default();
    for leaf in leaves {
        if let Some(counts) = input.tally.counts.get(*leaf) {
            flags.straight_line += counts.flags.straight_line;
            flags.duplicate += counts.flags.duplicate;
            flags.burst += counts.flags.burst;
        }
    }
    let weights = match input.tally.design {
        Design::Recorded if !aggregate => reading::mean_weights(input.tally, cells.of(at)),
        _ => Vec::new(),
    };
    RegionResult {
        code: of.code.clone(),
        name: of.name.clone(),
        level: of.level,
        parent: of
            .parent
            .and_then(|parent| input.frame.regions.get(parent as usize))
            .map(|parent| parent.code.clone()),
        adults: of.adults.clone(),
        n: (rows == 0 || rows >= options.suppress_below).then_some(rows),
        withheld: (rows > 0 && rows < options.suppress_below).then_some(Withheld::TooFew),
        target: input.round.target * leaves.len() as u64,
        reached: aggregate.then(|| {
            leaves.iter().filter(|leaf| counted(leaf) >= input.round.target).count() as u64
        }),
        missing: of_index.missing.clone(),
        adults_covered: of_index.adults_covered,
        official: None,
        scores: (0..definitions.len())
            .map(|score| {
                let mut shown = show(&readings.of[at][score], input.tally.design, options);
                if aggregate && shown.value.is_some() {
                    let coverage = readings.coverage(at, score, options.suppress_below);
                    shown.bounds = bounds(readings, options, &coverage, at, score);
                    shown.coverage = (coverage != of_index).then_some(coverage);
                }
                shown.categories = categories(input.instrument, &shown);
                shown.weight = weights.get(score).copied().flatten();
                shown
            })
            .collect(),
        not_adjusted: None,
        not_adjusted_for: Vec::new(),
        kish: None,
        composition: Vec::new(),
        districts: districts::of(input, definitions, cells.of(at)),
        flags,
        letters: String::new(),
        clearly: None,
    }
}

/// A reading as it may be shown inside the offices (METHOD §5).
pub(super) fn show(reading: &Reading, design: Design, options: &Options) -> Score {
    let nothing = |withheld| Score { withheld: Some(withheld), ..Score::default() };
    match (reading.n, reading.value) {
        (0, _) => return Score { n: Some(0), ..nothing(Withheld::NoAnswers) },
        (n, _) if n < options.suppress_below => return nothing(Withheld::TooFew),
        (n, None) => return Score { n: Some(n), ..Score::default() },
        _ => {}
    }
    let enough = reading.n >= options.interval_from;
    let spread = reading.spread.filter(|_| enough);
    let value = reading.value.unwrap_or_default();
    let interval = spread.map(|spread| {
        let half = spread.half_width(options.confidence);
        Interval {
            low: value - half,
            high: value + half,
            kind: match design {
                Design::Recorded => IntervalKind::Design,
                Design::OpenLink => IntervalKind::Random,
            },
            df: spread.df,
            clusters: spread.clusters,
            coarse: spread.clusters < options.least_clusters || reading.n < options.public_from,
        }
    });
    Score {
        n: Some(reading.n),
        value: Some(value),
        se: spread.map(|spread| spread.se),
        deff: reading.deff.filter(|_| spread.is_some()),
        no_interval: interval.is_none().then(|| {
            Message::new(if enough {
                "index-no-interval-clusters"
            } else {
                "index-no-interval-few"
            })
            .with("least", options.interval_from)
        }),
        interval,
        shifts: reading
            .full_shift
            .map(|full| {
                let at = |&correlation: &f64| Shift { correlation, shift: correlation * full };
                options.selections_shown.iter().map(at).collect()
            })
            .unwrap_or_default(),
        ..Score::default()
    }
}

/// An aggregate with its missing regions placed at the lowest and the highest observed score; none
/// where fewer than two kab/kota have one, since a single score bounds nothing.
fn bounds(
    readings: &Readings<'_>,
    options: &Options,
    coverage: &Coverage,
    at: usize,
    score: usize,
) -> Option<(f64, f64)> {
    let seen = |leaf: &usize| readings.of[*leaf][score].n >= options.suppress_below;
    let covered = coverage.adults_covered.filter(|&share| share < 1.0)?;
    let value = readings.of[at][score].value?;
    let observed: Vec<f64> = (0..readings.of.len())
        .filter(|leaf| readings.frame.regions[*leaf].level == Level::Regency && seen(leaf))
        .filter_map(|leaf| readings.of[leaf][score].value)
        .collect();
    placed(value, covered, &observed)
}

/// `value`, of a share `covered` of the adults, with the others at the lowest and the highest of
/// the scores `observed`; none with fewer than two of these.
pub(super) fn placed(value: f64, covered: f64, observed: &[f64]) -> Option<(f64, f64)> {
    let at = |end: f64| covered * value + (1.0 - covered) * end;
    let low = observed.iter().copied().reduce(f64::min)?;
    let high = observed.iter().copied().reduce(f64::max)?;
    (observed.len() > 1).then(|| (at(low), at(high)))
}

/// Every category that the interval touches; none without an interval (METHOD §1).
fn categories(instrument: &Instrument, score: &Score) -> Vec<crate::instrument::Text> {
    let (Some(cuts), Some(interval)) = (&instrument.categories, &score.interval) else {
        return Vec::new();
    };
    cuts.categories
        .iter()
        .enumerate()
        .filter(|(at, category)| {
            let next = cuts.categories.get(at + 1).map_or(f64::INFINITY, |next| next.from);
            interval.high >= category.from && interval.low < next
        })
        .map(|(_, category)| category.name.clone())
        .collect()
}

/// What is told of the kab/kota of one province, by their positions in the frame.
#[derive(Default)]
struct Told {
    /// Kab/kota, score, and the verdict against the province's mean.
    standings: Vec<(usize, usize, Verdict)>,
    /// Kab/kota with its letters and how many are clearly above and below.
    compact: Vec<(usize, String, (u32, u32))>,
}

/// Verdicts against the province's mean, letters and counts (METHOD §3).
fn tell_apart(
    readings: &Readings<'_>,
    definitions: &[ScoreDefinition],
    options: &Options,
    threads: usize,
    null: &Null,
    regions: &mut [RegionResult],
) {
    let is_province = |at: &usize| readings.frame.regions[*at].level == Level::Province;
    let provinces: Vec<usize> = (0..regions.len()).filter(is_province).collect();
    let told = parallel::map(threads, provinces.len(), |at| {
        told_in(provinces[at], readings, definitions, options, null, regions)
    });
    for told in told {
        for (leaf, score, verdict) in told.standings {
            regions[leaf].scores[score].standing = Some(verdict);
        }
        for (leaf, letters, clearly) in told.compact {
            regions[leaf].letters = letters;
            regions[leaf].clearly = Some(clearly);
        }
    }
}

fn told_in(
    province: usize,
    readings: &Readings<'_>,
    definitions: &[ScoreDefinition],
    options: &Options,
    null: &Null,
    regions: &[RegionResult],
) -> Told {
    let rule = rule(readings.design, options);
    let leaves = &readings.leaves[province];
    let with_interval =
        |leaf: &usize, score: usize| regions[*leaf].scores[score].interval.is_some();
    let mut told = Told::default();
    for (score, definition) in definitions.iter().enumerate() {
        if definition.kind == ScoreKind::Cell {
            continue;
        }
        let (leaves, differences): (Vec<usize>, Vec<Difference>) = leaves
            .iter()
            .copied()
            .filter(|leaf| with_interval(leaf, score))
            .filter_map(|leaf| Some((leaf, readings.difference(leaf, province, score)?)))
            .unzip();
        // A province of one kab/kota is that kab/kota: there is nothing to tell apart.
        if leaves.len() < 2 {
            continue;
        }
        let standings = leaves.into_iter().zip(compare::verdicts(&differences, &rule));
        told.standings.extend(standings.map(|(leaf, verdict)| (leaf, score, verdict)));
    }
    let (tested, estimates): (Vec<usize>, Vec<compare::Region>) = leaves
        .iter()
        .copied()
        .filter(|leaf| with_interval(leaf, 0))
        .filter_map(|leaf| {
            let reading = &readings.of[leaf][0];
            let spread = reading.beside_others()?;
            let estimate = compare::Region {
                value: reading.value?,
                se: spread.se,
                df: spread.df,
                full_shift: reading.full_shift,
            };
            Some((leaf, estimate))
        })
        .unzip();
    if estimates.len() < 2 {
        return told;
    }
    let pairs = Pairs::test(&estimates, &rule, null);
    let compact = tested.into_iter().zip(pairs.letters()).enumerate();
    told.compact = compact
        .map(|(position, (leaf, letters))| (leaf, letters, pairs.above_and_below(position)))
        .collect();
    told
}

fn notes(input: &Input<'_>, readings: &Readings<'_>, regions: &[RegionResult]) -> Vec<Message> {
    let mut notes = Vec::new();
    let known: Vec<_> = input
        .frame
        .regions
        .iter()
        .filter(|region| region.level == Level::Regency)
        .map(|region| region.adults.as_ref())
        .collect();
    if input.tally.design == Design::OpenLink {
        if known.iter().any(Option::is_none) {
            notes.push(Message::new("index-note-no-adults"));
        } else if known.iter().flatten().any(|adults| adults.total_population) {
            notes.push(Message::new("index-note-total-population"));
        }
    }
    let incomplete = |region: &RegionResult| {
        region.scores.iter().any(|score| score.value.is_some() && region.incomplete(score))
    };
    if regions.iter().any(incomplete) {
        notes.push(Message::new("index-note-incomplete"));
    }
    let borrowing = readings.borrowing();
    if borrowing > 0 {
        notes.push(Message::new("index-note-one-cluster").with("count", borrowing));
    }
    notes
}

/// The cells of totals, by region.
pub(super) struct Cells<'t> {
    all: Vec<Cell<'t>>,
    ranges: BTreeMap<usize, std::ops::Range<usize>>,
}

impl<'t> Cells<'t> {
    pub(super) fn new(tally: &'t Tally) -> Self {
        let all = tally.totals.cells();
        let mut ranges = BTreeMap::new();
        let mut start = 0;
        for of_region in all.chunk_by(|a, b| a.key().region == b.key().region) {
            let end = start + of_region.len();
            if let Some(first) = of_region.first() {
                ranges.insert(first.key().region as usize, start..end);
            }
            start = end;
        }
        Self { all, ranges }
    }

    /// The cells of the region at this position in the frame.
    pub(super) fn of(&self, region: usize) -> &[Cell<'t>] {
        self.ranges.get(&region).and_then(|range| self.all.get(range.clone())).unwrap_or_default()
    }
}
