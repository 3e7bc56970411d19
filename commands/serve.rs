//! `mcpgw serve`

use clap::Args;
use mcpgw::error::{Error, Kind, Result};
use mcpgw::gateway::Gateway;
use mcpgw::model::TenantId;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::{Context, Done, catalog, demo_server};

#[derive(Args)]
pub(crate) struct Serve {
    /// Where to listen [env: MCPGW_BIND] [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) bind: Option<String>,
    /// Start two demo MCP servers and put them behind the gateway
    #[arg(long)]
    demo: bool,
    /// Sync the catalog before listening (AUTO_BOOTSTRAP)
    #[arg(long)]
    bootstrap: bool,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, tenant) = context.open().await?;
        for key in &gateway.config().without_effect {
            tracing::warn!(key, "is set, but this version does not act on it");
        }
        let bind = gateway.config().serve.bind;
        let listener = TcpListener::bind(bind).await.map_err(|error| {
            Error::new(Kind::Refused, format!("cannot listen on {bind}")).source(error).help("choose another --bind")
        })?;
        let address = listener.local_addr().map_err(|error| Error::internal("no address").source(error))?;
        let demo = if self.demo { demo_server::servers()? } else { Vec::new() };
        let wanted = self.bootstrap || self.demo || gateway.config().auto_bootstrap;
        let mut stop = Signals::listen()?;
        if wanted {
            tokio::select! {
                bootstrapped = bootstrap(context, &gateway, &tenant, &demo) => bootstrapped?,
                () = stop.next() => {
                    gateway.close().await;
                    return Ok(Done::Fully);
                }
            }
        }
        tracing::info!(address = %address, "listening");
        if self.demo {
            greet(context, &address.to_string());
        }
        let stopping = async {
            stop.next().await;
            tracing::info!("stopping: calls that are under way may finish");
            tokio::spawn(async move {
                stop.next().await;
                tracing::warn!("stopped at once");
                #[expect(clippy::disallowed_methods, reason = "the second signal means: now")]
                std::process::exit(130);
            });
        };
        mcpgw::serve::serve(gateway, listener, stopping).await.map(|()| Done::Fully)
    }
}

/// A server that fails is said, and does not keep the others from being served.
async fn bootstrap(
    context: &Context,
    gateway: &Gateway,
    tenant: &TenantId,
    demo: &[mcpgw::model::Server],
) -> Result<()> {
    let steps = context.output.steps("syncing");
    let outcome = gateway.bootstrap(tenant, demo, &|step| catalog::count(&steps, &step)).await;
    steps.finish();
    let report = outcome?;
    for server in &report.sync.servers {
        match &server.error {
            Some(error) => tracing::warn!(server.name = %server.name, error, "not synced"),
            None => {
                tracing::info!(server.name = %server.name, tools = server.added + server.updated + server.unchanged, "synced")
            }
        }
    }
    Ok(())
}

fn greet(context: &Context, address: &str) {
    context.output.note(&format!(
        r#"
The demo is ready: 6 tools of 2 MCP servers behind one endpoint.

  MCP endpoint   http://{address}/mcp          (streamable HTTP, for any MCP client)
  JSON-RPC       http://{address}/rpc
  health         http://{address}/health

Find a tool by what it does:

  curl -s http://{address}/rpc -H 'Content-Type: application/json' \
    -d '{{"jsonrpc":"2.0","id":1,"method":"tools/search","params":{{"query":"look up a purchase by its id"}}}}'

and call it:

  curl -s http://{address}/rpc -H 'Content-Type: application/json' \
    -d '{{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{{"name":"orders__find_order","arguments":{{"order_id":"A-1001"}}}}}}'

In another terminal: mcpgw search --mode all "look up a purchase by its id"
Ctrl-C stops everything.
"#
    ));
}

/// SIGINT and SIGTERM.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        let failed = |error| Error::internal("signals cannot be received").source(error);
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
