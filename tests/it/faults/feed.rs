//! Whatever happens to the change feed, the gateway catches up within seconds, and nobody who asks notices.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mongodb::bson::{Document, doc};
use serde_json::json;

use super::{is_unharmed, names, within};
use crate::audit::drained;
use crate::fake::Fake;
use crate::support::mongod::Options;
use crate::support::{DEADLINE, Gateway, Home, Mongod, setting, until};

/// Within which changes are seen again.
const SOON: Duration = Duration::from_secs(3);

struct World {
    gateway: Gateway,
    home: Home,
    mongod: Mongod,
    _server: Fake,
    asked: AtomicUsize,
}

impl World {
    fn new() -> Option<Self> {
        let args = &["--setParameter", "enableTestCommands=1"];
        let mongod = Mongod::start_with(Options { args, ..Options::default() })?;
        let home = Home::on_mongodb(&mongod.uri());
        let server =
            Fake::listing(json!([{ "name": "go", "description": "It does go", "inputSchema": { "type": "object" } }]));
        for (tenant, name) in [("local-dev", "s"), ("local-dev", "t"), ("other", "s")] {
            home.json(&["--tenant", tenant, "server", "add", name, "--url", &server.url()]);
        }
        for tenant in ["local-dev", "other"] {
            home.json(&["--tenant", tenant, "catalog", "sync"]);
        }
        let gateway = replica(&home);
        Some(Self { gateway, home, mongod, _server: server, asked: AtomicUsize::new(0) })
    }

    fn listed(&self) -> Vec<String> {
        names(&self.gateway.rpc("tools/list", json!({})))
    }

    /// Has `what` happen, while others ask without a pause; no request of theirs may fail.
    fn while_asked(&self, what: impl FnOnce()) {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let other = [("X-MCP-Tenant", "other")];
                while !is_over.load(Ordering::SeqCst) {
                    let listed = self.gateway.rpc("tools/list", json!({}));
                    assert!(listed["result"].is_object(), "{listed}");
                    let listed = names(&self.gateway.rpc_with("tools/list", json!({}), &other));
                    assert_eq!(listed, ["s__go"]);
                    let call = json!({ "name": "s__go", "arguments": {} });
                    let called = self.gateway.rpc_with("tools/call", call, &other);
                    assert_eq!(called["result"]["content"][0]["text"], "done", "{called}");
                    self.asked.fetch_add(3, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(what));
            is_over.store(true, Ordering::SeqCst);
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
    }

    /// A change is seen, and the one that takes it back.
    fn follows(&self, after: &str) -> Duration {
        let mut slowest = Duration::ZERO;
        for (verb, expected) in [("disable", &["s__go"][..]), ("enable", &["s__go", "t__go"])] {
            self.home.json(&["server", verb, "t"]);
            slowest = slowest.max(within(SOON, &format!("after {after}: {verb}"), || self.listed() == expected));
        }
        slowest
    }

    /// Has the next so many of these commands of the gateway fail.
    fn fail(&self, commands: &[&str], times: i32, how: Document) {
        let mut data = doc! { "failCommands": commands.to_vec(), "appName": "mcpgw" };
        data.extend(how);
        let on = doc! { "configureFailPoint": "failCommand", "mode": { "times": times }, "data": data };
        self.mongod.command("admin", on);
    }

    /// Whether a collection of the tenant is a series.
    fn is_series(&self, name: &str) -> bool {
        let named = doc! { "listCollections": 1, "filter": { "name": name, "type": "timeseries" } };
        let answer = self.mongod.command(&database(&self.home), named);
        let found = answer.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
        found.is_ok_and(|found| found.len() == 1)
    }

    /// Another name for a collection of the tenant.
    fn rename(&self, from: &str, to: &str) {
        let database = database(&self.home);
        let names = doc! { "renameCollection": format!("{database}.{from}"), "to": format!("{database}.{to}") };
        self.mongod.command("admin", names);
    }
}

fn replica(home: &Home) -> Gateway {
    Gateway::start_with(home, &[], &[("GATEWAY_INSTANCE_ID", "one"), ("AUTO_BOOTSTRAP", "false")])
}

/// The tenant's database.
fn database(home: &Home) -> String {
    mcpgw::store::database_name(home.database(), &"local-dev".parse().expect("a tenant"))
}

/// A token that is none, one that never was, and none at all.
#[test]
fn a_place_in_the_feed_that_is_none_is_made_up_for() {
    let Some(mut world) = World::new() else { return };
    world.follows("nothing");
    let control = format!("{}_control", world.home.database());
    let place = doc! { "_id": "routing_registry::one" };
    let known = || {
        let found = world.mongod.command(&control, doc! { "count": "watcher_state", "query": place.clone() });
        found.get_i32("n").ok().filter(|count| *count == 1)
    };
    until(DEADLINE, known).expect("its place is noted");
    for token in [json!("no token"), json!("8263ffffff000000012b0229296e04"), json!(null)] {
        assert_eq!(world.gateway.stop(), Some(0));
        let token = mongodb::bson::serialize_to_bson(&token).expect("BSON");
        let write = doc! { "q": place.clone(), "u": { "$set": { "token": token } } };
        world.mongod.command(&control, doc! { "update": "watcher_state", "updates": [write] });
        world.gateway = replica(&world.home);
        assert_eq!(world.listed(), ["s__go", "t__go"]);
        world.follows("a place that is none");
    }
    is_unharmed(&world.gateway);
}

/// Collections are dropped and renamed under it.
#[test]
fn collections_that_go_and_come_are_followed() {
    let Some(world) = World::new() else { return };
    world.while_asked(|| {
        for collection in ["tool_catalog", "routing_registry"] {
            world.rename(collection, "away");
            within(SOON, &format!("{collection} is away"), || world.listed().is_empty());
            world.rename("away", collection);
            within(SOON, &format!("{collection} is back"), || world.listed() == ["s__go", "t__go"]);
        }
        world.mongod.command(&database(&world.home), doc! { "drop": "tool_catalog" });
        within(SOON, "no tools", || world.listed().is_empty());
        world.home.json(&["catalog", "sync"]);
        within(SOON, "the tools are back", || world.listed() == ["s__go", "t__go"]);
        world.follows("a drop");
        // Who only writes records makes the rest again, too.
        let searches = || drop(world.gateway.rpc("tools/search", json!({ "query": "go" })));
        searches();
        drained(&world.gateway, DEADLINE).expect("it has written there before");
        world.mongod.command(&database(&world.home), doc! { "dropDatabase": 1 });
        within(SOON, "nothing at all", || world.listed().is_empty());
        searches();
        within(SOON, "records are kept as before", || world.is_series("audit_telemetry"));
    });
    is_unharmed(&world.gateway);
}

/// The stream fails with a code that says something of a place in it (with each of them at full length), ends
/// `MCPGW_TEST_STREAM_ENDS` times (2), and its cursor is killed.
#[test]
fn a_stream_that_fails_or_ends_is_opened_again() {
    let Some(world) = World::new() else { return };
    let mut slowest = Duration::ZERO;
    world.while_asked(|| {
        // Nothing to resume from, or not from there.
        let ends = setting("MCPGW_TEST_STREAM_ENDS", 2);
        let codes = [286, 280, 260, 136, 43, 234];
        for code in &codes[..if ends > 2 { codes.len() } else { 1 }] {
            // Once, and while it is opened again, too.
            for (times, commands) in [(1, &["getMore"][..]), (6, &["getMore", "aggregate"])] {
                world.fail(commands, times, doc! { "errorCode": *code });
                slowest = slowest.max(world.follows(&format!("code {code}, {times} times")));
            }
        }
        for _ in 0..ends {
            world.fail(&["getMore"], 1, doc! { "closeConnection": true });
            slowest = slowest.max(world.follows("the end of the stream"));
        }
        for cursor in cursors(&world.mongod) {
            world.mongod.command("admin", doc! { "killCursors": "$cmd.aggregate", "cursors": [cursor] });
        }
        slowest = slowest.max(world.follows("the end of its cursor"));
    });
    eprintln!("slowest {slowest:?}, {} requests meanwhile", world.asked.load(Ordering::Relaxed));
    is_unharmed(&world.gateway);
}

/// Cursors of change streams.
fn cursors(mongod: &Mongod) -> Vec<i64> {
    let stages = [
        doc! { "$currentOp": { "idleCursors": true, "allUsers": true } },
        doc! { "$match": { "appName": "mcpgw", "cursor.cursorId": { "$exists": true } } },
    ];
    let answer = mongod.command("admin", doc! { "aggregate": 1, "pipeline": stages.to_vec(), "cursor": {} });
    let found = answer.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch")).cloned();
    let found = found.unwrap_or_default();
    let id = |it: &mongodb::bson::Bson| it.as_document()?.get_document("cursor").ok()?.get_i64("cursorId").ok();
    found.iter().filter_map(id).collect()
}
