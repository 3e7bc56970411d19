//! `mcpgw stdio`

use clap::{Args, ValueEnum};
use mcpgw::error::{Error, Result};
use mcpgw::mcp::Listing;
use tokio::io::BufReader;
use tokio::signal::unix::{SignalKind, signal};

use crate::{Context, Done};

/// For clients that start their servers themselves. Speaks MCP of both eras, a message a line, until its input ends.
#[derive(Args)]
pub(crate) struct Stdio {
    /// What is listed: every tool, or the discovery tools [default: as MCP_DISCOVERY says]
    #[arg(long, value_enum)]
    view: Option<View>,
}

#[derive(Clone, Copy, ValueEnum)]
enum View {
    Full,
    Search,
}

impl Stdio {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, _) = context.open().await?;
        let terminated = signal(SignalKind::terminate());
        let mut terminated = terminated.map_err(|error| Error::internal("signals cannot be received").source(error))?;
        let stop = async {
            terminated.recv().await;
        };
        let input = BufReader::new(tokio::io::stdin());
        let listing = match self.view {
            None => Listing::Configured,
            Some(View::Full) => Listing::Full,
            Some(View::Search) => Listing::Search,
        };
        mcpgw::serve::lines(gateway, listing, input, tokio::io::stdout(), stop).await.map(|()| Done::Fully)
    }
}
