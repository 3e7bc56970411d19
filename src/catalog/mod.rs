//! Which tools exist: per tenant an immutable [`View`] of registry and catalog, swapped when the store
//! says that something changed. Requests read the view and never the store.

mod access;
mod definition;
mod drift;
mod reembed;
mod sync;
mod view;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::{Mutex, broadcast};

use crate::auth::Policies;
use crate::error::{Context as _, Result};
use crate::model::{Policy, Server, ServerName, TenantId, Tool, ToolId};
use crate::search::SearchIndex;
use crate::store::{Change, Collection, Damaged, Document, Query, Readable, Store, Stored};

pub use access::Access;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use definition::fuzz as fuzz_definition;
pub use definition::{Fault, read_definition, vector_text};
pub use drift::difference;
pub use sync::{KeptBack, Outcome, Progress, ServerSync, Skipped, SyncOptions, SyncReport, Syncer};
pub use view::{Found, Listed, View};

/// From so many changed tools on, one query for all is faster than one for each.
const MANY: usize = 200;

/// The catalog's limits.
#[derive(Clone, Debug)]
pub struct CatalogConfig {
    /// Tools that one server may list.
    pub max_tools_per_server: usize,
    /// Largest input or output schema.
    pub max_schema_bytes: usize,
}

/// The views of the tenants that were asked for, and their indexes.
pub struct Catalog {
    store: Arc<dyn Store>,
    search: Arc<dyn SearchIndex>,
    tenants: RwLock<HashMap<TenantId, Arc<Tenant>>>,
    changes: broadcast::Sender<TenantId>,
}

#[derive(Default)]
struct Tenant {
    /// Empty until it is loaded.
    view: ArcSwapOption<View>,
    /// What the view is built from; locked while it is brought up to date.
    source: Mutex<Option<Source>>,
    /// When it was last asked for; `None` until then.
    used: std::sync::Mutex<Option<Instant>>,
}

/// A tenant's view that stays in memory until this is dropped.
pub struct Held(#[expect(dead_code, reason = "what counts is that it is there")] Arc<Tenant>);

#[derive(Default)]
struct Source {
    servers: BTreeMap<ServerName, Arc<Server>>,
    tools: BTreeMap<ToolId, Arc<Tool>>,
    /// By name; `None` where one cannot be read, and then nothing is allowed.
    policies: BTreeMap<String, Option<Policy>>,
    /// Compiled when they change.
    compiled: Arc<Policies>,
    /// Of every document that was read, readable or not, by collection and id.
    revisions: HashMap<(&'static str, String), u64>,
}

impl Source {
    /// What they say, compiled; one that cannot be read may have forbidden something, so that everything is then.
    fn compile(&mut self) {
        let damaged = self.policies.iter().find(|(_, policy)| policy.is_none());
        self.compiled = Arc::new(match damaged {
            Some((name, _)) => Policies::broken(format!("policy `{name}` cannot be read")),
            None => Policies::compile(self.policies.values().flatten()),
        });
    }

    fn take_over_policy(&mut self, tenant: &TenantId, id: &str, found: Option<Readable<Policy>>) {
        let is_there = found.is_some();
        let policy = self.take_over(tenant, id, found);
        if is_there {
            self.policies.insert(id.to_owned(), policy);
        } else {
            self.policies.remove(id);
        }
    }

    /// Notes the revision of what is stored under `id`; the document, unless it is gone or damaged.
    fn take_over<T: Document>(&mut self, tenant: &TenantId, id: &str, found: Option<Readable<T>>) -> Option<T> {
        let key = (T::SPEC.name, id.to_owned());
        let Some(found) = found else {
            self.revisions.remove(&key);
            return None;
        };
        match found {
            Ok(Stored { value, revision }) => {
                self.revisions.insert(key, revision);
                Some(value)
            }
            // It is left out, and takes nothing else away.
            Err(Damaged { revision, error, .. }) => {
                tracing::error!(tenant.id = %tenant, error = error.chain(), "left out");
                self.revisions.insert(key, revision);
                None
            }
        }
    }
}

impl Catalog {
    /// A catalog over `store` that keeps `search` up to date.
    pub fn new(store: Arc<dyn Store>, search: Arc<dyn SearchIndex>) -> Self {
        Self { store, search, tenants: RwLock::default(), changes: broadcast::Sender::new(64) }
    }

    /// The tenants whose tools change from now on.
    pub fn changes(&self) -> broadcast::Receiver<TenantId> {
        self.changes.subscribe()
    }

    /// The tenant's view; loaded on first use.
    ///
    /// # Errors
    /// As the store's.
    pub async fn view(&self, tenant: &TenantId) -> Result<Arc<View>> {
        let entry = self.entry(tenant);
        *entry.used.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let view = match entry.view.load_full() {
            Some(view) => view,
            None => {
                let mut source = entry.source.lock().await;
                // Asked again under the lock; not whether there is a source: one whose publication was cut off
                // is none.
                match entry.view.load_full() {
                    Some(view) => view,
                    None => self.load(tenant, &entry, &mut source).await?,
                }
            }
        };
        if view.is_empty() {
            // Anybody can name a tenant that has nothing; it must cost no memory.
            self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(tenant);
        }
        Ok(view)
    }

    /// Keeps the tenant's view in memory, so that whoever listens hears of its changes.
    ///
    /// # Errors
    /// As [`Self::view`].
    pub async fn hold(&self, tenant: &TenantId) -> Result<Held> {
        let held = Held(self.entry(tenant));
        self.view(tenant).await?;
        Ok(held)
    }

    /// Lets go of the views and indexes of tenants that nobody has asked for within `idle`, and of those asked for
    /// longest ago as far as more than `most` are held. Who asks again has them loaded again. How many it were.
    pub async fn evict(&self, idle: Duration, most: usize) -> usize {
        let used = |entry: &Tenant| *entry.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held: Vec<_> = self.held().into_iter().map(|(tenant, entry)| (used(&entry), tenant)).collect();
        held.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        let mut evicted = 0;
        for (place, (_, tenant)) in held.into_iter().enumerate() {
            let entry = self.entry(&tenant);
            // Under its lock: whoever asks meanwhile waits, and loads it anew.
            let mut source = entry.source.lock().await;
            let is_idle = used(&entry).is_none_or(|used| used.elapsed() >= idle);
            // The table's, and ours: nobody else's.
            if !(is_idle || place >= most) || Arc::strong_count(&entry) > 2 {
                continue;
            }
            self.search.forget(&tenant);
            entry.view.store(None);
            *source = None;
            drop(source);
            let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
            if Arc::strong_count(&entry) == 2 && entry.view.load().is_none() {
                tenants.remove(&tenant);
            }
            evicted += 1;
        }
        evicted
    }

    /// Reads everything anew, for every tenant that was asked for.
    ///
    /// # Errors
    /// As the store's.
    pub async fn reload(&self) -> Result<()> {
        for (tenant, _) in self.held() {
            self.reload_tenant(&tenant).await?;
        }
        Ok(())
    }

    /// Reads everything of one tenant anew, if it was asked for.
    ///
    /// # Errors
    /// As the store's.
    pub async fn reload_tenant(&self, tenant: &TenantId) -> Result<()> {
        let held = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        let Some(entry) = held else { return Ok(()) };
        let mut source = entry.source.lock().await;
        self.load(tenant, &entry, &mut source).await.map(drop)
    }

    /// The servers that the held views know and use.
    pub fn servers_in_use(&self) -> Vec<(TenantId, ServerName)> {
        let used = |(tenant, entry): (TenantId, Arc<Tenant>)| {
            let Some(view) = entry.view.load_full() else { return Vec::new() };
            let names = view.servers().filter(|server| server.is_enabled).map(|server| server.name.clone());
            names.map(|name| (tenant.clone(), name)).collect::<Vec<_>>()
        };
        self.held().into_iter().flat_map(used).collect()
    }

    /// Brings the views up to date with changes from the feed.
    ///
    /// # Errors
    /// As the store's; [`Self::reload`] then makes up for it.
    pub async fn apply(&self, changes: &[Change]) -> Result<()> {
        for (tenant, entry) in self.held() {
            let of_tenant = |collection: &str| {
                let ids = changes
                    .iter()
                    .filter(|change| change.tenant.as_ref() == Some(&tenant) && change.collection == collection);
                let mut ids: Vec<&str> = ids.map(|change| change.id.as_str()).collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            };
            let (servers, tools) = (of_tenant(Server::SPEC.name), of_tenant(Tool::SPEC.name));
            let policies = of_tenant(Policy::SPEC.name);
            if servers.is_empty() && tools.is_empty() && policies.is_empty() {
                continue;
            }
            let mut guard = entry.source.lock().await;
            if tools.len() > MANY {
                self.load(&tenant, &entry, &mut guard).await?;
                continue;
            }
            let Some(source) = guard.as_mut() else { continue };
            let collection = Collection::<Server>::of_tenant(&self.store, &tenant);
            for id in servers {
                let Ok(name) = id.parse::<ServerName>() else { continue };
                match source.take_over(&tenant, id, collection.get_readable(id).await?) {
                    Some(server) => source.servers.insert(name, Arc::new(server)),
                    None => source.servers.remove(&name),
                };
            }
            let collection = Collection::<Tool>::of_tenant(&self.store, &tenant);
            for id in tools {
                match source.take_over(&tenant, id, collection.get_readable(id).await?) {
                    Some(tool) => source.tools.insert(ToolId::stored(id), Arc::new(tool)),
                    None => source.tools.remove(&ToolId::stored(id)),
                };
            }
            if !policies.is_empty() {
                let collection = Collection::<Policy>::of_tenant(&self.store, &tenant);
                for id in policies {
                    source.take_over_policy(&tenant, id, collection.get_readable(id).await?);
                }
                source.compile();
            }
            self.publish(&tenant, &entry, source).await?;
        }
        Ok(())
    }

    /// Compares the views with the store and brings them up to date where they differ.
    ///
    /// # Errors
    /// As the store's.
    pub async fn reconcile(&self) -> Result<()> {
        let mut missed = Vec::new();
        for (tenant, entry) in self.held() {
            let servers = Collection::<Server>::of_tenant(&self.store, &tenant).revisions().await?;
            let tools = Collection::<Tool>::of_tenant(&self.store, &tenant).revisions().await?;
            let policies = Collection::<Policy>::of_tenant(&self.store, &tenant).revisions().await?;
            let guard = entry.source.lock().await;
            let Some(source) = guard.as_ref() else { continue };
            let named = |collection: &'static str| move |(id, revision)| ((collection, id), revision);
            let stored = servers.into_iter().map(named(Server::SPEC.name));
            let stored = stored.chain(tools.into_iter().map(named(Tool::SPEC.name)));
            let stored: HashMap<_, u64> = stored.chain(policies.into_iter().map(named(Policy::SPEC.name))).collect();
            let gone = source.revisions.keys().filter(|key| !stored.contains_key(*key));
            let other = stored.iter().filter(|(key, revision)| source.revisions.get(*key) != Some(*revision));
            let change = |(collection, id): &(&'static str, String)| Change {
                collection: (*collection).to_owned(),
                tenant: Some(tenant.clone()),
                id: id.clone(),
            };
            missed.extend(other.map(|(key, _)| key).chain(gone).map(change));
        }
        if missed.is_empty() {
            return Ok(());
        }
        tracing::warn!(changes = missed.len(), "found changes that the change feed had not told");
        self.apply(&missed).await
    }

    /// Reads those servers anew whose credentials could not be opened, in case they can be by now.
    pub async fn reopen(&self) {
        for (tenant, entry) in self.held() {
            let Some(view) = entry.view.load_full() else { continue };
            let sealed = view.servers().filter(|server| server.unopened.is_some());
            let change = |server: &Arc<Server>| Change {
                collection: Server::SPEC.name.to_owned(),
                tenant: Some(tenant.clone()),
                id: server.name.to_string(),
            };
            let changes: Vec<Change> = sealed.map(change).collect();
            if let Err(error) = self.apply(&changes).await {
                tracing::debug!(tenant.id = %tenant, error = error.chain(), "its sealed servers stay so");
            }
        }
    }

    /// How many tenants are held.
    pub fn tenants_held(&self) -> usize {
        self.held().len()
    }

    fn entry(&self, tenant: &TenantId) -> Arc<Tenant> {
        let known = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        known.unwrap_or_else(|| {
            let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tenants.entry(tenant.clone()).or_default())
        })
    }

    fn held(&self) -> Vec<(TenantId, Arc<Tenant>)> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.iter().map(|(tenant, entry)| (tenant.clone(), Arc::clone(entry))).collect()
    }

    async fn load(&self, tenant: &TenantId, entry: &Tenant, slot: &mut Option<Source>) -> Result<Arc<View>> {
        let registry = Collection::<Server>::of_tenant(&self.store, tenant);
        let catalog = Collection::<Tool>::of_tenant(&self.store, tenant);
        let everything = Query::all();
        let servers = registry.find_readable(&everything).await;
        let servers = servers.context(|| format!("load the registry of tenant `{tenant}`"))?;
        let tools = catalog.find_readable(&everything).await;
        let tools = tools.context(|| format!("load the catalog of tenant `{tenant}`"))?;
        let policies = Collection::<Policy>::of_tenant(&self.store, tenant).find_readable(&everything).await;
        let policies = policies.context(|| format!("load the policies of tenant `{tenant}`"))?;
        let mut source = Source::default();
        for (id, found) in policies {
            source.take_over_policy(tenant, &id, Some(found));
        }
        source.compile();
        for (id, found) in servers {
            if let Some(server) = source.take_over(tenant, &id, Some(found)) {
                source.servers.insert(server.name.clone(), Arc::new(server));
            }
        }
        for (id, found) in tools {
            if let Some(tool) = source.take_over(tenant, &id, Some(found)) {
                source.tools.insert(tool.id.clone(), Arc::new(tool));
            }
        }
        let source = slot.insert(source);
        self.publish(tenant, entry, source).await
    }

    /// The index first: a tool that is found can be looked up in no older view.
    async fn publish(&self, tenant: &TenantId, entry: &Tenant, source: &Source) -> Result<Arc<View>> {
        let view = Arc::new(View::build(&source.servers, source.tools.values(), Arc::clone(&source.compiled)));
        let tools = || view.tools().iter().map(|listed| &listed.tool);
        // A view that was never there has no tools, and neither has its index.
        let former = entry.view.load_full();
        let former = former.as_ref().map_or(&[][..], |view| view.tools());
        let same = former.len() == view.tools().len()
            && former.iter().zip(tools()).all(|(former, now)| Arc::ptr_eq(&former.tool, now));
        if !same {
            self.search.refresh(tenant, tools().cloned().collect()).await?;
        }
        let looks_alike = |(one, two): (&Listed, &Listed)| {
            one.exposed == two.exposed && one.json == two.json && one.tool.scopes == two.tool.scopes
        };
        let looks_the_same = former.len() == view.tools().len() && former.iter().zip(view.tools()).all(looks_alike);
        let is_first = entry.view.swap(Some(Arc::clone(&view))).is_none();
        if !same && !looks_the_same && !is_first {
            // Nobody may be listening.
            let _ = self.changes.send(tenant.clone());
        }
        Ok(view)
    }
}
