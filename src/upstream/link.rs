//! The calls under way on one connection, and to which of them a message of the server belongs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::credentials::Bearer;
use super::frame;
use super::oauth::Tokens;
use super::relay::{ASK_TIMEOUT, Ask, Asked, Audience, Caller, Clock, Event, Relayed, capability_for, offers};
use super::stdio::Warden;
use super::{Reply, Request};
use crate::model::{ObjectWriter, RawJson, RawObject, Server, TenantId};

/// Answers to a server that are on their way at once. A server asks what it likes: each answer is a connection of ours.
const MAX_ANSWERS: usize = 64;
/// Questions of a server that wait for its client at once.
const MAX_QUESTIONS: usize = 64;
/// How long a server may take to be given an answer that it has asked for.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

/// Why a request gets no answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoReply {
    Ended,
    TooLarge,
}

/// Who waits for an answer.
pub(super) type Waiting = oneshot::Sender<Result<Reply, NoReply>>;

/// Whose a connection is, what was offered on it, and who takes what belongs to no call.
#[derive(Clone)]
pub(super) struct Owner {
    pub(super) tenant: TenantId,
    pub(super) server: Arc<Server>,
    pub(super) audience: Audience,
    /// The capabilities of the client it was opened for.
    pub(super) capabilities: RawJson,
    /// Who ends its children should we be killed.
    pub(super) warden: Option<Arc<Warden>>,
    /// What we show the server; none where its own configuration says it all.
    pub(super) bearer: Option<Arc<Bearer>>,
    /// Access tokens for the server, where it has an authorization server of its own.
    pub(super) tokens: Option<Tokens>,
    /// Set when everybody uses it, whoever it was opened for.
    pub(super) is_shared: Arc<AtomicBool>,
    /// `None` where nobody watches.
    pub(super) events: Option<mpsc::Sender<Event>>,
}

impl Owner {
    /// Whether no message on it can be said to concern one client.
    pub(super) fn is_shared(&self) -> bool {
        self.is_shared.load(Ordering::Relaxed)
    }

    /// Shows the server who we are, unless the operator has registered what to show it.
    pub(super) fn vouch(&self, headers: &mut http::HeaderMap) {
        if self.tokens.is_some() || headers.contains_key(http::header::AUTHORIZATION) {
            return;
        }
        if let Some(value) = self.bearer.as_ref().and_then(|bearer| bearer.authorization()) {
            headers.insert(http::header::AUTHORIZATION, value);
        }
    }

    /// Whether it speaks for a client of the session era.
    pub(super) fn prefers_sessions(&self) -> bool {
        matches!(self.audience, Audience::Session(_)) && !self.is_shared()
    }

    /// What a server is told that the client can do.
    pub(super) fn offered(&self) -> RawJson {
        if self.is_shared() { RawJson::empty_object() } else { self.capabilities.clone() }
    }
}

/// One connection's calls. Outlives the connection: calls of a lost one end with it.
pub(super) struct Link {
    pub(super) owner: Owner,
    calls: Mutex<HashMap<u64, Entry>>,
    /// What the server has asked, by its own ids, and how it is withdrawn.
    questions: Mutex<HashMap<String, oneshot::Sender<()>>>,
    answering: Arc<Semaphore>,
    asking: Arc<Semaphore>,
}

struct Entry {
    waiting: Option<Waiting>,
    side: Option<Arc<Side>>,
}

/// The caller of a request.
pub(super) struct Side {
    relay: mpsc::Sender<Relayed>,
    /// The progress token it wants to see.
    token: Option<RawJson>,
    clock: Arc<Clock>,
    asked: Asked,
}

impl Side {
    /// `None` for a caller that takes nothing but the answer.
    pub(super) fn of(request: &Request<'_>, clock: &Arc<Clock>) -> Option<Arc<Self>> {
        let relay = request.caller.relay.clone()?;
        let token = frame::progress_token(request.params).map(RawJson::copy_of);
        Some(Arc::new(Self { relay, token, clock: Arc::clone(clock), asked: request.caller.asked.clone() }))
    }
}

/// How a message of the server is handed on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// The stream it came on can wait for a slow caller.
    Waits,
    /// Others would wait with it: what does not fit is dropped.
    Drops,
}

impl Link {
    pub(super) fn new(owner: Owner) -> Arc<Self> {
        Arc::new(Self {
            owner,
            calls: Mutex::default(),
            questions: Mutex::default(),
            answering: Arc::new(Semaphore::new(MAX_ANSWERS)),
            asking: Arc::new(Semaphore::new(MAX_QUESTIONS)),
        })
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<u64, Entry>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn questions(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<()>>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call until the guard is dropped.
    pub(super) fn enter(self: &Arc<Self>, id: u64, waiting: Option<Waiting>, side: Option<Arc<Side>>) -> Entered {
        self.calls().insert(id, Entry { waiting, side });
        Entered { link: Arc::clone(self), id }
    }

    /// How many calls are under way.
    pub(super) fn under_way(&self) -> usize {
        self.calls().len()
    }

    /// Hands an answer to whoever waits for it.
    pub(super) fn deliver(&self, id: u64, reply: Result<Reply, NoReply>) {
        let waiting = self.calls().get_mut(&id).and_then(|entry| entry.waiting.take());
        if let Some(waiting) = waiting {
            let _ = waiting.send(reply);
        }
    }

    /// Nobody waits in vain: the connection is gone.
    pub(super) fn end_all(&self) {
        let waiting: Vec<Waiting> = self.calls().values_mut().filter_map(|entry| entry.waiting.take()).collect();
        for waiting in waiting {
            let _ = waiting.send(Err(NoReply::Ended));
        }
    }

    fn side(&self, id: u64) -> Option<Arc<Side>> {
        self.calls().get(&id).and_then(|entry| entry.side.clone())
    }

    /// The caller that what the server says about no call in particular belongs to: nobody, unless all calls of the
    /// connection are of one client.
    fn only_client(&self) -> Option<Arc<Side>> {
        if self.owner.is_shared() {
            return None;
        }
        let calls = self.calls();
        let newest = calls
            .iter()
            .filter_map(|(id, entry)| entry.side.as_ref().map(|side| (id, side)))
            .max_by_key(|(id, _)| **id);
        newest.map(|(_, side)| Arc::clone(side))
    }

    /// Hands a notification on. `about` is the call on whose stream it came.
    pub(super) async fn notification(&self, about: Option<u64>, method: String, params: RawJson, patience: Patience) {
        let server = self.owner.server.name.clone();
        let (side, what) = match method.as_str() {
            "notifications/progress" => match self.progress(&params) {
                Some((side, params)) => (Some(side), Relayed::Notification { server, method, params }),
                None => return,
            },
            // It asks, we never ask it to stop asking.
            "notifications/cancelled" => {
                let members: Option<RawObject<'_>> = serde_json::from_str(params.as_str()).ok();
                let id = members.as_ref().and_then(|members| members.get("requestId")).map(|id| id.get().to_owned());
                if let Some(withdraw) = id.and_then(|id| self.questions().remove(&id)) {
                    let _ = withdraw.send(());
                }
                return;
            }
            // The answer to our own listening.
            "notifications/subscriptions/acknowledged" => return,
            // These concern everybody who lists or subscribes, whichever stream they came on.
            "notifications/tools/list_changed"
            | "notifications/prompts/list_changed"
            | "notifications/resources/list_changed"
            | "notifications/resources/updated" => (None, Relayed::Notification { server, method, params }),
            _ => {
                let side = about.and_then(|id| self.side(id)).or_else(|| self.only_client());
                if side.is_none() && self.owner.is_shared() {
                    // Whose it is cannot be known, so nobody sees it.
                    return;
                }
                (side, Relayed::Notification { server, method, params })
            }
        };
        match side {
            Some(side) if patience == Patience::Waits => {
                // A caller that does not read holds up its own stream, and its server's time is standing still.
                let _pause = side.clock.pause();
                let _ = side.relay.send(what).await;
            }
            Some(side) => {
                let _ = side.relay.try_send(what);
            }
            None => self.tell(what),
        }
    }

    /// The caller whose progress this is, and the parameters with its own token.
    fn progress(&self, params: &RawJson) -> Option<(Arc<Side>, RawJson)> {
        let members: RawObject<'_> = serde_json::from_str(params.as_str()).ok()?;
        let side = self.side(members.read("progressToken").ok()??)?;
        let token = side.token.as_ref()?;
        let mut writer = ObjectWriter::new(params.bytes().len() + token.bytes().len());
        for (name, value) in members.iter() {
            let value = if name == "progressToken" { token.bytes() } else { value.get().as_bytes() };
            writer.raw(name, value);
        }
        let params = writer.finish();
        Some((side, params))
    }

    fn tell(&self, what: Relayed) {
        let Owner { tenant, server, audience, events, .. } = &self.owner;
        let Some(events) = events else { return };
        let event = Event { tenant: tenant.clone(), server: server.name.clone(), audience: audience.clone(), what };
        if events.try_send(event).is_err() {
            tracing::warn!(server.name = %server.name, "a message of the server was dropped: too many at once");
        }
    }

    /// Asks a caller what the server asks, and sends the answer with `respond`. Only what the caller declared that it
    /// can do is asked; everything else is answered here. So many at once: what is beyond is refused, or gets no answer.
    pub(super) fn ask<Sent: Future<Output = ()> + Send>(
        self: &Arc<Self>,
        about: Option<u64>,
        question: frame::Question,
        respond: impl FnOnce(Bytes) -> Sent + Send + 'static,
    ) {
        let frame::Question { id, method, params } = question;
        let offered = capability_for(&method).is_some_and(|name| offers(&self.owner.offered(), name));
        let side = about.and_then(|id| self.side(id)).or_else(|| self.only_client());
        if !offered || (side.is_none() && self.owner.is_shared()) {
            return self.answer(frame::own_answer(&method, &id), respond);
        }
        // Any of the calls under way may be answered by what the client says.
        self.calls().values().filter_map(|entry| entry.side.as_ref()).for_each(|side| side.asked.set());
        let Ok(place) = Arc::clone(&self.asking).try_acquire_owned() else {
            return self.answer(frame::error_response(&id, -32603, "too many questions are open"), respond);
        };
        let link = Arc::clone(self);
        let key = id.as_str().to_owned();
        let (withdraw, withdrawn) = oneshot::channel();
        self.questions().insert(key.clone(), withdraw);
        // Before anything else can happen: the server's time stands still.
        let pause = side.as_ref().map(|side| side.clock.pause());
        tokio::spawn(async move {
            let (ask, answer) = Ask::new(link.owner.server.name.clone(), method, params);
            let number = ask.number;
            let hand_on = async |what| match &side {
                Some(side) => drop(side.relay.send(what).await),
                None => link.tell(what),
            };
            hand_on(Relayed::Ask(ask)).await;
            tokio::select! {
                answer = tokio::time::timeout(ASK_TIMEOUT, answer) => {
                    link.questions().remove(&key);
                    let sent = respond(match answer {
                        Ok(Ok(reply)) => frame::response(&id, &reply),
                        _ => frame::error_response(&id, -32603, "the client did not answer"),
                    });
                    let _ = tokio::time::timeout(ANSWER_DEADLINE, sent).await;
                }
                // Who has withdrawn a question wants no answer to it.
                Ok(()) = withdrawn => hand_on(Relayed::Withdrawn(number)).await,
            }
            drop((pause, place));
        });
    }

    /// Sends an answer of our own, unless too many are on their way.
    fn answer<Sent: Future<Output = ()> + Send>(
        &self,
        answer: Bytes,
        respond: impl FnOnce(Bytes) -> Sent + Send + 'static,
    ) {
        let Ok(place) = Arc::clone(&self.answering).try_acquire_owned() else {
            tracing::debug!(server.name = %self.owner.server.name, "a request of the server was dropped: too many at once");
            return;
        };
        tokio::spawn(async move {
            let _ = tokio::time::timeout(ANSWER_DEADLINE, respond(answer)).await;
            drop(place);
        });
    }
}

/// A call under way; forgotten when dropped.
pub(super) struct Entered {
    link: Arc<Link>,
    id: u64,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.link.calls().remove(&self.id);
    }
}

/// Tells the server when its caller stops waiting: on a deadline always, on leaving where that means cancelling.
pub(super) struct CancelOnDrop<F: FnOnce(Bytes)> {
    id: u64,
    cancel: super::relay::Cancel,
    send: Option<F>,
}

impl<F: FnOnce(Bytes)> CancelOnDrop<F> {
    pub(super) fn new(id: u64, caller: &Caller, send: F) -> Self {
        Self { id, cancel: caller.cancel.clone(), send: Some(send) }
    }

    /// It was answered, or is beyond being told.
    pub(super) fn disarm(mut self) {
        self.send = None;
    }

    /// The time is up.
    pub(super) fn fire(mut self) {
        if let Some(send) = self.send.take() {
            send(frame::cancelled(self.id));
        }
    }
}

impl<F: FnOnce(Bytes)> Drop for CancelOnDrop<F> {
    fn drop(&mut self) {
        if let Some(send) = self.send.take().filter(|_| self.cancel.is_set()) {
            send(frame::cancelled(self.id));
        }
    }
}
