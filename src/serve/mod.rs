//! The HTTP face; the only folder that names axum.

pub mod demo;
mod error;
mod health;
mod layers;
mod listen;
mod principal;
mod router;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::error::{Context as _, Result};
use crate::gateway::Gateway;
use crate::jobs;
use crate::mcp::Face;

/// How the gateway listens.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    /// Address and port.
    pub bind: SocketAddr,
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
    /// How long calls may finish after the stop signal.
    pub shutdown_grace: Duration,
}

/// What every handler shares.
struct App {
    gateway: Arc<Gateway>,
    face: Face,
    draining: AtomicBool,
}

/// Serves `gateway` on `listener` until `stop` resolves; then drains and closes everything.
///
/// # Errors
/// When the tenant cannot be loaded at start, or the listener fails.
pub async fn serve(gateway: Arc<Gateway>, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Result<()> {
    // Followed before it is loaded, so that no change falls between the two.
    let follower = jobs::follow::start(&gateway).await?;
    let tenant = gateway.config().tenant.clone();
    gateway.catalog().view(&tenant).await.context(|| format!("load tenant `{tenant}`"))?;
    let jobs = [follower, jobs::sweep::start(&gateway)];
    let app = Arc::new(App {
        face: Face::new(Arc::clone(&gateway)),
        gateway: Arc::clone(&gateway),
        draining: AtomicBool::new(false),
    });
    let outcome = listen::run(&app, listener, stop).await;
    for job in jobs {
        job.abort();
    }
    gateway.close().await;
    outcome
}
