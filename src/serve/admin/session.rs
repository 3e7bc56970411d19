//! Logging in to the console, and out: `/admin/login`, `/admin/logout`, `/admin/session`, `/admin/setup`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::layers::{host_of, is_local};
use super::super::sign_in::cookie;
use super::super::{App, admit};
use super::{Administrator, answer, answered, bytes, private, read_private, refusal};
use crate::error::{Error, Kind, Result};
use crate::gateway::LoggedIn;
use crate::model::{AuditActor, Secret};

/// What a browser keeps.
pub(in super::super) const COOKIE_NAME: &str = "mcpgw_session";
const MAX_AGE: u64 = 7 * 24 * 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUp {
    token: String,
    email: String,
    password: Secret,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Leave {
    everywhere: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    present: Secret,
    wanted: Secret,
}

/// Logs in with `{"email", "password"}`; answers with the cookie and `{"csrf_token"}`.
pub(super) async fn log_in(State(app): State<Arc<App>>, request: Request) -> Response {
    let address = admit::address(&request, &app.gateway.config().serve.forwarders);
    let agent = request.headers().get(USER_AGENT).and_then(|it| it.to_str().ok()).map(str::to_owned);
    let secure = secure(&app, &request);
    let logged_in = async {
        is_ours(&app, request.headers())?;
        let Credentials { email, password } = read_private(request).await?;
        app.gateway.log_in(&email, &password, address, agent.as_deref()).await
    };
    match logged_in.await {
        Ok((token, session)) => {
            let cookie = format!(
                "{COOKIE_NAME}={}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Strict{secure}",
                token.expose()
            );
            with_cookie(done_by(answer(StatusCode::OK, &shown(&session)), &session.email), &cookie)
        }
        Err(error) => refusal(&error),
    }
}

/// Makes the first account.
pub(super) async fn set_up(State(app): State<Arc<App>>, request: Request) -> Response {
    let made = async {
        is_ours(&app, request.headers())?;
        let SetUp { token, email, password } = read_private(request).await?;
        app.gateway.set_up(&token, &email, &password).await?;
        let email = email.trim().to_lowercase();
        Ok(done_by(answer(StatusCode::CREATED, &json!({ "email": email })), &email))
    };
    made.await.unwrap_or_else(|error| refusal(&error))
}

/// Who is logged in.
pub(super) async fn show(session: Option<Extension<LoggedIn>>) -> Response {
    match session {
        Some(Extension(session)) => answer(StatusCode::OK, &shown(&session)),
        None => refusal(&no_session()),
    }
}

/// Ends the session; with `{"everywhere": true}` all of its owner's.
pub(super) async fn log_out(
    State(app): State<Arc<App>>,
    session: Option<Extension<LoggedIn>>,
    request: Request,
) -> Response {
    let secure = secure(&app, &request);
    let left = async {
        let Extension(session) = session.ok_or_else(no_session)?;
        let body = bytes(request).await?;
        let Leave { everywhere } = if body.is_empty() { Leave::default() } else { private(&body)? };
        app.gateway.log_out(&session, everywhere).await
    };
    match left.await {
        Ok(()) => {
            let cookie = format!("{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
            with_cookie(answer(StatusCode::OK, &json!({ "status": "logged out" })), &cookie)
        }
        Err(error) => refusal(&error),
    }
}

/// Where the one who asks is logged in.
pub(super) async fn list(State(app): State<Arc<App>>, session: Option<Extension<LoggedIn>>) -> Response {
    let listed = async {
        let Extension(session) = session.ok_or_else(no_session)?;
        Ok((StatusCode::OK, json!({ "sessions": app.gateway.sessions_of(&session).await? })))
    };
    answered(listed.await)
}

/// Ends one of these sessions.
pub(super) async fn end(
    State(app): State<Arc<App>>,
    session: Option<Extension<LoggedIn>>,
    Path(id): Path<String>,
) -> Response {
    let ended = async {
        let Extension(session) = session.ok_or_else(no_session)?;
        app.gateway.end_session_of(&session, &id).await?;
        Ok((StatusCode::OK, json!({ "id": id, "status": "ended" })))
    };
    answered(ended.await)
}

/// Another password for the one who asks.
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    session: Option<Extension<LoggedIn>>,
    request: Request,
) -> Response {
    let changed = async {
        let Extension(session) = session.ok_or_else(no_session)?;
        let NewPassword { present, wanted } = read_private(request).await?;
        app.gateway.change_password(&session, &present, &wanted).await?;
        Ok((StatusCode::OK, json!({ "status": "changed" })))
    };
    answered(changed.await)
}

/// Who the cookie of a request says it is.
pub(in super::super) async fn of_cookie(app: &App, headers: &HeaderMap) -> Result<Option<LoggedIn>> {
    match cookie(headers, COOKIE_NAME) {
        Some(token) => app.gateway.logged_in(token).await,
        None => Ok(None),
    }
}

/// The same for what a page asks by itself, which keeps no session alive.
pub(in super::super) async fn still_of_cookie(app: &App, headers: &HeaderMap) -> Result<Option<LoggedIn>> {
    match cookie(headers, COOKIE_NAME) {
        Some(token) => app.gateway.still_logged_in(token).await,
        None => Ok(None),
    }
}

fn shown(session: &LoggedIn) -> serde_json::Value {
    json!({
        "email": session.email, "csrf_token": session.csrf_token, "expires_at": session.expires_at.to_string(),
    })
}

pub(super) fn no_session() -> Error {
    Error::new(Kind::Unauthenticated, "nobody is logged in").help("log in with POST /admin/login, or at /ui")
}

/// A browser says where a request comes from; another site's page must not log anybody in (as somebody else).
fn is_ours(app: &App, headers: &HeaderMap) -> Result<()> {
    let is_foreign = match headers.get("sec-fetch-site") {
        Some(site) => site != "same-origin" && site != "none",
        None => headers.get("origin").is_some_and(|origin| {
            let origin = origin.to_str().unwrap_or_default();
            origin != admit::origin(headers) && Some(origin) != app.gateway.origin().as_deref()
        }),
    };
    if is_foreign { Err(Error::new(Kind::Forbidden, "this was not sent from our own page")) } else { Ok(()) }
}

/// An answer that says who it was, for the record.
fn done_by(mut response: Response, email: &str) -> Response {
    response.extensions_mut().insert(Administrator(AuditActor::new(email, "")));
    response
}

/// Over plain http a browser would not keep it; that is for this machine alone.
fn secure(app: &App, request: &Request) -> &'static str {
    let is_https = app.gateway.config().serve.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    let is_local = host_of(request.headers(), request.uri()).is_some_and(is_local);
    if is_https || !is_local { "; Secure" } else { "" }
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
