//! mcpgw
pub mod catalog;
pub mod embeddings;
pub mod error;
pub mod model;
pub mod registry;
pub mod search;
pub mod store;
pub mod telemetry;
pub mod upstream;
