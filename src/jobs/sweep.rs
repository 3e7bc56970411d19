//! Stops idle children and removes what has expired.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::gateway::Gateway;

const IDLE_CHECK: Duration = Duration::from_secs(5);
/// Every so many idle checks, expired documents are removed.
const CHECKS_PER_SWEEP: u32 = 60;

/// Runs until the task is aborted.
pub fn start(gateway: &Arc<Gateway>) -> JoinHandle<()> {
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move {
        for round in 1_u32.. {
            tokio::time::sleep(IDLE_CHECK).await;
            gateway.pool().close_idle().await;
            if round % CHECKS_PER_SWEEP == 0
                && let Err(error) = gateway.store().sweep().await
            {
                tracing::warn!(error = error.chain(), "expired documents were not removed");
            }
        }
    })
}
