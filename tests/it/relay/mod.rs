//! Everything that a server sends besides its results reaches the client: what it asks, how far it is, what it
//! logs, what has changed. Each test holds one conversation with the server itself, the same one through the
//! gateway, and compares what the client saw.

mod compare;
mod dual_era;
mod everything;

use serde_json::Value;

use crate::support::client::{Client, Sdk, Target};
use crate::support::{Gateway, Home};

/// The session era, by every SDK that speaks it.
const LEGACY: [(Sdk, &str); 4] = [
    (Sdk::PythonV1, "legacy"),
    (Sdk::PythonV2, "legacy"),
    (Sdk::TypeScriptV1, "legacy"),
    (Sdk::TypeScriptV2, "legacy"),
];
const MODERN: [(Sdk, &str); 2] = [(Sdk::PythonV2, "modern"), (Sdk::TypeScriptV2, "modern")];

/// A gateway with one server, registered by these arguments and synced.
struct Relay {
    gateway: Gateway,
    /// After the gateway, which is on it.
    _home: Home,
}

impl Relay {
    #[track_caller]
    fn to(server: &str, registration: &[&str]) -> Self {
        let home = Home::new();
        home.json(&[&["server", "add", server], registration].concat());
        home.json(&["catalog", "sync"]);
        let gateway = Gateway::start_with(&home, &[], &[("MCP_DISCOVERY", "full")]);
        Self { gateway, _home: home }
    }

    fn target(&self) -> Target {
        Target::http(&self.gateway.url("/mcp"))
    }

    fn client(&self, sdk: Sdk, mode: &str) -> Option<Client> {
        Client::new(sdk, &self.target(), mode)
    }
}

/// The same names for the same things in both eras, so that a client of one can be compared to one of the other:
/// what the SDKs add to a result by themselves is removed.
fn without_era(mut answer: Value) -> Value {
    if let Some(result) = answer.as_object_mut() {
        result.remove("resultType");
        result.remove("_meta");
        // TypeScript shows it always, Python where it was sent.
        if result.get("isError") == Some(&Value::Bool(false)) {
            result.remove("isError");
        }
    }
    answer
}
