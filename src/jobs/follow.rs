//! Follows the store's change feed, so that what the command line or another replica changes is live here
//! within a second.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::error::Result;
use crate::gateway::Gateway;
use crate::store::{ChangeFeed, Event};

/// Changes that arrive within this of one another are applied together: a sync writes hundreds at once.
const GATHER: Duration = Duration::from_millis(30);
/// A store that never rests must not keep its changes from being applied.
const GATHER_AT_MOST: usize = 20_000;
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(500);

/// Opens the feed, then follows it until the task is aborted.
///
/// # Errors
/// When the feed cannot be opened.
pub async fn start(gateway: &Arc<Gateway>) -> Result<JoinHandle<()>> {
    let mut feed = gateway.store().watch(None).await?;
    let gateway = Arc::clone(gateway);
    Ok(tokio::spawn(async move {
        loop {
            let mut outcome = pass(&gateway, feed.as_mut()).await;
            // The feed has moved on, so only reading everything anew makes up for a failure.
            while let Err(error) = outcome {
                tracing::warn!(error = error.chain(), "changes of the store were not applied; reading everything anew");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                outcome = gateway.catalog().reload().await;
            }
            gateway.pool().keep_only(&gateway.catalog().servers_in_use());
        }
    }))
}

/// Waits for an event and applies it.
async fn pass(gateway: &Gateway, feed: &mut dyn ChangeFeed) -> Result<()> {
    let Event::Changes(mut changes, _) = feed.next().await? else { return gateway.catalog().reload().await };
    while changes.len() < GATHER_AT_MOST
        && let Ok(more) = tokio::time::timeout(GATHER, feed.next()).await
    {
        let Event::Changes(more, _) = more? else { return gateway.catalog().reload().await };
        changes.extend(more);
    }
    gateway.catalog().apply(&changes).await?;
    tracing::debug!(changes = changes.len(), "applied changes of the store");
    Ok(())
}
