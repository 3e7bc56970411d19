//! The change feed: one change stream over the whole deployment, narrowed by the server to our databases.
//!
//! A task of its own reads the stream, because a stream of the driver that is abandoned in the middle of a request
//! cannot be used again, and a feed may be. When the stream breaks it is opened again after the last token.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mongodb::bson::{Bson, doc};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::ResumeToken as DriverToken;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{MongoDb, token_text};
use crate::error::{Error, Kind, Result};
use crate::model::TenantId;
use crate::store::{Change, ChangeFeed, Event, ResumeToken};

/// How long the server waits for a change before it answers that there is none.
const AWAIT: Duration = Duration::from_secs(1);
/// A server that is silent for longer is away.
const SILENCE: Duration = Duration::from_secs(6);
const OPEN_DEADLINE: Duration = Duration::from_secs(6);
const PAUSE: Duration = Duration::from_millis(250);
/// How often a token is passed on when nothing of ours changes: one that is never renewed falls off the oplog.
const MOVE_ON: Duration = Duration::from_secs(10);
/// Events that wait to be taken.
const WAITING: usize = 4_096;

/// The receiving end.
pub(super) struct Feed {
    events: mpsc::Receiver<Result<Event>>,
    reader: JoinHandle<()>,
    /// Taken while gathering, and to be given next.
    next: Option<Result<Event>>,
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

#[async_trait]
impl ChangeFeed for Feed {
    async fn next(&mut self) -> Result<Event> {
        let first = match self.next.take() {
            Some(event) => event,
            None => self.events.recv().await.unwrap_or_else(|| Err(Error::internal("the change feed's task ended"))),
        };
        let (mut changes, mut token) = match first? {
            Event::Changes(changes, token) => (changes, token),
            Event::Lost(token) => return Ok(Event::Lost(self.made_up_for(token))),
        };
        // What has arrived by now is one event.
        while let Ok(more) = self.events.try_recv() {
            match more {
                Ok(Event::Changes(more, later)) => {
                    changes.extend(more);
                    token = later;
                }
                other => {
                    self.next = Some(other);
                    break;
                }
            }
        }
        Ok(Event::Changes(changes, token))
    }
}

impl Feed {
    /// The last token of what has arrived by now: whoever reads everything anew reads that, too. A database that goes is
    /// told of once for each of its collections.
    fn made_up_for(&mut self, mut token: ResumeToken) -> ResumeToken {
        while let Ok(more) = self.events.try_recv() {
            match more {
                Ok(Event::Changes(_, later) | Event::Lost(later)) => token = later,
                other => {
                    self.next = Some(other);
                    break;
                }
            }
        }
        token
    }

    /// Opens the stream before it returns, so that no later change is missed.
    pub(super) async fn open(handle: MongoDb, token: Option<ResumeToken>) -> Result<Self> {
        let opened = handle.open_stream(token.as_ref()).await?;
        let (sender, events) = mpsc::channel(WAITING);
        let reader = tokio::spawn(Reader { handle, sender, token }.run(opened));
        Ok(Self { events, reader, next: None })
    }
}

/// What the stream tells of a change; the pipeline leaves out the rest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(rename = "_id")]
    token: DriverToken,
    operation_type: String,
    ns: Option<Namespace>,
    document_key: Option<Key>,
}

#[derive(Deserialize)]
struct Namespace {
    db: String,
    #[serde(default)]
    coll: String,
}

#[derive(Deserialize)]
struct Key {
    #[serde(rename = "_id")]
    id: Bson,
}

/// A stream that was just opened.
struct Stream {
    stream: ChangeStream<Told>,
    /// The token could not be resumed from, so what happened since is unknown.
    lost: bool,
}

impl MongoDb {
    async fn open_stream(&self, token: Option<&ResumeToken>) -> Result<Stream> {
        let Some(text) = token else {
            return Ok(Stream { stream: self.watch_after(None).await?, lost: false });
        };
        // A token of ours is hexadecimal; what is not was never one.
        let after = (!text.0.is_empty() && text.0.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then(|| mongodb::bson::deserialize_from_bson::<DriverToken>(Bson::Document(doc! { "_data": &text.0 })));
        if let Some(Ok(after)) = after {
            match self.watch_after(Some(after)).await {
                Ok(stream) => return Ok(Stream { stream, lost: false }),
                // 260, 280, 286 and whatever else a server says of a token that it cannot use: if it can do without
                // the token, the token was the fault.
                Err(error) => tracing::debug!(error = error.chain(), "the change stream was not resumed"),
            }
        }
        Ok(Stream { stream: self.watch_after(None).await?, lost: true })
    }

    async fn watch_after(&self, token: Option<DriverToken>) -> Result<ChangeStream<Told>> {
        let names: HashSet<&str> =
            self.0.collections.iter().filter(|spec| spec.watched).map(|spec| spec.name).collect();
        let names: Vec<&str> = names.into_iter().collect();
        // The prefix holds nothing that means something in a regular expression: see `config`.
        let ours = format!("^{}_(control$|t_)", self.0.db_name);
        // Whatever goes or gets another name: a collection that comes back under ours had another before.
        let as_a_whole = ["drop", "rename", "dropDatabase", "invalidate"].as_slice();
        let wanted = doc! { "ns.db": { "$regex": ours }, "$or": [
            { "ns.coll": { "$in": names } }, { "operationType": { "$in": as_a_whole } },
        ] };
        let told = doc! { "operationType": 1, "ns": 1, "documentKey": 1 };
        let mut watch = self.0.client.watch().pipeline([doc! { "$match": wanted }, doc! { "$project": told }]);
        watch = watch.max_await_time(AWAIT);
        if let Some(token) = token {
            watch = watch.start_after(token);
        }
        self.within(OPEN_DEADLINE, watch.into_future()).await.map(ChangeStream::with_type)
    }
}

/// Reads the stream for as long as somebody listens.
struct Reader {
    handle: MongoDb,
    sender: mpsc::Sender<Result<Event>>,
    /// After what was passed on last.
    token: Option<ResumeToken>,
}

/// Nobody listens any more.
struct Unheard;

impl Reader {
    async fn run(mut self, mut opened: Stream) {
        loop {
            let Err(error) = self.follow(opened).await else { return };
            if self.send(Err(error)).await.is_err() {
                return;
            }
            opened = loop {
                tokio::time::sleep(PAUSE).await;
                match self.handle.open_stream(self.token.as_ref()).await {
                    Ok(opened) => break opened,
                    Err(error) => {
                        if self.send(Err(error)).await.is_err() {
                            return;
                        }
                    }
                }
            };
        }
    }

    /// Passes changes on until the stream breaks (an error) or nobody listens (none).
    async fn follow(&mut self, opened: Stream) -> Result<()> {
        let Stream { mut stream, lost } = opened;
        if lost && self.lost(current(&stream)).await.is_err() {
            return Ok(());
        }
        // Without a token there would be nothing to go on from, and that has to be said when the stream breaks.
        self.token.get_or_insert_with(|| current(&stream).unwrap_or_else(|| ResumeToken(String::new())));
        let mut moved = Instant::now();
        loop {
            let told = tokio::time::timeout(AWAIT + SILENCE, stream.next_if_any()).await;
            let told = told.map_err(|_| self.handle.late(AWAIT + SILENCE))?;
            let sent = match told.map_err(|error| self.handle.fault(error))? {
                Some(told) => {
                    moved = Instant::now();
                    self.pass_on(told).await?
                }
                None if moved.elapsed() >= MOVE_ON => {
                    moved = Instant::now();
                    match current(&stream) {
                        Some(token) if self.token.as_ref() != Some(&token) => self.changes(Vec::new(), token).await,
                        _ => Ok(()),
                    }
                }
                None => Ok(()),
            };
            if sent.is_err() {
                return Ok(());
            }
            if !stream.is_alive() {
                return Err(Error::new(Kind::StoreUnavailable, "the change stream ended"));
            }
        }
    }

    async fn pass_on(&mut self, told: Told) -> Result<std::result::Result<(), Unheard>> {
        let token = token_text(&told.token).map(ResumeToken);
        let token = token.ok_or_else(|| Error::internal("a change without a resume token"))?;
        // Whole collections or databases are gone, or have another name.
        if !matches!(told.operation_type.as_str(), "insert" | "update" | "replace" | "delete") {
            tracing::info!(operation = told.operation_type, "the store was changed as a whole");
            self.handle.forget_made();
            return Ok(self.lost(Some(token)).await);
        }
        let (Some(ns), Some(Key { id: Bson::String(id) })) = (told.ns, told.document_key) else {
            return Ok(Ok(()));
        };
        let control = self.handle.database(None).name() == ns.db;
        let tenant: Option<TenantId> = if control { None } else { self.handle.owner(&ns.db).await? };
        if !control && tenant.is_none() {
            tracing::debug!(database = ns.db, "a change in a database of no tenant");
            return Ok(Ok(()));
        }
        Ok(self.changes(vec![Change { collection: ns.coll, tenant, id }], token).await)
    }

    async fn changes(&mut self, changes: Vec<Change>, token: ResumeToken) -> std::result::Result<(), Unheard> {
        self.token = Some(token.clone());
        self.send(Ok(Event::Changes(changes, token))).await
    }

    async fn lost(&mut self, token: Option<ResumeToken>) -> std::result::Result<(), Unheard> {
        // Without a token there is nothing to resume from, and resuming from nothing is a loss again.
        let token = token.unwrap_or_else(|| ResumeToken(String::new()));
        self.token = Some(token.clone());
        self.send(Ok(Event::Lost(token))).await
    }

    async fn send(&self, event: Result<Event>) -> std::result::Result<(), Unheard> {
        self.sender.send(event).await.map_err(|_| Unheard)
    }
}

fn current(stream: &ChangeStream<Told>) -> Option<ResumeToken> {
    token_text(&stream.resume_token()?).map(ResumeToken)
}
