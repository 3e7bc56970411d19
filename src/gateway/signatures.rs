//! The known attacks that the guardrails compare passages with, and their vectors.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::Gateway;
use super::spaces::Spaces;
use crate::embeddings::{Role, Space};
use crate::error::{Context as _, Error, Kind, Result};
use crate::guardrails::{Likeness, shipped_signatures};
use crate::model::{Embedding, Signature, SignatureSource, Timestamp, hex};
use crate::reembed::{Embedded, Target, vector_in};
use crate::store::{Collection, Expect, Query, Store, Stored};

/// As what both a passage and an attack are embedded.
const ROLE: Role = Role::Query;
/// Attacks that are embedded together.
const AT_ONCE: usize = 16;
/// Longest text of a signature.
const MAX_TEXT_BYTES: usize = 2000;
/// More would slow down every call.
const MAX_SIGNATURES: usize = 10_000;

/// Vectors of the known attacks, and the space that passages have to be embedded in.
struct Corpus {
    space: Space,
    vectors: Vec<Embedding>,
    /// Another one for other attacks.
    generation: u64,
}

/// Keeps the known attacks in memory.
pub(super) struct Signatures {
    store: Arc<dyn Store>,
    spaces: Arc<Spaces>,
    corpus: ArcSwapOption<Corpus>,
    loading: Mutex<()>,
}

impl Signatures {
    pub(super) fn new(store: Arc<dyn Store>, spaces: Arc<Spaces>) -> Self {
        Self { store, spaces, corpus: ArcSwapOption::empty(), loading: Mutex::default() }
    }

    fn collection(&self) -> Collection<Signature> {
        Collection::of_control(&self.store)
    }

    /// Which attacks are known: another number for others.
    pub(super) fn generation(&self) -> u64 {
        self.corpus.load().as_ref().map_or(0, |corpus| corpus.generation)
    }

    /// Reads them anew; those without a vector in the space in force are given one.
    async fn load(&self) -> Result<Arc<Corpus>> {
        let _one_at_a_time = self.loading.lock().await;
        let space = self.spaces.now().current.clone();
        if let Some(corpus) = self.corpus.load_full().filter(|corpus| corpus.space.version == space.version) {
            return Ok(corpus);
        }
        self.read(space).await.context(|| "read the known attacks".to_owned())
    }

    /// The same for a call, which does not wait longer than for a vector.
    async fn load_soon(&self) -> Result<Arc<Corpus>> {
        let patience = self.spaces.config().patience.timeout;
        let late = |_| Error::new(Kind::EmbedderUnavailable, "the known attacks are still being embedded");
        tokio::time::timeout(patience, self.load()).await.map_err(late)?
    }

    async fn read(&self, space: Space) -> Result<Arc<Corpus>> {
        let mut known = self.take_over_shipped().await?;
        known.retain(|stored| stored.value.is_enabled);
        let lacking: Vec<usize> = known
            .iter()
            .enumerate()
            .filter(|(_, stored)| vector_in(&stored.value, space.version).is_none())
            .map(|(place, _)| place)
            .collect();
        // A few at a time, each with its own deadline, and written at once: a slow provider gets there in the end.
        for places in lacking.chunks(AT_ONCE) {
            let texts: Vec<String> =
                places.iter().filter_map(|place| known.get(*place)).map(|stored| stored.value.text.clone()).collect();
            let vectors = space.embedder.embed(&texts, ROLE).await?;
            let mut written = Vec::with_capacity(places.len());
            for (place, vector) in places.iter().zip(vectors) {
                if let Some(stored) = known.get_mut(*place) {
                    stored.value.put(&space, Embedding(vector), Target::Present);
                    written.push(stored.clone());
                }
            }
            // Another replica may have been first, or the space may be a new one by now: then it is made again.
            self.collection().put_unchanged(&written).await?;
        }
        let mut ids: Vec<&str> = known.iter().map(|stored| stored.value.id.as_str()).collect();
        ids.sort_unstable();
        let digest = Sha256::digest(ids.concat());
        let generation = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        let vectors = known.iter().filter_map(|stored| vector_in(&stored.value, space.version).cloned()).collect();
        let corpus = Arc::new(Corpus { space, vectors, generation });
        self.corpus.store(Some(Arc::clone(&corpus)));
        Ok(corpus)
    }

    /// Everything that is stored, after the attacks that come with the program were: those of an earlier version go.
    async fn take_over_shipped(&self) -> Result<Vec<Stored<Signature>>> {
        let collection = self.collection();
        let found = collection.find(&Query::all()).await?;
        let shipped: HashMap<String, (&str, &str)> =
            shipped_signatures().map(|(family, text)| (id_of(text), (family, text))).collect();
        let present: HashSet<&str> = found.iter().map(|stored| stored.value.id.as_str()).collect();
        let new: Vec<Signature> = shipped
            .iter()
            .filter(|(id, _)| !present.contains(id.as_str()))
            .map(|(id, (family, text))| signature(id.clone(), family, text, SignatureSource::Shipped))
            .collect();
        let is_gone = |signature: &Signature| {
            signature.source == SignatureSource::Shipped && !shipped.contains_key(&signature.id)
        };
        let gone: Vec<String> =
            found.iter().map(|stored| &stored.value).filter(|it| is_gone(it)).map(|it| it.id.clone()).collect();
        if new.is_empty() && gone.is_empty() {
            return Ok(found);
        }
        collection.replace(&new, &gone).await?;
        collection.find(&Query::all()).await
    }
}

#[async_trait]
impl Likeness for Signatures {
    async fn closest(&self, passages: &[String]) -> Result<Vec<f32>> {
        let mut corpus = match self.corpus.load_full() {
            Some(corpus) => corpus,
            None => self.load_soon().await?,
        };
        let mut vectors = corpus.space.embedder.embed(passages, ROLE).await;
        // The space may be a former one, whose provider is gone.
        if vectors.is_err() && corpus.space.version != self.spaces.now().current.version {
            corpus = self.load_soon().await?;
            vectors = corpus.space.embedder.embed(passages, ROLE).await;
        }
        Ok(vectors?.iter().map(|vector| corpus.closest(vector)).collect())
    }
}

impl Corpus {
    fn closest(&self, vector: &[f32]) -> f32 {
        self.vectors.iter().map(|known| dot(&known.0, vector)).fold(-1.0, f32::max)
    }
}

/// The dot product, in lanes: one sum after the other would take eight times as long.
fn dot(one: &[f32], two: &[f32]) -> f32 {
    if one.len() != two.len() {
        return -1.0;
    }
    let ((one, rest_of_one), (two, rest_of_two)) = (one.as_chunks::<8>(), two.as_chunks::<8>());
    let mut lanes = [0.0_f32; 8];
    for (one, two) in one.iter().zip(two) {
        for ((lane, x), y) in lanes.iter_mut().zip(one).zip(two) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f32>() + rest_of_one.iter().zip(rest_of_two).map(|(x, y)| x * y).sum::<f32>()
}

impl Embedded for Signature {
    // Texts are compared with each other, and none is looked for by the other: both are told to be the same thing.
    const ROLE: Role = ROLE;

    fn text(&self) -> String {
        self.text.clone()
    }

    fn vector_at(&self, place: Target) -> Option<(u64, &Embedding)> {
        match place {
            // One that was just added has none.
            Target::Present => Some((self.embedding_version, &self.embedding)).filter(|(version, _)| *version > 0),
            Target::Next => self.next_embedding_version.zip(self.next_embedding.as_ref()),
        }
    }

    fn put(&mut self, space: &Space, vector: Embedding, place: Target) {
        match place {
            Target::Next => {
                (self.next_embedding, self.next_embedding_version) = (Some(vector), Some(space.version));
            }
            Target::Present => {
                space.settings.model_name().clone_into(&mut self.embedding_model);
                self.embedding_dim = vector.0.len();
                self.embedding_version = space.version;
                self.embedding = vector;
            }
        }
    }

    fn clear_next(&mut self) {
        (self.next_embedding, self.next_embedding_version) = (None, None);
    }
}

fn id_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn signature(id: String, family: &str, text: &str, source: SignatureSource) -> Signature {
    Signature {
        id,
        text: text.to_owned(),
        family: family.to_owned(),
        source,
        is_enabled: true,
        embedding: Embedding::default(),
        embedding_model: String::new(),
        embedding_dim: 0,
        embedding_version: 0,
        next_embedding: None,
        next_embedding_version: None,
        added_at: Timestamp::now(),
    }
}

/// A signature as the command line and administrators see it.
pub fn shown_signature(signature: &Signature) -> serde_json::Value {
    serde_json::json!({
        "id": signature.id, "family": signature.family, "text": signature.text, "source": signature.source,
        "enabled": signature.is_enabled, "embedding_model": signature.embedding_model,
        "embedding_version": signature.embedding_version,
    })
}

impl Gateway {
    /// Takes over the known attacks as the store has them, with their vectors in the space in force.
    ///
    /// # Errors
    /// The store's and the embedder's; what was known goes on.
    pub async fn follow_signatures(&self) -> Result<()> {
        if !self.config.guardrails.compares() {
            return Ok(());
        }
        let _one_at_a_time = self.signatures.loading.lock().await;
        self.signatures.read(self.spaces.now().current.clone()).await.map(drop)
    }

    /// Has the known attacks ready for a first sync, which may wait longer for their vectors than a call; where they
    /// cannot be had, the guardrails say so of each definition.
    pub(super) async fn await_signatures(&self) {
        if !self.config.guardrails.compares() {
            return;
        }
        if let Err(error) = self.signatures.load().await {
            tracing::debug!(error = error.chain(), "definitions are not compared with known attacks yet");
        }
    }

    /// Every known attack, by family and text.
    ///
    /// # Errors
    /// As the store's.
    pub async fn signatures(&self) -> Result<Vec<Signature>> {
        let found = self.signatures.take_over_shipped().await?;
        let mut signatures: Vec<Signature> = found.into_iter().map(|stored| stored.value).collect();
        signatures.sort_by(|one, two| (&one.family, &one.text).cmp(&(&two.family, &two.text)));
        Ok(signatures)
    }

    /// Adds an attack, or puts one back into use; whether anything changed.
    ///
    /// # Errors
    /// A text that is none or too long, too many of them, and the store's.
    pub async fn add_signature(&self, family: &str, text: &str) -> Result<(Signature, bool)> {
        let (text, family) = (text.trim(), family.trim());
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            return Err(Error::invalid(format!("the text of a signature has 1 to {MAX_TEXT_BYTES} bytes"))
                .field("text")
                .help("one passage, as an attacker would say it"));
        }
        let is_word = |each: char| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_';
        if family.is_empty() || family.len() > 64 || !family.chars().all(is_word) {
            return Err(Error::invalid("the family of a signature is 1 to 64 of a-z 0-9 _").field("family"));
        }
        let collection = self.signatures.collection();
        if collection.count(&Query::all()).await? >= MAX_SIGNATURES as u64 {
            return Err(Error::new(Kind::Refused, format!("there are {MAX_SIGNATURES} signatures already"))
                .help("remove some; each is compared with in every call"));
        }
        let id = id_of(text);
        let (wanted, expect) = match collection.get(&id).await? {
            Some(known) if known.value.is_enabled => return Ok((known.value, false)),
            Some(known) => (Signature { is_enabled: true, ..known.value }, Expect::Revision(known.revision)),
            None => (signature(id, family, text, SignatureSource::Operator), Expect::Absent),
        };
        collection.put(&wanted, expect).await?;
        self.follow_signatures().await?;
        Ok((wanted, true))
    }

    /// Removes an attack that an operator added, and switches off one that comes with the program; whether anything
    /// changed.
    ///
    /// # Errors
    /// [`Kind::NotFound`], and the store's.
    pub async fn remove_signature(&self, id: &str) -> Result<bool> {
        let collection = self.signatures.collection();
        self.signatures.take_over_shipped().await?;
        let Some(known) = collection.get(id).await? else {
            return Err(Error::not_found(format!("there is no signature `{id}`"))
                .help("`mcpgw guardrails signatures list` shows their ids"));
        };
        if known.value.source == SignatureSource::Operator {
            collection.delete_unchanged(id, known.revision).await?;
        } else if known.value.is_enabled {
            let off = Signature { is_enabled: false, ..known.value };
            collection.put(&off, Expect::Revision(known.revision)).await?;
        } else {
            return Ok(false);
        }
        self.follow_signatures().await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_add_up() {
        let (one, two): (Vec<f32>, Vec<f32>) = (0_u16..19).map(|each| (f32::from(each), f32::from(each) * 0.5)).unzip();
        let plain: f32 = one.iter().zip(&two).map(|(x, y)| x * y).sum();
        assert!((dot(&one, &two) - plain).abs() < 1e-3);
        assert!((dot(&one, &two[1..]) + 1.0).abs() < f32::EPSILON);
    }
}
