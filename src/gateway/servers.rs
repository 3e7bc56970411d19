//! Managing servers: what the `server` subcommands and the demo do.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::Gateway;
use crate::error::{Error, Result};
use crate::model::{AuditRecord, CacheTool, Server, ServerName, SyncStatus, TenantId, Tool, ToolId};
use crate::store::{Collection, Expect, Query};
use crate::upstream;

/// A test may have to start the server first.
const PROBE_TIMEOUT: Duration = Duration::from_secs(60);
/// Failures of a server that are shown.
const SHOWN_FAILURES: usize = 10;
/// The name that stands for something else where servers are administered over HTTP.
const RESERVED: &str = "import";

/// One line of `server list`.
#[derive(Clone, Debug, Serialize)]
pub struct ServerSummary {
    /// The server.
    pub name: String,
    /// `streamable_http`, `sse` or `stdio`.
    pub transport: &'static str,
    /// URL or program, without credentials.
    pub target: String,
    /// Whether its tools are used.
    pub enabled: bool,
    /// Scopes of its tools.
    pub scopes: Vec<String>,
    /// Tools in the catalog.
    pub tools: u64,
    /// `ok`, `failed`, `not_synced` or `disabled`.
    pub status: &'static str,
}

/// A page of servers.
#[derive(Clone, Debug, Serialize)]
pub struct ServerPage {
    /// The servers, by name.
    pub servers: Vec<ServerSummary>,
    /// After which name the next page starts, if there is one.
    pub next: Option<String>,
}

/// How a server does.
#[derive(Clone, Debug, Serialize)]
pub struct ServerHealth {
    /// Whether it is asked at all.
    pub circuit: ServerCircuit,
    /// What failed last, the latest first.
    pub failures: Vec<ServerFailure>,
}

/// The circuit of a server: open after failures in a row.
#[derive(Clone, Debug, Serialize)]
pub struct ServerCircuit {
    /// `closed` or `open`.
    pub state: &'static str,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// An execution that failed.
#[derive(Clone, Debug, Serialize)]
pub struct ServerFailure {
    /// When.
    pub at: String,
    /// What was asked.
    pub kind: &'static str,
    /// Of which tool.
    pub tool: String,
    /// What came of it.
    pub status: &'static str,
    /// The request.
    pub request_id: String,
}

/// Words that are looked for, whatever their case.
#[derive(Clone, Debug)]
pub struct Words(Vec<String>);

impl Words {
    /// Those of a text, by the spaces between them.
    pub fn new(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }

    /// Whether each is in one of the texts.
    pub fn are_in(&self, texts: &[&str]) -> bool {
        let texts: Vec<String> =
            if self.0.is_empty() { Vec::new() } else { texts.iter().map(|it| it.to_lowercase()).collect() };
        self.0.iter().all(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }
}

/// What a server said when it was tested.
#[derive(Clone, Debug, Serialize)]
pub struct Probe {
    /// The server.
    pub name: String,
    /// The protocol revision it speaks.
    pub protocol: String,
    /// Its own name.
    pub server_name: Option<String>,
    /// Its own version.
    pub server_version: Option<String>,
    /// Wall time until it had answered, in milliseconds.
    pub took_ms: f64,
}

impl Gateway {
    /// Lists a tool beside the discovery tools, or no longer; whether that changed anything.
    ///
    /// # Errors
    /// [`crate::error::Kind::NotFound`], and [`crate::error::Kind::Conflict`] when a sync wrote it meanwhile.
    pub async fn set_pinned(&self, tenant: &TenantId, server: &ServerName, tool: &str, pinned: bool) -> Result<bool> {
        let tools = Collection::<Tool>::of_tenant(&self.store, tenant);
        let Some(mut stored) = tools.get(ToolId::new(server, tool).as_str()).await? else {
            return Err(Error::not_found(format!("there is no tool `{tool}` of server `{server}`"))
                .help(format!("list its tools with `mcpgw catalog list --server {server}`")));
        };
        if stored.value.is_pinned == pinned {
            return Ok(false);
        }
        stored.value.is_pinned = pinned;
        tools.put(&stored.value, Expect::Revision(stored.revision)).await?;
        Ok(true)
    }

    /// Says how the results of a tool are kept; without a rule, its own hints do. Whether that changed anything.
    ///
    /// # Errors
    /// [`crate::error::Kind::NotFound`]; [`crate::error::Kind::InvalidInput`] for an argument that can match by no
    /// meaning.
    pub async fn set_cache_rule(
        &self,
        tenant: &TenantId,
        server: &ServerName,
        tool: &str,
        rule: Option<CacheTool>,
    ) -> Result<bool> {
        self.registry.expect(tenant, server).await?;
        let known = Collection::<Tool>::of_tenant(&self.store, tenant).get(ToolId::new(server, tool).as_str()).await?;
        if let Some(known) = known {
            for argument in rule.iter().flat_map(|rule| &rule.semantic_arguments) {
                check_text_argument(&known.value, argument)?;
            }
        }
        self.registry.set_cache(tenant, server, tool, rule.as_ref()).await
    }

    /// Checks what can be checked of a new server without the store.
    pub(super) fn check_new(&self, server: &Server) -> Result<()> {
        if server.name.as_str() == RESERVED {
            return Err(Error::invalid(format!("no server can be called `{RESERVED}`")).field("name"));
        }
        upstream::check(server, &self.config.upstream)
    }

    /// Checks and stores a new server.
    ///
    /// # Errors
    /// What is wrong with it, or that its name is taken.
    pub async fn add_server(&self, tenant: &TenantId, server: &Server) -> Result<()> {
        self.check_new(server)?;
        // Left by a removal that was interrupted; they must not come back under a new server's name.
        if !self.registry.has(tenant, &server.name).await? {
            self.remove_tools(tenant, &server.name).await?;
            self.sign_out(tenant, &server.name, None).await?;
        }
        self.registry.add(tenant, server).await
    }

    /// Removes a server and its tools; how many. Where `expected` is given, only while that is its revision.
    ///
    /// # Errors
    /// [`crate::error::Kind::NotFound`]; [`crate::error::Kind::Conflict`] where somebody else has changed it.
    pub async fn remove_server(&self, tenant: &TenantId, name: &ServerName, expected: Option<&str>) -> Result<usize> {
        // The server first: without it its tools are not shown, should the second step be interrupted.
        match expected {
            None => self.registry.remove(tenant, name).await?,
            Some(expected) => self.remove_unchanged(tenant, name, expected).await?,
        }
        self.sign_out(tenant, name, None).await?;
        self.remove_tools(tenant, name).await
    }

    async fn remove_tools(&self, tenant: &TenantId, name: &ServerName) -> Result<usize> {
        let catalog = Collection::<Tool>::of_tenant(&self.store, tenant);
        let tools = catalog.find(&Query::all().equals("server", name.as_str())).await?;
        let ids: Vec<String> = tools.into_iter().map(|each| each.value.id.as_str().to_owned()).collect();
        catalog.replace(&[], &ids).await?;
        Ok(ids.len())
    }

    /// Every server with its number of tools.
    ///
    /// # Errors
    /// As the store's.
    pub async fn servers(&self, tenant: &TenantId) -> Result<Vec<ServerSummary>> {
        let mut summaries = Vec::new();
        for server in self.registry.list(tenant).await? {
            summaries.push(self.server_summary(tenant, &server).await?);
        }
        Ok(summaries)
    }

    /// A page of the servers whose name or target holds all of these words, by name, starting after `after`.
    ///
    /// # Errors
    /// As the store's.
    pub async fn servers_with(
        &self,
        tenant: &TenantId,
        words: &str,
        after: Option<&ServerName>,
        limit: usize,
    ) -> Result<ServerPage> {
        let words = Words::new(words);
        let servers = self.registry.list(tenant).await?.into_iter();
        let mut wanted = servers.filter(|server| {
            after.is_none_or(|after| server.name > *after) && words.are_in(&[server.name.as_str(), &server.target()])
        });
        let mut servers = Vec::new();
        for server in wanted.by_ref().take(limit) {
            servers.push(self.server_summary(tenant, &server).await?);
        }
        let next = wanted.next().and(servers.last()).map(|last| last.name.clone());
        Ok(ServerPage { servers, next })
    }

    async fn server_summary(&self, tenant: &TenantId, server: &Server) -> Result<ServerSummary> {
        let catalog = Collection::<Tool>::of_tenant(&self.store, tenant);
        let tools = catalog.count(&Query::all().equals("server", server.name.as_str())).await?;
        let status = match &server.last_sync {
            _ if !server.is_enabled => "disabled",
            None => "not_synced",
            Some(last) if last.status == SyncStatus::Ok => "ok",
            Some(_) => "failed",
        };
        Ok(ServerSummary {
            name: server.name.to_string(),
            transport: server.transport.kind().as_str(),
            target: server.target(),
            enabled: server.is_enabled,
            scopes: server.scopes.clone(),
            tools,
            status,
        })
    }

    /// How a server does: its circuit in this process, and what failed lately.
    ///
    /// # Errors
    /// As the store's.
    pub async fn server_health(&self, tenant: &TenantId, name: &ServerName) -> Result<ServerHealth> {
        let failure = |record: AuditRecord| ServerFailure {
            at: record.ts.to_string(),
            kind: record.kind.as_str(),
            tool: record.tool,
            status: record.status.as_str(),
            request_id: record.request_id,
        };
        let open_for = self.pool.circuit(tenant, name);
        Ok(ServerHealth {
            circuit: ServerCircuit {
                state: if open_for.is_some() { "open" } else { "closed" },
                retry_after_ms: open_for.map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
            },
            failures: self.failures(tenant, name, SHOWN_FAILURES).await?.into_iter().map(failure).collect(),
        })
    }

    /// Connects to a server and says who answered.
    ///
    /// # Errors
    /// What kept it from answering.
    pub async fn test_server(&self, tenant: &TenantId, name: &ServerName) -> Result<Probe> {
        let server = std::sync::Arc::new(self.registry.get(tenant, name).await?);
        let started = Instant::now();
        let greeting = self.pool.shared(tenant, &server)?.greet(started + PROBE_TIMEOUT).await?;
        Ok(Probe {
            name: name.to_string(),
            protocol: greeting.protocol,
            server_name: greeting.name,
            server_version: greeting.version,
            took_ms: started.elapsed().as_secs_f64() * 1e3,
        })
    }
}

/// Only texts can mean the same in other words.
fn check_text_argument(tool: &Tool, argument: &str) -> Result<()> {
    let properties = tool.input_schema.get("properties").and_then(serde_json::Value::as_object);
    let is_text = |property: &serde_json::Value| property.get("type").is_some_and(|kind| kind == "string");
    if properties.and_then(|properties| properties.get(argument)).is_some_and(is_text) {
        return Ok(());
    }
    let texts = properties.into_iter().flatten().filter(|(_, property)| is_text(property));
    let texts: Vec<&str> = texts.map(|(name, _)| name.as_str()).collect();
    let help = if texts.is_empty() { "it has none".to_owned() } else { format!("it has: {}", texts.join(", ")) };
    Err(Error::invalid(format!("tool `{}` has no argument `{argument}` of type string", tool.name)).help(help))
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn words_are_found_in_any_order_and_case() {
        assert!(Words::new("forecast get").are_in(&["Get a Forecast"]) && Words::new("").are_in(&["x"]));
        assert!(Words::new("forecast weather").are_in(&["Get a Forecast", "WEATHER"]));
        assert!(!Words::new("get rain").are_in(&["Get a Forecast", "weather"]));
    }
}
