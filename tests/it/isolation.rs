//! Random programs over three tenants, against a model: what is listed, found, described and callable is exactly what
//! the model says, and nothing of a neighbour's. In this process, on a real store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mcpgw::config::{Config, Sources};
use mcpgw::error::Kind;
use mcpgw::gateway::{CallRequest, Gateway, PageStart, SearchRequest};
use mcpgw::model::{Origin, Policy, Principal, RawObject, Scopes, Server, TenantId, Tool};
use mcpgw::search::Mode;
use mcpgw::store::{Change, Collection, Document, Expect};
use mcpgw::upstream::Caller;
use serde_json::json;

/// Random programs; `MCPGW_TEST_PROGRAMS=2000` for the whole of them.
fn programs() -> u64 {
    std::env::var("MCPGW_TEST_PROGRAMS").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

const STEPS: u64 = 8;
const TENANTS: [&str; 3] = ["acme", "beta", "corp"];
/// The same in every tenant, so that a mistake shows.
const SERVERS: [&str; 3] = ["alpha", "bravo", "cobra"];
const TOOLS: [&str; 4] = ["open", "shut", "list", "move"];
const SCOPES: [&str; 3] = ["red", "green", "blue"];
const ROLES: [&str; 2] = ["keeper", "reader"];

/// SplitMix64 (Steele, Lea and Flood 2014): a failure names its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("small")
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn some_of(&mut self, all: &[&str]) -> Vec<String> {
        all.iter().filter(|_| self.next().is_multiple_of(2)).map(|each| (*each).to_owned()).collect()
    }
}

/// What a tenant has, as the model knows it.
#[derive(Default)]
struct Model {
    /// Whether it is enabled.
    servers: BTreeMap<String, bool>,
    /// Scopes, by server and name.
    tools: BTreeMap<(String, String), BTreeSet<String>>,
    /// Servers that only callers of a role may do anything with.
    reserved: BTreeMap<String, String>,
}

impl Model {
    fn sees(&self, principal: &Principal, server: &str, tool: &str) -> bool {
        let Some(scopes) = self.tools.get(&(server.to_owned(), tool.to_owned())) else { return false };
        let held = match &principal.scopes {
            Scopes::All => true,
            Scopes::Only(held) => scopes.iter().any(|scope| held.contains(scope)),
        };
        let reserved = self.reserved.get(server).is_some_and(|role| !principal.roles.contains(role));
        self.servers.get(server) == Some(&true) && held && !reserved
    }

    fn visible(&self, principal: &Principal) -> BTreeSet<String> {
        let seen = self.tools.keys().filter(|(server, tool)| self.sees(principal, server, tool));
        seen.map(|(server, tool)| format!("{server}__{tool}")).collect()
    }
}

struct World {
    gateway: Arc<Gateway>,
    tenants: Vec<(TenantId, Model)>,
    /// Pages that somebody was given, for anybody to try.
    cursors: Vec<String>,
    seen: usize,
}

impl World {
    async fn write<T: Document>(&self, tenant: &TenantId, id: &str, document: Option<&T>) {
        let collection = Collection::<T>::of_tenant(self.gateway.store(), tenant);
        match document {
            Some(document) => drop(collection.put(document, Expect::Any).await.expect("written")),
            None => drop(collection.delete(id).await.expect("deleted")),
        }
        let change = Change { collection: T::SPEC.name.to_owned(), tenant: Some(tenant.clone()), id: id.to_owned() };
        self.gateway.catalog().apply(&[change]).await.expect("applied");
    }

    async fn change(&mut self, random: &mut Random) {
        let place = random.below(TENANTS.len());
        let tenant = self.tenants[place].0.clone();
        let (server, tool) = (random.one_of(&SERVERS), random.one_of(&TOOLS));
        match random.below(6) {
            0 => {
                let is_enabled = !random.next().is_multiple_of(4);
                let document: Server = serde_json::from_value(json!({
                    "name": server, "transport": "streamable_http", "url": "http://127.0.0.1:9/mcp",
                    "is_enabled": is_enabled, "updated_at": 0, "scopes": random.some_of(&SCOPES),
                }))
                .expect("a server");
                self.write(&tenant, server, Some(&document)).await;
                self.tenants[place].1.servers.insert(server.to_owned(), is_enabled);
            }
            1 | 2 => {
                let scopes = random.some_of(&SCOPES);
                let id = format!("{server}::{tool}");
                let about = format!("{tool} of {tenant}");
                let document: Tool = serde_json::from_value(json!({
                    "_id": id, "server": server, "name": tool, "description": about, "scopes": scopes,
                    "input_schema": { "type": "object" }, "search_text": format!("{tool} thing of {tenant}"),
                    "embedding": "", "embedding_model": "none", "embedding_dim": 0, "embedding_version": 0,
                    "definition_hash": "", "status": "active", "first_seen": 0, "last_seen": 0,
                    "definition": json!({ "name": tool, "description": about, "inputSchema": { "type": "object" } }).to_string(),
                }))
                .expect("a tool");
                self.write(&tenant, &id, Some(&document)).await;
                let key = (server.to_owned(), tool.to_owned());
                self.tenants[place].1.tools.insert(key, scopes.into_iter().collect());
            }
            3 => {
                self.write::<Tool>(&tenant, &format!("{server}::{tool}"), None).await;
                self.tenants[place].1.tools.remove(&(server.to_owned(), tool.to_owned()));
            }
            4 => {
                let (name, role) = (format!("only-{server}"), random.one_of(&ROLES));
                let text = format!(
                    "forbid (principal, action, resource in Server::\"{server}\") unless {{ principal in Role::\"{role}\" }};"
                );
                let name = name.parse().expect("a name");
                self.gateway.set_policy(&tenant, &name, &text, None).await.expect("saved");
                let change = Change {
                    collection: Policy::SPEC.name.to_owned(),
                    tenant: Some(tenant.clone()),
                    id: name.to_string(),
                };
                self.gateway.catalog().apply(&[change]).await.expect("applied");
                self.tenants[place].1.reserved.insert(server.to_owned(), role.to_owned());
            }
            _ => {
                self.write::<Policy>(&tenant, &format!("only-{server}"), None).await;
                self.tenants[place].1.reserved.remove(server);
            }
        }
    }

    async fn look(&mut self, random: &mut Random) {
        let (tenant, model) = &self.tenants[random.below(TENANTS.len())];
        let scopes = if random.next().is_multiple_of(5) {
            Scopes::All
        } else {
            Scopes::Only(random.some_of(&SCOPES).into_iter().collect())
        };
        let roles = random.some_of(&ROLES).into_iter().collect();
        let subject = random.one_of(&["ann", "bob"]).to_owned();
        let principal = Principal { scopes, roles, subject, ..Principal::operator(tenant.clone()) };
        let visible = model.visible(&principal);
        let own = |description: &str| description.ends_with(tenant.as_str());
        if random.next().is_multiple_of(8) {
            self.gateway.catalog().evict(Duration::ZERO, random.below(3)).await;
        }
        match random.below(4) {
            0 => {
                let limit = 1 + random.below(5);
                let (mut start, mut listed) = (PageStart::First, BTreeSet::new());
                loop {
                    let page = self.gateway.list(&principal, &start, Some(limit)).await.expect("a page");
                    assert!(page.tools.iter().all(|listed| own(&listed.tool.description)));
                    listed.extend(page.tools.iter().map(|listed| listed.exposed.to_string()));
                    let Some(next) = page.next else { break };
                    start = PageStart::read(Some(&next), false).expect("our cursor");
                    self.cursors.push(next);
                }
                assert_eq!(listed, visible, "{principal:?}");
                self.seen += listed.len();
            }
            1 => {
                // From wherever anybody's page ended.
                let cursor = (!self.cursors.is_empty()).then(|| self.cursors[random.below(self.cursors.len())].clone());
                let start = PageStart::read(cursor.as_deref(), false).expect("our cursor");
                let page = self.gateway.list(&principal, &start, None).await.expect("a page");
                assert!(page.tools.iter().all(|it| own(&it.tool.description) && visible.contains(&*it.exposed)));
            }
            2 => {
                let query = format!("{} thing of {}", random.one_of(&TOOLS), random.one_of(&TENANTS));
                let request = SearchRequest { query, mode: Mode::Text, limit: 50, origin: Origin::default() };
                let answer = self.gateway.search(&principal, &request).await.expect("an answer");
                let found: BTreeSet<String> = answer.results.iter().map(|result| result.name.clone()).collect();
                assert!(answer.results.iter().all(|result| own(&result.description)));
                // Every tool has the word “thing”.
                assert_eq!(found, visible, "{principal:?}");
                self.seen += found.len();
            }
            _ => {
                let name = format!("{}__{}", random.one_of(&SERVERS), random.one_of(&TOOLS));
                let described = self.gateway.describe_tool(&principal, &name).await;
                assert_eq!(described.is_ok(), visible.contains(&name), "{name} {principal:?}");
                assert!(described.is_ok_and(|it| own(&it.tool.description)) || !visible.contains(&name));
                let params = serde_json::value::RawValue::from_string("{}".to_owned()).expect("json");
                let params = RawObject::parse(&params).expect("an object");
                let caller = Caller::plain();
                let call = CallRequest { name: &name, server: None, params: &params, timeout: None, caller: &caller };
                let refused = self.gateway.call(&principal, &call).await.expect_err("nobody listens there").kind();
                assert_eq!(refused == Kind::NotFound, !visible.contains(&name), "{name} {principal:?} {refused:?}");
            }
        }
    }
}

#[tokio::test]
async fn no_program_sees_across_tenants() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("store.db").display());
    let config = Config::load(&Sources { flags: vec![("MCPGW_STORE", store)], environment: Vec::new(), file: None });
    let gateway = Gateway::open(config.expect("a configuration")).await.expect("a gateway");
    let tenants = TENANTS.iter().map(|name| (name.parse().expect("a tenant"), Model::default())).collect();
    let mut world = World { gateway, tenants, cursors: Vec::new(), seen: 0 };
    for seed in 0..programs() {
        let mut random = Random(seed);
        for _ in 0..STEPS {
            if random.next().is_multiple_of(2) {
                world.change(&mut random).await
            } else {
                world.look(&mut random).await
            }
        }
        world.cursors.truncate(64);
    }
    assert!(world.seen > 1_000, "only {} sightings: the programs show nothing", world.seen);
}
