//! Every route on one page, but for those of the administration, which are a table of their own.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use serde_json::json;

use super::protocol::{self, Endpoint, only};
use super::{App, admin, admit, connections, console, health, layers, metrics, overload, sign_in};
use crate::mcp::Listing;

type Shared = State<Arc<App>>;

pub(super) fn router(app: &Arc<App>) -> Router {
    let rpc = post(|app: Shared, request: Request| protocol::post(app, request, Endpoint::Rpc))
        .fallback(|| async { only(&[Method::POST]) });
    let routes = Router::new()
        .route("/mcp", mcp(Listing::Configured))
        .route("/mcp/search", mcp(Listing::Search))
        .route("/mcp/full", mcp(Listing::Full))
        .route("/sse", get(connections::sse).fallback(|| async { only(&[Method::GET]) }))
        .route("/messages", post(connections::messages).fallback(|| async { only(&[Method::POST]) }))
        .route("/ws", get(connections::websocket).fallback(|| async { only(&[Method::GET]) }))
        .route("/rpc", rpc)
        // All of the above, and none below, are for callers that are known.
        .route_layer(from_fn_with_state(Arc::clone(app), admit::admit))
        // Before who asks is found out, which costs something.
        .route_layer(from_fn_with_state(Arc::clone(app), overload::shed))
        .route(admit::METADATA_PATH, get(admit::metadata))
        .route("/.well-known/oauth-protected-resource/mcp", get(admit::metadata))
        .route("/.well-known/jwks.json", get(admit::jwks))
        // For browsers, which show what was sealed for one user alone.
        .route("/oauth/start", get(sign_in::page).post(sign_in::begin))
        .route("/oauth/callback/{tenant}/{server}", get(sign_in::finish))
        .route("/metrics", get(metrics::metrics))
        .route("/health", get(health::whole))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .nest("/admin", admin::administration(app))
        .nest("/ui", console::routes(app))
        .fallback(unknown_path)
        .with_state(Arc::clone(app));
    layers::around(routes, app)
}

/// Streamable HTTP: messages, a session's own stream, a session's end.
fn mcp(listing: Listing) -> MethodRouter<Arc<App>> {
    post(move |app: Shared, request: Request| protocol::post(app, request, Endpoint::Mcp(listing)))
        .get(move |app: Shared, request: Request| protocol::get(app, request, listing))
        .delete(move |app: Shared, request: Request| protocol::delete(app, request, listing))
        .fallback(|| async { only(&[Method::POST, Method::GET, Method::DELETE]) })
}

async fn unknown_path() -> Response {
    let known = [
        "/mcp",
        "/mcp/search",
        "/mcp/full",
        "/sse",
        "/messages",
        "/ws",
        "/rpc",
        "/health",
        "/health/live",
        "/health/ready",
        "/metrics",
    ];
    let body = json!({ "error": "not found", "paths": known });
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
