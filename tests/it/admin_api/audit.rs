//! The trail of administrators, and finding records in it, on either store.

use std::time::Duration;

use serde_json::{Value, json};

use super::Admin;
use crate::fake::{Fake, Say};
use crate::support::{Gateway, Home, mongod, until};

fn records(page: &Value) -> &Vec<Value> {
    page["records"].as_array().expect("records")
}

/// Waits until as many records answer a query.
#[track_caller]
fn eventually(admin: &Admin, query: &str, count: usize) -> Value {
    let path = format!("/admin/audit?{query}");
    let page = || Some(admin.get(&path)).filter(|page| records(page).len() == count);
    until(Duration::from_secs(10), page).unwrap_or_else(|| panic!("{query}: {:#}", admin.get(&path)))
}

fn trail(home: &Home) {
    let server = Fake::start(|method, frame| match (method, frame["params"]["name"].as_str()) {
        ("tools/list", _) => {
            let tool = |name: &str| json!({ "name": name, "inputSchema": { "type": "object" } });
            Say::Result(json!({ "tools": [tool("go"), tool("fail")] }))
        }
        (_, name) => Say::Result(json!({ "content": [], "isError": name == Some("fail") })),
    });
    let admin = Admin::new(home);
    let form = json!({ "name": "s", "url": server.url(), "headers": { "X-Key": "canary" } });
    let id = [("X-Request-ID", "made-it")];
    assert_eq!(admin.ask("POST", "/admin/servers", &id, &form).status, 201);
    admin.sync("s");
    assert_eq!(admin.ask("PATCH", "/admin/servers/s", &[], &json!({ "headers": [] })).status, 400);
    assert_eq!(admin.ask("DELETE", "/admin/servers/none", &[], &Value::Null).status, 404);
    assert_eq!(admin.ask("DELETE", "/admin/servers/s?what=1", &[], &Value::Null).status, 400);
    for _ in 0..3 {
        admin.ask("POST", "/admin/catalog/s::go/call", &[], &json!({ "arguments": { "note": "canary" } }));
        admin.ask("POST", "/admin/catalog/s::fail/call", &[], &json!({ "arguments": {} }));
    }
    admin.post("/admin/search", &json!({ "query": "canary", "subject": "eve" }));
    admin.post("/admin/policies/validate", &json!({ "source": "canary" }));

    let page = eventually(&admin, "kind=admin", 5);
    assert!(!page.to_string().contains("canary"), "{page:#}");
    let told: Vec<_> = records(&page)
        .iter()
        .rev()
        .map(|record| {
            [&record["tool"], &record["object"], &record["server"], &record["status"]]
                .map(|it| it.as_str().unwrap_or_default())
        })
        .collect();
    let expected = [
        ["POST /admin/servers", "s", "s", "ok"],
        ["POST /admin/catalog/sync", "", "s", "ok"],
        ["PATCH /admin/servers/{name}", "s", "s", "invalid"],
        ["DELETE /admin/servers/{name}", "none", "none", "refused"],
        ["DELETE /admin/servers/{name}", "s", "s", "invalid"],
    ];
    assert_eq!(told, expected, "{page:#}");
    for record in records(&page) {
        assert_eq!((&record["face"], &record["actor"]["subject"]), (&json!("admin"), &json!("ann")), "{record}");
    }
    assert_eq!(records(&page).last().expect("the first")["request_id"], "made-it");
    let issuer = &records(&page)[0]["actor"]["issuer"];
    assert!(issuer.as_str().is_some_and(|issuer| !issuer.is_empty()), "{page:#}");
    let calls = eventually(&admin, "kind=tool_call", 6);
    assert!(records(&calls).iter().all(|record| record["actor"]["issuer"] == *issuer), "{calls:#}");
    let failures = &admin.get("/admin/servers/s")["failures"];
    assert!(
        failures.as_array().is_some_and(|it| it.len() == 3),
        "what was refused to administrators is none: {failures}"
    );

    found(&admin);
    tables(home, &admin);
}

/// By each filter, and by pages.
fn found(admin: &Admin) {
    let calls = eventually(admin, "kind=tool_call&server=s", 6);
    let middle = records(&calls)[3]["ts"].as_i64().expect("a time");
    for (query, count) in [
        ("outcome=failed&kind=tool_call", 3),
        ("outcome=ok&tool=go", 3),
        ("outcome=tool_error", 3),
        ("tool=fail&limit=1000", 3),
        ("subject=ann&kind=search", 1),
        ("subject=eve", 0),
        ("kind=search&server=s", 0),
        ("since=1h&until=0s&kind=tool_call", 6),
        ("until=1h", 0),
        ("tenant_id=acme", 0),
    ] {
        assert_eq!(records(&admin.get(&format!("/admin/audit?{query}"))).len(), count, "{query}");
    }
    let at = mcpgw::model::Timestamp(middle).to_string();
    let earlier = admin.get(&format!("/admin/audit?kind=tool_call&until={at}"));
    let later = admin.get(&format!("/admin/audit?kind=tool_call&since={at}"));
    assert_eq!(records(&earlier).len() + records(&later).len(), 6, "each is before or after");
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = admin.get(&format!("/admin/audit?tool=go&limit=2{cursor}"));
        seen += records(&page).len();
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, 3, "over all pages");
    for (query, field) in [
        ("outcome=x", "outcome"),
        ("kind=x", "kind"),
        ("until=x", "until"),
        ("format=x", "format"),
        ("cursor=x", "cursor"),
    ] {
        let refused = admin.ask("GET", &format!("/admin/audit?{query}"), &[], &Value::Null);
        assert_eq!((refused.status, refused.json()["error"]["field"].as_str()), (400, Some(field)), "{refused:?}");
    }
    // What administrators do is no call of anybody's.
    assert_eq!(admin.get("/admin/audit/summary")["calls"], 6);
}

fn tables(home: &Home, admin: &Admin) {
    // A name that its caller chose, to be opened by somebody's spreadsheet.
    let evil = "=HYPERLINK(\"http://evil.example\")";
    let call =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": evil, "arguments": {} } });
    admin.gateway.post("/rpc", &[("Authorization", &admin.bearer)], &call.to_string());
    eventually(admin, "kind=tool_call&outcome=refused", 1);
    let by_format = admin.ask("GET", "/admin/audit?kind=tool_call&format=csv", &[], &Value::Null);
    let by_header = admin.ask("GET", "/admin/audit?kind=tool_call", &[("Accept", "text/csv")], &Value::Null);
    assert_eq!(by_format.body, by_header.body);
    assert!(by_format.header("content-type").is_some_and(|it| it.starts_with("text/csv")), "{by_format:?}");
    let disposition = by_format.header("content-disposition").expect("a download");
    assert!(disposition.starts_with("attachment; filename=\"audit-local-dev"), "{disposition}");
    let lines: Vec<&str> = by_format.body.trim_end().split("\r\n").collect();
    assert!(lines.len() == 8 && lines[0].starts_with("time,kind,server,tool,object,status"), "{lines:#?}");
    assert!(by_format.body.contains(",\"'=HYPERLINK(\"\"http://evil.example\"\")\","), "{}", by_format.body);
    let short = admin.ask("GET", "/admin/audit?kind=tool_call&format=csv&limit=2", &[], &Value::Null);
    assert_eq!(short.body.trim_end().split("\r\n").count(), 3);
    let next = short.header("x-next-cursor").expect("there are more");
    let rest = admin.ask("GET", &format!("/admin/audit?kind=tool_call&format=csv&cursor={next}"), &[], &Value::Null);
    assert_eq!(rest.body.trim_end().split("\r\n").count(), 6);
    assert_eq!(rest.header("x-next-cursor"), None);
    let exported = home.cli(&["audit", "export", "--kind", "tool_call", "--tool", "go"]);
    assert!(exported.code == 0 && exported.stdout.lines().count() == 4, "{exported:?}");
    let tailed = home.json(&["audit", "tail", "--outcome", "failed", "--subject", "ann"]);
    assert!(records(&tailed).len() >= 3, "{tailed}");
    assert_eq!(home.cli(&["audit", "tail", "--kind", "x"]).code, 2);
    let none = home.cli(&["audit", "tail", "--tool", "none", "--output", "table"]);
    assert!(none.stderr.contains("nothing that matches"), "{none:?}");
}

#[test]
fn what_administrators_do_is_recorded_and_found_on_sqlite() {
    trail(&Home::new());
}

#[test]
fn what_administrators_do_is_recorded_and_found_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    trail(&Home::on_mongodb(&uri));
}

#[test]
fn records_of_a_tenant_are_the_tenants() {
    let home = Home::new();
    let admin = Admin::new(&home);
    admin.post("/admin/tenants", &json!({ "id": "acme" }));
    admin.post("/admin/servers?tenant_id=acme", &json!({ "name": "s", "url": "http://127.0.0.1:1/mcp" }));
    admin.post("/admin/catalog/sync", &json!({ "tenant_id": "acme" }));
    let theirs = eventually(&admin, "tenant_id=acme&kind=admin", 2);
    assert_eq!(records(&theirs)[1]["object"], "s", "{theirs}");
    let own = eventually(&admin, "kind=admin", 1);
    assert_eq!(
        (&records(&own)[0]["tool"], &records(&own)[0]["object"]),
        (&json!("POST /admin/tenants"), &json!("acme"))
    );
    // What is asked of a tenant that is not there is the gateway's own.
    for (method, path, body) in [
        ("DELETE", "/admin/servers/s?tenant_id=nobody", Value::Null),
        ("POST", "/admin/servers?tenant_id=nobody", json!({ "name": "s", "url": "http://127.0.0.1:1/mcp" })),
        ("POST", "/admin/catalog/sync", json!({ "tenant_id": "nobody" })),
    ] {
        let refused = admin.ask(method, path, &[], &body);
        assert_eq!((refused.status, &refused.json()["error"]["field"]), (404, &json!("tenant_id")), "{refused:?}");
    }
    eventually(&admin, "kind=admin", 4);
    assert_eq!(admin.ask("GET", "/admin/tenants/nobody", &[], &Value::Null).status, 404);
}

/// What is refused before a server is looked for, and what is named in the query.
#[test]
fn refusals_and_removals_are_recorded_by_name() {
    let home = Home::new();
    let admin = Admin::new(&home);
    admin.post("/admin/servers", &json!({ "name": "s", "url": "http://127.0.0.1:1/mcp", "enabled": false }));
    let call = admin.ask("POST", "/admin/catalog/s::go/call", &[], &json!({ "arguments": {} }));
    assert_eq!(call.status, 422, "{call:?}");
    let refused = eventually(&admin, "kind=tool_call&outcome=refused", 1);
    let record = &records(&refused)[0];
    assert_eq!((&record["tool"], &record["actor"]["subject"]), (&json!("go"), &json!("ann")), "{record}");
    admin.ask("DELETE", "/admin/guardrails/signatures?id=0123abcd", &[], &Value::Null);
    let removed = eventually(&admin, "kind=admin&tool=DELETE%20/admin/guardrails/signatures", 1);
    assert_eq!(records(&removed)[0]["object"], "0123abcd", "{removed}");
}

/// Who logs in is in the trail by name, who fails to is not, and no password is.
#[test]
fn logging_in_is_recorded() {
    let home = Home::new();
    let seeded = [("ADMIN_EMAIL", "ann@example.com"), ("ADMIN_PASSWORD", "correct horse battery")];
    let gateway = Gateway::start_with(&home, &[], &seeded);
    let log_in = |password: &str| {
        let body = json!({ "email": "ann@example.com", "password": password });
        gateway.post("/admin/login", &[], &body.to_string())
    };
    until(Duration::from_secs(10), || (log_in("canary").status == 401).then_some(())).expect("seeded");
    // However many fail at the same time, one that succeeds is recorded.
    for _ in 0..40 {
        assert_eq!(gateway.post("/admin/login", &[], "{}").status, 400);
    }
    let session = log_in("correct horse battery");
    let cookie = session.header("set-cookie").and_then(|it| it.split(';').next()).expect("a cookie").to_owned();
    let csrf = session.json()["csrf_token"].as_str().expect("a token").to_owned();
    let headers = [("Cookie", cookie.as_str()), ("X-CSRF-Token", csrf.as_str())];
    assert_eq!(gateway.post("/admin/logout", &headers, "").status, 200);
    let told = || {
        let tail = home.json(&["audit", "tail", "--kind", "admin"]);
        let is_last = records(&tail).last().is_some_and(|last| last["tool"] == "POST /admin/logout");
        is_last.then_some(tail)
    };
    let tail = until(Duration::from_secs(10), told).expect("the trail has them");
    assert!(!tail.to_string().contains("canary") && !tail.to_string().contains("horse"), "{tail}");
    let last: Vec<_> = records(&tail)
        .iter()
        .rev()
        .take(3)
        .rev()
        .map(|it| (&it["tool"], &it["status"], &it["actor"]["subject"]))
        .collect();
    let (login, logout) = (json!("POST /admin/login"), json!("POST /admin/logout"));
    let (ok, invalid, ann, nobody) = (json!("ok"), json!("invalid"), json!("ann@example.com"), json!("anonymous"));
    assert_eq!(last, [(&login, &invalid, &nobody), (&login, &ok, &ann), (&logout, &ok, &ann)], "{tail:#}");
}
