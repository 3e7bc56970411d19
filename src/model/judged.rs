//! Requests whose right tools somebody has named.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Timestamp, hex};

/// A document of `judged_queries`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedRequest {
    /// The same for the same request.
    #[serde(rename = "_id")]
    pub id: String,
    /// The request.
    pub query: String,
    /// The right tools, as `server/tool`.
    pub tools: Vec<String>,
    /// When they were named.
    pub created_at: Timestamp,
}

impl JudgedRequest {
    /// A request and its right tools, named now.
    pub fn new(query: &str, tools: Vec<String>) -> Self {
        let query = query.trim().to_owned();
        let id = hex(Sha256::digest(query.as_bytes()).iter().take(8));
        Self { id, query, tools, created_at: Timestamp::now() }
    }
}
