//! `/admin/guardrails/…`: known attacks, and what would happen to a text.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::App;
use super::{Asked, answered, read};
use crate::error::Error;
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
pub(super) async fn signatures(State(app): State<Arc<App>>) -> Response {
    let list = |found: Vec<Signature>| json!({ "signatures": found.iter().map(shown_signature).collect::<Vec<_>>() });
    answered(app.gateway.signatures().await.map(|found| (StatusCode::OK, list(found))))
}

/// Adds one: 201, or 200 where it is known.
pub(super) async fn add_signature(State(app): State<Arc<App>>, request: Request) -> Response {
    let added = async {
        let wanted = read::<NewSignature>(request).await?;
        let family = wanted.family.as_deref().unwrap_or("operator");
        let (signature, is_new) = app.gateway.add_signature(family, &wanted.text).await?;
        Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, shown_signature(&signature)))
    };
    answered(added.await)
}

/// `?id=`: removes one that an operator added, or switches off one that comes with the program.
pub(super) async fn remove_signature(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let removed = async {
        let id = asked.text("id").ok_or_else(|| Error::invalid("which signature? `?id=` is missing").field("id"))?;
        let changed = app.gateway.remove_signature(id).await?;
        Ok((StatusCode::OK, json!({ "id": id, "changed": changed })))
    };
    answered(removed.await)
}

/// What the guardrails would do to a text.
pub(super) async fn check(State(app): State<Arc<App>>, request: Request) -> Response {
    let checked = async {
        let wanted = read::<Text>(request).await?;
        let direction = match wanted.direction.as_deref() {
            None | Some("result") => Direction::Result,
            Some("arguments") => Direction::Arguments,
            Some("definition") => Direction::Definition,
            Some(_) => return Err(Error::invalid("`direction` is arguments, result or definition").field("direction")),
        };
        let checked = app.gateway.check_text(&wanted.text, direction).await?;
        Ok((StatusCode::OK, checked.shown(&wanted.text)))
    };
    answered(checked.await)
}
