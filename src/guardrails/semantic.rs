//! The rail that compares passages with known attacks: what the rules find too little in, said in other words.

use std::sync::Arc;

use async_trait::async_trait;

use super::normalise::Plain;
use super::passages::passages;
use super::{Deed, Direction, Finding, Findings, Guardrail};
use crate::error::Result;

/// What a passage that is close to a known attack is called.
pub(super) const KNOWN_ATTACK: &str = "known_attack";

/// Knows how close texts are to known attacks.
#[async_trait]
pub trait Likeness: Send + Sync {
    /// Of each passage the cosine to the known attack that is closest to it; -1 where none is known.
    ///
    /// # Errors
    /// When the passages cannot be embedded, or the attacks not be read.
    async fn closest(&self, passages: &[String]) -> Result<Vec<f32>>;
}

/// Passages against known attacks.
pub(super) struct Semantic {
    likeness: Arc<dyn Likeness>,
    threshold: f64,
}

impl Semantic {
    pub(super) fn new(likeness: Arc<dyn Likeness>, threshold: f64) -> Self {
        Self { likeness, threshold }
    }
}

#[async_trait]
impl Guardrail for Semantic {
    fn failure(&self) -> &'static str {
        "known_attacks_unchecked"
    }

    async fn check(&self, text: &Plain<'_>, _: Direction) -> Result<Findings> {
        let (places, passages): (Vec<_>, Vec<String>) = passages(text).into_iter().unzip();
        if passages.is_empty() {
            return Ok(Findings::default());
        }
        let closest = self.likeness.closest(&passages).await?;
        let alike = places.into_iter().zip(closest).filter(|(_, cosine)| f64::from(*cosine) >= self.threshold);
        let found: Vec<Finding> = alike.map(|(range, _)| Finding { range, deed: Deed::Block(KNOWN_ATTACK) }).collect();
        let score = if found.is_empty() { 0.0 } else { 1.0 };
        Ok(Findings { found, score })
    }
}
