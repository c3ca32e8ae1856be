//! What may be said of a result, in words. Every page says the same thing in the same words.

use super::Reading;
use crate::index::result::{
    Coverage, Interval, IntervalKind, RegionChange, RegionResult, Score, ScoreChange,
    ScoreDefinition, ScoreKind, Verdict, Withheld,
};
use crate::index::{self, CIVIL_SERVANTS};
use crate::instrument::Standing;
use crate::locale::{Message, Words, first_of};
use crate::region::{self, NATION};
use crate::render::chart::Tone;
use crate::round::answers::Design;
use crate::round::frame::Level;

/// Names that a sentence lists at most.
pub(super) const NAMED: usize = 12;
/// Decimals of scores.
pub(super) const DECIMALS: usize = 2;

/// `Kab. Sambas`, `Kalimantan Barat`, `Indonesia`.
pub(super) fn name(region: &RegionResult, words: Words) -> String {
    if region.code == NATION {
        return words.say("results-nation");
    }
    region::find(&region.code)
        .filter(|known| known.name == region.name)
        .map_or_else(|| region.name.clone(), region::Region::short_name)
}

/// Why there is no value.
pub(super) fn withheld(reason: Option<Withheld>, words: Words) -> String {
    words.say(match reason {
        Some(Withheld::NoAnswers) | None => "results-no-answers",
        Some(Withheld::TooFew) => "results-too-few",
        Some(Withheld::BelowPublic) => "results-below-public",
        Some(Withheld::Complementary) => "results-complementary",
        Some(Withheld::InternalOnly) => "results-internal-only",
        Some(Withheld::PointsAtPeople) => "results-points-at-people",
        Some(Withheld::FewToCompare) => "index-unsaid-few",
        Some(Withheld::NoAdults) => "results-change-no-adults-short",
    })
}

/// The verdict on a region against the province's mean.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::ClearlyAbove => ("results-above", Tone::Above),
        Verdict::NotTold => ("results-not-told", Tone::Neutral),
        Verdict::ClearlyBelow => ("results-below", Tone::Below),
        Verdict::Fragile => ("results-fragile", Tone::Neutral),
    }
}

/// The verdict on a change.
pub(super) fn change_verdict(verdict: Option<Verdict>) -> (&'static str, Tone) {
    match verdict {
        Some(Verdict::ClearlyAbove) => ("results-change-risen", Tone::Above),
        Some(Verdict::NotTold) => ("results-change-not-told", Tone::Neutral),
        Some(Verdict::ClearlyBelow) => ("results-change-fallen", Tone::Below),
        Some(Verdict::Fragile) => ("results-fragile", Tone::Neutral),
        None => ("results-change-no-interval", Tone::Neutral),
    }
}

impl Reading {
    /// What a score is called in the reader's language.
    pub(super) fn title(&self, definition: &ScoreDefinition) -> String {
        match definition.kind {
            ScoreKind::Index if self.example() => self.index_name(),
            _ => definition.name.in_language(self.words.language).to_owned(),
        }
    }

    /// Whether the results are those of example items (METHOD §1).
    fn example(&self) -> bool {
        self.result.instrument.standing == Standing::Reconstruction
    }

    /// The first key where the results are those of example items, else the second.
    pub(super) fn example_or(&self, [example, other]: [&'static str; 2]) -> &'static str {
        if self.example() { example } else { other }
    }

    pub(super) fn number(&self, value: f64) -> String {
        self.words.number(value, DECIMALS)
    }

    /// The answers taken in of `region`, or that there are more than those that are told of it.
    pub(super) fn answers_in(&self, region: &RegionResult) -> String {
        match (region.n, self.result.answers_told(region)) {
            (Some(n), _) => self.whole(n),
            (None, 0) => "–".to_owned(),
            (None, least) => {
                self.words.tell(&Message::new("results-more-than").with("least", self.whole(least)))
            }
        }
    }

    pub(super) fn whole(&self, value: u64) -> String {
        self.words.value(&value.into())
    }

    /// The ends of the interval of a score as they are shown.
    pub(super) fn ends_of(&self, score: &Score) -> Option<(f64, f64)> {
        score.ends(self.result.instrument.scale)
    }

    /// `antara 6,66 dan 6,82`.
    pub(super) fn between(&self, (low, high): (f64, f64)) -> String {
        self.words.tell(
            &Message::new("results-between")
                .with("low", self.number(low))
                .with("high", self.number(high)),
        )
    }

    /// `6,66 sampai 6,82`, for tables.
    pub(super) fn range(&self, (low, high): (f64, f64)) -> String {
        self.words.tell(
            &Message::new("results-range")
                .with("low", self.number(low))
                .with("high", self.number(high)),
        )
    }

    /// The same with signs.
    pub(super) fn signed_range(&self, (low, high): (f64, f64)) -> String {
        self.words.tell(
            &Message::new("results-range")
                .with("low", self.words.signed(low, DECIMALS))
                .with("high", self.words.signed(high, DECIMALS)),
        )
    }

    /// [`between`](Self::between) with signs, for differences.
    pub(super) fn signed_between(&self, (low, high): (f64, f64)) -> String {
        self.words.tell(
            &Message::new("results-between")
                .with("low", self.words.signed(low, DECIMALS))
                .with("high", self.words.signed(high, DECIMALS)),
        )
    }

    /// `selang acak 95 %`, with *kasar* where it is.
    pub(super) fn interval_kind(&self, interval: &Interval) -> String {
        let kind = match interval.kind {
            IntervalKind::Random => "results-interval-random",
            IntervalKind::Design => "results-interval-design",
        };
        let percent = self.words.number(self.result.options.confidence * 100.0, 0);
        let said = self.words.tell(&Message::new(kind).with("percent", percent));
        if interval.coarse {
            return self.words.tell(&Message::new("results-coarse").with("interval", said));
        }
        said
    }

    /// What the scores of this result are called.
    pub(super) fn index_name(&self) -> String {
        self.words.say(self.example_or(["results-index-example", "results-index"]))
    }

    /// Sentences that stand on every page and figure of this result (METHOD §1).
    pub(super) fn disclaimer(&self) -> Option<String> {
        match self.result.instrument.standing {
            Standing::Official => None,
            Standing::Reconstruction => Some(self.words.say("results-reconstruction")),
            Standing::Other => Some(self.words.say("results-other-instrument")),
        }
    }

    /// The scale in words: `skala 1 sampai 9`.
    pub(super) fn scale(&self) -> String {
        let (low, high) = self.result.instrument.scale;
        self.words.tell(
            &Message::new("results-scale")
                .with("low", u64::from(low))
                .with("high", u64::from(high)),
        )
    }

    /// What may be said of a region's score beside the province's, and how that is drawn.
    pub(super) fn standing(&self, region: &RegionResult, at: usize) -> (String, Tone) {
        let words = self.words;
        let Some(score) = region.scores.get(at) else { return (String::new(), Tone::Neutral) };
        if score.value.is_none() {
            return (withheld(score.withheld, words), Tone::Neutral);
        }
        if region.level != Level::Regency {
            let said = if region.incomplete(score) {
                words.say("results-incomplete")
            } else {
                String::new()
            };
            return (said, Tone::Neutral);
        }
        match index::standing(&self.result, region, at) {
            Ok(found) => {
                let (key, tone) = verdict(found);
                (words.say(key), tone)
            }
            Err(reason) => (words.tell(&reason.message()), Tone::Neutral),
        }
    }

    /// Position of the index among the scores.
    pub(super) fn index_at(&self) -> usize {
        self.result.scores.iter().position(|score| score.kind == ScoreKind::Index).unwrap_or(0)
    }

    /// The index of `region`.
    pub(super) fn index_of<'a>(&self, region: &'a RegionResult) -> Option<&'a Score> {
        region.scores.get(self.index_at())
    }

    /// The change of `region` since the round before.
    pub(super) fn change_of(&self, region: &RegionResult) -> Option<&RegionChange> {
        let change = self.result.change.as_ref()?;
        change.regions.iter().find(|entry| entry.region == region.code)
    }

    /// The change of one score of `region`.
    pub(super) fn score_change(&self, region: &RegionResult, at: usize) -> Option<&ScoreChange> {
        self.change_of(region)?.scores.get(at)
    }

    /// `dibandingkan dengan Putaran 2025: +0,05 (antara −0,01 dan +0,11); naik`.
    pub(super) fn change_sentence(&self, region: &RegionResult) -> ChangeSentence {
        let words = self.words;
        let none = |verdict: String| ChangeSentence {
            lead: None,
            figure: None,
            range: None,
            part: None,
            verdict,
        };
        if let Some(change) = &self.result.change
            && !change.not_comparable.is_empty()
        {
            let reasons = change.not_comparable.iter().map(|reason| words.tell(reason));
            let said = Message::new("results-change-apart").with("before", change.before.as_str());
            let said = [words.tell(&said)].into_iter().chain(reasons);
            return none(said.collect::<Vec<_>>().join(" "));
        }
        let score = match self.change_at(region, self.index_at()) {
            Ok(score) => score,
            Err(reason) => return none(reason.sentence(words)),
        };
        let before = self.result.change.as_ref().map_or("", |change| change.before.as_str());
        let sentence = match score.verdict {
            Some(Verdict::ClearlyAbove) => "results-change-risen-text",
            Some(Verdict::ClearlyBelow) => "results-change-fallen-text",
            Some(Verdict::NotTold) => "results-change-not-told-text",
            Some(Verdict::Fragile) => "results-change-fragile-text",
            None => "results-change-no-verdict-text",
        };
        let part = self.part_compared(region, score);
        let shown = score.shown();
        let lead = match score.verdict {
            Some(Verdict::ClearlyAbove | Verdict::ClearlyBelow) if part.is_none() => None,
            None => Some("results-fragile"),
            verdict => Some(change_verdict(verdict).0),
        };
        let of_some = |(n, all): (u64, u64)| {
            words.tell(&Message::new("results-change-of-some").with("n", n).with("all", all))
        };
        ChangeSentence {
            lead: lead.map(|key| words.say(key)),
            part: part.map(|(n, all)| {
                words.tell(&Message::new("results-change-part").with("n", n).with("all", all))
            }),
            figure: shown.map(|(difference, _)| words.signed(difference, DECIMALS)),
            range: shown.and_then(|(_, ends)| ends).map(|ends| self.signed_between(ends)),
            verdict: [
                Some(words.tell(&Message::new(sentence).with("before", before))),
                part.map(of_some),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        }
    }

    /// Of how many of its answers the change of a region speaks, where not of all: an aggregate
    /// changes by those of its regions that can be compared.
    fn part_compared(&self, region: &RegionResult, change: &ScoreChange) -> Option<(u64, u64)> {
        let (part, all) = (change.n?, self.index_of(region)?.n?);
        (part < all).then_some((part, all))
    }

    /// The index that an office has published of `region`, with where and when.
    pub(super) fn official(&self, region: &RegionResult) -> Option<String> {
        let official = region.official.as_ref()?;
        Some(
            self.words.tell(
                &Message::new("results-official")
                    .with("value", self.number(official.value))
                    .with("source", official.source.as_str())
                    .with("date", self.words.short_date(official.date)),
            ),
        )
    }

    /// The shift at the tested correlation, `±0,07`.
    pub(super) fn fragility(&self, score: &Score) -> Option<String> {
        let tested = self.result.options.selection;
        let shift = score.shifts.iter().find(|shift| (shift.correlation - tested).abs() < 1e-9)?;
        Some(
            self.words.tell(
                &Message::new("results-fragility")
                    .with("correlation", self.words.number(tested, DECIMALS))
                    .with("shift", self.number(shift.shift)),
            ),
        )
    }

    /// Whom the result describes, for `region`.
    pub(super) fn describes(&self, region: &RegionResult) -> String {
        let n = self.answers_in(region);
        let key = match self.result.design {
            Design::OpenLink => "results-describes-open",
            Design::Recorded => "results-describes-recorded",
        };
        let mut said = self
            .words
            .tell(&Message::new(key).with("n", n).with("region", name(region, self.words)));
        let shift = self.index_of(region).and_then(|score| self.fragility(score));
        if let (Design::OpenLink, Some(shift)) = (self.result.design, shift) {
            said.push(' ');
            said.push_str(&shift);
        }
        said
    }

    /// The regions left out and the share of adults covered, with the bounds that follow.
    pub(super) fn completeness(&self, region: &RegionResult) -> Option<String> {
        let mut said = Vec::new();
        let index = self.index_of(region).filter(|index| region.incomplete(index));
        if let Some(index) = index {
            let (missing, covered) = region.coverage(index);
            let key =
                if missing.is_empty() { "results-missing-unnamed" } else { "results-missing" };
            said.push(self.words.tell(&self.left_out(key, missing, covered)));
            said.extend(index.value.map(|_| {
                match index.bounds {
                    Some((low, high)) => self.words.tell(
                        &Message::new("results-bounds")
                            .with("low", self.number(low))
                            .with("high", self.number(high)),
                    ),
                    None => self.words.say("results-no-bounds"),
                }
            }));
        }
        // Scores that cover other regions than the index does, those of one coverage together.
        let mut others: Vec<(&Coverage, Vec<String>)> = Vec::new();
        for (definition, score) in self.result.scores.iter().zip(&region.scores) {
            let Some(coverage) = &score.coverage else { continue };
            let title = self.title(definition);
            match others.iter_mut().find(|(known, _)| *known == coverage) {
                Some((_, scores)) => scores.push(title),
                None => others.push((coverage, vec![title])),
            }
        }
        said.extend(others.into_iter().map(|(coverage, scores)| {
            let (missing, covered) = (&coverage.missing, coverage.adults_covered);
            let key = match missing.is_empty() {
                true => "results-missing-none-of",
                false => "results-missing-of",
            };
            let message = self.left_out(key, missing, covered);
            self.words.tell(&message.with("scores", first_of(&scores, NAMED)))
        }));
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// A sentence on the regions left out and the share of adults in the others.
    fn left_out(&self, key: &str, missing: &[String], covered: Option<f64>) -> Message {
        let named = |code: &String| match (self.find(code), region::find(code)) {
            (Some(of), _) => name(of, self.words),
            // Of the built-in frame, but not of the round.
            (None, Some(known)) => known.short_name(),
            (None, None) => code.clone(),
        };
        let names: Vec<String> = missing.iter().map(named).collect();
        let share =
            covered.map_or_else(|| "–".to_owned(), |share| self.words.number(share * 100.0, 1));
        Message::new(key)
            .with("count", names.len())
            .with("names", first_of(&names, NAMED))
            .with("share", share)
    }

    /// The closing line under tables and maps: who answered, when it was computed, whose it is.
    pub(super) fn caption(&self, n: Option<u64>) -> String {
        let mut parts = vec![self.source()];
        if let Some(n) = n {
            let n = self.whole(n);
            parts.push(self.words.tell(&Message::new("chart-answers").with("n", n)));
        }
        parts.push(self.words.short_date(self.result.round.as_of));
        parts.extend(self.disclaimer());
        parts.join(" · ")
    }
}

/// The change of the index, in parts.
pub(super) struct ChangeSentence {
    /// What may be said, in a few words before the figure: where the figure alone would say more
    /// than is known, or speaks of a part of the answers.
    pub(super) lead: Option<String>,
    /// Signed difference.
    pub(super) figure: Option<String>,
    /// Its interval.
    pub(super) range: Option<String>,
    /// Of how many of the answers it speaks, where not of all.
    pub(super) part: Option<String>,
    /// What may be said, or why nothing can be.
    pub(super) verdict: String,
}

impl Reading {
    /// What is done with the groups of this round that point at people (METHOD §5); none where
    /// there are no such groups.
    pub(super) fn pointing(&self) -> Option<String> {
        let attributes = self.questionnaire().into_iter().flat_map(|known| &known.attributes);
        let bands = attributes.flat_map(|of| &of.bands).filter(|band| band.pointing);
        let names: Vec<String> =
            bands.map(|band| band.name.in_language(self.words.language).to_owned()).collect();
        let message = Message::new("results-pointing").with("names", names.join(", "));
        (!names.is_empty()).then(|| self.words.tell(&message))
    }
}

/// The share of civil servants among respondents beside the population's, or beside *belum ada
/// data*.
pub(super) fn civil_servants(reading: &Reading, region: &RegionResult) -> String {
    let words = reading.words;
    let line = region.composition.iter().find(|line| line.attribute == CIVIL_SERVANTS);
    let percent = |share: Option<f64>| share.map(|share| words.number(share * 100.0, 1));
    let unknown = || words.say("statistic-no-data");
    let Some(own) = line.and_then(|line| percent(line.share)) else { return unknown() };
    match line.and_then(|line| Some((percent(line.population_share)?, line.source.clone()))) {
        Some((population, source)) => words.tell(
            &Message::new("results-civil-servants")
                .with("own", own)
                .with("population", population)
                .with("source", source.unwrap_or_default()),
        ),
        None => words.tell(&Message::new("results-civil-servants-unknown").with("own", own)),
    }
}
