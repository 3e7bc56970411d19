//! The audit trail: what it says of each execution, and that it says it once, whatever happens.

mod kept;
mod shown;

use std::collections::HashMap;
use std::time::Duration;

use mcpgw::model::{AuditRecord, Secret};
use mcpgw::store::{Collection, Location, Query, StoreConfig, open};
use serde_json::{Value, json};

use crate::fake::{Fake, Say};
use crate::support::{Gateway, Home, mongod, until};

/// A server with a tool that only reads, one that may change things, one that fails, one that is slow and one that
/// breaks off.
pub(crate) fn server() -> Fake {
    let tool = |name: &str, only_reads: bool| {
        json!({
            "name": name, "description": format!("The tool {name}"), "inputSchema": { "type": "object" },
            "annotations": { "readOnlyHint": only_reads }
        })
    };
    let tools = json!([
        tool("read", true),
        tool("change", false),
        tool("fail", true),
        tool("slow", true),
        tool("broken", true),
        tool("refuse", true),
    ]);
    Fake::start(move |method, frame| match method {
        "tools/list" => Say::Result(json!({ "tools": tools })),
        _ => match frame["params"]["name"].as_str().unwrap_or_default() {
            "slow" => Say::Hang,
            "broken" => Say::Raw(200, "application/json", "no frame".to_owned()),
            "refuse" => {
                let error = r#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32602,"message":"a wrong argument"}}"#;
                Say::Raw(200, "application/json", error.to_owned())
            }
            name => {
                let text = format!("result-canary of {name}");
                Say::Result(json!({ "content": [{ "type": "text", "text": text }], "isError": name == "fail" }))
            }
        },
    })
}

/// Has the server behind the gateway.
fn behind(home: &Home, server: &Fake) {
    let added = home.cli(&["server", "add", "s", "--timeout", "500ms", "--url", &server.url()]);
    assert_eq!(added.code, 0, "{added:#?}");
    assert_eq!(home.cli(&["catalog", "sync"]).code, 0);
}

fn call(name: &str, arguments: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": name, "arguments": arguments } })
        .to_string()
}

/// Calls a tool in a request of this id.
fn called(gateway: &Gateway, id: &str, name: &str) -> Value {
    let arguments = json!({ "secret": "argument-canary" });
    gateway.post("/rpc", &[("X-Request-ID", id)], &call(name, &arguments)).json()
}

/// Everything in the store, by request id.
pub(crate) fn stored(home: &Home) -> HashMap<String, Vec<AuditRecord>> {
    let location = match home.uri() {
        Some(uri) => Location::MongoDb(Secret::new(uri)),
        None => Location::Sqlite(home.path("store.db")),
    };
    let config = StoreConfig { location, db_name: home.database().to_owned(), resume_ttl: Duration::from_secs(60) };
    let records = mongod::block_on(async {
        let store = open(&config).await.expect("the store").store;
        let records = Collection::<AuditRecord>::of_tenant(&store, &"local-dev".parse().expect("a tenant"));
        records.find(&Query::all()).await.expect("the records")
    });
    let mut by_request: HashMap<String, Vec<AuditRecord>> = HashMap::new();
    for stored in records {
        by_request.entry(stored.value.request_id.clone()).or_default().push(stored.value);
    }
    by_request
}

/// What `/health` says of the spool.
pub(crate) fn spool(gateway: &Gateway) -> Value {
    gateway.get("/health").json()["audit"].clone()
}

/// Waits until the store has everything.
pub(crate) fn drained(gateway: &Gateway, limit: Duration) -> Option<()> {
    until(limit, || (spool(gateway)["waiting_bytes"] == 0).then_some(()))
}
