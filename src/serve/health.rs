//! live: the process runs. ready: it can serve. The whole picture for people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::App;

/// Those who ask whether we are ready do so as often as this, and send work in between.
const ASKED_WITHIN: Duration = Duration::from_secs(1);

/// Whether work should be sent here, and whether those who send it know.
#[derive(Default)]
pub(super) struct Readiness {
    is_draining: AtomicBool,
    /// Somebody asks now and then, as a load balancer does.
    is_asked: AtomicBool,
}

impl Readiness {
    /// Whether no more work should come.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.is_draining.load(Ordering::Acquire)
    }

    /// Says from now on that no more work should come. Resolves when those who ask for it have had time to: at once where
    /// nobody ever asked.
    pub(super) async fn withdraw(&self) {
        self.is_draining.store(true, Ordering::Release);
        if self.is_asked.load(Ordering::Acquire) {
            tokio::time::sleep(ASKED_WITHIN).await;
        }
    }
}

const STORE_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn live() -> Response {
    written(StatusCode::OK, &json!({ "status": "ok" }))
}

pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    app.readiness.is_asked.store(true, Ordering::Release);
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
    let gateway = &app.gateway;
    let searching = tokio::time::timeout(STORE_TIMEOUT, gateway.describe_search());
    let ((checks, ready), search) = tokio::join!(checks(app), searching);
    let (space, search) = (gateway.space(), search.map(|search| search.engine));
    let tenant = &gateway.config().tenant;
    let view = gateway.catalog().view(tenant).await.ok();
    let body = json!({
        "status": if ready { "ok" } else { "degraded" },
        "version": env!("CARGO_PKG_VERSION"),
        "instance": gateway.config().instance_id,
        "uptime_seconds": gateway.started().elapsed().as_secs(),
        "checks": checks,
        "store": gateway.store().describe().split(':').next(),
        "search": search.unwrap_or_else(|_| format!("no answer within {STORE_TIMEOUT:?}")),
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

/// Why the store cannot be used.
pub(super) async fn store_trouble(app: &App) -> Option<String> {
    match tokio::time::timeout(STORE_TIMEOUT, app.gateway.store().ping()).await {
        Ok(Ok(())) => None,
        // Hosts and what the driver said of them: no credentials, and nothing of a request.
        Ok(Err(error)) => Some(error.message().to_owned()),
        Err(_) => Some(format!("no answer within {STORE_TIMEOUT:?}")),
    }
}

async fn checks(app: &App) -> (Value, bool) {
    let why = store_trouble(app).await;
    // A gateway only listens once its registry is loaded.
    let serving = !app.readiness.is_withdrawn();
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
