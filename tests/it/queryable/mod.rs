//! Credentials sealed by MongoDB's driver: what a build with it does (`.ci/queryable-encryption`), and what one without
//! says of it.

#[cfg(feature = "queryable-encryption")]
mod kms;
#[cfg(feature = "queryable-encryption")]
mod sealed;
#[cfg(not(feature = "queryable-encryption"))]
mod without;

use std::sync::Arc;

use mcpgw::model::{Secret, Server, TenantId};
use mcpgw::secrets::{Keyring, MasterSource, SealedStore, SecretsConfig};
use mcpgw::store::{self, Collection, Document as _, Location, Store, StoreConfig};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Bson, Document, doc};
use serde_json::json;

use crate::support::Home;
use crate::support::mongod::{block_on, run_command};

const CANARY: &str = "canary-5f1d2c";
const SEALED: &str = "(sealed)";

fn tenant() -> TenantId {
    "local-dev".parse().expect("a tenant")
}

/// Two servers that never answer and one that does, each with the canary in what is sealed.
#[track_caller]
fn register(home: &Home, env: &[(&str, &str)]) {
    let import = home.path("servers.json");
    // Children get few variables, and this one links what this build does.
    let library = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
    let servers = json!({ "mcpServers": {
        "one": { "url": "http://127.0.0.1:9/one", "headers": { "Authorization": format!("Bearer {CANARY}-one") } },
        "two": { "url": "http://127.0.0.1:9/two", "headers": { "Authorization": format!("Bearer {CANARY}-two") } },
        "orders": {
            "command": crate::support::mcpgw(), "args": ["demo-server", "orders"],
            "env": { "ORDERS_TOKEN": format!("{CANARY}-orders"), "LD_LIBRARY_PATH": library },
        },
    } });
    std::fs::write(&import, servers.to_string()).expect("a file");
    let imported = home.cli_with(&["server", "import", import.to_str().expect("UTF-8")], env, "");
    assert_eq!(imported.code, 0, "{imported:#?}");
}

fn database(home: &Home) -> String {
    store::database_name(home.database(), &tenant())
}

/// The document of a server as it is on the disk.
#[track_caller]
fn raw(home: &Home, server: &str) -> Document {
    let find = doc! { "find": Server::SPEC.name, "filter": { "_id": server } };
    let found = run_command(home.uri().expect("a URI"), &database(home), find).expect("find");
    let batch = found.get_document("cursor").expect("a cursor").get_array("firstBatch").expect("a batch").clone();
    batch.first().and_then(Bson::as_document).cloned().expect("the server")
}

#[track_caller]
fn set(home: &Home, server: &str, field: &str, value: impl Into<Bson>) {
    let change = doc! { "q": { "_id": server }, "u": { "$set": { field: value.into() } } };
    let update = doc! { "update": Server::SPEC.name, "updates": [change] };
    let done = run_command(home.uri().expect("a URI"), &database(home), update).expect("update");
    assert_eq!(done.get_i32("nModified").ok(), Some(1), "{done}");
}

/// What the driver encrypted.
#[track_caller]
fn encrypted(document: &Document, field: &str) -> Vec<u8> {
    match document.get(field) {
        Some(Bson::Binary(binary)) if binary.subtype == BinarySubtype::Encrypted => binary.bytes.clone(),
        other => panic!("`{field}` is not encrypted by the driver: {other:?}"),
    }
}

/// The target that `server list` shows.
#[track_caller]
fn target(home: &Home, server: &str) -> String {
    let listed = home.json(&["server", "list"]);
    let servers = listed["servers"].as_array().cloned().unwrap_or_default();
    let found = servers.iter().find(|each| each["name"] == server).unwrap_or_else(|| panic!("no {server}: {listed}"));
    found["target"].as_str().expect("text").to_owned()
}

/// The master key that is made where none is configured.
fn own_master(home: &Home) -> MasterSource {
    MasterSource::OwnFile(home.path(".local/share/mcpgw/master.key"))
}

/// The store of `home`, in this process. Without `with_driver` it seals as a build without it.
async fn opened(home: &Home, master: MasterSource, with_driver: bool) -> Arc<dyn Store> {
    let uri = Secret::new(home.uri().expect("a URI"));
    let resume_ttl = std::time::Duration::from_secs(60);
    let config = StoreConfig { location: Location::MongoDb(uri), db_name: home.database().to_owned(), resume_ttl };
    let opened = store::open(&config).await.expect("the store");
    let timeout = std::time::Duration::from_secs(3);
    let secrets = SecretsConfig { master, former: Vec::new(), aws: None, timeout };
    let plain = Arc::clone(&opened.store);
    let keyring = Keyring::new(secrets, plain, opened.vault, opened.mongodb.filter(|_| with_driver));
    Arc::new(SealedStore::over(opened.store, keyring))
}

async fn server(store: &Arc<dyn Store>, name: &str) -> Server {
    let servers = Collection::<Server>::of_tenant(store, &tenant());
    servers.get(name).await.expect("an answer").expect("the server").value
}

/// Why a server's credentials cannot be opened, if so.
fn reason(home: &Home, master: MasterSource, name: &str) -> Option<String> {
    block_on(async { server(&opened(home, master, true).await, name).await.unopened.map(|unopened| unopened.reason) })
}
