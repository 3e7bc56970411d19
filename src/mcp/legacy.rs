//! MCP of the session era (2025-03-26 … 2025-11-25), served without sessions: every request stands for
//! itself, which the revisions allow (a server *may* assign a session id).

use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use super::error::{Code, error_frame, failure};
use super::frame::{self, Request};
use super::methods::{self, ListOptions};
use super::{Answer, Face, Incoming, LEGACY, Listing};
use crate::error::{Error, Kind};
use crate::model::{ObjectWriter, RawJson, RawObject};
use crate::upstream::Reply;

impl Face {
    pub(super) async fn legacy(&self, incoming: &Incoming<'_>, request: &Request<'_>, listing: Listing) -> Answer {
        if let Some(refused) = refuse_headers(incoming, request) {
            return refused;
        }
        let result = match request.method.as_ref() {
            "initialize" => initialize(request),
            "ping" => Ok(RawJson::empty_object()),
            "tools/list" => {
                let options = ListOptions { listing: Some(listing), extra: json!({}), offsets: false };
                self.list(incoming, &request.params, &options).await
            }
            "tools/call" => match self.call(incoming, request).await {
                Ok(Reply::Result(result)) => without_result_type(result),
                Ok(Reply::Error(error)) => return Answer::ok(frame::relayed_error(request.id, &error)),
                Err(error) => Err(error),
            },
            _ => return Answer::ok(error_frame(Some(request.id), Code::MethodNotFound, "", None)),
        };
        Answer::ok(match result {
            Ok(result) => frame::result(request.id, result.bytes()),
            Err(error) => failure(Some(request.id), &error, incoming.request_id),
        })
    }
}

fn initialize(request: &Request<'_>) -> crate::error::Result<RawJson> {
    let asked: Option<String> = request.params.read("protocolVersion").ok().flatten();
    let version = asked.as_deref().filter(|asked| LEGACY.contains(asked)).unwrap_or(LEGACY[0]);
    methods::initialize(version)
}

/// A version header that names no revision of this era, and a session that we never gave.
fn refuse_headers(incoming: &Incoming<'_>, request: &Request<'_>) -> Option<Answer> {
    let refuse = |status, code, detail: &str, data: Option<&serde_json::Value>| {
        Some(Answer { status, body: error_frame(Some(request.id), code, detail, data) })
    };
    if request.method == "initialize" {
        return None;
    }
    if incoming.headers.contains_key("mcp-session-id") {
        return refuse(StatusCode::NOT_FOUND, Code::InvalidRequest, "there is no such session; initialize again", None);
    }
    let version = incoming.headers.get("mcp-protocol-version")?;
    let known = version.to_str().is_ok_and(|version| LEGACY.contains(&version) || version == "2024-11-05");
    if known {
        return None;
    }
    let data = json!({ "supported": LEGACY });
    refuse(StatusCode::BAD_REQUEST, Code::InvalidRequest, "this protocol revision is not supported", Some(&data))
}

/// Takes the modern era's `resultType` off a result.
fn without_result_type(result: RawJson) -> crate::error::Result<RawJson> {
    // Nearly every result has none, and then it is relayed as it is.
    if !contains(result.bytes(), b"\"resultType\"") {
        return Ok(result);
    }
    let wrong = || Error::new(Kind::UpstreamError, "the server's result is no object");
    let raw = serde_json::from_str(result.as_str()).map_err(|_| wrong())?;
    let object = RawObject::parse(raw).map_err(|_| wrong())?;
    match object.read::<&str>("resultType") {
        Ok(None) => return Ok(result),
        Ok(Some("complete")) => {}
        _ => {
            let detail = "the server wants input in the middle of the call, which this gateway does not bridge to your protocol revision yet";
            return Err(Error::new(Kind::UpstreamError, detail));
        }
    }
    let mut writer = ObjectWriter::new(result.bytes().len());
    for (name, value) in object.iter().filter(|(name, _)| *name != "resultType") {
        writer.raw(name, value.get().as_bytes());
    }
    Ok(writer.finish())
}

pub(super) fn contains(text: &Bytes, part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outer_result_type_goes() {
        let result = |text: &'static str| without_result_type(RawJson::check(text).expect("json"));
        let kept = r#"{"content":[{"text":"\"resultType\""}],"structuredContent":{"resultType":"complete"}}"#;
        assert_eq!(result(kept).expect("a result").as_str(), kept);
        let modern = result(r#"{"resultType":"complete","content":[ 1 ]}"#).expect("a result");
        assert_eq!(modern.as_str(), r#"{"content":[ 1 ]}"#);
        assert!(result(r#"{"resultType":"input_required"}"#).is_err());
    }
}
