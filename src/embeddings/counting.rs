//! An embedder for tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::{Embedder, Facts, Role};
use crate::error::Result;

/// A text's vector is its length; counts what it is asked.
#[derive(Default)]
pub(crate) struct Counting(pub(crate) AtomicUsize);

#[async_trait]
impl Embedder for Counting {
    #[expect(clippy::cast_precision_loss, reason = "short texts")]
    async fn embed(&self, texts: &[String], _: Role) -> Result<Vec<Vec<f32>>> {
        self.0.fetch_add(texts.len(), Ordering::Relaxed);
        Ok(texts.iter().map(|text| vec![text.len() as f32]).collect())
    }

    async fn facts(&self) -> Result<Arc<Facts>> {
        Ok(Arc::new(Facts { dimensions: 1, answered_model: None, probe: vec![1.0], document_probe: vec![1.0] }))
    }

    fn known_facts(&self) -> Option<Arc<Facts>> {
        None
    }
}
