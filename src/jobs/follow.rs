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
            if let Err(error) = pass(&gateway, feed.as_mut()).await {
                tracing::warn!(error = error.chain(), "changes were not applied; everything is read anew");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                if let Err(error) = gateway.catalog().reload().await {
                    tracing::warn!(error = error.chain(), "the store was not read");
                }
            }
        }
    }))
}

/// Waits for an event and applies it.
async fn pass(gateway: &Gateway, feed: &mut dyn ChangeFeed) -> Result<()> {
    let changes = match feed.next().await? {
        Event::Changes(mut changes, _) => {
            while let Ok(more) = tokio::time::timeout(GATHER, feed.next()).await {
                match more? {
                    Event::Changes(more, _) => changes.extend(more),
                    Event::Lost(_) => return gateway.catalog().reload().await,
                }
            }
            changes
        }
        Event::Lost(_) => return gateway.catalog().reload().await,
    };
    for (tenant, name) in gateway.catalog().apply(&changes).await? {
        let view = gateway.catalog().view(&tenant).await?;
        if !view.server(name.as_str()).is_some_and(|server| server.is_enabled) {
            gateway.pool().forget(&tenant, &name);
        }
    }
    tracing::debug!(changes = changes.len(), "applied changes of the store");
    Ok(())
}
