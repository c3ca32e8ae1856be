//! A government with the plans it sent, made ready for all checks once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::finding::{Cited, Source};
use super::report::{Lack, Missing, name};
use crate::plan::redline::label;
use crate::plan::{
    Arrangement, Code, Document, Indicator, MoneyKind, Precision, Row, RowKey, RowLevel, Rupiah,
    Span, Tag, Version,
};
use crate::region::{self, Level};
use crate::sheet::private::words;

/// Where a row stands: the number of its document and its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    document: u32,
    row: u32,
}

/// A plan and what identifies its rows.
struct Plan<'a> {
    version: &'a Version,
    keys: OnceLock<Vec<RowKey>>,
}

impl Plan<'_> {
    fn keys(&self) -> &[RowKey] {
        self.keys.get_or_init(|| keys(self.version.document()))
    }
}

/// What a row means to do, with what rows above say for it.
pub(super) struct Work<'a> {
    /// Where it stands.
    pub(super) at: At,
    /// Its code, or that of the row above.
    pub(super) code: Option<Code>,
    /// Ids of topics.
    pub(super) topics: BTreeSet<&'a str>,
    /// Places that are known.
    pub(super) places: BTreeSet<region::Code>,
    /// Ids of target groups.
    pub(super) groups: BTreeSet<&'a str>,
    /// When it is done.
    pub(super) times: &'a [Span],
    /// Quarters of the year in which it is done, one bit each.
    pub(super) quarters: u8,
    /// Arrangement.
    pub(super) arrangement: Option<Arrangement>,
    /// The joint activity it is part of, as words.
    pub(super) joint: Option<String>,
    /// Ids of its sources of funds.
    pub(super) funds: BTreeSet<&'a str>,
    /// Rows above that say some of it.
    pub(super) above: BTreeSet<At>,
}

impl Work<'_> {
    /// Places down to the kecamatan or desa.
    pub(super) fn near_places(&self) -> impl Iterator<Item = region::Code> + '_ {
        self.places.iter().copied().filter(|of| of.level() >= Level::District)
    }

    /// What of the four keys of duplication it does not say.
    pub(super) fn lacks(&self) -> impl Iterator<Item = Lack> + '_ {
        let wide = !self.places.is_empty() && self.near_places().next().is_none();
        let place = if wide { Lack::PlaceWide } else { Lack::Place };
        let said = [
            (Lack::Topic, !self.topics.is_empty()),
            (place, self.near_places().next().is_some()),
            (Lack::TargetGroup, !self.groups.is_empty()),
            (Lack::Time, !self.times.is_empty()),
        ];
        said.into_iter().filter(|(_, said)| !said).map(|(lack, _)| lack)
    }

    /// Spans known by the day.
    pub(super) fn days(&self) -> impl Iterator<Item = &Span> {
        self.times.iter().filter(|span| span.precision == Precision::Days)
    }

    /// Whether it is office support, which serves no people of its own.
    pub(super) fn is_support(&self) -> bool {
        self.code.is_some_and(|code| code.is_support())
    }
}

/// A government and the versions of plans that are compared for it: of one piece of work one
/// version, so of an agency its Renja or the RKPD, not both.
pub struct Government<'a> {
    region: region::Code,
    year: i16,
    plans: Vec<Plan<'a>>,
    works: Vec<Work<'a>>,
    indicators: BTreeMap<&'a str, Vec<(At, &'a Indicator)>>,
    unmapped: Vec<At>,
    /// Made when it is first asked for, as the keys of plans are: a check of targets asks neither.
    lacking: OnceLock<Vec<Missing>>,
}

impl<'a> Government<'a> {
    /// The government of `region` with what it sent for `year`; without versions it sent nothing.
    pub fn new(
        region: region::Code,
        year: i16,
        versions: impl IntoIterator<Item = &'a Version>,
    ) -> Self {
        let plan = |version: &'a Version| Plan { version, keys: OnceLock::new() };
        let mut plans: Vec<Plan<'_>> = versions.into_iter().map(plan).collect();
        plans.sort_by_key(|of| (of.version.head().kind, of.version.hash()));
        let (works, lacking) = (Vec::new(), OnceLock::new());
        let (indicators, unmapped) = (BTreeMap::new(), Vec::new());
        let mut made = Self { region, year, plans, works, indicators, unmapped, lacking };
        for (number, version) in (0_u32..).zip(made.versions().collect::<Vec<_>>()) {
            made.works.extend(works_of(number, version.document(), year));
            for (row, of) in (0_u32..).zip(version.rows()) {
                let at = At { document: number, row };
                for indicator in &of.indicators {
                    match indicator.dictionary.as_deref() {
                        Some(id) => made.indicators.entry(id).or_default().push((at, indicator)),
                        None if of.level <= RowLevel::Program => made.unmapped.push(at),
                        None => {}
                    }
                }
            }
        }
        made
    }

    fn versions(&self) -> impl Iterator<Item = &'a Version> + use<'a, '_> {
        self.plans.iter().map(|plan| plan.version)
    }

    fn what_lacks(&self) -> Vec<Missing> {
        let mut of: BTreeMap<Lack, Vec<&RowKey>> = BTreeMap::new();
        for work in self.works().iter().filter(|work| !work.is_support()) {
            for lack in work.lacks() {
                of.entry(lack).or_default().extend(self.key(work.at));
            }
        }
        let missing = of.into_iter().map(|(lack, mut keys)| {
            keys.sort();
            let first = keys.iter().take(5).map(|key| (*key).clone()).collect();
            let (region, about) = (Some(self.region), String::new());
            Missing { lack, region, about, rows: keys.len(), first }
        });
        missing.collect()
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> region::Code {
        self.region
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        name(self.region)
    }

    /// The year that is looked at.
    #[must_use]
    pub fn year(&self) -> i16 {
        self.year
    }

    /// Whether it sent a plan.
    #[must_use]
    pub fn has_sent(&self) -> bool {
        !self.plans.is_empty()
    }

    /// Its documents with their numbers.
    pub(super) fn documents(&self) -> impl Iterator<Item = (u32, &'a Version)> {
        (0_u32..).zip(self.versions())
    }

    /// All rows of a document.
    pub(super) fn rows_of(
        number: u32,
        version: &'a Version,
    ) -> impl Iterator<Item = (At, &'a Row)> + use<'a> {
        (0_u32..).zip(version.rows()).map(move |(row, of)| (At { document: number, row }, of))
    }

    /// All rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = (At, &'a Row)> {
        self.documents().flat_map(|(number, version)| Self::rows_of(number, version))
    }

    /// What its rows mean to do.
    pub(super) fn works(&self) -> &[Work<'a>] {
        &self.works
    }

    /// What of the four keys of duplication its rows do not say.
    pub(super) fn lacking(&self) -> &[Missing] {
        self.lacking.get_or_init(|| self.what_lacks())
    }

    /// Ids of the dictionary that its indicators carry, each with where it stands.
    pub(super) fn indicators(&self) -> &BTreeMap<&'a str, Vec<(At, &'a Indicator)>> {
        &self.indicators
    }

    /// Rows of program level and above with an indicator that carries no id.
    pub(super) fn unmapped(&self) -> &[At] {
        &self.unmapped
    }

    fn plan(&self, at: At) -> Option<&Plan<'a>> {
        self.plans.get(at.document as usize)
    }

    /// What identifies a row.
    pub(super) fn key(&self, at: At) -> Option<&RowKey> {
        self.plan(at)?.keys().get(at.row as usize)
    }

    /// A row.
    pub(super) fn row(&self, at: At) -> Option<&'a Row> {
        self.plan(at)?.version.rows().get(at.row as usize)
    }

    /// The row and those it stands below.
    pub(super) fn upward(&self, at: At) -> impl Iterator<Item = &'a Row> {
        let document = self.plan(at).map(|plan| plan.version.document());
        document.into_iter().flat_map(move |of| of.upward(at.row))
    }

    /// The agency of a row, as words.
    pub(super) fn agency(&self, at: At) -> &str {
        self.key(at).map_or("", |key| key.agency.as_str())
    }

    /// How a row is called.
    pub(super) fn label(&self, at: At) -> String {
        self.row(at).map(label).unwrap_or_default()
    }

    /// Whether the row was set to nothing.
    pub(super) fn is_set_to_nothing(&self, at: At) -> bool {
        let budget = self.row(at).and_then(|row| row.budget(self.year));
        budget.is_some_and(Rupiah::is_zero)
    }

    /// The row as a finding cites it.
    pub(super) fn cite(&self, at: At) -> Option<Cited> {
        let plan = self.plan(at)?;
        let (row, key) = (self.row(at)?, self.key(at)?.clone());
        let source = Source::Plan(plan.version.head().kind);
        Some(Cited { region: self.region, source, key, label: label(row), digest: row.digest() })
    }

    /// Several rows as a finding cites them.
    pub(super) fn cite_all(&self, rows: impl IntoIterator<Item = At>) -> Vec<Cited> {
        rows.into_iter().filter_map(|at| self.cite(at)).collect()
    }

    /// The row of a work and those above that say some of it.
    pub(super) fn cite_work(&self, work: &Work<'_>) -> Vec<Cited> {
        self.cite_all(work.above.iter().copied().chain([work.at]))
    }
}

/// What identifies each row. Rows alike are numbered by what they say, not by where they stand, so
/// that the order of rows makes no difference.
pub(super) fn keys(document: &Document) -> Vec<RowKey> {
    let mut keys = document.keys();
    let mut alike: BTreeMap<RowKey, Vec<usize>> = BTreeMap::new();
    for key in keys.iter().filter(|key| key.number > 0) {
        alike.entry(RowKey { number: 0, ..key.clone() }).or_default();
    }
    if alike.is_empty() {
        return keys;
    }
    for (at, key) in keys.iter().enumerate() {
        if let Some(positions) = alike.get_mut(&RowKey { number: 0, ..key.clone() }) {
            positions.push(at);
        }
    }
    for mut positions in alike.into_values() {
        positions.sort_by_cached_key(|at| document.rows.get(*at).map(Row::digest));
        for (number, at) in (0_u32..).zip(positions) {
            if let Some(key) = keys.get_mut(at) {
                key.number = number;
            }
        }
    }
    keys
}

fn ids(tags: &[Tag]) -> BTreeSet<&str> {
    tags.iter().filter_map(|tag| tag.id.as_deref()).collect()
}

/// The rows of a document that say what is done: those that no other stands below, from kegiatan
/// down.
fn works_of(number: u32, document: &Document, year: i16) -> Vec<Work<'_>> {
    let leaves = document.leaves().filter(|(_, row)| row.level >= RowLevel::Activity);
    let work = |(position, _)| {
        let at = At { document: number, row: position };
        let mut work = Work {
            at,
            code: document.code_above(position),
            topics: BTreeSet::new(),
            places: BTreeSet::new(),
            groups: BTreeSet::new(),
            times: &[],
            quarters: 0,
            arrangement: None,
            joint: None,
            funds: BTreeSet::new(),
            above: BTreeSet::new(),
        };
        let mut here = Some(position);
        for row in document.upward(position) {
            let mut said = false;
            if work.topics.is_empty() && !ids(&row.topics).is_empty() {
                (work.topics, said) = (ids(&row.topics), true);
            }
            if work.places.is_empty() && !row.places.is_empty() {
                work.places = row.places.iter().filter_map(|place| place.region).collect();
                said |= !work.places.is_empty();
            }
            if work.groups.is_empty() && !ids(&row.target_groups).is_empty() {
                (work.groups, said) = (ids(&row.target_groups), true);
            }
            if work.times.is_empty() && !row.times.is_empty() {
                (work.times, said) = (&row.times, true);
            }
            if work.arrangement.is_none() && row.arrangement.is_some() {
                (work.arrangement, said) = (row.arrangement, true);
            }
            if work.joint.is_none() && row.joint_activity.is_some() {
                (work.joint, said) = (row.joint_activity.as_deref().map(words), true);
            }
            if work.funds.is_empty() && row.level >= RowLevel::SubActivity {
                let spent = row.money.iter().filter(|of| {
                    of.kind == MoneyKind::Budget && of.year == year && !of.amount.is_zero()
                });
                work.funds = spent.filter_map(|of| of.fund.as_ref()?.id.as_deref()).collect();
                said |= !work.funds.is_empty();
            }
            if let Some(row) = here.filter(|here| said && *here != position) {
                work.above.insert(At { document: number, row });
            }
            here = row.parent.filter(|parent| here.is_some_and(|here| *parent < here));
        }
        let quarters = work.times.iter().flat_map(Span::quarters);
        let own_year = quarters.filter(|(of, _)| *of == year);
        work.quarters = own_year.fold(0, |mask, (_, quarter)| mask | 1 << quarter);
        work
    };
    leaves.map(work).collect()
}
