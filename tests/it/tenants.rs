//! Tenants come and go while the gateway runs, on either store.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fake::Fake;
use crate::support::{Gateway, Home, mongod, until};

fn list_as(gateway: &Gateway, tenant: &str) -> Value {
    gateway.rpc_with("tools/list", json!({}), &[("X-MCP-Tenant", tenant)])
}

fn tools(answer: &Value) -> Option<usize> {
    answer["result"]["tools"].as_array().map(Vec::len)
}

fn come_and_go(home: &Home) {
    let server = Fake::listing(json!([{ "name": "t", "inputSchema": { "type": "object" } }]));
    let closed = Gateway::start_with(home, &[], &[("AUTO_PROVISION_TENANTS", "false")]);
    let refused = list_as(&closed, "acme");
    assert_eq!(refused["error"]["code"], -32600, "{refused}");
    assert_eq!(refused["error"]["data"]["reason"], "tenant_not_provisioned", "{refused}");
    assert_eq!(home.cli(&["tenant", "show", "acme"]).code, 3, "to be refused makes nothing");

    home.json(&["tenant", "provision", "acme"]);
    assert_eq!(tools(&list_as(&closed, "acme")), Some(0), "at once, without a restart");
    for tenant in ["acme", "other"] {
        home.json(&["--tenant", tenant, "server", "add", "s", "--url", &server.url()]);
        home.json(&["--tenant", tenant, "catalog", "sync"]);
        let shown = || (tools(&list_as(&closed, tenant)) == Some(1)).then_some(());
        until(Duration::from_secs(5), shown).unwrap_or_else(|| panic!("{tenant} has its tool"));
    }
    assert_eq!(home.json(&["tenant", "show", "acme"])["tools"], 1);

    let unconfirmed = home.cli(&["tenant", "remove", "acme"]);
    assert!(unconfirmed.code == 2 && unconfirmed.stderr.contains("--yes"), "{unconfirmed:?}");
    assert_eq!(home.cli(&["tenant", "remove", "acme", "--yes"]).code, 0);
    assert_eq!(home.cli(&["tenant", "show", "acme"]).code, 3);
    assert_eq!(home.cli(&["tenant", "remove", "acme", "--yes"]).code, 3);
    // The feed empties the view; a moment later the tenant itself is known to be gone.
    let gone = || (list_as(&closed, "acme")["error"]["data"]["reason"] == "tenant_not_provisioned").then_some(());
    until(Duration::from_secs(15), gone).unwrap_or_else(|| panic!("{}", list_as(&closed, "acme")));
    assert_eq!(tools(&list_as(&closed, "other")), Some(1), "the neighbour has what it had");

    // What comes again under the name finds nothing of what was.
    home.json(&["tenant", "provision", "acme"]);
    assert_eq!(tools(&list_as(&closed, "acme")), Some(0));
    assert_eq!(home.json(&["--tenant", "acme", "catalog", "list"])["tools"], json!([]));
}

#[test]
fn tenants_come_and_go_on_sqlite() {
    come_and_go(&Home::new());
}

#[test]
fn tenants_come_and_go_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    come_and_go(&Home::on_mongodb(&uri));
}

/// Anybody who may sign a token may name a tenant: there is room for so many.
#[test]
fn first_calls_make_tenants_up_to_the_cap() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &[("MAX_TENANTS", "3")]);
    let made = ["a", "b", "c", "d", "e"].map(|tenant| tools(&list_as(&gateway, tenant)).is_some());
    assert_eq!(made, [true, true, true, false, false]);
    assert_eq!(home.json(&["tenant", "list"])["tenants"].as_array().map(Vec::len), Some(3));
    assert!(tools(&list_as(&gateway, "a")).is_some(), "those that are there stay");
}
