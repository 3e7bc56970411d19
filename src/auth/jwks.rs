//! The issuer's published keys, read anew without ever holding up a caller for long.
//!
//! Keys are used for their time to live; then they are read anew in the background, and the former ones keep serving
//! until that succeeds. A token of an unknown key has them read at once, but at most once in a while, so that a storm
//! of such tokens costs the issuer and other callers nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use super::{KeyPlace, KeySource};
use crate::error::{Error, Kind, Result};

/// How long a caller with an unknown key waits for the keys to be read.
const PATIENCE: Duration = Duration::from_millis(45);
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 1024 * 1024;
const MAX_KEYS: usize = 1000;
/// A modulus of 2048 bits, in base64 without padding.
const LEAST_MODULUS: usize = 342;

/// The keys and where they come from.
pub(super) struct KeySet {
    source: KeySource,
    current: ArcSwap<Edition>,
    attempt: Mutex<Attempt>,
}

/// What a document held.
#[derive(Default)]
struct Edition {
    number: u64,
    digest: [u8; 32],
    keys: HashMap<String, Arc<DecodingKey>>,
    read_at: Option<Instant>,
}

#[derive(Default)]
struct Attempt {
    begun: Option<Instant>,
    /// Set while one is under way.
    running: Option<watch::Receiver<bool>>,
}

impl KeySet {
    pub(super) fn new(source: KeySource) -> Self {
        Self { source, current: ArcSwap::default(), attempt: Mutex::default() }
    }

    /// How many keys are known.
    pub(super) fn known(&self) -> usize {
        self.current.load().keys.len()
    }

    /// Grows when the keys change.
    pub(super) fn edition(&self) -> u64 {
        self.current.load().number
    }

    pub(super) async fn warm_up(self: &Arc<Self>) {
        if let Some(mut done) = self.refresh() {
            let _ = tokio::time::timeout(FETCH_TIMEOUT, done.wait_for(|done| *done)).await;
        }
    }

    /// The key of this id.
    pub(super) async fn key(self: &Arc<Self>, kid: &str) -> Option<Arc<DecodingKey>> {
        if let Some(key) = self.current.load().keys.get(kid) {
            self.refresh_if_old();
            return Some(Arc::clone(key));
        }
        let mut done = self.refresh()?;
        let _ = tokio::time::timeout(PATIENCE, done.wait_for(|done| *done)).await;
        self.current.load().keys.get(kid).cloned()
    }

    pub(super) fn refresh_if_old(self: &Arc<Self>) {
        if self.current.load().read_at.is_none_or(|at| at.elapsed() >= self.source.ttl) {
            self.refresh();
        }
    }

    /// Begins to read the keys anew, unless that was done a moment ago; what is under way can be waited for.
    fn refresh(self: &Arc<Self>) -> Option<watch::Receiver<bool>> {
        let mut attempt = self.attempt();
        if attempt.running.is_some() {
            return attempt.running.clone();
        }
        if attempt.begun.is_some_and(|at| at.elapsed() < self.source.min_refresh) {
            return None;
        }
        let (done, running) = watch::channel(false);
        *attempt = Attempt { begun: Some(Instant::now()), running: Some(running.clone()) };
        let keys = Arc::clone(self);
        tokio::spawn(async move {
            keys.read_anew().await;
            keys.attempt().running = None;
            let _ = done.send(true);
        });
        Some(running)
    }

    async fn read_anew(&self) {
        let read = match tokio::time::timeout(FETCH_TIMEOUT, self.read()).await {
            Ok(read) => read,
            Err(_) => Err(Error::new(Kind::UpstreamTimeout, "it did not answer in time")),
        };
        let former = self.current.load();
        match read.and_then(|document| Edition::of(&document, &former)) {
            Ok(edition) => {
                if edition.number != former.number {
                    tracing::info!(keys = edition.keys.len(), "the issuer's keys were read");
                }
                self.current.store(Arc::new(edition));
            }
            Err(error) => {
                let keys = former.keys.len();
                tracing::warn!(error = error.chain(), keys, "the issuer's keys cannot be read; the former ones serve");
            }
        }
    }

    async fn read(&self) -> Result<Bytes> {
        let unusable = |error: &str| Error::new(Kind::UpstreamUnavailable, format!("read the issuer's keys: {error}"));
        match &self.source.place {
            KeyPlace::File(path) => {
                let size = tokio::fs::metadata(path).await.map_err(|error| unusable(&error.to_string()))?.len();
                if size > MAX_BYTES as u64 {
                    return Err(unusable("the file is too large"));
                }
                Ok(tokio::fs::read(path).await.map_err(|error| unusable(&error.to_string()))?.into())
            }
            KeyPlace::Url(url) => {
                let client = crate::tls::https_client();
                let url = url.parse().map_err(|_| unusable("JWKS_URL is no URL"))?;
                let answer = client.get(url).await.map_err(|error| unusable(&error.to_string()))?;
                if !answer.status().is_success() {
                    return Err(unusable(&format!("it answered {}", answer.status())));
                }
                let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await;
                Ok(body.map_err(|error| unusable(&error.to_string()))?.to_bytes())
            }
        }
    }

    fn attempt(&self) -> MutexGuard<'_, Attempt> {
        self.attempt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Edition {
    /// A document without a single usable key is refused: the former keys are better than none.
    fn of(document: &[u8], former: &Self) -> Result<Self> {
        let unusable = |why: &str| Error::new(Kind::UpstreamError, format!("read the issuer's keys: {why}"));
        let digest: [u8; 32] = Sha256::digest(document).into();
        let read_at = Some(Instant::now());
        if digest == former.digest {
            return Ok(Self { read_at, number: former.number, digest, keys: former.keys.clone() });
        }
        let document: Value = serde_json::from_slice(document).map_err(|_| unusable("it is not JSON"))?;
        let listed = document["keys"].as_array().ok_or_else(|| unusable("it has no `keys`"))?;
        let mut keys = HashMap::new();
        let mut twice = Vec::new();
        for (kid, key) in listed.iter().take(MAX_KEYS).filter_map(usable) {
            if keys.insert(kid.clone(), Arc::new(key)).is_some() {
                twice.push(kid);
            }
        }
        // Which one is meant cannot be known.
        twice.iter().for_each(|kid| drop(keys.remove(kid)));
        if keys.is_empty() {
            return Err(unusable("no key in it is an RSA key for signatures with a `kid` of its own"));
        }
        Ok(Self { number: former.number + 1, digest, keys, read_at })
    }
}

/// An RSA key for signatures that has a name. Others are none of ours; a weak one is none at all.
fn usable(listed: &Value) -> Option<(String, DecodingKey)> {
    let key: Jwk = serde_json::from_value(listed.clone()).ok()?;
    let AlgorithmParameters::RSA(parameters) = &key.algorithm else { return None };
    let for_signatures = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let of_algorithm = listed.get("alg").is_none_or(|alg| alg == "RS256");
    if !for_signatures || !of_algorithm || parameters.n.len() < LEAST_MODULUS {
        return None;
    }
    Some((key.common.key_id.clone()?, DecodingKey::from_jwk(&key).ok()?))
}
