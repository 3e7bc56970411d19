//! To come.
use serde_json::json;

use crate::support::{Gateway, Home};

#[test]
fn smoke() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &["--demo"]);
    let frame = gateway.rpc("ping", json!({}));
    assert_eq!(frame["result"], json!({}));
}
