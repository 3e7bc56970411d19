//! The store's contract on every engine.

use std::sync::Arc;
use std::time::Duration;

use mcpgw::model::Secret;
use mcpgw::store::{Location, Store, StoreConfig, conformance, open_with};

use crate::support::{Home, mongod};

async fn open(location: &Location, db_name: &str) -> Arc<dyn Store> {
    let config =
        StoreConfig { location: location.clone(), db_name: db_name.to_owned(), resume_ttl: Duration::from_secs(60) };
    open_with(&config, conformance::COLLECTIONS).await.expect("open").store
}

#[test]
fn sqlite_passes_the_conformance_suite() {
    let home = Home::new();
    let location = Location::Sqlite(home.path("deep/er/store.db"));
    mongod::block_on(async {
        conformance::run(open(&location, "x").await, open(&location, "x").await).await;
    });
}

#[test]
fn mongodb_passes_the_conformance_suite() {
    let Some(uri) = mongod::shared() else { return };
    let (location, name) = (Location::MongoDb(Secret::new(uri)), mongod::database());
    mongod::block_on(async {
        conformance::run(open(&location, &name).await, open(&location, &name).await).await;
    });
}
