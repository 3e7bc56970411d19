//! A fault of ours fails the request that meets it, and nothing else.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::home;
use crate::fake::{Fake, Say};
use crate::support::{DEADLINE, Gateway, http, until};

/// How many calls meet the fault, or as many as the variable says.
fn calls() -> usize {
    std::env::var("MCPGW_TEST_PANICS").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

#[test]
fn a_panic_fails_its_own_request_only() {
    let server = Fake::start(|method, frame| {
        if method == "tools/list" {
            let tool = json!({ "name": "echo", "description": "It echoes", "inputSchema": { "type": "object" } });
            return Say::Result(json!({ "tools": [tool] }));
        }
        Say::Result(json!({ "content": [{ "type": "text", "text": frame["params"]["arguments"]["message"] }] }))
    });
    let home = home(&server);
    let mut env = vec![("FAILPOINTS", "call=50%panic"), ("RUST_BACKTRACE", "0")];
    // As many as are asked for.
    env.extend(["RATE_LIMIT_MAX_REQUESTS", "RATE_LIMIT_MAX_REQUESTS_PER_SUBJECT"].map(|limit| (limit, "1000000")));
    let gateway = Gateway::start_with(&home, &[], &env);
    let address = gateway.address();
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let caller = || {
        loop {
            let id = next.fetch_add(1, Ordering::Relaxed);
            if id >= calls() {
                return;
            }
            let message = format!("message {id}");
            let params = json!({ "name": "echo", "arguments": { "message": message } });
            let frame = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params }).to_string();
            let path = if id % 2 == 0 { "/rpc" } else { "/mcp" };
            let headers = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")];
            let answer: Value = http::request(address, "POST", path, &headers, &frame).expect("an answer").json();
            assert_eq!(answer["id"], id, "{answer}");
            if answer["error"]["code"] == -32603 {
                failed.fetch_add(1, Ordering::Relaxed);
            } else {
                assert_eq!(answer["result"]["content"][0]["text"], message.as_str(), "{answer}");
            }
            // What does not meet it does not notice.
            if id % 16 == 0 {
                assert_eq!(gateway.rpc("tools/list", json!({}))["result"]["tools"][0]["name"], "shop__echo");
            }
        }
    };
    std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(caller))));
    let failed = failed.into_inner();
    assert!(failed > calls() / 4 && failed < calls() * 3 / 4, "{failed} of {}", calls());
    let figures = gateway.get("/metrics").body;
    let counted =
        |name: &str| -> Option<usize> { figures.lines().find_map(|line| line.strip_prefix(name)?.parse().ok()) };
    assert_eq!(counted("mcpgw_panics_total "), Some(failed), "{figures}");
    // A line like every other, and nothing of what was asked.
    let log = gateway.log();
    let lines: Vec<&str> =
        log.lines().filter(|line| line.contains("a panic: this is a fault of the gateway")).collect();
    assert_eq!(lines.len(), failed);
    assert!(lines.iter().all(|line| {
        serde_json::from_str::<Value>(line).is_ok_and(|line| line["request.id"].is_string() || line["spans"].is_array())
    }));
    assert!(!log.contains("message 1"), "{log}");
    // These calls were executed too: each has its record.
    let recorded = || {
        let summary = home.json(&["audit", "report"]);
        (summary["calls"].as_u64() == Some(calls() as u64)).then_some(())
    };
    assert!(until(DEADLINE, recorded).is_some(), "{:#}", home.json(&["audit", "report"]));
}
