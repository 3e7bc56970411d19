//! Which embedding space is in force, and how far the change to another one is.

use serde::{Deserialize, Serialize};

use super::{Embedding, Timestamp};

/// One generation of vectors, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingSpace {
    /// The provider's configuration name.
    pub provider: String,
    /// The model as the operator names it; for `local` its folder.
    #[serde(default)]
    pub model: Option<String>,
    /// Where the provider is, unless at its usual place.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Azure's deployment.
    #[serde(default)]
    pub deployment: Option<String>,
    /// Azure's API version.
    #[serde(default)]
    pub api_version: Option<String>,
    /// The key that the provider is shown, sealed for this version.
    #[serde(default)]
    pub api_key: Option<String>,
    /// Length of every vector.
    pub dimensions: usize,
    /// Generation.
    pub version: u64,
    /// What the provider calls the model.
    #[serde(default)]
    pub answered_model: Option<String>,
    /// The vector that the model is known by, of a request.
    pub probe: Embedding,
    /// The same of a document.
    pub document_probe: Embedding,
    /// Who chose it.
    pub chosen_by: ChosenBy,
}

/// Who chose a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenBy {
    /// The configuration of the gateway; a change of it is a change of the space.
    Configuration,
    /// An operator, with a switch; the configuration has no say since.
    Operator,
}

/// The document of `embedding_config`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingConfig {
    /// [`Self::ID`].
    #[serde(rename = "_id")]
    pub id: String,
    /// What is in force.
    #[serde(flatten)]
    pub current: EmbeddingSpace,
    /// What is to come into force once everything is embedded in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<EmbeddingSpace>,
    /// The newest version that was ever given.
    pub last_version: u64,
    /// Last change.
    pub updated_at: Timestamp,
}

impl EmbeddingConfig {
    /// There is one such document.
    pub const ID: &'static str = "space";
}

/// How a switch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchState {
    /// None is under way.
    Idle,
    /// It is under way, or waits for somebody who does it.
    Running,
    /// It stopped; the former space serves. It can be resumed.
    Failed,
    /// The new space serves.
    Done,
    /// It was given up; the former space serves.
    Cancelled,
}

/// What a switch is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchPhase {
    /// It waits for somebody who does it.
    Queued,
    /// Everything is embedded in the new space beside the old.
    Embedding,
    /// The store's indexes hold both.
    Indexing,
    /// The new space serves; what is the old one's is taken away.
    Settling,
}

/// The document of `embedding_status`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingStatus {
    /// [`Self::ID`].
    #[serde(rename = "_id")]
    pub id: String,
    /// How it is.
    pub state: SwitchState,
    /// What it is at.
    #[serde(default)]
    pub phase: Option<SwitchPhase>,
    /// Texts that are embedded in the new space.
    pub done: u64,
    /// Texts that there are.
    pub total: u64,
    /// Texts a second, lately.
    #[serde(default)]
    pub per_second: f64,
    /// Seconds left, as far as that can be told.
    #[serde(default)]
    pub seconds_left: Option<u64>,
    /// Of the new space: the provider.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// Its width.
    pub dimensions: usize,
    /// Its version.
    pub version: u64,
    /// Why it failed, or what it waits for.
    #[serde(default)]
    pub error: Option<String>,
    /// The replica or command that does it.
    #[serde(default)]
    pub holder: Option<String>,
    /// Until then nobody else does it.
    #[serde(default)]
    pub held_until: Option<Timestamp>,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl EmbeddingStatus {
    /// There is one such document.
    pub const ID: &'static str = "switch";
}
