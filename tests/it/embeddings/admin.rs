//! The switch over `/admin/embedding`.

use std::time::Duration;

use serde_json::{Value, json};

use super::server_of;
use crate::auth::bearer;
use crate::support::providers::{Api, KEY, Provider};
use crate::support::{Gateway, Home, until};

fn token(home: &Home, args: &[&str]) -> String {
    let minted = home.cli_with(&[&["token", "mint", "--tenant", "local-dev"], args].concat(), &MODE, "");
    assert_eq!(minted.code, 0, "{minted:#?}");
    minted.stdout.trim().to_owned()
}

const MODE: [(&str, &str); 1] = [("AUTH_MODE", "jwks")];
const PATHS: [(&str, &str); 12] = [
    ("GET", "/admin/embedding"),
    ("PUT", "/admin/embedding"),
    ("POST", "/admin/embedding/test"),
    ("GET", "/admin/embedding/status"),
    ("POST", "/admin/embedding/cancel"),
    ("POST", "/admin/embedding/resume"),
    ("GET", "/admin/guardrails/signatures"),
    ("POST", "/admin/guardrails/signatures"),
    ("DELETE", "/admin/guardrails/signatures?id=x"),
    ("POST", "/admin/guardrails/check"),
    ("GET", "/admin/catalog/quarantine"),
    ("POST", "/admin/catalog/s::t/release"),
];

#[test]
fn only_administrators_reach_it_and_others_learn_nothing() {
    let home = Home::new();
    let open = Gateway::start(&home, &[]);
    let gateway = Gateway::start_with(&home, &[], &MODE);
    let plain =
        bearer(&token(&home, &["--subject", "ann", "--scopes", "platform:admin", "--groups", "platform:admin"]));
    // What a tenant says of its users makes nobody an administrator of the platform.
    let noted = bearer(&token(&home, &["--subject", "bob"]));
    assert_eq!(home.cli_with(&["policy", "assign", "bob", "--roles", "platform:admin"], &MODE, "").code, 0);
    for (method, path) in [&PATHS[..], &[("GET", "/admin/nothing"), ("DELETE", "/admin/embedding")]].concat() {
        let asked = |gateway: &Gateway, headers: &[(&str, &str)]| {
            let answer = gateway.request(method, path, headers, "{}");
            let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
            (answer.status, challenge, answer.body)
        };
        for (gateway, headers) in
            [(&open, vec![]), (&gateway, vec![]), (&gateway, vec![("Authorization", "Bearer x.y.z")])]
        {
            let (status, challenge, body) = asked(gateway, &headers);
            assert!(status == 401 && challenge.starts_with("Bearer ") && !body.contains("builtin"), "{path}: {body}");
        }
        for token in [&plain, &noted] {
            let (status, challenge, body) = asked(&gateway, &[("Authorization", token)]);
            assert!(status == 403 && challenge.contains("insufficient_scope"), "{path}: {status} {challenge}");
            assert!(body.contains("platform:admin") && !body.contains("builtin"), "{path}: {body}");
        }
    }
}

#[test]
fn a_switch_is_asked_for_followed_and_given_up() {
    let (home, provider, tools) = (Home::new(), Provider::start(Api::Voyage, "voyage-3.5", 24), server_of(300));
    assert_eq!(home.cli(&["server", "add", "many", "--url", &tools.url()]).code, 0);
    assert_eq!(home.cli(&["catalog", "sync"]).code, 0);
    let gateway = Gateway::start_with(&home, &[], &MODE);
    let admin = bearer(&token(&home, &["--roles", "platform:admin"]));
    let asked = |method: &str, path: &str, body: &Value| {
        let headers = [("Authorization", admin.as_str()), ("Content-Type", "application/json")];
        let answer = gateway.request(method, path, &headers, &body.to_string());
        assert!(!answer.body.contains(KEY), "{}", answer.body);
        (answer.status, answer.json())
    };
    let (status, shown) = asked("GET", "/admin/embedding", &Value::Null);
    assert_eq!(
        (status, &shown["provider"], &shown["status"]["state"]),
        (200, &json!("builtin"), &json!("idle")),
        "{shown}"
    );
    let wanted = json!({ "provider": "voyage", "base_url": provider.url(), "api_key": KEY, "model": "voyage-3.5" });
    for (change, code, part) in [
        (json!({ "provider": "magic" }), 400, "builtin, local"),
        (json!({ "provider": "voyage" }), 400, "EMBEDDING_API_KEY"),
        (json!({ "provider": "voyage", "dimension": 5 }), 400, "dimension"),
        (json!([]), 400, "body"),
        (json!({ "provider": "voyage", "base_url": provider.url(), "api_key": "other" }), 422, "invalid"),
        (json!({ "provider": "ollama", "base_url": "http://127.0.0.1:9" }), 502, "cannot be reached"),
    ] {
        for (method, path) in [("POST", "/admin/embedding/test"), ("PUT", "/admin/embedding")] {
            let (status, refused) = asked(method, path, &change);
            let said = refused["error"].to_string();
            assert!(status == code && said.contains(part), "{path} {change}: {status} {refused}");
        }
    }
    let (status, tested) = asked("POST", "/admin/embedding/test", &wanted);
    assert_eq!((status, &tested["dimensions"]), (200, &json!(24)), "{tested}");
    provider.set(|it| it.hangs = Some(Duration::from_millis(700)));
    let (status, begun) = asked("PUT", "/admin/embedding", &wanted);
    assert_eq!((status, &begun["state"], &begun["version"]), (202, &json!("running"), &json!(2)), "{begun}");
    let (status, cancelled) = asked("POST", "/admin/embedding/cancel", &Value::Null);
    assert_eq!((status, &cancelled["state"]), (200, &json!("cancelled")), "{cancelled}");
    assert_eq!(asked("POST", "/admin/embedding/cancel", &Value::Null).0, 404);
    assert_eq!(asked("POST", "/admin/embedding/resume", &Value::Null).0, 404);
    let (status, begun) = asked("PUT", "/admin/embedding", &wanted);
    assert_eq!((status, &begun["version"]), (202, &json!(3)), "a generation is never used twice: {begun}");
    // The known attacks of the guardrails take part.
    let known = home.json(&["guardrails", "signatures", "list"])["signatures"].as_array().map_or(0, Vec::len);
    let everything = 300 + known;
    let mut phases = Vec::new();
    let ended = until(Duration::from_secs(30), || {
        let (_, status) = asked("GET", "/admin/embedding/status", &Value::Null);
        phases.push((status["phase"].clone(), status["done"].clone()));
        Some(status).filter(|status| status["state"] != "running")
    });
    let ended = ended.expect("an end");
    assert_eq!(
        (&ended["state"], &ended["done"], &ended["total"]),
        (&json!("done"), &json!(everything), &json!(everything)),
        "{ended}"
    );
    assert!(
        phases.iter().any(|(phase, done)| phase == "embedding" && *done != everything),
        "it is followed: {phases:?}"
    );
    let (_, shown) = asked("GET", "/admin/embedding", &Value::Null);
    assert_eq!((&shown["provider"], &shown["api_key"]), (&json!("voyage"), &json!("***")), "{shown}");
    // The mask, or no key, leaves the key as it is.
    let (status, same) = asked(
        "PUT",
        "/admin/embedding",
        &json!({ "provider": "voyage", "base_url": provider.url(), "api_key": "***" }),
    );
    assert_eq!((status, &same["version"]), (200, &json!(3)), "{same}");
    assert_eq!(provider.faults(), Vec::<String>::new());
}
