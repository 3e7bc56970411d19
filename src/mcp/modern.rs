//! MCP 2026-07-28: stateless, every request carries its own context, and the headers repeat what the body
//! says (SEP-2575, SEP-2243).

use std::sync::Arc;

use base64::Engine as _;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::error::{Code, error_frame};
use super::frame::{self, Message, Request};
use super::input::exchange;
use super::legacy::contains;
use super::methods::{Extra, ListOptions, capabilities, instructions, server_info, written};
use super::{Answer, AuditFace, Face, Finished, Incoming, LEGACY, MODERN, Out, result};
use crate::error::Error;
use crate::gateway::Offer;
use crate::model::{RawJson, RawObject};
use crate::upstream::{Caller, Reply};

const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const META_LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
const TASKS: &str = "io.modelcontextprotocol/tasks";
const DISCOVER_TTL_MS: u64 = 300_000;
/// “Resource not found” of the session era; 2026-07-28 says “invalid params”.
const OLD_NOT_FOUND: i64 = -32002;

/// Whether a request is of this era: by its header, its `_meta` or its method.
pub(super) fn is_modern(incoming: &Incoming, request: &Request<'_>) -> bool {
    if request.method == "initialize" && request.params.get("protocolVersion").is_some() {
        return false;
    }
    // A date after the last session-era revision is this era's to refuse, with the versions it supports.
    incoming.header("mcp-protocol-version").is_some_and(|version| is_date(version) && version > LEGACY[0])
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
    pub(super) async fn modern(self: &Arc<Self>, incoming: &Incoming, request: &Request<'_>, out: &Out) -> Answer {
        let checked = match incoming.line {
            // A connection has no headers.
            Some(_) => check_meta(request, None),
            None => check_headers(&incoming.headers, request),
        };
        if let Err(refused) = checked.and_then(|()| check_name(incoming, request)) {
            return refused;
        }
        if let Err(refused) = check_tasks(request) {
            return refused;
        }
        if let Err(refused) = self.check_params(incoming, request).await {
            return refused;
        }
        let Some(finished) = self.modern_request(incoming, request, out).await else {
            let body = error_frame(Some(request.id), Code::MethodNotFound, "", None);
            return Answer::of(StatusCode::NOT_FOUND, body);
        };
        match finished {
            Ok(Reply::Result(result)) => Answer::ok(frame::result(request.id, with_result_type(result).bytes())),
            Ok(Reply::Error(error)) => {
                let (error, is_protocol) = modern_error(error);
                let status = if is_protocol { StatusCode::BAD_REQUEST } else { StatusCode::OK };
                Answer::of(status, frame::relayed_error(request.id, &error))
            }
            Err(error) => Answer::failed(request.id, &error, incoming),
        }
    }

    /// `None` for a method that there is not.
    async fn modern_request(
        self: &Arc<Self>,
        incoming: &Incoming,
        request: &Request<'_>,
        out: &Out,
    ) -> Option<Finished> {
        let params = &request.params;
        let hop = json!({ "io.modelcontextprotocol/serverInfo": server_info() });
        let extra = Extra { members: json!({ "resultType": "complete", "_meta": hop }), cache_hints: true };
        Some(match request.method.as_ref() {
            "server/discover" => result(written(&json!({
                "resultType": "complete",
                "supportedVersions": [MODERN],
                "capabilities": capabilities(MODERN),
                "instructions": instructions(),
                "ttlMs": DISCOVER_TTL_MS,
                "cacheScope": "public",
                "_meta": hop,
            }))),
            "tools/list" => {
                let options =
                    ListOptions { listing: Some(incoming.listing), extra, offsets: false, face: AuditFace::Mcp };
                result(self.list(incoming, params, &options).await)
            }
            "prompts/list" => {
                result(self.offers(incoming, Offer::Prompts, params, &extra, &Caller::of(&incoming.principal)).await)
            }
            "resources/list" => {
                result(self.offers(incoming, Offer::Resources, params, &extra, &Caller::of(&incoming.principal)).await)
            }
            "resources/templates/list" => {
                result(self.offers(incoming, Offer::Templates, params, &extra, &Caller::of(&incoming.principal)).await)
            }
            "subscriptions/listen" => self.listen(incoming, request, out).await,
            "tools/call"
            | "prompts/get"
            | "resources/read"
            | "completion/complete"
            | "tasks/get"
            | "tasks/update"
            | "tasks/cancel" => {
                self.relayed(incoming, request, out).await.map(|reply| with_cache_hints(request, reply))
            }
            _ => return None,
        })
    }

    /// A request that a server answers.
    async fn relayed(self: &Arc<Self>, incoming: &Incoming, request: &Request<'_>, out: &Out) -> Finished {
        let meta = meta(request).unwrap_or_default();
        let log_level: Option<String> = meta.read(META_LOG_LEVEL).ok().flatten();
        let wants_log = log_level.is_some();
        let capabilities = meta.get(META_CAPABILITIES).map_or_else(RawJson::empty_object, RawJson::copy_of);
        let caller = Caller::of(&incoming.principal).asking(incoming.origin(AuditFace::Mcp));
        let caller = Caller { capabilities, log_level, takes_input_required: true, ..caller };
        // To hang up is to cancel, in this era.
        caller.cancel.set();
        let entered = incoming.line.as_ref().map(|line| line.calls.enter(request.id, &caller.cancel));
        let asked = async {
            if let Some(finished) = self.resume(incoming, &request.params, wants_log, out).await {
                return finished;
            }
            let can_be_asked = ["elicitation", "sampling", "roots"].iter().any(|name| caller.offers(name));
            if !can_be_asked {
                let (caller, relayed) = caller.relayed();
                let work = self.dispatch(incoming, request, &caller);
                return self.relay_modern(work, relayed, &incoming.principal, wants_log, out).await;
            }
            // It may have to outlive this request, while its caller is asked.
            let exchange = exchange(caller, |caller| Arc::clone(self).dispatch_owned(incoming.clone(), caller));
            self.drive(&incoming.principal, exchange, wants_log, out).await
        };
        tokio::select! {
            finished = asked => finished,
            () = left(entered.as_ref()) => Err(Error::invalid("the call was cancelled")),
        }
    }

    async fn dispatch_owned(self: Arc<Self>, incoming: Incoming, caller: Caller) -> Finished {
        let unreadable = || Error::internal("a request that was read cannot be read again");
        let raw = serde_json::from_slice(&incoming.body).map_err(|_| unreadable())?;
        match frame::read(raw) {
            Ok(Message::Request(request)) => self.dispatch(&incoming, &request, &caller).await,
            _ => Err(unreadable()),
        }
    }

    /// Arguments that travel as headers too must say the same in both places.
    async fn check_params(&self, incoming: &Incoming, request: &Request<'_>) -> Result<(), Answer> {
        if request.method != "tools/call" || incoming.line.is_some() {
            return Ok(());
        }
        let name: Option<String> = request.params.read("name").ok().flatten();
        let Ok(listed) = self.gateway.describe_tool(&incoming.principal, name.as_deref().unwrap_or_default()).await
        else {
            return Ok(());
        };
        if listed.param_headers.is_empty() {
            return Ok(());
        }
        let arguments: Value = request.params.read("arguments").ok().flatten().unwrap_or_default();
        for each in listed.param_headers.iter() {
            let name = format!("mcp-param-{}", each.header.to_ascii_lowercase());
            let stated = single(&incoming.headers, &name).map(|value| value.map(decode));
            let same = match (stated, each.text(&arguments)) {
                (Ok(None), None) => true,
                (Ok(Some(Some(stated))), Some(text)) => stated == text,
                _ => false,
            };
            if !same {
                let detail = format!(
                    "the header Mcp-Param-{} is missing, stands twice or says otherwise than the argument `{}`",
                    each.header,
                    each.path.join(".")
                );
                return Err(refuse(request, Code::HeaderMismatch, &detail, None));
            }
        }
        Ok(())
    }
}

async fn left(entered: Option<&super::session::Entered<'_>>) {
    match entered {
        Some(entered) => entered.leave.gone().await,
        None => std::future::pending().await,
    }
}

fn refuse(request: &Request<'_>, code: Code, detail: &str, data: Option<&Value>) -> Answer {
    Answer::bad(error_frame(Some(request.id), code, detail, data))
}

/// The sole value of a header; an error where it stands twice or is no text.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(());
    }
    first.to_str().map(Some).map_err(|_| ())
}

/// Headers and `_meta` as the revision wants them.
fn check_headers(headers: &HeaderMap, request: &Request<'_>) -> Result<(), Answer> {
    let mismatch = |name: &str| {
        let detail = format!("the header {name} is missing, stands twice or says otherwise than the body");
        refuse(request, Code::HeaderMismatch, &detail, None)
    };
    let stated = single(headers, "mcp-protocol-version").map_err(|()| mismatch("MCP-Protocol-Version"))?;
    check_meta(request, Some(stated))?;
    if single(headers, "mcp-method") != Ok(Some(request.method.as_ref())) {
        return Err(mismatch("Mcp-Method"));
    }
    Ok(())
}

/// `_meta` as the revision wants it; `stated`: what the header says, where there are headers.
fn check_meta(request: &Request<'_>, stated: Option<Option<&str>>) -> Result<(), Answer> {
    let meta = meta(request).unwrap_or_default();
    let version: Option<String> = meta.read(META_VERSION).ok().flatten();
    let unsupported = |requested: &str| {
        let data = json!({ "supported": [MODERN], "requested": requested });
        let detail = "this protocol revision is not supported";
        Err(refuse(request, Code::UnsupportedProtocolVersion, detail, Some(&data)))
    };
    let Some(version) = version else {
        if let Some(stated) = stated.flatten().filter(|stated| *stated != MODERN) {
            return unsupported(stated);
        }
        let detail = "`_meta` does not say which protocol revision this is";
        return Err(refuse(request, Code::InvalidParams, detail, None));
    };
    if stated.is_some_and(|stated| stated != Some(version.as_str())) {
        let detail = "the header MCP-Protocol-Version is missing or says otherwise than the body";
        return Err(refuse(request, Code::HeaderMismatch, detail, None));
    }
    if version != MODERN {
        return unsupported(&version);
    }
    if !meta.get(META_CAPABILITIES).is_some_and(|value| value.get().starts_with('{')) {
        let detail = "`_meta` does not state the client's capabilities";
        return Err(refuse(request, Code::InvalidParams, detail, None));
    }
    Ok(())
}

/// What the request is about is named, in the body and in the header alike.
fn check_name(incoming: &Incoming, request: &Request<'_>) -> Result<(), Answer> {
    let member = match request.method.as_ref() {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        "tasks/get" | "tasks/update" | "tasks/cancel" => "taskId",
        _ => return Ok(()),
    };
    let name: Option<String> = request.params.read(member).ok().flatten();
    let Some(name) = name else {
        let data = json!({ "errors": [{ "pointer": format!("/{member}"), "rule": "required, type: string" }] });
        return Err(refuse(request, Code::InvalidParams, &format!("`{member}` is missing"), Some(&data)));
    };
    if incoming.line.is_some() {
        return Ok(());
    }
    let stated = single(&incoming.headers, "mcp-name").ok().flatten().and_then(decode);
    if stated.as_deref() != Some(name.as_str()) {
        let detail = "the header Mcp-Name is missing, stands twice or says otherwise than the body";
        return Err(refuse(request, Code::HeaderMismatch, detail, None));
    }
    Ok(())
}

/// Tasks are for clients that have declared the extension.
fn check_tasks(request: &Request<'_>) -> Result<(), Answer> {
    if !request.method.starts_with("tasks/") {
        return Ok(());
    }
    let capabilities = meta(request).and_then(|meta| meta.read::<Value>(META_CAPABILITIES).ok().flatten());
    if capabilities.is_some_and(|it| it["extensions"].get(TASKS).is_some()) {
        return Ok(());
    }
    let data = json!({ "requiredCapabilities": { "extensions": { TASKS: {} } } });
    Err(refuse(request, Code::MissingClientCapability, "the client has not declared that it takes tasks", Some(&data)))
}

/// An error of a server's as this era says it, and whether it is one of the protocol's own (HTTP 400).
fn modern_error(error: RawJson) -> (RawJson, bool) {
    let Ok(mut value) = error.parse::<Value>() else { return (error, false) };
    match value["code"].as_i64() {
        Some(-32022..=-32020) => (error, true),
        Some(OLD_NOT_FOUND) => {
            value["code"] = json!(Code::InvalidParams.number());
            (RawJson::of(&value).unwrap_or(error), false)
        }
        _ => (error, false),
    }
}

/// An older server says nothing about how long its resources may be kept: not at all, then.
fn with_cache_hints(request: &Request<'_>, reply: Reply) -> Reply {
    let result = match reply {
        Reply::Result(result) if request.method == "resources/read" => result,
        reply => return reply,
    };
    let members: RawObject<'_> = match serde_json::from_str(result.as_str()) {
        Ok(members) => members,
        Err(_) => return Reply::Result(result),
    };
    if members.get("ttlMs").is_some() || members.get("contents").is_none() {
        drop(members);
        return Reply::Result(result);
    }
    let mut writer = crate::model::ObjectWriter::new(result.bytes().len() + 64);
    for (name, value) in members.iter().filter(|(name, _)| *name != "cacheScope") {
        writer.raw(name, value.get().as_bytes());
    }
    writer.raw("ttlMs", b"0");
    writer.text("cacheScope", "private");
    Reply::Result(writer.finish())
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

/// A request with headers, the headers first, a line each: believed or refused.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn fuzz(data: &[u8]) {
    let at = memchr::memmem::find(data, b"\n\n").unwrap_or(data.len());
    let mut headers = HeaderMap::new();
    for line in data[..at].split(|byte| *byte == b'\n').take(32) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = http::HeaderName::from_bytes(&line[..colon]);
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_bytes(line[colon + 1..].trim_ascii())) {
            headers.append(name, value);
        }
    }
    let body = data.get(at + 2..).unwrap_or_default();
    if let Ok(raw) = frame::parse(body, 64)
        && let Ok(Message::Request(request)) = frame::read(raw)
    {
        let stated = check_headers(&headers, &request).is_ok();
        let versions = headers.get_all("mcp-protocol-version").iter().count();
        assert!(!stated || versions == 1, "a revision that is not stated once is no revision");
        let _ = (check_meta(&request, None), check_tasks(&request));
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
