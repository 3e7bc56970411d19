//! A server on the older HTTP+SSE transport (MCP 2024-11-05): one stream with everything it says, whose first event
//! names the address that everything said to it is posted to.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request as HttpRequest, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming as Body;
use tokio::sync::{Mutex, oneshot};
use tokio::task::AbortHandle;

use super::events::Events;
use super::frame::{self, Era, Incoming};
use super::http::{client, drain, header_map, target};
use super::link::{CancelOnDrop, Link, NoReply, Owner, Patience, Side};
use super::oauth::Sender;
use super::relay::{Caller, Clock};
use super::{Greeting, Reply, Request, Upstream, UpstreamConfig, broke_protocol, subscription, timed_out, unavailable};
use crate::error::{Error, Result};
use crate::model::{RawJson, RawObject, Secret, Server};

/// How long a parting message may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// One server behind one stream.
pub(super) struct SseUpstream(Arc<Inner>);

struct Inner {
    server: Arc<Server>,
    owner: Owner,
    uri: Uri,
    headers: HeaderMap,
    client: Sender,
    max_event_bytes: usize,
    next_id: AtomicU64,
    running: ArcSwapOption<Running>,
    /// Held while a stream is opened, so that it is opened once.
    opening: Mutex<()>,
    /// Resources that somebody subscribed to, and how many.
    subscriptions: SyncMutex<BTreeMap<String, usize>>,
}

/// An open stream whose server answered the handshake.
struct Running {
    wire: Arc<Wire>,
    greeting: Greeting,
    level: SyncMutex<Option<String>>,
    reader: AbortHandle,
}

/// An open stream.
struct Wire {
    endpoint: Uri,
    link: Arc<Link>,
    has_ended: AtomicBool,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.reader.abort();
        self.wire.end();
    }
}

impl Wire {
    fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
        self.link.end_all();
    }
}

impl SseUpstream {
    pub(super) fn new(
        owner: Owner,
        url: &str,
        headers: &BTreeMap<String, Secret>,
        config: &UpstreamConfig,
        tls: &rustls::ClientConfig,
    ) -> Result<Self> {
        let server = Arc::clone(&owner.server);
        Ok(Self(Arc::new(Inner {
            uri: target(&server, url)?,
            headers: header_map(&server.name, headers)?,
            server,
            client: Sender::new(client(config, tls), owner.tokens.clone()),
            owner,
            // Every answer is an event here.
            max_event_bytes: config.max_event_bytes.max(config.max_result_bytes),
            next_id: AtomicU64::new(1),
            running: ArcSwapOption::empty(),
            opening: Mutex::new(()),
            subscriptions: SyncMutex::default(),
        })))
    }
}

impl Inner {
    fn alive(&self) -> Option<Arc<Running>> {
        self.running.load_full().filter(|running| !running.wire.has_ended.load(Ordering::SeqCst))
    }

    async fn running(self: &Arc<Self>, deadline: Instant) -> Result<Arc<Running>> {
        if let Some(running) = self.alive() {
            return Ok(running);
        }
        let _opening = self.within(deadline, self.opening.lock()).await?;
        if let Some(running) = self.alive() {
            return Ok(running);
        }
        let running = Arc::new(self.within(deadline, self.open()).await??);
        self.running.store(Some(Arc::clone(&running)));
        Ok(running)
    }

    async fn open(self: &Arc<Self>) -> Result<Running> {
        let mut request = self.request(Method::GET, self.uri.clone(), Bytes::new());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        let response = self.client.request(request).await;
        let response = response.map_err(|unsent| unsent.at(&self.server))?;
        let status = response.status();
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !status.is_success() || !kind.starts_with("text/event-stream") {
            return Err(unavailable(&self.server, format!("it answered HTTP {status} in place of an event stream"))
                .help("check its URL, often ending in /sse"));
        }
        let (endpoint, body, events) = self.endpoint(response.into_body()).await?;
        let wire = Arc::new(Wire { endpoint, link: Link::new(self.owner.clone()), has_ended: AtomicBool::new(false) });
        let reading = tokio::spawn(read(Arc::clone(self), Arc::clone(&wire), body, events));
        // Stops the reader, should the handshake fail or be given up.
        let mut running = Running {
            wire,
            greeting: Greeting::default(),
            level: SyncMutex::default(),
            reader: reading.abort_handle(),
        };
        let id = self.id();
        let hello = frame::initialize(id, &self.owner.offered());
        let reply = self.ask(&running.wire, id, hello, None).await?;
        running.greeting = frame::accept_initialize(&self.server, &reply)?.1;
        self.post(&running.wire, Bytes::from_static(frame::INITIALIZED.as_bytes())).await?;
        let subscribed: Vec<String> = self.subscriptions().keys().cloned().collect();
        for uri in subscribed {
            let _ = self.simple(&running, "resources/subscribe", &serde_json::json!({ "uri": uri })).await;
        }
        Ok(running)
    }

    /// The address in the first event, which has to be the same server's: what is posted there carries its credential.
    async fn endpoint(&self, mut body: Body) -> Result<(Uri, Body, Events)> {
        let mut events = Events::default();
        while let Some(Ok(frame)) = body.frame().await {
            let Some(data) = frame.data_ref() else { continue };
            events.push(data);
            while let Some(event) = events.next() {
                if !event.is_endpoint {
                    continue;
                }
                let place = event.data.and_then(|data| String::from_utf8(data.to_vec()).ok()).unwrap_or_default();
                let base = url::Url::parse(&self.uri.to_string()).ok();
                let joined = base.as_ref().and_then(|base| base.join(&place).ok());
                let own = joined.filter(|url| base.as_ref().is_some_and(|base| base.origin() == url.origin()));
                let uri = own.and_then(|url| url.as_str().parse().ok());
                let uri = uri.ok_or_else(|| broke_protocol(&self.server, "it wants messages posted elsewhere"))?;
                return Ok((uri, body, events));
            }
            if events.pending() > self.max_event_bytes {
                break;
            }
        }
        Err(broke_protocol(&self.server, "its stream does not begin with an endpoint"))
    }

    fn id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    fn subscriptions(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, usize>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn request(&self, method: Method, uri: Uri, body: Bytes) -> HttpRequest<Full<Bytes>> {
        let mut request = HttpRequest::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        self.owner.vouch(request.headers_mut());
        request
    }

    async fn post(&self, wire: &Wire, body: Bytes) -> Result<()> {
        let mut request = self.request(Method::POST, wire.endpoint.clone(), body);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let sent = self.client.request(request).await;
        let response = sent.map_err(|unsent| unsent.at(&self.server))?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND {
            // It has forgotten the stream; the next request opens another.
            wire.end();
        }
        if !status.is_success() {
            return Err(unavailable(&self.server, format!("it answered HTTP {status}")));
        }
        drain(response.into_body()).await;
        Ok(())
    }

    async fn ask(&self, wire: &Arc<Wire>, id: u64, frame: Bytes, side: Option<Arc<Side>>) -> Result<Reply> {
        let (sender, receiver) = oneshot::channel();
        let _entered = wire.link.enter(id, Some(sender), side);
        if wire.has_ended.load(Ordering::SeqCst) {
            return Err(unavailable(&self.server, "its stream has ended"));
        }
        self.post(wire, frame).await?;
        match receiver.await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(NoReply::TooLarge)) => {
                Err(broke_protocol(&self.server, format!("an event is larger than {} bytes", self.max_event_bytes)))
            }
            Ok(Err(NoReply::Ended)) | Err(_) => Err(unavailable(&self.server, "its stream has ended")),
        }
    }

    async fn simple(&self, running: &Running, method: &str, params: &serde_json::Value) -> Result<Reply> {
        let own = |error| Error::internal("parameters of our own").source(error);
        let params = RawJson::of(params).map_err(own)?;
        let params: RawObject<'_> = serde_json::from_str(params.as_str()).map_err(own)?;
        let (id, caller) = (self.id(), Caller::plain());
        let frame = frame::request(id, &Request::new(method, &params, &caller, Instant::now()), Era::Legacy);
        self.ask(&running.wire, id, frame, None).await
    }

    async fn set_level(&self, running: &Running, request: &Request<'_>) {
        let Some(level) = &request.caller.log_level else { return };
        if self.owner.is_shared() {
            return;
        }
        let told = running.level.lock().unwrap_or_else(PoisonError::into_inner).replace(level.clone());
        if told.as_ref() != Some(level) && running.greeting.can("logging") {
            let _ = self.simple(running, "logging/setLevel", &serde_json::json!({ "level": level })).await;
        }
    }

    async fn within<T>(&self, deadline: Instant, work: impl Future<Output = T>) -> Result<T> {
        tokio::time::timeout_at(deadline.into(), work).await.map_err(|_| timed_out(&self.server))
    }
}

/// Hands on everything the server says until its stream ends.
async fn read(inner: Arc<Inner>, wire: Arc<Wire>, mut body: Body, mut events: Events) {
    loop {
        while let Some(event) = events.next() {
            let Some(data) = event.data.filter(|_| event.is_message) else { continue };
            match frame::read(&data) {
                Ok(Incoming::Reply(id, reply)) => wire.link.deliver(id, Ok(reply)),
                Ok(Incoming::Request(question)) => {
                    let (inner, answered) = (Arc::clone(&inner), Arc::clone(&wire));
                    wire.link.ask(None, question, move |answer| async move {
                        let _ = inner.post(&answered, answer).await;
                    });
                }
                Ok(Incoming::Notification { method, params }) => {
                    wire.link.notification(None, method, params, Patience::Drops).await;
                }
                Ok(Incoming::Stray(_)) => {}
                Err(why) => tracing::debug!(server.name = %inner.server.name, why, "passed over an event"),
            }
        }
        if events.pending() > inner.max_event_bytes {
            tracing::warn!(server.name = %inner.server.name, "an event of its stream is too large; it is closed");
            break;
        }
        let Some(Ok(frame)) = body.frame().await else { break };
        if let Some(data) = frame.data_ref() {
            events.push(data);
        }
    }
    wire.end();
}

#[async_trait]
impl Upstream for SseUpstream {
    async fn request(&self, request: &Request<'_>) -> Result<Reply> {
        let inner = &self.0;
        let running = inner.running(request.deadline).await?;
        inner.within(request.deadline, inner.set_level(&running, request)).await?;
        let clock = Clock::until(request.deadline);
        let id = inner.id();
        let (parting, wire) = (Arc::clone(inner), Arc::clone(&running.wire));
        let told = CancelOnDrop::new(id, request.caller, move |frame| {
            tokio::spawn(async move { tokio::time::timeout(PATIENCE, parting.post(&wire, frame)).await });
        });
        let asked = inner.ask(&running.wire, id, frame::request(id, request, Era::Legacy), Side::of(request, &clock));
        let reply = tokio::select! {
            biased;
            reply = asked => reply,
            () = clock.is_up() => {
                told.fire();
                return Err(timed_out(&inner.server));
            }
        };
        told.disarm();
        reply
    }

    async fn greet(&self, deadline: Instant) -> Result<Greeting> {
        Ok(self.0.running(deadline).await?.greeting.clone())
    }

    async fn notify(&self, method: &str, params: &RawJson) {
        if let Some(running) = self.0.alive() {
            let told = self.0.post(&running.wire, frame::notification(method, params));
            let _ = tokio::time::timeout(PATIENCE, told).await;
        }
    }

    async fn subscribe(&self, uri: &str, deadline: Instant) -> Result<Reply> {
        let inner = &self.0;
        let running = inner.running(deadline).await?;
        if !subscription::add(&mut inner.subscriptions(), uri) {
            return Ok(Reply::Result(RawJson::empty_object()));
        }
        let params = serde_json::json!({ "uri": uri });
        let asked = inner.within(deadline, inner.simple(&running, "resources/subscribe", &params)).await;
        let asked = asked.and_then(|asked| asked);
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
        let Some(running) = inner.alive() else { return };
        let params = serde_json::json!({ "uri": uri });
        let _ = tokio::time::timeout(PATIENCE, inner.simple(&running, "resources/unsubscribe", &params)).await;
    }

    async fn close_if_idle(&self, idle: Duration) {
        // The stream is the session: it ends when it is closed for good.
        if idle.is_zero() {
            self.0.running.store(None);
        }
    }

    fn is_modern(&self) -> Option<bool> {
        self.0.alive().map(|_| false)
    }

    fn under_way(&self) -> usize {
        self.0.alive().map_or(0, |running| running.wire.link.under_way())
    }
}
