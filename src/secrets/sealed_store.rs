//! A store whose documents' sealed fields are sealed on the way in and opened on the way out.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::field;
use super::keyring::Keyring;
use crate::error::{Context as _, Error, Result};
use crate::model::{Tenant, TenantId};
use crate::store::{ChangeFeed, Place, Query, RawDocument, ResumeToken, Store, Write};

/// Where a document has what could not be opened, and why.
const UNOPENED: &str = "unopened";

/// A store in front of another.
pub struct SealedStore {
    inner: Arc<dyn Store>,
    keyring: Arc<Keyring>,
}

impl SealedStore {
    /// In front of `inner`, with the keys of `keyring`.
    pub fn over(inner: Arc<dyn Store>, keyring: Arc<Keyring>) -> Self {
        Self { inner, keyring }
    }

    async fn sealed(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<Write>> {
        if place.collection.sealed.is_empty() {
            return Ok(writes);
        }
        let mut sealed = Vec::with_capacity(writes.len());
        for write in writes {
            sealed.push(match write {
                Write::Put { id, body, expires_at, expect } => {
                    let body = seal_body(&self.keyring, place, &id, &body).await?;
                    Write::Put { id, body, expires_at, expect }
                }
                removal @ Write::Delete { .. } => removal,
            });
        }
        Ok(sealed)
    }

    async fn opened(&self, place: &Place, document: RawDocument) -> Result<RawDocument> {
        if place.collection.sealed.is_empty() {
            return Ok(document);
        }
        // What is no object is for the reader to refuse.
        let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(&document.body) else { return Ok(document) };
        // Only what was sealed here says so.
        members.remove(UNOPENED);
        let (mut left, mut why) = (Map::new(), None);
        for sealed in place.collection.sealed {
            let Some(value) = field::find(&mut members, sealed.path).filter(|value| field::is_sealed(value)) else {
                continue;
            };
            match field::open(&self.keyring, place, &document.id, sealed.path, value).await {
                Ok(opened) => *value = opened,
                Err(error) if place.collection.is_shown_sealed => {
                    let taken = field::take(&mut members, sealed.path).unwrap_or_default();
                    left.insert(sealed.path.to_owned(), taken);
                    why.get_or_insert(error);
                }
                Err(error) => return Err(error.context(format!("open `{}` of `{}`", sealed.path, document.id))),
            }
        }
        if let Some(why) = why {
            tracing::debug!(document = document.id, error = why.chain(), "left sealed");
            let reason = why.details().and_then(|it| it["reason"].as_str()).unwrap_or("sealed");
            members.insert(UNOPENED.to_owned(), json!({ "fields": left, "reason": reason, "message": why.message() }));
        }
        Ok(RawDocument { body: text(&members)?, ..document })
    }
}

/// `body` with everything sealed that has to be. What could not be opened goes back as it was.
pub(super) async fn seal_body(keyring: &Keyring, place: &Place, id: &str, body: &str) -> Result<String> {
    let mut members: Map<String, Value> = serde_json::from_str(body)
        .map_err(|error| Error::internal(format!("document `{id}` is no JSON object")).source(error))?;
    if let Some(Value::Object(mut unopened)) = members.remove(UNOPENED)
        && let Some(Value::Object(fields)) = unopened.remove("fields")
    {
        for (path, sealed) in fields {
            field::put(&mut members, &path, sealed);
        }
    }
    for sealed in place.collection.sealed {
        if let Some(value) = field::find(&mut members, sealed.path)
            && field::has_to_be_sealed(keyring, sealed, value)
        {
            let done = field::seal(keyring, place, id, sealed.path, value).await;
            *value = done.context(|| format!("seal `{}` of `{id}`", sealed.path))?;
        }
    }
    text(&members)
}

fn text(members: &Map<String, Value>) -> Result<String> {
    serde_json::to_string(members).map_err(|error| Error::internal("a document cannot be written").source(error))
}

#[async_trait]
impl Store for SealedStore {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    async fn get(&self, place: &Place, id: &str) -> Result<Option<RawDocument>> {
        match self.inner.get(place, id).await? {
            Some(document) => self.opened(place, document).await.map(Some),
            None => Ok(None),
        }
    }

    async fn find(&self, place: &Place, query: &Query) -> Result<Vec<RawDocument>> {
        let found = self.inner.find(place, query).await?;
        if place.collection.sealed.is_empty() {
            return Ok(found);
        }
        let mut opened = Vec::with_capacity(found.len());
        for document in found {
            opened.push(self.opened(place, document).await?);
        }
        Ok(opened)
    }

    async fn count(&self, place: &Place, query: &Query) -> Result<u64> {
        self.inner.count(place, query).await
    }

    async fn write(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<u64>> {
        self.inner.write(place, self.sealed(place, writes).await?).await
    }

    async fn write_each(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<bool>> {
        self.inner.write_each(place, self.sealed(place, writes).await?).await
    }

    async fn revisions(&self, place: &Place) -> Result<Vec<(String, u64)>> {
        self.inner.revisions(place).await
    }

    async fn provision(&self, tenant: &TenantId) -> Result<Tenant> {
        self.inner.provision(tenant).await
    }

    async fn remove_tenant(&self, tenant: &TenantId) -> Result<()> {
        self.inner.remove_tenant(tenant).await
    }

    async fn watch(&self, token: Option<ResumeToken>) -> Result<Box<dyn ChangeFeed>> {
        self.inner.watch(token).await
    }

    async fn tenants(&self) -> Result<Vec<TenantId>> {
        self.inner.tenants().await
    }

    async fn sweep(&self) -> Result<u64> {
        self.inner.sweep().await
    }

    async fn scrub(&self) -> Result<()> {
        self.inner.scrub().await
    }

    fn late(&self) -> std::time::Duration {
        self.inner.late()
    }

    fn keeps_apart(&self) -> bool {
        self.inner.keeps_apart()
    }

    async fn ping(&self) -> Result<()> {
        self.inner.ping().await
    }
}
