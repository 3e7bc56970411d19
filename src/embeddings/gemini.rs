//! Gemini: `POST {base}/v1beta/models/{model}:batchEmbedContents` with the role in `taskType`, which
//! `gemini-embedding-2` takes in the text instead.
//!
//! Source: Gemini API reference, “Embeddings”; at most 100 requests a batch, 2,048 tokens a text (8,192 from version 2 on).

use http::header::HeaderName;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Answer, Api, Endpoint, Limits, is_bare, prefix, prefixed};
use super::{Role, Settings};
use crate::error::Result;

/// A Gemini model.
pub(super) struct Gemini {
    model: String,
    endpoint: Endpoint,
}

impl Gemini {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        let model = settings.model_name().trim_start_matches("models/").to_owned();
        let version = if is_bare(settings) { "/v1beta" } else { "" };
        let path = format!("{version}/models/{model}:batchEmbedContents");
        let endpoint = Endpoint::new(settings, &path, HeaderName::from_static("x-goog-api-key"), "")?;
        Ok(Self { model, endpoint })
    }
}

#[derive(Deserialize)]
struct Embedded {
    embeddings: Vec<Values>,
}

#[derive(Deserialize)]
struct Values {
    values: Vec<f32>,
}

impl Api for Gemini {
    fn limits(&self) -> Limits {
        let tokens_each = if self.model.starts_with("gemini-embedding-2") { 8192 } else { 2048 };
        Limits { texts: 100, tokens_each, tokens_all: usize::MAX }
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn body(&self, texts: &[String], role: Role) -> Value {
        let task = if role == Role::Query { "RETRIEVAL_QUERY" } else { "RETRIEVAL_DOCUMENT" };
        let model = format!("models/{}", self.model);
        let is_told_in_text = prefix(&self.model, role).is_some();
        let request = |text: String| {
            let mut request = json!({ "model": model, "content": { "parts": [{ "text": text }] } });
            if !is_told_in_text {
                request["taskType"] = json!(task);
            }
            request
        };
        json!({ "requests": prefixed(&self.model, texts, role).into_iter().map(request).collect::<Vec<_>>() })
    }

    fn read(&self, answer: &[u8], _: usize) -> std::result::Result<Answer, String> {
        let embedded: Embedded = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
        Ok(Answer { vectors: embedded.embeddings.into_iter().map(|each| each.values).collect(), model: None })
    }
}
