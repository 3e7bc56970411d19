//! The binary: words in, words out. It decides nothing about the gateway; each subcommand reads its flags,
//! calls the library and prints.

mod account;
mod audit;
mod bootstrap;
mod cache;
mod cache_rule;
mod call;
mod catalog;
mod completions;
mod config;
mod connect;
mod demo_server;
mod doctor;
mod embeddings;
mod eval;
mod guardrails;
mod judge;
mod man;
mod output;
mod policy;
mod search;
mod secrets;
mod serve;
mod server;
mod sign_in;
mod stdio;
mod tenant;
mod token;
mod warden;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use mcpgw::config::{Config, Sources};
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::Gateway;
use mcpgw::model::{Principal, TenantId};
use mcpgw::telemetry::traces::Exporting;
use mcpgw::telemetry::{self, LogFormat};

use crate::output::{Color, Format, Output};

/// A gateway between AI agents and MCP servers: one endpoint, the right tool found by meaning and by name.
#[derive(Parser)]
#[command(name = "mcpgw", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every subcommand.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user's data directory]
    #[arg(long, global = true, value_name = "URI")]
    store: Option<String>,
    /// Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]
    #[arg(long, global = true, value_name = "NAME")]
    db: Option<String>,
    /// Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]
    #[arg(long, global = true, value_name = "ID")]
    tenant: Option<String>,
    /// A TOML file with the same keys as the environment, in lower case
    #[arg(long, global = true, value_name = "FILE", env = "MCPGW_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// How results are printed [default: table on a terminal, plain otherwise]
    #[arg(long, global = true, value_enum, env = "MCPGW_OUTPUT", hide_env_values = true)]
    output: Option<Format>,
    /// Whether to color (NO_COLOR is respected)
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// More log lines; twice for all of them [env: RUST_LOG]
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Only errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Answer every confirmation with yes
    #[arg(long, global = true)]
    yes: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway
    Serve(serve::Serve),
    /// Run the gateway for one client on standard input and output
    Stdio(stdio::Stdio),
    /// Make the store ready: register, sync, index
    Bootstrap(bootstrap::Bootstrap),
    /// Find tools by what they do or how they are called
    Search(search::Search),
    /// Call a tool
    Call(call::Call),
    /// Which tools exist
    #[command(subcommand)]
    Catalog(catalog::Catalog),
    /// Which MCP servers are behind the gateway
    #[command(subcommand)]
    Server(server::Server),
    /// Whose catalogs there are
    #[command(subcommand)]
    Tenant(tenant::Tenant),
    /// Who may discover and call what, in Cedar
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Who has an account of the console
    #[command(subcommand)]
    Account(account::Account),
    /// Which provider makes the vectors, and the change to another
    #[command(subcommand)]
    Embeddings(embeddings::Embeddings),
    /// What may pass: personal data, secrets, orders to the model
    #[command(subcommand)]
    Guardrails(guardrails::Guardrails),
    /// What was executed, and what came of it
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Results that were kept
    #[command(subcommand)]
    Cache(cache::Cache),
    /// The servers' credentials, as the store keeps them
    #[command(subcommand)]
    Secrets(secrets::Secrets),
    /// Sign and check callers' tokens
    #[command(subcommand)]
    Token(token::Token),
    /// Which configuration is in force
    #[command(subcommand)]
    Config(config::Config),
    /// Check every dependency and say how to fix what is broken
    Doctor(doctor::Doctor),
    /// Put the gateway into the list of a client on this machine
    Connect(connect::Connect),
    /// Run one of the demo MCP servers
    DemoServer(demo_server::DemoServer),
    /// End what a killed gateway has left behind (started by the gateway itself)
    #[command(hide = true)]
    Warden(warden::Warden),
    /// Print shell completions
    Completions(completions::Completions),
    /// Write the man pages
    Man(man::Man),
}

/// What a subcommand works with.
struct Context {
    sources: Sources,
    output: Output,
    yes: bool,
}

impl Context {
    fn config(&self) -> Result<Config> {
        let mut config = Config::load(&self.sources)?;
        config.upstream.warden = std::env::current_exe().ok();
        Ok(config)
    }

    /// Opens the gateway on the configured store.
    async fn open(&self) -> Result<(Arc<Gateway>, TenantId)> {
        self.open_with(|_| ()).await
    }

    /// The same with a changed configuration.
    async fn open_with(&self, change: impl FnOnce(&mut Config)) -> Result<(Arc<Gateway>, TenantId)> {
        let mut config = self.config()?;
        change(&mut config);
        let gateway = Gateway::open(config).await?;
        let tenant = gateway.config().tenant.clone();
        Ok((gateway, tenant))
    }

    /// The operator, as whom every subcommand works.
    fn operator(tenant: &TenantId) -> Principal {
        Principal::operator(tenant.clone())
    }

    /// Asks before something is destroyed.
    fn confirm(&self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if !self.output.is_interactive() {
            return Err(Error::new(Kind::Refused, format!("{question} (nobody to ask)")).help("repeat with --yes"));
        }
        if self.output.ask_yes_no(question)? { Ok(()) } else { Err(Error::new(Kind::Refused, "nothing was changed")) }
    }

    /// Has its name typed before something is destroyed that cannot be had again.
    fn confirm_by_name(&self, what: &str, name: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if !self.output.is_interactive() {
            return Err(Error::new(Kind::Refused, format!("{what}? (nobody to ask)")).help("repeat with --yes"));
        }
        let typed = self.output.ask_text(&format!("{what}; type its name to do so"), Some(""), |_| Ok(()))?;
        if typed.trim() == name { Ok(()) } else { Err(Error::new(Kind::Refused, "nothing was changed")) }
    }
}

/// How a subcommand ended that did not fail.
enum Done {
    /// Everything was done.
    Fully,
    /// The report says what was not; this kind decides the exit code.
    WithFailures(Kind),
}

fn main() -> ExitCode {
    // Credentials must not end up in a core dump, nor be read by other processes of the same user.
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    // Whatever FAILPOINTS names fails, in a build that is made for it.
    #[cfg(feature = "failpoints")]
    let _faults = fail::FailScenario::setup();
    let matches = Cli::command().get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let output = Output::new(cli.global.output, cli.global.color);
    let context = Context { sources: sources(&cli), yes: cli.global.yes, output };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            context.output.error(&Error::internal("the runtime did not start").source(error));
            return ExitCode::from(1);
        }
    };
    let entered = runtime.enter();
    let exporting = match start_logging(&cli, &context) {
        Ok(exporting) => exporting,
        Err(error) => {
            context.output.error(&error);
            return ExitCode::from(exit_code(error.kind()));
        }
    };
    drop(entered);
    let serving = matches!(cli.command, Command::Serve(_) | Command::DemoServer(_) | Command::Warden(_));
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = run(cli.command, &context) => Some(outcome),
            // `serve` drains by itself.
            _ = tokio::signal::ctrl_c(), if !serving => None,
        }
    });
    // Before what sends them.
    drop(exporting);
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    match outcome {
        Some(Ok(Done::Fully)) => ExitCode::SUCCESS,
        Some(Ok(Done::WithFailures(kind))) => ExitCode::from(exit_code(kind)),
        Some(Err(error)) => {
            context.output.error(&error);
            ExitCode::from(exit_code(error.kind()))
        }
        None => {
            context.output.note("interrupted; the store is whole, and the same command goes on where this one stopped");
            ExitCode::from(130)
        }
    }
}

async fn run(command: Command, context: &Context) -> Result<Done> {
    match command {
        Command::Serve(serve) => serve.run(context).await,
        Command::Stdio(stdio) => stdio.run(context).await,
        Command::Bootstrap(bootstrap) => bootstrap.run(context).await,
        Command::Search(search) => search.run(context).await,
        Command::Call(call) => call.run(context).await,
        Command::Catalog(catalog) => catalog.run(context).await,
        Command::Server(server) => server.run(context).await,
        Command::Tenant(tenant) => tenant.run(context).await,
        Command::Policy(policy) => policy.run(context).await,
        Command::Account(account) => account.run(context).await,
        Command::Embeddings(embeddings) => embeddings.run(context).await,
        Command::Guardrails(guardrails) => guardrails.run(context).await,
        Command::Audit(audit) => audit.run(context).await,
        Command::Cache(cache) => cache.run(context).await,
        Command::Secrets(secrets) => secrets.run(context).await,
        Command::Token(token) => token.run(context).await,
        Command::Warden(warden) => warden.run(),
        Command::Config(config) => config.run(context),
        Command::Doctor(doctor) => doctor.run(context).await,
        Command::Connect(connect) => connect.run(context),
        Command::DemoServer(demo) => demo.run(context).await,
        Command::Completions(completions) => completions.run(context),
        Command::Man(man) => man.run(context),
    }
}

/// The binary's own arguments, for completions and man pages.
fn command_line() -> clap::Command {
    Cli::command()
}

fn sources(cli: &Cli) -> Sources {
    let mut flags = Vec::new();
    if let Some(store) = &cli.global.store {
        let key = if store.starts_with("mongodb") { "MONGODB_URI" } else { "MCPGW_STORE" };
        flags.push((key, store.clone()));
    }
    flags.extend(cli.global.db.clone().map(|name| ("MONGODB_DB_NAME", name)));
    flags.extend(cli.global.tenant.clone().map(|tenant| ("MCPGW_TENANT", tenant)));
    if let Command::Serve(serve) = &cli.command {
        flags.extend(serve.bind.clone().map(|bind| ("MCPGW_BIND", bind)));
    }
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    Sources { flags, environment, file: cli.global.config.clone() }
}

fn start_logging(cli: &Cli, context: &Context) -> Result<Option<Exporting>> {
    let serving = matches!(cli.command, Command::Serve(_));
    let given =
        context.sources.environment.iter().find(|(name, _)| name == "RUST_LOG").map(|(_, value)| value.as_str());
    let filter = match (cli.global.quiet, cli.global.verbose, given) {
        (true, ..) => "error",
        (_, 1, _) => "info,mcpgw=debug",
        (_, 2.., _) => "trace",
        (_, 0, Some(given)) => given,
        (_, 0, None) if serving => "info",
        (_, 0, None) => "warn",
    };
    // A fault in the configuration is reported by the subcommand; until then, logs are for people.
    let config = context.config().ok();
    let configured = config.as_ref().and_then(|config| config.log_format);
    let terminal = context.output.is_terminal();
    let format = configured.unwrap_or(if terminal || !serving { LogFormat::Pretty } else { LogFormat::Json });
    let traces = config.and_then(|config| config.traces).filter(|_| serving);
    telemetry::init(format, filter, context.output.colors_stderr(), traces.as_ref()).map_err(|why| {
        Error::new(Kind::InvalidConfig, format!("traces cannot be sent: {why}"))
            .help("check OTEL_EXPORTER_OTLP_ENDPOINT and its like, or unset ENABLE_TRACING")
    })
}

/// 1 it failed, 2 wrong usage or refused, 3 not found, 4 something could not be reached.
fn exit_code(kind: Kind) -> u8 {
    match kind {
        Kind::Internal | Kind::Conflict | Kind::UpstreamError | Kind::Unauthenticated | Kind::RateLimited => 1,
        Kind::InvalidConfig | Kind::InvalidInput | Kind::Refused | Kind::Forbidden | Kind::Blocked => 2,
        Kind::NotFound => 3,
        Kind::StoreUnavailable | Kind::EmbedderUnavailable | Kind::UpstreamTimeout | Kind::UpstreamUnavailable => 4,
    }
}
