//! `mcpgw tenant`

use std::time::Duration;

use clap::{Args, Subcommand};
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::TenantSummary;
use mcpgw::model::TenantId;
use serde_json::json;

use crate::{Context, Done, catalog};

#[derive(Subcommand)]
pub(crate) enum Tenant {
    /// Make a tenant's database, collections and indexes; safe to repeat
    Provision(Provision),
    /// List the tenants
    List,
    /// Show one tenant
    Show(Named),
    /// Remove a tenant with everything it has
    Remove(Named),
}

#[derive(Args)]
pub(crate) struct Named {
    /// The tenant's id
    id: String,
}

#[derive(Args)]
pub(crate) struct Provision {
    /// The tenant's id
    id: String,
    /// How long to wait until its indexes are ready
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = humantime::parse_duration)]
    wait: Duration,
}

impl Tenant {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Provision(provision) => provision.run(context).await,
            Self::List => list(context).await,
            Self::Show(named) => named.show(context).await,
            Self::Remove(named) => named.remove(context).await,
        }
    }
}

impl Provision {
    async fn run(self, context: &Context) -> Result<Done> {
        let tenant: TenantId = self.id.parse()?;
        let (gateway, _) = context.open().await?;
        let steps = context.output.steps("provisioning");
        let progress = |step| catalog::show(&steps, &step);
        let outcome = tokio::time::timeout(self.wait, gateway.provision_tenant(&tenant, &progress)).await;
        steps.finish();
        gateway.close().await;
        let summary = outcome.map_err(|_| {
            let waited = humantime::format_duration(self.wait);
            Error::new(Kind::StoreUnavailable, format!("the indexes of tenant `{tenant}` are not ready after {waited}"))
                .help("they are being built; wait longer with --wait, or look with `mcpgw doctor`")
        })??;
        if context.output.is_json() {
            context.output.json(&summary)?;
        } else {
            print(context, &[summary]);
        }
        Ok(Done::Fully)
    }
}

impl Named {
    async fn show(self, context: &Context) -> Result<Done> {
        let tenant: TenantId = self.id.parse()?;
        let (gateway, _) = context.open().await?;
        let summary = gateway.show_tenant(&tenant).await;
        gateway.close().await;
        let summary = summary?;
        if context.output.is_json() {
            context.output.json(&summary)?;
        } else {
            print(context, &[summary]);
        }
        Ok(Done::Fully)
    }

    async fn remove(self, context: &Context) -> Result<Done> {
        let tenant: TenantId = self.id.parse()?;
        let (gateway, _) = context.open().await?;
        let removed = async {
            let summary = gateway.show_tenant(&tenant).await?;
            let what = format!("{} servers, {} tools and its sessions", summary.servers, summary.tools);
            context.confirm_by_name(&format!("remove tenant `{tenant}` with {what}"), tenant.as_str())?;
            gateway.remove_tenant(&tenant).await
        };
        let removed = removed.await;
        gateway.close().await;
        let summary = removed?;
        if context.output.is_json() {
            context.output.json(&json!({ "removed": summary }))?;
        } else {
            context.output.note(&format!("tenant `{tenant}` is gone"));
        }
        Ok(Done::Fully)
    }
}

async fn list(context: &Context) -> Result<Done> {
    let (gateway, _) = context.open().await?;
    let tenants = gateway.list_tenants().await?;
    gateway.close().await;
    if context.output.is_json() {
        context.output.json(&json!({ "tenants": tenants }))?;
    } else if tenants.is_empty() {
        context.output.note("no tenants yet; a tenant is made by its first write, or by `mcpgw tenant provision`");
    } else {
        print(context, &tenants);
    }
    Ok(Done::Fully)
}

fn print(context: &Context, tenants: &[TenantSummary]) {
    let row = |tenant: &TenantSummary| {
        vec![
            tenant.id.to_string(),
            tenant.database.clone().unwrap_or_default(),
            tenant.created_at.map(|at| at.to_string()).unwrap_or_default(),
            tenant.servers.to_string(),
            tenant.tools.to_string(),
        ]
    };
    let headings = ["tenant", "database", "created", "servers", "tools"];
    context.output.table(&headings, &tenants.iter().map(row).collect::<Vec<_>>());
}
