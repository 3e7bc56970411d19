//! Kept results whose vectors are of another generation than the one in force: counting, removing, embedding anew.

use std::sync::Arc;

use serde::Serialize;

use crate::embeddings::Space;
use crate::error::{Error, Result};
use crate::model::{CacheEntry, TenantId};
use crate::reembed::{Pass, Reembedder, Target, has_vector, with_text};
use crate::store::{Collection, Query, Store};

/// Most entries that are read at once: each may be a quarter of a megabyte.
const MAX_BATCH: usize = 1000;

/// What is done about entries of another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrateMode {
    /// They are counted.
    Status,
    /// They are removed.
    Purge,
    /// They are embedded anew.
    Reembed,
}

impl MigrateMode {
    /// Every mode with its name.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("status", Self::Status), ("purge", Self::Purge), ("reembed", Self::Reembed)];

    /// The mode of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, mode)| *mode)
    }
}

/// What was found and done. Serializes as `mcpgw cache migrate --output json` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Migrated {
    /// What was asked for.
    pub mode: MigrateMode,
    /// Entries that there were.
    pub total: u64,
    /// Those that may be found: by equal arguments alone, or with a vector of the generation in force.
    pub current: u64,
    /// Those with a vector of another generation, or none where they should have one.
    pub stale: u64,
    /// How many were removed.
    pub purged: u64,
    /// How many were given a vector.
    pub reembedded: u64,
}

impl Migrated {
    /// Nothing yet.
    pub fn none(mode: MigrateMode) -> Self {
        Self { mode, total: 0, current: 0, stale: 0, purged: 0, reembedded: 0 }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            mode: self.mode,
            total: self.total + other.total,
            current: self.current + other.current,
            stale: self.stale + other.stale,
            purged: self.purged + other.purged,
            reembedded: self.reembedded + other.reembedded,
        }
    }
}

/// Told after every batch: how many entries were looked at, of how many.
pub type MigrateProgress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// Goes through the entries of a tenant, so many at once. Each batch is written before the next is read, so that whoever
/// is stopped goes on where they were.
///
/// # Errors
/// [`crate::error::Kind::InvalidInput`] for a batch of none or too many; the store's and the embedder's.
pub async fn migrate(
    store: &Arc<dyn Store>,
    tenant: &TenantId,
    space: &Space,
    (mode, batch_size): (MigrateMode, usize),
    progress: MigrateProgress<'_>,
) -> Result<Migrated> {
    check_batch(batch_size)?;
    let entries = || Collection::<CacheEntry>::of_tenant(store, tenant);
    let (mut done, among) = (Migrated::none(mode), entries().count(&with_text::<CacheEntry>()).await?);
    done.total = entries().count(&Query::all()).await?;
    let (mut pass, mut seen) = (Pass::over(entries(), batch_size), 0);
    let mut reembedder = Reembedder::new(space.clone());
    loop {
        if mode == MigrateMode::Reembed {
            let Some(batch) = reembedder.embed(&mut pass, Target::Present).await? else { break };
            // One that was written meanwhile has the vector of whoever wrote it.
            done.stale += batch.embedded + batch.missed;
            done.reembedded += batch.embedded;
            seen += batch.seen;
        } else {
            let Some((count, found)) = pass.read().await? else { break };
            let stale = found.into_iter().filter(|entry| !has_vector(&entry.value, space.version));
            let stale: Vec<String> = stale.map(|entry| entry.value.id).collect();
            done.stale += stale.len() as u64;
            if mode == MigrateMode::Purge {
                entries().replace(&[], &stale).await?;
                done.purged += stale.len() as u64;
            }
            seen += count;
        }
        progress(seen, among.max(seen));
    }
    done.current = done.total.saturating_sub(done.stale);
    Ok(done)
}

/// Removes every entry of a tenant; how many.
///
/// # Errors
/// As [`migrate`].
pub async fn purge_all(
    store: &Arc<dyn Store>,
    tenant: &TenantId,
    batch_size: usize,
    progress: MigrateProgress<'_>,
) -> Result<Migrated> {
    check_batch(batch_size)?;
    let entries = Collection::<CacheEntry>::of_tenant(store, tenant);
    let ids: Vec<String> = entries.revisions().await?.into_iter().map(|(id, _)| id).collect();
    let mut done = Migrated { total: ids.len() as u64, ..Migrated::none(MigrateMode::Purge) };
    for batch in ids.chunks(batch_size) {
        entries.replace(&[], batch).await?;
        done.purged += batch.len() as u64;
        progress(done.purged, done.total);
    }
    Ok(done)
}

fn check_batch(size: usize) -> Result<()> {
    if (1..=MAX_BATCH).contains(&size) {
        return Ok(());
    }
    Err(Error::invalid(format!("a batch of {size} is not from 1 to {MAX_BATCH}")).field("batch_size"))
}
