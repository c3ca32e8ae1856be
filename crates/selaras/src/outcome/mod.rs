//! The outcome tree (pohon kinerja): what documents, budgets and activities are for.
//!
//! Five levels (Permenpan RB 89/2021): final outcome (tujuan), intermediate outcome (sasaran),
//! outcome (program), intermediate output (kegiatan), output (sub kegiatan). A tree is a TOML file
//! ([`Tree::parse`]; `data/outcome/tree.toml` is the shipped one): its upper levels are written down,
//! the lower ones are the rows of plans that hang on them ([`Tree::hang`]). Scores of the harmony
//! index hang on the upper levels, with targets.

mod hang;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use hang::{Hanging, Hung, Why};

use crate::instrument::Text;
use crate::locale::{Message, cause};
use crate::plan::{Code, Decimal};
use crate::region;

/// A theme of harmony that cuts across the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Id.
    pub id: String,
    /// Name.
    pub name: Text,
}

/// A score of an instrument that measures a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarmonyScore {
    /// Id of the instrument.
    pub instrument: String,
    /// Id of the score: `index`, `dimension-…`, `variable-…`.
    pub score: String,
}

/// A target of a node for a region and year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeTarget {
    /// Kemendagri code of the region.
    pub region: region::Code,
    /// Year.
    pub year: i16,
    /// The score it is about; none for an indicator of the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harmony: Option<HarmonyScore>,
    /// Id of the indicator in the dictionary; none for a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<String>,
    /// Value to reach, in the unit of the score or indicator, as it was printed.
    pub value: Decimal,
    /// Where it was set, e.g. the RPJMD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// One node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Id, unique in the tree.
    pub id: String,
    /// Id of the node above; none for a final outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// 1 (final outcome) to 5 (output).
    pub level: u8,
    /// Name.
    pub name: Text,
    /// Ids of its themes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<String>,
    /// Ids of topics whose work serves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Codes of the nomenclature that serve it, with everything inside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// Scores that measure it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub harmony: Vec<HarmonyScore>,
    /// Ids of its indicators in the dictionary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<String>,
    /// The office that answers for it, where the tree says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performer: Option<String>,
    /// Targets.
    #[serde(default, rename = "target", skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<NodeTarget>,
}

/// A checked tree: ids are unique, every node but those of level 1 has a node above it one or more
/// levels higher, codes and scores stand in one node at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// Id.
    pub id: String,
    /// Version; part of every finding that used it.
    pub version: String,
    /// Themes.
    #[serde(default, rename = "theme")]
    pub themes: Vec<Theme>,
    /// Nodes, in the order of the file.
    #[serde(default, rename = "node")]
    pub nodes: Vec<Node>,
}

static SHIPPED: LazyLock<Tree> = LazyLock::new(|| {
    let text = include_str!("../../../../data/outcome/tree.toml");
    Tree::parse(text).unwrap_or_else(|_| Tree {
        id: String::new(),
        version: String::new(),
        themes: Vec::new(),
        nodes: Vec::new(),
    })
});

/// Levels of a tree.
pub const LEVELS: u8 = 5;

/// The name of a level, e.g. *tujuan (hasil akhir)*.
#[must_use]
pub fn level_name(level: u8) -> Message {
    Message::new(&format!("outcome-level-{level}"))
}

impl Tree {
    /// The tree that comes with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads a tree from TOML.
    ///
    /// # Errors
    /// One message for every fault.
    pub fn parse(text: &str) -> Result<Self, Vec<Message>> {
        let tree: Self = toml::from_str(text).map_err(|error| {
            vec![Message::new("outcome-error-toml").with("reason", cause::technical(&error))]
        })?;
        let faults = tree.faults();
        if faults.is_empty() { Ok(tree) } else { Err(faults) }
    }

    fn faults(&self) -> Vec<Message> {
        let mut faults = Vec::new();
        let mut fault = |key: &str, node: &Node, value: &str| {
            let message = Message::new(key).with("node", node.id.as_str());
            faults.push(message.with("value", value.to_owned()));
        };
        let mut levels: BTreeMap<&str, u8> = BTreeMap::new();
        let themes: BTreeSet<&str> = self.themes.iter().map(|of| of.id.as_str()).collect();
        let mut codes: BTreeSet<Code> = BTreeSet::new();
        let mut scores: BTreeSet<&HarmonyScore> = BTreeSet::new();
        for node in &self.nodes {
            if levels.insert(&node.id, node.level).is_some() {
                fault("outcome-error-twice", node, &node.id);
            }
        }
        for node in &self.nodes {
            if !(1..=LEVELS).contains(&node.level) {
                fault("outcome-error-level", node, &node.level.to_string());
            }
            let above = node.parent.as_deref().map(|parent| levels.get(parent));
            let nests = match above {
                None => node.level == 1,
                // A level that only ever sinks cannot run in a circle.
                Some(level) => level.is_some_and(|level| *level < node.level),
            };
            if !nests {
                fault("outcome-error-parent", node, node.parent.as_deref().unwrap_or_default());
            }
            for theme in node.themes.iter().filter(|theme| !themes.contains(theme.as_str())) {
                fault("outcome-error-theme", node, theme);
            }
            for code in node.codes.iter().filter(|code| !codes.insert(**code)) {
                fault("outcome-error-code-twice", node, &code.to_string());
            }
            for score in node.harmony.iter().filter(|score| !scores.insert(score)) {
                fault("outcome-error-score-twice", node, &score.score);
            }
            for target in &node.targets {
                if target.harmony.is_some() == target.indicator.is_some() {
                    fault("outcome-error-target", node, &target.year.to_string());
                }
            }
        }
        faults
    }

    /// The node with an id.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The node and those above it, up to the final outcome.
    pub fn upward<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Node> {
        std::iter::successors(Some(node), |node| self.node(node.parent.as_deref()?))
    }

    /// The nodes directly below one; the final outcomes for none.
    pub fn below(&self, node: Option<&str>) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |of| of.parent.as_deref() == node)
    }

    /// The node that a score measures. A cell (`cell-V7-P`) hangs where its variable does, so that a
    /// low cell finds what is to raise it.
    #[must_use]
    pub fn of_score(&self, instrument: &str, score: &str) -> Option<&Node> {
        let variable = score.strip_prefix("cell-").map(|cell| {
            let variable = cell.rsplit_once('-').map_or(cell, |(variable, _)| variable);
            format!("variable-{variable}")
        });
        let wanted = variable.as_deref().unwrap_or(score);
        let measures = |of: &HarmonyScore| of.instrument == instrument && of.score == wanted;
        self.nodes.iter().find(|node| node.harmony.iter().any(measures))
    }

    /// The target of a score for a region and year.
    #[must_use]
    pub fn target(
        &self,
        score: &HarmonyScore,
        region: region::Code,
        year: i16,
    ) -> Option<&NodeTarget> {
        let wanted = |of: &&NodeTarget| {
            of.harmony.as_ref() == Some(score) && of.region == region && of.year == year
        };
        self.nodes.iter().flat_map(|node| &node.targets).find(wanted)
    }
}

#[cfg(test)]
mod tests;
