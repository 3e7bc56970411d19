//! The key vault in the shape that drivers know: ids are UUIDs, owners are alternate names.

use std::future::IntoFuture as _;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt as _;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, DateTime, Document, doc};
use mongodb::options::{CollectionOptions, IndexOptions, ReadConcern, WriteConcern};
use mongodb::{Collection, IndexModel};
use uuid::Uuid;

use super::fault::{DUPLICATE_KEY, code};
use super::{MongoDb, READ_DEADLINE, WRITE_DEADLINE};
use crate::error::{Error, Result};
use crate::model::{DataKey, MasterKey, Timestamp};
use crate::store::{Document as _, KeyVault};

const MAKE_DEADLINE: Duration = Duration::from_secs(15);

impl MongoDb {
    fn vault(&self) -> Collection<Document> {
        let options = CollectionOptions::builder()
            .read_concern(ReadConcern::majority())
            .write_concern(WriteConcern::majority())
            .build();
        self.database(None).collection_with_options(DataKey::SPEC.name, options)
    }
}

#[async_trait]
impl KeyVault for MongoDb {
    async fn get(&self, owner: &str) -> Result<Option<DataKey>> {
        let keys = self.vault();
        let find = keys.find_one(doc! { "keyAltNames": owner }).max_time(READ_DEADLINE);
        let found = self.within(READ_DEADLINE, find.into_future()).await?;
        found.as_ref().map(from_document).transpose()
    }

    async fn add(&self, key: &DataKey) -> Result<DataKey> {
        self.ensure(None).await?;
        // As the specification has it: no two keys share a name.
        let given = doc! { "keyAltNames": { "$exists": true } };
        let options = IndexOptions::builder().unique(true).partial_filter_expression(given).build();
        let index = IndexModel::builder().keys(doc! { "keyAltNames": 1 }).options(options).build();
        self.within(MAKE_DEADLINE, self.vault().create_index(index).into_future()).await?;
        let document = to_document(key)?;
        match self.within(WRITE_DEADLINE, async { Ok(self.vault().insert_one(document).await) }).await? {
            Ok(_) => Ok(key.clone()),
            Err(error) if code(&error) == Some(DUPLICATE_KEY) => {
                let known = KeyVault::get(self, &key.owner).await?;
                known.ok_or_else(|| self.fault(error))
            }
            Err(error) => Err(self.fault(error)),
        }
    }

    async fn list(&self) -> Result<Vec<DataKey>> {
        let keys = self.vault();
        let find = keys.find(doc! {}).sort(doc! { "keyAltNames": 1 });
        let found = async { find.await?.try_collect::<Vec<Document>>().await };
        self.within(MAKE_DEADLINE, found).await?.iter().map(from_document).collect()
    }

    async fn rewrap(&self, key: &DataKey, former: &DataKey) -> Result<bool> {
        let (wanted, known) = (to_document(key)?, to_document(former)?);
        let (Some(id), Some(material)) = (known.get("_id"), known.get("keyMaterial")) else { return Ok(false) };
        let filter = doc! { "_id": id.clone(), "keyMaterial": material.clone() };
        let keys = self.vault();
        let replace = keys.replace_one(filter, wanted);
        Ok(self.within(WRITE_DEADLINE, replace.into_future()).await?.matched_count > 0)
    }
}

fn to_document(key: &DataKey) -> Result<Document> {
    let broken = || Error::internal(format!("the data key of `{}` is no key", key.owner));
    let id = Uuid::parse_str(&key.key_id).map_err(|_| broken())?;
    let bytes = STANDARD.decode(&key.wrapped).map_err(|_| broken())?;
    let master = match &key.master {
        MasterKey::Local => doc! { "provider": "local" },
        MasterKey::Aws { region, key, endpoint } => {
            let mut master = doc! { "provider": "aws", "region": region, "key": key };
            if let Some(endpoint) = endpoint {
                master.insert("endpoint", endpoint);
            }
            master
        }
    };
    Ok(doc! {
        "_id": Binary { subtype: BinarySubtype::Uuid, bytes: id.as_bytes().to_vec() },
        "keyAltNames": [&key.owner],
        "keyMaterial": Binary { subtype: BinarySubtype::Generic, bytes },
        "creationDate": DateTime::from_millis(key.created_at.0),
        "updateDate": DateTime::from_millis(key.updated_at.0),
        "status": 0_i32,
        "masterKey": master,
    })
}

fn from_document(document: &Document) -> Result<DataKey> {
    let read = || {
        let names = document.get_array("keyAltNames").ok()?;
        let owner = names.first()?.as_str()?.to_owned();
        let Bson::Binary(id) = document.get("_id")? else { return None };
        let master = document.get_document("masterKey").ok()?;
        let text = |name: &str| master.get_str(name).ok().map(str::to_owned);
        let master = match text("provider")?.as_str() {
            "local" => MasterKey::Local,
            "aws" => MasterKey::Aws { region: text("region")?, key: text("key")?, endpoint: text("endpoint") },
            _ => return None,
        };
        let at = |name: &str| document.get_datetime(name).ok().map(|at| Timestamp(at.timestamp_millis()));
        Some(DataKey {
            owner,
            key_id: Uuid::from_slice(&id.bytes).ok()?.to_string(),
            wrapped: STANDARD.encode(document.get_binary_generic("keyMaterial").ok()?),
            master,
            created_at: at("creationDate")?,
            updated_at: at("updateDate")?,
        })
    };
    read().ok_or_else(|| Error::internal("a document of `encryption.__keyVault` is no data key that is known here"))
}
