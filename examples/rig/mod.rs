//! What `loadbench` and `soak` share: a fixture server, the gateway as a child process, connections and figures.

pub(crate) mod connection;
pub(crate) mod figures;
pub(crate) mod fixture;
pub(crate) mod process;

use std::error::Error;

use tokio::signal::unix::{SignalKind, signal};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The two eras of the protocol.
pub(crate) const MODERN: &str = "2026-07-28";
pub(crate) const LEGACY: &str = "2025-11-25";

/// Runs to the end, or until somebody ends it; what is dropped then ends its children.
pub(crate) fn run<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            outcome = work => outcome,
            _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
            _ = terminate.recv() => Err("terminated".into()),
        }
    })
}

/// The number after a flag, 1 or more.
pub(crate) fn number(flag: &str, given: Option<String>) -> Outcome<u64> {
    let text = given.ok_or_else(|| format!("{flag} wants a number"))?;
    let number: u64 = text.parse().map_err(|_| format!("{flag} wants a number, not {text:?}"))?;
    if number == 0 { Err(format!("{flag} wants at least 1").into()) } else { Ok(number) }
}
