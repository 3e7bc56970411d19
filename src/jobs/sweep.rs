//! Stops idle children, lets go of idle tenants, removes what has expired and tries what is still sealed.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::gateway::Gateway;

const IDLE_CHECK: Duration = Duration::from_secs(5);
/// Tenants that nobody asks for are let go of after this, and the longest unused of more than so many.
const TENANT_IDLE: Duration = Duration::from_secs(15 * 60);
const MAX_TENANTS_HELD: usize = 256;
/// Every so many idle checks, expired documents are removed.
const CHECKS_PER_SWEEP: u32 = 60;

/// Runs until the task is aborted.
pub fn start(gateway: &Arc<Gateway>) -> JoinHandle<()> {
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move {
        for round in 1_u32.. {
            tokio::time::sleep(IDLE_CHECK).await;
            gateway.pool().close_idle().await;
            gateway.catalog().reopen().await;
            gateway.retry_sealer().await;
            let tenants = gateway.catalog().evict(TENANT_IDLE, MAX_TENANTS_HELD).await;
            if tenants > 0 {
                tracing::debug!(tenants, "let go of");
            }
            if round % CHECKS_PER_SWEEP == 0
                && let Err(error) = gateway.store().sweep().await
            {
                tracing::warn!(error = error.chain(), "expired documents were not removed");
            }
        }
    })
}
