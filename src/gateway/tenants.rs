//! Making, listing and removing tenants, and the gate before everything that is a tenant's.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;

use super::Gateway;
use crate::catalog::Progress;
use crate::error::{Context as _, Error, Kind, Result};
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

/// Which tenants are served.
#[derive(Clone, Debug)]
pub struct TenancyConfig {
    /// Whether a tenant that calls for the first time is made.
    pub auto_provision: bool,
    /// Up to how many.
    pub max_tenants: usize,
}

/// How long a tenant is known to be there before it is looked for again, beside the calls.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The tenants that are known to be there, and when they were looked for.
#[derive(Default)]
pub(super) struct TenantGate {
    ready: RwLock<HashMap<TenantId, Instant>>,
    /// Held while one is made, so that the cap holds.
    making: tokio::sync::Mutex<()>,
}

impl TenantGate {
    fn looked_for(&self, tenant: &TenantId) -> Option<Instant> {
        self.ready.read().unwrap_or_else(PoisonError::into_inner).get(tenant).copied()
    }

    /// Whether it was there when it was looked for last.
    pub(super) fn is_known(&self, tenant: &TenantId) -> bool {
        self.looked_for(tenant).is_some()
    }

    fn note(&self, tenant: &TenantId, is_there: bool) {
        let mut ready = self.ready.write().unwrap_or_else(PoisonError::into_inner);
        if is_there {
            ready.insert(tenant.clone(), Instant::now());
        } else {
            ready.remove(tenant);
        }
    }
}

impl Gateway {
    /// Comes before everything that is a tenant's: it is there, or is made where that is wanted. Its index is built
    /// beside, not waited for. Costs a look at a table, and now and then a question to the store beside the calls.
    ///
    /// # Errors
    /// [`Kind::Refused`] with reason `tenant_not_provisioned`, also where its database is another tenant's; the store's.
    pub async fn ensure_tenant_ready(self: &Arc<Self>, tenant: &TenantId) -> Result<()> {
        let Some(looked) = self.tenant_gate.looked_for(tenant) else { return self.make_ready(tenant).await };
        if looked.elapsed() > LOOK_AGAIN {
            // By one caller; the others go on, and so does this one.
            self.tenant_gate.note(tenant, true);
            let (gateway, tenant) = (Arc::clone(self), tenant.clone());
            tokio::spawn(async move {
                let is_gone = match gateway.has_tenant(&tenant).await {
                    Ok(is_there) => !is_there,
                    // Another tenant has its database by now.
                    Err(error) => error.kind() == Kind::Refused,
                };
                if is_gone {
                    // Whoever comes under its name must not find what it had, also where the change feed is late.
                    if let Err(error) = gateway.catalog.reload_tenant(&tenant).await {
                        tracing::warn!(tenant.id = %tenant, error = error.chain(), "a removed tenant's catalog is still held");
                    }
                    gateway.tenant_gate.note(&tenant, false);
                }
            });
        }
        Ok(())
    }

    async fn make_ready(self: &Arc<Self>, tenant: &TenantId) -> Result<()> {
        if !self.has_tenant(tenant).await? {
            let refused = |why: &str| {
                Error::new(Kind::Refused, format!("tenant `{tenant}` is not provisioned{why}"))
                    .data(json!({ "reason": "tenant_not_provisioned" }))
                    .help(format!("an operator makes it with `mcpgw tenant provision {tenant}`"))
            };
            let TenancyConfig { auto_provision, max_tenants } = self.config.tenancy;
            if !auto_provision {
                return Err(refused(""));
            }
            let _making = self.tenant_gate.making.lock().await;
            if !self.has_tenant(tenant).await? {
                if self.store.tenants().await?.len() >= max_tenants {
                    tracing::warn!(tenant.id = %tenant, max_tenants, "a tenant was not made: MAX_TENANTS is reached");
                    return Err(refused(", and there is room for no more"));
                }
                self.store.provision(tenant).await.context(|| format!("make tenant `{tenant}`"))?;
                tracing::info!(tenant.id = %tenant, "a tenant was made on its first call");
                let (gateway, tenant) = (Arc::clone(self), tenant.clone());
                tokio::spawn(async move {
                    let widths = gateway.spaces.now().widths().await;
                    if let Err(error) = gateway.index.prepare(&tenant, widths, &|_| ()).await {
                        tracing::warn!(tenant.id = %tenant, error = error.chain(), "its index is not ready yet");
                    }
                });
            }
        }
        self.tenant_gate.note(tenant, true);
        Ok(())
    }

    pub(super) async fn has_tenant(&self, tenant: &TenantId) -> Result<bool> {
        if Collection::<Tenant>::of_control(&self.store).contains(tenant.as_str()).await? {
            return Ok(true);
        }
        // A store from before tenants were noted. Refused where its database is another's; noted where it is nobody's,
        // so that nobody else gets it.
        let is_used = Collection::<Server>::of_tenant(&self.store, tenant).count(&Query::all()).await? > 0;
        if is_used {
            self.store.provision(tenant).await.context(|| format!("note tenant `{tenant}`"))?;
        }
        Ok(is_used)
    }

    /// Whether operators can change something of it: it is there, or is the configured one, which is made when it is used.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn check_tenant(&self, tenant: &TenantId) -> Result<()> {
        if *tenant == self.config.tenant || self.has_tenant(tenant).await? {
            return Ok(());
        }
        Err(Error::not_found(format!("tenant `{tenant}` is not provisioned"))
            .field("tenant_id")
            .help(format!("make it with POST /admin/tenants, or `mcpgw tenant provision {tenant}`")))
    }

    /// One tenant.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn show_tenant(&self, tenant: &TenantId) -> Result<TenantSummary> {
        if !self.store.tenants().await?.contains(tenant) {
            return Err(Error::not_found(format!("there is no tenant `{tenant}`"))
                .help("see `mcpgw tenant list`, or make it with `mcpgw tenant provision`"));
        }
        self.tenant_summary(tenant).await
    }

    /// Removes a tenant with everything it has: servers, tools, sessions, records.
    ///
    /// # Errors
    /// [`Kind::NotFound`]; the store's.
    pub async fn remove_tenant(&self, tenant: &TenantId) -> Result<TenantSummary> {
        let summary = self.show_tenant(tenant).await?;
        self.store.remove_tenant(tenant).await.context(|| format!("remove tenant `{tenant}`"))?;
        self.tenant_gate.note(tenant, false);
        Ok(summary)
    }

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
        let widths = self.spaces.now().widths().await;
        self.index.prepare(tenant, widths, &|step| progress(Progress::Indexed(step))).await?;
        self.tenant_summary(tenant).await
    }

    /// Every tenant, by id.
    ///
    /// # Errors
    /// As the store's.
    pub async fn list_tenants(&self) -> Result<Vec<TenantSummary>> {
        let mut tenants = self.store.tenants().await?;
        tenants.sort_unstable_by(|one, two| one.as_str().cmp(two.as_str()));
        self.tenant_summaries(&tenants).await
    }

    /// What these have.
    ///
    /// # Errors
    /// As the store's.
    pub async fn tenant_summaries(&self, tenants: &[TenantId]) -> Result<Vec<TenantSummary>> {
        let mut summaries = Vec::with_capacity(tenants.len());
        for tenant in tenants {
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
