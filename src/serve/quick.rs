//! Asks a gateway of this machine whether it can serve, as a container's health check does.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};

use crate::error::{Error, Kind, Result};
use crate::tls::https_client;

const TIMEOUT: Duration = Duration::from_secs(3);
const MAX_ANSWER: usize = 64 * 1024;

/// Asks who listens at `bind` for `/health/ready`; how long it took.
///
/// # Errors
/// [`Kind::UpstreamUnavailable`] when nobody answers within three seconds, and when it is not ready, with what it says.
pub async fn ask_ready(bind: SocketAddr) -> Result<Duration> {
    let began = Instant::now();
    let address = SocketAddr::new(reachable(bind), bind.port());
    let failed = |what: String| {
        Error::new(Kind::UpstreamUnavailable, format!("the gateway at {address} {what}"))
            .help("start it with `mcpgw serve`, or name where it listens: MCPGW_BIND")
    };
    let request = Request::get(format!("http://{address}/health/ready"))
        .body(Full::<Bytes>::default())
        .map_err(|error| Error::internal("no request").source(error))?;
    let asked = async {
        let response =
            https_client().request(request).await.map_err(|error| failed(format!("cannot be reached: {error}")))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
        Ok((status, body.map(|body| body.to_bytes()).unwrap_or_default()))
    };
    let answered = tokio::time::timeout(TIMEOUT, asked).await;
    let (status, body) = answered.map_err(|_| failed(format!("did not answer within {TIMEOUT:?}")))??;
    if status == StatusCode::OK {
        return Ok(began.elapsed());
    }
    Err(failed(format!("is not ready: {}", String::from_utf8_lossy(&body))))
}

/// Who listens everywhere is asked on this machine.
fn reachable(bind: SocketAddr) -> std::net::IpAddr {
    match bind {
        SocketAddr::V4(bind) if bind.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(bind) if bind.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        bind => bind.ip(),
    }
}
