//! Results that were read lately, and files made of them.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use axum::body::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;

use super::Problem;
use crate::index::disclosure;
use crate::index::files::File;
use crate::index::result::IndexResult;
use crate::instrument::Instrument;
use crate::locale::{Language, Message, Words};
use crate::region::atlas::Map;

/// Results kept at most.
const MOST: usize = 8;
/// Bytes of files kept at most.
const MOST_BYTES: usize = 32 << 20;

/// Keeps the results that were read last, by file. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct ResultCache {
    read: Arc<Mutex<VecDeque<Kept>>>,
    public: Arc<Mutex<VecDeque<Published>>>,
    files: Arc<Mutex<VecDeque<Rendered>>>,
}

/// The public form of a result on a day and for a closing date, or why there is none yet.
type Public = Result<Arc<IndexResult>, Message>;

#[derive(Clone, Debug)]
struct Published {
    internal: Arc<IndexResult>,
    day: Date,
    closed: Option<Date>,
    public: Public,
}

#[derive(Clone, Debug)]
struct Rendered {
    result: Weak<IndexResult>,
    file: File,
    /// When the boundaries it shows were imported.
    imported: Option<Timestamp>,
    language: Language,
    bytes: Bytes,
}

#[derive(Clone, Debug)]
struct Kept {
    file: PathBuf,
    changed: SystemTime,
    result: Arc<IndexResult>,
}

impl ResultCache {
    /// The result in the JSON file at `file`; read again when the file has changed.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where there is no such file; [`Problem::Fault`] where it cannot be
    /// read.
    pub async fn read(&self, file: &Path) -> Result<Arc<IndexResult>, Problem> {
        let missing = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => Problem::NotFound,
            _ => Problem::fault(error),
        };
        let metadata = tokio::fs::metadata(file).await.map_err(missing)?;
        let changed = metadata.modified().map_err(Problem::fault)?;
        if let Some(result) = self.find(file, changed) {
            return Ok(result);
        }
        let path = file.to_owned();
        let result = tokio::task::spawn_blocking(move || {
            let bytes = std::fs::read(&path).map_err(missing)?;
            serde_json::from_slice::<IndexResult>(&bytes).map_err(Problem::fault)
        })
        .await
        .map_err(Problem::fault)??;
        let result = Arc::new(result);
        self.keep(Kept { file: file.to_owned(), changed, result: Arc::clone(&result) });
        Ok(result)
    }

    /// The public form of `internal` as it is read on the day `today`. That day counts for the
    /// delay of METHOD §5, whenever the result was computed, and it counts from the later of the
    /// day the result knows and `closed`, on which its round closes now; a round whose closing
    /// day was taken away is still open.
    ///
    /// # Errors
    /// Why nothing is public yet, as [`disclosure::not_yet_public`] gives it.
    pub fn public(&self, internal: &Arc<IndexResult>, closed: Option<Date>, today: Date) -> Public {
        let closed = internal.round.closed.zip(closed).map(|(then, now)| then.max(now));
        let mut kept = self.public.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |known: &&Published| {
            Arc::ptr_eq(&known.internal, internal) && known.day == today && known.closed == closed
        };
        if let Some(known) = kept.iter().find(same) {
            return known.public.clone();
        }
        let mut read = IndexResult::clone(internal);
        read.round.as_of = today;
        read.round.closed = closed;
        let public = disclosure::public(&read).map(|mut public| {
            public.round.as_of = internal.round.as_of;
            public.round.closed = internal.round.closed;
            Arc::new(public)
        });
        let internal = Arc::clone(internal);
        kept.push_back(Published { internal, day: today, closed, public: public.clone() });
        while kept.len() > MOST {
            kept.pop_front();
        }
        public
    }

    /// `file` of `result`, with the `official` boundaries of kab/kota; none where the result has no
    /// such form.
    ///
    /// # Errors
    /// [`Problem::Fault`] where the file cannot hold the result.
    pub async fn file(
        &self,
        result: &Arc<IndexResult>,
        instrument: &'static Instrument,
        official: Option<Map>,
        words: Words,
        file: File,
    ) -> Result<Option<Bytes>, Problem> {
        let imported =
            official.as_ref().and_then(|map| map.official.as_ref()).map(|of| of.imported);
        let same = |known: &Rendered| {
            known.file == file
                && known.imported == imported
                && known.language == words.language
                && std::ptr::eq(known.result.as_ptr(), Arc::as_ptr(result))
        };
        let files = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files().iter().find(|known| same(known)) {
            return Ok(Some(known.bytes.clone()));
        }
        let whole = Arc::clone(result);
        let made = tokio::task::spawn_blocking(move || {
            file.render(&whole, instrument, official.as_ref(), words)
        });
        let Some(bytes) = made.await.map_err(Problem::fault)?.map_err(Problem::fault)? else {
            return Ok(None);
        };
        let bytes = Bytes::from(bytes);
        let mut kept = files();
        kept.retain(|known| !same(known) && known.result.strong_count() > 0);
        kept.push_back(Rendered {
            result: Arc::downgrade(result),
            file,
            imported,
            language: words.language,
            bytes: bytes.clone(),
        });
        while kept.iter().map(|known| known.bytes.len()).sum::<usize>() > MOST_BYTES {
            kept.pop_front();
        }
        Ok(Some(bytes))
    }

    fn find(&self, file: &Path, changed: SystemTime) -> Option<Arc<IndexResult>> {
        let mut kept = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|kept| kept.file == file && kept.changed == changed)?;
        let found = kept.remove(at)?;
        let result = Arc::clone(&found.result);
        kept.push_back(found);
        Some(result)
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|old| old.file != new.file);
        kept.push_back(new);
        while kept.len() > MOST {
            kept.pop_front();
        }
    }
}
