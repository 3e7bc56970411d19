//! `mcpgw catalog`

use clap::{Args, Subcommand};
use mcpgw::catalog::{Outcome, Progress, ServerSync, SyncOptions, SyncReport};
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::shown_tool;
use mcpgw::model::ServerName;
use serde_json::{Value, json};

use crate::eval::Eval;
use crate::output::{Steps, brief};
use crate::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Catalog {
    /// Bring the catalog up to date with what the servers list
    Sync(SyncArgs),
    /// List tools
    List(ListArgs),
    /// Show one tool
    Show(ShowArgs),
    /// Measure how well the search finds the tools of judged requests
    Eval(Eval),
    /// List the tools that are kept back, and how their definitions differ from the accepted ones
    Quarantine,
    /// Accept the definition that a tool has now
    Release(Release),
    /// List a tool beside the discovery tools
    Pin(ShowArgs),
    /// List it no longer beside the discovery tools
    Unpin(ShowArgs),
}

#[derive(Args)]
pub(crate) struct SyncArgs {
    /// Only this server; may be given several times
    #[arg(long, value_name = "NAME")]
    server: Vec<ServerName>,
    /// Remove tools that their server no longer lists
    #[arg(long)]
    prune: bool,
    /// Say what would change, change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
pub(crate) struct ListArgs {
    /// Only this server
    #[arg(long, value_name = "NAME")]
    server: Option<ServerName>,
}

#[derive(Args)]
pub(crate) struct ShowArgs {
    /// The tool
    #[arg(value_name = "SERVER/TOOL")]
    tool: String,
}

#[derive(Args)]
pub(crate) struct Release {
    /// The tool; just the server with --all
    #[arg(value_name = "SERVER/TOOL")]
    tool: String,
    /// Every tool of the server that is kept back
    #[arg(long)]
    all: bool,
}

impl Catalog {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Sync(args) => sync(context, args).await,
            Self::List(args) => list(context, args).await,
            Self::Show(args) => show_tool(context, args).await,
            Self::Eval(args) => args.run(context).await,
            Self::Quarantine => quarantine(context).await,
            Self::Release(args) => release(context, args).await,
            Self::Pin(args) => pin(context, &args, true).await,
            Self::Unpin(args) => pin(context, &args, false).await,
        }
    }
}

async fn sync(context: &Context, args: SyncArgs) -> Result<Done> {
    let (gateway, tenant) = context.open().await?;
    let options = SyncOptions { servers: args.server, prune: args.prune, dry_run: args.dry_run };
    let steps = context.output.steps("syncing");
    let report = gateway.sync(&tenant, &options, &|step| show(&steps, &step)).await;
    steps.finish();
    gateway.close().await;
    let report = report?;
    if context.output.is_json() {
        context.output.json(&report)?;
    } else {
        print_sync(context, &report);
        if args.dry_run {
            context.output.note("dry run: nothing was changed");
        }
    }
    Ok(sync_outcome(&report))
}

/// Moves the progress bar and says the step.
pub(crate) fn show(steps: &Steps, step: &Progress) {
    if let Progress::Listed(server, tools) = step {
        steps.message(&format!("{server}: {tools} tools"));
    }
    if let Progress::Indexed(step) = step {
        steps.message(&format!("index {}: {}", step.index, step.status));
    }
    count(steps, step);
}

/// Moves the progress bar.
pub(crate) fn count(steps: &Steps, step: &Progress) {
    match step {
        Progress::Servers(count) => steps.total(*count),
        Progress::Finished(_) => steps.done_one(),
        Progress::Listed(..) | Progress::Indexed(_) => {}
    }
}

pub(crate) fn sync_outcome(report: &SyncReport) -> Done {
    report.servers.iter().find_map(|server| server.kind).map_or(Done::Fully, Done::WithFailures)
}

pub(crate) fn print_sync(context: &Context, report: &SyncReport) {
    if report.servers.is_empty() {
        context.output.note("no servers to sync; add one with `mcpgw server add`, or try `mcpgw bootstrap --demo`");
        return;
    }
    let row = |server: &ServerSync| {
        let status = if server.status == Outcome::Ok { "ok" } else { "FAILED" };
        let counts = [server.added, server.updated, server.unchanged, server.removed].map(|count| count.to_string());
        let mut row = vec![server.name.to_string(), status.to_owned()];
        row.extend(counts);
        row.push(server.error.clone().unwrap_or_default());
        row
    };
    let headings = ["server", "status", "added", "updated", "unchanged", "removed", "error"];
    context.output.table(&headings, &report.servers.iter().map(row).collect::<Vec<_>>());
    for server in &report.servers {
        for kept in &server.quarantined {
            context.output.note(&format!(
                "{}: tool {:?} is kept back ({}); see `mcpgw catalog quarantine`",
                server.name,
                kept.tool,
                kept.reason.as_str()
            ));
        }
        for skipped in &server.skipped {
            context.output.note(&format!("{}: tool {:?} was left out: {}", server.name, skipped.tool, skipped.reason));
        }
        if server.gone > 0 {
            context.output.note(&format!(
                "{}: {} tools are no longer listed but kept; `catalog sync --prune` removes them",
                server.name, server.gone
            ));
        }
    }
    context.output.note(&format!(
        "{} tools in the catalog, {} embedded, {} ms",
        report.tools_total, report.embedded, report.took_ms
    ));
}

async fn list(context: &Context, args: ListArgs) -> Result<Done> {
    let (gateway, tenant) = context.open().await?;
    if let Some(server) = &args.server {
        gateway.registry().get(&tenant, server).await?;
    }
    let view = gateway.catalog().view(&tenant).await?;
    let wanted =
        |listed: &&mcpgw::catalog::Listed| args.server.as_ref().is_none_or(|server| listed.tool.server == *server);
    let tools: Vec<_> = view.tools().iter().filter(wanted).collect();
    if context.output.is_json() {
        let tools: Vec<Value> = tools.into_iter().map(shown_tool).collect();
        context.output.json(&json!({ "tools": tools }))?;
        return Ok(Done::Fully);
    }
    if tools.is_empty() {
        context.output.note("the catalog is empty; run `mcpgw catalog sync`, or try `mcpgw bootstrap --demo`");
        return Ok(Done::Fully);
    }
    let row = |listed: &&mcpgw::catalog::Listed| {
        let tool = &listed.tool;
        vec![tool.server.to_string(), tool.name.clone(), brief(&tool.description, 70), tool.scopes.join(",")]
    };
    context.output.table(&["server", "tool", "description", "scopes"], &tools.iter().map(row).collect::<Vec<_>>());
    Ok(Done::Fully)
}

impl ShowArgs {
    fn split(&self) -> Result<(&str, &str)> {
        self.tool.split_once('/').ok_or_else(|| Error::invalid(format!("{:?} is not SERVER/TOOL", self.tool)))
    }
}

async fn quarantine(context: &Context) -> Result<Done> {
    let (gateway, tenant) = context.open().await?;
    let kept = gateway.quarantined(&tenant).await?;
    if context.output.is_json() {
        context.output.json(&json!({ "tools": kept }))?;
        return Ok(Done::Fully);
    }
    if kept.is_empty() {
        context.output.note("no tool is kept back");
        return Ok(Done::Fully);
    }
    for tool in &kept {
        let reason = tool.reason.map_or("kept back", mcpgw::model::QuarantineReason::as_str);
        let since = tool.since.map(|since| format!(", since {since}")).unwrap_or_default();
        let details = if tool.details.is_empty() { String::new() } else { format!(" ({})", tool.details.join(", ")) };
        context.output.line(&format!("{}/{}: {reason}{details}{since}", tool.server, tool.name));
        context.output.line(&tool.diff);
    }
    context.output.note(&format!("{} tools; `mcpgw catalog release SERVER/TOOL` accepts one as it is now", kept.len()));
    Ok(Done::Fully)
}

async fn release(context: &Context, args: Release) -> Result<Done> {
    let (gateway, tenant) = context.open().await?;
    let wanted: Vec<(ServerName, String)> = if args.all {
        let server: ServerName = args.tool.parse()?;
        gateway.registry().get(&tenant, &server).await?;
        let kept = gateway.quarantined(&tenant).await?.into_iter().filter(|tool| tool.server == server);
        kept.map(|tool| (tool.server, tool.name)).collect()
    } else {
        let (server, name) = ShowArgs { tool: args.tool.clone() }.split().map(|(s, n)| (s.to_owned(), n.to_owned()))?;
        vec![(server.parse()?, name)]
    };
    let mut released = Vec::new();
    for (server, name) in wanted {
        if gateway.release(&tenant, &server, &name).await? {
            released.push(format!("{server}/{name}"));
        }
    }
    if context.output.is_json() {
        context.output.json(&json!({ "released": released }))?;
    } else if released.is_empty() {
        context.output.note("nothing was kept back");
    } else {
        context.output.note(&format!("released: {}", released.join(", ")));
    }
    Ok(Done::Fully)
}

async fn pin(context: &Context, args: &ShowArgs, pinned: bool) -> Result<Done> {
    let (server, name) = args.split()?;
    let server = server.parse()?;
    let (gateway, tenant) = context.open().await?;
    let changed = gateway.set_pinned(&tenant, &server, name, pinned).await?;
    if context.output.is_json() {
        context.output.json(&json!({ "tool": args.tool, "pinned": pinned, "changed": changed }))?;
        return Ok(Done::Fully);
    }
    let state = if pinned { "listed beside the discovery tools" } else { "not listed beside the discovery tools" };
    let already = if changed { "is now" } else { "was already" };
    context.output.note(&format!("`{}` {already} {state}", args.tool));
    Ok(Done::Fully)
}

async fn show_tool(context: &Context, args: ShowArgs) -> Result<Done> {
    let (server, name) = args.split()?;
    let (gateway, tenant) = context.open().await?;
    let view = gateway.catalog().view(&tenant).await?;
    let principal = Context::operator(&tenant);
    let mcpgw::catalog::Found::One(listed) =
        view.resolve(name, Some(server), &principal, mcpgw::auth::Action::Discover)
    else {
        return Err(Error::new(Kind::NotFound, format!("there is no tool `{name}` of server `{server}`"))
            .help(format!("list its tools with `mcpgw catalog list --server {server}`")));
    };
    let tool = &listed.tool;
    let mut shown =
        serde_json::to_value(tool.as_ref()).map_err(|error| Error::internal("write a tool").source(error))?;
    if let Some(members) = shown.as_object_mut() {
        members.remove("embedding");
        members.insert("exposed_name".to_owned(), json!(listed.exposed.as_ref()));
        members.insert("definition".to_owned(), tool.definition.parse().unwrap_or(Value::Null));
    }
    if context.output.is_json() {
        context.output.json(&shown)?;
        return Ok(Done::Fully);
    }
    let text = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = vec![
        row("call as", listed.exposed.to_string()),
        row("title", tool.title.clone().unwrap_or_default()),
        row("description", tool.description.clone()),
        row("scopes", tool.scopes.join(", ")),
        row("arguments", text(&tool.input_schema)),
        row("annotations", tool.annotations.as_ref().map(text).unwrap_or_default()),
        row("definition hash", tool.definition_hash.clone()),
        row("first seen", tool.first_seen.to_string()),
        row("last changed", tool.last_seen.to_string()),
    ];
    context.output.table(&["", ""], &rows);
    Ok(Done::Fully)
}
