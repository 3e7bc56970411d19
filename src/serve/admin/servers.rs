//! `/admin/servers`: the routing registry of `?tenant_id=`. Credentials go in and never come out.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::App;
use super::{Asked, answered, expected, json_of, read, read_private, refusal, tagged};
use crate::error::Result;
use crate::gateway::{ServerDetail, ServerForm};
use crate::model::ServerName;

/// A page of servers: `?q=` words in name or target, `?limit=`, `?cursor=`.
pub(super) async fn list(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let listed = async {
        let (tenant, after, limit) = (asked.tenant()?, asked.read::<ServerName>("cursor")?, asked.limit()?);
        let words = asked.text("q").unwrap_or_default();
        let page = app.gateway.servers_with(&tenant, words, after.as_ref(), limit).await?;
        Ok((StatusCode::OK, json_of(&page)?))
    };
    answered(listed.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    document: Value,
    #[serde(default)]
    dry_run: bool,
}

/// Registers the servers of a desktop client's document; the same as `mcpgw server import`.
pub(super) async fn import(State(app): State<Arc<App>>, asked: Asked, request: Request) -> Response {
    let imported = async {
        let tenant = asked.tenant()?;
        let Import { document, dry_run } = read_private(request).await?;
        let servers = app.gateway.import_servers(&tenant, &document, dry_run).await?;
        Ok((StatusCode::OK, json!({ "servers": servers })))
    };
    answered(imported.await)
}

/// Registers one.
pub(super) async fn add(State(app): State<Arc<App>>, asked: Asked, request: Request) -> Response {
    let added = async {
        let tenant = asked.tenant()?;
        let form: ServerForm = read_private(request).await?;
        app.gateway.add_form(&tenant, form).await
    };
    shown(StatusCode::CREATED, added.await)
}

/// One server, with how it does.
pub(super) async fn show(State(app): State<Arc<App>>, Path(name): Path<String>, asked: Asked) -> Response {
    let found = async {
        let (tenant, name) = (asked.tenant()?, named(&name)?);
        let detail = app.gateway.server_detail(&tenant, &name).await?;
        let health = app.gateway.server_health(&tenant, &name).await?;
        let mut shown = json_of(&detail)?;
        shown["circuit"] = json_of(&health.circuit)?;
        shown["failures"] = json_of(&health.failures)?;
        Ok(tagged(StatusCode::OK, &shown, &detail.revision))
    };
    found.await.unwrap_or_else(|error| refusal(&error))
}

/// Replaces one; with `If-Match`, only what the caller has seen.
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    asked: Asked,
    request: Request,
) -> Response {
    let replaced = async {
        let (tenant, expected) = (asked.tenant()?, revision(request.headers())?);
        let form: ServerForm = read_private(request).await?;
        app.gateway.replace_form(&tenant, &named(&name)?, form, expected.as_deref()).await
    };
    shown(StatusCode::OK, replaced.await)
}

/// Changes parts of one.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    asked: Asked,
    request: Request,
) -> Response {
    let changed = async {
        let (tenant, expected) = (asked.tenant()?, revision(request.headers())?);
        let patch: Value = read(request).await?;
        app.gateway.patch_form(&tenant, &named(&name)?, patch, expected.as_deref()).await
    };
    shown(StatusCode::OK, changed.await)
}

/// Forgets one and its tools; with `If-Match`, only what the caller has seen.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let removed = async {
        let (name, expected) = (named(&name)?, revision(&headers)?);
        let tools = app.gateway.remove_server(&asked.tenant()?, &name, expected.as_deref()).await?;
        Ok((StatusCode::OK, json!({ "name": name, "status": "removed", "tools": tools })))
    };
    answered(removed.await)
}

/// Connects to one and says who answers.
pub(super) async fn test(State(app): State<Arc<App>>, Path(name): Path<String>, asked: Asked) -> Response {
    let tested = async {
        let probe = app.gateway.test_server(&asked.tenant()?, &named(&name)?).await?;
        Ok((StatusCode::OK, json_of(&probe)?))
    };
    answered(tested.await)
}

/// The revision in `If-Match`. A server has to be there in any case, so `*` says nothing more.
fn revision(headers: &HeaderMap) -> Result<Option<String>> {
    Ok(expected(headers)?.filter(|expected| expected != "*"))
}

fn named(name: &str) -> Result<ServerName> {
    name.parse()
}

fn shown(status: StatusCode, outcome: Result<ServerDetail>) -> Response {
    let shown = outcome.and_then(|detail| Ok(tagged(status, &json_of(&detail)?, &detail.revision)));
    shown.unwrap_or_else(|error| refusal(&error))
}
