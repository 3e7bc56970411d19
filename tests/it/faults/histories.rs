//! Two replicas that are killed and stopped while the registry changes: what was acknowledged is seen by both in the end,
//! nothing that was removed comes back, and no replica goes back in time.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{LEEWAY, SCOPE, names};
use crate::admin_api::{Admin, MODE};
use crate::fake::Fake;
use crate::support::{DEADLINE, Gateway, Home, http, mongod, random, setting, until};

/// Of servers that are there at a time.
const MOST: usize = 5;

/// What a replica has shown of a server. It goes through this once.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    There,
    Gone,
}

struct World {
    home: Home,
    bearer: String,
    server: Fake,
    replicas: [RwLock<Option<Gateway>>; 2],
    is_over: AtomicBool,
    /// What a replica showed that cannot be.
    broken: Mutex<Vec<String>>,
}

impl World {
    fn new(home: Home) -> Self {
        let bearer = Admin::token(SCOPE, &home);
        let server = Fake::listing(json!([{ "name": "go", "inputSchema": { "type": "object" } }]));
        // One makes the store, so that two do not make it at once.
        home.json(&["server", "add", "first", "--url", &server.url()]);
        let replicas = [0, 1].map(|number| RwLock::new(Some(start(&home, number))));
        Self { home, bearer, server, replicas, is_over: AtomicBool::new(false), broken: Mutex::default() }
    }

    fn address(&self, number: usize) -> Option<SocketAddr> {
        self.replicas[number].read().expect("a replica").as_ref().map(Gateway::address)
    }

    /// Asks a replica, which may be gone.
    fn ask(&self, number: usize, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let headers = [("Authorization", self.bearer.as_str()), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http::request(self.address(number)?, method, path, &headers, &body).ok()?;
        Some((answer.status, serde_json::from_str(&answer.body).ok()?))
    }

    /// Asks either until it is done.
    fn done(&self, method: &str, path: &str, body: &Value, good: &[u16]) {
        let answered = || {
            let (status, answer) = self.ask(usize::from(random(0, 1) == 1), method, path, body)?;
            assert!(good.contains(&status) || status == 503, "{method} {path}: {status} {answer}");
            let is_synced = answer["servers"][0]["status"] != "failed";
            (good.contains(&status) && is_synced).then_some(())
        };
        until(DEADLINE, answered).unwrap_or_else(|| panic!("{method} {path} is never done"));
    }

    /// What a replica lists.
    fn listed(&self, number: usize) -> Option<BTreeSet<String>> {
        let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        let (_, answer) = self.ask(number, "POST", "/rpc", &frame)?;
        answer["result"].is_object().then(|| names(&answer).into_iter().collect())
    }

    /// Watches a replica, whoever is in its place.
    fn watch(&self, number: usize) -> usize {
        let (mut shown, mut looks) = (BTreeMap::<String, Shown>::new(), 0);
        while !self.is_over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
            let Some(listed) = self.listed(number) else { continue };
            looks += 1;
            for name in &listed {
                if shown.insert(name.clone(), Shown::There) == Some(Shown::Gone) {
                    self.broken.lock().expect("the list").push(format!("replica {number} shows {name} again"));
                }
            }
            for (name, state) in &mut shown {
                if !listed.contains(name) {
                    *state = Shown::Gone;
                }
            }
        }
        looks
    }

    /// Adds servers with their tools and removes them, one after the other; those that are left.
    fn change(&self, changes: u64) -> BTreeSet<String> {
        let mut there = Vec::new();
        for number in 0..changes {
            if there.len() < MOST && (there.is_empty() || random(0, 1) == 0) {
                let name = format!("n{number}");
                self.done(
                    "POST",
                    "/admin/servers",
                    &json!({ "name": name, "url": self.server.url(), "scopes": [SCOPE] }),
                    &[201, 409],
                );
                self.done("POST", "/admin/catalog/sync", &json!({ "server": name }), &[200]);
                there.push(name);
            } else {
                let name = there.swap_remove(usize::try_from(random(0, there.len() as u64 - 1)).expect("few"));
                self.done("DELETE", &format!("/admin/servers/{name}"), &Value::Null, &[200, 404]);
            }
        }
        there.into_iter().map(|name| format!("{name}__go")).collect()
    }

    /// Kills and stops either until told to end; both run when this returns. How often.
    fn trouble(&self) -> (usize, usize) {
        let (mut kills, mut stops) = (0, 0);
        while !self.is_over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(random(50, 500)));
            let number = usize::from(random(0, 1) == 1);
            if random(0, 1) == 0 {
                let mut place = self.replicas[number].write().expect("a replica");
                signal(place.as_ref().expect("a gateway"), Signal::KILL);
                *place = None;
                *place = Some(start(&self.home, number));
                kills += 1;
            } else {
                let place = self.replicas[number].read().expect("a replica");
                let gateway = place.as_ref().expect("a gateway");
                signal(gateway, Signal::STOP);
                std::thread::sleep(Duration::from_millis(random(50, 800)));
                signal(gateway, Signal::CONT);
                stops += 1;
            }
        }
        (kills, stops)
    }
}

/// Each has its own place in the feed.
fn start(home: &Home, number: usize) -> Gateway {
    let name = format!("replica-{number}");
    Gateway::start_with(
        home,
        &[],
        &[&MODE[..], &[("AUTO_BOOTSTRAP", "false"), ("GATEWAY_INSTANCE_ID", name.as_str())]].concat(),
    )
}

fn signal(gateway: &Gateway, signal: Signal) {
    let pid = i32::try_from(gateway.pid()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, signal).expect("it runs");
}

/// `MCPGW_TEST_CHANGES` (16) of the registry, `MCPGW_TEST_HISTORIES` times (1).
fn histories(home: impl Fn() -> Home) {
    for _ in 0..setting("MCPGW_TEST_HISTORIES", 1) {
        let world = World::new(home());
        let (left, looks, (kills, stops), took) = std::thread::scope(|scope| {
            let watchers = [0, 1].map(|number| {
                scope.spawn({
                    let world = &world;
                    move || world.watch(number)
                })
            });
            let trouble = scope.spawn(|| world.trouble());
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                world.change(setting("MCPGW_TEST_CHANGES", 16))
            }));
            let last = Instant::now();
            world.is_over.store(true, Ordering::SeqCst);
            let trouble = trouble.join().expect("the trouble");
            let looks: usize = watchers.into_iter().map(|it| it.join().expect("a watcher")).sum();
            let left = outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let quiet = Instant::now();
            let agree = || (0..2).all(|number| world.listed(number).as_ref() == Some(&left)).then_some(());
            until(Duration::from_secs(3) + LEEWAY, agree)
                .unwrap_or_else(|| panic!("{left:?} is not {:?}", [0, 1].map(|number| world.listed(number))));
            (left, looks, trouble, (last.elapsed(), quiet.elapsed()))
        });
        let broken = world.broken.lock().expect("the list");
        eprintln!(
            "{kills} kills, {stops} stops, {looks} looks, {} left, agreed {took:?} after the last write and the last trouble",
            left.len()
        );
        assert!(broken.is_empty(), "{broken:?}");
        assert!(kills + stops > 0 && looks > 20, "{kills} kills, {stops} stops, {looks} looks");
        // The store itself.
        let listed = world.home.json(&["server", "list"]);
        let listed = listed["servers"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
        let listed: BTreeSet<String> = listed.filter(|it| *it != "first").map(|it| format!("{it}__go")).collect();
        assert_eq!(listed, left);
    }
}

#[test]
fn two_replicas_in_trouble_agree_and_never_go_back_on_sqlite() {
    histories(Home::new);
}

#[test]
fn two_replicas_in_trouble_agree_and_never_go_back_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    histories(|| Home::on_mongodb(&uri));
}
