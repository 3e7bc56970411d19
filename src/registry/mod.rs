//! Which servers exist: reads and writes `routing_registry`.

mod import;

use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::model::{CacheTool, LastSync, Server, ServerName, TenantId, Timestamp, Transport};
use crate::store::{Collection, Expect, Query, Store, Stored};

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use import::fuzz as fuzz_import;
pub use import::{Imported, read as read_import};

/// How often a lost race is tried again.
const ATTEMPTS: usize = 5;

/// The servers of every tenant.
#[derive(Clone)]
pub struct Registry {
    store: Arc<dyn Store>,
}

impl Registry {
    /// The registry in `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    fn servers(&self, tenant: &TenantId) -> Collection<Server> {
        Collection::of_tenant(&self.store, tenant)
    }

    /// Every server of `tenant`, by name.
    ///
    /// # Errors
    /// As the store's.
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<Server>> {
        Ok(self.servers(tenant).find(&Query::all()).await?.into_iter().map(|stored| stored.value).collect())
    }

    /// One server.
    ///
    /// # Errors
    /// [`Kind::NotFound`] naming it and the ones there are.
    pub async fn get(&self, tenant: &TenantId, name: &ServerName) -> Result<Server> {
        self.stored(tenant, name).await.map(|stored| stored.value)
    }

    /// The same, with its revision.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn stored(&self, tenant: &TenantId, name: &ServerName) -> Result<Stored<Server>> {
        match self.servers(tenant).get(name.as_str()).await? {
            Some(stored) => Ok(stored),
            None => Err(self.missing(tenant, name).await),
        }
    }

    /// Replaces a server that is still of this revision.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when it is not.
    pub async fn replace(&self, tenant: &TenantId, server: &Server, revision: u64) -> Result<()> {
        self.servers(tenant).put(server, Expect::Revision(revision)).await.map(|_| ())
    }

    /// Whether there is a server of this name, readable or not.
    ///
    /// # Errors
    /// As the store's.
    pub async fn has(&self, tenant: &TenantId, name: &ServerName) -> Result<bool> {
        self.servers(tenant).contains(name.as_str()).await
    }

    /// That there is a server of this name, readable or not.
    ///
    /// # Errors
    /// [`Kind::NotFound`] naming it and the ones there are.
    pub async fn expect(&self, tenant: &TenantId, name: &ServerName) -> Result<()> {
        if self.has(tenant, name).await? {
            return Ok(());
        }
        Err(self.missing(tenant, name).await)
    }

    /// Stores a new server.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when the name is taken.
    pub async fn add(&self, tenant: &TenantId, server: &Server) -> Result<()> {
        match self.servers(tenant).put(server, Expect::Absent).await {
            Err(error) if error.kind() == Kind::Conflict => Err(Error::new(
                Kind::Conflict,
                format!("server `{}` exists already", server.name),
            )
            .help(format!("remove it first with `mcpgw server remove {0}`, or choose another name", server.name))),
            other => other.map(|_| ()),
        }
    }

    /// Enables or disables a server; whether that changed anything.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn set_enabled(&self, tenant: &TenantId, name: &ServerName, enabled: bool) -> Result<bool> {
        self.change(tenant, name, |server| {
            let changes = server.is_enabled != enabled;
            server.is_enabled = enabled;
            server.updated_at = Timestamp::now();
            changes
        })
        .await
    }

    /// Replaces what the guardrails let through of a server, or of one of its tools; whether that changes anything.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn set_allowed(
        &self,
        tenant: &TenantId,
        name: &ServerName,
        tool: Option<&str>,
        categories: &[String],
    ) -> Result<bool> {
        self.change(tenant, name, |server| {
            let former = server.guardrails.clone();
            match tool {
                None => server.guardrails.allow = categories.to_vec(),
                Some(tool) if categories.is_empty() => drop(server.guardrails.tools.remove(tool)),
                Some(tool) => drop(server.guardrails.tools.insert(tool.to_owned(), categories.to_vec())),
            }
            server.updated_at = Timestamp::now();
            server.guardrails != former
        })
        .await
    }

    /// Replaces how a server is reached and keeps everything else.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn set_transport(&self, tenant: &TenantId, name: &ServerName, transport: &Transport) -> Result<()> {
        let changed = self.change(tenant, name, |server| {
            server.replace_transport(transport.clone());
            server.updated_at = Timestamp::now();
            true
        });
        changed.await.map(|_| ())
    }

    /// Says how the results of a tool are kept, or leaves that to the tool's own hints; whether that changed anything.
    /// What was kept of the server before answers nothing any more.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn set_cache(
        &self,
        tenant: &TenantId,
        name: &ServerName,
        tool: &str,
        rule: Option<&CacheTool>,
    ) -> Result<bool> {
        self.change(tenant, name, |server| {
            let tools = &mut server.cache.tools;
            if tools.get(tool) == rule {
                return false;
            }
            match rule {
                Some(rule) => drop(tools.insert(tool.to_owned(), rule.clone())),
                None => drop(tools.remove(tool)),
            }
            server.updated_at = Timestamp::now();
            true
        })
        .await
    }

    /// Has everything that was kept of a tenant's servers answer nothing any more, on every replica.
    ///
    /// # Errors
    /// As the store's.
    pub async fn empty_caches(&self, tenant: &TenantId) -> Result<()> {
        for server in self.list(tenant).await? {
            let emptied = self.change(tenant, &server.name, |server| {
                server.cache.emptied_at = Some(Timestamp::now());
                true
            });
            match emptied.await {
                // It was removed meanwhile.
                Err(error) if error.kind() == Kind::NotFound => {}
                outcome => drop(outcome?),
            }
        }
        Ok(())
    }

    /// Notes how a sync ended. A server that was removed meanwhile stays removed.
    ///
    /// # Errors
    /// As the store's.
    pub async fn record_sync(&self, tenant: &TenantId, name: &ServerName, outcome: &LastSync) -> Result<()> {
        let noted = self.change(tenant, name, |server| {
            server.last_sync = Some(outcome.clone());
            true
        });
        match noted.await {
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Removes a server.
    ///
    /// # Errors
    /// [`Kind::NotFound`].
    pub async fn remove(&self, tenant: &TenantId, name: &ServerName) -> Result<()> {
        if self.servers(tenant).delete(name.as_str()).await? {
            return Ok(());
        }
        Err(self.missing(tenant, name).await)
    }

    /// Removes a server that is still of this revision of the store's.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when it is not.
    pub async fn remove_unchanged(&self, tenant: &TenantId, name: &ServerName, revision: u64) -> Result<()> {
        self.servers(tenant).delete_unchanged(name.as_str(), revision).await
    }

    /// Reads, changes and writes a server; again when somebody else wrote meanwhile.
    async fn change(&self, tenant: &TenantId, name: &ServerName, change: impl Fn(&mut Server) -> bool) -> Result<bool> {
        let servers = self.servers(tenant);
        let mut attempt = 1;
        loop {
            let Some(mut stored) = servers.get(name.as_str()).await? else {
                return Err(self.missing(tenant, name).await);
            };
            if !change(&mut stored.value) {
                return Ok(false);
            }
            match servers.put(&stored.value, Expect::Revision(stored.revision)).await {
                Err(error) if error.kind() == Kind::Conflict && attempt < ATTEMPTS => attempt += 1,
                other => return other.map(|_| true),
            }
        }
    }

    async fn missing(&self, tenant: &TenantId, name: &ServerName) -> Error {
        let known = self.list(tenant).await.unwrap_or_default();
        let names: Vec<&str> = known.iter().map(|server| server.name.as_str()).collect();
        let help = if names.is_empty() {
            format!("tenant `{tenant}` has no servers yet; add one with `mcpgw server add`")
        } else {
            format!("tenant `{tenant}` has: {}", names.join(", "))
        };
        Error::not_found(format!("there is no server `{name}`")).help(help)
    }
}
