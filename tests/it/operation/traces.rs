//! Spans at a receiver of OTLP, and the context of a trace in and out.

use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::home;
use crate::fake::{Fake, Say};
use crate::support::{DEADLINE, Gateway, Service, deps, until};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct Receiver {
    service: Service,
    port: u16,
}

impl Receiver {
    fn start() -> Option<Self> {
        let folder = deps::otlp()?;
        let mut command = Command::new(folder.join("venv/bin/python"));
        command.arg(folder.join("receiver.py"));
        let port = |line: &str| line.strip_prefix("listening ")?.parse::<u16>().ok();
        let (service, port) =
            Service::start(&mut command, port).unwrap_or_else(|log| panic!("no receiver starts:\n{log}"));
        Some(Self { service, port })
    }

    fn spans(&self) -> Vec<Value> {
        let log = self.service.log();
        let spans = log.lines().skip(1).map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{log}")));
        let spans: Vec<Value> = spans.collect();
        assert!(spans.iter().all(|span| span["fault"].is_null()), "{spans:#?}");
        spans
    }
}

/// A server that answers, and the `_meta` that it was sent.
fn server() -> (Fake, Arc<Mutex<Vec<Value>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let server = Fake::start(move |method, frame| {
        if method == "tools/list" {
            let tool = json!({ "name": "works", "description": "It works", "inputSchema": { "type": "object" } });
            return Say::Result(json!({ "tools": [tool] }));
        }
        heard.lock().expect("a list").push(frame["params"]["_meta"].clone());
        Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] }))
    });
    (server, told)
}

#[test]
fn a_call_is_a_trace_from_the_caller_to_the_server() {
    let Some(receiver) = Receiver::start() else { return };
    let (server, told) = server();
    let home = home(&server);
    let endpoint = format!("http://127.0.0.1:{}/", receiver.port);
    let env = [
        ("ENABLE_TRACING", "true"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("GATEWAY_INSTANCE_ID", "replica-7"),
    ];
    let mut gateway = Gateway::start_with(&home, &[], &env);
    let headers = [("traceparent", CALLER), ("X-Request-ID", "the-request")];
    let params = json!({ "name": "works", "arguments": { "secret": "s3cr3t-argument" } });
    assert!(gateway.rpc_with("tools/call", params, &headers)["result"].is_object());
    // The same by `_meta`, which says more of the call than the connection's headers do.
    let other = CALLER.replace("4bf9", "5bf9");
    let answer = gateway.rpc("tools/call", json!({ "name": "works", "_meta": { "traceparent": other } }));
    assert!(answer["result"].is_object(), "{answer}");
    gateway.rpc("tools/search", json!({ "query": "it works" }));
    let complete = || {
        let spans = receiver.spans();
        let has = |name: &str| spans.iter().any(|span| span["name"] == name);
        (has("tools/search") && has("rank") && spans.iter().filter(|span| span["name"] == "POST /rpc").count() == 3)
            .then_some(spans)
    };
    let spans = until(DEADLINE, complete).unwrap_or_else(|| panic!("{:#?}", receiver.spans()));
    let of_trace: Vec<&Value> = spans.iter().filter(|span| span["trace"] == TRACE).collect();
    let named = |name: &str| {
        *of_trace.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("no {name} in {of_trace:#?}"))
    };
    let (request, call, downstream) = (named("POST /rpc"), named("tools/call"), named("downstream"));
    assert_eq!(request["parent"], "00f067aa0ba902b7");
    assert_eq!(call["parent"], request["span"]);
    assert_eq!(downstream["parent"], call["span"]);
    assert_eq!((&request["kind"], &downstream["kind"]), (&json!("SPAN_KIND_SERVER"), &json!("SPAN_KIND_CLIENT")));
    assert_eq!(request["attributes"]["http.response.status_code"], 200);
    assert_eq!(request["attributes"]["request.id"], "the-request");
    assert_eq!(
        (&call["attributes"]["server.name"], &call["attributes"]["tool.name"]),
        (&json!("shop"), &json!("works"))
    );
    assert_eq!(
        (&request["resource"]["service.name"], &request["resource"]["service.instance.id"]),
        (&json!("mcpgw"), &json!("replica-7"))
    );
    for stop in ["authenticate", "rate_limit", "authorize", "guardrails", "audit"] {
        named(stop);
    }
    // The server is told of the hop to it, in both places.
    let sent = format!("00-{TRACE}-{}-01", downstream["span"].as_str().expect("an id"));
    let told = told.lock().expect("a list");
    assert_eq!(told[0]["traceparent"], sent.as_str());
    assert!(server.heard(&format!("traceparent: {sent}")));
    let by_meta: Vec<&Value> = spans.iter().filter(|span| span["trace"] == other[3..35]).collect();
    assert!(
        by_meta.iter().any(|span| span["name"] == "tools/call" && span["parent"] == "00f067aa0ba902b7"),
        "{by_meta:#?}"
    );
    assert!(told[1]["traceparent"].as_str().is_some_and(|it| it.starts_with(&other[..36]) && it != other), "{told:?}");
    assert!(!receiver.service.log().contains("s3cr3t"), "no argument is in a span");
    assert_eq!(gateway.stop(), Some(0));
}

#[test]
fn without_traces_of_ours_the_callers_go_through() {
    let (server, told) = server();
    let home = home(&server);
    let gateway = Gateway::start(&home, &[]);
    gateway.rpc_with("tools/call", json!({ "name": "works" }), &[("traceparent", CALLER)]);
    gateway.rpc("tools/call", json!({ "name": "works", "_meta": { "traceparent": CALLER } }));
    gateway.rpc("tools/call", json!({ "name": "works" }));
    let told = told.lock().expect("a list");
    assert_eq!(
        (&told[0]["traceparent"], &told[1]["traceparent"], &told[2]),
        (&json!(CALLER), &json!(CALLER), &Value::Null)
    );
    assert!(server.heard(&format!("traceparent: {CALLER}")));
}

#[test]
fn a_collector_that_is_away_costs_nothing() {
    let (server, _) = server();
    let home = home(&server);
    let endpoint = format!("http://127.0.0.1:{}", crate::support::free_port());
    let env =
        [("ENABLE_TRACING", "true"), ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    let mut gateway = Gateway::start_with(&home, &[], &env);
    for _ in 0..20 {
        assert!(gateway.rpc("tools/call", json!({ "name": "works" }))["result"].is_object());
    }
    assert_eq!(gateway.stop(), Some(0));
    let wrong =
        home.cli_with(&["serve"], &[("ENABLE_TRACING", "true"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere")], "");
    assert!(wrong.code == 2 && wrong.stderr.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{wrong:#?}");
}

#[test]
fn log_lines_say_to_which_request_they_belong() {
    let (server, _) = server();
    let home = home(&server);
    let gateway = Gateway::start_with(&home, &[], &[("RUST_LOG", "mcpgw=debug")]);
    gateway.rpc_with("tools/search", json!({ "query": "x", "mode": "none" }), &[("X-Request-ID", "of-this-line")]);
    gateway.rpc_with("tools/call", json!({ "name": "works" }), &[("X-Request-ID", "of-this-line")]);
    let line = || {
        let log = gateway.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.into_iter().find(|line| line["spans"].to_string().contains("of-this-line")).map(|_| ())
    };
    assert!(until(DEADLINE, line).is_some(), "{}", gateway.log());
}
