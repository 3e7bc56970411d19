//! MCP over a connection that carries messages in both directions: standard input and output, WebSocket, HTTP+SSE.
//! The connection is the session.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::error::failure;
use super::frame::{self, MAX_BATCH, id_of};
use super::session::{self, Calls, Session};
use super::{Answer, Body, Face, Incoming, Listing, Out};
use crate::gateway::contained;
use crate::model::Principal;

/// Requests of one connection under way; more wait to be read.
const MAX_UNDER_WAY: usize = 64;

/// One connection.
pub struct Line {
    face: Arc<Face>,
    /// As its credential says; what else the tenant knows of it is looked up for every message.
    principal: Arc<Principal>,
    listing: Listing,
    shared: Arc<Shared>,
    out: Out,
    room: Arc<Semaphore>,
    tasks: JoinSet<()>,
}

/// What the requests of a connection share.
pub(super) struct Shared {
    /// Set by `initialize`.
    pub(super) session: OnceLock<Arc<Session>>,
    pub(super) calls: Calls,
}

impl Line {
    /// A connection of `principal`. What is said to the client goes to `out`.
    pub fn new(face: &Arc<Face>, principal: Arc<Principal>, listing: Listing, out: mpsc::Sender<Bytes>) -> Self {
        Self {
            face: Arc::clone(face),
            principal,
            listing,
            shared: Arc::new(Shared { session: OnceLock::new(), calls: Calls::default() }),
            out,
            room: Arc::new(Semaphore::new(MAX_UNDER_WAY)),
            tasks: JoinSet::new(),
        }
    }

    /// Takes a message. Answers come when they are there, in any order; waits only while too much is under way.
    pub async fn receive(&mut self, body: Bytes) {
        while self.tasks.try_join_next().is_some() {}
        let incoming = Incoming {
            principal: Arc::clone(&self.principal),
            request_id: uuid::Uuid::now_v7().to_string().into(),
            headers: http::HeaderMap::new(),
            body,
            query: None,
            listing: self.listing,
            can_stream: true,
            line: Some(Arc::clone(&self.shared)),
        };
        let (face, out) = (Arc::clone(&self.face), self.out.clone());
        // Answers and cancellations must get through however much is under way.
        let requests = requests_in(&incoming.body, face.max_depth);
        if requests == 0 {
            return say(&face, incoming, &out).await;
        }
        // A batch that is larger than the room takes all of it.
        let wanted = u32::try_from(requests.min(MAX_UNDER_WAY)).unwrap_or(1);
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(wanted).await else { return };
        self.tasks.spawn(async move {
            say(&face, incoming, &out).await;
            drop(room);
        });
    }

    /// Lets what is under way finish, for as long as nothing more comes in.
    pub async fn finish(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(session) = self.shared.session.get() {
            session::end(&self.face.gateway, session);
        }
    }
}

/// Requests in a message, which may be a batch, that take time.
fn requests_in(body: &[u8], max_depth: usize) -> usize {
    let Ok(raw) = frame::parse(body, max_depth) else { return 0 };
    let is_request = |message| {
        let message = frame::read(message);
        matches!(message, Ok(frame::Message::Request(ref request)) if request.method != "initialize")
    };
    match frame::batch(raw) {
        Some(batch) if batch.len() > MAX_BATCH => 0,
        Some(batch) => batch.into_iter().filter(|message| is_request(message)).count(),
        None => usize::from(is_request(raw)),
    }
}

/// Has a message answered on the connection.
async fn say(face: &Arc<Face>, mut incoming: Incoming, out: &Out) {
    match face.gateway.in_context(Arc::clone(&incoming.principal)).await {
        Ok(principal) => incoming.principal = principal,
        Err(error) => {
            let refusal = failure(id_of(&incoming.body), &error, &incoming.request_id);
            let _ = out.send(refusal).await;
            return;
        }
    }
    let (body, request_id) = (incoming.body.clone(), Arc::clone(&incoming.request_id));
    let answer = contained(async { Ok(Arc::clone(face).one(incoming, out.clone()).await) }).await;
    let answer = answer.unwrap_or_else(|fault| Answer::ok(failure(id_of(&body), &fault, &request_id)));
    let frame = match answer.body {
        Body::Message(message) => message,
        // What wants no answer may still be wrong.
        Body::Empty | Body::Stream(_) => return,
    };
    let _ = out.send(frame).await;
}
