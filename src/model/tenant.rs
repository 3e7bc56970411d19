//! What the control plane keeps: tenants, and how far each replica has followed the changes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{TenantId, Timestamp};

/// A document of `tenants`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Who.
    #[serde(rename = "_id")]
    pub id: TenantId,
    /// The physical database on MongoDB; the embedded store keeps all tenants in one file.
    pub database: String,
    /// First use.
    pub created_at: Timestamp,
    /// Whether it is served.
    pub status: TenantStatus,
    /// The operator's own settings.
    #[serde(default)]
    pub settings: Map<String, Value>,
}

/// Whether a tenant is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// It is.
    Active,
}

/// A document of `watcher_state`: where a replica resumes the change feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatcherPosition {
    /// `routing_registry::<instance id>`.
    #[serde(rename = "_id")]
    pub id: String,
    /// The store's own token.
    pub token: String,
    /// When the changes before it were applied.
    pub saved_at: Timestamp,
    /// When it is no use any more.
    pub expires_at: Timestamp,
}
