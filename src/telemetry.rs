//! Logs: set up once by the binary. Messages are for people, fields for queries: dotted names
//! (`tenant.id`, `server.name`, `tool.name`, `duration_ms`), the unit in the name, never arguments,
//! results or tokens.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Sends logs to stderr. `filter` is in the syntax of `RUST_LOG`. Does nothing when called again.
pub fn init(format: LogFormat, filter: &str, color: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let _ = match format {
        LogFormat::Json => registry.with(layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init(),
        LogFormat::Pretty => {
            registry.with(layer().with_ansi(color).with_target(false).with_writer(std::io::stderr)).try_init()
        }
    };
}
