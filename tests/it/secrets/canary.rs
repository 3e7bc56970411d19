//! Values that stand for credentials: used by the servers that they are for, and found nowhere else.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mongodb::Client;
use mongodb::bson::{Document, doc};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{hits, text};
use crate::auth::bearer;
use crate::fake::{Fake, Say};
use crate::support::mongod::Options;
use crate::support::{Gateway, Home, Mongod, listener, mongod, until};

const HS256: [(&str, &str); 2] = [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];

/// A session-era server that proves what it was given without saying it.
const SCRIPT: &str = r#"
import hashlib, json, os, sys
def say(id, result): print(json.dumps({"jsonrpc": "2.0", "id": id, "result": result}), flush=True)
proof = hashlib.sha256((os.environ.get("CANARY", "") + " " + "".join(sys.argv[1:])).encode()).hexdigest()
for line in sys.stdin:
    frame = json.loads(line)
    method, id = frame["method"], frame.get("id")
    if method == "initialize":
        say(id, {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "script", "version": "1"}})
    elif method == "tools/list":
        say(id, {"tools": [{"name": "do", "description": "prove it", "inputSchema": {"type": "object"}}]})
    elif method == "tools/call":
        say(id, {"content": [{"type": "text", "text": proof}]})
    elif id is not None:
        print(json.dumps({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "unknown"}}), flush=True)
"#;

fn server() -> Fake {
    let tool = |name: &str| {
        json!({ "name": name, "description": format!("The tool {name}"), "inputSchema": { "type": "object" },
            "annotations": { "readOnlyHint": true } })
    };
    let tools = json!([tool("read"), tool("refuse"), tool("broken"), tool("down"), tool("slow")]);
    Fake::start(move |method, frame| match (method, frame["params"]["name"].as_str().unwrap_or_default()) {
        ("tools/list", _) => Say::Result(json!({ "tools": tools })),
        (_, "refuse") => {
            let error = r#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32602,"message":"a wrong argument"}}"#;
            Say::Raw(200, "application/json", error.to_owned())
        }
        (_, "broken") => Say::Cut("HTTP/1.1 200".to_owned()),
        (_, "down") => Say::Raw(503, "text/plain", "down".to_owned()),
        (_, "slow") => Say::Hang,
        _ => Say::Result(json!({ "content": [{ "type": "text", "text": "done" }], "structuredContent": { "n": 1 } })),
    })
}

/// What everybody said: commands on both streams, gateways in their logs and answers.
#[derive(Default)]
struct Said(Vec<(String, String)>);

impl Said {
    fn keep(&mut self, what: impl Into<String>, text: impl Into<String>) {
        self.0.push((what.into(), text.into()));
    }

    fn cli(&mut self, home: &Home, args: &[&str]) -> i32 {
        let output = home.cli_with(&[&["-vv"], args].concat(), &[], "");
        self.keep(format!("mcpgw {args:?}"), format!("{}{}", output.stdout, output.stderr));
        output.code
    }

    #[track_caller]
    fn done(&mut self, home: &Home, args: &[&str]) {
        let code = self.cli(home, args);
        assert_eq!(code, 0, "{:?}", self.0.last());
    }

    /// Where the text stands, with the line.
    fn with(&self, needle: &str) -> Vec<(&str, &str)> {
        let lines = self.0.iter().flat_map(|(what, text)| text.lines().map(move |line| (what.as_str(), line)));
        lines.filter(|(_, line)| line.to_ascii_lowercase().contains(needle)).collect()
    }
}

/// Processes in whose command line or environment `needle` stands: the id, and both.
fn processes_with(needle: &str) -> Vec<(u32, String, String)> {
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let read = |id: u32, name: &str| {
        let bytes = std::fs::read(format!("/proc/{id}/{name}")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\0', " ")
    };
    let both = ids.map(|id| (id, read(id, "cmdline"), read(id, "environ")));
    both.filter(|(_, command, environment)| command.contains(needle) || environment.contains(needle)).collect()
}

/// The servers, with a credential wherever one can be.
fn registered(said: &mut Said, home: &Home, fake: &Fake, canary: &str) {
    let script = home.path("server.py");
    std::fs::write(&script, SCRIPT).expect("written");
    let script = text(&script);
    let word = |of: &str| format!("{canary}-{of}");
    let url = format!("{}?token={}", fake.url(), word("query"));
    let nowhere = format!("http://user:{}@127.0.0.1:1/mcp?token={}", word("userinfo"), word("nowhere"));
    let sse = format!("http://127.0.0.1:1/sse?token={}", word("sse"));
    let header = format!("X-Key={}", word("header"));
    let variable = format!("CANARY={}", word("env"));
    said.done(home, &["server", "add", "h", "--timeout", "500ms", "--url", &url, "--header", &header]);
    said.done(
        home,
        &["server", "add", "e", "--stdio", "--env", &variable, "--", "python3", &script, &word("argument")],
    );
    said.done(home, &["server", "add", "free", "--stdio", "--", "python3", &script]);
    // Refused or not, nothing of it may stay; and what cannot be reached says so without saying how it was tried.
    said.cli(home, &["server", "add", "user", "--url", &nowhere, "--header", &header]);
    said.done(home, &["server", "add", "n", "--url", &nowhere.replace(&format!("user:{}@", word("userinfo")), "")]);
    said.done(home, &["server", "add", "x", "--sse", "--url", &sse, "--header", &header]);
    said.cli(
        home,
        &["server", "add", "gone", "--stdio", "--env", &variable, "--", "/nowhere/program", &word("argument")],
    );
    said.cli(home, &["server", "add", "h", "--url", &url, "--header", &header]);
    let imported = json!({ "mcpServers": {
        "i": { "command": "python3", "args": [script, word("import-argument")],
            "env": { "CANARY": word("import-env") } },
        "j": { "url": fake.url(), "headers": { "Authorization": format!("Bearer {}", word("import-header")) } },
    } });
    let file = home.path("import.json");
    std::fs::write(&file, imported.to_string()).expect("written");
    said.done(home, &["server", "import", &text(&file)]);
    std::fs::remove_file(&file).expect("removed");
}

/// Everything that is answered, well or not.
fn used(said: &mut Said, gateway: &Gateway, canary: &str) {
    let proof = |words: &[&str; 2]| {
        let given = format!("{canary}-{} {canary}-{}", words[0], words[1]);
        mcpgw::model::hex(Sha256::digest(given).iter())
    };
    let mut ask = |method: &str, params: Value| {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = gateway.post("/rpc", &[("X-Request-ID", "canary-watch")], &frame.to_string());
        said.keep(format!("{method} {params}"), format!("{answer:?}"));
        answer.json()
    };
    let listed = ask("tools/list", json!({}));
    assert!(listed["result"]["tools"].as_array().is_some_and(|tools| tools.len() >= 13), "{listed}");
    for (tool, words) in [
        ("e__do", ["env", "argument"]),
        ("i__do", ["import-env", "import-argument"]),
        ("ae__do", ["api-env", "api-argument"]),
    ] {
        let answer = ask("tools/call", json!({ "name": tool, "arguments": {} }));
        assert_eq!(answer["result"]["content"][0]["text"], json!(proof(&words)), "{tool}: {answer}");
    }
    let tools = ["h__read", "h__read", "j__read", "ah__read", "ao__read", "free__do"];
    for tool in tools.into_iter().chain(["h__refuse", "h__broken", "h__down", "h__slow", "n__do"]) {
        ask("tools/call", json!({ "name": tool, "arguments": {} }));
    }
    ask("tools/search", json!({ "query": "a tool to read" }));
    ask("tools/search", json!({ "query": canary.split_at(8).0 }));
    ask("prompts/list", json!({}));
    ask("resources/list", json!({}));
    ask("no/method", json!({}));
    for path in
        ["/health", "/health/ready", "/health/live", "/mcp", "/sse/no", "/admin/audit", "/.well-known/jwks.json"]
    {
        said.keep(path, format!("{:?}", gateway.get(path)));
    }
}

/// A gateway that knows its administrators, and the token of one.
fn administrators(home: &Home) -> (Gateway, String) {
    let mint = ["token", "mint", "--tenant", "local-dev", "--subject", "op", "--roles", "platform:admin"];
    let token = bearer(home.cli_with(&mint, &HS256, "").stdout.trim());
    (Gateway::start_with(home, &["-vv"], &[&HS256[..], &[("DOWNSTREAM_TIMEOUT_MS", "8000")]].concat()), token)
}

/// Gives `access` to whoever shows `secret`.
fn authorization_server(secret: String, access: String) -> std::net::SocketAddr {
    let pair = format!("Basic {}", STANDARD.encode(format!("us:{secret}")));
    listener::serve(move |asked| match asked.header("authorization") {
        Some(shown) if *shown == pair => {
            listener::json(200, &json!({ "access_token": access, "token_type": "Bearer", "expires_in": 3600 }))
        }
        _ => listener::json(401, &json!({ "error": "invalid_client" })),
    })
}

/// The same over HTTP, with operators' notes and what an authorization server is shown beside.
fn registered_over_http(said: &mut Said, home: &Home, fake: &Fake, canary: &str) {
    let (mut gateway, token) = administrators(home);
    let mut ask = |method: &str, path: &str, body: &Value| {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let answer = gateway.request(method, path, &[("Authorization", &token)], &text);
        said.keep(format!("{method} {path}"), format!("{answer:?}"));
        answer.status
    };
    let word = |of: &str| format!("{canary}-api-{of}");
    let notes = json!({ "owner": word("owner"), "more": { "pin": [word("note")] } });
    let url = format!("{}?token={}", fake.url(), word("query"));
    let on_http = json!({ "name": "ah", "url": url, "headers": { "X-Key": word("header") }, "metadata": notes });
    let on_stdio = json!({ "name": "ae", "command": "python3", "args": [text(&home.path("server.py")), word("argument")],
        "env": { "CANARY": word("env") }, "metadata": notes });
    let token_url = format!("http://{}/token", authorization_server(word("secret"), word("access")));
    let with_oauth = json!({ "name": "ao", "url": fake.url(), "metadata": notes,
        "oauth": { "token_url": token_url, "client_id": "us", "client_secret": word("secret") } });
    for form in [&on_http, &on_stdio, &with_oauth] {
        assert_eq!(ask("POST", "/admin/servers", form), 201);
        assert_eq!(ask("POST", "/admin/servers", form), 409);
        let path = format!("/admin/servers/{}", form["name"].as_str().expect("a name"));
        assert_eq!(ask("GET", &path, &Value::Null), 200);
        assert_eq!(ask("PUT", &path, form), 200);
        assert_eq!(ask("PATCH", &path, &json!({ "metadata": { "owner": word("patched") } })), 200);
        ask("POST", &format!("{path}/test"), &Value::Null);
    }
    // What cannot be read is not repeated.
    for wrong in [
        json!({ "name": word("name with blanks"), "url": word("no-url") }),
        json!({ "name": "w", "url": fake.url(), "unknown": word("unknown") }),
        json!({ "name": "w", "url": fake.url(), "headers": word("headers") }),
        json!({ "name": "w", "command": "python3", "args": word("args") }),
    ] {
        assert_eq!(ask("POST", "/admin/servers", &wrong), 400);
    }
    assert_eq!(ask("GET", "/admin/servers", &Value::Null), 200);
    ask("POST", "/admin/catalog/sync", &json!({}));
    assert_eq!(gateway.stop(), Some(0));
    said.keep("the log of the gateway that they came through", gateway.log());
}

fn administered(said: &mut Said, home: &Home) {
    let (mut gateway, token) = administrators(home);
    for path in [
        "/admin/embedding",
        "/admin/embedding/status",
        "/admin/guardrails/signatures",
        "/admin/catalog/quarantine",
        "/admin/audit",
        "/admin/audit/summary",
    ] {
        let answer = gateway.request("GET", path, &[("Authorization", &token)], "");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        said.keep(path, format!("{answer:?}"));
    }
    assert_eq!(gateway.stop(), Some(0));
    said.keep("the log of the other gateway", gateway.log());
}

fn commanded(said: &mut Said, home: &Home) {
    for name in ["h", "e", "free", "n", "x", "i", "j", "ah", "ae", "ao"] {
        for format in ["json", "table", "plain"] {
            said.cli(home, &["--output", format, "server", "show", name]);
        }
        said.cli(home, &["server", "test", name]);
    }
    for args in [
        &["server", "list"][..],
        &["--output", "json", "server", "list"],
        &["--output", "json", "doctor"],
        &["doctor", "--tool", "h__read"],
        &["--output", "json", "catalog", "sync"],
        &["--output", "json", "catalog", "list"],
        &["--output", "json", "secrets", "status"],
        &["secrets", "migrate"],
        &["secrets", "rotate"],
        &["--output", "json", "audit", "tail"],
        &["call", "e", "do"],
        &["call", "h", "down"],
        &["search", "read something"],
    ] {
        said.cli(home, args);
    }
}

fn scene(home: &Home, mongod: Option<&Mongod>) {
    let canary = format!("canary{}", uuid::Uuid::new_v4().simple());
    let (mut said, fake) = (Said::default(), server());
    registered(&mut said, home, &fake, &canary);
    registered_over_http(&mut said, home, &fake, &canary);
    said.cli(home, &["catalog", "sync"]);
    let mut gateway = Gateway::start(home, &["-vv"]);
    used(&mut said, &gateway, &canary);
    let heard = |of: &str| fake.heard(&format!("{canary}-{of}"));
    for of in ["query", "header", "import-header", "api-query", "api-header", "api-access"] {
        assert!(heard(of), "{of} is used");
    }

    // A child has what is its own; nobody else has anything.
    let with = processes_with(&canary);
    let mut holders = [("", 0), ("import-", 0), ("api-", 0)];
    for (pid, command, environment) in &with {
        assert_ne!(*pid, gateway.pid());
        assert_eq!(environment.matches(&canary).count(), 1, "{environment}");
        let own = |(of, _): &&mut (&str, usize)| environment.contains(&format!("{canary}-{of}env"));
        let (of, count) = holders.iter_mut().find(own).expect("one of them");
        assert!(command.ends_with(&format!("server.py {canary}-{of}argument ")), "{command}");
        assert_eq!(command.matches(&canary).count(), 1, "{command}");
        *count += 1;
    }
    // One child or two each: a sync may have one of its own.
    assert!(holders.iter().all(|(_, count)| *count > 0), "{with:?}");

    administered(&mut said, home);
    commanded(&mut said, home);
    until(Duration::from_secs(10), || (gateway.get("/health").json()["audit"]["waiting_bytes"] == 0).then_some(()))
        .expect("the trail is written");
    nowhere(home, mongod, &canary);
    for name in ["h", "e", "n", "x", "i", "j", "ah", "ae", "ao"] {
        said.done(home, &["server", "remove", name, "--yes"]);
    }
    nowhere(home, mongod, &canary);
    assert_eq!(gateway.stop(), Some(0));
    nowhere(home, mongod, &canary);
    said.keep("the log of the gateway", gateway.log());
    assert!(gateway.log().lines().any(|line| line.contains("TRACE")), "all lines are there");
    let found = said.with(&canary);
    assert!(found.is_empty(), "{} lines: {:#?}", found.len(), &found[..found.len().min(20)]);
}

/// Not in a file of the home (the store, its log, the spool), nor in the database, as it lies there or is read.
#[track_caller]
fn nowhere(home: &Home, mongod: Option<&Mongod>, canary: &str) {
    let folder = home.path("");
    assert_eq!(hits(canary, &[&folder]), Vec::<String>::new());
    let Some(mongod) = mongod else { return };
    mongod.command("admin", doc! { "fsync": 1 });
    assert_eq!(hits(canary, &[mongod.folder()]), Vec::<String>::new());
    let found = mongod::block_on(documents_with(&mongod.uri(), canary));
    assert!(found.is_empty(), "{found:?}");
}

/// The documents of all databases in which `needle` stands, the oplog's included.
async fn documents_with(uri: &str, needle: &str) -> Vec<String> {
    use futures_util::TryStreamExt as _;
    let client = Client::with_uri_str(uri).await.expect("a client");
    let (mut found, mut seen) = (Vec::new(), 0);
    for name in client.list_database_names().await.expect("the databases") {
        let database = client.database(&name);
        for collection in database.list_collection_names().await.expect("the collections") {
            if collection.starts_with("system.") {
                continue;
            }
            let documents = database.collection::<Document>(&collection).find(doc! {}).await.expect("a cursor");
            let documents: Vec<Document> = documents.try_collect().await.expect("the documents");
            seen += documents.len();
            let with = documents.iter().map(|document| document.to_string()).filter(|text| text.contains(needle));
            found.extend(with.map(|text| format!("{name}.{collection}: {text}")));
        }
    }
    assert!(seen > 20, "{seen}");
    found
}

#[test]
fn credentials_are_found_nowhere_on_sqlite() {
    scene(&Home::new(), None);
}

/// One that compresses nothing, so that what is searched for would be found.
#[test]
fn credentials_are_found_nowhere_on_mongod() {
    const ARGS: &[&str] = &["--wiredTigerCollectionBlockCompressor", "none", "--wiredTigerJournalCompressor", "none"];
    let Some(mongod) = Mongod::start_with(Options { args: ARGS, ..Options::default() }) else { return };
    let control = "canary-in-the-clear";
    mongod.command("control", doc! { "insert": "control", "documents": [{ "text": control }] });
    mongod.command("admin", doc! { "fsync": 1 });
    assert!(!hits(control, &[mongod.folder()]).is_empty(), "what is searched for is found");
    scene(&Home::on_mongodb(&mongod.uri()), Some(&mongod));
}

/// How a process that may write a core file ends by SIGABRT: whether it wrote one.
fn dumps_core(folder: &Path, words: &[&str]) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -c unlimited; exec \"$@\"", "sh"]).args(words).current_dir(folder);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", folder);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell");
    std::thread::sleep(Duration::from_millis(1500));
    let pid = Pid::from_raw(child.id().cast_signed()).expect("a process");
    kill_process(pid, Signal::ABORT).expect("it runs");
    let status = child.wait().expect("its end");
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()), "{status:?}");
    status.core_dumped()
}

#[test]
fn the_gateway_leaves_no_core_file() {
    let home = Home::new();
    let store = format!("sqlite:{}", home.path("store.db").display());
    let gateway = [&text(crate::support::mcpgw()), "--store", &store, "serve", "--bind", "127.0.0.1:0"];
    if !dumps_core(&home.path(""), &["sleep", "60"]) {
        let why = b"SKIPPED: the_gateway_leaves_no_core_file needs a machine where processes leave core files\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), why);
        return;
    }
    assert!(!dumps_core(&home.path(""), &gateway));
}
