//! From files of answers to a settled tally: intake and summing side by side.

use std::sync::mpsc::sync_channel;
use std::thread;

use selaras_stats::totals::TotalsError;

use super::tally::Tally;
use crate::instrument::Instrument;
use crate::round::answers::{Answers, Design};
use crate::round::frame::Frame;
use crate::round::intake::{self, File, Options, Report};
use crate::round::mapping::Role;

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
    let recorded = files
        .iter()
        .flat_map(|file| &file.mapping.columns)
        .any(|column| matches!(column.role, Role::Psu | Role::Weight));
    let design = if recorded { Design::Recorded } else { Design::OpenLink };
    let fresh = || Tally::new(instrument, frame.regions.len(), design, margins && !recorded);
    let workers = match options.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        given => given,
    };
    let mut tally = fresh()?;
    let parts: Vec<Tally> = (0..workers).map(|_| fresh()).collect::<Result<_, _>>()?;
    let (report, sums) = thread::scope(|scope| {
        // A queue each: whoever is free takes no chunk out of order that matters, since sums are
        // exact, and a full queue holds the reader back instead of filling memory.
        let mut queues = Vec::with_capacity(workers);
        let mut running = Vec::with_capacity(workers);
        for mut part in parts {
            let (send, receive) = sync_channel::<Answers>(2);
            queues.push(send);
            running.push(scope.spawn(move || {
                let mut outcome = Ok(());
                for chunk in receive {
                    if outcome.is_ok() {
                        outcome = part.add(&chunk);
                    }
                }
                outcome.map(|()| part)
            }));
        }
        let mut next = 0;
        let report = intake::intake(files, instrument, frame, options, &mut |answers, _| {
            // A worker that is gone has met an error, which its result tells.
            if let Some(queue) = queues.get(next) {
                let _ = queue.send(answers);
            }
            next = (next + 1) % workers.max(1);
        });
        drop(queues);
        let sums: Vec<Result<Tally, TotalsError>> = running
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        (report, sums)
    });
    if report.faults.is_empty() {
        for part in sums {
            tally.merge(part?)?;
        }
        tally.settle();
    }
    Ok(Summed { tally, report })
}
