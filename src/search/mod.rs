//! PORT: ranked lists of tools.
//!
//! Two arms, *vector* (cosine) and *text* (BM25), and their fusion by reciprocal rank. Every answer carries
//! its receipts: where each arm ranked a tool and how the score came about.

mod atlas;
pub mod conformance;
mod fusion;
mod measures;
mod memory;
mod names;
mod ranking;
mod text;
mod vectors;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};
use crate::model::{Scopes, TenantId, Tool, ToolId};
use crate::store::MongoDb;

pub use fusion::{RANK_CONSTANT, Weights};
pub use measures::Measures;
pub use text::{identifier_words, searchable, sentences};

/// How to search.
#[derive(Clone, Debug)]
pub struct SearchConfig {
    /// Which engine ranks.
    pub engine: Engine,
    /// Weights of the arms.
    pub weights: Weights,
    /// What a hybrid search is ordered by.
    pub fusion: Fusion,
}

/// What a hybrid search is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fusion {
    /// What the arms say of each candidate.
    Score,
    /// The ranks that they give it, as `$rankFusion` does.
    Rrf,
}

impl Fusion {
    /// Every fusion with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] = &[("score", Self::Score), ("rrf", Self::Rrf)];
}

/// Which engine ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The best that the store offers.
    Auto,
    /// The store's own search, which is Atlas Search.
    Atlas,
    /// The index in this process.
    Local,
}

impl Engine {
    /// Every engine with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("atlas", Self::Atlas), ("local", Self::Local)];
}

/// Opens the configured index; `mongodb` is the store's connection, where it is a MongoDB.
///
/// # Errors
/// [`Kind::InvalidConfig`] where the engine is the store's and the store has none.
pub fn open(config: &SearchConfig, mongodb: Option<MongoDb>) -> Result<Arc<dyn SearchIndex>> {
    let of_store = |mongodb, required| -> Arc<dyn SearchIndex> {
        ordered(config, Arc::new(atlas::AtlasIndex::new(mongodb, config.weights, required)))
    };
    match (config.engine, mongodb) {
        (Engine::Local, _) | (Engine::Auto, None) => Ok(in_process(config)),
        (Engine::Auto, Some(mongodb)) => Ok(of_store(mongodb, false)),
        (Engine::Atlas, Some(mongodb)) => Ok(of_store(mongodb, true)),
        (Engine::Atlas, None) => {
            Err(Error::new(Kind::InvalidConfig, "`SEARCH_ENGINE` is \"atlas\", but the store is no MongoDB")
                .help("set MONGODB_URI, or SEARCH_ENGINE=auto"))
        }
    }
}

fn ordered(config: &SearchConfig, index: Arc<dyn SearchIndex>) -> Arc<dyn SearchIndex> {
    match config.fusion {
        Fusion::Score => Arc::new(ranking::Ranking::over(index, config.weights)),
        Fusion::Rrf => index,
    }
}

/// An index in this process, whatever the configured engine.
pub fn in_process(config: &SearchConfig) -> Arc<dyn SearchIndex> {
    ordered(config, Arc::new(memory::MemoryIndex::new(config.weights)))
}

/// What scores are, in words.
pub const ORDERED: &str = "score: what each arm said of the tool, divided by the best that it said of any, weighted and \
    added, times how good the best match is; 1 for a name typed in full. scoreDetails.value: sum of weight / (60 + rank) \
    over the arms that returned the tool, which is the score with HYBRID_FUSION=rrf";

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
    /// The sentences of a long request, in the same way.
    pub sentences: Vec<Vec<f32>>,
    /// Generation of the space that these vectors are in; no other vector is compared with them.
    pub version: u64,
    /// Which arms rank.
    pub mode: Mode,
    /// At most this many hits.
    pub limit: usize,
    /// What may be found; applied before any limit.
    pub allowed: Allowed,
}

/// What may be found.
#[derive(Clone, Debug)]
pub enum Allowed {
    /// Tools with one of these scopes.
    Scopes(Scopes),
    /// Just these.
    Tools(Arc<HashSet<ToolId>>),
}

impl Allowed {
    /// Whether `tool` may be found.
    pub fn contains(&self, tool: &Tool) -> bool {
        match self {
            Self::Scopes(scopes) => scopes.allow(&tool.scopes),
            Self::Tools(tools) => tools.contains(&tool.id),
        }
    }
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

/// The answer of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The best hits; ties in the order of ids.
    pub hits: Vec<Hit>,
    /// What was missing, if anything was.
    pub degraded: Option<Degraded>,
    /// The index has more vectors in another space than in that of the query, so that some hits may be missing.
    pub is_of_other_space: bool,
}

/// What a search had to do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Degraded {
    /// The vector arm: no vector could be made for the request, or the arm failed.
    TextOnly,
    /// The text arm.
    VectorOnly,
    /// `$rankFusion`: the arms were fused here. The ranking is the same.
    ClientFusion,
    /// The store's search: the index in this process answered.
    LocalIndex,
}

impl Degraded {
    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TextOnly => "text_only",
            Self::VectorOnly => "vector_only",
            Self::ClientFusion => "client_fusion",
            Self::LocalIndex => "local_index",
        }
    }
}

/// How an index is made ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexStep {
    /// The index.
    pub index: &'static str,
    /// What the store says of it.
    pub status: String,
    /// Whether it can be searched as it is meant to be.
    pub ready: bool,
}

/// Lengths of the vectors that a tenant's tools have: in the space in force, and in the one that is to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Widths {
    /// Of `embedding`.
    pub embedding: Option<usize>,
    /// Of `next_embedding`.
    pub next_embedding: Option<usize>,
}

/// Which way a search takes, for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What ranks, and why that.
    pub engine: String,
    /// What would make it better, where something would.
    pub fix: Option<String>,
}

const LOCAL: &str = "in-process index (BM25 and exact vector scan)";

/// Ranks the tools of a tenant.
#[async_trait]
pub trait SearchIndex: Send + Sync {
    /// Takes over the tenant's searchable tools: active, of enabled servers, sorted by id. An index that
    /// the store itself keeps only notes them.
    async fn refresh(&self, tenant: &TenantId, tools: Vec<Arc<Tool>>) -> Result<()>;

    /// Lets go of what is in memory of the tenant, until the next [`Self::refresh`].
    fn forget(&self, tenant: &TenantId);

    /// The best hits; ties in the order of ids. A tenant that was never refreshed has no tools.
    async fn search(&self, tenant: &TenantId, query: &SearchQuery) -> Result<Found>;

    /// How many of the tenant's tools have a vector in the space of this generation.
    fn coverage(&self, tenant: &TenantId, version: u64) -> usize;

    /// Makes what the store has to keep for the tenant and waits until it is ready; what is there serves meanwhile. An
    /// index in this process has nothing to do.
    async fn prepare(&self, _: &TenantId, _: Widths, _: &(dyn Fn(IndexStep) + Send + Sync)) -> Result<()> {
        Ok(())
    }

    /// Whether the store keeps the index, which then lags behind the documents.
    async fn is_in_store(&self) -> bool {
        false
    }

    /// Which way a search of the tenant takes.
    async fn describe(&self, tenant: &TenantId, widths: Widths) -> Description;
}
