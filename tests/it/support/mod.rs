//! What the tests stand on: a home with a store, the real binary, a gateway on a free port, and real
//! third-party clients and servers.
#![allow(clippy::print_stderr, reason = "a failing test shows what the gateway said, and a skipped one says so")]
#![allow(dead_code, reason = "a test module takes what it needs, and not every helper has a user at all times")]

mod analyzer;
pub(crate) mod atlas;
mod chromium;
pub(crate) mod client;
pub(crate) mod conformance;
pub(crate) mod deps;
mod gateway;
mod home;
pub(crate) mod http;
pub(crate) mod listener;
pub(crate) mod mongod;
mod process;
pub(crate) mod providers;

use std::hash::{BuildHasher as _, RandomState};
use std::net::TcpListener;
use std::path::Path;

pub(crate) use analyzer::Analyzer;
pub(crate) use chromium::Chromium;
pub(crate) use gateway::Gateway;
pub(crate) use home::Home;
pub(crate) use mongod::Mongod;
pub(crate) use process::{DEADLINE, Service, run, until};

/// The binary under test.
pub(crate) fn mcpgw() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mcpgw"))
}

/// So many, or as many as the variable says.
pub(crate) fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A number from `from` to `to`, both included.
pub(crate) fn random(from: u64, to: u64) -> u64 {
    from + RandomState::new().hash_one(0_u8) % (to - from + 1)
}

/// A port of this machine on which nobody listens; another process may take it before the caller does.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
