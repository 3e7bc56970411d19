//! The collections (spec: what is stored, and where) and which type lives in which.

use std::time::Duration;

use super::Document;
use crate::model::{
    EmbeddingConfig, EmbeddingStatus, GatewayKey, Policy, RateWindows, Server, SessionMail, SessionRecord, Tenant,
    Timestamp, Tool, UserContext, UserToken, WatcherPosition,
};

/// Which database a collection belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Home {
    /// The control database.
    Control,
    /// The tenant's own.
    Tenant,
}

/// A collection, as every engine has to provide it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct CollectionSpec {
    /// Its name.
    pub name: &'static str,
    /// Its database.
    pub home: Home,
    /// Text fields that [`super::Query::equals`] may name; each is indexed.
    pub fields: &'static [&'static str],
    /// Text fields that no two documents share; a document may be without.
    pub unique: &'static [&'static str],
    /// Fields that hold a [`crate::model::Embedding`]; MongoDB keeps them as vectors that it can index.
    pub vectors: &'static [&'static str],
    /// Set where documents are measurements: only ever added, in the order of time.
    pub series: Option<Series>,
    /// Whether its changes appear in the feed.
    pub watched: bool,
}

/// How measurements are kept.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Series {
    /// The field with the [`crate::model::Timestamp`] of the measurement.
    pub time: &'static str,
    /// The text field by which measurements are grouped; it has few values.
    pub group: &'static str,
    /// How long they are kept.
    pub keep: Duration,
}

impl CollectionSpec {
    /// A collection of `home` with nothing special about it.
    pub const fn new(name: &'static str, home: Home) -> Self {
        Self { name, home, fields: &[], unique: &[], vectors: &[], series: None, watched: false }
    }
}

const TENANTS: CollectionSpec =
    CollectionSpec { unique: &["database"], ..CollectionSpec::new("tenants", Home::Control) };

const WATCHER_STATE: CollectionSpec = CollectionSpec::new("watcher_state", Home::Control);

const RATE_WINDOWS: CollectionSpec = CollectionSpec::new("rate_windows", Home::Control);

const GATEWAY_KEYS: CollectionSpec = CollectionSpec::new("gateway_keys", Home::Control);

const EMBEDDING_CONFIG: CollectionSpec =
    CollectionSpec { watched: true, ..CollectionSpec::new("embedding_config", Home::Control) };

const EMBEDDING_STATUS: CollectionSpec = CollectionSpec::new("embedding_status", Home::Control);

const SESSION_CONTEXT: CollectionSpec = CollectionSpec::new("session_context", Home::Tenant);

const ROUTING_REGISTRY: CollectionSpec =
    CollectionSpec { watched: true, ..CollectionSpec::new("routing_registry", Home::Tenant) };

const TOOL_CATALOG: CollectionSpec = CollectionSpec {
    fields: &["server", "status"],
    vectors: &["embedding", "next_embedding"],
    watched: true,
    ..CollectionSpec::new("tool_catalog", Home::Tenant)
};

const USER_TOKENS: CollectionSpec =
    CollectionSpec { fields: &["server"], ..CollectionSpec::new("user_tokens", Home::Tenant) };

const POLICIES: CollectionSpec = CollectionSpec { watched: true, ..CollectionSpec::new("policies", Home::Tenant) };

const AUDIT_TELEMETRY: CollectionSpec = CollectionSpec {
    series: Some(Series { time: "ts", group: "server", keep: Duration::from_secs(90 * 24 * 3600) }),
    ..CollectionSpec::new("audit_telemetry", Home::Tenant)
};

/// Every collection.
pub const COLLECTIONS: &[&CollectionSpec] = &[
    &TENANTS,
    &WATCHER_STATE,
    &GATEWAY_KEYS,
    &RATE_WINDOWS,
    &EMBEDDING_CONFIG,
    &EMBEDDING_STATUS,
    &ROUTING_REGISTRY,
    &TOOL_CATALOG,
    &SESSION_CONTEXT,
    &POLICIES,
    &USER_TOKENS,
    &AUDIT_TELEMETRY,
];

impl Document for Tenant {
    const SPEC: &'static CollectionSpec = &TENANTS;

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Document for WatcherPosition {
    const SPEC: &'static CollectionSpec = &WATCHER_STATE;

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Document for RateWindows {
    const SPEC: &'static CollectionSpec = &RATE_WINDOWS;

    fn id(&self) -> &str {
        &self.replica
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Document for EmbeddingConfig {
    const SPEC: &'static CollectionSpec = &EMBEDDING_CONFIG;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Document for EmbeddingStatus {
    const SPEC: &'static CollectionSpec = &EMBEDDING_STATUS;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Document for Server {
    const SPEC: &'static CollectionSpec = &ROUTING_REGISTRY;

    fn id(&self) -> &str {
        self.name.as_str()
    }
}

impl Document for Tool {
    const SPEC: &'static CollectionSpec = &TOOL_CATALOG;

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Document for Policy {
    const SPEC: &'static CollectionSpec = &POLICIES;

    fn id(&self) -> &str {
        self.name.as_str()
    }
}

impl Document for UserToken {
    const SPEC: &'static CollectionSpec = &USER_TOKENS;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Document for GatewayKey {
    const SPEC: &'static CollectionSpec = &GATEWAY_KEYS;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Document for UserContext {
    const SPEC: &'static CollectionSpec = &SESSION_CONTEXT;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Document for SessionRecord {
    const SPEC: &'static CollectionSpec = &SESSION_CONTEXT;

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Document for SessionMail {
    const SPEC: &'static CollectionSpec = &SESSION_CONTEXT;

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}
