//! In a build without the feature.

use mongodb::bson::Binary;

use super::*;
use crate::support::mongod;

#[test]
fn what_the_driver_sealed_is_named_as_such_and_other_servers_work() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    register(&home, &[]);
    let sealed = [&[2][..], &[7; 16], &[3], &[0; 96]].concat();
    set(&home, "one", "headers", Binary { subtype: BinarySubtype::Encrypted, bytes: sealed.clone() });
    assert_eq!(reason(&home, own_master(&home), "one").as_deref(), Some("built_without_queryable_encryption"));
    let tested = home.cli(&["server", "test", "one"]);
    assert_ne!(tested.code, 0);
    assert!(tested.stderr.contains("by MongoDB's driver, which this program was built without"), "{tested:#?}");
    assert_eq!(target(&home, "one"), SEALED);
    assert_eq!(target(&home, "two"), "http://127.0.0.1:9/two");
    assert_eq!(home.cli(&["server", "test", "orders"]).code, 0);
    // What could not be opened goes back as it was.
    assert_eq!(home.cli(&["server", "disable", "one"]).code, 0);
    assert_eq!(encrypted(&raw(&home, "one"), "headers"), sealed);
    let status = home.json(&["secrets", "status"]);
    assert_eq!((&status["method"], &status["in_the_clear"]), (&json!("aes-256-gcm"), &json!(0)), "{status:#}");
}
