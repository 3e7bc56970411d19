//! The web console: who gets in, and what people do on its pages in a real browser.

mod accounts;
mod desk;
mod hostile;
mod large;
mod live;
mod looks;
mod pages;
mod reset;

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::http::Response;
use crate::support::{Gateway, until};

const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "correct horse battery";
const SEEDED: [(&str, &str); 2] = [("ADMIN_EMAIL", EMAIL), ("ADMIN_PASSWORD", PASSWORD)];

/// What a browser has after it logged in.
struct Browser {
    cookie: String,
    csrf: String,
}

fn log_in(gateway: &Gateway, email: &str, password: &str) -> Response {
    gateway.post("/admin/login", &[], &json!({ "email": email, "password": password }).to_string())
}

impl Browser {
    fn new(gateway: &Gateway, password: &str) -> Self {
        let answer = log_in(gateway, EMAIL, password);
        assert_eq!(answer.status, 200, "{answer:?}");
        let set = answer.header("set-cookie").expect("a cookie").to_owned();
        for wanted in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
            assert!(set.contains(wanted), "{wanted}: {set}");
        }
        assert!(!set.contains("Secure"), "this machine, over http: {set}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let cookie = set.split(';').next().expect("a pair").to_owned();
        let csrf = answer.json()["csrf_token"].as_str().expect("a token").to_owned();
        Self { cookie, csrf }
    }

    fn ask(&self, gateway: &Gateway, method: &str, path: &str, body: &Value) -> Response {
        let headers = [("Cookie", self.cookie.as_str()), ("X-CSRF-Token", self.csrf.as_str())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        gateway.request(method, path, &headers, &body)
    }

    fn is_in(&self, gateway: &Gateway) -> bool {
        self.ask(gateway, "GET", "/admin/session", &Value::Null).status == 200
    }
}

/// Whoever is configured, logged in once they are.
fn seeded(gateway: &Gateway) -> Browser {
    until(Duration::from_secs(10), || (log_in(gateway, EMAIL, PASSWORD).status == 200).then_some(())).expect("seeded");
    Browser::new(gateway, PASSWORD)
}
