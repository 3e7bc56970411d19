//! What the APIs of providers have in common.

use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, Uri};
use serde_json::Value;

use super::{Role, Settings};
use crate::error::{Error, Result};
use crate::model::Secret;

/// A provider's error message is cut after so many characters.
const MAX_COMPLAINT: usize = 200;

/// What a request may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Texts of one request.
    pub(super) texts: usize,
    /// Tokens of one text.
    pub(super) tokens_each: usize,
    /// Tokens of one request.
    pub(super) tokens_all: usize,
}

/// An answer, in the order of the texts.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) vectors: Vec<Vec<f32>>,
    /// What it calls the model, where it says so.
    pub(super) model: Option<String>,
}

/// How a provider is asked for the vectors of some texts. None of it talks to anybody.
pub(super) trait Api: Send + Sync {
    /// As the provider documents them.
    fn limits(&self) -> Limits;

    /// Where requests go.
    fn endpoint(&self) -> &Endpoint;

    /// The body of a request.
    fn body(&self, texts: &[String], role: Role) -> Value;

    /// The vectors in an answer to a request for `count` texts; `Err` says what is wrong with it.
    fn read(&self, answer: &[u8], count: usize) -> std::result::Result<Answer, String>;
}

/// Where requests go, and what shows the key.
pub(super) struct Endpoint {
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
}

impl Endpoint {
    /// `path` below the base URL; the key, where there is one, in the header `name`, after `scheme`.
    pub(super) fn new(settings: &Settings, path: &str, name: HeaderName, scheme: &str) -> Result<Self> {
        let unusable = || Error::invalid(format!("EMBEDDING_BASE_URL `{}` cannot be used", settings.base_url()));
        let url = url::Url::parse(&format!("{}{path}", settings.base_url())).map_err(|_| unusable())?;
        let uri = url.as_str().parse().map_err(|_| unusable())?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &settings.api_key {
            let unusable = |_| Error::invalid("EMBEDDING_API_KEY holds characters that no HTTP header can carry");
            let mut value = HeaderValue::try_from(format!("{scheme}{}", key.expose())).map_err(unusable)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(Self { uri, headers })
    }

    /// With the key as a bearer token.
    pub(super) fn bearer(settings: &Settings, path: &str) -> Result<Self> {
        Self::new(settings, path, AUTHORIZATION, "Bearer ")
    }
}

/// Whether the base URL is a host alone: a version that belongs to it is often left out.
pub(super) fn is_bare(settings: &Settings) -> bool {
    url::Url::parse(settings.base_url()).is_ok_and(|url| url.path() == "/")
}

/// Models that are told in the text what it is for, by a part of their names: before a request, before a document.
/// Sources: the model cards of nomic-embed-text, mxbai-embed-large and embeddinggemma; Gemini's guide to embeddings.
const PREFIXES: &[(&str, &str, &str)] = &[
    ("nomic-embed-text", "search_query: ", "search_document: "),
    ("mxbai-embed-large", "Represent this sentence for searching relevant passages: ", ""),
    ("embeddinggemma", "task: search result | query: ", "title: none | text: "),
    ("gemini-embedding-2", "task: search result | query: ", "title: none | text: "),
];

/// What `model` wants before texts of this role; `None` where it is not told that way.
pub(super) fn prefix(model: &str, role: Role) -> Option<&'static str> {
    let (_, query, document) = PREFIXES.iter().find(|(part, ..)| model.contains(part))?;
    Some(if role == Role::Query { query } else { document })
}

/// The texts with what the model wants before them.
pub(super) fn prefixed(model: &str, texts: &[String], role: Role) -> Vec<String> {
    let prefix = prefix(model, role).unwrap_or_default();
    texts.iter().map(|text| format!("{prefix}{text}")).collect()
}

/// What a provider says went wrong, in one line: `{"error": {"message"}}`, `{"error": "…"}` or `{"detail": "…"}`.
pub(super) fn complaint(body: &[u8], key: Option<&Secret>) -> Option<String> {
    let said: Value = serde_json::from_slice(body).ok()?;
    let text = said["error"]["message"].as_str().or(said["error"].as_str()).or(said["detail"].as_str())?;
    let text = key.map_or_else(|| text.to_owned(), |key| text.replace(key.expose(), "***"));
    let line = text.chars().map(|each| if each.is_control() { ' ' } else { each });
    Some(line.take(MAX_COMPLAINT).collect())
}

/// How long a provider wants to be left alone: `Retry-After` in seconds (RFC 9110 §10.2.3), or Gemini's `RetryInfo`.
pub(super) fn wanted_pause(headers: &HeaderMap, body: &[u8]) -> Option<Duration> {
    let seconds = |text: &str| text.trim().parse::<f64>().ok();
    let header = headers.get(http::header::RETRY_AFTER).and_then(|value| seconds(value.to_str().ok()?));
    let said = header.or_else(|| {
        let said: Value = serde_json::from_slice(body).ok()?;
        let details = said["error"]["details"].as_array()?;
        details.iter().find_map(|detail| seconds(detail["retryDelay"].as_str()?.strip_suffix('s')?))
    })?;
    Duration::try_from_secs_f64(said).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_one_line_and_hold_no_key() {
        let key = Secret::new("sk-hunter2");
        for body in [
            r#"{"error":{"message":"Incorrect API key\nprovided: sk-hunter2"}}"#,
            r#"{"error":"Incorrect API key\nprovided: sk-hunter2"}"#,
            r#"{"detail":"Incorrect API key\nprovided: sk-hunter2"}"#,
        ] {
            assert_eq!(complaint(body.as_bytes(), Some(&key)).as_deref(), Some("Incorrect API key provided: ***"));
        }
        assert_eq!(complaint(b"<html>", None), None);
    }

    #[test]
    fn pauses_are_read_from_header_and_body() {
        let mut headers = HeaderMap::new();
        let body = br#"{"error":{"details":[{"x":1},{"retryDelay":"37s"}]}}"#;
        assert_eq!(wanted_pause(&headers, body), Some(Duration::from_secs(37)));
        headers.insert(http::header::RETRY_AFTER, HeaderValue::from_static("2"));
        assert_eq!(wanted_pause(&headers, body), Some(Duration::from_secs(2)));
        headers.insert(http::header::RETRY_AFTER, HeaderValue::from_static("-1"));
        assert_eq!(wanted_pause(&headers, b""), None);
    }
}
