//! Child processes that misbehave. The scripts stand for real servers seen in the field: slow starters,
//! wrappers that leave others behind, children that stop reading.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::http::Kept;
use crate::support::{DEADLINE, Gateway, Home, until};

/// A session-era server in a few lines of shell-callable Python, with a place for misbehaviour.
fn script(home: &Home, name: &str, before: &str, on_call: &str) -> String {
    let text = format!(
        r#"
import json, os, subprocess, sys, time
SILENT = False
def say(id, result): print(json.dumps({{"jsonrpc": "2.0", "id": id, "result": result}}), flush=True)
{before}
for line in sys.stdin:
    frame = json.loads(line)
    method, id = frame["method"], frame.get("id")
    if method == "initialize":
        say(id, {{"protocolVersion": "2025-06-18", "capabilities": {{}}, "serverInfo": {{"name": "script", "version": "1"}}}})
    elif method == "tools/list":
        say(id, {{"tools": [{{"name": "do", "description": "d", "inputSchema": {{"type": "object"}}}}]}})
    elif method == "tools/call":
{on_call}
        say(id, {{"content": [{{"type": "text", "text": "done"}}]}})
    elif id is not None and not SILENT:
        print(json.dumps({{"jsonrpc": "2.0", "id": id, "error": {{"code": -32601, "message": "unknown"}}}}), flush=True)
"#
    );
    let path = home.path(format!("{name}.py"));
    std::fs::write(&path, text).expect("a script");
    path.display().to_string()
}

fn python() -> Option<String> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("python3"))
        .find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "python3 is required here");
        let _ =
            std::io::Write::write_all(&mut std::io::stderr(), b"SKIPPED: a test of child processes needs python3\n");
    }
    found.map(|path| path.display().to_string())
}

fn add(home: &Home, python: &str, script: &str) {
    home.json(&["server", "add", "s", "--stdio", "--", python, script]);
    home.json(&["catalog", "sync"]);
}

fn call(gateway: &Gateway, arguments: &Value) -> Value {
    gateway.rpc("tools/call", json!({ "name": "s__do", "arguments": arguments }))
}

fn is_alive(pid: &str) -> bool {
    // A zombie is dead: nobody but its new parent can reap it.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn a_server_that_starts_slower_than_a_calls_deadline_is_used_once_it_has_started() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    // Silent on `server/discover` and slow besides: longer than the deadline of a call.
    let script = script(&home, "slow", "SILENT = True; time.sleep(3)", "        pass");
    add(&home, &python, &script);
    let gateway = Gateway::start_with(&home, &[], &[("AUTO_BOOTSTRAP", "false"), ("DOWNSTREAM_TIMEOUT_MS", "500")]);
    assert_eq!(call(&gateway, &json!({}))["error"]["code"], -32004);
    let used = until(Duration::from_secs(30), || {
        (call(&gateway, &json!({}))["result"]["content"][0]["text"] == "done").then_some(())
    });
    assert!(used.is_some(), "{}", call(&gateway, &json!({})));
}

/// It reads the question of the one era and, by then, that of the other too, and stays with the first.
#[test]
fn a_server_of_both_eras_that_starts_slowly_is_understood() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let both = r#"
time.sleep(4)
for line in sys.stdin:
    frame = json.loads(line)
    method, id = frame["method"], frame.get("id")
    if method == "server/discover":
        say(id, {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "serverInfo": {"name": "both", "version": "1"}})
    elif method == "tools/list":
        say(id, {"tools": [{"name": "do", "description": "d", "inputSchema": {"type": "object"}}], "ttlMs": 0, "cacheScope": "private"})
    elif method == "tools/call":
        say(id, {"content": [{"type": "text", "text": "done"}]})
    elif id is not None:
        error = {"code": -32022, "message": "this connection speaks 2026-07-28"}
        print(json.dumps({"jsonrpc": "2.0", "id": id, "error": error}), flush=True)
"#;
    let script = script(&home, "both", both, "        pass");
    add(&home, &python, &script);
    let listed = home.json(&["catalog", "list"]);
    assert_eq!(listed["tools"].as_array().map(Vec::len), Some(1), "{listed}");
}

#[test]
fn a_child_that_does_not_read_can_still_be_stopped() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let script = script(&home, "deaf", "", "        time.sleep(60)");
    add(&home, &python, &script);
    let mut gateway =
        Gateway::start_with(&home, &[], &[("DOWNSTREAM_TIMEOUT_MS", "500"), ("SHUTDOWN_GRACE_SECONDS", "1")]);
    // The first call keeps it busy, the next ones fill the pipe.
    let big = json!({ "text": "x".repeat(300_000) });
    for _ in 0..3 {
        assert_eq!(call(&gateway, &big)["error"]["code"], -32004);
    }
    let started = Instant::now();
    assert_eq!(gateway.stop(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(15), "stopping took {:?}", started.elapsed());
}

#[test]
fn a_child_that_leaves_its_stdout_to_another_is_started_again() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let pids = home.path("pids");
    let before = format!(
        "open({:?}, 'a').write(str(subprocess.Popen(['sleep', '120'], start_new_session=True).pid) + '\\n')",
        pids.display().to_string()
    );
    let script = script(&home, "leaver", &before, "        os._exit(1)");
    add(&home, &python, &script);
    let gateway = Gateway::start_with(&home, &[], &[("AUTO_BOOTSTRAP", "false")]);
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(call(&gateway, &json!({}))["error"]["code"].clone());
    }
    let starts = || std::fs::read_to_string(&pids).unwrap_or_default().lines().count();
    let before = starts();
    let again = until(Duration::from_secs(10), || {
        let _ = call(&gateway, &json!({}));
        (starts() > before).then_some(())
    });
    // It left its group on purpose, so its leftovers are ours to end.
    for pid in std::fs::read_to_string(&pids).unwrap_or_default().lines() {
        let pid = rustix::process::Pid::from_raw(pid.parse().expect("a process id")).expect("a process id");
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
    assert!(codes.iter().all(|code| *code == -32005), "{codes:?}");
    assert!(again.is_some(), "it was never started again");
}

#[test]
fn an_interrupted_command_takes_the_whole_family_along() {
    let (home, Some(_)) = (Home::new(), python()) else { return };
    let pids = home.path("pids");
    let wrapper = home.path("wrapper.sh");
    let text = format!("sleep 300 & echo $! >> {0}\necho $$ >> {0}\nsleep 300\n", pids.display());
    std::fs::write(&wrapper, text).expect("a script");
    home.json(&["server", "add", "s", "--stdio", "--", "sh", &wrapper.display().to_string()]);
    let mut child = home.command().args(["server", "test", "s"]).spawn().expect("it runs");
    let family = || std::fs::read_to_string(&pids).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(until(Duration::from_secs(20), || (family().len() == 2).then_some(())).is_some());
    let pid = rustix::process::Pid::from_raw(child.id().cast_signed()).expect("a process id");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it is ours");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let left = || family().into_iter().filter(|pid| is_alive(pid)).collect::<Vec<_>>();
    assert!(until(DEADLINE, || left().is_empty().then_some(())).is_some(), "left behind: {:?}", left());
}

#[test]
fn an_answer_over_the_limit_hurts_only_its_own_call() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let on_call = "        if 'big' in frame['params'].get('arguments', {}):\n            say(id, {'content': [{'type': 'text', 'text': 'x' * 300000}]})\n            continue";
    let script = script(&home, "big", "", on_call);
    add(&home, &python, &script);
    let gateway = Gateway::start_with(&home, &[], &[("MAX_RESULT_BYTES", "100000")]);
    let answer = call(&gateway, &json!({ "big": true }));
    assert_eq!(answer["error"]["code"], -32008, "{answer}");
    let pid = |gateway: &Gateway| {
        std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", gateway.pid())).unwrap_or_default()
    };
    let before = pid(&gateway);
    assert_eq!(call(&gateway, &json!({}))["result"]["content"][0]["text"], "done");
    assert_eq!(pid(&gateway), before, "the child was not restarted over it");
}

/// Lies, silence and death on a pipe: a coded error in time, and the next good call works.
#[test]
fn lies_on_a_pipe_are_coded_errors() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let on_call = r#"        fault = frame["params"].get("arguments", {}).get("fault")
        if fault == "wrong_id": say(987654, {"content": []}); continue
        if fault == "bad_json": print("{nonsense", flush=True); continue
        if fault == "html": print("<h1>hello</h1>", flush=True); continue
        if fault == "silence": continue
        if fault == "half": sys.stdout.write('{"jsonrpc": "2.0", "id"'); sys.stdout.flush(); os._exit(1)
        if fault == "death": os._exit(1)
        if fault == "flood": sys.stderr.write("x" * 1000 + "\n"); [sys.stderr.write("y" * 1000 + "\n") for _ in range(100000)]
        if fault == "large": sys.stdout.write('{"jsonrpc": "2.0", "id": %d, "result": {"x": "' % id); [sys.stdout.write("x" * 1048576) for _ in range(64)]; sys.stdout.write('"}}\n'); sys.stdout.flush(); continue"#;
    let script = script(&home, "liar", "", on_call);
    add(&home, &python, &script);
    let gateway = Gateway::start_with(&home, &[], &[("DOWNSTREAM_TIMEOUT_MS", "1000")]);
    for (fault, code) in [
        ("wrong_id", -32004),
        ("bad_json", -32004),
        ("html", -32004),
        ("silence", -32004),
        ("half", -32005),
        ("death", -32005),
        ("large", -32008),
    ] {
        let asked = Instant::now();
        let answer = call(&gateway, &json!({ "fault": fault }));
        assert_eq!(answer["error"]["code"], json!(code), "{fault}: {answer}");
        assert!(asked.elapsed() < Duration::from_secs(5), "{fault} took {:?}", asked.elapsed());
        let good = || (call(&gateway, &json!({}))["result"]["content"][0]["text"] == "done").then_some(());
        assert!(until(DEADLINE, good).is_some(), "after {fault}");
    }
    assert_eq!(
        call(&gateway, &json!({ "fault": "flood" }))["result"]["content"][0]["text"],
        "done",
        "100 MB of stderr"
    );
}

/// A server asks and then no longer wants to know: the client is told, and the call goes on.
/// A call under way, of a client that offers something: the connection to the server, and what is said on it, is its own.
fn call_in_a_session(gateway: &Gateway, protocol: &str, params: &Value) -> Kept {
    let post = |headers: &[(&str, &str)], frame: Value| gateway.post("/mcp", headers, &frame.to_string());
    let hello = json!({
        "protocolVersion": protocol, "capabilities": { "elicitation": {} },
        "clientInfo": { "name": "test", "version": "1" }
    });
    let opened = post(&[], json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello }));
    let id = opened.header("mcp-session-id").expect("a session").to_owned();
    let session = [("Mcp-Session-Id", id.as_str()), ("Accept", "application/json, text/event-stream")];
    post(&session, json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let mut call = Kept::open(gateway.address());
    let frame = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params });
    call.send("/mcp", &session, &frame.to_string());
    assert_eq!(call.head().0, 200);
    call
}

#[test]
fn a_question_that_is_withdrawn_is_withdrawn_from_the_client() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let asks = r#"
        print(json.dumps({"jsonrpc": "2.0", "id": "q-1", "method": "elicitation/create", "params": {"message": "Who?", "requestedSchema": {"type": "object", "properties": {}}}}), flush=True)
        time.sleep(0.3)
        print(json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "q-1"}}), flush=True)
        time.sleep(0.3)
"#;
    let script = script(&home, "asks", "", asks);
    add(&home, &python, &script);
    let gateway = Gateway::start(&home, &[]);
    let mut call = call_in_a_session(&gateway, "2025-06-18", &json!({ "name": "s__do", "arguments": {} }));
    let asked = call.event();
    assert_eq!(asked["method"], "elicitation/create", "{asked}");
    let withdrawn = call.event();
    assert_eq!(withdrawn["method"], "notifications/cancelled", "{withdrawn}");
    assert_eq!(withdrawn["params"]["requestId"], asked["id"], "under the id that the client knows");
    let result = call.event();
    assert_eq!((&result["id"], &result["result"]["content"][0]["text"]), (&json!(2), &json!("done")), "{result}");
}

#[test]
fn what_is_said_about_a_task_names_it_as_the_caller_knows_it() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let says = r#"
        say_all = lambda method, params: print(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}), flush=True)
        related = {"_meta": {"io.modelcontextprotocol/related-task": {"taskId": "t-1"}}}
        say_all("notifications/tasks/status", {"taskId": "t-1", "status": "working"})
        say_all("notifications/message", {"level": "info", "data": {"taskId": "t-1"}, **related})
        time.sleep(0.2)
        say(id, {"task": {"taskId": "t-1", "status": "working"}})
        continue
"#;
    let script = script(&home, "says", "", says);
    add(&home, &python, &script);
    let gateway = Gateway::start(&home, &[]);
    let mut call = call_in_a_session(&gateway, "2025-11-25", &json!({ "name": "s__do", "arguments": {}, "task": {} }));
    let (status, log, created) = (call.event(), call.event(), call.event());
    let known = created["result"]["task"]["taskId"].as_str().unwrap_or_else(|| panic!("{created}"));
    assert_ne!(known, "t-1", "the server's own id is its own business");
    assert_eq!(status["params"]["taskId"], known, "{status}");
    assert_eq!(log["params"]["_meta"]["io.modelcontextprotocol/related-task"]["taskId"], known, "{log}");
    assert_eq!(log["params"]["data"]["taskId"], "t-1", "what a log says is the server's own: {log}");
}

/// One caller held every place of a server for as long as a person may think.
#[test]
fn one_caller_parks_so_many_calls_of_a_server_and_no_more() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let asks = r#"
        if frame["params"].get("arguments", {}).get("ask"):
            print(json.dumps({"jsonrpc": "2.0", "id": "q-1", "method": "elicitation/create", "params": {"message": "Who?", "requestedSchema": {"type": "object", "properties": {}}}}), flush=True)
            while json.loads(sys.stdin.readline()).get("id") != "q-1": pass
"#;
    let script = script(&home, "parks", "", asks);
    add(&home, &python, &script);
    let gateway = Gateway::start_with(&home, &[], &[("DOWNSTREAM_TIMEOUT_MS", "10000")]);
    let call = |more: Value| {
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} } });
        let mut params = json!({ "name": "s__do", "arguments": { "ask": true }, "_meta": meta });
        for (name, value) in more.as_object().expect("an object") {
            params[name] = value.clone();
        }
        let headers = [
            ("Accept", "application/json"),
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "s__do"),
        ];
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        gateway.post("/mcp", &headers, &frame.to_string()).json()
    };
    let parked: Vec<Value> = (0..8).map(|_| call(json!({}))).collect();
    assert!(parked.iter().all(|answer| answer["result"]["resultType"] == "input_required"), "{parked:?}");
    let refused = call(json!({}));
    assert_eq!(refused["error"]["code"], -32007, "{refused}");
    assert_eq!(refused["error"]["data"]["reason"], "too_many_waiting_calls", "{refused}");
    assert_eq!(call(json!({ "arguments": {} }))["result"]["content"][0]["text"], "done", "what asks nothing goes on");
    let answers = json!({ "input-1": { "action": "accept", "content": {} } });
    let done = call(json!({ "requestState": parked[0]["result"]["requestState"], "inputResponses": answers }));
    assert_eq!(done["result"]["content"][0]["text"], "done", "{done}");
    assert_eq!(call(json!({}))["result"]["resultType"], "input_required", "there is room again");
}

/// Who had subscribed to a resource heard of it after they were no longer allowed to read it.
#[test]
fn updates_are_told_to_those_who_may_read_the_resource_now() {
    let (home, Some(python)) = (Home::new(), python()) else { return };
    let before = r#"
import threading
def updates():
    number = 0
    while True:
        number += 1
        update = {"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": "x://a", "number": number}}
        sys.stdout.write(json.dumps(update) + "\n"); sys.stdout.flush()
        time.sleep(0.1)
def rest(lines):
    for line in lines:
        frame = json.loads(line)
        if frame["method"] == "resources/subscribe":
            say(frame["id"], {})
            threading.Thread(target=updates, daemon=True).start()
        elif frame["method"] == "resources/read":
            say(frame["id"], {"contents": []})
        else:
            yield line
sys.stdin = rest(sys.stdin)
"#;
    let script = script(&home, "updates", before, "        pass");
    add(&home, &python, &script);
    let gateway = Gateway::start(&home, &[]);
    let hello = json!({
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" }
    });
    let ask = |headers: &[(&str, &str)], method: &str, params: Value| {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        gateway.post("/mcp", headers, &frame.to_string())
    };
    let opened = ask(&[], "initialize", hello);
    let id = opened.header("mcp-session-id").expect("a session").to_owned();
    let session = [("Mcp-Session-Id", id.as_str()), ("Accept", "application/json, text/event-stream")];
    let mut stream = Kept::open(gateway.address());
    stream.get("/mcp", &session);
    assert_eq!(stream.head().0, 200);
    let resource = json!({ "uri": "mcpgw://s/x://a" });
    let subscribed = ask(&session, "resources/subscribe", resource.clone()).json();
    assert!(subscribed["result"].is_object(), "{subscribed}");
    let mut number = || {
        let told = stream.event();
        assert_eq!(told["method"], "notifications/resources/updated", "{told}");
        told["params"]["number"].as_u64().expect("a number")
    };
    let mut former = number();
    let file = home.path("policy.cedar");
    std::fs::write(&file, "forbid (principal, action, resource is Server);").expect("written");
    home.json(&["policy", "set", "stop", file.to_str().expect("a path")]);
    let may = || ask(&session, "resources/read", resource.clone()).json()["result"].is_object();
    until(DEADLINE, || (!may()).then_some(())).expect("in force");
    std::thread::sleep(Duration::from_secs(2));
    home.json(&["policy", "remove", "stop", "--yes"]);
    until(DEADLINE, || may().then_some(())).expect("allowed again");
    let missed = until(Duration::from_secs(10), || {
        let now = number();
        let gap = now - std::mem::replace(&mut former, now);
        (gap > 3).then_some(gap)
    });
    assert!(missed.is_some(), "it was told of every update");
}
