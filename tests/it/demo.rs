//! What a newcomer does in the first ten minutes: `serve --demo`, the three ways of asking, a call.

use serde_json::{Value, json};

use crate::support::{Gateway, Home};

const QUERY: &str = "look up a purchase by its id";

fn names(tools: &Value) -> Vec<String> {
    let name = |tool: &Value| tool["name"].as_str().expect("a name").to_owned();
    tools.as_array().unwrap_or_else(|| panic!("no list: {tools}")).iter().map(name).collect()
}

#[test]
fn the_demo_lists_finds_and_calls() {
    let home = Home::new();
    let mut gateway = Gateway::start(&home, &["--demo"]);
    let opened = gateway.rpc("initialize", json!({}));
    assert_eq!(opened["result"]["serverInfo"]["name"], "mcpgw");
    assert_eq!(gateway.rpc("ping", json!({}))["result"], json!({}));
    let all = [
        "orders__find_order",
        "orders__list_customer_orders",
        "orders__update_order_status",
        "weather__get_current_weather",
        "weather__get_forecast",
        "weather__severe_weather_alerts",
    ];
    assert_eq!(names(&gateway.rpc("tools/list", json!({}))["result"]["tools"]), all);
    let shortlist =
        gateway.rpc_with("tools/list", json!({ "limit": 2 }), &[("X-MCP-Query", "dangerous storm warnings")]);
    let shortlist = names(&shortlist["result"]["tools"]);
    assert_eq!((shortlist.len(), shortlist[0].as_str()), (2, "weather__severe_weather_alerts"));
    let by_meta = gateway.rpc("tools/list", json!({ "_meta": { "mcpgw/query": QUERY } }));
    assert_eq!(names(&by_meta["result"]["tools"])[0], "orders__find_order");
    for mode in ["hybrid", "vector", "text"] {
        let answer = gateway.rpc("tools/search", json!({ "query": QUERY, "mode": mode, "limit": 3 }))["result"].clone();
        assert_eq!((&answer["mode"], &answer["degraded"]), (&json!(mode), &Value::Null));
        assert_eq!(answer["results"].as_array().map(Vec::len), Some(3), "{mode}");
        // Words alone need not put it first; that is what the other arm is for.
        let place = names(&answer["results"]).iter().position(|name| name == "orders__find_order");
        assert!(place.is_some_and(|place| mode == "text" || place == 0), "{mode}: {answer:#}");
        let details = &answer["results"][0]["scoreDetails"];
        let score = answer["results"][0]["score"].as_f64().expect("a score");
        assert!(score > 0.2 && score < 1.0 || mode == "text", "{mode}: {answer:#}");
        if mode == "hybrid" {
            let part = |arm: &Value| {
                arm["rank"].as_f64().map_or(0.0, |rank| arm["weight"].as_f64().expect("one") / (60.0 + rank))
            };
            let sum: f64 = details["details"].as_array().into_iter().flatten().map(part).sum();
            assert!((details["value"].as_f64().expect("a value") - sum).abs() < 1e-12, "{details}");
        } else {
            assert_eq!(details["value"], answer["results"][0]["score"], "{mode}");
        }
        let arms = if mode == "hybrid" { 2 } else { 1 };
        assert_eq!(details["details"].as_array().map(Vec::len), Some(arms), "{mode}");
    }
    let none = gateway.rpc("tools/search", json!({ "query": "make me a sandwich with ham" }))["result"].clone();
    assert!(none["hint"].as_str().is_some_and(|hint| hint.contains("did you mean `")), "{none:#}");
    for name in ["orders__find_order", "find_order"] {
        let called = gateway.rpc("tools/call", json!({ "name": name, "arguments": { "order_id": "A-1001" } }));
        assert_eq!(called["result"]["structuredContent"]["order_id"], "A-1001", "{name}: {called}");
    }
    let narrowed = gateway
        .rpc("tools/call", json!({ "name": "find_order", "server": "orders", "arguments": { "order_id": "A-1001" } }));
    assert_eq!(narrowed["result"]["isError"], false, "{narrowed}");
    let failed = gateway.rpc("tools/call", json!({ "name": "find_order", "arguments": { "order_id": "nope" } }));
    assert_eq!(failed["result"]["isError"], true, "a tool's own failure is a result: {failed}");
    for path in ["/health", "/health/live", "/health/ready"] {
        assert_eq!(gateway.get(path).status, 200, "{path}");
    }
    assert_eq!(gateway.stop(), Some(0));
}

#[test]
fn what_a_caller_may_not_see_does_not_exist() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    let as_reader: &[(&str, &str)] = &[("X-MCP-Scopes", "weather, orders")];
    assert_eq!(names(&gateway.rpc_with("tools/list", json!({}), as_reader)["result"]["tools"]).len(), 5);
    let call = |name: &str| {
        gateway.rpc_with(
            "tools/call",
            json!({ "name": name, "arguments": { "order_id": "A-1001", "status": "paid" } }),
            as_reader,
        )
    };
    let without_name = |answer: Value, name: &str| answer.to_string().replace(name, "NAME");
    let unknown = without_name(call("orders__no_such_thing"), "orders__no_such_thing");
    for hidden in ["orders__update_order_status", "update_order_status"] {
        assert_eq!(without_name(call(hidden), hidden), unknown, "hidden and unknown can be told apart");
    }
    for mode in ["hybrid", "vector", "text"] {
        let found = gateway.rpc_with(
            "tools/search",
            json!({ "query": "update the status of an order", "mode": mode, "limit": 50 }),
            as_reader,
        );
        assert!(!found.to_string().contains("update_order_status"), "{mode}: {found}");
    }
    for nothing in ["", "no-such-scope"] {
        let listed = gateway.rpc_with("tools/list", json!({}), &[("X-MCP-Scopes", nothing)]);
        assert_eq!(listed["result"]["tools"], json!([]), "{nothing:?}");
        let found = gateway.rpc_with("tools/search", json!({ "query": QUERY }), &[("X-MCP-Scopes", nothing)]);
        assert_eq!(found["result"]["results"], json!([]), "{nothing:?}");
    }
}

#[test]
fn the_arms_disagree_and_hybrid_holds_the_right_tool_first() {
    let home = Home::new();
    home.json(&["bootstrap", "--demo"]);
    let modes = home.json(&["search", "--mode", "all", QUERY])["modes"].clone();
    let list = |mode: &str| names(&modes[mode]["results"]);
    assert_eq!(list("hybrid")[0], "orders__find_order");
    assert_ne!(list("vector"), list("text"), "the comparison would show nothing");
    let table = home.cli(&["--output", "table", "search", "--mode", "all", "--explain", QUERY]);
    for part in ["hybrid", "vector alone", "text alone", "orders__find_order", "1/(60 + 1)"] {
        assert!(table.stdout.contains(part), "{part}: {}", table.stdout);
    }
    // The same request under each of the three spellings of a name.
    for spelling in ["list_customer_orders", "listCustomerOrders", "customer orders"] {
        assert_eq!(
            names(&home.json(&["search", spelling])["results"])[0],
            "orders__list_customer_orders",
            "{spelling}"
        );
    }
    let doctor = home.json(&["doctor"]);
    assert!(doctor["checks"].as_array().expect("checks").iter().all(|check| check["status"] == "ok"), "{doctor:#}");
    let called = home.cli(&["call", "orders", "find_order", "--args", r#"{"order_id":"A-1001"}"#]);
    assert!(called.code == 0 && called.stdout.contains("A-1001"), "{called:#?}");
    let from_stdin = home.cli_with(&["call", "orders", "find_order", "--args", "-"], &[], r#"{"order_id":"A-1001"}"#);
    assert_eq!(from_stdin.stdout, called.stdout);
}
