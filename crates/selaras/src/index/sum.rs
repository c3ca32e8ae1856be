//! From files of answers to a settled tally: intake and summing side by side.

use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use selaras_stats::totals::TotalsError;

use super::tally::Tally;
use crate::instrument::Instrument;
use crate::round::answers::{Answers, Design};
use crate::round::frame::Frame;
use crate::round::intake::{self, File, Options, Report};

/// What files of answers come to.
pub struct Summed {
    /// The answers, summed up and settled. Empty where there are faults.
    pub tally: Tally,
    /// What became of the files.
    pub report: Report,
}

/// Takes `files` in and sums them up. Cells of the raking attributes are kept apart only where
/// `margins` asks for it, since they may be as many as respondents. The result is the same for any
/// number of threads.
///
/// # Errors
/// Weights that do not fit the totals. Faults of the files stand in the report.
pub fn sum_up(
    files: &[File<'_>],
    instrument: &Instrument,
    frame: &Frame,
    margins: bool,
    options: &Options<'_>,
) -> Result<Summed, TotalsError> {
    let design = intake::design(files);
    let margins = margins && design == Design::OpenLink;
    let (report, tally) = gather(instrument, frame, design, margins, options.threads, |sink| {
        intake::intake(files, instrument, frame, options, &mut |answers, _| sink(answers))
    });
    // Rows with a fault are left out, so a tally beside faults is of no use, whole or not.
    let mut tally = if report.faults.is_empty() {
        tally?
    } else {
        Tally::new(instrument, frame.regions.len(), design, margins)?
    };
    // Answers do not carry this flag before all of them were read.
    if options.bursts.is_none() {
        for (counts, region) in tally.counts.iter_mut().zip(0..) {
            counts.flags.burst = report.bursts.by_region().get(&region).copied().unwrap_or(0);
        }
    }
    Ok(Summed { tally, report })
}

/// Sums up what `deliver` passes on, on `threads` threads (0 for as many as the machine has), and
/// settles the tally. What it is passed gives back answers whose room may be used again. Cells of
/// the raking attributes are kept apart where `margins` asks for it.
pub(super) fn gather<R>(
    instrument: &Instrument,
    frame: &Frame,
    design: Design,
    margins: bool,
    threads: usize,
    deliver: impl FnOnce(&mut dyn FnMut(Answers) -> Option<Answers>) -> R,
) -> (R, Result<Tally, TotalsError>) {
    let fresh = || Tally::new(instrument, frame.regions.len(), design, margins);
    let workers = intake::threads(threads);
    let (give_back, given_back) = channel::<Answers>();
    thread::scope(|scope| {
        // A queue each: whoever is free takes no chunk out of order that matters, since sums are
        // exact, and a full queue holds the reader back instead of filling memory.
        let mut queues = Vec::with_capacity(workers);
        let mut running = Vec::with_capacity(workers);
        for _ in 0..workers {
            let (send, receive) = sync_channel::<Answers>(4);
            queues.push(send);
            let give_back = give_back.clone();
            running.push(scope.spawn(move || {
                let mut part = fresh();
                for chunk in receive {
                    if let Ok(tally) = &mut part
                        && let Err(error) = tally.add(&chunk)
                    {
                        part = Err(error);
                    }
                    let _ = give_back.send(chunk);
                }
                part
            }));
        }
        let mut next = 0;
        let delivered = deliver(&mut |answers| {
            // A worker that is gone has met an error, which its result tells.
            if let Some(queue) = queues.get(next) {
                let _ = queue.send(answers);
            }
            next = (next + 1) % workers.max(1);
            given_back.try_recv().ok()
        });
        drop(queues);
        let sums: Vec<Result<Tally, TotalsError>> = running
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        let merged = || {
            let mut sums = sums.into_iter();
            let mut tally = sums.next().unwrap_or_else(fresh)?;
            for part in sums {
                tally.merge(part?)?;
            }
            tally.settle();
            Ok(tally)
        };
        (delivered, merged())
    })
}
