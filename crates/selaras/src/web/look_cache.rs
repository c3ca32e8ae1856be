//! What was seen of files that wait for their mapping, so that a page need not read them again: a
//! workbook has to be unpacked whole before its first row is known.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Problem;
use crate::round::upload::{self, Opening, Upload};
use crate::sheet::{Fault, Sheet};
use crate::store::{DataFolder, FileId};

/// Files remembered at most.
const MOST: usize = 4;

/// A waiting file and its first rows.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) sheet: Sheet,
    /// By column.
    pub(super) sample: Vec<Vec<String>>,
}

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
        let known = |of: &&Remembered| of.id == upload.id && of.opening == upload.opening;
        let remembered = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = remembered().iter().find(known) {
            return Ok(Ok(Arc::clone(&found.look)));
        }
        let (data, waiting) = (data.clone(), upload.clone());
        let read = move || {
            let sheet = waiting.sheet(&data)?;
            let sample = sheet.sample(upload::SAMPLE)?;
            Ok(Arc::new(Look { sheet, sample }))
        };
        let read = tokio::task::spawn_blocking(read).await.map_err(Problem::fault)?;
        if let Ok(look) = &read {
            self.forget(upload.id);
            let mut remembered = remembered();
            let (id, opening, look) = (upload.id, upload.opening.clone(), Arc::clone(look));
            remembered.push_back(Remembered { id, opening, look });
            while remembered.len() > MOST {
                remembered.pop_front();
            }
        }
        Ok(read)
    }

    /// Forgets a file that waits no longer.
    pub(super) fn forget(&self, id: FileId) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.retain(|of| of.id != id);
    }
}
