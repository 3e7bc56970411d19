//! What `loadbench` and `soak` share: a fixture server, the gateway as a child process, connections and figures.

pub(crate) mod connection;
pub(crate) mod figures;
pub(crate) mod fixture;
pub(crate) mod process;

use std::error::Error;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The two eras of the protocol.
pub(crate) const MODERN: &str = "2026-07-28";
pub(crate) const LEGACY: &str = "2025-11-25";
