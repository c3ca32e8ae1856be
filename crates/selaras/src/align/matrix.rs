//! *Matriks persandingan*: of every program or sub kegiatan what the centre, the province and each
//! kab/kota say of policy, priority, indicator, target, place and money.

use std::collections::{BTreeMap, BTreeSet};

use super::{Alignment, Sent};
use crate::check::Check;
use crate::plan::{
    Code, CodeLevel, Crosswalk, Decimal, MoneyKind, Nomenclature, Priority, PrioritySet, Reading,
    Row, RowKey, Rupiah, Side, TermList, Terms, Value,
};
use crate::region;

/// Whose words stand in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The centre: the national priorities that rows are tagged with.
    Centre,
    /// A government.
    Region(region::Code),
}

/// An indicator with its target for the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aim {
    /// Words of the indicator.
    pub indicator: String,
    /// Unit.
    pub unit: Option<String>,
    /// Target of the year.
    pub target: Option<Value>,
}

impl Aim {
    /// The number of the target, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<Decimal> {
        match self.target.as_ref()?.reading {
            Reading::Number(number) => Some(number),
            Reading::Range(..) | Reading::Words => None,
        }
    }
}

/// What one party says.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Whose words they are.
    pub party: Party,
    /// Whether it sent a plan; always, for the centre.
    pub sent: bool,
    /// Arah kebijakan.
    pub policies: Vec<String>,
    /// Priorities.
    pub priorities: Vec<Priority>,
    /// Indicators of the row itself.
    pub aims: Vec<Aim>,
    /// Places, as found.
    pub places: Vec<String>,
    /// Money of the year.
    pub money: Option<Rupiah>,
    /// What identifies its rows.
    pub rows: Vec<RowKey>,
    /// Checks that found something in these rows.
    pub checks: BTreeSet<Check>,
}

impl Entry {
    fn new(party: Party, sent: bool) -> Self {
        Self {
            party,
            sent,
            policies: Vec::new(),
            priorities: Vec::new(),
            aims: Vec::new(),
            places: Vec::new(),
            money: None,
            rows: Vec::new(),
            checks: BTreeSet::new(),
        }
    }

    /// Whether it says anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.priorities.is_empty()
    }
}

/// One program or sub kegiatan with what every party says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its code; of a sub kegiatan the kab/kota's where the two sides have one each.
    pub code: Code,
    /// Its name, as the first plan writes it.
    pub name: String,
    /// The centre, the province and the kab/kota, in this order.
    pub entries: Vec<Entry>,
}

/// The code under which both sides' rows stand in one line.
fn shared(code: Code) -> Code {
    if code.side() != Some(Side::Province) {
        return code;
    }
    let counterparts = Crosswalk::shipped().counterparts(code);
    let mut codes = counterparts.codes();
    match (codes.next(), codes.next()) {
        (Some(one), None) => one,
        _ => code,
    }
}

/// The lines of `level`, program or sub kegiatan, in the order of codes. Office support stands in
/// none, since every office repeats it.
#[must_use]
pub fn lines(alignment: &Alignment, level: CodeLevel) -> Vec<Line> {
    let regions: Vec<region::Code> = alignment.regions().collect();
    let mut found: BTreeMap<Code, (String, BTreeMap<region::Code, Entry>)> = BTreeMap::new();
    for region in &regions {
        let spoken = alignment.spoken_of(*region);
        for sent in alignment.current(*region) {
            add(alignment, *region, sent, level, &spoken, &mut found);
        }
    }
    let line = |(code, (name, mut entries)): (Code, (String, BTreeMap<_, Entry>))| {
        let own = regions.iter().map(|region| {
            let sent = alignment.has_sent(*region);
            let none = || Entry::new(Party::Region(*region), sent);
            entries.remove(region).unwrap_or_else(none)
        });
        let own: Vec<Entry> = own.collect();
        let centre = centre(&own);
        Line { code, name, entries: std::iter::once(centre).chain(own).collect() }
    };
    found.into_iter().map(line).collect()
}

/// National priorities that any party is tagged with.
fn centre(entries: &[Entry]) -> Entry {
    let mut centre = Entry::new(Party::Centre, true);
    let national = |of: &&Priority| {
        matches!(of.set, PrioritySet::National | PrioritySet::AstaCita | PrioritySet::Mandate)
    };
    let all = entries.iter().flat_map(|of| &of.priorities).filter(national);
    let terms = Terms::shipped();
    let unique: BTreeMap<_, &Priority> = all
        .map(|of| {
            let list = TermList::from(of.set);
            let known = of.tag.id.as_deref().and_then(|id| terms.get(list, id));
            let name = known.map_or_else(|| of.tag.text.to_lowercase(), |term| term.id.clone());
            ((of.set, name), of)
        })
        .collect();
    centre.priorities = unique.into_values().cloned().collect();
    centre
}

fn add(
    alignment: &Alignment,
    region: region::Code,
    sent: &Sent,
    level: CodeLevel,
    spoken: &BTreeMap<&RowKey, BTreeSet<Check>>,
    found: &mut BTreeMap<Code, (String, BTreeMap<region::Code, Entry>)>,
) {
    let document = sent.version.document();
    let keys = document.keys();
    let money = document.said(MoneyKind::Budget, alignment.year);
    for ((at, row), key) in (0_u32..).zip(&document.rows).zip(keys) {
        let Some(code) = document.code_above(at).filter(|code| !code.is_support()) else {
            continue;
        };
        let Some(code) = code.at(level).map(shared) else { continue };
        let (name, entries) = found.entry(code).or_default();
        let entry =
            entries.entry(region).or_insert_with(|| Entry::new(Party::Region(region), true));
        let own = row.code().is_some_and(|of| of.level() == level);
        if own {
            if name.is_empty() {
                name.clone_from(&row.name);
            }
            let amount = money.get(at as usize).copied().flatten();
            entry.money = match (entry.money, amount) {
                (Some(sum), Some(amount)) => sum.checked_add(amount),
                (sum, amount) => sum.or(amount),
            };
            entry.aims.extend(aims(row, alignment.year));
            entry.rows.push(key.clone());
        }
        entry.checks.extend(spoken.get(&key).into_iter().flatten());
        take(entry, row);
        if name.is_empty() {
            let listed = Nomenclature::shipped().of(code).find_map(|of| of.name.clone());
            *name = listed.unwrap_or_default();
        }
    }
}

fn take(entry: &mut Entry, row: &Row) {
    fn add<T: PartialEq + Clone>(list: &mut Vec<T>, one: &T) {
        if !list.contains(one) {
            list.push(one.clone());
        }
    }
    row.policy.iter().for_each(|policy| add(&mut entry.policies, policy));
    row.priorities.iter().for_each(|priority| add(&mut entry.priorities, priority));
    row.places.iter().for_each(|place| add(&mut entry.places, &super::place_name(place)));
}

fn aims(row: &Row, year: i16) -> impl Iterator<Item = Aim> {
    row.indicators.iter().map(move |of| Aim {
        indicator: of.text.clone(),
        unit: of.unit.clone(),
        target: of.target(year).cloned(),
    })
}
