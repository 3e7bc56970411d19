//! What a request asks for in its query. Which parameters there are is said in the table of operations.

use std::collections::HashMap;
use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;

use super::super::App;
use super::super::sign_in::member;
use crate::error::{Error, Result};
use crate::model::{TenantId, Timestamp};

/// The most that a page of a list holds.
pub(super) const MAX_PAGE: usize = 1000;
const PAGE: usize = 100;

/// The parameters of a request's query; an empty one is as good as none.
pub(super) struct Asked {
    app: Arc<App>,
    values: HashMap<String, String>,
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> std::result::Result<Self, Infallible> {
        Ok(Self { app: Arc::clone(app), values: pairs(&parts.uri).collect() })
    }
}

fn pairs(uri: &Uri) -> impl Iterator<Item = (String, String)> {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// Refuses a query with a parameter that is not `known`, or stands twice.
pub(super) fn check(uri: &Uri, known: &[&str]) -> Result<()> {
    let mut seen: Vec<String> = Vec::new();
    for (name, _) in pairs(uri) {
        if !known.contains(&name.as_str()) {
            let there_are = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Error::invalid("the query has an unknown parameter").help(format!("known here: {there_are}")));
        }
        if seen.contains(&name) {
            return Err(Error::invalid(format!("`{name}` stands twice in the query")).field(name));
        }
        seen.push(name);
    }
    Ok(())
}

impl Asked {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter that is a name of something.
    pub(super) fn read<T: FromStr<Err = Error>>(&self, name: &str) -> Result<Option<T>> {
        self.text(name).map(|text| text.parse().map_err(|error: Error| error.field(name))).transpose()
    }

    /// `?tenant_id=`; the configured one where none is given.
    pub(super) fn tenant(&self) -> Result<TenantId> {
        tenant_or_own(&self.app, self.values.get("tenant_id").map(String::as_str))
    }

    /// `?limit=`.
    pub(super) fn limit(&self) -> Result<usize> {
        let Some(text) = self.values.get("limit") else { return Ok(PAGE) };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
        limit.ok_or_else(|| Error::invalid(format!("`limit` is no number from 1 to {MAX_PAGE}")).field("limit"))
    }

    /// A moment: so long ago (`90m`), or an RFC 3339 time.
    pub(super) fn moment(&self, name: &str) -> Result<Option<Timestamp>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = || {
            Error::invalid(format!("`{name}` is neither a time like 2026-11-01T00:00:00Z nor a span like 90m"))
                .field(name)
        };
        // A bare zero is a span to humantime, and to nobody else.
        if text != "0"
            && let Ok(span) = humantime::parse_duration(text)
        {
            return Ok(Some(ago(span)));
        }
        let at = humantime::parse_rfc3339_weak(text).map_err(|_| wrong())?;
        let since = at.duration_since(std::time::UNIX_EPOCH).map_err(|_| wrong())?;
        Ok(Some(Timestamp(0).plus(since)))
    }
}

pub(super) fn ago(span: Duration) -> Timestamp {
    Timestamp(Timestamp::now().0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

/// The tenant of this id; the configured one where none is given.
pub(super) fn tenant_or_own(app: &App, id: Option<&str>) -> Result<TenantId> {
    let own = || Ok(app.gateway.config().tenant.clone());
    id.map_or_else(own, |id| id.parse().map_err(|error: Error| error.field("tenant_id")))
}

/// `?tenant_id=` of any request.
pub(in super::super) fn tenant_asked(app: &App, uri: &Uri) -> Result<TenantId> {
    tenant_or_own(app, member(uri.query().unwrap_or_default().as_bytes(), "tenant_id").as_deref())
}
