//! A result that was kept.

use serde::{Deserialize, Serialize};

use super::{Embedding, RawJson, ServerName, Timestamp};

/// A document of `semantic_cache`: what a tool answered to one question. Of the question's arguments only those that may
/// match by meaning are stored; all others are in the hashes alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheEntry {
    /// SHA-256 (hex) of the whole question.
    #[serde(rename = "_id")]
    pub id: String,
    /// SHA-256 (hex) of everything but the words of the arguments that may match by meaning: entries of one group may
    /// answer one another.
    pub group: String,
    /// How it may be found.
    pub kind: CacheKind,
    /// The server that answered.
    pub server: ServerName,
    /// Its tool.
    pub tool: String,
    /// The definition that the tool had then.
    pub definition_hash: String,
    /// The answer, byte for byte.
    pub result: RawJson,
    /// When the server was asked.
    pub created_at: Timestamp,
    /// From when on it is no answer any more.
    pub expires_at: Timestamp,
    /// The arguments that may match by meaning, in the order that the registry names them; none for
    /// [`CacheKind::Exact`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<String>,
    /// Unit vector of these in the space named by the three fields below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Embedding>,
    /// Model that made `embedding`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_model: Option<String>,
    /// Its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_dim: Option<usize>,
    /// Generation of the embedding space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_version: Option<u64>,
    /// While the space is switched: the unit vector in the space that is to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_embedding: Option<Embedding>,
    /// Generation of that space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_embedding_version: Option<u64>,
}

/// How a kept result may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheKind {
    /// By equal arguments alone.
    Exact,
    /// By arguments that say the same in other words, too.
    Semantic,
}

impl CacheKind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Semantic => "semantic",
        }
    }
}

/// A document of `cache_marks`: a server was asked to change something. What it answered before is nothing to go by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheMark {
    /// The server.
    #[serde(rename = "_id")]
    pub server: ServerName,
    /// When the last such call ended.
    pub written_at: Timestamp,
}

impl CacheEntry {
    /// Its vector in the space of this generation.
    pub fn vector(&self, version: u64) -> Option<&Embedding> {
        let present = self.embedding.as_ref().filter(|_| self.embedding_version == Some(version));
        present.or_else(|| self.next_embedding.as_ref().filter(|_| self.next_embedding_version == Some(version)))
    }
}
