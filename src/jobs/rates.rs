//! Tells the other replicas how much was asked here, and hears how much was asked there.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::gateway::Gateway;

/// Between two rounds.
const ROUND: Duration = Duration::from_millis(250);
/// The same, while there is nobody to tell.
const ALONE: Duration = Duration::from_secs(5);

/// Runs until the task is aborted.
pub fn start(gateway: &Arc<Gateway>) -> JoinHandle<()> {
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move {
        let replica = uuid::Uuid::new_v4().simple().to_string();
        let mut was_told = true;
        while gateway.quota().is_limited() {
            let shared = gateway.share_rates(&replica, was_told).await;
            was_told = shared.is_ok();
            let pause = match shared {
                Ok(0) => ALONE,
                Ok(_) => ROUND,
                Err(error) => {
                    tracing::warn!(error = error.chain(), "limits are not shared with other replicas");
                    ALONE
                }
            };
            tokio::time::sleep(pause).await;
        }
    })
}
