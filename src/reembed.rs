//! Gives documents vectors in another space, beside those that they have, and later in their place. Whatever type is
//! [`Embedded`] takes part in a switch of the embedding space.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use sha2::{Digest as _, Sha256};

use crate::embeddings::{Role, Space};
use crate::error::{Error, Result};
use crate::model::{Embedding, TenantId};
use crate::store::{Collection, Document, Query, Store, Stored};

/// Documents that are embedded and written together: all that is done again after a crash.
const BATCH: usize = 128;
/// Texts whose vectors are remembered: tenants have the same servers.
const TEXTS: NonZeroUsize = NonZeroUsize::new(8192).expect("more than none");

/// Where a new vector is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Beside the present one, which serves on.
    Next,
    /// In place of the present one.
    Present,
}

/// A document that has a vector, and another one while the space is switched.
pub trait Embedded: Document {
    /// A declared field and the value that it has in documents with a text; where there is none, every document has one.
    const AMONG: Option<(&'static str, &'static str)> = None;
    /// Whether a new space has to wait until each of them has a vector in it.
    const IS_NEEDED: bool = true;
    /// As what its text is embedded.
    const ROLE: Role = Role::Document;

    /// What is embedded.
    fn text(&self) -> String;

    /// The vector in a place, and the generation of its space.
    fn vector_at(&self, place: Target) -> Option<(u64, &Embedding)>;

    /// Puts a vector of `space` in a place.
    fn put(&mut self, space: &Space, vector: Embedding, place: Target);

    /// Takes away what is beside the present one.
    fn clear_next(&mut self);
}

/// The vector of `document` in the space of this generation, in whichever place it is.
pub fn vector_in(document: &impl Embedded, version: u64) -> Option<&Embedding> {
    let mut held = [Target::Present, Target::Next].into_iter().filter_map(|place| document.vector_at(place));
    held.find(|(held, _)| *held == version).map(|(_, vector)| vector)
}

/// Whether `document` has a vector of this generation, in either place.
pub fn has_vector(document: &impl Embedded, version: u64) -> bool {
    vector_in(document, version).is_some()
}

fn is_at(document: &impl Embedded, place: Target, version: u64) -> bool {
    document.vector_at(place).is_some_and(|(held, _)| held == version)
}

/// Those of the documents `T` that have a text.
pub fn with_text<T: Embedded>() -> Query {
    T::AMONG.map_or_else(Query::all, |(field, value)| Query::all().equals(field, value))
}

/// What a batch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Documents that were looked at.
    pub seen: u64,
    /// Documents that were given a vector.
    pub embedded: u64,
    /// Documents that changed meanwhile and have to be looked at again.
    pub missed: u64,
    /// Documents that have the vector of the space in force in both places.
    pub doubled: u64,
}

/// Makes vectors of one space.
pub struct Reembedder {
    space: Space,
    known: LruCache<[u8; 32], Arc<[f32]>>,
}

/// Goes through the documents of a collection.
pub struct Pass<T> {
    documents: Collection<T>,
    batch: usize,
    after: Option<String>,
}

impl<T: Embedded> Pass<T> {
    /// Through those of `tenant`, from the start.
    pub fn of(store: &Arc<dyn Store>, tenant: &TenantId) -> Self {
        Self::over(Collection::of_tenant(store, tenant), BATCH)
    }

    /// Through those of the control plane, from the start.
    pub fn of_control(store: &Arc<dyn Store>) -> Self {
        Self::over(Collection::of_control(store), BATCH)
    }

    /// Through a collection, so many at once.
    pub fn over(documents: Collection<T>, batch: usize) -> Self {
        Self { documents, batch, after: None }
    }

    /// The next documents with a text, in the order of their ids, and how many were looked at; none at the end. One that
    /// cannot be read is left out.
    ///
    /// # Errors
    /// The store's; the pass can be gone on with.
    pub async fn read(&mut self) -> Result<Option<(u64, Vec<Stored<T>>)>> {
        let mut query = with_text::<T>().limit(self.batch);
        if let Some(after) = &self.after {
            query = query.after(after.as_str());
        }
        let found = self.documents.find_readable(&query).await?;
        let Some((last, _)) = found.last() else { return Ok(None) };
        self.after = Some(last.clone());
        let seen = found.len() as u64;
        Ok(Some((seen, found.into_iter().filter_map(|(_, document)| document.ok()).collect())))
    }

    /// Moves vectors of this generation from beside to the present place, and clears the place beside of everything that
    /// is not `kept`. `None` at the end.
    ///
    /// # Errors
    /// As the store's.
    pub async fn settle(&mut self, space: &Space, kept: Option<u64>) -> Result<Option<Batch>> {
        let Some((seen, documents)) = self.read().await? else { return Ok(None) };
        let (mut changed, mut doubled) = (Vec::new(), 0);
        for mut stored in documents {
            let document = &mut stored.value;
            let next = document.vector_at(Target::Next).map(|(version, vector)| (version, vector.clone()));
            let beside = next.as_ref().map(|(version, _)| *version);
            doubled += u64::from(beside == Some(space.version));
            match next {
                Some((version, vector)) if version == space.version && !is_at(document, Target::Present, version) => {
                    document.put(space, vector, Target::Present);
                }
                _ if beside.is_none() || beside == kept => continue,
                _ => {}
            }
            if beside != kept {
                document.clear_next();
            }
            changed.push(stored);
        }
        let missed = self.documents.put_unchanged(&changed).await?;
        Ok(Some(Batch { seen, embedded: changed.len() as u64 - missed, missed, doubled }))
    }
}

impl Reembedder {
    /// Makes vectors of `space`.
    pub fn new(space: Space) -> Self {
        Self { space, known: LruCache::new(TEXTS) }
    }

    /// Embeds the next documents of a pass that have no vector in the space. `None` at the end.
    ///
    /// # Errors
    /// The embedder's and the store's; the pass can be gone on with.
    pub async fn embed<T: Embedded>(&mut self, pass: &mut Pass<T>, target: Target) -> Result<Option<Batch>> {
        let before = pass.after.clone();
        let Some((seen, documents)) = pass.read().await? else { return Ok(None) };
        let version = self.space.version;
        let mut lacking: Vec<Stored<T>> =
            documents.into_iter().filter(|document| !has_vector(&document.value, version)).collect();
        let texts: Vec<String> = lacking.iter().map(|document| document.value.text()).collect();
        let vectors = match self.vectors(&texts, T::ROLE).await {
            Ok(vectors) => vectors,
            Err(error) => {
                pass.after = before;
                return Err(error);
            }
        };
        for (document, vector) in lacking.iter_mut().zip(vectors) {
            document.value.put(&self.space, Embedding(vector), target);
        }
        let missed = pass.documents.put_unchanged(&lacking).await?;
        Ok(Some(Batch { seen, embedded: lacking.len() as u64 - missed, missed, doubled: 0 }))
    }

    /// One vector per text; the same text is embedded once.
    async fn vectors(&mut self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let key = |text: &String| -> [u8; 32] {
            let role: &[u8] = if role == Role::Query { b"query" } else { b"document" };
            Sha256::new().chain_update(role).chain_update(text).finalize().into()
        };
        let keys: Vec<[u8; 32]> = texts.iter().map(key).collect();
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
        let made = self.space.embedder.embed(&fresh, role).await?;
        for ((key, _), vector) in asked.iter().zip(made) {
            let vector: Arc<[f32]> = Arc::from(vector);
            self.known.put(*key, Arc::clone(&vector));
            found.insert(*key, vector);
        }
        let too_few = || Error::internal("the embedder returned too few vectors");
        keys.iter().map(|key| found.get(key).map(|vector| vector.to_vec()).ok_or_else(too_few)).collect()
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
            assert_eq!(reembedder.vectors(&batch, Role::Document).await.expect("vectors").len(), BATCH);
        }
        let asked = counting.0.load(Ordering::Relaxed);
        let mixed: Vec<String> =
            (TEXTS.get()..TEXTS.get() + BATCH).map(text).chain([text(0), text(1), text(0)]).collect();
        let vectors = reembedder.vectors(&mixed, Role::Document).await.expect("vectors");
        assert!(vectors.len() == BATCH + 3 && vectors.iter().all(|vector| vector.len() == 1), "{vectors:?}");
        assert_eq!(counting.0.load(Ordering::Relaxed) - asked, BATCH, "each text once");
    }
}
