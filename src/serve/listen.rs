//! Accepts connections and lets them finish.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_io_timeout::TimeoutStream;

use super::admit::Peer;
use super::{App, router};
use crate::error::Result;

/// Against clients that open a connection and send their headers drop by drop.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// Against clients that ask for much and read none of it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause after the system refused to accept (no file descriptors left), so as not to spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn run(app: &Arc<App>, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Result<()> {
    let config = &app.gateway.config().serve;
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        // Counted by `layers::limit_headers`, which answers with a body.
        .max_headers(2 * config.max_headers + 50)
        .max_buf_size(config.max_header_bytes.max(8192) + 64 * 1024);
    let service = TowerToHyperService::new(router::router(app));
    let connections = GracefulShutdown::new();
    // Whoever balances load has to know before nobody listens any more.
    let mut stop = std::pin::pin!(async {
        stop.await;
        let begun = Instant::now();
        // Not longer than calls may last.
        let _ = tokio::time::timeout(config.shutdown_grace, app.readiness.withdraw()).await;
        begun
    });
    let stopping_since = loop {
        let accepted = tokio::select! {
            biased;
            begun = &mut stop => break begun,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Without it every streamed answer waits some 40 ms for the other side's delayed ACK.
                let _ = stream.set_nodelay(true);
                let mut stream = Box::pin(TimeoutStream::new(stream));
                stream.as_mut().set_write_timeout_pinned(Some(WRITE_TIMEOUT));
                // With upgrades: `/ws` leaves HTTP.
                let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), {
                    let (service, peer) = (service.clone(), Peer(peer.ip()));
                    service_fn(move |mut request| {
                        request.extensions_mut().insert(peer);
                        service.call(request)
                    })
                });
                let watched = connections.watch(connection.into_owned());
                tokio::spawn(async move {
                    if let Err(error) = watched.await {
                        tracing::debug!(error = %error, "a connection ended early");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    };
    drop(listener);
    app.face.close_streams();
    let grace = config.shutdown_grace;
    let finished = async { tokio::join!(connections.shutdown(), app.sockets.closed()) };
    if tokio::time::timeout(grace.saturating_sub(stopping_since.elapsed()), finished).await.is_err() {
        tracing::warn!(grace_seconds = grace.as_secs(), "calls were still under way when the grace period ended");
    }
    Ok(())
}
