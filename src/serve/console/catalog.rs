//! Every tool of a tenant, also one that cannot be used.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Ui, rendered, tool};
use crate::error::Result;
use crate::gateway::{PageStart, ToolPage, ToolQuery, ToolState, ToolSummary};

/// Tools of a page.
const PAGE: usize = 50;
/// What the address says of the filter.
const FILTERS: [&str; 3] = ["q", "server", "status"];

#[derive(Template)]
#[template(path = "catalog.html")]
struct Catalog {
    ui: Ui,
    /// In the order of [`FILTERS`].
    asked: [String; 3],
    found: ToolPage,
    /// Whether there is any tool at all.
    is_empty: bool,
    is_first: bool,
    quarantined: u64,
}

/// `?q=`: words in a tool's name, server or description. `?server=&status=&cursor=`.
pub(super) async fn page(ui: Ui) -> Response {
    let found = match found(&ui).await {
        Ok(found) => found,
        Err(error) => return ui.failed(&error),
    };
    let quarantined = match ui.app.gateway.count_quarantined(&ui.tenant).await {
        Ok(quarantined) => quarantined,
        Err(error) => return ui.failed(&error),
    };
    let asked = FILTERS.map(|name| ui.asked(name).unwrap_or_default());
    let is_first = ui.asked("cursor").is_none();
    let is_empty = found.tools.is_empty() && is_first && asked.iter().all(String::is_empty);
    rendered(StatusCode::OK, &Catalog { ui, asked, found, is_empty, is_first, quarantined })
}

async fn found(ui: &Ui) -> Result<ToolPage> {
    let query = ToolQuery {
        words: ui.asked("q").unwrap_or_default(),
        server: ui.asked("server").map(|name| name.parse()).transpose()?,
        state: ui.asked("status").map(|name| ToolState::named(&name)).transpose()?,
    };
    let start = PageStart::read(ui.asked("cursor").as_deref(), false)?;
    ui.app.gateway.tools(&ui.tenant, &query, &start, PAGE).await
}

impl Catalog {
    fn tool_at(&self, tool: &ToolSummary) -> String {
        self.ui.link(&tool::address(&tool.id))
    }

    /// The same filter from another place on.
    fn from(&self, cursor: &str) -> String {
        let own = FILTERS.iter().zip(&self.asked).map(|(name, value)| (*name, value.as_str()));
        self.ui.with(&own.chain([("cursor", cursor)]).collect::<Vec<_>>())
    }

    /// How it can be used: a class and a word.
    fn state(state: &ToolState) -> (&'static str, &'static str) {
        match state {
            ToolState::Active => ("good", "active"),
            ToolState::Quarantined => ("bad", "quarantined"),
            ToolState::Disabled => ("warn", "disabled"),
        }
    }
}
