//! How the gateway is, live.

use std::time::Duration;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::super::{App, health};
use super::chart::{Bars, bars};
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
    /// As `/health` answers.
    health: Value,
    is_ready: bool,
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

/// Its live part.
pub(super) async fn live(ui: Ui, headers: HeaderMap) -> Response {
    live::stream(ui, headers, |ui| Box::pin(async move { Now::of(&ui.app, &ui.tenant).await.ok()?.render().ok() }))
}

impl Now {
    async fn of(app: &App, tenant: &TenantId) -> Result<Self> {
        let gateway = &app.gateway;
        let view = gateway.catalog().view(tenant).await?;
        let until = Timestamp::now().plus(Duration::from_millis(1));
        let span = i64::try_from(SPAN.as_millis()).unwrap_or(i64::MAX);
        let calls = gateway.audit_summary(tenant, Timestamp(until.0.saturating_sub(span)), until).await?;
        let found_at =
            |server: &Server| (server.name.to_string(), link(app, tenant, &format!("/ui/servers/{}", server.name)));
        let heights = calls.buckets.iter().map(|bucket| (bucket.calls, bucket.errors));
        let has_failed = |server: &Server| {
            server.is_enabled && server.last_sync.as_ref().is_some_and(|last| last.status != SyncStatus::Ok)
        };
        let failing = view.servers().filter(|server| has_failed(server));
        let (health, is_ready) = health::picture(app).await;
        Ok(Self {
            health,
            is_ready,
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

    /// What it says at this place.
    fn says(&self, pointer: &str) -> &str {
        self.health.pointer(pointer).and_then(Value::as_str).unwrap_or("—")
    }

    /// Audit records that wait for the store.
    fn waiting(&self) -> u64 {
        self.health.pointer("/audit/waiting_records").and_then(Value::as_u64).unwrap_or_default()
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
