//! The nouns: what is persisted and what the parts hand one another. Serde only, and only our own types,
//! because they outlive every library that moves them.

mod cache_hint;
mod embedding;
mod names;
mod param_header;
mod policy;
mod principal;
mod rate;
mod raw;
mod secret;
mod server;
mod session;
mod tenant;
mod time;
mod tool;
mod user_token;

pub use cache_hint::CacheHint;
pub use embedding::{ChosenBy, EmbeddingConfig, EmbeddingSpace, EmbeddingStatus, SwitchPhase, SwitchState};
pub use names::{MAX_EXPOSED_NAME, PolicyName, ServerName, TenantId, exposed_name, split_exposed};
pub use param_header::ParamHeader;
pub use policy::{Policy, UserContext};
pub use principal::{Principal, Scopes};
pub use rate::RateWindows;
pub use raw::{ObjectWriter, RawJson, RawObject};
pub use secret::Secret;
pub use server::{CachePolicy, CacheTool, LastSync, OAuthClient, Server, SyncStatus, Transport, TransportKind};
pub use session::{GatewayKey, SessionMail, SessionRecord};
pub use tenant::{Tenant, TenantStatus, WatcherPosition};
pub use time::Timestamp;
pub use tool::{Embedding, Tool, ToolId, ToolStatus};
pub use user_token::UserToken;
