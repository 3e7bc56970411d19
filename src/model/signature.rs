//! A known attack, as the guardrails compare texts with it.

use serde::{Deserialize, Serialize};

use super::{Embedding, Timestamp};

/// A document of `guardrail_signatures`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    /// SHA-256 (hex) of the text.
    #[serde(rename = "_id")]
    pub id: String,
    /// What an attacker says, in one passage.
    pub text: String,
    /// What kind of attack.
    pub family: String,
    /// Who wrote it.
    pub source: SignatureSource,
    /// Whether texts are compared with it.
    pub is_enabled: bool,
    /// Unit vector in the space named by the three fields below.
    pub embedding: Embedding,
    /// Model that made `embedding`.
    pub embedding_model: String,
    /// Its length.
    pub embedding_dim: usize,
    /// Generation of the embedding space.
    pub embedding_version: u64,
    /// While the space is switched: the unit vector in the space that is to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_embedding: Option<Embedding>,
    /// Generation of that space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_embedding_version: Option<u64>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// Who wrote a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureSource {
    /// It comes with the program.
    Shipped,
    /// An operator added it.
    Operator,
}
