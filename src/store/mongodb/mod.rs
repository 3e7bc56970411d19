//! The production store: a MongoDB replica set, on Atlas or anywhere else.
//!
//! One control database and one physical database per tenant. Writes are acknowledged by a majority, reads see what
//! a majority has, and every call has a deadline: a paused server holds nobody longer than that.

mod convert;
#[cfg(feature = "queryable-encryption")]
mod encryption;
mod fault;
mod feed;
mod owner;
mod prepare;
mod vault;
mod write;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::{StreamExt as _, TryStreamExt as _};
use mongodb::bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::options::{
    ClientOptions, CollectionOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Collection, Database};

use self::convert::{EXPIRES_AT, REVISION, from_bson};
use self::write::Clock;
use super::{
    ChangeFeed, CollectionSpec, Document as _, Expect, Place, Query, RawDocument, ResumeToken, Store, Write,
    database_name, provision_record,
};
use crate::error::{Error, Kind, Result};
use crate::model::{Secret, Tenant, TenantId};

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use convert::fuzz;

pub(crate) use fault::code as server_code;

/// Until the first answer of a server that was just named.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
const READ_DEADLINE: Duration = Duration::from_secs(2);
/// A whole catalog may be on its way.
const SCAN_DEADLINE: Duration = Duration::from_secs(60);
/// Single writes that are under way together.
const WRITES_AT_ONCE: usize = 16;
/// An election may have to end first.
const WRITE_DEADLINE: Duration = Duration::from_secs(15);
/// A server that was stopped reads what was sent to it as soon as it runs again.
const LATE: Duration = Duration::from_secs(2);
/// Without this, the driver tries for 30 s.
const SERVER_SELECTION: Duration = Duration::from_secs(5);
/// How often the driver looks at its servers while nobody waits for them.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// Connections to one deployment; cloning shares them.
#[derive(Clone)]
pub struct MongoDb(Arc<Inner>);

struct Inner {
    client: Client,
    /// Hosts and prefix, without credentials.
    name: String,
    db_name: String,
    collections: &'static [&'static CollectionSpec],
    clock: Clock,
    #[cfg(feature = "queryable-encryption")]
    encryption: encryption::Encryption,
    /// Whose collections this process has made.
    ready: RwLock<HashSet<Option<TenantId>>>,
    /// Which tenant's a database is.
    owners: RwLock<HashMap<String, TenantId>>,
    /// Tenants whose database was found to be theirs, and when.
    owned: RwLock<HashMap<TenantId, Instant>>,
}

impl MongoDb {
    /// Connects and makes sure that it is a replica set.
    ///
    /// # Errors
    /// [`Kind::InvalidConfig`] for a connection string that is none; [`Kind::StoreUnavailable`].
    pub(super) async fn connect(
        uri: &Secret,
        db_name: &str,
        collections: &'static [&'static CollectionSpec],
    ) -> Result<Self> {
        let options = tokio::time::timeout(CONNECT_DEADLINE, ClientOptions::parse(uri.expose())).await;
        let unknown =
            || Error::new(Kind::StoreUnavailable, "the name in MONGODB_URI is not found: DNS does not answer");
        let mut options = options.map_err(|_| unknown())?.map_err(|error| unreadable(uri, &error))?;
        let hosts: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
        let name = format!("mongodb://{}/{db_name}", hosts.join(","));
        options.app_name.get_or_insert_with(|| "mcpgw".to_owned());
        options.server_selection_timeout.get_or_insert(SERVER_SELECTION);
        options.connect_timeout.get_or_insert(SERVER_SELECTION);
        options.heartbeat_freq.get_or_insert(HEARTBEAT);
        options.write_concern = Some(WriteConcern::majority());
        // Index statistics and revisions come from the primary, whatever the connection string prefers.
        options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        let client = Client::with_options(options).map_err(|error| unreadable(uri, &error))?;
        let handle = Self(Arc::new(Inner {
            client,
            name,
            db_name: db_name.to_owned(),
            collections,
            clock: Clock::new(),
            #[cfg(feature = "queryable-encryption")]
            encryption: encryption::Encryption::default(),
            ready: RwLock::default(),
            owners: RwLock::default(),
            owned: RwLock::default(),
        }));
        let admin = handle.0.client.database("admin");
        let hello = handle.within(CONNECT_DEADLINE, async { admin.run_command(doc! { "hello": 1 }).await }).await?;
        let routed = hello.get_str("msg").is_ok_and(|kind| kind == "isdbgrid");
        if !routed && hello.get_str("setName").is_err() {
            return Err(fault::standalone(&handle.0.name));
        }
        #[cfg(feature = "queryable-encryption")]
        handle.0.encryption.note(&hello);
        Ok(handle)
    }

    /// Hosts and prefix, without credentials.
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    /// The database of a tenant, or of the control plane.
    pub(crate) fn database(&self, tenant: Option<&TenantId>) -> Database {
        let name = match tenant {
            Some(tenant) => database_name(&self.0.db_name, tenant),
            None => format!("{}_control", self.0.db_name),
        };
        self.0.client.database(&name)
    }

    /// A unit vector as the server takes it in queries.
    pub(crate) fn vector(values: &[f32]) -> Bson {
        convert::vector(values.iter().map(|value| value.to_le_bytes()))
    }

    /// Runs a call of the driver, at most until `limit`.
    ///
    /// # Errors
    /// [`Kind::StoreUnavailable`], also when the time is over.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = mongodb::error::Result<T>>,
    ) -> Result<T> {
        match tokio::time::timeout(limit, call).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.fault(error)),
            Err(_) => Err(self.late(limit)),
        }
    }

    /// The error of a call that the server, or the way to it, failed.
    pub(crate) fn fault(&self, error: mongodb::error::Error) -> Error {
        fault::fault(&self.0.name, error)
    }

    fn late(&self, limit: Duration) -> Error {
        Error::new(Kind::StoreUnavailable, format!("store `{}` did not answer within {limit:?}", self.0.name))
            .help("is the server overloaded, paused, or in an election? Run `mcpgw doctor`")
    }

    fn collection<T: Send + Sync>(&self, place: &Place) -> Collection<T> {
        let options = CollectionOptions::builder().read_concern(ReadConcern::majority()).build();
        self.database(place.tenant.as_ref()).collection_with_options(place.collection.name, options)
    }

    async fn scan(&self, place: &Place, query: &Query, projection: Option<Document>) -> Result<Vec<RawDocument>> {
        self.check_owner(place).await?;
        let limit = query.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(0);
        let collection = self.collection::<RawDocumentBuf>(place);
        let mut find = collection.find(filter(place, query)).sort(order(place, query)).limit(limit);
        find = find.max_time(SCAN_DEADLINE);
        if let Some(projection) = projection {
            find = find.projection(projection);
        }
        // The first answer comes soon or never; the rest may be long.
        let mut cursor = self.within(READ_DEADLINE, find.into_future()).await?;
        let started = tokio::time::Instant::now();
        let mut found = Vec::new();
        loop {
            let left = SCAN_DEADLINE.saturating_sub(started.elapsed());
            if !self.within(left.min(WRITE_DEADLINE), cursor.advance()).await? {
                return Ok(found);
            }
            found.push(read(cursor.current())?);
        }
    }
}

fn read(document: &mongodb::bson::RawDocument) -> Result<RawDocument> {
    let (id, revision, body) = from_bson(document)?;
    Ok(RawDocument { id, revision, body })
}

/// What the driver says of a connection string may quote it, and with it the password.
fn unreadable(uri: &Secret, error: &mongodb::error::Error) -> Error {
    let text = error.to_string();
    let uri = uri.expose();
    let login = uri.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(login, _)| login);
    let quoted = |part: &str| !part.is_empty() && text.contains(part);
    let leaks = quoted(uri) || login.is_some_and(|login| login.split(':').any(quoted));
    let why = if leaks { "it is not written as the driver expects" } else { &text };
    Error::new(Kind::InvalidConfig, format!("MONGODB_URI cannot be used: {why}"))
        .help("mongodb://USER:PASSWORD@HOST:PORT/?options or mongodb+srv://…; special characters in a password are written as %XX")
}

/// Expired documents stay until the server's next round, and are gone for us.
fn alive() -> Document {
    doc! { "$not": { "$lte": DateTime::now() } }
}

fn filter(place: &Place, query: &Query) -> Document {
    let mut filter = Document::new();
    if place.collection.series.is_none() {
        filter.insert(EXPIRES_AT, alive());
    }
    for (field, value) in &query.equals {
        debug_assert!(place.collection.fields.contains(field), "{field} is not declared");
        filter.insert(*field, value);
    }
    if let Some(after) = &query.after {
        filter.insert("_id", doc! { "$gt": after });
    }
    if let Some(series) = &place.collection.series {
        let bounds = [(&query.past, "$gte", "$gt"), (&query.ahead, "$lte", "$lt")];
        let bounds = bounds.into_iter().filter_map(|(bound, wide, strict)| Some((bound.as_ref()?, wide, strict)));
        let conditions = bounds.flat_map(|((at, id), wide, strict)| {
            let at = DateTime::from_millis(at.0);
            // The first alone is what the server finds buckets by.
            [
                doc! { series.time: { wide: at } },
                doc! { "$or": [{ series.time: { strict: at } }, { "_id": { strict: id } }] },
            ]
        });
        let conditions: Vec<Document> = conditions.collect();
        if !conditions.is_empty() {
            filter.insert("$and", conditions);
        }
    }
    filter
}

fn order(place: &Place, query: &Query) -> Document {
    let direction = if query.newest_first { -1 } else { 1 };
    match &place.collection.series {
        Some(series) => doc! { series.time: direction, "_id": direction },
        None => doc! { "_id": direction },
    }
}

#[async_trait]
impl Store for MongoDb {
    fn describe(&self) -> String {
        self.0.name.clone()
    }

    async fn get(&self, place: &Place, id: &str) -> Result<Option<RawDocument>> {
        self.check_owner(place).await?;
        let collection = self.collection::<RawDocumentBuf>(place);
        let find = collection.find_one(doc! { "_id": id, EXPIRES_AT: alive() }).max_time(READ_DEADLINE);
        let found = self.within(READ_DEADLINE, find.into_future()).await?;
        found.map(|document| read(&document)).transpose()
    }

    async fn find(&self, place: &Place, query: &Query) -> Result<Vec<RawDocument>> {
        self.scan(place, query, None).await
    }

    async fn count(&self, place: &Place, query: &Query) -> Result<u64> {
        self.check_owner(place).await?;
        let collection = self.collection::<RawDocumentBuf>(place);
        let mut count = collection.count_documents(filter(place, query)).max_time(READ_DEADLINE);
        if let Some(limit) = query.limit {
            count = count.limit(limit as u64);
        }
        self.within(READ_DEADLINE, count.into_future()).await
    }

    async fn revisions(&self, place: &Place) -> Result<Vec<(String, u64)>> {
        let found = self.scan(place, &Query::all(), Some(doc! { REVISION: 1 })).await?;
        Ok(found.into_iter().map(|document| (document.id, document.revision)).collect())
    }

    async fn write(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<u64>> {
        self.apply(place, &writes).await
    }

    async fn write_each(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<bool>> {
        if place.collection.series.is_some() {
            return self.add_absent(place, &writes).await;
        }
        let write = |write: Write| async move {
            match self.apply(place, std::slice::from_ref(&write)).await {
                Err(error) if error.kind() == Kind::Conflict => Ok(false),
                outcome => outcome.map(|_| true),
            }
        };
        futures_util::stream::iter(writes).map(write).buffered(WRITES_AT_ONCE).try_collect().await
    }

    async fn watch(&self, token: Option<ResumeToken>) -> Result<Box<dyn ChangeFeed>> {
        Ok(Box::new(feed::Feed::open(self.clone(), token).await?))
    }

    async fn tenants(&self) -> Result<Vec<TenantId>> {
        let place = Place { collection: Tenant::SPEC, tenant: None };
        let found = self.scan(&place, &Query::all(), Some(doc! { "_id": 1 })).await?;
        Ok(found.into_iter().filter_map(|document| document.id.parse().ok()).collect())
    }

    async fn provision(&self, tenant: &TenantId) -> Result<Tenant> {
        let place = Place { collection: Tenant::SPEC, tenant: None };
        if self.get(&place, tenant.as_str()).await?.is_none() {
            // It may have been removed elsewhere, with the collections that were made here.
            self.0.ready.write().unwrap_or_else(PoisonError::into_inner).remove(&Some(tenant.clone()));
        }
        // The record first: whoever sees a change in the database can tell whose it is.
        let record = provision_record(self, tenant, database_name(&self.0.db_name, tenant)).await?;
        self.ensure(Some(tenant)).await?;
        Ok(record)
    }

    async fn remove_tenant(&self, tenant: &TenantId) -> Result<()> {
        let place = Place { collection: Tenant::SPEC, tenant: None };
        self.check_owner(&Place { tenant: Some(tenant.clone()), ..place.clone() }).await?;
        let database = self.database(Some(tenant));
        self.within(WRITE_DEADLINE, async { database.drop().await }).await?;
        self.0.ready.write().unwrap_or_else(PoisonError::into_inner).remove(&Some(tenant.clone()));
        self.write(&place, vec![Write::Delete { id: tenant.as_str().to_owned(), expect: Expect::Any }]).await?;
        self.disown(tenant);
        self.0.owners.write().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    async fn sweep(&self) -> Result<u64> {
        // The server does.
        Ok(0)
    }

    fn late(&self) -> Duration {
        LATE
    }

    fn keeps_apart(&self) -> bool {
        true
    }

    async fn ping(&self) -> Result<()> {
        let admin = self.0.client.database("admin");
        self.within(READ_DEADLINE, async { admin.run_command(doc! { "ping": 1 }).await }).await.map(|_| ())
    }
}

/// The text of a resume token as it is kept.
fn token_text(token: &mongodb::change_stream::event::ResumeToken) -> Option<String> {
    let token = mongodb::bson::serialize_to_bson(token).ok()?;
    match token.as_document()?.get("_data")? {
        Bson::String(text) => Some(text.clone()),
        _ => None,
    }
}
