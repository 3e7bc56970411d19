//! Policies of a tenant take effect while the gateway runs, on either store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::auth::bearer;
use crate::fake::{Fake, Say};
use crate::support::http::{Kept, Response};
use crate::support::{DEADLINE, Gateway, Home, mongod, until};

const HS256: [(&str, &str); 2] = [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];

const CAREFUL: &str = r#"
@id("destructive")
forbid (principal, action == Action::"call", resource is Tool) when { resource.destructive }
unless { principal in Role::"ops" };
@id("finance")
permit (principal, action, resource in Server::"books")
when { principal.hasTag("unit") && principal.getTag("unit") == "finance" };
"#;

/// A gateway with two servers of a tenant, and who asks it.
struct Scene<'a> {
    home: &'a Home,
    gateway: Gateway,
    _servers: [Fake; 2],
}

impl<'a> Scene<'a> {
    fn new(home: &'a Home) -> Self {
        let safe = json!({ "readOnlyHint": true, "destructiveHint": false });
        let orders = Fake::listing(json!([
            { "name": "find", "inputSchema": { "type": "object" }, "annotations": safe },
            { "name": "drop", "inputSchema": { "type": "object" } },
        ]));
        let books = Fake::listing(json!([{ "name": "sum", "inputSchema": { "type": "object" }, "annotations": safe }]));
        let acme = |args: &[&str]| home.json(&[&["--tenant", "acme"], args].concat());
        acme(&["server", "add", "orders", "--url", &orders.url(), "--scope", "orders"]);
        acme(&["server", "add", "books", "--url", &books.url(), "--scope", "books"]);
        acme(&["catalog", "sync"]);
        let gateway = Gateway::start_with(home, &[], &HS256);
        Self { home, gateway, _servers: [orders, books] }
    }

    fn acme(&self, args: &[&str]) -> Value {
        self.home.json(&[&["--tenant", "acme"], args].concat())
    }

    fn mint(&self, subject: &str, roles: &[&str]) -> String {
        let mut args = vec!["token", "mint", "--tenant", "acme", "--subject", subject, "--groups", "orders"];
        if !roles.is_empty() {
            args.push("--roles");
            args.extend(roles);
        }
        self.home.cli_with(&args, &HS256, "").stdout.trim().to_owned()
    }

    fn post(&self, path: &str, token: &str, method: &str, params: Value) -> Response {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        self.gateway.post(path, &[("Authorization", &bearer(token))], &body)
    }

    fn names(&self, token: &str) -> Vec<String> {
        let listed = self.post("/rpc", token, "tools/list", json!({})).json();
        let tools = listed["result"]["tools"].as_array().cloned().unwrap_or_default();
        tools.iter().map(|tool| tool["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    fn call(&self, path: &str, token: &str, name: &str) -> Response {
        self.post(path, token, "tools/call", json!({ "name": name, "arguments": {} }))
    }

    fn decided(&self, token: &str, server: &str, tool: &str) -> Value {
        let args = ["--tenant", "acme", "--output", "json", "policy", "check", "--as", token, server, tool];
        let asked = self.home.cli_with(&args, &HS256, "");
        let answer: Value = serde_json::from_str(&asked.stdout).unwrap_or_else(|_| panic!("{asked:?}"));
        answer["decisions"].clone()
    }
}

fn steps(home: &Home) {
    let scene = Scene::new(home);
    let (ann, ops) = (scene.mint("ann", &[]), scene.mint("bob", &["ops"]));
    assert_eq!(scene.names(&ann), ["orders__drop", "orders__find"]);
    assert!(scene.call("/rpc", &ann, "orders__drop").json()["result"].is_object());

    let file = home.path("careful.cedar");
    let file = file.to_str().expect("a path");
    for wrong in ["permit (principal, action, resource) when { resource.nope };", "nonsense"] {
        std::fs::write(file, wrong).expect("written");
        let refused = scene.home.cli(&["--tenant", "acme", "policy", "set", "careful", file]);
        assert!(refused.code == 2 && refused.stderr.contains("careful"), "{refused:?}");
    }
    assert_eq!(scene.acme(&["policy", "list"])["policies"].as_array().map(Vec::len), Some(1), "nothing was saved");
    std::fs::write(file, CAREFUL).expect("written");
    scene.acme(&["policy", "set", "careful", file]);
    let refused = || {
        let answer = scene.call("/rpc", &ann, "orders__drop").json();
        (answer["error"]["code"] == -32003).then_some(answer)
    };
    let refused = until(DEADLINE, refused).expect("in force");
    assert_eq!(refused["error"]["data"]["reason"], "insufficient_scope", "{refused}");
    assert_eq!(scene.names(&ann), ["orders__drop", "orders__find"], "to see it is not forbidden");
    let refused = scene.call("/mcp", &ann, "orders__drop");
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.header("www-authenticate").is_some_and(|it| it.contains("insufficient_scope")), "{refused:?}");
    assert_eq!(scene.call("/rpc", &ann, "books__sum").json()["error"]["code"], -32602, "hidden is unknown");
    assert!(scene.call("/rpc", &ann, "orders__find").json()["result"].is_object());
    assert!(scene.call("/rpc", &ops, "orders__drop").json()["result"].is_object(), "a role of the token");

    // What the tenant knows of its users counts as well.
    scene.acme(&["policy", "assign", "ann", "--roles", "ops", "--attribute", "unit=finance"]);
    until(Duration::from_secs(10), || (scene.names(&ann).len() == 3).then_some(())).expect("the books are hers");
    assert!(scene.call("/rpc", &ann, "orders__drop").json()["result"].is_object());
    assert!(scene.call("/rpc", &ann, "books__sum").json()["result"].is_object());
    let found = scene.post("/rpc", &ann, "tools/search", json!({ "query": "books sum" })).json().to_string();
    assert!(found.contains("books__sum"), "{found}");
    let found = scene.post("/rpc", &ops, "tools/search", json!({ "query": "books sum" })).json().to_string();
    assert!(!found.contains("books__sum"), "{found}");

    explained(&scene, &ann);
    open_connections_follow(&scene);
    replaced(&scene, file);
}

/// A connection that stays open has the roles that its user has now.
fn open_connections_follow(scene: &Scene<'_>) {
    let eve = bearer(&scene.mint("eve", &[]));
    let mut stream = Kept::open(scene.gateway.address());
    stream.get("/sse", &[("Authorization", &eve), ("Accept", "text/event-stream")]);
    assert_eq!(stream.head().0, 200);
    let messages = stream.data();
    let may = |stream: &mut Kept| {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": "orders__drop", "arguments": {} } });
        let posted = scene.gateway.post(&messages, &[("Authorization", &eve)], &call.to_string());
        assert_eq!(posted.status, 202, "{posted:?}");
        loop {
            let said = stream.event();
            if said["id"] == 1 {
                return said["result"].is_object();
            }
        }
    };
    let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } } });
    scene.gateway.post(&messages, &[("Authorization", &eve)], &hello.to_string());
    assert!(!may(&mut stream), "eve has no role");
    scene.acme(&["policy", "assign", "eve", "--roles", "ops"]);
    until(Duration::from_secs(10), || may(&mut stream).then_some(())).expect("now she has");
    scene.acme(&["policy", "assign", "eve", "--clear"]);
    until(Duration::from_secs(10), || (!may(&mut stream)).then_some(())).expect("and has no more");
}

/// What decides is named.
fn explained(scene: &Scene<'_>, ann: &str) {
    let nobody = scene.mint("eve", &[]);
    let said = scene.decided(&nobody, "orders", "drop");
    assert_eq!((&said[0]["allowed"], &said[0]["decided_by"]), (&json!(true), &json!(["default"])), "{said}");
    assert_eq!(
        (&said[1]["allowed"], &said[1]["decided_by"]),
        (&json!(false), &json!(["careful#destructive"])),
        "{said}"
    );
    assert_eq!(scene.decided(&nobody, "books", "sum")[0]["decided_by"], json!([]));
    assert_eq!(scene.decided(ann, "books", "sum")[1]["decided_by"], json!(["careful#finance"]));
    let doctor =
        scene.home.cli_with(&["--tenant", "acme", "doctor", "--tool", "orders__drop", "--as", &nobody], &HS256, "");
    assert!(doctor.stdout.contains("careful#destructive"), "{doctor:?}");
}

/// What was saved can be removed, and the shipped rule replaced.
fn replaced(scene: &Scene<'_>, file: &str) {
    let (ann, nobody) = (scene.mint("ann", &[]), scene.mint("eve", &[]));
    scene.acme(&["policy", "remove", "careful", "--yes"]);
    let free = || scene.call("/rpc", &nobody, "orders__drop").json()["result"].is_object().then_some(());
    until(DEADLINE, free).expect("in force no more");
    assert_eq!(scene.home.cli(&["--tenant", "acme", "policy", "remove", "careful", "--yes"]).code, 3);

    // The shipped rule can be replaced, and comes back.
    std::fs::write(file, r#"permit (principal == User::"ann", action, resource);"#).expect("written");
    scene.acme(&["policy", "set", "default", file]);
    until(DEADLINE, || scene.names(&nobody).is_empty().then_some(())).expect("nobody but ann");
    assert_eq!(scene.names(&ann).len(), 3);
    scene.acme(&["policy", "remove", "default", "--yes"]);
    until(DEADLINE, || (scene.names(&nobody).len() == 2).then_some(())).expect("as it was");
}

#[test]
fn policies_decide_while_the_gateway_runs_on_sqlite() {
    steps(&Home::new());
}

#[test]
fn policies_decide_while_the_gateway_runs_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    steps(&Home::on_mongodb(&uri));
}

/// Calls that write are changes of the store as well, one after the other: what an operator changes among them must not
/// wait until they rest.
#[test]
fn a_policy_is_in_force_within_a_second_under_calls_without_end() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    let scene = Scene::new(&home);
    let (ann, ops) = (scene.mint("ann", &[]), scene.mint("bob", &["ops"]));
    let file = home.path("careful.cedar");
    std::fs::write(&file, CAREFUL).expect("written");
    let stop = AtomicBool::new(false);
    let took = std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    scene.call("/rpc", &ops, "orders__drop");
                }
            });
        }
        std::thread::sleep(Duration::from_millis(500));
        scene.acme(&["policy", "set", "careful", file.to_str().expect("a path")]);
        let saved = Instant::now();
        let refused = || (scene.call("/rpc", &ann, "orders__drop").json()["error"]["code"] == -32003).then_some(());
        let refused = until(Duration::from_secs(10), refused).map(|()| saved.elapsed());
        stop.store(true, Ordering::Relaxed);
        refused
    });
    // Much less than a second; the rest is for a machine with other work.
    assert!(took.is_some_and(|took| took < Duration::from_secs(4)), "{took:?}");
}

/// A task was reached by everybody who had made it, whatever they might do by now, if they saw its server; and by nobody
/// who saw its tool alone.
#[test]
fn a_task_is_for_those_who_may_call_its_tool() {
    let home = Home::new();
    let task = json!({ "taskId": "t-1", "status": "working" });
    let tools = json!([{ "name": "do", "inputSchema": { "type": "object" } }]);
    let server = Fake::offering(json!({ "tools": {}, "tasks": {} }), move |method, _| match method {
        "tools/list" => Say::Result(json!({ "tools": tools })),
        "tools/call" => Say::Result(json!({ "task": task })),
        _ => Say::Result(task.clone()),
    });
    home.json(&["server", "add", "s", "--url", &server.url()]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start(&home, &[]);
    let ask = |method: &str, params: Value| {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        gateway.post("/mcp", &[("Accept", "application/json")], &frame.to_string()).json()
    };
    let call = || ask("tools/call", json!({ "name": "s__do", "arguments": {}, "task": {} }));
    let id = call()["result"]["task"]["taskId"].as_str().expect("a task").to_owned();
    let get = || ask("tasks/get", json!({ "taskId": id }));
    assert_eq!(get()["result"]["taskId"], json!(id), "{}", get());
    let file = home.path("policy.cedar");
    let set = |name: &str, text: &str| {
        std::fs::write(&file, text).expect("written");
        home.json(&["policy", "set", name, file.to_str().expect("a path")]);
    };
    // The tool, and nothing else of its server.
    set("default", "permit (principal, action, resource is Tool);");
    let prompt = || ask("prompts/get", json!({ "name": "s__x" }));
    until(DEADLINE, || prompt()["error"].is_object().then_some(())).expect("in force");
    assert_eq!(get()["result"]["taskId"], json!(id), "{}", get());
    // Neither to be called any more.
    set("stop", r#"forbid (principal, action == Action::"call", resource is Tool);"#);
    until(DEADLINE, || (call()["error"]["code"] == -32003).then_some(())).expect("in force");
    for method in ["tasks/get", "tasks/result", "tasks/update", "tasks/cancel"] {
        let refused = ask(method, json!({ "taskId": id }));
        assert_eq!(refused["error"]["data"]["reason"], "unknown_task", "{method}: {refused}");
    }
}
