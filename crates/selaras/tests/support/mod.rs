//! Stores on both engines for the tests: SQLite in a temporary folder always, PostgreSQL from a
//! temporary cluster where its programs are installed.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use selaras::store::{DataFolder, Store};
use tempfile::TempDir;

/// A temporary PostgreSQL cluster, reachable by a Unix socket only; it ends with this value.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    owner: Option<(u32, u32)>,
}

/// The folder of `initdb` and its neighbours: in `PATH`, or where Debian keeps the newest version.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|v| v.path().join("bin")).collect();
        versions.sort();
        folders.extend(versions.into_iter().rev());
    }
    folders.into_iter().find(|folder| {
        ["initdb", "pg_ctl", "createdb"].iter().all(|program| folder.join(program).is_file())
    })
}

fn id_of(flag: &str, user: &str) -> Option<u32> {
    let output = Command::new("id").args([flag, user]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// PostgreSQL refuses to run as root; then `postgres`, else `nobody`, owns the cluster.
fn owner() -> Option<(u32, u32)> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if !root {
        return None;
    }
    ["postgres", "nobody"].iter().find_map(|user| Some((id_of("-u", user)?, id_of("-g", user)?)))
}

impl Cluster {
    /// Starts a cluster; none, with a line that says so, where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped on PostgreSQL: initdb, pg_ctl and createdb were not found");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let cluster = Self { folder, programs, owner: owner() };
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(cluster.folder.path(), open).expect("permissions");
        if let Some((user, group)) = cluster.owner {
            chown(cluster.folder.path(), Some(user), Some(group)).expect("a new owner");
        }
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "-U", "selaras", "-A", "trust", "--no-sync"]);
        let socket = cluster.folder.path().display().to_string();
        let options = format!("-c listen_addresses='' -c fsync=off -k {socket}");
        let log = cluster.folder.path().join("log").display().to_string();
        cluster.run("pg_ctl", &["-D", &data, "-w", "-l", &log, "-o", &options, "start"]);
        Some(cluster)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let program = self.programs.join(program);
        let mut command = match self.owner {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
                command.arg("--clear-groups").arg(program);
                command
            }
        };
        command.args(arguments).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program, arguments).status().expect("the program runs");
        assert!(status.success(), "{program} {arguments:?}: {status}");
    }

    /// The address of a new database.
    pub(crate) fn database(&self, name: &str) -> String {
        let socket = self.folder.path().display().to_string();
        self.run("createdb", &["-h", &socket, "-U", "selaras", name]);
        format!("postgres://selaras@localhost/{name}?host={socket}")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        // A cluster that would not stop has nowhere to report it: its folder goes with this value.
        let _ = self.command("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]).status();
    }
}

/// Opens a store in `folder`, on the PostgreSQL database at `url` or on SQLite.
pub(crate) async fn open(folder: &Path, url: Option<&str>) -> Store {
    let folder = DataFolder::create(folder).expect("a data folder");
    Store::open(&folder, url).await.expect("a store")
}

/// One test a claim on SQLite, and one test of all claims on PostgreSQL, each in a database of its
/// own. A claim is a function of the database's address, if it has one.
#[macro_export]
macro_rules! on_both_engines {
    ($($claim:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $claim() {
                    super::$claim(None);
                }
            )+
        }

        #[test]
        fn every_claim_holds_on_postgresql() {
            let Some(cluster) = $crate::support::Cluster::start() else { return };
            let claims: &[(&str, fn(Option<&str>))] = &[$((stringify!($claim), $claim)),+];
            for (number, (name, claim)) in claims.iter().enumerate() {
                println!("on PostgreSQL: {name}");
                claim(Some(&cluster.database(&format!("claim_{number}"))));
            }
        }
    };
}
