//! Writing with expectations, in one transaction.

use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, TransactionBehavior, params};

use super::{Sqlite, blocking, lock, unavailable};
use crate::error::{Error, Kind, Result};
use crate::model::Timestamp;
use crate::store::{Expect, Place, Write, only_added, taken};

/// In place of the revision of a write that was left out; no document has it.
pub(super) const LEFT_OUT: u64 = u64::MAX;

impl Sqlite {
    /// The new revision of each. What is refused goes to `refused`, which ends the transaction or leaves the write out.
    pub(super) async fn transact(
        &self,
        place: &Place,
        writes: Vec<Write>,
        refused: fn(Error) -> Result<u64>,
    ) -> Result<Vec<u64>> {
        let (writer, path, place) = (Arc::clone(&self.writer), self.path.clone(), place.clone());
        blocking(move || {
            let mut connection = lock(&writer);
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(|error| unavailable(&path, error))?;
            let mut revisions = Vec::with_capacity(writes.len());
            for write in writes {
                let (Write::Put { id, .. } | Write::Delete { id, .. }) = &write;
                let id = id.clone();
                revisions.push(match apply(&transaction, &place, write) {
                    Ok(revision) => revision,
                    Err(Fault::Sqlite(error)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                        refused(taken(&place, &id))?
                    }
                    Err(Fault::Sqlite(error)) => return Err(unavailable(&path, error)),
                    Err(Fault::Refused(error)) => refused(error)?,
                });
            }
            transaction.commit().map_err(|error| unavailable(&path, error))?;
            Ok(revisions)
        })
        .await
    }
}

enum Fault {
    Sqlite(rusqlite::Error),
    Refused(Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// One write, inside a transaction.
fn apply(connection: &Connection, place: &Place, write: Write) -> std::result::Result<u64, Fault> {
    let table = place.collection.name;
    let (Write::Put { id, expect, .. } | Write::Delete { id, expect }) = &write;
    let (id, expect) = (id.clone(), *expect);
    if place.collection.series.is_some() && matches!(write, Write::Delete { .. }) {
        return Err(Fault::Refused(only_added(place)));
    }
    let present: Option<(u64, Option<i64>)> = connection
        .prepare_cached(&format!("SELECT revision, expires_at FROM \"{table}\" WHERE tenant = ?1 AND id = ?2"))?
        .query_row(params![place.tenant_key(), id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let now = Timestamp::now();
    let alive = present.filter(|(_, expires)| expires.is_none_or(|at| at > now.0)).map(|(revision, _)| revision);
    expected(expect, alive, table, &id)?;
    let revision = match write {
        Write::Put { body, expires_at, .. } => {
            let expires_at = match &place.collection.series {
                Some(series) => Some(now.plus(series.keep)),
                None => expires_at,
            };
            // One sequence for all documents: a revision never comes back, not even after a removal.
            let next: u64 = connection
                .prepare_cached("UPDATE store_meta SET value = value + 1 WHERE key = 'revision' RETURNING value")?
                .query_row([], |row| row.get(0))?;
            connection
                .prepare_cached(&format!(
                    "INSERT INTO \"{table}\" (tenant, id, revision, body, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (tenant, id) DO UPDATE SET revision = ?3, body = ?4, expires_at = ?5"
                ))?
                .execute(params![place.tenant_key(), id, next, body, expires_at.map(|at| at.0)])?;
            next
        }
        Write::Delete { .. } => {
            let Some((former, _)) = present else { return Ok(0) };
            connection
                .prepare_cached(&format!("DELETE FROM \"{table}\" WHERE tenant = ?1 AND id = ?2"))?
                .execute(params![place.tenant_key(), id])?;
            former
        }
    };
    if place.collection.watched {
        connection
            .prepare_cached("INSERT INTO change_log (collection, tenant, id, at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![table, place.tenant_key(), id, now.0])?;
    }
    Ok(revision)
}

fn expected(expect: Expect, alive: Option<u64>, table: &str, id: &str) -> std::result::Result<(), Fault> {
    let found = match (expect, alive) {
        (Expect::Any, _) | (Expect::Absent, None) => return Ok(()),
        (Expect::Revision(wanted), Some(present)) if wanted == present => return Ok(()),
        (_, Some(revision)) => format!("is there at revision {revision}"),
        (_, None) => "is not there".to_owned(),
    };
    Err(Fault::Refused(Error::new(Kind::Conflict, format!("document `{id}` of {table} {found}"))))
}
