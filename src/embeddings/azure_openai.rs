//! A deployment of Azure `OpenAI`: `POST {base}/openai/deployments/{deployment}/embeddings?api-version=…`, the key in
//! `api-key`. The deployment is the model, so that none is named. Source: Azure `OpenAI` REST API reference.

use http::header::HeaderName;
use serde_json::{Value, json};

use super::api::{Answer, Api, Endpoint, Limits};
use super::openai::{LIMITS, read_numbered};
use super::{Role, Settings};
use crate::error::Result;

/// The newest version that is generally available.
const API_VERSION: &str = "2024-10-21";

/// A deployment.
pub(super) struct AzureOpenAi {
    endpoint: Endpoint,
}

impl AzureOpenAi {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let deployment = encoded(settings.model_name());
        let version = encoded(settings.api_version.as_deref().unwrap_or(API_VERSION));
        let path = format!("/openai/deployments/{deployment}/embeddings?api-version={version}");
        Ok(Self { endpoint: Endpoint::new(settings, &path, HeaderName::from_static("api-key"), "")? })
    }
}

impl Api for AzureOpenAi {
    fn limits(&self) -> Limits {
        LIMITS
    }

    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn body(&self, texts: &[String], _: Role) -> Value {
        json!({ "input": texts })
    }

    fn read(&self, answer: &[u8], count: usize) -> std::result::Result<Answer, String> {
        read_numbered(answer, count)
    }
}
