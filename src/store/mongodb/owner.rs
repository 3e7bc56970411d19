//! Whose a database is. The record in `tenants` decides: the name of a database holds 32 bits of a hash, so that two
//! tenants may have the same one, and only the first of them may use it.

use std::collections::HashMap;
use std::future::IntoFuture as _;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use mongodb::bson::{RawDocumentBuf, doc};

use super::{MongoDb, READ_DEADLINE, read};
use crate::error::Result;
use crate::model::{Tenant, TenantId};
use crate::store::{Document as _, Place, Store as _, database_name, database_taken};

/// How long a tenant is known to own its database: it may be removed elsewhere, and another come in its place.
const KNOWN: Duration = Duration::from_secs(5);

impl MongoDb {
    /// Comes before every operation on a tenant's database: it is the tenant's, or nobody's yet.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) where it is another tenant's.
    pub(super) async fn check_owner(&self, place: &Place) -> Result<()> {
        let Some(tenant) = &place.tenant else { return Ok(()) };
        let known = self.0.owned.read().unwrap_or_else(PoisonError::into_inner).get(tenant).copied();
        if known.is_some_and(|since| since.elapsed() < KNOWN) {
            return Ok(());
        }
        let looked = Instant::now();
        match self.record_owner(&database_name(&self.0.db_name, tenant)).await? {
            Some(owner) if owner == tenant.as_str() => {
                let mut owned = self.0.owned.write().unwrap_or_else(PoisonError::into_inner);
                owned.retain(|_, since| since.elapsed() < KNOWN);
                owned.insert(tenant.clone(), looked);
                Ok(())
            }
            Some(_) => Err(database_taken(tenant)),
            None => Ok(()),
        }
    }

    /// Forgets that the tenant owns its database.
    pub(super) fn disown(&self, tenant: &TenantId) {
        self.0.owned.write().unwrap_or_else(PoisonError::into_inner).remove(tenant);
    }

    /// The id in the record that names the database.
    async fn record_owner(&self, database: &str) -> Result<Option<String>> {
        let place = Place { collection: Tenant::SPEC, tenant: None };
        let collection = self.collection::<RawDocumentBuf>(&place);
        let find = collection.find_one(doc! { "database": database }).max_time(READ_DEADLINE);
        let found = self.within(READ_DEADLINE, find.into_future()).await?;
        found.map(|document| read(&document).map(|record| record.id)).transpose()
    }

    /// Which tenant's database this is; `None` for a database that nobody provisioned.
    pub(super) async fn owner(&self, database: &str) -> Result<Option<TenantId>> {
        let known =
            |handle: &Self| handle.0.owners.read().unwrap_or_else(PoisonError::into_inner).get(database).cloned();
        if let Some(tenant) = known(self) {
            return Ok(Some(tenant));
        }
        let named = |tenant: TenantId| (database_name(&self.0.db_name, &tenant), tenant);
        let tenants: HashMap<String, TenantId> = self.tenants().await?.into_iter().map(named).collect();
        *self.0.owners.write().unwrap_or_else(PoisonError::into_inner) = tenants;
        Ok(known(self))
    }
}
