//! A network between the gateway and MongoDB that drops everything without a word, or is slow and loses some.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::network::{FAR, Network, Way};
use super::{is_unharmed, names, within};
use crate::audit::drained;
use crate::fake::Fake;
use crate::support::mongod::Options;
use crate::support::{Gateway, Home, Mongod, mongod, setting};

/// How long callers waited.
#[derive(Default)]
struct Waits(Mutex<Vec<Duration>>);

impl Waits {
    /// Lists, searches and calls until told to stop; each has to be right.
    fn gather(&self, gateway: &Gateway, is_over: &AtomicBool) {
        while !is_over.load(Ordering::SeqCst) {
            let asked = Instant::now();
            let called = gateway.rpc("tools/call", json!({ "name": "s__go", "arguments": {} }));
            self.0.lock().expect("waits").push(asked.elapsed());
            assert_eq!(called["result"]["content"][0]["text"], "done", "{called}");
            let asked = Instant::now();
            let found = gateway.rpc("tools/search", json!({ "query": "go" }));
            self.0.lock().expect("waits").push(asked.elapsed());
            assert!(found["result"]["results"][0].is_object(), "{found}");
            assert!(names(&gateway.rpc("tools/list", json!({}))).contains(&"s__go".to_owned()));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Does `fault` beside callers, who are told to stop when it is over, however it ends. It begins with what they had to
    /// wait in a usual second.
    fn beside(gateway: &Gateway, fault: impl FnOnce(&Self, (usize, Duration, Duration))) {
        let (waits, is_over) = (Self::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| waits.gather(gateway, &is_over));
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                std::thread::sleep(Duration::from_secs(1));
                fault(&waits, waits.sum_up());
            }));
            is_over.store(true, Ordering::SeqCst);
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
    }

    /// How many there were, 99 of 100 of them, and the longest; and begins anew.
    fn sum_up(&self) -> (usize, Duration, Duration) {
        let mut waits = std::mem::take(&mut *self.0.lock().expect("waits"));
        waits.sort_unstable();
        let at = |place: usize| waits.get(place.min(waits.len().saturating_sub(1))).copied().unwrap_or_default();
        (waits.len(), at(waits.len() * 99 / 100), at(waits.len()))
    }
}

/// Cut off for `MCPGW_TEST_PARTITION` seconds (3).
#[test]
fn a_partition_from_the_store_is_outwaited_and_made_up_for() {
    let Some(network) = Network::routed() else { return };
    let options = Options { namespace: Some((network.far(), FAR)), ..Options::default() };
    let Some(mongod) = Mongod::start_with(options) else { return };
    let home = Home::on_mongodb(&mongod.uri());
    let tools = json!([{ "name": "go", "description": "It does go", "inputSchema": { "type": "object" } }]);
    let (server, other) = (Fake::listing(tools.clone()), Fake::listing(tools));
    home.json(&["server", "add", "s", "--url", &server.url()]);
    home.json(&["server", "add", "other", "--url", &other.url()]);
    home.json(&["catalog", "sync"]);
    let gateway = Gateway::start_with(&home, &[], &[("AUTO_BOOTSTRAP", "false")]);
    // By somebody on the other side, whom the partition does not concern.
    let over_there = |args: &[&str]| {
        std::thread::scope(|scope| {
            let done = scope.spawn(|| {
                network.enter("far");
                home.cli(args)
            });
            assert_eq!(done.join().expect("a thread").code, 0, "{args:?}");
        });
    };
    let has_other = || names(&gateway.rpc("tools/list", json!({}))).contains(&"other__go".to_owned());
    let status = |path: &str| gateway.get(path).status;
    Waits::beside(&gateway, |waits, usual| {
        network.forward(false);
        let cut = Instant::now();
        over_there(&["server", "disable", "other"]);
        within(Duration::from_secs(5), "not ready", || status("/health/ready") == 503);
        assert_eq!(status("/health/live"), 200);
        std::thread::sleep(Duration::from_secs(setting("MCPGW_TEST_PARTITION", 3)).saturating_sub(cut.elapsed()));
        let away = waits.sum_up();
        assert!(has_other(), "nothing came through");
        network.forward(true);
        let converged = within(Duration::from_secs(5), "converged", || !has_other());
        within(Duration::from_secs(5), "ready", || status("/health/ready") == 200);
        eprintln!("usual {usual:?}, cut off for {:?} {away:?}, converged in {converged:?}", cut.elapsed());
        assert!(away.0 > 100 && away.1 <= usual.1 + Duration::from_millis(120), "{usual:?}, {away:?}");
        assert!(away.2 < Duration::from_secs(2), "somebody waited for the store: {away:?}");
    });
    is_unharmed(&gateway);
}

/// 300 ms each way, and one piece in twenty lost, for `MCPGW_TEST_SLOW` seconds (2).
#[test]
fn a_slow_and_lossy_network_to_the_store_is_nobodys_trouble() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    let host = uri.split_once("://").and_then(|(_, rest)| rest.split('/').next()).expect("a host");
    let way = Way::to(host.parse().expect("an address"));
    let server =
        Fake::listing(json!([{ "name": "go", "description": "It does go", "inputSchema": { "type": "object" } }]));
    for name in ["s", "other"] {
        home.json(&["server", "add", name, "--url", &server.url()]);
    }
    home.json(&["catalog", "sync"]);
    let by_the_way = format!("mongodb://{}/?directConnection=true", way.address);
    let env = [("MONGODB_URI", by_the_way.as_str()), ("AUTO_BOOTSTRAP", "false")];
    let gateway = Gateway::start_with(&home, &[], &env);
    let has_other = || names(&gateway.rpc("tools/list", json!({}))).contains(&"other__go".to_owned());
    assert!(has_other());
    Waits::beside(&gateway, |waits, usual| {
        way.takes(Duration::from_millis(300));
        let began = Instant::now();
        let mut slowest = Duration::ZERO;
        for is_enabled in [false, true].into_iter().cycle() {
            home.json(&["server", if is_enabled { "enable" } else { "disable" }, "other"]);
            slowest = slowest.max(within(Duration::from_secs(5), "converged", || has_other() == is_enabled));
            if began.elapsed() > Duration::from_secs(setting("MCPGW_TEST_SLOW", 2)) {
                break;
            }
        }
        assert_eq!(gateway.get("/health/ready").status, 200);
        let slow = waits.sum_up();
        eprintln!("usual {usual:?}, slow for {:?} {slow:?}, a change is seen within {slowest:?}", began.elapsed());
        assert!(slow.0 > 100 && slow.1 <= usual.1 + Duration::from_millis(120), "{usual:?}, {slow:?}");
        assert!(slow.2 < Duration::from_secs(2), "somebody waited for the store: {slow:?}");
    });
    drained(&gateway, Duration::from_secs(10)).expect("records get through all the same");
    is_unharmed(&gateway);
}
