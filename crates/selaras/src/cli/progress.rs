//! A progress line on standard error, where a person looks at it.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::locale::Words;

/// Redraws one line at most ten times a second; silent where standard error is not a terminal.
pub(super) struct Progress {
    words: Words,
    shown: bool,
    last: Option<Instant>,
}

impl Progress {
    pub(super) fn new(words: Words) -> Self {
        Self { words, shown: std::io::stderr().is_terminal(), last: None }
    }

    /// Says that `done` of `total` steps of the work named by message `key` are behind us.
    pub(super) fn at(&mut self, key: &str, done: u64, total: u64) {
        let due = self.last.is_none_or(|last| last.elapsed() >= Duration::from_millis(100));
        if !self.shown || !(due || done >= total) {
            return;
        }
        self.last = Some(Instant::now());
        let share = if total == 0 { 1.0 } else { done as f64 / total as f64 };
        let filled = (share * 24.0) as usize;
        let bar = format!("{}{}", "█".repeat(filled), "░".repeat(24_usize.saturating_sub(filled)));
        let percent = self.words.number(share * 100.0, 0);
        let _ = write!(std::io::stderr(), "\r{bar} {percent} % {}\x1b[K", self.words.say(key));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.last.is_some() {
            let _ = writeln!(std::io::stderr());
        }
    }
}
