//! MCP over connections that carry messages in both directions: HTTP+SSE (the older transport), WebSocket, and
//! standard input and output.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{Semaphore, mpsc};

use super::admit::{Caller, admit_batch, too_much};
use super::protocol::{event, event_stream, incoming, whole};
use super::{App, Jobs, error};
use crate::error::{Error, Result};
use crate::gateway::Gateway;
use crate::mcp::{Code, Face, Line, Listing, error_frame, id_of, messages_in};
use crate::model::{Face as AuditFace, Principal};

/// WebSockets at once.
const MOST_SOCKETS: u32 = 100_000;
/// How long a message waits behind others of its stream.
const HEARS: Duration = Duration::from_secs(5);
/// Messages of one connection that wait, in either direction.
const ROOM: usize = 64;

/// The open streams of the older transport, by the id in the address that messages are posted to.
#[derive(Default)]
pub(super) struct Streams(Mutex<HashMap<String, Open>>);

struct Open {
    principal: Arc<Principal>,
    messages: mpsc::Sender<Bytes>,
}

impl Streams {
    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<String, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// WebSockets that are open, which HTTP has lost sight of.
pub(super) struct Sockets(Arc<Semaphore>);

impl Default for Sockets {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_SOCKETS as usize)))
    }
}

impl Sockets {
    /// Until all of them are closed.
    pub(super) async fn closed(&self) {
        let _ = self.0.acquire_many(MOST_SOCKETS).await;
    }
}

/// `GET /sse`: everything said to the client, after the address where it posts.
pub(super) async fn sse(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let incoming = match incoming(&parts.extensions, parts.headers, Listing::Configured) {
        Ok(incoming) => incoming,
        Err(refused) => return *refused,
    };
    let id = uuid::Uuid::new_v4().simple().to_string();
    let (messages, mut posted) = mpsc::channel(ROOM);
    let (out, said) = mpsc::channel(ROOM);
    app.streams.open().insert(id.clone(), Open { principal: Arc::clone(&incoming.principal), messages });
    let caller = parts.extensions.get::<Caller>().cloned();
    let verified = caller.as_ref().map_or(&incoming.principal, |caller| &caller.verified);
    let mut line = Line::new(&app.face, Arc::clone(verified), Listing::Configured, out.clone());
    let (streams, key) = (Arc::clone(&app), id.clone());
    tokio::spawn(async move {
        let expired = async {
            match &caller {
                Some(caller) => caller.expired().await,
                None => std::future::pending().await,
            }
        };
        let ended = async {
            tokio::select! {
                () = out.closed() => false,
                () = streams.face.closed() => true,
                () = expired => false,
            }
        };
        let hearing = async {
            while let Some(message) = posted.recv().await {
                line.receive(message).await;
            }
        };
        let stops = tokio::select! {
            () = hearing => false,
            stops = ended => stops,
        };
        streams.streams.open().remove(&key);
        if stops {
            // What is under way is answered before the stream ends.
            line.finish().await;
        }
    });
    let endpoint = Bytes::from(format!("event: endpoint\ndata: /messages?session_id={id}\n\n"));
    let said = events_of(said);
    event_stream(futures_util::stream::once(std::future::ready(endpoint)).chain(said))
}

fn events_of(said: mpsc::Receiver<Bytes>) -> impl futures_util::Stream<Item = Bytes> + Send + 'static {
    let frames = futures_util::stream::unfold(said, |mut said| async move { Some((said.recv().await?, said)) });
    frames.map(|frame| event(&frame))
}

/// `POST /messages`: what the client of a stream says.
pub(super) async fn messages(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let incoming = match incoming(&parts.extensions, parts.headers, Listing::Configured) {
        Ok(incoming) => incoming,
        Err(refused) => return *refused,
    };
    let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let id = pairs.into_iter().find(|(name, _)| name == "session_id").map(|(_, id)| id.into_owned());
    let id = id.unwrap_or_default();
    let open = app.streams.open().get(&id).map(|open| (Arc::clone(&open.principal), open.messages.clone()));
    // Another caller's stream is none.
    let Some((_, messages)) = open.filter(|(principal, _)| principal.identity_is(&incoming.principal)) else {
        let detail = "there is no such stream; open another with GET /sse";
        return error::response(StatusCode::NOT_FOUND, Code::InvalidRequest, detail, None);
    };
    let body = match whole(body, app.gateway.config().serve.max_body_bytes).await {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    if let Err(refused) = admit_batch(&app, &parts.extensions, AuditFace::McpSession, &body) {
        return *refused;
    }
    let mut response = Response::new(axum::body::Body::from("Accepted"));
    *response.status_mut() = match tokio::time::timeout(HEARS, messages.send(body)).await {
        Ok(Ok(())) => StatusCode::ACCEPTED,
        Ok(Err(_)) => StatusCode::NOT_FOUND,
        Err(_) => {
            let detail = "the stream is not read, and too much waits behind it";
            return error::response(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, detail, None);
        }
    };
    response
}

/// `GET /ws`: JSON-RPC messages as text frames, subprotocol `mcp`.
pub(super) async fn websocket(State(app): State<Arc<App>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let refuse = |detail: &str| error::response(StatusCode::BAD_REQUEST, Code::InvalidRequest, detail, None);
    let offered = parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let offered: Vec<String> = offered.flat_map(|list| list.split(',')).map(|each| each.trim().to_owned()).collect();
    if !offered.is_empty() && !offered.iter().any(|each| each == "mcp") {
        return refuse("the subprotocol is `mcp`");
    }
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(_) => return refuse("this is a WebSocket: connect with one"),
    };
    let Some(caller) = parts.extensions.get::<Caller>().cloned() else { return refuse("nobody is calling") };
    let Ok(open) = Arc::clone(&app.sockets.0).try_acquire_owned() else {
        let detail = "too many connections are open; try again later";
        return error::response(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, detail, None);
    };
    let limit = app.gateway.config().serve.max_body_bytes;
    upgrade.protocols(["mcp"]).max_message_size(limit).max_frame_size(limit).on_upgrade(move |socket| async move {
        Box::pin(converse(app, socket, caller)).await;
        drop(open);
    })
}

async fn converse(app: Arc<App>, socket: WebSocket, caller: Caller) {
    let principal = Arc::clone(&caller.verified);
    let expired = caller.expired();
    tokio::pin!(expired);
    let (mut sender, mut receiver) = socket.split();
    let (out, mut said) = mpsc::channel::<Bytes>(ROOM);
    let mut line = Line::new(&app.face, Arc::clone(&principal), Listing::Configured, out.clone());
    // A task of its own: what is said must flow while the client waits to be heard.
    let saying = tokio::spawn(async move {
        while let Some(frame) = said.recv().await {
            let text = String::from_utf8_lossy(&frame).into_owned();
            if sender.send(Message::Text(text.into())).await.is_err() {
                return;
            }
        }
        let _ = sender.send(Message::Close(None)).await;
    });
    loop {
        let message = tokio::select! {
            message = receiver.next() => message,
            () = app.face.closed() => {
                line.finish().await;
                break;
            }
            () = &mut expired => break,
        };
        let message = match message {
            Some(Ok(Message::Text(text))) => Bytes::from(text),
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_)) | Err(_)) | None => break,
        };
        // Each message counts, as each request does, also in a batch.
        match app.gateway.quota().admit(&principal, caller.address, messages_in(&message)) {
            Ok(()) => line.receive(message).await,
            Err(wait) => {
                app.face.refused_unheard(&principal, &"".into(), AuditFace::McpSession, &message);
                let error = too_much(wait);
                let frame = error_frame(id_of(&message), Code::RateLimited, error.message(), error.details());
                let _ = out.send(frame).await;
            }
        }
    }
    // Ends the session, and with it everything that could still say something.
    drop(line);
    drop(out);
    let _ = saying.await;
}

/// Serves one client on `input` and `output`, a message a line, until the input ends or `stop` resolves.
///
/// # Errors
/// When the change feed cannot be followed.
pub async fn lines(
    gateway: Arc<Gateway>,
    listing: Listing,
    mut input: impl AsyncBufRead + Unpin + Send,
    mut output: impl AsyncWrite + Unpin + Send + 'static,
    stop: impl Future<Output = ()> + Send,
) -> Result<()> {
    let jobs = Jobs::start(&gateway).await?;
    let face = Face::new(Arc::clone(&gateway));
    let principal = Arc::new(Principal::operator(gateway.config().tenant.clone()));
    let (out, mut said) = mpsc::channel::<Bytes>(ROOM);
    let mut line = Line::new(&face, principal, listing, out);
    let saying = tokio::spawn(async move {
        while let Some(frame) = said.recv().await {
            if output.write_all(&one_line(&frame)).await.is_err() || output.flush().await.is_err() {
                return;
            }
        }
    });
    let limit = gateway.config().serve.max_body_bytes;
    let reading = async {
        while let Some(message) = next_line(&mut input, limit).await {
            match message {
                Ok(message) => line.receive(message).await,
                Err(too_large) => tracing::warn!(error = too_large.chain(), "passed over a message"),
            }
        }
    };
    tokio::select! {
        () = reading => {}
        () = stop => {}
    }
    // Nothing more is said once the client has gone: some take offence.
    saying.abort();
    drop(line);
    drop(jobs);
    gateway.close().await;
    Ok(())
}

/// The next line that is not blank; an error for one that is too long; `None` at the end.
async fn next_line(input: &mut (impl AsyncBufRead + Unpin), limit: usize) -> Option<Result<Bytes>> {
    let room = u64::try_from(limit).unwrap_or(u64::MAX);
    loop {
        let mut line = Vec::new();
        let read = (&mut *input).take(room).read_until(b'\n', &mut line).await.ok()?;
        if read == 0 {
            return None;
        }
        if line.last() != Some(&b'\n') && read >= limit {
            // The rest of it.
            loop {
                let mut rest = Vec::new();
                let more = (&mut *input).take(64 * 1024).read_until(b'\n', &mut rest).await.ok()?;
                if more == 0 || rest.last() == Some(&b'\n') {
                    break;
                }
            }
            return Some(Err(Error::invalid(format!("a message is larger than {limit} bytes"))));
        }
        if !line.iter().all(u8::is_ascii_whitespace) {
            return Some(Ok(line.into()));
        }
    }
}

/// Line ends between tokens are blanks.
fn one_line(frame: &Bytes) -> Vec<u8> {
    let mut line: Vec<u8> = frame.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
    line.push(b'\n');
    line
}
