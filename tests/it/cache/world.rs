//! A gateway in this process, and a server whose answers tell how often it was asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcpgw::catalog::SyncOptions;
use mcpgw::config::{Config, Sources};
use mcpgw::error::Result;
use mcpgw::gateway::{CallRequest, Gateway};
use mcpgw::model::{
    CacheEntry, CacheTool, Principal, RawJson, RawObject, Scopes, Server, ServerName, TenantId, ToolId,
};
use mcpgw::store::{Collection, Query};
use mcpgw::upstream::{Caller, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fake::{Fake, Say};
use crate::support::mongod;

pub(super) const SERVER: &str = "shop";

/// Tools of the server: `read` only reads, `write` does not say so.
fn tools() -> Value {
    let schema =
        json!({ "type": "object", "properties": { "query": { "type": "string" }, "city": { "type": "string" } } });
    json!([
        { "name": "read", "inputSchema": schema, "annotations": { "readOnlyHint": true } },
        { "name": "write", "inputSchema": schema },
    ])
}

pub(super) struct World {
    pub(super) gateway: Arc<Gateway>,
    pub(super) server: Fake,
    /// Where its store is, unless elsewhere.
    folder: Arc<TempDir>,
    flags: Vec<(&'static str, String)>,
}

/// An answer that no other call gets: its number and the arguments.
pub(super) fn echo() -> impl Fn(&Value) -> Say + Send + Sync + 'static {
    let asked = AtomicUsize::new(0);
    move |frame| {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        let text = format!("{number}: {}", frame["params"]["arguments"]);
        Say::Result(json!({ "content": [{ "type": "text", "text": text }] }))
    }
}

impl World {
    pub(super) async fn new(answer: impl Fn(&Value) -> Say + Send + Sync + 'static) -> Self {
        Self::with(&[], answer).await
    }

    pub(super) async fn on_mongod(uri: String, answer: impl Fn(&Value) -> Say + Send + Sync + 'static) -> Self {
        let flags = [("MONGODB_URI", uri), ("MONGODB_DB_NAME", mongod::database())];
        Self::with(&flags, answer).await
    }

    pub(super) async fn with(
        flags: &[(&'static str, String)],
        answer: impl Fn(&Value) -> Say + Send + Sync + 'static,
    ) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let store = ("MCPGW_STORE", format!("sqlite:{}", folder.path().join("store.db").display()));
        let is_elsewhere = flags.iter().any(|(name, _)| *name == "MONGODB_URI");
        let flags: Vec<_> = (!is_elsewhere).then_some(store).into_iter().chain(flags.iter().cloned()).collect();
        let server = Fake::start(move |method, frame| match method {
            "tools/list" => Say::Result(json!({ "tools": tools() })),
            _ => answer(frame),
        });
        let gateway = open(&flags).await;
        let world = Self { gateway, server, folder, flags };
        world.register("acme").await;
        world
    }

    /// The same world, with a gateway that remembers nothing.
    pub(super) async fn reopened(world: &Self) -> Self {
        let (server, folder) = (world.server.clone(), Arc::clone(&world.folder));
        Self { gateway: world.replica().await, server, folder, flags: world.flags.clone() }
    }

    /// How another process finds an answer to these in the store. On a busy machine one may not find it in time.
    pub(super) async fn found_elsewhere(&self, arguments: &Value) -> Option<(String, Option<String>)> {
        for _ in 0..5 {
            let replica = self.replica().await;
            // The first look opens what the next ones use.
            let _ = Collection::<CacheEntry>::of_tenant(replica.store(), &acme()).count(&Query::all()).await;
            let found = call(&replica, &ann(), "read", arguments.clone()).await;
            if found.1.is_some() {
                return Some(found);
            }
        }
        None
    }

    /// The same store, opened by another process.
    pub(super) async fn replica(&self) -> Arc<Gateway> {
        open(&self.flags).await
    }

    pub(super) async fn register(&self, tenant: &str) {
        let tenant: TenantId = tenant.parse().expect("a tenant");
        let server: Server = serde_json::from_value(json!({
            "name": SERVER, "transport": "streamable_http", "url": self.server.url(), "is_enabled": true,
            "updated_at": 1, "scopes": ["a", "b"],
        }))
        .expect("a server");
        self.gateway.add_server(&tenant, &server).await.expect("added");
        self.sync(&tenant).await;
    }

    pub(super) async fn sync(&self, tenant: &TenantId) {
        let report = self.gateway.sync(tenant, &SyncOptions::default(), &|_| ()).await.expect("a report");
        assert!(report.servers.iter().all(|server| server.error.is_none()), "{report:?}");
        self.gateway.catalog().reload().await.expect("reloaded");
    }

    /// What the registry says of `read`.
    pub(super) async fn rule(&self, rule: Option<CacheTool>) {
        let (tenant, name): (TenantId, ServerName) = (acme(), SERVER.parse().expect("a name"));
        self.gateway.set_cache_rule(&tenant, &name, "read", rule).await.expect("set");
        self.gateway.catalog().reload().await.expect("reloaded");
    }

    pub(super) async fn entries(&self) -> Vec<CacheEntry> {
        self.gateway.cache().flush().await;
        let entries = Collection::<CacheEntry>::of_tenant(self.gateway.store(), &acme());
        entries.find(&Query::all()).await.expect("entries").into_iter().map(|stored| stored.value).collect()
    }
}

async fn open(flags: &[(&'static str, String)]) -> Arc<Gateway> {
    let config = Config::load(&Sources { flags: flags.to_vec(), environment: Vec::new(), file: None });
    let gateway = Gateway::open(config.expect("a configuration")).await.expect("a gateway");
    gateway.warm_up_embedder().await;
    gateway
}

pub(super) fn acme() -> TenantId {
    "acme".parse().expect("a tenant")
}

pub(super) fn caller_of(tenant: &str, subject: &str, scopes: &str) -> Principal {
    Principal {
        issuer: "issuer".to_owned(),
        subject: subject.to_owned(),
        scopes: Scopes::from_list(scopes),
        ..Principal::operator(tenant.parse().expect("a tenant"))
    }
}

pub(super) fn ann() -> Principal {
    caller_of("acme", "ann", "a")
}

/// What a call is answered: the text, and how the cache says that it was found.
pub(super) async fn call(gateway: &Gateway, who: &Principal, tool: &str, arguments: Value) -> (String, Option<String>) {
    said(&call_with(gateway, who, tool, json!({ "arguments": arguments }), &Caller::plain()).await.expect("an answer"))
}

pub(super) async fn call_with(
    gateway: &Gateway,
    who: &Principal,
    tool: &str,
    params: Value,
    caller: &Caller,
) -> Result<Reply> {
    let params = serde_json::value::to_raw_value(&params).expect("json");
    let params = RawObject::parse(&params).expect("an object");
    let name = format!("{SERVER}__{tool}");
    let timeout = Some(Duration::from_secs(10));
    gateway.call(who, &CallRequest { name: &name, server: None, params: &params, timeout, caller }).await
}

pub(super) fn said(reply: &Reply) -> (String, Option<String>) {
    let Reply::Result(result) = reply else { return ("error".to_owned(), None) };
    let result: Value = result.parse().expect("json");
    let text = result["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    (text, result["_meta"]["mcpgw/cache"]["hit"].as_str().map(str::to_owned))
}

pub(super) fn id_of(tool: &str) -> ToolId {
    ToolId::new(&SERVER.parse().expect("a name"), tool)
}

pub(super) fn json_of(reply: &Reply) -> RawJson {
    match reply {
        Reply::Result(json) | Reply::Error(json) => json.clone(),
    }
}
