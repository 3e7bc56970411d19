//! What the driver's own encryption needs of a deployment, and what the deployment is told of it.

use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use mongodb::bson::Document;
use mongodb::{Client, Namespace};

use super::MongoDb;
use super::fault::{NAMESPACE_EXISTS, code};
use super::prepare::DEADLINE;
use crate::error::Result;
use crate::model::{DataKey, TenantId};
use crate::store::{CollectionSpec, Document as _, Home};

/// The first server with Queryable Encryption as it stayed, 7.0, speaks this version of the wire protocol.
const QUERYABLE: i32 = 21;

/// What of a tenant's collection is encrypted, as the server wants to know it when the collection is made.
type EncryptedFields = dyn Fn(TenantId, &'static CollectionSpec) -> BoxFuture<'static, Result<Document>> + Send + Sync;

/// What is known of the encryption on a deployment.
#[derive(Default)]
pub(super) struct Encryption {
    wire_version: OnceLock<i32>,
    fields: OnceLock<Arc<EncryptedFields>>,
}

impl Encryption {
    /// What the server said when we connected.
    pub(super) fn note(&self, hello: &Document) {
        let _ = self.wire_version.set(hello.get_i32("maxWireVersion").unwrap_or_default());
    }
}

impl MongoDb {
    /// Whether the server has Queryable Encryption.
    pub(crate) fn is_queryable(&self) -> bool {
        self.0.encryption.wire_version.get().is_some_and(|version| *version >= QUERYABLE)
    }

    /// Has `fields` asked when a collection is made. The first word stands.
    pub(crate) fn ask_for_encrypted_fields(&self, fields: Arc<EncryptedFields>) {
        let _ = self.0.encryption.fields.set(fields);
    }

    /// The connections, for the driver's parts that want them.
    pub(crate) fn client(&self) -> Client {
        self.0.client.clone()
    }

    /// Where the key vault is.
    pub(crate) fn vault_namespace(&self) -> Namespace {
        Namespace::new(self.database(None).name(), DataKey::SPEC.name)
    }

    /// Makes those of a tenant's collections that are not there yet and have something encrypted.
    pub(super) async fn make_encrypted(&self, tenant: Option<&TenantId>) -> Result<()> {
        let Some((tenant, fields)) = tenant.zip(self.0.encryption.fields.get()) else { return Ok(()) };
        if !self.is_queryable() {
            return Ok(());
        }
        let database = self.database(Some(tenant));
        let known = self.within(DEADLINE, async { database.list_collection_names().await }).await?;
        let sealed = |spec: &&&'static CollectionSpec| spec.home == Home::Tenant && !spec.sealed.is_empty();
        let absent = self.0.collections.iter().filter(sealed).filter(|spec| !known.iter().any(|it| it == spec.name));
        for spec in absent {
            let create = database.create_collection(spec.name).encrypted_fields(fields(tenant.clone(), spec).await?);
            self.within(DEADLINE, async {
                match create.await {
                    // Another process was first.
                    Err(error) if code(&error) == Some(NAMESPACE_EXISTS) => Ok(()),
                    other => other,
                }
            })
            .await?;
        }
        Ok(())
    }
}
