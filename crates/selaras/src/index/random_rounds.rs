//! Random rounds that are computed from answers as any round is, for tests of disclosure.

use jiff::civil::{Date, date};
use selaras_stats::random::Stream;

use super::Before;
use super::compute::{Input, compute};
use super::fixture::{self, Leaf, weighs};
use super::result::{IndexResult, Options, RoundRef, ScoreKind};
use super::sum::gather;
use super::tally::Tally;
use crate::instrument::Instrument;
use crate::round::answers::{Answers, Design, Labels, NONE};
use crate::round::frame::{Adults, Frame, FrameRegion, Level};
use crate::round::official::{Figure, Official};

/// One dimension of two variables with an item each, as fixtures have them.
const INSTRUMENT: &str = r#"
format = "selaras/instrument/1"
id = "acak"
version = "1"
title = "Putaran acak"
short_title = "Acak"
standing = "other"
source = "uji"
weight_evidence = "proposed"

[scale]
min = 1
max = 9
low = "rendah"
high = "tinggi"
evidence = "proposed"

[rules]
aggregation = "respondent"
missing = "renormalise"
evidence = "proposed"

[[dimension]]
id = "E"
name = "E"
weight = 1

[[variable]]
id = "X1"
name = "X1"
dimension = "E"
weight = 1
evidence = "proposed"

[[variable]]
id = "X2"
name = "X2"
dimension = "E"
weight = 1
evidence = "proposed"

[[item]]
id = "q1"
variable = "X1"
weight = 1
text = "q1"

[[item]]
id = "q2"
variable = "X2"
weight = 1
text = "q2"
"#;

/// Respondents who are reached together.
const TOGETHER: usize = 7;

/// A round of answers.
struct Round {
    frame: Frame,
    labels: Labels,
    tally: Tally,
    about: RoundRef,
}

/// The internal results of both rounds of `provinces`, computed of answers drawn around their
/// scores: now, with the change, and before.
pub(crate) fn computed(provinces: &[Vec<Leaf>], design: Design, seed: u64) -> [IndexResult; 2] {
    let instrument = Instrument::parse("acak.toml", INSTRUMENT.as_bytes()).expect("an instrument");
    let rounds = [0, 1].map(|round| Round::drawn(&instrument, provinces, design, round, seed));
    let [now, before] = &rounds;
    let earlier = Before {
        instrument: &instrument,
        frame: &before.frame,
        labels: &before.labels,
        tally: &before.tally,
        round: before.about.clone(),
    };
    let mut results = [now.result(&instrument, Some(earlier)), before.result(&instrument, None)];
    for result in &mut results {
        result.set_official(&official(provinces, result));
    }
    results
}

/// What the office has published: the very index that is computed.
fn official(provinces: &[Vec<Leaf>], result: &IndexResult) -> Vec<Figure> {
    let named = fixture::named(provinces);
    let index = result.scores.iter().position(|of| of.kind == ScoreKind::Index).expect("an index");
    let published = named.iter().filter(|(_, leaf)| leaf.official);
    let figure = |(code, _): &(String, &Leaf)| {
        let region = result.regions.iter().find(|of| of.code == *code)?;
        Some(Figure {
            region: code.clone(),
            official: Official {
                value: region.scores[index].value?,
                source: "Badan Uji".to_owned(),
                date: date(2026, 5, 1),
            },
        })
    };
    published.filter_map(figure).collect()
}

impl Round {
    fn drawn(
        instrument: &Instrument,
        provinces: &[Vec<Leaf>],
        design: Design,
        round: usize,
        seed: u64,
    ) -> Self {
        let mut regions = vec![place("ID".to_owned(), Level::Nation, None, None)];
        let (mut labels, mut answers) = (Labels::default(), empty(instrument));
        let named = fixture::named(provinces);
        for province in 0..provinces.len() {
            let code = format!("{}", 11 + province);
            let up = regions.len() as u32;
            regions.push(place(code.clone(), Level::Province, Some(0), None));
            for (own, leaf) in named.iter().filter(|(own, _)| fixture::inside(own, &code)) {
                if leaf.rounds[round].is_none() {
                    regions[up as usize].outside.push(own.clone());
                    continue;
                }
                let at = regions.len() as u32;
                regions.push(place(own.clone(), Level::Regency, Some(up), Some(leaf.adults)));
                let mut stream = Stream::new(seed, own, round as u64);
                answer(leaf, (round, at), design, &mut stream, &mut labels, &mut answers);
            }
        }
        let frame = Frame { name: "uji".to_owned(), regions };
        let deliver = |sink: &mut dyn FnMut(Answers) -> Option<Answers>| drop(sink(answers));
        let ((), tally) = gather(instrument, &frame, design, false, 1, deliver);
        let day = |month, day| Some(date(2026 - round as i16, month, day));
        let about = RoundRef {
            name: format!("Putaran {round}"),
            year: 2026 - round as i16,
            opened: day(3, 3),
            closed: day(3, 24),
            as_of: Date::constant(2026, 6, 1),
            target: 1_250,
        };
        Self { frame, labels, tally: tally.expect("totals"), about }
    }

    fn result(&self, instrument: &Instrument, before: Option<Before<'_>>) -> IndexResult {
        compute(&Input {
            instrument,
            frame: &self.frame,
            labels: &self.labels,
            tally: &self.tally,
            margins: &[],
            round: self.about.clone(),
            files: Vec::new(),
            simulated: true,
            options: Options { draws: 200, ..Options::default() },
            threads: 1,
            before,
            district_name: &|_| None,
        })
        .expect("a result")
    }
}

fn place(code: String, level: Level, parent: Option<u32>, adults: Option<u64>) -> FrameRegion {
    FrameRegion {
        name: code.clone(),
        code,
        level,
        parent,
        adults: adults.map(|count| Adults {
            count,
            total_population: true,
            source: "uji".to_owned(),
        }),
        outside: Vec::new(),
    }
}

fn empty(instrument: &Instrument) -> Answers {
    Answers {
        attributes: vec![Vec::new(); instrument.attributes.len()],
        items: vec![Vec::new(); instrument.items.len()],
        ..Answers::default()
    }
}

/// Adds the answers of one kab/kota, which stands at `at` in the frame of `round`.
fn answer(
    leaf: &Leaf,
    (round, at): (usize, u32),
    design: Design,
    stream: &mut Stream,
    labels: &mut Labels,
    answers: &mut Answers,
) {
    let Some(drawn) = leaf.rounds[round] else { return };
    let number = |names: &mut Vec<String>, name: String| -> u32 {
        names.push(name);
        names.len() as u32 - 1
    };
    let recorded = design == Design::Recorded;
    let (mut link, mut psu) = (NONE, NONE);
    let stratum = if recorded { number(&mut labels.strata, format!("{at}")) } else { NONE };
    if !recorded {
        // Of a kab/kota that cannot be compared everybody came another way.
        let way = if leaf.apart { format!("tautan {round}") } else { "tautan".to_owned() };
        let known = labels.links.iter().position(|of| *of == way);
        link = known.map_or_else(|| number(&mut labels.links, way), |at| at as u32);
    }
    for person in 0..drawn.n as usize {
        let group = person / TOGETHER;
        if recorded && person % TOGETHER == 0 {
            psu = number(&mut labels.psus, format!("{at} {group}"));
        }
        answers.len += 1;
        answers.region.push(at);
        answers.district.push(NONE);
        answers.link.push(link);
        answers.day.push(20_000 + group as i32);
        answers.stratum.push(stratum);
        answers.psu.push(psu);
        answers.weight.push(if recorded { weighs(leaf.adults, round) } else { 1.0 });
        answers.fpc.push(f64::INFINITY);
        answers.flags.push(0);
        for (item, column) in answers.items.iter_mut().enumerate() {
            let drawn_answer = (drawn.values[item] + 1.5 * stream.normal()).round().clamp(1.0, 9.0);
            let silent = (person as u64) < drawn.unanswered[item];
            column.push(if silent { 0 } else { drawn_answer as u8 });
        }
    }
}
