//! From a file that somebody sends to answers that a round keeps.
//!
//! A file is staged in the data folder, its mapping proposed from a saved profile or from what it
//! holds, completed by a person, and taken in by a job of the kind [`INTAKE`]. What the round keeps
//! is the [`snapshot`] of codes; the file itself is deleted as soon as it was taken in, or as soon
//! as its faults are marked in a workbook. Nothing half-taken remains: the snapshot is written
//! beside and moved into place in the transaction that makes the file one of the round's.

use std::cell::Cell;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::intake::{self, District, Found, Regions, Report};
use super::mapping::{self, Mapping};
use super::register::{self, Added, File, NewFile, RegisterError, Round};
use super::snapshot::{SnapshotError, Writer};
use crate::instrument::{self, Instrument};
use crate::jobs::{self, Job, Run};
use crate::locale::{Language, Message, Words};
use crate::policy::{Actor, NATION};
use crate::region;
use crate::sheet::{self, Fault, Sheet, Source, Texts};
use crate::store::{Clock, DataFolder, Error, FileId, RoundId, Store, Tx};

/// Kind of the jobs that take a staged file in.
pub const INTAKE: &str = "intake";
/// Whose mapping profiles these are; the one office there is until accounts exist.
pub const OFFICE: &str = "kantor";
/// Rows that a proposal is made from.
pub const SAMPLE: usize = 2_000;
/// A file that nobody completed the mapping of is deleted after this time.
const FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its mapping is to be checked.
    Waiting,
    /// It has faults, which [`Upload::faults`] tells; the file itself is deleted.
    Returned,
}

/// How a file is to be read, as far as a person said so; the rest is recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Delimiter of a text file.
    pub delimiter: Option<u8>,
    /// Row of the header, from 1.
    pub header_row: Option<u64>,
}

/// A file that was opened, with its first rows.
#[derive(Debug)]
pub struct Look {
    /// The file.
    pub sheet: Sheet,
    /// At most [`SAMPLE`] rows, by column.
    pub sample: Vec<Texts>,
}

impl Look {
    /// Looks at the first rows of `sheet`.
    ///
    /// # Errors
    /// The fault at which it cannot be read.
    pub fn at(sheet: Sheet) -> Result<Self, Box<Fault>> {
        let sample = sheet.sample(SAMPLE)?;
        Ok(Self { sheet, sample })
    }
}

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Id.
    pub id: FileId,
    /// The round it was sent to.
    pub round: RoundId,
    /// Name it came with, without folder.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// When it came.
    pub added: Timestamp,
    /// The file whose place it is to take.
    pub replaces: Option<FileId>,
    /// How it is read.
    pub opening: Opening,
    /// What its columns mean.
    pub mapping: Mapping,
    /// Whether the mapping comes from a saved profile.
    pub from_profile: bool,
    /// Where it stands.
    pub state: State,
}

/// What the round keeps beside a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// SHA-256 of the snapshot, lower-case hex.
    pub snapshot: String,
    /// What became of the file.
    pub report: Report,
}

/// Why a file is not staged.
#[derive(Debug)]
pub enum Refusal {
    /// The round holds the same bytes already, under this name.
    Already(String),
    /// It cannot be read at all.
    Unreadable(Box<Fault>),
    /// Something below failed.
    Failed(Message),
}

impl From<RegisterError> for Refusal {
    fn from(error: RegisterError) -> Self {
        Self::Failed(register_message(error))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error.message())
    }
}

/// What to tell a person of an error of the register.
#[must_use]
pub fn register_message(error: RegisterError) -> Message {
    match error {
        RegisterError::Store(error) => error.message(),
        RegisterError::Invalid(messages) => {
            let first = messages.into_iter().next();
            first.unwrap_or_else(|| Message::new("web-problem-unreadable"))
        }
    }
}

/// The frame of a round and its instrument.
///
/// # Errors
/// A sentence where the program does not know the instrument or a region any more.
pub fn ground(data: &DataFolder, round: &Round) -> Result<(&'static Instrument, Frame), Message> {
    let instrument = instrument::find(data, &round.instrument).ok_or_else(|| {
        Message::new("upload-error-no-instrument").with("instrument", round.instrument.as_str())
    })?;
    let codes = round.regions.iter().filter(|code| *code != NATION);
    let codes: Vec<region::Code> = codes
        .map(|code| code.parse())
        .collect::<Result<_, _>>()
        .map_err(|error: region::NotACode| error.message())?;
    Ok((instrument, region::frame(&codes)?))
}

/// Finds kab/kota of `frame`: as [`Regions`] does, and where that finds nothing among all kab/kota,
/// never guessing between two or by a name spelled a little differently. A kab/kota outside the frame
/// is told as such.
pub fn region_finder(frame: &Frame) -> impl Fn(&str) -> Found + Sync + '_ {
    let regions = Regions::new(frame);
    let placed = |found: &region::Region| match frame.position(found.code.as_str()) {
        Some(at) => Found::One(at),
        None => Found::Outside(found.short_name()),
    };
    move |text| match regions.find(text) {
        Found::Nothing if text.chars().any(char::is_alphabetic) => {
            let scope = region::Scope { within: None, level: Some(region::Level::Regency) };
            match region::search(text, scope) {
                region::Found::One(found) if region::is_spelled(text, found) => placed(found),
                region::Found::One(found) => Found::Like(found.name.clone()),
                region::Found::Candidates(several) => {
                    Found::Several(several.iter().map(|region| region.name.clone()).collect())
                }
                region::Found::None => Found::Nothing,
            }
        }
        Found::Nothing => match region::find(text.trim()) {
            Some(found) if found.level() == region::Level::Regency => placed(found),
            _ => Found::Nothing,
        },
        found => found,
    }
}

/// Finds the kecamatan that a text, a code or a name, means within a region of `frame`, of which a
/// name spelled a little differently is only like it.
pub fn district_finder(frame: &Frame) -> impl Fn(u32, &str) -> District + '_ {
    |at, text| {
        let within = frame.regions.get(at as usize).and_then(|region| region.code.parse().ok());
        // A region that the built-in table does not know has the kecamatan that its answers name.
        let Some(within) = within.filter(|code| region::get(*code).is_some()) else {
            return District::One(text.to_owned());
        };
        let scope = region::Scope { within: Some(within), level: Some(region::Level::District) };
        match region::search(text, scope) {
            region::Found::One(found) if region::is_spelled(text, found) => {
                District::One(found.code.to_string())
            }
            region::Found::One(found) => District::Like(vec![found.name.clone()]),
            region::Found::Candidates(several) => {
                District::Like(several.iter().map(|found| found.name.clone()).collect())
            }
            region::Found::None => District::Nothing,
        }
    }
}

/// The codes of kab/kota of `frame`, found as [`region_finder`] does.
pub fn region_code_finder(frame: &Frame) -> impl Fn(&str) -> Option<String> + '_ {
    let find = region_finder(frame);
    move |text| match find(text) {
        Found::One(at) => frame.regions.get(at as usize).map(|region| region.code.clone()),
        Found::Several(_) | Found::Outside(_) | Found::Like(_) | Found::Nothing => None,
    }
}

/// The mapping for the file of `look`: from the `profiles` (name and body) where one fits, else
/// proposed; and whether it comes from a profile.
#[must_use]
pub fn map(
    look: &Look,
    instrument: &Instrument,
    frame: &Frame,
    profiles: &[(String, String)],
    year: i16,
) -> (Mapping, bool) {
    let Look { sheet, sample } = look;
    let wanted = profile_name(instrument, &mapping::layout(&sheet.columns));
    let saved = profiles.iter().find(|(name, _)| *name == wanted);
    if let Some(Ok(mut mapping)) = saved.map(|(_, body)| mapping::from_json(body.as_bytes())) {
        mapping.extend(sheet, sample, instrument);
        mapping.year = Some(year);
        return (mapping, true);
    }
    let find = region_finder(frame);
    (mapping::propose(sheet, sample, instrument, &find, Some(year)), false)
}

fn profile_name(instrument: &Instrument, layout: &str) -> String {
    format!("{}-{}/{layout}", instrument.id, instrument.version)
}

/// Keeps `mapping` as the profile of the files of its layout.
///
/// # Errors
/// [`RegisterError::Store`].
pub async fn save_profile(
    tx: &mut Tx,
    actor: &Actor,
    instrument: &Instrument,
    mapping: &Mapping,
) -> Result<(), RegisterError> {
    let name = profile_name(instrument, &mapping.layout);
    register::save_profile(tx, actor, OFFICE, &name, &mapping.to_json()).await
}

impl Upload {
    /// The folder of the upload `id`, made where it is missing; the file that comes goes to
    /// [`Upload::raw`] in it.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn folder(data: &DataFolder, round: RoundId, id: FileId) -> Result<PathBuf, Error> {
        let path = data.uploads(round).join(id.to_string());
        let fault = |source| Error::Folder { path: path.display().to_string(), source };
        fs::create_dir_all(&path).map_err(fault)?;
        Ok(path)
    }

    fn path(data: &DataFolder, round: RoundId, id: FileId, name: &str) -> PathBuf {
        data.uploads(round).join(id.to_string()).join(name)
    }

    /// Where the bytes that come are put.
    #[must_use]
    pub fn raw(data: &DataFolder, round: RoundId, id: FileId) -> PathBuf {
        Self::path(data, round, id, "raw")
    }

    /// The workbook in which the faults of the upload are marked.
    #[must_use]
    pub fn marked(&self, data: &DataFolder, language: Language) -> PathBuf {
        let name = if language == Language::En { "faults-en.xlsx" } else { "faults-id.xlsx" };
        Self::path(data, self.round, self.id, name)
    }

    /// The upload `id`.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`].
    pub fn load(data: &DataFolder, round: RoundId, id: FileId) -> Result<Self, Error> {
        let bytes = fs::read(Self::path(data, round, id, "upload.json"));
        let bytes = bytes.map_err(|_| Error::NotFound)?;
        serde_json::from_slice(&bytes).map_err(|_| Error::Damaged("upload"))
    }

    /// Keeps the upload as it is now.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn save(&self, data: &DataFolder) -> Result<(), Error> {
        let json = serde_json::to_vec(self).map_err(|_| Error::Damaged("upload"))?;
        DataFolder::write(&Self::path(data, self.round, self.id, "upload.json"), &json)
    }

    /// Everything of the uploads of a round that were not taken in, oldest first.
    #[must_use]
    pub fn all(data: &DataFolder, round: RoundId) -> Vec<Self> {
        let entries = fs::read_dir(data.uploads(round)).into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mut all: Vec<Self> = ids.filter_map(|id| Self::load(data, round, id).ok()).collect();
        all.sort_by_key(|upload| upload.id);
        all
    }

    /// Deletes the upload with everything that came.
    ///
    /// # Errors
    /// [`Error::Folder`].
    pub fn remove(data: &DataFolder, round: RoundId, id: FileId) -> Result<(), Error> {
        let path = data.uploads(round).join(id.to_string());
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::Folder { path: path.display().to_string(), source })
            }
            _ => Ok(()),
        }
    }

    /// The file that waits.
    ///
    /// # Errors
    /// The fault for which it cannot be read.
    pub fn sheet(&self, data: &DataFolder) -> Result<Sheet, Box<Fault>> {
        open(&Self::raw(data, self.round, self.id), &self.name, &self.opening)
    }

    /// What is wrong with a returned file.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nothing is known of it.
    pub fn faults(&self, data: &DataFolder) -> Result<Report, Error> {
        let bytes = fs::read(Self::path(data, self.round, self.id, "report.json"));
        serde_json::from_slice(&bytes.map_err(|_| Error::NotFound)?)
            .map_err(|_| Error::Damaged("report of an upload"))
    }

    /// Marks the faults in a workbook, keeps the report, and deletes what came.
    fn give_back(mut self, data: &DataFolder, sheet: Sheet, report: &Report) -> Result<(), Error> {
        let sheets = [sheet];
        for language in [Language::Id, Language::En] {
            let path = self.marked(data, language);
            let dropped = |sheet: &Sheet, column: &sheet::Column| report.drops(sheet, column);
            let marked = sheet::mark_up(&sheets, &dropped, &report.faults, Words::new(language));
            let marked = marked.map_err(|error| Error::Folder {
                path: path.display().to_string(),
                source: std::io::Error::other(error),
            })?;
            DataFolder::write(&path, &marked)?;
        }
        let json = serde_json::to_vec(report).map_err(|_| Error::Damaged("report"))?;
        DataFolder::write(&Self::path(data, self.round, self.id, "report.json"), &json)?;
        let raw = Self::raw(data, self.round, self.id);
        let fault = |source| Error::Folder { path: raw.display().to_string(), source };
        fs::remove_file(&raw).map_err(fault)?;
        self.state = State::Returned;
        self.save(data)
    }
}

fn open(path: &Path, name: &str, opening: &Opening) -> Result<Sheet, Box<Fault>> {
    let source =
        Source::open(path).map_err(|_| Box::new(Fault::of_file(name, "sheet-error-read")))?;
    let Opening { sheet, delimiter, header_row } = opening.clone();
    let options = sheet::Options { sheet, delimiter, header_row, ..sheet::Options::default() };
    Sheet::open(source, name, &options)
}

/// What is seen of a file that was opened.
struct Seen {
    look: Look,
    sha256: String,
    mapping: Mapping,
    from_profile: bool,
}

async fn look(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: &Round,
    (path, name): (PathBuf, String),
    opening: Opening,
) -> Result<Seen, Refusal> {
    let (instrument, frame) = ground(data, round).map_err(Refusal::Failed)?;
    let profiles = register::profiles(tx, actor, OFFICE).await?;
    let year = round.year;
    let read = tokio::task::spawn_blocking(move || {
        let look = Look::at(open(&path, &name, &opening)?)?;
        let sha256 = look.sheet.sha256()?;
        let (mapping, from_profile) = map(&look, instrument, &frame, &profiles, year);
        Ok(Seen { look, sha256, mapping, from_profile })
    });
    match read.await {
        Ok(read) => read.map_err(Refusal::Unreadable),
        Err(_) => Err(Refusal::Failed(Message::new("jobs-message-fault"))),
    }
}

/// Reads the waiting `upload` again in another way and proposes its mapping anew.
///
/// # Errors
/// The [`Refusal`]; then the upload stays as it was.
pub async fn reopen(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: &Round,
    upload: Upload,
    opening: Opening,
) -> Result<(Upload, Look), Refusal> {
    let file = (Upload::raw(data, round.id, upload.id), upload.name.clone());
    let seen = look(tx, actor, data, round, file, opening.clone()).await?;
    let Seen { look, mapping, from_profile, .. } = seen;
    let upload = Upload { opening, mapping, from_profile, ..upload };
    upload.save(data)?;
    Ok((upload, look))
}

/// Stages the file that came as [`Upload::raw`] of `id`, called `name`, read as `opening` says;
/// proposes its mapping. A file of the round that counts and bears the same name is proposed as the
/// one it replaces.
///
/// # Errors
/// The [`Refusal`]; then nothing of the file remains.
pub async fn stage(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: &Round,
    id: FileId,
    (name, opening): (String, Opening),
) -> Result<(Upload, Look), Refusal> {
    let staged = try_stage(tx, actor, data, round, id, (name, opening)).await;
    if staged.is_err() {
        Upload::remove(data, round.id, id)?;
    }
    staged
}

async fn try_stage(
    tx: &mut Tx,
    actor: &Actor,
    data: &DataFolder,
    round: &Round,
    id: FileId,
    (name, opening): (String, Opening),
) -> Result<(Upload, Look), Refusal> {
    let files = register::files(tx, actor, round.id).await?;
    let file = (Upload::raw(data, round.id, id), name.clone());
    let seen = look(tx, actor, data, round, file, opening.clone()).await?;
    let Seen { look, sha256, mapping, from_profile } = seen;
    let counting = || files.iter().filter(|file| file.replaced_by.is_none());
    if let Some(same) = counting().find(|file| file.sha256 == sha256) {
        return Err(Refusal::Already(same.name.clone()));
    }
    let replaces = counting().find(|file| file.name == name).map(|file| file.id);
    let upload = Upload {
        id,
        round: round.id,
        name,
        sha256,
        bytes: look.sheet.length(),
        added: tx.now(),
        replaces,
        opening,
        mapping,
        from_profile,
        state: State::Waiting,
    };
    upload.save(data)?;
    Ok((upload, look))
}

/// Takes `sheet` in and writes its snapshot to `path`, or nothing where the report has faults.
/// `tell` hears the rows read so far.
///
/// # Errors
/// A snapshot that cannot be written.
pub fn take_in(
    sheet: &Sheet,
    mapping: &Mapping,
    instrument: &Instrument,
    frame: &Frame,
    path: &Path,
    tell: &dyn Fn(u64),
) -> Result<Report, SnapshotError> {
    let find_region = region_finder(frame);
    let find_district = district_finder(frame);
    let options = intake::Options {
        find_region: Some(&find_region),
        find_district: Some(&find_district),
        progress: Some(tell),
        ..intake::Options::default()
    };
    let files = [intake::File { sheet, mapping }];
    let write = |options: &intake::Options<'_>| -> Result<Report, SnapshotError> {
        let mut out = BufWriter::new(fs::File::create(path)?);
        let mut writer = Writer::new(&mut out, instrument, frame, mapping)?;
        let mut written = Ok(());
        let report = intake::intake(&files, instrument, frame, options, &mut |answers, _| {
            if written.is_ok() {
                written = writer.add(answers);
            }
            None
        });
        written?;
        writer.finish(&report.labels)?;
        out.flush()?;
        Ok(report)
    };
    let mut report = write(&options)?;
    // Which answers are in a burst is known only now.
    if report.faults.is_empty() && report.quality.bursts > 0 {
        report = write(&intake::Options { bursts: Some(&report.bursts), ..options })?;
    }
    if !report.faults.is_empty() {
        fs::remove_file(path)?;
    }
    Ok(report)
}

/// Makes the snapshot at `path`, with its `report`, one of the round's files.
///
/// # Errors
/// As [`register::add_file`].
pub async fn keep(
    store: &Store,
    clock: Clock,
    actor: &Actor,
    round: RoundId,
    path: &Path,
    report: Report,
    replaces: Option<FileId>,
) -> Result<Added, RegisterError> {
    let fault = |source| Error::Folder { path: path.display().to_string(), source };
    let snapshot = Source::open(path).and_then(|source| source.sha256()).map_err(fault)?;
    let Some(input) = report.inputs.first() else { return Err(Error::NotFound.into()) };
    let file = NewFile {
        name: input.name.clone(),
        sha256: input.sha256.clone(),
        bytes: input.bytes,
        taken: report.rows,
        kept: report.kept,
        replaces,
    };
    let mut tx = store.begin(clock).await?;
    let added = register::add_file(&mut tx, actor, round, &file).await?;
    if let Added::New(id) = added {
        let kept = serde_json::to_vec(&Kept { snapshot, report });
        let kept = kept.map_err(|_| Error::Damaged("report"))?;
        DataFolder::write(&store.folder().report(round, id), &kept)?;
        fs::rename(path, store.folder().answers(round, id)).map_err(fault)?;
    }
    tx.commit().await?;
    Ok(added)
}

/// What became of `file` of a round when it was taken in.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Damaged`].
pub fn kept(data: &DataFolder, round: RoundId, file: FileId) -> Result<Kept, Error> {
    let bytes = fs::read(data.report(round, file)).map_err(|_| Error::NotFound)?;
    serde_json::from_slice(&bytes).map_err(|_| Error::Damaged("report of a file"))
}

/// Deletes what the round kept of `files`, after [`register::remove_file`].
///
/// # Errors
/// [`Error::Folder`].
pub fn forget(data: &DataFolder, round: RoundId, files: &[FileId]) -> Result<(), Error> {
    for &file in files {
        for path in [data.answers(round, file), data.report(round, file)] {
            match fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::Folder { path: path.display().to_string(), source });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The work behind [`INTAKE`]; its payload names the upload (`{"upload": …}`), its subject the
/// round. Its result is the page of the file, or of the faults.
///
/// # Errors
/// The sentence that says why nothing was taken in.
pub fn work(run: &Run) -> Result<Option<String>, Message> {
    let (data, actor) = (run.store().folder(), Actor::operator());
    let subject = run.job().subject.as_deref().and_then(|text| text.parse::<RoundId>().ok());
    let asked = run.job().payload["upload"].as_str().and_then(|text| text.parse::<FileId>().ok());
    let (Some(round), Some(id)) = (subject, asked) else { return Err(Error::NotFound.message()) };
    let round = run.wait(async {
        let mut tx = run.store().read(run.clock()).await?;
        register::get(&mut tx, &actor, round).await
    });
    let round = round.map_err(register_message)?;
    let upload = Upload::load(data, round.id, id).map_err(|error| error.message())?;
    let page = format!("/putaran/{}/unggah/{id}", round.id);
    if upload.state == State::Returned {
        return Ok(Some(page));
    }
    let (instrument, frame) = ground(data, &round)?;
    let sheet = upload.sheet(data).map_err(|fault| fault.message())?;
    let path = Upload::path(data, round.id, id, "snapshot");
    let stop = Cell::new(None);
    let tell = |rows: u64| {
        let told = run.progress(rows, 0, &Message::new("upload-progress").with("rows", rows));
        stop.set(told.err());
    };
    // The year may have been edited while the file waited.
    let mapping = Mapping { year: Some(round.year), ..upload.mapping.clone() };
    let report = take_in(&sheet, &mapping, instrument, &frame, &path, &tell)
        .map_err(|error| error.message())?;
    if let Some(stop) = stop.take() {
        return Err(stop.into());
    }
    if !report.faults.is_empty() {
        upload.give_back(data, sheet, &report).map_err(|error| error.message())?;
        return Ok(Some(page));
    }
    let kept = keep(run.store(), run.clock(), &actor, round.id, &path, report, upload.replaces);
    let added = run.wait(kept).map_err(register_message)?;
    // Notes on an earlier file of this name have been followed.
    let answered = |other: &Upload| {
        other.id == id || (other.state == State::Returned && other.name == upload.name)
    };
    for done in Upload::all(data, round.id).into_iter().filter(answered) {
        Upload::remove(data, round.id, done.id).map_err(|error| error.message())?;
    }
    let (Added::New(file) | Added::Already(file)) = added;
    Ok(Some(format!("/putaran/{}/berkas/{file}", round.id)))
}

/// Whether `job` ended by giving its file back with notes.
#[must_use]
pub fn gave_back(job: &Job) -> bool {
    let page = job.result.as_deref().unwrap_or_default();
    job.kind == INTAKE && job.state == jobs::State::Done && page.contains("/unggah/")
}

/// Deletes files whose mapping nobody completed within a day: they still hold what points at
/// persons. Called when the program starts, and every hour from then on.
pub fn forget_old(data: &DataFolder, now: SystemTime) {
    let rounds = fs::read_dir(data.path().join("rounds")).into_iter().flatten().flatten();
    let uploads = rounds.flat_map(|round| fs::read_dir(round.path().join("uploads")));
    for upload in uploads.flatten().flatten() {
        let raw = upload.path().join("raw");
        let old = fs::metadata(&raw)
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|sent| now.duration_since(sent).is_ok_and(|age| age > FORGOTTEN));
        if old && let Err(error) = fs::remove_dir_all(upload.path()) {
            tracing::warn!(%error, "an old upload could not be deleted");
        }
    }
}

/// Files that count, of all files of a round.
pub fn counting(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.replaced_by.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{Kinds, Runner};

    #[test]
    fn a_program_that_runs_on_forgets_what_waited_for_more_than_a_day() {
        let temporary = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let data = DataFolder::create(temporary.path()).expect("a data folder");
            let store = Store::open(&data, None).await.expect("a store");
            let (round, id) = (RoundId::new(Timestamp::now()), FileId::new(Timestamp::now()));
            let folder = Upload::folder(&data, round, id).expect("a folder");
            let raw = Upload::raw(&data, round, id);
            fs::write(&raw, "nik\n6171014507900001\n").expect("a file");
            forget_old(&data, SystemTime::now() + Duration::from_secs(23 * 3600));
            assert!(raw.exists());
            let tomorrow = Timestamp::now() + jiff::SignedDuration::from_hours(25);
            let forget = |store: &Store, clock: Clock| {
                forget_old(store.folder(), clock.now().into());
            };
            let kinds = Kinds::default().regularly(Duration::from_millis(5), forget);
            let runner =
                Runner::start(store, Clock::At(tomorrow), kinds, 1).await.expect("workers");
            for _ in 0..1000 {
                if !folder.exists() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(!folder.exists());
            runner.shut_down().await;
        });
    }
}
