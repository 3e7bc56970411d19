//! The HTTP face; the only folder that names axum.

mod admin;
mod admit;
mod connections;
mod console;
pub mod demo;
mod error;
mod health;
mod layers;
mod listen;
mod metrics;
mod overload;
mod principal;
mod protocol;
mod quick;
mod router;
mod sign_in;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::error::{Context as _, Result};
use crate::gateway::Gateway;
use crate::jobs;
use crate::mcp::Face;

pub use connections::lines;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use principal::fuzz as fuzz_caller_headers;
pub use quick::ask_ready;

const SWEEP: Duration = Duration::from_secs(1);

/// How the gateway listens.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    /// Address and port.
    pub bind: SocketAddr,
    /// Where clients and browsers reach us; where we listen, unless it is set.
    pub public_url: Option<url::Url>,
    /// Requests of callers that are under way at once.
    pub max_in_flight: usize,
    /// Further ones that wait for their turn.
    pub max_queued: usize,
    /// Largest request body.
    pub max_body_bytes: usize,
    /// Deepest nesting of a JSON body.
    pub max_json_depth: usize,
    /// Most headers of a request.
    pub max_headers: usize,
    /// Largest sum of a request's headers.
    pub max_header_bytes: usize,
    /// `Origin`s beyond this machine's own that may call; `*` for all.
    pub allowed_origins: Vec<String>,
    /// `Host` names beyond this machine's own that we answer to; `*` for all.
    pub allowed_hosts: Vec<String>,
    /// Whose `X-Forwarded-For` is believed.
    pub forwarders: Vec<std::net::IpAddr>,
    /// How long calls may finish after the stop signal.
    pub shutdown_grace: Duration,
}

/// What every handler shares.
struct App {
    gateway: Arc<Gateway>,
    face: Arc<Face>,
    streams: connections::Streams,
    sockets: connections::Sockets,
    readiness: health::Readiness,
    room: overload::Room,
    figures: console::Figures,
}

/// What happens without a request; ends when dropped.
struct Jobs(Vec<JoinHandle<()>>);

impl Jobs {
    async fn start(gateway: &Arc<Gateway>) -> Result<Self> {
        // Before any connection is opened: those that are open already do not watch.
        let events = gateway.handle_events();
        // Followed before it is loaded, so that no change falls between the two.
        let follower = jobs::follow::start(gateway).await?;
        let tenant = &gateway.config().tenant;
        gateway.catalog().view(tenant).await.context(|| format!("load tenant `{tenant}`"))?;
        gateway.auth().warm_up().await;
        gateway.warm_up_embedder().await;
        gateway.warm_up_guardrails().await;
        // Read once while the store is known to be there. Where it cannot be opened, as while a KMS is away, what needs no
        // seal is served all the same.
        match gateway.sealer().await {
            Err(error) if error.details().is_some_and(|it| it.get("reason").is_some()) => {
                tracing::warn!(error = error.chain(), "sessions and tasks wait for the key that seals them");
            }
            outcome => drop(outcome?),
        }
        gateway.audit().sync().await;
        let beside = [
            jobs::sweep::start(gateway),
            jobs::rates::start(gateway),
            jobs::reembed::start(gateway),
            jobs::audit::start(gateway),
        ];
        Ok(Self([events, follower].into_iter().chain(beside).collect()))
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        for job in &self.0 {
            job.abort();
        }
    }
}

/// A gateway that has read what it needs and only waits for connections; its jobs end when it is dropped.
pub struct Ready {
    gateway: Arc<Gateway>,
    jobs: Jobs,
}

/// Loads the configured tenant and starts what happens without a request. `address` is where it will listen.
///
/// # Errors
/// When the tenant or the sealing key cannot be read, or the change feed not be opened.
pub async fn prepare(gateway: Arc<Gateway>, address: SocketAddr) -> Result<Ready> {
    gateway.listens_at(address);
    let jobs = Jobs::start(&gateway).await?;
    Ok(Ready { gateway, jobs })
}

impl Ready {
    /// Serves on `listener` until `stop` resolves; then drains and closes everything.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Result<()> {
        let Self { gateway, jobs } = self;
        let config = &gateway.config().serve;
        let app = Arc::new(App {
            face: Face::new(Arc::clone(&gateway)),
            streams: connections::Streams::default(),
            sockets: connections::Sockets::default(),
            gateway: Arc::clone(&gateway),
            readiness: health::Readiness::default(),
            room: overload::Room::new(config.max_in_flight, config.max_queued),
            figures: console::Figures::default(),
        });
        let sweeping = tokio::spawn(sweep(Arc::clone(&app.face)));
        let outcome = listen::run(&app, listener, stop).await;
        sweeping.abort();
        drop(jobs);
        gateway.close().await;
        outcome
    }
}

/// Ends what nobody came back to.
async fn sweep(face: Arc<Face>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        face.sweep();
    }
}
