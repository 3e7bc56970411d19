//! What happens while a gateway runs: changes by the command line, children that die, the power going out.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake::Fake;
use crate::support::{DEADLINE, Gateway, Home, until};

/// The promise is a second; the rest is what a loaded machine needs to start the command.
const LIVE: Duration = Duration::from_secs(1);

fn error_or_result(gateway: &Gateway, name: &str) -> Value {
    gateway.rpc("tools/call", json!({ "name": name }))
}

/// Polls until `seen`; how long it took.
fn live_after(seen: impl Fn() -> bool) -> Duration {
    let started = Instant::now();
    until(Duration::from_secs(20), || seen().then_some(())).expect("the change never became visible");
    started.elapsed()
}

#[test]
fn changes_by_the_command_line_are_live_within_a_second() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &[]);
    assert_eq!(gateway.rpc("tools/list", json!({}))["result"]["tools"], json!([]));
    let fake =
        Fake::listing(json!([{ "name": "new_tool", "description": "Appears", "inputSchema": { "type": "object" } }]));
    home.json(&["server", "add", "late", "--url", &fake.url()]);
    home.json(&["catalog", "sync"]);
    let called = || error_or_result(&gateway, "late__new_tool")["result"]["content"][0]["text"] == "done";
    let mut took = vec![live_after(called)];
    let found = gateway.rpc("tools/search", json!({ "query": "appears" }));
    assert_eq!(found["result"]["results"][0]["name"], "late__new_tool", "the index follows, too");
    home.json(&["server", "disable", "late"]);
    let refused = home.cli(&["call", "late", "new_tool"]);
    assert!(refused.code == 2 && refused.stderr.contains("server enable late"), "{refused:#?}");
    took.push(live_after(|| error_or_result(&gateway, "late__new_tool")["error"]["data"]["reason"] == "unknown_tool"));
    assert_eq!(gateway.rpc("tools/search", json!({ "query": "appears" }))["result"]["results"], json!([]));
    home.json(&["server", "enable", "late"]);
    took.push(live_after(called));
    home.json(&["--yes", "server", "remove", "late"]);
    took.push(live_after(|| gateway.rpc("tools/list", json!({}))["result"]["tools"] == json!([])));
    assert!(took.iter().all(|each| *each < LIVE), "{took:?}");
}

#[test]
fn tenants_do_not_see_one_another() {
    let home = Home::new();
    let fake =
        Fake::listing(json!([{ "name": "mine", "description": "Only mine", "inputSchema": { "type": "object" } }]));
    home.json(&["--tenant", "acme", "server", "add", "s", "--url", &fake.url()]);
    home.json(&["--tenant", "acme", "catalog", "sync"]);
    let gateway = Gateway::start(&home, &[]);
    let acme: &[(&str, &str)] = &[("X-MCP-Tenant", "acme")];
    assert_eq!(
        gateway.rpc_with("tools/call", json!({ "name": "s__mine" }), acme)["result"]["content"][0]["text"],
        "done"
    );
    for headers in [&[][..], &[("X-MCP-Tenant", "other")]] {
        assert_eq!(gateway.rpc_with("tools/list", json!({}), headers)["result"]["tools"], json!([]));
        assert_eq!(
            gateway.rpc_with("tools/search", json!({ "query": "mine" }), headers)["result"]["results"],
            json!([])
        );
        assert_eq!(
            gateway.rpc_with("tools/call", json!({ "name": "s__mine" }), headers)["error"]["data"]["reason"],
            "unknown_tool"
        );
    }
    assert_eq!(home.json(&["server", "list"])["servers"], json!([]));
}

/// The children of a process, with their command lines.
fn children(pid: u32) -> Vec<(u32, String)> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let others = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let all: String = others
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .chain(std::iter::once(list))
        .collect::<Vec<_>>()
        .join(" ");
    let mut pids: Vec<u32> = all.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
    pids.sort_unstable();
    pids.dedup();
    let command =
        |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default().replace('\0', " ");
    // The one that watches over the others is no server.
    pids.into_iter().map(|pid| (pid, command(pid))).filter(|(_, command)| !command.ends_with(" warden ")).collect()
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).expect("a process id");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("the process is ours");
}

#[test]
fn a_killed_child_is_started_again_and_leaves_nothing_behind() {
    let home = Home::new();
    // An order that was found before is answered without the child.
    let mut gateway = Gateway::start_with(&home, &["--demo"], &[("SEMANTIC_CACHE_ENABLED", "false")]);
    let find = || gateway.rpc("tools/call", json!({ "name": "find_order", "arguments": { "order_id": "A-1001" } }));
    assert_eq!(find()["result"]["isError"], false);
    for _ in 0..5 {
        let orders = children(gateway.pid()).into_iter().find(|(_, command)| command.contains("demo-server orders"));
        kill(orders.expect("the child runs").0);
        let again = until(Duration::from_secs(10), || (find()["result"]["isError"] == false).then_some(()));
        assert!(again.is_some(), "not started again: {}", find());
    }
    let left = children(gateway.pid());
    assert_eq!(left.len(), 2, "one child a server, no zombies: {left:?}");
    assert_eq!(gateway.stop(), Some(0));
    for (pid, command) in left {
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "{command} outlived its gateway");
    }
}

#[test]
fn an_idle_child_is_stopped_and_started_when_needed() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &["--demo"], &[("STDIO_IDLE_SECONDS", "1")]);
    let gone = until(Duration::from_secs(30), || children(gateway.pid()).is_empty().then_some(()));
    assert!(gone.is_some(), "{:?}", children(gateway.pid()));
    let answer = gateway.rpc("tools/call", json!({ "name": "find_order", "arguments": { "order_id": "A-1001" } }));
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}

#[test]
fn a_child_gets_no_environment_of_ours() {
    let home = Home::new();
    home.json(&[
        "server",
        "add",
        "env",
        "--stdio",
        "--env",
        "GIVEN=yes",
        "--",
        &crate::support::mcpgw().display().to_string(),
        "demo-server",
        "orders",
    ]);
    let gateway = Gateway::start_with(&home, &[], &[("JWT_SECRET", "hunter2"), ("SOMETHING_ELSE", "hunter2")]);
    // Until it has become its program, a child is a copy of its parent.
    let child = until(Duration::from_secs(20), || {
        children(gateway.pid()).into_iter().find(|(_, command)| command.ends_with("demo-server orders "))
    });
    let (pid, _) = child.expect("the child runs");
    let environment = std::fs::read_to_string(format!("/proc/{pid}/environ")).expect("its environment");
    assert!(environment.contains("GIVEN=yes") && !environment.contains("hunter2"), "{environment:?}");
    let open: Vec<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .expect("its files")
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .map(|path| path.display().to_string())
        .collect();
    assert!(!open.iter().any(|path| path.contains("store.db")), "{open:?}");
}

#[test]
fn kill_9_loses_no_acknowledged_write() {
    let home = Home::new();
    // Two gateways follow the store while it is written, and are killed in the middle of it.
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let gateway = Gateway::start(&home, &[]);
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let mut command = home.command();
                let script = format!("r{round}w{writer}");
                command.args(["--output", "json", "server", "add", &script, "--url", "http://127.0.0.1:1/mcp"]);
                std::thread::spawn(move || (script, command.output().expect("it runs").status.success()))
            })
            .collect();
        kill(gateway.pid());
        for writer in writers {
            let (name, ok) = writer.join().expect("a writer");
            assert!(ok, "{name} was not acknowledged");
            acknowledged.push(name);
        }
    }
    // Writers that are killed themselves: what they printed counts, what they did not may be missing.
    for round in 0..20_u64 {
        let name = format!("k{round}");
        let mut command = home.command();
        command.args(["--output", "json", "server", "add", &name, "--url", "http://127.0.0.1:1/mcp"]);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("it runs");
        let pid = child.id();
        let killer = std::thread::spawn(move || {
            std::thread::park_timeout(Duration::from_millis(5 + 4 * round));
            // It may have ended by itself, and is not reaped before this thread is joined.
            let pid = rustix::process::Pid::from_raw(pid.cast_signed()).expect("a process id");
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        });
        let mut printed = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().expect("a pipe"), &mut printed).expect("its output");
        killer.join().expect("the killer");
        let _ = child.wait();
        if printed.contains("added") {
            acknowledged.push(name);
        }
    }
    let list = home.json(&["server", "list"]);
    let kept: Vec<&str> =
        list["servers"].as_array().expect("servers").iter().filter_map(|server| server["name"].as_str()).collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|name| !kept.contains(&name.as_str())).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert!(acknowledged.len() >= 6);
}

/// A gateway that is killed takes its children along, however stubborn, and theirs.
#[test]
fn a_killed_gateway_leaves_nobody_behind() {
    let home = Home::new();
    let script = home.path("stubborn.py");
    let text = r#"
import json, signal, subprocess, sys, time
for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
    signal.signal(each, signal.SIG_IGN)
# One that has left its process group and its session.
grandchild = subprocess.Popen(["sleep", "600"], start_new_session=True)
for line in sys.stdin:
    frame = json.loads(line)
    id, method = frame.get("id"), frame["method"]
    results = {
        "initialize": {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}},
        "tools/list": {"tools": [{"name": "pid", "inputSchema": {"type": "object"}}]},
        "tools/call": {"content": [{"type": "text", "text": str(grandchild.pid)}]},
    }
    if id is not None:
        body = {"result": results[method]} if method in results else {"error": {"code": -32601, "message": "no"}}
        print(json.dumps({"jsonrpc": "2.0", "id": id, **body}), flush=True)
while True:
    time.sleep(1)
"#;
    std::fs::write(&script, text).expect("a script");
    let script = script.to_str().expect("a path");
    let names: Vec<String> = (0..20).map(|number| format!("s{number}")).collect();
    for name in &names {
        home.json(&["server", "add", name, "--stdio", "--", "python3", script]);
    }
    let gateway = Gateway::start(&home, &[]);
    until(Duration::from_secs(30), || {
        let tools = gateway.rpc("tools/list", json!({}))["result"]["tools"].as_array().map_or(0, Vec::len);
        (tools == names.len()).then_some(())
    })
    .expect("all are synced");
    let call = |name: &String| {
        let params = json!({ "name": format!("{name}__pid"), "arguments": {} });
        let answer = gateway.rpc("tools/call", params);
        answer["result"]["content"][0]["text"].as_str().and_then(|pid| pid.parse::<u32>().ok())
    };
    // A zombie is dead: nobody but its new parent can reap it.
    let is_alive =
        |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    // One that is removed takes its own along, and nobody else's.
    let (removed, names) = names.split_first().expect("names");
    let of_removed = call(removed).expect("it answers");
    home.json(&["server", "remove", removed, "--yes"]);
    until(Duration::from_secs(10), || (!is_alive(&of_removed)).then_some(())).expect("the stray is gone");
    let mut left: Vec<u32> = names.iter().map(|name| call(name).unwrap_or_else(|| panic!("{name} answers"))).collect();
    left.extend(children(gateway.pid()).into_iter().map(|(pid, _)| pid));
    assert!(left.len() >= 2 * names.len() && left.iter().all(is_alive), "{left:?}");
    kill(gateway.pid());
    let gone = || (!left.iter().any(is_alive)).then_some(());
    until(DEADLINE, gone).unwrap_or_else(|| panic!("{:?}", left.iter().filter(|it| is_alive(it)).count()));
}
