//! What servers say of their own accord: lists that changed are read anew, and whoever listens is told.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Gateway, List, Note};
use crate::catalog::SyncOptions;
use crate::model::{RawJson, RawObject, ServerName, TenantId};
use crate::upstream::{Audience, Event, Relayed};

/// Changes of a list within this of one another are one change.
const DEBOUNCE: Duration = Duration::from_millis(50);
/// Clients are told after this at the latest, whether the catalog knows the new tools or not.
const SYNC_PATIENCE: Duration = Duration::from_millis(400);

impl Gateway {
    /// Has connections to servers say what belongs to no request. Before any is opened.
    pub fn watch_servers(&self) {
        if let Some(receiver) = self.pool.watch() {
            *self.events.lock().unwrap_or_else(PoisonError::into_inner) = Some(receiver);
        }
    }

    /// Handles what servers say until the task is aborted.
    pub fn handle_events(self: &Arc<Self>) -> JoinHandle<()> {
        self.watch_servers();
        let receiver = self.events.lock().unwrap_or_else(PoisonError::into_inner).take();
        tokio::spawn(run(Arc::clone(self), receiver))
    }

    /// Tells listeners that the tools of a tenant have changed.
    fn tools_changed(&self, tenant: TenantId) {
        self.hub.tell(Note::Changed { tenant, server: None, list: List::Tools });
    }

    /// Forgets what was kept of servers that are not used any more.
    pub fn keep_only(&self, used: &[(TenantId, ServerName)]) {
        self.pool.keep_only(used);
        self.offers.keep_only(used);
    }
}

async fn run(gateway: Arc<Gateway>, receiver: Option<mpsc::Receiver<Event>>) {
    let mut receiver = receiver.unwrap_or_else(|| mpsc::channel(1).1);
    let mut changes = gateway.catalog.changes();
    // Lists that are being read anew, until then.
    let mut pending: HashMap<(TenantId, ServerName, List), JoinHandle<()>> = HashMap::new();
    loop {
        tokio::select! {
            event = receiver.recv() => match event {
                Some(event) => {
                    pending.retain(|_, task| !task.is_finished());
                    handle(&gateway, event, &mut pending);
                }
                // Nobody watches the servers; the catalog changes all the same.
                None => receiver = std::future::pending().await,
            },
            changed = changes.recv() => {
                if let Ok(tenant) = changed {
                    gateway.tools_changed(tenant);
                }
            }
        }
    }
}

fn handle(gateway: &Arc<Gateway>, event: Event, pending: &mut HashMap<(TenantId, ServerName, List), JoinHandle<()>>) {
    let Event { tenant, server, audience, what } = event;
    let (method, params) = match what {
        Relayed::Notification { method, params, .. } => (method, params),
        of_asking @ (Relayed::Ask(_) | Relayed::Withdrawn(_)) => {
            if let Audience::Session(session) = &audience {
                gateway.hub.tell_session(session, of_asking);
            }
            return;
        }
    };
    let lists = [List::Tools, List::Prompts, List::Resources];
    if let Some(list) = lists.into_iter().find(|list| list.changed() == method) {
        let key = (tenant.clone(), server.clone(), list);
        let read_anew = || tokio::spawn(changed(Arc::clone(gateway), tenant, server, list));
        pending.entry(key).or_insert_with(read_anew);
    } else if method == "notifications/resources/updated" {
        if let Some(uri) = uri_of(&params) {
            gateway.hub.tell(Note::Updated { tenant, server, uri: uri.into(), params, audience });
        }
    } else if let Audience::Session(session) = &audience {
        gateway.hub.tell_session(session, Relayed::Notification { server, method, params });
    }
}

fn uri_of(params: &RawJson) -> Option<String> {
    let members: RawObject<'_> = serde_json::from_str(params.as_str()).ok()?;
    members.read("uri").ok()?
}

/// Reads a list anew and tells whoever listens.
async fn changed(gateway: Arc<Gateway>, tenant: TenantId, server: ServerName, list: List) {
    tokio::time::sleep(DEBOUNCE).await;
    if list == List::Tools {
        let (syncing, of) = (Arc::clone(&gateway), (tenant.clone(), server.clone()));
        // In a task of its own: a slow sync goes on after the clients were told.
        let sync = tokio::spawn(async move {
            let options = SyncOptions { servers: vec![of.1], prune: true, ..SyncOptions::default() };
            match syncing.sync(&of.0, &options, &|_| {}).await {
                Ok(report) => {
                    for (server, error) in report.servers.into_iter().filter_map(|it| Some((it.name, it.error?))) {
                        tracing::warn!(server.name = %server, error, "its changed tools were not read");
                    }
                }
                Err(error) => tracing::warn!(error = error.chain(), "changed tools were not read"),
            }
        });
        let _ = tokio::time::timeout(SYNC_PATIENCE, sync).await;
    } else {
        gateway.offers.expire(&tenant, &server, list);
    }
    gateway.hub.tell(Note::Changed { tenant, server: Some(server), list });
}
