//! Answers that were kept.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Ui, rendered};
use crate::cache::{MigrateMode, Migrated};
use crate::gateway::Migration;

/// Entries that are looked at together.
const BATCH: usize = 200;

#[derive(Template)]
#[template(path = "cache.html")]
struct Cache {
    ui: Ui,
}

/// The part that takes longer, as every entry is read for it, and comes after the rest.
#[derive(Template)]
#[template(path = "cache_kept.html")]
struct Kept {
    ui: Ui,
    kept: Migrated,
}

/// The page.
pub(super) async fn page(ui: Ui) -> Response {
    rendered(StatusCode::OK, &Cache { ui })
}

/// What is kept, and what can be done with it.
pub(super) async fn kept(ui: Ui) -> Response {
    let look = Migration { mode: MigrateMode::Status, batch_size: BATCH, everything: false };
    match ui.app.gateway.migrate_cache(&ui.tenant, look, &|_, _| ()).await {
        Ok(kept) => rendered(StatusCode::OK, &Kept { ui, kept }),
        Err(error) => ui.failed(&error),
    }
}
