//! Where records of what was executed wait for the store.

use std::path::PathBuf;

use super::{data_folder, layers, milliseconds};
use crate::audit::{AuditConfig, SpoolPolicy};
use crate::store::{Location, StoreConfig};

/// A spool has room for a few records at least.
const LEAST_BYTES: u64 = 64 * 1024;

pub(super) fn read(layers: &mut layers::Layers, production: bool, store: Option<&StoreConfig>) -> Option<AuditConfig> {
    let flush_every = milliseconds(layers, "AUDIT_FLUSH_MS");
    let max_bytes: Option<u64> = layers.parsed("AUDIT_SPOOL_MAX_BYTES", "a whole number of bytes");
    if max_bytes.is_some_and(|bytes| bytes < LEAST_BYTES) {
        layers.refuse("AUDIT_SPOOL_MAX_BYTES", "at least 65536");
    }
    let usual = if production { SpoolPolicy::Deny } else { SpoolPolicy::Drop };
    let policy = match layers.text("AUDIT_SPOOL_POLICY") {
        Some(_) => layers.choice("AUDIT_SPOOL_POLICY", SpoolPolicy::NAMES),
        None => Some(usual),
    };
    let spool_dir = layers.text("AUDIT_SPOOL_DIR").map(PathBuf::from).or_else(|| beside(store?));
    if spool_dir.is_none() && store.is_some() {
        layers.fault(
            "no home directory is known, so the audit spool has no default place; give AUDIT_SPOOL_DIR".to_owned(),
        );
    }
    Some(AuditConfig { spool_dir: spool_dir?, max_bytes: max_bytes?, policy: policy?, flush_every: flush_every? })
}

/// Beside an embedded store, else in the user's data directory.
fn beside(store: &StoreConfig) -> Option<PathBuf> {
    let folder = match &store.location {
        Location::Sqlite(path) => path.parent().map(PathBuf::from),
        Location::MongoDb(_) => data_folder(),
    };
    folder.map(|folder| folder.join("audit"))
}
