//! Why nothing is said of a region beside the round before. Each reason is told as it is: few
//! answers are one among several.

use super::{Reading, say};
use crate::index::result::{Form, RegionResult, ScoreChange, Withheld};
use crate::locale::{Message, Words};

/// Why there is no difference to the round before.
#[derive(Clone, Copy)]
pub(super) enum NoChange<'a> {
    /// There is no round before.
    First,
    /// The rounds, or those of this region, cannot be compared.
    NotComparable(&'a Message),
    /// The region is in one of the rounds only.
    OneRound,
    /// It is known, and not public.
    NotPublic,
    /// The score itself, or the one before, is not shown.
    Withheld(Option<Withheld>),
    /// Fewer answers than these in one of the rounds; of an aggregate, in each kab/kota of it.
    Few(u64),
    /// How many adults the regions have is not known.
    NoAdults,
}

impl NoChange<'_> {
    /// The reason in a few words, for charts and cells.
    pub(super) fn short(self, words: Words) -> String {
        words.say(match self {
            Self::First => "results-change-first-short",
            Self::NotComparable(_) => "results-change-not-comparable-short",
            Self::OneRound => "results-change-one-round-short",
            Self::NotPublic => "results-change-not-public-short",
            Self::Withheld(reason) => return say::withheld(reason, words),
            Self::Few(_) => "index-unsaid-few",
            Self::NoAdults => "results-change-no-adults-short",
        })
    }

    /// The reason as a sentence.
    pub(super) fn sentence(self, words: Words) -> String {
        match self {
            Self::First => words.say("results-change-first"),
            Self::NotComparable(reason) => words.tell(reason),
            Self::OneRound => words.say("results-change-no-region"),
            Self::NotPublic => words.say("results-change-not-public"),
            Self::Withheld(reason) => say::withheld(reason, words),
            Self::Few(least) => {
                words.tell(&Message::new("results-change-too-few").with("least", least))
            }
            Self::NoAdults => words.say("results-change-no-adults"),
        }
    }
}

impl Reading {
    /// The change of the score at `at` of `region`, or why there is none.
    pub(super) fn change_at<'a>(
        &'a self,
        region: &RegionResult,
        at: usize,
    ) -> Result<&'a ScoreChange, NoChange<'a>> {
        let change = self.result.change.as_ref().ok_or(NoChange::First)?;
        if let Some(reason) = change.not_comparable.first() {
            return Err(NoChange::NotComparable(reason));
        }
        if let Some(score) = region.scores.get(at).filter(|score| score.value.is_none()) {
            return Err(NoChange::Withheld(score.withheld));
        }
        let entry = self.change_of(region);
        if let Some(reason) = entry.and_then(|entry| entry.not_comparable.as_ref()) {
            return Err(NoChange::NotComparable(reason));
        }
        let public = self.result.form == Form::Public;
        let absent = if public { NoChange::NotPublic } else { NoChange::OneRound };
        let found = entry.and_then(|entry| entry.scores.get(at)).ok_or(absent)?;
        if found.difference.is_some() {
            return Ok(found);
        }
        let least = self.result.options.interval_from;
        Err(match found.withheld {
            Some(Withheld::NoAdults) => NoChange::NoAdults,
            Some(Withheld::FewToCompare) | None => NoChange::Few(least),
            reason => NoChange::Withheld(reason),
        })
    }
}
