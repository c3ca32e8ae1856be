//! What can go wrong with a request, and the page that says so.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::page::{Page, Visit};
use crate::locale::Message;
use crate::policy::Denied;
use crate::round::register::RegisterError;
use crate::store::{self, NotAnId};

/// Why a request gets no ordinary answer. It knows its status and its words; the page is made at
/// the edge, where the reader's language is known.
#[derive(Clone, Debug)]
pub enum Problem {
    /// There is no such thing, or the actor may not know of it.
    NotFound,
    /// What was sent cannot be used; the sentence says why.
    Invalid(Message),
    /// A form came from another site, or from nowhere.
    ForeignForm,
    /// The server was asked under a name that is not its own.
    Misdirected,
    /// The address knows no such method.
    WrongMethod,
    /// What was sent is longer than this address takes.
    TooLarge,
    /// There was no answer in time.
    TooSlow,
    /// A handler panicked.
    Panicked,
    /// Something below failed.
    Fault(Arc<dyn std::error::Error + Send + Sync>),
}

impl Problem {
    /// A fault of something below that a reader can do nothing about; it is logged when answered.
    pub fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Fault(Arc::new(error))
    }

    /// The problem behind a bare status of one of the server's own parts.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::WrongMethod,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::GATEWAY_TIMEOUT => Self::TooSlow,
            _ if status.is_client_error() => Self::Invalid(Message::new("web-problem-unreadable")),
            _ => Self::Panicked,
        }
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::GATEWAY_TIMEOUT,
            Self::Panicked | Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Title, and what it means and what to do.
    fn words(&self) -> (&'static str, Message) {
        let (title, text) = match self {
            Self::NotFound => ("web-problem-not-found", "web-problem-not-found-text"),
            Self::Invalid(message) => return ("web-problem-invalid", message.clone()),
            Self::ForeignForm => ("web-problem-foreign", "web-problem-foreign-text"),
            Self::Misdirected => ("web-problem-misdirected", "web-problem-misdirected-text"),
            Self::WrongMethod => ("web-problem-method", "web-problem-method-text"),
            Self::TooLarge => ("web-problem-large", "web-problem-large-text"),
            Self::TooSlow => ("web-problem-slow", "web-problem-slow-text"),
            Self::Panicked | Self::Fault(_) => ("web-problem-fault", "web-problem-fault-text"),
        };
        (title, Message::new(text))
    }

    /// The page, keeping of the bare `response` the methods an address knows.
    pub(super) fn page(&self, visit: &Visit, response: Response) -> Response {
        let (title, text) = self.words();
        let page = visit.bare_page(visit.words().say(title));
        let body = ProblemPage { text: visit.words().tell(&text), page }.render();
        let mut answer = (self.status(), body.unwrap_or_default()).into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.remove(CONTENT_LENGTH);
        if let Some(allow) = response.headers().get(ALLOW) {
            headers.insert(ALLOW, allow.clone());
        }
        answer
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Self::Fault(error) = &self {
            tracing::error!(%error, "a request ended in a fault");
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::NotFound,
            error => Self::fault(error),
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Store(error) => error.into(),
            RegisterError::Invalid(messages) => Self::Invalid(
                messages
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| Message::new("web-problem-unreadable")),
            ),
        }
    }
}

impl From<Denied> for Problem {
    fn from(_: Denied) -> Self {
        Self::NotFound
    }
}

impl From<NotAnId> for Problem {
    fn from(_: NotAnId) -> Self {
        Self::NotFound
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::fault(error)
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    page: Page,
    text: String,
}
