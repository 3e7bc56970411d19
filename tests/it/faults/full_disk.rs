//! A disk that is full: what reads goes on, what writes says so, what is missing was counted, and nothing is damaged.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{SCOPE, add, names, within};
use crate::admin_api::Admin;
use crate::audit::{server, spool, stored};
use crate::operation::figures::Figures;
use crate::support::deps::offered;
use crate::support::{DEADLINE, Home, random, run, setting};

/// A file system in memory over the folder of a home; unmounted with its owner, which has to go before the home does.
pub(super) struct Disk {
    place: PathBuf,
}

impl Disk {
    /// One of this size, where this user may mount.
    pub(super) fn over(home: &Home, size: &str) -> Option<Self> {
        let (place, size) = (home.path(""), format!("size={size}"));
        let mounted = run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&place), "", DEADLINE);
        let why = format!("a file system cannot be mounted here: {}", mounted.stderr.trim());
        offered("mount", if mounted.code == 0 { Ok(Self { place }) } else { Err(&why) })
    }

    /// Takes all that is left of it.
    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.filler()).expect("a file");
        for piece in [&[b'x'; 65536][..], &[b'x'; 512], b"x"] {
            while file.write_all(piece).is_ok() {}
        }
    }

    /// Gives it back.
    fn free(&self) {
        fs::remove_file(self.filler()).expect("a file");
    }

    fn filler(&self) -> PathBuf {
        self.place.join("filler")
    }

    /// Has nothing on it be changed any more.
    pub(super) fn protect(&self) {
        let done = run(Command::new("mount").args(["-o", "remount,ro"]).arg(&self.place), "", DEADLINE);
        assert_eq!(done.code, 0, "{done:?}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: somebody may still be in there.
        drop(Command::new("umount").arg("-l").arg(&self.place).status());
    }
}

/// Those who use a gateway without a pause, and the ids of what they asked that leaves a record.
struct Load<'a> {
    admin: &'a Admin,
    is_over: AtomicBool,
    asked: AtomicUsize,
    recorded: Mutex<HashSet<String>>,
}

impl Load<'_> {
    fn ask(&self, path: &str, body: &Value) -> (u16, Value) {
        let id = format!("r-{}", self.asked.fetch_add(1, Ordering::Relaxed));
        let headers = [("X-Request-ID", id.as_str()), ("Content-Type", "application/json")];
        let answer = self.admin.ask("POST", path, &headers, body);
        if body["method"] != "tools/list" {
            self.recorded.lock().expect("the ids").insert(id);
        }
        (answer.status, answer.json())
    }

    fn rpc(&self, method: &str, params: Value) -> Value {
        self.ask("/rpc", &json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })).1
    }

    /// What reads, and what is only passed on, is right whatever the disk is like.
    fn reads(&self) {
        while !self.is_over.load(Ordering::SeqCst) {
            let listed = self.rpc("tools/list", json!({}));
            assert_eq!(names(&listed).len(), 6, "{listed}");
            let found = self.rpc("tools/search", json!({ "query": "The tool change" }));
            assert!(found["result"]["results"][0].is_object(), "{found}");
            let called = self.rpc("tools/call", json!({ "name": "s__change", "arguments": {} }));
            assert!(called["result"]["content"][0].is_object(), "{called}");
        }
    }

    /// Whether a server could be added; if not, the store is said to be the reason.
    fn adds(&self, name: &str) -> bool {
        let (status, answer) = self.ask("/admin/servers", &json!({ "name": name, "url": "http://127.0.0.1:1/mcp" }));
        let why = answer["error"]["message"].as_str().unwrap_or_default();
        assert!([201, 409].contains(&status) || status == 503 && why.contains("store"), "{status}: {answer}");
        status != 503
    }
}

/// How long it stays full, for what counts how often the store has refused something.
const FULL: Duration = Duration::from_secs(1);

/// `MCPGW_TEST_FULL_DISKS` times (2), under load.
#[test]
fn a_full_disk_loses_what_it_counts_and_damages_nothing() {
    let (server, home) = (server(), Home::new());
    let Some(disk) = Disk::over(&home, "12m") else { return };
    add(&home, "s", &server);
    home.json(&["server", "add", "spare", "--url", "http://127.0.0.1:1/mcp"]);
    // The store is tried again so often that a second is long.
    let env = [("AUDIT_SPOOL_POLICY", "drop"), ("AUTO_BOOTSTRAP", "false"), ("AUDIT_FLUSH_MS", "10")];
    let mut admin = Admin::seeing(SCOPE, &home, &[], &env);
    let is_ready = || admin.gateway.get("/health/ready").status == 200;
    let load =
        Load { admin: &admin, is_over: AtomicBool::new(false), asked: AtomicUsize::new(0), recorded: Mutex::default() };
    let (mut slowest, mut kept) = (Duration::ZERO, vec!["s".to_owned()]);
    let dropped = || Figures::of(&admin.gateway).get("mcpgw_audit_dropped_total");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| load.reads());
        }
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for round in 0..setting("MCPGW_TEST_FULL_DISKS", 2) {
                std::thread::sleep(Duration::from_millis(random(50, 500)));
                let before = dropped();
                disk.fill();
                within(Duration::from_secs(5), "records are dropped", || {
                    // What other files give up is taken, too.
                    disk.fill();
                    dropped() > before
                });
                // As long as its log is written anew from the beginning, it takes no room.
                let mut names = (0..).map(|number| format!("full{round}-{number}"));
                within(Duration::from_secs(5), "a write is refused", || {
                    let name = names.next().unwrap_or_default();
                    let is_added = load.adds(&name);
                    kept.extend(is_added.then_some(name));
                    !is_added
                });
                let refused = home.cli(&["server", "disable", "spare"]);
                let is_coded = refused.code == 4 && refused.stderr.contains("free some space");
                // What is smaller may still fit.
                assert!(is_coded || refused.code == 0, "{refused:?}");
                assert!(is_ready(), "what can be read is served");
                std::thread::sleep(FULL);
                disk.free();
                let freed = Instant::now();
                let name = format!("free{round}");
                within(Duration::from_secs(5), "a write is taken again", || load.adds(&name));
                within(Duration::from_secs(5), "the spool is written again", || {
                    spool(&admin.gateway)["is_writable"] == true
                });
                slowest = slowest.max(freed.elapsed());
                kept.push(name);
            }
        }));
        load.is_over.store(true, Ordering::SeqCst);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    within(Duration::from_secs(10), "the spool is empty", || spool(&admin.gateway)["waiting_records"] == 0);
    let (dropped, recorded) = (dropped(), load.recorded.into_inner().expect("the ids"));
    assert!(!admin.gateway.log().contains("a panic"), "{}", admin.gateway.log());
    assert_eq!(spool(&admin.gateway)["aside"], 0);
    assert_eq!(admin.gateway.stop(), Some(0));
    let found = stored(&home);
    let doubled: Vec<&String> = found.iter().filter(|(_, records)| records.len() > 1).map(|(id, _)| id).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
    let missing = recorded.iter().filter(|id| !found.contains_key(*id)).count();
    eprintln!("{} records, {missing} missing, {dropped} counted, slowest recovery {slowest:?}", recorded.len());
    assert_eq!(missing as f64, dropped, "what is missing was counted");
    assert!(recorded.len() - missing > 20, "{} of {} are missing", missing, recorded.len());
    let store = rusqlite::Connection::open(home.path("store.db")).expect("the store");
    let verdict: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
    let listed = home.json(&["server", "list"]);
    let listed: Vec<&str> =
        listed["servers"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str()).collect();
    assert!(kept.iter().all(|name| listed.contains(&name.as_str())), "{kept:?}: {listed:?}");
}
