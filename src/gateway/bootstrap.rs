//! Making a store ready to serve.

use serde::Serialize;

use super::Gateway;
use crate::catalog::{Progress, SyncOptions, SyncReport};
use crate::error::{Kind, Result};
use crate::model::{Server, TenantId};

/// What bootstrapping did.
#[derive(Debug, Serialize)]
pub struct Bootstrapped {
    /// The store.
    pub store: String,
    /// What ranks.
    pub search: String,
    /// What embeds: provider, model and width.
    pub embeddings: String,
    /// Servers that were registered now.
    pub servers_added: Vec<String>,
    /// The catalog's sync.
    pub sync: SyncReport,
}

impl Gateway {
    /// Registers `servers` where they are missing or have moved, and syncs the catalog. Safe to repeat.
    ///
    /// # Errors
    /// When the store fails; a server that fails is in the report.
    pub async fn bootstrap(
        &self,
        tenant: &TenantId,
        servers: &[Server],
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Bootstrapped> {
        let mut added = Vec::new();
        for server in servers {
            match self.registry.get(tenant, &server.name).await {
                Ok(known) if known.transport == server.transport => continue,
                Ok(_) => self.registry.remove(tenant, &server.name).await?,
                Err(error) if error.kind() == Kind::NotFound => {}
                Err(error) => return Err(error),
            }
            self.add_server(tenant, server).await?;
            added.push(server.name.to_string());
        }
        let sync = self.sync(tenant, &SyncOptions::default(), progress).await?;
        self.catalog.view(tenant).await?;
        let (store, search, space) = self.describe();
        Ok(Bootstrapped {
            store,
            search: search.to_owned(),
            embeddings: format!("{} / {} ({} dimensions)", space.provider, space.model, space.dimensions),
            servers_added: added,
            sync,
        })
    }
}
