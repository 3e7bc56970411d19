//! Does switches of the embedding space: those that were asked for here or elsewhere, and those that somebody began and
//! did not end.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::error::Kind;
use crate::gateway::{Gateway, SwitchDone};

/// How often is looked whether a switch was left by whoever did it.
const LOOK: Duration = Duration::from_secs(2);
/// A provider that the configuration names and that cannot be reached is tried again after this.
const ADOPT_AGAIN: Duration = Duration::from_secs(5);

/// Runs until the task is aborted.
pub fn start(gateway: &Arc<Gateway>) -> JoinHandle<()> {
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move {
        let adopting = adopt(&gateway);
        let switching = switch(&gateway);
        tokio::join!(adopting, switching);
    })
}

/// Takes the configured space over, once it can be reached.
async fn adopt(gateway: &Gateway) {
    let mut warned = false;
    while let Err(error) = gateway.adopt_configured_space().await {
        if !std::mem::replace(&mut warned, true) {
            tracing::warn!(
                error = error.chain(),
                "the configured embedding space is not in force yet; trying until it is"
            );
        }
        tokio::time::sleep(ADOPT_AGAIN).await;
    }
}

async fn switch(gateway: &Gateway) {
    // The same after a restart: a switch that this replica did goes on at once.
    let holder = format!("gateway {}", gateway.config().instance_id);
    let mut warned = false;
    loop {
        let outcome = gateway.run_switch(&holder, &|_| ()).await;
        let was_warned = std::mem::replace(&mut warned, outcome.is_err());
        match outcome {
            Ok(SwitchDone::Ended(status)) => tracing::info!(
                embedding.provider = status.provider, embedding.model = status.model, embedding.version = status.version,
                tools = status.total, state = ?status.state, "the switch of the embedding space has ended"
            ),
            Ok(SwitchDone::Nothing | SwitchDone::Elsewhere(_)) => {}
            // Somebody else took it over.
            Err(error) if error.kind() == Kind::Conflict => {}
            Err(error) if !was_warned => {
                tracing::warn!(error = error.chain(), "the switch of the embedding space goes on later");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = gateway.switch_is_wanted() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
