//! AES-256-GCM with what it is for bound to it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{hkdf, hmac};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::model::{GatewayKey, Secret, Timestamp};

const KEY_BYTES: usize = 32;

/// Seals with AES-256-GCM. What is sealed is readable by whoever holds the key, and by nobody else; for whom and what
/// for is bound to it as associated data.
pub struct Sealer {
    key: LessSafeKey,
    nonces: hmac::Key,
    random: SystemRandom,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealer")
    }
}

impl Sealer {
    /// A new random key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate(id: &str) -> Result<GatewayKey> {
        let key = Secret::new(STANDARD_NO_PAD.encode(*random::<KEY_BYTES>()?));
        Ok(GatewayKey { id: id.to_owned(), key, created_at: Timestamp::now() })
    }

    /// Seals with `key`.
    ///
    /// # Errors
    /// When it is no key of ours.
    pub fn new(key: &GatewayKey) -> Result<Self> {
        let broken = || Error::internal(format!("the key `{}` in the store is no key", key.id));
        let bytes = STANDARD_NO_PAD.decode(key.key.expose()).map_err(|_| broken())?;
        Self::of_bytes(&bytes).ok_or_else(broken)
    }

    /// Seals with a key derived from a secret of any length.
    ///
    /// # Errors
    /// Never, for a cipher that takes keys of 32 bytes.
    pub fn from_secret(secret: &Secret, purpose: &str) -> Result<Self> {
        Self::derived(secret.expose().as_bytes(), purpose)
    }

    pub(super) fn derived(secret: &[u8], purpose: &str) -> Result<Self> {
        let key: Zeroizing<[u8; KEY_BYTES]> = derive(secret, purpose)?;
        Self::of_bytes(&*key).ok_or_else(|| Error::internal("no key could be derived"))
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).ok()?;
        let nonces = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"nonces of what is sealed alike");
        let nonces = hmac::Key::new(hmac::HMAC_SHA256, nonces.as_ref());
        Some(Self { key: LessSafeKey::new(key), nonces, random: SystemRandom::new() })
    }

    /// Seals `plain` into visible ASCII, for `purpose` and `owner` alone.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn seal(&self, purpose: &str, owner: &str, plain: &[u8]) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| Error::internal("the system gave no random bytes"))?;
        self.seal_with(nonce, &bound(purpose, owner), plain)
    }

    /// Seals the same plain text into the same text each time: for ids, which are compared. The nonce is a keyed hash
    /// of all that is sealed (a synthetic nonce as in RFC 5297, cut to 96 bits).
    ///
    /// # Errors
    /// When `plain` is too long for the cipher.
    pub fn seal_alike(&self, purpose: &str, owner: &str, plain: &[u8]) -> Result<String> {
        let bound = bound(purpose, owner);
        let mut context = hmac::Context::with_key(&self.nonces);
        context.update(&bound.len().to_be_bytes());
        context.update(&bound);
        context.update(plain);
        let tag = context.sign();
        let mut nonce = [0; NONCE_LEN];
        nonce.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        self.seal_with(nonce, &bound, plain)
    }

    /// A hash of `text` that only the key's holders can compute, so that nobody finds a short text by trying: 128 bits
    /// in hexadecimal.
    pub fn fingerprint(&self, purpose: &str, owner: &str, text: &[u8]) -> String {
        let bound = bound(purpose, owner);
        let mut context = hmac::Context::with_key(&self.nonces);
        // What no nonce begins with.
        context.update(b"fingerprint");
        context.update(&bound.len().to_be_bytes());
        context.update(&bound);
        context.update(text);
        crate::model::hex(context.sign().as_ref().iter().take(16))
    }

    fn seal_with(&self, nonce: [u8; NONCE_LEN], bound: &[u8], plain: &[u8]) -> Result<String> {
        let mut sealed = plain.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        let done = self.key.seal_in_place_append_tag(unique, Aad::from(bound), &mut sealed);
        done.map_err(|_| Error::internal("a value could not be sealed"))?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// What was sealed; `None` for anything that was not sealed here, for this purpose and this owner, or that was
    /// changed since.
    pub fn open(&self, purpose: &str, owner: &str, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(bound(purpose, owner)), &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}

/// Length of what is derived.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Bytes derived from a secret of any length (HKDF with SHA-256, RFC 5869).
pub(super) fn derive<const N: usize>(secret: &[u8], purpose: &str) -> Result<Zeroizing<[u8; N]>> {
    let mut key = Zeroizing::new([0; N]);
    let material = hkdf::Salt::new(hkdf::HKDF_SHA256, b"mcpgw").extract(secret);
    let purpose = [purpose.as_bytes()];
    let derived = material.expand(&purpose, Length(N)).and_then(|derived| derived.fill(&mut *key));
    derived.map_err(|_| Error::internal("no key could be derived"))?;
    Ok(key)
}

/// Random bytes.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    let filled = SystemRandom::new().fill(&mut *bytes);
    filled.map_err(|_| Error::internal("the system gave no random bytes"))?;
    Ok(bytes)
}

/// 256 random bits as text of the alphabet of URLs.
///
/// # Errors
/// When the system has no randomness.
pub fn random_text() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(*random::<32>()?))
}

/// Lengths keep the two parts apart.
fn bound(purpose: &str, owner: &str) -> Vec<u8> {
    format!("{}:{purpose}{owner}", purpose.len()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_purpose_and_owner_open_it() {
        let sealer = Sealer::new(&Sealer::generate("a").expect("a key")).expect("a sealer");
        let other = Sealer::new(&Sealer::generate("a").expect("a key")).expect("a sealer");
        let sealed = sealer.seal("session", "ann", b"plain").expect("sealed");
        assert_eq!(sealer.open("session", "ann", &sealed).as_deref(), Some(&b"plain"[..]));
        assert_eq!(sealer.open("session", "bob", &sealed), None);
        assert_eq!(sealer.open("sessiona", "nn", &sealed), None);
        assert_eq!(other.open("session", "ann", &sealed), None);
        for (at, _) in sealed.char_indices() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("text");
            assert_eq!(sealer.open("session", "ann", &changed), None, "changed at {at}");
        }
        assert_eq!(sealer.open("session", "ann", "short"), None);
        let id = sealer.seal_alike("task", "ann", b"7").expect("sealed");
        assert_eq!(sealer.seal_alike("task", "ann", b"7").expect("sealed"), id);
        assert_eq!(sealer.open("task", "ann", &id).as_deref(), Some(&b"7"[..]));
        assert_eq!(sealer.open("task", "bob", &id), None);
        for other in [("task", "bob", b"7"), ("task", "ann", b"8"), ("tas", "kann", b"7")] {
            assert_ne!(sealer.seal_alike(other.0, other.1, other.2).expect("sealed")[..16], id[..16], "{other:?}");
        }
        let derived = |secret: &str| Sealer::from_secret(&Secret::new(secret), "api keys").expect("a sealer");
        let sealed = derived("one secret").seal("key", "1", b"plain").expect("sealed");
        assert_eq!(derived("one secret").open("key", "1", &sealed).as_deref(), Some(&b"plain"[..]));
        assert_eq!(derived("another").open("key", "1", &sealed), None);
        assert!(!format!("{:?}", Sealer::generate("a").expect("a key")).contains("=="));
    }
}
