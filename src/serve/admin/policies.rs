//! `/admin/policies`: who may discover and call what, in Cedar; of `?tenant_id=`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::App;
use super::{Asked, answered, expected, json_of, read, refusal, tagged, tenant_or_own};
use crate::error::{Error, Result};
use crate::gateway::{Assumed, PolicySummary};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    source: String,
}

/// Every policy.
pub(super) async fn list(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let listed = async {
        let policies = app.gateway.list_policies(&asked.tenant()?).await?;
        Ok((StatusCode::OK, json!({ "policies": policies })))
    };
    answered(listed.await)
}

/// One policy.
pub(super) async fn show(State(app): State<Arc<App>>, Path(name): Path<String>, asked: Asked) -> Response {
    let found = async { app.gateway.show_policy(&asked.tenant()?, &name.parse()?).await };
    shown(found.await)
}

/// Saves one once it was checked; with `If-Match`, only in place of what the caller has seen.
pub(super) async fn save(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    asked: Asked,
    request: Request,
) -> Response {
    let saved = async {
        let (tenant, expected) = (asked.tenant()?, expected(request.headers())?);
        let Source { source } = read(request).await?;
        app.gateway.set_policy(&tenant, &name.parse()?, &source, expected.as_deref()).await
    };
    shown(saved.await)
}

/// Removes one; with `If-Match`, only what the caller has seen.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> Response {
    let removed = async {
        app.gateway.remove_policy(&asked.tenant()?, &name.parse()?, expected(&headers)?.as_deref()).await?;
        Ok((StatusCode::OK, json!({ "name": name, "status": "removed" })))
    };
    answered(removed.await)
}

/// What is wrong with a text.
pub(super) async fn validate(State(app): State<Arc<App>>, request: Request) -> Response {
    let validated = async {
        let Source { source } = read(request).await?;
        let faults = app.gateway.policy_faults(source).await?;
        Ok((StatusCode::OK, json!({ "valid": faults.is_empty(), "errors": faults })))
    };
    answered(validated.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    #[serde(default)]
    tenant_id: Option<String>,
    server: String,
    tool: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    roles: BTreeSet<String>,
    #[serde(default)]
    groups: BTreeSet<String>,
    #[serde(default)]
    scopes: Option<BTreeSet<String>>,
}

/// Whether a caller would be allowed to call a tool, and what decides that.
pub(super) async fn decide(State(app): State<Arc<App>>, request: Request) -> Response {
    let decided = async {
        let Question { tenant_id, server, tool, subject, roles, groups, scopes } = read(request).await?;
        let tenant = tenant_or_own(&app, tenant_id.as_deref())?;
        let principal = app.gateway.assumed(Assumed { subject, roles, groups, scopes }, tenant).await?;
        let decisions = app.gateway.decide(&principal, &server, &tool).await?;
        let call = decisions.iter().find(|decision| decision.action == "call");
        let call = call.ok_or_else(|| Error::internal("nothing was decided"))?;
        let body = json!({
            "allowed": call.allowed, "reason": call.reason(), "policies": call.decided_by, "decisions": decisions,
        });
        Ok((StatusCode::OK, body))
    };
    answered(decided.await)
}

fn shown(outcome: Result<PolicySummary>) -> Response {
    let shown = outcome.and_then(|policy| Ok(tagged(StatusCode::OK, &json_of(&policy)?, &policy.revision)));
    shown.unwrap_or_else(|error| refusal(&error))
}
