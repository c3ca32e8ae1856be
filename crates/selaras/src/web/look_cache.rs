//! What was seen of files that wait for their mapping, so that a page need not read them again: a
//! workbook has to be unpacked whole before its first row is known.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Problem;
use crate::round::upload::{Look, Opening, Upload};
use crate::sheet::Fault;
use crate::store::{DataFolder, FileId};

/// Files remembered at most.
const MOST: usize = 4;

/// Remembers the files looked into last, in memory only: their rows may point at persons. Cloning
/// shares it.
#[derive(Clone, Debug, Default)]
pub struct LookCache(Arc<Mutex<VecDeque<Remembered>>>);

#[derive(Debug)]
struct Remembered {
    id: FileId,
    opening: Opening,
    look: Arc<Look>,
}

impl LookCache {
    /// The waiting `upload` with its first rows, or the fault for which it cannot be read.
    pub(super) async fn of(
        &self,
        data: &DataFolder,
        upload: &Upload,
    ) -> Result<Result<Arc<Look>, Box<Fault>>, Problem> {
        if let Some(look) = self.find(upload) {
            return Ok(Ok(look));
        }
        let (data, waiting) = (data.clone(), upload.clone());
        let read = move || Look::at(waiting.sheet(&data)?);
        let read = tokio::task::spawn_blocking(read).await.map_err(Problem::fault)?;
        Ok(read.map(|look| self.keep(upload, look)))
    }

    fn find(&self, upload: &Upload) -> Option<Arc<Look>> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |of: &&Remembered| of.id == upload.id && of.opening == upload.opening;
        remembered.iter().find(known).map(|found| Arc::clone(&found.look))
    }

    /// Remembers what was seen of `upload`.
    pub(super) fn keep(&self, upload: &Upload, look: Look) -> Arc<Look> {
        let look = Arc::new(look);
        self.forget(upload.id);
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, opening) = (upload.id, upload.opening.clone());
        remembered.push_back(Remembered { id, opening, look: Arc::clone(&look) });
        while remembered.len() > MOST {
            remembered.pop_front();
        }
        look
    }

    /// Forgets a file that waits no longer.
    pub(super) fn forget(&self, id: FileId) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.retain(|of| of.id != id);
    }
}
