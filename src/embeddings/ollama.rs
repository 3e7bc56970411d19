//! Ollama: `POST {base}/api/embed`. Source: Ollama API reference, “Generate embeddings”.

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Answer, Api, Endpoint, Limits, prefixed};
use super::{Role, Settings};
use crate::error::Result;

/// The documentation names none; so many short texts are a second's work on a small machine.
const TEXTS: usize = 64;
/// What `nomic-embed-text` is given by default.
const TOKENS: usize = 2048;

/// A model that Ollama runs.
pub(super) struct Ollama {
    model: String,
    endpoint: Endpoint,
}

impl Ollama {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        Ok(Self { model: settings.model_name().to_owned(), endpoint: Endpoint::bearer(settings, "/api/embed")? })
    }
}

#[derive(Deserialize)]
struct Embedded {
    embeddings: Vec<Vec<f32>>,
    #[serde(default)]
    model: Option<String>,
}

impl Api for Ollama {
    fn limits(&self) -> Limits {
        Limits { texts: TEXTS, tokens_each: TOKENS, tokens_all: usize::MAX }
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Too long a text is refused, not cut without a word.
    fn body(&self, texts: &[String], role: Role) -> Value {
        json!({ "model": self.model, "input": prefixed(&self.model, texts, role), "truncate": false })
    }

    fn read(&self, answer: &[u8], _: usize) -> std::result::Result<Answer, String> {
        let embedded: Embedded = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
        Ok(Answer { vectors: embedded.embeddings, model: embedded.model })
    }
}
