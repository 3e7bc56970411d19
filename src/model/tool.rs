//! A tool, as the catalog keeps it.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{RawJson, ServerName, Timestamp, exposed_name};

/// `<server>::<name>`, the id of a `tool_catalog` document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToolId(Arc<str>);

impl ToolId {
    /// The id of `tool` on `server`.
    pub fn new(server: &ServerName, tool: &str) -> Self {
        Self(format!("{server}::{tool}").into())
    }

    /// An id as it was stored.
    pub fn stored(id: impl Into<Arc<str>>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ToolId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A document of `tool_catalog`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// `<server>::<name>`.
    #[serde(rename = "_id")]
    pub id: ToolId,
    /// The server that owns it.
    pub server: ServerName,
    /// The name the server gave it.
    pub name: String,
    /// Display name.
    #[serde(default)]
    pub title: Option<String>,
    /// What it does, in the server's words.
    #[serde(default)]
    pub description: String,
    /// JSON Schema of the arguments.
    pub input_schema: Value,
    /// JSON Schema of the structured result.
    #[serde(default)]
    pub output_schema: Option<Value>,
    /// Hints such as `readOnlyHint`.
    #[serde(default)]
    pub annotations: Option<Value>,
    /// Who may see it: see [`super::Scopes`].
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Free labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Names and descriptions of the parameters, for the lexical index.
    #[serde(default)]
    pub parameter_text: String,
    /// All words that it is searched by, as text: what the lexical index reads.
    #[serde(default)]
    pub search_text: String,
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
    /// SHA-256 (hex) of the canonical definition.
    pub definition_hash: String,
    /// The whole definition exactly as the server sent it.
    pub definition: RawJson,
    /// Tokens of the definition: about what it costs a model to be shown it.
    #[serde(default)]
    pub definition_tokens: usize,
    /// Whether it may be used.
    pub status: ToolStatus,
    /// Why it may not, where it is kept back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
    /// Whether it is listed beside the discovery tools.
    #[serde(default)]
    pub is_pinned: bool,
    /// First sync that listed it.
    pub first_seen: Timestamp,
    /// Last sync that found it changed or new.
    pub last_seen: Timestamp,
}

impl Tool {
    /// Its vector in the space of this generation.
    pub fn vector(&self, version: u64) -> Option<&Embedding> {
        if self.embedding_version == version {
            return Some(&self.embedding);
        }
        self.next_embedding.as_ref().filter(|_| self.next_embedding_version == Some(version))
    }

    /// Generations of the spaces that it has vectors in.
    pub fn versions(&self) -> impl Iterator<Item = u64> {
        let next = self.next_embedding_version.filter(|_| self.next_embedding.is_some());
        [Some(self.embedding_version), next].into_iter().flatten()
    }

    /// The name that clients see.
    pub fn exposed_name(&self) -> String {
        exposed_name(&self.server, &self.name)
    }
}

/// Whether a tool may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolStatus {
    /// Listed, found and callable.
    Active,
    /// Kept back until an operator releases it.
    Quarantined,
}

/// Why a tool is kept back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// What was found.
    pub reason: QuarantineReason,
    /// More of it: categories of what its definition says, or the tool whose name it takes.
    #[serde(default)]
    pub details: Vec<String>,
    /// Since when.
    pub since: Timestamp,
}

/// What keeps a tool back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// Its definition is another one than the one that is known.
    Changed,
    /// It takes, or looks like, the name of another server's tool.
    Shadowing,
    /// Its definition gives the model orders.
    Poisoned,
}

impl QuarantineReason {
    /// As it is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Shadowing => "shadowing",
            Self::Poisoned => "poisoned",
        }
    }
}

/// A document of `definition_pins`: the definition of a tool that was last accepted, by the first sync that found it
/// harmless or by an operator. It stays when the tool or its server goes, so that neither can come back as another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefinitionPin {
    /// Of which tool.
    #[serde(rename = "_id")]
    pub id: ToolId,
    /// Its server.
    pub server: ServerName,
    /// SHA-256 (hex) of the canonical definition.
    pub definition_hash: String,
    /// The definition as the server sent it.
    pub definition: RawJson,
    /// When it was accepted.
    pub accepted_at: Timestamp,
}

impl DefinitionPin {
    /// Accepts the definition that `tool` has.
    pub fn of(tool: &Tool) -> Self {
        Self {
            id: tool.id.clone(),
            server: tool.server.clone(),
            definition_hash: tool.definition_hash.clone(),
            definition: tool.definition.clone(),
            accepted_at: Timestamp::now(),
        }
    }
}

/// A vector of `f32`. In JSON it is the base64 of its little-endian bytes: a third of the size of
/// decimal text and some twenty times faster to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedding(pub Vec<f32>);

impl Serialize for Embedding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|value| value.to_le_bytes()).collect();
        serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Embedding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = STANDARD_NO_PAD.decode(text.as_bytes()).map_err(D::Error::custom)?;
        let (values, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(D::Error::custom("an embedding is a whole number of f32 values"));
        }
        Ok(Self(values.iter().map(|value| f32::from_le_bytes(*value)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embeddings_keep_every_bit() {
        let embedding = Embedding(vec![0.0, -1.5, f32::MIN_POSITIVE, 0.1]);
        let json = serde_json::to_string(&embedding).expect("json");
        assert_eq!(serde_json::from_str::<Embedding>(&json).expect("embedding"), embedding);
        assert!(serde_json::from_str::<Embedding>("\"AAA\"").is_err());
    }
}
