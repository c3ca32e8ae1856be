//! The one table of routes: what each does, to which part of the program.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, get, post};
use tower_http::timeout::TimeoutLayer;

use super::{
    AppState, Problem, Visit, assets, boundary_pages, home, instrument_pages, job_pages,
    margins_pages, official_pages, planning, results, round_pages, upload_pages,
};
use crate::policy::{Action, Decision, Module, Resource, Sensitivity, may};

/// A form of our own is never longer than this.
const FORM_BYTES: usize = 64 * 1024;
/// A page is given this long.
const PAGE_TIME: Duration = Duration::from_secs(30);

/// A route. It cannot be made without an action and a module, and whoever
/// [`may`](crate::policy::may) not do that action is told that there is no such page.
#[derive(Debug)]
pub struct Route {
    path: &'static str,
    method: &'static str,
    action: Action,
    resource: Resource<'static>,
    handler: MethodRouter<AppState>,
    bytes: usize,
    time: Duration,
}

impl Route {
    fn new(
        path: &'static str,
        method: &'static str,
        action: Action,
        module: Module,
        handler: MethodRouter<AppState>,
    ) -> Self {
        let resource = Resource::internal(module);
        Self { path, method, action, resource, handler, bytes: FORM_BYTES, time: PAGE_TIME }
    }

    /// A page at `path` (axum syntax). `action` is what the page is for: the form that makes a
    /// round is [`Action::Create`] like the request it sends.
    pub fn get<T: 'static>(
        path: &'static str,
        action: Action,
        module: Module,
        handler: impl Handler<T, AppState>,
    ) -> Self {
        Self::new(path, "GET", action, module, get(handler))
    }

    /// What the form at `path` sends.
    pub fn post<T: 'static>(
        path: &'static str,
        action: Action,
        module: Module,
        handler: impl Handler<T, AppState>,
    ) -> Self {
        Self::new(path, "POST", action, module, post(handler))
    }

    /// The same route for what anyone may see.
    #[must_use]
    pub fn public(self) -> Self {
        let resource = Resource { sensitivity: Sensitivity::Public, ..self.resource };
        Self { resource, ..self }
    }

    /// The same route taking bodies of up to `bytes` for up to `time`, for uploads.
    #[must_use]
    pub fn accepting(self, bytes: usize, time: Duration) -> Self {
        Self { bytes, time, ..self }
    }

    /// Address in axum syntax, `{name}` for what varies.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// `GET` or `POST`.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// What it does.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    pub(super) fn add_to(self, router: Router<AppState>) -> Router<AppState> {
        let Self { action, resource, .. } = self;
        let permitted = from_fn(move |visit: Visit, request: Request, next: Next| async move {
            match may(visit.actor(), action, &resource) {
                Decision::Allowed => next.run(request).await,
                Decision::Denied => Problem::NotFound.into_response(),
            }
        });
        let handler: MethodRouter<AppState> = self
            .handler
            .route_layer(DefaultBodyLimit::max(self.bytes))
            .route_layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, self.time))
            .route_layer(permitted);
        router.route(self.path, handler)
    }
}

/// Every route of the program.
#[must_use]
pub fn table() -> Vec<Route> {
    [
        home::routes(),
        round_pages::routes(),
        job_pages::routes(),
        results::routes(),
        assets::routes(),
        upload_pages::routes(),
        margins_pages::routes(),
        official_pages::routes(),
        boundary_pages::routes(),
        instrument_pages::routes(),
        planning::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_sends_is_never_a_mere_view_and_a_page_changes_nothing() {
        for route in table() {
            if route.method() == "POST" {
                assert_ne!(route.action(), Action::View, "POST {}", route.path());
            }
        }
    }

    #[test]
    fn every_route_can_be_reached_by_somebody() {
        for route in table() {
            let decision = may(&crate::policy::Actor::operator(), route.action, &route.resource);
            assert_eq!(decision, Decision::Allowed, "{} {}", route.method, route.path);
        }
    }
}
