//! Credentials of servers: sealed wherever they lie, of use to their servers alone, and never lost.

mod canary;
mod kms;
mod local;
mod race;
mod rotate;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mcpgw::model::{DataKey, Secret, Server, TenantId};
use mcpgw::secrets::{Keyring, MasterSource, SealedStore, SecretsConfig};
use mcpgw::store::{Collection, Document, Expect, Location, Opened, Place, Query, Store, StoreConfig, Write, open};
use serde_json::{Value, json};

use crate::fake::{Fake, Say};
use crate::support::http::Response;
use crate::support::{Gateway, Home, mongod};

/// What the CLI ended with, and the document that it printed.
fn json_with(home: &Home, env: &[(&str, &str)], args: &[&str]) -> (i32, Value) {
    let output = home.cli_with(&[&["--output", "json"], args].concat(), env, "");
    let printed = serde_json::from_str(&output.stdout).unwrap_or_else(|_| json!({ "printed": format!("{output:?}") }));
    (output.code, printed)
}

#[track_caller]
fn done(home: &Home, env: &[(&str, &str)], args: &[&str]) -> Value {
    let (code, printed) = json_with(home, env, args);
    assert_eq!(code, 0, "mcpgw {args:?}: {printed:#}");
    printed
}

/// Borrowed, as the helpers take them.
fn borrowed<'a>(env: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    env.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// A server with one tool, which is done when asked.
fn server() -> Fake {
    Fake::start(|method, _| match method {
        "tools/list" => Say::Result(json!({ "tools": [{ "name": "do", "inputSchema": { "type": "object" } }] })),
        _ => Say::Result(json!({ "content": [{ "type": "text", "text": "done" }] })),
    })
}

/// What a call of `tool` in a tenant is answered with.
fn call(gateway: &Gateway, tenant: &str, tool: &str) -> Value {
    gateway.rpc_with("tools/call", json!({ "name": tool, "arguments": {} }), &[("X-MCP-Tenant", tenant)])
}

/// Opens a session, whose id is sealed with the gateway's own key.
fn session(gateway: &Gateway) -> Response {
    let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" } });
    let frame = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello });
    gateway.post("/mcp", &[("Accept", "application/json, text/event-stream")], &frame.to_string())
}

fn is_done(answer: &Value) -> bool {
    answer["result"]["content"][0]["text"] == "done"
}

/// A master key file that only its owner may read.
fn key_file(home: &Home, name: &str) -> PathBuf {
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = home.path(name);
    let mut bytes = Vec::new();
    while bytes.len() < 96 {
        bytes.extend(uuid::Uuid::new_v4().into_bytes());
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    std::io::Write::write_all(&mut file.expect("a file"), &bytes).expect("written");
    path
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn local(path: &Path) -> Vec<(&'static str, String)> {
    vec![("KMS_PROVIDER", "local".to_owned()), ("QE_LOCAL_MASTER_KEY_FILE", text(path))]
}

/// The store as it lies there, with nothing opened.
async fn plain(home: &Home) -> Opened {
    let location = match home.uri() {
        Some(uri) => Location::MongoDb(Secret::new(uri)),
        None => Location::Sqlite(home.path("store.db")),
    };
    let config = StoreConfig { location, db_name: home.database().to_owned(), resume_ttl: Duration::from_secs(60) };
    open(&config).await.expect("the store")
}

fn servers_of(tenant: &str) -> Place {
    Place { collection: Server::SPEC, tenant: Some(tenant.parse().expect("a tenant")) }
}

/// The document of a server as it lies there.
fn lying(home: &Home, tenant: &str, id: &str) -> Value {
    mongod::block_on(async {
        let found = plain(home).await.store.get(&servers_of(tenant), id).await.expect("the store");
        found.map_or(Value::Null, |found| serde_json::from_str(&found.body).expect("JSON"))
    })
}

/// Puts documents of servers where they lie, as they are.
fn lay(home: &Home, tenant: &str, documents: &[Value]) {
    let put = |document: &Value| Write::Put {
        id: document["name"].as_str().expect("a name").to_owned(),
        body: document.to_string(),
        expires_at: None,
        expect: Expect::Any,
    };
    mongod::block_on(async {
        let store = plain(home).await.store;
        store.write(&servers_of(tenant), documents.iter().map(put).collect()).await.expect("written");
    });
}

fn vault(home: &Home) -> Vec<DataKey> {
    mongod::block_on(async { plain(home).await.vault.list().await.expect("the vault") })
}

/// The document of a server on HTTP with credentials in the clear.
fn in_the_clear(name: &str, credential: &str) -> Value {
    json!({
        "name": name, "transport": "streamable_http", "url": format!("https://one.example/mcp?token={credential}"),
        "headers": { "authorization": format!("Bearer {credential}") }, "is_enabled": true, "updated_at": 0,
    })
}

/// The gateway's own view of the store, with these master keys.
async fn sealed(home: &Home, master: MasterSource, former: Vec<MasterSource>) -> Arc<dyn Store> {
    let Opened { store, vault, mongodb } = plain(home).await;
    let config = SecretsConfig { master, former, aws: None, timeout: Duration::from_secs(3) };
    Arc::new(SealedStore::over(Arc::clone(&store), Keyring::new(config, store, vault, mongodb)))
}

/// The servers of a tenant as they are opened.
async fn opened(store: &Arc<dyn Store>, tenant: &str) -> Vec<Server> {
    let tenant: TenantId = tenant.parse().expect("a tenant");
    let found = Collection::<Server>::of_tenant(store, &tenant).find(&Query::all()).await.expect("the servers");
    found.into_iter().map(|stored| stored.value).collect()
}

/// The files below `places` in which `needle` stands, byte for byte.
fn hits(needle: &str, places: &[&Path]) -> Vec<String> {
    let mut command = std::process::Command::new("grep");
    command.args(["-rlaF", "-e", needle]).args(places);
    let output = crate::support::run(&mut command, "", Duration::from_secs(60));
    // 2: a file that went away meanwhile.
    assert!(output.code <= 2, "{output:?}");
    output.stdout.lines().map(str::to_owned).collect()
}

/// The files of an embedded store.
fn store_files(home: &Home) -> Vec<PathBuf> {
    ["store.db", "store.db-wal", "store.db-shm"]
        .map(|name| home.path(name))
        .into_iter()
        .filter(|it| it.exists())
        .collect()
}

/// So many, or as many as the variable says.
fn kills(usual: u64) -> u64 {
    std::env::var("MCPGW_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
