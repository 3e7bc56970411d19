//! Writes what is kept to the store, after the answer and beside it: a result that is lost costs one call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::document::vector_of;
use super::writes::Whose;
use crate::embeddings::Space;
use crate::error::Result;
use crate::model::{CacheEntry, CacheMark, Tenant, TenantId, Timestamp};
use crate::reembed::{Embedded as _, Target};
use crate::store::{Collection, Document, Store};

/// Results that wait to be written; what is beyond is not.
const QUEUE: usize = 256;
/// Written together.
const BATCH: usize = 32;
/// How long a process that ends waits for what it has to write.
const FLUSH: Duration = Duration::from_secs(2);

pub(super) struct Job {
    pub(super) tenant: TenantId,
    pub(super) entry: CacheEntry,
    /// The space to embed it in, where it has no vector yet and wants one.
    pub(super) space: Option<Space>,
}

enum Wanted {
    Kept(Box<Job>),
    /// There are marks to be written.
    Marked,
    Flushed(oneshot::Sender<()>),
}

/// Started with the first result: before, there may be no runtime.
pub(super) struct Keeper {
    store: Arc<dyn Store>,
    queue: OnceLock<mpsc::Sender<Wanted>>,
    marks: Arc<Marks>,
}

/// Servers that were asked to change something, and when: to be written to the store.
#[derive(Default)]
struct Marks(Mutex<HashMap<Whose, Timestamp>>);

impl Marks {
    fn waiting(&self) -> MutexGuard<'_, HashMap<Whose, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, store: &Arc<dyn Store>) -> Result<()> {
        let waiting = std::mem::take(&mut *self.waiting());
        let mut tenants: HashMap<&TenantId, Vec<CacheMark>> = HashMap::new();
        for ((tenant, server), written_at) in &waiting {
            tenants.entry(tenant).or_default().push(CacheMark { server: server.clone(), written_at: *written_at });
        }
        for (tenant, marks) in tenants {
            if let Err(error) = write(store, tenant, &marks).await {
                let mut again = self.waiting();
                for (whose, at) in waiting {
                    again.entry(whose).or_insert(at);
                }
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Keeper {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, queue: OnceLock::new(), marks: Arc::default() }
    }

    /// Has it written soon, unless too much waits.
    pub(super) fn keep(&self, job: Job) {
        if !self.send(Wanted::Kept(Box::new(job))) {
            tracing::debug!("a result was not written to the store: too many wait");
        }
    }

    /// Has other processes know that a server was asked to change something.
    pub(super) fn written(&self, whose: Whose) {
        self.marks.waiting().insert(whose, Timestamp::now());
        // Where the queue is full, it is written with what is in it.
        let _ = self.send(Wanted::Marked);
    }

    fn send(&self, wanted: Wanted) -> bool {
        if tokio::runtime::Handle::try_current().is_err() {
            return false;
        }
        let queue = self.queue.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(QUEUE);
            tokio::spawn(work(Arc::clone(&self.store), Arc::clone(&self.marks), receiver));
            sender
        });
        queue.try_send(wanted).is_ok()
    }

    /// Waits until what was to be kept is written, within reason.
    pub(super) async fn flush(&self) {
        let Some(queue) = self.queue.get() else { return };
        let (done, written) = oneshot::channel();
        let flushed = async {
            if queue.send(Wanted::Flushed(done)).await.is_ok() {
                let _ = written.await;
            }
        };
        let _ = tokio::time::timeout(FLUSH, flushed).await;
    }
}

async fn work(store: Arc<dyn Store>, marks: Arc<Marks>, mut queue: mpsc::Receiver<Wanted>) {
    let mut wanted = Vec::with_capacity(BATCH);
    let mut failing = false;
    while queue.recv_many(&mut wanted, BATCH).await > 0 {
        let (mut tenants, mut flushed): (HashMap<TenantId, HashMap<String, CacheEntry>>, Vec<_>) = Default::default();
        for each in wanted.drain(..) {
            match each {
                Wanted::Kept(job) => {
                    let Job { tenant, entry, space } = *job;
                    let entry = embedded(entry, space).await;
                    tenants.entry(tenant).or_default().insert(entry.id.clone(), entry);
                }
                Wanted::Flushed(done) => flushed.push(done),
                Wanted::Marked => {}
            }
        }
        let mut outcomes = vec![marks.write(&store).await];
        for (tenant, entries) in tenants {
            let entries: Vec<CacheEntry> = entries.into_values().collect();
            outcomes.push(write(&store, &tenant, &entries).await);
        }
        for outcome in outcomes {
            let was_failing = std::mem::replace(&mut failing, outcome.is_err());
            if let Err(error) = outcome
                && !was_failing
            {
                tracing::warn!(error = error.chain(), "results are not kept in the store");
            }
        }
        for done in flushed {
            // Whoever waited may have gone.
            let _ = done.send(());
        }
    }
}

/// One that the embedder fails is found by equal arguments, until `cache migrate` or a switch gives it its vector.
async fn embedded(mut entry: CacheEntry, space: Option<Space>) -> CacheEntry {
    if let Some(space) = space
        && let Some(vector) = vector_of(&space, &entry.texts).await
    {
        entry.put(&space, vector, Target::Present);
    }
    entry
}

async fn write<T: Document>(store: &Arc<dyn Store>, tenant: &TenantId, documents: &[T]) -> Result<()> {
    // A tenant that was removed meanwhile must not come back.
    if !Collection::<Tenant>::of_control(store).contains(tenant.as_str()).await?
        && !store.tenants().await?.contains(tenant)
    {
        return Ok(());
    }
    Collection::of_tenant(store, tenant).replace(documents, &[]).await
}
