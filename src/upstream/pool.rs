//! The kept connections: one per (tenant, server) that everybody shares, and one for each client that a server of the
//! session era may ask something.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::credentials::{Bearer, Credentials};
use super::http::HttpUpstream;
use super::link::Owner;
use super::oauth::{AWAITS_TOKEN, ClientTokens, NO_USER_TOKEN, Tokens, USER_REFUSED, UserTokens, await_token};
use super::relay::{Audience, Caller, Event, SessionKey};
use super::sse::SseUpstream;
use super::stdio::{StdioUpstream, Warden};
use super::{Reply, Request, TOO_LARGE, Upstream, UpstreamConfig, check, is_overheard, timed_out, unavailable};
use crate::breaker::{Breaker, Pace, Refusal};
use crate::error::{Error, Kind, Result};
use crate::model::{OAuthClient, RawJson, Server, ServerName, TenantId, Transport};

/// Events that wait to be taken.
const EVENTS: usize = 1024;
/// A server that stays away is tried again so often at least.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// Connections to one server beside the shared one.
const MAX_OWN: usize = 64;
/// Connections to one server in the names of users.
const MAX_USERS: usize = 1024;
/// A connection for one call at a time is closed after this.
const SLOT_IDLE: Duration = Duration::from_secs(60);
/// A user's is, when nothing is subscribed to over it.
const USER_IDLE: Duration = Duration::from_secs(600);

/// Whose, and which.
type Key = (TenantId, ServerName);

/// The connections of this process.
pub struct Pool {
    config: UpstreamConfig,
    credentials: Option<Arc<dyn Credentials>>,
    users: Arc<dyn UserTokens>,
    warden: Option<Arc<Warden>>,
    tls: OnceLock<rustls::ClientConfig>,
    events: OnceLock<mpsc::Sender<Event>>,
    pace: Arc<Pace>,
    places: RwLock<HashMap<Key, Arc<Place>>>,
}

/// Everything about one server.
struct Place {
    /// What the connections were made for; a changed transport needs others.
    transport: Transport,
    oauth: Option<OAuthClient>,
    tokens: Option<Arc<ClientTokens>>,
    breaker: Arc<Breaker>,
    /// What the server speaks to those who ask for 2026-07-28 first.
    era: AtomicU8,
    /// Whether it speaks the session era to those who ask for that first.
    sessions: AtomicU8,
    /// Held while either is found out.
    probing: tokio::sync::Mutex<()>,
    connections: Mutex<HashMap<Audience, Connection>>,
    /// Slots in use, by whose.
    slots: Mutex<BTreeMap<[u8; 32], BTreeSet<u16>>>,
}

#[derive(Clone)]
struct Connection {
    upstream: Arc<dyn Upstream>,
    is_shared: Arc<AtomicBool>,
    last_used: Instant,
}

const UNKNOWN: u8 = 0;
const SESSIONS: u8 = 1;
const MODERN: u8 = 2;

impl Pool {
    /// An empty pool. `credentials` vouch for us before the servers, `users` for those who have signed in there.
    pub fn new(config: UpstreamConfig, credentials: Option<Arc<dyn Credentials>>, users: Arc<dyn UserTokens>) -> Self {
        let (tls, events) = (OnceLock::new(), OnceLock::new());
        let warden = config.warden.clone().map(|program| Arc::new(Warden::new(program)));
        Self { config, credentials, users, warden, tls, events, pace: Pace::new(), places: RwLock::default() }
    }

    /// Limits and policy.
    pub fn config(&self) -> &UpstreamConfig {
        &self.config
    }

    /// What the servers say that belongs to no request, from now on; `None` when somebody takes it already.
    /// Connections that were opened before do not watch.
    pub fn watch(&self) -> Option<mpsc::Receiver<Event>> {
        let (sender, receiver) = mpsc::channel(EVENTS);
        self.events.set(sender).is_ok().then_some(receiver)
    }

    /// Sends a request over the connection that its caller needs, if the server is well enough to be asked.
    ///
    /// # Errors
    /// As [`check`] and [`Upstream::request`]; [`Kind::UpstreamUnavailable`] with `retry_after_ms` while the server's
    /// circuit is open, and when too much is under way.
    pub async fn request(&self, tenant: &TenantId, server: &Arc<Server>, request: &Request<'_>) -> Result<Reply> {
        let place = self.place(tenant, server)?;
        if server.sign_in().is_some() {
            await_token(&self.users, tenant, server, request.caller.principal.as_deref(), request.deadline).await?;
        }
        let admitted = tokio::time::timeout_at(request.deadline.into(), place.breaker.admit()).await;
        let permit = admitted.map_err(|_| timed_out(server))?.map_err(|refusal| refused(server, refusal))?;
        let awaits_token = Arc::new(AtomicBool::new(false));
        let asked = async {
            let (_seat, upstream) = self.seat(tenant, server, &place, request.caller, request.deadline).await?;
            upstream.request(request).await
        };
        let outcome = AWAITS_TOKEN.scope(Arc::clone(&awaits_token), asked).await;
        let reason = |error: &Error, reason: &str| error.details().is_some_and(|it| it["reason"] == reason);
        match &outcome {
            Ok(_) => permit.succeeded(),
            // That it answers so says nothing about its health.
            Err(error) if reason(error, TOO_LARGE) || reason(error, USER_REFUSED) => permit.succeeded(),
            // An authorization server is slow or away, for one user.
            Err(error) if reason(error, NO_USER_TOKEN) || awaits_token.load(Ordering::Relaxed) => drop(permit),
            Err(error) => match error.kind() {
                Kind::UpstreamUnavailable => permit.failed(true),
                Kind::UpstreamTimeout | Kind::UpstreamError => permit.failed(false),
                _ => drop(permit),
            },
        }
        outcome
    }

    /// The connection that a request's caller needs, and its place there.
    async fn seat<'a>(
        &self,
        tenant: &TenantId,
        server: &Arc<Server>,
        place: &'a Place,
        caller: &Caller,
        deadline: Instant,
    ) -> Result<(Seat<'a>, Arc<dyn Upstream>)> {
        let open = |seat: &Seat<'_>| self.connection(tenant, server, place, &seat.audience, caller);
        let full = || refused(server, Refusal::Full);
        let learned = place.learned_by(caller);
        if learned.load(Ordering::Relaxed) == UNKNOWN && caller.needs_its_own() {
            // One finds out for all: whether the first connection is its own or everybody's depends on it.
            let probing = tokio::time::timeout_at(deadline.into(), place.probing.lock()).await;
            let _probing = probing.map_err(|_| timed_out(server))?;
            if learned.load(Ordering::Relaxed) == UNKNOWN {
                let seat = place.audience(caller).ok_or_else(full)?;
                let upstream = open(&seat)?;
                upstream.greet(deadline).await?;
                let is_modern = upstream.is_modern().unwrap_or(false);
                learned.store(if is_modern { MODERN } else { SESSIONS }, Ordering::Relaxed);
                if is_modern && !place.needs_its_own(caller) {
                    place.share(&seat.audience, &place.shared(caller));
                }
            }
        }
        let seat = place.audience(caller).ok_or_else(full)?;
        let upstream = open(&seat)?;
        Ok((seat, upstream))
    }

    /// The gateway's own connection to `server`, which everybody shares where it need not know its users; a new,
    /// unopened one where there is none or it has moved.
    ///
    /// # Errors
    /// As [`check`].
    pub fn shared(&self, tenant: &TenantId, server: &Arc<Server>) -> Result<Arc<dyn Upstream>> {
        let place = self.place(tenant, server)?;
        let caller = Caller::gateway(tenant);
        self.connection(tenant, server, &place, &place.shared(&caller), &caller)
    }

    /// The connection that the requests of `caller` take: its session's own, where it needs one.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn connection_of(
        &self,
        tenant: &TenantId,
        server: &Arc<Server>,
        caller: &Caller,
        deadline: Instant,
    ) -> Result<Arc<dyn Upstream>> {
        let place = self.place(tenant, server)?;
        let (_, upstream) = self.seat(tenant, server, &place, caller, deadline).await?;
        Ok(upstream)
    }

    /// Whether a session has a connection of its own to `server`.
    pub fn has_own(&self, tenant: &TenantId, server: &ServerName, session: &SessionKey) -> bool {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        let place = places.get(&(tenant.clone(), server.clone()));
        place.is_some_and(|place| place.connections().contains_key(&Audience::Session(session.clone())))
    }

    /// Tells the servers that a session has connections of its own to.
    pub async fn notify(&self, session: &SessionKey, method: &str, params: &RawJson) {
        let audience = Audience::Session(session.clone());
        for place in self.all() {
            let connection = place.connections().get(&audience).map(|it| Arc::clone(&it.upstream));
            if let Some(upstream) = connection {
                upstream.notify(method, params).await;
            }
        }
    }

    /// Closes the connections of a session that has ended.
    pub fn end_session(&self, session: &SessionKey) {
        let audience = Audience::Session(session.clone());
        for place in self.all() {
            if let Some(connection) = place.connections().remove(&audience) {
                close_later(connection.upstream);
            }
        }
    }

    /// Whether a server is known to speak nothing but 2026-07-28 to us: then it has no client's state.
    pub fn is_modern(&self, tenant: &TenantId, server: &Server) -> bool {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        let place = places.get(&(tenant.clone(), server.name.clone()));
        place.is_some_and(|place| {
            [&place.era, &place.sessions].iter().all(|era| era.load(Ordering::Relaxed) != SESSIONS)
                && [&place.era, &place.sessions].iter().any(|era| era.load(Ordering::Relaxed) == MODERN)
        })
    }

    /// How long the circuit of a server stays open; `None` while it is closed.
    pub fn circuit(&self, tenant: &TenantId, server: &ServerName) -> Option<Duration> {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        places.get(&(tenant.clone(), server.clone()))?.breaker.is_open()
    }

    /// Circuits of servers (closed, half open, open), and connections to them.
    pub fn figures(&self) -> ([usize; 3], usize) {
        let mut figures = ([0; 3], 0);
        for place in self.all() {
            let state = match place.breaker.is_open() {
                None => 0,
                Some(left) if left.is_zero() => 1,
                Some(_) => 2,
            };
            figures.0[state] += 1;
            figures.1 += place.connections().len();
        }
        figures
    }

    fn place(&self, tenant: &TenantId, server: &Arc<Server>) -> Result<Arc<Place>> {
        let key = (tenant.clone(), server.name.clone());
        let known = self.places.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(place) = known.filter(|place| place.is_for(server)) {
            return Ok(place);
        }
        check(server, &self.config)?;
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(&key).filter(|place| place.is_for(server)) {
            return Ok(Arc::clone(place));
        }
        if self.credentials.is_some()
            && is_overheard(server, self.config.allow_private_networks)
            && server.oauth.is_none()
        {
            tracing::warn!(server.name = %server.name, "its URL is http and not on this machine: it is shown no token");
        }
        let place = Arc::new(Place {
            transport: server.transport.clone(),
            oauth: server.oauth.clone(),
            tokens: server
                .oauth
                .clone()
                .filter(|oauth| oauth.authorize_url.is_none())
                .map(|oauth| Arc::new(ClientTokens::new(oauth))),
            breaker: Breaker::new(self.config.max_concurrent, self.config.max_queued, &self.pace, LONGEST_PAUSE),
            era: AtomicU8::new(UNKNOWN),
            sessions: AtomicU8::new(UNKNOWN),
            probing: tokio::sync::Mutex::default(),
            connections: Mutex::default(),
            slots: Mutex::default(),
        });
        if let Some(former) = places.insert(key, Arc::clone(&place)) {
            former.close_all();
        }
        Ok(place)
    }

    fn connection(
        &self,
        tenant: &TenantId,
        server: &Arc<Server>,
        place: &Place,
        audience: &Audience,
        caller: &Caller,
    ) -> Result<Arc<dyn Upstream>> {
        let mut connections = place.connections();
        if let Some(known) = connections.get_mut(audience) {
            known.last_used = Instant::now();
            return Ok(Arc::clone(&known.upstream));
        }
        make_room(&mut connections, audience).map_err(|refusal| refused(server, refusal))?;
        let is_shared = Arc::new(AtomicBool::new(audience.is_shared()));
        let owner = Owner {
            tenant: tenant.clone(),
            server: Arc::clone(server),
            audience: audience.clone(),
            capabilities: caller.capabilities.clone(),
            is_shared: Arc::clone(&is_shared),
            warden: self.warden.clone(),
            bearer: self
                .credentials
                .as_ref()
                .filter(|_| !is_overheard(server, self.config.allow_private_networks))
                .map(|it| Arc::new(Bearer::new(it, tenant, &server.name))),
            tokens: self.tokens(tenant, server, place, caller),
            events: self.events.get().cloned(),
        };
        let upstream = self.connect(owner)?;
        let connection = Connection { upstream: Arc::clone(&upstream), is_shared, last_used: Instant::now() };
        connections.insert(audience.clone(), connection);
        Ok(upstream)
    }

    /// What the server asks for beside what the operator has registered.
    fn tokens(&self, tenant: &TenantId, server: &Arc<Server>, place: &Place, caller: &Caller) -> Option<Tokens> {
        if server.sign_in().is_none() {
            return place.tokens.clone().map(Tokens::Client);
        }
        let (users, tenant, server) = (Arc::clone(&self.users), tenant.clone(), Arc::clone(server));
        Some(Tokens::User { users, tenant, server, user: caller.principal.clone() })
    }

    fn connect(&self, owner: Owner) -> Result<Arc<dyn Upstream>> {
        let server = Arc::clone(&owner.server);
        let tls = || self.tls.get_or_init(crate::tls::client_config);
        Ok(match &server.transport {
            Transport::StreamableHttp { url, headers } => {
                Arc::new(HttpUpstream::new(owner, url, headers, &self.config, tls(), &self.pace)?)
            }
            Transport::Sse { url, headers } => Arc::new(SseUpstream::new(owner, url, headers, &self.config, tls())?),
            Transport::Stdio { .. } => Arc::new(StdioUpstream::new(owner, &self.config)),
        })
    }

    /// Closes the connections to all other servers: they were removed or disabled.
    pub fn keep_only(&self, used: &[Key]) {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        for (_, place) in places.extract_if(|key, _| !used.contains(key)) {
            place.close_all();
        }
    }

    /// Stops children that were not used for `STDIO_IDLE_SECONDS`, and closes what was opened for calls that are over.
    pub async fn close_idle(&self) {
        for place in self.all() {
            let over = |audience: &Audience, it: &mut Connection| {
                let patience = match audience {
                    Audience::Slot { .. } => SLOT_IDLE,
                    Audience::User(_) => USER_IDLE,
                    Audience::Shared | Audience::Session(_) => return false,
                };
                it.last_used.elapsed() > patience && it.is_unused()
            };
            let (closed, kept): (Vec<Connection>, Vec<Connection>) = {
                let mut connections = place.connections();
                let closed = connections.extract_if(over).map(|(_, connection)| connection).collect();
                (closed, connections.values().cloned().collect())
            };
            for connection in closed {
                close_later(connection.upstream);
            }
            for connection in kept {
                connection.upstream.close_if_idle(self.config.stdio_idle).await;
            }
        }
    }

    /// Ends every connection and child and waits until they are gone.
    pub async fn close(&self) {
        let all: Vec<Connection> =
            self.all().iter().flat_map(|place| place.connections().values().cloned().collect::<Vec<_>>()).collect();
        futures_util::future::join_all(all.iter().map(|each| each.upstream.close_if_idle(Duration::ZERO))).await;
    }

    fn all(&self) -> Vec<Arc<Place>> {
        self.places.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

impl Connection {
    /// Whether nothing is asked over it, and nothing subscribed to.
    fn is_unused(&self) -> bool {
        self.upstream.under_way() == 0 && Arc::strong_count(&self.upstream) == 1
    }
}

/// Closes the connection that was not used for longest where there are too many of the kind of `audience`.
fn make_room(connections: &mut HashMap<Audience, Connection>, audience: &Audience) -> Result<(), Refusal> {
    let (is_alike, most): (fn(&Audience) -> bool, usize) = match audience {
        Audience::Shared => return Ok(()),
        Audience::User(_) => (|it| matches!(it, Audience::User(_)), MAX_USERS),
        Audience::Session(_) | Audience::Slot { .. } => (|it| !it.is_shared(), MAX_OWN),
    };
    if connections.len() < most || connections.keys().filter(|key| is_alike(key)).count() < most {
        return Ok(());
    }
    let idle = connections.iter().filter(|(key, it)| is_alike(key) && it.upstream.under_way() == 0);
    let oldest = idle.min_by_key(|(_, connection)| connection.last_used).map(|(key, _)| key.clone());
    let former = oldest.and_then(|oldest| connections.remove(&oldest));
    close_later(former.ok_or(Refusal::Full)?.upstream);
    Ok(())
}

impl Place {
    /// Whether it was made for what `server` is now.
    fn is_for(&self, server: &Server) -> bool {
        self.transport == server.transport && self.oauth == server.oauth
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, HashMap<Audience, Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close_all(&self) {
        for (_, connection) in self.connections().drain() {
            close_later(connection.upstream);
        }
    }

    /// The connection of those who need none of their own.
    fn shared(&self, caller: &Caller) -> Audience {
        match self.oauth.as_ref().and_then(|oauth| oauth.authorize_url.as_ref()) {
            None => Audience::Shared,
            Some(_) => Audience::User(caller.principal.as_ref().map_or("".into(), |user| user.identity().into())),
        }
    }

    /// A modern server needs no connection for one client alone: one that was opened for one is for all who share.
    fn share(&self, audience: &Audience, shared: &Audience) {
        let mut connections = self.connections();
        if audience == shared {
            return;
        }
        let Some(connection) = connections.remove(audience) else { return };
        if connections.contains_key(shared) {
            return close_later(connection.upstream);
        }
        connection.is_shared.store(true, Ordering::Relaxed);
        connections.insert(shared.clone(), connection);
    }

    /// Whether a caller cannot share. On a pipe, nothing says whose a log message is, in either era.
    fn needs_its_own(&self, caller: &Caller) -> bool {
        let logs_on_a_pipe = caller.log_level.is_some() && matches!(self.transport, Transport::Stdio { .. });
        caller.needs_its_own() && (logs_on_a_pipe || self.learned_by(caller).load(Ordering::Relaxed) != MODERN)
    }

    /// What is known of what the server speaks to such a caller.
    fn learned_by(&self, caller: &Caller) -> &AtomicU8 {
        if caller.session.is_some() { &self.sessions } else { &self.era }
    }

    /// Which connection a caller needs; `None` when there are no more.
    fn audience(&self, caller: &Caller) -> Option<Seat<'_>> {
        let seat = |audience| Some(Seat { place: self, audience });
        if !self.needs_its_own(caller) {
            return seat(self.shared(caller));
        }
        if let Some(session) = &caller.session {
            return seat(Audience::Session(session.clone()));
        }
        let identity = caller.principal.as_ref().map(|user| user.identity()).unwrap_or_default();
        // The length keeps the parts apart.
        let hash = Sha256::new_with_prefix(identity.len().to_be_bytes());
        let hash: [u8; 32] = hash.chain_update(identity).chain_update(caller.capabilities.bytes()).finalize().into();
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let used = slots.entry(hash).or_default();
        let number = (0..u16::try_from(MAX_OWN).unwrap_or(u16::MAX)).find(|number| !used.contains(number))?;
        used.insert(number);
        seat(Audience::Slot { caller: hash, number })
    }
}

/// A caller's place on a connection; a slot is free again when this is dropped.
struct Seat<'a> {
    place: &'a Place,
    audience: Audience,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if let Audience::Slot { caller, number } = &self.audience {
            let mut slots = self.place.slots.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(used) = slots.get_mut(caller) {
                used.remove(number);
                if used.is_empty() {
                    slots.remove(caller);
                }
            }
        }
    }
}

fn refused(server: &Server, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Open { retry_after } => {
            let retry_after_ms = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX).max(1);
            unavailable(server, "it failed several times in a row and is left alone for a while")
                .data(serde_json::json!({ "reason": "circuit_open", "retry_after_ms": retry_after_ms }))
        }
        Refusal::Full => unavailable(server, "too many calls of it are under way and waiting")
            .data(serde_json::json!({ "reason": "too_many_calls", "retry_after_ms": 1000 })),
    }
}

/// Requests that are under way keep their handle and finish or fail by themselves.
fn close_later(upstream: Arc<dyn Upstream>) {
    tokio::spawn(async move { upstream.close_if_idle(Duration::ZERO).await });
}
