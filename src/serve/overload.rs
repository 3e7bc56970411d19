//! Turns requests away while too many are under way, or what is ready to run has to wait, before anything of them is read:
//! who is turned away at once can ask another replica, and those who were let in are answered in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::{App, error};
use crate::mcp::Code;
use crate::telemetry::metrics::METRICS;

/// How long a request waits for its turn. Longer, and whoever sent it has no time left for the answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// When those who are turned away should come back.
const COME_BACK: Duration = Duration::from_secs(1);

/// How often it is looked whether what is ready runs in time, and what is late: the processors have more to do than they can.
/// A queue that is bounded by the time in it, not by its length, needs no guess of what a request costs (CoDel, RFC 8289).
const LOOK: Duration = Duration::from_millis(5);
const LATE: Duration = Duration::from_millis(25);
/// With fewer requests than this for a processor it is others who keep it busy, and turning callers away helps nobody.
const CROWD: usize = 32;

/// Room for requests: some under way, and some that wait.
pub(super) struct Room {
    under_way: Arc<Semaphore>,
    /// Under way and waiting.
    let_in: Arc<Semaphore>,
    places: usize,
    crowd: usize,
    crowded: Notify,
    is_late: AtomicBool,
}

/// Why a request is turned away.
#[derive(Debug)]
struct Full(&'static str);

impl Room {
    pub(super) fn new(under_way: usize, waiting: usize) -> Self {
        let places = under_way.saturating_add(waiting).min(Semaphore::MAX_PERMITS);
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            under_way: Arc::new(Semaphore::new(under_way.min(Semaphore::MAX_PERMITS))),
            let_in: Arc::new(Semaphore::new(places)),
            places,
            crowd: CROWD * processors,
            crowded: Notify::new(),
            is_late: AtomicBool::new(false),
        }
    }

    /// A request's turn, until it is dropped; an error where it is turned away.
    async fn enter(&self) -> Result<[OwnedSemaphorePermit; 2], Full> {
        let full = || Full("overload");
        if self.is_crowded() {
            if self.is_late.load(Ordering::Relaxed) {
                return Err(Full("late"));
            }
            self.crowded.notify_one();
        }
        let place = Arc::clone(&self.let_in).try_acquire_owned().map_err(|_| full())?;
        let turn = Arc::clone(&self.under_way).acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, turn).await.map_err(|_| full())?;
        Ok([turn.map_err(|_| full())?, place])
    }

    fn is_crowded(&self) -> bool {
        self.places.saturating_sub(self.let_in.available_permits()) > self.crowd
    }

    /// Looks whether what is ready runs in time, while there is a crowd; does not end.
    pub(super) async fn watch(&self) {
        loop {
            self.crowded.notified().await;
            while self.is_crowded() {
                let due = Instant::now() + LOOK;
                tokio::time::sleep_until(due.into()).await;
                self.is_late.store(due.elapsed() > LATE, Ordering::Relaxed);
            }
            self.is_late.store(false, Ordering::Relaxed);
        }
    }
}

/// Around whatever callers ask over HTTP. A stream counts until it begins; what comes over a connection of its own
/// (WebSocket, `/messages`) is bounded there.
pub(super) async fn shed(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match app.room.enter().await {
        Ok(_turn) => next.run(request).await,
        Err(Full(reason)) => {
            METRICS.shed(reason);
            let milliseconds = u64::try_from(COME_BACK.as_millis()).unwrap_or(u64::MAX);
            let data = json!({ "reason": "overloaded", "retry_after_ms": milliseconds });
            let detail = "too many requests are under way; try again, or another replica";
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let mut response = error::response(status, Code::RateLimited, detail, Some(&data));
            response.headers_mut().insert(RETRY_AFTER, COME_BACK.as_secs().into());
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_are_under_way_and_so_many_wait() {
        let room = Arc::new(Room::new(2, 1));
        let first = room.enter().await.expect("room");
        let second = room.enter().await.expect("room");
        let third = tokio::spawn({
            let room = Arc::clone(&room);
            async move { room.enter().await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(room.enter().await.is_err(), "nobody else waits");
        drop(first);
        assert!(third.await.expect("a task"), "who waits is next");
        let third = room.enter().await.expect("room");
        let began = std::time::Instant::now();
        assert!(room.enter().await.is_err() && began.elapsed() >= PATIENCE, "and does not wait for ever");
        drop((second, third));
        assert!(room.enter().await.is_ok());
    }

    #[tokio::test]
    async fn who_would_come_late_is_turned_away() {
        let room = Arc::new(Room { crowd: 1, ..Room::new(10, 10) });
        let watching = tokio::spawn({
            let room = Arc::clone(&room);
            async move { room.watch().await }
        });
        let first = room.enter().await.expect("room");
        // Longer than what is late; but one is no crowd.
        std::thread::sleep(2 * LATE);
        let second = room.enter().await.expect("room");
        let third = room.enter().await.expect("room");
        // The watch goes to sleep, and then nothing runs in time.
        tokio::time::sleep(Duration::from_millis(1)).await;
        std::thread::sleep(LOOK + 2 * LATE);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(room.enter().await.expect_err("too late").0, "late");
        drop((first, second, third));
        let in_time = async {
            while room.is_late.load(Ordering::Relaxed) {
                tokio::time::sleep(LOOK).await
            }
        };
        tokio::time::timeout(Duration::from_secs(5), in_time).await.expect("in time again");
        assert!(room.enter().await.is_ok());
        watching.abort();
    }
}
