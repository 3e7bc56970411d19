//! `mcpgw catalog`

use clap::{Args, Subcommand};
use mcpgw::catalog::{Outcome, Progress, ServerSync, SyncOptions, SyncReport};
use mcpgw::error::{Error, Result};
use mcpgw::gateway::{PageStart, ToolQuery, ToolState, ToolSummary};
use mcpgw::model::{ServerName, Timestamp};
use serde_json::{Value, json};

use crate::eval::Eval;
use crate::judge::Judge;
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
    /// Say which tools are right for a request, for `catalog eval --judged`
    Judge(Judge),
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
    /// Only those with all of these words in name, server, title or description
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    query: String,
    /// Only in this state; `all` shows also what cannot be used
    #[arg(long, value_parser = ["active", "quarantined", "disabled", "all"], default_value = "active")]
    status: String,
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
            Self::Judge(args) => args.run(context).await,
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
    let state = (args.status != "all").then(|| ToolState::named(&args.status)).transpose()?;
    let query = ToolQuery { words: args.query, server: args.server, state };
    let tools = gateway.tools(&tenant, &query, &PageStart::First, usize::MAX).await?.tools;
    if context.output.is_json() {
        context.output.json(&json!({ "tools": tools }))?;
        return Ok(Done::Fully);
    }
    if tools.is_empty() {
        context.output.note("no such tool; run `mcpgw catalog sync`, or try `mcpgw bootstrap --demo`");
        return Ok(Done::Fully);
    }
    let row = |tool: &ToolSummary| {
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
    let shown = gateway.tool_detail(&tenant, &server.parse()?, name).await?;
    if context.output.is_json() {
        context.output.json(&shown)?;
        return Ok(Done::Fully);
    }
    let text = |member: &str| match &shown[member] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    let time = |member: &str| shown[member].as_i64().map(|at| Timestamp(at).to_string()).unwrap_or_default();
    let mut rows: Vec<Vec<String>> = [
        ("call as", text("exposed_name")),
        ("title", text("title")),
        ("description", text("description")),
        ("scopes", text("scopes")),
        ("status", text("status")),
        ("arguments", text("input_schema")),
        ("annotations", text("annotations")),
        ("definition hash", text("definition_hash")),
        ("first seen", time("first_seen")),
        ("last changed", time("last_seen")),
    ]
    .into_iter()
    .map(|(name, value)| vec![name.to_owned(), value])
    .collect();
    if shown["diff"].is_string() {
        rows.push(vec!["changed".to_owned(), text("diff")]);
    }
    context.output.table(&["", ""], &rows);
    Ok(Done::Fully)
}
