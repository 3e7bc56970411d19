//! Who may administer over HTTP: accounts, sessions, and those who try.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Browser, EMAIL, PASSWORD, SEEDED, log_in, seeded};
use crate::support::{Gateway, Home, mongod, until};

fn administers(home: &Home) {
    let gateway = Gateway::start_with(home, &[], &SEEDED);
    until(Duration::from_secs(10), || (log_in(&gateway, EMAIL, "wrong").status == 401).then_some(())).expect("seeded");
    let ann = Browser::new(&gateway, PASSWORD);
    let session = ann.ask(&gateway, "GET", "/admin/session", &Value::Null).json();
    assert_eq!((session["email"].as_str(), session["csrf_token"].as_str()), (Some(EMAIL), Some(ann.csrf.as_str())));
    assert_eq!(ann.ask(&gateway, "GET", "/admin/servers", &Value::Null).json()["servers"], json!([]));

    // What changes something needs the token; a cookie that a browser sends by itself is not enough.
    let server = json!({ "name": "s", "url": "http://127.0.0.1:1/mcp" });
    for csrf in ["", "0123456789abcdef0123456789abcdef"] {
        let headers = [("Cookie", ann.cookie.as_str()), ("X-CSRF-Token", csrf)];
        let refused = gateway.post("/admin/servers", &headers, &server.to_string());
        assert_eq!(refused.status, 403, "{refused:?}");
    }
    assert_eq!(ann.ask(&gateway, "POST", "/admin/servers", &server).status, 201);
    for cookie in ["", "mcpgw_session=", "mcpgw_session=nobody"] {
        let answer = gateway.request("GET", "/admin/servers", &[("Cookie", cookie)], "");
        assert_eq!(answer.status, 401, "{cookie}");
    }
    // Another site's page logs nobody in.
    let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
    for foreign in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
        assert_eq!(gateway.post("/admin/login", &[foreign], &body).status, 403, "{foreign:?}");
    }

    // Other replicas know the same sessions, and where they end.
    let other = Gateway::start_with(home, &[], &SEEDED);
    assert!(ann.is_in(&other));
    let phone = Browser::new(&other, PASSWORD);
    let listed = ann.ask(&gateway, "GET", "/admin/sessions", &Value::Null).json();
    let sessions = listed["sessions"].as_array().expect("a list");
    assert_eq!(sessions.len(), 2, "{listed}");
    let phones = sessions.iter().find(|each| each["is_own"] == false).expect("the phone's");
    let ended =
        ann.ask(&gateway, "DELETE", &format!("/admin/sessions/{}", phones["id"].as_str().expect("id")), &Value::Null);
    assert_eq!(ended.status, 200, "{ended:?}");
    assert!(!phone.is_in(&other) && !phone.is_in(&gateway) && ann.is_in(&other));

    let phone = Browser::new(&other, PASSWORD);
    let weak = ann.ask(&gateway, "POST", "/admin/password", &json!({ "present": PASSWORD, "wanted": "short" }));
    assert_eq!(weak.status, 400, "{weak:?}");
    let change = json!({ "present": "wrong horse battery", "wanted": "another horse battery" });
    let wrong = ann.ask(&gateway, "POST", "/admin/password", &change);
    assert_eq!((wrong.status, &wrong.json()["error"]["field"]), (400, &json!("present")), "{wrong:?}");
    assert!(ann.is_in(&gateway));
    let change = json!({ "present": PASSWORD, "wanted": "another horse battery" });
    assert_eq!(ann.ask(&gateway, "POST", "/admin/password", &change).status, 200);
    assert!(!phone.is_in(&other) && ann.is_in(&gateway), "the other sessions ended");
    assert_eq!(log_in(&other, EMAIL, PASSWORD).status, 401);
    let phone = Browser::new(&other, "another horse battery");
    let left = phone.ask(&other, "POST", "/admin/logout", &json!({ "everywhere": true }));
    assert!(left.status == 200 && left.header("set-cookie").is_some_and(|it| it.contains("Max-Age=0")), "{left:?}");
    assert!(!ann.is_in(&gateway) && !phone.is_in(&gateway));
    for (path, log) in [("gateway", gateway.log()), ("other", other.log())] {
        assert!(!log.contains("horse battery"), "{path}");
    }
}

#[test]
fn an_account_logs_in_and_out_on_every_replica_on_sqlite() {
    administers(&Home::new());
}

#[test]
fn an_account_logs_in_and_out_on_every_replica_on_mongod() {
    let Some(uri) = mongod::shared() else { return };
    administers(&Home::on_mongodb(&uri));
}

#[test]
fn guessing_is_slowed_down_and_tells_nothing() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &SEEDED);
    Browser::new(&gateway, PASSWORD);
    let timed = |email: &str| {
        let begun = Instant::now();
        let answer = log_in(&gateway, email, "guess");
        (answer, begun.elapsed())
    };
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..5 {
        let (right, took) = timed(EMAIL);
        known.push(took);
        let (nobody, took) = timed(&format!("nobody{number}@example.com"));
        unknown.push(took);
        assert_eq!((right.status, &right.body), (401, &nobody.body), "{right:?}");
        assert_eq!(nobody.status, 401);
    }
    known.sort();
    unknown.sort();
    // The same work; only a password that is not looked at at all would be much faster.
    assert!(unknown[2] * 3 > known[2], "{known:?} {unknown:?}");
    let throttled = log_in(&gateway, EMAIL, PASSWORD);
    assert_eq!(throttled.status, 429, "the account waits: {throttled:?}");
    let wait: u64 = throttled.header("retry-after").expect("when").parse().expect("seconds");
    assert!((60..=900).contains(&wait), "{wait}");
    for number in 0..20 {
        log_in(&gateway, &format!("more{number}@example.com"), "guess");
    }
    assert_eq!(log_in(&gateway, "fresh@example.com", "guess").status, 429, "the address waits");
}

/// The token with which the first account is made, as it is printed.
pub(super) fn link(gateway: &Gateway) -> String {
    let printed = || gateway.log().split("/ui/setup#").nth(1)?.lines().next().map(str::to_owned);
    until(Duration::from_secs(10), printed).expect("the link is printed")
}

#[test]
fn the_first_account_is_made_once_by_whoever_has_the_link() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &[]);
    let token = link(&gateway);
    let set_up = |token: &str, password: &str| {
        let body = json!({ "token": token, "email": "Ann@Example.com", "password": password });
        gateway.post("/admin/setup", &[], &body.to_string())
    };
    assert_eq!(set_up("wrong", PASSWORD).status, 403);
    assert_eq!(set_up(&token, "short").status, 400, "and the link is still good");
    assert_eq!(set_up(&token, PASSWORD).status, 201);
    assert_eq!(set_up(&token, PASSWORD).status, 403, "once");
    Browser::new(&gateway, PASSWORD);
    drop(gateway);
    let mut gateway = Gateway::start(&home, &[]);
    // It would be printed before that.
    gateway.stop();
    assert!(gateway.log().contains("stopping"), "{}", gateway.log());
    assert!(!gateway.log().contains("/ui/setup"), "there is an account: {}", gateway.log());
}

/// Whoever had read the first start's output could make a second account beside the configured one.
#[test]
fn a_link_is_no_use_once_there_is_an_account() {
    let home = Home::new();
    let gateway = Gateway::start(&home, &[]);
    let token = link(&gateway);
    let other = Gateway::start_with(&home, &[], &SEEDED);
    until(Duration::from_secs(10), || (log_in(&other, EMAIL, PASSWORD).status == 200).then_some(())).expect("seeded");
    let body = json!({ "token": token, "email": "eve@example.com", "password": PASSWORD }).to_string();
    for replica in [&gateway, &other] {
        assert_eq!(replica.post("/admin/setup", &[], &body).status, 403);
        assert_eq!(log_in(replica, "eve@example.com", PASSWORD).status, 401);
    }
}

#[test]
fn pages_are_for_those_who_are_logged_in_and_show_strangers_words_as_words() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &SEEDED);
    let away = gateway.get("/ui/servers?q=a");
    assert_eq!((away.status, away.header("location")), (303, Some("/ui/login?next=%2Fui%2Fservers%3Fq%3Da")));
    let part = gateway.request("GET", "/ui/servers", &[("HX-Request", "true")], "");
    assert_eq!(part.status, 401, "{part:?}");
    let form = gateway.get("/ui/login?next=https://evil.example/");
    assert!(form.status == 200 && form.body.contains("data-then=\"/ui/overview\""), "{form:?}");

    let browser = seeded(&gateway);
    let ask = |method: &str, path: &str, body: &Value| browser.ask(&gateway, method, path, body);
    let url = "http://127.0.0.1:9/<script>alert(1)</script>";
    let added = ask("POST", "/admin/servers", &json!({ "name": "s", "url": url }));
    assert_eq!(added.status, 201, "{added:?}");
    for path in ["/ui/overview", "/ui/servers", "/ui/servers?q=%3Cscript%3E%22", "/ui/account", "/ui/setup"] {
        let page = ask("GET", path, &Value::Null);
        assert_eq!(page.status, 200, "{path}: {page:?}");
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(!page.body.contains("<script>") && !page.body.contains(" style="), "{path}: {}", page.body);
    }
    assert!(ask("GET", "/ui/servers", &Value::Null).body.contains("%3Cscript%3E"), "it is shown all the same");
    assert_eq!(ask("GET", "/ui/nothing", &Value::Null).status, 404);
    assert_eq!(ask("GET", "/ui/servers?tenant_id=no%20tenant", &Value::Null).status, 400);
}

/// All that the first page needs is small, and is in this program.
#[test]
fn the_first_page_is_small_and_asks_nobody_else() {
    let home = Home::new();
    let gateway = Gateway::start_with(&home, &[], &SEEDED);
    let page = seeded(&gateway).ask(&gateway, "GET", "/ui/overview", &Value::Null).body;
    let addresses = |sign: &str| -> Vec<String> {
        page.split(sign).skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
    };
    let assets: Vec<String> = [addresses(" src=\""), addresses(" href=\"")]
        .concat()
        .into_iter()
        .filter(|it| it.contains("/assets/"))
        .collect();
    assert_eq!(assets.len(), 7, "{assets:?}");
    let sizes = assets.iter().map(|asset| {
        let answer = gateway.get(asset);
        assert_eq!(answer.status, 200, "{asset}");
        assert!(answer.header("cache-control").is_some_and(|it| it.contains("immutable")), "{answer:?}");
        // Of another build, as a page of a former replica asks for it.
        let (path, _) = asset.split_once("?v=").expect("a version");
        for foreign in [path.to_owned(), format!("{path}?v=0123456789abcdef")] {
            assert_eq!(gateway.get(&foreign).header("cache-control"), Some("no-store"), "{foreign}");
        }
        answer.body.len()
    });
    let whole = page.len() + sizes.sum::<usize>();
    assert!(whole <= 200_000, "{whole} bytes");
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
}
