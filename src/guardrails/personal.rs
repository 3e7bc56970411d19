//! The rail of personal data and secrets.

use async_trait::async_trait;

use super::normalise::Plain;
use super::{Deed, Direction, Finding, Findings, Guardrail, leaks, pii, spans, taking_time};
use crate::error::Result;

/// Finds what is masked.
pub(super) struct Personal;

#[async_trait]
impl Guardrail for Personal {
    fn failure(&self) -> &'static str {
        "personal_data_unchecked"
    }

    async fn check(&self, text: &Plain<'_>, direction: Direction) -> Result<Findings> {
        // What a server's author writes of itself is nobody's secret.
        if direction == Direction::Definition {
            return Ok(Findings::default());
        }
        Ok(Findings { found: taking_time(text.text_for_data().len(), || find(text)), score: 0.0 })
    }
}

/// Personal data and secrets, in the order of the text.
pub(super) fn find(text: &Plain<'_>) -> Vec<Finding> {
    let found = spans::settled(text.text_for_data(), |text, found| {
        pii::find(text, found);
        leaks::find(text, found);
    });
    let found = found.into_iter();
    found.map(|span| Finding { range: text.source(span.start..span.end), deed: Deed::Redact(span.entity) }).collect()
}
