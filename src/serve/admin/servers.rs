//! `/admin/servers`: the routing registry of `?tenant_id=`. Credentials go in and never come out.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::App;
use super::{answered, read, read_private, refusal, tenant_asked};
use crate::error::Result;
use crate::gateway::{ServerDetail, ServerForm};
use crate::model::ServerName;

/// Every server.
pub(in super::super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let servers = app.gateway.servers(&tenant_asked(&app, &uri)?).await?;
        Ok((StatusCode::OK, json!({ "servers": servers })))
    };
    answered(listed.await)
}

/// Registers one.
pub(in super::super) async fn add(State(app): State<Arc<App>>, request: Request) -> Response {
    let added = async {
        let tenant = tenant_asked(&app, request.uri())?;
        let form: ServerForm = read_private(&app, request).await?;
        app.gateway.add_form(&tenant, form).await
    };
    shown(StatusCode::CREATED, added.await)
}

/// One server.
pub(in super::super) async fn show(State(app): State<Arc<App>>, Path(name): Path<String>, uri: Uri) -> Response {
    let found = async { app.gateway.server_detail(&tenant_asked(&app, &uri)?, &named(&name)?).await };
    shown(StatusCode::OK, found.await)
}

/// Replaces one; with `If-Match`, only what the caller has seen.
pub(in super::super) async fn replace(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let replaced = async {
        let (tenant, expected) = (tenant_asked(&app, request.uri())?, expected(request.headers()));
        let form: ServerForm = read_private(&app, request).await?;
        app.gateway.replace_form(&tenant, &named(&name)?, form, expected.as_deref()).await
    };
    shown(StatusCode::OK, replaced.await)
}

/// Changes parts of one.
pub(in super::super) async fn change(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let changed = async {
        let (tenant, expected) = (tenant_asked(&app, request.uri())?, expected(request.headers()));
        let patch: Value = read(&app, request).await?;
        app.gateway.patch_form(&tenant, &named(&name)?, patch, expected.as_deref()).await
    };
    shown(StatusCode::OK, changed.await)
}

/// Forgets one and its tools.
pub(in super::super) async fn remove(State(app): State<Arc<App>>, Path(name): Path<String>, uri: Uri) -> Response {
    let removed = async {
        let name = named(&name)?;
        let tools = app.gateway.remove_server(&tenant_asked(&app, &uri)?, &name).await?;
        Ok((StatusCode::OK, json!({ "name": name, "status": "removed", "tools": tools })))
    };
    answered(removed.await)
}

/// Connects to one and says who answers.
pub(in super::super) async fn test(State(app): State<Arc<App>>, Path(name): Path<String>, uri: Uri) -> Response {
    let tested = async {
        let probe = app.gateway.test_server(&tenant_asked(&app, &uri)?, &named(&name)?).await?;
        Ok((StatusCode::OK, serde_json::to_value(probe).unwrap_or_default()))
    };
    answered(tested.await)
}

fn named(name: &str) -> Result<ServerName> {
    name.parse()
}

/// The revision in `If-Match`.
fn expected(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(IF_MATCH)?.to_str().ok()?.trim();
    (text != "*").then(|| text.trim_matches('"').to_owned())
}

fn shown(status: StatusCode, outcome: Result<ServerDetail>) -> Response {
    let detail = match outcome {
        Ok(detail) => detail,
        Err(error) => return refusal(&error),
    };
    let tag = HeaderValue::try_from(format!("\"{}\"", detail.revision));
    let mut response = super::answer(status, &serde_json::to_value(detail).unwrap_or_default());
    if let Ok(tag) = tag {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
