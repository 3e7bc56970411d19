//! PORT: speak MCP to the servers behind us.
//!
//! Our own thin clients: what a server sends is relayed as raw JSON, so that nothing of it is lost, and
//! only the envelope is read. One kept [`Upstream`] per (tenant, server) lives in the [`Pool`].

mod address;
mod credentials;
mod events;
mod frame;
mod http;
mod link;
mod oauth;
mod pool;
mod relay;
mod sse;
mod stdio;
mod subscription;

use std::path::Path;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::error::{Error, Kind, Result};
use crate::model::{ParamHeader, RawJson, RawObject, Server, Transport};

pub use credentials::{Credentials, Token};
pub use oauth::{Grant, Granted, Refusal, TokenEndpoints, UserTokens, wants_sign_in};
pub use pool::Pool;
pub use relay::{ASK_TIMEOUT, Ask, Asked, Audience, Caller, Cancel, Event, Relayed, SessionKey, capability_for};
pub use stdio::watch_over;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use {address::fuzz as fuzz_address, events::fuzz as fuzz_event_stream, stdio::fuzz as fuzz_stdio};

/// Limits and policy towards downstream servers.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Hard deadline of a call, where the server has none of its own.
    pub timeout: Duration,
    /// Requests of one server under way.
    pub max_concurrent: usize,
    /// Requests of one server that wait for room.
    pub max_queued: usize,
    /// Largest answer.
    pub max_result_bytes: usize,
    /// Largest single event of a stream.
    pub max_event_bytes: usize,
    /// A child process without calls is stopped after this.
    pub stdio_idle: Duration,
    /// Whether a server may live on a loopback or private address.
    pub allow_private_networks: bool,
    /// The program that runs [`watch_over`] when it is called with `warden`: it ends the children of a gateway that was
    /// killed. Without it, they may go on.
    pub warden: Option<std::path::PathBuf>,
    /// Absolute paths that may be started; `None` allows what the operator registers.
    pub stdio_allowlist: Option<Vec<String>>,
}

/// A request to a downstream server.
pub struct Request<'a> {
    /// The MCP method.
    pub method: &'a str,
    /// Its parameters as the caller wrote them.
    pub params: &'a RawObject<'a>,
    /// What the server knows under another name than the caller.
    pub target: Option<Target<'a>>,
    /// Arguments that travel as headers too, where the server is modern and on HTTP.
    pub param_headers: &'a [ParamHeader],
    /// Who asks.
    pub caller: &'a Caller,
    /// When to give up.
    pub deadline: Instant,
}

impl<'a> Request<'a> {
    /// A request without target.
    pub fn new(method: &'a str, params: &'a RawObject<'a>, caller: &'a Caller, deadline: Instant) -> Self {
        Self { method, params, target: None, param_headers: &[], caller, deadline }
    }
}

/// What a request is about: the member of its parameters that `Mcp-Name` repeats, with the server's own value in place
/// of the one that we expose.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// `name`, `uri` or `taskId`.
    pub member: &'static str,
    /// The server's own value.
    pub value: &'a str,
}

/// The answer to a request, untouched.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The `result` member.
    Result(RawJson),
    /// The `error` member: the server answered, and the answer is an error.
    Error(RawJson),
}

/// The facts a server gives about itself when the connection opens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Greeting {
    /// The protocol revision in force.
    pub protocol: String,
    /// `serverInfo.name`, where given.
    pub name: Option<String>,
    /// `serverInfo.version`, where given.
    pub version: Option<String>,
    /// What it can do.
    pub capabilities: serde_json::Map<String, serde_json::Value>,
}

impl Greeting {
    /// Whether the server has the capability `name`.
    pub fn can(&self, name: &str) -> bool {
        self.capabilities.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether the capability `name` has `flag` set.
    pub fn flag(&self, name: &str, flag: &str) -> bool {
        let value = self.capabilities.get(name).and_then(|capability| capability.get(flag));
        value.and_then(serde_json::Value::as_bool).unwrap_or(false)
    }
}

/// A kept connection to one server.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// Sends a request and waits for its answer. Connects first where needed.
    ///
    /// # Errors
    /// [`Kind::UpstreamTimeout`], [`Kind::UpstreamUnavailable`], or [`Kind::UpstreamError`] when the server
    /// breaks the protocol or a limit.
    async fn request(&self, request: &Request<'_>) -> Result<Reply>;

    /// Connects where needed and says who answered.
    async fn greet(&self, deadline: Instant) -> Result<Greeting>;

    /// Tells a server of the session era something, if the connection is open.
    async fn notify(&self, method: &str, params: &RawJson);

    /// Has the server say when the resource `uri` changes, for one more subscriber.
    ///
    /// # Errors
    /// As [`Self::request`]; a refusal of the server's is a [`Reply::Error`].
    async fn subscribe(&self, uri: &str, deadline: Instant) -> Result<Reply>;

    /// One subscriber of `uri` less.
    async fn unsubscribe(&self, uri: &str);

    /// Ends the connection and everything it started, if nothing was asked for `idle`.
    async fn close_if_idle(&self, idle: Duration);

    /// Whether the server speaks 2026-07-28; `None` while that is not known.
    fn is_modern(&self) -> Option<bool>;

    /// Requests under way whose callers want to hear more than the answer, or that wait on a shared pipe.
    fn under_way(&self) -> usize;
}

/// Checks what can be checked of a server before it is stored: the URL's shape, the program's path, and the
/// operator's policy.
///
/// # Errors
/// [`Kind::InvalidInput`] or [`Kind::Refused`], naming the server.
pub fn check(server: &Server, config: &UpstreamConfig) -> Result<()> {
    let name = &server.name;
    if let Some(unopened) = &server.unopened {
        return Err(unavailable(server, format!("its credentials cannot be opened: {}", unopened.message))
            .data(serde_json::json!({ "reason": "secrets_unavailable", "cause": unopened.reason }))
            .help("run `mcpgw secrets status`"));
    }
    if let Some(oauth) = &server.oauth {
        if matches!(server.transport, Transport::Stdio { .. }) {
            return Err(
                Error::invalid(format!("server `{name}`: access tokens are for servers with a URL")).field("oauth")
            );
        }
        address::check_url(name, &oauth.token_url, config.allow_private_networks)
            .and_then(|()| address::check_confidential(name, "token endpoint", &oauth.token_url))
            .map_err(|error| error.field("oauth.token_url"))?;
        match &oauth.authorize_url {
            // A page for browsers: nothing of ours connects to it.
            Some(page) => address::check_confidential(name, "authorization endpoint", page)
                .map_err(|error| error.field("oauth.authorize_url"))?,
            None if oauth.client_secret.is_none() => {
                return Err(Error::invalid(format!("server `{name}`: client credentials are not without a secret"))
                    .field("oauth.client_secret"));
            }
            None => {}
        }
    }
    match &server.transport {
        Transport::StreamableHttp { url, headers } | Transport::Sse { url, headers } => {
            address::check_url(name, url, config.allow_private_networks).map_err(|error| error.field("url"))?;
            http::header_map(name, headers).map(|_| ()).map_err(|error| error.field("headers"))
        }
        Transport::Stdio { command, .. } => {
            if command.trim().is_empty() || command.contains('\0') {
                return Err(Error::invalid(format!("server `{name}` names no program")).field("command"));
            }
            match &config.stdio_allowlist {
                Some(allowed) if !allowed.iter().any(|program| Path::new(program) == Path::new(command)) => Err(
                    Error::new(Kind::Refused, format!("server `{name}`: the program `{command}` may not be started"))
                        .field("command")
                        .help("add its absolute path to DOWNSTREAM_STDIO_ALLOWLIST"),
                ),
                _ => Ok(()),
            }
        }
    }
}

/// Whether others can read what is sent to a server: then the gateway's token for it stays here. Plain http is for this
/// machine, and for private networks where the operator has allowed them.
pub fn is_overheard(server: &Server, allow_private_networks: bool) -> bool {
    match &server.transport {
        _ if allow_private_networks => false,
        Transport::StreamableHttp { url, .. } | Transport::Sse { url, .. } => {
            url::Url::parse(url).is_ok_and(|url| !address::is_confidential(&url))
        }
        Transport::Stdio { .. } => false,
    }
}

fn timed_out(server: &Server) -> Error {
    Error::new(Kind::UpstreamTimeout, format!("server `{}` did not answer in time", server.name))
        .help("raise --timeout of the server or DOWNSTREAM_TIMEOUT_MS, or look at the server's own log")
}

/// `why` may hold addresses, paths and the server's own words: it is a cause, for the operator, and never part
/// of the message that callers see.
fn unavailable(server: &Server, why: impl Into<String>) -> Error {
    Error::new(Kind::UpstreamUnavailable, format!("server `{}` is not available", server.name))
        .source(why.into())
        .help(format!("run `mcpgw server test {}`", server.name))
}

/// The reason in an error that says nothing about the health of the server.
const TOO_LARGE: &str = "answer_too_large";

fn answer_too_large(server: &Server, limit: usize) -> Error {
    broke_protocol(server, format!("its answer is larger than {limit} bytes"))
        .data(serde_json::json!({ "reason": TOO_LARGE, "limit_bytes": limit }))
        .help("raise MAX_RESULT_BYTES if that is what you want")
}

fn broke_protocol(server: &Server, how: impl std::fmt::Display) -> Error {
    Error::new(Kind::UpstreamError, format!("server `{}` broke the protocol: {how}", server.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_travel_in_the_clear_on_private_networks_alone() {
        let server = |url: &str| -> Server {
            let entry = serde_json::json!({
                "name": "s", "transport": "streamable_http", "url": url, "is_enabled": true, "updated_at": 0,
            });
            serde_json::from_value(entry).expect("a server")
        };
        for (url, public, private) in [
            ("http://orders.example/mcp", true, false),
            ("http://203.0.113.7:8000/mcp", true, false),
            ("https://orders.example/mcp", false, false),
            ("http://127.0.0.1:9001/mcp", false, false),
        ] {
            assert_eq!(
                (is_overheard(&server(url), false), is_overheard(&server(url), true)),
                (public, private),
                "{url}"
            );
        }
    }
}
