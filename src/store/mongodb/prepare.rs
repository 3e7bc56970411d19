//! Databases, collections and their indexes, made before the first write.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::Duration;

use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::options::{IndexOptions, TimeseriesGranularity, TimeseriesOptions};

use super::MongoDb;
use super::convert::EXPIRES_AT;
use super::fault::{NAMESPACE_EXISTS, code};
use crate::error::Result;
use crate::model::TenantId;
use crate::store::{CollectionSpec, Home};

/// Making some ten collections with their indexes takes a second on a slow server.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

impl MongoDb {
    /// Whether this process has made the collections.
    pub(super) fn is_ready(&self, tenant: Option<&TenantId>) -> bool {
        self.0.ready.read().unwrap_or_else(PoisonError::into_inner).contains(&tenant.cloned())
    }

    /// Something that was made may be gone: whoever writes next makes it again, and as it has to be. What the server makes
    /// by itself for a write has no index and is no series.
    pub(super) fn forget_made(&self) {
        self.0.ready.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Makes the collections of a tenant or of the control plane, once a process.
    pub(super) async fn ensure(&self, tenant: Option<&TenantId>) -> Result<()> {
        // Two at once do the same twice, which harms nobody; nobody waits for another tenant's.
        if self.is_ready(tenant) {
            return Ok(());
        }
        let home = if tenant.is_some() { Home::Tenant } else { Home::Control };
        let database = self.database(tenant);
        let specs = self.0.collections.iter().filter(|spec| spec.home == home);
        // The server has to know from the beginning what of a collection is encrypted.
        #[cfg(feature = "queryable-encryption")]
        self.make_encrypted(tenant).await?;
        self.within(DEADLINE, async {
            let known: HashSet<String> = database.list_collection_names().await?.into_iter().collect();
            for spec in specs {
                if !known.contains(spec.name) {
                    create(&database, spec).await?;
                }
                let indexes = indexes(spec);
                if !indexes.is_empty() {
                    database.collection::<Document>(spec.name).create_indexes(indexes).await?;
                }
            }
            Ok(())
        })
        .await?;
        self.0.ready.write().unwrap_or_else(PoisonError::into_inner).insert(tenant.cloned());
        Ok(())
    }
}

async fn create(database: &mongodb::Database, spec: &CollectionSpec) -> mongodb::error::Result<()> {
    let mut create = database.create_collection(spec.name);
    if let Some(series) = &spec.series {
        let options = TimeseriesOptions::builder()
            .time_field(series.time.to_owned())
            .meta_field(Some(series.group.to_owned()))
            .granularity(Some(TimeseriesGranularity::Seconds))
            .build();
        create = create.timeseries(options).expire_after_seconds(series.keep);
    }
    match create.await {
        // Another process was first.
        Err(error) if code(&error) == Some(NAMESPACE_EXISTS) => Ok(()),
        other => other,
    }
}

fn indexes(spec: &CollectionSpec) -> Vec<IndexModel> {
    if spec.series.is_some() {
        // A series has an index on its group and time by itself, and expires by itself.
        return Vec::new();
    }
    let mut models = Vec::new();
    // What is sealed never expires, and the server wants no such index where it knows that something is encrypted.
    if spec.sealed.is_empty() {
        let expiry = IndexOptions::builder().expire_after(Duration::ZERO).build();
        models.push(IndexModel::builder().keys(doc! { EXPIRES_AT: 1 }).options(expiry).build());
    }
    models.extend(spec.fields.iter().map(|field| IndexModel::builder().keys(doc! { *field: 1 }).build()));
    models.extend(spec.unique.iter().map(|field| {
        let given = doc! { *field: { "$exists": true } };
        let options = IndexOptions::builder().unique(true).partial_filter_expression(given).build();
        IndexModel::builder().keys(doc! { *field: 1 }).options(options).build()
    }));
    models
}
