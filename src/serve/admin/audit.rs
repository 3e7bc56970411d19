//! `/admin/audit`: what was executed.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::super::App;
use super::asked::ago;
use super::{Asked, answered, json_of, refusal};
use crate::error::{Error, Result};
use crate::gateway::{AuditPage, AuditQuery, audit_csv, audit_kind};
use crate::model::Timestamp;

/// The most records of a download.
const MOST_EXPORTED: usize = 10_000;
/// Of a download, where it leaves records out: where they begin.
const NEXT_CURSOR: &str = "x-next-cursor";
/// How far back sums and downloads go, unless `since` says otherwise.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Records, newest first; as a table where that is wanted (`?format=csv`, or `Accept: text/csv`).
pub(super) async fn list(State(app): State<Arc<App>>, asked: Asked, headers: HeaderMap) -> Response {
    let listed = async {
        let (tenant, mut query) = (asked.tenant()?, query(&asked)?);
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
        if asked.text("limit").is_none() {
            query.limit = MOST_EXPORTED;
        }
        if query.since.is_none() && query.until.is_none() {
            query.since = Some(ago(DAY));
        }
        let AuditPage { records, next } = app.gateway.audit_export(&tenant, &query).await?;
        let headers = [
            (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (CACHE_CONTROL, "no-store".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"audit-{tenant}.csv\"")),
        ];
        let mut response = (StatusCode::OK, headers, audit_csv(&records)).into_response();
        if let Some(next) = next.and_then(|next| HeaderValue::try_from(next).ok()) {
            response.headers_mut().insert(NEXT_CURSOR, next);
        }
        Ok(response)
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
        without_admin: false,
        since: asked.moment("since")?,
        until: asked.moment("until")?,
        cursor: cursor.map_err(|error| error.field("cursor"))?,
        limit: asked.limit()?,
    })
}

/// What they sum up to; of the last day, unless `since` says otherwise.
pub(super) async fn summary(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let summed = async {
        let since = asked.moment("since")?.unwrap_or_else(|| ago(DAY));
        let until = asked.moment("until")?.unwrap_or_else(|| Timestamp::now().plus(Duration::from_millis(1)));
        Ok((StatusCode::OK, json_of(&app.gateway.audit_summary(&asked.tenant()?, since, until).await?)?))
    };
    answered(summed.await)
}
