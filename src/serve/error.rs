//! Refusals of the HTTP face itself. They carry a JSON-RPC error body: most clients show nothing else.

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;

use crate::mcp::{Code, error_frame};

pub(super) fn response(status: StatusCode, code: Code, detail: &str, data: Option<&Value>) -> Response {
    answered(status, error_frame(None, code, detail, data))
}

/// The same with a frame that is written already.
pub(super) fn answered(status: StatusCode, frame: Bytes) -> Response {
    let mut response = Response::new(Body::from(frame));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
