//! PORT: ranked lists of tools.
//!
//! Two arms, *vector* (cosine) and *text* (BM25), and their fusion by reciprocal rank. Every answer carries
//! its receipts: where each arm ranked a tool and how the score came about.

mod fusion;
mod memory;
mod text;

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Scopes, TenantId, Tool, ToolId};

pub use fusion::{RANK_CONSTANT, Weights};
pub use text::identifier_words;

/// How to search.
#[derive(Clone, Debug)]
pub struct SearchConfig {
    /// Which engine ranks.
    pub engine: Engine,
    /// Weights of the arms.
    pub weights: Weights,
}

/// Which engine ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The best that the store offers.
    Auto,
    /// The index in this process.
    Local,
}

impl Engine {
    /// Every engine with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] = &[("auto", Self::Auto), ("local", Self::Local)];
}

/// Opens the configured index.
pub fn open(config: &SearchConfig) -> Arc<dyn SearchIndex> {
    match config.engine {
        Engine::Auto | Engine::Local => Arc::new(memory::MemoryIndex::new(config.weights)),
    }
}

/// Which arms rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Both, fused.
    Hybrid,
    /// Meaning only.
    Vector,
    /// Words only.
    Text,
}

impl Mode {
    /// Every mode, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Hybrid, Self::Vector, Self::Text];

    /// The mode's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hybrid => "hybrid",
            Self::Vector => "vector",
            Self::Text => "text",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| Error::invalid(format!("mode {text:?} is not one of hybrid, vector, text")))
    }
}

/// A search in one tenant's catalog.
#[derive(Clone, Debug)]
pub struct SearchQuery {
    /// The request in words.
    pub text: String,
    /// The request as a unit vector; `None` leaves the vector arm out.
    pub vector: Option<Vec<f32>>,
    /// Which arms rank.
    pub mode: Mode,
    /// At most this many hits.
    pub limit: usize,
    /// What may be found; applied before any limit.
    pub scopes: Scopes,
}

/// A found tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which.
    pub id: ToolId,
    /// What the list is ordered by, descending.
    pub score: f64,
    /// How it came about.
    pub details: ScoreDetails,
}

/// The receipt of a hit, in the shape that MongoDB's `$rankFusion` gives (`scoreDetails`).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreDetails {
    /// The score.
    pub value: f64,
    /// The formula.
    pub description: &'static str,
    /// One entry an arm that took part, in alphabetical order.
    pub details: Vec<ArmScore>,
}

/// What one arm said of a tool.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArmScore {
    /// `text` or `vector`.
    pub input_pipeline_name: &'static str,
    /// Its place in that arm's list.
    pub rank: ArmRank,
    /// The arm's weight.
    pub weight: f64,
    /// The arm's own score: BM25, or (1 + cosine) / 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// A place in an arm's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArmRank {
    /// 1 is best.
    At(usize),
    /// The arm did not return the tool; written as `"NA"`.
    Absent,
}

impl Serialize for ArmRank {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::At(rank) => serializer.serialize_u64(*rank as u64),
            Self::Absent => serializer.serialize_str("NA"),
        }
    }
}

/// Ranks the tools of a tenant.
#[async_trait]
pub trait SearchIndex: Send + Sync {
    /// Takes over the tenant's searchable tools: active, of enabled servers, sorted by id. An index that
    /// the store itself keeps has nothing to do here.
    async fn refresh(&self, tenant: &TenantId, tools: Vec<Arc<Tool>>) -> Result<()>;

    /// The best hits; ties in the order of ids. A tenant that was never refreshed has no tools.
    async fn search(&self, tenant: &TenantId, query: &SearchQuery) -> Result<Vec<Hit>>;

    /// What ranks, in words.
    fn describe(&self) -> &'static str;
}
