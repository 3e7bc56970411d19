//! `/admin/tenants`: whose catalogs there are.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::App;
use super::{answered, json_of, read};
use crate::model::TenantId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provision {
    id: TenantId,
}

/// Every tenant.
pub(super) async fn list(State(app): State<Arc<App>>) -> Response {
    let listed = app.gateway.list_tenants().await;
    answered(listed.map(|tenants| (StatusCode::OK, json!({ "tenants": tenants }))))
}

/// Makes one with its collections and indexes; safe to repeat.
pub(super) async fn provision(State(app): State<Arc<App>>, request: Request) -> Response {
    let made = async {
        let Provision { id } = read(request).await?;
        let summary = app.gateway.provision_tenant(&id, &|_| ()).await?;
        Ok((StatusCode::OK, json_of(&summary)?))
    };
    answered(made.await)
}

/// One tenant.
pub(super) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let shown = async {
        let summary = app.gateway.show_tenant(&id.parse()?).await?;
        Ok((StatusCode::OK, json_of(&summary)?))
    };
    answered(shown.await)
}

/// Removes one with everything it has.
pub(super) async fn remove(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    let removed = async {
        let summary = app.gateway.remove_tenant(&id.parse()?).await?;
        Ok((
            StatusCode::OK,
            json!({ "id": summary.id, "status": "removed", "tools": summary.tools, "servers": summary.servers }),
        ))
    };
    answered(removed.await)
}
