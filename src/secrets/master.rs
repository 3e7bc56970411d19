//! Master keys wrap data keys.
//!
//! A local one wraps as MongoDB's drivers do (`AEAD_AES_256_CBC_HMAC_SHA_512` of draft-mcgrew-aead-aes-cbc-hmac-sha2,
//! section 2.7, without associated data, as libmongocrypt's “local” provider), so that the key vault can be read by them.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut as _, BlockEncryptMut as _, KeyIvInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::json;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::aws_kms::AwsKms;
use super::sealer::{derive, random};
use super::{AwsKey, MasterSource, SecretsConfig};
use crate::error::{Error, Kind, Result};
use crate::model::{DataKey, MasterKey, Timestamp};

/// Of a data key and of a local master key.
pub(super) const KEY_BYTES: usize = 96;
const HALF: usize = 32;
const IV_BYTES: usize = 16;
const TAG_BYTES: usize = 32;
const MAX_FILE_BYTES: u64 = 4096;

/// 96 bytes that are wiped when they are dropped.
pub(super) type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// A data key, ready for use.
pub(super) struct Unwrapped {
    pub(super) bytes: KeyBytes,
    /// Whether the current master key wraps it.
    pub(super) is_current: bool,
    /// The local master key that does.
    pub(super) master: Option<KeyBytes>,
}

/// The master keys that the configuration names.
pub(super) struct Masters {
    current: MasterSource,
    former: Vec<MasterSource>,
    aws: AwsKms,
}

impl Masters {
    pub(super) fn new(config: SecretsConfig) -> Self {
        let aws = AwsKms::new(config.aws, config.timeout);
        Self { current: config.master, former: config.former, aws }
    }

    /// What wraps from now on, in words.
    pub(super) fn describe(&self) -> String {
        describe(&self.current)
    }

    /// Its name in the configuration: `local` or `aws`.
    pub(super) fn provider(&self) -> &'static str {
        match &self.current {
            MasterSource::Aws(_) => "aws",
            _ => "local",
        }
    }

    /// A new data key for `owner`. `is_first`: no data key depends on a master key yet, so that one may be
    /// made.
    pub(super) async fn make(&self, owner: &str, is_first: bool) -> Result<DataKey> {
        let bytes: KeyBytes = random()?;
        if let (MasterSource::OwnFile(path), true) = (&self.current, is_first) {
            make_file(path)?;
        }
        let (wrapped, master) = self.wrap(&bytes).await?;
        let now = Timestamp::now();
        let key_id = uuid::Uuid::new_v4().to_string();
        Ok(DataKey { owner: owner.to_owned(), key_id, wrapped, master, created_at: now, updated_at: now })
    }

    async fn wrap(&self, bytes: &KeyBytes) -> Result<(String, MasterKey)> {
        if let MasterSource::Aws(key) = &self.current {
            return Ok((STANDARD.encode(self.aws.encrypt(key, &**bytes).await?), named(key)));
        }
        let master = read_local(&self.current)?;
        Ok((STANDARD.encode(wrap_locally(&master, bytes)?), MasterKey::Local))
    }

    /// The bytes of `key`, and what wraps it.
    pub(super) async fn unwrap(&self, key: &DataKey) -> Result<Unwrapped> {
        let wrapped = STANDARD.decode(&key.wrapped).map_err(|_| damaged(key))?;
        if let MasterKey::Aws { region, key: arn, endpoint } = &key.master {
            let noted = AwsKey { arn: arn.clone(), region: region.clone(), endpoint: endpoint.clone() };
            // The way to the configured key is the configured one, whatever the store says.
            let by = match &self.current {
                MasterSource::Aws(current) if current.arn == noted.arn => current,
                _ => &noted,
            };
            let opened = self.aws.decrypt(by, &wrapped).await?;
            let bytes = <[u8; KEY_BYTES]>::try_from(opened.as_slice()).map_err(|_| damaged(key))?;
            let is_current = matches!(&self.current, MasterSource::Aws(current) if *current == noted);
            return Ok(Unwrapped { bytes: Zeroizing::new(bytes), is_current, master: None });
        }
        let mut failed = None;
        for (index, source) in std::iter::once(&self.current).chain(&self.former).enumerate() {
            if matches!(source, MasterSource::Aws(_)) {
                continue;
            }
            match read_local(source) {
                Ok(master) => match unwrap_locally(&master, &wrapped) {
                    Some(bytes) => return Ok(Unwrapped { bytes, is_current: index == 0, master: Some(master) }),
                    None => drop(failed.get_or_insert_with(|| wrong(key, source))),
                },
                Err(error) => drop(failed.get_or_insert(error)),
            }
        }
        Err(failed.unwrap_or_else(|| {
            unavailable(
                "wrong_master_key",
                format!("the data key of `{}` is wrapped by a local master key, and none is configured", key.owner),
            )
            .help("name it as QE_LOCAL_PREVIOUS_MASTER_KEY_FILE, then run `mcpgw secrets rotate`")
        }))
    }

    /// `key` with its bytes wrapped by the current master key; `None` where they are.
    pub(super) async fn rewrapped(&self, key: &DataKey) -> Result<Option<DataKey>> {
        let Unwrapped { bytes, is_current, .. } = self.unwrap(key).await?;
        if is_current {
            return Ok(None);
        }
        let (wrapped, master) = self.wrap(&bytes).await?;
        Ok(Some(DataKey { wrapped, master, updated_at: Timestamp::now(), ..key.clone() }))
    }
}

fn named(key: &AwsKey) -> MasterKey {
    MasterKey::Aws { region: key.region.clone(), key: key.arn.clone(), endpoint: key.endpoint.clone() }
}

fn describe(source: &MasterSource) -> String {
    match source {
        MasterSource::File(path) | MasterSource::OwnFile(path) => format!("the file {}", path.display()),
        MasterSource::Derived(_) => "EMBEDDING_SECRET".to_owned(),
        MasterSource::Aws(key) => key.arn.clone(),
    }
}

/// The error of a key or a KMS that cannot be used; `reason` is for machines.
pub(super) fn unavailable(reason: &str, what: impl Into<String>) -> Error {
    Error::new(Kind::StoreUnavailable, what).data(json!({ "reason": reason }))
}

fn damaged(key: &DataKey) -> Error {
    unavailable("data_key_damaged", format!("the data key of `{}` in the key vault is no key", key.owner))
        .help("restore `encryption.__keyVault` from a backup")
}

fn wrong(key: &DataKey, source: &MasterSource) -> Error {
    let what = format!("the data key of `{}` was not wrapped by {}", key.owner, describe(source));
    unavailable("wrong_master_key", what)
        .help("configure the master key that did; QE_LOCAL_PREVIOUS_MASTER_KEY_FILE names a former one")
}

fn read_local(source: &MasterSource) -> Result<KeyBytes> {
    match source {
        MasterSource::File(path) => read_file(path).map_err(|error| {
            error.help(format!(
                "96 random bytes that only the gateway may read: head -c 96 /dev/urandom > {0} && chmod 600 {0}",
                path.display()
            ))
        }),
        MasterSource::OwnFile(path) => read_file(path).map_err(|error| {
            error.help(
                "it was made on first use; without it, what it seals is lost: restore it, or name another with \
                        KMS_PROVIDER=local and QE_LOCAL_MASTER_KEY_FILE",
            )
        }),
        MasterSource::Derived(secret) => derive(secret.expose().as_bytes(), "master key"),
        MasterSource::Aws(_) => Err(Error::internal("a master key of AWS is no local one")),
    }
}

/// A master key file.
///
/// # Errors
/// [`Kind::StoreUnavailable`] where there is none, everybody may read it, or it holds something else.
fn read_file(path: &Path) -> Result<KeyBytes> {
    let refuse =
        |why: &str| unavailable("master_key_unusable", format!("the master key file {} {why}", path.display()));
    let about = fs::metadata(path).map_err(|error| refuse("cannot be read").source(error))?;
    if about.permissions().mode() & 0o007 != 0 {
        return Err(refuse("may be read or written by everybody"));
    }
    if about.size() > MAX_FILE_BYTES {
        return Err(refuse("is longer than a key"));
    }
    let bytes = Zeroizing::new(fs::read(path).map_err(|error| refuse("cannot be read").source(error))?);
    let plain = <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok();
    let decoded = || {
        let text = std::str::from_utf8(&bytes).ok()?.trim();
        <[u8; KEY_BYTES]>::try_from(STANDARD.decode(text).map(Zeroizing::new).ok()?.as_slice()).ok()
    };
    plain.or_else(decoded).map(Zeroizing::new).ok_or_else(|| refuse("holds neither 96 bytes nor their base64"))
}

/// Makes a master key file that is not there yet; whoever comes second finds the first one's.
fn make_file(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let failed = |error: std::io::Error| {
        unavailable("master_key_unusable", format!("the master key file {} cannot be made", path.display()))
            .source(error)
    };
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    // Complete before it has its name.
    let beside = folder.join(format!(".{}.key", uuid::Uuid::new_v4()));
    let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).and_then(|mut file| {
        let key = random::<KEY_BYTES>().map_err(std::io::Error::other)?;
        file.write_all(&*key)?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&beside, path));
    let _ = fs::remove_file(&beside);
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(error)),
        _ => {
            tracing::info!(file = %path.display(), "made a master key for what is sealed; keep a copy of it");
            Ok(())
        }
    }
}

/// The first half of the HMAC-SHA-512 of what is covered and of the length of the associated data, which is empty.
fn tag(master: &KeyBytes, covered: &[u8]) -> Option<[u8; TAG_BYTES]> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA512, master.get(..HALF)?));
    context.update(covered);
    context.update(&0_u64.to_be_bytes());
    context.sign().as_ref().get(..TAG_BYTES)?.try_into().ok()
}

fn wrap_locally(master: &KeyBytes, bytes: &KeyBytes) -> Result<Vec<u8>> {
    let iv = random::<IV_BYTES>()?;
    let wrapped = || {
        let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(master.get(HALF..2 * HALF)?, &*iv).ok()?;
        let mut wrapped = iv.to_vec();
        wrapped.extend(cipher.encrypt_padded_vec_mut::<Pkcs7>(&**bytes));
        let tag = tag(master, &wrapped)?;
        wrapped.extend(tag);
        Some(wrapped)
    };
    wrapped().ok_or_else(|| Error::internal("a data key could not be wrapped"))
}

/// `None` where another key wrapped it, or it was changed since.
fn unwrap_locally(master: &KeyBytes, wrapped: &[u8]) -> Option<KeyBytes> {
    let (covered, found) = wrapped.split_at_checked(wrapped.len().checked_sub(TAG_BYTES)?)?;
    if !bool::from(tag(master, covered)?.ct_eq(found)) {
        return None;
    }
    let (iv, sealed) = covered.split_at_checked(IV_BYTES)?;
    let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(master.get(HALF..2 * HALF)?, iv).ok()?;
    let opened = Zeroizing::new(cipher.decrypt_padded_vec_mut::<Pkcs7>(sealed).ok()?);
    <[u8; KEY_BYTES]>::try_from(opened.as_slice()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_master_key_unwraps_what_was_not_changed() {
        let (master, other): (KeyBytes, KeyBytes) = (random().expect("a key"), random().expect("a key"));
        let key: KeyBytes = random().expect("a key");
        let wrapped = wrap_locally(&master, &key).expect("wrapped");
        assert_eq!(wrapped.len(), 160, "as libmongocrypt's");
        assert_eq!(unwrap_locally(&master, &wrapped).as_deref(), Some(&*key));
        assert!(unwrap_locally(&other, &wrapped).is_none());
        for at in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[at] ^= 1;
            assert!(unwrap_locally(&master, &changed).is_none(), "changed at {at}");
        }
        assert!(unwrap_locally(&master, &wrapped[..31]).is_none());
    }

    #[test]
    fn a_file_is_a_key_that_only_we_may_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/master.key");
        make_file(&path).expect("made");
        let first = read_file(&path).expect("a key");
        make_file(&path).expect("known");
        assert_eq!(read_file(&path).expect("a key"), first);
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        fs::write(&path, format!("{}\n", STANDARD.encode(*first))).expect("written");
        assert_eq!(read_file(&path).expect("base64"), first);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).expect("changed");
        assert!(read_file(&path).is_err_and(|error| error.message().contains("everybody")));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        for wrong in [&b"short"[..], &[7; 97], &[b'A'; 4097]] {
            fs::write(&path, wrong).expect("written");
            assert!(read_file(&path).is_err(), "{} bytes", wrong.len());
        }
    }
}
