//! Moves audit records from the spool to the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::gateway::Gateway;

/// How often is looked for what processes left behind that are gone.
const ADOPT_EVERY: Duration = Duration::from_secs(30);
/// Between two batches while many wait: calls come first.
const BREATH: Duration = Duration::from_millis(20);

/// Runs until the task is aborted.
pub fn start(gateway: &Arc<Gateway>) -> JoinHandle<()> {
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move {
        let mut adopted: Option<Instant> = None;
        let mut is_away = false;
        loop {
            if adopted.is_none_or(|since| since.elapsed() > ADOPT_EVERY) {
                adopted = Some(Instant::now());
                if let Err(error) = gateway.audit().adopt().await {
                    tracing::warn!(error = error.chain(), "what other gateways left in the audit spool is not read");
                }
            }
            gateway.audit().sync().await;
            let mut more = true;
            while more {
                more = match gateway.flush_audit().await {
                    Ok(flushed) => {
                        if std::mem::take(&mut is_away) {
                            tracing::info!("the store takes audit records again");
                        }
                        flushed.more
                    }
                    Err(error) => {
                        if !std::mem::replace(&mut is_away, true) {
                            tracing::warn!(
                                error = error.chain(),
                                "audit records wait on disk until the store takes them"
                            );
                        }
                        false
                    }
                };
                if more {
                    tokio::time::sleep(BREATH).await;
                }
            }
            tokio::time::sleep(gateway.config().audit.flush_every).await;
        }
    })
}
