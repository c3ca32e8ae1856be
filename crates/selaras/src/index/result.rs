//! The result of a round: everything a page, file or letter may say, as one value.
//!
//! `result.json` is this value; `docs/result-schema.md` explains it to people outside. It exists in
//! two forms: internal, and public, in which a value that may not be published is absent and
//! `withheld` says why (METHOD §5).

use std::collections::HashSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use selaras_stats::compare::Verdict;

use crate::instrument::{Standing, Text};
use crate::locale::Message;
use crate::round::answers::Design;
use crate::round::frame::{Adults, Level};
use crate::round::official::{Figure, Official};

/// Which readers a result is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Everything, for the offices of the round.
    Internal,
    /// What anyone may see.
    Public,
}

/// A whole result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexResult {
    /// `selaras/result/1`.
    pub schema: String,
    /// Which readers it is for.
    pub form: Form,
    /// Program and version that computed it.
    pub program: String,
    /// The instrument.
    pub instrument: InstrumentRef,
    /// The round.
    pub round: RoundRef,
    /// Whether the answers are simulated: then every page, map, chart and file name says so.
    pub simulated: bool,
    /// Settings it was computed under.
    pub options: Options,
    /// The files that went in.
    pub inputs: Vec<InputRef>,
    /// How the sample came about.
    pub design: Design,
    /// What each entry of [`RegionResult::scores`] is, in the same order.
    pub scores: Vec<ScoreDefinition>,
    /// Regions in the frame's order: nation, then each province followed by its kab/kota.
    pub regions: Vec<RegionResult>,
    /// Low cells, one family per province's list and one per region's page.
    pub low_cells: Vec<LowCellFamily>,
    /// The round before, where it is comparable; or why it is not.
    pub change: Option<Change>,
    /// Sentences about the whole that must stand beside it.
    pub notes: Vec<Message>,
}

impl IndexResult {
    /// Sets official figures beside the scores of their regions; none of these changes.
    pub fn set_official(&mut self, figures: &[Figure]) {
        for region in &mut self.regions {
            let own = figures.iter().find(|figure| figure.region == region.code);
            region.official = own.map(|figure| figure.official.clone());
        }
    }

    /// What it says of the province with `code` and of its kab/kota, as it says it; none where it has
    /// no such region. A note says what it is a part of.
    #[must_use]
    pub fn part(&self, code: &str) -> Option<Self> {
        let top = self.regions.iter().find(|region| region.code == code)?;
        let mut inside = HashSet::from([code]);
        // A region stands after the one it is part of.
        for region in &self.regions {
            if region.parent.as_deref().is_some_and(|up| inside.contains(up)) {
                inside.insert(&region.code);
            }
        }
        let mut part = self.clone();
        part.regions.retain(|of| inside.contains(of.code.as_str()));
        part.low_cells.retain(|of| inside.contains(of.region.as_str()));
        if let Some(change) = &mut part.change {
            change.regions.retain(|of| inside.contains(of.region.as_str()));
            change.cells.retain(|of| inside.contains(of.region.as_str()));
        }
        let note = Message::new("index-note-part").with("region", top.name.as_str());
        part.notes.insert(0, note.with("round", self.round.name.as_str()));
        Some(part)
    }

    /// Answers that are told of the kab/kota inside `region`, or of itself: where their number is
    /// not told, it is more than these.
    #[must_use]
    pub fn answers_told(&self, region: &RegionResult) -> u64 {
        let inside = self.regions.iter().filter(|of| of.parent.as_ref() == Some(&region.code));
        region.n.unwrap_or_else(|| inside.map(|of| self.answers_told(of)).sum())
    }

    /// The bytes of `result.json`: one line.
    ///
    /// # Errors
    /// None that the types of this value allow.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = serde_json::to_vec(self)?;
        json.push(b'\n');
        Ok(json)
    }
}

/// The instrument as far as a reader of the result needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstrumentRef {
    /// Id, e.g. `ihai-2023`.
    pub id: String,
    /// Version of the file.
    pub version: String,
    /// Short name.
    pub title: Text,
    /// Whose it is.
    pub standing: Standing,
    /// Lowest and highest possible score.
    pub scale: (u8, u8),
    /// The decree or publication of the categories' cut-points; without one they are provisional
    /// and no public form names a category.
    #[serde(default)]
    pub categories_source: Option<String>,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// The round as far as a reader of the result needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundRef {
    /// Name, e.g. `Putaran 2026`.
    pub name: String,
    /// Year measured.
    pub year: i16,
    /// First day answers were taken.
    pub opened: Option<Date>,
    /// Last day answers were taken. Without it nothing may be published.
    pub closed: Option<Date>,
    /// The day the result was made, given from outside.
    pub as_of: Date,
    /// Target of answers per kab/kota.
    pub target: u64,
}

/// Settings of the method, stored with every result. Defaults are those of METHOD.md.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Confidence of intervals.
    pub confidence: f64,
    /// Whether a recorded design's finite population correction is used where it is given.
    pub finite_population: bool,
    /// Smallest difference that is called one (δ_beda).
    pub least_difference: f64,
    /// Smallest distance below the province that is called low (δ_rendah).
    pub low_by: f64,
    /// False-discovery rate of low cells (q).
    pub false_discovery: f64,
    /// Answers from which a cell may be called low.
    pub low_least_n: u64,
    /// Clusters from which a cell may be called low.
    pub low_least_clusters: u64,
    /// Correlation of answering with harmony at which statements are tested (|ρ|).
    pub selection: f64,
    /// Correlations whose shifts are printed.
    pub selections_shown: Vec<f64>,
    /// Raking cells with fewer respondents are collapsed.
    pub rake_least_cell: u64,
    /// Weights are trimmed at this many medians.
    pub trim_at_medians: f64,
    /// Kish effect above which no adjusted score is given.
    pub kish_limit: f64,
    /// Largest over smallest weight above which no adjusted score is given.
    pub weight_ratio_limit: f64,
    /// Fewest clusters for an interval that is not *kasar*, and for link or kecamatan alone to
    /// serve as clusters.
    pub least_clusters: u64,
    /// n below which nothing is shown at all.
    pub suppress_below: u64,
    /// n below which there is no interval.
    pub interval_from: u64,
    /// n below which a score is *kasar*, and not public.
    pub public_from: u64,
    /// Days after closing before anything is public.
    pub public_delay_days: i64,
    /// Seed of simulated null distributions.
    pub seed: u64,
    /// Draws of simulated null distributions.
    pub draws: u32,
    /// Points (of 1) by which a channel's share may differ between comparable rounds.
    pub channel_points: f64,
    /// Days by which field windows of comparable rounds may lie apart within the year.
    pub window_days: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            confidence: 0.95,
            finite_population: true,
            least_difference: 0.1,
            low_by: 0.3,
            false_discovery: 0.10,
            low_least_n: 100,
            low_least_clusters: 10,
            selection: 0.01,
            selections_shown: vec![0.005, 0.01, 0.02],
            rake_least_cell: 20,
            trim_at_medians: 5.0,
            kish_limit: 3.0,
            weight_ratio_limit: 10.0,
            least_clusters: 10,
            suppress_below: 5,
            interval_from: 30,
            public_from: 100,
            public_delay_days: 14,
            seed: 20_260_203,
            draws: 5_000,
            channel_points: 0.10,
            window_days: 45,
        }
    }
}

/// A file that went in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputRef {
    /// File name without folder.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Rows read.
    pub rows: u64,
    /// Rows kept.
    pub kept: u64,
}

/// What kind of score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreKind {
    /// The index.
    Index,
    /// One dimension.
    Dimension,
    /// One variable.
    Variable,
    /// One component over all variables.
    Component,
    /// One variable × component; internal only.
    Cell,
}

/// One score the instrument defines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreDefinition {
    /// `index`, `dimension-<id>`, `variable-<id>`, `component-<id>`, `cell-<variable>-<component>`.
    pub id: String,
    /// Kind.
    pub kind: ScoreKind,
    /// Name to show.
    pub name: Text,
    /// Id of the dimension it belongs to (dimensions, variables, cells).
    pub dimension: Option<String>,
    /// Id of the variable (variables, cells).
    pub variable: Option<String>,
    /// Id of the component (components, cells).
    pub component: Option<String>,
}

/// Why a value is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// n = 0: *belum ada jawaban*.
    NoAnswers,
    /// n from 1 to 4.
    TooFew,
    /// Fewer answers than may be published.
    BelowPublic,
    /// Would reveal a withheld value of another region or score.
    Complementary,
    /// Never public (cells, kecamatan, groups).
    InternalOnly,
    /// A group that points at people: shown from the province up, never by kab/kota.
    PointsAtPeople,
    /// Of a change: answers in one of the rounds, or of no kab/kota in both, enough to compare.
    FewToCompare,
    /// Of the change of an aggregate: how many adults its kab/kota have is not known.
    NoAdults,
}

/// What an interval covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalKind {
    /// Recorded design: a confidence interval of the population mean.
    Design,
    /// Open link: *selang acak*, variety and clustering of those who answered.
    Random,
}

/// An interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What it covers.
    pub kind: IntervalKind,
    /// Degrees of freedom of t.
    pub df: f64,
    /// Clusters (open link) or PSUs (recorded design) behind it.
    pub clusters: u64,
    /// Under ten clusters, or n from 30 to 99: *kasar*.
    pub coarse: bool,
}

impl Interval {
    /// Its ends as far as `scale` reaches: of few answers it may go beyond what can be answered.
    #[must_use]
    pub fn within(&self, scale: (u8, u8)) -> (f64, f64) {
        let (least, most) = (f64::from(scale.0), f64::from(scale.1));
        (self.low.max(least), self.high.min(most))
    }

    /// Its ends as every page tells them: moved along with `value` to the hundredth that is shown,
    /// as those of the public form are, so that office and public read the same digits.
    #[must_use]
    pub fn about(&self, value: f64, scale: (u8, u8)) -> (f64, f64) {
        let moved = hundredth(value) - value;
        let interval = Self { low: self.low + moved, high: self.high + moved, ..self.clone() };
        interval.within(scale)
    }
}

/// A score as it is shown everywhere.
fn hundredth(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The shift a small correlation between answering and harmony would cause (METHOD §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// |ρ|.
    pub correlation: f64,
    /// The score could lie this much higher or lower.
    pub shift: f64,
}

/// *Skor disesuaikan susunan*.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjusted {
    /// Raked score.
    pub value: f64,
    /// Raked minus unweighted.
    pub difference: f64,
}

/// One score of one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Score {
    /// Respondents with this score; absent where even that is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Hájek mean (recorded design) or *skor aturan instrumen* (open link).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Why `value` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// Mean design weight of the respondents with this score: n times this is what the kab/kota
    /// weighs in its province (recorded design, kab/kota only; internal form).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Standard error behind the interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// Design effect against simple random sampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deff: Option<f64>,
    /// Interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Why there is no interval although there is a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_interval: Option<Message>,
    /// Raked score (open link).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted: Option<Adjusted>,
    /// Test of fragility (open link).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Shift>,
    /// Names of all categories the interval touches; empty where categories are off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Text>,
    /// For an aggregate with regions missing: the value with these at the lowest and at the highest
    /// observed score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<(f64, f64)>,
    /// For an aggregate: what this score covers, where that is not what the index covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// Against the province's mean (kab/kota only; METHOD §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Verdict>,
    /// The score without flagged answers, where that was asked for (internal form; METHOD §7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_flagged: Option<WithoutFlagged>,
}

impl Score {
    /// The ends of its interval as they are shown, by [`Interval::about`].
    #[must_use]
    pub fn ends(&self, scale: (u8, u8)) -> Option<(f64, f64)> {
        Some(self.interval.as_ref()?.about(self.value?, scale))
    }

    /// What the adjusted score differs by from this one, as both are shown.
    #[must_use]
    pub fn adjustment(&self) -> Option<f64> {
        Some(hundredth(self.adjusted.as_ref()?.value) - hundredth(self.value?))
    }
}

/// What of an aggregate a score covers (METHOD §1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Codes of the kab/kota without the score, those included that the round does not cover, as
    /// far as these are known.
    pub missing: Vec<String>,
    /// Share of adults in the kab/kota that have the score.
    pub adults_covered: Option<f64>,
}

/// A score of the answers that carry no quality flag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WithoutFlagged {
    /// Respondents with this score and no flag.
    pub n: Option<u64>,
    /// Their score.
    pub value: Option<f64>,
    /// Why `value` is absent: with the score of all it would tell that of fewer than five answers
    /// left out, here or in a part; or too few are left.
    pub withheld: Option<Withheld>,
}

/// Answers by quality flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagCounts {
    /// The same answer throughout.
    pub straight_line: u64,
    /// Equal rows.
    pub duplicate: u64,
    /// Many within a short time.
    pub burst: u64,
}

/// One class of respondents beside the population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// Attribute id, or `district`.
    pub attribute: String,
    /// Band id, or kecamatan code.
    pub band: String,
    /// Name to show.
    pub name: Text,
    /// Respondents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Share of respondents with the attribute answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// Share of the population, where the office imported a margin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population_share: Option<f64>,
    /// Source of the population share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Why `n` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// A kecamatan: internal only, index and dimensions only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DistrictResult {
    /// Code, or the text of a foreign frame.
    pub code: String,
    /// Name.
    pub name: String,
    /// Scores, aligned with the first of [`IndexResult::scores`]: index and dimensions, no others.
    pub scores: Vec<Score>,
}

/// One region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionResult {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: Level,
    /// Code of the region it is part of.
    pub parent: Option<String>,
    /// Adults of the region and their source.
    pub adults: Option<Adults>,
    /// Answers taken in; coverage, not harmony. Published as it is when it is no small number.
    pub n: Option<u64>,
    /// Why `n` is absent.
    pub withheld: Option<Withheld>,
    /// Target of answers: of the region, or the sum over the kab/kota.
    pub target: u64,
    /// For an aggregate: kab/kota that reached the target.
    pub reached: Option<u64>,
    /// For an aggregate: codes of kab/kota without an index, and of those inside it that the round
    /// does not cover, as far as these are known.
    pub missing: Vec<String>,
    /// For an aggregate: share of adults in the regions that have an index.
    pub adults_covered: Option<f64>,
    /// The index that an office has published of it, beside ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official: Option<Official>,
    /// Scores, aligned with [`IndexResult::scores`].
    pub scores: Vec<Score>,
    /// Why there is no adjusted score.
    pub not_adjusted: Option<Message>,
    /// What the adjusted scores leave out of account: margins that were not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_adjusted_for: Vec<Message>,
    /// Kish design effect of the raking weights.
    pub kish: Option<f64>,
    /// Who answered beside who lives there.
    pub composition: Vec<Composition>,
    /// Kecamatan (internal form).
    pub districts: Vec<DistrictResult>,
    /// Quality flags (internal form).
    pub flags: FlagCounts,
    /// Letters of the compact display within the province (internal form; METHOD §3).
    pub letters: String,
    /// For an analyst: how many regions of the province are clearly above and clearly below
    /// (internal form).
    pub clearly: Option<(u32, u32)>,
}

impl RegionResult {
    /// Of an aggregate, the codes of the kab/kota that its `score` does not cover, and the share of
    /// adults in those it does.
    #[must_use]
    pub fn coverage<'a>(&'a self, score: &'a Score) -> (&'a [String], Option<f64>) {
        match &score.coverage {
            Some(own) => (&own.missing, own.adults_covered),
            None => (&self.missing, self.adults_covered),
        }
    }

    /// Whether its `score` covers part of it only: *belum lengkap* (METHOD §1).
    #[must_use]
    pub fn incomplete(&self, score: &Score) -> bool {
        let (missing, covered) = self.coverage(score);
        !missing.is_empty() || covered.is_some_and(|share| share < 1.0)
    }
}

/// Cells searched together, and those found low.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LowCellFamily {
    /// Code of the province (its list) or of the kab/kota (its page).
    pub region: String,
    /// Cells searched.
    pub searched: u64,
    /// Cells called low.
    pub cells: Vec<LowCell>,
}

/// A low cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LowCell {
    /// Code of the kab/kota.
    pub region: String,
    /// Id of the score (`cell-…`).
    pub score: String,
    /// Observed score.
    pub value: f64,
    /// Shrunken score.
    pub shrunken: f64,
    /// The province's score of the same cell.
    pub province: f64,
    /// Benjamini–Hochberg adjusted p.
    pub q: f64,
    /// Respondents.
    pub n: u64,
    /// Interval of the observed score.
    pub interval: Option<Interval>,
    /// The score by group of respondents (open link; on the page of a kab/kota only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupScore>,
}

/// A score of one group of the respondents of a kab/kota: internal, a sign of a need for service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupScore {
    /// Attribute id.
    pub attribute: String,
    /// Band id.
    pub band: String,
    /// Name of the band.
    pub name: Text,
    /// The score.
    pub score: Score,
    /// Whether it is low against the province; none where the group is too small to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<bool>,
}

/// A cell that was low in the round before, and how it moved against what was to be expected
/// without any action (METHOD §4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// Code of the kab/kota.
    pub region: String,
    /// Id of the score (`cell-…`).
    pub score: String,
    /// Score of the round before.
    pub before: f64,
    /// Score expected now without action (regression to the mean).
    pub expected: f64,
    /// Where the score would lie now if nothing but chance had moved it.
    pub chance: (f64, f64),
    /// Score now.
    pub now: f64,
    /// What similar cells moved beyond their own expectation, on average.
    pub similar: Option<f64>,
    /// Whether it rose beyond chance and beyond similar cells: `ClearlyAbove`, `NotTold` or
    /// `Fragile`.
    pub verdict: Verdict,
}

/// Two rounds side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Name of the round before.
    pub before: String,
    /// Why the rounds cannot be compared; then `regions` is empty.
    pub not_comparable: Vec<Message>,
    /// Things to know although the rounds are comparable (e.g. Ramadan).
    pub remarks: Vec<Message>,
    /// One entry a region that both rounds have.
    pub regions: Vec<RegionChange>,
    /// Cells that were low in the round before (internal form).
    pub cells: Vec<Movement>,
}

/// Change of one region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionChange {
    /// Code.
    pub region: String,
    /// Why this region cannot be compared although the rounds can; then `scores` is empty.
    pub not_comparable: Option<Message>,
    /// Whether the round before, by the rules of this result, publishes the region; of an aggregate
    /// also that every kab/kota withheld there is part of its change. Public only where it is.
    #[serde(default)]
    pub public_before: bool,
    /// Changes, aligned with [`IndexResult::scores`].
    pub scores: Vec<ScoreChange>,
}

/// Change of one score, tested directly.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScoreChange {
    /// Respondents now; of an open link's aggregate those of the kab/kota it averages. Absent where
    /// 1 to 4, and in the public form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// As `n`, in the round before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_before: Option<u64>,
    /// As [`Score::weight`], in the round before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_before: Option<f64>,
    /// Before, standardised to one composition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Now minus before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<f64>,
    /// Interval of the difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// What may be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Why `difference` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

impl ScoreChange {
    /// Now, of the same part of the answers and standardised to the same composition as `before`.
    #[must_use]
    pub fn now(&self) -> Option<f64> {
        Some(self.before? + self.difference?)
    }

    /// The difference between both scores as they are shown, and its interval, which moves along.
    #[must_use]
    pub fn shown(&self) -> Option<(f64, Option<(f64, f64)>)> {
        let shown = hundredth(self.now()?) - hundredth(self.before?);
        let moved = shown - self.difference?;
        Some((shown, self.interval.map(|(low, high)| (low + moved, high + moved))))
    }
}
