//! A part of a page that is live: rendered again and again, sent where it changed.

use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;
use futures_util::stream;

use super::super::admin::session;
use super::Ui;

/// It is looked at so often.
const PACE: Duration = Duration::from_secs(2);

/// Renders the part; `None` where there is nothing to be said now, as while the store is away.
pub(super) type Part = fn(&Ui) -> BoxFuture<'_, Option<String>>;

/// Events `now` with what `part` renders, for as long as whoever looks is logged in.
pub(super) fn stream(ui: Ui, headers: HeaderMap, part: Part) -> Response {
    let parts = stream::unfold((ui, headers, String::new()), move |(ui, headers, mut last)| async move {
        loop {
            tokio::time::sleep(PACE).await;
            let is_over = ui.app.draining.load(Ordering::Acquire);
            let may_look = session::of_cookie(&ui.app, &headers).await;
            if is_over || matches!(may_look, Ok(None)) {
                return None;
            }
            let Some(text) = part(&ui).await else { continue };
            if text != last {
                last.clone_from(&text);
                let event = Event::default().event("now").data(text);
                return Some((Ok::<_, Infallible>(event), (ui, headers, last)));
            }
        }
    });
    Sse::new(parts).keep_alive(KeepAlive::default()).into_response()
}
