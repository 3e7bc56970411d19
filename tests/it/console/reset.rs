//! Whoever forgot their password is let in again from the command line, and with a token of the platform's.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Browser, EMAIL, PASSWORD, SEEDED, log_in, seeded};
use crate::auth::bearer;
use crate::support::http::Response;
use crate::support::{DEADLINE, Gateway, Home, mongod, until};

const ANOTHER: &str = "another horse battery";

/// The trail of administrators, once it has so many records of this route.
#[track_caller]
fn trail(home: &Home, route: &str, count: usize) -> Vec<Value> {
    let told = || {
        let tail = home.json(&["audit", "tail", "--kind", "admin", "--tool", route, "--limit", "1000"]);
        let records = tail["records"].as_array().expect("records").clone();
        (records.len() >= count).then_some(records)
    };
    until(DEADLINE, told).unwrap_or_else(|| panic!("{route} is not recorded {count} times"))
}

fn lets_in_again(home: &Home) {
    let password =
        |flags: &[&str], stdin: &str| home.cli_with(&[flags, &["account", "password", EMAIL]].concat(), &[], stdin);
    let gateway = Gateway::start_with(home, &[], &SEEDED);
    let (ann, phone) = (seeded(&gateway), Browser::new(&gateway, PASSWORD));
    let listed = home.json(&["account", "list"]);
    let account = &listed["accounts"][0];
    assert_eq!((&account["email"], listed["accounts"].as_array().map(Vec::len)), (&json!(EMAIL), Some(1)), "{listed}");
    assert!(account["sessions"].as_u64() >= Some(2) && account["created_at"].is_string(), "{listed}");

    // Who is not there, and what is not confirmed or no password, changes nothing.
    for args in [
        &["account", "password", "nobody@example.com", "--generate", "--yes"][..],
        &["account", "sessions", "nobody@example.com"],
        &["account", "logout", "nobody@example.com", "--yes"],
    ] {
        let unknown = home.cli(args);
        assert_eq!(unknown.code, 3, "{unknown:?}");
        let names = |words: &str| unknown.stderr.contains(words);
        assert!(names("nobody@example.com") && names("mcpgw account list"), "{unknown:?}");
    }
    for (flags, stdin, said) in [
        (&[][..], ANOTHER, "--yes"),
        (&["--yes"], "short", "at least 12 characters"),
        (&["--yes"], "", "--generate"),
        (&["--yes"], "another horse\nbattery", "more than one line"),
    ] {
        let refused = password(flags, stdin);
        assert!(refused.code == 2 && refused.stderr.contains(said), "{refused:?}");
    }
    let unconfirmed = home.cli(&["account", "logout", EMAIL]);
    assert!(unconfirmed.code == 2 && unconfirmed.stderr.contains("--yes"), "{unconfirmed:?}");
    assert!(ann.is_in(&gateway) && phone.is_in(&gateway));

    // Whoever forgot it has tried until they had to wait.
    for _ in 0..5 {
        assert_eq!(log_in(&gateway, EMAIL, "forgotten").status, 401);
    }
    assert_eq!(log_in(&gateway, EMAIL, PASSWORD).status, 429);
    let set = password(&["--yes"], &format!("{ANOTHER}\n"));
    assert!(set.code == 0 && set.stdout.is_empty() && set.stderr.contains(EMAIL), "{set:?}");
    assert!(!ann.is_in(&gateway) && !phone.is_in(&gateway), "every session has ended");
    assert_eq!(log_in(&gateway, EMAIL, PASSWORD).status, 401);
    let ann = Browser::new(&gateway, ANOTHER);

    let made = home.json(&["--yes", "account", "password", "Ann@Example.com", "--generate"]);
    assert_eq!((&made["email"], &made["ended"]), (&json!(EMAIL), &json!(1)), "{made}");
    let generated = made["password"].as_str().expect("a password").to_owned();
    assert!(!ann.is_in(&gateway) && log_in(&gateway, EMAIL, ANOTHER).status == 401);
    let printed = home.cli(&["--yes", "account", "password", EMAIL, "--generate"]);
    assert!(printed.code == 0 && printed.stdout.trim() != generated, "{printed:?}");
    let ann = Browser::new(&gateway, printed.stdout.trim());
    let sessions = home.json(&["account", "sessions", EMAIL]);
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "{sessions}");
    assert_eq!(home.json(&["--yes", "account", "logout", EMAIL]), json!({ "email": EMAIL, "ended": 1 }));
    assert!(!ann.is_in(&gateway));
    Browser::new(&gateway, printed.stdout.trim());

    // What was done is in the trail by its name; no password is anywhere that is kept.
    let records = trail(home, "account password", 4);
    for record in &records {
        let facts = [&record["face"], &record["actor"]["subject"], &record["object"]];
        assert_eq!(facts, ["command", "operator", EMAIL], "{record}");
    }
    let statuses: Vec<_> = records.iter().filter_map(|record| record["status"].as_str()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == "ok").count(), 3, "{records:#?}");
    assert_eq!(trail(home, "account logout", 1)[0]["status"], "ok");
    let kept = home.cli(&["audit", "export", "--kind", "admin"]).stdout + gateway.log().as_str();
    for secret in [ANOTHER, PASSWORD, &generated, printed.stdout.trim()] {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[test]
fn a_forgotten_password_is_replaced_and_every_session_ends_on_sqlite() {
    lets_in_again(&Home::new());
}

#[test]
fn a_forgotten_password_is_replaced_and_every_session_ends_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    lets_in_again(&Home::on_mongodb(&uri));
}

#[test]
fn a_link_for_the_first_account_is_printed_while_there_is_none() {
    let home = Home::new();
    let none = home.cli(&["account", "list"]);
    assert!(none.code == 0 && none.stderr.contains("mcpgw account invite"), "{none:?}");
    let gateway = Gateway::start(&home, &[]);
    let printed = super::accounts::link(&gateway);
    let url = home.json(&["account", "invite"])["url"].as_str().expect("a link").to_owned();
    let token = url.split("/ui/setup#").nth(1).expect("a token");
    let set_up = |token: &str| {
        let body = json!({ "token": token, "email": EMAIL, "password": PASSWORD });
        gateway.post("/admin/setup", &[], &body.to_string()).status
    };
    assert_eq!(set_up(&printed), 403, "there is one link at a time");
    assert_eq!(set_up(token), 201);
    assert_eq!(set_up(token), 403, "once");
    let refused = home.cli(&["account", "invite"]);
    assert!(refused.code == 2 && refused.stderr.contains("mcpgw account password"), "{refused:?}");
    Browser::new(&gateway, PASSWORD);
    let records = trail(&home, "account invite", 2);
    assert!(!json!(records).to_string().contains(token), "{records:#?}");
}

/// Over HTTP another's password is for bearers of the role: a browser that was left open must not be enough.
#[test]
fn administrators_see_accounts_and_end_their_sessions_over_http() {
    let home = Home::new();
    let mode = [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];
    let minted = ["token", "mint", "--tenant", "local-dev", "--subject", "root", "--roles", "platform:admin"];
    let token = bearer(home.cli_with(&minted, &mode, "").stdout.trim());
    let gateway = Gateway::start_with(&home, &[], &[&mode[..], &SEEDED].concat());
    let ask = |method: &str, path: &str, body: &Value| -> Response {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        gateway.request(method, &format!("/admin/accounts{path}"), &[("Authorization", token.as_str())], &body)
    };
    let (ann, phone) = (seeded(&gateway), Browser::new(&gateway, PASSWORD));
    let listed = ask("GET", "", &Value::Null).json();
    assert_eq!(listed["accounts"][0]["email"], EMAIL, "{listed}");
    let sessions = ask("GET", &format!("/{EMAIL}/sessions"), &Value::Null).json();
    let count = sessions["sessions"].as_array().map_or(0, Vec::len);
    assert!(count >= 2 && !sessions.to_string().contains("\"is_own\":true"), "{sessions}");
    let own = ann.ask(&gateway, "GET", &format!("/admin/accounts/{EMAIL}/sessions"), &Value::Null);
    assert!(own.body.contains("\"is_own\":true"), "{own:?}");

    let at = format!("/{EMAIL}/password");
    let wanted = json!({ "wanted": ANOTHER });
    let refused = ann.ask(&gateway, "POST", &format!("/admin/accounts{at}"), &wanted);
    assert!(refused.status == 403 && refused.body.contains("mcpgw account password"), "{refused:?}");
    let short = ask("POST", &at, &json!({ "wanted": "short" }));
    assert_eq!((short.status, &short.json()["error"]["field"]), (400, &json!("wanted")), "{short:?}");
    for (method, path, body) in [
        ("POST", "/nobody@example.com/password", &wanted),
        ("GET", "/nobody@example.com/sessions", &Value::Null),
        ("DELETE", "/nobody@example.com/sessions", &Value::Null),
    ] {
        let unknown = ask(method, path, body);
        assert!(unknown.status == 404 && unknown.body.contains("nobody@example.com"), "{unknown:?}");
    }
    assert!(ann.is_in(&gateway) && phone.is_in(&gateway));
    let set = ask("POST", &at, &wanted);
    assert_eq!((set.status, &set.json()["ended"]), (200, &json!(count)), "{set:?}");
    assert!(!ann.is_in(&gateway) && !phone.is_in(&gateway) && log_in(&gateway, EMAIL, PASSWORD).status == 401);
    let ann = Browser::new(&gateway, ANOTHER);
    let ended = ask("DELETE", &format!("/{EMAIL}/sessions"), &Value::Null);
    assert_eq!((ended.status, &ended.json()["ended"]), (200, &json!(1)), "{ended:?}");
    assert!(!ann.is_in(&gateway));

    let records = trail(&home, "POST /admin/accounts/{email}/password", 4);
    let told = |status: &str, subject: &str| {
        records.iter().any(|it| it["status"] == status && it["actor"]["subject"] == subject && it["object"] == EMAIL)
    };
    assert!(told("ok", "root") && told("refused", EMAIL) && told("invalid", "root"), "{records:#?}");
    let kept = home.cli(&["audit", "export", "--kind", "admin"]).stdout + gateway.log().as_str();
    assert!(!kept.contains("horse battery"), "{kept}");
}

/// Whoever is not let in leaves a record, of many some and the number of the others.
#[test]
fn those_who_are_not_let_in_are_recorded() {
    let home = Home::new();
    let mode = [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];
    let minted = home.cli_with(&["token", "mint", "--tenant", "local-dev", "--subject", "eve"], &mode, "");
    let token = bearer(minted.stdout.trim());
    let gateway = Gateway::start_with(&home, &[], &[&mode[..], &SEEDED].concat());
    let ann = seeded(&gateway);
    let (cookie, foreign) = (("Cookie", ann.cookie.as_str()), ("Cookie", "mcpgw_session=canary"));
    for (method, path, headers, status) in [
        ("GET", "/admin/servers/canary?tenant_id=canary", &[][..], 401),
        ("PATCH", "/admin/servers/canary", &[("Authorization", "Bearer canary")], 401),
        ("GET", "/admin/canary", &[foreign], 401),
        ("GET", "/admin/catalog", &[("Authorization", token.as_str())], 403),
        ("DELETE", "/admin/servers/canary", &[cookie, ("X-CSRF-Token", "canary")], 403),
        ("POST", "/admin/tenants", &[cookie, ("Origin", "https://canary.example")], 403),
        ("GET", "/ui/servers/canary", &[("HX-Request", "true")], 401),
        ("GET", "/ui/overview", &[foreign], 303),
        // These only learn where to log in, or are no administration.
        ("GET", "/ui/catalog", &[], 303),
        ("POST", "/rpc", &[("Origin", "https://canary.example")], 403),
    ] {
        let answer = gateway.request(method, path, headers, "");
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
    }
    let expected = [
        ("DELETE /admin/servers/{name}", EMAIL),
        ("GET /admin", "anonymous"),
        ("GET /admin/catalog", "eve"),
        ("GET /admin/servers/{name}", "anonymous"),
        ("GET /ui/overview", "anonymous"),
        ("GET /ui/servers/{name}", "anonymous"),
        ("PATCH /admin/servers/{name}", "anonymous"),
        ("POST /admin/tenants", "anonymous"),
    ];
    let told = || {
        let tail = home.json(&["audit", "tail", "--kind", "admin", "--outcome", "refused", "--limit", "1000"]);
        assert!(!tail.to_string().contains("canary"), "{tail:#}");
        let records = tail["records"].as_array().expect("records").clone();
        let mut told: Vec<_> = records
            .iter()
            .map(|it| (it["tool"].as_str().unwrap_or_default(), it["actor"]["subject"].as_str().unwrap_or_default()))
            .filter(|(route, _)| *route != "POST /admin/login")
            .collect();
        told.sort_unstable();
        (told == expected).then_some(()).ok_or(format!("{told:#?}"))
    };
    until(DEADLINE, || told().ok()).unwrap_or_else(|| panic!("{:?}", told()));
}

#[test]
fn many_who_are_not_let_in_do_not_fill_the_trail() {
    const FLOOD: u64 = 200;
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &SEEDED);
    seeded(&gateway);
    let ask = |id: &str| assert_eq!(gateway.request("GET", "/admin/settings", &[("X-Request-ID", id)], "").status, 401);
    (0..FLOOD).for_each(|_| ask("flood"));
    // In another second, the number of those that are not recorded is.
    let mut more = 0;
    let counted = || {
        more += 1;
        let id = format!("later-{more}");
        ask(&id);
        let recorded = || trail(&home, "GET /admin/settings", 1).iter().any(|it| it["request_id"] == id.as_str());
        until(Duration::from_secs(3), || recorded().then_some(()))
    };
    until(DEADLINE, counted).expect("another second");
    let records = trail(&home, "GET /admin/settings", 1);
    let repeated: u64 = records.iter().filter_map(|record| record["repeated"].as_u64()).sum();
    let recorded = u64::try_from(records.len()).expect("a count");
    assert_eq!(recorded + repeated, FLOOD + more, "each is counted");
    assert!((20..FLOOD).contains(&recorded), "{recorded} records");
}
