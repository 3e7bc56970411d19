//! What operators do over HTTP: `/admin/*`, for bearers of the role `platform:admin` in a verified token, whatever
//! tenants say of them.

pub(super) mod embedding;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::protocol::whole;
use super::{App, admit};
use crate::error::{Error, Kind, Result};

const ADMIN_ROLE: &str = "platform:admin";

/// Lets administrators through.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let challenged = |error: &Error, challenge: String| {
        let mut response = refusal(error);
        if let Ok(challenge) = HeaderValue::try_from(challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    };
    if !app.gateway.auth().is_required() {
        let error = Error::new(
            Kind::Unauthenticated,
            "administration needs a verified token, which AUTH_MODE=disabled has not",
        )
        .help("set AUTH_MODE to hs256 or jwks and show a token with the role platform:admin, or use the command line");
        return challenged(&error, admit::challenge(request.headers(), &error));
    }
    let (principal, _) = match admit::known(&app, request.headers()).await {
        Ok(known) => known,
        Err(error) => return challenged(&error, admit::challenge(request.headers(), &error)),
    };
    let address = admit::address(&request, &app.gateway.config().serve.forwarders);
    if let Err(wait) = app.gateway.quota().admit(&principal, address, 1) {
        let mut response = refusal(&admit::too_much(wait));
        response.headers_mut().insert(RETRY_AFTER, admit::whole_seconds(wait).into());
        return response;
    }
    if !principal.roles.contains(ADMIN_ROLE) {
        let error = Error::new(Kind::Forbidden, format!("this needs the role {ADMIN_ROLE}"));
        return challenged(&error, admit::insufficient(&admit::origin(request.headers())));
    }
    tracing::info!(
        admin.subject = principal.subject, http.method = %request.method(), http.path = request.uri().path(), "administration"
    );
    next.run(request).await
}

fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::InvalidInput | Kind::InvalidConfig => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
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

/// The body of a request, as JSON of this shape.
async fn read<T: DeserializeOwned>(app: &App, request: Request) -> Result<T> {
    let bytes = whole(request.into_body(), app.gateway.config().serve.max_body_bytes).await;
    let bytes = bytes.map_err(|_| Error::invalid("the body cannot be read, or is too large"))?;
    serde_json::from_slice(&bytes).map_err(|error| Error::invalid(format!("the body: {error}")))
}
