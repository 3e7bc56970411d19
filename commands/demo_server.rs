//! `mcpgw demo-server`: real MCP servers to try the gateway on.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use mcpgw::auth::Authenticator;
use mcpgw::error::{Context as _, Error, Kind, Result};
use mcpgw::gateway::DEMO_MARK;
use mcpgw::model::{CachePolicy, GuardrailRules, Secret, Server, Timestamp, Transport};
use mcpgw::serve::demo::{self, Demo};

use crate::{Context, Done};

#[derive(Args)]
pub(crate) struct DemoServer {
    /// Which one
    #[arg(value_enum)]
    demo: Which,
    /// Serve streamable HTTP at http://ADDRESS/mcp in place of stdin and stdout
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<String>,
    /// The name that a gateway knows it by: with DOWNSTREAM_JWT_VERIFY a token for another server is refused
    #[arg(long)]
    name: Option<String>,
    /// The gateway's token for this server, which DOWNSTREAM_JWT_VERIFY asks for
    #[arg(long, env = "MCP_DOWNSTREAM_TOKEN", hide = true, hide_env_values = true)]
    token: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// get_current_weather, get_forecast, severe_weather_alerts
    Weather,
    /// find_order, list_customer_orders, update_order_status
    Orders,
}

impl DemoServer {
    pub(crate) async fn run(self, context: &Context) -> Result<Done> {
        let demo = match self.demo {
            Which::Weather => Demo::Weather,
            Which::Orders => Demo::Orders,
        };
        let mut auth = Authenticator::new(&context.config()?.demo_auth);
        if let Some(name) = &self.name {
            auth = auth.for_server(name);
        }
        let Some(bind) = self.bind else {
            if auth.is_required() {
                auth.authenticate(&format!("Bearer {}", self.token.unwrap_or_default()))
                    .await
                    .context(|| "MCP_DOWNSTREAM_TOKEN")?;
            }
            return demo::serve_stdio(demo).await.map(|()| Done::Fully);
        };
        let listener = tokio::net::TcpListener::bind(&bind).await.map_err(|error| {
            Error::new(Kind::Conflict, format!("cannot listen on {bind}")).source(error).help("choose another --bind")
        })?;
        let address = listener.local_addr().map_err(|error| Error::internal("no address").source(error))?;
        context.output.note(&format!("{} serves MCP at http://{address}/mcp", demo.name()));
        let stop = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        demo::serve_http(demo, listener, auth, stop).await.map(|()| Done::Fully)
    }
}

/// The demo servers as registry entries: this binary, started over stdio when it is needed.
pub(crate) fn servers() -> Result<Vec<Server>> {
    let program = std::env::current_exe()
        .map_err(|error| Error::internal("the path of this program is unknown").source(error))?;
    let entry = |demo: Demo| {
        Ok(Server {
            name: demo.name().parse()?,
            transport: Transport::Stdio {
                command: program.display().to_string(),
                args: vec![Secret::new("demo-server"), Secret::new(demo.name())],
                env: BTreeMap::new(),
            },
            scopes: demo.scopes(),
            tool_scopes: demo.tool_scopes(),
            is_enabled: true,
            timeout_ms: None,
            cache: CachePolicy::default(),
            guardrails: GuardrailRules::default(),
            metadata: BTreeMap::from([(DEMO_MARK.to_owned(), true.into())]),
            updated_at: Timestamp::now(),
            last_sync: None,
            unopened: None,
            oauth: None,
        })
    };
    [Demo::Weather, Demo::Orders].into_iter().map(entry).collect()
}
