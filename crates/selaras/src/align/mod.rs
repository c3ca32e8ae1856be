//! Alignment: the plans of a province and its kab/kota side by side, and everything that does not
//! fit.
//!
//! [`read`] opens what offices have (plans, a result of the index, lists of proposals and of items
//! of meetings, the alignment before); [`align`] is a pure function from these [`Inputs`] and a day
//! to one [`Alignment`], which pages, files and the next alignment read. A view of it
//! ([`matrix`], [`questions`], [`mandates`]) is computed from the value when it is asked for. What
//! an absent input would have fed reads *belum dapat diperiksa*; a region that sent no plan is a
//! state of its own. Nothing here counts or sorts by findings of a region.

pub mod files;
pub mod mandates;
pub mod matrix;
mod names;
pub mod questions;
pub mod read;
pub mod register;
pub mod sending;
mod sql;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::check::{
    self, Check, Context, Government, Item, LowCell, Measured, Missing, Outcome, Proposal, Rules,
    Sides, Silences, State, in_order,
};
use crate::locale::{Message, Value, Words};
use crate::outcome::Tree;
use crate::parallel;
use crate::plan::redline::{RedLine, red_line};
use crate::plan::{Crosswalk, DocumentKind, Head, Place, RowKey, Rupiah, Version};
use crate::region::{self, Level};
use crate::sheet::Fault;
use crate::sheet::private::words;

/// `schema` of [`Alignment`].
pub const SCHEMA: &str = "selaras/alignment/1";

/// A file that a plan was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Name without folder.
    pub name: String,
    /// Sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Rows that were read of it.
    pub rows: usize,
}

/// A document that a government sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The document, frozen.
    pub version: Version,
    /// Where it was read.
    pub files: Vec<FileRef>,
    /// Codes that stand in some of its files only, as `file: code`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_over: Vec<String>,
    /// What was left out while reading or deserves a look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Fault>,
}

impl Sent {
    /// A version that was read from no file.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self { version, files: Vec::new(), left_over: Vec::new(), notices: Vec::new() }
    }

    fn head(&self) -> &Head {
        self.version.head()
    }
}

/// A proposal (usulan) with the money it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The proposal; one to the centre stands with the proposer's own province.
    #[serde(flatten)]
    pub proposal: Proposal,
    /// Whether it is made to the centre.
    #[serde(default)]
    pub to_centre: bool,
    /// Amount, where one is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Rupiah>,
}

/// What an alignment takes of a result of the index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexPart {
    /// Name of the round.
    pub round: String,
    /// Id of the instrument.
    pub instrument: String,
    /// Whether its answers are simulated.
    pub simulated: bool,
    /// Scores with an interval.
    pub measured: Vec<Measured>,
    /// Low cells, and regions that were not measured; none where the result is the public form,
    /// which has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Vec<LowCell>>,
}

/// Everything that an alignment is computed from.
pub struct Inputs {
    /// The province.
    pub upper: region::Code,
    /// The year that is looked at.
    pub year: i16,
    /// Plans of the province and its kab/kota, of any kind and year.
    pub plans: Vec<Sent>,
    /// Rules; none for the shipped ones.
    pub rules: Option<Rules>,
    /// Result of the index.
    pub index: Option<IndexPart>,
    /// Proposals.
    pub proposals: Option<Vec<Proposed>>,
    /// Items of meetings.
    pub items: Option<Vec<Item>>,
    /// The alignment before.
    pub previous: Option<Alignment>,
    /// What offices say is meant so.
    pub silences: Silences,
    /// By how many hundredths the scenario of efficiency cuts.
    pub cut_percent: u32,
}

impl IndexPart {
    /// The interval of a score and its respondents, in words.
    #[must_use]
    pub fn between(of: &Measured, words: &Words) -> String {
        let message = Message::new("align-harmony-between").with("low", of.low.shown(words));
        words.tell(&message.with("high", of.high.shown(words)).with("n", of.n))
    }

    /// Which round and instrument the scores are of, and whether they are simulated.
    #[must_use]
    pub fn told(&self) -> Message {
        let key = if self.simulated { "align-harmony-simulated" } else { "align-harmony-of" };
        Message::new(key)
            .with("round", self.round.as_str())
            .with("instrument", self.instrument.as_str())
    }
}

impl Inputs {
    /// The plans of a province and nothing else, for the year that most of its documents of one
    /// year are for.
    #[must_use]
    pub fn new(upper: region::Code, plans: Vec<Sent>) -> Self {
        let mut years: BTreeMap<i16, usize> = BTreeMap::new();
        for head in plans.iter().map(Sent::head).filter(|head| !head.kind.is_mid_term()) {
            *years.entry(head.years.1).or_default() += 1;
        }
        // Of as many documents, those of the later year are still to be aligned.
        let year = years.into_iter().max_by_key(|(year, count)| (*count, *year));
        let first = plans.first().map_or(0, |sent| sent.head().years.0);
        Self {
            upper,
            year: year.map_or(first, |(year, _)| year),
            plans,
            rules: None,
            index: None,
            proposals: None,
            items: None,
            previous: None,
            silences: Silences::default(),
            cut_percent: CUT_PERCENT,
        }
    }
}

/// The cut of the scenario of efficiency where none is asked for, in hundredths.
pub const CUT_PERCENT: u32 = 10;

/// The plans of a province and its kab/kota, and what does not fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alignment {
    /// [`SCHEMA`].
    pub schema: String,
    /// Program and version that computed it.
    pub program: String,
    /// The day on which it looked.
    pub today: Date,
    /// The year that is looked at.
    pub year: i16,
    /// The province.
    pub upper: region::Code,
    /// Its kab/kota, by code, those that sent nothing included.
    pub lowers: Vec<region::Code>,
    /// Kab/kota that border on each other.
    pub neighbours: Vec<(region::Code, region::Code)>,
    /// Whether anything in it is simulated: then every page and file says so (METHOD §10).
    pub simulated: bool,
    /// Version of the rules.
    pub rules: String,
    /// Id and version of the outcome tree.
    pub tree: (String, String),
    /// By how many hundredths the scenario of efficiency cuts.
    pub cut_percent: u32,
    /// Documents, those of the year and all others, by region, kind, agency and stage.
    pub plans: Vec<Sent>,
    /// Outcomes of all checks, as [`in_order`] puts them.
    pub outcomes: Vec<Outcome>,
    /// What was taken of the index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<IndexPart>,
    /// Proposals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposals: Option<Vec<Proposed>>,
    /// Items of meetings, those of the alignment before included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<Item>>,
    /// What changed in documents since the alignment before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// What changed since the alignment before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// The day of the alignment before.
    pub since: Date,
    /// Documents that are not what they were.
    pub documents: Vec<DocumentChange>,
    /// Findings that are new, by id.
    pub new: Vec<String>,
    /// Findings that are settled, in the words of then.
    pub settled: Vec<check::Finding>,
}

/// A document before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentChange {
    /// The document as it is now.
    pub head: Head,
    /// Whether there was none before.
    pub is_new: bool,
    /// Rows that changed, in the order of [`red_line`].
    pub rows: Vec<ChangedRow>,
}

/// A row that is not what it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedRow {
    /// Code and name.
    pub label: String,
    /// What happened to it.
    pub what: RowFate,
    /// The name of the part, what it said and what it says; empty for rows that are new or gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(Message, Value, Value)>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFate {
    /// It was not there before.
    New,
    /// It is gone.
    Gone,
    /// It says something else.
    Changed,
}

/// A kept alignment that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAlignment {
    /// Not the form in which alignments are kept.
    #[error("not a kept alignment")]
    Form,
    /// Of a version of the program that keeps them otherwise.
    #[error("an alignment of another form")]
    Schema,
}

impl NotAnAlignment {
    /// The key of the fault of the file.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Form => "align-error-previous",
            Self::Schema => "align-error-schema",
        }
    }
}

/// The documents in which the work of `region` in `year` stands: the Renja of its agencies, or else
/// its RKPD, or else the first of what is left, so that one piece of work stands in one document.
fn current(plans: &[Sent], region: region::Code, year: i16) -> Vec<&Sent> {
    const ORDER: [DocumentKind; 7] = [
        DocumentKind::AgencyWorkPlan,
        DocumentKind::AnnualPlan,
        DocumentKind::BudgetExecution,
        DocumentKind::Budget,
        DocumentKind::BudgetPolicy,
        DocumentKind::AgencyStrategicPlan,
        DocumentKind::MidPlan,
    ];
    let own = |kind: DocumentKind| {
        plans.iter().filter(move |sent| {
            let head = sent.head();
            head.region == region && head.kind == kind && head.covers(year)
        })
    };
    let Some(kind) = ORDER.into_iter().find(|kind| own(*kind).next().is_some()) else {
        return Vec::new();
    };
    let mut latest: BTreeMap<Option<String>, &Sent> = BTreeMap::new();
    for sent in own(kind) {
        let order = |of: &Sent| (of.head().stage, of.head().revision, of.version.hash().to_owned());
        let agency = sent.head().agency.as_deref().map(words);
        let kept = latest.entry(agency).or_insert(sent);
        if order(sent) > order(kept) {
            *kept = sent;
        }
    }
    latest.into_values().collect()
}

/// Pairs of kab/kota of a province that share a border, by the schematic map.
fn neighbours(upper: region::Code) -> Vec<(region::Code, region::Code)> {
    let map = region::schematic_inside(upper, Level::Regency);
    let code = |at: usize| map.shapes().get(at)?.code.parse::<region::Code>().ok();
    let pairs = map.neighbours().into_iter().filter(|pair| pair.km > 0.0);
    let mut pairs: Vec<_> = pairs
        .filter_map(|pair| {
            let (one, other) = (code(pair.shapes.0)?, code(pair.shapes.1)?);
            Some((one.min(other), one.max(other)))
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Items of meetings, those before that are not told again included.
fn all_items(now: Option<Vec<Item>>, before: Option<&Alignment>) -> Option<Vec<Item>> {
    let earlier = before.and_then(|of| of.items.clone());
    if now.is_none() && earlier.is_none() {
        return None;
    }
    let key = |item: &Item| (item.region, words(&item.meeting), words(&item.number));
    let mut items: BTreeMap<_, Item> = BTreeMap::new();
    for item in earlier.into_iter().flatten().chain(now.into_iter().flatten()) {
        items.insert(key(&item), item);
    }
    Some(items.into_values().collect())
}

/// Looks at the plans of a province and its kab/kota on a day.
#[must_use]
pub fn align(inputs: Inputs, today: Date) -> Alignment {
    look(inputs, today, None)
}

/// The same as [`align`], from what was seen `before`: where nothing but documents and silences is
/// another, only the governments with other documents are looked at again, and pairs with them.
#[must_use]
pub fn realign(before: Alignment, inputs: Inputs, today: Date) -> Alignment {
    look(inputs, today, Some(before))
}

/// Hashes of the documents of each region.
fn documents_of(plans: &[Sent]) -> BTreeMap<region::Code, BTreeSet<&str>> {
    let mut hashes: BTreeMap<region::Code, BTreeSet<&str>> = BTreeMap::new();
    for sent in plans {
        hashes.entry(sent.head().region).or_default().insert(sent.version.hash());
    }
    hashes
}

/// What of `seen` holds for other `plans`: the outcomes of sides whose documents are the same.
fn still(seen: &mut Alignment, plans: &[Sent]) -> Vec<Outcome> {
    let mut outcomes = std::mem::take(&mut seen.outcomes);
    let (then, now) = (documents_of(&seen.plans), documents_of(plans));
    let same = |region: region::Code| then.get(&region) == now.get(&region);
    outcomes.retain(|of| {
        of.check != Check::Target
            && match of.sides {
                Sides::One(region) => same(region),
                Sides::Pair(one, other) => same(one) && same(other),
            }
    });
    outcomes
}

fn look(inputs: Inputs, today: Date, seen: Option<Alignment>) -> Alignment {
    let Inputs { upper, year, mut plans, rules, index, proposals, items, previous, .. } = inputs;
    let (silences, cut_percent) = (inputs.silences, inputs.cut_percent);
    let order = |sent: &Sent| {
        let head = sent.head();
        let agency = head.agency.as_deref().map(words);
        (head.region, head.years, head.kind, agency, head.stage, head.revision)
    };
    plans.sort_by_cached_key(|sent| (order(sent), sent.version.hash().to_owned()));
    plans.dedup_by(|a, b| a.version.hash() == b.version.hash());
    let lowers: Vec<region::Code> = region::children(upper).iter().map(|of| of.code).collect();
    let neighbours = neighbours(upper);
    let items = all_items(items, previous.as_ref());
    let alike = |of: &Alignment| {
        let beside = (&of.index, &of.proposals, &of.items) == (&index, &proposals, &items);
        let shipped = rules.is_none() && of.rules == Rules::shipped().version();
        let before = previous.is_none() && of.changes.is_none();
        beside && shipped && before && (of.today, of.upper, of.year) == (today, upper, year)
    };
    let kept = seen.filter(alike).map(|mut of| still(&mut of, &plans)).unwrap_or_default();
    let rules = rules.as_ref().unwrap_or_else(|| Rules::shipped());
    let tree = Tree::shipped();

    let government = |region: region::Code| {
        Government::new(
            region,
            year,
            current(&plans, region, year).into_iter().map(|of| &of.version),
        )
    };
    // Documents that are not compared between governments are those before, and those that follow.
    let now: BTreeSet<&str> = std::iter::once(upper)
        .chain(lowers.iter().copied())
        .flat_map(|region| current(&plans, region, year))
        .map(|sent| sent.version.hash())
        .collect();
    let kept_before = previous.iter().flat_map(|of| &of.plans).map(|sent| &sent.version);
    let mut before: Vec<&Version> = plans.iter().map(|sent| &sent.version).collect();
    before.extend(kept_before);
    before.retain(|version| version.head().covers(year));
    before.sort_by_key(|version| version.hash().to_owned());
    before.dedup_by_key(|version| version.hash().to_owned());
    let earlier: Vec<&Version> =
        before.iter().copied().filter(|version| !now.contains(version.hash())).collect();

    let asked: Option<Vec<Proposal>> = proposals.as_ref().map(|all| {
        let to_regions = all.iter().filter(|of| !of.to_centre);
        to_regions.map(|of| of.proposal.clone()).collect()
    });
    let context = Context {
        today,
        rules,
        crosswalk: Crosswalk::shipped(),
        tree: Some(tree),
        measured: index.as_ref().map(|of| of.measured.as_slice()),
        low: index.as_ref().and_then(|of| of.low.as_deref()),
        proposals: asked.as_deref(),
        items: items.as_deref(),
        previous: (!earlier.is_empty()).then_some(earlier.as_slice()),
    };
    let above = government(upper);
    let below = parallel::map(0, lowers.len(), |at| lowers.get(at).map(|of| government(*of)));
    let below: Vec<Government<'_>> = below.into_iter().flatten().collect();
    let known: BTreeSet<Sides> = kept.iter().map(|of| of.sides).collect();
    let wanted = |sides| !known.contains(&sides);
    let mut outcomes = check::all(&above, &below, &neighbours, &context, wanted);
    outcomes.extend(kept);
    let ones = std::iter::once(upper).chain(lowers.iter().copied());
    for region in ones.filter(|of| wanted(Sides::One(*of))) {
        let later = later_drift(&plans, &now, region, year, &before, &context);
        let drift = outcomes
            .iter_mut()
            .find(|of| of.check == Check::Drift && of.sides == Sides::One(region));
        if let Some(drift) = drift {
            drift.findings.extend(later);
            drift.findings.sort_by_cached_key(|of| (of.rule.id.clone(), of.rows.clone()));
        }
    }
    for outcome in &mut outcomes {
        outcome.silence(&silences);
    }
    in_order(&mut outcomes);

    let simulated = plans.iter().any(|sent| sent.head().simulated)
        || index.as_ref().is_some_and(|of| of.simulated);
    let changes = previous.as_ref().map(|before| changes(before, &plans, &outcomes, rules, year));
    let (rules, tree) = (rules.version().to_owned(), (tree.id.clone(), tree.version.clone()));
    Alignment {
        schema: SCHEMA.to_owned(),
        program: concat!("selaras ", env!("CARGO_PKG_VERSION")).to_owned(),
        today,
        year,
        upper,
        lowers,
        neighbours,
        simulated,
        rules,
        tree,
        cut_percent,
        plans,
        outcomes,
        index,
        proposals,
        items,
        changes,
    }
}

/// Drift in the documents that follow the one that is compared: KUA-PPAS, APBD, DPA.
fn later_drift(
    plans: &[Sent],
    now: &BTreeSet<&str>,
    region: region::Code,
    year: i16,
    all: &[&Version],
    context: &Context<'_>,
) -> Vec<check::Finding> {
    let kind =
        plans.iter().find(|of| of.head().region == region && now.contains(of.version.hash()));
    let Some(kind) = kind.map(|of| of.head().kind) else { return Vec::new() };
    let follows = |sent: &&Sent| {
        let head = sent.head();
        head.region == region && head.kind > kind && head.covers(year)
    };
    let mut findings = Vec::new();
    for sent in plans.iter().filter(follows) {
        let of = Government::new(region, year, [&sent.version]);
        // Agreements stand in the plan; the documents after it are held to it alone.
        let context = Context { previous: Some(all), items: None, ..*context };
        let drift = check::of_government(&of, &context).into_iter();
        findings.extend(drift.filter(|of| of.check == Check::Drift).flat_map(|of| of.findings));
    }
    findings
}

fn changes(
    before: &Alignment,
    plans: &[Sent],
    outcomes: &[Outcome],
    rules: &Rules,
    year: i16,
) -> Changes {
    let same = |one: &Head, other: &Head| {
        let agency = |head: &Head| head.agency.as_deref().map(words);
        (one.region, one.kind, one.years) == (other.region, other.kind, other.years)
            && agency(one) == agency(other)
    };
    let renamed = rules.renamed(year);
    let mut documents = Vec::new();
    for sent in plans {
        let head = sent.head();
        if before.plans.iter().any(|of| of.version.hash() == sent.version.hash()) {
            continue;
        }
        let known = before.plans.iter().filter(|of| same(of.head(), head));
        let known = known.max_by_key(|of| (of.head().stage, of.head().revision));
        match known {
            Some(known) => {
                let line = red_line(&known.version, &sent.version, &renamed);
                let rows = changed_rows(&line, &known.version, &sent.version);
                documents.push(DocumentChange { head: head.clone(), is_new: false, rows });
            }
            None => documents.push(DocumentChange {
                head: head.clone(),
                is_new: true,
                rows: Vec::new(),
            }),
        }
    }
    let ids = |outcomes: &[Outcome]| -> BTreeMap<String, check::Finding> {
        let all = outcomes.iter().flat_map(|of| &of.findings);
        all.map(|finding| (finding.id(), finding.clone())).collect()
    };
    let (then, now) = (ids(&before.outcomes), ids(outcomes));
    let new = now.keys().filter(|id| !then.contains_key(*id)).cloned().collect();
    let settled = then.into_iter().filter(|(id, _)| !now.contains_key(id)).map(|(_, of)| of);
    Changes { since: before.today, documents, new, settled: settled.collect() }
}

fn changed_rows(line: &RedLine, before: &Version, after: &Version) -> Vec<ChangedRow> {
    let label = |version: &Version, at: u32| {
        version.rows().get(at as usize).map(crate::plan::redline::label).unwrap_or_default()
    };
    let row = |change: &crate::plan::redline::RowChange| {
        let (what, label) = match (change.before, change.after) {
            (None, Some(at)) => (RowFate::New, label(after, at)),
            (Some(at), None) => (RowFate::Gone, label(before, at)),
            (_, at) => (RowFate::Changed, label(after, at.unwrap_or_default())),
        };
        let fields = change.fields.iter();
        let fields = fields.map(|of| (of.field.name(), of.before.clone(), of.after.clone()));
        ChangedRow { label, what, fields: fields.collect() }
    };
    line.changes.iter().map(row).collect()
}

impl Alignment {
    /// The form in which it is kept: one line.
    ///
    /// # Errors
    /// None that the types of this value allow.
    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = serde_json::to_vec(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Reads a kept alignment.
    ///
    /// # Errors
    /// [`NotAnAlignment`].
    pub fn from_json(json: &[u8]) -> Result<Self, NotAnAlignment> {
        #[derive(Deserialize)]
        struct Form {
            schema: String,
        }
        let form: Form = serde_json::from_slice(json).map_err(|_| NotAnAlignment::Form)?;
        if form.schema != SCHEMA {
            return Err(NotAnAlignment::Schema);
        }
        serde_json::from_slice(json).map_err(|_| NotAnAlignment::Form)
    }

    /// The province and its kab/kota.
    pub fn regions(&self) -> impl Iterator<Item = region::Code> + '_ {
        std::iter::once(self.upper).chain(self.lowers.iter().copied())
    }

    /// The documents of a region that are compared.
    #[must_use]
    pub fn current(&self, region: region::Code) -> Vec<&Sent> {
        current(&self.plans, region, self.year)
    }

    /// Whether a region sent a plan for the year.
    #[must_use]
    pub fn has_sent(&self, region: region::Code) -> bool {
        !self.current(region).is_empty()
    }

    /// Regions in the order of lists: those that sent nothing first, then by code.
    #[must_use]
    pub fn listed(&self) -> Vec<region::Code> {
        let mut regions: Vec<region::Code> = self.regions().collect();
        regions.sort_by_key(|region| (self.has_sent(*region), *region));
        regions
    }

    /// Outcomes of a check, in their order.
    pub fn of(&self, check: Check) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |of| of.check == check)
    }

    /// The state of a check for a pair, or for one region alone; none where the check does not look
    /// at it.
    #[must_use]
    pub fn state_of(&self, check: Check, sides: Sides) -> Option<State> {
        self.of(check).find(|of| of.sides == sides).map(Outcome::state)
    }

    /// The state of a check for a region: of what it looks at in the region alone and between the
    /// region and its province. What another region did not send is none of its doing.
    #[must_use]
    pub fn state(&self, check: Check, region: region::Code) -> State {
        if !self.has_sent(region) {
            return State::NotSent;
        }
        let concerns = |sides: Sides| match sides {
            Sides::One(of) => of == region,
            Sides::Pair(one, other) => {
                region != self.upper && one.min(other) == self.upper && one.max(other) == region
            }
        };
        let states = self.of(check).filter(|of| concerns(of.sides)).map(|of| match of.state() {
            State::NotSent => State::NotCheckable,
            state => state,
        });
        states.min().unwrap_or(State::NotCheckable)
    }

    /// What could not be checked, each once.
    #[must_use]
    pub fn missing(&self, check: Check, region: region::Code) -> Vec<&Missing> {
        let concerns = |of: &&Outcome| match of.sides {
            Sides::One(one) => one == region,
            Sides::Pair(one, other) => one == region || other == region,
        };
        let all = self.of(check).filter(concerns).flat_map(|of| &of.missing);
        let own: BTreeSet<&Missing> =
            all.filter(|of| of.region.is_none_or(|of| of == region)).collect();
        own.into_iter().collect()
    }

    /// Rows of a region that findings speak of, each with the checks that do.
    #[must_use]
    pub fn spoken_of(&self, region: region::Code) -> BTreeMap<&RowKey, BTreeSet<Check>> {
        let mut spoken: BTreeMap<&RowKey, BTreeSet<Check>> = BTreeMap::new();
        for finding in self.outcomes.iter().flat_map(|of| &of.findings).filter(|of| of.is_open()) {
            for row in finding.rows.iter().filter(|row| row.region == region) {
                spoken.entry(&row.key).or_default().insert(finding.check);
            }
        }
        spoken
    }

    /// The kinds of documents that a region sent for the year, as messages.
    #[must_use]
    pub fn documents(&self, region: region::Code) -> Vec<Message> {
        let own = self.plans.iter().map(Sent::head).filter(|head| head.region == region);
        own.filter(|head| head.covers(self.year))
            .map(|head| {
                Message::new("align-document")
                    .with("kind", head.kind.name())
                    .with("stage", head.stage.name())
                    .with("agency", head.agency.clone().unwrap_or_else(|| "–".to_owned()))
            })
            .collect()
    }
}

/// The name of a region; its code where the list does not have it.
#[must_use]
pub fn name(code: region::Code) -> String {
    region::get(code).map_or_else(|| code.to_string(), region::Region::short_name)
}

/// A place as readers know it: its words, or the names of the place and what it lies in where the
/// plan gives a code.
#[must_use]
pub fn place_name(place: &Place) -> String {
    let code = place.region.filter(|code| code.as_str() == place.text.trim());
    match code {
        Some(code) if code.level() > Level::Regency => {
            let around = code.parent().map(name).unwrap_or_default();
            format!("{}, {around}", name(code))
        }
        Some(code) => name(code),
        None => place.text.clone(),
    }
}

#[cfg(test)]
mod tests;
