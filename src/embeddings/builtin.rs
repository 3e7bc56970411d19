//! The embedder that is always there: a static token table distilled from all-MiniLM-L6-v2, compiled in.
//!
//! A text's vector is the sum of its tokens' rows, divided by its L2 norm. `static-model/` holds
//! `embeddings` (int8, tokens × 256), `weights` (f32, one a token; a row's value = int8 × its weight) and a
//! WordPiece tokenizer. No file is read and nothing is downloaded.

use std::sync::Arc;

use async_trait::async_trait;
use safetensors::{Dtype, SafeTensors};
use tokenizers::Tokenizer;

use super::{Embedder, Facts, PROBE, Role, normalise, say_cut};
use crate::error::{Error, Result};

static MODEL: &[u8] = include_bytes!("static-model/model.safetensors");
static TOKENIZER: &[u8] = include_bytes!("static-model/tokenizer.json");

/// Tokens of a text that count.
const MAX_TOKENS: usize = 512;
/// A longer text is cut before it is tokenized; no 512 tokens are longer in practice.
const MAX_BYTES: usize = 16 * 1024;

/// The static table.
pub(super) struct Builtin {
    tokenizer: Tokenizer,
    unknown: Option<u32>,
    rows: &'static [u8],
    weights: Vec<f32>,
    width: usize,
    facts: Arc<Facts>,
}

impl Builtin {
    pub(super) fn open() -> Result<Self> {
        let tensors = SafeTensors::deserialize(MODEL).map_err(|error| broken("header").source(error))?;
        let tensor = |name: &str| tensors.tensor(name).map_err(|error| broken(name).source(error));
        let (embeddings, weights) = (tensor("embeddings")?, tensor("weights")?);
        let &[tokens, dimensions] = embeddings.shape() else { return Err(broken("shape of embeddings")) };
        if embeddings.dtype() != Dtype::I8 || weights.dtype() != Dtype::F32 || weights.shape() != [tokens] {
            return Err(broken("types"));
        }
        let weights = weights.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let tokenizer = tokenizer()?;
        let mut table = Self {
            unknown: tokenizer.token_to_id("[UNK]"),
            tokenizer,
            rows: embeddings.data(),
            weights,
            width: dimensions,
            facts: Arc::default(),
        };
        let (probe, _) = table.vector(PROBE)?;
        table.facts = Arc::new(Facts { dimensions, answered_model: None, document_probe: probe.clone(), probe });
        Ok(table)
    }

    /// The vector, and whether the text is longer than what counts.
    fn vector(&self, text: &str) -> Result<(Vec<f32>, bool)> {
        let width = self.width;
        let mut sum = vec![0.0_f32; width];
        let head = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or(text);
        let encoding = self
            .tokenizer
            .encode_fast(head, false)
            .map_err(|error| Error::internal("a text could not be tokenized").source(error))?;
        let known = encoding.get_ids().iter().copied().filter(|id| Some(*id) != self.unknown);
        for id in known.take(MAX_TOKENS) {
            let at = id as usize;
            let (Some(row), Some(weight)) = (self.rows.get(at * width..(at + 1) * width), self.weights.get(at)) else {
                continue;
            };
            for (total, value) in sum.iter_mut().zip(row) {
                *total += f32::from(value.cast_signed()) * weight;
            }
        }
        normalise(&mut sum);
        Ok((sum, encoding.len() > MAX_TOKENS || head.len() < text.len()))
    }
}

fn broken(what: &str) -> Error {
    Error::internal(format!("the compiled-in embedding table is broken: {what}"))
}

pub(super) fn tokenizer() -> Result<Tokenizer> {
    let mut tokenizer = Tokenizer::from_bytes(TOKENIZER).map_err(|error| broken("tokenizer").source(error))?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|error| broken("truncation").source(error))?;
    Ok(tokenizer)
}

#[async_trait]
impl Embedder for Builtin {
    async fn embed(&self, texts: &[String], role: Role) -> Result<Vec<Vec<f32>>> {
        let (mut vectors, mut cut) = (Vec::with_capacity(texts.len()), 0);
        // Tens of microseconds a text: a query stays on its thread, a catalog lets others in between.
        for batch in texts.chunks(64) {
            if !vectors.is_empty() {
                tokio::task::yield_now().await;
            }
            for text in batch {
                let (vector, is_cut) = self.vector(text)?;
                vectors.push(vector);
                cut += usize::from(is_cut);
            }
        }
        say_cut(cut, MAX_TOKENS, role);
        Ok(vectors)
    }

    async fn facts(&self) -> Result<Arc<Facts>> {
        Ok(Arc::clone(&self.facts))
    }

    fn known_facts(&self) -> Option<Arc<Facts>> {
        Some(Arc::clone(&self.facts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> &'static Builtin {
        static TABLE: std::sync::OnceLock<Builtin> = std::sync::OnceLock::new();
        TABLE.get_or_init(|| Builtin::open().expect("the table"))
    }

    fn cosine(one: &str, two: &str) -> f32 {
        let table = shared();
        let (one, two) = (table.vector(one).expect("a vector"), table.vector(two).expect("a vector"));
        super::super::cosine(&one.0, &two.0)
    }

    #[test]
    fn meaning_is_closer_than_chance() {
        let near = cosine("look up a purchase by its id", "find order: Find one order by its order number");
        let far = cosine("look up a purchase by its id", "get forecast: Weather for the coming days");
        assert!(near > far + 0.2, "{near} {far}");
    }

    #[test]
    fn vectors_have_length_one_and_nothing_known_is_zero() {
        assert!((cosine("a storm is coming", "a storm is coming") - 1.0).abs() < 1e-5);
        for text in ["", "   "] {
            assert!(shared().vector(text).expect("a vector").0.iter().all(|value| *value == 0.0));
        }
        let long = "é".repeat(100_000);
        let (vector, is_cut) = shared().vector(&long).expect("a vector");
        assert_eq!((vector.len(), is_cut), (256, true));
    }
}
