//! Who is calling: from a bearer token to a [`Principal`], or a refusal.

mod claims;
mod downstream;
mod jwks;
mod mint;
pub mod policy;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Kind, Result};
use crate::model::{Principal, Secret};
use claims::Header;
use jwks::KeySet;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use claims::fuzz as fuzz_token;
pub use downstream::{DownstreamConfig, DownstreamSigner, Signed};
pub use jsonwebtoken::Algorithm;
use mint::DevelopmentKey;
pub use mint::{Minted, TokenRequest, mint};
pub use policy::{Action, Policies, Resource, Verdict};

/// How far the clocks of issuer and gateway may be apart.
const LEEWAY: Duration = Duration::from_secs(10);
/// Verified tokens that are remembered.
const REMEMBERED: usize = 10_000;

/// How callers are known.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// By what.
    pub mode: Mode,
    /// `iss` of every token.
    pub issuer: String,
    /// `aud` of every token, alone or among others.
    pub audience: String,
    /// The secret that is shared with the issuer, whatever the mode: `token mint` signs with it.
    pub secret: Option<Secret>,
    /// The folder of the development key; none in production.
    pub development_keys: Option<PathBuf>,
}

impl AuthConfig {
    /// The same, verifying what `token mint` signs even where callers need no token.
    #[must_use]
    pub fn verifying(&self) -> Self {
        let mode = match (&self.mode, &self.secret, &self.development_keys) {
            (Mode::Disabled, Some(secret), _) => Mode::Hs256(secret.clone()),
            (Mode::Disabled, None, Some(folder)) => Mode::Jwks(KeySource {
                place: KeyPlace::development(folder),
                ttl: Duration::from_secs(60),
                min_refresh: Duration::ZERO,
            }),
            (mode, _, _) => mode.clone(),
        };
        Self { mode, ..self.clone() }
    }
}

/// By what callers are known.
#[derive(Clone, Debug)]
pub enum Mode {
    /// By nothing: whoever reaches us may do everything. Loopback addresses only.
    Disabled,
    /// By tokens signed with a secret that we share with the issuer (HMAC with SHA-256).
    Hs256(Secret),
    /// By tokens signed with one of the issuer's published keys (RSA with SHA-256).
    Jwks(KeySource),
}

/// Where the issuer's keys are.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// Its place.
    pub place: KeyPlace,
    /// How long keys are used without asking again.
    pub ttl: Duration,
    /// The least time between two questions.
    pub min_refresh: Duration,
}

/// A JWKS document's place (RFC 7517 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// Read anew from here.
    Url(String),
    /// A file.
    File(PathBuf),
}

impl KeyPlace {
    /// The public half of the development key, which lies in `folder`.
    pub fn development(folder: &std::path::Path) -> Self {
        Self::File(folder.join(mint::PUBLISHED))
    }
}

/// Verifies tokens. One algorithm: the token has no say in it.
pub struct Authenticator {
    keys: Keys,
    issuer: String,
    /// Made when the gateway starts, so that nobody has to make it first.
    development: Option<DevelopmentKey>,
    validation: Validation,
    /// What claim `server` has to be, where it has to be something.
    server: Option<String>,
    verified: Mutex<HashMap<[u8; 32], Verified>>,
}

enum Keys {
    None,
    Shared(DecodingKey),
    Published(Arc<KeySet>),
}

/// A caller whose token was found good.
#[derive(Clone)]
pub struct Known {
    /// Who.
    pub principal: Arc<Principal>,
    /// Until when, in seconds since 1970.
    expires: u64,
}

impl Known {
    /// How long the token is good from now on.
    pub fn remaining(&self) -> Duration {
        Duration::from_secs(self.expires.saturating_add(LEEWAY.as_secs()).saturating_sub(now()))
    }
}

struct Verified {
    known: Known,
    /// Which edition of the keys it was found good with.
    edition: u64,
}

impl Authenticator {
    /// From the configuration; keys are read when they are first needed.
    pub fn new(config: &AuthConfig) -> Self {
        let (keys, algorithm) = match &config.mode {
            Mode::Disabled => (Keys::None, Algorithm::HS256),
            Mode::Hs256(secret) => {
                (Keys::Shared(DecodingKey::from_secret(secret.expose().as_bytes())), Algorithm::HS256)
            }
            Mode::Jwks(source) => (Keys::Published(Arc::new(KeySet::new(source.clone()))), Algorithm::RS256),
        };
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = LEEWAY.as_secs();
        validation.validate_nbf = true;
        let is_ours = |source: &KeySource| {
            config.development_keys.as_ref().is_some_and(|folder| source.place == KeyPlace::development(folder))
        };
        let development = match &config.mode {
            Mode::Jwks(source) if is_ours(source) => DevelopmentKey::of(config).ok(),
            _ => None,
        };
        Self { keys, issuer: config.issuer.clone(), development, validation, server: None, verified: Mutex::default() }
    }

    /// The same for a server behind a gateway: it takes the gateway's tokens for `server` alone. All servers share one
    /// audience, so that any of them could show another's token elsewhere.
    #[must_use]
    pub fn for_server(self, server: &str) -> Self {
        Self { server: Some(server.to_owned()), ..self }
    }

    /// Whether callers have to show a token.
    pub fn is_required(&self) -> bool {
        !matches!(self.keys, Keys::None)
    }

    /// Who issues the tokens, where it publishes its keys.
    pub fn publisher(&self) -> Option<&str> {
        matches!(self.keys, Keys::Published(_)).then_some(&self.issuer)
    }

    /// Reads the issuer's keys, so that the first caller need not wait. Failure is logged and tried again later.
    pub async fn warm_up(&self) {
        if let Some(key) = self.development.clone() {
            let made = tokio::task::spawn_blocking(move || key.open().map(drop)).await;
            if let Ok(Err(error)) = made {
                tracing::warn!(error = error.chain(), "the development key was not made");
            }
        }
        if let Keys::Published(keys) = &self.keys {
            keys.warm_up().await;
        }
    }

    /// How many of the issuer's keys can be had; `None` where there is no issuer to ask.
    pub async fn keys(&self) -> Option<usize> {
        self.warm_up().await;
        if let Keys::Published(keys) = &self.keys { Some(keys.known()) } else { None }
    }

    /// The caller that the value of an `Authorization` header vouches for.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`] with what is wrong with it.
    pub async fn authenticate(&self, authorization: &str) -> Result<Known> {
        let token = match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(refused("the Authorization header holds no bearer token")),
        };
        let hash: [u8; 32] = Sha256::digest(token).into();
        if let Some(known) = self.remembered(&hash) {
            return Ok(known);
        }
        let edition = self.edition();
        let (principal, expires) = self.verify(token).await?;
        let principal = Arc::new(principal);
        let known = Known { principal, expires };
        self.remember(hash, Verified { known: known.clone(), edition });
        Ok(known)
    }

    /// Verifies a token without remembering it: the caller, and until when, in seconds since 1970.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`] with what is wrong with it.
    pub async fn verify(&self, token: &str) -> Result<(Principal, u64)> {
        let algorithm = if matches!(self.keys, Keys::Published(_)) { "RS256" } else { "HS256" };
        let header = Header::read(token, algorithm)?;
        let decode = |key: &DecodingKey| {
            jsonwebtoken::decode::<Map<String, Value>>(token, key, &self.validation).map_err(|error| explain(&error))
        };
        let decoded = match &self.keys {
            Keys::None => return Err(refused("this gateway verifies no tokens")),
            Keys::Shared(key) => decode(key)?,
            Keys::Published(keys) => {
                let kid = header.kid.ok_or_else(|| refused("the token does not name its key (`kid`)"))?;
                let key = keys.key(&kid).await.ok_or_else(|| refused("the token's key is not known"))?;
                decode(&key)?
            }
        };
        if let Some(server) = &self.server {
            claims::check_server(&decoded.claims, server)?;
        }
        claims::principal(&decoded.claims)
    }

    fn edition(&self) -> u64 {
        if let Keys::Published(keys) = &self.keys { keys.edition() } else { 0 }
    }

    fn remembered(&self, hash: &[u8; 32]) -> Option<Known> {
        let edition = self.edition();
        let verified = self.verified();
        let found = verified.get(hash).filter(|found| found.edition == edition && found.is_in_time(now()))?;
        let known = found.known.clone();
        drop(verified);
        // Keys that have become old are read anew beside the calls, never by one.
        if let Keys::Published(keys) = &self.keys {
            keys.refresh_if_old();
        }
        Some(known)
    }

    fn remember(&self, hash: [u8; 32], token: Verified) {
        let mut verified = self.verified();
        if verified.len() >= REMEMBERED {
            let (now, edition) = (now(), token.edition);
            verified.retain(|_, known| known.edition == edition && known.is_in_time(now));
            if verified.len() >= REMEMBERED {
                verified.clear();
            }
        }
        verified.insert(hash, token);
    }

    fn verified(&self) -> MutexGuard<'_, HashMap<[u8; 32], Verified>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Verified {
    fn is_in_time(&self, now: u64) -> bool {
        now <= self.known.expires.saturating_add(LEEWAY.as_secs())
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A refusal of a token. The text never holds anything of the token's own.
fn refused(why: impl Into<String>) -> Error {
    Error::new(Kind::Unauthenticated, why)
}

/// What is wrong with a token, in our own words.
fn explain(error: &jsonwebtoken::errors::Error) -> Error {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => refused("the signature is not that of a key we trust"),
        ErrorKind::ExpiredSignature => refused("the token has expired"),
        ErrorKind::ImmatureSignature => refused("the token is not valid yet (`nbf`)"),
        ErrorKind::InvalidIssuer => refused("the token is of another issuer (`iss`)"),
        ErrorKind::InvalidAudience => refused("the token is for another audience (`aud`)"),
        ErrorKind::MissingRequiredClaim(name) => refused(format!("`{name}` is missing")),
        ErrorKind::InvalidClaimFormat(name) => refused(format!("`{name}` has the wrong type")),
        _ => refused("the token cannot be read"),
    }
}
