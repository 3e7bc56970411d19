//! How the gateway is, live.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::App;
use super::chart::{Bars, bars};
use super::health::Health;
use super::{Ui, link, live, rendered};
use crate::error::Result;
use crate::gateway::AuditSummary;
use crate::model::{Server, SyncStatus, TenantId, Timestamp};

/// What the figures are of.
const SPAN: Duration = Duration::from_secs(15 * 60);
/// Servers that need attention are named up to so many.
const MOST_NAMED: usize = 20;

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
    /// How the gateway is, as it is written.
    health: String,
    servers: usize,
    enabled: usize,
    /// Whose last sync failed, and where they are found.
    failing: Vec<(String, String)>,
    /// Where servers are added.
    add_at: String,
    tools: usize,
    quarantined: u64,
    /// Where these are found.
    kept_at: String,
    calls: Arc<AuditSummary>,
    chart: Bars,
}

/// The page.
pub(super) async fn page(ui: Ui) -> Response {
    let health = Health::of(&ui.app).await;
    match Now::of(&ui.app, &ui.tenant, &health).await {
        Ok(now) => rendered(StatusCode::OK, &Overview { ui, now }),
        Err(error) => ui.failed(&error),
    }
}

/// Its live part.
pub(super) async fn live(ui: Ui, headers: HeaderMap) -> Response {
    live::stream(ui, headers, |ui, health| {
        Box::pin(async move { live::written(&Now::of(&ui.app, &ui.tenant, health).await?) })
    })
}

impl Now {
    async fn of(app: &App, tenant: &TenantId, health: &Health) -> Result<Self> {
        let gateway = &app.gateway;
        let view = gateway.catalog().view(tenant).await?;
        let until = Timestamp::now().plus(Duration::from_millis(1));
        let span = i64::try_from(SPAN.as_millis()).unwrap_or(i64::MAX);
        let since = Timestamp(until.0.saturating_sub(span));
        // Every record of that time is read for it.
        let calls = app.figures.of(tenant, gateway.audit_summary(tenant, since, until)).await?;
        let found_at =
            |server: &Server| (server.name.to_string(), link(app, tenant, &format!("/ui/servers/{}", server.name)));
        let heights = calls.buckets.iter().map(|bucket| (bucket.calls, bucket.errors));
        let has_failed = |server: &Server| {
            server.is_enabled && server.last_sync.as_ref().is_some_and(|last| last.status != SyncStatus::Ok)
        };
        let failing = view.servers().filter(|server| has_failed(server));
        Ok(Self {
            health: live::written(health)?,
            enabled: view.servers().filter(|server| server.is_enabled).count(),
            failing: failing.take(MOST_NAMED).map(|server| found_at(server)).collect(),
            add_at: link(app, tenant, "/ui/servers"),
            servers: view.servers().count(),
            tools: view.tools().len(),
            quarantined: gateway.count_quarantined(tenant).await?,
            kept_at: link(app, tenant, "/ui/catalog?status=quarantined"),
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
