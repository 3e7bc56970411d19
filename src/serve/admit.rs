//! Who asks, and whether they may ask this much: before anything else is looked at.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, Collected, Limited};
use serde_json::{Value, json};

use super::layers::RequestId;
use super::{App, error, principal};
use crate::error::{Error, Kind, Result};
use crate::mcp::{Code, error_frame, id_of, messages_in};
use crate::model::{Face as AuditFace, Principal};
use crate::telemetry::Stop;

/// How much of a refused request is read for its id.
const MAX_READ_FOR_ID: usize = 64 * 1024;
const READ_FOR_ID: Duration = Duration::from_millis(250);
pub(super) const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";
/// Said by a proxy that ends TLS.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The other end of the connection.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// The caller, in the request's extensions.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) principal: Arc<Principal>,
    /// The same as its token says, without what the tenant knows of them.
    pub(super) verified: Arc<Principal>,
    pub(super) address: Option<IpAddr>,
    /// How long its token is good from now on; without one, for ever.
    pub(super) remaining: Option<Duration>,
}

/// Lets those through who are known and have not asked too much.
pub(super) async fn admit(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let (principal, remaining) = match Stop::Authenticate.wait(known(&app, request.headers())).await {
        Ok(known) => known,
        Err(error) if error.kind() == Kind::Unauthenticated => {
            let challenge = challenge(request.headers(), &error);
            let mut response = refuse(request, StatusCode::UNAUTHORIZED, Code::Unauthorized, &error).await;
            if let Ok(challenge) = HeaderValue::from_str(&challenge) {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            return response;
        }
        Err(error) => return refuse(request, StatusCode::BAD_REQUEST, Code::InvalidRequest, &error).await,
    };
    let address = address(&request, &app.gateway.config().serve.forwarders);
    if let Err(wait) = Stop::RateLimit.pass(|| app.gateway.quota().admit(&principal, address, 1)) {
        let request = recorded(&app, &principal, request).await;
        let mut response = refuse(request, StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, &too_much(wait)).await;
        response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
        return response;
    }
    if let Err(error) = app.gateway.ensure_tenant_ready(&principal.tenant).await {
        return not_ready(request, &error).await;
    }
    let verified = Arc::clone(&principal);
    let principal = match app.gateway.in_context(principal).await {
        Ok(principal) => principal,
        Err(error) => return not_ready(request, &error).await,
    };
    request.extensions_mut().insert(Caller { principal, verified, address, remaining });
    let is_asked = app.gateway.auth().is_required();
    let [host, scheme] = [HOST.as_str(), FORWARDED_PROTO].map(|name| request.headers().get(name).cloned());
    let mut response = next.run(request).await;
    if is_asked
        && response.status() == StatusCode::FORBIDDEN
        && let Ok(challenge) = HeaderValue::try_from(insufficient(&origin_of(host.as_ref(), scheme.as_ref())))
    {
        response.headers_mut().entry(WWW_AUTHENTICATE).or_insert(challenge);
    }
    response
}

/// The same request, its calls recorded as refused.
async fn recorded(app: &App, principal: &Principal, request: Request) -> Request {
    if request.method() != Method::POST {
        return request;
    }
    let (parts, body) = request.into_parts();
    let body = read_for_id(body).await;
    let face = if parts.uri.path() == "/rpc" { AuditFace::Rpc } else { AuditFace::Mcp };
    refused_unheard(app, principal, &parts.extensions, face, &body);
    Request::from_parts(parts, Body::from(body))
}

fn refused_unheard(app: &App, principal: &Principal, extensions: &Extensions, face: AuditFace, body: &[u8]) {
    let id = extensions.get::<RequestId>().map_or_else(|| "".into(), |id| Arc::clone(&id.0));
    app.face.refused_unheard(principal, &id, face, body);
}

/// Counts what a body holds beyond the one request that it came in: a batch is admitted whole or not at all.
pub(super) fn admit_batch(
    app: &App,
    extensions: &Extensions,
    face: AuditFace,
    body: &[u8],
) -> Result<(), Box<Response>> {
    let more = messages_in(body).saturating_sub(1);
    let Some(caller) = extensions.get::<Caller>().filter(|_| more > 0) else { return Ok(()) };
    app.gateway.quota().admit(&caller.verified, caller.address, more).map_err(|wait| {
        refused_unheard(app, &caller.verified, extensions, face, body);
        let error = too_much(wait);
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = error::response(status, Code::RateLimited, error.message(), error.details());
        response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait).into());
        Box::new(response)
    })
}

/// That somebody asked too much, and when there is room again.
pub(super) fn too_much(wait: Duration) -> Error {
    let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    Error::new(Kind::RateLimited, format!("too many requests; try again in {} s", whole_seconds(wait)))
        .data(json!({ "retry_after_ms": milliseconds }))
}

/// Rounded up: who comes back then is let in.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

pub(super) async fn known(app: &App, headers: &HeaderMap) -> Result<(Arc<Principal>, Option<Duration>)> {
    let auth = app.gateway.auth();
    if !auth.is_required() {
        return Ok((Arc::new(principal::stated(headers, app.gateway.config())?), None));
    }
    let unknown = |why: &str| Error::new(Kind::Unauthenticated, why);
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or_else(|| unknown("a bearer token is required"))?;
    if values.next().is_some() {
        return Err(unknown("there is more than one Authorization header"));
    }
    let value = value.to_str().map_err(|_| unknown("the Authorization header is not plain text"))?;
    let known = auth.authenticate(value).await?;
    let remaining = known.remaining();
    Ok((known.principal, Some(remaining)))
}

impl Caller {
    /// Resolves when the token is good no longer: what was opened with it ends then.
    pub(super) async fn expired(&self) {
        match self.remaining {
            Some(remaining) => tokio::time::sleep(remaining).await,
            None => std::future::pending().await,
        }
    }
}

/// RFC 6750 §3 and RFC 9728 §5.1.
pub(super) fn challenge(headers: &HeaderMap, error: &Error) -> String {
    let mut challenge = bearer_challenge(&origin(headers));
    if headers.contains_key(AUTHORIZATION) {
        let description = error.message().replace(['"', '\\'], "'");
        challenge.push_str(&format!(", error=\"invalid_token\", error_description=\"{description}\""));
    }
    challenge
}

/// RFC 6750 §3.1: the token is good, and not for this.
pub(super) fn insufficient(origin: &str) -> String {
    format!("{}, error=\"insufficient_scope\"", bearer_challenge(origin))
}

fn bearer_challenge(origin: &str) -> String {
    format!("Bearer realm=\"mcpgw\", resource_metadata=\"{origin}{METADATA_PATH}\"")
}

/// How the client reached us.
pub(super) fn origin(headers: &HeaderMap) -> String {
    origin_of(headers.get(HOST), headers.get(FORWARDED_PROTO))
}

fn origin_of(host: Option<&HeaderValue>, scheme: Option<&HeaderValue>) -> String {
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    // Behind a proxy that ends TLS; a client that lies to itself here gains nothing.
    let is_secure = scheme.is_some_and(|scheme| scheme == "https");
    format!("{}://{host}", if is_secure { "https" } else { "http" })
}

/// The keys that our tokens for servers are signed with (RFC 7517), for the servers to verify them.
pub(super) async fn jwks(State(app): State<Arc<App>>) -> Response {
    let signer = Arc::clone(app.gateway.downstream());
    // It may have to be made first.
    match tokio::task::spawn_blocking(move || signer.jwks()).await {
        Ok(Ok(document)) => {
            ([(axum::http::header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// RFC 9728: who issues the tokens that open this.
pub(super) async fn metadata(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let Some(issuer) = app.gateway.auth().publisher() else { return StatusCode::NOT_FOUND.into_response() };
    let document = json!({
        "resource": format!("{}/mcp", origin(&headers)),
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "resource_name": "mcpgw",
    });
    ([(axum::http::header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

/// The client's address: the peer's own, unless that is a proxy whose word we take; then the last one in
/// `X-Forwarded-For` that is no such proxy.
pub(super) fn address(request: &Request, forwarders: &[IpAddr]) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>()?.0.to_canonical();
    if !forwarders.contains(&peer) {
        return Some(peer);
    }
    let values = request.headers().get_all("x-forwarded-for");
    // Bytes: what a client wrote before its proxy may be anything, and must not hide what the proxy wrote.
    let listed: Vec<&[u8]> = values.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).collect();
    let mut nearest = peer;
    for hop in listed.iter().rev() {
        // What cannot be read was not written by a proxy of ours.
        let hop = std::str::from_utf8(hop).ok().and_then(|hop| hop.trim().parse::<IpAddr>().ok());
        let Some(hop) = hop else { return Some(nearest) };
        nearest = hop.to_canonical();
        if !forwarders.contains(&nearest) {
            break;
        }
    }
    Some(nearest)
}

/// The caller is known, but its tenant is not there, or the store cannot say.
async fn not_ready(request: Request, error: &Error) -> Response {
    if error.kind() == Kind::Refused {
        // A well-formed request of a known caller: the failure is in the frame.
        let is_post = request.method() == Method::POST;
        let status = if is_post { StatusCode::OK } else { StatusCode::FORBIDDEN };
        return refuse(request, status, Code::InvalidRequest, error).await;
    }
    tracing::error!(error = error.chain(), "it cannot be known whether a tenant is there");
    let error = Error::internal("").data(request_id_data(&request));
    refuse(request, StatusCode::SERVICE_UNAVAILABLE, Code::InternalError, &error).await
}

fn request_id_data(request: &Request) -> Value {
    json!({ "request_id": request.extensions().get::<RequestId>().map(|id| id.0.as_ref()) })
}

/// A refusal that carries the id of the request, where it has one.
async fn refuse(request: Request, status: StatusCode, code: Code, error: &Error) -> Response {
    let data: Option<&Value> = error.details();
    if request.method() != Method::POST {
        return error::response(status, code, error.message(), data);
    }
    let body = read_for_id(request.into_body()).await;
    error::answered(status, error_frame(id_of(&body), code, error.message(), data))
}

/// What is there of a body whose request is refused. Whoever sends it drop by drop does not keep us: nobody knows them.
async fn read_for_id(body: Body) -> Bytes {
    let read = Limited::new(body, MAX_READ_FOR_ID).collect();
    let read = tokio::time::timeout(READ_FOR_ID, read).await;
    read.ok().and_then(Result::ok).map(Collected::to_bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_proxies_are_believed() {
        let peer = |address: &str, forwarded: &[&str]| {
            let mut request = Request::new(Body::empty());
            request.extensions_mut().insert(Peer(address.parse().expect("an address")));
            for value in forwarded {
                let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
                request.headers_mut().append("x-forwarded-for", value);
            }
            let forwarders = ["127.0.0.1".parse().expect("an address"), "10.0.0.9".parse().expect("an address")];
            super::address(&request, &forwarders).map(|address| address.to_string()).expect("an address")
        };
        assert_eq!(peer("192.0.2.1", &["203.0.113.7"]), "192.0.2.1", "anybody may write that header");
        assert_eq!(peer("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(peer("127.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(peer("127.0.0.1", &["1.1.1.1, 203.0.113.7"]), "203.0.113.7", "the first is the client's own word");
        assert_eq!(peer("::ffff:127.0.0.1", &["203.0.113.7, 10.0.0.9"]), "203.0.113.7");
        assert_eq!(peer("127.0.0.1", &["203.0.113.7", "10.0.0.9"]), "203.0.113.7", "several headers are one list");
        assert_eq!(peer("127.0.0.1", &["203.0.113.7, nonsense"]), "127.0.0.1");
        assert_eq!(
            peer("127.0.0.1", &["gr\u{fc}n, 203.0.113.7"]),
            "203.0.113.7",
            "what the client wrote hides nothing"
        );
        assert_eq!(peer("127.0.0.1", &["203.0.113.7, gr\u{fc}n, 10.0.0.9"]), "10.0.0.9");
    }
}
