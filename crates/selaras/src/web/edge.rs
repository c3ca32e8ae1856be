//! What stands around every page: who may ask, in which language, with which headers.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN, SET_COOKIE, VARY,
};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::page::Visit;
use super::{AppState, Problem};
use crate::locale::Language;

/// Nothing may be loaded, sent or embedded except from and to ourselves; no inline style or script.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     connect-src 'self'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    // Not `no-referrer`: browsers then send forms with `Origin: null`.
    ("referrer-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];

/// Cookie that remembers the language.
const LANGUAGE_COOKIE: &str = "bahasa";

/// Sets the headers of every response.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.append(VARY, HeaderValue::from_static("cookie"));
    }
    response
}

/// Refuses what another site sent, finds the reader's language, and turns what went wrong into a
/// page in that language.
pub(super) async fn pages(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = asked_language(request.uri().query().unwrap_or_default());
    let language = asked.or_else(|| remembered_language(request.headers())).unwrap_or_default();
    let visit = Visit::new(language, request.uri(), state.clock);
    let response = match refusal(request.method(), request.headers()) {
        Some(problem) => problem.into_response(),
        None => {
            request.extensions_mut().insert(visit.clone());
            next.run(request).await
        }
    };
    let mut response = match problem_of(&response) {
        Some(problem) => problem.page(&visit, response),
        None => response,
    };
    if let Some(language) = asked {
        let cookie = format!(
            "{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
            code(language)
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// The problem behind a response that is not yet a page; also where the server's own parts
/// answered (a body too long, no time left).
fn problem_of(response: &Response) -> Option<Problem> {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_page = kind.starts_with(b"text/html");
    (response.status().as_u16() >= 400 && !is_page).then(|| Problem::of_status(response.status()))
}

/// How a language is written in an address and a cookie.
pub(super) fn code(language: Language) -> &'static str {
    match language {
        Language::Id => "id",
        Language::En => "en",
        Language::Pseudo => "pseudo",
    }
}

fn language(code: &str) -> Option<Language> {
    [Language::Id, Language::En, Language::Pseudo].into_iter().find(|&l| self::code(l) == code)
}

fn asked_language(query: &str) -> Option<Language> {
    query.split('&').find_map(|pair| language(pair.strip_prefix("bahasa=")?))
}

fn remembered_language(headers: &HeaderMap) -> Option<Language> {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|cookies| {
        cookies.split(';').find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            if name == LANGUAGE_COOKIE { language(value) } else { None }
        })
    })
}

/// Why a request is not even looked at. Two attacks of foreign pages in the reader's browser:
/// a name of theirs that resolves to this machine (so the name asked for must be a loopback one),
/// and a form of theirs that sends itself here (so a change must come from our own page).
fn refusal(method: &Method, headers: &HeaderMap) -> Option<Problem> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(HOST).filter(|host| is_loopback_name(host)) else {
        return Some(Problem::Misdirected);
    };
    if matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let origin = text(ORIGIN);
    let ours = match (site, origin) {
        (None, None) => false,
        (site, origin) => {
            site.is_none_or(|site| site == "same-origin")
                && origin.is_none_or(|origin| origin.strip_prefix("http://") == Some(host))
        }
    };
    if ours { None } else { Some(Problem::ForeignForm) }
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn sent(method: Method, pairs: &[(&'static str, &'static str)]) -> Option<Problem> {
        refusal(&method, &headers(pairs))
    }

    #[test]
    fn a_change_is_taken_from_our_own_pages_only() {
        let host = ("host", "127.0.0.1:8080");
        let own = ("origin", "http://127.0.0.1:8080");
        let site = |site| ("sec-fetch-site", site);
        assert!(sent(Method::POST, &[host, own]).is_none());
        assert!(sent(Method::POST, &[host, own, site("same-origin")]).is_none());
        assert!(sent(Method::POST, &[host, site("same-origin")]).is_none());
        for foreign in [
            vec![host],
            vec![host, ("origin", "null")],
            vec![host, ("origin", "http://127.0.0.1:9090")],
            vec![host, ("origin", "https://127.0.0.1:8080")],
            vec![host, ("origin", "http://example.org")],
            vec![host, own, site("cross-site")],
            vec![host, own, site("same-site")],
        ] {
            let refused = sent(Method::POST, &foreign);
            assert!(matches!(refused, Some(Problem::ForeignForm)), "{foreign:?}");
        }
        assert!(sent(Method::GET, &[host]).is_none());
    }

    #[test]
    fn a_foreign_name_that_resolves_to_this_machine_is_refused() {
        for host in ["127.0.0.1", "localhost:1", "[::1]:8080", "[::1]"] {
            assert!(sent(Method::GET, &[("host", host)]).is_none(), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:80", "localhost.", "", "::1"] {
            let refused = sent(Method::GET, &[("host", host)]);
            assert!(matches!(refused, Some(Problem::Misdirected)), "{host}");
        }
        assert!(matches!(sent(Method::GET, &[]), Some(Problem::Misdirected)));
    }

    #[test]
    fn the_language_asked_for_comes_before_the_one_remembered() {
        assert_eq!(asked_language("a=1&bahasa=en"), Some(Language::En));
        assert_eq!(asked_language("bahasa=xx"), None);
        let cookies = headers(&[("cookie", "other=1; bahasa=pseudo")]);
        assert_eq!(remembered_language(&cookies), Some(Language::Pseudo));
    }
}
