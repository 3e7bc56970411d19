//! The embedded store: one SQLite file in WAL mode, shared by several processes.
//!
//! Each collection is a table keyed by (tenant, id). Every write of a watched collection also appends to
//! `change_log`, whose sequence numbers are the resume tokens; a feed polls `PRAGMA data_version`, which
//! costs microseconds and sees the commits of other processes too. `synchronous=FULL`: a commit that was
//! acknowledged survives the loss of the process and of power.

mod removal;
mod write;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::types::ToSql;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};

use super::Document as _;
use crate::error::{Error, Kind, Result};
use crate::model::{Tenant, TenantId, Timestamp};
use crate::store::{
    Change, ChangeFeed, CollectionSpec, Event, Place, Query, RawDocument, ResumeToken, Store, Write, database_name,
    provision_record,
};

use self::write::LEFT_OUT;

/// “mcpg”, so that a foreign SQLite file is never written to.
const APPLICATION_ID: i32 = 0x6d63_7067;
const SCHEMA_VERSION: i32 = 1;
const TENANTS: &str = Tenant::SPEC.name;
/// How long a writer waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a feed looks for commits.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// The most changes one event carries.
const FEED_BATCH: usize = 5_000;

/// A store in one file.
pub(super) struct Sqlite {
    path: PathBuf,
    db_name: String,
    resume_ttl: Duration,
    collections: &'static [&'static CollectionSpec],
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl Sqlite {
    pub(super) async fn open(
        path: PathBuf,
        db_name: String,
        resume_ttl: Duration,
        collections: &'static [&'static CollectionSpec],
    ) -> Result<Self> {
        let opened = path.clone();
        let (writer, reader) = blocking(move || {
            prepare_folder(&opened)?;
            let mut writer = connect(&opened)?;
            check_or_create(&mut writer, &opened, collections)?;
            let reader = connect(&opened)?;
            Ok((writer, reader))
        })
        .await?;
        Ok(Self {
            path,
            db_name,
            resume_ttl,
            collections,
            writer: Arc::new(Mutex::new(writer)),
            reader: Arc::new(Mutex::new(reader)),
        })
    }

    async fn read<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reader, path) = (Arc::clone(&self.reader), self.path.clone());
        blocking(move || what(&lock(&reader)).map_err(|error| unavailable(&path, error))).await
    }
}

#[async_trait]
impl Store for Sqlite {
    fn describe(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    async fn get(&self, place: &Place, id: &str) -> Result<Option<RawDocument>> {
        let (place, id) = (place.clone(), id.to_owned());
        self.read(move |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT id, revision, body FROM \"{}\" WHERE tenant = ?1 AND id = ?2 AND (expires_at IS NULL OR expires_at > ?3)",
                    place.collection.name
                ))?
                .query_row(params![place.tenant_key(), id, Timestamp::now().0], document)
                .optional()
        })
        .await
    }

    async fn find(&self, place: &Place, query: &Query) -> Result<Vec<RawDocument>> {
        let (place, query) = (place.clone(), query.clone());
        self.read(move |connection| {
            let (condition, values) = conditions(&place, &query);
            let limit = query.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
            let order = order(&place, &query);
            connection
                .prepare_cached(&format!(
                    "SELECT id, revision, body FROM \"{}\" WHERE {condition} ORDER BY {order} LIMIT {limit}",
                    place.collection.name
                ))?
                .query_map(&*borrowed(&values), document)?
                .collect()
        })
        .await
    }

    async fn count(&self, place: &Place, query: &Query) -> Result<u64> {
        let (place, query) = (place.clone(), query.clone());
        self.read(move |connection| {
            let (condition, values) = conditions(&place, &query);
            connection
                .prepare_cached(&format!("SELECT count(*) FROM \"{}\" WHERE {condition}", place.collection.name))?
                .query_row(&*borrowed(&values), |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        })
        .await
    }

    async fn revisions(&self, place: &Place) -> Result<Vec<(String, u64)>> {
        let place = place.clone();
        self.read(move |connection| {
            let (condition, values) = conditions(&place, &Query::all());
            connection
                .prepare_cached(&format!(
                    "SELECT id, revision FROM \"{}\" WHERE {condition} ORDER BY id",
                    place.collection.name
                ))?
                .query_map(&*borrowed(&values), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .await
    }

    async fn provision(&self, tenant: &TenantId) -> Result<Tenant> {
        provision_record(self, tenant, database_name(&self.db_name, tenant)).await
    }

    async fn remove_tenant(&self, tenant: &TenantId) -> Result<()> {
        let (writer, path, tenant) = (Arc::clone(&self.writer), self.path.clone(), tenant.clone());
        let collections = self.collections;
        blocking(move || {
            removal::remove(&mut lock(&writer), collections, tenant.as_str(), Timestamp::now().0)
                .map_err(|error| unavailable(&path, error))
        })
        .await
    }

    async fn write(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<u64>> {
        self.transact(place, writes, Err).await
    }

    async fn write_each(&self, place: &Place, writes: Vec<Write>) -> Result<Vec<bool>> {
        // One transaction all the same: each has a cost.
        let left_out = |error: Error| if error.kind() == Kind::Conflict { Ok(LEFT_OUT) } else { Err(error) };
        let revisions = self.transact(place, writes, left_out).await?;
        Ok(revisions.into_iter().map(|revision| revision != LEFT_OUT).collect())
    }

    async fn watch(&self, token: Option<ResumeToken>) -> Result<Box<dyn ChangeFeed>> {
        let path = self.path.clone();
        let (connection, head) = blocking(move || {
            let connection = connect(&path)?;
            let head = last_sequence(&connection).map_err(|error| unavailable(&path, error))?;
            Ok((connection, head))
        })
        .await?;
        // A token that is no number of ours is as good as lost: i64::MIN lies before every kept change.
        let after = token.map_or(head, |token| token.0.parse().unwrap_or(i64::MIN));
        Ok(Box::new(Feed {
            path: self.path.clone(),
            connection: Arc::new(Mutex::new(connection)),
            after,
            seen_version: None,
        }))
    }

    async fn tenants(&self) -> Result<Vec<TenantId>> {
        let collections = self.collections;
        self.read(move |connection| {
            let mut union: Vec<String> =
                // Records are many, and make no tenant.
                collections
                    .iter()
                    .filter(|spec| spec.series.is_none())
                    .map(|spec| format!("SELECT DISTINCT tenant FROM \"{}\"", spec.name))
                    .collect();
            union.extend(
                collections.iter().filter(|spec| spec.name == TENANTS).map(|_| format!("SELECT id FROM {TENANTS}")),
            );
            connection
                .prepare_cached(&format!("{} ORDER BY tenant", union.join(" UNION ")))?
                .query_map([], |row| row.get::<_, String>(0))?
                .collect::<rusqlite::Result<Vec<String>>>()
        })
        .await
        .map(|names| names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    async fn sweep(&self) -> Result<u64> {
        let (writer, path, ttl) = (Arc::clone(&self.writer), self.path.clone(), self.resume_ttl);
        let collections = self.collections;
        blocking(move || {
            let now = Timestamp::now();
            let too_old = now.0.saturating_sub(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
            sweep(&mut lock(&writer), collections, now.0, too_old).map_err(|error| unavailable(&path, error))
        })
        .await
    }

    async fn scrub(&self) -> Result<()> {
        let (writer, path) = (Arc::clone(&self.writer), self.path.clone());
        let is_busy = blocking(move || {
            let writer = lock(&writer);
            // The file anew, without what was deleted; then the log that led to it, which a reader may still need.
            let scrubbed = writer
                .execute_batch("VACUUM")
                .and_then(|()| writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)));
            scrubbed.map_err(|error| unavailable(&path, error))
        });
        if is_busy.await? {
            let what = format!("store `{}`: its log is in use and was not wiped", self.path.display());
            return Err(Error::new(Kind::StoreUnavailable, what).help("run the same command again"));
        }
        Ok(())
    }

    async fn ping(&self) -> Result<()> {
        self.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }
}

struct Feed {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
    after: i64,
    seen_version: Option<i64>,
}

#[async_trait]
impl ChangeFeed for Feed {
    async fn next(&mut self) -> Result<Event> {
        loop {
            let (connection, path, after, seen) =
                (Arc::clone(&self.connection), self.path.clone(), self.after, self.seen_version);
            let (version, found) =
                blocking(move || poll(&lock(&connection), after, seen).map_err(|error| unavailable(&path, error)))
                    .await?;
            let more = matches!(&found, Some(Event::Changes(changes, _)) if changes.len() == FEED_BATCH);
            self.seen_version = (!more).then_some(version);
            if let Some(event) = found {
                let (Event::Changes(_, token) | Event::Lost(token)) = &event;
                self.after = token.0.parse().unwrap_or(self.after);
                return Ok(event);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// Reads the changes after `after`, unless the file's version is still `seen`.
fn poll(connection: &Connection, after: i64, seen: Option<i64>) -> rusqlite::Result<(i64, Option<Event>)> {
    let version: i64 = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
    if seen == Some(version) {
        return Ok((version, None));
    }
    let forgotten: i64 =
        connection.query_row("SELECT value FROM store_meta WHERE key = 'forgotten_to'", [], |row| row.get(0))?;
    if after < forgotten {
        return Ok((version, Some(Event::Lost(ResumeToken(last_sequence(connection)?.to_string())))));
    }
    let mut last = after;
    let changes = connection
        .prepare_cached("SELECT seq, collection, tenant, id FROM change_log WHERE seq > ?1 ORDER BY seq LIMIT ?2")?
        .query_map(params![after, i64::try_from(FEED_BATCH).unwrap_or(i64::MAX)], |row| {
            last = row.get(0)?;
            let tenant: String = row.get(2)?;
            Ok(Change { collection: row.get(1)?, tenant: tenant.parse().ok(), id: row.get(3)? })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((version, (!changes.is_empty()).then(|| Event::Changes(changes, ResumeToken(last.to_string())))))
}

fn sweep(
    connection: &mut Connection,
    collections: &[&CollectionSpec],
    now: i64,
    too_old: i64,
) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut swept = 0;
    for spec in collections {
        if spec.watched {
            transaction.execute(
                &format!(
                    "INSERT INTO change_log (collection, tenant, id, at) SELECT '{0}', tenant, id, ?1 FROM \"{0}\" WHERE expires_at <= ?1",
                    spec.name
                ),
                [now],
            )?;
        }
        swept += transaction.execute(&format!("DELETE FROM \"{}\" WHERE expires_at <= ?1", spec.name), [now])?;
    }
    transaction.execute(
        "UPDATE store_meta SET value = max(value, (SELECT coalesce(max(seq), 0) FROM change_log WHERE at < ?1)) WHERE key = 'forgotten_to'",
        [too_old],
    )?;
    transaction
        .execute("DELETE FROM change_log WHERE seq <= (SELECT value FROM store_meta WHERE key = 'forgotten_to')", [])?;
    transaction.commit()?;
    Ok(swept as u64)
}

fn last_sequence(connection: &Connection) -> rusqlite::Result<i64> {
    // sqlite_sequence keeps the highest number given out, also when the rows are gone.
    connection
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'change_log'", [], |row| row.get(0))
        .optional()
        .map(Option::unwrap_or_default)
}

fn document(row: &Row<'_>) -> rusqlite::Result<RawDocument> {
    Ok(RawDocument { id: row.get(0)?, revision: row.get(1)?, body: row.get(2)? })
}

fn conditions(place: &Place, query: &Query) -> (String, Vec<Box<dyn ToSql>>) {
    let mut text = "tenant = ?1 AND (expires_at IS NULL OR expires_at > ?2)".to_owned();
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(place.tenant_key().to_owned()), Box::new(Timestamp::now().0)];
    for (field, value) in &query.equals {
        debug_assert!(place.collection.fields.contains(field), "{field} is not declared");
        values.push(Box::new(value.clone()));
        let _ = write!(text, " AND json_extract(body, '$.{field}') = ?{}", values.len());
    }
    if let Some(after) = &query.after {
        values.push(Box::new(after.clone()));
        let _ = write!(text, " AND id > ?{}", values.len());
    }
    if let Some(series) = &place.collection.series {
        let bounds = [(&query.past, '>'), (&query.ahead, '<')];
        for ((at, id), sign) in bounds.into_iter().filter_map(|(bound, sign)| Some((bound.as_ref()?, sign))) {
            values.push(Box::new(at.0));
            let (time, place) = (format!("json_extract(body, '$.{}')", series.time), values.len());
            values.push(Box::new(id.clone()));
            // The first alone is what the index is asked.
            let _ =
                write!(text, " AND {time} {sign}= ?{place} AND ({time} {sign} ?{place} OR id {sign} ?{})", place + 1);
        }
    }
    (text, values)
}

fn order(place: &Place, query: &Query) -> String {
    let direction = if query.newest_first { "DESC" } else { "ASC" };
    match &place.collection.series {
        Some(series) => format!("json_extract(body, '$.{}') {direction}, id {direction}", series.time),
        None => format!("id {direction}"),
    }
}

fn borrowed(values: &[Box<dyn ToSql>]) -> Vec<&dyn ToSql> {
    values.iter().map(AsRef::as_ref).collect()
}

/// Creates the folder of the store, readable by its owner only: the store holds credentials.
fn prepare_folder(path: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    let failed = |error| {
        Error::new(Kind::StoreUnavailable, format!("cannot create the store `{}`", path.display()))
            .source(error)
            .help("choose another place with --store sqlite:PATH")
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    if !path.exists() {
        std::fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path).map_err(failed)?;
    }
    Ok(())
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| unavailable(path, error))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| unavailable(path, error))?;
    Ok(connection)
}

/// Accepts a store of this version, creates the schema in an empty file, refuses everything else unchanged.
fn check_or_create(connection: &mut Connection, path: &Path, collections: &[&CollectionSpec]) -> Result<()> {
    // In one transaction: another process may be creating the schema at this moment.
    let numbers = |connection: &mut Connection| -> rusqlite::Result<(i32, i32, i64)> {
        let moment = connection.transaction()?;
        let tables = moment.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let pragma = |name: &str| moment.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        Ok((pragma("application_id")?, pragma("user_version")?, tables))
    };
    let refuse = |why: String| {
        Err(Error::new(Kind::StoreUnavailable, format!("`{}` {why}", path.display()))
            .help("name another file with --store sqlite:PATH; this one was not changed"))
    };
    let (application, version, tables) = numbers(connection).map_err(|error| unavailable(path, error))?;
    match (application, version, tables) {
        (APPLICATION_ID, SCHEMA_VERSION, _) => set_up_connection(connection)
            .and_then(|()| add_collections(connection, collections))
            .map_err(|error| unavailable(path, error)),
        (APPLICATION_ID, other, _) => {
            refuse(format!("is a store of schema version {other}; this mcpgw reads version {SCHEMA_VERSION}"))
        }
        (0, 0, 0) => create(connection, collections).map_err(|error| unavailable(path, error)),
        _ => refuse("is an SQLite file, but not a store of mcpgw".to_owned()),
    }
}

fn set_up_connection(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // What is replaced or removed is overwritten, not only forgotten.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "synchronous", "FULL")
}

fn create(connection: &mut Connection, collections: &[&CollectionSpec]) -> rusqlite::Result<()> {
    set_up_connection(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let made: i32 = transaction.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if made != 0 {
        return Ok(()); // another process was first
    }
    transaction.execute_batch(
        "CREATE TABLE change_log (seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, tenant TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL);
         CREATE TABLE store_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
         INSERT INTO store_meta VALUES ('forgotten_to', 0), ('revision', 0);",
    )?;
    transaction.execute_batch(&tables(collections))?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// Adds what an earlier version did not have yet.
fn add_collections(connection: &mut Connection, collections: &[&CollectionSpec]) -> rusqlite::Result<()> {
    let known = "SELECT count(*) FROM sqlite_schema WHERE name = ?1";
    let missing = |spec: &&&CollectionSpec| {
        let name = if spec.series.is_some() { time_index(spec) } else { spec.name.to_owned() };
        let count = connection.query_row(known, [name], |row| row.get::<_, i64>(0));
        count.is_ok_and(|count| count == 0)
    };
    let missing: Vec<&CollectionSpec> = collections.iter().filter(missing).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(&tables(&missing))?;
    transaction.commit()
}

/// The name of the index on a series' time.
fn time_index(spec: &CollectionSpec) -> String {
    format!("{}_by_time", spec.name)
}

fn tables(collections: &[&CollectionSpec]) -> String {
    let mut schema = String::new();
    for spec in collections {
        let _ = write!(
            schema,
            "CREATE TABLE IF NOT EXISTS \"{0}\" (tenant TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, expires_at INTEGER, PRIMARY KEY (tenant, id));
             CREATE INDEX IF NOT EXISTS \"{0}_expiry\" ON \"{0}\" (expires_at) WHERE expires_at IS NOT NULL;",
            spec.name
        );
        if let Some(series) = &spec.series {
            let _ = write!(
                schema,
                "CREATE INDEX IF NOT EXISTS \"{}\" ON \"{}\" (tenant, json_extract(body, '$.{}'), id);",
                time_index(spec),
                spec.name,
                series.time
            );
        }
        // SQLite holds NULLs apart, so that documents without a unique field do not collide.
        let fields = spec.fields.iter().map(|field| ("", field));
        for (unique, field) in fields.chain(spec.unique.iter().map(|field| ("UNIQUE", field))) {
            let _ = write!(
                schema,
                "CREATE {unique} INDEX IF NOT EXISTS \"{0}_{field}\" ON \"{0}\" (tenant, json_extract(body, '$.{field}'));",
                spec.name
            );
        }
    }
    schema
}

fn unavailable(path: &Path, error: rusqlite::Error) -> Error {
    let help = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            "the file is damaged or no SQLite file; restore it or name another with --store sqlite:PATH"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "check that the file and its folder can be written, or name another with --store sqlite:PATH"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another process holds the store; try again",
        Some(ErrorCode::DiskFull) => "free some space on the disk; nothing was changed",
        _ => "run `mcpgw doctor`",
    };
    Error::new(Kind::StoreUnavailable, format!("store `{}`", path.display())).source(error).help(help)
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // A panic inside rusqlite leaves the connection usable: its transaction rolled back on drop.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::internal("a store task did not finish").source(error))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Expect;
    use crate::store::{COLLECTIONS, Collection};

    const TTL: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn tokens_older_than_the_ttl_are_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let store: Arc<dyn Store> = Arc::new(
            Sqlite::open(folder.path().join("s.db"), "x".to_owned(), Duration::ZERO, COLLECTIONS).await.expect("open"),
        );
        let server: crate::model::Server = serde_json::from_value(serde_json::json!({
            "name": "a", "transport": "streamable_http", "url": "http://127.0.0.1/", "is_enabled": true, "updated_at": 0
        }))
        .expect("a server");
        let servers = Collection::of_tenant(&store, &"t".parse().expect("tenant"));
        servers.put(&server, Expect::Any).await.expect("put");
        tokio::time::sleep(Duration::from_millis(5)).await;
        store.sweep().await.expect("sweep");
        let mut feed = store.watch(Some(ResumeToken("0".to_owned()))).await.expect("watch");
        assert_eq!(feed.next().await.expect("an event"), Event::Lost(ResumeToken("1".to_owned())));
    }

    #[tokio::test]
    async fn foreign_and_damaged_files_are_refused_unchanged() {
        let folder = tempfile::tempdir().expect("a folder");
        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign).expect("sqlite").execute_batch("CREATE TABLE theirs (x)").expect("a table");
        let newer = folder.path().join("newer.db");
        drop(Sqlite::open(newer.clone(), "x".to_owned(), TTL, COLLECTIONS).await.expect("create"));
        let raised = Connection::open(&newer).expect("sqlite");
        raised.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = 99").expect("a version");
        drop(raised);
        let text = folder.path().join("text.db");
        std::fs::write(&text, "no database at all, but long enough to be read as one: ".repeat(40)).expect("a file");
        for (path, why) in [(foreign, "not a store of mcpgw"), (newer, "schema version 99"), (text, "text.db")] {
            let before = std::fs::read(&path).expect("read");
            let error = Sqlite::open(path.clone(), "x".to_owned(), TTL, COLLECTIONS).await.err().expect("refused");
            assert_eq!(error.kind(), Kind::StoreUnavailable);
            assert!(error.chain().contains(why), "{error:?}");
            assert!(error.help_text().is_some());
            assert_eq!(std::fs::read(&path).expect("read"), before, "{} was changed", path.display());
        }
    }
}
