//! What happens without a request: one file a job.

pub mod audit;
pub mod follow;
pub mod rates;
pub mod reembed;
pub mod sweep;
