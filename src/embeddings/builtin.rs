//! The embedder that is always there: a static token table distilled from all-MiniLM-L6-v2, compiled in.
//!
//! A text's vector is the sum of its tokens' rows, divided by its L2 norm. `static-model/` holds
//! `embeddings` (int8, tokens × 256), `weights` (f32, one a token; a row's value = int8 × its weight) and a
//! WordPiece tokenizer. No file is read and nothing is downloaded.

use async_trait::async_trait;
use safetensors::{Dtype, SafeTensors};
use tokenizers::Tokenizer;

use super::{Embedder, Role, Space};
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
    space: Space,
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
        Ok(Self {
            unknown: tokenizer.token_to_id("[UNK]"),
            tokenizer,
            rows: embeddings.data(),
            weights,
            space: Space { provider: "builtin", model: "static-minilm-256".to_owned(), dimensions, version: 1 },
        })
    }

    fn vector(&self, text: &str) -> Result<Vec<f32>> {
        let width = self.space.dimensions;
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
        let norm = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        if norm > 0.0 {
            sum.iter_mut().for_each(|value| *value /= norm);
        }
        Ok(sum)
    }
}

fn broken(what: &str) -> Error {
    Error::internal(format!("the compiled-in embedding table is broken: {what}"))
}

fn tokenizer() -> Result<Tokenizer> {
    let mut tokenizer = Tokenizer::from_bytes(TOKENIZER).map_err(|error| broken("tokenizer").source(error))?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|error| broken("truncation").source(error))?;
    Ok(tokenizer)
}

/// Counts tokens as the built-in embedder's WordPiece tokenizer makes them. Models have tokenizers of their own, which
/// make fewer of JSON; what two texts cost beside one another is much the same in all of them.
pub struct TokenCounter(Tokenizer);

impl TokenCounter {
    /// Reads the vocabulary, which takes some ten milliseconds.
    ///
    /// # Errors
    /// When it is broken.
    pub fn open() -> Result<Self> {
        tokenizer().map(Self)
    }

    /// How many tokens `text` has.
    ///
    /// # Errors
    /// When it cannot be tokenized.
    pub fn count(&self, text: &str) -> Result<usize> {
        let encoding = self.0.encode_fast(text, false);
        encoding
            .map(|encoding| encoding.len())
            .map_err(|error| Error::internal("a text could not be tokenized").source(error))
    }
}

#[async_trait]
impl Embedder for Builtin {
    fn space(&self) -> &Space {
        &self.space
    }

    async fn embed(&self, texts: &[String], _role: Role) -> Result<Vec<Vec<f32>>> {
        // Tens of microseconds a text: a query stays on its thread, a catalog goes to another.
        if texts.len() <= 8 {
            return texts.iter().map(|text| self.vector(text)).collect();
        }
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(64) {
            for text in batch {
                vectors.push(self.vector(text)?);
            }
            tokio::task::yield_now().await;
        }
        Ok(vectors)
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
        one.iter().zip(&two).map(|(x, y)| x * y).sum()
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
            assert!(shared().vector(text).expect("a vector").iter().all(|value| *value == 0.0));
        }
        let long = "é".repeat(100_000);
        assert_eq!(shared().vector(&long).expect("a vector").len(), 256);
    }
}
