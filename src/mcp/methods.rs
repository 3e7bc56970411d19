//! What the eras share: the methods' results as JSON text.

use serde_json::{Value, json};
use tracing::Span;
use tracing::field::Empty;

use std::sync::Arc;

use super::frame::Request;
use super::{AuditFace, Face, Finished, Incoming, Listing, MODERN};
use crate::error::{Error, Result};
use crate::gateway::{CallRequest, MAX_NAME_BYTES, Offer, PageStart, SearchRequest};
use crate::model::{CacheHint, ObjectWriter, RawJson, RawObject};
use crate::search::Mode;
use crate::telemetry::metrics::METRICS;
use crate::telemetry::traces::{self, TRACEPARENT};
use crate::upstream::Caller;

/// Results of a shortlist when nobody says how many.
const SHORTLIST: usize = 5;

/// What clients are told about using us.
const INSTRUCTIONS: &str = "A gateway to the tools of many MCP servers. If the tool you need is not in the list, \
call `search_tools` with the task in your own words; every tool it finds can be called at once by its name.";

/// The methods that are counted by name.
const COUNTED: [&str; 20] = [
    "completion/complete",
    "initialize",
    "logging/setLevel",
    "ping",
    "prompts/get",
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "resources/templates/list",
    "resources/unsubscribe",
    "server/discover",
    "subscriptions/listen",
    "tasks/cancel",
    "tasks/get",
    "tasks/result",
    "tasks/update",
    "tools/call",
    "tools/list",
    "tools/search",
];

/// Has a request counted, and makes the span of its answer, which goes on with the trace that its `_meta` names. Callers
/// choose the method, so that those that there are not share a name.
pub(super) fn begun(request: &Request<'_>) -> Span {
    let method = COUNTED.into_iter().find(|method| *method == request.method).unwrap_or("other");
    METRICS.rpc(method);
    let span = tracing::debug_span!(
        "mcp",
        otel.name = method,
        otel.kind = "server",
        mcp.method.name = method,
        server.name = Empty,
        tool.name = Empty,
    );
    if traces::are_made()
        && let Some(meta) = request.params.get("_meta").and_then(|meta| RawObject::parse(meta).ok())
        && let Ok(Some(traceparent)) = meta.read::<&str>(TRACEPARENT)
    {
        traces::follow_traceparent(&span, traceparent);
    }
    span
}

/// `serverInfo`.
pub(super) fn server_info() -> Value {
    json!({ "name": "mcpgw", "title": "MCP gateway", "version": env!("CARGO_PKG_VERSION") })
}

/// The result of `initialize`.
pub(super) fn initialize(version: &str, capabilities: &Value) -> Result<RawJson> {
    written(&json!({
        "protocolVersion": version,
        "capabilities": capabilities,
        "serverInfo": server_info(),
        "instructions": INSTRUCTIONS,
    }))
}

/// A result of ours as JSON text.
pub(super) fn written(result: &Value) -> Result<RawJson> {
    RawJson::of(result).map_err(|error| Error::internal("write a result").source(error))
}

/// What we can do for a client, whatever the servers of the moment can: they come and go.
pub(super) fn capabilities(version: &str) -> Value {
    let mut capabilities = json!({
        "tools": { "listChanged": true },
        "prompts": { "listChanged": true },
        "resources": { "subscribe": true, "listChanged": true },
        "completions": {},
        "logging": {},
    });
    match version {
        MODERN => capabilities["extensions"] = json!({ "io.modelcontextprotocol/tasks": {} }),
        "2025-11-25" => capabilities["tasks"] = json!({ "cancel": {}, "requests": { "tools": { "call": {} } } }),
        _ => {}
    }
    capabilities
}

/// What `/rpc` can do.
pub(super) fn plain_capabilities() -> Value {
    json!({ "tools": {} })
}

/// What clients are told about using us.
pub(super) fn instructions() -> &'static str {
    INSTRUCTIONS
}

/// How `tools/list` differs between the faces.
pub(super) struct ListOptions {
    /// What is listed; `None` lists the plain catalog without discovery tools.
    pub(super) listing: Option<Listing>,
    /// What to add to the result.
    pub(super) extra: Extra,
    /// Whether plain integers are taken as cursors.
    pub(super) offsets: bool,
    /// By which way it is asked.
    pub(super) face: AuditFace,
}

/// What a list's result holds beside the list.
#[derive(Clone, Default)]
pub(super) struct Extra {
    /// Members as they are.
    pub(super) members: Value,
    /// Whether it says how long it may be kept.
    pub(super) cache_hints: bool,
}

impl Face {
    /// The result of `tools/list`: a page of the catalog, the discovery tools, or a ranked shortlist.
    pub(super) async fn list(
        &self,
        incoming: &Incoming,
        params: &RawObject<'_>,
        options: &ListOptions,
    ) -> Result<RawJson> {
        let wrong = |what: &str| Error::invalid(format!("`{what}` has the wrong type"));
        let limit = params.read::<usize>("limit").map_err(|_| wrong("limit"))?;
        let cursor = params.read::<String>("cursor").map_err(|_| wrong("cursor"))?;
        let meta = params.read::<RawObject<'_>>("_meta").map_err(|_| wrong("_meta"))?.unwrap_or_default();
        let asked = meta.read::<String>("mcpgw/query").map_err(|_| wrong("_meta/mcpgw~1query"))?;
        if let Some(query) = asked.or_else(|| incoming.query.clone()) {
            return self.shortlist(incoming, query, limit, options).await;
        }
        let discovery = match options.listing {
            Some(listing) => self.lists_discovery(&incoming.principal, listing).await?,
            None => false,
        };
        if discovery && cursor.is_some() {
            return Err(Error::invalid("this list has one page").data(json!({ "reason": "invalid_cursor" })));
        }
        if discovery {
            let tools = self.discovery_tools(&incoming.principal).await?;
            let tools: Vec<Vec<u8>> = tools.iter().map(|tool| tool.to_string().into_bytes()).collect();
            let pinned = self.gateway.pinned(&incoming.principal).await?;
            let listed = tools.iter().map(Vec::as_slice).chain(pinned.iter().map(|listed| listed.json.as_ref()));
            return Ok(list_result("tools", listed, None, &options.extra, CacheHint::UNSTATED));
        }
        let start = PageStart::read(cursor.as_deref(), options.offsets)?;
        let page = self.gateway.list(&incoming.principal, &start, limit).await?;
        Ok(list_result(
            "tools",
            page.tools.iter().map(|listed| listed.json.as_ref()),
            page.next.as_deref(),
            &options.extra,
            page.cache_hint,
        ))
    }

    async fn shortlist(
        &self,
        incoming: &Incoming,
        query: String,
        limit: Option<usize>,
        options: &ListOptions,
    ) -> Result<RawJson> {
        let origin = incoming.origin(options.face);
        let request = SearchRequest { query, mode: Mode::Hybrid, limit: limit.unwrap_or(SHORTLIST), origin };
        let answer = self.gateway.search(&incoming.principal, &request).await?;
        let mut extra = options.extra.clone();
        let scores: Vec<Value> =
            answer.results.iter().map(|result| json!({ "name": result.name, "score": result.score })).collect();
        extra.members["_meta"]["mcpgw/search"] =
            json!({ "mode": answer.mode, "degraded": answer.degraded, "scores": scores });
        Ok(list_result(
            "tools",
            answer.results.iter().map(|result| result.listed.json.as_ref()),
            None,
            &extra,
            CacheHint::UNSTATED,
        ))
    }

    /// Whatever a server answers.
    pub(super) async fn dispatch(
        self: &Arc<Self>,
        incoming: &Incoming,
        request: &Request<'_>,
        caller: &Caller,
    ) -> Finished {
        let (gateway, principal, params) = (&self.gateway, &incoming.principal, &request.params);
        match request.method.as_ref() {
            "tools/call" => self.call(incoming, request, caller).await,
            "prompts/get" => {
                let name = required(params, "name", "the prompt to get")?;
                gateway.get_prompt(principal, &name, params, caller).await
            }
            "resources/read" => {
                let uri = required(params, "uri", "the resource to read")?;
                gateway.read_resource(principal, &uri, params, caller).await
            }
            "completion/complete" => gateway.complete(principal, params, caller).await,
            method => {
                let id = required(params, "taskId", "the task")?;
                gateway.task(principal, method, &id, params, caller).await
            }
        }
    }

    /// The result of `tools/call`; `Err` for what the gateway itself refuses or cannot do.
    pub(super) async fn call(&self, incoming: &Incoming, request: &Request<'_>, caller: &Caller) -> Finished {
        let params = &request.params;
        let name = required(params, "name", "the tool to call")?;
        let server: Option<String> = params.read("server").map_err(|_| missing("server", "a server's name"))?;
        if server.is_none()
            && let Some(reply) = self.discovery_call(incoming, &name, params, caller).await?
        {
            return Ok(reply);
        }
        let call = CallRequest { name: &name, server: server.as_deref(), params, timeout: None, caller };
        self.gateway.call(&incoming.principal, &call).await
    }

    /// A page of prompts, resources or templates.
    pub(super) async fn offers(
        &self,
        incoming: &Incoming,
        offer: Offer,
        params: &RawObject<'_>,
        extra: &Extra,
        caller: &Caller,
    ) -> Result<RawJson> {
        const PAGE: usize = 1000;
        const PREFIX: &str = "o1.";
        let wrong = || {
            Error::invalid("the cursor is not one of ours")
                .data(json!({ "reason": "invalid_cursor" }))
                .help("start again without a cursor")
        };
        let cursor = params.read::<String>("cursor").map_err(|_| wrong())?;
        let start: usize = match cursor {
            None => 0,
            Some(cursor) => cursor.strip_prefix(PREFIX).and_then(|start| start.parse().ok()).ok_or_else(wrong)?,
        };
        let (offered, hint) = self.gateway.offered(&incoming.principal, offer, caller).await?;
        let page = offered.iter().skip(start).take(PAGE).map(|item| item.json.bytes().as_ref());
        let next = (offered.len() > start.saturating_add(PAGE)).then(|| format!("{PREFIX}{}", start + PAGE));
        Ok(list_result(offer.member(), page, next.as_deref(), extra, hint))
    }
}

/// The error for a method that there is not.
pub(super) fn not_a_method(method: &str) -> Error {
    let shown: String = method.chars().filter(|each| !each.is_control()).take(64).collect();
    Error::new(crate::error::Kind::NotFound, format!("there is no method `{shown}`"))
        .data(json!({ "reason": NO_METHOD }))
}

/// The reason of [`not_a_method`].
pub(super) const NO_METHOD: &str = "unknown_method";

/// A required text parameter.
pub(super) fn required(params: &RawObject<'_>, name: &str, what: &str) -> Result<String> {
    match params.read::<String>(name) {
        Ok(Some(text)) if text.len() <= MAX_NAME_BYTES => Ok(text),
        Ok(Some(_)) => Err(Error::invalid(format!("`{name}` is longer than {MAX_NAME_BYTES} bytes"))),
        _ => Err(missing(name, what)),
    }
}

/// A required parameter that is absent or of the wrong type.
pub(super) fn missing(name: &str, what: &str) -> Error {
    Error::invalid(format!("`{name}` is missing or no text: {what}"))
        .data(json!({ "errors": [{ "pointer": format!("/{name}"), "rule": "required, type: string" }] }))
}

fn list_result<'a>(
    member: &str,
    items: impl Iterator<Item = &'a [u8]>,
    next: Option<&str>,
    extra: &Extra,
    hint: CacheHint,
) -> RawJson {
    let mut list = vec![b'['];
    for (index, item) in items.enumerate() {
        if index > 0 {
            list.push(b',');
        }
        list.extend_from_slice(item);
    }
    list.push(b']');
    let mut result = ObjectWriter::new(list.len() + 256);
    for (name, value) in extra.members.as_object().into_iter().flatten() {
        result.raw(name, value.to_string().as_bytes());
    }
    if extra.cache_hints {
        result.raw("ttlMs", hint.ttl_ms.to_string().as_bytes());
        result.text("cacheScope", hint.scope());
    }
    result.raw(member, &list);
    if let Some(next) = next {
        result.text("nextCursor", next);
    }
    result.finish()
}
