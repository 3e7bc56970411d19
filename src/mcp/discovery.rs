//! The discovery tools: stateless, so that they serve clients of every era, and a few hundred tokens in
//! place of a whole catalog. A tool they find is callable by its own name at once, listed or not.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::methods::written;
use super::{Face, Incoming};
use crate::error::{Error, Result};
use crate::gateway::{CallRequest, SearchRequest, SearchResult};
use crate::model::{Principal, RawObject};
use crate::search::Mode;
use crate::upstream::{Caller, Reply};

const SEARCH: &str = "search_tools";
const DESCRIBE: &str = "describe_tool";
const CALL: &str = "call_tool";

/// Servers that the directory names; the rest are counted.
const DIRECTORY_SERVERS: usize = 40;
/// Tools that the directory names of each server.
const DIRECTORY_TOOLS: usize = 4;
const DEFAULT_LIMIT: usize = 5;

impl Face {
    /// The definitions, with a directory of what this caller can find.
    pub(super) async fn discovery_tools(&self, principal: &Principal) -> Result<[Value; 3]> {
        let directory = self.directory(principal).await?;
        let text = |description: &str| json!({ "type": "string", "description": description });
        let hints = |read_only: bool| json!({ "readOnlyHint": read_only, "openWorldHint": !read_only });
        Ok([
            json!({
                "name": SEARCH,
                "title": "Search tools",
                "description": format!("Finds the tools for a task. Describe the task in your own words, or give a part of a tool's name. Every tool found can be called at once by its name.\n{directory}"),
                "inputSchema": { "type": "object", "required": ["query"], "properties": {
                    "query": text("The task in words, or a name"),
                    "limit": { "type": "integer", "minimum": 1, "maximum": 50, "default": DEFAULT_LIMIT, "description": "How many tools" },
                    "mode": { "type": "string", "enum": ["hybrid", "vector", "text"], "default": "hybrid", "description": "hybrid: by meaning and by words" },
                    "detail": { "type": "string", "enum": ["names", "summary", "full"], "default": "summary", "description": "full adds the schemas of the arguments" }
                } },
                "annotations": hints(true)
            }),
            json!({
                "name": DESCRIBE,
                "title": "Describe a tool",
                "description": "The whole definition of one tool, with the schema of its arguments.",
                "inputSchema": { "type": "object", "required": ["name"], "properties": { "name": text("The tool's name as found") } },
                "annotations": hints(true)
            }),
            json!({
                "name": CALL,
                "title": "Call a tool",
                "description": "Calls a tool by its name, for clients that can only call what is listed.",
                "inputSchema": { "type": "object", "required": ["name"], "properties": {
                    "name": text("The tool's name as found"),
                    "arguments": { "type": "object", "description": "Its arguments, as its schema asks for them" }
                } },
                "annotations": hints(false)
            }),
        ])
    }

    /// Servers, tool counts and a few names, one line each.
    async fn directory(&self, principal: &Principal) -> Result<String> {
        let view = self.gateway.catalog().view(&principal.tenant).await?;
        let mut servers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for listed in view.visible(principal, None) {
            servers.entry(listed.server.name.as_str()).or_default().push(&listed.tool.name);
        }
        if servers.is_empty() {
            return Ok("There are no tools for you at the moment.".to_owned());
        }
        let total: usize = servers.values().map(Vec::len).sum();
        let mut lines = vec![format!("{total} tools of {} servers:", servers.len())];
        for (server, tools) in servers.iter().take(DIRECTORY_SERVERS) {
            let names: Vec<String> =
                tools.iter().take(DIRECTORY_TOOLS).map(|name| name.chars().take(48).collect()).collect();
            let more = if tools.len() > DIRECTORY_TOOLS { ", …" } else { "" };
            lines.push(format!("- {server} ({}): {}{more}", tools.len(), names.join(", ")));
        }
        if servers.len() > DIRECTORY_SERVERS {
            lines.push(format!("- and {} more servers", servers.len() - DIRECTORY_SERVERS));
        }
        Ok(lines.join("\n"))
    }

    /// Runs a discovery tool; `None` when `name` is none.
    pub(super) async fn discovery_call(
        &self,
        incoming: &Incoming,
        name: &str,
        params: &RawObject<'_>,
        caller: &Caller,
    ) -> Result<Option<Reply>> {
        if !matches!(name, SEARCH | DESCRIBE | CALL) {
            return Ok(None);
        }
        let arguments = params.read::<RawObject<'_>>("arguments").map_err(|_| wrong("/arguments", "type: object"))?;
        let arguments = arguments.unwrap_or_default();
        let reply = match name {
            SEARCH => self.search_tools(incoming, &arguments, caller).await?,
            DESCRIBE => {
                let listed = self.gateway.describe_tool(&incoming.principal, &required(&arguments, "name")?).await?;
                let definition: Value = serde_json::from_slice(&listed.json)
                    .map_err(|error| Error::internal("a listed definition").source(error))?;
                tool_result(&definition)?
            }
            _ => {
                let name = required(&arguments, "name")?;
                let inner = inner_params(params, &arguments)?;
                let inner = RawObject::parse(&inner).map_err(|_| wrong("/arguments", "type: object"))?;
                let call = CallRequest { name: &name, server: None, params: &inner, timeout: None, caller };
                self.gateway.call(&incoming.principal, &call).await?
            }
        };
        Ok(Some(reply))
    }

    async fn search_tools(&self, incoming: &Incoming, arguments: &RawObject<'_>, caller: &Caller) -> Result<Reply> {
        let mode = arguments.read::<String>("mode").map_err(|_| wrong("/mode", "type: string"))?;
        let limit = arguments.read::<usize>("limit").map_err(|_| wrong("/limit", "type: integer, 1 to 50"))?;
        let detail = arguments.read::<String>("detail").map_err(|_| wrong("/detail", "type: string"))?;
        let detail = detail.as_deref().unwrap_or("summary");
        if !matches!(detail, "names" | "summary" | "full") {
            return Err(wrong("/detail", "one of names, summary, full"));
        }
        let request = SearchRequest {
            query: required(arguments, "query")?,
            mode: mode.as_deref().map_or(Ok(Mode::Hybrid), str::parse)?,
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            origin: caller.origin.clone(),
        };
        let answer = self.gateway.search(&incoming.principal, &request).await?;
        let tools = answer.results.iter().map(|result| shown(result, detail)).collect::<Result<Vec<_>>>()?;
        let mut found = json!({ "tools": tools, "degraded": answer.degraded });
        if let Some(hint) = answer.hint {
            found["hint"] = json!(hint);
        }
        tool_result(&found)
    }
}

fn shown(result: &SearchResult, detail: &str) -> Result<Value> {
    Ok(match detail {
        "names" => json!(result.name),
        "summary" => json!({ "name": result.name, "description": result.description, "score": result.score }),
        _ => serde_json::from_slice(&result.listed.json)
            .map_err(|error| Error::internal("a listed definition").source(error))?,
    })
}

/// A result with the value as text, for models, and as structured content, for programs.
fn tool_result(value: &Value) -> Result<Reply> {
    let result = json!({ "content": [{ "type": "text", "text": value.to_string() }], "structuredContent": value });
    written(&result).map(Reply::Result)
}

/// The parameters of the call inside a `call_tool`: its `arguments`, and the `_meta` of the outer call.
fn inner_params(outer: &RawObject<'_>, arguments: &RawObject<'_>) -> Result<Box<RawValue>> {
    let mut writer = crate::model::ObjectWriter::new(256);
    if let Some(inner) = arguments.get("arguments") {
        writer.raw("arguments", inner.get().as_bytes());
    }
    if let Some(meta) = outer.get("_meta") {
        writer.raw("_meta", meta.get().as_bytes());
    }
    RawValue::from_string(writer.finish().as_str().to_owned())
        .map_err(|error| Error::internal("write parameters").source(error))
}

fn required(arguments: &RawObject<'_>, name: &str) -> Result<String> {
    match arguments.read(name) {
        Ok(Some(text)) => Ok(text),
        _ => Err(wrong(&format!("/{name}"), "required, type: string")),
    }
}

fn wrong(pointer: &str, rule: &str) -> Error {
    Error::invalid(format!("the argument at {pointer} breaks its rule ({rule})"))
        .data(json!({ "errors": [{ "pointer": pointer, "rule": rule }] }))
}
