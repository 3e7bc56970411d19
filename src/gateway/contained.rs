//! A fault of ours ends the request in which it shows, and nothing else.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::error::{Error, Result};
use crate::telemetry::metrics::METRICS;

/// The outcome of a request's work, also where it panics; the panic's message is in the log, and not for callers.
///
/// # Errors
/// Those of the work; [`crate::error::Kind::Internal`] where it panicked.
pub fn contained<T>(work: impl Future<Output = Result<T>>) -> impl Future<Output = Result<T>> {
    // What a panic may have left half done belongs to the request: what requests share is whole after each of its steps.
    AssertUnwindSafe(work).catch_unwind().map(|ended| {
        ended.unwrap_or_else(|_| {
            METRICS.panicked();
            Err(Error::internal("a fault of the gateway ended this request"))
        })
    })
}
