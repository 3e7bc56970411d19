//! PORT: text → vectors.
//!
//! A provider is one file here and one line in [`open`].

mod builtin;

use std::sync::Arc;

use async_trait::async_trait;

use crate::error::Result;

pub use builtin::TokenCounter;

/// Which provider makes the vectors.
#[derive(Clone, Debug)]
pub struct EmbeddingsConfig {
    /// The provider.
    pub provider: Provider,
}

/// The known providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The static table that is compiled in.
    Builtin,
}

impl Provider {
    /// Every provider with its configuration name.
    pub const NAMES: &'static [(&'static str, Self)] = &[("builtin", Self::Builtin)];
}

/// Opens the configured provider.
///
/// # Errors
/// [`crate::error::Kind::EmbedderUnavailable`] when it cannot be used.
pub async fn open(config: &EmbeddingsConfig) -> Result<Arc<dyn Embedder>> {
    match config.provider {
        Provider::Builtin => {
            let opened = tokio::task::spawn_blocking(builtin::Builtin::open).await;
            Ok(Arc::new(opened.map_err(|error| {
                crate::error::Error::internal("the built-in embedder did not load").source(error)
            })??))
        }
    }
}

/// A space of vectors: two vectors can be compared when their spaces are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// The provider's configuration name.
    pub provider: &'static str,
    /// The model.
    pub model: String,
    /// Length of every vector.
    pub dimensions: usize,
    /// Generation: grows when the operator switches.
    pub version: u64,
}

/// What a text is for; some providers embed the two differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A request in words.
    Query,
    /// What is to be found.
    Document,
}

/// Turns texts into unit vectors of one [`Space`].
#[async_trait]
pub trait Embedder: Send + Sync {
    /// The space of its vectors.
    fn space(&self) -> &Space;

    /// One vector per text, in order, of length 1; the zero vector for a text that holds nothing known.
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>>;
}
