//! A part of a page that is live: rendered again and again, sent where it changed.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;
use futures_util::stream;

use super::super::admin::session;
use super::Ui;
use super::health::Health;
use crate::error::{Error, Result};

/// It is looked at so often.
const PACE: Duration = Duration::from_secs(2);

/// The store is waited for so long before a session is taken to be as it was.
const PATIENCE: Duration = Duration::from_secs(2);

/// Renders the part.
pub(super) type Part = for<'a> fn(&'a Ui, &'a Health) -> BoxFuture<'a, Result<String>>;

/// What is in its place while it cannot be read, as while the store is away.
#[derive(Template)]
#[template(path = "away.html")]
struct Away {
    health: Health,
    why: String,
}

/// Events `now` with what `part` renders, for as long as whoever looks is logged in.
pub(super) fn stream(ui: Ui, headers: HeaderMap, part: Part) -> Response {
    let parts = stream::unfold((ui, headers, String::new()), move |(ui, headers, mut last)| async move {
        loop {
            tokio::time::sleep(PACE).await;
            let is_over = ui.app.readiness.is_withdrawn();
            // A page that is open and nothing more keeps no session alive.
            let session = session::still_of_cookie(&ui.app, &headers);
            let may_look = tokio::time::timeout(PATIENCE, session).await;
            if is_over || matches!(may_look, Ok(Ok(None))) {
                return None;
            }
            let Ok(text) = rendered(&ui, part).await else { continue };
            if text != last {
                last.clone_from(&text);
                let event = Event::default().event("now").data(text);
                return Some((Ok::<_, Infallible>(event), (ui, headers, last)));
            }
        }
    });
    Sse::new(parts).keep_alive(KeepAlive::default()).into_response()
}

async fn rendered(ui: &Ui, part: Part) -> Result<String> {
    let health = Health::of(&ui.app).await;
    let why = match health.store_fault() {
        // To ask it all the same would take as long as its driver has patience.
        Some(why) => why.to_owned(),
        None => match part(ui, &health).await {
            Ok(text) => return Ok(text),
            Err(error) => error.message().to_owned(),
        },
    };
    written(&Away { health, why })
}

/// As the part is sent.
pub(super) fn written(template: &impl Template) -> Result<String> {
    template.render().map_err(|error| Error::internal("a part of a page cannot be written").source(error))
}
