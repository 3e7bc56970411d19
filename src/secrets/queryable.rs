//! Fields sealed by MongoDB's driver, with its explicit encryption.
//!
//! The keys are those of our vault, and we unwrap each before the driver does: so it is known by which master key, and
//! what cannot be had has the same reason as without the driver. What is encrypted is a document that says where it
//! belongs: the driver's format binds nothing but the key.
//!
//! A server that has Queryable Encryption gets its payloads (“Unindexed”) and is told what of a collection is encrypted;
//! it wants another key for each field. Others get those of client-side field level encryption (“Random”), which are
//! nothing but binaries to them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Document, RawBinaryRef, RawBson, doc, rawdoc};
use mongodb::client_encryption::ClientEncryption;
use mongodb::error::{Error as DriverError, ErrorKind};
use mongodb::mongocrypt::ctx::{Algorithm, KmsProvider};
use mongodb::mongocrypt::error::ErrorKind as LibraryErrorKind;
use mongodb::options::TlsOptions;
use serde_json::Value;
use uuid::Uuid;

use super::keyring::{FRESH, FieldKey, Keyring};
use super::master::{KeyBytes, unavailable};
use super::{AwsCredentials, SecretsConfig, field};
use crate::error::{Error, Result};
use crate::model::TenantId;
use crate::store::{CollectionSpec, DRIVER_SEALED, MongoDb, Place};

/// Master keys that are in use together: few, unless somebody rotates all the time.
const CLIENTS: usize = 8;
/// How what is encrypted begins (specification “BSON Binary Encrypted”): its kind, then the id of the key.
const RANDOM: u8 = 2;
const UNINDEXED: u8 = 16;
const ID_BYTES: usize = 16;
/// What libmongocrypt says where it was built without.
const NO_CRYPTOGRAPHY: &str = "hook not set";

/// The driver's encryption with one master key.
#[derive(Clone)]
pub(super) struct Client(Arc<ClientEncryption>);

/// Seals and opens by the driver.
pub(super) struct Driver {
    mongodb: MongoDb,
    aws: Option<AwsCredentials>,
    timeout: Duration,
    /// By the local master key; without one, those at AWS alone.
    clients: Mutex<Vec<(Option<KeyBytes>, Client)>>,
}

/// Why the driver did not do it.
enum Failure {
    /// The key does not fit, or what is sealed was changed.
    Refused(String),
    /// Something did not answer.
    Away(Error),
}

impl Driver {
    /// Where the store is a MongoDB.
    pub(super) fn new(mongodb: Option<MongoDb>, config: &SecretsConfig) -> Option<Self> {
        let (aws, timeout) = (config.aws.clone(), config.timeout);
        Some(Self { mongodb: mongodb?, aws, timeout, clients: Mutex::default() })
    }

    /// Has the store ask `keyring` for the keys of collections that are made.
    pub(super) fn attend(&self, keyring: &Arc<Keyring>) {
        let keyring = Arc::downgrade(keyring);
        let fields = move |tenant, spec| Box::pin(with_keys(Weak::clone(&keyring), tenant, spec)) as _;
        self.mongodb.ask_for_encrypted_fields(Arc::new(fields));
    }

    /// Whether the server knows what is encrypted.
    pub(super) fn is_queryable(&self) -> bool {
        self.mongodb.is_queryable()
    }

    /// The driver as it can unwrap keys that a local master key wraps; without one, those that AWS does.
    pub(super) fn client(&self, master: Option<&KeyBytes>) -> Result<Client> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = clients.iter().find(|(known, _)| known.as_ref() == master) {
            return Ok(known.clone());
        }
        let made = Client(Arc::new(self.make(master).map_err(|error| unusable(&error.kind.to_string()))?));
        if clients.len() >= CLIENTS {
            clients.remove(0);
        }
        clients.push((master.cloned(), made.clone()));
        Ok(made)
    }

    fn make(&self, master: Option<&KeyBytes>) -> mongodb::error::Result<ClientEncryption> {
        let mut providers = Vec::new();
        if let Some(master) = master {
            let key = Binary { subtype: BinarySubtype::Generic, bytes: master.to_vec() };
            providers.push((KmsProvider::local(), doc! { "key": key }, None));
        }
        if let Some(aws) = &self.aws {
            let mut given = doc! {
                "accessKeyId": &aws.access_key_id, "secretAccessKey": aws.secret_access_key.expose(),
            };
            if let Some(token) = &aws.session_token {
                given.insert("sessionToken", token.expose());
            }
            providers.push((KmsProvider::aws(), given, Some(trusted())));
        }
        let (client, vault) = (self.mongodb.client(), self.mongodb.vault_namespace());
        ClientEncryption::builder(client, vault, providers).key_cache_expiration(FRESH).build()
    }

    /// The value, sealed.
    pub(super) async fn seal(
        &self,
        keyring: &Keyring,
        place: &Place,
        id: &str,
        path: &str,
        value: &Value,
    ) -> Result<Value> {
        let text = value.to_string();
        let plain = rawdoc! { "for": field::bound(place, id, path), "value": text };
        let owner = owner(place, path, self.is_queryable());
        let key = keyring.sealing(&owner).await?;
        let mut outcome = self.encrypt(&key, &plain).await;
        if outcome.is_err() {
            keyring.forget(&owner);
            outcome = self.encrypt(&*keyring.sealing(&owner).await?, &plain).await;
        }
        match outcome {
            Ok(sealed) => Ok(Value::String(format!("{DRIVER_SEALED}{}", STANDARD.encode(sealed.bytes)))),
            Err(Failure::Refused(why)) => Err(unusable(&why)),
            Err(Failure::Away(error)) => Err(error),
        }
    }

    /// The value of what is `sealed` (the base64 of it).
    pub(super) async fn open(
        &self,
        keyring: &Keyring,
        place: &Place,
        id: &str,
        path: &str,
        sealed: &str,
    ) -> Result<Value> {
        let damaged = || field::damaged(place, id, path);
        let bytes = STANDARD.decode(sealed).map_err(|_| damaged())?;
        let (is_queryable, key_id) = header(&bytes).ok_or_else(damaged)?;
        let owner = owner(place, path, is_queryable);
        let key = keyring.opening(&owner, &key_id).await?;
        let mut outcome = self.decrypt(&key, &bytes).await;
        if outcome.is_err() {
            // Another master key may wrap it by now, or nothing unwraps it any more: we find out which.
            keyring.forget(&owner);
            outcome = self.decrypt(&*keyring.opening(&owner, &key_id).await?, &bytes).await;
        }
        let opened = match outcome {
            Ok(RawBson::Document(opened)) => opened,
            Ok(_) => return Err(damaged()),
            Err(Failure::Refused(why)) => return Err(damaged().source(why)),
            Err(Failure::Away(error)) => return Err(error),
        };
        if opened.get_str("for").ok() != Some(field::bound(place, id, path).as_str()) {
            return Err(damaged());
        }
        let value = opened.get_str("value").ok().and_then(|text| serde_json::from_str(text).ok());
        value.ok_or_else(damaged)
    }

    async fn encrypt(&self, key: &FieldKey, plain: &mongodb::bson::RawDocument) -> Result<Binary, Failure> {
        let (client, id) = ready(key)?;
        let algorithm = if self.is_queryable() { Algorithm::Unindexed } else { Algorithm::Random };
        let value = RawBson::Document(plain.to_owned());
        self.within(async { client.encrypt(value, id, algorithm).await }).await
    }

    async fn decrypt(&self, key: &FieldKey, bytes: &[u8]) -> Result<RawBson, Failure> {
        let (client, _) = ready(key)?;
        self.within(client.decrypt(RawBinaryRef { subtype: BinarySubtype::Encrypted, bytes })).await
    }

    /// The driver reads the vault, and may ask a KMS.
    async fn within<T>(&self, call: impl Future<Output = mongodb::error::Result<T>>) -> Result<T, Failure> {
        match tokio::time::timeout(self.timeout, Box::pin(call)).await {
            Ok(outcome) => outcome.map_err(|error| self.failure(error)),
            Err(_) => Err(Failure::Away(away(format!("no key within {:?}", self.timeout)))),
        }
    }

    fn failure(&self, error: DriverError) -> Failure {
        match error.kind.as_ref() {
            ErrorKind::Encryption(library) if library.kind == LibraryErrorKind::Kms => {
                Failure::Away(away("the KMS refused, or did not answer".to_owned()))
            }
            ErrorKind::Encryption(library) => {
                let why = library.to_string();
                if why.contains(NO_CRYPTOGRAPHY) { Failure::Away(unusable(&why)) } else { Failure::Refused(why) }
            }
            _ => Failure::Away(self.mongodb.fault(error)),
        }
    }
}

fn unusable(why: &str) -> Error {
    unavailable("driver_unusable", format!("the driver's encryption cannot be used: {why}"))
        .help("install MongoDB's own package of libmongocrypt; see docs/queryable-encryption.md")
}

fn away(what: String) -> Error {
    unavailable("kms_unavailable", format!("the driver's encryption got no answer: {what}"))
        .help("what is sealed stays so until the KMS is back; nothing is lost")
}

/// The driver with that key, and the key's name for it.
fn ready(key: &FieldKey) -> Result<(&ClientEncryption, Binary), Failure> {
    let client = key.client.as_ref().map(|client| &*client.0);
    let named = client.zip(uuid_of(key));
    named.ok_or_else(|| Failure::Refused(format!("the key {} is none of the driver's", key.id)))
}

fn uuid_of(key: &FieldKey) -> Option<Binary> {
    let id = Uuid::parse_str(&key.id).ok()?;
    Some(Binary { subtype: BinarySubtype::Uuid, bytes: id.as_bytes().to_vec() })
}

/// Whether it is for a server that has Queryable Encryption, and the id of its key. `None` for what we never write.
fn header(bytes: &[u8]) -> Option<(bool, String)> {
    let (kind, rest) = bytes.split_first()?;
    let is_queryable = match *kind {
        RANDOM => false,
        UNINDEXED => true,
        _ => return None,
    };
    Some((is_queryable, Uuid::from_slice(rest.get(..ID_BYTES)?).ok()?.to_string()))
}

/// Whose key it is: Queryable Encryption wants one for each field of a collection.
fn owner(place: &Place, path: &str, is_queryable: bool) -> String {
    let owner = field::owner(place);
    if is_queryable { format!("{owner}/{path}") } else { owner }
}

/// The system's certificates, as for everything else that we connect to; where none are found, the driver's own list.
fn trusted() -> TlsOptions {
    let found: Option<PathBuf> = openssl_probe::probe().cert_file;
    TlsOptions::builder().ca_file_path(found).build()
}

/// Why nothing here opens what a driver has sealed.
pub(super) fn missing() -> Error {
    unavailable("sealed_by_driver", "it was sealed by MongoDB's driver, and this store is no MongoDB")
        .help("enter the credentials again")
}

/// What the server is told of a tenant's collection, with the keys made where there are none.
async fn with_keys(keyring: Weak<Keyring>, tenant: TenantId, spec: &'static CollectionSpec) -> Result<Document> {
    let gone = || Error::internal("the keys are gone");
    let keyring = keyring.upgrade().ok_or_else(gone)?;
    let place = Place { collection: spec, tenant: Some(tenant) };
    let mut fields = Vec::new();
    for sealed in spec.sealed {
        let key = keyring.sealing(&owner(&place, sealed.path, true)).await?;
        fields.push((sealed.path, uuid_of(&key).ok_or_else(gone)?));
    }
    Ok(encrypted_fields(fields))
}

/// What the server is told of a collection. Nothing can be searched by: no `queries`.
fn encrypted_fields(fields: Vec<(&'static str, Binary)>) -> Document {
    let field = |(path, key): (&'static str, Binary)| doc! { "path": path, "bsonType": "object", "keyId": key };
    doc! { "fields": fields.into_iter().map(field).collect::<Vec<Document>>() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Server;
    use crate::store::Document as _;

    #[test]
    fn the_server_is_told_of_every_field_with_a_key_of_its_own() {
        let tenant = "acme".parse().expect("a tenant");
        let place = Place { collection: Server::SPEC, tenant: Some(tenant) };
        let owners: BTreeSet<String> =
            Server::SPEC.sealed.iter().map(|sealed| owner(&place, sealed.path, true)).collect();
        assert_eq!(owners.len(), Server::SPEC.sealed.len(), "the server refuses a key that two fields share");
        assert!(owners.contains("mcpgw/tenant/acme/oauth.client_secret"), "{owners:?}");
        assert_eq!(owner(&place, "env", false), "mcpgw/tenant/acme");
        let key = |id: u8| Binary { subtype: BinarySubtype::Uuid, bytes: vec![id; ID_BYTES] };
        let told = encrypted_fields(vec![("env", key(1)), ("oauth.client_secret", key(2))]);
        let expected = doc! { "fields": [
            { "path": "env", "bsonType": "object", "keyId": key(1) },
            { "path": "oauth.client_secret", "bsonType": "object", "keyId": key(2) },
        ] };
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_encrypted_says_its_kind_and_its_key() {
        let id = Uuid::from_bytes([7; ID_BYTES]);
        let of_kind = |kind: u8| [&[kind][..], id.as_bytes(), &[3], &[0; 48]].concat();
        assert_eq!(header(&of_kind(RANDOM)), Some((false, id.to_string())));
        assert_eq!(header(&of_kind(UNINDEXED)), Some((true, id.to_string())));
        assert_eq!(header(&of_kind(1)), None, "deterministic: equal values would show");
        assert_eq!(header(&of_kind(RANDOM)[..16]), None);
        assert_eq!(header(&[]), None);
    }
}
