//! The contract of every index, and what the server's search falls back to.

use std::sync::Arc;
use std::time::Duration;

use mcpgw::model::Secret;
use mcpgw::search::{Degraded, Engine, Found, Fusion, Hit, SearchConfig, SearchIndex, Weights, conformance};
use mcpgw::store::{Location, Opened, Store, StoreConfig};
use serde_json::{Value, json};

use crate::support::atlas::{Atlas, Behaviour, RankFusion};
use crate::support::{Gateway, Home, Mongod, deps, mongod};

struct Ground {
    store: Arc<dyn Store>,
    index: Arc<dyn SearchIndex>,
}

async fn open(location: Location, engine: Engine, fusion: Fusion) -> Ground {
    let config = StoreConfig { location, db_name: mongod::database(), resume_ttl: Duration::from_secs(60) };
    let Opened { store, mongodb, .. } = mcpgw::store::open(&config).await.expect("open");
    let config = SearchConfig { engine, weights: Weights { vector: 0.7, text: 0.3 }, fusion };
    Ground { store, index: mcpgw::search::open(&config, mongodb).expect("an index") }
}

/// The answers of the conformance suite.
async fn answers(location: Location, engine: Engine, fusion: Fusion) -> Vec<Found> {
    let ground = open(location, engine, fusion).await;
    conformance::run(ground.index, &ground.store, "suite".parse().expect("a tenant")).await
}

fn at(uri: String) -> Location {
    Location::MongoDb(Secret::new(uri))
}

fn same_hits(one: &[Found], two: &[Found]) {
    assert_eq!(one.len(), two.len());
    for (one, two) in one.iter().zip(two) {
        assert_eq!(one.hits, two.hits);
    }
}

#[test]
fn the_index_in_this_process_passes() {
    for (fusion, file) in [(Fusion::Rrf, "ranks.db"), (Fusion::Score, "scores.db")] {
        let home = Home::new();
        let found = mongod::block_on(answers(Location::Sqlite(home.path(file)), Engine::Auto, fusion));
        assert!(found.iter().all(|found| found.degraded.is_none()));
        let by_rank = |hit: &Hit| (hit.details.value - hit.score).abs() < 1e-12;
        let all_by_rank = found.iter().flat_map(|found| &found.hits).all(by_rank);
        assert_eq!(all_by_rank, fusion == Fusion::Rrf, "the score is the receipt's where ranks decide");
    }
}

#[test]
fn a_mongod_without_search_is_served_from_this_process() {
    let Some(uri) = mongod::shared() else { return };
    let found = mongod::block_on(answers(at(uri), Engine::Auto, Fusion::Score));
    assert!(found.iter().all(|found| found.degraded.is_none()), "that is what was to be expected, and no loss");
}

#[test]
fn fusion_on_the_server_and_here_gives_the_same_digits() {
    let Some(mongod) = Mongod::start() else { return };
    let double = Atlas::in_front_of(&mongod);
    for fusion in [Fusion::Rrf, Fusion::Score] {
        double.set(|behaviour| *behaviour = Behaviour::default());
        let native = mongod::block_on(answers(at(double.uri()), Engine::Atlas, fusion));
        assert!(native.iter().all(|found| found.degraded.is_none()), "{native:#?}");
        let fused = double.requests();
        let fused = fused.iter().filter(|request| request.stages.iter().any(|stage| stage == "$rankFusion")).count();
        assert!(fused > 5, "{fused} requests used $rankFusion");
        for broken in [RankFusion::Unknown, RankFusion::NoScores, RankFusion::Disallowed] {
            double.set(|behaviour| behaviour.rank_fusion = broken);
            let client = mongod::block_on(answers(at(double.uri()), Engine::Auto, fusion));
            same_hits(&native, &client);
            // Hybrid questions with words and a vector need a fusion; the others do not.
            assert!(client.iter().any(|found| found.degraded == Some(Degraded::ClientFusion)), "{broken:?}");
            let expected = [None, Some(Degraded::ClientFusion)];
            assert!(client.iter().all(|found| expected.contains(&found.degraded)), "{broken:?}");
        }
    }
}

#[test]
fn a_real_deployment_passes() {
    let found = std::env::var("MCPGW_TEST_ATLAS_URI").map_err(|_| "MCPGW_TEST_ATLAS_URI names none".to_owned());
    let Some(uri) = deps::offered("atlas", found.as_ref()) else { return };
    let found = mongod::block_on(answers(at(uri.clone()), Engine::Atlas, Fusion::Score));
    assert!(found.iter().all(|found| matches!(found.degraded, None | Some(Degraded::ClientFusion))));
}

#[test]
fn every_failure_of_the_servers_search_degrades_and_says_so() {
    let Some(mongod) = Mongod::start() else { return };
    let double = Atlas::in_front_of(&mongod);
    let failure = Some((8, "PlanExecutor error during aggregation :: caused by :: broken".to_owned()));
    type Change = fn(&mut Behaviour, &Option<(i32, String)>);
    let table: [(&str, Change, Degraded); 4] = [
        ("the text arm", |behaviour, failure| behaviour.fail_text.clone_from(failure), Degraded::VectorOnly),
        ("the vector arm", |behaviour, failure| behaviour.fail_vector.clone_from(failure), Degraded::TextOnly),
        ("overload", |behaviour, _| behaviour.overloaded = 100, Degraded::LocalIndex),
        (
            "both arms",
            |behaviour, failure| {
                behaviour.fail_text.clone_from(failure);
                behaviour.fail_vector.clone_from(failure);
            },
            Degraded::LocalIndex,
        ),
    ];
    mongod::block_on(async {
        for (what, change, expected) in table {
            double.set(|behaviour| *behaviour = Behaviour::default());
            let ground = open(at(double.uri()), Engine::Auto, Fusion::Rrf).await;
            let tenant: mcpgw::model::TenantId = "suite".parse().expect("a tenant");
            conformance::run(Arc::clone(&ground.index), &ground.store, tenant.clone()).await;
            double.set(|behaviour| change(behaviour, &failure));
            let found = ground.index.search(&tenant, &conformance::question()).await.expect("an answer");
            assert_eq!(found.degraded, Some(expected), "{what}");
            assert!(!found.hits.is_empty(), "{what}");
            double.set(|behaviour| *behaviour = Behaviour::default());
            let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
            while ground.index.search(&tenant, &conformance::question()).await.expect("an answer").degraded.is_some() {
                assert!(tokio::time::Instant::now() < deadline, "{what}: it does not recover");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    });
}

/// The definitions that were sent to make or change indexes.
fn definitions(double: &Atlas) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for request in double.requests() {
        let body = serde_json::to_value(&request.body).expect("JSON");
        for index in body["indexes"].as_array().into_iter().flatten() {
            found.push((index["type"].as_str().expect("a type").to_owned(), index["definition"].clone()));
        }
    }
    found
}

#[test]
fn bootstrap_makes_both_indexes_and_waits_for_them() {
    let Some(mongod) = Mongod::start() else { return };
    let double = Atlas::in_front_of(&mongod);
    double.set(|behaviour| behaviour.build_delay = Duration::from_secs(2));
    let home = Home::on_mongodb(&double.uri());
    let late = home.cli(&["bootstrap", "--demo", "--wait", "1s"]);
    assert_eq!(late.code, 4, "{late:#?}");
    let done = home.cli(&["bootstrap", "--demo"]);
    assert_eq!(done.code, 0, "{done:#?}");
    assert!(done.stderr.contains("$rankFusion"), "{done:#?}");
    let sent = definitions(&double);
    let names: Vec<&str> = sent.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(names, ["search", "vectorSearch"], "each index is made once");
    let found = home.json(&["search", "look up a purchase by its id", "--mode", "all"]);
    for mode in ["hybrid", "vector", "text"] {
        assert_eq!(found["modes"][mode]["degraded"], Value::Null, "{found:#}");
    }
    assert_eq!(found["modes"]["hybrid"]["results"][0]["name"], "orders__find_order", "{found:#}");
    let doctor = home.json(&["doctor"]);
    let search = doctor["checks"].as_array().and_then(|checks| checks.iter().find(|check| check["name"] == "search"));
    assert!(search.is_some_and(|check| check["detail"].to_string().contains("one $rankFusion")), "{doctor:#}");
    let documents: Vec<Value> =
        sent.iter().map(|(kind, definition)| json!({ "type": kind, "definition": definition })).collect();
    let Some(faults) = deps::schema_faults(&Value::from(documents.clone())) else { return };
    assert_eq!(faults, json!([[], []]), "MongoDB's schemas refuse a definition");
    let mut wrong = documents;
    wrong[1]["definition"]["fields"][0]["similarity"] = json!("manhattan");
    let faults = deps::schema_faults(&Value::from(wrong)).expect("it is installed");
    assert_ne!(faults[1], json!([]), "the check can fail");
}

#[test]
fn what_keeps_indexes_from_being_made_is_named() {
    let Some(mongod) = Mongod::start() else { return };
    let double = Atlas::in_front_of(&mongod);
    let home = Home::on_mongodb(&double.uri());
    double.set(|behaviour| behaviour.index_quota = Some(1));
    let full = home.cli(&["bootstrap", "--demo"]);
    assert_eq!(full.code, 4, "{full:#?}");
    assert!(full.stderr.contains("hybrid-") && full.stderr.contains("no more search indexes"), "{full:#?}");
    double.set(|behaviour| *behaviour = Behaviour { index_privilege: false, ..Behaviour::default() });
    let doctor = home.json(&["doctor"]);
    assert!(doctor["checks"].to_string().contains("may not list search indexes"), "{doctor:#}");
    double.set(|behaviour| *behaviour = Behaviour { search: false, ..Behaviour::default() });
    let found = home.json(&["search", "look up a purchase by its id"]);
    assert_eq!((&found["degraded"], &found["results"][0]["name"]), (&Value::Null, &json!("orders__find_order")));
    let required = home.cli_with(&["search", "x"], &[("SEARCH_ENGINE", "atlas")], "");
    assert_eq!(required.code, 2, "{required:#?}");
    assert!(required.stderr.contains("has no search"), "{required:#?}");
    let sqlite = Home::new().cli_with(&["search", "x"], &[("SEARCH_ENGINE", "atlas")], "");
    assert_eq!(sqlite.code, 2, "{sqlite:#?}");
}

#[test]
fn a_gateway_searches_in_one_round_trip_and_survives_its_server() {
    let Some(mut mongod) = Mongod::start() else { return };
    let double = Atlas::in_front_of(&mongod);
    let home = Home::on_mongodb(&double.uri());
    home.json(&["bootstrap", "--demo"]);
    let gateway = Gateway::start(&home, &[]);
    let search = || gateway.rpc("tools/search", json!({ "query": "look up a purchase by its id" }))["result"].clone();
    assert_eq!(search()["degraded"], Value::Null);
    let before = double.requests().len();
    let answer = search();
    assert_eq!((&answer["degraded"], &answer["results"][0]["name"]), (&Value::Null, &json!("orders__find_order")));
    assert_eq!(double.requests().len(), before + 1, "one round trip");
    mongod.kill();
    let answer = search();
    assert_eq!(
        (&answer["degraded"], &answer["results"][0]["name"]),
        (&json!("local_index"), &json!("orders__find_order"))
    );
    mongod.restart();
    let back =
        crate::support::until(Duration::from_secs(10), || Some(search()).filter(|found| found["degraded"].is_null()));
    assert!(back.is_some(), "it does not recover");
}
