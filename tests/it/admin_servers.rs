//! The registry over HTTP: what operators see of servers, and how they change them.

use serde_json::{Value, json};

use crate::auth::bearer;
use crate::fake::Fake;
use crate::support::http::Response;
use crate::support::{Gateway, Home};

const MODE: [(&str, &str); 2] = [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];

struct Admin {
    gateway: Gateway,
    bearer: String,
}

impl Admin {
    fn new(home: &Home) -> Self {
        let token = home.cli_with(&["token", "mint", "--tenant", "local-dev", "--roles", "platform:admin"], &MODE, "");
        Self { gateway: Gateway::start_with(home, &[], &MODE), bearer: bearer(token.stdout.trim()) }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Response {
        self.at(method, &format!("/admin/servers{path}"), headers, body)
    }

    fn at(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Response {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [&[("Authorization", self.bearer.as_str())], headers].concat();
        self.gateway.request(method, path, &headers, &body)
    }
}

#[test]
fn servers_come_go_and_change_and_no_credential_comes_out() {
    let home = Home::new();
    let server = Fake::listing(json!([{ "name": "go", "inputSchema": { "type": "object" } }]));
    let admin = Admin::new(&home);
    let url = format!("{}?key=canary-one", server.url());
    let form = json!({ "name": "s", "url": url, "headers": { "X-Key": "canary-two" }, "metadata": { "note": "canary-three" },
        "oauth": { "token_url": "https://issuer.example/token", "client_id": "me", "client_secret": "canary-four" } });
    let added = admin.ask("POST", "", &[], &form);
    assert_eq!(added.status, 201, "{added:?}");
    let tag = added.header("etag").expect("a tag").to_owned();
    let again = admin.ask("POST", "", &[], &form);
    assert_eq!(again.status, 409, "{again:?}");
    let shown = admin.ask("GET", "/s", &[], &Value::Null);
    for answer in [&added, &again, &shown, &admin.ask("GET", "", &[], &Value::Null)] {
        assert!(!answer.body.contains("canary"), "{answer:?}");
    }
    assert_eq!(shown.json()["headers"], json!({ "X-Key": "***" }));
    assert_eq!(shown.json()["oauth"]["client_secret"], "***");

    // What was shown can be given back: the credentials stay.
    let mut form = shown.json();
    for known in ["revision", "updated_at", "last_sync"] {
        form.as_object_mut().expect("an object").remove(known);
    }
    form["oauth"] = Value::Null;
    form["scopes"] = json!(["a"]);
    let put = admin.ask("PUT", "/s", &[("If-Match", &tag)], &form);
    assert_eq!((put.status, &put.json()["scopes"]), (200, &json!(["a"])), "{put:?}");
    let late = admin.ask("PUT", "/s", &[("If-Match", &tag)], &form);
    assert!(late.status == 409 && late.body.contains("changed meanwhile"), "{late:?}");
    let tested = admin.ask("POST", "/s/test", &[], &Value::Null);
    assert_eq!(tested.status, 200, "{tested:?}");
    assert!(server.heard("?key=canary-one http/1.1") && server.heard("x-key: canary-two"));

    let patched = admin.ask("PATCH", "/s", &[], &json!({ "enabled": false, "headers": { "X-Other": "canary-five" } }));
    assert_eq!(patched.json()["headers"], json!({ "X-Key": "***", "X-Other": "***" }), "{patched:?}");
    assert_eq!(patched.json()["enabled"], false);
    for (method, path, body, status) in [
        ("PATCH", "/s", json!({ "headers": { "X-New": "***" } }), 400),
        // What is kept is not sent to another host.
        ("PATCH", "/s", json!({ "url": "http://127.0.0.2:1/mcp" }), 400),
        ("PATCH", "/s", json!({ "url": "http://127.0.0.1:1/other?…" }), 400),
        ("PATCH", "/s", json!({ "headres": {} }), 400),
        ("PATCH", "/s", json!({ "name": "t" }), 400),
        ("PATCH", "/s", json!(["canary"]), 400),
        ("POST", "", json!({ "name": "t" }), 400),
        ("POST", "", json!({ "name": "t", "url": "http://x/", "command": "y" }), 400),
        ("POST", "", json!({ "name": "t", "url": 7, "headers": { "a": "canary" } }), 400),
        ("POST", "", json!({ "url": "http://127.0.0.1:1/" }), 400),
        ("GET", "/none", Value::Null, 404),
        ("DELETE", "/none", Value::Null, 404),
        ("GET", "/No%2Fname", Value::Null, 400),
    ] {
        let refused = admin.ask(method, path, &[], &body);
        assert_eq!(refused.status, status, "{method} {path} {body}: {refused:?}");
        assert!(!refused.body.contains("canary"), "{refused:?}");
    }
    let removed = admin.ask("DELETE", "/s", &[], &Value::Null);
    assert_eq!(removed.json()["status"], "removed", "{removed:?}");
    assert_eq!(admin.ask("GET", "/s", &[], &Value::Null).status, 404);
}

#[test]
fn the_catalog_is_synced_and_read_in_pages_and_tenants_come_and_go() {
    let home = Home::new();
    let tools: Vec<Value> =
        (0..5).map(|number| json!({ "name": format!("t{number}"), "inputSchema": { "type": "object" } })).collect();
    let (one, two) = (Fake::listing(json!(tools)), Fake::listing(json!(tools)));
    let admin = Admin::new(&home);
    let made = admin.at("POST", "/admin/tenants", &[], &json!({ "id": "acme" }));
    assert_eq!((made.status, made.json()["id"].as_str()), (200, Some("acme")), "{made:?}");
    for (name, server) in [("one", &one), ("two", &two)] {
        let form = json!({ "name": name, "url": server.url() });
        assert_eq!(admin.ask("POST", "?tenant_id=acme", &[], &form).status, 201);
    }
    let synced = admin.at("POST", "/admin/catalog/sync", &[], &json!({ "tenant_id": "acme", "server": "one" })).json();
    assert_eq!((&synced["tools_total"], &synced["servers"][0]["added"]), (&json!(5), &json!(5)), "{synced}");
    let synced = admin.at("POST", "/admin/catalog/sync", &[], &json!({ "tenant_id": "acme" })).json();
    assert_eq!(synced["tools_total"], 10, "{synced}");
    let listed = |query: &str| admin.at("GET", &format!("/admin/catalog?tenant_id=acme{query}"), &[], &Value::Null);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    crate::support::until(std::time::Duration::from_secs(5), || {
        (listed("").json()["tools"].as_array().map(Vec::len) == Some(10)).then_some(())
    })
    .expect("the view has them");
    loop {
        let page = listed(&format!("&server=two&limit=2{cursor}")).json();
        seen.extend(page["tools"].as_array().expect("tools").iter().map(|tool| tool["exposed_name"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<Value> = (0..5).map(|number| json!(format!("two__t{number}"))).collect();
    assert_eq!(seen, expected);
    for (query, status) in [("&server=none", 404), ("&limit=x", 400), ("&cursor=x", 400)] {
        assert_eq!(listed(query).status, status, "{query}");
    }
    let refused = admin.at("POST", "/admin/catalog/sync", &[], &json!({ "tenant_id": "acme", "server": "none" }));
    assert_eq!(refused.status, 404, "{refused:?}");
    let tenants = admin.at("GET", "/admin/tenants", &[], &Value::Null).json();
    assert!(tenants["tenants"].as_array().is_some_and(|all| all.iter().any(|it| it["id"] == "acme")), "{tenants}");
    assert_eq!(admin.at("GET", "/admin/tenants/acme", &[], &Value::Null).json()["tools"], 10);
    assert_eq!(admin.at("DELETE", "/admin/tenants/acme", &[], &Value::Null).json()["status"], "removed");
    assert_eq!(admin.at("GET", "/admin/tenants/acme", &[], &Value::Null).status, 404);
    assert_eq!(admin.at("POST", "/admin/tenants", &[], &json!({ "id": "a b" })).status, 400);
}

/// A part of what could not be opened stood for all of it, and what was entered again was not kept.
#[test]
fn what_cannot_be_opened_is_not_overwritten_in_parts() {
    let (home, key) = (Home::new(), "store.db.key");
    let form = json!({ "name": "s", "url": "http://127.0.0.1:1/mcp", "headers": { "X-Key": "one" },
        "metadata": { "note": "two" } });
    drop({
        let admin = Admin::new(&home);
        assert_eq!(admin.ask("POST", "", &[], &form).status, 201);
        admin
    });
    std::fs::rename(home.path(key), home.path("away")).expect("moved");
    let admin = Admin::new(&home);
    let shown = admin.ask("GET", "/s", &[], &Value::Null).json();
    assert!(shown["sealed"].is_string() && shown["headers"].is_null(), "{shown}");
    let refused = admin.ask("PATCH", "/s", &[], &json!({ "headers": { "X-New": "three" } }));
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(admin.ask("PATCH", "/s", &[], &json!({ "enabled": false })).status, 200);
    std::fs::rename(home.path("away"), home.path(key)).expect("moved back");
    let shown = admin.ask("GET", "/s", &[], &Value::Null).json();
    assert_eq!((&shown["headers"], &shown["enabled"]), (&json!({ "X-Key": "***" }), &json!(false)), "{shown}");
    assert_eq!(shown["metadata"], json!({ "note": "***" }));
}
