//! Tokens of our own making: for development, for scripts, and for gateways that share a secret with their callers.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{AuthConfig, KeyPlace, Mode, claims, now};
use crate::error::{Error, Kind, Result};
use crate::model::TenantId;

const KEY_BITS: usize = 2048;

/// What a token shall say.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// Claim `tenant_id`.
    pub tenant: TenantId,
    /// Claim `sub`.
    pub subject: String,
    /// Claim `groups`.
    pub groups: BTreeSet<String>,
    /// Claim `scopes`.
    pub scopes: BTreeSet<String>,
    /// Claim `roles`.
    pub roles: BTreeSet<String>,
    /// From now to `exp`.
    pub ttl: Duration,
    /// `RS256` or `HS256`; without it, the one that the gateway verifies.
    pub algorithm: Option<Algorithm>,
}

/// A signed token.
#[derive(Clone, Debug, Serialize)]
pub struct Minted {
    /// The token itself.
    pub token: String,
    /// What it says.
    pub claims: Map<String, Value>,
    /// How it is signed.
    pub alg: &'static str,
    /// Which key; none for a shared secret.
    pub kid: Option<String>,
    /// Seconds since 1970.
    pub expires_at: u64,
}

/// Signs a token. The development key is made when it is first needed.
///
/// # Errors
/// [`Kind::Refused`] where the key is not ours to sign with; what keeps the key from being read or written.
pub fn mint(config: &AuthConfig, request: &TokenRequest) -> Result<Minted> {
    let algorithm = request.algorithm.unwrap_or(match config.mode {
        Mode::Hs256(_) => Algorithm::HS256,
        Mode::Disabled | Mode::Jwks(_) => Algorithm::RS256,
    });
    let (key, kid, alg) = match algorithm {
        Algorithm::HS256 => {
            let secret = config.secret.as_ref().ok_or_else(|| {
                Error::new(Kind::Refused, "there is no shared secret to sign with").help("set JWT_SECRET")
            })?;
            (EncodingKey::from_secret(secret.expose().as_bytes()), None, "HS256")
        }
        _ => {
            let (key, kid) = DevelopmentKey::of(config)?.open()?;
            (key, Some(kid), "RS256")
        }
    };
    let issued = now();
    let expires_at = issued.saturating_add(request.ttl.as_secs());
    let claims = json!({
        "iss": config.issuer, "aud": config.audience, "sub": request.subject, claims::TENANT: request.tenant,
        "iat": issued, "exp": expires_at, "jti": uuid::Uuid::new_v4().to_string(),
        "groups": request.groups, "scopes": request.scopes, "roles": request.roles,
    });
    let Value::Object(claims) = claims else { return Err(Error::internal("claims are an object")) };
    let header = Header { kid: kid.clone(), ..Header::new(algorithm) };
    let token =
        jsonwebtoken::encode(&header, &claims, &key).map_err(|error| Error::internal("sign a token").source(error))?;
    Ok(Minted { token, claims, alg, kid, expires_at })
}

/// Where the development key is: the private half, and the JWKS document with the public one.
#[derive(Clone)]
pub(super) struct DevelopmentKey {
    private: PathBuf,
    published: PathBuf,
}

impl DevelopmentKey {
    /// # Errors
    /// [`Kind::Refused`] in production and where the keys are an issuer's.
    pub(super) fn of(config: &AuthConfig) -> Result<Self> {
        let refused = |why: &str, help: &str| Error::new(Kind::Refused, why).help(help);
        let Some(folder) = &config.development_keys else {
            return Err(refused("production signs no tokens with a development key", "ask your issuer for a token"));
        };
        let published = match &config.mode {
            Mode::Jwks(source) => match &source.place {
                KeyPlace::File(path) => path.clone(),
                KeyPlace::Url(_) => {
                    let why = "the keys of JWKS_URL are your issuer's, so a token cannot be signed here";
                    return Err(refused(why, "ask your issuer for a token, or unset JWKS_URL for development"));
                }
            },
            _ => folder.join(PUBLISHED),
        };
        let private = published.parent().unwrap_or(folder).join("dev-key.pem");
        Ok(Self { private, published })
    }

    /// The one for downstream tokens: another key, so that no server's token is a caller's.
    pub(super) fn downstream(folder: &Path) -> Self {
        Self { private: folder.join("dev-downstream-key.pem"), published: folder.join("dev-downstream-jwks.json") }
    }

    /// The key and its id. Makes both files where there are none.
    pub(super) fn open(&self) -> Result<(EncodingKey, String)> {
        let unusable = |path: &Path, error: &dyn std::fmt::Display| {
            Error::new(Kind::Refused, format!("the development key {} cannot be used: {error}", path.display()))
        };
        if !self.private.exists() {
            if self.published.exists() {
                return Err(Error::new(
                    Kind::Refused,
                    format!("the keys in {} are not ours, so a token cannot be signed here", self.published.display()),
                )
                .help("ask their owner for a token, or name a JWKS_LOCAL_PATH that does not exist yet"));
            }
            self.make().map_err(|error| unusable(&self.private, &error))?;
        }
        let pem = fs::read(&self.private).map_err(|error| unusable(&self.private, &error))?;
        let key = EncodingKey::from_rsa_pem(&pem).map_err(|error| unusable(&self.private, &error))?;
        let mut public =
            Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(|error| unusable(&self.private, &error))?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|error| unusable(&self.private, &error))?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        if !self.published.exists() {
            let document = json!({ "keys": [public] }).to_string();
            replace(&self.published, document.as_bytes()).map_err(|error| unusable(&self.published, &error))?;
        }
        Ok((key, kid))
    }

    fn make(&self) -> std::io::Result<()> {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, KEY_BITS).map_err(std::io::Error::other)?;
        let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(std::io::Error::other)?;
        if let Some(folder) = self.private.parent() {
            fs::create_dir_all(folder)?;
        }
        match replace_if_absent(&self.private, pem.as_bytes()) {
            // Somebody was faster; theirs is the one.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }
}

/// The public half's file, where nobody says otherwise.
pub(super) const PUBLISHED: &str = "dev-jwks.json";

/// Readers see the whole file or none.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = written_beside(path, bytes)?;
    fs::rename(beside, path)
}

fn replace_if_absent(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = written_beside(path, bytes)?;
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(beside)?;
    linked
}

fn written_beside(path: &Path, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let beside = path.with_extension(format!("{}.new", uuid::Uuid::new_v4().simple()));
    // For us alone: the private half goes through here.
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(beside)
}
