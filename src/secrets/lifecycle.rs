//! What is sealed, by what; sealing what is not; another master key.
//!
//! Every step stands by itself, and what is done already is found so: whoever is interrupted starts again.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::MasterSource;
use super::field;
use super::keyring::Keyring;
use super::sealed_store::seal_body;
use crate::error::{Context as _, Error, Result};
use crate::model::Secret;
use crate::store::{Expect, Place, Query, RawDocument, Store, Write};

/// Documents that others write all the time are left for the next run after so many.
const ROUNDS: usize = 5;

/// The sealed fields of a store, and the keys that seal them.
pub struct Secrets {
    store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
}

/// What is sealed, and by what.
#[derive(Clone, Debug, Serialize)]
pub struct SecretsStatus {
    /// `local` or `aws`.
    pub provider: &'static str,
    /// The master key, in words.
    pub master: String,
    /// How fields are sealed.
    pub method: &'static str,
    /// The data keys.
    pub data_keys: Vec<MasterUse>,
    /// Fields that are sealed.
    pub sealed: u64,
    /// Fields that lie in the clear.
    pub in_the_clear: u64,
    /// Documents with such fields, as `TENANT/SERVER`.
    pub documents_in_the_clear: Vec<String>,
}

/// Whether a data key can be used.
#[derive(Clone, Debug, Serialize)]
pub struct MasterUse {
    /// Whose fields it seals.
    pub owner: String,
    /// Whether the present master key wraps it.
    pub is_current: bool,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What another master key led to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Rotated {
    /// Data keys that the present master key wraps now.
    pub rewrapped: u64,
    /// Those that it did already.
    pub unchanged: u64,
    /// Those that could not be unwrapped.
    pub failed: Vec<MasterUse>,
}

/// What sealing led to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Migrated {
    /// Documents whose fields were in the clear.
    pub sealed: u64,
    /// Those that somebody else wrote meanwhile, each time.
    pub left: u64,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretsProgress {
    /// Keys or documents looked at.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}

impl MasterSource {
    /// What a file may hold: a master key, or a text from which one was derived.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_file(path: &Path) -> Result<Vec<Self>> {
        let bytes = std::fs::read(path)
            .map_err(|error| Error::invalid(format!("{} cannot be read", path.display())).source(error))?;
        let text = std::str::from_utf8(&bytes).ok().map(str::trim).filter(|text| !text.is_empty());
        let derived = text.map(|text| Self::Derived(Secret::new(text)));
        Ok(std::iter::once(Self::File(path.to_owned())).chain(derived).collect())
    }
}

impl Secrets {
    /// `store`: the one behind the [`super::SealedStore`].
    pub fn new(store: Arc<dyn Store>, keyring: Arc<Keyring>) -> Self {
        Self { store, keyring }
    }

    /// The places with fields that are sealed.
    async fn places(&self) -> Result<Vec<Place>> {
        let tenants = self.store.tenants().await?;
        let owners = std::iter::once(None).chain(tenants.iter().map(Some));
        Ok(owners.flat_map(field::places).collect())
    }

    /// What is sealed, and by what. Asks for each data key whether it can be used.
    ///
    /// # Errors
    /// The store's.
    pub async fn status(&self) -> Result<SecretsStatus> {
        let mut data_keys = Vec::new();
        for key in self.keyring.vault.list().await? {
            let used = self.keyring.masters.unwrap(&key).await;
            let error = used.as_ref().err().map(Error::chain);
            data_keys.push(MasterUse { owner: key.owner, is_current: used.is_ok_and(|it| it.is_current), error });
        }
        let (mut sealed, mut in_the_clear, mut documents_in_the_clear) = (0, 0, Vec::new());
        for place in self.places().await? {
            for document in self.store.find(&place, &Query::all()).await? {
                let found = self.counted(&place, &document);
                sealed += found.0;
                in_the_clear += found.1;
                if found.1 > 0 {
                    let tenant = place.tenant.as_ref().map_or("", |tenant| tenant.as_str());
                    documents_in_the_clear.push(format!("{tenant}/{}", document.id));
                }
            }
        }
        let masters = &self.keyring.masters;
        Ok(SecretsStatus {
            provider: masters.provider(),
            master: masters.describe(),
            method: self.keyring.method(),
            data_keys,
            sealed,
            in_the_clear,
            documents_in_the_clear,
        })
    }

    /// Has the present master key wrap every data key. What is sealed stays as it is.
    ///
    /// # Errors
    /// The store's; a key that cannot be unwrapped is in the answer, and as it was.
    pub async fn rotate(&self, progress: &(dyn Fn(SecretsProgress) + Send + Sync)) -> Result<Rotated> {
        let keys = self.keyring.vault.list().await?;
        let mut rotated = Rotated::default();
        let total = keys.len() as u64;
        for (done, key) in keys.into_iter().enumerate() {
            progress(SecretsProgress { done: done as u64, total });
            match self.keyring.masters.rewrapped(&key).await {
                Ok(None) => rotated.unchanged += 1,
                // Where it was wrapped anew meanwhile, that was another one who rotates.
                Ok(Some(anew)) => {
                    let is_done = self.keyring.vault.rewrap(&anew, &key).await;
                    let is_done = is_done.context(|| format!("keep the data key of `{}`", key.owner))?;
                    *(if is_done { &mut rotated.rewrapped } else { &mut rotated.unchanged }) += 1;
                }
                Err(error) => {
                    let error = Some(error.chain());
                    rotated.failed.push(MasterUse { owner: key.owner, is_current: false, error });
                }
            }
        }
        progress(SecretsProgress { done: total, total });
        Ok(rotated)
    }

    /// Seals what lies in the clear, and has the store forget that it did, as far as it can.
    ///
    /// # Errors
    /// The store's, and where a key cannot be had.
    pub async fn migrate(&self, progress: &(dyn Fn(SecretsProgress) + Send + Sync)) -> Result<Migrated> {
        let mut migrated = Migrated::default();
        for _ in 0..ROUNDS {
            let mut open: Vec<(Place, RawDocument)> = Vec::new();
            for place in self.places().await? {
                let found = self.store.find(&place, &Query::all()).await?;
                let found = found.into_iter().filter(|document| self.counted(&place, document).1 > 0);
                open.extend(found.map(|document| (place.clone(), document)));
            }
            migrated.left = open.len() as u64;
            if open.is_empty() {
                break;
            }
            let total = migrated.sealed + migrated.left;
            for (place, document) in open {
                progress(SecretsProgress { done: migrated.sealed, total });
                let RawDocument { id, revision, body } = document;
                let body = seal_body(&self.keyring, &place, &id, &body).await?;
                let write = Write::Put { id, body, expires_at: None, expect: Expect::Revision(revision) };
                if self.store.write_each(&place, vec![write]).await? == [true] {
                    migrated.sealed += 1;
                    migrated.left -= 1;
                }
            }
        }
        self.store.scrub().await.context(|| "have the store forget what lay in the clear".to_owned())?;
        progress(SecretsProgress { done: migrated.sealed, total: migrated.sealed + migrated.left });
        Ok(migrated)
    }

    /// Fields of a document that are sealed, and that lie in the clear.
    fn counted(&self, place: &Place, document: &RawDocument) -> (u64, u64) {
        let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(&document.body) else { return (0, 0) };
        let (mut sealed, mut in_the_clear) = (0, 0);
        for each in place.collection.sealed {
            let Some(value) = field::find(&mut members, each.path) else { continue };
            sealed += u64::from(field::is_sealed(value));
            in_the_clear += u64::from(field::has_to_be_sealed(&self.keyring, each, value));
        }
        (sealed, in_the_clear)
    }
}
