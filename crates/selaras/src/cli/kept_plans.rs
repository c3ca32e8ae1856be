//! `selaras align --data FOLDER`: the plans that are kept in a data folder, province by province.

use std::path::Path;
use std::sync::Mutex;

use jiff::civil::Date;

use super::progress::Progress;
use super::serve::{open, runtime};
use super::{Stop, say};
use crate::align::files::{self, Written};
use crate::align::{self, register};
use crate::locale::{Message, Words};
use crate::parallel;
use crate::policy::Actor;
use crate::region;
use crate::store::{self, Clock, Store};

/// Aligns every province of which plans are kept in `data` on the day `today`, and writes each into
/// a folder of its own below `out`.
///
/// # Errors
/// Nothing is kept there; the store or the folder gets in the way.
pub(super) fn run(data: &Path, out: &Path, today: Date, words: Words) -> Result<(), Stop> {
    let runtime = runtime()?;
    let store = runtime.block_on(open(data))?;
    let provinces = runtime.block_on(provinces(&store))?;
    if provinces.is_empty() {
        return Err(Stop::faults(vec![Message::new("cli-align-nothing-kept")]));
    }
    let progress = Mutex::new((0, Progress::new(words)));
    let written = parallel::map(0, provinces.len(), |at| {
        let written = match provinces.get(at) {
            Some(province) => {
                let inputs = runtime.block_on(inputs(&store, *province));
                written(inputs?, &out.join(province.as_str()), today, words)
            }
            None => Ok(Vec::new()),
        };
        // A poisoned lock only means that another thread stopped while it held it.
        let mut told = progress.lock().unwrap_or_else(|held| held.into_inner());
        told.0 += 1;
        let done = told.0;
        told.1.at("cli-progress-provinces", done, provinces.len() as u64);
        written
    });
    drop(progress);
    runtime.block_on(store.close());
    for file in written.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        say(&words, &Message::new("cli-written").with("file", file.path))?;
    }
    Ok(())
}

async fn provinces(store: &Store) -> Result<Vec<region::Code>, store::Error> {
    let mut tx = store.read(Clock::System).await?;
    register::provinces(&mut tx, &Actor::operator()).await
}

async fn inputs(
    store: &Store,
    province: region::Code,
) -> Result<Option<align::Inputs>, store::Error> {
    let mut tx = store.read(Clock::System).await?;
    register::inputs(&mut tx, &Actor::operator(), province).await
}

/// The files of a province; none where its last plan was withdrawn meanwhile.
fn written(
    inputs: Option<align::Inputs>,
    out: &Path,
    today: Date,
    words: Words,
) -> Result<Vec<Written>, Stop> {
    let Some(inputs) = inputs else { return Ok(Vec::new()) };
    let alignment = align::align(inputs, today);
    files::write(&alignment, out, words)
        .map_err(|error| Stop::machine(out.display().to_string(), &error))
}
