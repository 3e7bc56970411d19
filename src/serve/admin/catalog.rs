//! `/admin/catalog`: the tools of `?tenant_id=`, bringing them up to date, letting them go, trying them out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::super::App;
use super::operation::origin;
use super::{Asked, answered, bytes, json_of, read, refusal, tenant_or_own, tool_of};
use crate::catalog::SyncOptions;
use crate::error::{Error, Result};
use crate::gateway::{PageStart, ToolQuery, ToolState};
use crate::model::{RawJson, RawObject, ServerName};

/// Of a call that is tried out: the server may have to be started first.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

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
pub(super) async fn sync(State(app): State<Arc<App>>, request: Request) -> Response {
    let synced = async {
        let Sync { tenant_id, server, prune, dry_run } = read(request).await?;
        let tenant = tenant_or_own(&app, tenant_id.as_deref())?;
        if let Some(server) = &server {
            app.gateway.registry().expect(&tenant, server).await?;
        }
        let options = SyncOptions { servers: server.into_iter().collect(), prune, dry_run };
        let report = app.gateway.sync(&tenant, &options, &|_| ()).await?;
        Ok((StatusCode::OK, json_of(&report)?))
    };
    answered(synced.await)
}

/// A page of tools: `?q=` words, `?server=`, `?status=`, `?limit=`, `?cursor=`.
pub(super) async fn list(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let listed = async {
        let query = ToolQuery {
            words: asked.text("q").unwrap_or_default().to_owned(),
            server: asked.read("server")?,
            state: asked.text("status").map(ToolState::named).transpose()?,
        };
        let start = PageStart::read(asked.text("cursor"), false).map_err(|error| error.field("cursor"))?;
        let page = app.gateway.tools(&asked.tenant()?, &query, &start, asked.limit()?).await?;
        Ok((StatusCode::OK, json_of(&page)?))
    };
    answered(listed.await)
}

/// Everything about one tool.
pub(super) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, asked: Asked) -> Response {
    let shown = async {
        let (server, tool) = tool_of(&id)?;
        Ok((StatusCode::OK, app.gateway.tool_detail(&asked.tenant()?, &server, tool).await?))
    };
    answered(shown.await)
}

/// The tools that are kept back, with the difference to what was accepted.
pub(super) async fn quarantine(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let found = async {
        let tools = app.gateway.quarantined(&asked.tenant()?).await?;
        Ok((StatusCode::OK, json!({ "tools": tools })))
    };
    answered(found.await)
}

/// Accepts the definition that a tool has now.
pub(super) async fn release(State(app): State<Arc<App>>, Path(id): Path<String>, asked: Asked) -> Response {
    let released = async {
        let (server, tool) = tool_of(&id)?;
        let changed = app.gateway.release(&asked.tenant()?, &server, tool).await?;
        Ok((StatusCode::OK, json!({ "id": id, "changed": changed })))
    };
    answered(released.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pin {
    pinned: bool,
}

/// Lists a tool beside the discovery tools, or no longer.
pub(super) async fn pin(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asked: Asked,
    request: Request,
) -> Response {
    let pinned = async {
        let (server, tool) = tool_of(&id)?;
        let (tenant, Pin { pinned }) = (asked.tenant()?, read(request).await?);
        let changed = app.gateway.set_pinned(&tenant, &server, tool, pinned).await?;
        Ok((StatusCode::OK, json!({ "id": id, "pinned": pinned, "changed": changed })))
    };
    answered(pinned.await)
}

/// Calls a tool as the operator, `{"arguments": {…}}`, by the way of every call; what it answers comes back as it is.
pub(super) async fn call(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asked: Asked,
    request: Request,
) -> Response {
    let called = async {
        let (server, tool) = tool_of(&id)?;
        let (tenant, origin) = (asked.tenant()?, origin(request.extensions()));
        let body = bytes(request).await?;
        let params: &RawValue =
            serde_json::from_slice(&body).map_err(|error| Error::invalid(format!("the body: {error}")))?;
        let params = RawObject::parse(params).map_err(|_| Error::invalid("the body is no object"))?;
        if params.iter().any(|(member, _)| member != "arguments") || params.get("arguments").is_none() {
            return Err(Error::invalid("the body has a member `arguments` and no other").field("arguments"));
        }
        app.gateway.try_tool(&tenant, &server, tool, &params, CALL_TIMEOUT, origin).await
    };
    let called: Result<RawJson> = called.await;
    match called {
        Ok(result) => {
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
            (StatusCode::OK, headers, result.bytes().to_vec()).into_response()
        }
        Err(error) => refusal(&error),
    }
}
