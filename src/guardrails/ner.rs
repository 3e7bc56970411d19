//! Names of persons and places, by an analyzer that runs beside us: Presidio's REST API
//! (`POST /analyze` → `[{"entity_type", "start", "end", "score"}]`, offsets in Unicode code points).

use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use serde::Deserialize;

use super::normalise::Plain;
use super::{Deed, Direction, Entity, Finding, Findings, Guardrail};
use crate::error::{Error, Kind, Result};
use crate::tls::{HttpsClient, https_client};

/// Below this the analyzer guesses.
const LEAST_SCORE: f64 = 0.5;
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Who finds names.
#[derive(Clone, Debug)]
pub struct NerConfig {
    /// Where it listens: `http://127.0.0.1:5002`.
    pub url: String,
    /// How long it may take for a text.
    pub timeout: Duration,
}

/// The analyzer as a rail.
pub(super) struct Ner {
    uri: Uri,
    timeout: Duration,
    client: HttpsClient,
}

#[derive(Deserialize)]
struct Analyzed {
    entity_type: String,
    start: usize,
    end: usize,
    #[serde(default)]
    score: f64,
}

impl Ner {
    pub(super) fn open(config: &NerConfig) -> Result<Self> {
        let address = format!("{}/analyze", config.url.trim_end_matches('/'));
        let unusable =
            |_| Error::new(Kind::InvalidConfig, format!("GUARDRAIL_NER_URL `{}` cannot be used", config.url));
        Ok(Self { uri: address.parse().map_err(unusable)?, timeout: config.timeout, client: https_client() })
    }

    async fn analyze(&self, text: &str) -> Result<Vec<Analyzed>> {
        let body = serde_json::json!({
            "text": text, "language": "en", "entities": ["PERSON", "LOCATION"], "score_threshold": LEAST_SCORE,
        });
        let failed = |what: String| Error::new(Kind::UpstreamUnavailable, format!("the analyzer {} {what}", self.uri));
        let request = Request::post(self.uri.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|error| Error::internal("write a request").source(error))?;
        let asked = async {
            let answer = self
                .client
                .request(request)
                .await
                .map_err(|error| failed("cannot be reached".to_owned()).source(error))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
            let body = body.map_err(|error| failed("broke off its answer".to_owned()).source(error))?.to_bytes();
            if status != StatusCode::OK {
                return Err(failed(format!("answered {status}")));
            }
            serde_json::from_slice(&body).map_err(|error| failed("answered in a wrong shape".to_owned()).source(error))
        };
        let late = |_| failed(format!("did not answer within {} ms", self.timeout.as_millis()));
        tokio::time::timeout(self.timeout, asked).await.map_err(late)?
    }
}

#[async_trait]
impl Guardrail for Ner {
    fn failure(&self) -> &'static str {
        "names_unchecked"
    }

    async fn check(&self, text: &Plain<'_>, direction: Direction) -> Result<Findings> {
        let data = text.text_for_data();
        if direction == Direction::Definition || !data.bytes().any(|byte| byte.is_ascii_alphabetic() || byte >= 0x80) {
            return Ok(Findings::default());
        }
        let analyzed = self.analyze(data).await?;
        let starts: Vec<usize> = data.char_indices().map(|(at, _)| at).chain([data.len()]).collect();
        let finding = |one: Analyzed| {
            let entity = match one.entity_type.as_str() {
                "PERSON" => Entity::Person,
                "LOCATION" => Entity::Location,
                _ => return None,
            };
            let range: Range<usize> = *starts.get(one.start)?..*starts.get(one.end)?;
            let is_sure = one.score >= LEAST_SCORE && range.start < range.end;
            is_sure.then(|| Finding { range: text.source(range), deed: Deed::Redact(entity) })
        };
        Ok(Findings { found: analyzed.into_iter().filter_map(finding).collect(), score: 0.0 })
    }
}
