//! Making and listing tenants.

use serde::Serialize;

use super::Gateway;
use crate::catalog::Progress;
use crate::error::Result;
use crate::model::{Server, Tenant, TenantId, Timestamp, Tool};
use crate::store::{Collection, Query};

/// One line of `tenant list`.
#[derive(Clone, Debug, Serialize)]
pub struct TenantSummary {
    /// Who.
    pub id: TenantId,
    /// Its physical database on MongoDB.
    pub database: Option<String>,
    /// First use, in milliseconds since 1970; unknown for a tenant that was never provisioned.
    pub created_at: Option<Timestamp>,
    /// Tools in its catalog.
    pub tools: u64,
    /// Servers in its registry.
    pub servers: u64,
}

impl Gateway {
    /// Makes the tenant's collections and its indexes and waits until they are ready. Safe to repeat.
    ///
    /// # Errors
    /// As the store's, and the index's where it cannot be made.
    pub async fn provision_tenant(
        &self,
        tenant: &TenantId,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<TenantSummary> {
        self.store.provision(tenant).await?;
        let dimensions = self.embedder.space().dimensions;
        self.index.prepare(tenant, dimensions, &|step| progress(Progress::Indexed(step))).await?;
        self.tenant_summary(tenant).await
    }

    /// Every tenant, by id.
    ///
    /// # Errors
    /// As the store's.
    pub async fn list_tenants(&self) -> Result<Vec<TenantSummary>> {
        let mut tenants = self.store.tenants().await?;
        tenants.sort_unstable_by(|one, two| one.as_str().cmp(two.as_str()));
        let mut summaries = Vec::with_capacity(tenants.len());
        for tenant in &tenants {
            summaries.push(self.tenant_summary(tenant).await?);
        }
        Ok(summaries)
    }

    async fn tenant_summary(&self, tenant: &TenantId) -> Result<TenantSummary> {
        let record = Collection::<Tenant>::of_control(&self.store).get(tenant.as_str()).await?;
        let record = record.map(|stored| stored.value);
        Ok(TenantSummary {
            id: tenant.clone(),
            database: record.as_ref().map(|record| record.database.clone()),
            created_at: record.map(|record| record.created_at),
            tools: Collection::<Tool>::of_tenant(&self.store, tenant).count(&Query::all()).await?,
            servers: Collection::<Server>::of_tenant(&self.store, tenant).count(&Query::all()).await?,
        })
    }
}
