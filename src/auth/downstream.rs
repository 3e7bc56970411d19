//! The tokens that the gateway shows the servers behind it, and the key that vouches for them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{claims, mint::DevelopmentKey, now};
use crate::error::{Error, Kind, Result};
use crate::model::{Secret, ServerName, TenantId};

/// How downstream tokens are made.
#[derive(Clone, Debug)]
pub struct DownstreamConfig {
    /// An RSA key in PEM; without one, a development key is made on first use.
    pub private_key: Option<Secret>,
    /// The folder of the development key; none in production.
    pub development_keys: Option<PathBuf>,
    /// Claim `iss`.
    pub issuer: String,
    /// Claim `aud`.
    pub audience: String,
    /// From `iat` to `exp`.
    pub ttl: Duration,
    /// So long before `exp` another token is made.
    pub refresh_skew: Duration,
}

/// Signs and remembers tokens, one per tenant and server.
pub struct DownstreamSigner {
    config: DownstreamConfig,
    key: OnceLock<Key>,
    /// Held while the key is made.
    making: Mutex<()>,
    tokens: Mutex<HashMap<(TenantId, ServerName), Signed>>,
}

struct Key {
    private: EncodingKey,
    kid: String,
    public: Jwk,
}

/// A token and until when it is handed out.
#[derive(Clone)]
pub struct Signed {
    /// The token.
    pub token: Secret,
    /// Then another is made.
    pub fresh_until: Instant,
}

impl DownstreamSigner {
    /// The key is read when it is first needed.
    pub fn new(config: DownstreamConfig) -> Self {
        Self { config, key: OnceLock::new(), making: Mutex::default(), tokens: Mutex::default() }
    }

    /// A token for `server` of `tenant`: the one that was made before while it is fresh.
    ///
    /// # Errors
    /// When the key cannot be read or made.
    pub fn token(&self, tenant: &TenantId, server: &ServerName) -> Result<Signed> {
        let key = (tenant.clone(), server.clone());
        if let Some(known) = self.tokens().get(&key).filter(|known| known.fresh_until > Instant::now()) {
            return Ok(known.clone());
        }
        // Not under the lock: others' tokens do not wait for this signature.
        let signed = self.sign(tenant, server)?;
        let mut tokens = self.tokens();
        tokens.retain(|_, known| known.fresh_until > Instant::now());
        tokens.insert(key, signed.clone());
        Ok(signed)
    }

    /// The public half as a JWKS document (RFC 7517).
    ///
    /// # Errors
    /// When the key cannot be read or made.
    pub fn jwks(&self) -> Result<Value> {
        Ok(json!({ "keys": [self.key()?.public] }))
    }

    fn sign(&self, tenant: &TenantId, server: &ServerName) -> Result<Signed> {
        let key = self.key()?;
        let DownstreamConfig { issuer, audience, ttl, refresh_skew, .. } = &self.config;
        let issued = now();
        let claims = json!({
            "iss": issuer, "aud": audience, "sub": format!("tenant:{tenant}:gateway"), claims::TENANT: tenant,
            claims::SERVER: server, "iat": issued, "exp": issued + ttl.as_secs(), "jti": uuid::Uuid::new_v4().to_string(),
        });
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::RS256) };
        let token = jsonwebtoken::encode(&header, &claims, &key.private)
            .map_err(|error| Error::internal(format!("sign a token for server `{server}`")).source(error))?;
        Ok(Signed { token: Secret::new(token), fresh_until: Instant::now() + ttl.saturating_sub(*refresh_skew) })
    }

    fn key(&self) -> Result<&Key> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let made = self.open()?;
        Ok(self.key.get_or_init(|| made))
    }

    fn open(&self) -> Result<Key> {
        let refused = |why: &str| Error::new(Kind::Refused, why).help("set DOWNSTREAM_JWT_PRIVATE_KEY");
        let private = match (&self.config.private_key, &self.config.development_keys) {
            (Some(pem), _) => EncodingKey::from_rsa_pem(pem.expose().as_bytes())
                .map_err(|_| refused("DOWNSTREAM_JWT_PRIVATE_KEY is no RSA key in PEM"))?,
            (None, Some(folder)) => DevelopmentKey::downstream(folder).open()?.0,
            (None, None) => return Err(refused("there is no key to sign tokens for servers with")),
        };
        let unusable = |_| refused("the key for downstream tokens cannot be used");
        let mut public = Jwk::from_encoding_key(&private, Algorithm::RS256).map_err(unusable)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Key { private, kid, public })
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<(TenantId, ServerName), Signed>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
