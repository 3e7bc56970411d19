//! The administration over HTTP: what each operation does, and that its description is true.

mod audit;
mod catalog;
mod described;
mod policies;
mod schemathesis;
mod search;
mod servers;

use std::time::Duration;

use serde_json::{Value, json};

use crate::auth::bearer;
use crate::support::http::Response;
use crate::support::{Gateway, Home, until};

pub(crate) const MODE: [(&str, &str); 2] =
    [("AUTH_MODE", "hs256"), ("JWT_SECRET", "a secret of more than thirty-two bytes")];

/// A gateway, and an administrator who asks it.
pub(crate) struct Admin {
    pub(crate) gateway: Gateway,
    bearer: String,
}

impl Admin {
    fn new(home: &Home) -> Self {
        Self::with(home, &[], &[])
    }

    fn with(home: &Home, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::seeing("", home, args, env)
    }

    /// The same, who sees the tools of a scope, too.
    pub(crate) fn seeing(scope: &str, home: &Home, args: &[&str], env: &[(&str, &str)]) -> Self {
        let bearer = Self::token(scope, home);
        let gateway = Gateway::start_with(home, args, &[&MODE, env].concat());
        Self { gateway, bearer }
    }

    /// What such an administrator shows.
    pub(crate) fn token(scope: &str, home: &Home) -> String {
        let minted = ["token", "mint", "--tenant", "local-dev", "--subject", "ann", "--roles", "platform:admin"];
        let scopes = ["--scopes", scope];
        let minted = [&minted[..], if scope.is_empty() { &[] } else { &scopes }].concat();
        bearer(home.cli_with(&minted, &MODE, "").stdout.trim())
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Response {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [&[("Authorization", self.bearer.as_str())], headers].concat();
        self.gateway.request(method, path, &headers, &body)
    }

    fn servers(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Response {
        self.ask(method, &format!("/admin/servers{path}"), headers, body)
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &[], &Value::Null);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask("POST", path, &[], body);
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.json()
    }

    /// Syncs a server and waits until its tools are listed.
    #[track_caller]
    fn sync(&self, server: &str) {
        let report = self.post("/admin/catalog/sync", &json!({ "server": server }));
        assert_eq!(report["servers"][0]["status"], "ok", "{report}");
        let is_there = || (self.get(&format!("/admin/catalog?server={server}"))["tools"] != json!([])).then_some(());
        until(Duration::from_secs(5), is_there).expect("the view has them");
    }
}
