//! A gateway with the demo servers, and somebody who is logged in at it with a real browser.

use serde_json::{Value, json};

use super::{Browser, EMAIL, PASSWORD, SEEDED, seeded};
use crate::support::http::Response;
use crate::support::{Chromium, Gateway, Home};

/// Every page, by a name for it.
pub(super) const PAGES: [(&str, &str); 15] = [
    ("overview", "/ui/overview"),
    ("servers", "/ui/servers"),
    ("server", "/ui/servers/weather"),
    ("catalog", "/ui/catalog"),
    ("tool", "/ui/catalog/weather::get_forecast"),
    ("lab", "/ui/search?q=look+up+a+purchase+by+its+id"),
    ("tenants", "/ui/tenants"),
    ("embeddings", "/ui/embeddings"),
    ("guardrails", "/ui/guardrails"),
    ("cache", "/ui/cache"),
    ("audit", "/ui/audit"),
    ("policies", "/ui/policies?server=weather&tool=get_forecast"),
    ("settings", "/ui/settings"),
    ("account", "/ui/account"),
    ("nothing", "/ui/nothing"),
];

pub(super) struct Desk {
    pub(super) chromium: Chromium,
    pub(super) gateway: Gateway,
    browser: Browser,
}

impl Desk {
    /// `None` where there is no browser.
    pub(super) fn open(home: &Home) -> Option<Self> {
        let chromium = Chromium::open()?;
        let gateway = Gateway::start_with(home, &["--demo"], &SEEDED);
        let browser = seeded(&gateway);
        Some(Self { chromium, gateway, browser })
    }

    /// Goes to a page.
    #[track_caller]
    pub(super) fn at(&self, path: &str) -> &Chromium {
        self.chromium.goto(&self.gateway.url(path));
        &self.chromium
    }

    /// Fills in the page that asks for an account.
    #[track_caller]
    pub(super) fn log_in(&self) {
        self.chromium.fill("#email", EMAIL);
        self.chromium.fill("#password", PASSWORD);
        self.chromium.click("main button");
        self.chromium.is_at("/ui/overview");
    }

    /// What another person asks of the administration meanwhile.
    #[track_caller]
    pub(super) fn ask(&self, method: &str, path: &str, body: &Value) -> Response {
        self.browser.ask(&self.gateway, method, path, body)
    }

    /// Some calls and searches, so that there is something to be seen.
    pub(super) fn work(&self) {
        for city in ["Berlin", "Oslo", "Berlin"] {
            let call = json!({ "name": "weather__get_current_weather", "arguments": { "city": city } });
            assert!(self.gateway.rpc("tools/call", call)["error"].is_null());
        }
        self.gateway.rpc("tools/call", json!({ "name": "orders__find_order", "arguments": {} }));
        self.gateway.rpc("tools/search", json!({ "query": "storm warnings" }));
    }
}
