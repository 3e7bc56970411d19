//! PORT: speak MCP to the servers behind us.
//!
//! Our own thin clients: what a server sends is relayed as raw JSON, so that nothing of it is lost, and
//! only the envelope is read. One kept [`Upstream`] per (tenant, server) lives in the [`Pool`].

mod address;
mod frame;
mod http;
mod pool;
mod stdio;

use std::path::Path;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::error::{Error, Kind, Result};
use crate::model::{RawJson, RawObject, Server, Transport};

pub use pool::Pool;

/// Limits and policy towards downstream servers.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Hard deadline of a call, where the server has none of its own.
    pub timeout: Duration,
    /// Largest answer.
    pub max_result_bytes: usize,
    /// Largest single event of a stream.
    pub max_event_bytes: usize,
    /// A child process without calls is stopped after this.
    pub stdio_idle: Duration,
    /// Whether a server may live on a loopback or private address.
    pub allow_private_networks: bool,
    /// Absolute paths that may be started; `None` allows what the operator registers.
    pub stdio_allowlist: Option<Vec<String>>,
}

/// A request to a downstream server.
pub struct Request<'a> {
    /// The MCP method.
    pub method: &'a str,
    /// Its parameters as the caller wrote them.
    pub params: &'a RawObject<'a>,
    /// Replaces `params.name`: the tool's own name instead of the one we expose.
    pub name: Option<&'a str>,
    /// When to give up.
    pub deadline: Instant,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The protocol revision in force.
    pub protocol: String,
    /// `serverInfo.name`, where given.
    pub name: Option<String>,
    /// `serverInfo.version`, where given.
    pub version: Option<String>,
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

    /// Ends the connection and everything it started, if nothing was asked for `idle`.
    async fn close_if_idle(&self, idle: Duration);
}

/// Checks what can be checked of a server before it is stored: the URL's shape, the program's path, and the
/// operator's policy.
///
/// # Errors
/// [`Kind::InvalidInput`] or [`Kind::Refused`], naming the server.
pub fn check(server: &Server, config: &UpstreamConfig) -> Result<()> {
    let name = &server.name;
    match &server.transport {
        Transport::StreamableHttp { url, headers } => {
            address::check_url(name, url, config.allow_private_networks)?;
            http::header_map(name, headers).map(|_| ())
        }
        Transport::Sse { .. } => Err(Error::new(
            Kind::Refused,
            format!("server `{name}` uses the older HTTP+SSE transport, which this version does not speak yet"),
        )
        .help("use the server's streamable HTTP endpoint, often the same address ending in /mcp")),
        Transport::Stdio { command, .. } => {
            if command.trim().is_empty() || command.contains('\0') {
                return Err(Error::invalid(format!("server `{name}` names no program")));
            }
            match &config.stdio_allowlist {
                Some(allowed) if !allowed.iter().any(|program| Path::new(program) == Path::new(command)) => Err(
                    Error::new(Kind::Refused, format!("server `{name}`: the program `{command}` may not be started"))
                        .help("add its absolute path to DOWNSTREAM_STDIO_ALLOWLIST"),
                ),
                _ => Ok(()),
            }
        }
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

fn answer_too_large(server: &Server, limit: usize) -> Error {
    broke_protocol(server, format!("its answer is larger than {limit} bytes"))
        .help("raise MAX_RESULT_BYTES if that is what you want")
}

fn broke_protocol(server: &Server, how: impl std::fmt::Display) -> Error {
    Error::new(Kind::UpstreamError, format!("server `{}` broke the protocol: {how}", server.name))
}
