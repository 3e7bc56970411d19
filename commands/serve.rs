//! `mcpgw serve`

use std::sync::Arc;

use clap::Args;
use mcpgw::catalog::SyncOptions;
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
    /// Sync the catalog when starting, also with AUTO_BOOTSTRAP=false
    #[arg(long)]
    bootstrap: bool,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let (gateway, tenant) = context.open().await?;
        gateway.watch_servers();
        let bind = gateway.config().serve.bind;
        let listener = TcpListener::bind(bind).await.map_err(|error| {
            Error::new(Kind::Conflict, format!("cannot listen on {bind}")).source(error).help("choose another --bind")
        })?;
        let address = listener.local_addr().map_err(|error| Error::internal("no address").source(error))?;
        let mut stop = Signals::listen()?;
        let prepared = async {
            if self.demo {
                prepare_demo(context, &gateway, &tenant).await?;
            }
            let ready = mcpgw::serve::prepare(Arc::clone(&gateway), address).await?;
            let invited = match gateway.config().console.is_enabled {
                true => gateway.first_account().await?,
                false => None,
            };
            Ok((ready, invited))
        };
        let prepared = tokio::select! {
            prepared = prepared => Some(prepared),
            () = stop.next() => None,
        };
        let (ready, invited) = match prepared {
            Some(Ok(prepared)) => prepared,
            interrupted_or_failed => {
                gateway.close().await;
                return interrupted_or_failed.map_or(Ok(Done::Fully), |failed| failed.map(|_| Done::Fully));
            }
        };
        // Listed and called is what the store already knows; a slow server does not keep the others waiting.
        let wanted = self.bootstrap || gateway.config().auto_bootstrap;
        let syncing = wanted.then(|| tokio::spawn(sync(Arc::clone(&gateway), tenant)));
        tracing::info!(address = %address, "listening");
        if self.demo {
            greet(context, &address.to_string());
        }
        if let Some(token) = invited {
            invite(context, &address.to_string(), token.expose());
        }
        let stopping = async {
            stop.next().await;
            tracing::info!("stopping: calls that are under way may finish");
            if let Some(syncing) = syncing {
                syncing.abort();
            }
            tokio::spawn(async move {
                stop.next().await;
                tracing::warn!("stopped at once");
                #[expect(clippy::disallowed_methods, reason = "the second signal means: now")]
                std::process::exit(130);
            });
        };
        ready.serve(listener, stopping).await.map(|()| Done::Fully)
    }
}

/// Registers and syncs the demo's servers, so that the first call finds them.
async fn prepare_demo(context: &Context, gateway: &Gateway, tenant: &TenantId) -> Result<()> {
    let demo = demo_server::servers()?;
    let options =
        SyncOptions { servers: demo.iter().map(|server| server.name.clone()).collect(), ..Default::default() };
    let steps = context.output.steps("syncing");
    let outcome = gateway.bootstrap(tenant, &demo, &options, &|step| catalog::count(&steps, &step)).await;
    steps.finish();
    match outcome?.sync.servers.into_iter().find_map(|server| Some((server.kind?, server.error?))) {
        Some((kind, error)) => Err(Error::new(kind, error)),
        None => Ok(()),
    }
}

/// A server that fails is said, and keeps the tools that it had.
async fn sync(gateway: Arc<Gateway>, tenant: TenantId) {
    match gateway.sync(&tenant, &SyncOptions::default(), &|_| {}).await {
        Err(error) => tracing::warn!(error = error.chain(), "the catalog was not synced"),
        Ok(report) => {
            for server in report.servers {
                match server.error {
                    Some(error) => tracing::warn!(server.name = %server.name, error, "not synced"),
                    None => {
                        let tools = server.added + server.updated + server.unchanged;
                        tracing::info!(server.name = %server.name, tools, "synced");
                    }
                }
            }
        }
    }
}

/// There is no account yet that could administer over HTTP.
fn invite(context: &Context, address: &str, token: &str) {
    context.output.note(&format!(
        r#"
Nobody has an account for the console yet. Make the first one within 24 hours, once, at

  http://{address}/ui/setup#{token}

or set ADMIN_EMAIL and ADMIN_PASSWORD and start again. The command line works without.
"#
    ));
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
