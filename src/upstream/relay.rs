//! What passes between a server and a caller besides a request and its answer.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::Reply;
use crate::model::{Origin, Principal, RawJson, RawObject, ServerName, TenantId};

/// How long a caller may think about what a server asks.
pub const ASK_TIMEOUT: Duration = Duration::from_secs(300);
/// Messages of a call that wait for its caller.
const ROOM: usize = 64;

/// Something a server sends while it works on a request, or of its own accord.
#[derive(Debug)]
pub enum Relayed {
    /// Wants no answer.
    Notification {
        /// Who sends it.
        server: ServerName,
        /// The MCP method.
        method: String,
        /// Its parameters, untouched but for the progress token, which is the caller's own.
        params: RawJson,
    },
    /// Wants one.
    Ask(Ask),
    /// The server no longer wants the answer to the question of this number.
    Withdrawn(u64),
}

/// A request of a server to a caller: sampling, elicitation, roots.
#[derive(Debug)]
pub struct Ask {
    /// Who asks.
    pub server: ServerName,
    /// The MCP method.
    pub method: String,
    /// Its parameters, untouched.
    pub params: RawJson,
    /// Tells it from every other question of this process.
    pub number: u64,
    answer: oneshot::Sender<Reply>,
}

impl Ask {
    /// A question, and where its answer arrives. A question that is dropped is answered with an error.
    pub fn new(server: ServerName, method: String, params: RawJson) -> (Self, oneshot::Receiver<Reply>) {
        static ASKED: AtomicU64 = AtomicU64::new(0);
        let (answer, receiver) = oneshot::channel();
        (Self { server, method, params, number: ASKED.fetch_add(1, Ordering::Relaxed), answer }, receiver)
    }

    /// Whether nobody waits for the answer any more.
    pub fn is_over(&self) -> bool {
        self.answer.is_closed()
    }

    /// Answers it.
    pub fn answer(self, reply: Reply) {
        // Whoever asked may have gone.
        let _ = self.answer.send(reply);
    }
}

/// The client capability that a request of a server needs (MCP “Capability negotiation”); `None` for a method that
/// clients do not serve.
pub fn capability_for(method: &str) -> Option<&'static str> {
    match method {
        "sampling/createMessage" => Some("sampling"),
        "elicitation/create" => Some("elicitation"),
        "roots/list" => Some("roots"),
        _ => None,
    }
}

/// Identifies a client's session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey(pub Arc<str>);

/// Whose a connection to a server is. A server of the session era must be told the capabilities of one client, and
/// what it asks must reach that client alone, so callers that have something to offer get connections of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everybody's who offers nothing.
    Shared,
    /// One user's, at a server that wants to know its users: that of all their clients which offer nothing.
    User(Arc<str>),
    /// One session's.
    Session(SessionKey),
    /// One call's at a time: the calls of a caller without a session that offer the same capabilities take turns.
    Slot {
        /// SHA-256 of the caller's identity and the capabilities: both are the caller's to choose.
        caller: [u8; 32],
        /// Which of several.
        number: u16,
    },
}

impl Audience {
    /// Whether it is for whoever offers nothing: all of them, or all of one user's clients.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Shared | Self::User(_))
    }

    /// Whether what is said to all of it concerns `principal` in `session`.
    pub fn includes(&self, principal: &Principal, session: Option<&SessionKey>) -> bool {
        match self {
            Self::Shared => true,
            Self::User(user) => **user == principal.identity(),
            Self::Session(key) => Some(key) == session,
            // A call's: over when it is answered.
            Self::Slot { .. } => session.is_none(),
        }
    }
}

/// Something that belongs to no request.
#[derive(Debug)]
pub struct Event {
    /// Whose server.
    pub tenant: TenantId,
    /// Which server.
    pub server: ServerName,
    /// Whose connection to it.
    pub audience: Audience,
    /// What it sent.
    pub what: Relayed,
}

/// The side of a request that asked for it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The capabilities that the client declared, untouched.
    pub capabilities: RawJson,
    /// The least severe log message it wants; `None` where it never said.
    pub log_level: Option<String>,
    /// Its session, where it has one.
    pub session: Option<SessionKey>,
    /// Who it is; nobody can be told to a server of a caller without.
    pub principal: Option<Arc<Principal>>,
    /// Whether it can be handed an `input_required` result.
    pub takes_input_required: bool,
    /// Takes what comes before the answer.
    pub relay: Option<mpsc::Sender<Relayed>>,
    /// Whether the server is told when the caller stops waiting.
    pub cancel: Cancel,
    /// The request behind it, for its record.
    pub origin: Origin,
    /// Whether it was asked something since.
    pub asked: Asked,
}

impl Caller {
    /// A caller that wants nothing but the answer.
    pub fn plain() -> Self {
        Self {
            capabilities: RawJson::empty_object(),
            log_level: None,
            session: None,
            principal: None,
            takes_input_required: false,
            relay: None,
            cancel: Cancel::default(),
            origin: Origin::default(),
            asked: Asked::default(),
        }
    }

    /// The same, of this request.
    #[must_use]
    pub fn asking(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The same in the name of `principal`.
    pub fn of(principal: &Arc<Principal>) -> Self {
        Self { principal: Some(Arc::clone(principal)), ..Self::plain() }
    }

    /// The gateway itself, which reads what servers list: in the name of the tenant's operator.
    pub fn gateway(tenant: &TenantId) -> Self {
        Self::of(&Arc::new(Principal::operator(tenant.clone())))
    }

    /// The gateway as a client that can do everything a client may be asked for, and answers nothing: servers that list
    /// their tools by what the client can do then list them all.
    pub fn surveyor(tenant: &TenantId) -> (Self, mpsc::Receiver<Relayed>) {
        let everything =
            r#"{"roots":{"listChanged":true},"sampling":{"tools":{},"context":{}},"elicitation":{"form":{},"url":{}}}"#;
        let capabilities = RawJson::check(everything).unwrap_or_else(|_| RawJson::empty_object());
        Self { capabilities, ..Self::gateway(tenant) }.relayed()
    }

    /// Has messages before the answer sent to the receiver that comes with it.
    pub fn relayed(mut self) -> (Self, mpsc::Receiver<Relayed>) {
        let (sender, receiver) = mpsc::channel(ROOM);
        self.relay = Some(sender);
        (self, receiver)
    }

    /// Whether it declared the capability `name`.
    pub fn offers(&self, name: &str) -> bool {
        offers(&self.capabilities, name)
    }

    /// Whether it can be shown a page to open (MCP 2025-11-25, “URL mode”).
    pub fn opens_urls(&self) -> bool {
        let members: Result<RawObject<'_>, _> = serde_json::from_str(self.capabilities.as_str());
        let elicitation = members.ok().and_then(|members| members.read::<RawObject<'_>>("elicitation").ok().flatten());
        elicitation.is_some_and(|modes| modes.get("url").is_some_and(|url| url.get() != "null"))
    }

    /// Whether a server of the session era could ask it something or has to be told its log level.
    pub fn needs_its_own(&self) -> bool {
        (self.relay.is_some() || self.session.is_some())
            && (self.log_level.is_some() || ["sampling", "elicitation", "roots"].iter().any(|name| self.offers(name)))
    }
}

pub(super) fn offers(capabilities: &RawJson, name: &str) -> bool {
    if capabilities.bytes().len() < 8 {
        return false;
    }
    let members = serde_json::from_str::<RawObject<'_>>(capabilities.as_str());
    members.is_ok_and(|members| members.get(name).is_some_and(|value| value.get() != "null"))
}

/// Whether a server is told that nobody waits for its answer any more. A caller of the session era that hangs up has
/// not cancelled (MCP 2025-11-25, “Cancellation”); one of 2026-07-28 has.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Tells the server from now on.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it is told.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Whether a caller was asked something while its request was under way: the answer to the request may then depend on
/// what it said.
#[derive(Clone, Debug, Default)]
pub struct Asked(Arc<AtomicBool>);

impl Asked {
    /// It was.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The deadline of a request. It stands still while the caller thinks, and starts anew when all was answered: the
/// time of a person is not the server's.
#[derive(Debug)]
pub(super) struct Clock {
    timeout: Duration,
    state: Mutex<(Instant, usize)>,
}

impl Clock {
    pub(super) fn until(deadline: Instant) -> Arc<Self> {
        let timeout = deadline.saturating_duration_since(Instant::now());
        Arc::new(Self { timeout, state: Mutex::new((deadline, 0)) })
    }

    fn state(&self) -> MutexGuard<'_, (Instant, usize)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands still until the guard is dropped.
    pub(super) fn pause(self: &Arc<Self>) -> Paused {
        self.state().1 += 1;
        Paused(Arc::clone(self))
    }

    /// Returns when the time is up.
    pub(super) async fn is_up(&self) {
        /// Looked at again that often while it stands still.
        const GLANCE: Duration = Duration::from_millis(100);
        loop {
            let (deadline, asks) = *self.state();
            if asks == 0 && deadline <= Instant::now() {
                return;
            }
            let until = if asks == 0 { deadline } else { Instant::now() + GLANCE };
            tokio::time::sleep_until(until.into()).await;
        }
    }
}

pub(super) struct Paused(Arc<Clock>);

impl Drop for Paused {
    fn drop(&mut self) {
        let anew = Instant::now() + self.0.timeout;
        let mut state = self.0.state();
        state.1 -= 1;
        state.0 = state.0.max(anew);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_clock_stands_still_while_somebody_thinks() {
        let clock = Clock::until(Instant::now() + Duration::from_millis(30));
        let pause = clock.pause();
        assert!(tokio::time::timeout(Duration::from_millis(80), clock.is_up()).await.is_err());
        drop(pause);
        let resumed = Instant::now();
        clock.is_up().await;
        assert!(resumed.elapsed() >= Duration::from_millis(20), "{:?}", resumed.elapsed());
    }

    #[test]
    fn capabilities_are_looked_up_by_name() {
        let capabilities = RawJson::check(r#"{"roots":{"listChanged":true},"sampling":null}"#).expect("json");
        assert!(offers(&capabilities, "roots") && !offers(&capabilities, "sampling"));
        assert!(!offers(&RawJson::empty_object(), "roots"));
    }
}
