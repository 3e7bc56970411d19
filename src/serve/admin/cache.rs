//! `/admin/cache/migrate`: what was kept in another embedding space than the one in force.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::App;
use super::{Count, answered, read, tenant_or_own};
use crate::cache::MigrateMode;
use crate::error::Error;
use crate::gateway::Migration;

const BATCH: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    mode: String,
    #[serde(default)]
    batch_size: Option<Count>,
    #[serde(default)]
    tenant_id: Option<String>,
    #[serde(default)]
    all: bool,
}

/// Counts, removes or embeds anew; the same as `mcpgw cache migrate`.
pub(super) async fn migrate(State(app): State<Arc<App>>, request: Request) -> Response {
    let migrated = async {
        let started = Instant::now();
        let wanted: Wanted = read(request).await?;
        let names = || MigrateMode::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let mode = MigrateMode::named(&wanted.mode)
            .ok_or_else(|| Error::invalid(format!("`mode` is not one of {}", names())).field("mode"))?;
        let tenant = tenant_or_own(&app, wanted.tenant_id.as_deref())?;
        let batch_size = wanted.batch_size.map_or(BATCH, |size| size.0);
        let migration = Migration { mode, batch_size, everything: wanted.all };
        let done = app.gateway.migrate_cache(&tenant, migration, &|_, _| ()).await?;
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let body = json!({
            "mode": done.mode, "total": done.total, "current": done.current, "stale": done.stale,
            "purged": done.purged, "reembedded": done.reembedded, "took_ms": took_ms,
        });
        Ok((StatusCode::OK, body))
    };
    answered(migrated.await)
}
