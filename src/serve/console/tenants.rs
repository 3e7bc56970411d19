//! Whose catalogs there are.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::parts::{self, Pages, page_of};
use super::{Ui, link, rendered};
use crate::error::Result;
use crate::gateway::{TenantSummary, Words};
use crate::model::TenantId;

/// Tenants of a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "tenants.html")]
struct Tenants {
    ui: Ui,
    wanted: String,
    tenants: Vec<TenantSummary>,
    meant: usize,
    pages: Pages,
}

/// `?q=`: words in a tenant's id.
pub(super) async fn page(ui: Ui) -> Response {
    let wanted = ui.asked("q").unwrap_or_default();
    let meant = match meant(&ui, &wanted).await {
        Ok(meant) => meant,
        Err(error) => return ui.failed(&error),
    };
    let pages = Pages::of(&ui, meant.len(), PAGE, &[("q", &wanted)]);
    let count = meant.len();
    let tenants = match ui.app.gateway.tenant_summaries(&page_of(meant, &pages)).await {
        Ok(tenants) => tenants,
        Err(error) => return ui.failed(&error),
    };
    rendered(StatusCode::OK, &Tenants { ui, wanted, tenants, meant: count, pages })
}

async fn meant(ui: &Ui, wanted: &str) -> Result<Vec<TenantId>> {
    let mut tenants = ui.app.gateway.tenants().await?;
    let words = Words::new(wanted);
    tenants.retain(|tenant| words.are_in(&[tenant.as_str()]));
    tenants.sort_unstable_by(|one, two| one.as_str().cmp(two.as_str()));
    Ok(tenants)
}

impl Tenants {
    /// Where its servers are seen.
    fn at(&self, tenant: &TenantSummary) -> String {
        link(&self.ui.app, &tenant.id, "/ui/servers")
    }
}
