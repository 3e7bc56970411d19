//! The key that seals what we hand out and want back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::OnceCell;

use crate::error::{Context as _, Error, Kind, Result};
use crate::model::GatewayKey;
use crate::secrets::Sealer;
use crate::store::{Collection, Expect, Store};

const KEY: &str = "sealing";

/// The same key in every replica, made by the first that needs it.
pub(super) struct Sealing {
    store: Arc<dyn Store>,
    sealer: OnceCell<Sealer>,
    /// Whether it could not be read when it was last wanted.
    failed: AtomicBool,
}

impl Sealing {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, sealer: OnceCell::new(), failed: AtomicBool::new(false) }
    }

    pub(super) async fn sealer(&self) -> Result<&Sealer> {
        let read = || async {
            let keys = Collection::<GatewayKey>::of_control(&self.store);
            let mut known = keys.get(KEY).await?;
            if known.is_none() {
                match keys.put(&Sealer::generate(KEY)?, Expect::Absent).await {
                    // Another replica was faster.
                    Err(error) if error.kind() != Kind::Conflict => return Err(error),
                    _ => known = keys.get(KEY).await?,
                }
            }
            let key = known.ok_or_else(|| Error::internal("the sealing key was not stored"))?;
            Sealer::new(&key.value)
        };
        let sealer = self.sealer.get_or_try_init(read).await.context(|| "read the sealing key".to_owned());
        self.failed.store(sealer.is_err(), Ordering::Relaxed);
        sealer
    }

    /// For what can do without: nobody waits for a key that could not be had when it was last wanted.
    pub(super) async fn at_hand(&self) -> Option<&Sealer> {
        if self.failed.load(Ordering::Relaxed) { self.sealer.get() } else { self.sealer().await.ok() }
    }

    /// Tries again where it could not be had.
    pub(super) async fn retry(&self) {
        if self.failed.load(Ordering::Relaxed)
            && let Err(error) = self.sealer().await
        {
            tracing::debug!(error = error.chain(), "the sealing key stays out of reach");
        }
    }
}
