//! `/admin/catalog`: the tools of `?tenant_id=`, and bringing them up to date.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::App;
use super::{answered, asked, read, tenant_asked, tenant_or_own};
use crate::catalog::{Listed, SyncOptions};
use crate::error::Error;
use crate::gateway::{PageStart, shown_tool};
use crate::model::{Principal, ServerName};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sync {
    #[serde(default)]
    tenant_id: Option<String>,
    #[serde(default)]
    server: Option<ServerName>,
    #[serde(default)]
    prune: bool,
    #[serde(default)]
    dry_run: bool,
}

/// Brings the catalog up to date with what the servers list; the same as `mcpgw catalog sync`.
pub(in super::super) async fn sync(State(app): State<Arc<App>>, request: Request) -> Response {
    let synced = async {
        let Sync { tenant_id, server, prune, dry_run } = read(&app, request).await?;
        let tenant = tenant_or_own(&app, tenant_id.as_deref())?;
        if let Some(server) = &server {
            app.gateway.registry().expect(&tenant, server).await?;
        }
        let options = SyncOptions { servers: server.into_iter().collect(), prune, dry_run };
        let report = app.gateway.sync(&tenant, &options, &|_| ()).await?;
        Ok((StatusCode::OK, serde_json::to_value(report).unwrap_or_default()))
    };
    answered(synced.await)
}

/// A page of tools: `?server=`, `?limit=` (1 to 100), `?cursor=`.
pub(in super::super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let tenant = tenant_asked(&app, &uri)?;
        let limit = asked(&uri, "limit").map_or(Ok(PAGE), |text| text.parse());
        let limit = limit.map_err(|_| Error::invalid("`limit` is no number"))?.clamp(1, PAGE);
        let start = PageStart::read(asked(&uri, "cursor").as_deref(), false)?;
        let server: Option<ServerName> = asked(&uri, "server").map(|name| name.parse()).transpose()?;
        let operator = Principal::operator(tenant);
        let page = match server {
            None => app.gateway.list(&operator, &start, Some(limit)).await?,
            Some(server) => app.gateway.list_of_server(&operator, &server, &start, limit).await?,
        };
        let tools: Vec<Value> = page.tools.iter().map(shown).collect();
        Ok((StatusCode::OK, json!({ "tools": tools, "next": page.next })))
    };
    answered(listed.await)
}

/// With the id by which a tool that is kept back is released.
fn shown(listed: &Listed) -> Value {
    let mut shown = shown_tool(listed);
    shown["id"] = json!(listed.tool.id);
    shown
}
