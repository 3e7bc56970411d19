//! `/admin/audit`: what was executed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::super::App;
use super::{answered, tenant_or_own};
use crate::error::{Error, Result};
use crate::gateway::AuditQuery;
use crate::model::{TenantId, Timestamp};

/// Records of a page, unless another number is asked for.
const PAGE: usize = 100;

/// The parameters of a request; one that is unknown or stands twice is a fault.
struct Asked(HashMap<String, String>);

impl Asked {
    fn read(uri: &Uri, known: &[&str]) -> Result<Self> {
        let mut asked = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if !known.contains(&name.as_ref()) {
                return Err(Error::invalid(format!("a parameter is none of {}", known.join(", "))));
            }
            if asked.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Error::invalid(format!("`{name}` stands twice")));
            }
        }
        Ok(Self(asked))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn tenant(&self, app: &App) -> Result<TenantId> {
        tenant_or_own(app, self.get("tenant_id"))
    }

    /// A moment: so long ago (`90m`), or an RFC 3339 time.
    fn since(&self) -> Result<Option<Timestamp>> {
        let Some(text) = self.get("since") else { return Ok(None) };
        let wrong = || Error::invalid("`since` is neither a time like 2026-11-01T00:00:00Z nor a span like 90m");
        if let Ok(span) = humantime::parse_duration(text) {
            return Ok(Some(ago(span)));
        }
        let at = humantime::parse_rfc3339_weak(text).map_err(|_| wrong())?;
        let since = at.duration_since(std::time::UNIX_EPOCH).map_err(|_| wrong())?;
        Ok(Some(Timestamp(0).plus(since)))
    }
}

fn ago(span: Duration) -> Timestamp {
    Timestamp(Timestamp::now().0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

fn shown(what: &impl Serialize) -> Result<(StatusCode, Value)> {
    let value = serde_json::to_value(what).map_err(|error| Error::internal("write records").source(error))?;
    Ok((StatusCode::OK, value))
}

/// Records, newest first.
pub(in super::super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let listed = async {
        let asked = Asked::read(&uri, &["tenant_id", "server", "since", "limit", "cursor"])?;
        let limit = asked.get("limit").map(str::parse).transpose();
        let query = AuditQuery {
            server: asked.get("server").map(str::parse).transpose()?,
            since: asked.since()?,
            cursor: asked.get("cursor").map(AuditQuery::read_cursor).transpose()?,
            limit: limit.map_err(|_| Error::invalid("`limit` is no number"))?.unwrap_or(PAGE),
        };
        shown(&app.gateway.audit_tail(&asked.tenant(&app)?, &query).await?)
    };
    answered(listed.await)
}

/// What they sum up to; of the last day, unless `since` says otherwise.
pub(in super::super) async fn summary(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let summed = async {
        let asked = Asked::read(&uri, &["tenant_id", "since"])?;
        let since = asked.since()?.unwrap_or_else(|| ago(Duration::from_secs(24 * 3600)));
        let until = Timestamp::now().plus(Duration::from_millis(1));
        shown(&app.gateway.audit_summary(&asked.tenant(&app)?, since, until).await?)
    };
    answered(summed.await)
}
