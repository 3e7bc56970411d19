//! Every layer, outermost first, with its reason.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::{App, admin, error};
use crate::mcp::Code;
use crate::telemetry::metrics::METRICS;
use crate::telemetry::traces;

const REQUEST_ID: &str = "x-request-id";

/// The request's id, in its extensions.
#[derive(Clone)]
pub(super) struct RequestId(pub(super) Arc<str>);

pub(super) fn around(routes: Router, app: &Arc<App>) -> Router {
    routes
        // Innermost: a panic hurts its own request only.
        .layer(CatchPanicLayer::custom(|_| {
            METRICS.panicked();
            error::response(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalError, "", None)
        }))
        // Before anything is read: pages of other sites must not reach us through a browser (DNS rebinding).
        .layer(from_fn_with_state(Arc::clone(app), only_known_hosts_and_origins))
        // Before anything is believed: headers have a size.
        .layer(from_fn_with_state(Arc::clone(app), limit_headers))
        // Every answer carries the request's id, refusals too.
        .layer(from_fn(request_id))
        // Outermost: whatever is answered is counted.
        .layer(from_fn(counted))
}

async fn counted(request: Request, next: Next) -> Response {
    let (begun, in_flight) = (Instant::now(), METRICS.http_begins());
    let (method, matched) = (method_label(request.method()), request.extensions().get::<MatchedPath>().cloned());
    let response = next.run(request).await;
    drop(in_flight);
    let route = matched.as_ref().map_or(OTHER, |route| label(route.as_str()));
    METRICS.http(route, method, response.status().as_u16(), begun.elapsed());
    response
}

/// Routes and methods that clients invent.
const OTHER: &str = "other";

fn route_label(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or(OTHER, |route| label(route.as_str()))
}

/// The administration and the console are one each.
fn label(route: &str) -> &str {
    ["/admin", "/ui"].into_iter().find(|part| route.starts_with(part)).unwrap_or(route)
}

pub(super) fn method_label(method: &Method) -> &'static str {
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    known.into_iter().find(|known| method == known).unwrap_or(OTHER)
}

async fn request_id(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    let id: Arc<str> = given.filter(well_formed).map_or_else(|| uuid::Uuid::now_v7().to_string().into(), Into::into);
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let span = request_span(&request, &id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    // OpenTelemetry has no unsigned numbers.
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// What its logs and its trace are known by; names after OpenTelemetry's conventions for HTTP servers.
fn request_span(request: &Request, id: &str) -> Span {
    let (method, route) = (method_label(request.method()), route_label(request));
    let span = tracing::info_span!(
        "request",
        request.id = id,
        trace.id = Empty,
        otel.name = Empty,
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        otel.status_code = Empty,
    );
    if traces::are_made() {
        span.record("otel.name", format!("{method} {route}"));
        traces::follow_headers(&span, request.headers());
        span.record("trace.id", traces::trace_id(&span));
    }
    span
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
        let part = route_label(&request);
        if ["/admin", "/ui"].contains(&part) {
            admin::refused(&app, part, &request, None, StatusCode::FORBIDDEN);
        }
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
