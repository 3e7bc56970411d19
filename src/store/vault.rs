//! Where data keys are kept, wrapped: `encryption.__keyVault`.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Collection, Expect, Query, Store};
use crate::error::{Kind, Result};
use crate::model::DataKey;

/// Keeps data keys; one for each owner.
#[async_trait]
pub trait KeyVault: Send + Sync {
    /// The owner's key.
    async fn get(&self, owner: &str) -> Result<Option<DataKey>>;

    /// Adds a key, unless its owner has one already; the one that is there then.
    async fn add(&self, key: &DataKey) -> Result<DataKey>;

    /// Every key, in the order of owners.
    async fn list(&self) -> Result<Vec<DataKey>>;

    /// Puts `key` in the place of the same key that is wrapped as `former`; whether it still was.
    async fn rewrap(&self, key: &DataKey, former: &DataKey) -> Result<bool>;
}

/// A vault in a store that needs no other shape.
pub(super) struct StoreVault(pub(super) Arc<dyn Store>);

impl StoreVault {
    fn keys(&self) -> Collection<DataKey> {
        Collection::of_control(&self.0)
    }
}

#[async_trait]
impl KeyVault for StoreVault {
    async fn get(&self, owner: &str) -> Result<Option<DataKey>> {
        Ok(self.keys().get(owner).await?.map(|stored| stored.value))
    }

    async fn add(&self, key: &DataKey) -> Result<DataKey> {
        match self.keys().put(key, Expect::Absent).await {
            // Another process was first.
            Err(error) if error.kind() == Kind::Conflict => Ok(self.get(&key.owner).await?.ok_or(error)?),
            outcome => outcome.map(|_| key.clone()),
        }
    }

    async fn list(&self) -> Result<Vec<DataKey>> {
        Ok(self.keys().find(&Query::all()).await?.into_iter().map(|stored| stored.value).collect())
    }

    async fn rewrap(&self, key: &DataKey, former: &DataKey) -> Result<bool> {
        let Some(stored) = self.keys().get(&key.owner).await?.filter(|stored| stored.value == *former) else {
            return Ok(false);
        };
        match self.keys().put(key, Expect::Revision(stored.revision)).await {
            Err(error) if error.kind() == Kind::Conflict => Ok(false),
            outcome => outcome.map(|_| true),
        }
    }
}
