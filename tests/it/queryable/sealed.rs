//! In a build with the feature, on a real mongod.

use mcpgw::model::DataKey;
use mcpgw::store::Expect;
use mongodb::Client;
use mongodb::bson::{Binary, RawBinaryRef};
use mongodb::client_encryption::ClientEncryption;
use mongodb::mongocrypt::ctx::{Algorithm, KmsProvider};

use super::kms::{Kms, Mood};
use super::*;
use crate::support::atlas::Atlas;
use crate::support::{Gateway, mongod};

fn ready() -> Option<Home> {
    let home = Home::on_mongodb(&mongod::shared()?);
    register(&home, &[]);
    Some(home)
}

fn other_master(home: &Home) -> MasterSource {
    use std::os::unix::fs::PermissionsExt as _;
    let path = home.path("other.key");
    std::fs::write(&path, [9; 96]).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its mode");
    MasterSource::File(path)
}

/// The driver as another program has it, with the master key and our vault.
async fn driver(home: &Home) -> (ClientEncryption, Client, mongodb::Collection<Document>) {
    let client = Client::with_uri_str(home.uri().expect("a URI")).await.expect("a client");
    let master = std::fs::read(home.path(".local/share/mcpgw/master.key")).expect("the master key");
    let key = Binary { subtype: BinarySubtype::Generic, bytes: master };
    let control = format!("{}_control", home.database());
    let vault = client.database(&control).collection(DataKey::SPEC.name);
    let namespace = mongodb::Namespace::new(control, DataKey::SPEC.name);
    let driver = ClientEncryption::new(client.clone(), namespace, [(KmsProvider::local(), doc! { "key": key }, None)]);
    (driver.expect("the driver's encryption"), client, vault)
}

#[test]
fn credentials_are_binaries_of_the_driver_and_come_back() {
    let Some(home) = ready() else { return };
    for (name, fields) in [("one", &["headers"][..]), ("two", &["headers"]), ("orders", &["command", "args", "env"])] {
        let document = raw(&home, name);
        for field in fields {
            let bytes = encrypted(&document, field);
            assert_eq!(bytes.first(), Some(&2), "random, since the server has no Queryable Encryption");
            assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()));
        }
        assert!(!document.to_string().contains(CANARY) && !format!("{document:?}").contains(CANARY), "{document}");
    }
    assert_eq!(target(&home, "one"), "http://127.0.0.1:9/one");
    let tested = home.cli(&["server", "test", "orders"]);
    assert_eq!(tested.code, 0, "{tested:#?}");
    let shown = home.json(&["server", "show", "one"]);
    assert_eq!(shown["headers"], json!(["Authorization"]), "{shown}");
    let gateway = Gateway::start(&home, &[]);
    home.json(&["catalog", "sync", "--server", "orders"]);
    let call = json!({ "name": "orders__find_order", "arguments": { "order_id": "A-1001" } });
    let called = crate::support::until(crate::support::DEADLINE, || {
        let called = gateway.rpc("tools/call", call.clone());
        (called["result"]["structuredContent"]["order_id"] == "A-1001").then_some(())
    });
    assert!(called.is_some(), "{}", gateway.log());
    let status = home.json(&["secrets", "status"]);
    assert_eq!(status["method"], "mongodb explicit encryption", "{status:#}");
    assert_eq!((&status["in_the_clear"], &status["provider"]), (&json!(0), &json!("local")), "{status:#}");
    assert!(status["sealed"].as_u64().is_some_and(|sealed| sealed >= 5), "{status:#}");
    let checks = home.json_with_code(&["doctor"]).1["checks"].clone();
    let check = checks.as_array().into_iter().flatten().find(|check| check["name"] == "secrets").cloned();
    assert!(check.is_some_and(|it| it["detail"].as_str().is_some_and(|it| it.contains("explicit"))), "{checks:#}");
    // The gateway's own keys as well.
    let find = doc! { "find": "gateway_keys" };
    let keys = mongod::run_command(home.uri().expect("a URI"), &format!("{}_control", home.database()), find);
    let keys = keys.expect("find").get_document("cursor").expect("a cursor").get_array("firstBatch").cloned();
    for key in keys.expect("a batch") {
        encrypted(key.as_document().expect("a document"), "key");
    }
}

#[test]
fn a_field_opens_in_its_own_place_alone_and_only_unchanged() {
    let Some(home) = ready() else { return };
    let (one, two) = (encrypted(&raw(&home, "one"), "headers"), encrypted(&raw(&home, "two"), "headers"));
    let put = |server: &str, field: &str, bytes: &[u8]| {
        set(&home, server, field, Binary { subtype: BinarySubtype::Encrypted, bytes: bytes.to_vec() });
    };
    let reason = |server: &str| reason(&home, own_master(&home), server);
    assert_eq!(reason("one"), None);
    put("one", "headers", &two);
    assert_eq!(reason("one").as_deref(), Some("sealed_field_damaged"), "another server's");
    assert_eq!((target(&home, "one"), target(&home, "two")), (SEALED.into(), "http://127.0.0.1:9/two".into()));
    let tested = home.cli(&["server", "test", "one"]);
    assert!(tested.code != 0 && tested.stderr.contains("sealed for another place"), "{tested:#?}");
    assert_eq!(home.cli(&["server", "test", "orders"]).code, 0);
    put("one", "headers", &one);
    assert_eq!(reason("one"), None, "the right one again");
    put("one", "url", &one);
    assert_eq!(reason("one").as_deref(), Some("sealed_field_damaged"), "another field's");
    set(&home, "one", "url", "http://127.0.0.1:9/one");
    for at in [0, 17, 18, one.len() / 2, one.len() - 1] {
        let mut changed = one.clone();
        changed[at] ^= 1;
        put("one", "headers", &changed);
        assert_eq!(reason("one").as_deref(), Some("sealed_field_damaged"), "changed at {at} of {}", one.len());
    }
    put("one", "headers", &one[..20]);
    assert_eq!(reason("one").as_deref(), Some("sealed_field_damaged"), "cut off");
    let mut changed = one.clone();
    changed[5] ^= 1;
    put("one", "headers", &changed);
    assert_eq!(reason("one").as_deref(), Some("data_key_missing"), "a key that never was");
    assert_eq!(reason("two"), None);
}

#[test]
fn without_the_master_key_or_the_data_key_it_says_which() {
    let Some(home) = ready() else { return };
    assert_eq!(reason(&home, other_master(&home), "one").as_deref(), Some("wrong_master_key"));
    assert_eq!(reason(&home, own_master(&home), "one"), None);
    block_on(async {
        // One process, to which both are changed meanwhile.
        let store = opened(&home, own_master(&home), true).await;
        assert!(server(&store, "one").await.unopened.is_none());
        let (_, _client, vault) = driver(&home).await;
        let deleted = vault.delete_one(doc! { "keyAltNames": "mcpgw/tenant/local-dev" }).await.expect("deleted");
        assert_eq!(deleted.deleted_count, 1);
    });
    assert_eq!(reason(&home, own_master(&home), "one").as_deref(), Some("data_key_missing"));
    assert_eq!(home.json(&["server", "list"])["servers"].as_array().map(Vec::len), Some(3));
}

#[test]
fn another_master_key_wraps_what_the_driver_uses() {
    let Some(home) = ready() else { return };
    block_on(async {
        let store = opened(&home, own_master(&home), true).await;
        assert!(server(&store, "one").await.unopened.is_none());
        other_master(&home);
        let rotated = tokio::task::block_in_place(|| {
            let (key, former) = (home.path("other.key"), home.path(".local/share/mcpgw/master.key"));
            let env = [
                ("QE_LOCAL_MASTER_KEY_FILE", key.to_str().expect("UTF-8")),
                ("QE_LOCAL_PREVIOUS_MASTER_KEY_FILE", former.to_str().expect("UTF-8")),
            ];
            home.cli_with(&["--output", "json", "secrets", "rotate"], &env, "")
        });
        assert_eq!(rotated.code, 0, "{rotated:#?}");
        // Keys that were unwrapped before go on for a while.
        assert!(server(&store, "one").await.unopened.is_none());
    });
    assert_eq!(reason(&home, other_master(&home), "one"), None);
    assert_eq!(reason(&home, own_master(&home), "one").as_deref(), Some("wrong_master_key"));
}

#[test]
fn what_was_sealed_without_the_driver_is_read_and_sealed_by_it_when_written() {
    let Some(home) = ready() else { return };
    block_on(async {
        let plain = opened(&home, own_master(&home), false).await;
        let driver = opened(&home, own_master(&home), true).await;
        let mut known = server(&driver, "one").await;
        known.metadata.insert("note".to_owned(), json!({ "text": CANARY, "big": u64::MAX }));
        let gcm = Collection::<Server>::of_tenant(&plain, &tenant());
        // Written whole, as a build without the feature does.
        gcm.put(&known, Expect::Any).await.expect("written");
        let document = tokio::task::block_in_place(|| raw(&home, "one"));
        for field in ["headers", "metadata"] {
            assert!(document.get_str(field).is_ok_and(|text| text.starts_with("mcpgw:sealed:1:")), "{document}");
        }
        assert_eq!(server(&driver, "one").await, known, "the build with the feature reads it");
        Collection::<Server>::of_tenant(&driver, &tenant()).put(&known, Expect::Any).await.expect("written");
        let document = tokio::task::block_in_place(|| raw(&home, "one"));
        assert!(!encrypted(&document, "headers").is_empty() && !encrypted(&document, "metadata").is_empty());
        assert_eq!(server(&driver, "one").await, known);
    });
    assert_eq!(home.cli(&["server", "show", "one"]).code, 0);
}

#[test]
fn other_programs_with_the_driver_read_our_keys_and_our_fields() {
    let Some(home) = ready() else { return };
    let field = encrypted(&raw(&home, "one"), "headers");
    block_on(async {
        let (driver, _client, vault) = driver(&home).await;
        let opened = driver.decrypt(RawBinaryRef { subtype: BinarySubtype::Encrypted, bytes: &field }).await;
        let opened = opened.expect("decrypted").as_document().expect("a document").to_owned();
        assert_eq!(opened.get_str("for").ok(), Some(r#"["local-dev","routing_registry","one","headers"]"#));
        assert_eq!(
            opened.get_str("value").ok(),
            Some(format!(r#"{{"Authorization":"Bearer {CANARY}-one"}}"#).as_str())
        );
        let keys: u64 = vault.count_documents(doc! {}).await.expect("counted");
        let owner = "mcpgw/tenant/local-dev";
        let sealed = driver.encrypt("text", owner.to_owned(), Algorithm::Deterministic).await.expect("encrypted");
        let opened = driver.decrypt(RawBinaryRef { subtype: BinarySubtype::Encrypted, bytes: &sealed.bytes }).await;
        assert_eq!(opened.expect("decrypted").as_str(), Some("text"), "a key that we wrapped, by its name");
        assert!(keys >= 1);
    });
}

#[test]
fn the_driver_asks_the_same_kms_and_nobody_waits_for_it_long() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    let kms = Kms::start(&home.path(""));
    let env = kms.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    register(&home, &env);
    encrypted(&raw(&home, "one"), "headers");
    let (by_library, by_us) = kms.asked();
    assert!(by_library > 0 && by_us > 0, "both unwrapped the key: {by_library}, {by_us}");
    let list = || {
        let started = std::time::Instant::now();
        let listed = home.cli_with(&["--output", "json", "server", "list"], &env, "");
        assert_eq!(listed.code, 0, "{listed:#?}");
        let listed: serde_json::Value = serde_json::from_str(&listed.stdout).expect("JSON");
        let targets = listed["servers"].as_array().cloned().unwrap_or_default();
        let targets: Vec<String> =
            targets.iter().filter_map(|each| each["target"].as_str().map(str::to_owned)).collect();
        (targets, started.elapsed())
    };
    assert!(list().0.contains(&"http://127.0.0.1:9/one".to_owned()));
    for (mood, said) in [(Mood::Silent, "did not answer within"), (Mood::Refusing, "AccessDeniedException")] {
        kms.set(mood);
        let (targets, took) = list();
        assert_eq!(targets, [SEALED; 3], "{said}");
        assert!(took < std::time::Duration::from_secs(12), "{took:?}");
        let tested = home.cli_with(&["server", "test", "one"], &env, "");
        assert!(tested.code != 0 && tested.stderr.contains(said), "{tested:#?}");
    }
    kms.set(Mood::Well);
    assert!(list().0.contains(&"http://127.0.0.1:9/one".to_owned()));
}

/// mongod 6.0 behind a proxy that has it claim to be 7.0: it takes `encryptedFields` and heeds them, and knows no payload of
/// 7.0 yet.
#[test]
fn a_server_with_queryable_encryption_is_told_what_is_encrypted() {
    let Some(uri) = mongod::shared() else { return };
    let double = Atlas::at(&uri);
    double.set(|behaviour| behaviour.wire_version = Some(21));
    let claimed = Home::on_mongodb(&double.uri());
    assert_eq!(claimed.cli(&["tenant", "provision", "acme"]).code, 0);
    let database = store::database_name(claimed.database(), &"acme".parse().expect("a tenant"));
    let list = doc! { "listCollections": 1, "filter": { "name": Server::SPEC.name } };
    let listed = run_command(&uri, &database, list).expect("the list");
    let listed = listed.get_document("cursor").expect("a cursor").get_array("firstBatch").expect("a batch").clone();
    let options = listed[0].as_document().and_then(|it| it.get_document("options").ok()).expect("options");
    let told = options.get_document("encryptedFields").expect("it is told").get_array("fields").expect("fields");
    let told: Vec<&Document> = told.iter().filter_map(Bson::as_document).collect();
    let paths: Vec<&str> = told.iter().filter_map(|field| field.get_str("path").ok()).collect();
    assert_eq!(paths, Server::SPEC.sealed.iter().map(|field| field.path).collect::<Vec<&str>>());
    let find = doc! { "find": DataKey::SPEC.name, "limit": 100 };
    let keys = run_command(&uri, &format!("{}_control", claimed.database()), find).expect("the vault");
    let keys = keys.get_document("cursor").expect("a cursor").get_array("firstBatch").expect("a batch").clone();
    for field in told {
        let key = keys.iter().filter_map(Bson::as_document).find(|key| key.get("_id") == field.get("keyId"));
        let names = key.and_then(|key| key.get_array("keyAltNames").ok()).expect("its key is in the vault");
        let name = format!("mcpgw/tenant/acme/{}", field.get_str("path").expect("a path"));
        assert_eq!(names, &vec![Bson::String(name)]);
    }
    let status = claimed.json(&["secrets", "status"]);
    assert_eq!(status["method"], "mongodb queryable encryption", "{status:#}");
    let added = claimed.cli(&["--tenant", "acme", "server", "add", "one", "--url", "http://127.0.0.1:9/one"]);
    assert!(added.code != 0 && added.stderr.contains("failed validation"), "of another version: {added:#?}");
}
