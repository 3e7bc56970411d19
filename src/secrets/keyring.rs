//! Data keys at hand: read from the vault and unwrapped once, and again after a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

use super::driver::{Client, Driver};
use super::master::{Masters, unavailable};
use super::sealer::Sealer;
use super::{SecretsConfig, field};
use crate::error::{Error, Result};
use crate::model::DataKey;
use crate::store::{KeyVault, MongoDb, Query, Store};

/// Keys that are held; others are unwrapped again.
const HELD: std::num::NonZeroUsize = std::num::NonZeroUsize::new(1024).expect("not zero");
/// How long one is used before the KMS is asked again: a key that was revoked there is of no use any more after this.
pub(super) const FRESH: Duration = Duration::from_secs(300);
/// After a KMS did not answer, nobody waits for it for so long.
const REST: Duration = Duration::from_secs(2);

/// One owner's key, ready for use.
pub(super) struct FieldKey {
    pub(super) id: String,
    pub(super) sealer: Sealer,
    /// The driver with the same key, where it seals.
    #[cfg_attr(not(feature = "queryable-encryption"), expect(dead_code, reason = "there is never one"))]
    pub(super) client: Option<Client>,
    since: Instant,
}

/// The data keys of a vault.
pub struct Keyring {
    store: Arc<dyn Store>,
    pub(super) vault: Arc<dyn KeyVault>,
    pub(super) masters: Masters,
    /// Seals in our place, where it is there.
    pub(super) driver: Option<Driver>,
    held: Mutex<LruCache<String, Arc<FieldKey>>>,
    /// Held while a key is unwrapped or made: one question to the KMS for all who want it.
    asking: tokio::sync::Mutex<Option<(Instant, String)>>,
}

impl Keyring {
    /// Over `vault`, which is of `store`, and of `mongodb` where that is given; nothing is read yet.
    pub fn new(
        config: SecretsConfig,
        store: Arc<dyn Store>,
        vault: Arc<dyn KeyVault>,
        mongodb: Option<MongoDb>,
    ) -> Arc<Self> {
        let held = Mutex::new(LruCache::new(HELD));
        let driver = Driver::new(mongodb, &config);
        let asking = tokio::sync::Mutex::default();
        let keyring = Arc::new(Self { store, vault, masters: Masters::new(config), driver, held, asking });
        if let Some(driver) = &keyring.driver {
            driver.attend(&keyring);
        }
        keyring
    }

    /// How fields are sealed from now on.
    pub fn method(&self) -> &'static str {
        match &self.driver {
            None => "aes-256-gcm",
            Some(driver) if driver.is_queryable() => "mongodb queryable encryption",
            Some(_) => "mongodb explicit encryption",
        }
    }

    /// Whether even what gives nothing away is sealed: a server that knows what is encrypted takes nothing else there.
    pub(super) fn seals_all(&self) -> bool {
        self.driver.as_ref().is_some_and(Driver::is_queryable)
    }

    fn held(&self) -> MutexGuard<'_, LruCache<String, Arc<FieldKey>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self, owner: &str) -> Option<Arc<FieldKey>> {
        self.held().get(owner).filter(|key| key.since.elapsed() < FRESH).cloned()
    }

    /// The key that seals for `owner`, made where there is none.
    pub(super) async fn sealing(&self, owner: &str) -> Result<Arc<FieldKey>> {
        if let Some(key) = self.fresh(owner) {
            return Ok(key);
        }
        let mut away = self.asking.lock().await;
        if let Some(key) = self.fresh(owner) {
            return Ok(key);
        }
        if let Some(known) = self.vault.get(owner).await? {
            return self.take(&mut away, &known).await;
        }
        let others = self.vault.list().await?;
        if let Some(id) = self.sealed_before(owner, &others).await? {
            return Err(missing(&id, owner));
        }
        let is_first = others.is_empty();
        let made = self.asked(&mut away, self.masters.make(owner, is_first)).await?;
        // Unwrapped again: what cannot be had back must not seal anything.
        let stands = self.vault.add(&made).await?;
        self.take(&mut away, &stands).await
    }

    /// The key that something of `owner`'s is sealed with, although the vault has none: it was lost, and another one in its
    /// place would keep it from being restored.
    async fn sealed_before(&self, owner: &str, others: &[DataKey]) -> Result<Option<String>> {
        let Some(tenant) = field::tenant_of(owner) else { return Ok(None) };
        for place in field::places(tenant.as_ref()) {
            for document in self.store.find(&place, &Query::all()).await? {
                // One that is there under another owner's name is not lost.
                let is_there = |id: &String| others.iter().any(|key| key.key_id == *id);
                if let Some(id) = field::key_of(place.collection, &document.body).filter(|id| !is_there(id)) {
                    return Ok(Some(id));
                }
            }
        }
        Ok(None)
    }

    /// The key `id` of `owner`.
    ///
    /// # Errors
    /// Where it is not in the vault, or cannot be unwrapped.
    pub(super) async fn opening(&self, owner: &str, id: &str) -> Result<Arc<FieldKey>> {
        if let Some(key) = self.fresh(owner).filter(|key| key.id == id) {
            return Ok(key);
        }
        let mut away = self.asking.lock().await;
        if let Some(key) = self.fresh(owner).filter(|key| key.id == id) {
            return Ok(key);
        }
        let known = self.vault.get(owner).await?.filter(|known| known.key_id == id);
        let known = known.ok_or_else(|| missing(id, owner))?;
        self.take(&mut away, &known).await
    }

    async fn take(&self, away: &mut Option<(Instant, String)>, key: &DataKey) -> Result<Arc<FieldKey>> {
        let unwrapped = self.asked(away, self.masters.unwrap(key)).await?;
        let sealer = Sealer::derived(&*unwrapped.bytes, "fields")?;
        let client = self.driver.as_ref().map(|driver| driver.client(unwrapped.master.as_ref())).transpose()?;
        let ready = Arc::new(FieldKey { id: key.key_id.clone(), sealer, client, since: Instant::now() });
        self.held().put(key.owner.clone(), Arc::clone(&ready));
        Ok(ready)
    }

    /// Has the key of `owner` read and unwrapped again before it is used.
    #[cfg(feature = "queryable-encryption")]
    pub(super) fn forget(&self, owner: &str) {
        self.held().pop(owner);
    }

    /// Asks a KMS, unless it did not answer just now.
    async fn asked<T>(&self, away: &mut Option<(Instant, String)>, ask: impl Future<Output = Result<T>>) -> Result<T> {
        if let Some((since, what)) = away.as_ref().filter(|(since, _)| since.elapsed() < REST) {
            let again = REST.saturating_sub(since.elapsed());
            return Err(unavailable("kms_unavailable", what).help(format!("it is asked again in {again:.0?}")));
        }
        let answer = ask.await;
        let is_away = |error: &&Error| error.details().is_some_and(|it| it["reason"] == "kms_unavailable");
        *away = answer.as_ref().err().filter(is_away).map(|error| (Instant::now(), error.message().to_owned()));
        answer
    }
}

fn missing(id: &str, owner: &str) -> Error {
    unavailable("data_key_missing", format!("the data key {id} of `{owner}` is not in the key vault"))
        .help("restore `encryption.__keyVault` from a backup, or remove the servers that need it and add them again")
}
