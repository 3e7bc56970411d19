//! A test double of MongoDB with search: a proxy in front of a real mongod that answers what mongod alone cannot.
//!
//! It only ranks. `[<search stage>, ...rest]` becomes a pipeline for the real mongod that picks the ranked documents
//! and carries their scores, so that projections, cursors, sessions and transactions stay real. It refuses what the
//! documented grammar refuses, and what it does not imitate it refuses too, saying so.

mod analyzers;
mod answer;
mod bm25;
mod catalog;
mod commands;
mod definition;
mod delimiter;
mod documents;
mod failure;
mod filter;
mod proxy;
mod rank_fusion;
mod rewrite;
mod search;
mod vector;
mod wire;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mongodb::bson::{Document, RawDocument, Timestamp};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::Mongod;
use catalog::Catalog;
use documents::Documents;

/// Between two looks at the clock of a server whose index lags.
const TICK: Duration = Duration::from_millis(20);
/// The real server keeps no history beyond this.
const HISTORY: Duration = Duration::from_secs(280);

/// What a deployment does; the default is one where everything works at once.
#[derive(Clone, Debug)]
pub(crate) struct Behaviour {
    /// Without it, stages and index commands answer 31082, as a server without a search process does.
    pub(crate) search: bool,
    pub(crate) rank_fusion: RankFusion,
    /// How long an index is PENDING and then BUILDING, half of the time each.
    pub(crate) build_delay: Duration,
    /// The index sees documents as they were that long ago. Writes past the double count from when it hears of them.
    pub(crate) lag: Duration,
    /// How many indexes the deployment may have.
    pub(crate) index_quota: Option<usize>,
    /// Without it, index commands and `$listSearchIndexes` answer 13.
    pub(crate) index_privilege: bool,
    /// Every `$search` fails so, alone and inside `$rankFusion`.
    pub(crate) fail_text: Option<(i32, String)>,
    /// Every `$vectorSearch` fails so, alone and inside `$rankFusion`.
    pub(crate) fail_vector: Option<(i32, String)>,
    /// So many of the next searches answer 489.
    pub(crate) overloaded: usize,
    /// The version of the wire protocol that it claims to speak, in place of mongod's.
    pub(crate) wire_version: Option<i32>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            search: true,
            rank_fusion: RankFusion::Full,
            build_delay: Duration::ZERO,
            lag: Duration::ZERO,
            index_quota: None,
            index_privilege: true,
            fail_text: None,
            fail_vector: None,
            overloaded: 0,
            wire_version: None,
        }
    }
}

/// What the server makes of `$rankFusion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RankFusion {
    Full,
    /// The stage works and writes a field `score` into the documents; `scoreDetails` and `$meta: "score"` are refused.
    NoScores,
    /// Known and switched off.
    Disallowed,
    /// A server that never heard of it.
    Unknown,
}

/// A command about search, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) database: String,
    pub(crate) command: String,
    /// The search stages of an aggregate, those inside others too, in their order.
    pub(crate) stages: Vec<String>,
    pub(crate) body: Document,
}

/// The double; it stops with its owner, and open connections close.
pub(crate) struct Atlas {
    state: Arc<State>,
    runtime: Option<Runtime>,
    uri: String,
}

impl Atlas {
    pub(crate) fn in_front_of(mongod: &Mongod) -> Self {
        Self::at(&mongod.uri())
    }

    /// The same for any deployment of one host, with the credentials of one who may read everything.
    pub(crate) fn at(uri: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("its address").port();
        let parsed = url::Url::parse(uri).expect("a URI");
        let (host, real) = (parsed.host_str().expect("a host"), parsed.port().unwrap_or(27017));
        let state = Arc::new(State {
            upstream: (host.to_owned(), real),
            address: format!("127.0.0.1:{port}"),
            behaviour: Mutex::default(),
            catalog: Mutex::default(),
            seen: Mutex::default(),
            past: Mutex::default(),
            next_id: AtomicI32::new(1),
            documents: Documents::of(uri.to_owned()),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let guard = runtime.enter();
        let listener = TcpListener::from_std(listener).expect("a socket");
        drop(guard);
        runtime.spawn(proxy::listen(Arc::clone(&state), listener));
        runtime.spawn(watch_clock(Arc::clone(&state)));
        let uri = uri.replacen(&format!("{host}:{real}"), &format!("127.0.0.1:{port}"), 1);
        Self { state, runtime: Some(runtime), uri }
    }

    /// Where it is, with the credentials of mongod's administrator.
    pub(crate) fn uri(&self) -> String {
        self.uri.clone()
    }

    /// The same for a driver that discovers the deployment by itself.
    pub(crate) fn discovered_uri(&self) -> String {
        self.uri.replace("directConnection=true", "replicaSet=rs0")
    }

    /// Takes effect for the next command.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        let mut behaviour = lock(&self.state.behaviour);
        // What is built stays built, also when builds take longer from now on.
        lock(&self.state.catalog).settle(behaviour.build_delay);
        change(&mut behaviour);
    }

    /// The commands about search so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.state.seen).clone()
    }
}

impl Drop for Atlas {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What all connections share.
struct State {
    upstream: (String, u16),
    address: String,
    behaviour: Mutex<Behaviour>,
    catalog: Mutex<Catalog>,
    seen: Mutex<Vec<Request>>,
    /// The server's operation times, and when they were heard of.
    past: Mutex<VecDeque<(Instant, Timestamp)>>,
    next_id: AtomicI32,
    documents: Documents,
}

impl State {
    fn behaviour(&self) -> Behaviour {
        lock(&self.behaviour).clone()
    }

    fn next_id(&self) -> i32 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes the server's time from any of its replies.
    fn observe(&self, reply: &RawDocument) {
        let Ok(time) = reply.get_timestamp("operationTime") else { return };
        let (mut past, now) = (lock(&self.past), Instant::now());
        while past.len() > 1 && past.front().is_some_and(|(heard, _)| now.duration_since(*heard) > HISTORY) {
            past.pop_front();
        }
        if past.back().is_none_or(|(_, last)| *last < time) {
            past.push_back((now, time));
        }
    }

    /// The operation time from which the index is; `None` for now.
    fn index_time(&self, lag: Duration) -> Option<Timestamp> {
        let past = lock(&self.past);
        let known = past.iter().rev().find(|(heard, _)| heard.elapsed() >= lag).or(past.front());
        known.filter(|_| !lag.is_zero()).map(|(_, time)| *time)
    }
}

/// Hears of writes in time, also of those that come past the double.
async fn watch_clock(state: Arc<State>) {
    loop {
        let is_wanted = lock(&state.past).is_empty() || !state.behaviour().lag.is_zero();
        if is_wanted && let Some(reply) = state.documents.ping().await {
            state.observe(&reply);
        }
        tokio::time::sleep(TICK).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
