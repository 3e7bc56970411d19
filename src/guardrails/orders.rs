//! The rail of orders to the model.

use std::sync::LazyLock;

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};

use super::injection::{self, Family};
use super::normalise::Plain;
use super::{Deed, Direction, Finding, Findings, Guardrail, taking_time};
use crate::error::Result;

/// Finds passages that tell the model what to do.
pub(super) struct Orders;

#[async_trait]
impl Guardrail for Orders {
    fn failure(&self) -> &'static str {
        "orders_unchecked"
    }

    async fn check(&self, text: &Plain<'_>, direction: Direction) -> Result<Findings> {
        let score = taking_time(text.text_for_data().len(), || injection::score(text, direction));
        let found = |hit: &injection::Hit| Finding { range: hit.span.clone(), deed: Deed::Block(hit.family.name()) };
        let found = if score.is_blocked() { score.hits.iter().map(found).collect() } else { Vec::new() };
        Ok(Findings { found, score: score.total })
    }
}

/// What the rules say, in a word: another one for other rules.
pub fn rules_version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let rules = [
            include_str!("injection/rules.txt"),
            include_str!("injection/lexicon.txt"),
            include_str!("injection/languages.txt"),
        ];
        let digest = Sha256::digest(rules.concat());
        format!("{}-{}", env!("CARGO_PKG_VERSION"), crate::model::hex(digest.iter().take(4)))
    });
    &VERSION
}

/// Kinds of orders.
pub(super) fn categories() -> impl Iterator<Item = &'static str> {
    Family::all().map(Family::name)
}
