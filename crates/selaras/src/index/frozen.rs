//! What a round's result is computed from, frozen, and the result itself in the data folder.
//!
//! A result is a pure function of what [`Frozen`] names: the snapshots of the round and of the
//! round before, by hash, the margins, the instrument, the settings with their seed, the day, and
//! this version of the program. It lies in a folder of its own as `result.json` (internal form; of
//! simulated answers `DATA-SIMULASI-result.json`) with `frozen.json` beside it, and is written
//! whole before the round points at it.

use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::change::Before;
use super::comparable::{self, Terms};
use super::compute::{ComputeError, Input, compute};
use super::flagged::{FLAGGED, set_beside};
use super::result::{IndexResult, InputRef, Options, RoundRef};
use super::sum::gather;
use super::tally::Tally;
use crate::instrument::{self, Instrument};
use crate::jobs::Run;
use crate::locale::{Message, TimeZone};
use crate::policy::{Actor, NATION, Scope};
use crate::region;
use crate::round::answers::{Design, Labels};
use crate::round::beside::{self, Beside};
use crate::round::frame::Frame;
use crate::round::margins::RoundMargins;
use crate::round::official::RoundOfficial;
use crate::round::register::{self, RegisterError, Round};
use crate::round::snapshot::Reader;
use crate::round::upload::{self, ground, register_message};
use crate::sheet::Source;
use crate::simulate::MARK;
use crate::store::{DataFolder, Error, FileId, RoundId, Tx};

/// Kind of the jobs that compute a round's index.
pub const INDEX: &str = "index";

/// A file of answers that goes into a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenFile {
    /// Its id in the round.
    pub id: FileId,
    /// Name it came with.
    pub name: String,
    /// SHA-256 of the bytes that came.
    pub sha256: String,
    /// SHA-256 of the snapshot of codes.
    pub snapshot: String,
    /// How the sample came about.
    pub design: Design,
    /// Rows read.
    pub rows: u64,
    /// Rows kept.
    pub kept: u64,
}

/// A round as it goes into a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenRound {
    /// Id.
    pub id: RoundId,
    /// Name.
    pub name: String,
    /// Id of the instrument.
    pub instrument: String,
    /// Its files.
    pub files: Vec<FrozenFile>,
    /// What the office set of it; none in what earlier versions wrote down.
    #[serde(default)]
    pub terms: Option<RoundTerms>,
}

/// What an office sets of a round and may change later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTerms {
    /// Year measured.
    pub year: i16,
    /// First day answers are taken.
    pub opened: Option<Date>,
    /// Last day answers are taken.
    pub closed: Option<Date>,
    /// Answers aimed at per kab/kota.
    pub target: u64,
    /// Its regions.
    pub regions: Vec<String>,
}

impl RoundTerms {
    fn of(round: &Round) -> Self {
        Self {
            year: round.year,
            opened: round.opened,
            closed: round.closed,
            target: round.target,
            regions: round.regions.clone(),
        }
    }
}

/// Everything a result is computed from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// Program and version.
    pub program: String,
    /// The day the result is made.
    pub as_of: Date,
    /// Settings with their seed.
    pub options: Options,
    /// The round.
    pub round: FrozenRound,
    /// SHA-256 of the margins file, where the round has one.
    pub margins: Option<String>,
    /// SHA-256 of the file of official figures, where the round has one.
    pub official: Option<String>,
    /// The round before, where there is one to compare with.
    pub before: Option<FrozenRound>,
    /// Why scores are also given without flagged answers; none where they are not.
    pub without_flagged: Option<String>,
}

/// What [`compute_frozen`] needs besides [`Frozen`]: the rounds themselves.
#[derive(Clone, Debug)]
pub struct Ready {
    /// What is frozen.
    pub frozen: Frozen,
    round: Round,
    before: Option<Round>,
    margins: Option<RoundMargins>,
    official: Option<RoundOfficial>,
}

fn frozen_round(
    data: &DataFolder,
    round: &Round,
    files: &[register::File],
) -> Result<FrozenRound, Error> {
    let files = upload::counting(files).map(|file| {
        let kept = upload::kept(data, round.id, file.id)?;
        Ok(FrozenFile {
            id: file.id,
            name: file.name.clone(),
            sha256: file.sha256.clone(),
            snapshot: kept.snapshot,
            design: kept.report.design,
            rows: file.taken,
            kept: file.kept,
        })
    });
    Ok(FrozenRound {
        id: round.id,
        name: round.name.clone(),
        instrument: round.instrument.clone(),
        files: files.collect::<Result<_, Error>>()?,
        terms: Some(RoundTerms::of(round)),
    })
}

/// Freezes what the round `id` holds now. The round before is the latest of an earlier year with a
/// region of this one and a result, simulated as this one is or is not: the latest with the same
/// instrument, or else the latest of any, with which the result says why it is not compared.
///
/// # Errors
/// As [`register::get`].
pub async fn freeze(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    id: RoundId,
    without_flagged: Option<String>,
) -> Result<Ready, RegisterError> {
    let mut round = register::get(tx, actor, id).await?;
    let margins = beside::kept::<RoundMargins>(data, id)?;
    let official = beside::kept::<RoundOfficial>(data, id)?;
    // What goes in tells, whatever the register says of it.
    round.simulated |= margins.as_ref().is_some_and(Beside::is_marked)
        || official.as_ref().is_some_and(Beside::is_marked);
    let rounds = register::list(tx, actor, &Scope::nation()).await?;
    let earlier = |other: &&Round| {
        other.year < round.year
            && share_a_region(&other.regions, &round.regions)
            && other.simulated == round.simulated
            && other.result.is_some()
            && other.answers > 0
    };
    let alike = rounds.iter().filter(earlier).find(|other| other.instrument == round.instrument);
    let before = alike.or_else(|| rounds.iter().find(earlier)).cloned();
    let files = register::files(tx, actor, id).await?;
    let mut frozen = Frozen {
        program: format!("selaras {}", env!("CARGO_PKG_VERSION")),
        as_of: TimeZone::Wib.wall(tx.now()).date(),
        options: Options::default(),
        round: frozen_round(data, &round, &files)?,
        margins: margins.as_ref().map(|margins| margins.sha256.clone()),
        official: official.as_ref().map(|official| official.sha256.clone()),
        before: None,
        without_flagged,
    };
    if let Some(before) = &before {
        let files = register::files(tx, actor, before.id).await?;
        frozen.before = Some(frozen_round(data, before, &files)?);
    }
    Ok(Ready { frozen, round, before, margins, official })
}

/// Whether one of these lists of codes holds a region of the other.
fn share_a_region(some: &[String], others: &[String]) -> bool {
    let within = |part: &str, whole: &str| {
        whole == NATION
            || part.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    some.iter().any(|one| others.iter().any(|other| within(one, other) || within(other, one)))
}

/// Whether the result of `round` no longer shows what the round holds: files of answers, margins or
/// official figures came, went or were replaced since it was computed, or the round was edited.
///
/// # Errors
/// As [`register::files`].
pub async fn outdated(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: &Round,
) -> Result<bool, RegisterError> {
    let computed = ResultFolder::of(data, round).and_then(|folder| folder.frozen().ok());
    let Some(computed) = computed else { return Ok(false) };
    let files = register::files(tx, actor, round.id).await?;
    let margins = beside::kept_sha256::<RoundMargins>(data, round.id)?;
    let official = beside::kept_sha256::<RoundOfficial>(data, round.id)?;
    let held = upload::counting(&files).map(|file| file.id);
    let same = computed.round.name == round.name
        && computed.round.terms.is_none_or(|terms| terms == RoundTerms::of(round));
    Ok(!same
        || (margins, official) != (computed.margins, computed.official)
        || held.ne(computed.round.files.iter().map(|file| file.id)))
}

/// A round's answers, summed up.
struct Read {
    instrument: &'static Instrument,
    frame: Frame,
    labels: Labels,
    tally: Tally,
}

fn read(
    data: &DataFolder,
    round: &Round,
    frozen: &FrozenRound,
    without: u8,
) -> Result<Read, Message> {
    let (instrument, frame) = ground(data, round)?;
    let mut designs: Vec<Design> = frozen.files.iter().map(|file| file.design).collect();
    designs.dedup();
    let &[design] = designs.as_slice() else {
        let key = if designs.is_empty() { "upload-error-no-files" } else { "upload-error-designs" };
        return Err(Message::new(key).with("round", round.name.as_str()));
    };
    let mut reader = Reader::new(instrument, &frame);
    let margins = design == Design::OpenLink;
    let (outcome, tally) = gather(instrument, &frame, design, margins, 0, |sink| {
        for file in &frozen.files {
            let path = data.answers(round.id, file.id);
            let found = Source::open(&path).and_then(|source| source.sha256());
            if found.ok().as_ref() != Some(&file.snapshot) {
                let message = Message::new("upload-error-snapshot-changed");
                return Err(message.with("file", file.name.as_str()));
            }
            let mut pass_on = |answers| drop(sink(answers));
            reader.read(&path, without, &mut pass_on).map_err(|error| error.message())?;
        }
        Ok(())
    });
    outcome?;
    let labels = reader.into_labels();
    let tally = tally.map_err(|error| ComputeError::from(error).message(&labels))?;
    Ok(Read { instrument, frame, labels, tally })
}

/// The round before as a result has use for it.
enum Earlier {
    /// Of the same instrument: compared.
    Read(Box<Read>),
    /// Of another: not compared, for these reasons.
    Apart(Vec<Message>),
}

/// The round before of `ready`, whose answers are read only where their instrument is that of
/// `now`.
fn earlier(data: &DataFolder, ready: &Ready, now: &Read) -> Result<Option<Earlier>, Message> {
    let (Some(before), Some(frozen)) = (&ready.before, &ready.frozen.before) else {
        return Ok(None);
    };
    let Some(design) = frozen.files.first().map(|file| file.design) else { return Ok(None) };
    let Some(instrument) = instrument::find(data, &before.instrument) else {
        let message = Message::new("index-change-instrument-gone");
        let message = message.with("instrument", before.instrument.as_str());
        return Ok(Some(Earlier::Apart(vec![message])));
    };
    if instrument.sha256 == now.instrument.sha256 {
        return Ok(Some(Earlier::Read(Box::new(read(data, before, frozen, 0)?))));
    }
    let as_of = ready.frozen.as_of;
    let (round, then) = (reference(&ready.round, as_of), reference(before, as_of));
    let now = Terms { instrument: now.instrument, round: &round, design: now.tally.design };
    let then = Terms { instrument, round: &then, design };
    let reasons = comparable::differences(&now, &then, ready.frozen.options.window_days);
    Ok(Some(Earlier::Apart(reasons)))
}

fn reference(round: &Round, as_of: Date) -> RoundRef {
    RoundRef {
        name: round.name.clone(),
        year: round.year,
        opened: round.opened,
        closed: round.closed,
        as_of,
        target: round.target,
    }
}

/// Computes the result of what is frozen, answers left out that carry a flag in `without`: with
/// such scores alone are wanted, and there is neither a round before nor an adjusted score. `tell`
/// hears when a part is done (of three).
///
/// # Errors
/// The sentence that says why there is none.
pub fn compute_frozen(
    data: &DataFolder,
    ready: &Ready,
    without: u8,
    tell: &dyn Fn(u64) -> Result<(), Message>,
) -> Result<IndexResult, Message> {
    let Ready { frozen, round, before, margins, .. } = ready;
    let now = read(data, round, &frozen.round, without)?;
    tell(1)?;
    let then = if without == 0 { earlier(data, ready, &now)? } else { None };
    tell(2)?;
    let margins = margins.as_ref().filter(|_| without == 0);
    let input = Input {
        instrument: now.instrument,
        frame: &now.frame,
        labels: &now.labels,
        tally: &now.tally,
        margins: margins.map_or(&[][..], |margins| margins.margins.as_slice()),
        round: reference(round, frozen.as_of),
        files: frozen
            .round
            .files
            .iter()
            .map(|file| InputRef {
                name: file.name.clone(),
                sha256: file.sha256.clone(),
                rows: file.rows,
                kept: file.kept,
            })
            .collect(),
        simulated: round.simulated,
        options: frozen.options.clone(),
        threads: 0,
        before: match (before, &then) {
            (Some(before), Some(Earlier::Read(then))) => Some(Before {
                instrument: then.instrument,
                frame: &then.frame,
                labels: &then.labels,
                tally: &then.tally,
                round: reference(before, frozen.as_of),
            }),
            _ => None,
        },
        district_name: &|code| region::find(code).map(|region| region.name.clone()),
    };
    let mut result = compute(&input).map_err(|error| error.message(&now.labels))?;
    if let (Some(before), Some(Earlier::Apart(reasons))) = (before, then) {
        result.change = Some(comparable::apart(&before.name, reasons));
    }
    tell(3)?;
    Ok(result)
}

/// Where a result and what it was computed from lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFolder {
    path: PathBuf,
    /// What the names of its results begin with: files leave the folder without it.
    mark: String,
}

impl ResultFolder {
    /// The present result of a round; none where it was not computed yet.
    #[must_use]
    pub fn of(data: &DataFolder, round: &Round) -> Option<Self> {
        let path = data.results(round.id).join(round.result.as_ref()?);
        // What the round was when this was computed counts, not what it has become since.
        let marked = Self::at(path.clone(), true);
        Some(if marked.result().exists() { marked } else { Self::at(path, false) })
    }

    fn at(path: PathBuf, marked: bool) -> Self {
        let mark = if marked { format!("{MARK}-") } else { String::new() };
        Self { path, mark }
    }

    /// The internal form.
    #[must_use]
    pub fn result(&self) -> PathBuf {
        self.path.join(format!("{}result.json", self.mark))
    }

    /// What the result was computed from.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`].
    pub fn frozen(&self) -> Result<Frozen, Error> {
        let bytes = fs::read(self.path.join("frozen.json")).map_err(|_| Error::NotFound)?;
        serde_json::from_slice(&bytes).map_err(|_| Error::Damaged("frozen inputs"))
    }
}

/// Computes what is frozen, keeps the result, and says where: the name for
/// [`register::set_result`].
///
/// # Errors
/// The sentence that says why there is none; then nothing of it remains.
pub fn compute_and_keep(
    data: &DataFolder,
    ready: &Ready,
    tell: &dyn Fn(u64) -> Result<(), Message>,
) -> Result<String, Message> {
    let mut result = compute_frozen(data, ready, 0, tell)?;
    if let Some(reason) = &ready.frozen.without_flagged {
        set_beside(&mut result, &compute_frozen(data, ready, FLAGGED, tell)?, reason);
    }
    if let Some(official) = &ready.official {
        result.set_official(&official.figures);
    }
    let json = result.json().map_err(|_| Error::Damaged("result").message())?;
    let frozen = serde_json::to_vec_pretty(&ready.frozen);
    let frozen = frozen.map_err(|_| Error::Damaged("frozen inputs").message())?;
    // A folder that another computation has made is never written into.
    let name = (1_u32..)
        .map(|number| format!("{}-{number}", ready.frozen.as_of))
        .find(|name| !data.results(ready.round.id).join(name).exists());
    let name = name.unwrap_or_else(|| ready.frozen.as_of.to_string());
    let place = data.results(ready.round.id).join(&name);
    let folder = ResultFolder::at(place.with_extension("part"), ready.round.simulated);
    let write = |path: PathBuf, bytes: &[u8]| {
        DataFolder::write(&path, bytes).map_err(|error| error.message())
    };
    write(folder.result(), &json)?;
    write(folder.path.join("frozen.json"), &frozen)?;
    fs::rename(&folder.path, &place)
        .map_err(|source| Error::Folder { path: place.display().to_string(), source }.message())?;
    Ok(name)
}

/// The work behind [`INDEX`]; its subject is the round, and its payload may carry the reason why
/// scores are also given without flagged answers (`{"without_flagged": …}`). Its result is the
/// Beranda of the round.
///
/// # Errors
/// The sentence that says why there is no result.
pub fn work(run: &Run) -> Result<Option<String>, Message> {
    let (data, actor) = (run.store().folder(), Actor::operator());
    let subject = run.job().subject.as_deref().and_then(|text| text.parse::<RoundId>().ok());
    let round = subject.ok_or_else(|| Error::NotFound.message())?;
    let reason = run.job().payload["without_flagged"].as_str().map(str::to_owned);
    let ready = run.wait(async {
        let mut tx = run.store().read(run.clock()).await?;
        freeze(&mut tx, &actor, data, round, reason).await
    });
    let ready = ready.map_err(register_message)?;
    let parts = if ready.frozen.without_flagged.is_some() { 6 } else { 3 };
    let told = std::cell::Cell::new(0);
    let name = compute_and_keep(data, &ready, &|_| {
        told.set(told.get() + 1);
        Ok(run.progress(told.get(), parts, &Message::new("upload-computing"))?)
    })?;
    let set = run.wait(async {
        let mut tx = run.store().begin(run.clock()).await?;
        register::set_result(&mut tx, &actor, round, &name).await?;
        Ok::<_, RegisterError>(tx.commit().await?)
    });
    set.map_err(register_message)?;
    Ok(Some(format!("/putaran/{round}/beranda")))
}
