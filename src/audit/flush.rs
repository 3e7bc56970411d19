//! From the spool to the store.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::folder::{self, Batch, Folder};
use super::line::{self, Entry};
use super::{Audit, SpoolPolicy};
use crate::error::{Error, Kind, Result};
use crate::model::{AuditRecord, TenantId, Timestamp, WatcherPosition};
use crate::store::{Collection, Expect};
use crate::telemetry::metrics::METRICS;

/// What was put aside is kept up to this size.
const MAX_ASIDE: u64 = 64 * 1024 * 1024;
/// A tenant whose database refuses records so often in a row, while the store answers, holds up the others no longer.
const MAX_REFUSALS: u32 = 30;
/// How long the trial whether it takes anything is kept.
const TRIAL_KEPT: Duration = Duration::from_secs(60);

/// Says whether a tenant is there.
pub type IsThere<'a> = dyn Fn(TenantId) -> BoxFuture<'a, Result<bool>> + Send + Sync + 'a;

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flushed {
    /// Records that the store took.
    pub stored: u64,
    /// Whether more wait that could be stored now.
    pub more: bool,
}

/// The reading end of the spool.
#[derive(Default)]
pub(super) struct Reader {
    own: Option<Source>,
    adopted: Vec<Source>,
    refusals: HashMap<TenantId, u32>,
}

/// A folder, and what is known of the records after its position.
struct Source {
    folder: Folder,
    doubt: Doubt,
}

/// Whether the store may have records that it has not confirmed.
#[derive(Clone, Copy)]
enum Doubt {
    /// It has none.
    None,
    /// It may have, or may still get them: it has to answer first.
    Unknown,
    /// It answers; what was on its way arrives until then.
    Until(Instant),
    /// It may have: look for them.
    Look,
}

#[derive(Deserialize)]
struct Id {
    #[serde(rename = "_id")]
    id: String,
}

impl Audit {
    /// Takes over what processes left behind that are gone.
    ///
    /// # Errors
    /// When the folder of the spool cannot be read.
    pub async fn adopt(&self) -> Result<()> {
        let base = self.spool.base().clone();
        let found = blocking(move || Folder::adopt(&base)).await?;
        let mut reader = self.reader.lock().await;
        for folder in found {
            self.spool.counts.bytes.fetch_add(folder.waiting(), Ordering::AcqRel);
            reader.adopted.push(Source { folder, doubt: Doubt::Unknown });
        }
        Ok(())
    }

    /// Has the disk keep what was written, and tries the spool where it failed; before the first record, too, where
    /// records may not be missing.
    pub async fn sync(&self) {
        let (spool, is_strict) = (Arc::clone(&self.spool), self.policy == SpoolPolicy::Deny);
        let synced = blocking(move || {
            if is_strict || spool.is_broken() {
                spool.probe();
            }
            spool.sync()
        });
        if let Err(error) = synced.await {
            tracing::warn!(error = error.chain(), "the audit spool was not synced");
        }
    }

    /// Stores some of what waits. `is_there` says whether a tenant is.
    ///
    /// # Errors
    /// The store's; nothing is lost then.
    pub async fn flush(&self, is_there: &IsThere<'_>) -> Result<Flushed> {
        let mut reader = self.reader.lock().await;
        let (end, folder) = self.spool.written();
        if let Some(folder) = folder {
            reader.own = Some(Source { folder, doubt: Doubt::None });
        }
        let Reader { own, adopted, refusals } = &mut *reader;
        let mut done = Flushed::default();
        if let Some(own) = own {
            let batch = own.folder.read(Some(end)).map_err(unreadable)?;
            let is_full = batch.is_full;
            if batch.to != own.folder.position() {
                let is_stored = self.store_batch(own, true, batch, refusals, is_there, &mut done.stored).await?;
                // What came in meanwhile waits for the next round, so that batches are batches.
                done.more |= is_stored && is_full;
            } else {
                self.spool.rotate_if_long();
            }
        }
        let mut left = Vec::new();
        let mut failed = None;
        for mut source in adopted.drain(..) {
            // One that is held up does not hold up the others.
            match self.store_adopted(&mut source, refusals, is_there, &mut done).await {
                Ok(true) => {
                    if let Err(error) = source.folder.remove() {
                        tracing::warn!(%error, "an emptied part of the audit spool was not removed");
                    }
                }
                Ok(false) => left.push(source),
                Err(error) => {
                    failed = Some(error);
                    left.push(source);
                }
            }
        }
        *adopted = left;
        failed.map_or(Ok(done), Err)
    }

    /// Whether nothing is left in the folder.
    async fn store_adopted(
        &self,
        source: &mut Source,
        refusals: &mut HashMap<TenantId, u32>,
        is_there: &IsThere<'_>,
        done: &mut Flushed,
    ) -> Result<bool> {
        let batch = source.folder.read(None).map_err(unreadable)?;
        let is_last = !batch.is_full;
        if batch.to == source.folder.position() {
            return Ok(true);
        }
        let is_stored = self.store_batch(source, false, batch, refusals, is_there, &mut done.stored).await?;
        done.more |= is_stored && !is_last;
        Ok(is_stored && is_last)
    }

    /// Whether it was stored, and not put off.
    async fn store_batch(
        &self,
        source: &mut Source,
        is_own: bool,
        batch: Batch,
        refusals: &mut HashMap<TenantId, u32>,
        is_there: &IsThere<'_>,
        stored: &mut u64,
    ) -> Result<bool> {
        let expect = match self.settled(&mut source.doubt).await {
            Ok(Some(expect)) => expect,
            Ok(None) => return Ok(false),
            Err(error) => {
                // The store is away: that says nothing about a tenant.
                refusals.clear();
                return Err(error);
            }
        };
        // Also where this is not waited for to its end.
        source.doubt = Doubt::Unknown;
        let count = batch.entries.len() as u64;
        let mut by_tenant: HashMap<TenantId, Vec<Entry>> = HashMap::new();
        for entry in batch.entries {
            by_tenant.entry(entry.tenant.clone()).or_default().push(entry);
        }
        let mut failed = None;
        for (tenant, entries) in by_tenant {
            match self.store_of(&tenant, &entries, expect, is_there).await {
                Ok(added) => {
                    METRICS.audit_written(added);
                    *stored += added;
                    refusals.remove(&tenant);
                }
                Err(error) if self.is_final(&error, refusals, &tenant).await => {
                    self.put_aside(&tenant, &entries, &error);
                }
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        source.folder.advance(batch.to).map_err(unreadable)?;
        // One batch is in doubt at a time; whoever had the folder before may have sent a larger one.
        source.doubt = if is_own { Doubt::None } else { Doubt::Look };
        let counts = &self.spool.counts;
        take(&counts.records, count);
        take(&counts.bytes, batch.bytes);
        counts.torn.fetch_add(batch.torn, Ordering::Relaxed);
        counts.stored.fetch_add(count, Ordering::Relaxed);
        Ok(true)
    }

    /// What to expect of the store, once that can be said.
    async fn settled(&self, doubt: &mut Doubt) -> Result<Option<Expect>> {
        if matches!(doubt, Doubt::Unknown) {
            self.store.ping().await?;
            *doubt = Doubt::Until(Instant::now() + self.store.late());
        }
        if let Doubt::Until(end) = *doubt {
            if Instant::now() < end {
                return Ok(None);
            }
            *doubt = Doubt::Look;
        }
        Ok(Some(if matches!(doubt, Doubt::Look) { Expect::Absent } else { Expect::Any }))
    }

    async fn store_of(
        &self,
        tenant: &TenantId,
        entries: &[Entry],
        expect: Expect,
        is_there: &IsThere<'_>,
    ) -> Result<u64> {
        if !is_there(tenant.clone()).await? {
            return Err(Error::new(Kind::Refused, format!("tenant `{tenant}` is not there")));
        }
        let document = |entry: &Entry| {
            let read: std::result::Result<Id, _> = serde_json::from_str(&entry.json);
            read.map(|read| (read.id, entry.json.clone()))
                .map_err(|error| Error::invalid("a record without an id").source(error))
        };
        let documents = entries.iter().map(document).collect::<Result<Vec<_>>>()?;
        Collection::<AuditRecord>::of_tenant(&self.store, tenant).add(documents, expect).await
    }

    /// Whether trying again is of no use, and would hold up others.
    async fn is_final(&self, error: &Error, refusals: &mut HashMap<TenantId, u32>, tenant: &TenantId) -> bool {
        if error.kind() != Kind::StoreUnavailable {
            return true;
        }
        if !self.store.keeps_apart() {
            return false;
        }
        let count = refusals.entry(tenant.clone()).or_default();
        *count = count.saturating_add(1);
        // One that answers and takes nothing of anybody, as without room, says nothing about the tenant.
        *count > MAX_REFUSALS && self.takes_anything().await
    }

    /// Whether the store takes a write at all.
    async fn takes_anything(&self) -> bool {
        let (id, saved_at) = ("audit::trial".to_owned(), Timestamp::now());
        let trial = WatcherPosition { id, token: String::new(), saved_at, expires_at: saved_at.plus(TRIAL_KEPT) };
        Collection::<WatcherPosition>::of_control(&self.store).put(&trial, Expect::Any).await.is_ok()
    }

    fn put_aside(&self, tenant: &TenantId, entries: &[Entry], error: &Error) {
        let path = self.spool.base().join("aside.log");
        let lines: Vec<u8> = entries.iter().flat_map(|entry| line::encode(&entry.tenant, &entry.json)).collect();
        let written = folder::open(&path).and_then(|mut file| {
            let is_room = file.metadata()?.len() + lines.len() as u64 <= MAX_ASIDE;
            if is_room { file.write_all(&lines) } else { Err(std::io::Error::other("it is full")) }
        });
        let count = entries.len() as u64;
        if written.is_ok() {
            self.spool.counts.aside.fetch_add(count, Ordering::Relaxed);
        } else {
            // They are nowhere now.
            for _ in entries {
                self.spool.counts.dropped();
            }
        }
        tracing::warn!(
            tenant.id = %tenant, records = count, error = error.chain(), is_kept = written.is_ok(), path = %path.display(),
            "audit records that cannot be stored were put aside"
        );
    }

    /// Ends the trail of this process: what is stored needs no folder any more.
    pub async fn end(&self) {
        let mut reader = self.reader.lock().await;
        let (end, fresh) = self.spool.written();
        let own = reader.own.take().map(|own| own.folder).or(fresh);
        let is_empty = |folder: &Folder| folder.read(Some(end)).is_ok_and(|batch| batch.entries.is_empty());
        if let Some(folder) = own.filter(is_empty) {
            self.spool.end();
            let _ = folder.remove();
        }
        reader.adopted.clear();
    }
}

fn take(count: &AtomicU64, some: u64) {
    let _ = count.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| Some(now.saturating_sub(some)));
}

fn unreadable(error: std::io::Error) -> Error {
    Error::internal("the audit spool cannot be read").source(error)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal("work on the audit spool did not finish").source(error))?.map_err(unreadable)
}
