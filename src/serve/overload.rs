//! Turns requests away while too many are under way, before anything of them is read: who is turned away at once can ask
//! another replica, and those who were let in are answered in time.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{App, error};
use crate::mcp::Code;
use crate::telemetry::metrics::METRICS;

/// How long a request waits for its turn. Longer, and whoever sent it has no time left for the answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// When those who are turned away should come back.
const COME_BACK: Duration = Duration::from_secs(1);

/// Room for requests: some under way, and some that wait.
pub(super) struct Room {
    under_way: Arc<Semaphore>,
    /// Under way and waiting.
    let_in: Arc<Semaphore>,
}

impl Room {
    pub(super) fn new(under_way: usize, waiting: usize) -> Self {
        let [under_way, let_in] = [under_way, under_way.saturating_add(waiting)]
            .map(|most| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))));
        Self { under_way, let_in }
    }

    /// A request's turn, until it is dropped; `None` where it is turned away.
    async fn enter(&self) -> Option<[OwnedSemaphorePermit; 2]> {
        let place = Arc::clone(&self.let_in).try_acquire_owned().ok()?;
        let turn = Arc::clone(&self.under_way).acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, turn).await.ok()?.ok()?;
        Some([turn, place])
    }
}

/// Around whatever callers ask over HTTP. A stream counts until it begins; what comes over a connection of its own
/// (WebSocket, `/messages`) is bounded there.
pub(super) async fn shed(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match app.room.enter().await {
        Some(_turn) => next.run(request).await,
        None => {
            METRICS.shed("overload");
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
            async move { room.enter().await.is_some() }
        });
        tokio::task::yield_now().await;
        assert!(room.enter().await.is_none(), "nobody else waits");
        drop(first);
        assert!(third.await.expect("a task"), "who waits is next");
        let third = room.enter().await.expect("room");
        let began = std::time::Instant::now();
        assert!(room.enter().await.is_none() && began.elapsed() >= PATIENCE, "and does not wait for ever");
        drop((second, third));
        assert!(room.enter().await.is_some());
    }
}
