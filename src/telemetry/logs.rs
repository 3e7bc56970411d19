//! Logs: set up once by the binary. Messages are for people, fields for queries: dotted names
//! (`tenant.id`, `server.name`, `tool.name`, `duration_ms`), the unit in the name, never arguments,
//! results or tokens.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, registry};

use super::traces::{Exporting, TracesConfig};

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Sends logs to stderr, and spans to a collector while the value that is given back lives. `filter` is for logs, in the
/// syntax of `RUST_LOG`. Does nothing when called again.
///
/// # Errors
/// When `traces` cannot be sent where they should.
pub fn init(
    format: LogFormat,
    filter: &str,
    color: bool,
    traces: Option<&TracesConfig>,
) -> Result<Option<Exporting>, String> {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let (exporting, tracer) = traces.map(Exporting::start).transpose()?.unzip();
    let spans = tracer.map(|tracer| {
        let ours = Targets::new().with_target("mcpgw", Level::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    });
    let registry = registry().with(spans);
    let begun = match format {
        LogFormat::Json => {
            let lines = layer().json().flatten_event(true).with_current_span(false).with_writer(std::io::stderr);
            registry.with(lines.with_filter(filter)).try_init()
        }
        LogFormat::Pretty => {
            let lines = layer().with_ansi(color).with_target(false).with_writer(std::io::stderr);
            registry.with(lines.with_filter(filter)).try_init()
        }
    };
    if begun.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
    Ok(exporting)
}

/// A fault of ours as a line like every other. What was put together for it may hold what callers sent, and is not said.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let said = panic.payload().downcast_ref::<&str>().copied().unwrap_or("(its message is not shown)");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = Backtrace::capture();
    let trace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(place, said, backtrace = trace, "a panic: this is a fault of the gateway");
}
