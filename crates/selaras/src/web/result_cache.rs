//! Results that were read lately.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::Problem;
use crate::index::result::IndexResult;

/// Results kept at most.
const MOST: usize = 8;

/// Keeps the results that were read last, by file. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct ResultCache(Arc<Mutex<VecDeque<Kept>>>);

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

    fn find(&self, file: &Path, changed: SystemTime) -> Option<Arc<IndexResult>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|kept| kept.file == file && kept.changed == changed)?;
        let found = kept.remove(at)?;
        let result = Arc::clone(&found.result);
        kept.push_back(found);
        Some(result)
    }

    fn keep(&self, new: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|old| old.file != new.file);
        kept.push_back(new);
        while kept.len() > MOST {
            kept.pop_front();
        }
    }
}
