//! `/admin/settings`: the configuration in force.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::super::App;
use super::answered;

/// Every key that is set, secrets masked; the same as `mcpgw config show`.
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    answered(Ok((StatusCode::OK, json!({ "settings": app.gateway.config().settings }))))
}
