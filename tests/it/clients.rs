//! Real MCP clients on `/mcp`: the Python and TypeScript SDKs in every era they speak, and what is built on them.

use serde_json::{Value, json};

use crate::support::client::{Client, Inspector, Sdk, call, list};
use crate::support::{Gateway, Home};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

fn order() -> Value {
    json!({ "order_id": "A-1001" })
}

fn search() -> Value {
    json!({ "query": "look up a purchase by its id", "detail": "names", "limit": 1 })
}

/// Lists and calls as an agent would: directly, and by way of the discovery tools.
fn check(gateway: &Gateway, sdk: Sdk, mode: &str, protocol: &str) {
    let Some(on_full) = Client::http(sdk, &gateway.url("/mcp"), mode) else { return };
    let seen = on_full.run(&json!([list(), call("orders__find_order", order()), call("no_such_tool", json!({}))]));
    assert_eq!(seen.protocol, protocol);
    let steps = seen.digest();
    assert_eq!(steps[0].as_array().map(Vec::len), Some(6), "{steps:?}");
    assert_eq!(steps[1]["structured"]["order_id"], "A-1001", "{steps:?}");
    assert_eq!(steps[2]["error"]["code"], -32602, "{steps:?}");

    let Some(on_search) = Client::http(sdk, &gateway.url("/mcp/search"), mode) else { return };
    let seen = on_search.run(&json!([
        list(),
        call("search_tools", search()),
        // Found, not listed, and callable at once.
        call("orders__find_order", order()),
        call("call_tool", json!({ "name": "orders__find_order", "arguments": order() })),
        call("describe_tool", json!({ "name": "orders__find_order" })),
    ]));
    let steps = seen.digest();
    assert_eq!(steps[0], json!(["search_tools", "describe_tool", "call_tool"]));
    assert_eq!(steps[1]["structured"]["tools"], json!(["orders__find_order"]), "{steps:?}");
    assert_eq!(steps[2], steps[3], "both ways lead to the same answer");
    assert_eq!(steps[2]["isError"], json!(false), "{steps:?}");
    let described: &Value = &steps[4]["structured"];
    assert_eq!(described["inputSchema"]["required"], json!(["order_id"]), "{described}");
}

fn with_demo(test: impl FnOnce(&Gateway)) {
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    test(&gateway);
}

#[test]
fn python_finds_the_newest_era_by_itself() {
    with_demo(|gateway| check(gateway, Sdk::PythonV2, "auto", MODERN));
}

#[test]
fn python_in_either_era() {
    with_demo(|gateway| {
        check(gateway, Sdk::PythonV2, "legacy", LEGACY);
        check(gateway, Sdk::PythonV2, "modern", MODERN);
    });
}

#[test]
fn python_v1() {
    with_demo(|gateway| check(gateway, Sdk::PythonV1, "legacy", LEGACY));
}

#[test]
fn typescript_v1() {
    with_demo(|gateway| check(gateway, Sdk::TypeScriptV1, "legacy", LEGACY));
}

#[test]
fn typescript_v2_in_every_mode() {
    with_demo(|gateway| {
        for (mode, protocol) in [("auto", MODERN), ("modern", MODERN), ("legacy", LEGACY)] {
            check(gateway, Sdk::TypeScriptV2, mode, protocol);
        }
    });
}

#[test]
fn fastmcp() {
    with_demo(|gateway| check(gateway, Sdk::FastMcp, "auto", MODERN));
}

/// It calls only what it has listed, each time in a session of its own.
#[test]
fn langchain_agents() {
    with_demo(|gateway| {
        let Some(on_full) = Client::http(Sdk::LangChain, &gateway.url("/mcp"), "legacy") else { return };
        let steps = on_full.run(&json!([list(), call("orders__find_order", order())])).digest();
        assert_eq!(steps[0].as_array().map(Vec::len), Some(6), "{steps:?}");
        assert_eq!(steps[1]["structured"]["order_id"], "A-1001", "{steps:?}");

        let Some(on_search) = Client::http(Sdk::LangChain, &gateway.url("/mcp/search"), "legacy") else { return };
        let steps = on_search
            .run(&json!([
                list(),
                call("search_tools", search()),
                call("call_tool", json!({ "name": "orders__find_order", "arguments": order() })),
            ]))
            .digest();
        assert_eq!(steps[0], json!(["search_tools", "describe_tool", "call_tool"]));
        assert_eq!(steps[1]["structured"]["tools"], json!(["orders__find_order"]), "{steps:?}");
        assert_eq!(steps[2]["structured"]["order_id"], "A-1001", "{steps:?}");
    });
}

#[test]
fn the_inspector() {
    with_demo(|gateway| {
        let Some(inspector) = Inspector::get() else { return };
        let url = gateway.url("/mcp");
        let listed = inspector.run(&url, &["--transport", "http", "--method", "tools/list"]);
        assert_eq!(listed["tools"].as_array().map(Vec::len), Some(6), "{listed:#}");
        let call = |url: &str, name: &str, args: &[&str]| {
            let head = ["--transport", "http", "--method", "tools/call", "--tool-name", name, "--tool-arg"];
            inspector.run(url, &[&head, args].concat())
        };
        let found = call(&url, "orders__find_order", &["order_id=A-1001"]);
        assert_eq!(found["structuredContent"]["order_id"], "A-1001", "{found:#}");
        let query = ["query=look up a purchase by its id", "detail=names", "limit=1"];
        let found = call(&gateway.url("/mcp/search"), "search_tools", &query);
        assert_eq!(found["structuredContent"]["tools"], json!(["orders__find_order"]), "{found:#}");
    });
}
