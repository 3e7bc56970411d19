//! `/admin/guardrails/…` and `/admin/catalog/…`: known attacks, what would happen to a text, tools that are kept back.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::App;
use super::{answered, asked, read, tenant_asked};
use crate::error::{Error, Result};
use crate::gateway::shown_signature;
use crate::guardrails::Direction;
use crate::model::Signature;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
    #[serde(default)]
    direction: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSignature {
    text: String,
    #[serde(default)]
    family: Option<String>,
}

/// Every known attack.
pub(in super::super) async fn signatures(State(app): State<Arc<App>>) -> Response {
    let list = |found: Vec<Signature>| json!({ "signatures": found.iter().map(shown_signature).collect::<Vec<_>>() });
    answered(app.gateway.signatures().await.map(|found| (StatusCode::OK, list(found))))
}

/// Adds one: 201, or 200 where it is known.
pub(in super::super) async fn add_signature(State(app): State<Arc<App>>, request: Request) -> Response {
    let added = async {
        let wanted = read::<NewSignature>(&app, request).await?;
        let family = wanted.family.as_deref().unwrap_or("operator");
        let (signature, is_new) = app.gateway.add_signature(family, &wanted.text).await?;
        Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, shown_signature(&signature)))
    };
    answered(added.await)
}

/// `?id=`: removes one that an operator added, or switches off one that comes with the program.
pub(in super::super) async fn remove_signature(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let removed = async {
        let id = asked(&uri, "id").ok_or_else(|| Error::invalid("which signature? `?id=` is missing"))?;
        let changed = app.gateway.remove_signature(&id).await?;
        Ok((StatusCode::OK, json!({ "id": id, "changed": changed })))
    };
    answered(removed.await)
}

/// What the guardrails would do to a text.
pub(in super::super) async fn check(State(app): State<Arc<App>>, request: Request) -> Response {
    let checked = async {
        let wanted = read::<Text>(&app, request).await?;
        let direction = match wanted.direction.as_deref() {
            None | Some("result") => Direction::Result,
            Some("arguments") => Direction::Arguments,
            Some("definition") => Direction::Definition,
            Some(_) => return Err(Error::invalid("`direction` is arguments, result or definition")),
        };
        let checked = app.gateway.check_text(&wanted.text, direction).await?;
        Ok((StatusCode::OK, checked.shown(&wanted.text)))
    };
    answered(checked.await)
}

/// The tools that are kept back, with the difference to what was accepted.
pub(in super::super) async fn quarantine(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let found = async {
        let tools = app.gateway.quarantined(&tenant_asked(&app, &uri)?).await?;
        Ok((StatusCode::OK, json!({ "tools": tools })))
    };
    answered(found.await)
}

/// Accepts the definition that a tool has now.
pub(in super::super) async fn release(State(app): State<Arc<App>>, Path(id): Path<String>, uri: Uri) -> Response {
    let released = async {
        let (server, tool) = split(&id)?;
        let changed = app.gateway.release(&tenant_asked(&app, &uri)?, &server.parse()?, tool).await?;
        Ok((StatusCode::OK, json!({ "id": id, "changed": changed })))
    };
    answered(released.await)
}

/// `server::tool`.
fn split(id: &str) -> Result<(&str, &str)> {
    id.split_once("::").ok_or_else(|| Error::not_found("a tool's id is `server::tool`"))
}
