//! What was executed: the records, and what they sum up to.

use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chart::{Bars, bars};
use super::{Ui, parts, rendered};
use crate::error::{Error, Result};
use crate::gateway::{AuditQuery, AuditSummary, audit_kind};
use crate::model::{AuditKind, AuditRecord, AuditStatus, Timestamp};

/// Records of a page.
const PAGE: usize = 50;
/// Spans that are offered, in words and as they are asked for.
const SPANS: &[(&str, &str)] =
    &[("15m", "15 minutes"), ("1h", "an hour"), ("24h", "a day"), ("7d", "a week"), ("30d", "30 days")];
/// The one that is looked at unless another is asked for.
const SPAN: &str = "1h";
/// What the address says of the filter.
const FILTERS: [&str; 6] = ["server", "tool", "subject", "kind", "outcome", "span"];

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    ui: Ui,
    /// In the order of [`FILTERS`].
    asked: [String; 6],
    records: Vec<AuditRecord>,
    next: Option<String>,
    is_first: bool,
}

/// The part that takes longer, and comes after the rest.
#[derive(Template)]
#[template(path = "audit_sums.html")]
struct Sums {
    summary: AuditSummary,
    chart: Bars,
}

/// `?server=&tool=&subject=&kind=&outcome=&span=`, and the `?cursor=` of older ones.
pub(super) async fn page(ui: Ui) -> Response {
    let found = async {
        let query = query(&ui)?;
        ui.app.gateway.audit_tail(&ui.tenant, &query).await
    };
    match found.await {
        Ok(found) => {
            let asked = FILTERS.map(|name| ui.asked(name).unwrap_or_default());
            let is_first = ui.asked("cursor").is_none();
            rendered(StatusCode::OK, &Audit { ui, asked, records: found.records, next: found.next, is_first })
        }
        Err(error) => ui.failed(&error),
    }
}

/// What the records of `?span=` sum up to.
pub(super) async fn sums(ui: Ui) -> Response {
    let summed = async {
        let until = Timestamp::now().plus(Duration::from_millis(1));
        ui.app.gateway.audit_summary(&ui.tenant, since(&ui)?, until).await
    };
    match summed.await {
        Ok(summary) => {
            let chart = bars(summary.buckets.iter().map(|bucket| (bucket.calls, bucket.errors)));
            rendered(StatusCode::OK, &Sums { summary, chart })
        }
        Err(error) => ui.failed(&error),
    }
}

fn query(ui: &Ui) -> Result<AuditQuery> {
    Ok(AuditQuery {
        server: ui.asked("server").map(|name| name.parse()).transpose()?,
        tool: ui.asked("tool"),
        subject: ui.asked("subject"),
        kind: ui.asked("kind").map(|kind| audit_kind(&kind)).transpose()?,
        outcome: ui.asked("outcome").map(|outcome| outcome.parse()).transpose()?,
        since: Some(since(ui)?),
        cursor: ui.asked("cursor").map(|cursor| AuditQuery::read_cursor(&cursor)).transpose()?,
        limit: PAGE,
        ..AuditQuery::default()
    })
}

fn since(ui: &Ui) -> Result<Timestamp> {
    let span = ui.asked("span").unwrap_or_else(|| SPAN.to_owned());
    let span = humantime::parse_duration(&span).map_err(|_| Error::invalid("`span` is no span like 90m"))?;
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Ok(Timestamp(Timestamp::now().0.saturating_sub(span)))
}

impl Audit {
    fn span(&self) -> &str {
        let [.., span] = &self.asked;
        if span.is_empty() { SPAN } else { span }
    }

    /// The filter with something else in the place of a page.
    fn pairs<'a>(&'a self, last: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = FILTERS.iter().zip(&self.asked).map(|(name, value)| (*name, value.as_str()));
        own.chain(last.iter().copied()).collect()
    }

    fn older(&self, cursor: &str) -> String {
        self.ui.with(&self.pairs(&[("cursor", cursor)]))
    }

    fn newest(&self) -> String {
        self.ui.with(&self.pairs(&[]))
    }

    fn sums_at(&self) -> String {
        super::query_link(&self.ui, "/ui/audit/sums", &[("span", self.span())])
    }

    /// The same records as a file.
    fn csv_at(&self) -> String {
        let mut pairs = self.pairs(&[("format", "csv"), ("since", self.span())]);
        pairs.retain(|(name, _)| *name != "span");
        super::query_link(&self.ui, "/admin/audit", &pairs)
    }

    fn is_filtered(&self) -> bool {
        self.asked.iter().any(|value| !value.is_empty())
    }

    fn class(status: &AuditStatus) -> &'static str {
        if status.is_error() { "bad" } else { "good" }
    }
}
