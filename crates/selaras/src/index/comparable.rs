//! What keeps two rounds from being compared as wholes (METHOD §6), named part by part.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::result::{Change, RoundRef};
use crate::instrument::Instrument;
use crate::locale::{Message, first_of};
use crate::round::answers::Design;

/// Ramadan by Kementerian Agama's announcements (sidang isbat); first and last day of fasting.
const RAMADAN: &str = include_str!("../../../../data/ramadan.csv");
/// Ids that one sentence names at most; of others it says how many there are.
const NAMED: usize = 8;
/// Shares of weights closer than this are the same weights written differently.
const SAME_SHARE: f64 = 1e-9;

/// A round as far as it decides whether it can be compared.
pub(super) struct Terms<'a> {
    pub(super) instrument: &'a Instrument,
    pub(super) round: &'a RoundRef,
    pub(super) design: Design,
}

/// Why the rounds cannot be compared; empty where they can. `window_days` may lie between their
/// field windows within the year.
pub(super) fn differences(now: &Terms<'_>, before: &Terms<'_>, window_days: i64) -> Vec<Message> {
    let mut reasons = instruments(now.instrument, before.instrument);
    if now.design != before.design {
        reasons.push(Message::new("index-change-design"));
    }
    if let Some(apart) = windows(now.round, before.round).into_iter().flatten().max()
        && apart > window_days
    {
        reasons.push(
            Message::new("index-change-window").with("days", apart).with("limit", window_days),
        );
    }
    reasons
}

/// What is to be known of the field windows of rounds that can be compared.
pub(super) fn seasons(now: &RoundRef, before: &RoundRef) -> Vec<Message> {
    let mut remarks = ramadan(now, before);
    if windows(now, before).contains(&None) {
        remarks.push(Message::new("index-change-window-unknown"));
    }
    remarks
}

/// Rounds that stand side by side for these reasons only.
pub(super) fn apart(before: &str, reasons: Vec<Message>) -> Change {
    Change {
        before: before.to_owned(),
        not_comparable: reasons,
        remarks: Vec::new(),
        regions: Vec::new(),
        cells: Vec::new(),
    }
}

/// How many days the openings and the closings of two rounds lie apart within the year; none where
/// a day is not known.
fn windows(now: &RoundRef, before: &RoundRef) -> [Option<i64>; 2] {
    [(now.opened, before.opened), (now.closed, before.closed)].map(|(now, then)| {
        let day = |date: Date| i64::from(date.day_of_year());
        let apart = (day(now?) - day(then?)).abs();
        Some(apart.min(365 - apart))
    })
}

fn ramadan(now: &RoundRef, before: &RoundRef) -> Vec<Message> {
    let in_ramadan = |round: &RoundRef| -> Option<bool> {
        let (opened, closed) = (round.opened?, round.closed?);
        let periods = RAMADAN.lines().skip(1).filter_map(|line| {
            let mut fields = line.split(',').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        });
        Some(
            periods
                .into_iter()
                .any(|(first, last): (Date, Date)| opened <= last && closed >= first),
        )
    };
    match (in_ramadan(now), in_ramadan(before)) {
        (Some(true), Some(false)) | (Some(false), Some(true)) => {
            vec![Message::new("index-change-ramadan-one")]
        }
        (Some(true), Some(true)) => vec![Message::new("index-change-ramadan-both")],
        _ => Vec::new(),
    }
}

/// What of the instruments differs: their versions first, then items, scale, rules and weights.
fn instruments(now: &Instrument, before: &Instrument) -> Vec<Message> {
    if now.sha256 == before.sha256 {
        return Vec::new();
    }
    let name = |of: &Instrument| format!("{} {}", of.short_title.id, of.version);
    let mut reasons = vec![if (&now.id, &now.version) == (&before.id, &before.version) {
        Message::new("index-change-instrument-edited").with("instrument", name(now))
    } else {
        Message::new("index-change-instrument").with("now", name(now)).with("before", name(before))
    }];
    reasons.extend(items(now, before));
    let range = |of: &Instrument| (of.scale.min, of.scale.max);
    if range(now) != range(before) {
        let name = |(min, max): (u8, u8)| format!("{min}–{max}");
        reasons.push(
            Message::new("index-change-scale")
                .with("now", name(range(now)))
                .with("before", name(range(before))),
        );
    } else if (&now.scale.low, &now.scale.high) != (&before.scale.low, &before.scale.high) {
        reasons.push(Message::new("index-change-scale-words"));
    }
    let bands = |of: &Instrument, id: &str| -> Vec<(String, Option<(u16, u16)>)> {
        let attribute = of.attributes.iter().find(|attribute| attribute.id == id);
        let bands = attribute.map_or(&[][..], |attribute| attribute.bands.as_slice());
        bands.iter().map(|band| (band.id.clone(), band.years)).collect()
    };
    let attributes = now.attributes.iter().chain(&before.attributes);
    let ids: BTreeSet<&str> = attributes.map(|attribute| attribute.id.as_str()).collect();
    let differs = ids.into_iter().filter(|id| bands(now, id) != bands(before, id));
    reasons.extend(named("index-change-attributes", differs.collect()));
    if now.rules.aggregation != before.rules.aggregation {
        reasons.push(Message::new("index-change-rule-aggregation"));
    }
    if now.rules.missing != before.rules.missing {
        reasons.push(Message::new("index-change-rule-missing"));
    }
    let (shares, were) = (shares(now), shares(before));
    let ids: BTreeSet<_> = shares.keys().chain(were.keys()).collect();
    let differs = ids.into_iter().filter(|id| match (shares.get(*id), were.get(*id)) {
        (Some((within, share)), Some((was_within, was))) => {
            within != was_within || (share - was).abs() > SAME_SHARE
        }
        // New and lost items are named before.
        _ => id.0 != Kind::Item,
    });
    reasons.extend(named("index-change-weights", differs.map(|(_, id)| *id).collect()));
    reasons
}

/// Items that came, went, or are worded or ordered differently.
fn items(now: &Instrument, before: &Instrument) -> Vec<Message> {
    let place = |all: &Instrument, id: &str| all.items.iter().position(|item| item.id == id);
    fn only<'i>(these: &'i Instrument, those: &Instrument) -> Vec<&'i str> {
        let known: BTreeSet<&str> = those.items.iter().map(|item| item.id.as_str()).collect();
        let ids = these.items.iter().map(|item| item.id.as_str());
        ids.filter(|id| !known.contains(id)).collect()
    }
    let common: Vec<_> = now
        .items
        .iter()
        .filter_map(|item| {
            let at = place(before, &item.id)?;
            Some((item, before.items.get(at)?, at))
        })
        .collect();
    let reworded = common
        .iter()
        .filter(|(item, was, _)| (&item.text, item.reversed) != (&was.text, was.reversed));
    let moved = common.windows(2).filter_map(|pair| match pair {
        [(_, _, first), (item, _, second)] if first > second => Some(item.id.as_str()),
        _ => None,
    });
    [
        ("index-change-items-added", only(now, before)),
        ("index-change-items-gone", only(before, now)),
        ("index-change-items-wording", reworded.map(|(item, ..)| item.id.as_str()).collect()),
        ("index-change-items-order", moved.collect()),
    ]
    .into_iter()
    .filter_map(|(key, ids)| named(key, ids))
    .collect()
}

/// What an instrument weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Dimension,
    Variable,
    Component,
    Item,
}

/// Per part of an instrument what it is weighed within, and its share of the weight there.
fn shares(of: &Instrument) -> BTreeMap<(Kind, &str), (String, f64)> {
    let dimension = |at: usize| of.dimensions.get(at).map_or("", |of| of.id.as_str());
    let variable = |at: usize| of.variables.get(at).map_or("", |of| of.id.as_str());
    let component =
        |at: Option<usize>| at.and_then(|at| of.components.get(at)).map_or("", |of| of.id.as_str());
    let dimensions =
        of.dimensions.iter().map(|of| ((Kind::Dimension, &*of.id), String::new(), of.weight));
    let variables = of
        .variables
        .iter()
        .map(|of| ((Kind::Variable, &*of.id), dimension(of.dimension).to_owned(), of.weight));
    let components =
        of.components.iter().map(|of| ((Kind::Component, &*of.id), String::new(), of.weight));
    let items = of.items.iter().map(|of| {
        let within = format!("{} {}", variable(of.variable), component(of.component));
        ((Kind::Item, &*of.id), within, of.weight)
    });
    let parts: Vec<((Kind, &str), String, f64)> =
        dimensions.chain(variables).chain(components).chain(items).collect();
    let mut sums: BTreeMap<(Kind, &str), f64> = BTreeMap::new();
    for ((kind, _), within, weight) in &parts {
        *sums.entry((*kind, within)).or_default() += weight;
    }
    let share = |(part, within, weight): &((Kind, &'_ str), String, f64)| {
        sums.get(&(part.0, within.as_str())).map_or(*weight, |all| weight / all)
    };
    let shares: Vec<f64> = parts.iter().map(share).collect();
    parts
        .into_iter()
        .zip(shares)
        .map(|((part, within, _), share)| (part, (within, share)))
        .collect()
}

/// The sentence `key` on these ids; none where there are none.
fn named(key: &str, ids: Vec<&str>) -> Option<Message> {
    (!ids.is_empty()).then(|| Message::new(key).with("items", first_of(&ids, NAMED)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::instrument::shipped_file;
    use crate::locale::Value;

    /// The example outside IHaI, with `changes` made to its file.
    fn example(changes: &[(&str, &str)]) -> Instrument {
        let mut text = shipped_file("contoh-layanan-desa").unwrap().to_owned();
        for (old, new) in changes {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        Instrument::parse("contoh.toml", text.as_bytes()).unwrap()
    }

    fn round(opened: Option<Date>, closed: Option<Date>) -> RoundRef {
        RoundRef {
            name: "Putaran uji".to_owned(),
            year: 2026,
            opened,
            closed,
            as_of: date(2026, 6, 1),
            target: 1_250,
        }
    }

    /// Keys of what differs, each with what it names.
    fn told(changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let (now, before) = (example(changes), example(&[]));
        let round = round(None, None);
        let terms = |instrument| Terms { instrument, round: &round, design: Design::OpenLink };
        differences(&terms(&now), &terms(&before), 45)
            .into_iter()
            .map(|message| {
                let named = message.values.into_iter().find_map(|(_, value)| match value {
                    Value::Text(named) => Some(named),
                    _ => None,
                });
                (message.key, named.unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn what_differs_between_two_instruments_is_named_part_by_part() {
        assert_eq!(told(&[]), []);
        let keys = |changes: &[(&str, &str)]| -> Vec<String> {
            told(changes).into_iter().map(|(key, _)| key).collect()
        };
        let edited = "index-change-instrument-edited";
        assert_eq!(keys(&[("version = \"1\"", "version = \"2\"")]), ["index-change-instrument"]);
        // Weights written in other numbers are the same weights.
        assert_eq!(
            keys(&[("weight = 60", "weight = 0.6"), ("weight = 40", "weight = 0.4")]),
            [edited]
        );
        let weights = told(&[("weight = 60", "weight = 50")]);
        assert_eq!(weights[1], ("index-change-weights".to_owned(), "hasil, proses".to_owned()));
        let wording = told(&[("dijelaskan dengan terang", "diterangkan")]);
        assert_eq!(wording[1], ("index-change-items-wording".to_owned(), "q1".to_owned()));
        let renamed = told(&[("id = \"q1\"", "id = \"q1b\"")]);
        assert_eq!(renamed[1], ("index-change-items-added".to_owned(), "q1b".to_owned()));
        assert_eq!(renamed[2], ("index-change-items-gone".to_owned(), "q1".to_owned()));
        assert_eq!(renamed.len(), 3);
        let order = [
            ("id = \"q1\"", "id = \"q0\""),
            ("id = \"q2\"", "id = \"q1\""),
            ("id = \"q0\"", "id = \"q2\""),
        ];
        assert!(keys(&order).contains(&"index-change-items-order".to_owned()));
        assert_eq!(keys(&[("max = 5", "max = 7")])[1], "index-change-scale");
        assert_eq!(keys(&[("sangat puas", "puas sekali")])[1], "index-change-scale-words");
        assert_eq!(keys(&[("\"renormalise\"", "\"drop\"")])[1], "index-change-rule-missing");
        assert_eq!(keys(&[("\"respondent\"", "\"pooled\"")])[1], "index-change-rule-aggregation");
    }

    #[test]
    fn field_windows_are_compared_at_both_ends_and_an_unknown_one_is_said() {
        let instrument = example(&[]);
        let days = |opened, closed| round(Some(opened), Some(closed));
        let now = days(date(2026, 7, 1), date(2026, 7, 31));
        let reasons = |before: &RoundRef| {
            let terms = |round| Terms { instrument: &instrument, round, design: Design::OpenLink };
            differences(&terms(&now), &terms(before), 45).len()
        };
        assert_eq!(reasons(&days(date(2025, 7, 10), date(2025, 8, 10))), 0);
        // Opened on the same day, and open for half a year.
        assert_eq!(reasons(&days(date(2025, 7, 1), date(2025, 12, 31))), 1);
        let open = round(Some(date(2025, 7, 1)), None);
        assert_eq!(reasons(&open), 0);
        assert_eq!(seasons(&now, &open)[0].key, "index-change-window-unknown");
    }
}
