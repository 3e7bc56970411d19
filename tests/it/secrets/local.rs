//! Master keys in files: what goes wrong with them, and with what they seal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use mcpgw::model::DataKey;
use mongodb::bson::doc;
use serde_json::{Value, json};

use super::{
    borrowed, call, done, in_the_clear, is_done, json_with, key_file, lay, local, lying, plain, server, text, vault,
};
use crate::fake::Fake;
use crate::support::{Gateway, Home, mongod, until};

/// Two tenants with two servers that need a header, and one that needs nothing.
struct Scene<'a> {
    home: &'a Home,
    key: PathBuf,
    env: Vec<(&'static str, String)>,
    server: Fake,
}

impl<'a> Scene<'a> {
    fn new(home: &'a Home) -> Self {
        let key = key_file(home, "master.key");
        let scene = Self { home, env: local(&key), key, server: server() };
        let url = scene.server.url();
        for tenant in ["acme", "beta"] {
            for name in ["one", "two"] {
                let header = format!("x-key=credential-{tenant}-{name}");
                scene.done(tenant, &["server", "add", name, "--url", &url, "--header", &header]);
            }
            scene.done(tenant, &["server", "add", "free", "--url", &url]);
            scene.done(tenant, &["catalog", "sync"]);
        }
        scene
    }

    #[track_caller]
    fn done(&self, tenant: &str, args: &[&str]) -> Value {
        done(self.home, &borrowed(&self.env), &[&["--tenant", tenant], args].concat())
    }

    /// The servers whose credentials can be opened are reached; the others are not, for this reason, which the message
    /// names together with the server.
    #[track_caller]
    fn holds(&self, env: &[(&'static str, String)], closed: &[&str], reason: &str, says: &str) {
        for server in ["acme/one", "acme/two", "acme/free", "beta/one", "beta/two", "beta/free"] {
            let (tenant, name) = server.split_once('/').expect("two names");
            let env = borrowed(env);
            let tested = self.home.cli_with(&["--tenant", tenant, "server", "test", name], &env, "");
            if !closed.contains(&server) {
                assert_eq!(tested.code, 0, "{server}: {tested:?}");
                continue;
            }
            assert_eq!(tested.code, 4, "{server}: {tested:?}");
            assert!(tested.stderr.contains(&format!("`{name}`")), "{server}: {tested:?}");
            assert!(tested.stderr.contains(says), "{server}: {tested:?}");
            let shown = done(self.home, &env, &["--tenant", tenant, "server", "show", name]);
            assert_eq!(shown["unopened"]["reason"], reason, "{server}: {shown}");
            assert_eq!(shown["target"], "(sealed)", "{server}: {shown}");
            let listed = done(self.home, &env, &["--tenant", tenant, "server", "list"]);
            assert_eq!(listed["servers"].as_array().map(Vec::len), Some(3), "{listed}");
        }
    }

    /// Everything is written by everyone who writes such documents, and what is sealed stays as it lies there.
    fn written(&self, env: &[(&'static str, String)], tenant: &str, name: &str) {
        let before = lying(self.home, tenant, name)["headers"].clone();
        assert!(before.is_string(), "{before}");
        let env = borrowed(env);
        for args in [&["server", "disable", name][..], &["server", "enable", name]] {
            let output = self.home.cli_with(&[&["--tenant", tenant], args].concat(), &env, "");
            assert_eq!(output.code, 0, "{args:?}: {output:?}");
        }
        // Its tools stay as they are, and it says that it could not be reached.
        let (code, synced) = json_with(self.home, &env, &["--tenant", tenant, "catalog", "sync"]);
        assert_eq!(code, 4, "{synced}");
        let after = lying(self.home, tenant, name);
        assert_eq!(after["headers"], before, "{after}");
        assert!(after.get("unopened").is_none(), "{after}");
        assert_eq!(after["is_enabled"], true, "{after}");
        assert!(after["last_sync"]["error"].is_string(), "the sync was written: {after}");
    }

    /// Everything opens, and is used.
    #[track_caller]
    fn whole(&self) {
        self.holds(&self.env, &[], "", "");
        let gateway = Gateway::start_with(self.home, &[], &borrowed(&self.env));
        for (tenant, tool) in [("acme", "one__do"), ("acme", "two__do"), ("beta", "one__do"), ("beta", "free__do")] {
            let answer = call(&gateway, tenant, tool);
            assert!(is_done(&answer), "{tenant}/{tool}: {answer}");
        }
    }
}

const SEALED: [&str; 4] = ["acme/one", "acme/two", "beta/one", "beta/two"];

fn keys_in_files(home: &Home) {
    let scene = Scene::new(home);
    scene.whole();
    assert!(scene.server.heard("x-key: credential-beta-two"));

    // Nobody has the key: a gateway that starts then serves the rest, and the rest comes when the key does.
    let away = home.path("away");
    fs::rename(&scene.key, &away).expect("moved");
    scene.holds(&scene.env, &SEALED, "master_key_unusable", "master.key cannot be read");
    scene.written(&scene.env, "acme", "one");
    let gateway = Gateway::start_with(home, &[], &borrowed(&scene.env));
    let refused = call(&gateway, "acme", "one__do");
    let data = &refused["error"]["data"];
    assert_eq!((&data["reason"], &data["cause"]), (&json!("secrets_unavailable"), &json!("master_key_unusable")));
    assert!(refused["error"]["data"]["detail"].as_str().is_some_and(|it| it.contains("`one`")), "{refused}");
    assert!(is_done(&call(&gateway, "acme", "free__do")));
    let added = home.cli_with(
        &["--tenant", "acme", "server", "add", "new", "--url", &scene.server.url(), "--header", "x-key=credential-new"],
        &borrowed(&scene.env),
        "",
    );
    assert!(added.code == 4 && added.stderr.contains("`new`"), "{added:?}");
    assert_eq!(lying(home, "acme", "new"), Value::Null);
    fs::rename(&away, &scene.key).expect("moved");
    let back = || is_done(&call(&gateway, "acme", "one__do")).then_some(());
    until(Duration::from_secs(12), back).unwrap_or_else(|| panic!("{}", call(&gateway, "acme", "one__do")));
    drop(gateway);
    scene.whole();

    fs::set_permissions(&scene.key, fs::Permissions::from_mode(0o644)).expect("its mode");
    scene.holds(&scene.env, &SEALED, "master_key_unusable", "may be read or written by everybody");
    fs::set_permissions(&scene.key, fs::Permissions::from_mode(0o600)).expect("its mode");

    let wrong = local(&key_file(home, "wrong.key"));
    scene.holds(&wrong, &SEALED, "wrong_master_key", "was not wrapped by the file");
    scene.written(&wrong, "beta", "two");
    let (code, rotated) = json_with(home, &borrowed(&wrong), &["secrets", "rotate"]);
    assert!(code == 4 && rotated["rewrapped"] == 0, "{rotated}");
    let kept = vault(home);
    assert!(kept.iter().all(|key| rotated["failed"].to_string().contains(&key.owner)), "{rotated}");
    scene.whole();
}

#[test]
fn what_is_wrong_with_a_master_key_is_said_and_nothing_is_lost_on_sqlite() {
    keys_in_files(&Home::new());
}

#[test]
fn what_is_wrong_with_a_master_key_is_said_and_nothing_is_lost_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    keys_in_files(&Home::on_mongodb(&uri));
}

/// Exchanges a field of two servers.
fn exchanged(home: &Home, first: (&str, &str), second: (&str, &str)) {
    let (mut one, mut two) = (lying(home, first.0, first.1), lying(home, second.0, second.1));
    let (of_one, of_two) = (one["headers"].take(), two["headers"].take());
    (one["headers"], two["headers"]) = (of_two, of_one);
    lay(home, first.0, &[one]);
    lay(home, second.0, &[two]);
}

/// Takes a key out of the vault.
fn removed(home: &Home, owner: &str) -> DataKey {
    let key = vault(home).into_iter().find(|key| key.owner == owner).expect("the key");
    match home.uri() {
        Some(uri) => {
            let delete = doc! { "delete": "encryption.__keyVault",
            "deletes": [{ "q": { "keyAltNames": owner }, "limit": 1 }] };
            let answer = mongod::run_command(uri, &format!("{}_control", home.database()), delete).expect("deleted");
            assert_eq!(answer.get_i32("n").ok(), Some(1), "{answer}");
        }
        None => {
            let store = rusqlite::Connection::open(home.path("store.db")).expect("the store");
            let gone = store.execute("DELETE FROM \"encryption.__keyVault\" WHERE id = ?1", [owner]).expect("deleted");
            assert_eq!(gone, 1);
        }
    }
    key
}

fn changed_behind(home: &Home) {
    let scene = Scene::new(home);
    let whole = lying(home, "acme", "one");
    let sealed = whole["headers"].as_str().expect("sealed").to_owned();
    // In its middle, and at its beginning, where the key is named.
    for (at, reason) in [(sealed.len() - 9, "sealed_field_damaged"), (20, "data_key_missing")] {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        let mut changed = whole.clone();
        changed["headers"] = json!(String::from_utf8(bytes).expect("text"));
        lay(home, "acme", &[changed]);
        scene.holds(&scene.env, &["acme/one"], reason, "");
    }
    scene.written(&scene.env, "acme", "one");
    let mut mended = lying(home, "acme", "one");
    mended["headers"] = json!(sealed);
    lay(home, "acme", &[mended]);
    scene.whole();

    for (other, reason) in [(("acme", "two"), "sealed_field_damaged"), (("beta", "one"), "data_key_missing")] {
        exchanged(home, ("acme", "one"), other);
        scene.holds(&scene.env, &["acme/one", &format!("{}/{}", other.0, other.1)], reason, "");
        exchanged(home, ("acme", "one"), other);
    }
    scene.whole();

    let key = removed(home, "mcpgw/tenant/acme");
    scene.holds(&scene.env, &["acme/one", "acme/two"], "data_key_missing", "is not in the key vault");
    scene.written(&scene.env, "acme", "two");
    // Another key in its place would keep it from being restored.
    let add = ["--tenant", "acme", "server", "add", "new", "--url", "http://127.0.0.1:1/mcp", "--header", "x-key=new"];
    let refused = home.cli_with(&add, &borrowed(&scene.env), "");
    assert!(refused.code == 4 && refused.stderr.contains("is not in the key vault"), "{refused:?}");
    assert!(!vault(home).iter().any(|known| known.owner == key.owner), "no other key was made");
    mongod::block_on(async { plain(home).await.vault.add(&key).await }).expect("restored");
    scene.whole();
}

#[test]
fn what_was_changed_behind_the_gateway_is_refused_and_can_be_restored_on_sqlite() {
    changed_behind(&Home::new());
}

#[test]
fn what_was_changed_behind_the_gateway_is_refused_and_can_be_restored_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    changed_behind(&Home::on_mongodb(&uri));
}

/// A document that looks sealed, or that says it could not be opened, is not taken at its word.
#[test]
fn what_only_looks_sealed_is_not_opened() {
    let home = Home::new();
    let scene = Scene::new(&home);
    let mut faked = in_the_clear("fake", "credential-of-nobody");
    faked["headers"] = json!("mcpgw:sealed:1:");
    faked["unopened"] = json!({ "fields": { "headers": "nothing" }, "reason": "none", "message": "none" });
    lay(&home, "acme", &[faked]);
    let shown = scene.done("acme", &["server", "show", "fake"]);
    assert_eq!(shown["unopened"]["reason"], "sealed_field_damaged", "{shown}");
    assert_eq!(scene.done("acme", &["server", "list"])["servers"].as_array().map(Vec::len), Some(4));
    assert!(text(&scene.key).ends_with("master.key"));
}
