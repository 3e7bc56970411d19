//! The streams on which a server says what belongs to no request: a GET in the session era, `subscriptions/listen`
//! in 2026-07-28.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use hyper::body::Incoming as Body;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::super::events::Events;
use super::super::frame::{self, Era, Incoming};
use super::super::link::Patience;
use super::super::relay::Caller;
use super::super::{Request, subscription};
use super::{Inner, METHOD, Session};
use crate::model::{RawJson, RawObject};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a session may take to be opened anew.
const REOPEN_TIMEOUT: Duration = Duration::from_secs(30);
/// Ends when dropped.
pub(super) struct Watcher {
    task: AbortHandle,
    ready: oneshot::Receiver<()>,
}

impl Watcher {
    /// Resolves when the server has opened the stream, or refused to.
    pub(super) async fn ready(&mut self) {
        let _ = (&mut self.ready).await;
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Why a stream is not read any more.
enum End {
    /// It broke; worth another try.
    Broke,
    /// The server offers none.
    NotOffered,
    /// The server has forgotten the session.
    SessionGone,
    /// What is listened to has changed.
    Changed,
}

/// Watches where there is something to see; `None` otherwise.
pub(super) fn start(inner: &Arc<Inner>, session: &Arc<Session>) -> Option<Watcher> {
    let greeting = &session.greeting;
    let says = subscription::LISTS.iter().any(|(_, list)| greeting.flag(list, "listChanged"))
        || greeting.flag("resources", "subscribe")
        || (session.era == Era::Legacy && !inner.link.owner.is_shared());
    let (is_ready, ready) = oneshot::channel();
    let watch = Watch {
        inner: Arc::downgrade(inner),
        session: Arc::downgrade(session),
        headers: session.headers(),
        is_ready: Mutex::new(Some(is_ready)),
    };
    says.then(|| Watcher { task: tokio::spawn(watch.run(session.era)).abort_handle(), ready })
}

struct Watch {
    inner: Weak<Inner>,
    session: Weak<Session>,
    headers: HeaderMap,
    /// Dropped once the stream is open, or is not going to be.
    is_ready: Mutex<Option<oneshot::Sender<()>>>,
}

impl Watch {
    fn is_ready(&self) {
        self.is_ready.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    async fn run(self, era: Era) {
        let (mut pause, mut missed) = (FIRST_PAUSE, false);
        loop {
            let Some(inner) = self.inner.upgrade() else { return };
            let started = Instant::now();
            let end = match era {
                Era::Legacy => self.stream(&inner, &mut missed).await,
                Era::Modern => self.listen(&inner, &mut missed).await,
            };
            match end {
                End::NotOffered => return,
                End::Changed => continue,
                End::SessionGone => {
                    if let Some(session) = self.session.upgrade() {
                        inner.forget(&session);
                    }
                    // In a task of its own: this one ends with the session.
                    tokio::spawn(async move {
                        if inner.session(Instant::now() + REOPEN_TIMEOUT).await.is_ok() {
                            tell_all(&inner).await;
                        }
                    });
                    return;
                }
                End::Broke => missed = true,
            }
            self.is_ready();
            if started.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            drop(inner);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let Some(inner) = self.inner.upgrade() else { return };
            inner.pace.turn().await;
        }
    }

    /// The session era's stream.
    async fn stream(&self, inner: &Arc<Inner>, missed: &mut bool) -> End {
        let Ok(response) = inner.fetch(inner.get(&self.headers, None)).await else { return End::Broke };
        let is_stream = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        match response.status() {
            StatusCode::NOT_FOUND => return End::SessionGone,
            status if status.is_server_error() => return End::Broke,
            status if !status.is_success() || !is_stream => return End::NotOffered,
            _ => {}
        }
        self.is_ready();
        if std::mem::take(missed) {
            tell_all(inner).await;
        }
        self.read(inner, response.into_body()).await
    }

    /// `subscriptions/listen` for every list that may change and every resource that somebody subscribed to.
    async fn listen(&self, inner: &Arc<Inner>, missed: &mut bool) -> End {
        let Some(session) = self.session.upgrade() else { return End::NotOffered };
        let filter = subscription::filter(&session.greeting, &inner.subscriptions());
        drop(session);
        if filter.as_object().is_none_or(serde_json::Map::is_empty) {
            inner.resubscribe.notified().await;
            return End::Changed;
        }
        let Some(body) = listen_frame(inner, &filter) else { return End::NotOffered };
        let mut headers = self.headers.clone();
        headers.insert(METHOD, HeaderValue::from_static("subscriptions/listen"));
        let read = async {
            let Ok(response) = inner.fetch(inner.post(body, &headers)).await else { return End::Broke };
            match response.status() {
                status if status.is_server_error() => return End::Broke,
                status if !status.is_success() => return End::NotOffered,
                _ => {}
            }
            self.is_ready();
            if std::mem::take(missed) {
                tell_all(inner).await;
            }
            self.read(inner, response.into_body()).await
        };
        tokio::select! {
            end = read => end,
            () = inner.resubscribe.notified() => End::Changed,
        }
    }

    async fn read(&self, inner: &Arc<Inner>, mut body: Body) -> End {
        let mut events = Events::default();
        while let Some(Ok(frame)) = body.frame().await {
            let Some(data) = frame.data_ref() else { continue };
            events.push(data);
            while let Some(event) = events.next() {
                let Some(data) = event.data.filter(|_| event.is_message) else { continue };
                match frame::read(&data) {
                    // Ours was answered: the stream is over.
                    Ok(Incoming::Reply(..)) => return End::Broke,
                    Ok(message) => inner.take(None, message, &self.headers).await,
                    Err(why) => {
                        tracing::debug!(server.name = %inner.server.name, why, "passed over a message of its stream");
                    }
                }
            }
            if events.pending() > inner.max_event_bytes {
                tracing::warn!(server.name = %inner.server.name, "an event of its stream is too large");
                return End::Broke;
            }
        }
        End::Broke
    }
}

fn listen_frame(inner: &Inner, filter: &Value) -> Option<Bytes> {
    let params = RawJson::of(&json!({ "notifications": filter })).ok()?;
    let params: RawObject<'_> = serde_json::from_str(params.as_str()).ok()?;
    let caller = Caller::plain();
    let request = Request::new("subscriptions/listen", &params, &caller, Instant::now());
    Some(frame::request(inner.id(), &request, Era::Modern))
}

/// After a time of not hearing anything: whatever may have changed is said to have.
async fn tell_all(inner: &Inner) {
    for (_, list) in subscription::LISTS {
        let method = format!("notifications/{list}/list_changed");
        inner.link.notification(None, method, RawJson::empty_object(), Patience::Drops).await;
    }
}
