//! A server on streamable HTTP, of either era.
//!
//! The era is probed once (MCP versioning: `server/discover` first, `initialize` when that is not
//! understood) and kept with the session. A session the server has forgotten (404) is opened anew and the
//! request sent again; nothing else is ever sent twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request as HttpRequest, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming as Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Mutex;

use super::address::PolicyResolver;
use super::frame::{self, Era, Incoming};
use super::{
    Greeting, Reply, Request, Upstream, UpstreamConfig, answer_too_large, broke_protocol, timed_out, unavailable,
};
use crate::error::{Error, Result};
use crate::model::{RawObject, Secret, Server, ServerName};

type Connector = HttpsConnector<HttpConnector<PolicyResolver>>;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// One server behind one URL.
pub(super) struct HttpUpstream {
    server: Arc<Server>,
    uri: Uri,
    headers: HeaderMap,
    client: Client<Connector, Full<Bytes>>,
    max_result_bytes: usize,
    max_event_bytes: usize,
    next_id: AtomicU64,
    session: ArcSwapOption<Session>,
    /// Held while a session is opened, so that it is opened once.
    opening: Mutex<()>,
}

struct Session {
    era: Era,
    version: HeaderValue,
    id: Option<HeaderValue>,
    greeting: Greeting,
}

impl Session {
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

/// TLS with the system's certificates. A system without any can still reach plain HTTP servers.
pub(super) fn tls_config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        tracing::warn!(
            "the system has no certificate authorities; servers on https cannot be verified and will be refused"
        );
    }
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

/// How an exchange failed short of an answer.
enum Failure {
    /// The server knows no such session.
    SessionGone,
    /// An HTTP status without a JSON-RPC body.
    Status(StatusCode),
    /// Everything that is final.
    Final(Error),
}

/// An answer with the headers it came with.
struct Answer {
    reply: Reply,
    session: Option<HeaderValue>,
}

impl HttpUpstream {
    pub(super) fn new(
        server: Arc<Server>,
        url: &str,
        headers: &BTreeMap<String, Secret>,
        config: &UpstreamConfig,
        tls: &ClientConfig,
    ) -> Result<Self> {
        let unusable = || Error::invalid(format!("server `{}`: the URL cannot be used", server.name));
        // By way of `Url`, which writes names outside ASCII as the network wants them.
        let uri = url::Url::parse(url).ok().and_then(|url| url.as_str().parse().ok()).ok_or_else(unusable)?;
        let mut tcp = HttpConnector::new_with_resolver(PolicyResolver { allow_private: config.allow_private_networks });
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(64)
            .build(connector);
        Ok(Self {
            headers: header_map(&server.name, headers)?,
            server,
            uri,
            client,
            max_result_bytes: config.max_result_bytes,
            max_event_bytes: config.max_event_bytes,
            next_id: AtomicU64::new(1),
            session: ArcSwapOption::empty(),
            opening: Mutex::new(()),
        })
    }

    async fn session(&self, deadline: Instant) -> Result<Arc<Session>> {
        if let Some(session) = self.session.load_full() {
            return Ok(session);
        }
        let _opening = within(&self.server, deadline, self.opening.lock()).await?;
        if let Some(session) = self.session.load_full() {
            return Ok(session);
        }
        let session = Arc::new(within(&self.server, deadline, self.open()).await??);
        self.session.store(Some(Arc::clone(&session)));
        Ok(session)
    }

    /// Probes the era and opens a session.
    async fn open(&self) -> Result<Session> {
        if let Some(session) = self.discover().await? {
            return Ok(session);
        }
        let id = self.id();
        let answer = self.exchange(id, frame::initialize(id), &HeaderMap::new()).await;
        let answer = answer.map_err(|failure| self.failed(failure))?;
        let (protocol, greeting) = frame::accept_initialize(&self.server, &answer.reply)?;
        let version = HeaderValue::from_static(protocol);
        let session = Session { era: Era::Legacy, version, id: answer.session, greeting };
        self.notify(&session, Bytes::from_static(frame::INITIALIZED.as_bytes())).await;
        Ok(session)
    }

    /// `None` when the server is of the session era.
    async fn discover(&self) -> Result<Option<Session>> {
        let params = RawObject::default();
        let request = Request { method: "server/discover", params: &params, name: None, deadline: Instant::now() };
        let id = self.id();
        let version = HeaderValue::from_static(frame::MODERN);
        let mut headers = HeaderMap::new();
        headers.insert(VERSION, version.clone());
        headers.insert(METHOD, HeaderValue::from_static("server/discover"));
        match self.exchange(id, frame::request(id, &request, Era::Modern), &headers).await {
            Ok(Answer { reply: Reply::Result(result), .. }) => {
                let session = |greeting| Session { era: Era::Modern, version, id: None, greeting };
                Ok(frame::accept_discover(&result).map(session))
            }
            // Credentials and absence are no verdict on the era; anything else a server says is.
            Err(Failure::Status(status)) if matches!(status.as_u16(), 401 | 403) || status.is_server_error() => {
                Err(self.status(status))
            }
            Err(Failure::Final(error)) if error.kind() != crate::error::Kind::UpstreamError => Err(error),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    fn id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    async fn send(&self, session: &Session, request: &Request<'_>) -> Result<Answer, Failure> {
        let mut headers = session.headers();
        if session.era == Era::Modern {
            let invalid = |_| Failure::Final(Error::internal("a method that is no header value"));
            headers.insert(METHOD, HeaderValue::from_str(request.method).map_err(invalid)?);
            if let Some(name) = request.name {
                headers.insert(NAME, header_text(name));
            }
        }
        let id = self.id();
        self.exchange(id, frame::request(id, request, session.era), &headers).await
    }

    /// One POST, up to the answer to `id`.
    async fn exchange(&self, id: u64, body: Bytes, headers: &HeaderMap) -> Result<Answer, Failure> {
        let response = self.client.request(self.post(body, headers)).await.map_err(|error| {
            let cause = innermost(&error);
            Failure::Final(unavailable(&self.server, cause))
        })?;
        let status = response.status();
        let session = response.headers().get(SESSION).cloned();
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (json, stream) = (kind.starts_with("application/json"), kind.starts_with("text/event-stream"));
        if status == StatusCode::NOT_FOUND && headers.contains_key(SESSION) {
            return Err(Failure::SessionGone);
        }
        let reply = if json {
            self.read_whole(id, status, response.into_body(), headers.contains_key(SESSION)).await
        } else if stream && status.is_success() {
            self.read_stream(id, response.into_body(), headers).await
        } else if status.is_success() {
            let what = if kind.is_empty() { "nothing" } else { "neither JSON nor an event stream" };
            Err(Failure::Final(broke_protocol(&self.server, format!("it answered {what} (HTTP {status})"))))
        } else {
            Err(Failure::Status(status))
        };
        Ok(Answer { reply: reply?, session })
    }

    fn post(&self, body: Bytes, headers: &HeaderMap) -> HttpRequest<Full<Bytes>> {
        let mut request = HttpRequest::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let all = request.headers_mut();
        *all = self.headers.clone();
        all.extend(headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        all.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        request
    }

    async fn read_whole(
        &self,
        id: u64,
        status: StatusCode,
        mut body: Body,
        in_session: bool,
    ) -> Result<Reply, Failure> {
        let mut buffer = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::Final(self.cut(error)))?;
            if let Some(data) = frame.data_ref() {
                if buffer.len() + data.len() > self.max_result_bytes {
                    return Err(Failure::Final(answer_too_large(&self.server, self.max_result_bytes)));
                }
                buffer.extend_from_slice(data);
            }
        }
        match frame::read(&buffer.freeze()) {
            _ if matches!(status.as_u16(), 401 | 403) => Err(Failure::Status(status)),
            Ok(Incoming::Reply(answered, reply)) if answered == id => Ok(reply),
            // How the TypeScript SDK says that it knows no such session.
            Ok(Incoming::Stray(Some(_))) if status == StatusCode::BAD_REQUEST && in_session => {
                Err(Failure::SessionGone)
            }
            Ok(Incoming::Stray(Some(error))) if status.is_success() => Ok(Reply::Error(error)),
            Ok(_) if !status.is_success() => Err(Failure::Status(status)),
            Ok(_) => Err(Failure::Final(broke_protocol(&self.server, "its answer is not to our request"))),
            Err(_) if !status.is_success() => Err(Failure::Status(status)),
            Err(why) => Err(Failure::Final(broke_protocol(&self.server, why))),
        }
    }

    /// Reads a stream until it holds the answer. What comes before it is not for this caller to see yet.
    async fn read_stream(&self, id: u64, mut body: Body, headers: &HeaderMap) -> Result<Reply, Failure> {
        let mut events = Events::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::Final(self.cut(error)))?;
            let Some(data) = frame.data_ref() else { continue };
            events.push(data);
            while let Some(event) = events.next() {
                match frame::read(&event).map_err(|why| Failure::Final(broke_protocol(&self.server, why)))? {
                    Incoming::Reply(answered, reply) if answered == id => return Ok(reply),
                    Incoming::Stray(Some(error)) => return Ok(Reply::Error(error)),
                    Incoming::Request { method, answer } => {
                        tracing::debug!(server.name = %self.server.name, method, "answered a request of the server");
                        let _ = self.client.request(self.post(answer, headers)).await;
                    }
                    Incoming::Reply(..) | Incoming::Notification | Incoming::Stray(None) => {}
                }
            }
            if events.pending() > self.max_event_bytes {
                let limit = self.max_event_bytes;
                return Err(Failure::Final(
                    broke_protocol(&self.server, format!("an event of its stream is larger than {limit} bytes"))
                        .help("raise MAX_SSE_EVENT_BYTES if that is what you want"),
                ));
            }
        }
        Err(Failure::Final(unavailable(&self.server, "its stream ended without the answer")))
    }

    async fn notify(&self, session: &Session, body: Bytes) {
        // A notification has no answer; a server that is gone says so at the next request.
        if let Ok(response) = self.client.request(self.post(body, &session.headers())).await {
            let _ = response.into_body().collect().await;
        }
    }

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
                error.help("check the path of its URL, often /mcp")
            }
            _ => error,
        }
    }

    fn cut(&self, error: hyper::Error) -> Error {
        unavailable(&self.server, format!("its answer broke off: {error}"))
    }
}

#[async_trait]
impl Upstream for HttpUpstream {
    async fn request(&self, request: &Request<'_>) -> Result<Reply> {
        let mut fresh = false;
        loop {
            let session = self.session(request.deadline).await?;
            match within(&self.server, request.deadline, self.send(&session, request)).await? {
                Ok(answer) => return Ok(answer.reply),
                Err(Failure::SessionGone) if !fresh => {
                    fresh = true;
                    // Only if nobody else has opened a newer one meanwhile.
                    self.session.rcu(|now| now.clone().filter(|now| !Arc::ptr_eq(now, &session)));
                }
                Err(failure) => return Err(self.failed(failure)),
            }
        }
    }

    async fn greet(&self, deadline: Instant) -> Result<Greeting> {
        Ok(self.session(deadline).await?.greeting.clone())
    }

    async fn close_if_idle(&self, idle: Duration) {
        // Idle connections close themselves; a session is only ended for good.
        if !idle.is_zero() {
            return;
        }
        let Some(session) = self.session.swap(None) else { return };
        if session.id.is_some() {
            let mut request = self.post(Bytes::new(), &session.headers());
            *request.method_mut() = Method::DELETE;
            let _ = tokio::time::timeout(Duration::from_secs(1), self.client.request(request)).await;
        }
    }
}

/// Splits an event stream (WHATWG HTML, “Server-sent events”) into the data of its events.
#[derive(Default)]
struct Events {
    buffer: BytesMut,
    /// Bytes of `buffer` that hold no end of an event.
    searched: usize,
}

impl Events {
    fn push(&mut self, data: &[u8]) {
        self.buffer.extend_from_slice(data);
    }

    fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// The data of the next whole event that has any.
    fn next(&mut self) -> Option<Bytes> {
        loop {
            let start = self.searched.saturating_sub(3);
            let Some((end, length)) = blank_line(self.buffer.get(start..)?) else {
                self.searched = self.buffer.len();
                return None;
            };
            let event = self.buffer.split_to(start + end + length).freeze();
            self.searched = 0;
            if let Some(data) = event_data(&event) {
                return Some(data);
            }
        }
    }
}

/// Where the first blank line starts, and the length of the line ends around it.
fn blank_line(buffer: &[u8]) -> Option<(usize, usize)> {
    const ENDS: [&[u8]; 4] = [b"\r\n\r\n", b"\n\n", b"\r\r", b"\n\r\n"];
    for (at, byte) in buffer.iter().enumerate() {
        if !matches!(byte, b'\n' | b'\r') {
            continue;
        }
        let rest = buffer.get(at..)?;
        if let Some(end) = ENDS.iter().find(|end| rest.starts_with(end)) {
            return Some((at, end.len()));
        }
    }
    None
}

/// The data of an event of type `message`, which is also what an event without a type is.
fn event_data(event: &Bytes) -> Option<Bytes> {
    let fields = |wanted: &'static [u8]| {
        event.split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(move |line| {
            let value = line.strip_prefix(wanted)?;
            match value.strip_prefix(b":") {
                Some(value) => Some(value.strip_prefix(b" ").unwrap_or(value)),
                None => value.is_empty().then_some(value),
            }
        })
    };
    if fields(b"event").next_back().is_some_and(|kind| !kind.is_empty() && kind != b"message") {
        return None;
    }
    let mut lines = fields(b"data");
    let first = lines.next()?;
    match lines.next() {
        None if first.is_empty() => None,
        None => Some(event.slice_ref(first)),
        Some(second) => {
            let mut joined = first.to_vec();
            for line in std::iter::once(second).chain(lines) {
                joined.push(b'\n');
                joined.extend_from_slice(line);
            }
            Some(joined.into())
        }
    }
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

/// `Mcp-Name` carries text outside visible ASCII as `=?base64?…?=` (MCP 2026-07-28, SEP-2243).
fn header_text(text: &str) -> HeaderValue {
    use base64::Engine as _;
    let plain = text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) && text.trim() == text;
    let encoded = || format!("=?base64?{}?=", base64::engine::general_purpose::STANDARD.encode(text));
    let shown = if plain { text.to_owned() } else { encoded() };
    HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static(""))
}

async fn within<T>(server: &Server, deadline: Instant, work: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout_at(deadline.into(), work).await.map_err(|_| timed_out(server))
}

fn innermost(error: &hyper_util::client::legacy::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(chunks: &[&str]) -> Vec<String> {
        let mut events = Events::default();
        let mut found = Vec::new();
        for chunk in chunks {
            events.push(chunk.as_bytes());
            while let Some(event) = events.next() {
                found.push(String::from_utf8(event.to_vec()).expect("text"));
            }
        }
        found
    }

    #[test]
    fn events_are_split_wherever_the_bytes_are_cut() {
        let stream = "id: 1\nevent: message\ndata: {\"a\":1}\n\n: keep-alive\n\nevent: ping\ndata: now\n\ndata\n\ndata:x\r\ndata: y\r\n\r\ndata: z\n\n";
        let expected = ["{\"a\":1}", "x\ny", "z"];
        assert_eq!(data(&[stream]), expected);
        for cut in 0..stream.len() {
            let (head, tail) = stream.split_at(cut);
            assert_eq!(data(&[head, tail]), expected, "cut at {cut}");
        }
        let single: Vec<String> = stream.chars().map(String::from).collect();
        assert_eq!(data(&single.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn names_outside_ascii_are_encoded() {
        assert_eq!(header_text("find_order"), "find_order");
        assert_eq!(header_text("größe"), "=?base64?Z3LDtsOfZQ==?=");
    }
}
