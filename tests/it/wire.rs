//! The HTTP surface at its corners, row by row.

use serde_json::{Value, json};

use crate::fake::{Fake, Say};
use crate::support::{DEADLINE, Gateway, Home, until};

const PING: &str = r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#;
const MODERN_META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

struct Row {
    what: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: String,
    status: u16,
    /// Error code, or `None` for a result or an empty answer.
    code: Option<i64>,
}

fn row(
    what: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: impl Into<String>,
    status: u16,
    code: impl Into<Option<i64>>,
) -> Row {
    Row { what, path, headers, body: body.into(), status, code: code.into() }
}

fn envelope_rows() -> Vec<Row> {
    let deep =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{}1{}}}}}"#, "[".repeat(70), "]".repeat(70));
    let big = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":"{}"}}}}"#, "x".repeat(5 << 20));
    let mut rows = Vec::new();
    for path in ["/mcp", "/rpc"] {
        rows.extend([
            row("ping", path, &[], PING, 200, None),
            row("notification", path, &[], r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, 202, None),
            row("bad JSON", path, &[], "{", 400, -32700),
            row("no body", path, &[], "", 400, -32700),
            row("not an envelope", path, &[], "{}", 400, -32600),
            row("null id", path, &[], r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, 400, -32600),
            row("duplicate key", path, &[], r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#, 400, -32600),
            row("too deep", path, &[], deep.clone(), 400, -32600),
            row("too large", path, &[], big.clone(), 413, -32600),
            row("unknown method", path, &[], r#"{"jsonrpc":"2.0","id":1,"method":"no/such"}"#, 200, -32601),
            row("wrong content type", path, &[("Content-Type", "text/plain")], PING, 415, -32600),
            row("evil host", path, &[("Host", "evil.example.com")], PING, 403, -32600),
            row("evil origin", path, &[("Origin", "http://evil.example.com")], PING, 403, -32600),
            row("null origin", path, &[("Origin", "null")], PING, 403, -32600),
            row("own origin", path, &[("Origin", "http://localhost:3000")], PING, 200, None),
            row("bad tenant", path, &[("X-MCP-Tenant", "../x")], PING, 400, -32600),
            row("call without name", path, &[], r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#, 200, -32602),
            row("unknown tool", path, &[], r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#, 200, -32602),
            row("arguments no object", path, &[], r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"orders__find_order","arguments":[1]}}"#, 200, -32602),
            row("foreign cursor", path, &[], r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"nope"}}"#, 200, -32602),
        ]);
    }
    rows.extend([
        row("batch on /mcp", "/mcp", &[], format!("[{PING}]"), 400, -32600),
        row("empty batch", "/rpc", &[], "[]", 400, -32600),
        row("unknown session", "/mcp", &[("Mcp-Session-Id", "abc")], PING, 404, -32600),
        row("bad version header", "/mcp", &[("MCP-Protocol-Version", "banana")], PING, 400, -32600),
    ]);
    rows
}

fn modern_rows() -> Vec<Row> {
    const LIST: &[(&str, &str)] = &[("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")];
    let list = |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{params}}}}}"#);
    let call = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"orders__find_order","arguments":{{"order_id":"A-1001"}},{MODERN_META}}}}}"#
    );
    vec![
        row("list", "/mcp", LIST, list(MODERN_META), 200, None),
        row("no method header", "/mcp", &[("MCP-Protocol-Version", "2026-07-28")], list(MODERN_META), 400, -32020),
        row(
            "other method header",
            "/mcp",
            &[("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call")],
            list(MODERN_META),
            400,
            -32020,
        ),
        row("no version header", "/mcp", &[("Mcp-Method", "tools/list")], list(MODERN_META), 400, -32020),
        row("no meta", "/mcp", LIST, list(""), 400, -32602),
        row(
            "no capabilities",
            "/mcp",
            LIST,
            list(r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#),
            400,
            -32602,
        ),
        row(
            "future version",
            "/mcp",
            &[("MCP-Protocol-Version", "2099-01-01"), ("Mcp-Method", "tools/list")],
            list(&MODERN_META.replace("2026-07-28", "2099-01-01")),
            400,
            -32022,
        ),
        row(
            "no name header",
            "/mcp",
            &[("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call")],
            call.clone(),
            400,
            -32020,
        ),
        row(
            "other name header",
            "/mcp",
            &[("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "x")],
            call.clone(),
            400,
            -32020,
        ),
        row(
            "call",
            "/mcp",
            &[("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "orders__find_order")],
            call,
            200,
            None,
        ),
        row(
            "removed method",
            "/mcp",
            &[("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "ping")],
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{{MODERN_META}}}}}"#),
            404,
            -32601,
        ),
    ]
}

#[test]
fn every_row_answers_as_written() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    for row in envelope_rows().into_iter().chain(modern_rows()) {
        let response = gateway.post(row.path, row.headers, &row.body);
        let at = format!(
            "{} {}: {} {}",
            row.path,
            row.what,
            response.status,
            response.body.chars().take(300).collect::<String>()
        );
        assert_eq!(response.status, row.status, "{at}");
        assert!(response.header("x-request-id").is_some(), "{at}");
        if row.status == 202 {
            assert!(response.body.is_empty(), "{at}");
            continue;
        }
        assert_eq!(response.header("content-type"), Some("application/json"), "{at}");
        let frame: Value = response.json();
        assert_eq!(frame["jsonrpc"], "2.0", "{at}");
        assert_eq!(frame["error"]["code"].as_i64(), row.code, "{at}");
        // Where the id could be read it comes back.
        if row.status == 200 || (row.code.is_some_and(|code| code <= -32601) && row.path == "/mcp" && row.status == 404)
        {
            assert!(frame["id"].is_number(), "{at}");
        }
    }
}

#[test]
fn batches_lists_and_ids() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    let batch = format!(r#"[{PING},{{"jsonrpc":"2.0","method":"n"}},{{"jsonrpc":"2.0","id":"b","method":"no"}},1]"#);
    let answers = gateway.post("/rpc", &[], &batch).json();
    let ids: Vec<&Value> = answers.as_array().expect("a batch").iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!(7), &json!("b"), &Value::Null]);

    // Pages of two, by cursor and by offset, give the whole list in the same order.
    let whole = gateway.rpc("tools/list", json!({}));
    let name = |tool: &Value| tool["name"].as_str().expect("a name").to_owned();
    let all: Vec<String> = whole["result"]["tools"].as_array().expect("tools").iter().map(name).collect();
    let (mut paged, mut cursor) = (Vec::new(), json!("0"));
    loop {
        let page = gateway.rpc("tools/list", json!({ "limit": 2, "cursor": cursor }))["result"].clone();
        paged.extend(page["tools"].as_array().expect("tools").iter().map(name));
        match &page["nextCursor"] {
            Value::Null => break,
            next => cursor = next.clone(),
        }
    }
    assert_eq!(paged, all);
    assert_eq!(
        gateway.rpc("tools/list", json!({ "cursor": "4" }))["result"]["tools"].as_array().expect("tools").len(),
        2
    );

    // An id of any size comes back to the letter.
    let raw = gateway.post("/rpc", &[], r#"{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}"#);
    assert!(raw.body.contains(r#""id":123456789012345678901234567890,"#), "{}", raw.body);
    assert_eq!(gateway.post("/rpc", &[("X-Request-ID", "abc-1")], PING).header("x-request-id"), Some("abc-1"));
    assert_ne!(gateway.post("/rpc", &[("X-Request-ID", "a b")], PING).header("x-request-id"), Some("a b"));
    let get = gateway.get("/rpc");
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    let get = gateway.request("GET", "/mcp", &[("MCP-Protocol-Version", "2026-07-28")], "");
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")), "that era has no streams of this kind");
    assert_eq!(gateway.get("/nowhere").status, 404);
}

/// What an operator pins is listed beside the discovery tools, lives through a sync, and only for who may see it.
#[test]
fn pinned_tools_are_listed_beside_the_discovery_tools() {
    let home = Home::new();
    home.json(&["bootstrap", "--demo"]);
    assert_eq!(home.json(&["catalog", "pin", "orders/find_order"])["changed"], true);
    assert_eq!(home.json(&["catalog", "pin", "orders/find_order"])["changed"], false);
    assert_eq!(home.json_with_code(&["catalog", "sync"]).0, 0);
    let gateway = Gateway::start(&home, &[]);
    let names = |headers: &[(&str, &str)]| -> Vec<String> {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        let listed = gateway.post("/mcp/search", headers, &frame.to_string()).json();
        let tools = listed["result"]["tools"].as_array().expect("tools").clone();
        tools.iter().filter_map(|tool| tool["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names(&[]), ["search_tools", "describe_tool", "call_tool", "orders__find_order"]);
    assert_eq!(names(&[("X-MCP-Scopes", "weather")]).len(), 3);
    home.json(&["catalog", "unpin", "orders/find_order"]);
    let unpinned = until(DEADLINE, || (names(&[]).len() == 3).then_some(()));
    assert!(unpinned.is_some(), "a running gateway follows");
}

/// A merged list may be kept as long as the least of its servers says, and is private where one says so.
#[test]
fn merged_lists_are_kept_as_the_least_of_their_servers_says() {
    let server = |hints: Value| {
        Fake::start(move |_, _| {
            let mut list = json!({ "tools": [{ "name": "t", "inputSchema": { "type": "object" } }] });
            for (name, value) in hints.as_object().expect("an object") {
                list[name] = value.clone();
            }
            Say::Result(list)
        })
    };
    let home = Home::new();
    let gateway = Gateway::start(&home, &[]);
    let headers = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")];
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{MODERN_META}}}}}"#);
    let steps = [
        ("a", json!({ "ttlMs": 60_000, "cacheScope": "public" }), (60_000, "public")),
        ("b", json!({ "ttlMs": 20_000, "cacheScope": "public" }), (20_000, "public")),
        ("c", json!({ "ttlMs": 90_000, "cacheScope": "private" }), (20_000, "private")),
        ("d", json!({}), (5_000, "private")),
    ];
    let mut servers = Vec::new();
    for (name, hints, (ttl, scope)) in steps {
        servers.push(server(hints));
        home.json(&["server", "add", name, "--url", &servers.last().expect("it").url()]);
        home.json(&["catalog", "sync", "--server", name]);
        let listed = || gateway.post("/mcp/full", &headers, &body).json()["result"].clone();
        let as_wanted = || (listed()["ttlMs"] == ttl && listed()["cacheScope"] == scope).then_some(());
        until(std::time::Duration::from_secs(5), as_wanted).unwrap_or_else(|| panic!("after {name}: {}", listed()));
    }
}

#[test]
fn discovery_follows_the_budget() {
    let home = Home::new();
    home.json(&["bootstrap", "--demo"]);
    let names = |gateway: &Gateway, path: &str| -> Vec<String> {
        let list = gateway.post(path, &[], r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).json();
        list["result"]["tools"]
            .as_array()
            .expect("tools")
            .iter()
            .map(|tool| tool["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let discovery = ["search_tools", "describe_tool", "call_tool"];
    let generous = Gateway::start(&home, &[]);
    assert_eq!(names(&generous, "/mcp").len(), 6);
    assert_eq!(names(&generous, "/mcp/search"), discovery);
    let tight = Gateway::start_with(&home, &[], &[("MCP_DISCOVERY_BUDGET_TOKENS", "100")]);
    assert_eq!(names(&tight, "/mcp"), discovery);
    assert_eq!(names(&tight, "/mcp/full").len(), 6);
    let forced = Gateway::start_with(&home, &[], &[("MCP_DISCOVERY", "search")]);
    assert_eq!(names(&forced, "/mcp"), discovery);
    // Listed or not, a tool is callable by its own name.
    let called = forced.post("/mcp", &[], r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find_order","arguments":{"order_id":"A-1001"}}}"#).json();
    assert_eq!(called["result"]["isError"], false, "{called}");
    // What a caller may not see is in no answer of the discovery tools.
    for params in [
        json!({ "name": "search_tools", "arguments": { "query": "find order" } }),
        json!({ "name": "describe_tool", "arguments": { "name": "find_order" } }),
        json!({ "name": "call_tool", "arguments": { "name": "find_order", "arguments": { "order_id": "A-1001" } } }),
    ] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
        let answer = forced.post("/mcp", &[("X-MCP-Scopes", "weather")], &body).body;
        assert!(!answer.contains("orders") && !answer.contains("A-1001"), "{answer}");
    }
    let list =
        forced.post("/mcp", &[("X-MCP-Scopes", "weather")], r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).body;
    assert!(list.contains("3 tools of 1 servers") && !list.contains("orders"), "{list}");
}
