//! Every route on one page.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::json;

use super::layers::RequestId;
use super::{App, error, health, layers, principal};
use crate::mcp::{Answer, Code, Incoming, Listing};

/// Against clients that send their body drop by drop.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn router(app: &Arc<App>) -> Router {
    let mcp = |listing| {
        post(move |State(app): State<Arc<App>>, request: Request| async move {
            protocol(&app, request, Endpoint::Mcp(listing)).await
        })
        .fallback(only_post)
    };
    let rpc =
        post(
            |State(app): State<Arc<App>>, request: Request| async move { protocol(&app, request, Endpoint::Rpc).await },
        )
        .fallback(only_post);
    let routes = Router::new()
        .route("/mcp", mcp(Listing::Configured))
        .route("/mcp/search", mcp(Listing::Search))
        .route("/mcp/full", mcp(Listing::Full))
        .route("/rpc", rpc)
        .route("/health", get(health::whole))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(unknown_path)
        .with_state(Arc::clone(app));
    layers::around(routes, app)
}

#[derive(Clone, Copy)]
enum Endpoint {
    Rpc,
    Mcp(Listing),
}

/// The way of a JSON-RPC request through the face.
async fn protocol(app: &App, request: Request, endpoint: Endpoint) -> Response {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return error::response(status, Code::InvalidRequest, "the body has to be application/json", None);
    }
    let principal = match principal::of(&parts.headers, app.gateway.config()) {
        Ok(principal) => principal,
        Err(error) => return error::response(StatusCode::BAD_REQUEST, Code::InvalidRequest, error.message(), None),
    };
    let query = match principal::query(&parts.headers) {
        Ok(query) => query,
        Err(error) => return error::response(StatusCode::BAD_REQUEST, Code::InvalidRequest, error.message(), None),
    };
    let body = match whole(body, app.gateway.config().serve.max_body_bytes).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let request_id = parts.extensions.get::<RequestId>().map_or("", |id| id.0.as_ref());
    let incoming = Incoming { principal: &principal, request_id, headers: &parts.headers, body, query };
    let answer = match endpoint {
        Endpoint::Rpc => app.face.rpc(&incoming).await,
        Endpoint::Mcp(listing) => app.face.mcp(&incoming, listing).await,
    };
    written(answer)
}

fn written(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    if answer.status != StatusCode::ACCEPTED {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

async fn whole(body: Body, limit: usize) -> Result<Bytes, Box<Response>> {
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

/// There is no stream to open and no session to end.
async fn only_post() -> Response {
    let mut response = error::response(StatusCode::METHOD_NOT_ALLOWED, Code::InvalidRequest, "use POST", None);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

async fn unknown_path() -> Response {
    let known = ["/mcp", "/mcp/search", "/mcp/full", "/rpc", "/health", "/health/live", "/health/ready"];
    let body = json!({ "error": "not found", "paths": known });
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
