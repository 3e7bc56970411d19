//! live: the process runs. ready: it can serve. The whole picture for people.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;

const STORE_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn live() -> Response {
    written(StatusCode::OK, &json!({ "status": "ok" }))
}

pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let (checks, ready) = checks(&app).await;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    written(status, &json!({ "status": if ready { "ready" } else { "not_ready" }, "checks": checks }))
}

pub(super) async fn whole(State(app): State<Arc<App>>) -> Response {
    let (body, ready) = picture(&app).await;
    written(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &body)
}

/// Everything that is known of how the gateway is, and whether it can serve.
pub(super) async fn picture(app: &App) -> (Value, bool) {
    let (checks, ready) = checks(app).await;
    let gateway = &app.gateway;
    let (store, search, space) = gateway.describe().await;
    let tenant = &gateway.config().tenant;
    let view = gateway.catalog().view(tenant).await.ok();
    let body = json!({
        "status": if ready { "ok" } else { "degraded" },
        "version": env!("CARGO_PKG_VERSION"),
        "instance": gateway.config().instance_id,
        "uptime_seconds": gateway.started().elapsed().as_secs(),
        "checks": checks,
        "store": store.split(':').next(),
        "search": search.engine,
        "embeddings": {
            "provider": space.settings.provider.as_str(), "model": space.settings.model_name(),
            "dimensions": space.embedder.known_facts().map(|facts| facts.dimensions), "version": space.version,
        },
        "tenant": { "id": tenant, "servers": view.as_ref().map(|view| view.servers().count()), "tools": view.as_ref().map(|view| view.tools().len()) },
        "audit": gateway.audit().state(),
        "mcp_sessions": app.face.sessions(),
        "tenants_loaded": gateway.catalog().tenants_held(),
    });
    (body, ready)
}

async fn checks(app: &App) -> (Value, bool) {
    let store = tokio::time::timeout(STORE_TIMEOUT, app.gateway.store().ping()).await;
    let why = match store {
        Ok(Ok(())) => None,
        // Hosts and what the driver said of them: no credentials, and nothing of a request.
        Ok(Err(error)) => Some(error.message().to_owned()),
        Err(_) => Some(format!("no answer within {STORE_TIMEOUT:?}")),
    };
    // A gateway only listens once its registry is loaded.
    let serving = !app.draining.load(Ordering::Acquire);
    let word = |good: bool, bad: &'static str| if good { "ok" } else { bad };
    let mut checks =
        json!({ "store": word(why.is_none(), "unreachable"), "registry": "ok", "draining": word(serving, "draining") });
    let ready = why.is_none() && serving;
    if let Some(why) = why {
        checks["store_detail"] = why.into();
    }
    (checks, ready)
}

fn written(status: StatusCode, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
