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

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::super::fixture::*;
    use super::*;
    use crate::plan::Row;

    const CODE: &str = "8.01.05.2.01.0003";

    fn rules_with(table: &str) -> Rules {
        let folder = tempfile::tempdir().unwrap();
        let header = "set,id,region,topics,name,name_en,basis\n";
        std::fs::write(folder.path().join("priorities.csv"), format!("{header}{table}\n")).unwrap();
        Rules::open(folder.path()).unwrap()
    }

    /// What is found and lacks where interfaith harmony is a priority of `region`.
    fn found(region: &str, row: Row) -> (usize, Vec<String>) {
        let table = format!("provincial,harmony,{region},interfaith-harmony,Kerukunan,,");
        let rules_of = rules_with(&table);
        let context = Context { rules: &rules_of, low: Some(&[]), ..context() };
        let outcome = own(&government(&plan("61.01", vec![row])), &context);
        let lacks = lacks(&outcome).into_iter().map(str::to_owned).collect();
        (outcome.findings.len(), lacks)
    }

    fn answers(place: &str) -> Row {
        row(CODE).topic("interfaith-harmony").at(place)
    }

    #[test]
    fn a_priority_is_answered_by_topic_and_place_together() {
        assert_eq!(found("61.01.01", answers("61.01.01.2001")), (0, vec![]));
        assert_eq!(found("61.01.01", answers("61.01")), (0, vec![]), "the whole kabupaten");
        assert_eq!(found("61.01.01", answers("61.01.02")), (1, vec![]), "elsewhere");
        assert_eq!(found("61.01.01", row(CODE).topic("narcotics").at("61.01.01")), (1, vec![]));
    }

    #[test]
    fn coordination_support_and_rows_set_to_nothing_answer_nothing() {
        let coordination = row("8.01.05.2.01.0004").topic("interfaith-harmony").at("61.01");
        assert_eq!(found("61", coordination), (1, vec![]));
        let support = row("8.01.01.2.01.0001").topic("interfaith-harmony").at("61.01");
        assert_eq!(found("61", support), (1, vec![]));
        assert_eq!(found("61", answers("61.01").pays(0)), (1, vec![]));
    }

    #[test]
    fn a_priority_of_elsewhere_does_not_concern_the_region() {
        assert_eq!(found("61.02", row(CODE).topic("narcotics").at("61.01")), (0, vec![]));
    }

    #[test]
    fn a_row_that_may_be_the_answer_keeps_the_gap_from_being_told() {
        assert_eq!(found("61", row(CODE).at("61.01")), (0, vec!["topic".to_owned()]));
        let placeless = row(CODE).topic("interfaith-harmony");
        assert_eq!(found("61", placeless), (0, vec!["place".to_owned()]));
    }

    #[test]
    fn a_low_cell_is_answered_like_a_priority_and_an_unmeasured_one_is_not_low() {
        let rules_of = rules_with("national,n,11,poverty,Lain,,");
        let tree: crate::outcome::Tree = crate::outcome::Tree::parse(
            "id = \"a\"\nversion = \"1\"\n[[node]]\nid = \"faith\"\nlevel = 1\n\
             name = { id = \"a\", en = \"a\" }\ntopics = [\"interfaith-harmony\"]\n\
             harmony = [{ instrument = \"ihai-2025\", score = \"variable-V7\" }]\n",
        )
        .unwrap();
        let of = |measured, row: Row| {
            let instrument = "ihai-2025".to_owned();
            let score = HarmonyScore { instrument, score: "cell-V7-P".to_owned() };
            let (region, name) = (region("61.01"), "V7 persepsi".to_owned());
            let cells = [LowCell { region, score, name, measured }];
            let tree = Some(&tree);
            let context = Context { rules: &rules_of, low: Some(&cells), tree, ..context() };
            let outcome = own(&government(&plan("61.01", vec![row])), &context);
            (rules(&outcome).len(), lacks(&outcome).len())
        };
        assert_eq!(of(true, row(CODE).topic("narcotics").at("61.01")), (1, 0));
        assert_eq!(of(true, answers("61.01.01")), (0, 0));
        assert_eq!(of(false, row(CODE).topic("narcotics").at("61.01")), (0, 1));
    }
}
