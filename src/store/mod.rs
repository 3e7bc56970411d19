//! PORT: remember documents.
//!
//! One narrow document port. A [`Collection`] is bound to its tenant when it is made, so no query can
//! leave it. Implementations (`sqlite.rs`, `mongodb/`) are found by [`open`] and pass one suite, [`conformance`].

pub mod conformance;
mod location;
mod mongodb;
mod schema;
mod sqlite;
mod vault;

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Kind, Result};
use crate::model::{Tenant, TenantId, TenantStatus, Timestamp};

pub use self::mongodb::MongoDb;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::mongodb::fuzz as fuzz_bson;
pub(crate) use self::mongodb::server_code;
pub use location::{Location, StoreConfig};
pub use schema::{COLLECTIONS, CollectionSpec, DRIVER_SEALED, Home, SealedField, SealedWhen, Series};
pub use vault::KeyVault;

const MAX_DATABASE_NAME: usize = 63;

/// An opened store.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Where it keeps data keys.
    pub vault: Arc<dyn KeyVault>,
    /// The connections behind it, where the engine is MongoDB: for what the engine can do beside keeping documents.
    pub mongodb: Option<MongoDb>,
}

/// Opens the configured store, creating an embedded one that does not exist yet.
///
/// # Errors
/// [`Kind::StoreUnavailable`] when it cannot be opened or is not a store of ours.
pub async fn open(config: &StoreConfig) -> Result<Opened> {
    open_with(config, COLLECTIONS).await
}

/// The same with other collections than the gateway's, for the conformance suite.
///
/// # Errors
/// As [`open`].
pub async fn open_with(config: &StoreConfig, collections: &'static [&'static CollectionSpec]) -> Result<Opened> {
    match &config.location {
        Location::Sqlite(path) => {
            let names = config.db_name.clone();
            let store = sqlite::Sqlite::open(path.clone(), names, config.resume_ttl, collections).await?;
            let store: Arc<dyn Store> = Arc::new(store);
            Ok(Opened { vault: Arc::new(vault::StoreVault(Arc::clone(&store))), store, mongodb: None })
        }
        Location::MongoDb(uri) => {
            let handle = MongoDb::connect(uri, &config.db_name, collections).await?;
            let vault = Arc::new(handle.clone());
            Ok(Opened { vault, store: Arc::new(handle.clone()), mongodb: Some(handle) })
        }
    }
}

/// The tenant's physical database on MongoDB: `<prefix>_t_<slug>_<8 hex digits>`. The digits (of the id's SHA-256)
/// keep apart what the slug makes equal; MongoDB allows 63 bytes and tells no cases apart.
pub fn database_name(prefix: &str, tenant: &TenantId) -> String {
    let digest = Sha256::digest(tenant.as_str());
    let digits = crate::model::hex(digest.iter().take(4));
    let room = MAX_DATABASE_NAME.saturating_sub(prefix.len() + "_t_".len() + "_".len() + digits.len());
    let plain = |each: char| if each == '.' { '_' } else { each.to_ascii_lowercase() };
    let slug: String = tenant.as_str().chars().map(plain).take(room).collect();
    format!("{prefix}_t_{slug}_{digits}")
}

/// A collection of one tenant, or of the control plane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The collection.
    pub collection: &'static CollectionSpec,
    /// Whose; `None` for the control plane.
    pub tenant: Option<TenantId>,
}

impl Place {
    /// The tenant as part of a key; the control plane's is the empty text, which no [`TenantId`] is.
    fn tenant_key(&self) -> &str {
        self.tenant.as_ref().map_or("", TenantId::as_str)
    }
}

/// A document as it is stored.
#[derive(Clone, Debug)]
pub struct RawDocument {
    /// Its id.
    pub id: String,
    /// Another one with every write; no document gets the same one twice, not even after a removal.
    pub revision: u64,
    /// JSON.
    pub body: String,
}

/// What a write expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Anything or nothing.
    Any,
    /// No document of this id.
    Absent,
    /// The document at this revision.
    Revision(u64),
}

/// One write.
#[derive(Clone, Debug)]
pub enum Write {
    /// Create or replace.
    Put {
        /// The id.
        id: String,
        /// JSON.
        body: String,
        /// When it disappears.
        expires_at: Option<Timestamp>,
        /// What must be there before.
        expect: Expect,
    },
    /// Remove; removing nothing is no fault unless a revision is expected.
    Delete {
        /// The id.
        id: String,
        /// What must be there before.
        expect: Expect,
    },
}

/// Which documents: all conditions hold; ascending ids. Documents of a series come in the order of time, and of their ids
/// where that is the same.
#[derive(Clone, Debug, Default)]
pub struct Query {
    equals: Vec<(&'static str, String)>,
    after: Option<String>,
    /// Places in the order of a series: what lies after the first and before the second.
    past: Option<(Timestamp, String)>,
    ahead: Option<(Timestamp, String)>,
    newest_first: bool,
    limit: Option<usize>,
}

impl Query {
    /// Every document.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those whose declared text field equals `value`.
    #[must_use]
    pub fn equals(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.equals.push((field, value.into()));
        self
    }

    /// Those whose id sorts after `id`.
    #[must_use]
    pub fn after(mut self, id: impl Into<String>) -> Self {
        self.after = Some(id.into());
        self
    }

    /// Of a series: those measured at `at` or later.
    #[must_use]
    pub fn since(self, at: Timestamp) -> Self {
        // Before every id of that moment.
        self.past(at, "")
    }

    /// Of a series: those measured before `at`.
    #[must_use]
    pub fn before(self, at: Timestamp) -> Self {
        self.ahead_of(at, "")
    }

    /// Of a series: those that come after the document `id`, measured at `at`.
    #[must_use]
    pub fn past(mut self, at: Timestamp, id: impl Into<String>) -> Self {
        self.past = Some((at, id.into()));
        self
    }

    /// Of a series: those that come before the document `id`, measured at `at`.
    #[must_use]
    pub fn ahead_of(mut self, at: Timestamp, id: impl Into<String>) -> Self {
        self.ahead = Some((at, id.into()));
        self
    }

    /// Of a series: the newest first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// At most `count`.
    #[must_use]
    pub fn limit(mut self, count: usize) -> Self {
        self.limit = Some(count);
        self
    }
}

/// A place in the change feed that survives a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeToken(pub String);

/// One document was written, removed or expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The collection's name.
    pub collection: String,
    /// Whose; `None` for the control plane.
    pub tenant: Option<TenantId>,
    /// The document's id. Its present state is read with [`Store::get`]: feeds coalesce.
    pub id: String,
}

/// What a feed has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Changes in the order of their writes, and the token that follows them. Without changes it only says that
    /// the place has moved past other things.
    Changes(Vec<Change>, ResumeToken),
    /// The feed cannot be resumed from its token: reload everything. It goes on from this new token.
    Lost(ResumeToken),
}

/// An open change feed.
#[async_trait]
pub trait ChangeFeed: Send {
    /// Waits for the next event. Cancel safe.
    ///
    /// # Errors
    /// [`Kind::StoreUnavailable`]; the feed may be asked again.
    async fn next(&mut self) -> Result<Event>;
}

/// The engine's side of the port: untyped documents. Everything else uses [`Collection`].
#[async_trait]
pub trait Store: Send + Sync {
    /// What and where, without credentials.
    fn describe(&self) -> String;

    /// One document, unless it is absent or expired.
    async fn get(&self, place: &Place, id: &str) -> Result<Option<RawDocument>>;

    /// Documents by declared fields.
    async fn find(&self, place: &Place, query: &Query) -> Result<Vec<RawDocument>>;

    /// How many documents `find` would return.
    async fn count(&self, place: &Place, query: &Query) -> Result<u64>;

    /// All writes or none, durable when this returns. The new revision of each; of a removal the last one it
    /// had, or 0 when nothing was there.
    ///
    /// # Errors
    /// [`Kind::Conflict`] naming the document when an expectation does not hold.
    async fn write(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<u64>>;

    /// The same, each write by itself: one whose expectation does not hold is left out. Whether each was done. Nothing of
    /// it is held while it goes on, so that whoever is killed here holds up nobody. Documents of a series are added that
    /// are expected to be absent; of an outcome that is unknown, see [`Self::late`].
    async fn write_each(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<bool>>;

    /// The id and revision of every document, in the order of ids.
    async fn revisions(&self, place: &Place) -> Result<Vec<(String, u64)>>;

    /// Makes a tenant's collections and notes it among the tenants; its record. Idempotent, and done by the first
    /// write as well.
    async fn provision(&self, tenant: &TenantId) -> Result<Tenant>;

    /// Removes everything that is the tenant's, and its record last, so that a removal that broke off can be repeated.
    async fn remove_tenant(&self, tenant: &TenantId) -> Result<()>;

    /// Follows the watched collections of all tenants, from `token` or from now.
    async fn watch(&self, token: Option<ResumeToken>) -> Result<Box<dyn ChangeFeed>>;

    /// Every tenant that is provisioned or has a document.
    async fn tenants(&self) -> Result<Vec<TenantId>>;

    /// Removes what has expired and forgets changes that are too old to resume from. How many documents.
    async fn sweep(&self) -> Result<u64>;

    /// Wipes what documents held before they were written anew, as far as the engine can.
    async fn scrub(&self) -> Result<()> {
        Ok(())
    }

    /// How long a write whose outcome is unknown may still be done after everybody gave it up: it may be on its way to a
    /// server that does not answer. Only after that does it help to look for what it wrote.
    fn late(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether it may refuse one tenant what it takes of another: where each has a database of its own.
    fn keeps_apart(&self) -> bool {
        false
    }

    /// Whether the store answers.
    async fn ping(&self) -> Result<()>;
}

/// Notes a tenant where it is not noted yet; the record that stands.
async fn provision_record(store: &dyn Store, tenant: &TenantId, database: String) -> Result<Tenant> {
    let place = Place { collection: Tenant::SPEC, tenant: None };
    if let Some(known) = store.get(&place, tenant.as_str()).await? {
        return read(&place, &known).map(|stored| stored.value);
    }
    let record = Tenant {
        id: tenant.clone(),
        database,
        created_at: Timestamp::now(),
        status: TenantStatus::Active,
        settings: serde_json::Map::new(),
    };
    match store.write(&place, vec![put(&place, &record, Expect::Absent)?]).await {
        Ok(_) => Ok(record),
        // Another process was first; or the name of the database is another tenant's.
        Err(error) if error.kind() == Kind::Conflict => match store.get(&place, tenant.as_str()).await? {
            Some(known) => read(&place, &known).map(|stored| stored.value),
            None => Err(database_taken(tenant)),
        },
        Err(error) => Err(error),
    }
}

/// The error of a tenant whose database is another tenant's. It does not say whose: a caller may read it.
fn database_taken(tenant: &TenantId) -> Error {
    Error::new(Kind::Refused, format!("tenant `{tenant}` cannot be used: the name of its database is another tenant's"))
        .data(serde_json::json!({ "reason": "tenant_not_provisioned" }))
        .help("an operator sees whose with `mcpgw tenant list`; take another id for this tenant")
}

/// The error of a write whose unique field another document has.
fn taken(place: &Place, id: &str) -> Error {
    let fields = place.collection.unique.join("`, `");
    let what = format!("document `{id}` of {}: another one has the same `{fields}`", place.collection.name);
    Error::new(Kind::Conflict, what)
}

/// The error of a removal from a series.
fn only_added(place: &Place) -> Error {
    Error::invalid(format!("{} is a series: its documents are added and expire", place.collection.name))
}

fn put<T: Document>(place: &Place, document: &T, expect: Expect) -> Result<Write> {
    let body = serde_json::to_string(document).map_err(|error| {
        Error::internal(format!("write document `{}` of {}", document.id(), place.collection.name)).source(error)
    })?;
    Ok(Write::Put { id: document.id().to_owned(), body, expires_at: document.expires_at(), expect })
}

fn read<T: Document>(place: &Place, document: &RawDocument) -> Result<Stored<T>> {
    let value = serde_json::from_str(&document.body).map_err(|error| {
        Error::new(
            Kind::Internal,
            format!("document `{}` of {} cannot be read", document.id, place.collection.name),
        )
        .source(error)
        .help("it is damaged or was written by another version; remove it (`mcpgw server remove`, or `mcpgw catalog sync` for a tool) and add it again")
    })?;
    Ok(Stored { value, revision: document.revision })
}

/// A type that is kept in one collection.
pub trait Document: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Where.
    const SPEC: &'static CollectionSpec;

    /// The document's id.
    fn id(&self) -> &str;

    /// When it disappears.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A document with its revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<T> {
    /// The document.
    pub value: T,
    /// For [`Expect::Revision`].
    pub revision: u64,
}

/// A document that cannot be read.
#[derive(Debug)]
pub struct Damaged {
    /// Its revision.
    pub revision: u64,
    /// Why.
    pub error: Error,
}

/// A document that was found, readable or not.
pub type Readable<T> = std::result::Result<Stored<T>, Damaged>;

/// The documents `T` of one tenant.
pub struct Collection<T> {
    store: Arc<dyn Store>,
    place: Place,
    kind: PhantomData<fn() -> T>,
}

impl<T: Document> Collection<T> {
    /// The collection of `tenant`.
    pub fn of_tenant(store: &Arc<dyn Store>, tenant: &TenantId) -> Self {
        debug_assert_eq!(T::SPEC.home, Home::Tenant);
        Self::at(store, Some(tenant.clone()))
    }

    /// The collection of the control plane.
    pub fn of_control(store: &Arc<dyn Store>) -> Self {
        debug_assert_eq!(T::SPEC.home, Home::Control);
        Self::at(store, None)
    }

    fn at(store: &Arc<dyn Store>, tenant: Option<TenantId>) -> Self {
        Self { store: Arc::clone(store), place: Place { collection: T::SPEC, tenant }, kind: PhantomData }
    }

    /// One document.
    ///
    /// # Errors
    /// As the store's; [`Kind::Internal`] when the stored JSON is no `T`.
    pub async fn get(&self, id: &str) -> Result<Option<Stored<T>>> {
        self.store.get(&self.place, id).await?.map(|document| read(&self.place, &document)).transpose()
    }

    /// One document that may be unreadable.
    ///
    /// # Errors
    /// As the store's.
    pub async fn get_readable(&self, id: &str) -> Result<Option<Readable<T>>> {
        Ok(self.store.get(&self.place, id).await?.map(|document| self.readable(document)))
    }

    /// Documents by declared fields, in the order of their ids.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn find(&self, query: &Query) -> Result<Vec<Stored<T>>> {
        self.store.find(&self.place, query).await?.iter().map(|document| read(&self.place, document)).collect()
    }

    /// Documents that may be unreadable, by id: one damaged document must not take the others away.
    ///
    /// # Errors
    /// As the store's.
    pub async fn find_readable(&self, query: &Query) -> Result<Vec<(String, Readable<T>)>> {
        let found = self.store.find(&self.place, query).await?;
        Ok(found.into_iter().map(|document| (document.id.clone(), self.readable(document))).collect())
    }

    fn readable(&self, document: RawDocument) -> Readable<T> {
        read(&self.place, &document).map_err(|error| Damaged { revision: document.revision, error })
    }

    /// Whether there is a document of this id, readable or not.
    ///
    /// # Errors
    /// As the store's.
    pub async fn contains(&self, id: &str) -> Result<bool> {
        Ok(self.store.get(&self.place, id).await?.is_some())
    }

    /// How many.
    ///
    /// # Errors
    /// As the store's.
    pub async fn count(&self, query: &Query) -> Result<u64> {
        self.store.count(&self.place, query).await
    }

    /// Creates or replaces one document; its new revision.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when `expect` does not hold.
    pub async fn put(&self, document: &T, expect: Expect) -> Result<u64> {
        let revisions = self.store.write(&self.place, vec![put(&self.place, document, expect)?]).await?;
        Ok(revisions.first().copied().unwrap_or_default())
    }

    /// Removes one document; whether it was there.
    ///
    /// # Errors
    /// As the store's.
    pub async fn delete(&self, id: &str) -> Result<bool> {
        let write = Write::Delete { id: id.to_owned(), expect: Expect::Any };
        let revisions = self.store.write(&self.place, vec![write]).await?;
        Ok(revisions.first().is_some_and(|former| *former > 0))
    }

    /// Removes one document that is still of this revision.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when it is not.
    pub async fn delete_unchanged(&self, id: &str, revision: u64) -> Result<()> {
        let write = Write::Delete { id: id.to_owned(), expect: Expect::Revision(revision) };
        self.store.write(&self.place, vec![write]).await.map(|_| ())
    }

    /// Replaces documents that are still of the revisions given with them, each by itself. How many were not.
    ///
    /// # Errors
    /// As the store's; some may be replaced then.
    pub async fn put_unchanged(&self, documents: &[Stored<T>]) -> Result<u64> {
        let write = |each: &Stored<T>| put(&self.place, &each.value, Expect::Revision(each.revision));
        let writes = documents.iter().map(write).collect::<Result<Vec<_>>>()?;
        if writes.is_empty() {
            return Ok(0);
        }
        let done = self.store.write_each(&self.place, writes).await?;
        Ok(done.into_iter().filter(|is_done| !is_done).count() as u64)
    }

    /// Puts and deletes together: all or none.
    ///
    /// # Errors
    /// As the store's.
    pub async fn replace(&self, puts: &[T], deletes: &[String]) -> Result<()> {
        let mut writes = puts.iter().map(|each| put(&self.place, each, Expect::Any)).collect::<Result<Vec<_>>>()?;
        writes.extend(deletes.iter().map(|id| Write::Delete { id: id.clone(), expect: Expect::Any }));
        if writes.is_empty() {
            return Ok(());
        }
        self.store.write(&self.place, writes).await.map(|_| ())
    }

    /// Adds documents as `(id, JSON)`, each by itself; with [`Expect::Absent`], those that are there already are left out.
    /// How many were added.
    ///
    /// # Errors
    /// As the store's; some may be added then.
    pub async fn add(&self, documents: Vec<(String, String)>, expect: Expect) -> Result<u64> {
        let write = |(id, body)| Write::Put { id, body, expires_at: None, expect };
        let done = self.store.write_each(&self.place, documents.into_iter().map(write).collect()).await?;
        Ok(done.into_iter().filter(|is_done| *is_done).count() as u64)
    }

    /// The id and revision of every document.
    ///
    /// # Errors
    /// As the store's.
    pub async fn revisions(&self) -> Result<Vec<(String, u64)>> {
        self.store.revisions(&self.place).await
    }
}
