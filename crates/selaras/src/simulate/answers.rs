//! Drawing the answers of one region.

use selaras_stats::random::Stream;

use super::population::Region;
use super::{DAYS, Simulation};
use crate::instrument::{AttributeKind, Item};
use crate::round::answers::Design;

/// Shares of careless answers on an open link: the same answer throughout, and a form sent twice.
const STRAIGHT: f64 = 0.005;
const TWICE: f64 = 0.003;
/// Shares of attributes and kecamatan left open.
const UNSAID: f64 = 0.02;
/// Links through which an open link reaches people.
pub(super) const LINKS: [&str; 4] = ["grup-warga", "kantor-desa", "media-sosial", "sekolah"];
/// Strata of a region in a recorded design, and PSUs drawn from each.
const STRATA: u64 = 2;
const PSUS: u64 = 25;

/// Answers of one region, by column.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// Respondents.
    pub(super) len: usize,
    /// Day of the round and minute of the day.
    pub(super) moment: Vec<(u64, u64)>,
    /// Position of the kecamatan in the place, if said.
    pub(super) district: Vec<Option<usize>>,
    /// Position in [`LINKS`].
    pub(super) link: Vec<usize>,
    /// Recorded design: stratum from 1, PSU from 1 within it, weight, population PSUs.
    pub(super) design: Vec<(u64, u64, f64, u64)>,
    /// Band position + 1 of every attribute, 0 where not answered.
    pub(super) attributes: Vec<Vec<u8>>,
    /// Answers of every item as given, 0 where missing.
    pub(super) items: Vec<Vec<u8>>,
}

/// What people recruited together share.
#[derive(Clone, Copy, Default)]
struct Cluster {
    district: usize,
    link: usize,
    day: u64,
    minute: u64,
    effect: f64,
    design: (u64, u64, f64, u64),
    left: u64,
}

impl Simulation<'_> {
    /// The answers of the region at `at`; the same whichever regions are drawn before.
    pub(super) fn sample(&self, at: usize) -> Sample {
        let mut sample = Sample {
            attributes: vec![Vec::new(); self.instrument.attributes.len()],
            items: vec![Vec::new(); self.instrument.items.len()],
            ..Sample::default()
        };
        let Some(region) = self.population.regions.get(at) else { return sample };
        let purpose = if self.plan.round >= 2 { "simulate-answers-2" } else { "simulate-answers" };
        let mut stream = Stream::new(self.plan.seed, purpose, at as u64);
        let cells = self.item_means(region);
        let mut cluster = Cluster::default();
        for respondent in 0..region.n {
            if cluster.left == 0 {
                cluster = match self.plan.design {
                    Design::OpenLink => self.recruit(region, &mut stream),
                    Design::Recorded => self.draw_psu(region, respondent, &mut stream),
                };
            }
            cluster.left -= 1;
            self.respond(region, &cells, &mut cluster, &mut stream, &mut sample);
        }
        sample
    }

    /// Latent mean of every item: that of its cell, or of its variable where there are no cells.
    fn item_means(&self, region: &Region) -> Vec<f64> {
        let base: Vec<usize> = self.scorer.base().collect();
        let mean = |item: &Item| {
            let variable = self.instrument.variables.get(item.variable).map(|v| v.id.as_str());
            let component = item.component.and_then(|at| self.instrument.components.get(at));
            let component = component.map(|component| component.id.as_str());
            let position = base.iter().position(|&score| {
                self.scorer.definitions().get(score).is_some_and(|definition| {
                    definition.variable.as_deref() == variable
                        && definition.component.as_deref() == component
                })
            });
            position.and_then(|at| region.cells.get(at)).copied().unwrap_or(f64::NAN)
        };
        self.instrument.items.iter().map(mean).collect()
    }

    /// Some people of one kecamatan who get the same link on the same day.
    fn recruit(&self, region: &Region, stream: &mut Stream) -> Cluster {
        let district = pick(region.districts.iter().map(|(_, _, ready)| *ready), stream);
        // Many small clusters, few large ones: a hall filled in together.
        let size = 1 + (12.0 * (-(1.0 - stream.uniform()).ln()).powf(1.5)) as u64;
        Cluster {
            district,
            link: stream.below(LINKS.len() as u64) as usize,
            day: stream.below(DAYS),
            minute: 7 * 60 + stream.below(12 * 60),
            effect: self.population.cluster * stream.normal(),
            design: (0, 0, 1.0, 0),
            left: size,
        }
    }

    /// The next PSU of the recorded design: strata of unequal size, PSUs of equal take.
    fn draw_psu(&self, region: &Region, respondent: u64, stream: &mut Stream) -> Cluster {
        let take = region.n.div_ceil(STRATA * PSUS).max(1);
        let psu = respondent / take;
        let (stratum, within) = (psu % STRATA + 1, psu / STRATA + 1);
        let adults = region.adults as f64 * if stratum == 1 { 0.35 } else { 0.65 };
        let drawn = (region.n as f64 / STRATA as f64).max(1.0);
        let population_psus = PSUS * if stratum == 1 { 8 } else { 14 };
        Cluster {
            district: pick(region.districts.iter().map(|(_, share, _)| *share), stream),
            link: 0,
            day: stream.below(DAYS),
            minute: 7 * 60 + stream.below(12 * 60),
            effect: self.population.cluster * stream.normal(),
            design: (stratum, within, adults / drawn, population_psus),
            left: take,
        }
    }

    /// One respondent of `cluster`.
    fn respond(
        &self,
        region: &Region,
        means: &[f64],
        cluster: &mut Cluster,
        stream: &mut Stream,
        sample: &mut Sample,
    ) {
        let open = self.plan.design == Design::OpenLink;
        let careless = stream.uniform();
        cluster.minute = (cluster.minute + 1 + stream.below(4)).min(23 * 60 + 59);
        sample.len += 1;
        sample.moment.push((cluster.day, cluster.minute));
        let said = stream.uniform() >= UNSAID / 2.0 || !open;
        sample.district.push(said.then_some(cluster.district));
        sample.link.push(cluster.link);
        let (stratum, psu, weight, psus) = cluster.design;
        let weight = weight * (0.25 * stream.normal()).exp();
        sample.design.push((stratum, psu, weight, psus));
        if open && careless > 1.0 - TWICE && sample.len > 1 {
            for column in sample.attributes.iter_mut().chain(&mut sample.items) {
                column.extend(column.last().copied());
            }
            return;
        }
        let mut level = self.population.person * stream.normal() + cluster.effect;
        level += region.districts.get(cluster.district).map_or(0.0, |(effect, ..)| *effect);
        for (a, shares) in self.population.attributes.iter().enumerate() {
            let shares_of = if open { &shares.responding } else { &shares.adults };
            let band = pick(shares_of.iter().copied(), stream);
            let attribute = self.instrument.attributes.get(a);
            let civil = attribute.and_then(|attribute| attribute.bands.get(band));
            if shares.kind == AttributeKind::Occupation && civil.is_some_and(|b| b.civil_servant) {
                level += self.population.civil_effect;
            }
            if shares.kind == AttributeKind::Age && band == 0 {
                level += self.population.young_effect;
            }
            let said = stream.uniform() >= UNSAID;
            if let Some(column) = sample.attributes.get_mut(a) {
                column.push(if said { u8::try_from(band + 1).unwrap_or(0) } else { 0 });
            }
        }
        let (min, max) = (self.instrument.scale.min, self.instrument.scale.max);
        let straight = (open && careless < STRAIGHT).then(|| {
            let mean = means.iter().sum::<f64>() / means.len().max(1) as f64;
            (mean + level).round().clamp(f64::from(min), f64::from(max)) as u8
        });
        for ((item, mean), column) in self.instrument.items.iter().zip(means).zip(&mut sample.items)
        {
            let latent = mean + level + self.population.item * stream.normal();
            let held = latent.clamp(f64::from(min), f64::from(max));
            let chance = stream.uniform();
            // The same number decides missing and rounding: the part above `missing` is uniform.
            let answer = if chance < self.plan.missing {
                0
            } else {
                let rounding = (chance - self.plan.missing) / (1.0 - self.plan.missing);
                let up = rounding < held - held.floor();
                let harmony = held.floor() as u8 + u8::from(up);
                if item.reversed { max - (harmony - min) } else { harmony }
            };
            column.push(straight.unwrap_or(answer));
        }
    }
}

/// A position drawn with chances proportional to `weights`, which sum to 1.
fn pick(weights: impl Iterator<Item = f64>, stream: &mut Stream) -> usize {
    let mut left = stream.uniform();
    let mut last = 0;
    for (at, weight) in weights.enumerate() {
        last = at;
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    last
}
