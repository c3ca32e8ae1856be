//! Check 1, indicator parity: indicators compare only through an id of the dictionary, from program
//! level up.

use super::government::{At, Government};
use super::report::{Lack, Missing, Report, named};
use super::rules::{DictionaryEntry, Registered};
use super::target::shown;
use super::{Check, Context, Outcome};
use crate::locale::{Message, Value};
use crate::plan::{Baseline, CalculationRule, Direction, Indicator, RowLevel};

/// The baselines of one government against registered values, its definitions against the
/// dictionary.
pub(super) fn own(of: &Government<'_>, context: &Context<'_>) -> Outcome {
    let mut report = Report::of(Check::Parity, of, context);
    for at in of.unmapped() {
        report.lack(Lack::Mapping, of, *at);
    }
    for (id, uses) in of.indicators() {
        for (at, indicator) in high(of, uses) {
            let Some(entry) = context.rules.indicator(id) else {
                report.lack(Lack::Dictionary, of, at);
                continue;
            };
            against_dictionary(&mut report, of, at, indicator, entry, context);
            if let Some(baseline) = &indicator.baseline {
                against_register(&mut report, of, at, id, baseline, context);
            }
        }
    }
    report.done()
}

/// The indicators that two governments share.
pub(super) fn between(
    one: &Government<'_>,
    other: &Government<'_>,
    context: &Context<'_>,
) -> Outcome {
    let mut report = Report::between(Check::Parity, one, other, context);
    if !report.is_complete() {
        return report.done();
    }
    for of in [one, other] {
        for at in of.unmapped() {
            report.lack(Lack::Mapping, of, *at);
        }
    }
    for (id, uses) in one.indicators() {
        let Some(others) = other.indicators().get(id) else { continue };
        for mine in high(one, uses) {
            for theirs in high(other, others) {
                pair(&mut report, id, (one, mine), (other, theirs), context);
            }
        }
    }
    report.done()
}

/// Uses at program level and above.
fn high<'a, 'b>(
    of: &'a Government<'b>,
    uses: &'a [(At, &'b Indicator)],
) -> impl Iterator<Item = (At, &'b Indicator)> + use<'a, 'b> {
    let level = |at| of.row(at).map(|row| row.level);
    uses.iter().copied().filter(move |(at, _)| level(*at) <= Some(RowLevel::Program))
}

type Use<'a, 'b> = (&'a Government<'b>, (At, &'b Indicator));

fn pair(
    report: &mut Report<'_>,
    id: &str,
    (one, (my_at, mine)): Use<'_, '_>,
    (other, (their_at, theirs)): Use<'_, '_>,
    context: &Context<'_>,
) {
    let rules = context.rules;
    let name = name_of(id, context);
    let mut part = |rule: &str, lack: Lack, mine: Option<Part>, theirs: Option<Part>| {
        let (Some(mine), Some(theirs)) = (&mine, &theirs) else {
            // What neither side says is told for both.
            for (of, at, said) in [(one, my_at, &mine), (other, their_at, &theirs)] {
                if said.is_none() {
                    report.lack(lack, of, at);
                }
            }
            return;
        };
        if mine.plain == theirs.plain {
            return;
        }
        let rows = [one.cite(my_at), other.cite(their_at)].into_iter().flatten().collect();
        report.find(rule, None, id, rows, |message| {
            message
                .with("indicator", name.clone())
                .with("one", one.name())
                .with("other", other.name())
                .with("mine", mine.shown.clone())
                .with("theirs", theirs.shown.clone())
        });
    };
    let text =
        |said: Option<&str>| said.map(|text| Part { plain: rules.plain(text), shown: text.into() });
    let unit = |of: &Indicator| {
        of.unit.as_deref().map(|text| Part { plain: rules.unit(text), shown: text.into() })
    };
    let entry = rules.indicator(id);
    part(
        "parity-definition",
        Lack::Definition,
        text(mine.definition.as_deref()),
        text(theirs.definition.as_deref()),
    );
    part("parity-unit", Lack::Unit, unit(mine), unit(theirs));
    part("parity-direction", Lack::Direction, direction(mine, entry), direction(theirs, entry));
    part("parity-rule", Lack::CalculationRule, rule(mine, entry), rule(theirs, entry));
    let baseline = |of: &Indicator, said: fn(&Baseline) -> Option<String>| {
        let said = of.baseline.as_ref().and_then(said);
        said.map(|text| Part { plain: rules.plain(&text), shown: text.into() })
    };
    let mut of_baseline = |rule: &str, said: fn(&Baseline) -> Option<String>| {
        part(rule, Lack::Baseline, baseline(mine, said), baseline(theirs, said));
    };
    of_baseline("parity-baseline-year", |of| of.year.map(|year| year.to_string()));
    of_baseline("parity-baseline-series", |of| of.series.clone());
    of_baseline("parity-baseline-vintage", |of| of.vintage.clone());
    of_baseline("parity-baseline-population", |of| of.population.clone());
}

/// A part of an indicator as it is compared and as it is shown.
struct Part {
    plain: String,
    shown: Value,
}

/// The direction a row states. Where only the dictionary does, every row has the same.
fn direction(of: &Indicator, entry: Option<&DictionaryEntry>) -> Option<Part> {
    let direction = of.direction.or(entry?.direction)?;
    Some(Part { plain: format!("{direction:?}"), shown: direction_name(direction).into() })
}

fn rule(of: &Indicator, entry: Option<&DictionaryEntry>) -> Option<Part> {
    let rule = of.rule.or_else(|| entry?.rule)?;
    Some(Part { plain: format!("{rule:?}"), shown: rule_name(rule).into() })
}

fn direction_name(direction: Direction) -> Message {
    Message::new(match direction {
        Direction::Up => "check-direction-up",
        Direction::Down => "check-direction-down",
        Direction::Band => "check-direction-band",
        Direction::None => "check-direction-none",
    })
}

fn rule_name(rule: CalculationRule) -> Message {
    Message::new(match rule {
        CalculationRule::Cumulative => "check-rule-cumulative",
        CalculationRule::Falling => "check-rule-falling",
        CalculationRule::Percentage => "check-rule-percentage",
        CalculationRule::EndValue => "check-rule-end-value",
    })
}

/// The name of an indicator of the dictionary.
pub(super) fn name_of(id: &str, context: &Context<'_>) -> Value {
    match context.rules.indicator(id) {
        Some(entry) => named(&entry.name),
        None => id.into(),
    }
}

fn against_dictionary(
    report: &mut Report<'_>,
    of: &Government<'_>,
    at: At,
    indicator: &Indicator,
    entry: &DictionaryEntry,
    context: &Context<'_>,
) {
    let name = name_of(&entry.id, context);
    let mut differs = |rule: &str, said: Value, listed: Value| {
        let rows = of.cite_all([at]);
        report.find(rule, entry.basis.as_deref(), &entry.id, rows, |message| {
            message
                .with("indicator", name.clone())
                .with("region", of.name())
                .with("said", said.clone())
                .with("listed", listed.clone())
        });
    };
    if let (Some(said), Some(listed)) = (&indicator.unit, &entry.unit)
        && context.rules.unit(said) != *listed
    {
        differs("parity-dictionary-unit", said.as_str().into(), listed.as_str().into());
    }
    if let (Some(said), Some(listed)) = (indicator.direction, entry.direction)
        && said != listed
    {
        let (said, listed) = (direction_name(said).into(), direction_name(listed).into());
        differs("parity-dictionary-direction", said, listed);
    }
    if let (Some(said), Some(listed)) = (indicator.rule, entry.rule)
        && said != listed
    {
        differs("parity-dictionary-rule", rule_name(said).into(), rule_name(listed).into());
    }
}

/// A baseline that differs from the registered series. Both are printed; the coarser print decides.
fn against_register(
    report: &mut Report<'_>,
    of: &Government<'_>,
    at: At,
    id: &str,
    baseline: &Baseline,
    context: &Context<'_>,
) {
    let (Some(year), Some(value)) = (baseline.year, baseline.value.number()) else {
        report.lack(Lack::Baseline, of, at);
        return;
    };
    let registered = context.rules.registered(id, of.region(), year);
    if registered.is_empty() {
        return;
    }
    let vintage = |known: &&Registered| {
        baseline.vintage.is_none() || known.vintage.is_none() || known.vintage == baseline.vintage
    };
    let mut known = registered.iter().filter(vintage).peekable();
    let Some(first) = known.peek().copied() else {
        // The release that the row names is not registered, others of the year are.
        report.missing(Missing::input(Lack::Baseline, Some(of.region()), id));
        return;
    };
    if known.any(|known| super::target::same_print(known.value, value)) {
        return;
    }
    report.find("parity-registered", Some(&first.source), id, of.cite_all([at]), |message| {
        message
            .with("indicator", name_of(id, context))
            .with("region", of.name())
            .with("year", year.to_string())
            .with("said", shown(value))
            .with("registered", shown(first.value))
            .with("source", first.source.as_str())
    });
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::plan::{Row, Value as Target, Writing};

    fn poverty(say: impl FnOnce(&mut Indicator)) -> Row {
        program("1.06.04").indicator(Some("poverty"), "6,1", |of| {
            of.unit = Some("persen".to_owned());
            of.definition = Some("Penduduk di bawah garis kemiskinan".to_owned());
            of.rule = Some(CalculationRule::EndValue);
            of.baseline = Some(Baseline {
                value: Target::read("6,71", Writing::Indonesian),
                year: Some(2024),
                series: Some("poverty-rate".to_owned()),
                vintage: Some("Maret".to_owned()),
                population: Some("projection".to_owned()),
            });
            say(of);
        })
    }

    fn found(one: Row, other: Row) -> Outcome {
        let (one, other) = (plan("61", vec![one]), plan("61.01", vec![other]));
        between(&government(&one), &government(&other), &context())
    }

    #[test]
    fn indicators_that_mean_the_same_fit_however_they_are_written() {
        let other = poverty(|of| {
            of.text = "PERSENTASE PENDUDUK MISKIN".to_owned();
            of.unit = Some("%".to_owned());
            of.definition = Some("penduduk di bawah garis kemiskinan.".to_owned());
        });
        let outcome = found(poverty(|_| {}), other);
        assert_eq!((rules(&outcome), lacks(&outcome)), (vec![], vec![]));
    }

    #[test]
    fn another_unit_direction_rule_or_definition_is_a_finding_of_its_own() {
        let persons = found(poverty(|_| {}), poverty(|of| of.unit = Some("jiwa".to_owned())));
        assert_eq!(rules(&persons), ["parity-unit"]);
        assert_eq!(persons.findings[0].rows.len(), 2);
        let up = found(poverty(|_| {}), poverty(|of| of.direction = Some(Direction::Up)));
        assert_eq!(rules(&up), ["parity-direction"]);
        let sum = found(poverty(|_| {}), poverty(|of| of.rule = Some(CalculationRule::Cumulative)));
        assert_eq!(rules(&sum), ["parity-rule"]);
        let household = found(
            poverty(|_| {}),
            poverty(|of| of.definition = Some("Rumah tangga miskin".to_owned())),
        );
        assert_eq!(rules(&household), ["parity-definition"]);
    }

    #[test]
    fn a_baseline_of_another_year_or_release_is_found_and_another_value_is_not() {
        let baseline =
            |change: fn(&mut Baseline)| poverty(|of| of.baseline.iter_mut().for_each(change));
        let year = found(poverty(|_| {}), baseline(|of| of.year = Some(2023)));
        assert_eq!(rules(&year), ["parity-baseline-year"]);
        let vintage =
            found(poverty(|_| {}), baseline(|of| of.vintage = Some("September".to_owned())));
        assert_eq!(rules(&vintage), ["parity-baseline-vintage"]);
        let value = |of: &mut Baseline| of.value = Target::read("9,9", Writing::Indonesian);
        assert_eq!(rules(&found(poverty(|_| {}), baseline(value))), Vec::<&str>::new());
    }

    #[test]
    fn what_is_not_mapped_or_not_told_is_no_finding() {
        let unmapped = found(poverty(|_| {}), poverty(|of| of.dictionary = None));
        assert_eq!((rules(&unmapped), lacks(&unmapped)), (vec![], vec!["mapping"]));
        let silent = found(poverty(|_| {}), poverty(|of| of.unit = None));
        assert_eq!((rules(&silent), lacks(&silent)), (vec![], vec!["unit"]));
        // Outputs of a sub kegiatan repeat units and words; parity asks from program level up.
        let sub = |unit: &str| {
            row("8.01.05.2.01.0003").indicator(Some("persons-served"), "10", |of| {
                of.unit = Some(unit.to_owned());
            })
        };
        assert_eq!(rules(&found(sub("orang"), sub("dokumen"))), Vec::<&str>::new());
    }

    #[test]
    fn a_baseline_is_held_to_the_registered_value_of_its_year_and_release() {
        let folder = tempfile::tempdir().unwrap();
        let table = "indicator,region,year,vintage,value,source\n\
                     poverty,61.01,2024,Maret,6.71,BPS\npoverty,61.01,2024,September,6.55,BPS\n";
        std::fs::write(folder.path().join("baselines.csv"), table).unwrap();
        let rules_of = super::super::Rules::open(folder.path()).unwrap();
        let context = Context { rules: &rules_of, ..context() };
        let of = |value: &str| {
            let value = Target::read(value, Writing::Indonesian);
            let row = poverty(|of| of.baseline.iter_mut().for_each(|of| of.value = value.clone()));
            own(&government(&plan("61.01", vec![row])), &context)
        };
        assert_eq!(rules(&of("6,55")), ["parity-registered"]);
        assert_eq!(rules(&of("6,71")), Vec::<&str>::new());
        assert_eq!(rules(&of("6,7")), Vec::<&str>::new(), "the same value in one decimal");
    }

    #[test]
    fn a_unit_that_is_not_that_of_the_dictionary_is_found_in_one_plan() {
        let of = |unit: &str| {
            let row = poverty(|of| of.unit = Some(unit.to_owned()));
            let plan = plan("61.01", vec![row]);
            rules(&own(&government(&plan), &context())).len()
        };
        assert_eq!((of("jiwa"), of("Persen")), (1, 0));
    }
}
