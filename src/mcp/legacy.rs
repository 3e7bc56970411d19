//! MCP of the session era (2025-03-26 … 2025-11-25). `initialize` opens a session; requests without one stand for
//! themselves, which the revisions allow (a server *may* assign a session id), and can be asked nothing.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde_json::json;
use serde_json::value::RawValue;
use tracing::Instrument as _;

use super::error::{Code, error_frame, failure};
use super::frame::{self, MAX_BATCH, Message, Request};
use super::input::Ended;
use super::methods::{self, Extra, ListOptions};
use super::session::{self, LOG_LEVELS, Session};
use super::{Answer, AuditFace, Body, Face, Finished, Incoming, LEGACY, Out, listen, result};
use crate::error::{Error, Kind};
use crate::gateway::Offer;
use crate::model::{ObjectWriter, RawJson, RawObject};
use crate::upstream::{Caller, Reply};

/// Sessions that one process serves at a time.
const MAX_SESSIONS: usize = 100_000;
/// The revision that had batches.
const WITH_BATCHES: &str = "2025-03-26";

impl Face {
    pub(super) async fn legacy(self: &Arc<Self>, incoming: &Incoming, request: &Request<'_>, out: &Out) -> Answer {
        if request.method == "initialize" {
            return self.open_session(incoming, request, out).await;
        }
        let session = match self.session_of(incoming, Some(request.id)).await {
            Ok(session) => session,
            Err(refused) => return *refused,
        };
        if let Some(refused) = refuse_version(incoming, request.id) {
            return refused;
        }
        let ended = self.legacy_request(incoming, request, session.as_ref(), out).await;
        let Ended::Finished(finished) = ended else { return Answer::nothing() };
        match finished.and_then(without_result_type) {
            Ok(Reply::Result(result)) => Answer::ok(frame::result(request.id, result.bytes())),
            Ok(Reply::Error(error)) => Answer::ok(frame::relayed_error(request.id, &error)),
            Err(error) => Answer::failed(request.id, &error, incoming),
        }
    }

    async fn legacy_request(
        self: &Arc<Self>,
        incoming: &Incoming,
        request: &Request<'_>,
        session: Option<&Arc<Session>>,
        out: &Out,
    ) -> Ended {
        let params = &request.params;
        let extra = Extra::default();
        let caller = || {
            let caller = session.map_or_else(|| Caller::of(&incoming.principal), |session| session.caller());
            caller.asking(incoming.origin(AuditFace::McpSession))
        };
        Ended::Finished(match request.method.as_ref() {
            "ping" => Ok(Reply::Result(RawJson::empty_object())),
            "tools/list" => {
                let options =
                    ListOptions { listing: Some(incoming.listing), extra, offsets: false, face: AuditFace::McpSession };
                result(self.list(incoming, params, &options).await)
            }
            "prompts/list" => result(self.offers(incoming, Offer::Prompts, params, &extra, &caller()).await),
            "resources/list" => result(self.offers(incoming, Offer::Resources, params, &extra, &caller()).await),
            "resources/templates/list" => {
                result(self.offers(incoming, Offer::Templates, params, &extra, &caller()).await)
            }
            "logging/setLevel" => result(self.set_level(params, session)),
            "resources/subscribe" => self.subscribe(incoming, params, session).await,
            "resources/unsubscribe" => result(self.unsubscribe(params, session).await),
            "tools/call"
            | "prompts/get"
            | "resources/read"
            | "completion/complete"
            | "tasks/get"
            | "tasks/result"
            | "tasks/cancel"
            | "tasks/update" => {
                let caller = caller();
                let entered = session.map(|session| session.calls.enter(request.id, &caller.cancel));
                let (caller, relayed) = caller.relayed();
                let work = self.dispatch(incoming, request, &caller);
                // Who cannot be told anything before the answer cannot be asked anything either.
                let asked = session.filter(|_| incoming.can_stream);
                return self.relay(work, relayed, &incoming.principal, asked, entered.as_ref(), out).await;
            }
            _ => Err(methods::not_a_method(&request.method)),
        })
    }

    /// Several messages in one: in sessions of the one revision that had it.
    pub(super) async fn legacy_batch(self: &Arc<Self>, incoming: &Incoming, raw: &RawValue, out: &Out) -> Answer {
        let refuse = |detail: &str| Answer::bad(error_frame(None, Code::InvalidRequest, detail, None));
        let session = match self.session_of(incoming, None).await {
            Ok(session) => session,
            Err(refused) => return *refused,
        };
        if session.is_none_or(|session| session.facts.protocol != WITH_BATCHES) {
            return refuse("batches are not part of this protocol revision; send one message");
        }
        let batch = frame::batch(raw).unwrap_or_default();
        if batch.is_empty() || batch.len() > MAX_BATCH {
            return refuse(&format!("a batch holds 1 to {MAX_BATCH} messages"));
        }
        let answers = batch.into_iter().map(|message| async move {
            match frame::read(message) {
                Ok(Message::Request(request)) if request.method != "initialize" => {
                    Some(self.legacy(incoming, &request, out).instrument(methods::begun(&request)).await)
                }
                Ok(Message::Request(request)) => {
                    let detail = "`initialize` stands alone";
                    Some(Answer::ok(error_frame(Some(request.id), Code::InvalidRequest, detail, None)))
                }
                Ok(message) => {
                    self.told(incoming, message).await;
                    None
                }
                Err(malformed) => Some(Answer::ok(malformed.frame)),
            }
        });
        let answers: Vec<Bytes> = futures_util::future::join_all(answers)
            .await
            .into_iter()
            .flatten()
            .filter_map(|answer| if let Body::Message(message) = answer.body { Some(message) } else { None })
            .collect();
        if answers.is_empty() { Answer::accepted() } else { Answer::ok(batch_of(&answers)) }
    }

    /// Takes what wants no answer.
    pub(super) async fn told(&self, incoming: &Incoming, message: Message<'_>) -> Answer {
        let session = match self.session_of(incoming, None).await {
            Ok(session) => session,
            Err(refused) => return *refused,
        };
        match (message, session) {
            (Message::Notification { method, params }, session) if method == "notifications/cancelled" => {
                if let Some(id) = params.get("requestId") {
                    let calls = session.iter().map(|session| &session.calls);
                    let of_line = incoming.line.iter().map(|line| &line.calls);
                    calls.chain(of_line).for_each(|calls| calls.cancel(id));
                }
            }
            (Message::Notification { method, params }, Some(session))
                if method == "notifications/roots/list_changed" =>
            {
                let mut writer = ObjectWriter::new(64);
                params.iter().for_each(|(name, value)| writer.raw(name, value.get().as_bytes()));
                self.gateway.pool().notify(&session.key, &method, &writer.finish()).await;
            }
            (Message::Response { id, reply }, Some(session)) => self.answered(incoming, &session, id, reply).await,
            _ => {}
        }
        Answer::accepted()
    }

    /// A client's answer to what a server asked it, here or through another replica.
    async fn answered(&self, incoming: &Incoming, session: &Arc<Session>, id: &RawValue, reply: Reply) {
        let Ok(text) = serde_json::from_str::<String>(id.get()) else { return };
        let (member, value) = match &reply {
            Reply::Result(value) => ("result", value.clone()),
            Reply::Error(value) => ("error", value.clone()),
        };
        // A connection's own session has no other replica.
        if session.answer(&text, reply) || incoming.line.is_some() {
            return;
        }
        let Ok(sealer) = self.gateway.sealer().await else { return };
        if !self.gateway.sessions().was_asked(sealer, &session.facts.key, &text) {
            return;
        }
        let mut writer = ObjectWriter::new(64 + value.bytes().len());
        writer.text("jsonrpc", "2.0");
        writer.text("id", &text);
        writer.raw(member, value.bytes());
        let posted = self.gateway.sessions().post(&session.principal, &session.facts.key, &text, writer.finish());
        if let Err(error) = posted.await {
            tracing::warn!(error = error.chain(), "an answer for another replica was lost");
        }
    }

    /// The session of a message; `None` without one.
    pub(super) async fn session_of(
        &self,
        incoming: &Incoming,
        id: Option<&RawValue>,
    ) -> Result<Option<Arc<Session>>, Box<Answer>> {
        if let Some(line) = &incoming.line {
            return Ok(line.session.get().cloned());
        }
        let Some(given) = incoming.headers.get("mcp-session-id") else { return Ok(None) };
        let given = given.to_str().unwrap_or_default();
        match self.live.find(&self.gateway, &incoming.principal, given).await {
            Ok(Some(session)) => Ok(Some(session)),
            Ok(None) => {
                let detail = "there is no such session; initialize again";
                let body = error_frame(id, Code::InvalidRequest, detail, None);
                Err(Box::new(Answer::of(StatusCode::NOT_FOUND, body)))
            }
            Err(error) => {
                let body = failure(id, &error, &incoming.request_id);
                Err(Box::new(Answer::of(StatusCode::SERVICE_UNAVAILABLE, body)))
            }
        }
    }

    async fn open_session(self: &Arc<Self>, incoming: &Incoming, request: &Request<'_>, out: &Out) -> Answer {
        let refuse = |error: &Error| Answer::ok(failure(Some(request.id), error, &incoming.request_id));
        let asked: Option<String> = request.params.read("protocolVersion").ok().flatten();
        let version = LEGACY.into_iter().find(|known| asked.as_deref() == Some(*known)).unwrap_or(LEGACY[0]);
        let capabilities = match request.params.get("capabilities") {
            Some(capabilities) if capabilities.get().starts_with('{') => RawJson::copy_of(capabilities),
            None => RawJson::empty_object(),
            Some(_) => return refuse(&Error::invalid("`capabilities` is no object")),
        };
        let hello = match methods::initialize(version, &methods::capabilities(version)) {
            Ok(hello) => frame::result(request.id, hello.bytes()),
            Err(error) => return refuse(&error),
        };
        if let Some(line) = &incoming.line {
            let session = session::of_connection(&incoming.principal, version, capabilities);
            if line.session.set(Arc::clone(&session)).is_err() {
                return refuse(&Error::invalid("this connection is initialized already"));
            }
            tokio::spawn(listen::attend(Arc::clone(self), session, out.clone()));
            return Answer::ok(hello);
        }
        if self.live.count() >= MAX_SESSIONS {
            return refuse(&Error::new(Kind::Refused, "too many sessions are open; try again later"));
        }
        let sealer = match self.gateway.sealer().await {
            Ok(sealer) => sealer,
            Err(error) => return refuse(&error),
        };
        match self.gateway.sessions().open(sealer, &incoming.principal, version, capabilities) {
            Ok((id, facts)) => {
                self.live.insert(&id, &Session::new(facts, Arc::clone(&incoming.principal), None));
                Answer { session: Some(id), ..Answer::ok(hello) }
            }
            Err(error) => refuse(&error),
        }
    }

    /// Ends the session that the headers name.
    pub async fn end_session(&self, incoming: &Incoming) -> Answer {
        match self.session_of(incoming, None).await {
            Ok(Some(session)) => {
                if let Some(id) = incoming.header("mcp-session-id") {
                    self.live.end(id);
                }
                session.save_end(&self.gateway).await;
                session::end(&self.gateway, &session);
                Answer { status: StatusCode::OK, session: None, body: Body::Empty }
            }
            Ok(None) => {
                Answer::bad(error_frame(None, Code::InvalidRequest, "the header Mcp-Session-Id is missing", None))
            }
            Err(refused) => *refused,
        }
    }

    fn set_level(&self, params: &RawObject<'_>, session: Option<&Arc<Session>>) -> crate::error::Result<RawJson> {
        let level: Option<String> = params.read("level").ok().flatten();
        let level = level.filter(|level| LOG_LEVELS.contains(&level.as_str())).ok_or_else(|| {
            let rule = format!("one of {}", LOG_LEVELS.join(", "));
            Error::invalid(format!("`level` is not {rule}"))
                .data(json!({ "errors": [{ "pointer": "/level", "rule": rule }] }))
        })?;
        if let Some(session) = session {
            session.set_log_level(level);
            session.save(&self.gateway);
        }
        Ok(RawJson::empty_object())
    }

    async fn subscribe(&self, incoming: &Incoming, params: &RawObject<'_>, session: Option<&Arc<Session>>) -> Finished {
        let session = session.ok_or_else(|| Error::invalid("a subscription needs a session; initialize first"))?;
        let uri = methods::required(params, "uri", "a resource's URI")?;
        let caller = session.caller();
        let resource = self.gateway.resolve_resource(&incoming.principal, &uri, &caller).await?;
        match session.subscribe(&uri, &resource) {
            Some(true) => {}
            Some(false) => return Ok(Reply::Result(RawJson::empty_object())),
            None => return Err(Error::invalid(format!("more than {} subscriptions", session::MAX_SUBSCRIPTIONS))),
        }
        match self.gateway.subscribe(&incoming.principal, &resource, &caller).await {
            Ok(Ok(subscription)) => {
                if let Some(given_up) = session.hold(&uri, subscription) {
                    given_up.end().await;
                }
                session.save(&self.gateway);
                Ok(Reply::Result(RawJson::empty_object()))
            }
            Ok(Err(refusal)) => {
                session.unsubscribe(&uri);
                Ok(Reply::Error(refusal))
            }
            Err(error) => {
                session.unsubscribe(&uri);
                Err(error)
            }
        }
    }

    async fn unsubscribe(
        &self,
        params: &RawObject<'_>,
        session: Option<&Arc<Session>>,
    ) -> crate::error::Result<RawJson> {
        let uri = methods::required(params, "uri", "a resource's URI")?;
        if let Some(session) = session
            && let Some(subscription) = session.unsubscribe(&uri)
        {
            subscription.end().await;
            session.save(&self.gateway);
        }
        Ok(RawJson::empty_object())
    }
}

pub(super) fn batch_of(answers: &[Bytes]) -> Bytes {
    let mut body = vec![b'['];
    body.extend_from_slice(&answers.join(&b","[..]));
    body.push(b']');
    body.into()
}

/// A version header that names no revision of this era.
fn refuse_version(incoming: &Incoming, id: &RawValue) -> Option<Answer> {
    let version = incoming.headers.get("mcp-protocol-version")?;
    let known = version.to_str().is_ok_and(|version| LEGACY.contains(&version) || version == "2024-11-05");
    if known {
        return None;
    }
    let data = json!({ "supported": LEGACY });
    let detail = "this protocol revision is not supported";
    Some(Answer::bad(error_frame(Some(id), Code::InvalidRequest, detail, Some(&data))))
}

/// Takes the modern era's `resultType` off a result.
fn without_result_type(reply: Reply) -> Finished {
    let result = match reply {
        Reply::Result(result) => result,
        error @ Reply::Error(_) => return Ok(error),
    };
    // Nearly every result has none, and then it is relayed as it is.
    if !contains(result.bytes(), b"\"resultType\"") {
        return Ok(Reply::Result(result));
    }
    let wrong = || Error::new(Kind::UpstreamError, "the server's result is no object");
    let raw = serde_json::from_str(result.as_str()).map_err(|_| wrong())?;
    let object = RawObject::parse(raw).map_err(|_| wrong())?;
    match object.read::<&str>("resultType") {
        Ok(None) => return Ok(Reply::Result(result)),
        Ok(Some("complete")) => {}
        _ => {
            let detail = "the server answered with a kind of result that your protocol revision does not have";
            return Err(Error::new(Kind::UpstreamError, detail));
        }
    }
    let mut writer = ObjectWriter::new(result.bytes().len());
    for (name, value) in object.iter().filter(|(name, _)| *name != "resultType") {
        writer.raw(name, value.get().as_bytes());
    }
    Ok(Reply::Result(writer.finish()))
}

pub(super) fn contains(text: &Bytes, part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outer_result_type_goes() {
        let result = |text: &'static str| match without_result_type(Reply::Result(RawJson::check(text).expect("json")))
        {
            Ok(Reply::Result(result)) => Some(result.as_str().to_owned()),
            _ => None,
        };
        let kept = r#"{"content":[{"text":"\"resultType\""}],"structuredContent":{"resultType":"complete"}}"#;
        assert_eq!(result(kept).as_deref(), Some(kept));
        let modern = result(r#"{"resultType":"complete","content":[ 1 ]}"#);
        assert_eq!(modern.as_deref(), Some(r#"{"content":[ 1 ]}"#));
        assert_eq!(result(r#"{"resultType":"input_required"}"#), None);
    }
}
