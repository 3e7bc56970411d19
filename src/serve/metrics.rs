//! The figures, for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{App, health};
use crate::telemetry::metrics::{METRICS, Sampled};

/// Of Prometheus's text format.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let (gateway, audit) = (&app.gateway, app.gateway.audit().state());
    let (circuits, connections) = gateway.pool().figures();
    let sampled = Sampled {
        sessions: app.face.sessions(),
        tenants: gateway.catalog().tenants_held(),
        circuits,
        connections,
        audit_records: audit.waiting_records,
        audit_bytes: audit.waiting_bytes,
        store_is_up: health::store_trouble(&app).await.is_none(),
    };
    match METRICS.text(&sampled) {
        Ok(text) => ([(CONTENT_TYPE, FORMAT), (CACHE_CONTROL, "no-store")], text).into_response(),
        Err(error) => {
            tracing::error!(error, "the figures cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
