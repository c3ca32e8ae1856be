//! Who answered beside who lives there, and the score adjusted for the difference (METHOD §2).

use std::collections::BTreeMap;

use selaras_stats::totals::Cell;
use selaras_stats::weights::open_link::{
    CellTotal, Margin as StatMargin, Neighbours, RakeRefusal, RakeRules, Raked, rake_cells,
};

use super::CIVIL_SERVANTS;
use super::compute::{Cells, Input, Readings};
use super::result::{Adjusted, Composition, Options, RegionResult, Withheld};
use super::tally::Tally;
use crate::instrument::{AttributeKind, Instrument, Text};
use crate::locale::{Language, Message, Value, Words};
use crate::parallel;
use crate::round::answers::{Design, Labels};
use crate::round::frame::Level;
use crate::round::margins::{self, Margin};

/// Fills in composition, adjusted scores and, where there are none, the reason.
pub(super) fn describe(
    input: &Input<'_>,
    readings: &Readings<'_>,
    cells: &Cells<'_>,
    regions: &mut [RegionResult],
) {
    let composed = parallel::map(input.threads, regions.len(), |at| compose(input, readings, at));
    for (region, composed) in regions.iter_mut().zip(composed) {
        region.composition = composed;
    }
    if input.tally.design != Design::OpenLink {
        return;
    }
    for (at, region) in regions.iter_mut().enumerate() {
        let cells = cells.of(at);
        if !cells.is_empty() {
            adjust(input, region, cells);
        }
    }
    adjust_wholes(input, readings, regions);
}

/// The raking limits among `options`.
pub(super) fn rake_rules(options: &Options) -> RakeRules {
    RakeRules {
        least_respondents: options.rake_least_cell,
        trim_at_medians: options.trim_at_medians,
        kish_limit: options.kish_limit,
        ratio_limit: options.weight_ratio_limit,
        tolerance: 1e-10,
        sweeps: 1_000,
    }
}

fn compose(input: &Input<'_>, readings: &Readings<'_>, at: usize) -> Vec<Composition> {
    let leaves = &readings.leaves[at];
    let aggregate = input.frame.regions[at].level != Level::Regency;
    let own = |margin: &&Margin| !aggregate && margin.region == input.frame.regions[at].code;
    let least = input.options.suppress_below;
    let mut lines = Vec::new();
    let mut civil_servants = None;
    for (position, attribute) in input.instrument.attributes.iter().enumerate() {
        let mut counts = vec![0; attribute.bands.len() + 1];
        for counted in leaves.iter().filter_map(|&leaf| input.tally.counts.get(leaf)) {
            for (sum, &count) in
                counts.iter_mut().zip(counted.bands.get(position).into_iter().flatten())
            {
                *sum += count;
            }
        }
        let answered: u64 = counts.iter().skip(1).sum();
        let of_band: Vec<u64> = counts.iter().skip(1).copied().collect();
        // Groups that point at people are shown from the province up (METHOD §5).
        let pointing: Vec<bool> =
            attribute.bands.iter().map(|band| band.pointing && !aggregate).collect();
        let servant = |at: usize| attribute.bands.get(at).is_some_and(|band| band.civil_servant);
        let mut few = Hidden::new(&of_band, &pointing, least);
        if attribute.kind == AttributeKind::Occupation && answered > 0 {
            let servants = (0..of_band.len()).filter(|&at| servant(at)).map(|at| of_band[at]).sum();
            // The line of civil servants adds some bands up: each side has to hide its own.
            let [apart, others] = [few.cover(servant), few.cover(|at| !servant(at))];
            let sides = [servants, answered.saturating_sub(servants)];
            let split = Hidden::new(&sides, &[false; 2], least);
            let reason = split
                .reason(0)
                .or(split.reason(1))
                .or_else(|| (!(apart && others)).then_some(Withheld::Complementary));
            civil_servants = Some((servants, answered, reason));
        }
        few.cover(|_| true);
        for (band_at, band) in attribute.bands.iter().enumerate() {
            let population = input.margins.iter().filter(own).find_map(|margin| {
                Some((margin.share(&attribute.id, &band.id)?, margin.citation()))
            });
            lines.push(line(
                &attribute.id,
                &band.id,
                band.name.clone(),
                Some((of_band[band_at], answered, few.reason(band_at))),
                population,
            ));
        }
    }
    let population = input.margins.iter().filter(own).find_map(|margin| {
        let share = margin.share(margins::CIVIL_SERVANTS, margins::CIVIL_SERVANT)?;
        Some((share, margin.citation()))
    });
    let say = |language| Words::new(language).say("index-civil-servants");
    let name = Text { id: say(Language::Id), en: say(Language::En) };
    if civil_servants.is_some() || population.is_some() {
        lines.push(line(CIVIL_SERVANTS, CIVIL_SERVANTS, name, civil_servants, population));
    }
    if !aggregate {
        lines.extend(districts(input, at));
    }
    lines
}

fn districts(input: &Input<'_>, at: usize) -> Vec<Composition> {
    let Some(counts) = input.tally.counts.get(at) else { return Vec::new() };
    let answered: u64 = counts.districts.values().sum();
    let margin = input.margins.iter().find(|margin| {
        margin.region == input.frame.regions[at].code
            && margin.attributes.iter().any(|name| name == margins::DISTRICT)
    });
    let mut by_code: BTreeMap<&str, u64> = BTreeMap::new();
    for (district, count) in &counts.districts {
        if let Some(code) = input.labels.districts.get(*district as usize) {
            *by_code.entry(code).or_default() += *count;
        }
    }
    for (bands, _) in margin.into_iter().flat_map(|margin| &margin.persons) {
        if let Some(code) = bands.first() {
            by_code.entry(code).or_default();
        }
    }
    let counted: Vec<u64> = by_code.values().copied().collect();
    let mut few = Hidden::new(&counted, &vec![false; counted.len()], input.options.suppress_below);
    few.cover(|_| true);
    by_code
        .into_iter()
        .enumerate()
        .map(|(at, (code, count))| {
            let name = (input.district_name)(code).unwrap_or_else(|| code.to_owned());
            let population = margin.and_then(|margin| {
                Some((margin.share(margins::DISTRICT, code)?, margin.citation()))
            });
            let name = Text { id: name.clone(), en: name };
            line(margins::DISTRICT, code, name, Some((count, answered, few.reason(at))), population)
        })
        .collect()
}

/// Which classes of one attribute are withheld, so that no count of 1 to 4 follows from the others.
pub(super) struct Hidden<'c> {
    counts: &'c [u64],
    reasons: Vec<Option<Withheld>>,
    least: u64,
}

impl<'c> Hidden<'c> {
    /// Withholds counts below `least`, and classes that point at people.
    pub(super) fn new(counts: &'c [u64], pointing: &[bool], least: u64) -> Self {
        let reason = |(&count, &points): (&u64, &bool)| match count {
            _ if points => Some(Withheld::PointsAtPeople),
            count if (1..least).contains(&count) => Some(Withheld::TooFew),
            _ => None,
        };
        Self { counts, reasons: counts.iter().zip(pointing).map(reason).collect(), least }
    }

    /// Withholds further classes `within`, whose sum is known, smallest first, until those withheld
    /// are more than one and have `least` answers each on average: then no less fits any of them.
    /// Whether that could be reached.
    pub(super) fn cover(&mut self, within: impl Fn(usize) -> bool) -> bool {
        loop {
            let hidden = (0..self.counts.len()).filter(|&at| within(at) && self.is(at));
            let (groups, sum) =
                hidden.fold((0, 0), |(groups, sum), at| (groups + 1, sum + self.counts[at]));
            if groups == 0 || (groups > 1 && sum >= self.least * groups) {
                return true;
            }
            let shown = (0..self.counts.len())
                .filter(|&at| within(at) && !self.is(at) && self.counts[at] > 0);
            let Some(smallest) = shown.min_by_key(|&at| self.counts[at]) else { return false };
            self.reasons[smallest] = Some(Withheld::Complementary);
        }
    }

    /// Why the class at `at` is withheld.
    pub(super) fn reason(&self, at: usize) -> Option<Withheld> {
        self.reasons.get(at).copied().flatten()
    }

    fn is(&self, at: usize) -> bool {
        self.reason(at).is_some()
    }
}

fn line(
    attribute: &str,
    band: &str,
    name: Text,
    counted: Option<(u64, u64, Option<Withheld>)>,
    population: Option<(f64, String)>,
) -> Composition {
    let withheld = counted.map_or(Some(Withheld::NoAnswers), |(_, _, reason)| reason);
    let counted =
        counted.filter(|_| withheld.is_none()).map(|(count, answered, _)| (count, answered));
    Composition {
        attribute: attribute.to_owned(),
        band: band.to_owned(),
        name,
        n: counted.map(|(count, _)| count),
        share: counted.filter(|(_, all)| *all > 0).map(|(count, all)| count as f64 / all as f64),
        population_share: population.as_ref().map(|(share, _)| *share),
        source: population.map(|(_, source)| source),
        withheld,
    }
}

/// The respondents of a region by joint margin cell and kecamatan.
pub(super) struct Table {
    /// Respondents of each joint cell.
    pub(super) counts: Vec<u64>,
    /// Per joint cell the bands of the tally's margin attributes, and the kecamatan's position.
    pub(super) cells: Vec<(Box<[u8]>, u32)>,
    /// Per totals' cell of the region its joint cell.
    pub(super) of: Vec<usize>,
}

impl Table {
    /// The table behind `cells`, the totals' cells of one region of an open link.
    pub(super) fn new(tally: &Tally, cells: &[Cell<'_>]) -> Self {
        let mut table = Self { counts: Vec::new(), cells: Vec::new(), of: Vec::new() };
        let mut numbers: BTreeMap<(Box<[u8]>, u32), usize> = BTreeMap::new();
        for cell in cells {
            let bands = tally.cells.get(cell.key().cell as usize).cloned().unwrap_or_default();
            let district = tally
                .clusters
                .get(cell.key().psu as usize)
                .map_or(crate::round::answers::NONE, |cluster| cluster.district);
            let joint = (bands, district);
            let number = match numbers.get(&joint) {
                Some(&number) => number,
                None => {
                    let number = table.cells.len();
                    table.cells.push(joint.clone());
                    table.counts.push(0);
                    numbers.insert(joint, number);
                    number
                }
            };
            table.counts[number] += cell.rows();
            table.of.push(number);
        }
        table
    }

    /// The sums of `score` by PSU (numbered from 0 in the order of the cells) and joint cell, and
    /// the number of PSUs.
    pub(super) fn totals(&self, cells: &[Cell<'_>], score: usize) -> (Vec<CellTotal>, usize) {
        let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
        let totals = cells
            .iter()
            .zip(&self.of)
            .map(|(cell, &joint)| {
                let next = numbers.len();
                let moments = cell.moments(score);
                CellTotal {
                    psu: *numbers.entry(cell.key().psu).or_insert(next),
                    cell: joint,
                    respondents: cell.rows() as f64,
                    answered: moments.n() as f64,
                    sum: moments.wy(),
                    squares: moments.wyy(),
                }
            })
            .collect();
        (totals, numbers.len())
    }
}

/// A margin of the population over the joint cells of a table.
fn margin_over(
    margin: &Margin,
    table: &Table,
    tally: &Tally,
    instrument: &Instrument,
    labels: &Labels,
) -> Option<StatMargin> {
    let band_of = |(bands, district): &(Box<[u8]>, u32), name: &str| -> Option<String> {
        if name == margins::DISTRICT {
            return labels.districts.get(*district as usize).cloned();
        }
        let wanted = |at: &usize| {
            let attribute = &instrument.attributes[*at];
            if name == margins::CIVIL_SERVANTS {
                attribute.kind == AttributeKind::Occupation
            } else {
                attribute.id == name
            }
        };
        let place = tally.margin_attributes.iter().position(wanted)?;
        let attribute = &instrument.attributes[tally.margin_attributes[place]];
        let band = attribute.bands.get(usize::from(*bands.get(place)?).checked_sub(1)?)?;
        Some(if name == margins::CIVIL_SERVANTS {
            if band.civil_servant { margins::CIVIL_SERVANT } else { margins::OTHERS }.to_owned()
        } else {
            band.id.clone()
        })
    };
    let category: Vec<Option<usize>> = table
        .cells
        .iter()
        .map(|cell| {
            let bands: Vec<String> =
                margin.attributes.iter().map(|name| band_of(cell, name)).collect::<Option<_>>()?;
            margin.persons.iter().position(|(of, _)| *of == bands)
        })
        .collect();
    // A margin that no respondent can be placed in says nothing about the answers.
    category.iter().any(Option::is_some).then(|| StatMargin {
        category,
        population: margin.persons.iter().map(|(_, persons)| *persons as f64).collect(),
        neighbours: neighbours(margin, instrument),
    })
}

/// Age bands are collapsed with adjacent ones; other bands with any.
fn neighbours(margin: &Margin, instrument: &Instrument) -> Neighbours {
    let last = margin
        .attributes
        .last()
        .and_then(|name| instrument.attributes.iter().find(|attribute| attribute.id == *name));
    match last {
        Some(attribute)
            if matches!(attribute.kind, AttributeKind::Age | AttributeKind::Education)
                && margin.persons.len().is_multiple_of(attribute.bands.len().max(1)) =>
        {
            Neighbours::Adjacent(attribute.bands.len())
        }
        _ => Neighbours::Any,
    }
}

/// What is missing of the four margins of METHOD §2 that the form asks, as message keys.
fn missing(input: &Input<'_>, code: &str) -> Vec<&'static str> {
    let has = |wanted: &dyn Fn(&Margin) -> bool| {
        input.margins.iter().any(|margin| margin.region == code && wanted(margin))
    };
    let kind = |margin: &Margin, kind: AttributeKind| {
        margin.attributes.iter().any(|name| {
            input.instrument.attributes.iter().any(|of| of.id == *name && of.kind == kind)
        })
    };
    let asks = |kind| input.instrument.attributes.iter().any(|attribute| attribute.kind == kind);
    let named = |margin: &Margin, name: &str| margin.attributes.iter().any(|of| of == name);
    let mut missing = Vec::new();
    if (asks(AttributeKind::Sex) || asks(AttributeKind::Age))
        && !has(&|margin| kind(margin, AttributeKind::Sex) || kind(margin, AttributeKind::Age))
    {
        missing.push("index-missing-sex-age");
    }
    if asks(AttributeKind::Education) && !has(&|margin| kind(margin, AttributeKind::Education)) {
        missing.push("index-missing-education");
    }
    if asks(AttributeKind::Occupation) && !has(&|margin| named(margin, margins::CIVIL_SERVANTS)) {
        missing.push("index-missing-civil-servants");
    }
    if !has(&|margin| named(margin, margins::DISTRICT)) {
        missing.push("index-missing-district");
    }
    missing
}

fn adjust(input: &Input<'_>, region: &mut RegionResult, cells: &[Cell<'_>]) {
    if input.tally.pooled.is_some() {
        region.not_adjusted = Some(Message::new("index-not-adjusted-pooled"));
        return;
    }
    let table = Table::new(input.tally, cells);
    let margins: Vec<StatMargin> = input
        .margins
        .iter()
        .filter(|margin| margin.region == region.code)
        .filter_map(|margin| {
            margin_over(margin, &table, input.tally, input.instrument, input.labels)
        })
        .collect();
    if margins.is_empty() {
        region.not_adjusted = Some(no_margins(&missing(input, &region.code)));
        return;
    }
    let raked = match rake_cells(&table.counts, &margins, &rake_rules(&input.options)) {
        Ok(raked) => raked,
        Err(refusal) => {
            region.not_adjusted = Some(refused(&refusal));
            return;
        }
    };
    region.kish = Some(raked.kish_effect);
    let left_out = listed(missing(input, &region.code));
    region.not_adjusted_for.extend(
        left_out.map(|margins| Message::new("index-adjusted-without").with("margins", margins)),
    );
    for (score, shown) in region.scores.iter_mut().enumerate() {
        shown.adjusted = adjusted(&raked, &table, cells, score, shown.value);
    }
}

/// Why there is nothing to rake to: each of the margins `missing` by name, or, where all were
/// given, that no answer says where in them it belongs.
fn no_margins(missing: &[&str]) -> Message {
    match listed(missing.to_vec()) {
        Some(listed) => Message::new("index-not-adjusted-missing").with("margins", listed),
        None => Message::new("index-not-adjusted-unplaced"),
    }
}

/// These margins as one message; none where there are none.
fn listed(keys: Vec<&str>) -> Option<Message> {
    keys.into_iter().map(Message::new).reduce(|first, next| {
        Message::new("index-missing-and").with("first", first).with("next", next)
    })
}

/// Why raking gave nothing.
fn refused(refusal: &RakeRefusal) -> Message {
    match refusal {
        RakeRefusal::Kish { kish_effect, limit } => Message::new("index-not-adjusted-kish")
            .with("effect", Value::Decimal(*kish_effect, 1))
            .with("limit", Value::Decimal(*limit, 0)),
        RakeRefusal::Ratio { ratio, limit } => Message::new("index-not-adjusted-ratio")
            .with("ratio", Value::Decimal(*ratio, 1))
            .with("limit", Value::Decimal(*limit, 0)),
        RakeRefusal::NotConverged { .. } => Message::new("index-not-adjusted-converge"),
        RakeRefusal::AllCollapsed { .. } | RakeRefusal::NoRespondents => {
            Message::new("index-not-adjusted-few")
        }
        RakeRefusal::NobodyAnswered { .. } | RakeRefusal::NobodyLives { .. } => {
            Message::new("index-not-adjusted-class")
        }
        _ => Message::new("index-not-adjusted-margin"),
    }
}

fn adjusted(
    raked: &Raked,
    table: &Table,
    cells: &[Cell<'_>],
    score: usize,
    value: Option<f64>,
) -> Option<Adjusted> {
    let (totals, psus) = table.totals(cells, score);
    let mean = raked.mean(&totals, psus)?.mean;
    value.map(|value| Adjusted { value: mean, difference: mean - value })
}

/// An aggregate is adjusted where every part of it is.
fn adjust_wholes(input: &Input<'_>, readings: &Readings<'_>, regions: &mut [RegionResult]) {
    for at in 0..regions.len() {
        if input.frame.regions[at].level == Level::Regency {
            continue;
        }
        for score in 0..regions[at].scores.len() {
            let Some(whole) = &readings.wholes[at][score] else { continue };
            let value: Option<f64> = whole
                .parts
                .iter()
                .map(|&(leaf, share)| {
                    Some(share * regions[leaf].scores[score].adjusted.as_ref()?.value)
                })
                .sum();
            regions[at].scores[score].adjusted = value
                .zip(regions[at].scores[score].value)
                .map(|(value, plain)| Adjusted { value, difference: value - plain });
        }
        let any = regions[at].scores.iter().any(|score| score.adjusted.is_some());
        if !any && regions[at].n.unwrap_or(0) > 0 {
            regions[at].not_adjusted = Some(Message::new("index-not-adjusted-parts"));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_missing_margin_is_named() {
        let words = Words::new(Language::Id);
        let said = |missing: &[&str]| words.tell(&no_margins(missing));
        let all =
            said(&["index-missing-sex-age", "index-missing-education", "index-missing-district"]);
        assert_eq!(
            all,
            "Skor disesuaikan belum dapat dihitung. Yang belum dimasukkan: jumlah penduduk menurut \
             jenis kelamin dan umur; jumlah penduduk menurut pendidikan; jumlah penduduk menurut \
             kecamatan."
        );
        assert!(!said(&["index-missing-education"]).contains("kecamatan"));
        assert!(said(&[]).contains("Jawaban tidak menyebut golongan"));
    }

    /// Every way to fill the hidden classes that a reader cannot rule out: 1 to 4 where that is
    /// said, at least 5 where a neighbour was taken along, adding up to what is left of the sum.
    fn fits(reasons: &[Option<Withheld>], sum: u64) -> Vec<Vec<u64>> {
        let Some((first, rest)) = reasons.split_first() else {
            return if sum == 0 { vec![Vec::new()] } else { Vec::new() };
        };
        let range = match first {
            Some(Withheld::TooFew) => 1..=4.min(sum),
            Some(_) => 5..=sum,
            None => {
                return fits(rest, sum)
                    .into_iter()
                    .map(|tail| [&[0], &tail[..]].concat())
                    .collect();
            }
        };
        let filled = |own: u64| {
            let tails = fits(rest, sum.saturating_sub(own));
            tails.into_iter().map(move |tail| [&[own], &tail[..]].concat())
        };
        range.flat_map(filled).collect()
    }

    proptest! {
        #[test]
        fn no_class_of_one_to_four_follows_from_the_others(
            counts in prop::collection::vec(prop_oneof![Just(0_u64), 1_u64..5, 5_u64..12], 2..6)
        ) {
            let mut hidden = Hidden::new(&counts, &vec![false; counts.len()], 5);
            let covered = hidden.cover(|_| true);
            let all: Vec<usize> = (0..counts.len()).filter(|&at| counts[at] > 0).collect();
            // Where all are withheld there is no other to follow from.
            prop_assert!(covered || all.iter().all(|&at| hidden.is(at)));
            if covered {
                let sum = (0..counts.len()).filter(|&at| hidden.is(at)).map(|at| counts[at]).sum();
                let ways = fits(&hidden.reasons, sum);
                for at in (0..counts.len()).filter(|&at| (1..5).contains(&counts[at])) {
                    prop_assert!(ways.iter().any(|way| way[at] != counts[at]), "{ways:?}");
                }
            }
        }
    }
}
