//! A downstream MCP server, as the registry keeps it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CacheHint, Secret, ServerName, Timestamp};

/// A document of `routing_registry`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// The id of the document.
    pub name: ServerName,
    /// How it is reached.
    #[serde(flatten)]
    pub transport: Transport,
    /// Scopes of all its tools that have none of their own in `tool_scopes`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Scopes per tool; they replace `scopes` for that tool.
    #[serde(default)]
    pub tool_scopes: BTreeMap<String, Vec<String>>,
    /// Whether its tools are listed, found and called.
    pub is_enabled: bool,
    /// Deadline of one call in milliseconds, where it differs from `DOWNSTREAM_TIMEOUT_MS`.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// How the gateway gets an access token for it, where it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuthClient>,
    /// Which results may be kept.
    #[serde(default)]
    pub cache: CachePolicy,
    /// What the guardrails let through.
    #[serde(default, skip_serializing_if = "GuardrailRules::is_empty")]
    pub guardrails: GuardrailRules,
    /// The operator's own notes.
    #[serde(default)]
    pub metadata: BTreeMap<String, Value>,
    /// Last change by an operator.
    pub updated_at: Timestamp,
    /// How the last catalog sync ended.
    #[serde(default)]
    pub last_sync: Option<LastSync>,
    /// What of it could not be opened: it cannot be reached then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unopened: Option<Unopened>,
}

/// Sealed fields that could not be opened. They are missing in the document, and go back as they are with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unopened {
    /// What is sealed, by path.
    pub fields: BTreeMap<String, String>,
    /// Why, for machines.
    pub reason: String,
    /// Why, for operators.
    pub message: String,
}

/// Categories of the guardrails that are let through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardrailRules {
    /// For all of the server's tools, prompts and resources.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Per tool; beside `allow`.
    #[serde(default)]
    pub tools: BTreeMap<String, Vec<String>>,
}

impl GuardrailRules {
    fn is_empty(&self) -> bool {
        self.allow.is_empty() && self.tools.is_empty()
    }

    /// What is let through of `tool`, sorted; of the rest of the server where it is `None`.
    pub fn allowed(&self, tool: Option<&str>) -> Vec<String> {
        let of_tool = tool.and_then(|tool| self.tools.get(tool)).into_iter().flatten();
        let mut allowed: Vec<String> = self.allow.iter().chain(of_tool).cloned().collect();
        allowed.sort_unstable();
        allowed.dedup();
        allowed
    }
}

impl Server {
    /// The scopes that `tool` carries.
    pub fn scopes_of(&self, tool: &str) -> &[String] {
        self.tool_scopes.get(tool).unwrap_or(&self.scopes)
    }

    /// Where it is, to be shown: without credentials.
    pub fn target(&self) -> String {
        if self.unopened.is_some() { "(sealed)".to_owned() } else { self.transport.target() }
    }

    /// Its authorization server, where users sign in themselves.
    pub fn sign_in(&self) -> Option<&OAuthClient> {
        self.oauth.as_ref().filter(|oauth| oauth.authorize_url.is_some())
    }

    /// Has its transport no longer depend on what could not be opened of the former one.
    pub fn replace_transport(&mut self, transport: Transport) {
        self.transport = transport;
        self.keep_unopened(|path| matches!(path, "metadata" | "oauth.client_secret"));
    }

    /// Lets go of what could not be opened where there is something else in its place by now.
    pub fn keep_unopened(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.unopened.take_if(|unopened| {
            unopened.fields.retain(|path, _| is_kept(path));
            unopened.fields.is_empty()
        });
    }

    /// How long its list of tools may be kept.
    pub fn tools_hint(&self) -> CacheHint {
        self.last_sync.as_ref().and_then(|sync| sync.cache_hint).unwrap_or(CacheHint::UNSTATED)
    }

    /// Deadline of one call.
    pub fn timeout(&self, default: Duration) -> Duration {
        self.timeout_ms.map_or(default, Duration::from_millis)
    }
}

/// The gateway as a client of an authorization server: in its own name (RFC 6749 §4.4), or in that of each user, where
/// there is a page at which they sign in (§4.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OAuthClient {
    /// The authorization endpoint, where users sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// The token endpoint.
    pub token_url: String,
    /// Who we are there.
    pub client_id: String,
    /// What proves it; a client that only users sign in to may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// The scope to ask for.
    #[serde(default)]
    pub scope: Option<String>,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "transport", rename_all = "snake_case")]
pub enum Transport {
    /// MCP streamable HTTP.
    StreamableHttp {
        /// The endpoint.
        #[serde(default)]
        url: String,
        /// Sent with every request.
        #[serde(default)]
        headers: BTreeMap<String, Secret>,
    },
    /// The older HTTP+SSE transport.
    Sse {
        /// The event stream.
        #[serde(default)]
        url: String,
        /// Sent with every request.
        #[serde(default)]
        headers: BTreeMap<String, Secret>,
    },
    /// A child process that speaks on stdin and stdout.
    Stdio {
        /// The program.
        #[serde(default)]
        command: String,
        /// Its arguments; they may hold credentials.
        #[serde(default)]
        args: Vec<Secret>,
        /// Its environment beyond the few variables every child gets.
        #[serde(default)]
        env: BTreeMap<String, Secret>,
    },
}

/// The transport's name, as it is stored and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportKind {
    /// MCP streamable HTTP.
    StreamableHttp,
    /// HTTP+SSE.
    Sse,
    /// Child process.
    Stdio,
}

impl TransportKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StreamableHttp => "streamable_http",
            Self::Sse => "sse",
            Self::Stdio => "stdio",
        }
    }
}

impl Transport {
    /// Which transport.
    pub fn kind(&self) -> TransportKind {
        match self {
            Self::StreamableHttp { .. } => TransportKind::StreamableHttp,
            Self::Sse { .. } => TransportKind::Sse,
            Self::Stdio { .. } => TransportKind::Stdio,
        }
    }

    /// What to show people: the URL without user info and query, or the program without its arguments'
    /// values, because both hold credentials in practice.
    pub fn target(&self) -> String {
        match self {
            Self::StreamableHttp { url, .. } | Self::Sse { url, .. } => masked_url(url),
            Self::Stdio { command, args, .. } if args.is_empty() => command.clone(),
            Self::Stdio { command, args, .. } => {
                let count = args.len();
                format!("{command} ({count} argument{})", if count == 1 { "" } else { "s" })
            }
        }
    }
}

fn masked_url(text: &str) -> String {
    match url::Url::parse(text) {
        Ok(mut url) => {
            let _ = url.set_username("");
            let _ = url.set_password(None);
            let asked = url.query().is_some();
            url.set_query(None);
            url.set_fragment(None);
            if asked { format!("{url}?…") } else { url.to_string() }
        }
        Err(_) => "(not a URL)".to_owned(),
    }
}

/// Which results of a server's tools may be kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CachePolicy {
    /// By tool name. A tool that is not named is one whose server says that it only reads, or its results are not kept.
    #[serde(default)]
    pub tools: BTreeMap<String, CacheTool>,
    /// What was kept before this answers nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emptied_at: Option<Timestamp>,
}

/// How one tool's results may be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheTool {
    /// Time to live in seconds: `SEMANTIC_CACHE_TTL_SECONDS` where it is not stated, 0 for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_s: Option<u64>,
    /// Arguments that may match by meaning; all others must be equal.
    #[serde(default)]
    pub semantic_arguments: Vec<String>,
}

/// How a server's last sync ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastSync {
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub status: SyncStatus,
    /// How many tools it listed.
    pub tools: usize,
    /// How long the server lets its list be kept.
    #[serde(default)]
    pub cache_hint: Option<CacheHint>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
}

/// The outcome of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    /// The catalog holds what the server listed.
    Ok,
    /// Nothing was changed; the catalog holds what it held before.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_hide_credentials() {
        let http = Transport::StreamableHttp {
            url: "https://me:secret@example.com/mcp?api_key=abc#x".to_owned(),
            headers: BTreeMap::new(),
        };
        assert_eq!(http.target(), "https://example.com/mcp?…");
        let stdio = Transport::Stdio {
            command: "/usr/bin/server".to_owned(),
            args: vec![Secret::new("--token=abc")],
            env: BTreeMap::new(),
        };
        assert_eq!(stdio.target(), "/usr/bin/server (1 argument)");
        assert!(!format!("{stdio:?}").contains("abc"));
    }
}
