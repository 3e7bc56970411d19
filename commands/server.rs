//! `mcpgw server`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::{Gateway, ImportedServer, shown_sync};
use mcpgw::model::{
    self, CachePolicy, GuardrailRules, OAuthClient, Secret, ServerName, TenantId, Timestamp, Transport,
};
use serde_json::{Value, json};

use crate::cache_rule::CacheRule;
use crate::sign_in::{self, SignIn, SignOut};
use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Server {
    /// Register a server; without flags, asks on a terminal
    Add(Box<Add>),
    /// List the servers
    List(List),
    /// Show one server
    Show(Name),
    /// Connect to a server and say who answers
    Test(Name),
    /// Use a server's tools
    Enable(Name),
    /// Hide a server's tools without forgetting them
    Disable(Name),
    /// Say how the results of one of its tools are kept; without flags, show it
    Cache(CacheRule),
    /// Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its
    /// tools, or the user of a token
    SignIn(SignIn),
    /// List the users who have signed in at a server
    SignIns(Name),
    /// Forget the tokens of a server's users, or of one of them
    SignOut(SignOut),
    /// Forget a server and its tools
    Remove(Name),
    /// Register the servers of a desktop client's `mcpServers` JSON
    Import(Import),
}

#[derive(Args)]
pub(crate) struct Name {
    /// The server
    name: ServerName,
}

#[derive(Args)]
pub(crate) struct List {
    /// Only those with all of these words in name or target
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    query: String,
}

#[derive(Args)]
pub(crate) struct Add {
    /// A short name: a-z 0-9 _ -
    name: Option<ServerName>,
    /// Its streamable HTTP endpoint
    #[arg(long, conflicts_with_all = ["stdio", "command"])]
    url: Option<String>,
    /// The URL is that of the older HTTP+SSE transport, often ending in /sse
    #[arg(long, requires = "url")]
    sse: bool,
    /// A header sent with every request; may be given several times
    #[arg(long = "header", value_name = "K=V", requires = "url")]
    headers: Vec<String>,
    /// A program that speaks MCP on stdin and stdout; give it after --
    #[arg(long, requires = "command")]
    stdio: bool,
    /// A variable of the program's environment; may be given several times
    #[arg(long = "env", value_name = "K=V", requires = "stdio")]
    env: Vec<String>,
    /// A scope that sees its tools; may be given several times. Without any, only unrestricted callers do
    #[arg(long = "scope", value_name = "S")]
    scopes: Vec<String>,
    /// Where the gateway gets access tokens for the server: in its own name (OAuth client credentials), or in that of
    /// each user with --oauth-authorize-url
    #[arg(long, value_name = "URL", requires_all = ["url", "oauth_client_id"])]
    oauth_token_url: Option<String>,
    /// Where users sign in themselves: each call is then made with the token of the user who makes it
    #[arg(long, value_name = "URL", requires = "oauth_token_url")]
    oauth_authorize_url: Option<String>,
    /// Who the gateway is there
    #[arg(long, value_name = "ID", requires = "oauth_token_url")]
    oauth_client_id: Option<String>,
    /// A file with the secret that proves it; a client that only users sign in to may have none
    #[arg(long, value_name = "FILE", requires = "oauth_token_url")]
    oauth_client_secret_file: Option<PathBuf>,
    /// The scope to ask for there
    #[arg(long, value_name = "SCOPE", requires = "oauth_token_url")]
    oauth_scope: Option<String>,
    /// Deadline of its calls, for example 2s
    #[arg(long, value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
    /// The program and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Import {
    /// For example claude_desktop_config.json, .cursor/mcp.json or .vscode/mcp.json
    file: PathBuf,
    /// Say what would become of each, change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Server {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        // An interview comes before the store is opened, so that nothing waits on a person.
        let added = match &self {
            Self::Add(add) => Some(add.server(context)?),
            _ => None,
        };
        let (gateway, tenant) = context.open().await?;
        let done = match (self, added) {
            (Self::Add(_), Some(server)) => add(context, &gateway, &tenant, server).await,
            (Self::Add(_), None) => Err(Error::internal("nothing to add")),
            (Self::List(it), _) => list(context, &gateway, &tenant, &it).await,
            (Self::Show(name), _) => show(context, &gateway, &tenant, &name.name).await,
            (Self::Test(name), _) => test(context, &gateway, &tenant, &name.name).await,
            (Self::Enable(name), _) => set_enabled(context, &gateway, &tenant, &name.name, true).await,
            (Self::Disable(name), _) => set_enabled(context, &gateway, &tenant, &name.name, false).await,
            (Self::Cache(rule), _) => rule.run(context, &gateway, &tenant).await,
            (Self::SignIn(it), _) => it.run(context, &gateway, &tenant).await,
            (Self::SignIns(name), _) => sign_in::list(context, &gateway, &tenant, &name.name).await,
            (Self::SignOut(it), _) => it.run(context, &gateway, &tenant).await,
            (Self::Remove(name), _) => remove(context, &gateway, &tenant, &name.name).await,
            (Self::Import(import), _) => import_file(context, &gateway, &tenant, &import).await,
        };
        gateway.close().await;
        done
    }
}

impl Add {
    fn server(&self, context: &Context) -> Result<model::Server> {
        let (name, transport) = match (&self.name, self.transport()?) {
            (Some(name), Some(transport)) => (name.clone(), transport),
            (name, None) if context.output.is_interactive() => interview(context, name.as_ref())?,
            _ => {
                return Err(Error::new(Kind::Refused, "the server's name and how to reach it are missing")
                    .help("give NAME and either --url URL or --stdio -- COMMAND"));
            }
        };
        Ok(model::Server {
            name,
            transport,
            scopes: self.scopes.clone(),
            tool_scopes: BTreeMap::new(),
            is_enabled: true,
            timeout_ms: self.timeout.and_then(|timeout| u64::try_from(timeout.as_millis()).ok()),
            cache: CachePolicy::default(),
            guardrails: GuardrailRules::default(),
            metadata: BTreeMap::new(),
            updated_at: Timestamp::now(),
            last_sync: None,
            unopened: None,
            oauth: self.oauth()?,
        })
    }

    fn oauth(&self) -> Result<Option<OAuthClient>> {
        let Some((token_url, client_id)) = self.oauth_token_url.as_ref().zip(self.oauth_client_id.as_ref()) else {
            return Ok(None);
        };
        Ok(Some(OAuthClient {
            authorize_url: self.oauth_authorize_url.clone(),
            token_url: token_url.clone(),
            client_id: client_id.clone(),
            client_secret: self.oauth_client_secret_file.as_deref().map(read_secret).transpose()?,
            scope: self.oauth_scope.clone(),
        }))
    }

    fn transport(&self) -> Result<Option<Transport>> {
        if let Some(url) = &self.url {
            let (url, headers) = (url.clone(), pairs("--header", &self.headers, Secret::new)?);
            return Ok(Some(match self.sse {
                true => Transport::Sse { url, headers },
                false => Transport::StreamableHttp { url, headers },
            }));
        }
        Ok(match self.command.split_first() {
            Some((command, args)) => Some(Transport::Stdio {
                command: command.clone(),
                args: args.iter().map(Secret::new).collect(),
                env: pairs("--env", &self.env, Secret::new)?,
            }),
            None => None,
        })
    }
}

/// A secret from a file without its last line break; `-` is standard input.
pub(crate) fn read_secret(file: &Path) -> Result<Secret> {
    let read =
        if file == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    let secret = read.map_err(|error| Error::invalid(format!("{} cannot be read: {error}", file.display())))?;
    Ok(Secret::new(secret.trim_end_matches(['\r', '\n'])))
}

/// `K=V` pairs. The value is never shown: it is a credential more often than not.
pub(crate) fn pairs<V>(flag: &str, given: &[String], read: impl Fn(String) -> V) -> Result<BTreeMap<String, V>> {
    let pair = |text: &String| {
        let (name, value) = text
            .split_once('=')
            .filter(|(name, _)| !name.trim().is_empty())
            .ok_or_else(|| Error::invalid(format!("{flag} takes NAME=VALUE")))?;
        Ok((name.trim().to_owned(), read(value.to_owned())))
    };
    given.iter().map(pair).collect()
}

fn interview(context: &Context, name: Option<&ServerName>) -> Result<(ServerName, Transport)> {
    let output = &context.output;
    let name = match name {
        Some(name) => name.clone(),
        None => output
            .ask_text("Name of the server (a-z 0-9 _ -)", None, |text| {
                text.parse::<ServerName>().map(|_| ()).map_err(|error| error.to_string())
            })?
            .trim()
            .parse()?,
    };
    let kinds = ["a URL (streamable HTTP)", "a program on this machine (stdio)"];
    let transport = if output.ask_choice("How is it reached?", &kinds)? == 0 {
        let check = |text: &str| {
            if text.starts_with("http://") || text.starts_with("https://") {
                Ok(())
            } else {
                Err("http(s)://…".to_owned())
            }
        };
        let url = output.ask_text("URL", None, check)?.trim().to_owned();
        Transport::StreamableHttp { url, headers: BTreeMap::new() }
    } else {
        let given = |text: &str| if text.is_empty() { Err("a program is needed".to_owned()) } else { Ok(()) };
        let line = output.ask_text("Program and arguments, separated by blanks", None, given)?;
        let mut words = line.split_whitespace();
        let command = words.next().unwrap_or_default().to_owned();
        Transport::Stdio { command, args: words.map(Secret::new).collect(), env: BTreeMap::new() }
    };
    output.note(&format!("server `{name}`: {} {}", transport.kind().as_str(), transport.target()));
    if output.ask_yes_no("Add it?")? {
        return Ok((name, transport));
    }
    Err(Error::new(Kind::Refused, "nothing was changed"))
}

async fn add(context: &Context, gateway: &Gateway, tenant: &TenantId, server: model::Server) -> Result<Done> {
    gateway.add_server(tenant, &server).await?;
    let name = &server.name;
    if server.sign_in().is_some() && !context.output.is_json() {
        context.output.note(&format!(
            "added `{name}`; register the redirect URI {} at its authorization server, then sign in with `mcpgw server \
             sign-in {name}`, so that its tools can be listed",
            gateway.redirect_uri(tenant, name)?
        ));
    } else if context.output.is_json() {
        context.output.json(&json!({ "name": server.name, "status": "added" }))?;
    } else {
        context.output.note(&format!(
            "added `{0}`; test it with `mcpgw server test {0}`, then `mcpgw catalog sync --server {0}`",
            server.name
        ));
    }
    Ok(Done::Fully)
}

async fn list(context: &Context, gateway: &Gateway, tenant: &TenantId, list: &List) -> Result<Done> {
    let servers = gateway.servers_with(tenant, &list.query, None, usize::MAX).await?.servers;
    if context.output.is_json() {
        context.output.json(&json!({ "servers": servers }))?;
        return Ok(Done::Fully);
    }
    if servers.is_empty() {
        context.output.note("no servers yet; add one with `mcpgw server add`, or try `mcpgw bootstrap --demo`");
        return Ok(Done::Fully);
    }
    let row = |server: &mcpgw::gateway::ServerSummary| {
        let enabled = if server.enabled { "yes" } else { "no" };
        vec![
            server.name.clone(),
            server.transport.to_owned(),
            server.target.clone(),
            enabled.to_owned(),
            server.scopes.join(","),
            server.tools.to_string(),
            server.status.to_owned(),
        ]
    };
    let headings = ["server", "transport", "target", "enabled", "scopes", "tools", "status"];
    context.output.table(&headings, &servers.iter().map(row).collect::<Vec<_>>());
    Ok(Done::Fully)
}

async fn show(context: &Context, gateway: &Gateway, tenant: &TenantId, name: &ServerName) -> Result<Done> {
    let server = gateway.registry().get(tenant, name).await?;
    // Names of headers and variables are shown, their values never.
    let names = |map: &BTreeMap<String, Secret>| map.keys().cloned().collect::<Vec<_>>();
    let (headers, env) = match &server.transport {
        Transport::StreamableHttp { headers, .. } | Transport::Sse { headers, .. } => (names(headers), Vec::new()),
        Transport::Stdio { env, .. } => (Vec::new(), names(env)),
    };
    let shown = json!({
        "name": server.name,
        "transport": server.transport.kind().as_str(),
        "target": server.target(),
        "headers": headers,
        "oauth": server.oauth.as_ref().map(|oauth| json!({
            "token_url": oauth.token_url, "client_id": oauth.client_id, "scope": oauth.scope,
            "authorize_url": oauth.authorize_url,
            "redirect_uri": oauth.authorize_url.as_ref().and_then(|_| gateway.redirect_uri(tenant, name).ok()),
        })),
        "env": env,
        "enabled": server.is_enabled,
        "scopes": server.scopes,
        "tool_scopes": server.tool_scopes,
        "timeout_ms": server.timeout_ms,
        "cache": server.cache.tools,
        "unopened": server.unopened.as_ref().map(|it| json!({ "reason": it.reason, "message": it.message })),
        "updated_at": server.updated_at.to_string(),
        "last_sync": server.last_sync.as_ref().map(shown_sync),
        "failures": gateway.server_health(tenant, name).await?.failures,
    });
    if context.output.is_json() {
        context.output.json(&shown)?;
        return Ok(Done::Fully);
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rows = shown.as_object().into_iter().flatten().map(|(key, value)| vec![key.clone(), text(value)]);
    context.output.table(&["", ""], &rows.collect::<Vec<_>>());
    Ok(Done::Fully)
}

async fn test(context: &Context, gateway: &Gateway, tenant: &TenantId, name: &ServerName) -> Result<Done> {
    let probe = gateway.test_server(tenant, name).await?;
    if context.output.is_json() {
        context.output.json(&probe)?;
    } else {
        let who = probe.server_name.as_deref().unwrap_or("an unnamed server");
        let version = probe.server_version.as_deref().unwrap_or("of unknown version");
        context.output.line(&crate::output::visible(&format!(
            "{name}: {who} {version} answers on MCP {} in {:.0} ms",
            probe.protocol, probe.took_ms
        )));
    }
    Ok(Done::Fully)
}

async fn set_enabled(
    context: &Context,
    gateway: &Gateway,
    tenant: &TenantId,
    name: &ServerName,
    enabled: bool,
) -> Result<Done> {
    let changed = gateway.registry().set_enabled(tenant, name, enabled).await?;
    let state = if enabled { "enabled" } else { "disabled" };
    if context.output.is_json() {
        context.output.json(&json!({ "name": name, "status": state, "changed": changed }))?;
    } else {
        let already = if changed { "" } else { " already" };
        context.output.note(&format!("`{name}` is{already} {state}"));
    }
    Ok(Done::Fully)
}

async fn remove(context: &Context, gateway: &Gateway, tenant: &TenantId, name: &ServerName) -> Result<Done> {
    gateway.registry().expect(tenant, name).await?;
    context.confirm(&format!("Remove server `{name}` and its tools?"))?;
    let tools = gateway.remove_server(tenant, name, None).await?;
    if context.output.is_json() {
        context.output.json(&json!({ "name": name, "status": "removed", "tools": tools }))?;
    } else {
        context.output.note(&format!("removed `{name}` and {tools} tools"));
    }
    Ok(Done::Fully)
}

async fn import_file(context: &Context, gateway: &Gateway, tenant: &TenantId, import: &Import) -> Result<Done> {
    let text = std::fs::read_to_string(&import.file)
        .map_err(|error| Error::invalid(format!("`{}` cannot be read", import.file.display())).source(error))?;
    let document: Value = serde_json::from_str(&text).map_err(|error| {
        Error::invalid(format!("{}: the file is not JSON", import.file.display()))
            .source(error)
            .help("comments and trailing commas have to go")
    })?;
    let imported = gateway.import_servers(tenant, &document, import.dry_run).await;
    let imported = imported.map_err(|error| error.context(import.file.display()))?;
    if context.output.is_json() {
        context.output.json(&json!({ "servers": imported }))?;
    } else {
        let row =
            |it: &ImportedServer| vec![it.name.clone(), it.status.to_owned(), it.error.clone().unwrap_or_default()];
        context.output.table(&["server", "status", "why"], &imported.iter().map(row).collect::<Vec<_>>());
        context.output.note(if import.dry_run {
            "dry run: nothing was changed"
        } else {
            "now run `mcpgw catalog sync`"
        });
    }
    Ok(imported.iter().find_map(|it| it.kind).map_or(Done::Fully, Done::WithFailures))
}
