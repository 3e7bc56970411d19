//! Faults that come from outside, on real parts: a store that fails each command, a full disk, a network that drops
//! everything, elections, replicas that are killed and stopped, a hundred servers that are away.
#![allow(clippy::print_stderr, reason = "the figures of a long run are what it is run for")]

mod elections;
mod fail_command;
mod feed;
mod files;
mod full_disk;
mod histories;
mod network;
mod partition;
mod storm;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake::Fake;
use crate::operation::figures::Figures;
use crate::support::{Gateway, Home, until};

/// What the administrators here may see.
const SCOPE: &str = "seen";
/// What a machine with other work adds to any limit.
const LEEWAY: Duration = Duration::from_secs(5);

/// Nothing panicked, and nothing of the audit trail was dropped or put aside.
#[track_caller]
fn is_unharmed(gateway: &Gateway) {
    assert_eq!(Figures::of(gateway).get("mcpgw_panics_total"), 0.0);
    assert!(!gateway.log().contains("a panic"), "{}", gateway.log());
    let spool = crate::audit::spool(gateway);
    assert_eq!((&spool["dropped"], &spool["aside"]), (&json!(0), &json!(0)), "{spool}");
}

/// Registers a server whose tools administrators see, and lists them.
fn add(home: &Home, name: &str, server: &Fake) {
    home.json(&["server", "add", name, "--scope", SCOPE, "--url", &server.url()]);
    home.json(&["catalog", "sync"]);
}

/// The names in an answer to `tools/list`.
fn names(frame: &Value) -> Vec<String> {
    let tools = frame["result"]["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().filter_map(|tool| tool["name"].as_str().map(str::to_owned)).collect()
}

/// How long until `seen`; [`LEEWAY`] over the limit is a failure.
#[track_caller]
fn within(limit: Duration, what: &str, mut seen: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    let found = until(limit + LEEWAY, || seen().then_some(()));
    assert!(found.is_some(), "{what}: not within {limit:?}");
    started.elapsed()
}
