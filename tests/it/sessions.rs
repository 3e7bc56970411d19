//! Sessions: whose they are, when they end, and that any replica serves them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::conformance::Fixture;
use crate::support::http::Kept;
use crate::support::{DEADLINE, Gateway, Home, until};

const BOTH: (&str, &str) = ("Accept", "application/json, text/event-stream");

fn frame(id: u64, method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

/// Opens a session of `protocol` and gives its id.
fn open(gateway: &Gateway, protocol: &str, capabilities: &Value, headers: &[(&str, &str)]) -> String {
    let params = json!({
        "protocolVersion": protocol, "capabilities": capabilities, "clientInfo": { "name": "test", "version": "1" }
    });
    let answer = gateway.post("/mcp", headers, &frame(1, "initialize", params));
    assert_eq!(answer.json()["result"]["protocolVersion"], protocol, "{answer:?}");
    let id = answer.header("mcp-session-id").expect("a session").to_owned();
    assert!(id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "visible ASCII: {id}");
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
    let answer = gateway.post("/mcp", &[headers, &[("Mcp-Session-Id", &id)]].concat(), &initialized);
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    id
}

fn ping(gateway: &Gateway, headers: &[(&str, &str)]) -> (u16, Value) {
    let answer = gateway.post("/mcp", headers, &frame(7, "ping", json!({})));
    (answer.status, answer.json())
}

#[test]
fn a_session_is_its_callers_alone_and_ends_when_it_says_so() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &[]);
    let id = open(&gateway, "2025-11-25", &json!({}), &[]);
    let with = |id: &str| ping(&gateway, &[("Mcp-Session-Id", id)]);
    assert_eq!(with(&id), (200, json!({ "jsonrpc": "2.0", "id": 7, "result": {} })));

    // Somebody else's, one that was changed, one that never was: they cannot be told apart.
    let (status, foreign) = ping(&gateway, &[("Mcp-Session-Id", &id), ("X-MCP-Tenant", "other")]);
    assert_eq!((status, &foreign["id"]), (404, &json!(7)));
    let mut changed = id.clone();
    let last = changed.pop().expect("a character");
    changed.push(if last == 'A' { 'B' } else { 'A' });
    for unknown in [changed.as_str(), "x", "00000000"] {
        let (status, body) = with(unknown);
        assert_eq!((status, &body["error"]), (404, &foreign["error"]), "{unknown}");
    }

    let delete = |id: &str| gateway.request("DELETE", "/mcp", &[("Mcp-Session-Id", id)], "").status;
    assert_eq!((delete(&id), with(&id).0, delete(&id), delete("x")), (200, 404, 404, 404));
    assert_eq!(gateway.request("DELETE", "/mcp", &[], "").status, 400, "of which session?");
}

#[test]
fn a_session_that_is_not_used_ends() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &[("SESSION_IDLE_SECONDS", "2")]);
    let id = open(&gateway, "2025-11-25", &json!({}), &[]);
    for _ in 0..6 {
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(ping(&gateway, &[("Mcp-Session-Id", &id)]).0, 200, "it is used");
    }
    std::thread::sleep(Duration::from_millis(3200));
    assert_eq!(ping(&gateway, &[("Mcp-Session-Id", &id)]).0, 404);
}

#[test]
fn streams_and_batches_of_the_session_era() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &[]);
    let get = |headers: &[(&str, &str)]| gateway.request("GET", "/mcp", headers, "");
    assert_eq!(get(&[("Accept", "text/event-stream")]).status, 400, "of which session?");
    assert_eq!(get(&[("Accept", "application/json")]).status, 406);
    assert_eq!(get(&[("Accept", "text/event-stream"), ("Mcp-Session-Id", "x")]).status, 404);
    let refused = gateway.post("/mcp", &[("Accept", "text/html")], &frame(1, "ping", json!({})));
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (406, &json!(-32600)));
    let as_event = gateway.post("/mcp", &[("Accept", "text/event-stream")], &frame(1, "ping", json!({})));
    assert_eq!(as_event.header("content-type"), Some("text/event-stream"), "{as_event:?}");
    assert!(as_event.body.contains(r#"data: {"jsonrpc":"2.0","id":1,"result":{}}"#), "{as_event:?}");

    // Who takes no stream gets the answer all the same.
    let home = Home::new();
    home.json(&["bootstrap", "--demo"]);
    let with_tools = Gateway::start(&home, &[]);
    let params = json!({ "name": "orders__find_order", "arguments": { "order_id": "A-1001" } });
    let answer = with_tools.post("/mcp", &[("Accept", "application/json")], &frame(5, "tools/call", params));
    assert_eq!(answer.json()["result"]["structuredContent"]["order_id"], "A-1001");

    let batch = format!("[{},{}]", frame(1, "ping", json!({})), frame(2, "ping", json!({})));
    let of = |protocol: &str| {
        let id = open(&gateway, protocol, &json!({}), &[]);
        gateway.post("/mcp", &[("Mcp-Session-Id", &id)], &batch)
    };
    let answers = of("2025-03-26").json();
    assert_eq!(answers.as_array().map(Vec::len), Some(2), "{answers}");
    assert_eq!(of("2025-11-25").status, 400, "batches went with 2025-06-18");
}

/// Two gateways on one store are two replicas: state is in the session's id and in the store.
#[test]
fn any_replica_serves_any_session() {
    let (_server, url) = Fixture::over_http(&[]);
    let home = Home::new();
    home.json(&["server", "add", "fixture", "--url", &url, "--timeout", "10s"]);
    home.json(&["catalog", "sync"]);
    let one = Gateway::start_with(&home, &[], &[("GATEWAY_INSTANCE_ID", "one")]);
    let other = Gateway::start_with(&home, &[], &[("GATEWAY_INSTANCE_ID", "other")]);
    let id = open(&one, "2025-11-25", &json!({ "elicitation": {} }), &[]);
    let session = [("Mcp-Session-Id", id.as_str()), BOTH];
    assert_eq!(ping(&other, &session).0, 200);

    // What has changed since it was opened goes along.
    let level = one.post("/mcp", &session, &frame(2, "logging/setLevel", json!({ "level": "debug" })));
    assert_eq!(level.json()["result"], json!({}));

    // Asked by one, answered to the other.
    let mut call = Kept::open(one.address());
    let params = json!({ "name": "fixture__test_elicitation", "arguments": { "message": "Who?" } });
    call.send("/mcp", &session, &frame(3, "tools/call", params));
    assert_eq!(call.head().0, 200);
    let asked = call.event();
    assert_eq!((&asked["method"], &asked["params"]["message"]), (&json!("elicitation/create"), &json!("Who?")));
    let content = json!({ "username": "ann", "email": "a@b" });
    let reply = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": { "action": "accept", "content": content } });
    assert_eq!(other.post("/mcp", &session, &reply.to_string()).status, 202);
    let result = call.event();
    assert!(result["result"]["content"][0]["text"].as_str().is_some_and(|text| text.contains("ann")), "{result}");

    assert_eq!(other.request("DELETE", "/mcp", &session, "").status, 200);
    let third = Gateway::start_with(&home, &[], &[("GATEWAY_INSTANCE_ID", "third")]);
    let gone = until(DEADLINE, || (ping(&third, &session).0 == 404).then_some(()));
    assert!(gone.is_some(), "a replica that learns of it now knows that it has ended");
}
