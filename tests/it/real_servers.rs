//! Real servers that no one here wrote: server-everything, server-filesystem and server-memory from npm, over
//! stdio and streamable HTTP.

use std::fs;

use serde_json::{Value, json};

use crate::support::client::{Client, Sdk, call};
use crate::support::deps::Servers;
use crate::support::{Gateway, Home, free_port};

const ENTITY: &str = r#"{"entities":[{"name":"ada","entityType":"person","observations":["likes maths"]}]}"#;

/// Four servers registered in each of the ways there are, and one that is dead.
fn register(home: &Home, servers: Servers, everything_url: &str) {
    let notes = home.path("notes");
    fs::create_dir_all(notes.join("sub")).expect("a folder");
    fs::write(notes.join("a.txt"), "alpha\nbeta\n").expect("a file");
    home.json(&["server", "add", "everything", "--stdio", "--", "node", &servers.script("everything")]);
    home.json(&[
        "server",
        "add",
        "files",
        "--stdio",
        "--",
        "node",
        &servers.script("filesystem"),
        &notes.display().to_string(),
    ]);
    let import = json!({ "mcpServers": { "Memory": {
        "command": "node", "args": [servers.script("memory")], "env": { "MEMORY_FILE_PATH": home.path("memory.jsonl") }
    } } });
    fs::write(home.path("client.json"), import.to_string()).expect("a file");
    let imported = home.json(&["server", "import", &home.path("client.json").display().to_string()]);
    assert_eq!(imported["servers"][0]["name"], "memory");
    home.json(&["server", "add", "remote", "--url", everything_url]);
    home.json(&["server", "add", "dead", "--url", &format!("http://127.0.0.1:{}/mcp", free_port())]);
}

#[test]
fn servers_from_npm_are_synced_searched_and_called() {
    let Some(servers) = Servers::get() else { return };
    let (_service, url) = servers.everything_over_http();
    let home = Home::new();
    register(&home, servers, &url);

    let (code, report) = home.json_with_code(&["catalog", "sync"]);
    assert_eq!(code, 4, "the dead one could not be reached: {report:#}");
    let added = |name: &str| {
        let entry = report["servers"]
            .as_array()
            .expect("servers")
            .iter()
            .find(|entry| entry["name"] == name)
            .expect("an entry");
        (entry["status"].clone(), entry["added"].clone())
    };
    for (name, tools) in [("everything", 17), ("files", 14), ("memory", 9), ("remote", 17)] {
        assert_eq!(added(name), (json!("ok"), json!(tools)), "{name}: {report:#}");
    }
    assert_eq!(added("dead").0, "failed", "one dead server hides no other");

    for (query, tool) in [
        ("show me the contents of a file", "files__read_text_file"),
        ("add two numbers", "everything__get-sum"),
        ("remember a new person in the knowledge graph", "memory__create_entities"),
        ("list_directory", "files__list_directory"),
    ] {
        let found = home.json(&["search", query, "--limit", "10"]);
        let names: Vec<&str> =
            found["results"].as_array().expect("results").iter().filter_map(|it| it["name"].as_str()).collect();
        assert!(names.iter().take(5).any(|name| *name == tool), "{query}: {names:?}");
    }
    let tested = home.json(&["server", "test", "remote"]);
    assert_eq!((&tested["protocol"], &tested["server_name"]), (&json!("2025-11-25"), &json!("mcp-servers/everything")));

    through_the_command_line(&home);
    // The same on every way: asked each time.
    let gateway = Gateway::start_with(&home, &[], &[("SEMANTIC_CACHE_ENABLED", "false")]);
    through_the_gateway(&gateway);
    through_a_client(&gateway);
    the_same_on_every_way(&home, &gateway);
}

fn through_the_command_line(home: &Home) {
    let said = |server: &str, tool: &str, arguments: &str| {
        let output = home.cli(&["call", server, tool, "--args", arguments]);
        assert_eq!(output.code, 0, "{output:#?}");
        output.stdout
    };
    assert_eq!(said("everything", "echo", r#"{"message":"hi"}"#), "Echo: hi\n");
    assert_eq!(said("remote", "echo", r#"{"message":"hi"}"#), "Echo: hi\n");
    assert_eq!(said("files", "read_text_file", r#"{"path":"a.txt"}"#), "alpha\nbeta\n\n");
    said("memory", "create_entities", ENTITY);
    let failed = home.cli(&["call", "files", "read_text_file", "--args", r#"{"path":"/etc/hostname"}"#]);
    assert!(failed.code == 1 && failed.stdout.contains("Access denied"), "{failed:#?}");
}

fn through_the_gateway(gateway: &Gateway) {
    // What the server wrote arrives as it wrote it, member by member.
    let echo = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"everything__echo","arguments":{"message":"hi"}}}"#;
    let expected = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"Echo: hi"}]}}"#;
    assert_eq!(gateway.post("/rpc", &[], echo).body, expected);
    assert_eq!(gateway.post("/mcp", &[], &echo.replace("everything__", "remote__")).body, expected);
    let sum = gateway.rpc("tools/call", json!({ "name": "everything__get-sum", "arguments": { "a": 2, "b": 3 } }));
    assert_eq!(sum["result"]["content"][0]["text"], "The sum of 2 and 3 is 5.");
    let wrong = gateway.rpc("tools/call", json!({ "name": "everything__get-sum", "arguments": { "a": "x" } }));
    assert_eq!(wrong["result"]["isError"], true, "{wrong}");
    // The command line's own process wrote it; this one reads it.
    let found = gateway.rpc("tools/call", json!({ "name": "search_nodes", "arguments": { "query": "ADA" } }));
    assert_eq!(found["result"]["structuredContent"]["entities"][0]["name"], "ada", "{found}");
    let ambiguous = gateway.rpc("tools/call", json!({ "name": "echo", "arguments": { "message": "hi" } }));
    assert_eq!(ambiguous["error"]["data"]["candidates"], json!(["everything__echo", "remote__echo"]));
    // Members that typed models drop are in the list.
    let list = gateway.rpc("tools/list", json!({}));
    let long = list["result"]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .find(|tool| tool["name"] == "everything__simulate-research-query");
    assert!(long.is_some_and(|tool| tool["execution"].is_object()), "{long:?}");
    assert_eq!(gateway.rpc("tools/call", json!({ "name": "dead__x" }))["error"]["code"], -32602);
}

fn through_a_client(gateway: &Gateway) {
    let Some(client) = Client::http(Sdk::PythonV2, &gateway.url("/mcp"), "auto") else { return };
    let seen = client.run(&json!([
        call("files__read_text_file", json!({ "path": "a.txt" })),
        call("remote__get-structured-content", json!({ "location": "Chicago" })),
    ]));
    let steps = seen.digest();
    assert_eq!(steps[0]["text"], "alpha\nbeta\n");
    let structured: &Value = &steps[1]["structured"];
    assert_eq!(*structured, json!({ "temperature": 36, "conditions": "Light rain / drizzle", "humidity": 82 }));
}

/// One result, byte for byte, whoever relays it: the command line with its own child, the gateway with its
/// own, and a client on `/mcp` that parses it.
fn the_same_on_every_way(home: &Home, gateway: &Gateway) {
    let calls = [
        ("everything", "get-tiny-image", json!({})),
        ("everything", "get-structured-content", json!({ "location": "New York" })),
        ("remote", "get-annotated-message", json!({ "messageType": "error", "includeImage": true })),
        ("remote", "echo", json!({ "message": "Grüße, \u{1f980} \"quoted\"\n\u{7}" })),
        ("files", "read_text_file", json!({ "path": "a.txt" })),
        ("files", "list_directory", json!({ "path": "." })),
        ("memory", "read_graph", json!({})),
        ("files", "read_text_file", json!({ "path": "/etc/hostname" })),
    ];
    let steps = calls.iter().map(|(server, tool, arguments)| call(&format!("{server}__{tool}"), arguments.clone()));
    let seen = Client::http(Sdk::PythonV2, &gateway.url("/mcp"), "auto")
        .map(|client| client.run(&Value::from_iter(steps)).digest());
    for (index, (server, tool, arguments)) in calls.iter().enumerate() {
        let given = arguments.to_string();
        let printed = home.cli_with(
            &["--output", "json", "call", server, tool, "--args", &given],
            &[("SEMANTIC_CACHE_ENABLED", "false")],
            "",
        );
        let direct = printed.stdout.trim_end();
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": format!("{server}__{tool}"), "arguments": arguments } });
        let relayed = gateway.post("/rpc", &[], &frame.to_string()).body;
        assert_eq!(relayed, format!(r#"{{"jsonrpc":"2.0","id":1,"result":{direct}}}"#), "{server} {tool}");
        let result: Value = serde_json::from_str(direct).expect("a result");
        let failed = result["isError"] == true;
        assert_eq!(printed.code, i32::from(failed), "{server} {tool}: {printed:#?}");
        let Some(step) = seen.as_ref().map(|seen| &seen[index]) else { continue };
        let blocks = result["content"].as_array().expect("content");
        let text = blocks.iter().find(|block| block["type"] == "text").map_or(&Value::Null, |block| &block["text"]);
        let wanted = json!({ "isError": failed, "text": text, "structured": result["structuredContent"] });
        assert_eq!(*step, wanted, "{server} {tool}");
    }
}
