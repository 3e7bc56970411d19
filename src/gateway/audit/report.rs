//! Reading the audit trail: the latest records, and what they sum up to.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;

use super::Gateway;
use crate::error::{Error, Result};
use crate::model::{AuditKind, AuditRecord, AuditStatus, ServerName, TenantId, Timestamp};
use crate::store::{Collection, Query};

/// The most records one page holds.
pub const MAX_AUDIT_PAGE: usize = 1000;
/// Records that a summary reads at a time.
const PAGE: usize = 2000;
/// Records that one page of a query is looked for among; the rest is for the next one.
const MOST_LOOKED_AT: usize = 20_000;
/// The same of an export, where no more than that are wanted.
const MOST_EXPORTED_AMONG: usize = 200_000;
/// Records that are read at once at least: some of them may be damaged.
const LEAST_READ: usize = 100;
/// Slices of the time of a summary, shown as a line.
const BUCKETS: u32 = 24;
/// Tools that a summary names.
const TOP: usize = 20;
/// Latencies are counted in classes whose bounds are this factor apart: a percentile is right within 1 %.
const CLASS: f64 = 1.02;

/// Which records.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// Of this server alone.
    pub server: Option<ServerName>,
    /// Of the tool, prompt or route of this name alone.
    pub tool: Option<String>,
    /// That ended like this.
    pub outcome: Option<AuditOutcome>,
    /// Of this caller alone.
    pub subject: Option<String>,
    /// Of this kind alone.
    pub kind: Option<AuditKind>,
    /// Nothing that administrators did.
    pub without_admin: bool,
    /// Not older than this.
    pub since: Option<Timestamp>,
    /// Older than this.
    pub until: Option<Timestamp>,
    /// Where the former page ended.
    pub cursor: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: usize,
}

/// How executions ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOutcome {
    /// Exactly so.
    Status(AuditStatus),
    /// The caller did not get what was asked for.
    Failed,
}

impl AuditOutcome {
    fn covers(self, status: AuditStatus) -> bool {
        match self {
            Self::Status(wanted) => wanted == status,
            Self::Failed => status.is_error(),
        }
    }
}

impl FromStr for AuditOutcome {
    type Err = Error;

    /// The name of a status, or `failed` for all that are no success.
    fn from_str(text: &str) -> Result<Self> {
        let named = AuditStatus::ALL.into_iter().find(|status| status.as_str() == text).map(Self::Status);
        named.or((text == "failed").then_some(Self::Failed)).ok_or_else(|| {
            let names: Vec<&str> = AuditStatus::ALL.iter().map(|status| status.as_str()).collect();
            Error::invalid(format!("the outcome is neither `failed` nor one of {}", names.join(", ")))
        })
    }
}

/// The kind of this name.
///
/// # Errors
/// Names those there are.
pub fn audit_kind(text: &str) -> Result<AuditKind> {
    AuditKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
        let names: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Error::invalid(format!("the kind is not one of {}", names.join(", ")))
    })
}

/// Records, newest first.
#[derive(Debug, Serialize)]
pub struct AuditPage {
    /// The records.
    pub records: Vec<AuditRecord>,
    /// Where older ones begin, if there are any.
    pub next: Option<String>,
}

/// What the records of a time sum up to.
#[derive(Debug, Serialize)]
pub struct AuditSummary {
    /// Its beginning.
    pub since: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// Everything but searches.
    #[serde(flatten)]
    pub calls: AuditTally,
    /// How many ended how.
    pub statuses: BTreeMap<&'static str, u64>,
    /// Searches.
    pub searches: u64,
    /// Searches that failed.
    pub search_errors: u64,
    /// Searches that found nothing.
    pub zero_hit_searches: u64,
    /// Tokens of tool definitions.
    pub tokens: AuditTokensSaved,
    /// By server, the most used first.
    pub servers: Vec<AuditGroup>,
    /// By tool, the most used first, at most twenty.
    pub tools: Vec<AuditGroup>,
    /// By slice of time.
    pub buckets: Vec<AuditBucket>,
}

/// Executions of one kind.
#[derive(Debug, Default, Serialize)]
pub struct AuditTally {
    /// How many.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// How many were answered from the cache.
    pub cache_hits: u64,
    /// From the request to the answer, in milliseconds.
    pub latency_ms: Latency,
    /// The server's share.
    pub upstream_ms: Latency,
}

/// Tokens that searches saved.
#[derive(Debug, Default, Serialize)]
pub struct AuditTokensSaved {
    /// What whole catalogs would have cost in place of the searches.
    pub catalog: u64,
    /// What was shown.
    pub shown: u64,
    /// The difference.
    pub saved: u64,
}

/// One server, or one of its tools.
#[derive(Debug, Serialize)]
pub struct AuditGroup {
    /// The server.
    pub server: String,
    /// The tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Its executions.
    #[serde(flatten)]
    pub tally: AuditTally,
}

/// A slice of the time.
#[derive(Debug, Serialize)]
pub struct AuditBucket {
    /// Its beginning.
    pub at: Timestamp,
    /// Calls.
    pub calls: u64,
    /// Failed calls.
    pub errors: u64,
    /// Searches.
    pub searches: u64,
    /// In milliseconds.
    pub latency_ms: Latency,
}

/// How long things took: counts of latencies in classes. Serializes as its percentiles.
#[derive(Clone, Debug, Default)]
pub struct Latency(BTreeMap<u16, u64>);

impl Latency {
    fn add(&mut self, milliseconds: f64) {
        // Of microseconds, so that nothing is below 1.
        let class = ((milliseconds * 1e3).max(1.0).ln() / CLASS.ln()).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to some 2,000")]
        let class = class.min(f64::from(u16::MAX)) as u16;
        *self.0.entry(class).or_default() += 1;
    }

    /// The time that `share` of them took at most, in milliseconds.
    pub fn percentile(&self, share: f64) -> Option<f64> {
        let total: u64 = self.0.values().sum();
        #[expect(clippy::cast_precision_loss, reason = "counts of records")]
        let wanted = total as f64 * share;
        let mut seen = 0_u64;
        #[expect(clippy::cast_precision_loss, reason = "counts of records")]
        let class = self.0.iter().find_map(|(class, count)| {
            seen += count;
            (seen as f64 >= wanted).then_some(*class)
        });
        class.map(|class| super::rounded(CLASS.powi(i32::from(class)) / 1e3))
    }
}

impl Serialize for Latency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shares = [("p50", self.percentile(0.5)), ("p99", self.percentile(0.99))];
        serializer.collect_map(shares)
    }
}

impl AuditTally {
    fn add(&mut self, record: &AuditRecord) {
        self.calls += 1 + record.repeated;
        self.errors += if record.status.is_error() { 1 + record.repeated } else { 0 };
        self.cache_hits += u64::from(record.is_cached);
        self.latency_ms.add(record.latency_ms);
        if let Some(upstream) = record.upstream_ms {
            self.upstream_ms.add(upstream);
        }
    }
}

impl Gateway {
    /// The latest records of a tenant.
    ///
    /// # Errors
    /// A limit that is out of range; the store's.
    pub async fn audit_tail(&self, tenant: &TenantId, query: &AuditQuery) -> Result<AuditPage> {
        if !(1..=MAX_AUDIT_PAGE).contains(&query.limit) {
            let what = format!("the limit {} is not from 1 to {MAX_AUDIT_PAGE}", query.limit);
            return Err(Error::invalid(what).field("limit"));
        }
        self.look_at(tenant, query, MOST_LOOKED_AT).await
    }

    /// The latest failures of a server, as far as they are among its latest executions.
    ///
    /// # Errors
    /// The store's.
    pub(in crate::gateway) async fn failures(
        &self,
        tenant: &TenantId,
        server: &ServerName,
        limit: usize,
    ) -> Result<Vec<AuditRecord>> {
        let (server, outcome) = (Some(server.clone()), Some(AuditOutcome::Failed));
        let query = AuditQuery { server, outcome, without_admin: true, limit, ..AuditQuery::default() };
        Ok(self.look_at(tenant, &query, PAGE).await?.records)
    }

    async fn look_at(&self, tenant: &TenantId, query: &AuditQuery, most: usize) -> Result<AuditPage> {
        let stored = Collection::<AuditRecord>::of_tenant(&self.store, tenant);
        let (mut records, mut from, mut looked) = (Vec::new(), query.cursor.clone(), 0);
        loop {
            // What the store has no index of is looked for page by page.
            let wanted = (query.limit - records.len()).saturating_add(1);
            let size = if query.is_sifted() { PAGE } else { wanted.clamp(LEAST_READ, PAGE) };
            let found = stored.find_readable(&query.stored(from.as_ref()).limit(size)).await?;
            let (is_all, began) = (found.len() < size, from.clone());
            looked += found.len();
            for record in found.into_iter().filter_map(|(_, record)| record.ok()).map(|stored| stored.value) {
                if records.len() == query.limit {
                    let next = records.last().map(AuditQuery::cursor_at);
                    return Ok(AuditPage { records, next });
                }
                from = Some((record.ts, record.id.clone()));
                if query.covers(&record) {
                    records.push(record);
                }
            }
            // Where no record of a page can be read, nobody knows where the next one begins.
            let is_end = is_all || from == began;
            if is_end || looked >= most || records.len() == query.limit {
                let next = from.filter(|_| !is_end).map(|(at, id)| format!("{}.{id}", at.0));
                return Ok(AuditPage { records, next });
            }
        }
    }

    /// As [`Self::audit_tail`], with as many records as the query wants; they are looked for among 200,000, or as many as
    /// are wanted.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_export(&self, tenant: &TenantId, query: &AuditQuery) -> Result<AuditPage> {
        self.look_at(tenant, query, MOST_EXPORTED_AMONG.max(query.limit)).await
    }

    /// What the records of a tenant since then sum up to. Reads them page by page.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit_summary(&self, tenant: &TenantId, since: Timestamp, until: Timestamp) -> Result<AuditSummary> {
        let records = Collection::<AuditRecord>::of_tenant(&self.store, tenant);
        let span = u64::try_from(until.0.saturating_sub(since.0)).unwrap_or_default();
        let slice = Duration::from_millis(span.div_ceil(u64::from(BUCKETS)).max(1));
        let mut sums = Sums::default();
        let mut buckets = Vec::new();
        for number in 0..BUCKETS {
            let at = since.plus(slice * number);
            let end = since.plus(slice * (number + 1));
            let mut bucket = AuditBucket { at, calls: 0, errors: 0, searches: 0, latency_ms: Latency::default() };
            let mut query = Query::all().since(at).before(end).limit(PAGE);
            loop {
                let found = records.find(&query).await?;
                for stored in &found {
                    sums.add(&stored.value);
                    bucket.add(&stored.value);
                }
                let Some(last) = found.last().filter(|_| found.len() == PAGE) else { break };
                query = Query::all().past(last.value.ts, last.value.id.clone()).before(end).limit(PAGE);
            }
            buckets.push(bucket);
        }
        Ok(sums.summary(since, until, buckets))
    }
}

impl AuditQuery {
    /// What of it the store finds by itself.
    fn stored(&self, from: Option<&(Timestamp, String)>) -> Query {
        let mut wanted = Query::all().newest_first();
        if let Some(server) = &self.server {
            wanted = wanted.equals("server", server.as_str());
        }
        if let Some(since) = self.since {
            wanted = wanted.since(since);
        }
        match (from, self.until) {
            (Some((at, id)), _) => wanted.ahead_of(*at, id.clone()),
            (None, Some(until)) => wanted.before(until),
            (None, None) => wanted,
        }
    }

    /// Whether there is more to it.
    fn is_sifted(&self) -> bool {
        let is_any = self.tool.is_none() && self.outcome.is_none() && self.subject.is_none() && self.kind.is_none();
        !is_any || self.without_admin
    }

    fn covers(&self, record: &AuditRecord) -> bool {
        // A cursor may stand for more than `until`.
        self.until.is_none_or(|until| record.ts < until)
            && self.tool.as_ref().is_none_or(|tool| record.tool == *tool)
            && self.outcome.is_none_or(|outcome| outcome.covers(record.status))
            && self.subject.as_ref().is_none_or(|subject| record.actor.subject == *subject)
            && self.kind.is_none_or(|kind| record.kind == kind)
            && !(self.without_admin && record.kind == AuditKind::Admin)
    }

    fn cursor_at(record: &AuditRecord) -> String {
        format!("{}.{}", record.ts.0, record.id)
    }

    /// Reads what [`AuditPage::next`] gave.
    ///
    /// # Errors
    /// For anything else.
    pub fn read_cursor(text: &str) -> Result<(Timestamp, String)> {
        let parts = text.split_once('.').and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.to_owned())));
        parts.ok_or_else(|| Error::invalid("the cursor is not one of ours").help("start again without a cursor"))
    }
}

impl AuditBucket {
    fn add(&mut self, record: &AuditRecord) {
        if record.kind == AuditKind::Search {
            self.searches += 1;
            return;
        }
        if record.kind == AuditKind::Admin {
            return;
        }
        self.calls += 1 + record.repeated;
        self.errors += if record.status.is_error() { 1 + record.repeated } else { 0 };
        self.latency_ms.add(record.latency_ms);
    }
}

#[derive(Default)]
struct Sums {
    calls: AuditTally,
    statuses: BTreeMap<AuditStatus, u64>,
    searches: u64,
    search_errors: u64,
    zero_hit_searches: u64,
    tokens: AuditTokensSaved,
    servers: BTreeMap<String, AuditTally>,
    tools: BTreeMap<(String, String), AuditTally>,
}

impl Sums {
    fn add(&mut self, record: &AuditRecord) {
        if record.kind == AuditKind::Search {
            self.searches += 1;
            self.search_errors += u64::from(record.status.is_error());
            self.zero_hit_searches += u64::from(record.hits == Some(0));
            if let Some((catalog, tokens)) = record.tokens.and_then(|tokens| Some((tokens.catalog?, tokens))) {
                self.tokens.catalog += catalog;
                self.tokens.shown += tokens.shown;
                self.tokens.saved += catalog.saturating_sub(tokens.shown);
            }
            return;
        }
        // An execution is what a caller wanted.
        if record.kind == AuditKind::Admin {
            return;
        }
        self.calls.add(record);
        *self.statuses.entry(record.status).or_default() += 1 + record.repeated;
        // What led to no server has a name that its caller chose: there is no end to those.
        if let Some(server) = &record.server {
            self.servers.entry(server.to_string()).or_default().add(record);
            if record.kind == AuditKind::ToolCall {
                self.tools.entry((server.to_string(), record.tool.clone())).or_default().add(record);
            }
        }
    }

    fn summary(self, since: Timestamp, until: Timestamp, buckets: Vec<AuditBucket>) -> AuditSummary {
        let servers = self.servers.into_iter().map(|(server, tally)| AuditGroup { server, tool: None, tally });
        let tools =
            self.tools.into_iter().map(|((server, tool), tally)| AuditGroup { server, tool: Some(tool), tally });
        let (mut servers, mut tools): (Vec<_>, Vec<_>) = (servers.collect(), tools.collect());
        for groups in [&mut servers, &mut tools] {
            groups.sort_by_key(|group| std::cmp::Reverse(group.tally.calls));
        }
        tools.truncate(TOP);
        AuditSummary {
            since,
            until,
            calls: self.calls,
            statuses: self.statuses.into_iter().map(|(status, count)| (status.as_str(), count)).collect(),
            searches: self.searches,
            search_errors: self.search_errors,
            zero_hit_searches: self.zero_hit_searches,
            tokens: self.tokens,
            servers,
            tools,
            buckets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_within_one_percent() {
        let mut latency = Latency::default();
        (1..=1000).for_each(|number| latency.add(f64::from(number) / 10.0));
        for (share, expected) in [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            let found = latency.percentile(share).expect("some");
            assert!((found / expected - 1.0).abs() < 0.011, "{share}: {found}");
        }
        assert_eq!(Latency::default().percentile(0.5), None);
    }
}
