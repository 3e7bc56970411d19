//! Real MCP clients on `/mcp`: the Python and TypeScript SDKs, in every era they speak.

use serde_json::{Value, json};

use crate::support::deps::{Client, call, list};
use crate::support::{Gateway, Home};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

/// Lists and calls as an agent would: directly, and by way of the discovery tools.
fn check(gateway: &Gateway, client: impl Fn(&str) -> Option<Client>, protocol: &str) {
    let order = json!({ "order_id": "A-1001" });
    let Some(on_full) = client(&gateway.url("/mcp")) else { return };
    let seen =
        on_full.run(&json!([list(), call("orders__find_order", order.clone()), call("no_such_tool", json!({}))]));
    assert_eq!(seen.protocol, protocol);
    assert_eq!(seen.steps[0].as_array().map(Vec::len), Some(6), "{:?}", seen.steps);
    assert_eq!(seen.steps[1]["structured"]["order_id"], "A-1001", "{:?}", seen.steps);
    assert_eq!(seen.steps[2]["error"]["code"], -32602, "{:?}", seen.steps);

    let Some(on_search) = client(&gateway.url("/mcp/search")) else { return };
    let search = json!({ "query": "look up a purchase by its id", "detail": "names", "limit": 1 });
    let seen = on_search.run(&json!([
        list(),
        call("search_tools", search),
        // Found, not listed, and callable at once.
        call("orders__find_order", order.clone()),
        call("call_tool", json!({ "name": "orders__find_order", "arguments": order })),
        call("describe_tool", json!({ "name": "orders__find_order" })),
    ]));
    assert_eq!(seen.steps[0], json!(["search_tools", "describe_tool", "call_tool"]));
    assert_eq!(seen.steps[1]["structured"]["tools"], json!(["orders__find_order"]), "{:?}", seen.steps);
    assert_eq!(seen.steps[2], seen.steps[3], "both ways lead to the same answer");
    assert_eq!(seen.steps[2]["isError"], json!(false), "{:?}", seen.steps);
    let described: &Value = &seen.steps[4]["structured"];
    assert_eq!(described["inputSchema"]["required"], json!(["order_id"]), "{described}");
}

fn with_demo(test: impl FnOnce(&Gateway)) {
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    test(&gateway);
}

#[test]
fn python_finds_the_newest_era_by_itself() {
    with_demo(|gateway| check(gateway, |url| Client::python(url, "auto"), MODERN));
}

#[test]
fn python_in_either_era() {
    with_demo(|gateway| {
        check(gateway, |url| Client::python(url, "legacy"), LEGACY);
        check(gateway, |url| Client::python(url, "modern"), MODERN);
    });
}

#[test]
fn typescript_v1() {
    with_demo(|gateway| check(gateway, |url| Client::typescript("v1", url, "legacy"), LEGACY));
}

#[test]
fn typescript_v2_in_every_mode() {
    with_demo(|gateway| {
        for (mode, protocol) in [("auto", MODERN), ("modern", MODERN), ("legacy", LEGACY)] {
            check(gateway, |url| Client::typescript("v2", url, mode), protocol);
        }
    });
}
