//! What operators do with kept results.

use super::Gateway;
use crate::cache::{self, MigrateMode, MigrateProgress, Migrated};
use crate::error::{Context as _, Result};
use crate::model::TenantId;

/// What is to be done with kept results.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// What.
    pub mode: MigrateMode,
    /// Entries at once.
    pub batch_size: usize,
    /// With [`MigrateMode::Purge`]: all of them, and what replicas remember, too.
    pub everything: bool,
}

impl Gateway {
    /// Counts, removes or embeds anew what was kept of a tenant in another space than the one in force.
    ///
    /// # Errors
    /// As [`cache::migrate`].
    pub async fn migrate_cache(
        &self,
        tenant: &TenantId,
        migration: Migration,
        progress: MigrateProgress<'_>,
    ) -> Result<Migrated> {
        let Migration { mode, batch_size, everything } = migration;
        let named = || format!("kept results of tenant `{tenant}`");
        if everything && mode == MigrateMode::Purge {
            // First what answers: from then on, new entries are of another key.
            self.registry.empty_caches(tenant).await.context(named)?;
            return cache::purge_all(&self.store, tenant, batch_size, progress).await.context(named);
        }
        self.spaces.follow().await?;
        let space = self.spaces.now().current.clone();
        cache::migrate(&self.store, tenant, &space, (mode, batch_size), progress).await.context(named)
    }

    /// Every tenant that there is.
    ///
    /// # Errors
    /// The store's.
    pub async fn tenants(&self) -> Result<Vec<TenantId>> {
        self.store.tenants().await
    }
}
