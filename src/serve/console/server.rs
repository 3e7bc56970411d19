//! One server: how it is, its tools, its last failures, and changing it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::{Ui, query_link, rendered, tool};
use crate::error::Result;
use crate::gateway::{
    OAuthForm, PageStart, ServerDetail, ServerForm, ServerHealth, ToolPage, ToolQuery, ToolState, ToolSummary,
};
use crate::model::ServerName;

/// Tools that are named here; the rest is in the catalog.
const NAMED: usize = 20;

#[derive(Template)]
#[template(path = "server.html")]
struct Page {
    ui: Ui,
    name: ServerName,
    detail: ServerDetail,
    form: Form,
    tools: ToolPage,
    health: ServerHealth,
}

/// A server's form, each member as the text that its control holds.
#[derive(Default)]
pub(super) struct Form {
    pub(super) transport: String,
    pub(super) url: String,
    pub(super) headers: String,
    pub(super) command: String,
    pub(super) args: String,
    pub(super) env: String,
    pub(super) scopes: String,
    pub(super) tool_scopes: String,
    pub(super) timeout_ms: String,
    pub(super) authorize_url: String,
    pub(super) token_url: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) scope: String,
    pub(super) metadata: String,
}

/// The page.
pub(super) async fn page(ui: Ui, Path(name): Path<String>) -> Response {
    match Page::of(&ui, &name).await {
        Ok((name, detail, tools, health)) => {
            let form = Form::of(&detail.form);
            let page = Page { ui, name, form, detail, tools, health };
            rendered(StatusCode::OK, &page)
        }
        Err(error) => ui.failed(&error),
    }
}

type Read = (ServerName, ServerDetail, ToolPage, ServerHealth);

impl Page {
    async fn of(ui: &Ui, name: &str) -> Result<Read> {
        let (gateway, name) = (&ui.app.gateway, name.parse::<ServerName>()?);
        let detail = gateway.server_detail(&ui.tenant, &name).await?;
        let of_it = ToolQuery { server: Some(name.clone()), ..ToolQuery::default() };
        let tools = gateway.tools(&ui.tenant, &of_it, &PageStart::First, NAMED).await?;
        let health = gateway.server_health(&ui.tenant, &name).await?;
        Ok((name, detail, tools, health))
    }

    /// Where something is asked of it.
    fn admin(&self, deed: &str) -> String {
        self.ui.link(&format!("/admin/servers/{}{deed}", self.name))
    }

    fn tool_at(&self, tool: &ToolSummary) -> String {
        self.ui.link(&tool::address(&tool.id))
    }

    fn tools_at(&self) -> String {
        query_link(&self.ui, "/ui/catalog", &[("server", self.name.as_str())])
    }

    fn trail_at(&self) -> String {
        let parameters = [("server", self.name.as_str()), ("outcome", "failed"), ("span", "7d")];
        query_link(&self.ui, "/ui/audit", &parameters)
    }

    fn synced(&self, member: &str) -> &str {
        self.detail.last_sync.as_ref().and_then(|last| last.get(member)?.as_str()).unwrap_or_default()
    }
}

fn joined<V>(map: &BTreeMap<String, V>, joint: &str, value: impl Fn(&V) -> String) -> String {
    map.iter().fold(String::new(), |mut text, (name, each)| {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{name}{joint}{}", value(each));
        text
    })
}

impl Form {
    pub(super) fn of(form: &ServerForm) -> Self {
        let oauth = form.oauth.clone();
        let of_oauth = |member: fn(OAuthForm) -> Option<String>| oauth.clone().and_then(member).unwrap_or_default();
        let metadata: Value = form.metadata.clone().into_iter().collect();
        Self {
            transport: form.transport.clone().unwrap_or_default(),
            url: form.url.clone().unwrap_or_default(),
            headers: joined(&form.headers, ": ", String::clone),
            command: form.command.clone().unwrap_or_default(),
            args: form.args.join("\n"),
            env: joined(&form.env, "=", String::clone),
            scopes: form.scopes.join(" "),
            tool_scopes: joined(&form.tool_scopes, "=", |scopes: &Vec<String>| scopes.join(" ")),
            timeout_ms: form.timeout_ms.map(|limit| limit.to_string()).unwrap_or_default(),
            authorize_url: of_oauth(|oauth| oauth.authorize_url),
            token_url: of_oauth(|oauth| Some(oauth.token_url)),
            client_id: of_oauth(|oauth| Some(oauth.client_id)),
            client_secret: of_oauth(|oauth| oauth.client_secret),
            scope: of_oauth(|oauth| oauth.scope),
            metadata: if form.metadata.is_empty() { String::new() } else { format!("{metadata:#}") },
        }
    }

    /// Whether it is that of a server that is there.
    pub(super) fn is_kept(&self) -> bool {
        !self.transport.is_empty()
    }

    /// Whether this is how it is reached; by streamable HTTP, where nothing is said yet.
    pub(super) fn is(&self, transport: &str) -> bool {
        self.transport == transport || self.transport.is_empty() && transport == "streamable_http"
    }
}
