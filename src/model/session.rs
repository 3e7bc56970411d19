//! What is kept of clients' sessions, and the keys that this gateway made for itself.

use serde::{Deserialize, Serialize};

use super::{Secret, Timestamp};

/// A document of `gateway_keys`: a key that all replicas share, made on first use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayKey {
    /// What it is for.
    #[serde(rename = "_id")]
    pub id: String,
    /// The key, in base64.
    pub key: Secret,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A document of `session_context`: what has changed in an MCP session since it was opened. The rest is sealed into
/// its id, so that a session without changes is in no store at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// `mcp::<session key>`.
    #[serde(rename = "_id")]
    pub id: String,
    /// When it was last used, as far as it is known here.
    pub last_used: Timestamp,
    /// Whether the client has ended it.
    #[serde(default)]
    pub has_ended: bool,
    /// The log level that the client asked for.
    #[serde(default)]
    pub log_level: Option<String>,
    /// The resources it subscribed to, by the URIs that it knows.
    #[serde(default)]
    pub subscriptions: Vec<String>,
    /// When it is no use any more.
    pub expires_at: Timestamp,
}

/// A document of `session_context`: what a client sent to another replica than the one that waits for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionMail {
    /// `mail::<session key>::<what it answers>`.
    #[serde(rename = "_id")]
    pub id: String,
    /// The message as it was sent.
    pub message: super::RawJson,
    /// When it is no use any more.
    pub expires_at: Timestamp,
}
