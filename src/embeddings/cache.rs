//! Vectors of requests that were asked before: agents repeat themselves, and a provider over a network takes longer than
//! the whole search.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use lru::LruCache;
use sha2::{Digest as _, Sha256};

use super::{Embedder, Facts, Role};
use crate::error::{Kind, Result};

/// Requests that are remembered: with 1,024 dimensions 16 MiB.
const REQUESTS: NonZeroUsize = NonZeroUsize::new(4096).expect("more than none");

type Key = [u8; 32];

/// Remembers the vectors of requests; documents are embedded once anyway.
pub(super) struct QueryCache {
    embedder: Arc<dyn Embedder>,
    known: Mutex<LruCache<Key, Arc<[f32]>>>,
}

impl QueryCache {
    pub(super) fn over(embedder: Arc<dyn Embedder>) -> Arc<dyn Embedder> {
        Arc::new(Self { embedder, known: Mutex::new(LruCache::new(REQUESTS)) })
    }

    fn known(&self) -> MutexGuard<'_, LruCache<Key, Arc<[f32]>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Embedder for QueryCache {
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>> {
        if role == Role::Document {
            return self.embedder.embed(texts, role).await;
        }
        let keys: Vec<Key> = texts.iter().map(|text| Sha256::digest(text).into()).collect();
        let mut vectors: Vec<Option<Vec<f32>>> = {
            let mut known = self.known();
            keys.iter().map(|key| known.get(key).map(|vector| vector.to_vec())).collect()
        };
        let asked: Vec<String> =
            texts.iter().zip(&vectors).filter(|(_, known)| known.is_none()).map(|(text, _)| text.clone()).collect();
        if !asked.is_empty() {
            let fresh = self.embedder.embed(&asked, role).await;
            // It may be another model than the one that made what is remembered.
            if fresh.as_ref().is_err_and(|error| error.kind() == Kind::Refused) {
                self.known().clear();
            }
            let mut fresh = fresh?.into_iter();
            let mut known = self.known();
            for (slot, key) in vectors.iter_mut().zip(&keys).filter(|(slot, _)| slot.is_none()) {
                *slot = fresh.next();
                if let Some(vector) = slot {
                    known.put(*key, Arc::from(vector.as_slice()));
                }
            }
        }
        Ok(vectors.into_iter().flatten().collect())
    }

    async fn facts(&self) -> Result<Arc<Facts>> {
        self.embedder.facts().await
    }

    fn known_facts(&self) -> Option<Arc<Facts>> {
        self.embedder.known_facts()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::super::counting::Counting;
    use super::*;

    #[tokio::test]
    async fn a_request_is_asked_once_and_answers_keep_their_order() {
        let counting = Arc::new(Counting::default());
        let cache = QueryCache::over(Arc::clone(&counting) as _);
        let ask = async |texts: &[&str], role| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            cache.embed(&texts, role).await.expect("vectors").concat()
        };
        assert_eq!(ask(&["a", "bbb"], Role::Query).await, [1.0, 3.0]);
        assert_eq!(ask(&["cc", "bbb", "dddd", "a"], Role::Query).await, [2.0, 3.0, 4.0, 1.0]);
        assert_eq!(counting.0.load(Ordering::Relaxed), 4);
        assert_eq!(ask(&["a"], Role::Document).await, [1.0], "a document is another matter");
        assert_eq!(counting.0.load(Ordering::Relaxed), 5);
    }
}
