//! What operators do over HTTP: `/admin/*`, for whoever is logged in at the console, and for bearers of the role
//! `platform:admin` in a verified token, whatever tenants say of them.

pub(super) mod audit;
pub(super) mod cache;
pub(super) mod catalog;
pub(super) mod embedding;
pub(super) mod guardrails;
pub(super) mod servers;
pub(super) mod session;
pub(super) mod tenants;

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::protocol::whole;
use super::sign_in::member;
use super::{App, admit};
use crate::error::{Error, Kind, Result};
use crate::gateway::LoggedIn;
use crate::model::TenantId;

const ADMIN_ROLE: &str = "platform:admin";

/// Has to come along with whatever a browser changes: no other site's page knows it.
const CSRF_TOKEN: &str = "x-csrf-token";

/// Lets administrators through.
pub(super) async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let (headers, changes) = (request.headers().clone(), !matches!(*request.method(), Method::GET | Method::HEAD));
    let who = if headers.contains_key(AUTHORIZATION) {
        let address = admit::address(&request, &app.gateway.config().serve.forwarders);
        by_token(&app, &headers, address).await
    } else {
        match by_session(&app, &headers, changes).await {
            Ok(session) => {
                let who = session.email.clone();
                request.extensions_mut().insert(session);
                Ok(who)
            }
            Err(response) => Err(response),
        }
    };
    let who = match who {
        Ok(who) => who,
        Err(response) => return *response,
    };
    tracing::info!(
        admin.subject = who, http.method = %request.method(), http.path = request.uri().path(), "administration"
    );
    next.run(request).await
}

/// Whoever is logged in, and means it.
async fn by_session(app: &App, headers: &HeaderMap, changes: bool) -> std::result::Result<LoggedIn, Box<Response>> {
    let found = session::of_cookie(app, headers).await;
    let session = found.map_err(|error| Box::new(refusal(&error)))?;
    let session = session.ok_or_else(|| {
        let error = session::no_session();
        Box::new(challenged(refusal(&error), admit::challenge(headers, &error)))
    })?;
    if changes {
        let given = headers.get(CSRF_TOKEN).and_then(|token| token.to_str().ok()).unwrap_or_default();
        if !session.is_csrf_token(given) {
            let error = Error::new(Kind::Forbidden, "the header X-CSRF-Token is missing or wrong");
            return Err(Box::new(refusal(&error.help("GET /admin/session answers with it"))));
        }
    }
    Ok(session)
}

/// A bearer of the role.
async fn by_token(
    app: &App,
    headers: &HeaderMap,
    address: Option<IpAddr>,
) -> std::result::Result<String, Box<Response>> {
    let refuse = |error: &Error| Box::new(challenged(refusal(error), admit::challenge(headers, error)));
    if !app.gateway.auth().is_required() {
        let error = Error::new(Kind::Unauthenticated, "AUTH_MODE=disabled knows no tokens");
        return Err(refuse(&error.help("log in with POST /admin/login, or at /ui; or use the command line")));
    }
    let (principal, _) = admit::known(app, headers).await.map_err(|error| refuse(&error))?;
    if let Err(wait) = app.gateway.quota().admit(&principal, address, 1) {
        let mut response = refusal(&admit::too_much(wait));
        response.headers_mut().insert(RETRY_AFTER, admit::whole_seconds(wait).into());
        return Err(Box::new(response));
    }
    if !principal.roles.contains(ADMIN_ROLE) {
        let error = Error::new(Kind::Forbidden, format!("this needs the role {ADMIN_ROLE}"));
        let challenge = admit::insufficient(&admit::origin(headers));
        return Err(Box::new(challenged(refusal(&error), challenge)));
    }
    Ok(principal.subject.clone())
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

/// `{"error": {"message", "help"?}}`; our own faults say no more than that there was one.
fn refusal(error: &Error) -> Response {
    let status = status(error.kind());
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(error = error.chain(), "administration failed");
        return answer(status, &json!({ "error": { "message": "internal error" } }));
    }
    let mut body = json!({ "error": { "message": error.message() } });
    if let Some(help) = error.help_text() {
        body["error"]["help"] = help.into();
    }
    answer(status, &body)
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

/// A parameter of the query.
fn asked(uri: &Uri, name: &str) -> Option<String> {
    member(uri.query().unwrap_or_default().as_bytes(), name)
}

/// The tenant of this id; the configured one where none is given.
fn tenant_or_own(app: &App, id: Option<&str>) -> Result<TenantId> {
    id.map_or_else(|| Ok(app.gateway.config().tenant.clone()), str::parse)
}

/// `?tenant_id=`.
pub(super) fn tenant_asked(app: &App, uri: &Uri) -> Result<TenantId> {
    tenant_or_own(app, asked(uri, "tenant_id").as_deref())
}

async fn body(app: &App, request: Request) -> Result<Bytes> {
    let bytes = whole(request.into_body(), app.gateway.config().serve.max_body_bytes).await;
    bytes.map_err(|_| Error::invalid("the body cannot be read, or is too large"))
}

/// The body of a request, as JSON of this shape.
async fn read<T: DeserializeOwned>(app: &App, request: Request) -> Result<T> {
    let bytes = body(app, request).await?;
    serde_json::from_slice(&bytes).map_err(|error| Error::invalid(format!("the body: {error}")))
}

/// The same of a body with credentials: serde's own words quote values.
async fn read_private<T: DeserializeOwned>(app: &App, request: Request) -> Result<T> {
    private(&body(app, request).await?)
}

fn private<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes)
        .map_err(|_| Error::invalid("the body names an unknown member, or gives one a value of another type"))
}
