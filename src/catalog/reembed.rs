//! Gives the tools of a tenant vectors in another space, beside those that they have, and later in their place.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use sha2::{Digest as _, Sha256};

use super::definition::vector_text;
use crate::embeddings::{Role, Space};
use crate::error::{Error, Result};
use crate::model::{Embedding, TenantId, Tool};
use crate::store::{Collection, Query, Store, Stored};

/// Tools that are embedded and written together: all that is done again after a crash.
const BATCH: usize = 128;
/// Texts whose vectors are remembered: tenants have the same servers.
const TEXTS: NonZeroUsize = NonZeroUsize::new(8192).expect("more than none");

/// Where a tool's new vector is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Beside the present one, which serves on.
    Next,
    /// In place of the present one.
    Present,
}

/// What a batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Tools that were looked at.
    pub seen: u64,
    /// Tools that were given a vector.
    pub embedded: u64,
    /// Tools that changed meanwhile and have to be looked at again.
    pub missed: u64,
    /// Tools that have the vector of the space in force in both places.
    pub doubled: u64,
}

/// Makes vectors of one space.
pub struct Reembedder {
    space: Space,
    known: LruCache<[u8; 32], Arc<[f32]>>,
}

/// Goes through the tools of a tenant.
pub struct Pass {
    catalog: Collection<Tool>,
    after: Option<String>,
}

impl Pass {
    /// Through the tools of `tenant`, from the start.
    pub fn of(store: &Arc<dyn Store>, tenant: &TenantId) -> Self {
        Self { catalog: Collection::of_tenant(store, tenant), after: None }
    }

    /// The next tools, in the order of their ids; none at the end. One that cannot be read is left out.
    async fn read(&mut self) -> Result<Option<(u64, Vec<Stored<Tool>>)>> {
        let mut query = Query::all().limit(BATCH);
        if let Some(after) = &self.after {
            query = query.after(after.as_str());
        }
        let found = self.catalog.find_readable(&query).await?;
        let Some((last, _)) = found.last() else { return Ok(None) };
        self.after = Some(last.clone());
        let seen = found.len() as u64;
        Ok(Some((seen, found.into_iter().filter_map(|(_, tool)| tool.ok()).collect())))
    }

    /// Moves vectors of this generation from beside to the present place, and clears the place beside of everything that
    /// is not `kept`. `None` at the end.
    ///
    /// # Errors
    /// As the store's.
    pub async fn settle(&mut self, space: &Space, kept: Option<u64>) -> Result<Option<Batch>> {
        let Some((seen, tools)) = self.read().await? else { return Ok(None) };
        let (mut changed, mut doubled) = (Vec::new(), 0);
        for mut stored in tools {
            let tool = &mut stored.value;
            let is_next = tool.next_embedding_version == Some(space.version);
            doubled += u64::from(is_next);
            if is_next && tool.embedding_version != space.version {
                let vector = tool.next_embedding.clone().unwrap_or_default();
                put(tool, space, vector, Target::Present);
            } else if tool.next_embedding_version.is_none() || tool.next_embedding_version == kept {
                continue;
            }
            if tool.next_embedding_version != kept {
                (tool.next_embedding, tool.next_embedding_version) = (None, None);
            }
            changed.push(stored);
        }
        let missed = self.catalog.put_unchanged(&changed).await?;
        Ok(Some(Batch { seen, embedded: changed.len() as u64 - missed, missed, doubled }))
    }
}

impl Reembedder {
    /// Makes vectors of `space`.
    pub fn new(space: Space) -> Self {
        Self { space, known: LruCache::new(TEXTS) }
    }

    /// Embeds the next tools of a pass that have no vector in the space. `None` at the end.
    ///
    /// # Errors
    /// The embedder's and the store's; the pass can be gone on with.
    pub async fn embed(&mut self, pass: &mut Pass, target: Target) -> Result<Option<Batch>> {
        let before = pass.after.clone();
        let Some((seen, tools)) = pass.read().await? else { return Ok(None) };
        let mut lacking: Vec<Stored<Tool>> =
            tools.into_iter().filter(|tool| tool.value.vector(self.space.version).is_none()).collect();
        let texts: Vec<String> = lacking.iter().map(|tool| vector_text(&tool.value)).collect();
        let vectors = match self.vectors(&texts).await {
            Ok(vectors) => vectors,
            Err(error) => {
                pass.after = before;
                return Err(error);
            }
        };
        for (tool, vector) in lacking.iter_mut().zip(vectors) {
            put(&mut tool.value, &self.space, Embedding(vector), target);
        }
        let missed = pass.catalog.put_unchanged(&lacking).await?;
        Ok(Some(Batch { seen, embedded: lacking.len() as u64 - missed, missed, doubled: 0 }))
    }

    /// One vector per text; the same text is embedded once.
    async fn vectors(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<[u8; 32]> = texts.iter().map(|text| Sha256::digest(text).into()).collect();
        // Of this batch, which what is remembered may be too small for.
        let mut found: HashMap<[u8; 32], Arc<[f32]>> = HashMap::new();
        let mut asked: Vec<([u8; 32], String)> = Vec::new();
        for (key, text) in keys.iter().zip(texts) {
            match self.known.get(key) {
                Some(vector) => drop(found.insert(*key, Arc::clone(vector))),
                None if asked.iter().all(|(other, _)| other != key) => asked.push((*key, text.clone())),
                None => {}
            }
        }
        let fresh: Vec<String> = asked.iter().map(|(_, text)| text.clone()).collect();
        let made = self.space.embedder.embed(&fresh, Role::Document).await?;
        for ((key, _), vector) in asked.iter().zip(made) {
            let vector: Arc<[f32]> = Arc::from(vector);
            self.known.put(*key, Arc::clone(&vector));
            found.insert(*key, vector);
        }
        let too_few = || Error::internal("the embedder returned too few vectors");
        keys.iter().map(|key| found.get(key).map(|vector| vector.to_vec()).ok_or_else(too_few)).collect()
    }
}

/// Gives `tool` its vector in `space`.
pub(super) fn put(tool: &mut Tool, space: &Space, vector: Embedding, target: Target) {
    match target {
        Target::Next => {
            (tool.next_embedding, tool.next_embedding_version) = (Some(vector), Some(space.version));
        }
        Target::Present => {
            space.settings.model_name().clone_into(&mut tool.embedding_model);
            tool.embedding_dim = vector.0.len();
            tool.embedding_version = space.version;
            tool.embedding = vector;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::embeddings::counting::Counting;
    use crate::embeddings::{Patience, Provider, Settings};

    /// What is remembered may push out a text of the very batch that is being embedded.
    #[tokio::test]
    async fn every_text_gets_a_vector_however_many_there_were_before() {
        let counting = Arc::new(Counting::default());
        let patience = Patience { timeout: std::time::Duration::from_secs(1), max_retries: 0 };
        let space = Space::new(Settings::of(Provider::Builtin), 2, None, patience);
        let mut reembedder = Reembedder::new(Space { embedder: Arc::clone(&counting) as _, ..space });
        let text = |number: usize| format!("text {number}");
        for first in (0..TEXTS.get()).step_by(BATCH) {
            let batch: Vec<String> = (first..first + BATCH).map(text).collect();
            assert_eq!(reembedder.vectors(&batch).await.expect("vectors").len(), BATCH);
        }
        let asked = counting.0.load(Ordering::Relaxed);
        let mixed: Vec<String> =
            (TEXTS.get()..TEXTS.get() + BATCH).map(text).chain([text(0), text(1), text(0)]).collect();
        let vectors = reembedder.vectors(&mixed).await.expect("vectors");
        assert!(vectors.len() == BATCH + 3 && vectors.iter().all(|vector| vector.len() == 1), "{vectors:?}");
        assert_eq!(counting.0.load(Ordering::Relaxed) - asked, BATCH, "each text once");
    }
}
