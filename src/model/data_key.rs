//! Keys that seal fields, and what wraps them.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A key of `encryption.__keyVault`, as it is kept: wrapped by a master key that is not in the store.
///
/// On MongoDB it has the shape that drivers know (client-side encryption specification, “key vault collection”), so that
/// their tools can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataKey {
    /// Whose fields it seals; no two keys have the same one. A driver calls it an alternate name.
    #[serde(rename = "_id")]
    pub owner: String,
    /// A UUID, which what is sealed with it names.
    pub key_id: String,
    /// Its 96 bytes as the master key has wrapped them, in base64.
    pub wrapped: String,
    /// What wrapped them.
    pub master: MasterKey,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was wrapped last.
    pub updated_at: Timestamp,
}

/// Which master key wrapped a data key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "lowercase")]
pub enum MasterKey {
    /// One that the gateway's own configuration names.
    Local,
    /// One of AWS KMS.
    Aws {
        /// Its region.
        region: String,
        /// Its ARN.
        key: String,
        /// Where the KMS is, where that is not AWS's own address: `host` or `host:port`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<String>,
    },
}
