//! `mcpgw doctor`

use clap::Args;
use mcpgw::config::Setting;
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::{Check, CheckStatus, Gateway};
use serde_json::json;

use crate::policy::{As, words};
use crate::{Context, Done, config};

#[derive(Args)]
pub(crate) struct Doctor {
    /// Only read the configuration and ask the gateway that runs here whether it is ready: exit 0 or 1 within seconds
    #[arg(long, conflicts_with = "tool")]
    quick: bool,
    /// Say too which policy decides about this tool (`server__tool`)
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    #[command(flatten)]
    caller: As,
}

impl Doctor {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let mut settings = Vec::new();
        let checks = match context.config() {
            Err(error) => vec![Check::fail("configuration", &error)],
            Ok(config) => {
                settings.clone_from(&config.settings);
                let mut checks = vec![Check::ok("configuration", format!("{} keys set", settings.len()))];
                if self.quick {
                    checks.push(running(config.serve.bind).await);
                    return finish(context, &checks, &[]);
                }
                let tenant = config.tenant.clone();
                match Gateway::open(config).await {
                    Err(error) => {
                        let part = if error.kind() == Kind::EmbedderUnavailable { "embeddings" } else { "store" };
                        checks.push(Check::fail(part, &error));
                    }
                    Ok(gateway) => {
                        checks.extend(gateway.check(&tenant).await);
                        if let Some(tool) = &self.tool {
                            checks.push(self.decision(context, &gateway, tool).await);
                        }
                        gateway.close().await;
                    }
                }
                checks
            }
        };
        finish(context, &checks, &settings)
    }
}

fn finish(context: &Context, checks: &[Check], settings: &[Setting]) -> Result<Done> {
    if context.output.is_json() {
        context.output.json(&json!({ "checks": checks, "configuration": settings }))?;
    } else {
        print(context, checks, settings);
    }
    let failed = checks.iter().any(|check| check.status == CheckStatus::Fail);
    Ok(if failed { Done::WithFailures(Kind::Internal) } else { Done::Fully })
}

async fn running(bind: std::net::SocketAddr) -> Check {
    match mcpgw::serve::ask_ready(bind).await {
        Ok(took) => Check::ok("gateway", format!("{bind} is ready, {:.1} ms", took.as_secs_f64() * 1e3)),
        Err(error) => Check::fail("gateway", &error),
    }
}

impl Doctor {
    /// What the policies say about `tool` and the caller that is asked about.
    async fn decision(&self, context: &Context, gateway: &Gateway, tool: &str) -> Check {
        let name = format!("policy for {tool}");
        let decided = async {
            let (server, own) = mcpgw::model::split_exposed(tool).ok_or_else(|| {
                Error::invalid(format!("{tool:?} is no full name of a tool")).help("use server__tool")
            })?;
            let principal = self.caller.principal(context, gateway).await?;
            gateway.decide(&principal, server, own).await
        };
        match decided.await {
            Err(error) => Check::fail(name, &error),
            Ok(decisions) => {
                let said = decisions.iter().map(|decision| {
                    let (allowed, decided_by) = words(decision);
                    let by = if decision.decided_by.is_empty() { "" } else { "by " };
                    format!("{}: {allowed} ({by}{decided_by})", decision.action)
                });
                Check::ok(name, said.collect::<Vec<_>>().join("; "))
            }
        }
    }
}

fn print(context: &Context, checks: &[Check], settings: &[Setting]) {
    let row = |check: &Check| {
        let status = match check.status {
            CheckStatus::Ok => "ok",
            CheckStatus::Warn => "warn",
            CheckStatus::Fail => "FAIL",
        };
        vec![check.name.clone(), status.to_owned(), check.detail.clone(), check.fix.clone().unwrap_or_default()]
    };
    context.output.table(&["check", "status", "detail", "fix"], &checks.iter().map(row).collect::<Vec<_>>());
    if context.output.is_table() && !settings.is_empty() {
        config::print(context, settings);
    }
}
