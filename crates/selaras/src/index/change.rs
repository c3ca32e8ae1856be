//! Two rounds side by side (METHOD §6): recomputed by one program, standardised to one composition,
//! the difference tested directly.

use std::collections::{BTreeMap, BTreeSet};

use selaras_stats::compare::{self, Difference, Verdict};
use selaras_stats::low_cells::{self, Followed, Lowness, Reading as CellReading, Rise};
use selaras_stats::open_link::{Part, Spread, combine, combine_parts, spread_of};
use selaras_stats::selection;
use selaras_stats::totals::Cell;
use selaras_stats::weights::open_link::{Margin as StatMargin, Neighbours, rake_cells};

use super::comparable::{self, Terms, seasons};
use super::composition::{Table, rake_rules};
use super::compute::{Cells, ComputeError, Input, Readings, rule, show};
use super::disclosure::{self, Held, Terms as PublicTerms, Tree};
use super::low::{self, Placed, low_rule};
use super::reading::{self, Reading};
use super::result::{
    Change, Movement, Options, RegionChange, RoundRef, Score, ScoreChange, ScoreDefinition,
    Withheld,
};
use super::tally::Tally;
use crate::instrument::{AttributeKind, Instrument};
use crate::locale::{Message, Value};
use crate::round::answers::{Design, Labels};
use crate::round::frame::{Frame, Level};

/// The round before.
pub struct Before<'a> {
    /// Its instrument.
    pub instrument: &'a Instrument,
    /// Its regions.
    pub frame: &'a Frame,
    /// Names behind its tally's positions.
    pub labels: &'a Labels,
    /// Its answers, summed up by this program and settled.
    pub tally: &'a Tally,
    /// The round itself.
    pub round: RoundRef,
}

/// A standardised mean.
struct Standardised {
    value: f64,
    spread: Option<Spread>,
    /// Variance were every respondent reached alone.
    individual: Option<f64>,
    /// Whether it is known how people were reached.
    placed: bool,
}

/// The change since the round before; none where there is no such round.
pub(super) fn compare(
    input: &Input<'_>,
    readings: &Readings<'_>,
    cells: &Cells<'_>,
    definitions: &[ScoreDefinition],
) -> Result<Option<Change>, ComputeError> {
    let Some(before) = &input.before else { return Ok(None) };
    let now =
        Terms { instrument: input.instrument, round: &input.round, design: input.tally.design };
    let then =
        Terms { instrument: before.instrument, round: &before.round, design: before.tally.design };
    let reasons = comparable::differences(&now, &then, input.options.window_days);
    let mut change = comparable::apart(&before.round.name, reasons);
    if !change.not_comparable.is_empty() {
        return Ok(Some(change));
    }
    change.remarks = remarks(input, before);
    let earlier_cells = Cells::new(before.tally);
    let earlier =
        Readings::new(before.frame, before.tally, &earlier_cells, &input.options, input.threads)?;
    // Per kab/kota of the frame now: its place in the frame before, and the standardised pair.
    let mut pairs: BTreeMap<usize, Vec<Option<(Standardised, Standardised)>>> = BTreeMap::new();
    for (at, region) in input.frame.regions.iter().enumerate() {
        let Some(then) = before.frame.position(&region.code).map(|then| then as usize) else {
            continue;
        };
        if region.level != Level::Regency || input.tally.design == Design::Recorded {
            continue;
        }
        let now_side = Side { tally: input.tally, cells: cells.of(at), readings, at };
        let then_side = Side {
            tally: before.tally,
            cells: earlier_cells.of(then),
            readings: &earlier,
            at: then,
        };
        match pair(input, before, &now_side, &then_side, definitions.len()) {
            Ok(scores) => {
                pairs.insert(at, scores);
            }
            Err(reason) => change.regions.push(RegionChange {
                region: region.code.clone(),
                not_comparable: Some(reason),
                public_before: false,
                scores: Vec::new(),
            }),
        }
    }
    for at in 0..input.frame.regions.len() {
        let entry = match input.tally.design {
            Design::OpenLink => region_change(input, readings, &earlier, before, &pairs, at),
            Design::Recorded => recorded_change(input, readings, &earlier, before, at, |then| {
                reading::mean_weights(before.tally, earlier_cells.of(then))
            }),
        };
        change.regions.extend(entry);
    }
    change.regions.sort_by_key(|entry| input.frame.position(&entry.region));
    let averaged = |leaf: usize, score: usize| {
        let now = input.frame.position(&before.frame.regions[leaf].code);
        let pair = now.and_then(|now| pairs.get(&(now as usize))?.get(score)?.as_ref());
        input.tally.design == Design::Recorded || pair.is_some()
    };
    let public = public_before(input, before, &earlier, &earlier_cells, definitions, averaged);
    for entry in &mut change.regions {
        let then = before.frame.position(&entry.region);
        entry.public_before = then.is_some_and(|at| public[at as usize]);
    }
    change.cells = movements(input, before, readings, &earlier, definitions);
    Ok(Some(change))
}

/// Per region of the round before whether it was public by the rules of this one, as
/// [`disclosure::public_before`] has it.
fn public_before(
    input: &Input<'_>,
    before: &Before<'_>,
    earlier: &Readings<'_>,
    cells: &Cells<'_>,
    definitions: &[ScoreDefinition],
    averaged: impl Fn(usize, usize) -> bool,
) -> Vec<bool> {
    let options = &input.options;
    let regions = &before.frame.regions;
    if !disclosure::is_open(&before.round, input.round.as_of, options) {
        return vec![false; regions.len()];
    }
    let published = disclosure::published(definitions);
    let held = |at: usize| -> Vec<Held> {
        let region = &regions[at];
        let weights = match before.tally.design {
            Design::Recorded if region.level == Level::Regency => {
                reading::mean_weights(before.tally, cells.of(at))
            }
            _ => Vec::new(),
        };
        let adults = region.adults.as_ref().map(|adults| adults.count);
        let of = |&score: &usize| {
            let shown = Score {
                weight: weights.get(score).copied().flatten(),
                ..show(&earlier.of[at][score], before.tally.design, options)
            };
            Held::of(&shown, before.tally.design, adults, options.suppress_below)
        };
        published.iter().map(of).collect()
    };
    let held: Vec<Vec<Held>> = (0..regions.len()).map(held).collect();
    let tree = Tree::new(regions.iter().map(|of| (of.level, of.parent.map(|at| at as usize))));
    let scale = (f64::from(input.instrument.scale.min), f64::from(input.instrument.scale.max));
    let terms = PublicTerms { scale, public_from: options.public_from };
    disclosure::public_before(&tree, &terms, &held, |leaf, score| averaged(leaf, published[score]))
}

fn remarks(input: &Input<'_>, before: &Before<'_>) -> Vec<Message> {
    let mut remarks = seasons(&input.round, &before.round);
    let composed = !input.tally.margin_attributes.is_empty() && input.tally.pooled.is_none();
    match input.tally.design {
        Design::Recorded => remarks.push(Message::new("index-change-recorded")),
        Design::OpenLink if composed => {}
        Design::OpenLink => remarks.push(Message::new("index-change-not-standardised")),
    }
    remarks
}

/// One round's answers of one kab/kota.
struct Side<'s> {
    tally: &'s Tally,
    cells: &'s [Cell<'s>],
    readings: &'s Readings<'s>,
    at: usize,
}

/// Both rounds of a kab/kota of an open link, standardised to the mean of their compositions.
/// Scores with too few respondents in either are none.
fn pair(
    input: &Input<'_>,
    before: &Before<'_>,
    now: &Side<'_>,
    then: &Side<'_>,
    scores: usize,
) -> Result<Vec<Option<(Standardised, Standardised)>>, Message> {
    channels(input, before, now, then)?;
    let tables = [Table::new(now.tally, now.cells), Table::new(then.tally, then.cells)];
    let margins = common_margins(input.instrument, now.tally, &tables);
    let sides = [now, then];
    let mut standardised: [Vec<Option<Standardised>>; 2] = [Vec::new(), Vec::new()];
    for (out, (side, (table, margins))) in
        standardised.iter_mut().zip(sides.iter().zip(tables.iter().zip(margins)))
    {
        *out = standardise(side, table, &margins, &input.options, scores)?;
    }
    let [now, then] = standardised;
    Ok(now.into_iter().zip(then).map(|(now, then)| now.zip(then)).collect())
}

/// Refuses where a channel's share differs by more than the limit.
fn channels(
    input: &Input<'_>,
    before: &Before<'_>,
    now: &Side<'_>,
    then: &Side<'_>,
) -> Result<(), Message> {
    let shares = |side: &Side<'_>, labels: &Labels| -> BTreeMap<String, f64> {
        let Some(counts) = side.tally.counts.get(side.at) else { return BTreeMap::new() };
        let known: u64 = counts.links.values().sum();
        let share = |(link, count): (&u32, &u64)| {
            let name = labels.links.get(*link as usize).cloned().unwrap_or_default();
            (name, *count as f64 / known as f64)
        };
        counts.links.iter().map(share).collect()
    };
    let (now, then) = (shares(now, input.labels), shares(then, before.labels));
    let names: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    for name in names {
        let apart = (now.get(name).unwrap_or(&0.0) - then.get(name).unwrap_or(&0.0)).abs();
        if apart > input.options.channel_points {
            return Err(Message::new("index-change-channel")
                .with("channel", name.clone())
                .with("points", Value::Decimal(apart * 100.0, 0))
                .with("limit", Value::Decimal(input.options.channel_points * 100.0, 0)));
        }
    }
    Ok(())
}

/// One margin an attribute: the mean of both rounds' shares, over each table's joint cells.
fn common_margins(
    instrument: &Instrument,
    tally: &Tally,
    tables: &[Table; 2],
) -> [Vec<StatMargin>; 2] {
    let mut margins = [Vec::new(), Vec::new()];
    for (place, &attribute) in tally.margin_attributes.iter().enumerate() {
        let attribute = &instrument.attributes[attribute];
        let band = |cell: &(Box<[u8]>, u32)| {
            cell.0.get(place).and_then(|&band| usize::from(band).checked_sub(1))
        };
        let mut population = vec![0.0; attribute.bands.len()];
        for table in tables {
            let mut counts = vec![0.0; attribute.bands.len()];
            for (cell, &count) in table.cells.iter().zip(&table.counts) {
                if let Some(slot) = band(cell).and_then(|band| counts.get_mut(band)) {
                    *slot += count as f64;
                }
            }
            let all: f64 = counts.iter().sum();
            if all > 0.0 {
                population.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count / all);
            }
        }
        for (margins, table) in margins.iter_mut().zip(tables) {
            let category: Vec<Option<usize>> = table.cells.iter().map(band).collect();
            if category.iter().any(Option::is_some) {
                margins.push(StatMargin {
                    category,
                    population: population.clone(),
                    neighbours: match attribute.kind {
                        AttributeKind::Age | AttributeKind::Education => {
                            Neighbours::Adjacent(attribute.bands.len())
                        }
                        _ => Neighbours::Any,
                    },
                });
            }
        }
    }
    margins
}

fn standardise(
    side: &Side<'_>,
    table: &Table,
    margins: &[StatMargin],
    options: &Options,
    scores: usize,
) -> Result<Vec<Option<Standardised>>, Message> {
    let plain = |score: usize| {
        let reading = &side.readings.of[side.at][score];
        let value = reading.value.filter(|_| reading.n >= options.interval_from)?;
        let individual = reading.individual();
        Some(Standardised { value, spread: reading.spread, individual, placed: reading.placed })
    };
    let few = side.readings.of[side.at].first().is_none_or(|index| index.n < options.interval_from);
    if margins.is_empty() || few || side.tally.pooled.is_some() {
        return Ok((0..scores).map(plain).collect());
    }
    let raked = rake_cells(&table.counts, margins, &rake_rules(options))
        .map_err(|_| Message::new("index-change-composition"))?;
    Ok((0..scores)
        .map(|score| {
            let reading = &side.readings.of[side.at][score];
            if reading.n < options.interval_from {
                return None;
            }
            let (totals, psus) = table.totals(side.cells, score);
            let mean = raked.mean(&totals, psus)?;
            // PSUs are numbered in the order of the cells, as the table numbers them.
            let mut first = vec![0.0; psus];
            let mut by_link: BTreeMap<u32, f64> = BTreeMap::new();
            let mut by_district: BTreeMap<u32, f64> = BTreeMap::new();
            let mut seen = vec![false; psus];
            for (cell, total) in side.cells.iter().zip(&totals) {
                let Some(&z) = mean.influence.get(total.psu) else { continue };
                if std::mem::replace(&mut seen[total.psu], true) {
                    continue;
                }
                first[total.psu] = z;
                if let Some(cluster) = side.tally.clusters.get(cell.key().psu as usize) {
                    *by_link.entry(cluster.link).or_default() += z;
                    *by_district.entry(cluster.district).or_default() += z;
                }
            }
            let spread = spread_of(
                &first,
                &[by_link.into_values().collect(), by_district.into_values().collect()],
                (mean.individual_variance?, reading.n),
                options.least_clusters,
                options.confidence,
            );
            Some(Standardised {
                value: mean.mean,
                spread,
                individual: mean.individual_variance,
                placed: reading.placed,
            })
        })
        .collect())
}

/// A count as it may be shown.
fn told(n: u64, options: &Options) -> Option<u64> {
    (n == 0 || n >= options.suppress_below).then_some(n)
}

/// The change of the region at `at` of a recorded design: design weights carry every level, and the
/// samples of two rounds are independent. `weights` gives the mean weights, by score, of a kab/kota
/// of the round before.
fn recorded_change(
    input: &Input<'_>,
    readings: &Readings<'_>,
    earlier: &Readings<'_>,
    before: &Before<'_>,
    at: usize,
    weights: impl Fn(usize) -> Vec<Option<f64>>,
) -> Option<RegionChange> {
    let region = &input.frame.regions[at];
    let then = before.frame.position(&region.code)? as usize;
    let codes = |frame: &Frame, leaves: &[usize]| -> BTreeSet<String> {
        leaves.iter().map(|&leaf| frame.regions[leaf].code.clone()).collect()
    };
    let same =
        codes(input.frame, &readings.leaves[at]) == codes(before.frame, &earlier.leaves[then]);
    if !same {
        return Some(RegionChange {
            region: region.code.clone(),
            not_comparable: Some(Message::new("index-change-boundaries")),
            public_before: false,
            scores: Vec::new(),
        });
    }
    let options = &input.options;
    let weights = if region.level == Level::Regency { weights(then) } else { Vec::new() };
    let change_of = |(score, (now, was)): (usize, (&Reading, &Reading))| {
        let unsaid = ScoreChange {
            n: told(now.n, options),
            n_before: told(was.n, options),
            weight_before: weights.get(score).copied().flatten(),
            ..ScoreChange::default()
        };
        let least = now.n.min(was.n);
        let (Some(value), Some(then), false) =
            (now.value, was.value, least < options.suppress_below)
        else {
            let reason = if least == 0 { Withheld::NoAnswers } else { Withheld::TooFew };
            return ScoreChange { withheld: Some(reason), ..unsaid };
        };
        let spread = combine(&[(1.0, now.spread), (-1.0, was.spread)])
            .filter(|_| least >= options.interval_from);
        let difference = value - then;
        let half = spread.map(|spread| spread.half_width(options.confidence));
        ScoreChange {
            before: Some(then),
            difference: Some(difference),
            interval: half.map(|half| (difference - half, difference + half)),
            verdict: spread.map(|Spread { se, df, .. }| {
                let difference = Difference { value: difference, se, df, full_shift: None };
                compare::verdict(&difference, &rule(readings.design, options))
            }),
            ..unsaid
        }
    };
    let scores = readings.of[at].iter().zip(&earlier.of[then]).enumerate();
    Some(RegionChange {
        region: region.code.clone(),
        not_comparable: None,
        public_before: false,
        scores: scores.map(change_of).collect(),
    })
}

/// The change of the region at `at` of an open link: of a kab/kota its pair, of an aggregate the
/// adults-weighted mean over the kab/kota that both rounds have.
fn region_change(
    input: &Input<'_>,
    readings: &Readings<'_>,
    earlier: &Readings<'_>,
    before: &Before<'_>,
    pairs: &BTreeMap<usize, Vec<Option<(Standardised, Standardised)>>>,
    at: usize,
) -> Option<RegionChange> {
    let region = &input.frame.regions[at];
    let leaves: Vec<usize> =
        readings.leaves[at].iter().copied().filter(|leaf| pairs.contains_key(leaf)).collect();
    let compared = |leaf| pairs.get(leaf).is_some_and(|of| of.iter().any(Option::is_some));
    // A kab/kota of both rounds without a pair is not comparable, and tells its own reason.
    let refused = |leaf: &usize| {
        let code = &input.frame.regions[*leaf].code;
        !pairs.contains_key(leaf) && before.frame.position(code).is_some()
    };
    if region.level != Level::Regency
        && !leaves.iter().any(compared)
        && readings.leaves[at].iter().any(refused)
    {
        return Some(RegionChange {
            region: region.code.clone(),
            not_comparable: Some(Message::new("index-change-parts")),
            public_before: false,
            scores: Vec::new(),
        });
    }
    if leaves.is_empty() {
        return None;
    }
    let scores = pairs.get(&leaves[0])?.len();
    let adults = |leaf: &usize| match (&input.frame.regions[*leaf].adults, leaves.len()) {
        (Some(adults), _) => Some(adults.count as f64),
        (None, 1) => Some(1.0),
        (None, _) => None,
    };
    let then =
        |leaf: usize| before.frame.position(&input.frame.regions[leaf].code).map(|at| at as usize);
    let change_of = |score: usize| -> Result<ScoreChange, Withheld> {
        let parts: Vec<(usize, f64, &(Standardised, Standardised))> = leaves
            .iter()
            .filter_map(|leaf| Some((*leaf, pairs.get(leaf)?.get(score)?.as_ref()?)))
            .map(|(leaf, pair)| Some((leaf, adults(&leaf)?, pair)))
            .collect::<Option<_>>()
            .ok_or(Withheld::NoAdults)?;
        if parts.is_empty() {
            return Err(Withheld::FewToCompare);
        }
        let all: f64 = parts.iter().map(|(_, adults, _)| adults).sum();
        if all <= 0.0 {
            return Err(Withheld::NoAdults);
        }
        let mean = |value: &dyn Fn(&(Standardised, Standardised)) -> f64| -> f64 {
            parts.iter().map(|(_, adults, pair)| adults / all * value(pair)).sum()
        };
        let value = mean(&|pair| pair.0.value - pair.1.value);
        let part = |coefficient: f64, of: &Standardised| Part {
            coefficient,
            spread: of.spread.map(|spread| reading::no_narrower(spread, of.individual)),
            known: of.placed,
            individual: of.individual,
        };
        let spreads: Vec<Part> = parts
            .iter()
            .flat_map(|(_, adults, pair)| {
                [part(adults / all, &pair.0), part(-adults / all, &pair.1)]
            })
            .collect();
        // Of a kab/kota that was reached together in either round nothing is told.
        let own = region.level != Level::Regency || spreads.iter().all(|of| of.spread.is_some());
        let spread = combine_parts(&spreads).filter(|_| own);
        let shift = |readings: &Readings<'_>, place: &dyn Fn(usize) -> Option<usize>| {
            let shifts: Vec<(f64, Option<f64>)> = parts
                .iter()
                .map(|(leaf, adults, _)| {
                    let full = place(*leaf).and_then(|at| readings.of[at][score].full_shift);
                    (adults / all, full)
                })
                .collect();
            selection::aggregate(&shifts)
        };
        let difference = spread.map(|spread| Difference {
            value,
            se: spread.se,
            df: spread.df,
            full_shift: selection::opposite(
                shift(readings, &|leaf| Some(leaf)),
                shift(earlier, &then),
            ),
        });
        let half = spread.map(|spread| spread.half_width(input.options.confidence));
        let counted = |n: &dyn Fn(usize) -> u64| parts.iter().map(|(leaf, ..)| n(*leaf)).sum();
        Ok(ScoreChange {
            n: Some(counted(&|leaf| readings.of[leaf][score].n)),
            n_before: Some(counted(&|leaf| then(leaf).map_or(0, |at| earlier.of[at][score].n))),
            weight_before: None,
            before: Some(mean(&|pair| pair.1.value)),
            difference: Some(value),
            interval: half.map(|half| (value - half, value + half)),
            verdict: difference.map(|difference| {
                compare::verdict(&difference, &rule(readings.design, &input.options))
            }),
            withheld: None,
        })
    };
    // Of a kab/kota without a pair the counts still say in which rounds it is part of the whole.
    let unsaid = |score: usize, reason: Withheld| {
        let single = (region.level == Level::Regency).then_some(at);
        let was = single.and_then(then).map(|at| earlier.of[at][score].n);
        ScoreChange {
            n: single.and_then(|at| told(readings.of[at][score].n, &input.options)),
            n_before: was.and_then(|n| told(n, &input.options)),
            withheld: Some(reason),
            ..ScoreChange::default()
        }
    };
    Some(RegionChange {
        region: region.code.clone(),
        not_comparable: None,
        public_before: false,
        scores: (0..scores)
            .map(|score| change_of(score).unwrap_or_else(|reason| unsaid(score, reason)))
            .collect(),
    })
}

/// Every cell that was low in the round before, against what was to be expected without action.
/// Similar cells are those of the same province that lay below it and were not called low.
fn movements(
    input: &Input<'_>,
    before: &Before<'_>,
    readings: &Readings<'_>,
    earlier: &Readings<'_>,
    definitions: &[ScoreDefinition],
) -> Vec<Movement> {
    let options = &input.options;
    let mut movements = Vec::new();
    for province in 0..input.frame.regions.len() {
        let code = &input.frame.regions[province].code;
        let Some(then) = before.frame.position(code).map(|at| at as usize) else { continue };
        if input.frame.regions[province].level != Level::Province {
            continue;
        }
        let placed = low::cells(earlier, definitions, then);
        let cells: Vec<low_cells::Cell> = placed.iter().map(|placed| placed.cell).collect();
        let findings = low_cells::search(&cells, &low_rule(earlier.design, options));
        let follow = |placed: &Placed| -> Option<(usize, Followed)> {
            let code = &before.frame.regions[placed.leaf].code;
            let leaf = input.frame.position(code)? as usize;
            let n = readings.of[leaf][placed.score].n.min(placed.cell.n);
            if n < options.low_least_n {
                return None;
            }
            let now = readings.difference(leaf, province, placed.score)?;
            let followed = Followed {
                before: CellReading {
                    difference: placed.cell.difference,
                    se: placed.cell.se,
                    df: placed.cell.df,
                },
                prior: placed.cell.prior?,
                now: CellReading { difference: now.value, se: now.se, df: now.df },
                full_shift: selection::opposite(placed.cell.full_shift, now.full_shift),
            };
            Some((leaf, followed))
        };
        let similar: Vec<Followed> = placed
            .iter()
            .zip(&findings)
            .filter(|(_, finding)| {
                finding.is_some_and(|found| found.lowness != Lowness::Low && found.shrunken < 0.0)
            })
            .filter_map(|(placed, _)| follow(placed))
            .map(|(_, followed)| followed)
            .collect();
        for (placed, finding) in placed.iter().zip(&findings) {
            if finding.is_none_or(|found| found.lowness != Lowness::Low) {
                continue;
            }
            let Some((leaf, followed)) = follow(placed) else { continue };
            let least = rule(readings.design, options).least_correlation;
            let moved = low_cells::movement(&followed, &similar, options.confidence, least);
            let (Some(was), Some(now), Some(whole)) = (
                earlier.of[placed.leaf][placed.score].value,
                readings.of[leaf][placed.score].value,
                readings.of[province][placed.score].value,
            ) else {
                continue;
            };
            movements.push(Movement {
                region: input.frame.regions[leaf].code.clone(),
                score: definitions[placed.score].id.clone(),
                before: was,
                expected: whole + moved.expected,
                chance: (whole + moved.interval.0, whole + moved.interval.1),
                now,
                similar: moved.similar,
                verdict: match moved.rise {
                    Rise::Risen => Verdict::ClearlyAbove,
                    Rise::NotTold => Verdict::NotTold,
                    Rise::Fragile => Verdict::Fragile,
                },
            });
        }
    }
    movements
}
