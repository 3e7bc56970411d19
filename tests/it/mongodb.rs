//! The gateway on a real mongod: every subcommand, several replicas, and what happens when the server is away.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Bson, Document, doc};
use serde_json::json;

use crate::support::mongod::{Options, run_command};
use crate::support::{DEADLINE, Gateway, Home, Mongod, mongod, until};

/// A second, and what a machine with other work adds to it; the driver by itself would wait for 30.
const SOON: Duration = Duration::from_secs(5);

fn find_order(gateway: &Gateway) -> serde_json::Value {
    let call = json!({ "name": "orders__find_order", "arguments": { "order_id": "A-1001" } });
    gateway.rpc("tools/call", call)["result"]["structuredContent"]["order_id"].clone()
}

fn listed(gateway: &Gateway) -> usize {
    gateway.rpc("tools/list", json!({}))["result"]["tools"].as_array().map_or(0, Vec::len)
}

#[test]
fn every_subcommand_works_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    let empty = home.json(&["catalog", "list"]);
    assert_eq!(empty["tools"], json!([]), "{empty}");
    let ready = home.json(&["bootstrap", "--demo"]);
    assert_eq!(ready["sync"]["tools_total"], 6, "{ready:#}");
    assert_eq!(home.json(&["bootstrap", "--demo"])["sync"]["servers"][0]["unchanged"], 3, "it is safe to repeat");
    let found = home.json(&["search", "look up a purchase by its id", "--mode", "all"]);
    assert_eq!(found["modes"]["hybrid"]["results"][0]["name"], "orders__find_order", "{found:#}");
    let called = home.json(&["call", "orders", "find_order", "--args", r#"{"order_id":"A-1001"}"#]);
    assert_eq!(called["structuredContent"]["order_id"], "A-1001", "{called}");
    assert_eq!(home.json(&["catalog", "list"])["tools"].as_array().map(Vec::len), Some(6));
    let shown = home.json(&["catalog", "show", "orders/find_order"]);
    assert_eq!(shown["name"], "find_order", "{shown}");
    let dry = home.json(&["catalog", "sync", "--dry-run", "--server", "orders"]);
    assert_eq!(dry["servers"][0]["unchanged"], 3, "{dry}");
    assert_eq!(home.json(&["server", "list"])["servers"].as_array().map(Vec::len), Some(2));
    assert_eq!(home.cli(&["server", "disable", "weather"]).code, 0);
    assert_eq!(home.json(&["server", "list"])["servers"][1]["enabled"], false);
    assert_eq!(home.cli(&["server", "enable", "weather"]).code, 0);
    assert_eq!(home.cli(&["server", "test", "orders"]).code, 0);
    assert_eq!(home.cli(&["server", "show", "nobody"]).code, 3);
    let import = home.path("servers.json");
    std::fs::write(&import, r#"{"mcpServers":{"extra":{"url":"http://127.0.0.1:9/mcp"}}}"#).expect("a file");
    assert_eq!(home.cli(&["server", "import", import.to_str().expect("UTF-8")]).code, 0);
    let twice = home.cli(&["server", "add", "extra", "--url", "http://127.0.0.1:9/mcp"]);
    assert_eq!(twice.code, 1, "{twice:#?}");
    assert_eq!(home.cli(&["server", "remove", "extra", "--yes"]).code, 0);
    let made = home.json(&["tenant", "provision", "Acme.Inc"]);
    assert_eq!((&made["id"], &made["tools"]), (&json!("Acme.Inc"), &json!(0)), "{made}");
    let tenants = home.json(&["tenant", "list"])["tenants"].clone();
    let known: Vec<&str> = tenants.as_array().into_iter().flatten().filter_map(|each| each["id"].as_str()).collect();
    assert_eq!(known, ["Acme.Inc", "local-dev"]);
    assert_eq!(tenants[1]["tools"], 6, "{tenants}");
    assert_eq!(home.cli(&["tenant", "provision", "no/name"]).code, 2);
    let doctor = home.json(&["doctor"]);
    assert!(doctor["checks"].as_array().is_some_and(|checks| checks.iter().all(|check| check["status"] != "fail")));
    // What is stored can be read by an operator, and by an index.
    let database = mcpgw::store::database_name(home.database(), &"local-dev".parse().expect("a tenant"));
    let found =
        run_command(&uri, &database, doc! { "find": "tool_catalog", "filter": { "_id": "orders::find_order" } });
    let tool = found.expect("find").get_document("cursor").expect("a cursor").get_array("firstBatch").expect("a batch")
        [0]
    .as_document()
    .cloned()
    .expect("the tool");
    assert_eq!(tool.get_str("server").ok(), Some("orders"), "{tool}");
    assert!(tool.get_document("input_schema").is_ok(), "{tool}");
    let Some(Bson::Binary(vector)) = tool.get("embedding") else { panic!("no vector: {tool}") };
    assert_eq!(vector.subtype, BinarySubtype::Vector);
}

#[test]
fn two_replicas_see_a_change_within_a_second_and_keep_their_own_places() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    home.json(&["bootstrap", "--demo"]);
    let replica = |name: &str| Gateway::start_with(&home, &[], &[("GATEWAY_INSTANCE_ID", name)]);
    let (mut one, two) = (replica("one"), replica("two"));
    assert_eq!((listed(&one), listed(&two)), (6, 6));
    for (verb, expected) in [("disable", 3), ("enable", 6)] {
        home.json(&["server", verb, "weather"]);
        let both = || (listed(&one) == expected && listed(&two) == expected).then_some(());
        assert!(until(SOON, both).is_some(), "{verb}: not within {SOON:?}");
    }
    let control = format!("{}_control", home.database());
    let places = || -> Vec<(String, String)> {
        let found = run_command(&uri, &control, doc! { "find": "watcher_state", "sort": { "_id": 1 } }).expect("find");
        let batch = found.get_document("cursor").expect("a cursor").get_array("firstBatch").expect("a batch").clone();
        let text = |place: &Document, name| place.get_str(name).expect("text").to_owned();
        let documents = batch.iter().filter_map(|place| place.as_document());
        documents.map(|place| (text(place, "_id"), text(place, "token"))).collect()
    };
    let both = until(DEADLINE, || Some(places()).filter(|places| places.len() == 2)).expect("two places");
    assert_eq!((both[0].0.as_str(), both[1].0.as_str()), ("routing_registry::one", "routing_registry::two"));
    assert_eq!(one.stop(), Some(0));
    home.json(&["server", "disable", "orders"]);
    let moved = until(DEADLINE, || Some(places()).filter(|now| now[1] != both[1])).expect("two moved on");
    assert_eq!(moved[0], both[0], "a replica wrote another one's place");
    let one = replica("one");
    assert_eq!(listed(&one), 3);
    let resumed = until(DEADLINE, || Some(places()).filter(|now| now[0] != both[0]));
    assert!(resumed.is_some(), "the change that was made meanwhile came from the feed, and was noted");
}

#[test]
fn serving_goes_on_without_the_server_and_recovers() {
    let Some(mut mongod) = Mongod::start() else { return };
    let home = Home::on_mongodb(&mongod.uri());
    let gateway = Gateway::start(&home, &["--demo"]);
    let (stop, answered, failed) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let found = gateway.rpc("tools/search", json!({ "query": "look up a purchase by its id" }));
                    let good = find_order(&gateway) == "A-1001"
                        && listed(&gateway) == 6
                        && found["result"]["results"][0]["name"] == "orders__find_order";
                    if good { &answered } else { &failed }.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(Duration::from_millis(500));
        mongod.kill();
        let away = until(DEADLINE, || Some(gateway.get("/health/ready")).filter(|ready| ready.status == 503));
        let away = away.expect("not ready within 5 s").json();
        assert_eq!(away["checks"]["store"], "unreachable", "{away}");
        assert!(away["checks"]["store_detail"].as_str().is_some_and(|why| why.contains("mongodb://")), "{away}");
        assert_eq!(gateway.get("/health/live").status, 200);
        std::thread::sleep(Duration::from_secs(3));
        mongod.restart();
        let back = Instant::now();
        until(Duration::from_secs(10), || (gateway.get("/health/ready").status == 200).then_some(())).expect("ready");
        home.json(&["server", "disable", "weather"]);
        until(Duration::from_secs(10), || (listed(&gateway) == 3).then_some(())).expect("the feed is back");
        assert!(back.elapsed() < Duration::from_secs(15), "{:?}", back.elapsed());
        stop.store(true, Ordering::Relaxed);
    });
    // The rounds at the very end saw three tools, as they should.
    let (answered, failed) = (answered.load(Ordering::Relaxed), failed.load(Ordering::Relaxed));
    assert!(answered > 100 && failed <= answered / 1000 + 4, "{failed} of {answered} failed");
}

#[test]
fn a_paused_server_holds_nobody() {
    let Some(mongod) = Mongod::start() else { return };
    let home = Home::on_mongodb(&mongod.uri());
    let gateway = Gateway::start(&home, &["--demo"]);
    assert_eq!(listed(&gateway), 6);
    mongod.pause();
    let started = Instant::now();
    assert_eq!((listed(&gateway), find_order(&gateway)), (6, json!("A-1001")));
    assert_eq!(gateway.get("/admin/settings").status, 401, "nor for the record of who is not let in");
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    let ready = gateway.get("/health/ready");
    assert_eq!(ready.status, 503, "{}", ready.json());
    mongod.resume();
    until(DEADLINE, || (gateway.get("/health/ready").status == 200).then_some(())).expect("ready again");
}

#[test]
fn an_election_is_outwaited() {
    let Some(mongod) = Mongod::start() else { return };
    let home = Home::on_mongodb(&mongod.uri());
    home.json(&["bootstrap", "--demo"]);
    let gateway = Gateway::start(&home, &[]);
    assert_eq!(listed(&gateway), 6);
    mongod.command("admin", doc! { "replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": true });
    assert_eq!(find_order(&gateway), "A-1001");
    let disabled =
        until(Duration::from_secs(20), || (home.cli(&["server", "disable", "weather"]).code == 0).then_some(()));
    disabled.expect("a primary again");
    until(Duration::from_secs(10), || (listed(&gateway) == 3).then_some(())).expect("the feed goes on");
}

#[test]
fn a_token_that_fell_off_the_oplog_leads_to_a_full_reload() {
    const SMALL: &[&str] = &["--oplogSize", "2", "--syncdelay", "1"];
    let Some(mut mongod) = Mongod::start_with(Options { args: SMALL, ..Options::default() }) else { return };
    let home = Home::on_mongodb(&mongod.uri());
    home.json(&["bootstrap", "--demo"]);
    let replica = || Gateway::start_with(&home, &[], &[("GATEWAY_INSTANCE_ID", "one")]);
    let mut gateway = replica();
    home.json(&["server", "disable", "weather"]);
    until(SOON, || (listed(&gateway) == 3).then_some(())).expect("the change");
    let control = format!("{}_control", home.database());
    let place = || mongod.command(&control, doc! { "count": "watcher_state" }).get_i32("n").ok().filter(|n| *n == 1);
    until(DEADLINE, place).expect("its place");
    assert_eq!(gateway.stop(), Some(0));
    let junk = "x".repeat(1024 * 1024);
    for round in 0..80 {
        mongod.command("junk", doc! { "insert": "junk", "documents": [{ "round": round, "junk": &junk }] });
        if round % 20 == 0 {
            std::thread::sleep(Duration::from_millis(600));
        }
    }
    home.json(&["server", "enable", "weather"]);
    let gateway = replica();
    assert_eq!(listed(&gateway), 6);
    until(DEADLINE, || gateway.log().contains("cannot be resumed").then_some(())).expect("the lost token is said");
    home.json(&["server", "disable", "weather"]);
    until(SOON, || (listed(&gateway) == 3).then_some(())).expect("changes are followed again");
    mongod.kill();
}

#[test]
fn bad_connections_are_named_without_secrets() {
    let Some(mongod) = Mongod::start_with(Options { auth: true, ..Options::default() }) else { return };
    let Some(alone) = Mongod::start_with(Options { standalone: true, ..Options::default() }) else { return };
    let reader = doc! { "createUser": "reader", "pwd": "hunter2", "roles": ["read"] };
    mongod.command("admin", reader);
    let nowhere =
        format!("mongodb://u:hunter2@127.0.0.1:{}/?serverSelectionTimeoutMS=500", crate::support::free_port());
    let table = [
        ("mongodb://u:hunter2@:badport/".to_owned(), 2, "MONGODB_URI cannot be used"),
        ("mongodb://u:hunt:er2@/@127.0.0.1".to_owned(), 2, "MONGODB_URI cannot be used"),
        (nowhere, 4, "cannot be reached"),
        (mongod.uri_as("root:hunter2@"), 4, "refused the credentials"),
        (mongod.uri_as(""), 4, "does not allow this user"),
        (mongod.uri_as("reader:hunter2@"), 4, "does not allow this user"),
        (alone.uri(), 4, "is no replica set"),
    ];
    for (uri, code, why) in table {
        let home = Home::on_mongodb(&uri);
        let started = Instant::now();
        let output = home.cli(&["bootstrap", "--demo"]);
        assert_eq!(output.code, code, "{uri}: {output:#?}");
        assert!(output.stderr.contains(why), "{uri}: {output:#?}");
        assert!(!output.stderr.contains("hunt"), "{uri}: a password is shown: {output:#?}");
        assert!(started.elapsed() < Duration::from_secs(15), "{uri}: {:?}", started.elapsed());
    }
}
