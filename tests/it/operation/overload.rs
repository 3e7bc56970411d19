//! More at once than there is room for: some are answered, the rest is turned away at once, and health stays well.

use std::time::{Duration, Instant};

use serde_json::json;

use super::home;
use crate::fake::{Fake, Say};
use crate::support::{DEADLINE, Gateway, http, until};

const SLOW: Duration = Duration::from_secs(2);

#[test]
fn what_there_is_no_room_for_is_turned_away_with_a_code() {
    let server = Fake::start(|method, _| {
        if method == "tools/list" {
            let tool = json!({ "name": "waits", "description": "It waits", "inputSchema": { "type": "object" } });
            return Say::Result(json!({ "tools": [tool] }));
        }
        std::thread::sleep(SLOW);
        Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] }))
    });
    let home = home(&server);
    let env = [("MAX_IN_FLIGHT_REQUESTS", "4"), ("MAX_QUEUED_REQUESTS", "2"), ("DOWNSTREAM_TIMEOUT_MS", "30000")];
    let gateway = Gateway::start_with(&home, &[], &env);
    let address = gateway.address();
    let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "waits" } }).to_string();
    let call = |frame: &str| {
        let asked = Instant::now();
        let answer = http::request(address, "POST", "/rpc", &[("Content-Type", "application/json")], frame);
        (answer.expect("an answer"), asked.elapsed())
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let first: Vec<_> = (0..4).map(|_| scope.spawn(|| call(&frame))).collect();
        until(DEADLINE, || (server.calls() == 4).then_some(())).expect("the room is full");
        let more: Vec<_> = (0..20).map(|_| scope.spawn(|| call(&frame))).collect();
        let asked = Instant::now();
        assert_eq!(gateway.get("/health/live").status, 200);
        assert_eq!(gateway.get("/metrics").status, 200);
        assert!(asked.elapsed() < SLOW, "operators are let in: {:?}", asked.elapsed());
        first.into_iter().chain(more).map(|thread| thread.join().expect("a thread")).collect()
    });
    let (served, shed): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(answer, _)| answer.status == 200);
    assert!(served.len() == 4 && shed.len() == 20, "{} served", served.len());
    for (answer, took) in shed {
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
        let error = answer.json()["error"].clone();
        assert_eq!((&error["code"], &error["data"]["reason"]), (&json!(-32007), &json!("overloaded")));
        assert!(took < SLOW, "{took:?}");
    }
    let figures = gateway.get("/metrics").body;
    assert!(figures.contains(r#"mcpgw_http_requests_shed_total{reason="overload"} 20"#), "{figures}");
    let (answer, _) = call(&frame);
    assert!(answer.json()["result"].is_object(), "there is room again: {answer:?}");
}
