//! What the audit trail says of one execution. No value of an argument or a result is in it: hashes, sizes, offsets.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ServerName, Timestamp};

/// Names longer than this are cut: callers choose some of them.
const MAX_NAME: usize = 128;
/// Categories and spans that a record holds at most; the rest is counted.
const MAX_FOUND: usize = 8;

/// A document of `audit_telemetry`: one execution, whatever came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// A UUID of version 7, whose order is that of time.
    #[serde(rename = "_id")]
    pub id: String,
    /// When it ended.
    pub ts: Timestamp,
    /// What was asked.
    pub kind: AuditKind,
    /// The server, once it is known which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerName>,
    /// The tool's or prompt's own name on its server; the name that was asked for, where it led to none. Of a resource
    /// the scheme of its URI, of an administration the route: `DELETE /admin/servers/{name}`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tool: String,
    /// Of an administration: the names in its path, or that of what it makes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// What came of it.
    pub status: AuditStatus,
    /// Who asked.
    pub actor: AuditActor,
    /// Whether it was answered without asking the server.
    #[serde(default)]
    pub is_cached: bool,
    /// From the request to the answer, in milliseconds.
    pub latency_ms: f64,
    /// The server's share of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_ms: Option<f64>,
    /// Keyed hash of the arguments as they came, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments_hash: Option<String>,
    /// Their size in bytes.
    #[serde(default)]
    pub arguments_bytes: u64,
    /// Keyed hash of the result as it went out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_hash: Option<String>,
    /// Its size in bytes.
    #[serde(default)]
    pub result_bytes: u64,
    /// What guardrails found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Where they found it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<AuditSpan>,
    /// Further spans that are not listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_spans: u64,
    /// What it saved, and what a definition costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<AuditTokens>,
    /// Of a search: how many tools it found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hits: Option<u64>,
    /// Of a search: how it ranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// What was missing, where the answer had to do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<String>,
    /// The request's id; empty on the command line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// Where it was asked.
    pub face: Face,
    /// The replica that did it.
    pub instance: String,
    /// So many refusals like this one in the second before were not recorded one by one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeated: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditKind {
    /// A tool was called.
    ToolCall,
    /// Tools were searched for.
    Search,
    /// A prompt was got.
    Prompt,
    /// A resource was read.
    Resource,
    /// A completion was asked for.
    Completion,
    /// An administrator changed something, or tried to.
    Admin,
}

impl AuditKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::ToolCall, Self::Search, Self::Prompt, Self::Resource, Self::Completion, Self::Admin];

    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToolCall => "tool_call",
            Self::Search => "search",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::Completion => "completion",
            Self::Admin => "admin",
        }
    }
}

/// What came of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditStatus {
    /// It was answered.
    Ok,
    /// The server asks for something before it answers.
    InputRequired,
    /// The server answered that it failed.
    ToolError,
    /// Unknown to this caller, not theirs to use, or switched off.
    Refused,
    /// A guardrail stopped it.
    Blocked,
    /// The caller, or all of them together, asked too much.
    Limited,
    /// Malformed.
    Invalid,
    /// The server passed its deadline.
    Timeout,
    /// Something that it needs cannot be reached.
    Unavailable,
    /// The server broke the protocol or a limit.
    UpstreamError,
    /// Our fault.
    Internal,
    /// The caller did not wait.
    Cancelled,
}

impl AuditStatus {
    /// Every status.
    pub const ALL: [Self; 12] = [
        Self::Ok,
        Self::InputRequired,
        Self::ToolError,
        Self::Refused,
        Self::Blocked,
        Self::Limited,
        Self::Invalid,
        Self::Timeout,
        Self::Unavailable,
        Self::UpstreamError,
        Self::Internal,
        Self::Cancelled,
    ];

    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::InputRequired => "input_required",
            Self::ToolError => "tool_error",
            Self::Refused => "refused",
            Self::Blocked => "blocked",
            Self::Limited => "limited",
            Self::Invalid => "invalid",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::UpstreamError => "upstream_error",
            Self::Internal => "internal",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the caller did not get what was asked for.
    pub fn is_error(self) -> bool {
        !matches!(self, Self::Ok | Self::InputRequired)
    }
}

/// Who asked. The tenant is the collection's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditActor {
    /// Who within the tenant.
    pub subject: String,
    /// Who vouches for them; empty where nobody does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issuer: String,
}

impl AuditActor {
    /// Names from outside, cut to a length.
    pub fn new(subject: &str, issuer: &str) -> Self {
        Self { subject: shortened(subject), issuer: shortened(issuer) }
    }
}

/// Where a guardrail found something: code points from the start of which text, and what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSpan {
    /// `arguments` or `result`.
    pub part: String,
    /// First.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// What, for example `EMAIL`.
    #[serde(rename = "type")]
    pub what: String,
}

/// Tokens of tool definitions, by the built-in tokenizer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditTokens {
    /// Of a search: what the whole catalog would have cost this caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<u64>,
    /// Of a search: what the tools it found cost. Of a call: what the tool's definition costs.
    pub shown: u64,
}

/// By which way something was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Face {
    /// Plain JSON-RPC.
    Rpc,
    /// MCP of the session era.
    McpSession,
    /// MCP 2026-07-28.
    Mcp,
    /// The administration over HTTP, and with it the console.
    Admin,
    /// The command line.
    #[default]
    Command,
}

/// The request behind an execution.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The request's id.
    pub request_id: Arc<str>,
    /// By which way it came.
    pub face: Face,
    /// Who is recorded, where that is another one than in whose name it is done: an administrator tries something out.
    pub actor: Option<AuditActor>,
    /// The trace it belongs to, as its caller says (W3C Trace Context, §3.2).
    pub traceparent: Option<Arc<str>>,
}

/// What the stops of an execution say of it while it passes them.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// Whether its record is sure to be kept; where it is not, nothing may be changed.
    pub is_recorded: bool,
    /// The server.
    pub server: Option<ServerName>,
    /// The tool, prompt, scheme or route.
    pub tool: String,
    /// Of an administration: what it is about.
    pub object: String,
    /// Whether it was answered from the cache.
    pub is_cached: bool,
    /// The server's share of the time, in milliseconds.
    pub upstream_ms: Option<f64>,
    /// What guardrails found.
    pub categories: Vec<String>,
    /// Where.
    pub spans: Vec<AuditSpan>,
    /// Spans beyond those that are kept.
    pub more_spans: u64,
    /// Tokens of definitions.
    pub tokens: Option<AuditTokens>,
    /// Of a search: how many tools it found.
    pub hits: Option<u64>,
    /// Of a search: how it ranked.
    pub mode: Option<&'static str>,
    /// What was missing.
    pub degraded: Option<String>,
}

impl Noted {
    /// Notes what a guardrail found.
    pub fn found(&mut self, category: &str, span: AuditSpan) {
        if self.categories.len() < MAX_FOUND && !self.categories.iter().any(|known| known == category) {
            self.categories.push(shortened(category));
        }
        if self.spans.len() < MAX_FOUND {
            self.spans.push(span);
        } else {
            self.more_spans += 1;
        }
    }
}

/// A name as it is recorded: no control characters, at most 128 characters.
pub fn shortened(name: &str) -> String {
    name.chars().filter(|each| !each.is_control()).take(MAX_NAME).collect()
}
