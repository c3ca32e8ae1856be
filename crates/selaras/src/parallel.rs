//! Independent pieces of work on several processors, with results in order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::round::intake;

/// `of(0)`, `of(1)`, …, `of(count − 1)` in this order, on so many [`intake::threads`]. Which thread
/// makes which is left to chance, so `of` must be a function of its argument alone.
pub(crate) fn map<T: Send>(threads: usize, count: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = intake::threads(threads).min(count);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(count));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    let made = of(at);
                    // A poisoned lock only means that another thread stopped while it held it.
                    done.lock().unwrap_or_else(|held| held.into_inner()).push((at, made));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(|held| held.into_inner());
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_order_however_long_each_takes() {
        let squares = super::map(0, 200, |at| {
            std::thread::sleep(std::time::Duration::from_micros((at * 7919 % 50) as u64));
            at * at
        });
        assert_eq!(squares, (0..200).map(|at| at * at).collect::<Vec<_>>());
        assert_eq!(super::map(3, 0, |at| at), Vec::<usize>::new());
    }
}
