//! The other ways in: HTTP with server-sent events, WebSocket, and the gateway as a child process of its client.
//! Each driver first proves itself on a server that is not ours.

use serde_json::{Value, json};

use crate::support::client::{Client, DualEra, Inspector, Sdk, Target, call, list};
use crate::support::deps::Servers;
use crate::support::{Gateway, Home};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";
/// Those that still have the older HTTP transport, in the session era.
const WITH_SSE: [Sdk; 4] = [Sdk::PythonV1, Sdk::PythonV2, Sdk::TypeScriptV1, Sdk::TypeScriptV2];
/// Every way to open a conversation on stdio.
const ON_STDIO: [(Sdk, &str, &str); 8] = [
    (Sdk::PythonV1, "legacy", LEGACY),
    (Sdk::PythonV2, "legacy", LEGACY),
    (Sdk::PythonV2, "modern", MODERN),
    (Sdk::PythonV2, "auto", MODERN),
    (Sdk::TypeScriptV1, "legacy", LEGACY),
    (Sdk::TypeScriptV2, "legacy", LEGACY),
    (Sdk::TypeScriptV2, "modern", MODERN),
    (Sdk::TypeScriptV2, "auto", MODERN),
];

/// Lists, finds and calls, by way of a session of the gateway's.
fn check(sdk: Sdk, full: &Target, mode: &str, protocol: &str) {
    let order = json!({ "order_id": "A-1001" });
    let search = json!({ "query": "look up a purchase by its id", "detail": "names", "limit": 1 });
    let Some(client) = Client::new(sdk, full, mode) else { return };
    let mut steps = vec![list(), call("orders__find_order", order.clone())];
    // LangChain does not show the version, and calls nothing that is not listed.
    if sdk != Sdk::LangChain {
        steps.push(call("search_tools", search));
        steps.push(call("call_tool", json!({ "name": "orders__find_order", "arguments": order })));
        steps.push(call("no_such_tool", json!({})));
        // At once, on one connection.
        let calls: Vec<Value> =
            (1..=4).map(|n| call("orders__find_order", json!({ "order_id": format!("A-100{n}") }))).collect();
        steps.push(json!({ "op": "together", "steps": calls }));
    }
    let seen = client.run(&Value::from(steps));
    let steps = seen.digest();
    let names = steps[0].as_array().unwrap_or_else(|| panic!("{sdk:?} {mode}: {steps:?}"));
    assert!(names.contains(&json!("orders__find_order")), "{sdk:?} {mode}: {names:?}");
    assert_eq!(steps[1]["structured"]["order_id"], "A-1001", "{sdk:?} {mode}: {steps:?}");
    if sdk == Sdk::LangChain {
        return;
    }
    assert_eq!(seen.protocol, protocol, "{sdk:?} {mode}");
    assert_eq!(steps[2]["structured"]["tools"], json!(["orders__find_order"]), "{sdk:?} {mode}: {steps:?}");
    assert_eq!(steps[3], steps[1], "{sdk:?} {mode}: both ways lead to the same answer");
    assert_eq!(steps[4]["error"]["code"], -32602, "{sdk:?} {mode}: {steps:?}");
    let together = seen.steps[5].answer.as_array().expect("answers");
    let orders: Vec<&Value> = together.iter().map(|answer| &answer["structuredContent"]["order_id"]).collect();
    assert_eq!(orders, ["A-1001", "A-1002", "A-1003", "A-1004"], "{sdk:?} {mode}: {together:?}");
}

/// A server that is not ours, so that a failure above is the gateway's.
fn check_driver(sdk: Sdk, target: &Target, mode: &str, protocol: &str, tool: &str, arguments: Value, wanted: &Value) {
    let Some(client) = Client::new(sdk, target, mode) else { return };
    let seen = client.run(&json!([list(), call(tool, arguments)]));
    let steps = seen.digest();
    assert!(steps[0].as_array().is_some_and(|names| names.contains(&json!(tool))), "{sdk:?} {mode}: {steps:?}");
    assert_eq!(steps[1]["text"], *wanted, "{sdk:?} {mode}: {steps:?}");
    if sdk != Sdk::LangChain {
        assert_eq!(seen.protocol, protocol, "{sdk:?} {mode}");
    }
}

fn with_demo(test: impl FnOnce(&Gateway)) {
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    test(&gateway);
}

/// A home from which `mcpgw stdio` serves the orders of the demo.
fn home_with_orders() -> Home {
    let home = Home::new();
    let mcpgw = crate::support::mcpgw().display().to_string();
    home.json(&["server", "add", "orders", "--stdio", "--", &mcpgw, "demo-server", "orders"]);
    home.json(&["catalog", "sync"]);
    home
}

#[test]
fn sse_drivers_reach_servers_that_are_not_ours() {
    let (Some(servers), Some(dual)) = (Servers::get(), DualEra::get()) else { return };
    let (_everything, url) = servers.everything_over_sse();
    let (_dual, dual_url) = dual.start("sse");
    for sdk in WITH_SSE.into_iter().chain([Sdk::LangChain]) {
        let message = json!({ "message": "hi" });
        check_driver(sdk, &Target::sse(&url), "legacy", LEGACY, "echo", message, &json!("Echo: hi"));
        check_driver(sdk, &Target::sse(&dual_url), "legacy", LEGACY, "work", json!({ "steps": 1 }), &json!("1 steps"));
    }
}

#[test]
fn stdio_drivers_reach_servers_that_are_not_ours() {
    let (Some(servers), Some(dual)) = (Servers::get(), DualEra::get()) else { return };
    let everything = Target::of("node", &[&servers.script("everything")]);
    let [python, script] = dual.command();
    let dual = Target::of(python, &[script]);
    for (sdk, mode, protocol) in ON_STDIO {
        check_driver(sdk, &dual, mode, protocol, "work", json!({ "steps": 1 }), &json!("1 steps"));
        if mode != "modern" {
            // It knows no newer era, which `auto` has to find out.
            let message = json!({ "message": "hi" });
            check_driver(sdk, &everything, mode, LEGACY, "echo", message, &json!("Echo: hi"));
        }
    }
}

#[test]
fn sse_for_python() {
    with_demo(|gateway| {
        check(Sdk::PythonV1, &Target::sse(&gateway.url("/sse")), "legacy", LEGACY);
        check(Sdk::PythonV2, &Target::sse(&gateway.url("/sse")), "legacy", LEGACY);
    });
}

#[test]
fn sse_for_typescript() {
    with_demo(|gateway| {
        check(Sdk::TypeScriptV1, &Target::sse(&gateway.url("/sse")), "legacy", LEGACY);
        check(Sdk::TypeScriptV2, &Target::sse(&gateway.url("/sse")), "legacy", LEGACY);
    });
}

#[test]
fn sse_for_langchain_and_the_inspector() {
    with_demo(|gateway| {
        check(Sdk::LangChain, &Target::sse(&gateway.url("/sse")), "legacy", LEGACY);
        let Some(inspector) = Inspector::get() else { return };
        let url = gateway.url("/sse");
        let order = ["--tool-name", "orders__find_order", "--tool-arg", "order_id=A-1001"];
        let found = inspector.run(&url, &[&["--transport", "sse", "--method", "tools/call"], &order[..]].concat());
        assert_eq!(found["structuredContent"]["order_id"], "A-1001", "{found:#}");
    });
}

#[test]
fn websocket_for_python() {
    with_demo(|gateway| check(Sdk::PythonV1, &Target::ws(&gateway.url("/ws")), "legacy", LEGACY));
}

#[test]
fn websocket_for_typescript() {
    with_demo(|gateway| check(Sdk::TypeScriptV1, &Target::ws(&gateway.url("/ws")), "legacy", LEGACY));
}

#[test]
fn websocket_for_langchain() {
    with_demo(|gateway| check(Sdk::LangChain, &Target::ws(&gateway.url("/ws")), "legacy", LEGACY));
}

#[test]
fn stdio_for_python() {
    on_stdio(&[Sdk::PythonV1, Sdk::PythonV2]);
}

#[test]
fn stdio_for_typescript() {
    on_stdio(&[Sdk::TypeScriptV1, Sdk::TypeScriptV2]);
}

fn on_stdio(sdks: &[Sdk]) {
    let home = home_with_orders();
    let mut command = home.command();
    let full = Target::stdio(command.args(["stdio", "--view", "full"]));
    for (sdk, mode, protocol) in ON_STDIO.into_iter().filter(|(sdk, ..)| sdks.contains(sdk)) {
        check(sdk, &full, mode, protocol);
    }
}

/// What a desktop client's entry starts lists the discovery tools alone where it is told to.
#[test]
fn stdio_with_the_discovery_tools() {
    let home = home_with_orders();
    let mut command = home.command();
    let target = Target::stdio(command.args(["stdio", "--view", "search"]));
    let Some(client) = Client::new(Sdk::TypeScriptV1, &target, "legacy") else { return };
    let steps = client.run(&json!([list(), call("orders__find_order", json!({ "order_id": "A-1001" }))])).digest();
    assert_eq!(steps[0], json!(["search_tools", "describe_tool", "call_tool"]));
    assert_eq!(steps[1]["structured"]["order_id"], "A-1001", "{steps:?}");
}
