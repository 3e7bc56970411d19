//! The nouns: what is persisted and what the parts hand one another. Serde only, and only our own types,
//! because they outlive every library that moves them.

mod admin;
mod audit;
mod cache;
mod cache_hint;
mod data_key;
mod embedding;
mod hex;
mod judged;
mod names;
mod param_header;
mod policy;
mod principal;
mod rate;
mod raw;
mod secret;
mod server;
mod session;
mod signature;
mod tenant;
mod time;
mod tool;
mod user_token;

pub use admin::{AdminSession, AdminUser};
pub use audit::{
    AuditActor, AuditKind, AuditRecord, AuditSpan, AuditStatus, AuditTokens, Face, Noted, Origin, shortened,
};
pub use cache::{CacheEntry, CacheKind, CacheMark};
pub use cache_hint::CacheHint;
pub use data_key::{DataKey, MasterKey};
pub use embedding::{ChosenBy, EmbeddingConfig, EmbeddingSpace, EmbeddingStatus, SwitchPhase, SwitchState};
pub use hex::hex;
pub use judged::JudgedRequest;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use names::fuzz as fuzz_names;
pub use names::{MAX_EXPOSED_NAME, PolicyName, ServerName, TenantId, exposed_name, split_exposed};
pub use param_header::ParamHeader;
pub use policy::{Policy, UserContext};
pub use principal::{Principal, Scopes};
pub use rate::RateWindows;
pub use raw::{ObjectWriter, RawJson, RawObject};
pub use secret::Secret;
pub use server::{
    CachePolicy, CacheTool, GuardrailRules, LastSync, OAuthClient, Server, SyncStatus, Transport, TransportKind,
    Unopened,
};
pub use session::{GatewayKey, SessionMail, SessionRecord};
pub use signature::{Signature, SignatureSource};
pub use tenant::{Tenant, TenantStatus, WatcherPosition};
pub use time::Timestamp;
pub use tool::{DefinitionPin, Embedding, Quarantine, QuarantineReason, Tool, ToolId, ToolStatus};
pub use user_token::UserToken;
