//! `mcpgw audit`

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use clap::{Args, Subcommand};
use mcpgw::error::Result;
use mcpgw::gateway::{
    AuditGroup, AuditOutcome, AuditQuery, AuditSummary, Gateway, Latency, MAX_AUDIT_PAGE, audit_csv, audit_kind,
};
use mcpgw::model::{AuditKind, AuditRecord, ServerName, TenantId, Timestamp};
use serde_json::json;

use crate::output::visible;
use crate::{Context, Done};

/// How often the store is asked for what is new.
const LOOK: Duration = Duration::from_millis(500);
/// A replica that could not reach the store brings its records late: how far back is looked for them.
const LATE: Duration = Duration::from_secs(60);
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Show what was executed
    Tail(Tail),
    /// Sum up what was executed
    Report(Report),
    /// Write what was executed as CSV
    Export(Export),
}

/// Which records.
#[derive(Args, Clone)]
struct Filter {
    /// Only this server's
    #[arg(long, value_name = "NAME")]
    server: Option<ServerName>,
    /// Only of the tool, prompt or route of this name
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// Only what ended like this: a status, or `failed`
    #[arg(long, value_name = "STATUS")]
    outcome: Option<AuditOutcome>,
    /// Only of this caller
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// Only of this kind: tool_call, search, prompt, resource, completion, admin
    #[arg(long, value_parser = audit_kind)]
    kind: Option<AuditKind>,
}

impl Filter {
    fn is_any(&self) -> bool {
        let Self { server, tool, outcome, subject, kind } = self;
        server.is_none() && tool.is_none() && outcome.is_none() && subject.is_none() && kind.is_none()
    }

    fn query(&self, since: Duration, until: Option<Duration>, limit: usize) -> AuditQuery {
        let Self { server, tool, outcome, subject, kind } = self.clone();
        let (since, until) = (Some(ago(since)), until.map(ago));
        AuditQuery { server, tool, outcome, subject, kind, since, until, limit, ..AuditQuery::default() }
    }
}

#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    filter: Filter,
    /// How far back
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = humantime::parse_duration)]
    since: Duration,
    /// Up to how long ago
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    until: Option<Duration>,
    /// The latest so many
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    limit: usize,
}

#[derive(Args)]
pub(crate) struct Tail {
    /// Go on with what is executed from now on
    #[arg(long, short)]
    follow: bool,
    #[command(flatten)]
    filter: Filter,
    /// How far back
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = humantime::parse_duration)]
    since: Duration,
    /// The latest so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
}

#[derive(Args)]
pub(crate) struct Report {
    /// How far back
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = humantime::parse_duration)]
    since: Duration,
}

impl Audit {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, tenant) = context.open().await?;
        match self {
            Self::Tail(tail) => tail.run(context, &gateway, &tenant).await,
            Self::Report(report) => report.run(context, &gateway, &tenant).await,
            Self::Export(Export { filter, since, until, limit }) => {
                let query = filter.query(since, until, limit);
                let page = gateway.audit_export(&tenant, &query).await?;
                context.output.line(audit_csv(&page.records).trim_end());
                if page.next.is_some() {
                    context.output.note("there may be earlier ones: try a larger --limit, or a shorter time");
                }
                Ok(Done::Fully)
            }
        }
    }
}

fn executed_nothing(tenant: &TenantId, since: Duration) -> String {
    let span = humantime::format_duration(since);
    format!(
        "tenant `{tenant}` executed nothing in the last {span}; try a longer --since, or call a tool: `mcpgw call SERVER TOOL`"
    )
}

/// So long ago.
fn ago(span: Duration) -> Timestamp {
    Timestamp(Timestamp::now().0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

impl Tail {
    async fn run(self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<Done> {
        let query = self.filter.query(self.since, None, self.limit);
        let page = gateway.audit_tail(tenant, &query).await?;
        let is_more = page.next.is_some();
        // Read from top to bottom, as a log.
        let records: Vec<AuditRecord> = page.records.into_iter().rev().collect();
        if self.follow {
            return self.follow(context, gateway, tenant, records).await;
        }
        if context.output.is_json() {
            context.output.json(&json!({ "records": records }))?;
            return Ok(Done::Fully);
        }
        let span = humantime::format_duration(self.since);
        if records.is_empty() {
            context.output.note(&if self.filter.is_any() {
                executed_nothing(tenant, self.since)
            } else {
                format!("tenant `{tenant}` executed nothing that matches in the last {span}; try a longer --since")
            });
            return Ok(Done::Fully);
        }
        context.output.table(&HEADINGS, &records.iter().map(row).collect::<Vec<_>>());
        if is_more {
            context.output.note(&format!("the latest {} of the last {span}; --limit shows more", records.len()));
        }
        Ok(Done::Fully)
    }

    async fn follow(
        self,
        context: &Context,
        gateway: &Gateway,
        tenant: &TenantId,
        first: Vec<AuditRecord>,
    ) -> Result<Done> {
        let mut seen = Seen::default();
        let begun = Timestamp::now();
        for record in &first {
            seen.is_new(&record.id);
            show(context, record);
        }
        loop {
            tokio::time::sleep(LOOK).await;
            // What ended before this began was shown, or is not wanted.
            let since = ago(LATE).max(begun.min(first.last().map_or(begun, |record| record.ts)));
            let mut query = self.filter.query(Duration::ZERO, None, MAX_AUDIT_PAGE);
            query.since = Some(since);
            let mut fresh = Vec::new();
            loop {
                let page = gateway.audit_tail(tenant, &query).await?;
                fresh.extend(page.records.into_iter().filter(|record| seen.is_new(&record.id)));
                let Some(next) = page.next else { break };
                query.cursor = Some(AuditQuery::read_cursor(&next)?);
            }
            for record in fresh.iter().rev() {
                show(context, record);
            }
        }
    }
}

/// Ids that were shown: as many as may be asked for again.
#[derive(Default)]
struct Seen {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    fn is_new(&mut self, id: &str) -> bool {
        const MOST: usize = 500_000;
        if !self.known.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

const HEADINGS: [&str; 8] = ["time", "kind", "server", "tool", "status", "ms", "actor", "request"];

fn row(record: &AuditRecord) -> Vec<String> {
    let status = if record.is_cached {
        format!("{}, cached", record.status.as_str())
    } else {
        record.status.as_str().to_owned()
    };
    let tool = match record.hits {
        Some(hits) => format!("{} found", hits),
        None => record.tool.clone(),
    };
    vec![
        record.ts.to_string(),
        record.kind.as_str().to_owned(),
        record.server.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string),
        tool,
        status,
        format!("{:.1}", record.latency_ms),
        record.actor.subject.clone(),
        record.request_id.clone(),
    ]
}

/// One record on one line.
fn show(context: &Context, record: &AuditRecord) {
    if context.output.is_json() {
        if let Ok(line) = serde_json::to_string(record) {
            context.output.line(&line);
        }
    } else {
        let cells: Vec<String> = row(record).iter().map(|cell| visible(&cell.replace(['\t', '\n'], " "))).collect();
        context.output.line(&cells.join("\t"));
    }
}

impl Report {
    async fn run(self, context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<Done> {
        // What ends while this is read belongs to the next report.
        let until = Timestamp(Timestamp::now().0 + 1);
        let summary = gateway.audit_summary(tenant, ago(self.since), until).await?;
        if context.output.is_json() {
            context.output.json(&summary)?;
            return Ok(Done::Fully);
        }
        if summary.calls.calls == 0 && summary.searches == 0 {
            context.output.note(&executed_nothing(tenant, self.since));
            return Ok(Done::Fully);
        }
        context.output.table(&["", ""], &totals(&summary));
        for (what, groups) in [("server", &summary.servers), ("tool", &summary.tools)] {
            if !groups.is_empty() {
                let headings = [what, "calls", "errors", "cached", "p50 ms", "p99 ms", "server's p50 ms"];
                context.output.table(&headings, &groups.iter().map(group).collect::<Vec<_>>());
            }
        }
        Ok(Done::Fully)
    }
}

fn totals(summary: &AuditSummary) -> Vec<Vec<String>> {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let calls = &summary.calls;
    let statuses: Vec<String> = summary.statuses.iter().map(|(status, count)| format!("{status} {count}")).collect();
    let tokens = &summary.tokens;
    let of_buckets = |count: fn(&mcpgw::gateway::AuditBucket) -> f64| {
        sparkline(&summary.buckets.iter().map(count).collect::<Vec<_>>())
    };
    #[expect(clippy::cast_precision_loss, reason = "for a picture")]
    let (all, failed, searched) = (
        of_buckets(|bucket| bucket.calls as f64),
        of_buckets(|bucket| bucket.errors as f64),
        of_buckets(|bucket| bucket.searches as f64),
    );
    let slow = of_buckets(|bucket| bucket.latency_ms.percentile(0.99).unwrap_or_default());
    vec![
        row("calls", format!("{} {all}", calls.calls)),
        row("errors", format!("{} {failed}", calls.errors)),
        row("by status", statuses.join(", ")),
        row("latency p50 / p99", format!("{} / {} ms {slow}", at(&calls.latency_ms, 0.5), at(&calls.latency_ms, 0.99))),
        row("the servers' share", format!("{} / {} ms", at(&calls.upstream_ms, 0.5), at(&calls.upstream_ms, 0.99))),
        row("cache hits", format!("{} ({})", calls.cache_hits, share(calls.cache_hits, calls.calls))),
        row("searches", format!("{} {searched}", summary.searches)),
        row(
            "found nothing",
            format!("{} ({})", summary.zero_hit_searches, share(summary.zero_hit_searches, summary.searches)),
        ),
        row(
            "tokens saved",
            format!("{} of {} ({})", tokens.saved, tokens.catalog, share(tokens.saved, tokens.catalog)),
        ),
    ]
}

fn group(group: &AuditGroup) -> Vec<String> {
    let tally = &group.tally;
    let name = match &group.tool {
        Some(tool) => format!("{}/{tool}", group.server),
        None => group.server.clone(),
    };
    vec![
        name,
        tally.calls.to_string(),
        tally.errors.to_string(),
        tally.cache_hits.to_string(),
        at(&tally.latency_ms, 0.5),
        at(&tally.latency_ms, 0.99),
        at(&tally.upstream_ms, 0.5),
    ]
}

fn at(latency: &Latency, share: f64) -> String {
    latency.percentile(share).map_or_else(|| "–".to_owned(), |milliseconds| format!("{milliseconds:.1}"))
}

fn share(part: u64, whole: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let percent = part as f64 * 100.0 / whole.max(1) as f64;
    format!("{percent:.1} %")
}

/// Values over time as bars; nothing is no bar.
fn sparkline(values: &[f64]) -> String {
    let most = values.iter().copied().fold(0.0, f64::max);
    let bar = |value: &f64| {
        if *value <= 0.0 {
            return '·';
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 7")]
        let height = (value / most * 7.0).round() as usize;
        BARS.get(height).copied().unwrap_or('█')
    };
    values.iter().map(bar).collect()
}
