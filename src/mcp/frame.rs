//! JSON-RPC 2.0 envelopes from clients.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::error::{Code, error_frame};
use crate::model::{ObjectWriter, RawJson, RawObject};
use crate::upstream::Reply;

/// A well-formed message.
pub(super) enum Message<'a> {
    /// Wants an answer.
    Request(Request<'a>),
    /// Wants none.
    Notification {
        /// The method.
        method: Cow<'a, str>,
        /// Its parameters.
        params: RawObject<'a>,
    },
    /// Answers a request that we passed on.
    Response {
        /// Which.
        id: &'a RawValue,
        /// The answer.
        reply: Reply,
    },
}

/// A request.
pub(super) struct Request<'a> {
    pub(super) id: &'a RawValue,
    pub(super) method: Cow<'a, str>,
    pub(super) params: RawObject<'a>,
}

/// Why a message is not one, as the frame to answer with.
pub(super) struct Malformed {
    pub(super) frame: Bytes,
}

/// Parses the text of one message or of a batch.
pub(super) fn parse(body: &[u8], max_depth: usize) -> Result<&RawValue, Malformed> {
    let refuse = |code, detail: &str| Malformed { frame: error_frame(None, code, detail, None) };
    if exceeds_depth(body, max_depth) {
        let data = serde_json::json!({ "reason": "too_deep" });
        let detail = format!("the message is nested deeper than {max_depth} levels");
        return Err(Malformed { frame: error_frame(None, Code::InvalidRequest, &detail, Some(&data)) });
    }
    serde_json::from_slice(body).map_err(|_| refuse(Code::ParseError, "the body is not JSON"))
}

/// The id of a message that is answered without being looked at any further.
pub fn id_of(body: &[u8]) -> Option<&RawValue> {
    let message: RawObject<'_> = serde_json::from_slice(body).ok()?;
    message.get("id").filter(|id| id.get().starts_with('"') || is_integer(id.get()))
}

/// Messages in one batch.
pub(super) const MAX_BATCH: usize = 100;

/// The messages of a batch; `None` for what is none.
pub(super) fn batch(raw: &RawValue) -> Option<Vec<&RawValue>> {
    raw.get().starts_with('[').then(|| serde_json::from_str(raw.get()).unwrap_or_default())
}

/// As how many requests a body counts: a batch as many as it has messages. One that is too long is refused, and counts
/// as one.
pub fn messages_in(body: &[u8]) -> u32 {
    if body.trim_ascii_start().first() != Some(&b'[') {
        return 1;
    }
    let batch: Vec<&RawValue> = serde_json::from_slice(body).unwrap_or_default();
    let count = if batch.len() > MAX_BATCH { 1 } else { batch.len().max(1) };
    u32::try_from(count).unwrap_or(1)
}

/// Reads one message.
pub(super) fn read(raw: &RawValue) -> Result<Message<'_>, Malformed> {
    let invalid =
        |id: Option<&RawValue>, detail: &str| Malformed { frame: error_frame(id, Code::InvalidRequest, detail, None) };
    let envelope = RawObject::parse(raw).map_err(|error| {
        let detail = if error.is_data() { "the message is no object, or names a member twice" } else { "not JSON" };
        invalid(None, detail)
    })?;
    let id = envelope.get("id");
    let valid_id = id.filter(|id| id.get().starts_with('"') || is_integer(id.get()));
    if envelope.read::<&str>("jsonrpc").ok().flatten() != Some("2.0") {
        return Err(invalid(valid_id, "`jsonrpc` is not \"2.0\""));
    }
    let Some(method) = envelope.get("method") else {
        let reply = match (envelope.get("result"), envelope.get("error")) {
            (Some(result), None) => Some(Reply::Result(RawJson::copy_of(result))),
            (None, Some(error)) => Some(Reply::Error(RawJson::copy_of(error))),
            _ => None,
        };
        let answer = id.zip(reply).map(|(id, reply)| Message::Response { id, reply });
        return answer.ok_or_else(|| invalid(valid_id, "there is no `method`"));
    };
    let method: Cow<'_, str> = borrowed_text(method).ok_or_else(|| invalid(valid_id, "`method` is no text"))?;
    let params = match envelope.get("params") {
        None => RawObject::default(),
        Some(params) => {
            RawObject::parse(params).map_err(|_| invalid(valid_id, "`params` is no object, or names a member twice"))?
        }
    };
    match (id, valid_id) {
        (None, _) => Ok(Message::Notification { method, params }),
        (Some(_), Some(id)) => Ok(Message::Request(Request { id, method, params })),
        (Some(_), None) => Err(invalid(None, "`id` is neither text nor a whole number")),
    }
}

fn borrowed_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match serde_json::from_str::<&str>(raw.get()) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => serde_json::from_str::<String>(raw.get()).ok().map(Cow::Owned),
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A response frame around a finished result.
pub(super) fn result(id: &RawValue, result: &[u8]) -> Bytes {
    const HEAD: &[u8] = br#"{"jsonrpc":"2.0","id":"#;
    const MIDDLE: &[u8] = br#","result":"#;
    let mut frame = Vec::with_capacity(HEAD.len() + id.get().len() + MIDDLE.len() + result.len() + 1);
    for part in [HEAD, id.get().as_bytes(), MIDDLE, result, b"}"] {
        frame.extend_from_slice(part);
    }
    frame.into()
}

/// A response frame around a server's own error object.
pub(super) fn relayed_error(id: &RawValue, error: &RawJson) -> Bytes {
    Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{},"error":{}}}"#, id.get(), error.as_str()))
}

/// A request of a server's on its way to a client.
pub(super) fn request(id: &str, method: &str, params: &RawJson) -> Bytes {
    let mut frame = ObjectWriter::new(96 + params.bytes().len());
    frame.text("jsonrpc", "2.0");
    frame.text("id", id);
    frame.text("method", method);
    frame.raw("params", params.bytes());
    frame.finish().bytes().clone()
}

/// A notification on its way to a client.
pub(super) fn notification(method: &str, params: &RawJson) -> Bytes {
    let mut frame = ObjectWriter::new(64 + params.bytes().len());
    frame.text("jsonrpc", "2.0");
    frame.text("method", method);
    if params.as_str() != "{}" {
        frame.raw("params", params.bytes());
    }
    frame.finish().bytes().clone()
}

/// Whether arrays and objects are nested deeper than `limit`. Looks at brackets outside strings only, so it
/// may be asked about text that is not JSON.
pub fn exceeds_depth(text: &[u8], limit: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Whatever a client sends as a message is read or refused, and the refusal is a frame.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let is_frame = |frame: &[u8]| {
        let frame: serde_json::Value = serde_json::from_slice(frame).expect("a frame is JSON");
        assert!(frame["error"]["code"].is_i64(), "{frame}");
    };
    let (_, messages) = (id_of(data), messages_in(data));
    assert!(messages >= 1 && messages as usize <= MAX_BATCH);
    let raw = match parse(data, 64) {
        Ok(raw) => raw,
        Err(malformed) => return is_frame(&malformed.frame),
    };
    for message in batch(raw).unwrap_or_else(|| vec![raw]) {
        match read(message) {
            Ok(Message::Request(request)) => {
                let answered = result(request.id, b"{}");
                assert!(serde_json::from_slice::<serde_json::Value>(&answered).is_ok());
            }
            Ok(_) => {}
            Err(malformed) => is_frame(&malformed.frame),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> &'static str {
        let Ok(raw) = parse(text.as_bytes(), 8) else { return "parse" };
        match read(raw) {
            Ok(Message::Request(_)) => "request",
            Ok(Message::Notification { .. }) => "notification",
            Ok(Message::Response { .. }) => "response",
            Err(_) => "invalid",
        }
    }

    #[test]
    fn messages_are_told_apart() {
        for (text, expected) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "request"),
            (r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":{}}"#, "request"),
            (r#"{"jsonrpc":"2.0","method":"notifications/x"}"#, "notification"),
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "response"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "invalid"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, "invalid"),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, "invalid"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#, "invalid"),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "invalid"),
            (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, "invalid"),
            ("{}", "invalid"),
            ("[]", "invalid"),
            ("{", "parse"),
            ("", "parse"),
            ("[[[[[[[[[1]]]]]]]]]", "parse"),
        ] {
            assert_eq!(outcome(text), expected, "{text}");
        }
    }

    #[test]
    fn a_batch_counts_its_messages() {
        let long = format!("[{}1]", "1,".repeat(MAX_BATCH));
        for (body, count) in [("{}", 1), ("[]", 1), (" [{},{},3]", 3), ("[{},", 1), ("", 1), (long.as_str(), 1)] {
            assert_eq!(messages_in(body.as_bytes()), count, "{body}");
        }
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert!(!exceeds_depth(br#"{"a":"[[[[[[\"[["}"#, 2));
        assert!(exceeds_depth(br#"{"a":[[1]]}"#, 2));
    }
}
