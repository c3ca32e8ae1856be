//! The score without flagged answers beside the score of all (METHOD §7).
//!
//! Flagged answers count. Who has a reason to leave them out gets both scores: the answers are
//! summed up a second time without them, and what comes out stands beside the score of all.

use std::collections::HashMap;

use selaras_stats::totals::TotalsError;

use super::result::{IndexResult, Score, Withheld, WithoutFlagged};
use super::sum::{Summed, gather};
use crate::instrument::Instrument;
use crate::locale::Message;
use crate::round::answers::{Design, Flag};
use crate::round::frame::Frame;
use crate::round::intake::{self, File, Options};

/// Every flag that answers may be left out for.
pub(super) const FLAGGED: u8 = Flag::StraightLine as u8 | Flag::Duplicate as u8 | Flag::Burst as u8;
/// Key of the note that gives the reason for leaving answers out.
const NOTE: &str = "index-note-without-flagged";

/// Takes `files`, which have no faults and are of this `design`, in once more and sums up what
/// carries no flag; `options` hold the bursts that taking them in has found. Cells of the raking
/// attributes are not kept apart.
///
/// # Errors
/// Weights that do not fit the totals.
pub fn sum_up_unflagged(
    files: &[File<'_>],
    instrument: &Instrument,
    frame: &Frame,
    design: Design,
    options: &Options<'_>,
) -> Result<Summed, TotalsError> {
    let (report, tally) = gather(instrument, frame, design, false, options.threads, |sink| {
        intake::intake(files, instrument, frame, options, &mut |answers, _| {
            let answers = answers.kept(FLAGGED);
            if answers.len > 0 { sink(answers) } else { Some(answers) }
        })
    });
    Ok(Summed { tally: tally?, report })
}

/// Puts beside every score of `all`, an internal result, what it is in `without`: the same round
/// without flagged answers, for the `reason` given.
///
/// Both scores together tell the mean of the answers left out. Where these are fewer than may be
/// shown (METHOD §5), nothing is given, nor for an aggregate from which it could be computed.
pub fn set_beside(all: &mut IndexResult, without: &IndexResult, reason: &str) {
    let least = all.options.suppress_below;
    let places: HashMap<&str, usize> =
        all.regions.iter().zip(0..).map(|(region, at)| (region.code.as_str(), at)).collect();
    let parents: Vec<Option<usize>> =
        all.regions.iter().map(|region| places.get(region.parent.as_deref()?).copied()).collect();
    let mut upwards: Vec<usize> = (0..all.regions.len()).collect();
    upwards.sort_by_key(|&at| std::cmp::Reverse(all.regions[at].level));
    for score in 0..all.scores.len() {
        // Hidden parts of each aggregate that nothing shown below it ties up yet.
        let mut hidden = vec![0_u32; all.regions.len()];
        for &at in &upwards {
            let (Some(of_all), Some(left)) = (
                all.regions.get_mut(at).and_then(|region| region.scores.get_mut(score)),
                without.regions.get(at).and_then(|region| region.scores.get(score)),
            ) else {
                continue;
            };
            let beside = beside(of_all, left, least, hidden[at]);
            let open = beside.as_ref().is_some_and(|beside| beside.withheld.is_some());
            of_all.without_flagged = beside;
            if let (true, Some(up)) = (open, parents[at]) {
                hidden[up] += 1;
            }
        }
    }
    all.notes.push(Message::new(NOTE).with("reason", reason));
}

/// The score without flagged answers; none where there is no score to set it beside.
fn beside(all: &Score, left: &Score, least: u64, hidden: u32) -> Option<WithoutFlagged> {
    let nothing = |reason| WithoutFlagged { withheld: Some(reason), ..WithoutFlagged::default() };
    let (Some(n), Some(_)) = (all.n, all.value) else { return None };
    let (Some(kept), Some(value)) = (left.n, left.value) else {
        return Some(nothing(left.withheld.unwrap_or(Withheld::NoAnswers)));
    };
    let few = (1..least).contains(&n.saturating_sub(kept));
    Some(match hidden {
        _ if few => nothing(Withheld::TooFew),
        1 => nothing(Withheld::Complementary),
        _ => WithoutFlagged { n: Some(kept), value: Some(value), withheld: None },
    })
}

/// Takes what [`set_beside`] added out of `result`: counts and scores of flagged answers are for
/// the office, as is its reason.
pub(super) fn remove(result: &mut IndexResult) {
    let scores = result.regions.iter_mut().flat_map(|region| &mut region.scores);
    scores.for_each(|score| score.without_flagged = None);
    result.notes.retain(|note| note.key != NOTE);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{disclosure, fixture};

    /// One province of kab/kota with 1,000 answers each, `left_out` of which are flagged.
    fn round(left_out: &[u64]) -> IndexResult {
        let leaves = |n: &dyn Fn(&u64) -> u64| -> Vec<(u64, u64)> {
            left_out.iter().map(|left| (n(left), 100_000)).collect()
        };
        let mut all = fixture::result(&[leaves(&|_| 1_000)]);
        let without = fixture::result(&[leaves(&|left| 1_000 - left)]);
        set_beside(&mut all, &without, "uji");
        all
    }

    fn withheld(result: &IndexResult) -> Vec<Option<Withheld>> {
        let index = |at: usize| result.regions[at].scores[0].without_flagged.as_ref();
        (0..result.regions.len()).map(|at| index(at).expect("a score").withheld).collect()
    }

    #[test]
    fn one_to_four_answers_left_out_are_not_told_by_their_kabupaten_nor_by_what_holds_it() {
        let (few, whole) = (Some(Withheld::TooFew), Some(Withheld::Complementary));
        assert_eq!(withheld(&round(&[0, 5])), [None; 4]);
        assert_eq!(withheld(&round(&[4, 50])), [whole, whole, few, None]);
        assert_eq!(withheld(&round(&[4, 1])), [None, None, few, few]);
        let shown = round(&[0, 5]).regions[3].scores[0].without_flagged.clone();
        assert_eq!(shown.and_then(|shown| shown.n), Some(995));
    }

    #[test]
    fn a_burst_is_counted_and_left_out_whole_in_any_order_of_rows_and_on_any_threads() {
        use crate::round::intake::tests::{frame, instrument, open, proposed};
        let (frame, instrument) = (frame(), instrument());
        let row = |at: u32| {
            let hour = if at < 60 { 10 } else { 20 + at % 4 };
            format!("61.12,a,2026-02-03 {hour}:0{},{},{},3,4\n", at % 10, 1 + at % 9, 1 + at / 9)
        };
        for (threads, reversed) in [(1, false), (1, true), (4, false), (4, true)] {
            let mut rows: Vec<String> = (0..65).map(row).collect();
            if reversed {
                rows.reverse();
            }
            let head = "kab,link,timestamp,X1.1,X1.2,X1.3,X1.4\n";
            let sheet = open(format!("{head}{}", rows.concat()));
            let mapping = proposed(&sheet);
            let files = [File { sheet: &sheet, mapping: &mapping }];
            let options = Options { threads, ..Options::default() };
            let all = crate::index::sum_up(&files, &instrument, &frame, true, &options);
            let all = all.expect("sums");
            assert_eq!(all.report.faults.kept, []);
            assert_eq!((all.tally.counts[5].rows, all.tally.counts[5].flags.burst), (65, 60));
            let options = Options { bursts: Some(&all.report.bursts), ..options };
            let design = all.tally.design;
            let left = sum_up_unflagged(&files, &instrument, &frame, design, &options);
            assert_eq!(left.expect("sums").tally.counts[5].rows, 5);
        }
    }

    #[test]
    fn nothing_of_it_is_public() {
        let internal = round(&[0, 50]);
        assert!(internal.notes.iter().any(|note| note.key == NOTE));
        let public = disclosure::public(&internal).expect("a public form");
        assert!(public.notes.iter().all(|note| note.key != NOTE));
        let mut scores = public.regions.iter().flat_map(|region| &region.scores);
        assert!(scores.all(|score| score.without_flagged.is_none()));
    }
}
