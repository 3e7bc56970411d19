//! Voyage AI: `POST {base}/embeddings` with the role in `input_type`.
//!
//! Source: Voyage API reference, “Text embeddings”: at most 1,000 texts; the smallest total of the current models is
//! 120,000 tokens and the smallest context 4,000 (voyage-2), 16,000 of the other `-2` models, 32,000 since.

use serde_json::{Value, json};

use super::api::{Answer, Api, Endpoint, Limits};
use super::openai::read_numbered;
use super::{Role, Settings};
use crate::error::Result;

/// A model of Voyage AI.
pub(super) struct Voyage {
    model: String,
    endpoint: Endpoint,
}

impl Voyage {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        Ok(Self { model: settings.model_name().to_owned(), endpoint: Endpoint::bearer(settings, "/embeddings")? })
    }
}

impl Api for Voyage {
    fn limits(&self) -> Limits {
        let tokens_each = match self.model.as_str() {
            "voyage-2" => 4_000,
            older if older.ends_with("-2") || older.ends_with("-2-instruct") => 16_000,
            _ => 32_000,
        };
        Limits { texts: 1000, tokens_each, tokens_all: 120_000 }
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Too long a text is refused, not cut without a word.
    fn body(&self, texts: &[String], role: Role) -> Value {
        let input_type = if role == Role::Query { "query" } else { "document" };
        json!({ "model": self.model, "input": texts, "input_type": input_type, "truncation": false })
    }

    fn read(&self, answer: &[u8], count: usize) -> std::result::Result<Answer, String> {
        read_numbered(answer, count)
    }
}
