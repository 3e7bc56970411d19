//! Tenants come and go while the gateway runs, on either store.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fake::Fake;
use mongodb::bson::{Document, doc};

use crate::support::mongod::run_command;
use crate::support::{DEADLINE, Gateway, Home, mongod, until};

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
        until(DEADLINE, shown).unwrap_or_else(|| panic!("{tenant} has its tool"));
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

/// The name of a database holds 32 bits of a hash. Two tenants of the same name shared what was in it.
#[test]
fn a_tenant_whose_database_is_anothers_sees_nothing_of_it() {
    let Some(uri) = mongod::shared() else { return };
    let home = Home::on_mongodb(&uri);
    let server = Fake::listing(json!([{ "name": "t", "inputSchema": { "type": "object" } }]));
    home.json(&["--tenant", "acme", "server", "add", "s", "--url", &server.url()]);
    home.json(&["--tenant", "acme", "catalog", "sync"]);
    let control = format!("{}_control", home.database());
    let database = mcpgw::store::database_name(home.database(), &"acme".parse().expect("a tenant"));
    let tenants = |command: Document| run_command(&uri, &control, command).expect("a command");
    let found = tenants(doc! { "find": "tenants", "filter": { "_id": "acme" } });
    let batch = found.get_document("cursor").expect("a cursor").get_array("firstBatch").expect("a batch");
    let mut record = batch[0].as_document().cloned().expect("its record");
    assert_eq!(record.get_str("database").ok(), Some(database.as_str()));
    // As if the id of another tenant had the same eight digits and the same slug.
    let remove = |id: &str| tenants(doc! { "delete": "tenants", "deletes": [{ "q": { "_id": id }, "limit": 1 }] });
    remove("acme");
    record.insert("_id", "twin");
    record.insert("id", "twin");
    tenants(doc! { "insert": "tenants", "documents": [record] });

    let gateway = Gateway::start(&home, &[]);
    let refused = list_as(&gateway, "acme");
    assert_eq!(refused["error"]["data"]["reason"], "tenant_not_provisioned", "{refused}");
    let why = refused["error"]["data"]["detail"].as_str().unwrap_or_default();
    assert!(why.contains("database is another tenant's") && !refused.to_string().contains("twin"), "{refused}");
    let url = server.url();
    let commands: [&[&str]; 8] = [
        &["server", "list"],
        &["server", "add", "mine", "--url", &url],
        &["server", "remove", "s", "--yes"],
        &["catalog", "list"],
        &["catalog", "sync"],
        &["search", "t"],
        &["call", "s", "t"],
        &["tenant", "provision", "acme"],
    ];
    for command in commands {
        let output = home.cli(&[&["--tenant", "acme"], command].concat());
        assert!(output.code != 0 && output.stderr.contains("another tenant's"), "{command:?}: {output:?}");
    }
    assert_eq!(home.cli(&["tenant", "remove", "acme", "--yes"]).code, 3, "it is none");
    let kept = run_command(&uri, &database, doc! { "count": "routing_registry" }).expect("count");
    assert_eq!(kept.get_i32("n").ok(), Some(1), "what the other has is untouched");

    // A store from before tenants were noted: nobody's record names the database, and its first call notes it.
    remove("twin");
    until(DEADLINE, || (tools(&list_as(&gateway, "acme")) == Some(1)).then_some(())).expect("served");
    assert_eq!(home.json(&["tenant", "show", "acme"])["database"], json!(database));
}
