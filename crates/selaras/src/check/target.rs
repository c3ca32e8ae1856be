//! Check 2, target coherence: what a province's target has to do with those of its kab/kota, by the
//! relation that is agreed for the pair of indicators.
//!
//! Sums are held to half of the last printed digit × √k; rates to rounding only. All arithmetic is
//! exact: squares of whole numbers are compared, never roots.

use serde::{Deserialize, Serialize};

use super::finding::Cited;
use super::government::{At, Government};
use super::parity::name_of;
use super::report::{Lack, Missing, Report, name};
use super::rules::{Relation, RelationKind};
use super::{Check, Context, Outcome};
use crate::locale::Value;
use crate::outcome::HarmonyScore;
use crate::plan::{Decimal, Direction, Indicator};
use crate::region;

/// A score of the index as it was printed, with its interval and its weight in the mean above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Region.
    pub region: region::Code,
    /// What was measured, with the version of the instrument.
    pub score: HarmonyScore,
    /// Value.
    pub value: Decimal,
    /// Lower end of its interval.
    pub low: Decimal,
    /// Upper end of its interval.
    pub high: Decimal,
    /// Respondents.
    pub n: u64,
    /// Weight of the region in the result.
    pub weight: u64,
}

/// A number to fill a place in a message.
pub(super) fn shown(number: Decimal) -> Value {
    Value::Decimal(number.to_f64(), number.decimals())
}

/// Whether two numbers may be the same value printed with as many decimals as the coarser has.
pub(super) fn same_print(one: Decimal, other: Decimal) -> bool {
    let (coarse, fine) =
        if one.decimals() <= other.decimals() { (one, other) } else { (other, one) };
    let decimals = fine.decimals();
    let apart = (scaled(coarse, decimals) - scaled(fine, decimals)).abs();
    2 * apart <= unit(coarse.decimals(), decimals)
}

/// `number` in units of the last of `decimals` digits, of which it has at most as many.
fn scaled(number: Decimal, decimals: u8) -> i128 {
    i128::from(number.units()) * unit(number.decimals(), decimals)
}

/// One of the last of `of` digits, in units of the last of `decimals`.
fn unit(of: u8, decimals: u8) -> i128 {
    10_i128.pow(u32::from(decimals.saturating_sub(of)))
}

/// The target of one government: the number, of how many figures it is the sum, and its rows.
struct Aim {
    value: Decimal,
    figures: u32,
    rows: Vec<At>,
    direction: Option<Direction>,
}

/// The targets of a province against those of its kab/kota: an outcome for each pair, and one of the
/// province, in which findings about all of them together stand once.
pub(super) fn between(
    upper: &Government<'_>,
    lowers: &[Government<'_>],
    context: &Context<'_>,
) -> Vec<Outcome> {
    let mut lowers: Vec<&Government<'_>> = lowers.iter().collect();
    lowers.sort_by_key(|of| of.region());
    let report = |of: &&Government<'_>| Report::between(Check::Target, upper, of, context);
    let mut reports: Vec<Report<'_>> = lowers.iter().map(report).collect();
    let mut own = Report::of(Check::Target, upper, context);
    for relation in context.rules.relations() {
        if upper.has_sent() && upper.indicators().contains_key(relation.upper.as_str()) {
            let known = own.missing_after(0).len();
            relate(relation, upper, &lowers, &mut own, &mut reports, context);
            if relation.kind == RelationKind::Minimum {
                continue;
            }
            // A sum or mean that cannot be checked cannot be for any of its pairs.
            for report in reports.iter_mut().filter(|of| of.is_complete()) {
                let missing = own.missing_after(known);
                missing.iter().for_each(|missing| report.missing(missing.clone()));
            }
        }
    }
    unrelated(upper, &lowers, &mut reports, context);
    against_measured(upper, &mut own, context);
    for (of, report) in lowers.iter().zip(&mut reports) {
        against_measured(of, report, context);
    }
    std::iter::once(own.done()).chain(reports.into_iter().map(Report::done)).collect()
}

/// Indicators that both sides have and that no relation speaks of.
fn unrelated(
    upper: &Government<'_>,
    lowers: &[&Government<'_>],
    reports: &mut [Report<'_>],
    context: &Context<'_>,
) {
    for (of, report) in lowers.iter().zip(reports) {
        for id in upper.indicators().keys().filter(|id| of.indicators().contains_key(**id)) {
            let speaks = |relation: &&Relation| relation.upper == **id && relation.lower == **id;
            if context.rules.relations().iter().find(speaks).is_none() {
                report.missing(Missing::input(Lack::Relation, None, id));
            }
        }
    }
}

fn relate(
    relation: &Relation,
    upper: &Government<'_>,
    lowers: &[&Government<'_>],
    own: &mut Report<'_>,
    reports: &mut [Report<'_>],
    context: &Context<'_>,
) {
    if matches!(relation.kind, RelationKind::Contribution | RelationKind::None) {
        return;
    }
    let rate = context.rules.indicator(&relation.upper).is_some_and(|of| of.rate);
    let above = match aim(upper, &relation.upper, rate) {
        Ok(above) => above,
        Err(lack) => {
            own.missing(Missing::input(lack, Some(upper.region()), &relation.upper));
            return;
        }
    };
    let mut below: Vec<(&Government<'_>, Aim)> = Vec::with_capacity(lowers.len());
    let mut lacking = false;
    for (of, report) in lowers.iter().zip(reports.iter_mut()) {
        if !of.has_sent() {
            lacking = true;
            if relation.kind != RelationKind::Minimum {
                own.missing(Missing::input(Lack::Plan, Some(of.region()), ""));
            }
            continue;
        }
        match aim(of, &relation.lower, rate) {
            Ok(aim) => below.push((of, aim)),
            Err(lack) => {
                lacking = true;
                let missing = Missing::input(lack, Some(of.region()), &relation.lower);
                report.missing(missing.clone());
                if relation.kind != RelationKind::Minimum {
                    own.missing(missing);
                }
            }
        }
    }
    if relation.kind == RelationKind::Minimum {
        for (of, aim) in &below {
            let at = lowers.iter().position(|lower| lower.region() == of.region());
            if let Some(report) = at.and_then(|at| reports.get_mut(at)) {
                minimum(relation, (upper, &above), (of, aim), report, context);
            }
        }
        return;
    }
    // A sum or a mean of some is not that of all.
    if lacking || below.is_empty() {
        return;
    }
    match relation.kind {
        RelationKind::Additive | RelationKind::AdditiveWithOwn => {
            additive(relation, (upper, &above), &below, own, context);
        }
        _ => mean(relation, (upper, &above), &below, own, context),
    }
}

/// The target of an indicator for the year, of the widest rows that carry it. Counts of several such
/// rows add up; rates must agree.
fn aim(of: &Government<'_>, id: &str, rate: bool) -> Result<Aim, Lack> {
    let year = of.year();
    let uses = of.indicators().get(id).map_or(&[][..], Vec::as_slice);
    let with = |(at, indicator): &(At, &Indicator)| {
        let value = indicator.target(year)?.number()?;
        Some((of.row(*at)?.level, *at, value, indicator.direction))
    };
    let known: Vec<_> = uses.iter().filter_map(with).collect();
    let Some(widest) = known.iter().map(|(level, ..)| *level).min() else {
        return Err(Lack::Target);
    };
    let mut aim: Option<Aim> = None;
    for (_, at, value, direction) in known.into_iter().filter(|(level, ..)| *level == widest) {
        aim = Some(match aim {
            None => Aim { value, figures: 1, rows: vec![at], direction },
            Some(mut aim) => {
                if !rate {
                    aim.value = aim.value.checked_add(value).ok_or(Lack::OneTarget)?;
                    aim.figures += 1;
                } else if aim.value.compare(value).is_ne() {
                    return Err(Lack::OneTarget);
                }
                aim.rows.push(at);
                aim
            }
        });
    }
    aim.ok_or(Lack::Target)
}

type Side<'a, 'b> = (&'a Government<'b>, &'a Aim);

fn cited(sides: &[Side<'_, '_>]) -> Vec<Cited> {
    sides.iter().flat_map(|(of, aim)| of.cite_all(aim.rows.iter().copied())).collect()
}

fn all<'a, 'b>(upper: Side<'a, 'b>, below: &'a [(&'a Government<'b>, Aim)]) -> Vec<Side<'a, 'b>> {
    std::iter::once(upper).chain(below.iter().map(|(of, aim)| (*of, aim))).collect()
}

fn additive(
    relation: &Relation,
    (upper, above): Side<'_, '_>,
    below: &[(&Government<'_>, Aim)],
    report: &mut Report<'_>,
    context: &Context<'_>,
) {
    let figures: u32 = below.iter().map(|(_, aim)| aim.figures).sum();
    let sum = below.iter().map(|(_, aim)| Some(aim.value));
    let sum = sum.reduce(|sum, value| sum?.checked_add(value?)).flatten();
    let Some(sum) = sum else {
        report.missing(Missing::input(Lack::Target, Some(upper.region()), &relation.upper));
        return;
    };
    let finest = below.iter().map(|(_, aim)| aim.value.decimals()).max().unwrap_or_default();
    let coarsest = below.iter().map(|(_, aim)| aim.value.decimals()).min().unwrap_or_default();
    let coarsest = coarsest.min(above.value.decimals());
    let decimals = finest.max(above.value.decimals());
    let apart = scaled(above.value, decimals) - scaled(sum, decimals);
    // |apart| ≤ unit / 2 × √k, squared; sums beyond what squares fit are apart in any case.
    let unit = unit(coarsest, decimals);
    let within = (2 * apart)
        .checked_pow(2)
        .zip(unit.checked_pow(2).and_then(|of| of.checked_mul(i128::from(figures))))
        .is_some_and(|(apart, tolerance)| apart <= tolerance);
    let more_is_own = relation.kind == RelationKind::AdditiveWithOwn && apart > 0;
    if within || more_is_own {
        return;
    }
    let rule = match relation.kind {
        RelationKind::AdditiveWithOwn => "target-additive-own",
        _ => "target-additive",
    };
    let sides = all((upper, above), below);
    report.find(rule, relation.basis.as_deref(), &relation.upper, cited(&sides), |message| {
        message
            .with("indicator", name_of(&relation.upper, context))
            .with("region", upper.name())
            .with("upper", shown(above.value))
            .with("sum", shown(sum))
            .with("regions", below.len())
    });
}

fn mean(
    relation: &Relation,
    (upper, above): Side<'_, '_>,
    below: &[(&Government<'_>, Aim)],
    report: &mut Report<'_>,
    context: &Context<'_>,
) {
    let series = relation.denominator.as_deref().unwrap_or_default();
    let mut weighted: Vec<(i128, Decimal)> = Vec::with_capacity(below.len());
    for (of, aim) in below {
        let weight = if series == Relation::RESULT {
            let score = context.rules.indicator(&relation.lower).and_then(|of| of.harmony.as_ref());
            score.and_then(|score| measured(of.region(), score, context)).map(|of| of.weight)
        } else {
            let year = relation.year.unwrap_or_else(|| of.year());
            context.rules.denominator(series, year, of.region())
        };
        match weight {
            Some(weight) => weighted.push((i128::from(weight), aim.value)),
            None => report.missing(Missing::input(Lack::Denominator, Some(of.region()), series)),
        }
    }
    let total: i128 = weighted.iter().map(|(weight, _)| weight).sum();
    if weighted.len() < below.len() || total == 0 {
        return;
    }
    let finest = below.iter().map(|(_, aim)| aim.value.decimals()).max().unwrap_or_default();
    let coarsest = below.iter().map(|(_, aim)| aim.value.decimals()).min().unwrap_or_default();
    let decimals = finest.max(above.value.decimals());
    let sum = weighted.iter().try_fold(0_i128, |sum, (weight, value)| {
        sum.checked_add(weight.checked_mul(scaled(*value, decimals))?)
    });
    let aimed = scaled(above.value, decimals).checked_mul(total);
    let apart = sum.zip(aimed).and_then(|(sum, aimed)| aimed.checked_sub(sum)?.checked_mul(2));
    let rounding = unit(above.value.decimals(), decimals) + unit(coarsest, decimals);
    let (Some(apart), Some(sum)) = (apart, sum) else {
        report.missing(Missing::input(Lack::Target, Some(upper.region()), &relation.upper));
        return;
    };
    if rounding.checked_mul(total).is_none_or(|most| apart.abs() <= most) {
        return;
    }
    let half = if sum < 0 { -total } else { total } / 2;
    let mean = i64::try_from((sum + half) / total).ok();
    let mean = mean.and_then(|units| Decimal::new(units, decimals)).unwrap_or(above.value);
    let sides = all((upper, above), below);
    report.find(
        "target-mean",
        relation.basis.as_deref(),
        &relation.upper,
        cited(&sides),
        |message| {
            message
                .with("indicator", name_of(&relation.upper, context))
                .with("region", upper.name())
                .with("upper", shown(above.value))
                .with("mean", shown(mean))
                .with("series", series)
                .with("year", relation.year.unwrap_or_else(|| upper.year()).to_string())
        },
    );
}

fn minimum(
    relation: &Relation,
    (upper, above): Side<'_, '_>,
    (lower, aim): Side<'_, '_>,
    report: &mut Report<'_>,
    context: &Context<'_>,
) {
    let entry = context.rules.indicator(&relation.upper);
    let direction = above.direction.or(entry.and_then(|of| of.direction));
    let order = aim.value.compare(above.value);
    let short = match direction {
        Some(Direction::Up) => order.is_lt(),
        Some(Direction::Down) => order.is_gt(),
        Some(Direction::Band | Direction::None) | None => {
            report.missing(Missing::input(Lack::Direction, None, &relation.upper));
            return;
        }
    };
    let rate = entry.is_some_and(|of| of.rate);
    if !short || rate && same_print(aim.value, above.value) {
        return;
    }
    let rows = cited(&[(upper, above), (lower, aim)]);
    report.find("target-minimum", relation.basis.as_deref(), &relation.upper, rows, |message| {
        message
            .with("indicator", name_of(&relation.upper, context))
            .with("region", upper.name())
            .with("upper", shown(above.value))
            .with("other", lower.name())
            .with("lower", shown(aim.value))
    });
}

fn measured<'a>(
    region: region::Code,
    score: &HarmonyScore,
    context: &Context<'a>,
) -> Option<&'a Measured> {
    context.measured?.iter().find(|of| of.region == region && of.score == *score)
}

/// Targets of scores of the index against what was measured: below the present value, of another
/// version of the instrument, or a step that is smaller than the interval.
fn against_measured(of: &Government<'_>, report: &mut Report<'_>, context: &Context<'_>) {
    for (id, uses) in of.indicators() {
        let entry = context.rules.indicator(id);
        let Some(score) = entry.and_then(|entry| entry.harmony.as_ref()) else { continue };
        let Some(all) = context.measured else {
            report.missing(Missing::input(Lack::Measured, Some(of.region()), id));
            continue;
        };
        for (at, indicator) in uses {
            let Some(aimed) = indicator.target(of.year()).and_then(|of| of.number()) else {
                report.lack(Lack::Target, of, *at);
                continue;
            };
            let Some(now) = measured(of.region(), score, context) else {
                let other = all.iter().find(|other| {
                    other.region == of.region()
                        && other.score.score == score.score
                        && other.score.instrument != score.instrument
                });
                match other {
                    Some(other) => {
                        report.find("target-instrument", None, id, of.cite_all([*at]), |message| {
                            message
                                .with("indicator", name_of(id, context))
                                .with("region", name(of.region()))
                                .with("aimed", score.instrument.as_str())
                                .with("measured", other.score.instrument.as_str())
                        });
                    }
                    None => report.missing(Missing::input(Lack::Measured, Some(of.region()), id)),
                }
                continue;
            };
            let rule = if aimed.compare(now.value).is_lt() {
                "target-below"
            } else if aimed.compare(now.high).is_le() {
                "target-step"
            } else {
                continue;
            };
            report.find(rule, None, id, of.cite_all([*at]), |message| {
                message
                    .with("indicator", name_of(id, context))
                    .with("region", name(of.region()))
                    .with("aimed", shown(aimed))
                    .with("now", shown(now.value))
                    .with("high", shown(now.high))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::super::{Rules, State};
    use super::*;
    use crate::plan::{Version, Writing};

    fn number(text: &str) -> Decimal {
        Decimal::read(text, Writing::Indonesian).unwrap()
    }

    fn aims(of: &str, id: &str, target: &str) -> Version {
        plan(of, vec![program("1.06.04").aims(id, target)])
    }

    /// Rules found and what is missing, over all outcomes of a province and two kab/kota.
    fn found(
        upper: &Version,
        lowers: &[&Version],
        context: &Context<'_>,
    ) -> (Vec<String>, Vec<String>) {
        let lowers: Vec<Government<'_>> = lowers.iter().map(|of| government(of)).collect();
        let outcomes = between(&government(upper), &lowers, context);
        let all = |part: fn(&Outcome) -> Vec<&str>| {
            outcomes.iter().flat_map(part).map(str::to_owned).collect()
        };
        (all(rules), all(lacks))
    }

    fn sums(id: &str, upper: &str, one: &str, other: &str) -> Vec<String> {
        let upper = aims("61", id, upper);
        let (one, other) = (aims("61.01", id, one), aims("61.02", id, other));
        found(&upper, &[&one, &other], &context()).0
    }

    #[test]
    fn a_sum_may_be_off_by_half_the_last_digit_times_the_root_of_its_figures() {
        let investment = |upper| sums("realised-investment", upper, "12,4", "7,3");
        assert_eq!(investment("19,7"), Vec::<String>::new());
        // √2 × 0.05 is a little more than 0.07.
        assert_eq!(investment("19,77"), Vec::<String>::new());
        assert_eq!(investment("19,78"), ["target-additive"]);
        assert_eq!(investment("19,62"), ["target-additive"]);
        // Whole numbers: two figures may be off by 0.7, so by nothing.
        assert_eq!(sums("realised-investment", "21", "12", "8"), ["target-additive"]);
    }

    #[test]
    fn a_province_that_works_itself_may_aim_at_more_than_the_sum_but_not_at_less() {
        let persons = |upper| sums("persons-served", upper, "120", "80");
        assert_eq!(persons("260"), Vec::<String>::new());
        assert_eq!(persons("200"), Vec::<String>::new());
        assert_eq!(persons("190"), ["target-additive-own"]);
    }

    #[test]
    fn at_least_means_up_or_down_as_the_indicator_goes() {
        assert_eq!(sums("domestic-products", "40", "40", "45"), Vec::<String>::new());
        assert_eq!(sums("domestic-products", "40", "35", "45"), ["target-minimum"]);
        // 40 printed to the whole may be 39.6.
        assert_eq!(sums("domestic-products", "40", "39,6", "45"), Vec::<String>::new());
    }

    #[test]
    fn indicators_without_arithmetic_or_relation_are_never_added() {
        assert_eq!(sums("inflation", "2,5", "9", "9"), Vec::<String>::new());
        let (upper, lower) = (aims("61", "stunting-x", "1"), aims("61.01", "stunting-x", "2"));
        let (rules, lacks) = found(&upper, &[&lower], &context());
        assert_eq!((rules.len(), lacks), (0, vec!["relation".to_owned()]));
    }

    #[test]
    fn a_mean_is_weighted_by_its_series_and_cannot_be_checked_without_it() {
        let upper = aims("61", "poverty", "6,0");
        let (one, other) = (aims("61.01", "poverty", "5,0"), aims("61.02", "poverty", "9,0"));
        let (rules, lacks) = found(&upper, &[&one, &other], &context());
        // Of the province and of each pair, for either region.
        assert_eq!((rules.len(), lacks), (0, vec!["denominator".to_owned(); 6]));
        let folder = tempfile::tempdir().unwrap();
        let table = |weight: u32, other_weight: u32| {
            let text = format!(
                "series,year,region,value\npopulation,2026,61.01,{weight}\n\
                 population,2026,61.02,{other_weight}\n"
            );
            std::fs::write(folder.path().join("denominators.csv"), text).unwrap();
            let rules = Rules::open(folder.path()).unwrap();
            found(&upper, &[&one, &other], &Context { rules: &rules, ..context() }).0
        };
        // (3 × 5 + 1 × 9) ÷ 4 = 6; the plain mean, 7, is never meant.
        assert_eq!(table(300, 100), Vec::<String>::new());
        assert_eq!(table(100, 100), ["target-mean"]);
        // 6.1 is within the rounding of 6.0 and of figures printed to a tenth.
        assert_eq!(table(290, 110), Vec::<String>::new());
    }

    #[test]
    fn a_sum_is_not_checked_while_a_region_is_missing() {
        let upper = aims("61", "realised-investment", "100");
        let one = aims("61.01", "realised-investment", "10");
        let silent = Government::new(region("61.02"), YEAR, []);
        let outcomes = between(&government(&upper), &[silent, government(&one)], &context());
        assert!(outcomes.iter().all(|of| of.findings.is_empty()));
        let states: Vec<State> = outcomes.iter().map(Outcome::state).collect();
        assert_eq!(states, [State::NotCheckable, State::NotCheckable, State::NotSent]);
    }

    #[test]
    fn a_target_of_the_index_must_exceed_what_the_survey_can_see() {
        let of = |score: &str, target: &str, id: &str| {
            let score = HarmonyScore { instrument: score.to_owned(), score: "index".to_owned() };
            let measured = Measured {
                region: region("61.01"),
                score,
                value: number("5,20"),
                low: number("5,06"),
                high: number("5,34"),
                n: 1_250,
                weight: 1,
            };
            let context = Context { measured: Some(&[measured]), ..context() };
            let lower = aims("61.01", id, target);
            found(&aims("61", "inflation", "2"), &[&lower], &context).0
        };
        assert_eq!(of("ihai-2025", "5,10", "harmony-2025"), ["target-below"]);
        assert_eq!(of("ihai-2025", "5,30", "harmony-2025"), ["target-step"]);
        assert_eq!(of("ihai-2025", "5,40", "harmony-2025"), Vec::<String>::new());
        assert_eq!(of("ihai-2025", "5,40", "harmony-2023"), ["target-instrument"]);
    }
}
