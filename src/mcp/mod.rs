//! The protocol face: JSON-RPC in, gateway calls out. Knows HTTP's statuses and header names, but no server.
//!
//! [`frame`](self) reads the envelope once; [`Face::rpc`] serves plain JSON-RPC, [`Face::mcp`] serves MCP of
//! both eras on one endpoint (the era is chosen by how the client opens, MCP “Versioning”), [`Line`] serves both over a
//! connection that carries messages in both directions.

mod discovery;
mod duplex;
mod error;
mod frame;
mod input;
mod legacy;
mod listen;
mod methods;
mod modern;
mod rpc;
mod session;
mod waiting;

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, StatusCode};
use serde_json::value::RawValue;
use tokio::sync::{mpsc, watch};
use tracing::Instrument as _;

use crate::error::{Error, Kind};
use crate::gateway::{Discovery, Gateway};
use crate::model::{Face as AuditFace, Origin, Principal, RawJson};
use crate::telemetry::traces::{TRACEPARENT, is_traceparent};
use crate::upstream::Reply;

pub use duplex::Line;
pub use error::{Code, error_frame};
pub use frame::{exceeds_depth, id_of, messages_in};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use {frame::fuzz as fuzz_envelope, modern::fuzz as fuzz_request_headers};

/// The stateless revision.
pub const MODERN: &str = "2026-07-28";
/// Session-era revisions, newest first.
pub const LEGACY: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
/// Messages before an answer that wait to be sent.
const FRAMES: usize = 16;

/// A message as a transport hands it over.
#[derive(Clone)]
pub struct Incoming {
    /// Who is calling.
    pub principal: Arc<Principal>,
    /// Id of the request, for errors and logs.
    pub request_id: Arc<str>,
    /// The request's headers; none on a connection.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// `X-MCP-Query`.
    pub query: Option<String>,
    /// What is listed.
    pub listing: Listing,
    /// Whether the client takes anything but the answer.
    pub can_stream: bool,
    /// The connection it came on, where that is not HTTP.
    line: Option<Arc<duplex::Shared>>,
}

impl Incoming {
    /// A message that came by HTTP.
    pub fn http(
        principal: Arc<Principal>,
        request_id: Arc<str>,
        headers: HeaderMap,
        query: Option<String>,
        listing: Listing,
    ) -> Self {
        Self { principal, request_id, headers, body: Bytes::new(), query, listing, can_stream: true, line: None }
    }

    /// The request, for the record of what is executed for it.
    fn origin(&self, face: AuditFace) -> Origin {
        let traceparent = self.header(TRACEPARENT).filter(|value| is_traceparent(value)).map(Into::into);
        Origin { request_id: Arc::clone(&self.request_id), face, actor: None, traceparent }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// JSON-RPC messages, one after the other.
pub type Frames = Pin<Box<dyn Stream<Item = Bytes> + Send>>;

/// What goes back.
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// The id of the session that was opened.
    pub session: Option<String>,
    /// The messages.
    pub body: Body,
}

/// The messages of an answer.
pub enum Body {
    /// None.
    Empty,
    /// One message, or a batch.
    Message(Bytes),
    /// Several, as they come.
    Stream(Frames),
}

impl Answer {
    fn of(status: StatusCode, message: Bytes) -> Self {
        Self { status, session: None, body: Body::Message(message) }
    }

    fn ok(message: Bytes) -> Self {
        Self::of(StatusCode::OK, message)
    }

    fn bad(message: Bytes) -> Self {
        Self::of(StatusCode::BAD_REQUEST, message)
    }

    /// What went wrong with a request. RFC 6750 §3.1 has an HTTP status for what a caller may not do, and clients ask for
    /// more rights when they see it.
    fn failed(id: &RawValue, error: &Error, incoming: &Incoming) -> Self {
        let status = if error.kind() == Kind::Forbidden { StatusCode::FORBIDDEN } else { StatusCode::OK };
        Self::of(status, error::failure(Some(id), error, &incoming.request_id))
    }

    /// A notification or response was taken.
    fn accepted() -> Self {
        Self { status: StatusCode::ACCEPTED, session: None, body: Body::Empty }
    }

    /// There is nothing to say, and no notification was taken.
    fn nothing() -> Self {
        Self { status: StatusCode::OK, session: None, body: Body::Stream(Box::pin(futures_util::stream::empty())) }
    }
}

/// Takes the messages that precede an answer.
type Out = mpsc::Sender<Bytes>;

/// Which catalog an MCP endpoint lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// As configured.
    Configured,
    /// Only the discovery tools.
    Search,
    /// Everything.
    Full,
}

/// Turns frames into use cases.
pub struct Face {
    gateway: Arc<Gateway>,
    max_depth: usize,
    live: session::Live,
    parked: input::Parked,
    waiting: waiting::Waiting,
    /// Set when streams have to end.
    closing: watch::Sender<bool>,
}

impl Face {
    /// A face on `gateway`.
    pub fn new(gateway: Arc<Gateway>) -> Arc<Self> {
        let max_depth = gateway.config().serve.max_json_depth;
        let (live, parked) = (session::Live::default(), input::Parked::default());
        let (waiting, closing) = (waiting::Waiting::default(), watch::Sender::new(false));
        Arc::new(Self { gateway, max_depth, live, parked, waiting, closing })
    }

    /// Records the calls in a message that is refused unheard, because its caller asks too much.
    pub fn refused_unheard(&self, principal: &Principal, request_id: &Arc<str>, face: AuditFace, body: &[u8]) {
        let Ok(raw) = frame::parse(body, self.max_depth) else { return };
        let origin = Origin { request_id: Arc::clone(request_id), face, ..Origin::default() };
        for message in frame::batch(raw).unwrap_or_else(|| vec![raw]).into_iter().take(frame::MAX_BATCH) {
            if let Ok(frame::Message::Request(request)) = frame::read(message)
                && request.method == "tools/call"
            {
                let name: Option<String> = request.params.read("name").ok().flatten();
                self.gateway.record_limited(principal, &name.unwrap_or_default(), &origin);
            }
        }
    }

    /// Ends every stream that would go on for ever.
    pub fn close_streams(&self) {
        self.closing.send_replace(true);
    }

    /// Resolves when streams have to end.
    pub async fn closed(&self) {
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// Ends sessions that were not used for long, and calls whose callers did not come back with what they were asked.
    pub fn sweep(&self) {
        for session in self.live.take_idle(self.gateway.sessions().idle) {
            session::end(&self.gateway, &session);
        }
        self.parked.sweep();
    }

    /// Sessions that are served at the moment.
    pub fn sessions(&self) -> usize {
        self.live.count()
    }

    /// Answers one message of MCP, of either era: with one message, or with a stream where something precedes it.
    pub async fn mcp(self: &Arc<Self>, incoming: Incoming) -> Answer {
        let (out, mut frames) = mpsc::channel(FRAMES);
        if !incoming.can_stream {
            // What precedes the answer is not said.
            frames.close();
        }
        let mut running =
            Running { work: Some(Box::pin(Arc::clone(self).one(incoming, out).in_current_span())), frames, last: None };
        let first = std::future::poll_fn(|context| running.poll(context)).await;
        match first {
            Some(Step::Done(answer)) => answer,
            Some(Step::Frame(frame)) => {
                let first = futures_util::stream::once(std::future::ready(frame));
                let body = Body::Stream(Box::pin(futures_util::StreamExt::chain(first, running)));
                Answer { status: StatusCode::OK, session: None, body }
            }
            None => Answer::nothing(),
        }
    }

    async fn one(self: Arc<Self>, incoming: Incoming, out: Out) -> Answer {
        let raw = match frame::parse(&incoming.body, self.max_depth) {
            Ok(raw) => raw,
            Err(malformed) => return Answer::bad(malformed.frame),
        };
        if raw.get().starts_with('[') {
            return self.legacy_batch(&incoming, raw, &out).await;
        }
        match frame::read(raw) {
            Ok(frame::Message::Request(request)) if modern::is_modern(&incoming, &request) => {
                self.modern(&incoming, &request, &out).instrument(methods::begun(&request)).await
            }
            Ok(frame::Message::Request(request)) => {
                self.legacy(&incoming, &request, &out).instrument(methods::begun(&request)).await
            }
            Ok(message) => self.told(&incoming, message).await,
            Err(malformed) => Answer::bad(malformed.frame),
        }
    }

    /// Whether an MCP endpoint lists the discovery tools in place of the catalog, for this caller.
    async fn lists_discovery(&self, principal: &Principal, listing: Listing) -> crate::error::Result<bool> {
        let config = &self.gateway.config().discovery;
        Ok(match (listing, config.mode) {
            (Listing::Search, _) | (Listing::Configured, Discovery::Search) => true,
            (Listing::Full, _) | (Listing::Configured, Discovery::Full) => false,
            (Listing::Configured, Discovery::Auto) => self.gateway.list_tokens(principal).await? > config.budget_tokens,
        })
    }
}

/// A request under way, and what it has to say before its answer.
struct Running {
    work: Option<Pin<Box<dyn Future<Output = Answer> + Send>>>,
    frames: mpsc::Receiver<Bytes>,
    /// The answer, once everything before it was said.
    last: Option<Bytes>,
}

enum Step {
    Frame(Bytes),
    Done(Answer),
}

impl Running {
    fn poll(&mut self, context: &mut std::task::Context<'_>) -> Poll<Option<Step>> {
        if let Poll::Ready(Some(frame)) = self.frames.poll_recv(context) {
            return Poll::Ready(Some(Step::Frame(frame)));
        }
        let Some(work) = &mut self.work else { return Poll::Ready(None) };
        let Poll::Ready(answer) = work.as_mut().poll(context) else {
            // It may have said something just now; that it will say nothing more is no end.
            return match self.frames.poll_recv(context) {
                Poll::Ready(Some(frame)) => Poll::Ready(Some(Step::Frame(frame))),
                Poll::Ready(None) | Poll::Pending => Poll::Pending,
            };
        };
        self.work = None;
        // What it said last comes before its answer.
        match self.frames.try_recv() {
            Ok(frame) => {
                self.last = match answer.body {
                    Body::Message(message) => Some(message),
                    _ => None,
                };
                Poll::Ready(Some(Step::Frame(frame)))
            }
            Err(_) => Poll::Ready(Some(Step::Done(answer))),
        }
    }
}

impl Stream for Running {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<Option<Bytes>> {
        match self.poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Step::Frame(frame))) => Poll::Ready(Some(frame)),
            Poll::Ready(Some(Step::Done(answer))) => Poll::Ready(match answer.body {
                Body::Message(message) => Some(message),
                _ => None,
            }),
            Poll::Ready(None) => Poll::Ready(self.last.take()),
        }
    }
}

/// A finished request, before it is put into a frame.
type Finished = crate::error::Result<Reply>;

/// A result of ours.
fn result(result: crate::error::Result<RawJson>) -> Finished {
    result.map(Reply::Result)
}
