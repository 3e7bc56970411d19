//! The audit trail: one record of every execution, kept before its answer goes out.
//!
//! A record goes to a spool on this machine's disk ([`Audit::record`]); a job moves it to its tenant's collection
//! ([`Audit::flush`]). No record is lost with the process, and none is stored twice: when it is not known whether the
//! store has taken a batch, what is there already is looked for first. A record that can never be stored (its tenant is
//! gone) is put aside, so that it does not hold up the others.

mod flush;
mod folder;
mod line;
mod spool;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Kind};
use crate::model::{AuditRecord, TenantId};
use crate::store::Store;

pub use flush::{Flushed, IsThere};

use flush::Reader;
use spool::{Room, Spool};

/// How records are kept.
#[derive(Clone, Debug)]
pub struct AuditConfig {
    /// Where they wait for the store.
    pub spool_dir: PathBuf,
    /// How much may wait, in bytes.
    pub max_bytes: u64,
    /// What happens when that is reached, or nothing can be written.
    pub policy: SpoolPolicy,
    /// How often the store is given what waits, and the disk is told to keep it.
    pub flush_every: Duration,
}

/// What happens when a record cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpoolPolicy {
    /// The execution goes on, and the missing record is counted.
    Drop,
    /// Nothing is executed that may change something.
    Deny,
}

impl SpoolPolicy {
    /// Every policy with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] = &[("drop", Self::Drop), ("deny", Self::Deny)];
}

/// How the spool is.
#[derive(Clone, Debug, Serialize)]
pub struct SpoolState {
    /// Records of this process that wait for the store.
    pub waiting_records: u64,
    /// Bytes that wait, with those of processes that are gone.
    pub waiting_bytes: u64,
    /// Records that could not be kept.
    pub dropped: u64,
    /// Records that were put aside because they can never be stored.
    pub aside: u64,
    /// Lines that were cut off when a process or a machine ended.
    pub torn: u64,
    /// Whether the last write succeeded.
    pub is_writable: bool,
}

/// The audit trail of one process.
pub struct Audit {
    policy: SpoolPolicy,
    spool: Arc<Spool>,
    reader: tokio::sync::Mutex<Reader>,
    store: Arc<dyn Store>,
}

/// Leave to execute: where records may not be missing, room for this one.
#[derive(Default)]
pub struct Leave {
    room: Option<Room>,
    is_denied: bool,
}

impl Leave {
    /// Whether something that may change anything may be executed.
    pub fn is_given(&self) -> bool {
        !self.is_denied
    }

    /// The error of an execution that got no leave: [`Kind::UpstreamUnavailable`] with reason `audit_unavailable`.
    pub fn denied() -> Error {
        Error::new(Kind::UpstreamUnavailable, "not executed: the audit trail cannot take the record of it")
            .data(serde_json::json!({ "reason": "audit_unavailable", "retry_after_ms": 1000 }))
            .help("make room for the spool and see that the store is there; AUDIT_SPOOL_POLICY decides")
    }
}

impl Audit {
    /// A trail that ends in `store`. Nothing is opened before the first record.
    pub fn new(config: &AuditConfig, store: &Arc<dyn Store>, store_name: &str) -> Self {
        // Records must not get into another store that uses the same folder.
        let digest = Sha256::digest(store_name);
        let name = crate::model::hex(digest.iter().take(6));
        let base = config.spool_dir.join(name);
        Self {
            policy: config.policy,
            spool: Arc::new(Spool::new(config.clone(), base)),
            reader: tokio::sync::Mutex::default(),
            store: Arc::clone(store),
        }
    }

    /// Asks before an execution whether its record can be kept.
    pub fn leave(&self) -> Leave {
        if self.policy == SpoolPolicy::Drop {
            return Leave::default();
        }
        let room = self.spool.reserve();
        Leave { is_denied: room.is_none(), room }
    }

    /// Keeps a record; whether it could be.
    pub fn record(&self, tenant: &TenantId, record: &AuditRecord, leave: Leave) -> bool {
        match written(record) {
            Some(json) => self.spool.append(tenant, &json, leave.room),
            None => {
                self.spool.counts.dropped();
                false
            }
        }
    }

    /// How the spool is.
    pub fn state(&self) -> SpoolState {
        let counts = &self.spool.counts;
        let of = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        SpoolState {
            waiting_records: of(&counts.records),
            waiting_bytes: of(&counts.bytes),
            dropped: of(&counts.dropped),
            aside: of(&counts.aside),
            torn: of(&counts.torn),
            is_writable: !self.spool.is_broken(),
        }
    }
}

/// The JSON of a record, without the details that would make it longer than a line may be.
fn written(record: &AuditRecord) -> Option<String> {
    let fits = |json: &String| json.len() as u64 + 128 <= spool::MAX_LINE;
    let json = serde_json::to_string(record).ok()?;
    if fits(&json) {
        return Some(json);
    }
    let short = |text: &str| text.chars().take(48).collect::<String>();
    let mut record = record.clone();
    record.more_spans += record.spans.len() as u64;
    record.spans.clear();
    record.categories.truncate(4);
    for text in [&mut record.tool, &mut record.actor.subject, &mut record.actor.issuer, &mut record.request_id] {
        *text = short(text);
    }
    serde_json::to_string(&record).ok().filter(fits)
}
