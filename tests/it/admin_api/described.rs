//! The description and the routes are the same, and what is neither is refused in JSON.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Admin;
use crate::support::Home;
use crate::support::http::Response;

/// Paths and methods of the description, with something in place of the parameters.
fn operations(description: &Value) -> Vec<(String, BTreeSet<String>)> {
    let paths = description["paths"].as_object().expect("paths").iter();
    let described = paths.map(|(path, methods)| {
        let filled: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "x::x" } else { part }).collect();
        let methods = methods.as_object().expect("methods").keys().map(|method| method.to_uppercase()).collect();
        (filled.join("/"), methods)
    });
    described.collect()
}

#[track_caller]
fn refused(answer: &Response, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    assert!(answer.json()["error"]["message"].is_string(), "{answer:?}");
}

#[test]
fn every_route_is_described_and_nothing_else_answers() {
    let home = Home::new();
    let admin = Admin::new(&home);
    let description = admin.get("/admin/openapi.json");
    assert_eq!(description["openapi"], "3.1.0");
    let operations = operations(&description);
    assert!(operations.len() > 30, "{operations:?}");
    for (path, methods) in &operations {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let is_described = methods.contains(method);
            let answer = admin.ask(method, &format!("{path}?surely_unknown=1"), &[], &Value::Null);
            // What is described is reached, and refuses what is not.
            refused(&answer, if is_described { 400 } else { 405 });
            if !is_described {
                let allowed: BTreeSet<String> =
                    answer.header("allow").expect("it is said").split(',').map(|it| it.trim().to_owned()).collect();
                let allowed: BTreeSet<_> = allowed.into_iter().filter(|method| method != "HEAD").collect();
                assert_eq!(allowed, *methods, "{path}");
            }
        }
    }
    for path in ["/admin", "/admin/nothing", "/admin/servers/", "/admin/servers/a/b/c"] {
        refused(&admin.ask("GET", path, &[], &Value::Null), 404);
    }
    // Who is not known is told nothing, not even what there is.
    for (path, methods) in
        operations.iter().filter(|(path, _)| !["/admin/login", "/admin/setup"].contains(&path.as_str()))
    {
        for method in methods.iter().map(String::as_str).chain(["TRACE"]) {
            refused(&admin.gateway.request(method, path, &[], ""), 401);
        }
    }
    refused(&admin.gateway.get("/admin/nothing"), 401);
}

#[test]
fn references_lead_somewhere() {
    let home = Home::new();
    let description = Admin::new(&home).get("/admin/openapi.json");
    let mut open = vec![&description];
    let (mut followed, mut ids) = (BTreeSet::new(), BTreeSet::new());
    while let Some(value) = open.pop() {
        if let Some(reference) = value["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').expect("a reference within");
            assert!(description.pointer(pointer).is_some(), "{reference}");
            followed.insert(reference);
        }
        if let Some(id) = value["operationId"].as_str() {
            assert!(ids.insert(id), "{id} stands twice");
        }
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    let tagged = |path: &str, method: &str, status: &str| {
        !description["paths"][path][method]["responses"][status]["headers"]["ETag"].is_null()
    };
    assert!(tagged("/admin/servers", "post", "201") && tagged("/admin/servers/{name}", "put", "200"));
    assert!(!tagged("/admin/servers/{name}", "delete", "200"), "nothing is left that has a revision");
    for kind in ["schemas", "parameters"] {
        for name in description["components"][kind].as_object().expect("parts").keys() {
            assert!(followed.contains(format!("#/components/{kind}/{name}").as_str()), "{kind}/{name} is used nowhere");
        }
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_reason() {
    let home = Home::new();
    let admin = Admin::with(&home, &[], &[("MAX_BODY_BYTES", "2000")]);
    let large = json!({ "text": "x".repeat(3000) });
    refused(&admin.ask("POST", "/admin/guardrails/check", &[], &large), 413);
    for (body, field) in [
        (json!({}), "text"),
        (json!({ "text": "x", "wrong": 1 }), "wrong"),
        (json!({ "text": "x", "direction": "up" }), "direction"),
        (json!([]), ""),
        (json!({ "text": 3 }), ""),
    ] {
        let answer = admin.ask("POST", "/admin/guardrails/check", &[], &body);
        refused(&answer, 400);
        assert_eq!(answer.json()["error"]["field"].as_str().unwrap_or_default(), field, "{answer:?}");
    }
    let twice = admin.ask("GET", "/admin/servers?q=a&q=b", &[], &Value::Null);
    refused(&twice, 400);
    assert_eq!(twice.json()["error"]["field"], "q");
    refused(&admin.ask("GET", "/admin/servers/%FF", &[], &Value::Null), 400);
    let tenant = admin.ask("GET", "/admin/servers?tenant_id=a%20b", &[], &Value::Null);
    refused(&tenant, 400);
    assert_eq!(tenant.json()["error"]["field"], "tenant_id");
}

#[test]
fn settings_are_shown_without_secrets_and_as_the_command_line_shows_them() {
    let home = Home::new();
    let admin =
        Admin::with(&home, &[], &[("ADMIN_PASSWORD", "canary canary canary"), ("ADMIN_EMAIL", "a@example.com")]);
    let answer = admin.ask("GET", "/admin/settings", &[], &Value::Null);
    for secret in ["canary", "a secret of more"] {
        assert!(!answer.body.contains(secret), "{}", answer.body);
    }
    let settings = answer.json()["settings"].as_array().expect("settings").clone();
    let of = |key: &str| settings.iter().find(|each| each["key"] == key).cloned().unwrap_or_default();
    assert_eq!(of("JWT_SECRET"), json!({ "key": "JWT_SECRET", "value": "***", "origin": "environment" }));
    assert_eq!(of("AUTH_MODE")["value"], "hs256");
    assert_eq!((&of("AUTH_MODE")["origin"], &of("MAX_TENANTS")["origin"]), (&json!("environment"), &json!("default")));
    let shown = home.cli_with(&["--output", "json", "config", "show"], &super::MODE, "");
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap_or_else(|_| panic!("{shown:?}"));
    let secret = shown["settings"].as_array().expect("settings").iter().find(|each| each["key"] == "JWT_SECRET");
    assert_eq!(secret, Some(&of("JWT_SECRET")), "{shown}");
}
