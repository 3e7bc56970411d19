//! Kept results and the embedding space: a switch takes them along, `cache migrate` makes up for what is left.

use std::process::Stdio;
use std::time::Duration;

use mcpgw::model::{CacheEntry, CacheKind};
use mcpgw::store::{Collection, Expect, Query};
use serde_json::{Value, json};

use super::world::{World, acme, ann, call, echo};
use crate::auth::bearer;
use crate::support::providers::{Api, KEY, Provider};
use crate::support::{DEADLINE, Gateway, Home, mongod, until};

const MODEL: &str = "text-embedding-3-small";
const ENTRIES: usize = 120;
const TENANT: [&str; 2] = ["--tenant", "acme"];

fn store_of(home: &Home) -> Vec<(&'static str, String)> {
    vec![("MCPGW_STORE", format!("sqlite:{}", home.path("store.db").display()))]
}

/// A world with entries that may match by meaning, and one that may not.
async fn filled(flags: &[(&'static str, String)]) -> World {
    let world = World::with(flags, echo()).await;
    call(&world.gateway, &ann(), "read", json!({ "city": "exact" })).await;
    world.gateway.cache().flush().await;
    world.rule(Some(super::near_misses::by_meaning().expect("a rule"))).await;
    for number in 0..ENTRIES {
        call(&world.gateway, &ann(), "read", json!({ "query": format!("orders of customer {number}") })).await;
        if number % 100 == 0 {
            // Faster than they are written, some would be left out.
            world.gateway.cache().flush().await;
        }
    }
    assert_eq!(world.entries().await.len(), ENTRIES + 1);
    world
}

/// As if they had been kept in a space that is gone.
async fn made_stale(world: &World, count: usize) {
    let entries = Collection::<CacheEntry>::of_tenant(world.gateway.store(), &acme());
    let found = entries.find(&Query::all()).await.expect("entries").into_iter();
    for stored in found.filter(|it| it.value.kind == CacheKind::Semantic).take(count) {
        let entry = CacheEntry { embedding_version: Some(0), ..stored.value };
        entries.put(&entry, Expect::Any).await.expect("written");
    }
}

fn migrate(home: &Home, args: &[&str]) -> Value {
    let mut done = home.json(&[&["cache", "migrate", "--mode"], args, &TENANT].concat());
    assert!(done["took_ms"].is_u64(), "{done}");
    done.as_object_mut().expect("an object").remove("took_ms");
    done
}

fn figures(mode: &str, [total, current, stale, purged, reembedded]: [usize; 5]) -> Value {
    json!({ "mode": mode, "total": total, "current": current, "stale": stale, "purged": purged, "reembedded": reembedded })
}

fn modes(home: &Home, flags: &[(&'static str, String)]) {
    let all = ENTRIES + 1;
    let world = mongod::block_on(filled(flags));
    assert_eq!(migrate(home, &["status"]), figures("status", [all, all, 0, 0, 0]));
    mongod::block_on(async { made_stale(&World::reopened(&world).await, 50).await });
    assert_eq!(migrate(home, &["status"]), figures("status", [all, all - 50, 50, 0, 0]));
    assert_eq!(migrate(home, &["reembed", "--batch-size", "7"]), figures("reembed", [all, all - 50, 50, 0, 50]));
    assert_eq!(migrate(home, &["status"]), figures("status", [all, all, 0, 0, 0]));
    mongod::block_on(async { made_stale(&World::reopened(&world).await, 30).await });
    assert_eq!(migrate(home, &["purge"]), figures("purge", [all, all - 30, 30, 30, 0]));
    assert_eq!(migrate(home, &["status"]), figures("status", [all - 30, all - 30, 0, 0, 0]));
    let refused = home.cli(&[&["cache", "migrate", "--mode", "purge", "--all"][..], &TENANT].concat());
    assert!(refused.code == 2 && refused.stderr.contains("--yes"), "{refused:#?}");
    assert_eq!(migrate(home, &["purge", "--all", "--yes"]), figures("purge", [all - 30, 0, 0, all - 30, 0]));
    assert_eq!(migrate(home, &["status"]), figures("status", [0, 0, 0, 0, 0]));
    let wrong = home.cli(&["cache", "migrate", "--mode", "status", "--batch-size", "0"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("from 1 to 1000"), "{wrong:#?}");
    // What this process remembers answers nothing either, once it has heard of it.
    mongod::block_on(async {
        let world = World::reopened(&world).await;
        world.gateway.catalog().reload().await.expect("reloaded");
        let arguments = json!({ "query": "orders of customer 3" });
        assert_eq!(call(&world.gateway, &ann(), "read", arguments).await.1, None);
    });
}

#[test]
fn stale_entries_are_counted_embedded_anew_and_removed_on_sqlite() {
    let home = Home::new();
    modes(&home, &store_of(&home));
}

#[test]
fn stale_entries_are_counted_embedded_anew_and_removed_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    modes(&home, &[("MONGODB_URI", uri.clone()), ("MONGODB_DB_NAME", home.database().to_owned())]);
}

/// Switches to `provider` on the command line.
fn switch(home: &Home, provider: &Provider) {
    let (url, key) = (provider.url(), home.path("key"));
    std::fs::write(&key, KEY).expect("written");
    let key = key.to_str().expect("a path");
    let args =
        ["embeddings", "switch", "--provider", "openai", "--model", MODEL, "--base-url", &url, "--api-key-file", key];
    let switched = home.cli(&args);
    assert_eq!(switched.code, 0, "{switched:#?}");
}

#[test]
fn a_switch_takes_kept_results_along_and_no_two_generations_are_compared() {
    let (home, provider) = (Home::new(), Provider::start(Api::OpenAi, MODEL, 48));
    let world = mongod::block_on(filled(&store_of(&home)));
    switch(&home, &provider);
    let status = home.json(&["embeddings", "status"]);
    assert_eq!((&status["state"], &status["total"]), (&json!("done"), &json!(ENTRIES + 2)), "{status}");
    assert_eq!(migrate(&home, &["status"]), figures("status", [ENTRIES + 1, ENTRIES + 1, 0, 0, 0]));
    mongod::block_on(async {
        let world = World::reopened(&world).await;
        for entry in world.entries().await.iter().filter(|entry| entry.kind == CacheKind::Semantic) {
            assert_eq!((entry.embedding_version, entry.embedding_dim), (Some(2), Some(48)), "{entry:?}");
            assert_eq!((entry.embedding_model.as_deref(), &entry.next_embedding), (Some(MODEL), &None));
            assert_eq!(entry.embedding.as_ref().map(|vector| vector.0.len()), Some(48));
        }
        let ask = async |text: &str| call(&world.gateway, &ann(), "read", json!({ "query": text })).await.1;
        assert_eq!(ask("show orders of customer 3").await.as_deref(), Some("semantic"), "in the new space");
        // Vectors of a generation that is gone answer nothing, however near they are.
        made_stale(&world, ENTRIES).await;
        let world = World::reopened(&world).await;
        let ask = async |text: &str| call(&world.gateway, &ann(), "read", json!({ "query": text })).await.1;
        assert_eq!(ask("show orders of customer 5").await, None);
        assert_eq!(ask("orders of customer 6").await.as_deref(), Some("exact"), "equal arguments need no vector");
    });
    assert_eq!(provider.faults(), Vec::<String>::new());
}

#[test]
fn who_is_killed_goes_on_where_they_were() {
    let (home, provider) = (Home::new(), Provider::start(Api::OpenAi, MODEL, 48));
    let world = mongod::block_on(filled(&store_of(&home)));
    switch(&home, &provider);
    mongod::block_on(async { made_stale(&World::reopened(&world).await, ENTRIES).await });
    let texts = || -> usize { provider.asked().iter().filter(|it| it.texts.len() > 2).map(|it| it.texts.len()).sum() };
    let before = texts();
    provider.set(|it| it.hangs = Some(Duration::from_millis(150)));
    let mut command = home.command();
    command.args(["cache", "migrate", "--mode", "reembed", "--batch-size", "10"]).args(TENANT);
    let mut worker = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a command");
    until(Duration::from_secs(20), || (texts() - before >= 40).then_some(())).expect("it begins");
    worker.kill().expect("killed");
    let _ = worker.wait();
    provider.set(|it| it.hangs = None);
    let left = migrate(&home, &["status"])["stale"].as_u64().expect("a number");
    assert!(left > 0 && left < ENTRIES as u64, "{left}");
    let done = migrate(&home, &["reembed", "--batch-size", "10"]);
    assert_eq!(done["reembedded"], left, "only what was left: {done}");
    assert!(texts() - before <= ENTRIES + 20, "{} texts", texts() - before);
    assert_eq!(migrate(&home, &["status"])["stale"], 0);
}

#[test]
fn administrators_do_it_over_http() {
    let home = Home::new();
    let world = mongod::block_on(filled(&store_of(&home)));
    mongod::block_on(async { made_stale(&World::reopened(&world).await, 20).await });
    let mode = [("AUTH_MODE", "jwks")];
    let gateway = Gateway::start_with(&home, &[], &mode);
    let token = |args: &[&str]| {
        let minted = home.cli_with(&[&["token", "mint", "--tenant", "acme"], args].concat(), &mode, "");
        bearer(minted.stdout.trim())
    };
    let asked = |token: &str, body: Value| {
        let answer = gateway.post("/admin/cache/migrate", &[("Authorization", token)], &body.to_string());
        (answer.status, answer.json())
    };
    let (plain, admin) = (token(&["--subject", "ann"]), token(&["--roles", "platform:admin"]));
    assert_eq!(asked(&plain, json!({ "mode": "purge" })).0, 403);
    assert_eq!(gateway.post("/admin/cache/migrate", &[], r#"{"mode":"purge"}"#).status, 401);
    for wrong in [
        json!({ "mode": "all" }),
        json!({}),
        json!({ "mode": "status", "batch_size": 0 }),
        json!({ "mode": "status", "x": 1 }),
    ] {
        assert_eq!(asked(&admin, wrong.clone()).0, 400, "{wrong}");
    }
    let of = |mode: &str| {
        let (status, done) = asked(&admin, json!({ "mode": mode, "batch_size": 9, "tenant_id": "acme" }));
        assert_eq!(status, 200, "{done}");
        (done["stale"].clone(), done["purged"].clone(), done["reembedded"].clone())
    };
    assert_eq!(of("status"), (json!(20), json!(0), json!(0)));
    assert_eq!(of("reembed"), (json!(20), json!(0), json!(20)));
    assert_eq!(of("purge"), (json!(0), json!(0), json!(0)));
}

#[test]
fn operators_say_on_the_command_line_what_is_kept() {
    let home = Home::new();
    assert_eq!(home.cli(&["bootstrap", "--demo"]).code, 0);
    let gateway = Gateway::start(&home, &[]);
    let weather = || {
        let params = json!({ "name": "weather__get_current_weather", "arguments": { "city": "Berlin" } });
        gateway.rpc("tools/call", params)["result"]["_meta"]["mcpgw/cache"]["hit"].clone()
    };
    assert_eq!((weather(), weather()), (Value::Null, json!("exact")), "it says that it only reads");
    let rule = |args: &[&str]| home.json(&[&["server", "cache", "weather", "get_current_weather"], args].concat());
    let off = rule(&["--off"]);
    assert_eq!((&off["cache"], &off["ttl_s"], &off["changed"]), (&json!("off"), &json!(0), &json!(true)), "{off}");
    assert_eq!(rule(&["--off"])["changed"], false);
    until(DEADLINE, || (weather(), weather()).1.is_null().then_some(())).expect("it is not kept");
    let on = rule(&["--ttl", "10m", "--semantic", "city"]);
    assert_eq!((&on["ttl_s"], &on["semantic_arguments"]), (&json!(600), &json!(["city"])), "{on}");
    assert_eq!(rule(&[]), {
        let mut same = on.clone();
        same["changed"] = json!(false);
        same
    });
    let wrong = home.cli(&["server", "cache", "weather", "get_current_weather", "--semantic", "nothing"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("city"), "{wrong:#?}");
    assert_eq!(home.cli(&["server", "cache", "nobody", "x", "--off"]).code, 3);
    assert_eq!(rule(&["--default"])["cache"], "default");
}
