//! The pages.
//!
//! # How a page is added
//!
//! 1. Write a template in `templates/` that begins with `{% extends "layout.html" %}` and fills the
//!    block `main` (one `<h1>`; sections in cards). Every word comes from a message file through
//!    `page.say("key")` or `page.tell(message)`. No inline style or script: the Content-Security-
//!    Policy forbids them.
//! 2. Write a handler. It takes [`Visit`] (language, actor, address) and `State<AppState>`, opens
//!    `state.store.read(state.clock)` (or `begin` to write), calls one function of a noun, builds
//!    `Page` with [`Visit::page`], puts both into a struct that derives `askama::Template` and ends
//!    with [`html`]. Whatever goes wrong leaves as [`Problem`] by `?`.
//! 3. Add a [`Route`] to the `routes()` of its module, and the module to [`routes::table`]. A route
//!    names its action and module; nobody whom [`crate::policy::may`] denies reaches the handler.
//! 4. Addresses are made by [`paths`], so that they are spelled in one place.
//!
//! Text of a person or a file enters a page only through a template, which escapes it.

mod assets;
mod beside;
mod boundary_pages;
mod edge;
mod home;
mod instrument_pages;
mod job_pages;
mod look_cache;
mod mapping_form;
mod margins_pages;
mod official_pages;
mod opening_form;
mod page;
pub mod paths;
mod planning;
mod problem;
mod result_cache;
mod results;
mod round_pages;
pub mod routes;
mod sent;
mod upload_pages;

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse as _;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::align::sending;
use crate::index::frozen;
use crate::instrument::{self, Text};
use crate::jobs::{Kinds, Runner};
use crate::locale::{Message, cause};
use crate::region;
use crate::round::upload;
use crate::store::{Clock, Error, Store};

pub use assets::asset_url;
pub use look_cache::LookCache;
pub use page::{Choice, Entry, Page, RoundHead, Visit, html};
pub use planning::BoardCache;
pub use problem::Problem;
pub use result_cache::ResultCache;
pub use routes::Route;

/// Uploads that nobody completed are looked for this often.
const FORGETTING: Duration = Duration::from_secs(60 * 60);

/// What handlers share. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The store.
    pub store: Store,
    /// Where *now* comes from.
    pub clock: Clock,
    /// The workers that do jobs.
    pub runner: Runner,
    /// What a round may be made of.
    pub catalogue: Arc<Catalogue>,
    /// Results that were read lately.
    pub results: ResultCache,
    /// Files that wait for their mapping and were looked into lately.
    pub looks: LookCache,
    /// Alignments that were computed lately.
    pub boards: BoardCache,
    /// Code of the region whose office runs the program: Beranda opens with it.
    pub office: Option<String>,
}

impl AppState {
    /// The state of a program that serves `store`, with workers for every kind of job and
    /// everything the program knows to make rounds of. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`Runner::start`].
    pub async fn start(store: Store, clock: Clock) -> Result<Self, Error> {
        let forget = |store: &Store, clock: Clock| {
            upload::forget_old(store.folder(), clock.now().into());
            sending::forget_old(store.folder(), clock.now().into());
        };
        forget(&store, clock);
        let kinds = Kinds::default()
            .with(upload::INTAKE, upload::work)
            .with(frozen::INDEX, frozen::work)
            .regularly(FORGETTING, forget);
        // One at a time: each uses all cores.
        let runner = Runner::start(store.clone(), clock, kinds, 1).await?;
        let catalogue = Arc::new(Catalogue::built_in());
        let results = ResultCache::default();
        let (looks, boards) = (LookCache::default(), BoardCache::default());
        Ok(Self { store, clock, runner, catalogue, results, looks, boards, office: None })
    }
}

impl AppState {
    /// What rounds call each instrument, and its title: those of the catalogue, then the office's
    /// own with their versions.
    #[must_use]
    pub fn instruments(&self) -> Vec<(String, Text)> {
        let own = instrument::kept(self.store.folder()).into_iter().map(|(key, known)| {
            let title = |text: &str| format!("{text} ({})", known.version);
            let Text { id, en } = &known.short_title;
            (key, Text { id: title(id), en: title(en) })
        });
        self.catalogue.instruments.iter().cloned().chain(own).collect()
    }
}

/// What a round may be made of: instruments and regions, as the forms offer them.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Id and title of every instrument, the one to propose first.
    pub instruments: Vec<(String, Text)>,
    /// Code and name of every province and kab/kota, in code order.
    pub regions: Vec<(String, String)>,
}

impl Catalogue {
    /// The shipped instruments and all provinces and kab/kota.
    #[must_use]
    pub fn built_in() -> Self {
        let known = region::provinces().iter().chain(region::regencies());
        let mut regions: Vec<(String, String)> =
            known.map(|region| (region.code.to_string(), region.name.clone())).collect();
        regions.sort();
        let shipped = instrument::shipped().iter();
        let instruments = shipped.map(|one| (one.id.clone(), one.short_title.clone())).collect();
        Self { instruments, regions }
    }

    /// Name of the region with `code`; [`regions`](Self::regions) are searched by halves.
    #[must_use]
    pub fn region(&self, code: &str) -> Option<&str> {
        let at = self.regions.binary_search_by(|(other, _)| other.as_str().cmp(code)).ok()?;
        self.regions.get(at).map(|(_, name)| name.as_str())
    }
}

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can be reached from other machines. Until accounts exist that would give the
    /// rights of the operator to everybody on the network (METHOD §5).
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The operating system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl ServeError {
    /// What to tell a person.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotLoopback(address) => {
                Message::new("web-error-not-loopback").with("address", address.to_string())
            }
            Self::Io(error) => {
                Message::new("web-error-listen").with("reason", cause::of_system(error))
            }
        }
    }
}

/// Serves the pages on `listener` until `shutdown` is ready, then lets open requests and running
/// jobs come to a rest.
///
/// # Errors
/// [`ServeError::NotLoopback`] unless the listener is bound to a loopback address;
/// [`ServeError::Io`].
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let runner = state.runner.clone();
    let store = state.store.clone();
    axum::serve(listener, router(state)).with_graceful_shutdown(shutdown).await?;
    runner.shut_down().await;
    store.close().await;
    Ok(())
}

/// All pages with everything that stands around them.
pub fn router(state: AppState) -> Router {
    let pages = routes::table().into_iter().fold(Router::new(), |all, route| route.add_to(all));
    around(pages, state)
}

/// What stands around every page, innermost first.
fn around(pages: Router<AppState>, state: AppState) -> Router {
    pages
        .fallback(|| async { Problem::NotFound })
        .method_not_allowed_fallback(|| async { Problem::WrongMethod })
        .layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| Problem::Panicked.into_response()))
        .layer(from_fn_with_state(state.clone(), edge::pages))
        .layer(CompressionLayer::new())
        .layer(from_fn(edge::headers))
        .with_state(state)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::store::DataFolder;

    #[test]
    fn a_handler_that_panics_answers_with_a_page_and_all_headers() {
        let temporary = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let response = runtime.block_on(async {
            let folder = DataFolder::create(temporary.path()).expect("a data folder");
            let store = Store::open(&folder, None).await.expect("a store");
            let clock = Clock::System;
            let runner =
                Runner::start(store.clone(), clock, Kinds::default(), 1).await.expect("workers");
            let catalogue = Arc::default();
            let state = AppState {
                store,
                clock,
                runner,
                catalogue,
                results: ResultCache::default(),
                looks: LookCache::default(),
                boards: BoardCache::default(),
                office: None,
            };
            async fn faulty() -> &'static str {
                panic!("a fault");
            }
            let pages = around(Router::new().route("/", get(faulty)), state);
            let request = Request::get("/").header("host", "localhost").body(Body::empty());
            pages.oneshot(request.expect("a request")).await.expect("a response")
        });
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert!(response.headers().contains_key("content-security-policy"));
    }
}
