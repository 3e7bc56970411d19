//! A server that is a child process speaking on stdin and stdout.
//!
//! Started when first needed, in a process group of its own, with a cleared environment; its stderr is
//! drained and the last lines are kept for error messages. A child that ends is started again with a
//! growing pause, one that is not used is stopped.

mod child;
mod family;
mod warden;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use child::fuzz;
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as SyncMutex};
use std::time::{Duration, Instant};
pub(super) use warden::Warden;
pub use warden::watch_over;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::frame::{self, Era};
use super::link::{CancelOnDrop, NoReply, Owner, Side};
use super::relay::{Caller, Clock};
use super::{
    Greeting, Reply, Request, Upstream, UpstreamConfig, answer_too_large, subscription, timed_out, unavailable,
};
use crate::error::{Error, Result};
use crate::model::{RawJson, RawObject, Server};

use child::{PATIENCE, StopUnlessKept, Wire, lock};

/// How long a silent server may think about a question of the other era.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a server may take to start, whoever waits for it: `npx` may have to download it first.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause before the first restart; doubles with every failure in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A child that lived this long has not failed to start.
const SETTLED: Duration = Duration::from_secs(10);

/// One server behind one command.
pub(super) struct StdioUpstream(Arc<Inner>);

struct Inner {
    server: Arc<Server>,
    owner: Owner,
    max_result_bytes: usize,
    next_id: AtomicU64,
    /// Locked while the child is started or stopped, so that there is one.
    child: Arc<Mutex<Slot>>,
    running: SyncMutex<Option<Arc<Running>>>,
    last_used: SyncMutex<Instant>,
    /// Resources that somebody subscribed to, and how many.
    subscriptions: SyncMutex<BTreeMap<String, usize>>,
}

#[derive(Default)]
struct Slot {
    failures: u32,
    not_before: Option<Instant>,
    /// What the server turned out to speak, so that a restart does not ask again.
    is_legacy: bool,
}

/// A child that answered the handshake.
struct Running {
    era: Era,
    greeting: Greeting,
    wire: Arc<Wire>,
    started: Instant,
    /// Whether it has answered a request of a caller's.
    has_worked: AtomicBool,
    /// The log level the server was told.
    level: SyncMutex<Option<String>>,
    /// The request that listens for changes, in 2026-07-28.
    listening: SyncMutex<Option<u64>>,
}

impl Running {
    fn new(era: Era, greeting: Greeting, child: StopUnlessKept) -> Self {
        let (level, listening) = (SyncMutex::default(), SyncMutex::default());
        let has_worked = AtomicBool::new(false);
        Self { era, greeting, wire: child.keep(), started: Instant::now(), has_worked, level, listening }
    }
}

impl StdioUpstream {
    pub(super) fn new(owner: Owner, config: &UpstreamConfig) -> Self {
        Self(Arc::new(Inner {
            server: Arc::clone(&owner.server),
            owner,
            max_result_bytes: config.max_result_bytes,
            next_id: AtomicU64::new(1),
            child: Arc::default(),
            running: SyncMutex::default(),
            last_used: SyncMutex::new(Instant::now()),
            subscriptions: SyncMutex::default(),
        }))
    }
}

impl Inner {
    fn alive(&self) -> Option<Arc<Running>> {
        lock(&self.running).clone().filter(|running| !running.wire.has_ended())
    }

    async fn running(self: &Arc<Self>, deadline: Instant) -> Result<Arc<Running>> {
        *lock(&self.last_used) = Instant::now();
        if let Some(running) = self.alive() {
            return Ok(running);
        }
        let slot = self.within(deadline, Arc::clone(&self.child).lock_owned()).await?;
        if let Some(running) = self.alive() {
            return Ok(running);
        }
        if let Some(wait) = slot.not_before.and_then(|at| at.checked_duration_since(Instant::now())) {
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            return Err(unavailable(&self.server, format!("it keeps ending and is started again in {wait_ms} ms"))
                .data(serde_json::json!({ "retry_after_ms": wait_ms })));
        }
        // A task of its own: a start that outlasts this caller's deadline goes on for the next one.
        let starting = tokio::spawn(Arc::clone(self).start_once(slot));
        let started = self.within(deadline, starting).await?;
        started.map_err(|error| Error::internal("a child's start did not finish").source(error))?
    }

    async fn start_once(self: Arc<Self>, mut slot: OwnedMutexGuard<Slot>) -> Result<Arc<Running>> {
        let former = lock(&self.running).take();
        // One that did its work was ended from outside: that is no reason to wait.
        let settled =
            |former: Arc<Running>| former.has_worked.load(Ordering::Relaxed) || former.started.elapsed() > SETTLED;
        if former.is_some_and(settled) {
            slot.failures = 0;
        }
        // The first failure in a row costs nothing yet.
        let doubled = slot.failures.checked_sub(1).map(|before| FIRST_PAUSE.saturating_mul(1 << before.min(10)));
        let pause = doubled.unwrap_or_default().min(LONGEST_PAUSE);
        let started = tokio::time::timeout(START_TIMEOUT, self.start(slot.is_legacy)).await;
        slot.failures += 1;
        slot.not_before = Some(Instant::now() + pause);
        let running = Arc::new(started.map_err(|_| timed_out(&self.server)).and_then(|started| started)?);
        slot.is_legacy = running.era == Era::Legacy;
        *lock(&self.running) = Some(Arc::clone(&running));
        Ok(running)
    }

    /// Starts the child and shakes hands: `server/discover` first; a server that answers it with an error,
    /// stays silent or ends over it is of the session era.
    async fn start(&self, is_legacy: bool) -> Result<Running> {
        let child = StopUnlessKept::new(self.spawn()?);
        // A session's own child speaks the session's era, if the server has it: then nothing has to be bridged.
        if self.owner.prefers_sessions() {
            return match self.handshake(&child.wire).await {
                Ok(greeting) => self.in_sessions(child, greeting).await,
                Err(refused) => {
                    let child = self.again(child)?;
                    let discovered = tokio::time::timeout(PROBE_TIMEOUT, self.discover(&child.wire)).await;
                    let greeting = discovered.ok().flatten().ok_or(refused)?;
                    Ok(self.stateless(child, greeting))
                }
            };
        }
        if is_legacy {
            let greeting = self.handshake(&child.wire).await?;
            return self.in_sessions(child, greeting).await;
        }
        let wire = Arc::clone(&child.wire);
        let mut discovering = pin!(self.discover(&wire));
        match tokio::time::timeout(PROBE_TIMEOUT, &mut discovering).await {
            Ok(Some(greeting)) => return Ok(self.stateless(child, greeting)),
            Ok(None) => {
                let child = self.again(child)?;
                let greeting = self.handshake(&child.wire).await?;
                return self.in_sessions(child, greeting).await;
            }
            Err(_) => {}
        }
        // Silent so far: of the session era, or slow to start. One that knows both eras stays with the first question
        // that it reads, so that the answer to that counts whenever it comes.
        let shaken = tokio::select! {
            biased;
            Some(greeting) = &mut discovering => return Ok(self.stateless(child, greeting)),
            shaken = self.handshake(&wire) => shaken,
        };
        self.in_sessions(child, shaken?).await
    }

    /// The same child, unless it has ended over a question of the other era.
    fn again(&self, child: StopUnlessKept) -> Result<StopUnlessKept> {
        Ok(if child.wire.has_ended() { StopUnlessKept::new(self.spawn()?) } else { child })
    }

    /// Opens the session era's session.
    async fn handshake(&self, wire: &Arc<Wire>) -> Result<Greeting> {
        let id = self.id();
        let reply = self.ask(wire, id, frame::initialize(id, &self.owner.offered()), None).await?;
        let (protocol, greeting) = frame::accept_initialize(&self.server, &reply)?;
        tracing::debug!(server.name = %self.server.name, protocol, "connected");
        let _ = wire.outbox.send(Bytes::from_static(frame::INITIALIZED.as_bytes())).await;
        Ok(greeting)
    }

    fn stateless(&self, child: StopUnlessKept, greeting: Greeting) -> Running {
        let running = Running::new(Era::Modern, greeting, child);
        self.listen(&running);
        running
    }

    async fn in_sessions(&self, child: StopUnlessKept, greeting: Greeting) -> Result<Running> {
        let running = Running::new(Era::Legacy, greeting, child);
        let subscribed: Vec<String> = lock(&self.subscriptions).keys().cloned().collect();
        for uri in subscribed {
            let _ = self.simple(&running, "resources/subscribe", &serde_json::json!({ "uri": uri })).await;
        }
        Ok(running)
    }

    /// The greeting of a modern server; `None` for every other.
    async fn discover(&self, wire: &Arc<Wire>) -> Option<Greeting> {
        let (params, caller) = (RawObject::default(), Caller::plain());
        let probe = Request::new("server/discover", &params, &caller, Instant::now());
        let id = self.id();
        match self.ask(wire, id, frame::request(id, &probe, Era::Modern), None).await {
            Ok(Reply::Result(result)) => frame::accept_discover(&result),
            _ => None,
        }
    }

    fn spawn(&self) -> Result<Arc<Wire>> {
        child::spawn(&self.server, &self.owner, self.max_result_bytes)
    }

    fn id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends a frame and waits for its answer.
    async fn ask(&self, wire: &Arc<Wire>, id: u64, frame: Bytes, side: Option<Arc<Side>>) -> Result<Reply> {
        let (sender, receiver) = oneshot::channel();
        // Whoever stops waiting takes the entry along.
        let _entered = wire.link.enter(id, Some(sender), side);
        // Asked after entering: a child that ends from now on ends this too.
        if wire.has_ended() || wire.outbox.send(frame).await.is_err() {
            return Err(self.ended(wire));
        }
        match receiver.await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(NoReply::TooLarge)) => Err(answer_too_large(&self.server, self.max_result_bytes)),
            Ok(Err(NoReply::Ended)) | Err(_) => Err(self.ended(wire)),
        }
    }

    /// A request of the gateway's own.
    async fn simple(&self, running: &Running, method: &str, params: &serde_json::Value) -> Result<Reply> {
        let frame = self.own_frame(running.era, method, params)?;
        self.ask(&running.wire, frame.0, frame.1, None).await
    }

    fn own_frame(&self, era: Era, method: &str, params: &serde_json::Value) -> Result<(u64, Bytes)> {
        let own = |error| Error::internal("parameters of our own").source(error);
        let params = RawJson::of(params).map_err(own)?;
        let params: RawObject<'_> = serde_json::from_str(params.as_str()).map_err(own)?;
        let (id, caller) = (self.id(), Caller::plain());
        Ok((id, frame::request(id, &Request::new(method, &params, &caller, Instant::now()), era)))
    }

    /// Asks a modern server to say what changes, in place of what was asked before.
    fn listen(&self, running: &Running) {
        if self.owner.events.is_none() || running.era != Era::Modern {
            return;
        }
        let filter = subscription::filter(&running.greeting, &lock(&self.subscriptions));
        let mut listening = lock(&running.listening);
        let former = listening.take().map(frame::cancelled);
        let wanted = filter.as_object().is_some_and(|filter| !filter.is_empty());
        let params = serde_json::json!({ "notifications": filter });
        let new = self.own_frame(Era::Modern, "subscriptions/listen", &params).ok().filter(|_| wanted);
        *listening = new.as_ref().map(|(id, _)| *id);
        for frame in former.into_iter().chain(new.map(|(_, frame)| frame)) {
            // A full outbox means a child that does not read: it would not say what changes either.
            let _ = running.wire.outbox.try_send(frame);
        }
    }

    /// Tells a server of the session era how much log the owner of this child wants.
    async fn set_level(&self, running: &Running, request: &Request<'_>) {
        let Some(level) = &request.caller.log_level else { return };
        if running.era == Era::Modern || self.owner.is_shared() {
            return;
        }
        let told = lock(&running.level).replace(level.clone());
        if told.as_ref() != Some(level) && running.greeting.can("logging") {
            let _ = self.simple(running, "logging/setLevel", &serde_json::json!({ "level": level })).await;
        }
    }

    /// Its last words may hold anything: they are for the operator's log, never for a caller.
    fn ended(&self, wire: &Wire) -> Error {
        let last = lock(&wire.stderr).iter().rev().take(3).rev().cloned().collect::<Vec<_>>().join(" | ");
        let words = if last.is_empty() { String::new() } else { format!("; it wrote: {last}") };
        unavailable(&self.server, format!("it has ended{words}"))
    }

    async fn within<T>(&self, deadline: Instant, work: impl Future<Output = T>) -> Result<T> {
        tokio::time::timeout_at(deadline.into(), work).await.map_err(|_| timed_out(&self.server))
    }
}

#[async_trait]
impl Upstream for StdioUpstream {
    async fn request(&self, request: &Request<'_>) -> Result<Reply> {
        let inner = &self.0;
        let running = inner.running(request.deadline).await?;
        inner.within(request.deadline, inner.set_level(&running, request)).await?;
        let clock = Clock::until(request.deadline);
        let id = inner.id();
        let frame = frame::request(id, request, running.era);
        let outbox = running.wire.outbox.clone();
        let told = CancelOnDrop::new(id, request.caller, move |frame| {
            let _ = outbox.try_send(frame);
        });
        let reply = tokio::select! {
            biased;
            reply = inner.ask(&running.wire, id, frame, Side::of(request, &clock)) => reply,
            () = clock.is_up() => {
                told.fire();
                return Err(timed_out(&inner.server));
            }
        };
        told.disarm();
        *lock(&inner.last_used) = Instant::now();
        running.has_worked.fetch_or(reply.is_ok(), Ordering::Relaxed);
        reply
    }

    async fn greet(&self, deadline: Instant) -> Result<Greeting> {
        Ok(self.0.running(deadline).await?.greeting.clone())
    }

    async fn notify(&self, method: &str, params: &RawJson) {
        // A child that does not run has nothing to be told.
        if let Some(running) = self.0.alive().filter(|running| running.era == Era::Legacy) {
            let _ = running.wire.outbox.send(frame::notification(method, params)).await;
        }
    }

    async fn subscribe(&self, uri: &str, deadline: Instant) -> Result<Reply> {
        let inner = &self.0;
        let running = inner.running(deadline).await?;
        let is_first = subscription::add(&mut lock(&inner.subscriptions), uri);
        if running.era == Era::Modern {
            inner.listen(&running);
        }
        if running.era == Era::Modern || !is_first {
            return Ok(Reply::Result(RawJson::empty_object()));
        }
        let params = serde_json::json!({ "uri": uri });
        let asked = inner.within(deadline, inner.simple(&running, "resources/subscribe", &params)).await;
        let asked = asked.and_then(|asked| asked);
        if !matches!(asked, Ok(Reply::Result(_))) {
            subscription::remove(&mut lock(&inner.subscriptions), uri);
        }
        asked
    }

    async fn unsubscribe(&self, uri: &str) {
        let inner = &self.0;
        if !subscription::remove(&mut lock(&inner.subscriptions), uri) {
            return;
        }
        let Some(running) = inner.alive() else { return };
        if running.era == Era::Modern {
            return inner.listen(&running);
        }
        let params = serde_json::json!({ "uri": uri });
        let asked = inner.simple(&running, "resources/unsubscribe", &params);
        let _ = tokio::time::timeout(PATIENCE, asked).await;
    }

    async fn close_if_idle(&self, idle: Duration) {
        let inner = &self.0;
        let is_idle = || {
            let unused = |running: Arc<Running>| running.wire.link.under_way() == 0;
            idle.is_zero()
                || (lock(&inner.last_used).elapsed() >= idle
                    && lock(&inner.subscriptions).is_empty()
                    && inner.alive().is_some_and(unused))
        };
        if !is_idle() {
            return;
        }
        // A child that is being started is in use; for good, it is waited for, but not for long.
        let patience = if idle.is_zero() { PATIENCE } else { Duration::ZERO };
        let Ok(mut slot) = tokio::time::timeout(patience, inner.child.lock()).await else { return };
        if !is_idle() {
            return;
        }
        let Some(running) = lock(&inner.running).take() else { return };
        slot.failures = 0;
        slot.not_before = None;
        lock(&running.wire.stop).take();
        if let Some(gone) = running.wire.gone.lock().await.take() {
            let _ = tokio::time::timeout(4 * PATIENCE, gone).await;
        }
    }

    fn is_modern(&self) -> Option<bool> {
        self.0.alive().map(|running| running.era == Era::Modern)
    }

    fn under_way(&self) -> usize {
        self.0.alive().map_or(0, |running| running.wire.link.under_way())
    }
}

impl Drop for StdioUpstream {
    fn drop(&mut self) {
        if let Some(running) = lock(&self.0.running).take() {
            lock(&running.wire.stop).take();
        }
    }
}
