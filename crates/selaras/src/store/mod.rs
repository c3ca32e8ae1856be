//! The data folder: one database and one transaction type, on SQLite or PostgreSQL.
//!
//! One portable SQL text serves both, through sqlx's `Any`. Its traps are kept in this folder's
//! habits: columns are TEXT, BIGINT or DOUBLE PRECISION (`Any` knows no BOOLEAN on SQLite), numbers
//! are bound as `i64` or `f64` (on PostgreSQL `Any` swaps the NULL types of `f32` and `f64`), sums
//! are cast to BIGINT (PostgreSQL makes them NUMERIC). SQL lives in the `sql.rs` of a noun.
//!
//! A function of a noun takes `&mut Tx`, which carries the clock and writes the audit log in the
//! same transaction, and `&Actor`. To change the tables, add a numbered file to
//! `crates/selaras/migrations` and to [`MIGRATIONS`]; files that were released never change.

mod folder;
mod id;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, Executor as _, SqlSafeStr as _, Transaction};

use crate::audit;
use crate::locale::{Message, cause};
use crate::policy::{Action, Actor, Denied};

pub use folder::DataFolder;
pub use id::{FileId, JobId, NotAnId, PlanId, RoundId};

/// Version, name and text of every migration, oldest first.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "foundation", include_str!("../../migrations/0001_foundation.sql")),
    (2, "marks", include_str!("../../migrations/0002_marks.sql")),
    (3, "plans", include_str!("../../migrations/0003_plans.sql")),
];

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database answered with an error.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database was written by a newer program.
    #[error("the data folder was last used by a newer program (migration {0})")]
    Newer(i64),
    /// A migration could not be run.
    #[error("migration: {0}")]
    Migration(MigrateError),
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    Folder {
        /// Which file or folder.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another program works on the jobs of this data folder.
    #[error("{0} is in use by another program")]
    InUse(String),
    /// A row holds what no program of ours wrote.
    #[error("damaged row: {0}")]
    Damaged(&'static str),
    /// There is no such thing, or the actor may not know of it.
    #[error("not found")]
    NotFound,
}

impl From<Denied> for Error {
    fn from(_: Denied) -> Self {
        Self::NotFound
    }
}

impl Error {
    /// What to tell a person.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Newer(version) => {
                Message::new("store-error-newer").with("version", version.to_string())
            }
            Self::Folder { path, source } => Message::new("store-error-folder")
                .with("path", path.as_str())
                .with("reason", cause::of_system(source)),
            Self::InUse(path) => Message::new("store-error-in-use").with("path", path.as_str()),
            Self::NotFound => Message::new("store-error-not-found"),
            Self::Damaged(what) => {
                Message::new("store-error-damaged").with("reason", cause::technical(what))
            }
            Self::Database(_) | Self::Migration(_) => {
                Message::new("store-error-database").with("reason", cause::technical(self))
            }
        }
    }
}

/// Where *now* comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// Always this instant: for tests and reproducible files.
    At(Timestamp),
}

impl Clock {
    /// Now.
    #[must_use]
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::At(instant) => instant,
        }
    }
}

/// Which database engine holds the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file in the data folder.
    Sqlite,
    /// A server of its own.
    PostgreSql,
}

/// An open store. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
    folder: DataFolder,
}

impl Store {
    /// Opens the store of `folder`: its own SQLite file, or the PostgreSQL database at `url`
    /// (`postgres://…`). Files always lie in `folder`. Missing migrations are run.
    ///
    /// # Errors
    /// [`Error::Newer`] where a newer program wrote the store; [`Error::Folder`] and
    /// [`Error::Database`] where it cannot be reached.
    pub async fn open(folder: &DataFolder, url: Option<&str>) -> Result<Self, Error> {
        install_default_drivers();
        let (engine, url) = match url {
            Some(url) => (Engine::PostgreSql, url.to_owned()),
            None => (Engine::Sqlite, sqlite_url(&folder.database())),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        // WAL lets readers read while one writes; FULL survives a power cut.
                        connection
                            .execute(
                                "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
                                 PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
                            )
                            .await?;
                    }
                    Ok(())
                })
            })
            .connect(&url)
            .await?;
        migrate(&pool, MIGRATIONS).await?;
        Ok(Self { pool, engine, folder: folder.clone() })
    }

    /// A transaction that may write. On SQLite writers wait for one another from the start, so
    /// that none finds on its first write that another was faster.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn begin(&self, clock: Clock) -> Result<Tx, Error> {
        let inner = match self.engine {
            Engine::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await?,
            Engine::PostgreSql => self.pool.begin().await?,
        };
        Ok(Tx { inner, now: clock.now() })
    }

    /// A transaction that sees one state of the store throughout and is not meant to write.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn read(&self, clock: Clock) -> Result<Tx, Error> {
        let inner = match self.engine {
            Engine::Sqlite => self.pool.begin().await?,
            Engine::PostgreSql => {
                self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?
            }
        };
        Ok(Tx { inner, now: clock.now() })
    }

    /// Which engine holds the store.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Waits for open transactions and closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A transaction: everything a function of a noun needs of the outside world. Dropped without
/// [`Tx::commit`], nothing of it remains.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    now: Timestamp,
}

impl Tx {
    /// The instant at which the transaction began; everything in it happens then.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// [`Tx::now`] as it is stored.
    #[must_use]
    pub fn stamp(&self) -> String {
        stamp(self.now)
    }

    /// The connection, for the SQL of a noun.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Writes in the audit log that `actor` did `action` to the `kind` with id `subject`.
    /// `content` enters the log only as its SHA-256.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn record(
        &mut self,
        actor: &Actor,
        action: Action,
        kind: &str,
        subject: &str,
        content: &[u8],
    ) -> Result<(), Error> {
        audit::append(self, actor, action, kind, subject, content).await
    }

    /// Makes everything done in this transaction lasting.
    ///
    /// # Errors
    /// [`Error::Database`]; then nothing of it remains.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }
}

/// An instant as it is stored: UTC, six decimals, so that text sorts as time does.
#[must_use]
pub fn stamp(instant: Timestamp) -> String {
    format!("{instant:.6}")
}

/// The instant behind a stored text.
///
/// # Errors
/// [`Error::Damaged`].
pub fn instant(text: &str) -> Result<Timestamp, Error> {
    text.parse().map_err(|_| Error::Damaged("instant"))
}

/// `sqlite:` URL of a file; every byte that could mean something in a URL is escaped.
fn sqlite_url(file: &Path) -> String {
    let mut url = String::from("sqlite:");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                url.push(char::from(*byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url + "?mode=rwc"
}

async fn migrate(
    pool: &AnyPool,
    migrations: &[(i64, &'static str, &'static str)],
) -> Result<(), Error> {
    let migrations = migrations
        .iter()
        .map(|&(version, name, sql)| {
            Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(migrations).run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(version) => Error::Newer(version),
        other => Error::Migration(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Runtime::new().expect("a runtime").block_on(future)
    }

    #[test]
    fn every_migration_file_is_in_the_list_with_its_number() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let listed: Vec<String> = MIGRATIONS
            .iter()
            .map(|(version, name, _)| format!("{version:04}_{name}.sql"))
            .collect();
        assert_eq!(files, listed);
    }

    #[test]
    fn an_older_program_refuses_a_newer_store_in_clear_words() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let folder = DataFolder::create(temporary.path()).expect("a data folder");
            let store = Store::open(&folder, None).await.expect("a new store");
            let newer = [MIGRATIONS, &[(9999, "later", "CREATE TABLE later (id TEXT)")]].concat();
            migrate(&store.pool, &newer).await.expect("the newer program's migration");
            store.close().await;
            let refused = Store::open(&folder, None).await.expect_err("a refusal");
            assert!(matches!(refused, Error::Newer(9999)), "{refused:?}");
            let said = crate::locale::Words::default().tell(&refused.message());
            assert!(said.contains("9999") && said.contains("lebih baru"), "{said}");
        });
    }

    #[test]
    fn a_folder_with_a_question_mark_and_a_space_in_its_name_holds_its_own_database() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let odd = temporary.path().join("data #1? 50%");
            let folder = DataFolder::create(&odd).expect("a data folder");
            Store::open(&folder, None).await.expect("a store").close().await;
            assert!(folder.database().is_file());
        });
    }

    #[test]
    fn stored_instants_sort_as_time_does() {
        let whole: Timestamp = "2026-03-24T10:04:05Z".parse().expect("an instant");
        let later = whole + jiff::SignedDuration::from_millis(5);
        assert!(stamp(whole) < stamp(later));
        assert_eq!(instant(&stamp(later)).expect("an instant"), later);
    }

    #[test]
    fn what_is_not_committed_leaves_nothing_behind() {
        run(async {
            let temporary = tempfile::tempdir().expect("a folder");
            let folder = DataFolder::create(temporary.path()).expect("a data folder");
            let store = Store::open(&folder, None).await.expect("a store");
            let mut tx = store.begin(Clock::System).await.expect("a transaction");
            tx.record(&Actor::operator(), Action::View, "round", "x", b"").await.expect("an entry");
            drop(tx);
            let mut tx = store.read(Clock::System).await.expect("a transaction");
            assert_eq!(
                audit::verify(&mut tx).await.expect("a whole log"),
                audit::Verified::Whole(0)
            );
        });
    }
}
