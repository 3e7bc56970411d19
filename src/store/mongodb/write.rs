//! Writing with expectations.
//!
//! One write is one conditional operation of the server, which the driver repeats by itself when a connection
//! breaks. Several are a transaction. Both read the present revisions first and are tried again when somebody else
//! wrote in between.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mongodb::bson::{DateTime, Document, doc};
use mongodb::error::{Error as DriverError, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};
use mongodb::options::{ReadConcern, TransactionOptions, WriteConcern};
use mongodb::{ClientSession, Collection};

use super::convert::{EXPIRES_AT, REVISION, to_bson};
use super::fault::{DUPLICATE_KEY, code};
use super::{MongoDb, READ_DEADLINE, WRITE_DEADLINE};
use crate::error::{Error, Kind, Result};
use crate::store::{Expect, Place, Store as _, Write, only_added, taken};

/// How often a lost race is tried again.
const ATTEMPTS: usize = 20;
/// Operations of one command; the server takes 100,000 and 48 MB.
const OPERATIONS_PER_COMMAND: usize = 500;
const BYTES_PER_COMMAND: usize = 8 * 1024 * 1024;
/// In the text of a duplicate key error.
const OF_THE_ID: &str = "index: _id_";

/// Revisions: microseconds since 1970, and ten bits that differ from process to process, so that two writers do not
/// give out the same one; never one twice, never one before another that was seen.
pub(super) struct Clock {
    last: AtomicU64,
    process: u64,
}

impl Clock {
    pub(super) fn new() -> Self {
        let process = uuid::Uuid::new_v4().as_u64_pair().1 & 0x3ff;
        Self { last: AtomicU64::new(0), process }
    }

    fn next(&self, after: u64) -> u64 {
        let micros = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let now = (u64::try_from(micros).unwrap_or(u64::MAX >> 11) << 10) | self.process;
        let wanted = now.max(after.saturating_add(1));
        let former = self.last.fetch_max(wanted, Ordering::Relaxed);
        if former < wanted { wanted } else { self.last.fetch_add(1 << 10, Ordering::Relaxed) + (1 << 10) }
    }
}

/// What is there now: the revision, and whether it still counts.
#[derive(Clone, Copy)]
struct Present {
    revision: u64,
    expired: bool,
}

/// One operation of the server, and what it leaves behind.
struct Step {
    id: String,
    /// What must be there: a revision, or nothing.
    filter: Document,
    /// `None` removes.
    document: Option<Document>,
    insert: bool,
    bytes: usize,
    result: u64,
}

enum Outcome {
    Done(Vec<u64>),
    /// Somebody else wrote in between.
    Raced,
}

impl MongoDb {
    /// Comes before every write: the place is its tenant's, and its collections are there.
    async fn prepare(&self, place: &Place) -> Result<()> {
        self.check_owner(place).await?;
        match &place.tenant {
            Some(tenant) if !self.is_ready(Some(tenant)) => self.provision(tenant).await.map(|_| ()),
            Some(_) => Ok(()),
            None => self.ensure(None).await,
        }
    }

    pub(super) async fn apply(&self, place: &Place, writes: &[Write]) -> Result<Vec<u64>> {
        self.prepare(place).await?;
        if place.collection.series.is_some() {
            return self.append(place, writes).await;
        }
        let started = Instant::now();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 && started.elapsed() > WRITE_DEADLINE {
                return Err(self.late(WRITE_DEADLINE));
            }
            let outcome = match writes {
                [] => return Ok(Vec::new()),
                [one] => self.apply_one(place, one).await?,
                many => self.apply_many(place, many).await?,
            };
            match outcome {
                Outcome::Done(revisions) => return Ok(revisions),
                Outcome::Raced => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
        let name = place.collection.name;
        Err(Error::new(Kind::Conflict, format!("documents of {name} are written by others all the time"))
            .help("try again"))
    }

    async fn apply_one(&self, place: &Place, write: &Write) -> Result<Outcome> {
        let collection = self.collection::<Document>(place);
        let present = self.within(WRITE_DEADLINE, present(&collection, std::slice::from_ref(write), None)).await?;
        let mut steps = self.plan(place, std::slice::from_ref(write), present)?;
        let Some(step) = steps.pop() else { return Ok(Outcome::Done(vec![0])) };
        let (id, result) = (step.id.clone(), step.result);
        let written = self.within(WRITE_DEADLINE, async {
            Ok(match step.document {
                Some(document) if step.insert => collection.insert_one(document).await.map(|_| 1),
                Some(document) => collection.replace_one(step.filter, document).await.map(|done| done.matched_count),
                None => collection.delete_one(step.filter).await.map(|done| done.deleted_count),
            })
        });
        match written.await? {
            Ok(0) => Ok(Outcome::Raced),
            Ok(_) => Ok(Outcome::Done(vec![result])),
            Err(error) => self.refused(place, &id, error),
        }
    }

    async fn apply_many(&self, place: &Place, writes: &[Write]) -> Result<Outcome> {
        let mut session = self.within(WRITE_DEADLINE, async { self.0.client.start_session().await }).await?;
        let options = TransactionOptions::builder()
            .read_concern(ReadConcern::snapshot())
            .write_concern(WriteConcern::majority())
            .build();
        self.within(WRITE_DEADLINE, async { session.start_transaction().with_options(options).await }).await?;
        let collection = self.collection::<Document>(place);
        let found = self.within(WRITE_DEADLINE, present(&collection, writes, Some(&mut session))).await;
        let steps = match found.and_then(|found| self.plan(place, writes, found)) {
            Ok(steps) => steps,
            Err(error) => {
                // A conflict that is found is final; the transaction must not wait for its time to run out.
                drop(tokio::time::timeout(WRITE_DEADLINE, session.abort_transaction()).await);
                return Err(error);
            }
        };
        for chunk in chunks(&steps) {
            let sent = self.within(WRITE_DEADLINE, async { Ok(send(&collection, chunk, &mut session).await) }).await?;
            let ended = match sent {
                Ok(Sent::All) => continue,
                Ok(Sent::Fewer) => Ok(Outcome::Raced),
                Ok(Sent::Taken(id)) => Err(taken(place, &id)),
                Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => Ok(Outcome::Raced),
                Err(error) => Err(self.fault(error)),
            };
            drop(tokio::time::timeout(WRITE_DEADLINE, session.abort_transaction()).await);
            return ended;
        }
        match self.commit(&mut session).await {
            Ok(true) => {}
            Ok(false) => return Ok(Outcome::Raced),
            Err(error) => {
                self.let_go(&session).await;
                return Err(error);
            }
        }
        let results: HashMap<&str, u64> = steps.iter().map(|step| (step.id.as_str(), step.result)).collect();
        Ok(Outcome::Done(writes.iter().map(|write| results.get(id_of(write)).copied().unwrap_or(0)).collect()))
    }

    /// Ends a transaction whose commit got no answer: as long as it is open, for a minute, nobody else can write what it
    /// writes.
    async fn let_go(&self, session: &ClientSession) {
        let (admin, command) = (self.0.client.database("admin"), doc! { "killSessions": [session.id().clone()] });
        let ended = self.within(READ_DEADLINE, async { admin.run_command(command).await }).await;
        if let Err(error) = ended {
            tracing::debug!(error = error.chain(), "a transaction may stay open for a while");
        }
    }

    /// Whether it was committed, and not rolled back for a reason that may have passed.
    async fn commit(&self, session: &mut ClientSession) -> Result<bool> {
        let started = Instant::now();
        // The driver itself waits for a primary each time, so that the number of attempts alone bounds nothing.
        while started.elapsed() < WRITE_DEADLINE {
            let done = self.within(WRITE_DEADLINE, async { Ok(session.commit_transaction().await) }).await?;
            match done {
                Ok(()) => return Ok(true),
                // The same commit may be sent again: it is one transaction, done once.
                Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => return Ok(false),
                Err(error) => return Err(self.fault(error)),
            }
        }
        Err(Error::new(Kind::StoreUnavailable, format!("store `{}` does not say whether it wrote", self.0.name))
            .help("look at what is there before trying again"))
    }

    /// What to do, from what is there; each write sees the ones before it.
    fn plan(&self, place: &Place, writes: &[Write], mut present: HashMap<String, Present>) -> Result<Vec<Step>> {
        let mut steps = Vec::with_capacity(writes.len());
        for write in writes {
            let (Write::Put { id, expect, .. } | Write::Delete { id, expect }) = write;
            let there = present.get(id).copied();
            let alive = there.filter(|there| !there.expired).map(|there| there.revision);
            check(place, id, *expect, alive)?;
            let filter = match there {
                // Revision 0: it has none, because no gateway wrote it.
                Some(Present { revision: 0, .. }) => doc! { "_id": id, REVISION: { "$exists": false } },
                Some(there) => doc! { "_id": id, REVISION: i64::try_from(there.revision).unwrap_or(i64::MAX) },
                None => doc! { "_id": id },
            };
            match write {
                Write::Put { body, expires_at, .. } => {
                    let revision = self.0.clock.next(there.map_or(0, |there| there.revision));
                    let document = Some(to_bson(place, id, body, revision, *expires_at)?);
                    present.insert(id.clone(), Present { revision, expired: false });
                    let (insert, bytes) = (there.is_none(), body.len());
                    steps.push(Step { id: id.clone(), filter, document, insert, bytes, result: revision });
                }
                Write::Delete { .. } => {
                    let Some(there) = there else { continue };
                    present.remove(id);
                    let result = there.revision;
                    steps.push(Step { id: id.clone(), filter, document: None, insert: false, bytes: 0, result });
                }
            }
        }
        Ok(steps)
    }

    async fn append(&self, place: &Place, writes: &[Write]) -> Result<Vec<u64>> {
        let (mut documents, mut revisions) = (Vec::new(), Vec::new());
        for write in writes {
            let Write::Put { id, body, .. } = write else { return Err(only_added(place)) };
            let revision = self.0.clock.next(0);
            documents.push(to_bson(place, id, body, revision, None)?);
            revisions.push(revision);
        }
        self.insert(place, documents).await?;
        Ok(revisions)
    }

    /// Inserts into a series, whose ids nothing keeps apart: a command that the driver does not repeat by itself.
    async fn insert(&self, place: &Place, documents: Vec<Document>) -> Result<()> {
        if documents.is_empty() {
            return Ok(());
        }
        let command = doc! {
            "insert": place.collection.name, "documents": documents, "writeConcern": { "w": "majority" },
        };
        let database = self.database(place.tenant.as_ref());
        let answer = self.within(WRITE_DEADLINE, async { database.run_command(command).await }).await?;
        let of_write = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()?.as_document());
        match of_write.or_else(|| answer.get_document("writeConcernError").ok()) {
            Some(error) => {
                let message = error.get_str("errmsg").unwrap_or_default();
                Err(self.fault(DriverError::custom(message.to_owned())))
            }
            None => Ok(()),
        }
    }

    /// Adds to a series what is expected to be absent and is, or is expected to be anything.
    pub(super) async fn add_absent(&self, place: &Place, writes: &[Write]) -> Result<Vec<bool>> {
        self.prepare(place).await?;
        let (mut documents, mut doubtful) = (Vec::with_capacity(writes.len()), Vec::new());
        for write in writes {
            let Write::Put { id, body, expect, .. } = write else { return Err(only_added(place)) };
            documents.push(to_bson(place, id, body, self.0.clock.next(0), None)?);
            if *expect != Expect::Any {
                doubtful.push(id.as_str());
            }
        }
        let there = self.there_already(place, &documents, &doubtful).await?;
        let is_new = |write: &Write| !there.contains(id_of(write));
        let done: Vec<bool> = writes.iter().map(is_new).collect();
        let mut keep = done.iter();
        documents.retain(|_| keep.next().copied().unwrap_or(true));
        self.insert(place, documents).await?;
        Ok(done)
    }

    /// Which of `ids` are in the series: looked for in the time of `documents`, by which the server finds them.
    async fn there_already(&self, place: &Place, documents: &[Document], ids: &[&str]) -> Result<HashSet<String>> {
        let Some(series) = place.collection.series.as_ref().filter(|_| !ids.is_empty()) else {
            return Ok(HashSet::new());
        };
        let times = || documents.iter().filter_map(|document| document.get_datetime(series.time).ok());
        let (Some(first), Some(last)) = (times().min(), times().max()) else { return Ok(HashSet::new()) };
        let filter = doc! { series.time: { "$gte": first, "$lte": last }, "_id": { "$in": ids } };
        let collection = self.collection::<Document>(place);
        let find = collection.find(filter).projection(doc! { "_id": 1 }).max_time(WRITE_DEADLINE);
        self.within(WRITE_DEADLINE, async {
            let mut cursor = find.await?;
            let mut found = HashSet::new();
            while cursor.advance().await? {
                found.extend(cursor.current().get_str("_id").ok().map(str::to_owned));
            }
            Ok(found)
        })
        .await
    }

    /// A document with this id appeared in between, or another one has the same unique field.
    fn refused(&self, place: &Place, id: &str, error: DriverError) -> Result<Outcome> {
        match code(&error) {
            Some(DUPLICATE_KEY) if error.to_string().contains(OF_THE_ID) => Ok(Outcome::Raced),
            Some(DUPLICATE_KEY) => Err(taken(place, id)),
            _ => Err(self.fault(error)),
        }
    }
}

fn id_of(write: &Write) -> &str {
    let (Write::Put { id, .. } | Write::Delete { id, .. }) = write;
    id
}

fn check(place: &Place, id: &str, expect: Expect, alive: Option<u64>) -> Result<()> {
    let found = match (expect, alive) {
        (Expect::Any, _) | (Expect::Absent, None) => return Ok(()),
        (Expect::Revision(wanted), Some(present)) if wanted == present => return Ok(()),
        (_, Some(revision)) => format!("is there at revision {revision}"),
        (_, None) => "is not there".to_owned(),
    };
    Err(Error::new(Kind::Conflict, format!("document `{id}` of {} {found}", place.collection.name)))
}

async fn present(
    collection: &Collection<Document>,
    writes: &[Write],
    session: Option<&mut ClientSession>,
) -> mongodb::error::Result<HashMap<String, Present>> {
    let ids: Vec<&str> = writes.iter().map(id_of).collect();
    let find = collection.find(doc! { "_id": { "$in": ids } }).projection(doc! { REVISION: 1, EXPIRES_AT: 1 });
    let mut found = HashMap::new();
    let mut keep = |document: &Document| {
        let id = document.get_str("_id").unwrap_or_default().to_owned();
        let revision = document.get_i64(REVISION).map_or(0, i64::unsigned_abs);
        let expired = document.get_datetime(EXPIRES_AT).is_ok_and(|at| *at <= DateTime::now());
        found.insert(id, Present { revision, expired });
    };
    if let Some(session) = session {
        let mut cursor = find.session(&mut *session).await?;
        while let Some(document) = cursor.next(session).await {
            keep(&document?);
        }
    } else {
        let mut cursor = find.await?;
        while cursor.advance().await? {
            keep(&cursor.deserialize_current()?);
        }
    }
    Ok(found)
}

/// How a command inside a transaction ended.
enum Sent {
    /// Every step found what it expected.
    All,
    /// One did not.
    Fewer,
    /// This document's unique field is another one's.
    Taken(String),
}

/// Runs of steps that are one command: of one kind, and not too many or too large.
fn chunks(steps: &[Step]) -> impl Iterator<Item = &[Step]> {
    let mut rest = steps;
    std::iter::from_fn(move || {
        let first = rest.first()?;
        let kind = |step: &Step| (step.document.is_some(), step.insert);
        let mut bytes = 0;
        let fits = |step: &&Step| {
            bytes += step.bytes;
            kind(step) == kind(first) && bytes <= BYTES_PER_COMMAND
        };
        let count = rest.iter().take(OPERATIONS_PER_COMMAND).take_while(fits).count().max(1);
        let (now, later) = rest.split_at(count);
        rest = later;
        Some(now)
    })
}

async fn send(
    collection: &Collection<Document>,
    steps: &[Step],
    session: &mut ClientSession,
) -> mongodb::error::Result<Sent> {
    let (name, first) = (collection.name(), steps.first());
    let command = match first.map(|step| (step.document.is_some(), step.insert)) {
        Some((true, true)) => {
            let documents: Vec<Document> = steps.iter().filter_map(|step| step.document.clone()).collect();
            doc! { "insert": name, "documents": documents }
        }
        Some((true, false)) => {
            let update = |step: &Step| Some(doc! { "q": step.filter.clone(), "u": step.document.clone()? });
            doc! { "update": name, "updates": steps.iter().filter_map(update).collect::<Vec<_>>() }
        }
        _ => {
            let delete = |step: &Step| doc! { "q": step.filter.clone(), "limit": 1 };
            doc! { "delete": name, "deletes": steps.iter().map(delete).collect::<Vec<_>>() }
        }
    };
    let database = collection.client().database(&collection.namespace().db);
    let answer = database.run_command(command).session(session).await?;
    if let Some(error) = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()?.as_document()) {
        let message = error.get_str("errmsg").unwrap_or_default();
        if error.get_i32("code").is_ok_and(|code| code == DUPLICATE_KEY) {
            let place = error.get_i32("index").map_or(0, i32::unsigned_abs) as usize;
            let id = steps.get(place).map(|step| step.id.clone()).unwrap_or_default();
            return Ok(if message.contains(OF_THE_ID) { Sent::Fewer } else { Sent::Taken(id) });
        }
        return Err(DriverError::custom(message.to_owned()));
    }
    let done = answer.get_i32("n").map_or(0, i32::unsigned_abs) as usize;
    Ok(if done == steps.len() { Sent::All } else { Sent::Fewer })
}
