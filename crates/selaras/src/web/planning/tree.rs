//! The plans of a kab/kota beside those of its province and its neighbours, as a tree.

use std::collections::BTreeSet;
use std::rc::Rc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{AppState, Choice, Looking, Page, Problem, Visit, html, paths};
use crate::align;
use crate::align::matrix::{Entry, Line, Party};
use crate::align::questions::{By, name_of};
use crate::check::{Check, LowCell, Sides, State as Checked};
use crate::locale::{Message, Words};
use crate::outcome::Tree;
use crate::plan::redline::label;
use crate::plan::{Code, CodeLevel, Priority, RowLevel, Rupiah};
use crate::region;

/// Rows of a tree that are shown without being asked for one program.
const MOST: usize = 300;
/// Places of a row that are shown.
const PLACES: usize = 4;
/// Rows that answer a low cell that are named.
const NAMED: usize = 5;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    periksa: String,
    #[serde(default)]
    minimal: String,
    #[serde(default)]
    prioritas: String,
    #[serde(default)]
    program: String,
}

/// What one party says of a row.
#[derive(Default)]
pub(super) struct SideLine {
    pub(super) name: String,
    sent: bool,
    says: bool,
    pub(super) aims: Vec<(String, String)>,
    pub(super) places: String,
    pub(super) money: String,
}

/// What is to be said of the match of a row.
struct Match {
    word: String,
    class: &'static str,
    mark: &'static str,
    links: Vec<(String, String)>,
}

/// One row of the tree.
struct RowLine {
    level: &'static str,
    level_name: String,
    code: String,
    name: String,
    /// Where its sub kegiatan are, where they are not shown.
    open: Option<String>,
    province: SideLine,
    own: SideLine,
    neighbours: Vec<SideLine>,
    matched: Match,
}

/// A low cell of the index and the rows that answer it.
struct CellLine {
    name: String,
    rows: Vec<String>,
    more: Option<String>,
    none: Option<String>,
    also: String,
}

#[derive(Template)]
#[template(path = "planning/tree.html")]
struct TreePage {
    page: Page,
    region: String,
    back: String,
    here: String,
    regions: Vec<(String, String, bool)>,
    links: Vec<(String, String)>,
    checks: Vec<Choice>,
    priorities: Vec<Choice>,
    minimum: String,
    minimum_unread: bool,
    filtered: bool,
    program: Option<String>,
    province: String,
    rows: Vec<RowLine>,
    cells: Vec<CellLine>,
    cells_said: String,
    not_sent: bool,
}

/// What the reader wants to see.
struct Filter {
    check: Option<Check>,
    minimum: Option<Rupiah>,
    priority: String,
    program: Option<Code>,
}

impl Filter {
    fn is_on(&self) -> bool {
        self.check.is_some() || self.minimum.is_some() || !self.priority.is_empty()
    }

    fn lets(&self, line: &Line, upper: region::Code, own: region::Code, words: Words) -> bool {
        let of = |region| line.entries.iter().find(|of| of.party == Party::Region(region));
        let (above, here) = (of(upper), of(own));
        let both = || above.into_iter().chain(here);
        let checked =
            self.check.is_none_or(|check| here.is_some_and(|of| of.checks.contains(&check)));
        let paid = self
            .minimum
            .is_none_or(|least| both().any(|of| of.money.is_some_and(|money| money >= least)));
        let mut tagged = both().flat_map(|of| &of.priorities);
        let priority =
            self.priority.is_empty() || tagged.any(|of| priority_name(of, words) == self.priority);
        checked && paid && priority
    }
}

pub(super) fn priority_name(of: &Priority, words: Words) -> String {
    let by = By::Priority(of.set);
    let id = of.tag.id.as_deref();
    id.map_or_else(
        || of.tag.text.clone(),
        |id| name_of(by, id).in_language(words.language).to_owned(),
    )
}

/// Who speaks of a code or of one below it.
struct Said {
    here: region::Code,
    all: Rc<BTreeSet<(Code, Party)>>,
    code: Option<Code>,
}

impl Said {
    fn around(looking: &Looking, here: region::Code) -> Self {
        let mut all = BTreeSet::new();
        for level in [CodeLevel::Program, CodeLevel::Activity, CodeLevel::SubActivity] {
            for line in looking.board.lines(level) {
                for entry in line.entries.iter().filter(|of| !of.is_empty()) {
                    let above = [CodeLevel::Program, CodeLevel::Activity];
                    let above = above.into_iter().filter_map(|level| line.code.at(level));
                    all.extend(above.chain([line.code]).map(|code| (code, entry.party)));
                }
            }
        }
        Self { here, all: Rc::new(all), code: None }
    }

    fn at(&self, code: Code) -> Self {
        Self { here: self.here, all: Rc::clone(&self.all), code: Some(code) }
    }

    fn party(&self, party: Party) -> bool {
        self.code.is_some_and(|code| self.all.contains(&(code, party)))
    }
}

/// A place as people call it, where a plan writes its code.
pub(super) fn place_name(text: &str) -> String {
    let known = text.trim().parse().ok().and_then(region::get);
    known.map_or_else(|| text.to_owned(), region::Region::short_name)
}

impl Looking {
    /// What a party says of a row, in words.
    pub(super) fn said(&self, entry: &Entry) -> SideLine {
        let name = match entry.party {
            Party::Centre => self.say("align-party-centre"),
            Party::Region(region) => align::name(region),
        };
        let aims = entry.aims.iter().map(|aim| {
            let target = aim.target.as_ref().map_or("–", |value| value.text.as_str());
            let target = format!("{target} {}", aim.unit.as_deref().unwrap_or_default());
            (aim.indicator.clone(), target.trim().to_owned())
        });
        let more = entry.places.len().saturating_sub(PLACES);
        let mut places: Vec<String> =
            entry.places.iter().take(PLACES).map(|of| place_name(of)).collect();
        if more > 0 {
            places.push(self.words.tell(&Message::new("align-more").with("more", more)));
        }
        SideLine {
            name,
            sent: entry.sent,
            says: true,
            aims: aims.collect(),
            places: places.join("; "),
            money: entry.money.map(|money| money.shown(&self.words)).unwrap_or_default(),
        }
    }

    fn side(&self, entry: &Entry, said: &Said) -> SideLine {
        let says = said.party(entry.party);
        SideLine { says, ..self.said(entry) }
    }

    fn matched(&self, own: Option<&Entry>, above: Option<&Entry>, said: &Said) -> Match {
        let here = said.here;
        let says = |of: Option<&Entry>| of.is_some_and(|of| said.party(of.party));
        let found: BTreeSet<Check> = own.map(|of| of.checks.clone()).unwrap_or_default();
        let links = found.iter().map(|check| {
            let (alignment, place) = (self.alignment(), self.place());
            // A row may be spoken of only beside a neighbour's.
            let speaks = |other: region::Code| {
                let sides = Sides::Pair(other.min(here), other.max(here));
                alignment.state_of(*check, sides) == Some(Checked::ToExplain)
            };
            let upward = speaks(alignment.upper)
                || alignment.state_of(*check, Sides::One(here)) == Some(Checked::ToExplain);
            let beside = self.neighbours(here).into_iter().find(|other| speaks(*other));
            let other = beside.filter(|_| !upward).unwrap_or(alignment.upper);
            let path = format!("{}#{}", paths::findings(place, other, here), check.key());
            (path, self.check(*check))
        });
        let links: Vec<(String, String)> = links.collect();
        let (key, class, mark) = match (says(own), says(above)) {
            (true, _) if !links.is_empty() => ("check-state-to-explain", "to-explain", "?"),
            (true, true) => ("planning-match-none", "checked", "✓"),
            (true, false) => ("planning-match-own", "alone", "→"),
            (false, true) => ("planning-match-province", "alone", "←"),
            (false, false) => ("planning-match-neighbours", "alone", "↔"),
        };
        Match { word: self.say(key), class, mark, links }
    }

    fn row_line(&self, line: &Line, said: &Said, open: Option<String>) -> RowLine {
        let here = said.here;
        let of = |region| line.entries.iter().find(|of| of.party == Party::Region(region));
        let (own, above) = (of(here), of(self.alignment().upper));
        let level = match line.code.level() {
            CodeLevel::Program => RowLevel::Program,
            CodeLevel::Activity => RowLevel::Activity,
            _ => RowLevel::SubActivity,
        };
        let neighbours = self.neighbours(here).into_iter().filter_map(of);
        let neighbours = neighbours.map(|of| self.side(of, said)).filter(|of| of.says);
        RowLine {
            level: level.key(),
            level_name: self.say(&format!("plan-level-{}", level.key())),
            code: line.code.to_string(),
            name: line.name.clone(),
            open,
            province: above.map(|of| self.side(of, said)).unwrap_or_default(),
            own: own.map(|of| self.side(of, said)).unwrap_or_default(),
            neighbours: neighbours.collect(),
            matched: self.matched(own, above, said),
        }
    }

    /// The lines of the tree that anybody around `here` speaks in: programs, their kegiatan, their
    /// sub kegiatan.
    fn nested(&self, here: region::Code, filter: &Filter) -> Vec<&Line> {
        let around: Vec<Party> = [self.alignment().upper, here]
            .into_iter()
            .chain(self.neighbours(here))
            .map(Party::Region)
            .collect();
        let spoken = |line: &&Line| {
            line.entries.iter().any(|of| around.contains(&of.party) && !of.is_empty())
        };
        let upper = self.alignment().upper;
        let lets = |line: &&Line| filter.lets(line, upper, here, self.words);
        let inside = |line: &&Line| filter.program.is_none_or(|of| of.contains(&line.code));
        let level = |level| self.board.lines(level).iter().filter(spoken).filter(inside);
        let levels = [CodeLevel::Program, CodeLevel::Activity, CodeLevel::SubActivity];
        let kept: Vec<Code> =
            levels.into_iter().flat_map(level).filter(lets).map(|line| line.code).collect();
        let shown = |line: &&Line| kept.iter().any(|code| line.code.contains(code));
        let mut lines: Vec<&Line> = levels.into_iter().flat_map(level).filter(shown).collect();
        // A code sorts right before those below it.
        lines.sort_by_key(|line| line.code);
        lines
    }

    /// Rows of `here` that hang where the score of a low cell hangs, or below.
    fn answers(&self, here: region::Code, cell: &LowCell) -> Vec<String> {
        let tree = Tree::shipped();
        let Some(node) = tree.of_score(&cell.score.instrument, &cell.score.score) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for sent in self.alignment().current(here) {
            let document = sent.version.document();
            for hung in tree.hang_all(document) {
                let own = hung
                    .hanging
                    .node()
                    .is_some_and(|of| tree.upward(of).any(|above| above.id == node.id));
                if let Some(row) = document.rows.get(hung.row as usize).filter(|_| own) {
                    rows.push(label(row));
                }
            }
        }
        rows
    }

    fn cells(&self, here: region::Code) -> Vec<CellLine> {
        let low = self.alignment().index.iter().flat_map(|of| of.low.iter().flatten());
        let beside = self.neighbours(here);
        let line = |cell: &LowCell| {
            if !cell.measured {
                let none = Some(self.say("planning-cell-unmeasured"));
                let (name, rows) = (cell.name.clone(), Vec::new());
                return CellLine { name, rows, more: None, none, also: String::new() };
            }
            let mut rows = self.answers(here, cell);
            let more = rows.len().saturating_sub(NAMED);
            rows.truncate(NAMED);
            let also = self.alignment().index.iter().flat_map(|of| of.low.iter().flatten());
            let also = also
                .filter(|of| of.measured && of.score == cell.score && beside.contains(&of.region));
            let also: Vec<String> = also.map(|of| align::name(of.region)).collect();
            CellLine {
                name: cell.name.clone(),
                none: rows.is_empty().then(|| self.say("planning-cell-no-row")),
                more: (more > 0).then(|| {
                    self.words.tell(&Message::new("planning-cell-more").with("rows", more))
                }),
                rows,
                also: if also.is_empty() {
                    String::new()
                } else {
                    let also = Message::new("planning-cell-also").with("regions", also.join(", "));
                    self.words.tell(&also)
                },
            }
        };
        low.filter(|cell| cell.region == here).map(line).collect()
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path((province, year, region)): Path<(String, String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = state.store.read(state.clock).await?;
    let looking = Looking::at(&state, &visit, &mut tx, (&province, &year)).await?;
    drop(tx);
    let here = looking.region(&region)?;
    let (alignment, words, place) = (looking.alignment(), looking.words, looking.place());
    let typed = asked.minimal.trim();
    let minimum = typed.parse::<Rupiah>().ok();
    let filter = Filter {
        check: Check::ALL.into_iter().find(|check| check.key() == asked.periksa),
        minimum,
        priority: asked.prioritas.clone(),
        program: asked.program.parse().ok(),
    };
    let address = paths::plans_of(place, here);
    let lines = looking.nested(here, &filter);
    let said = Said::around(&looking, here);
    let folded = filter.program.is_none() && lines.len() > MOST;
    let rows = lines.iter().filter(|line| !folded || line.code.level() == CodeLevel::Program);
    let rows = rows.map(|line| {
        let open = folded.then(|| format!("{address}?program={}", line.code));
        looking.row_line(line, &said.at(line.code), open)
    });
    let any = |label: String| Choice { value: String::new(), label, chosen: false };
    let check = |check: Check| Choice {
        value: check.key().to_owned(),
        label: looking.check(check),
        chosen: filter.check == Some(check),
    };
    let names: BTreeSet<String> = looking
        .board
        .lines(CodeLevel::SubActivity)
        .iter()
        .flat_map(|line| &line.entries)
        .filter(|of| [alignment.upper, here].map(Party::Region).contains(&of.party))
        .flat_map(|of| &of.priorities)
        .map(|of| priority_name(of, words))
        .collect();
    let priorities = names.into_iter().map(|name| Choice {
        chosen: name == filter.priority,
        label: name.clone(),
        value: name,
    });
    let regions = alignment.lowers.iter();
    let regions =
        regions.map(|of| (paths::plans_of(place, *of), align::name(*of), *of == here)).collect();
    let mut links = vec![(paths::findings(place, alignment.upper, here), {
        let between =
            Message::new("planning-findings-with").with("region", align::name(alignment.upper));
        words.tell(&between)
    })];
    links.extend(looking.neighbours(here).into_iter().map(|other| {
        let between = Message::new("planning-findings-with").with("region", align::name(other));
        (paths::findings(place, other, here), words.tell(&between))
    }));
    let cells_said = match &alignment.index {
        None => words.say("planning-lacks-index"),
        Some(index) if index.low.is_none() => words.say("planning-cells-public"),
        Some(index) => {
            words.tell(&Message::new("planning-cells-lead").with("round", index.round.as_str()))
        }
    };
    html(&TreePage {
        region: align::name(here),
        back: paths::board(place),
        here: address.clone(),
        regions,
        links,
        checks: std::iter::once(any(words.say("planning-filter-any")))
            .chain(Check::ALL.into_iter().map(check))
            .collect(),
        priorities: std::iter::once(any(words.say("planning-filter-any")))
            .chain(priorities)
            .collect(),
        minimum: typed.to_owned(),
        minimum_unread: !typed.is_empty() && minimum.is_none(),
        filtered: filter.is_on() || filter.program.is_some(),
        program: filter.program.map(|code| code.to_string()),
        province: align::name(alignment.upper),
        rows: rows.collect(),
        cells: looking.cells(here),
        cells_said,
        not_sent: !alignment.has_sent(here),
        page: looking.page(&visit, "planning-tree-title"),
    })
}
