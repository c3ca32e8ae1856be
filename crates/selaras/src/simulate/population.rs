//! What is true in a simulated round: who lives where, and what they would answer.

use selaras_stats::random::Stream;
use serde::Serialize;

use super::{MARK, Place, Plan, Sizes};
use crate::instrument::{AttributeKind, Instrument, Scorer};
use crate::round::margins::{CIVIL_SERVANT, CIVIL_SERVANTS, DISTRICT, Margin, OTHERS};

/// Parts of the spread of one answer around its cell's mean, in points of a scale 1–9; other scales
/// are stretched to their width. Together about 1.5.
const PERSON: f64 = 0.9;
const CLUSTER: f64 = 0.4;
const ITEM: f64 = 1.1;
/// Spread of regions, of a region's cells, and of kecamatan within a region.
const REGION: f64 = 0.25;
const CELL: f64 = 0.12;
const WITHIN: f64 = 0.15;
/// How much higher civil servants answer, and how much lower the youngest.
const CIVIL_EFFECT: f64 = 0.4;
const YOUNG_EFFECT: f64 = -0.2;
/// Share of civil servants among adults, and among those who answer an open link.
const CIVIL_SHARE: f64 = 0.03;
const CIVIL_RESPONDING: f64 = 0.25;
/// Share of cells truly low, and by how much; likewise raised in the second round.
const LOW_SHARE: f64 = 0.06;
const LOW_BY: f64 = 0.8;
const RAISED_SHARE: f64 = 0.06;
const RAISED_BY: f64 = 0.5;
/// Adults of 17 and over as a share of the simulated population.
const ADULTS: f64 = 0.7;
/// Steps of the table of expected answers per point of the scale.
const FINENESS: usize = 50;

/// What is true, to be written beside the answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    /// `selaras/simulated-truth/1`.
    pub schema: &'static str,
    /// Always: this describes no real people.
    pub simulated: bool,
    /// Seed.
    pub seed: u64,
    /// Id of the instrument.
    pub instrument: String,
    /// Year.
    pub year: i16,
    /// 1 or 2.
    pub round: u8,
    /// First day.
    pub opened: String,
    /// Last day.
    pub closed: String,
    /// Ids of the scores, in the order of [`RegionTruth::scores`].
    pub scores: Vec<String>,
    /// Regions.
    pub regions: Vec<RegionTruth>,
}

/// What is true of a region.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionTruth {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Answers in the file.
    pub n: u64,
    /// Simulated adults.
    pub adults: u64,
    /// Whether margins for raking are written for it.
    pub margins: bool,
    /// Expected scores over all adults.
    pub scores: Vec<f64>,
    /// Ids of cells (or of variables, where there are no cells) drawn low, 0.8 below the others.
    pub low: Vec<String>,
    /// Ids of those raised by 0.5 in the second round.
    pub raised: Vec<String>,
}

/// The population of every region.
#[derive(Clone, Debug)]
pub(super) struct Population {
    pub(super) regions: Vec<Region>,
    /// Widths of the parts of an answer's spread, in points of the instrument's scale.
    pub(super) person: f64,
    pub(super) cluster: f64,
    pub(super) item: f64,
    pub(super) civil_effect: f64,
    pub(super) young_effect: f64,
    /// Positions of attributes that matter, with shares of their bands.
    pub(super) attributes: Vec<Shares>,
}

/// One region's truth.
#[derive(Clone, Debug)]
pub(super) struct Region {
    pub(super) n: u64,
    pub(super) adults: u64,
    pub(super) margins: bool,
    /// Latent mean of every score made of items, aligned with the scorer's base.
    pub(super) cells: Vec<f64>,
    pub(super) low: Vec<usize>,
    pub(super) raised: Vec<usize>,
    /// Effect, share of adults, and readiness to answer of every kecamatan.
    pub(super) districts: Vec<(f64, f64, f64)>,
}

/// Shares of an attribute's bands among adults and among those who answer an open link.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    pub(super) kind: AttributeKind,
    pub(super) adults: Vec<f64>,
    pub(super) responding: Vec<f64>,
}

impl Population {
    pub(super) fn new(
        plan: &Plan,
        instrument: &Instrument,
        scorer: &Scorer,
        places: &[Place],
    ) -> Self {
        let (min, max) = (f64::from(instrument.scale.min), f64::from(instrument.scale.max));
        let unit = (max - min) / 8.0;
        let base = scorer.base().count();
        let mut stream = Stream::new(plan.seed, "simulate-instrument", 0);
        let means: Vec<f64> =
            (0..base).map(|_| min + (max - min) * (0.62 + 0.13 * stream.uniform())).collect();
        let mut without_margins = Stream::new(plan.seed, "simulate-margins", 0);
        let without_margins = without_margins.below(places.len() as u64) as usize;
        let sizes = sizes(plan, places.len());
        let region = |(at, place): (usize, &Place)| {
            let mut stream = Stream::new(plan.seed, "simulate-region", at as u64);
            let level = REGION * stream.normal();
            let mut low = Vec::new();
            let mut cells = Vec::with_capacity(base);
            for (cell, mean) in means.iter().enumerate() {
                let mut offset = level + CELL * stream.normal();
                if stream.uniform() < LOW_SHARE {
                    low.push(cell);
                    offset -= LOW_BY;
                }
                cells.push(mean + unit * offset);
            }
            let mut districts: Vec<(f64, f64, f64)> = place
                .districts
                .iter()
                .map(|_| {
                    let effect = unit * WITHIN * stream.normal();
                    let share = (0.4 * stream.normal()).exp();
                    (effect, share, share * (0.6 * stream.normal()).exp())
                })
                .collect();
            let total: f64 = districts.iter().map(|(_, share, _)| share).sum();
            let answering: f64 = districts.iter().map(|(_, _, ready)| ready).sum();
            for (_, share, ready) in &mut districts {
                *share /= total;
                *ready /= answering;
            }
            let mut raised = Vec::new();
            if plan.round >= 2 {
                let mut stream = Stream::new(plan.seed, "simulate-raised", at as u64);
                for (cell, mean) in cells.iter_mut().enumerate() {
                    if stream.uniform() < RAISED_SHARE {
                        raised.push(cell);
                        *mean += unit * RAISED_BY;
                    }
                }
            }
            Region {
                n: sizes.get(at).copied().unwrap_or(0),
                adults: (place.population as f64 * ADULTS).round() as u64,
                margins: at != without_margins,
                cells,
                low,
                raised,
                districts,
            }
        };
        Self {
            regions: places.iter().enumerate().map(region).collect(),
            person: unit * PERSON,
            cluster: unit * CLUSTER,
            item: unit * ITEM,
            civil_effect: unit * CIVIL_EFFECT,
            young_effect: unit * YOUNG_EFFECT,
            attributes: shares(instrument),
        }
    }

    /// Expected scores of every region over all its adults.
    pub(super) fn scores(&self, instrument: &Instrument, scorer: &Scorer) -> Vec<Vec<f64>> {
        let spread = (self.person.powi(2) + self.cluster.powi(2) + self.item.powi(2)).sqrt();
        let expected = Expected::new(instrument.scale.min, instrument.scale.max, spread);
        let share = |kind, effect: f64| {
            let shares = self.attributes.iter().find(|shares| shares.kind == kind);
            let share = shares.map_or(0.0, |shares| match kind {
                AttributeKind::Age => shares.adults.first().copied().unwrap_or(0.0),
                _ => civil_share(instrument, shares),
            });
            [(share, effect), (1.0 - share, 0.0)]
        };
        let civil = share(AttributeKind::Occupation, self.civil_effect);
        let young = share(AttributeKind::Age, self.young_effect);
        let truth = |region: &Region| {
            let mut scores = vec![f64::NAN; scorer.len()];
            for (at, mean) in scorer.base().zip(&region.cells) {
                let mut sum = 0.0;
                for (effect, of_district, _) in &region.districts {
                    for (of_civil, civil) in civil {
                        for (of_young, young) in young {
                            let answer = expected.at(mean + effect + civil + young);
                            sum += of_district * of_civil * of_young * answer;
                        }
                    }
                }
                if let Some(score) = scores.get_mut(at) {
                    *score = sum;
                }
            }
            scorer.combine(&mut scores);
            scores
        };
        self.regions.iter().map(truth).collect()
    }

    /// Margins of one region; none where it is the one without.
    pub(super) fn margins(
        &self,
        at: usize,
        place: &Place,
        instrument: &Instrument,
        year: i16,
    ) -> Vec<Margin> {
        let Some(region) = self.regions.get(at).filter(|region| region.margins) else {
            return Vec::new();
        };
        let persons = |share: f64| (region.adults as f64 * share).round() as u64;
        let mut margins = Vec::new();
        let mut add = |attributes: &[&str], persons: Vec<(Vec<String>, u64)>| {
            margins.push(Margin {
                region: place.code.clone(),
                attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
                persons,
                source: MARK.to_owned(),
                year,
            });
        };
        let of = |kind| {
            let at = instrument.attributes.iter().position(|attribute| attribute.kind == kind)?;
            Some((instrument.attributes.get(at)?, self.attributes.get(at)?))
        };
        if let (Some((sex, sexes)), Some((age, ages))) =
            (of(AttributeKind::Sex), of(AttributeKind::Age))
        {
            let mut cells = Vec::new();
            for (band, share) in sex.bands.iter().zip(&sexes.adults) {
                for (years, of_age) in age.bands.iter().zip(&ages.adults) {
                    cells.push((vec![band.id.clone(), years.id.clone()], persons(share * of_age)));
                }
            }
            add(&[&sex.id, &age.id], cells);
        }
        if let Some((education, shares)) = of(AttributeKind::Education) {
            let bands = education.bands.iter().zip(&shares.adults);
            let cells = bands.map(|(band, &share)| (vec![band.id.clone()], persons(share)));
            add(&[&education.id], cells.collect());
        }
        if let Some((_, shares)) = of(AttributeKind::Occupation) {
            let share = civil_share(instrument, shares);
            let cells = [(CIVIL_SERVANT, share), (OTHERS, 1.0 - share)];
            let cells = cells.map(|(band, share)| (vec![band.to_owned()], persons(share)));
            add(&[CIVIL_SERVANTS], cells.into());
        }
        let districts = place.districts.iter().zip(&region.districts);
        let cells = districts.map(|(code, &(_, share, _))| (vec![code.clone()], persons(share)));
        add(&[DISTRICT], cells.collect());
        margins
    }
}

/// Share of adults in bands that count as civil servants.
fn civil_share(instrument: &Instrument, shares: &Shares) -> f64 {
    let attribute = instrument.attributes.iter().find(|attribute| attribute.kind == shares.kind);
    let bands = attribute.map_or(&[][..], |attribute| attribute.bands.as_slice());
    bands.iter().zip(&shares.adults).filter(|(band, _)| band.civil_servant).map(|(_, s)| s).sum()
}

/// Shares of bands: even for sex, falling with age, most at the middle school; civil servants as
/// few as in life among adults and many among those who answer.
fn shares(instrument: &Instrument) -> Vec<Shares> {
    let normal = |mut weights: Vec<f64>| {
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        weights
    };
    let of = |attribute: &crate::instrument::Attribute| {
        let bands = attribute.bands.len();
        let by = |weight: fn(f64) -> f64| {
            normal((0..bands).map(|at| weight(at as f64 / bands as f64)).collect())
        };
        let (adults, responding) = match attribute.kind {
            AttributeKind::Age => (by(|at| 1.0 - 0.7 * at), by(|at| 1.1 - at)),
            AttributeKind::Education => (
                by(|at| if at < 0.7 { 1.0 } else { 0.4 }),
                by(|at| if at < 0.7 { 0.3 + at } else { 1.4 }),
            ),
            AttributeKind::Occupation => {
                let civil = attribute.bands.iter().filter(|band| band.civil_servant).count();
                let part = |share: f64| {
                    let weight = |band: &crate::instrument::Band| match (band.civil_servant, civil)
                    {
                        (_, 0) => 1.0,
                        (true, civil) => share / civil as f64,
                        (false, civil) if civil == bands => 0.0,
                        (false, civil) => (1.0 - share) / (bands - civil) as f64,
                    };
                    normal(attribute.bands.iter().map(weight).collect())
                };
                (part(CIVIL_SHARE), part(CIVIL_RESPONDING))
            }
            AttributeKind::Sex | AttributeKind::Other => (by(|_| 1.0), by(|at| 1.1 - 0.2 * at)),
        };
        Shares { kind: attribute.kind, adults, responding }
    };
    instrument.attributes.iter().map(of).collect()
}

/// Answers of every region.
fn sizes(plan: &Plan, regions: usize) -> Vec<u64> {
    match plan.sizes {
        Sizes::Each(n) => vec![u64::from(n); regions],
        Sizes::Total(total) => {
            let count = regions.max(1) as u64;
            (0..regions as u64).map(|at| total / count + u64::from(at < total % count)).collect()
        }
        Sizes::Uneven => {
            let mut stream = Stream::new(plan.seed, "simulate-sizes", u64::from(plan.round));
            let mut sizes: Vec<u64> = (0..regions)
                .map(|_| (950.0 * (0.35 * stream.normal()).exp()).clamp(150.0, 2_400.0) as u64)
                .collect();
            if let [first, second, third, _, ..] = sizes.as_mut_slice() {
                (*first, *second, *third) = (83, 0, 2_500);
            }
            stream.shuffle(&mut sizes);
            sizes
        }
    }
}

/// Expected answer by latent mean: the answer is the latent value held to the scale and rounded up
/// or down at random so that its expectation is kept. Integrated by Simpson's rule.
struct Expected {
    from: f64,
    table: Vec<f64>,
}

impl Expected {
    fn new(min: u8, max: u8, spread: f64) -> Self {
        let (min, max) = (f64::from(min), f64::from(max));
        let from = min - 2.0;
        let entries = ((max - min + 4.0) * FINENESS as f64) as usize + 2;
        let nodes = 400;
        let step = 16.0 / f64::from(nodes);
        let mean = |at: usize| {
            let latent = from + at as f64 / FINENESS as f64;
            let (mut sum, mut mass) = (0.0, 0.0);
            for node in 0..=nodes {
                let z = -8.0 + f64::from(node) * step;
                let simpson = match node {
                    0 => 1.0,
                    node if node == nodes => 1.0,
                    node if node % 2 == 1 => 4.0,
                    _ => 2.0,
                };
                let density = simpson * (-0.5 * z * z).exp();
                sum += density * (latent + spread * z).clamp(min, max);
                mass += density;
            }
            sum / mass
        };
        Self { from, table: (0..entries).map(mean).collect() }
    }

    fn at(&self, latent: f64) -> f64 {
        let last = self.table.len().saturating_sub(2);
        let place = ((latent - self.from) * FINENESS as f64).clamp(0.0, last as f64);
        let below = place as usize;
        match self.table.get(below..below + 2) {
            Some(&[low, high]) => low + (high - low) * (place - below as f64),
            _ => f64::NAN,
        }
    }
}
