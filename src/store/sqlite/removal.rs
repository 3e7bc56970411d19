//! Removing everything that is a tenant's.

use rusqlite::{Connection, TransactionBehavior, params};

use super::TENANTS;
use crate::store::CollectionSpec;

/// Deletes the tenant's documents and its record in one transaction, and notes each in the change log, so that running
/// gateways let go of them.
pub(super) fn remove(
    connection: &mut Connection,
    collections: &[&CollectionSpec],
    tenant: &str,
    now: i64,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for spec in collections {
        // The control plane's documents have no tenant; its record of this one goes by its id.
        let is_its = if spec.name == TENANTS { "tenant = '' AND id = ?1" } else { "tenant = ?1" };
        transaction.execute(
            &format!(
                "INSERT INTO change_log (collection, tenant, id, at) SELECT '{0}', tenant, id, ?2 FROM \"{0}\" WHERE {is_its}",
                spec.name
            ),
            params![tenant, now],
        )?;
        transaction.execute(&format!("DELETE FROM \"{}\" WHERE {is_its}", spec.name), params![tenant])?;
    }
    transaction.commit()
}
