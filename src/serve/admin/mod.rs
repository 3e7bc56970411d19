//! What operators do over HTTP: `/admin/*`, for whoever is logged in at the console, and for bearers of the role
//! `platform:admin` in a verified token, whatever tenants say of them.

mod accounts;
mod asked;
mod audit;
mod cache;
mod catalog;
mod embedding;
mod guardrails;
mod openapi;
mod operation;
mod policies;
mod routes;
mod search;
mod servers;
pub(super) mod session;
mod settings;
mod tenants;

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{App, admit};
use crate::error::{Error, Kind, Result};
use crate::gateway::LoggedIn;
use crate::model::{AuditActor, ServerName};

pub(super) use asked::tenant_asked;
pub(super) use operation::refused;
pub(super) use routes::administration;

use asked::{Asked, tenant_or_own};

const ADMIN_ROLE: &str = "platform:admin";

/// Has to come along with whatever a browser changes: no other site's page knows it.
const CSRF_TOKEN: &str = "x-csrf-token";

/// Who administers, in the request's extensions; in those of an answer where that is known only then.
#[derive(Clone)]
struct Administrator(AuditActor);

/// Lets administrators through.
pub(super) async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let (headers, changes) = (request.headers().clone(), !matches!(*request.method(), Method::GET | Method::HEAD));
    let who = if headers.contains_key(AUTHORIZATION) {
        let address = admit::address(&request, &app.gateway.config().serve.forwarders);
        by_token(&app, &headers, address).await
    } else {
        by_session(&app, &headers, changes).await.map(|session| {
            let who = AuditActor::new(&session.email, "");
            request.extensions_mut().insert(session);
            who
        })
    };
    let who = match who {
        Ok(who) => who,
        Err(not_let_in) => {
            let NotLetIn { response, who } = *not_let_in;
            refused(&app, "/admin", &request, who, response.status());
            return response;
        }
    };
    // The template: paths name people.
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    tracing::info!(
        admin.subject = who.subject, http.method = %request.method(), http.route = route, "administration"
    );
    request.extensions_mut().insert(Administrator(who));
    next.run(request).await
}

/// Somebody who may not, and who that is where it is known.
struct NotLetIn {
    response: Response,
    who: Option<AuditActor>,
}

impl NotLetIn {
    fn new(response: Response, who: Option<AuditActor>) -> Box<Self> {
        Box::new(Self { response, who })
    }
}

/// Whoever is logged in, and means it.
async fn by_session(app: &App, headers: &HeaderMap, changes: bool) -> std::result::Result<LoggedIn, Box<NotLetIn>> {
    let found = session::of_cookie(app, headers).await;
    let session = found.map_err(|error| NotLetIn::new(refusal(&error), None))?;
    let session = session.ok_or_else(|| {
        let error = session::no_session();
        NotLetIn::new(challenged(refusal(&error), admit::challenge(headers, &error)), None)
    })?;
    if changes {
        let given = headers.get(CSRF_TOKEN).and_then(|token| token.to_str().ok()).unwrap_or_default();
        if !session.is_csrf_token(given) {
            let error = Error::new(Kind::Forbidden, "the header X-CSRF-Token is missing or wrong");
            let who = AuditActor::new(&session.email, "");
            return Err(NotLetIn::new(refusal(&error.help("GET /admin/session answers with it")), Some(who)));
        }
    }
    Ok(session)
}

/// A bearer of the role.
async fn by_token(
    app: &App,
    headers: &HeaderMap,
    address: Option<IpAddr>,
) -> std::result::Result<AuditActor, Box<NotLetIn>> {
    let refuse = |error: &Error| NotLetIn::new(challenged(refusal(error), admit::challenge(headers, error)), None);
    if !app.gateway.auth().is_required() {
        let error = Error::new(Kind::Unauthenticated, "AUTH_MODE=disabled knows no tokens");
        return Err(refuse(&error.help("log in with POST /admin/login, or at /ui; or use the command line")));
    }
    let (principal, _) = admit::known(app, headers).await.map_err(|error| refuse(&error))?;
    let who = AuditActor::new(&principal.subject, &principal.issuer);
    if let Err(wait) = app.gateway.quota().admit(&principal, address, 1) {
        let mut response = refusal(&admit::too_much(wait));
        response.headers_mut().insert(RETRY_AFTER, admit::whole_seconds(wait).into());
        return Err(NotLetIn::new(response, Some(who)));
    }
    if !principal.roles.contains(ADMIN_ROLE) {
        let error = Error::new(Kind::Forbidden, format!("this needs the role {ADMIN_ROLE}"));
        let challenge = admit::insufficient(&admit::origin(headers));
        return Err(NotLetIn::new(challenged(refusal(&error), challenge), Some(who)));
    }
    Ok(who)
}

fn challenged(mut response: Response, challenge: String) -> Response {
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::InvalidInput | Kind::InvalidConfig => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Refused | Kind::Blocked => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Kind::EmbedderUnavailable | Kind::UpstreamUnavailable | Kind::UpstreamError => StatusCode::BAD_GATEWAY,
        Kind::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        Kind::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// `{"error": {"message", "help"?, "field"?}}`; our own faults say no more than that there was one.
fn refusal(error: &Error) -> Response {
    let status = status(error.kind());
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(error = error.chain(), "administration failed");
        return answer(status, &json!({ "error": { "message": "internal error" } }));
    }
    refusal_as(status, error)
}

/// The same with a status of HTTP's own.
fn refusal_as(status: StatusCode, error: &Error) -> Response {
    // What a server said, or what kept it from answering, is for operators.
    let message = match error.kind() {
        Kind::UpstreamUnavailable | Kind::UpstreamTimeout | Kind::UpstreamError => error.chain(),
        _ => error.message().to_owned(),
    };
    let mut body = json!({ "error": { "message": message } });
    for (name, text) in [("help", error.help_text()), ("field", error.field_name())] {
        if let Some(text) = text {
            body["error"][name] = text.into();
        }
    }
    let mut response = answer(status, &body);
    if let Some(wait) = error.details().and_then(|it| it["retry_after_ms"].as_u64()) {
        response.headers_mut().insert(RETRY_AFTER, wait.div_ceil(1000).into());
    }
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body.to_string()).into_response()
}

fn answered(outcome: Result<(StatusCode, Value)>) -> Response {
    match outcome {
        Ok((status, body)) => answer(status, &body),
        Err(error) => refusal(&error),
    }
}

/// An answer with the revision of what it shows.
fn tagged(status: StatusCode, body: &Value, revision: &str) -> Response {
    let mut response = answer(status, body);
    if let Ok(tag) = HeaderValue::try_from(format!("\"{revision}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// The revision in `If-Match`, or `*`, which any that is there has.
fn expected(headers: &HeaderMap) -> Result<Option<String>> {
    let mut given = headers.get_all(IF_MATCH).iter();
    let Some(value) = given.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| given.next().is_none());
    let text = text.ok_or_else(|| Error::invalid("`If-Match` is no revision").help("send the ETag of what you saw"))?;
    Ok(Some(text.trim().trim_matches('"').to_owned()))
}

/// The JSON of something of ours.
fn json_of(what: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(what).map_err(|error| Error::internal("write an answer").source(error))
}

/// The server and the tool of `server::tool`.
fn tool_of(id: &str) -> Result<(ServerName, &str)> {
    let (server, tool) = id.split_once("::").ok_or_else(|| Error::invalid("a tool's id is `server::tool`"))?;
    Ok((server.parse()?, tool))
}

/// A whole number of a body. JSON Schema takes `5.0` for one, too.
#[derive(Clone, Copy, Debug)]
struct Count(usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let text = number.to_string();
        let whole = text.strip_suffix(".0").unwrap_or(&text).parse().map(Self);
        whole.map_err(|_| serde::de::Error::custom("a number is not whole, negative or too large"))
    }
}

/// The body of a request, as JSON of this shape.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T> {
    let bytes = bytes(request).await?;
    object(&bytes)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let said = error.to_string();
        let named = ["missing field `", "unknown field `"].iter().find_map(|start| member_of(&said, start));
        let wrong = Error::invalid(format!("the body: {said}"));
        if let Some(member) = named { wrong.field(member) } else { wrong }
    })
}

/// The same of a body with credentials: serde's own words quote values.
async fn read_private<T: DeserializeOwned>(request: Request) -> Result<T> {
    private(&bytes(request).await?)
}

/// A body that was read whole already, when its operation began.
async fn bytes(request: Request) -> Result<Bytes> {
    let collected = request.into_body().collect().await;
    Ok(collected.map_err(|error| Error::invalid("the body broke off").source(error))?.to_bytes())
}

fn private<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    object(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| match member_of(&error.to_string(), "missing field `") {
        Some(member) => Error::invalid(format!("`{member}` is missing")).field(member),
        None => Error::invalid("the body names an unknown member, or gives one a value of another type"),
    })
}

/// Structures are read from lists, too, and nobody means that.
fn object(bytes: &[u8]) -> Result<()> {
    if bytes.trim_ascii_start().starts_with(b"{") { Ok(()) } else { Err(Error::invalid("the body is no JSON object")) }
}

/// The member that serde names first, after these words of its.
fn member_of<'a>(said: &'a str, start: &str) -> Option<&'a str> {
    said.strip_prefix(start)?.split('`').next()
}
