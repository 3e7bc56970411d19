//! The sessions that this process serves at the moment: who is asked what, which calls are under way.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::value::RawValue;
use tokio::sync::{Notify, oneshot};

use super::frame;
use super::waiting::Waits;
use crate::gateway::{Gateway, Resource, Subscription};
use crate::model::{Principal, RawJson, RawObject, SessionRecord, Timestamp};
use crate::sessions::{SessionFacts, Standing};
use crate::upstream::{Ask, Caller, Cancel, Reply, SessionKey};

/// From the least severe to the most.
pub(super) const LOG_LEVELS: [&str; 8] =
    ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
/// Questions of servers that wait for one client.
const MAX_ASKS: usize = 64;
/// Resources that one session may subscribe to.
pub(super) const MAX_SUBSCRIPTIONS: usize = 256;
/// How often it is looked whether another replica was given an answer.
const MAIL_EVERY: Duration = Duration::from_millis(250);
/// How long the end of a session may take to be saved.
const SAVE_TIMEOUT: Duration = Duration::from_secs(1);
/// A store that is asked no more often than this.
const MAIL_SLOWEST: Duration = Duration::from_secs(2);

/// A client's session, as this process knows it.
pub(super) struct Session {
    pub(super) key: SessionKey,
    pub(super) facts: SessionFacts,
    pub(super) principal: Arc<Principal>,
    pub(super) calls: Calls,
    state: Mutex<State>,
}

struct State {
    last_used: Instant,
    saved: Instant,
    log_level: Option<String>,
    /// By the URIs that the client knows.
    subscriptions: BTreeMap<String, Held>,
    /// By the id that the client was asked under.
    asks: HashMap<String, (Ask, Waits)>,
    /// Ends the stream that the client listens on.
    listening: Option<oneshot::Sender<()>>,
}

/// A resource that the client subscribed to.
struct Held {
    resource: Resource,
    /// Set once the server has agreed.
    subscription: Option<Subscription>,
}

impl Session {
    pub(super) fn new(facts: SessionFacts, principal: Arc<Principal>, record: Option<&SessionRecord>) -> Arc<Self> {
        let state = State {
            last_used: Instant::now(),
            saved: Instant::now(),
            log_level: record.and_then(|record| record.log_level.clone()),
            subscriptions: BTreeMap::new(),
            asks: HashMap::new(),
            listening: None,
        };
        let key = SessionKey(facts.key.as_str().into());
        Arc::new(Self { key, facts, principal, calls: Calls::default(), state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The side of a request that this session makes.
    pub(super) fn caller(&self) -> Caller {
        Caller {
            capabilities: self.facts.capabilities.clone(),
            log_level: self.state().log_level.clone(),
            session: Some(self.key.clone()),
            ..Caller::of(&self.principal)
        }
    }

    pub(super) fn set_log_level(&self, level: String) {
        self.state().log_level = Some(level);
    }

    /// Whether a log message is severe enough for the client: its server may not know yet what the client asked for.
    pub(super) fn wants_log(&self, params: &RawJson) -> bool {
        let rank = |level: &str| LOG_LEVELS.iter().position(|known| *known == level);
        let Some(least) = self.state().log_level.as_deref().and_then(rank) else { return true };
        let members: RawObject<'_> = serde_json::from_str(params.as_str()).unwrap_or_default();
        let level: Option<String> = members.read("level").ok().flatten();
        level.as_deref().and_then(rank).is_none_or(|level| level >= least)
    }

    /// Notes a subscription; whether it is a new one. `None` when there are too many.
    pub(super) fn subscribe(&self, uri: &str, resource: &Resource) -> Option<bool> {
        let mut state = self.state();
        if state.subscriptions.contains_key(uri) {
            return Some(false);
        }
        if state.subscriptions.len() >= MAX_SUBSCRIPTIONS {
            return None;
        }
        state.subscriptions.insert(uri.to_owned(), Held { resource: resource.clone(), subscription: None });
        Some(true)
    }

    /// Keeps what the server has agreed to; gives it back when the client has unsubscribed meanwhile.
    pub(super) fn hold(&self, uri: &str, subscription: Subscription) -> Option<Subscription> {
        match self.state().subscriptions.get_mut(uri) {
            Some(held) => held.subscription.replace(subscription),
            None => Some(subscription),
        }
    }

    pub(super) fn unsubscribe(&self, uri: &str) -> Option<Subscription> {
        self.state().subscriptions.remove(uri)?.subscription
    }

    /// The URI that the client knows a resource by, if it subscribed to it.
    pub(super) fn subscribed(&self, server: &str, uri: &str) -> Option<String> {
        let state = self.state();
        let is_it = |held: &Held| held.resource.server.name.as_str() == server && held.resource.uri == uri;
        let found = state.subscriptions.iter().find(|(_, held)| is_it(held));
        found.map(|(exposed, _)| exposed.clone())
    }

    /// The frame that asks the client; `None` when too much was asked already, and then the question is answered with
    /// an error.
    pub(super) async fn ask(self: &Arc<Self>, gateway: &Arc<Gateway>, ask: Ask, waits: Waits) -> Option<Bytes> {
        // Without the key, other replicas cannot tell that it is ours; this one knows it all the same.
        let sealed = match gateway.sealer().await {
            Ok(sealer) => gateway.sessions().question(sealer, &self.facts.key).ok(),
            Err(_) => None,
        };
        let id = sealed.unwrap_or_else(|| format!("mcpgw-{}", uuid::Uuid::new_v4().simple()));
        let frame = frame::request(&id, &ask.method, &ask.params);
        let mut state = self.state();
        if state.asks.len() >= MAX_ASKS {
            return None;
        }
        state.asks.insert(id.clone(), (ask, waits));
        drop(state);
        tokio::spawn(fetch_mail(Arc::downgrade(self), Arc::clone(gateway), id));
        Some(frame)
    }

    /// Takes the client's answer to what it was asked; `false` when it was not asked here.
    pub(super) fn answer(&self, id: &str, reply: Reply) -> bool {
        let ask = self.state().asks.remove(id);
        ask.map(|(ask, _)| ask.answer(reply)).is_some()
    }

    /// The frame that tells the client that a question is withdrawn, if it was asked that here.
    pub(super) fn withdraw(&self, number: u64) -> Option<Bytes> {
        let mut state = self.state();
        let id = state.asks.iter().find(|(_, (ask, _))| ask.number == number).map(|(id, _)| id.clone())?;
        state.asks.remove(&id);
        let params = RawJson::of(&serde_json::json!({ "requestId": id })).ok()?;
        Some(frame::notification("notifications/cancelled", &params))
    }

    fn waits_for(&self, id: &str) -> bool {
        self.state().asks.contains_key(id)
    }

    /// Lets go of questions whose servers no longer wait, so that they take no room.
    pub(super) fn forget_asks(&self) {
        self.state().asks.retain(|_, (ask, _)| !ask.is_over());
    }

    /// A stream begins; resolves when it has to end because another one has begun, or the session is over.
    pub(super) fn listen(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.state().listening = Some(sender);
        receiver
    }

    fn record(&self, has_ended: bool) -> SessionRecord {
        let state = self.state();
        let now = Timestamp::now();
        SessionRecord {
            id: String::new(),
            last_used: now,
            has_ended,
            log_level: state.log_level.clone(),
            subscriptions: state.subscriptions.keys().cloned().collect(),
            expires_at: now,
        }
    }

    /// Has it known to other replicas that the client has ended the session.
    pub(super) async fn save_end(&self, gateway: &Gateway) {
        let saving = gateway.sessions().save(&self.principal, &self.facts.key, self.record(true));
        match tokio::time::timeout(SAVE_TIMEOUT, saving).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = error.chain(), "the end of a session was not saved"),
            Err(_) => tracing::warn!("the end of a session was not saved in time"),
        }
    }

    /// Has what has changed known to other replicas, without waiting for it.
    pub(super) fn save(self: &Arc<Self>, gateway: &Arc<Gateway>) {
        self.state().saved = Instant::now();
        let (session, gateway, record) = (Arc::clone(self), Arc::clone(gateway), self.record(false));
        tokio::spawn(async move {
            let saved = gateway.sessions().save(&session.principal, &session.facts.key, record).await;
            if let Err(error) = saved {
                tracing::debug!(error = error.chain(), "a session's changes were not saved");
            }
        });
    }
}

/// Waits for an answer that the client gave to another replica.
async fn fetch_mail(session: std::sync::Weak<Session>, gateway: Arc<Gateway>, id: String) {
    let mut pause = MAIL_EVERY;
    loop {
        tokio::time::sleep(pause).await;
        let Some(session) = session.upgrade().filter(|session| session.waits_for(&id)) else { return };
        session.forget_asks();
        let mail = gateway.sessions().collect(&session.principal, &session.facts.key, &id).await;
        if let Ok(Some(message)) = mail
            && let Ok(raw) = serde_json::from_str(message.as_str())
            && let Ok(frame::Message::Response { reply, .. }) = frame::read(raw)
        {
            session.answer(&id, reply);
            return;
        }
        pause = (pause * 2).min(MAIL_SLOWEST);
    }
}

/// Calls of one client that it may cancel.
#[derive(Default)]
pub(super) struct Calls(Mutex<HashMap<String, Arc<Leave>>>);

/// The way out of a call.
#[derive(Default)]
pub(super) struct Leave {
    cancel: Cancel,
    gone: Notify,
}

impl Leave {
    /// Resolves when the client has cancelled.
    pub(super) async fn gone(&self) {
        self.gone.notified().await;
    }
}

impl Calls {
    fn calls(&self) -> MutexGuard<'_, HashMap<String, Arc<Leave>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call until the guard is dropped.
    pub(super) fn enter(&self, id: &RawValue, cancel: &Cancel) -> Entered<'_> {
        let leave = Arc::new(Leave { cancel: cancel.clone(), gone: Notify::new() });
        self.calls().insert(id.get().to_owned(), Arc::clone(&leave));
        Entered { calls: self, id: id.get().to_owned(), leave }
    }

    /// The client no longer wants an answer.
    pub(super) fn cancel(&self, id: &RawValue) {
        if let Some(leave) = self.calls().get(id.get()) {
            leave.cancel.set();
            leave.gone.notify_one();
        }
    }
}

/// A call under way.
pub(super) struct Entered<'a> {
    calls: &'a Calls,
    id: String,
    pub(super) leave: Arc<Leave>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let mut calls = self.calls.calls();
        // A client that uses an id twice must not lose the later call.
        if calls.get(&self.id).is_some_and(|leave| Arc::ptr_eq(leave, &self.leave)) {
            calls.remove(&self.id);
        }
    }
}

/// The sessions of clients on HTTP, by their ids.
#[derive(Default)]
pub(super) struct Live {
    sessions: Mutex<HashMap<Arc<str>, Arc<Session>>>,
    /// Sessions that their clients have ended, and when: the store may be away.
    ended: Mutex<HashMap<Arc<str>, Instant>>,
}

impl Live {
    fn sessions(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self) -> MutexGuard<'_, HashMap<Arc<str>, Instant>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, id: &str, session: &Arc<Session>) {
        self.sessions().insert(id.into(), Arc::clone(session));
    }

    /// The session of this id, if it is this caller's and has not ended. One that another replica opened is taken over.
    pub(super) async fn find(
        &self,
        gateway: &Arc<Gateway>,
        principal: &Arc<Principal>,
        id: &str,
    ) -> crate::error::Result<Option<Arc<Session>>> {
        let known = self.sessions().get(id).cloned();
        if let Some(session) = known {
            let same = session.principal.identity_is(principal);
            let over = session.state().last_used.elapsed() > gateway.sessions().idle;
            if same && over {
                self.sessions().remove(id);
                end(gateway, &session);
            }
            return Ok((same && !over).then(|| session.used(gateway)));
        }
        if self.ended().contains_key(id) {
            return Ok(None);
        }
        let Some(facts) = gateway.sessions().read(gateway.sealer().await?, principal, id) else { return Ok(None) };
        let Standing::Open(record) = gateway.sessions().standing(principal, &facts).await else { return Ok(None) };
        let session = Session::new(facts, Arc::clone(principal), record.as_ref());
        // Somebody may have been faster.
        let session = Arc::clone(self.sessions().entry(id.into()).or_insert(session));
        if let Some(record) = record {
            tokio::spawn(subscribe_again(Arc::clone(gateway), Arc::clone(&session), record.subscriptions));
        }
        Ok(Some(session))
    }

    /// The client has ended it.
    pub(super) fn end(&self, id: &str) {
        self.ended().insert(id.into(), Instant::now());
        self.sessions().remove(id);
    }

    /// Takes the sessions out that were not used for `idle`.
    pub(super) fn take_idle(&self, idle: Duration) -> Vec<Arc<Session>> {
        // By then their ids are too old to be taken.
        self.ended().retain(|_, ended| ended.elapsed() < idle * 2);
        let is_over = |_: &Arc<str>, session: &mut Arc<Session>| {
            session.forget_asks();
            session.state().last_used.elapsed() > idle
        };
        self.sessions().extract_if(is_over).map(|(_, session)| session).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.sessions().len()
    }
}

impl Session {
    /// Notes that it is used; now and then for other replicas too.
    pub(super) fn used(self: Arc<Self>, gateway: &Arc<Gateway>) -> Arc<Self> {
        let mut state = self.state();
        state.last_used = Instant::now();
        let stale = state.saved.elapsed() > gateway.sessions().idle / 4;
        drop(state);
        if stale {
            self.save(gateway);
        }
        self
    }

    /// What it subscribed to, which it then no longer does.
    fn take_subscriptions(&self) -> Vec<Subscription> {
        let mut state = self.state();
        state.listening = None;
        std::mem::take(&mut state.subscriptions).into_values().filter_map(|held| held.subscription).collect()
    }
}

/// A session that another replica opened goes on listening here.
async fn subscribe_again(gateway: Arc<Gateway>, session: Arc<Session>, uris: Vec<String>) {
    for uri in uris.into_iter().take(MAX_SUBSCRIPTIONS) {
        let caller = session.caller();
        let Ok(resource) = gateway.resolve_resource(&session.principal, &uri, &caller).await else { continue };
        if session.subscribe(&uri, &resource) != Some(true) {
            continue;
        }
        match gateway.subscribe(&session.principal, &resource, &caller).await {
            Ok(Ok(subscription)) => drop(session.hold(&uri, subscription)),
            _ => drop(session.unsubscribe(&uri)),
        }
    }
}

/// Closes what a session holds: connections of its own, subscriptions.
pub(super) fn end(gateway: &Arc<Gateway>, session: &Arc<Session>) {
    gateway.pool().end_session(&session.key);
    let subscriptions = session.take_subscriptions();
    tokio::spawn(async move {
        for subscription in subscriptions {
            subscription.end_with_session().await;
        }
    });
}

/// A session of a connection that is the session: it needs no id.
pub(super) fn of_connection(principal: &Arc<Principal>, protocol: &str, capabilities: RawJson) -> Arc<Session> {
    let facts = SessionFacts {
        key: uuid::Uuid::new_v4().simple().to_string(),
        protocol: protocol.to_owned(),
        capabilities,
        opened_at: Timestamp::now(),
    };
    Session::new(facts, Arc::clone(principal), None)
}
