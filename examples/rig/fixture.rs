//! MCP servers of the session era without sessions, quick enough not to be what is measured: on threads of their own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{LEGACY, Outcome};

/// Ends with its owner: its port is closed then.
pub(crate) struct Fixture {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<io::Result<()>>>,
}

impl Fixture {
    /// `/mcp` has `echo`, `/slow` has what takes time and room, `/mcp500` has 500 tools.
    pub(crate) fn start() -> Outcome<Self> {
        Self::start_at("127.0.0.1:0")
    }

    pub(crate) fn start_at(address: &str) -> Outcome<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("fixture".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?.tap_io(|stream| {
                    let _ = stream.set_nodelay(true);
                });
                let route = |tools: Vec<Value>| {
                    let tools = Arc::new(tools);
                    post(move |body: Bytes| {
                        let tools = Arc::clone(&tools);
                        async move { answer(&body, &tools).await }
                    })
                };
                let routes = Router::new()
                    .route("/mcp", route(vec![echo_tool()]))
                    .route("/slow", route(vec![number_tool("wait", "milliseconds"), number_tool("blob", "bytes")]))
                    .route("/mcp500", route(many_tools()))
                    // What the gateway lets through is taken.
                    .layer(DefaultBodyLimit::disable());
                tokio::select! {
                    ended = axum::serve(listener, routes) => ended,
                    _ = stopped => Ok(()),
                }
            })
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

async fn answer(body: &[u8], tools: &[Value]) -> Response {
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(id) = request.get("id") else { return StatusCode::ACCEPTED.into_response() };
    let outcome = match request["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": LEGACY,
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "fixture", "version": "1" },
        }),
        Some("tools/list") => json!({ "tools": tools }),
        Some("tools/call") => {
            let arguments = &request["params"]["arguments"];
            let text = match request["params"]["name"].as_str() {
                Some("wait") => {
                    let milliseconds = arguments["milliseconds"].as_u64().unwrap_or_default();
                    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                    json!(milliseconds.to_string())
                }
                Some("blob") => json!(prose(arguments["bytes"].as_u64().unwrap_or_default())),
                _ => arguments["message"].clone(),
            };
            json!({ "content": [{ "type": "text", "text": text }], "isError": false })
        }
        _ => {
            let error = json!({ "code": -32601, "message": "Method not found" });
            return json_answer(&json!({ "jsonrpc": "2.0", "id": id, "error": error }));
        }
    };
    json_answer(&json!({ "jsonrpc": "2.0", "id": id, "result": outcome }))
}

/// So many bytes of words.
pub(crate) fn prose(bytes: u64) -> String {
    const LINE: &str = "The warehouse counted its crates again on Tuesday and found two more than before. ";
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut text = LINE.repeat(bytes / LINE.len() + 1);
    text.truncate(bytes);
    text
}

fn number_tool(name: &str, parameter: &str) -> Value {
    json!({
        "name": name,
        "description": format!("Answers with so many {parameter}."),
        "inputSchema": { "type": "object", "properties": { parameter: { "type": "integer" } }, "required": [parameter] },
    })
}

fn json_answer(frame: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], frame.to_string()).into_response()
}

fn echo_tool() -> Value {
    json!({
        "name": "echo",
        "description": "Gives the message back.",
        "inputSchema": {
            "type": "object",
            "properties": { "message": { "type": "string", "description": "Any text" } },
            "required": ["message"],
        },
    })
}

/// 500 tools that differ in verb, object, purpose and parameters.
fn many_tools() -> Vec<Value> {
    const VERBS: &str = "\
        get list create update delete search send export archive schedule approve assign convert translate \
        validate merge compare publish refund deploy";
    const NOUNS: &str = "\
        order invoice ticket message document event customer payment report user repository contract shipment \
        calendar database backup subscription webhook pipeline alert flight budget certificate survey transcript";
    const PURPOSES: [&str; 7] = [
        "Use it when the identifier is known; otherwise search first.",
        "Returns the newest entries first, with a cursor for the next page.",
        "Requires write access to the workspace, and is recorded in the audit log.",
        "Filters by status, owner and creation date may be combined.",
        "Fails when another process has locked the entry or it was closed already.",
        "The answer holds the total, the currency and a link to the source.",
        "People who follow the entry are told by mail.",
    ];
    let verbs: Vec<&str> = VERBS.split(' ').collect();
    let nouns: Vec<&str> = NOUNS.split(' ').collect();
    let tool = |number: usize| {
        let (verb, noun) = (verbs[number / nouns.len()], nouns[number % nouns.len()]);
        let (first, second) = (PURPOSES[number % PURPOSES.len()], PURPOSES[(number / 3 + 1) % PURPOSES.len()]);
        let other = nouns[(number * 7 + 3) % nouns.len()];
        let mut properties = serde_json::Map::new();
        properties.insert(format!("{noun}_id"), json!({ "type": "string", "description": format!("Which {noun}") }));
        properties.insert("limit".to_owned(), json!({ "type": "integer", "description": "How many, 1 to 100" }));
        properties
            .insert(other.to_owned(), json!({ "type": "string", "description": format!("The {other} it is for") }));
        json!({
            "name": format!("{verb}_{noun}"),
            "description": format!("{verb} one or several {noun}s of a {other}. {first} {second}"),
            "inputSchema": { "type": "object", "properties": properties, "required": [format!("{noun}_id")] },
        })
    };
    (0..verbs.len() * nouns.len()).map(tool).collect()
}
