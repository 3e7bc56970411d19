//! A reference MCP server with everything that the conformance suite asks of one, in both protocol eras, on rmcp:
//! what the gateway is tested in front of.
//!
//! ```text
//! cargo run --example fixture_server -- --bind 127.0.0.1:0     # streamable HTTP; prints {"url":"…"}
//! cargo run --example fixture_server                           # standard input and output
//! ```

#![expect(deprecated, reason = "the fixtures cover what the newest revision deprecates")]

mod content;
mod input;
mod server;
mod tasks;
mod tools;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::serve::ListenerExt as _;
use clap::Parser;
use rmcp::ServiceExt as _;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use server::Fixture;

/// A reference MCP server for conformance tests.
#[derive(Parser)]
struct Args {
    /// Serve streamable HTTP at /mcp of this address, in place of standard input and output
    #[arg(long)]
    bind: Option<SocketAddr>,
    /// Speak the session era only
    #[arg(long)]
    legacy_only: bool,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let fixture = Fixture::new(args.legacy_only);
    match args.bind {
        Some(bind) => serve_http(fixture, bind).await,
        None => {
            fixture.serve(rmcp::transport::stdio_pipes()).await?.waiting().await?;
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, reason = "the address is what a caller waits for")]
async fn serve_http(fixture: Fixture, bind: SocketAddr) -> Result<(), Failure> {
    let listener = TcpListener::bind(bind).await?;
    let address = listener.local_addr()?;
    let config = StreamableHttpServerConfig::default()
        .with_allowed_origins([format!("http://{address}"), format!("http://localhost:{}", address.port())]);
    let service =
        StreamableHttpService::new(move || Ok(fixture.clone()), Arc::new(LocalSessionManager::default()), config);
    println!(r#"{{"url":"http://{address}/mcp"}}"#);
    let app = axum::Router::new().nest_service("/mcp", service);
    axum::serve(listener.tap_io(|stream| drop(stream.set_nodelay(true))), app).await?;
    Ok(())
}
