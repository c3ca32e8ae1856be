//! `selaras serve`: the pages on one data folder, on this machine only.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::index::region_code;
use super::{Argument, Arguments, Stop, print, say};
use crate::locale::{Message, Words};
use crate::store::{Clock, DataFolder, Store};
use crate::web::{self, AppState, ServeError};

/// Port listened on unless another is asked for.
const PORT: u16 = 8061;
/// Address of a PostgreSQL database; without it a SQLite file in the data folder is used. Not an
/// option, since the arguments of a program can be read by everybody on the machine.
const DATABASE: &str = "SELARAS_DATABASE";

/// What `serve` and `demo` are asked.
pub(super) struct Request {
    pub(super) data: Option<PathBuf>,
    /// Code of the region whose office this is.
    pub(super) office: Option<String>,
    port: u16,
}

impl Request {
    pub(super) fn read(arguments: &mut Arguments) -> Result<Self, Stop> {
        let mut request = Self { data: None, office: None, port: PORT };
        while let Some(argument) = arguments.take()? {
            match argument {
                Argument::Option(name) if name == "data" => {
                    request.data = Some(arguments.path(&name)?);
                }
                Argument::Option(name) if name == "region" => {
                    let code = region_code(&arguments.text(&name)?)?;
                    request.office = Some(code.to_string());
                }
                Argument::Option(name) if name == "port" => {
                    request.port = arguments.parsed(&name)?
                }
                Argument::Option(name) => return Err(Arguments::unknown(&name)),
                Argument::Value(value) => return Err(Arguments::stray(&value)),
            }
        }
        Ok(request)
    }

    /// Takes the port, so that a port in use is known before any work is done.
    pub(super) async fn listen(&self) -> Result<TcpListener, Stop> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let bound = TcpListener::bind(address).await;
        bound.map_err(|error| not_served(&error.into()))
    }
}

/// Runs the command.
pub(super) fn run(arguments: &mut Arguments) -> Result<(), Stop> {
    let request = Request::read(arguments)?;
    let words = arguments.words();
    let Some(data) = &request.data else {
        return Err(Stop::usage(Message::new("cli-missing-option").with("option", "data")));
    };
    log();
    runtime()?.block_on(async {
        let listener = request.listen().await?;
        let store = open(data).await?;
        serve(listener, store, request.office.clone(), words).await?;
        say(&words, &Message::new("cli-serve-ended"))
    })
}

/// What goes wrong while serving is written to standard error.
pub(super) fn log() {
    // Already set where the program is run within a test.
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .try_init();
}

pub(super) fn runtime() -> Result<Runtime, Stop> {
    Runtime::new().map_err(|error| Stop::machine(Message::new("cli-what-threads"), &error))
}

/// The store of the data folder at `path`.
pub(super) async fn open(path: &std::path::Path) -> Result<Store, Stop> {
    let folder = DataFolder::create(path)?;
    let database = std::env::var(DATABASE).ok();
    Ok(Store::open(&folder, database.as_deref()).await?)
}

/// Serves until the program is asked to end; the address stands on a line of its own once the
/// pages can be reached.
pub(super) async fn serve(
    listener: TcpListener,
    store: Store,
    office: Option<String>,
    words: Words,
) -> Result<(), Stop> {
    let state = AppState { office, ..AppState::start(store, Clock::System).await? };
    let address = listener.local_addr().map_err(|error| not_served(&error.into()))?;
    say(&words, &Message::new("cli-serve-ready"))?;
    print(&format!("http://{address}/"))?;
    let served = web::serve(listener, state, asked_to_end()).await;
    served.map_err(|error| not_served(&error))
}

fn not_served(error: &ServeError) -> Stop {
    Stop { code: 4, messages: vec![error.message()] }
}

/// Ready on Ctrl-C, or when the system asks the program to end.
async fn asked_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
