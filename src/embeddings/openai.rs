//! `OpenAI`'s embeddings, and servers that speak its protocol: `POST {base}/embeddings`.
//!
//! Source: `OpenAI` API reference, “Create embeddings”: at most 2,048 inputs of 8,192 tokens and 300,000 tokens in all; no
//! empty input; answers are numbered.

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::{Answer, Api, Endpoint, Limits, is_bare, prefixed};
use super::{Role, Settings};
use crate::error::Result;

pub(super) const LIMITS: Limits = Limits { texts: 2048, tokens_each: 8192, tokens_all: 300_000 };

/// An `OpenAI`-compatible endpoint.
pub(super) struct OpenAi {
    model: String,
    endpoint: Endpoint,
}

impl OpenAi {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        // The protocol's own base ends with its version, and is often given without.
        let path = if is_bare(settings) { "/v1/embeddings" } else { "/embeddings" };
        Ok(Self { model: settings.model_name().to_owned(), endpoint: Endpoint::bearer(settings, path)? })
    }
}

impl Api for OpenAi {
    fn limits(&self) -> Limits {
        LIMITS
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn body(&self, texts: &[String], role: Role) -> Value {
        json!({ "model": self.model, "input": prefixed(&self.model, texts, role), "encoding_format": "float" })
    }

    fn read(&self, answer: &[u8], count: usize) -> std::result::Result<Answer, String> {
        read_numbered(answer, count)
    }
}

#[derive(Deserialize)]
struct List {
    data: Vec<Numbered>,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Deserialize)]
struct Numbered {
    index: usize,
    embedding: Vec<f32>,
}

/// `{"data": [{"index", "embedding"}], "model"}`, which several providers answer, in the order of the numbers.
pub(super) fn read_numbered(answer: &[u8], count: usize) -> std::result::Result<Answer, String> {
    let list: List = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let mut vectors = vec![Vec::new(); count];
    let given = list.data.len();
    for Numbered { index, embedding } in list.data {
        *vectors.get_mut(index).ok_or_else(|| format!("vector {index} of {count}"))? = embedding;
    }
    if given != count {
        return Err(format!("{given} vectors for {count} texts"));
    }
    Ok(Answer { vectors, model: list.model })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_decide_the_order() {
        let read = |text: &str, count| read_numbered(text.as_bytes(), count);
        let two = r#"{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}],"model":"m"}"#;
        let answer = read(two, 2).expect("an answer");
        assert_eq!((answer.vectors, answer.model.as_deref()), (vec![vec![1.0], vec![2.0]], Some("m")));
        assert!(read(two, 1).is_err() && read(two, 3).is_err() && read("{}", 1).is_err());
    }

    #[test]
    fn the_version_is_added_to_a_bare_base() {
        for (base, uri) in [
            ("http://127.0.0.1:1/", "http://127.0.0.1:1/v1/embeddings"),
            ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1/embeddings"),
            ("http://127.0.0.1:1/api/", "http://127.0.0.1:1/api/embeddings"),
        ] {
            let settings = Settings { base_url: Some(base.to_owned()), ..Settings::of(super::super::Provider::OpenAi) };
            assert_eq!(OpenAi::new(&settings).expect("an API").endpoint.uri, uri);
        }
    }
}
