//! Small results made by hand, for tests.

use jiff::civil::date;

use super::compute::placed;
use super::result::*;
use super::{CIVIL_SERVANTS, disclosure};
use crate::instrument::{Standing, Text};
use crate::locale::Message;
use crate::round::answers::Design;
use crate::round::frame::{Adults, Level};
use crate::round::official::Official;

fn text(name: &str) -> Text {
    Text { id: name.to_owned(), en: name.to_owned() }
}

fn definition(id: &str, kind: ScoreKind) -> ScoreDefinition {
    ScoreDefinition {
        id: id.to_owned(),
        kind,
        name: text(id),
        dimension: None,
        variable: None,
        component: None,
    }
}

/// A kab/kota in two rounds: now, and before.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) adults: u64,
    /// None where the round does not cover it.
    pub(crate) rounds: [Option<Answers>; 2],
    /// Whether the two cannot be compared (open link).
    pub(crate) apart: bool,
    /// Whether the office has published an index of it, the very one that we compute.
    pub(crate) official: bool,
}

/// The answers of one kab/kota in one round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answers {
    pub(crate) n: u64,
    /// How many of them say nothing to either variable.
    pub(crate) unanswered: [u64; 2],
    /// Scores of the two variables.
    pub(crate) values: [f64; 2],
}

const INDEX: usize = 0;
const DIMENSION: usize = 1;
/// The first of the two variables.
pub(crate) const VARIABLE: usize = 2;
const COMPONENT: usize = 4;
/// Scores that are public where anything is.
pub(crate) const PUBLIC: usize = COMPONENT;
/// Standard deviation of every score between respondents.
const SD: f64 = 1.5;

impl Answers {
    /// Respondents with a score: whoever said something to a variable has the dimension.
    pub(crate) fn n_of(&self, score: usize) -> u64 {
        let [one, other] = self.unanswered;
        self.n.saturating_sub(match score {
            INDEX | DIMENSION | COMPONENT => one.min(other),
            3 => other,
            _ => one,
        })
    }

    /// The one dimension is the mean of the variables that there are answers to, and the index
    /// that dimension.
    pub(crate) fn value_of(&self, score: usize) -> f64 {
        let known: Vec<f64> =
            (0..2).filter(|of| self.n_of(VARIABLE + of) >= 5).map(|of| self.values[of]).collect();
        let known = if known.is_empty() { self.values.to_vec() } else { known };
        match score {
            INDEX | DIMENSION => known.iter().sum::<f64>() / known.len() as f64,
            VARIABLE => self.values[0],
            3 => self.values[1],
            _ => (self.values[0] + 2.0 * self.values[1]) / 3.0,
        }
    }
}

/// Plain kab/kota as (answers, adults), with `before` answers in the round before.
fn leaves(provinces: &[Vec<(u64, u64)>], before: &[u64]) -> Vec<Vec<Leaf>> {
    let mut at = 0;
    let mut leaf = |&(n, adults): &(u64, u64)| {
        let then = before.get(at).copied();
        at += 1;
        let values = [5, 8].map(|step| 5.0 + ((at * 3 + step) % 11) as f64 / 5.0);
        let answers = |n, values| Answers { n, unanswered: [0; 2], values };
        let earlier = then.map(|n| answers(n, values.map(|value| value - 0.35)));
        let rounds = [Some(answers(n, values)), earlier];
        Leaf { adults, rounds, apart: false, official: false }
    };
    provinces.iter().map(|leaves| leaves.iter().map(&mut leaf).collect()).collect()
}

/// An internal result of one nation with these provinces, each a list of kab/kota as (answers,
/// adults). Scores: index, one dimension, two variables, one component, one cell; aggregates are
/// means over kab/kota with at least five answers, weighted by adults.
pub(crate) fn result(provinces: &[Vec<(u64, u64)>]) -> IndexResult {
    of_design(provinces, Design::OpenLink)
}

/// As [`result`]; in a recorded design aggregates are means over every answer, weighted by design.
pub(crate) fn of_design(provinces: &[Vec<(u64, u64)>], design: Design) -> IndexResult {
    of_round(&leaves(provinces, &[]), design, 0)
}

/// As [`of_design`], and its change since a round in which the kab/kota had `before` answers.
pub(crate) fn compared(
    provinces: &[Vec<(u64, u64)>],
    before: &[u64],
    design: Design,
) -> IndexResult {
    with_change(&leaves(provinces, before), design)
}

/// What an answer of a kab/kota with this many adults weighs in a recorded design, now or in the
/// round before: unlike its adults.
pub(crate) fn weighs(adults: u64, round: usize) -> f64 {
    (1 + adults % [7, 5][round]) as f64
}

/// Of a kab/kota in a round, what it counts for in the score of the regions that hold it; none
/// where it is no part of it.
pub(crate) fn counts_for(leaf: &Leaf, design: Design, round: usize, score: usize) -> Option<f64> {
    let n = leaf.rounds[round]?.n_of(score);
    match design {
        Design::OpenLink => (n >= 5).then_some(leaf.adults as f64),
        Design::Recorded => (n > 0).then(|| n as f64 * weighs(leaf.adults, round)),
    }
}

/// The codes of the kab/kota of one province.
fn code(province: usize, at: usize) -> String {
    format!("{}.{:02}", 11 + province, at + 1)
}

/// The internal result of one round of these provinces.
pub(crate) fn of_round(provinces: &[Vec<Leaf>], design: Design, round: usize) -> IndexResult {
    let scores = vec![
        definition("index", ScoreKind::Index),
        definition("dimension-E", ScoreKind::Dimension),
        definition("variable-X1", ScoreKind::Variable),
        definition("variable-X2", ScoreKind::Variable),
        definition("component-P", ScoreKind::Component),
        definition("cell-X1-P", ScoreKind::Cell),
    ];
    let nation = named(provinces);
    let observed = |score: usize| -> Vec<f64> {
        nation
            .iter()
            .filter_map(|(_, leaf)| leaf.rounds[round])
            .filter(|of| of.n_of(score) >= 5)
            .map(|of| of.value_of(score))
            .collect()
    };
    let observed: Vec<Vec<f64>> = (0..scores.len()).map(observed).collect();
    let world = World { design, round, scores: scores.len(), observed };
    let mut regions = vec![world.region("ID".to_owned(), Level::Nation, None, &nation)];
    for province in 0..provinces.len() {
        let up = format!("{}", 11 + province);
        let kabupaten: Vec<(String, &Leaf)> =
            nation.iter().filter(|(code, _)| inside(code, &up)).cloned().collect();
        regions.push(world.region(up.clone(), Level::Province, Some("ID"), &kabupaten));
        for leaf in kabupaten.iter().filter(|(_, leaf)| leaf.rounds[round].is_some()) {
            let own = std::slice::from_ref(leaf);
            regions.push(world.region(leaf.0.clone(), Level::Regency, Some(&up), own));
        }
    }
    IndexResult {
        schema: "selaras/result/1".to_owned(),
        form: Form::Internal,
        program: "selaras uji".to_owned(),
        instrument: InstrumentRef {
            id: "uji".to_owned(),
            version: "1".to_owned(),
            title: text("Uji"),
            standing: Standing::Other,
            scale: (1, 9),
            categories_source: None,
            sha256: String::new(),
        },
        round: RoundRef {
            name: "Putaran uji".to_owned(),
            year: 2026,
            opened: Some(date(2026, 3, 3)),
            closed: Some(date(2026, 3, 24)),
            as_of: date(2026, 6, 1),
            target: 1_250,
        },
        simulated: true,
        options: Options::default(),
        inputs: vec![InputRef {
            name: "uji.csv".to_owned(),
            sha256: "0".repeat(64),
            rows: 3,
            kept: 3,
        }],
        design,
        scores,
        regions,
        low_cells: Vec::new(),
        change: None,
        notes: Vec::new(),
    }
}

/// One round as it is computed.
struct World {
    design: Design,
    round: usize,
    scores: usize,
    /// By score what is observed in the kab/kota, for bounds.
    observed: Vec<Vec<f64>>,
}

impl World {
    fn region(
        &self,
        code: String,
        level: Level,
        parent: Option<&str>,
        leaves: &[(String, &Leaf)],
    ) -> RegionResult {
        let rows: u64 =
            leaves.iter().filter_map(|(_, of)| of.rounds[self.round]).map(|of| of.n).sum();
        let adults: u64 = leaves.iter().map(|(_, leaf)| leaf.adults).sum();
        let aggregate = level != Level::Regency;
        let of_index = self.coverage(leaves, INDEX);
        let scores: Vec<Score> = (0..self.scores)
            .map(|at| {
                let mut score = self.score(leaves, aggregate, at);
                if aggregate && score.value.is_some() {
                    let coverage = self.coverage(leaves, at);
                    let covered = coverage.adults_covered.filter(|&share| share < 1.0);
                    score.bounds = covered
                        .zip(score.value)
                        .and_then(|(covered, value)| placed(value, covered, &self.observed[at]));
                    score.coverage = (coverage != of_index).then_some(coverage);
                }
                score
            })
            .collect();
        let official = leaves.first().is_some_and(|(_, leaf)| leaf.official);
        let index = scores[INDEX].value.filter(|_| official);
        let servants = rows / 5;
        let few = servants < 5 || rows - servants < 5;
        RegionResult {
            name: code.clone(),
            parent: parent.map(str::to_owned),
            adults: Some(Adults {
                count: adults,
                total_population: true,
                source: "uji".to_owned(),
            }),
            n: (!matches!(rows, 1..=4)).then_some(rows),
            withheld: matches!(rows, 1..=4).then_some(Withheld::TooFew),
            target: 1_250,
            reached: aggregate.then(|| {
                let reached =
                    |of: &&(String, &Leaf)| of.1.rounds[self.round].is_some_and(|of| of.n >= 1_250);
                leaves.iter().filter(reached).count() as u64
            }),
            missing: if aggregate { of_index.missing } else { Vec::new() },
            adults_covered: of_index.adults_covered.filter(|_| aggregate),
            official: index.map(|value| Official {
                value,
                source: "Badan Uji".to_owned(),
                date: date(2026, 5, 1),
            }),
            scores,
            not_adjusted: None,
            not_adjusted_for: Vec::new(),
            kish: (!aggregate && rows >= 40).then_some(1.37),
            composition: vec![Composition {
                attribute: CIVIL_SERVANTS.to_owned(),
                band: CIVIL_SERVANTS.to_owned(),
                name: text(CIVIL_SERVANTS),
                n: (!few).then_some(servants),
                share: (!few).then_some(servants as f64 / rows as f64),
                population_share: None,
                source: None,
                withheld: few.then_some(Withheld::TooFew),
            }],
            districts: Vec::new(),
            flags: FlagCounts::default(),
            letters: "a".to_owned(),
            clearly: Some((0, 0)),
            code,
            level,
        }
    }

    fn coverage(&self, leaves: &[(String, &Leaf)], score: usize) -> Coverage {
        let has = |leaf: &Leaf| leaf.rounds[self.round].is_some_and(|of| of.n_of(score) >= 5);
        let adults = |of: &dyn Fn(&Leaf) -> bool| -> u64 {
            leaves.iter().filter(|(_, leaf)| of(leaf)).map(|(_, leaf)| leaf.adults).sum()
        };
        Coverage {
            missing: leaves
                .iter()
                .filter(|(_, of)| !has(of))
                .map(|(code, _)| code.clone())
                .collect(),
            adults_covered: Some(adults(&has) as f64 / adults(&|_| true) as f64),
        }
    }

    fn score(&self, leaves: &[(String, &Leaf)], aggregate: bool, at: usize) -> Score {
        let recorded = self.design == Design::Recorded;
        let parts: Vec<(f64, Answers, u64)> = leaves
            .iter()
            .filter_map(|(_, leaf)| {
                let weight = counts_for(leaf, self.design, self.round, at)?;
                Some((weight, leaf.rounds[self.round]?, leaf.adults))
            })
            .collect();
        let all: f64 = parts.iter().map(|(weight, ..)| weight).sum();
        let n: u64 = match aggregate && !recorded {
            true => parts.iter().map(|(_, of, _)| of.n_of(at)).sum(),
            false => leaves
                .iter()
                .filter_map(|(_, of)| of.rounds[self.round])
                .map(|of| of.n_of(at))
                .sum(),
        };
        let nothing = |withheld| Score { withheld: Some(withheld), ..Score::default() };
        match n {
            0 => return Score { n: Some(0), ..nothing(Withheld::NoAnswers) },
            1..=4 => {
                let weight = leaves.first().filter(|_| recorded && !aggregate);
                return Score {
                    weight: weight.map(|(_, leaf)| weighs(leaf.adults, self.round)),
                    ..nothing(Withheld::TooFew)
                };
            }
            _ => {}
        }
        let mean = |of: &dyn Fn(&(f64, Answers, u64)) -> f64| -> f64 {
            parts.iter().map(|part| part.0 / all * of(part)).sum()
        };
        let value = mean(&|(_, of, _)| of.value_of(at));
        let variance = |(_, of, _): &(f64, Answers, u64)| 2.0 * SD * SD / of.n_of(at) as f64;
        let se =
            parts.iter().map(|part| (part.0 / all).powi(2) * variance(part)).sum::<f64>().sqrt();
        let shift = |(_, of, adults): &(f64, Answers, u64)| {
            SD * (adults.saturating_sub(of.n_of(at)) as f64 / of.n_of(at) as f64).sqrt()
        };
        let enough = n >= 30;
        Score {
            n: Some(n),
            value: Some(value),
            adjusted: (!recorded).then_some(Adjusted {
                value: value + 0.1 * at as f64,
                difference: 0.1 * at as f64,
            }),
            weight: leaves
                .first()
                .filter(|_| recorded && !aggregate)
                .map(|(_, leaf)| weighs(leaf.adults, self.round)),
            se: enough.then_some(se),
            deff: (enough && !aggregate).then_some(2.0),
            interval: enough.then_some(Interval {
                low: value - 2.0 * se,
                high: value + 2.0 * se,
                kind: IntervalKind::Random,
                df: 20.0,
                clusters: 21,
                coarse: n < 100,
            }),
            shifts: match recorded {
                true => Vec::new(),
                false => Options::default()
                    .selections_shown
                    .into_iter()
                    .map(|rho| Shift { correlation: rho, shift: rho * mean(&shift) })
                    .collect(),
            },
            standing: (!aggregate && enough).then_some(Verdict::NotTold),
            ..Score::default()
        }
    }
}

/// Whether the change of the regions around a kab/kota holds it.
pub(crate) fn averaged(leaf: &Leaf, design: Design, score: usize) -> bool {
    let enough = |of: &Option<Answers>| of.is_some_and(|of| of.n_of(score) >= 30);
    design == Design::Recorded || (leaf.rounds.iter().all(enough) && !leaf.apart)
}

/// Every kab/kota with its code.
pub(crate) fn named(provinces: &[Vec<Leaf>]) -> Vec<(String, &Leaf)> {
    let of = |(province, leaves): (usize, &Vec<Leaf>)| {
        let places = 0..leaves.len();
        places.map(move |at| code(province, at)).collect::<Vec<_>>()
    };
    let codes = provinces.iter().enumerate().flat_map(of);
    codes.zip(provinces.iter().flatten()).collect()
}

/// The internal result of the round now with its change since the round before: as computed, of an
/// open link over the kab/kota with an interval in both rounds, of a recorded design over all
/// answers.
pub(crate) fn with_change(provinces: &[Vec<Leaf>], design: Design) -> IndexResult {
    let mut result = of_round(provinces, design, 0);
    let earlier = of_round(provinces, design, 1);
    let recorded = design == Design::Recorded;
    let named = named(provinces);
    let averaged = |leaf: &Leaf, score: usize| averaged(leaf, design, score);
    let told = |n: u64| (!matches!(n, 1..=4)).then_some(n);
    let change = |region: &RegionResult, score: usize| {
        let under = named.iter().filter(|(code, _)| inside(code, &region.code));
        let under: Vec<&Leaf> = under.map(|(_, leaf)| *leaf).collect();
        let single = region.level == Level::Regency;
        let counted: Vec<&Leaf> =
            under.iter().copied().filter(|leaf| single || averaged(leaf, score)).collect();
        let n = |round: usize| -> u64 {
            counted.iter().filter_map(|of| of.rounds[round]).map(|of| of.n_of(score)).sum()
        };
        let end = |round: usize| -> Option<f64> {
            let parts: Vec<(f64, f64)> = under
                .iter()
                .filter(|leaf| averaged(leaf, score))
                .filter_map(|leaf| {
                    let weight = counts_for(leaf, design, round, score)?;
                    Some((weight, leaf.rounds[round]?.value_of(score)))
                })
                .collect();
            let all: f64 = parts.iter().map(|(weight, _)| weight).sum();
            (all > 0.0).then(|| parts.iter().map(|(weight, of)| weight / all * of).sum())
        };
        let ends = end(0).zip(end(1)).filter(|_| n(0) >= 5 && n(1) >= 5);
        ScoreChange {
            n: told(n(0)),
            n_before: told(n(1)),
            before: ends.map(|(_, before)| before),
            difference: ends.map(|(now, before)| now - before),
            interval: ends.map(|(now, before)| (now - before - 0.3, now - before + 0.3)),
            withheld: ends.is_none().then_some(Withheld::FewToCompare),
            ..ScoreChange::default()
        }
    };
    let published: Vec<usize> = disclosure::published(&earlier.scores);
    let public = disclosure::public_before_of(&earlier, |code, score| {
        let leaf = named.iter().find(|(own, _)| own == code).expect("a kab/kota").1;
        leaf.rounds[0].is_some() && averaged(leaf, published[score])
    });
    let regions = result
        .regions
        .iter()
        .filter_map(|region| {
            let then = earlier.regions.iter().position(|of| of.code == region.code)?;
            let leaf = named.iter().find(|(code, _)| *code == region.code);
            let apart = !recorded && leaf.is_some_and(|(_, leaf)| leaf.apart);
            let frames = |leaf: &Leaf| leaf.rounds.map(|of| of.is_some());
            // A recorded design compares whole samples of the same kab/kota.
            let same = named
                .iter()
                .filter(|(code, _)| inside(code, &region.code))
                .all(|(_, leaf)| frames(leaf)[0] == frames(leaf)[1]);
            let reason = match (apart, recorded && !same) {
                (true, _) => Some("index-change-composition"),
                (false, true) => Some("index-change-boundaries"),
                (false, false) => None,
            };
            let scores = if reason.is_some() { 0 } else { result.scores.len() };
            Some(RegionChange {
                region: region.code.clone(),
                not_comparable: reason.map(Message::new),
                public_before: public[then],
                scores: (0..scores).map(|score| change(region, score)).collect(),
            })
        })
        .collect();
    result.change = Some(Change {
        before: "Putaran lalu".to_owned(),
        not_comparable: Vec::new(),
        remarks: Vec::new(),
        regions,
        cells: Vec::new(),
    });
    result
}

/// Whether the kab/kota with `code` lies in, or is, the region with the code `whole`.
pub(crate) fn inside(code: &str, whole: &str) -> bool {
    whole == "ID" || code == whole || code.starts_with(&format!("{whole}."))
}
