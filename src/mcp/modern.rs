//! MCP 2026-07-28: stateless, every request carries its own context, and the headers repeat what the body
//! says (SEP-2575, SEP-2243).

use base64::Engine as _;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::error::{Code, error_frame, failure};
use super::frame::{self, Request};
use super::legacy::contains;
use super::methods::{ListOptions, capabilities, instructions, server_info, written};
use super::{Answer, Face, Incoming, LEGACY, Listing, MODERN};
use crate::model::{RawJson, RawObject};
use crate::upstream::Reply;

const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// How long a client may keep a list: short, because an operator's change is live within a second.
const LIST_TTL_MS: u64 = 5_000;
const DISCOVER_TTL_MS: u64 = 300_000;

/// Whether a request is of this era: by its header, its `_meta` or its method.
pub(super) fn is_modern(headers: &HeaderMap, request: &Request<'_>) -> bool {
    if request.method == "initialize" && request.params.get("protocolVersion").is_some() {
        return false;
    }
    let header = headers.get("mcp-protocol-version").and_then(|value| value.to_str().ok());
    // A date after the last session-era revision is this era's to refuse, with the versions it supports.
    header.is_some_and(|version| is_date(version) && version > LEGACY[0])
        || request.method == "server/discover"
        || meta(request).is_some_and(|meta| meta.get(META_VERSION).is_some())
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

fn meta<'a>(request: &Request<'a>) -> Option<RawObject<'a>> {
    request.params.get("_meta").and_then(|meta| RawObject::parse(meta).ok())
}

impl Face {
    pub(super) async fn modern(&self, incoming: &Incoming<'_>, request: &Request<'_>, listing: Listing) -> Answer {
        if let Err(refused) = check(incoming.headers, request) {
            return refused;
        }
        let hop = json!({ "io.modelcontextprotocol/serverInfo": server_info() });
        let result = match request.method.as_ref() {
            "server/discover" => written(&json!({
                "resultType": "complete",
                "supportedVersions": [MODERN],
                "capabilities": capabilities(),
                "instructions": instructions(),
                "ttlMs": DISCOVER_TTL_MS,
                "cacheScope": "public",
                "_meta": hop,
            })),
            "tools/list" => {
                // What a caller sees depends on its scopes, so nobody else may reuse it.
                let extra =
                    json!({ "resultType": "complete", "ttlMs": LIST_TTL_MS, "cacheScope": "private", "_meta": hop });
                let options = ListOptions { listing: Some(listing), extra, offsets: false };
                self.list(incoming, &request.params, &options).await
            }
            "tools/call" => match self.call(incoming, request).await {
                Ok(Reply::Result(result)) => Ok(with_result_type(result)),
                Ok(Reply::Error(error)) => return Answer::ok(frame::relayed_error(request.id, &error)),
                Err(error) => Err(error),
            },
            _ => {
                let body = error_frame(Some(request.id), Code::MethodNotFound, "", None);
                return Answer { status: StatusCode::NOT_FOUND, body };
            }
        };
        Answer::ok(match result {
            Ok(result) => frame::result(request.id, result.bytes()),
            Err(error) => failure(Some(request.id), &error, incoming.request_id),
        })
    }
}

/// Headers and `_meta` as the revision wants them.
fn check(headers: &HeaderMap, request: &Request<'_>) -> Result<(), Answer> {
    let refuse = |code, detail: &str, data: Option<Value>| {
        let body = error_frame(Some(request.id), code, detail, data.as_ref());
        Err(Answer { status: StatusCode::BAD_REQUEST, body })
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let meta = meta(request).unwrap_or_default();
    let version: Option<String> = meta.read(META_VERSION).ok().flatten();
    let stated = header("mcp-protocol-version");
    let unsupported = |requested: &str| {
        let data = json!({ "supported": [MODERN], "requested": requested });
        refuse(Code::UnsupportedProtocolVersion, "this protocol revision is not supported", Some(data))
    };
    let Some(version) = version else {
        if let Some(stated) = stated.filter(|stated| *stated != MODERN) {
            return unsupported(stated);
        }
        return refuse(Code::InvalidParams, "`_meta` does not say which protocol revision this is", None);
    };
    match stated {
        Some(stated) if stated == version => {}
        _ => {
            return refuse(
                Code::HeaderMismatch,
                "the header MCP-Protocol-Version is missing or says otherwise than the body",
                None,
            );
        }
    }
    if version != MODERN {
        return unsupported(&version);
    }
    if header("mcp-method") != Some(request.method.as_ref()) {
        return refuse(Code::HeaderMismatch, "the header Mcp-Method is missing or says otherwise than the body", None);
    }
    if !meta.get(META_CAPABILITIES).is_some_and(|value| value.get().starts_with('{')) {
        return refuse(Code::InvalidParams, "`_meta` does not state the client's capabilities", None);
    }
    if request.method == "tools/call" {
        let name: Option<String> = request.params.read("name").ok().flatten();
        if name.is_none() {
            return refuse(Code::InvalidParams, "`name` is missing: the tool to call", None);
        }
        let stated = header("mcp-name").and_then(decode);
        if stated != name {
            return refuse(
                Code::HeaderMismatch,
                "the header Mcp-Name is missing or says otherwise than the body",
                None,
            );
        }
    }
    Ok(())
}

/// A header's text; `=?base64?…?=` carries what visible ASCII cannot.
fn decode(value: &str) -> Option<String> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
            String::from_utf8(bytes).ok()
        }
        None => Some(value.to_owned()),
    }
}

/// Every result of this era says what it is; one of an older server is complete.
fn with_result_type(result: RawJson) -> RawJson {
    let raw: Result<&serde_json::value::RawValue, _> = serde_json::from_str(result.as_str());
    let stated = |raw| RawObject::parse(raw).ok().is_some_and(|object| object.get("resultType").is_some());
    if contains(result.bytes(), b"\"resultType\"") && raw.is_ok_and(stated) {
        return result;
    }
    let Some(rest) = result.as_str().strip_prefix('{') else { return result };
    let comma = if rest.trim_start() == "}" { "" } else { "," };
    let mut text = Vec::with_capacity(rest.len() + 32);
    text.extend_from_slice(br#"{"resultType":"complete""#);
    text.extend_from_slice(comma.as_bytes());
    text.extend_from_slice(rest.as_bytes());
    RawJson::check(text).unwrap_or(result)
}

impl Face {
    /// Answers MCP of either era.
    pub async fn mcp(&self, incoming: &Incoming<'_>, listing: Listing) -> Answer {
        let bad = |body| Answer { status: StatusCode::BAD_REQUEST, body };
        let raw = match frame::parse(&incoming.body, self.max_depth) {
            Ok(raw) => raw,
            Err(malformed) => return bad(malformed.frame),
        };
        if raw.get().starts_with('[') {
            return bad(error_frame(None, Code::InvalidRequest, "batches are not part of MCP; send one message", None));
        }
        match frame::read(raw) {
            Ok(frame::Message::Request(request)) if is_modern(incoming.headers, &request) => {
                self.modern(incoming, &request, listing).await
            }
            Ok(frame::Message::Request(request)) => self.legacy(incoming, &request, listing).await,
            Ok(frame::Message::Notification | frame::Message::Response) => Answer::accepted(),
            Err(malformed) => bad(malformed.frame),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_completed_once() {
        let complete = |text: &'static str| with_result_type(RawJson::check(text).expect("json")).as_str().to_owned();
        assert_eq!(complete(r#"{"content":[]}"#), r#"{"resultType":"complete","content":[]}"#);
        assert_eq!(complete("{ }"), r#"{"resultType":"complete" }"#);
        let stated = r#"{"resultType":"input_required","requestState":"x"}"#;
        assert_eq!(complete(stated), stated);
        let inner = complete(r#"{"structuredContent":{"resultType":1}}"#);
        assert!(inner.starts_with(r#"{"resultType":"complete","#), "{inner}");
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(decode("find_order").as_deref(), Some("find_order"));
        assert_eq!(decode("=?base64?Z3LDtsOfZQ==?=").as_deref(), Some("größe"));
        assert_eq!(decode("=?base64?%%?="), None);
    }
}
