//! A real `mcpgw serve` on a port of its own.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::http::{self, Response};
use super::{Home, Service};

/// Ends with its owner, by SIGTERM.
pub(crate) struct Gateway {
    service: Service,
    address: SocketAddr,
}

impl Gateway {
    /// Starts `mcpgw serve` with further arguments and waits until it listens.
    #[track_caller]
    pub(crate) fn start(home: &Home, args: &[&str]) -> Self {
        Self::start_with(home, args, &[])
    }

    /// The same with further variables.
    #[track_caller]
    pub(crate) fn start_with(home: &Home, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::start_at("127.0.0.1:0", home, args, env)
    }

    /// The same at an address, for one that takes another's place.
    #[track_caller]
    pub(crate) fn start_at(address: &str, home: &Home, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = home.command();
        command.args(["serve", "--bind", address]).args(args).envs(env.iter().copied());
        let (service, address) = Service::start(&mut command, listening)
            .unwrap_or_else(|log| panic!("mcpgw serve {args:?} ended before it listened:\n{log}"));
        Self { service, address }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.service.pid()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.service.log()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.service.is_running()
    }

    /// SIGTERM; the exit code, or `None` where it had to be killed.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        self.service.stop()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    #[track_caller]
    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        http::request(self.address, method, path, headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Response {
        self.request("GET", path, &[], "")
    }

    /// Posts JSON, unless `headers` name another type.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let is_typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let json: &[_] = if is_typed { &[] } else { &[("Content-Type", "application/json")] };
        self.request("POST", path, &[json, headers].concat(), body)
    }

    /// The whole frame that `/rpc` answers.
    #[track_caller]
    pub(crate) fn rpc(&self, method: &str, params: Value) -> Value {
        self.rpc_with(method, params, &[])
    }

    /// The same with further headers.
    #[track_caller]
    pub(crate) fn rpc_with(&self, method: &str, params: Value, headers: &[(&str, &str)]) -> Value {
        let frame = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.post("/rpc", headers, &frame.to_string()).json()
    }
}

/// The address in the log line that says it.
fn listening(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["message"] != "listening" {
        return None;
    }
    line["address"].as_str()?.parse().ok()
}
