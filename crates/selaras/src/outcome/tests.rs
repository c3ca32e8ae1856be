use super::*;
use crate::index::result::ScoreKind;
use crate::instrument::shipped_by_id;
use crate::plan::terms::{TermList, Terms};
use crate::plan::{Document, DocumentKind, FoundCode, Head, Row, RowLevel, Stage, Tag};

fn document(rows: Vec<Row>) -> Document {
    let head = Head {
        kind: DocumentKind::AgencyWorkPlan,
        stage: Stage::Final,
        revision: 0,
        region: "61".parse().unwrap(),
        agency: None,
        years: (2026, 2026),
        decree: None,
        outcome: None,
        simulated: true,
    };
    Document { head, rows }
}

fn sub(code: &str) -> Row {
    let mut row = Row::new(RowLevel::SubActivity, "Sub kegiatan");
    row.code = Some(FoundCode::read(code).unwrap());
    row
}

fn tag(text: &str) -> Option<Tag> {
    Some(Tag { id: None, text: text.to_owned() })
}

#[test]
fn the_shipped_tree_is_sound_and_has_the_ends_the_meetings_named() {
    let text = include_str!("../../../../data/outcome/tree.toml");
    let tree = Tree::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(&tree, Tree::shipped());
    let ends: Vec<&str> = tree.below(None).map(|node| node.id.as_str()).collect();
    assert_eq!(ends, ["stability", "unity", "sustainable-development"]);
    let themes: Vec<&str> = tree.themes.iter().map(|theme| theme.id.as_str()).collect();
    assert_eq!(themes, ["equality", "justice", "security", "peace"]);
    for node in &tree.nodes {
        assert_eq!(tree.upward(node).last().map(|of| of.level), Some(1), "{}", node.id);
        for topic in &node.topics {
            assert!(Terms::shipped().get(TermList::Topic, topic).is_some(), "{topic}");
        }
    }
    for term in Terms::shipped().of(TermList::Topic) {
        let of_topic = tree.nodes.iter().filter(|node| node.topics.contains(&term.id)).count();
        assert_eq!(of_topic, 1, "{} serves one node", term.id);
    }
}

#[test]
fn every_dimension_and_variable_of_ihai_hangs_on_an_upper_level() {
    for id in ["ihai-2025", "ihai-2023"] {
        for score in shipped_by_id(id).unwrap().scores() {
            let node = Tree::shipped().of_score(id, &score.id);
            match score.kind {
                ScoreKind::Component => assert_eq!(node, None),
                _ => assert!(node.is_some_and(|node| node.level <= 3), "{id} {}", score.id),
            }
        }
        for score in Tree::shipped().nodes.iter().flat_map(|node| &node.harmony) {
            let instrument = shipped_by_id(&score.instrument).unwrap();
            assert!(instrument.scores().iter().any(|of| of.id == score.score), "{score:?}");
        }
    }
    let low = Tree::shipped().of_score("ihai-2025", "cell-V7-P").unwrap();
    assert_eq!(low.id, "religious-life");
}

#[test]
fn a_row_hangs_by_what_it_says_then_topic_then_code_or_on_none() {
    let tree = Tree::shipped();
    let mut stated = sub("8.01.06.2.01.0003");
    stated.outcome = tag("Budaya dan kearifan lokal lestari");
    let mut unknown = sub("8.01.06.2.01.0003");
    unknown.outcome = tag("Hal yang tidak ada");
    let mut by_topic = sub("8.01.05.2.01.0003");
    by_topic.topics = vec![Terms::shipped().tag(TermList::Topic, "moderasi beragama")];
    let rows = vec![
        stated,
        unknown,
        by_topic,
        sub("8.01.06.2.01.0003"),
        sub("8.01.01.2.01.0001"),
        sub("3.25.03.2.01.0001"),
    ];
    let mut document = document(rows);
    let hung = tree.hang_all(&document);
    let said: Vec<(Option<&str>, bool)> = hung
        .iter()
        .map(|of| {
            let node = of.hanging.node().map(|node| node.id.as_str());
            (node, of.hanging == Hanging::Nothing)
        })
        .collect();
    assert_eq!(
        said,
        [
            (Some("culture"), false),
            (None, false),
            (Some("religious-life"), false),
            (Some("vigilance"), false),
            (None, false),
            (None, true),
        ]
    );
    assert_eq!(hung[1].hanging, Hanging::Unknown);
    assert_eq!(hung[4].hanging, Hanging::Support);
    document.head.outcome = tag("welfare");
    assert!(matches!(tree.hang(&document, 5), Hanging::On(_, Why::Document)));
}

#[test]
fn a_tree_with_faults_is_not_taken() {
    let fault = |text: &str| Tree::parse(text).unwrap_err()[0].key.clone();
    let head = "id = 'a'\nversion = '1'\n";
    let node = |id: &str, rest: &str| {
        format!("[[node]]\nid = '{id}'\nname = {{ id = 'x', en = 'x' }}\n{rest}\n")
    };
    let of = |nodes: &[String]| fault(&format!("{head}{}", nodes.concat()));
    assert_eq!(fault("id = 1"), "outcome-error-toml");
    assert_eq!(of(&[node("a", "level = 1"), node("a", "level = 1")]), "outcome-error-twice");
    assert_eq!(of(&[node("a", "level = 2")]), "outcome-error-parent");
    assert_eq!(of(&[node("a", "level = 6")]), "outcome-error-level");
    assert_eq!(of(&[node("a", "level = 1\nthemes = ['x']")]), "outcome-error-theme");
    let double = "level = 1\ncodes = ['8.01', '8.01']";
    assert_eq!(of(&[node("a", double)]), "outcome-error-code-twice");
    let circle = [node("a", "level = 2\nparent = 'b'"), node("b", "level = 2\nparent = 'a'")];
    assert_eq!(of(&circle), "outcome-error-parent");
}

#[test]
fn targets_hang_on_a_score_of_a_region_and_year() {
    let text = "id = 'a'\nversion = '1'\n[[node]]\nid = 'n'\nlevel = 1\n\
                name = { id = 'x', en = 'x' }\n\
                harmony = [{ instrument = 'ihai-2025', score = 'index' }]\n\
                [[node.target]]\nregion = '61'\nyear = 2026\nvalue = '7.50'\n\
                harmony = { instrument = 'ihai-2025', score = 'index' }\n";
    let tree = Tree::parse(text).unwrap();
    let score = HarmonyScore { instrument: "ihai-2025".to_owned(), score: "index".to_owned() };
    let target = tree.target(&score, "61".parse().unwrap(), 2026).unwrap();
    assert_eq!((target.value.units(), target.value.decimals()), (750, 2));
    assert!(tree.target(&score, "61".parse().unwrap(), 2027).is_none());
}
