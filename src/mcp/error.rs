//! Failures as JSON-RPC errors. The message is the code's name; what happened, for people, is in
//! `data.detail`. Our own faults say nothing but the request id.

use bytes::Bytes;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::methods::NO_METHOD;
use crate::error::{Error, Kind};
use crate::telemetry::metrics::METRICS;

/// The codes of spec/http.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Not JSON.
    ParseError,
    /// Not a request of the protocol.
    InvalidRequest,
    /// No such method.
    MethodNotFound,
    /// Wrong parameters, unknown tool.
    InvalidParams,
    /// Our fault.
    InternalError,
    /// No credential, or one that proves nothing.
    Unauthorized,
    /// The caller may see this but not do it.
    Forbidden,
    /// Too much in a short time.
    RateLimited,
    /// The downstream passed its deadline.
    UpstreamTimeout,
    /// The downstream is away.
    UpstreamUnavailable,
    /// The guardrails let it not through.
    GuardrailBlocked,
    /// The downstream broke the protocol.
    UpstreamError,
    /// Headers and body disagree (MCP 2026-07-28).
    HeaderMismatch,
    /// The client has not declared what this needs (MCP 2026-07-28).
    MissingClientCapability,
    /// A protocol revision we do not speak (MCP 2026-07-28).
    UnsupportedProtocolVersion,
}

impl Code {
    /// The JSON-RPC code.
    pub fn number(self) -> i64 {
        match self {
            Self::ParseError => -32700,
            Self::InvalidRequest => -32600,
            Self::MethodNotFound => -32601,
            Self::InvalidParams => -32602,
            Self::InternalError => -32603,
            Self::Unauthorized => -32001,
            Self::Forbidden => -32003,
            Self::RateLimited => -32007,
            Self::UpstreamTimeout => -32004,
            Self::UpstreamUnavailable => -32005,
            Self::GuardrailBlocked => -32006,
            Self::UpstreamError => -32008,
            Self::HeaderMismatch => -32020,
            Self::MissingClientCapability => -32021,
            Self::UnsupportedProtocolVersion => -32022,
        }
    }

    /// The message.
    pub fn name(self) -> &'static str {
        match self {
            Self::ParseError => "PARSE_ERROR",
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::MethodNotFound => "METHOD_NOT_FOUND",
            Self::InvalidParams => "INVALID_PARAMS",
            Self::InternalError => "INTERNAL_ERROR",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::UpstreamTimeout => "UPSTREAM_TIMEOUT",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
            Self::GuardrailBlocked => "GUARDRAIL_BLOCKED",
            Self::UpstreamError => "UPSTREAM_ERROR",
            Self::HeaderMismatch => "HEADER_MISMATCH",
            Self::MissingClientCapability => "MISSING_REQUIRED_CLIENT_CAPABILITY",
            Self::UnsupportedProtocolVersion => "UNSUPPORTED_PROTOCOL_VERSION",
        }
    }
}

fn code(kind: Kind) -> Code {
    match kind {
        Kind::InvalidInput | Kind::NotFound => Code::InvalidParams,
        Kind::Refused | Kind::Conflict => Code::InvalidRequest,
        Kind::Unauthenticated => Code::Unauthorized,
        Kind::Forbidden => Code::Forbidden,
        Kind::Blocked => Code::GuardrailBlocked,
        Kind::RateLimited => Code::RateLimited,
        Kind::UpstreamTimeout => Code::UpstreamTimeout,
        Kind::UpstreamUnavailable => Code::UpstreamUnavailable,
        Kind::UpstreamError => Code::UpstreamError,
        Kind::InvalidConfig | Kind::StoreUnavailable | Kind::EmbedderUnavailable | Kind::Internal => {
            Code::InternalError
        }
    }
}

/// An error frame. `data` is machine-readable and safe; `detail` is for people.
pub fn error_frame(id: Option<&RawValue>, code: Code, detail: &str, data: Option<&Value>) -> Bytes {
    let mut members = match data {
        Some(Value::Object(members)) => members.clone(),
        _ => Map::new(),
    };
    if !detail.is_empty() {
        members.insert("detail".to_owned(), Value::from(detail));
    }
    let mut error = json!({ "code": code.number(), "message": code.name() });
    if !members.is_empty() {
        error["data"] = Value::Object(members);
    }
    write(id, code, &error)
}

/// The frame for a failure of a use case.
pub(super) fn failure(id: Option<&RawValue>, error: &Error, request_id: &str) -> Bytes {
    let reason = error.details().and_then(|data| data.get("reason")).and_then(Value::as_str);
    let code = if reason == Some(NO_METHOD) { Code::MethodNotFound } else { code(error.kind()) };
    if code == Code::InternalError {
        tracing::error!(request.id = request_id, error = error.chain(), "internal error");
        let error = json!({ "code": code.number(), "message": code.name(), "data": { "request_id": request_id } });
        return write(id, code, &error);
    }
    // The message, not the causes: those come from libraries and from downstreams.
    error_frame(id, code, error.message(), error.details())
}

fn write(id: Option<&RawValue>, code: Code, error: &Value) -> Bytes {
    METRICS.rpc_error(code.name());
    let id = id.map_or("null", RawValue::get);
    Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#))
}
