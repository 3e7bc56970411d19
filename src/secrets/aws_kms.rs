//! AWS KMS: `Encrypt` and `Decrypt` of its API (version 2014-11-01), signed with signature version 4.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::master::unavailable;
use super::{AwsCredentials, AwsKey};
use crate::error::{Error, Result};
use crate::tls::{HttpsClient, https_client};

/// An answer holds a few hundred bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// The KMS as the gateway's own user.
pub(super) struct AwsKms {
    credentials: Option<AwsCredentials>,
    timeout: Duration,
    client: OnceLock<HttpsClient>,
}

impl AwsKms {
    pub(super) fn new(credentials: Option<AwsCredentials>, timeout: Duration) -> Self {
        Self { credentials, timeout, client: OnceLock::new() }
    }

    pub(super) async fn encrypt(&self, key: &AwsKey, plain: &[u8]) -> Result<Vec<u8>> {
        let asked = json!({ "KeyId": key.arn, "Plaintext": STANDARD.encode(plain) });
        let answer = self.ask(key, "Encrypt", &asked).await?;
        bytes_of(key, &answer, "CiphertextBlob").map(|bytes| bytes.to_vec())
    }

    pub(super) async fn decrypt(&self, key: &AwsKey, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let asked = json!({ "KeyId": key.arn, "CiphertextBlob": STANDARD.encode(wrapped) });
        let answer = self.ask(key, "Decrypt", &asked).await?;
        bytes_of(key, &answer, "Plaintext")
    }

    async fn ask(&self, key: &AwsKey, operation: &str, asked: &Value) -> Result<Value> {
        let request = self.request(key, operation, asked.to_string())?;
        let client = self.client.get_or_init(https_client);
        let answer = async {
            let answer = client.request(request).await.map_err(|error| away(key, "cannot be reached").source(error))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
            let body = body.map_err(|error| away(key, "broke off its answer").source(error))?.to_bytes();
            Ok((status, serde_json::from_slice::<Value>(&body).unwrap_or_default()))
        };
        let answer = tokio::time::timeout(self.timeout, answer).await;
        let (status, body) = answer.map_err(|_| away(key, &format!("did not answer within {:?}", self.timeout)))??;
        if status.is_success() {
            return Ok(body);
        }
        // Its name alone: a message may quote what was sent.
        let named = body.get("__type").and_then(Value::as_str).unwrap_or("no reason");
        let named: String = named.rsplit('#').next().unwrap_or_default().chars().take(80).collect();
        // It is there, and may be well again soon.
        if status.is_server_error() || named.contains("Throttling") {
            return Err(away(key, &format!("answered {} ({named})", status.as_u16())));
        }
        Err(unavailable("kms_refused", format!("AWS KMS refused to use {}: {named}", key.arn))
            .help("may these credentials kms:Encrypt and kms:Decrypt with that key, and is it enabled?"))
    }

    fn request(&self, key: &AwsKey, operation: &str, body: String) -> Result<http::Request<Full<Bytes>>> {
        let Some(credentials) = &self.credentials else {
            return Err(unavailable("kms_refused", "there are no credentials for AWS KMS")
                .help("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or their _FILE)"));
        };
        let failed = |error: &dyn std::fmt::Display| Error::internal(format!("a request to AWS KMS: {error}"));
        let token = credentials.session_token.as_ref().map(|token| token.expose().to_owned());
        let secret = credentials.secret_access_key.expose();
        let identity = Credentials::new(&credentials.access_key_id, secret, token, None, "mcpgw").into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&key.region)
            .name("kms")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| failed(&error))?
            .into();
        let host = key.host();
        let url = format!("https://{host}/");
        let headers = [
            ("host", host.as_str()),
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", &format!("TrentService.{operation}")),
        ];
        let signable = SignableRequest::new("POST", &url, headers.into_iter(), SignableBody::Bytes(body.as_bytes()));
        let signed = sign(signable.map_err(|error| failed(&error))?, &parameters).map_err(|error| failed(&error))?;
        let mut request = http::Request::post(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Full::new(Bytes::from(body))).map_err(|error| failed(&error))?;
        signed.into_parts().0.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

fn away(key: &AwsKey, what: &str) -> Error {
    unavailable("kms_unavailable", format!("AWS KMS ({}) {what}", key.host()))
        .help("what is sealed stays so until it is back; nothing is lost")
}

fn bytes_of(key: &AwsKey, answer: &Value, member: &str) -> Result<Zeroizing<Vec<u8>>> {
    let text = answer.get(member).and_then(Value::as_str);
    text.and_then(|text| STANDARD.decode(text).ok()).map(Zeroizing::new).ok_or_else(|| away(key, "gave no such answer"))
}
