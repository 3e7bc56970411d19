//! `mcpgw cache`

use std::time::Instant;

use clap::{Args, Subcommand};
use mcpgw::cache::{MigrateMode, Migrated};
use mcpgw::error::Result;
use mcpgw::gateway::{Gateway, Migration};
use mcpgw::model::TenantId;
use serde_json::json;

use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Cache {
    /// Count, remove or embed anew what was kept in another embedding space than the one in force
    Migrate(Migrate),
}

#[derive(Args)]
pub(crate) struct Migrate {
    /// status counts, purge removes, reembed makes new vectors
    #[arg(long, value_parser = parse_mode, value_name = "status|purge|reembed")]
    mode: MigrateMode,
    /// Entries that are read and written at once
    #[arg(long, value_name = "N", default_value_t = 200)]
    batch_size: usize,
    /// With purge: remove everything that was kept, and have no replica answer from it any more
    #[arg(long)]
    all: bool,
    /// Of every tenant, in place of --tenant's
    #[arg(long)]
    all_tenants: bool,
}

fn parse_mode(text: &str) -> std::result::Result<MigrateMode, String> {
    let names = || MigrateMode::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    MigrateMode::named(text).ok_or_else(|| format!("not one of {}", names()))
}

impl Cache {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let Self::Migrate(migrate) = self;
        migrate.run(context).await
    }
}

impl Migrate {
    async fn run(self, context: &Context) -> Result<Done> {
        let started = Instant::now();
        let (gateway, tenant) = context.open().await?;
        let tenants = if self.all_tenants { gateway.tenants().await? } else { vec![tenant] };
        let everything = self.all && self.mode == MigrateMode::Purge;
        if everything {
            let whose = if self.all_tenants { "every tenant".to_owned() } else { names(&tenants) };
            context.confirm(&format!("Remove everything that was kept of {whose}?"))?;
        }
        let done = self.each(context, &gateway, &tenants, everything).await;
        let done = done.map_err(|error| error.help("the same command goes on where this one stopped"))?;
        gateway.close().await;
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if context.output.is_json() {
            let Migrated { mode, total, current, stale, purged, reembedded } = done;
            context.output.json(&json!({
                "mode": mode, "total": total, "current": current, "stale": stale, "purged": purged,
                "reembedded": reembedded, "took_ms": took_ms,
            }))?;
            return Ok(Done::Fully);
        }
        let rows = [
            ("entries", done.total),
            ("current", done.current),
            ("stale", done.stale),
            ("purged", done.purged),
            ("reembedded", done.reembedded),
        ];
        context.output.table(&["", ""], &rows.map(|(name, count)| vec![name.to_owned(), count.to_string()]));
        Ok(Done::Fully)
    }

    async fn each(
        &self,
        context: &Context,
        gateway: &Gateway,
        tenants: &[TenantId],
        everything: bool,
    ) -> Result<Migrated> {
        let migration = Migration { mode: self.mode, batch_size: self.batch_size, everything };
        let steps = context.output.steps("entries");
        let mut done = Migrated::none(self.mode);
        for tenant in tenants {
            let progress = |seen, total| {
                steps.position(seen, total);
                steps.message(&format!("{tenant}: {seen} of {total} entries"));
            };
            done = done.plus(gateway.migrate_cache(tenant, migration, &progress).await?);
        }
        steps.finish();
        Ok(done)
    }
}

fn names(tenants: &[TenantId]) -> String {
    tenants.iter().map(|tenant| format!("tenant `{tenant}`")).collect::<Vec<_>>().join(", ")
}
