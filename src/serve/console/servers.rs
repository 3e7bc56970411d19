//! The servers of a tenant: which there are, how they are, and adding some.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::server::Form;
use super::{Ui, rendered};
use crate::error::Result;
use crate::gateway::{ServerPage, ServerSummary};

/// Servers of a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "servers.html")]
struct Servers {
    ui: Ui,
    wanted: String,
    found: ServerPage,
    is_first: bool,
    /// What a new one begins with.
    form: Form,
}

/// `?q=`: words in a server's name or target. `?after=`: the name that a page starts behind.
pub(super) async fn page(ui: Ui) -> Response {
    let wanted = ui.asked("q").unwrap_or_default();
    match found(&ui, &wanted).await {
        Ok(found) => {
            let is_first = ui.asked("after").is_none();
            rendered(StatusCode::OK, &Servers { ui, wanted, found, is_first, form: Form::default() })
        }
        Err(error) => ui.failed(&error),
    }
}

async fn found(ui: &Ui, wanted: &str) -> Result<ServerPage> {
    let after = ui.asked("after").map(|name| name.parse()).transpose()?;
    ui.app.gateway.servers_with(&ui.tenant, wanted, after.as_ref(), PAGE).await
}

impl Servers {
    /// Where something is asked of a server.
    fn asked_of(&self, server: &ServerSummary, deed: &str) -> String {
        self.ui.link(&format!("/admin/servers/{}{deed}", server.name))
    }

    fn at(&self, server: &ServerSummary) -> String {
        self.ui.link(&format!("/ui/servers/{}", server.name))
    }

    /// The same search from another name on.
    fn after(&self, name: &str) -> String {
        self.ui.with(&[("q", &self.wanted), ("after", name)])
    }

    /// Whether there is no server at all.
    fn is_empty(&self) -> bool {
        self.found.servers.is_empty() && self.wanted.is_empty() && self.is_first
    }
}
