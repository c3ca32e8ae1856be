//! Changing what a round is: its name, year, window, target and regions. Nothing that was taken in
//! is lost by it, and what answers were read with stays as it was.

use std::collections::BTreeMap;

use super::beside;
use super::margins::RoundMargins;
use super::official::RoundOfficial;
use super::register::{self, NewRound, RegisterError, Round};
use super::snapshot;
use super::upload::Upload;
use crate::jobs;
use crate::locale::{Message, first_of};
use crate::policy::{Action, Actor, NATION, Scope};
use crate::region;
use crate::store::{DataFolder, Error, RoundId, Tx};

/// Regions that a fault names at most.
const NAMED: usize = 6;

/// What `round` is, as it may be given again.
#[must_use]
pub fn terms(round: &Round) -> NewRound {
    NewRound {
        year: round.year,
        name: round.name.clone(),
        instrument: round.instrument.clone(),
        opened: round.opened,
        closed: round.closed,
        target: round.target,
        simulated: round.simulated,
        regions: round.regions.clone(),
    }
}

/// Whether answers, files that wait, or tables beside the answers were read with the instrument of
/// the round, which can then not be changed.
///
/// # Errors
/// As [`register::files`].
pub async fn instrument_is_fixed(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: RoundId,
) -> Result<bool, RegisterError> {
    Ok(!register::files(tx, actor, round).await?.is_empty()
        || !Upload::all(data, round).is_empty()
        || beside::kept::<RoundMargins>(data, round)?.is_some()
        || beside::kept::<RoundOfficial>(data, round)?.is_some())
}

/// Gives the round `id` the terms `new`. Whether it is simulated stays as it is.
///
/// # Errors
/// [`Error::NotFound`] where the actor may not; [`RegisterError::Invalid`] with every fault of
/// [`NewRound::faults`], for a name that another round bears, for another instrument where it
/// [is fixed](instrument_is_fixed), for another year where ages were reckoned in this one, for
/// regions left out that answers came from, and for another year, other regions or another
/// instrument while files are taken in.
pub async fn edit(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    id: RoundId,
    mut new: NewRound,
    known: impl Fn(&str) -> bool,
) -> Result<(), RegisterError> {
    let round = register::get(tx, actor, id).await?;
    // What is wrong is told only to those who may mend it.
    register::allowed(actor, Action::Change, &round.regions)?;
    register::allowed(actor, Action::Change, &new.regions)?;
    new.simulated = round.simulated;
    let mut faults = new.faults(known);
    if new.instrument != round.instrument && instrument_is_fixed(tx, actor, data, id).await? {
        faults.push(Message::new("round-fault-instrument-fixed"));
    }
    if faults.is_empty() {
        new.settle();
        if (new.year, &new.regions, &new.instrument)
            != (round.year, &round.regions, &round.instrument)
        {
            let jobs = jobs::of_subject(tx, actor, &id.to_string()).await?;
            if jobs.iter().any(|job| !job.state.ended()) {
                faults.push(Message::new("round-fault-busy"));
            }
        }
        if new.year != round.year {
            faults.extend(aged(tx, actor, data, &round).await?);
        }
        if new.regions != round.regions {
            faults.extend(lost(tx, actor, data, id, &new.regions).await?);
        }
    }
    register::change(tx, actor, &round, new, faults).await
}

/// The fault that files gave years of birth, of which the bands of age as of the round's year are
/// all that is kept; none where no file did.
async fn aged(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: &Round,
) -> Result<Option<Message>, RegisterError> {
    // A file that another took the place of may count again when that goes.
    let files = register::files(tx, actor, round.id).await?;
    let files: Vec<_> =
        files.into_iter().map(|file| (data.answers(round.id, file.id), file.name)).collect();
    let names = tokio::task::spawn_blocking(move || {
        let mut names = Vec::new();
        for (path, name) in files {
            names.extend(snapshot::ages_in(&path)?.map(|_| name));
        }
        Ok::<_, snapshot::SnapshotError>(names)
    });
    let names = names.await.map_err(|_| damaged())?.map_err(|_| damaged())?;
    Ok((!names.is_empty()).then(|| {
        Message::new("round-fault-year-ages")
            .with("year", round.year.to_string())
            .with("files", first_of(&names, NAMED))
    }))
}

fn damaged() -> RegisterError {
    Error::Damaged("answers of a round").into()
}

/// The fault that answers came from regions outside `regions`; none where none did.
async fn lost(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    id: RoundId,
    regions: &[String],
) -> Result<Option<Message>, RegisterError> {
    let files = register::files(tx, actor, id).await?;
    // A file that another took the place of may count again when that goes.
    let paths: Vec<_> = files.iter().map(|file| data.answers(id, file.id)).collect();
    let counted = tokio::task::spawn_blocking(move || {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for path in paths {
            for (code, rows) in snapshot::regions(&path)? {
                *counts.entry(code).or_default() += rows;
            }
        }
        Ok::<_, snapshot::SnapshotError>(counts)
    });
    let counts = counted.await.map_err(|_| damaged())?.map_err(|_| damaged())?;
    let within = |code: &str| {
        let holds =
            |of: &String| of == NATION || Scope::of(of).is_some_and(|scope| scope.contains(code));
        regions.iter().any(holds)
    };
    let outside: Vec<(String, u64)> =
        counts.into_iter().filter(|(code, _)| !within(code)).collect();
    let name = |(code, _): &(String, u64)| {
        region::find(code).map_or_else(|| code.clone(), region::Region::short_name)
    };
    let names: Vec<String> = outside.iter().map(name).collect();
    let answers: u64 = outside.iter().map(|(_, rows)| rows).sum();
    Ok((!names.is_empty()).then(|| {
        Message::new("round-fault-regions-lost")
            .with("answers", answers)
            .with("names", first_of(&names, NAMED))
    }))
}
