//! On which node of the tree the rows of a plan hang, and which hang on none.

use super::{Node, Tree};
use crate::plan::{Code, Document, Row, RowLevel, Tag};
use crate::sheet::private::words;

/// Why a row hangs where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The row states its outcome itself.
    Stated,
    /// A row above it states its outcome.
    StatedAbove,
    /// Its code is one that serves the node.
    Code,
    /// Its topic serves the node.
    Topic,
    /// The document as a whole states its outcome.
    Document,
}

/// Where a row hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hanging<'a> {
    /// On this node.
    On(&'a Node, Why),
    /// It states an outcome that the tree does not have.
    Unknown,
    /// It is office support (`X.XX.01`), which serves every outcome and none.
    Support,
    /// On none.
    Nothing,
}

impl<'a> Hanging<'a> {
    /// The node, where there is one.
    #[must_use]
    pub fn node(self) -> Option<&'a Node> {
        match self {
            Self::On(node, _) => Some(node),
            Self::Unknown | Self::Support | Self::Nothing => None,
        }
    }
}

/// A row and where it hangs.
#[derive(Clone, Copy, Debug)]
pub struct Hung<'a> {
    /// Position in the document.
    pub row: u32,
    /// Where.
    pub hanging: Hanging<'a>,
}

impl Tree {
    /// The node that a tag means: by id or by its name in either language.
    #[must_use]
    pub fn stated(&self, tag: &Tag) -> Option<&Node> {
        let text = words(&tag.text);
        let named = |node: &&Node| {
            tag.id.as_deref() == Some(node.id.as_str())
                || tag.text == node.id
                || words(&node.name.id) == text
                || words(&node.name.en) == text
        };
        self.nodes.iter().find(named)
    }

    /// The node that a code serves: of several that contain it, the one with the longest code.
    #[must_use]
    pub fn of_code(&self, code: Code) -> Option<&Node> {
        let serving = self.nodes.iter().filter_map(|node| {
            let own = node.codes.iter().filter(|of| of.contains(&code));
            Some((own.map(Code::level).max()?, node))
        });
        serving.max_by_key(|(level, _)| *level).map(|(_, node)| node)
    }

    /// Where the row at `position` hangs. What the row says itself comes before what a row above it
    /// says, then its topic, since topics tell apart what generic codes do not, then its code, then
    /// what the document says.
    #[must_use]
    pub fn hang(&self, document: &Document, position: u32) -> Hanging<'_> {
        let Some(row) = document.rows.get(position as usize) else { return Hanging::Nothing };
        for (above, row) in document.upward(position).enumerate() {
            let Some(tag) = &row.outcome else { continue };
            let why = if above == 0 { Why::Stated } else { Why::StatedAbove };
            return self.stated(tag).map_or(Hanging::Unknown, |node| Hanging::On(node, why));
        }
        if let Some(node) = self.of_topics(row) {
            return Hanging::On(node, Why::Topic);
        }
        let code = document.code_above(position);
        if code.is_some_and(|code| code.is_support()) {
            return Hanging::Support;
        }
        if let Some(node) = code.and_then(|code| self.of_code(code)) {
            return Hanging::On(node, Why::Code);
        }
        match document.head.outcome.as_ref().map(|tag| self.stated(tag)) {
            Some(Some(node)) => Hanging::On(node, Why::Document),
            Some(None) => Hanging::Unknown,
            None => Hanging::Nothing,
        }
    }

    /// The one node that the topics of a row serve; none where they serve several.
    fn of_topics(&self, row: &Row) -> Option<&Node> {
        let ids: Vec<&str> = row.topics.iter().filter_map(|tag| tag.id.as_deref()).collect();
        let serves = |node: &&Node| node.topics.iter().any(|topic| ids.contains(&topic.as_str()));
        let mut serving = self.nodes.iter().filter(serves);
        serving.next().filter(|_| serving.next().is_none())
    }

    /// Where every sub kegiatan of a document hangs, in the order of its rows.
    #[must_use]
    pub fn hang_all(&self, document: &Document) -> Vec<Hung<'_>> {
        let rows = (0_u32..).zip(&document.rows);
        let subs = rows.filter(|(_, row)| row.level == RowLevel::SubActivity);
        subs.map(|(row, _)| Hung { row, hanging: self.hang(document, row) }).collect()
    }
}
