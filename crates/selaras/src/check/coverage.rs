//! Check 3, coverage: a priority, a mandate or a low cell that no row answers by topic *and* place. A
//! row of coordination answers nothing; what was not measured is *belum terukur*, never "not weak".

use serde::{Deserialize, Serialize};

use super::government::{Government, Work};
use super::report::{Lack, Missing, Report, named};
use super::{Check, Context, Outcome};
use crate::locale::Value;
use crate::outcome::HarmonyScore;
use crate::region;

/// A cell of the index that is low in a region (METHOD §4), or that was not measured there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LowCell {
    /// Region.
    pub region: region::Code,
    /// The cell.
    pub score: HarmonyScore,
    /// Its name in words.
    pub name: String,
    /// Whether it was measured; one that was not says nothing about the region.
    pub measured: bool,
}

/// Something that work must answer.
struct Need<'a> {
    rule: &'static str,
    about: String,
    name: Value,
    topics: Vec<&'a str>,
    region: region::Code,
    basis: Option<&'a str>,
}

pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Coverage, of, context);
    if !of.has_sent() {
        return report.done();
    }
    let requirements = context.rules.requirements().iter().filter_map(|requirement| {
        let here = requirement.region.unwrap_or_else(|| of.region());
        // A priority of a part of the region, or of a region around it, concerns it.
        let place = if of.region().contains(&here) { here } else { of.region() };
        (of.region().contains(&here) || here.contains(&of.region())).then(|| Need {
            rule: "coverage-priority",
            about: requirement.id.clone(),
            name: named(&requirement.name),
            topics: requirement.topics.iter().map(String::as_str).collect(),
            region: place,
            basis: requirement.basis.as_deref(),
        })
    });
    for need in requirements {
        answer(&mut report, of, need, context);
    }
    match (context.low, context.tree) {
        (None, _) => report.missing(Missing::input(Lack::LowCells, Some(of.region()), "")),
        (Some(_), None) => report.missing(Missing::input(Lack::Tree, Some(of.region()), "")),
        (Some(cells), Some(tree)) => {
            for cell in cells.iter().filter(|cell| cell.region == of.region()) {
                if !cell.measured {
                    report.missing(Missing::input(Lack::LowCells, Some(cell.region), &cell.name));
                    continue;
                }
                let node = tree.of_score(&cell.score.instrument, &cell.score.score);
                let topics = node.map(|node| node.topics.iter().map(String::as_str).collect());
                let Some(topics) = topics.filter(|topics: &Vec<&str>| !topics.is_empty()) else {
                    report.missing(Missing::input(Lack::Tree, Some(cell.region), &cell.name));
                    continue;
                };
                let need = Need {
                    rule: "coverage-cell",
                    about: format!("{}:{}", cell.score.instrument, cell.score.score),
                    name: cell.name.as_str().into(),
                    topics,
                    region: cell.region,
                    basis: None,
                };
                answer(&mut report, of, need, context);
            }
        }
    }
    report.done()
}

fn answer(report: &mut Report<'_>, of: &Government<'_>, need: Need<'_>, context: &Context<'_>) {
    let counts = |work: &&Work<'_>| {
        let coordination = work.code.is_some_and(|code| context.rules.is_coordination(code));
        !work.is_support() && !coordination && !of.is_set_to_nothing(work.at)
    };
    let mut undecided = Vec::new();
    for work in of.works().iter().filter(counts) {
        let topic = need.topics.iter().any(|topic| work.topics.contains(topic));
        let place =
            |place: &region::Code| place.contains(&need.region) || need.region.contains(place);
        match (work.topics.is_empty(), work.places.is_empty()) {
            (true, _) => undecided.push((Lack::Topic, work.at)),
            (false, true) if topic => undecided.push((Lack::Place, work.at)),
            _ if topic && work.places.iter().any(place) => return,
            _ => {}
        }
    }
    // A row that does not say what it is about may be the answer.
    if !undecided.is_empty() {
        undecided.into_iter().for_each(|(lack, at)| report.lack(lack, of, at));
        return;
    }
    let place = super::report::name(need.region);
    report.find(need.rule, need.basis, &need.about, Vec::new(), |message| {
        message
            .with("region", of.name())
            .with("place", place.clone())
            .with("need", need.name.clone())
    });
}
