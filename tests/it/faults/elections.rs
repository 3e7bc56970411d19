//! A set of three whose primary steps down or is killed, again and again: reads do not notice, writes wait for the
//! election, and what was acknowledged stays.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mongodb::bson::doc;
use serde_json::{Value, json};

use super::{LEEWAY, SCOPE, add, is_unharmed, names};
use crate::admin_api::Admin;
use crate::audit::{drained, stored};
use crate::fake::Fake;
use crate::support::mongod::ReplicaSet;
use crate::support::{DEADLINE, Home, setting, until};

/// Within which a set has another primary and writes are taken again.
const ELECTION: Duration = Duration::from_secs(15);
/// Between two writes: a registry of thousands is another test.
const PAUSE: Duration = Duration::from_millis(100);

/// Servers that were added, and requests that were answered.
struct Load<'a> {
    admin: &'a Admin,
    is_over: AtomicBool,
    asked: AtomicUsize,
    added: Mutex<Vec<String>>,
    last: Mutex<Instant>,
    /// The longest time without a write.
    gap: Mutex<Duration>,
    called: Mutex<Vec<String>>,
    slowest: Mutex<Duration>,
}

impl<'a> Load<'a> {
    fn of(admin: &'a Admin) -> Self {
        Self {
            admin,
            is_over: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            added: Mutex::default(),
            last: Mutex::new(Instant::now()),
            gap: Mutex::default(),
            called: Mutex::default(),
            slowest: Mutex::default(),
        }
    }

    fn writes(&self) {
        for number in 0.. {
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            let name = format!("w{number}");
            let form = json!({ "name": name, "url": "http://127.0.0.1:1/mcp" });
            // One that was not acknowledged may be there all the same; the next attempt says so.
            let is_acknowledged = || {
                let answer = self.admin.ask("POST", "/admin/servers", &[], &form);
                assert!([201, 409, 503].contains(&answer.status), "{answer:?}");
                (answer.status != 503 || self.is_over.load(Ordering::SeqCst)).then_some(answer.status)
            };
            let status = until(DEADLINE, is_acknowledged).expect("writes are taken again");
            if status == 503 {
                return;
            }
            let former = std::mem::replace(&mut *self.last.lock().expect("a time"), Instant::now());
            let mut gap = self.gap.lock().expect("a time");
            *gap = former.elapsed().max(*gap);
            self.added.lock().expect("the list").push(name);
            drop(gap);
            std::thread::sleep(PAUSE);
        }
    }

    fn reads(&self) {
        while !self.is_over.load(Ordering::SeqCst) {
            let asked = Instant::now();
            let id = format!("r-{}", self.asked.fetch_add(1, Ordering::Relaxed));
            let called = self.rpc(&id, "tools/call", json!({ "name": "s__go", "arguments": {} }));
            assert_eq!(called["result"]["content"][0]["text"], "done", "{called}");
            self.called.lock().expect("the list").push(id);
            let listed = self.rpc("list", "tools/list", json!({}));
            assert_eq!(names(&listed), ["s__go"], "{listed}");
            let found = self.rpc("search", "tools/search", json!({ "query": "It does go" }));
            assert!(found["result"]["results"][0].is_object(), "{found}");
            let mut slowest = self.slowest.lock().expect("a time");
            *slowest = asked.elapsed().max(*slowest);
            drop(slowest);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn rpc(&self, id: &str, method: &str, params: Value) -> Value {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let headers = [("X-Request-ID", id), ("Content-Type", "application/json")];
        self.admin.ask("POST", "/rpc", &headers, &frame).json()
    }

    /// Waits for the next write that was begun after this.
    fn is_written_again(&self) {
        let before = self.added.lock().expect("the list").len();
        // One may have been on its way.
        let more = || (self.added.lock().expect("the list").len() > before + 1).then_some(());
        until(ELECTION + LEEWAY, more).expect("writes are taken again");
    }
}

/// `MCPGW_TEST_STEP_DOWNS` (1) and `MCPGW_TEST_PRIMARY_KILLS` (1), with elections after `MCPGW_TEST_ELECTION_MS` of
/// silence (2,000; MongoDB's own is 10,000).
#[test]
fn elections_and_killed_primaries_lose_no_acknowledged_write() {
    let timeout = Duration::from_millis(setting("MCPGW_TEST_ELECTION_MS", 2_000));
    let Some(mut set) = ReplicaSet::start(3, timeout) else { return };
    let home = Home::on_mongodb(&set.uri());
    let tools = json!([{ "name": "go", "description": "It does go", "inputSchema": { "type": "object" } }]);
    let server = Fake::listing(tools);
    add(&home, "s", &server);
    let mut admin = Admin::seeing(SCOPE, &home, &[], &[("AUTO_BOOTSTRAP", "false")]);
    let load = Load::of(&admin);
    // What is asked first is read from the store.
    assert_eq!(names(&load.rpc("first", "tools/list", json!({}))), ["s__go"]);
    let (step_downs, kills) = (setting("MCPGW_TEST_STEP_DOWNS", 1), setting("MCPGW_TEST_PRIMARY_KILLS", 1));
    std::thread::scope(|scope| {
        scope.spawn(|| load.writes());
        for _ in 0..2 {
            scope.spawn(|| load.reads());
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..step_downs {
                let command = doc! { "replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 2 };
                // It does so once another has all that it has.
                let steps_down = || set.members[set.primary()?].try_command("admin", command.clone()).ok();
                until(DEADLINE, steps_down).expect("it steps down");
                load.is_written_again();
            }
            for _ in 0..kills {
                until(DEADLINE, || set.is_whole().then_some(())).expect("all of them");
                let primary = set.primary().expect("a primary");
                set.members[primary].kill();
                load.is_written_again();
                set.members[primary].restart();
            }
        }));
        load.is_over.store(true, Ordering::SeqCst);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    let (added, called) = (load.added.into_inner().expect("a list"), load.called.into_inner().expect("a list"));
    let (gap, slowest) = (load.gap.into_inner().expect("a time"), load.slowest.into_inner().expect("a time"));
    eprintln!(
        "{step_downs} step downs, {kills} kills: {} writes, longest without {gap:?}; {} rounds of reads, slowest {slowest:?}",
        added.len(),
        called.len()
    );
    assert!(gap < ELECTION + LEEWAY, "{gap:?} without a write");
    assert!(slowest < Duration::from_secs(2), "reads wait for nobody: {slowest:?}");
    drained(&admin.gateway, DEADLINE).expect("drained");
    is_unharmed(&admin.gateway);
    assert_eq!(admin.gateway.stop(), Some(0));
    let listed = home.json(&["server", "list"]);
    let listed: Vec<&str> =
        listed["servers"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str()).collect();
    let lost: Vec<&String> = added.iter().filter(|name| !listed.contains(&name.as_str())).collect();
    assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
    let found = stored(&home);
    let missing: Vec<&String> = called.iter().filter(|id| found.get(*id).is_none_or(|it| it.len() != 1)).collect();
    assert!(missing.is_empty(), "not recorded once: {missing:?}");
}
