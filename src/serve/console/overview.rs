//! How the gateway is, live.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::super::App;
use super::super::admin::session;
use super::chart::{Bars, bars};
use super::{Ui, link, rendered};
use crate::error::Result;
use crate::gateway::{AuditSummary, ServerSummary};
use crate::model::{TenantId, Timestamp};

/// What the figures are of.
const SPAN: Duration = Duration::from_secs(15 * 60);
/// They are looked at so often.
const PACE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    ui: Ui,
    now: Now,
}

/// The part that is live.
#[derive(Template)]
#[template(path = "overview_now.html")]
struct Now {
    servers: usize,
    enabled: usize,
    /// Whose last sync failed, and where they are found.
    failing: Vec<(String, String)>,
    /// Where servers are added.
    add_at: String,
    tools: usize,
    quarantined: usize,
    calls: AuditSummary,
    chart: Bars,
}

/// The page.
pub(super) async fn page(ui: Ui) -> Response {
    match Now::of(&ui.app, &ui.tenant).await {
        Ok(now) => rendered(StatusCode::OK, &Overview { ui, now }),
        Err(error) => ui.failed(&error),
    }
}

/// Its live part, again and again, for as long as whoever looks is logged in.
pub(super) async fn live(State(app): State<Arc<App>>, ui: Ui, headers: HeaderMap) -> Response {
    let first = (app, ui.tenant, headers, String::new());
    let parts = stream::unfold(first, async |(app, tenant, headers, mut last)| {
        loop {
            tokio::time::sleep(PACE).await;
            let is_over = app.draining.load(Ordering::Acquire);
            let may_look = session::of_cookie(&app, &headers).await;
            if is_over || matches!(may_look, Ok(None)) {
                return None;
            }
            // While the store is away there is nothing new; the page says so when it is asked for.
            let Ok(now) = Now::of(&app, &tenant).await else { continue };
            let text = now.render().ok()?;
            if text != last {
                last.clone_from(&text);
                let event = Event::default().event("now").data(text);
                return Some((Ok::<_, Infallible>(event), (app, tenant, headers, last)));
            }
        }
    });
    Sse::new(parts).keep_alive(KeepAlive::default()).into_response()
}

impl Now {
    async fn of(app: &App, tenant: &TenantId) -> Result<Self> {
        let gateway = &app.gateway;
        let servers = gateway.servers(tenant).await?;
        let until = Timestamp::now().plus(Duration::from_millis(1));
        let span = i64::try_from(SPAN.as_millis()).unwrap_or(i64::MAX);
        let calls = gateway.audit_summary(tenant, Timestamp(until.0.saturating_sub(span)), until).await?;
        let found_at = |server: &ServerSummary| {
            (server.name.clone(), link(app, tenant, &format!("/ui/servers?q={}", server.name)))
        };
        let heights = calls.buckets.iter().map(|bucket| (bucket.calls, bucket.errors));
        Ok(Self {
            enabled: servers.iter().filter(|server| server.enabled).count(),
            failing: servers.iter().filter(|server| server.status == "failed").map(found_at).collect(),
            add_at: link(app, tenant, "/ui/servers"),
            servers: servers.len(),
            tools: gateway.catalog().view(tenant).await?.tools().len(),
            quarantined: gateway.quarantined(tenant).await?.len(),
            chart: bars(heights),
            calls,
        })
    }

    /// Calls in a second, of the time that is shown.
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    fn rate(&self) -> String {
        format!("{:.1}", self.calls.calls.calls as f64 / SPAN.as_secs_f64())
    }

    /// `part` of all calls, in percent.
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    fn share(&self, part: &u64) -> String {
        match self.calls.calls.calls {
            0 => "—".to_owned(),
            all => format!("{:.1} %", *part as f64 * 100.0 / all as f64),
        }
    }

    fn p(&self, share: f64) -> String {
        self.calls.calls.latency_ms.percentile(share).map_or_else(|| "—".to_owned(), |ms| format!("{ms:.1} ms"))
    }
}
