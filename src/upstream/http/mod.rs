//! A server on streamable HTTP, of either era.
//!
//! The era is probed once (MCP versioning: `server/discover` first, `initialize` when that is not
//! understood) and kept with the session. A session the server has forgotten (404) is opened anew and the
//! request sent again; nothing else is ever sent twice.

mod exchange;
mod watch;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming as Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tokio::sync::{Mutex, Notify};

use super::address::PolicyResolver;
use super::frame::{self, Era};
use super::link::{CancelOnDrop, Entered, Link, Owner, Side};
use super::oauth::Sender;
use super::relay::{Caller, Clock};
use super::{Greeting, Reply, Request, Upstream, UpstreamConfig, subscription, timed_out, unavailable};
use crate::breaker::Pace;
use crate::error::{Error, Kind, Result};
use crate::model::{RawJson, RawObject, Secret, Server, ServerName};
use crate::telemetry::traces::TRACEPARENT;

use exchange::Failure;

pub(super) type Connector = HttpsConnector<HttpConnector<PolicyResolver>>;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the first request of a connection waits for the stream beside it.
const STREAM_PATIENCE: Duration = Duration::from_millis(250);
/// How long a message that wants no answer may take.
const POST_DEADLINE: Duration = Duration::from_secs(10);
/// What is read of an answer that says nothing, so that its connection can be used again.
const DRAINED_BYTES: usize = 64 * 1024;
const DRAIN_DEADLINE: Duration = Duration::from_secs(1);
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const TRACE: HeaderName = HeaderName::from_static(TRACEPARENT);
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// One server behind one URL.
pub(super) struct HttpUpstream(Arc<Inner>);

struct Inner {
    /// For tasks that must not keep it.
    me: Weak<Self>,
    server: Arc<Server>,
    link: Arc<Link>,
    uri: Uri,
    headers: HeaderMap,
    client: Sender,
    pace: Arc<Pace>,
    max_result_bytes: usize,
    max_event_bytes: usize,
    next_id: AtomicU64,
    session: ArcSwapOption<Session>,
    /// Held while a session is opened, so that it is opened once.
    opening: Mutex<()>,
    /// Resources that somebody subscribed to, and how many.
    subscriptions: SyncMutex<BTreeMap<String, usize>>,
    /// Woken when `subscriptions` has changed.
    resubscribe: Notify,
}

struct Session {
    era: Era,
    version: HeaderValue,
    id: Option<HeaderValue>,
    greeting: Greeting,
    /// The log level the server was told.
    level: SyncMutex<Option<String>>,
    /// Ends with the session.
    watcher: SyncMutex<Option<watch::Watcher>>,
}

impl Session {
    fn new(era: Era, version: HeaderValue, id: Option<HeaderValue>, greeting: Greeting) -> Self {
        Self { era, version, id, greeting, level: SyncMutex::default(), watcher: SyncMutex::default() }
    }

    /// What every request in the session carries.
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(VERSION, self.version.clone());
        if let Some(id) = &self.id {
            headers.insert(SESSION, id.clone());
        }
        headers
    }
}

/// A client that keeps its connections, to addresses that the policy allows.
pub(super) fn client(config: &UpstreamConfig, tls: &ClientConfig) -> Client<Connector, Full<Bytes>> {
    let mut tcp = HttpConnector::new_with_resolver(PolicyResolver { allow_private: config.allow_private_networks });
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http().enable_http1().wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(64)
        .build(connector)
}

/// The URL as a request wants it.
pub(super) fn target(server: &Server, url: &str) -> Result<Uri> {
    let unusable = || Error::invalid(format!("server `{}`: the URL cannot be used", server.name));
    // By way of `Url`, which writes names outside ASCII as the network wants them.
    url::Url::parse(url).ok().and_then(|url| url.as_str().parse().ok()).ok_or_else(unusable)
}

impl HttpUpstream {
    pub(super) fn new(
        owner: Owner,
        url: &str,
        headers: &BTreeMap<String, Secret>,
        config: &UpstreamConfig,
        tls: &ClientConfig,
        pace: &Arc<Pace>,
    ) -> Result<Self> {
        let server = Arc::clone(&owner.server);
        let (uri, headers) = (target(&server, url)?, header_map(&server.name, headers)?);
        Ok(Self(Arc::new_cyclic(|me| Inner {
            me: me.clone(),
            uri,
            headers,
            server,
            client: Sender::new(client(config, tls), owner.tokens.clone()),
            link: Link::new(owner),
            pace: Arc::clone(pace),
            max_result_bytes: config.max_result_bytes,
            max_event_bytes: config.max_event_bytes,
            next_id: AtomicU64::new(1),
            session: ArcSwapOption::empty(),
            opening: Mutex::new(()),
            subscriptions: SyncMutex::default(),
            resubscribe: Notify::new(),
        })))
    }
}

impl Inner {
    async fn session(self: &Arc<Self>, deadline: Instant) -> Result<Arc<Session>> {
        if let Some(session) = self.session.load_full() {
            return Ok(session);
        }
        let _opening = within(&self.server, deadline, self.opening.lock()).await?;
        if let Some(session) = self.session.load_full() {
            return Ok(session);
        }
        let session = Arc::new(within(&self.server, deadline, self.open()).await??);
        if self.link.owner.events.is_some() {
            let mut watcher = watch::start(self, &session);
            // What a server says at once would be lost, had it nowhere to say it.
            if let Some(watcher) = watcher.as_mut().filter(|_| !self.link.owner.is_shared()) {
                let _ = tokio::time::timeout(STREAM_PATIENCE, watcher.ready()).await;
            }
            *session.watcher.lock().unwrap_or_else(PoisonError::into_inner) = watcher;
        }
        self.session.store(Some(Arc::clone(&session)));
        Ok(session)
    }

    /// Lets go of a session that the server has forgotten, unless somebody has opened a newer one meanwhile.
    fn forget(&self, session: &Arc<Session>) {
        self.session.rcu(|now| now.clone().filter(|now| !Arc::ptr_eq(now, session)));
    }

    /// Probes the era and opens a session. A session's own connection speaks the session's era, if the server has it:
    /// then nothing has to be bridged.
    async fn open(&self) -> Result<Session> {
        if self.link.owner.prefers_sessions() {
            return match self.handshake().await {
                Ok(session) => Ok(session),
                Err(error) => self.discover().await?.ok_or(error),
            };
        }
        match self.discover().await? {
            Some(session) => Ok(session),
            None => self.handshake().await,
        }
    }

    /// Opens a session of the session era.
    async fn handshake(&self) -> Result<Session> {
        let id = self.id();
        let hello = frame::initialize(id, &self.link.owner.offered());
        let answer = self.exchange(id, hello, &HeaderMap::new()).await;
        let answer = answer.map_err(|failure| self.failed(failure))?;
        let (protocol, greeting) = frame::accept_initialize(&self.server, &answer.reply)?;
        let session = Session::new(Era::Legacy, HeaderValue::from_static(protocol), answer.session, greeting);
        self.notify(&session, Bytes::from_static(frame::INITIALIZED.as_bytes())).await;
        let subscribed: Vec<String> = self.subscriptions().keys().cloned().collect();
        for uri in subscribed {
            let _ = self.subscribe_in(&session, "resources/subscribe", &uri).await;
        }
        Ok(session)
    }

    /// `None` when the server is of the session era.
    async fn discover(&self) -> Result<Option<Session>> {
        match self.ask_to_discover().await {
            Ok(Reply::Result(result)) => {
                let version = HeaderValue::from_static(frame::MODERN);
                let session = |greeting| Session::new(Era::Modern, version, None, greeting);
                Ok(frame::accept_discover(&result).map(session))
            }
            // Credentials and absence are no verdict on the era; anything else a server says is.
            Err(Failure::Status(status)) if matches!(status.as_u16(), 401 | 403) || status.is_server_error() => {
                Err(self.status(status))
            }
            Err(Failure::Final(error)) if error.kind() != Kind::UpstreamError => Err(error),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// `server/discover`; once more where the server refuses the revision and then names it among its own.
    async fn ask_to_discover(&self) -> Result<Reply, Failure> {
        let (params, caller) = (RawObject::default(), Caller::plain());
        let request = Request::new("server/discover", &params, &caller, Instant::now());
        let mut headers = HeaderMap::new();
        headers.insert(VERSION, HeaderValue::from_static(frame::MODERN));
        headers.insert(METHOD, HeaderValue::from_static("server/discover"));
        let mut is_again = false;
        loop {
            let id = self.id();
            let reply = self.exchange(id, frame::request(id, &request, Era::Modern), &headers).await?.reply;
            match &reply {
                Reply::Error(error) if !is_again && frame::offers_modern(error) => is_again = true,
                _ => return Ok(reply),
            }
        }
    }

    fn id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    fn subscriptions(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, usize>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, id: u64, session: &Session, request: &Request<'_>) -> Result<exchange::Answer, Failure> {
        let mut headers = session.headers();
        let traceparent = frame::traceparent(request);
        if let Some(value) = traceparent.as_ref().and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(TRACE, value);
        }
        if session.era == Era::Modern {
            let invalid = |_| Failure::Final(Error::internal("a method that is no header value"));
            headers.insert(METHOD, HeaderValue::from_str(request.method).map_err(invalid)?);
            if let Some(target) = &request.target {
                headers.insert(NAME, header_text(target.value));
            }
            repeat_params(&mut headers, request);
        }
        // A client of the session era that named no level gets what the server likes to say; a modern server says
        // nothing unless it is asked.
        let unnamed = request.caller.session.as_ref().map(|_| "debug");
        let log_level = request.caller.log_level.as_deref().or(unnamed);
        self.exchange(id, frame::request_with(id, request, session.era, log_level, traceparent.as_deref()), &headers)
            .await
    }

    /// Tells a server of the session era how much log the owner of this connection wants.
    async fn set_level(&self, session: &Session, request: &Request<'_>) {
        let Some(level) = &request.caller.log_level else { return };
        if session.era == Era::Modern || self.link.owner.is_shared() {
            return;
        }
        let told = session.level.lock().unwrap_or_else(PoisonError::into_inner).replace(level.clone());
        if told.as_ref() == Some(level) || !session.greeting.can("logging") {
            return;
        }
        let Ok(params) = RawJson::of(&serde_json::json!({ "level": level })) else { return };
        let _ = self.simple(session, "logging/setLevel", &params).await;
    }

    /// A request of the gateway's own with these parameters.
    async fn simple(&self, session: &Session, method: &str, params: &RawJson) -> Result<Reply, Failure> {
        let broken = |error| Failure::Final(Error::internal("parameters of our own").source(error));
        let params = serde_json::from_str(params.as_str()).map_err(broken)?;
        let caller = Caller::plain();
        let request = Request::new(method, &params, &caller, Instant::now());
        Ok(self.send(self.id(), session, &request).await?.reply)
    }

    async fn subscribe_in(&self, session: &Session, method: &str, uri: &str) -> Result<Reply, Failure> {
        let params = RawJson::of(&serde_json::json!({ "uri": uri }));
        let params = params.map_err(|error| Failure::Final(Error::internal("write a URI").source(error)))?;
        self.simple(session, method, &params).await
    }

    async fn notify(&self, session: &Session, body: Bytes) {
        self.post_only(body, &session.headers()).await;
    }

    /// A message without an answer; a server that is gone says so at the next request.
    async fn post_only(&self, body: Bytes, headers: &HeaderMap) {
        let sent = tokio::time::timeout(POST_DEADLINE, self.client.request(self.post(body, headers))).await;
        if let Ok(Ok(response)) = sent {
            drain(response.into_body()).await;
        }
    }

    fn enter(&self, id: u64, side: Option<&Arc<Side>>) -> Option<Entered> {
        side.map(|side| self.link.enter(id, None, Some(Arc::clone(side))))
    }
}

#[async_trait]
impl Upstream for HttpUpstream {
    async fn request(&self, request: &Request<'_>) -> Result<Reply> {
        let inner = &self.0;
        let clock = Clock::until(request.deadline);
        let side = Side::of(request, &clock);
        let mut fresh = false;
        loop {
            let session = inner.session(request.deadline).await?;
            within(&inner.server, request.deadline, inner.set_level(&session, request)).await?;
            let id = inner.id();
            let _entered = inner.enter(id, side.as_ref());
            // A modern server sees its stream close; an older one has to be told.
            let told = (session.era == Era::Legacy).then(|| {
                let (inner, headers) = (Arc::clone(inner), session.headers());
                CancelOnDrop::new(id, request.caller, move |frame| {
                    tokio::spawn(async move { inner.post_only(frame, &headers).await });
                })
            });
            let sent = tokio::select! {
                biased;
                sent = inner.send(id, &session, request) => sent,
                () = clock.is_up() => {
                    if let Some(told) = told {
                        told.fire();
                    }
                    return Err(timed_out(&inner.server));
                }
            };
            if let Some(told) = told {
                told.disarm();
            }
            match sent {
                Ok(answer) => return Ok(answer.reply),
                Err(Failure::SessionGone) if !fresh => {
                    fresh = true;
                    inner.forget(&session);
                }
                Err(failure) => return Err(inner.failed(failure)),
            }
        }
    }

    async fn greet(&self, deadline: Instant) -> Result<Greeting> {
        Ok(self.0.session(deadline).await?.greeting.clone())
    }

    async fn notify(&self, method: &str, params: &RawJson) {
        // A connection that is not open has nothing to be told.
        let Some(session) = self.0.session.load_full().filter(|session| session.era == Era::Legacy) else { return };
        self.0.notify(&session, frame::notification(method, params)).await;
    }

    async fn subscribe(&self, uri: &str, deadline: Instant) -> Result<Reply> {
        let inner = &self.0;
        let session = inner.session(deadline).await?;
        let is_first = subscription::add(&mut inner.subscriptions(), uri);
        if session.era == Era::Modern {
            inner.resubscribe.notify_one();
            return Ok(Reply::Result(RawJson::empty_object()));
        }
        if !is_first {
            return Ok(Reply::Result(RawJson::empty_object()));
        }
        let asked = within(&inner.server, deadline, inner.subscribe_in(&session, "resources/subscribe", uri)).await;
        let asked = asked.and_then(|asked| asked.map_err(|failure| inner.failed(failure)));
        if !matches!(asked, Ok(Reply::Result(_))) {
            subscription::remove(&mut inner.subscriptions(), uri);
        }
        asked
    }

    async fn unsubscribe(&self, uri: &str) {
        let inner = &self.0;
        if !subscription::remove(&mut inner.subscriptions(), uri) {
            return;
        }
        inner.resubscribe.notify_one();
        let Some(session) = inner.session.load_full().filter(|session| session.era == Era::Legacy) else { return };
        let asked = inner.subscribe_in(&session, "resources/unsubscribe", uri);
        let _ = tokio::time::timeout(CONNECT_TIMEOUT, asked).await;
    }

    async fn close_if_idle(&self, idle: Duration) {
        // Idle connections close themselves; a session is only ended for good.
        if !idle.is_zero() {
            return;
        }
        let Some(session) = self.0.session.swap(None) else { return };
        if session.id.is_some() {
            let mut request = self.0.post(Bytes::new(), &session.headers());
            *request.method_mut() = Method::DELETE;
            let _ = tokio::time::timeout(Duration::from_secs(1), self.0.client.request(request)).await;
        }
    }

    fn is_modern(&self) -> Option<bool> {
        self.0.session.load_full().map(|session| session.era == Era::Modern)
    }

    fn under_way(&self) -> usize {
        self.0.link.under_way()
    }
}

impl Inner {
    fn failed(&self, failure: Failure) -> Error {
        match failure {
            Failure::SessionGone => self.status(StatusCode::NOT_FOUND),
            Failure::Status(status) => self.status(status),
            Failure::Final(error) => error,
        }
    }

    fn status(&self, status: StatusCode) -> Error {
        let error = unavailable(&self.server, format!("it answered HTTP {status}"));
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                error.help("give its credential with `--header Authorization=…` when adding the server")
            }
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                error.help("check the path of its URL, often /mcp; one that ends in /sse is added with `--sse`")
            }
            _ => error,
        }
    }
}

/// Reads what nobody wants to the end, so that its connection can be used again; one that does not end is given up.
pub(super) async fn drain(mut body: Body) {
    let mut left = DRAINED_BYTES;
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return };
            left = rest;
        }
    };
    let _ = tokio::time::timeout(DRAIN_DEADLINE, read).await;
}

/// The configured headers of a server.
pub(super) fn header_map(server: &ServerName, headers: &BTreeMap<String, Secret>) -> Result<HeaderMap> {
    let mut map = HeaderMap::with_capacity(headers.len() + 8);
    for (name, value) in headers {
        let parsed = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value.expose()).ok());
        let Some((name, mut value)) = parsed else {
            return Err(Error::invalid(format!("server `{server}`: header `{name}` is not a valid header")));
        };
        value.set_sensitive(true);
        map.insert(name, value);
    }
    Ok(map)
}

/// Arguments that their schema wants as headers too.
fn repeat_params(headers: &mut HeaderMap, request: &Request<'_>) {
    if request.param_headers.is_empty() {
        return;
    }
    let Ok(Some(arguments)) = request.params.read::<serde_json::Value>("arguments") else { return };
    for each in request.param_headers {
        let name = HeaderName::from_bytes(format!("mcp-param-{}", each.header).as_bytes());
        if let (Ok(name), Some(text)) = (name, each.text(&arguments)) {
            headers.insert(name, header_text(&text));
        }
    }
}

/// Text outside visible ASCII travels as `=?base64?…?=` (MCP 2026-07-28, SEP-2243), and so does text that looks like
/// that.
fn header_text(text: &str) -> HeaderValue {
    use base64::Engine as _;
    let looks_encoded = text.starts_with("=?base64?") && text.ends_with("?=");
    let plain = !looks_encoded && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) && text.trim() == text;
    let encoded = || format!("=?base64?{}?=", base64::engine::general_purpose::STANDARD.encode(text));
    let shown = if plain { text.to_owned() } else { encoded() };
    HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static(""))
}

async fn within<T>(server: &Server, deadline: Instant, work: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout_at(deadline.into(), work).await.map_err(|_| timed_out(server))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_outside_ascii_are_encoded() {
        assert_eq!(header_text("find_order"), "find_order");
        assert_eq!(header_text("größe"), "=?base64?Z3LDtsOfZQ==?=");
        assert_eq!(header_text("=?base64?eA==?="), "=?base64?PT9iYXNlNjQ/ZUE9PT89?=");
    }
}
