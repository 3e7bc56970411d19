//! `mcpgw connect`: the gateway in the files of clients, and out of them again.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::Home;

/// Client, file below the home, member with the servers, and what a client writes before us, in its own style.
const CLIENTS: [(&str, &str, &str); 4] = [
    ("claude-desktop", ".config/Claude/claude_desktop_config.json", "mcpServers"),
    ("claude-code", ".claude.json", "mcpServers"),
    ("cursor", ".cursor/mcp.json", "mcpServers"),
    ("vscode", ".config/Code/User/mcp.json", "servers"),
];

fn read(home: &Home, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(home.path(file)).expect("a file")).expect("JSON")
}

#[test]
fn each_client_gets_the_gateway_and_is_as_it_was_after() {
    for (client, file, servers) in CLIENTS {
        let home = Home::new();
        let connected = home.json(&["connect", client]);
        assert_eq!((&connected["changed"], &connected["backup"]), (&json!(true), &Value::Null), "{connected}");
        let entry = read(&home, file)[servers]["mcpgw"].clone();
        let program = entry["command"].as_str().expect("a program");
        assert!(program.ends_with("/mcpgw") && entry["args"][0] == "stdio", "{entry}");
        assert_eq!(home.json(&["connect", client])["changed"], false, "once is enough");
        home.json(&["connect", client, "--undo"]);
        assert!(!home.path(file).exists(), "{client}: there was no file before");
        // One that exists, in a style that is not ours and with permissions of its own.
        let before = format!("{{\"theme\":\"dark\",\n\t\"{servers}\": {{ \"other\": {{\"command\":\"x\"}} }} }}");
        fs::write(home.path(file), &before).expect("a file");
        fs::set_permissions(home.path(file), fs::Permissions::from_mode(0o600)).expect("permissions");
        let connected = home.json(&["connect", client]);
        let backup = connected["backup"].as_str().expect("a backup").to_owned();
        let mode = |path: &str| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!((fs::read_to_string(&backup).ok(), mode(&backup)), (Some(before.clone()), 0o600));
        assert_eq!(mode(home.path(file).to_str().expect("a path")), 0o600);
        let now = read(&home, file);
        assert_eq!((&now["theme"], &now[servers]["other"]["command"]), (&json!("dark"), &json!("x")));
        home.json(&["connect", client, "--undo"]);
        assert_eq!(fs::read_to_string(home.path(file)).expect("a file"), before, "{client}: byte for byte");
        assert!(!fs::exists(&backup).expect("a folder"));
        // One that the client has changed meanwhile keeps that.
        home.json(&["connect", client]);
        let mut changed = read(&home, file);
        changed["theme"] = json!("light");
        fs::write(home.path(file), changed.to_string()).expect("a file");
        home.json(&["connect", client, "--undo"]);
        assert_eq!(read(&home, file), json!({ "theme": "light", servers: { "other": { "command": "x" } } }));
        let again = home.cli(&["connect", client, "--undo"]);
        assert!(again.code == 3 && again.stderr.contains("mcpgw connect"), "{again:#?}");
    }
}

#[test]
fn a_gateway_that_runs_is_named_by_its_url() {
    let home = Home::new();
    let url = "http://127.0.0.1:8000/mcp";
    assert_eq!(
        home.json(&["connect", "cursor", "--url", url])["entry"],
        json!({ "mcpServers": { "mcpgw": { "url": url } } })
    );
    let typed = json!({ "url": url, "type": "http" });
    assert_eq!(home.json(&["connect", "vscode", "--url", url])["entry"]["servers"]["mcpgw"], typed);
    assert_eq!(home.json(&["connect", "claude-code", "--url", url])["entry"]["mcpServers"]["mcpgw"], typed);
    let desktop = home.cli(&["connect", "claude-desktop", "--url", url]);
    assert!(desktop.code == 2 && desktop.stderr.contains("--url"), "{desktop:#?}");
    assert_eq!(home.cli(&["connect", "cursor", "--url", "file:///etc/passwd"]).code, 2);
}

/// Another way to the same gateway is no other state to go back to.
#[test]
fn connected_twice_is_taken_out_at_once() {
    let home = Home::new();
    home.json(&["connect", "cursor"]);
    home.json(&["connect", "cursor", "--url", "http://127.0.0.1:8000/mcp"]);
    home.json(&["connect", "cursor", "--undo"]);
    assert!(!home.path(".cursor/mcp.json").exists());
    // What was added to the entry stays in it.
    home.json(&["connect", "cursor"]);
    let mut text = read(&home, ".cursor/mcp.json");
    text["mcpServers"]["mcpgw"]["env"] = json!({ "RUST_LOG": "debug" });
    fs::write(home.path(".cursor/mcp.json"), text.to_string()).expect("a file");
    home.json(&["connect", "cursor", "--url", "http://127.0.0.1:8000/mcp"]);
    let entry = json!({ "url": "http://127.0.0.1:8000/mcp", "env": { "RUST_LOG": "debug" } });
    assert_eq!(read(&home, ".cursor/mcp.json")["mcpServers"]["mcpgw"], entry);
    home.json(&["connect", "cursor", "--undo"]);
    // An entry of this name that somebody else wrote comes back.
    let before = json!({ "mcpServers": { "mcpgw": { "command": "theirs" }, "other": { "command": "x" } } }).to_string();
    fs::write(home.path(".cursor/mcp.json"), &before).expect("a file");
    home.json(&["connect", "cursor"]);
    home.json(&["connect", "cursor", "--url", "http://127.0.0.1:8000/mcp"]);
    home.json(&["connect", "cursor", "--undo"]);
    assert_eq!(fs::read_to_string(home.path(".cursor/mcp.json")).expect("a file"), before);
}

#[test]
fn a_gateway_is_not_imported_into_itself() {
    let home = Home::new();
    let file = home.path("servers.json");
    let elsewhere = json!({ "mcpServers": { "other": { "command": "mcpgw-other", "args": ["stdio"] }, "far": { "url": "https://example.com:8000/mcp" } } });
    fs::write(&file, elsewhere.to_string()).expect("a file");
    let path = file.to_str().expect("a path");
    home.json(&["connect", "cursor", "--file", path]);
    let mut text = read(&home, "servers.json");
    text["mcpServers"]["by-url"] = json!({ "url": "http://localhost:8000/mcp/full" });
    fs::write(&file, text.to_string()).expect("a file");
    let imported = home.json(&["server", "import", path])["servers"].clone();
    let status = |name: &str| {
        let found = imported.as_array().expect("a list").iter().find(|server| server["name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {imported}"))["status"].clone()
    };
    assert_eq!(
        [status("mcpgw"), status("by-url"), status("other"), status("far")],
        [json!("itself"), json!("itself"), json!("added"), json!("added")]
    );
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    let home = Home::new();
    let file = home.path("servers.json");
    let path = file.to_str().expect("a path");
    for text in ["{ // a comment\n }", "[]", "{\"mcpServers\":[]}", "{"] {
        fs::write(&file, text).expect("a file");
        let refused = home.cli(&["connect", "cursor", "--file", path]);
        assert!(refused.code == 2 && refused.stderr.contains("nothing was changed"), "{refused:#?}");
        assert_eq!(fs::read_to_string(&file).expect("a file"), text);
    }
    fs::write(&file, "{}").expect("a file");
    let dry = home.cli(&["connect", "cursor", "--file", path, "--dry-run"]);
    assert!(dry.code == 0 && dry.stdout.contains("\"mcpgw\""), "{dry:#?}");
    assert_eq!(fs::read_to_string(&file).expect("a file"), "{}");
    let secret = [("MONGODB_URI", "mongodb://user:s3cr3t@127.0.0.1:1/")];
    let mut command = std::process::Command::new(crate::support::mcpgw());
    command.env_clear().env("HOME", home.path("")).envs(secret).args(["connect", "cursor"]);
    let refused = crate::support::run(&mut command, "", crate::support::DEADLINE);
    assert!(
        refused.code == 2 && refused.stderr.contains("--url") && !refused.stderr.contains("s3cr3t"),
        "{refused:#?}"
    );
}

#[test]
fn the_command_in_the_file_is_an_mcp_server() {
    let home = Home::new();
    assert_eq!(home.cli(&["bootstrap", "--demo"]).code, 0);
    let entry = home.json(&["connect", "cursor"])["entry"]["mcpServers"]["mcpgw"].clone();
    let args: Vec<&str> = entry["args"].as_array().expect("arguments").iter().filter_map(Value::as_str).collect();
    let mut command = std::process::Command::new(entry["command"].as_str().expect("a program"));
    command.env_clear().env("HOME", home.path("")).args(args);
    let frames = [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "c", "version": "1" } } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }),
    ];
    // Its input stays open until it has answered: when a client goes, nothing more is said.
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    for frame in frames {
        writeln!(input, "{frame}").expect("written");
    }
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let listed = lines.find(|line| line.contains(r#""id":2"#));
    drop(input);
    assert!(child.wait().expect("its end").success());
    assert!(listed.as_ref().is_some_and(|line| line.contains("orders__find_order")), "{listed:?}");
}
