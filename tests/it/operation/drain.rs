//! How a gateway ends: those who send it work are told, and what is under way is answered.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::home;
use crate::fake::{Fake, Say};
use crate::support::{DEADLINE, Gateway, http, until};

const CALLS: usize = 20;

fn terminate(gateway: &Gateway) {
    let pid = i32::try_from(gateway.pid()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::TERM).expect("it runs");
}

/// A server whose calls take a while.
fn slow(takes: Duration) -> Fake {
    Fake::start(move |method, _| {
        if method == "tools/list" {
            let tool = json!({ "name": "waits", "description": "It waits", "inputSchema": { "type": "object" } });
            return Say::Result(json!({ "tools": [tool] }));
        }
        std::thread::sleep(takes);
        Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] }))
    })
}

#[test]
fn what_is_under_way_is_answered_and_nothing_new_is_taken() {
    let server = slow(Duration::from_secs(3));
    let home = home(&server);
    let mut gateway = Gateway::start_with(&home, &[], &[("DOWNSTREAM_TIMEOUT_MS", "20000")]);
    let address = gateway.address();
    assert_eq!(gateway.get("/health/ready").status, 200);
    let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "waits" } }).to_string();
    let call = |frame: &str| http::request(address, "POST", "/rpc", &[("Content-Type", "application/json")], frame);
    let watching = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS).map(|_| scope.spawn(|| call(&frame))).collect();
        until(DEADLINE, || (server.calls() == CALLS).then_some(())).expect("all of them arrive");
        // As a balancer does: all the time, so that none of it depends on when this thread has its turn.
        let told = scope.spawn(|| {
            watching.wait();
            until(DEADLINE, || {
                let answer = http::request(address, "GET", "/health/ready", &[], "");
                answer.ok().filter(|it| it.status == 503)
            })
        });
        watching.wait();
        terminate(&gateway);
        let told = told.join().expect("a thread").expect("it says so");
        assert!(told.json()["checks"]["draining"] == "draining", "{told:?}");
        until(DEADLINE, || http::request(address, "GET", "/health/live", &[], "").is_err().then_some(()))
            .expect("nobody new is let in");
        for call in calls {
            let answer = call.join().expect("a thread").expect("an answer");
            assert!(answer.json()["result"].is_object(), "{answer:?}");
        }
    });
    until(DEADLINE, || (!gateway.is_running()).then_some(())).expect("it ends by itself");
    assert_eq!(gateway.stop(), Some(0));
}

#[test]
fn who_was_never_asked_whether_it_is_ready_ends_at_once() {
    let server = slow(Duration::ZERO);
    let home = home(&server);
    let mut gateway = Gateway::start(&home, &[]);
    assert!(gateway.rpc("tools/call", json!({ "name": "waits" }))["result"].is_object());
    assert_eq!(gateway.stop(), Some(0));
    assert!(!gateway.log().contains("still under way"), "{}", gateway.log());
}

/// As a load balancer: asks every 50 ms who is ready, and gives requests to those in turn.
#[test]
fn replicas_are_restarted_one_after_the_other_and_nobody_notices() {
    let server = slow(Duration::from_millis(20));
    let home = home(&server);
    let start = || Gateway::start_with(&home, &[], &[]);
    let replicas = [std::sync::RwLock::new(start()), std::sync::RwLock::new(start())];
    let ready = [true, true].map(std::sync::atomic::AtomicBool::new);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let addresses = || replicas.each_ref().map(|it| it.read().expect("a replica").address());
    let current = std::sync::RwLock::new(addresses());
    let rounds = std::env::var("MCPGW_TEST_ROLLS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    use std::sync::atomic::Ordering::SeqCst;
    let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "waits" } }).to_string();
    let (asked, failed) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(SeqCst) {
                for (number, ready) in ready.iter().enumerate() {
                    let address = current.read().expect("addresses")[number];
                    let answer = http::request(address, "GET", "/health/ready", &[], "");
                    ready.store(answer.is_ok_and(|answer| answer.status == 200), SeqCst);
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let load: Vec<_> = (0..4)
            .map(|first: usize| {
                let (frame, ready, current, stop) = (&frame, &ready, &current, &stop);
                scope.spawn(move || {
                    let (mut asked, mut failed) = (0_usize, Vec::new());
                    while !stop.load(SeqCst) {
                        let turn = (first + asked) % 2;
                        let chosen = if ready[turn].load(SeqCst) { turn } else { 1 - turn };
                        let address = current.read().expect("addresses")[chosen];
                        let answer =
                            http::request(address, "POST", "/rpc", &[("Content-Type", "application/json")], frame);
                        if !answer.as_ref().is_ok_and(|it| it.status == 200 && it.json()["result"].is_object()) {
                            failed.push(format!("{answer:?}"));
                        }
                        asked += 1;
                    }
                    (asked, failed)
                })
            })
            .collect();
        for round in 0..rounds * 2 {
            let number = round % 2;
            std::thread::sleep(Duration::from_millis(300));
            let mut replica = replicas[number].write().expect("a replica");
            assert_eq!(replica.stop(), Some(0), "{}", replica.log());
            *replica = start();
            current.write().expect("addresses")[number] = replica.address();
            let is_back = || ready[number].load(SeqCst).then_some(());
            until(DEADLINE, is_back).expect("it is ready again");
        }
        stop.store(true, SeqCst);
        let ended: Vec<(usize, Vec<String>)> = load.into_iter().map(|it| it.join().expect("a load")).collect();
        (ended.iter().map(|it| it.0).sum::<usize>(), ended.into_iter().flat_map(|it| it.1).collect::<Vec<_>>())
    });
    assert!(asked > 100 && failed.is_empty(), "{} of {asked} failed: {:?}", failed.len(), failed.first());
}
