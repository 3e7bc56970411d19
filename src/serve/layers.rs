//! Every layer, outermost first, with its reason.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;

use super::{App, error};
use crate::mcp::Code;

const REQUEST_ID: &str = "x-request-id";

/// The request's id, in its extensions.
#[derive(Clone)]
pub(super) struct RequestId(pub(super) Arc<str>);

pub(super) fn around(routes: Router, app: &Arc<App>) -> Router {
    routes
        // Innermost: a panic hurts its own request only.
        .layer(CatchPanicLayer::custom(|_| {
            error::response(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalError, "", None)
        }))
        // Before anything is read: pages of other sites must not reach us through a browser (DNS rebinding).
        .layer(from_fn_with_state(Arc::clone(app), only_known_hosts_and_origins))
        // Before anything is believed: headers have a size.
        .layer(from_fn_with_state(Arc::clone(app), limit_headers))
        // Outermost: every answer carries the request's id, refusals too.
        .layer(from_fn(request_id))
}

async fn request_id(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    let id: Arc<str> = given.filter(well_formed).map_or_else(|| uuid::Uuid::now_v7().to_string().into(), Into::into);
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

async fn limit_headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (limit, most) = (app.gateway.config().serve.max_header_bytes, app.gateway.config().serve.max_headers);
    let size: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > limit || request.headers().len() > most {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return error::response(status, Code::InvalidRequest, "the headers are too large or too many", None);
    }
    next.run(request).await
}

async fn only_known_hosts_and_origins(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let config = &app.gateway.config().serve;
    let public = config.public_url.as_ref();
    let refuse = |what: &str| {
        let detail = format!("this {what} is not allowed here");
        error::response(StatusCode::FORBIDDEN, Code::InvalidRequest, &detail, None)
    };
    let host = host_of(request.headers(), request.uri());
    if !host.is_some_and(|host| {
        is_local(host)
            || host.parse() == Ok(config.bind.ip())
            || public.is_some_and(|url| url.host_str().is_some_and(|it| bare(it).eq_ignore_ascii_case(host)))
            || listed(&config.allowed_hosts, host)
    }) {
        return refuse("host");
    }
    if let Some(origin) = request.headers().get(ORIGIN) {
        let allowed = origin.to_str().is_ok_and(|origin| {
            let uri = origin.parse::<Uri>().ok();
            let local = uri.as_ref().and_then(Uri::host).is_some_and(|host| is_local(bare(host)));
            let own = public.is_some_and(|url| url.origin().ascii_serialization() == origin);
            local || own || listed(&config.allowed_origins, origin)
        });
        if !allowed {
            return refuse("origin");
        }
    }
    next.run(request).await
}

/// The name in `Host` (or the request line) without its port.
pub(super) fn host_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let text = match headers.get(HOST) {
        Some(value) => value.to_str().ok()?,
        None => uri.authority()?.as_str(),
    };
    let without_port = match text.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') => host,
        _ => text,
    };
    Some(bare(without_port))
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}

pub(super) fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn listed(list: &[String], value: &str) -> bool {
    list.iter().any(|entry| entry == "*" || entry.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_lose_their_port() {
        for (given, expected) in [
            ("localhost:8000", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]:8000", "::1"),
            ("[::1]", "::1"),
            ("evil.example.com:80", "evil.example.com"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(given));
            assert_eq!(host_of(&headers, &Uri::from_static("/mcp")), Some(expected), "{given}");
        }
        assert!(is_local("localhost") && is_local("127.8.9.1") && is_local("::1"));
        assert!(!is_local("localhost.evil.example.com") && !is_local("127.0.0.1.evil.example.com"));
    }
}
