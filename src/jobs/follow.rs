//! Follows the store's change feed, so that what the command line or another replica changes is live here
//! within a second.
//!
//! Every replica has a position of its own in `watcher_state`, saved after the changes before it were applied. A
//! feed that breaks goes on after its last token; one that is lost leads to reading everything anew. Now and then
//! the views are compared with the store, against whatever else may go wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::error::{Error, Result};
use crate::gateway::Gateway;
use crate::model::{EmbeddingConfig, Signature, Timestamp, WatcherPosition};
use crate::store::{Change, ChangeFeed, Collection, Document as _, Event, Expect, ResumeToken};
use crate::telemetry::metrics::METRICS;

/// Changes that arrive within this of one another are applied together: a sync writes hundreds at once.
const GATHER: Duration = Duration::from_millis(30);
/// A store that never rests must not keep its changes from being applied.
const GATHER_AT_MOST: usize = 20_000;
const GATHER_FOR: Duration = Duration::from_millis(200);
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(250);
/// How often the position is written at most.
const SAVE_EVERY: Duration = Duration::from_secs(1);
const RECONCILE_EVERY: Duration = Duration::from_secs(300);

/// Opens the feed where this replica left it, then follows it until the task is aborted.
///
/// # Errors
/// When the feed cannot be opened.
pub async fn start(gateway: &Arc<Gateway>) -> Result<JoinHandle<()>> {
    let positions = Collection::<WatcherPosition>::of_control(gateway.store());
    let id = format!("routing_registry::{}", gateway.config().instance_id);
    // A position that cannot be read is none: everything is loaded anyway when it is first asked for.
    let known = positions.get(&id).await.ok().flatten().map(|stored| ResumeToken(stored.value.token));
    let feed = gateway.store().watch(known).await?;
    let follower = Follower { gateway: Arc::clone(gateway), positions, id, unsaved: None, saved: Instant::now() };
    follower.follow_signatures();
    Ok(tokio::spawn(follower.run(feed)))
}

struct Follower {
    gateway: Arc<Gateway>,
    positions: Collection<WatcherPosition>,
    id: String,
    /// Where the applied changes end.
    unsaved: Option<ResumeToken>,
    saved: Instant,
}

impl Follower {
    async fn run(mut self, mut feed: Box<dyn ChangeFeed>) {
        let mut reconciled = Instant::now();
        let mut away = false;
        loop {
            let save_in = match self.unsaved {
                Some(_) => SAVE_EVERY.saturating_sub(self.saved.elapsed()),
                None => RECONCILE_EVERY.saturating_sub(reconciled.elapsed()),
            };
            let event = tokio::select! {
                event = feed.next() => event,
                () = tokio::time::sleep(save_in) => {
                    self.save().await;
                    if reconciled.elapsed() >= RECONCILE_EVERY {
                        reconciled = Instant::now();
                        self.until_done("compared with the store", Work::Reconcile).await;
                        self.until_done("compared with the store", Work::Space).await;
                        self.follow_signatures();
                    }
                    continue;
                }
            };
            match event {
                // The feed goes on after its last token: nothing is missed, and nothing has to be done.
                Err(error) => {
                    METRICS.watcher(true);
                    if !std::mem::replace(&mut away, true) {
                        tracing::warn!(
                            error = error.chain(),
                            "the change feed broke; serving what is known until it is back"
                        );
                    }
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                    continue;
                }
                Ok(event) => {
                    if std::mem::take(&mut away) {
                        METRICS.watcher(false);
                        tracing::info!("the change feed is back");
                    }
                    self.apply(event, feed.as_mut()).await;
                }
            }
            self.gateway.keep_only(&self.gateway.catalog().servers_in_use());
        }
    }

    /// Applies an event and those that follow at once; tries until it is done, because the feed has moved on.
    async fn apply(&mut self, event: Event, feed: &mut dyn ChangeFeed) {
        let (mut changes, mut token) = match event {
            Event::Changes(changes, token) => (changes, token),
            Event::Lost(token) => return self.reload(token).await,
        };
        let begun = Instant::now();
        while !changes.is_empty()
            && changes.len() < GATHER_AT_MOST
            && begun.elapsed() < GATHER_FOR
            && let Ok(Ok(more)) = tokio::time::timeout(GATHER, feed.next()).await
        {
            match more {
                Event::Changes(more, later) => {
                    changes.extend(more);
                    token = later;
                }
                Event::Lost(token) => return self.reload(token).await,
            }
        }
        if !changes.is_empty() {
            self.gateway.cache().follow(Some(&changes));
            self.until_done("applied", Work::Apply(&changes)).await;
            let of_control = |collection: &str| {
                changes.iter().any(|change| change.tenant.is_none() && change.collection == collection)
            };
            // After the tools, whose vectors in the new space are there before it comes into force.
            let is_other_space = of_control(EmbeddingConfig::SPEC.name);
            if is_other_space {
                self.until_done("applied", Work::Space).await;
            }
            if is_other_space || of_control(Signature::SPEC.name) {
                self.follow_signatures();
            }
            tracing::debug!(changes = changes.len(), "applied changes of the store");
        }
        self.unsaved = Some(token);
    }

    async fn reload(&mut self, token: ResumeToken) {
        tracing::warn!("the change feed cannot be resumed; reading everything anew");
        self.gateway.cache().follow(None);
        self.until_done("read anew", Work::Reload).await;
        self.until_done("read anew", Work::Space).await;
        self.follow_signatures();
        tracing::info!("everything was read anew");
        self.unsaved = Some(token);
    }

    async fn until_done(&self, what: &str, work: Work<'_>) {
        let catalog = self.gateway.catalog();
        let mut warned = false;
        loop {
            let outcome: Result<(), Error> = match work {
                Work::Apply(changes) => catalog.apply(changes).await,
                Work::Reload => catalog.reload().await,
                Work::Reconcile => catalog.reconcile().await,
                Work::Space => self.gateway.follow_space().await,
            };
            match outcome {
                Ok(()) => return,
                Err(error) if !std::mem::replace(&mut warned, true) => {
                    tracing::warn!(error = error.chain(), "the catalog was not {what} yet; trying until it is");
                }
                Err(_) => {}
            }
            tokio::time::sleep(PAUSE_AFTER_ERROR).await;
        }
    }

    /// Beside everything else: they may have to be embedded, by a provider that takes its time or is away. Until then what
    /// is known goes on.
    fn follow_signatures(&self) {
        let gateway = Arc::clone(&self.gateway);
        tokio::spawn(async move {
            if let Err(error) = gateway.follow_signatures().await {
                tracing::warn!(error = error.chain(), "the known attacks were not read anew; those of before go on");
            }
        });
    }

    /// Saves the position; a failure is made up for by the next.
    async fn save(&mut self) {
        let Some(token) = self.unsaved.take() else { return };
        self.saved = Instant::now();
        let now = Timestamp::now();
        let expires_at = now.plus(self.gateway.config().store.resume_ttl);
        let position = WatcherPosition { id: self.id.clone(), token: token.0, saved_at: now, expires_at };
        if let Err(error) = self.positions.put(&position, Expect::Any).await {
            tracing::debug!(error = error.chain(), "the position in the change feed was not saved");
            self.unsaved = Some(ResumeToken(position.token));
        }
    }
}

#[derive(Clone, Copy)]
enum Work<'a> {
    Apply(&'a [Change]),
    Reload,
    Reconcile,
    Space,
}
