//! JSON-RPC and MCP over HTTP requests: one message in, one message or a stream of events out.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use futures_util::{Stream, StreamExt as _};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::json;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::admit::{Caller, admit_batch};
use super::layers::RequestId;
use super::{App, error, principal};
use crate::mcp::{self, Answer, Code, Frames, Incoming, Listing, MODERN};
use crate::model::Face as AuditFace;

/// Against clients that send their body drop by drop.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// A stream that says nothing says so this often: what stands between would close it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

#[derive(Clone, Copy)]
pub(super) enum Endpoint {
    Rpc,
    Mcp(Listing),
}

/// The way of a JSON-RPC request through the face.
pub(super) async fn post(State(app): State<Arc<App>>, request: Request, endpoint: Endpoint) -> Response {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return error::response(status, Code::InvalidRequest, "the body has to be application/json", None);
    }
    let accepts = match endpoint {
        Endpoint::Rpc => Accepts { json: true, events: false },
        Endpoint::Mcp(_) => Accepts::of(&parts.headers),
    };
    if !accepts.json && !accepts.events {
        let detail = "accept application/json and text/event-stream";
        return error::response(StatusCode::NOT_ACCEPTABLE, Code::InvalidRequest, detail, None);
    }
    let listing = if let Endpoint::Mcp(listing) = endpoint { listing } else { Listing::Full };
    let listens = parts.headers.get("mcp-method").is_some_and(|method| method == "subscriptions/listen");
    let mut incoming = match incoming(&parts.extensions, parts.headers, listing) {
        Ok(incoming) => incoming,
        Err(refused) => return *refused,
    };
    incoming.can_stream = accepts.events;
    incoming.body = match whole(body, app.gateway.config().serve.max_body_bytes).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let face = if matches!(endpoint, Endpoint::Rpc) { AuditFace::Rpc } else { AuditFace::McpSession };
    if let Err(refused) = admit_batch(&app, &parts.extensions, face, &incoming.body) {
        return *refused;
    }
    let answer = match endpoint {
        Endpoint::Rpc => app.face.rpc(&incoming).await,
        Endpoint::Mcp(_) => app.face.mcp(incoming).await,
    };
    written(if listens { ends_with_token(answer, &parts.extensions) } else { answer }, accepts)
}

/// A stream that has no end of its own ends when the token does that it was opened with.
fn ends_with_token(mut answer: Answer, extensions: &axum::http::Extensions) -> Answer {
    let caller = extensions.get::<Caller>().cloned();
    if let (mcp::Body::Stream(frames), Some(caller)) = (&mut answer.body, caller) {
        let open = std::mem::replace(frames, Box::pin(futures_util::stream::empty()));
        *frames = Box::pin(open.take_until(Box::pin(async move { caller.expired().await })));
    }
    answer
}

/// A session's own stream.
pub(super) async fn get(State(app): State<Arc<App>>, request: Request, listing: Listing) -> Response {
    let (parts, _) = request.into_parts();
    let is_modern = parts.headers.get("mcp-protocol-version").is_some_and(|version| version == MODERN);
    if is_modern {
        return only(&[Method::POST]);
    }
    if !Accepts::of(&parts.headers).events {
        let detail = "accept text/event-stream";
        return error::response(StatusCode::NOT_ACCEPTABLE, Code::InvalidRequest, detail, None);
    }
    match incoming(&parts.extensions, parts.headers, listing) {
        Ok(incoming) => {
            let answer = ends_with_token(app.face.stream(&incoming).await, &parts.extensions);
            written(answer, Accepts { json: true, events: true })
        }
        Err(refused) => *refused,
    }
}

/// Ends a session.
pub(super) async fn delete(State(app): State<Arc<App>>, request: Request, listing: Listing) -> Response {
    let (parts, _) = request.into_parts();
    match incoming(&parts.extensions, parts.headers, listing) {
        Ok(incoming) => written(app.face.end_session(&incoming).await, Accepts { json: true, events: true }),
        Err(refused) => *refused,
    }
}

/// Another method than these.
pub(super) fn only(methods: &[Method]) -> Response {
    let allowed = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let detail = format!("use {allowed}");
    let mut response = error::response(StatusCode::METHOD_NOT_ALLOWED, Code::InvalidRequest, &detail, None);
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// Who asks, and for what.
pub(super) fn incoming(
    extensions: &axum::http::Extensions,
    headers: HeaderMap,
    listing: Listing,
) -> Result<Incoming, Box<Response>> {
    let refuse = |error: crate::error::Error| {
        Box::new(error::response(StatusCode::BAD_REQUEST, Code::InvalidRequest, error.message(), None))
    };
    let Some(caller) = extensions.get::<Caller>() else {
        // A route that stands outside `admit` serves nobody.
        let detail = "a bearer token is required";
        return Err(Box::new(error::response(StatusCode::UNAUTHORIZED, Code::Unauthorized, detail, None)));
    };
    let query = principal::query(&headers).map_err(refuse)?;
    let request_id = extensions.get::<RequestId>().map_or_else(|| "".into(), |id| Arc::clone(&id.0));
    Ok(Incoming::http(Arc::clone(&caller.principal), request_id, headers, query, listing))
}

/// What a client takes.
#[derive(Clone, Copy)]
struct Accepts {
    json: bool,
    events: bool,
}

impl Accepts {
    /// Without the header: everything.
    fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(ACCEPT).iter().peekable();
        if values.peek().is_none() {
            return Self { json: true, events: true };
        }
        let mut accepts = Self { json: false, events: false };
        for value in values {
            for kind in value.to_str().unwrap_or_default().split(',') {
                let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                accepts.json |= matches!(kind.as_str(), "*/*" | "application/*" | "application/json");
                accepts.events |= matches!(kind.as_str(), "*/*" | "text/*" | "text/event-stream");
            }
        }
        accepts
    }
}

fn written(answer: Answer, accepts: Accepts) -> Response {
    let mut response = match answer.body {
        mcp::Body::Empty => Response::new(Body::empty()),
        mcp::Body::Message(message) if accepts.json => {
            let mut response = Response::new(Body::from(message));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        mcp::Body::Message(message) => events(Box::pin(futures_util::stream::once(std::future::ready(message)))),
        mcp::Body::Stream(frames) => events(frames),
    };
    *response.status_mut() = answer.status;
    if let Some(id) = answer.session.and_then(|id| HeaderValue::from_str(&id).ok()) {
        response.headers_mut().insert(SESSION, id);
    }
    response
}

/// A response of server-sent events, kept alive by comments.
fn events(frames: Frames) -> Response {
    event_stream(frames.map(|frame| event(&frame)))
}

/// The same from events that are written already.
pub(super) fn event_stream(events: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let mut pulse = interval(KEEP_ALIVE);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once.
    pulse.reset();
    let stream = KeptAlive { events: Box::pin(events), pulse };
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies that gather answers would gather for ever.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// One message as an event. A message may hold line ends between its tokens: each line is a `data` of its own.
pub(super) fn event(message: &Bytes) -> Bytes {
    let mut event = Vec::with_capacity(message.len() + 32);
    event.extend_from_slice(b"event: message\n");
    for line in message.split(|byte| matches!(byte, b'\n' | b'\r')) {
        event.extend_from_slice(b"data: ");
        event.extend_from_slice(line);
        event.push(b'\n');
    }
    event.push(b'\n');
    event.into()
}

struct KeptAlive {
    events: Pin<Box<dyn Stream<Item = Bytes> + Send>>,
    pulse: Interval,
}

impl Stream for KeptAlive {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(event) = self.events.poll_next_unpin(context) {
            self.pulse.reset();
            return Poll::Ready(event.map(Ok));
        }
        self.pulse.poll_tick(context).map(|_| Some(Ok(Bytes::from_static(b": keep-alive\n\n"))))
    }
}

pub(super) async fn whole(body: Body, limit: usize) -> Result<Bytes, Box<Response>> {
    let read = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, limit).collect());
    let Ok(read) = read.await else {
        let detail = "the body took too long";
        return Err(Box::new(error::response(StatusCode::REQUEST_TIMEOUT, Code::InvalidRequest, detail, None)));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let data = json!({ "reason": "body_too_large", "limit_bytes": limit });
            let detail = format!("the body is larger than {limit} bytes");
            Err(Box::new(error::response(StatusCode::PAYLOAD_TOO_LARGE, Code::InvalidRequest, &detail, Some(&data))))
        }
        Err(_) => Err(Box::new(error::response(StatusCode::BAD_REQUEST, Code::ParseError, "the body broke off", None))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_between_tokens_stay_inside_the_event() {
        let written = event(&Bytes::from_static(b"{\n \"a\":1}"));
        assert_eq!(written, "event: message\ndata: {\ndata:  \"a\":1}\n\n");
    }

    #[test]
    fn accept_is_read_leniently() {
        for (given, json, events) in [
            ("application/json, text/event-stream", true, true),
            ("*/*", true, true),
            ("application/json;q=0.9", true, false),
            ("text/event-stream", false, true),
            ("text/html", false, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(given));
            let accepts = Accepts::of(&headers);
            assert_eq!((accepts.json, accepts.events), (json, events), "{given}");
        }
        assert!(Accepts::of(&HeaderMap::new()).events);
    }
}
