//! Everything that a server sends besides its results reaches the client: what it asks, how far it is, what it
//! logs, what has changed. Each test holds one conversation with the server itself, the same one through the
//! gateway, and compares what the client saw.

mod compare;
mod dual_era;
mod everything;

use std::fmt::Write as _;

use serde_json::Value;

use self::compare::{Comparison, UNBIDDEN, through};
use crate::support::client::{Client, Sdk, Target};
use crate::support::{Gateway, Home, Service};

/// The session era, by every SDK that speaks it.
const LEGACY: [(Sdk, &str); 4] = [
    (Sdk::PythonV1, "legacy"),
    (Sdk::PythonV2, "legacy"),
    (Sdk::TypeScriptV1, "legacy"),
    (Sdk::TypeScriptV2, "legacy"),
];
const STDIO: &str = "stdio";

/// `MCPGW_TEST_EVERY_CLIENT=1`: the older SDKs, which CI runs against servers on HTTP, also against those on stdio.
fn every_client() -> bool {
    std::env::var_os("MCPGW_TEST_EVERY_CLIENT").is_some()
}

const EVERYTHING: &[&str] = &["sampling", "elicitation", "roots"];
const MODERN: [(Sdk, &str); 2] = [(Sdk::PythonV2, "modern"), (Sdk::TypeScriptV2, "modern")];

/// A server, and a gateway that knows only this one.
struct Pair {
    // The gateway ends first, and its server last.
    gateway: Gateway,
    _home: Home,
    /// The name by which the gateway knows the server.
    name: &'static str,
    /// How the gateway, and whoever wants it directly, reaches it.
    way: &'static str,
    server: Target,
    _services: Vec<Service>,
}

impl Pair {
    /// A server that each of its clients starts as a child process.
    fn on_stdio(name: &'static str, command: &[&str]) -> Self {
        let server = Target::of(command[0], &command[1..]);
        Self::new(name, STDIO, server, &[&["--stdio", "--"], command].concat(), vec![])
    }

    /// A server that is there already: one for direct use, and one, which may be the same, for the gateway.
    fn on_http(name: &'static str, direct: &str, relayed: &str, services: Vec<Service>) -> Self {
        Self::new(name, "HTTP", Target::http(direct), &["--url", relayed], services)
    }

    fn new(name: &'static str, way: &'static str, server: Target, args: &[&str], services: Vec<Service>) -> Self {
        let home = Home::new();
        home.json(&[&["server", "add", name], args].concat());
        home.json(&["catalog", "sync"]);
        // A server in Python takes its time where much else runs.
        // Each client is to hear from the server itself.
        // What the guardrails find is noted, and nothing is masked.
        let env = [
            ("MCP_DISCOVERY", "full"),
            ("DOWNSTREAM_TIMEOUT_MS", "20000"),
            ("SEMANTIC_CACHE_ENABLED", "false"),
            ("GUARDRAIL_MODE", "report"),
        ];
        let gateway = Gateway::start_with(&home, &[], &env);
        Self { gateway, _home: home, name, way, server, _services: services }
    }

    fn direct(&self, (sdk, mode): (Sdk, &str)) -> Option<Client> {
        Client::new(sdk, &self.server, mode)
    }

    fn relayed(&self, (sdk, mode): (Sdk, &str)) -> Option<Client> {
        Client::http(sdk, &self.gateway.url("/mcp"), mode)
    }
}

/// What is to be said, and what of it may arrive at any time.
struct Conversation<'a> {
    steps: &'a Value,
    unbidden: &'a [&'a str],
    ignored: &'a [&'a str],
    /// What the client can be asked for.
    can: &'a [&'a str],
}

impl<'a> Conversation<'a> {
    fn of(steps: &'a Value) -> Self {
        Self { steps, unbidden: UNBIDDEN, ignored: &[], can: EVERYTHING }
    }

    /// Fails with everything that differs, for every client and on every way.
    #[track_caller]
    fn check(&self, pairs: &[Pair], clients: &[(Sdk, &str)]) {
        let mut said = String::new();
        for (pair, client) in pairs.iter().flat_map(|pair| clients.iter().map(move |client| (pair, *client))) {
            // How the gateway reaches a server and which SDK its client has are independent of each other.
            if pair.way == STDIO && matches!(client.0, Sdk::PythonV1 | Sdk::TypeScriptV1) && !every_client() {
                continue;
            }
            let (Some(direct), Some(relayed)) = (pair.direct(client), pair.relayed(client)) else { return };
            let direct = direct.that_can(self.can).run(self.steps);
            let relayed = relayed.that_can(self.can).run(&through(self.steps, pair.name));
            let differences = self.comparison(pair).differences(&direct, &relayed);
            note(&mut said, pair, client, &differences);
        }
        assert!(said.is_empty(), "the gateway's client saw something else:{said}");
    }

    fn comparison(&self, pair: &Pair) -> Comparison<'a> {
        Comparison { server: pair.name, steps: self.steps, unbidden: self.unbidden, ignored: self.ignored }
    }
}

fn note(said: &mut String, pair: &Pair, (sdk, mode): (Sdk, &str), differences: &str) {
    if !differences.is_empty() {
        let _ = write!(said, "\n\n== {sdk:?} ({mode}), {} on {}{differences}", pair.name, pair.way);
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
