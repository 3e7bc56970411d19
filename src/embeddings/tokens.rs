//! Tokens, as the built-in embedder's WordPiece tokenizer makes them.

use std::sync::OnceLock;

use tokenizers::Tokenizer;

use super::builtin::tokenizer;
use crate::error::{Error, Result};

/// Counts tokens as the built-in embedder's WordPiece tokenizer makes them. Models have tokenizers of their own, which
/// make fewer of JSON; what two texts cost beside one another is much the same in all of them.
pub struct TokenCounter(Tokenizer);

impl TokenCounter {
    /// The counter of this process. The first use reads the vocabulary, which takes some ten milliseconds.
    ///
    /// # Errors
    /// When it is broken.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Option<TokenCounter>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| tokenizer().ok().map(Self)).as_ref();
        shared.ok_or_else(|| Error::internal("the compiled-in vocabulary is broken"))
    }

    /// How many tokens `text` has.
    ///
    /// # Errors
    /// When it cannot be tokenized.
    pub fn count(&self, text: &str) -> Result<usize> {
        self.0.encode_fast(text, false).map(|encoding| encoding.len()).map_err(untokenizable)
    }

    /// How many bytes of `text` its first `limit` tokens take.
    pub(super) fn bytes_of(&self, text: &str, limit: usize) -> Result<usize> {
        let encoding = self.0.encode(text, false).map_err(untokenizable)?;
        let end = encoding.get_offsets().get(limit).map_or(text.len(), |(start, _)| *start);
        Ok(text.floor_char_boundary(end))
    }
}

fn untokenizable(error: tokenizers::Error) -> Error {
    Error::internal("a text could not be tokenized").source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tokens_end_between_words() {
        let counter = TokenCounter::shared().expect("a counter");
        let text = "order number 订单 größe";
        let bytes = counter.bytes_of(text, 2).expect("bytes");
        assert_eq!(text[..bytes].trim(), "order number");
        assert_eq!(counter.bytes_of(text, 100).expect("bytes"), text.len());
        let third = counter.bytes_of(text, 3).expect("bytes");
        assert_eq!(counter.count(&text[..third]).expect("tokens"), 3);
    }
}
