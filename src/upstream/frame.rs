//! JSON-RPC frames to and from downstream servers, and the words of the two protocol eras.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tracing::Span;

use super::{Greeting, Reply, Request, broke_protocol, unavailable};
use crate::model::{ObjectWriter, RawJson, RawObject, Server};
use crate::telemetry::traces::{self, TRACEPARENT};

/// The stateless revision.
pub(super) const MODERN: &str = "2026-07-28";
/// The newest revision with `initialize`.
pub(super) const LEGACY: &str = "2025-11-25";
/// Every session-era revision we speak.
pub(super) const LEGACY_KNOWN: [&str; 4] = [LEGACY, "2025-06-18", "2025-03-26", "2024-11-05"];

/// `_meta` members that belong to one hop (MCP 2026-07-28, “Per-request metadata”): this hop's are put in their
/// place towards a modern server, none towards an older one.
const HOP_META: [&str; 4] = [
    "io.modelcontextprotocol/protocolVersion",
    "io.modelcontextprotocol/clientInfo",
    "io.modelcontextprotocol/clientCapabilities",
    "io.modelcontextprotocol/logLevel",
];
const PROGRESS_TOKEN: &str = "progressToken";

/// Who we are, to a server.
pub(super) const CLIENT_INFO: &str = concat!(r#"{"name":"mcpgw","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#);

/// Which era a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
    Modern,
    Legacy,
}

/// A whole request frame. Its id is the progress token too, where the caller wants progress: callers' own tokens may
/// collide.
pub(super) fn request(id: u64, request: &Request<'_>, era: Era) -> Bytes {
    request_with(id, request, era, request.caller.log_level.as_deref(), traceparent(request).as_deref())
}

/// The same with another log level than the caller's, in this trace.
pub(super) fn request_with(
    id: u64,
    request: &Request<'_>,
    era: Era,
    log_level: Option<&str>,
    traceparent: Option<&str>,
) -> Bytes {
    let arguments = request.params.get("arguments").map_or(0, |raw| raw.get().len());
    let mut frame = ObjectWriter::new(256 + arguments);
    frame.text("jsonrpc", "2.0");
    frame.raw("id", id.to_string().as_bytes());
    frame.text("method", request.method);
    frame.object("params", |params| write_params(params, id, request, era, log_level, traceparent));
    frame.finish().bytes().clone()
}

fn write_params(
    params: &mut ObjectWriter,
    id: u64,
    request: &Request<'_>,
    era: Era,
    log_level: Option<&str>,
    traceparent: Option<&str>,
) {
    if let Some(target) = &request.target {
        params.text(target.member, target.value);
    }
    let is_target = |member: &str| request.target.as_ref().is_some_and(|target| target.member == member);
    let mut meta = None;
    for (member, value) in request.params.iter() {
        match member {
            // `server` is ours: it told us where the call goes.
            "server" if is_target("name") => {}
            "_meta" => meta = Some(value),
            _ if is_target(member) => {}
            _ => params.raw(member, value.get().as_bytes()),
        }
    }
    let given = meta.and_then(|raw| RawObject::parse(raw).ok()).unwrap_or_default();
    let wants_progress = request.caller.relay.is_some() && given.get(PROGRESS_TOKEN).is_some();
    let ours = |member: &str| HOP_META.contains(&member) || member == PROGRESS_TOKEN || member.starts_with("mcpgw/");
    let is_told = |member: &str| traceparent.is_some() && member == TRACEPARENT;
    let kept = || given.iter().filter(|(member, _)| !ours(member) && !is_told(member));
    if era == Era::Legacy && !wants_progress && traceparent.is_none() && kept().next().is_none() {
        return;
    }
    params.object("_meta", |meta| {
        if era == Era::Modern {
            meta.text("io.modelcontextprotocol/protocolVersion", MODERN);
            meta.raw("io.modelcontextprotocol/clientInfo", CLIENT_INFO.as_bytes());
            meta.raw("io.modelcontextprotocol/clientCapabilities", request.caller.capabilities.bytes());
            if let Some(level) = log_level {
                meta.text("io.modelcontextprotocol/logLevel", level);
            }
        }
        if wants_progress {
            meta.raw(PROGRESS_TOKEN, id.to_string().as_bytes());
        }
        if let Some(traceparent) = traceparent {
            meta.text(TRACEPARENT, traceparent);
        }
        for (member, value) in kept() {
            meta.raw(member, value.get().as_bytes());
        }
    });
}

/// What a server is told of the trace that a request belongs to: our span's where we make traces, else what the caller
/// said in `_meta` or, failing that, in a header.
pub(super) fn traceparent(request: &Request<'_>) -> Option<String> {
    if let Some(ours) = traces::traceparent(&Span::current()) {
        return Some(ours);
    }
    let meta = request.params.get("_meta").and_then(|raw| RawObject::parse(raw).ok());
    let in_meta = meta.and_then(|meta| meta.read::<&str>(TRACEPARENT).ok().flatten());
    in_meta
        .filter(|text| traces::is_traceparent(text))
        .or(request.caller.origin.traceparent.as_deref())
        .map(str::to_owned)
}

/// The caller's progress token, text or number.
pub(super) fn progress_token<'a>(params: &RawObject<'a>) -> Option<&'a RawValue> {
    let meta = RawObject::parse(params.get("_meta")?).ok()?;
    meta.get(PROGRESS_TOKEN)
}

/// `initialize`, offering the newest session-era revision and what the callers of the connection can do.
pub(super) fn initialize(id: u64, capabilities: &RawJson) -> Bytes {
    let capabilities = capabilities.as_str();
    Bytes::from(format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"initialize","params":{{"protocolVersion":"{LEGACY}","capabilities":{capabilities},"clientInfo":{CLIENT_INFO}}}}}"#
    ))
}

/// The notification that ends the handshake.
pub(super) const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// A notification of ours.
pub(super) fn notification(method: &str, params: &RawJson) -> Bytes {
    let mut frame = ObjectWriter::new(64 + params.bytes().len());
    frame.text("jsonrpc", "2.0");
    frame.text("method", method);
    frame.raw("params", params.bytes());
    frame.finish().bytes().clone()
}

/// Says that nobody waits for the answer to request `id` any more.
pub(super) fn cancelled(id: u64) -> Bytes {
    Bytes::from(format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{id},"reason":"the caller no longer waits"}}}}"#
    ))
}

/// Our own answer to a request of the server's.
pub(super) fn own_answer(method: &str, id: &RawJson) -> Bytes {
    match method {
        "ping" => response(id, &Reply::Result(RawJson::empty_object())),
        _ => error_response(id, -32601, "METHOD_NOT_FOUND"),
    }
}

/// A caller's answer to a request of the server's.
pub(super) fn response(id: &RawJson, reply: &Reply) -> Bytes {
    let (member, value) = match reply {
        Reply::Result(result) => ("result", result),
        Reply::Error(error) => ("error", error),
    };
    Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{},"{member}":{}}}"#, id.as_str(), value.as_str()))
}

/// An error of ours in answer to a request of the server's.
pub(super) fn error_response(id: &RawJson, code: i32, message: &str) -> Bytes {
    let id = id.as_str();
    Bytes::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{message}"}}}}"#))
}

/// A request of the server's.
pub(super) struct Question {
    pub(super) id: RawJson,
    pub(super) method: String,
    pub(super) params: RawJson,
}

/// A received message.
pub(super) enum Incoming {
    /// The answer to our request of this id.
    Reply(u64, Reply),
    /// The server asks.
    Request(Question),
    /// The server tells.
    Notification { method: String, params: RawJson },
    /// An answer to no request of ours: an id that is no number, or an error without id.
    Stray(Option<RawJson>),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// Reads one message; what is wrong with it, in words, otherwise.
pub(super) fn read(buffer: &Bytes) -> Result<Incoming, String> {
    let frame: Envelope<'_> = serde_json::from_slice(buffer).map_err(|error| {
        let syntax = if error.is_data() { "an unexpected JSON-RPC message" } else { "something that is not JSON" };
        format!("it sent {syntax} (byte {})", error.column())
    })?;
    if frame.jsonrpc != "2.0" {
        return Err("it sent a message that is not JSON-RPC 2.0".to_owned());
    }
    let number = frame.id.and_then(|id| id.get().parse::<u64>().ok());
    let params = || frame.params.map_or_else(RawJson::empty_object, |params| RawJson::slice_of(buffer, params));
    match (frame.method, frame.id, frame.result, frame.error) {
        (Some(method), Some(id), ..) => {
            let id = RawJson::slice_of(buffer, id);
            Ok(Incoming::Request(Question { id, method: method.into_owned(), params: params() }))
        }
        (Some(method), None, ..) => Ok(Incoming::Notification { method: method.into_owned(), params: params() }),
        (None, _, Some(result), None) => Ok(match number {
            Some(id) => Incoming::Reply(id, Reply::Result(RawJson::slice_of(buffer, result))),
            None => Incoming::Stray(None),
        }),
        (None, _, None, Some(error)) => {
            let error = RawJson::slice_of(buffer, error);
            Ok(match number {
                Some(id) => Incoming::Reply(id, Reply::Error(error)),
                None => Incoming::Stray(Some(error)),
            })
        }
        _ => Err("it sent a message that is neither request, answer nor notification".to_owned()),
    }
}

/// The part of an `initialize` or `server/discover` result that we act on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Handshake {
    #[serde(default)]
    protocol_version: Option<String>,
    #[serde(default)]
    supported_versions: Vec<String>,
    #[serde(default)]
    server_info: Option<ServerInfo>,
    #[serde(default)]
    capabilities: serde_json::Map<String, serde_json::Value>,
    #[serde(default, rename = "_meta")]
    meta: Option<HandshakeMeta>,
}

#[derive(Deserialize)]
struct HandshakeMeta {
    #[serde(default, rename = "io.modelcontextprotocol/serverInfo")]
    server_info: Option<ServerInfo>,
}

#[derive(Clone, Deserialize)]
struct ServerInfo {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
}

impl Handshake {
    fn greeting(self, protocol: &str) -> Greeting {
        let info = self.server_info.or(self.meta.and_then(|meta| meta.server_info));
        let (name, version) = info.map_or((None, None), |info| (info.name, info.version));
        Greeting { protocol: protocol.to_owned(), name, version, capabilities: self.capabilities }
    }
}

/// The greeting in the answer to `server/discover`; `None` when the server does not speak the modern era.
pub(super) fn accept_discover(result: &RawJson) -> Option<Greeting> {
    let handshake = result.parse::<Handshake>().ok()?;
    let modern = handshake.supported_versions.iter().any(|version| version == MODERN);
    modern.then(|| handshake.greeting(MODERN))
}

/// Whether a refusal of the revision (-32022) names the stateless one among those that the server speaks.
pub(super) fn offers_modern(error: &RawJson) -> bool {
    let error: serde_json::Value = error.parse().unwrap_or_default();
    let supported = error["data"]["supported"].as_array();
    error["code"] == -32022 && supported.is_some_and(|versions| versions.iter().any(|version| version == MODERN))
}

/// The revision and the greeting in the answer to `initialize`.
pub(super) fn accept_initialize(server: &Server, reply: &Reply) -> crate::error::Result<(&'static str, Greeting)> {
    let result = match reply {
        Reply::Result(result) => result,
        Reply::Error(error) => {
            return Err(unavailable(server, format!("it refused to connect: {}", error_text(error))));
        }
    };
    let not_one = |_| broke_protocol(server, "its answer to `initialize` is not one");
    let handshake: Handshake = result.parse().map_err(not_one)?;
    let known = LEGACY_KNOWN.into_iter().find(|known| handshake.protocol_version.as_deref() == Some(*known));
    let protocol =
        known.ok_or_else(|| broke_protocol(server, "it insists on a protocol revision that we do not speak"))?;
    Ok((protocol, handshake.greeting(protocol)))
}

/// The id of a message of which only the two ends are left.
pub(super) fn id_in(ends: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(ends);
    // SDKs write the id first or last; what stands between may hold anything.
    let after = |at: usize| {
        let digits: String = text.get(at + 5..)?.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let last = text.rfind("\"id\":").filter(|at| text.len() - at < 40);
    last.or_else(|| text.find("\"id\":").filter(|at| *at < 40)).and_then(after)
}

/// `code` and `message` of an error member, for people.
fn error_text(error: &RawJson) -> String {
    #[derive(Deserialize)]
    struct Shape {
        code: i64,
        #[serde(default)]
        message: String,
    }
    match error.parse::<Shape>() {
        Ok(shape) => format!("{} (code {})", shape.message, shape.code),
        Err(_) => "an error without code".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::upstream::{Caller, Target};

    fn sent(params: &str, name: Option<&str>, era: Era, caller: &Caller) -> String {
        let raw: Box<RawValue> = serde_json::from_str(params).expect("json");
        let params = RawObject::parse(&raw).expect("an object");
        let target = name.map(|value| Target { member: "name", value });
        let call = Request { target, ..Request::new("tools/call", &params, caller, Instant::now()) };
        String::from_utf8(request(7, &call, era).to_vec()).expect("text")
    }

    #[test]
    fn unknown_members_travel_and_hop_meta_does_not() {
        let params = r#"{"name":"s__t","arguments":{"b":1, "a":1.0},"task":{"ttl":1},"_meta":{"progressToken":1,"traceparent":"00-x","io.modelcontextprotocol/protocolVersion":"2099"}}"#;
        let plain = Caller::plain();
        assert_eq!(
            sent(params, Some("t"), Era::Legacy, &plain),
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t","arguments":{"b":1, "a":1.0},"task":{"ttl":1},"_meta":{"traceparent":"00-x"}}}"#
        );
        let modern = sent(params, Some("t"), Era::Modern, &plain);
        assert!(modern.contains(r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#), "{modern}");
        assert!(modern.contains(r#""traceparent":"00-x""#) && !modern.contains("2099"), "{modern}");
        assert_eq!(
            sent("{}", None, Era::Legacy, &plain),
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}"#
        );
    }

    #[test]
    fn a_caller_that_takes_progress_gets_it_under_our_id() {
        let (mut caller, _receiver) = Caller::plain().relayed();
        caller.capabilities = RawJson::check(r#"{"roots":{}}"#).expect("json");
        let params = r#"{"_meta":{"progressToken":"mine"}}"#;
        assert_eq!(
            sent(params, None, Era::Legacy, &caller),
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"_meta":{"progressToken":7}}}"#
        );
        let modern = sent(params, None, Era::Modern, &caller);
        assert!(modern.contains(r#""io.modelcontextprotocol/clientCapabilities":{"roots":{}}"#), "{modern}");
    }

    #[test]
    fn ids_are_found_at_either_end() {
        assert_eq!(id_in(br#"{"jsonrpc":"2.0","id":17,"result":{"x":"\"id\":3"#), Some(17));
        assert_eq!(id_in(br#"{"result":{"content":"id"} ...  "},"jsonrpc":"2.0","id": 9}"#), Some(9));
        assert_eq!(id_in(b"xxxx"), None);
    }

    #[test]
    fn answers_are_told_apart() {
        let read = |text: &'static str| read(&Bytes::from_static(text.as_bytes()));
        assert!(matches!(
            read(r#"{"jsonrpc":"2.0","id":3,"result":{"a" : 1}}"#),
            Ok(Incoming::Reply(3, Reply::Result(raw))) if raw.as_str() == r#"{"a" : 1}"#
        ));
        assert!(matches!(read(r#"{"jsonrpc":"2.0","id":3,"error":{}}"#), Ok(Incoming::Reply(3, Reply::Error(_)))));
        assert!(matches!(read(r#"{"jsonrpc":"2.0","id":null,"error":{}}"#), Ok(Incoming::Stray(Some(_)))));
        assert!(matches!(read(r#"{"jsonrpc":"2.0","id":"3","result":{}}"#), Ok(Incoming::Stray(None))));
        assert!(matches!(read(r#"{"jsonrpc":"2.0","method":"x"}"#), Ok(Incoming::Notification { .. })));
        assert!(matches!(read(r#"{"jsonrpc":"2.0","id":"q","method":"ping"}"#), Ok(Incoming::Request(_))));
        for bad in ["<html>", "[]", "{}", r#"{"jsonrpc":"1.0","id":1,"result":1}"#, r#"{"jsonrpc":"2.0","id":1}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
