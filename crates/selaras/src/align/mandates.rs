//! *Lembar Sekda*: the eight mandates with what is known of each, harmony and poverty side by side,
//! what does not fit, what is overdue.

use std::sync::LazyLock;

use super::questions::{self, By};
use super::{Alignment, name};
use crate::check::{Check, Item, Measured, State};
use crate::instrument::Text;
use crate::plan::{Direction, PrioritySet, Rupiah, Value};
use crate::region;
use crate::sheet::Source;
use crate::sheet::records::Records;
use crate::statistic::{self, Figure};

/// One of the eight mandates of 17 January 2023 as a series measures it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Id among the terms of mandates.
    pub id: String,
    /// Id of its indicator in the dictionary; none where no single one is agreed.
    pub indicator: Option<String>,
    /// Name of the series.
    pub name: Text,
    /// Which way it is meant to go.
    pub direction: Direction,
    /// Levels at which it is published; a province's value is never a kab/kota's.
    pub level: Text,
    /// Series of [`statistic`] that is it.
    pub statistic: Option<String>,
    /// Series of [`statistic`] that is near to it and is called by its own name.
    pub related: Option<String>,
}

static MANDATES: LazyLock<Vec<Mandate>> = LazyLock::new(|| {
    let text = include_str!("../../../../data/plan/mandates.csv");
    let source = Source::memory(text.as_bytes().to_vec());
    let read = Records::of(source, "mandates.csv", 100, &super::names::MANDATES, "");
    let Ok(records) = read else { return Vec::new() };
    let line = |row: usize| {
        let cell = |field| records.cell(row, field).to_owned();
        let some = |field| Some(cell(field)).filter(|text| !text.is_empty());
        Mandate {
            id: cell(0),
            indicator: some(1),
            name: Text { id: cell(2), en: cell(3) },
            direction: match cell(4).as_str() {
                "up" => Direction::Up,
                "down" => Direction::Down,
                "band" => Direction::Band,
                _ => Direction::None,
            },
            level: Text { id: cell(5), en: cell(6) },
            statistic: some(7),
            related: some(8),
        }
    };
    (0..records.len()).map(line).collect()
});

/// The mandates, in order.
#[must_use]
pub fn mandates() -> &'static [Mandate] {
    &MANDATES
}

/// A published figure with its indicator.
pub type Known = (&'static statistic::Indicator, &'static Figure);

/// What is known of a mandate in a province.
#[derive(Clone, Debug, PartialEq)]
pub struct MandateLine {
    /// The mandate.
    pub mandate: &'static Mandate,
    /// The newest figure of the province; none where there is no series (*belum ada data*).
    pub figure: Option<Known>,
    /// The newest figure of the series near to it.
    pub related: Option<Known>,
    /// Target of the province for the year.
    pub target: Option<Value>,
    /// Money of the province tagged with it.
    pub budget: Option<Rupiah>,
    /// Regions, the province included, of which no row answers it.
    pub unanswered: Vec<region::Code>,
}

/// A region's harmony beside its poverty. The first may be simulated, the second is not: the two
/// stand in a table, never in one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside<'a> {
    /// The region.
    pub region: region::Code,
    /// The index, where it was measured with an interval.
    pub harmony: Option<&'a Measured>,
    /// Share of people in poverty.
    pub poverty: Option<Known>,
}

fn latest(region: region::Code, series: Option<&str>) -> Option<Known> {
    let indicator = statistic::indicator(series?)?;
    Some((indicator, statistic::latest(region.as_str(), indicator.id)?))
}

/// The mandates in the province of an alignment.
#[must_use]
pub fn lines(alignment: &Alignment) -> Vec<MandateLine> {
    let money = questions::money(alignment);
    let line = |mandate: &'static Mandate| {
        let tagged = money.iter().filter(|of| {
            of.by == By::Priority(PrioritySet::Mandate)
                && of.region == alignment.upper
                && of.what.as_deref() == Some(mandate.id.as_str())
        });
        let unanswered = alignment.of(Check::Coverage).filter(|of| {
            of.findings.iter().any(|finding| finding.about == mandate.id && finding.is_open())
        });
        let mut unanswered: Vec<region::Code> = unanswered
            .filter_map(|of| match of.sides {
                crate::check::Sides::One(region) => Some(region),
                crate::check::Sides::Pair(..) => None,
            })
            .collect();
        unanswered.sort_unstable();
        let target = mandate.indicator.as_deref().and_then(|id| {
            let documents = alignment.current(alignment.upper);
            let rows = documents.iter().flat_map(|of| of.version.rows());
            let mut own = rows.flat_map(|row| &row.indicators);
            let own = own.find(|of| of.dictionary.as_deref() == Some(id))?;
            own.target(alignment.year).cloned()
        });
        MandateLine {
            mandate,
            figure: latest(alignment.upper, mandate.statistic.as_deref()),
            related: latest(alignment.upper, mandate.related.as_deref()),
            target,
            budget: tagged.map(|of| of.budget).next(),
            unanswered,
        }
    };
    mandates().iter().map(line).collect()
}

/// Harmony and poverty of the province and its kab/kota, by code.
#[must_use]
pub fn side_by_side(alignment: &Alignment) -> Vec<Beside<'_>> {
    let beside = |region: region::Code| {
        let measured = alignment.index.iter().flat_map(|of| &of.measured);
        let mut own = measured.filter(|of| of.region == region && of.score.score == "index");
        Beside { region, harmony: own.next(), poverty: latest(region, Some("poverty_rate")) }
    };
    alignment.regions().map(beside).collect()
}

/// For every check the regions that have something to explain, by name in the order of codes.
#[must_use]
pub fn to_explain(alignment: &Alignment) -> Vec<(Check, Vec<String>)> {
    let regions = |check| {
        let open = |region: &region::Code| alignment.state(check, *region) == State::ToExplain;
        alignment.regions().filter(open).map(name).collect()
    };
    Check::ALL.into_iter().map(|check| (check, regions(check))).collect()
}

/// Items past their date, by owner and date.
#[must_use]
pub fn overdue(alignment: &Alignment) -> Vec<&Item> {
    let items = alignment.items.iter().flatten();
    let late =
        |item: &&Item| item.done.is_none() && item.due.is_some_and(|due| due < alignment.today);
    let mut late: Vec<&Item> = items.filter(late).collect();
    late.sort_by(|a, b| {
        (a.region, &a.owner, a.due, &a.number).cmp(&(b.region, &b.owner, b.due, &b.number))
    });
    late
}
