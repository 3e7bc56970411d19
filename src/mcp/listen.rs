//! Streams of what belongs to no request: a session's GET stream, `subscriptions/listen`, and what a connection carries
//! beside answers.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};

use super::error::{Code, error_frame};
use super::frame::{self, Request};
use super::session::{MAX_SUBSCRIPTIONS, Session};
use super::{Answer, Body, FRAMES, Face, Finished, Incoming, Out};
use crate::error::Error;
use crate::gateway::{List, Note, Resource, Subscription};
use crate::model::{ObjectWriter, Principal, RawJson, RawObject};
use crate::upstream::{Caller, Relayed, Reply};

const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
const LISTS: [(&str, List); 3] = [
    ("toolsListChanged", List::Tools),
    ("promptsListChanged", List::Prompts),
    ("resourcesListChanged", List::Resources),
];

impl Face {
    /// A session's own stream.
    pub async fn stream(self: &Arc<Self>, incoming: &Incoming) -> Answer {
        let session = match self.session_of(incoming, None).await {
            Ok(Some(session)) => session,
            Ok(None) => {
                let detail = "the header Mcp-Session-Id is missing; 2026-07-28 has no such stream";
                return Answer::bad(error_frame(None, Code::InvalidRequest, detail, None));
            }
            Err(refused) => return *refused,
        };
        let (out, frames) = mpsc::channel(FRAMES);
        let attending = attend(Arc::clone(self), session, out);
        let frames = WhileAttended { attending: Box::pin(attending), frames, is_over: false };
        Answer { status: StatusCode::OK, session: None, body: Body::Stream(Box::pin(frames)) }
    }

    /// `subscriptions/listen`: says what was accepted, then what the filter wants, until the client leaves.
    pub(super) async fn listen(self: &Arc<Self>, incoming: &Incoming, request: &Request<'_>, out: &Out) -> Finished {
        if !incoming.can_stream {
            return Err(Error::invalid("this answer is a stream: accept text/event-stream"));
        }
        let wrong = || {
            Error::invalid("`notifications` is missing or no object: what to listen for")
                .data(json!({ "errors": [{ "pointer": "/notifications", "rule": "required, type: object" }] }))
        };
        let filter = request.params.read::<RawObject<'_>>("notifications").map_err(|_| wrong())?.ok_or_else(wrong)?;
        let wanted = |name: &str| filter.read::<bool>(name).ok().flatten().unwrap_or(false);
        let lists: Vec<(&str, List)> = LISTS.into_iter().filter(|(name, _)| wanted(name)).collect();
        let uris: Vec<String> = filter.read("resourceSubscriptions").map_err(|_| wrong())?.unwrap_or_default();
        if uris.len() > MAX_SUBSCRIPTIONS {
            return Err(Error::invalid(format!("more than {MAX_SUBSCRIPTIONS} resources to listen for")));
        }
        // Before it is acknowledged: what happens from then on is not missed.
        let mut notes = self.gateway.hub().listen();
        let _held = self.gateway.catalog().hold(&incoming.principal.tenant).await?;
        let resources = self.subscribe_all(&incoming.principal, &uris).await;
        if !lists.is_empty() {
            self.gateway.attend_servers(&incoming.principal).await?;
        }
        let mut accepted = serde_json::Map::new();
        for (name, _) in &lists {
            accepted.insert((*name).to_owned(), json!(true));
        }
        if filter.get("resourceSubscriptions").is_some() {
            let uris: Vec<&str> = resources.of.iter().map(|(uri, _)| uri.as_str()).collect();
            accepted.insert("resourceSubscriptions".to_owned(), json!(uris));
        }
        let acknowledged = tagged(request.id, None, |params| {
            params.raw("notifications", Value::Object(accepted).to_string().as_bytes());
        });
        let _ = out.send(frame::notification("notifications/subscriptions/acknowledged", &acknowledged)).await;
        let done = self.closed();
        tokio::pin!(done);
        loop {
            let note = tokio::select! {
                note = notes.recv() => note,
                () = &mut done => break,
            };
            for (method, params) in self.heard(&incoming.principal, note, &lists, &resources).await {
                let params = tagged(request.id, Some(&params), |_| {});
                if out.send(frame::notification(method, &params)).await.is_err() {
                    break;
                }
            }
        }
        let result = tagged(request.id, None, |result| result.text("resultType", "complete"));
        Ok(Reply::Result(result))
    }

    async fn subscribe_all(&self, principal: &Arc<Principal>, uris: &[String]) -> Subscribed {
        let (mut subscribed, caller) = (Subscribed::default(), Caller::of(principal));
        for uri in uris {
            let Ok(resource) = self.gateway.resolve_resource(principal, uri, &caller).await else { continue };
            if let Ok(Ok(subscription)) = self.gateway.subscribe(principal, &resource, &caller).await {
                subscribed.of.push((uri.clone(), resource));
                subscribed.subscriptions.push(subscription);
            }
        }
        subscribed
    }

    /// What a listener is told of a note.
    async fn heard(
        &self,
        principal: &Principal,
        note: Result<Note, RecvError>,
        lists: &[(&str, List)],
        resources: &Subscribed,
    ) -> Vec<(&'static str, RawJson)> {
        match note {
            Ok(note) if note.tenant() != &principal.tenant => Vec::new(),
            Ok(Note::Changed { server, list, .. }) => {
                let wanted = lists.iter().any(|(_, wanted)| *wanted == list);
                let told = wanted && self.concerns(principal, server.as_ref()).await;
                told.then(|| (list.changed(), RawJson::empty_object())).into_iter().collect()
            }
            Ok(Note::Updated { audience, .. }) if !audience.includes(principal, None) => Vec::new(),
            Ok(Note::Updated { server, uri, params, .. }) if self.reads(principal, &server).await => {
                let of = resources.of.iter().filter(|(_, it)| it.server.name == server && *it.uri == *uri);
                of.map(|(exposed, _)| ("notifications/resources/updated", with_uri(&params, exposed))).collect()
            }
            // Who subscribed and may not read it any more is not told.
            Ok(Note::Updated { .. }) => Vec::new(),
            // Too much was missed to say what: everything may have changed.
            Err(RecvError::Lagged(_)) => {
                lists.iter().map(|(_, list)| (list.changed(), RawJson::empty_object())).collect()
            }
            Err(RecvError::Closed) => Vec::new(),
        }
    }

    async fn reads(&self, principal: &Principal, server: &crate::model::ServerName) -> bool {
        self.gateway.reads(principal, server).await.unwrap_or(false)
    }

    async fn concerns(&self, principal: &Principal, server: Option<&crate::model::ServerName>) -> bool {
        match server {
            Some(server) => self.gateway.sees(principal, server).await.unwrap_or(false),
            None => true,
        }
    }
}

/// Sends a session what concerns it, until it listens elsewhere, ends, or nobody reads any more.
pub(super) async fn attend(face: Arc<Face>, session: Arc<Session>, out: Out) {
    let mut superseded = session.listen();
    let (sender, mut told) = mpsc::channel(FRAMES);
    face.gateway.hub().attend(session.key.clone(), sender.clone());
    let _attending = Attending { face: &face, session: &session, sender };
    let mut notes = face.gateway.hub().listen();
    let _held = face.gateway.catalog().hold(&session.principal.tenant).await;
    if let Err(error) = face.gateway.attend_servers(&session.principal).await {
        tracing::debug!(error = error.chain(), "the servers of a listening session are not attended");
    }
    let done = face.closed();
    tokio::pin!(done);
    loop {
        tokio::select! {
            note = notes.recv() => {
                for frame in session_frames(&face, &session, note).await {
                    if out.send(frame).await.is_err() {
                        return;
                    }
                }
            }
            Some(what) = told.recv() => face.pass_on(what, &session.principal, Some(&session), &out).await,
            () = out.closed() => return,
            _ = &mut superseded => return,
            () = &mut done => return,
        }
    }
}

/// A session that listens, until this is dropped.
struct Attending<'a> {
    face: &'a Face,
    session: &'a Session,
    sender: mpsc::Sender<Relayed>,
}

impl Drop for Attending<'_> {
    fn drop(&mut self) {
        self.face.gateway.hub().leave(&self.session.key, &self.sender);
    }
}

async fn session_frames(face: &Face, session: &Arc<Session>, note: Result<Note, RecvError>) -> Vec<Bytes> {
    let list = |list: List| frame::notification(list.changed(), &RawJson::empty_object());
    match note {
        Ok(note) if note.tenant() != &session.principal.tenant => Vec::new(),
        Ok(Note::Changed { server, list: changed, .. }) => {
            let told = face.concerns(&session.principal, server.as_ref()).await;
            told.then(|| list(changed)).into_iter().collect()
        }
        Ok(Note::Updated { audience, .. }) if !audience.includes(&session.principal, Some(&session.key)) => Vec::new(),
        Ok(Note::Updated { server, uri, params, .. }) if face.reads(&session.principal, &server).await => {
            let exposed = session.subscribed(server.as_str(), &uri);
            exposed
                .map(|uri| frame::notification("notifications/resources/updated", &with_uri(&params, &uri)))
                .into_iter()
                .collect()
        }
        // Who subscribed and may not read it any more is not told.
        Ok(Note::Updated { .. }) => Vec::new(),
        Err(broadcast::error::RecvError::Lagged(_)) => LISTS.into_iter().map(|(_, changed)| list(changed)).collect(),
        Err(broadcast::error::RecvError::Closed) => Vec::new(),
    }
}

/// Subscriptions of one stream; they end with it.
#[derive(Default)]
struct Subscribed {
    /// By the URI that the client knows.
    of: Vec<(String, Resource)>,
    subscriptions: Vec<Subscription>,
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        let subscriptions = std::mem::take(&mut self.subscriptions);
        if !subscriptions.is_empty() {
            tokio::spawn(async move {
                for subscription in subscriptions {
                    subscription.end().await;
                }
            });
        }
    }
}

/// Parameters with the URI that the client knows.
fn with_uri(params: &RawJson, uri: &str) -> RawJson {
    rewritten(params, |writer, name, value| match name {
        "uri" => writer.text("uri", uri),
        _ => writer.raw(name, value.get().as_bytes()),
    })
}

fn rewritten(params: &RawJson, mut write: impl FnMut(&mut ObjectWriter, &str, &RawValue)) -> RawJson {
    let members: RawObject<'_> = serde_json::from_str(params.as_str()).unwrap_or_default();
    let mut writer = ObjectWriter::new(params.bytes().len() + 64);
    for (name, value) in members.iter() {
        write(&mut writer, name, value);
    }
    writer.finish()
}

/// Parameters that say which `subscriptions/listen` they belong to, in place of the server's own saying so.
fn tagged(id: &RawValue, params: Option<&RawJson>, more: impl FnOnce(&mut ObjectWriter)) -> RawJson {
    let given: RawObject<'_> = params.and_then(|params| serde_json::from_str(params.as_str()).ok()).unwrap_or_default();
    let meta = given.get("_meta").and_then(|meta| RawObject::parse(meta).ok()).unwrap_or_default();
    let mut writer = ObjectWriter::new(256);
    writer.object("_meta", |writer| {
        writer.raw(SUBSCRIPTION_ID, id.get().as_bytes());
        for (name, value) in meta.iter().filter(|(name, _)| *name != SUBSCRIPTION_ID) {
            writer.raw(name, value.get().as_bytes());
        }
    });
    for (name, value) in given.iter().filter(|(name, _)| *name != "_meta") {
        writer.raw(name, value.get().as_bytes());
    }
    more(&mut writer);
    writer.finish()
}

/// Frames as long as somebody sees to them.
struct WhileAttended<F> {
    attending: std::pin::Pin<Box<F>>,
    frames: mpsc::Receiver<Bytes>,
    is_over: bool,
}

impl<F: Future<Output = ()>> futures_util::Stream for WhileAttended<F> {
    type Item = Bytes;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Bytes>> {
        if !self.is_over {
            self.is_over = self.attending.as_mut().poll(context).is_ready();
        }
        if self.is_over {
            self.frames.close();
        }
        self.frames.poll_recv(context)
    }
}
