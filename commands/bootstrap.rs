//! `mcpgw bootstrap`

use std::time::Duration;

use clap::Args;
use mcpgw::catalog::SyncOptions;
use mcpgw::error::{Error, Kind, Result};

use crate::{Context, Done, catalog, demo_server};

#[derive(Args)]
pub(crate) struct Bootstrap {
    /// Register the demo servers, too
    #[arg(long)]
    demo: bool,
    /// How long to wait until everything is searchable
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = humantime::parse_duration)]
    wait: Duration,
}

impl Bootstrap {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, tenant) = context.open().await?;
        let demo = if self.demo { demo_server::servers()? } else { Vec::new() };
        let steps = context.output.steps("syncing");
        let progress = |step| catalog::show(&steps, &step);
        let options = SyncOptions::default();
        let work = gateway.bootstrap(&tenant, &demo, &options, &progress);
        let outcome = tokio::time::timeout(self.wait, work).await;
        steps.finish();
        gateway.close().await;
        let report = outcome.map_err(|_| {
            let waited = humantime::format_duration(self.wait);
            Error::new(Kind::UpstreamTimeout, format!("not ready after {waited}"))
                .help("wait longer with --wait, or run `mcpgw doctor` to see what is slow")
        })??;
        if context.output.is_json() {
            context.output.json(&report)?;
        } else {
            context.output.note(&format!("store       {}", report.store));
            context.output.note(&format!("search      {}", report.search));
            context.output.note(&format!("embeddings  {}", report.embeddings));
            catalog::print_sync(context, &report.sync);
        }
        Ok(catalog::sync_outcome(&report.sync))
    }
}
