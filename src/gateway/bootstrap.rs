//! Making a store ready to serve.

use serde::Serialize;

use super::Gateway;
use crate::catalog::{Progress, SyncOptions, SyncReport};
use crate::error::{Error, Kind, Result};
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

/// Marks a server as one of the demo's, in its `metadata`: only such a one may be changed by the next demo.
pub const DEMO_MARK: &str = "mcpgw.demo";

impl Gateway {
    /// Registers the demo's servers where they are missing or have moved, and syncs what `options` says. Safe
    /// to repeat.
    ///
    /// # Errors
    /// When an operator's own server has the name of a demo server, or the store fails; a server that fails is
    /// in the report.
    pub async fn bootstrap(
        &self,
        tenant: &TenantId,
        demo: &[Server],
        options: &SyncOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Bootstrapped> {
        if self.adopt_configured_space().await?.is_some() {
            self.finish_switch(&format!("bootstrap {} on {}", std::process::id(), self.config.instance_id), &|_| ())
                .await?;
        }
        let mut added = Vec::new();
        for server in demo {
            match self.registry.get(tenant, &server.name).await {
                Ok(known) if !known.metadata.contains_key(DEMO_MARK) => {
                    return Err(Error::new(
                        Kind::Conflict,
                        format!("server `{}` is yours, not the demo's", server.name),
                    )
                    .help("try the demo in a tenant of its own: --tenant demo"));
                }
                Ok(known) if known.transport == server.transport => {}
                // This program has moved; what the operator has set on the entry stays.
                Ok(_) => self.registry.set_transport(tenant, &server.name, &server.transport).await?,
                Err(error) if error.kind() == Kind::NotFound => {
                    self.add_server(tenant, server).await?;
                    added.push(server.name.to_string());
                }
                Err(error) => return Err(error),
            }
        }
        self.await_signatures().await;
        let sync = self.sync(tenant, options, progress).await?;
        let widths = self.spaces.now().widths().await;
        self.index.prepare(tenant, widths, &|step| progress(Progress::Indexed(step))).await?;
        let (store, search) = (self.store.describe(), self.describe_search().await.engine);
        Ok(Bootstrapped { store, search, embeddings: self.space().describe(), servers_added: added, sync })
    }
}
