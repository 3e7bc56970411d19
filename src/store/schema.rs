//! The collections (spec: what is stored, and where) and which type lives in which.

use std::time::Duration;

use super::Document;
use crate::model::{
    AdminSession, AdminUser, AuditRecord, CacheEntry, CacheMark, DataKey, DefinitionPin, EmbeddingConfig,
    EmbeddingStatus, GatewayKey, JudgedRequest, Policy, RateWindows, Server, SessionMail, SessionRecord, Signature,
    Tenant, Timestamp, Tool, UserContext, UserToken, WatcherPosition,
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
    /// What must not lie in the clear.
    pub sealed: &'static [SealedField],
    /// Whether a document of which that cannot be opened is given without it, and says so in `unopened`; else it is an
    /// error.
    pub is_shown_sealed: bool,
}

/// A field that holds somebody's credentials.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct SealedField {
    /// Where it is: its name, or two names with a dot between them.
    pub path: &'static str,
    /// What of it counts.
    pub when: SealedWhen,
}

/// How a sealed field begins that MongoDB's driver has encrypted; the base64 of that follows. In a MongoDB store it is kept
/// as what it is, a binary of the subtype for encrypted values.
pub const DRIVER_SEALED: &str = "mcpgw:sealed:qe:";

/// Which values of a field are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealedWhen {
    /// All but empty ones.
    Given,
    /// URLs with user info or a query.
    HasCredentials,
}

const fn given(path: &'static str) -> SealedField {
    SealedField { path, when: SealedWhen::Given }
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
        Self {
            name,
            home,
            fields: &[],
            unique: &[],
            vectors: &[],
            series: None,
            watched: false,
            sealed: &[],
            is_shown_sealed: false,
        }
    }
}

const TENANTS: CollectionSpec =
    CollectionSpec { unique: &["database"], ..CollectionSpec::new("tenants", Home::Control) };

const WATCHER_STATE: CollectionSpec = CollectionSpec::new("watcher_state", Home::Control);

const RATE_WINDOWS: CollectionSpec = CollectionSpec::new("rate_windows", Home::Control);

const GATEWAY_KEYS: CollectionSpec =
    CollectionSpec { sealed: &[given("key")], ..CollectionSpec::new("gateway_keys", Home::Control) };

const ADMIN_USERS: CollectionSpec = CollectionSpec::new("admin_users", Home::Control);

const ADMIN_SESSIONS: CollectionSpec =
    CollectionSpec { fields: &["email"], ..CollectionSpec::new("admin_sessions", Home::Control) };

const KEY_VAULT: CollectionSpec = CollectionSpec::new("encryption.__keyVault", Home::Control);

const EMBEDDING_CONFIG: CollectionSpec =
    CollectionSpec { watched: true, ..CollectionSpec::new("embedding_config", Home::Control) };

const EMBEDDING_STATUS: CollectionSpec = CollectionSpec::new("embedding_status", Home::Control);

const GUARDRAIL_SIGNATURES: CollectionSpec = CollectionSpec {
    vectors: &["embedding", "next_embedding"],
    watched: true,
    ..CollectionSpec::new("guardrail_signatures", Home::Control)
};

const SESSION_CONTEXT: CollectionSpec = CollectionSpec::new("session_context", Home::Tenant);

const ROUTING_REGISTRY: CollectionSpec = CollectionSpec {
    watched: true,
    sealed: &[
        given("env"),
        given("command"),
        given("args"),
        given("headers"),
        given("metadata"),
        given("oauth.client_secret"),
        SealedField { path: "url", when: SealedWhen::HasCredentials },
    ],
    is_shown_sealed: true,
    ..CollectionSpec::new("routing_registry", Home::Tenant)
};

const TOOL_CATALOG: CollectionSpec = CollectionSpec {
    fields: &["server", "status"],
    vectors: &["embedding", "next_embedding"],
    watched: true,
    ..CollectionSpec::new("tool_catalog", Home::Tenant)
};

const DEFINITION_PINS: CollectionSpec =
    CollectionSpec { fields: &["server"], ..CollectionSpec::new("definition_pins", Home::Tenant) };

const USER_TOKENS: CollectionSpec =
    CollectionSpec { fields: &["server"], ..CollectionSpec::new("user_tokens", Home::Tenant) };

const POLICIES: CollectionSpec = CollectionSpec { watched: true, ..CollectionSpec::new("policies", Home::Tenant) };

const SEMANTIC_CACHE: CollectionSpec = CollectionSpec {
    fields: &["group", "kind", "server"],
    vectors: &["embedding", "next_embedding"],
    ..CollectionSpec::new("semantic_cache", Home::Tenant)
};

const CACHE_MARKS: CollectionSpec =
    CollectionSpec { watched: true, ..CollectionSpec::new("cache_marks", Home::Tenant) };

const JUDGED_QUERIES: CollectionSpec = CollectionSpec::new("judged_queries", Home::Tenant);

const AUDIT_TELEMETRY: CollectionSpec = CollectionSpec {
    fields: &["server"],
    series: Some(Series { time: "ts", group: "server", keep: Duration::from_secs(90 * 24 * 3600) }),
    ..CollectionSpec::new("audit_telemetry", Home::Tenant)
};

/// Every collection.
pub const COLLECTIONS: &[&CollectionSpec] = &[
    &TENANTS,
    &WATCHER_STATE,
    &GATEWAY_KEYS,
    &KEY_VAULT,
    &ADMIN_USERS,
    &ADMIN_SESSIONS,
    &RATE_WINDOWS,
    &EMBEDDING_CONFIG,
    &EMBEDDING_STATUS,
    &GUARDRAIL_SIGNATURES,
    &ROUTING_REGISTRY,
    &TOOL_CATALOG,
    &DEFINITION_PINS,
    &SESSION_CONTEXT,
    &POLICIES,
    &USER_TOKENS,
    &SEMANTIC_CACHE,
    &CACHE_MARKS,
    &JUDGED_QUERIES,
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

impl Document for AuditRecord {
    const SPEC: &'static CollectionSpec = &AUDIT_TELEMETRY;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Document for AdminUser {
    const SPEC: &'static CollectionSpec = &ADMIN_USERS;

    fn id(&self) -> &str {
        &self.email
    }
}

impl Document for AdminSession {
    const SPEC: &'static CollectionSpec = &ADMIN_SESSIONS;

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Document for DataKey {
    const SPEC: &'static CollectionSpec = &KEY_VAULT;

    fn id(&self) -> &str {
        &self.owner
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

impl Document for Signature {
    const SPEC: &'static CollectionSpec = &GUARDRAIL_SIGNATURES;

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

impl Document for DefinitionPin {
    const SPEC: &'static CollectionSpec = &DEFINITION_PINS;

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

impl Document for CacheEntry {
    const SPEC: &'static CollectionSpec = &SEMANTIC_CACHE;

    fn id(&self) -> &str {
        &self.id
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Document for CacheMark {
    const SPEC: &'static CollectionSpec = &CACHE_MARKS;

    fn id(&self) -> &str {
        self.server.as_str()
    }
}

impl Document for JudgedRequest {
    const SPEC: &'static CollectionSpec = &JUDGED_QUERIES;

    fn id(&self) -> &str {
        &self.id
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
