//! The store's contract on every engine.

use mongodb::bson::doc;

use crate::support::Mongod;

#[test]
fn mongod_starts_stops_and_keeps_its_data() {
    let Some(mut mongod) = Mongod::start() else { return };
    mongod.command("x", doc! { "insert": "y", "documents": [{ "_id": 1 }] });
    mongod.kill();
    mongod.restart();
    let found = mongod.command("x", doc! { "count": "y" });
    assert_eq!(found.get_i32("n").ok(), Some(1));
}
