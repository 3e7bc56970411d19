//! What replicas tell one another of how much was asked.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A document of `rate_windows`: what one replica has counted. Callers are named by hashes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateWindows {
    /// The replica's id, made when it starts.
    #[serde(rename = "_id")]
    pub replica: String,
    /// Length of a part of the window, in milliseconds: counts of other parts cannot be added.
    pub part_ms: u64,
    /// By caller: how many requests in which part (parts since 1970).
    pub counts: Vec<(String, Vec<(u64, u32)>)>,
    /// When the replica is taken for gone.
    pub expires_at: Timestamp,
}
