//! `/admin/audit`: what was executed.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::super::App;
use super::asked::ago;
use super::{Asked, answered, json_of, refusal};
use crate::error::{Error, Result};
use crate::gateway::{AuditQuery, audit_csv, audit_kind};
use crate::model::Timestamp;

/// The most records of a download.
const MOST_EXPORTED: usize = 10_000;

/// Records, newest first; as a table where that is wanted (`?format=csv`, or `Accept: text/csv`).
pub(super) async fn list(State(app): State<Arc<App>>, asked: Asked, headers: HeaderMap) -> Response {
    let listed = async {
        let (tenant, query) = (asked.tenant()?, query(&asked)?);
        let accepted = headers.get(ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
        let is_table = match asked.text("format") {
            None => accepted.split(',').next().is_some_and(|first| first.trim().starts_with("text/csv")),
            Some("csv") => true,
            Some("json") => false,
            Some(_) => return Err(Error::invalid("`format` is json or csv").field("format")),
        };
        if !is_table {
            return Ok(answered(Ok((StatusCode::OK, json_of(&app.gateway.audit_tail(&tenant, &query).await?)?))));
        }
        let most = if asked.text("limit").is_some() { query.limit } else { MOST_EXPORTED };
        let records = app.gateway.audit_export(&tenant, &query, most).await?;
        let headers = [
            (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (CACHE_CONTROL, "no-store".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"audit-{tenant}.csv\"")),
        ];
        Ok((StatusCode::OK, headers, audit_csv(&records)).into_response())
    };
    let listed: Result<Response> = listed.await;
    listed.unwrap_or_else(|error| refusal(&error))
}

fn query(asked: &Asked) -> Result<AuditQuery> {
    let cursor = asked.text("cursor").map(AuditQuery::read_cursor).transpose();
    let kind = asked.text("kind").map(audit_kind).transpose();
    Ok(AuditQuery {
        server: asked.read("server")?,
        tool: asked.text("tool").map(str::to_owned),
        outcome: asked.read("outcome")?,
        subject: asked.text("subject").map(str::to_owned),
        kind: kind.map_err(|error| error.field("kind"))?,
        since: asked.moment("since")?,
        until: asked.moment("until")?,
        cursor: cursor.map_err(|error| error.field("cursor"))?,
        limit: asked.limit()?,
    })
}

/// What they sum up to; of the last day, unless `since` says otherwise.
pub(super) async fn summary(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let summed = async {
        let since = asked.moment("since")?.unwrap_or_else(|| ago(Duration::from_secs(24 * 3600)));
        let until = asked.moment("until")?.unwrap_or_else(|| Timestamp::now().plus(Duration::from_millis(1)));
        Ok((StatusCode::OK, json_of(&app.gateway.audit_summary(&asked.tenant()?, since, until).await?)?))
    };
    answered(summed.await)
}
