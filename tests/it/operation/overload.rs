//! More at once than there is room for: some are answered, the rest is turned away at once, and health stays well.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::home;
use crate::fake::{Fake, Say};
use crate::support::{DEADLINE, Gateway, http, until};

#[test]
fn what_there_is_no_room_for_is_turned_away_with_a_code() {
    let gate = Arc::new(Mutex::new(()));
    let closed = Arc::clone(&gate);
    let server = Fake::start(move |method, _| {
        if method == "tools/list" {
            let tool = json!({ "name": "waits", "description": "It waits", "inputSchema": { "type": "object" } });
            return Say::Result(json!({ "tools": [tool] }));
        }
        // Until the test has seen what it wants to see.
        drop(gate.lock().expect("a gate"));
        Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] }))
    });
    let home = home(&server);
    let env = [("MAX_IN_FLIGHT_REQUESTS", "4"), ("MAX_QUEUED_REQUESTS", "2"), ("DOWNSTREAM_TIMEOUT_MS", "30000")];
    let gateway = Gateway::start_with(&home, &[], &env);
    let address = gateway.address();
    let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "waits" } }).to_string();
    let call = |frame: &str| {
        http::request(address, "POST", "/rpc", &[("Content-Type", "application/json")], frame).expect("an answer")
    };
    let held = closed.lock().expect("a gate");
    let (served, shed): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
        let first: Vec<_> = (0..4).map(|_| scope.spawn(|| call(&frame))).collect();
        until(DEADLINE, || (server.calls() == 4).then_some(())).expect("the room is full");
        let more: Vec<_> = (0..20).map(|_| scope.spawn(|| call(&frame))).collect();
        // Operators are let in all the same.
        assert_eq!(gateway.get("/health/live").status, 200);
        assert_eq!(gateway.get("/metrics").status, 200);
        let shed = more.into_iter().map(|thread| thread.join().expect("a thread")).collect();
        drop(held);
        (first.into_iter().map(|thread| thread.join().expect("a thread")).collect(), shed)
    });
    assert!(served.iter().all(|answer| answer.status == 200), "{served:?}");
    for answer in shed {
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
        let error = answer.json()["error"].clone();
        assert_eq!((&error["code"], &error["data"]["reason"]), (&json!(-32007), &json!("overloaded")));
    }
    let figures = gateway.get("/metrics").body;
    assert!(figures.contains(r#"mcpgw_http_requests_shed_total{reason="overload"} 20"#), "{figures}");
    let answer = call(&frame);
    assert!(answer.json()["result"].is_object(), "there is room again: {answer:?}");
}
