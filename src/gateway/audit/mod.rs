//! The record of each execution, from its first stop to its answer.

mod admin;
mod csv;
mod report;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::Gateway;
use crate::audit::{Audit, Flushed, Leave};
use crate::catalog::Listed;
use crate::error::{Error, Kind, Result};
use crate::model::{
    AuditActor, AuditKind, AuditRecord, AuditStatus, Noted, Origin, Principal, RawObject, ServerName, TenantId,
    Timestamp, shortened,
};
use crate::telemetry::Stop;
use crate::telemetry::metrics::METRICS;
use crate::upstream::Reply;

pub use admin::{Administration, Deed};
pub use csv::audit_csv;
pub use report::{
    AuditBucket, AuditGroup, AuditOutcome, AuditPage, AuditQuery, AuditSummary, AuditTally, AuditTokensSaved, Latency,
    MAX_AUDIT_PAGE, audit_kind,
};

/// An execution under way. One that is dropped before it has ended was not waited for, and is recorded as that.
pub(super) struct Execution {
    pub(super) noted: Noted,
    /// `None` once it is recorded.
    leave: Option<Leave>,
    trail: Arc<Audit>,
    tenant: TenantId,
    actor: AuditActor,
    kind: AuditKind,
    origin: Origin,
    instance: String,
    started: Instant,
    arguments: Hashed,
}

/// A text that is recorded by its keyed hash.
#[derive(Default)]
struct Hashed {
    hash: Option<String>,
    bytes: u64,
}

impl Execution {
    fn record(&mut self, status: AuditStatus, result: Hashed, repeated: u64) {
        let Some(leave) = self.leave.take() else { return };
        let noted = std::mem::take(&mut self.noted);
        let arguments = std::mem::take(&mut self.arguments);
        self.count(status, &noted);
        let record = AuditRecord {
            // Of one moment with the time: both order records alike.
            id: uuid::Uuid::now_v7().to_string(),
            ts: Timestamp::now(),
            kind: self.kind,
            server: noted.server,
            tool: shortened(&noted.tool),
            object: shortened(&noted.object),
            status,
            actor: self.actor.clone(),
            is_cached: noted.is_cached,
            latency_ms: rounded(self.started.elapsed().as_secs_f64() * 1e3),
            upstream_ms: noted.upstream_ms.map(rounded),
            arguments_hash: arguments.hash,
            arguments_bytes: arguments.bytes,
            result_hash: result.hash,
            result_bytes: result.bytes,
            categories: noted.categories,
            spans: noted.spans,
            more_spans: noted.more_spans,
            tokens: noted.tokens,
            hits: noted.hits,
            mode: noted.mode.map(str::to_owned),
            degraded: noted.degraded,
            request_id: shortened(&self.origin.request_id),
            face: self.origin.face,
            instance: self.instance.clone(),
            repeated,
        };
        Stop::Audit.pass(|| self.trail.record(&self.tenant, &record, leave));
    }

    /// The same for the figures, which say no more than how often and how long.
    fn count(&self, status: AuditStatus, noted: &Noted) {
        let took = self.started.elapsed();
        match self.kind {
            AuditKind::ToolCall => {
                let outcome = if noted.is_cached { "cached" } else { status.as_str() };
                METRICS.tool_call(noted.server.as_ref().map(ServerName::as_str), outcome, took);
            }
            // One that failed ranked nothing.
            AuditKind::Search if let Some(hits) = noted.hits => {
                let tokens = noted.tokens.as_ref().and_then(|tokens| Some((tokens.catalog?, tokens.shown)));
                METRICS.search(noted.mode.unwrap_or_default(), noted.degraded.as_deref(), hits, tokens, took);
            }
            _ => {}
        }
    }

    fn is_open(&self) -> bool {
        self.leave.is_some()
    }

    /// Ends it without a record.
    fn forget(&mut self) {
        self.leave = None;
    }
}

impl Drop for Execution {
    fn drop(&mut self) {
        self.record(AuditStatus::Cancelled, Hashed::default(), 0);
    }
}

/// Refusals that are recorded in a second, per tenant.
const LIMITED_PER_SECOND: u64 = 20;
/// Tenants whose refusals are counted.
const LIMITED_TENANTS: usize = 1024;

/// How many refusals were recorded, and how many were not.
#[derive(Default)]
pub(super) struct Limited(Mutex<HashMap<TenantId, Seconds>>);

/// Administration that was refused, each kind apart: a flood of one hides none of the others.
#[derive(Default)]
pub(super) struct Refusals {
    /// By whom somebody tried to become known: log-ins.
    attempts: Arc<Limited>,
    /// Of those whom nobody knows.
    unknown: Arc<Limited>,
    /// Of those who are known, and may not.
    known: Arc<Limited>,
}

struct Seconds {
    began: Instant,
    recorded: u64,
    left_out: u64,
}

impl Limited {
    /// Whether another one is recorded, and how many were not before it.
    fn pass(&self, tenant: &TenantId) -> Option<u64> {
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= LIMITED_TENANTS && !tenants.contains_key(tenant) {
            tenants.clear();
        }
        let now = Instant::now();
        let of = tenants.entry(tenant.clone()).or_insert(Seconds { began: now, recorded: 0, left_out: 0 });
        if now.duration_since(of.began).as_secs() > 0 {
            (of.began, of.recorded) = (now, 0);
        }
        if of.recorded >= LIMITED_PER_SECOND {
            of.left_out += 1;
            return None;
        }
        of.recorded += 1;
        Some(std::mem::take(&mut of.left_out))
    }
}

/// Microseconds are enough.
fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 1e3).round() / 1e3
}

/// What came of an execution that failed here.
fn status_of(error: &Error) -> AuditStatus {
    match error.kind() {
        Kind::NotFound | Kind::Refused | Kind::Forbidden | Kind::Unauthenticated => AuditStatus::Refused,
        Kind::InvalidInput | Kind::Conflict => AuditStatus::Invalid,
        Kind::Blocked => AuditStatus::Blocked,
        Kind::RateLimited => AuditStatus::Limited,
        Kind::UpstreamTimeout => AuditStatus::Timeout,
        Kind::UpstreamUnavailable | Kind::StoreUnavailable | Kind::EmbedderUnavailable => AuditStatus::Unavailable,
        Kind::UpstreamError => AuditStatus::UpstreamError,
        Kind::InvalidConfig | Kind::Internal => AuditStatus::Internal,
    }
}

/// What a server's answer says of the execution.
fn status_of_reply(reply: &Reply) -> AuditStatus {
    let Reply::Result(result) = reply else { return AuditStatus::ToolError };
    // Nearly no result needs a second look.
    let names = |text: &str| memchr::memmem::find(result.bytes(), text.as_bytes()).is_some();
    if !names("\"isError\"") && !names("\"input_required\"") {
        return AuditStatus::Ok;
    }
    let Ok(members) = serde_json::from_str::<RawObject<'_>>(result.as_str()) else { return AuditStatus::Ok };
    if members.read::<bool>("isError").ok().flatten() == Some(true) {
        return AuditStatus::ToolError;
    }
    let asks = members.read::<&str>("resultType").ok().flatten() == Some("input_required");
    if asks { AuditStatus::InputRequired } else { AuditStatus::Ok }
}

impl Gateway {
    /// An execution begins.
    pub(super) async fn begin(
        &self,
        principal: &Principal,
        kind: AuditKind,
        origin: &Origin,
        arguments: Option<&[u8]>,
    ) -> Execution {
        let arguments = match arguments {
            Some(arguments) => self.hashed(&principal.tenant, arguments).await,
            None => Hashed::default(),
        };
        self.execution(principal, kind, origin, arguments)
    }

    fn execution(&self, principal: &Principal, kind: AuditKind, origin: &Origin, arguments: Hashed) -> Execution {
        let leave = self.audit.leave();
        let actor = match &origin.actor {
            Some(actor) => actor.clone(),
            None => AuditActor::new(&principal.subject, &principal.issuer),
        };
        Execution {
            noted: Noted { is_recorded: leave.is_given(), ..Noted::default() },
            leave: Some(leave),
            trail: Arc::clone(&self.audit),
            tenant: principal.tenant.clone(),
            actor,
            kind,
            origin: origin.clone(),
            instance: self.config.instance_id.clone(),
            started: Instant::now(),
            arguments,
        }
    }

    /// Ends it with what a server, or somebody before it, answered.
    pub(super) async fn end(&self, mut execution: Execution, outcome: &Result<Reply>) {
        let (status, result) = match outcome {
            Ok(reply) => {
                let (Reply::Result(json) | Reply::Error(json)) = reply;
                (status_of_reply(reply), self.hashed(&execution.tenant, json.bytes()).await)
            }
            Err(error) => (status_of(error), Hashed::default()),
        };
        execution.record(status, result, 0);
    }

    /// The same where no server was asked: a search, whose answer is noted already, or what was refused before.
    pub(super) fn end_here(&self, mut execution: Execution, failed: Option<&Error>) {
        execution.record(failed.map_or(AuditStatus::Ok, status_of), Hashed::default(), 0);
    }

    async fn hashed(&self, tenant: &TenantId, text: &[u8]) -> Hashed {
        let sealer = self.sealing.at_hand().await;
        let hash = sealer.map(|sealer| sealer.fingerprint("audit", tenant.as_str(), text));
        Hashed { hash, bytes: text.len() as u64 }
    }

    /// Nothing that may change something is executed without its record.
    pub(super) fn check_recorded(&self, noted: &Noted, listed: &Listed) -> Result<()> {
        let annotations = listed.tool.annotations.as_ref();
        let only_reads = annotations.and_then(|hints| hints.get("readOnlyHint")?.as_bool()) == Some(true);
        if noted.is_recorded || only_reads { Ok(()) } else { Err(Leave::denied()) }
    }

    /// A call that was refused before it was looked at, because its caller asks too much. Some of them are recorded each
    /// second and the others counted: who floods us must not fill the disk.
    pub fn record_limited(&self, principal: &Principal, tool: &str, origin: &Origin) {
        // Of a tenant that is not there nothing can be stored.
        if !self.tenant_gate.is_known(&principal.tenant) {
            return;
        }
        let Some(repeated) = self.limited.pass(&principal.tenant) else {
            return METRICS.tool_call(None, AuditStatus::Limited.as_str(), std::time::Duration::ZERO);
        };
        let mut execution = self.execution(principal, AuditKind::ToolCall, origin, Hashed::default());
        execution.noted.tool = shortened(tool);
        execution.record(AuditStatus::Limited, Hashed::default(), repeated);
    }

    /// The audit trail.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Stores some of the records that wait.
    ///
    /// # Errors
    /// The store's.
    pub async fn flush_audit(&self) -> Result<Flushed> {
        self.audit.flush(&|tenant| Box::pin(async move { self.has_tenant(&tenant).await })).await
    }

    /// Stores what waits, as far as the store takes it within `limit`; the rest is for the next process.
    pub(super) async fn close_audit(&self, limit: std::time::Duration) {
        let all = async {
            while self.audit.state().waiting_records > 0 {
                match self.flush_audit().await {
                    Ok(Flushed { more: true, .. }) => {}
                    // A moment, until it is known what the store has.
                    Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                    Err(error) => {
                        tracing::warn!(error = error.chain(), "audit records wait on disk for the next gateway");
                        return;
                    }
                }
            }
        };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::warn!("audit records wait on disk for the next gateway");
        }
        self.audit.end().await;
    }
}

/// The bytes of a call's arguments as they came.
pub(super) fn arguments_of<'a>(params: &RawObject<'a>) -> Option<&'a [u8]> {
    params.get("arguments").map(|arguments| arguments.get().as_bytes())
}

/// The scheme of a resource's URI: the rest may hold values.
pub(super) fn scheme_of(uri: &str) -> &str {
    uri.split_once(':').map_or("", |(scheme, _)| scheme)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RawJson;

    #[test]
    fn answers_are_told_apart() {
        let reply = |text: &str| Reply::Result(RawJson::check(text.to_owned()).expect("json"));
        for (text, expected) in [
            (r#"{"content":[]}"#, AuditStatus::Ok),
            (r#"{"content":[],"isError":false}"#, AuditStatus::Ok),
            (r#"{"content":[],"isError":true}"#, AuditStatus::ToolError),
            (r#"{"content":[{"type":"text","text":"\"isError\":true"}]}"#, AuditStatus::Ok),
            (r#"{"resultType":"input_required"}"#, AuditStatus::InputRequired),
        ] {
            assert_eq!(status_of_reply(&reply(text)), expected, "{text}");
        }
        let refusal = Reply::Error(RawJson::check(r#"{"code":1}"#).expect("json"));
        assert_eq!(status_of_reply(&refusal), AuditStatus::ToolError);
    }
}
