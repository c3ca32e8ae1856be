//! Long work as rows with progress.
