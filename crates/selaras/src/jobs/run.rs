//! Workers that take jobs out of the queue.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};

use super::{Job, sql};
use crate::locale::Message;
use crate::store::{Clock, Error, Store};

/// Progress is written at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(300);
/// A worker looks into the queue at least this often, woken or not.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The work behind a kind of job: where its result is, or why there is none.
type Work = dyn Fn(&Run) -> Result<Option<String>, Message> + Send + Sync;

/// What is done again and again while workers live.
type Chore = dyn Fn(&Store, Clock) + Send + Sync;

/// The kinds of jobs a program can do, and what it does regularly.
#[derive(Clone, Default)]
pub struct Kinds {
    works: BTreeMap<&'static str, Arc<Work>>,
    chore: Option<(Duration, Arc<Chore>)>,
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.works.keys()).finish()
    }
}

impl Kinds {
    /// The same kinds and `kind`, done by `work` on a blocking thread. `work` returns where its
    /// result is, or the sentence that says why there is none.
    #[must_use]
    pub fn with(
        mut self,
        kind: &'static str,
        work: impl Fn(&Run) -> Result<Option<String>, Message> + Send + Sync + 'static,
    ) -> Self {
        self.works.insert(kind, Arc::new(work));
        self
    }

    /// The same kinds, and `chore` done on a blocking thread whenever the time `every` has passed.
    #[must_use]
    pub fn regularly(
        mut self,
        every: Duration,
        chore: impl Fn(&Store, Clock) + Send + Sync + 'static,
    ) -> Self {
        self.chore = Some((every, Arc::new(chore)));
        self
    }
}

struct Shared {
    store: Store,
    clock: Clock,
    kinds: Kinds,
    wake: Notify,
    closing: AtomicBool,
}

/// Workers on one store. Cloning shares them.
#[derive(Clone)]
pub struct Runner {
    shared: Arc<Shared>,
    workers: Arc<Mutex<Vec<JoinHandle<()>>>>,
    chore: Option<AbortHandle>,
    /// Held while the workers live.
    lock: Arc<Mutex<Option<File>>>,
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("kinds", &self.shared.kinds).finish_non_exhaustive()
    }
}

impl Runner {
    /// Starts `workers` workers (at least one), after putting back into the queue what an earlier
    /// program left running. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Error::InUse`] where another program works on the jobs of this data folder: putting its
    /// running jobs back would do them twice. [`Error::Database`].
    pub async fn start(
        store: Store,
        clock: Clock,
        kinds: Kinds,
        workers: usize,
    ) -> Result<Self, Error> {
        let lock = Arc::new(Mutex::new(Some(store.folder().lock()?)));
        let mut tx = store.begin(clock).await?;
        sql::recover(&mut tx).await?;
        tx.commit().await?;
        let closing = AtomicBool::new(false);
        let shared = Arc::new(Shared { store, clock, kinds, wake: Notify::new(), closing });
        let workers =
            (0..workers.max(1)).map(|_| tokio::spawn(work(Arc::clone(&shared)))).collect();
        let chore = shared.kinds.chore.clone().map(|(every, chore)| {
            tokio::spawn(tend(shared.store.clone(), clock, every, chore)).abort_handle()
        });
        Ok(Self { shared, workers: Arc::new(Mutex::new(workers)), chore, lock })
    }

    /// Tells the workers that something is in the queue. Call it after the commit.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// Lets no further job begin, asks running ones to pause, and waits for them. They go on when
    /// the next [`Runner`] starts.
    pub async fn shut_down(&self) {
        self.shared.closing.store(true, Ordering::Release);
        if let Some(chore) = &self.chore {
            chore.abort();
        }
        let workers =
            std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        for _ in &workers {
            self.shared.wake.notify_one();
        }
        self.shared.wake.notify_waiters();
        for worker in workers {
            if let Err(error) = worker.await {
                tracing::error!(%error, "a worker ended early");
            }
        }
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

async fn tend(store: Store, clock: Clock, every: Duration, chore: Arc<Chore>) {
    loop {
        tokio::time::sleep(every).await;
        let (store, chore) = (store.clone(), Arc::clone(&chore));
        if let Err(error) = tokio::task::spawn_blocking(move || chore(&store, clock)).await {
            tracing::error!(%error, "what is done regularly ended by a fault of the program");
        }
    }
}

async fn work(shared: Arc<Shared>) {
    while !shared.closing.load(Ordering::Acquire) {
        match take_one(&shared).await {
            Ok(true) => {}
            Ok(false) => {
                let woken = shared.wake.notified();
                if !shared.closing.load(Ordering::Acquire) {
                    // Running out of time is as good a reason to look as being woken.
                    let _ = tokio::time::timeout(LOOK_EVERY, woken).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the queue of jobs could not be read or written");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Does the next waiting job; false where none waits.
async fn take_one(shared: &Arc<Shared>) -> Result<bool, Error> {
    let mut tx = shared.store.begin(shared.clock).await?;
    let Some(job) = sql::claim(&mut tx).await? else { return Ok(false) };
    tx.commit().await?;
    // Others may wait behind this one.
    shared.wake.notify_one();
    let id = job.id;
    let outcome = match shared.kinds.works.get(job.kind.as_str()).cloned() {
        None => Err(Message::new("jobs-message-unknown-kind").with("kind", job.kind)),
        Some(work) => {
            let run = Run {
                job,
                shared: Arc::clone(shared),
                runtime: tokio::runtime::Handle::current(),
                last: Mutex::new(None),
                stop: AtomicBool::new(false),
            };
            let stopped = tokio::task::spawn_blocking(move || {
                let outcome = work(&run);
                (outcome, run.stop.load(Ordering::Acquire))
            });
            match stopped.await {
                Ok((Err(_), true)) => Err(Message::new("jobs-message-stopped")),
                Ok((outcome, _)) => outcome,
                Err(error) => {
                    tracing::error!(%error, job = %id, "a job ended by a fault of the program");
                    Err(Message::new("jobs-message-fault"))
                }
            }
        }
    };
    let mut tx = shared.store.begin(shared.clock).await?;
    if outcome.is_err() && shared.closing.load(Ordering::Acquire) {
        sql::put_back(&mut tx, id).await?;
    } else {
        sql::end(&mut tx, id, &outcome).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// A job in the hands of a worker.
pub struct Run {
    job: Job,
    shared: Arc<Shared>,
    runtime: tokio::runtime::Handle,
    last: Mutex<Option<Instant>>,
    stop: AtomicBool,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("job", &self.job).finish_non_exhaustive()
    }
}

/// The job was asked to stop, or the program is ending: give up what is not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("asked to stop")]
pub struct Stop;

impl From<Stop> for Message {
    fn from(_: Stop) -> Self {
        Self::new("jobs-message-stopped")
    }
}

impl Run {
    /// The job.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    /// Waits for `future`, e.g. a transaction, on this blocking thread.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Tells that `done` of `total` units are done (`total` 0 while unknown) and what is going on.
    /// Cheap enough to be called for every thousand rows.
    ///
    /// # Errors
    /// [`Stop`] where the work must be given up.
    pub fn progress(&self, done: u64, total: u64, message: &Message) -> Result<(), Stop> {
        if self.shared.closing.load(Ordering::Acquire) {
            self.stop.store(true, Ordering::Release);
            return Err(Stop);
        }
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|last| last.elapsed() < PROGRESS_EVERY) {
                return Ok(());
            }
            *last = Some(Instant::now());
        }
        let written = self.wait(async {
            let mut tx = self.shared.store.begin(self.shared.clock).await?;
            let stopping = sql::progress(&mut tx, self.job.id, done, total, message).await?;
            tx.commit().await?;
            Ok::<_, Error>(stopping)
        });
        match written {
            Ok(true) => {
                self.stop.store(true, Ordering::Release);
                Err(Stop)
            }
            Ok(false) => Ok(()),
            Err(error) => {
                // Work goes on without its progress being seen.
                tracing::warn!(%error, "progress could not be written");
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use serde_json::json;

    use super::super::{NewJob, State, get, stop, submit};
    use super::*;
    use crate::policy::Actor;
    use crate::store::{DataFolder, JobId};

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Runtime::new().expect("a runtime").block_on(future)
    }

    async fn store(temporary: &tempfile::TempDir) -> Store {
        let folder = DataFolder::create(temporary.path()).expect("a data folder");
        Store::open(&folder, None).await.expect("a store")
    }

    async fn queue(store: &Store, kind: &str) -> JobId {
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let job = NewJob { kind, subject: Some("x".to_owned()), payload: json!({"n": 3}) };
        let id = submit(&mut tx, &Actor::operator(), job).await.expect("a job");
        tx.commit().await.expect("a commit");
        id
    }

    async fn until(store: &Store, id: JobId, enough: impl Fn(&Job) -> bool) -> Job {
        for _ in 0..1000 {
            let mut tx = store.read(Clock::System).await.expect("a transaction");
            let job = get(&mut tx, &Actor::operator(), id).await.expect("the job");
            drop(tx);
            if enough(&job) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the job did not get there");
    }

    fn forever(run: &Run) -> Result<Option<String>, Message> {
        loop {
            run.progress(1, 2, &Message::new("jobs-message-running"))?;
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_job_is_given_its_payload_and_ends_with_its_result() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let store = store(&temporary).await;
            let kinds = Kinds::default().with("double", |run| {
                Ok(run.job().payload["n"].as_i64().map(|n| (2 * n).to_string()))
            });
            let runner =
                Runner::start(store.clone(), Clock::System, kinds, 2).await.expect("workers");
            let id = queue(&store, "double").await;
            runner.wake();
            let job = until(&store, id, |job| job.state.ended()).await;
            assert_eq!((job.state, job.result.as_deref()), (State::Done, Some("6")));
            runner.shut_down().await;
        });
    }

    #[test]
    fn refusals_faults_and_unknown_kinds_stop_a_job_with_a_sentence() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let store = store(&temporary).await;
            let kinds = Kinds::default()
                .with("refuses", |_| Err(Message::new("store-error-not-found")))
                .with("faulty", |_| panic!("a fault"));
            let mut ids = Vec::new();
            for kind in ["refuses", "faulty", "unheard-of"] {
                ids.push(queue(&store, kind).await);
            }
            let runner =
                Runner::start(store.clone(), Clock::System, kinds, 1).await.expect("workers");
            let mut keys = Vec::new();
            for id in ids {
                let job = until(&store, id, |job| job.state.ended()).await;
                assert_eq!(job.state, State::Stopped);
                keys.push(job.message.key);
            }
            let expected =
                ["store-error-not-found", "jobs-message-fault", "jobs-message-unknown-kind"];
            assert_eq!(keys, expected);
            runner.shut_down().await;
        });
    }

    #[test]
    fn a_running_job_and_a_waiting_job_can_be_stopped() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let store = store(&temporary).await;
            let kinds = Kinds::default().with("forever", forever);
            let runner =
                Runner::start(store.clone(), Clock::System, kinds, 1).await.expect("workers");
            let running = queue(&store, "forever").await;
            runner.wake();
            until(&store, running, |job| job.done == 1).await;
            let waiting = queue(&store, "forever").await;
            for id in [waiting, running] {
                let mut tx = store.begin(Clock::System).await.expect("a transaction");
                stop(&mut tx, &Actor::operator(), id).await.expect("a stop");
                tx.commit().await.expect("a commit");
                let job = until(&store, id, |job| job.state.ended()).await;
                assert_eq!(job.message.key, "jobs-message-stopped");
            }
            runner.shut_down().await;
        });
    }

    #[test]
    fn what_a_program_left_running_is_taken_up_again_and_given_up_after_three_times() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let store = store(&temporary).await;
            let id = queue(&store, "once").await;
            let lost = queue(&store, "deadly").await;
            let mut tx = store.begin(Clock::System).await.expect("a transaction");
            sqlx::query("UPDATE jobs SET state = 'running', attempts = 1 WHERE kind = 'once'")
                .execute(tx.connection())
                .await
                .expect("a crash");
            sqlx::query("UPDATE jobs SET state = 'running', attempts = 3 WHERE kind = 'deadly'")
                .execute(tx.connection())
                .await
                .expect("a third crash");
            tx.commit().await.expect("a commit");
            let calls = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&calls);
            let kinds = Kinds::default().with("once", move |_| {
                counted.fetch_add(1, Ordering::Relaxed);
                Ok(None)
            });
            let runner =
                Runner::start(store.clone(), Clock::System, kinds, 2).await.expect("workers");
            let job = until(&store, id, |job| job.state.ended()).await;
            assert_eq!((job.state, job.attempts), (State::Done, 2));
            assert_eq!(calls.load(Ordering::Relaxed), 1);
            let job = until(&store, lost, |job| job.state.ended()).await;
            assert_eq!(job.message.key, "jobs-message-repeated");
            runner.shut_down().await;
        });
    }

    #[test]
    fn a_second_program_does_not_take_the_jobs_of_the_first() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let store = store(&temporary).await;
            let start = || Runner::start(store.clone(), Clock::System, Kinds::default(), 1);
            let first = start().await.expect("workers");
            assert!(matches!(start().await, Err(Error::InUse(_))));
            first.shut_down().await;
            start().await.expect("workers").shut_down().await;
        });
    }

    #[test]
    fn a_job_interrupted_by_the_end_of_the_program_waits_for_the_next_one() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let store = store(&temporary).await;
            let id = queue(&store, "long").await;
            let kinds = Kinds::default().with("long", forever);
            let runner =
                Runner::start(store.clone(), Clock::System, kinds, 1).await.expect("workers");
            until(&store, id, |job| job.state == State::Running).await;
            runner.shut_down().await;
            until(&store, id, |job| job.state == State::Queued && job.attempts == 0).await;
            let kinds = Kinds::default().with("long", |_| Ok(Some("done".to_owned())));
            let runner =
                Runner::start(store.clone(), Clock::System, kinds, 1).await.expect("workers");
            let job = until(&store, id, |job| job.state.ended()).await;
            assert_eq!(job.result.as_deref(), Some("done"));
            runner.shut_down().await;
        });
    }
}
