//! Policies over HTTP, on either store.

use serde_json::{Value, json};

use super::Admin;
use crate::fake::Fake;
use crate::support::{Home, mongod};

const SHIPPED: &str = "permit (principal, action, resource)";
const SHIPPED_WHOLE: &str = "permit (principal, action, resource);";
const CAREFUL: &str =
    "// who may\nforbid (principal, action == Action::\"call\", resource)\nunless { principal in Role::\"ops\" };\n";

fn administered(home: &Home) {
    let admin = Admin::new(home);
    let path = "/admin/policies/careful";
    let save = |path: &str, tag: &str, source: &str| {
        let tag: &[(&str, &str)] = if tag.is_empty() { &[] } else { &[("If-Match", tag)] };
        admin.ask("PUT", path, tag, &json!({ "source": source }))
    };
    let listed = admin.get("/admin/policies");
    assert_eq!(listed["policies"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!((&listed["policies"][0]["name"], &listed["policies"][0]["shipped"]), (&json!("default"), &json!(true)));

    let saved = save(path, "", CAREFUL);
    assert_eq!((saved.status, &saved.json()["source"]), (200, &json!(CAREFUL)), "{saved:?}");
    let first = saved.header("etag").expect("a tag").to_owned();
    assert_eq!(format!("\"{}\"", saved.json()["revision"].as_str().expect("a revision")), first);
    let shown = admin.ask("GET", path, &[], &Value::Null);
    assert_eq!((shown.header("etag"), &shown.json()["source"]), (Some(first.as_str()), &json!(CAREFUL)));
    let second = save(path, &first, "permit (principal, action, resource);");
    assert_eq!(second.status, 200, "{second:?}");
    let late = save(path, &first, CAREFUL);
    assert!(late.status == 409 && late.body.contains("changed meanwhile"), "{late:?}");
    assert_eq!(admin.ask("DELETE", path, &[("If-Match", &first)], &Value::Null).status, 409);
    let tag = second.header("etag").expect("a tag").to_owned();
    assert_eq!(admin.ask("GET", &format!("{path}?tenant_id=acme"), &[], &Value::Null).status, 404, "another tenant's");
    assert_eq!(admin.ask("DELETE", &format!("{path}?tenant_id=acme"), &[], &Value::Null).status, 404);
    assert_eq!(admin.ask("DELETE", path, &[("If-Match", &tag)], &Value::Null).json()["status"], "removed");
    assert_eq!(save(path, &tag, CAREFUL).status, 409, "it is gone");

    // The shipped policy has a revision too, until somebody replaces it.
    let shipped = admin.ask("GET", "/admin/policies/default", &[], &Value::Null);
    assert!(shipped.body.contains(SHIPPED), "{shipped:?}");
    let tag = shipped.header("etag").expect("a tag").to_owned();
    assert_eq!(save("/admin/policies/default", &tag, CAREFUL).status, 200);
    assert_eq!(save("/admin/policies/default", &tag, CAREFUL).status, 409);
    assert_eq!(admin.ask("DELETE", "/admin/policies/default", &[], &Value::Null).status, 200);

    // Any that is there, and nothing that cannot be read.
    assert_eq!(save(path, "*", CAREFUL).status, 409, "it is not there");
    assert_eq!(save("/admin/policies/default", "*", CAREFUL).status, 200, "the shipped one is");
    assert_eq!(save("/admin/policies/default", "*", SHIPPED_WHOLE).status, 200);
    assert_eq!(save("/admin/policies/default", "\"é\"", CAREFUL).status, 400);
    assert_eq!(admin.ask("DELETE", "/admin/policies/default", &[("If-Match", "*")], &Value::Null).status, 200);

    let long = CAREFUL.repeat(700);
    for (path, source, status, field) in [
        (path, long.as_str(), 400, "source"),
        (path, "nonsense", 400, "source"),
        ("/admin/policies/No", CAREFUL, 400, ""),
        ("/admin/policies/x", "permit (principal, action, resource) when { resource.nope };", 400, "source"),
    ] {
        let refused = save(path, "", source);
        assert_eq!(refused.status, status, "{refused:?}");
        assert_eq!(refused.json()["error"]["field"].as_str().unwrap_or_default(), field, "{refused:?}");
    }
    assert_eq!(save("/admin/policies/validate", "", CAREFUL).status, 405, "that is another route");
    let reserved = home.path("p.cedar");
    std::fs::write(&reserved, CAREFUL).expect("written");
    assert_eq!(home.cli(&["policy", "set", "decide", reserved.to_str().expect("a path")]).code, 2);
}

#[test]
fn policies_are_administered_on_sqlite() {
    administered(&Home::new());
}

#[test]
fn policies_are_administered_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    administered(&Home::on_mongodb(&uri));
}

#[test]
fn faults_are_found_with_their_lines() {
    let home = Home::new();
    let admin = Admin::new(&home);
    let validate = |source: &str| admin.post("/admin/policies/validate", &json!({ "source": source }));
    assert_eq!(validate(CAREFUL), json!({ "valid": true, "errors": [] }));
    for (source, line, word) in [
        ("permit (principal, action, resource);\n\nforbid (principal, action\n", Some(3), ""),
        ("permit (principal, action, resource)\nwhen {\n  resource.nope };", Some(3), "nope"),
        ("permit (principal == ?principal, action, resource);", None, "templates"),
        ("// nothing\n", None, "permit"),
    ] {
        let said = validate(source);
        assert_eq!(said["valid"], false, "{said}");
        let first = &said["errors"][0];
        assert_eq!(first["line"].as_u64(), line, "{source}: {said}");
        assert!(first["message"].as_str().is_some_and(|message| message.contains(word)), "{said}");
    }
    let many = validate(&"permit (principal, action, resource) when { resource.nope };\n".repeat(100));
    assert_eq!(many["errors"].as_array().map(Vec::len), Some(20), "{many}");
    let file = home.path("p.cedar");
    std::fs::write(&file, "permit (principal, action, resource)\nwhen { resource.nope };").expect("written");
    let (code, said) = home.json_with_code(&["policy", "validate", file.to_str().expect("a path")]);
    assert_eq!((code, &said["errors"][0]["line"]), (2, &json!(2)), "{said}");
    std::fs::write(&file, CAREFUL).expect("written");
    assert_eq!(home.json(&["policy", "validate", file.to_str().expect("a path")])["valid"], true);
}

#[test]
fn it_is_said_what_would_be_decided() {
    let home = Home::new();
    let server = Fake::listing(json!([{ "name": "find", "inputSchema": { "type": "object" } }]));
    let admin = Admin::new(&home);
    admin.post("/admin/servers", &json!({ "name": "orders", "url": server.url(), "scopes": ["orders"] }));
    admin.sync("orders");
    let decide = |who: Value| {
        let mut question = json!({ "server": "orders", "tool": "find" });
        for (member, value) in who.as_object().expect("a caller") {
            question[member] = value.clone();
        }
        admin.ask("POST", "/admin/policies/decide", &[], &question)
    };
    let allowed = |who: Value| {
        let said = decide(who).json();
        (said["allowed"].as_bool().expect("a verdict"), said["reason"].as_str().expect("a reason").to_owned())
    };
    let permitted = (true, "permitted by default".to_owned());
    let nobody = (false, "no policy permits it".to_owned());
    assert_eq!(allowed(json!({})), permitted, "the operator");
    assert_eq!(allowed(json!({ "subject": "eve" })), nobody);
    assert_eq!(allowed(json!({ "scopes": [] })), nobody);
    assert_eq!(allowed(json!({ "roles": ["ops"] })), nobody, "a role is no scope");
    assert_eq!(allowed(json!({ "scopes": ["orders"] })), permitted);
    assert_eq!(allowed(json!({ "groups": ["orders"] })), permitted, "groups are scopes, as in tokens");
    let careful = json!({ "source": CAREFUL });
    assert_eq!(admin.ask("PUT", "/admin/policies/careful", &[], &careful).status, 200);
    let refused = || (!decide(json!({})).json()["allowed"].as_bool()?).then_some(());
    crate::support::until(std::time::Duration::from_secs(5), refused).expect("it is in force");
    let said = decide(json!({ "scopes": ["orders"] })).json();
    assert_eq!((&said["reason"], &said["policies"]), (&json!("forbidden by careful"), &json!(["careful"])), "{said}");
    assert_eq!((&said["decisions"][0]["action"], &said["decisions"][0]["allowed"]), (&json!("discover"), &json!(true)));
    assert!(allowed(json!({ "scopes": ["orders"], "roles": ["ops"] })).0);
    assert_eq!(decide(json!({ "tool": "none" })).status, 404);
    assert_eq!(decide(json!({ "tenant_id": "acme" })).status, 404, "another tenant has no such tool");
    let checked = home.json(&["policy", "check", "--scopes", "orders", "--roles", "ops", "orders", "find"]);
    assert_eq!(checked["decisions"][1]["allowed"], true, "{checked}");
}

/// Whoever is looked as has the roles that the tenant notes, as they have when they come themselves.
#[test]
fn searches_as_somebody_heed_what_the_tenant_knows_of_them() {
    let home = Home::new();
    let server = Fake::listing(json!([{ "name": "find", "inputSchema": { "type": "object" } }]));
    let admin = Admin::new(&home);
    admin.post("/admin/servers", &json!({ "name": "orders", "url": server.url() }));
    admin.sync("orders");
    let source = "permit (principal in Role::\"ops\", action, resource);";
    assert_eq!(admin.ask("PUT", "/admin/policies/default", &[], &json!({ "source": source })).status, 200);
    let found = |who: &str| {
        let answer = admin.post("/admin/search", &json!({ "query": "find", "subject": who }));
        answer["results"].as_array().expect("results").len()
    };
    assert_eq!(home.cli(&["policy", "assign", "ann", "--roles", "ops"]).code, 0);
    // Who has no scope found nothing before, either: the policy is in force once it lets somebody.
    let in_force = || (found("ann") == 1).then_some(());
    crate::support::until(crate::support::DEADLINE, in_force).expect("it is in force");
    assert_eq!(found("eve"), 0);
    let at_the_command_line = |who: &str| {
        let answer = home.json(&["search", "--subject", who, "find"]);
        answer["results"].as_array().expect("results").len()
    };
    assert_eq!((at_the_command_line("ann"), at_the_command_line("eve")), (1, 0));
}
