//! Every command that the gateway gives MongoDB fails in every way that the server has for it: what can go on goes on,
//! what cannot says so with a code, nothing is done twice, and afterwards everything is as it was.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use serde_json::{Value, json};

use super::{LEEWAY, SCOPE, add, is_unharmed, names, within};
use crate::admin_api::Admin;
use crate::audit::{drained, stored};
use crate::fake::{Fake, Say};
use crate::support::http::Response;
use crate::support::mongod::Options;
use crate::support::{DEADLINE, Home, Mongod, setting};

const COMMANDS: [&str; 14] = [
    "find",
    "insert",
    "update",
    "delete",
    "aggregate",
    "getMore",
    "commitTransaction",
    "abortTransaction",
    "create",
    "createIndexes",
    "listCollections",
    "dropDatabase",
    "ping",
    "hello",
];
/// Those that are only given when a tenant comes or goes.
const OF_TENANTS: [&str; 2] = ["create", "dropDatabase"];
/// Those that a process gives once, so that the command line is the one to be told.
const OF_PROCESSES: [&str; 3] = ["update", "createIndexes", "listCollections"];

/// How a command fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// With a code of the server, and nothing was done.
    Code(i32),
    /// It was done, and a majority does not have it yet.
    Unacknowledged(i32),
    Closed,
    /// It takes longer than anybody should wait.
    Blocked,
}

/// Shutting down, stepping down, no primary, interrupted, not allowed, out of time, no disk.
const WAYS: [Way; 11] = [
    Way::Code(91),
    Way::Unacknowledged(91),
    Way::Closed,
    Way::Code(189),
    Way::Code(13),
    Way::Code(10107),
    Way::Unacknowledged(64),
    Way::Code(11600),
    Way::Code(50),
    Way::Code(14031),
    Way::Blocked,
];

impl Way {
    fn data(self) -> Document {
        match self {
            Self::Code(code) => doc! { "errorCode": code },
            Self::Unacknowledged(code) => doc! { "writeConcernError": { "code": code, "errmsg": "not yet" } },
            Self::Closed => doc! { "closeConnection": true },
            Self::Blocked => {
                let long = i64::try_from(setting("MCPGW_TEST_BLOCKED_MS", 2_500)).expect("some seconds");
                doc! { "blockConnection": true, "blockTimeMS": long }
            }
        }
    }

    /// Whether a command can fail like this.
    fn is_for(self, command: &str) -> bool {
        let writes = ["insert", "update", "delete", "commitTransaction"].contains(&command);
        writes || !matches!(self, Self::Unacknowledged(_))
    }
}

/// A gateway, those who use it, and a server whose list of tools is another one whenever it is told to.
struct World {
    admin: Admin,
    home: Home,
    mongod: Mongod,
    generation: Arc<AtomicUsize>,
    server: Fake,
    asked: AtomicUsize,
    /// Requests that were done, whose records have to be there.
    done: Mutex<Vec<String>>,
    slowest: Mutex<Duration>,
}

impl World {
    fn new() -> Option<Self> {
        let args = &["--setParameter", "enableTestCommands=1"];
        let mongod = Mongod::start_with(Options { args, ..Options::default() })?;
        let generation = Arc::new(AtomicUsize::new(0));
        let now = Arc::clone(&generation);
        let server = Fake::start(move |method, _| {
            let tool = |name: &str| json!({ "name": name, "description": format!("It does {name}"), "inputSchema": { "type": "object" } });
            match method {
                "tools/list" => {
                    Say::Result(json!({ "tools": tools(now.load(Ordering::SeqCst)).map(|name| tool(&name)) }))
                }
                _ => Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] })),
            }
        });
        let home = Home::on_mongodb(&mongod.uri());
        add(&home, "s", &server);
        let admin = Admin::seeing(SCOPE, &home, &[], &[("AUTO_BOOTSTRAP", "false")]);
        let (asked, done, slowest) = (AtomicUsize::new(0), Mutex::default(), Mutex::default());
        Some(Self { admin, home, mongod, generation, server, asked, done, slowest })
    }

    /// One request under an id of its own, which is noted where it was done.
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Response {
        let id = format!("r-{}", self.asked.fetch_add(1, Ordering::Relaxed));
        let headers = [&[("X-Request-ID", id.as_str()), ("Content-Type", "application/json")], headers].concat();
        let answer = self.admin.ask(method, path, &headers, body);
        let is_call = body["method"] == "tools/call";
        if is_call && answer.status == 200 || path.starts_with("/admin") && method != "GET" && answer.status < 300 {
            self.done.lock().expect("the list").push(id);
        }
        answer
    }

    fn rpc(&self, method: &str, params: Value) -> Value {
        let asked = Instant::now();
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.ask("POST", "/rpc", &[], &frame).json();
        let mut slowest = self.slowest.lock().expect("a time");
        *slowest = asked.elapsed().max(*slowest);
        answer
    }

    /// What is known goes on: a list, a search and a call are right whatever the store does.
    fn serves(&self, row: &str) {
        let listed = self.rpc("tools/list", json!({}));
        assert!(names(&listed).contains(&"s__go".to_owned()), "{row}: {listed}");
        let found = self.rpc("tools/search", json!({ "query": "It does go" }));
        assert!(found["result"]["results"][0].is_object(), "{row}: {found}");
        let called = self.rpc("tools/call", json!({ "name": "s__go", "arguments": {} }));
        assert_eq!(called["result"]["content"][0]["text"], "done", "{row}: {called}");
    }

    /// An administrator's request: whether it was done, or was refused because of the store and nothing else.
    #[track_caller]
    fn administers(&self, row: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> bool {
        let answer = self.ask(method, path, headers, body);
        let error = || answer.json()["error"]["message"].as_str().map(str::to_owned);
        let is_coded = answer.status == 503 && error().is_some_and(|why| !why.is_empty());
        assert!(answer.status < 300 || is_coded, "{row}: {method} {path}: {answer:?}");
        answer.status < 300
    }

    /// What an administrator does while something fails.
    fn changes(&self, row: &Row, name: &str) {
        let say = row.to_string();
        let none = Value::Null;
        self.administers(&say, "POST", "/admin/servers", &[], &json!({ "name": name, "url": self.server.url() }));
        let shown = self.ask("GET", &format!("/admin/servers/{name}"), &[], &none);
        if let Some(tag) = shown.header("etag") {
            // Nobody else changes it, so that “changed meanwhile” would be a lie.
            let (path, tag) = (format!("/admin/servers/{name}"), [("If-Match", tag)]);
            self.administers(&say, "PATCH", &path, &tag, &json!({ "scopes": ["a"] }));
        }
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.administers(&say, "POST", "/admin/catalog/sync", &[], &json!({ "server": "s", "prune": true }));
        if row.has_tenants {
            self.administers(&say, "POST", "/admin/tenants", &[], &json!({ "id": name }));
            let gone = self.ask("DELETE", &format!("/admin/tenants/{name}"), &[], &none);
            assert!([200, 404, 503].contains(&gone.status), "{say}: {gone:?}");
        }
        let hello = json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }
        });
        let opened = self.ask("POST", "/mcp", &[], &hello);
        let frame = if opened.status == 200 { opened.json() } else { Value::Null };
        assert!(frame["result"].is_object() || opened.json()["error"]["code"].is_i64(), "{say}: {opened:?}");
        if row.has_command_line {
            let done = self.home.cli(&["server", "disable", name]);
            assert!([0, 3, 4].contains(&done.code), "{say}: {done:?}");
            assert!(done.code == 0 || !done.stderr.is_empty(), "{say}: {done:?}");
        }
    }

    /// Everything is right again: how long that took.
    fn recovers(&self, row: &Row, name: &str) -> Duration {
        let (say, none) = (row.to_string(), Value::Null);
        let path = format!("/admin/servers/{name}");
        let started = Instant::now();
        let left = || Duration::from_secs(5).saturating_sub(started.elapsed());
        let again = |method: &str, path: &str, body: &Value, good: &[u16]| {
            within(left(), &format!("{say}: {method} {path}"), || {
                let answer = self.ask(method, path, &[], body);
                good.contains(&answer.status) && !answer.body.contains(r#""status":"failed""#)
            })
        };
        within(left(), &format!("{say}: ready"), || self.admin.gateway.get("/health/ready").status == 200);
        // It may be there already: what was not acknowledged may be done all the same, once.
        again("POST", "/admin/servers", &json!({ "name": name, "url": self.server.url() }), &[201, 409]);
        again("PATCH", &path, &json!({ "scopes": ["b"], "enabled": true }), &[200]);
        let shown = self.ask("GET", &path, &[], &none).json();
        assert_eq!((&shown["scopes"], &shown["enabled"]), (&json!(["b"]), &json!(true)), "{say}: {shown}");
        again("POST", "/admin/catalog/sync", &json!({ "server": "s", "prune": true }), &[200]);
        again("DELETE", &path, &none, &[200]);
        assert_eq!(self.ask("GET", &path, &[], &none).status, 404, "{say}");
        if row.has_tenants {
            again("POST", "/admin/tenants", &json!({ "id": name }), &[200]);
            again("DELETE", &format!("/admin/tenants/{name}"), &none, &[200]);
        }
        // All of one list and nothing of another, and the feed tells of it.
        let wanted = tools(self.generation.load(Ordering::SeqCst)).map(|tool| format!("s__{tool}"));
        let wanted: BTreeSet<String> = wanted.into_iter().collect();
        within(left(), &format!("{say}: the list"), || {
            names(&self.rpc("tools/list", json!({}))).into_iter().collect::<BTreeSet<_>>() == wanted
        });
        started.elapsed()
    }

    /// Has it fail for a while, and until an administrator has done everything once.
    fn endures(&self, row: &Row, number: usize) -> Duration {
        let name = format!("n{number}");
        let mut data = doc! { "failCommands": [row.command], "appName": "mcpgw" };
        data.extend(row.way.data());
        let mode = if row.is_lasting {
            doc! { "mode": "alwaysOn" }
        } else {
            doc! { "mode": { "times": 1 } }
        };
        let mut on = doc! { "configureFailPoint": "failCommand" };
        on.extend(mode);
        on.insert("data", data);
        self.mongod.command("admin", on);
        let started = Instant::now();
        let lasts = Duration::from_millis(if row.is_lasting { setting("MCPGW_TEST_FAILING_MS", 300) } else { 0 });
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let served = scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) || started.elapsed() < lasts {
                    self.serves(&row.to_string());
                    std::thread::sleep(Duration::from_millis(10));
                }
            });
            // Also where it panics: the other thread has to end.
            let changed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.changes(row, &name)));
            is_over.store(true, Ordering::SeqCst);
            served.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            changed.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
        self.mongod.command("admin", doc! { "configureFailPoint": "failCommand", "mode": "off" });
        self.recovers(row, &name)
    }

    /// What was done is recorded once.
    fn is_recorded_once(&self) -> usize {
        drained(&self.admin.gateway, DEADLINE).expect("drained");
        let (done, found) = (self.done.lock().expect("the list"), stored(&self.home));
        let lost: Vec<&String> = done.iter().filter(|id| !found.contains_key(*id)).collect();
        let doubled: Vec<&String> = found.iter().filter(|(_, it)| it.len() > 1).map(|(id, _)| id).collect();
        assert!(lost.is_empty() && doubled.is_empty(), "lost {lost:?}, doubled {doubled:?}");
        done.len()
    }
}

/// What the server lists.
fn tools(generation: usize) -> [String; 3] {
    ["go".to_owned(), format!("a{generation}"), format!("b{generation}")]
}

struct Row {
    command: &'static str,
    way: Way,
    /// For as long as it is on, and not just once.
    is_lasting: bool,
    has_tenants: bool,
    has_command_line: bool,
}

impl std::fmt::Display for Row {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lasting = if self.is_lasting { "always" } else { "once" };
        write!(formatter, "{} fails with {:?}, {lasting}", self.command, self.way)
    }
}

/// Each command, or those that `MCPGW_TEST_COMMANDS` names, fails in so many ways; `MCPGW_TEST_FAILURES=11` for all of
/// them, once and for a while each.
fn rows() -> Vec<Row> {
    let named = std::env::var("MCPGW_TEST_COMMANDS").unwrap_or_default();
    let ways = usize::try_from(setting("MCPGW_TEST_FAILURES", 1)).expect("few");
    let is_whole = ways > 1;
    let mut rows = Vec::new();
    for (number, command) in COMMANDS.into_iter().enumerate() {
        if !named.is_empty() && !named.split(',').any(|name| name == command) {
            continue;
        }
        // Each begins with another way.
        let ways_of = WAYS.into_iter().cycle().skip(number).take(WAYS.len()).filter(|way| way.is_for(command));
        for way in ways_of.take(ways) {
            let (has_tenants, has_command_line) =
                (is_whole || OF_TENANTS.contains(&command), is_whole || OF_PROCESSES.contains(&command));
            let row = |is_lasting| Row { command, way, is_lasting, has_tenants, has_command_line };
            match is_whole {
                true => rows.extend([row(false), row(true)]),
                false => rows.push(row(number % 2 == 1)),
            }
        }
    }
    rows
}

#[test]
fn a_store_that_fails_each_command_in_turn_costs_no_answer_and_doubles_nothing() {
    let Some(mut world) = World::new() else { return };
    // What is asked first is read from the store.
    world.serves("at first");
    *world.slowest.lock().expect("a time") = Duration::ZERO;
    let rows = rows();
    let mut slowest = (Duration::ZERO, String::new());
    for (number, row) in rows.iter().enumerate() {
        let began = Instant::now();
        let took = world.endures(row, number);
        if std::env::var_os("MCPGW_TEST_FAILURES").is_some() {
            eprintln!("{row}: {:?}, all right {took:?} after it", began.elapsed());
        }
        if took > slowest.0 {
            slowest = (took, row.to_string());
        }
    }
    assert!(slowest.0 < Duration::from_secs(5) + LEEWAY, "{slowest:?}");
    let recorded = world.is_recorded_once();
    is_unharmed(&world.admin.gateway);
    assert_eq!(world.admin.gateway.stop(), Some(0));
    let answer = world.slowest.lock().expect("a time");
    eprintln!(
        "{} rows, {recorded} requests done and recorded once, slowest answer {answer:?}, slowest recovery {slowest:?}",
        rows.len()
    );
}
