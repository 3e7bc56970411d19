//! Nothing is lost, nothing is stored twice.
#![allow(clippy::print_stderr, reason = "the figures of a long run are what it is run for")]

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{behind, call, called, drained, server, spool, stored};
use crate::support::{DEADLINE, Gateway, Home, Mongod, http, mongod, random, setting, until};

/// Within which a store that is back has everything: ten seconds (how long it took is said), and what a machine with other
/// work adds.
const DRAINED: Duration = Duration::from_secs(40);

/// Calls without a pause until told to stop, and keeps the ids of the requests that were answered.
#[derive(Default)]
struct Load {
    stop: AtomicBool,
    asked: AtomicUsize,
    answered: Mutex<Vec<String>>,
    slowest: Mutex<Duration>,
}

impl Load {
    fn run(&self, gateway: &RwLock<Option<Gateway>>, name: &str) {
        for number in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            std::thread::sleep(Duration::from_millis(8));
            let address = gateway.read().expect("a gateway").as_ref().map(Gateway::address);
            let Some(address) = address else { continue };
            let id = format!("{name}-{number}");
            let headers = [("Content-Type", "application/json"), ("X-Request-ID", id.as_str())];
            self.asked.fetch_add(1, Ordering::Relaxed);
            let asked = Instant::now();
            let answer = http::request(address, "POST", "/rpc", &headers, &call("s__change", &json!({})));
            let Ok(answer) = answer else { continue };
            let is_whole = serde_json::from_str(&answer.body).is_ok_and(|body: Value| body.get("id").is_some());
            if is_whole {
                self.answered.lock().expect("the list").push(id);
                let mut slowest = self.slowest.lock().expect("a time");
                *slowest = asked.elapsed().max(*slowest);
            }
        }
    }

    /// Each that was answered is in the store, and no record is there twice.
    fn check(&self, home: &Home) -> usize {
        let answered = std::mem::take(&mut *self.answered.lock().expect("the list"));
        let found = stored(home);
        let lost: Vec<&String> = answered.iter().filter(|id| !found.contains_key(*id)).collect();
        let doubled: Vec<&String> = found.iter().filter(|(_, records)| records.len() > 1).map(|(id, _)| id).collect();
        let ids: HashSet<&str> = found.values().flatten().map(|record| record.id.as_str()).collect();
        assert_eq!(ids.len(), found.values().map(Vec::len).sum::<usize>(), "a record is there twice");
        assert!(lost.is_empty() && doubled.is_empty(), "lost {lost:?}, doubled {doubled:?}");
        eprintln!(
            "{} asked, {} answered, {} records, 0 lost, 0 doubled",
            self.asked.load(Ordering::Relaxed),
            answered.len(),
            found.len()
        );
        answered.len()
    }
}

fn kill(gateway: &Gateway) {
    let pid = i32::try_from(gateway.pid()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::KILL).expect("it runs");
}

fn killed_under_load(home: &Home) {
    let (server, kills) = (server(), setting("MCPGW_TEST_KILLS", 5));
    behind(home, &server);
    let start = || Gateway::start_with(home, &[], &[("AUTO_BOOTSTRAP", "false")]);
    let (gateway, load) = (RwLock::new(Some(start())), Load::default());
    let mut slowest_start = Duration::ZERO;
    std::thread::scope(|scope| {
        for name in ["a", "b"] {
            let (load, gateway) = (&load, &gateway);
            scope.spawn(move || load.run(gateway, name));
        }
        for _ in 0..kills {
            std::thread::sleep(Duration::from_millis(random(50, 1500)));
            let mut place = gateway.write().expect("a gateway");
            if let Some(gateway) = place.as_ref() {
                kill(gateway);
            }
            *place = None;
            let started = Instant::now();
            *place = Some(start());
            slowest_start = slowest_start.max(started.elapsed());
        }
        std::thread::sleep(Duration::from_millis(500));
        load.stop.store(true, Ordering::Relaxed);
    });
    let mut gateway = gateway.into_inner().expect("a gateway").expect("the last one");
    drained(&gateway, DRAINED).unwrap_or_else(|| panic!("not drained: {}", spool(&gateway)));
    let state = spool(&gateway);
    assert_eq!((&state["dropped"], &state["aside"]), (&json!(0), &json!(0)), "{state}");
    assert_eq!(gateway.stop(), Some(0));
    let answered = load.check(home);
    eprintln!("{kills} kills, slowest start {slowest_start:?}, torn lines in the last run {}", state["torn"]);
    assert!(answered > usize::try_from(kills).expect("few") * 5, "hardly any load: {answered}");
    let left = std::fs::read_dir(folder(home)).expect("the spool").filter_map(Result::ok);
    assert_eq!(left.filter(|entry| entry.path().is_dir()).count(), 0, "nothing is left in the spool");
}

/// The folder of the home's spool.
fn folder(home: &Home) -> std::path::PathBuf {
    let base = if home.uri().is_some() { home.path(".local/share/mcpgw/audit") } else { home.path("audit") };
    let mut folders = std::fs::read_dir(&base).expect("the spool").filter_map(Result::ok).map(|entry| entry.path());
    folders.next().expect("the folder of the store")
}

#[test]
fn no_answered_call_is_missing_after_kills_on_sqlite() {
    killed_under_load(&Home::new());
}

#[test]
fn no_answered_call_is_missing_after_kills_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    killed_under_load(&Home::on_mongodb(&uri));
}

/// Away for a while, twice: it does not answer, and it is killed.
#[test]
fn an_outage_of_the_store_loses_nothing() {
    let Some(mut mongod) = Mongod::start() else { return };
    let (server, home) = (server(), Home::on_mongodb(&mongod.uri()));
    behind(&home, &server);
    let gateway = RwLock::new(Some(Gateway::start_with(&home, &[], &[("AUTO_BOOTSTRAP", "false")])));
    let (load, outage) = (Load::default(), Duration::from_secs(setting("MCPGW_TEST_OUTAGE", 4)));
    std::thread::scope(|scope| {
        for name in ["a", "b", "c"] {
            let (load, gateway) = (&load, &gateway);
            scope.spawn(move || load.run(gateway, name));
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for is_killed in [false, true] {
                std::thread::sleep(Duration::from_secs(1));
                let before = load.answered.lock().expect("the list").len();
                if is_killed {
                    mongod.kill()
                } else {
                    mongod.pause()
                }
                std::thread::sleep(outage);
                let waiting = spool(gateway.read().expect("one").as_ref().expect("a gateway"));
                if is_killed {
                    mongod.restart()
                } else {
                    mongod.resume()
                }
                let back = Instant::now();
                let meanwhile = load.answered.lock().expect("the list").len() - before;
                let read = gateway.read().expect("one");
                // Under load it is never empty for long: less than what comes in a second.
                let few = || (spool(read.as_ref()?)["waiting_records"].as_u64()? < 150).then_some(());
                until(DRAINED, few).unwrap_or_else(|| panic!("not drained: {}", spool(read.as_ref().expect("one"))));
                eprintln!(
                    "away {outage:?} (killed: {is_killed}): {meanwhile} answered meanwhile, {} waited, drained in {:?}",
                    waiting["waiting_records"],
                    back.elapsed()
                );
                assert!(meanwhile > 50, "calls go on while the store is away: {meanwhile}");
            }
        }));
        load.stop.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    let mut gateway = gateway.into_inner().expect("a gateway").expect("one");
    drained(&gateway, DRAINED).unwrap_or_else(|| panic!("not drained: {}", spool(&gateway)));
    assert_eq!(spool(&gateway)["dropped"], 0);
    assert_eq!(gateway.stop(), Some(0));
    load.check(&home);
    eprintln!("slowest answer {:?}", load.slowest.lock().expect("a time"));
}

/// Holds the write lock of an embedded store: what it keeps can be read, and nothing can be written.
fn held(home: &Home, gateway: &Gateway) -> rusqlite::Connection {
    // What the gateway writes when it starts is written once it answers.
    assert!(called(gateway, "before", "s__read").get("result").is_some());
    drained(gateway, DRAINED).expect("drained");
    let connection = rusqlite::Connection::open(home.path("store.db")).expect("the store");
    connection.busy_timeout(Duration::from_secs(20)).expect("a timeout");
    connection.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    connection
}

/// Calls until the spool has no room, or the policy refuses; how many were answered with a result, and the refusal.
fn filled(gateway: &Gateway, name: &str, tool: &str, most: usize) -> (usize, Option<Value>) {
    for number in 0..most {
        let answer = called(gateway, &format!("{name}-{number}"), tool);
        if answer.get("result").is_none() {
            return (number, Some(answer));
        }
    }
    (most, None)
}

#[test]
fn a_full_spool_drops_and_counts() {
    let (server, home) = (server(), Home::new());
    behind(&home, &server);
    let env = [("AUDIT_SPOOL_MAX_BYTES", "65536"), ("AUDIT_SPOOL_POLICY", "drop"), ("AUTO_BOOTSTRAP", "false")];
    let mut gateway = Gateway::start_with(&home, &[], &env);
    let lock = held(&home, &gateway);
    let (answered, refused) = filled(&gateway, "drop", "s__change", 300);
    assert_eq!((answered, refused), (300, None));
    let state = spool(&gateway);
    let dropped = usize::try_from(state["dropped"].as_u64().expect("a number")).expect("few");
    assert!(dropped > 50 && state["waiting_bytes"].as_u64() <= Some(65536), "{state}");
    drop(lock);
    drained(&gateway, Duration::from_secs(20)).unwrap_or_else(|| panic!("{}", spool(&gateway)));
    assert!(called(&gateway, "after", "s__change").get("result").is_some());
    assert_eq!(gateway.stop(), Some(0));
    let found = stored(&home);
    assert_eq!(found.len(), 300 - dropped + 2, "what is missing was counted");
    assert!(found.contains_key("after"));
}

#[test]
fn a_full_spool_denies_what_may_change_something() {
    let (server, home) = (server(), Home::new());
    behind(&home, &server);
    let env = [("AUDIT_SPOOL_MAX_BYTES", "65536"), ("AUDIT_SPOOL_POLICY", "deny"), ("AUTO_BOOTSTRAP", "false")];
    let mut gateway = Gateway::start_with(&home, &[], &env);
    let lock = held(&home, &gateway);
    let (answered, refused) = filled(&gateway, "deny", "s__change", 300);
    let refused = refused.expect("a refusal");
    assert!(answered > 50, "{answered}");
    let error = &refused["error"];
    assert_eq!((&error["code"], &error["data"]["reason"]), (&json!(-32005), &json!("audit_unavailable")), "{refused}");
    assert_eq!(server.calls(), answered + 1, "what was refused was not executed");
    assert!(called(&gateway, "reads", "s__read").get("result").is_some(), "what only reads goes on");
    drop(lock);
    drained(&gateway, Duration::from_secs(20)).unwrap_or_else(|| panic!("{}", spool(&gateway)));
    assert!(called(&gateway, "after", "s__change").get("result").is_some(), "there is room again");
    assert_eq!(gateway.stop(), Some(0));
    let found = stored(&home);
    for number in 0..answered {
        assert_eq!(found.get(&format!("deny-{number}")).map(Vec::len), Some(1), "every executed call is recorded");
    }
}

#[test]
fn a_spool_that_cannot_be_written_denies_and_recovers() {
    let (server, home) = (server(), Home::new());
    behind(&home, &server);
    let place = home.path("spool");
    // A file where the folder should be.
    std::fs::write(&place, "in the way").expect("a file");
    let env = [
        ("AUDIT_SPOOL_DIR", place.to_str().expect("a path")),
        ("AUDIT_SPOOL_POLICY", "deny"),
        ("AUTO_BOOTSTRAP", "false"),
    ];
    let mut gateway = Gateway::start_with(&home, &[], &env);
    let refused = called(&gateway, "1", "s__change");
    assert_eq!(refused["error"]["data"]["reason"], "audit_unavailable", "{refused}");
    assert!(called(&gateway, "2", "s__read").get("result").is_some());
    assert_eq!(spool(&gateway)["is_writable"], false);
    std::fs::remove_file(&place).expect("removed");
    let again = || called(&gateway, "3", "s__change").get("result").map(|_| ());
    until(DEADLINE, again).expect("it recovers");
    assert_eq!(gateway.stop(), Some(0));
    assert!(stored(&home).contains_key("3"));
}

#[test]
fn records_of_a_tenant_that_is_gone_hold_up_nobody() {
    let (server, home) = (server(), Home::new());
    behind(&home, &server);
    let gateway = Gateway::start_with(&home, &[], &[("AUTO_BOOTSTRAP", "false")]);
    let of_other = |id: &str| {
        let headers = [("X-MCP-Tenant", "other"), ("X-Request-ID", id)];
        gateway.post("/rpc", &headers, &call("s__read", &json!({}))).json()
    };
    of_other("first");
    drained(&gateway, DRAINED).expect("drained");
    assert_eq!(spool(&gateway)["aside"], 0);
    assert_eq!(home.cli(&["tenant", "remove", "other", "--yes"]).code, 0);
    // The gateway has not noticed yet.
    of_other("second");
    assert!(called(&gateway, "own", "s__read").get("result").is_some());
    drained(&gateway, DRAINED).unwrap_or_else(|| panic!("{}", spool(&gateway)));
    assert_eq!(spool(&gateway)["aside"], 1, "{}", gateway.log());
    assert!(stored(&home).contains_key("own"));
    assert_eq!(home.json(&["tenant", "list"])["tenants"].as_array().map(Vec::len), Some(1), "nobody brings it back");
}
