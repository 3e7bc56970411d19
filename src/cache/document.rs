//! Kept results take part in a switch of the embedding space.

use std::time::Duration;

use crate::embeddings::{Role, Space};
use crate::model::{CacheEntry, CacheKind, Embedding};
use crate::reembed::{Embedded, Target};

/// How long a call that may be answered by meaning waits for its vector.
const PATIENCE: Duration = Duration::from_millis(300);

impl Embedded for CacheEntry {
    const AMONG: Option<(&'static str, &'static str)> = Some(("kind", "semantic"));
    // One without is found by equal arguments, and new ones come all the time.
    const IS_NEEDED: bool = false;
    // What is kept is a request, compared with requests.
    const ROLE: Role = Role::Query;

    fn text(&self) -> String {
        joined(&self.texts)
    }

    fn vector_at(&self, place: Target) -> Option<(u64, &Embedding)> {
        match place {
            Target::Present => self.embedding_version.zip(self.embedding.as_ref()),
            Target::Next => self.next_embedding_version.zip(self.next_embedding.as_ref()),
        }
    }

    fn put(&mut self, space: &Space, vector: Embedding, place: Target) {
        match place {
            Target::Next => {
                (self.next_embedding, self.next_embedding_version) = (Some(vector), Some(space.version));
            }
            Target::Present => {
                self.embedding_model = Some(space.settings.model_name().to_owned());
                self.embedding_dim = Some(vector.0.len());
                self.embedding_version = Some(space.version);
                self.embedding = Some(vector);
            }
        }
    }

    fn clear_next(&mut self) {
        (self.next_embedding, self.next_embedding_version) = (None, None);
    }
}

/// The text of several arguments: equal for equal ones alone.
pub(super) fn joined(texts: &[String]) -> String {
    texts.join("\n")
}

/// How an entry with these texts may be found.
pub(super) fn kind_of(texts: &[String]) -> CacheKind {
    if texts.is_empty() { CacheKind::Exact } else { CacheKind::Semantic }
}

/// The vector of these texts; `None` where it cannot be had soon, or has no direction.
pub(super) async fn vector_of(space: &Space, texts: &[String]) -> Option<Embedding> {
    let text = [joined(texts)];
    let made = tokio::time::timeout(PATIENCE, space.embedder.embed(&text, Role::Query)).await.ok()?;
    let vector = made.ok()?.into_iter().next()?;
    vector.iter().any(|value| *value != 0.0).then_some(Embedding(vector))
}
