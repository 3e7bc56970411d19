//! One POST, up to the answer.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request as HttpRequest, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming as Body;

use super::super::events::Events;
use super::super::frame::{self, Incoming};
use super::super::link::Patience;
use super::super::{Reply, answer_too_large, broke_protocol, unavailable};
use super::{Inner, SESSION};
use crate::error::Error;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Pause before a stream that broke off is taken up again, where the server does not say.
const RESUME_AFTER: Duration = Duration::from_secs(1);
/// A server that breaks off its stream that often has no answer.
const RESUMPTIONS: usize = 5;

/// How an exchange failed short of an answer.
pub(super) enum Failure {
    /// The server knows no such session.
    SessionGone,
    /// An HTTP status without a JSON-RPC body.
    Status(StatusCode),
    /// Everything that is final.
    Final(Error),
}

/// An answer with the session it opened.
pub(super) struct Answer {
    pub(super) reply: Reply,
    pub(super) session: Option<HeaderValue>,
}

/// How far a stream was read.
#[derive(Default)]
struct Place {
    last: Option<Bytes>,
    retry: Option<Duration>,
}

impl Inner {
    /// One POST, up to the answer to `id`; what comes before it is handed to the call of that id.
    pub(super) async fn exchange(&self, id: u64, body: Bytes, headers: &HeaderMap) -> Result<Answer, Failure> {
        let response = self.fetch(self.post(body, headers)).await?;
        let status = response.status();
        let session = response.headers().get(SESSION).cloned();
        let in_session = headers.contains_key(SESSION);
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if status == StatusCode::NOT_FOUND && in_session {
            return Err(Failure::SessionGone);
        }
        let reply = if kind.starts_with("application/json") {
            self.read_whole(id, status, response.into_body(), in_session).await
        } else if kind.starts_with("text/event-stream") && status.is_success() {
            self.read_stream(id, response.into_body(), headers).await
        } else if status.is_success() {
            let what = if kind.is_empty() { "nothing" } else { "neither JSON nor an event stream" };
            Err(Failure::Final(broke_protocol(&self.server, format!("it answered {what} (HTTP {status})"))))
        } else {
            Err(Failure::Status(status))
        };
        Ok(Answer { reply: reply?, session })
    }

    pub(super) async fn fetch(&self, request: HttpRequest<Full<Bytes>>) -> Result<Response<Body>, Failure> {
        self.client.request(request).await.map_err(|unsent| Failure::Final(unsent.at(&self.server)))
    }

    pub(super) fn post(&self, body: Bytes, headers: &HeaderMap) -> HttpRequest<Full<Bytes>> {
        let mut request = HttpRequest::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let all = request.headers_mut();
        *all = self.headers.clone();
        self.link.owner.vouch(all);
        all.extend(headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        all.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        request
    }

    /// Opens a stream for what belongs to no request, or takes one up again after the event `last`.
    pub(super) fn get(&self, headers: &HeaderMap, last: Option<&Bytes>) -> HttpRequest<Full<Bytes>> {
        let mut request = self.post(Bytes::new(), headers);
        *request.method_mut() = Method::GET;
        let all = request.headers_mut();
        all.remove(CONTENT_TYPE);
        all.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(last) = last.and_then(|last| HeaderValue::from_bytes(last).ok()) {
            all.insert(LAST_EVENT_ID, last);
        }
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

    /// Reads a stream until it holds the answer. One that breaks off is taken up again where its events say how.
    async fn read_stream(&self, id: u64, mut body: Body, headers: &HeaderMap) -> Result<Reply, Failure> {
        let mut place = Place::default();
        let mut failure = None;
        for _ in 0..RESUMPTIONS {
            match self.read_until_answer(id, body, headers, &mut place).await {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(broken @ Failure::Final(_)) if place.last.is_none() => return Err(broken),
                Err(broken) => failure = Some(broken),
            }
            let Some(last) = &place.last else { break };
            tokio::time::sleep(place.retry.unwrap_or(RESUME_AFTER)).await;
            let response = self.fetch(self.get(headers, Some(last))).await?;
            if !response.status().is_success() {
                return Err(Failure::Status(response.status()));
            }
            body = response.into_body();
        }
        let ended = || Failure::Final(unavailable(&self.server, "its stream ended without the answer"));
        Err(failure.unwrap_or_else(ended))
    }

    /// `None` when the stream ended first.
    async fn read_until_answer(
        &self,
        id: u64,
        mut body: Body,
        headers: &HeaderMap,
        place: &mut Place,
    ) -> Result<Option<Reply>, Failure> {
        let mut events = Events::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::Final(self.cut(error)))?;
            let Some(data) = frame.data_ref() else { continue };
            events.push(data);
            while let Some(event) = events.next() {
                place.last = event.id.or(place.last.take()).filter(|id| !id.is_empty());
                place.retry = event.retry.or(place.retry);
                let Some(data) = event.data.filter(|_| event.is_message) else { continue };
                let message = frame::read(&data);
                match message.map_err(|why| Failure::Final(broke_protocol(&self.server, why)))? {
                    Incoming::Reply(answered, reply) if answered == id => return Ok(Some(reply)),
                    Incoming::Stray(Some(error)) => return Ok(Some(Reply::Error(error))),
                    other => self.take(Some(id), other, headers).await,
                }
            }
            if events.pending() > self.max_event_bytes {
                return Err(Failure::Final(self.event_too_large()));
            }
        }
        Ok(None)
    }

    /// Hands on a message that is no answer; `about` is the call on whose stream it came.
    pub(super) async fn take(&self, about: Option<u64>, message: Incoming, headers: &HeaderMap) {
        match message {
            Incoming::Notification { method, params } => {
                self.link.notification(about, method, params, Patience::Waits).await;
            }
            Incoming::Request(question) => {
                let Some(inner) = self.me.upgrade() else { return };
                let headers = headers.clone();
                self.link.ask(about, question, move |answer| async move { inner.post_only(answer, &headers).await });
            }
            Incoming::Reply(..) | Incoming::Stray(_) => {}
        }
    }

    pub(super) fn event_too_large(&self) -> Error {
        let limit = self.max_event_bytes;
        broke_protocol(&self.server, format!("an event of its stream is larger than {limit} bytes"))
            .help("raise MAX_SSE_EVENT_BYTES if that is what you want")
    }

    pub(super) fn cut(&self, error: hyper::Error) -> Error {
        unavailable(&self.server, format!("its answer broke off: {error}"))
    }
}
