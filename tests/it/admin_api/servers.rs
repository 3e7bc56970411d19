//! The registry over HTTP: what operators see of servers, and how they change them.

use serde_json::{Value, json};

use super::Admin;
use crate::fake::{Fake, Say};
use crate::support::{Home, mongod};

#[test]
fn servers_come_go_and_change_and_no_credential_comes_out() {
    let home = Home::new();
    let server = Fake::listing(json!([{ "name": "go", "inputSchema": { "type": "object" } }]));
    let admin = Admin::new(&home);
    let url = format!("{}?key=canary-one", server.url());
    let form = json!({ "name": "s", "url": url, "headers": { "X-Key": "canary-two" }, "metadata": { "note": "canary-three" },
        "oauth": { "token_url": "https://issuer.example/token", "client_id": "me", "client_secret": "canary-four" } });
    let added = admin.servers("POST", "", &[], &form);
    assert_eq!(added.status, 201, "{added:?}");
    let tag = added.header("etag").expect("a tag").to_owned();
    let again = admin.servers("POST", "", &[], &form);
    assert_eq!(again.status, 409, "{again:?}");
    let shown = admin.servers("GET", "/s", &[], &Value::Null);
    for answer in [&added, &again, &shown, &admin.servers("GET", "", &[], &Value::Null)] {
        assert!(!answer.body.contains("canary"), "{answer:?}");
    }
    assert_eq!(shown.json()["headers"], json!({ "X-Key": "***" }));
    assert_eq!(shown.json()["oauth"]["client_secret"], "***");

    // What was shown can be given back: the credentials stay.
    let mut form = shown.json();
    for known in ["revision", "updated_at", "last_sync", "circuit", "failures"] {
        form.as_object_mut().expect("an object").remove(known);
    }
    form["oauth"] = Value::Null;
    form["scopes"] = json!(["a"]);
    let put = admin.servers("PUT", "/s", &[("If-Match", &tag)], &form);
    assert_eq!((put.status, &put.json()["scopes"]), (200, &json!(["a"])), "{put:?}");
    let late = admin.servers("PUT", "/s", &[("If-Match", &tag)], &form);
    assert!(late.status == 409 && late.body.contains("changed meanwhile"), "{late:?}");
    let tested = admin.servers("POST", "/s/test", &[], &Value::Null);
    assert_eq!(tested.status, 200, "{tested:?}");
    assert!(server.heard("?key=canary-one http/1.1") && server.heard("x-key: canary-two"));

    let patched =
        admin.servers("PATCH", "/s", &[], &json!({ "enabled": false, "headers": { "X-Other": "canary-five" } }));
    assert_eq!(patched.json()["headers"], json!({ "X-Key": "***", "X-Other": "***" }), "{patched:?}");
    assert_eq!(patched.json()["enabled"], false);
    let none = Value::Null;
    for (method, path, body, status, field) in [
        ("PATCH", "/s", json!({ "headers": { "X-New": "***" } }), 400, "headers.X-New"),
        // What is kept is not sent to another host.
        ("PATCH", "/s", json!({ "url": "http://127.0.0.2:1/mcp" }), 400, "headers.X-Key"),
        ("PATCH", "/s", json!({ "url": "http://127.0.0.1:1/other?…" }), 400, "url"),
        ("PATCH", "/s", json!({ "headres": {} }), 400, ""),
        ("PATCH", "/s", json!({ "name": "t" }), 400, "name"),
        ("PATCH", "/s", json!(["canary"]), 400, ""),
        ("POST", "", json!({ "name": "t" }), 400, "url"),
        ("POST", "", json!({ "name": "t", "url": "ftp://x/" }), 400, "url"),
        ("POST", "", json!({ "name": "t", "url": "http://169.254.169.254/" }), 422, "url"),
        ("POST", "", json!({ "name": "t", "transport": "smoke", "url": "http://x/" }), 400, "transport"),
        ("POST", "", json!({ "name": "t", "url": "http://x/", "command": "y" }), 400, "command"),
        ("POST", "", json!({ "name": "t", "url": 7, "headers": { "a": "canary" } }), 400, ""),
        ("POST", "", json!({ "url": "http://127.0.0.1:1/" }), 400, "name"),
        ("POST", "", json!({ "name": "import", "url": "http://127.0.0.1:1/" }), 400, "name"),
        ("GET", "/none", none.clone(), 404, ""),
        ("DELETE", "/none", none.clone(), 404, ""),
        ("GET", "/No%2Fname", none, 400, ""),
    ] {
        let refused = admin.servers(method, path, &[], &body);
        assert_eq!(refused.status, status, "{method} {path} {body}: {refused:?}");
        assert!(!refused.body.contains("canary"), "{refused:?}");
        assert_eq!(refused.json()["error"]["field"].as_str().unwrap_or_default(), field, "{refused:?}");
    }
    for late in [tag.as_str(), "\"0\""] {
        assert_eq!(admin.servers("DELETE", "/s", &[("If-Match", late)], &Value::Null).status, 409);
    }
    let shown = admin.servers("GET", "/s", &[], &Value::Null);
    let now = shown.header("etag").expect("a tag").to_owned();
    let removed = admin.servers("DELETE", "/s", &[("If-Match", &now)], &Value::Null);
    assert_eq!(removed.json()["status"], "removed", "{removed:?}");
    // Why it cannot be reached is for the administrator to know.
    admin.servers("POST", "", &[], &json!({ "name": "away", "url": "http://127.0.0.1:1/mcp" }));
    let away = admin.servers("POST", "/away/test", &[], &Value::Null);
    assert!(away.status == 502 && away.body.to_lowercase().contains("connection refused"), "{away:?}");
    assert_eq!(admin.servers("GET", "/s", &[], &Value::Null).status, 404);
}

#[test]
fn the_catalog_is_synced_and_read_in_pages_and_tenants_come_and_go() {
    let home = Home::new();
    let tools: Vec<Value> =
        (0..5).map(|number| json!({ "name": format!("t{number}"), "inputSchema": { "type": "object" } })).collect();
    let (one, two) = (Fake::listing(json!(tools)), Fake::listing(json!(tools)));
    let admin = Admin::new(&home);
    let made = admin.ask("POST", "/admin/tenants", &[], &json!({ "id": "acme" }));
    assert_eq!((made.status, made.json()["id"].as_str()), (200, Some("acme")), "{made:?}");
    for (name, server) in [("one", &one), ("two", &two)] {
        let form = json!({ "name": name, "url": server.url() });
        assert_eq!(admin.servers("POST", "?tenant_id=acme", &[], &form).status, 201);
    }
    let synced = admin.ask("POST", "/admin/catalog/sync", &[], &json!({ "tenant_id": "acme", "server": "one" })).json();
    assert_eq!((&synced["tools_total"], &synced["servers"][0]["added"]), (&json!(5), &json!(5)), "{synced}");
    let synced = admin.ask("POST", "/admin/catalog/sync", &[], &json!({ "tenant_id": "acme" })).json();
    assert_eq!(synced["tools_total"], 10, "{synced}");
    let listed = |query: &str| admin.ask("GET", &format!("/admin/catalog?tenant_id=acme{query}"), &[], &Value::Null);
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
    for (query, status, field) in [
        ("&server=none", 404, ""),
        ("&limit=x", 400, "limit"),
        ("&limit=0", 400, "limit"),
        ("&cursor=x", 400, "cursor"),
        ("&status=x", 400, "status"),
        ("&what=x", 400, ""),
    ] {
        let refused = listed(query);
        assert_eq!(refused.status, status, "{query}");
        assert_eq!(refused.json()["error"]["field"].as_str().unwrap_or_default(), field, "{refused:?}");
    }
    let refused = admin.ask("POST", "/admin/catalog/sync", &[], &json!({ "tenant_id": "acme", "server": "none" }));
    assert_eq!(refused.status, 404, "{refused:?}");
    let tenants = admin.ask("GET", "/admin/tenants", &[], &Value::Null).json();
    assert!(tenants["tenants"].as_array().is_some_and(|all| all.iter().any(|it| it["id"] == "acme")), "{tenants}");
    assert_eq!(admin.ask("GET", "/admin/tenants/acme", &[], &Value::Null).json()["tools"], 10);
    assert_eq!(admin.ask("DELETE", "/admin/tenants/acme", &[], &Value::Null).json()["status"], "removed");
    assert_eq!(admin.ask("GET", "/admin/tenants/acme", &[], &Value::Null).status, 404);
    assert_eq!(admin.ask("POST", "/admin/tenants", &[], &json!({ "id": "a b" })).status, 400);
}

/// A part of what could not be opened stood for all of it, and what was entered again was not kept.
#[test]
fn what_cannot_be_opened_is_not_overwritten_in_parts() {
    let (home, key) = (Home::new(), "store.db.key");
    let form = json!({ "name": "s", "url": "http://127.0.0.1:1/mcp", "headers": { "X-Key": "one" },
        "metadata": { "note": "two" } });
    drop({
        let admin = Admin::new(&home);
        assert_eq!(admin.servers("POST", "", &[], &form).status, 201);
        admin
    });
    std::fs::rename(home.path(key), home.path("away")).expect("moved");
    let admin = Admin::new(&home);
    let shown = admin.servers("GET", "/s", &[], &Value::Null).json();
    assert!(shown["sealed"].is_string() && shown["headers"].is_null(), "{shown}");
    let refused = admin.servers("PATCH", "/s", &[], &json!({ "headers": { "X-New": "three" } }));
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(admin.servers("PATCH", "/s", &[], &json!({ "enabled": false })).status, 200);
    std::fs::rename(home.path("away"), home.path(key)).expect("moved back");
    let shown = admin.servers("GET", "/s", &[], &Value::Null).json();
    assert_eq!((&shown["headers"], &shown["enabled"]), (&json!({ "X-Key": "***" }), &json!(false)), "{shown}");
    assert_eq!(shown["metadata"], json!({ "note": "***" }));
}

/// The second of two who change the same server is told, on either store.
fn changed_by_two(home: &Home) {
    let server = Fake::listing(json!([{ "name": "go", "inputSchema": { "type": "object" } }]));
    let admin = Admin::new(home);
    let added = admin.servers("POST", "", &[], &json!({ "name": "s", "url": server.url() }));
    let tag = added.header("etag").expect("a tag").to_owned();
    // A sync notes how it ended; that is no change of an administrator's.
    assert_eq!(admin.ask("POST", "/admin/catalog/sync", &[], &json!({})).status, 200);
    let changed = admin.servers("PATCH", "/s", &[("If-Match", &tag)], &json!({ "scopes": ["a"] }));
    assert_eq!(changed.status, 200, "{changed:?}");
    let second = admin.servers("DELETE", "/s", &[("If-Match", &tag)], &Value::Null);
    assert_eq!(second.status, 409, "{second:?}");
    assert_eq!(admin.servers("GET", "/s", &[], &Value::Null).json()["scopes"], json!(["a"]));
    let tag = changed.header("etag").expect("a tag").to_owned();
    assert_eq!(admin.ask("POST", "/admin/catalog/sync", &[], &json!({})).status, 200);
    let removed = admin.servers("DELETE", "/s", &[("If-Match", &tag)], &Value::Null);
    assert_eq!((removed.status, &removed.json()["tools"]), (200, &json!(1)), "{removed:?}");
    assert_eq!(admin.servers("DELETE", "/s", &[("If-Match", &tag)], &Value::Null).status, 404);
}

#[test]
fn the_second_of_two_is_told_on_sqlite() {
    changed_by_two(&Home::new());
}

#[test]
fn the_second_of_two_is_told_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    changed_by_two(&Home::on_mongodb(&uri));
}

#[test]
fn servers_are_found_by_words_and_read_in_pages() {
    let home = Home::new();
    let admin = Admin::new(&home);
    for number in 0..25 {
        let form = json!({ "name": format!("s{number:02}"), "url": format!("http://127.0.0.1:1/{}", number % 2) });
        assert_eq!(admin.servers("POST", "", &[], &form).status, 201);
    }
    let listed = |query: &str| admin.servers("GET", query, &[], &Value::Null).json();
    let names = |page: &Value| -> Vec<String> {
        let servers = page["servers"].as_array().expect("servers").iter();
        servers.map(|server| server["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!((names(&listed("")).len(), &listed("")["next"]), (25, &Value::Null));
    assert_eq!(names(&listed("?q=S07")), ["s07"]);
    assert_eq!(names(&listed("?q=s1%20/0")), ["s10", "s12", "s14", "s16", "s18"]);
    assert_eq!(names(&listed("?q=nobody")), Vec::<String>::new());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = listed(&format!("?q=s&limit=10{cursor}"));
        seen.extend(names(&page));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, (0..25).map(|number| format!("s{number:02}")).collect::<Vec<_>>());
    assert_eq!(names(&listed("?tenant_id=acme")), Vec::<String>::new(), "they are another tenant's");
    assert_eq!(home.json(&["server", "list", "--query", "s07"])["servers"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_clients_file_is_taken_over_entry_by_entry() {
    let home = Home::new();
    let admin = Admin::new(&home);
    let document = json!({ "mcpServers": {
        "Good One": { "url": "http://127.0.0.1:1/mcp", "headers": { "X-Key": "canary" } },
        "far": { "url": "http://169.254.169.254/mcp" },
        "hole": { "command": "x", "env": { "TOKEN": "canary ${TOKEN}" } },
    } });
    let import = |dry_run: bool| {
        let body = json!({ "document": document, "dry_run": dry_run });
        let answer = admin.servers("POST", "/import", &[], &body);
        assert!(!answer.body.contains("canary"), "{answer:?}");
        let pair = |it: &Value| (it["name"].clone(), it["status"].clone(), it["error"].is_string());
        answer.json()["servers"].as_array().expect("servers").iter().map(pair).collect::<Vec<_>>()
    };
    let with = |status: &str| {
        vec![
            (json!("good-one"), json!(status), false),
            (json!("far"), json!("invalid"), true),
            (json!("hole"), json!("invalid"), true),
        ]
    };
    assert_eq!(import(true), with("added"));
    assert_eq!(admin.servers("GET", "/good-one", &[], &Value::Null).status, 404, "it was only asked");
    assert_eq!(import(false), with("added"));
    assert_eq!(import(true), with("exists"));
    assert_eq!(import(false), with("exists"));
    let wrong = admin.servers("POST", "/import", &[], &json!({ "document": { "mcpServers": [] } }));
    assert_eq!((wrong.status, &wrong.json()["error"]["field"]), (400, &json!("document")), "{wrong:?}");
    let file = home.path("client.json");
    std::fs::write(&file, document.to_string()).expect("written");
    let file = file.to_str().expect("a path");
    let (code, said) = home.json_with_code(&["--tenant", "acme", "server", "import", "--dry-run", file]);
    assert_eq!((code, &said["servers"][0]["status"]), (2, &json!("added")), "{said}");
    assert_eq!(home.json(&["--tenant", "acme", "server", "list"])["servers"], json!([]));
}

#[test]
fn a_server_in_trouble_says_so() {
    let home = Home::new();
    let server = Fake::start(|method, _| match method {
        "tools/list" => Say::Result(json!({ "tools": [
            { "name": "go", "inputSchema": { "type": "object" }, "annotations": { "readOnlyHint": true } }
        ] })),
        _ => Say::Raw(500, "text/plain", "canary".to_owned()),
    });
    let admin = Admin::new(&home);
    assert_eq!(admin.servers("POST", "", &[], &json!({ "name": "s", "url": server.url() })).status, 201);
    admin.sync("s");
    let healthy = admin.servers("GET", "/s", &[], &Value::Null).json();
    assert_eq!((&healthy["circuit"], &healthy["failures"]), (&json!({ "state": "closed" }), &json!([])), "{healthy}");
    for _ in 0..6 {
        let called = admin.ask("POST", "/admin/catalog/s::go/call", &[], &json!({ "arguments": {} }));
        assert_eq!(called.status, 502, "{called:?}");
    }
    let shown = || admin.servers("GET", "/s", &[], &Value::Null).json();
    let failed = || (shown()["failures"].as_array().map(Vec::len) == Some(6)).then(shown);
    let shown = crate::support::until(std::time::Duration::from_secs(5), failed).expect("the trail has them");
    assert_eq!(shown["circuit"]["state"], "open", "{shown}");
    assert!(shown["circuit"]["retry_after_ms"].is_u64(), "{shown}");
    assert_eq!((&shown["failures"][0]["tool"], &shown["failures"][0]["kind"]), (&json!("go"), &json!("tool_call")));
    assert!(!shown.to_string().contains("canary"));
    assert_eq!(home.json(&["server", "show", "s"])["failures"].as_array().map(Vec::len), Some(6));
}
