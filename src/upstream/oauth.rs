//! Access tokens that an authorization server gives the gateway itself, for servers that ask for them: OAuth client
//! credentials (RFC 6749 §4.4).

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use serde::Deserialize;
use std::sync::Arc;

use super::http::Connector;
use crate::model::ClientCredentials;

/// An authorization server that takes longer is taken for gone.
const PATIENCE: Duration = Duration::from_secs(5);
const MAX_ANSWER: usize = 64 * 1024;
/// Where the authorization server does not say how long a token is good (RFC 6749 §5.1 only recommends it).
const UNSTATED: Duration = Duration::from_secs(300);
/// A token is not shown any more when it is this near its end.
const SKEW: Duration = Duration::from_secs(30);

/// The token for one server: asked for when it is needed, and kept while it is good.
pub(super) struct ClientTokens {
    credentials: ClientCredentials,
    held: Mutex<Option<(HeaderValue, Instant)>>,
    /// Held while one is asked for: many calls, one question.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl ClientTokens {
    pub(super) fn new(credentials: ClientCredentials) -> Self {
        Self { credentials, held: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }

    fn held(&self) -> Option<HeaderValue> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(_, until)| *until > Instant::now()).map(|(value, _)| value.clone())
    }

    /// Not shown again: the server has refused it.
    fn forget(&self, refused: &HeaderValue) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|(value, _)| value == refused) {
            *held = None;
        }
    }

    async fn authorization(&self, client: &Client<Connector, Full<Bytes>>) -> Result<HeaderValue, String> {
        if let Some(value) = self.held() {
            return Ok(value);
        }
        let _asking = self.asking.lock().await;
        if let Some(value) = self.held() {
            return Ok(value);
        }
        let asked = tokio::time::timeout(PATIENCE, self.ask(client)).await;
        let granted = asked.unwrap_or_else(|_| Err("it did not answer in time".to_owned()));
        let granted = granted.map_err(|error| format!("no token from {}: {error}", self.credentials.token_url))?;
        let mut value = HeaderValue::from_str(&format!("Bearer {}", granted.access_token))
            .map_err(|_| format!("the token from {} is no text", self.credentials.token_url))?;
        value.set_sensitive(true);
        let good_for = granted.expires_in.map_or(UNSTATED, Duration::from_secs).min(Duration::from_secs(24 * 3600));
        // One that is good for less than the margin serves the calls that wait for it.
        let until = Instant::now() + good_for.saturating_sub(SKEW.min(good_for / 2));
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some((value.clone(), until));
        Ok(value)
    }

    /// RFC 6749 §4.4.2, with the client named as in §2.3.1.
    async fn ask(&self, client: &Client<Connector, Full<Bytes>>) -> Result<Granted, String> {
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let ClientCredentials { token_url, client_id, client_secret, scope } = &self.credentials;
        let basic = STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(client_secret.expose())));
        let mut body = "grant_type=client_credentials".to_owned();
        if let Some(scope) = scope {
            body.push_str(&format!("&scope={}", encoded(scope)));
        }
        let mut authorization = HeaderValue::from_str(&format!("Basic {basic}")).map_err(|error| error.to_string())?;
        authorization.set_sensitive(true);
        let request = Request::post(token_url)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        let answer = client.request(request).await.map_err(|error| innermost(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await.map_err(|error| error.to_string())?;
        if !status.is_success() {
            // RFC 6749 §5.2: a code, which is no secret. The rest of the answer may be.
            let said: Option<serde_json::Value> = serde_json::from_slice(&body.to_bytes()).ok();
            let code = said.as_ref().and_then(|said| said["error"].as_str()).unwrap_or("no reason");
            return Err(format!("it refused: HTTP {}, {}", status.as_u16(), code.escape_default()));
        }
        let granted: Granted = serde_json::from_slice(&body.to_bytes()).map_err(|_| "its answer is no token")?;
        if !granted.token_type.eq_ignore_ascii_case("bearer") {
            return Err("its token is not a bearer token".to_owned());
        }
        Ok(granted)
    }
}

/// Sends requests, with an access token where the server asks for one.
pub(super) struct Sender {
    client: Client<Connector, Full<Bytes>>,
    tokens: Option<Arc<ClientTokens>>,
}

impl Sender {
    pub(super) fn new(client: Client<Connector, Full<Bytes>>, tokens: Option<Arc<ClientTokens>>) -> Self {
        Self { client, tokens }
    }

    /// The response; otherwise the reason why there is none.
    pub(super) async fn request(&self, mut request: Request<Full<Bytes>>) -> Result<Response<Incoming>, String> {
        let Some(tokens) = &self.tokens else {
            return self.client.request(request).await.map_err(|error| innermost(&error));
        };
        let shown = tokens.authorization(&self.client).await?;
        request.headers_mut().insert(AUTHORIZATION, shown.clone());
        let response = self.client.request(request).await.map_err(|error| innermost(&error))?;
        if response.status() == http::StatusCode::UNAUTHORIZED {
            tokens.forget(&shown);
        }
        Ok(response)
    }
}

fn innermost(error: &hyper_util::client::legacy::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
